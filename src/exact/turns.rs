//! Sorting in turns, so that it can be stopped between them: a sort of millions takes seconds.
//!
//! Does not know what is sorted.

use std::cmp::Ordering;

/// So many are sorted, or merged, between two looks.
const TURN: usize = 1 << 15;

/// Sorts by `compare`, to which no two are equal, asking `go_on` now and then.
///
/// # Errors
/// What `go_on` says; the order is any then.
pub(super) fn sort<T: Copy, E>(
    list: &mut Vec<T>,
    compare: impl Fn(&T, &T) -> Ordering,
    go_on: impl Fn() -> Result<(), E>,
) -> Result<(), E> {
    for part in list.chunks_mut(TURN) {
        go_on()?;
        part.sort_unstable_by(&compare);
    }
    let mut width = TURN;
    while width < list.len() {
        let mut merged = Vec::with_capacity(list.len());
        for pair in list.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first, later @ ..], [other, others @ ..]) = (left, right) {
                if merged.len() % TURN == 0 {
                    go_on()?;
                }
                if compare(first, other) == Ordering::Less {
                    merged.push(*first);
                    left = later;
                } else {
                    merged.push(*other);
                    right = others;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        *list = merged;
        width *= 2;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// So many different numbers in no order.
    fn mixed(size: u32) -> Vec<u32> {
        (0..size).map(|n| n.wrapping_mul(2_654_435_761)).collect()
    }

    #[test]
    fn many_turns_sort_as_one() {
        for size in [0, 1, TURN, TURN + 1, 3 * TURN + 5, 8 * TURN] {
            let (mut list, mut expected) = (mixed(size as u32), mixed(size as u32));
            expected.sort_unstable_by(|a, b| b.cmp(a));
            sort(&mut list, |a, b| b.cmp(a), || Ok::<(), ()>(())).unwrap();
            assert_eq!(list, expected);
        }
    }

    #[test]
    fn it_can_be_stopped_after_any_turn() {
        let sorted = |looks: usize| {
            let left = Cell::new(looks);
            let go_on = || left.get().checked_sub(1).map(|less| left.set(less)).ok_or("stop");
            sort(&mut mixed(4 * TURN as u32), u32::cmp, go_on)
        };
        assert_eq!(sorted(4 + 4 + 4), Ok(()));
        for looks in 0..10 {
            assert_eq!(sorted(looks), Err("stop"), "after {looks}");
        }
    }
}
