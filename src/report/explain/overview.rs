//! A scenario as a whole: time, actors, numbers, rules by clock, outcomes, questions, variants.
//!
//! Does not know what runs of it would show.

use super::known::Known;
use super::rule::{date, summary};
use super::{field, listed};
use crate::model::{Clock, Model, Rule, VariableKind};
use crate::report::layout::{HEADING, heading, plain, styled, wrap};
use crate::scenario::document::{Document, Entry, RuleText};

/// Names shown where there are many.
const MOST: usize = 12;

pub(super) fn overview(model: &Model, document: &Document) -> String {
    let known = Known::new(model, document);
    [
        opening(model),
        actors(model),
        indicators(model),
        parameters(model),
        lets(model, document),
        rules(model, document, &known),
        asked(model),
        closing(model),
    ]
    .concat()
}

fn opening(model: &Model) -> String {
    let calendar = &model.calendar;
    let span = crate::scenario::quantity::Duration { seconds: u64::from(calendar.steps) * calendar.step_seconds };
    let step = super::numbers::steps(1, calendar.step_seconds);
    let end = match calendar.start {
        Some(_) => format!("{} up to, not including, {}", date(calendar, 0), date(calendar, calendar.steps)),
        None => "a scenario without dates".to_owned(),
    };
    let mut lines = format!("{}\n{}", styled(HEADING, &plain(&model.title)), wrap(&model.about, 0, 0));
    let steps = if calendar.steps == 1 { "step" } else { "steps" };
    lines += &wrap(&format!("{end}: {span}, {} {steps} of {step}", calendar.steps), 0, 2);
    for change in &model.overrides {
        lines += &wrap(&format!("changed: {change}"), 0, 9);
    }
    lines
}

fn actors(model: &Model) -> String {
    if model.actors.is_empty() {
        return String::new();
    }
    let mut lines = heading("Actors", "and their postures; the value at the start in [brackets]");
    for actor in &model.actors {
        let name = if actor.name.is_empty() { actor.id.clone() } else { format!("{} ({})", actor.id, actor.name) };
        lines += &wrap(&name, 2, 4);
        for id in &actor.postures {
            let variable = model.variable(*id);
            let VariableKind::Posture { values, ordered } = &variable.kind else { continue };
            let shown = values.iter().enumerate();
            let shown: Vec<String> =
                shown.map(|(i, v)| if i as i32 == variable.start { format!("[{v}]") } else { v.clone() }).collect();
            let shown = shown.join(if *ordered { " < " } else { ", " });
            let says = if variable.says.is_empty() { String::new() } else { format!(". {}", variable.says) };
            lines += &wrap(&format!("{}: {shown}{says}", variable.name), 4, 6);
        }
    }
    lines
}

fn indicators(model: &Model) -> String {
    let mut lines = String::new();
    for variable in &model.variables {
        let text = match variable.kind {
            VariableKind::Posture { .. } => continue,
            VariableKind::Indicator => {
                format!("{}: {} to {}, at the start {}", variable.name, variable.low, variable.high, variable.start)
            }
            VariableKind::Flag => {
                format!("{}: yes or no, at the start {}", variable.name, if variable.start == 1 { "yes" } else { "no" })
            }
        };
        let says = if variable.says.is_empty() { String::new() } else { format!(". {}", variable.says) };
        lines += &wrap(&format!("{text}{says}"), 2, 4);
    }
    if lines.is_empty() { lines } else { heading("Indicators and flags", "") + &lines }
}

fn parameters(model: &Model) -> String {
    if model.parameters.is_empty() {
        return String::new();
    }
    let mut lines = heading("Parameters", "in force; change one with --set NAME=VALUE");
    for parameter in &model.parameters {
        let was = parameter.was.as_ref().map_or_else(String::new, |was| format!(" (the file says {was})"));
        let allowed = match parameter.band {
            Some((low, high)) => {
                format!(", a judgement: {} to {}", super::numbers::plain(low), super::numbers::plain(high))
            }
            None if parameter.allowed.is_empty() => String::new(),
            None => format!(", may be {}", parameter.allowed),
        };
        let says = if parameter.says.is_empty() { String::new() } else { format!(". {}", parameter.says) };
        let text = format!("{} = {}{was}{allowed}{says}", parameter.name, parameter.value);
        lines += &wrap(&text, 2, 4);
    }
    lines
}

fn lets(model: &Model, document: &Document) -> String {
    let mut lines = String::new();
    for named in &model.lets {
        lines += &wrap(&format!("{} means: {}", named.name, named.text), 2, 4);
    }
    for entry in &document.events {
        let members = entry.value.iter().flat_map(|list| &list.value).map(ToString::to_string);
        lines += &wrap(&format!("{} is any of: {}", entry.key.value, members.collect::<Vec<_>>().join(", ")), 2, 4);
    }
    if lines.is_empty() { lines } else { heading("Names", "for conditions and groups of events") + &lines }
}

/// A heading, and which rules stand under it.
type Kind = (&'static str, fn(&Rule) -> bool);

fn rules(model: &Model, document: &Document, known: &Known) -> String {
    let kinds: [Kind; 4] = [
        ("Dated rules", |r| matches!(r.clock, Clock::Dated(_))),
        ("Recurring rules", |r| matches!(r.clock, Clock::Recurring { .. })),
        ("Pressures", |r| matches!(r.clock, Clock::Pressure { .. })),
        ("Responses", |r| matches!(r.clock, Clock::Response { .. })),
    ];
    let mut lines = String::new();
    for (title, is) in kinds {
        let mut here = String::new();
        for entry in &document.rules {
            let instances: Vec<&Rule> = model.rules.iter().filter(|r| r.span == entry.key.span && is(r)).collect();
            here += &one(entry, &instances, known);
        }
        for made in model.rules.iter().filter(|r| is(r) && !document.rules.iter().any(|e| e.key.span == r.span)) {
            here += &wrap(&[made.id.as_str(), made.says.as_str()].join(": "), 2, 4);
        }
        if !here.is_empty() {
            lines += &heading(title, "");
            lines += &here;
        }
    }
    lines
}

/// One rule or template in two lines.
fn one(entry: &Entry<RuleText>, instances: &[&Rule], known: &Known) -> String {
    let (Some(first), Some(text)) = (instances.first(), entry.value.as_ref()) else { return String::new() };
    let mut marks = Vec::new();
    if text.for_each.is_some() {
        marks.push(format!("{} rules", instances.len()));
    }
    if first.milestone {
        marks.push("milestone".to_owned());
    }
    if instances.iter().all(|r| r.forbidden) {
        marks.push("forbidden in this run".to_owned());
    }
    let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
    let says = text.says.as_ref().map_or_else(String::new, |s| format!(": {}", s.value));
    wrap(&format!("{}{marks}{says}", entry.key.value), 2, 4) + &wrap(&summary(text, known), 6, 8)
}

fn asked(model: &Model) -> String {
    let mut lines = heading("Outcomes", "a run has the first that holds of it");
    for outcome in &model.outcomes {
        let when = if outcome.ask.is_some() { outcome.text.as_str() } else { "every other run" };
        let says = if outcome.says.is_empty() { String::new() } else { format!(". {}", outcome.says) };
        let severity = outcome.severity.map_or_else(String::new, |s| format!(" (severity {s})"));
        lines += &wrap(&format!("{}{severity}: {when}{says}", outcome.name), 2, 4);
    }
    if !model.questions.is_empty() {
        lines += &heading("Questions", "");
    }
    for question in &model.questions {
        let says = if question.says.is_empty() { String::new() } else { format!(". {}", question.says) };
        lines += &wrap(&format!("{}: {}{says}", question.name, question.text), 2, 4);
    }
    lines
}

fn closing(model: &Model) -> String {
    let mut lines = String::new();
    if !model.variants.is_empty() {
        lines += &heading("Variants", "run one with --variant NAME");
        for variant in &model.variants {
            let says = if variant.says.is_empty() { String::new() } else { format!(": {}", variant.says) };
            lines += &wrap(&format!("{}{says}", variant.name), 2, 4);
        }
    }
    if !model.omitted.is_empty() {
        lines += &heading("Left out on purpose", "");
        lines += &wrap(&listed(&model.omitted, MOST.max(model.omitted.len())), 2, 2);
    }
    lines + "\n" + &field("more", "simulate explain FILE RULE says all about one rule")
}
