//! Closed intervals of numbers: what an expression can be, proved at load.
//!
//! Does not know expressions. Rounding to nearest is monotone, so the ends computed here with the operations of
//! a run bound every value that a run computes; nothing has to be widened.

use crate::scenario::expression::{ArithmeticOp, CompareOp};

/// All numbers from `low` to `high`, both included and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Only whole numbers occur.
    pub whole: bool,
}

/// Why an operation has no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impossible {
    /// The divisor can be 0.
    DivisionByZero,
    /// The result is beyond what a number can be.
    TooLarge,
}

impl Interval {
    /// Just `x`.
    pub fn point(x: f64) -> Self {
        Self { low: x, high: x, whole: x.fract() == 0.0 }
    }

    /// From `low` to `high`; whole numbers only if `whole`.
    pub fn new(low: f64, high: f64, whole: bool) -> Self {
        Self { low, high, whole }
    }

    /// The smallest interval that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high), self.whole && other.whole)
    }

    /// Whether every number of it lies in `low..=high`.
    pub fn within(self, low: f64, high: f64) -> bool {
        low <= self.low && self.high <= high
    }

    /// Whether `x` lies in it.
    pub fn contains(self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// `-x`.
    #[must_use]
    pub fn negative(self) -> Self {
        Self::new(-self.high, -self.low, self.whole)
    }

    /// The lesser of the two.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.min(other.high), self.whole && other.whole)
    }

    /// The greater of the two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self::new(self.low.max(other.low), self.high.max(other.high), self.whole && other.whole)
    }

    /// What `op` of one number of each can be.
    ///
    /// # Errors
    /// `Impossible` if the operation has no finite result for some of the numbers.
    pub fn arithmetic(op: ArithmeticOp, a: Self, b: Self) -> Result<Self, Impossible> {
        let corners = |f: fn(f64, f64) -> f64| {
            let all = [f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)];
            let low = all.into_iter().fold(f64::INFINITY, f64::min);
            let high = all.into_iter().fold(f64::NEG_INFINITY, f64::max);
            // A minimum passes over what is no number, so all four are looked at.
            all.into_iter().all(f64::is_finite).then_some((low, high))
        };
        let ends = match op {
            ArithmeticOp::Plus => corners(|x, y| x + y),
            ArithmeticOp::Minus => corners(|x, y| x - y),
            ArithmeticOp::Times => corners(|x, y| x * y),
            ArithmeticOp::Divide if b.contains(0.0) => return Err(Impossible::DivisionByZero),
            ArithmeticOp::Divide => corners(|x, y| x / y),
        };
        let (low, high) = ends.ok_or(Impossible::TooLarge)?;
        Ok(Self::new(low, high, a.whole && b.whole && op != ArithmeticOp::Divide))
    }

    /// Whether `a op b` is the same for all numbers of both, and which.
    pub fn decided(op: CompareOp, a: Self, b: Self) -> Option<bool> {
        let apart = a.high < b.low || b.high < a.low;
        match op {
            CompareOp::Equal => apart.then_some(false),
            CompareOp::NotEqual => apart.then_some(true),
            CompareOp::Less => Self::ordered(a.high < b.low, a.low >= b.high),
            CompareOp::AtMost => Self::ordered(a.high <= b.low, a.low > b.high),
            CompareOp::Greater => Self::ordered(a.low > b.high, a.high <= b.low),
            CompareOp::AtLeast => Self::ordered(a.low >= b.high, a.high < b.low),
        }
    }

    fn ordered(always: bool, never: bool) -> Option<bool> {
        if always { Some(true) } else { never.then_some(false) }
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        #[allow(clippy::float_cmp)]
        let single = self.low == self.high;
        let (low, high) = (told(self.low), told(self.high));
        if single { write!(f, "{low}") } else { write!(f, "{low} to {high}") }
    }
}

/// To twelve digits, as what is left of 0.5 - 0.3 is meant to be 0.2; to all of them where fewer would hide which side
/// of 0 or 1 it is on.
#[allow(clippy::float_cmp)]
pub fn told(x: f64) -> f64 {
    let near = format!("{x:.11e}").parse().unwrap_or(x);
    if near == 1.0 { x } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_are_told_to_the_digits_that_were_meant() {
        let told = |low: f64, high: f64| Interval::new(low, high, false).to_string();
        assert_eq!(told(0.1 - 0.3, 0.7 + 0.1), "-0.2 to 0.8");
        assert_eq!(told(0.0, 1.0 + f64::EPSILON), "0 to 1.0000000000000002", "which is why it is no probability");
    }

    const OPS: [ArithmeticOp; 4] = [ArithmeticOp::Plus, ArithmeticOp::Minus, ArithmeticOp::Times, ArithmeticOp::Divide];

    fn apply(op: ArithmeticOp, x: f64, y: f64) -> f64 {
        match op {
            ArithmeticOp::Plus => x + y,
            ArithmeticOp::Minus => x - y,
            ArithmeticOp::Times => x * y,
            ArithmeticOp::Divide => x / y,
        }
    }

    fn interval() -> impl Strategy<Value = (Interval, f64)> {
        (-1e3..1e3, 0.0..1e3, 0.0..=1.0).prop_map(|(low, width, at): (f64, f64, f64)| {
            let high = low + width;
            (Interval::new(low, high, false), (low + at * (high - low)).clamp(low, high))
        })
    }

    proptest! {
        #[test]
        fn holds_every_result((a, x) in interval(), (b, y) in interval(), op in 0_usize..4) {
            match Interval::arithmetic(OPS[op], a, b) {
                Ok(result) => prop_assert!(result.contains(apply(OPS[op], x, y))),
                Err(why) => {
                    prop_assert_eq!(why, Impossible::DivisionByZero);
                    prop_assert!(b.contains(0.0));
                }
            }
        }

        #[test]
        fn decides_as_every_pair_does((a, x) in interval(), (b, y) in interval()) {
            if let Some(less) = Interval::decided(CompareOp::Less, a, b) {
                prop_assert_eq!(less, x < y);
            }
            if let Some(most) = Interval::decided(CompareOp::AtMost, a, b) {
                prop_assert_eq!(most, x <= y);
            }
            if let Some(equal) = Interval::decided(CompareOp::Equal, a, b) {
                prop_assert!(!equal);
                prop_assert!(x < y || y < x);
            }
        }
    }

    #[test]
    fn refuses_what_has_no_finite_result() {
        let huge = Interval::point(1e308);
        assert_eq!(Interval::arithmetic(ArithmeticOp::Times, huge, huge), Err(Impossible::TooLarge));
        let around = Interval::new(-1.0, 1.0, true);
        assert_eq!(Interval::arithmetic(ArithmeticOp::Divide, huge, around), Err(Impossible::DivisionByZero));
    }

    #[test]
    fn whole_numbers_stay_whole_until_divided() {
        let (two, three) = (Interval::point(2.0), Interval::point(3.0));
        assert!(Interval::arithmetic(ArithmeticOp::Times, two, three).is_ok_and(|i| i.whole));
        assert!(Interval::arithmetic(ArithmeticOp::Divide, three, two).is_ok_and(|i| !i.whole));
        assert!(!Interval::point(0.5).union(two).whole);
    }

    #[test]
    fn reads_as_a_person_writes() {
        assert_eq!(Interval::new(0.0, 1.5, false).to_string(), "0 to 1.5");
        assert_eq!(Interval::point(3.0).to_string(), "3");
    }
}
