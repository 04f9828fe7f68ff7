//! Poisson counts from uniform numbers, by the inverse distribution function.
//!
//! Does not know where the uniform numbers come from.

/// 2⁶⁴.
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

/// Inverse distribution function of a Poisson law, on 64-bit uniforms.
#[derive(Debug)]
pub(super) struct Poisson {
    /// `below[k]`: the count is at most `k` if the uniform is less.
    below: Vec<u64>,
    /// Where to begin to look, by the top byte of the uniform.
    guide: [u8; 256],
}

impl Poisson {
    /// Of this mean.
    pub(super) fn new(mean: f64) -> Self {
        let mut below = Vec::new();
        let (mut term, mut sum) = (libm::exp(-mean), 0.0);
        for k in 0.. {
            sum += term;
            let scaled = sum * TWO_64;
            term *= mean / f64::from(k + 1);
            if scaled >= TWO_64 || (f64::from(k) > mean && term * TWO_64 < 1.0) {
                break;
            }
            below.push(scaled as u64);
        }
        assert!(below.len() < 256, "counts have 8 bits");
        let guide = std::array::from_fn(|top| below.partition_point(|limit| *limit <= (top as u64) << 56) as u8);
        Self { below, guide }
    }

    /// The count for a uniform whose first 32 bits are `word`; `rest` gives the other 32 if they matter.
    #[inline]
    pub(super) fn count(&self, word: u32, rest: impl FnOnce() -> u32) -> u32 {
        let mut k = usize::from(self.guide[(word >> 24) as usize]);
        while k < self.below.len() && (self.below[k] >> 32) < u64::from(word) {
            k += 1;
        }
        if k < self.below.len() && (self.below[k] >> 32) == u64::from(word) {
            let uniform = (u64::from(word) << 32) | u64::from(rest());
            while k < self.below.len() && self.below[k] <= uniform {
                k += 1;
            }
        }
        k as u32
    }
}
