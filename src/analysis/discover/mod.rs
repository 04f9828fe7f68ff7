//! Where in the space of factors something happens: boxes and a shallow tree that a person can read aloud.
//!
//! Does not know where the cases come from: a table of factors, and beside each row yes or no. B. P. Bryant, R. J.
//! Lempert, "Thinking inside the box: a participatory, computer-assisted approach to scenario discovery",
//! Technological Forecasting and Social Change 77, 34-49 (2010), doi:10.1016/j.techfore.2009.08.002: *coverage* is the
//! share of all hits that lie inside a box, *density* the share of hits among the cases inside.

pub mod prim;
pub mod region;
pub mod table;
pub mod target;
pub mod tree;

use region::Region;

/// What a factor is in every case.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// A number.
    Numbers(Vec<f64>),
    /// One of several names.
    Names {
        /// The names.
        names: Vec<String>,
        /// By case: index into `names`.
        of: Vec<usize>,
    },
}

/// A column of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// What it is in every case.
    pub values: Values,
}

/// A table of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Cases {
    /// Its columns.
    pub factors: Vec<Factor>,
    /// By case: whether it happened.
    pub hit: Vec<bool>,
}

/// How well a region tells hits from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Score {
    /// Cases inside.
    pub inside: usize,
    /// Hits inside.
    pub hits: usize,
    /// Hits in all.
    pub all_hits: usize,
}

impl Score {
    /// Share of all hits that lie inside; 0 without hits.
    pub fn coverage(self) -> f64 {
        ratio(self.hits, self.all_hits)
    }

    /// Share of hits among the cases inside; 0 without cases.
    pub fn density(self) -> f64 {
        ratio(self.hits, self.inside)
    }

    /// Harmonic mean of coverage and density: what a box is chosen by, as neither is worth anything without the other.
    pub fn balance(self) -> f64 {
        ratio(2 * self.hits, self.all_hits + self.inside)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Cases {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.hit.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hit.is_empty()
    }

    /// How many hits there are.
    pub fn hits(&self) -> usize {
        self.hit.iter().filter(|hit| **hit).count()
    }

    /// Those cases, in that order; one may come several times.
    #[must_use]
    pub fn taken(&self, rows: &[usize]) -> Self {
        let factor = |factor: &Factor| Factor {
            name: factor.name.clone(),
            values: match &factor.values {
                Values::Numbers(numbers) => Values::Numbers(rows.iter().map(|row| numbers[*row]).collect()),
                Values::Names { names, of } => {
                    Values::Names { names: names.clone(), of: rows.iter().map(|row| of[*row]).collect() }
                }
            },
        };
        Self {
            factors: self.factors.iter().map(factor).collect(),
            hit: rows.iter().map(|row| self.hit[*row]).collect(),
        }
    }

    /// How well `region` does here.
    pub fn score(&self, region: &Region) -> Score {
        let rows: Vec<usize> = (0..self.len()).filter(|row| region.holds(self, *row)).collect();
        let hits = rows.iter().filter(|row| self.hit[**row]).count();
        Score { inside: rows.len(), hits, all_hits: self.hits() }
    }
}
