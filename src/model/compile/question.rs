//! Questions and conditions of outcomes to what monitors follow (SEMANTICS 6).
//!
//! Does not know how a monitor works.

use super::calendar::whole_steps;
use super::counted::count_limit;
use super::demand::Typed;
use super::event::event;
use super::moment::when;
use super::names::Context;
use super::typing::{condition, either, number, tabulate_condition, tabulate_number};
use crate::diagnostic::{Diagnostic, Span};
use crate::model::formula::Tabulated;
use crate::model::{Ask, AskNumber, Asked, Comparison, Step, When};
use crate::scenario::expression::{Expr, ExprKind, QuestionExpr, QuestionKind};
use crate::scenario::quantity::{Duration, Time};

/// A yes/no question, as an outcome needs it; `None` if it held a mistake, which has been reported.
pub fn yes_no(question: &QuestionExpr, context: &mut Context<'_>) -> Option<Ask> {
    match asked(question, context)? {
        Asked::YesNo(ask) => Some(ask),
        Asked::Number(_) => {
            let mistake = number_asked(question);
            context.diagnostics.push(mistake);
            None
        }
    }
}

fn number_asked(question: &QuestionExpr) -> Diagnostic {
    let found = "this asks for a number, and a yes/no question is due here";
    let mistake = Diagnostic::error("not-yes-no", found, question.span);
    match &question.kind {
        QuestionKind::Count(event, _) => mistake.help(format!("compare it: `count({event}) >= 1`")),
        QuestionKind::AtEnd(expr) => mistake.help(format!("compare it: `{expr} > 0 at end`")),
        QuestionKind::On(expr, _) => mistake.help(format!("compare it: `{expr} > 0 on …`")),
        QuestionKind::First(expr) => mistake.help(format!("ask whether it happens: `ever({expr})`")),
        QuestionKind::Highest(expr) => mistake.help(format!("ask whether it is ever so high: `ever({expr} > 0)`")),
        _ => mistake.help("ask `ever(…)`, `… at end`, `count(…) >= n`, `a before b` or `stays(…) for …`"),
    }
}

/// A yes/no question or a number.
pub fn asked(question: &QuestionExpr, context: &mut Context<'_>) -> Option<Asked> {
    let span = question.span;
    let ask = match &question.kind {
        QuestionKind::Not(inner) => Ask::Not(Box::new(yes_no(inner, context)?)),
        QuestionKind::And(parts) => Ask::And(parts_of(parts, context)?),
        QuestionKind::Or(parts) => Ask::Or(parts_of(parts, context)?),
        QuestionKind::Ever(expr, by) => {
            let (held, by) = (held(expr, context), bound(*by, span, context));
            Ask::Ever(held?, by?)
        }
        QuestionKind::AtEnd(expr) => return at_end(expr, context),
        QuestionKind::On(expr, time) => return on(expr, *time, span, context),
        QuestionKind::CountCompare(counted, op, with, by) => {
            let left = Expr { kind: ExprKind::Count(counted.clone()), span: counted.span };
            let (id, by) = (event(counted, context), bound(*by, span, context));
            let (with, _) = count_limit(&left, with, counted, context)?;
            Ask::Count(id?, Comparison { op: *op, with }, by?)
        }
        QuestionKind::Before(a, b) => {
            let (a, b) = (event(a, context), event(b, context));
            Ask::Before(a?, b?)
        }
        QuestionKind::Then(a, b, within) => {
            let (a, b) = (event(a, context), event(b, context));
            Ask::Then(a?, b?, length(*within, span, context)?)
        }
        QuestionKind::Stays(expr, long) => {
            let held = held(expr, context);
            let steps = length(*long, span, context)?;
            Ask::Stays(held?, steps)
        }
        QuestionKind::Bare(expr) => return bare(expr, span, context),
        QuestionKind::Count(counted, by) => {
            let (id, by) = (event(counted, context), bound(*by, span, context));
            return Some(Asked::Number(AskNumber::Count(id?, by?)));
        }
        QuestionKind::First(expr) => return held(expr, context).map(|c| Asked::Number(AskNumber::First(c))),
        QuestionKind::Total(expr) => {
            return Some(Asked::Number(match either(expr, context)? {
                Typed::YesNo(c) => AskNumber::TotalTime(tabulate_condition(c, context)),
                Typed::Number(n, _) => AskNumber::Total(tabulate_number(n, context)),
            }));
        }
        QuestionKind::Highest(expr) => {
            if let ExprKind::Posture(posture) = &expr.kind {
                let id = context.scope.posture(posture, context.diagnostics)?;
                let top = context.scope.values(id).last().map_or("…", String::as_str);
                let found = format!("`{posture}` is a posture, and `highest` asks for a number");
                context.diagnostics.push(
                    Diagnostic::error("not-a-number", found, expr.span)
                        .help(format!("ask how often a value is reached: `ever({posture} == {top})`")),
                );
                return None;
            }
            let (highest, _) = number(expr, context)?;
            return Some(Asked::Number(AskNumber::Highest(tabulate_number(highest, context))));
        }
    };
    Some(Asked::YesNo(ask))
}

fn parts_of(parts: &[QuestionExpr], context: &mut Context<'_>) -> Option<Vec<Ask>> {
    let all: Vec<_> = parts.iter().map(|part| yes_no(part, context)).collect();
    all.into_iter().collect()
}

fn held(expr: &Expr, context: &mut Context<'_>) -> Option<Tabulated<bool>> {
    let condition = condition(expr, context)?;
    Some(tabulate_condition(condition, context))
}

/// `X at end`
fn at_end(expr: &Expr, context: &mut Context<'_>) -> Option<Asked> {
    Some(match either(expr, context)? {
        Typed::YesNo(c) => Asked::YesNo(Ask::AtEnd(tabulate_condition(c, context))),
        Typed::Number(n, _) => Asked::Number(AskNumber::AtEnd(tabulate_number(n, context))),
    })
}

/// `X on TIME`
fn on(expr: &Expr, time: Time, span: Span, context: &mut Context<'_>) -> Option<Asked> {
    let (typed, at) = (either(expr, context), when(time, span, context));
    let at = at?;
    Some(match typed? {
        Typed::YesNo(c) => Asked::YesNo(Ask::On(tabulate_condition(c, context), at)),
        Typed::Number(n, _) => Asked::Number(AskNumber::On(tabulate_number(n, context), at)),
    })
}

/// `by TIME`; `Some(None)` for the whole run.
#[allow(clippy::option_option)]
fn bound(by: Option<Time>, span: Span, context: &mut Context<'_>) -> Option<Option<When>> {
    match by {
        None => Some(None),
        Some(time) => when(time, span, context).map(Some),
    }
}

/// A length in whole steps; one beyond the run is as long as the run and one step.
fn length(duration: Duration, span: Span, context: &mut Context<'_>) -> Option<Step> {
    let calendar = context.scope.calendar.as_ref()?;
    let steps = whole_steps(duration, "this duration", span, calendar, context.diagnostics)?;
    Some(steps.min(u64::from(calendar.steps) + 1) as Step)
}

/// A condition or a number without a word that says when it is asked.
fn bare(expr: &Expr, span: Span, context: &mut Context<'_>) -> Option<Asked> {
    let typed = either(expr, context)?;
    let mistake = match typed {
        Typed::YesNo(_) => {
            let joint = matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_));
            let at_end = if joint { format!("({expr}) at end") } else { format!("{expr} at end") };
            Diagnostic::error("bare-condition", format!("`{expr}` does not say when it is asked"), span)
                .help(format!("did you mean `ever({expr})`, at any time, or `{at_end}`?"))
        }
        Typed::Number(..) => Diagnostic::error("bare-number", format!("`{expr}` does not say when it is asked"), span)
            .help(format!("did you mean `{expr} at end`, `highest({expr})` or `total({expr})`?")),
    };
    context.diagnostics.push(mistake);
    None
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;
    use crate::scenario::expression::{CompareOp, parse_question};

    fn question(text: &str) -> Result<Asked, Vec<String>> {
        World::small().ask(|context| asked(&parse_question(text, 0).expect("it parses"), context))
    }

    fn refused(text: &str) -> String {
        let told = World::small().ask(|context| yes_no(&parse_question(text, 0).expect("it parses"), context));
        told.expect_err("this is a mistake").join(" & ")
    }

    fn by(text: &str) -> Option<When> {
        match question(text) {
            Ok(Asked::YesNo(Ask::Ever(_, by) | Ask::Count(_, _, by)) | Asked::Number(AskNumber::Count(_, by))) => by,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn by_includes_its_day_and_no_more() {
        assert_eq!(by("ever(surprise)"), None);
        assert_eq!(by("ever(surprise) by 2024-02-07"), Some(When::Before(1)));
        assert_eq!(by("ever(surprise) by 2024-03-07"), Some(When::Before(30)), "the last day of the run");
        assert_eq!(by("ever(surprise) by 2024-02-08T00:00"), Some(When::Settled(1)));
        assert_eq!(by("count(clash) >= 2 by 10d"), Some(When::Settled(10)));
        assert_eq!(by("count(clash) by 30d"), Some(When::Settled(30)));
    }

    #[test]
    fn times_outside_of_the_run_are_mistakes() {
        assert!(refused("ever(surprise) by 2024-03-08").starts_with("outside-run"));
        assert!(refused("ever(surprise) by 2024-02-06").starts_with("outside-run"));
        assert!(refused("ever(surprise) by 31d").starts_with("outside-run"));
        assert!(refused("ever(surprise) by 6h").starts_with("not-whole-steps"));
        assert!(refused("surprise on 2024-02-08T06:00").starts_with("no-boundary"));
        let mut world = World::small();
        world.calendar.as_mut().expect("a calendar").start = None;
        let told = world
            .ask(|context| yes_no(&parse_question("ever(surprise) by 2024-02-08", 0).expect("it parses"), context));
        assert!(told.expect_err("there is no calendar")[0].starts_with("no-calendar"));
    }

    #[test]
    fn each_question_is_what_it_says() {
        assert!(matches!(question("dprk.military == war at end"), Ok(Asked::YesNo(Ask::AtEnd(_)))));
        assert!(matches!(question("tension at end"), Ok(Asked::Number(AskNumber::AtEnd(_)))));
        assert!(matches!(question("surprise on 2024-02-10"), Ok(Asked::YesNo(Ask::On(_, When::Before(4))))));
        assert!(matches!(question("tension on 5d"), Ok(Asked::Number(AskNumber::On(_, When::Settled(5))))));
        assert!(matches!(question("clash before test"), Ok(Asked::YesNo(Ask::Before(_, _)))));
        assert!(matches!(question("clash then test within 7d"), Ok(Asked::YesNo(Ask::Then(_, _, 7)))));
        assert!(matches!(question("stays(surprise) for 5d"), Ok(Asked::YesNo(Ask::Stays(_, 5)))));
        assert!(matches!(question("first(surprise)"), Ok(Asked::Number(AskNumber::First(_)))));
        assert!(matches!(question("total(surprise)"), Ok(Asked::Number(AskNumber::TotalTime(_)))));
        assert!(matches!(question("total(tension)"), Ok(Asked::Number(AskNumber::Total(_)))));
        assert!(matches!(question("highest(tension)"), Ok(Asked::Number(AskNumber::Highest(_)))));
        let Ok(Asked::YesNo(Ask::And(parts))) = question("ever(surprise) and not count(clash) > boost") else {
            panic!()
        };
        let Ask::Not(count) = &parts[1] else { panic!("{parts:?}") };
        let Ask::Count(_, Comparison { op: CompareOp::Greater, with }, None) = **count else { panic!("{count:?}") };
        assert!((with - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_question_makes_no_counters() {
        let (_, demanded) = World::small()
            .ask_and_finish(|context| asked(&parse_question("count(clash) >= 5", 0).expect("it parses"), context))
            .expect("it is sound");
        assert!(demanded.counters.is_empty());
        assert!(demanded.events.iter().any(|e| e.name == "clash" && e.asked));
    }

    #[test]
    fn a_bare_condition_is_asked_back() {
        assert_eq!(
            refused("dprk.military == war"),
            "bare-condition: `dprk.military == war` does not say when it is asked | did you mean `ever(dprk.military == war)`, at any time, or `dprk.military == war at end`?"
        );
        assert!(refused("surprise and tension > 50").contains("or `(surprise and tension > 50) at end`?"));
        assert!(refused("tension").contains("`tension at end`, `highest(tension)` or `total(tension)`"));
        assert!(refused("dprk.military == peace").starts_with("unknown-value"), "the nearer mistake first");
    }

    #[test]
    fn an_outcome_asks_yes_or_no() {
        assert!(refused("count(clash)").ends_with("compare it: `count(clash) >= 1`"));
        assert!(refused("tension at end").ends_with("compare it: `tension > 0 at end`"));
        assert!(refused("ever(surprise) or first(surprise)").starts_with("not-yes-no"));
        assert!(refused("highest(surprise)").starts_with("not-a-number"));
    }
}
