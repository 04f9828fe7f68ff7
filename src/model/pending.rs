//! Which responses are pending, and since when: looked up by slot, and gone through without asking the others.
//!
//! Does not know when they are due: that is drawn, or a probability.

use super::Step;
use super::state::NEVER;

/// The pending responses of a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pending {
    /// By slot: the step number from which its age counts, or `NEVER`.
    since: Box<[Step]>,
    /// A bit for each slot that is pending.
    bits: Box<[u64]>,
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

    /// Whether nothing is pending.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|bits| *bits == 0)
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

    /// The pending slots, ascending, with the step numbers from which their ages count.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (usize, Step)> {
        let since = &self.since;
        self.bits.iter().enumerate().flat_map(move |(word, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some((word * 64 + bit, since[word * 64 + bit]))
            })
        })
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
        assert_eq!(pending.iter().collect::<Vec<_>>(), [(0, 3), (63, 4), (129, 7)]);
        assert_eq!((pending.since(64), pending.since(129)), (None, Some(7)));
        let mut copy = Pending::none(130);
        copy.copy_from(&pending);
        assert_eq!(copy, pending);
    }
}
