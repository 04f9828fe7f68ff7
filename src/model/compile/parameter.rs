//! Parameters: what they are declared to be, and the value in force after variants and `--set` (LANGUAGE 4 and 6).
//!
//! Does not know where a parameter is used.

mod value;

use std::collections::BTreeMap;

use super::because::{merged, there_are};
use super::interval::Interval;
use super::names::Value;
use super::stated::is_place;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};
use crate::model::{Assumption, Parameter};
use crate::scenario::document::{Document, Entry, ParameterText, ParameterValue};
use crate::scenario::quantity::Likelihood;

pub use value::{Assigned, Declared, Leeway};

/// A parameter with `per` or `within`, in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Hazard, per day.
    pub per_day: f64,
    /// What it may be, per day.
    pub range: Interval,
}

/// The parameters that are rates; `None` for one whose value held a mistake.
pub type Rates = BTreeMap<String, Option<Rate>>;

/// All parameters as they are in force.
#[derive(Debug)]
pub struct Settings {
    /// One by one with `Document::parameters`; `None` for one that held a mistake.
    pub values: Vec<Option<Value>>,
    /// Those that are rates.
    pub rates: Rates,
    /// For people.
    pub parameters: Vec<Parameter>,
    /// For whoever varies them.
    pub assumptions: Vec<Assumption>,
}

/// Somebody gives a parameter a value.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The parameter's name.
    pub name: String,
    /// Where the name stands.
    pub name_place: Place,
    /// The value.
    pub value: ParameterValue,
    /// The value as typed.
    pub text: String,
    /// Where the value stands.
    pub place: Place,
    /// The variant of the file that does it.
    pub variant: Option<String>,
    /// It counts in this run; otherwise it is only checked.
    pub in_force: bool,
}

/// A diagnostic at a place of either kind.
pub fn error_at(code: &'static str, message: impl Into<String>, place: &Place) -> Diagnostic {
    Diagnostic { place: place.clone(), ..Diagnostic::error(code, message, Span::default()) }
}

/// Checks every parameter and gives it its value: the file's, then those of `assignments`, in order.
/// `beyond_range` lets assignments in force leave the range.
pub fn settle(
    document: &Document,
    source: &Source<'_>,
    assignments: &[Assignment],
    beyond_range: bool,
    diagnostics: &mut Diagnostics,
) -> Settings {
    let mut settings =
        Settings { values: Vec::new(), rates: Rates::new(), parameters: Vec::new(), assumptions: Vec::new() };
    for entry in &document.parameters {
        let mine = assignments.iter().filter(|assignment| assignment.name == entry.key.value);
        let found = one(entry, document, source, mine, beyond_range, diagnostics);
        let Some((declared, value, parameter)) = found else {
            // Nobody knows what it would have been, and nobody complains of its uses.
            settings.values.push(None);
            settings.rates.insert(entry.key.value.clone(), None);
            continue;
        };
        if let Some(rate) = declared.rate(&value.0, value.1) {
            settings.rates.insert(entry.key.value.clone(), Some(rate));
        }
        settings.assumptions.push(assumption(entry, &declared, &value.0, parameter.was.is_none(), document));
        settings.values.push(Some(declared.value(&value.0, value.1)));
        settings.parameters.push(parameter);
    }
    for assignment in assignments {
        if !document.parameters.iter().any(|entry| entry.key.value == assignment.name) && !is_place(&assignment.name) {
            diagnostics.push(unknown(assignment, document));
        }
    }
    settings
}

type InForce = (Assigned, Option<Interval>);

/// The declaration, the value in force with all that it may be, and the parameter for people.
fn one<'a>(
    entry: &Entry<ParameterText>,
    document: &Document,
    source: &Source<'_>,
    assignments: impl Iterator<Item = &'a Assignment>,
    beyond_range: bool,
    diagnostics: &mut Diagnostics,
) -> Option<(Declared, InForce, Parameter)> {
    let name = &entry.key.value;
    let text = entry.value.as_ref()?;
    let Some(given) = &text.value else {
        if !document.holed(entry.key.span.to(Span::new(entry.key.span.end, entry.key.span.end + 1))) {
            missing(entry, document, diagnostics);
        }
        return None;
    };
    let declared = Declared::new(name, text, diagnostics)?;
    let place = Place::Text(given.span);
    let own =
        declared.assign(&given.value, Leeway::File).map_err(|wrong| diagnostics.push(wrong.at(name, &place))).ok()?;
    let mut force = own.clone();
    let mut written = (as_written(source, given.span), None);
    let mut reach = declared.reach(&own);
    let mut sound = true;
    for assignment in assignments {
        let leeway = match assignment.in_force {
            false => Leeway::File,
            true if beyond_range => Leeway::Beyond,
            true => Leeway::Asked,
        };
        match declared.assign(&assignment.value, leeway) {
            Err(wrong) => {
                diagnostics.push(wrong.at(name, &assignment.place));
                sound = false;
            }
            Ok(value) => {
                reach = reach.zip(declared.reach(&value)).map(|(a, b)| a.union(b));
                if assignment.in_force {
                    force = value;
                    let was = written.1.take().unwrap_or(written.0);
                    written = (assignment.text.clone(), Some(was));
                }
            }
        }
    }
    let unit = declared.unit();
    let parameter = Parameter {
        name: name.clone(),
        says: text.says.as_ref().map(|s| s.value.clone()).unwrap_or_default(),
        value: format!("{}{unit}", written.0),
        was: written.1.filter(|_| force != own).map(|was| format!("{was}{unit}")),
        allowed: declared.allowed(),
        band: force.band(),
        span: entry.key.span,
    };
    sound.then_some((declared, (force, reach), parameter))
}

/// The parameter as an assumption, with `value` in force; it is the file's `own` or another.
fn assumption(
    entry: &Entry<ParameterText>,
    declared: &Declared,
    value: &Assigned,
    own: bool,
    document: &Document,
) -> Assumption {
    let text = entry.value.as_ref().expect("a declared parameter has a text");
    let defaults = document.defaults.as_ref().and_then(|defaults| defaults.because.as_ref());
    let because = merged(text.because.as_ref(), defaults).unwrap_or_default();
    let given = text.value.as_ref().map(|value| &value.value);
    let holds = declared.holds(value, given);
    let word = match given {
        Some(ParameterValue::Likelihood(Likelihood::Judged { word, .. })) if own => word.clone(),
        _ => None,
    };
    Assumption {
        name: entry.key.value.clone(),
        holds,
        word,
        says: text.says.as_ref().map(|says| says.value.clone()).unwrap_or_default(),
        in_place: false,
        source: because.source.map(|source| source.value),
        span: entry.key.span,
    }
}

fn missing(entry: &Entry<ParameterText>, document: &Document, diagnostics: &mut Diagnostics) {
    let next = document.parameters.iter().map(|other| other.key.span.start).find(|start| *start > entry.key.span.start);
    if document.holed(Span::new(entry.key.span.start, next.unwrap_or(usize::MAX))) {
        return;
    }
    let what = format!("the parameter `{}` has no value", entry.key.value);
    let mistake = Diagnostic::error("no-value", what, entry.key.span);
    let choices = entry.value.as_ref().and_then(|parameter| parameter.one_of.as_ref());
    let first = choices.and_then(|names| names.value.first()).map_or("0.3", |name| name.value.as_str());
    diagnostics.push(mistake.help(format!("add `value: {first}`, for instance")));
}

/// The words of the file, without their quotes.
fn as_written(source: &Source<'_>, span: Span) -> String {
    source.text.get(span.start..span.end).unwrap_or_default().trim_matches('"').to_owned()
}

/// The mistake of setting what is declared, but is no parameter.
pub fn no_parameter(assignment: &Assignment, document: &Document) -> Option<Diagnostic> {
    let name = assignment.name.as_str();
    let has_posture = |(actor, posture): (&str, &str)| {
        let actor = document.actors.iter().find(|entry| entry.key.value == actor)?.value.as_ref()?;
        Some(actor.postures.iter().any(|entry| entry.key.value == posture))
    };
    let noun = if name.split_once('.').and_then(has_posture) == Some(true) {
        "a posture"
    } else if document.indicators.iter().any(|entry| entry.key.value == name) {
        "an indicator"
    } else if document.flags.iter().any(|entry| entry.key.value == name) {
        "a flag"
    } else {
        return None;
    };
    let what = format!("`{name}` is {noun}, and only parameters can be set");
    Some(
        error_at("unknown-parameter", what, &assignment.name_place)
            .help("where it starts is written in the file, under `start:`")
            .help("to have it change in a run, let a rule that changes it fire: `--force RULE@DATE`"),
    )
}

fn unknown(assignment: &Assignment, document: &Document) -> Diagnostic {
    let names: Vec<&str> = document.parameters.iter().map(|entry| entry.key.value.as_str()).collect();
    if let Some(mistake) = no_parameter(assignment, document) {
        return mistake;
    }
    let what = format!("there is no parameter `{}`", assignment.name);
    let mut mistake = error_at("unknown-parameter", what, &assignment.name_place);
    if let Some(near) = nearest(&assignment.name, names.iter().copied()) {
        mistake = mistake.help(format!("did you mean `{near}`?"));
    }
    if names.is_empty() {
        mistake.help("the scenario has no `parameters`")
    } else {
        mistake.help(there_are("parameter", "parameters", &names))
    }
}
