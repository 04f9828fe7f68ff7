//! SipHash-1-3 of three words under a key, as decisions are drawn by it.
//!
//! J.-P. Aumasson, D. J. Bernstein, `SipHash`: a fast short-input PRF, INDOCRYPT 2012, doi:10.1007/978-3-642-34931-7_28,
//! with one round a word and three at the end. The crate `siphasher` gives the same numbers for any number of bytes, and
//! has to ask how many: that was one in twenty of all instructions of the peninsula. Does not know what the words mean.

/// What has been taken in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sip([u64; 4]);

/// Of a message of three words: its length in bytes, as it is taken in last.
const LENGTH: u64 = 24 << 56;

impl Sip {
    /// Nothing, for 64 bits.
    pub(super) fn new((k0, k1): (u64, u64)) -> Self {
        Self([
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ])
    }

    /// Nothing, for 128 bits.
    pub(super) fn new_128(key: (u64, u64)) -> Self {
        let Self([v0, v1, v2, v3]) = Self::new(key);
        Self([v0, v1 ^ 0xee, v2, v3])
    }

    /// One word more.
    #[inline]
    #[must_use]
    pub(super) fn then(self, word: u64) -> Self {
        let Self([v0, v1, v2, v3]) = self;
        let Self([v0, v1, v2, v3]) = Self([v0, v1, v2, v3 ^ word]).round();
        Self([v0 ^ word, v1, v2, v3])
    }

    /// The 64 bits of three words.
    #[inline]
    pub(super) fn end(self) -> u64 {
        let Self([v0, v1, v2, v3]) = self.then(LENGTH);
        Self([v0, v1, v2 ^ 0xff, v3]).last().folded()
    }

    /// The 128 bits of three words: the first half, and the second.
    #[inline]
    pub(super) fn end_128(self) -> (u64, u64) {
        let Self([v0, v1, v2, v3]) = self.then(LENGTH);
        let first = Self([v0, v1, v2 ^ 0xee, v3]).last();
        let Self([v0, v1, v2, v3]) = first;
        (first.folded(), Self([v0, v1 ^ 0xdd, v2, v3]).last().folded())
    }

    fn last(self) -> Self {
        self.round().round().round()
    }

    fn folded(self) -> u64 {
        let Self([v0, v1, v2, v3]) = self;
        v0 ^ v1 ^ v2 ^ v3
    }

    #[inline]
    fn round(self) -> Self {
        let Self([mut v0, mut v1, mut v2, mut v3]) = self;
        v0 = v0.wrapping_add(v1);
        v2 = v2.wrapping_add(v3);
        v1 = v1.rotate_left(13) ^ v0;
        v3 = v3.rotate_left(16) ^ v2;
        v0 = v0.rotate_left(32).wrapping_add(v3);
        v2 = v2.wrapping_add(v1);
        v1 = v1.rotate_left(17) ^ v2;
        v3 = v3.rotate_left(21) ^ v0;
        v2 = v2.rotate_left(32);
        Self([v0, v1, v2, v3])
    }
}

#[cfg(test)]
mod tests {
    use siphasher::{sip, sip128};

    use super::*;

    /// The same as the crate's, whatever key and words.
    #[test]
    fn three_words_are_hashed_as_by_the_crate() {
        let mut word = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            word = word.wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(27) ^ 0x94d0_49bb_1331_11eb;
            word
        };
        for _ in 0..1_000 {
            let (key, words) = ((next(), next()), [next(), next(), next()]);
            let bytes = words.map(u64::to_le_bytes).concat();
            let of = |sip: Sip| words.into_iter().fold(sip, Sip::then);
            assert_eq!(of(Sip::new(key)).end(), sip::SipHasher13::new_with_keys(key.0, key.1).hash(&bytes));
            let both = sip128::SipHasher13::new_with_keys(key.0, key.1).hash(&bytes);
            assert_eq!(of(Sip::new_128(key)).end_128(), (both.h1, both.h2));
        }
    }
}
