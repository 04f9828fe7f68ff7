//! What a study varies: an assumption, a rule on or off, or the variants of a file; and the settings that it takes.
//!
//! Does not know which points of all settings are computed (`design`), nor what comes of them. A setting is a change of
//! `Overrides`, so every point of a study is a scenario that `simulate FILE --set …` gives as well.

use std::fmt;

use crate::model::compile::Overrides;
use crate::scenario::quantity::{Duration, logit, normal_between};

/// Something that is varied, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// `clash_rate`, `talks.chance`, `clash/war`, `variant`.
    pub name: String,
    /// What it takes.
    pub values: Values,
}

/// What a factor takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// These, in order; at least one.
    Levels(Vec<Setting>),
    /// A number that is spread.
    Spread(Spread),
}

/// One setting of a factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// As a table shows it: `0.22`, `back`, `off`.
    pub shown: String,
    /// The number that it is, if it is one; of a duration, days.
    pub number: Option<f64>,
    /// What it changes.
    pub change: Change,
}

/// A change of `Overrides`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The file as it is.
    Nothing,
    /// `--set NAME=VALUE`
    Set(String),
    /// `--forbid RULE`
    Forbid(String),
    /// `--variant NAME`
    Variant(String),
}

/// A continuous law of a number, given by its quantiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// Evenly between two ends.
    Even {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Evenly in its logarithm between two ends above 0.
    Log {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A probability, normal in its logit: how a judgement is spread.
    LogitNormal {
        /// Mean, in logits.
        mu: f64,
        /// Standard deviation, in logits.
        sigma: f64,
    },
    /// A number above 0, normal in its logarithm.
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

impl Spread {
    /// The logit-normal with 5 % below `low` and 5 % above `high`; both in (0, 1).
    pub fn judged(low: f64, high: f64) -> Self {
        let (mu, sigma) = normal_between(logit(low), logit(high));
        Self::LogitNormal { mu, sigma }
    }

    /// The lognormal with 5 % below `low` and 5 % above `high`; both above 0.
    pub fn lognormal(low: f64, high: f64) -> Self {
        let (mu, sigma) = normal_between(libm::log(low), libm::log(high));
        Self::LogNormal { mu, sigma }
    }

    /// The number with `u` of the law below it; `u` in [0, 1], in (0, 1) for the two that have no ends.
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Even { low, high } => between(low, high, u),
            Self::Log { low, high } => {
                // The ends are what was asked for, to the last digit.
                if u <= 0.0 {
                    low
                } else if u >= 1.0 {
                    high
                } else {
                    libm::exp(between(libm::log(low), libm::log(high), u)).clamp(low, high)
                }
            }
            Self::LogitNormal { mu, sigma } => 1.0 / (1.0 + libm::exp(-(mu + sigma * normal_quantile(u)))),
            Self::LogNormal { mu, sigma } => libm::exp(mu + sigma * normal_quantile(u)),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Even { low, high } => write!(f, "{low} to {high}"),
            Self::Log { low, high } => write!(f, "{low} to {high} in the logarithm"),
            Self::LogitNormal { mu, sigma } => write!(f, "normal in logits, mean {mu}, standard deviation {sigma}"),
            Self::LogNormal { mu, sigma } => {
                write!(f, "normal in the logarithm, mean {mu}, standard deviation {sigma}")
            }
        }
    }
}

/// The ends are hit exactly.
fn between(low: f64, high: f64, u: f64) -> f64 {
    if u <= 0.0 {
        low
    } else if u >= 1.0 {
        high
    } else {
        (low + (high - low) * u).clamp(low, high)
    }
}

/// The standard normal quantile of `u` in (0, 1): M. J. Wichura, "Algorithm AS 241: The percentage points of the normal
/// distribution", Applied Statistics 37 (1988), doi:10.2307/2347330 (PPND16, about 1 part in 10^16).
pub fn normal_quantile(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * rational(r, &CENTRE.0, &CENTRE.1);
    }
    let tail = if q < 0.0 { u } else { 1.0 - u };
    let r = libm::sqrt(-libm::log(tail));
    let z = if r <= 5.0 { rational(r - 1.6, &NEAR.0, &NEAR.1) } else { rational(r - 5.0, &FAR.0, &FAR.1) };
    if q < 0.0 { -z } else { z }
}

fn rational(x: f64, above: &[f64; 8], below: &[f64; 8]) -> f64 {
    let horner = |terms: &[f64; 8]| terms.iter().rev().fold(0.0, |sum, term| sum * x + term);
    horner(above) / horner(below)
}

/// Numerator and denominator, lowest power first, around the median.
const CENTRE: ([f64; 8], [f64; 8]) = (
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_545e3,
    ],
);

/// The same, towards the tails.
const NEAR: ([f64; 8], [f64; 8]) = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

/// The same, far out.
const FAR: ([f64; 8], [f64; 8]) = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

/// `x` to twelve digits: what a table shows and what is computed with are the same number.
pub fn tidy(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

impl Setting {
    /// `--set NAME=NUMBER`, the number to twelve digits.
    pub fn number(name: &str, x: f64) -> Self {
        let x = tidy(x);
        Self { shown: x.to_string(), number: Some(x), change: Change::Set(format!("{name}={x}")) }
    }

    /// `--set NAME=DURATION`
    pub fn duration(name: &str, duration: Duration) -> Self {
        let change = Change::Set(format!("{name}={duration}"));
        Self { shown: duration.to_string(), number: Some(duration.seconds as f64 / 86_400.0), change }
    }

    /// `--set NAME=TEXT` as typed; a plain number or a percent is a number.
    pub fn typed(name: &str, text: &str) -> Self {
        let number = match text.strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().map(|p: f64| tidy(p / 100.0)),
            None => text.parse().ok(),
        };
        Self { shown: text.to_owned(), number, change: Change::Set(format!("{name}={text}")) }
    }

    /// The option that asks for it; none of the file as it is.
    pub fn option(&self) -> Option<String> {
        match &self.change {
            Change::Nothing => None,
            Change::Set(text) => Some(format!("--set {text}")),
            Change::Forbid(rule) => Some(format!("--forbid {rule}")),
            Change::Variant(name) => Some(format!("--variant {name}")),
        }
    }

    /// `overrides` with this setting on top.
    pub fn apply(&self, overrides: &mut Overrides) {
        match &self.change {
            Change::Nothing => {}
            Change::Set(text) => overrides.set.push(text.clone()),
            Change::Forbid(rule) => overrides.forbid.push(rule.clone()),
            Change::Variant(name) => overrides.variants.push(name.clone()),
        }
    }
}

/// `base` under all of `settings`.
pub fn under(base: &Overrides, settings: &[Setting]) -> Overrides {
    let mut overrides = base.clone();
    settings.iter().for_each(|setting| setting.apply(&mut overrides));
    overrides
}

impl Factor {
    /// Its setting at `u` in [0, 1]: a level each for equal shares of it, or the quantile.
    pub fn at(&self, u: f64) -> Setting {
        match &self.values {
            Values::Levels(levels) => {
                let index = (u * levels.len() as f64) as usize;
                levels[index.min(levels.len() - 1)].clone()
            }
            Values::Spread(spread) => Setting::number(&self.name, spread.quantile(u)),
        }
    }

    /// How many settings it takes; `None` if they are spread.
    pub fn levels(&self) -> Option<&[Setting]> {
        match &self.values {
            Values::Levels(levels) => Some(levels),
            Values::Spread(_) => None,
        }
    }

    /// A rule, or one branch of it (`clash/war`), as the file has it and forbidden.
    pub fn switch(rule: &str) -> Self {
        let on = Setting { shown: "on".into(), number: None, change: Change::Nothing };
        let off = Setting { shown: "off".into(), number: None, change: Change::Forbid(rule.into()) };
        Self { name: rule.into(), values: Values::Levels(vec![on, off]) }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // Numbers of a few digits come back as they were given.
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Normal};

    #[test]
    fn the_normal_quantile_is_another_implementations() {
        let normal = Normal::standard();
        for u in [1e-300, 1e-20, 1e-9, 0.001, 0.05, 0.074, 0.076, 0.3, 0.5, 0.7, 0.925, 0.95, 0.999_999] {
            let z = normal_quantile(u);
            assert!((normal.cdf(z) / u - 1.0).abs() < 1e-9, "{u}: {z}");
        }
        assert!((normal_quantile(0.95) - 1.644_853_626_951_472_2).abs() < 1e-15);
    }

    #[test]
    fn a_spread_has_its_ends_and_its_points() {
        let even = Spread::Even { low: 0.04, high: 0.39 };
        assert_eq!([0.0, 0.5, 1.0].map(|u| tidy(even.quantile(u))), [0.04, 0.215, 0.39]);
        let log = Spread::Log { low: 0.01, high: 1.0 };
        assert_eq!([0.0, 0.5, 1.0].map(|u| tidy(log.quantile(u))), [0.01, 0.1, 1.0]);
        let judged = Spread::judged(0.55, 0.8);
        assert_eq!([0.05, 0.95].map(|u| tidy(judged.quantile(u))), [0.55, 0.8]);
        assert!((judged.quantile(0.5) - 0.689).abs() < 1e-3);
        let rate = Spread::lognormal(0.1, 0.4);
        assert_eq!([0.05, 0.5, 0.95].map(|u| tidy(rate.quantile(u))), [0.1, 0.2, 0.4]);
    }

    #[test]
    fn a_setting_is_an_override() {
        let settings = [Setting::number("a", 0.1 + 0.2), Setting::typed("b", "30%"), Factor::switch("clash").at(0.9)];
        let base = Overrides { set: vec!["a=1".into()], ..Overrides::default() };
        let all = under(&base, &settings);
        assert_eq!((all.set, all.forbid), (vec!["a=1".into(), "a=0.3".into(), "b=30%".into()], vec!["clash".into()]));
        assert_eq!(settings[1].number, Some(0.3));
    }

    #[test]
    fn levels_share_the_unit_evenly() {
        let factor = Factor::switch("clash");
        let shown: Vec<String> = [0.0, 0.49, 0.5, 1.0].map(|u| factor.at(u).shown).into();
        assert_eq!(shown, ["on", "on", "off", "off"]);
    }
}
