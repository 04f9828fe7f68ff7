//! What a pressure does to the part of a state that it has to do with, kept for the next state that has the same part.
//!
//! Does not know rules: what is kept was acted out once.

use std::ops::Range;

use super::space::Verdict;
use super::states::{States, sum};

/// Parts of so many bits have a table, which takes 64 KiB at most.
const SMALL: u32 = 14;

/// Where one answer of chance leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    /// Per day.
    pub(super) rate: f64,
    /// The answer that is certain there, from 1; 0 if none is.
    pub(super) verdict: Verdict,
    /// The conditions that must not hold there for this to be right: in `tests` from those of the move before up to here.
    tests: u32,
    /// Its changes: in `changes` from those of the move before up to here.
    changes: u32,
    /// What it adds to the sum of a state; of a state in which all is certain that sum.
    sum: u64,
}

/// What one pressure does, by part of the state.
#[derive(Debug)]
pub(super) struct Moves {
    /// The bits of the part.
    mask: Vec<u64>,
    /// The words in which there are any.
    inside: Vec<usize>,
    /// The parts that are known: these words, and a last one for the phase of the calendar.
    parts: States,
    /// By part, and one more: where its moves, and its flows, begin.
    starts: Vec<(u32, u32)>,
    moves: Vec<Move>,
    /// Words that are no longer what they were: which, and the bits that turn; of a state in which all is certain the
    /// words that are not 0, and what they are.
    changes: Vec<(u32, u64)>,
    tests: Vec<u32>,
    flows: Vec<(u32, f64)>,
    /// Of a small part: its runs of bits, and by these bits together 1 + the number of the part, of the first phase.
    runs: Vec<Run>,
    table: Vec<u32>,
    /// The part that is looked for.
    key: Vec<u64>,
    /// They are not worth keeping.
    off: bool,
}

/// Bits of a part beside each other, and where they begin when all are together.
#[derive(Debug, Clone, Copy)]
struct Run {
    word: usize,
    shift: u32,
    mask: u64,
    to: u32,
}

/// A part of a state that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known(u32);

impl Moves {
    /// None yet, of a pressure that has to do with these bits.
    pub(super) fn new(mask: Vec<u64>) -> Self {
        let bits: u32 = mask.iter().map(|word| word.count_ones()).sum();
        let inside: Vec<usize> = (0..mask.len()).filter(|word| mask[*word] != 0).collect();
        Self {
            parts: States::new(inside.len() + 1),
            inside,
            starts: vec![(0, 0)],
            moves: Vec::new(),
            changes: Vec::new(),
            tests: Vec::new(),
            flows: Vec::new(),
            table: if bits <= SMALL { vec![0; 1 << bits] } else { Vec::new() },
            runs: runs(&mask),
            mask,
            key: Vec::new(),
            off: false,
        }
    }

    /// What they take in memory, bytes.
    pub(super) fn bytes(&self) -> u64 {
        let Self { starts, moves, changes, tests, flows, .. } = self;
        let lists = [size_of_val(&**starts), size_of_val(&**moves), size_of_val(&**changes)];
        let more = [size_of_val(&**tests), size_of_val(&**flows)];
        self.parts.bytes() + lists.iter().chain(&more).sum::<usize>() as u64
    }

    /// The bits of the part, by word.
    pub(super) fn mask(&self) -> &[u64] {
        &self.mask
    }

    /// What `words` are outside the part.
    pub(super) fn outside<'a>(&'a self, words: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
        words.iter().zip(&self.mask).map(|(word, mask)| word & !mask)
    }

    fn set_key(&mut self, words: &[u64], phase: u64) {
        self.key.clear();
        self.key.extend(self.inside.iter().map(|word| words[*word] & self.mask[*word]));
        self.key.push(phase);
    }

    /// What is known of the part of this state in this phase.
    #[inline]
    pub(super) fn find(&mut self, words: &[u64], phase: u64) -> Option<Known> {
        if self.off {
            return None;
        }
        if phase == 0 && !self.table.is_empty() {
            return self.table[self.together(words)].checked_sub(1).map(Known);
        }
        self.set_key(words, phase);
        self.parts.find(&self.key).map(Known)
    }

    /// The bits of the part, without those between them.
    #[inline]
    fn together(&self, words: &[u64]) -> usize {
        self.runs.iter().fold(0, |together, run| together | (words[run.word] >> run.shift & run.mask) << run.to)
            as usize
    }

    /// Nothing is kept from now on.
    pub(super) fn give_up(&mut self) {
        self.off = true;
    }

    /// Whether what is acted out is worth keeping.
    pub(super) fn learns(&self) -> bool {
        !self.off
    }

    /// Whether a pressure is known to do nothing and to count nothing.
    pub(super) fn is_idle(&self, known: Known) -> bool {
        self.range(known).is_empty() && self.flows(known).is_empty()
    }

    /// The moves from a part, as places for `at`.
    #[inline]
    pub(super) fn range(&self, Known(known): Known) -> Range<usize> {
        self.starts[known as usize].0 as usize..self.starts[known as usize + 1].0 as usize
    }

    #[inline]
    pub(super) fn at(&self, place: usize) -> Move {
        self.moves[place]
    }

    /// Where the conditions and changes of a move begin.
    #[inline]
    fn begin(&self, place: usize) -> (u32, u32) {
        place.checked_sub(1).map_or((0, 0), |before| (self.moves[before].tests, self.moves[before].changes))
    }

    /// What must not hold where a move leads.
    #[inline]
    pub(super) fn tests(&self, place: usize) -> &[u32] {
        &self.tests[self.begin(place).0 as usize..self.moves[place].tests as usize]
    }

    /// Adds the words that a move makes of `here`, whose sum is known, to `there`; their sum.
    #[inline]
    pub(super) fn lead(&self, place: usize, (here, sum): (&[u64], u64), there: &mut Vec<u64>) -> u64 {
        let one = self.moves[place];
        let first = there.len();
        match (one.verdict, here) {
            (0, [word]) => there.push(*word),
            (0, _) => there.extend_from_slice(here),
            _ => there.resize(first + here.len(), 0),
        }
        for (word, turned) in &self.changes[self.begin(place).1 as usize..one.changes as usize] {
            there[first + *word as usize] ^= turned;
        }
        if one.verdict == 0 { sum.wrapping_add(one.sum) } else { one.sum }
    }

    /// What a part counts.
    #[inline]
    pub(super) fn flows(&self, Known(known): Known) -> &[(u32, f64)] {
        &self.flows[self.starts[known as usize].1 as usize..self.starts[known as usize + 1].1 as usize]
    }

    /// Adds a move from `here` to what is being learnt: where it leads, as packed.
    pub(super) fn learn_move(
        &mut self,
        here: &[u64],
        words: &[u64],
        (rate, verdict): (f64, Verdict),
        tests: impl Iterator<Item = u32>,
    ) {
        self.tests.extend(tests);
        let turned = here.iter().zip(words).map(|(here, word)| if verdict == 0 { here ^ word } else { *word });
        self.changes.extend((0..).zip(turned).filter(|(_, turned)| *turned != 0));
        // The bits that turn are the same from wherever this is done, and so is what they add.
        let before = if verdict == 0 { sum(here) } else { 0 };
        let sum = sum(words).wrapping_sub(before);
        let (tests, changes) = (self.tests.len() as u32, self.changes.len() as u32);
        self.moves.push(Move { rate, verdict, tests, changes, sum });
    }

    /// Forgets the moves since the last part that was learnt.
    pub(super) fn unlearn(&mut self) {
        let (moves, _) = self.starts[self.starts.len() - 1];
        self.moves.truncate(moves as usize);
        let (tests, changes) = self.begin(self.moves.len());
        self.tests.truncate(tests as usize);
        self.changes.truncate(changes as usize);
    }

    /// The moves since the last part are those of the part of `words` in this phase.
    pub(super) fn learn(&mut self, words: &[u64], phase: u64, flows: &[(u32, f64)]) -> Known {
        self.set_key(words, phase);
        let (known, _) = self.parts.enter(&self.key);
        if phase == 0 && !self.table.is_empty() {
            let together = self.together(words);
            self.table[together] = known + 1;
        }
        self.flows.extend(flows);
        self.starts.push((self.moves.len() as u32, self.flows.len() as u32));
        Known(known)
    }
}

/// The runs of bits in `mask`.
fn runs(mask: &[u64]) -> Vec<Run> {
    let (mut runs, mut to) = (Vec::new(), 0);
    for (word, bits) in mask.iter().enumerate() {
        let mut shift = 0;
        while shift < u64::BITS && bits >> shift != 0 {
            shift += (bits >> shift).trailing_zeros();
            let length = (bits >> shift).trailing_ones();
            runs.push(Run { word, shift, mask: u64::MAX >> (u64::BITS - length), to });
            (shift, to) = (shift + length, to + length);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_a_part_are_put_together() {
        let moves = Moves::new(vec![0b1011 << 60, 0, 0b0110]);
        assert_eq!(moves.together(&[0b1001 << 60 | 5, 7, 0b1101]), 0b10_101);
        let all: Vec<(usize, u32, u64, u32)> =
            runs(&[u64::MAX, 1]).iter().map(|run| (run.word, run.shift, run.mask, run.to)).collect();
        assert_eq!(all, [(0, 0, u64::MAX, 0), (1, 0, 1, 64)]);
    }
}
