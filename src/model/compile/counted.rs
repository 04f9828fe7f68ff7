//! Comparisons of how often and how long ago: `count(event) >= 3`, `since(event) < 7d`.
//!
//! Does not know other comparisons. What is compared with must be the same in every state, so that the state stays finite.

use super::calendar::whole_steps;
use super::compare::{Side, decide};
use super::event::event;
use super::fold::{and, not, or, reads_nothing};
use super::interval::Interval;
use super::names::Context;
use super::typing::number;
use crate::diagnostic::Diagnostic;
use crate::model::formula::{Condition, Number, Slot};
use crate::scenario::expression::{CompareOp, EventExpr, Expr, ExprKind};

/// The highest number that a count can be compared with.
const COUNT_LIMIT: f64 = 1_000_000.0;

/// `count(event) op right`
pub(super) fn with_count(
    op: CompareOp,
    counted: &EventExpr,
    left: &Expr,
    right: &Expr,
    other: Side<'_>,
    context: &mut Context<'_>,
) -> Option<Condition> {
    let event = event(counted, context);
    if !matches!(other, Side::Number) {
        let found = format!(
            "`{left}` is a number and is compared with {}",
            match other {
                Side::Count(_) => "another count",
                Side::Day => "a number that changes",
                other => other.noun(),
            }
        );
        context.diagnostics.push(Diagnostic::error("count-compared", found, right.span).help(count_help(counted)));
        return None;
    }
    let (with, range) = count_limit(left, right, counted, context)?;
    // One above the largest number that it may be compared with: what lies beyond makes no difference.
    let cap = (range.high.max(0.0) as u32).saturating_add(1);
    let id = context.demand.count(event?, cap);
    let number = (Number::Read(Slot::Count(id)), Interval::new(0.0, f64::from(cap), true));
    Some(decide(op, number, (Number::Constant(with), range), left, right, context))
}

/// The number that a count is compared with: the same in every state.
pub(super) fn count_limit(
    left: &Expr,
    right: &Expr,
    counted: &EventExpr,
    context: &mut Context<'_>,
) -> Option<(f64, Interval)> {
    let (with, range) = number(right, context)?;
    if !reads_nothing(&with) {
        let found = format!("`{left}` is compared with `{right}`, which changes during a run");
        context.diagnostics.push(Diagnostic::error("count-compared", found, right.span).help(count_help(counted)));
        return None;
    }
    let with = with.value(&|_| 0);
    if range.low.min(with) < 0.0 || range.high.max(with) > COUNT_LIMIT {
        let found = format!("a count is compared with {range}");
        context
            .diagnostics
            .push(Diagnostic::error("count-compared", found, right.span).help("counts go from 0 to at most 1,000,000"));
        return None;
    }
    if with.fract() != 0.0 {
        let found = format!("a count is compared with {with}, which is no whole number");
        let whole = with.ceil();
        let help = format!("write a whole number, such as `count({counted}) >= {whole}`");
        context.diagnostics.push(Diagnostic::error("count-compared", found, right.span).help(help));
        return None;
    }
    Some((with, range))
}

fn count_help(counted: &EventExpr) -> String {
    format!("compare it with a number or a parameter: `count({counted}) >= 2`")
}

/// `since(event) op right`
pub(super) fn with_since(
    op: CompareOp,
    latest: &EventExpr,
    left: &Expr,
    right: &Expr,
    other: Side<'_>,
    context: &mut Context<'_>,
) -> Option<Condition> {
    let event = event(latest, context);
    let Side::Duration(duration) = other else {
        let found = format!("`{left}` is a duration and is compared with {}", other.noun());
        let mistake = Diagnostic::error("since-compared", found, right.span);
        context.diagnostics.push(match &right.kind {
            ExprKind::Moment(_) => mistake.help(format!("dates are compared with `day`: `day {op} {right}`")),
            _ => mistake.help(format!("compare it with a duration or a parameter that is one: `{left} >= 7d`")),
        });
        return None;
    };
    let calendar = context.scope.calendar.as_ref()?;
    let steps = whole_steps(duration, "this duration", right.span, calendar, context.diagnostics)?;
    // No age is beyond the last boundary; from there on only "never" is as old.
    let steps = steps.min(u64::from(calendar.steps) + 1) as u32;
    let event = event?;
    let mut at_least = |steps: u32| match steps {
        0 => Condition::Constant(true),
        _ => Condition::Holds(Slot::AgeAtLeast(context.demand.age(event, steps), steps)),
    };
    Some(match op {
        CompareOp::AtLeast => at_least(steps),
        CompareOp::Greater => at_least(steps + 1),
        CompareOp::Less => not(at_least(steps)),
        CompareOp::AtMost => not(at_least(steps + 1)),
        CompareOp::Equal => and(vec![at_least(steps), not(at_least(steps + 1))]),
        CompareOp::NotEqual => or(vec![not(at_least(steps)), at_least(steps + 1)]),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::super::typing::condition;
    use super::*;
    use crate::scenario::expression::parse_expression;

    fn asked(text: &str) -> Result<Condition, Vec<String>> {
        World::small().ask(|context| condition(&parse_expression(text, 0).expect("it parses"), context))
    }

    fn refused(text: &str) -> String {
        asked(text).expect_err("this is a mistake").join(" & ")
    }

    #[test]
    fn counts_saturate_one_above_what_they_are_compared_with() {
        let world = World::small();
        let both = |context: &mut Context<'_>| {
            let three = parse_expression("count(clash) >= boost", 0).expect("it parses");
            let seven = parse_expression("count(clash/war) > 7", 0).expect("it parses");
            condition(&three, context)?;
            condition(&seven, context)
        };
        let (_, demanded) = world.ask_and_finish(both).expect("both are sound");
        let caps: Vec<(&str, u32)> =
            demanded.counters.iter().map(|c| (demanded.events[c.event.0 as usize].name.as_str(), c.cap)).collect();
        assert_eq!(caps, [("clash", 4), ("clash/war", 8)], "the range of boost ends at 3");
        assert!(demanded.events.iter().filter(|e| !e.counters.is_empty()).all(|e| e.asked));
    }

    #[test]
    fn counts_and_ages_stand_alone() {
        assert!(refused("count(clash) > count(test)").contains("is compared with another count"));
        assert!(refused("count(clash) > tension").contains("which changes during a run"));
        assert!(refused("3 <= count(clash)").ends_with("write `count(clash) >= 3`"));
        assert!(refused("count(clash) > 2.5").contains("no whole number"));
        assert!(refused("count(clash) > 7d").contains("is compared with a duration"));
        assert!(refused("since(clash) > boost").ends_with("a parameter that is one: `since(clash) >= 7d`"));
        assert!(refused("since(clash) > 6h").starts_with("not-whole-steps"));
        assert!(refused("7d < since(clash)").ends_with("write `since(clash) > 7d`"));
        assert!(refused("since(clach) > 7d").contains("did you mean `clash`?"));
    }

    #[test]
    fn every_sign_of_an_age_means_what_it_says() {
        for (text, at) in [
            ("since(clash) >= pause", [false, true, true]),
            ("since(clash) > 5d", [false, false, true]),
            ("since(clash) < 5d", [true, false, false]),
            ("since(clash) <= 5d", [true, true, false]),
            ("since(clash) == 5d", [false, true, false]),
            ("since(clash) != 5d", [true, false, true]),
        ] {
            let condition = asked(text).expect("it is sound");
            for (age, expected) in [4_u32, 5, 6].into_iter().zip(at) {
                let read = |slot: Slot| match slot {
                    Slot::AgeAtLeast(_, steps) => i32::from(age >= steps),
                    _ => unreachable!("it reads ages"),
                };
                assert_eq!(condition.holds(&read), expected, "{text} at {age}");
            }
        }
        assert_eq!(asked("since(clash) >= 0d"), Ok(Condition::Constant(true)));
        assert!(asked("since(clash) > 900d").is_ok(), "longer than the run: never happened");
    }
}
