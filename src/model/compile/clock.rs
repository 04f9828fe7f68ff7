//! The four clocks of rules: which one a rule has, which fields go with it, and when it then fires (SEMANTICS 4).
//!
//! Does not know what a firing does.

use std::sync::Arc;

use super::calendar;
use super::cases::{self, Multiplier};
use super::delay::Delays;
use super::event;
use super::interval::Interval;
use super::names::Context;
use super::parameter::Rates;
use super::typing::tabulate_number;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, Spanned};
use crate::model::formula::Number;
use crate::model::table::DelayTable;
use crate::model::{Clock, EventId, HIGHEST_HAZARD, Step};
use crate::scenario::document::{Again, Case, Document, IfLapsed, ProbabilityText, RuleText};
use crate::scenario::expression::{Expr, ExprKind};
use crate::scenario::quantity::{Likelihood, Moment};

/// Which clock a rule has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `pressure`
    Pressure,
    /// `on`
    Response,
    /// `at`
    Dated,
    /// `every`
    Recurring,
}

impl Kind {
    fn named(self) -> &'static str {
        match self {
            Self::Pressure => "a pressure",
            Self::Response => "a response",
            Self::Dated => "a dated rule",
            Self::Recurring => "a recurring rule",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Pressure => "pressure",
            Self::Response => "on",
            Self::Dated => "at",
            Self::Recurring => "every",
        }
    }
}

/// What the clocks of all rules share.
pub struct Clockwork<'a> {
    /// The file, templates written out.
    pub document: &'a Document,
    /// Parameters that are rates.
    pub rates: &'a Rates,
    /// Delays so far.
    pub delays: Delays,
    /// Responses so far.
    pub responses: usize,
}

/// The clock of a rule; `None` if it has not exactly one, which is reported (unless a mistake within `extent`,
/// its stretch of the text, explains it).
pub fn kind(
    key: &Spanned<String>,
    rule: &RuleText,
    extent: Span,
    document: &Document,
    diagnostics: &mut Diagnostics,
) -> Option<Kind> {
    let clocks = [
        ("pressure", rule.pressure.as_ref().map(|p| p.span), Kind::Pressure),
        ("on", rule.on.as_ref().map(|on| on.span), Kind::Response),
        ("at", rule.at.as_ref().map(|at| at.span), Kind::Dated),
        ("every", rule.every.as_ref().map(|every| every.span), Kind::Recurring),
    ];
    let found: Vec<(&str, Span, Kind)> =
        clocks.into_iter().filter_map(|(name, span, kind)| Some((name, span?, kind))).collect();
    match found.as_slice() {
        [(_, _, kind)] => Some(*kind),
        [] => {
            if !document.holed(extent) {
                let what = format!("the rule `{}` does not say when it fires", key.value);
                diagnostics.push(
                    Diagnostic::error("no-clock", what, key.span)
                        .help("`pressure: \"2.5 per 30d\"` lets it fire at any time, `on: [other_rule]` after another rule")
                        .help("`at: \"2024-03-08\"` on a date, `every: \"7d\"` again and again; a rule has one of the four"),
                );
            }
            None
        }
        [(first, first_span, _), (second, span, _), ..] => {
            let what = format!("the rule `{}` has both `{first}` and `{second}`", key.value);
            diagnostics.push(
                Diagnostic::error("two-clocks", what, *span)
                    .related(*first_span, format!("`{first}` is here"))
                    .help("a rule has one of `pressure`, `on`, `at` and `every`; make two rules of it"),
            );
            None
        }
    }
}

/// How something that may or may not happen is written without `chance`: with the rule's own chance and effects.
fn maybe(rule: &RuleText) -> String {
    let chance = match rule.chance.as_ref().map(|chance| chance.cases.as_slice()) {
        Some([Case { when: None, is }]) => match &is.value {
            ProbabilityText::Given(Likelihood::Number(p)) => format!("{}", p.value()),
            ProbabilityText::Given(Likelihood::Judged { word: Some(word), .. }) => format!("\"{word}\""),
            ProbabilityText::Given(Likelihood::Judged { low, high, .. }) => {
                format!("\"about {} to {}\"", low.value(), high.value())
            }
            ProbabilityText::Formula(Expr { kind: ExprKind::Name(name), .. }) => name.clone(),
            ProbabilityText::Formula(expr) => format!("\"{expr}\""),
        },
        _ => "\"30%\"".to_owned(),
    };
    let effects = rule.then.iter().flat_map(|then| &then.value).map(|effect| format!("\"{effect}\""));
    let effects: Vec<String> = effects.collect();
    let list = effects.join(", ");
    let list = if list.chars().count() <= 60 && !list.is_empty() { list } else { "…".to_owned() };
    let instead = if rule.then.is_some() { "instead of `then`" } else { "for something that may or may not happen" };
    format!("{instead} write branches: `choose: {{yes: (weight: {chance}, then: [{list}]), otherwise: ()}}`")
}

/// Reports the fields that do not go with the clock of the rule.
pub fn misplaced(kind: Kind, rule: &RuleText, diagnostics: &mut Diagnostics) {
    use Kind::{Dated, Pressure, Recurring, Response};
    let branches = &maybe(rule);
    let fields: [(&str, Option<Span>, &[Kind], &str); 7] = [
        (
            "chance",
            rule.chance.as_ref().map(|c| c.span),
            &[Response],
            match kind {
                Pressure => "a pressure has a rate instead: `pressure: \"30% within 14d\"` is a chance over a time",
                _ => branches,
            },
        ),
        (
            "after",
            rule.after.as_ref().map(|a| a.span),
            &[Response],
            match kind {
                Pressure => "what comes later is a rule of its own: `on: [this_rule], after: \"3d\"`",
                _ => "change the date, or make what comes later a rule of its own: `on: [this_rule], after: \"3d\"`",
            },
        ),
        ("if_lapsed", rule.if_lapsed.as_ref().map(|l| l.span), &[Response], "nothing of this rule is ever pending"),
        ("again", rule.again.as_ref().map(|a| a.span), &[Response], "nothing of this rule is ever pending"),
        (
            "from",
            rule.from.as_ref().map(|f| f.span),
            &[Recurring],
            "`from` says when a rule with `every` begins; a condition on time is `when: \"during(2024-03-04..2024-03-14)\"`",
        ),
        (
            "factors",
            rule.factors.first().map(|first| rule.factors.iter().fold(first.span, |all, factor| all.to(factor.span))),
            &[Pressure, Response],
            branches,
        ),
        (
            "priority",
            rule.priority.as_ref().map(|p| p.span),
            &[Response, Dated, Recurring],
            "a pressure acts at a time of its own, so there is nothing that it could come before or after",
        ),
    ];
    for (name, span, with, help) in fields {
        let Some(span) = span.filter(|_| !with.contains(&kind)) else { continue };
        let belongs: Vec<String> = with.iter().map(|kind| format!("{} (`{}`)", kind.named(), kind.field())).collect();
        let mistake = Diagnostic::error("wrong-clock", format!("`{name}` on {}", kind.named()), span);
        diagnostics.push(mistake.help(format!("`{name}` belongs to {}", belongs.join(", "))).help(help));
    }
}

/// The compiled clock of a rule of this kind, and what triggers it. `extent` is the rule's stretch of the text.
pub fn clock(
    kind: Kind,
    rule: &RuleText,
    extent: Span,
    work: &mut Clockwork<'_>,
    context: &mut Context<'_>,
) -> Option<(Clock, Vec<EventId>)> {
    match kind {
        Kind::Pressure => pressure(rule, work, context).map(|clock| (clock, Vec::new())),
        Kind::Response => response(rule, extent, work, context),
        Kind::Dated => dated(rule, context).map(|clock| (clock, Vec::new())),
        Kind::Recurring => recurring(rule, context).map(|clock| (clock, Vec::new())),
    }
}

fn pressure(rule: &RuleText, work: &Clockwork<'_>, context: &mut Context<'_>) -> Option<Clock> {
    let text = rule.pressure.as_ref()?;
    let rate = cases::rate(text, work.rates, work.document, context);
    let factor = cases::factors(&rule.factors, Multiplier::Rate, work.document, context);
    let (hazard, range) = cases::times_rate(rate?, factor?, text.span, context)?;
    let hazard = tabulate_number(hazard, context);
    let highest = hazard.table().map_or(range.high, |table| table.iter().copied().fold(0.0, f64::max));
    if highest >= HIGHEST_HAZARD {
        // As powers of ten where there are more digits than anybody reads.
        let told = if highest < 1e9 { highest.to_string() } else { format!("{highest:e}") };
        let what = format!("a rate that can be {told} a day");
        context.diagnostics.push(
            Diagnostic::error("rate-too-high", what, text.span)
                .help(format!("rates must stay below {HIGHEST_HAZARD} a day, about one in five seconds"))
                .help("what follows at once is a response without `after`"),
        );
        return None;
    }
    Some(Clock::Pressure { hazard, highest })
}

fn response(
    rule: &RuleText,
    extent: Span,
    work: &mut Clockwork<'_>,
    context: &mut Context<'_>,
) -> Option<(Clock, Vec<EventId>)> {
    let slot = work.responses;
    work.responses += 1;
    let on = rule.on.as_ref()?;
    if on.value.is_empty() && !work.document.holed(on.span) {
        let mistake = Diagnostic::error("no-trigger", "a response that nothing triggers", on.span);
        context.diagnostics.push(mistake.help(
            "name the rules or events that it follows: `on: [missile_test]`; `start` is the beginning of the run",
        ));
    }
    let triggers: Vec<Option<EventId>> = on.value.iter().map(|event| event::event(event, context)).collect();
    let timing = timing(rule, work, context);
    let chance = rule.chance.as_ref().map(|text| cases::chance(text, work.document, context));
    let factor = cases::factors(&rule.factors, Multiplier::Odds, work.document, context);
    let (delay, by_table) = timing?;
    if let (Some(_), Some(text), Some(after)) = (by_table, &rule.chance, &rule.after) {
        context.diagnostics.push(
            Diagnostic::error(
                "two-chances",
                "both `chance` and the last value of the delay table give a chance",
                text.span,
            )
            .related(after.span, "the table is here, and its last value is the chance")
            .help("leave `chance` out, or give the delay as `\"3d\"`, `\"1d to 7d\"` or `\"typically 3d to 10d\"`"),
        );
        return None;
    }
    // A chance that could not be read is not the same as none.
    if rule.chance.is_none() && by_table.is_none() && !rule.factors.is_empty() && work.document.holed(extent) {
        return None;
    }
    let certain = by_table.unwrap_or(1.0);
    let base = chance.unwrap_or_else(|| Some((Number::Constant(certain), Interval::point(certain))));
    let place = rule.factors.first().map_or(on.span, |factor| factor.span);
    let (base, factor) = (base?, factor?);
    let chance = if rule.factors.is_empty() { base } else { cases::times_odds(base, factor, place, context)? };
    let mut triggers: Vec<EventId> = triggers.into_iter().collect::<Option<_>>()?;
    triggers.sort_unstable();
    triggers.dedup();
    let keep = matches!(rule.if_lapsed, Some(Spanned { value: IfLapsed::Keep, .. }));
    let restart = matches!(rule.again, Some(Spanned { value: Again::Restart, .. }));
    let chance = tabulate_number(chance.0, context);
    Some((Clock::Response { slot, chance, delay, keep, restart }, triggers))
}

/// The delay, and the chance that it gives if it is a table.
fn timing(
    rule: &RuleText,
    work: &mut Clockwork<'_>,
    context: &mut Context<'_>,
) -> Option<(Arc<DelayTable>, Option<f64>)> {
    let Some(after) = &rule.after else { return Some((Arc::new(DelayTable::fixed(0)), None)) };
    let calendar = context.scope.calendar.as_ref()?;
    let timed = work.delays.compile(&after.value, after.span, calendar, context.diagnostics)?;
    Some((timed.table, timed.chance))
}

fn dated(rule: &RuleText, context: &mut Context<'_>) -> Option<Clock> {
    let at = rule.at.as_ref()?;
    if at.value.is_empty() {
        let mistake = Diagnostic::error("no-date", "an empty list of dates", at.span);
        context.diagnostics.push(mistake.help("give a date: `at: \"2024-03-08\"`"));
        return None;
    }
    let calendar = context.scope.calendar.as_ref()?;
    let place =
        |text: &Spanned<Moment>| calendar::boundary(text.value, "this date", text.span, calendar, context.diagnostics);
    let steps: Vec<Option<Step>> = at.value.iter().map(place).collect();
    for (index, step) in steps.iter().enumerate().filter(|(_, step)| step.is_some()) {
        if let Some(first) = steps[..index].iter().position(|earlier| earlier == step) {
            context.diagnostics.push(
                Diagnostic::error("same-date", "the same date twice", at.value[index].span)
                    .related(at.value[first].span, "it is here already")
                    .help("a rule fires once at a date; leave one out"),
            );
            return None;
        }
    }
    let mut steps: Vec<Step> = steps.into_iter().collect::<Option<_>>()?;
    steps.sort_unstable();
    Some(Clock::Dated(steps))
}

fn recurring(rule: &RuleText, context: &mut Context<'_>) -> Option<Clock> {
    let every = rule.every.as_ref()?;
    let calendar = context.scope.calendar.as_ref()?;
    let period = calendar::steps(every.value, "`every`", every.span, calendar, context.diagnostics);
    let from = rule
        .from
        .as_ref()
        .map(|from| calendar::boundary(from.value, "`from`", from.span, calendar, context.diagnostics));
    // One that is longer than the run never comes round.
    let every = period?.min(calendar.steps);
    Some(Clock::Recurring { from: from.unwrap_or(Some(every))?, every })
}
