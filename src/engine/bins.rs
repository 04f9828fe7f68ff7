//! Puts keys in order by counting them into bins.
//!
//! Does not know what the keys stand for.

use super::sieve::Key;

/// The most bins: their counts fit into the fastest memory, beside the keys.
pub(super) const MOST: usize = 4096;
/// The most keys for a bin, on average; with more, counting does not pay.
const KEYS_A_BIN: usize = 16;

/// Space for the counts.
#[derive(Debug)]
pub(super) struct Bins {
    /// By bin: how many keys, then where the next goes.
    places: Box<[u16; MOST]>,
}

impl Default for Bins {
    fn default() -> Self {
        Self { places: Box::new([0; MOST]) }
    }
}

impl Bins {
    /// Puts `keys` in order into `sorted`, which is as long. The bin of a key are the last bits of it, so shifted, that
    /// number `bins`, a power of two, at most `MOST`; keys of lower bins are lower.
    pub(super) fn sort(&mut self, keys: &[Key], sorted: &mut [Key], shift: u32, bins: usize) {
        if keys.len() > (bins * KEYS_A_BIN).min(usize::from(u16::MAX)) {
            sorted.copy_from_slice(keys);
            sorted.sort_unstable();
            return;
        }
        let (places, last) = (&mut *self.places, bins - 1);
        // The second limit tells the compiler that no bin lies beyond the last.
        let bin = |key: Key| (key >> shift) as usize & last & (MOST - 1);
        places[..bins].fill(0);
        for key in keys {
            places[bin(*key)] += 1;
        }
        begin(&mut places[..bins.next_multiple_of(4)]);
        for key in keys {
            let place = &mut places[bin(*key)];
            sorted[usize::from(*place)] = *key;
            *place += 1;
        }
        exchange(sorted);
    }
}

/// Makes counts of what comes before, four at once.
fn begin(counts: &mut [u16]) {
    let mut before = 0_u64;
    for four in counts.as_chunks_mut::<4>().0 {
        let counts = four.iter().rev().fold(0, |all, count| all << 16 | u64::from(*count));
        // In each sixteen bits the counts up to there.
        let sums = counts.wrapping_mul(0x0001_0001_0001_0001);
        let begins = (before * 0x0001_0001_0001_0001).wrapping_add(sums << 16);
        *four = [0, 16, 32, 48].map(|shift| (begins >> shift) as u16);
        before += sums >> 48;
    }
}

/// Puts in order what nearly is.
fn exchange(keys: &mut [Key]) {
    let Some(first) = keys.first() else { return };
    let mut highest = *first;
    for place in 1..keys.len() {
        let key = keys[place];
        if key >= highest {
            highest = key;
            continue;
        }
        let mut to = place;
        while to > 0 && keys[to - 1] > key {
            keys[to] = keys[to - 1];
            to -= 1;
        }
        keys[to] = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(many: u64, shift: u32, bins: usize) -> Vec<Key> {
        let mixed = |index: u64| (index + many).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ index << 5;
        // Of one part: the bits above those of the bins are the same.
        (0..many).map(|index| (mixed(index) % ((bins as u64) << shift)) | (bins as u64) << (shift + 1)).collect()
    }

    /// Nothing, few and many keys, one bin and all, and more keys than counts can tell.
    #[test]
    fn keys_are_put_in_order() {
        let mut bins = Bins::default();
        let cases =
            [(0, 40, 4), (1, 40, 1), (15, 37, 1), (300, 40, 2), (600, 50, 1024), (9_000, 45, MOST), (70_000, 45, MOST)];
        for (many, shift, number) in cases {
            let keys = keys(many, shift, number);
            let mut expected = keys.clone();
            expected.sort_unstable();
            assert!(expected.is_sorted() && (many < 2 || !keys.is_sorted()));
            let mut sorted = vec![0; keys.len()];
            bins.sort(&keys, &mut sorted, shift, number);
            assert_eq!(sorted, expected, "{many} keys, {number} bins");
        }
    }
}
