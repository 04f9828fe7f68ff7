//! What `bands` and `sensitivity` have in common: what a point may cost, and why there are no numbers.
//!
//! Does not know what the points are.

use super::Failure;
use super::args::Format;
use super::args::study::CommonArgs;
use super::load::{Loaded, refuse};
use super::simulate::unsettled;
use crate::analysis::factor::Setting;
use crate::analysis::measure::{Budget, Effort};
use crate::analysis::study::Failed;

/// What a point may cost.
pub(super) fn budget(typed: &CommonArgs, always_runs: bool) -> Budget {
    Budget { effort: if typed.no_exact { Effort::None } else { Effort::Little }, always_runs }
}

/// Why there are no numbers, told.
pub(super) fn refused(loaded: &Loaded, format: Format, failed: Failed) -> Failure {
    match failed {
        Failed::Stopped => Failure::Stopped,
        Failed::Unsettled(settings, error) => {
            Failure::Failed(format!("{}\nthis is so with {}", unsettled(&loaded.model, &error), options(&settings)))
        }
        Failed::Mistaken(settings, mistakes) => {
            let _ = refuse(&mistakes, &loaded.text.source(), format.into());
            Failure::Failed(format!(
                "the file is sound, but not with {}\nnarrow the band or the range of one of these, or hold it with `--set`",
                options(&settings)
            ))
        }
    }
}

/// `--set a=1 --set b=2`
fn options(settings: &[Setting]) -> String {
    let shown: Vec<String> = settings.iter().filter_map(Setting::option).collect();
    if shown.is_empty() { "the numbers of the file".into() } else { shown.join(" ") }
}
