//! Two variants of a scenario, quantity by quantity: how far apart they are, and how sure that is.
//!
//! Runs of one seed draw the same occasions, so the difference is taken run by run. Does not know how runs are drawn, nor how
//! a difference is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::observe::register::Register;

use super::estimate::{Interval, Mean, MeanTrust};
use super::matched;
use super::measure::{Basis, Estimate, Found, Measured, Quantity, Scale, moments};

/// What a difference stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// Both sides are solved.
    Exact,
    /// The same runs on both sides.
    Paired,
    /// One side is solved, the other sampled; or both are sampled, with different seeds.
    Separate,
}

/// How far one quantity of two variants is apart, the second minus the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The difference; `None` where one side has no value.
    pub value: Option<f64>,
    /// Its interval: at `CONFIDENCE`, or, if exact, certain. `None` of a mean where nothing is known of the spread.
    pub interval: Option<Interval>,
    /// What it stands on.
    pub pairing: Pairing,
    /// Pairs of runs on which it stands; 0 unless paired.
    pub runs: u64,
    /// Of these, pairs whose two runs differ in it.
    pub differ: u64,
    /// How many times the variance of the difference would be, were the seeds of both sides independent: what pairing is
    /// worth, in runs. `None` unless it is paired and the runs differ.
    pub gain: Option<f64>,
    /// Of a mean: whether the interval can be trusted.
    pub trust: Option<MeanTrust>,
}

/// One quantity of two variants.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Which.
    pub quantity: Quantity,
    /// What it is counted in.
    pub scale: Scale,
    /// In the first.
    pub base: Estimate,
    /// In the second.
    pub other: Estimate,
    /// The second minus the first.
    pub change: Change,
}

/// Every quantity that both have, in the order of the first.
pub fn differences(base: &Measured, other: &Measured) -> Vec<Difference> {
    base.found.iter().filter_map(|found| difference(base, other, &found.quantity)).collect()
}

/// How far `quantity` of `other` is from that of `base`; `None` unless both have it, in the same scale.
pub fn difference(base: &Measured, other: &Measured, quantity: &Quantity) -> Option<Difference> {
    let (left, right) = (base.of(quantity)?, other.of(quantity)?);
    (left.scale == right.scale).then(|| Difference {
        quantity: quantity.clone(),
        scale: left.scale,
        base: left.estimate,
        other: right.estimate,
        change: change((base, left), (other, right)),
    })
}

fn change(base: (&Measured, &Found), other: (&Measured, &Found)) -> Change {
    let (left, right) = (base.1.estimate, other.1.estimate);
    if left.basis == Basis::Exact && right.basis == Basis::Exact {
        return Change::exact(&left, &right);
    }
    match (base.0.series(base.1), other.0.series(other.1)) {
        (Some(before), Some(after)) if base.0.seed == other.0.seed => {
            let pairs: Vec<(Option<f64>, Option<f64>)> = before.zip(after).collect();
            if base.1.scale == Scale::Share { Change::of_shares(&pairs) } else { Change::of_means(&pairs) }
        }
        _ => Change::separate(&left, &right),
    }
}

impl Change {
    /// Interval arithmetic.
    fn exact(left: &Estimate, right: &Estimate) -> Self {
        let ends = |left: Interval, right: Interval| Interval {
            low: (right.low - left.high).next_down(),
            high: (right.high - left.low).next_up(),
        };
        Self { interval: both(left.interval, right.interval, ends), ..Self::bare(left, right, Pairing::Exact) }
    }

    /// Two estimates that have nothing to do with each other. An exact side moves the interval of the other; two sampled
    /// ones are joined by the method of variance estimates recovery (Zou and Donner 2008, doi:10.1002/sim.3095).
    fn separate(left: &Estimate, right: &Estimate) -> Self {
        let bare = Self::bare(left, right, Pairing::Separate);
        let (Some(x), Some(y)) = (left.value, right.value) else { return bare };
        let sampled = left.basis == Basis::Sampled && right.basis == Basis::Sampled;
        let far = |a: f64, b: f64| if sampled { libm::sqrt(a * a + b * b) } else { a + b };
        let ends = |left: Interval, right: Interval| Interval {
            low: y - x - far(y - right.low, left.high - x),
            high: y - x + far(right.high - y, x - left.low),
        };
        let trust = [left.trust, right.trust].into_iter().flatten().find(|trust| *trust != MeanTrust::Sound);
        Self {
            interval: both(left.interval, right.interval, ends),
            trust: trust.or(left.trust).or(right.trust),
            ..bare
        }
    }

    fn bare(left: &Estimate, right: &Estimate, pairing: Pairing) -> Self {
        let value = both(left.value, right.value, |left, right| right - left);
        Self { value, interval: None, pairing, runs: 0, differ: 0, gain: None, trust: None }
    }

    /// Of 0 or 1 a run: only the pairs that differ say anything.
    fn of_shares(pairs: &[(Option<f64>, Option<f64>)]) -> Self {
        let count = |of: (f64, f64)| pairs.iter().filter(|pair| **pair == (Some(of.0), Some(of.1))).count() as u64;
        let (gained, lost, always) = (count((0.0, 1.0)), count((1.0, 0.0)), count((1.0, 1.0)));
        let runs = pairs.len() as u64;
        let n = runs.max(1) as f64;
        let (p, q) = (gained as f64 / n, lost as f64 / n);
        let spread = |hits: u64| hits as f64 / n * (1.0 - hits as f64 / n);
        let apart = p + q - (p - q) * (p - q);
        Self {
            value: (runs > 0).then_some(p - q),
            interval: Some(matched::difference(gained, lost, runs)),
            pairing: Pairing::Paired,
            runs,
            differ: gained + lost,
            gain: (apart > 0.0).then(|| (spread(always + lost) + spread(always + gained)) / apart),
            trust: None,
        }
    }

    /// Of a number a run, or none: the difference of the two means, each over the runs that have it on its own side.
    ///
    /// Student's interval of what each pair adds, `(x - mean) / share that have it` on either side: the delta method for a
    /// difference of two ratios of the same runs (W. G. Cochran, "Sampling Techniques", 3rd ed. (1977), section 6.19). Where
    /// every run has the number, that is the paired Student interval itself.
    fn of_means(pairs: &[(Option<f64>, Option<f64>)]) -> Self {
        let left: Vec<Option<f64>> = pairs.iter().map(|pair| pair.0).collect();
        let right: Vec<Option<f64>> = pairs.iter().map(|pair| pair.1).collect();
        let differ = pairs.iter().filter(|(x, y)| x.map(f64::to_bits) != y.map(f64::to_bits)).count() as u64;
        let runs = pairs.len() as u64;
        let none = Self {
            value: None,
            interval: None,
            pairing: Pairing::Paired,
            runs,
            differ,
            gain: None,
            trust: Some(MeanTrust::TooFew),
        };
        let (Some(before), Some(after)) = (parts(&left), parts(&right)) else { return none };
        let apart: Vec<f64> = if before.having == runs && after.having == runs {
            // Values that move by the same in every run are seen to.
            left.iter().flatten().zip(right.iter().flatten()).map(|(x, y)| y - x).collect()
        } else {
            before.each.iter().zip(&after.each).map(|(x, y)| y - x).collect()
        };
        let moments_apart = moments(&apart);
        let Some(mean) = Mean::of_parts(&moments_apart, before.having.min(after.having)) else { return none };
        let value = after.mean - before.mean;
        let half = mean.interval.map(|interval| interval.half_width());
        let separate = moments(&before.each).variance + moments(&after.each).variance;
        Self {
            value: Some(value),
            interval: half.map(|half| Interval { low: value - half, high: value + half }),
            gain: (moments_apart.variance > 0.0).then(|| separate / moments_apart.variance),
            trust: Some(mean.trust),
            ..none
        }
    }
}

/// A mean over the runs that have a number, and what each run adds to its deviation; 0 of those that have none.
struct Parts {
    mean: f64,
    having: u64,
    each: Vec<f64>,
}

fn parts(values: &[Option<f64>]) -> Option<Parts> {
    let had: Vec<f64> = values.iter().copied().flatten().collect();
    let mean = moments(&had).mean;
    let share = had.len() as f64 / values.len().max(1) as f64;
    let each = values.iter().map(|value| value.map_or(0.0, |x| (x - mean) / share)).collect();
    (!had.is_empty()).then_some(Parts { mean, having: had.len() as u64, each })
}

fn both<T, U>(left: Option<T>, right: Option<T>, join: impl FnOnce(T, T) -> U) -> Option<U> {
    left.zip(right).map(|(left, right)| join(left, right))
}

/// The pairs of runs that go from one outcome to another, or stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flip {
    /// How many.
    pub runs: u64,
    /// The lowest of them, `EXEMPLARS` at most.
    pub lowest: Vec<u64>,
}

/// Runs that are kept of each kind of flip.
pub const EXEMPLARS: usize = 5;

/// By outcome in the first and outcome in the second, each by its index: the runs of one seed that went so.
pub fn flips(base: &Register, other: &Register) -> BTreeMap<(u16, u16), Flip> {
    let mut flips: BTreeMap<(u16, u16), Flip> = BTreeMap::new();
    for (run, pair) in base.outcomes().iter().copied().zip(other.outcomes().iter().copied()).enumerate() {
        let flip = flips.entry(pair).or_default();
        flip.runs += 1;
        if flip.lowest.len() < EXEMPLARS {
            flip.lowest.push(run as u64);
        }
    }
    flips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::draw::{Draws, Purpose};
    use crate::analysis::measure::{Budget, Effort, measure};
    use crate::engine::{Conduct, Plan};
    use crate::model::compile::Overrides;
    use crate::model::fixture::compiled_with;

    const TEXT: &str = r#"(
        simulate: 1,
        clock: (horizon: "30d"),
        parameters: { rate: (value: "50%", within: "30d", says: "Incidents.", range: ["1%", "99%"]) },
        actors: { north: (postures: { line: (ladder: [calm, tense, war], start: calm) }) },
        rules: { incident: (pressure: "rate", then: ["north.line up"]) },
        outcomes: [ (name: war, when: "ever(north.line == war)"), (name: quiet) ],
        questions: { first_war: "first(north.line == war)", incidents: "count(incident)" },
    )"#;

    fn measured(set: Option<&str>, effort: Effort, seed: u64, runs: u64) -> Measured {
        let overrides = Overrides { set: set.into_iter().map(str::to_owned).collect(), ..Overrides::default() };
        let model = compiled_with(TEXT, &overrides);
        let conduct = Conduct { stop: &false.into(), progress: &|_| {} };
        let budget = Budget { effort, always_runs: effort == Effort::None };
        measure(&model, &Plan { runs, seed, threads: None }, &budget, &conduct).expect("it settles")
    }

    const MORE: Option<&str> = Some("rate=60%");

    /// Seeds are fixed: fifteen intervals, and all of them hold the exact difference.
    #[test]
    fn paired_differences_hold_the_exact_one() {
        let exact = differences(&measured(None, Effort::Brief, 1, 0), &measured(MORE, Effort::Brief, 1, 0));
        let paired = differences(&measured(None, Effort::None, 3, 20_000), &measured(MORE, Effort::None, 3, 20_000));
        let apart = differences(&measured(None, Effort::None, 3, 20_000), &measured(MORE, Effort::None, 4, 20_000));
        let mixed = differences(&measured(None, Effort::Brief, 3, 0), &measured(MORE, Effort::None, 3, 20_000));
        assert_eq!(exact.len(), 5);
        for (((exact, paired), apart), mixed) in exact.iter().zip(&paired).zip(&apart).zip(&mixed) {
            assert_eq!(exact.change.pairing, Pairing::Exact);
            let truth = exact.change.value.unwrap();
            let width = |other: &Difference| {
                let interval = other.change.interval.unwrap();
                assert!(interval.contains(truth), "{other:?} {truth}");
                interval.half_width()
            };
            assert_eq!((paired.change.pairing, apart.change.pairing), (Pairing::Paired, Pairing::Separate));
            let gain = paired.change.gain.unwrap();
            assert!(gain > 2.0, "common occasions: {paired:?}");
            // The intervals of shares are made to cover at least as often as they say, so not exactly so.
            let ratio = width(apart) / width(paired);
            assert!((ratio * ratio / gain - 1.0).abs() < 0.15, "{ratio} {gain}");
            assert!(width(mixed) < width(apart) && width(mixed) > width(paired));
        }
    }

    #[test]
    fn the_same_runs_differ_in_nothing() {
        let base = measured(None, Effort::None, 3, 1_000);
        for same in differences(&base, &base) {
            assert_eq!((same.change.value, same.change.differ, same.change.gain), (Some(0.0), 0, None));
            let known = same.change.interval.map(|interval| interval.half_width() > 0.003);
            assert_eq!(known, (same.scale == Scale::Share).then_some(true), "{same:?}");
        }
        let flips = flips(base.register.as_ref().unwrap(), base.register.as_ref().unwrap());
        assert!(flips.keys().all(|(from, to)| from == to));
        assert_eq!(flips.values().map(|flip| flip.runs).sum::<u64>(), 1_000);
    }

    #[test]
    fn flips_add_up_to_the_difference() {
        let (base, other) = (measured(None, Effort::None, 3, 5_000), measured(MORE, Effort::None, 3, 5_000));
        let flips = flips(base.register.as_ref().unwrap(), other.register.as_ref().unwrap());
        let count = |from, to| flips.get(&(from, to)).map_or(0, |flip| flip.runs);
        let war = &differences(&base, &other)[0].change;
        assert_eq!(war.differ, count(1, 0) + count(0, 1));
        let net = count(1, 0) as f64 - count(0, 1) as f64;
        assert!((war.value.unwrap() - net / 5_000.0).abs() < 1e-12);
        assert_eq!(count(0, 1), 0, "more incidents never make peace");
        assert_eq!(flips[&(1, 0)].lowest.len(), EXEMPLARS);
        assert!(flips[&(1, 0)].lowest.is_sorted());
    }

    #[test]
    fn a_number_that_every_run_has_is_paired_as_student_does() {
        let pairs: Vec<_> = [(1.0, 2.0), (2.0, 2.5), (0.0, 3.0), (4.0, 3.5)].map(|(x, y)| (Some(x), Some(y))).into();
        let found = Change::of_means(&pairs);
        let expected = Mean::new(&moments(&[1.0, 0.5, 3.0, -0.5])).unwrap();
        assert!((found.value.unwrap() - expected.value).abs() < 1e-15);
        let (ours, theirs) = (found.interval.unwrap(), expected.interval.unwrap());
        assert!((ours.low - theirs.low).abs() < 1e-12 && (ours.high - theirs.high).abs() < 1e-12);
        let shifted: Vec<_> = (0..9).map(|x| (Some(f64::from(x)), Some(f64::from(x) + 1.0))).collect();
        let shifted = Change::of_means(&shifted);
        assert_eq!((shifted.value, shifted.interval, shifted.trust), (Some(1.0), None, Some(MeanTrust::Constant)));
        assert_eq!(Change::of_means(&[(None, Some(1.0))]).value, None);
    }

    /// Each run has the number with another probability on either side, and the values depend on each other, and on
    /// whether there is one. Of 2,000 campaigns an interval that covers 94.5 to 95 % leaves 1,850 to 1,936 with a probability
    /// below 0.2 %.
    #[test]
    fn numbers_that_some_runs_have_are_covered() {
        let mut random = Draws::new(Purpose::Resample, 77, "paired", 0);
        let mut uniform = || random.unit();
        let covered = (0..2_000).filter(|_| {
            let pairs: Vec<(Option<f64>, Option<f64>)> = (0..200)
                .map(|_| {
                    let (u, v, w) = (uniform(), uniform(), uniform());
                    // Given that there is one: mean of u below 0.6 is 0.3; of u + w below 0.8 it is 0.4 + 0.5.
                    ((u < 0.6).then_some(u + v - 0.5), (u < 0.8).then_some(u + w))
                })
                .collect();
            Change::of_means(&pairs).interval.is_some_and(|interval| interval.contains(0.6))
        });
        let covered = covered.count();
        assert!((1_850..=1_936).contains(&covered), "{covered}");
    }
}
