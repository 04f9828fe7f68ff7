//! One run, told as a dated story or as JSON lines.
//!
//! Does not know the rules: what happened, by what, and what it changed stands in the trace.

use anstyle::Style;
use serde::Serialize;

use super::dates::instant;
use super::figures::number;
use super::layout::{FAINT, HEADING, flow, heading, left, line, plain, styled, wrap};
use super::text::Detail;
use crate::model::Calendar;
use crate::observe::trace::{Answer, Cause, Change, End, Entry, Firing, Trace, Trigger, Value, What};

/// Columns of dates.
const DATES: usize = 18;

/// Where a story comes from, and how to tell it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Version of the JSON lines.
    pub version: u32,
    /// Title of the scenario.
    pub title: String,
    /// The scenario file as given; of an absolute path only the name.
    pub file: String,
    /// BLAKE3 of the scenario text, in hexadecimal.
    pub digest: String,
    /// Version of `simulate`.
    pub simulate: String,
    /// The seed.
    pub seed: u64,
    /// The run.
    pub run: u64,
    /// The command that tells this story again.
    pub command: String,
}

/// The run as a story. Unless everything is told, what did not happen and the decay of indicators are left out.
pub fn story(trace: &Trace, calendar: &Calendar, origin: &Origin, detail: Detail) -> String {
    let mut lines = format!("{}\n", styled(HEADING, &plain(&origin.title)));
    lines += &line(FAINT, &format!("run {} of seed {}", origin.run, origin.seed));
    lines.push('\n');
    let mut last = String::new();
    for entry in trace.entries.iter().filter(|entry| detail == Detail::Full || is_news(&entry.what)) {
        let date = instant(calendar, entry.ticks, entry.boundary);
        let shown = if date == last { "" } else { date.as_str() };
        lines += &dated(shown, &told(entry, calendar));
        last = date;
    }
    lines + &ending(&trace.end) + &footer(origin)
}

/// What a brief story tells: firings that somebody wrote down, lets that begin or end, and the stop.
fn is_news(what: &What) -> bool {
    match what {
        What::Fired(firing) => !firing.rule.starts_with("decay of "),
        What::Turned { .. } | What::Stopped => true,
        _ => false,
    }
}

/// One thing that is told: a sentence, and in faint letters where it comes from and what it did.
struct Told {
    says: String,
    notes: String,
    style: Style,
}

impl Told {
    fn plain(says: impl Into<String>) -> Self {
        Self { says: says.into(), notes: String::new(), style: Style::new() }
    }

    fn faint(notes: impl Into<String>) -> Self {
        Self { says: String::new(), notes: notes.into(), style: Style::new() }
    }
}

/// What is told behind its date, which stands beside the first line.
fn dated(date: &str, told: &Told) -> String {
    let says = wrap(&told.says, DATES, DATES);
    let notes = wrap(&told.notes, DATES + 2, DATES + 4);
    let mut lines: Vec<String> = says.lines().map(|line| styled(told.style, &line[DATES..])).collect();
    lines.extend(notes.lines().map(|line| styled(FAINT, &line[DATES..])));
    let beside =
        |(index, line): (usize, &String)| format!("{}{line}\n", left(if index == 0 { date } else { "" }, DATES));
    lines.iter().enumerate().map(beside).collect()
}

fn told(entry: &Entry, calendar: &Calendar) -> Told {
    let by = |trigger: &Trigger| format!("`{}`", trigger.event);
    let since = |trigger: &Option<Trigger>| since(trigger.as_ref(), calendar);
    match &entry.what {
        What::Fired(firing) => fired(firing, entry, calendar),
        What::Started => Told::plain("The run begins."),
        What::Turned { name, begins: true } => Told::plain(format!("`{name}` begins.")),
        What::Turned { name, begins: false } => Told::plain(format!("`{name}` ends.")),
        What::Stopped => Told::plain("The run is over: `stop_when` holds."),
        What::Comes { rule, trigger, restarted: true, .. } => {
            Told::faint(format!("`{rule}` starts again, by {}", by(trigger)))
        }
        What::Comes { rule, trigger, at_once: true, .. } => {
            Told::faint(format!("`{rule}` follows at once on {}", by(trigger)))
        }
        What::Comes { rule, trigger, .. } => Told::faint(format!("`{rule}` will follow on {}", by(trigger))),
        What::LetPass { rule, trigger } => Told::faint(format!("`{rule}` lets {} pass", by(trigger))),
        What::Ignored { rule, trigger } => {
            Told::faint(format!("`{rule}` is pending already: {} changes nothing", by(trigger)))
        }
        What::NotOpen { rule, trigger } => Told::faint(format!("`{rule}` cannot follow on {} now", by(trigger))),
        What::Preempted { rule, trigger } => {
            Told::faint(format!("`{rule}`{} is due and pre-empted: its condition does not hold", since(trigger)))
        }
        What::Lapsed { rule, trigger } => {
            Told::faint(format!("`{rule}`{} is cancelled: its condition holds no more", since(trigger)))
        }
    }
}

/// `, on `clash` of 2024-03-08,`
fn since(trigger: Option<&Trigger>, calendar: &Calendar) -> String {
    trigger.map_or_else(String::new, |t| format!(", on `{}` of {},", t.event, day(calendar, t.ticks)))
}

fn day(calendar: &Calendar, ticks: u64) -> String {
    let whole = instant(calendar, ticks, true);
    if calendar.start.is_some() { whole.split(' ').next().unwrap_or_default().to_owned() } else { whole }
}

/// The sentence; the rule with its reason, and what changed.
fn fired(firing: &Firing, entry: &Entry, calendar: &Calendar) -> Told {
    let branch = firing.branch.as_ref().map_or_else(String::new, |branch| format!("/{branch}"));
    let nothing = if firing.nothing { "; nothing comes of it" } else { "" };
    let mut parts = vec![format!("{}{branch}, {}{nothing}", firing.rule, reason(firing, entry, calendar))];
    parts.extend(firing.changes.iter().map(change));
    parts.extend(firing.held.iter().map(|name| format!("{name} held at the end of its range")));
    let style = if firing.milestone { HEADING } else { Style::new() };
    let (says, notes) = (plain(&firing.says), parts.join("; "));
    if says.is_empty() { Told { says: notes, notes: says, style } } else { Told { says, notes, style } }
}

fn reason(firing: &Firing, entry: &Entry, calendar: &Calendar) -> String {
    let Some(trigger) = &firing.trigger else {
        return match firing.origin {
            Cause::Pressure => "by itself",
            Cause::Calendar => "by the calendar",
            Cause::Forced => "forced",
            Cause::Response => "in reply",
        }
        .into();
    };
    if trigger.ticks == entry.ticks {
        return format!("at once on {}", trigger.event);
    }
    format!("on {} of {}", trigger.event, day(calendar, trigger.ticks))
}

fn change(change: &Change) -> String {
    let shown = |value: &Value| match value {
        Value::Name(name) => name.clone(),
        Value::Number(number) => number.to_string(),
        Value::Flag(true) => "yes".into(),
        Value::Flag(false) => "no".into(),
    };
    format!("{} {} → {}", change.variable, shown(&change.from), shown(&change.to))
}

fn ending(end: &End) -> String {
    let mut lines = heading("How it ended", "");
    if let Some(outcome) = &end.outcome {
        lines += &line(HEADING, &format!("  {outcome}"));
    }
    let answers = end.answers.iter().map(|(name, answer)| format!("{name}: {}", answered(answer)));
    lines + &flow(answers, ", ", 2, 2)
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::YesNo(true) => "yes".into(),
        Answer::YesNo(false) => "no".into(),
        Answer::Number(x) => number(*x, 0.001),
        Answer::Days(days) => format!("{} d", number(*days, 0.01)),
        Answer::Never => "never".into(),
    }
}

fn footer(origin: &Origin) -> String {
    let short = &origin.digest[..origin.digest.len().min(12)];
    let what = format!("simulate {} · scenario {short} · seed {} · run {}", origin.simulate, origin.seed, origin.run);
    format!("\n{}\nagain:   {}\n", styled(FAINT, &what), origin.command)
}

/// An entry with its date.
#[derive(Debug, Serialize)]
struct Line<'a> {
    date: Option<String>,
    #[serde(flatten)]
    entry: &'a Entry,
}

/// The last line.
#[derive(Debug, Serialize)]
struct LastLine<'a> {
    what: &'static str,
    outcome: &'a Option<String>,
    answers: Vec<NamedAnswer<'a>>,
    origin: &'a Origin,
}

#[derive(Debug, Serialize)]
struct NamedAnswer<'a> {
    name: &'a str,
    answer: &'a Answer,
}

/// The run as JSON, one object a line: everything that happened, then how it ended and where it comes from.
///
/// # Panics
/// Never: the values are plain.
pub fn json_lines(trace: &Trace, calendar: &Calendar, origin: &Origin) -> String {
    let date = |entry: &Entry| calendar.start.map(|_| instant(calendar, entry.ticks, entry.boundary).replace(' ', "T"));
    let mut lines: String = trace.entries.iter().map(|entry| object(&Line { date: date(entry), entry })).collect();
    let answers = trace.end.answers.iter().map(|(name, answer)| NamedAnswer { name, answer }).collect();
    lines += &object(&LastLine { what: "ended", outcome: &trace.end.outcome, answers, origin });
    lines
}

fn object(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a plain value") + "\n"
}
