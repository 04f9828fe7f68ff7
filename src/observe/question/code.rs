//! What is remembered as small whole numbers, times relative to now: equal futures have equal codes.
//!
//! Does not know how codes are packed. Integrals have none: means need no memory.

use super::term::{Mark, Term};
use super::{Memory, Monitors};
use crate::model::Step;
use crate::observe::histogram::Fixed;

/// The most different values that `highest`, `on` and `at end` of a number may take.
const VALUES: u64 = 1 << 16;

/// Numbers that were seen, each with its index.
#[derive(Debug, Clone, Default)]
pub struct Values {
    seen: Vec<Fixed>,
    index: hashbrown::HashMap<Fixed, u32>,
}

impl Values {
    fn index_of(&mut self, value: Fixed) -> u64 {
        let next = self.seen.len() as u32;
        let index = *self.index.entry(value).or_insert(next);
        if index == next {
            self.seen.push(value);
        }
        u64::from(index)
    }

    /// Whether more values were seen than codes can tell apart.
    pub fn overflow(&self) -> bool {
        self.seen.len() as u64 >= VALUES
    }
}

impl Monitors {
    /// How many codes each term has; a code is below it.
    ///
    /// # Panics
    /// If an integral is asked for.
    pub fn codes(&self) -> Vec<u64> {
        let of = |term: &Term| match term {
            Term::Ever(..) | Term::First(_) | Term::AtEnd(_) | Term::On(..) | Term::Before(..) => 3,
            Term::Count { by, cap, .. } => (u64::from(*cap) + 1) * if by.is_some() { 2 } else { 1 },
            Term::Then(_, _, within) => 4 + u64::from(*within),
            Term::Stays(_, steps) => 5 + u64::from(*steps),
            Term::NumberAtEnd(_) | Term::NumberOn(..) | Term::Highest(_) => 1 + VALUES,
            Term::Total(..) | Term::TotalTime(..) => unreachable!("an integral has no code"),
        };
        self.terms.iter().map(of).collect()
    }

    /// The code of term number `index`, now being `step`.
    pub fn code(&self, memory: &Memory, index: usize, step: Step, values: &mut Values) -> u64 {
        match (memory.marks[index], &self.terms[index]) {
            (Mark::Open, _) => 0,
            (Mark::Yes | Mark::Time(_), _) => 1,
            (Mark::No, _) => 2,
            (Mark::Since(from), Term::Stays(..)) => u64::from(3 + step + 1 - from),
            (Mark::Since(from), _) => u64::from(3 + step - from),
            (Mark::Count(count), _) => u64::from(count),
            (Mark::Counted(count), Term::Count { cap, .. }) => u64::from(cap + 1 + count),
            (Mark::Value(value), _) => 1 + values.index_of(value).min(VALUES - 1),
            (Mark::Counted(_), term) => unreachable!("{term:?} does not count"),
        }
    }

    /// Sets term number `index` to what `code` stands for, now being `step`.
    pub fn decode(&self, memory: &mut Memory, index: usize, code: u64, step: Step, values: &Values) {
        let small = code as Step;
        memory.marks[index] = match &self.terms[index] {
            Term::Count { cap, .. } if code <= u64::from(*cap) => Mark::Count(small),
            Term::Count { cap, .. } => Mark::Counted(small - cap - 1),
            _ if code == 0 => Mark::Open,
            Term::NumberAtEnd(_) | Term::NumberOn(..) | Term::Highest(_) => Mark::Value(values.seen[code as usize - 1]),
            Term::First(_) => Mark::Time(0),
            _ if code == 1 => Mark::Yes,
            _ if code == 2 => Mark::No,
            Term::Stays(..) => Mark::Since(step + 1 + 3 - small),
            _ => Mark::Since(step + 3 - small),
        };
    }

    /// Whether term number `index` changes as time passes, whatever its code is now.
    pub fn is_restless(&self, memory: &Memory, index: usize) -> bool {
        matches!(memory.marks[index], Mark::Since(_))
    }
}
