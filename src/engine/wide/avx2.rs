//! The sieve and the bins with registers of 256 bits.
//!
//! Does not know what the words and keys mean beyond what sieve and bins want of them.

use std::arch::x86_64::{
    __m256i, _mm_loadl_epi64, _mm256_add_epi16, _mm256_add_epi32, _mm256_and_si256, _mm256_andnot_si256,
    _mm256_castsi256_ps, _mm256_cmpgt_epi32, _mm256_cvtepu8_epi32, _mm256_loadu_si256, _mm256_movemask_ps,
    _mm256_permute2x128_si256, _mm256_permute4x64_epi64, _mm256_permutevar8x32_epi32, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_slli_si256, _mm256_storeu_si256,
    _mm256_sub_epi16,
};

use crate::engine::bins::{Bins, exchange};
use crate::engine::bulk::PIECES;
use crate::engine::sieve::{HEIGHT_BITS, HEIGHTS, Key, Sieve, Sifted, TIMES, WORDS, Words};

/// Words in a register.
const AT_ONCE: usize = 8;

/// Sifts eight words at once.
#[target_feature(enable = "avx2,popcnt")]
pub(super) fn sift(sieve: &Sieve, words: &Words, many: usize, part_shift: u32, sifted: &mut Sifted) {
    pick(sieve, words, many, sifted);
    sieve.form(part_shift, sifted);
}

/// Sorts, with counts in wider registers.
#[target_feature(enable = "avx2")]
pub(super) fn sort(bins: &mut Bins, keys: [&[Key]; PIECES], sorted: &mut [Key], shift: u32, number: usize) {
    bins.count_into(keys, sorted, shift, number, |counts| begin(counts));
    exchange(sorted);
}

/// Makes counts of what comes before, sixteen at once.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn begin(counts: &mut [u16]) {
    // The last of four, eight times; the last of eight, in the upper half.
    let last_of_four = _mm256_set1_epi16(0x0706);
    let last_of_eight = _mm256_set1_epi16(0x0F0E);
    let mut before = _mm256_setzero_si256();
    for sixteen in counts.as_chunks_mut::<16>().0 {
        // SAFETY: reads the 32 bytes of `sixteen`, from wherever they begin.
        let counts = unsafe { _mm256_loadu_si256(sixteen.as_ptr().cast()) };
        let sums = _mm256_add_epi16(counts, _mm256_slli_si256::<2>(counts));
        let sums = _mm256_add_epi16(sums, _mm256_slli_si256::<4>(sums));
        let sums = _mm256_add_epi16(sums, _mm256_slli_si256::<8>(sums));
        let lower = _mm256_permute2x128_si256::<0x08>(sums, sums);
        let sums = _mm256_add_epi16(sums, _mm256_shuffle_epi8(lower, last_of_eight));
        let sums = _mm256_add_epi16(sums, before);
        let begins = _mm256_sub_epi16(sums, counts);
        // SAFETY: writes the 32 bytes of `sixteen`, from wherever they begin.
        unsafe { _mm256_storeu_si256(sixteen.as_mut_ptr().cast(), begins) };
        before = _mm256_shuffle_epi8(_mm256_permute4x64_epi64::<0xFF>(sums), last_of_four);
    }
}

/// Picks the words that are wanted, with their numbers.
#[target_feature(enable = "avx2,popcnt")]
fn pick(sieve: &Sieve, words: &Words, many: usize, sifted: &mut Sifted) {
    // All that is compared has fewer than 31 bits, so that signs do not matter.
    let all = |value: u32| _mm256_set1_epi32(value.cast_signed());
    let (times, heights) = (all(TIMES), all(HEIGHTS));
    let (first, end) = (all(sieve.first << HEIGHT_BITS), all((sieve.first + sieve.slots) << HEIGHT_BITS));
    let limit = all(sieve.heights);
    let mut kept = 0;
    let many = many.min(WORDS);
    for (chunk, eight) in words.as_chunks().0.iter().enumerate().take(many.div_ceil(AT_ONCE)) {
        let word = load(eight);
        let time = _mm256_and_si256(word, times);
        let in_time = _mm256_andnot_si256(_mm256_cmpgt_epi32(first, time), _mm256_cmpgt_epi32(end, time));
        let low = _mm256_cmpgt_epi32(limit, _mm256_and_si256(word, heights));
        let wanted = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_and_si256(in_time, low))).cast_unsigned();
        let there = (1_u32 << (many - chunk * AT_ONCE).min(AT_ONCE)) - 1;
        let order = PLACES[(wanted & there) as usize];
        // SAFETY: reads the 8 bytes of `order`.
        let order = _mm256_cvtepu8_epi32(unsafe { _mm_loadl_epi64((&raw const order).cast()) });
        let number = _mm256_add_epi32(order, all((chunk * AT_ONCE) as u32));
        store(&mut sifted.words, kept, _mm256_permutevar8x32_epi32(word, order));
        store(&mut sifted.numbers, kept, number);
        kept += (wanted & there).count_ones() as usize;
    }
    sifted.kept = kept;
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 4 * AT_ONCE]) -> __m256i {
    // SAFETY: reads the 32 bytes of `bytes`, from wherever they begin.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// Writes eight numbers from a place on.
#[inline]
#[target_feature(enable = "avx2")]
fn store(to: &mut [u32], from: usize, eight: __m256i) {
    let to = &mut to[from..from + AT_ONCE];
    // SAFETY: writes the 32 bytes of `to`, from wherever they begin.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), eight) }
}

/// By which of eight are wanted: their places, and then any.
static PLACES: [[u8; AT_ONCE]; 256] = {
    let mut table = [[0; AT_ONCE]; 256];
    let mut wanted = 0;
    while wanted < 256 {
        let (mut place, mut kept) = (0, 0);
        while place < AT_ONCE {
            if wanted >> place & 1 == 1 {
                table[wanted][kept] = place as u8;
                kept += 1;
            }
            place += 1;
        }
        wanted += 1;
    }
    table
};
