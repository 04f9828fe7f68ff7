//! What is solved, as a user meets it: digits, curves, slices, refusals, exit codes; and beside a sample.
//!
//! Does not know how it is solved, and checks no number that the oracle checks.

use std::fs;
use std::process::Command;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulate"));
    let output = command.args(arguments).current_dir(ROOT).env_remove("NO_COLOR").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// What a command prints that comes to its end.
fn prints(arguments: &[&str]) -> String {
    let (code, out, err) = run(arguments);
    assert_eq!(code, 0, "{out}{err}");
    out
}

/// A file with this inside.
fn file(inside: &str) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".ron").tempfile().unwrap();
    fs::write(file.path(), format!("(simulate: 1, {inside})")).unwrap();
    file
}

fn solved(inside: &str, options: &[&str]) -> (i32, String, String) {
    let file = file(inside);
    let mut arguments = vec!["solve", file.path().to_str().unwrap()];
    arguments.extend(options);
    run(&arguments)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Without what the file's comments and the solver's arithmetic decide.
fn settled(text: &str) -> String {
    let changing = |line: &&str| line.starts_with("simulate 0") || line.contains("dropped: ");
    text.lines().filter(|line| !changing(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_certain_until_then_is_told() {
    let inside = WIDE.split("outcomes:").next().unwrap().to_owned()
        + r#"outcomes: [(name: all)],
        questions: { wet_or_hot: (ask: "(count(flood) >= 1) or (heat >= 60 at end)") }"#;
    let (_, text, _) = solved(&inside, &["--max-states", "300"]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Two days at 1 in 10: 1 - exp(-0.2).
    let told =
        "wet_or_hot: more than 300 states by 2024-02-03 at least 18.13 %, at most 100 %: what is certain by 2024-02-02";
    assert!(words.contains(told), "{text}");
}

#[test]
fn the_smallest_scenario_solved() {
    insta::assert_snapshot!(settled(&prints(&["solve", "scenarios/outreach.ron", "--max-states", "1000"])));
}

#[test]
fn with_all_there_are_histories_and_rules() {
    let text = prints(&["solve", "scenarios/outreach.ron", "--max-states", "1000", "--all"]);
    insta::assert_snapshot!(settled(&text));
}

#[test]
fn every_form_says_the_same() {
    let json = parsed(&prints(&["solve", "scenarios/outreach.ron", "--format", "json"]));
    assert_eq!(json["origin"]["method"], "solved");
    assert_eq!(json["origin"]["precision"], 1e-9);
    assert!(json["origin"].get("seed").is_none() && json.get("paths").is_none());
    let talks = &json["outcomes"][0];
    assert_eq!((talks["share"]["accuracy"].as_str(), talks["share"]["runs"].as_u64()), (Some("exact"), Some(0)));
    assert!(talks["share"]["hits"].is_null() && talks.get("exemplar").is_none());
    assert!(talks["share"]["low"].as_f64() <= Some(0.035) && talks["share"]["high"].as_f64() >= Some(0.035));
    assert!((talks["share"]["complement"]["value"].as_f64().unwrap() - 0.965).abs() < 1e-12);
    assert_eq!(talks["by"].as_array().unwrap().last().unwrap()["date"], "2024-12-31");
    assert_eq!(json["slices"][talks["slice"].as_u64().unwrap() as usize]["answers"][0], "outcomes");
    let csv = prints(&["solve", "scenarios/outreach.ron", "--format", "csv"]);
    let row = |start: &str| csv.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}"));
    assert!(row("outcome,talks,,share,,,0.03").ends_with(",0,exact"));
    assert!(row("outcome,talks,,complement of share,,,0.96").ends_with(",0,exact"));
    assert!(row("question,clash,,probability by then,329.0,2024-12-31,0.1797").ends_with(",0,exact"));
    assert!(row("slice,,outcomes,states,").contains(",70"));
}

#[test]
fn a_probability_of_next_to_nothing_and_its_complement_have_their_digits() {
    let (code, text, err) = solved(
        r#"clock: (horizon: "1d"), rules: { flood: (pressure: "0.000000000123456789% within 1d") },
        outcomes: [(name: flood, when: "count(flood) >= 1"), (name: dry)]"#,
        &[],
    );
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("  flood         1.23456789"), "{text}");
    assert!(text.contains("  dry           1 - 1.23456789"), "{text}");
    assert!(text.contains("e-12"), "{text}");
}

/// Three of these tell apart more states than are allowed.
const WIDE: &str = r#"clock: (start: "2024-02-01", horizon: "20d"),
    indicators: { heat: (range: (0, 100), start: 0) },
    rules: {
        warms: (pressure: "3 per 1d", then: ["heat += 1"]),
        answer: (on: [warms], after: "1d to 9d", then: ["heat -= 2"]),
        flood: (pressure: "1 per 10d"),
    },
    outcomes: [(name: hot, when: "heat >= 60 at end"), (name: cool)],
    questions: { flood: (ask: "count(flood) >= 1"), wet_or_hot: (ask: "(count(flood) >= 1) or (heat >= 60 at end)"), heat: (ask: "heat at end") }"#;

#[test]
fn what_is_too_large_is_refused_in_words_and_the_rest_is_solved() {
    let (code, text, err) = solved(WIDE, &["--max-states", "300"]);
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("  flood         0.864664716763"), "{text}");
    assert!(text.contains("  not solved: see below"), "{text}");
    let refused = text.split("Not solved\n").nth(1).expect("a section");
    let words = refused.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "outcomes: more than 300 states by 2024-02-0",
        "the slice holds 2 of 3 rules: warms, answer",
        "largest contributors: `heat` (",
        "`answer` pending (",
        "try: give `heat` fewer levels: three instead of",
        "try: shorten the delay of `answer`, which is pending for up to 9 days, or take longer steps (`step`)",
        "try: allow more with `--max-states`",
        "wet_or_hot, heat: it holds a part that was given up at ",
    ] {
        assert!(words.contains(part), "no `{part}` in: {words}");
    }
}

#[test]
fn the_exit_code_says_whether_anything_was_solved() {
    let wide = WIDE.replace("flood: (ask: \"count(flood) >= 1\"),", "");
    let (code, text, _) = solved(&wide, &["--max-states", "20"]);
    assert_eq!(code, 1);
    assert!(text.contains("Not solved"), "{text}");
    for (option, value) in [("--max-states", "0"), ("--max-states", "some"), ("--precision", "0"), ("--precision", "x")]
    {
        assert_eq!(solved(WIDE, &[option, value]).0, 2, "{option} {value}");
    }
}

#[test]
fn the_command_under_a_solution_repeats_it() {
    let arguments = ["solve", "scenarios/july1914.ron", "--set", "italy=35%", "--precision", "1e-6", "--all"];
    let text = match run(&arguments) {
        (0, text, _) => text,
        _ => prints(&["solve", "scenarios/july1914.ron", "--precision", "1e-6", "--all"]),
    };
    let again = text.lines().find_map(|line| line.strip_prefix("again:   simulate ")).expect("a command");
    assert!(again.contains("--precision 1e-6") && again.contains("--max-states "), "{again}");
    assert_eq!(prints(&again.split(' ').collect::<Vec<_>>()), text);
}

#[test]
fn numbers_have_means_distributions_and_dates() {
    let text = prints(&["solve", "scenarios/july1914.ron"]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("honoured 3.3000000"), "{text}");
    assert!(words.contains("0: 0.45 %, 1: 4.41 %, 2: 17.12 %, 3: 33.23 %, 4: 32.26 %, 5: 12.52 %"), "{text}");
    assert!(words.contains(" d (1914-08-04); 1914-08-04 (1914-08-04 to 1914-08-04); never: 0.340000000000"), "{text}");
}

/// Of a count with mean 0.9, 59 % are above 0, 6.3 % above 2 and 1.3 % above 3.
#[test]
fn an_indicator_may_go_to_the_end_of_all_numbers() {
    let inside = r#"clock: (horizon: "3d"), indicators: { n: (range: (2147483640, 2147483647), start: 2147483647) },
        rules: { step: (pressure: "0.3 per 1d", then: ["n -= 1"]) },
        outcomes: [(name: still, when: "n == 2147483647 at end"), (name: fallen)]"#;
    let (code, text, err) = solved(inside, &["--all", "--format", "json"]);
    assert_eq!(code, 0, "{text}{err}");
    let at_end = &parsed(&text)["indicators"][0]["times"][2]["quantiles"];
    let values: Vec<f64> = (0..3).map(|level| at_end[level]["value"].as_f64().unwrap()).collect();
    assert_eq!(values, [2_147_483_644.0, 2_147_483_646.0, 2_147_483_647.0]);
}

#[test]
fn beside_a_sample_stands_what_is_solved_in_a_moment() {
    let text = prints(&["scenarios/outreach.ron", "--runs", "2000"]);
    for part in ["share of runs, 95 % interval; = solved", "= 3.5000 %", "= 31.500 %", "= 17.977 %"] {
        assert!(text.contains(part), "no `{part}` in: {text}");
    }
    assert_eq!(text, prints(&["scenarios/outreach.ron", "--runs", "2000", "--threads", "3"]));
    let json = parsed(&prints(&["scenarios/outreach.ron", "--runs", "2000", "--format", "json"]));
    let talks = &json["outcomes"][0];
    assert_eq!(talks["share"]["accuracy"], "sampled");
    assert_eq!(talks["exact"]["accuracy"], "exact");
    assert!((talks["exact"]["value"].as_f64().unwrap() - 0.035).abs() < 1e-12);
    assert_eq!(json["questions"][0]["exact"]["share"]["accuracy"], "exact");
    let without = prints(&["scenarios/outreach.ron", "--runs", "2000", "--no-exact"]);
    assert!(!without.contains("= 3.5") && !without.contains("solved"), "{without}");
    assert!(without.contains("--no-exact"), "the command repeats it: {without}");
}

#[test]
fn what_is_solved_needs_no_more_runs() {
    let inside = r#"clock: (horizon: "1d"), rules: { flood: (pressure: "0.01% within 1d") },
        outcomes: [(name: flood, when: "count(flood) >= 1"), (name: dry)]"#;
    let file = file(inside);
    let path = file.path().to_str().unwrap();
    assert!(prints(&[path, "--runs", "500", "--no-exact"]).contains("not one of 500 runs for `flood`"));
    let beside = prints(&[path, "--runs", "500"]);
    assert!(!beside.contains("not one of 500 runs") && beside.contains("= 0.010000 %"), "{beside}");
}

#[test]
fn what_a_few_rules_decide_is_tried_again_with_more_states() {
    let many: Vec<String> = (2..60).map(|n| format!("flood_{n}: (ask: \"count(flood) >= {n}\"), ")).collect();
    let many = many.concat();
    let inside = WIDE.replace("questions: {", &format!("questions: {{ {many}"));
    let file = file(&inside);
    let path = file.path().to_str().unwrap();
    let json = parsed(&prints(&[path, "--runs", "100", "--format", "json"]));
    let questions = json["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 61);
    assert!(questions.iter().all(|question| question.get("exact").is_some()), "{json:#}");
    let heat = &questions[60];
    let states = json["slices"][heat["slice"].as_u64().unwrap() as usize]["states"].as_u64().unwrap();
    assert!(states > 40_000 / 62, "it did not fit at the first attempt: {states}");
    assert!((heat["exact"]["distribution"]["values"].as_array().unwrap().len()) == 101);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_solution_with_what_was_solved_before() {
    // Solved in their order by one thread, or in halves by several: what is small comes first in any case.
    let file = file(
        r#"clock: (horizon: "60d"),
        indicators: { heat: (range: (0, 100), start: 0) },
        rules: {
            flood: (pressure: "1 per 30d"),
            warms: (pressure: "3 per 1d", then: ["heat += 1"]),
            answer: (on: [warms], after: "1d to 30d", then: ["heat -= 2"]),
            echo: (on: [answer], after: "1d to 30d", then: ["heat -= 1"]),
            back: (on: [echo], after: "1d to 30d", then: ["heat -= 1"]),
        },
        outcomes: [(name: whatever)],
        questions: { flood: (ask: "count(flood) >= 1"), hot: (ask: "heat >= 60 at end"), heat: (ask: "heat at end") }"#,
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulate"));
    command.args(["solve", file.path().to_str().unwrap(), "--max-states", "100_000_000"]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("INTERRUPTED: what follows was solved before"), "{text}");
    assert!(text.contains("  flood         0.8646647167"), "{text}");
    assert!(text.contains("stopped before it was done"), "{text}");
}
