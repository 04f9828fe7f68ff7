//! Numbers that carry their accuracy: proportions, means, quantiles, and how many digits of them mean something.
//!
//! Does not know what they are of, nor how they are worded.

use serde::{Deserialize, Serialize};

use super::{binomial, student, watched};

/// The confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Half its width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Whether `x` lies in it.
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }
}

/// What may be claimed of a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// It lies in the interval.
    Between,
    /// No run hit: it is at most the upper end; never 0.
    AtMost,
    /// Every run hit: it is at least the lower end; never 1.
    AtLeast,
    /// There are no runs: nothing.
    Nothing,
}

/// When somebody may look at an estimate and decide whether more runs are drawn, and so which interval it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// After a number of runs that was chosen beforehand.
    Once,
    /// After every run: `watched::sequence`.
    Always,
}

/// A probability, estimated as a share of runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Proportion {
    /// Runs that did.
    pub hits: u64,
    /// Runs.
    pub runs: u64,
    /// `hits / runs`; 0 without runs.
    pub value: f64,
    /// Interval at `CONFIDENCE`: Clopper-Pearson's, or one of a confidence sequence.
    pub interval: Interval,
    /// What may be claimed.
    pub claim: Claim,
    /// Whether the interval holds for one look or for all.
    #[serde(skip)]
    pub looks: Looks,
}

impl Proportion {
    /// The estimate from `hits` of `runs`, a number chosen beforehand.
    ///
    /// # Panics
    /// If there are more hits than runs.
    pub fn new(hits: u64, runs: u64) -> Self {
        Self::seen(Looks::Once, hits, runs)
    }

    /// The estimate from `hits` of `runs`, with the interval that `looks` need.
    ///
    /// # Panics
    /// If there are more hits than runs.
    pub fn seen(looks: Looks, hits: u64, runs: u64) -> Self {
        assert!(hits <= runs, "{hits} hits of {runs} runs");
        let claim = match hits {
            _ if runs == 0 => Claim::Nothing,
            0 => Claim::AtMost,
            _ if hits == runs => Claim::AtLeast,
            _ => Claim::Between,
        };
        let value = Self::share(hits, runs);
        let interval = match looks {
            Looks::Once => binomial::clopper_pearson(hits, runs, CONFIDENCE),
            Looks::Always => watched::sequence(hits, runs),
        };
        Self { hits, runs, value, interval, claim, looks }
    }

    /// `hits / runs`; 0 without runs.
    pub fn share(hits: u64, runs: u64) -> f64 {
        if runs == 0 { 0.0 } else { hits as f64 / runs as f64 }
    }

    /// Decimals of the *percentage* that its interval supports, 0 to 6.
    pub fn percent_decimals(&self) -> usize {
        decimals(100.0 * self.interval.half_width(), 6)
    }

    /// How it reads as odds: of a proportion below 1 in 20, or of the upper end where there was no hit.
    pub fn odds(&self) -> Option<Odds> {
        if self.claim == Claim::Nothing || self.value >= 0.05 || self.interval.high >= 0.5 {
            return None;
        }
        let digits = if self.hits < 25 { 1 } else { 2 };
        Some(Odds {
            about: (self.hits > 0).then(|| round_to_digits(1.0 / self.value, digits)),
            most: floor_to_digits(1.0 / self.interval.high, 2),
            least: (self.hits > 0).then(|| ceil_to_digits(1.0 / self.interval.low, 2)),
        })
    }

    /// Runs needed for a relative standard error of `relative` if the estimate is right: `(1 - p) / (p r^2)`.
    /// `None` without a hit.
    pub fn runs_needed(&self, relative: f64) -> Option<u64> {
        (self.hits > 0).then(|| ((1.0 - self.value) / (self.value * relative * relative)).ceil() as u64)
    }
}

/// A small probability as odds: "about 1 in 300".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Odds {
    /// About 1 in this; `None` if no run hit.
    pub about: Option<u64>,
    /// At most 1 in this (the upper end of the interval), rounded to the safe side.
    pub most: u64,
    /// At least 1 in this (the lower end); `None` if no run hit.
    pub least: Option<u64>,
}

/// Whether a mean's interval can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeanTrust {
    /// Yes.
    Sound,
    /// The values are so skewed that the interval covers less often than it says.
    Skewed,
    /// All runs had the same value: nothing is known of the spread.
    Constant,
    /// Fewer than two runs.
    TooFew,
}

/// A mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// Its standard error; 0 if all values are the same.
    pub standard_error: f64,
    /// Student's interval at `CONFIDENCE`; `None` with fewer than two values or if all are the same.
    pub interval: Option<Interval>,
    /// Values.
    pub runs: u64,
    /// Skewness of the values.
    pub skewness: f64,
    /// Whether the interval can be trusted.
    pub trust: MeanTrust,
}

/// First three sample moments: what a mean is estimated from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Values.
    pub runs: u64,
    /// Their mean.
    pub mean: f64,
    /// Their variance (divisor `runs`).
    pub variance: f64,
    /// Their skewness; 0 if the variance is.
    pub skewness: f64,
}

impl Mean {
    /// Student's interval. It is called skewed if there are fewer than `25 g^2` values of skewness `g`:
    /// W. G. Cochran, "Sampling Techniques", 3rd ed. (1977), section 2.15. `None` without values.
    pub fn new(moments: &Moments) -> Option<Self> {
        Self::of_parts(moments, moments.runs)
    }

    /// The same of values of which only `having` tell anything, the others being 0: the interval has the degrees of freedom
    /// of those. `None` without values.
    pub fn of_parts(moments: &Moments, having: u64) -> Option<Self> {
        let runs = moments.runs;
        if runs == 0 {
            return None;
        }
        let trust = match runs {
            1 => MeanTrust::TooFew,
            _ if having < 2 => MeanTrust::TooFew,
            _ if moments.variance <= 0.0 => MeanTrust::Constant,
            _ if (runs as f64) < 25.0 * moments.skewness * moments.skewness => MeanTrust::Skewed,
            _ => MeanTrust::Sound,
        };
        let freedom = (runs - 1).max(1);
        let standard_error = if runs < 2 { 0.0 } else { libm::sqrt(moments.variance / freedom as f64) };
        let interval = matches!(trust, MeanTrust::Sound | MeanTrust::Skewed).then(|| {
            let half = student::quantile(having.saturating_sub(1).max(1)) * standard_error;
            Interval { low: moments.mean - half, high: moments.mean + half }
        });
        Some(Self { value: moments.mean, standard_error, interval, runs, skewness: moments.skewness, trust })
    }

    /// Decimals that its interval supports, 0 to 6; 0 where there is none.
    pub fn decimals(&self) -> usize {
        self.interval.map_or(0, |interval| decimals(interval.half_width(), 6))
    }
}

/// A quantile, read off a histogram, with its order-statistic interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantile {
    /// Which: 0.5 is the median.
    pub level: f64,
    /// Its value: the lower edge of its bin.
    pub value: f64,
    /// Lower end at `CONFIDENCE`; `None` if there are too few values to bound it.
    pub low: Option<f64>,
    /// Upper end; `None` if there are too few values to bound it.
    pub high: Option<f64>,
    /// Values.
    pub runs: u64,
    /// Width of the bins: 0 if each bin is one value.
    pub resolution: f64,
}

/// Ranks of the order statistics that estimate and bound a quantile: the same for all samples of one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    level: f64,
    runs: u64,
    at: u64,
    low: Option<u64>,
    high: Option<u64>,
}

impl Ranks {
    /// Of the quantile at `level` of `runs` values. `None` without values.
    pub fn new(level: f64, runs: u64) -> Option<Self> {
        let (low, high) = binomial::quantile_ranks(runs, level, CONFIDENCE);
        // A product that rounding lifted just above a whole number is that number.
        let at = ((level * runs as f64 * (1.0 - 1e-15)).ceil() as u64).clamp(1, runs.max(1));
        (runs > 0).then_some(Self { level, runs, at, low, high })
    }
}

impl Quantile {
    /// The quantile of a sample of which `value_at(r)` is the r-th smallest value, from 1, rounded down to whole
    /// multiples of `resolution` (0: exact).
    pub fn new(ranks: &Ranks, resolution: f64, value_at: impl Fn(u64) -> f64) -> Self {
        Self {
            level: ranks.level,
            value: value_at(ranks.at),
            low: ranks.low.map(&value_at),
            // The upper end lies anywhere in its bin.
            high: ranks.high.map(|rank| value_at(rank) + resolution),
            runs: ranks.runs,
            resolution,
        }
    }
}

/// Decimals at which the last digit is no finer than `half_width`, 0 to `most`. A half-width of 0 supports `most`.
pub fn decimals(half_width: f64, most: usize) -> usize {
    (0..most).take_while(|d| libm::pow(10.0, -(*d as f64)) > half_width * (1.0 + 1e-9)).count()
}

impl Odds {
    /// How a solved probability reads as odds, if it is below 1 in 20 and not next to impossible. `low` and `high` are
    /// the ends of its interval.
    pub fn solved(value: f64, low: f64, high: f64) -> Option<Self> {
        (value < 0.05 && value > SMALLEST_ODDS).then(|| Self {
            about: Some(round_to_digits(1.0 / value, 2)),
            most: floor_to_digits(1.0 / high, 2),
            least: (low > SMALLEST_ODDS).then(|| ceil_to_digits(1.0 / low, 2)),
        })
    }
}

/// What is smaller is told as a power of ten.
const SMALLEST_ODDS: f64 = 1e-15;

fn unit_of(x: f64, digits: i32) -> f64 {
    let magnitude = libm::floor(libm::log10(x.max(1.0)) + 1e-12) as i32;
    libm::pow(10.0, f64::from((magnitude + 1 - digits).max(0)))
}

fn round_to_digits(x: f64, digits: i32) -> u64 {
    let unit = unit_of(x, digits);
    ((x / unit).round() * unit) as u64
}

fn floor_to_digits(x: f64, digits: i32) -> u64 {
    let unit = unit_of(x, digits);
    ((x / unit).floor() * unit).max(1.0) as u64
}

fn ceil_to_digits(x: f64, digits: i32) -> u64 {
    let unit = unit_of(x, digits);
    ((x / unit).ceil() * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hit_is_an_upper_bound() {
        let none = Proportion::new(0, 100_000);
        assert_eq!(none.claim, Claim::AtMost);
        assert_eq!(none.odds(), Some(Odds { about: None, most: 27_000, least: None }));
        assert_eq!(none.runs_needed(0.1), None);
        assert_eq!(Proportion::new(5, 5).claim, Claim::AtLeast);
        assert_eq!(Proportion::new(0, 0).claim, Claim::Nothing);
        assert_eq!(Proportion::new(1, 5).claim, Claim::Between);
    }

    #[test]
    fn small_numbers_read_as_odds() {
        let small = Proportion::new(333, 100_000).odds().unwrap();
        assert_eq!(small.about, Some(300));
        assert_eq!((small.most, small.least), (260, Some(340)));
        assert_eq!(Proportion::new(3, 100_000).odds().unwrap().about, Some(30_000));
        assert_eq!(Proportion::new(1, 21).odds().unwrap().about, Some(20));
        assert_eq!(Proportion::new(20_000, 100_000).odds(), None);
        assert_eq!(Proportion::new(0, 3).odds(), None, "three runs say nothing");
    }

    #[test]
    fn needs_the_runs_of_the_sample_size_formula() {
        assert_eq!(Proportion::new(1_000, 100_000).runs_needed(0.1), Some(9_900));
        assert_eq!(Proportion::new(100, 100_000).runs_needed(0.1), Some(99_900));
    }

    #[test]
    fn digits_follow_the_interval() {
        assert_eq!(decimals(3.0, 6), 0);
        assert_eq!(decimals(1.0, 6), 0);
        assert_eq!(decimals(0.7, 6), 1);
        assert_eq!(decimals(0.1, 6), 1);
        assert_eq!(decimals(0.03, 6), 2);
        assert_eq!(decimals(0.0, 3), 3);
        assert_eq!(Proportion::new(17_130, 100_000).percent_decimals(), 1);
        assert_eq!(Proportion::new(17, 100).percent_decimals(), 0);
    }

    #[test]
    fn means_say_when_not_to_trust_them() {
        let of = |runs, mean, variance, skewness| Mean::new(&Moments { runs, mean, variance, skewness });
        assert_eq!(of(0, 0.0, 0.0, 0.0), None);
        assert_eq!(of(1, 2.0, 0.0, 0.0).unwrap().trust, MeanTrust::TooFew);
        assert_eq!(of(9, 2.0, 0.0, 0.0).unwrap().trust, MeanTrust::Constant);
        assert_eq!(of(9, 2.0, 0.0, 0.0).unwrap().interval, None);
        assert_eq!(of(10_000, 1.0, 1.0, 33.5).unwrap().trust, MeanTrust::Skewed);
        let sound = of(10, 5.0, 9.0, 0.1).unwrap();
        assert_eq!(sound.trust, MeanTrust::Sound);
        // 9 degrees of freedom: 2.262157; standard error sqrt(9 / 9) = 1.
        assert!((sound.interval.unwrap().high - 7.262_157).abs() < 1e-5);
        let many = of(4_000_001, 5.0, 9.0, 0.1).unwrap();
        assert!((many.interval.unwrap().half_width() - 1.96 * 3.0 / 2000.0).abs() < 1e-6);
    }

    #[test]
    fn quantiles_of_a_sample() {
        let median = Quantile::new(&Ranks::new(0.5, 101).unwrap(), 0.0, |rank| rank as f64);
        assert!((median.value - 51.0).abs() < 1e-12);
        assert_eq!((median.low, median.high), (Some(41.0), Some(61.0)));
        let binned = Quantile::new(&Ranks::new(0.5, 101).unwrap(), 10.0, |rank| (rank / 10 * 10) as f64);
        assert_eq!((binned.low, binned.high), (Some(40.0), Some(70.0)));
        let three = Quantile::new(&Ranks::new(0.5, 3).unwrap(), 0.0, |rank| rank as f64);
        assert_eq!((three.low, three.high), (None, None));
        assert_eq!(Ranks::new(0.5, 0), None);
    }
}
