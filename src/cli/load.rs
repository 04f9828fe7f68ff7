//! From a path to a model: reads, compiles, and reports every mistake on the way.
//!
//! Does not know what the model is for.

use std::path::Path;

use super::args::OverrideArgs;
use super::{Failure, input, output};
use crate::diagnostic::{Diagnostics, Severity, Source};
use crate::model::Model;
use crate::model::compile::compile;
use crate::scenario;
use crate::scenario::document::Document;

/// A scenario that can be run.
pub struct Loaded {
    /// What to call its file in a report.
    pub shown: String,
    /// The text.
    pub text: input::Text,
    /// What the author wrote.
    pub document: Document,
    /// What it means under the overrides.
    pub model: Model,
    /// What is probably not meant.
    pub warnings: Diagnostics,
}

/// What reading and compiling found.
pub struct Findings {
    /// The document and the model, if the scenario can be run.
    pub compiled: Option<(Document, Model)>,
    /// All mistakes and warnings, in text order.
    pub diagnostics: Diagnostics,
}

/// Reads and compiles `text`. Where the text can be read at all, the mistakes of both stages are reported together.
pub fn examine(source: &Source<'_>, overrides: &OverrideArgs) -> Findings {
    let (document, mut diagnostics) = scenario::read(source);
    let compiled = document.and_then(|document| match compile(&document, source, &overrides.into()) {
        Ok(model) => Some((document, model)),
        Err(mistakes) => {
            diagnostics.append(mistakes);
            None
        }
    });
    let compiled = compiled.filter(|_| !diagnostics.has_errors());
    Findings { compiled, diagnostics: diagnostics.sorted() }
}

/// The scenario at `path` under `overrides`.
///
/// # Errors
/// Its mistakes have been told on standard error, all of them, or the file cannot be read.
pub fn load(path: &Path, overrides: &OverrideArgs) -> Result<Loaded, Failure> {
    let text = input::read(path).map_err(Failure::Failed)?;
    let source = Source { name: &text.name, text: &text.text };
    let Findings { compiled, diagnostics } = examine(&source, overrides);
    match compiled {
        Some((document, model)) => Ok(Loaded { shown: input::shown(path), text, document, model, warnings: diagnostics }),
        None => {
            output::say(&told(&diagnostics, &source));
            Err(Failure::Said)
        }
    }
}

/// Diagnostics as text, and how many there are.
pub fn told(diagnostics: &Diagnostics, source: &Source<'_>) -> String {
    let mut text: String = diagnostics.iter().map(|d| d.render(source) + "\n").collect();
    text.push_str(&closing(diagnostics, source.name));
    text
}

/// `2 mistakes and 1 warning in outreach.ron`
pub fn closing(diagnostics: &Diagnostics, name: &str) -> String {
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let some = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => format!("{name}: no mistakes and no warnings"),
        (0, warnings) => format!("{name}: {}", some(warnings, "warning")),
        (errors, 0) => format!("{name}: {}", some(errors, "mistake")),
        (errors, warnings) => format!("{name}: {} and {}", some(errors, "mistake"), some(warnings, "warning")),
    }
}
