//! The state of a run: what rules can read, and nothing else (SEMANTICS 3).
//!
//! Times are kept as boundary numbers rather than ages, so that boundaries at which nothing happens cost
//! nothing; what counts is the difference to `step`.

use super::formula::Slot;
use super::pending::Pending;
use super::program::{Kind, Limits};
use super::{CounterId, Model, RuleId, Step};

/// No boundary.
pub const NEVER: Step = Step::MAX;

/// The state of section 3.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// Number of the last boundary at or before now.
    pub step: Step,
    /// By variable.
    pub values: Box<[i32]>,
    /// By counter: occurrences, saturating at its cap.
    pub counts: Box<[u32]>,
    /// By counter: step number of the latest occurrence, or `NEVER`.
    pub latest: Box<[Step]>,
    /// By response slot.
    pub pending: Pending,
    /// By cooldown slot: the first boundary from which the rule is available again.
    pub ready: Box<[Step]>,
    /// By limit slot: firings so far.
    pub used: Box<[u32]>,
    /// By watch: its truth at the end of the last instant.
    pub held: Box<[bool]>,
    /// `stop_when` has held of a settled instant.
    pub stopped: bool,
}

impl State {
    /// The state before boundary 0.
    pub fn start(model: &Model) -> Self {
        let mut state = Self {
            step: 0,
            values: model.variables.iter().map(|v| v.start).collect(),
            counts: vec![0; model.counters.len()].into(),
            latest: vec![NEVER; model.counters.len()].into(),
            pending: Pending::none(model.responses.len()),
            ready: vec![0; model.rules.iter().filter(|r| r.cooldown.is_some()).count()].into(),
            used: vec![0; model.rules.iter().filter(|r| r.at_most.is_some()).count()].into(),
            held: vec![false; model.watches.len()].into(),
            stopped: false,
        };
        let held: Vec<bool> = model.watches.iter().map(|w| w.condition.holds(&state, model)).collect();
        state.held = held.into();
        state
    }

    /// What it takes in memory besides itself, bytes, reckoned from how many things it holds.
    pub fn bytes(&self) -> usize {
        block(&self.values)
            + block(&self.counts)
            + block(&self.latest)
            + self.pending.bytes()
            + block(&self.ready)
            + block(&self.used)
            + block(&self.held)
    }

    /// Makes it the same as `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.step = other.step;
        self.values.copy_from_slice(&other.values);
        self.counts.copy_from_slice(&other.counts);
        self.latest.copy_from_slice(&other.latest);
        self.pending.copy_from(&other.pending);
        self.ready.copy_from_slice(&other.ready);
        self.used.copy_from_slice(&other.used);
        self.held.copy_from_slice(&other.held);
        self.stopped = other.stopped;
    }

    /// The value of a slot.
    #[inline]
    pub fn read(&self, slot: Slot, model: &Model) -> i32 {
        match slot {
            Slot::Variable(id) => self.values[id.0 as usize],
            Slot::Count(id) => self.counts[id.0 as usize] as i32,
            Slot::AgeAtLeast(id, steps) => i32::from(self.is_age_reached(id, steps)),
            Slot::During(from, to) => i32::from((from..to).contains(&self.step)),
            Slot::Day => model.calendar.day(self.step),
        }
    }

    /// Whether the latest occurrence is at least so many steps ago, or there is none.
    #[inline]
    pub fn is_age_reached(&self, counter: CounterId, steps: Step) -> bool {
        let latest = self.latest[counter.0 as usize];
        latest == NEVER || self.step - latest >= steps
    }

    /// Not forbidden, not used up, not cooling down.
    #[inline]
    pub fn available(&self, rule: RuleId, model: &Model) -> bool {
        self.allows(&model.program.rule(rule).limits)
    }

    /// A rule with these limits is not forbidden, not used up, not cooling down.
    #[inline]
    pub fn allows(&self, limits: &Limits) -> bool {
        !limits.any || self.within(limits)
    }

    fn within(&self, limits: &Limits) -> bool {
        !limits.forbidden
            && limits.at_most.is_none_or(|(slot, most)| self.used[slot] < most)
            && limits.cooldown.is_none_or(|(slot, _)| self.step >= self.ready[slot])
    }

    /// The hazard in force of a pressure, per day; 0 for a rule that is none.
    #[inline]
    pub fn hazard(&self, rule: RuleId, model: &Model) -> f64 {
        let compact = model.program.rule(rule);
        match &compact.kind {
            Kind::Pressure { hazard }
                if !self.stopped && self.available(rule, model) && compact.guard.of(self, model) =>
            {
                hazard.of(self, model)
            }
            _ => 0.0,
        }
    }
}

/// What an allocation costs besides what is in it, bytes: what the allocator notes, and what it rounds up to.
const ALLOCATION: usize = 16;

/// What these take in memory where they have an allocation of their own, bytes.
pub fn block<T>(of: &[T]) -> usize {
    if of.is_empty() { 0 } else { size_of_val(of) + ALLOCATION }
}
