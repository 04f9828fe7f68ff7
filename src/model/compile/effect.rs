//! Effects: what a rule writes, with the types of both sides checked.
//!
//! Does not know when an effect applies.

use super::names::Context;
use crate::model::{Effect, EventId};
use crate::scenario::expression::EffectExpr;

/// What an effect does: a change of the state, or an event.
#[derive(Debug, Clone)]
pub enum Change {
    /// A variable changes.
    Effect(Effect),
    /// `emit name`
    Emit(EventId),
}

/// The change that `effect` says; `None` if it held a mistake, which has been reported.
pub fn effect(_effect: &EffectExpr, _context: &mut Context<'_>) -> Option<Change> {
    unimplemented!()
}
