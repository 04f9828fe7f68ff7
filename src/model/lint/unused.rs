//! Parameters and lets without effect; and which rules a parameter can switch on and off.
//!
//! Looks at the text, since the compiled model has put the values of parameters in their places.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::reach::Switch;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::scenario::document::{Cases, Document, ProbabilityText, RateText, RuleText};
use crate::scenario::expression::{EffectKind, Expr};

/// Warns of every parameter and let that nothing in effect names.
pub(super) fn names(subject: &Subject<'_>, found: &mut Diagnostics) {
    let used = with_lets(roots(&subject.expanded), &lets(subject.document));
    let mut mentioned = used.clone();
    for entry in &subject.document.lets {
        entry.value.iter().for_each(|expr| expr.each_name(&mut |name| _ = mentioned.insert(name.to_owned())));
    }
    let parameters = subject.document.parameters.iter().map(|entry| (&entry.key, "parameter", "unused-parameter"));
    let lets = subject.document.lets.iter().map(|entry| (&entry.key, "name", "unused-let"));
    for (key, kind, code) in parameters.chain(lets) {
        if used.contains(&key.value) {
            continue;
        }
        let why = if mentioned.contains(&key.value) { "only names without effect use it" } else { "nothing uses it" };
        found.push(
            Diagnostic::warning(code, format!("the {kind} `{}` has no effect: {why}", key.value), key.span)
                .help("use it in a condition or a number, or take it out"),
        );
    }
}

/// By rule of the model: where it names a parameter, so that another value of it may give the rule a life that it
/// does not have in this run.
pub(super) fn switches(model: &Model, document: &Document, expanded: &Document) -> Vec<Switch> {
    let parameters: BTreeSet<&str> = document.parameters.iter().map(|entry| entry.key.value.as_str()).collect();
    let lets = lets(document);
    let any = |names: BTreeSet<String>| with_lets(names, &lets).iter().any(|n| parameters.contains(n.as_str()));
    let switch = |rule: &RuleText| {
        let (mut guard, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        rule.when.iter().for_each(|expr| expr.each_name(&mut |name| _ = guard.insert(name.to_owned())));
        of_numbers(rule, &mut |name| _ = numbers.insert(name.to_owned()));
        Switch { guard: any(guard), numbers: any(numbers) }
    };
    let rule = |index: usize| expanded.rules.get(index).and_then(|entry| entry.value.as_ref());
    (0..model.rules.len()).map(|index| rule(index).map_or_else(Switch::default, switch)).collect()
}

/// What each let names.
type Lets<'a> = BTreeMap<&'a str, &'a Expr>;

fn lets(document: &Document) -> Lets<'_> {
    document.lets.iter().filter_map(|entry| Some((entry.key.value.as_str(), entry.value.as_ref()?))).collect()
}

/// `names`, and what the lets among them name in turn.
fn with_lets(names: BTreeSet<String>, lets: &Lets<'_>) -> BTreeSet<String> {
    let mut queue: Vec<String> = names.iter().cloned().collect();
    let mut all = names;
    while let Some(name) = queue.pop() {
        let Some(expr) = lets.get(name.as_str()) else { continue };
        expr.each_name(&mut |inner| {
            if all.insert(inner.to_owned()) {
                queue.push(inner.to_owned());
            }
        });
    }
    all
}

/// Everything that rules, outcomes, questions and `stop_when` name.
fn roots(expanded: &Document) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut see = |name: &str| _ = names.insert(name.to_owned());
    expanded.rules.iter().filter_map(|entry| entry.value.as_ref()).for_each(|rule| of_rule(rule, &mut see));
    let groups = expanded.events.iter().filter_map(|entry| entry.value.as_ref());
    groups.flat_map(|list| &list.value).for_each(|event| event.each_name(&mut see));
    expanded.outcomes.iter().filter_map(|o| o.when.as_ref()).for_each(|q| q.each_name(&mut see));
    let questions = expanded.questions.iter().filter_map(|entry| entry.value.as_ref());
    questions.filter_map(|q| q.ask.as_ref()).for_each(|q| q.each_name(&mut see));
    expanded.stop_when.iter().for_each(|expr| expr.each_name(&mut see));
    names
}

fn of_rule(rule: &RuleText, see: &mut impl FnMut(&str)) {
    rule.when.iter().for_each(|expr| expr.each_name(see));
    rule.on.iter().flat_map(|on| &on.value).for_each(|event| event.each_name(see));
    of_numbers(rule, see);
}

fn of_numbers(rule: &RuleText, see: &mut impl FnMut(&str)) {
    of_cases(rule.pressure.as_ref(), see, |rate, see| match rate {
        RateText::Per(count, _) => count.each_name(see),
        RateText::Within(p, _) => of_probability(p, see),
        RateText::Parameter(name) => see(name),
    });
    of_cases(rule.chance.as_ref(), see, of_probability);
    for factor in &rule.factors {
        factor.when.iter().for_each(|expr| expr.each_name(see));
        of_cases(factor.rate_times.as_ref(), see, Expr::each_name);
        of_cases(factor.odds_times.as_ref(), see, Expr::each_name);
    }
    let branches = rule.choose.iter().flat_map(|choose| &choose.value).filter_map(|entry| entry.value.as_ref());
    for branch in branches.clone() {
        branch.when.iter().for_each(|expr| expr.each_name(see));
        of_cases(branch.weight.as_ref(), see, of_probability);
        of_cases(branch.odds.as_ref(), see, Expr::each_name);
    }
    let effects = rule.then.iter().chain(branches.filter_map(|branch| branch.then.as_ref()));
    for effect in effects.flat_map(|list| &list.value) {
        if let EffectKind::Set(_, expr) | EffectKind::Increase(_, expr) | EffectKind::Decrease(_, expr) = &effect.kind {
            expr.each_name(see);
        }
    }
}

fn of_cases<T, S: FnMut(&str)>(cases: Option<&Cases<T>>, see: &mut S, value: impl Fn(&T, &mut S)) {
    for case in cases.iter().flat_map(|cases| &cases.cases) {
        case.when.iter().for_each(|expr| expr.each_name(see));
        value(&case.is.value, see);
    }
}

fn of_probability(text: &ProbabilityText, see: &mut impl FnMut(&str)) {
    if let ProbabilityText::Formula(expr) = text {
        expr.each_name(see);
    }
}
