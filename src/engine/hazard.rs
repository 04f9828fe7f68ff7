//! The hazards in force in a run, as heights that occasions are compared with, and what they depend on.
//!
//! Most hazards read one variable or two: those are looked up at an occasion, and nothing is done when a variable moves.
//! Occasions are fewer than the hazards that a firing changes. The others are worked out anew when something that they
//! read has moved. Does not know when occasions come.

use std::collections::HashMap;

use super::occasion::Threshold;
use crate::model::formula::{Look, Slot, TABLE_LIMIT};
use crate::model::program::Kind;
use crate::model::state::{NEVER, State};
use crate::model::{Clock, Model, RuleId, Step, VariableId};

/// What all runs of a model share: its pressures and who depends on what.
#[derive(Debug)]
pub(super) struct Hazards {
    pressures: Vec<Pressure>,
    /// By pressure: its rule.
    rules: Vec<RuleId>,
    /// By pressure: where its limit stands among those of a run.
    places: Vec<Place>,
    /// The limits of a run that has not begun: first the tables of pressures that are looked up, then one for each kept.
    start: Vec<u32>,
    /// The pressures whose limits are kept.
    kept: Vec<u32>,
    /// Limits of kept pressures that read nothing but a few variables, one after the other.
    tables: Vec<u32>,
    /// By rule: its index among the pressures.
    index: Vec<Option<u32>>,
    /// By variable: the kept pressures whose hazard reads it.
    by_variable: Vec<Vec<u32>>,
    /// By counter: the pressures whose hazard reads it.
    by_counter: Vec<Vec<u32>>,
    /// Pressures whose hazard can change by the passing of time alone.
    by_time: Vec<u32>,
    /// Cooldown slots of pressures.
    cooling: Vec<usize>,
}

/// Where the limit of a pressure stands: `first`, and `strides` times the values of `variables` beyond it. Where it reads
/// fewer, or none, strides are 0, so that there is nothing to decide.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    variables: [u32; 2],
    first: u32,
    /// Small, as there may be many: `TABLE_LIMIT` bounds them.
    strides: [u16; 2],
}

/// A pressure.
#[derive(Debug)]
struct Pressure {
    /// If it is kept: where in `tables` its limits begin, and how they are found there, while it is available; `None` if
    /// it reads other things than variables, or too many values.
    table: Option<(usize, Look)>,
    /// The same of its limits while its guard holds.
    unguarded: Option<(usize, Look)>,
    /// Whether it can become unavailable.
    limited: bool,
    /// The highest value of its hazard.
    highest: Threshold,
    /// Place of its id among the pressures' ids in order of text: decides between two occasions at one tick.
    rank: u32,
}

impl Hazards {
    pub(super) fn new(model: &Model) -> Self {
        let mut hazards = Self {
            index: vec![None; model.rules.len()],
            by_variable: vec![Vec::new(); model.variables.len()],
            by_counter: vec![Vec::new(); model.counters.len()],
            ..Self::none()
        };
        let (mut state, mut shared) = (State::start(model), HashMap::new());
        for (index, rule) in model.rules.iter().enumerate() {
            let Clock::Pressure { hazard, highest } = &rule.clock else { continue };
            let pressure = hazards.pressures.len() as u32;
            hazards.index[index] = Some(pressure);
            let mut reads: Vec<Slot> = rule.guard.reads.iter().chain(&hazard.reads).copied().collect();
            reads.sort_unstable();
            reads.dedup();
            hazards.cooling.extend(rule.cooldown.map(|(slot, _)| slot));
            let id = RuleId(index as u32);
            let limited = rule.cooldown.is_some() || rule.at_most.is_some();
            let table = tabulate(id, &reads, &mut state, model);
            let place = table.as_ref().filter(|_| !limited).and_then(|table| hazards.look_up(table, &mut shared));
            let kept = place.is_none();
            if kept {
                hazards.depend(pressure, &reads, rule.cooldown.is_some());
                hazards.kept.push(pressure);
            }
            hazards.places.push(place.unwrap_or_default());
            hazards.rules.push(id);
            let pressure = Pressure {
                table: table.filter(|_| kept).map(|(limits, look)| (hazards.enter(&limits), look)),
                unguarded: if kept { hazards.tabulate_unguarded(id, model) } else { None },
                limited,
                highest: Threshold::of(if rule.forbidden { 0.0 } else { *highest }),
                rank: 0,
            };
            hazards.pressures.push(pressure);
        }
        hazards.keep();
        hazards.rank(model);
        hazards
    }

    fn none() -> Self {
        Self {
            pressures: Vec::new(),
            rules: Vec::new(),
            places: Vec::new(),
            start: Vec::new(),
            kept: Vec::new(),
            tables: Vec::new(),
            index: Vec::new(),
            by_variable: Vec::new(),
            by_counter: Vec::new(),
            by_time: Vec::new(),
            cooling: Vec::new(),
        }
    }

    /// The place of a pressure with this table, if it reads no more than two variables. Tables that are the same, as those
    /// of a template's rows, are entered once.
    fn look_up(&mut self, (limits, look): &Table, shared: &mut HashMap<Vec<u32>, u32>) -> Option<Place> {
        // A model may have no variable that could be named.
        let (variables, strides, base) = look.of_two().filter(|_| !self.by_variable.is_empty())?;
        let start = *shared.entry(limits.clone()).or_insert_with(|| {
            self.start.extend(limits);
            (self.start.len() - limits.len()) as u32
        });
        const { assert!(TABLE_LIMIT / 2 <= u16::MAX as usize) }
        Some(Place {
            first: (base as u32).wrapping_add(start),
            variables,
            strides: strides.map(|stride| stride as u16),
        })
    }

    /// Gives every pressure that is kept a place of its own.
    fn keep(&mut self) {
        for pressure in &self.kept {
            self.places[*pressure as usize].first = self.start.len() as u32;
            self.start.push(0);
        }
    }

    fn rank(&mut self, model: &Model) {
        let mut by_text: Vec<usize> = (0..self.pressures.len()).collect();
        by_text.sort_unstable_by_key(|p| &model.rule(self.rules[*p]).id);
        for (rank, pressure) in by_text.into_iter().enumerate() {
            self.pressures[pressure].rank = rank as u32;
        }
    }

    fn depend(&mut self, pressure: u32, reads: &[Slot], cools: bool) {
        let mut by_time = cools;
        for slot in reads {
            match slot {
                Slot::Variable(id) => self.by_variable[id.0 as usize].push(pressure),
                Slot::Count(id) => self.by_counter[id.0 as usize].push(pressure),
                Slot::AgeAtLeast(id, _) => {
                    self.by_counter[id.0 as usize].push(pressure);
                    by_time = true;
                }
                Slot::During(..) | Slot::Day => by_time = true,
            }
        }
        if by_time {
            self.by_time.push(pressure);
        }
    }

    /// Enters the limits of a pressure while its guard holds, by what its hazard reads.
    fn tabulate_unguarded(&mut self, rule: RuleId, model: &Model) -> Option<(usize, Look)> {
        let Kind::Pressure { hazard } = &model.program.rule(rule).kind else { return None };
        let (look, values) = hazard.table()?;
        let limits: Vec<u32> = values.iter().map(|hazard| Threshold::of(*hazard).limit()).collect();
        Some((self.enter(&limits), look))
    }

    fn enter(&mut self, limits: &[u32]) -> usize {
        self.tables.extend(limits);
        self.tables.len() - limits.len()
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

    /// The limits of a run that has not begun.
    pub(super) fn start(&self) -> Vec<u32> {
        self.start.clone()
    }

    /// Makes limits those of a run that has not begun.
    pub(super) fn restart(&self, limits: &mut [u32]) {
        let kept = limits.len() - self.kept.len();
        limits[kept..].fill(0);
    }

    /// Of the limits of a run, that of a pressure.
    #[inline]
    pub(super) fn limit(&self, pressure: usize, limits: &[u32], state: &State) -> u32 {
        let Place { first, variables, strides } = &self.places[pressure];
        let term = |at: usize| (state.values[variables[at] as usize] as u32).wrapping_mul(u32::from(strides[at]));
        limits[first.wrapping_add(term(0)).wrapping_add(term(1)) as usize]
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

    /// The hazard in force, to the last bit.
    pub(super) fn threshold(&self, pressure: u32, state: &State, model: &Model) -> Threshold {
        Threshold::of(state.hazard(self.rule_of(pressure), model))
    }

    #[inline]
    fn renew(&self, pressure: u32, limits: &mut [u32], state: &State, model: &Model) {
        let (known, place) = (&self.pressures[pressure as usize], self.places[pressure as usize]);
        limits[place.first as usize] = match &known.table {
            _ if known.limited && !state.available(self.rule_of(pressure), model) => 0,
            Some((start, look)) => self.tables[start + look.at(&state.values)],
            None => self.worked_out(known, pressure, state, model),
        };
    }

    /// The limit of an available pressure, by guard and hazard.
    fn worked_out(&self, known: &Pressure, pressure: u32, state: &State, model: &Model) -> u32 {
        let Some((start, look)) = &known.unguarded else { return self.threshold(pressure, state, model).limit() };
        let holds = !state.stopped && model.program.rule(self.rule_of(pressure)).guard.of(state, model);
        if holds { self.tables[start + look.at(&state.values)] } else { 0 }
    }

    /// All limits that are kept.
    pub(super) fn renew_all(&self, limits: &mut [u32], state: &State, model: &Model) {
        self.kept.iter().for_each(|pressure| self.renew(*pressure, limits, state, model));
    }

    /// The limits that may have changed as a variable moved and nothing else did.
    #[inline]
    pub(super) fn renew_with(&self, variable: VariableId, limits: &mut [u32], state: &State, model: &Model) {
        let readers = &self.by_variable[variable.0 as usize];
        readers.iter().for_each(|pressure| self.renew(*pressure, limits, state, model));
    }

    /// The limits that may have changed in an instant.
    pub(super) fn renew_after(&self, what: &Changed<'_>, limits: &mut [u32], state: &State, model: &Model) {
        what.written.iter().for_each(|variable| self.renew_with(*variable, limits, state, model));
        for counter in what.counted {
            let readers = &self.by_counter[counter.0 as usize];
            readers.iter().for_each(|pressure| self.renew(*pressure, limits, state, model));
        }
        for rule in what.limited {
            if let Some(pressure) = self.index[rule.0 as usize] {
                self.renew(pressure, limits, state, model);
            }
        }
        if what.time {
            self.by_time.iter().for_each(|pressure| self.renew(*pressure, limits, state, model));
        }
    }

    /// The next boundary at which a pressure that cools down is available again.
    #[inline]
    pub(super) fn next_ready(&self, state: &State) -> Step {
        let ready = self.cooling.iter().map(|slot| state.ready[*slot]).filter(|ready| *ready > state.step);
        ready.min().unwrap_or(NEVER)
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

/// What moved in an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed<'a> {
    pub(super) written: &'a [VariableId],
    pub(super) counted: &'a [crate::model::CounterId],
    /// Rules that fired and have a limit or a cooldown.
    pub(super) limited: &'a [RuleId],
    /// It was that of a boundary at which time alone may have changed something.
    pub(super) time: bool,
}

#[cfg(test)]
impl Hazards {
    /// So many pressures that nothing is known of but their places.
    pub(super) fn nameless(pressures: u32) -> Self {
        let pressure = |index: u32| Pressure {
            table: None,
            unguarded: None,
            limited: false,
            highest: Threshold::default(),
            rank: pressures - index,
        };
        let rules = (0..pressures).map(RuleId).collect();
        Self { rules, pressures: (0..pressures).map(pressure).collect(), ..Self::none() }
    }
}
