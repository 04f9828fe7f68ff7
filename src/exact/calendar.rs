//! What the calendar brings to a slice: which steps are alike, which boundaries are, and where one must stop.
//!
//! Does not know states.

use hashbrown::HashMap;

use crate::model::formula::Slot;
use crate::model::{Model, Step};
use crate::observe::question::Monitors;

use super::slice::each_branch_read;

/// The calendar of a slice.
#[derive(Debug)]
pub(super) struct Course {
    /// By step: steps of one phase have the same pressures.
    pub(super) phases: Vec<u32>,
    /// By boundary: boundaries of one kind do the same to a state.
    pub(super) kinds: Vec<u32>,
    /// By kind: at how many boundaries.
    pub(super) times: Vec<u32>,
    /// By boundary: the first from it on at which something may happen to a state in which nothing moves.
    next_stop: Vec<Step>,
}

impl Course {
    /// The course of `model`, which is sliced; `stops` are further boundaries that must not be passed over.
    pub(super) fn new(model: &Model, monitors: &Monitors, stops: &[Step]) -> Self {
        let last = model.calendar.steps;
        let reads = time_reads(model);
        let phases = numbered((0..=last).map(|step| phase(model, &reads, step)));
        let looks: Vec<Step> = monitors.looks().collect();
        let own = |step: Step| step == 0 || step == last || looks.contains(&step);
        let kinds = numbered((0..=last).map(|step| {
            let before = u64::from(phases[step.saturating_sub(1) as usize]);
            let mut kind = vec![before, u64::from(phases[step as usize])];
            // A boundary at which a question looks, the first and the last are like no other.
            kind.push(if own(step) { 1 + u64::from(step) } else { 0 });
            kind.extend(items(model, step));
            kind
        }));
        let mut times = vec![0; kinds.iter().max().map_or(0, |most| *most as usize + 1)];
        kinds.iter().for_each(|kind| times[*kind as usize] += 1);
        let idle = |step: Step| {
            let same = step > 0 && phases[step as usize - 1] == phases[step as usize];
            same && !own(step) && !stops.contains(&step) && items(model, step).next().is_none()
        };
        let mut next_stop: Vec<Step> = (0..=last).collect();
        for step in (0..last).rev() {
            if idle(step) {
                next_stop[step as usize] = next_stop[step as usize + 1];
            }
        }
        Self { phases, kinds, times, next_stop }
    }

    /// The first boundary after `step` at which something may happen to a state in which nothing moves.
    pub(super) fn stop_after(&self, step: Step) -> Step {
        self.next_stop[step as usize + 1]
    }
}

/// Everything about time that the rules read.
fn time_reads(model: &Model) -> Vec<Slot> {
    let mut reads = Vec::new();
    let mut see = |slots: &[Slot]| {
        reads.extend(slots.iter().filter(|slot| matches!(slot, Slot::During(..) | Slot::Day)));
    };
    model.each_read(|slot| see(&[slot]));
    for rule in &model.rules {
        each_branch_read(&rule.branches, &mut see);
        let effects = rule.branches.iter().flat_map(|branch| &branch.effects);
        effects.for_each(|effect| see(&effect.reads()));
    }
    reads.sort_unstable();
    reads.dedup();
    reads
}

fn phase(model: &Model, reads: &[Slot], step: Step) -> Vec<u64> {
    let value = |slot: &Slot| match slot {
        Slot::During(from, to) => u64::from((*from..*to).contains(&step)),
        Slot::Day => model.calendar.day(step) as u64,
        Slot::Variable(_) | Slot::Count(_) | Slot::AgeAtLeast(..) => unreachable!("not about time"),
    };
    reads.iter().map(value).collect()
}

/// Dated, recurring and forced rules of a boundary.
fn items(model: &Model, step: Step) -> impl Iterator<Item = u64> {
    let mut rules: Vec<u64> = model.schedule.rules_at(step).iter().map(|rule| 2 * u64::from(rule.0)).collect();
    rules.sort_unstable();
    let forced = model.forced.iter().enumerate().filter(move |(_, forced)| forced.at == step);
    rules.into_iter().chain(forced.map(|(index, _)| 2 * index as u64 + 1))
}

/// A number for each different one, in the order of first coming.
fn numbered(all: impl Iterator<Item = Vec<u64>>) -> Vec<u32> {
    let mut known: HashMap<Vec<u64>, u32> = HashMap::new();
    let number = |one| {
        let next = known.len() as u32;
        *known.entry(one).or_insert(next)
    };
    all.map(number).collect()
}
