//! Boxes: the patient rule induction method, which takes a little off one side at a time.
//!
//! J. H. Friedman, N. I. Fisher, "Bump hunting in high-dimensional data", Statistics and Computing 9, 123-143 (1999),
//! doi:10.1023/A:1008894516817. A name is taken off whole; what each peel takes differs then, so the gain counts by the
//! case taken: J. H. Kwakkel, M. Jaxa-Rozen, "Improving scenario discovery for handling heterogeneous uncertainties and
//! multinomial classified outcomes", Environmental Modelling & Software 79, 311-321 (2016),
//! doi:10.1016/j.envsoft.2015.11.020.
//!
//! Of all boxes on the way down the one with the best balance of coverage and density is kept, let grow again where that
//! helps (pasting), and freed of limits that it does not need. Does not know what a hit is.

use rayon::prelude::*;

use super::region::{Limit, Region, cut};
use super::{Cases, Score, Values};
use crate::analysis::draw::{Draws, Purpose};

/// Share of the cases inside that one peel takes.
const PEEL: f64 = 0.05;
/// Share of the cases inside that one pasting tries to take back.
const PASTE: f64 = 0.01;
/// Peeling ends at this share of all cases.
const SMALLEST: f64 = 0.02;
/// A limit that adds less than this to the balance is left out.
const NEEDLESS: f64 = 0.01;
/// A box of fewer hits may be chance.
const FEWEST_HITS: usize = 5;
/// A further box must cover this share of the hits that are left.
const WORTHWHILE: f64 = 0.1;

/// A box, and how far it may be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its limits.
    pub region: Region,
    /// On the cases that it was found on: those outside all earlier boxes.
    pub score: Score,
    /// What became of it in resamples.
    pub stability: Stability,
}

/// What becomes of a box when it is looked for again in samples drawn with replacement, and tried on the cases that
/// were not drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Stability {
    /// Resamples in which there was a box and something to try it on.
    pub resamples: usize,
    /// 5 % and 95 % points of its coverage.
    pub coverage: (f64, f64),
    /// 5 % and 95 % points of its density.
    pub density: (f64, f64),
    /// By factor: in how many resamples it was limited.
    pub limited: Vec<usize>,
}

/// Up to `most` boxes, each found on the cases outside those before. Fewer, or none, if there is nothing to find.
pub fn boxes(cases: &Cases, most: usize, resamples: usize, seed: u64) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut left: Vec<usize> = (0..cases.len()).collect();
    for number in 0..most {
        let rest = cases.taken(&left);
        let Some((region, score)) = best(&rest) else { break };
        if score.hits < FEWEST_HITS || score.coverage() < WORTHWHILE || (number > 0 && score.hits * 20 < cases.hits()) {
            break;
        }
        let stability = stability(&rest, resamples, seed, number as u64);
        left.retain(|row| !region.holds(cases, *row));
        found.push(Found { region, score, stability });
    }
    found
}

/// The box with the best balance, if some box is better than everything.
pub fn best(cases: &Cases) -> Option<(Region, Score)> {
    let sorted = Sorted::new(cases);
    let whole = Region::whole(cases.factors.len());
    let start = cases.score(&whole);
    if start.hits == 0 || start.hits == start.inside {
        return None;
    }
    let way = peel(cases, &sorted, whole);
    let ranked = way.into_iter().reduce(|a, b| if b.1.balance() > a.1.balance() { b } else { a });
    let (mut region, mut score) = ranked?;
    while let Some(next) = paste(cases, &sorted, &region, score) {
        (region, score) = next;
    }
    while let Some(next) = simplify(cases, &region, score) {
        (region, score) = next;
    }
    (region.limited().next().is_some() && score.density() > start.density()).then_some((region, score))
}

/// By factor: the cases in order of its number, or nothing of names.
struct Sorted(Vec<Vec<usize>>);

impl Sorted {
    fn new(cases: &Cases) -> Self {
        let one = |values: &Values| match values {
            Values::Names { .. } => Vec::new(),
            Values::Numbers(numbers) => {
                let mut order: Vec<usize> = (0..numbers.len()).collect();
                order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
                order
            }
        };
        Self(cases.factors.iter().map(|factor| one(&factor.values)).collect())
    }
}

/// A limit that a peel may set, with what it takes away.
struct Peel {
    factor: usize,
    limit: Limit,
    taken: usize,
    hits: usize,
}

/// The boxes on the way from `region` down.
fn peel(cases: &Cases, sorted: &Sorted, mut region: Region) -> Vec<(Region, Score)> {
    let all_hits = cases.hits();
    let smallest = ((SMALLEST * cases.len() as f64) as usize).max(5);
    let mut inside = vec![true; cases.len()];
    let mut score = Score { inside: cases.len(), hits: all_hits, all_hits };
    let mut way = Vec::new();
    loop {
        let after = |peel: &Peel| Score { inside: score.inside - peel.taken, hits: score.hits - peel.hits, ..score };
        let possible = peels(cases, sorted, &region, &inside, score.inside);
        let gain = |peel: &Peel| {
            let gain = after(peel).density() - score.density();
            if gain > 0.0 { gain / peel.taken as f64 } else { gain }
        };
        let chosen = possible
            .into_iter()
            .filter(|peel| after(peel).inside >= smallest && after(peel).hits > 0)
            .reduce(|a, b| if gain(&b) > gain(&a) { b } else { a });
        let Some(peel) = chosen else { return way };
        score = after(&peel);
        let values = &cases.factors[peel.factor].values;
        for (row, inside) in inside.iter_mut().enumerate() {
            *inside = *inside && peel.limit.holds(values, row);
        }
        region = region.with(peel.factor, Some(peel.limit));
        way.push((region.clone(), score));
    }
}

fn peels(cases: &Cases, sorted: &Sorted, region: &Region, inside: &[bool], count: usize) -> Vec<Peel> {
    let step = ((PEEL * count as f64) as usize).max(1);
    let mut found = Vec::new();
    for (factor, column) in cases.factors.iter().enumerate() {
        match (&column.values, region.limit(cases, factor)) {
            (Values::Numbers(numbers), Limit::Between { above, below }) => {
                let rows: Vec<usize> = sorted.0[factor].iter().copied().filter(|row| inside[*row]).collect();
                let upwards = side(cases, numbers, &rows, step);
                found.extend(upwards.map(|(cut, taken, hits)| {
                    let limit = Limit::Between { above: Some(cut), below };
                    Peel { factor, limit, taken, hits }
                }));
                let rows: Vec<usize> = rows.into_iter().rev().collect();
                let downwards = side(cases, numbers, &rows, step);
                found.extend(downwards.map(|(cut, taken, hits)| {
                    let limit = Limit::Between { above, below: Some(cut) };
                    Peel { factor, limit, taken, hits }
                }));
            }
            (Values::Names { of, .. }, Limit::OneOf(names)) => {
                for name in names.iter().filter(|_| names.len() > 1) {
                    let rows = || (0..of.len()).filter(|row| inside[*row] && of[*row] == *name);
                    let (taken, hits) = (rows().count(), rows().filter(|row| cases.hit[*row]).count());
                    let rest = names.iter().copied().filter(|other| other != name).collect();
                    found.push(Peel { factor, limit: Limit::OneOf(rest), taken, hits });
                }
            }
            _ => unreachable!("a limit on a factor of another kind"),
        }
    }
    found.retain(|peel| peel.taken > 0);
    found
}

/// The cut behind the first `step` of `rows` and all that equal the last of these, with how many cases and hits lie
/// before it; none if nothing would be left.
fn side(cases: &Cases, numbers: &[f64], rows: &[usize], step: usize) -> Option<(f64, usize, usize)> {
    let last = numbers[*rows.get(step - 1)?];
    let same = rows[step..].iter().take_while(|row| numbers[**row].total_cmp(&last).is_eq()).count();
    let taken = step + same;
    let next = numbers[*rows.get(taken)?];
    let hits = rows[..taken].iter().filter(|row| cases.hit[**row]).count();
    Some((cut(last.min(next), last.max(next)), taken, hits))
}

/// The box with one limit set wider, if its balance is better.
fn paste(cases: &Cases, sorted: &Sorted, region: &Region, score: Score) -> Option<(Region, Score)> {
    let mut wider: Vec<Region> = Vec::new();
    for factor in region.limited() {
        match (&cases.factors[factor].values, region.limit(cases, factor)) {
            (Values::Numbers(numbers), Limit::Between { above, below }) => {
                let freed = region.with(factor, None);
                let step = ((PASTE * score.inside as f64) as usize).max(1);
                let rows = sorted.0[factor].iter().copied().filter(|row| freed.holds(cases, *row));
                let rows: Vec<f64> = rows.map(|row| numbers[row]).collect();
                let lower = above.map(|above| outwards(rows.iter().rev().filter(|x| **x <= above), step));
                wider.extend(lower.map(|above| region.with(factor, between(above, below))));
                let upper = below.map(|below| outwards(rows.iter().filter(|x| **x >= below), step));
                wider.extend(upper.map(|below| region.with(factor, between(above, below))));
            }
            (Values::Names { names, .. }, Limit::OneOf(inside)) => {
                for name in (0..names.len()).filter(|name| !inside.contains(name)) {
                    let mut more = inside.clone();
                    more.push(name);
                    more.sort_unstable();
                    wider.push(region.with(factor, (more.len() < names.len()).then_some(Limit::OneOf(more))));
                }
            }
            _ => unreachable!("a limit on a factor of another kind"),
        }
    }
    let scored = wider.into_iter().map(|region| (cases.score(&region), region));
    let better = scored.filter(|(wider, _)| wider.balance() > score.balance() + 1e-12);
    better.reduce(|a, b| if b.0.balance() > a.0.balance() { b } else { a }).map(|(score, region)| (region, score))
}

fn between(above: Option<f64>, below: Option<f64>) -> Option<Limit> {
    (above.is_some() || below.is_some()).then_some(Limit::Between { above, below })
}

/// The cut behind `step` of the numbers outside a limit, nearest first; `None` if there are no more: no limit.
fn outwards<'a>(outside: impl Iterator<Item = &'a f64>, step: usize) -> Option<f64> {
    let mut outside = outside.skip(step - 1);
    let last = *outside.next()?;
    let next = *outside.find(|next| next.total_cmp(&last).is_ne())?;
    Some(cut(last.min(next), last.max(next)))
}

/// The box without the limit that it needs least, if it hardly needs it.
fn simplify(cases: &Cases, region: &Region, score: Score) -> Option<(Region, Score)> {
    let mut simpler: Vec<Region> = Vec::new();
    for factor in region.limited() {
        simpler.push(region.with(factor, None));
        if let Limit::Between { above: Some(_), below: Some(_) } = region.limit(cases, factor)
            && let Limit::Between { above, below } = region.limit(cases, factor)
        {
            simpler.push(region.with(factor, between(above, None)));
            simpler.push(region.with(factor, between(None, below)));
        }
    }
    let scored = simpler.into_iter().map(|region| (cases.score(&region), region));
    let best = scored.reduce(|a, b| if b.0.balance() > a.0.balance() { b } else { a });
    best.filter(|(simpler, _)| simpler.balance() >= score.balance() - NEEDLESS).map(|(score, region)| (region, score))
}

fn stability(cases: &Cases, resamples: usize, seed: u64, number: u64) -> Stability {
    let name = format!("box {number}");
    let again = |resample: usize| {
        let mut draws = Draws::new(Purpose::Resample, seed, &name, resample as u64);
        let rows: Vec<usize> = (0..cases.len()).map(|_| draws.below(cases.len())).collect();
        let mut drawn = vec![false; cases.len()];
        rows.iter().for_each(|row| drawn[*row] = true);
        let left: Vec<usize> = (0..cases.len()).filter(|row| !drawn[*row]).collect();
        let (region, _) = best(&cases.taken(&rows))?;
        let score = cases.taken(&left).score(&region);
        (score.inside > 0 && score.all_hits > 0).then_some((region, score))
    };
    let found: Vec<(Region, Score)> = (0..resamples).into_par_iter().filter_map(again).collect();
    let points = |of: fn(Score) -> f64| {
        let mut sorted: Vec<f64> = found.iter().map(|(_, score)| of(*score)).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |level: f64| sorted.get((level * (sorted.len().max(1) - 1) as f64).round() as usize);
        (at(0.05).copied().unwrap_or(0.0), at(0.95).copied().unwrap_or(0.0))
    };
    let limited = |factor: usize| found.iter().filter(|(region, _)| region.limits[factor].is_some()).count();
    Stability {
        resamples: found.len(),
        coverage: points(Score::coverage),
        density: points(Score::density),
        limited: (0..cases.factors.len()).map(limited).collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::Factor;
    use super::*;

    /// 2,000 points of six factors; a hit where `a < 0.4`, `b > 1` (of -1 to 4) and `line` is not `calm`, but for noise:
    /// 3 in 100 inside are none, 1 in 100 outside is one.
    pub fn planted() -> Cases {
        let mut draws = Draws::new(Purpose::Design, 11, "planted", 0);
        let (mut columns, mut of, mut hit) = (vec![Vec::new(); 5], Vec::new(), Vec::new());
        for _ in 0..2_000 {
            let point: Vec<f64> = (0..5).map(|_| draws.unit()).collect();
            let (a, b, line) = (point[0], 5.0 * point[1] - 1.0, draws.below(3));
            let inside = a < 0.4 && b > 1.0 && line != 0;
            hit.push(draws.unit() < if inside { 0.97 } else { 0.01 });
            columns.iter_mut().zip(&point).for_each(|(column, x)| column.push(*x));
            columns[1].pop();
            columns[1].push(b);
            of.push(line);
        }
        let names = ["a", "b", "c", "d", "e"];
        let numbers = columns.into_iter().map(Values::Numbers);
        let mut factors: Vec<Factor> =
            numbers.zip(names).map(|(values, name)| Factor { name: name.into(), values }).collect();
        let names = ["calm", "tense", "war"].map(String::from).to_vec();
        factors.push(Factor { name: "line".into(), values: Values::Names { names, of } });
        Cases { factors, hit }
    }

    #[test]
    fn a_planted_box_is_found_in_noise() {
        let cases = planted();
        let found = boxes(&cases, 3, 20, 1);
        assert_eq!(found.len(), 1, "{found:?}");
        let Found { region, score, stability } = &found[0];
        assert!(score.coverage() >= 0.9 && score.density() >= 0.9, "{score:?} {region:?}");
        assert_eq!(region.limited().collect::<Vec<_>>(), [0, 1, 5], "{region:?}");
        assert_eq!(region.limits[5], Some(Limit::OneOf(vec![1, 2])));
        let Some(Limit::Between { above: None, below: Some(a) }) = region.limits[0] else { panic!("{region:?}") };
        let Some(Limit::Between { above: Some(b), below: None }) = region.limits[1] else { panic!("{region:?}") };
        assert!((a - 0.4).abs() < 0.02 && (b - 1.0).abs() < 0.1, "{a} {b}");
        assert!(stability.coverage.0 > 0.8 && stability.density.0 > 0.8, "{stability:?}");
        assert_eq!(stability.resamples, 20);
        assert!(stability.limited[0] == 20 && stability.limited[2] < 5, "{stability:?}");
    }

    #[test]
    fn a_box_with_two_sides_in_a_coarse_grid_is_found() {
        let x: Vec<f64> = (0..400).map(|i| f64::from(i % 20) / 10.0).collect();
        let y: Vec<f64> = (0..400).map(|i| f64::from(i / 20)).collect();
        let hit = x.iter().zip(&y).map(|(x, y)| (0.55..1.25).contains(x) && *y >= 8.0).collect();
        let factor = |name: &str, values| Factor { name: name.into(), values: Values::Numbers(values) };
        let cases = Cases { factors: vec![factor("x", x), factor("y", y)], hit };
        let (region, score) = best(&cases).unwrap();
        assert_eq!((score.hits, score.inside, score.all_hits), (84, 84, 84), "{region:?}");
    }

    #[test]
    fn where_there_is_nothing_to_find_there_is_no_box() {
        let mut cases = planted();
        cases.hit = vec![false; cases.len()];
        assert_eq!(best(&cases), None);
        cases.hit = vec![true; cases.len()];
        assert_eq!(best(&cases), None);
    }

    #[test]
    fn chance_alone_is_not_stable() {
        let mut cases = planted();
        let mut draws = Draws::new(Purpose::Design, 12, "noise", 0);
        cases.hit = (0..cases.len()).map(|_| draws.below(10) == 0).collect();
        for found in boxes(&cases, 1, 20, 1) {
            assert!(found.stability.density.0 < 0.15, "{found:?}");
        }
    }
}
