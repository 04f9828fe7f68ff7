//! One instant with every answer: the states in which it can settle, each with its probability (SEMANTICS 5 and 8).
//!
//! The rules act through `model::instant`, one queue entry at a time, and equal states with equal queues are merged.
//! Where a cascade can come back to where it was, the loop is summed, not unrolled. Does not know how states are kept.

mod held;
mod web;

use crate::model::event::{Observer, Occurrence};
use crate::model::instant::{Instant, Item, Runaway, Stage};
use crate::model::state::State;
use crate::model::{Model, RuleId, Step};
use crate::observe::question::{Memory, Monitors};

use super::choice::EveryWay;
use super::means::Means;
use super::solution::{Cause, Reason};
use held::{Held, Over};

/// In the middle of an instant: the state, what monitors remember, and who waits in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Midway {
    pub(super) state: State,
    pub(super) memory: Memory,
    pub(super) queue: Vec<RuleId>,
}

impl Midway {
    /// Makes it the same as `other` without allocating.
    fn copy_from(&mut self, other: &Self) {
        self.state.copy_from(&other.state);
        self.memory.copy_from(&other.memory);
        self.queue.clone_from(&other.queue);
    }
}

/// An act takes about as long as so many multiplications of a jump.
const ACT: u64 = 500;

/// So many are kept to be written over, if they take no more than so many bytes.
const SPARE: usize = 1_000;
const SPARE_BYTES: u64 = 16 << 20;

/// What can be done to a `Midway`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// The event `start`.
    Start,
    /// An item of a boundary.
    Item(Item),
    /// A pressure fires.
    Pressure(RuleId),
    /// The first of the queue is reached.
    Next,
    /// The lets are compared with what they were.
    Turn,
}

/// What to count of firings: by event its index among the flows.
pub(super) type FlowOf = Vec<Option<u32>>;

/// Why an instant was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// It does not come to an end in any way that can be summed, or has too many intermediate states.
    TooWide,
    /// So many ways do not fit into the room for them; so many answers of chance belong to the last act.
    Ways { ways: u32, cause: Cause, asked: u32 },
    /// It takes too much work.
    Work,
    /// It was stopped from outside.
    Stopped,
}

impl Halt {
    /// The same of the instant of, or after, boundary `step`.
    pub(super) fn at(self, step: Step) -> Reason {
        match self {
            Self::TooWide => Reason::Cascade { step },
            Self::Ways { ways, cause, asked } => Reason::Ways { ways, cause, asked, step },
            Self::Work => Reason::Work { step },
            Self::Stopped => Reason::Interrupted,
        }
    }
}

/// The work space of instants with every answer.
#[derive(Debug)]
pub(super) struct Cascade<'m> {
    model: &'m Model,
    monitors: &'m Monitors,
    flow_of: FlowOf,
    instant: Instant,
    pub(super) ways: EveryWay,
    means: Means<'m>,
    held: Held,
    /// What the last act was about.
    cause: Cause,
    /// Where the last act led.
    pub(super) leaf: Midway,
    /// Those that nobody needs any more, to be written over.
    spare: Vec<Midway>,
    /// The flows that the last act raised.
    raised: Vec<u32>,
    /// Expected number of each flow since `begin_count`, times the mass given.
    flows: Vec<f64>,
    /// Probability of instants that do not settle, since it was last taken.
    pub(super) unsettled: f64,
    /// Elementary steps so far.
    pub(super) work: u64,
    /// At most this many roundings in any probability of one instant.
    pub(super) roundings: u64,
}

/// Tells monitors, and notes flows.
struct Listener<'a> {
    monitors: &'a Monitors,
    memory: &'a mut Memory,
    flow_of: &'a FlowOf,
    raised: &'a mut Vec<u32>,
}

impl Observer for Listener<'_> {
    fn observe(&mut self, _: &Model, state: &State, occurrence: Occurrence<'_>) {
        self.monitors.on_occurrence(self.memory, &occurrence, state.step);
        if let Occurrence::Fired { raised, .. } | Occurrence::Turned(_, _, raised) | Occurrence::Started(raised) =
            occurrence
        {
            self.raised.extend(raised.iter().filter_map(|event| self.flow_of[event.0 as usize]));
        }
    }
}

/// The same as `of`, where there is one to write over.
fn copy(spare: &mut Vec<Midway>, of: &Midway) -> Midway {
    match spare.pop() {
        Some(mut midway) => {
            midway.copy_from(of);
            midway
        }
        None => of.clone(),
    }
}

impl<'m> Cascade<'m> {
    pub(super) fn new(model: &'m Model, monitors: &'m Monitors, flow_of: FlowOf, means: Means<'m>) -> Self {
        let leaf = Midway { state: State::start(model), memory: monitors.begin(), queue: Vec::new() };
        let flows = flow_of.iter().flatten().max().map_or(0, |most| *most as usize + 1);
        Self {
            model,
            monitors,
            flow_of,
            instant: Instant::new(),
            ways: EveryWay::default(),
            means,
            held: Held::of(&leaf),
            cause: Cause::Start,
            leaf,
            spare: Vec::new(),
            raised: Vec::new(),
            flows: vec![0.0; flows],
            unsettled: 0.0,
            work: 0,
            roundings: 0,
        }
    }

    /// Does `act` to `from` in the way that `ways` stands at; the result is `leaf`.
    fn act(&mut self, from: &Midway, act: Act) {
        self.leaf.state.copy_from(&from.state);
        self.leaf.memory.copy_from(&from.memory);
        self.raised.clear();
        self.work += ACT;
        self.instant.open();
        self.instant.line_up(&from.queue);
        let mut listener = Listener {
            monitors: self.monitors,
            memory: &mut self.leaf.memory,
            flow_of: &self.flow_of,
            raised: &mut self.raised,
        };
        let mut stage =
            Stage { model: self.model, state: &mut self.leaf.state, choice: &mut self.ways, observer: &mut listener };
        // One act has one firing or none: the limit of an instant is watched by who sums the loops.
        let done: Result<bool, Runaway> = match act {
            Act::Start => {
                self.instant.begin_start(&mut stage);
                Ok(true)
            }
            Act::Item(item) => self.instant.begin_item(item, &mut stage).map(|()| true),
            Act::Pressure(rule) => self.instant.begin_pressure(rule, &mut stage).map(|()| true),
            Act::Next => self.instant.reach_next(&mut stage),
            Act::Turn => self.instant.begin_turn(&mut stage),
        };
        done.expect("one act is far below the limit of an instant");
        self.leaf.queue.clear();
        self.leaf.queue.extend(self.instant.waiting());
    }

    /// An instant begins with one way.
    pub(super) fn begin_instant(&mut self) {
        self.held.begin();
    }

    /// Every way in which `act` can go from `from`, with its probability times `mass`; flows are counted.
    ///
    /// # Errors
    /// The instant is given up.
    pub(super) fn every(
        &mut self,
        from: &Midway,
        act: Act,
        mass: f64,
        mut lead: impl FnMut(&mut Self, f64) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        self.ways.begin();
        loop {
            let mass = self.once(from, act, mass)?;
            lead(self, mass)?;
            if !self.ways.next_way() {
                return Ok(());
            }
        }
    }

    /// `act` in the way that `ways` stands at; its probability times `mass`. Flows are counted.
    ///
    /// # Errors
    /// The instant is given up.
    pub(super) fn once(&mut self, from: &Midway, act: Act, mass: f64) -> Result<f64, Halt> {
        self.cause = self.cause_of(act, from);
        self.held.act(self.work, &self.means).map_err(|over| self.halt(over))?;
        self.act(from, act);
        let mass = mass * self.ways.probability();
        for flow in &self.raised {
            self.flows[*flow as usize] += mass;
        }
        Ok(mass)
    }

    fn cause_of(&self, act: Act, from: &Midway) -> Cause {
        match act {
            Act::Start => Cause::Start,
            Act::Item(Item::Forced(index)) => Cause::Rule(self.model.forced[index].rule),
            Act::Item(Item::Rule(rule)) | Act::Pressure(rule) => Cause::Rule(rule),
            Act::Next => Cause::Rule(from.queue[0]),
            Act::Turn => Cause::Turns,
        }
    }

    fn halt(&self, over: Over) -> Halt {
        match over {
            Over::Bytes => Halt::Ways { ways: self.held.ways(), cause: self.cause, asked: self.ways.asked() as u32 },
            Over::Work => Halt::Work,
            Over::Stop => Halt::Stopped,
        }
    }

    /// Whether nothing is left to do in this instant but to settle.
    pub(super) fn is_through(&self, midway: &Midway) -> bool {
        midway.queue.is_empty() && !self.turns(&midway.state)
    }

    /// Counts what `leaf` is now among the ways of the instant.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn hold_leaf(&mut self) -> Result<(), Halt> {
        self.held.hold(self.leaf.queue.len(), &self.means).map_err(|over| self.halt(over))
    }

    /// Counts so many bytes besides the ways of the instant.
    ///
    /// # Errors
    /// There are too many.
    fn hold_bytes(&mut self, bytes: usize) -> Result<(), Halt> {
        self.held.take(bytes as u64, &self.means).map_err(|over| self.halt(over))
    }

    /// What `leaf` is now, to be kept.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn keep_leaf(&mut self) -> Result<Midway, Halt> {
        self.hold_leaf()?;
        Ok(copy(&mut self.spare, &self.leaf))
    }

    /// So many ways, with empty queues, are all that is left of the instant.
    pub(super) fn hold_only(&mut self, ways: usize) {
        self.held.hold_only(ways);
    }

    /// Makes `midway` the leaf.
    pub(super) fn make_leaf(&mut self, midway: Midway) {
        let before = std::mem::replace(&mut self.leaf, midway);
        self.spare(before);
    }

    /// Takes back what nobody needs any more.
    pub(super) fn spare(&mut self, midway: Midway) {
        if self.spare.len() < SPARE && self.spare.len() as u64 * self.held.each() < SPARE_BYTES {
            self.spare.push(midway);
        }
    }

    fn turns(&self, state: &State) -> bool {
        let differs = |(watch, held): (&crate::model::Watch, &bool)| watch.condition.holds(state, self.model) != *held;
        self.model.watches.iter().zip(&state.held).any(differs)
    }

    /// Lets `leaf` settle.
    pub(super) fn settle(&mut self) {
        self.instant.open();
        let mut listener = Listener {
            monitors: self.monitors,
            memory: &mut self.leaf.memory,
            flow_of: &self.flow_of,
            raised: &mut self.raised,
        };
        self.instant.settle(&mut Stage {
            model: self.model,
            state: &mut self.leaf.state,
            choice: &mut self.ways,
            observer: &mut listener,
        });
    }

    /// The expected number of each flow since this was last asked, where it is not 0.
    pub(super) fn take_flows(&mut self) -> Vec<(u32, f64)> {
        let noted = self.flows.iter_mut().enumerate().filter(|(_, flow)| **flow > 0.0);
        noted.map(|(index, flow)| (index as u32, std::mem::take(flow))).collect()
    }
}
