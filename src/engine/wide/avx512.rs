//! The blocks of a stream, the sieve and the bins with registers of 512 bits.
//!
//! Does not know what the words and keys mean beyond what sieve and bins want of them.

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_cvtsi32_si128, _mm_loadu_si128, _mm512_add_epi32, _mm512_add_epi64,
    _mm512_alignr_epi64, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_castsi512_si256, _mm512_cmpgt_epu64_mask,
    _mm512_cmplt_epu32_mask, _mm512_cvtepu32_epi64, _mm512_extracti64x4_epi64, _mm512_loadu_si512,
    _mm512_mask_cmplt_epu32_mask, _mm512_mask_loadu_epi64, _mm512_mask_max_epu64, _mm512_mask_storeu_epi64,
    _mm512_maskz_compress_epi32, _mm512_min_epu64, _mm512_or_si512, _mm512_rol_epi32, _mm512_set_epi64,
    _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setr_epi32, _mm512_shuffle_epi32, _mm512_shuffle_i32x4,
    _mm512_sll_epi64, _mm512_slli_epi64, _mm512_srl_epi64, _mm512_srli_epi64, _mm512_storeu_si512, _mm512_sub_epi32,
    _mm512_xor_si512,
};

use super::avx2::begin as begin_bins;
use crate::engine::bins::Bins;
use crate::engine::bulk::PIECES;
use crate::engine::occasion::LANES;
use crate::engine::sieve::{
    HEIGHT_BITS, HEIGHTS, INDEX_BITS, Key, PRESSURE_BITS, Sieve, Sifted, TIME_BITS, TIME_SHIFT, TIMES, WORDS, Words,
};
use crate::engine::stream::MADE_WIDE;

/// Words in a register.
const AT_ONCE: usize = 16;

/// Sifts sixteen words at once.
#[target_feature(enable = "avx512f,popcnt")]
pub(super) fn sift(sieve: &Sieve, words: &Words, many: usize, part_shift: u32, sifted: &mut Sifted) {
    let all = |value: u32| _mm512_set1_epi32(value.cast_signed());
    let (times, heights) = (all(TIMES), all(HEIGHTS));
    let (first, slots, limit) = (all(sieve.first << HEIGHT_BITS), all(sieve.slots << HEIGHT_BITS), all(sieve.heights));
    let next = all(AT_ONCE as u32);
    let mut numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let mut kept = 0;
    let many = many.min(WORDS);
    for (chunk, sixteen) in words.as_chunks().0.iter().enumerate().take(many.div_ceil(AT_ONCE)) {
        let word = load(sixteen);
        // Of one before the first, the difference is greater than any.
        let within = _mm512_sub_epi32(_mm512_and_si512(word, times), first);
        let in_time = _mm512_cmplt_epu32_mask(within, slots);
        let wanted = _mm512_mask_cmplt_epu32_mask(in_time, _mm512_and_si512(word, heights), limit);
        let there = (1_u32 << (many - chunk * AT_ONCE).min(AT_ONCE)) - 1;
        let wanted = wanted & there as u16;
        let word = _mm512_maskz_compress_epi32(wanted, word);
        let number = _mm512_maskz_compress_epi32(wanted, numbers);
        let lower = (_mm512_castsi512_si256(word), _mm512_castsi512_si256(number));
        form(sieve, lower, part_shift, kept, sifted);
        let upper = (_mm512_extracti64x4_epi64::<1>(word), _mm512_extracti64x4_epi64::<1>(number));
        form(sieve, upper, part_shift, kept + AT_ONCE / 2, sifted);
        kept += wanted.count_ones() as usize;
        numbers = _mm512_add_epi32(numbers, next);
    }
    sifted.kept = kept;
}

/// Makes keys of eight words with these numbers, finds their lists, and writes both from a place on.
#[inline]
#[target_feature(enable = "avx512f")]
fn form(sieve: &Sieve, (words, numbers): (__m256i, __m256i), part_shift: u32, from: usize, sifted: &mut Sifted) {
    let all = |value: u64| _mm512_set1_epi64(value.cast_signed());
    let by = |shift: u32| _mm_cvtsi32_si128(shift.cast_signed());
    let word = _mm512_cvtepu32_epi64(words);
    let height = _mm512_slli_epi64::<{ PRESSURE_BITS + INDEX_BITS }>(_mm512_and_si512(word, all(u64::from(HEIGHTS))));
    let number = _mm512_slli_epi64::<PRESSURE_BITS>(_mm512_cvtepu32_epi64(numbers));
    let time = _mm512_sll_epi64(_mm512_and_si512(word, all(u64::from(TIMES))), by(sieve.shift));
    let key = _mm512_or_si512(_mm512_add_epi64(all(sieve.base), time), _mm512_or_si512(height, number));
    let part = _mm512_srl_epi64(key, by(TIME_SHIFT + part_shift));
    let lane = _mm512_srli_epi64::<{ TIME_BITS + HEIGHT_BITS }>(word);
    let list = _mm512_or_si512(_mm512_slli_epi64::<{ LANES.trailing_zeros() }>(part), lane);
    store(&mut sifted.keys, from, key);
    store(&mut sifted.lists, from, list);
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; 4 * AT_ONCE]) -> __m512i {
    // SAFETY: reads the 64 bytes of `bytes`, from wherever they begin.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Writes eight numbers from a place on.
#[inline]
#[target_feature(enable = "avx512f")]
fn store(to: &mut [u64], from: usize, eight: __m512i) {
    let to = &mut to[from..from + 8];
    // SAFETY: writes the 64 bytes of `to`, from wherever they begin.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), eight) }
}

/// Sorts, exchanging eight keys at once.
#[target_feature(enable = "avx512f,avx2")]
pub(super) fn sort(bins: &mut Bins, keys: [&[Key]; PIECES], sorted: &mut [Key], shift: u32, number: usize) {
    bins.count_into(keys, sorted, shift, number, |counts| begin_bins(counts));
    // Bins are small: seldom are more sweeps needed than these.
    sweep(sorted);
    sweep(sorted);
    while !is_sorted(sorted) {
        sweep(sorted);
    }
}

/// Exchanges neighbours that are out of order: the first and the second, the third and the fourth, and so on; and then the
/// second and the third, and so on. As often as there are keys, at most, puts them in order (odd-even transposition sort:
/// N. Haberman, 1972).
#[inline]
#[target_feature(enable = "avx512f")]
fn sweep(keys: &mut [Key]) {
    let (mut from, mut eight) = (0, exchange_pairs(load_keys(keys)));
    store_keys(keys.get_mut(..1).unwrap_or_default(), eight);
    while from + 1 < keys.len() {
        let next = exchange_pairs(load_keys(keys.get(from + KEYS..).unwrap_or_default()));
        let between = exchange_pairs(_mm512_alignr_epi64::<1>(next, eight));
        store_keys(&mut keys[from + 1..], between);
        (from, eight) = (from + KEYS, next);
    }
}

/// The lower one of each pair in the first place, and the higher one in the second.
#[inline]
#[target_feature(enable = "avx512f")]
fn exchange_pairs(keys: __m512i) -> __m512i {
    let exchanged = _mm512_shuffle_epi32::<0b01_00_11_10>(keys);
    _mm512_mask_max_epu64(_mm512_min_epu64(keys, exchanged), 0b1010_1010, keys, exchanged)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn is_sorted(keys: &[Key]) -> bool {
    let mut wrong = 0;
    for from in (0..keys.len()).step_by(KEYS) {
        wrong |= _mm512_cmpgt_epu64_mask(load_keys(&keys[from..]), load_keys(&keys[from + 1..]));
    }
    wrong == 0
}

/// Keys in a register.
const KEYS: usize = 8;

/// The first eight; where there are fewer, the highest behind them.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_keys(keys: &[Key]) -> __m512i {
    let highest = _mm512_set1_epi64(Key::MAX.cast_signed());
    // SAFETY: reads those that there are.
    unsafe { _mm512_mask_loadu_epi64(highest, first(keys), keys.as_ptr().cast()) }
}

/// Writes the first eight, or as many as there are.
#[inline]
#[target_feature(enable = "avx512f")]
fn store_keys(keys: &mut [Key], eight: __m512i) {
    // SAFETY: writes those that there are.
    unsafe { _mm512_mask_storeu_epi64(keys.as_mut_ptr().cast(), first(keys), eight) }
}

/// The first eight, or as many as there are: a bit for each.
#[inline]
fn first(keys: &[Key]) -> u8 {
    ((1_u32 << keys.len().min(KEYS)) - 1) as u8
}

/// Four blocks of `ChaCha`: the first rows of all, then the second, and so on.
type Four = [__m512i; 4];

/// Makes the bytes of a stream from a block on, eight blocks at once.
#[target_feature(enable = "avx512f")]
pub(super) fn make(key: &[u8; 32], stream: u64, block: u64, bytes: &mut [u8; MADE_WIDE]) {
    // D. J. Bernstein, `ChaCha`, a variant of Salsa20, 2008: here with eight rounds, a 64-bit counter, a 64-bit stream.
    let [first, second] = [0, 4].map(|later| begin(key, stream, block.wrapping_add(later)));
    // Eight, since the steps of four wait for one another.
    let (mut one, mut other) = (first, second);
    for _ in 0..4 {
        (one, other) = (two_rounds(one), two_rounds(other));
    }
    let (one_bytes, other_bytes) = bytes.split_at_mut(MADE_WIDE / 2);
    end(first, one, one_bytes);
    end(second, other, other_bytes);
}

/// What the blocks are made of.
#[inline]
#[target_feature(enable = "avx512f")]
fn begin(key: &[u8; 32], stream: u64, block: u64) -> Four {
    let counted = |later: u64| block.wrapping_add(later).cast_signed();
    let stream = stream.cast_signed();
    [
        four_of(b"expand 32-byte k"),
        four_of(&key.as_chunks().0[0]),
        four_of(&key.as_chunks().0[1]),
        _mm512_set_epi64(stream, counted(3), stream, counted(2), stream, counted(1), stream, counted(0)),
    ]
}

/// The same row for all.
#[inline]
#[target_feature(enable = "avx512f")]
fn four_of(row: &[u8; 16]) -> __m512i {
    // SAFETY: reads the 16 bytes of `row`, from wherever they begin.
    let row: __m128i = unsafe { _mm_loadu_si128(row.as_ptr().cast()) };
    _mm512_broadcast_i32x4(row)
}

/// A round of columns, and one of diagonals, for which rows are turned so that these stand as columns.
#[inline]
#[target_feature(enable = "avx512f")]
fn two_rounds(four: Four) -> Four {
    let [a, b, c, d] = round(four);
    let turned = [
        a,
        _mm512_shuffle_epi32::<0b00_11_10_01>(b),
        _mm512_shuffle_epi32::<0b01_00_11_10>(c),
        _mm512_shuffle_epi32::<0b10_01_00_11>(d),
    ];
    let [a, b, c, d] = round(turned);
    [
        a,
        _mm512_shuffle_epi32::<0b10_01_00_11>(b),
        _mm512_shuffle_epi32::<0b01_00_11_10>(c),
        _mm512_shuffle_epi32::<0b00_11_10_01>(d),
    ]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn round([a, b, c, d]: Four) -> Four {
    let a = _mm512_add_epi32(a, b);
    let d = _mm512_rol_epi32::<16>(_mm512_xor_si512(d, a));
    let c = _mm512_add_epi32(c, d);
    let b = _mm512_rol_epi32::<12>(_mm512_xor_si512(b, c));
    let a = _mm512_add_epi32(a, b);
    let d = _mm512_rol_epi32::<8>(_mm512_xor_si512(d, a));
    let c = _mm512_add_epi32(c, d);
    let b = _mm512_rol_epi32::<7>(_mm512_xor_si512(b, c));
    [a, b, c, d]
}

/// Adds what they were made of, and writes block after block.
#[inline]
#[target_feature(enable = "avx512f")]
fn end(from: Four, four: Four, bytes: &mut [u8]) {
    let [a, b, c, d] = std::array::from_fn(|row| _mm512_add_epi32(from[row], four[row]));
    // Of the first two blocks the upper rows, and the lower; then of the others.
    let (upper, lower) = (_mm512_shuffle_i32x4::<0b01_00_01_00>(a, b), _mm512_shuffle_i32x4::<0b01_00_01_00>(c, d));
    let (upper_2, lower_2) = (_mm512_shuffle_i32x4::<0b11_10_11_10>(a, b), _mm512_shuffle_i32x4::<0b11_10_11_10>(c, d));
    let blocks = [
        _mm512_shuffle_i32x4::<0b10_00_10_00>(upper, lower),
        _mm512_shuffle_i32x4::<0b11_01_11_01>(upper, lower),
        _mm512_shuffle_i32x4::<0b10_00_10_00>(upper_2, lower_2),
        _mm512_shuffle_i32x4::<0b11_01_11_01>(upper_2, lower_2),
    ];
    for (block, bytes) in blocks.into_iter().zip(bytes.as_chunks_mut::<64>().0) {
        // SAFETY: writes the 64 bytes of `bytes`, from wherever they begin.
        unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), block) };
    }
}
