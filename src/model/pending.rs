//! Which responses are pending, and since when: looked up by slot, and gone through without asking the others.
//!
//! Does not know when they are due: that is drawn, or a probability.

use super::Step;
use super::state::{NEVER, block};

/// The pending responses of a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pending {
    /// By slot: the step number from which its age counts, or `NEVER`.
    since: Box<[Step]>,
    /// A bit for each slot that is pending.
    bits: Box<[u64]>,
}

/// Some slots: a bit for each, shared by those that lie a multiple of 64 apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slots(u64);

impl Slots {
    /// No slot.
    pub const NONE: Self = Self(0);
    /// Every slot.
    pub const ALL: Self = Self(u64::MAX);

    /// One slot.
    pub fn one(slot: usize) -> Self {
        Self(1 << (slot % 64))
    }

    /// These and others.
    #[inline]
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Pending {
    /// None of `slots` responses is pending.
    pub fn none(slots: usize) -> Self {
        Self { since: vec![NEVER; slots].into(), bits: vec![0; slots.div_ceil(64)].into() }
    }

    /// The step number from which the age of `slot` counts, if it is pending.
    #[inline]
    pub fn since(&self, slot: usize) -> Option<Step> {
        let since = self.since[slot];
        (since != NEVER).then_some(since)
    }

    /// Makes `slot` pending from `step` on.
    #[inline]
    pub fn begin(&mut self, slot: usize, step: Step) {
        self.since[slot] = step;
        self.bits[slot / 64] |= 1 << (slot % 64);
    }

    /// `slot` is no longer pending.
    #[inline]
    pub fn end(&mut self, slot: usize) {
        self.since[slot] = NEVER;
        self.bits[slot / 64] &= !(1 << (slot % 64));
    }

    /// Whether any of `some` may be pending.
    #[inline]
    pub fn meets(&self, some: Slots) -> bool {
        // Mostly there are none to meet, and what is pending need not be looked at.
        some != Slots::NONE && self.bits.iter().any(|bits| bits & some.0 != 0)
    }

    /// Shows the pending slots, ascending, with the step numbers from which their ages count.
    #[inline]
    pub fn each(&self, see: impl FnMut(usize, Step)) {
        self.each_of(Slots::ALL, see);
    }

    /// `each` of those that may be among `some`.
    #[inline]
    pub fn each_of(&self, some: Slots, mut see: impl FnMut(usize, Step)) {
        for (word, bits) in self.bits.iter().enumerate() {
            let mut left = bits & some.0;
            while left != 0 {
                let slot = word * 64 + left.trailing_zeros() as usize;
                see(slot, self.since[slot]);
                left &= left - 1;
            }
        }
    }

    /// What it takes in memory besides itself, bytes.
    pub fn bytes(&self) -> usize {
        block(&self.since) + block(&self.bits)
    }

    /// Makes it the same as `other`, of as many slots, without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.since.copy_from_slice(&other.since);
        self.bits.copy_from_slice(&other.bits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_come_ascending_and_go_when_ended() {
        let mut pending = Pending::none(130);
        for (slot, step) in [(129, 7), (0, 3), (64, 5), (63, 4)] {
            pending.begin(slot, step);
        }
        pending.end(64);
        let mut seen = Vec::new();
        pending.each(|slot, since| seen.push((slot, since)));
        assert_eq!(seen, [(0, 3), (63, 4), (129, 7)]);
        seen.clear();
        pending.each_of(Slots::one(1).or(Slots::one(63)), |slot, since| seen.push((slot, since)));
        assert_eq!(seen, [(63, 4), (129, 7)], "129 shares the bit of 1");
        assert!(pending.meets(Slots::one(64)) && !pending.meets(Slots::one(2)));
        assert!(pending.meets(Slots::one(129)), "beyond the first word");
        assert_eq!((pending.since(64), pending.since(129)), (None, Some(7)));
        let mut copy = Pending::none(130);
        copy.copy_from(&pending);
        assert_eq!(copy, pending);
    }
}
