//! Effects: what a rule writes, with the types of both sides checked.
//!
//! Does not know when an effect applies.

use super::compare::refuse_strangers;
use super::event::unordered;
use super::fold::negative;
use super::interval::Interval;
use super::names::{Context, Due, Meaning, Value, listed};
use super::typing::{condition, number, tabulate_number};
use crate::diagnostic::{Diagnostic, Span};
use crate::model::formula::{Condition, Number, Slot, Tabulated};
use crate::model::{Effect, EventId};
use crate::scenario::expression::{ArithmeticOp, EffectExpr, EffectKind, Expr, ExprKind, PostureRef, Target};

/// What an effect does: a change of the state, or an event.
#[derive(Debug, Clone)]
pub enum Change {
    /// A variable changes.
    Effect(Effect),
    /// `emit name`
    Emit(EventId),
}

/// The change that `effect` says; `None` if it held a mistake, which has been reported.
pub fn effect(effect: &EffectExpr, context: &mut Context<'_>) -> Option<Change> {
    match &effect.kind {
        EffectKind::Emit(name, _) => match context.scope.meaning(name) {
            Some(Meaning::Emitted) => Some(Change::Emit(context.demand.event(name))),
            // Its name is that of something else, which has been reported.
            _ => None,
        },
        EffectKind::Up(posture, rungs) => climb(posture, i64::from(*rungs), context),
        EffectKind::Down(posture, rungs) => climb(posture, -i64::from(*rungs), context),
        EffectKind::Set(Target::Posture(posture), value) => set_posture(posture, value, effect.span, context),
        EffectKind::Set(Target::Name(name, span), value) => set_named(name, *span, value, context),
        EffectKind::Increase(target, by) => add(target, by, true, context),
        EffectKind::Decrease(target, by) => add(target, by, false, context),
    }
}

fn climb(posture: &PostureRef, rungs: i64, context: &mut Context<'_>) -> Option<Change> {
    let id = context.scope.posture(posture, context.diagnostics)?;
    if !context.scope.is_ordered(id) {
        let word = if rungs > 0 { "`up`" } else { "`down`" };
        let mistake = unordered(id, word, posture.span, context.scope);
        let other = context.scope.value_after_start(id);
        context.diagnostics.push(mistake.help(format!("or say which value: `{posture} = {other}`")));
        return None;
    }
    Some(Change::Effect(Effect::Add(id, Tabulated::constant(rungs as f64))))
}

fn set_posture(posture: &PostureRef, value: &Expr, span: Span, context: &mut Context<'_>) -> Option<Change> {
    let id = context.scope.posture(posture, context.diagnostics)?;
    let wanted = match &value.kind {
        ExprKind::Name(name) => {
            let at = context.scope.value_of(id, name, value.span, context.diagnostics)?;
            Tabulated::constant(f64::from(at))
        }
        ExprKind::Posture(other) => {
            let from = context.scope.posture(other, context.diagnostics)?;
            let left = Expr { kind: ExprKind::Posture(posture.clone()), span };
            refuse_strangers(id, from, &left, value, context)?;
            tabulate_number(Number::Read(Slot::Variable(from)), context)
        }
        _ => {
            let values = context.scope.values(id);
            let found = format!("`{value}` is no value of `{posture}`");
            let mistake = Diagnostic::error("type-mismatch", found, value.span)
                .help(format!("its values are {}", listed(values.iter().map(String::as_str))));
            context.diagnostics.push(if context.scope.is_ordered(id) {
                mistake.help(format!("to move along the ladder, write `{posture} up` or `{posture} down 2`"))
            } else {
                mistake
            });
            return None;
        }
    };
    Some(Change::Effect(Effect::Set(id, wanted)))
}

fn set_named(name: &str, span: Span, value: &Expr, context: &mut Context<'_>) -> Option<Change> {
    match context.scope.meaning(name) {
        Some(Meaning::Flag(id)) => {
            if let ExprKind::Number(x) = value.kind {
                let found = format!("`{name}` is a flag and is given a number");
                context.diagnostics.push(
                    Diagnostic::error("type-mismatch", found, value.span)
                        .help(format!("a flag is true or false: write `{name} = {}`", x > 0.0)),
                );
                return None;
            }
            let truth = condition(value, context)?;
            Some(Change::Effect(Effect::Set(id?, tabulate_number(as_number(truth), context))))
        }
        Some(Meaning::Indicator(id)) => {
            let (number, interval) = amount(value, context)?;
            let variable = context.scope.variable_at(id?);
            let (low, high) = (f64::from(variable.low), f64::from(variable.high));
            if interval.high < low || interval.low > high {
                let found = format!("`{name}` goes from {low} to {high}, and {interval} lies outside");
                context.diagnostics.push(
                    Diagnostic::error("outside-range", found, value.span)
                        .related(variable.span, "declared here")
                        .help(format!("write a number from {low} to {high}, or widen the range")),
                );
                return None;
            }
            Some(Change::Effect(Effect::Set(id?, tabulate_number(number, context))))
        }
        _ => no_target(name, span, context),
    }
}

/// 1 or 0.
fn as_number(truth: Condition) -> Number {
    match truth {
        Condition::Constant(truth) => Number::Constant(f64::from(u8::from(truth))),
        other => Number::HowMany(vec![other]),
    }
}

fn add(target: &Target, by: &Expr, up: bool, context: &mut Context<'_>) -> Option<Change> {
    let (name, span) = match target {
        Target::Name(name, span) => (name, *span),
        Target::Posture(posture) => return no_sum(posture, by, up, context),
    };
    let id = match context.scope.meaning(name) {
        Some(Meaning::Indicator(id)) => id?,
        Some(Meaning::Flag(_)) => {
            context.diagnostics.push(
                Diagnostic::error("type-mismatch", format!("`{name}` is a flag, and nothing can be added to it"), span)
                    .help(format!("write `{name} = true` or `{name} = false`")),
            );
            return None;
        }
        _ => return no_target(name, span, context),
    };
    let signed = amount(by, context)?;
    let (number, _) = if up { signed } else { negative(signed) };
    Some(Change::Effect(Effect::Add(id, tabulate_number(number, context))))
}

fn no_sum(posture: &PostureRef, by: &Expr, up: bool, context: &mut Context<'_>) -> Option<Change> {
    let id = context.scope.posture(posture, context.diagnostics)?;
    let found = format!("`{posture}` is a posture, and numbers cannot be added to it");
    let mistake = Diagnostic::error("type-mismatch", found, posture.span);
    let word = if up { "up" } else { "down" };
    context.diagnostics.push(if context.scope.is_ordered(id) {
        let rungs = if matches!(by.kind, ExprKind::Number(1.0)) { String::new() } else { format!(" {by}") };
        mistake.help(format!("write `{posture} {word}{rungs}`"))
    } else {
        mistake.help(format!("write `{posture} = {}`", context.scope.value_after_start(id)))
    });
    None
}

/// The mistake of writing to something that is no indicator and no flag.
fn no_target(name: &str, span: Span, context: &mut Context<'_>) -> Option<Change> {
    let scope = context.scope;
    let mistake = match scope.meaning(name) {
        None => scope.unknown(name, span, Due::Writable),
        Some(meaning) => {
            let found = format!("`{name}` is {}, and rules cannot change it", meaning.noun());
            let mistake = Diagnostic::error("not-writable", found, span);
            match meaning {
                Meaning::Parameter(index) => match &scope.parameters[index] {
                    Some(Value::Choice { .. }) => {
                        mistake.help("a parameter keeps its value during a run; what changes is a posture")
                    }
                    _ => mistake.help("a parameter keeps its value during a run; what changes is an indicator"),
                },
                Meaning::Let(_) => mistake.help("a let follows from the state: change what it is made of"),
                Meaning::Actor => {
                    let actor = scope.actors.iter().find(|a| a.id == name);
                    let postures = actor.into_iter().flat_map(|a| &a.postures);
                    let postures = postures.map(|id| scope.variable_at(*id).name.as_str());
                    mistake.help(format!("change one of its postures: {}", listed(postures)))
                }
                Meaning::Rule(_) | Meaning::Emitted | Meaning::Group => mistake
                    .help("rules change postures, indicators and flags")
                    .help(format!("to have something follow on it, write a rule with `on: [{name}]`")),
                Meaning::Indicator(_) | Meaning::Flag(_) => unreachable!("these can be written to"),
            }
        }
    };
    context.diagnostics.push(mistake);
    None
}

/// The whole number by which or to which an effect changes an indicator.
fn amount(expr: &Expr, context: &mut Context<'_>) -> Option<(Number, Interval)> {
    if let Some(divided) = division(expr) {
        let found = format!("`{divided}` divides, and effects are made of whole numbers");
        context.diagnostics.push(
            Diagnostic::error("not-whole", found, divided.span)
                .help("write the whole numbers that you mean, one rule or branch for each case")
                .help("or count in smaller units, so that nothing has to be divided"),
        );
        return None;
    }
    let (number, interval) = number(expr, context)?;
    if !interval.whole && !matches!(number, Number::Constant(x) if x.fract() == 0.0) {
        let found = match &number {
            Number::Constant(_) if matches!(expr.kind, ExprKind::Number(_)) => format!("`{expr}` is no whole number"),
            Number::Constant(x) => format!("`{expr}` is {x}, no whole number"),
            _ => format!("`{expr}` need not be a whole number"),
        };
        let found = format!("{found}, and indicators are whole numbers");
        let mistake = Diagnostic::error("not-whole", found, expr.span);
        context.diagnostics.push(match expr.kind {
            ExprKind::Number(x) if x < 1.0 && (x * 100.0).fract() == 0.0 => {
                mistake.help(format!("`{0}%` means {x}: if you mean {0}, write `{0}`", x * 100.0))
            }
            ExprKind::Number(x) => mistake.help(format!("write `{}` or `{}`", x.floor(), x.ceil())),
            _ => mistake.help("count in smaller units: tenths or hundredths, with a range to match"),
        });
        return None;
    }
    if !interval.within(f64::from(i32::MIN), f64::from(i32::MAX)) {
        let found = format!("`{expr}` can be {interval}, beyond what an indicator can hold");
        context.diagnostics.push(
            Diagnostic::error("number-too-large", found, expr.span).help("indicators stay within about 2,000,000,000"),
        );
        return None;
    }
    Some((number, interval))
}

/// A division somewhere in `expr`.
fn division(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Arithmetic(ArithmeticOp::Divide, ..) => Some(expr),
        ExprKind::Arithmetic(_, a, b) => division(a).or_else(|| division(b)),
        ExprKind::Negative(a) => division(a),
        ExprKind::Min(list) | ExprKind::Max(list) => list.iter().find_map(division),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;
    use crate::scenario::expression::parse_effect;

    fn changed(text: &str) -> Result<Change, Vec<String>> {
        let world = World::small().named("crisis", "tension > 80");
        world.ask(|context| effect(&parse_effect(text, 0).expect("it parses"), context))
    }

    fn refused(text: &str) -> String {
        changed(text).expect_err("this is a mistake").join(" & ")
    }

    fn by(text: &str) -> f64 {
        match changed(text) {
            Ok(Change::Effect(Effect::Add(_, n) | Effect::Set(_, n))) => n.as_constant().expect("it is constant"),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn effects_write_what_they_say() {
        for (text, amount) in [
            ("dprk.military = war", 2.0),
            ("dprk.military up", 1.0),
            ("dprk.military down 2", -2.0),
            ("tension += 3", 3.0),
            ("tension -= 2 * boost", -4.0),
            ("tension = 0", 0.0),
            ("surprise = true", 1.0),
        ] {
            assert!((by(text) - amount).abs() < 1e-12, "{text}");
        }
        assert!(
            matches!(changed("surprise = crisis and not surprise"), Ok(Change::Effect(Effect::Set(_, n))) if n.reads.len() == 2)
        );
        assert!(
            matches!(changed("dprk.alert = rok.alert"), Ok(Change::Effect(Effect::Set(_, n))) if n.reads.len() == 1)
        );
        let Ok(Change::Emit(_)) = changed("emit sirens") else { panic!("it is emitted by a rule") };
    }

    #[test]
    fn only_state_can_be_written() {
        assert!(refused("boost += 1").starts_with("not-writable: `boost` is a parameter, and rules cannot change it"));
        assert!(refused("crisis = true").contains("a let follows from the state"));
        assert!(refused("dprk = war").contains("change one of its postures: `dprk.military`"));
        assert!(refused("clash = true").contains("`on: [clash]`"));
        assert!(refused("tensoin += 1").ends_with("did you mean `tension`?"));
    }

    #[test]
    fn both_sides_are_of_one_type() {
        assert!(refused("dprk.military = peace").contains("`peace` is no value of `dprk.military`"));
        assert!(refused("dprk.military = 3").contains("`dprk.military up`"));
        assert!(refused("dprk.military += 2").ends_with("write `dprk.military up 2`"));
        assert!(refused("rok.cuba up").starts_with("unordered"));
        assert!(refused("dprk.military = dprk.japan").starts_with("no-shared-ladder"));
        assert!(refused("surprise += 1").ends_with("write `surprise = true` or `surprise = false`"));
        assert!(refused("surprise = 1").ends_with("write `surprise = true`"));
        assert!(refused("tension = true").starts_with("not-a-number"));
    }

    #[test]
    fn amounts_are_whole_numbers() {
        assert!(refused("tension += 2.5").ends_with("write `2` or `3`"));
        assert!(refused("tension += tension / 2").starts_with("not-whole: `tension / 2` divides"));
        assert!(refused("tension += 0.5 * tension").contains("need not be a whole number"));
        assert!(refused("tension += 3000000000").starts_with("number-too-large"));
        assert!(
            refused("tension = 101").starts_with("outside-range: `tension` goes from 0 to 100, and 101 lies outside")
        );
        assert!(changed("tension = tension + 50").is_ok(), "what saturates now and then is told by the report");
    }
}
