//! What can go wrong in questions and the conditions of outcomes.
//!
//! Does not know types.

use super::super::lexer::Token;
use super::super::parser::{Parser, comparison_sign};
use super::super::question::Suffix;
use super::super::{Parsed, QuestionExpr};
use super::Blunder;
use crate::diagnostic::{Diagnostic, Span};
use crate::scenario::quantity::{dates_meant, spoken};

const QUESTION_HELP: &str = "questions are `ever(c)`, `c at end`, `c on 2024-06-30`, `count(event) >= 3`, `a before b`, \
                             `a then b within 14d`, `stays(c) for 30d`; numbers `count(e)`, `X at end`, `first(c)`, \
                             `total(X)`, `highest(X)`";

/// Words with which an English question begins.
const ASKING: &[&str] = &[
    "will", "would", "could", "can", "should", "do", "does", "did", "is", "are", "was", "were", "has", "have", "how",
    "what", "when", "which", "who", "whether",
];

/// What to say of a text that is no question of ours because it is one in plain English; `None` if it does not look like
/// that. `at` is the byte offset of `text` in the file.
pub(in super::super) fn asked_in_english(text: &str, at: usize) -> Option<Box<Diagnostic>> {
    let mut words = text.split_whitespace();
    let asks = words.next().is_some_and(|first| ASKING.contains(&first.to_lowercase().as_str()));
    let goes_on = words.next().is_some_and(|second| second.chars().all(char::is_alphabetic)) && words.next().is_some();
    if !(text.trim_end().ends_with('?') || (asks && goes_on)) {
        return None;
    }
    Some(Box::new(
        Diagnostic::error("not-a-question", "this is asked in English", Span::new(at, at + text.len()))
            .help("write what is counted, for example `ever(dprk.military == war) by 2024-06-30` or `count(missile_test) >= 2`; the English goes into `says`")
            .help(QUESTION_HELP),
    ))
}

impl Parser<'_> {
    /// A suffix of one part of `a and b` may be meant of the whole.
    pub(in super::super) fn refuse_two_readings(
        &self,
        word: &str,
        parts: &[(QuestionExpr, Option<Suffix>)],
    ) -> Parsed<()> {
        let Some((index, suffix)) = parts.iter().enumerate().find_map(|(i, (_, s))| s.map(|s| (i, s))) else {
            return Ok(());
        };
        let tail = self.words(Span::new(suffix.term.end, suffix.whole.end)).trim();
        let text = |question: &QuestionExpr| self.words(question.span);
        let list = |change: &dyn Fn(usize, &str) -> String| {
            let parts: Vec<String> = parts.iter().enumerate().map(|(i, (q, _))| change(i, text(q))).collect();
            parts.join(&format!(" {word} "))
        };
        let one = list(&|i, text| if i == index { format!("({text})") } else { text.to_owned() });
        let state = tail.starts_with("at") || tail.starts_with("on");
        let whole = if state && parts.iter().all(|(q, s)| s.is_some() || Self::is_bare(q)) {
            format!("({}) {tail}", list(&|i, text| parts[i].1.map_or(text, |s| self.words(s.term)).to_owned()))
        } else {
            list(&|i, text| match parts[i].1 {
                Some(_) => format!("({text})"),
                None => format!("({text} {tail})"),
            })
        };
        let span = Span::new(suffix.term.end, suffix.whole.end);
        let mut blunder = Diagnostic::error(
            "two-readings",
            format!("`{tail}` beside `{word}` can be read in two ways"),
            self.trimmed(span),
        )
        .help(format!("of this part alone: `{one}`"));
        if whole != one {
            blunder = blunder.help(format!("of all of it: `{whole}`"));
        }
        Err(blunder.into())
    }

    fn is_bare(question: &QuestionExpr) -> bool {
        matches!(question.kind, super::super::QuestionKind::Bare(_))
    }

    fn trimmed(&self, span: Span) -> Span {
        let text = self.words(span);
        Span::new(span.start + text.len() - text.trim_start().len(), span.end)
    }

    /// `not c at end`
    pub(in super::super) fn two_readings_of_not(&self, suffix: Suffix, span: Span) -> Blunder {
        let term = self.words(suffix.term);
        let whole = self.words(suffix.whole);
        let tail = self.words(Span::new(suffix.term.end, suffix.whole.end)).trim();
        let blunder = Diagnostic::error("two-readings", format!("`{tail}` beside `not` can be read in two ways"), span)
            .help(format!("that it is not so: `not ({whole})`"));
        if tail.starts_with("at") || tail.starts_with("on") {
            return blunder.help(format!("that the opposite holds then: `(not {term}) {tail}`")).into();
        }
        blunder.into()
    }

    /// `ever c`
    pub(in super::super) fn refuse_unbracketed(&self, word: &str) -> Parsed<()> {
        let stock = match word {
            "ever" | "stays" | "first" => "dprk.military == war",
            "total" | "highest" => "tension",
            "count" => "missile_test",
            _ => return Ok(()),
        };
        let inside = self.meant_inside().unwrap_or(stock);
        Err(Diagnostic::error("missing-brackets", format!("`{word}` wants brackets"), self.here())
            .help(format!("write `{word}({inside})`"))
            .into())
    }

    /// Words with brackets that somebody may expect in a question.
    pub(in super::super) fn refuse_unknown_question(&self, word: &str) -> Parsed<()> {
        let help = match word.to_lowercase().as_str() {
            "always" => "that it holds all the time is `not ever(not c)`, or `stays(c) for 30d`",
            "never" => "that it never holds is `not ever(c)`",
            "eventually" | "happens" | "occurs" | "sometimes" | "reached" => "that it holds at some time is `ever(c)`",
            "lasts" => "write `stays(c) for 30d`",
            "mean" | "average" => "means are reported beside every number; ask for `total(X)` or `X at end`",
            "lowest" | "minimum" => "there is `highest(X)`; for the lowest ask for `highest(-X)`",
            "maximum" | "peak" => "write `highest(X)`",
            "when" | "time" | "date" => "the time until it first holds is `first(c)`",
            "probability" | "p" | "chance" => "its probability is reported anyway: ask `ever(c)` or `c at end`",
            "ever" | "stays" | "first" | "total" | "highest" if word != word.to_lowercase() => {
                "it is written in small letters"
            }
            _ => return Ok(()),
        };
        Err(Diagnostic::error("unknown-function", format!("there is no `{word}(…)`"), self.here())
            .help(help)
            .help(QUESTION_HELP)
            .into())
    }

    /// `a before b by TIME`
    pub(in super::super) fn refuse_deadline_of_before(&self) -> Parsed<()> {
        if !(self.is_word(0, "by") || self.is_word(0, "within")) {
            return Ok(());
        }
        Err(Diagnostic::error("stray-words", "`before` takes no time limit", self.here())
            .help("join two questions: `(a before b) and (count(a) >= 1 by 2024-06-30)`")
            .into())
    }

    pub(in super::super) fn stays_without_for(&self, term: Span) -> Blunder {
        let text = self.words(term);
        Diagnostic::error("missing-operand", format!("`for how long?` is missing behind `{text}`"), self.here())
            .help(format!("write `{text} for 30d`"))
            .into()
    }

    pub(in super::super) fn then_without_within(&self, term: Span) -> Blunder {
        let text = self.words(term);
        Diagnostic::error("missing-operand", format!("`within` how long is missing behind `{text}`"), self.here())
            .help(format!("write `{text} within 14d`"))
            .into()
    }

    /// `c at the end`, `c at 2024-06-30`
    pub(in super::super) fn at_what(&self) -> Blunder {
        let base =
            Diagnostic::error("stray-words", format!("behind `at` stands `end`, found {}", self.found()), self.here());
        match self.token(0) {
            Some(Token::Moment(_) | Token::Duration(_)) => {
                base.help(format!("for a day or a time write `on {}`", self.words(self.here()))).into()
            }
            _ => base.help("write `at end` for the end of the run, or `on 2024-06-30` for a day").into(),
        }
    }

    /// `count(e) by TIME >= 3`
    pub(in super::super) fn refuse_late_comparison(&self) -> Parsed<()> {
        if self.token(0).is_none_or(|t| comparison_sign(t).is_none()) {
            return Ok(());
        }
        Err(Diagnostic::error("stray-words", "the comparison stands before `by`", self.here())
            .help("write `count(event) >= 3 by 2024-06-30`")
            .into())
    }

    /// `c by TIME`
    pub(in super::super) fn refuse_suffix_of_bare(&self, term: Span) -> Parsed<()> {
        let Some(Token::Word(word)) = self.token(0) else { return Ok(()) };
        let text = self.words(term);
        let time = match self.token(1) {
            Some(Token::Moment(_) | Token::Duration(_)) => self.words(self.lexemes[self.next + 1].span),
            _ => "2024-06-30",
        };
        let help = match word.as_str() {
            "by" | "within" => match self.words(term).split_once(|c: char| " <>=!".contains(c)) {
                // Of a name nobody can see here whether it is an indicator or a rule.
                Some((name, rest)) if is_plain(name) && rest.trim_end().ends_with(|c: char| c.is_ascii_digit()) => {
                    let compared = text[name.len()..].trim_start();
                    format!(
                        "write `ever({text}) by {time}`, or `count({name}) {compared} by {time}` if `{name}` is a rule"
                    )
                }
                _ => format!("write `ever({text}) by {time}`"),
            },
            "for" => format!("write `stays({text}) for 30d`"),
            _ => return Ok(()),
        };
        let message = format!("`{word}` cannot stand behind a condition of the moment");
        Err(Diagnostic::error("stray-words", message, self.here()).help(help).into())
    }

    /// `ever(c) within 30d`, `until`, `before DATE`
    pub(in super::super) fn refuse_other_deadline(&self) -> Parsed<()> {
        let Some(Token::Word(word)) = self.token(0) else { return Ok(()) };
        if !matches!(word.as_str(), "within" | "until" | "in" | "on" | "at" | "for") {
            return Ok(());
        }
        let time = match self.token(1) {
            Some(Token::Moment(_) | Token::Duration(_)) => self.words(self.lexemes[self.next + 1].span),
            _ => "2024-06-30",
        };
        Err(Diagnostic::error("stray-words", format!("`{word}` cannot stand here"), self.here())
            .help(format!("a time limit is written `by {time}`: a date, or a duration since the start"))
            .into())
    }

    /// After `by` or `on`.
    pub(in super::super) fn time_missing(&self, word: &str) -> Blunder {
        let message = format!("a date or a duration was expected after `{word}`, found {}", self.found());
        let blunder = Diagnostic::error("missing-unit", message, self.here());
        let said = self.words(Span::new(self.here().start, self.at + self.text.len())).trim();
        // A month without its year is looked for in the year of the examples, which is then that of the run.
        let alone = said.bytes().all(|b| b.is_ascii_digit());
        let dates = match dates_meant(said) {
            dates if dates.is_empty() && !alone => dates_meant(&format!("{said} 2024")),
            dates => dates,
        };
        if let Some(last) = dates.last() {
            return blunder.help(format!("write `{word} {last}`: the date, year-month-day")).into();
        }
        if let Some(said) = spoken::duration(said) {
            return blunder.help(format!("write `{word} {}`, for a time since the start", said.text)).into();
        }
        if let Some(Token::Number(_)) = self.token(0) {
            let number = self.words(self.here());
            return blunder
                .help(format!("write the unit, `{number}d` for that many days after the start, or a date"))
                .into();
        }
        blunder.help(format!("write `{word} 2024-06-30`, or `{word} 90d` for a time since the start")).into()
    }

    /// There is something behind a complete question.
    pub(in super::super) fn after_question(&self, question: &QuestionExpr) -> Blunder {
        let Some(Token::Word(word)) = self.token(0) else { return self.stray() };
        if matches!(word.as_str(), "by" | "within" | "at" | "on" | "for") {
            let text = self.words(question.span);
            return Diagnostic::error("stray-words", format!("`{word}` cannot stand behind `{text}`"), self.here())
                .help("`by` follows `ever(c)` or `count(event) >= 3`, inside the bracket; `at end` and `on` follow a condition of the moment")
                .into();
        }
        let mut blunder = self.stray();
        if blunder.help.iter().any(|h| h.contains("belongs to outcomes and questions")) {
            blunder.help.clear();
        }
        if blunder.help.is_empty() {
            blunder.help.push(QUESTION_HELP.to_owned());
        }
        blunder
    }
}

/// Whether `text` is a name without a point.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
