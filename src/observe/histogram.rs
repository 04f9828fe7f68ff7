//! Numbers of runs counted in bounded memory: integers only, so merging does not depend on order.
//!
//! Does not know what the numbers mean beyond their unit.

mod bins;

use serde::Serialize;

use bins::Bins;

/// A number in units of 2⁻²⁰: integers are exact, and sums of them are integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fixed(pub i64);

const FRACTION_BITS: u32 = 20;

impl Fixed {
    /// The nearest to `x`; held at the ends of the range, about ±8.8e12.
    pub fn nearest(x: f64) -> Self {
        // `as` saturates; a formula's value is never NaN.
        Self((x * f64::from(1 << FRACTION_BITS)).round() as i64)
    }

    /// A count.
    pub fn whole(count: u32) -> Self {
        Self(i64::from(count) << FRACTION_BITS)
    }

    /// Of a sum in units of `Fixed`, its `divisor`-th part, rounded down; held at the ends of the range.
    pub fn part(sum: i128, divisor: u64) -> Self {
        match (i64::try_from(sum), i64::try_from(divisor)) {
            // Much faster than the wide division.
            (Ok(sum), Ok(divisor)) => Self(sum.div_euclid(divisor)),
            _ => Self::held(sum.div_euclid(i128::from(divisor))),
        }
    }

    /// `numerator / 2^bits`, rounded down; held at the ends of the range. `bits` are 20 or more.
    pub fn shifted(numerator: i128, bits: u32) -> Self {
        Self::held(numerator >> (bits - FRACTION_BITS))
    }

    fn held(units: i128) -> Self {
        Self(units.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0 as f64 / f64::from(1 << FRACTION_BITS)
    }
}

/// What a number is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A count, or the unit of an indicator.
    Plain,
    /// Seconds.
    Seconds,
    /// Value × days.
    ValueDays,
    /// Calendar steps since the start.
    Steps,
}

/// How often which value: one bin a value until there are too many, then bins twice as wide, and so on.
///
/// The width in the end is the least at which the values fill no more than `most` bins. That depends on the
/// values alone, not on their order nor on how they were split among histograms that were merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    bins: Bins,
    /// Width of the finest bin, in units of `Fixed`.
    finest: i64,
    /// Every value is a whole number of `finest`.
    lossless: bool,
    /// Bins are `finest << doublings` wide.
    doublings: u32,
    most: usize,
    count: u64,
}

impl Histogram {
    /// An empty one for whole numbers, of at most `most` bins.
    pub fn of_integers(most: usize) -> Self {
        Self::with(1 << FRACTION_BITS, true, most)
    }

    /// An empty one for any numbers, of at most `most` bins.
    pub fn of_numbers(most: usize) -> Self {
        Self::with(1, true, most)
    }

    /// An empty one of at most `most` bins, none narrower than `width`.
    pub fn binned(width: Fixed, most: usize) -> Self {
        Self::with(width.0, false, most)
    }

    fn with(finest: i64, lossless: bool, most: usize) -> Self {
        assert!(finest > 0 && most > 1);
        // Numbers are whole more often than not.
        let grain = if lossless && finest == 1 { FRACTION_BITS } else { 0 };
        Self { bins: Bins::new(grain), finest, lossless, doublings: 0, most, count: 0 }
    }

    /// Counts one value.
    pub fn add(&mut self, value: Fixed) {
        self.count += 1;
        self.bins.add(self.finest_bin(value) >> self.doublings, 1);
        self.coarsen();
    }

    /// The value in whole numbers of `finest`, rounded down.
    #[inline]
    fn finest_bin(&self, value: Fixed) -> i64 {
        let zeros = self.finest.trailing_zeros();
        // A shift, and a division only of what is left; a short one, where that is enough, takes half the time.
        match (value.0 >> zeros, self.finest >> zeros) {
            (value, 1) => value,
            (value, by) => match (u32::try_from(value), u32::try_from(by)) {
                (Ok(value), Ok(by)) => i64::from(value / by),
                _ => value.div_euclid(by),
            },
        }
    }

    /// Takes in another of the same shape.
    ///
    /// # Panics
    /// If it has another shape.
    pub fn merge(&mut self, other: Self) {
        assert!(self.finest == other.finest && self.most == other.most, "two histograms of one question");
        let further = other.doublings.saturating_sub(self.doublings);
        if further > 0 {
            self.widen(further);
        }
        let shift = self.doublings - other.doublings;
        other.bins.iter().for_each(|(bin, count)| self.bins.add(bin >> shift, count));
        self.count += other.count;
        self.coarsen();
    }

    fn coarsen(&mut self) {
        while self.bins.len() > self.most {
            self.widen(1);
        }
    }

    fn widen(&mut self, doublings: u32) {
        self.doublings += doublings;
        self.bins.widen(doublings);
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Lower edges of the bins that are not empty, ascending, and how many values each holds.
    pub fn bins(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        let width = self.width();
        self.bins.iter().map(move |(bin, count)| (bin as f64 * width, count))
    }

    /// Width of the bins.
    pub fn width(&self) -> f64 {
        Fixed(self.finest).value() * libm::ldexp(1.0, self.doublings as i32)
    }

    /// Whether every bin is one value that could occur, so that nothing was rounded.
    pub fn exact(&self) -> bool {
        self.doublings == 0 && self.lossless
    }

    /// What is not known of a value read off it: the width of its bins, or 0 if it is exact.
    pub fn resolution(&self) -> f64 {
        if self.exact() { 0.0 } else { self.width() }
    }

    /// Lower edge of the bin of the `rank`-th smallest value, from 1 to `count`.
    ///
    /// # Panics
    /// If there is no such rank.
    pub fn value_at(&self, rank: u64) -> f64 {
        assert!((1..=self.count).contains(&rank), "rank {rank} of {}", self.count);
        let mut seen = 0;
        let mut reached = |count: u64| {
            seen += count;
            seen >= rank
        };
        let (edge, _) = self.bins().find(|(_, count)| reached(*count)).expect("the counts sum to `count`");
        edge
    }

    /// Skewness of the values, from the middles of their bins; 0 if they are all in one.
    pub fn skewness(&self) -> f64 {
        let half = self.resolution() / 2.0;
        let n = self.count as f64;
        let mean = self.bins().map(|(x, c)| (x + half) * c as f64).sum::<f64>() / n;
        let (mut second, mut third) = (0.0, 0.0);
        for (x, count) in self.bins() {
            let off = x + half - mean;
            second += off * off * count as f64 / n;
            third += off * off * off * count as f64 / n;
        }
        if second > 0.0 { third / (second * libm::sqrt(second)) } else { 0.0 }
    }
}

/// A number of every run: its histogram, exact sum and exact sum of squares, and the runs that have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// What it is counted in.
    pub unit: Unit,
    /// The values.
    pub histogram: Histogram,
    /// Runs without a value: `first` of what never held.
    pub never: u64,
    sum: i128,
    squares: Wide,
}

/// A sum of squares of `i64`: no number of runs overflows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    fn add_square(&mut self, x: i64) {
        let square = u128::from(x.unsigned_abs()) * u128::from(x.unsigned_abs());
        self.high += square >> 64;
        self.low += square & u128::from(u64::MAX);
    }

    fn value(self) -> f64 {
        self.high as f64 * libm::ldexp(1.0, 64) + self.low as f64
    }
}

impl Distribution {
    /// An empty one.
    pub fn new(unit: Unit, histogram: Histogram) -> Self {
        Self { unit, histogram, never: 0, sum: 0, squares: Wide::default() }
    }

    /// Counts one run's value; `None` if it has none.
    pub fn add(&mut self, value: Option<Fixed>) {
        let Some(value) = value else {
            self.never += 1;
            return;
        };
        self.histogram.add(value);
        self.sum += i128::from(value.0);
        self.squares.add_square(value.0);
    }

    /// Takes in another of the same shape.
    pub fn merge(&mut self, other: Self) {
        self.histogram.merge(other.histogram);
        self.never += other.never;
        self.sum += other.sum;
        self.squares.high += other.squares.high;
        self.squares.low += other.squares.low;
    }

    /// How many runs have a value.
    pub fn count(&self) -> u64 {
        self.histogram.count()
    }

    /// Mean of the values; 0 if there are none.
    pub fn mean(&self) -> f64 {
        if self.count() == 0 { 0.0 } else { self.sum as f64 / self.count() as f64 * Fixed(1).value() }
    }

    /// Variance of the values (divisor: their number); 0 if there are none.
    pub fn variance(&self) -> f64 {
        if self.count() == 0 {
            return 0.0;
        }
        let n = self.count() as f64;
        let mean = self.sum as f64 / n;
        let unit = Fixed(1).value();
        (self.squares.value() / n - mean * mean).max(0.0) * unit * unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(values: &[i64], most: usize) -> Histogram {
        let mut histogram = Histogram::of_numbers(most);
        for value in values {
            histogram.add(Fixed(*value));
        }
        histogram
    }

    #[test]
    fn fixed_holds_integers_and_rounds_the_rest() {
        assert_eq!(Fixed::nearest(7.0), Fixed(7 << 20));
        assert!((Fixed::nearest(-0.3).value() + 0.3).abs() < 1e-6);
        assert_eq!(Fixed::nearest(1e300), Fixed(i64::MAX));
        assert_eq!(Fixed::whole(7), Fixed(7 << 20));
        assert_eq!((Fixed::part(-7, 2), Fixed::part(7 << 70, 1 << 50)), (Fixed(-4), Fixed(7 << 20)));
        assert_eq!((Fixed::part(i128::MAX, 1), Fixed::part(1 << 65, u64::MAX)), (Fixed(i64::MAX), Fixed(2)));
        assert_eq!((Fixed::shifted(3, 21), Fixed::shifted(-1, 21)), (Fixed(1), Fixed(-1)));
        assert_eq!((Fixed::shifted(3, 20), Fixed::shifted(i128::MAX, 24)), (Fixed(3), Fixed(i64::MAX)));
    }

    #[test]
    fn few_values_are_exact_and_many_are_binned() {
        let few = filled(&[5, 5, -3, 8], 4);
        assert!(few.exact());
        assert_eq!(few.bins.iter().collect::<Vec<_>>(), [(-3, 1), (5, 2), (8, 1)]);
        let many = filled(&(0..64).collect::<Vec<_>>(), 16);
        assert_eq!((many.doublings, many.bins.len()), (2, 16));
        assert!(many.bins.iter().all(|(_, count)| count == 4));
    }

    #[test]
    fn ranks_walk_the_bins() {
        let histogram = filled(&[1 << 20, 1 << 20, 3 << 20], 10);
        let values: Vec<f64> = (1..=3).map(|rank| histogram.value_at(rank)).collect();
        assert_eq!(values, [1.0, 1.0, 3.0]);
    }

    #[test]
    fn moments_are_those_of_the_values() {
        let mut distribution = Distribution::new(Unit::Plain, Histogram::of_numbers(100));
        for x in [1.0, 2.0, 2.0, 7.0] {
            distribution.add(Some(Fixed::nearest(x)));
        }
        distribution.add(None);
        assert_eq!((distribution.count(), distribution.never), (4, 1));
        assert!((distribution.mean() - 3.0).abs() < 1e-12);
        assert!((distribution.variance() - 5.5).abs() < 1e-12);
        // Third central moment: (-8 - 1 - 1 + 64) / 4 = 13.5.
        assert!((distribution.histogram.skewness() - 13.5 / libm::pow(5.5, 1.5)).abs() < 1e-12);
    }

    #[test]
    fn squares_of_the_largest_values_do_not_overflow() {
        let mut distribution = Distribution::new(Unit::Plain, Histogram::of_numbers(100));
        (0..1000).for_each(|_| distribution.add(Some(Fixed(i64::MIN))));
        assert!((distribution.mean() / Fixed(i64::MIN).value() - 1.0).abs() < 1e-12);
        assert!(distribution.variance() < 1e-3 * distribution.mean() * distribution.mean());
    }

    proptest! {
        #[test]
        fn neither_order_nor_splitting_shows(values in prop::collection::vec(-5000_i64..5000, 0..300), cut in 0_usize..300, cut2 in 0_usize..300) {
            let whole = filled(&values, 16);
            prop_assert!(whole.bins.len() <= 16);
            let (a, b) = (cut.min(cut2).min(values.len()), cut.max(cut2).min(values.len()));
            let parts = || [filled(&values[..a], 16), filled(&values[a..b], 16), filled(&values[b..], 16)];
            let [mut left, middle, right] = parts();
            left.merge(middle);
            left.merge(right);
            prop_assert_eq!(&left, &whole);
            let [first, mut middle, mut last] = parts();
            last.merge(first);
            middle.merge(last);
            prop_assert_eq!(&middle, &whole);
        }
    }
}
