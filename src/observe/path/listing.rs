//! Paths read out: each by itself, and as a tree in the order of a walk from the root.
//!
//! Does not know how they were counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use super::{BINS, MilestoneId, Paths, Way, size};
use crate::model::Step;

/// All paths, cut where they have to be.
#[derive(Debug)]
pub struct Listing<'p> {
    /// By milestones, then by outcome.
    ways: Vec<&'p Way>,
    pub(super) depth: usize,
    /// Steps in a bin of dates.
    width: Step,
}

/// Runs whose paths begin with the same milestones.
#[derive(Clone, Copy)]
pub struct Path<'l> {
    ways: &'l [&'l Way],
    /// How many milestones they have in common here.
    depth: usize,
    width: Step,
    /// How many.
    pub runs: u64,
    /// The lowest of them.
    pub exemplar: u64,
}

/// A node of the tree.
#[derive(Debug, Clone, Copy)]
pub struct Branching<'l> {
    /// The runs through it, as far as to its milestone; without any for the root.
    pub path: Path<'l>,
    /// Runs whose path ends in it, or was cut there.
    pub ended: u64,
}

impl<'p> Listing<'p> {
    pub(super) fn new(paths: &'p Paths) -> Self {
        let mut ways: Vec<&Way> = paths.ways.iter().collect();
        ways.sort_unstable_by_key(|way| (&way.milestones, way.outcome));
        let mut listing = Self { ways, depth: paths.depth, width: paths.width };
        if paths.size > paths.limit {
            listing.depth = listing.greatest_of_size(paths.limit);
        }
        listing
    }

    /// The greatest depth at which paths that are cut there take at most `limit` bytes.
    fn greatest_of_size(&self, limit: usize) -> usize {
        let deepest = self.ways.iter().map(|way| way.milestones.len()).max().unwrap_or(0);
        let (mut fits, mut too_deep) = (0, deepest);
        while too_deep > fits + 1 {
            let depth = fits.midpoint(too_deep);
            if self.size_at(depth) <= limit { fits = depth } else { too_deep = depth }
        }
        fits
    }

    pub(super) fn size_at(&self, depth: usize) -> usize {
        let alike = self.ways.chunk_by(|one, other| up_to(one, depth) == up_to(other, depth));
        alike.map(|ways| size_of_cut(ways, depth)).sum()
    }

    /// The number of milestones after which paths were cut; `None` if none was.
    pub fn cut(&self) -> Option<usize> {
        (self.depth < usize::MAX).then_some(self.depth)
    }

    /// Steps in a bin of dates: 1 if dates are exact.
    pub fn resolution(&self) -> Step {
        self.width
    }

    /// The paths, those of most runs first, then by their lowest run.
    pub fn paths(&self) -> Vec<Path<'_>> {
        let alike = self.ways.chunk_by(|one, other| up_to(one, self.depth) == up_to(other, self.depth));
        let mut paths: Vec<Path> = alike.map(|ways| self.path(ways, up_to(ways[0], self.depth).len())).collect();
        paths.sort_by_key(|path| (Reverse(path.runs), path.exemplar));
        paths
    }

    /// The tree as a walk from the root, the most frequent branch first, leaving out nodes of fewer than `least` runs.
    pub fn walk(&self, least: u64) -> Vec<Branching<'_>> {
        let mut nodes = Vec::new();
        self.walk_from(self.path(&self.ways, 0), least, &mut nodes);
        nodes
    }

    /// Appends what is at and below the end of `path`.
    fn walk_from<'l>(&'l self, path: Path<'l>, least: u64, nodes: &mut Vec<Branching<'l>>) {
        if path.runs < least {
            return;
        }
        // What ends here comes first.
        let ends = |way: &&Way| up_to(way, self.depth).len() == path.depth;
        let (ended, longer) = path.ways.split_at(path.ways.partition_point(ends));
        nodes.push(Branching { path, ended: ended.iter().map(|way| way.runs).sum() });
        let alike = longer.chunk_by(|one, other| one.milestones[path.depth] == other.milestones[path.depth]);
        let mut branches: Vec<Path> = alike.map(|ways| self.path(ways, path.depth + 1)).collect();
        // Equal counts in file order: the sort is stable.
        branches.sort_by_key(|branch| Reverse(branch.runs));
        branches.into_iter().for_each(|branch| self.walk_from(branch, least, nodes));
    }

    fn path<'l>(&self, ways: &'l [&'l Way], depth: usize) -> Path<'l> {
        let runs = ways.iter().map(|way| way.runs).sum();
        let exemplar = ways.iter().map(|way| way.lowest).min().unwrap_or(u64::MAX);
        Path { ways, depth, width: self.width, runs, exemplar }
    }
}

/// The milestones of `way`, cut after `depth`.
fn up_to(way: &Way, depth: usize) -> &[MilestoneId] {
    &way.milestones[..way.milestones.len().min(depth)]
}

/// Bytes of what is left of `ways` when it is cut after `depth` milestones, so far being alike.
fn size_of_cut(ways: &[&Way], depth: usize) -> usize {
    let milestones = up_to(ways[0], depth).len();
    let mut by_outcome: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
    for way in ways {
        let dates = way.dates[..way.dates_before(depth)].iter().map(|dated| dated.place);
        by_outcome.entry(way.outcome).or_default().extend(dates);
    }
    let different = |mut dates: Vec<u32>| {
        dates.sort_unstable();
        dates.dedup();
        dates.len()
    };
    by_outcome.into_values().map(|dates| size(milestones, different(dates))).sum()
}

impl Path<'_> {
    /// The milestones that they have in common, in order.
    pub fn milestones(&self) -> &[MilestoneId] {
        self.ways.first().map_or(&[], |way| up_to(way, self.depth))
    }

    /// Of the runs, those that went on beyond the depth at which paths were cut, if this is a whole path.
    pub fn longer(&self) -> u64 {
        let beyond = |way: &&Way| if way.milestones.len() > self.depth { way.runs } else { way.longer };
        self.ways.iter().map(beyond).sum()
    }

    /// When the milestone at `position` fired first: step numbers (the first of their bin) and runs, ascending.
    pub fn dates(&self, position: usize) -> Vec<(Step, u64)> {
        let mut dates = BTreeMap::new();
        for way in self.ways {
            for dated in &way.dates[way.dates_before(position)..way.dates_before(position + 1)] {
                *dates.entry((dated.place % BINS) * self.width).or_default() += dated.runs;
            }
        }
        dates.into_iter().collect()
    }

    /// `dates` of every milestone.
    pub(crate) fn all_dates(&self) -> Vec<Vec<(Step, u64)>> {
        (0..self.milestones().len()).map(|position| self.dates(position)).collect()
    }

    /// Outcomes and runs, ascending.
    pub fn outcomes(&self) -> Vec<(u16, u64)> {
        let mut outcomes = BTreeMap::new();
        self.ways.iter().for_each(|way| *outcomes.entry(way.outcome).or_default() += way.runs);
        outcomes.into_iter().collect()
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = f.debug_struct("Path");
        path.field("milestones", &self.milestones()).field("runs", &self.runs).field("longer", &self.longer());
        path.field("exemplar", &self.exemplar).field("dates", &self.all_dates()).field("outcomes", &self.outcomes());
        path.finish()
    }
}
