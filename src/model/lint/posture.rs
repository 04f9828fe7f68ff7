//! Values of postures that nothing reaches.
//!
//! Values of a named ladder count as reached if any posture of that ladder reaches them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Subject, listed};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::{VariableId, VariableKind};
use crate::scenario::document::{LadderText, PostureText};

/// One warning for each posture of the file.
pub(super) fn values(subject: &Subject<'_>, found: &mut Diagnostics) {
    let on_ladders = reached_on_ladders(subject);
    let mut missing: BTreeMap<Span, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (index, variable) in subject.model.variables.iter().enumerate() {
        let VariableKind::Posture { values, .. } = &variable.kind else { continue };
        let reached = subject.reach.of_variable(VariableId(index as u32));
        let ladder = posture(subject, &variable.name).and_then(ladder_name);
        let elsewhere = ladder.and_then(|name| on_ladders.get(name));
        for (value, name) in values.iter().enumerate() {
            let value = value as i32;
            if !reached.contains(&value) && !elsewhere.is_some_and(|values| values.contains(&value)) {
                missing.entry(variable.span).or_default().entry(variable.name.clone()).or_default().push(name.clone());
            }
        }
    }
    for (span, postures) in missing {
        found.push(warning(span, &postures));
    }
}

/// The text of a posture of the expanded document.
fn posture<'a>(subject: &'a Subject<'_>, name: &str) -> Option<&'a PostureText> {
    let (actor, posture) = name.split_once('.')?;
    let actor = subject.expanded.actors.iter().find(|entry| entry.key.value == actor)?.value.as_ref()?;
    actor.postures.iter().find(|entry| entry.key.value == posture)?.value.as_ref()
}

fn ladder_name(text: &PostureText) -> Option<&str> {
    match &text.ladder.as_ref()?.value {
        LadderText::Named(name) => Some(name),
        LadderText::Values(_) => None,
    }
}

fn reached_on_ladders<'a>(subject: &'a Subject<'_>) -> BTreeMap<&'a str, BTreeSet<i32>> {
    let mut reached: BTreeMap<&str, BTreeSet<i32>> = BTreeMap::new();
    for (index, variable) in subject.model.variables.iter().enumerate() {
        if let Some(ladder) = posture(subject, &variable.name).and_then(ladder_name) {
            reached.entry(ladder).or_default().extend(subject.reach.of_variable(VariableId(index as u32)));
        }
    }
    reached
}

fn warning(span: Span, postures: &BTreeMap<String, Vec<String>>) -> Diagnostic {
    let (first, values) = postures.iter().next().expect("there is one, or there would be no entry");
    let (values, is) = (listed(values.iter().map(String::as_str)), if values.len() == 1 { "value" } else { "values" });
    let message = format!("nothing ever brings `{first}` to the {is} {values}");
    let mut warning = Diagnostic::warning("unreached-value", message, span);
    if postures.len() > 1 {
        let others = listed(postures.keys().skip(1).map(String::as_str));
        warning = warning.help(format!("values of {others} are not reached either"));
    }
    warning.help("write a rule that sets it, or take the value out; a value that is only passed over may stay")
}
