//! A part of the space of factors: limits on some of them, all of which hold.
//!
//! Does not know how it was found.

use serde::Serialize;

use super::{Cases, Values};

/// What a region asks of one factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// A number above `above` and below `below`.
    Between {
        /// Lower end.
        above: Option<f64>,
        /// Upper end.
        below: Option<f64>,
    },
    /// One of these names, by index.
    OneOf(Vec<usize>),
}

/// A limit, or none, on each factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// One by one with the factors of the table.
    pub limits: Vec<Option<Limit>>,
}

impl Limit {
    /// No limit at all on this factor.
    pub fn none_on(values: &Values) -> Self {
        match values {
            Values::Numbers(_) => Self::Between { above: None, below: None },
            Values::Names { names, .. } => Self::OneOf((0..names.len()).collect()),
        }
    }

    /// Whether a case satisfies it.
    pub fn holds(&self, values: &Values, row: usize) -> bool {
        match (self, values) {
            (Self::Between { above, below }, Values::Numbers(numbers)) => {
                let x = numbers[row];
                above.is_none_or(|above| x > above) && below.is_none_or(|below| x < below)
            }
            (Self::OneOf(names), Values::Names { of, .. }) => names.contains(&of[row]),
            _ => unreachable!("a limit on a factor of another kind"),
        }
    }
}

impl Region {
    /// Everything.
    pub fn whole(factors: usize) -> Self {
        Self { limits: vec![None; factors] }
    }

    /// Whether a case lies inside.
    pub fn holds(&self, cases: &Cases, row: usize) -> bool {
        let all = self.limits.iter().zip(&cases.factors);
        all.into_iter().all(|(limit, factor)| limit.as_ref().is_none_or(|limit| limit.holds(&factor.values, row)))
    }

    /// The limit on `factor`, or none at all in the form of a limit.
    pub fn limit(&self, cases: &Cases, factor: usize) -> Limit {
        self.limits[factor].clone().unwrap_or_else(|| Limit::none_on(&cases.factors[factor].values))
    }

    /// The same with another limit on `factor`.
    #[must_use]
    pub fn with(&self, factor: usize, limit: Option<Limit>) -> Self {
        let mut region = self.clone();
        region.limits[factor] = limit;
        region
    }

    /// The factors that it limits.
    pub fn limited(&self) -> impl Iterator<Item = usize> {
        self.limits.iter().enumerate().filter(|(_, limit)| limit.is_some()).map(|(factor, _)| factor)
    }
}

/// A number with as few digits as can be, strictly between two that are not the same: a cut that can be read aloud.
///
/// # Panics
/// If `a` is not below `b`.
pub fn cut(a: f64, b: f64) -> f64 {
    assert!(a < b, "nothing lies between {a} and {b}");
    let middle = f64::midpoint(a, b);
    if a < 0.0 && b > 0.0 && middle.abs() < (b - a) / 4.0 {
        return 0.0;
    }
    let shorter = (0..17).map(|digits| format!("{middle:.digits$e}").parse::<f64>().unwrap_or(middle));
    shorter.into_iter().find(|x| a < *x && *x < b).unwrap_or(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp)]
    fn a_cut_is_short_and_lies_between() {
        assert_eq!(cut(0.39, 0.412), 0.4);
        assert_eq!(cut(1.93, 2.2), 2.0);
        assert_eq!(cut(-0.3, 0.31), 0.0);
        assert_eq!(cut(1234.1, 1234.9), 1234.5);
        assert_eq!(cut(1e-9, 3e-9), 2e-9);
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        assert!(cut(1.0, next) >= 1.0);
    }
}
