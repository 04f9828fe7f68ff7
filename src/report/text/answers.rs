//! How runs end and what was asked of them: the numbers that a reader came for.

use super::Detail;
use crate::report::figures::{
    bar, between, briefly, figure, figure_briefly, frequency, give_or_take, interval, number, odds, percent,
    percentages,
};
use crate::report::layout::{BAR, FAINT, WIDTH, heading, label, left, right, styled, width, wrap};
use crate::report::{Answer, Distribution, Outcome, Quantile, Question, Report, Share, Unit};

/// Names up to this long stand in the table's first column.
const LONGEST_NAME: usize = 28;
/// Yes/no questions shown unless everything is.
pub(super) const QUESTIONS: usize = 16;
/// Numbers shown unless everything is.
pub(super) const NUMBERS: usize = 8;
/// Columns of a percentage.
const SHARE: usize = 8;
/// Columns of an interval of percentages.
const INTERVAL: usize = 18;

pub(super) fn outcomes(report: &Report, detail: Detail) -> String {
    let shares: Vec<Share> = report.outcomes.iter().filter_map(|o| o.share).collect();
    let shown = percentages(&shares);
    let names = name_column(report.outcomes.iter().map(|o| o.name.as_str()));
    let columns = (names, exact_column(report.outcomes.iter().filter_map(|o| o.exact.as_ref())));
    let exact = report.outcomes.iter().any(|o| o.exact.is_some());
    let mut lines = in_short(&report.outcomes, &shares, &shown);
    lines += &heading(
        "How it ends",
        if exact { "share of runs, 95 % interval; = solved" } else { "share of runs, 95 % interval" },
    );
    for ((outcome, share), percentage) in report.outcomes.iter().zip(&shares).zip(&shown) {
        lines += &row(&outcome.name, percentage, share, outcome.exact.as_ref(), columns);
        if detail == Detail::Full {
            lines += &told(&outcome.says, &outcome.when);
        }
    }
    lines
}

/// The bottom line, with the percentages of the table: the most frequent outcome, and the gravest; if that never
/// happened, also the gravest that did.
fn in_short(outcomes: &[Outcome], shares: &[Share], shown: &[String]) -> String {
    let most = (0..shares.len()).rev().max_by(|a, b| shares[*a].value.total_cmp(&shares[*b].value));
    let Some(most) = most else { return String::new() };
    let most_of_all = format!("{} of the runs end in `{}`", shown[most], outcomes[most].name);
    format!("\n{}", wrap(&format!("In short: {most_of_all}{}.", gravest(outcomes, shares, shown, most)), 0, 0))
}

/// `; the gravest outcome, …`: also the gravest that can happen, if that one cannot; nothing if it is the `most` frequent.
pub(super) fn gravest(outcomes: &[Outcome], shares: &[Share], shown: &[String], most: usize) -> String {
    let mut graded: Vec<usize> = (0..outcomes.len()).filter(|i| outcomes[*i].severity.is_some()).collect();
    graded.sort_by_key(|i| std::cmp::Reverse(outcomes[*i].severity));
    let happened = graded.iter().position(|i| shares[*i].value > 0.0);
    let gravest = graded.first().into_iter().chain(happened.filter(|n| *n > 0).map(|n| &graded[n]));
    let often = |i: usize| odds(&shares[i]).unwrap_or_else(|| shown[i].clone());
    let told = gravest.filter(|i| **i != most).map(|i| format!("`{}`: {}", outcomes[*i].name, often(*i)));
    match told.collect::<Vec<String>>().as_slice() {
        [] => String::new(),
        [one] => format!("; the gravest outcome, {one}"),
        more => format!("; the gravest outcomes, {}", more.join(", ")),
    }
}

/// Columns of an exact share, as long as none is longer.
const EXACT: usize = 14;

/// `= 1.5230e-8`
fn solved(exact: &Share) -> String {
    format!("= {}", briefly(exact))
}

/// Columns of these exact shares, with the space that follows.
fn exact_column<'s>(shares: impl Iterator<Item = &'s Share>) -> usize {
    shares.map(|share| width(&solved(share)) + 1).fold(EXACT, usize::max)
}

/// Name, percentage, interval, the exact share if there is one, and a bar or, for small shares, odds.
fn row(
    name: &str,
    percentage: &str,
    share: &Share,
    exact: Option<&Share>,
    (column, exact_column): (usize, usize),
) -> String {
    let room = WIDTH - 2 - column - 2 - SHARE - 2 - INTERVAL - 2;
    let (percentage, between) = (right(percentage, SHARE), right(&between(share), INTERVAL));
    let start = format!("  {}  {percentage}  {between}", label(name, column));
    let tail = match exact {
        Some(exact) => {
            let solved = left(&solved(exact), exact_column);
            format!("{solved}{}", tail(exact, room.saturating_sub(width(&solved))))
        }
        None => tail(share, room),
    };
    format!("{start}  {tail}").trim_end().to_owned() + "\n"
}

/// Odds of a small share, else a bar; nothing where there is no room.
pub(super) fn tail(share: &Share, room: usize) -> String {
    odds(share).filter(|odds| width(odds) <= room).unwrap_or_else(|| styled(BAR, &bar(share.value, room)))
}

pub(super) fn name_column<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(width).filter(|w| *w <= LONGEST_NAME).max().unwrap_or(0).max(12)
}

/// The sentence and the condition, under a row.
pub(super) fn told(says: &str, condition: &str) -> String {
    wrap(says, 6, 6) + &wrap(condition, 6, 8)
}

/// The questions whose answer is yes or no, in order.
pub(super) fn yes_no<'r>(report: &'r Report) -> Vec<(&'r Question, &'r Share)> {
    let share = |question: &'r Question| match &question.answer {
        Answer::Share(share) => Some((question, share)),
        Answer::Distribution(_) | Answer::NotSolved => None,
    };
    report.questions.iter().filter_map(share).collect()
}

pub(super) fn questions(report: &Report, detail: Detail) -> String {
    let asked = yes_no(report);
    if asked.is_empty() {
        return String::new();
    }
    let shown = || asked.iter().take(most(detail, QUESTIONS));
    let names = name_column(asked.iter().map(|(q, _)| q.name.as_str()));
    let columns = (names, exact_column(shown().filter_map(|(question, _)| exact_share(question))));
    let exact = asked.iter().any(|(question, _)| question.exact.is_some());
    let note = "share of runs that say yes, 95 % interval";
    let mut lines = heading("Questions", &if exact { format!("{note}; = solved") } else { note.to_owned() });
    for (question, share) in shown() {
        lines += &row(&question.name, &percent(share), share, exact_share(question), columns);
        if detail == Detail::Full {
            lines += &told(&question.says, &question.ask);
        }
    }
    lines + &more(asked.len(), most(detail, QUESTIONS))
}

/// The solved share beside a sampled one.
fn exact_share(question: &Question) -> Option<&Share> {
    question.exact.as_ref().and_then(|answer| match answer {
        Answer::Share(share) => Some(share),
        Answer::Distribution(_) | Answer::NotSolved => None,
    })
}

/// How many of a list are shown.
pub(super) fn most(detail: Detail, brief: usize) -> usize {
    if detail == Detail::Full { usize::MAX } else { brief }
}

/// `13 more with --all`
pub(super) fn more(there: usize, shown: usize) -> String {
    let hidden = there.saturating_sub(shown);
    if hidden == 0 { String::new() } else { format!("  {}\n", styled(FAINT, &format!("{hidden} more with --all"))) }
}

/// A number's line in the table.
struct Numbers<'a> {
    question: &'a Question,
    median: String,
    range: String,
    rest: String,
}

pub(super) fn numbers(report: &Report, detail: Detail) -> String {
    let rows = report.questions.iter().filter_map(|question| match &question.answer {
        Answer::Share(_) | Answer::NotSolved => None,
        Answer::Distribution(of) => Some(Numbers::new(question, of)),
    });
    let rows: Vec<Numbers<'_>> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let there = rows.len();
    let shown: Vec<Numbers<'_>> = rows.into_iter().take(most(detail, NUMBERS)).collect();
    // Dates are long: they stand out of the columns rather than widen them for all.
    let widest = |columns: fn(&Numbers<'_>) -> usize| {
        shown.iter().map(columns).filter(|columns| *columns <= INTERVAL).max().unwrap_or(0)
    };
    let names = name_column(shown.iter().map(|row| row.question.name.as_str()));
    let columns = (names, widest(|row| width(&row.median)), widest(|row| width(&row.range)));
    let mut lines = heading("Numbers", "median (95 %); where 90 % of the runs lie; mean (95 %)");
    for row in &shown {
        lines += &row.line(columns);
        if detail == Detail::Full {
            lines += &told(&row.question.says, &row.question.ask);
        }
    }
    lines + &more(there, shown.len())
}

impl<'a> Numbers<'a> {
    fn new(question: &'a Question, of: &Distribution) -> Self {
        let point = |at: f64| of.quantiles.iter().find(|q| (q.at - at).abs() < 1e-9).map(|q| value(q, of.unit));
        let exact = question.exact.as_ref().and_then(|answer| match answer {
            Answer::Distribution(of) => Some(of.as_ref()),
            Answer::Share(_) | Answer::NotSolved => None,
        });
        let mut rest = Vec::new();
        if let Some(mean) = of.mean.filter(|_| of.unit != Unit::Time) {
            let interval = interval(&mean).map_or_else(String::new, |i| format!(" ({i})"));
            let exact = exact.and_then(|e| e.mean).map_or_else(String::new, |e| format!(" = {}", figure_briefly(&e)));
            rest.push(format!("{}{interval}{exact}", figure(&mean)));
        }
        if let Some(never) = of.never.filter(|n| n.value > 0.0) {
            let exact = exact.and_then(|e| e.never).map_or_else(String::new, |e| format!(" = {}", briefly(&e)));
            rest.push(format!("never: {}{exact}", frequency(&never)));
        }
        let range = point(0.05).zip(point(0.95)).map(|(low, high)| format!("{low} to {high}"));
        let middle = of.quantiles.iter().find(|q| (q.at - 0.5).abs() < 1e-9);
        let median = middle.map_or_else(String::new, |q| value(q, of.unit) + &within(q, of.unit));
        Self { question, median, range: range.unwrap_or_default(), rest: rest.join(", ") }
    }

    /// In columns of names, medians and ranges; the rest stands below where there is no room.
    fn line(&self, (names, medians, ranges): (usize, usize, usize)) -> String {
        let name = label(&self.question.name, names);
        let start = format!("  {name}  {}  {}", right(&self.median, medians), right(&self.range, ranges));
        let columns = 2 + names + 2 + medians.max(width(&self.median)) + 2 + ranges.max(width(&self.range));
        if columns + 2 + width(&self.rest) <= WIDTH {
            return format!("{start}  {}", self.rest).trim_end().to_owned() + "\n";
        }
        let indent = 2 + names + 2;
        format!("{start}\n{}", wrap(&self.rest, indent, indent))
    }
}

/// The interval of a quantile, where it is more than a point.
fn within(quantile: &Quantile, unit: Unit) -> String {
    let figure = &quantile.figure;
    match (&quantile.date, unit, figure.low.zip(figure.high)) {
        (Some(_), ..) => give_or_take(figure, 1.0),
        (None, Unit::Days | Unit::Time, _) => give_or_take(figure, 0.1),
        (None, Unit::Plain, None) => " ?".to_owned(),
        (None, Unit::Plain, Some((low, high))) if low < high => {
            format!(" ({} to {})", number(low, 0.0), number(high, 0.0))
        }
        (None, Unit::Plain, Some(_)) => String::new(),
    }
}

fn value(quantile: &Quantile, unit: Unit) -> String {
    match (&quantile.date, unit) {
        (Some(date), _) => date.clone(),
        (None, Unit::Plain) => number(quantile.figure.value, 0.0),
        (None, Unit::Days | Unit::Time) => format!("{} d", number(quantile.figure.value, 0.1)),
    }
}
