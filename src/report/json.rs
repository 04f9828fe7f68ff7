//! A report as JSON: everything, unrounded.

use super::Report;

/// The report as one JSON object, indented.
pub fn json(report: &Report) -> String {
    lines(report)
}

/// Any value as indented JSON with a line end.
///
/// # Panics
/// If the value has a map whose keys are no strings; none of ours has.
pub fn lines(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("a plain value") + "\n"
}
