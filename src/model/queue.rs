//! The responses that have come in an instant and wait to be reached: first in, first out.
//!
//! Does not know what becomes of them.

use super::RuleId;
use super::instant::Identity;

/// A rule that is about to be reached, and the identity of its firing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queued {
    pub(super) rule: RuleId,
    pub(super) identity: Identity,
}

/// Nearly always empty, and soon so again: a list that begins anew then costs less than a ring.
#[derive(Debug, Default)]
pub(super) struct Queue {
    list: Vec<Queued>,
    /// How many of `list` have been reached.
    reached: usize,
}

impl Queue {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.reached = 0;
    }

    #[inline]
    pub(super) fn push(&mut self, queued: Queued) {
        self.list.push(queued);
    }

    /// The first of those that wait.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Queued> {
        let next = self.list.get(self.reached).copied();
        self.reached += 1;
        if self.reached >= self.list.len() {
            self.clear();
        }
        next
    }

    /// Takes out what waits for `rule`.
    pub(super) fn withdraw(&mut self, rule: RuleId) {
        let reached = std::mem::take(&mut self.reached);
        self.list.drain(..reached);
        self.list.retain(|queued| queued.rule != rule);
    }

    /// The rules that wait, first to be reached first.
    pub(super) fn rules(&self) -> impl Iterator<Item = RuleId> {
        self.list[self.reached..].iter().map(|queued| queued.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(queue: &mut Queue, rule: u32) {
        queue.push(Queued { rule: RuleId(rule), identity: Identity(0) });
    }

    #[test]
    fn first_in_is_first_out_and_what_is_withdrawn_never_comes() {
        let mut queue = Queue::default();
        (0..4).for_each(|rule| push(&mut queue, rule));
        assert_eq!(queue.pop().map(|queued| queued.rule), Some(RuleId(0)));
        queue.withdraw(RuleId(2));
        push(&mut queue, 7);
        assert_eq!(queue.rules().collect::<Vec<_>>(), [RuleId(1), RuleId(3), RuleId(7)]);
        assert_eq!(std::iter::from_fn(|| queue.pop()).map(|queued| queued.rule.0).collect::<Vec<_>>(), [1, 3, 7]);
        assert!(queue.is_empty() && queue.pop().is_none());
    }

    /// A rule that has been reached can wait again, and be withdrawn again; and a queue that has run empty begins anew.
    #[test]
    fn what_has_been_reached_is_behind() {
        let mut queue = Queue::default();
        for _ in 0..2 {
            (0..3).for_each(|rule| push(&mut queue, rule));
            assert_eq!(queue.pop().map(|queued| queued.rule), Some(RuleId(0)));
            push(&mut queue, 0);
            queue.withdraw(RuleId(0));
            assert_eq!(queue.rules().collect::<Vec<_>>(), [RuleId(1), RuleId(2)]);
            assert_eq!(std::iter::from_fn(|| queue.pop()).count(), 2);
        }
    }
}
