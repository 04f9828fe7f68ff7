//! Text to document: what the author wrote, names still strings, every value knowing its place in the text.
//!
//! Does not know whether a name exists or what a rule does.

mod decode;
pub mod document;
pub mod expression;
mod lexer;
mod node;
pub mod quantity;
pub mod words;

use crate::diagnostic::{Diagnostics, Source};
use lexer::Slips;

/// Reads a scenario. The document is there, with holes, even where there are mistakes, unless the text is no
/// RON at all; so the compiler can go on and report its own.
pub fn read(source: &Source<'_>) -> (Option<document::Document>, Diagnostics) {
    let mut slips = Slips::default();
    let tokens = lexer::tokens(source.text, &mut slips);
    if slips.broken {
        return (None, slips.diagnostics.sorted());
    }
    let text = slips.repaired(source.text);
    let mut diagnostics = slips.diagnostics;
    let root = match node::parse(&text, &tokens, &slips.holes) {
        Ok(root) => root,
        Err(error) => {
            diagnostics.push(error);
            return (None, diagnostics.sorted());
        }
    };
    let (mut document, found) = decode::document(&root);
    diagnostics.append(found);
    if let Some(document) = &mut document {
        document.holes.extend(&slips.holes);
    }
    (document, diagnostics.sorted())
}
