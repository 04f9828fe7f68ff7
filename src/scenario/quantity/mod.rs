//! Validated numbers with a meaning: probability, duration, moment, judgement. An invalid one cannot exist.
//!
//! Does not know the calendar of a scenario, nor its names. Every `parse` takes a text and its byte offset in the
//! file, and hands back the first mistake with its place; nothing is guessed and nothing rounded.

mod delay;
mod duration;
mod likelihood;
mod moment;
pub mod number;
pub(super) mod spoken;

pub use moment::dates_meant;
pub(in crate::scenario) use moment::with_month_name;
pub(in crate::scenario) use number::in_words;
pub use number::{fraction, is_bare_number, is_number, with_its_digits};

use crate::diagnostic::Diagnostic;

/// What a parser hands back.
type Parsed<T> = Result<T, Box<Diagnostic>>;

/// A number in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// `p`, if it lies in [0, 1].
    pub fn new(p: f64) -> Option<Self> {
        (0.0..=1.0).contains(&p).then_some(Self(p))
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// `ln(p / (1 - p))`
pub fn logit(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}

/// A length of time in whole seconds, more than none unless written as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    /// Seconds. A year is 365.25 days.
    pub seconds: u64,
}

/// A date, or a date with a time of day, in the scenario's own calendar (no time zones).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00.
    pub seconds: i64,
    /// Written without a time of day. As an end (`end`, `by`, `during`) it then includes its whole day.
    pub whole_day: bool,
}

/// A time in a question: a moment, or a duration since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// A date or a date with a time.
    Moment(Moment),
    /// Since the start of the clock.
    SinceStart(Duration),
}

/// A probability as an author states it: a number, or a band that somebody judged.
#[derive(Debug, Clone, PartialEq)]
pub enum Likelihood {
    /// A number.
    Number(Probability),
    /// A word of the scale or a band: median of a logit-normal with 5 % and 95 % at the ends.
    Judged {
        /// The word, if it was one.
        word: Option<String>,
        /// 5 % point, in (0, 1).
        low: Probability,
        /// 95 % point, in (0, 1), above `low`.
        high: Probability,
    },
}

/// The 95 % quantile of a standard normal: so many standard deviations off the mean lie 5 % and 95 % points.
pub const Z95: f64 = 1.644_853_626_951_472_2;

/// Mean and standard deviation of the normal with 5 % below `low` and 5 % above `high`: `(a + b) / 2`,
/// `(b - a) / 3.290`.
pub fn normal_between(low: f64, high: f64) -> (f64, f64) {
    (f64::midpoint(low, high), (high - low) / (2.0 * Z95))
}

impl Likelihood {
    /// The value used where no band is drawn: the number, or the median of the logit-normal.
    pub fn point(&self) -> Probability {
        match self {
            Self::Number(p) => *p,
            Self::Judged { low, high, .. } => {
                let mu = f64::midpoint(logit(low.0), logit(high.0));
                Probability(1.0 / (1.0 + libm::exp(-mu)))
            }
        }
    }

    /// Mean and standard deviation, in logits, of the logit-normal with 5 % below `low` and 95 % below `high`. `None` for
    /// a number.
    pub fn logit_normal(&self) -> Option<(f64, f64)> {
        match self {
            Self::Number(_) => None,
            Self::Judged { low, high, .. } => Some(normal_between(logit(low.0), logit(high.0))),
        }
    }

    /// The 5 % and 95 % points, where it is a band.
    pub fn band(&self) -> Option<(Probability, Probability)> {
        match self {
            Self::Number(_) => None,
            Self::Judged { low, high, .. } => Some((*low, *high)),
        }
    }
}

/// How long a response takes, as written; a distribution over whole steps once compiled.
#[derive(Debug, Clone, PartialEq)]
pub enum Delay {
    /// `"3d"`
    Fixed(Duration),
    /// `"1d to 7d"`: evenly.
    Evenly(Duration, Duration),
    /// `"typically 3d to 10d"`: lognormal with 5 % and 95 % at the ends.
    Typically(Duration, Duration),
    /// `[("7d", "40%"), ("14d", "60%")]`: cumulative; the last value is the chance.
    Table(Vec<(Duration, Probability)>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(low: f64, high: f64) -> Likelihood {
        let (low, high) = (Probability::new(low).unwrap(), Probability::new(high).unwrap());
        Likelihood::Judged { word: None, low, high }
    }

    /// Bands of ICD 203 with the parameters of their logit-normals, in closed form.
    #[test]
    fn a_band_is_a_logit_normal() {
        let rows = [
            (0.01, 0.05, -3.770, 0.502, 0.023),
            (0.05, 0.20, -2.165, 0.474, 0.103),
            (0.20, 0.45, -0.793, 0.360, 0.311),
            (0.45, 0.55, 0.0, 0.122, 0.500),
            (0.55, 0.80, 0.793, 0.360, 0.689),
            (0.80, 0.95, 2.165, 0.474, 0.897),
            (0.95, 0.99, 3.770, 0.502, 0.977),
        ];
        for (low, high, mu, sigma, median) in rows {
            let band = judged(low, high);
            let (m, s) = band.logit_normal().unwrap();
            assert!((m - mu).abs() < 6e-4, "{low}: {m}");
            assert!((s - sigma).abs() < 6e-4, "{low}: {s}");
            assert!((band.point().value() - median).abs() < 6e-4, "{low}: {}", band.point().value());
        }
    }

    #[test]
    fn a_number_is_its_own_point() {
        let p = Probability::new(0.3).unwrap();
        assert_eq!(Likelihood::Number(p).point(), p);
        assert_eq!(Likelihood::Number(p).logit_normal(), None);
    }

    #[test]
    fn a_probability_lies_in_0_to_1() {
        assert_eq!(Probability::new(1.000_001), None);
        assert_eq!(Probability::new(-0.1), None);
        assert_eq!(Probability::new(f64::NAN), None);
    }
}
