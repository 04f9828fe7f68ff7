//! Texts in quotes of all kinds: straight, single, typographic, forgotten, one too many.
//!
//! Does not know what stands outside of texts.

use super::lexer::{Kind, Lexer, in_word, line};
use crate::diagnostic::{Diagnostic, Span};

/// Texts up to this long are repeated in a remedy.
const SHORT: usize = 60;

/// Quotes of print and word processors, opening and closing alike.
pub(super) const FANCY_QUOTES: &str = "“”„‟«»‘’‚‛";

impl Lexer<'_, '_> {
    /// A string in straight quotes.
    pub(super) fn string(&mut self) {
        let start = self.at;
        let rest = &self.text[start + 1..];
        // Counting the opening one, the quotes of this line do not pair. Asked only where something looks odd already: a
        // line may be as long as the file, and full of strings.
        let odd = || quotes(&rest[..line(rest)]).is_multiple_of(2);
        if self.tokens.last().is_some_and(|t| t.kind == Kind::Word && t.span.end == start) && odd() {
            return self.unopened(start);
        }
        let Some(end) = closing_quote(rest).map(|length| start + length + 2) else { return self.unterminated(start) };
        let next = self.text[end..].chars().next();
        let within_line = !self.text[start..end].contains('\n');
        if within_line && next == Some('"') && odd() {
            self.slips.report(
                Diagnostic::error("quote", "a quote too many", Span::new(end, end + 1))
                    .help("delete it, or write `\\\"` inside a text"),
            );
            self.slips.repair(end, b" ");
            self.slips.spoilt.push(self.line_of(start));
            self.push(Kind::Text, end - start);
            self.at += 1;
        } else if (within_line && next.is_some_and(in_word) && odd()) || self.swallowed(start, end) {
            self.unterminated(start);
        } else {
            self.escapes(start, end);
            self.push(Kind::Text, end - start);
        }
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
        let written = &self.text[start..start + length];
        let short = written.chars().count() <= SHORT;
        let close = if short { format!("write `{written}\"`") } else { "put a `\"` at its end".to_owned() };
        let error = Diagnostic::error("open-string", "this text has no closing quote `\"`", span)
            .help(format!("{close}; a `\"` inside a text is written `\\\"`"));
        self.slips.report(error);
        self.slips.spoilt.push(line);
        self.slips.hole(span);
        self.at = start;
        self.push(Kind::Text, length);
    }

    pub(super) fn raw_string(&mut self, hashes: usize) {
        let (start, opening) = (self.at, hashes + 2);
        let closing = format!("\"{}", "#".repeat(hashes));
        if let Some(length) = self.text[start + opening..].find(&closing) {
            self.push(Kind::Text, opening + length + closing.len());
        } else {
            self.unterminated(start);
        }
    }

    pub(super) fn single_quoted(&mut self) {
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

    pub(super) fn fancy_quoted(&mut self, opening: char) {
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
pub(super) fn raw_string_opening(text: &str) -> Option<usize> {
    let hashes = text.strip_prefix('r')?.bytes().take_while(|b| *b == b'#').count();
    text[1 + hashes..].starts_with('"').then_some(hashes)
}
