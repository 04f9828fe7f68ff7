//! Small random scenarios as the text of a file, so that reader, compiler and engines all have to do with them.
//!
//! Does not know what a scenario means: only how one is written, and how to keep its states few. Over many seeds every
//! feature of the language is used (`checks.rs` holds the list).
//!
//! A zero-delay cascade always ends with probability one: a rule that follows at once and surely listens only to rules
//! before it; any other is tame (a chance of at most a half, `at_most` or a `cooldown`), or climbs a ladder that no other
//! such rule moves.

// A few lines are put together here and there; speed does not matter.
#![allow(clippy::format_push_string, clippy::format_collect)]

mod ask;
mod author;
mod branch;
mod checks;
mod clock;
mod condition;
mod dice;
mod number;
mod rule;
mod sketch;
mod variant;
mod world;

use simulate::model::compile::Overrides;

use crate::support::Scenario;
use author::Author;

/// Which clocks the rules of a scenario have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All four.
    Mixed,
    /// Pressures, and responses that follow at once; nothing depends on the date: a chain in continuous time.
    PressuresOnly,
    /// Anything else: a chain with a step a boundary.
    NoPressures,
}

/// A scenario, and under what it is to be run.
#[derive(Debug, Clone)]
pub struct Generated {
    pub seed: u64,
    /// The whole file.
    pub text: String,
    /// A variant of the file, a forced or forbidden rule, a parameter: mostly none.
    pub overrides: Overrides,
}

/// The seed of the first random scenario of a test that takes many: 0, so that every `cargo test` is the same, or what
/// `SIMULATE_RANDOM_FROM` says, so that a nightly job tries scenarios that nobody has seen:
///
/// ```sh
/// SIMULATE_RANDOM_FROM=$(date +%s)000 cargo test --test main -- random_scenarios --nocapture
/// ```
///
/// A failure names the seed of its scenario: with that as the first it comes again at once.
pub fn first_seed() -> u64 {
    std::env::var("SIMULATE_RANDOM_FROM").map_or(0, |text| text.parse().expect("a seed, a whole number"))
}

/// The scenario of this seed, of `Kind::Mixed`.
pub fn scenario(seed: u64) -> Generated {
    scenario_of(seed, Kind::Mixed)
}

/// The scenario of this seed and kind; a pure function of both.
pub fn scenario_of(seed: u64, kind: Kind) -> Generated {
    Author::new(seed, kind).write(seed)
}

impl Generated {
    /// To be compiled and run.
    pub fn scenario(&self) -> Scenario {
        let scenario = Scenario::file(&format!("random-{}.ron", self.seed), &self.text);
        let Overrides { variants, set, forbid, force, .. } = &self.overrides;
        let scenario = variants.iter().fold(scenario, |scenario, name| scenario.variant(name));
        let scenario = set.iter().fold(scenario, |scenario, text| scenario.set(text));
        let scenario = forbid.iter().fold(scenario, |scenario, text| scenario.forbid(text));
        force.iter().fold(scenario, |scenario, text| scenario.force(text))
    }
}
