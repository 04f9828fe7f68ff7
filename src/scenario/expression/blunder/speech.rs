//! Words of speech where a condition has a sign of its own, or nothing.
//!
//! Does not know which names exist.

use super::super::lexer::Token;
use super::super::parser::Parser;
use super::{WORD_HINTS, hint};
use crate::diagnostic::Span;

impl Parser<'_> {
    /// `unless x`, `if x`: a word of speech before the condition.
    pub(super) fn introduced(&self) -> Option<String> {
        if self.next != 1 {
            return None;
        }
        let condition = self.words(Span::new(self.here().start, self.at + self.text.len())).trim();
        match self.left_of().to_lowercase().as_str() {
            "unless" if self.lexemes.len() == 2 => Some(format!("write `not {condition}`")),
            "unless" => Some(format!("write `not ({condition})`")),
            "if" | "when" | "while" | "whenever" | "provided" => {
                Some(format!("the condition stands alone: write `{condition}`"))
            }
            _ => None,
        }
    }

    /// `after 2025-05-01` and the like: a span of time.
    pub(super) fn time_of_speech(&self) -> Option<String> {
        let Some(Token::Moment(_)) = self.token(0) else { return None };
        let date = self.words(self.here());
        match self.left_of().to_lowercase().as_str() {
            "after" | "since" | "from" | "starting" => Some(format!("from that day on is `day >= {date}`")),
            "before" | "until" | "till" => Some(format!("up to that day is `day <= {date}`")),
            "on" | "during" | "at" => Some(format!("for that day write `during({date}..{date})`")),
            _ => None,
        }
    }

    /// `x between 100 and 200`
    pub(super) fn between(&self) -> Option<String> {
        if !self.is_word(0, "between") {
            return None;
        }
        let (Some(Token::Number(_)), Some(Token::Number(_))) = (self.token(1), self.token(3)) else { return None };
        let number = |ahead: usize| self.lexemes.get(self.next + ahead).map(|l| self.words(l.span));
        let (low, high, name) = (number(1)?, number(3)?, self.left_of());
        // Of a posture the last word is a part only.
        let name = if self.next >= 3 && self.lexemes[self.next - 2].token == Token::Sign(".") { "x" } else { &name };
        Some(format!("write both bounds: `{name} >= {low} and {name} <= {high}`"))
    }

    /// `is not`, `is at least` and so on: more than one word with one sign for it.
    pub(super) fn is_of_speech(&self) -> Option<&'static str> {
        let is = self.is_word(0, "is") || self.is_word(0, "IS");
        if is && self.is_word(1, "not") {
            return Some("different is written `!=`");
        }
        if is && self.is_word(1, "in") {
            return Some("write it without `is`: `x in (a, b)`");
        }
        let from = usize::from(is);
        if self.is_word(from, "at") && self.is_word(from + 1, "least") {
            return Some("at least is written `>=`");
        }
        if self.is_word(from, "at") && self.is_word(from + 1, "most") {
            return Some("at most is written `<=`");
        }
        if is && let Some(Token::Word(next)) = self.token(1) {
            return hint(WORD_HINTS, next);
        }
        None
    }
}
