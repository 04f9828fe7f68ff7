//! Text of an expression to tokens: names, numbers, durations, dates and signs, each with its place in the file.
//!
//! Does not know grammar. Dates, durations and percents are single tokens and tried first.

use unicode_normalization::char::is_combining_mark;

use super::Parsed;
use crate::diagnostic::{Diagnostic, Span};
use crate::scenario::composed;
use crate::scenario::quantity::{Duration, Moment, dates_meant, spoken};

/// One piece of text with a meaning of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a word of the language.
    Word(String),
    /// A number; a percent is a hundredth.
    Number(f64),
    /// `30d`
    Duration(Duration),
    /// `2024-03-04`
    Moment(Moment),
    /// Anything else, right or wrong.
    Sign(&'static str),
}

/// A token and its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Span,
}

/// The units of durations.
const UNITS: &[&str] = &["min", "h", "d", "w", "y"];

/// Longest first. Many of these mean nothing here and are known only for their message.
const SIGNS: &[&str] = &[
    "===", "...", "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", ":=", "=>", "=<", "<>", "=+", "=-", "++",
    "--", "**", "->", "..", "(", ")", ",", ".", "+", "-", "*", "/", "=", "<", ">", "!", "[", "]", "}", ";", ":", "%",
    "^", "&", "|", "?", "'", "\"", "`", "$", "#", "@", "~", "\\", "≥", "≤", "≠", "×", "÷", "−", "–", "—", "…", "“",
    "”", "‘", "’", "„", "«", "»", "→", "∧", "∨", "¬",
];

/// Whether `text` can be a name: letters, digits and `_`, not beginning with a digit.
pub fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_') && text.chars().all(in_name)
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

/// Cuts `text`, which stands at byte `at` of the file, into tokens.
pub(super) fn lex(text: &str, at: usize) -> Parsed<Vec<Lexeme>> {
    let mut lexer = Lexer { text, at, position: 0 };
    let mut lexemes = Vec::new();
    loop {
        lexer.position += lexer.rest().len() - lexer.rest().trim_start().len();
        let start = lexer.position;
        let Some(first) = lexer.rest().chars().next() else { return Ok(lexemes) };
        let token = if first.is_ascii_digit() {
            lexer.quantity()?
        } else if first.is_alphabetic() || first == '_' || first == '{' {
            lexer.word()?
        } else {
            lexer.sign(first)?
        };
        lexemes.push(Lexeme { token, span: lexer.since(start) });
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    position: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn since(&self, start: usize) -> Span {
        Span::new(self.at + start, self.at + self.position)
    }

    fn sign(&mut self, first: char) -> Parsed<Token> {
        if let Some(sign) = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
            self.position += sign.len();
            return Ok(Token::Sign(sign));
        }
        let start = self.position;
        self.position += first.len_utf8();
        Err(Diagnostic::error("unknown-sign", format!("the sign `{first}` means nothing here"), self.since(start))
            .help("names are made of letters, digits and `_`; the signs are `== != < <= > >= + - * / ( ) ,`")
            .into())
    }

    fn word(&mut self) -> Parsed<Token> {
        let start = self.position;
        while let Some(c) = self.rest().chars().next() {
            if c == '{' {
                self.variable()?;
            } else if in_name(c) {
                self.position += c.len_utf8();
            } else {
                break;
            }
        }
        Ok(Token::Word(composed(&self.text[start..self.position])))
    }

    /// `{x}`
    fn variable(&mut self) -> Parsed<()> {
        let start = self.position;
        let inner = &self.rest()[1..];
        let length: usize = inner.chars().take_while(|c| in_name(*c)).map(char::len_utf8).sum();
        let closed = inner[length..].starts_with('}');
        self.position += 1 + length + usize::from(closed);
        if closed && is_name(&inner[..length]) {
            return Ok(());
        }
        Err(Diagnostic::error("bad-variable", "a `{` begins a template variable such as `{x}`", self.since(start))
            .help("between the braces stands one name of the rule's `for_each`; lists use round brackets: `in (a, b)`")
            .into())
    }

    fn quantity(&mut self) -> Parsed<Token> {
        if let Some(groups) = self.date_shape() {
            return self.moment(groups).map(Token::Moment);
        }
        let start = self.position;
        self.position += number_length(self.rest());
        let digits = &self.text[start..self.position];
        let number: f64 = digits.parse().expect("digits with at most one point are a number");
        if !number.is_finite() {
            return Err(Diagnostic::error("number-too-large", "this number is too large", self.since(start))
                .help("the largest number is about 1.8 times 10 to the 308th")
                .into());
        }
        if self.rest().starts_with('%') {
            self.position += 1;
            return Ok(Token::Number(hundredth(digits, number)));
        }
        let unit_length: usize = self.rest().chars().take_while(|c| in_name(*c)).map(char::len_utf8).sum();
        let unit = &self.rest()[..unit_length];
        self.position += unit_length;
        if unit.is_empty() { Ok(Token::Number(number)) } else { self.duration(start, digits, unit) }
    }

    fn duration(&self, start: usize, digits: &str, unit: &str) -> Parsed<Token> {
        if !UNITS.contains(&unit) {
            return Err(unknown_unit(digits, unit, self.since(start)));
        }
        Duration::parse(&self.text[start..self.position], self.at + start).map(Token::Duration)
    }

    /// The lengths of three groups of digits with one sign between them, one of the outer ones of four digits:
    /// a date, well or badly written.
    fn date_shape(&self) -> Option<[usize; 3]> {
        let mut rest = self.rest();
        let mut lengths = [0; 3];
        let mut sign = None;
        for (i, length) in lengths.iter_mut().enumerate() {
            *length = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest = &rest[*length..];
            if i < 2 {
                let next = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
                if *sign.get_or_insert(next) != next {
                    return None;
                }
                rest = &rest[1..];
            }
        }
        let short = |n: usize| (1..=2).contains(&n);
        let date = short(lengths[1])
            && (lengths[0] == 4 && short(lengths[2]) || short(lengths[0]) && lengths[2] == 4)
            && !rest.starts_with('%');
        date.then_some(lengths)
    }

    fn moment(&mut self, [a, b, c]: [usize; 3]) -> Parsed<Moment> {
        let start = self.position;
        let date = &self.rest()[..a + b + c + 2];
        self.position += date.len();
        let time_length: usize = self.rest().chars().take_while(|c| in_name(*c) || *c == ':').map(char::len_utf8).sum();
        let time = &self.rest()[..time_length];
        self.position += time_length;
        if [a, b, c] == [4, 2, 2] && date.as_bytes()[4] == b'-' {
            return Moment::parse(&self.text[start..self.position], self.at + start);
        }
        let dates: Vec<String> = dates_meant(&format!("{date}{time}")).iter().map(|date| format!("`{date}`")).collect();
        let error = Diagnostic::error("bad-date", format!("`{date}{time}` is no date"), self.since(start));
        Err(if dates.is_empty() {
            error.help("dates are written year-month-day, `2024-03-04`, with a time `2024-03-04T06:00`").into()
        } else {
            error.help(format!("dates are written year-month-day: {}", dates.join(" or "))).into()
        })
    }
}

/// The nearest number to `digits` percent: 2.3 % is 0.023, which 2.3 / 100 is not.
fn hundredth(digits: &str, number: f64) -> f64 {
    format!("{digits}e-2").parse().unwrap_or(number / 100.0)
}

/// Bytes of the number that `text` begins with: digits, a point with digits, an exponent.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if text[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

/// A way out for `digits unit`, where `unit` is none of ours; `None` if it is no unit in plain words either.
pub(super) fn unit_help(digits: &str, unit: &str) -> Option<String> {
    let said = spoken::duration(&format!("{digits} {unit}"))?;
    Some(if said.months {
        format!("write `{}`: a month has no fixed length, so say how many days, or a date", said.text)
    } else {
        format!("write `{}`, without a space", said.text)
    })
}

fn unknown_unit(digits: &str, unit: &str, span: Span) -> Box<Diagnostic> {
    if matches!(unit, "x" | "X" | "times") {
        return Diagnostic::error("bad-number", format!("`{digits}{unit}` is no number"), span)
            .help(format!("write `{digits}`"))
            .into();
    }
    Diagnostic::error("bad-duration", format!("`{digits}{unit}` is neither a number nor a duration"), span)
        .help(
            unit_help(digits, unit).unwrap_or_else(|| {
                "the units are `min`, `h`, `d`, `w` and `y`, right behind the number: `30d`".to_owned()
            }),
        )
        .help("a name cannot begin with a digit")
        .into()
}
