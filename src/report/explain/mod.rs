//! What was understood of a scenario or of one of its rules, in plain words, with what its numbers come to.
//!
//! Runs nothing: all of it follows from the file and the overrides.

mod known;
mod numbers;
mod overview;
mod phrase;
mod rule;

use crate::diagnostic::nearest;
use crate::model::Model;
use crate::scenario::document::{Bindings, Document, Entry, RuleText};
use crate::scenario::expression::Substitution;

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
    if let Some(index) = model.rules.iter().position(|r| r.id == id) {
        return Ok(rule::rule(model, document, index));
    }
    if let Some(entry) = document.rules.iter().find(|entry| entry.key.value == id) {
        return Ok(template(model, document, entry));
    }
    let ids = model.rules.iter().map(|r| r.id.as_str()).chain(document.rules.iter().map(|e| e.key.value.as_str()));
    Err(UnknownRule { name: name.to_owned(), nearest: nearest(id, ids).map(str::to_owned) })
}

/// All instances of a template by name, and the first of them in full.
fn template(model: &Model, document: &Document, entry: &Entry<RuleText>) -> String {
    let mine: Vec<usize> = (0..model.rules.len()).filter(|i| model.rules[*i].span == entry.key.span).collect();
    let title = format!("{}\n", styled(HEADING, &entry.key.value));
    let Some(first) = mine.first() else {
        return title + &wrap("a template that stands for no rule: its rows are all left out", 0, 0);
    };
    let names: Vec<String> = mine.iter().map(|i| model.rules[*i].id.clone()).collect();
    let said = format!("A template that stands for {} rules: {}. The first of them:", mine.len(), listed(&names, 20));
    format!("{title}{}\n{}", wrap(&said, 0, 0), rule::rule(model, document, *first))
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

/// The rule as written, with the template variables of one instance replaced.
struct Instance<'a> {
    text: &'a RuleText,
    row: Substitution,
}

impl<'a> Instance<'a> {
    /// The text behind the rule at `index`; `None` for one that the compiler made.
    fn of(model: &Model, document: &'a Document, index: usize) -> Option<Self> {
        let rule = &model.rules[index];
        let entry = document.rules.iter().find(|entry| entry.key.span == rule.span)?;
        let text = entry.value.as_ref()?;
        let row = match &text.for_each {
            None => Substitution::default(),
            Some(bindings) => row_of(&bindings.value, &entry.key.value, &rule.id)?,
        };
        Some(Self { text, row })
    }
}

/// The row of a template whose id is `id`.
fn row_of(bindings: &Bindings, key: &str, id: &str) -> Option<Substitution> {
    rows(bindings).into_iter().map(Substitution::new).find(|row| row.clone().text(key, Default::default()) == id)
}

fn rows(bindings: &Bindings) -> Vec<Vec<(String, String)>> {
    match bindings {
        Bindings::Rows(rows) => {
            rows.iter().map(|row| row.iter().map(|(x, v)| (x.value.clone(), v.value.clone())).collect()).collect()
        }
        Bindings::Product(variables) => variables.iter().fold(vec![Vec::new()], |rows, (x, values)| {
            let with = |row: &Vec<(String, String)>, value: &str| {
                let mut row = row.clone();
                row.push((x.value.clone(), value.to_owned()));
                row
            };
            rows.iter().flat_map(|row| values.iter().map(move |value| with(row, &value.value))).collect()
        }),
    }
}
