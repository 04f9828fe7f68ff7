//! Probabilities, rates, delays, parameter values, and the cases that numbers may have.
//!
//! Does not know which rule they are of.

use super::fields::Fields;
use super::{Reader, Words, plain};
use crate::diagnostic::{Diagnostic, Span, Spanned};
use crate::scenario::document::{Case, Cases, ParameterValue, ProbabilityText, RateText};
use crate::scenario::expression;
use crate::scenario::node::{Node, Shape};
use crate::scenario::quantity::{Delay, Duration, Likelihood, Probability, fraction, in_words, is_number, spoken};
use crate::scenario::words::{self, Scale};

/// What a text says where a probability may stand.
enum Said {
    Likelihood(Likelihood),
    /// It was reported.
    Mistake,
    /// Perhaps an expression.
    SomethingElse,
}

impl Reader {
    /// `words: icd203`
    pub(super) fn scale(&mut self, node: &Node<'_>) -> Option<Scale> {
        let Some(name) = plain(node) else {
            return self.wrong(node, "the name of a scale of likelihood words", "icd203");
        };
        let scale = Scale::named(name);
        if scale.is_none() {
            self.error(words::unknown_scale(name, node.span));
        }
        scale
    }

    /// The likelihood that `text` says.
    fn likelihood(&mut self, text: &str, at: usize) -> Said {
        let scale = match self.words {
            Words::Scale(scale) => Some(scale),
            Words::Wrong if words::speaks_of_likelihood(text) => {
                self.holes.push(Span::new(at, at + text.len()));
                return Said::Mistake;
            }
            Words::None | Words::Wrong => None,
        };
        match Likelihood::parse(text, scale, at) {
            None => Said::SomethingElse,
            Some(found) => self.kept(found).map_or(Said::Mistake, Said::Likelihood),
        }
    }

    /// What stands where a probability stands: a saying, or an expression.
    pub(super) fn probability(&mut self, node: &Node<'_>) -> Option<ProbabilityText> {
        let (text, at) = match &node.shape {
            Shape::Number(_, text) => (*text, node.span.start),
            Shape::Text(text, Some(at)) => (&**text, *at),
            Shape::Name(name) => (*name, node.span.start),
            Shape::Text(_, None) => return self.expression(node).map(ProbabilityText::Formula),
            Shape::Tuple(ends) if ends.len() == 2 => {
                return self.wrong(node, "a probability in quotes", "\"about 20% to 45%\"");
            }
            _ => return self.wrong(node, "a probability", "\"30%\""),
        };
        self.probability_text(text, at)
    }

    fn probability_text(&mut self, text: &str, at: usize) -> Option<ProbabilityText> {
        let own_name = self.numbers.contains(text.trim());
        match if own_name { Said::SomethingElse } else { self.likelihood(text, at) } {
            Said::Likelihood(likelihood) => return Some(ProbabilityText::Given(likelihood)),
            Said::Mistake => return None,
            Said::SomethingElse => {}
        }
        self.kept(expression::parse_expression(text, at)).map(ProbabilityText::Formula)
    }

    /// A rate: `2.5 per 30d`, `60% within 14d`, or a parameter.
    pub(super) fn rate(&mut self, node: &Node<'_>) -> Option<RateText> {
        match &node.shape {
            Shape::Text(text, Some(at)) => self.rate_text(text, *at),
            Shape::Name(name) => self.rate_text(name, node.span.start),
            Shape::Number(_, text) => self.timeless(text, node.span),
            _ => self.wrong(node, "a rate in quotes", "\"2.5 per 30d\""),
        }
    }

    fn rate_text(&mut self, text: &str, at: usize) -> Option<RateText> {
        if let Some(error) = ill_timed(text, at) {
            self.error(error);
            return None;
        }
        if let Some((number, period)) = text.rsplit_once(" per ") {
            if let Some(error) = self.chance_per_time(number, period, at) {
                self.error(error);
                return None;
            }
            let period = self.kept(Duration::parse(period, at + text.len() - period.len()));
            let number = self.kept(expression::parse_expression(number, at));
            return Some(RateText::Per(number?, period?));
        }
        if let Some((chance, period)) = text.rsplit_once(" within ") {
            let period = self.kept(Duration::parse(period, at + text.len() - period.len()));
            let chance = self.probability_text(chance, at);
            return Some(RateText::Within(chance?, period?));
        }
        let span = Span::new(at, at + text.len());
        let name = text.trim();
        let is_name = name.chars().all(|c| c.is_alphanumeric() || "_{}".contains(c)) && !is_number(name);
        let is_word = words::speaks_of_likelihood(name) && !self.numbers.contains(name);
        let is_time = spoken::duration(name).is_some() && !self.numbers.contains(name);
        if is_name && !is_word && !is_time && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(RateText::Parameter(name.to_owned()));
        }
        self.timeless(name, span)
    }

    /// A percent per time could be read in two ways.
    fn chance_per_time(&self, number: &str, period: &str, at: usize) -> Option<Diagnostic> {
        let chance = number.trim();
        let percent = chance.strip_suffix('%').filter(|digits| is_number(digits));
        let odds = chance.contains(" in ") && Probability::parse(chance, 0).is_ok();
        if percent.is_none() && !odds && (!words::speaks_of_likelihood(chance) || self.numbers.contains(chance)) {
            return None;
        }
        let period = said_period(period).unwrap_or_else(|| period.trim().to_owned());
        let value = Probability::parse(chance, 0).map_or(0.3, Probability::value);
        let times = percent.map_or(value, |digits| fraction(digits, -2));
        let span = Span::new(at, at + number.len());
        let error = Diagnostic::error("chance-per-time", format!("`{chance}` per time can be read in two ways"), span)
            .help(format!("for a chance that it happens within a time write `\"{chance} within {period}\"`"));
        Some(error.help(format!("for so many times in a time write a number: `\"{times} per {period}\"`")))
    }

    /// A number or a chance without a time is no rate.
    fn timeless<T>(&mut self, text: &str, span: Span) -> Option<T> {
        if let Some((between, meant)) = meant_rate(text) {
            let error =
                Diagnostic::error("no-time", format!("`{between}` is not how a time is joined to a rate"), span);
            self.error(
                error
                    .help(format!("write `\"{meant}\"`"))
                    .help("a chance that it happens stands `within` a time, a number of times `per` a time"),
            );
            return None;
        }
        let error = Diagnostic::error("no-time", format!("`{text}` is no rate: it does not say in what time"), span);
        let often = spoken::duration(text).filter(|_| text.ends_with("ly") || text.starts_with("every "));
        self.error(match often {
            _ if is_chance(text) => {
                error.help(format!("write `\"{text} within 14d\"`: the chance that it happens within that time"))
            }
            Some(often) => error.help(format!("for once in that time on average write `\"1 per {}\"`", often.text)),
            None if expression::parse_expression(text, span.start).is_err() => {
                error.help("write for example `\"2.5 per 30d\"` or `\"60% within 14d\"`")
            }
            None => error
                .help(format!("write `\"{text} per 30d\"` for so many times in that time"))
                .help("or name a parameter that has `per` or `within`"),
        });
        None
    }

    /// A delay.
    pub(super) fn delay(&mut self, node: &Node<'_>) -> Option<Delay> {
        let parse = if self.chanced { Delay::beside_chance } else { Delay::parse };
        match &node.shape {
            Shape::Text(text, Some(at)) => self.kept(parse(text, *at)),
            Shape::Number(_, text) | Shape::Name(text) => self.kept(parse(text, node.span.start)),
            Shape::List(points) => {
                let read: Vec<_> = points.iter().map(|point| self.point(point)).collect();
                let points = read.into_iter().collect::<Option<Vec<_>>>()?;
                self.kept(Delay::table(points, node.span))
            }
            _ => self.wrong(node, "a delay", "\"1d to 7d\""),
        }
    }

    /// `("7d", "40%")`
    fn point(&mut self, node: &Node<'_>) -> Option<(Spanned<Duration>, Spanned<Probability>)> {
        let Shape::Tuple(parts) = &node.shape else {
            return self.wrong(node, "a time and a probability in `( )`", "(\"7d\", \"40%\")");
        };
        let [time, chance] = parts.as_slice() else {
            return self.wrong(node, "a time and a probability", "(\"7d\", \"40%\")");
        };
        let duration = self.duration(time);
        let probability = match &chance.shape {
            Shape::Text(text, Some(at)) => self.kept(Probability::parse(text, *at)),
            Shape::Number(_, text) => self.kept(Probability::parse(text, chance.span.start)),
            _ => self.wrong(chance, "a probability", "\"40%\""),
        };
        Some((Spanned::new(duration?, time.span), Spanned::new(probability?, chance.span)))
    }

    /// The value of a parameter. `choice`: it is one of several names.
    pub(super) fn parameter_value(&mut self, node: &Node<'_>, choice: bool) -> Option<ParameterValue> {
        let (text, at) = match &node.shape {
            Shape::Number(number, _) => return Some(ParameterValue::Number(*number)),
            Shape::Text(text, Some(at)) => (&**text, *at),
            Shape::Name(name) => (*name, node.span.start),
            _ => return self.wrong(node, "a value", "\"30%\""),
        };
        if choice {
            return self.name(node).map(ParameterValue::Name);
        }
        if is_number(text) {
            return Some(ParameterValue::Number(fraction(text, 0)));
        }
        match self.likelihood(text, at) {
            Said::Likelihood(likelihood) => return Some(ParameterValue::Likelihood(likelihood)),
            Said::Mistake => return None,
            Said::SomethingElse => {}
        }
        for (between, field) in [(" per ", "per"), (" within ", "within")] {
            if let Some((value, period)) = text.rsplit_once(between) {
                self.error(
                    Diagnostic::error(
                        "wrong-shape",
                        format!("a parameter's value and its `{field}` are two fields"),
                        node.span,
                    )
                    .help(format!("write `value: \"{value}\", {field}: \"{period}\"`")),
                );
                return None;
            }
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return self.kept(Duration::parse(text, at)).map(ParameterValue::Duration);
        }
        self.name(node).map(ParameterValue::Name)
    }

    /// One value, or a list of cases.
    pub(super) fn cases<T>(
        &mut self,
        node: &Node<'_>,
        mut decode: impl FnMut(&mut Self, &Node<'_>) -> Option<T>,
    ) -> Option<Cases<T>> {
        let Shape::List(nodes) = &node.shape else {
            let value = decode(self, node)?;
            return Some(Cases {
                cases: vec![Case { when: None, is: Spanned::new(value, node.span) }],
                span: node.span,
            });
        };
        let read: Vec<_> = nodes.iter().map(|node| self.case(node, &mut decode)).collect();
        let cases: Vec<Case<T>> = read.into_iter().flatten().collect();
        (!cases.is_empty() || nodes.is_empty()).then_some(Cases { cases, span: node.span })
    }

    fn case<T>(
        &mut self,
        node: &Node<'_>,
        decode: &mut impl FnMut(&mut Self, &Node<'_>) -> Option<T>,
    ) -> Option<Case<T>> {
        if let Shape::Number(..) | Shape::Text(..) | Shape::Name(_) = node.shape {
            let error =
                Diagnostic::error("wrong-shape", "a list here holds cases, and this is a plain value", node.span);
            let error = error.help("for a single value leave the brackets `[ ]` out");
            self.error(error.help("cases look like `[(when: \"tension > 50\", is: 0.6), (is: 0.3)]`"));
            return None;
        }
        let mut f = Fields::open(self, node, "a case")?;
        let when_node = f.node("when");
        let when = when_node.map(|node| self.expression(node));
        let is_node = f.node("is");
        let is = f.required(self, "is", "is: 0.3", decode);
        f.close(self);
        // A case whose condition held a mistake is no case without a condition.
        let when = match when {
            Some(None) => return None,
            Some(Some(when)) => Some(when),
            None => None,
        };
        Some(Case { when, is: Spanned::new(is?, is_node.map_or(node.span, |n| n.span)) })
    }
}

/// Words that people put between a rate and its time, beside `per` and `within`.
const BETWEEN: [&str; 9] = ["over", "every", "each", "in", "inside", "for", "during", "a", "an"];

/// Whether `text` says how likely something is, rather than how often.
fn is_chance(text: &str) -> bool {
    text.ends_with('%') || text.contains(" in ") || words::speaks_of_likelihood(text)
}

/// What somebody means who puts another word between a rate and its time: that word, and how it is written.
fn meant_rate(text: &str) -> Option<(&'static str, String)> {
    let spaced = |between: &&'static str| text.rsplit_once(&format!(" {between} ")).map(|split| (*between, split));
    let (between, (often, period)) = BETWEEN.iter().find_map(spaced).or_else(|| Some(("/", text.rsplit_once('/')?)))?;
    Some((between, timed(often, period)?))
}

/// `2 per week`, `two per 30 days`, `60% within a month`: the right word, and a time or a number in plain words.
fn ill_timed(text: &str, at: usize) -> Option<Diagnostic> {
    let (often, period) = text.rsplit_once(" per ").or_else(|| text.rsplit_once(" within "))?;
    let said = how_often(often);
    if Duration::parse(period, 0).is_ok() && said == often.trim() || is_chance(often) && text.contains(" per ") {
        return None;
    }
    let word = if text.contains(" per ") { "per" } else { "within" };
    let period = said_period(period)?;
    if !is_chance(&said) && expression::parse_expression(&said, 0).is_err() {
        return None;
    }
    let message = format!("`{text}` is not how a rate is written");
    let error = Diagnostic::error("bad-rate", message, Span::new(at, at + text.len()));
    let error = error.help(format!("write `\"{said} {word} {period}\"`"));
    Some(error.help("a number stands before `per` or `within`, and a time such as `7d` or `30d` behind it"))
}

/// A rate from how often and in what time, both perhaps in plain words.
fn timed(often: &str, period: &str) -> Option<String> {
    let often = how_often(often);
    if !is_chance(&often) && expression::parse_expression(&often, 0).is_err() {
        return None;
    }
    let word = if is_chance(&often) { "within" } else { "per" };
    Some(format!("{often} {word} {}", said_period(period)?))
}

fn said_period(period: &str) -> Option<String> {
    let period = period.trim();
    match Duration::parse(period, 0) {
        Ok(_) => Some(period.to_owned()),
        Err(_) => spoken::duration(period).map(|said| said.text),
    }
}

/// `twice`, `three times` as a number.
fn how_often(text: &str) -> String {
    let text = text.trim();
    let word = text.trim_end_matches(" times").trim_end_matches(" time").trim();
    match word.to_lowercase().as_str() {
        "once" => "1".to_owned(),
        "twice" => "2".to_owned(),
        lower => in_words(lower).map_or_else(|| word.to_owned(), |number| number.to_string()),
    }
}
