//! How far a batch of runs is, for the person who waits, and how that person stops it.
//!
//! Does not know what a run is. Neither the bar nor the clock that it reads reaches any result.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{INTERRUPTED, output};

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
            output::say(&format!("note: Ctrl-C will not give a partial report: {e}"));
        }
        &STOP
    }

    /// So many runs are done.
    pub fn show(&self, done: u64) {
        if self.since.elapsed() > PATIENCE {
            self.bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
