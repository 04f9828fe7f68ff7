//! Numbers with cases and factors: rates, chances and odds, their bounds proved at load (SEMANTICS 4).
//!
//! Does not know which rule it works for.

use super::because::there_are;
use super::interval::{Interval, told};
use super::names::{Context, Value};
use super::parameter::Rates;
use super::typing::{condition, number, probability};
use crate::diagnostic::{Diagnostic, Span, Spanned, nearest};
use crate::model::formula::{Condition, Number};
use crate::scenario::document::{Cases, Document, FactorText, ProbabilityText, RateText};
use crate::scenario::expression::{ArithmeticOp, Expr};
use crate::scenario::quantity::Duration;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// A number and what it can be.
pub type Bounded = (Number, Interval);

/// `seconds` as days.
pub fn days(duration: Duration) -> f64 {
    duration.seconds as f64 / SECONDS_PER_DAY
}

/// The first case whose condition holds; `each` compiles the values.
pub fn cases<T>(
    text: &Cases<T>,
    document: &Document,
    context: &mut Context<'_>,
    mut each: impl FnMut(&Spanned<T>, &mut Context<'_>) -> Option<Bounded>,
) -> Option<Bounded> {
    let complete = document.holed(text.span) || ends_well(text, context);
    let compiled: Vec<(Option<Condition>, Option<Bounded>)> = text
        .cases
        .iter()
        .map(|case| {
            let when = case.when.as_ref().map_or(Some(Condition::Constant(true)), |when| condition(when, context));
            (when, each(&case.is, context))
        })
        .collect();
    let all: Option<Vec<(Condition, Bounded)>> = compiled.into_iter().map(|(when, is)| Some((when?, is?))).collect();
    let mut all = all.filter(|_| complete)?;
    let (_, (last, mut range)) = all.pop()?;
    let mut cases = Vec::new();
    for (when, (is, interval)) in all {
        range = range.union(interval);
        cases.push((when, is));
    }
    Some((if cases.is_empty() { last } else { Number::Cases(cases, Box::new(last)) }, range))
}

/// Only the last case is without a condition.
fn ends_well<T>(text: &Cases<T>, context: &mut Context<'_>) -> bool {
    let Some((last, before)) = text.cases.split_last() else {
        let empty = Diagnostic::error("no-cases", "an empty list of cases", text.span);
        context.diagnostics.push(empty.help("write a value, or cases such as `[(when: \"crisis\", is: 3), (is: 1)]`"));
        return false;
    };
    if let Some(early) = before.iter().find(|case| case.when.is_none()) {
        context.diagnostics.push(
            Diagnostic::error("unreached-case", "the cases after this one are never reached", early.is.span)
                .label("this case has no `when`, so it always counts")
                .help("give it a `when`, or make it the last"),
        );
        return false;
    }
    if let Some(when) = &last.when {
        context.diagnostics.push(
            Diagnostic::error(
                "no-last-case",
                "the list of cases does not say what counts when none of them holds",
                when.span,
            )
            .label("this is the last case, and it has a condition")
            .help("add a last case without `when`, such as `(is: 0)`"),
        );
        return false;
    }
    true
}

/// A chance in [0, 1].
pub fn chance(text: &Cases<ProbabilityText>, document: &Document, context: &mut Context<'_>) -> Option<Bounded> {
    cases(text, document, context, |is, context| probability(&is.value, context))
}

/// A number of 0 or more; `what` names it ("odds").
pub fn at_least_0(text: &Cases<Expr>, what: &str, document: &Document, context: &mut Context<'_>) -> Option<Bounded> {
    cases(text, document, context, |is, context| {
        let bounded = number(&is.value, context)?;
        not_negative(bounded, what, is.span, context)
    })
}

fn not_negative(bounded: Bounded, what: &str, span: Span, context: &mut Context<'_>) -> Option<Bounded> {
    let Interval { low, high, .. } = bounded.1;
    if low >= 0.0 {
        return Some(bounded);
    }
    let mistake = if low >= high {
        Diagnostic::error("below-zero", format!("{what} of `{}`", told(low)), span)
            .help(format!("{what} must be 0 or more"))
    } else {
        let (low, high) = (told(low), told(high));
        Diagnostic::error("below-zero", format!("{what} can be anything from `{low}` to `{high}`"), span)
            .help(format!("{what} must be 0 or more, whatever the state; `max(0, …)` around it would make sure"))
    };
    context.diagnostics.push(mistake);
    None
}

/// A hazard per day.
pub fn rate(text: &Cases<RateText>, rates: &Rates, document: &Document, context: &mut Context<'_>) -> Option<Bounded> {
    cases(text, document, context, |is, context| match &is.value {
        RateText::Per(amount, period) => {
            let amount = number(amount, context);
            let days = positive(*period, "per", is.span, context);
            let bounded = not_negative(amount?, "a rate", is.span, context)?;
            Some(times(bounded, (Number::Constant(1.0), Interval::point(1.0)), days?))
        }
        RateText::Within(p, period) => {
            let p = probability(p, context);
            let days = positive(*period, "within", is.span, context);
            within(p?, days?, is.span, context)
        }
        RateText::Parameter(name) => parameter(name, is.span, rates, context),
    })
}

fn positive(period: Duration, what: &str, span: Span, context: &mut Context<'_>) -> Option<f64> {
    if period.seconds > 0 {
        return Some(days(period));
    }
    let mistake = Diagnostic::error("no-period", format!("`{what}` no time at all"), span);
    context.diagnostics.push(mistake.help(format!("give a length of time after `{what}`, such as \"30d\"")));
    None
}

/// `-ln(1 - p) / days`
fn within((p, range): Bounded, days: f64, span: Span, context: &mut Context<'_>) -> Option<Bounded> {
    if range.high >= 1.0 {
        let what = if range.low >= 1.0 {
            "a pressure cannot be certain within a time".to_owned()
        } else {
            format!(
                "a pressure cannot be certain within a time, and this chance can be anything from `{}` to 1",
                range.low
            )
        };
        context.diagnostics.push(Diagnostic::error("certain-pressure", what, span).help(
            "give a chance below 1, such as \"99% within 14d\"; for a certain day use `at` or `on` with `after`",
        ));
        return None;
    }
    let hazard = |p: f64| -libm::log1p(-p) / days;
    let range = Interval::new(hazard(range.low), hazard(range.high), false);
    Some((Number::HazardWithin(Box::new(p), days), range))
}

fn parameter(name: &str, span: Span, rates: &Rates, context: &mut Context<'_>) -> Option<Bounded> {
    if let Some(rate) = rates.get(name) {
        return rate.as_ref().map(|rate| (Number::Constant(rate.per_day), rate.range));
    }
    let mistake = match context.scope.parameter(name) {
        Some(Value::Number { value, range }) => Diagnostic::error(
            "no-rate",
            format!("the parameter `{name}` is a number, and a pressure is so many per time"),
            span,
        )
        .help(as_rate(name, value.min(range.low), value.max(range.high))),
        Some(_) => Diagnostic::error("no-rate", format!("the parameter `{name}` is no number"), span)
            .help("a pressure is \"2.5 per 30d\", \"60% within 14d\", or a parameter with `per` or `within`"),
        None if context.scope.variable(name).is_some() => {
            Diagnostic::error("no-rate", format!("`{name}` is a number, and a pressure is so many per time"), span)
                .help(format!("write `\"{name} per 30d\"`"))
        }
        None => {
            let names: Vec<&str> = rates.keys().map(String::as_str).collect();
            let mut mistake = Diagnostic::error("unknown-name", format!("there is no parameter `{name}`"), span);
            if let Some(near) = nearest(name, names.iter().copied()) {
                mistake = mistake.help(format!("did you mean `{near}`?"));
            }
            if !names.is_empty() {
                mistake = mistake.help(there_are(
                    "parameter with `per` or `within`",
                    "parameters with `per` or `within`",
                    &names,
                ));
            }
            mistake.help("a pressure is \"2.5 per 30d\", \"60% within 14d\", or a parameter with `per` or `within`")
        }
    };
    context.diagnostics.push(mistake);
    None
}

/// How a parameter of these values becomes a rate. Only what is a chance whatever its value can stand `within` a time.
fn as_rate(name: &str, low: f64, high: f64) -> String {
    if low < 0.0 {
        format!("write `\"max(0, {name}) per 30d\"` here: it can be below 0, and a rate cannot")
    } else if high < 1.0 {
        // A percent is refused with `per`.
        format!("write `\"{name} per 30d\"` or `\"{name} within 30d\"` here, or give the parameter a `within`")
    } else {
        format!("write `\"{name} per 30d\"` here, or give the parameter a `per`")
    }
}

/// `a · b / over`
fn times((a, x): Bounded, (b, y): Bounded, over: f64) -> Bounded {
    let low = x.low * y.low / over;
    let range = Interval::new(low, x.high * y.high / over, false);
    let product = match (a, b) {
        (Number::Constant(a), Number::Constant(b)) => return (Number::Constant(a * b / over), range),
        (one, Number::Constant(1.0)) | (Number::Constant(1.0), one) => one,
        (a, b) => Number::Arithmetic(ArithmeticOp::Times, Box::new(a), Box::new(b)),
    };
    #[allow(clippy::float_cmp)] // exactly 1 divides nothing
    if over == 1.0 {
        return (product, range);
    }
    (Number::Arithmetic(ArithmeticOp::Divide, Box::new(product), Box::new(Number::Constant(over))), range)
}

/// Which of the two multipliers the factors of a rule may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplier {
    /// `rate_times`, on a pressure.
    Rate,
    /// `odds_times`, on a response.
    Odds,
}

impl Multiplier {
    fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate_times",
            Self::Odds => "odds_times",
        }
    }

    fn of(self, factor: &FactorText) -> Option<&Cases<Expr>> {
        match self {
            Self::Rate => factor.rate_times.as_ref(),
            Self::Odds => factor.odds_times.as_ref(),
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Rate => Self::Odds,
            Self::Odds => Self::Rate,
        }
    }
}

/// The product of the factors that hold, and what it can be; `None` if there was a mistake.
pub fn factors(
    texts: &[FactorText],
    multiplier: Multiplier,
    document: &Document,
    context: &mut Context<'_>,
) -> Option<Bounded> {
    let all: Vec<Option<Bounded>> = texts.iter().map(|text| factor(text, multiplier, document, context)).collect();
    let one = (Number::Constant(1.0), Interval::point(1.0));
    all.into_iter().try_fold(one, |product, factor| Some(times(product, factor?, 1.0)))
}

fn factor(
    text: &FactorText,
    multiplier: Multiplier,
    document: &Document,
    context: &mut Context<'_>,
) -> Option<Bounded> {
    let when = text.when.as_ref().map(|when| condition(when, context));
    if let Some(wrong) = multiplier.other().of(text) {
        let (found, wanted) = (multiplier.other().name(), multiplier.name());
        let what = match multiplier {
            Multiplier::Rate => format!("`{found}` on a pressure"),
            Multiplier::Odds => format!("`{found}` on a response"),
        };
        let mistake = Diagnostic::error("wrong-factor", what, wrong.span);
        context.diagnostics.push(mistake.help(match multiplier {
            Multiplier::Rate => format!("a pressure has a rate: write `{wanted}`"),
            Multiplier::Odds => format!("a response has a chance, and a chance has odds: write `{wanted}`"),
        }));
        return None;
    }
    let Some(value) = multiplier.of(text) else {
        if !document.holed(text.span) {
            let mistake = Diagnostic::error("empty-factor", "a factor that multiplies nothing", text.span);
            context.diagnostics.push(mistake.help(format!("add `{}: 2`, for instance", multiplier.name())));
        }
        return None;
    };
    let bounded = at_least_0(value, "a factor", document, context)?;
    let Some(when) = when else { return Some(bounded) };
    let one = Interval::point(1.0);
    let range = bounded.1.union(one);
    Some((Number::Cases(vec![(when?, bounded.0)], Box::new(Number::Constant(1.0))), range))
}

/// `rate` times `factor`; a mistake if it can grow past all bounds.
pub fn times_rate(rate: Bounded, factor: Bounded, span: Span, context: &mut Context<'_>) -> Option<Bounded> {
    let product = times(rate, factor, 1.0);
    finite(product, "this rate with its factors", span, context)
}

/// `chance` with its odds multiplied by `factor`.
pub fn times_odds(chance: Bounded, factor: Bounded, span: Span, context: &mut Context<'_>) -> Option<Bounded> {
    let factor = finite(factor, "the product of these factors", span, context)?;
    let certain = chance.1.low >= 1.0 || chance.1.high <= 0.0;
    if certain && !leaves_or_ends(&factor.0) {
        let what = format!("`odds_times` on a chance of {}", chance.1.low);
        context.diagnostics.push(
            Diagnostic::error("odds-of-certain", what, span)
                .help("what is certain stays certain whatever its odds are multiplied by; only `odds_times: 0` is allowed here")
                .help("give the rule a `chance` between 0 and 1, such as `chance: \"30%\"`"),
        );
        return None;
    }
    let times = |p: f64, f: f64| if f > 0.0 { p * f / (1.0 - p + p * f) } else { 0.0 };
    let range = Interval::new(times(chance.1.low, factor.1.low), times(chance.1.high, factor.1.high), false);
    Some((Number::TimesOdds(Box::new(chance.0), Box::new(factor.0)), range))
}

/// Whether `factor` is only ever 0, which makes the certain impossible, or 1, which leaves it as it is.
fn leaves_or_ends(factor: &Number) -> bool {
    match factor {
        #[allow(clippy::float_cmp)] // exactly 1 leaves the odds alone
        Number::Constant(x) => *x == 0.0 || *x == 1.0,
        Number::Cases(cases, last) => cases.iter().all(|(_, is)| leaves_or_ends(is)) && leaves_or_ends(last),
        Number::Arithmetic(ArithmeticOp::Times, a, b) => leaves_or_ends(a) && leaves_or_ends(b),
        _ => false,
    }
}

fn finite(bounded: Bounded, what: &str, span: Span, context: &mut Context<'_>) -> Option<Bounded> {
    if bounded.1.high.is_finite() {
        return Some(bounded);
    }
    let mistake = Diagnostic::error("not-finite", format!("{what} can grow beyond all numbers"), span);
    context.diagnostics.push(mistake.help("use smaller numbers, or `min(…)` around what grows"));
    None
}
