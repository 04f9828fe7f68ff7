//! The occasions of one run, in order of time, of which the next that fires is asked for.
//!
//! They are put in order a part of the time at once, small enough for the fastest memory (`bins.rs`). Where two lie so
//! close together that the bits drawn in bulk do not decide which comes first, more bits are drawn, but only if one of
//! them fires. Does not know what happens at an occasion.

use std::ops::Range;

use super::bins::{Bins, MOST};
use super::bulk::Bulk;
use super::hazard::Hazards;
use super::limits::Limit;
use super::occasion::{Occasion, Randomness, Recipe, band_of_code, height_of, slot_ticks, slots_before};
use super::sieve::{CODE_BITS, Key, PRESSURE_BITS, TIME_SHIFT};

/// Bins for an occasion, on average, at least.
const BINS: f64 = 1.5;

/// What all runs of a recipe share: slots, and how they are put in bins.
#[derive(Debug, Clone)]
pub(super) struct Ruler {
    /// Ticks; no occasion before the first or from the second on is handed out.
    window: Range<u64>,
    /// From the start to the first slot, in ticks.
    origin: u64,
    /// Ticks of a slot: the shortest of the recipe's.
    slot: u64,
    /// The band with the shortest slots.
    top: u32,
    /// Bins are told apart by so much of a key.
    shift: u32,
    /// Bins of a part.
    bins: usize,
    /// Some boundary, or an end of the window, falls inside a slot: all are put in order to the last bit.
    straddles: bool,
    step_ticks: u64,
    scale: Scale,
}

/// What is asked of every occasion that fires.
#[derive(Debug, Clone, Copy, Default)]
struct Scale {
    /// From the start to the first slot, in slots.
    origin: u64,
    /// Steps are `odd << shift` slots long, if none straddles.
    odd: u64,
    shift: u32,
    /// Slots of the widest band for one of the shortest.
    widest: u64,
}

impl Scale {
    /// The step number of an occasion, if no step straddles slots.
    #[inline]
    fn step(&self, key: Key) -> u32 {
        let slots = (self.origin + (key >> TIME_SHIFT)) >> self.shift;
        // The odd part is 1 where steps are days, and a division takes a while.
        (if self.odd == 1 { slots } else { slots / self.odd }) as u32
    }
}

impl Ruler {
    /// For a recipe of which so many occasions are wanted, on average, of a run.
    pub(super) fn new(recipe: &Recipe, window: Range<u64>, step_ticks: u64, wanted: f64) -> Self {
        let wide = slot_ticks(0);
        let part = 1 << recipe.part_shift;
        let in_part = wanted * part as f64 / recipe.slots.max(1) as f64;
        let step_slots = (step_ticks / recipe.slot).max(1);
        let bins = ((in_part * BINS) as u64).max(1).next_power_of_two().min(part).min(MOST as u64);
        Self {
            origin: window.start - window.start % wide,
            slot: recipe.slot,
            top: recipe.top.max(1) as u32,
            // One bin has no bits.
            shift: (TIME_SHIFT + (part / bins).trailing_zeros()).min(Key::BITS - 1),
            bins: bins as usize,
            straddles: !step_ticks.is_multiple_of(wide) || !window.start.is_multiple_of(wide),
            step_ticks,
            scale: Scale {
                origin: window.start / wide * (wide / recipe.slot),
                odd: step_slots >> step_slots.trailing_zeros(),
                shift: step_slots.trailing_zeros(),
                widest: 1 << (recipe.top.max(1) - 1),
            },
            window,
        }
    }

    /// The first slot, and that after the last, in which the occasion may lie.
    #[inline]
    fn reach(&self, key: Key) -> (u64, u64) {
        let band = band_of_code((key >> PRESSURE_BITS) as u32).max(1);
        let at = key >> TIME_SHIFT;
        (at, at + (1 << (self.top - band)))
    }

    #[inline]
    fn occasion(&self, key: Key) -> Occasion {
        Occasion {
            at: self.origin + (key >> TIME_SHIFT) * self.slot,
            pressure: pressure_of(key) as u32,
            code: (key >> PRESSURE_BITS) as u32 & ((1 << CODE_BITS) - 1),
        }
    }
}

/// So many occasions are looked at together.
const AHEAD: usize = 4;
/// Behind all occasions: of the first pressure, there being one, and after any time.
const NEVER: Key = Key::MAX << PRESSURE_BITS;

#[inline]
fn pressure_of(key: Key) -> usize {
    (key & ((1 << PRESSURE_BITS) - 1)) as usize
}

/// An occasion that lies below the hazard in force, as far as the bits drawn in bulk say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Next {
    pub(super) occasion: Occasion,
    /// Its step number.
    pub(super) step: u32,
    /// The limit below which it lies.
    pub(super) limit: Limit,
    /// No other is close to it.
    pub(super) is_far: bool,
}

/// An occasion that is one of the next, and by itself.
#[derive(Debug)]
pub(super) struct Near {
    place: usize,
    pub(super) pressure: usize,
    /// Its step number.
    pub(super) step: u32,
}

/// One run's occasions.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// Of a part: in order of their slots; behind them, if there are any, `AHEAD` that never come.
    keys: Vec<Key>,
    /// How many of them are past.
    past: usize,
    /// How many of them are before `until`, and are looked at.
    before: usize,
    /// The next part.
    next_part: usize,
    scale: Scale,
    bins: Bins,
    /// Up to where the next is looked for: ticks, and as a key.
    until: (u64, Key),
    /// What `near` came upon.
    found: Option<usize>,
    /// The latest that fired, if it is not known which of these it came before.
    among: Option<(usize, Range<usize>)>,
    /// Some of `keys` before `past`, in order to the last bit, and how many of these are past.
    exact: Vec<Occasion>,
    past_exact: usize,
}

/// Whose occasions they are, and where they come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) bulk: &'a Bulk,
    pub(super) randomness: &'a Randomness,
    pub(super) run: u64,
    pub(super) hazards: &'a Hazards,
}

impl Owner<'_> {
    /// By what occasions are ordered that are known to the last bit.
    fn order(&self, occasion: &Occasion) -> (u64, u32, u32) {
        (occasion.at, self.hazards.rank_of(occasion.pressure), occasion.code)
    }
}

/// The occasion, its time known to the last bit.
fn exact(occasion: Occasion, owner: Owner<'_>) -> Occasion {
    let rule = owner.hazards.rule_of(occasion.pressure);
    Occasion { at: owner.randomness.time(occasion, rule.0 as usize, owner.run), ..occasion }
}

/// 1 if it lies below the limit of its pressure, else 0: both have fewer than 32 bits. A comparison would become a guess.
#[inline]
fn is_below(key: Key, limits: &[Limit]) -> u32 {
    let limit = u32::from(limits[pressure_of(key)]);
    height_of((key >> PRESSURE_BITS) as u32).wrapping_sub(limit) >> 31
}

impl Lane {
    /// Begins a run, or another window: that of `ruler`.
    pub(super) fn restart(&mut self, ruler: &Ruler) {
        self.scale = ruler.scale;
        self.close();
        self.next_part = 0;
        self.until = (0, 0);
    }

    /// Puts the next part in order.
    fn fill(&mut self, ruler: &Ruler, owner: Owner<'_>) {
        let keys = owner.bulk.keys(owner.run, self.next_part);
        self.next_part += 1;
        self.past = 0;
        let all = keys.iter().map(|some| some.len()).sum();
        self.keys.resize(if all > 0 { all + AHEAD } else { 0 }, 0);
        self.bins.sort(keys, &mut self.keys[..all], ruler.shift, ruler.bins);
        self.keys[all..].fill(NEVER);
        self.before = self.keys.partition_point(|key| *key < self.until.1);
        if ruler.straddles {
            self.refine(0..all, ruler, owner);
        }
    }

    /// How many there are in the part.
    #[inline]
    fn all(&self) -> usize {
        self.keys.len().saturating_sub(AHEAD)
    }

    /// Occasions before `until` (ticks; a boundary or the window's end) are looked for from now on.
    pub(super) fn look_until(&mut self, ruler: &Ruler, until: u64) {
        if until == self.until.0 {
            return;
        }
        self.until = (until, slots_before(until - ruler.origin, ruler.top as usize) << TIME_SHIFT);
        if self.past_exact == self.exact.len() && self.among.is_none() {
            self.find_before();
        }
    }

    /// Those of `keys` that are before `until` are looked at.
    fn find_before(&mut self) {
        let (ahead, until) = (&self.keys[self.past..], self.until.1);
        // Often few are: then a search would take longer than to count them.
        self.before = self.past
            + match ahead.first_chunk::<AHEAD>() {
                Some(few) if few[AHEAD - 1] >= until => few.iter().map(|key| usize::from(*key < until)).sum(),
                _ => ahead.partition_point(|key| *key < until),
            };
    }

    /// Nothing comes any more.
    pub(super) fn close(&mut self) {
        self.exact.clear();
        let all = self.all();
        (self.past, self.before, self.past_exact, self.next_part) = (all, all, 0, usize::MAX);
        (self.found, self.among) = (None, None);
    }

    /// No later part has any before `until`.
    #[inline]
    fn is_last_part(&self, parts: usize) -> bool {
        self.before < self.all() || self.next_part >= parts
    }

    /// What `near` looked at is past, if it has come upon none; whether nothing else is left before `until` then.
    #[inline]
    pub(super) fn passes_all(&mut self, parts: usize) -> bool {
        if self.found.is_some() {
            return false;
        }
        self.past = self.before;
        let all_exact = self.past_exact == self.exact.len() && self.among.is_none();
        all_exact && self.is_last_part(parts)
    }

    /// Finds the next occasion that lies below the limit of its pressure; it is past then.
    pub(super) fn next(&mut self, ruler: &Ruler, limits: &[Limit], owner: Owner<'_>) -> Option<Next> {
        if let Some((fired, group)) = self.among.take() {
            self.go_on_among(fired, group, ruler, limits, owner);
        }
        loop {
            if self.past_exact < self.exact.len() {
                let found = self.next_exact(ruler, limits);
                let are_left = self.past_exact < self.exact.len();
                if !are_left {
                    self.find_before();
                }
                if found.is_some() || are_left {
                    return found;
                }
            }
            let found = self.found.take().or_else(|| self.first_below(limits));
            let Some(found) = found else {
                self.past = self.before;
                if self.is_last_part(owner.bulk.parts()) {
                    return None;
                }
                self.fill(ruler, owner);
                continue;
            };
            let is_far = self.is_far(found);
            if !is_far && !self.is_alone(found, ruler) {
                let group = self.group(found, ruler);
                if self.any_below(&group, found, limits) {
                    self.refine(group, ruler, owner);
                    continue;
                }
                // The others do not fire before it, be they before it or not. None is looked at until it is known which of
                // these come after it.
                self.among = Some((found, group));
                self.before = found + 1;
            }
            self.past = found + 1;
            let key = self.keys[found];
            let limit = limits[pressure_of(key)];
            return Some(Next { occasion: ruler.occasion(key), step: self.scale.step(key), limit, is_far });
        }
    }

    /// Whether any of a group but one lies below its limit.
    fn any_below(&self, group: &Range<usize>, but: usize, limits: &[Limit]) -> bool {
        group.clone().any(|place| place != but && is_below(self.keys[place], limits) != 0)
    }

    /// After one of a group has come: goes on with those that come after it, if any lies below its limit now.
    #[cold]
    fn go_on_among(&mut self, fired: usize, group: Range<usize>, ruler: &Ruler, limits: &[Limit], owner: Owner<'_>) {
        if !self.any_below(&group, fired, limits) {
            return self.find_before();
        }
        let exactly = |key: Key| exact(ruler.occasion(key), owner);
        let fired = exactly(self.keys[fired]);
        self.refine(group, ruler, owner);
        let is_past = |occasion: &Occasion| owner.order(occasion) <= owner.order(&fired);
        self.past_exact = self.exact.iter().take_while(|occasion| is_past(occasion)).count();
        if self.past_exact == self.exact.len() {
            self.find_before();
        }
    }

    /// The next occasion that lies below the limit of its pressure, if it is there without ado and has a bit to spare: its
    /// place.
    #[inline]
    pub(super) fn near(&mut self, limits: &[Limit]) -> Option<Near> {
        self.found = self.first_below(limits);
        let place = self.found?;
        let key = self.keys[place];
        let pressure = pressure_of(key);
        let spare = height_of((key >> PRESSURE_BITS) as u32) + 1 < u32::from(limits[pressure]);
        (spare && self.is_far(place)).then_some(Near { place, pressure, step: self.scale.step(key) })
    }

    /// What was found near is past.
    #[inline]
    pub(super) fn pass(&mut self, near: &Near) {
        self.past = near.place + 1;
    }

    /// The occasion that was found near.
    pub(super) fn occasion(&self, near: &Near, ruler: &Ruler) -> Occasion {
        ruler.occasion(self.keys[near.place])
    }

    /// The first of those from `past` to `before` that lies below its limit.
    #[inline]
    fn first_below(&mut self, limits: &[Limit]) -> Option<usize> {
        // Which of the next it will be cannot be guessed, nor how many there are, and to guess wrong costs the processor more
        // than to look at several and then count.
        let below = |key: Key| is_below(key, limits);
        let found = loop {
            let [a, b, c, d] = self.keys[self.past..].first_chunk()?;
            let left = self.before - self.past;
            let looked_at = (1 << left.min(AHEAD)) - 1;
            let bits = (below(*a) | below(*b) << 1 | below(*c) << 2 | below(*d) << 3) & looked_at;
            if bits != 0 {
                break bits.trailing_zeros() as usize;
            }
            if left <= AHEAD {
                return None;
            }
            self.past += AHEAD;
        };
        Some(self.past + found)
    }

    /// Whether the occasions on both sides of that in `place` are so far from it that it is alone, whatever their bands.
    #[inline]
    fn is_far(&self, place: usize) -> bool {
        let (at, widest) = (self.keys[place] >> TIME_SHIFT, self.scale.widest);
        let before = place.checked_sub(1).is_none_or(|before| (self.keys[before] >> TIME_SHIFT) + widest <= at);
        before && self.keys.get(place + 1).is_none_or(|after| at + widest <= after >> TIME_SHIFT)
    }

    /// Whether no other occasion may come both before and after that in `place`, for all that is known.
    #[cold]
    fn is_alone(&self, place: usize, ruler: &Ruler) -> bool {
        let (at, end) = ruler.reach(self.keys[place]);
        let after = self.keys[place + 1..self.all()].first().is_none_or(|key| key >> TIME_SHIFT >= end);
        // One before has begun by now; it need not be the last of them that reaches furthest.
        let widest = ruler.scale.widest;
        let near = self.keys[..place].iter().rev().take_while(|key| (**key >> TIME_SHIFT) + widest > at);
        after && near.map(|key| ruler.reach(*key).1).all(|end| end <= at)
    }

    /// The occasions around `place` of which each may come before or after another.
    fn group(&self, place: usize, ruler: &Ruler) -> Range<usize> {
        let keys = &self.keys[..self.all()];
        let (mut first, mut end) = (place, place + 1);
        let mut reaches = ruler.reach(keys[place]).1;
        let mut begins = keys[place] >> TIME_SHIFT;
        loop {
            let before = (0..first)
                .rev()
                .take_while(|at| (keys[*at] >> TIME_SHIFT) + ruler.scale.widest > begins)
                .filter(|at| ruler.reach(keys[*at]).1 > begins)
                .last();
            let Some(before) = before else { break };
            (first, begins) = (before, keys[before] >> TIME_SHIFT);
        }
        for key in &keys[first..end] {
            reaches = reaches.max(ruler.reach(*key).1);
        }
        while let Some(key) = keys.get(end).filter(|key| **key >> TIME_SHIFT < reaches) {
            reaches = reaches.max(ruler.reach(*key).1);
            end += 1;
        }
        first..end
    }

    /// Draws the last bits of the times of some occasions, and puts them in order. They are to be looked at next.
    #[cold]
    fn refine(&mut self, some: Range<usize>, ruler: &Ruler, owner: Owner<'_>) {
        // No other is looked at until these are past.
        (self.past, self.before) = (some.end, some.end);
        self.exact.clear();
        self.past_exact = 0;
        for key in &self.keys[some] {
            let occasion = exact(ruler.occasion(*key), owner);
            if ruler.window.contains(&occasion.at) {
                self.exact.push(occasion);
            }
        }
        self.exact.sort_unstable_by_key(|occasion| owner.order(occasion));
    }

    /// The next in `exact` that lies below the limits.
    #[cold]
    fn next_exact(&mut self, ruler: &Ruler, limits: &[Limit]) -> Option<Next> {
        while let Some(occasion) = self.exact.get(self.past_exact).filter(|occasion| occasion.at < self.until.0) {
            self.past_exact += 1;
            let limit = limits[occasion.pressure as usize];
            if occasion.height() < u32::from(limit) {
                let step = (occasion.at / ruler.step_ticks) as u32;
                return Some(Next { occasion: *occasion, step, limit, is_far: false });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::occasion::Threshold;
    use super::super::occasion::tests::{laid_out, randomness};
    use super::*;
    use crate::model::TICKS_PER_DAY;

    /// Limits that change with every occasion taken and every boundary, as a run's do.
    fn limits(pressures: usize, taken: usize, step: u64) -> Vec<Limit> {
        let limit = |pressure: usize| (pressure * 7919 + taken * 104_729 + step as usize * 1_299_709) % 6_000;
        (0..pressures).map(|pressure| limit(pressure) as Limit).collect()
    }

    /// What is taken, and when to the last bit, asking one after the other in exact order.
    fn one_by_one(window: &Range<u64>, step: u64, found: &[Occasion], randomness: &Randomness, run: u64) -> Vec<u64> {
        let pressures = 1 + found.iter().map(|o| o.pressure as usize).max().unwrap_or(0);
        let exact = |o: &Occasion| (randomness.time(*o, o.pressure as usize, run), *o);
        let mut all: Vec<(u64, Occasion)> = found.iter().map(exact).filter(|(at, _)| window.contains(at)).collect();
        all.sort_unstable_by_key(|(at, o)| (*at, pressures as u32 - o.pressure, o.code));
        let mut taken = Vec::new();
        for (at, occasion) in all {
            let limits = limits(pressures, taken.len(), at / step);
            if occasion.height() < u32::from(limits[occasion.pressure as usize]) {
                taken.push(at);
            }
        }
        taken
    }

    fn by_lane(window: &Range<u64>, step: u64, highest: &[f64], randomness: &Randomness, run: u64) -> Vec<u64> {
        let thresholds = || highest.iter().map(|hazard| Threshold::of(*hazard)).enumerate();
        let recipe = Recipe::new(thresholds(), window);
        let days = (window.end - window.start) as f64 / TICKS_PER_DAY as f64;
        let ruler = Ruler::new(&recipe, window.clone(), step, highest.iter().sum::<f64>() * days);
        let (mut bulk, hazards) = (Bulk::default(), Hazards::nameless(highest.len() as u32));
        randomness.lay_out(&recipe, run / 8, &mut bulk);
        let owner = Owner { bulk: &bulk, randomness, run, hazards: &hazards };
        let (mut lane, mut taken) = (Lane::default(), Vec::new());
        lane.restart(&ruler);
        for boundary in window.start / step..window.end / step {
            lane.look_until(&ruler, (boundary + 1) * step);
            let limits = |taken: usize| limits(highest.len(), taken, boundary);
            while let Some(Next { occasion, step, .. }) = lane.next(&ruler, &limits(taken.len()), owner) {
                assert_eq!(u64::from(step), boundary);
                taken.push(randomness.time(occasion, occasion.pressure as usize, run));
            }
        }
        taken
    }

    /// Few and many occasions, slots that boundaries straddle and slots that they do not, one part and several, windows
    /// from the start and later: what is taken is what would be taken if every time were known to its last bit.
    #[test]
    fn the_order_is_that_of_the_last_bit() {
        const DAY: u64 = TICKS_PER_DAY;
        let names: Vec<String> = (0..40).map(|index| format!("rule {index}")).collect();
        let randomness = randomness(&names.iter().map(|name| &**name).collect::<Vec<_>>());
        let cases: [(&[f64], Range<u64>, u64); 6] = [
            (&[0.02, 0.004, 0.3], 0..40 * DAY, DAY),
            (&[0.9; 40], 0..365 * DAY, DAY),
            (&[300.0; 40], 0..DAY, DAY / 4),
            (&[300.0; 20], 0..DAY, DAY / 24),
            (&[0.5, 70.0, 2_000.0], 2 * DAY..2 * DAY + DAY / 4, DAY / 4),
            (&[0.5, 70.0, 900.0], 5 * DAY / 24..9 * DAY / 24, DAY / 24),
        ];
        for (highest, window, step) in cases {
            for run in [0, 5, 17] {
                let found = &laid_out(&randomness, highest, &window, run / 8)[run as usize % 8];
                let expected = one_by_one(&window, step, found, &randomness, run);
                assert!(expected.len() > 1, "{highest:?}: nothing is taken");
                assert_eq!(by_lane(&window, step, highest, &randomness, run), expected, "{highest:?}, run {run}");
            }
        }
    }
}
