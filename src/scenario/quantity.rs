//! Validated numbers with a meaning: probability, duration, moment, judgement. An invalid one cannot exist.

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
