//! What was solved: answers with all their digits, how they grow over time, what they stand on, and what was refused.

use anstyle::Style;

use super::Detail;
use super::answers::{NUMBERS, QUESTIONS, gravest, more, most, name_column, tail, told, yes_no};
use crate::report::figures::{count, frequency, level, number, percent, percentages, probability, solved_figure};
use crate::report::layout::{BAR, FAINT, WIDTH, flow, heading, label, left, line, right, styled, width, wrap};
use crate::report::{
    Answer, Distribution, Moment, Quantile, Question, Refusal, Report, Share, Slice, Sooner, Unit, Weight,
};

/// Columns of a solved probability.
const SOLVED: usize = 22;
/// Columns of a percentage.
const PERCENT: usize = 10;
/// Columns of a curve over time.
const CURVE: usize = 20;
/// Columns of a probability by a date.
const DATE: usize = 12;
/// Columns of the names beside curves.
const NAME: usize = 18;
/// Curves shown unless everything is.
const CURVES: usize = 12;
/// Dropped probability that shows in no digit.
const NEGLIGIBLE: f64 = 1e-13;
/// Rules of a refused slice that are named unless everything is.
const RULES: usize = 8;
/// Values of a number that are less probable are not shown unless everything is.
const RARE: f64 = 1e-3;

pub(super) fn outcomes(report: &Report, detail: Detail) -> String {
    let shares: Vec<Share> = report.outcomes.iter().filter_map(|o| o.share).collect();
    let shown = percentages(&shares);
    let mut lines = String::new();
    let likeliest = (0..shares.len()).rev().max_by(|a, b| shares[*a].value.total_cmp(&shares[*b].value));
    if let Some(likeliest) = likeliest {
        let first = format!("`{}` has a probability of {}", report.outcomes[likeliest].name, shown[likeliest]);
        let rest = gravest(&report.outcomes, &shares, &shown, likeliest);
        lines += "\n";
        lines += &wrap(&format!("In short: {first}{rest}."), 0, 0);
    }
    lines += &heading("How it ends", "probability, solved");
    if shares.is_empty() {
        return lines + &wrap("not solved: see below", 2, 2);
    }
    let column = name_column(report.outcomes.iter().map(|o| o.name.as_str()));
    for ((outcome, share), percentage) in report.outcomes.iter().zip(&shares).zip(&shown) {
        lines += &row(&outcome.name, percentage, share, column);
        if detail == Detail::Full {
            lines += &told(&outcome.says, &outcome.when);
        }
    }
    lines
}

/// Name, probability, percentage, and a bar or, for small ones, odds.
fn row(name: &str, percentage: &str, share: &Share, column: usize) -> String {
    let room = WIDTH.saturating_sub(2 + column + 2 + SOLVED + 2 + PERCENT + 2);
    let (solved, percentage) = (left(&probability(share), SOLVED), right(percentage, PERCENT));
    format!("  {}  {solved}  {percentage}  {}", label(name, column), tail(share, room)).trim_end().to_owned() + "\n"
}

pub(super) fn questions(report: &Report, detail: Detail) -> String {
    let asked = yes_no(report);
    if asked.is_empty() {
        return String::new();
    }
    let column = name_column(asked.iter().map(|(q, _)| q.name.as_str()));
    let mut lines = heading("Questions", "probability of a yes, solved");
    for (question, share) in asked.iter().take(most(detail, QUESTIONS)) {
        lines += &row(&question.name, &percent(share), share, column);
        if detail == Detail::Full {
            lines += &told(&question.says, &question.ask);
        }
    }
    lines + &more(asked.len(), most(detail, QUESTIONS))
}

pub(super) fn numbers(report: &Report, detail: Detail) -> String {
    let asked = report.questions.iter().filter_map(|question| match &question.answer {
        Answer::Distribution(of) => Some((question, of.as_ref())),
        Answer::Share(_) | Answer::NotSolved => None,
    });
    let asked: Vec<(&Question, &Distribution)> = asked.collect();
    if asked.is_empty() {
        return String::new();
    }
    let shown = most(detail, NUMBERS);
    let column = name_column(asked.iter().take(shown).map(|(q, _)| q.name.as_str()));
    let mut lines = heading("Numbers", "mean; median (and where 90 % of the probability lies)");
    for (question, of) in asked.iter().take(shown) {
        let text = format!("  {}  {}", label(&question.name, column), summary(of).join("; "));
        lines += &wrap_row(&text, column + 4);
        lines += &values(of, detail, column + 4);
        if detail == Detail::Full {
            lines += &told(&question.says, &question.ask);
        }
    }
    lines + &more(asked.len(), shown)
}

/// A row whose text may be too long for one line: the name stays as padded as it is.
fn wrap_row(text: &str, indent: usize) -> String {
    if width(text) <= WIDTH {
        return format!("{}\n", text.trim_end());
    }
    let (head, rest) = text.split_at(text.char_indices().nth(indent).map_or(text.len(), |(at, _)| at));
    head.to_owned() + wrap(rest, indent, indent).trim_start()
}

fn summary(of: &Distribution) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(mean) = &of.mean {
        let unit = if of.unit == Unit::Plain { "" } else { " d" };
        let date = of.mean_date.as_ref().map_or_else(String::new, |date| format!(" ({date})"));
        parts.push(format!("{}{unit}{date}", solved_figure(mean)));
    }
    let point = |at: f64| of.quantiles.iter().find(|q| (q.at - at).abs() < 1e-9).map(|q| quantile(q, of.unit));
    if let Some(median) = point(0.5) {
        let range = point(0.05)
            .zip(point(0.95))
            .map(|(low, high)| format!(" ({low} to {})", high.strip_prefix("day ").unwrap_or(&high)));
        parts.push(format!("{median}{}", range.unwrap_or_default()));
    }
    if let Some(never) = &of.never {
        parts.push(format!("never: {}", probability(never)));
    }
    parts
}

/// A value, a date, a day or the days between which it lies.
fn quantile(quantile: &Quantile, unit: Unit) -> String {
    let figure = &quantile.figure;
    let (low, high) = (figure.low.unwrap_or(figure.value), figure.high.unwrap_or(figure.value));
    match (&quantile.date, unit) {
        (Some(date), _) => date.clone(),
        (None, Unit::Time) => format!("day {}", number(high, 0.01)),
        (None, _) if low < high => format!("{}..{}", number(low, 0.0), number(high, 0.0)),
        (None, Unit::Days) => format!("{} d", number(low, 0.01)),
        (None, Unit::Plain) => number(low, 0.0),
    }
}

/// The distribution: in brief only where it has few values, and the probable ones.
fn values(of: &Distribution, detail: Detail, indent: usize) -> String {
    /// More values say nothing at a glance.
    const MANY: usize = 24;
    let wanted = |w: &&Weight| detail == Detail::Full || w.share.value >= RARE;
    let shown: Vec<&Weight> = of.values.iter().filter(wanted).collect();
    if shown.is_empty() || (detail == Detail::Brief && shown.len() > MANY) {
        return String::new();
    }
    let cell = |w: &&Weight| {
        let text = if detail == Detail::Full { probability(&w.share) } else { percent(&w.share) };
        format!("{}: {text}", number(w.value, 0.0))
    };
    let more = of.more.filter(|more| more.high > 0.0).map(|more| format!("more: {}", frequency(&more)));
    flow(shown.iter().map(cell).chain(more), ", ", indent, indent)
}

/// How the probabilities grow: for each answer a curve to its own height and what it is at three dates.
pub(super) fn over_time(report: &Report, detail: Detail) -> String {
    let outcomes = report.outcomes.iter().map(|o| (o.name.as_str(), &o.by));
    let questions = report.questions.iter().map(|q| (q.name.as_str(), &q.by));
    // What is only known at the end has no curve.
    let grows = |by: &[Sooner]| by.len() > 2 && by[by.len() - 2].value > 0.0;
    let curves: Vec<(&str, &[Sooner])> =
        outcomes.chain(questions).map(|(name, by)| (name, by.as_slice())).filter(|(_, by)| grows(by)).collect();
    let Some((_, first)) = curves.first() else { return String::new() };
    let last = first.len() - 1;
    let dates = [last / 3, last * 2 / 3, last].map(|index| &first[index].time);
    let shown = most(detail, CURVES);
    let mut lines = heading("By when", "probability that it is certain; each curve to its own height");
    let columns: String = dates.iter().map(|at| right(&moment(at), DATE)).collect();
    lines += &line(FAINT, &(" ".repeat(2 + NAME + CURVE + 4) + &columns));
    for (name, by) in curves.iter().take(shown) {
        let cells: String = dates.iter().map(|at| right(&short(value_at(by, at.day)), DATE)).collect();
        let name = label(name, NAME);
        lines += &line(Style::new(), &format!("  {name}  {}  {cells}", styled(BAR, &curve(by))));
    }
    lines + &more(curves.len(), shown)
}

/// The probability by so many days after the start.
fn value_at(by: &[Sooner], day: f64) -> f64 {
    let later = by.partition_point(|at| at.time.day <= day);
    if later == 0 { 0.0 } else { by[later - 1].value }
}

fn curve(by: &[Sooner]) -> String {
    let highest = by.iter().map(|at| at.value).fold(0.0, f64::max);
    let cell = |column: usize| by[((column + 1) * by.len()).div_ceil(CURVE) - 1].value / highest;
    (0..CURVE).map(|column| level(cell(column))).collect()
}

/// Three digits or so of a probability by a date.
fn short(value: f64) -> String {
    match value {
        v if v <= 0.0 => "0".to_owned(),
        v if v < 1e-4 => format!("{v:.2e}"),
        v => format!("{:.2} %", 100.0 * v),
    }
}

/// `2024-03-08`, or `day 30`
fn moment(moment: &Moment) -> String {
    moment.date.clone().unwrap_or_else(|| format!("day {}", number(moment.day, 0.1)))
}

/// The parts of the scenario that the answers stand on.
pub(super) fn slices(report: &Report, detail: Detail) -> String {
    if report.slices.is_empty() {
        return String::new();
    }
    let mut lines = heading("Solved on", "a part of the scenario for each: its reachable states and rules");
    // A slice may have been solved only to know how to solve another.
    let used = report.slices.iter().filter(|slice| !slice.answers.is_empty());
    lines.extend(used.map(|slice| one_slice(slice, detail)));
    lines
}

fn one_slice(slice: &Slice, detail: Detail) -> String {
    let states =
        if slice.states == 1 { "1 state".to_owned() } else { format!("{} states", count(slice.states as u64)) };
    let rules = format!("{} of {} rules", slice.rules.len(), slice.of_rules);
    let mut lines = wrap(&format!("{states}, {rules}: {}", slice.answers.join(", ")), 2, 6);
    if slice.dropped > NEGLIGIBLE || (slice.dropped > 0.0 && detail == Detail::Full) {
        let unsettled = match slice.unsettled {
            mass if mass > 0.0 => format!(", {mass:.1e} of it in instants that do not settle"),
            _ => String::new(),
        };
        lines += &wrap(&format!("dropped: {:.1e}{unsettled}; contained in every interval", slice.dropped), 6, 6);
    }
    if detail == Detail::Full && !slice.rules.is_empty() {
        lines += &flow(slice.rules.iter().cloned(), ", ", 6, 6);
    }
    lines
}

/// What was not solved, and why; in brief, those that failed at the same time for the same reason are told together.
pub(super) fn refusals(report: &Report, detail: Detail) -> String {
    if report.refusals.is_empty() {
        return String::new();
    }
    let mut lines = heading("Not solved", "");
    let mut told: Vec<&str> = Vec::new();
    // First what was tried, then what was not because of that.
    let (untried, tried): (Vec<&Refusal>, Vec<&Refusal>) =
        report.refusals.iter().partition(|refusal| refusal.code == "holds-too-many");
    for refusal in tried.into_iter().chain(untried) {
        let alike = |other: &&Refusal| other.message == refusal.message && other.known.is_none();
        if detail == Detail::Full || refusal.known.is_some() {
            lines += &one_refusal(refusal, &refusal.about, detail);
        } else if !told.contains(&refusal.message.as_str()) {
            told.push(&refusal.message);
            let about = report.refusals.iter().filter(alike).flat_map(|other| other.about.clone());
            lines += &one_refusal(refusal, &about.collect::<Vec<_>>(), detail);
        }
    }
    lines
}

fn one_refusal(refusal: &Refusal, about: &[String], detail: Detail) -> String {
    let mut lines = wrap(&format!("{}: {}", about.join(", "), refusal.message), 2, 4);
    if let Some(known) = &refusal.known {
        let by = moment(&known.time);
        let share = |x: f64| number(100.0 * x, 0.01);
        let text = format!("at least {} %, at most {} %: what is certain by {by}", share(known.low), share(known.high));
        lines += &wrap(&text, 6, 6);
    }
    let first = if about.len() > refusal.about.len() { format!("of `{}`, ", refusal.about[0]) } else { String::new() };
    if !refusal.rules.is_empty() {
        let rules = named(&refusal.rules, most(detail, RULES));
        let head = format!("{first}the slice holds {} of {} rules: {rules}", refusal.rules.len(), refusal.of_rules);
        lines += &wrap(&head, 6, 8);
    }
    if !refusal.contributors.is_empty() {
        lines += &wrap(&format!("largest contributors: {}", refusal.contributors.join(", ")), 6, 8);
    }
    lines.extend(refusal.advice.iter().map(|advice| wrap(&format!("try: {advice}"), 6, 11)));
    lines
}

/// Names, the first few of many.
fn named(names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    let hidden = names.len().saturating_sub(most);
    if hidden == 0 { shown } else { format!("{shown} and {hidden} more") }
}

/// Under a report on runs of which some answers were solved: where to look for the others.
pub(super) fn also(report: &Report) -> String {
    let open = report.outcomes.iter().any(|o| o.exact.is_none()) || report.questions.iter().any(|q| q.exact.is_none());
    if report.slices.is_empty() || !open {
        return String::new();
    }
    let note = "= was solved in a moment; `simulate solve` tries longer, and says why the others are not";
    format!("\n{}\n", styled(FAINT, wrap(note, 2, 4).trim_end()))
}
