//! Rules that do not say why, and numbers that do not say what they rest on.
//!
//! Does not judge what is said.

use std::collections::{BTreeMap, BTreeSet};

use super::{Subject, listed};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::Rule;
use crate::scenario::document::{Because, BranchText, Entry, ParameterText, RuleText};

/// One warning for all rules without `because`, one for all numbers without a kind of evidence.
pub(super) fn missing(subject: &Subject<'_>, found: &mut Diagnostics) {
    let document = subject.document;
    let rules: BTreeMap<Span, &Rule> = subject.model.rules.iter().rev().map(|rule| (rule.span, rule)).collect();
    let merged = |span: Span| rules.get(&span).and_then(|rule| rule.because.as_ref());
    let mut silent: Vec<(&str, Span)> = Vec::new();
    let mut unfounded: Vec<(&str, Span)> = Vec::new();
    for entry in &document.rules {
        let named = (entry.key.value.as_str(), entry.key.span);
        match merged(entry.key.span) {
            None => silent.push(named),
            Some(because) if because.kind.is_none() && entry.value.as_ref().is_some_and(holds_numbers) => {
                unfounded.push(named);
            }
            Some(_) => {}
        }
    }
    unfounded
        .extend(document.parameters.iter().filter(|p| is_unfounded(p)).map(|p| (p.key.value.as_str(), p.key.span)));
    let mut seen = BTreeSet::new();
    unfounded.retain(|(_, span)| seen.insert(*span));
    if let Some(warning) = no_because(&silent) {
        found.push(warning);
    }
    if let Some(warning) = no_evidence(&unfounded) {
        found.push(warning);
    }
}

/// The rule has numbers that somebody must have taken from somewhere.
fn holds_numbers(rule: &RuleText) -> bool {
    let branch =
        |entry: &Entry<BranchText>| entry.value.as_ref().is_some_and(|b| b.weight.is_some() || b.odds.is_some());
    rule.pressure.is_some()
        || rule.chance.is_some()
        || !rule.factors.is_empty()
        || rule.choose.iter().flat_map(|c| &c.value).any(branch)
}

/// A number with a value and no word on what it rests on.
fn is_unfounded(entry: &Entry<ParameterText>) -> bool {
    let Some(parameter) = &entry.value else { return false };
    let kind = |because: &Because| because.kind.is_some();
    parameter.one_of.is_none() && parameter.value.is_some() && !parameter.because.as_ref().is_some_and(kind)
}

fn no_because(rules: &[(&str, Span)]) -> Option<Diagnostic> {
    let (first, rest) = rules.split_first()?;
    let message = if rest.is_empty() {
        format!("the rule `{}` does not say why anybody should believe it", first.0)
    } else {
        format!(
            "{} rules do not say why anybody should believe them: {}",
            rules.len(),
            listed(rules.iter().map(|r| r.0))
        )
    };
    Some(Diagnostic::warning("no-because", message, first.1).help(
        "add `because: (source: …, claims: […], kind: assumed, confidence: low)`, or one for all under `defaults`",
    ))
}

fn no_evidence(named: &[(&str, Span)]) -> Option<Diagnostic> {
    let (first, rest) = named.split_first()?;
    let message = if rest.is_empty() {
        format!("the numbers of `{}` do not say what they rest on", first.0)
    } else {
        format!("the numbers of {} do not say what they rest on", listed(named.iter().map(|n| n.0)))
    };
    Some(
        Diagnostic::warning("no-evidence", message, first.1).help(
            "add `because: (kind: assumed)`; the kinds are `data`, `published`, `elicited`, `assumed`, `article`",
        ),
    )
}
