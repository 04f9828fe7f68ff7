//! Mistakes in the rules that templates make: each told once, and at the value of `for_each` that caused it.
//!
//! Does not know rules: it sees what was said of them and what the template was written with.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::written;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, Spanned, nearest};
use crate::scenario::document::{Bindings, Document};

/// What is said of the place in a template at which a value means nothing.
pub const FILLED_IN: &str = "it is filled in here";

/// Mistakes of names, which a value of `for_each` can bring about.
const NAMES: [&str; 3] = ["unknown-name", "unknown-value", "unknown-event"];

/// The variables of the templates of a file by the place of their name, and what has been told of them.
pub struct Templates<'a> {
    bindings: BTreeMap<usize, &'a Bindings>,
    reported: BTreeSet<(&'static str, Span)>,
    source: &'a Source<'a>,
}

impl<'a> Templates<'a> {
    /// The rule templates of `document`.
    pub fn new(document: &'a Document, source: &'a Source<'a>) -> Self {
        let templates = document.rules.iter().filter_map(|entry| {
            let bindings = entry.value.as_ref()?.for_each.as_ref()?;
            Some((entry.key.span.start, &bindings.value))
        });
        Self { bindings: templates.collect(), reported: BTreeSet::new(), source }
    }

    /// Passes on what was said of one rule. Instances of a template make the same mistake at the same place: the
    /// first is reported, by its name.
    pub fn pass_on(&mut self, own: Diagnostics, rule: &Spanned<String>, diagnostics: &mut Diagnostics) {
        let Some(bindings) = self.bindings.get(&rule.span.start) else { return diagnostics.append(own) };
        for mistake in own.iter() {
            let mistake = retold(mistake, bindings, &rule.value, self.source);
            let Place::Text(span) = mistake.place else { continue };
            if self.reported.insert((mistake.code, span)) {
                diagnostics.push(mistake);
            }
        }
    }
}

fn retold(mistake: &Diagnostic, bindings: &Bindings, rule: &str, source: &Source<'_>) -> Diagnostic {
    let found = || format!("this was found in `{rule}`, one of the rules that the template makes");
    let (Place::Text(span), Some(name)) = (&mistake.place, stranger(mistake)) else {
        return mistake.clone().help(found());
    };
    let text = written(source, *span);
    for (variable, value) in pairs(bindings) {
        if variable == name && text.starts_with(name) {
            return without_braces(mistake, name, &text);
        }
        if value.value == name && text.contains(&format!("{{{variable}}}")) {
            return at_value(mistake, value, *span);
        }
    }
    mistake.clone().help(found())
}

/// The name that means nothing: the first in the message if it is a value, or else the last.
fn stranger(mistake: &Diagnostic) -> Option<&str> {
    let mut names = mistake.message.split('`').skip(1).step_by(2);
    match mistake.code {
        "unknown-value" => names.next(),
        code if NAMES.contains(&code) => names.last(),
        _ => None,
    }
}

/// Every variable with every value that is written for it.
fn pairs(bindings: &Bindings) -> Vec<(&str, &Spanned<String>)> {
    match bindings {
        Bindings::Product(variables) => variables
            .iter()
            .flat_map(|(variable, values)| values.iter().map(|value| (variable.value.as_str(), value)))
            .collect(),
        Bindings::Rows(rows) => {
            rows.iter().flatten().map(|(variable, value)| (variable.value.as_str(), value)).collect()
        }
    }
}

fn without_braces(mistake: &Diagnostic, variable: &str, text: &str) -> Diagnostic {
    let meant = text.replacen(variable, &format!("{{{variable}}}"), 1);
    let mistake = Diagnostic { help: Vec::new(), related: Vec::new(), ..mistake.clone() };
    mistake.help(format!("`{variable}` is a variable of this template, written in braces: did you mean `{meant}`?"))
}

/// The mistake moved from the body of the template to the value that is filled in.
fn at_value(mistake: &Diagnostic, value: &Spanned<String>, used: Span) -> Diagnostic {
    let help = mistake.help.iter().map(|help| of_value(help, &value.value).unwrap_or_else(|| help.clone())).collect();
    Diagnostic { place: Place::Text(value.span), help, ..mistake.clone() }.related(used, FILLED_IN)
}

/// "did you mean `est.army`?" is about `{ally}.army`; the value meant is `est`.
fn of_value(help: &str, value: &str) -> Option<String> {
    let meant = help.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    nearest(value, meant.split(['.', '/', ' '])).map(|near| format!("did you mean `{near}`?"))
}
