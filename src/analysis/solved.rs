//! What follows from the intervals of a solution: quantiles, read off distributions and off curves over time.
//!
//! Does not know how it was solved. As in the solution, every interval holds the truth.

use crate::exact::solution::Bounds;
use crate::model::Step;

/// A quantile of a solved distribution: the truth lies in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between<T> {
    /// Which: 0.5 is the median.
    pub level: f64,
    /// Lower end.
    pub low: T,
    /// Upper end.
    pub high: T,
}

/// The least value at or below which lies `level` of the probability, of values that ascend. `None` if it may lie
/// beyond the last of them.
pub fn quantile(values: &[(f64, Bounds)], level: f64) -> Option<Between<f64>> {
    let (mut at_least, mut at_most, mut low) = (0.0, 0.0, None);
    for (value, probability) in values {
        at_least += probability.low;
        at_most += probability.high;
        if at_most >= level {
            low.get_or_insert(*value);
        }
        if at_least >= level * (1.0 - ROUNDING) {
            return Some(Between { level, low: low?, high: *value });
        }
    }
    None
}

/// Sums of a few thousand probabilities that come to a level exactly may miss it by this part of it.
const ROUNDING: f64 = 1e-12;

/// When something has happened with `level` of the probability that it happens at all: after the first boundary and at
/// or before the second. `by` says how probable it is by the end of the step before a boundary, and ascends. `None` if
/// it cannot happen, or if `by` does not reach so far.
pub fn moment(by: &[(Step, Bounds)], ever: &Bounds, level: f64) -> Option<Between<Step>> {
    if ever.high <= 0.0 {
        return None;
    }
    let (least, most) = (level * ever.low, level * ever.high);
    let first = by.iter().position(|(_, p)| p.high >= least && p.high > 0.0)?;
    let last = by.iter().find(|(_, p)| p.low >= most * (1.0 - ROUNDING))?;
    let low = if first == 0 { 0 } else { by[first - 1].0 };
    Some(Between { level, low, high: last.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exactly(values: &[(f64, f64)]) -> Vec<(f64, Bounds)> {
        values.iter().map(|(value, p)| (*value, Bounds::exactly(*p))).collect()
    }

    #[test]
    fn a_quantile_is_the_least_value_that_has_so_much_below_it() {
        let die = exactly(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(|face| (face, 1.0 / 6.0)));
        let at = |level| quantile(&die, level).map(|q| (q.low, q.high));
        assert_eq!(at(0.05), Some((1.0, 1.0)));
        assert_eq!(at(0.4), Some((3.0, 3.0)));
        assert_eq!(at(0.95), Some((6.0, 6.0)));
        assert_eq!(quantile(&die[..3], 0.95), None, "it lies beyond what was followed");
    }

    #[test]
    fn what_the_intervals_leave_open_stays_open() {
        let wide = [(0.0, Bounds { low: 0.4, high: 0.6 }), (1.0, Bounds { low: 0.4, high: 0.6 })];
        let median = quantile(&wide, 0.5).unwrap();
        assert_eq!((median.low, median.high), (0.0, 1.0));
    }

    #[test]
    fn a_moment_lies_between_two_boundaries() {
        let by: Vec<(Step, Bounds)> =
            [(1, 0.0), (2, 0.1), (3, 0.3), (4, 0.4)].map(|(step, p)| (step, Bounds::exactly(p))).into();
        let ever = Bounds::exactly(0.4);
        let at = |level| moment(&by, &ever, level).map(|q| (q.low, q.high));
        assert_eq!(at(0.05), Some((1, 2)));
        assert_eq!(at(0.5), Some((2, 3)));
        assert_eq!(at(0.95), Some((3, 4)));
        assert_eq!(moment(&by, &Bounds::exactly(0.0), 0.5), None);
        let blurred: Vec<(Step, Bounds)> =
            vec![(1, Bounds { low: 0.1, high: 0.3 }), (2, Bounds { low: 0.3, high: 0.4 })];
        let wide = moment(&blurred, &Bounds { low: 0.3, high: 0.4 }, 0.5).unwrap();
        assert_eq!((wide.low, wide.high), (0, 2));
    }
}
