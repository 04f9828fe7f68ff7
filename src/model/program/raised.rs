//! What a firing raises, and who hears it: worked out for every way in which a branch can move a posture.
//!
//! Does not know when the listeners are asked, nor what they answer.

use crate::model::{Branch, CounterId, EventId, Model, RuleId, VariableId, VariableKind};

/// Events that are raised together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Raised {
    /// Ascending, each once.
    pub events: Vec<EventId>,
    /// The responses that listen to any of them, in file order, each once, with the first event that it hears.
    pub listeners: Vec<(RuleId, EventId)>,
    /// What counts them.
    pub counters: Vec<CounterId>,
}

/// What a branch raises, by what it moves.
#[derive(Debug, Clone)]
pub struct Raises {
    /// The branch's own events.
    fixed: Box<[EventId]>,
    /// First what is raised if no posture differs afterwards, or nobody asks for its events; then, if one can differ, what
    /// is raised if it falls to each value, and if it rises to each.
    raised: Box<[Raised]>,
    moves: Moves,
}

/// The postures that a branch writes and whose events are asked for.
#[derive(Debug, Clone, Copy)]
enum Moves {
    Nothing,
    One(VariableId),
    /// What they raise is put together when it happens.
    Several,
}

impl Raised {
    /// These events; they need not be in order.
    pub fn new(events: Vec<EventId>, model: &Model) -> Self {
        let mut raised = Self { events, ..Self::default() };
        raised.complete(model);
        raised
    }

    /// One event and its groups.
    pub fn of_event(event: EventId, model: &Model) -> Self {
        let mut events = vec![event];
        // A model under construction may have no events yet.
        events.extend(model.events.get(event.0 as usize).iter().flat_map(|event| &event.groups));
        Self::new(events, model)
    }

    /// Puts the events in order and finds who hears and counts them.
    fn complete(&mut self, model: &Model) {
        let Self { events, listeners, counters } = self;
        events.sort_unstable();
        events.dedup();
        listeners.clear();
        counters.clear();
        for event in events {
            let Some(known) = model.events.get(event.0 as usize) else { continue };
            listeners.extend(known.listeners.iter().map(|rule| (*rule, *event)));
            counters.extend(&known.counters);
        }
        listeners.sort_unstable();
        listeners.dedup_by_key(|(rule, _)| *rule);
    }

    /// Becomes `fixed` and what `moved` variables (value before, value now) raise.
    fn put_together(&mut self, fixed: &[EventId], moved: impl Iterator<Item = (VariableId, i32, i32)>, model: &Model) {
        self.events.clear();
        self.events.extend(fixed);
        moved.for_each(|(variable, old, new)| raise_move(variable, old, new, &mut self.events, model));
        self.complete(model);
    }
}

/// What is raised as the one posture that a branch writes goes from `old` to `new`.
#[inline]
fn after_one(raised: &[Raised], old: i32, new: i32) -> &Raised {
    if new == old {
        return &raised[0];
    }
    let rises = if new > old { raised.len() / 2 } else { 0 };
    &raised[1 + rises + new as usize]
}

/// Adds the events of a posture's change.
fn raise_move(variable: VariableId, old: i32, new: i32, events: &mut Vec<EventId>, model: &Model) {
    let posture = &model.posture_events[variable.0 as usize];
    let moved = if new > old { posture.rises } else { posture.falls };
    let became = posture.becomes.get(new as usize).copied().flatten();
    for event in moved.into_iter().chain(became) {
        events.push(event);
        events.extend(&model.event(event).groups);
    }
}

impl Raises {
    /// What `branch` raises.
    pub fn new(branch: &Branch, model: &Model) -> Self {
        let mut postures: Vec<VariableId> = branch.effects.iter().map(super::super::Effect::target).collect();
        postures.sort_unstable();
        postures.dedup();
        postures.retain(|id| is_asked(*id, model));
        let mut raised = vec![Raised::new(branch.raises.clone(), model)];
        let moves = match postures[..] {
            [] => Moves::Nothing,
            [one] => {
                raised.extend(moves(branch, one, model));
                Moves::One(one)
            }
            _ => Moves::Several,
        };
        Self { fixed: branch.raises.clone().into(), raised: raised.into(), moves }
    }

    /// What is raised by a branch that writes nothing but `variable`, from `old` to `new`; `None` if it depends on others.
    pub fn by_one(&self, variable: VariableId, old: i32, new: i32) -> Option<&Raised> {
        match self.moves {
            Moves::Nothing => Some(&self.raised[0]),
            Moves::One(moved) => (moved == variable).then(|| after_one(&self.raised, old, new)),
            Moves::Several => None,
        }
    }

    /// What is raised, `before` being the variables that were written with their values before, `values` all values
    /// now; `None` if it has to be put together.
    #[inline]
    pub fn after(&self, before: &[(VariableId, i32)], values: &[i32]) -> Option<&Raised> {
        let variable = match self.moves {
            Moves::Nothing => return Some(&self.raised[0]),
            Moves::One(variable) => variable,
            Moves::Several => return None,
        };
        let new = values[variable.0 as usize];
        let old = before.iter().find(|(id, _)| *id == variable).map_or(new, |(_, old)| *old);
        Some(after_one(&self.raised, old, new))
    }

    /// Makes `raised` what is raised, with the arguments of `after`.
    pub fn put_together(&self, before: &[(VariableId, i32)], values: &[i32], raised: &mut Raised, model: &Model) {
        let moved = before.iter().filter_map(|(id, old)| {
            let new = values[id.0 as usize];
            (new != *old && is_asked(*id, model)).then_some((*id, *old, new))
        });
        raised.put_together(&self.fixed, moved, model);
    }
}

/// Whether somebody asks for an event of this variable's changes.
fn is_asked(id: VariableId, model: &Model) -> bool {
    let Some(events) = model.posture_events.get(id.0 as usize) else { return false };
    let posture = matches!(model.variable(id).kind, VariableKind::Posture { .. });
    posture && (events.rises.is_some() || events.falls.is_some() || events.becomes.iter().any(Option::is_some))
}

/// What `branch` raises if `posture` falls to each of its values, then if it rises to each.
fn moves(branch: &Branch, posture: VariableId, model: &Model) -> impl Iterator<Item = Raised> {
    let highest = model.variable(posture).high;
    let falls = (0..=highest).map(|new| (new + 1, new));
    let rises = (0..=highest).map(|new| (new - 1, new));
    falls.chain(rises).map(move |(old, new)| {
        let mut raised = Raised::default();
        raised.put_together(&branch.raises, std::iter::once((posture, old, new)), model);
        raised
    })
}
