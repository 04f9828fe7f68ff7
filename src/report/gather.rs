//! From a model and what was found of its runs to a report: names, sentences, dates and units come in.
//!
//! Computes no interval of its own: every number is an estimate that `analysis` made.

mod history;
mod refused;
mod solved;
mod warnings;

use super::dates::{DAY, Edge, date, moment};
use super::layout::plain;
use super::{
    Accuracy, Answer, Change, Clock, Counted, Distribution, Figure, Origin, Outcome, Quantile, Question, Report, Rule,
    Unit, VERSION,
};
use crate::analysis::estimate::{self, Mean};
use crate::analysis::findings::{self, Findings};
use crate::model::{AskNumber, Asked, Calendar, Model};
use crate::observe::histogram;
use crate::scenario::quantity::Moment;

pub use warnings::precision_of;

pub use solved::{add_exact, gather_solution};

/// The report on `findings`.
pub fn gather(model: &Model, findings: &Findings, origin: Origin) -> Report {
    Report {
        outcomes: outcomes(model, findings),
        questions: questions(model, findings),
        paths: Some(history::paths(model, findings)),
        postures: history::postures(model, findings),
        indicators: history::indicators(model, findings),
        rules: rules(model, findings),
        warnings: warnings::warnings(model, findings),
        limits: limits("Their intervals show what more runs could change, not how wrong the assumptions may be."),
        ..empty(model, origin)
    }
}

/// A report without results.
fn empty(model: &Model, origin: Origin) -> Report {
    Report {
        version: VERSION,
        title: if model.title.is_empty() { origin.file.clone() } else { plain(&model.title) },
        about: plain(&model.about),
        origin,
        clock: clock(&model.calendar),
        changes: changes(model),
        outcomes: Vec::new(),
        questions: Vec::new(),
        paths: None,
        postures: Vec::new(),
        indicators: Vec::new(),
        rules: Vec::new(),
        slices: Vec::new(),
        refusals: Vec::new(),
        warnings: Vec::new(),
        limits: Vec::new(),
        omitted: model.omitted.iter().map(|o| plain(o)).collect(),
    }
}

fn limits(of_intervals: &str) -> Vec<String> {
    let one = "These numbers restate the assumptions of the scenario file; they are no forecast.";
    vec![one.into(), of_intervals.into()]
}

fn clock(calendar: &Calendar) -> Clock {
    let end = moment(calendar, calendar.steps, Edge::Before);
    Clock {
        start: calendar.start.map(|seconds| Moment::at_seconds(seconds).to_string()),
        end: end.date,
        days: end.day,
        step_seconds: calendar.step_seconds,
    }
}

/// What the options say, variants first; then each parameter that has another value than in the file.
pub(super) fn changes(model: &Model) -> Vec<Change> {
    let says = |option: &str| {
        let variant = option.strip_prefix("--variant ")?;
        model.variants.iter().find(|v| v.name == variant).map(|v| plain(&v.says))
    };
    let options = model.overrides.iter().filter(|o| !o.starts_with("--set ")).map(|option| Change {
        says: says(option).unwrap_or_default(),
        option: option.clone(),
        value: None,
        was: None,
    });
    let parameters = model.parameters.iter().filter(|p| p.was.is_some()).map(|p| Change {
        says: plain(&p.says),
        option: format!("--set {}={}", p.name, p.value),
        value: Some(p.value.clone()),
        was: p.was.clone(),
    });
    options.chain(parameters).collect()
}

fn outcomes(model: &Model, findings: &Findings) -> Vec<Outcome> {
    let outcome = |(outcome, share): (&crate::model::Outcome, &findings::Share)| Outcome {
        name: outcome.name.clone(),
        says: plain(&outcome.says),
        when: plain(&outcome.text),
        severity: outcome.severity,
        share: Some(share.proportion.into()),
        exemplar: share.exemplar,
        exact: None,
        by: Vec::new(),
        slice: None,
    };
    model.outcomes.iter().zip(&findings.outcomes).map(outcome).collect()
}

fn questions(model: &Model, findings: &Findings) -> Vec<Question> {
    let question = |(question, answer): (&crate::model::Question, &findings::Answer)| Question {
        name: question.name.clone(),
        says: plain(&question.says),
        ask: plain(&question.text),
        answer: match answer {
            findings::Answer::YesNo(share) => Answer::Share(share.proportion.into()),
            findings::Answer::Number(number) => {
                let first = matches!(&question.ask, Asked::Number(AskNumber::First(_)));
                Answer::Distribution(Box::new(distribution(number, first, &model.calendar)))
            }
        },
        exact: None,
        by: Vec::new(),
        slice: None,
    };
    model.questions.iter().zip(&findings.answers).map(question).collect()
}

/// Times in days; of `first`, with their dates.
fn distribution(number: &findings::Number, first: bool, calendar: &Calendar) -> Distribution {
    let (unit, scale) = match number.unit {
        histogram::Unit::Plain | histogram::Unit::ValueDays => (Unit::Plain, 1.0),
        histogram::Unit::Seconds if first => (Unit::Time, 1.0 / DAY),
        histogram::Unit::Seconds => (Unit::Days, 1.0 / DAY),
        histogram::Unit::Steps => (Unit::Days, calendar.step_seconds as f64 / DAY),
    };
    let dated = |found: &estimate::Quantile| {
        let date = if first { date(calendar, found.value, Edge::From) } else { None };
        quantile(found, scale, date)
    };
    Distribution {
        unit,
        mean: number.mean.as_ref().map(|mean| figure(mean, scale)),
        mean_date: None,
        quantiles: number.quantiles.iter().map(dated).collect(),
        never: number.never.map(Into::into),
        values: Vec::new(),
        more: None,
    }
}

/// A quantile times `scale`.
fn quantile(found: &estimate::Quantile, scale: f64, date: Option<String>) -> Quantile {
    let estimate::Quantile { level, value, low, high, runs, .. } = *found;
    let (low, high) = (low.map(|x| x * scale), high.map(|x| x * scale));
    let figure = Figure { value: value * scale, low, high, runs, accuracy: Accuracy::Sampled };
    Quantile { at: level, figure, date }
}

/// A mean times `scale`.
fn figure(mean: &Mean, scale: f64) -> Figure {
    let (low, high) = (mean.interval.map(|i| i.low * scale), mean.interval.map(|i| i.high * scale));
    Figure { value: mean.value * scale, low, high, runs: mean.runs, accuracy: Accuracy::Sampled }
}

fn rules(model: &Model, findings: &Findings) -> Vec<Rule> {
    let rule = |fired: &findings::Fired| {
        let rule = model.rule(fired.rule);
        Rule {
            id: rule.id.clone(),
            says: plain(&rule.says),
            mean: fired.mean.as_ref().map(|mean| figure(mean, 1.0)),
            counted: Some(Counted {
                firings: fired.times,
                share: fired.share.into(),
                branches: fired.branches.iter().map(branch).collect(),
                preempted: fired.preempted,
                lapsed: fired.lapsed,
                let_pass: fired.let_pass,
            }),
            forbidden: rule.forbidden,
            is_decay: is_decay(rule),
        }
    };
    findings.rules.iter().map(rule).collect()
}

fn is_decay(rule: &crate::model::Rule) -> bool {
    rule.id.starts_with("decay of ")
}

fn branch((name, firings, share): &(String, u64, estimate::Proportion)) -> super::Branch {
    super::Branch { name: name.clone(), firings: *firings, share: (*share).into() }
}
