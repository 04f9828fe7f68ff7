//! The tree of paths read out: as a list of whole paths, and as a walk from the root.
//!
//! Does not know how the tree was filled.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{MilestoneId, NONE, Node, PathTree, ROOT};
use crate::model::Step;

/// A path that some run went along, with the runs that went along exactly it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Its milestones.
    pub milestones: Vec<MilestoneId>,
    /// Runs whose path it is.
    pub runs: u64,
    /// Of these, the runs that went on beyond the depth at which paths were cut.
    pub longer: u64,
    /// The lowest of these runs.
    pub exemplar: u64,
    /// By milestone: step numbers (the first of their bin) and how many of these runs, ascending.
    pub dates: Vec<Vec<(Step, u64)>>,
    /// Of these runs: outcome, runs; ascending.
    pub outcomes: Vec<(u16, u64)>,
}

/// A node of the tree, in the order of a walk from the root, the most frequent branch first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branching {
    /// How many milestones lie before it and are it: 0 for the root.
    pub depth: usize,
    /// Its milestone; `None` for the root.
    pub milestone: Option<MilestoneId>,
    /// Runs whose path goes through it or ends in it.
    pub runs: u64,
    /// Runs whose path ends in it.
    pub ended: u64,
    /// The lowest run through it.
    pub exemplar: u64,
    /// When it fired first in the runs through it: step numbers and runs, ascending.
    pub dates: Vec<(Step, u64)>,
    /// Of the runs through it: outcome, runs; ascending.
    pub outcomes: Vec<(u16, u64)>,
}

impl PathTree {
    /// The paths, those of most runs first, then by their lowest run.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        self.collect(ROOT, &mut Vec::new(), &mut paths);
        paths.sort_by_key(|path| (Reverse(path.runs), path.exemplar));
        paths
    }

    fn collect(&self, at: u32, prefix: &mut Vec<MilestoneId>, paths: &mut Vec<Path>) {
        let node = &self.nodes[at as usize];
        if node.ended > 0 {
            let dates = (0..prefix.len()).map(|position| self.dates_of(node, position)).collect();
            paths.push(Path {
                milestones: prefix.clone(),
                runs: node.ended,
                longer: node.longer,
                exemplar: node.lowest,
                dates,
                outcomes: node.outcomes.clone(),
            });
        }
        let mut child = node.first;
        while child != NONE {
            prefix.push(self.nodes[child as usize].milestone);
            self.collect(child, prefix, paths);
            prefix.pop();
            child = self.nodes[child as usize].next;
        }
    }

    fn dates_of(&self, node: &Node, position: usize) -> Vec<(Step, u64)> {
        let here = node.dates.iter().filter(|dated| usize::from(dated.position) == position);
        here.map(|dated| (Step::from(dated.bin) * self.width, dated.runs)).collect()
    }

    /// The tree as a walk from the root, leaving out nodes of fewer than `least` runs.
    pub fn walk(&self, least: u64) -> Vec<Branching> {
        let mut nodes = Vec::new();
        self.walk_from(ROOT, 0, least, &mut nodes);
        nodes
    }

    /// Appends what is at and below `at`, and returns the totals of its own node.
    fn walk_from(&self, at: u32, depth: usize, least: u64, nodes: &mut Vec<Branching>) {
        let node = self.totals(at, depth);
        if node.runs < least {
            return;
        }
        nodes.push(node);
        let mut children = Vec::new();
        let mut child = self.nodes[at as usize].first;
        while child != NONE {
            children.push((Reverse(self.runs_through(child)), child));
            child = self.nodes[child as usize].next;
        }
        // Equal counts in file order: the sort is stable.
        children.sort_by_key(|(runs, _)| *runs);
        for (_, child) in children {
            self.walk_from(child, depth + 1, least, nodes);
        }
    }

    fn runs_through(&self, at: u32) -> u64 {
        let mut runs = 0;
        self.below(at, &mut |node| runs += node.ended);
        runs
    }

    fn totals(&self, at: u32, depth: usize) -> Branching {
        let node = &self.nodes[at as usize];
        let mut total = Node::new(node.milestone);
        let mut dates: BTreeMap<Step, u64> = BTreeMap::new();
        self.below(at, &mut |node| {
            total.ended += node.ended;
            total.lowest = total.lowest.min(node.lowest);
            node.outcomes.iter().for_each(|(outcome, runs)| total.enter_outcome(*outcome, *runs));
            if let Some(position) = depth.checked_sub(1) {
                self.dates_of(node, position).into_iter().for_each(|(step, n)| *dates.entry(step).or_default() += n);
            }
        });
        Branching {
            depth,
            milestone: (at != ROOT).then_some(node.milestone),
            runs: total.ended,
            ended: node.ended,
            exemplar: total.lowest,
            dates: dates.into_iter().collect(),
            outcomes: total.outcomes,
        }
    }

    fn below(&self, at: u32, see: &mut impl FnMut(&Node)) {
        see(&self.nodes[at as usize]);
        let mut child = self.nodes[at as usize].first;
        while child != NONE {
            self.below(child, see);
            child = self.nodes[child as usize].next;
        }
    }
}
