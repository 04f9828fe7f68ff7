//! The bytes of a stream of `ChaCha8`, from any block on.
//!
//! Does not know what they are for.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::wide;

/// A stream under a key.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    key: &'a [u8; 32],
    number: u64,
    /// Where the processor cannot do better: made when it is needed.
    generator: Option<ChaCha8Rng>,
}

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;
/// Bytes that are made at once in wide registers.
pub(super) const MADE_WIDE: usize = 8 * BLOCK;
/// Bytes that `ChaCha8Rng` makes at once.
const MADE: usize = 4 * BLOCK;

impl<'a> Stream<'a> {
    /// Stream `number` under `key`.
    pub(super) fn new(key: &'a [u8; 32], number: u64) -> Self {
        Self { key, number, generator: None }
    }

    /// Makes the first bytes from `block` on, as many as cost least; how many.
    #[inline]
    pub(super) fn make(&mut self, block: u64, bytes: &mut [u8; MADE_WIDE]) -> usize {
        if wide::make(self.key, self.number, block, bytes) { MADE_WIDE } else { self.generate(block, bytes) }
    }

    /// Makes the first bytes from `block` on; how many.
    #[inline(never)]
    fn generate(&mut self, block: u64, bytes: &mut [u8; MADE_WIDE]) -> usize {
        let generator = self.generator.get_or_insert_with(|| {
            let mut generator = ChaCha8Rng::from_seed(*self.key);
            generator.set_stream(self.number);
            generator
        });
        generator.set_word_pos(u128::from(block) * (BLOCK as u128 / 4));
        generator.fill_bytes(&mut bytes[..MADE]);
        MADE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever in a stream, whatever the registers: the same bytes.
    #[test]
    fn all_ways_are_those_of_the_generator() {
        let mut generator = ChaCha8Rng::seed_from_u64(20_240_216);
        let (mut wide, mut plain) = ([0; MADE_WIDE], [0; MADE_WIDE]);
        for round in 0..2_000_u32 {
            let mut key = [0; 32];
            generator.fill_bytes(&mut key);
            let number = generator.next_u64() >> (round % 64);
            // From the beginning, and to where the counter begins again and goes past 32 bits.
            let block = match round % 4 {
                0 => u64::from(round),
                1 => u64::from(u32::MAX) - u64::from(round % 9),
                2 => u64::MAX / 16 - u64::from(round % 9),
                _ => generator.next_u64() >> 4 >> (round % 60),
            };
            let mut stream = Stream::new(&key, number);
            for half in 0..2 {
                let bytes = plain[half * MADE..].first_chunk_mut::<MADE>().expect("two halves");
                let mut some = [0; MADE_WIDE];
                assert_eq!(stream.generate(block + 4 * half as u64, &mut some), MADE);
                bytes.copy_from_slice(&some[..MADE]);
            }
            if wide::make(&key, number, block, &mut wide) {
                assert_eq!(wide, plain, "block {block} of stream {number}");
            }
            let made = stream.make(block, &mut wide);
            assert_eq!(wide[..made], plain[..made], "block {block} of stream {number}");
        }
    }
}
