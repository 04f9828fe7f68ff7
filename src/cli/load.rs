//! From a path to a model: reads, compiles, and reports every mistake on the way.
//!
//! Does not know what the model is for.

use std::path::Path;

use super::args::{OverrideArgs, StoryFormat};
use super::{Failure, input, output};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Source, render, to_json};
use crate::model::Model;
use crate::model::compile;
use crate::model::lint::lint;
use crate::report::json::lines;
use crate::scenario;
use crate::scenario::document::Document;

/// A scenario that can be run.
pub struct Loaded {
    /// What to call its file in a report.
    pub shown: String,
    /// The text, for whoever compiles it again.
    pub text: input::Text,
    /// What the author wrote, with what options set inside rules.
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

/// Reads and compiles a text. Where it can be read at all, the mistakes of both stages are reported together; where
/// there is none, whatever looks like one.
pub fn examine(source: &Source<'_>, overrides: &OverrideArgs) -> Findings {
    let (document, mut diagnostics) = scenario::read(source);
    let compiled = document.and_then(|document| {
        let overrides = overrides.into();
        let (model, found) = compile::examine(&document, source, &overrides);
        diagnostics.append(found);
        model.map(|model| (compile::in_force(&document, source, &overrides), model))
    });
    let compiled = compiled.filter(|_| !diagnostics.has_errors());
    if let Some((document, model)) = &compiled {
        diagnostics.append(lint(model, document));
    }
    Findings { compiled, diagnostics: diagnostics.sorted() }
}

/// The scenario at `path` under `overrides`.
///
/// # Errors
/// Its mistakes have been told, all of them: as text on standard error or as JSON on standard output; or the file
/// cannot be read.
pub fn load(path: &Path, overrides: &OverrideArgs, format: StoryFormat) -> Result<Loaded, Failure> {
    load_text(path, &input::read(path).map_err(Failure::Failed)?, overrides, format)
}

/// The same of a text that has been read from `path`.
///
/// # Errors
/// Its mistakes have been told.
pub fn load_text(
    path: &Path,
    text: &input::Text,
    overrides: &OverrideArgs,
    format: StoryFormat,
) -> Result<Loaded, Failure> {
    let source = Source { name: &text.name, text: &text.text };
    let Findings { compiled, diagnostics } = examine(&source, overrides);
    if let Some((document, model)) = compiled {
        return Ok(Loaded { shown: input::shown(path), document, model, warnings: diagnostics, text: text.clone() });
    }
    Err(refuse(&diagnostics, &source, format))
}

/// Tells the mistakes in `source`: as text on standard error or as JSON on standard output.
pub fn refuse(diagnostics: &Diagnostics, source: &Source<'_>, format: StoryFormat) -> Failure {
    match format {
        StoryFormat::Text => output::say(told(diagnostics, source, output::is_colourful()).trim_end()),
        StoryFormat::Json => {
            if let Err(failure) = output::deliver(&json(&[(diagnostics, *source)]), None) {
                return failure;
            }
        }
    }
    blame(diagnostics)
}

/// Mistakes in options alone are mistakes in the command.
fn blame(diagnostics: &Diagnostics) -> Failure {
    let of_options = |d: &Diagnostic| d.severity == Severity::Warning || matches!(d.place, Place::Option(_));
    if diagnostics.iter().all(of_options) { Failure::Misused } else { Failure::Said }
}

/// Diagnostics as text, and how many there are.
pub fn told(diagnostics: &Diagnostics, source: &Source<'_>, colour: bool) -> String {
    let text = render(diagnostics, source, colour);
    let gap = if text.is_empty() { "" } else { "\n" };
    format!("{text}{gap}{}\n", closing(diagnostics, source.name))
}

/// Diagnostics of several files as one JSON object.
pub fn json(found: &[(&Diagnostics, Source<'_>)]) -> String {
    let all: Vec<serde_json::Value> = found
        .iter()
        .filter_map(|(diagnostics, source)| to_json(diagnostics, source).as_array().cloned())
        .flatten()
        .collect();
    lines(&serde_json::json!({ "version": 1, "diagnostics": all }))
}

/// `2 mistakes and 1 warning in outreach.ron`
fn closing(diagnostics: &Diagnostics, name: &str) -> String {
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let some = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => format!("{name}: no mistakes and no warnings"),
        (0, warnings) => format!("{name}: {}", some(warnings, "warning")),
        (errors, 0) => format!("{name}: {}", some(errors, "mistake")),
        (errors, warnings) => format!("{name}: {} and {}", some(errors, "mistake"), some(warnings, "warning")),
    }
}
