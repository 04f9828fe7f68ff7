//! What happened on the way: paths of milestones, postures and indicators over time.

use super::Detail;
use crate::report::figures::{between, frequency, level, number, percent};
use crate::report::layout::{BAR, FAINT, flow, heading, left, right, styled, width, wrap};
use crate::report::{Indicator, IndicatorAt, Milestone, Moment, Path, Posture, Report};

/// Paths shown unless everything is.
const PATHS: usize = 6;
/// Indicators shown unless everything is.
const INDICATORS: usize = 6;
/// Columns of a curve.
const CURVE: usize = 46;
/// Columns of the names beside curves.
const NAME: usize = 16;

pub(super) fn paths(report: &Report, detail: Detail) -> String {
    if report.paths.iter().all(|p| p.milestones.is_empty()) {
        return String::new();
    }
    let shown = if detail == Detail::Full { report.paths.len() } else { PATHS };
    let mut lines = heading("Paths", "milestones in order, each with its median date; share of runs");
    lines.extend(report.paths.iter().take(shown).map(path));
    let hidden = report.paths.len().saturating_sub(shown);
    if hidden > 0 {
        lines += &format!("  {}\n", styled(FAINT, &format!("{hidden} rarer paths listed with --all")));
    }
    if let Some(other) = &report.other_paths {
        lines += &format!("  {}\n", styled(FAINT, &format!("along still other paths: {} of the runs", frequency(other))));
    }
    lines
}

fn path(path: &Path) -> String {
    let head = format!("  {}  {}", right(&percent(&path.share), 8), left(&between(&path.share), 18));
    let head = format!("{head}  {}\n", styled(FAINT, &format!("--run {}", path.exemplar)));
    if path.milestones.is_empty() {
        return head + "            no milestone\n";
    }
    head + &flow(path.milestones.iter().map(milestone), " → ", 12, 14)
}

fn milestone(milestone: &Milestone) -> String {
    format!("{} {}", milestone.rule, moment(&milestone.median))
}

/// `2024-03-08`, or `day 30`
fn moment(moment: &Moment) -> String {
    moment.date.clone().unwrap_or_else(|| format!("day {}", number(moment.day, 0.1)))
}

pub(super) fn postures(report: &Report, detail: Detail) -> String {
    let all = detail == Detail::Full;
    report.postures.iter().filter(|p| (all || p.main) && !p.times.is_empty()).map(posture).collect()
}

/// One line a value, highest first: how many runs are in it, from the start to the end.
fn posture(posture: &Posture) -> String {
    let column = posture.values.iter().map(|v| width(v)).max().unwrap_or(0).clamp(10, NAME);
    let mut lines = heading(&posture.name, "share of runs in each state: · under 2 %, ▁ a little, █ all");
    for (name, shares) in posture.values.iter().zip(&posture.shares).rev() {
        let values: Vec<f64> = shares.iter().map(|s| s.value).collect();
        let curve: String = sampled(values.len(), CURVE).map(|i| level(values[i])).collect();
        let end = shares.last().map(frequency).unwrap_or_default();
        lines += format!("  {} │{}│ {end}", cut(name, column), styled(BAR, &curve)).trim_end();
        lines.push('\n');
    }
    let axis = axis(&posture.times, CURVE);
    lines + &format!("  {}  {}  {}\n", " ".repeat(column), styled(FAINT, &left(&axis, CURVE)), styled(FAINT, "at the end"))
}

/// Of `count` points the indices that fill `columns` columns evenly, first and last included.
fn sampled(count: usize, columns: usize) -> impl Iterator<Item = usize> {
    (0..columns).map(move |c| if count < 2 { 0 } else { (c * (count - 1) + (columns - 1) / 2) / (columns - 1) })
}

/// The beginnings of months (or years) under their columns; days since the start without a calendar.
fn axis(times: &[Moment], columns: usize) -> String {
    let at: Vec<&Moment> = sampled(times.len(), columns).map(|i| &times[i]).collect();
    let Some(dates) = at.iter().map(|m| m.date.as_deref()).collect::<Option<Vec<&str>>>() else {
        let last = number(at.last().map_or(0.0, |m| m.day), 0.1);
        let end = format!("day {last}");
        return format!("day 0{}", right(&end, columns - 5));
    };
    let long = times.last().map_or(0.0, |m| m.day) > 800.0;
    let label = |date: &str| if long { date[..4].to_owned() } else { month(date) };
    let mut line = String::new();
    let mut last = String::new();
    for (column, date) in dates.iter().enumerate() {
        let now = label(date);
        let free = line.is_empty() || width(&line) < column;
        if now != last && free && column + width(&now) <= columns {
            line = left(&line, column) + &now;
        }
        last = now;
    }
    line
}

/// `Mar` of `2024-03-08`
fn month(date: &str) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number: usize = date.get(5..7).and_then(|m| m.parse().ok()).unwrap_or(1);
    MONTHS[(number - 1) % 12].to_owned()
}

fn cut(name: &str, columns: usize) -> String {
    if width(name) <= columns {
        return left(name, columns);
    }
    let mut kept = String::new();
    for letter in name.chars() {
        if width(&kept) + 2 > columns {
            break;
        }
        kept.push(letter);
    }
    left(&(kept + "…"), columns)
}

pub(super) fn indicators(report: &Report, detail: Detail) -> String {
    if report.indicators.is_empty() {
        return String::new();
    }
    let shown = if detail == Detail::Full { report.indicators.len() } else { INDICATORS };
    let mut lines = heading("Indicators", "median over the runs (and where 90 % of them lie)");
    lines += &indicator_dates(&report.indicators[0]);
    for indicator in report.indicators.iter().take(shown) {
        lines += &indicator_row(indicator);
        if detail == Detail::Full {
            lines += &wrap(&indicator.says, 6, 6);
        }
    }
    let hidden = report.indicators.len().saturating_sub(shown);
    if hidden > 0 {
        lines += &format!("  {}\n", styled(FAINT, &format!("{hidden} more with --all")));
    }
    lines
}

/// A quarter, a half, three quarters of the time, and its end.
fn quarters(indicator: &Indicator) -> impl Iterator<Item = &IndicatorAt> {
    let last = indicator.times.len().saturating_sub(1);
    (1..=4).filter_map(move |q| indicator.times.get(last * q / 4))
}

fn indicator_dates(indicator: &Indicator) -> String {
    let dates: String = quarters(indicator).map(|at| right(&moment(&at.time), 14)).collect();
    format!("  {}{}{}\n", left("", NAME), styled(FAINT, &right("start", 6)), styled(FAINT, &dates))
}

fn indicator_row(indicator: &Indicator) -> String {
    let cells: String = quarters(indicator).map(|at| right(&cell(at), 14)).collect();
    format!("  {}{}{cells}\n", cut(&indicator.name, NAME), right(&indicator.start.to_string(), 6))
}

/// `34 (20-61)`
fn cell(at: &IndicatorAt) -> String {
    let point = |p: f64| {
        let quantile = at.quantiles.iter().find(|q| (q.at - p).abs() < 1e-9);
        quantile.map_or_else(String::new, |q| number(q.figure.value, 0.0))
    };
    format!("{} ({} to {})", point(0.5), point(0.05), point(0.95))
}
