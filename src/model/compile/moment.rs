//! Windows and moments that expressions and questions look at, as boundaries (SEMANTICS 2 and 6).
//!
//! Does not know what is asked of them.

use super::names::Context;
use crate::diagnostic::Span;
use crate::model::{Step, When};
use crate::scenario::quantity::{Moment, Time};

/// The boundaries `from <= k < to` of `during(from..to)`.
pub fn window(_from: Moment, _to: Moment, _span: Span, _context: &mut Context<'_>) -> Option<(Step, Step)> {
    unimplemented!()
}

/// The moment at which `on TIME` looks, and the last moment that `by TIME` includes. A whole day: when its steps have
/// ended, just before the boundary after it. A date with a time, or a duration since the start: when that boundary's
/// instant has settled; so a reply that takes 10 days has come `by 10d`, and a pressure acts `by 14d` for 14 days.
pub fn when(_time: Time, _span: Span, _context: &mut Context<'_>) -> Option<When> {
    unimplemented!()
}
