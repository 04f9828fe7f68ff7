//! A report for people: what happens first, then how sure that is, along which paths, and how to see it again.
//!
//! Computes no numbers; what is left out for brevity stands behind `--all`.

mod answers;
mod history;
mod notes;

use super::layout::{FAINT, HEADING, WARNING, line, styled, wrap};
use super::{Clock, Report, figures};

/// How much to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// About two screens.
    Brief,
    /// Everything, with its sentences.
    Full,
}

/// The report as text of 80 columns, with escape codes for style.
pub fn text(report: &Report, detail: Detail) -> String {
    [
        header(report, detail),
        answers::outcomes(report, detail),
        answers::questions(report, detail),
        answers::numbers(report, detail),
        history::paths(report, detail),
        history::postures(report, detail),
        history::indicators(report, detail),
        notes::rules(report, detail),
        notes::warnings(report),
        notes::limits(report),
        footer(report),
    ]
    .concat()
}

fn header(report: &Report, detail: Detail) -> String {
    let mut lines = format!("{}\n", styled(HEADING, &super::layout::plain(&report.title)));
    if detail == Detail::Full {
        lines += &wrap(&report.about, 0, 0);
    }
    let origin = &report.origin;
    let what = format!("{} · {} · seed {}", covers(&report.clock), figures::runs(origin.runs), origin.seed);
    lines += &line(FAINT, &what);
    for change in &report.changes {
        lines += &wrap(&format!("changed: {}", changed(change)), 0, 9);
    }
    if origin.interrupted {
        let done = figures::count(origin.runs);
        let note = format!("INTERRUPTED: {done} of {}; what follows is from these", figures::runs(origin.planned));
        lines += &line(WARNING, &note);
    }
    lines
}

/// `us_line=back (the file says neutral)`, `--variant no_cuba: no relations with Cuba`
fn changed(change: &super::Change) -> String {
    match &change.was {
        Some(was) => format!("{} (the file says {was})", change.option.trim_start_matches("--set ")),
        None if change.says.is_empty() => change.option.clone(),
        None => format!("{}: {}", change.option, change.says),
    }
}

/// `2024-02-07 to 2024-12-31, steps of 1 day`
fn covers(clock: &Clock) -> String {
    let step = length(clock.step_seconds);
    match (&clock.start, &clock.end) {
        (Some(start), Some(end)) => format!("{start} to {end}, steps of {step}"),
        _ => format!("{}, steps of {step}", length((clock.days * 86_400.0).round() as u64)),
    }
}

/// `50 years`, `6 hours`: in the largest unit that it is a whole number of.
fn length(seconds: u64) -> String {
    const UNITS: [(u64, &str); 5] =
        [(31_557_600, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (unit, name) = *UNITS.iter().find(|(unit, _)| seconds.is_multiple_of(*unit)).unwrap_or(&UNITS[4]);
    match seconds / unit {
        1 => format!("1 {name}"),
        n => format!("{} {name}s", figures::count(n)),
    }
}

fn footer(report: &Report) -> String {
    let origin = &report.origin;
    let short = &origin.digest[..origin.digest.len().min(12)];
    let last = figures::count(origin.runs.saturating_sub(1));
    let what = format!("simulate {} · scenario {short} · seed {} · runs 0 to {last}", origin.simulate, origin.seed);
    let exemplar = report.paths.first().map_or(0, |p| p.exemplar);
    format!("\n{}\nagain:   {}\none run: {} {exemplar}\n", styled(FAINT, &what), origin.command, origin.trace)
}
