//! The hazards in force in a run, as heights that occasions are compared with.
//!
//! A hazard that hangs on a few variables stands in a table, and moves there as they move; any other is asked for when an
//! occasion comes. Does not know when occasions come.

use std::collections::HashMap;

use super::occasion::Threshold;
use crate::model::formula::{Look, Slot, TABLE_LIMIT};
use crate::model::state::State;
use crate::model::{Clock, Model, RuleId, VariableId};

/// The pressures of a model.
#[derive(Debug)]
pub(super) struct Hazards {
    /// By pressure: its rule.
    rules: Vec<RuleId>,
    /// By pressure: where it stands when a run begins.
    start: Vec<Stand>,
    /// Who moves with a variable, variable by variable.
    readers: Vec<Reader>,
    /// By variable, and one more: where in `readers` its own begin.
    starts: Vec<u32>,
    /// First `ASK`; then the limits of pressures that read nothing but a few variables, over all that these can be. Tables
    /// that are the same, as those of a template's rows, are here once.
    limits: Vec<u32>,
    /// By pressure: what is needed now and then.
    pressures: Vec<Pressure>,
}

/// The limit of a pressure that must be asked: no height reaches it. All have fewer than 32 bits.
const ASK: u32 = u32::MAX >> 1;

/// Where a pressure stands in a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    /// Its place in `Hazards::limits`.
    place: u32,
    /// The limit there: heights below it lie below the hazard in force, or may do so, if it has to be asked.
    pub(super) limit: u32,
}

/// How far a pressure moves in its table when a variable grows by 1; as all places, modulo 2³².
#[derive(Debug, Clone, Copy)]
struct Reader {
    pressure: u32,
    stride: u32,
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
        let mut hazards = Self { limits: vec![ASK], ..Self::none() };
        let (mut state, mut shared) = (State::start(model), HashMap::new());
        let mut readers = vec![Vec::new(); model.variables.len()];
        for (id, rule) in (0..).map(RuleId).zip(&model.rules) {
            let Clock::Pressure { hazard, highest } = &rule.clock else { continue };
            let mut reads: Vec<Slot> = rule.guard.reads.iter().chain(&hazard.reads).copied().collect();
            reads.sort_unstable();
            reads.dedup();
            let limited = rule.cooldown.is_some() || rule.at_most.is_some();
            let table = tabulate(id, &reads, &mut state, model);
            let table = table.map(|(limits, look)| (hazards.enter(limits, &mut shared), look));
            hazards.rules.push(id);
            let highest = Threshold::of(if rule.forbidden { 0.0 } else { *highest });
            hazards.pressures.push(Pressure { table, highest, rank: 0 });
            let table = table.filter(|_| !limited);
            hazards.enter_readers(table.as_ref(), &state, &mut readers);
        }
        hazards.starts.push(0);
        for of_variable in readers {
            hazards.readers.extend(of_variable);
            hazards.starts.push(hazards.readers.len() as u32);
        }
        hazards.rank(model);
        hazards
    }

    fn none() -> Self {
        Self {
            rules: Vec::new(),
            start: Vec::new(),
            readers: Vec::new(),
            starts: Vec::new(),
            limits: Vec::new(),
            pressures: Vec::new(),
        }
    }

    /// Enters where the next pressure stands in its table when a run begins, and with what it moves.
    fn enter_readers(&mut self, table: Option<&(u32, Look)>, state: &State, readers: &mut [Vec<Reader>]) {
        let pressure = self.start.len() as u32;
        let place = table.map_or(0, |(start, look)| start + look.at(&state.values) as u32);
        self.start.push(Stand { place, limit: self.limits[place as usize] });
        for (variable, stride) in table.iter().flat_map(|(_, look)| look.strides()) {
            readers[variable as usize].push(Reader { pressure, stride: stride as u32 });
        }
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

    /// By pressure: where it stands when a run begins.
    pub(super) fn start(&self) -> &[Stand] {
        &self.start
    }

    /// A variable has changed from one value to another.
    #[inline]
    pub(super) fn moved(&self, variable: VariableId, from: i32, to: i32, stands: &mut [Stand]) {
        let (by, variable) = (to.wrapping_sub(from) as u32, variable.0 as usize);
        for reader in &self.readers[self.starts[variable] as usize..self.starts[variable + 1] as usize] {
            let stand = &mut stands[reader.pressure as usize];
            stand.place = stand.place.wrapping_add(by.wrapping_mul(reader.stride));
            stand.limit = self.limits[stand.place as usize];
        }
    }

    /// The limit, which a stand knows, or which must be asked: the state is that of now.
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
            None => threshold(rule, state, model).limit(),
        }
    }
}

/// The hazard of a pressure in force, to the last bit.
pub(super) fn threshold(rule: RuleId, state: &State, model: &Model) -> Threshold {
    Threshold::of(state.hazard(rule, model))
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
        threshold(rule, state, model).limit()
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
            pressures: (0..pressures).map(pressure).collect(),
            ..Self::none()
        }
    }
}

#[cfg(test)]
impl Stand {
    /// Somewhere with this limit.
    pub(super) fn nowhere(limit: u32) -> Self {
        Self { place: 0, limit }
    }
}
