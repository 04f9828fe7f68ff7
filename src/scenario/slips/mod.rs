//! A look at the text before ron reads it: slips of the pen that RON would report badly, each with a way out.
//!
//! Does not know the file format. Where it can it repairs the text, byte for byte in place, so that reading goes on
//! and the other mistakes are found in the same pass.

mod bare;
mod brackets;
mod comment;
mod lexer;
mod quotes;
mod walk;

pub(super) use lexer::{Kind, Token, tokens};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span};
use walk::Walk;

/// The longest text that is read, bytes.
const LONGEST: usize = 10_000_000;

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

/// Everything that is wrong with `text` at first sight, and the tokens of what is to be read instead.
pub(super) fn look(text: &str) -> (Slips, Vec<Token>) {
    let mut slips = Slips::default();
    if text.len() > LONGEST {
        let error = Diagnostic::error("too-long", format!("this file has {} bytes", text.len()), Span::default());
        slips.report(error.help("a scenario has at most 10,000,000 bytes"));
        slips.broken = true;
        return (slips, Vec::new());
    }
    let mut found = tokens(text, &mut slips);
    if found.is_empty() && !slips.broken {
        let error = Diagnostic::error("empty", "this file holds no scenario", Span::default());
        slips.report(error.help("a scenario begins with `(` and `simulate: 1,`, and ends with `)`"));
        slips.broken = true;
    }
    if !slips.broken {
        let text = slips.repaired(text);
        structure(&text, &found, &mut slips);
    }
    slips.diagnostics = slips.without_consequences(&slips.diagnostics);
    if !slips.repairs.is_empty() {
        found = tokens(&slips.repaired(text), &mut Slips::default());
    }
    (slips, found)
}

fn structure(text: &str, tokens: &[Token], slips: &mut Slips) {
    let mates = brackets::pair(text, tokens, slips);
    let broken = mates.is_none();
    let mut walk = Walk::new(text, tokens, mates.unwrap_or_default(), slips);
    if broken {
        walk.slips.broken = true;
        walk.loose_words();
    } else {
        walk.whole();
    }
}
