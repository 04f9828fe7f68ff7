//! The hazards in force in a run, as heights that occasions are compared with, and what they depend on.
//!
//! Does not know when occasions come.

use super::occasion::Threshold;
use crate::model::formula::{Look, Slot, TABLE_LIMIT};
use crate::model::program::Kind;
use crate::model::state::{NEVER, State};
use crate::model::{Clock, Model, RuleId, Step};

/// What all runs of a model share: its pressures and who depends on what.
#[derive(Debug)]
pub(super) struct Hazards {
    pressures: Vec<Pressure>,
    /// Limits of pressures that read nothing but a few variables, one after the other.
    tables: Vec<u32>,
    /// By rule: its index among the pressures.
    index: Vec<Option<u32>>,
    /// By variable: the pressures whose hazard reads it, but those of `renewals`.
    by_variable: Vec<Vec<u32>>,
    /// Pressures that read one or two variables and have no limits, by variable: the usual ones.
    renewals: Vec<Renewal>,
    /// By variable, and one more: where in `renewals` its own begin.
    starts: Vec<u32>,
    /// By counter: the pressures whose hazard reads it.
    by_counter: Vec<Vec<u32>>,
    /// Pressures whose hazard can change by the passing of time alone.
    by_time: Vec<u32>,
    /// Cooldown slots of pressures.
    cooling: Vec<usize>,
}

/// How the limit of a pressure is found whose hazard reads two variables, the second with stride 0 if it reads one.
#[derive(Debug, Clone, Copy)]
struct Renewal {
    pressure: u32,
    first: i32,
    variables: [u32; 2],
    strides: [i32; 2],
}

/// A pressure.
#[derive(Debug)]
struct Pressure {
    rule: RuleId,
    /// Where in `tables` its limits begin, and how they are found there, while it is available; `None` if it reads
    /// other things than variables, or too many values.
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
            pressures: Vec::new(),
            tables: Vec::new(),
            index: vec![None; model.rules.len()],
            by_variable: vec![Vec::new(); model.variables.len()],
            by_counter: vec![Vec::new(); model.counters.len()],
            renewals: Vec::new(),
            starts: Vec::new(),
            by_time: Vec::new(),
            cooling: Vec::new(),
        };
        let mut state = State::start(model);
        for (index, rule) in model.rules.iter().enumerate() {
            let Clock::Pressure { hazard, highest } = &rule.clock else { continue };
            let pressure = hazards.pressures.len() as u32;
            hazards.index[index] = Some(pressure);
            let mut reads: Vec<Slot> = rule.guard.reads.iter().chain(&hazard.reads).copied().collect();
            reads.sort_unstable();
            reads.dedup();
            hazards.depend(pressure, &reads, rule.cooldown.is_some());
            hazards.cooling.extend(rule.cooldown.map(|(slot, _)| slot));
            let id = RuleId(index as u32);
            let pressure = Pressure {
                rule: id,
                table: hazards.tabulate(id, &reads, &mut state, model),
                unguarded: hazards.tabulate_unguarded(id, model),
                limited: rule.cooldown.is_some() || rule.at_most.is_some(),
                highest: Threshold::of(if rule.forbidden { 0.0 } else { *highest }),
                rank: 0,
            };
            hazards.pressures.push(pressure);
        }
        hazards.rank(model);
        hazards.shorten();
        hazards
    }

    /// Makes renewals of what can be one.
    fn shorten(&mut self) {
        self.starts.push(0);
        for readers in &mut self.by_variable {
            readers.retain(|pressure| match self.pressures[*pressure as usize].renewal(*pressure) {
                Some(renewal) => {
                    self.renewals.push(renewal);
                    false
                }
                None => true,
            });
            self.starts.push(self.renewals.len() as u32);
        }
    }

    fn rank(&mut self, model: &Model) {
        let mut by_text: Vec<usize> = (0..self.pressures.len()).collect();
        by_text.sort_unstable_by_key(|p| &model.rule(self.pressures[*p].rule).id);
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

    /// Enters the limits of a pressure that reads nothing but variables, over all that these can be.
    fn tabulate(&mut self, rule: RuleId, reads: &[Slot], state: &mut State, model: &Model) -> Option<(usize, Look)> {
        let domain = |slot: &Slot| match slot {
            Slot::Variable(id) => Some((*id, model.variable(*id).low, model.variable(*id).high)),
            _ => None,
        };
        let domains: Vec<_> = reads.iter().map(domain).collect::<Option<_>>()?;
        let (look, size) = Look::over(&domains, TABLE_LIMIT)?;
        let start = self.tables.len();
        let before = state.values.clone();
        for index in 0..size {
            look.set(index, &domains, &mut state.values);
            self.tables.push(Threshold::of(state.hazard(rule, model)).limit());
        }
        state.values = before;
        Some((start, look))
    }

    /// Enters the limits of a pressure while its guard holds, by what its hazard reads.
    fn tabulate_unguarded(&mut self, rule: RuleId, model: &Model) -> Option<(usize, Look)> {
        let Kind::Pressure { hazard } = &model.program.rule(rule).kind else { return None };
        let (look, values) = hazard.table()?;
        let start = self.tables.len();
        self.tables.extend(values.iter().map(|hazard| Threshold::of(*hazard).limit()));
        Some((start, look))
    }

    /// By pressure: its rule, and the highest value of its hazard.
    pub(super) fn highest(&self) -> impl Iterator<Item = (usize, Threshold)> + Clone {
        self.pressures.iter().map(|pressure| (pressure.rule.0 as usize, pressure.highest))
    }

    /// About how many occasions a day lie below the highest hazards.
    pub(super) fn a_day(&self) -> f64 {
        // An empty sum is -0, and a division by that would be minus infinity.
        self.pressures.iter().map(|pressure| pressure.highest.a_day()).sum::<f64>() + 0.0
    }

    /// How many pressures there are.
    pub(super) fn len(&self) -> usize {
        self.pressures.len()
    }

    /// The rule of a pressure, and the place of its id in order of text.
    #[inline]
    pub(super) fn rule_of(&self, pressure: u32) -> (usize, u32) {
        let pressure = &self.pressures[pressure as usize];
        (pressure.rule.0 as usize, pressure.rank)
    }

    /// The hazard in force, to the last bit.
    pub(super) fn threshold(&self, pressure: u32, state: &State, model: &Model) -> Threshold {
        Threshold::of(state.hazard(self.pressures[pressure as usize].rule, model))
    }

    #[inline]
    fn renew(&self, pressure: u32, limits: &mut [u32], state: &State, model: &Model) {
        let known = &self.pressures[pressure as usize];
        limits[pressure as usize] = match &known.table {
            _ if known.limited && !state.available(known.rule, model) => 0,
            Some((start, look)) => self.tables[start + look.at(&state.values)],
            None => self.limit(known, pressure, state, model),
        };
    }

    /// The limit of an available pressure, by guard and hazard.
    fn limit(&self, known: &Pressure, pressure: u32, state: &State, model: &Model) -> u32 {
        let Some((start, look)) = &known.unguarded else { return self.threshold(pressure, state, model).limit() };
        let holds = !state.stopped && model.program.rule(known.rule).guard.of(state, model);
        if holds { self.tables[start + look.at(&state.values)] } else { 0 }
    }

    /// All limits.
    pub(super) fn renew_all(&self, limits: &mut [u32], state: &State, model: &Model) {
        (0..self.pressures.len() as u32).for_each(|pressure| self.renew(pressure, limits, state, model));
    }

    /// The limits that may have changed in an instant.
    #[inline]
    pub(super) fn renew_after(&self, what: &Changed<'_>, limits: &mut [u32], state: &State, model: &Model) {
        for variable in what.written {
            let variable = variable.0 as usize;
            for renewal in &self.renewals[self.starts[variable] as usize..self.starts[variable + 1] as usize] {
                let term = |at: usize| state.values[renewal.variables[at] as usize].wrapping_mul(renewal.strides[at]);
                let index = renewal.first.wrapping_add(term(0)).wrapping_add(term(1));
                limits[renewal.pressure as usize] = self.tables[index as usize];
            }
            let readers = &self.by_variable[variable];
            readers.iter().for_each(|pressure| self.renew(*pressure, limits, state, model));
        }
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

impl Pressure {
    fn renewal(&self, pressure: u32) -> Option<Renewal> {
        let (start, look) = self.table.filter(|_| !self.limited)?;
        let (variables, strides, base) = look.of_two()?;
        Some(Renewal { pressure, first: base.wrapping_add(start as i32), variables, strides })
    }
}

/// What moved in an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed<'a> {
    pub(super) written: &'a [crate::model::VariableId],
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
            rule: RuleId(index),
            table: None,
            unguarded: None,
            limited: false,
            highest: Threshold::default(),
            rank: pressures - index,
        };
        Self {
            pressures: (0..pressures).map(pressure).collect(),
            tables: Vec::new(),
            index: Vec::new(),
            by_variable: Vec::new(),
            by_counter: Vec::new(),
            renewals: Vec::new(),
            starts: Vec::new(),
            by_time: Vec::new(),
            cooling: Vec::new(),
        }
    }
}
