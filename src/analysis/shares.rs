//! Shares of a whole, rounded so that what is shown adds up.
//!
//! Does not know of intervals: each share keeps its own.

/// Rounds `counts` to shares of `whole` units (100 for per cent without decimals, 1,000 with one, …) that sum to
/// `whole` if there is any count: the method of largest remainders. Equal remainders go to the earlier entry.
/// A share that is 0 of a count that is not is still 0 here: show it as less than one unit.
pub fn largest_remainder(counts: &[u64], whole: u64) -> Vec<u64> {
    let total: u128 = counts.iter().map(|c| u128::from(*c)).sum();
    if total == 0 {
        return vec![0; counts.len()];
    }
    let exact = |count: u64| u128::from(count) * u128::from(whole);
    let mut shares: Vec<u64> = counts.iter().map(|c| (exact(*c) / total) as u64).collect();
    let missing = whole - shares.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(exact(counts[*i]) % total), *i));
    for i in order.into_iter().take(missing as usize) {
        shares[i] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirds_add_up() {
        assert_eq!(largest_remainder(&[1, 1, 1], 100), [34, 33, 33]);
        assert_eq!(largest_remainder(&[1, 1, 1], 1000), [334, 333, 333]);
        assert_eq!(largest_remainder(&[999, 1], 100), [100, 0]);
        assert_eq!(largest_remainder(&[0, 0], 100), [0, 0]);
        assert_eq!(largest_remainder(&[], 100), [0_u64; 0]);
    }

    proptest! {
        #[test]
        fn shares_sum_and_stay_within_one_unit(counts in prop::collection::vec(0_u64..1_000_000, 1..20), decimals in 0_u32..4) {
            let whole = 100 * 10_u64.pow(decimals);
            let total: u64 = counts.iter().sum();
            prop_assume!(total > 0);
            let shares = largest_remainder(&counts, whole);
            prop_assert_eq!(shares.iter().sum::<u64>(), whole);
            for (share, count) in shares.iter().zip(&counts) {
                let exact = *count as f64 * whole as f64 / total as f64;
                prop_assert!((*share as f64 - exact).abs() < 1.0 + 1e-9);
            }
        }
    }
}
