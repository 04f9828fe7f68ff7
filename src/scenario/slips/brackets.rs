//! How brackets nest, and where one is missing or too many.
//!
//! Does not know what stands between them.

use super::Slips;
use super::lexer::{Kind, Token};
use crate::diagnostic::{Diagnostic, Span};

/// How deep brackets may nest.
const DEPTH: usize = 64;

/// For every opening bracket the index of its closing one.
pub(super) type Mates = Vec<usize>;

/// Pairs the brackets. `None` where they do not pair, which is reported.
pub(super) fn pair(text: &str, tokens: &[Token], slips: &mut Slips) -> Option<Mates> {
    let mut mates = vec![usize::MAX; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut forgotten: Vec<Forgotten> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if let Some(opening) = open.last().filter(|opening| is_left(text, tokens, **opening, index)) {
            forgotten.push(Forgotten { opening: *opening, before: index });
        }
        match token.kind {
            Kind::Open if open.len() == DEPTH => {
                let error = Diagnostic::error("too-deep", format!("brackets nest more than {DEPTH} deep"), token.span);
                slips.report(error.help("a scenario needs about ten levels; close some of them before"));
                return None;
            }
            Kind::Open => open.push(index),
            Kind::Close => match open.pop() {
                Some(opening) if sign(text, token.span) == closing(text, tokens[opening].span) => {
                    mates[opening] = index;
                }
                opening => {
                    if let Some(wrong) = opening.and_then(|opening| wrong_opening(text, tokens, opening, token.span)) {
                        slips.report(wrong);
                        return None;
                    }
                    if let Some(forgotten) = first_forgotten(&forgotten, tokens, &mates) {
                        slips.report(forgotten.mistake(text, tokens));
                        return None;
                    }
                    if let Some(opening) = opening {
                        open.push(opening);
                        let clash = Clash { text, tokens, mates: &mates, open: &open, close: index };
                        if let Some(clear) = clash.mistake() {
                            slips.report(clear);
                            return None;
                        }
                    }
                    let odd = odd_pair(text, tokens, &mates);
                    slips.report(match opening {
                        Some(opening) => mismatch(text, tokens[opening].span, token.span, odd),
                        None => surplus(text, token.span, odd),
                    });
                    return None;
                }
            },
            _ => {}
        }
    }
    let Some(last) = open.last() else { return Some(mates) };
    if let Some(forgotten) = first_forgotten(&forgotten, tokens, &mates) {
        slips.report(forgotten.mistake(text, tokens));
        return None;
    }
    let odd = odd_pair(text, tokens, &mates);
    if *last == 0 && odd.is_none() {
        let error =
            Diagnostic::error("brackets", "the first bracket of the file is not closed at its end", tokens[0].span);
        slips.report(error.help(format!("add `{}` as the last line", closing(text, tokens[0].span))));
        return None;
    }
    slips.report(unclosed(text, tokens[*last].span, odd));
    None
}

/// A bracket that the author's lines have left, though nothing closes it.
struct Forgotten {
    /// Its token.
    opening: usize,
    /// The token at which it had to be closed.
    before: usize,
}

/// Where the first bracket that is surely forgotten had to be closed at the latest.
fn first_forgotten<'a>(all: &'a [Forgotten], tokens: &[Token], mates: &Mates) -> Option<&'a Forgotten> {
    let sure = all.iter().find(|forgotten| forgotten.is_sure(tokens, mates))?;
    all.iter().find(|forgotten| forgotten.opening == sure.opening)
}

impl Forgotten {
    /// Whether nothing explains it away: a name in line with a bracket that is closed later may be a matter of taste,
    /// a closing bracket further to the left than what it closes is not.
    fn is_sure(&self, tokens: &[Token], mates: &Mates) -> bool {
        mates[self.opening] == usize::MAX || tokens[self.before].kind == Kind::Close
    }

    fn mistake(&self, text: &str, tokens: &[Token]) -> Diagnostic {
        let (opening, before, last) = (tokens[self.opening], tokens[self.before], tokens[self.before - 1]);
        let (opened, wanted) = (sign(text, opening.span), closing(text, opening.span));
        let owner = self.opening.checked_sub(2).filter(|_| tokens[self.opening - 1].kind == Kind::Colon);
        let owner = owner.map_or(String::new(), |name| format!(" of `{}`", sign(text, tokens[name].span)));
        let message = format!("the `{opened}`{owner} is not closed");
        // Where it ended its line, it is closed by a line of its own.
        if tokens.get(self.opening + 1).is_some_and(|next| begins_line(text, next.span.start)) {
            return Diagnostic::error("brackets", message, before.span)
                .label(format!("`{wanted},` is missing before this"))
                .related(opening.span, "opened here")
                .help(format!("put a line with `{wanted},` before this one"));
        }
        let end = if last.kind == Kind::Comma { last.span.start } else { last.span.end };
        Diagnostic::error("brackets", message, Span::new(end, end))
            .label(format!("put `{wanted}` here"))
            .related(opening.span, "opened here")
            .help(format!("the `{wanted}` stands behind the last thing that belongs into the brackets"))
    }
}

/// Whether the token at `index` shows that the bracket at `opening` should have been closed before: a closing bracket
/// further to the left than the line of the opening one; the name of an entry in line with it, or in a list.
fn is_left(text: &str, tokens: &[Token], opening: usize, index: usize) -> bool {
    let (first, token) = (tokens[opening + 1], tokens[index]);
    let is_name = |at: usize| {
        matches!(tokens[at].kind, Kind::Word | Kind::Text) && tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Colon)
    };
    if index > opening + 1 && is_name(index) && sign(text, tokens[opening].span) == "[" && !is_name(opening + 1) {
        return true;
    }
    let (start, here) = (tokens[opening].span.start, token.span.start);
    // Asked first, for a line may be as long as the file, and most of its tokens do not begin it.
    if !begins_line(text, here) {
        return false;
    }
    // Of an author who does not indent the lines say nothing.
    if begins_line(text, first.span.start) && indent(text, first.span.start) <= indent(text, start) {
        return false;
    }
    match token.kind {
        Kind::Close => indent(text, here) < indent(text, start),
        _ => is_name(index) && indent(text, here) <= indent(text, start),
    }
}

/// The white space before the line of `at`.
fn indent(text: &str, at: usize) -> usize {
    let line = &text[text[..at].rfind('\n').map_or(0, |i| i + 1)..];
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn begins_line(text: &str, at: usize) -> bool {
    text[..at].trim_end_matches([' ', '\t']).ends_with('\n')
}

fn sign(text: &str, span: Span) -> &str {
    &text[span.start..span.end]
}

/// The bracket that closes the one at `span`.
fn closing(text: &str, span: Span) -> &'static str {
    match sign(text, span) {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// The first pair whose closing bracket begins a line and stands under something else than the line of its opening
/// one: where authors indent, that is where a bracket is missing or too many.
fn odd_pair(text: &str, tokens: &[Token], mates: &Mates) -> Option<(Span, Span)> {
    let pairs = mates.iter().enumerate().filter(|(_, close)| **close != usize::MAX);
    let mut pairs: Vec<(Span, Span)> = pairs.map(|(open, close)| (tokens[open].span, tokens[*close].span)).collect();
    pairs.sort_by_key(|(_, close)| close.start);
    pairs
        .into_iter()
        .find(|(open, close)| begins_line(text, close.start) && indent(text, open.start) != indent(text, close.start))
}

/// An opening bracket behind a field that what follows it does not suit, where the one of `close` would: names with
/// values cannot stand in `[ ]`, nor values without names in `{ }`.
fn wrong_opening(text: &str, tokens: &[Token], open: usize, close: Span) -> Option<Diagnostic> {
    let kind = |at: usize| tokens.get(at).map(|t| t.kind);
    let named = matches!(kind(open + 1), Some(Kind::Word | Kind::Text)) && kind(open + 2) == Some(Kind::Colon);
    let field = open.checked_sub(2).filter(|at| kind(*at) == Some(Kind::Word) && kind(at + 1) == Some(Kind::Colon))?;
    let (opened, closed) = (sign(text, tokens[open].span), sign(text, close));
    let meant = match (opened, closed) {
        ("[", "}") if named => "{",
        ("[", ")") if named => "(",
        ("{", "]") if kind(open + 1) == Some(Kind::Open) => "[",
        _ => return None,
    };
    let field = sign(text, tokens[field].span);
    let why = if named { "what it holds has names" } else { "what it holds has no names" };
    let error = Diagnostic::error(
        "brackets",
        format!("`{field}` opens with `{opened}` and closes with `{closed}`"),
        tokens[open].span,
    );
    Some(error.related(close, "closed here").help(format!("{why}: write `{field}: {meant}`")))
}

fn mismatch(text: &str, open: Span, close: Span, odd: Option<(Span, Span)>) -> Diagnostic {
    let (opened, closed, wanted) = (sign(text, open), sign(text, close), closing(text, open));
    let error = Diagnostic::error("brackets", format!("`{opened}` is closed by `{closed}`"), close)
        .label(format!("`{wanted}` is expected here"))
        .related(open, format!("this `{opened}` is still open"));
    let error = match odd {
        Some((odd, _)) if odd != open => error.related(odd, "or this one is not closed where it should be"),
        _ => error,
    };
    error.help(format!("a `{wanted}` is missing between the two places, or the `{closed}` is one too many"))
}

/// A closing bracket that does not suit the last open one.
struct Clash<'a> {
    text: &'a str,
    tokens: &'a [Token],
    mates: &'a Mates,
    /// The open brackets, the innermost last.
    open: &'a [usize],
    /// The closing one.
    close: usize,
}

impl Clash<'_> {
    /// What is wrong, if only one thing can be: at most one of the three cures lets all other brackets pair, as each
    /// leaves another number of closing ones.
    fn mistake(&self) -> Option<Diagnostic> {
        let (&opening, outer) = self.open.split_last()?;
        let span = self.tokens[self.close].span;
        let (opened, closed) = (sign(self.text, self.tokens[opening].span), sign(self.text, span));
        let wanted = closing(self.text, self.tokens[opening].span);
        let here = Diagnostic::error("brackets", format!("`{opened}` is closed by `{closed}`"), span)
            .related(self.tokens[opening].span, format!("this `{opened}` is still open"));
        if self.balances(outer, self.close + 1) {
            return Some(
                here.label(format!("`{wanted}` is expected here")).help(format!("write `{wanted}` in its place")),
            );
        }
        if self.balances(outer, self.close) {
            return Some(
                here.label(format!("a `{wanted}` is missing before this"))
                    .help(format!("put `{wanted}` behind the last thing that belongs into the `{opened}`")),
            );
        }
        let next = self.tokens[self.close + 1..].iter().find(|t| matches!(t.kind, Kind::Open | Kind::Close));
        if !self.balances(self.open, self.close + 1) && next.is_none_or(|next| sign(self.text, next.span) != wanted) {
            return None;
        }
        if let Some(early) = self.closed_too_early(opening) {
            let error = Diagnostic::error("brackets", format!("there is one `{closed}` too many"), span)
                .related(self.tokens[early].span, "this one may come too early");
            let name = sign(self.text, self.tokens[early + 2].span);
            return Some(error.help(format!(
                "if `{name}` belongs into the brackets before it, take the `{closed}` before `{name}` away; otherwise this one"
            )));
        }
        Some(Diagnostic::error("brackets", format!("this `{closed}` closes nothing"), span).help("take it away"))
    }

    /// Whether the brackets from the token at `from` on pair, where those of `open` are open.
    fn balances(&self, open: &[usize], from: usize) -> bool {
        let mut due: Vec<&str> = open.iter().map(|at| closing(self.text, self.tokens[*at].span)).collect();
        self.tokens[from..].iter().all(|token| match token.kind {
            Kind::Open => {
                due.push(closing(self.text, token.span));
                true
            }
            Kind::Close => due.pop() == Some(sign(self.text, token.span)),
            _ => true,
        }) && due.is_empty()
    }

    /// The bracket of the same kind that closed the neighbour before, where what follows it looks like its content:
    /// a plain field behind a `)`, a branch behind a `}`.
    fn closed_too_early(&self, opening: usize) -> Option<usize> {
        let closed = sign(self.text, self.tokens[self.close].span);
        let (mut at, mut early) = (opening + 1, None);
        while at < self.close {
            if self.tokens[at].kind == Kind::Open {
                at = self.mates[at];
                early = Some(at).filter(|at| sign(self.text, self.tokens[*at].span) == closed).or(early);
            }
            at += 1;
        }
        let early = early.filter(|early| early + 4 < self.close)?;
        let kinds = [early + 1, early + 2, early + 3].map(|at| self.tokens[at].kind);
        let record = sign(self.text, self.tokens[early + 4].span) == "(";
        let content = match closed {
            ")" => !record,
            "}" => record,
            _ => false,
        };
        (content && kinds == [Kind::Comma, Kind::Word, Kind::Colon]).then_some(early)
    }
}

fn surplus(text: &str, close: Span, odd: Option<(Span, Span)>) -> Diagnostic {
    let closed = sign(text, close);
    let error = Diagnostic::error("brackets", format!("this `{closed}` closes nothing"), close);
    let error = match odd {
        Some((open, close)) => error
            .related(close, format!("the one too many may be this `{}`", sign(text, close)))
            .related(open, "which closes this bracket, though it is not in line with it"),
        None => error,
    };
    error.help("delete it, or find the bracket before it that is one too many")
}

fn unclosed(text: &str, last: Span, odd: Option<(Span, Span)>) -> Diagnostic {
    let (place, other) = odd.map_or((last, None), |(open, close)| (open, Some(close)));
    let wanted = closing(text, place);
    let error = Diagnostic::error("brackets", format!("this `{}` is not closed", sign(text, place)), place);
    let error = match other {
        Some(close) => error
            .label("probably this one")
            .related(close, "it would be closed only here, which is not in line with it"),
        None => error,
    };
    error.help(format!("put a `{wanted}` where what it opens ends"))
}
