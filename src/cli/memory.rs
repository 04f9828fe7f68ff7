//! How much memory the machine gives us: how many states a solution may have unless the user says so.
//!
//! Does not know what a state is, only what one takes at most.

use std::fs;

use crate::exact::solution::Room;

/// The most states by default.
const MOST: usize = 5_000_000;

/// The fewest by default, however small the machine.
const FEWEST: usize = 100_000;

/// States that fit into half of the memory, in steps that do not depend on the last megabyte of it.
pub fn states() -> usize {
    let Some(bytes) = limit() else { return MOST };
    let fit = (bytes / 2 / Room::OF_STATE) as usize;
    (fit / FEWEST * FEWEST).clamp(FEWEST, MOST)
}

/// The memory of the machine, or of the group of processes that we are in; `None` where that is not to be known.
fn limit() -> Option<u64> {
    let of_group = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let of_machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    of_group.into_iter().chain(of_machine).min()
}

/// Bytes of the line `MemTotal:  16384000 kB`.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_its_line() {
        assert_eq!(total("MemTotal:       16384000 kB\nMemFree:  1 kB\n"), Some(16_777_216_000));
        assert_eq!(total("nothing"), None);
    }

    #[test]
    fn there_is_always_room_for_some() {
        assert!((FEWEST..=MOST).contains(&states()));
    }
}
