//! Texts of scenarios as models, for the tests of this module and of those that use it.
//!
//! Does not know what is tested.

use super::Model;
use super::compile::{Overrides, compile};
use crate::diagnostic::Source;

/// The model of a sound text.
pub fn compiled(text: &str) -> Model {
    compiled_with(text, &Overrides::default())
}

/// The model of a sound text, something set or forbidden.
pub fn compiled_with(text: &str, overrides: &Overrides) -> Model {
    let source = Source { name: "scenario.ron", text };
    let (document, mistakes) = crate::scenario::read(&source);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let document = document.expect("no document without a mistake");
    compile(&document, &source, overrides).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}
