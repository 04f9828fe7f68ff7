//! What a scenario assumes and anybody may set: its parameters, and the numbers that its rules state in place.
//!
//! Does not know how a value is drawn or varied: that is `analysis::factor`.

use crate::diagnostic::Span;
use crate::scenario::quantity::Duration;

/// A number or a choice of the file, as it is in force, that `--set NAME=VALUE` can change.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// As `--set` takes it: a parameter (`clash_rate`), or a place of a rule (`talks.chance`, `clash/war.weight`,
    /// `missile_test.pressure.2` where there are several cases).
    pub name: String,
    /// What it is, and what it may be.
    pub holds: Holds,
    /// The word of the scale that it was stated by, if it was one.
    pub word: Option<String>,
    /// What it means: of the parameter, or of the rule.
    pub says: String,
    /// It stands in a rule, and is no parameter.
    pub in_place: bool,
    /// The source that it is taken from, as `because` names it.
    pub source: Option<String>,
    /// Where it is declared or stated.
    pub span: Span,
}

/// What an assumption holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Holds {
    /// A plain number. It may be used as a probability.
    Number {
        /// In force.
        value: f64,
        /// What it may be, as declared.
        range: Option<(f64, f64)>,
    },
    /// A probability, stated as one; in [0, 1].
    Probability {
        /// In force; of a judgement, the median.
        value: f64,
        /// 5 % and 95 % points of a judgement: a word or a band.
        band: Option<(f64, f64)>,
        /// What it may be, as declared.
        range: Option<(f64, f64)>,
        /// It is the chance within this long of a pressure.
        within: Option<Duration>,
    },
    /// A number of events; 0 or more.
    Rate {
        /// In force.
        value: f64,
        /// In this long.
        per: Duration,
        /// What it may be, as declared.
        range: Option<(f64, f64)>,
    },
    /// A duration.
    Duration {
        /// In force.
        value: Duration,
        /// What it may be, as declared.
        range: Option<(Duration, Duration)>,
    },
    /// One of several names.
    Choice {
        /// All of them, in file order.
        names: Vec<String>,
        /// Index of the one in force.
        chosen: usize,
    },
}

impl Holds {
    /// The number in force, unless it is a duration or a choice.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number { value, .. } | Self::Probability { value, .. } | Self::Rate { value, .. } => Some(*value),
            Self::Duration { .. } | Self::Choice { .. } => None,
        }
    }

    /// 5 % and 95 % points of a judgement.
    pub fn band(&self) -> Option<(f64, f64)> {
        match self {
            Self::Probability { band, .. } => *band,
            _ => None,
        }
    }

    /// What the number may be, as declared.
    pub fn range(&self) -> Option<(f64, f64)> {
        match self {
            Self::Number { range, .. } | Self::Probability { range, .. } | Self::Rate { range, .. } => *range,
            Self::Duration { .. } | Self::Choice { .. } => None,
        }
    }
}
