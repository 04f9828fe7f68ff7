//! The sieve, the bins and the streams, with wider registers, on processors that have them.
//!
//! The only `unsafe` code is here; each has a twin without any that gives the same bytes.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

#[cfg(target_arch = "x86_64")]
pub(super) use avx512::make;
#[cfg(not(target_arch = "x86_64"))]
pub(super) use none::{SIFTS, SORTS, make};

use super::bins::Bins;
use super::bulk::PIECES;
use super::sieve::{Key, Sieve, Sifted, Words};

/// Sifts if this processor can do so several words at once; whether it can.
type Sift = fn(&Sieve, &Words, usize, u32, &mut Sifted) -> bool;
/// Sorts if this processor can do so with wider registers; whether it can.
type Sort = fn(&mut Bins, [&[Key]; PIECES], &mut [Key], u32, usize) -> bool;

/// The best first.
#[cfg(target_arch = "x86_64")]
pub(super) const SIFTS: [Sift; 2] = [avx512::sift, avx2::sift];
/// The best first.
#[cfg(target_arch = "x86_64")]
pub(super) const SORTS: [Sort; 2] = [avx512::count_into, avx2::count_into];

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
