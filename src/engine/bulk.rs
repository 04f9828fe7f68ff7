//! The occasions of the runs of a block, in lists by part of the time and run.
//!
//! Does not know how occasions are drawn.

use super::occasion::{LANES, Recipe};
use super::sieve::{Key, Sifted, WORDS};

/// What was drawn in bulk for the runs of a block.
#[derive(Debug)]
pub(super) struct Bulk {
    /// For each list as many places.
    keys: Vec<Key>,
    places: usize,
    /// For each part of the time, for each run.
    lists: Vec<List>,
    /// What the words of the latest cell became.
    pub(super) sifted: Sifted,
    /// Space for the words of a cell, and the one of their number.
    pub(super) bytes: Box<[u8; 4 + 4 * WORDS]>,
}

/// Where in `keys` the occasions of a list end, and where its places do.
#[derive(Debug, Clone, Copy)]
struct List {
    end: u32,
    limit: u32,
}

impl Default for Bulk {
    fn default() -> Self {
        let bytes = Box::new([0; 4 + 4 * WORDS]);
        Self { keys: Vec::new(), places: 0, lists: Vec::new(), sifted: Sifted::default(), bytes }
    }
}

impl Bulk {
    /// The occasions of a run of the block in a part of the time, by pressure.
    pub(super) fn keys(&self, run: u64, part: usize) -> &[Key] {
        let list = part * LANES + (run % LANES as u64) as usize;
        &self.keys[list * self.places..self.lists[list].end as usize]
    }

    /// Into how many parts the time is divided.
    pub(super) fn parts(&self) -> usize {
        self.lists.len() / LANES
    }

    /// Empties the lists.
    pub(super) fn begin(&mut self, recipe: &Recipe) {
        let lists = recipe.parts() * LANES;
        self.places = self.places.max(apart(recipe.places));
        if self.keys.len() < lists * self.places {
            self.keys = vec![0; lists * self.places];
        }
        let places = self.places as u32;
        self.lists.clear();
        self.lists.extend((0..lists as u32).map(|list| List { end: list * places, limit: (list + 1) * places }));
    }

    /// Puts what was sifted into its lists.
    pub(super) fn put(&mut self) {
        let mut done = 0;
        while let Some(full) = self.put_from(done) {
            self.grow();
            done = full;
        }
    }

    /// The same from a place on, up to one whose list is full.
    fn put_from(&mut self, from: usize) -> Option<usize> {
        // Slices of their own: the compiler cannot know that a key that is written is none of `self`.
        let (places, lists) = (&mut self.keys[..], &mut self.lists[..]);
        let (keys, of) = self.sifted.kept();
        for place in from..keys.len().min(of.len()) {
            let list = &mut lists[of[place] as usize];
            let end = list.end;
            if end == list.limit {
                return Some(place);
            }
            places[end as usize] = keys[place];
            list.end = end + 1;
        }
        None
    }

    /// Makes all lists twice as long.
    #[cold]
    fn grow(&mut self) {
        let places = apart(2 * self.places);
        let mut keys = vec![0; self.lists.len() * places];
        for (index, list) in self.lists.iter_mut().enumerate() {
            let kept = &self.keys[index * self.places..list.end as usize];
            let start = index * places;
            keys[start..start + kept.len()].copy_from_slice(kept);
            *list = List { end: (start + kept.len()) as u32, limit: (start + places) as u32 };
        }
        (self.keys, self.places) = (keys, places);
    }
}

/// So many places or some more: an odd number of cache lines, so that not all lists end in the same few sets of a cache.
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
            assert!(part + 1 == recipe.parts() || enough.keys(run, part).len() > 100);
            assert_eq!(short.keys(run, part), enough.keys(run, part), "run {run}, part {part}");
        }
    }
}
