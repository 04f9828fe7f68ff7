//! What a pressure does to the part of a state that it has to do with, kept for the next state that has the same part.
//!
//! Does not know rules: what is kept was acted out once.

use super::space::Verdict;
use super::states::States;

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
    /// Its changes: so many in `changes`, up to here.
    changes: (u32, u32),
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
    /// The part that is looked for.
    key: Vec<u64>,
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
        let inside: Vec<usize> = (0..mask.len()).filter(|word| mask[*word] != 0).collect();
        Self {
            parts: States::new(inside.len() + 1),
            inside,
            mask,
            starts: vec![(0, 0)],
            moves: Vec::new(),
            changes: Vec::new(),
            tests: Vec::new(),
            flows: Vec::new(),
            key: Vec::new(),
            asked: 0,
            found: 0,
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
        self.set_key(words, phase);
        let found = self.parts.find(&self.key);
        self.asked += 1;
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

    /// The moves from a part.
    #[inline]
    pub(super) fn of(&self, Known(known): Known) -> &[Move] {
        &self.moves[self.starts[known as usize].0 as usize..self.starts[known as usize + 1].0 as usize]
    }

    /// What must not hold where a move leads.
    #[inline]
    pub(super) fn tests(&self, one: &Move) -> &[u32] {
        &self.tests[one.tests.0 as usize..one.tests.1 as usize]
    }

    /// Adds the words that a move makes of `here` to `there`.
    #[inline]
    pub(super) fn lead(&self, one: &Move, here: &[u64], there: &mut Vec<u64>) {
        let first = there.len();
        if one.verdict == 0 {
            there.extend_from_slice(here);
        } else {
            there.resize(first + here.len(), 0);
        }
        for (word, turned) in &self.changes[one.changes.0 as usize..one.changes.1 as usize] {
            there[first + *word as usize] ^= turned;
        }
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
        let first = (self.tests.len() as u32, self.changes.len() as u32);
        self.tests.extend(tests);
        let turned = here.iter().zip(words).map(|(here, word)| if verdict == 0 { here ^ word } else { *word });
        self.changes.extend((0..).zip(turned).filter(|(_, turned)| *turned != 0));
        let (tests, changes) = ((first.0, self.tests.len() as u32), (first.1, self.changes.len() as u32));
        self.moves.push(Move { rate, verdict, tests, changes });
    }

    /// Forgets the moves since the last part that was learnt.
    pub(super) fn unlearn(&mut self) {
        let (moves, _) = self.starts[self.starts.len() - 1];
        self.moves.truncate(moves as usize);
        let (tests, changes) = self.moves.last().map_or((0, 0), |last| (last.tests.1, last.changes.1));
        self.tests.truncate(tests as usize);
        self.changes.truncate(changes as usize);
    }

    /// The moves since the last part are those of the part of `words` in this phase.
    pub(super) fn learn(&mut self, words: &[u64], phase: u64, flows: &[(u32, f64)]) {
        self.set_key(words, phase);
        self.parts.enter(&self.key);
        self.flows.extend(flows);
        self.starts.push((self.moves.len() as u32, self.flows.len() as u32));
    }
}
