//! A report for people: what happens first, then how sure that is, along which paths, and how to see it again.
//!
//! Computes no numbers; what is left out for brevity stands behind `--all`.

mod answers;
mod history;
mod notes;
mod solved;

use anstyle::Style;

use super::layout::{FAINT, HEADING, WARNING, line, styled, wrap};
use super::{Clock, Method, Report, Until, figures};

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
    let results = match &report.origin.method {
        Method::Sampled { .. } => [
            answers::outcomes(report, detail),
            answers::questions(report, detail),
            answers::numbers(report, detail),
            solved::also(report),
            history::paths(report, detail),
            history::postures(report, detail),
            history::indicators(report, detail),
            notes::rules(report, detail),
        ]
        .concat(),
        Method::Solved { .. } => [
            solved::outcomes(report, detail),
            solved::questions(report, detail),
            solved::numbers(report, detail),
            solved::over_time(report, detail),
            history::postures(report, detail),
            history::indicators(report, detail),
            notes::expected(report),
            solved::slices(report, detail),
            solved::refusals(report, detail),
        ]
        .concat(),
    };
    [header(report, detail), results, notes::warnings(report), notes::limits(report), footer(report)].concat()
}

fn header(report: &Report, detail: Detail) -> String {
    let mut lines = format!("{}\n", styled(HEADING, &super::layout::plain(&report.title)));
    if detail == Detail::Full {
        lines += &wrap(&report.about, 0, 0);
    }
    let how = match &report.origin.method {
        Method::Sampled { seed, runs, .. } => format!("{} · seed {seed}", figures::runs(*runs)),
        Method::Solved { precision, .. } => format!("solved to {precision:e} of each answer"),
    };
    lines += &line(FAINT, &format!("{} · {how}", covers(&report.clock)));
    if let Method::Sampled { until: Some(until), .. } = &report.origin.method {
        lines += &wrap(&drawn_until(until), 0, 0);
    }
    for change in &report.changes {
        lines += &wrap(&format!("changed: {}", changed(change)), 0, 9);
    }
    if report.origin.interrupted {
        lines += &line(WARNING, &interrupted(&report.origin.method));
    }
    lines
}

/// For what runs were drawn, and what the intervals are then.
fn drawn_until(until: &Until) -> String {
    let done = if until.reached { "reached" } else { "NOT reached" };
    format!(
        "drawn until {}: {done}. Intervals of shares hold however often one looks; those of means and quantiles are for \
         a number of runs chosen beforehand.",
        until.says
    )
}

fn interrupted(method: &Method) -> String {
    match method {
        Method::Sampled { runs, planned, .. } => {
            let done = figures::count(*runs);
            format!("INTERRUPTED: {done} of {}; what follows is from these", figures::runs(*planned))
        }
        Method::Solved { .. } => "INTERRUPTED: what follows was solved before".to_owned(),
    }
}

/// `us_line=back (the file says neutral)`, `--variant no_cuba: no relations with Cuba`
pub(super) fn changed(change: &super::Change) -> String {
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
    let what = match &origin.method {
        Method::Sampled { seed, runs, .. } => {
            format!("seed {seed} · runs 0 to {}", figures::count(runs.saturating_sub(1)))
        }
        Method::Solved { max_states, .. } => {
            format!("solved with at most {} states", figures::count(*max_states as u64))
        }
    };
    let what = format!("simulate {} · scenario {short} · {what}", origin.simulate);
    let mut lines = format!("\n{}\nagain:   {}\n", styled(FAINT, &what), origin.command);
    if let Method::Sampled { trace, .. } = &origin.method {
        let exemplar = report.paths.as_ref().and_then(|p| p.paths.first()).map_or(0, |p| p.exemplar);
        lines += &line(Style::new(), &format!("one run: {trace} {exemplar}"));
    }
    lines
}
