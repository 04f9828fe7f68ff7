//! The hazards in force in a run, as heights that occasions are compared with.
//!
//! A hazard that hangs on a few variables stands in a table, and moves there as they move; any other is asked for when an
//! occasion comes. Does not know when occasions come.

use super::group::{Group, WIDTH, together};
use super::limits::{ASK, Limit, Limits, Rows, Table, Tables, threshold};
use super::occasion::Threshold;
use super::sieve::PRESSURE_BITS;
use crate::model::formula::{Bounded, Look};
use crate::model::state::State;
use crate::model::{Clock, Model, RuleId, VariableId};

/// The pressures of a model.
#[derive(Debug)]
pub(super) struct Hazards {
    /// By pressure; `WIDTH` of a group in a row, with places that stay empty.
    pressures: Vec<Option<Pressure>>,
    /// Where they stand when a run begins.
    start: Stands,
    /// Who moves with a variable, variable by variable.
    readers: Vec<Reader>,
    /// By variable: where in `readers` its own are.
    of_variable: Vec<Readers>,
    /// The limits of the pressures of a group, over all that the variables can be on which they hang. Tables that are the
    /// same, as those of a template's rows, are here once.
    rows: Vec<Limits>,
    /// The limits of pressures by themselves, for those that must be asked.
    asked: Vec<Limit>,
}

/// Groups that can be told apart: a pressure's place has 16 bits.
const GROUPS: usize = (1 << PRESSURE_BITS) / WIDTH;

/// Where the pressures of a model stand in a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Stands {
    /// By group: its place in `Hazards::rows`.
    places: Vec<u32>,
    /// By group: the limits there.
    limits: Vec<Limits>,
}

/// How far a group moves in its table when a variable grows by 1; as all places, modulo 2³².
#[derive(Debug, Clone, Copy)]
struct Reader {
    group: u32,
    stride: u32,
}

/// Groups that move with a variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Readers {
    first: u32,
    end: u32,
}

/// A pressure.
#[derive(Debug)]
struct Pressure {
    rule: RuleId,
    /// Where in `asked` its limits begin, and how they are found there, while it is available; `None` if it reads other
    /// things than variables, or too many values.
    table: Option<(u32, Look)>,
    /// The highest value of its hazard.
    highest: Threshold,
    /// Place of its id among the pressures' ids in order of text: decides between two occasions at one tick.
    rank: u32,
}

impl From<&Found> for Pressure {
    fn from(found: &Found) -> Self {
        let table = found.table.as_ref().map(|table| (table.start, table.look));
        Self { rule: found.rule, table, highest: found.highest, rank: 0 }
    }
}

impl Stands {
    /// By pressure.
    #[inline]
    pub(super) fn limits(&self) -> &[Limit] {
        self.limits.as_flattened()
    }

    /// Stands as `other` does, which is of the same model.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.places.copy_from_slice(&other.places);
        self.limits.copy_from_slice(&other.limits);
    }
}

impl Hazards {
    pub(super) fn new(model: &Model) -> Self {
        Self::in_groups(model, GROUPS)
    }

    /// In at most so many groups; if that cannot be, all are asked.
    fn in_groups(model: &Model, most: usize) -> Self {
        let mut state = State::start(model);
        let mut tables = Tables::default();
        let mut found = pressures(model, &mut state, &mut tables);
        let mut groups = grouped(&found, model);
        if groups.len() > most {
            found.iter_mut().for_each(|pressure| pressure.stands = false);
            groups = grouped(&found, model);
        }
        let (mut hazards, mut rows) = (Self::none(), Rows::default());
        let mut readers = vec![Vec::new(); model.variables.len()];
        for Group { members, domains } in &groups {
            let members: Vec<&Found> = members.iter().map(|place| &found[*place]).collect();
            hazards.enter((&members, domains), &tables, &mut rows, &state.values, &mut readers);
        }
        hazards.rows = rows.limits;
        hazards.asked = tables.limits;
        for of_variable in readers {
            let first = hazards.readers.len() as u32;
            hazards.readers.extend(of_variable);
            hazards.of_variable.push(Readers { first, end: hazards.readers.len() as u32 });
        }
        hazards.rank(model);
        hazards
    }

    fn none() -> Self {
        Self {
            pressures: Vec::new(),
            start: Stands::default(),
            readers: Vec::new(),
            of_variable: Vec::new(),
            rows: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Enters the next group, where it stands when a run begins, and with what it moves.
    fn enter(
        &mut self,
        (members, domains): (&[&Found], &[Bounded]),
        tables: &Tables,
        rows: &mut Rows,
        values: &[i32],
        readers: &mut [Vec<Reader>],
    ) {
        let group = self.start.places.len() as u32;
        let tables_of: Vec<Option<&Table>> = members.iter().map(|found| found.stands_in()).collect();
        let (look, _) = Look::over(domains, usize::MAX).expect("a group hangs on few variables");
        let place = rows.enter(&tables_of, domains, tables) + look.at(values) as u32;
        self.start.places.push(place);
        self.start.limits.push(rows.limits[place as usize]);
        for (variable, stride) in look.strides() {
            readers[variable as usize].push(Reader { group, stride: stride as u32 });
        }
        self.pressures.extend(members.iter().map(|found| Some(Pressure::from(*found))));
        self.pressures.resize_with((group as usize + 1) * WIDTH, || None);
    }

    fn rank(&mut self, model: &Model) {
        let mut all: Vec<&mut Pressure> = self.pressures.iter_mut().flatten().collect();
        all.sort_unstable_by_key(|pressure| &model.rule(pressure.rule).id);
        for (rank, pressure) in (0..).zip(all) {
            pressure.rank = rank;
        }
    }

    /// By pressure: its rule, and the highest value of its hazard; a hazard of 0 at places that stay empty.
    pub(super) fn highest(&self) -> impl Iterator<Item = (usize, Threshold)> + Clone {
        let of = |pressure: &Pressure| (pressure.rule.0 as usize, pressure.highest);
        self.pressures.iter().map(move |pressure| pressure.as_ref().map_or_else(Default::default, of))
    }

    /// About how many occasions a day lie below the highest hazards.
    pub(super) fn a_day(&self) -> f64 {
        // An empty sum is -0, and a division by that would be minus infinity.
        self.highest().map(|(_, highest)| highest.a_day()).sum::<f64>() + 0.0
    }

    /// By pressure: its rule, if it has not to be asked.
    pub(super) fn standing(&self) -> impl Iterator<Item = Option<RuleId>> {
        let stands = self.pressures.iter().zip(self.start.limits());
        stands.map(|(pressure, limit)| pressure.as_ref().filter(|_| *limit != ASK).map(|pressure| pressure.rule))
    }

    /// The pressure in a place that is not empty: no occasion is of one that is.
    fn pressure(&self, place: u32) -> &Pressure {
        self.pressures[place as usize].as_ref().expect("there is a pressure")
    }

    /// The rule of a pressure.
    pub(super) fn rule_of(&self, pressure: u32) -> RuleId {
        self.pressure(pressure).rule
    }

    /// The place of its id among the pressures' in order of text.
    pub(super) fn rank_of(&self, pressure: u32) -> u32 {
        self.pressure(pressure).rank
    }

    /// Where all stand when a run begins.
    pub(super) fn start(&self) -> &Stands {
        &self.start
    }

    /// Who moves with a variable.
    #[inline]
    pub(super) fn readers(&self, variable: VariableId) -> Readers {
        self.of_variable[variable.0 as usize]
    }

    /// A variable has grown by so much.
    #[inline]
    pub(super) fn move_by(&self, by: i32, readers: Readers, stands: &mut Stands) {
        for reader in &self.readers[readers.first as usize..readers.end as usize] {
            let place = &mut stands.places[reader.group as usize];
            *place = place.wrapping_add((by as u32).wrapping_mul(reader.stride));
            stands.limits[reader.group as usize] = self.rows[*place as usize];
        }
    }

    /// The limit, which a stand knows, or which must be asked: the state is that of now.
    #[inline]
    pub(super) fn asked(&self, limit: Limit, pressure: u32, state: &State, model: &Model) -> u32 {
        if limit == ASK { self.ask(pressure, state, model) } else { u32::from(limit) }
    }

    #[inline(never)]
    fn ask(&self, pressure: u32, state: &State, model: &Model) -> u32 {
        let Pressure { rule, table, .. } = self.pressure(pressure);
        match table {
            Some(_) if !state.available(*rule, model) => 0,
            Some((start, look)) => u32::from(self.asked[*start as usize + look.at(&state.values)]),
            None => threshold(*rule, state, model).limit(),
        }
    }
}

/// A pressure, before it has its place.
#[derive(Debug)]
struct Found {
    rule: RuleId,
    highest: Threshold,
    table: Option<Table>,
    /// Its limit is known from where it stands, and has not to be asked.
    stands: bool,
}

impl Found {
    /// Its table, if it stands in one.
    fn stands_in(&self) -> Option<&Table> {
        self.table.as_ref().filter(|_| self.stands)
    }
}

fn pressures(model: &Model, state: &mut State, tables: &mut Tables) -> Vec<Found> {
    let mut found = Vec::new();
    for (rule, of) in (0..).map(RuleId).zip(&model.rules) {
        let Clock::Pressure { hazard, highest } = &of.clock else { continue };
        let table = tables.enter(rule, [&of.guard.reads, &hazard.reads], state, model);
        let highest = Threshold::of(if of.forbidden { 0.0 } else { *highest });
        let stands = table.is_some() && of.cooldown.is_none() && of.at_most.is_none();
        found.push(Found { rule, highest, table, stands });
    }
    found
}

fn grouped(pressures: &[Found], model: &Model) -> Vec<Group> {
    let moved = |found: &Found| model.program.plain(found.rule).map(|plain| plain.moves.variable);
    together(pressures.iter().map(|found| match found.stands_in() {
        Some(table) => (moved(found), &*table.domains),
        None => (None, &[][..]),
    }))
}

#[cfg(test)]
impl Hazards {
    /// So many pressures that nothing is known of but their places.
    pub(super) fn nameless(pressures: u32) -> Self {
        let pressure = |index: u32| Pressure {
            rule: RuleId(index),
            table: None,
            highest: Threshold::default(),
            rank: pressures - index,
        };
        Self { pressures: (0..pressures).map(|index| Some(pressure(index))).collect(), ..Self::none() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{moves, scenarios};
    use super::*;

    /// Wherever the variables go, the limits are those of the hazards in force; in tables, or asked if groups were too many.
    #[test]
    fn limits_are_those_of_the_hazards_in_force() {
        let (mut stood, mut asked) = (0, 0);
        for (model, most) in scenarios().iter().flat_map(|model| [(model, GROUPS), (model, 1)]) {
            let hazards = Hazards::in_groups(model, most);
            let (mut state, mut stands) = (State::start(model), hazards.start().clone());
            for (variable, new) in moves(model).take(400) {
                let old = std::mem::replace(&mut state.values[variable.0 as usize], new);
                hazards.move_by(new.wrapping_sub(old), hazards.readers(variable), &mut stands);
                for (pressure, limit) in (0..).zip(stands.limits()) {
                    let Some(Some(Pressure { rule, .. })) = hazards.pressures.get(pressure as usize) else { continue };
                    let known = hazards.asked(*limit, pressure, &state, model);
                    assert_eq!(known, threshold(*rule, &state, model).limit(), "{}", model.rule(*rule).id);
                    if *limit == ASK { asked += 1 } else { stood += 1 }
                }
            }
        }
        assert!(stood > 10_000 && asked > 10_000, "{stood} stood, {asked} were asked");
    }
}
