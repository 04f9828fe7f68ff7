//! The hazards in force in a run, as heights that occasions are compared with, looked up when an occasion comes.
//!
//! Nothing is kept up to date in between: occasions are fewer than the hazards that a firing changes. Does not know when
//! occasions come.

use std::collections::HashMap;

use super::occasion::Threshold;
use crate::model::formula::{Look, Slot, TABLE_LIMIT};
use crate::model::state::State;
use crate::model::{Clock, Model, RuleId};

/// The pressures of a model.
#[derive(Debug)]
pub(super) struct Hazards {
    /// By pressure: its rule.
    rules: Vec<RuleId>,
    /// By pressure: where its limit stands.
    places: Vec<Place>,
    /// First `ASK`; then the limits of pressures that read nothing but a few variables, over all that these can be. Tables
    /// that are the same, as those of a template's rows, are here once.
    limits: Vec<u32>,
    /// By pressure: what is needed now and then.
    pressures: Vec<Pressure>,
}

/// The limit of a pressure that must be asked: no height reaches it.
const ASK: u32 = u32::MAX;

/// Where the limit of a pressure of one or two variables stands: `first`, and `strides` times the values of `variables`
/// beyond it. Where it reads fewer, strides are 0, so that there is nothing to decide.
#[derive(Debug, Clone, Copy)]
struct Place {
    variables: [u32; 2],
    first: u32,
    /// Small, as there may be many: `TABLE_LIMIT` bounds them.
    strides: [u16; 2],
}

/// A pressure.
#[derive(Debug)]
struct Pressure {
    /// Where in `limits` its own begin, and how they are found there, while it is available; `None` if it reads other
    /// things than variables, or too many values.
    table: Option<(u32, Look)>,
    /// The highest value of its hazard.
    highest: Threshold,
    /// Place of its id among the pressures' ids in order of text: decides between two occasions at one tick.
    rank: u32,
}

impl Hazards {
    pub(super) fn new(model: &Model) -> Self {
        let mut hazards = Self { rules: Vec::new(), places: Vec::new(), limits: vec![ASK], pressures: Vec::new() };
        let (mut state, mut shared) = (State::start(model), HashMap::new());
        for (id, rule) in (0..).map(RuleId).zip(&model.rules) {
            let Clock::Pressure { hazard, highest } = &rule.clock else { continue };
            let mut reads: Vec<Slot> = rule.guard.reads.iter().chain(&hazard.reads).copied().collect();
            reads.sort_unstable();
            reads.dedup();
            let limited = rule.cooldown.is_some() || rule.at_most.is_some();
            let table = tabulate(id, &reads, &mut state, model);
            let table = table.map(|(limits, look)| (hazards.enter(limits, &mut shared), look));
            hazards.rules.push(id);
            hazards.places.push(table.filter(|_| !limited).and_then(Place::of).unwrap_or(Place::ASK));
            let highest = Threshold::of(if rule.forbidden { 0.0 } else { *highest });
            hazards.pressures.push(Pressure { table, highest, rank: 0 });
        }
        hazards.rank(model);
        hazards
    }

    /// Where a table begins.
    fn enter(&mut self, limits: Vec<u32>, shared: &mut HashMap<Vec<u32>, u32>) -> u32 {
        let next = self.limits.len() as u32;
        if let Some(start) = shared.get(&limits) {
            return *start;
        }
        self.limits.extend(&limits);
        shared.insert(limits, next);
        next
    }

    fn rank(&mut self, model: &Model) {
        let mut by_text: Vec<usize> = (0..self.pressures.len()).collect();
        by_text.sort_unstable_by_key(|p| &model.rule(self.rules[*p]).id);
        for (rank, pressure) in by_text.into_iter().enumerate() {
            self.pressures[pressure].rank = rank as u32;
        }
    }

    /// By pressure: its rule, and the highest value of its hazard.
    pub(super) fn highest(&self) -> impl Iterator<Item = (usize, Threshold)> + Clone {
        self.rules.iter().zip(&self.pressures).map(|(rule, pressure)| (rule.0 as usize, pressure.highest))
    }

    /// About how many occasions a day lie below the highest hazards.
    pub(super) fn a_day(&self) -> f64 {
        // An empty sum is -0, and a division by that would be minus infinity.
        self.pressures.iter().map(|pressure| pressure.highest.a_day()).sum::<f64>() + 0.0
    }

    /// The rule of a pressure.
    #[inline]
    pub(super) fn rule_of(&self, pressure: u32) -> RuleId {
        self.rules[pressure as usize]
    }

    /// The place of its id among the pressures' in order of text.
    pub(super) fn rank_of(&self, pressure: u32) -> u32 {
        self.pressures[pressure as usize].rank
    }

    /// The limit of heights that lie below the hazard in force, where it hangs on a variable or two; otherwise no height
    /// reaches it, and `asked` knows it.
    #[inline]
    pub(super) fn limit(&self, pressure: usize, values: &[i32]) -> u32 {
        let Place { first, variables, strides } = &self.places[pressure];
        // A model may have no variable that could be named.
        let value = |at: usize| values.get(variables[at] as usize).map_or(0, |value| *value as u32);
        let term = |at: usize| value(at).wrapping_mul(u32::from(strides[at]));
        self.limits[first.wrapping_add(term(0)).wrapping_add(term(1)) as usize]
    }

    /// The limit, which `limit` found, or which must be asked: the state is that of now.
    #[inline]
    pub(super) fn asked(&self, limit: u32, pressure: u32, state: &State, model: &Model) -> u32 {
        if limit == ASK { self.ask(pressure as usize, state, model) } else { limit }
    }

    #[inline(never)]
    fn ask(&self, pressure: usize, state: &State, model: &Model) -> u32 {
        let rule = self.rules[pressure];
        match &self.pressures[pressure].table {
            Some(_) if !state.available(rule, model) => 0,
            Some((start, look)) => self.limits[*start as usize + look.at(&state.values)],
            None => self.threshold(rule, state, model).limit(),
        }
    }

    /// The hazard in force, to the last bit.
    pub(super) fn threshold(&self, rule: RuleId, state: &State, model: &Model) -> Threshold {
        Threshold::of(state.hazard(rule, model))
    }
}

impl Place {
    /// It must be asked.
    const ASK: Self = Self { variables: [0; 2], first: 0, strides: [0; 2] };

    fn of((start, look): (u32, Look)) -> Option<Self> {
        let (variables, strides, base) = look.of_two()?;
        const { assert!(TABLE_LIMIT / 2 <= u16::MAX as usize) }
        let strides = strides.map(|stride| stride as u16);
        Some(Self { variables, first: (base as u32).wrapping_add(start), strides })
    }
}

/// The limits of a pressure over all values of what it reads, and how they are found.
type Table = (Vec<u32>, Look);

/// The table of a pressure that reads nothing but variables; `None` if there are too many values.
fn tabulate(rule: RuleId, reads: &[Slot], state: &mut State, model: &Model) -> Option<Table> {
    let domain = |slot: &Slot| match slot {
        Slot::Variable(id) => Some((*id, model.variable(*id).low, model.variable(*id).high)),
        _ => None,
    };
    let domains: Vec<_> = reads.iter().map(domain).collect::<Option<_>>()?;
    let (look, size) = Look::over(&domains, TABLE_LIMIT)?;
    let before = state.values.clone();
    let mut limit = |index| {
        look.set(index, &domains, &mut state.values);
        Threshold::of(state.hazard(rule, model)).limit()
    };
    let limits = (0..size).map(&mut limit).collect();
    state.values = before;
    Some((limits, look))
}

#[cfg(test)]
impl Hazards {
    /// So many pressures that nothing is known of but their places.
    pub(super) fn nameless(pressures: u32) -> Self {
        let pressure = |index: u32| Pressure { table: None, highest: Threshold::default(), rank: pressures - index };
        Self {
            rules: (0..pressures).map(RuleId).collect(),
            places: Vec::new(),
            limits: Vec::new(),
            pressures: (0..pressures).map(pressure).collect(),
        }
    }
}
