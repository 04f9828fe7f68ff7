//! What two engines say of the same scenario, side by side: whether they can both be right.
//!
//! Computes no numbers.

use std::fmt::Write as _;

use serde::Serialize;

use super::figures::count;
use super::layout::{FAINT, WARNING, heading, label, line, right, styled, width, wrap};
use crate::analysis::agree::{Agreement, Comparison, FALSE_ALARM, Quantity};
use crate::exact::solution::Solution;
use crate::model::{Model, VariableKind};
use crate::observe::occupancy::dates;

/// Rows shown of those that agree, unless everything is.
const FEW: usize = 12;

/// Both engines on one scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreed {
    /// Whether nothing disagrees.
    pub agree: bool,
    /// The scenario's title.
    pub title: String,
    /// Runs sampled.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
    /// The probability that all intervals hold the truth at once, at least.
    pub confidence: f64,
    /// Everything that both computed.
    pub rows: Vec<Row>,
    /// How many quantities were sampled and not solved.
    pub unsolved: usize,
    /// The most states of a slice that was solved.
    pub states: usize,
    /// The command that gives this again.
    pub command: String,
}

/// One quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What.
    pub name: String,
    /// The sampled value.
    pub sampled: f64,
    /// Its interval.
    pub low: f64,
    /// Its interval.
    pub high: f64,
    /// The solved value: lower end.
    pub exact_low: f64,
    /// The solved value: upper end.
    pub exact_high: f64,
    /// Both can be right.
    pub agrees: bool,
}

/// The value behind the views.
pub fn agreed(model: &Model, agreement: &Agreement, solution: &Solution, seed: u64, command: String) -> Agreed {
    let row = |comparison: &Comparison| Row {
        name: name(model, &comparison.quantity),
        sampled: comparison.sampled,
        low: comparison.interval.low,
        high: comparison.interval.high,
        exact_low: comparison.exact.low,
        exact_high: comparison.exact.high,
        agrees: comparison.agrees(),
    };
    Agreed {
        agree: agreement.disagreements().next().is_none(),
        title: super::layout::plain(&model.title),
        runs: agreement.runs,
        seed,
        confidence: 1.0 - FALSE_ALARM,
        rows: agreement.comparisons.iter().map(row).collect(),
        unsolved: agreement.unsolved,
        states: solution.slices.iter().map(|slice| slice.states).max().unwrap_or(0),
        command,
    }
}

/// `outcome war`, `tension is 40 to 49 at the end of 2024-05-31`
fn name(model: &Model, quantity: &Quantity) -> String {
    let question = |index: &usize| &model.questions[*index].name;
    match quantity {
        Quantity::Outcome(index) => format!("outcome {}", model.outcomes[*index].name),
        Quantity::Question(index) => format!("question {}", question(index)),
        Quantity::Value(index, value) => format!("{} is {value}", question(index)),
        Quantity::Mean(index) => format!("mean of {}", question(index)),
        Quantity::Ever(index) => format!("{} happens at all", question(index)),
        Quantity::Firings(rule) => format!("mean firings of {}", model.rule(*rule).id),
        Quantity::Occupied(id, date, (low, high)) => {
            let variable = model.variable(*id);
            let value = match &variable.kind {
                VariableKind::Posture { values, .. } => values[*low as usize].clone(),
                VariableKind::Flag => if *low == 0 { "no" } else { "yes" }.to_owned(),
                VariableKind::Indicator if low == high => low.to_string(),
                VariableKind::Indicator => format!("{low} to {high}"),
            };
            let step = dates(&model.calendar)[*date];
            let moment = super::dates::moment(&model.calendar, step, super::dates::Edge::Before);
            let when = moment.date.unwrap_or_else(|| format!("day {}", moment.day));
            format!("{} is {value} at the end of {when}", variable.name)
        }
    }
}

/// As text of 80 columns; everything if `all`, else what disagrees and the first few.
pub fn text(agreed: &Agreed, all: bool) -> String {
    let quantities = count(agreed.rows.len() as u64);
    let verdict = if agreed.rows.is_empty() {
        line(WARNING, "Nothing was compared: no part of the scenario was solved")
    } else if agreed.agree {
        format!("The engines agree on all {quantities} quantities that both compute.\n")
    } else {
        let wrong = count(agreed.rows.iter().filter(|row| !row.agrees).count() as u64);
        line(WARNING, &format!("THE ENGINES DISAGREE on {wrong} of {quantities} quantities"))
    };
    let how = format!(
        "{} runs of seed {}; all intervals hold at once with probability {} % at least; solved on up to {} states",
        count(agreed.runs),
        agreed.seed,
        100.0 * agreed.confidence,
        count(agreed.states as u64),
    );
    let mut lines = format!("{}\n{verdict}{}", agreed.title, styled(FAINT, &wrap(&how, 0, 0)));
    lines += &table("What disagrees", agreed.rows.iter().filter(|row| !row.agrees), usize::MAX);
    let few = if all { usize::MAX } else { FEW };
    lines += &table("What agrees", agreed.rows.iter().filter(|row| row.agrees), few);
    if agreed.unsolved > 0 {
        let more = format!("{} were sampled and not solved: see `simulate solve`", count(agreed.unsolved as u64));
        lines += &wrap(&more, 2, 2);
    }
    lines + &format!("\nagain: {}\n", agreed.command)
}

fn table<'a>(title: &str, rows: impl Iterator<Item = &'a Row> + Clone, most: usize) -> String {
    let shown: Vec<&Row> = rows.clone().take(most).collect();
    if shown.is_empty() {
        return String::new();
    }
    let column = shown.iter().map(|row| width(&row.name)).max().unwrap_or(0).min(26);
    let mut lines = heading(title, "solved, sampled [interval]");
    for row in &shown {
        let exact = significant(row.exact_low + (row.exact_high - row.exact_low) / 2.0);
        let sampled = format!("{} [{}, {}]", significant(row.sampled), significant(row.low), significant(row.high));
        let name = label(&row.name, column);
        let _ = writeln!(lines, "  {name} {} {sampled}", right(&exact, 11));
    }
    let hidden = rows.count() - shown.len();
    if hidden > 0 {
        let _ = writeln!(lines, "  {}", styled(FAINT, &format!("{} more with --all", count(hidden as u64))));
    }
    lines
}

/// Six significant digits.
fn significant(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let magnitude = libm::floor(libm::log10(x.abs())) as i32;
    if !(-4..7).contains(&magnitude) {
        return format!("{x:.5e}");
    }
    let decimals = (5 - magnitude).max(0) as usize;
    format!("{x:.decimals$}")
}
