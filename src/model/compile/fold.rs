//! Conditions and numbers put together, with what does not depend on the state worked out at once.
//!
//! Does not know names or mistakes.

use super::interval::Interval;
use crate::model::formula::{Condition, Number};
use crate::scenario::expression::ArithmeticOp;

/// `not c`, folded.
pub(super) fn not(c: Condition) -> Condition {
    match c {
        Condition::Constant(b) => Condition::Constant(!b),
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}

/// All of `list`, folded.
pub(super) fn and(list: Vec<Condition>) -> Condition {
    if list.contains(&Condition::Constant(false)) {
        return Condition::Constant(false);
    }
    let mut list: Vec<_> = list.into_iter().filter(|c| *c != Condition::Constant(true)).collect();
    match list.len() {
        0 => Condition::Constant(true),
        1 => list.remove(0),
        _ => Condition::And(list),
    }
}

/// One of `list`, folded.
pub(super) fn or(list: Vec<Condition>) -> Condition {
    if list.contains(&Condition::Constant(true)) {
        return Condition::Constant(true);
    }
    let mut list: Vec<_> = list.into_iter().filter(|c| *c != Condition::Constant(false)).collect();
    match list.len() {
        0 => Condition::Constant(false),
        1 => list.remove(0),
        _ => Condition::Or(list),
    }
}

/// A constant, if nothing of it depends on the state.
pub(super) fn fold(number: Number) -> Number {
    if reads_nothing(&number) { Number::Constant(number.value(&|_| 0)) } else { number }
}

/// Whether it is the same in every state.
pub(super) fn reads_nothing(number: &Number) -> bool {
    let mut nothing = true;
    number.slots(&mut |_| nothing = false);
    nothing
}

/// The least or the greatest of `all`.
pub(super) fn choose(
    all: Vec<(Number, Interval)>,
    form: fn(Vec<Number>) -> Number,
    of_two: fn(f64, f64) -> f64,
    of_intervals: fn(Interval, Interval) -> Interval,
) -> (Number, Interval) {
    let interval = all.iter().map(|(_, interval)| *interval).reduce(of_intervals);
    let (numbers, _): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    let constants: Option<Vec<f64>> =
        numbers.iter().map(|n| if let Number::Constant(x) = n { Some(*x) } else { None }).collect();
    let number = match constants.and_then(|all| all.into_iter().reduce(of_two)) {
        Some(x) => Number::Constant(x),
        None => form(numbers),
    };
    (number, interval.expect("the parser wants at least one argument"))
}

/// How many of `list` hold.
pub(super) fn how_many(list: Vec<Condition>) -> (Number, Interval) {
    let surely = list.iter().filter(|c| **c == Condition::Constant(true)).count();
    let never = list.iter().filter(|c| **c == Condition::Constant(false)).count();
    let interval = Interval::new(surely as f64, (list.len() - never) as f64, true);
    (fold(Number::HowMany(list)), interval)
}

/// `-x`
pub(super) fn negative((number, interval): (Number, Interval)) -> (Number, Interval) {
    let number = match number {
        Number::Constant(x) => Number::Constant(-x),
        other => Number::Arithmetic(ArithmeticOp::Minus, Box::new(Number::Constant(0.0)), Box::new(other)),
    };
    (number, interval.negative())
}
