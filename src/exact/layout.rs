//! A state between instants as a few machine words: only what can still be asked, times relative to now.
//!
//! Two states with the same words have the same future. Does not know probabilities.

use hashbrown::HashSet;

use crate::model::formula::Slot;
use crate::model::state::{NEVER, State};
use crate::model::{Clock, Model, Step, VariableId};
use crate::observe::question::{Memory, Monitors, Values};

use super::reach::Reach;
use super::slice::Closure;
use super::solution::{Contributor, Part};
use super::states::States;

/// Codes up to this are counted in a table.
const SMALL: u64 = 1 << 16;

/// A component of the packed state.
#[derive(Debug, Clone, Copy)]
struct Component {
    what: What,
    word: usize,
    shift: u32,
    mask: u64,
}

/// What a part of a packed state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Value minus lowest.
    Variable(usize),
    Count(usize),
    /// Steps since, saturating at the given age; no occurrence counts as that.
    Age(usize, Step),
    /// 0, or 1 + steps since, saturating at the age beyond which it is never due.
    Pending(usize, Step),
    /// Steps until it is available.
    Cooldown(usize),
    /// Firings so far; forced ones may go beyond what is allowed.
    Used(usize, u32),
    Stopped,
    /// Every answer is certain: nothing else is kept.
    Done,
    Mark(usize),
}

/// Where to find a component; `NOWHERE` if there is none.
#[derive(Debug, Default)]
struct Places {
    /// By variable.
    variables: Vec<u32>,
    /// By counter.
    counts: Vec<u32>,
    /// By counter.
    ages: Vec<u32>,
    /// The first of them.
    marks: u32,
    /// Those that may change as time passes.
    moving: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;

/// How states are packed.
#[derive(Debug)]
pub(super) struct Layout {
    components: Vec<Component>,
    words: usize,
    /// The state whose components outside the slice every state shares.
    blank: State,
    begun: Memory,
    /// By variable: its lowest value, from which codes count.
    lows: Vec<i32>,
    /// By component: for a refusal.
    parts: Vec<Part>,
    places: Places,
    pub(super) values: Values,
}

impl Layout {
    /// The layout of the states of `model`, which is sliced to `closure`, with the memory of `monitors`.
    pub(super) fn new(model: &Model, closure: &Closure, monitors: &Monitors) -> Self {
        let mut layout = Self {
            components: Vec::new(),
            words: 1,
            blank: State::start(model),
            begun: monitors.begin(),
            lows: model.variables.iter().map(|v| v.low).collect(),
            parts: Vec::new(),
            places: Places::default(),
            values: Values::default(),
        };
        let mut used = 0;
        let mut enter = |what, part, size: u64| {
            let bits = u64::BITS - (size.max(2) - 1).leading_zeros();
            if used + bits > u64::BITS {
                layout.words += 1;
                used = 0;
            }
            let mask = if bits == u64::BITS { u64::MAX } else { (1 << bits) - 1 };
            layout.components.push(Component { what, word: layout.words - 1, shift: used, mask });
            layout.parts.push(part);
            used += bits;
        };
        // A bit more than it needs: no state has all bits set.
        enter(What::Done, Part::Monitor, 3);
        if model.stop_when.is_some() {
            enter(What::Stopped, Part::Monitor, 2);
        }
        for (index, id) in closure.variable_ids().into_iter().map(|id| (id.0 as usize, id)) {
            let variable = model.variable(id);
            let size = i64::from(variable.high) - i64::from(variable.low) + 1;
            enter(What::Variable(index), Part::Variable(id), size as u64);
        }
        for index in (0..model.counters.len()).filter(|index| closure.counters[*index]) {
            let counter = &model.counters[index];
            if counter.cap > 0 {
                enter(What::Count(index), Part::Count(index), u64::from(counter.cap) + 1);
            }
            if let Some(oldest) = counter.thresholds.last() {
                enter(What::Age(index, *oldest), Part::Age(index), u64::from(*oldest) + 1);
            }
        }
        for id in closure.rule_ids() {
            let rule = model.rule(id);
            if let Clock::Response { slot, delay, .. } = &rule.clock
                && delay.certain() != Some(0)
            {
                enter(What::Pending(*slot, delay.longest() + 1), Part::Pending(id), u64::from(delay.longest()) + 3);
            }
            if let Some((slot, steps)) = rule.cooldown {
                enter(What::Cooldown(slot), Part::Cooldown(id), u64::from(steps) + 1);
            }
            if let Some((slot, most)) = rule.at_most {
                enter(What::Used(slot, most), Part::Used(id), u64::from(most) + 1);
            }
        }
        for (index, size) in monitors.codes().into_iter().enumerate() {
            enter(What::Mark(index), Part::Monitor, size);
        }
        layout.places = Places::of(model, &layout.components);
        layout
    }

    /// The bits of a packed state that a pressure of this reach may read or write; `stop_when` stops them all.
    pub(super) fn mask(&self, reach: &Reach) -> Vec<u64> {
        let mut mask = vec![0; self.words];
        for component in &self.components {
            let inside = match component.what {
                What::Variable(index) => reach.variables[index],
                What::Count(index) | What::Age(index, _) => reach.counters[index],
                What::Pending(slot, _) => reach.pending[slot],
                What::Cooldown(slot) => reach.cooldowns[slot],
                What::Used(slot, _) => reach.limits[slot],
                What::Mark(_) => reach.marks,
                What::Stopped => true,
                What::Done => false,
            };
            if inside {
                mask[component.word] |= component.mask << component.shift;
            }
        }
        mask
    }

    /// Whether nothing in a packed state that is not done moves while nothing happens.
    pub(super) fn is_still(&self, words: &[u64], monitors: &Monitors) -> bool {
        self.places.moving.iter().all(|index| {
            let component = &self.components[*index as usize];
            let code = component.code(words);
            match component.what {
                What::Age(_, oldest) => code == u64::from(oldest),
                What::Pending(_, oldest) => code == 0 || code == 1 + u64::from(oldest),
                What::Cooldown(_) => code == 0,
                What::Mark(index) => !monitors.ages(index, code),
                _ => true,
            }
        })
    }

    /// What question memory number `index` is coded as.
    pub(super) fn mark(&self, words: &[u64], index: usize) -> u64 {
        self.components[self.places.marks as usize + index].code(words)
    }

    /// The value of a slot in a packed state that is not done, in step `step`.
    pub(super) fn read(&self, words: &[u64], slot: Slot, model: &Model, step: Step) -> i32 {
        let code = |place: u32| self.components[place as usize].code(words) as i32;
        match slot {
            Slot::Variable(id) => self.lows[id.0 as usize] + code(self.places.variables[id.0 as usize]),
            Slot::Count(id) => code(self.places.counts[id.0 as usize]),
            Slot::AgeAtLeast(id, steps) => i32::from(code(self.places.ages[id.0 as usize]) as Step >= steps),
            Slot::During(from, to) => i32::from((from..to).contains(&step)),
            Slot::Day => model.calendar.day(step),
        }
    }

    /// Words of a packed state.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// Packs `state` and `memory`, an instant having settled; whether they stay as they are while nothing happens.
    pub(super) fn pack(
        &mut self,
        state: &State,
        memory: &Memory,
        monitors: &Monitors,
        done: bool,
        words: &mut [u64],
    ) -> bool {
        words.fill(0);
        let mut still = true;
        for component in &self.components {
            let code = match component.what {
                What::Done => u64::from(done),
                What::Mark(index) => {
                    still &= done || !monitors.is_restless(memory, index);
                    monitors.code(memory, index, state.step, &mut self.values)
                }
                _ if done => continue,
                What::Variable(index) => (state.values[index] - self.lows[index]) as u64,
                What::Count(index) => u64::from(state.counts[index]),
                What::Age(index, oldest) => {
                    let age = age(state, index, oldest);
                    still &= age == oldest;
                    u64::from(age)
                }
                What::Stopped => u64::from(state.stopped),
                _ if state.stopped => continue,
                What::Pending(slot, oldest) => state.pending.since(slot).map_or(0, |since| {
                    let age = (state.step - since).min(oldest);
                    still &= age == oldest;
                    1 + u64::from(age)
                }),
                What::Cooldown(slot) => {
                    let left = state.ready[slot].saturating_sub(state.step);
                    still &= left == 0;
                    u64::from(left)
                }
                What::Used(slot, most) => u64::from(state.used[slot].min(most)),
            };
            debug_assert!(code <= component.mask, "{:?}: {code}", component.what);
            words[component.word] |= code << component.shift;
        }
        still
    }

    /// Makes `state` and `memory` what the words stand for, the last boundary being `step`; whether every answer is certain.
    pub(super) fn unpack(
        &self,
        words: &[u64],
        step: Step,
        (model, monitors): (&Model, &Monitors),
        (state, memory): (&mut State, &mut Memory),
    ) -> bool {
        state.copy_from(&self.blank);
        memory.copy_from(&self.begun);
        state.step = step;
        let mut done = false;
        for component in &self.components {
            let code = component.code(words);
            let small = code as Step;
            match component.what {
                What::Done => done = code != 0,
                What::Mark(index) => monitors.decode(memory, index, code, step, &self.values),
                _ if done => {}
                What::Variable(index) => state.values[index] = self.lows[index] + code as i32,
                What::Count(index) => state.counts[index] = small,
                What::Age(index, oldest) => state.latest[index] = if small == oldest { NEVER } else { step - small },
                What::Pending(slot, _) if code > 0 => state.pending.begin(slot, step.saturating_sub(small - 1)),
                What::Pending(..) => {}
                What::Cooldown(slot) => state.ready[slot] = if code == 0 { 0 } else { step + small },
                What::Used(slot, _) => state.used[slot] = small,
                What::Stopped => state.stopped = code != 0,
            }
        }
        // An instant settles only when every let has been told of.
        for (index, watch) in model.watches.iter().enumerate() {
            state.held[index] = watch.condition.holds(state, model);
        }
        done
    }

    /// Makes `memory` what the words say of it, the last boundary being `step`.
    pub(super) fn remember(&self, words: &[u64], step: Step, monitors: &Monitors, memory: &mut Memory) {
        memory.copy_from(&self.begun);
        for component in &self.components {
            if let What::Mark(index) = component.what {
                monitors.decode(memory, index, component.code(words), step, &self.values);
            }
        }
    }

    /// The value of a variable in a packed state; `None` if it is no part of it, or nothing is kept any more.
    pub(super) fn value(&self, words: &[u64], variable: VariableId) -> Option<i32> {
        let index = variable.0 as usize;
        let component = self.components.iter().find(|component| component.what == What::Variable(index))?;
        (self.components[0].code(words) == 0).then(|| self.lows[index] + component.code(words) as i32)
    }

    /// The parts of a packed state in their order, each with its value, or with its code.
    pub(super) fn parts_of(&self, words: &[u64]) -> impl Iterator<Item = (What, i64)> {
        self.components.iter().map(|component| {
            let code = component.code(words) as i64;
            match component.what {
                What::Variable(index) => (component.what, i64::from(self.lows[index]) + code),
                _ => (component.what, code),
            }
        })
    }

    /// How many of these packed states differ in more than what questions remember.
    pub(super) fn bare<'a>(&self, states: impl Iterator<Item = &'a [u64]>) -> usize {
        let mut kept = vec![u64::MAX; self.words];
        for component in self.components.iter().filter(|component| matches!(component.what, What::Mark(_))) {
            kept[component.word] &= !(component.mask << component.shift);
        }
        let (mut bare, mut words) = (States::new(self.words), Vec::new());
        for state in states {
            words.clear();
            words.extend(state.iter().zip(&kept).map(|(word, kept)| word & kept));
            bare.enter(&words);
        }
        bare.len()
    }

    /// By part of the state: how many different codes these packed states have, most first; monitors together. Those
    /// parts are left out that are not counted when `is_stopped`.
    pub(super) fn contributors<'a>(
        &self,
        states: impl Iterator<Item = &'a [u64]> + Clone,
        is_stopped: impl Fn() -> bool,
    ) -> Vec<Contributor> {
        let count = |(component, part): (&Component, &Part)| {
            let codes = states.clone().map(|words| component.code(words));
            Contributor { part: *part, values: different(codes, component.mask) }
        };
        let parts = self.components.iter().zip(&self.parts).take_while(|_| !is_stopped());
        let mut found: Vec<Contributor> = parts.map(count).collect();
        let (monitors, mut others): (Vec<_>, Vec<_>) = found.drain(..).partition(|c| c.part == Part::Monitor);
        let values = monitors.iter().map(|c| c.values).fold(1_usize, usize::saturating_mul);
        others.push(Contributor { part: Part::Monitor, values });
        others.retain(|contributor| contributor.values > 1);
        others.sort_by_key(|contributor| (std::cmp::Reverse(contributor.values), contributor.part));
        others
    }
}

impl Component {
    #[inline]
    fn code(&self, words: &[u64]) -> u64 {
        words[self.word] >> self.shift & self.mask
    }
}

impl Places {
    fn of(model: &Model, components: &[Component]) -> Self {
        let mut places = Self {
            variables: vec![NOWHERE; model.variables.len()],
            counts: vec![NOWHERE; model.counters.len()],
            ages: vec![NOWHERE; model.counters.len()],
            marks: NOWHERE,
            moving: Vec::new(),
        };
        for (place, component) in (0..).zip(components) {
            match component.what {
                What::Variable(index) => places.variables[index] = place,
                What::Count(index) => places.counts[index] = place,
                What::Age(index, _) => places.ages[index] = place,
                What::Mark(index) => places.marks = places.marks.min(place - index as u32),
                _ => {}
            }
            if matches!(component.what, What::Age(..) | What::Pending(..) | What::Cooldown(_) | What::Mark(_)) {
                places.moving.push(place);
            }
        }
        places
    }
}

/// How many different codes there are, none above `most`.
fn different(codes: impl Iterator<Item = u64>, most: u64) -> usize {
    if most > SMALL {
        return codes.collect::<HashSet<_>>().len();
    }
    let mut seen = vec![false; most as usize + 1];
    let mut left = seen.len();
    for code in codes {
        left -= usize::from(!std::mem::replace(&mut seen[code as usize], true));
        if left == 0 {
            break;
        }
    }
    seen.len() - left
}

fn age(state: &State, index: usize, oldest: Step) -> Step {
    match state.latest[index] {
        NEVER => oldest,
        latest => (state.step - latest).min(oldest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_codes_are_counted_to_the_end_or_until_there_are_no_more() {
        assert_eq!(different([0, 2, 2, 0].into_iter(), 3), 2);
        assert_eq!(different((0..).map(|index| index % 2), 1), 2);
        assert_eq!(different([SMALL + 1, 0, SMALL + 1].into_iter(), SMALL + 1), 2);
    }
}
