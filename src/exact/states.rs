//! Packed states and their numbers: each once, in the order in which they were first reached.
//!
//! Nearly all the time of a large space goes into waiting for the memory in which a state may be found. So states are
//! looked up many at a time, and their memory is asked for all at once. Does not know what the words mean.

use std::hint::black_box;

use super::fold::folded;

/// The number of a state.
pub(super) type StateId = u32;

/// The factor of a word beside that of the word before it (P. L'Ecuyer, Mathematics of Computation 68, 249-260 (1999),
/// doi:10.1090/S0025-5718-99-00996-5).
const FACTOR: u64 = 2_862_933_555_777_941_757;

/// No state is here.
const EMPTY: u64 = 0;

/// The states that have been reached.
#[derive(Debug)]
pub(super) struct States {
    /// Words of a state.
    width: usize,
    len: usize,
    words: Vec<u64>,
    /// By the upper bits of the hash, or where the next ones are free: the upper half of the hash, and 1 + the number.
    slots: Vec<u64>,
}

/// The sum of some words, each times a factor of its own: where a few bits of a state turn, what that adds to its sum is
/// the same whatever the others are. Its fold is the hash of a state.
#[inline]
pub(super) fn sum(words: &[u64]) -> u64 {
    let mut factor: u64 = 1;
    words.iter().fold(0, |sum: u64, word| {
        let sum = sum.wrapping_add(word.wrapping_mul(factor));
        factor = factor.wrapping_mul(FACTOR);
        sum
    })
}

impl States {
    /// None, of `width` words each.
    pub(super) fn new(width: usize) -> Self {
        Self { width, len: 0, words: Vec::new(), slots: vec![EMPTY; 16] }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// What they take in memory, bytes.
    pub(super) fn bytes(&self) -> u64 {
        (size_of_val(&*self.words) + size_of_val(&*self.slots)) as u64
    }

    /// The words of a state.
    #[inline]
    pub(super) fn words(&self, id: StateId) -> &[u64] {
        &self.words[id as usize * self.width..][..self.width]
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u64]> + Clone {
        self.words.chunks_exact(self.width)
    }

    /// The number of the state with these words, and whether it is new.
    pub(super) fn enter(&mut self, words: &[u64]) -> (StateId, bool) {
        self.enter_hashed(folded(sum(words)), words)
    }

    /// Enters the states with these words, whose sums are known, one after the other, until `see` fails: it is told the
    /// place of each among them, its number, and whether it is new.
    ///
    /// # Errors
    /// What `see` says.
    pub(super) fn enter_all<E>(
        &mut self,
        words: &[u64],
        sums: &[u64],
        mut see: impl FnMut(usize, StateId, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        sums.iter().for_each(|sum| self.ask_for(folded(*sum)));
        for (place, (sum, words)) in sums.iter().zip(words.chunks_exact(self.width)).enumerate() {
            let (id, new) = self.enter_hashed(folded(*sum), words);
            see(place, id, new)?;
        }
        Ok(())
    }

    /// The number of the state with these words, if there is one.
    pub(super) fn find(&self, words: &[u64]) -> Option<StateId> {
        self.look_up(folded(sum(words)), words).ok()
    }

    /// Reads where a state of this hash is looked for, so that it is near when it is.
    #[inline]
    fn ask_for(&self, hash: u64) {
        let slot = self.slots[self.home(hash)];
        black_box(self.words.get((slot as u32).wrapping_sub(1) as usize * self.width).copied());
    }

    /// Where states of this hash are looked for first.
    #[inline]
    fn home(&self, hash: u64) -> usize {
        (hash >> (u64::BITS - self.slots.len().trailing_zeros())) as usize
    }

    /// The number of the state with these words and this hash, or the slot where it would be.
    #[inline]
    fn look_up(&self, hash: u64, words: &[u64]) -> Result<StateId, usize> {
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return Err(at);
            }
            let id = (slot as u32).wrapping_sub(1);
            if slot >> 32 == hash >> 32 && self.words(id).iter().eq(words) {
                return Ok(id);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn enter_hashed(&mut self, hash: u64, words: &[u64]) -> (StateId, bool) {
        match self.look_up(hash, words) {
            Ok(id) => (id, false),
            Err(at) => {
                let id = self.len as StateId;
                self.words.extend_from_slice(words);
                self.len += 1;
                self.slots[at] = hash >> 32 << 32 | self.len as u64;
                if self.len * 2 > self.slots.len() {
                    self.grow();
                }
                (id, true)
            }
        }
    }

    /// Doubles the room. What is kept of a hash is enough to say where a state belongs.
    fn grow(&mut self) {
        let room = vec![EMPTY; 2 * self.slots.len()];
        let last = room.len() - 1;
        for slot in std::mem::replace(&mut self.slots, room) {
            if slot != EMPTY {
                let mut at = self.home(slot);
                while self.slots[at] != EMPTY {
                    at = (at + 1) & last;
                }
                self.slots[at] = slot;
            }
        }
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
        assert_eq!((states.find(&[2, 1]), states.find(&[2, 2])), (Some(1), None));
    }

    #[test]
    fn what_turned_bits_add_to_a_sum_is_the_same_whatever_the_others_are() {
        let added = |others: u64| {
            let before = [others | 0b0110, others];
            let after = [before[0] ^ 0b0011, before[1] ^ 0b1000];
            sum(&after).wrapping_sub(sum(&before))
        };
        assert_eq!(added(0), added(u64::MAX << 4));
        assert_ne!(sum(&[1, 2]), sum(&[2, 1]));
    }

    #[test]
    fn many_keep_their_numbers_as_room_grows() {
        let mut states = States::new(1);
        for id in 0..10_000 {
            assert_eq!(states.enter(&[id * id]), (id as StateId, true));
        }
        assert!((0..10_000).all(|id| states.find(&[id * id]) == Some(id as StateId)));
        assert_eq!(states.find(&[2]), None);
    }

    #[test]
    fn states_of_one_hash_are_told_apart() {
        let mut states = States::new(1);
        // Beyond the last slot the first ones come again.
        for (id, hash) in [(0, u64::MAX), (1, u64::MAX), (2, u64::MAX - 1), (0, u64::MAX), (1, u64::MAX)] {
            assert_eq!(states.enter_hashed(hash, &[id]).0, id as StateId);
        }
        assert_eq!(states.len(), 3);
    }

    #[test]
    fn many_at_a_time_are_entered_in_order_until_one_is_too_many() {
        let mut states = States::new(1);
        let mut seen = Vec::new();
        let words = [7, 8, 7, 9, 10];
        let sums = words.map(|word| sum(&[word]));
        let done = states.enter_all(&words, &sums, |place, id, new| {
            seen.push((place, id, new));
            if id < 2 { Ok(()) } else { Err(()) }
        });
        assert_eq!(done, Err(()));
        assert_eq!(seen, [(0, 0, true), (1, 1, true), (2, 0, false), (3, 2, true)]);
        assert_eq!(states.find(&[10]), None);
    }
}
