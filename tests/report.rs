//! How a report looks: small reports made by hand, and their text, JSON and CSV as they are delivered.

use simulate::analysis::estimate::{Looks, Proportion};
use simulate::model::{Calendar, TICKS_PER_DAY};
use simulate::observe::trace::{
    Answer as RunAnswer, Cause, Change as TraceChange, End, Entry, Firing, Trace, Trigger, Value, What,
};
use simulate::report::text::{Detail, text};
use simulate::report::trace::{Origin as StoryOrigin, json_lines, story};
use simulate::report::words::words;
use simulate::report::{
    Accuracy, Answer, Change, Clock, Complement, Counted, Distribution, Figure, Indicator, IndicatorAt, Method,
    Milestone, Moment, Origin, Outcome, Path, PathOutcome, Paths, Posture, Quantile, Question, Report, Rule, Share,
    Shares, Typical, Unit, VERSION, Warning, csv::csv, json::json,
};
use simulate::scenario::words::Scale;

const RUNS: u64 = 100_000;

fn share(hits: u64) -> Share {
    Proportion::new(hits, RUNS).into()
}

fn figure(value: f64, half: f64) -> Figure {
    Figure { value, low: Some(value - half), high: Some(value + half), runs: RUNS, accuracy: Accuracy::Sampled }
}

fn moment(day: u32) -> Moment {
    let months = [29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut month, mut rest) = (0, day + 6);
    while rest >= months[month] {
        rest -= months[month];
        month += 1;
    }
    Moment { day: f64::from(day), date: Some(format!("2024-{:02}-{:02}", month + 2, rest + 1)) }
}

fn outcome(name: &str, hits: u64, severity: Option<u64>) -> Outcome {
    let when = if severity.is_some() { "ever(dprk.military == war)" } else { "" };
    Outcome {
        name: name.into(),
        says: String::new(),
        when: when.into(),
        severity,
        share: Some(share(hits)),
        exemplar: None,
        exact: None,
        by: Vec::new(),
        slice: None,
    }
}

fn quantiles(values: [f64; 3], dated: bool) -> Vec<Quantile> {
    let date = |day: f64| dated.then(|| moment(day as u32).date).flatten();
    let quantile = |at, value| Quantile { at, figure: figure(value, 0.0), date: date(value) };
    [0.05, 0.5, 0.95].into_iter().zip(values).map(|(at, value)| quantile(at, value)).collect()
}

fn yes(name: &str, hits: u64) -> Question {
    let ask = "count(missile_test) >= 10 by 2024-05-31";
    Question {
        name: name.into(),
        says: "Ten tests by June.".into(),
        ask: ask.into(),
        answer: Answer::Share(share(hits)),
        exact: None,
        by: Vec::new(),
        slice: None,
    }
}

fn numbers(name: &str, of: Distribution) -> Question {
    let answer = Answer::Distribution(Box::new(of));
    let ask = "first(dprk.japan == talks)".into();
    Question { name: name.into(), says: String::new(), ask, answer, exact: None, by: Vec::new(), slice: None }
}

fn path(hits: u64, exemplar: u64, milestones: &[(&str, u32)]) -> Path {
    let milestone = |(name, day): &(&str, u32)| {
        let median = Quantile { at: 0.5, figure: figure(f64::from(*day), 1.0), date: moment(*day).date };
        Milestone { name: (*name).into(), says: String::new(), median }
    };
    let outcomes = [("overture", hits - 333), ("war", 333)];
    let outcome = |(name, n): (&str, u64)| PathOutcome { name: name.into(), share: Proportion::new(n, hits).into() };
    Path {
        share: share(hits),
        milestones: milestones.iter().map(milestone).collect(),
        goes_on: false,
        exemplar,
        outcomes: outcomes.map(outcome).into(),
    }
}

fn posture() -> Posture {
    let times: Vec<Moment> = [22, 53, 83, 114, 144, 175, 206, 236, 267, 297, 328].map(moment).into();
    let war = |i: u64| i * 88;
    let show = |i: u64| if i == 0 { 0 } else { 3_000 + i * 3_600 };
    let hits = |of: &dyn Fn(u64) -> u64| (0..times.len() as u64).map(of).collect();
    let hits = vec![hits(&|i| i * 800), hits(&|i| RUNS - i * 800 - show(i) - war(i)), hits(&show), hits(&war)];
    Posture {
        name: "dprk.military".into(),
        ladder: true,
        main: true,
        start: "testing".into(),
        values: ["routine", "testing", "show_of_force", "war"].map(String::from).into(),
        shares: Shares::Counted { hits, runs: RUNS, looks: Looks::Once },
        times,
    }
}

fn indicator() -> Indicator {
    let at = |day, values| IndicatorAt { time: moment(day), quantiles: quantiles(values, false) };
    let times = vec![
        at(0, [60.0, 60.0, 60.0]),
        at(82, [24.0, 41.0, 63.0]),
        at(164, [22.0, 35.0, 61.0]),
        at(246, [22.0, 34.0, 60.0]),
        at(328, [22.0, 34.0, 59.0]),
    ];
    Indicator { name: "tension".into(), says: String::new(), range: (0, 100), start: 60, times, held: Some(share(12)) }
}

fn rule(id: &str, firings: u64, hits: u64) -> Rule {
    Rule {
        id: id.into(),
        says: String::new(),
        mean: Some(figure(firings as f64 / RUNS as f64, 0.004)),
        counted: Some(Counted {
            firings,
            share: share(hits),
            branches: Vec::new(),
            preempted: 0,
            lapsed: 0,
            let_pass: 0,
        }),
        forbidden: false,
        is_decay: false,
    }
}

fn origin() -> Origin {
    Origin {
        file: "outreach.ron".into(),
        digest: "0123456789abcdef".repeat(4),
        simulate: "0.0.0".into(),
        semantics: 1,
        interrupted: false,
        command: "simulate outreach.ron --runs 100000 --seed 1".into(),
        method: sampled(RUNS),
    }
}

fn sampled(runs: u64) -> Method {
    Method::Sampled {
        seed: 1,
        runs,
        planned: RUNS,
        trace: "simulate trace outreach.ron --seed 1 --run".into(),
        until: None,
    }
}

fn report() -> Report {
    let talks = Distribution {
        unit: Unit::Time,
        mean: None,
        mean_date: None,
        quantiles: quantiles([22.0, 55.0, 290.0], true),
        never: Some(share(63_000)),
        values: Vec::new(),
        more: None,
    };
    let tests = Distribution {
        unit: Unit::Plain,
        mean: Some(figure(13.217, 0.022)),
        mean_date: None,
        quantiles: quantiles([8.0, 13.0, 20.0], false),
        never: None,
        values: Vec::new(),
        more: None,
    };
    let paths = Paths {
        paths: vec![
            path(66_000, 0, &[("rok_recognises_cuba", 7), ("outreach_to_japan", 9)]),
            path(
                2_100,
                17,
                &[("rok_recognises_cuba", 7), ("outreach_to_japan", 9), ("clash", 180), ("stand_down", 240)],
            ),
            path(31_000, 3, &[("rok_recognises_cuba", 7)]),
        ],
        tree: Vec::new(),
        typical: vec![Typical {
            outcome: "war".into(),
            severity: Some(5),
            share: Proportion::new(20, 333).into(),
            path: path(2_000, 41, &[("clash", 90), ("clash/war", 90)]),
        }],
        other_paths: share(900),
        distinct_paths: 17,
    };
    Report {
        version: VERSION,
        title: "Outreach".into(),
        about: "One trigger, one reply, one standing danger.".into(),
        origin: origin(),
        clock: Clock {
            start: Some("2024-02-07".into()),
            end: Some("2024-12-31".into()),
            days: 329.0,
            step_seconds: 86_400,
        },
        changes: Vec::new(),
        outcomes: vec![
            outcome("war", 333, Some(5)),
            outcome("use_of_the_bomb", 0, Some(4)),
            outcome("overture", 68_214, None),
            outcome("no_change", RUNS - 68_214 - 333, None),
        ],
        questions: vec![yes("tests_by_june", 37_420), numbers("first_talks", talks), numbers("tests", tests)],
        paths: Some(paths),
        postures: vec![posture()],
        indicators: vec![indicator()],
        rules: vec![rule("missile_test", 1_321_700, 99_990), rule("clash", 21_200, 19_100), rule("never", 0, 0)],
        slices: Vec::new(),
        refusals: Vec::new(),
        warnings: vec![Warning {
            code: "few-hits".into(),
            about: vec!["war".into()],
            message: "only 333 of 100,000 runs reached `war`".into(),
            help: "--runs 1000000 makes its interval three times narrower".into(),
        }],
        limits: vec!["These numbers restate the assumptions of the file; they are not a forecast.".into()],
        omitted: vec!["South Korean martial law".into(), "death of a leader".into()],
    }
}

fn plain(report: &Report, detail: Detail) -> String {
    anstream::adapter::strip_str(&text(report, detail)).to_string()
}

#[test]
fn brief() {
    insta::assert_snapshot!(plain(&report(), Detail::Brief));
}

#[test]
fn full() {
    insta::assert_snapshot!(plain(&report(), Detail::Full));
}

#[test]
fn table() {
    insta::assert_snapshot!(csv(&report()));
}

#[test]
fn changed_and_interrupted() {
    let mut report = report();
    report.changes = vec![
        Change { option: "--variant no_cuba".into(), says: "No relations with Cuba.".into(), value: None, was: None },
        Change { option: "--forbid clash/war".into(), says: String::new(), value: None, was: None },
        Change {
            option: "--set us_line=back".into(),
            says: "the US line".into(),
            value: Some("back".into()),
            was: Some("neutral".into()),
        },
    ];
    report.origin.interrupted = true;
    report.origin.method = sampled(40_960);
    insta::assert_snapshot!(plain(&report, Detail::Brief).lines().take(7).collect::<Vec<_>>().join("\n"));
}

#[test]
fn without_a_calendar_times_are_days() {
    let mut report = report();
    report.clock = Clock { start: None, end: None, days: 365.0, step_seconds: 3600 };
    report.postures[0].times.iter_mut().for_each(|t| t.date = None);
    let paths = report.paths.iter_mut().flat_map(|paths| &mut paths.paths);
    paths.flat_map(|p| &mut p.milestones).for_each(|m| m.median.date = None);
    let text = plain(&report, Detail::Brief);
    assert!(text.contains("365 days, steps of 1 hour"), "{text}");
    assert!(text.contains("rok_recognises_cuba day 7 ±1 d → outreach_to_japan day 9 ±1 d"), "{text}");
    assert!(text.contains(" 22  53  83  114"), "{text}");
}

fn trace() -> Trace {
    let day = |day: f64| (day * TICKS_PER_DAY as f64) as u64;
    let entry = |at: f64, what| Entry { ticks: day(at), day: at, step: at as u32, boundary: at.fract() == 0.0, what };
    let trigger = |event: &str, at: f64| Trigger { event: event.into(), firing: Some(0), ticks: day(at) };
    let calendar = Firing {
        number: 0,
        rule: "rok_recognises_cuba".into(),
        branch: None,
        nothing: false,
        says: "South Korea and Cuba establish relations.".into(),
        origin: Cause::Calendar,
        trigger: None,
        changes: vec![change("rok.cuba", Value::Name("none".into()), Value::Name("recognised".into()))],
        held: Vec::new(),
        milestone: true,
    };
    let response = Firing {
        number: 1,
        rule: "outreach".into(),
        branch: Some("public".into()),
        says: "The North answers with an overture to Japan, in public and at length, so that nobody misses it.".into(),
        origin: Cause::Response,
        trigger: Some(trigger("rok_recognises_cuba", 7.0)),
        changes: vec![
            change("tension", Value::Number(60), Value::Number(58)),
            change("hot", Value::Flag(false), Value::Flag(true)),
        ],
        held: vec!["tension".into()],
        ..calendar.clone()
    };
    let silent =
        Firing { rule: "decay of tension".into(), says: "tension falls back by itself.".into(), ..calendar.clone() };
    let rule = || "talks".to_owned();
    Trace {
        run: 17,
        entries: vec![
            entry(0.0, What::Started),
            entry(7.0, What::Fired(Box::new(calendar))),
            entry(
                7.0,
                What::Comes {
                    rule: "outreach".into(),
                    trigger: trigger("rok_recognises_cuba", 7.0),
                    at_once: false,
                    restarted: false,
                },
            ),
            entry(7.0, What::LetPass { rule: rule(), trigger: trigger("rok_recognises_cuba", 7.0) }),
            entry(9.0, What::Fired(Box::new(response))),
            entry(9.0, What::Ignored { rule: rule(), trigger: trigger("outreach", 9.0) }),
            entry(10.5, What::Turned { name: "crisis".into(), begins: true }),
            entry(12.0, What::Fired(Box::new(silent))),
            entry(12.0, What::Preempted { rule: rule(), trigger: Some(trigger("outreach", 9.0)) }),
            entry(13.0, What::Lapsed { rule: rule(), trigger: Some(trigger("outreach", 9.0)) }),
            entry(13.0, What::NotOpen { rule: rule(), trigger: trigger("crisis begins", 13.0) }),
            entry(14.25, What::Stopped),
        ],
        end: End {
            outcome: Some("overture".into()),
            answers: vec![
                ("early".into(), RunAnswer::YesNo(true)),
                ("tests".into(), RunAnswer::Number(13.0)),
                ("when".into(), RunAnswer::Days(9.0)),
                ("talks".into(), RunAnswer::Never),
            ],
        },
    }
}

fn change(variable: &str, from: Value, to: Value) -> TraceChange {
    TraceChange { variable: variable.into(), from, to }
}

fn story_origin() -> StoryOrigin {
    StoryOrigin {
        version: 1,
        title: "Outreach".into(),
        file: "outreach.ron".into(),
        digest: "0123456789abcdef".repeat(4),
        simulate: "0.0.0".into(),
        seed: 1,
        run: 17,
        command: "simulate trace outreach.ron --seed 1 --run 17".into(),
    }
}

/// From 2024-02-07, by days.
const CALENDAR: Calendar = Calendar { start: Some(1_707_264_000), step_seconds: 86_400, steps: 329 };

fn told(detail: Detail) -> String {
    anstream::adapter::strip_str(&story(&trace(), &CALENDAR, &story_origin(), detail)).to_string()
}

#[test]
fn story_in_brief() {
    insta::assert_snapshot!(told(Detail::Brief));
}

#[test]
fn story_in_full() {
    insta::assert_snapshot!(told(Detail::Full));
}

#[test]
fn story_as_json_lines() {
    insta::assert_snapshot!(json_lines(&trace(), &CALENDAR, &story_origin()));
}

#[test]
fn scale_of_words() {
    insta::assert_snapshot!(anstream::adapter::strip_str(&words(&[Scale::Icd203, Scale::Ipcc])).to_string());
}

#[test]
fn every_line_fits_a_terminal_of_80_columns() {
    for detail in [Detail::Brief, Detail::Full] {
        for line in plain(&report(), detail).lines() {
            assert!(simulate::report::layout::width(line) <= 80, "{line}");
        }
    }
}

#[test]
fn a_date_stands_once_above_indicators_however_few_there_are() {
    let mut short = report();
    for indicator in &mut short.indicators {
        indicator.times.truncate(1);
    }
    let date = short.indicators[0].times[0].time.date.clone().expect("it has a calendar");
    let text = plain(&short, Detail::Brief);
    let heading = text.lines().skip_while(|line| !line.starts_with("Indicators")).nth(1).expect("dates");
    assert_eq!(heading.matches(&date).count(), 1, "{heading}");
}

#[test]
fn long_values_of_indicators_are_told_of_fewer_times() {
    let top = [2_147_483_640.0, 2_147_483_645.0, 2_147_483_647.0];
    let small = [0.0, 1.0, 2.0];
    let (wide, wider) = ([95.0, 100.0, 110.0], [900.0, 950.0, 1_000.0]);
    // The name of an indicator, its value at the start, what is said of a quarter, a half, three quarters and the end of
    // the time, and its row.
    let cases = [
        ("unrest", 60, [small, wide, small, small], "unrest 60 1 (0 to 2) 100 (95 to 110) 1 (0 to 2) 1 (0 to 2)"),
        ("a_name_of_sixteen", -9, [small, wider, small, wide], "a_name_o…sixteen -9 950 (900 to 1000) 100 (95 to 110)"),
        ("a_name_of_sixteen", i32::MIN, [top, top, small, small], "a_name_o…sixteen -2147483648 1 (0 to 2)"),
    ];
    for (name, start, values, told) in cases {
        let mut long = report();
        let indicator = &mut long.indicators[0];
        (indicator.name, indicator.start) = (name.into(), start);
        for (at, values) in indicator.times[1..].iter_mut().zip(values) {
            at.quantiles = quantiles(values, false);
        }
        let text = plain(&long, Detail::Brief);
        let table: Vec<&str> =
            text.lines().skip_while(|line| !line.starts_with("Indicators")).skip(1).take(2).collect();
        assert_eq!(table[1].split_whitespace().collect::<Vec<_>>().join(" "), told);
        let columns = |line: &str| simulate::report::layout::width(line);
        assert!(columns(table[1]) <= 80 && columns(table[0]) == columns(table[1]), "{table:#?}");
    }
}

/// What tells how near to one a share is is longer than other shares.
#[test]
fn the_bars_stand_beside_all_solved_shares() {
    let mut near = report();
    for (outcome, rest) in near.outcomes.iter_mut().zip([1.52345e-8, 0.5, 0.25]) {
        let (value, complement) = (1.0 - rest, Some(Complement { value: rest, low: rest, high: rest }));
        let accuracy = Accuracy::Exact;
        outcome.exact =
            Some(Share { value, low: value, high: value, hits: None, runs: 0, accuracy, odds: None, complement });
    }
    let text = plain(&near, Detail::Brief);
    let row = text.lines().find(|line| line.contains("1 - 1.5")).expect("the first outcome");
    assert!(row.contains("1 - 1.5234e-8 █"), "{row}");
}

#[test]
fn the_shares_shown_sum_to_a_hundred() {
    let text = plain(&report(), Detail::Brief);
    let table = text.split("How it ends").nth(1).unwrap().split("Questions").next().unwrap();
    let shown = table.lines().filter_map(|l| l.split_whitespace().nth(1)).filter_map(|s| s.parse::<f64>().ok());
    assert!((shown.sum::<f64>() - 100.0).abs() < 1e-9, "{table}");
}

#[test]
fn json_holds_every_interval() {
    let value: serde_json::Value = serde_json::from_str(&json(&report())).unwrap();
    assert_eq!(value["version"], VERSION);
    assert_eq!(value["outcomes"][1]["share"]["hits"], 0);
    assert!(value["outcomes"][1]["share"]["high"].as_f64().unwrap() > 0.0);
    assert_eq!(value["outcomes"][0]["share"]["accuracy"], "sampled");
    assert_eq!(value["questions"][1]["answer"]["distribution"]["quantiles"][1]["date"], "2024-04-02");
}

#[test]
fn no_style_is_left_when_it_is_taken_out() {
    assert!(!plain(&report(), Detail::Full).contains('\u{1b}'));
    assert!(text(&report(), Detail::Brief).contains("\u{1b}[1m"));
}
