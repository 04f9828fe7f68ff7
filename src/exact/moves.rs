//! What a pressure does to the part of a state that it has to do with, kept for the next state that has the same part.
//!
//! Does not know rules: what is kept was acted out once.

use std::hash::{BuildHasher, Hasher};

use hashbrown::HashTable;

use super::space::Verdict;

/// After so many questions it is looked whether keeping them pays.
const TRIAL: u32 = 4_096;

/// Where one answer of chance leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    /// Per day.
    pub(super) rate: f64,
    /// The answer that is certain there, from 1; 0 if none is.
    pub(super) verdict: Verdict,
    /// The conditions that must not hold there for this to be right: so many in `tests`, up to here.
    tests: (u32, u32),
}

/// What one pressure does, by part of the state.
#[derive(Debug)]
pub(super) struct Moves {
    /// The bits of the part.
    mask: Vec<u64>,
    /// The words in which there are any.
    inside: Vec<usize>,
    table: HashTable<u32>,
    /// By part: its words, and a last one for the phase of the calendar.
    keys: Vec<u64>,
    /// By part, and one more: where its moves, and its flows, begin.
    starts: Vec<(u32, u32)>,
    moves: Vec<Move>,
    /// By move: the words of the part afterwards; of a state in which all is certain all words.
    words: Vec<u64>,
    tests: Vec<u32>,
    flows: Vec<(u32, f64)>,
    asked: u32,
    found: u32,
    off: bool,
}

/// A part of a state that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known(u32);

impl Moves {
    /// None yet, of a pressure that has to do with these bits.
    pub(super) fn new(mask: Vec<u64>) -> Self {
        Self {
            inside: (0..mask.len()).filter(|word| mask[*word] != 0).collect(),
            mask,
            table: HashTable::new(),
            keys: Vec::new(),
            starts: vec![(0, 0)],
            moves: Vec::new(),
            words: Vec::new(),
            tests: Vec::new(),
            flows: Vec::new(),
            asked: 0,
            found: 0,
            off: false,
        }
    }

    /// What `words` are outside the part.
    pub(super) fn outside<'a>(&'a self, words: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
        words.iter().zip(&self.mask).map(|(word, mask)| word & !mask)
    }

    fn hash(&self, words: &[u64], phase: u64) -> u64 {
        let mut hasher = Fold(phase);
        self.inside.iter().for_each(|word| hasher.write_u64(words[*word] & self.mask[*word]));
        hasher.finish()
    }

    /// What is known of the part of this state in this phase.
    pub(super) fn find(&mut self, words: &[u64], phase: u64) -> Option<Known> {
        if self.off {
            return None;
        }
        self.asked += 1;
        let hash = self.hash(words, phase);
        let width = self.inside.len() + 1;
        let is_it = |known: &u32| {
            let key = &self.keys[*known as usize * width..][..width];
            key[width - 1] == phase
                && self.inside.iter().zip(key).all(|(word, key)| words[*word] & self.mask[*word] == *key)
        };
        let found = self.table.find(hash, is_it).copied();
        self.found += u32::from(found.is_some());
        if self.asked == TRIAL {
            // Where parts hardly ever come again they are not worth their room.
            self.off = self.found < TRIAL / 2;
            (self.asked, self.found) = (0, 0);
        }
        found.map(Known)
    }

    /// Whether what is acted out is worth keeping.
    pub(super) fn learns(&self) -> bool {
        !self.off
    }

    /// The moves from a part; each with the words that it makes of `here`, which are put into `there`.
    pub(super) fn each<E>(
        &self,
        Known(known): Known,
        here: &[u64],
        there: &mut [u64],
        mut see: impl FnMut(&Move, &[u32], &mut [u64]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (from, to) = (self.starts[known as usize].0 as usize, self.starts[known as usize + 1].0 as usize);
        let width = self.mask.len();
        for (index, one) in self.moves[from..to].iter().enumerate() {
            let words = &self.words[(from + index) * width..][..width];
            if one.verdict == 0 {
                for (there, ((here, mask), word)) in there.iter_mut().zip(here.iter().zip(&self.mask).zip(words)) {
                    *there = here & !mask | word;
                }
            } else {
                there.copy_from_slice(words);
            }
            see(one, &self.tests[one.tests.0 as usize..one.tests.1 as usize], there)?;
        }
        Ok(())
    }

    /// What a part counts.
    pub(super) fn flows(&self, Known(known): Known) -> &[(u32, f64)] {
        &self.flows[self.starts[known as usize].1 as usize..self.starts[known as usize + 1].1 as usize]
    }

    /// Adds a move to what is being learnt: where it leads, as packed.
    pub(super) fn learn_move(&mut self, words: &[u64], rate: f64, verdict: Verdict, tests: impl Iterator<Item = u32>) {
        let first = self.tests.len() as u32;
        self.tests.extend(tests);
        let part = words.iter().zip(&self.mask).map(|(word, mask)| if verdict == 0 { word & mask } else { *word });
        self.words.extend(part);
        self.moves.push(Move { rate, verdict, tests: (first, self.tests.len() as u32) });
    }

    /// Forgets the moves since the last part that was learnt.
    pub(super) fn unlearn(&mut self) {
        let (moves, _) = self.starts[self.starts.len() - 1];
        self.moves.truncate(moves as usize);
        self.words.truncate(moves as usize * self.mask.len());
        self.tests.truncate(self.moves.last().map_or(0, |last| last.tests.1 as usize));
    }

    /// The moves since the last part are those of the part of `words` in this phase.
    pub(super) fn learn(&mut self, words: &[u64], phase: u64, flows: &[(u32, f64)]) {
        let known = self.starts.len() as u32 - 1;
        self.flows.extend(flows);
        self.starts.push((self.moves.len() as u32, self.flows.len() as u32));
        self.keys.extend(self.inside.iter().map(|word| words[*word] & self.mask[*word]));
        self.keys.push(phase);
        let hash = self.hash(words, phase);
        let width = self.inside.len() + 1;
        let keys = &self.keys;
        self.table.insert_unique(hash, known, |known| {
            let key = &keys[*known as usize * width..][..width];
            let mut hasher = Fold(key[width - 1]);
            key[..width - 1].iter().for_each(|word| hasher.write_u64(*word));
            hasher.finish()
        });
    }
}

/// Hashes of packed states: a multiplication a word, folded. The same on every machine.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        // The golden ratio, and its product's high half folded into its low one: every bit moves the upper bits.
        let product = u128::from(self.0.rotate_left(23) ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}

/// Hashes words with `Fold`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Folding;

impl Folding {
    /// The hash of these words.
    #[inline]
    pub(super) fn words(words: &[u64]) -> u64 {
        let mut hasher = Self.build_hasher();
        words.iter().for_each(|word| hasher.write_u64(*word));
        hasher.finish()
    }
}

impl BuildHasher for Folding {
    type Hasher = Fold;

    fn build_hasher(&self) -> Fold {
        Fold(0x51_7c_c1_b7_27_22_0a_95)
    }
}
