//! What a parameter is declared to be, and whether a value fits it.
//!
//! Does not know names or overrides.

use std::cmp::Ordering;

use std::fmt::Display;

use super::super::because::listed;
use super::super::cases::days;
use super::super::interval::Interval;
use super::super::names::Value;
use super::{Rate, error_at};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span, Spanned, nearest};
use crate::model::Holds;
use crate::scenario::document::{ParameterText, ParameterValue};
use crate::scenario::quantity::{Duration, Likelihood};

/// What a parameter can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Declared {
    /// A number or a probability.
    Number {
        /// What it may be.
        range: Option<(f64, f64)>,
    },
    /// So many per this long.
    Per {
        /// The period.
        period: Duration,
        /// What the number may be.
        range: Option<(f64, f64)>,
    },
    /// So likely within this long.
    Within {
        /// The period.
        period: Duration,
        /// What the probability may be.
        range: Option<(f64, f64)>,
    },
    /// A duration.
    Duration {
        /// What it may be.
        range: Option<(Duration, Duration)>,
    },
    /// One of these.
    Choice {
        /// The names, in file order.
        names: Vec<String>,
    },
}

/// How far a value may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leeway {
    /// The file's own value: in the range.
    File,
    /// Asked for on a command line: in the range.
    Asked,
    /// Asked for on a command line with `--beyond-range`.
    Beyond,
}

/// A value that fits its parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Assigned {
    /// A number, and the band that it is the median of.
    Number(f64, Option<(f64, f64)>),
    /// A duration.
    Duration(Duration),
    /// Index of a name.
    Choice(usize),
}

/// Why a value does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Misfit {
    what: String,
    help: Vec<String>,
}

impl Misfit {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: vec![help.into()] }
    }

    /// The mistake, for the parameter `name`.
    pub fn at(self, name: &str, place: &Place) -> Diagnostic {
        let mut mistake = error_at("parameter-value", format!("the parameter `{name}` {}", self.what), place);
        mistake.help = self.help;
        mistake
    }
}

impl Assigned {
    /// 5 % and 95 % points of a judgement.
    pub fn band(&self) -> Option<(f64, f64)> {
        match self {
            Self::Number(_, band) => *band,
            Self::Duration(_) | Self::Choice(_) => None,
        }
    }
}

impl Declared {
    /// What `text` declares; `None` if it contradicts itself, which is reported.
    pub fn new(name: &str, text: &ParameterText, diagnostics: &mut Diagnostics) -> Option<Self> {
        if let Some(names) = &text.one_of {
            return choice(name, names, text, diagnostics);
        }
        if let (Some(per), Some(within)) = (&text.per, &text.within) {
            let what = format!("the parameter `{name}` has both `per` and `within`");
            let mistake = Diagnostic::error("parameter-kind", what, within.span).related(per.span, "`per` is here");
            diagnostics.push(
                mistake.help("`per` is for a number of events (0.22 per 1y), `within` for a chance (60% within 14d)"),
            );
            return None;
        }
        for (field, period) in [("per", &text.per), ("within", &text.within)] {
            if let Some(period) = period.as_ref().filter(|period| period.value.seconds == 0) {
                let mistake = Diagnostic::error("no-period", format!("`{field}` no time at all"), period.span);
                diagnostics.push(mistake.help(format!("give a length of time, such as `{field}: \"30d\"`")));
                return None;
            }
        }
        if let Some(ParameterValue::Duration(_)) = text.value.as_ref().map(|value| &value.value) {
            return Some(Self::Duration { range: durations(text, diagnostics)? });
        }
        let within = |period: &Spanned<Duration>, range| Self::Within { period: period.value, range };
        let range = numbers(text, diagnostics)?;
        Some(match (&text.per, &text.within) {
            (Some(per), _) => Self::Per { period: per.value, range },
            (None, Some(period)) => within(period, range),
            (None, None) => Self::Number { range },
        })
    }

    /// `value` as what this parameter holds.
    ///
    /// # Errors
    /// It does not fit.
    pub fn assign(&self, value: &ParameterValue, leeway: Leeway) -> Result<Assigned, Misfit> {
        let assigned = match (self, value) {
            (Self::Choice { names }, value) => return chosen(names, value).map(Assigned::Choice),
            (Self::Duration { range }, ParameterValue::Duration(duration)) => {
                if let Some((low, high)) = range.filter(|(low, high)| duration < low || duration > high)
                    && leeway != Leeway::Beyond
                {
                    return Err(outside(duration, &low, &high, leeway));
                }
                return Ok(Assigned::Duration(*duration));
            }
            (Self::Duration { .. }, other) => {
                return Err(Misfit::new(
                    format!("is a duration, and this is {}", kind(other)),
                    "write it as \"30d\", \"6h\" or \"2w\"",
                ));
            }
            (_, ParameterValue::Number(x)) => Assigned::Number(*x, None),
            (_, ParameterValue::Likelihood(likelihood)) => judged(likelihood),
            (_, other) => {
                return Err(Misfit::new(
                    format!("is a number, and this is {}", kind(other)),
                    "give a number such as 0.3 or \"30%\"; a parameter that is one of several names has `one_of: [a, b]`",
                ));
            }
        };
        let Assigned::Number(x, _) = assigned else { unreachable!("other kinds have returned") };
        self.bounded(x, value, leeway)?;
        Ok(assigned)
    }

    fn bounded(&self, x: f64, value: &ParameterValue, leeway: Leeway) -> Result<(), Misfit> {
        if !x.is_finite() {
            return Err(Misfit::new("is a number, and this is none", "give a number such as 0.3"));
        }
        match self {
            Self::Per { period, .. } if x < 0.0 || matches!(value, ParameterValue::Likelihood(_)) => {
                return Err(Misfit::new(
                    format!("is a number of events per `{period}`, of 0 or more, and this is {}", kind(value)),
                    "give a number such as 0.22; for a chance over a time write `within` instead of `per`",
                ));
            }
            Self::Within { .. } if !(0.0..1.0).contains(&x) => {
                return Err(Misfit::new(
                    format!("is a chance within a time, from 0 to below 1, and this is {}", kind(value)),
                    "give a chance such as \"60%\"",
                ));
            }
            _ => {}
        }
        match self.range().filter(|(low, high)| x < *low || x > *high) {
            Some((low, high)) if leeway != Leeway::Beyond => Err(outside(&x, &low, &high, leeway)),
            _ => Ok(()),
        }
    }

    fn range(&self) -> Option<(f64, f64)> {
        match self {
            Self::Number { range } | Self::Per { range, .. } | Self::Within { range, .. } => *range,
            Self::Duration { .. } | Self::Choice { .. } => None,
        }
    }

    /// All that it may be if it can hold `value`: the range, the judgement's band, and the value.
    pub fn reach(&self, value: &Assigned) -> Option<Interval> {
        let Assigned::Number(x, band) = value else { return None };
        let all = [self.range(), *band].into_iter().flatten();
        Some(all.fold(Interval::point(*x), |sofar, (low, high)| sofar.union(Interval::new(low, high, false))))
    }

    /// The value as expressions see it. `reach` is what it may be.
    pub fn value(&self, value: &Assigned, reach: Option<Interval>) -> Value {
        match (self, value) {
            (Self::Per { .. } | Self::Within { .. }, _) => Value::Rate,
            (Self::Choice { names }, Assigned::Choice(chosen)) => {
                Value::Choice { names: names.clone(), chosen: *chosen }
            }
            (_, Assigned::Duration(duration)) => Value::Duration(*duration),
            (_, Assigned::Number(x, _)) => Value::Number { value: *x, range: reach.unwrap_or(Interval::point(*x)) },
            (_, Assigned::Choice(_)) => unreachable!("only a choice is assigned a name"),
        }
    }

    /// The hazard that it stands for, if it is a rate.
    pub fn rate(&self, value: &Assigned, reach: Option<Interval>) -> Option<Rate> {
        let Assigned::Number(x, _) = value else { return None };
        let hazard: Box<dyn Fn(f64) -> f64> = match self {
            Self::Per { period, .. } => {
                let days = days(*period);
                Box::new(move |k| k / days)
            }
            Self::Within { period, .. } => {
                let days = days(*period);
                Box::new(move |p| -libm::log1p(-p) / days)
            }
            _ => return None,
        };
        let reach = reach.unwrap_or(Interval::point(*x));
        Some(Rate { per_day: hazard(*x), range: Interval::new(hazard(reach.low), hazard(reach.high), false) })
    }

    /// What an assumption of this kind holds with `value` in force. The file gives it as `given`: a number that it
    /// writes as a likelihood is a probability.
    pub fn holds(&self, value: &Assigned, given: Option<&ParameterValue>) -> Holds {
        let probability = matches!(given, Some(ParameterValue::Likelihood(_)));
        match (self, value) {
            (Self::Per { period, range }, Assigned::Number(x, _)) => {
                Holds::Rate { value: *x, per: *period, range: *range }
            }
            (Self::Within { period, range }, Assigned::Number(x, band)) => {
                Holds::Probability { value: *x, band: *band, range: *range, within: Some(*period) }
            }
            (Self::Number { range }, Assigned::Number(x, band)) if probability || band.is_some() => {
                Holds::Probability { value: *x, band: *band, range: *range, within: None }
            }
            (_, Assigned::Number(x, _)) => Holds::Number { value: *x, range: self.range() },
            (Self::Duration { range }, Assigned::Duration(duration)) => {
                Holds::Duration { value: *duration, range: *range }
            }
            (_, Assigned::Duration(duration)) => Holds::Duration { value: *duration, range: None },
            (Self::Choice { names }, Assigned::Choice(chosen)) => {
                Holds::Choice { names: names.clone(), chosen: *chosen }
            }
            (_, Assigned::Choice(_)) => unreachable!("only a choice is assigned a name"),
        }
    }

    /// What follows its number in a text: ` per 1y`.
    pub fn unit(&self) -> String {
        match self {
            Self::Per { period, .. } => format!(" per {period}"),
            Self::Within { period, .. } => format!(" within {period}"),
            _ => String::new(),
        }
    }

    /// What it may be, as text; empty if anything.
    pub fn allowed(&self) -> String {
        match self {
            Self::Choice { names } => names.join(", "),
            Self::Duration { range: Some((low, high)) } => {
                format!("{low} to {high}")
            }
            _ => self.range().map_or_else(String::new, |(low, high)| format!("{low} to {high}")),
        }
    }
}

fn outside(value: &impl Display, low: &impl Display, high: &impl Display, leeway: Leeway) -> Misfit {
    let help = match leeway {
        Leeway::Asked => "give a value of the range, or add `--beyond-range` to leave it",
        _ => "give a value of the range, or change the range",
    };
    Misfit::new(format!("has the range {low} to {high}, and {value} is outside"), help)
}

/// The number that a likelihood stands for, and its band if it is a judgement.
fn judged(likelihood: &Likelihood) -> Assigned {
    match likelihood {
        Likelihood::Number(p) => Assigned::Number(p.value(), None),
        Likelihood::Judged { low, high, .. } => {
            Assigned::Number(likelihood.point().value(), Some((low.value(), high.value())))
        }
    }
}

fn kind(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Number(x) => format!("the number {x}"),
        ParameterValue::Likelihood(Likelihood::Judged { word: Some(word), .. }) => format!("the word `{word}`"),
        ParameterValue::Likelihood(_) => "a probability".to_owned(),
        ParameterValue::Duration(duration) => format!("the duration `{duration}`"),
        ParameterValue::Name(name) => format!("the name `{name}`"),
    }
}

fn chosen(names: &[String], value: &ParameterValue) -> Result<usize, Misfit> {
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = match value {
        // A choice may be called what is a word of likelihood elsewhere.
        ParameterValue::Name(name) | ParameterValue::Likelihood(Likelihood::Judged { word: Some(name), .. }) => {
            name.clone()
        }
        ParameterValue::Number(x) => x.to_string(),
        other => {
            return Err(Misfit::new(
                format!("is one of several names, and this is {}", kind(other)),
                format!("it can be {}", listed(&list)),
            ));
        }
    };
    if let Some(index) = names.iter().position(|allowed| *allowed == name) {
        return Ok(index);
    }
    let mut misfit = Misfit { what: format!("cannot be `{name}`"), help: Vec::new() };
    misfit.help.extend(nearest(&name, list.iter().copied()).map(|near| format!("did you mean `{near}`?")));
    misfit.help.push(format!("it can be {}", listed(&list)));
    Err(misfit)
}

fn choice(
    name: &str,
    names: &Spanned<Vec<Spanned<String>>>,
    text: &ParameterText,
    diagnostics: &mut Diagnostics,
) -> Option<Declared> {
    let others = [
        ("per", text.per.as_ref().map(|p| p.span)),
        ("within", text.within.as_ref().map(|w| w.span)),
        ("range", text.range.as_ref().map(|r| r.span)),
    ];
    let mut sound = true;
    for (field, span) in others {
        let Some(span) = span else { continue };
        let what = format!("the parameter `{name}` is one of several names, and has a `{field}`");
        let mistake = Diagnostic::error("parameter-kind", what, span).related(names.span, "the names are here");
        diagnostics.push(mistake.help(format!("leave `one_of` out for a number, or `{field}` for a choice")));
        sound = false;
    }
    if names.value.is_empty() {
        let what = format!("the parameter `{name}` has nothing to choose from");
        diagnostics
            .push(Diagnostic::error("parameter-kind", what, names.span).help("name at least one: `one_of: [yes, no]`"));
        sound = false;
    }
    for (index, twice) in names.value.iter().enumerate() {
        if let Some(first) = names.value[..index].iter().find(|earlier| earlier.value == twice.value) {
            let mistake = Diagnostic::error("same-name", format!("`{}` twice", twice.value), twice.span);
            diagnostics.push(mistake.related(first.span, "it is here already").help("leave one of them out"));
            sound = false;
        }
    }
    sound.then(|| Declared::Choice { names: names.value.iter().map(|name| name.value.clone()).collect() })
}

/// `Some(None)`: no range. `None`: a mistake.
fn numbers(text: &ParameterText, diagnostics: &mut Diagnostics) -> Option<Option<(f64, f64)>> {
    let Some(range) = &text.range else { return Some(None) };
    let number = |value: &ParameterValue| match value {
        ParameterValue::Number(x) => Some(*x),
        ParameterValue::Likelihood(likelihood @ Likelihood::Number(_)) => Some(likelihood.point().value()),
        _ => None,
    };
    let (Some(low), Some(high)) = (number(&range.value.0), number(&range.value.1)) else {
        diagnostics.push(no_range(
            range.span,
            "a range goes from one number to another",
            "for instance `range: (0.1, 0.4)`",
        ));
        return None;
    };
    let swapped = || Some(format!("({}, {})", written(&range.value.1)?, written(&range.value.0)?));
    ordered(low.partial_cmp(&high), swapped, range.span, diagnostics).then_some(Some((low, high)))
}

/// A number of a range as somebody writes it; `None` where that cannot be told any more.
fn written(value: &ParameterValue) -> Option<String> {
    match value {
        ParameterValue::Number(x) => Some(x.to_string()),
        ParameterValue::Likelihood(likelihood) => {
            let percent = likelihood.point().value() * 100.0;
            let shown = (percent * 1e6).round() / 1e6;
            // Odds such as 1 in 3 have no short percent.
            let short = shown.to_string().len() <= 6;
            short.then(|| format!("\"{shown}%\""))
        }
        _ => None,
    }
}

fn durations(text: &ParameterText, diagnostics: &mut Diagnostics) -> Option<Option<(Duration, Duration)>> {
    let Some(range) = &text.range else { return Some(None) };
    let (ParameterValue::Duration(low), ParameterValue::Duration(high)) = &range.value else {
        let what = "the range of a duration goes from one duration to another";
        diagnostics.push(no_range(range.span, what, "for instance `range: (\"7d\", \"30d\")`"));
        return None;
    };
    let swapped = || Some(format!("(\"{high}\", \"{low}\")"));
    ordered(Some(low.cmp(high)), swapped, range.span, diagnostics).then_some(Some((*low, *high)))
}

/// Whether the ends are in order; `swapped` is the range the right way round.
fn ordered(
    ends: Option<Ordering>,
    swapped: impl FnOnce() -> Option<String>,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> bool {
    let help = match ends {
        Some(Ordering::Less) => return true,
        Some(Ordering::Greater) => swapped().map(|range| format!("write `range: {range}`")),
        _ => Some("its ends are the same: leave `range` out, or make the higher end higher".to_owned()),
    };
    let help = help.unwrap_or_else(|| "write the lower end first, and the higher after it".to_owned());
    diagnostics.push(no_range(span, "a range that does not go up", &help));
    false
}

fn no_range(span: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error("parameter-range", what, span).help(help)
}
