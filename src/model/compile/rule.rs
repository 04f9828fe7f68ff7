//! Rules: guard, clock, branches, limits and provenance put together (SEMANTICS 4).
//!
//! Does not know templates: it sees one instance at a time.

use super::because;
use super::branch;
use super::calendar;
use super::clock::{self, Clockwork, Kind};
use super::names::Context;
use super::typing::{condition, tabulate_condition};
use crate::diagnostic::{Diagnostic, Span, Spanned};
use crate::model::formula::Condition;
use crate::model::{EventId, Rule, RuleId, Step};
use crate::scenario::document::{DefaultsText, Entry, RuleText};

/// Priorities go from minus this to this.
const PRIORITY_LIMIT: i64 = 1_000_000;

/// What all rules of a file share while they are compiled.
pub struct Workshop<'a> {
    /// Of the clocks.
    pub clocks: Clockwork<'a>,
    /// Rules with a cooldown so far.
    pub cooldowns: usize,
    /// Rules with `at_most` so far.
    pub limits: usize,
}

/// A compiled rule, and what of it is needed until all are.
#[derive(Debug)]
pub struct Compiled {
    /// The rule.
    pub rule: Rule,
    /// The events that trigger it, if it is a response.
    pub triggers: Vec<EventId>,
    /// Its guard as a tree.
    pub guard: Condition,
}

/// Compiles one rule instance; `None` if it held a mistake. `extent` is its stretch of the text.
pub fn rule(
    id: RuleId,
    entry: &Entry<RuleText>,
    extent: Span,
    work: &mut Workshop<'_>,
    context: &mut Context<'_>,
) -> Option<Compiled> {
    let text = entry.value.as_ref()?;
    let document = work.clocks.document;
    let guard = text.when.as_ref().map_or(Some(Condition::Constant(true)), |when| condition(when, context));
    let kind = clock::kind(&entry.key, text, extent, document, context.diagnostics);
    let clock = kind.and_then(|kind| {
        clock::misplaced(kind, text, context.diagnostics);
        clock::clock(kind, text, extent, &mut work.clocks, context)
    });
    let branches = branch::branches(id, text, document, context);
    let at_most = at_most(text, work, context);
    let cooldown = cooldown(text, work, context);
    let priority = priority(text, kind, document.defaults.as_ref(), context);
    let event = context.demand.rule_event(id);
    let because = because::merged(
        text.because.as_ref(),
        document.defaults.as_ref().and_then(|defaults| defaults.because.as_ref()),
    );
    let (clock, triggers) = clock?;
    let guard = guard?;
    let rule = Rule {
        id: entry.key.value.clone(),
        says: text.says.as_ref().map(|s| s.value.clone()).unwrap_or_default(),
        event,
        guard: tabulate_condition(guard.clone(), context),
        clock,
        branches: branches?,
        nothing: branch::nothing(event, context),
        at_most: at_most?,
        cooldown: cooldown?,
        priority: priority?,
        forbidden: false,
        milestone: text.milestone.as_ref().is_some_and(|m| m.value),
        cameo: text.cameo.as_ref().map(|c| c.value.clone()),
        evidence: because.as_ref().and_then(|b| b.kind.as_ref()).map(|kind| kind.value),
        confidence: because.as_ref().and_then(|b| b.confidence.as_ref()).map(|confidence| confidence.value),
        because,
        span: entry.key.span,
    };
    Some(Compiled { rule, triggers, guard })
}

/// `Some(None)`: there is no limit. `None`: a mistake.
fn at_most(text: &RuleText, work: &mut Workshop<'_>, context: &mut Context<'_>) -> Option<Option<(usize, u32)>> {
    let Some(most) = &text.at_most else { return Some(None) };
    let slot = work.limits;
    work.limits += 1;
    let Some(number) = u32::try_from(most.value).ok().filter(|most| *most > 0) else {
        let mistake = Diagnostic::error("at-most", format!("`at_most` of {}", most.value), most.span);
        context.diagnostics.push(if most.value == 0 {
            mistake.help("such a rule never fires: leave it out, or run with `--forbid` to try what is then")
        } else {
            mistake.help(format!("it must be from 1 to {}; leave it out for no limit", u32::MAX))
        });
        return None;
    };
    Some(Some((slot, number)))
}

fn cooldown(text: &RuleText, work: &mut Workshop<'_>, context: &mut Context<'_>) -> Option<Option<(usize, Step)>> {
    let Some(cooldown) = &text.cooldown else { return Some(None) };
    let slot = work.cooldowns;
    work.cooldowns += 1;
    let calendar = context.scope.calendar.as_ref()?;
    let steps = calendar::steps(cooldown.value, "`cooldown`", cooldown.span, calendar, context.diagnostics)?;
    Some(Some((slot, steps)))
}

fn priority(
    text: &RuleText,
    kind: Option<Kind>,
    defaults: Option<&DefaultsText>,
    context: &mut Context<'_>,
) -> Option<i64> {
    let own: Option<&Spanned<i64>> = text.priority.as_ref();
    let shared = defaults.and_then(|defaults| defaults.priority.as_ref()).filter(|_| kind != Some(Kind::Pressure));
    let Some(priority) = own.or(shared) else { return Some(0) };
    if priority.value.abs() <= PRIORITY_LIMIT {
        return Some(priority.value);
    }
    let mistake = Diagnostic::error("priority", format!("a priority of {}", priority.value), priority.span);
    context.diagnostics.push(
        mistake.help(format!("priorities go from -{PRIORITY_LIMIT} to {PRIORITY_LIMIT}; only their order counts")),
    );
    None
}
