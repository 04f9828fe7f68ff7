//! A first look at a scenario's text: strings, words, brackets and signs with their places, comments left out.
//!
//! Does not know what the words mean, nor how brackets nest. It is laxer than RON, so that it can tell what somebody
//! meant where RON would only stop: a date without quotes is one word, typographic quotes make a string.

use super::Slips;
use super::quotes::{FANCY_QUOTES, raw_string_opening};
use crate::diagnostic::{Diagnostic, Span};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `(`, `[` or `{`
    Open,
    /// `)`, `]` or `}`
    Close,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A string with its quotes.
    Text,
    /// A run of letters, digits and what people put between them: a name, a number, a date.
    Word,
    /// Signs such as `=`, `>=`, `;`.
    Sign,
}

/// A piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// Splits `text` into tokens; what is wrong with strings and comments goes into `slips`.
pub fn tokens(text: &str, slips: &mut Slips) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), slips };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
        lexer.slips.repair(0, b"   ");
    }
    while lexer.at < text.len() {
        lexer.next();
        if lexer.slips.broken {
            break;
        }
    }
    lexer.tokens
}

pub(super) struct Lexer<'t, 's> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) tokens: Vec<Token>,
    pub(super) slips: &'s mut Slips,
}

pub(super) fn in_word(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !"()[]{},:\"=<>!*&|;@#$^~?`\\".contains(c) && !FANCY_QUOTES.contains(c)
}

impl<'t> Lexer<'t, '_> {
    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn push(&mut self, kind: Kind, length: usize) {
        self.tokens.push(Token { kind, span: Span::new(self.at, self.at + length) });
        self.at += length;
    }

    fn next(&mut self) {
        let Some(first) = self.rest().chars().next() else { return };
        match first {
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '/' if self.rest().starts_with("//") => self.line_comment(),
            '/' if self.rest().starts_with("/*") => self.block_comment(),
            '/' => self.odd_comment("a comment begins with two slashes, and this is one"),
            '#' => self.odd_comment("comments do not begin with `#`"),
            '{' if template_word(self.rest()).is_some() => self.word(),
            '(' | '[' | '{' => self.push(Kind::Open, 1),
            ')' | ']' | '}' => self.push(Kind::Close, 1),
            ',' => self.push(Kind::Comma, 1),
            ':' => self.push(Kind::Colon, 1),
            '"' => self.string(),
            'r' if raw_string_opening(self.rest()).is_some() => {
                let hashes = raw_string_opening(self.rest()).unwrap_or(0);
                self.raw_string(hashes);
            }
            '\'' => self.single_quoted(),
            c if FANCY_QUOTES.contains(c) => self.fancy_quoted(c),
            c if in_word(c) => self.word(),
            c if c.is_control() => self.control(c),
            _ => {
                let length = self.rest().find(|c: char| !"=<>!*&|;@$^~?`\\".contains(c)).unwrap_or(self.rest().len());
                self.push(Kind::Sign, length);
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        loop {
            let rest = self.rest();
            match rest.chars().next() {
                Some('{') => match variable(rest) {
                    Some(length) => self.at += length,
                    None => break,
                },
                Some('/') if rest.starts_with("//") || rest.starts_with("/*") => break,
                Some(':') if is_date_and_hour(&self.text[start..self.at]) && starts_with_minutes(rest) => self.at += 3,
                Some(c) if in_word(c) => self.at += c.len_utf8(),
                _ => break,
            }
        }
        let end = std::mem::replace(&mut self.at, start);
        self.push(Kind::Word, end - start);
    }

    pub(super) fn line_of(&self, at: usize) -> Span {
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        Span::new(start, at + line(&self.text[at..]))
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0;
        while self.at < self.text.len() {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
            } else {
                self.at += rest.chars().next().map_or(1, char::len_utf8);
            }
            if depth == 0 {
                return;
            }
        }
        let error = Diagnostic::error("open-comment", "this comment has no end", Span::new(start, start + 2))
            .help("close it with `*/`, or begin each of its lines with `//`");
        self.slips.report(error);
        self.slips.broken = true;
    }

    /// What somebody meant as a comment, up to the end of the line.
    fn odd_comment(&mut self, message: &str) {
        let length = self.rest()[..line(self.rest())].trim_end().len();
        let span = Span::new(self.at, self.at + length);
        let error =
            Diagnostic::error("comment", message, Span::new(self.at, self.at + 1)).help("begin a comment with `//`");
        self.slips.report(error);
        self.slips.repair(self.at, &vec![b' '; length]);
        self.at = span.end;
    }

    fn control(&mut self, c: char) {
        let span = Span::new(self.at, self.at + c.len_utf8());
        let error =
            Diagnostic::error("bad-character", format!("an invisible character (code {}) stands here", c as u32), span)
                .help("delete it; if the file is full of them it is no plain text: save it as UTF-8");
        self.slips.report(error);
        self.slips.repair(self.at, &vec![b' '; c.len_utf8()]);
        self.at = span.end;
    }
}

/// Bytes up to the end of the line.
pub(super) fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Length of `{x}` at the start of `text`.
fn variable(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('{')?;
    let length = inner.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (length > 0 && inner[length..].starts_with('}')).then_some(length + 2)
}

/// `{x}` with more of a word behind it: a name with a template variable, and not a map.
fn template_word(text: &str) -> Option<usize> {
    let length = variable(text)?;
    let next = text[length..].chars().next()?;
    ((in_word(next) && next != '/') || variable(&text[length..]).is_some()).then_some(length)
}

fn is_date_and_hour(word: &str) -> bool {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape.ends_with("0000-00-00T00") || shape.ends_with("0000-00-00T0")
}

fn starts_with_minutes(text: &str) -> bool {
    text.len() >= 3 && text.as_bytes()[1..3].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<&str>, Slips) {
        let mut slips = Slips::default();
        let words = tokens(text, &mut slips).iter().map(|t| &text[t.span.start..t.span.end]).collect();
        (words, slips)
    }

    /// Whoever writes a file by program may write no ends of lines. If the rest of the line is gone through for each string,
    /// this does not end within hours.
    #[test]
    fn a_line_may_hold_as_many_strings_as_a_file() {
        let text = format!("[{}]", "\"x\",".repeat(1_000_000));
        assert_eq!(split(&text).0.len(), 2 + 2 * 1_000_000);
    }

    #[test]
    fn words_are_what_people_mean_by_a_word() {
        let (words, slips) = split("(at: 2024-03-04T06:00, x: 30%, y: dprk.japan, {x}_foo: [a, -3], z: {a: b})");
        assert_eq!(
            words,
            [
                "(",
                "at",
                ":",
                "2024-03-04T06:00",
                ",",
                "x",
                ":",
                "30%",
                ",",
                "y",
                ":",
                "dprk.japan",
                ",",
                "{x}_foo",
                ":",
                "[",
                "a",
                ",",
                "-3",
                "]",
                ",",
                "z",
                ":",
                "{",
                "a",
                ":",
                "b",
                "}",
                ")"
            ]
        );
        assert!(slips.diagnostics.is_empty());
    }

    #[test]
    fn comments_and_line_ends_of_every_kind_are_left_out() {
        let (words, slips) = split("\u{feff}( // a ( comment\r\n /* and /* another */ ) */ a: r#\"\"\"#)");
        assert_eq!(words, ["(", "a", ":", "r#\"\"\"#", ")"]);
        assert!(slips.diagnostics.is_empty());
    }

    #[test]
    fn a_forgotten_quote_costs_one_line_only() {
        let (words, slips) = split("(title: \"Foo,\n about: \"Bar\",\n)");
        assert_eq!(words, ["(", "title", ":", "\"Foo", ",", "about", ":", "\"Bar\"", ",", ")"]);
        assert_eq!(slips.diagnostics.iter().count(), 1);
        let (words, _) = split("(about: \"two\nlines\", a: \"last)");
        assert_eq!(words, ["(", "about", ":", "\"two\nlines\"", ",", "a", ":", "\"last", ")"]);
    }

    #[test]
    fn repairs_keep_every_place() {
        let text = "(a: “朝鮮”, b: 'x', # why\n c: 1)";
        let mut slips = Slips::default();
        tokens(text, &mut slips);
        let repaired = slips.repaired(text);
        assert_eq!(repaired.len(), text.len());
        assert_eq!(repaired, "(a:   \"朝鮮\"  , b: \"x\",      \n c: 1)");
        assert_eq!(slips.diagnostics.iter().count(), 3);
    }
}
