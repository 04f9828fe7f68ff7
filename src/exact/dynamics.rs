//! What happens on the way: values of variables over time, expected numbers of events, integrals over time.
//!
//! None of these adds anything to the state. Does not know which rules or questions of the scenario they are for.

use crate::model::formula::Tabulated;
use crate::model::{AskNumber, Asked, EventId, Model, Step, VariableId, When};
use crate::observe::question::Monitors;

use super::answers::Failed;
use super::calendar::Course;
use super::forward::{Cache, Certainties, Cut, Forward, Witness};
use super::means::Means;
use super::poisson::Sum;
use super::slice::{Closure, sliced};
use super::solution::{Bounds, Conduct, Limits, Occupancy, Progress};
use super::space::{Space, UNSETTLED};

/// An integral over time.
#[derive(Debug, Clone)]
pub(super) enum Integrand {
    /// Of a number.
    Number(Tabulated<f64>),
    /// Of 1 while a condition holds.
    Condition(Tabulated<bool>),
}

/// What is wanted of a slice.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// Variables over time.
    pub(super) occupancy: Vec<VariableId>,
    /// Boundaries at which they are wanted, ascending.
    pub(super) looks: Vec<Step>,
    /// Numbers of events, until when (`None`: the end).
    pub(super) counts: Vec<(EventId, Option<When>)>,
    /// Integrals over time.
    pub(super) integrals: Vec<Integrand>,
}

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Dynamics {
    pub(super) occupancy: Vec<Occupancy>,
    pub(super) counts: Vec<Bounds>,
    pub(super) integrals: Vec<Bounds>,
    pub(super) states: usize,
    pub(super) dropped: f64,
    pub(super) unsettled: f64,
}

struct Watched<'w> {
    wanted: &'w Wanted,
    model: &'w Model,
    /// By count: its flow.
    flows: Vec<usize>,
    occupancy: Vec<Occupancy>,
    counts: Vec<Option<Bounds>>,
    integrals: Vec<Integral>,
}

/// An integral in the making: what is above 0 and what is below it, so that all terms of a sum have one sign.
#[derive(Debug, Clone, Default)]
struct Integral {
    above: Sum,
    below: Sum,
    highest: f64,
    lowest: f64,
}

impl Witness for Watched<'_> {
    const SOJOURN: bool = true;

    fn look(&mut self, forward: &mut Forward<'_, '_>, when: When) {
        for (index, (_, until)) in self.wanted.counts.iter().enumerate() {
            if *until == Some(when) {
                self.counts[index] = Some(forward.flow_so_far(self.flows[index]));
            }
        }
        if let When::Before(step) = when
            && self.wanted.looks.binary_search(&step).is_ok()
        {
            for of in &mut self.occupancy {
                of.at.push((step, shares(forward, self.model, of.variable)));
            }
        }
    }

    fn stretch(&mut self, forward: &mut Forward<'_, '_>, from: Step, _: &Certainties) {
        if self.wanted.integrals.is_empty() {
            return;
        }
        for (id, time) in forward.sojourns() {
            // Nobody asks what was found then.
            if forward.space.means().is_stopped() {
                return;
            }
            let (model, integrals) = (self.model, &self.wanted.integrals);
            let values: Vec<f64> = forward
                .space
                .look(id, from, |midway| integrals.iter().map(|i| i.value(&midway.state, model)).collect());
            for (sum, value) in self.integrals.iter_mut().zip(values) {
                sum.highest = sum.highest.max(value);
                sum.lowest = sum.lowest.min(value);
                if value > 0.0 { sum.above.add(value * time) } else { sum.below.add(-value * time) }
            }
        }
    }
}

impl Integrand {
    fn asked(&self) -> Asked {
        Asked::Number(match self {
            Self::Number(number) => AskNumber::Total(number.clone()),
            Self::Condition(condition) => AskNumber::TotalTime(condition.clone()),
        })
    }

    fn value(&self, state: &crate::model::state::State, model: &Model) -> f64 {
        match self {
            Self::Number(number) => number.value(state, model),
            Self::Condition(condition) => f64::from(u8::from(condition.holds(state, model))),
        }
    }
}

/// The probabilities of the values of a variable.
fn shares(forward: &mut Forward<'_, '_>, model: &Model, id: VariableId) -> Vec<Bounds> {
    let variable = model.variable(id);
    let size = (i64::from(variable.high) - i64::from(variable.low) + 1) as usize;
    let mut sums = vec![(Sum::default(), false); size];
    let means = forward.space.means();
    for state in forward.active().iter().filter(|state| **state != UNSETTLED) {
        // Nobody asks what was found then.
        if means.is_stopped() {
            break;
        }
        let value = forward.space.value(*state, id).expect("a variable of the slice is part of its states");
        let (sum, reached) = &mut sums[(value - variable.low) as usize];
        sum.add(forward.mass(*state));
        *reached = true;
    }
    sums.iter().map(|(sum, reached)| forward.error.of_probability(sum.value(), *reached)).collect()
}

/// Solves what is wanted on the slice `closure`.
///
/// # Errors
/// Too many states, or too much work.
pub(super) fn dynamics(
    model: &Model,
    closure: &Closure,
    wanted: &Wanted,
    (limits, conduct, at): (&Limits, &Conduct<'_>, Progress),
) -> Result<Dynamics, Failed> {
    // Asked, so that the calendar knows which dates they read.
    let asked: Vec<Asked> = wanted.integrals.iter().map(Integrand::asked).collect();
    let model = sliced(model, closure, &asked);
    let monitors = Monitors::new(&model, [], 0);
    let untils = wanted.counts.iter().filter_map(|(_, until)| until.map(|(When::Before(s) | When::Settled(s))| s));
    let stops: Vec<Step> = wanted.looks.iter().copied().chain(untils).collect();
    let course = Course::new(&model, &monitors, &stops);
    let (flow_of, flows, number) = flows(&model, &wanted.counts);
    let mut space = Space::new(&model, closure, &monitors, flow_of, Means::new(limits, conduct));
    let mut cache = Cache::default();
    let cut = Cut { tail: 1e-9 * limits.precision, steady: 0.0 };
    let mut watched = Watched {
        wanted,
        model: &model,
        flows,
        occupancy: wanted.occupancy.iter().map(|id| Occupancy { variable: *id, at: Vec::new() }).collect(),
        counts: vec![None; wanted.counts.len()],
        integrals: vec![Integral::default(); wanted.integrals.len()],
    };
    let mut forward = Forward::new(&mut space, &course, &mut cache, number, cut);
    let carried = forward.carry(&mut watched, &|step, states| (conduct.progress)(Progress { step, states, ..at }));
    if let Err(reason) = carried {
        return Err(Failed::of(&space, reason, Vec::new()));
    }
    let so_far = watched.counts.iter().zip(&watched.flows);
    Ok(Dynamics {
        counts: so_far.map(|(count, flow)| count.unwrap_or_else(|| forward.flow_so_far(*flow))).collect(),
        integrals: watched.integrals.iter().map(|integral| integral.bounds(&forward)).collect(),
        occupancy: watched.occupancy,
        dropped: forward.error.dropped(),
        unsettled: forward.unsettled(),
        states: forward.space.len(),
    })
}

impl Integral {
    fn bounds(&self, forward: &Forward<'_, '_>) -> Bounds {
        let above = forward.error.of_integral(self.above.value(), self.highest);
        let below = forward.error.of_integral(self.below.value(), -self.lowest);
        Bounds { low: above.low - below.high, high: above.high - below.low }.widened()
    }
}

/// By event its flow, by count its flow, and how many flows there are.
fn flows(model: &Model, counts: &[(EventId, Option<When>)]) -> (Vec<Option<u32>>, Vec<usize>, usize) {
    let mut flow_of = vec![None; model.events.len()];
    let mut number = 0;
    let mut enter = |event: EventId| {
        *flow_of[event.0 as usize].get_or_insert_with(|| {
            number += 1;
            number - 1
        }) as usize
    };
    let flows = counts.iter().map(|(event, _)| enter(*event)).collect();
    (flow_of, flows, number as usize)
}
