//! The states in which instants of a scenario can end, and what leads from one to another: to be drawn, not computed with.
//!
//! Any scenario has this graph, also one that is no Markov chain for other programs: a boundary's arrow says that some
//! boundary leads there, not which.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Model, RuleId};
use crate::observe::question::Monitors;

use super::explore::column;
use super::obstacle::{asked, slice_of_all};
use super::{Column, NoChain};
use crate::exact::means::Means;
use crate::exact::rows::Rows;
use crate::exact::slice::sliced;
use crate::exact::space::{Space, UNSETTLED};
use crate::exact::states::StateId;

/// What leads from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leads {
    /// A pressure; the weight is its rate, per day.
    Pressure(RuleId),
    /// A boundary; the weight is the probability.
    Boundary,
}

/// An arrow of the graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The state that it leaves.
    pub from: usize,
    /// The state that it enters.
    pub to: usize,
    /// By what.
    pub by: Leads,
    /// Lowest and highest weight that it has at any time.
    pub weight: (f64, f64),
}

/// The graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// What tells states apart.
    pub columns: Vec<Column>,
    /// By state, by column.
    pub states: Vec<Vec<i64>>,
    /// In ascending order of state, target and cause.
    pub edges: Vec<Edge>,
    /// The states after boundary 0, with their probability.
    pub start: Vec<(usize, f64)>,
}

/// The graph of what `model` asks about, of at most `limit` states; of all of it if it asks nothing.
///
/// # Errors
/// It has too many states, or some instant does not come to an end.
pub fn graph(model: &Model, limit: usize) -> Result<Graph, NoChain> {
    let asked = asked(model);
    let closure = slice_of_all(model, &asked);
    let slice = sliced(model, &closure, &asked);
    let monitors = Monitors::new(&slice, [], 0);
    let space = Space::new(&slice, &closure, &monitors, vec![None; model.events.len()], Means::of_states(limit));
    let mut tracer = Tracer { space, states: Vec::new(), index: HashMap::new(), edges: BTreeMap::new() };
    let start = tracer.space.begin(&mut Rows::default())?;
    let start = tracer.enter_all(&start)?;
    let mut active: Vec<usize> = start.iter().map(|(state, _)| *state).collect();
    for step in 0..model.calendar.steps {
        tracer.press(&mut active, step)?;
        // Nothing happens at `T`.
        if step + 1 < model.calendar.steps {
            active = tracer.cross(&active, step + 1)?;
        }
    }
    let (columns, states) = tracer.table(model);
    let edge = |((from, to, by), weight): ((usize, usize, Leads), (f64, f64))| Edge { from, to, by, weight };
    Ok(Graph { columns, states, edges: tracer.edges.into_iter().map(edge).collect(), start })
}

struct Tracer<'m> {
    space: Space<'m>,
    states: Vec<StateId>,
    index: HashMap<StateId, usize>,
    edges: BTreeMap<(usize, usize, Leads), (f64, f64)>,
}

impl Tracer<'_> {
    fn enter_all(&mut self, entries: &[(StateId, f64)]) -> Result<Vec<(usize, f64)>, NoChain> {
        entries.iter().map(|(id, weight)| self.enter(*id).map(|state| (state, *weight))).collect()
    }

    fn enter(&mut self, id: StateId) -> Result<usize, NoChain> {
        if id == UNSETTLED {
            return Err(NoChain::Unsettled);
        }
        let next = self.states.len();
        let index = *self.index.entry(id).or_insert(next);
        if index == next {
            self.states.push(id);
        }
        Ok(index)
    }

    fn draw(&mut self, from: usize, to: usize, by: Leads, weight: f64) {
        if from != to {
            let known = self.edges.entry((from, to, by)).or_insert((weight, weight));
            *known = (known.0.min(weight), known.1.max(weight));
        }
    }

    /// Adds to `active` what pressures lead to in step `step`.
    fn press(&mut self, active: &mut Vec<usize>, step: u32) -> Result<(), NoChain> {
        let mut seen: Vec<bool> = vec![false; self.states.len()];
        active.iter().for_each(|state| seen[*state] = true);
        let mut at = 0;
        while at < active.len() {
            let from = active[at];
            for pressed in self.space.pressures(self.states[from], step)? {
                for (to, rate) in self.enter_all(&pressed.to)? {
                    self.draw(from, to, Leads::Pressure(pressed.rule), rate);
                    seen.resize(self.states.len(), false);
                    if !std::mem::replace(&mut seen[to], true) {
                        active.push(to);
                    }
                }
            }
            at += 1;
        }
        Ok(())
    }

    /// Where boundary `step` leads.
    fn cross(&mut self, active: &[usize], step: u32) -> Result<Vec<usize>, NoChain> {
        let mut rows = Rows::default();
        let mut next = Vec::new();
        for from in active {
            let id = self.states[*from];
            self.space.cross(id, step, &mut rows)?;
            let (to, weights) = rows.entries(rows.row(id).expect("it has just been made"));
            let entries: Vec<_> = to.iter().copied().zip(weights.iter().copied()).collect();
            for (to, weight) in self.enter_all(&entries)? {
                self.draw(*from, to, Leads::Boundary, weight);
                next.push(to);
            }
        }
        next.sort_unstable();
        next.dedup();
        Ok(next)
    }

    fn table(&self, model: &Model) -> (Vec<Column>, Vec<Vec<i64>>) {
        let rows: Vec<Vec<_>> = self.states.iter().map(|id| self.space.parts(*id).collect()).collect();
        let Some(first) = rows.first() else { return (Vec::new(), Vec::new()) };
        let differs = |column: &usize| rows.iter().any(|row| row[*column].1 != first[*column].1);
        let kept: Vec<usize> = (0..first.len()).filter(differs).collect();
        let columns = kept.iter().map(|column_at| column(model, first[*column_at].0, &[])).collect();
        (columns, rows.iter().map(|row| kept.iter().map(|column| row[*column].1).collect()).collect())
    }
}
