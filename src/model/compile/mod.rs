//! Document to model: resolves names, expands templates, checks, reports all mistakes; parameter values enter here.

pub mod calendar;
mod compare;
mod decay;
mod declare;
mod delay;
pub mod demand;
pub mod effect;
pub mod event;
pub mod interval;
mod lets;
pub mod moment;
pub mod names;
pub mod question;
pub mod typing;

use super::Model;
use crate::diagnostic::{Diagnostics, Source};
use crate::scenario::document::Document;

/// What a run changes in the file's meaning without touching the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// `--variant NAME`, applied first, in order.
    pub variants: Vec<String>,
    /// `--set NAME=VALUE` as typed, in order; later ones win.
    pub set: Vec<String>,
    /// `--forbid RULE` or `RULE/BRANCH`.
    pub forbid: Vec<String>,
    /// `--force RULE@DATE` or `RULE/BRANCH@DATE`.
    pub force: Vec<String>,
    /// `--set` may leave a parameter's `range`.
    pub beyond_range: bool,
}

/// Compiles `document`, read from `source`, under `overrides`.
///
/// # Errors
/// Every mistake that was found, in text order.
pub fn compile(_document: &Document, _source: &Source<'_>, _overrides: &Overrides) -> Result<Model, Diagnostics> {
    unimplemented!("the compiler is being written")
}
