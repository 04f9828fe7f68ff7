//! The limits of pressures over all values of the few variables on which they hang.
//!
//! Does not know where in these tables a run stands.

use std::collections::HashMap;

use super::group::{WIDTH, sizes};
use super::occasion::Threshold;
use crate::model::formula::{Bounded, Look, Slot, TABLE_LIMIT, variables};
use crate::model::state::State;
use crate::model::{Model, RuleId};

/// The limits of the pressures of a group: heights below them lie below the hazards in force, or may do so.
pub(super) type Limits = [Limit; WIDTH];

/// As `Threshold::limit`, in few bits: the limits of a group are moved as one number.
pub(super) type Limit = u16;

/// The limit of a pressure that must be asked: no height reaches it.
pub(super) const ASK: Limit = Limit::MAX;

/// The hazard of a pressure in force, to the last bit.
pub(super) fn threshold(rule: RuleId, state: &State, model: &Model) -> Threshold {
    Threshold::of(state.hazard(rule, model))
}

/// The table of one pressure.
#[derive(Debug)]
pub(super) struct Table {
    /// Where in `Tables::limits` it begins.
    pub(super) start: u32,
    /// How a limit is found there.
    pub(super) look: Look,
    /// On what it hangs.
    pub(super) domains: Vec<Bounded>,
}

/// The tables of pressures, each by itself. Those that are the same, as those of a template's rows, are here once.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) limits: Vec<Limit>,
    /// Where one begins.
    known: HashMap<Vec<Limit>, u32>,
}

impl Tables {
    /// The table of a pressure that reads nothing but variables; `None` if there are too many values. The state is left as
    /// it is.
    pub(super) fn enter(
        &mut self,
        rule: RuleId,
        reads: [&[Slot]; 2],
        state: &mut State,
        model: &Model,
    ) -> Option<Table> {
        let domains = variables(reads, model)?;
        let (look, size) = Look::over(&domains, TABLE_LIMIT)?;
        let before = state.values.clone();
        let mut limit = |index| {
            look.set(index, &domains, &mut state.values);
            threshold(rule, state, model).limit() as Limit
        };
        let limits: Vec<Limit> = (0..size).map(&mut limit).collect();
        state.values = before;
        let next = self.limits.len() as u32;
        let start = *self.known.entry(limits).or_insert_with_key(|limits| {
            self.limits.extend(limits);
            next
        });
        Some(Table { start, look, domains })
    }
}

/// The tables of groups. Those that are the same are here once.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) limits: Vec<Limits>,
    /// Where one begins: its members, and how many values each variable has.
    known: HashMap<(Vec<Column>, Vec<usize>), u32>,
}

/// A member of a group: where its own table begins, and how far a step of each of the group's variables leads there;
/// `None` if it must be asked.
type Column = Option<(u32, Vec<i32>)>;

impl Rows {
    /// Where the rows begin of a group with these members, whose domains these are, the last varying fastest.
    pub(super) fn enter(&mut self, members: &[Option<&Table>], domains: &[Bounded], tables: &Tables) -> u32 {
        let stride = |table: &Table, domain: &Bounded| {
            table.look.strides().find(|(variable, _)| *variable == domain.0.0).map_or(0, |(_, stride)| stride)
        };
        let column = |table: &Table| (table.start, domains.iter().map(|domain| stride(table, domain)).collect());
        let columns: Vec<Column> = members.iter().map(|table| table.map(column)).collect();
        let next = self.limits.len() as u32;
        *self.known.entry((columns, sizes(domains).collect())).or_insert_with_key(|(columns, sizes)| {
            self.limits.extend((0..sizes.iter().product()).map(|row| limits(row, columns, sizes, tables)));
            next
        })
    }
}

/// A row of a group's table.
fn limits(row: usize, columns: &[Column], sizes: &[usize], tables: &Tables) -> Limits {
    let mut limits = [0; WIDTH];
    for (limit, column) in limits.iter_mut().zip(columns) {
        *limit = column.as_ref().map_or(ASK, |(start, strides)| {
            let (mut left, mut place) = (row, *start as usize);
            for (size, stride) in sizes.iter().zip(strides).rev() {
                place += left % size * *stride as usize;
                left /= size;
            }
            tables.limits[place]
        });
    }
    limits
}
