//! What happened on the way: paths of milestones, postures and indicators over time.

use anstyle::Style;

use super::Detail;
use super::answers::more;
use crate::report::figures::{between, count, give_or_take, level, number, percent};
use crate::report::layout::{BAR, FAINT, WIDTH, flow, heading, left, line, right, shorten, styled, width, wrap};
use crate::report::{
    Branching, Indicator, IndicatorAt, Method, Milestone, Moment, Path, PathOutcome, Paths, Posture, Report, Typical,
};

/// Paths shown unless everything is.
const PATHS: usize = 5;
/// Outcomes whose most frequent path is shown besides, unless everything is.
const TYPICAL: usize = 3;
/// Indicators shown unless everything is.
const INDICATORS: usize = 6;
/// Columns of a name within a path: its date stands beside it.
const NAMED: usize = 44;
/// Columns of a curve.
const CURVE: usize = 48;
/// Columns of the names beside curves.
const NAME: usize = 18;
/// Columns of the names of indicators, beside five columns of numbers.
const INDICATOR: usize = 16;

pub(super) fn paths(report: &Report, detail: Detail) -> String {
    let Some(paths) = report.paths.as_ref().filter(|paths| paths.paths.iter().any(|p| !p.milestones.is_empty())) else {
        return String::new();
    };
    let shown = if detail == Detail::Full { paths.paths.len() } else { PATHS.min(paths.paths.len()) };
    let mut lines = heading("Paths", "milestones with their median dates (95 %); share of runs; how they end");
    let shown = &paths.paths[..shown];
    let common = common(shown, &paths.tree);
    if !common.is_empty() {
        lines += &line(FAINT, "  all of these begin with");
        lines += &flow(common.iter().map(|m| milestone(m)), " → ", 12, 14);
    }
    lines.extend(shown.iter().map(|p| path(p, common.len())));
    if paths.distinct_paths > shown.len() {
        let note = format!("  the most frequent {} of {} paths", shown.len(), count(paths.distinct_paths as u64));
        lines += &line(FAINT, &note);
    }
    lines + &typical(paths, detail)
}

/// The most frequent path to each outcome; in brief, to the gravest that are not among the paths shown.
fn typical(paths: &Paths, detail: Detail) -> String {
    let mut chosen: Vec<&Typical> = paths.typical.iter().filter(|t| !t.path.milestones.is_empty()).collect();
    if detail == Detail::Brief {
        let told = |t: &Typical| paths.paths.iter().take(PATHS).any(|p| p.milestones == t.path.milestones);
        chosen.retain(|t| t.severity.is_some() && !told(t));
        chosen.sort_by_key(|t| std::cmp::Reverse(t.severity));
        chosen.truncate(TYPICAL);
    }
    if chosen.is_empty() {
        return String::new();
    }
    let mut lines = heading("Ways there", "the most frequent path to an outcome, as a share of its runs");
    for typical in chosen {
        lines += &line(Style::new(), &format!("  {}  {}", shorten(&typical.outcome, NAMED), percent(&typical.share)));
        lines += &flow(typical.path.milestones.iter().map(milestone), " → ", 12, 14);
    }
    lines
}

/// The milestones with which all of several paths begin, dated by all runs that came that way; too few to be worth
/// a line are none.
fn common<'a>(paths: &[Path], tree: &'a [Branching]) -> Vec<&'a Milestone> {
    let Some(first) = paths.first().filter(|_| paths.len() > 1) else { return Vec::new() };
    let shared = |p: &Path| first.milestones.iter().zip(&p.milestones).take_while(|(a, b)| a.name == b.name).count();
    let length = paths.iter().map(shared).min().unwrap_or(0);
    let mut found: Vec<&Milestone> = Vec::new();
    for node in tree {
        let wanted = found.len() < length && node.depth == found.len() + 1;
        if wanted && node.milestone.name == first.milestones[found.len()].name {
            found.push(&node.milestone);
        }
    }
    if found.len() == length && length > 1 { found } else { Vec::new() }
}

fn path(path: &Path, skip: usize) -> String {
    let head = format!("  {}  {}", right(&percent(&path.share), 8), right(&between(&path.share), 18));
    let head = format!("{head}  {}\n", styled(FAINT, &format!("e.g. --run {}", path.exemplar)));
    let mut steps: Vec<String> = path.milestones.iter().skip(skip).map(milestone).collect();
    if skip > 0 {
        steps.insert(0, "…".into());
    }
    if path.milestones.is_empty() {
        steps.push("no milestone".into());
    }
    if path.goes_on {
        steps.push("…".into());
    }
    head + &flow(steps.into_iter().chain(ends(&path.outcomes)), " → ", 12, 14)
}

/// `[overture 94 %, war 5 %]`: the two most frequent ends of a path.
fn ends(outcomes: &[PathOutcome]) -> Option<String> {
    let one = |o: &PathOutcome| match o.share.value {
        1.0 => shorten(&o.name, NAMED).into_owned(),
        _ => format!("{} {}", shorten(&o.name, NAMED / 2), percent(&o.share)),
    };
    let ends: Vec<String> = outcomes.iter().take(2).map(one).collect();
    (!ends.is_empty()).then(|| format!("[{}]", ends.join(", ")))
}

fn milestone(milestone: &Milestone) -> String {
    let median = &milestone.median;
    let name = shorten(&milestone.name, NAMED);
    if let Some(date) = &median.date {
        return format!("{name} {date}{}", give_or_take(&median.figure, 1.0));
    }
    let day = number(median.figure.value, 0.1);
    format!("{name} day {day}{}", give_or_take(&median.figure, 0.1))
}

/// `2024-03-08`, or `day 30`
fn moment(moment: &Moment) -> String {
    moment.date.clone().unwrap_or_else(|| format!("day {}", number(moment.day, 0.1)))
}

pub(super) fn postures(report: &Report, detail: Detail) -> String {
    let all = detail == Detail::Full;
    report.postures.iter().filter(|p| (all || p.main) && !p.times.is_empty()).map(|p| posture(p, of(report))).collect()
}

/// What shares are of.
fn of(report: &Report) -> &'static str {
    match report.origin.method {
        Method::Sampled { .. } => "share of runs",
        Method::Solved { .. } => "probability",
    }
}

/// One line a value, highest first: how many runs are in it, as a curve and at the end.
fn posture(posture: &Posture, what: &str) -> String {
    let column = posture.values.iter().map(|v| width(v)).max().unwrap_or(0).clamp(10, NAME);
    let cell = (CURVE / posture.times.len()).clamp(1, 8);
    let columns = cell * posture.times.len();
    let mut lines = heading(&posture.name, &format!("{what} in each state over time (· under 2 %, █ all)"));
    for (value, name) in posture.values.iter().enumerate().rev() {
        let curve = posture.shares.curve(value);
        let curve: String = curve.into_iter().flat_map(|share| std::iter::repeat_n(level(share), cell)).collect();
        let end = right(&posture.shares.at_end(value).as_ref().map(percent).unwrap_or_default(), 8);
        lines += &line(Style::new(), &format!("  {}│{}│{end}", cut(name, column), styled(BAR, &curve)));
    }
    let axis = left(&axis(&posture.times, cell), columns);
    lines + &format!("  {} {}\n", " ".repeat(column), styled(FAINT, &(axis + "   at end")))
}

/// What stretch each cell ends: months, of many years the years, of a short scenario the days; where they fit.
fn axis(times: &[Moment], cell: usize) -> String {
    let length = times.last().map_or(0.0, |m| m.day);
    let mut line = String::new();
    let mut last = String::new();
    for (index, time) in times.iter().enumerate() {
        let text = match time.date.as_deref() {
            None => number(time.day, 1.0),
            Some(date) if length > 800.0 => date[..4].to_owned(),
            Some(date) if length > 150.0 => month(date),
            Some(date) => date[5..10].to_owned(),
        };
        let column = index * cell;
        let free = line.is_empty() || width(&line) < column;
        if text != last && free && column + width(&text) <= cell * times.len() {
            line = left(&line, column) + &text;
            last = text;
        }
    }
    line
}

/// `Mar` of `2024-03-08`
fn month(date: &str) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number: usize = date.get(5..7).and_then(|m| m.parse().ok()).unwrap_or(1);
    MONTHS[(number.max(1) - 1) % 12].to_owned()
}

fn cut(name: &str, columns: usize) -> String {
    left(&shorten(name, columns), columns)
}

pub(super) fn indicators(report: &Report, detail: Detail) -> String {
    if report.indicators.is_empty() {
        return String::new();
    }
    let shown = if detail == Detail::Full { report.indicators.len() } else { INDICATORS };
    let note = match report.origin.method {
        Method::Sampled { .. } => "median over the runs (and where 90 % of them lie)",
        Method::Solved { .. } => "median (and where 90 % of the probability lies)",
    };
    let table = Columns::of(report.indicators.iter().take(shown));
    let mut lines = heading("Indicators", note);
    lines += &table.dates(&report.indicators[0]);
    for indicator in report.indicators.iter().take(shown) {
        lines += &table.row(indicator);
        if detail == Detail::Full {
            lines += &wrap(&indicator.says, 6, 6);
        }
    }
    lines + &more(report.indicators.len(), shown)
}

/// How the table of indicators is laid out: of numbers with many digits not every quarter fits.
struct Columns {
    /// Columns of the names: fewer if no name needs them and the cells do.
    name: usize,
    /// Columns of the value at the start.
    start: usize,
    /// Columns of what is said of one time.
    cell: usize,
    /// The last quarter is shown, and each so many before it.
    every: usize,
}

impl Columns {
    fn of<'i>(shown: impl Iterator<Item = &'i Indicator> + Clone) -> Self {
        let name = shown.clone().map(|i| width(&i.name)).fold(0, usize::max).min(INDICATOR);
        let start = shown.clone().map(|i| width(&i.start.to_string())).fold(5, usize::max);
        let cell = shown.flat_map(|i| quarters(i, 1)).map(|at| width(&cell(at))).fold(13, usize::max);
        let room = WIDTH - 2 - 1 - start;
        let every = 4_usize.div_ceil(((room - name) / (cell + 1)).max(1));
        let name = room.saturating_sub(4_usize.div_ceil(every) * (cell + 1)).clamp(name, INDICATOR);
        Self { name, start, cell, every }
    }

    fn dates(&self, indicator: &Indicator) -> String {
        let dates = quarters(indicator, self.every).into_iter().map(|at| right(&moment(&at.time), self.cell + 1));
        let (start, dates) = (right("start", self.start + 1), dates.collect::<String>());
        format!("  {}{}{}\n", left("", self.name), styled(FAINT, &start), styled(FAINT, &dates))
    }

    fn row(&self, indicator: &Indicator) -> String {
        let cells = quarters(indicator, self.every).into_iter().map(|at| " ".to_owned() + &right(&cell(at), self.cell));
        let (start, cells) = (right(&indicator.start.to_string(), self.start), cells.collect::<String>());
        format!("  {} {start}{cells}\n", cut(&indicator.name, self.name))
    }
}

/// A quarter, a half, three quarters of the time, and its end; in short scenarios some of these are the same. Of these
/// the last and each `every` before it.
fn quarters(indicator: &Indicator, every: usize) -> Vec<&IndicatorAt> {
    let last = indicator.times.len().saturating_sub(1);
    let mut places: Vec<usize> = (1..=4).map(|q| last * q / 4).collect();
    places.dedup();
    let mut kept: Vec<_> = places.iter().rev().step_by(every).filter_map(|place| indicator.times.get(*place)).collect();
    kept.reverse();
    kept
}

/// `34 (20-61)`
fn cell(at: &IndicatorAt) -> String {
    let point = |p: f64| {
        let quantile = at.quantiles.iter().find(|q| (q.at - p).abs() < 1e-9);
        quantile.map_or_else(String::new, |q| number(q.figure.value, 0.0))
    };
    format!("{} ({} to {})", point(0.5), point(0.05), point(0.95))
}
