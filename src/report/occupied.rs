//! How likely each value of a posture is at each time, in the form in which it was found.
//!
//! Does not know which posture. There are hundreds of these shares, the text shows a few intervals of them, and an interval
//! takes a while: that of a count is worked out when it is asked for.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::Share;
use crate::analysis::estimate::{Looks, Proportion};

/// By value, then by time: how likely it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Shares {
    /// Sampled.
    Counted {
        /// How many runs were in it.
        hits: Vec<Vec<u64>>,
        /// Of so many.
        runs: u64,
        /// Which intervals these have.
        looks: Looks,
    },
    /// Solved.
    Solved(Vec<Vec<Share>>),
}

impl Shares {
    /// By time, how likely a value is, without intervals.
    pub fn curve(&self, value: usize) -> Vec<f64> {
        match self {
            Self::Counted { hits, runs, .. } => {
                hits[value].iter().map(|hits| Proportion::share(*hits, *runs)).collect()
            }
            Self::Solved(shares) => shares[value].iter().map(|share| share.value).collect(),
        }
    }

    /// How likely a value is in the end.
    pub fn at_end(&self, value: usize) -> Option<Share> {
        match self {
            Self::Counted { hits, runs, looks } => {
                hits[value].last().map(|hits| Proportion::seen(*looks, *hits, *runs).into())
            }
            Self::Solved(shares) => shares[value].last().copied(),
        }
    }

    /// All of them; the interval of each count is worked out once.
    pub fn all(&self) -> Vec<Vec<Share>> {
        match self {
            Self::Counted { hits, runs, looks } => {
                let mut known = BTreeMap::new();
                let mut share = |hits: &u64| -> Share {
                    (*known.entry(*hits).or_insert_with(|| Proportion::seen(*looks, *hits, *runs))).into()
                };
                hits.iter().map(|row| row.iter().map(&mut share).collect()).collect()
            }
            Self::Solved(shares) => shares.clone(),
        }
    }
}

impl Serialize for Shares {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_and_its_end_are_those_of_the_whole_shares() {
        let counted = |looks| Shares::Counted { hits: vec![vec![2, 3, 10], vec![8, 7, 0]], runs: 10, looks };
        let (once, always) = (counted(Looks::Once), counted(Looks::Always));
        assert_eq!(once.all()[0][1], Proportion::new(3, 10).into());
        assert_eq!(always.all()[0][1], Proportion::seen(Looks::Always, 3, 10).into());
        assert_ne!(once.all(), always.all());
        for shares in [Shares::Solved(once.all()), once, always] {
            let all = shares.all();
            for (value, row) in all.iter().enumerate() {
                assert_eq!(shares.curve(value), row.iter().map(|share| share.value).collect::<Vec<f64>>());
                assert_eq!(shares.at_end(value).as_ref(), row.last());
            }
            assert_eq!(serde_json::to_value(&shares).unwrap(), serde_json::to_value(all).unwrap());
        }
    }
}
