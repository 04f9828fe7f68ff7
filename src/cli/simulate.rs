//! `simulate FILE`

use std::path::Path;
use std::sync::atomic::Ordering;

use super::args::{Format, SimulateArgs};
use super::load::{Loaded, load};
use super::progress::Progress;
use super::{Failure, again, output};
use crate::analysis::briefly::solve_briefly;
use crate::analysis::estimate::Looks;
use crate::analysis::findings::findings;
use crate::analysis::until::{Aim, LOOK_EVERY, Lacking};
use crate::analysis::warning::Warning;
use crate::engine::{Conduct, RunError, Sampled, Watch, sample, sample_until};
use crate::model::Model;
use crate::observe::tally::Tally;
use crate::report::gather::{add_exact, gather, precision_of};
use crate::report::text::{Detail, text};
use crate::report::{Method, Origin, Report, Until, csv::csv, dates, json::json};

/// Version of the meaning of a scenario that both engines keep to.
pub(super) const SEMANTICS: u32 = 1;
/// Paths that a report lists.
const PATHS: usize = 50;

pub(super) fn run(typed: &SimulateArgs) -> Result<(), Failure> {
    let Some(file) = &typed.file else { return Err(Failure::Usage("name a scenario file".into())) };
    output::check(typed.out.as_deref())?;
    let loaded = load(file, &typed.overrides, typed.format().into())?;
    note_warnings(&loaded, file);
    let aim = typed.until.as_ref().map(|wanted| Aim::new(wanted, &loaded.model)).transpose();
    let aim = aim.map_err(|aimless| Failure::Usage(format!("--until: {aimless}")))?;
    let sampled = draw(&loaded.model, typed, aim.as_ref()).map_err(|e| does_not_settle(&loaded, typed, &e))?;
    if sampled.runs == 0 {
        return Err(Failure::Stopped);
    }
    let ended = Ended::new(aim.as_ref(), &sampled, typed.most_runs());
    let looks = if aim.is_some() { Looks::Always } else { Looks::Once };
    let mut findings = findings(&loaded.model, &sampled.collected, ended.planned, looks, PATHS);
    findings.warnings.extend(ended.lacking.iter().copied().map(Warning::Imprecise));
    let origin = origin(&loaded, typed, sampled.runs, &ended);
    let mut report = gather(&loaded.model, &findings, origin);
    if !typed.no_exact && !report.origin.interrupted {
        add_exact(&mut report, &loaded.model, &solve_briefly(&loaded.model));
    }
    let detail = if typed.all { Detail::Full } else { Detail::Brief };
    output::deliver(&shown(&report, typed.format(), detail), typed.out.as_deref())?;
    if report.origin.interrupted { Err(Failure::Interrupted) } else { Ok(()) }
}

/// How the drawing came to its end.
struct Ended {
    /// Runs that were to be drawn: with `--until`, those that were enough, or else all that were allowed.
    planned: u64,
    /// What is not as precise as wanted after all that were allowed.
    lacking: Vec<Lacking>,
    /// Whether `--until` has what it wanted.
    reached: bool,
}

impl Ended {
    /// After `sampled`, of `most` runs that were allowed.
    fn new(aim: Option<&Aim>, sampled: &Sampled<Tally>, most: u64) -> Self {
        let Some(aim) = aim else { return Self { planned: most, lacking: Vec::new(), reached: false } };
        let lacking = aim.lacking(&sampled.collected);
        // Stopped between two looks, a batch is not what the same command would print.
        let looked = sampled.runs == most || sampled.runs.is_multiple_of(LOOK_EVERY);
        let reached = looked && lacking.is_empty();
        let lacking = if sampled.runs == most { lacking } else { Vec::new() };
        Self { planned: if reached { sampled.runs } else { most }, lacking, reached }
    }
}

fn draw(model: &Model, typed: &SimulateArgs, aim: Option<&Aim>) -> Result<Sampled<Tally>, RunError> {
    let most = typed.most_runs();
    let progress = Progress::new(most);
    let stop = progress.stop_on_interrupt();
    let conduct = Conduct { stop, progress: &|done| progress.show(done) };
    let sampled = match aim {
        None => sample(model, &typed.plan(), &conduct),
        Some(aim) => {
            let mut enough = |tally: &Tally, runs: u64| {
                let lacking = aim.lacking(tally);
                let needed = lacking.iter().map(|l| l.runs_needed().unwrap_or(most)).max().unwrap_or(runs);
                progress.expect(needed.clamp(runs, most), &precision_of(model, &lacking).unwrap_or_default());
                lacking.is_empty()
            };
            sample_until(model, &typed.plan(), Watch { every: LOOK_EVERY, enough: &mut enough }, &conduct)
        }
    };
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

fn origin(loaded: &Loaded, typed: &SimulateArgs, runs: u64, ended: &Ended) -> Origin {
    let interrupted = runs < ended.planned;
    let repeated = if typed.until.is_some() && !interrupted { typed.most_runs() } else { runs };
    let until = typed.until.as_ref().map(|wanted| Until {
        wanted: wanted.to_string(),
        says: wanted.in_words(),
        reached: ended.reached,
        max_runs: typed.most_runs(),
        look_every: LOOK_EVERY,
        intervals: "beta-mixture confidence sequence",
    });
    Origin {
        file: loaded.shown.clone(),
        digest: loaded.model.digest.clone(),
        simulate: env!("CARGO_PKG_VERSION").into(),
        semantics: SEMANTICS,
        interrupted,
        command: again::simulate(&loaded.shown, typed, repeated),
        method: Method::Sampled {
            seed: typed.seed,
            runs,
            planned: ended.planned,
            until,
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
