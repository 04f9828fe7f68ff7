//! When a rule can fire at all, as step numbers, and whether it can fire more than once.
//!
//! An over-estimate that looks at clocks, delays and triggers only, not at guards. A rule that listens to posture
//! changes or lets may fire at any time and any number of times.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Clock, EventId, Model, RuleId, Step};

/// Beyond so many steps times rules every rule may fire at any time.
const LIMIT: usize = 4_000_000;

/// Beyond so many rules it is not asked what depends on what.
const RULES: usize = 2_000;

/// When rules can fire, and how they hang together.
pub(super) struct Timing {
    /// By rule: by step number whether it can fire then; `None` for any.
    times: Vec<Option<Vec<bool>>>,
    /// By rule: the rules that raise what it listens to; `None` if others may too, empty if it needs no trigger.
    sources: Vec<Option<Vec<RuleId>>>,
    /// By rule: it fires at most once in a run.
    once: Vec<bool>,
    /// By rule: it listens to `start`.
    at_start: Vec<bool>,
    /// By rule: what can fire though it never does, once asked.
    without: RefCell<BTreeMap<RuleId, BTreeSet<RuleId>>>,
}

impl Timing {
    pub(super) fn of(model: &Model) -> Self {
        let raisers = raisers(model);
        let unruly = unruly(model);
        let mut heard = vec![Vec::new(); model.rules.len()];
        for (index, event) in model.events.iter().enumerate() {
            event.listeners.iter().for_each(|rule| heard[rule.0 as usize].push(EventId(index as u32)));
        }
        let sources: Vec<Option<Vec<RuleId>>> = heard
            .iter()
            .map(|events| {
                let plain = events.iter().all(|event| !unruly.contains(event));
                plain.then(|| {
                    let rules: BTreeSet<RuleId> = events.iter().flat_map(|e| &raisers[e.0 as usize]).copied().collect();
                    rules.into_iter().collect()
                })
            })
            .collect();
        let at_start: Vec<bool> = heard.iter().map(|events| events.iter().any(|e| hears_start(model, *e))).collect();
        let mut timing = Self {
            times: Vec::new(),
            once: once(model, &sources, &at_start),
            sources,
            at_start,
            without: RefCell::default(),
        };
        timing.times = timing.spread(model);
        timing
    }

    /// Whether the two can stand on the agenda of one boundary, for all that this knows.
    pub(super) fn meet(&self, model: &Model, a: RuleId, b: RuleId) -> bool {
        let times = match (&self.times[a.0 as usize], &self.times[b.0 as usize]) {
            (Some(x), Some(y)) => x.iter().zip(y).skip(1).any(|(x, y)| *x && *y) || self.both_at_0(model, a, b),
            _ => true,
        };
        times && !self.only_after(model, a, b) && !self.only_after(model, b, a)
    }

    fn both_at_0(&self, model: &Model, a: RuleId, b: RuleId) -> bool {
        let at_0 = |id: RuleId| {
            let calendar = matches!(model.rule(id).clock, Clock::Dated(_) | Clock::Recurring { .. });
            calendar && self.times[id.0 as usize].as_ref().is_none_or(|times| times[0])
        };
        at_0(a) && at_0(b)
    }

    /// Whether `late` is only ever triggered when `early`, which fires once, has fired.
    fn only_after(&self, model: &Model, early: RuleId, late: RuleId) -> bool {
        if !self.once[early.0 as usize] || model.rules.len() > RULES {
            return false;
        }
        let mut known = self.without.borrow_mut();
        !known.entry(early).or_insert_with(|| self.without(model, early)).contains(&late)
    }

    /// The rules that can fire though `missing` never does.
    fn without(&self, model: &Model, missing: RuleId) -> BTreeSet<RuleId> {
        let mut found: BTreeSet<RuleId> = BTreeSet::new();
        loop {
            let before = found.len();
            for index in 0..model.rules.len() {
                let id = RuleId(index as u32);
                let triggered = match &self.sources[index] {
                    _ if !matches!(model.rules[index].clock, Clock::Response { .. }) => true,
                    None => true,
                    Some(sources) => sources.iter().any(|source| found.contains(source)),
                };
                if id != missing && (triggered || self.at_start[index]) {
                    found.insert(id);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// Times of rules without triggers, carried on by delays until nothing is new.
    fn spread(&self, model: &Model) -> Vec<Option<Vec<bool>>> {
        let steps = model.calendar.steps as usize;
        if steps.saturating_mul(model.rules.len()) > LIMIT {
            return vec![None; model.rules.len()];
        }
        let mut times: Vec<Option<Vec<bool>>> = (0..model.rules.len())
            .map(|index| match (&model.rules[index].clock, &self.sources[index]) {
                (Clock::Response { .. }, None) => None,
                (clock, _) => Some((0..steps).map(|step| stands_at(clock, step as Step)).collect()),
            })
            .collect();
        loop {
            let mut changed = false;
            for index in 0..model.rules.len() {
                changed |= self.carry(model, index, &mut times);
            }
            if !changed {
                return times;
            }
        }
    }

    /// Adds the times that the sources of a response give it. Whether there was a new one.
    fn carry(&self, model: &Model, index: usize, times: &mut [Option<Vec<bool>>]) -> bool {
        let Clock::Response { delay, .. } = &model.rules[index].clock else { return false };
        let (Some(mut mine), Some(sources)) = (times[index].clone(), &self.sources[index]) else { return false };
        let mut from = vec![false; mine.len()];
        from[0] = self.at_start[index];
        for source in sources {
            match &times[source.0 as usize] {
                None => {
                    times[index] = None;
                    return true;
                }
                Some(theirs) => from.iter_mut().zip(theirs).for_each(|(x, y)| *x |= *y),
            }
        }
        let likely = |d: Step| delay.by(d) > if d == 0 { 0.0 } else { delay.by(d - 1) };
        let delays: Vec<usize> = (0..=delay.longest()).filter(|d| likely(*d)).map(|d| d as usize).collect();
        let mut changed = false;
        for start in (0..from.len()).filter(|step| from[*step]) {
            for d in delays.iter().take_while(|d| start + **d < from.len()) {
                changed |= !std::mem::replace(&mut mine[start + d], true);
            }
        }
        times[index] = Some(mine);
        changed
    }
}

/// Whether a clock without triggers can make its rule fire in the step that this boundary opens.
fn stands_at(clock: &Clock, step: Step) -> bool {
    match clock {
        Clock::Dated(dates) => dates.binary_search(&step).is_ok(),
        Clock::Recurring { from, every } => step >= *from && (step - from).is_multiple_of(*every),
        Clock::Pressure { .. } => true,
        Clock::Response { .. } => false,
    }
}

/// By event: the rules with a branch that raises it.
fn raisers(model: &Model) -> Vec<BTreeSet<RuleId>> {
    let mut raisers = vec![BTreeSet::new(); model.events.len()];
    for (index, rule) in model.rules.iter().enumerate() {
        for event in rule.branches.iter().chain([&rule.nothing]).flat_map(|branch| &branch.raises) {
            raisers[event.0 as usize].insert(RuleId(index as u32));
        }
    }
    raisers
}

/// Events that more than the branches of rules raise, other than `start`: posture changes, lets, groups with these.
fn unruly(model: &Model) -> BTreeSet<EventId> {
    let postures = model.posture_events.iter().flat_map(|p| p.becomes.iter().flatten().chain(&p.rises).chain(&p.falls));
    let lets = model.watches.iter().flat_map(|watch| [&watch.begins, &watch.ends]);
    let mut events: BTreeSet<EventId> = postures.chain(lets).copied().collect();
    let groups: Vec<EventId> = events.iter().flat_map(|event| model.event(*event).groups.clone()).collect();
    events.extend(groups);
    events
}

fn hears_start(model: &Model, event: EventId) -> bool {
    event == model.start_event || model.event(model.start_event).groups.contains(&event)
}

/// By rule: whether it fires at most once. What triggers itself in a circle does not.
fn once(model: &Model, sources: &[Option<Vec<RuleId>>], at_start: &[bool]) -> Vec<bool> {
    let mut once = vec![false; model.rules.len()];
    loop {
        let mut changed = false;
        for (index, rule) in model.rules.iter().enumerate() {
            let limited = rule.at_most.is_some_and(|(_, most)| most <= 1);
            let single = match (&rule.clock, sources[index].as_deref()) {
                (Clock::Dated(dates), _) => dates.len() <= 1,
                (Clock::Response { .. }, Some([])) => at_start[index],
                (Clock::Response { .. }, Some([source])) => !at_start[index] && once[source.0 as usize],
                _ => false,
            };
            if (limited || single) && !once[index] {
                once[index] = true;
                changed = true;
            }
        }
        if !changed {
            return once;
        }
    }
}
