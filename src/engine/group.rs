//! Which pressures are looked up together: those that move the same variable, if they hang on few.
//!
//! Does not know what is looked up, nor when.

use std::collections::HashMap;

use crate::model::VariableId;
use crate::model::formula::Bounded;

/// Pressures of a group, at most: their limits are moved at once.
pub(super) const WIDTH: usize = 4;
/// Rows that a group's table may have because of its second and further members: it stays in the fastest memory.
const ROWS: usize = 512;
/// Variables that a group may hang on: as many as a `Look` can stand on.
const VARIABLES: usize = 4;

/// Pressures, by their places in a list, and all that they hang on.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) members: Vec<usize>,
    /// Each variable once.
    pub(super) domains: Vec<Bounded>,
}

impl Group {
    /// Its domains with those of another that they lack.
    fn with(&self, domains: &[Bounded]) -> Vec<Bounded> {
        let mut all = self.domains.clone();
        all.extend(domains.iter().filter(|domain| !self.domains.contains(domain)));
        all
    }
}

/// How many values each has.
pub(super) fn sizes(domains: &[Bounded]) -> impl Iterator<Item = usize> {
    domains.iter().map(|(_, low, high)| (i64::from(*high) - i64::from(*low) + 1) as usize)
}

/// How many rows a table over these has; a great number if more than can be counted.
fn rows(domains: &[Bounded]) -> usize {
    sizes(domains).fold(1, usize::saturating_mul)
}

/// Groups of pressures, of which each has a variable that it moves and some on which it hangs: every pressure in one of
/// them.
///
/// When a variable moves, every group that hangs on it has to move. The rules of an actor often hang on the same, and move
/// its posture; and if groups are made alike for all actors, then as many move whichever of them it is, so that the
/// processor can foresee how many.
pub(super) fn together<'a>(pressures: impl Iterator<Item = (Option<VariableId>, &'a [Bounded])>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut open: HashMap<Option<VariableId>, usize> = HashMap::new();
    for (pressure, (moved, domains)) in pressures.enumerate() {
        let known = open.get(&moved).map(|group| (*group, groups[*group].with(domains)));
        let fits = |(group, all): &(usize, Vec<Bounded>)| {
            groups[*group].members.len() < WIDTH && all.len() <= VARIABLES && rows(all) <= ROWS
        };
        match known.filter(fits) {
            Some((group, all)) => {
                groups[group].members.push(pressure);
                groups[group].domains = all;
            }
            None => {
                open.insert(moved, groups.len());
                groups.push(Group { members: vec![pressure], domains: domains.to_vec() });
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(variable: u32, high: i32) -> Bounded {
        (VariableId(variable), 0, high)
    }

    /// The groups of pressures that move the first of their variables.
    fn groups(pressures: &[&[Bounded]]) -> Vec<(Vec<usize>, usize)> {
        let moved = |domains: &[Bounded]| domains.first().map(|domain| domain.0);
        let groups = together(pressures.iter().map(|domains| (moved(domains), *domains)));
        groups.into_iter().map(|group| (group.members, rows(&group.domains))).collect()
    }

    /// What moves the same stands together, up to four; what hangs on nothing, too, and what hangs on much stays alone.
    #[test]
    fn those_that_move_the_same_stand_together() {
        let (a, b, c) = (domain(0, 5), domain(1, 5), domain(2, 5));
        assert_eq!(groups(&[&[a], &[b], &[a, b], &[a, c]]), [(vec![0, 2, 3], 216), (vec![1], 6)]);
        assert_eq!(groups(&[&[a][..]; 6]), [(vec![0, 1, 2, 3], 6), (vec![4, 5], 6)]);
        assert_eq!(groups(&[&[], &[a], &[], &[]]), [(vec![0, 2, 3], 1), (vec![1], 6)]);
        let wide = domain(3, 8_000);
        assert_eq!(groups(&[&[wide], &[wide, a], &[a, c]]), [(vec![0], 8_001), (vec![1], 48_006), (vec![2], 36)]);
        let many: Vec<Bounded> = (10..15).map(|variable| domain(variable, 1)).collect();
        assert_eq!(groups(&[&many[..4], &[many[0], many[4]]]), [(vec![0], 16), (vec![1], 4)]);
    }
}
