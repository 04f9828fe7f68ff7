//! Names that the author gives: which may stand where names of nothing else do, and which would be taken for a
//! likelihood.
//!
//! Does not know the names that expressions share: `model::compile` asks whether these can be names.

use std::borrow::Cow;

use super::Reader;
use crate::diagnostic::{Diagnostic, Span, Spanned};
use crate::scenario::composed;
use crate::scenario::document::{Document, Map};
use crate::scenario::expression::RESERVED;
use crate::scenario::words;

impl Reader {
    /// The key of an entry, in normal form.
    pub(super) fn key(key: &Spanned<Cow<'_, str>>) -> Spanned<String> {
        Spanned::new(composed(&key.value), key.span)
    }

    /// Reports names that can only be a slip.
    pub(super) fn check_names(&mut self, document: &Document) {
        self.labels(&document.sources, "a source");
        self.labels(&document.questions, "a question");
        self.labels(&document.variants, "a variant");
        for name in document.outcomes.iter().filter_map(|outcome| outcome.name.as_ref()) {
            self.label(&name.value, name.span, "an outcome");
        }
        self.numbers(&document.parameters, "a parameter");
        self.numbers(&document.indicators, "an indicator");
        self.numbers(&document.flags, "a flag");
        self.numbers(&document.lets, "a let");
    }

    fn labels<T>(&mut self, map: &Map<T>, what: &str) {
        for entry in map {
            self.label(&entry.key.value, entry.key.span, what);
        }
    }

    fn label(&mut self, name: &str, span: Span, what: &str) {
        let letter = |c: char| c.is_alphanumeric() || c == '_';
        if !name.is_empty() && name.chars().all(letter) {
            return;
        }
        let error = Diagnostic::error("bad-name", format!("`{name}` cannot be the name of {what}"), span)
            .help("a name is made of letters, digits and `_`");
        let plain: String = name.chars().map(|c| if letter(c) { c } else { '_' }).collect();
        let says_something = plain.contains(char::is_alphanumeric);
        self.error(if says_something { error.help(format!("write `{plain}`")) } else { error });
    }

    /// A parameter that is called `likely` could not be told from the word where a probability stands.
    fn numbers<T>(&mut self, map: &Map<T>, what: &str) {
        for Spanned { value: name, span } in map.iter().map(|entry| &entry.key) {
            if words::is_likelihood_word(name) && !RESERVED.contains(&name.as_str()) {
                let message = format!("`{name}` cannot be the name of {what}: it is a word for a likelihood");
                let error = Diagnostic::error("reserved-word", message, *span);
                self.error(error.help(format!("choose another name, such as `{name}_reply`")));
            }
        }
    }
}
