//! Comparisons: what may stand left and right of a sign, and what it then means.
//!
//! Does not know where the comparison stands.

use super::calendar::outside;
use super::counted::{with_count, with_since};
use super::event::unordered;
use super::fold::reads_nothing;
use super::interval::Interval;
use super::names::{Context, Due, Meaning, Scope, Value, listed, with_allowed};
use super::typing::{is_number, number};
use crate::diagnostic::{Diagnostic, Span};
use crate::model::formula::{Condition, Number, Slot};
use crate::model::{VariableId, VariableKind};
use crate::scenario::expression::{CompareOp, EventExpr, Expr, ExprKind, PostureRef};
use crate::scenario::quantity::{Duration, Moment};

/// What stands on a side of a comparison.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side<'a> {
    Posture(&'a PostureRef),
    /// A parameter that is one of several names, by place in the file.
    Choice(usize),
    Count(&'a EventExpr),
    Since(&'a EventExpr),
    Duration(Duration),
    Moment(Moment),
    Day,
    Number,
    YesNo,
    /// A name that is none of all these; a value perhaps.
    Bare(&'a str),
    /// Its declaration held a mistake.
    Poisoned,
}

impl Side<'_> {
    /// What people call it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Posture(_) => "a posture",
            Self::Choice(_) => "a parameter that is one of several names",
            Self::Count(_) | Self::Day | Self::Number => "a number",
            Self::Since(_) | Self::Duration(_) => "a duration",
            Self::Moment(_) => "a date",
            Self::YesNo => "a condition",
            Self::Bare(_) | Self::Poisoned => "a name",
        }
    }
}

fn side<'a>(expr: &'a Expr, context: &mut Context<'_>) -> Side<'a> {
    match &expr.kind {
        ExprKind::Posture(posture) => Side::Posture(posture),
        ExprKind::Count(event) => Side::Count(event),
        ExprKind::Since(event) => Side::Since(event),
        ExprKind::Duration(duration) => Side::Duration(*duration),
        ExprKind::Moment(moment) => Side::Moment(*moment),
        ExprKind::Day => Side::Day,
        ExprKind::Name(name) => named_side(name, expr, context),
        _ if is_number(expr, context.scope, 0) => Side::Number,
        _ => Side::YesNo,
    }
}

fn named_side<'a>(name: &'a str, expr: &Expr, context: &mut Context<'_>) -> Side<'a> {
    let scope = context.scope;
    match scope.meaning(name) {
        Some(Meaning::Parameter(index)) => match &scope.parameters[index] {
            Some(Value::Choice { .. }) => Side::Choice(index),
            Some(Value::Duration(duration)) => Side::Duration(*duration),
            Some(Value::Number { .. } | Value::Rate) => Side::Number,
            None => Side::Poisoned,
        },
        Some(Meaning::Indicator(None) | Meaning::Flag(None)) => Side::Poisoned,
        Some(Meaning::Indicator(Some(_))) => Side::Number,
        Some(Meaning::Let(index)) if scope.lets[index].expr.is_none() => Side::Poisoned,
        Some(Meaning::Let(_)) if is_number(expr, scope, 0) => Side::Number,
        Some(Meaning::Let(_) | Meaning::Flag(Some(_))) => Side::YesNo,
        Some(Meaning::Actor | Meaning::Rule(_) | Meaning::Emitted | Meaning::Group) | None => Side::Bare(name),
    }
}

/// `left in (…, item, …)`
pub(super) fn member(left: &Expr, item: &Expr, context: &mut Context<'_>) -> Option<Condition> {
    compare(CompareOp::Equal, left, item, context)
}

/// `left op right`
pub(super) fn compare(op: CompareOp, left: &Expr, right: &Expr, context: &mut Context<'_>) -> Option<Condition> {
    let found = side(left, context);
    match found {
        Side::Posture(posture) => return with_posture(op, posture, left, right, context),
        Side::Choice(index) => return with_choice(op, index, left, right, context),
        Side::Poisoned => return None,
        _ => {}
    }
    let other = side(right, context);
    match (found, other) {
        (_, Side::Poisoned) => None,
        (_, Side::Posture(_) | Side::Choice(_)) => turned(op, left, right, context),
        (Side::Count(event), _) => with_count(op, event, left, right, other, context),
        (Side::Since(event), _) => with_since(op, event, left, right, other, context),
        (Side::Day, Side::Moment(moment)) => with_date(op, moment, right.span, context),
        (Side::Number | Side::Day, Side::Number | Side::Day) => with_number(op, left, right, context),
        (Side::Duration(a), Side::Duration(b)) => {
            let truth = holds(op, a.seconds as f64, b.seconds as f64);
            Some(Condition::Constant(truth))
        }
        (Side::Number, Side::Count(_)) | (Side::Duration(_), Side::Since(_)) | (Side::Moment(_), Side::Day) => {
            turned(op, left, right, context)
        }
        (Side::YesNo, _) => with_truth(op, left, right, context),
        (Side::Bare(name), _) => {
            let mistake = no_variable(name, left, right, context);
            context.diagnostics.push(mistake);
            None
        }
        _ => {
            let mistake = match other {
                Side::Bare(name) => no_value(name, left, found, right, context),
                other => mismatch(left, found, right, other),
            };
            context.diagnostics.push(mistake);
            None
        }
    }
}

fn holds(op: CompareOp, a: f64, b: f64) -> bool {
    Condition::Compare(op, Number::Constant(a), Number::Constant(b)).holds(&|_| 0)
}

/// The variable stands right.
fn turned(op: CompareOp, left: &Expr, right: &Expr, context: &mut Context<'_>) -> Option<Condition> {
    let found = format!("`{right}` stands right of the comparison");
    context.diagnostics.push(
        Diagnostic::error("variable-right", found, right.span)
            .help(format!("what is asked about stands left: write `{right} {} {left}`", op.turned())),
    );
    None
}

fn with_posture(
    op: CompareOp,
    posture: &PostureRef,
    left: &Expr,
    right: &Expr,
    context: &mut Context<'_>,
) -> Option<Condition> {
    let id = context.scope.posture(posture, context.diagnostics)?;
    let with = match &right.kind {
        ExprKind::Name(value) => {
            if !context.scope.values(id).contains(value) && context.scope.meaning(value).is_some() {
                let mistake = stranger(value, left, id, right.span, context);
                context.diagnostics.push(mistake);
                return None;
            }
            let value = context.scope.value_of(id, value, right.span, context.diagnostics)?;
            Number::Constant(f64::from(value))
        }
        ExprKind::Posture(other) => {
            let other = context.scope.posture(other, context.diagnostics)?;
            refuse_strangers(id, other, left, right, context)?;
            Number::Read(Slot::Variable(other))
        }
        _ => {
            let what = side(right, context).noun();
            let values = context.scope.values(id);
            let meant = match right.kind {
                ExprKind::Number(x) => values.get(x as usize).unwrap_or(&values[0]),
                _ => &values[0],
            };
            let found = format!("`{left}` is a posture and is compared with {what}");
            context.diagnostics.push(
                Diagnostic::error("type-mismatch", found, right.span)
                    .help(format!("its values are {}", listed(values.iter().map(String::as_str))))
                    .help(format!("write `{left} {op} {meant}`")),
            );
            return None;
        }
    };
    if !matches!(op, CompareOp::Equal | CompareOp::NotEqual) && !context.scope.is_ordered(id) {
        let mistake = unordered(id, &format!("`{op}`"), left.span.to(right.span), context.scope);
        // As they are written: what an author means by lower and higher is mostly their order.
        let values = context.scope.values(id);
        let at = right_value(right, values);
        let meant = at.map(|at| match op {
            CompareOp::Less => &values[..at],
            CompareOp::AtMost => &values[..=at],
            CompareOp::Greater => &values[at + 1..],
            _ => &values[at..],
        });
        let meant = meant.filter(|values| !values.is_empty()).map_or_else(|| values.join(", "), |v| v.join(", "));
        context.diagnostics.push(mistake.help(format!("or say which values you mean: `{left} in ({meant})`")));
        return None;
    }
    Some(Condition::Compare(op, Number::Read(Slot::Variable(id)), with))
}

/// Which of `values` stands on the right.
fn right_value(right: &Expr, values: &[String]) -> Option<usize> {
    let ExprKind::Name(name) = &right.kind else { return None };
    values.iter().position(|value| value == name)
}

/// The mistake of a name right of a posture that means something else.
fn stranger(name: &str, left: &Expr, id: VariableId, span: Span, context: &Context<'_>) -> Diagnostic {
    let noun = context.scope.meaning(name).map_or("a name", Meaning::noun);
    let values = context.scope.values(id);
    let found = format!("`{left}` is a posture and is compared with `{name}`, which is {noun}");
    let mistake = Diagnostic::error("type-mismatch", found, span);
    with_allowed(mistake, &format!("`{left}`"), name, values)
}

/// Two postures are compared only if they share a named ladder.
pub(super) fn refuse_strangers(
    a: VariableId,
    b: VariableId,
    left: &Expr,
    right: &Expr,
    context: &mut Context<'_>,
) -> Option<()> {
    if context.scope.shared_ladder(a, b).is_some() {
        return Some(());
    }
    let found = format!("`{left}` and `{right}` share no named ladder");
    context.diagnostics.push(
        Diagnostic::error("no-shared-ladder", found, left.span.to(right.span))
            .help("declare the ladder once, `ladders: { hostility: [calm, tense, war] }`, and write `ladder: hostility` in both")
            .help(format!("or compare each with a value: `{left} == {}`", context.scope.values(a)[0])),
    );
    None
}

fn with_choice(op: CompareOp, index: usize, left: &Expr, right: &Expr, context: &mut Context<'_>) -> Option<Condition> {
    let Some(Value::Choice { names, chosen }) = &context.scope.parameters[index] else { return None };
    let ExprKind::Name(name) = &right.kind else {
        let found = format!("`{left}` is one of several names and is compared with `{right}`");
        let mistake = Diagnostic::error("type-mismatch", found, right.span);
        context.diagnostics.push(mistake.help(format!("its values are {}", listed(names.iter().map(String::as_str)))));
        return None;
    };
    let Some(at) = names.iter().position(|n| n == name) else {
        let mistake = Diagnostic::error("unknown-value", format!("`{name}` is no value of `{left}`"), right.span);
        context.diagnostics.push(with_allowed(mistake, &format!("`{left}`"), name, names));
        return None;
    };
    match op {
        CompareOp::Equal => Some(Condition::Constant(at == *chosen)),
        CompareOp::NotEqual => Some(Condition::Constant(at != *chosen)),
        _ => {
            let found = format!("`{op}` needs an order, and the values of `{left}` have none");
            context.diagnostics.push(
                Diagnostic::error("unordered", found, left.span.to(right.span))
                    .help(format!("write `{left} == {name}` or `{left} in ({name}, …)`")),
            );
            None
        }
    }
}

/// `day op date`: the day's number.
fn with_date(op: CompareOp, moment: Moment, span: Span, context: &mut Context<'_>) -> Option<Condition> {
    let calendar = context.scope.calendar.as_ref()?;
    let day = 86_400;
    let Some(start) = calendar.start else {
        let found = format!("`{moment}` is a date, and this scenario has no calendar");
        context.diagnostics.push(
            Diagnostic::error("no-calendar", found, span)
                .help("add `start: \"2024-02-07\"` to `clock`, or count days from the start: `day >= 30`"),
        );
        return None;
    };
    let seconds = moment.seconds - start;
    let last = (u64::from(calendar.steps) * calendar.step_seconds) as i64;
    let text = |seconds| Moment { seconds, whole_day: start % day == 0 };
    let mistake = if !(0..=last).contains(&seconds) {
        let mistake = outside(moment, calendar);
        let mut diagnostic = Diagnostic::error(mistake.code, format!("`{moment}` {}", mistake.what), span);
        diagnostic.help = mistake.help;
        diagnostic
    } else if seconds % day != 0 {
        let found = format!("`day` counts whole days from `{}`, and `{}` is between two of them", text(start), moment);
        Diagnostic::error("no-boundary", found, span)
            .help(format!("for a window of hours, write `during({moment}..…)`"))
    } else {
        let with = Number::Constant((seconds / day) as f64);
        return Some(Condition::Compare(op, Number::Read(Slot::Day), with));
    };
    context.diagnostics.push(mistake);
    None
}

fn with_number(op: CompareOp, left: &Expr, right: &Expr, context: &mut Context<'_>) -> Option<Condition> {
    let (a, b) = (number(left, context), number(right, context));
    let ((a, of_a), (b, of_b)) = (a?, b?);
    if reads_nothing(&a) && !reads_nothing(&b) {
        return turned(op, left, right, context);
    }
    if of_a.whole && !reads_nothing(&a) && refuse_fraction(op, left, right, context) {
        return None;
    }
    Some(decide(op, (a, of_a), (b, of_b), left, right, context))
}

/// Whether a fraction is written right of a whole number: then a percent or a slip of the pen, and reported.
fn refuse_fraction(op: CompareOp, left: &Expr, right: &Expr, context: &mut Context<'_>) -> bool {
    let ExprKind::Number(x) = right.kind else { return false };
    if x.fract() == 0.0 {
        return false;
    }
    let found = format!("`{left}` is a whole number and is compared with {x}");
    let mistake = Diagnostic::error("not-whole", found, right.span);
    let percent = x * 100.0;
    context.diagnostics.push(if x.abs() < 1.0 && percent.fract() == 0.0 {
        let means = format!("`{percent}%` means {x}");
        mistake.help(format!("{means}: if you mean {percent}, write `{left} {op} {percent}`"))
    } else {
        mistake.help(format!("write `{left} {op} {}`", x.round()))
    });
    true
}

/// The comparison, folded if it is one of constants. One that the ranges decide is allowed, with a warning.
pub(super) fn decide(
    op: CompareOp,
    (a, of_a): (Number, Interval),
    (b, of_b): (Number, Interval),
    left: &Expr,
    right: &Expr,
    context: &mut Context<'_>,
) -> Condition {
    if let (Number::Constant(a), Number::Constant(b)) = (&a, &b) {
        return Condition::Constant(holds(op, *a, *b));
    }
    if let Some(truth) = Interval::decided(op, of_a, of_b) {
        let always = if truth { "always" } else { "never" };
        let found = format!("`{left} {op} {right}` {always} holds");
        let ranges = if matches!(right.kind, ExprKind::Number(_)) {
            format!("`{left}` goes from {} to {}", of_a.low, of_a.high)
        } else {
            format!("`{left}` is {of_a}, and `{right}` is {of_b}")
        };
        context
            .diagnostics
            .push(Diagnostic::warning("decided-comparison", found, left.span.to(right.span)).help(ranges));
    }
    Condition::Compare(op, a, b)
}

fn with_truth(op: CompareOp, left: &Expr, right: &Expr, context: &mut Context<'_>) -> Option<Condition> {
    super::typing::condition(left, context)?;
    let found = format!("`{left}` is a condition and cannot be compared");
    let mistake = Diagnostic::error("type-mismatch", found, left.span.to(right.span));
    let simple = matches!(left.kind, ExprKind::Name(_) | ExprKind::Bool(_));
    let negated = if simple { format!("not {left}") } else { format!("not ({left})") };
    context.diagnostics.push(match (&right.kind, op) {
        (ExprKind::Bool(truth), CompareOp::Equal | CompareOp::NotEqual) => {
            let same = *truth == (op == CompareOp::Equal);
            mistake.help(format!(
                "it is true or false by itself: write `{}`",
                if same { left.to_string() } else { negated }
            ))
        }
        _ => mistake.help(format!("it is true or false by itself: write `{left}` or `{negated}`")),
    });
    None
}

/// The mistake of a name on the left that cannot be compared.
fn no_variable(name: &str, left: &Expr, right: &Expr, context: &Context<'_>) -> Diagnostic {
    let scope = context.scope;
    if let Some(meaning) = scope.meaning(name) {
        let found = format!("`{name}` is {} and cannot be compared", meaning.noun());
        let mistake = Diagnostic::error("type-mismatch", found, left.span);
        return if meaning.is_event() {
            mistake
                .help(format!("how often it has happened is `count({name}) >= 1`, how long ago `since({name}) >= 7d`"))
        } else {
            let actor = scope.actors.iter().find(|a| a.id == name);
            let postures = actor.into_iter().flat_map(|a| &a.postures).map(|id| scope.variable_at(*id).name.as_str());
            mistake.help(format!("compare one of its postures: {}", listed(postures)))
        };
    }
    match &right.kind {
        _ if scope.postures_named(name).next().is_some() => {
            Diagnostic::error("unknown-name", format!("there is no `{name}`"), left.span).help(format!(
                "a posture is written with its actor: did you mean {}?",
                listed(scope.postures_named(name))
            ))
        }
        ExprKind::Name(value) if scope.postures_with(value).next().is_some() && scope.meaning(value).is_none() => {
            let postures: Vec<&str> = scope.postures_with(value).map(|p| p.name.as_str()).collect();
            Diagnostic::error("unknown-name", format!("there is no `{name}`"), left.span).help(format!(
                "a posture is written with its actor; `{value}` is a value of {}",
                listed(postures.into_iter())
            ))
        }
        _ => scope.unknown(name, left.span, Due::Comparable),
    }
}

/// A name right of something that has no values of its own.
fn no_value(name: &str, left: &Expr, found: Side<'_>, right: &Expr, context: &Context<'_>) -> Diagnostic {
    let scope = context.scope;
    let Some(meaning) = scope.meaning(name) else {
        return match &left.kind {
            ExprKind::Name(indicator) if !scope.is_near(name, Due::Number) => {
                word_for_number(name, indicator, right.span, scope)
            }
            _ => None,
        }
        .unwrap_or_else(|| scope.unknown(name, right.span, Due::Number));
    };
    let what = format!("`{left}` is {} and is compared with `{name}`, which is {}", found.noun(), meaning.noun());
    let mistake = Diagnostic::error("type-mismatch", what, right.span);
    if meaning.is_event() {
        return mistake.help(format!("how often it has happened is asked by itself: `count({name}) >= 1`"));
    }
    mistake.help(format!("compare `{left}` with a number, an indicator or a parameter"))
}

/// The mistake of a word such as `high` right of an indicator.
fn word_for_number(word: &str, indicator: &str, span: Span, scope: &Scope) -> Option<Diagnostic> {
    let variable = scope.variable_at(scope.variable(indicator)?);
    if variable.kind != VariableKind::Indicator {
        return None;
    }
    let (low, high) = (variable.low, variable.high);
    let found = format!("`{indicator}` is a number from {low} to {high} and is compared with the word `{word}`");
    let upper = low + ((i64::from(high) - i64::from(low)) * 7 / 10) as i32;
    Some(
        Diagnostic::error("type-mismatch", found, span)
            .related(variable.span, "declared here")
            .help(format!("write a number, such as `{indicator} >= {upper}`")),
    )
}

fn mismatch(left: &Expr, found: Side<'_>, right: &Expr, other: Side<'_>) -> Diagnostic {
    let what = format!("`{left}` is {} and is compared with {}", found.noun(), other.noun());
    let mistake = Diagnostic::error("type-mismatch", what, right.span);
    match (found, other) {
        (Side::Day, Side::Duration(d)) => {
            mistake.help(format!("`day` is the number of days since the start: write `day >= {}`", d.seconds / 86_400))
        }
        (Side::Number, Side::Moment(_)) => mistake.help(format!("dates are compared with `day`: `day >= {right}`")),
        (Side::Number, Side::Duration(_)) => {
            mistake.help("durations are compared with `since(event)`: `since(event) >= 7d`")
        }
        (Side::Duration(_), _) => {
            mistake.help(format!("durations are compared with `since(event)`: `since(event) >= {left}`"))
        }
        (Side::Moment(_), _) => mistake.help(format!("dates are compared with `day`: `day >= {left}`")),
        _ => mistake.help(format!("both sides must be of one kind: write `{left}` left and {} right", found.noun())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;
    use crate::scenario::expression::parse_expression;

    fn asked(text: &str) -> Result<Condition, Vec<String>> {
        let world = World::small().named("twice", "2 * tension");
        world.ask(|context| super::super::typing::condition(&parse_expression(text, 0).expect("it parses"), context))
    }

    fn refused(text: &str) -> String {
        asked(text).expect_err("this is a mistake").join(" & ")
    }

    #[test]
    fn a_posture_is_compared_with_its_values() {
        assert_eq!(
            refused("dprk.military == peace"),
            "unknown-value: `peace` is no value of `dprk.military` | the values of `dprk.military` are `routine`, `testing`, `war`"
        );
        assert!(refused("dprk.military == testng").ends_with("did you mean `testing`?"));
        assert!(refused("dprk.military == 2").contains("is a posture and is compared with a number"));
        assert!(refused("dprk.military in (war, tense)").contains("`tense` is no value"));
        assert!(refused("war == dprk.military").ends_with("write `dprk.military == war`"));
        assert!(
            refused("rok.cuba >= recognised")
                .starts_with("unordered: `>=` needs an order, and the values of `rok.cuba` have none")
        );
    }

    #[test]
    fn two_postures_are_compared_on_a_ladder_that_they_share() {
        assert!(asked("dprk.alert > rok.alert").is_ok());
        assert!(refused("dprk.military > dprk.japan").starts_with("no-shared-ladder"));
    }

    #[test]
    fn a_choice_is_decided_at_load() {
        assert_eq!(asked("us_line == neutral"), Ok(Condition::Constant(true)));
        assert_eq!(asked("us_line in (back, neutral)"), Ok(Condition::Constant(true)));
        assert!(refused("us_line == bak").ends_with("did you mean `back`?"));
        assert!(refused("us_line < back").starts_with("unordered"));
        assert!(refused("back == us_line").ends_with("write `us_line == back`"));
    }

    #[test]
    fn numbers_are_compared_with_numbers() {
        assert!(asked("tension > 10 * boost").is_ok());
        assert!(asked("twice > tension").is_ok());
        assert!(refused("50 < tension").ends_with("write `tension > 50`"));
        assert!(refused("tension > 30d").contains("is compared with a duration"));
        assert!(refused("tension > surprise").contains("is compared with a condition"));
        assert!(refused("surprise == true").ends_with("write `surprise`"));
        assert!(refused("surprise != true").ends_with("write `not surprise`"));
        assert!(refused("surprise > 3").starts_with("type-mismatch"));
        assert!(refused("tension > 0.5").contains("if you mean 50, write `tension > 50`"));
        assert!(refused("tension > tensin").contains("did you mean `tension`?"));
        assert!(refused("clash > 2").contains("`count(clash) >= 1`"));
    }

    #[test]
    fn a_comparison_that_the_ranges_decide_is_a_warning() {
        assert_eq!(
            refused("tension > 200"),
            "decided-comparison: `tension > 200` never holds | `tension` goes from 0 to 100"
        );
        assert!(refused("tension >= 0").contains("always holds"));
        assert!(asked("boost > 10").is_ok(), "what an author chose is not said to be decided");
    }

    #[test]
    fn days_are_compared_with_dates_and_numbers() {
        let Ok(Condition::Compare(CompareOp::AtLeast, Number::Read(Slot::Day), Number::Constant(day))) =
            asked("day >= 2024-02-17")
        else {
            panic!()
        };
        assert!((day - 10.0).abs() < 1e-12);
        assert!(refused("day >= 2025-01-01").contains("is after the last day of the run, `2024-03-07`"));
        assert!(refused("day >= 2024-02-17T06:00").contains("between two of them"));
        assert!(refused("day >= 10d").ends_with("write `day >= 10`"));
        assert!(refused("2024-02-17 < day").ends_with("write `day > 2024-02-17`"));
        assert!(refused("tension > 2024-02-17").contains("dates are compared with `day`"));
    }

    #[test]
    fn windows_include_their_last_day() {
        assert_eq!(asked("during(2024-02-08..2024-02-09)"), Ok(Condition::Holds(Slot::During(1, 3))));
        assert_eq!(asked("during(2024-01-01..2024-12-31)"), Ok(Condition::Holds(Slot::During(0, 31))));
        assert!(refused("during(2025-02-08..2025-02-09)").starts_with("outside-run"));
        assert!(refused("during(2024-02-08T06:00..2024-02-09)").starts_with("no-boundary"));
    }
}
