//! A first look at a scenario's text: strings, words, brackets and signs with their places, comments left out.
//!
//! Does not know what the words mean, nor how brackets nest. It is laxer than RON, so that it can tell what somebody
//! meant where RON would only stop: a date without quotes is one word, typographic quotes make a string.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span};

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

/// So many slips are reported; a text with more is none that was meant as a scenario.
const MOST: usize = 100;

/// What a look at the text found: the mistakes, and how to read on in spite of them.
#[derive(Debug, Default)]
pub struct Slips {
    /// The mistakes.
    pub diagnostics: Diagnostics,
    /// How many there are.
    pub count: usize,
    /// Bytes to read instead of the author's, each of the same length.
    pub repairs: Vec<(usize, Vec<u8>)>,
    /// What stands there has been reported and means nothing.
    pub holes: Vec<Span>,
    /// Lines whose quotes do not pair: what else seems wrong there is a consequence.
    pub spoilt: Vec<Span>,
    /// The text cannot be read on.
    pub broken: bool,
}

impl Slips {
    /// Reports a mistake.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.count += 1;
        if self.count == MOST {
            let place = diagnostic.place.clone();
            let span = if let Place::Text(span) = place { span } else { Span::default() };
            let last = Diagnostic::error(
                "many-slips",
                format!("{MOST} slips up to here; what follows is not looked at"),
                span,
            );
            self.diagnostics.push(last.help("is this a scenario? mend the first ones and try again"));
            self.broken = true;
        }
        if self.count <= MOST {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether it is no use to look any further.
    pub fn many(&self) -> bool {
        self.count >= MOST
    }

    /// Forgets what `diagnostics` says of spoilt lines, but for what spoilt them.
    pub fn without_consequences(&self, diagnostics: &Diagnostics) -> Diagnostics {
        let consequence = |d: &Diagnostic| match d.place {
            Place::Text(span) => {
                !matches!(d.code, "open-string" | "quote")
                    && self.spoilt.iter().any(|line| (line.start..=line.end).contains(&span.start))
            }
            Place::Option(_) => false,
        };
        let mut kept = Diagnostics::default();
        diagnostics.iter().filter(|d| !consequence(d)).for_each(|d| kept.push(d.clone()));
        kept
    }

    /// Reads `bytes` where the author's text has others.
    pub fn repair(&mut self, at: usize, bytes: &[u8]) {
        self.repairs.push((at, bytes.to_vec()));
    }

    /// Reads a name that stands for nothing in the place of `span`.
    pub fn hole(&mut self, span: Span) {
        self.holes.push(span);
        self.repairs.push((span.start, vec![b'_'; span.end - span.start]));
    }

    /// `text` with all repairs.
    pub fn repaired(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for (at, new) in &self.repairs {
            bytes[*at..at + new.len()].copy_from_slice(new);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
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

struct Lexer<'t, 's> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    slips: &'s mut Slips,
}

/// Quotes of print and word processors, opening and closing alike.
const FANCY_QUOTES: &str = "“”„‟«»‘’‚‛";

fn in_word(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !"()[]{},:\"=<>!*&|;@#$^~?`\\".contains(c) && !FANCY_QUOTES.contains(c)
}

impl<'t> Lexer<'t, '_> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.tokens.push(Token { kind, span: Span::new(self.at, self.at + length) });
        self.at += length;
    }

    fn next(&mut self) {
        let Some(first) = self.rest().chars().next() else { return };
        match first {
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '/' if self.rest().starts_with("//") => self.at += line(self.rest()),
            '/' if self.rest().starts_with("/*") => self.block_comment(),
            '/' => self.odd_comment("a comment begins with two slashes, and this is one"),
            '#' => self.odd_comment("comments do not begin with `#`"),
            '(' | '[' => self.push(Kind::Open, 1),
            '{' if template_word(self.rest()).is_some() => self.word(),
            '{' => self.push(Kind::Open, 1),
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

    /// A string in straight quotes.
    fn string(&mut self) {
        let start = self.at;
        let rest = &self.text[start + 1..];
        // Counting the opening one, the quotes of this line do not pair.
        let odd = quotes(&rest[..line(rest)]).is_multiple_of(2);
        if odd && self.tokens.last().is_some_and(|t| t.kind == Kind::Word && t.span.end == start) {
            return self.unopened(start);
        }
        let Some(end) = closing_quote(rest).map(|length| start + length + 2) else { return self.unterminated(start) };
        let next = self.text[end..].chars().next();
        let within_line = !self.text[start..end].contains('\n');
        if within_line && odd && next == Some('"') {
            self.slips.report(
                Diagnostic::error("quote", "a quote too many", Span::new(end, end + 1))
                    .help("delete it, or write `\\\"` inside a text"),
            );
            self.slips.repair(end, b" ");
            self.slips.spoilt.push(self.line_of(start));
            self.push(Kind::Text, end - start);
            self.at += 1;
        } else if (within_line && odd && next.is_some_and(in_word)) || self.swallowed(start, end) {
            self.unterminated(start);
        } else {
            self.escapes(start, end);
            self.push(Kind::Text, end - start);
        }
    }

    fn line_of(&self, at: usize) -> Span {
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        Span::new(start, at + line(&self.text[at..]))
    }

    /// A quote at `end` directly behind a word: the words before it are a text whose opening quote was forgotten.
    fn unopened(&mut self, end: usize) {
        let line = self.line_of(end);
        let words = self
            .tokens
            .iter()
            .rev()
            .take_while(|t| matches!(t.kind, Kind::Word | Kind::Sign) && t.span.start >= line.start);
        let count = words.count();
        let first = self.tokens.split_off(self.tokens.len() - count);
        let span = Span::new(first.first().map_or(end, |t| t.span.start), end + 1);
        let error = Diagnostic::error("open-string", "this text has no opening quote `\"`", span)
            .help("put a `\"` before it; a `\"` inside a text is written `\\\"`");
        self.slips.report(error);
        self.slips.spoilt.push(line);
        self.slips.hole(span);
        self.at = span.start;
        self.push(Kind::Text, span.end - span.start);
    }

    /// Reports backslashes that begin no escape.
    fn escapes(&mut self, start: usize, end: usize) {
        let mut at = start;
        while let Some(found) = self.text[at..end].find('\\') {
            at += found;
            let rest = &self.text[at + 1..end];
            let length = rest.chars().next().map_or(0, char::len_utf8);
            if !is_escape(rest) {
                let span = Span::new(at, at + 1 + length);
                let error = Diagnostic::error("escape", format!("`\\{}` means nothing", &rest[..length]), span)
                    .help("a backslash itself is written `\\\\`; a quote inside a text `\\\"`");
                self.slips.report(error);
                self.slips.repair(at, b"/");
            }
            at += 1 + length;
        }
    }

    /// Whether the string runs over line ends and is then followed by what cannot follow a string: then its quote was
    /// forgotten on the first line, and what looked like the closing one opens the next string.
    fn swallowed(&self, start: usize, end: usize) -> bool {
        let next = self.text[end..].trim_start_matches([' ', '\t']).chars().next();
        self.text[start..end].contains('\n') && !next.is_none_or(|c| ",)]}:/\r\n".contains(c))
    }

    /// A text that should end on its line: before the next field if there is one, else at the end of the line.
    fn unterminated(&mut self, start: usize) {
        let line = self.line_of(start);
        let rest = &self.text[start + 1..line.end];
        let next_quote = rest.find('"').unwrap_or(rest.len());
        let closed = rest[..next_quote].find([',', ')', ']', '}']).filter(|_| next_quote < rest.len());
        let length = 1 + closed.unwrap_or_else(|| rest.trim_end().trim_end_matches([',', ')', ']', '}', ' ']).len());
        let span = Span::new(start, start + length);
        let error = Diagnostic::error("open-string", "this text has no closing quote `\"`", span)
            .help("put a `\"` at its end; a `\"` inside a text is written `\\\"`");
        self.slips.report(error);
        self.slips.spoilt.push(line);
        self.slips.hole(span);
        self.at = start;
        self.push(Kind::Text, length);
    }

    fn raw_string(&mut self, hashes: usize) {
        let (start, opening) = (self.at, hashes + 2);
        let closing = format!("\"{}", "#".repeat(hashes));
        if let Some(length) = self.text[start + opening..].find(&closing) {
            self.push(Kind::Text, opening + length + closing.len());
        } else {
            self.unterminated(start);
        }
    }

    fn single_quoted(&mut self) {
        let rest = &self.rest()[..line(self.rest())];
        let Some(length) = rest[1..].find('\'') else {
            if let Some(length) = rest.find('"').filter(|_| quotes(rest) % 2 == 1) {
                self.mixed(length + 1);
                return;
            }
            let span = Span::new(self.at, self.at + 1);
            let error = Diagnostic::error("single-quote", "a single quote stands here", span)
                .help("texts stand in double quotes: `\"…\"`");
            self.slips.report(error);
            self.slips.repair(self.at, b" ");
            self.at += 1;
            return;
        };
        let span = Span::new(self.at, self.at + length + 2);
        let inner = &rest[1..=length];
        let error = Diagnostic::error("single-quote", "texts stand in double quotes, not in single ones", span)
            .help(format!("write `\"{inner}\"`"));
        self.slips.report(error);
        if inner.contains(['"', '\\']) {
            self.slips.hole(span);
        } else {
            self.slips.repair(span.start, b"\"");
            self.slips.repair(span.end - 1, b"\"");
        }
        self.push(Kind::Text, length + 2);
    }

    /// A text of `length` bytes that begins with a single quote and ends with a double one.
    fn mixed(&mut self, length: usize) {
        let span = Span::new(self.at, self.at + length);
        let inner = &self.text[span.start + 1..span.end - 1];
        let error =
            Diagnostic::error("single-quote", "this text begins with a single quote and ends with a double one", span)
                .help(format!("write `\"{inner}\"`"));
        self.slips.report(error);
        self.slips.repair(span.start, b"\"");
        self.push(Kind::Text, length);
    }

    fn fancy_quoted(&mut self, opening: char) {
        let width = opening.len_utf8();
        let rest = &self.rest()[..line(self.rest())];
        let closing = rest[width..].char_indices().find(|(_, c)| FANCY_QUOTES.contains(*c) || *c == '"');
        let Some((length, closing)) = closing else {
            let span = Span::new(self.at, self.at + width);
            let error = Diagnostic::error("fancy-quote", format!("`{opening}` is a typographic quote"), span)
                .help("type straight quotes `\"`; word processors change them, plain text editors do not");
            self.slips.report(error);
            self.slips.repair(span.start, &b"   "[..width]);
            self.at = span.end;
            return;
        };
        let inner = &rest[width..width + length];
        let span = Span::new(self.at, self.at + width + length + closing.len_utf8());
        let error = Diagnostic::error("fancy-quote", "this text stands in typographic quotes", span).help(format!(
            "type straight quotes: `\"{inner}\"`; word processors change them, plain text editors do not"
        ));
        self.slips.report(error);
        self.slips.repair(span.start, format!("{:>width$}", "\"").as_bytes());
        self.slips.repair(span.end - closing.len_utf8(), format!("{:<1$}", "\"", closing.len_utf8()).as_bytes());
        self.push(Kind::Text, span.end - span.start);
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
fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Bytes up to the quote that closes a string.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    })
}

/// Number of quotes in a line, those in escapes and in a comment behind the last text left out.
fn quotes(line: &str) -> usize {
    let mut count = 0;
    let mut bytes = line.bytes().peekable();
    let mut last = 0;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => count += 1,
            // Behind an opening quote and an odd number of others no text is open.
            b'/' if last == b'/' && count % 2 == 1 => break,
            _ => {}
        }
        last = byte;
    }
    count
}

/// Whether `rest`, behind a backslash, makes an escape of it.
fn is_escape(rest: &str) -> bool {
    let hex = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_hexdigit());
    match rest.chars().next() {
        Some('"' | '\'' | '\\' | 'n' | 'r' | 't' | '0' | '\n' | '\r') => true,
        Some('x') => {
            rest.get(1..3).is_some_and(|digits| hex(digits) && u8::from_str_radix(digits, 16).is_ok_and(|b| b < 128))
        }
        Some('u') => rest.get(1..).and_then(|t| t.strip_prefix('{')?.split_once('}')).is_some_and(|(digits, _)| {
            hex(digits) && u32::from_str_radix(digits, 16).is_ok_and(|code| char::from_u32(code).is_some())
        }),
        _ => false,
    }
}

/// Number of `#` of the raw string that `text` begins with.
fn raw_string_opening(text: &str) -> Option<usize> {
    let hashes = text.strip_prefix('r')?.bytes().take_while(|b| *b == b'#').count();
    text[1 + hashes..].starts_with('"').then_some(hashes)
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
