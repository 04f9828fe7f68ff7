//! A probability that may be looked at as often as one likes while runs are drawn: its confidence sequence, and how precise
//! it is to become.
//!
//! Does not know what the runs are, nor when somebody looks.

use std::fmt;
use std::str::FromStr;

use super::estimate::{CONFIDENCE, Interval};

/// The interval of the probability behind `hits` of `runs`, as one of a sequence over all numbers of runs that as a whole
/// holds the truth at `CONFIDENCE`: to look after every run and to stop at will takes nothing away from it.
///
/// All `p` at which the mixture likelihood ratio `B(½ + hits, ½ + misses) / (B(½, ½) p^hits (1 - p)^misses)` is below
/// `1 / (1 - CONFIDENCE)`. It is a martingale of mean 1 at the true `p`, so it ever gets there with a probability of
/// `1 - CONFIDENCE` at most (Ville's inequality): H. Robbins, Annals of Mathematical Statistics 41, 1397-1409 (1970),
/// doi:10.1214/aoms/1177696786; S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, Annals of Statistics 49, 1055-1080 (2021),
/// doi:10.1214/20-AOS1991. `[0, 1]` without runs.
///
/// # Panics
/// If there are more hits than runs.
pub fn sequence(hits: u64, runs: u64) -> Interval {
    assert!(hits <= runs, "{hits} hits of {runs} runs");
    if runs == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (s, f) = (hits as f64, (runs - hits) as f64);
    let mixture = log_beta(s + 0.5, f + 0.5) - libm::log(std::f64::consts::PI);
    let limit = -libm::log(1.0 - CONFIDENCE);
    let part = |count: f64, p: f64| if count > 0.0 { count * libm::log(p) } else { 0.0 };
    let inside = |p: f64| mixture - part(s, p) - part(f, 1.0 - p) < limit;
    let best = s / runs as f64;
    Interval {
        low: if hits == 0 { 0.0 } else { edge(best, 0.0, inside) },
        high: if hits == runs { 1.0 } else { edge(best, 1.0, inside) },
    }
}

/// Where `inside` ends between `within`, where it holds, and `beyond`, where it does not; on the far side of it.
fn edge(within: f64, beyond: f64, inside: impl Fn(f64) -> bool) -> f64 {
    let (mut near, mut far) = (within, beyond);
    for _ in 0..60 {
        let middle = f64::midpoint(near, far);
        if inside(middle) { near = middle } else { far = middle }
    }
    far
}

fn log_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// How far the interval of a probability may reach from its estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// So far, as a share: `±1%` is 0.01.
    Absolute(f64),
    /// So large a part of the estimate: `±10%rel` is 0.1.
    Relative(f64),
}

/// What is to become how precise.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The outcome or yes/no question; `None` for every outcome, each by itself.
    pub name: Option<String>,
    /// How precise.
    pub reach: Reach,
    text: String,
}

impl Wanted {
    /// For a reader: ``every outcome, each by itself, is known to ±1 percentage point``.
    pub fn in_words(&self) -> String {
        let what = match &self.name {
            Some(name) => format!("`{name}` is known"),
            None => "every outcome, each by itself, is known".into(),
        };
        let size = self.text.rsplit('±').next().unwrap_or_default();
        let size = size.trim_end_matches("rel").trim_end().trim_end_matches('%').trim();
        match self.reach {
            Reach::Absolute(_) if size == "1" => format!("{what} to ±1 percentage point"),
            Reach::Absolute(_) => format!("{what} to ±{size} percentage points"),
            Reach::Relative(_) => format!("{what} to ±{size} % of itself"),
        }
    }
}

impl fmt::Display for Wanted {
    /// As it was written, with `±`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Reach {
    /// Whether `hits` of `runs` are as precise as that.
    pub fn is_met(self, hits: u64, runs: u64) -> bool {
        let (value, interval) = (hits as f64 / runs.max(1) as f64, sequence(hits, runs));
        let reach = (interval.high - value).max(value - interval.low);
        match self {
            Self::Absolute(most) => reach <= most,
            Self::Relative(part) => hits > 0 && reach <= part * value,
        }
    }
}

/// Why a text says no precision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// Something else than `±X%`.
    #[error("`{0}` is no precision: write `±1%` (or `+-1%`) for every outcome, `war:±10%rel` for a part of one")]
    Form(String),
    /// A reach that is no part of a whole.
    #[error("`{0}` cannot be reached: the precision lies above 0 % and below 100 %, such as `±1%`")]
    Size(String),
}

impl FromStr for Wanted {
    type Err = Unclear;

    /// `±1%`, `war:±0.5%`, `war:±10%rel`; `+-` stands for `±`.
    fn from_str(text: &str) -> Result<Self, Unclear> {
        let (name, reach) = match text.rsplit_once(':') {
            Some((name, reach)) => (Some(name.trim().to_owned()), reach),
            None => (None, text),
        };
        let form = || Unclear::Form(text.into());
        let reach = reach.trim();
        let size = reach.strip_prefix('±').or_else(|| reach.strip_prefix("+-")).ok_or_else(form)?;
        let (size, relative) = match size.strip_suffix("rel") {
            Some(size) => (size.trim_end(), true),
            None => (size, false),
        };
        let percent: f64 = size.strip_suffix('%').ok_or_else(form)?.trim().parse().map_err(|_| form())?;
        if name.as_ref().is_some_and(String::is_empty) {
            return Err(form());
        }
        // Not a number is no size either.
        if !(percent > 0.0 && percent < 100.0) {
            return Err(Unclear::Size(text.into()));
        }
        let part = percent / 100.0;
        let text = text.trim().replacen("+-", "±", 1);
        Ok(Self { name, reach: if relative { Reach::Relative(part) } else { Reach::Absolute(part) }, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::binomial::clopper_pearson;
    use crate::analysis::draw::{Draws, Purpose};

    /// In how many of 1,000 campaigns of 80 blocks of 100 runs, with a look after every block, some interval leaves out the
    /// truth.
    fn excluded(truth: f64, interval: impl Fn(u64, u64) -> Interval) -> usize {
        let mut random = Draws::new(Purpose::Resample, 20_261_122, "watched", 0);
        let mut uniform = || random.unit();
        let campaign = |_: &i32| {
            let mut hits = 0;
            let looks: Vec<u64> = (0..80)
                .map(|_| {
                    hits += (0..100).filter(|_| uniform() < truth).count() as u64;
                    hits
                })
                .collect();
            looks.iter().zip(1..).any(|(hits, block)| !interval(*hits, 100 * block).contains(truth))
        };
        (0..1_000).filter(campaign).count()
    }

    /// The truth is left out in 5 % of the campaigns at most; more than 65 of 1,000 would have a probability of 2 %. An
    /// interval that is right for one look fails: that is what the sequence is for.
    #[test]
    fn it_may_be_watched_all_the_time() {
        for truth in [0.3, 0.02] {
            let found = excluded(truth, sequence);
            assert!((1..=65).contains(&found), "{truth}: {found}");
        }
        assert!(excluded(0.3, |hits, runs| clopper_pearson(hits, runs, CONFIDENCE)) > 150);
    }

    #[test]
    fn it_holds_the_interval_of_one_look_and_is_not_needlessly_wide() {
        for runs in [1_u64, 10, 1_000, 100_000, 1_000_000_000] {
            for share in [0.0, 0.001, 0.3, 1.0] {
                let hits = (runs as f64 * share) as u64;
                let (always, once) = (sequence(hits, runs), clopper_pearson(hits, runs, CONFIDENCE));
                let slack = 1e-9;
                assert!(always.low <= once.low + slack && once.high <= always.high + slack, "{hits} of {runs}");
                assert!(always.high - always.low <= 4.0 * (once.high - once.low), "{hits} of {runs}");
            }
        }
        let none = sequence(0, 0);
        assert!(none.low <= 0.0 && none.high >= 1.0);
    }

    #[test]
    fn a_precision_is_read_and_met() {
        let read = |text: &str| text.parse::<Wanted>().map(|wanted| (wanted.name, wanted.reach));
        let wanted = |name: Option<&str>, reach| Ok((name.map(str::to_owned), reach));
        assert_eq!(read("±1%"), wanted(None, Reach::Absolute(0.01)));
        assert_eq!(read("+-0.5 %"), wanted(None, Reach::Absolute(0.005)));
        assert_eq!(read("war:±10%rel"), wanted(Some("war"), Reach::Relative(0.1)));
        for unclear in ["1%", "±1", "±%", "", "war", ":±1%", "±x%", "war:10%rel"] {
            assert_eq!(read(unclear), Err(Unclear::Form(unclear.into())), "{unclear}");
        }
        for size in ["±0%", "±100%", "±-1%", "±inf%", "±nan%"] {
            assert_eq!(read(size), Err(Unclear::Size(size.into())), "{size}");
        }
        assert!(!Reach::Absolute(0.01).is_met(300, 1_000) && Reach::Absolute(0.01).is_met(30_000, 100_000));
        assert!(!Reach::Relative(0.1).is_met(0, 1_000_000) && Reach::Relative(0.1).is_met(30_000, 100_000));
    }
}
