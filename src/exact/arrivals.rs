//! The entries of a jump: from which place, with which probability; as little memory to go through as can be.
//!
//! A product with a large sparse matrix waits for memory. Models have few different rates, so a large matrix keeps a
//! short code of the probability beside the place, both in one word. Does not know which entries belong together.

use std::ops::Range;

use hashbrown::HashMap;

use super::fold::Folding;
use super::poisson::Sum;

/// Lanes of a sum.
pub(super) const LANES: usize = 4;
/// From so many on entries are coded: fewer stay in a cache anyway, and coding costs a look-up each.
const CODED: usize = 40_000;
/// Probabilities that have codes.
const CODES: usize = 256;
/// Bits of a place in a word; the code has the others.
const BITS: u32 = 24;

/// Entries, in the one form or the other.
#[derive(Debug)]
pub(super) enum Arrivals {
    Plain(Plain),
    Coded(Coded),
}

#[derive(Debug, Default)]
pub(super) struct Plain {
    from: Vec<u32>,
    probability: Vec<f64>,
    /// Jumps a day.
    rate: f64,
}

#[derive(Debug)]
pub(super) struct Coded {
    /// The place, and above it the code.
    words: Vec<u32>,
    /// Jumps a day.
    rate: f64,
    /// By code.
    values: Box<[f64; CODES]>,
    /// By weight a day.
    code_of: HashMap<u64, u32, Folding>,
    /// Some weights with their codes, by a few bits of theirs.
    at_hand: Vec<(u64, u32)>,
}

/// What comes to a place from its entries.
pub(super) trait Terms {
    /// In a few lanes: shorter chains of roundings, and of waiting.
    fn in_lanes(&self, before: &[f64], range: Range<usize>) -> f64;
    /// With compensation.
    fn compensated(&self, before: &[f64], range: Range<usize>) -> f64;
}

impl Default for Arrivals {
    fn default() -> Self {
        Self::Plain(Plain::default())
    }
}

impl Arrivals {
    /// Room for so many entries from so many places, at so many jumps a day.
    pub(super) fn room(entries: usize, places: usize, rate: f64) -> Self {
        if entries < CODED || places > 1 << BITS {
            return Self::Plain(Plain { from: vec![0; entries], probability: vec![0.0; entries], rate });
        }
        Self::Coded(Coded {
            words: vec![0; entries],
            rate,
            values: Box::new([0.0; CODES]),
            code_of: HashMap::default(),
            // No probability is not a number.
            at_hand: vec![(u64::MAX, 0); CODES],
        })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(plain) => plain.from.len(),
            Self::Coded(coded) => coded.words.len(),
        }
    }

    /// Makes entry number `at`: so often a day.
    pub(super) fn enter(&mut self, at: usize, from: u32, weight: f64) {
        if let Self::Coded(coded) = self {
            match coded.code(weight) {
                Some(code) => return coded.words[at] = code << BITS | from,
                None => *self = Self::Plain(coded.plain()),
            }
        }
        let Self::Plain(plain) = self else { unreachable!("it has just been made plain") };
        (plain.from[at], plain.probability[at]) = (from, weight / plain.rate);
    }
}

impl Coded {
    /// The code of the probability of what happens so often a day; `None` if there are too many.
    fn code(&mut self, weight: f64) -> Option<u32> {
        let bits = weight.to_bits();
        let hand = (Folding::words(&[bits]) >> 32) as usize % CODES;
        if self.at_hand[hand].0 == bits {
            return Some(self.at_hand[hand].1);
        }
        let next = self.code_of.len() as u32;
        let code = *self.code_of.entry(bits).or_insert(next);
        *self.values.get_mut(code as usize)? = weight / self.rate;
        self.at_hand[hand] = (bits, code);
        Some(code)
    }

    #[inline]
    fn term(&self, word: u32, before: &[f64]) -> f64 {
        before[place(word)] * self.values[(word >> BITS) as usize]
    }

    fn plain(&self) -> Plain {
        Plain {
            rate: self.rate,
            from: self.words.iter().map(|word| place(*word) as u32).collect(),
            probability: self.words.iter().map(|word| self.values[(word >> BITS) as usize]).collect(),
        }
    }
}

#[inline]
fn place(word: u32) -> usize {
    (word & ((1 << BITS) - 1)) as usize
}

impl Terms for Plain {
    #[inline]
    fn in_lanes(&self, before: &[f64], range: Range<usize>) -> f64 {
        let mut lanes = [0.0; LANES];
        let (froms, last_from) = self.from[range.clone()].as_chunks::<LANES>();
        let (probabilities, last) = self.probability[range].as_chunks::<LANES>();
        for (from, probability) in froms.iter().zip(probabilities) {
            for lane in 0..LANES {
                lanes[lane] += before[from[lane] as usize] * probability[lane];
            }
        }
        for ((lane, from), probability) in lanes.iter_mut().zip(last_from).zip(last) {
            *lane += before[*from as usize] * probability;
        }
        (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    }

    fn compensated(&self, before: &[f64], range: Range<usize>) -> f64 {
        let mut sum = Sum::default();
        let entries = self.from[range.clone()].iter().zip(&self.probability[range]);
        entries.for_each(|(from, probability)| sum.add(before[*from as usize] * probability));
        sum.value()
    }
}

impl Terms for Coded {
    #[inline]
    fn in_lanes(&self, before: &[f64], range: Range<usize>) -> f64 {
        let mut lanes = [0.0; LANES];
        let (words, last) = self.words[range].as_chunks::<LANES>();
        for words in words {
            for (lane, word) in lanes.iter_mut().zip(words) {
                *lane += self.term(*word, before);
            }
        }
        for (lane, word) in lanes.iter_mut().zip(last) {
            *lane += self.term(*word, before);
        }
        (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    }

    fn compensated(&self, before: &[f64], range: Range<usize>) -> f64 {
        let mut sum = Sum::default();
        self.words[range].iter().for_each(|word| sum.add(self.term(*word, before)));
        sum.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries from so many places with so many different probabilities.
    fn filled(places: usize, different: usize) -> (Arrivals, Plain) {
        let entries = CODED + 7;
        let mut arrivals = Arrivals::room(entries, places, 2.0);
        let mut plain = Plain { from: vec![0; entries], probability: vec![0.0; entries], rate: 2.0 };
        for at in (0..entries).rev() {
            let (from, weight) = ((at * 7919 % places) as u32, 1.0 / (1 + at % different) as f64);
            arrivals.enter(at, from, weight);
            (plain.from[at], plain.probability[at]) = (from, weight / 2.0);
        }
        (arrivals, plain)
    }

    // The same bits are meant.
    #[allow(clippy::float_cmp)]
    #[test]
    fn coded_and_plain_entries_give_the_same_bits() {
        let (Arrivals::Coded(coded), plain) = filled(1_000, CODES) else { panic!("few values have codes") };
        let before: Vec<f64> = (0..1_000).map(|place| 1.0 / f64::from(place + 3)).collect();
        for range in [0..0, 5..6, 11..34, 100..1_000] {
            assert_eq!(coded.in_lanes(&before, range.clone()), plain.in_lanes(&before, range.clone()));
            assert_eq!(coded.compensated(&before, range.clone()), plain.compensated(&before, range));
        }
    }

    #[test]
    fn what_has_too_many_values_for_codes_is_made_plain() {
        let (Arrivals::Plain(made), plain) = filled(1_000, CODES + 1) else { panic!("too many values have codes") };
        assert_eq!((made.from, made.probability), (plain.from, plain.probability));
    }
}
