//! Expressions to conditions and numbers: every name resolved, every type checked, every number bounded.
//!
//! Does not know where an expression stands, beyond what its caller asks of it. Comparisons have their own file.
//!
//! `None` means that the mistake has been reported.

use super::compare;
use super::demand::Typed;
use super::fold::{and, choose, fold, how_many, negative, not, or};
use super::interval::{Impossible, Interval};
use super::lets::typed_let;
use super::moment::window;
use super::names::{Context, Due, Meaning, Scope, Value, listed};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::model::formula::{Condition, Number, Slot, Tabulated};
use crate::scenario::document::ProbabilityText;
use crate::scenario::expression::{ArithmeticOp, Expr, ExprKind};
use crate::scenario::words::{Scale, Word};

/// The condition that `expr` says.
pub fn condition(expr: &Expr, context: &mut Context<'_>) -> Option<Condition> {
    match &expr.kind {
        ExprKind::Bool(b) => Some(Condition::Constant(*b)),
        ExprKind::Not(inner) => condition(inner, context).map(not),
        ExprKind::And(list) => conditions(list, context).map(and),
        ExprKind::Or(list) => conditions(list, context).map(or),
        ExprKind::Compare(op, a, b) => compare::compare(*op, a, b, context),
        ExprKind::In(a, list) => {
            let each: Vec<_> = list.iter().map(|item| compare::member(a, item, context)).collect();
            each.into_iter().collect::<Option<_>>().map(or)
        }
        ExprKind::During(from, to) => {
            window(*from, *to, expr.span, context).map(|(from, to)| Condition::Holds(Slot::During(from, to)))
        }
        ExprKind::Name(name) => named_condition(name, expr.span, context),
        _ => {
            let mistake = no_condition(expr, context)?;
            context.diagnostics.push(mistake);
            None
        }
    }
}

/// All of them, so that every mistake in the list is reported.
fn conditions(list: &[Expr], context: &mut Context<'_>) -> Option<Vec<Condition>> {
    let all: Vec<_> = list.iter().map(|expr| condition(expr, context)).collect();
    all.into_iter().collect()
}

fn named_condition(name: &str, span: Span, context: &mut Context<'_>) -> Option<Condition> {
    let scope = context.scope;
    let due = |found: &str| {
        Diagnostic::error("not-a-condition", format!("`{name}` is {found}, and a condition is due here"), span)
    };
    let mistake = match scope.meaning(name) {
        Some(Meaning::Flag(id)) => return id.map(|id| Condition::Holds(Slot::Variable(id))),
        Some(Meaning::Let(index)) => match typed_let(index, span, context)? {
            Typed::YesNo(condition) => return Some(condition),
            Typed::Number(..) => due("a let that is a number").help(format!("compare it: `{name} > 0`")),
        },
        Some(Meaning::Indicator(None)) => return None,
        Some(Meaning::Indicator(_)) => {
            due("an indicator, a number").help(format!("compare it: `{name} > {}`", scope.middle(name)))
        }
        Some(Meaning::Parameter(index)) => match scope.parameters[index].as_ref()? {
            Value::Choice { names, chosen } => due("a parameter that is one of several names")
                .help(format!("say which: `{name} == {}`", names[*chosen])),
            Value::Duration(_) => {
                due("a parameter that is a duration").help(format!("compare it: `since(event) >= {name}`"))
            }
            Value::Number { .. } => due("a parameter that is a number").help(format!("compare it: `{name} > 0.5`")),
            Value::Rate => due("a rate").help(format!("it stands alone, as in `pressure: {name}`")),
        },
        Some(Meaning::Actor) => due("an actor").help(actor_help(name, scope)),
        Some(meaning @ (Meaning::Rule(_) | Meaning::Emitted | Meaning::Group)) => {
            or_value(due(meaning.noun()), name, scope)
                .help(format!("to ask whether it has happened, write `count({name}) >= 1`"))
        }
        None => scope.unknown(name, span, Due::Condition),
    };
    context.diagnostics.push(mistake);
    None
}

/// A rule may have the name of a posture's value, as in `p == a or b`.
fn or_value(mistake: Diagnostic, name: &str, scope: &Scope) -> Diagnostic {
    match scope.postures_with(name).next() {
        Some(posture) => mistake.help(format!("for the value of that name write `{} == {name}`", posture.name)),
        None => mistake,
    }
}

fn actor_help(name: &str, scope: &Scope) -> String {
    let posture = scope.actors.iter().find(|a| a.id == name).and_then(|a| a.postures.first());
    match posture {
        Some(id) => {
            let value = scope.values(*id).first().map_or("…", String::as_str);
            format!("ask for one of its postures: `{} == {value}`", scope.variable_at(*id).name)
        }
        None => "ask for one of its postures, as in `actor.posture == value`".to_owned(),
    }
}

/// The mistake of an expression that is no condition; `None` if another has been reported.
fn no_condition(expr: &Expr, context: &mut Context<'_>) -> Option<Diagnostic> {
    let due =
        |found: &str| Diagnostic::error("not-a-condition", format!("{found}, and a condition is due here"), expr.span);
    Some(match &expr.kind {
        ExprKind::Posture(posture) => {
            let id = context.scope.posture(posture, context.diagnostics)?;
            let values = context.scope.values(id);
            due(&format!("`{expr}` is a posture"))
                .help(format!("say which value: `{expr} == {}`", values[0]))
                .help(format!("its values are {}", listed(values.iter().map(String::as_str))))
        }
        ExprKind::Count(_) => due(&format!("`{expr}` is a number")).help(format!("compare it: `{expr} >= 1`")),
        ExprKind::Since(_) => due(&format!("`{expr}` is a duration")).help(format!("compare it: `{expr} >= 7d`")),
        ExprKind::Duration(_) => due(&format!("`{expr}` is a duration")).help("compare it: `since(event) >= 7d`"),
        ExprKind::Moment(_) => due(&format!("`{expr}` is a date"))
            .help(format!("for that day, write `during({expr}..{expr})`; from that day on, `day >= {expr}`")),
        _ => due(&format!("`{expr}` is a number")).help(format!("compare it: `{expr} > 0`")),
    })
}

/// The number that `expr` says, and what it can be.
pub fn number(expr: &Expr, context: &mut Context<'_>) -> Option<(Number, Interval)> {
    match &expr.kind {
        ExprKind::Number(x) => Some((Number::Constant(*x), Interval::point(*x))),
        ExprKind::Day => {
            let last = context.scope.calendar.as_ref().map(|c| c.day(c.steps))?;
            Some((Number::Read(Slot::Day), Interval::new(0.0, f64::from(last), true)))
        }
        ExprKind::Name(name) => named_number(name, expr.span, context),
        ExprKind::Negative(inner) => number(inner, context).map(negative),
        ExprKind::Arithmetic(op, a, b) => {
            let (a, b) = (number(a, context), number(b, context));
            arithmetic(*op, a?, b?, expr, context)
        }
        ExprKind::Min(list) => numbers(list, context).map(|all| choose(all, Number::Min, f64::min, Interval::min)),
        ExprKind::Max(list) => numbers(list, context).map(|all| choose(all, Number::Max, f64::max, Interval::max)),
        ExprKind::HowMany(list) => conditions(list, context).map(how_many),
        _ => {
            let mistake = no_number(expr);
            context.diagnostics.push(mistake);
            None
        }
    }
}

fn numbers(list: &[Expr], context: &mut Context<'_>) -> Option<Vec<(Number, Interval)>> {
    let all: Vec<_> = list.iter().map(|expr| number(expr, context)).collect();
    all.into_iter().collect()
}

fn arithmetic(
    op: ArithmeticOp,
    (a, of_a): (Number, Interval),
    (b, of_b): (Number, Interval),
    expr: &Expr,
    context: &mut Context<'_>,
) -> Option<(Number, Interval)> {
    match Interval::arithmetic(op, of_a, of_b) {
        Ok(interval) => Some((fold(Number::Arithmetic(op, Box::new(a), Box::new(b))), interval)),
        Err(why) => {
            context.diagnostics.push(impossible(why, expr, of_b));
            None
        }
    }
}

fn impossible(why: Impossible, expr: &Expr, of_divisor: Interval) -> Diagnostic {
    match (&expr.kind, why) {
        (ExprKind::Arithmetic(_, _, divisor), Impossible::DivisionByZero) => {
            let found = format!("this divides by `{divisor}`, which can be 0");
            let mistake = Diagnostic::error("division-by-zero", found, divisor.span);
            let mistake = if of_divisor.low < of_divisor.high {
                mistake.label(format!("from {} to {}", of_divisor.low, of_divisor.high))
            } else {
                mistake
            };
            mistake.help(format!("keep it away from 0, for example by `max({divisor}, 1)`"))
        }
        _ => Diagnostic::error("number-too-large", format!("`{expr}` can be too large for a number"), expr.span)
            .help("use smaller numbers: the largest is about 10 to the power of 308"),
    }
}

fn named_number(name: &str, span: Span, context: &mut Context<'_>) -> Option<(Number, Interval)> {
    let scope = context.scope;
    let due =
        |found: &str| Diagnostic::error("not-a-number", format!("`{name}` is {found}, and a number is due here"), span);
    let mistake = match scope.meaning(name) {
        Some(Meaning::Indicator(id)) => {
            let variable = scope.variable_at(id?);
            let interval = Interval::new(f64::from(variable.low), f64::from(variable.high), true);
            return Some((Number::Read(Slot::Variable(id?)), interval));
        }
        Some(Meaning::Parameter(index)) => match scope.parameters[index].as_ref()? {
            Value::Number { value, range } => return Some((Number::Constant(*value), *range)),
            Value::Duration(_) => due("a duration").help("durations are compared with `since(event)`"),
            Value::Choice { names, chosen } => due("one of several names")
                .help(format!("write `how_many({name} == {})`, which is 1 or 0", names[*chosen]))
                .help("or use cases: `[(when: \"…\", is: 1), (is: 0)]`"),
            Value::Rate => due("a rate (it has `per` or `within`)")
                .help(format!("it stands alone, as in `pressure: {name}`; multiply it by a factor with `rate_times`")),
        },
        Some(Meaning::Let(index)) => match typed_let(index, span, context)? {
            Typed::Number(number, interval) => return Some((number, interval)),
            Typed::YesNo(_) => due("a condition").help(format!("write `how_many({name})`, which is 1 or 0")),
        },
        Some(Meaning::Flag(_)) => due("a flag").help(format!("write `how_many({name})`, which is 1 or 0")),
        Some(Meaning::Actor) => due("an actor").help(actor_help(name, scope)),
        Some(meaning @ (Meaning::Rule(_) | Meaning::Emitted | Meaning::Group)) => {
            or_value(due(meaning.noun()), name, scope)
                .help(format!("how often it has happened is asked by a comparison: `count({name}) >= 2`"))
        }
        None => scope.unknown(name, span, Due::Number),
    };
    context.diagnostics.push(mistake);
    None
}

/// The mistake of an expression that is no number.
fn no_number(expr: &Expr) -> Diagnostic {
    let due = |found: &str| {
        Diagnostic::error("not-a-number", format!("`{expr}` is {found}, and a number is due here"), expr.span)
    };
    match &expr.kind {
        ExprKind::Count(event) => {
            let found = format!("`{expr}` stands within a calculation");
            Diagnostic::error("count-not-alone", found, expr.span)
                .help(format!("`count` stands alone, left of a comparison: `count({event}) >= 2`"))
                .help("to count several events together, make a group of them under `events` and count the group")
                .help("a number that rules read is best kept as an indicator, with `x += 1` where the event happens")
        }
        ExprKind::Since(event) => {
            let found = format!("`{expr}` stands within a calculation");
            Diagnostic::error("since-not-alone", found, expr.span)
                .help(format!("`since` stands alone, left of a comparison with a duration: `since({event}) >= 7d`"))
        }
        ExprKind::Duration(_) => {
            due("a duration").help("durations are compared with `since(event)`; days count as `day`")
        }
        ExprKind::Moment(_) => {
            due("a date").help(format!("dates stand in `during({expr}..{expr})` and `day >= {expr}`"))
        }
        ExprKind::Posture(_) => due("a posture").help(format!(
            "write `how_many({expr} == value)`, which is 1 or 0; or use cases: `[(when: \"…\", is: 1), (is: 0)]`"
        )),
        _ => due("a condition").help(format!("write `how_many({expr})`, which is 1 or 0")),
    }
}

/// A condition or a number, whichever `expr` is.
pub(super) fn either(expr: &Expr, context: &mut Context<'_>) -> Option<Typed> {
    if is_number(expr, context.scope, 0) {
        number(expr, context).map(|(number, interval)| Typed::Number(number, interval))
    } else {
        condition(expr, context).map(Typed::YesNo)
    }
}

/// Whether `expr` has the form of a number.
pub(super) fn is_number(expr: &Expr, scope: &Scope, depth: usize) -> bool {
    match &expr.kind {
        ExprKind::Name(name) => match scope.meaning(name) {
            Some(Meaning::Indicator(_)) => true,
            Some(Meaning::Parameter(index)) => {
                matches!(scope.parameters[index], Some(Value::Number { .. } | Value::Rate))
            }
            Some(Meaning::Let(index)) if depth <= super::lets::NESTED_LIMIT => {
                scope.lets[index].expr.as_ref().is_some_and(|expr| is_number(expr, scope, depth + 1))
            }
            _ => false,
        },
        ExprKind::Number(_)
        | ExprKind::Day
        | ExprKind::Negative(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Min(_)
        | ExprKind::Max(_)
        | ExprKind::HowMany(_)
        | ExprKind::Count(_) => true,
        _ => false,
    }
}

/// The probability that `text` says. What cannot be proved to lie in [0, 1] is a mistake.
pub fn probability(text: &ProbabilityText, context: &mut Context<'_>) -> Option<(Number, Interval)> {
    let expr = match text {
        ProbabilityText::Given(likelihood) => {
            let point = likelihood.point().value();
            // A judgement is a band: what is proved must hold in all of it.
            let (low, high) = likelihood.band().map_or((point, point), |(low, high)| (low.value(), high.value()));
            return Some((Number::Constant(point), Interval::new(low, high, false)));
        }
        ProbabilityText::Formula(expr) => expr,
    };
    if let ExprKind::Name(name) = &expr.kind
        && context.scope.meaning(name).is_none()
    {
        let mistake = no_probability(name, expr.span, context.scope);
        context.diagnostics.push(mistake);
        return None;
    }
    if let ExprKind::Name(name) = &expr.kind
        && let Some(Meaning::Parameter(index)) = context.scope.meaning(name)
        && matches!(context.scope.parameters[index], Some(Value::Rate))
    {
        let found = format!("`{name}` is a rate (it has `per` or `within`), and a probability is due here");
        let mistake = Diagnostic::error("not-a-number", found, expr.span);
        context.diagnostics.push(
            mistake.help("write a probability such as `\"30%\"`, or name a parameter without `per` and `within`").help(
                format!("or let the rule fire by this rate: `pressure: {name}` in the place of `on` and `chance`"),
            ),
        );
        return None;
    }
    let (number, interval) = number(expr, context)?;
    if interval.within(0.0, 1.0) {
        return Some((number, interval));
    }
    let mistake = Diagnostic::error(
        "not-a-probability",
        format!("`{expr}` can be {interval}, and a probability is due here"),
        expr.span,
    )
    .help("a probability lies between 0 and 1 (0 % and 100 %)");
    let bounded = match (interval.low < 0.0, interval.high > 1.0) {
        (true, true) => format!("max(0, min({expr}, 1))"),
        (true, false) => format!("max(0, {expr})"),
        _ => format!("min({expr}, 1)"),
    };
    let constant = matches!(number, Number::Constant(_));
    context.diagnostics.push(if constant {
        mistake
    } else {
        mistake.help(format!("to keep it there, write `{bounded}`"))
    });
    None
}

/// The mistake of a word where a probability is due, which is neither on a scale nor a name.
fn no_probability(name: &str, span: Span, scope: &Scope) -> Diagnostic {
    let would_do = |m: Meaning| matches!(m, Meaning::Indicator(_) | Meaning::Parameter(_) | Meaning::Let(_));
    let mut wanted: Vec<&str> = scope.names_of(would_do).collect();
    for word in Scale::ALL.into_iter().flat_map(Scale::words).flat_map(Word::names) {
        if !word.contains(' ') {
            wanted.push(word);
        }
    }
    let mistake = Diagnostic::error("unknown-name", format!("`{name}` is no probability"), span);
    let mistake = match nearest(name, wanted) {
        Some(near) => mistake.help(format!("did you mean `{near}`?")),
        None => mistake,
    };
    mistake.help(
        "a probability is a percent `\"30%\"`, odds `\"1 in 300\"`, a word of the scale, a parameter or an expression",
    )
}

/// `condition`, tabulated.
pub fn tabulate_condition(condition: Condition, context: &Context<'_>) -> Tabulated<bool> {
    context.demand.tabulate_condition(condition, context.scope)
}

/// `number`, tabulated.
pub fn tabulate_number(number: Number, context: &Context<'_>) -> Tabulated<f64> {
    context.demand.tabulate_number(number, context.scope)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;
    use crate::scenario::expression::{CompareOp, parse_expression};

    fn typed(world: &World, text: &str) -> Result<Typed, Vec<String>> {
        world.ask(|context| either(&parse_expression(text, 0).expect("it parses"), context))
    }

    fn refused(text: &str) -> String {
        let world = World::small().named("crisis", "dprk.military == war").named("twice", "2 * tension");
        let told = world.ask(|context| condition(&parse_expression(text, 0).expect("it parses"), context));
        told.expect_err("this is a mistake").join(" & ")
    }

    fn no_number_in(text: &str) -> String {
        let world = World::small().named("crisis", "dprk.military == war").named("twice", "2 * tension");
        let told = world.ask(|context| number(&parse_expression(text, 0).expect("it parses"), context));
        told.expect_err("this is a mistake").join(" & ")
    }

    fn interval_of(text: &str) -> (f64, f64, bool) {
        match typed(&World::small(), text) {
            Ok(Typed::Number(_, Interval { low, high, whole })) => (low, high, whole),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_number_knows_what_it_can_be() {
        assert_eq!(interval_of("tension"), (0.0, 100.0, true));
        assert_eq!(interval_of("1 + tension / 50"), (1.0, 3.0, false));
        assert_eq!(interval_of("boost * tension - 1"), (-1.0, 299.0, true));
        assert_eq!(interval_of("-tension"), (-100.0, 0.0, true));
        assert_eq!(interval_of("min(tension, 20)"), (0.0, 20.0, true));
        assert_eq!(interval_of("max(tension, 20.5)"), (20.5, 100.0, false));
        assert_eq!(interval_of("how_many(surprise, true, us_line == back)"), (1.0, 2.0, true));
        assert_eq!(interval_of("day"), (0.0, 30.0, true));
    }

    #[test]
    fn what_does_not_change_is_folded() {
        let Ok(Typed::Number(number, interval)) = typed(&World::small(), "2 * boost + 1") else { panic!() };
        assert_eq!(number, Number::Constant(5.0));
        assert_eq!((interval.low, interval.high), (3.0, 7.0));
        let truth = |text| match typed(&World::small(), text) {
            Ok(Typed::YesNo(Condition::Constant(truth))) => truth,
            other => panic!("{text}: {other:?}"),
        };
        assert!(truth("us_line == neutral and boost > 1.5"));
        assert!(!truth("surprise and us_line == back"));
        assert!(truth("surprise or not us_line == back"));
    }

    #[test]
    fn conditions_read_what_they_name() {
        let Ok(Typed::YesNo(condition)) = typed(&World::small(), "dprk.military >= testing and not surprise") else {
            panic!()
        };
        let holds = |military: i32, surprise: i32| {
            condition.holds(&|slot| match slot {
                Slot::Variable(id) if id.0 == 0 => military,
                Slot::Variable(_) => surprise,
                _ => unreachable!("it reads variables"),
            })
        };
        assert!(holds(1, 0) && holds(2, 0) && !holds(0, 0) && !holds(2, 1));
    }

    #[test]
    fn a_let_is_what_it_names_and_is_used_with_its_type() {
        let world = World::small()
            .named("crisis", "hot or surprise")
            .named("hot", "tension > limit")
            .named("limit", "40 * boost");
        let Ok(Typed::YesNo(Condition::Or(parts))) = typed(&world, "crisis") else { panic!() };
        let Condition::Compare(CompareOp::Greater, _, Number::Constant(limit)) = &parts[0] else { panic!("{parts:?}") };
        assert!((limit - 80.0).abs() < 1e-12);
    }

    #[test]
    fn a_condition_is_due() {
        assert_eq!(
            refused("tension"),
            "not-a-condition: `tension` is an indicator, a number, and a condition is due here | compare it: `tension > 50`"
        );
        assert_eq!(
            refused("us_line"),
            "not-a-condition: `us_line` is a parameter that is one of several names, and a condition is due here | say which: `us_line == neutral`"
        );
        assert_eq!(
            refused("twice"),
            "not-a-condition: `twice` is a let that is a number, and a condition is due here | compare it: `twice > 0`"
        );
        assert!(
            refused("dprk.military")
                .ends_with("say which value: `dprk.military == routine` | its values are `routine`, `testing`, `war`")
        );
        assert!(refused("clash").contains("write `count(clash) >= 1`"));
        assert!(refused("dprk").contains("`dprk.military == routine`"));
        assert!(refused("tension + 3").contains("compare it: `tension + 3 > 0`"));
        assert!(refused("2024-03-04").contains("`day >= 2024-03-04`"));
    }

    #[test]
    fn a_number_is_due() {
        assert_eq!(
            no_number_in("crisis"),
            "not-a-number: `crisis` is a condition, and a number is due here | write `how_many(crisis)`, which is 1 or 0"
        );
        assert!(no_number_in("surprise * 2").contains("write `how_many(surprise)`"));
        assert!(no_number_in("us_line").contains("`how_many(us_line == neutral)`"));
        assert!(no_number_in("pause + 1").contains("durations are compared with `since(event)`"));
        assert!(no_number_in("1 + count(clash)").contains("`count` stands alone"));
        assert!(no_number_in("7d").contains("`7d` is a duration"));
        assert!(no_number_in("clash").contains("`count(clash) >= 2`"));
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_one_that_would_do() {
        assert_eq!(refused("criss"), "unknown-name: there is no flag or let `criss` | did you mean `crisis`?");
        assert_eq!(
            no_number_in("tensoin"),
            "unknown-name: there is no indicator, parameter or let `tensoin` | did you mean `tension`?"
        );
        assert!(refused("military").contains("did you mean `dprk.military`?"));
        assert!(refused("recognised").contains("did you mean `rok.cuba == recognised`?"));
        assert!(refused("dprc.military == war").contains("did you mean `dprk.military`?"));
        assert!(refused("dprk.militry == war").contains("did you mean `dprk.military`?"));
        assert!(refused("rok.japan == talks").contains("did you mean `dprk.japan`?"));
        assert!(refused("tension.x == talks").contains("`tension` is an indicator and has no postures"));
    }

    #[test]
    fn every_mistake_of_an_expression_is_reported() {
        let told = World::small().ask(|context| {
            condition(
                &parse_expression("criss and dprk.militry == war or tension > tensoin", 0).expect("it parses"),
                context,
            )
        });
        assert_eq!(told.expect_err("there are three").len(), 3);
    }

    #[test]
    fn a_divisor_is_kept_from_zero() {
        assert_eq!(
            no_number_in("1 / tension"),
            "division-by-zero: this divides by `tension`, which can be 0 | keep it away from 0, for example by `max(tension, 1)`"
        );
        assert!(
            no_number_in("1 / (boost - 2)").starts_with("division-by-zero"),
            "its range holds 0 though its value does not"
        );
        assert_eq!(interval_of("1 / max(tension, 1)"), (0.01, 1.0, false));
        assert!(no_number_in("1e300 * 1e300 * tension").starts_with("number-too-large"));
    }

    #[test]
    fn a_probability_is_proved() {
        let of = |text: &str| {
            let text = ProbabilityText::Formula(parse_expression(text, 0).expect("it parses"));
            World::small().ask(|context| probability(&text, context))
        };
        assert!(of("min(tension / 50, 1)").is_ok());
        let told = of("tension / 50").expect_err("it reaches 2").join("");
        assert_eq!(
            told,
            "not-a-probability: `tension / 50` can be 0 to 2, and a probability is due here | a probability lies between 0 and 1 (0 % and 100 %) | to keep it there, write `min(tension / 50, 1)`"
        );
        assert!(of("boost - 2").is_err(), "its value is 0 but its range is not");
        assert!(of("likly").expect_err("no word").join("").contains("did you mean `likely`?"));
        assert!(of("boots").expect_err("no name").join("").contains("did you mean `boost`?"));
    }

    #[test]
    fn poisoned_names_are_silent() {
        let world = World::small().poisoned("spoilt").named("fine", "true");
        let mut world = world;
        world.document.lets[0].value = None;
        let (scope, mut demand, mistakes) = world.declare();
        assert_eq!(mistakes, Vec::<String>::new());
        let mut diagnostics = crate::diagnostic::Diagnostics::default();
        let mut context = Context { scope: &scope, demand: &mut demand, diagnostics: &mut diagnostics };
        for text in ["spoilt > 3", "fine", "fine and spoilt > 2", "spoilt", "spoilt == back", "since(test) > spoilt"] {
            assert_eq!(condition(&parse_expression(text, 0).expect("it parses"), &mut context), None, "{text}");
        }
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
    }
}
