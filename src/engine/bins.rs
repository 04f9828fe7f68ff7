//! Puts keys in order by counting them into bins.
//!
//! Does not know what the keys stand for.

use super::bulk::PIECES;
use super::sieve::Key;
use super::wide;

/// The most bins: their counts fit into the fastest memory, beside the keys.
pub(super) const MOST: usize = 4096;
/// The most keys for a bin, on average; with more, counting does not pay.
const KEYS_A_BIN: usize = 16;
/// Counts come in so many at least.
const COUNTS: usize = 16;

/// Space for the counts.
#[derive(Debug)]
pub(super) struct Bins {
    /// By bin: how many keys, then where the next goes.
    places: Box<[u16; MOST]>,
    /// By key: its bin.
    bins: Vec<u16>,
}

impl Default for Bins {
    fn default() -> Self {
        Self { places: Box::new([0; MOST]), bins: Vec::new() }
    }
}

impl Bins {
    /// Puts `keys` in order into `sorted`, which is as long. The bin of a key are the last bits of it, so shifted, that
    /// number `bins`, a power of two, at most `MOST`; keys of lower bins are lower.
    pub(super) fn sort(&mut self, keys: [&[Key]; PIECES], sorted: &mut [Key], shift: u32, bins: usize) {
        if sorted.len() > (bins * KEYS_A_BIN).min(usize::from(u16::MAX)) {
            let all = keys.iter().flat_map(|piece| *piece);
            sorted.iter_mut().zip(all).for_each(|(sorted, key)| *sorted = *key);
            sorted.sort_unstable();
            return;
        }
        self.bins.resize(sorted.len(), 0);
        if !wide::SORTS.iter().any(|sort| sort(self, keys, sorted, shift, bins)) {
            self.count_into(keys, sorted, shift, bins, begin);
            exchange(sorted);
        }
    }

    /// Puts them in order of their bins; `begin` makes counts of what comes before.
    #[expect(clippy::inline_always, reason = "compiled once more, for the wider registers of `wide`")]
    #[inline(always)]
    pub(super) fn count_into(
        &mut self,
        keys: [&[Key]; PIECES],
        sorted: &mut [Key],
        shift: u32,
        bins: usize,
        begin: impl FnOnce(&mut [u16]),
    ) {
        let (places, last) = (&mut *self.places, (bins - 1) as u16);
        places[..bins.next_multiple_of(COUNTS)].fill(0);
        let mut rest = &mut self.bins[..];
        for piece in keys {
            let (bins, others) = rest.split_at_mut(piece.len());
            for (bin, key) in bins.iter_mut().zip(piece) {
                *bin = (*key >> shift) as u16 & last;
            }
            rest = others;
        }
        // The limits tell the compiler that no bin lies beyond the last.
        for bin in &self.bins {
            places[usize::from(*bin) & (MOST - 1)] += 1;
        }
        begin(&mut places[..bins.next_multiple_of(COUNTS)]);
        let mut rest = &self.bins[..];
        for piece in keys {
            let (bins, others) = rest.split_at(piece.len());
            for (bin, key) in bins.iter().zip(piece) {
                let place = &mut places[usize::from(*bin) & (MOST - 1)];
                sorted[usize::from(*place)] = *key;
                *place += 1;
            }
            rest = others;
        }
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
#[expect(clippy::inline_always, reason = "compiled once more, for the wider registers of `wide`")]
#[inline(always)]
pub(super) fn exchange(keys: &mut [Key]) {
    let Some(mut highest) = keys.first().copied() else { return };
    let mut last = Key::MIN;
    for place in 1..keys.len() {
        // Of two that follow each other either may be the higher one, and it costs more to guess than to ask for both.
        let low = highest.min(keys[place]);
        highest = highest.max(keys[place]);
        keys[place - 1] = low;
        if low < last {
            insert(keys, place - 1);
        } else {
            last = low;
        }
    }
    if let Some(last) = keys.last_mut() {
        *last = highest;
    }
}

/// Puts one in order with those before, which are.
#[cold]
fn insert(keys: &mut [Key], place: usize) {
    let (key, mut to) = (keys[place], place);
    while to > 0 && keys[to - 1] > key {
        keys[to] = keys[to - 1];
        to -= 1;
    }
    keys[to] = key;
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
        let cases = [
            (0, 40, 4),
            (1, 40, 1),
            (3, 40, 1),
            (9, 40, 8),
            (15, 37, 1),
            (16, 37, 1),
            (17, 38, 4),
            (300, 40, 2),
            (600, 50, 1024),
            (9_000, 45, MOST),
            (70_000, 45, MOST),
        ];
        for (many, shift, number) in cases {
            let keys = keys(many, shift, number);
            let mut expected = keys.clone();
            expected.sort_unstable();
            assert!(expected.is_sorted() && (many < 2 || !keys.is_sorted()));
            let mut sorted = vec![0; keys.len()];
            let (some, others) = keys.split_at(keys.len() / 3);
            bins.sort([some, &[], others, &[]], &mut sorted, shift, number);
            assert_eq!(sorted, expected, "{many} keys, {number} bins");
            if keys.len() > (number * KEYS_A_BIN).min(usize::from(u16::MAX)) {
                continue;
            }
            bins.bins.resize(keys.len(), 0);
            for (way, sort) in wide::SORTS.iter().enumerate() {
                sorted.fill(0);
                if sort(&mut bins, [others, &[], &[], some], &mut sorted, shift, number) {
                    assert_eq!(sorted, expected, "{many} keys, {number} bins, way {way}");
                }
            }
            // As on processors without wider registers.
            sorted.fill(0);
            bins.count_into([others, some, &[], &[]], &mut sorted, shift, number, begin);
            exchange(&mut sorted);
            assert_eq!(sorted, expected, "{many} keys, {number} bins");
        }
    }
}
