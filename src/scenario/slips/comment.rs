//! Comments, and lines that were meant to go on with one but do not begin with `//`.
//!
//! Does not know how entries look: it tells plain words from them by what cannot be an entry.

use std::ops::Range;

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
        if let Some(swallowed) = swallowed(&self.text[start..self.at]) {
            self.lone_return(Span::new(start + swallowed.start, start + swallowed.end));
        }
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

    /// Ends a comment at the carriage return before what it would swallow, and reports the first of a file.
    fn lone_return(&mut self, swallowed: Span) {
        const CODE: &str = "line-end";
        self.at = self.text[..swallowed.start].rfind('\r').unwrap_or(swallowed.start);
        self.slips.repair(self.at, b"\n");
        if self.slips.diagnostics.iter().all(|known| known.code != CODE) {
            let what = "a carriage return alone ends no line: this would belong to the comment before it";
            let error = Diagnostic::error(CODE, what, swallowed);
            self.slips.report(error.help("save the file with line feeds (Unix) or both (Windows)"));
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

/// What follows a carriage return in a comment and is no comment itself: where that stands in it.
fn swallowed(comment: &str) -> Option<Range<usize>> {
    comment.match_indices('\r').find_map(|(at, _)| {
        let after = comment[at..].trim_start();
        let (start, lost) = (comment.len() - after.len(), after.split('\r').next().unwrap_or(after).trim_end());
        (!lost.is_empty() && !lost.starts_with("//")).then(|| start..start + lost.len())
    })
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
    fn what_a_carriage_return_hides_is_found() {
        assert_eq!(swallowed("// a\rb: 1,\r// c\rd: 2,"), Some(5..10));
        assert_eq!(swallowed("// a\r  // b\r\rc: 1, "), Some(13..18));
        for whole in ["// a", "// a\r", "// a \r\r", "// a\r// b\r\t//c\r"] {
            assert_eq!(swallowed(whole), None, "{whole:?}");
        }
    }

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
