//! Where chance decides in an instant: what is asked, and by what a cause is known.
//!
//! Does not know where the answers come from: the sampler's draws, or every answer with its probability.

use super::table::DelayTable;
use super::{EventId, RuleId, Step};

/// Identity of a firing: the address of the draws that descend from it (SEMANTICS 7). Not state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Identity(pub u64);

/// What an identity is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The occasion at which a pressure fires now.
    Occasion(RuleId),
    /// A dated or recurring rule at the present boundary.
    Calendar(RuleId),
    /// The n-th forced firing of the model.
    Forced(RuleId, usize),
    /// The event `start`.
    Start,
    /// The event `begins` or `ends`, for the n-th time in this instant, whose first firing was this; `None` if there was none.
    Turned(EventId, u32, Option<Identity>),
}

/// Whether a triggered response comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Not for this trigger.
    Never,
    /// In this instant, under this identity.
    AtOnce(Identity),
    /// At a later boundary.
    Later,
}

/// Where chance decides.
pub trait Choice {
    /// The identity that goes with a cause. Must not depend on anything else than the cause and `step`.
    fn identify(&mut self, cause: Cause, step: Step) -> Identity;

    /// Does the response to a trigger of this identity come, with this chance, and is it at once? If later, the
    /// identity of its firing is remembered.
    fn comes(&mut self, rule: RuleId, trigger: Identity, chance: f64, delay: &DelayTable, step: Step) -> Answer;

    /// Whether it is worth asking if an event has become old enough at this boundary for a condition to change.
    fn may_any_be_old(&self, _step: Step) -> bool {
        true
    }

    /// Whether it is worth asking which pending responses are due at this boundary.
    fn may_any_be_due(&self, _step: Step) -> bool {
        true
    }

    /// All pending responses are gone through from now on, by `may_be_due`.
    fn go_through_pending(&mut self) {}

    /// Whether it is worth asking if the pending response is due at this boundary, being of this age.
    fn may_be_due(&mut self, _rule: RuleId, _age: Step, _step: Step) -> bool {
        true
    }

    /// Is the pending response due now, being of this age?
    fn due(&mut self, rule: RuleId, delay: &DelayTable, age: Step) -> bool;

    /// The identity under which a pending response was remembered.
    fn remembered(&mut self, rule: RuleId) -> Identity;

    /// Which branch, by these probabilities? `weights.len()` stands for what they leave of 1.
    fn branch(&mut self, rule: RuleId, identity: Identity, weights: &[f64]) -> usize;
}
