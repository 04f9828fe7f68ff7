//! The hash of packed states, the same on every machine.
//!
//! Does not know what is hashed, nor what is done where hashes are equal.

use std::hash::{BuildHasher, Hasher};

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
        self.0 = folded(self.0.rotate_left(23) ^ word);
    }
}

/// Times the golden ratio, and the high half of the product folded into its low one: every bit moves the upper bits.
#[inline]
pub(super) fn folded(word: u64) -> u64 {
    let product = u128::from(word) * 0x9e37_79b9_7f4a_7c15;
    (product >> 64) as u64 ^ product as u64
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
