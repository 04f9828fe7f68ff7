//! A shallow tree that splits cases in two, again and again, where hits and the rest part best.
//!
//! L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone, "Classification and Regression Trees" (1984): Gini's impurity;
//! names are tried in the order of their share of hits, which for yes or no loses no split (theorem 4.5). Does not know
//! what a hit is.

use super::region::{Limit, Region, cut};
use super::{Cases, Values};

/// The most splits above a leaf.
pub const DEPTH: usize = 3;
/// The fewest cases of a leaf, as a share of all, and at least.
const SMALLEST: (f64, usize) = (0.02, 5);
/// A split must take this share of the impurity of everything.
const WORTHWHILE: f64 = 0.01;

/// A leaf: where it lies and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The limits on the way to it.
    pub region: Region,
    /// Cases in it.
    pub cases: usize,
    /// Hits in it.
    pub hits: usize,
}

/// The leaves, from the left: together they hold every case once.
pub fn leaves(cases: &Cases) -> Vec<Leaf> {
    let smallest = ((SMALLEST.0 * cases.len() as f64) as usize).max(SMALLEST.1);
    let least = WORTHWHILE * impurity(cases.hits(), cases.len());
    let grower = Grower { cases, smallest, least };
    let mut leaves = Vec::new();
    grower.grow((0..cases.len()).collect(), Region::whole(cases.factors.len()), 0, &mut leaves);
    leaves
}

/// Gini's impurity times the number of cases.
fn impurity(hits: usize, cases: usize) -> f64 {
    if cases == 0 { 0.0 } else { 2.0 * hits as f64 * (cases - hits) as f64 / cases as f64 }
}

struct Grower<'a> {
    cases: &'a Cases,
    smallest: usize,
    least: f64,
}

/// Two limits on a factor, one of which holds, and how much purer that makes the parts.
struct Split {
    factor: usize,
    sides: [Limit; 2],
    gain: f64,
}

impl Grower<'_> {
    fn grow(&self, rows: Vec<usize>, region: Region, depth: usize, leaves: &mut Vec<Leaf>) {
        let split = (depth < DEPTH).then(|| self.best(&rows, &region)).flatten();
        let Some(split) = split.filter(|split| split.gain > self.least) else {
            let hits = rows.iter().filter(|row| self.cases.hit[**row]).count();
            leaves.push(Leaf { region, cases: rows.len(), hits });
            return;
        };
        for side in split.sides {
            let values = &self.cases.factors[split.factor].values;
            let part = rows.iter().copied().filter(|row| side.holds(values, *row)).collect();
            self.grow(part, region.with(split.factor, Some(side)), depth + 1, leaves);
        }
    }

    fn best(&self, rows: &[usize], region: &Region) -> Option<Split> {
        let splits = (0..self.cases.factors.len()).filter_map(|factor| self.split(factor, rows, region));
        splits.reduce(|a, b| if b.gain > a.gain { b } else { a })
    }

    fn split(&self, factor: usize, rows: &[usize], region: &Region) -> Option<Split> {
        match (&self.cases.factors[factor].values, region.limit(self.cases, factor)) {
            (Values::Numbers(numbers), Limit::Between { above, below }) => {
                let mut order = rows.to_vec();
                order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
                let groups = order.chunk_by(|a, b| numbers[*a].total_cmp(&numbers[*b]).is_eq()).map(<[usize]>::to_vec);
                let groups: Vec<Vec<usize>> = groups.collect();
                let (at, gain) = self.best_cut(&groups)?;
                let cut = cut(numbers[groups[at - 1][0]], numbers[groups[at][0]]);
                let low = Limit::Between { above, below: Some(cut) };
                Some(Split { factor, sides: [low, Limit::Between { above: Some(cut), below }], gain })
            }
            (Values::Names { of, .. }, Limit::OneOf(names)) => {
                let rows_of = |name: &usize| rows.iter().copied().filter(|row| of[*row] == *name).collect();
                let mut groups: Vec<(usize, Vec<usize>)> = names.iter().map(|name| (*name, rows_of(name))).collect();
                let share = |rows: &[usize]| self.hits(rows) as f64 / rows.len().max(1) as f64;
                groups.sort_by(|a, b| share(&a.1).total_cmp(&share(&b.1)).then(a.0.cmp(&b.0)));
                let (at, gain) = self.best_cut(&groups.iter().map(|(_, rows)| rows.clone()).collect::<Vec<_>>())?;
                let side = |part: &[(usize, Vec<usize>)]| {
                    let mut names: Vec<usize> = part.iter().map(|(name, _)| *name).collect();
                    names.sort_unstable();
                    Limit::OneOf(names)
                };
                Some(Split { factor, sides: [side(&groups[..at]), side(&groups[at..])], gain })
            }
            _ => unreachable!("a limit on a factor of another kind"),
        }
    }

    fn hits(&self, rows: &[usize]) -> usize {
        rows.iter().filter(|row| self.cases.hit[**row]).count()
    }

    /// Before which of `groups` a cut makes the parts purest, and by how much.
    fn best_cut(&self, groups: &[Vec<usize>]) -> Option<(usize, f64)> {
        let counts: Vec<(usize, usize)> = groups.iter().map(|rows| (self.hits(rows), rows.len())).collect();
        let sum = |counts: &[(usize, usize)]| counts.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let (all_hits, all) = sum(&counts);
        let (mut hits, mut size) = (0, 0);
        let mut best: Option<(usize, f64)> = None;
        for (at, (more_hits, more)) in counts.iter().enumerate() {
            if size >= self.smallest && all - size >= self.smallest {
                let parts = impurity(hits, size) + impurity(all_hits - hits, all - size);
                let gain = impurity(all_hits, all) - parts;
                if best.is_none_or(|(_, most)| gain > most) {
                    best = Some((at, gain));
                }
            }
            hits += more_hits;
            size += more;
        }
        best.filter(|(_, gain)| *gain > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::prim::tests::planted;
    use super::*;

    #[test]
    fn the_leaves_hold_every_case_once_and_one_of_them_is_the_planted_box() {
        let cases = planted();
        let leaves = leaves(&cases);
        assert_eq!(leaves.iter().map(|leaf| leaf.cases).sum::<usize>(), 2_000);
        assert_eq!(leaves.iter().map(|leaf| leaf.hits).sum::<usize>(), cases.hits());
        for row in 0..cases.len() {
            assert_eq!(leaves.iter().filter(|leaf| leaf.region.holds(&cases, row)).count(), 1);
        }
        let densest = leaves.iter().max_by_key(|leaf| leaf.hits * 1_000 / leaf.cases).unwrap();
        assert!(densest.hits * 10 >= 9 * cases.hits() && densest.hits * 10 >= 9 * densest.cases, "{densest:?}");
        assert_eq!(densest.region.limited().collect::<Vec<_>>(), [0, 1, 5]);
    }

    #[test]
    fn noise_makes_one_leaf() {
        let mut cases = planted();
        let mut draws = crate::analysis::draw::Draws::new(crate::analysis::draw::Purpose::Design, 12, "noise", 0);
        cases.hit = (0..cases.len()).map(|_| draws.below(10) == 0).collect();
        assert!(leaves(&cases).len() <= 2);
        cases.hit = vec![false; cases.len()];
        assert_eq!(leaves(&cases).len(), 1);
    }
}
