//! What happened on the way: paths of milestones, postures and indicators over time.

use time::{Date, Month};

use super::Detail;
use crate::report::figures::{between, frequency, level, number, percent};
use crate::report::layout::{BAR, FAINT, flow, heading, left, right, styled, width, wrap};
use crate::report::{Indicator, IndicatorAt, Milestone, Moment, Path, Posture, Report};

/// Paths shown unless everything is.
const PATHS: usize = 6;
/// Indicators shown unless everything is.
const INDICATORS: usize = 6;
/// Columns of a curve.
const CURVE: usize = 50;
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
        lines +=
            &format!("  {}\n", styled(FAINT, &format!("along still other paths: {} of the runs", frequency(other))));
    }
    lines
}

fn path(path: &Path) -> String {
    let head = format!("  {}  {}", right(&percent(&path.share), 8), right(&between(&path.share), 18));
    let head = format!("{head}  {}\n", styled(FAINT, &format!("e.g. --run {}", path.exemplar)));
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
        let end = right(&shares.last().map(percent).unwrap_or_default(), 8);
        lines += &format!("  {}│{}│{end}\n", cut(name, column), styled(BAR, &curve));
    }
    let axis = left(&axis(&posture.times, CURVE), CURVE);
    lines + &format!("  {} {}\n", " ".repeat(column), styled(FAINT, &(axis + "   at end")))
}

/// Of `count` points the indices that fill `columns` columns evenly, first and last included.
fn sampled(count: usize, columns: usize) -> impl Iterator<Item = usize> {
    (0..columns).map(move |c| if count < 2 { 0 } else { (c * (count - 1) + (columns - 1) / 2) / (columns - 1) })
}

/// The beginnings of months (of years, if there are many) under their columns; days since the start without a
/// calendar.
fn axis(times: &[Moment], columns: usize) -> String {
    let length = times.last().map_or(0.0, |m| m.day);
    let Some(start) = times.first().and_then(|m| parsed(m.date.as_deref()?)) else {
        return format!("day 0{}", right(&format!("day {}", number(length, 0.1)), columns - 5));
    };
    let months = (0..=(length / 28.0) as i32 + 1).map(|n| month_after(start, n));
    let mut labels: Vec<(usize, String)> = months
        .filter_map(|(year, month)| {
            let days = (Date::from_calendar_date(year, month, 1).ok()? - start).whole_days().max(0) as f64;
            let column = (days / length.max(1.0) * (columns - 1) as f64).round() as usize;
            let text = if length > 800.0 { year.to_string() } else { month.to_string()[..3].to_owned() };
            (length <= 800.0 || month == Month::January).then_some((column, text))
        })
        .collect();
    // The first month may be a mere rest; then the second has the better claim to the place.
    if labels.len() > 1 && labels[1].0 <= labels[0].0 + width(&labels[0].1) {
        labels.remove(0);
    }
    let mut line = String::new();
    for (column, text) in labels {
        if (line.is_empty() || width(&line) < column) && column + width(&text) <= columns {
            line = left(&line, column) + &text;
        }
    }
    line
}

/// The `n`-th month after that of `date`, from 0.
fn month_after(date: Date, n: i32) -> (i32, Month) {
    let month = date.year() * 12 + i32::from(u8::from(date.month())) - 1 + n;
    let number = (month.rem_euclid(12) + 1) as u8;
    (month.div_euclid(12), Month::try_from(number).unwrap_or(Month::January))
}

/// The date of `2024-03-08` or `2024-03-08T06:00`.
fn parsed(date: &str) -> Option<Date> {
    let mut parts = date.get(..10)?.split('-');
    let (year, month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse::<u8>().ok()?, parts.next()?);
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day.parse().ok()?).ok()
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
