//! Two variants of a scenario on the same runs: what they answer, which rules fire more, and which runs end otherwise.
//!
//! Does not know what sets the variants apart, nor how a comparison is shown.

use std::collections::BTreeMap;

use crate::engine::{Conduct, Plan, RunError, sample};
use crate::model::{Model, RuleId};
use crate::observe::firings::Firings;
use crate::observe::register::Register;

use super::briefly::solve_briefly;
use super::estimate::{Mean, Moments};
use super::measure::{Measured, Quantity};
use super::paired::{Difference, EXEMPLARS, Flip, differences, flips};

/// One side of a comparison.
#[derive(Debug, Clone)]
pub struct Side {
    /// What it answers.
    pub measured: Measured,
    firings: Firings,
}

/// How often a rule fires on either side.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleChange {
    /// Its id.
    pub id: String,
    /// Firings a run in the first.
    pub base: f64,
    /// Firings a run in the second.
    pub other: f64,
    /// The second minus the first, run by run.
    pub change: Mean,
    /// Runs in which it fires more often in the second.
    pub more: u64,
    /// Runs in which it fires less often.
    pub fewer: u64,
}

/// A run that ends otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flipped {
    /// Which.
    pub run: u64,
    /// Its outcome in the first, by index.
    pub from: u16,
    /// Its outcome in the second, by index.
    pub to: u16,
}

/// Two variants, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    /// Every quantity that both have.
    pub differences: Vec<Difference>,
    /// What only the first has.
    pub only_base: Vec<Quantity>,
    /// What only the second has.
    pub only_other: Vec<Quantity>,
    /// Every rule that fired on either side, in the order of the first's file; rules of the second alone come last.
    pub rules: Vec<RuleChange>,
    /// By outcome in the first and in the second: the runs that went so.
    pub flips: BTreeMap<(u16, u16), Flip>,
    /// A few runs that end otherwise: of the most frequent ways first, in turn.
    pub exemplars: Vec<Flipped>,
    /// Runs on either side.
    pub runs: u64,
}

/// Draws one side; `solved` also solves what takes a moment.
///
/// # Errors
/// `RunError` for the first run that does not settle.
pub fn side(model: &Model, plan: &Plan, solved: bool, conduct: &Conduct<'_>) -> Result<Side, RunError> {
    let sampled = sample::<(Register, Firings)>(model, plan, conduct)?;
    let (register, firings) = sampled.collected;
    let solution = solved.then(|| solve_briefly(model));
    Ok(Side { measured: Measured::new(model, plan.seed, Some(register), solution.as_ref()), firings })
}

/// Compares two sides that were drawn with the same seed and number of runs.
pub fn contrast(base: (&Model, &Side), other: (&Model, &Side)) -> Contrast {
    let (before, after) = (&base.1.measured, &other.1.measured);
    let only = |these: &Measured, those: &Measured| {
        these.found.iter().filter(|found| those.of(&found.quantity).is_none()).map(|f| f.quantity.clone()).collect()
    };
    let flips = match (&before.register, &after.register) {
        (Some(before), Some(after)) => flips(before, after),
        _ => BTreeMap::new(),
    };
    let stays = |(from, to): (u16, u16)| {
        let name = |model: &Model, index: u16| model.outcomes.get(usize::from(index)).map(|o| o.name.clone());
        name(base.0, from) == name(other.0, to)
    };
    Contrast {
        differences: differences(before, after),
        only_base: only(before, after),
        only_other: only(after, before),
        rules: rules(base, other),
        exemplars: exemplars(flips.iter().filter(|(pair, _)| !stays(**pair))),
        flips,
        runs: before.runs.min(after.runs),
    }
}

fn exemplars<'a>(flips: impl Iterator<Item = (&'a (u16, u16), &'a Flip)>) -> Vec<Flipped> {
    let mut kinds: Vec<(&(u16, u16), &Flip)> = flips.collect();
    kinds.sort_by_key(|(pair, flip)| (std::cmp::Reverse(flip.runs), **pair));
    let turn = |turn: usize| {
        let of_kind = move |(pair, flip): &(&(u16, u16), &Flip)| {
            flip.lowest.get(turn).map(|run| Flipped { run: *run, from: pair.0, to: pair.1 })
        };
        kinds.iter().filter_map(of_kind).collect::<Vec<_>>()
    };
    (0..EXEMPLARS).flat_map(turn).take(EXEMPLARS).collect()
}

/// Sums over the runs of how much more often a rule fires.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    base: u64,
    other: u64,
    first: i128,
    second: i128,
    third: i128,
    more: u64,
    fewer: u64,
}

impl Sums {
    fn add(&mut self, base: u32, other: u32) {
        self.base += u64::from(base);
        self.other += u64::from(other);
        let apart = i128::from(other) - i128::from(base);
        self.first += apart;
        self.second += apart * apart;
        self.third += apart * apart * apart;
        self.more += u64::from(apart > 0);
        self.fewer += u64::from(apart < 0);
    }

    /// Of as many runs.
    fn moments(&self, runs: u64) -> Moments {
        let n = runs.max(1) as f64;
        let (mean, second, third) = (self.first as f64 / n, self.second as f64 / n, self.third as f64 / n);
        let variance = (second - mean * mean).max(0.0);
        let off = third - 3.0 * mean * second + 2.0 * mean * mean * mean;
        let skewness = if variance > 0.0 { off / (variance * libm::sqrt(variance)) } else { 0.0 };
        Moments { runs, mean, variance, skewness }
    }
}

fn rules(base: (&Model, &Side), other: (&Model, &Side)) -> Vec<RuleChange> {
    let mut ids: Vec<&str> = base.0.rules.iter().map(|rule| rule.id.as_str()).collect();
    let places: BTreeMap<&str, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut place_of_other = Vec::new();
    for rule in &other.0.rules {
        place_of_other.push(places.get(rule.id.as_str()).copied().unwrap_or_else(|| {
            ids.push(&rule.id);
            ids.len() - 1
        }));
    }
    let mut sums = vec![Sums::default(); ids.len()];
    let (before, after) = (&base.1.firings, &other.1.firings);
    let runs = before.runs().min(after.runs());
    let mut now: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
    for run in 0..runs {
        now.clear();
        let place = |rule: RuleId| rule.0 as usize;
        before.of(run).iter().for_each(|(rule, times)| now.entry(place(*rule)).or_default().0 = *times);
        after.of(run).iter().for_each(|(rule, times)| now.entry(place_of_other[place(*rule)]).or_default().1 = *times);
        now.iter().for_each(|(place, (base, other))| sums[*place].add(*base, *other));
    }
    let change = |(id, sums): (&&str, &Sums)| {
        let mean = |times: u64| times as f64 / runs.max(1) as f64;
        let change = Mean::new(&sums.moments(runs as u64)).filter(|_| sums.base + sums.other > 0)?;
        let (base, other) = (mean(sums.base), mean(sums.other));
        Some(RuleChange { id: (*id).to_owned(), base, other, change, more: sums.more, fewer: sums.fewer })
    };
    ids.iter().zip(&sums).filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::Overrides;
    use crate::model::fixture::compiled_with;

    const TEXT: &str = r#"(
        simulate: 1,
        clock: (horizon: "30d"),
        actors: { north: (postures: { line: (ladder: [calm, tense, war], start: calm) }) },
        rules: {
            incident: (pressure: "50% within 30d", then: ["north.line up"]),
            talks: (pressure: "20% within 30d", then: ["north.line = calm"]),
        },
        outcomes: [ (name: war, when: "ever(north.line == war)"), (name: quiet) ],
    )"#;

    fn drawn(forbid: &[&str]) -> (Model, Side) {
        let overrides = Overrides { forbid: forbid.iter().map(|r| (*r).to_owned()).collect(), ..Overrides::default() };
        let model = compiled_with(TEXT, &overrides);
        let conduct = Conduct { stop: &false.into(), progress: &|_| {} };
        let side = side(&model, &Plan { runs: 4_000, seed: 2, threads: None }, false, &conduct).expect("it settles");
        (model, side)
    }

    #[test]
    fn a_forbidden_rule_fires_less_and_the_others_as_often() {
        let (base, other) = (drawn(&[]), drawn(&["talks"]));
        let found = contrast((&base.0, &base.1), (&other.0, &other.1));
        let rule = |id: &str| found.rules.iter().find(|rule| rule.id == id).expect("it fired");
        let talks = rule("talks");
        assert!(talks.other == 0.0 && talks.more == 0 && talks.fewer > 500);
        assert!((talks.base + talks.change.value).abs() < 1e-12);
        // Poisson with mean -ln 0.8: so is the variance.
        assert!((talks.base - 0.2231).abs() < 0.03, "{talks:?}");
        assert!((talks.change.standard_error * libm::sqrt(4_000.0) - libm::sqrt(0.2231)).abs() < 0.05);
        assert!((talks.change.skewness + 1.0 / libm::sqrt(0.2231)).abs() < 0.4, "{talks:?}");
        assert_eq!((rule("incident").more, rule("incident").fewer), (0, 0), "the same occasions");
        assert_eq!(found.differences.len(), 2);
        assert!(found.differences[0].change.value.unwrap() > 0.0, "without talks there is more war");
    }

    #[test]
    fn exemplars_flip_and_come_from_every_way_in_turn() {
        let (base, other) = (drawn(&[]), drawn(&["talks"]));
        let found = contrast((&base.0, &base.1), (&other.0, &other.1));
        assert_eq!(found.exemplars.len(), EXEMPLARS);
        let register = |side: &(Model, Side), run: u64| {
            side.1.measured.register.as_ref().map(|register| register.outcomes()[run as usize])
        };
        for flipped in &found.exemplars {
            assert_eq!((register(&base, flipped.run), register(&other, flipped.run)), (Some(1), Some(0)));
        }
        let same = contrast((&base.0, &base.1), (&base.0, &base.1));
        assert!(same.exemplars.is_empty() && same.flips.len() == 2);
        let flip = |runs, lowest: &[u64]| Flip { runs, lowest: lowest.to_vec() };
        let ways = [((0, 1), flip(3, &[1, 4, 9])), ((1, 0), flip(7, &[2, 3, 5, 6, 7])), ((2, 0), flip(1, &[8]))];
        let told: Vec<u64> = exemplars(ways.iter().map(|(pair, flip)| (pair, flip))).iter().map(|f| f.run).collect();
        assert_eq!(told, [2, 1, 8, 3, 4]);
    }
}
