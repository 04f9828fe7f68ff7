//! Mistakes that only follow from another, which is told alone.
//!
//! Does not know rules: it sees what was said.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};

/// Mistakes about what a name means, none of which is one where the name means two things.
const OF_MEANING: [&str; 7] =
    ["no-event", "no-let", "not-a-condition", "not-a-number", "not-writable", "not-an-event", "type-mismatch"];

/// `diagnostics` without what follows from others of them.
pub fn without_consequences(diagnostics: &Diagnostics, source: &Source<'_>) -> Diagnostics {
    let doubles: Vec<&str> = diagnostics.iter().filter(|d| d.code == "double-name").filter_map(name).collect();
    let misspelt: Vec<(&str, &str)> = diagnostics.iter().filter_map(|d| filled_in(d, source)).collect();
    let mut kept = Diagnostics::default();
    for diagnostic in diagnostics.iter() {
        let name = name(diagnostic).unwrap_or_default();
        let doubled = OF_MEANING.contains(&diagnostic.code) && doubles.contains(&name);
        // What a template makes of a misspelt value seems to be near the right name.
        let from_value = diagnostic.help.iter().filter_map(|help| meant(help)).any(|near| {
            misspelt.iter().any(|(wrong, right)| replaced_once(near, wrong, right).any(|meant| meant == name))
        });
        if !doubled && !from_value {
            kept.push(diagnostic.clone());
        }
    }
    kept
}

/// `text` with one of the places where it holds `wrong` mended.
fn replaced_once(text: &str, wrong: &str, right: &str) -> impl Iterator<Item = String> {
    text.match_indices(wrong).map(move |(at, _)| format!("{}{right}{}", &text[..at], &text[at + wrong.len()..]))
}

/// The first name in a message.
fn name(diagnostic: &Diagnostic) -> Option<&str> {
    diagnostic.message.split('`').nth(1)
}

fn meant(help: &str) -> Option<&str> {
    help.strip_prefix("did you mean `")?.strip_suffix("`?")
}

/// A value of `for_each` that means nothing, and the one that is meant.
fn filled_in<'a>(diagnostic: &'a Diagnostic, source: &Source<'a>) -> Option<(&'a str, &'a str)> {
    let Place::Text(span) = diagnostic.place else { return None };
    let value = source.text.get(span.start..span.end)?.trim_matches('"');
    let right = diagnostic.help.iter().find_map(|help| meant(help))?;
    let is_value = diagnostic.related.iter().any(|related| related.value == super::instance::FILLED_IN);
    is_value.then_some((value, right))
}
