//! The conditions and numbers that watched terms are made of, each once, with every value that it can have.
//!
//! To ask one is to look at one place of its table. Does not know when they are asked, nor what the terms do with a value.

use super::term::{Formula, Term};
use crate::model::formula::{Slot, TABLE_LIMIT};
use crate::model::{CounterId, Model};

/// Some of the gauges. Every 64th has the same bit: to ask one more is no mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bits(u64);

impl Bits {
    pub(super) const NONE: Self = Self(0);

    /// The first so many.
    pub(super) fn first(count: usize) -> Self {
        (0..count.min(Self::APART)).map(Self::of).fold(Self::NONE, Self::or)
    }

    pub(super) fn of(gauge: usize) -> Self {
        Self(1 << (gauge % Self::APART))
    }

    /// So many gauges have a bit each.
    pub(super) const APART: usize = u64::BITS as usize;

    #[inline]
    #[must_use]
    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[must_use]
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The lowest gauge of each bit.
    #[inline]
    pub(super) fn lowest(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let next = (rest != 0).then(|| rest.trailing_zeros() as usize);
            rest &= rest.wrapping_sub(1);
            next
        })
    }
}

/// The gauges of some terms.
#[derive(Debug, Clone)]
pub(super) struct Gauges {
    /// The gauges; a gauge is known by its place here.
    pub(super) all: Box<[Gauge]>,
    /// All of them.
    pub(super) every: Bits,
    /// The terms of the gauges, gauge by gauge.
    pub(super) terms: Box<[u32]>,
    /// Tables: what stands for the value.
    codes: Box<[u8]>,
    /// What the codes of a gauge stand for, ascending: a number as `Fixed`, of a condition 1 or 0.
    values: Box<[i64]>,
    /// What the tables are read by, gauge by gauge.
    reads: Box<[Read]>,
    /// By variable: the gauges that must be asked when it has fallen, and when it has grown.
    by_variable: Box<[[Bits; 2]]>,
    /// By event: the gauges that read how often, or how long ago, it occurred.
    by_event: Box<[Bits]>,
    /// Gauges that can change as time passes.
    pub(super) restless: Bits,
}

/// A formula, and which terms are made of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    /// Where its table is read if all variables are 0, modulo 2³².
    zero: u32,
    /// What its table is read by, from and to before; `None` if it has none and is asked as it is.
    reads: Option<(u32, u32)>,
    values: u32,
    /// Its terms: from and to before.
    pub(super) terms: (u32, u32),
    /// Some term wants to know each value; otherwise the highest at `T` is enough.
    pub(super) eager: bool,
}

/// How far a gauge moves in its table when a variable grows by 1.
#[derive(Debug, Clone, Copy)]
struct Read {
    variable: u32,
    stride: u32,
}

/// Gauges as they are being made.
#[derive(Default)]
struct Making {
    all: Vec<Gauge>,
    codes: Vec<u8>,
    values: Vec<i64>,
    reads: Vec<Read>,
    by_variable: Vec<[Bits; 2]>,
    by_event: Vec<Bits>,
    restless: Bits,
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
            by_variable: vec![[Bits::NONE; 2]; model.variables.len()],
            by_event: vec![Bits::NONE; model.events.len()],
            ..Making::default()
        };
        let mut members = Vec::new();
        for (formula, group) in groups {
            let from = members.len() as u32;
            members.extend(group);
            let all =
                |kind: fn(&Term) -> bool| members[from as usize..].iter().all(|term| kind(&terms[*term as usize]));
            let eager = !all(|term| matches!(term, Term::Highest(_)));
            let waits = all(Term::waits);
            making.enter(model, formula, (from, members.len() as u32), (eager, waits));
        }
        Self {
            every: Bits::first(making.all.len()),
            all: making.all.into(),
            terms: members.into(),
            codes: making.codes.into(),
            values: making.values.into(),
            reads: making.reads.into(),
            by_variable: making.by_variable.into(),
            by_event: making.by_event.into(),
            restless: making.restless,
        }
    }

    /// The gauges that must be asked when a variable has fallen, or else grown.
    #[inline]
    pub(super) fn readers(&self, variable: usize, grown: bool) -> Bits {
        self.by_variable[variable][usize::from(grown)]
    }

    /// The gauges that read how often, or how long ago, an event occurred.
    pub(super) fn counters(&self, event: usize) -> Bits {
        self.by_event[event]
    }

    /// What stands for the value of a gauge where the variables are `values`; `None` if it has no table.
    #[inline]
    pub(super) fn code(&self, gauge: &Gauge, values: &[i32]) -> Option<u8> {
        let (from, to) = gauge.reads?;
        let moved = |read: &Read| read.stride.wrapping_mul(values[read.variable as usize] as u32);
        let place = self.reads[from as usize..to as usize]
            .iter()
            .fold(gauge.zero, |place, read| place.wrapping_add(moved(read)));
        Some(self.codes[place as usize])
    }

    /// The term that asks for the highest value of a gauge, and the value that the highest code stands for.
    pub(super) fn highest<'a>(&'a self, peaks: impl Fn(usize) -> u8 + 'a) -> impl Iterator<Item = (usize, i64)> + 'a {
        let lazy = self.all.iter().enumerate().filter(|(_, gauge)| !gauge.eager && gauge.reads.is_some());
        lazy.map(move |(index, gauge)| (self.terms[gauge.terms.0 as usize] as usize, self.value(gauge, peaks(index))))
    }

    /// The value that a code stands for.
    pub(super) fn value(&self, gauge: &Gauge, code: u8) -> i64 {
        self.values[gauge.values as usize + usize::from(code)]
    }
}

impl Making {
    /// Enters a gauge with its terms; `waits` if only a higher value than all before means anything to them.
    fn enter(&mut self, model: &Model, formula: Formula<'_>, terms: (u32, u32), (eager, waits): (bool, bool)) {
        let gauge = Bits::of(self.all.len());
        let (codes, values, first) = (self.codes.len() as u32, self.values.len() as u32, self.reads.len() as u32);
        let strides = strides(model, formula).filter(|_| self.tabulate(formula));
        let mut zero = codes;
        for (place, slot) in formula.reads().iter().enumerate() {
            match slot {
                Slot::Variable(id) => {
                    let stride = strides.as_ref().map(|strides| strides[place]);
                    let wanted = match stride {
                        Some(stride) if waits => {
                            let values = model.variable(*id).high.abs_diff(model.variable(*id).low) as usize + 1;
                            raising(&self.codes[codes as usize..], stride as usize, values)
                        }
                        _ => [true; 2],
                    };
                    let readers = self.by_variable[id.0 as usize].iter_mut().zip(wanted);
                    readers.filter(|(_, wanted)| *wanted).for_each(|(readers, _)| note(readers, gauge));
                    if let Some(stride) = stride {
                        self.reads.push(Read { variable: id.0, stride });
                        zero = zero.wrapping_sub(stride.wrapping_mul(model.variable(*id).low as u32));
                    }
                }
                Slot::Count(counter) => self.count(model, *counter, gauge),
                Slot::AgeAtLeast(counter, _) => {
                    self.count(model, *counter, gauge);
                    note(&mut self.restless, gauge);
                }
                Slot::During(..) | Slot::Day => note(&mut self.restless, gauge),
            }
        }
        let reads = strides.map(|_| (first, self.reads.len() as u32));
        self.all.push(Gauge { zero, reads, values, terms, eager });
    }

    fn count(&mut self, model: &Model, counter: CounterId, gauge: Bits) {
        let counted =
            model.events.iter().zip(&mut self.by_event).filter(|(event, _)| event.counters.contains(&counter));
        counted.for_each(|(_, read)| note(read, gauge));
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

fn note(bits: &mut Bits, gauge: Bits) {
    *bits = bits.or(gauge);
}

/// Whether a table can give more when a variable falls, and when it grows, which has so many values and this stride.
fn raising(table: &[u8], stride: usize, values: usize) -> [bool; 2] {
    let steps = || {
        let lower = (0..table.len().saturating_sub(stride)).filter(move |place| place / stride % values + 1 < values);
        lower.map(|place| (table[place], table[place + stride]))
    };
    [steps().any(|(lower, upper)| lower > upper), steps().any(|(lower, upper)| upper > lower)]
}

/// How far one step of each variable moves in the table of a formula, which is row-major over what it reads; `None` if it
/// reads other things than variables, or has no table.
fn strides(model: &Model, formula: Formula<'_>) -> Option<Vec<u32>> {
    let (mut strides, mut stride) = (Vec::new(), 1_i64);
    for slot in formula.reads().iter().rev() {
        let Slot::Variable(id) = slot else { return None };
        let variable = model.variable(*id);
        strides.push(stride as u32);
        stride *= i64::from(variable.high) - i64::from(variable.low) + 1;
        if stride > TABLE_LIMIT as i64 {
            return None;
        }
    }
    strides.reverse();
    (formula.size() == Some(stride as usize)).then_some(strides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_gauges_have_a_bit_each_and_all_beyond_share_them() {
        for count in [0, 1, 63, 64, 65, 200] {
            assert!(Bits::first(count).lowest().eq(0..count.min(64)), "{count}");
        }
        assert_eq!(Bits::of(70), Bits::of(6));
    }
}
