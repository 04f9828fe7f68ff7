//! The rules as the engines walk them: small and flat, with everything worked out that does not depend on a run.
//!
//! Made once by `Model::finish` from what people are shown; it says nothing that the model does not say. Does not know
//! in what order things happen: that is `instant`'s.

mod alone;
mod asked;
mod change;
mod raised;

use std::collections::HashMap;
use std::sync::Arc;

use super::formula::{Quick, Slot};
use super::pending::Slots;
use super::state::{NEVER, State};
use super::table::DelayTable;
use super::{Branch, Branches, Clock, CounterId, Model, Rule, RuleId, Step, Watch};
pub use alone::Alone;
pub use asked::Asked;
pub use change::{Change, Move, MoveStep};
pub use raised::{Raised, Raises};

/// What the engines need of a model's rules, lets and `stop_when`.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// By rule.
    pub rules: Box<[Compact]>,
    /// By rule, if it is one.
    pub plain: Box<[Option<Plain>]>,
    /// The steps of all plain rules; those that are the same are here once.
    pub steps: Box<[MoveStep]>,
    /// By watch.
    pub watches: Box<[Watched]>,
    /// When a run ends early.
    pub stop_when: Option<Quick<bool>>,
    /// What `start` raises.
    pub start: Raised,
    /// By variable: what can turn at the end of an instant in which it changed.
    turns_with: Box<[Turns]>,
    /// What can turn at the end of an instant in which a counter moved, or of a boundary.
    pub turns_with_counters: Turns,
    /// What can turn at a boundary at which a time window opens or closes or a day begins.
    pub turns_with_calendar: Turns,
    /// What can turn at a boundary at which an event has become old enough.
    pub turns_with_ages: Turns,
    /// The ages at which a condition changes: counter, steps.
    pub ages: Box<[(CounterId, Step)]>,
}

/// What can turn, a bit for each: `stop_when` and yes/no lets that somebody watches, the last bit standing for all beyond;
/// and the guards of responses that lapse with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turns {
    lets: u64,
    guards: Slots,
}

/// A watched let.
#[derive(Debug, Clone)]
pub struct Watched {
    /// What it says.
    pub condition: Quick<bool>,
    /// What its beginning raises.
    pub begins: Raised,
    /// What its end raises.
    pub ends: Raised,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Compact {
    /// Its guard.
    pub guard: Quick<bool>,
    /// What it is.
    pub kind: Kind,
    /// What can make it unavailable.
    pub limits: Limits,
    /// What it does.
    pub deeds: Deeds,
    /// What a firing raises in which no branch is drawn.
    pub nothing: Box<Raised>,
    /// Its place among all rules by priority, then in the file: the order of an agenda.
    pub order: u32,
}

/// A rule that always does the same and moves one variable: to fire it, nothing else has to be looked at.
#[derive(Debug, Clone)]
pub struct Plain {
    /// What changes and what that raises.
    pub moves: Move,
    /// What can turn with that.
    pub turns: Turns,
    /// It fires without being asked: a rule of the calendar without a guard. Decays, above all.
    pub always: bool,
}

/// How a rule comes to fire, as far as an instant asks.
#[derive(Debug, Clone)]
pub enum Kind {
    /// At any moment.
    Pressure {
        /// Hazard while the guard holds, per day.
        hazard: Quick<f64>,
    },
    /// At boundaries of the calendar.
    Calendar,
    /// After a trigger.
    Response(Response),
}

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// Index into `State::pending`.
    pub slot: usize,
    /// Whether it is open to a trigger, and the chance that it follows then.
    pub asked: Asked,
    /// When it follows.
    pub delay: Arc<DelayTable>,
    /// Not cancelled when its guard lapses.
    pub keep: bool,
    /// A trigger while pending starts it again.
    pub restart: bool,
}

/// What can make a rule unavailable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Any of the following: most rules have none.
    pub any: bool,
    /// Forbidden in this run.
    pub forbidden: bool,
    /// Index into `State::used`, and how many firings a run allows.
    pub at_most: Option<(usize, u32)>,
    /// Index into `State::ready`, and the steps of unavailability after a firing.
    pub cooldown: Option<(usize, Step)>,
}

/// What a rule's firing does.
#[derive(Debug, Clone)]
pub enum Deeds {
    /// Always the same.
    One(Deed),
    /// One of these, by a lot.
    Lot {
        /// With what probabilities.
        lot: Lot,
        /// Those that are drawn by their weights, in file order.
        deeds: Box<[Deed]>,
        /// What is drawn when they leave something; `None`: nothing happens.
        otherwise: Option<Deed>,
    },
}

/// Probabilities of branches.
#[derive(Debug, Clone)]
pub enum Lot {
    /// The same in every state.
    Fixed(Box<[f64]>),
    /// Probabilities; `closed`: they sum to 1, and the last takes what rounding leaves.
    Weights {
        /// By branch.
        weights: Box<[Quick<f64>]>,
        /// Nothing is left over.
        closed: bool,
    },
    /// Relative numbers of those whose condition holds.
    Odds(Box<[(Quick<bool>, Quick<f64>)]>),
}

/// One branch, or all that a rule does.
#[derive(Debug, Clone)]
pub struct Deed {
    /// Forbidden in this run: it is drawn as ever, and then nothing happens.
    pub forbidden: bool,
    /// The whole of it, if it moves one variable, and that and what is raised depend on nothing but its value.
    pub alone: Option<Move>,
    /// What changes, in order.
    pub changes: Box<[Change]>,
    /// What it raises.
    pub raises: Raises,
    /// What can turn where it changes anything.
    pub turns: Turns,
}

impl Program {
    /// The program of `model`, whose other parts are finished.
    pub fn new(model: &Model) -> Self {
        let orders = orders(&model.rules);
        let compact = |(rule, order): (&Rule, u32)| Compact::new(rule, order, model);
        let rules: Box<[Compact]> = model.rules.iter().zip(orders).map(compact).collect();
        let mut program = Self {
            plain: Box::default(),
            steps: Box::default(),
            rules,
            watches: model.watches.iter().map(|watch| Watched::new(watch, model)).collect(),
            stop_when: model.stop_when.as_ref().map(Quick::from),
            start: Raised::of_event(model.start_event, model),
            turns_with: vec![Turns::default(); model.variables.len()].into(),
            turns_with_counters: Turns::default(),
            turns_with_calendar: Turns::default(),
            turns_with_ages: Turns::default(),
            ages: ages(model),
        };
        for (index, watch) in model.watches.iter().enumerate() {
            for slot in &watch.condition.reads {
                program.turning(*slot, Turns::of_watch(index));
            }
        }
        for slot in model.stop_when.iter().flat_map(|stop| &stop.reads) {
            program.turning(*slot, Turns::STOP);
        }
        for rule in &model.rules {
            let Clock::Response { slot: response, keep: false, .. } = rule.clock else { continue };
            for slot in &rule.guard.reads {
                program.turning(*slot, Turns::of_guard(response));
            }
        }
        let Self { rules, turns_with, .. } = &mut program;
        for deed in rules.iter_mut().flat_map(|rule| rule.deeds.all()) {
            let turns = deed.changes.iter().map(|change| turns_with[change.variable.0 as usize]);
            deed.turns = turns.fold(Turns::NOTHING, Turns::or);
        }
        program.plain = program.rules.iter().map(Plain::of).collect();
        let (mut known, mut steps) = (HashMap::new(), Vec::new());
        program.plain.iter_mut().flatten().for_each(|plain| plain.moves.share(&mut known, &mut steps));
        program.steps = steps.into();
        program
    }

    /// Notes what can turn with `slot`.
    fn turning(&mut self, slot: Slot, what: Turns) {
        let note = |turns: &mut Turns| *turns = turns.or(what);
        match slot {
            Slot::Variable(id) => note(&mut self.turns_with[id.0 as usize]),
            Slot::Count(_) => note(&mut self.turns_with_counters),
            Slot::AgeAtLeast(..) => {
                note(&mut self.turns_with_counters);
                note(&mut self.turns_with_ages);
            }
            Slot::During(..) | Slot::Day => note(&mut self.turns_with_calendar),
        }
    }

    /// The rule with this id, if it is plain.
    #[inline]
    pub fn plain(&self, id: RuleId) -> Option<&Plain> {
        self.plain[id.0 as usize].as_ref()
    }

    /// What the calendar alone may have turned at a boundary: before it, everything is as instants left it.
    #[inline]
    pub fn turn_at(&self, step: Step, model: &Model) -> Turns {
        if model.schedule.turns_at(step) { self.turns_with_calendar } else { Turns::NOTHING }
    }

    /// Whether some event has just now become so old that a condition changes.
    #[inline]
    pub fn is_age_reached(&self, state: &State) -> bool {
        let reached = |(counter, age): &(CounterId, Step)| {
            let latest = state.latest[counter.0 as usize];
            latest != NEVER && state.step - latest == *age
        };
        self.ages.iter().any(reached)
    }

    /// The rule with this id.
    #[inline]
    pub fn rule(&self, id: RuleId) -> &Compact {
        &self.rules[id.0 as usize]
    }
}

/// Every age of every counter at which a condition changes.
fn ages(model: &Model) -> Box<[(CounterId, Step)]> {
    let counters = (0..).map(CounterId).zip(&model.counters);
    counters.flat_map(|(id, counter)| counter.thresholds.iter().map(move |age| (id, *age))).collect()
}

/// By rule: its place by priority, higher first, then in the file.
fn orders(rules: &[Rule]) -> Vec<u32> {
    let mut sorted: Vec<usize> = (0..rules.len()).collect();
    sorted.sort_by_key(|index| (std::cmp::Reverse(rules[*index].priority), *index));
    let mut orders = vec![0; rules.len()];
    for (order, index) in sorted.into_iter().enumerate() {
        orders[index] = order as u32;
    }
    orders
}

impl Turns {
    /// Nothing.
    pub const NOTHING: Self = Self { lets: 0, guards: Slots::NONE };
    /// Whatever there is.
    pub const ANYTHING: Self = Self { lets: u64::MAX, guards: Slots::ALL };
    const STOP: Self = Self { lets: 1, ..Self::NOTHING };

    /// Watch number `index`.
    const fn of_watch(index: usize) -> Self {
        let last = u64::BITS as usize - 2;
        Self { lets: 2 << if index < last { index } else { last }, ..Self::NOTHING }
    }

    /// The guard of the response with this slot.
    fn of_guard(slot: usize) -> Self {
        Self { guards: Slots::one(slot), ..Self::NOTHING }
    }

    /// Whether `stop_when` can turn.
    #[inline]
    pub fn stop(self) -> bool {
        self.lets & Self::STOP.lets != 0
    }

    /// The responses whose guards can turn and that lapse with them.
    #[inline]
    pub fn guards(self) -> Slots {
        self.guards
    }

    /// Whether any watched let can turn.
    #[inline]
    pub fn any_watch(self) -> bool {
        self.lets & !Self::STOP.lets != 0
    }

    /// Whether watch number `index` can turn.
    #[inline]
    pub fn watch(self, index: usize) -> bool {
        self.lets & Self::of_watch(index).lets != 0
    }

    /// The same without watched lets.
    #[inline]
    #[must_use]
    pub fn but_watches(self) -> Self {
        Self { lets: self.lets & Self::STOP.lets, ..self }
    }

    /// What can turn with either.
    #[inline]
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { lets: self.lets | other.lets, guards: self.guards.or(other.guards) }
    }
}

impl Watched {
    fn new(watch: &Watch, model: &Model) -> Self {
        Self {
            condition: Quick::from(&watch.condition),
            begins: Raised::of_event(watch.begins, model),
            ends: Raised::of_event(watch.ends, model),
        }
    }
}

impl Compact {
    fn new(rule: &Rule, order: u32, model: &Model) -> Self {
        let kind = match &rule.clock {
            Clock::Pressure { hazard, .. } => Kind::Pressure { hazard: Quick::from(hazard) },
            Clock::Dated(_) | Clock::Recurring { .. } => Kind::Calendar,
            Clock::Response { slot, chance, delay, keep, restart } => Kind::Response(Response {
                slot: *slot,
                asked: Asked::new(&rule.guard, chance, model),
                delay: Arc::clone(delay),
                keep: *keep,
                restart: *restart,
            }),
        };
        Self {
            guard: Quick::from(&rule.guard),
            kind,
            limits: Limits {
                any: rule.forbidden || rule.at_most.is_some() || rule.cooldown.is_some(),
                forbidden: rule.forbidden,
                at_most: rule.at_most,
                cooldown: rule.cooldown,
            },
            deeds: Deeds::new(&rule.branches, model),
            nothing: Box::new(Raised::new(rule.nothing.raises.clone(), model)),
            order,
        }
    }

    /// The response that it is.
    ///
    /// # Panics
    /// If it is none: only responses listen.
    #[inline]
    pub fn response(&self) -> &Response {
        match &self.kind {
            Kind::Response(response) => response,
            Kind::Pressure { .. } | Kind::Calendar => unreachable!("only responses listen"),
        }
    }
}

impl Plain {
    fn of(rule: &Compact) -> Option<Self> {
        let Deeds::One(deed) = &rule.deeds else { return None };
        if rule.limits.any || deed.forbidden {
            return None;
        }
        let moves = deed.alone.clone()?;
        let always = matches!(rule.kind, Kind::Calendar) && rule.guard.as_constant() == Some(true);
        Some(Self { moves, turns: deed.turns, always })
    }
}

impl Deeds {
    fn new(branches: &Branches, model: &Model) -> Self {
        let deed = |branch: &Branch| Deed::new(branch, model);
        match branches {
            Branches::One(branch) => Self::One(deed(branch)),
            Branches::Weighted { branches, otherwise } => Self::Lot {
                lot: Lot::of_weights(branches.iter().map(|(weight, _)| weight.into()).collect(), otherwise.is_none()),
                deeds: branches.iter().map(|(_, branch)| deed(branch)).collect(),
                otherwise: otherwise.as_ref().map(deed),
            },
            Branches::Odds { branches, otherwise } => Self::Lot {
                lot: Lot::Odds(branches.iter().map(|(when, odds, _)| (when.into(), odds.into())).collect()),
                deeds: branches.iter().map(|(_, _, branch)| deed(branch)).collect(),
                otherwise: otherwise.as_ref().map(deed),
            },
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Deed> {
        let (first, others): (_, &mut [Deed]) = match self {
            Self::One(deed) => (Some(deed), &mut []),
            Self::Lot { deeds, otherwise, .. } => (otherwise.as_mut(), deeds),
        };
        first.into_iter().chain(others)
    }

    /// The deed at `index`, `otherwise` standing after the others; `None`: nothing happens.
    #[inline]
    pub fn at(&self, index: usize) -> Option<&Deed> {
        match self {
            Self::One(deed) => Some(deed),
            Self::Lot { deeds, otherwise, .. } => deeds.get(index).or(otherwise.as_ref()),
        }
    }
}

impl Lot {
    fn of_weights(weights: Box<[Quick<f64>]>, closed: bool) -> Self {
        let fixed = weights.iter().map(Quick::as_constant);
        match fixed.collect::<Option<Vec<f64>>>() {
            Some(mut weights) => {
                if closed {
                    close(&mut weights);
                }
                Self::Fixed(weights.into())
            }
            None => Self::Weights { weights, closed },
        }
    }
}

/// Gives the last branch that can be drawn what the others leave of 1, so that no rounding error is nobody's.
pub(super) fn close(weights: &mut [f64]) {
    if let Some(last) = weights.iter().rposition(|w| *w > 0.0) {
        let others: f64 = weights[..last].iter().sum();
        weights[last] = (1.0 - others).max(0.0);
    }
}

impl Deed {
    fn new(branch: &Branch, model: &Model) -> Self {
        let changes: Box<[Change]> = branch.effects.iter().map(|effect| Change::new(effect, model)).collect();
        let raises = Raises::new(branch, model);
        let alone = if let [change] = &*changes { change.alone(&raises) } else { None };
        Self { forbidden: branch.forbidden, alone, changes, raises, turns: Turns::NOTHING }
    }
}
