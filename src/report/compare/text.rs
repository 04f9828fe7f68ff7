//! A comparison for people: what is different, how sure that is, and which runs show it.
//!
//! Computes no numbers; what is left out for brevity stands behind `--all`.

use std::fmt::Write as _;

use super::{Compared, Row, Rule, Side};
use crate::analysis::estimate::{MeanTrust, decimals};
use crate::analysis::measure::{Kind, Scale};
use crate::analysis::paired::Pairing;
use crate::report::figures::{count, percent_to, runs};
use crate::report::layout::{FAINT, HEADING, heading, label, left, line, right, shorten, styled, width, wrap};
use crate::report::{Accuracy, Figure};

/// Rows of a table unless everything is shown.
const FEW: usize = 12;
/// Names up to this long stand in the first column.
const LONGEST_NAME: usize = 28;
/// Columns of a number.
const NUMBER: usize = 9;

/// The comparison as text of 80 columns, with escape codes for style.
pub fn text(compared: &Compared, all: bool) -> String {
    let most = if all { usize::MAX } else { FEW };
    let of = |kinds: &[Kind]| compared.quantities.iter().filter(|row| kinds.contains(&row.kind)).collect::<Vec<_>>();
    let note = "base, other, difference in points (95 %, the same runs)";
    [
        header(compared),
        in_short(compared),
        table("How it ends", note, &of(&[Kind::Outcome]), usize::MAX),
        table("Questions", note, &of(&[Kind::Question, Kind::Never]), most),
        table("Numbers", "means: base, other, difference (95 %, the same runs)", &of(&[Kind::Mean]), most),
        rules(compared, most),
        flips(compared),
        exemplars(compared),
        notes(compared),
        footer(compared),
    ]
    .concat()
}

fn header(compared: &Compared) -> String {
    let mut lines = line(HEADING, &compared.title);
    lines += &line(FAINT, &format!("{} on either side · seed {}", runs(compared.runs), compared.seed));
    let two = compared.base.file != compared.other.file;
    lines += &wrap(&format!("base:  {}", side(&compared.base, two)), 0, 7);
    lines + &wrap(&format!("other: {}", side(&compared.other, two)), 0, 7)
}

/// `the file as it is`, `us_line=back (the file says neutral)`
fn side(side: &Side, named: bool) -> String {
    let changes: Vec<String> = side.changes.iter().map(crate::report::text::changed).collect();
    let changes = if changes.is_empty() { "the file as it is".to_owned() } else { changes.join("; ") };
    if named { format!("{}: {changes}", side.file) } else { changes }
}

/// The bottom line: how many runs end otherwise, and the outcome that is furthest apart.
fn in_short(compared: &Compared) -> String {
    let flipped: u64 = compared.flips.iter().filter(|flip| flip.from != flip.to).map(|flip| flip.runs).sum();
    let mut told = match flipped {
        0 => format!("In short: none of {} ends otherwise", runs(compared.runs)),
        some => format!("In short: {} of {} end otherwise", count(some), runs(compared.runs)),
    };
    let outcomes = compared.quantities.iter().filter(|row| row.kind == Kind::Outcome);
    let furthest = outcomes.filter_map(|row| Some((row, row.difference?))).max_by(|a, b| {
        let size = |difference: &Figure| difference.value.abs();
        size(&a.1).total_cmp(&size(&b.1))
    });
    if let Some((row, difference)) = furthest.filter(|(_, difference)| difference.value != 0.0) {
        let how = if difference.value > 0.0 { "more" } else { "less" };
        let (shown, between) = told_difference(&difference, Scale::Share);
        let shown = shown.trim_start_matches(['+', '-']);
        let _ = write!(told, "; `{}` is {shown} points {how} likely", row.name);
        told += &between.map_or_else(String::new, |between| format!(" ({between})"));
        if !is_clear(&difference) {
            told += ", which may be chance";
        }
    }
    format!("\n{}", wrap(&(told + "."), 0, 0))
}

/// Whether the interval leaves out 0.
fn is_clear(difference: &Figure) -> bool {
    difference.low.zip(difference.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
}

fn table(title: &str, note: &str, rows: &[&Row], most: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    // What is clear comes first where not all is shown.
    let mut shown: Vec<&Row> = rows.to_vec();
    if rows.len() > most {
        shown.sort_by_key(|row| !row.difference.as_ref().is_some_and(is_clear));
    }
    shown.truncate(most);
    let names: Vec<String> = shown.iter().map(|row| name(row)).collect();
    let column = column(names.iter().map(String::as_str));
    let mut lines = heading(title, note);
    for (row, name) in shown.iter().zip(&names) {
        let (base, other) = (told_level(row.base.as_ref(), row.scale), told_level(row.other.as_ref(), row.scale));
        let difference = match &row.difference {
            Some(_) if row.trust == Some(MeanTrust::Constant) && row.differ == 0 => {
                format!("{}  the same in every run", right("0", NUMBER))
            }
            Some(difference) => with_interval(told_difference(difference, row.scale), mark(row)),
            None => "no run has it on one side".to_owned(),
        };
        lines += &full_row(name, column, &base, &other, &difference);
    }
    lines + &more(rows.len() - shown.len())
}

fn name(row: &Row) -> String {
    match row.kind {
        Kind::Never => format!("{} never", row.name),
        Kind::Outcome | Kind::Question | Kind::Mean => row.name.clone(),
    }
}

fn column<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(width).filter(|w| *w <= LONGEST_NAME).max().unwrap_or(0).max(12)
}

fn full_row(name: &str, column: usize, base: &str, other: &str, difference: &str) -> String {
    let name = label(name, column);
    format!("  {name} {} {}  {difference}\n", right(base, NUMBER), right(other, NUMBER))
}

/// What the reader must know of this difference beside its interval.
fn mark(row: &Row) -> &'static str {
    match (row.pairing, row.trust) {
        (Pairing::Exact, _) => " =",
        (_, Some(MeanTrust::Skewed)) => " ?",
        _ => "",
    }
}

fn with_interval((value, between): (String, Option<String>), mark: &str) -> String {
    let between = between.map_or_else(String::new, |between| format!("  ({between})"));
    format!("{}{between}{mark}", right(&value, NUMBER))
}

/// `17.1 %`, `8.3 d`
fn told_level(figure: Option<&Figure>, scale: Scale) -> String {
    let Some(figure) = figure else { return "-".to_owned() };
    if scale == Scale::Share {
        return percent_to(figure.value, places(figure, 100.0));
    }
    let (places, unit) = (places(figure, 1.0), if scale == Scale::Days { " d" } else { "" });
    format!("{:.places$}{unit}", figure.value)
}

/// The difference with its sign, and its interval rounded outwards; nothing of an exact one.
fn told_difference(figure: &Figure, scale: Scale) -> (String, Option<String>) {
    let times = if scale == Scale::Share { 100.0 } else { 1.0 };
    let places = places(figure, times);
    let value = format!("{:+.places$}", times * figure.value);
    let value = if value.trim_start_matches(['+', '-']).chars().all(|c| "0.".contains(c)) {
        value.trim_start_matches(['+', '-']).to_owned()
    } else {
        value
    };
    if figure.accuracy == Accuracy::Exact {
        return (value, None);
    }
    let whole = libm::pow(10.0, places as f64);
    let ends = figure.low.zip(figure.high).map(|(low, high)| {
        let low = (low * times * whole + 1e-9).floor() / whole;
        let high = (high * times * whole - 1e-9).ceil() / whole;
        format!("{low:+.places$} to {high:+.places$}")
    });
    (value, ends)
}

/// Decimals that an interval supports; of what is exact or has none, as many as show four digits.
fn places(figure: &Figure, times: f64) -> usize {
    match figure.low.zip(figure.high) {
        Some((low, high)) if figure.accuracy != Accuracy::Exact => decimals(times * (high - low) / 2.0, 6),
        _ => decimals(times * figure.value.abs() / 1_000.0, 6).min(if figure.value == 0.0 { 0 } else { 6 }),
    }
}

fn rules(compared: &Compared, most: usize) -> String {
    let mut moved: Vec<&Rule> = compared.rules.iter().filter(|rule| rule.more + rule.fewer > 0).collect();
    if moved.is_empty() {
        return String::new();
    }
    let size = |rule: &Rule| rule.difference.value.abs();
    moved.sort_by(|a, b| {
        let unclear = |rule: &Rule| !is_clear(&rule.difference);
        unclear(a).cmp(&unclear(b)).then(size(b).total_cmp(&size(a)))
    });
    let shown = &moved[..moved.len().min(most)];
    let column = column(shown.iter().map(|rule| rule.id.as_str()));
    let mut lines = heading("Which rules fire more, or less", "firings a run: base, other, difference (95 %)");
    for rule in shown {
        let places = places(&rule.difference, 1.0);
        let told = told_difference(&rule.difference, Scale::Plain);
        let mark = if rule.trust == MeanTrust::Skewed { " ?" } else { "" };
        let level = |x: f64| format!("{x:.places$}");
        lines += &full_row(&rule.id, column, &level(rule.base), &level(rule.other), &with_interval(told, mark));
    }
    lines + &more(moved.len() - shown.len())
}

fn flips(compared: &Compared) -> String {
    let mut ways: Vec<_> = compared.flips.iter().filter(|flip| flip.from != flip.to).collect();
    if ways.is_empty() {
        return String::new();
    }
    ways.sort_by_key(|flip| std::cmp::Reverse(flip.runs));
    let column = column(ways.iter().map(|flip| flip.from.as_str()));
    let mut lines = heading("Runs that end otherwise", "in the base → in the other, how many");
    for flip in ways {
        let (from, to) = (left(&shorten(&flip.from, column), column), left(&shorten(&flip.to, column), column));
        let _ = writeln!(lines, "  {from} → {to} {}", right(&count(flip.runs), NUMBER));
    }
    let same: u64 = compared.flips.iter().filter(|flip| flip.from == flip.to).map(|flip| flip.runs).sum();
    lines + &format!("  {}\n", styled(FAINT, &format!("{} end the same", count(same))))
}

fn exemplars(compared: &Compared) -> String {
    let mut lines = String::new();
    for (index, found) in compared.exemplars.iter().enumerate() {
        if index == 0 {
            lines += &heading("Runs that show it", "the same run, told on either side");
        }
        let _ = writeln!(lines, "  run {}: {} → {}", found.run, shorten(&found.from, 32), shorten(&found.to, 32));
        let _ = writeln!(lines, "    {}\n    {}", found.trace.0, found.trace.1);
    }
    lines
}

fn notes(compared: &Compared) -> String {
    let mut told = Vec::new();
    let mut gains: Vec<f64> = compared.quantities.iter().filter_map(|row| row.gain).collect();
    gains.sort_by(f64::total_cmp);
    if let Some(least) = gains.first() {
        told.push(format!(
            "Either side draws the same occasions, so differences are taken run by run: with two seeds the same \
             intervals would need {least:.1} times as many runs at least, and {:.1} times for half of the numbers.",
            gains[gains.len() / 2]
        ));
    }
    told.push(
        "Each interval holds at 95 % by itself: of many, one in twenty may miss. They show what more runs could change, \
         not how wrong the assumptions may be."
            .to_owned(),
    );
    if compared.quantities.iter().any(|row| row.pairing == Pairing::Exact) {
        told.push("= solved on both sides: nothing is left to chance.".to_owned());
    }
    let skewed = compared.quantities.iter().any(|row| row.trust == Some(MeanTrust::Skewed))
        || compared.rules.iter().any(|rule| rule.trust == MeanTrust::Skewed && rule.more + rule.fewer > 0);
    if skewed {
        told.push("? few runs make the difference: its interval covers less often than it says.".to_owned());
    }
    if !compared.unmatched.is_empty() {
        told.push(format!("Asked on one side only: {}.", compared.unmatched.join(", ")));
    }
    heading("Notes", "") + &told.iter().map(|note| wrap(note, 2, 4)).collect::<String>()
}

fn more(hidden: usize) -> String {
    if hidden == 0 { String::new() } else { format!("  {}\n", styled(FAINT, &format!("{hidden} more with --all"))) }
}

fn footer(compared: &Compared) -> String {
    let short = |digest: &str| digest[..digest.len().min(12)].to_owned();
    let (base, other) = (short(&compared.base.digest), short(&compared.other.digest));
    let digests = if base == other { base } else { format!("{base} and {other}") };
    let last = count(compared.runs.saturating_sub(1));
    let version = &compared.simulate;
    let what = format!("simulate {version} · scenario {digests} · seed {} · runs 0 to {last}", compared.seed);
    format!("\n{}\nagain:   {}\n", styled(FAINT, &what), compared.command)
}
