//! What the tests share: a scenario from its text to its runs, the story of a run, and statistics that state how often
//! they are wrong.
//!
//! Does not know any subject.

mod python;
mod ran;
mod runs;
mod scenario;
mod statistics;
mod story;

pub use python::Python;
pub use ran::Ran;
pub use runs::Runs;
pub use scenario::{Scenario, all_scenarios, collect, scenarios_in};
pub use statistics::{FALSE_ALARM, Share, Values, chi_square, mean_interval, share_interval};
pub use story::{Stories, Told};
