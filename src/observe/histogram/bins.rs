//! Counts by bin: side by side while the bins lie close together, else in a tree.
//!
//! Does not know what a bin is.

use std::collections::BTreeMap;
use std::fmt;

/// The most places side by side.
const PLACES: usize = 1 << 14;

/// The fewest places that are added at once, at the end or in front.
const STRIDE: usize = 64;

/// How often which bin. Two are equal if they hold the same counts, however they are kept.
#[derive(Clone)]
pub(super) struct Bins {
    /// Of bin `(first + place) << grain`; empty when they are kept in `far`.
    near: Vec<u64>,
    first: i64,
    /// Every bin in `near` is a multiple of 2 to this power.
    grain: u32,
    /// Bins in `near` that are not 0.
    filled: usize,
    /// They did not stay close together.
    is_far: bool,
    far: BTreeMap<i64, u64>,
}

impl PartialEq for Bins {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Bins {}

impl fmt::Debug for Bins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Bins {
    /// None yet; as long as all are multiples of `2^grain` they may lie so far apart.
    pub(super) fn new(grain: u32) -> Self {
        Self { near: Vec::new(), first: 0, grain, filled: 0, is_far: false, far: BTreeMap::new() }
    }

    /// How many bins are not 0.
    pub(super) fn len(&self) -> usize {
        self.filled + self.far.len()
    }

    /// Counts `count` more, which is not 0, in `bin`.
    #[inline]
    pub(super) fn add(&mut self, bin: i64, count: u64) {
        let place = (bin >> self.grain).wrapping_sub(self.first) as usize;
        match self.near.get_mut(place) {
            Some(here) if bin & ((1 << self.grain) - 1) == 0 => {
                self.filled += usize::from(*here == 0);
                *here += count;
            }
            _ => self.add_elsewhere(bin, count),
        }
    }

    fn add_elsewhere(&mut self, bin: i64, count: u64) {
        if self.is_far {
            *self.far.entry(bin).or_default() += count;
        } else {
            if bin & ((1 << self.grain) - 1) != 0 || !self.reach(bin >> self.grain) {
                self.go_far();
            }
            self.add(bin, count);
        }
    }

    /// Makes room for a multiple of the grain; not if that would take too many places.
    fn reach(&mut self, multiple: i64) -> bool {
        if self.near.is_empty() {
            self.first = multiple;
        }
        let end = i128::from(self.first) + self.near.len() as i128;
        let before = i128::from(self.first) - i128::from(multiple);
        let after = i128::from(multiple) + 1 - end;
        let more = before.max(after).max(0);
        if more > (PLACES - self.near.len()) as i128 {
            return false;
        }
        // In front of the lowest number there is nothing, nor behind the highest.
        let room =
            if before > 0 { i128::from(self.first) - i128::from(i64::MIN) } else { i128::from(i64::MAX) + 1 - end };
        // At least as many again, so that there are few such moves.
        let more = (more as usize).max(STRIDE).max(self.near.len()).min(PLACES - self.near.len()) as i128;
        let more = more.min(room) as usize;
        if before > 0 {
            let mut near = vec![0; more + self.near.len()];
            near[more..].copy_from_slice(&self.near);
            self.near = near;
            self.first -= more as i64;
        } else {
            self.near.resize(self.near.len() + more, 0);
        }
        true
    }

    fn go_far(&mut self) {
        let all: BTreeMap<i64, u64> = self.iter().collect();
        *self = Self { is_far: true, far: all, ..Self::new(0) };
    }

    /// Bins that are `2^doublings` times as wide.
    pub(super) fn widen(&mut self, doublings: u32) {
        let narrow = std::mem::replace(self, Self::new(0));
        narrow.iter().for_each(|(bin, count)| self.add(bin >> doublings, count));
    }

    /// The bins that are not 0, ascending, and their counts.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, u64)> {
        let at = |(place, count): (usize, &u64)| ((self.first + place as i64) << self.grain, *count);
        let near = self.near.iter().enumerate().filter(|(_, count)| **count > 0).map(at);
        near.chain(self.far.iter().map(|(bin, count)| (*bin, *count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether these bins stay near, and that they are what a tree holds.
    fn near(grain: u32, bins: &[i64]) -> bool {
        let mut counts = Bins::new(grain);
        let mut tree = BTreeMap::new();
        for bin in bins {
            counts.add(*bin, 1);
            *tree.entry(*bin).or_insert(0) += 1;
        }
        assert!(counts.iter().eq(tree.iter().map(|(bin, count)| (*bin, *count))));
        assert!(counts.iter().rev().eq(tree.iter().rev().map(|(bin, count)| (*bin, *count))));
        assert_eq!(counts.len(), tree.len());
        !counts.is_far
    }

    #[test]
    fn what_lies_close_together_is_kept_side_by_side() {
        assert!(near(0, &[5, 70, -3, 5, PLACES as i64 - 300]));
        assert!(!near(0, &[5, PLACES as i64 + 5]));
        assert!(near(20, &[5 << 20, 0, -3 << 20]));
        assert!(!near(20, &[5 << 20, (5 << 20) + 1]));
        assert!(!near(0, &[i64::MIN, i64::MAX]) && !near(0, &[i64::MAX, i64::MIN]));
        assert!(near(0, &[i64::MIN + 3, i64::MIN]) && near(0, &[i64::MAX, i64::MAX - 1]));
    }

    proptest! {
        #[test]
        fn they_are_what_a_tree_holds(bins in prop::collection::vec(-40_000_i64..40_000, 0..60), grain in 0_u32..3) {
            near(grain, &bins);
        }
    }
}
