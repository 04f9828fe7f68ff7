//! `simulate FILE`

use std::path::Path;
use std::sync::atomic::Ordering;

use super::args::{Format, SimulateArgs};
use super::load::{Loaded, load};
use super::progress::Progress;
use super::{Failure, again, output};
use crate::analysis::briefly::solve_briefly;
use crate::analysis::findings::findings;
use crate::engine::{Conduct, RunError, Sampled, sample};
use crate::model::Model;
use crate::observe::tally::Tally;
use crate::report::gather::{add_exact, gather};
use crate::report::text::{Detail, text};
use crate::report::{Method, Origin, Report, csv::csv, dates, json::json};

/// Version of the meaning of a scenario that both engines keep to.
pub(super) const SEMANTICS: u32 = 1;
/// Paths that a report lists.
const PATHS: usize = 50;

pub(super) fn run(typed: &SimulateArgs) -> Result<(), Failure> {
    let Some(file) = &typed.file else { return Err(Failure::Usage("name a scenario file".into())) };
    output::check(typed.out.as_deref())?;
    let loaded = load(file, &typed.overrides, typed.format().into())?;
    note_warnings(&loaded, file);
    let sampled = draw(&loaded.model, typed).map_err(|e| does_not_settle(&loaded, typed, &e))?;
    if sampled.runs == 0 {
        return Err(Failure::Interrupted);
    }
    let findings = findings(&loaded.model, &sampled.collected, typed.runs, PATHS);
    let origin = origin(&loaded, typed, sampled.runs);
    let mut report = gather(&loaded.model, &findings, sampled.collected.paths(), origin);
    if !typed.no_exact && !report.origin.interrupted {
        add_exact(&mut report, &loaded.model, &solve_briefly(&loaded.model));
    }
    let detail = if typed.all { Detail::Full } else { Detail::Brief };
    output::deliver(&shown(&report, typed.format(), detail), typed.out.as_deref())?;
    if report.origin.interrupted { Err(Failure::Interrupted) } else { Ok(()) }
}

fn draw(model: &Model, typed: &SimulateArgs) -> Result<Sampled<Tally>, RunError> {
    let progress = Progress::new(typed.runs);
    let stop = progress.stop_on_interrupt();
    let sampled = sample(model, &typed.plan(), &Conduct { stop, progress: &|done| progress.show(done) });
    progress.clear();
    // What comes now is short; a Ctrl-C ends it at once.
    stop.store(true, Ordering::Relaxed);
    sampled
}

/// The report as it is delivered.
pub(super) fn shown(report: &Report, format: Format, detail: Detail) -> String {
    match format {
        Format::Text => text(report, detail),
        Format::Json => json(report),
        Format::Csv => csv(report),
    }
}

fn origin(loaded: &Loaded, typed: &SimulateArgs, runs: u64) -> Origin {
    Origin {
        file: loaded.shown.clone(),
        digest: loaded.model.digest.clone(),
        simulate: env!("CARGO_PKG_VERSION").into(),
        semantics: SEMANTICS,
        interrupted: runs < typed.runs,
        command: again::simulate(&loaded.shown, typed, runs),
        method: Method::Sampled {
            seed: typed.seed,
            runs,
            planned: typed.runs,
            trace: again::trace(&loaded.shown, typed.seed, &typed.overrides),
        },
    }
}

/// One line about what looks like a mistake, if anything does.
pub(super) fn note_warnings(loaded: &Loaded, path: &Path) {
    let found = loaded.warnings.iter().count();
    if found > 0 {
        let these = if found == 1 { "1 warning".to_owned() } else { format!("{found} warnings") };
        output::say(&format!("note: {these} about this scenario; see `simulate check {}`", path.display()));
    }
}

fn does_not_settle(loaded: &Loaded, typed: &SimulateArgs, error: &RunError) -> Failure {
    let trace = again::trace(&loaded.shown, typed.seed, &typed.overrides);
    Failure::Failed(format!("{}\nto see the run: {trace} {}", unsettled(&loaded.model, error), error.run))
}

/// Which run did not settle, when, by which rules, and what to do about it.
pub(super) fn unsettled(model: &Model, error: &RunError) -> String {
    let rules: Vec<String> = error.rules.iter().map(|id| format!("`{}`", model.rule(*id).id)).collect();
    format!(
        "run {} of seed {} does not settle: 10,000 firings in one instant ({})\n\
         the rules that fire again and again are {}\n\
         give one of them a `chance` below 1, an `at_most`, a `cooldown` or a delay (`after`)",
        error.run,
        error.seed,
        dates::step(&model.calendar, error.step),
        rules.join(", "),
    )
}
