//! How an indicator falls back by itself: a table made at load (SEMANTICS 4).
//!
//! Does not know rules or names: it sees numbers.

use std::sync::Arc;

/// The new value for each old value in `low..=high`: the distance to `towards` shrinks by half in every
/// half-life, rounded towards the target, by at least one point.
///
/// `periods` is the time between two applications over the half-life (no unit, above 0).
pub fn table(low: i32, high: i32, towards: i32, periods: f64) -> Arc<[i32]> {
    let left = libm::exp2(-periods);
    (low..=high).map(|value| towards + shrink(value - towards, left)).collect()
}

fn shrink(distance: i32, left: f64) -> i32 {
    if distance == 0 {
        return 0;
    }
    let rounded = libm::floor(f64::from(distance.abs()) * left) as i32;
    distance.signum() * rounded.min(distance.abs() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_a_half_life() {
        let table = table(0, 100, 20, 1.0);
        assert_eq!(table[100], 60);
        assert_eq!(table[21], 20);
        assert_eq!(table[20], 20);
        assert_eq!(table[0], 10);
        assert_eq!(table[19], 20);
    }

    #[test]
    fn a_third_of_a_half_life_leaves_what_the_cube_root_says() {
        // 21 days of half-life, applied every 7: 0.5^(1/3) = 0.7937 of a distance of 40.
        assert_eq!(table(0, 100, 20, 1.0 / 3.0)[60], 20 + 31);
    }

    #[test]
    fn it_always_moves_and_never_passes_the_target() {
        let (low, towards) = (-50, 7);
        let table = table(low, 50, towards, 1e-9);
        for (index, new) in table.iter().enumerate() {
            let old = low + index as i32;
            let expected = old + (towards - old).signum();
            assert_eq!(*new, expected, "from {old}");
        }
    }
}
