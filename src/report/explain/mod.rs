//! What was understood of a scenario or of one of its rules, in plain words, with what its numbers come to.
//!
//! Runs nothing: all of it follows from the file and the overrides.

mod known;
mod numbers;
mod overview;
mod phrase;
mod rule;

use crate::diagnostic::{Diagnostics, nearest};
use crate::model::Model;
use crate::model::compile::template::expand;
use crate::scenario::document::{Document, Entry, RuleText};

use super::layout::{HEADING, styled, width, wrap};

/// Columns of the words on the left.
const LABELS: usize = 13;

/// There is no such rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{name}`{}", .nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownRule {
    /// What was asked for.
    pub name: String,
    /// The id that was probably meant.
    pub nearest: Option<String>,
}

/// What `model`, compiled from `document`, makes of the rule `rule`, or of the whole scenario.
///
/// # Errors
/// No rule has that id.
pub fn explain(model: &Model, document: &Document, rule: Option<&str>) -> Result<String, UnknownRule> {
    let Some(name) = rule else { return Ok(overview::overview(model, document)) };
    let id = name.split_once('/').map_or(name, |(id, _)| id);
    // The model was made from this document, so its templates can be written out.
    let expanded = expand(document, &mut Diagnostics::default()).unwrap_or_else(|| document.clone());
    if let Some(index) = model.rules.iter().position(|r| r.id == id) {
        return Ok(rule::rule(model, &expanded, index));
    }
    if let Some(entry) = document.rules.iter().find(|entry| entry.key.value == id) {
        return Ok(template(model, &expanded, entry));
    }
    let ids = model.rules.iter().map(|r| r.id.as_str()).chain(document.rules.iter().map(|e| e.key.value.as_str()));
    Err(UnknownRule { name: name.to_owned(), nearest: nearest(id, ids).map(str::to_owned) })
}

/// All instances of a template by name, and the first of them in full.
fn template(model: &Model, expanded: &Document, entry: &Entry<RuleText>) -> String {
    let mine: Vec<usize> = (0..model.rules.len()).filter(|i| model.rules[*i].span == entry.key.span).collect();
    let title = format!("{}\n", styled(HEADING, &entry.key.value));
    let Some(first) = mine.first() else {
        return title + &wrap("a template that stands for no rule: its rows are all left out", 0, 0);
    };
    let names: Vec<String> = mine.iter().map(|i| model.rules[*i].id.clone()).collect();
    let said = format!("A template that stands for {} rules: {}. The first of them:", mine.len(), listed(&names, 20));
    format!("{title}{}\n{}", wrap(&said, 0, 0), rule::rule(model, expanded, *first))
}

/// At most `most` of `names`, and how many more there are.
fn listed(names: &[String], most: usize) -> String {
    if names.len() <= most {
        return names.join(", ");
    }
    format!("{} and {} more", names[..most].join(", "), names.len() - most)
}

/// A word on the left, and beside it a text that may take several lines.
fn field(label: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let lines = wrap(text, LABELS, LABELS);
    format!("{label}{}", &lines[width(label).min(LABELS - 1)..])
}
