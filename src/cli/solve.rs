//! `simulate solve FILE`

use std::sync::atomic::Ordering;

use super::args::SolveArgs;
use super::load::{Loaded, load};
use super::progress::Progress;
use super::simulate::{SEMANTICS, note_warnings, shown};
use super::{Failure, again, memory, output};
use crate::exact;
use crate::exact::solution::{Conduct, Limits, Room, Solution, Wanted};
use crate::model::Model;
use crate::observe::occupancy::Occupancy;
use crate::report::gather::gather_solution;
use crate::report::text::Detail;
use crate::report::{Answer, Method, Origin, Report};

pub(super) fn run(typed: &SolveArgs) -> Result<(), Failure> {
    output::check(typed.out.as_deref())?;
    let loaded = load(&typed.file, &typed.overrides, typed.format().into())?;
    note_warnings(&loaded, &typed.file);
    let max_states = typed.max_states.unwrap_or_else(memory::states);
    let (solution, interrupted) = solve(&loaded.model, typed, max_states);
    let report = gather_solution(&loaded.model, &solution, origin(&loaded, typed, max_states, interrupted));
    let any = solves_any(&report);
    if any || !interrupted {
        let detail = if typed.all { Detail::Full } else { Detail::Brief };
        output::deliver(&shown(&report, typed.format(), detail), typed.out.as_deref())?;
    }
    match (interrupted, any) {
        (true, true) => Err(Failure::Interrupted),
        (true, false) => Err(Failure::Stopped),
        (false, true) => Ok(()),
        (false, false) => Err(Failure::Said),
    }
}

/// The solution, and whether it was interrupted.
fn solve(model: &Model, typed: &SolveArgs, max_states: usize) -> (Solution, bool) {
    let looks = if typed.all { Occupancy::new(model).dates().to_vec() } else { Vec::new() };
    let wanted = Wanted { history: typed.all, looks };
    let limits = Limits { states: max_states, room: Room::of(max_states), work: None, precision: typed.precision };
    let progress = Progress::of_solution();
    let stop = progress.stop_on_interrupt();
    let conduct = Conduct { stop, progress: &|at| progress.show_solution(at) };
    let solution = exact::solve(model, &wanted, &limits, &conduct);
    progress.clear();
    // What comes now is short; a Ctrl-C ends it at once.
    (solution, stop.swap(true, Ordering::Relaxed))
}

fn origin(loaded: &Loaded, typed: &SolveArgs, max_states: usize, interrupted: bool) -> Origin {
    Origin {
        file: loaded.shown.clone(),
        digest: loaded.model.digest.clone(),
        simulate: env!("CARGO_PKG_VERSION").into(),
        semantics: SEMANTICS,
        interrupted,
        command: again::solve(&loaded.shown, typed, max_states),
        method: Method::Solved { precision: typed.precision, max_states },
    }
}

/// Whether anything that the file asks has an answer.
fn solves_any(report: &Report) -> bool {
    let answered = report.questions.iter().any(|question| question.answer != Answer::NotSolved);
    answered || report.outcomes.iter().any(|outcome| outcome.share.is_some())
}
