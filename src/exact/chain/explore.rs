//! The states of a chain, found from its beginning, and what is read off each.
//!
//! Does not know which questions can be carried.

use std::collections::HashMap;

use crate::model::{Asked, Model, RuleId, Step};
use crate::observe::question::{AskRef, Monitors};

use super::carry::{Carried, Number, Read, Sight, Truth};
use super::obstacle::{asked, obstacles, pressures};
use super::{Chain, Column, Move, NoChain, Property, Reading, Reward, Time};
use crate::exact::days;
use crate::exact::layout::What;
use crate::exact::means::Means;
use crate::exact::rows::Rows;
use crate::exact::slice::{Closure, Root, sliced};
use crate::exact::solution::Reason;
use crate::exact::space::{Space, UNSETTLED};
use crate::exact::states::StateId;

/// A state of the chain: in discrete time with its boundary, -1 before the first.
type Place = (i64, StateId);

/// What was found.
#[derive(Debug, Default)]
struct Found {
    places: Vec<Place>,
    moves: Vec<Vec<Move>>,
    /// By state: how often each flow is counted on the way out, per day or per step.
    flows: Vec<Vec<f64>>,
    /// What is counted before the first state.
    before: Vec<f64>,
}

/// The chain of `model` that carries `carried`, of at most `limit` states.
pub(super) fn explore(model: &Model, time: Time, carried: Carried, limit: usize) -> Result<Chain, NoChain> {
    let closure = Closure::of(model, carried.asked.iter().map(Root::Asked));
    if time == Time::Continuous {
        refuse_mixture(model, &closure, &carried)?;
    }
    if carried.is_empty() {
        return Err(NoChain::Nothing(carried.left_out));
    }
    let slice = sliced(model, &closure, &carried.asked);
    let monitors = Monitors::new(&slice, carried.leaves.iter().map(|(_, asked)| AskRef::from(asked)), 0);
    let (flow_of, flows) = flows(model, &carried.numbers);
    let space = Space::new(&slice, &closure, &monitors, flow_of.clone(), Means::of_states(limit)).for_each_question();
    let mut explorer = Explorer { space, model: &slice, flows, limit, found: Found::default(), index: HashMap::new() };
    match time {
        Time::Continuous => explorer.continuous()?,
        Time::Discrete => explorer.discrete()?,
    }
    let Explorer { mut space, found, .. } = explorer;
    let (columns, states) = table(model, &carried, &space, &found.places, time);
    let mut reader = Reader { model: &slice, monitors: &monitors, time, found: &found, space: &mut space };
    let properties = reader.properties(&carried);
    let rewards = reader.rewards(&carried.numbers, &flow_of);
    if reader.space.has_no_finite_state() {
        return Err(NoChain::TooLarge(Reason::NoFiniteState));
    }
    let end = super::time_at(model, time, model.calendar.steps, true);
    Ok(Chain { time, end, columns, states, moves: found.moves, properties, rewards, left_out: carried.left_out })
}

fn refuse_mixture(model: &Model, closure: &Closure, carried: &Carried) -> Result<(), NoChain> {
    let everything = asked(model);
    // What cannot be carried may be so because of the rules behind it.
    let all = Closure::of(model, everything.iter().map(Root::Asked));
    let (closure, asked) = if carried.is_empty() { (&all, &everything) } else { (closure, &carried.asked) };
    let obstacles = obstacles(model, closure, asked);
    if obstacles.is_empty() {
        return Ok(());
    }
    Err(NoChain::Mixture { pressures: pressures(model, closure), obstacles })
}

/// By event its flow; how many flows there are.
fn flows(model: &Model, numbers: &[Read<Number>]) -> (Vec<Option<u32>>, usize) {
    let mut flow_of = vec![None; model.events.len()];
    let mut next = 0;
    for number in numbers {
        if let Number::Flow(event) = number.how {
            flow_of[event.0 as usize].get_or_insert_with(|| {
                next += 1;
                next - 1
            });
        }
    }
    (flow_of, next as usize)
}

struct Explorer<'m> {
    space: Space<'m>,
    model: &'m Model,
    flows: usize,
    limit: usize,
    found: Found,
    index: HashMap<Place, usize>,
}

impl Explorer<'_> {
    fn enter(&mut self, place: Place) -> Result<usize, NoChain> {
        if place.1 == UNSETTLED {
            return Err(NoChain::Unsettled);
        }
        self.place(place)
    }

    fn place(&mut self, place: Place) -> Result<usize, NoChain> {
        if let Some(known) = self.index.get(&place) {
            return Ok(*known);
        }
        let index = self.found.places.len();
        if index >= self.limit {
            let step = place.0.max(0) as Step;
            return Err(Reason::States { limit: self.limit, step }.into());
        }
        self.index.insert(place, index);
        self.found.places.push(place);
        self.found.moves.push(Vec::new());
        self.found.flows.push(vec![0.0; self.flows]);
        Ok(index)
    }

    fn to(&mut self, boundary: i64, entries: &[(StateId, f64)]) -> Result<Vec<(usize, f64)>, NoChain> {
        let mut to = Vec::new();
        for (id, weight) in entries {
            to.push((self.enter((boundary, *id))?, *weight));
        }
        to.sort_unstable_by_key(|(state, _)| *state);
        Ok(to)
    }

    fn count(&mut self, state: usize, flows: &[(u32, f64)]) {
        flows.iter().for_each(|(flow, times)| self.found.flows[state][*flow as usize] += times);
    }

    /// From the end of boundary 0 on, by pressures.
    fn continuous(&mut self) -> Result<(), NoChain> {
        let mut rows = Rows::default();
        let start = self.space.begin(&mut rows)?;
        let [(first, _)] = start[..] else { return Err(NoChain::Start(self.starters())) };
        self.enter((0, first))?;
        self.found.before = vec![0.0; self.flows];
        let counted = rows.row(UNSETTLED).map(|row| rows.flows(row)).unwrap_or_default();
        counted.iter().for_each(|(flow, times)| self.found.before[*flow as usize] += times);
        let mut at = 0;
        while at < self.found.places.len() {
            for pressed in self.space.pressures(self.found.places[at].1, 0)? {
                let mut to = self.to(0, &pressed.to)?;
                // What leads back to where it was is no transition.
                to.retain(|(state, _)| *state != at);
                self.count(at, &pressed.flows);
                if !to.is_empty() {
                    self.found.moves[at].push(Move { rule: Some(pressed.rule), to });
                }
            }
            at += 1;
        }
        Ok(())
    }

    /// The responses that hear the start.
    fn starters(&self) -> Vec<RuleId> {
        self.model.event(self.model.start_event).listeners.clone()
    }

    /// From before boundary 0 on, by boundaries.
    fn discrete(&mut self) -> Result<(), NoChain> {
        let mut rows = Rows::default();
        let first = self.place((-1, UNSETTLED))?;
        let start = self.space.begin(&mut rows)?;
        self.found.before = vec![0.0; self.flows];
        self.cross(first, UNSETTLED, 0, &start, &rows)?;
        let mut active = first + 1..self.found.places.len();
        for step in 1..=self.model.calendar.steps {
            let mut rows = Rows::default();
            for state in active.clone() {
                let id = self.found.places[state].1;
                self.space.cross(id, step, &mut rows)?;
                let row = rows.row(id).expect("it has just been made");
                let (to, weights) = rows.entries(row);
                let entries: Vec<_> = to.iter().copied().zip(weights.iter().copied()).collect();
                self.cross(state, id, step, &entries, &rows)?;
            }
            active = active.end..self.found.places.len();
        }
        Ok(())
    }

    fn cross(
        &mut self,
        state: usize,
        id: StateId,
        step: Step,
        entries: &[(StateId, f64)],
        rows: &Rows,
    ) -> Result<(), NoChain> {
        let to = self.to(i64::from(step), entries)?;
        self.found.moves[state].push(Move { rule: None, to });
        let counted = rows.row(id).map(|row| rows.flows(row)).unwrap_or_default();
        self.count(state, counted);
        Ok(())
    }
}

/// What tells the states apart.
fn table(
    model: &Model,
    carried: &Carried,
    space: &Space<'_>,
    places: &[Place],
    time: Time,
) -> (Vec<Column>, Vec<Vec<i64>>) {
    let known = places.iter().find(|(_, id)| *id != UNSETTLED).map(|(_, id)| *id);
    let parts: Vec<What> = known.map(|id| space.parts(id).map(|(what, _)| what).collect()).unwrap_or_default();
    let before = |what: &What| match what {
        What::Variable(index) => i64::from(model.variables[*index].start),
        _ => 0,
    };
    let row = |(boundary, id): &Place| -> Vec<i64> {
        let of_state: Vec<i64> = match *id {
            UNSETTLED => parts.iter().map(before).collect(),
            id => space.parts(id).map(|(_, value)| value).collect(),
        };
        std::iter::once(*boundary).chain(of_state).collect()
    };
    let rows: Vec<Vec<i64>> = places.iter().map(row).collect();
    let owners = owners(model, carried);
    let named = |what: &What| column(model, *what, &owners);
    let all: Vec<Column> = std::iter::once(Column::Boundary).chain(parts.iter().map(named)).collect();
    let differs = |column: usize| rows.iter().any(|row| row[column] != rows[0][column]);
    let kept: Vec<usize> = (0..all.len()).filter(|c| differs(*c) || (*c == 0 && time == Time::Discrete)).collect();
    let columns = kept.iter().map(|column| all[*column].clone()).collect();
    (columns, rows.iter().map(|row| kept.iter().map(|column| row[*column]).collect()).collect())
}

/// By thing that is remembered: for whom.
fn owners(model: &Model, carried: &Carried) -> Vec<String> {
    let codes = |leaves: &[(String, Asked)]| {
        Monitors::new(model, leaves.iter().map(|(_, asked)| AskRef::from(asked)), 0).codes().len()
    };
    let leaves = &carried.leaves;
    let new = (0..leaves.len()).flat_map(|leaf| {
        let added = codes(&leaves[..=leaf]) - codes(&leaves[..leaf]);
        std::iter::repeat_n(leaves[leaf].0.clone(), added)
    });
    new.collect()
}

pub(super) fn column(model: &Model, what: What, owners: &[String]) -> Column {
    let rule = |found: Option<usize>| RuleId(found.expect("every slot has its rule") as u32);
    let cooling = |slot| model.rules.iter().position(|rule| rule.cooldown.is_some_and(|(own, _)| own == slot));
    let limited = |slot| model.rules.iter().position(|rule| rule.at_most.is_some_and(|(own, _)| own == slot));
    match what {
        What::Variable(index) => Column::Variable(crate::model::VariableId(index as u32)),
        What::Count(index) => Column::Count(model.counters[index].event),
        What::Age(index, _) => Column::Age(model.counters[index].event),
        What::Pending(slot, _) => Column::Pending(model.responses[slot]),
        What::Cooldown(slot) => Column::Cooldown(rule(cooling(slot))),
        What::Used(slot, _) => Column::Used(rule(limited(slot))),
        // All that is certain is kept here, so nothing is ever done: this column never differs.
        What::Stopped | What::Done => Column::Stopped,
        What::Mark(index) => Column::Memory(owners.get(index).cloned().unwrap_or_default()),
    }
}

/// Reads answers off states.
struct Reader<'a, 'm> {
    model: &'a Model,
    monitors: &'a Monitors,
    time: Time,
    found: &'a Found,
    space: &'a mut Space<'m>,
}

impl Reader<'_, '_> {
    /// `see` of every state that has an instant behind it and, in discrete time, stands at boundary `from` or later;
    /// nothing of the others.
    fn each<T: Default>(&mut self, from: i64, see: impl Fn(Sight<'_>) -> T) -> Vec<T> {
        let of = |(boundary, id): &Place| {
            if *id == UNSETTLED || *boundary < from {
                return T::default();
            }
            let (model, monitors) = (self.model, self.monitors);
            self.space.look(*id, *boundary as Step, |midway| {
                see(Sight { model, monitors, state: &midway.state, memory: &midway.memory })
            })
        };
        self.found.places.iter().map(of).collect()
    }

    /// The boundary at which yes/no questions are read.
    fn last(&self) -> i64 {
        if self.time == Time::Discrete { i64::from(self.model.calendar.steps) } else { 0 }
    }

    fn properties(&mut self, carried: &Carried) -> Vec<Property> {
        let reached: Vec<bool> = self.found.places.iter().map(|(boundary, _)| *boundary >= self.last()).collect();
        // An outcome is that of a run of which no earlier one holds.
        let mut earlier = vec![false; reached.len()];
        let mut all = Vec::new();
        for Read { name, at, how } in &carried.outcomes {
            let own = match how {
                Some(truth) => self.truth(truth),
                None => reached.clone(),
            };
            let holds: Vec<bool> = own.iter().zip(&earlier).map(|(own, earlier)| *own && !earlier).collect();
            earlier.iter_mut().zip(&own).for_each(|(earlier, own)| *earlier |= own);
            all.push(Property { name: name.clone(), is_outcome: true, at: *at, holds });
        }
        for Read { name, at, how } in &carried.questions {
            all.push(Property { name: name.clone(), is_outcome: false, at: *at, holds: self.truth(how) });
        }
        all
    }

    fn truth(&mut self, truth: &Truth) -> Vec<bool> {
        let from = self.last();
        self.each(from, |sight| truth.holds(sight))
    }

    fn rewards(&mut self, numbers: &[Read<Number>], flow_of: &[Option<u32>]) -> Vec<Reward> {
        let mut all = Vec::new();
        for Read { name, at, how } in numbers {
            let (reading, values, offset) = match how {
                Number::Flow(event) => {
                    let flow = flow_of[event.0 as usize].expect("every count has its flow") as usize;
                    let values = self.found.flows.iter().map(|flows| flows[flow]).collect();
                    (Reading::Total, values, self.found.before[flow])
                }
                Number::Integral(_) | Number::Time(_) => {
                    let (values, offset) = self.integral(how, *at);
                    (Reading::Total, values, offset)
                }
                Number::Now(_) => {
                    let (values, offset) = raised(self.each(0, |sight| how.value(sight)));
                    (Reading::Instant, values, offset)
                }
                Number::Remembered(_) => {
                    let from = self.last();
                    let (values, offset) = raised(self.each(from, |sight| how.value(sight)));
                    (Reading::Instant, values, offset)
                }
            };
            all.push(Reward { name: name.clone(), reading, at: *at, values, offset });
        }
        all
    }

    /// What is added while a state lasts, raised so that nothing is negative, and what it was raised by in all.
    fn integral(&mut self, how: &Number, at: f64) -> (Vec<f64>, f64) {
        let (values, offset) = raised(self.each(0, |sight| how.value(sight)));
        if self.time == Time::Continuous {
            return (values, offset * at);
        }
        let (step, last) = (days(self.model, 1), self.last());
        // Before boundary 0 no time passes, and none after `T`.
        let lasts = |boundary: i64| (0..last).contains(&boundary);
        let spread = |(value, (boundary, _)): (f64, &Place)| if lasts(*boundary) { value * step } else { 0.0 };
        let values = values.into_iter().zip(&self.found.places).map(spread).collect();
        (values, offset * step * last as f64)
    }
}

/// The values less the lowest, if that is negative, and that.
fn raised(values: Vec<f64>) -> (Vec<f64>, f64) {
    let lowest = values.iter().copied().fold(0.0, f64::min);
    if lowest < 0.0 { (values.iter().map(|value| value - lowest).collect(), lowest) } else { (values, 0.0) }
}
