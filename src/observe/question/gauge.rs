//! The conditions and numbers that watched terms are made of, each once, with every value that it can have.
//!
//! Where a formula stands in its table is kept up to date change by change, so that to ask it is to look at one place. Does
//! not know what the terms do with a value.

use super::term::{Formula, Term};
use crate::model::formula::{Slot, TABLE_LIMIT};
use crate::model::{CounterId, Model};

/// The gauges of some terms.
#[derive(Debug, Clone)]
pub(super) struct Gauges {
    /// The gauges; a gauge is known by its place here.
    pub(super) all: Box<[Gauge]>,
    /// The terms of the gauges, gauge by gauge.
    pub(super) terms: Box<[u32]>,
    /// Tables: what stands for the value.
    codes: Box<[u8]>,
    /// What the codes of a gauge stand for, ascending: a number as `Fixed`, of a condition 1 or 0.
    values: Box<[i64]>,
    /// By variable: the gauges that read it.
    by_variable: Lists<Reader>,
    /// By event: the gauges that read how often, or how long ago, it occurred.
    by_event: Lists<u32>,
    /// Gauges that can change as time passes.
    pub(super) restless: Box<[u32]>,
}

/// A formula, and which terms are made of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    /// Where its table begins; `NONE` if it has none and is asked as it is.
    codes: u32,
    values: u32,
    /// Place in its table when a run begins.
    pub(super) start: i32,
    /// Its terms: from and to before.
    pub(super) terms: (u32, u32),
    /// Some term wants to know each value; otherwise the highest at `T` is enough.
    pub(super) eager: bool,
}

/// How far a gauge moves in its table when a variable grows by 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    pub(super) gauge: u32,
    pub(super) stride: i32,
}

const NONE: u32 = u32::MAX;

/// Lists one after another in one piece of memory.
#[derive(Debug, Clone)]
struct Lists<T> {
    starts: Box<[u32]>,
    items: Box<[T]>,
}

impl<T> Lists<T> {
    fn new(lists: Vec<Vec<T>>) -> Self {
        let mut starts = vec![0];
        starts.extend(lists.iter().scan(0, |end, list| {
            *end += list.len() as u32;
            Some(*end)
        }));
        Self { starts: starts.into(), items: lists.into_iter().flatten().collect() }
    }

    #[inline]
    fn of(&self, index: usize) -> &[T] {
        &self.items[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

/// Gauges as they are being made.
#[derive(Default)]
struct Making {
    all: Vec<Gauge>,
    codes: Vec<u8>,
    values: Vec<i64>,
    by_variable: Vec<Vec<Reader>>,
    by_event: Vec<Vec<u32>>,
    restless: Vec<u32>,
}

impl Gauges {
    /// The gauges of those of these terms that are watched.
    pub(super) fn new(model: &Model, terms: &[Term]) -> Self {
        let mut groups: Vec<(Formula<'_>, Vec<u32>)> = Vec::new();
        for (index, term) in terms.iter().enumerate() {
            let Some(formula) = term.watched() else { continue };
            match groups.iter_mut().find(|(known, _)| *known == formula) {
                Some((_, terms)) => terms.push(index as u32),
                None => groups.push((formula, vec![index as u32])),
            }
        }
        let mut making = Making {
            by_variable: vec![Vec::new(); model.variables.len()],
            by_event: vec![Vec::new(); model.events.len()],
            ..Making::default()
        };
        let mut members = Vec::new();
        for (formula, group) in groups {
            let from = members.len() as u32;
            members.extend(group);
            let eager = members[from as usize..].iter().any(|term| !matches!(terms[*term as usize], Term::Highest(_)));
            making.enter(model, formula, (from, members.len() as u32), eager);
        }
        Self {
            all: making.all.into(),
            terms: members.into(),
            codes: making.codes.into(),
            values: making.values.into(),
            by_variable: Lists::new(making.by_variable),
            by_event: Lists::new(making.by_event),
            restless: making.restless.into(),
        }
    }

    /// The gauges that read a variable.
    #[inline]
    pub(super) fn readers(&self, variable: usize) -> &[Reader] {
        self.by_variable.of(variable)
    }

    /// The gauges that read how often, or how long ago, an event occurred.
    pub(super) fn counters(&self, event: usize) -> &[u32] {
        self.by_event.of(event)
    }

    /// What stands for the value of a gauge at `place` of its table; `None` if it has none.
    #[inline]
    pub(super) fn code(&self, gauge: Gauge, place: i32) -> Option<u8> {
        (gauge.codes != NONE).then(|| self.codes[gauge.codes as usize + place as usize])
    }

    /// The term that asks for the highest value of a gauge, and the value that the highest code stands for.
    pub(super) fn highest<'a>(&'a self, peaks: impl Fn(usize) -> u8 + 'a) -> impl Iterator<Item = (usize, i64)> + 'a {
        let lazy = self.all.iter().enumerate().filter(|(_, gauge)| !gauge.eager && gauge.codes != NONE);
        lazy.map(move |(index, gauge)| (self.terms[gauge.terms.0 as usize] as usize, self.value(*gauge, peaks(index))))
    }

    /// The value that a code stands for.
    pub(super) fn value(&self, gauge: Gauge, code: u8) -> i64 {
        self.values[gauge.values as usize + usize::from(code)]
    }
}

impl Making {
    fn enter(&mut self, model: &Model, formula: Formula<'_>, terms: (u32, u32), eager: bool) {
        let gauge = self.all.len() as u32;
        let layout = strides(model, formula);
        let (codes, values) = (self.codes.len() as u32, self.values.len() as u32);
        let tabulated = layout.is_some() && self.tabulate(formula);
        let mut start = 0;
        for (place, slot) in formula.reads().iter().enumerate() {
            match slot {
                Slot::Variable(id) => {
                    let strides = layout.as_ref().filter(|_| tabulated).map(|strides| strides[place]);
                    let stride = strides.unwrap_or(0);
                    let variable = model.variable(*id);
                    start += variable.start.wrapping_sub(variable.low).wrapping_mul(stride);
                    self.by_variable[id.0 as usize].push(Reader { gauge, stride });
                }
                Slot::Count(counter) => self.count(model, *counter, gauge),
                Slot::AgeAtLeast(counter, _) => {
                    self.count(model, *counter, gauge);
                    self.restless.push(gauge);
                }
                Slot::During(..) | Slot::Day => self.restless.push(gauge),
            }
        }
        self.restless.dedup();
        self.all.push(Gauge { codes: if tabulated { codes } else { NONE }, values, start, terms, eager });
    }

    fn count(&mut self, model: &Model, counter: CounterId, gauge: u32) {
        for (event, listening) in model.events.iter().zip(&mut self.by_event) {
            if event.counters.contains(&counter) && listening.last() != Some(&gauge) {
                listening.push(gauge);
            }
        }
    }

    /// Enters the table of a formula; not if it has too many different values for codes.
    fn tabulate(&mut self, formula: Formula<'_>) -> bool {
        let Some(table) = formula.table() else { return false };
        let mut values = table.clone();
        values.sort_unstable();
        values.dedup();
        if values.len() > 1 << u8::BITS {
            return false;
        }
        let code = |value: &i64| values.partition_point(|known| known < value) as u8;
        self.codes.extend(table.iter().map(code));
        self.values.extend(values);
        true
    }
}

/// How far one step of each variable moves in the table of a formula, which is row-major over what it reads; `None` if it
/// reads other things than variables, or has no table.
fn strides(model: &Model, formula: Formula<'_>) -> Option<Vec<i32>> {
    let (mut strides, mut stride) = (Vec::new(), 1_i64);
    for slot in formula.reads().iter().rev() {
        let Slot::Variable(id) = slot else { return None };
        let variable = model.variable(*id);
        strides.push(stride as i32);
        stride *= i64::from(variable.high) - i64::from(variable.low) + 1;
        if stride > TABLE_LIMIT as i64 {
            return None;
        }
    }
    strides.reverse();
    (formula.size() == Some(stride as usize)).then_some(strides)
}
