//! Comments, and lines that were meant to go on with one but do not begin with `//`.
//!
//! Does not know how entries look: it tells plain words from them by what cannot be an entry.

use super::lexer::{Kind, Lexer, line};
use crate::diagnostic::{Diagnostic, Span};

/// Fields whose value is a single word or number, which somebody may write without a colon.
const FIELDS: [&str; 24] = [
    "chance",
    "milestone",
    "pressure",
    "says",
    "title",
    "about",
    "severity",
    "weight",
    "odds",
    "priority",
    "cooldown",
    "at_most",
    "because",
    "simulate",
    "if_lapsed",
    "words",
    "name",
    "value",
    "source",
    "kind",
    "after",
    "every",
    "at",
    "on",
];

impl Lexer<'_, '_> {
    /// A comment up to the end of its line, and the lines below it that go on with it.
    pub(super) fn line_comment(&mut self) {
        let start = self.at;
        self.at += line(self.rest());
        let own_line = self.text[..start].trim_end_matches([' ', '\t']).ends_with(['\n', '\u{feff}']) || start == 0;
        let entry_goes_on = match self.tokens.last().map(|token| token.kind) {
            Some(Kind::Colon | Kind::Sign) => true,
            Some(Kind::Word) => !own_line,
            _ => false,
        };
        if !entry_goes_on {
            self.stray_lines();
        }
    }

    /// Reports lines of plain words once, and reads them as nothing.
    fn stray_lines(&mut self) {
        let mut strays: Vec<Span> = Vec::new();
        while let Some(stray) = self.stray_line() {
            self.slips.repair(stray.start, &vec![b' '; stray.end - stray.start]);
            self.at = stray.end;
            strays.push(stray);
        }
        let Some(first) = strays.first() else { return };
        let error = Diagnostic::error("comment", "each line of a comment begins with `//`", *first)
            .help(format!("write `// {}`", &self.text[first.start..first.end]));
        self.slips.report(match strays.len() {
            1 => error,
            2 => error.help("the line below it needs its `//` too"),
            lines => error.help(format!("the {} lines below it need their `//` too", lines - 1)),
        });
    }

    /// The line below, if it is one of plain words.
    fn stray_line(&self) -> Option<Span> {
        let below = self.rest().strip_prefix('\n').or_else(|| self.rest().trim_start().is_empty().then_some(""))?;
        let text = &below[..line(below)];
        let words = text.split("//").next().unwrap_or(text).trim();
        if !is_prose(words) || (self.in_list() && !words.ends_with(SENTENCE_END)) {
            return None;
        }
        if below[text.len()..].trim_start().starts_with([':', '=']) {
            return None;
        }
        let start = self.at + 1 + text.find(words)?;
        Some(Span::new(start, start + words.len()))
    }

    /// Whether the innermost open bracket is that of a list, in which words may stand alone.
    fn in_list(&self) -> bool {
        let mut closed = 0;
        let around = self.tokens.iter().rev().find(|token| match token.kind {
            Kind::Close => {
                closed += 1;
                false
            }
            Kind::Open if closed > 0 => {
                closed -= 1;
                false
            }
            kind => kind == Kind::Open,
        });
        around.is_some_and(|open| self.text[open.span.start..].starts_with('['))
    }
}

const SENTENCE_END: [char; 3] = ['.', '!', '?'];

/// Whether `text` is part of a sentence, and no entry with a slip in it.
fn is_prose(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c.is_whitespace() || ".,;'’‘-–—/%!?&():\"“”„".contains(c);
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = |word: &&str| word.starts_with(char::is_alphabetic);
    let Some(first) = words.first().filter(|word| letters(word)) else { return false };
    let count = |sign: char| text.matches(sign).count();
    if !text.chars().all(plain) || count('(') != count(')') || count('"') % 2 == 1 {
        return false;
    }
    let sentence = text.ends_with(SENTENCE_END);
    let unlike_entry = |word: &&str| !word.contains(['(', ':', '"', '“', '„', '.', '/']) && !word.starts_with('\'');
    if text.contains(['(', ':', '"', '“', '„']) {
        return sentence && words.len() > 2 && words[..2].iter().all(|word| unlike_entry(word) && letters(word));
    }
    let field = FIELDS.contains(first);
    if sentence {
        return unlike_entry(&first.trim_end_matches(SENTENCE_END)) && !(field && words.len() == 2);
    }
    let named_value = words.len() == 2
        && (field || first.contains('_') || matches!(words[1].trim_end_matches(','), "true" | "false"));
    let phrase = |pair: &[&str]| letters(&pair[0]) && letters(&pair[1]) && !pair[0].ends_with([',', ';']);
    !(named_value || field && text.ends_with(',')) && words.windows(2).any(phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_no_entry() {
        for prose in [
            "electoral law prescribes.",
            "prescribes.",
            "the court's ruling, which came late",
            "two words",
            "the law (article 5) prescribes.",
            "the law says: wait.",
        ] {
            assert!(is_prose(prose), "{prose}");
        }
        for entry in [
            "chance likely,",
            "chance very likely,",
            "milestone true",
            "quiet, rallies,",
            "start: quiet,",
            "no claim: (forbid: [fraud])",
            "at: a.",
            "vote",
            "0, 100",
            "rerun (on: [vote]),",
            "title \"The election.\"",
            "observers_left false",
        ] {
            assert!(!is_prose(entry), "{entry}");
        }
    }
}
