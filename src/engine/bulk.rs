//! The occasions of the runs of a block, in lists by part of the time and run.
//!
//! Does not know how occasions are drawn.

use super::occasion::{CellBytes, LANES, Recipe};
use super::sieve::{Key, Sifted};

/// Each list is kept in so many stacks, from both ends of each.
pub(super) const STACKS: usize = 2;
/// In so many pieces, then.
pub(super) const PIECES: usize = 2 * STACKS;

/// What was drawn in bulk for the runs of a block.
#[derive(Debug)]
pub(super) struct Bulk {
    /// For each stack as many places.
    keys: Vec<Key>,
    places: usize,
    /// For each part of the time, for each run.
    lists: Vec<[Stack; STACKS]>,
    /// What the words of the latest cell became.
    pub(super) sifted: Sifted,
    /// Space for the words of a cell, and the one of their number.
    pub(super) bytes: Box<CellBytes>,
}

/// Where the next goes at the front, and where the latest went at the back. To put one behind another, the processor has to
/// wait until it knows where that went; so they go to all ends in turns.
#[derive(Debug, Clone, Copy)]
struct Stack {
    front: u32,
    back: u32,
}

impl Default for Bulk {
    fn default() -> Self {
        let bytes = Box::new([0; size_of::<CellBytes>()]);
        Self { keys: Vec::new(), places: 0, lists: Vec::new(), sifted: Sifted::default(), bytes }
    }
}

impl Bulk {
    /// The occasions of a run of the block in a part of the time, in several pieces.
    pub(super) fn keys(&self, run: u64, part: usize) -> [&[Key]; PIECES] {
        let list = part * LANES + (run % LANES as u64) as usize;
        std::array::from_fn(|piece| {
            let (stack, Stack { front, back }) = (piece / 2, self.lists[list][piece / 2]);
            let start = (list * STACKS + stack) * self.places;
            if piece % 2 == 0 {
                &self.keys[start..front as usize]
            } else {
                &self.keys[back as usize..start + self.places]
            }
        })
    }

    /// Into how many parts the time is divided.
    pub(super) fn parts(&self) -> usize {
        self.lists.len() / LANES
    }

    /// Empties the lists.
    pub(super) fn begin(&mut self, recipe: &Recipe) {
        let lists = recipe.parts() * LANES;
        self.places = self.places.max(apart(recipe.places));
        let needed = lists * STACKS * self.places;
        if self.keys.len() < needed {
            self.keys = vec![0; needed];
        }
        let places = self.places as u32;
        let stack = |stack: usize| Stack { front: stack as u32 * places, back: (stack as u32 + 1) * places };
        self.lists.clear();
        self.lists.extend((0..lists).map(|list| std::array::from_fn(|at| stack(list * STACKS + at))));
    }

    /// Puts what was sifted into its lists.
    pub(super) fn put(&mut self) {
        let mut done = 0;
        while let Some(full) = self.put_from(done) {
            self.grow();
            done = full;
        }
    }

    /// The same from a place on, up to one whose stack is full.
    fn put_from(&mut self, from: usize) -> Option<usize> {
        // Slices of their own: the compiler cannot know that a key that is written is none of `self`.
        let (places, lists) = (&mut self.keys[..], &mut self.lists[..]);
        let (keys, of) = self.sifted.kept();
        for (pair, (keys, of)) in keys[from..].chunks(2).zip(of[from..].chunks(2)).enumerate() {
            let turn = pair % STACKS;
            let stack = &mut lists[of[0] as usize][turn];
            let place = stack.front;
            if place == stack.back {
                return Some(from + 2 * pair);
            }
            places[place as usize] = keys[0];
            stack.front = place + 1;
            let ([_, key], [_, of]) = (keys, of) else { break };
            let stack = &mut lists[*of as usize][turn];
            let place = stack.back;
            if place == stack.front {
                return Some(from + 2 * pair + 1);
            }
            places[place as usize - 1] = *key;
            stack.back = place - 1;
        }
        None
    }

    /// Makes all stacks twice as long.
    #[cold]
    fn grow(&mut self) {
        let places = apart(2 * self.places);
        let mut keys = vec![0; self.lists.len() * STACKS * places];
        for (index, stack) in self.lists.as_flattened_mut().iter_mut().enumerate() {
            let front = &self.keys[index * self.places..stack.front as usize];
            let back = &self.keys[stack.back as usize..(index + 1) * self.places];
            let (start, end) = (index * places, (index + 1) * places);
            keys[start..start + front.len()].copy_from_slice(front);
            keys[end - back.len()..end].copy_from_slice(back);
            *stack = Stack { front: (start + front.len()) as u32, back: (end - back.len()) as u32 };
        }
        (self.keys, self.places) = (keys, places);
    }
}

/// So many places or some more: an odd number of cache lines, so that not all stacks end in the same few sets of a cache.
fn apart(places: usize) -> usize {
    places.next_multiple_of(16) + 8
}

#[cfg(test)]
mod tests {
    use super::super::occasion::{Threshold, tests::randomness};
    use super::*;
    use crate::model::TICKS_PER_DAY;

    /// Lists that were too short at first hold the same as those that were long enough.
    #[test]
    fn lists_grow() {
        let randomness = randomness(&["r", "s"]);
        let highest = || [0.3, 0.9].map(Threshold::of).into_iter().enumerate();
        let mut recipe = Recipe::new(highest(), &(0..1_000 * TICKS_PER_DAY));
        let (enough_places, mut enough) = (recipe.places, Bulk::default());
        randomness.lay_out(&recipe, 3, &mut enough);
        recipe.places = 3;
        let mut short = Bulk::default();
        randomness.lay_out(&recipe, 3, &mut short);
        assert!(recipe.parts() > 1, "one part");
        assert_eq!(enough.places, apart(enough_places), "those that were long enough grew");
        assert!(short.places > apart(3), "those that were too short did not grow");
        for (run, part) in (0..8).flat_map(|run| (0..recipe.parts()).map(move |part| (run, part))) {
            let keys = |bulk: &Bulk| {
                let mut keys = bulk.keys(run, part).concat();
                keys.sort_unstable();
                keys
            };
            assert!(part + 1 == recipe.parts() || keys(&enough).len() > 100);
            assert_eq!(keys(&short), keys(&enough), "run {run}, part {part}");
        }
    }
}
