//! Effects, cases, likelihoods and provenance as sentences.
//!
//! Does not know what they come to.

use super::known::Known;
use super::numbers::percent;
use crate::scenario::document::{Because, Cases, Confidence, Document, Evidence, ProbabilityText, RateText};
use crate::scenario::expression::{EffectExpr, EffectKind, Expr, Target};
use crate::scenario::quantity::{Delay, Likelihood};

/// What an effect does.
pub(super) fn effect(effect: &EffectExpr) -> String {
    let rungs = |n: u32| if n == 1 { "1 rung".to_owned() } else { format!("{n} rungs") };
    match &effect.kind {
        EffectKind::Set(target @ Target::Posture(_), to) => format!("{target} becomes {to}"),
        EffectKind::Set(target @ Target::Name(..), to) => format!("{target} is set to {to}"),
        EffectKind::Increase(target, by) => format!("{target} rises by {by}"),
        EffectKind::Decrease(target, by) => format!("{target} falls by {by}"),
        EffectKind::Up(posture, n) => format!("{posture} goes up {}", rungs(*n)),
        EffectKind::Down(posture, n) => format!("{posture} goes down {}", rungs(*n)),
        EffectKind::Emit(name, _) => format!("the event {name} is raised"),
    }
}

/// What several effects do, in their order.
pub(super) fn effects(list: &[EffectExpr]) -> String {
    let told: Vec<String> = list.iter().map(effect).collect();
    if told.is_empty() { "nothing changes".to_owned() } else { told.join(", then ") }
}

/// Cases as `a while c; b while d; e otherwise`.
pub(super) fn cases<T>(cases: &Cases<T>, value: impl Fn(&T) -> String) -> String {
    let many = cases.cases.len() > 1;
    let parts: Vec<String> = cases
        .cases
        .iter()
        .map(|case| match &case.when {
            Some(when) => format!("{} while {}", value(&case.is.value), when),
            None if many => format!("{} otherwise", value(&case.is.value)),
            None => value(&case.is.value),
        })
        .collect();
    parts.join("; ")
}

/// A likelihood with the number that it comes to.
pub(super) fn likelihood(likelihood: &Likelihood) -> String {
    let point = percent(likelihood.point().value());
    match likelihood {
        Likelihood::Number(_) => point,
        Likelihood::Judged { word, low, high } => {
            let band = format!("{} to {}, taken as {point}", percent(low.value()), percent(high.value()));
            word.as_ref().map_or_else(|| format!("about {band}"), |word| format!("{word} ({band})"))
        }
    }
}

/// A probability as written, with the number of a parameter.
pub(super) fn probability(text: &ProbabilityText, known: &Known) -> String {
    match text {
        ProbabilityText::Given(given) => likelihood(given),
        ProbabilityText::Formula(formula) => number(formula, known, percent),
    }
}

/// A number as written, and what it comes to if it is more than a number.
pub(super) fn number(expr: &Expr, known: &Known, show: impl Fn(f64) -> String) -> String {
    let text = expr.to_string();
    match known.number(expr) {
        Some(_) if text.parse::<f64>().is_ok() => text,
        Some(value) => format!("{text} ({})", show(value)),
        None => text,
    }
}

/// A rate as written.
pub(super) fn rate(text: &RateText, known: &Known) -> String {
    match text {
        RateText::Per(count, period) => {
            format!("{} per {period}", number(count, known, super::numbers::plain))
        }
        RateText::Within(p, period) => format!("{} within {period}", probability(p, known)),
        RateText::Parameter(name) => match known.texts.get(name) {
            Some(value) => format!("{name} ({value})"),
            None => name.clone(),
        },
    }
}

/// A delay as written.
pub(super) fn delay(delay: &Delay) -> String {
    match delay {
        Delay::Fixed(d) => format!("{d}"),
        Delay::Evenly(a, b) => format!("{a} to {b}, evenly"),
        Delay::Typically(a, b) => format!("typically {a} to {b} (5 % sooner, 5 % later)"),
        Delay::Table(points) => {
            let points: Vec<String> = points.iter().map(|(d, p)| format!("{} by {d}", percent(p.value()))).collect();
            format!("{}, spread evenly in between", points.join(", "))
        }
    }
}

/// Why the author believes it.
pub(super) fn because(because: &Because, document: &Document) -> String {
    let mut parts = Vec::new();
    if let Some(kind) = &because.kind {
        parts.push(evidence(kind.value).to_owned());
    }
    if let Some(confidence) = &because.confidence {
        let word = match confidence.value {
            Confidence::Low => "low",
            Confidence::Moderate => "moderate",
            Confidence::High => "high",
        };
        parts.push(format!("confidence {word}"));
    }
    if let Some(source) = &because.source {
        parts.push(source_text(&source.value, document));
    }
    if !because.claims.is_empty() {
        let claims: Vec<&str> = because.claims.iter().map(|c| c.value.as_str()).collect();
        parts.push(format!("carries {}", claims.join(", ")));
    }
    let words =
        [("grade", &because.grade), ("said by", &because.who), ("said", &because.when), ("note:", &because.note)];
    parts.extend(words.iter().filter_map(|(label, text)| Some(format!("{label} {}", text.as_ref()?.value))));
    if let Some(rival) = &because.rival {
        parts.push(format!("the rival reading is {}", rival.value));
    }
    if let Some(review) = &because.review_by {
        parts.push(format!("to be looked at again by {}", review.value));
    }
    parts.join("; ")
}

fn evidence(kind: Evidence) -> &'static str {
    match kind {
        Evidence::Data => "counted in data",
        Evidence::Published => "a published number",
        Evidence::Elicited => "elicited from experts",
        Evidence::Assumed => "the author's assumption",
        Evidence::Article => "said by the article",
    }
}

fn source_text(name: &str, document: &Document) -> String {
    let source = document.sources.iter().find(|entry| entry.key.value == name).and_then(|entry| entry.value.as_ref());
    let detail = |text: Option<&crate::diagnostic::Spanned<String>>| text.map(|t| t.value.clone());
    let Some(source) = source else { return format!("source {name}") };
    let details: Vec<String> =
        [detail(source.title.as_ref()), detail(source.grade.as_ref()).map(|grade| format!("grade {grade}"))]
            .into_iter()
            .flatten()
            .collect();
    if details.is_empty() { format!("source {name}") } else { format!("source {name} ({})", details.join(", ")) }
}
