//! Closed intervals of numbers: what an expression can be, proved at load.
//!
//! Does not know expressions. Rounding to nearest is monotone, so the ends computed here with the operations of
//! a run bound every value that a run computes; nothing has to be widened.

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
}
