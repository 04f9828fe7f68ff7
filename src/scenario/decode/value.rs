//! Single values: texts, names, numbers, dates, durations, expressions, lists of these.
//!
//! Does not know which field holds them.

use super::{Reader, plain};
use crate::diagnostic::{Diagnostic, Span, Spanned, nearest};
use crate::scenario::composed;
use crate::scenario::expression::{self, EffectExpr, EventExpr, Expr, QuestionExpr};
use crate::scenario::node::{Node, Shape};
use crate::scenario::quantity::{Duration, Moment, is_number, spoken};

type Parser<T> = fn(&str, usize) -> Result<T, Box<Diagnostic>>;

impl Reader {
    /// A text for people.
    pub(super) fn text(&mut self, node: &Node<'_>) -> Option<String> {
        match plain(node) {
            Some(text) => Some(text.to_owned()),
            None => match node.shape {
                Shape::Number(_, number) => self.wrong(node, "a text in quotes", &format!("\"{number}\"")),
                _ => self.wrong(node, "a text in quotes", "\"a sentence\""),
            },
        }
    }

    /// A name, bare or in quotes, in normal form.
    pub(super) fn name(&mut self, node: &Node<'_>) -> Option<String> {
        match plain(node) {
            Some(text) => Some(composed(text)),
            None => self.wrong(node, "a name", "closed"),
        }
    }

    /// A name with its place.
    pub(super) fn spanned_name(&mut self, node: &Node<'_>) -> Option<Spanned<String>> {
        self.name(node).map(|name| Spanned::new(name, node.span))
    }

    /// One of the words of `allowed`.
    pub(super) fn one_of<T: Copy>(&mut self, node: &Node<'_>, allowed: &[(&str, T)]) -> Option<T> {
        let names: Vec<String> = allowed.iter().map(|(name, _)| format!("`{name}`")).collect();
        let list = names.join(", ");
        let Some(text) = plain(node) else { return self.wrong(node, &format!("one of {list}"), allowed[0].0) };
        if let Some((_, value)) = allowed.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let error = Diagnostic::error("unknown-word", format!("expected one of {list}, found `{text}`"), node.span);
        let near = nearest(text, allowed.iter().map(|(name, _)| *name)).or_else(|| {
            let begins = |name: &str| text.get(..4).is_some_and(|start| name.starts_with(start));
            allowed.iter().map(|(name, _)| *name).find(|name| begins(name) || (text == "medium" && *name == "moderate"))
        });
        self.error(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("choose one of these words"),
        });
        None
    }

    /// `true` or `false`.
    pub(super) fn flag_value(&mut self, node: &Node<'_>) -> Option<bool> {
        match plain(node) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some("no" | "off" | "False" | "FALSE") => self.wrong(node, "`true` or `false`", "false"),
            _ => self.wrong(node, "`true` or `false`", "true"),
        }
    }

    /// A whole number.
    pub(super) fn whole(&mut self, node: &Node<'_>) -> Option<i64> {
        self.whole_such_as(node, "60")
    }

    fn whole_such_as(&mut self, node: &Node<'_>, example: &str) -> Option<i64> {
        let text = match &node.shape {
            Shape::Number(_, text) => text,
            Shape::Text(text, _) if text.parse::<i64>().is_ok() => {
                self.error(
                    Diagnostic::error(
                        "wrong-shape",
                        format!("expected a whole number, found the text `\"{text}\"`"),
                        node.span,
                    )
                    .help(format!("leave the quotes out: `{text}`")),
                );
                return None;
            }
            _ => return self.wrong(node, "a whole number", example),
        };
        let number = text.replace('_', "").trim_start_matches('+').parse().ok();
        if number.is_none() {
            self.error(
                Diagnostic::error("not-whole", format!("expected a whole number, found `{text}`"), node.span)
                    .help(format!("write it without a point, such as `{example}`; at most 18 digits")),
            );
        }
        number
    }

    /// A whole number from 0.
    pub(super) fn count(&mut self, node: &Node<'_>) -> Option<u64> {
        let number = self.whole_such_as(node, "3")?;
        let count = u64::try_from(number).ok();
        if count.is_none() {
            self.error(
                Diagnostic::error("negative", format!("`{number}` is negative"), node.span)
                    .help("write a whole number from 0"),
            );
        }
        count
    }

    /// The text of a value that is parsed further. Places inside it must be true, so it cannot hold escapes.
    fn parsed<T>(&mut self, node: &Node<'_>, expected: &str, example: &str, parse: Parser<T>) -> Option<T> {
        match &node.shape {
            Shape::Text(text, Some(at)) => self.kept(parse(text, *at)),
            Shape::Name(name) => self.kept(parse(name, node.span.start)),
            Shape::Text(_, None) => {
                self.error(
                    Diagnostic::error("escape", format!("a backslash has no meaning in {expected}"), node.span)
                        .help(format!("write it without `\\`, for example `{example}`")),
                );
                None
            }
            _ => self.wrong(node, expected, example),
        }
    }

    /// A duration.
    pub(super) fn duration(&mut self, node: &Node<'_>) -> Option<Duration> {
        if let Shape::Number(_, text) = node.shape {
            return self.kept(Duration::parse(text, node.span.start));
        }
        self.parsed(node, "a duration", "\"30d\"", Duration::parse)
    }

    /// A date, or a date with a time.
    pub(super) fn moment(&mut self, node: &Node<'_>) -> Option<Moment> {
        let start = self.start;
        self.moment_or_length(node, |length| {
            let seconds = Duration::parse(length, 0).ok().and_then(|length| i64::try_from(length.seconds).ok());
            let meant = start.zip(seconds).and_then(|(start, seconds)| start.seconds.checked_add(seconds));
            match meant {
                Some(at) => format!("that long after the start is `\"{}\"`", Moment::at_seconds(at)),
                None => "this is a length of time, and a date is due here: `\"2024-03-04\"`".to_owned(),
            }
        })
    }

    /// The end of the clock.
    pub(super) fn end(&mut self, node: &Node<'_>) -> Option<Moment> {
        self.moment_or_length(node, |length| {
            format!("this is a length of time; a clock may have `horizon: \"{length}\"` instead of `end`")
        })
    }

    /// A date; `help` says what to write for a length of time in its place.
    fn moment_or_length(&mut self, node: &Node<'_>, help: impl Fn(&str) -> String) -> Option<Moment> {
        let said = match &node.shape {
            Shape::Text(text, Some(at)) if Moment::parse(text, 0).is_err() => {
                spoken::duration(text).map(|said| (said, text, *at))
            }
            _ => None,
        };
        let Some((said, text, at)) = said else {
            return self.parsed(node, "a date", "\"2024-03-04\"", Moment::parse);
        };
        let message = format!("expected a date such as `\"2024-03-04\"`, found `{text}`");
        let place = Span::new(at, at + text.len());
        self.error(Diagnostic::error("bad-date", message, place).help(help(&said.text)));
        None
    }

    /// A condition or a number.
    pub(super) fn expression(&mut self, node: &Node<'_>) -> Option<Expr> {
        if let Shape::Number(_, text) = node.shape {
            return self.kept(expression::parse_expression(text, node.span.start));
        }
        self.parsed(node, "an expression in quotes", "\"tension > 80\"", expression::parse_expression)
    }

    /// One effect.
    pub(super) fn effect(&mut self, node: &Node<'_>) -> Option<EffectExpr> {
        self.parsed(node, "an effect in quotes", "\"tension += 3\"", expression::parse_effect)
    }

    /// One event.
    pub(super) fn event(&mut self, node: &Node<'_>) -> Option<EventExpr> {
        self.parsed(node, "an event", "\"clash/war\"", expression::parse_event)
    }

    /// A question.
    pub(super) fn question_text(&mut self, node: &Node<'_>) -> Option<QuestionExpr> {
        self.parsed(node, "a question in quotes", "\"ever(tension > 80)\"", expression::parse_question)
    }

    /// A list, or a single value where one is meant.
    pub(super) fn list<'t, T>(
        &mut self,
        node: &Node<'t>,
        example: &str,
        mut decode: impl FnMut(&mut Self, &Node<'t>) -> Option<T>,
    ) -> Option<Vec<T>> {
        match &node.shape {
            Shape::List(nodes) => Some(nodes.iter().filter_map(|n| decode(self, n)).collect()),
            Shape::Text(..) | Shape::Name(_) => decode(self, node).map(|value| vec![value]),
            Shape::Tuple(nodes) if !nodes.is_empty() && nodes.iter().all(|n| plain(n).is_some()) => {
                let written = |node: &Node<'_>| match &node.shape {
                    Shape::Text(text, _) => format!("\"{text}\""),
                    _ => plain(node).unwrap_or_default().to_owned(),
                };
                let values: Vec<String> = nodes.iter().map(written).collect();
                self.wrong(node, "a list in `[ ]`", &format!("[{}]", values.join(", ")))
            }
            _ => self.wrong(node, "a list in `[ ]`", example),
        }
    }

    /// The same with its place.
    pub(super) fn spanned_list<'t, T>(
        &mut self,
        node: &Node<'t>,
        example: &str,
        decode: impl FnMut(&mut Self, &Node<'t>) -> Option<T>,
    ) -> Option<Spanned<Vec<T>>> {
        self.list(node, example, decode).map(|list| Spanned::new(list, node.span))
    }

    /// `(low, high)`
    pub(super) fn pair<'t, T>(
        &mut self,
        node: &Node<'t>,
        mut decode: impl FnMut(&mut Self, &Node<'t>) -> Option<T>,
    ) -> Option<(T, T)> {
        match &node.shape {
            Shape::Tuple(nodes) | Shape::List(nodes) if nodes.len() == 2 => {
                let (low, high) = (decode(self, &nodes[0]), decode(self, &nodes[1]));
                Some((low?, high?))
            }
            // The one value could not be read, which has been reported.
            Shape::Tuple(nodes) | Shape::List(nodes) if nodes.iter().any(|node| node.shape == Shape::Hole) => {
                self.holes.push(node.span);
                None
            }
            _ => {
                let numbers = match &node.shape {
                    Shape::Text(text, _) => two_numbers(text),
                    Shape::Record(fields) => match fields.as_slice() {
                        [(_, low), (_, high)] => number_of(low).zip(number_of(high)),
                        _ => None,
                    },
                    Shape::Number(_, high) => Some(("0".to_owned(), (*high).to_owned())),
                    _ => None,
                };
                let (low, high) = numbers.unwrap_or_else(|| ("0".to_owned(), "100".to_owned()));
                self.wrong(node, "the lowest and the highest value in `( )`", &format!("({low}, {high})"))
            }
        }
    }
}

/// The two numbers of `0 to 500`, `0-500`.
fn two_numbers(text: &str) -> Option<(String, String)> {
    let numbers: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit() && c != '.' || c.is_whitespace())
        .map(|part| part.trim_matches('.'))
        .filter(|part| !part.is_empty())
        .collect();
    let [low, high] = numbers[..] else { return None };
    (is_number(low) && is_number(high)).then(|| (low.to_owned(), high.to_owned()))
}

fn number_of(node: &Node<'_>) -> Option<String> {
    match node.shape {
        Shape::Number(_, text) => Some(text.to_owned()),
        _ => None,
    }
}
