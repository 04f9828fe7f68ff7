//! What runs end in: the probability of each answer of a list of questions, solved on their slice.
//!
//! Does not know which outcomes or questions of the scenario they are.

use std::collections::BTreeMap;

use crate::model::{Asked, Model, Step, When};
use crate::observe::histogram::Fixed;
use crate::observe::question::{AskRef, Monitors, Reply};

use super::calendar::Course;
use super::forward::{Cache, Certainties, Cut, Error, Forward, Witness};
use super::means::Means;
use super::poisson::Sum;
use super::slice::{Closure, sliced};
use super::solution::{Bounds, Conduct, Contributor, Limits, Progress, Reason};
use super::space::Space;

/// Passes with less and less cut off before an answer is given as wide as it is.
const PASSES: usize = 4;
/// Part of the precision that cutting off may use up.
const SHARE: f64 = 0.1;

/// What was found of a list of questions of which the first yes counts.
#[derive(Debug, Clone)]
pub(super) struct Verdicts {
    /// By question, and last that none is answered yes: its probability.
    pub(super) probabilities: Vec<Bounds>,
    /// The same, that the answer is certain before each boundary.
    pub(super) by: Vec<(Step, Vec<Bounds>)>,
    /// By verdict: for how many days, on average, it has been certain.
    pub(super) spent: Vec<Bounds>,
    /// The number that was asked, where one was.
    pub(super) values: BTreeMap<Fixed, Bounds>,
    /// Its mean.
    pub(super) mean: Option<Bounds>,
    pub(super) states: usize,
    pub(super) dropped: f64,
    pub(super) unsettled: f64,
}

/// Why it was not found.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) reason: Reason,
    pub(super) contributors: Vec<Contributor>,
    /// States that differ in more than what questions remember.
    pub(super) bare: usize,
    /// By verdict: that it was certain at the last boundary reached.
    pub(super) certain: Vec<Bounds>,
}

impl Failed {
    pub(super) fn of(space: &Space<'_>, reason: Reason, certain: Vec<Bounds>) -> Self {
        match reason {
            // To count takes a while, for which nobody waits who stops it; and where one instant is too much, it is not for
            // the states.
            Reason::Interrupted | Reason::Ways { .. } => Self { certain, ..Self::before(reason) },
            _ => Self { reason, contributors: space.contributors(), bare: space.bare(), certain },
        }
    }

    /// Before anything was found.
    pub(super) fn before(reason: Reason) -> Self {
        Self { reason, contributors: Vec::new(), bare: 0, certain: Vec::new() }
    }
}

/// What is remembered of a pass.
#[derive(Debug, Default)]
struct Watched {
    kinds: usize,
    by: Vec<(Step, Vec<Bounds>)>,
    spent: Vec<Sum>,
}

impl Witness for Watched {
    const SOJOURN: bool = false;

    fn look(&mut self, _: &mut Forward<'_, '_>, _: When) {}

    fn stretch(&mut self, forward: &mut Forward<'_, '_>, _: Step, certain: &Certainties) {
        let mut reached = vec![false; self.kinds];
        for id in forward.active() {
            if let Some(verdict) = usize::from(forward.space.verdict(*id)).checked_sub(1) {
                reached[verdict] = true;
            }
        }
        let bound = |probabilities: &Vec<f64>| {
            let of = |verdict: usize| probabilities.get(verdict).copied().unwrap_or(0.0);
            (0..self.kinds).map(|v| forward.error.of_probability(of(v), reached[v])).collect()
        };
        self.by.extend(certain.by.iter().map(|(step, probabilities)| (*step, bound(probabilities))));
        certain.spent.iter().zip(&mut self.spent).for_each(|(days, sum)| sum.add(*days));
    }
}

/// Solves a list of questions on their slice `closure`. Counts that are asked for as numbers stop at `cap`.
///
/// # Errors
/// Too many states, or too much work.
pub(super) fn verdicts(
    model: &Model,
    (closure, asked, cap): (&Closure, &[Asked], u32),
    limits: &Limits,
    conduct: &Conduct<'_>,
    at: Progress,
) -> Result<Verdicts, Failed> {
    let model = sliced(model, closure, asked);
    let monitors = Monitors::new(&model, asked.iter().map(AskRef::from), cap);
    let course = Course::new(&model, &monitors, &[]);
    let flow_of = vec![None; model.events.len()];
    let mut space = Space::new(&model, closure, &monitors, flow_of, Means::new(limits, conduct));
    let mut cache = Cache::default();
    let mut cut = Cut { tail: 1e-9 * limits.precision, steady: SHARE * limits.precision };
    for pass in 1.. {
        let mut watched =
            Watched { kinds: asked.len() + 1, spent: vec![Sum::default(); asked.len() + 1], ..Watched::default() };
        let mut forward = Forward::new(&mut space, &course, &mut cache, 0, cut);
        let carried = forward.carry(&mut watched, &|step, states| (conduct.progress)(Progress { step, states, ..at }));
        if let Err(reason) = carried {
            let certain = watched.by.pop().map(|(_, certain)| certain).unwrap_or_default();
            return Err(Failed::of(&space, reason, certain));
        }
        let ends = Ends::of(&mut forward, &monitors, asked);
        let error = forward.error;
        space.means().go_on().map_err(Failed::before)?;
        if space.has_no_finite_state() {
            return Err(Failed::of(&space, Reason::NoFiniteState, Vec::new()));
        }
        let least = ends.least(cut);
        if pass == PASSES || error.cut() <= SHARE * limits.precision * least {
            return Ok(ends.verdicts(watched, error, space.len()));
        }
        // Rounding cannot be made smaller: what is not steady beyond doubt is followed to its end.
        cut = Cut { tail: (1e-3 * SHARE * limits.precision * least).max(1e-290), steady: 0.0 };
    }
    unreachable!("the last pass returns")
}

/// Where the distribution ends.
#[derive(Debug)]
struct Ends {
    probabilities: Vec<Sum>,
    reached: Vec<bool>,
    values: BTreeMap<Fixed, Sum>,
    unsettled: f64,
}

impl Ends {
    fn of(forward: &mut Forward<'_, '_>, monitors: &Monitors, asked: &[Asked]) -> Self {
        let kinds = asked.len() + 1;
        let mut ends = Self {
            probabilities: vec![Sum::default(); kinds],
            reached: vec![false; kinds],
            values: BTreeMap::new(),
            unsettled: forward.unsettled(),
        };
        let step = forward.step;
        for id in forward.active().to_vec() {
            if id == super::space::UNSETTLED {
                continue;
            }
            // Nobody asks what was found then.
            if forward.space.means().is_stopped() {
                break;
            }
            let mass = forward.mass(id);
            let memory = forward.space.memory(id, step);
            let verdict = (0..asked.len()).find(|question| monitors.answer(memory, *question).is_yes());
            let verdict = verdict.unwrap_or(asked.len());
            ends.probabilities[verdict].add(mass);
            ends.reached[verdict] = true;
            if let Some(Reply::Number(value)) = asked.first().map(|_| monitors.answer(memory, 0)) {
                ends.values.entry(value).or_default().add(mass);
            }
        }
        ends
    }

    /// The least probability of a verdict that was reached; of one that all of it was cut off, a guess far below that.
    fn least(&self, cut: Cut) -> f64 {
        let reached = self.probabilities.iter().zip(&self.reached).filter(|(_, reached)| **reached);
        reached.map(|(sum, _)| if sum.value() > 0.0 { sum.value() } else { 1e-30 * cut.tail }).fold(1.0, f64::min)
    }

    fn verdicts(self, watched: Watched, error: Error, states: usize) -> Verdicts {
        let bound = |(sum, reached): (&Sum, &bool)| error.of_probability(sum.value(), *reached);
        let probabilities: Vec<Bounds> = self.probabilities.iter().zip(&self.reached).map(bound).collect();
        let mut by = watched.by;
        // What is asked at the end is certain at the end.
        if let Some((_, last)) = by.last_mut() {
            last.clone_from(&probabilities);
        }
        Verdicts {
            by,
            spent: watched.spent.iter().map(|sum| error.of_integral(sum.value(), 1.0)).collect(),
            mean: mean(&self.values, &error),
            values: self.values.iter().map(|(v, sum)| (*v, error.of_probability(sum.value(), true))).collect(),
            probabilities,
            states,
            dropped: error.dropped(),
            unsettled: self.unsettled,
        }
    }
}

/// The mean of a number with these values: counted from the least, so that all terms have one sign.
fn mean(values: &BTreeMap<Fixed, Sum>, error: &Error) -> Option<Bounds> {
    let (least, most) = (values.keys().next()?.value(), values.keys().next_back()?.value());
    let mut sum = Sum::default();
    values.iter().for_each(|(value, mass)| sum.add((value.value() - least) * mass.value()));
    let above = error.of_sum(sum.value(), most - least);
    Some(Bounds { low: least + above.low, high: least + above.high }.widened())
}
