//! `simulate agree FILE`

use std::sync::atomic::Ordering;

use super::args::{AgreeArgs, StoryFormat};
use super::load::load;
use super::progress::Progress;
use super::simulate::unsettled;
use super::{Failure, again, memory, output};
use crate::analysis::agree::{FALSE_ALARM, agreement};
use crate::engine::{Conduct, sample};
use crate::exact;
use crate::exact::solution::{self, Limits, Room, Wanted};
use crate::observe::occupancy::dates;
use crate::observe::tally::Tally;
use crate::report::agree::{agreed, text};
use crate::report::json::lines;

/// Relative width of the solved answers.
const PRECISION: f64 = 1e-9;

pub(super) fn run(typed: &AgreeArgs) -> Result<(), Failure> {
    let loaded = load(&typed.file, &typed.overrides, typed.format)?;
    let model = &loaded.model;
    let progress = Progress::new(typed.runs);
    let stop = progress.stop_on_interrupt();
    let sampled = sample::<Tally>(model, &typed.plan(), &Conduct { stop, progress: &|done| progress.show(done) })
        .map_err(|e| Failure::Failed(unsettled(model, &e)))?;
    progress.clear();
    let max_states = typed.max_states.unwrap_or_else(memory::states);
    let progress = Progress::of_solution();
    let wanted = Wanted { history: true, looks: dates(&model.calendar) };
    let limits = Limits { states: max_states, room: Room::of(max_states), work: None, precision: PRECISION };
    let conduct = solution::Conduct { stop, progress: &|at| progress.show_solution(at) };
    let solution = exact::solve(model, &wanted, &limits, &conduct);
    progress.clear();
    if stop.load(Ordering::Relaxed) {
        return Err(Failure::Stopped);
    }
    let agreement = agreement(model, &solution, &sampled.collected, FALSE_ALARM);
    let command = again::agree(&loaded.shown, typed, max_states);
    let found = agreed(model, &agreement, &solution, typed.seed, command);
    let shown = match typed.format {
        StoryFormat::Text => text(&found, typed.all),
        StoryFormat::Json => lines(&found),
    };
    output::deliver(&shown, None)?;
    if found.agree && !found.rows.is_empty() { Ok(()) } else { Err(Failure::Said) }
}
