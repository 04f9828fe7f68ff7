//! Escalation paths with their accuracy: the most frequent, the typical one of each outcome, and the tree of all.
//!
//! Does not know how paths are counted, nor how they are shown.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::Model;
use crate::observe::path::{self, Listing, Milestone, MilestoneId, milestones};
use crate::observe::tally::Tally;

use super::estimate::{Proportion, Quantile, Ranks};
use super::findings::{Shares, quantile};

/// Of so many runs one must have come along a branch of the tree for it to be listed.
const BRANCH: u64 = 200;

/// Along which milestones runs went.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    /// The most frequent, most frequent first.
    pub listed: Vec<Path>,
    /// Runs along a path that is not among these.
    pub others: Proportion,
    /// How many different paths there are.
    pub distinct: usize,
    /// By outcome, of those that some run had.
    pub typical: Vec<Typical>,
    /// All as a tree in the order of a walk, the most frequent branch first, without those that few runs took.
    pub tree: Vec<Branching>,
    /// The number of milestones after which paths were cut, if they were.
    pub cut: Option<usize>,
}

/// An escalation path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Runs that went along exactly it, or, if it was cut, along it and on.
    pub share: Proportion,
    /// Of these, runs that went on beyond the depth at which paths were cut.
    pub longer: u64,
    /// Its milestones in order; none for runs without any.
    pub milestones: Vec<Reached>,
    /// The lowest of these runs.
    pub exemplar: u64,
    /// By outcome, how many of these runs had it; outcomes without any are left out.
    pub outcomes: Vec<(usize, u64)>,
}

/// A milestone on a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// Which.
    pub milestone: Milestone,
    /// Median of the step number of its first firing, over the runs that came this way.
    pub median: Quantile,
}

/// The most frequent path among the runs of one outcome; among equals that of the lowest run.
#[derive(Debug, Clone, PartialEq)]
pub struct Typical {
    /// Index of the outcome.
    pub outcome: usize,
    /// How many of the runs of this outcome went along the path.
    pub share: Proportion,
    /// The path, over all runs that went along it.
    pub path: Path,
}

/// A branch of the tree of all paths.
#[derive(Debug, Clone, PartialEq)]
pub struct Branching {
    /// How many milestones lie before it and are it, from 1.
    pub depth: usize,
    /// Its milestone.
    pub reached: Reached,
    /// Runs that came this way.
    pub share: Proportion,
    /// Runs that went no further.
    pub ended: Proportion,
    /// The lowest run that came this way.
    pub exemplar: u64,
}

/// Estimates the paths that `tally` counted, and lists the `most` frequent.
pub(super) fn paths(model: &Model, tally: &Tally, most: usize, shares: &mut Shares) -> Paths {
    let listing = tally.paths().listing();
    let all = listing.paths();
    let mut estimates = Estimates { named: milestones(model), listing: &listing, shares };
    let listed = &all[..all.len().min(most)];
    let others = tally.runs() - listed.iter().map(|path| path.runs).sum::<u64>();
    Paths {
        listed: listed.iter().map(|path| estimates.path(path)).collect(),
        others: estimates.shares.of(others),
        distinct: all.len(),
        typical: estimates.typical(model, tally, &all),
        tree: estimates.tree(tally.runs()),
        cut: listing.cut(),
    }
}

struct Estimates<'a> {
    named: Vec<Milestone>,
    listing: &'a Listing<'a>,
    shares: &'a mut Shares,
}

impl Estimates<'_> {
    fn path(&mut self, path: &path::Path) -> Path {
        let reached = path.milestones().iter().enumerate();
        Path {
            share: self.shares.of(path.runs),
            longer: path.longer(),
            milestones: reached.map(|(position, id)| self.reached(path, position, *id)).collect(),
            exemplar: path.exemplar,
            outcomes: path.outcomes().into_iter().map(|(outcome, runs)| (usize::from(outcome), runs)).collect(),
        }
    }

    fn reached(&self, path: &path::Path, position: usize, id: MilestoneId) -> Reached {
        let ranks = Ranks::new(0.5, path.runs).expect("a path has runs");
        let bins: Vec<_> = path.dates(position).into_iter().map(|(step, runs)| (f64::from(step), runs)).collect();
        let median = quantile(&ranks, f64::from(self.listing.resolution()), &bins);
        Reached { milestone: self.named[id.0 as usize], median }
    }

    fn typical(&mut self, model: &Model, tally: &Tally, all: &[path::Path]) -> Vec<Typical> {
        let mut most: BTreeMap<usize, (u64, &path::Path)> = BTreeMap::new();
        let rank = |(hits, path): (u64, &path::Path)| (hits, Reverse(path.exemplar));
        for path in all {
            for (outcome, hits) in path.outcomes() {
                let so_far = most.entry(usize::from(outcome)).or_insert((hits, path));
                if rank(*so_far) < rank((hits, path)) {
                    *so_far = (hits, path);
                }
            }
        }
        // Without one for everything else, a run may have none.
        let asked = most.into_iter().filter(|(outcome, _)| *outcome < model.outcomes.len());
        let typical = |(outcome, (hits, path))| {
            let share = self.shares.of_some(hits, tally.outcome(outcome).runs);
            Typical { outcome, share, path: self.path(path) }
        };
        asked.map(typical).collect()
    }

    fn tree(&mut self, runs: u64) -> Vec<Branching> {
        let nodes = self.listing.walk((runs / BRANCH).max(1));
        let branching = |node: path::Branching| {
            let position = node.path.milestones().len().checked_sub(1)?;
            Some(Branching {
                depth: position + 1,
                reached: self.reached(&node.path, position, node.path.milestones()[position]),
                share: self.shares.of(node.path.runs),
                ended: self.shares.of(node.ended),
                exemplar: node.path.exemplar,
            })
        };
        nodes.into_iter().filter_map(branching).collect()
    }
}
