//! One effect: the new value by the old one, from a table where nothing else is read.
//!
//! Does not know who hears what a change raises.

use std::collections::HashMap;
use std::sync::Arc;

use super::raised::{Raised, Raises};
use crate::model::formula::{Slot, TABLE_LIMIT};
use crate::model::state::State;
use crate::model::{Effect, Model, VariableId, VariableKind};

/// An effect.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it writes.
    pub variable: VariableId,
    low: i32,
    how: How,
}

/// How one variable moves, and what that raises, where both depend on nothing but its old value.
#[derive(Debug, Clone)]
pub struct Move {
    /// What is written.
    pub variable: VariableId,
    low: i32,
    /// By old value minus `low`.
    steps: Arc<[MoveStep]>,
    /// Where these begin among the steps of all plain rules.
    start: u32,
    /// What may be raised, each once.
    raised: Box<[Raised]>,
}

/// What follows an old value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MoveStep {
    /// The new value.
    pub new: i32,
    /// Which of `raised`.
    raised: u16,
    flags: u16,
}

impl MoveStep {
    const HELD: u16 = 1;
    const HEARD: u16 = 2;
    const COUNTED: u16 = 4;

    /// An end of the range held an indicator back.
    #[inline]
    pub fn is_held(self) -> bool {
        self.flags & Self::HELD != 0
    }

    /// Some response hears what is raised.
    #[inline]
    pub fn is_heard(self) -> bool {
        self.flags & Self::HEARD != 0
    }

    /// Some counter counts what is raised.
    #[inline]
    pub fn is_counted(self) -> bool {
        self.flags & Self::COUNTED != 0
    }
}

#[derive(Debug, Clone)]
enum How {
    /// By old value minus `low`: twice the new one minus `low`, and 1 more if an end of the range held an indicator
    /// back. Small, as many of these are asked in turn.
    Table(Box<[u16]>),
    /// It reads other things too, or the range is wide.
    Formula(Arc<Effect>),
}

impl Change {
    /// `effect` on a variable of `model`.
    pub fn new(effect: &Effect, model: &Model) -> Self {
        let id = effect.target();
        let variable = model.variable(id);
        let own = Slot::Variable(id);
        let values = (i64::from(variable.high) - i64::from(variable.low) + 1) as usize;
        let alone = effect.reads().iter().all(|slot| *slot == own);
        let how = if alone && values <= TABLE_LIMIT {
            const { assert!(2 * TABLE_LIMIT <= 1 << u16::BITS) }
            let packed = |(new, held): (i32, bool)| (new.wrapping_sub(variable.low) as u16) << 1 | u16::from(held);
            How::Table((variable.low..=variable.high).map(|old| packed(result(effect, model, &|_| old))).collect())
        } else {
            How::Formula(Arc::new(effect.clone()))
        };
        Self { variable: id, low: variable.low, how }
    }

    /// The new value where the old one is `old`, and whether an end of the range held an indicator back.
    #[inline]
    pub fn result(&self, old: i32, state: &State, model: &Model) -> (i32, bool) {
        match &self.how {
            How::Table(results) => self.unpack(results[old.wrapping_sub(self.low) as usize]),
            How::Formula(effect) => result(effect, model, &|slot| state.read(slot, model)),
        }
    }

    /// The whole of it and what `raises` makes of it, if neither depends on anything but the old value.
    pub fn alone(&self, raises: &Raises) -> Option<Move> {
        let How::Table(results) = &self.how else { return None };
        let mut known: Vec<Raised> = Vec::new();
        let step = |(old, packed): (i32, &u16)| {
            let (new, held) = self.unpack(*packed);
            let raised = raises.by_one(self.variable, old, new)?;
            let place = known.iter().position(|known| known == raised).unwrap_or(known.len());
            if place == known.len() {
                known.push(raised.clone());
            }
            let flag = |is: bool, flag| if is { flag } else { 0 };
            let flags = flag(held, MoveStep::HELD)
                | flag(!raised.listeners.is_empty(), MoveStep::HEARD)
                | flag(!raised.counters.is_empty(), MoveStep::COUNTED);
            Some(MoveStep { new, raised: u16::try_from(place).ok()?, flags })
        };
        let steps = (self.low..=i32::MAX).zip(results).map(step).collect::<Option<_>>()?;
        Some(Move { variable: self.variable, low: self.low, steps, start: 0, raised: known.into() })
    }

    fn unpack(&self, packed: u16) -> (i32, bool) {
        (self.low.wrapping_add(i32::from(packed >> 1)), packed & 1 != 0)
    }
}

impl Move {
    /// Takes the steps of an earlier one that has the same: rules are many, and what all of a template's rows read stays in
    /// the fastest memory.
    pub fn share(&mut self, known: &mut HashMap<Arc<[MoveStep]>, u32>, all: &mut Vec<MoveStep>) {
        if let Some((steps, start)) = known.get_key_value(&self.steps) {
            (self.steps, self.start) = (Arc::clone(steps), *start);
            return;
        }
        self.start = all.len() as u32;
        all.extend(&*self.steps);
        known.insert(Arc::clone(&self.steps), self.start);
    }

    /// Where what follows the value 0 stands among the steps of all plain rules, or would stand: modulo 2³².
    pub fn first(&self) -> u32 {
        self.start.wrapping_add_signed(self.low.wrapping_neg())
    }

    /// What follows `old`.
    #[inline]
    pub fn after(&self, old: i32) -> MoveStep {
        self.steps[old.wrapping_sub(self.low) as usize]
    }

    /// What is raised then; always something, if the step is one of these.
    #[inline]
    pub(super) fn raised_if_any(&self, step: MoveStep) -> Option<&Raised> {
        self.raised.get(usize::from(step.raised))
    }

    /// What is raised then.
    #[inline]
    pub fn raised(&self, step: MoveStep) -> &Raised {
        &self.raised[usize::from(step.raised)]
    }
}

fn result(effect: &Effect, model: &Model, read: &impl Fn(Slot) -> i32) -> (i32, bool) {
    let variable = model.variable(effect.target());
    let (new, held) = effect.result(read, variable.low, variable.high);
    (new, held && variable.kind == VariableKind::Indicator)
}
