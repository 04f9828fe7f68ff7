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

use unicode_normalization::UnicodeNormalization;

use crate::diagnostic::{Diagnostics, Source};
pub use example::Examples;

/// Reads a scenario. The document is there, with holes, even where there are mistakes, unless the text is no
/// RON at all; so the compiler can go on and report its own.
pub fn read(source: &Source<'_>) -> (Option<document::Document>, Diagnostics) {
    let (slips, tokens) = slips::look(source.text);
    let mut diagnostics = slips.diagnostics.clone();
    if slips.broken {
        return (None, diagnostics.sorted());
    }
    let text = slips.repaired(source.text);
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

/// A name in normal form (NFC): the same name is the same bytes, however its letters were typed.
fn composed(name: &str) -> String {
    // Plain letters have no other form, and most names are made of them.
    if name.is_ascii() { name.to_owned() } else { name.nfc().collect() }
}
