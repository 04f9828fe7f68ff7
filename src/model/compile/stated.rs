//! The numbers that rules state in place: what they are called, and how `--set` changes one (`--set talks.chance=5%`).
//!
//! Does not know what a rule does with its number. Works on the file before templates are written out, so that what a
//! template states once is one number, however many rules come of it.

use super::because::{merged, there_are};
use super::branch::OTHERWISE;
use super::parameter::{Assignment, error_at, no_parameter};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span, nearest};
use crate::model::assumption::{Assumption, Holds};
use crate::scenario::document::{
    BranchText, Case, Document, Entry, Map, ParameterValue, ProbabilityText, RateText, RuleText,
};
use crate::scenario::expression::ExprKind;
use crate::scenario::quantity::{Duration, Likelihood, Probability};

/// Where in a rule a number stands; cases and branches by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat {
    Chance(usize),
    Pressure(usize),
    Weight(usize, usize),
}

/// A number that a rule states in place.
#[derive(Debug, Clone)]
struct Stated {
    name: String,
    rule: usize,
    seat: Seat,
    what: What,
    span: Span,
}

/// What is stated.
#[derive(Debug, Clone)]
enum What {
    Likelihood(Likelihood, Option<Duration>),
    Rate(f64, Duration),
}

/// Whether `name` is meant for a number in a rule rather than for a parameter: it holds a dot or a slash.
pub fn is_place(name: &str) -> bool {
    name.contains(['.', '/'])
}

/// All numbers that the rules of `document` state in place and that can be set alone, in file order.
fn all(document: &Document) -> Vec<Stated> {
    let mut found = Vec::new();
    for (rule, entry) in document.rules.iter().enumerate() {
        let Some(text) = &entry.value else { continue };
        let id = &entry.key.value;
        if let Some(chance) = &text.chance {
            each_case(&chance.cases, &format!("{id}.chance"), |case, name, is, span| {
                let what = given(is, None)?;
                Some(Stated { name, rule, seat: Seat::Chance(case), what, span })
            })
            .for_each(|stated| found.push(stated));
        }
        if let Some(pressure) = &text.pressure {
            each_case(&pressure.cases, &format!("{id}.pressure"), |case, name, is, span| {
                let what = rate(is)?;
                Some(Stated { name, rule, seat: Seat::Pressure(case), what, span })
            })
            .for_each(|stated| found.push(stated));
        }
        for (branch, entry) in weighed(text) {
            let Some(weight) = entry.value.as_ref().and_then(|branch| branch.weight.as_ref()) else { continue };
            each_case(&weight.cases, &format!("{id}/{}.weight", entry.key.value), |case, name, is, span| {
                let what = given(is, None)?;
                Some(Stated { name, rule, seat: Seat::Weight(branch, case), what, span })
            })
            .for_each(|stated| found.push(stated));
        }
    }
    found
}

/// The branches whose weights can be set one by one: those beside an `otherwise` that has what is left.
fn weighed(rule: &RuleText) -> impl Iterator<Item = (usize, &Entry<BranchText>)> {
    let branches: &[Entry<BranchText>] = rule.choose.as_ref().map_or(&[], |choose| &choose.value);
    let rest = branches.iter().any(|entry| entry.key.value == OTHERWISE);
    branches.iter().enumerate().filter(move |_| rest)
}

fn each_case<'a, T>(
    cases: &'a [Case<T>],
    name: &'a str,
    stated: impl Fn(usize, String, &T, Span) -> Option<Stated> + 'a,
) -> impl Iterator<Item = Stated> + 'a {
    cases.iter().enumerate().filter_map(move |(index, case)| {
        let name = if cases.len() == 1 { name.to_owned() } else { format!("{name}.{}", index + 1) };
        stated(index, name, &case.is.value, case.is.span)
    })
}

fn given(text: &ProbabilityText, within: Option<Duration>) -> Option<What> {
    match text {
        ProbabilityText::Given(likelihood) => Some(What::Likelihood(likelihood.clone(), within)),
        ProbabilityText::Formula(_) => None,
    }
}

fn rate(text: &RateText) -> Option<What> {
    match text {
        RateText::Per(number, period) => match number.kind {
            ExprKind::Number(number) => Some(What::Rate(number, *period)),
            _ => None,
        },
        RateText::Within(probability, period) => given(probability, Some(*period)),
        RateText::Parameter(_) => None,
    }
}

/// `document` with what `assignments` in force set in place; `None` if there are none of that kind at all. Those that
/// name nothing, or do not fit, are mistakes, in force or not.
pub fn set(document: &Document, assignments: &[Assignment], diagnostics: &mut Diagnostics) -> Option<Document> {
    let mine = || assignments.iter().filter(|assignment| is_place(&assignment.name));
    mine().next()?;
    let places = all(document);
    let (mut changed, mut aside) = (document.clone(), document.clone());
    for assignment in mine() {
        let found = places.iter().find(|stated| stated.name == assignment.name);
        let target = if assignment.in_force { &mut changed } else { &mut aside };
        let done = match found {
            None => Err(unknown(assignment, document, &places)),
            Some(stated) => put(target, stated, assignment),
        };
        if let Err(mistake) = done {
            diagnostics.push(*mistake);
        }
    }
    Some(changed)
}

/// Puts the value of `assignment` where `stated` stands.
fn put(document: &mut Document, stated: &Stated, assignment: &Assignment) -> Result<(), Box<Diagnostic>> {
    let rule = document.rules[stated.rule].value.as_mut().expect("what is stated is there");
    let likelihood = |within| likelihood(assignment, within);
    match stated.seat {
        Seat::Chance(case) => {
            let cases = &mut rule.chance.as_mut().expect("it has a chance").cases;
            cases[case].is.value = ProbabilityText::Given(likelihood(false)?);
        }
        Seat::Weight(branch, case) => {
            let branches: &mut Map<BranchText> = &mut rule.choose.as_mut().expect("it has branches").value;
            let weight = branches[branch].value.as_mut().and_then(|branch| branch.weight.as_mut());
            weight.expect("it has a weight").cases[case].is.value = ProbabilityText::Given(likelihood(false)?);
        }
        Seat::Pressure(case) => {
            let cases = &mut rule.pressure.as_mut().expect("it has a pressure").cases;
            match &mut cases[case].is.value {
                RateText::Within(probability, _) => *probability = ProbabilityText::Given(likelihood(true)?),
                RateText::Per(number, period) => number.kind = ExprKind::Number(events(assignment, *period)?),
                RateText::Parameter(_) => unreachable!("a parameter is not stated in place"),
            }
        }
    }
    Ok(())
}

/// The probability that somebody gives.
fn likelihood(assignment: &Assignment, below_1: bool) -> Result<Likelihood, Box<Diagnostic>> {
    let found = match &assignment.value {
        ParameterValue::Number(number) => Probability::new(*number).map(Likelihood::Number),
        ParameterValue::Likelihood(likelihood) => Some(likelihood.clone()),
        ParameterValue::Duration(_) | ParameterValue::Name(_) => None,
    };
    let certain = |found: &Likelihood| below_1 && found.point().value() >= 1.0;
    if let Some(found) = found.filter(|found| !certain(found)) {
        return Ok(found);
    }
    let (name, text) = (&assignment.name, &assignment.text);
    let what = format!("`{name}` is a probability, and `{text}` is none that fits");
    let end = if below_1 { "to below 1: a pressure cannot be certain within a time" } else { "to 1 (0 % to 100 %)" };
    let mistake = error_at("parameter-value", what, &assignment.place);
    Err(Box::new(mistake.help(format!("give a probability from 0 {end}, such as `--set {name}=30%`"))))
}

/// The number of events in `period` that somebody gives.
fn events(assignment: &Assignment, period: Duration) -> Result<f64, Box<Diagnostic>> {
    match assignment.value {
        ParameterValue::Number(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => {
            let (name, text) = (&assignment.name, &assignment.text);
            let what = format!("`{name}` is a number of events per `{period}`, of 0 or more, and this is `{text}`");
            let mistake = error_at("parameter-value", what, &assignment.place);
            Err(Box::new(mistake.help(format!("give the number alone, such as `--set {name}=2.5`"))))
        }
    }
}

fn unknown(assignment: &Assignment, document: &Document, places: &[Stated]) -> Box<Diagnostic> {
    if let Some(mistake) = no_parameter(assignment, document) {
        return Box::new(mistake);
    }
    let name = assignment.name.as_str();
    let names: Vec<&str> = places.iter().map(|stated| stated.name.as_str()).collect();
    let mistake = error_at("unknown-parameter", format!("nothing is stated at `{name}`"), &assignment.name_place);
    let id = name.split(['.', '/']).next().unwrap_or(name);
    let rules = || document.rules.iter().map(|entry| entry.key.value.as_str());
    let mistake = if rules().any(|rule| rule == id) {
        let own: Vec<&str> = names
            .iter()
            .copied()
            .filter(|n| n.strip_prefix(id).is_some_and(|rest| rest.starts_with(['.', '/'])))
            .collect();
        match own.as_slice() {
            [] => mistake.help(format!("the rule `{id}` states no number in place that can be set alone")),
            own => mistake.help(format!("the rule `{id}` states {}", own.join(", "))),
        }
    } else {
        match nearest(name, names.iter().copied()).or_else(|| nearest(id, rules())) {
            Some(near) => mistake.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => mistake.help("no rule states a number in place that can be set"),
            None => mistake.help(there_are("number stated in place", "numbers stated in place", &names)),
        }
    };
    let weight = name.ends_with(".weight") || name.contains(".weight.");
    Box::new(if weight {
        mistake.help("a weight can be set alone where a branch `otherwise` has what is left")
    } else {
        mistake
    })
}

/// What the rules of `document` state in place, as assumptions.
///
/// # Panics
/// Never: what is stated stands in a rule that is there.
pub fn assumptions(document: &Document) -> Vec<Assumption> {
    let defaults = document.defaults.as_ref().and_then(|defaults| defaults.because.as_ref());
    let each = |stated: Stated| {
        let rule = document.rules[stated.rule].value.as_ref().expect("what is stated is there");
        let because = merged(rule.because.as_ref(), defaults).unwrap_or_default();
        let word = match &stated.what {
            What::Likelihood(Likelihood::Judged { word, .. }, _) => word.clone(),
            _ => None,
        };
        Assumption {
            name: stated.name,
            holds: holds(&stated.what),
            word,
            says: rule.says.as_ref().map(|says| says.value.clone()).unwrap_or_default(),
            in_place: true,
            source: because.source.map(|source| source.value),
            span: stated.span,
        }
    };
    all(document).into_iter().map(each).collect()
}

fn holds(what: &What) -> Holds {
    match what {
        What::Rate(value, per) => Holds::Rate { value: *value, per: *per, range: None },
        What::Likelihood(likelihood, within) => Holds::Probability {
            value: likelihood.point().value(),
            band: likelihood.band().map(|(low, high)| (low.value(), high.value())),
            range: None,
            within: *within,
        },
    }
}

/// `diagnostics`, where a mistake is about a number that `assignments` set in place, told so.
pub fn blame(document: &Document, assignments: &[Assignment], diagnostics: &mut Diagnostics) {
    let set: Vec<&Assignment> = assignments.iter().filter(|a| a.in_force && is_place(&a.name)).collect();
    if set.is_empty() {
        return;
    }
    let places = all(document);
    let holds = |outer: Span, inner: Span| outer.start <= inner.start && inner.end <= outer.end;
    for mistake in std::mem::take(diagnostics).iter() {
        let mut mistake = mistake.clone();
        for assignment in &set {
            let Some(stated) = places.iter().find(|stated| stated.name == assignment.name) else { continue };
            let here = matches!(mistake.place, Place::Text(span) if holds(span, stated.span));
            if here || mistake.related.iter().any(|other| holds(other.span, stated.span)) {
                let (name, text) = (&assignment.name, &assignment.text);
                mistake = mistake.help(format!("the file is sound here; `--set {name}={text}` is not"));
            }
        }
        diagnostics.push(mistake);
    }
}
