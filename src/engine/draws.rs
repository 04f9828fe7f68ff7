//! The sampler's answers to an instant's questions: whether, when and which, drawn under the identity of the cause.
//!
//! Does not know what is done with an answer.

use super::occasion::{Occasion, Randomness, falls_below, identity};
use crate::model::instant::{Answer, Cause, Choice, Identity};
use crate::model::state::NEVER;
use crate::model::table::DelayTable;
use crate::model::{RuleId, Step};

/// What one run remembers of its pending responses, by rule.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    delay: Vec<Step>,
    identity: Vec<Identity>,
    /// No pending response is due before this boundary.
    pub(super) next_due: Step,
}

impl Remembered {
    pub(super) fn new(rules: usize) -> Self {
        Self { delay: vec![NEVER; rules], identity: vec![Identity(0); rules], next_due: NEVER }
    }

    /// The delay of a pending response, steps; `NEVER` if it lies beyond the end.
    pub(super) fn delay(&self, rule: RuleId) -> Step {
        self.delay[rule.0 as usize]
    }
}

/// The draws of one run.
pub(super) struct Draws<'a> {
    pub(super) randomness: &'a Randomness,
    pub(super) run: u64,
    /// The occasion of a pressure's instant.
    pub(super) occasion: Option<&'a Occasion>,
    /// Length of a step: a boundary is known by its time, which a change of step leaves as it is.
    pub(super) step_ticks: u64,
    /// The boundary at which an event is so long ago that a condition changes; none before it.
    pub(super) next_age: Step,
    pub(super) remembered: &'a mut Remembered,
}

/// Tags that keep the kinds of hashed identity apart.
#[repr(u64)]
enum Tag {
    Forced = 2,
    Start = 4,
    Turned = 5,
}

impl Choice for Draws<'_> {
    // Who asks knows the kind of cause: nothing has to be told apart then.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn identify(&mut self, cause: Cause, step: Step) -> Identity {
        let rule = |id: RuleId| self.randomness.rule_name(id.0 as usize);
        let boundary = u64::from(step) * self.step_ticks;
        match cause {
            Cause::Occasion(id) => {
                let occasion = self.occasion.expect("a pressure fires at an occasion");
                self.randomness.identity(*occasion, id.0 as usize)
            }
            // A rule has one clock, so this is none of its occasions.
            Cause::Calendar(id) => Identity(rule(id).wrapping_add(boundary)),
            Cause::Forced(id, index) => identity(Tag::Forced as u64, [rule(id).wrapping_add(boundary), index as u64]),
            Cause::Start => identity(Tag::Start as u64, [0; 2]),
            Cause::Turned(event, turn, first) => {
                let within = first.unwrap_or_else(|| identity(Tag::Turned as u64, [boundary, 0]));
                let name = self.randomness.event_name(event.0 as usize).wrapping_add(u64::from(turn));
                identity(Tag::Turned as u64, [name, within.0])
            }
        }
    }

    fn comes(&mut self, rule: RuleId, trigger: Identity, chance: f64, delay: &DelayTable, step: Step) -> Answer {
        let index = rule.0 as usize;
        let (identity, uniform) = self.randomness.response(index, self.run, trigger);
        if !falls_below(uniform, chance) {
            return Answer::Never;
        }
        let steps = delay.certain().or_else(|| {
            let uniform = self.randomness.delay(index, self.run, identity);
            // 53 bits: the tables are tabulated no finer.
            delay.quantile((uniform >> 11) as f64 / 9_007_199_254_740_992.0)
        });
        self.remembered.identity[index] = identity;
        self.remembered.delay[index] = steps.unwrap_or(NEVER);
        if steps == Some(0) {
            return Answer::AtOnce(identity);
        }
        let due = step.saturating_add(self.remembered.delay[index]);
        self.remembered.next_due = self.remembered.next_due.min(due);
        Answer::Later
    }

    fn may_any_be_old(&self, step: Step) -> bool {
        step == self.next_age
    }

    fn may_any_be_due(&self, step: Step) -> bool {
        self.remembered.next_due <= step
    }

    fn go_through_pending(&mut self) {
        self.remembered.next_due = NEVER;
    }

    #[inline]
    fn may_be_due(&mut self, rule: RuleId, age: Step, step: Step) -> bool {
        let delay = self.remembered.delay(rule);
        let later = if delay > age { (step - age).saturating_add(delay) } else { NEVER };
        self.remembered.next_due = self.remembered.next_due.min(later);
        delay == age
    }

    fn due(&mut self, rule: RuleId, _: &DelayTable, age: Step) -> bool {
        self.remembered.delay(rule) == age
    }

    fn remembered(&mut self, rule: RuleId) -> Identity {
        self.remembered.identity[rule.0 as usize]
    }

    fn branch(&mut self, rule: RuleId, identity: Identity, weights: &[f64]) -> usize {
        let uniform = self.randomness.branch(rule.0 as usize, self.run, identity);
        let mut sum = 0.0;
        for (index, weight) in weights.iter().enumerate() {
            sum += weight;
            if *weight > 0.0 && falls_below(uniform, sum) {
                return index;
            }
        }
        // Weights that sum to 1 but for rounding leave nothing over.
        let last = weights.iter().rposition(|weight| *weight > 0.0);
        last.filter(|_| sum > 1.0 - 1e-9).unwrap_or(weights.len())
    }
}
