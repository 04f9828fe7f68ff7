//! What a scenario probably does not mean, though it can be run: warnings on the compiled model.
//!
//! Refuses nothing and changes nothing. Says "never" only where no order of events could do it; what it cannot
//! decide it passes over.

mod cycle;
mod moves;
mod never;
mod order;
mod outcome;
mod posture;
mod provenance;
mod reach;
mod space;
mod timing;
mod unused;

use super::Model;
use super::compile::template::expand;
use crate::diagnostic::{Diagnostics, Span};
use crate::scenario::document::{Document, RuleText};

pub use moves::{Move, moves};
use reach::Reach;

/// What every lint looks at.
struct Subject<'a> {
    model: &'a Model,
    /// As written.
    document: &'a Document,
    /// With its templates written out: its rules are the first of the model's, one by one.
    expanded: Document,
    reach: Reach,
}

/// Looks for what `document`, compiled to `model`, probably does not mean. Warnings only, in text order.
pub fn lint(model: &Model, document: &Document) -> Diagnostics {
    // The model was made from this document, so its templates can be written out.
    let expanded = expand(document, &mut Diagnostics::default()).unwrap_or_else(|| document.clone());
    let reach = Reach::of(model, &unused::switches(model, document, &expanded));
    let subject = Subject { model, document, expanded, reach };
    let mut found = Diagnostics::default();
    never::rules(&subject, &mut found);
    posture::values(&subject, &mut found);
    cycle::cycles(&subject, &mut found);
    order::pairs(&subject, &mut found);
    unused::names(&subject, &mut found);
    outcome::shadowed(&subject, &mut found);
    provenance::missing(&subject, &mut found);
    found.sorted()
}

impl Subject<'_> {
    /// The text of a rule; `None` for what the compiler adds.
    fn text(&self, index: usize) -> Option<&RuleText> {
        self.expanded.rules.get(index).and_then(|entry| entry.value.as_ref())
    }

    /// Whether the rule at `index` stands in the file.
    fn written(&self, index: usize) -> bool {
        index < self.expanded.rules.len()
    }

    /// The names of what is at `span`: as written in the file if all its instances are meant, else those.
    fn called(&self, span: Span, indices: &[usize]) -> String {
        // The instances of a template follow each other.
        let stands = |index: &usize| self.model.rules[*index].span == span;
        let whole = |first: usize, last: usize| {
            let outer = [first.checked_sub(1), Some(last + 1).filter(|next| *next < self.model.rules.len())];
            last - first + 1 == indices.len() && !outer.iter().flatten().any(stands)
        };
        if let [first, .., last] = *indices
            && whole(first, last)
        {
            let key = self.document.rules.iter().find(|entry| entry.key.span == span);
            return key.map_or_else(String::new, |entry| format!("`{}`", entry.key.value));
        }
        listed(indices.iter().map(|i| self.model.rules[*i].id.as_str()))
    }
}

/// Names in backticks, the first few of many.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 6;
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MOST);
    let shown = names[..names.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
