//! Rules that can never fire.
//!
//! Does not report a rule that only a parameter or an override keeps from firing.

use std::collections::BTreeMap;

use super::Subject;
use super::reach::Reason;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::RuleId;

/// One warning for each rule of the file and reason.
pub(super) fn rules(subject: &Subject<'_>, found: &mut Diagnostics) {
    let mut dead: BTreeMap<(Span, Reason), Vec<usize>> = BTreeMap::new();
    for (index, rule) in subject.model.rules.iter().enumerate() {
        let id = RuleId(index as u32);
        if subject.reach.fires(id) || !subject.written(index) {
            continue;
        }
        if let Some(reason) = subject.reach.reason(subject.model, id) {
            dead.entry((rule.span, reason)).or_default().push(index);
        }
    }
    for ((span, reason), rules) in dead {
        found.push(warning(subject, span, reason, &rules));
    }
}

fn warning(subject: &Subject<'_>, span: Span, reason: Reason, rules: &[usize]) -> Diagnostic {
    let names = subject.called(span, rules);
    let many = names.contains(", ") || names.contains(" and ");
    let can =
        if many { format!("the rules {names} can never fire") } else { format!("the rule {names} can never fire") };
    let text = subject.text(rules[0]);
    let field = |expr: Option<Span>, what: &str, diagnostic: Diagnostic| match expr {
        Some(span) => diagnostic.related(span, what),
        None => diagnostic,
    };
    let warning = Diagnostic::warning("never-fires", can, span);
    match reason {
        Reason::Untriggered => {
            let on = text.and_then(|t| t.on.as_ref()).map(|on| on.span);
            field(on, "nothing in the scenario ever raises any of these", warning)
                .help("let another rule raise or emit one of them, or take the rule out")
        }
        Reason::Guard => {
            let when = text.and_then(|t| t.when.as_ref()).map(|when| when.span);
            field(when, "no values that its variables can take make this true", warning)
                .help("look for a value that no rule sets, or for two conditions that exclude each other")
        }
        Reason::Unlikely => {
            let number = text.and_then(|t| t.pressure.as_ref().map(|p| p.span).or(t.chance.as_ref().map(|c| c.span)));
            field(number, "this is 0 wherever the guard holds", warning)
                .help("give it more than 0, or take the rule out")
        }
    }
}
