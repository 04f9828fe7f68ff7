//! Packed states and their numbers: each once, in the order in which they were first reached.
//!
//! Does not know what the words mean.

use hashbrown::HashTable;

use super::moves::Folding;

/// The number of a state.
pub(super) type StateId = u32;

/// The states that have been reached.
#[derive(Debug)]
pub(super) struct States {
    /// Words of a state.
    width: usize,
    words: Vec<u64>,
    table: HashTable<StateId>,
}

impl States {
    /// None, of `width` words each.
    pub(super) fn new(width: usize) -> Self {
        Self { width, words: Vec::new(), table: HashTable::new() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.words.len() / self.width
    }

    /// The words of a state.
    pub(super) fn words(&self, id: StateId) -> &[u64] {
        &self.words[id as usize * self.width..][..self.width]
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u64]> + Clone {
        self.words.chunks_exact(self.width)
    }

    /// The number of the state with these words, and whether it is new.
    pub(super) fn enter(&mut self, words: &[u64]) -> (StateId, bool) {
        let Self { width, words: all, table } = self;
        let of = |id: StateId| &all[id as usize * *width..][..*width];
        let hash = Folding::words(words);
        if let Some(known) = table.find(hash, |id| of(*id).iter().eq(words)) {
            return (*known, false);
        }
        let id = (all.len() / *width) as StateId;
        table.insert_unique(hash, id, |id| Folding::words(of(*id)));
        all.extend_from_slice(words);
        (id, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_entered_once() {
        let mut states = States::new(2);
        let entered: Vec<_> = [[1, 2], [2, 1], [1, 2]].iter().map(|words| states.enter(words)).collect();
        assert_eq!(entered, [(0, true), (1, true), (0, false)]);
        assert_eq!((states.len(), states.words(1)), (2, [2, 1].as_slice()));
    }
}
