//! What the firing of a pressure does if nothing can come of it but that one variable moves: all of it in one place.
//!
//! Does not know when it fires.

use super::change::MoveStep;
use super::{Plain, Program, Raised};
use crate::model::pending::Slots;
use crate::model::{RuleId, VariableId};

/// A plain rule in so few bytes that all of a model's stay in the fastest memory.
#[derive(Debug, Clone, Copy)]
pub struct Alone {
    /// Which.
    pub rule: RuleId,
    /// What it moves.
    pub variable: VariableId,
    /// Where in `Program::steps` that stands which follows the value 0, or would stand: modulo 2³².
    first: u32,
    /// `stop_when` can turn with it.
    pub stop: bool,
    /// It stays alone where counters count what it raises: nothing else than `stop_when` can turn with these.
    pub may_be_counted: bool,
    /// Responses that lapse if a guard does that can turn with it.
    pub guards: Slots,
}

impl Program {
    /// The rule with this id, if it is plain and no watched let can turn with it.
    pub fn alone(&self, rule: RuleId) -> Option<Alone> {
        let Plain { moves, turns, .. } = self.plain(rule).filter(|plain| !plain.turns.any_watch())?;
        let counters = self.turns_with_counters;
        Some(Alone {
            rule,
            variable: moves.variable,
            first: moves.first(),
            stop: turns.stop(),
            may_be_counted: !counters.any_watch() && counters.guards() == Slots::NONE && self.ages.is_empty(),
            guards: turns.guards(),
        })
    }

    /// What follows the value `old`.
    #[inline]
    pub fn step(&self, alone: &Alone, old: i32) -> MoveStep {
        self.steps[alone.first.wrapping_add_signed(old) as usize]
    }

    /// What is raised then; always something, if the step is one of the rule's.
    #[inline]
    pub fn raised(&self, alone: &Alone, step: MoveStep) -> Option<&Raised> {
        // If this could panic, it would be worked out even where nobody asks for it.
        self.plain.get(alone.rule.0 as usize)?.as_ref()?.moves.raised_if_any(step)
    }
}
