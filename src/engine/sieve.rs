//! Which words of a cell are wanted, and what they become: keys in order of time, and the list each belongs to.
//!
//! Does not know where the words come from, nor how the lists are kept.

use super::occasion::LANES;
use super::wide;

/// An occasion in 64 bits, in order of time: number of the slot, code, pressure.
pub(super) type Key = u64;

pub(super) const TIME_BITS: u32 = 21;
pub(super) const HEIGHT_BITS: u32 = 8;
/// Bits of the number of an occasion within its cell.
pub(super) const INDEX_BITS: u32 = 8;
/// Bits of what is known of an occasion beside its time: band, height, index, from the top.
pub(super) const CODE_BITS: u32 = 5 + HEIGHT_BITS + INDEX_BITS;
/// Bits of a pressure's index.
pub(super) const PRESSURE_BITS: u32 = 16;
/// Bits below the number of the slot.
pub(super) const TIME_SHIFT: u32 = CODE_BITS + PRESSURE_BITS;
/// The most words of a cell.
pub(super) const WORDS: usize = 1 << INDEX_BITS;

/// What is wanted of the words of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sieve {
    /// The key of an occasion that has the first time, height and index of the cell.
    pub(super) base: Key,
    /// Slots of the cell are `1 << shift` of those that keys count: so far left a word's time goes.
    pub(super) shift: u32,
    /// The slots of the cell that are wanted: the first, and how many.
    pub(super) first: u32,
    pub(super) slots: u32,
    /// Heights below this are wanted.
    pub(super) heights: u32,
}

impl Sieve {
    /// For a cell whose slots are `1 << shift` of those that keys count, the first of them number `first`, which may lie
    /// before 0. Slots from 0 to `end` and heights below `heights` are wanted.
    pub(super) fn new(band: usize, pressure: usize, first: i64, shift: u32, end: u64, heights: u32) -> Self {
        let all = 1 << TIME_BITS;
        let slots_to = |to: i64| ((to - first + (1 << shift) - 1) >> shift).clamp(0, all) as u32;
        Self {
            base: (first as u64) << TIME_SHIFT | (band as u64) << (TIME_SHIFT - 5) | pressure as u64,
            shift: shift + TIME_SHIFT - HEIGHT_BITS,
            first: slots_to(0),
            slots: slots_to(end as i64) - slots_to(0),
            heights,
        }
    }

    /// Sifts the first `many` of these words, those of a cell; a list is a part of the time, of `1 << part_shift` slots,
    /// and a run.
    pub(super) fn sift(&self, words: &Words, many: usize, part_shift: u32, sifted: &mut Sifted) {
        if !wide::SIFTS.iter().any(|sift| sift(self, words, many, part_shift, sifted)) {
            self.pick(words, many, sifted);
            self.form(part_shift, sifted);
        }
    }

    /// Picks the words that are wanted, with their numbers.
    fn pick(&self, words: &Words, many: usize, sifted: &mut Sifted) {
        let mut kept = 0;
        for (number, word) in words.as_chunks().0.iter().enumerate().take(many) {
            let word = u32::from_le_bytes(*word);
            let within = (word & TIMES) >> HEIGHT_BITS;
            // Written in any case, and kept if it is wanted: nothing to guess for the processor.
            (sifted.words[kept % WORDS], sifted.numbers[kept % WORDS]) = (word, number as u32);
            let in_time = within.wrapping_sub(self.first) < self.slots;
            kept += usize::from(in_time) & usize::from(word & HEIGHTS < self.heights);
        }
        sifted.kept = kept;
    }

    /// Makes keys of the words that were picked, and finds their lists.
    #[expect(clippy::inline_always, reason = "compiled once more, for the wider registers of `wide`")]
    #[inline(always)]
    pub(super) fn form(&self, part_shift: u32, sifted: &mut Sifted) {
        let Sifted { words, numbers, keys, lists, kept } = sifted;
        // A few too many, so that they are as many as fit into a register, or twice as many.
        let up_to = kept.next_multiple_of(4).min(WORDS);
        let (words, numbers, keys, lists) =
            (&words[..up_to], &numbers[..up_to], &mut keys[..up_to], &mut lists[..up_to]);
        for at in 0..up_to {
            let word = u64::from(words[at]);
            let code =
                (word & u64::from(HEIGHTS)) << (PRESSURE_BITS + INDEX_BITS) | u64::from(numbers[at]) << PRESSURE_BITS;
            let key = self.base.wrapping_add((word & u64::from(TIMES)) << self.shift) | code;
            keys[at] = key;
            let part = key >> TIME_SHIFT >> part_shift;
            lists[at] = (part * LANES as u64) | (word >> (TIME_BITS + HEIGHT_BITS));
        }
    }
}

/// The bits of a word that are its time, and those that are its height.
pub(super) const TIMES: u32 = ((1 << TIME_BITS) - 1) << HEIGHT_BITS;
pub(super) const HEIGHTS: u32 = (1 << HEIGHT_BITS) - 1;

/// The words of a cell, four bytes each, and some to spare.
pub(super) type Words = [u8; 4 * WORDS];

/// Room for several words at once behind the last.
const SPARE: usize = 16;

/// What the words of a cell became, in their order.
#[derive(Debug)]
pub(super) struct Sifted {
    /// Those that were picked, and more to have room for several at once.
    pub(super) words: [u32; WORDS + SPARE],
    /// Their numbers.
    pub(super) numbers: [u32; WORDS + SPARE],
    pub(super) keys: [Key; WORDS + SPARE],
    pub(super) lists: [u64; WORDS + SPARE],
    /// How many were picked.
    pub(super) kept: usize,
}

impl Default for Sifted {
    fn default() -> Self {
        Self {
            words: [0; WORDS + SPARE],
            numbers: [0; WORDS + SPARE],
            keys: [0; WORDS + SPARE],
            lists: [0; WORDS + SPARE],
            kept: 0,
        }
    }
}

impl Sifted {
    /// Keys, and the list each belongs to: part of the time times `LANES`, plus the run's place in the block.
    pub(super) fn kept(&self) -> (&[Key], &[u64]) {
        let kept = self.kept.min(WORDS);
        (&self.keys[..kept], &self.lists[..kept])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random.
    fn mixed(seed: u64) -> impl Iterator<Item = u64> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 3
        })
    }

    fn words(seed: u64) -> Words {
        let mut words = [0; 4 * WORDS];
        words.iter_mut().zip(mixed(seed)).for_each(|(byte, mixed)| *byte = mixed as u8);
        words
    }

    /// Cells before, across, within and beyond what is wanted, in slots of all widths, low and high limits.
    fn cells(seed: u64) -> (usize, usize, i64, u32, u64, u32) {
        let mut mixed = mixed(seed);
        let mut below = |end: u64| mixed.next().expect("there is always one more") % end;
        let shift = below(8) as u32;
        let bits = 16 + below(12);
        let end = 1 + below(1 << bits);
        let length = 1_i64 << (TIME_BITS + shift);
        let first = below(4) as i64 * length / 2 - length + below(1 + end) as i64;
        (below(21) as usize, below(1 << 16) as usize, first, shift, end, below(300) as u32)
    }

    /// What the documentation says, word by word.
    fn by_definition(seed: u64, many: usize, part_shift: u32) -> (Vec<Key>, Vec<u64>) {
        let (band, pressure, first, shift, end, heights) = cells(seed);
        let mut found = (Vec::new(), Vec::new());
        for (number, word) in words(seed).as_chunks().0.iter().take(many).enumerate() {
            let word = u32::from_le_bytes(*word);
            let at = first + (i64::from((word >> HEIGHT_BITS) & 0x1F_FFFF) << shift);
            let height = word & 0xFF;
            if (0..end as i64).contains(&at) && height < heights {
                let code = (band as u64) << 16 | u64::from(height) << 8 | number as u64;
                found.0.push((at as u64) << TIME_SHIFT | code << PRESSURE_BITS | pressure as u64);
                found.1.push((at as u64 >> part_shift) * LANES as u64 + u64::from(word >> 29));
            }
        }
        found
    }

    /// Word by word and, where the processor can, several at once: the same bytes, and those that they should be.
    #[test]
    fn all_ways_are_as_defined() {
        let mut kept = 0;
        for seed in 0..5_000 {
            let (band, pressure, first, shift, end, heights) = cells(seed);
            let sieve = Sieve::new(band, pressure, first, shift, end, heights);
            let (many, part_shift) = (seed as usize % WORDS, (seed % 28) as u32);
            let (keys, lists) = by_definition(seed, many, part_shift);
            let mut plain = Sifted::default();
            sieve.pick(&words(seed), many, &mut plain);
            sieve.form(part_shift, &mut plain);
            assert_eq!(plain.kept(), (&keys[..], &lists[..]), "cell {seed}, word by word");
            for (way, sift) in wide::SIFTS.iter().enumerate() {
                let mut wide = Sifted::default();
                if sift(&sieve, &words(seed), many, part_shift, &mut wide) {
                    assert_eq!(wide.kept(), (&keys[..], &lists[..]), "cell {seed}, several at once, way {way}");
                }
            }
            kept += keys.len();
        }
        assert!(kept > 50_000, "only {kept} were kept");
    }
}
