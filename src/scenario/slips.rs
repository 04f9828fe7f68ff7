//! A look at the text before ron reads it: slips of the pen that RON would report badly, each with a way out.
//!
//! Does not know the file format. Where it can it repairs the text, byte for byte in place, so that reading goes on
//! and the other mistakes are found in the same pass.

use unicode_normalization::char::is_combining_mark;

use super::brackets::{self, Mates};
use super::lexer::{Kind, Slips, Token, tokens};
use crate::diagnostic::{Diagnostic, Span};

/// The longest text that is read, bytes.
const LONGEST: usize = 10_000_000;

/// Everything that is wrong with `text` at first sight.
pub(super) fn look(text: &str) -> Slips {
    let mut slips = Slips::default();
    if text.len() > LONGEST {
        let error = Diagnostic::error("too-long", format!("this file has {} bytes", text.len()), Span::default());
        slips.report(error.help("a scenario has at most 10,000,000 bytes"));
        slips.broken = true;
        return slips;
    }
    let tokens = tokens(text, &mut slips);
    if tokens.is_empty() && !slips.broken {
        let error = Diagnostic::error("empty", "this file holds no scenario", Span::default());
        slips.report(error.help("a scenario begins with `(` and `simulate: 1,`, and ends with `)`"));
        slips.broken = true;
    }
    if !slips.broken {
        let text = slips.repaired(text);
        structure(&text, &tokens, &mut slips);
    }
    slips.diagnostics = slips.without_consequences(&slips.diagnostics);
    slips
}

fn structure(text: &str, tokens: &[Token], slips: &mut Slips) {
    let mates = brackets::pair(text, tokens, slips);
    let broken = mates.is_none();
    let mut walk = Walk { text, tokens, mates: mates.unwrap_or_default(), slips, quoted_fields: 0 };
    if broken {
        walk.slips.broken = true;
        walk.loose_words();
    } else {
        walk.whole();
    }
}

/// How entries of a pair of brackets look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// `(name: value)`
    Fields,
    /// `{name: value}`
    Entries,
    /// `[value]`, `(value)`
    Values,
}

struct Walk<'a> {
    text: &'a str,
    tokens: &'a [Token],
    mates: Mates,
    slips: &'a mut Slips,
    /// Fields whose names stand in quotes.
    quoted_fields: usize,
}

/// Functions of the expression language: a name with a bracket that is not quoted is probably one of these.
const FUNCTIONS: [&str; 11] =
    ["count", "since", "during", "min", "max", "how_many", "ever", "stays", "first", "total", "highest"];

impl Walk<'_> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| &self.text[t.span.start..t.span.end])
    }

    fn span(&self, from: usize, to: usize) -> Span {
        self.tokens[from].span.to(self.tokens[to - 1].span)
    }

    /// What stands between two tokens.
    fn gap(&self, before: usize) -> &str {
        &self.text[self.tokens[before].span.end..self.tokens.get(before + 1).map_or(self.text.len(), |t| t.span.start)]
    }

    fn same_line(&self, before: usize) -> bool {
        !self.gap(before).contains('\n')
    }

    fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span, help: impl Into<String>) {
        self.slips.report(Diagnostic::error(code, message, span).help(help));
    }

    /// Reads `sign` in the white space behind a token; where there is none, the text cannot be read on.
    fn insert(&mut self, before: usize, sign: u8) {
        match self.gap(before).as_bytes().first() {
            Some(b' ' | b'\t' | b'\n' | b'\r') => self.slips.repair(self.tokens[before].span.end, &[sign]),
            _ => self.slips.broken = true,
        }
    }

    /// Words that cannot stand bare, wherever they stand: all that can be said where brackets do not pair.
    fn loose_words(&mut self) {
        for at in 0..self.tokens.len() {
            let alone = !matches!(self.kind(at + 1), Some(Kind::Word | Kind::Sign | Kind::Open | Kind::Colon));
            if self.kind(at) == Some(Kind::Word) && at > 0 && self.kind(at - 1) != Some(Kind::Word) && alone {
                self.bare(at);
            }
        }
    }

    fn whole(&mut self) {
        if self.kind(0) != Some(Kind::Open) || self.word(0) == "[" {
            let first = self.tokens[0].span;
            self.error(
                "not-a-scenario",
                "a scenario stands in round brackets",
                first,
                "put `(` before everything and `)` behind it",
            );
            self.slips.broken = true;
            if self.kind(1) == Some(Kind::Colon) {
                self.inside(0, self.tokens.len(), Inside::Fields);
            }
            return;
        }
        let close = self.mates[0];
        self.brackets(0);
        if close + 1 < self.tokens.len() {
            let (end, next) = (self.tokens[close].span, self.tokens[close + 1].span);
            let error = Diagnostic::error("after-the-end", "the scenario has ended before this", next)
                .related(end, "it ends here, where the first bracket of the file is closed")
                .help("delete that closing bracket if what follows belongs to the scenario; or delete what follows");
            self.slips.report(error);
            self.slips.broken = true;
        }
    }

    /// What stands between the bracket at `open` and its mate. Hands back the index behind it.
    fn brackets(&mut self, open: usize) -> usize {
        let close = self.mates[open];
        let named = self.is_named(open, close);
        let inside = match (self.word(open), named) {
            ("{", _) => Inside::Entries,
            ("(", true) => Inside::Fields,
            ("[", true) => self.named_list(open, close),
            _ => Inside::Values,
        };
        self.inside(open + 1, close, inside);
        close + 1
    }

    /// Whether something between the brackets has a name.
    fn is_named(&self, open: usize, close: usize) -> bool {
        let mut at = open + 1;
        while at < close {
            let begins = matches!(self.kind(at - 1), Some(Kind::Open | Kind::Comma));
            let name = matches!(self.kind(at), Some(Kind::Word | Kind::Text));
            if begins
                && name
                && (self.kind(at + 1) == Some(Kind::Colon) || self.word(at + 1) == "=" && self.word(open) == "(")
            {
                return true;
            }
            at = if self.kind(at) == Some(Kind::Open) { self.mates[at] + 1 } else { at + 1 };
        }
        false
    }

    fn named_list(&mut self, open: usize, close: usize) -> Inside {
        let (first, last) = (self.tokens[open].span, self.tokens[close].span);
        self.error(
            "named-list",
            "a list in `[ ]` holds values without names",
            first,
            "names with values stand in `{ }` where you choose the names, and in `( )` where they are fixed fields",
        );
        self.slips.repair(first.start, b"{");
        self.slips.repair(last.start, b"}");
        Inside::Entries
    }

    fn inside(&mut self, from: usize, close: usize, inside: Inside) {
        let mut at = from;
        while at < close && !self.slips.many() {
            if self.kind(at) == Some(Kind::Comma) {
                let comma = self.tokens[at].span;
                self.error("comma", "a comma too many", comma, "delete it");
                self.slips.repair(comma.start, b" ");
                at += 1;
                continue;
            }
            at = match inside {
                Inside::Values => self.value(at, close, inside),
                Inside::Fields | Inside::Entries => self.entry(at, close, inside),
            };
            at = self.separator(at, close);
        }
    }

    /// The comma behind what ends before `at`.
    fn separator(&mut self, at: usize, close: usize) -> usize {
        if at >= close {
            return close;
        }
        if self.kind(at) == Some(Kind::Comma) {
            return at + 1;
        }
        if self.blanked(at - 1) {
            return at;
        }
        let span = self.tokens[at].span;
        if self.word(at) == ";" {
            self.error("comma", "entries are separated by commas, not by `;`", span, "write `,`");
            self.slips.repair(span.start, b",");
            return at + 1;
        }
        if self.kind(at) == Some(Kind::Colon) {
            self.error(
                "colon",
                "this `:` has no place here",
                span,
                "if it belongs to a text, put the whole text in quotes",
            );
            self.slips.broken = true;
            return at + 1;
        }
        let end = self.tokens[at - 1].span.end;
        let place = Span::new(end, end);
        let error = Diagnostic::error("comma", "a comma is missing", place).label("put `,` here");
        self.slips.report(error.help("every entry ends with a comma, also before a new line"));
        self.insert(at - 1, b',');
        at
    }

    /// `name: value`
    fn entry(&mut self, at: usize, close: usize, inside: Inside) -> usize {
        match self.kind(at) {
            Some(Kind::Word | Kind::Text) => {}
            Some(Kind::Open) => {
                let span = self.tokens[at].span;
                let next = self.brackets(at);
                self.error(
                    "no-name",
                    "this has no name",
                    span,
                    "write `name: (…)`; values without names stand in a list `[ ]`",
                );
                self.slips.broken = true;
                return next;
            }
            _ => {
                let (span, word) = (self.tokens[at].span, self.word(at).to_owned());
                self.error(
                    "unexpected",
                    format!("`{word}` has no place here"),
                    span,
                    "an entry is a name, a colon and a value: `name: value`",
                );
                self.slips.broken = true;
                return at + 1;
            }
        }
        let kind = if at + 1 < close { self.kind(at + 1) } else { None };
        match kind {
            Some(Kind::Colon) => {
                self.key(at, inside);
                self.named_value(at, at + 2, close, inside)
            }
            Some(Kind::Sign) if matches!(self.word(at + 1), "=" | "=>" | "==") => {
                let span = self.tokens[at + 1].span;
                let (name, sign) = (self.word(at).to_owned(), self.word(at + 1).to_owned());
                self.error(
                    "equals",
                    format!("a value is given with `:`, not with `{sign}`"),
                    span,
                    format!("write `{name}: …`"),
                );
                self.slips.repair(span.start, &b":     "[..span.end - span.start]);
                self.key(at, inside);
                self.named_value(at, at + 2, close, inside)
            }
            None | Some(Kind::Comma) => {
                self.no_value(at, inside);
                at + 1
            }
            // A name with its colon follows, so this is none.
            Some(Kind::Word | Kind::Text) if at + 2 < close && self.kind(at + 2) == Some(Kind::Colon) => {
                let (word, span) = (self.word(at).to_owned(), self.tokens[at].span);
                self.error(
                    "no-value",
                    format!("`{word}` has no value"),
                    span,
                    format!("write `{word}: …`, or delete it"),
                );
                self.slips.repair(span.start, &vec![b' '; span.end - span.start]);
                at + 1
            }
            _ => {
                let (name, end) = (self.word(at).to_owned(), self.tokens[at].span.end);
                self.error(
                    "colon",
                    format!("a colon is missing behind `{name}`"),
                    Span::new(end, end),
                    format!("write `{name}: …`"),
                );
                self.insert(at, b':');
                self.key(at, inside);
                self.named_value(at, at + 1, close, inside)
            }
        }
    }

    fn named_value(&mut self, key: usize, at: usize, close: usize, inside: Inside) -> usize {
        if at < close && self.kind(at) != Some(Kind::Comma) {
            return self.value(at, close, inside);
        }
        let (name, span) = (self.word(key).to_owned(), self.span(key, at));
        self.error(
            "no-value",
            format!("nothing stands behind `{name}:`"),
            span,
            "write a value, or delete the name with its colon",
        );
        let end = self.tokens[at - 1].span.end;
        self.insert(at - 1, b'_');
        self.slips.holes.push(Span::new(end, end + 1));
        at
    }

    /// A name that no colon follows.
    fn no_value(&mut self, at: usize, inside: Inside) {
        let (span, name) = (self.tokens[at].span, self.word(at).to_owned());
        self.slips.broken = true;
        let digits = |t: &str| t.len() == 3 && t.bytes().all(|b| b.is_ascii_digit());
        if digits(&name) && at >= 2 && self.gap(at - 1).is_empty() && self.kind(at - 1) == Some(Kind::Comma) {
            let (whole, number) = (self.span(at - 2, at + 1), format!("{}{name}", self.word(at - 2)));
            self.error("number-with-comma", "numbers are written without commas", whole, format!("write `{number}`"));
            return;
        }
        let help = match inside {
            Inside::Entries => "in `{ }` every name has a value: `name: value`; a list of names stands in `[ ]`",
            _ => "in `( )` every field has a value: `name: value`",
        };
        self.error("no-value", format!("`{name}` has no value"), span, help);
    }

    /// The name of a field or entry.
    fn key(&mut self, at: usize, inside: Inside) {
        let (span, name) = (self.tokens[at].span, self.word(at).to_owned());
        match (self.kind(at), inside) {
            (Some(Kind::Text), Inside::Fields) => {
                let inner = name.trim_matches('"').to_owned();
                if self.quoted_fields == 0 {
                    self.error(
                        "quoted-field",
                        format!("the name of a field stands without quotes: `{inner}`"),
                        span,
                        format!("write `{inner}: …`, and so with all fields in `( )`"),
                    );
                }
                self.quoted_fields += 1;
                if is_identifier(&inner) && !self.slips.holes.contains(&span) {
                    self.slips.repair(span.start, b" ");
                    self.slips.repair(span.end - 1, b" ");
                } else {
                    self.slips.hole(span);
                }
            }
            (Some(Kind::Word), _) if is_identifier(&name) => {}
            (Some(Kind::Word), Inside::Entries) if name.contains('{') => self.template_key(at, &name),
            (Some(Kind::Word), _) => {
                let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
                let plain = if plain.starts_with(|c: char| c.is_numeric()) { format!("_{plain}") } else { plain };
                self.error(
                    "bad-name",
                    format!("`{name}` is no name: names are made of letters, digits and `_`, and begin with a letter"),
                    span,
                    format!("write `{plain}`"),
                );
                if inside == Inside::Fields && plain.len() == name.len() {
                    self.slips.repair(span.start, plain.as_bytes());
                } else {
                    self.slips.hole(span);
                }
            }
            _ => {}
        }
    }

    /// `{x}_foo:` is read as `"{x}_foo":` where there is white space to hold the quotes.
    fn template_key(&mut self, at: usize, name: &str) {
        let span = self.tokens[at].span;
        self.error(
            "needs-quotes",
            format!("`{name}` needs quotes, because of its braces"),
            span,
            format!("write `\"{name}\": …`"),
        );
        let room = self.text[..span.start].ends_with([' ', '\n'])
            && self.gap(at).is_empty()
            && self.gap(at + 1).starts_with([' ', '\n']);
        if room {
            self.slips.repair(span.start - 1, b"\"");
            self.slips.repair(span.end, b"\":");
        } else {
            self.slips.hole(span);
        }
    }

    /// Index behind the value at `at`.
    fn value(&mut self, at: usize, close: usize, inside: Inside) -> usize {
        match self.kind(at) {
            Some(Kind::Open) if self.is_variable(at, close) => {
                let (span, text) = (
                    self.span(at, at + 3),
                    self.text[self.tokens[at].span.start..self.tokens[at + 2].span.end].to_owned(),
                );
                self.error(
                    "needs-quotes",
                    format!("`{text}` needs quotes, because of its braces"),
                    span,
                    format!("write `\"{text}\"`"),
                );
                self.slips.hole(span);
                at + 3
            }
            Some(Kind::Open) => self.brackets(at),
            Some(Kind::Text) => self.text_value(at, close),
            Some(Kind::Word)
                if self.word(at + 1) == "("
                    && at + 1 < close
                    && !FUNCTIONS.contains(&self.word(at))
                    && is_identifier(self.word(at))
                    && self.same_line(at)
                    && self.gap(at).is_empty() =>
            {
                let (span, name) = (self.tokens[at].span, self.word(at).to_owned());
                self.error(
                    "name-before-bracket",
                    format!("`{name}` has no place before `(`"),
                    span,
                    "brackets stand alone, without a name of their kind; a condition with brackets stands in quotes",
                );
                self.slips.repair(span.start, &vec![b' '; name.len()]);
                self.brackets(at + 1)
            }
            _ => {
                let end = self.run(at, close, inside);
                if end == at + 1 && self.kind(at) == Some(Kind::Word) {
                    self.bare(at);
                } else {
                    self.prose(at, end, inside);
                }
                end
            }
        }
    }

    fn is_variable(&self, at: usize, close: usize) -> bool {
        self.word(at) == "{"
            && at + 2 < close
            && self.mates[at] == at + 2
            && self.kind(at + 1) == Some(Kind::Word)
            && self.gap(at).is_empty()
    }

    /// A text; one that is followed at once by a word had a quote inside.
    fn text_value(&mut self, at: usize, close: usize) -> usize {
        let glued = at + 1 < close && self.kind(at + 1) == Some(Kind::Word) && self.gap(at).is_empty();
        if !glued {
            return at + 1;
        }
        let mut end = at + 1;
        while end < close
            && matches!(self.kind(end), Some(Kind::Word | Kind::Text | Kind::Sign))
            && self.same_line(end - 1)
        {
            end += 1;
        }
        let span = self.span(at, end);
        self.error(
            "quote-inside",
            "a `\"` inside a text ends it",
            span,
            "use single quotes inside a text, or write `\\\"` for each",
        );
        self.slips.hole(span);
        end
    }

    /// Index behind the words that belong together without quotes: up to a comma, a bracket, or the next name with a
    /// colon.
    fn run(&self, at: usize, close: usize, inside: Inside) -> usize {
        let mut end = at + 1;
        while end < close {
            let named = inside != Inside::Values && self.kind(end + 1) == Some(Kind::Colon);
            match self.kind(end) {
                Some(Kind::Word) if named || (inside == Inside::Values && !self.same_line(end - 1)) => break,
                Some(Kind::Sign) if self.word(end) == ";" => break,
                // A sentence goes on behind its comma: no name with a colon follows.
                Some(Kind::Comma) if end > at + 1 && inside != Inside::Values && self.goes_on(end + 1, close) => {
                    end += 1
                }
                Some(Kind::Word | Kind::Sign | Kind::Colon) => end += 1,
                Some(Kind::Open) if self.word(end) == "(" && self.same_line(end - 1) => end = self.mates[end] + 1,
                _ => break,
            }
        }
        end
    }

    /// Whether the token has been read as nothing.
    fn blanked(&self, at: usize) -> bool {
        let start = self.tokens[at].span.start;
        self.slips.repairs.iter().any(|(from, bytes)| *from == start && bytes.iter().all(|b| *b == b' '))
    }

    fn goes_on(&self, at: usize, close: usize) -> bool {
        at + 1 < close
            && self.kind(at) == Some(Kind::Word)
            && matches!(self.kind(at + 1), Some(Kind::Word | Kind::Comma))
    }

    /// Several words without quotes.
    fn prose(&mut self, at: usize, end: usize, inside: Inside) {
        let span = self.span(at, end);
        let text = &self.text[span.start..span.end];
        let short =
            if text.chars().count() <= 40 && !text.contains(['\n', '"']) { text.to_owned() } else { "…".to_owned() };
        let names = inside == Inside::Values && (at..end).all(|i| is_identifier(self.word(i)));
        let error = Diagnostic::error("needs-quotes", "this needs quotes: only a single word can stand without", span)
            .help(format!("write `\"{short}\"`"));
        self.slips.report(if names { error.help("or put commas between, if these are several names") } else { error });
        self.slips.hole(span);
    }

    /// A single word without quotes.
    fn bare(&mut self, at: usize) {
        let (span, word) = (self.tokens[at].span, self.word(at).to_owned());
        if self.slips.holes.contains(&span) || is_number(&word) || (is_identifier(&word) && word != "Some") {
            return;
        }
        let (message, help) = unquoted(&word);
        self.error("needs-quotes", message, span, help);
        self.slips.hole(span);
    }
}

/// What is wrong with a word that cannot stand bare, and what to write.
fn unquoted(word: &str) -> (String, String) {
    let quoted = format!("write `\"{word}\"`");
    let begins_with_digit = word.starts_with(|c: char| c.is_ascii_digit());
    if let Some((low, high)) = word.split_once("..") {
        let high = high.trim_start_matches(['=', '.']);
        return (format!("`{word}` is not how a range is written"), format!("write `({low}, {high})`"));
    }
    if is_number(&format!("0{word}")) && word.starts_with('.') {
        return (format!("`{word}` is not how a number is written"), format!("write `0{word}`"));
    }
    if is_number(word.trim_end_matches('.')) {
        return (format!("`{word}` is not how a number is written"), format!("write `{}`", word.trim_end_matches('.')));
    }
    let what = if word.ends_with('%') {
        "a percent needs quotes"
    } else if begins_with_digit && word.matches(['-', '/', '.']).count() >= 2 {
        "a date needs quotes"
    } else if begins_with_digit && word.ends_with(|c: char| c.is_alphabetic()) {
        "a number with a unit needs quotes"
    } else if word.contains(['{', '}']) {
        "a name with braces needs quotes"
    } else if word.contains('/') {
        "a name with a slash needs quotes"
    } else if word.contains('.') {
        "a name with a dot needs quotes"
    } else if word.contains('-') {
        "a name with a minus sign needs quotes"
    } else {
        "this needs quotes"
    };
    (format!("{what}: `{word}`"), quoted)
}

/// Whether ron reads `word` as a bare name.
fn is_identifier(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || is_combining_mark(c))
}

/// Whether `word` is a number as this format writes them: `60`, `-2.5`, `1e-5`, `1_000`.
fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits =
        |t: &str| t.starts_with(|c: char| c.is_ascii_digit()) && t.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    digits(whole) && digits(part) && digits(exponent)
}
