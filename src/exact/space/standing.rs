//! The state from which pressures act, and what is known there of each of them.
//!
//! Neighbours in the order of states differ in little, so what is known of most pressures stays as one follows the other.
//! Does not know where pressures lead.

use super::super::moves::{Known, Moves};
use super::super::states::sum;

/// After so many states it is looked whether keeping what pressures do pays.
const TRIAL: u32 = 4_096;

/// A set of pressures.
type Bits = Vec<u64>;

/// The state from which pressures act.
#[derive(Debug)]
pub(super) struct Standing {
    /// Its words; empty before the first state.
    pub(super) here: Vec<u64>,
    /// The sum of them.
    pub(super) sum: u64,
    phase: u64,
    /// By pressure.
    pub(super) moves: Vec<Moves>,
    /// By pressure: what is known of it here, unless that is stale.
    known: Vec<Option<Known>>,
    /// Those for which it has to be looked again what is known of them.
    stale: Bits,
    /// Those that may do something, as far as is known.
    acting: Bits,
    /// Those that depend on the date.
    timed: Bits,
    /// By bit of a state: those in whose part it is, one set after the other.
    touched: Vec<u64>,
    /// States since the last trial, this one included.
    stood: u32,
    /// By pressure: of how many of them nothing was known.
    missed: Vec<u32>,
}

impl Standing {
    /// Nowhere yet, of pressures of which it is said whether they depend on the date.
    pub(super) fn new(moves: Vec<Moves>, timed: &[bool]) -> Self {
        let count = moves.len();
        let blocks = count.div_ceil(64);
        let width = moves.first().map_or(0, |first| first.mask().len());
        let mut touched = vec![0; width * 64 * blocks];
        for (index, moves) in moves.iter().enumerate() {
            for bit in (0..width * 64).filter(|bit| moves.mask()[bit / 64] >> (bit % 64) & 1 == 1) {
                set(&mut touched[bit * blocks..][..blocks], index);
            }
        }
        let mut standing = Self {
            here: Vec::new(),
            sum: 0,
            phase: 0,
            moves,
            known: vec![None; count],
            stale: vec![0; blocks],
            acting: vec![0; blocks],
            timed: vec![0; blocks],
            touched,
            stood: 0,
            missed: vec![0; count],
        };
        (0..count).for_each(|index| set(&mut standing.stale, index));
        timed.iter().enumerate().filter(|(_, timed)| **timed).for_each(|(index, _)| set(&mut standing.timed, index));
        standing
    }

    /// Goes to the state with these words, in this phase of the calendar.
    pub(super) fn stand(&mut self, words: &[u64], phase: u64) {
        let Self { here, stale, touched, .. } = self;
        let blocks = stale.len();
        for (index, (old, new)) in here.iter().zip(words).enumerate() {
            let mut turned = old ^ new;
            while turned != 0 {
                let bit = index * 64 + turned.trailing_zeros() as usize;
                turned &= turned - 1;
                stale.iter_mut().zip(&touched[bit * blocks..]).for_each(|(stale, touched)| *stale |= touched);
            }
        }
        if phase != self.phase {
            stale.iter_mut().zip(&self.timed).for_each(|(stale, timed)| *stale |= timed);
        }
        here.clear();
        here.extend_from_slice(words);
        self.sum = sum(words);
        self.phase = phase;
        if self.stood == TRIAL {
            self.stood = 0;
            self.missed.fill(0);
        }
        self.stood += 1;
    }

    /// The first pressure from number `from` on that has to be looked at: of the others it is known that they do nothing
    /// here. Debug builds look at all, so that this is checked.
    #[inline]
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        if cfg!(debug_assertions) || self.stood == TRIAL {
            return (from < self.moves.len()).then_some(from);
        }
        let mut block = from / 64;
        let mut left = u64::MAX << (from % 64);
        while block < self.stale.len() {
            let bits = (self.stale[block] | self.acting[block]) & left;
            if bits != 0 {
                return Some(block * 64 + bits.trailing_zeros() as usize);
            }
            (block, left) = (block + 1, u64::MAX);
        }
        None
    }

    /// What is known of a pressure here.
    #[inline]
    pub(super) fn known(&mut self, index: usize) -> Option<Known> {
        if has(&self.stale, index) {
            clear(&mut self.stale, index);
            let phase = self.phase_of(index);
            let known = self.moves[index].find(&self.here, phase);
            self.note(index, known);
        }
        let known = self.known[index];
        self.missed[index] += u32::from(known.is_none());
        // Where parts hardly ever come again they are not worth their room.
        if self.stood == TRIAL && self.moves[index].learns() && self.missed[index] > TRIAL / 2 {
            self.moves[index].give_up();
            self.note(index, None);
        }
        known
    }

    fn note(&mut self, index: usize, known: Option<Known>) {
        self.known[index] = known;
        if known.is_some_and(|known| self.moves[index].is_idle(known)) {
            clear(&mut self.acting, index);
        } else {
            set(&mut self.acting, index);
        }
    }

    /// What was learnt of a pressure last is what it does here, and it counts this.
    pub(super) fn learn(&mut self, index: usize, flows: &[(u32, f64)]) {
        let phase = self.phase_of(index);
        let known = self.moves[index].learn(&self.here, phase, flows);
        self.note(index, Some(known));
    }

    /// The phase of the calendar, as far as it matters to a pressure.
    fn phase_of(&self, index: usize) -> u64 {
        if has(&self.timed, index) { self.phase } else { 0 }
    }
}

fn has(bits: &[u64], index: usize) -> bool {
    bits[index / 64] >> (index % 64) & 1 == 1
}

fn set(bits: &mut [u64], index: usize) {
    bits[index / 64] |= 1 << (index % 64);
}

fn clear(bits: &mut [u64], index: usize) {
    bits[index / 64] &= !(1 << (index % 64));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pressures in whose parts these bits are, of which the last depends on the date.
    fn standing(masks: &[u64]) -> Standing {
        let mut timed = vec![false; masks.len()];
        timed[masks.len() - 1] = true;
        Standing::new(masks.iter().map(|mask| Moves::new(vec![*mask])).collect(), &timed)
    }

    /// Those of which it is looked again what is known of them, each of which is then known to do nothing.
    fn looked(standing: &mut Standing) -> Vec<usize> {
        let all: Vec<usize> = (0..standing.moves.len()).filter(|index| has(&standing.stale, *index)).collect();
        for index in 0..standing.moves.len() {
            if standing.known(index).is_none() && standing.moves[index].learns() {
                standing.learn(index, &[]);
            }
        }
        all
    }

    #[test]
    fn only_what_has_to_do_with_what_is_different_is_looked_for_again() {
        let mut standing = standing(&[0b0011, 0b0110, 0b1000]);
        standing.stand(&[0b0000], 0);
        assert_eq!(looked(&mut standing), [0, 1, 2]);
        standing.stand(&[0b0001], 0);
        assert_eq!(looked(&mut standing), [0]);
        standing.stand(&[0b0011], 0);
        assert_eq!(looked(&mut standing), [0, 1]);
        standing.stand(&[0b0011], 1);
        assert_eq!(looked(&mut standing), [2]);
        assert_eq!(standing.acting, [0], "all are known to do nothing");
    }

    #[test]
    fn what_is_hardly_ever_known_is_no_longer_kept() {
        let mut standing = standing(&[0b0011, u64::MAX]);
        for state in 0..u64::from(TRIAL) {
            standing.stand(&[state], 0);
            looked(&mut standing);
        }
        assert_eq!((standing.moves[0].learns(), standing.moves[1].learns()), (true, false));
        assert_eq!((standing.known[0].is_some(), standing.known[1].is_some()), (true, false));
        standing.stand(&[0], 0);
        assert!(standing.known(1).is_none(), "what was known before is not right any more");
    }
}
