//! Expressions to conditions and numbers: every name resolved, every type checked, every number bounded.
//!
//! Does not know where an expression stands, beyond what its caller asks of it.
//!
//! `None` means that the mistake has been reported.

use super::interval::Interval;
use super::names::Context;
use crate::diagnostic::Span;
use crate::model::formula::{Condition, Number, Tabulated};
use crate::scenario::document::ProbabilityText;
use crate::scenario::expression::Expr;

/// The condition that `expr` says.
pub fn condition(_expr: &Expr, _context: &mut Context<'_>) -> Option<Condition> {
    unimplemented!()
}

/// The number that `expr` says, and what it can be.
pub fn number(_expr: &Expr, _context: &mut Context<'_>) -> Option<(Number, Interval)> {
    unimplemented!()
}

/// The probability that `text`, written at `span`, says. What cannot be proved to lie in [0, 1] is a mistake.
pub fn probability(_text: &ProbabilityText, _span: Span, _context: &mut Context<'_>) -> Option<(Number, Interval)> {
    unimplemented!()
}

/// `condition`, tabulated.
pub fn tabulate_condition(_condition: Condition, _context: &Context<'_>) -> Tabulated<bool> {
    unimplemented!()
}

/// `number`, tabulated.
pub fn tabulate_number(_number: Number, _context: &Context<'_>) -> Tabulated<f64> {
    unimplemented!()
}
