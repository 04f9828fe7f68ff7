//! The models of the benches as an analyst would write them, of any size.
//!
//! Does not know how they are drawn or solved.

pub mod ring;
pub mod units;

use simulate::diagnostic::Source;
use simulate::model::Model;
use simulate::model::compile::{Overrides, compile};

/// The model of a scenario without mistakes.
pub fn compiled(text: &str) -> Model {
    let source = Source { name: "bench.ron", text };
    let (document, mistakes) = simulate::scenario::read(&source);
    let document = document.unwrap_or_else(|| panic!("{mistakes:?}"));
    compile(&document, &source, &Overrides::default()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}
