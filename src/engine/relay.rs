//! Work that is done in parallel and handed over in order: nobody waits until all of some have been done.
//!
//! Does not know what the work is.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::channel;

use rayon::ThreadPool;

/// Does `work` for each of `parts` on the threads of `pool`, and lets `take` have what comes of it, in the order of the
/// parts. At most `ahead` parts are begun and not taken yet, so that the results of a few fit into memory when one is late.
///
/// # Errors
/// That of the first part, in their order, whose work fails; what comes of later ones is lost.
///
/// # Panics
/// As `work` does.
pub(crate) fn in_order<P: Send, T: Send, E: Send>(
    pool: &ThreadPool,
    ahead: usize,
    parts: impl Iterator<Item = P>,
    work: impl Fn(P) -> Result<T, E> + Sync,
    mut take: impl FnMut(T),
) -> Result<(), E> {
    let mut parts = parts.enumerate();
    let (sender, receiver) = channel();
    let mut done = BTreeMap::new();
    // This thread takes while those of the pool work.
    pool.in_place_scope_fifo(|scope| {
        let mut begin = |(number, part)| {
            let (sender, work) = (sender.clone(), &work);
            scope.spawn_fifo(move |_| {
                let result = catch_unwind(AssertUnwindSafe(|| work(part)));
                sender.send((number, result)).expect("the receiver outlives the scope");
            });
        };
        let (mut begun, mut taken) = (0, 0);
        loop {
            begun += parts.by_ref().take(taken + ahead - begun).map(&mut begin).count();
            if taken == begun {
                return Ok(());
            }
            let (number, result) = receiver.recv().expect("a sender is kept");
            done.insert(number, result);
            while let Some(result) = done.remove(&taken) {
                take(result.unwrap_or_else(|panic| resume_unwind(panic))?);
                taken += 1;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    fn pool(threads: usize) -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started")
    }

    /// Takes longer the earlier it comes among its neighbours, so that later work is done before earlier.
    fn late(part: usize) -> Result<usize, String> {
        std::thread::sleep(Duration::from_micros(200 * (7 - part as u64 % 8)));
        Ok(part)
    }

    #[test]
    fn results_are_taken_in_order_and_not_too_many_are_begun() {
        for (threads, ahead) in [(1, 1), (1, 5), (4, 4), (3, 9)] {
            let (begun, mut taken) = (AtomicUsize::new(0), Vec::new());
            let mut most = 0;
            let work = |part| {
                begun.fetch_add(1, Ordering::Relaxed);
                late(part)
            };
            let done = in_order(&pool(threads), ahead, 0..50, work, |part| {
                most = most.max(begun.load(Ordering::Relaxed) - taken.len());
                taken.push(part);
            });
            assert_eq!((done, taken), (Ok(()), (0..50).collect()));
            assert!(most <= ahead, "{most} of {ahead}");
        }
    }

    #[test]
    fn the_first_error_in_order_is_told_and_what_came_before_is_taken() {
        let mut taken = Vec::new();
        let work = |part| if part % 10 == 6 { Err(part) } else { late(part).map_err(|_| 0) };
        assert_eq!(in_order(&pool(3), 12, 0..50, work, |part| taken.push(part)), Err(6));
        assert_eq!(taken, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn nothing_to_do_is_done() {
        assert_eq!(in_order(&pool(2), 4, std::iter::empty(), late, |_| unreachable!("nothing was done")), Ok(()));
    }

    #[test]
    #[should_panic(expected = "part 3")]
    fn a_panic_is_passed_on() {
        let work = |part| if part == 3 { panic!("part {part}") } else { late(part) };
        let _ = in_order(&pool(2), 2, 0..10, work, |_| ());
    }
}
