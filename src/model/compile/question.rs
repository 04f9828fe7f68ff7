//! Questions and conditions of outcomes to what monitors follow (SEMANTICS 6).
//!
//! Does not know how a monitor works.

use super::names::Context;
use crate::model::{Ask, Asked};
use crate::scenario::expression::QuestionExpr;

/// A yes/no question, as an outcome needs it; `None` if it held a mistake, which has been reported.
pub fn yes_no(_question: &QuestionExpr, _context: &mut Context<'_>) -> Option<Ask> {
    unimplemented!()
}

/// A yes/no question or a number.
pub fn asked(_question: &QuestionExpr, _context: &mut Context<'_>) -> Option<Asked> {
    unimplemented!()
}
