//! How runs end and what was asked of them: the numbers that a reader came for.

use super::Detail;
use crate::report::figures::{bar, between, figure, frequency, interval, number, odds, percent, percentages};
use crate::report::layout::{BAR, WIDTH, flow, heading, left, right, styled, width, wrap};
use crate::report::{Answer, Distribution, Quantile, Report, Share, Unit};

/// Names up to this long stand in the table's first column.
const LONGEST_NAME: usize = 28;
/// Columns of a percentage.
const SHARE: usize = 8;
/// Columns of an interval of percentages.
const INTERVAL: usize = 18;

pub(super) fn outcomes(report: &Report, detail: Detail) -> String {
    let shares: Vec<Share> = report.outcomes.iter().map(|o| o.share).collect();
    let column = name_column(report.outcomes.iter().map(|o| o.name.as_str()));
    let mut lines = in_short(report) + &heading("How it ends", "share of runs, 95 % interval");
    for (outcome, percentage) in report.outcomes.iter().zip(percentages(&shares)) {
        lines += &row(&outcome.name, &percentage, &outcome.share, column);
        if detail == Detail::Full {
            lines += &told(&outcome.says, &outcome.when);
        }
    }
    lines
}

/// The bottom line: the most frequent outcome and the gravest.
fn in_short(report: &Report) -> String {
    let most = report.outcomes.iter().max_by(|a, b| a.share.value.total_cmp(&b.share.value));
    let Some(most) = most else { return String::new() };
    let mut line = format!("In short: {} of the runs end in `{}`", percent(&most.share), most.name);
    let gravest = report.outcomes.iter().filter(|o| o.severity.is_some()).max_by_key(|o| o.severity);
    if let Some(gravest) = gravest.filter(|g| g.name != most.name) {
        line += &format!("; the gravest outcome, `{}`: {}", gravest.name, frequency(&gravest.share));
    }
    format!("\n{}", wrap(&(line + "."), 0, 0))
}

/// Name, percentage, interval, and a bar or, for small shares, odds.
fn row(name: &str, percentage: &str, share: &Share, column: usize) -> String {
    let room = WIDTH - 2 - column - 2 - SHARE - 2 - INTERVAL - 2;
    let tail = odds(share).unwrap_or_else(|| styled(BAR, &bar(share.value, room)));
    let (percentage, between) = (right(percentage, SHARE), right(&between(share), INTERVAL));
    format!("  {}  {percentage}  {between}  {tail}", label(name, column)).trim_end().to_owned() + "\n"
}

/// A name in the first column; one that is too long for it has a line of its own.
fn label(name: &str, column: usize) -> String {
    if width(name) > column { format!("{name}\n  {}", " ".repeat(column)) } else { left(name, column) }
}

fn name_column<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(width).filter(|w| *w <= LONGEST_NAME).max().unwrap_or(0).max(12)
}

/// The sentence and the condition, under a row.
fn told(says: &str, condition: &str) -> String {
    wrap(says, 6, 6) + &wrap(condition, 6, 8)
}

pub(super) fn questions(report: &Report, detail: Detail) -> String {
    if report.questions.is_empty() {
        return String::new();
    }
    let column = name_column(report.questions.iter().map(|q| q.name.as_str()));
    let mut lines = heading("Questions", "");
    for question in &report.questions {
        lines += &match &question.answer {
            Answer::Share(share) => row(&question.name, &percent(share), share, column),
            Answer::Distribution(of) => distribution(&question.name, of, column),
        };
        if detail == Detail::Full {
            lines += &told(&question.says, &question.ask);
        }
    }
    lines
}

/// `tests   median 13, 90 % of runs 9 to 18; mean 13.2 (13.1 to 13.3)`
fn distribution(name: &str, of: &Distribution, column: usize) -> String {
    let point = |at: f64| of.quantiles.iter().find(|q| (q.at - at).abs() < 1e-9).map(|q| value(q, of.unit));
    let mut parts = Vec::new();
    if let (Some(low), Some(median), Some(high)) = (point(0.05), point(0.5), point(0.95)) {
        parts.push(format!("median {median}"));
        parts.push(format!("90 % of runs {low} to {high}"));
    }
    if let Some(mean) = of.mean.filter(|_| of.unit != Unit::Time) {
        let interval = interval(&mean).map_or_else(String::new, |i| format!(" ({i})"));
        parts.push(format!("mean {}{interval}", figure(&mean)));
    }
    if let Some(never) = of.never.filter(|n| n.value > 0.0) {
        parts.push(format!("never: {}", frequency(&never)));
    }
    if parts.is_empty() {
        parts.push("in no run".to_owned());
    }
    format!("  {}  {}", label(name, column), flow(parts, ", ", column + 4, column + 4).trim_start())
}

fn value(quantile: &Quantile, unit: Unit) -> String {
    match (&quantile.date, unit) {
        (Some(date), _) => date.clone(),
        (None, Unit::Plain) => number(quantile.figure.value, 0.0),
        (None, Unit::Days | Unit::Time) => format!("{} d", number(quantile.figure.value, 0.1)),
    }
}
