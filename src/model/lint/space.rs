//! All combinations of values that some slots can hold together.
//!
//! Does not know whether a combination is ever reached, only which values each slot can have.

use std::ops::ControlFlow;

use crate::model::formula::Slot;

/// Combinations looked at, at most.
const LIMIT: usize = 8_192;

/// An odd number far from a power of two, so that its multiples scatter over any range.
const SCATTER: u128 = 0x9e37_79b9_7f4a_7c15;

/// Slots and the values of each.
pub(super) struct Space {
    slots: Vec<Slot>,
    values: Vec<Vec<i32>>,
}

/// One combination.
pub(super) struct Point<'a> {
    slots: &'a [Slot],
    pub(super) values: &'a [i32],
}

impl Point<'_> {
    /// The value of `slot`, which is one of the space's.
    pub(super) fn read(&self, slot: Slot) -> i32 {
        self.values[self.slots.binary_search(&slot).expect("the space holds every slot that is read")]
    }
}

impl Space {
    /// The slots, sorted and each once, with what `values` says each can be.
    pub(super) fn new(mut slots: Vec<Slot>, values: impl Fn(Slot) -> Vec<i32>) -> Self {
        slots.sort_unstable();
        slots.dedup();
        let values = slots.iter().map(|slot| values(*slot)).collect();
        Self { slots, values }
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    fn size(&self) -> u128 {
        self.values.iter().fold(1, |size: u128, values| size.saturating_mul(values.len() as u128))
    }

    /// Whether all combinations are visited.
    pub(super) fn complete(&self) -> bool {
        self.size() <= LIMIT as u128
    }

    /// Visits every combination, or of too many a scattered part, until told to stop. What it was told.
    pub(super) fn visit<B>(&self, mut see: impl FnMut(&Point<'_>) -> ControlFlow<B>) -> Option<B> {
        let size = self.size();
        let mut values = vec![0; self.slots.len()];
        for i in 0..size.min(LIMIT as u128) {
            let mut rest = if self.complete() { i } else { i.wrapping_mul(SCATTER) % size };
            for (value, choices) in values.iter_mut().zip(&self.values).rev() {
                *value = choices[(rest % choices.len() as u128) as usize];
                rest /= choices.len() as u128;
            }
            if let ControlFlow::Break(found) = see(&Point { slots: &self.slots, values: &values }) {
                return Some(found);
            }
        }
        None
    }

    /// Whether some combination satisfies `is`; `None` if none was found and not all were visited.
    pub(super) fn some(&self, is: impl Fn(&Point<'_>) -> bool) -> Option<bool> {
        let found = self.visit(|point| if is(point) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        if found.is_some() { Some(true) } else { self.complete().then_some(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::VariableId;

    fn slots(n: u32) -> Vec<Slot> {
        (0..n).map(|i| Slot::Variable(VariableId(i))).collect()
    }

    #[test]
    fn every_combination_is_seen_once() {
        let space = Space::new(slots(3), |_| vec![1, 2, 5]);
        let mut seen = std::collections::BTreeSet::new();
        space.visit::<()>(|point| {
            assert!(seen.insert(point.values.to_vec()));
            ControlFlow::Continue(())
        });
        assert_eq!(seen.len(), 27);
        assert_eq!(space.some(|p| p.read(Slot::Variable(VariableId(1))) == 5), Some(true));
        assert_eq!(space.some(|p| p.values.iter().sum::<i32>() == 4), Some(true));
        assert_eq!(space.some(|p| p.values.iter().sum::<i32>() == 14), Some(false));
    }

    #[test]
    fn of_too_many_a_scattered_part_is_seen_and_nothing_is_claimed_of_the_rest() {
        let space = Space::new(slots(4), |_| (0..100).collect());
        assert!(!space.complete());
        assert_eq!(space.some(|p| p.values.iter().all(|v| *v > 50)), Some(true));
        assert_eq!(space.some(|p| p.values.contains(&100)), None);
    }

    #[test]
    fn no_values_at_all_is_one_combination_less_than_one() {
        assert_eq!(Space::new(Vec::new(), |_| vec![]).some(|_| true), Some(true));
        assert_eq!(Space::new(slots(1), |_| vec![]).some(|_| true), Some(false));
    }
}
