//! What the ways of one instant take in memory, reckoned from how many there are: n responses that are each left to
//! chance have 2^n, and all are there before the first of them is a state.
//!
//! Does not know what they are.

use super::Midway;
use crate::exact::means::Means;
use crate::model::RuleId;

/// What has more acts in one instant than this is work, and not only a row of a state.
const LONG: u64 = 4_096;

/// The bytes of an instant.
#[derive(Debug)]
pub(super) struct Held {
    /// Of one way whose queue is empty: it stands in a list, and in another one while equal ones are merged.
    each: u64,
    bytes: u64,
    ways: u32,
    /// Acts of this instant.
    acts: u64,
}

/// Why an instant may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Bytes,
    Work,
    Stop,
}

impl Held {
    /// Nothing of ways like this one.
    pub(super) fn of(one: &Midway) -> Self {
        let inside = one.state.bytes() + one.memory.bytes();
        let each = (inside + 2 * size_of::<(Midway, f64)>() + 2 * size_of::<usize>()) as u64;
        Self { each, bytes: 0, ways: 0, acts: 0 }
    }

    /// Bytes of one way.
    pub(super) fn each(&self) -> u64 {
        self.each
    }

    /// Ways that are held.
    pub(super) fn ways(&self) -> u32 {
        self.ways
    }

    /// A new instant begins, with one way.
    pub(super) fn begin(&mut self) {
        self.acts = 0;
        self.hold_only(1);
    }

    /// These are all that there are, with empty queues.
    pub(super) fn hold_only(&mut self, ways: usize) {
        self.ways = ways as u32;
        self.bytes = ways as u64 * self.each;
    }

    /// One more, in whose queue so many wait.
    pub(super) fn hold(&mut self, queue: usize, means: &Means<'_>) -> Result<(), Over> {
        self.ways = self.ways.saturating_add(1);
        self.take(self.each + (queue * size_of::<RuleId>()) as u64, means)
    }

    /// So many bytes besides.
    pub(super) fn take(&mut self, bytes: u64, means: &Means<'_>) -> Result<(), Over> {
        self.bytes += bytes;
        if self.bytes > means.room.instant { Err(Over::Bytes) } else { Ok(()) }
    }

    /// Before an act, so much work having been done.
    #[inline]
    pub(super) fn act(&mut self, work: u64, means: &Means<'_>) -> Result<(), Over> {
        self.acts += 1;
        if means.is_stopped() {
            return Err(Over::Stop);
        }
        if self.acts.is_multiple_of(LONG) && means.is_spent(work) { Err(Over::Work) } else { Ok(()) }
    }
}
