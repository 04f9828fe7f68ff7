//! The sieve, the bins and the streams, with wider registers, on processors that have them.
//!
//! The only `unsafe` code is here; each has a twin without any that gives the same bytes.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

#[cfg(not(target_arch = "x86_64"))]
pub(super) use none::{SIFTS, SORTS, make};

use super::bins::Bins;
use super::bulk::PIECES;
use super::sieve::{Key, Sieve, Sifted, Words};
#[cfg(target_arch = "x86_64")]
use super::stream::MADE_WIDE;

/// Sifts if this processor can do so several words at once; whether it can.
type Sift = fn(&Sieve, &Words, usize, u32, &mut Sifted) -> bool;
/// Sorts if this processor can do so with wider registers; whether it can.
type Sort = fn(&mut Bins, [&[Key]; PIECES], &mut [Key], u32, usize) -> bool;

/// Calls what needs these features, and no more, if this processor has them; whether it has.
#[cfg(target_arch = "x86_64")]
macro_rules! if_there {
    ($($feature:tt),+ => $module:ident::$function:ident($($argument:expr),+)) => {{
        let there = $(is_x86_feature_detected!($feature))&&+;
        if there {
            // SAFETY: all that it needs is what was just found: that the processor has the features.
            unsafe { $module::$function($($argument),+) }
        }
        there
    }};
}

/// The best first.
#[cfg(target_arch = "x86_64")]
pub(super) const SIFTS: [Sift; 2] = [
    |sieve, words, many, part_shift, to| if_there!("avx512f", "popcnt" => avx512::sift(sieve, words, many, part_shift, to)),
    |sieve, words, many, part_shift, to| if_there!("avx2", "popcnt" => avx2::sift(sieve, words, many, part_shift, to)),
];

/// The best first.
#[cfg(target_arch = "x86_64")]
pub(super) const SORTS: [Sort; 2] = [
    |bins, keys, to, shift, number| if_there!("avx512f", "avx2" => avx512::sort(bins, keys, to, shift, number)),
    |bins, keys, to, shift, number| if_there!("avx2" => avx2::sort(bins, keys, to, shift, number)),
];

/// Makes the bytes of a stream from a block on, if this processor can do so eight blocks at once; whether it can.
#[cfg(target_arch = "x86_64")]
pub(super) fn make(key: &[u8; 32], stream: u64, block: u64, bytes: &mut [u8; MADE_WIDE]) -> bool {
    if_there!("avx512f" => avx512::make(key, stream, block, bytes))
}

/// Where no processor has any.
#[cfg(not(target_arch = "x86_64"))]
mod none {
    use super::{Sift, Sort};
    use crate::engine::stream::MADE_WIDE;

    pub(in crate::engine) const SIFTS: [Sift; 0] = [];
    pub(in crate::engine) const SORTS: [Sort; 0] = [];

    /// Makes the bytes of a stream if this processor can do so eight blocks at once; whether it can.
    pub(in crate::engine) fn make(_: &[u8; 32], _: u64, _: u64, _: &mut [u8; MADE_WIDE]) -> bool {
        false
    }
}
