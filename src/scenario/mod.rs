//! Text to document: what the author wrote, names still strings, every value knowing its place in the text.
//!
//! Does not know whether a name exists or what a rule does.

pub mod document;
pub mod expression;
pub mod quantity;
pub mod words;

use crate::diagnostic::{Diagnostics, Source};

/// Reads a scenario. The document is there, with holes, even where there are mistakes, unless the text is no
/// RON at all; so the compiler can go on and report its own.
pub fn read(_source: &Source<'_>) -> (Option<document::Document>, Diagnostics) {
    unimplemented!("the reader is being written")
}
