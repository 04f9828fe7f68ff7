//! A sweep for people: what moves, where most and least, and a picture of it over the factors.
//!
//! Computes no numbers but averages.

use std::cmp::Ordering;
use std::fmt::Write as _;

use anstyle::Style;

use super::super::figures::{count, percent_to, runs};
use super::super::layout::{
    self, BAR, FAINT, HEADING, WARNING, WIDTH, heading, left, line, plain, right, shorten, styled, width, wrap,
};
use super::heat;
use crate::analysis::estimate::{Interval, decimals};
use crate::analysis::measure::{Basis, Kind, Quantity, Scale};
use crate::analysis::paired::Pairing;
use crate::analysis::sweep::{Axis, Point, Row, Shown, Sweep};

/// What the text shows.
#[derive(Debug, Clone, Copy)]
pub struct Show<'a> {
    /// Names of the outcomes and questions that are drawn; the outcome that moves most if there are none.
    pub names: &'a [String],
    /// All quantities are listed.
    pub all: bool,
}

/// Rows listed of quantities that are no outcomes, unless everything is.
const FEW: usize = 8;
/// Groups that a factor without levels is cut into.
const GROUPS: usize = 5;
/// Columns of a bar, beside a change and beside two ends.
const WIDE: usize = 20;
const NARROW: usize = 12;

/// The sweep as text of 80 columns, with escape codes for style.
pub fn text(sweep: &Sweep, show: &Show<'_>) -> String {
    let mut lines = header(sweep) + &moves(sweep, show.all);
    for quantity in drawn(sweep, show.names) {
        lines += &picture(sweep, quantity);
    }
    lines + &footer(sweep)
}

fn header(sweep: &Sweep) -> String {
    let study = &sweep.study;
    let names: Vec<&str> = study.factors.iter().map(|axis| axis.name.as_str()).collect();
    let points = if study.points == 1 { "1 point".to_owned() } else { format!("{} points", count(study.points)) };
    let sampled = sweep.rows().any(|(_, row)| row.estimate.basis == Basis::Sampled);
    let each = if sampled { format!("{} each", runs(study.runs)) } else { "all of them solved exactly".to_owned() };
    let what = format!("{points} ({}) of {} · {each} · seed {}", study.design, names.join(" × "), study.seed);
    let mut lines = format!("{}\n{}", styled(HEADING, &plain(&study.title)), styled(FAINT, &wrap(&what, 0, 0)));
    if !study.overrides.is_empty() {
        lines += &wrap(&format!("changed: {}", study.overrides.join(" ")), 0, 9);
    }
    lines
}

/// A quantity over all points.
struct Moved<'a> {
    quantity: &'a Quantity,
    base: &'a Row,
    least: (&'a Point, &'a Row),
    most: (&'a Point, &'a Row),
}

impl<'a> Moved<'a> {
    fn of(sweep: &'a Sweep, quantity: &'a Quantity) -> Option<Self> {
        let base = sweep.base.of(quantity)?;
        let with =
            |point: &'a Point| point.of(quantity).filter(|row| row.estimate.value.is_some()).map(|row| (point, row));
        let by = |a: &(&Point, &Row), b: &(&Point, &Row)| order(a.1.estimate.value, b.1.estimate.value);
        let least = sweep.points.iter().filter_map(with).min_by(by)?;
        // Of equals the first, on both sides.
        let most = sweep.points.iter().rev().filter_map(with).max_by(by)?;
        Some(Self { quantity, base, least, most })
    }

    fn range(&self) -> f64 {
        self.most.1.estimate.value.unwrap_or(0.0) - self.least.1.estimate.value.unwrap_or(0.0)
    }
}

fn order(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY))
}

/// Every outcome and the questions that move most: what they are in the file, at least and at most.
fn moves(sweep: &Sweep, all: bool) -> String {
    let every: Vec<Moved<'_>> = sweep.quantities().filter_map(|quantity| Moved::of(sweep, quantity)).collect();
    let (outcomes, mut others): (Vec<Moved<'_>>, Vec<Moved<'_>>) =
        every.into_iter().partition(|moved| moved.quantity.kind == Kind::Outcome);
    let hidden = if all { 0 } else { others.len().saturating_sub(FEW) };
    if hidden > 0 {
        others.sort_by(|a, b| relative(b).total_cmp(&relative(a)));
        others.truncate(FEW);
    }
    let mut lines = heading("What moves", "as the file has it; lowest and highest of all points");
    let column = outcomes.iter().chain(&others).map(|moved| width(&label(moved.quantity))).max().unwrap_or(0).min(34);
    for moved in outcomes.iter().chain(&others) {
        let name = layout::label(&label(moved.quantity), column);
        let of = |row: &Row| right(&value(row), 9);
        let _ = writeln!(lines, "  {name} {}  {} to {}", of(moved.base), of(moved.least.1), value(moved.most.1));
    }
    if hidden > 0 {
        lines += &line(FAINT, &format!("  {} more with --all", count(hidden as u64)));
    }
    lines
}

/// How far a quantity moves, in terms of what it is.
fn relative(moved: &Moved<'_>) -> f64 {
    let scale = match moved.base.scale {
        Scale::Share => 1.0,
        _ => moved.most.1.estimate.value.unwrap_or(1.0).abs().max(1e-9),
    };
    moved.range() / scale
}

/// `war`, `mean of first_test`
fn label(quantity: &Quantity) -> String {
    match quantity.kind {
        Kind::Outcome | Kind::Question => quantity.name.clone(),
        Kind::Mean => format!("mean of {}", quantity.name),
        Kind::Never => format!("{} never", quantity.name),
    }
}

/// What is drawn: what is named, or the outcome (without outcomes, the question) that moves most.
fn drawn<'a>(sweep: &'a Sweep, names: &[String]) -> Vec<&'a Quantity> {
    if !names.is_empty() {
        return sweep.quantities().filter(|quantity| names.contains(&quantity.name)).collect();
    }
    let outcomes = sweep.quantities().any(|quantity| quantity.kind == Kind::Outcome);
    let of_kind = |quantity: &&Quantity| !outcomes || quantity.kind == Kind::Outcome;
    let moved = sweep.quantities().filter(of_kind).filter_map(|quantity| Moved::of(sweep, quantity));
    // Of equals the first.
    let most = moved.reduce(|most, other| if other.range() > most.range() { other } else { most });
    most.map(|most| most.quantity).into_iter().collect()
}

fn picture(sweep: &Sweep, quantity: &Quantity) -> String {
    let Some(moved) = Moved::of(sweep, quantity) else { return String::new() };
    let mut lines = match sweep.study.factors.as_slice() {
        [axis] if !axis.levels.is_empty() => one(sweep, quantity, axis),
        [down, across] if !down.levels.is_empty() && !across.levels.is_empty() && sweep.study.design == "grid" => {
            heat::map(sweep, quantity, (down, across), &label(quantity))
        }
        axes => averages(sweep, quantity, axes),
    };
    let end = |title: &str, (point, row): (&Point, &Row)| {
        let apart = row.change.and_then(|change| change.interval);
        let change = row.change.and_then(|change| change.value);
        let from = change.map(|change| format!(", {} against the file", apart_text(change, apart, row)));
        let settings = settings(sweep, point);
        wrap(&format!("{title} {} at {settings}{}", with_interval(row), from.unwrap_or_default()), 2, 4)
    };
    lines += &end("lowest:", moved.least);
    lines += &end("highest:", moved.most);
    lines
}

/// `clash_rate 0.09, us_line back`
fn settings(sweep: &Sweep, point: &Point) -> String {
    let each = sweep
        .study
        .factors
        .iter()
        .zip(&point.settings)
        .map(|(axis, setting)| format!("{} {}", axis.name, shown(setting)));
    each.collect::<Vec<_>>().join(", ")
}

/// A setting to four digits.
fn shown(setting: &Shown) -> String {
    match setting.number {
        Some(number) if setting.text.parse::<f64>().is_ok() => significant(number, 4),
        _ => setting.text.clone(),
    }
}

/// `x` to so many digits, without zeros at the end.
fn significant(x: f64, digits: i32) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let magnitude = libm::floor(libm::log10(x.abs())) as i32;
    if !(-5..9).contains(&magnitude) {
        return format!("{x:e}");
    }
    let places = (digits - 1 - magnitude).max(0) as usize;
    let text = format!("{x:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The settings of one factor, one a line, with a bar.
fn one(sweep: &Sweep, quantity: &Quantity, axis: &Axis) -> String {
    let rows: Vec<(&Point, &Row)> =
        sweep.points.iter().filter_map(|point| Some((point, point.of(quantity)?))).collect();
    let mut lines = heading(
        &label(quantity),
        &format!("by {}; the change is against the file, paired run by run", shorten(&axis.name, 74)),
    );
    let column = rows.iter().map(|(point, _)| width(&shown(&point.settings[0]))).max().unwrap_or(0).min(24);
    let most = highest(rows.iter().map(|(_, row)| row));
    // Of 80 columns the numbers take 48.
    let wide = WIDE.min(WIDTH - 48 - column);
    for (point, row) in rows {
        let name = layout::label(&shown(&point.settings[0]), column);
        let bar = left(&bar(row.estimate.value.unwrap_or(0.0) / most, wide), wide);
        let ends = right(&between(row), 16);
        let change = row.change.and_then(|change| Some(apart_text(change.value?, change.interval, row)));
        let text = format!("  {name} {} {ends} {}", right(&value(row), 9), styled(BAR, &bar));
        lines += format!("{text} {}", change.unwrap_or_default()).trim_end();
        lines.push('\n');
    }
    lines
}

/// What a full bar stands for: 1 for probabilities of a tenth and more, else the highest value.
fn highest<'a>(rows: impl Iterator<Item = &'a &'a Row>) -> f64 {
    rows.filter_map(|row| row.estimate.value).fold(0.0, f64::max).max(f64::MIN_POSITIVE)
}

/// A bar of eighths of a column, of so many columns at most.
fn bar(share: f64, columns: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * (8 * columns) as f64).round() as usize;
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    "█".repeat(eighths / 8) + part
}

/// For each factor, its settings, and the average of all points that have them.
fn averages(sweep: &Sweep, quantity: &Quantity, axes: &[Axis]) -> String {
    let note = "average over all other factors; lowest and highest point";
    let mut lines = heading(&label(quantity), note);
    let groups: Vec<(&Axis, Vec<Group<'_>>)> =
        axes.iter().enumerate().map(|(index, axis)| (axis, grouped(sweep, quantity, index, axis))).collect();
    let averages = groups.iter().flat_map(|(_, groups)| groups.iter().map(Group::average));
    let most = averages.fold(f64::MIN_POSITIVE, f64::max);
    let column =
        groups.iter().flat_map(|(_, groups)| groups.iter().map(|group| width(&group.name))).max().unwrap_or(0).min(30);
    for (axis, groups) in &groups {
        lines += &line(Style::new(), &format!("  {}", shorten(&axis.name, WIDTH - 2)));
        for group in groups {
            lines += &group.line(column, most);
        }
    }
    let wide = "An average stands for the points of this design; its interval is the average of theirs.";
    lines + &styled(FAINT, &wrap(wide, 2, 2))
}

/// The points with one setting.
struct Group<'a> {
    name: String,
    rows: Vec<&'a Row>,
}

impl Group<'_> {
    fn average(&self) -> f64 {
        let values: Vec<f64> = self.rows.iter().filter_map(|row| row.estimate.value).collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    }

    /// Errors of points that share their runs go together, so the interval of an average is no narrower than this.
    fn interval(&self) -> Option<Interval> {
        let ends: Vec<Interval> = self.rows.iter().filter_map(|row| row.estimate.interval).collect();
        let n = ends.len() as f64;
        (ends.len() == self.rows.len() && !ends.is_empty()).then(|| Interval {
            low: ends.iter().map(|ends| ends.low).sum::<f64>() / n,
            high: ends.iter().map(|ends| ends.high).sum::<f64>() / n,
        })
    }

    fn line(&self, column: usize, most: f64) -> String {
        let scale = self.rows.first().map_or(Scale::Plain, |row| row.scale);
        let interval = self.interval();
        let average = figure(Some(self.average()), interval, scale);
        let exact = self.rows.iter().all(|row| row.estimate.basis == Basis::Exact);
        let bounds =
            if exact { "exact".into() } else { interval.map(|ends| ends_text(ends, scale)).unwrap_or_default() };
        let by = |a: &&&Row, b: &&&Row| order(a.estimate.value, b.estimate.value);
        let ends = self.rows.iter().min_by(by).zip(self.rows.iter().max_by(by));
        let ends = ends.map(|(least, most)| format!("{} to {}", value(least), value(most))).unwrap_or_default();
        let bar = left(&bar(self.average() / most, NARROW), NARROW);
        let name = left(&shorten(&self.name, column), column);
        format!("    {name} {} {} {} {ends}\n", right(&average, 8), right(&bounds, 15), styled(BAR, &bar))
    }
}

/// The points by the settings of a factor; one without levels is cut into groups of as many points.
fn grouped<'a>(sweep: &'a Sweep, quantity: &Quantity, index: usize, axis: &Axis) -> Vec<Group<'a>> {
    let row = |point: &'a Point| point.of(quantity);
    if !axis.levels.is_empty() {
        let of = |level: &Shown| Group {
            name: shown(level),
            rows: sweep
                .points
                .iter()
                .filter(|point| point.settings[index].text == level.text)
                .filter_map(row)
                .collect(),
        };
        return axis.levels.iter().map(of).filter(|group| !group.rows.is_empty()).collect();
    }
    let mut points: Vec<&Point> = sweep.points.iter().collect();
    points.sort_by(|a, b| order(a.settings[index].number, b.settings[index].number));
    let length = points.len().div_ceil(GROUPS).max(1);
    let group = |points: &[&'a Point]| Group {
        name: match (points.first(), points.last()) {
            (Some(first), Some(last)) => format!("{} to {}", brief(first, index), brief(last, index)),
            _ => String::new(),
        },
        rows: points.iter().filter_map(|point| row(point)).collect(),
    };
    points.chunks(length).map(group).collect()
}

fn brief(point: &Point, index: usize) -> String {
    point.settings[index].number.map_or_else(|| point.settings[index].text.clone(), |number| significant(number, 3))
}

/// A number to as many digits as its interval supports.
pub(super) fn value(row: &Row) -> String {
    figure(row.estimate.value, row.estimate.interval, row.scale)
}

fn figure(value: Option<f64>, interval: Option<Interval>, scale: Scale) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let half = interval.map_or(0.0, |interval| interval.half_width());
    if scale != Scale::Share {
        let places = decimals(half, 2);
        return format!("{value:.places$}");
    }
    percent_to(value, decimals(100.0 * half, 2))
}

/// `4.1 to 4.9 %`, rounded outwards.
fn between(row: &Row) -> String {
    if row.estimate.basis == Basis::Exact {
        return "exact".into();
    }
    row.estimate.interval.map(|ends| ends_text(ends, row.scale)).unwrap_or_default()
}

fn ends_text(Interval { low, high }: Interval, scale: Scale) -> String {
    let (factor, unit) = if scale == Scale::Share { (100.0, " %") } else { (1.0, "") };
    let places = decimals(factor * (high - low) / 3.0, 4);
    let whole = libm::pow(10.0, places as f64);
    let (low, high) =
        (libm::floor(low * factor * whole + 1e-9) / whole, libm::ceil(high * factor * whole - 1e-9) / whole);
    format!("{low:.places$} to {high:.places$}{unit}")
}

/// `12 % (11 to 13 %)`, `12.03 % exactly`
fn with_interval(row: &Row) -> String {
    match row.estimate.basis {
        Basis::Exact => format!("{} (exact)", value(row)),
        Basis::Sampled => match between(row) {
            ends if ends.is_empty() => value(row),
            ends => format!("{} ({ends})", value(row)),
        },
    }
}

/// `+3.1 points (2.7 to 3.5)`
fn apart_text(change: f64, interval: Option<Interval>, row: &Row) -> String {
    let (factor, unit) = if row.scale == Scale::Share { (100.0, " pt") } else { (1.0, "") };
    if row.change.is_some_and(|change| change.pairing == Pairing::Exact) {
        return format!("{:+.2}{unit} (exact)", factor * change + 0.0);
    }
    let half = interval.map_or(0.0, |interval| factor * interval.half_width());
    let places = decimals(half, 2);
    let change = factor * change;
    // No minus before what is shown as 0.
    let change = if change.abs() < 0.5 * libm::pow(10.0, -(places as f64)) { 0.0 } else { change };
    let ends = interval.map(|Interval { low, high }| {
        let places = decimals(2.0 * half / 3.0, 3);
        let whole = libm::pow(10.0, places as f64);
        let low = libm::floor(low * factor * whole + 1e-9) / whole + 0.0;
        let high = libm::ceil(high * factor * whole - 1e-9) / whole + 0.0;
        format!(" [{low:+.places$}, {high:+.places$}]")
    });
    format!("{change:+.places$}{unit}{}", ends.unwrap_or_default())
}

fn footer(sweep: &Sweep) -> String {
    let study = &sweep.study;
    let mut lines = String::new();
    let shaky = sweep.rows().filter(|(_, row)| row.estimate.value.is_none()).count();
    if shaky > 0 {
        let what = format!("{} rows have no number: no run of their point has one", count(shaky as u64));
        lines += &[styled(WARNING, "\n! ").as_str(), wrap(&what, 2, 2).trim_start()].concat();
    }
    let sampled = sweep.rows().any(|(_, row)| row.estimate.basis == Basis::Sampled);
    let note = if sampled {
        "pt: percentage points. All points draw the same occasions, so changes are paired run by run; intervals hold at \
         95 % each, not all at once."
    } else {
        "pt: percentage points. Every point is solved, so nothing here is left to chance but the scenario's own."
    };
    let _ = write!(lines, "\n{}", styled(FAINT, &wrap(note, 0, 0)));
    let what = format!(
        "simulate {} · scenario {} · seed {}",
        study.simulate,
        &study.digest[..study.digest.len().min(12)],
        study.seed
    );
    lines + &format!("\n{}\nagain: {}\n", styled(FAINT, &what), study.command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::measure::Estimate;

    #[test]
    fn numbers_have_the_digits_that_they_support() {
        let ends = |low, high| Some(Interval { low, high });
        assert_eq!(figure(Some(0.1234), ends(0.11, 0.13), Scale::Share), "12 %");
        assert_eq!(figure(Some(0.1234), ends(0.1228, 0.1268), Scale::Share), "12.3 %");
        assert_eq!(figure(Some(0.0), ends(0.0, 0.01), Scale::Share), "none");
        let row = |scale| Row {
            quantity: Quantity { kind: Kind::Outcome, name: "war".into() },
            scale,
            estimate: Estimate::share(1, 2),
            change: None,
        };
        assert_eq!(apart_text(0.031, ends(0.027, 0.035), &row(Scale::Share)), "+3.1 pt [+2.7, +3.5]");
        assert_eq!(apart_text(-0.000_01, ends(-0.02, 0.02), &row(Scale::Share)), "+0 pt [-2, +2]");
        assert_eq!(apart_text(3.1, ends(2.7, 3.5), &row(Scale::Days)), "+3.1 [+2.7, +3.5]");
        assert_eq!(significant(0.089_999_9, 4), "0.09");
        assert_eq!(significant(12_345.0, 4), "12345");
    }
}
