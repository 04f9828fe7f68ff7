//! What expressions come to that hold nothing but numbers and parameters.
//!
//! Does not know the state: what depends on it has no number here.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::scenario::document::{Cases, Document, ProbabilityText, RateText};
use crate::scenario::expression::{ArithmeticOp, CompareOp, Expr, ExprKind};
use crate::scenario::quantity::{Duration, Likelihood};

/// The parameters in force.
pub(super) struct Known {
    numbers: BTreeMap<String, f64>,
    choices: BTreeMap<String, String>,
    rates: BTreeMap<String, f64>,
    /// By name: the value as text.
    pub(super) texts: BTreeMap<String, String>,
}

impl Known {
    pub(super) fn new(model: &Model, document: &Document) -> Self {
        let mut known = Self {
            numbers: BTreeMap::new(),
            choices: BTreeMap::new(),
            rates: BTreeMap::new(),
            texts: model.parameters.iter().map(|p| (p.name.clone(), p.value.clone())).collect(),
        };
        for parameter in &model.parameters {
            let entry = document.parameters.iter().find(|entry| entry.key.value == parameter.name);
            let Some(text) = entry.and_then(|entry| entry.value.as_ref()) else { continue };
            if text.one_of.is_some() {
                known.choices.insert(parameter.name.clone(), parameter.value.clone());
                continue;
            }
            let bare = parameter.value.split(" per ").next().and_then(|v| v.split(" within ").next());
            let scale = document.words.as_ref().map(|w| w.value);
            let Some(number) = bare.and_then(|bare| number_of(bare, scale)) else { continue };
            match (&text.per, &text.within) {
                (Some(per), _) => known.rates.insert(parameter.name.clone(), number / days(per.value)),
                (_, Some(within)) => known.rates.insert(parameter.name.clone(), hazard(number, within.value)),
                _ => known.numbers.insert(parameter.name.clone(), number),
            };
        }
        known
    }

    /// The number that `expr` always is.
    pub(super) fn number(&self, expr: &Expr) -> Option<f64> {
        match &expr.kind {
            ExprKind::Number(x) => Some(*x),
            ExprKind::Name(name) => self.numbers.get(name).copied(),
            ExprKind::Negative(a) => self.number(a).map(|x| -x),
            ExprKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                Some(match op {
                    ArithmeticOp::Plus => a + b,
                    ArithmeticOp::Minus => a - b,
                    ArithmeticOp::Times => a * b,
                    ArithmeticOp::Divide => a / b,
                })
            }
            ExprKind::Min(parts) => self.each(parts)?.into_iter().reduce(f64::min),
            ExprKind::Max(parts) => self.each(parts)?.into_iter().reduce(f64::max),
            _ => None,
        }
    }

    fn each(&self, parts: &[Expr]) -> Option<Vec<f64>> {
        parts.iter().map(|part| self.number(part)).collect()
    }

    /// Whether `expr` holds in every run, or in none.
    pub(super) fn truth(&self, expr: &Expr) -> Option<bool> {
        match &expr.kind {
            ExprKind::Bool(b) => Some(*b),
            ExprKind::Not(a) => self.truth(a).map(|b| !b),
            ExprKind::And(parts) => self.junction(parts, false),
            ExprKind::Or(parts) => self.junction(parts, true),
            ExprKind::Compare(op, a, b) => match (self.choice(a), &b.kind, op) {
                (Some(chosen), ExprKind::Name(value), CompareOp::Equal) => Some(chosen == value),
                (Some(chosen), ExprKind::Name(value), CompareOp::NotEqual) => Some(chosen != value),
                _ => None,
            },
            ExprKind::In(a, values) => {
                let chosen = self.choice(a)?;
                Some(values.iter().any(|value| matches!(&value.kind, ExprKind::Name(name) if name == chosen)))
            }
            _ => None,
        }
    }

    fn junction(&self, parts: &[Expr], decides: bool) -> Option<bool> {
        let truths: Vec<Option<bool>> = parts.iter().map(|part| self.truth(part)).collect();
        if truths.contains(&Some(decides)) {
            return Some(decides);
        }
        truths.iter().all(Option::is_some).then_some(!decides)
    }

    fn choice(&self, expr: &Expr) -> Option<&String> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        self.choices.get(name)
    }

    /// The probability that is always meant.
    pub(super) fn probability(&self, text: &ProbabilityText) -> Option<f64> {
        match text {
            ProbabilityText::Given(likelihood) => Some(likelihood.point().value()),
            ProbabilityText::Formula(expr) => self.number(expr),
        }
    }

    /// The hazard per day that is always meant.
    pub(super) fn rate(&self, text: &RateText) -> Option<f64> {
        match text {
            RateText::Per(number, period) => self.number(number).map(|n| n / days(*period)),
            RateText::Within(p, period) => self.probability(p).map(|p| hazard(p, *period)),
            RateText::Parameter(name) => self.rates.get(name).copied(),
        }
    }

    /// The one value of cases that are one.
    pub(super) fn single<T>(cases: &Cases<T>) -> Option<&T> {
        match cases.cases.as_slice() {
            [case] if case.when.is_none() => Some(&case.is.value),
            _ => None,
        }
    }
}

/// A duration in days.
pub(super) fn days(duration: Duration) -> f64 {
    duration.seconds as f64 / 86_400.0
}

/// `λ = -ln(1 - p) / D`, per day.
fn hazard(p: f64, within: Duration) -> f64 {
    -libm::log1p(-p) / days(within)
}

fn number_of(text: &str, scale: Option<crate::scenario::words::Scale>) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    Likelihood::parse(text, scale, 0)?.ok().map(|likelihood| likelihood.point().value())
}
