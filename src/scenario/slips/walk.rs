//! How entries, fields and values follow each other: names, colons, commas, brackets.
//!
//! Does not know which words may stand without quotes.

use super::Slips;
use super::bare::{is_identifier, is_number};
use super::brackets::Mates;
use super::lexer::{Kind, Token};
use crate::diagnostic::{Diagnostic, Span};

/// How entries of a pair of brackets look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// `(name: value)`
    Fields,
    /// `{name: value}`
    Entries,
    /// `[value]`, `(value)`
    Values,
}

/// Fields that hold lists, often of records.
pub(super) const LISTS: [&str; 11] =
    ["outcomes", "factors", "force", "forbid", "omitted", "then", "on", "at", "claims", "one_of", "ladder"];

/// Fields that hold entries whose names the author chooses.
const MAPS: [&str; 15] = [
    "sources",
    "parameters",
    "ladders",
    "actors",
    "postures",
    "indicators",
    "flags",
    "lets",
    "events",
    "rules",
    "choose",
    "questions",
    "variants",
    "set",
    "for_each",
];

pub(super) struct Walk<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) mates: Mates,
    pub(super) slips: &'a mut Slips,
    /// Fields whose names stand in quotes.
    quoted_fields: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], mates: Mates, slips: &'a mut Slips) -> Self {
        Self { text, tokens, mates, slips, quoted_fields: 0 }
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| &self.text[t.span.start..t.span.end])
    }

    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        self.tokens[from].span.to(self.tokens[to - 1].span)
    }

    /// What stands between two tokens.
    pub(super) fn gap(&self, before: usize) -> &str {
        &self.text[self.tokens[before].span.end..self.tokens.get(before + 1).map_or(self.text.len(), |t| t.span.start)]
    }

    pub(super) fn same_line(&self, before: usize) -> bool {
        !self.gap(before).contains('\n')
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        self.slips.report(Diagnostic::error(code, message, span).help(help));
    }

    /// Reads `sign` in the white space behind a token; where there is none, the text cannot be read on.
    fn insert(&mut self, before: usize, sign: u8) {
        match self.gap(before).as_bytes().first() {
            Some(b' ' | b'\t' | b'\n' | b'\r') => self.slips.repair(self.tokens[before].span.end, &[sign]),
            _ => self.slips.broken = true,
        }
    }

    pub(super) fn whole(&mut self) {
        let mut open = 0;
        if self.kind(0) == Some(Kind::Word) && self.word(1) == "(" {
            let span = self.tokens[0].span;
            self.error("name-before-bracket", "nothing stands before the first bracket", span, "delete it");
            self.slips.repair(span.start, &vec![b' '; span.end - span.start]);
            open = 1;
        }
        if self.kind(open) != Some(Kind::Open) || self.word(open) == "[" {
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
        let close = self.mates[open];
        self.brackets(open);
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
    pub(super) fn brackets(&mut self, open: usize) -> usize {
        let close = self.mates[open];
        let named = self.is_named(open, close);
        let inside = match (self.word(open), named) {
            ("{", false) if close > open + 1 && self.only_names(open + 1, close) => self.braced_list(open, close),
            ("{", false) if self.is_list_in_braces(open) => self.list_in_braces(open, close),
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

    /// Whether there are names and commas, and nothing else.
    fn only_names(&self, from: usize, close: usize) -> bool {
        (from..close).all(|at| matches!(self.kind(at), Some(Kind::Word | Kind::Text | Kind::Comma)))
    }

    fn braced_list(&mut self, open: usize, close: usize) -> Inside {
        let (first, last) = (self.tokens[open].span, self.tokens[close].span);
        let names: Vec<&str> = (open + 1..close).map(|at| self.word(at)).filter(|word| *word != ",").collect();
        let help = format!("write `[{}]`; in `{{ }}` every name has a value: `name: value`", names.join(", "));
        self.error("braced-list", "a list stands in `[ ]`, not in `{ }`", first, help);
        self.slips.repair(first.start, b"[");
        self.slips.repair(last.start, b"]");
        Inside::Values
    }

    /// The field whose value begins at `at`.
    pub(super) fn field_of(&self, at: usize) -> &str {
        if at >= 2 && self.kind(at - 1) == Some(Kind::Colon) { self.word(at - 2) } else { "" }
    }

    /// The bracket around `at`.
    pub(super) fn around(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|open| self.kind(*open) == Some(Kind::Open) && self.mates[*open] > at)
    }

    fn is_list_in_braces(&self, open: usize) -> bool {
        LISTS.contains(&self.field_of(open)) && matches!(self.kind(open + 1), Some(Kind::Open | Kind::Text))
    }

    /// `outcomes: {(…), (…)}`
    fn list_in_braces(&mut self, open: usize, close: usize) -> Inside {
        let (first, last, field) = (self.tokens[open].span, self.tokens[close].span, self.field_of(open).to_owned());
        self.error(
            "list-in-braces",
            format!("`{field}` is a list, and a list stands in square brackets `[ ]`"),
            first,
            format!("write `{field}: [ … ]`"),
        );
        self.slips.repair(first.start, b"[");
        self.slips.repair(last.start, b"]");
        Inside::Values
    }

    /// `set: [mediator: un]`
    fn named_list(&mut self, open: usize, close: usize) -> Inside {
        let (first, last, field) = (self.tokens[open].span, self.tokens[close].span, self.field_of(open).to_owned());
        let inner = self.text[first.end..last.start].trim();
        let inner = if inner.chars().count() <= 40 && !inner.contains('\n') { inner } else { "…" };
        let own_names = MAPS.contains(&field.as_str());
        let help = if own_names {
            format!("write `{field}: {{ {inner} }}`: names that you choose stand in braces")
        } else if LISTS.contains(&field.as_str()) {
            format!("write `{field}: [({inner})]`: each value of the list has its own round brackets")
        } else if field.is_empty() {
            "names with values stand in `{ }` where you choose the names, and in `( )` where they are fixed fields"
                .to_owned()
        } else {
            format!("write `{field}: ({inner})`: fixed fields stand in round brackets")
        };
        self.error("named-list", "a list in `[ ]` holds values without names", first, help);
        if own_names || field.is_empty() {
            self.slips.repair(first.start, b"{");
            self.slips.repair(last.start, b"}");
            return Inside::Entries;
        }
        if LISTS.contains(&field.as_str()) {
            self.slips.holes.push(first.to(last));
        }
        self.slips.repair(first.start, b"(");
        self.slips.repair(last.start, b")");
        Inside::Fields
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
        if !matches!(self.kind(at), Some(Kind::Word | Kind::Text)) {
            return self.nameless(at);
        }
        let next = if at + 1 < close { self.kind(at + 1) } else { None };
        match next {
            Some(Kind::Colon) => self.key(at, inside),
            Some(Kind::Sign) if matches!(self.word(at + 1), "=" | "=>" | "==") => {
                self.equals(at);
                self.key(at, inside);
            }
            None | Some(Kind::Comma) => {
                self.no_value(at, inside);
                return at + 1;
            }
            // A name with its colon follows, so this is none.
            Some(Kind::Word) if inside == Inside::Entries && self.spaced_name(at, close).is_some() => {
                let end = self.spaced_name(at, close).unwrap_or(at + 1);
                self.join(at, end);
                return self.named_value(end - 1, end + 1, close, inside);
            }
            Some(Kind::Word | Kind::Text) if at + 2 < close && self.kind(at + 2) == Some(Kind::Colon) => {
                let (word, span) = (self.word(at).to_owned(), self.tokens[at].span);
                let help = format!("write `{word}: …`, or delete it");
                self.error("no-value", format!("`{word}` has no value"), span, help);
                self.slips.repair(span.start, &vec![b' '; span.end - span.start]);
                return at + 1;
            }
            _ => {
                let (name, end) = (self.word(at).to_owned(), self.tokens[at].span.end);
                let place = Span::new(end, end);
                let help = format!("write `{name}: {}`", self.echo(at + 1));
                self.error("colon", format!("a colon is missing behind `{name}`"), place, help);
                self.insert(at, b':');
                self.key(at, inside);
                return self.named_value(at, at + 1, close, inside);
            }
        }
        self.named_value(at, at + 2, close, inside)
    }

    /// Something else where a name is due.
    fn nameless(&mut self, at: usize) -> usize {
        let (span, word) = (self.tokens[at].span, self.word(at).to_owned());
        self.slips.broken = true;
        if self.word(at) == "[" && at >= 2 && self.kind(at - 1) == Some(Kind::Comma) && self.word(at - 2) == "]" {
            self.error("no-name", "a second list, without a name", span, "put the values of both lists into one `[ ]`");
            return self.brackets(at);
        }
        if self.kind(at) == Some(Kind::Open) {
            let help = "write `name: (…)`; values without names stand in a list `[ ]`";
            self.error("no-name", "this has no name", span, help);
            return self.brackets(at);
        }
        let help = "an entry is a name, a colon and a value: `name: value`";
        self.error("unexpected", format!("`{word}` has no place here"), span, help);
        at + 1
    }

    /// A sign of equality where a colon is due.
    fn equals(&mut self, at: usize) {
        let span = self.tokens[at + 1].span;
        let (name, sign) = (self.word(at).to_owned(), self.word(at + 1).to_owned());
        let message = format!("a value is given with `:`, not with `{sign}`");
        let value = self.echo(at + 2);
        self.error("equals", message, span, format!("write `{name}: {value}`"));
        self.slips.repair(span.start, &b":     "[..span.end - span.start]);
    }

    /// The value at `at` as it has to be written, or `…` where it is long or has a slip of its own.
    fn echo(&self, at: usize) -> String {
        let (end, quoted) = match self.kind(at) {
            Some(Kind::Word) => (at + 1, !is_identifier(self.word(at)) && !is_number(self.word(at))),
            Some(Kind::Text) => (at + 1, false),
            Some(Kind::Open) => (self.mates[at] + 1, false),
            _ => return "…".to_owned(),
        };
        let span = self.span(at, end);
        let text = &self.text[span.start..span.end];
        // Another slip of the same kind inside is not to be repeated.
        let clean = (at..end).all(|i| self.kind(i) != Some(Kind::Sign));
        let alone = end == self.tokens.len() || matches!(self.kind(end), Some(Kind::Comma | Kind::Close));
        match alone && clean && text.chars().count() <= 40 && !text.contains('\n') {
            false => "…".to_owned(),
            true if quoted => format!("\"{text}\""),
            true => text.to_owned(),
        }
    }

    /// Index behind the words from `at` that stand together before a colon: a name with spaces in it.
    fn spaced_name(&self, at: usize, close: usize) -> Option<usize> {
        let words = (at..close).take_while(|i| {
            let plain = self.kind(*i) == Some(Kind::Word) && is_identifier(self.word(*i));
            plain && (*i == at || self.gap(i - 1).bytes().all(|b| b == b' '))
        });
        let end = at + words.count();
        (end > at + 1 && end < close && self.kind(end) == Some(Kind::Colon)).then_some(end)
    }

    /// Reads `street protest` as `street_protest`.
    fn join(&mut self, at: usize, end: usize) {
        let span = self.span(at, end);
        let written = self.text[span.start..span.end].to_owned();
        let joined = written.split_whitespace().collect::<Vec<_>>().join("_");
        self.error("bad-name", format!("a name holds no spaces: `{written}`"), span, format!("write `{joined}`"));
        self.slips.repair(span.start, written.replace(' ', "_").as_bytes());
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

    /// `0,4`: reads it as `0.4`. Three digits behind the comma may also be thousands, which `no_value` knows.
    fn decimal_comma(&mut self, at: usize) -> bool {
        let digits = |i: usize| self.word(i).bytes().all(|b| b.is_ascii_digit());
        if at < 2 || !digits(at) || self.kind(at - 1) != Some(Kind::Comma) {
            return false;
        }
        let unsigned = self.word(at - 2).trim_start_matches(['-', '+']);
        let together = self.gap(at - 2).is_empty() && self.gap(at - 1).is_empty();
        let whole = !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit());
        if !together || !whole || (self.word(at).len() == 3 && unsigned != "0") {
            return false;
        }
        let (span, number) = (self.span(at - 2, at + 1), format!("{}.{}", self.word(at - 2), self.word(at)));
        let message = "the decimal sign is a point, not a comma";
        self.error("decimal-comma", message, span, format!("write `{number}`"));
        self.slips.repair(self.tokens[at - 1].span.start, b".");
        true
    }

    /// `name`, where `at` is the first word of an outcome.
    fn field_for_name(&self, at: usize) -> Option<&'static str> {
        let open = at.checked_sub(1).filter(|open| self.word(*open) == "(")?;
        let list = self.around(open).filter(|list| self.word(*list) == "[")?;
        (self.field_of(list) == "outcomes" && is_identifier(self.word(at))).then_some("name")
    }

    /// A name that no colon follows.
    fn no_value(&mut self, at: usize, inside: Inside) {
        if self.decimal_comma(at) {
            return;
        }
        let (span, name) = (self.tokens[at].span, self.word(at).to_owned());
        self.slips.broken = true;
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let behind = at >= 2 && self.kind(at - 1) == Some(Kind::Comma);
        let glued = behind && self.gap(at - 1).is_empty() && self.gap(at - 2).is_empty();
        if glued && digits(&name) && digits(self.word(at - 2)) {
            let (whole, before) = (self.span(at - 2, at + 1), self.word(at - 2));
            let (thousands, decimal) = (format!("{before}{name}"), format!("{before}.{name}"));
            let help = format!("for thousands write `{thousands}`, for a decimal point `{decimal}`");
            self.error("number-with-comma", "numbers are written without commas", whole, help);
            return;
        }
        if behind && at >= 4 && self.kind(at - 3) == Some(Kind::Colon) {
            let (field, first) = (self.word(at - 4), self.word(at - 2));
            let help = format!("if it belongs to `{field}`, write a list: `{field}: [{first}, {name}]`");
            let message = format!("`{name}` stands here without a name or a value of its own");
            let error = Diagnostic::error("no-value", message, span).help(help);
            self.slips.report(error.help("if it is something else, give it its field: `name: value`"));
            return;
        }
        if let Some(field) = self.field_for_name(at) {
            self.error(
                "no-value",
                format!("the name of an outcome is a field: `{field}`"),
                span,
                format!("write `{field}: {name}`"),
            );
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
                if inner.is_empty() {
                    self.error("quoted-field", "a field without a name", span, "write its name, or take it out");
                } else if self.quoted_fields == 0 {
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

    /// Whether the token has been read as nothing.
    fn blanked(&self, at: usize) -> bool {
        let start = self.tokens[at].span.start;
        self.slips.repairs.iter().any(|(from, bytes)| *from == start && bytes.iter().all(|b| *b == b' '))
    }
}
