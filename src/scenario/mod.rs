//! Text to document: what the author wrote, names still strings, every value knowing its place in the text.
//!
//! Does not know whether a name exists or what a rule does.

mod decode;
pub mod document;
mod example;
pub mod expression;
mod node;
pub mod quantity;
mod slips;
pub mod words;

use crate::diagnostic::{Diagnostics, Source};
pub use example::Examples;

/// Reads a scenario. The document is there, with holes, even where there are mistakes, unless the text is no
/// RON at all; so the compiler can go on and report its own.
pub fn read(source: &Source<'_>) -> (Option<document::Document>, Diagnostics) {
    let slips = slips::look(source.text);
    let mut diagnostics = slips.diagnostics.clone();
    if slips.broken {
        return (None, diagnostics.sorted());
    }
    let text = slips.repaired(source.text);
    let tokens = slips::tokens(&text, &mut slips::Slips::default());
    let root = match node::parse(&text, &tokens, &slips.holes) {
        Ok(root) => root,
        Err(error) => {
            // Where slips were found, what ron stumbles over is one of them.
            if !diagnostics.has_errors() {
                diagnostics.push(*error);
            }
            return (None, diagnostics.sorted());
        }
    };
    let (mut document, found) = decode::document(&root);
    diagnostics.append(slips.without_consequences(&found));
    if let Some(document) = &mut document {
        document.holes.extend(&slips.holes);
        diagnostics = Examples::of(document, source.text).told(&diagnostics, source.text);
    }
    (document, diagnostics.sorted())
}
