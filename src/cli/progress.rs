//! How far a batch of runs or a solution is, for the person who waits, and how that person stops it.
//!
//! Does not know what a run or a state is. Neither the bar nor the clock that it reads reaches any result.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{INTERRUPTED, output};
use crate::exact::solution;
use crate::report::figures::count;

/// Set by the first Ctrl-C (or a polite request to end).
static STOP: AtomicBool = AtomicBool::new(false);

/// A batch shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// A bar on standard error, and the end of a batch by Ctrl-C; there is no bar unless that is a terminal.
pub struct Progress {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    /// A bar for so many runs.
    pub fn new(runs: u64) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} runs, {eta} left {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::stderr()).with_style(style);
        Self { bar, since: Instant::now() }
    }

    /// A bar for many points with so many runs in all.
    pub fn of_points(runs: u64) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {prefix}, {eta} left {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::stderr()).with_style(style);
        Self { bar, since: Instant::now() }
    }

    /// A bar for a solution, whose length is not known beforehand.
    pub fn of_solution() -> Self {
        let style =
            ProgressStyle::with_template("{bar:30} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr()).with_style(style);
        Self { bar, since: Instant::now() }
    }

    /// A flag that the first Ctrl-C sets; the second ends the program at once.
    pub fn stop_on_interrupt(&self) -> &'static AtomicBool {
        let bar = self.bar.clone();
        let set = ctrlc::set_handler(move || {
            if STOP.swap(true, Ordering::Relaxed) {
                process::exit(INTERRUPTED.into());
            }
            bar.set_message("- stopping (again: quit at once)");
        });
        if let Err(e) = set {
            output::say(&format!("note: Ctrl-C will not give what is done until then: {e}"));
        }
        &STOP
    }

    /// So many runs are done.
    pub fn show(&self, done: u64) {
        if self.since.elapsed() > PATIENCE {
            self.bar.set_position(done);
        }
    }

    /// So many runs may be needed in all, and this is what is known so far.
    pub fn expect(&self, runs: u64, known: &str) {
        if self.since.elapsed() > PATIENCE && !STOP.load(Ordering::Relaxed) {
            self.bar.set_length(runs);
            self.bar.set_message(format!("- {known}"));
        }
    }

    /// This point of so many is at work; 0 is what all of them are compared with.
    pub fn point(&self, number: u64, of: u64) {
        let point = if number == 0 { "the scenario as it is".to_owned() } else { format!("point {number} of {of}") };
        self.bar.set_prefix(point);
    }

    /// So far is one slice of the solution.
    pub fn show_solution(&self, at: solution::Progress) {
        if self.since.elapsed() > PATIENCE && !STOP.load(Ordering::Relaxed) {
            self.bar.set_length(u64::from(at.steps).max(1));
            self.bar.set_position(u64::from(at.step));
            let (slice, states) = (at.slice + 1, count(at.states as u64));
            let of = format!("part {slice} of {}, step {} of {}: {states} states", at.slices, at.step, at.steps);
            self.bar.set_message(of);
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
