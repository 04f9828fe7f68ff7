//! What a slice may take: states, memory, work; and whether it is to stop. Looked at wherever something may take long.
//!
//! Memory is reckoned from counts and never measured, so the same is refused on every machine.

use std::sync::atomic::{AtomicBool, Ordering};

use super::solution::{Conduct, Limits, Reason, Room};

/// For those whom nobody stops.
static NEVER: AtomicBool = AtomicBool::new(false);

/// What a slice may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means<'a> {
    /// The most states.
    pub(super) states: usize,
    pub(super) room: Room,
    /// The most elementary steps.
    pub(super) work: Option<u64>,
    pub(super) stop: &'a AtomicBool,
}

impl<'a> Means<'a> {
    pub(super) fn new(limits: &Limits, conduct: &Conduct<'a>) -> Self {
        Self { states: limits.states, room: limits.room, work: limits.work, stop: conduct.stop }
    }

    /// So many states and what goes with them, however long that takes.
    pub(super) fn of_states(states: usize) -> Self {
        Self { states, room: Room::of(states), work: None, stop: &NEVER }
    }

    /// Whether it is to stop.
    #[inline]
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// # Errors
    /// It is to stop.
    #[inline]
    pub(super) fn go_on(&self) -> Result<(), Reason> {
        if self.is_stopped() { Err(Reason::Interrupted) } else { Ok(()) }
    }

    /// Whether this is too much work.
    #[inline]
    pub(super) fn is_spent(&self, work: u64) -> bool {
        self.work.is_some_and(|most| work > most)
    }
}
