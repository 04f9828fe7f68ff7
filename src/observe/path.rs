//! Escalation paths: the milestones of a run in the order in which they first fired, tallied as a prefix tree.
//!
//! Does not know how many runs there are, nor how paths are shown.
//!
//! A milestone is a rule marked as one, or each branch of such a rule (`clash/war`). What fires again adds
//! nothing; a firing at which no branch was drawn is no milestone.
//!
//! **Bound.** The tree takes at most `LIMIT` units, about 16 bytes each, whatever the number of runs. Beyond that
//! every path is cut at the greatest depth at which the tree fits; runs that go on are counted as `longer` where
//! they were cut. Every count that is kept is exact. The depth depends on the runs alone, not on the order in
//! which they came nor on how they were split among trees that were merged.

mod listing;

use crate::model::{Branch, Branches, Model, RuleId, Step};
pub use listing::{Branching, Path};

/// The most units of a tree: a node counts as `NODE` units, a date as one.
pub const LIMIT: usize = 1 << 21;

/// Units of a node.
const NODE: usize = 7;

/// The most bins that the step numbers of a milestone are counted in.
const BINS: Step = 1024;

const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;

/// A milestone rule, or one branch of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milestone {
    /// The rule.
    pub rule: RuleId,
    /// Index of its branch in file order, if it has any.
    pub branch: Option<u16>,
}

/// Index into `milestones(model)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MilestoneId(pub u32);

/// The milestones of a model, in file order.
pub fn milestones(model: &Model) -> Vec<Milestone> {
    let rules = (0..model.rules.len() as u32).map(RuleId).filter(|id| model.rule(*id).milestone);
    rules.flat_map(|rule| branches(model, rule).map(move |branch| Milestone { rule, branch })).collect()
}

/// A rule's branches as milestones have them: none for a rule without `choose`.
fn branches(model: &Model, rule: RuleId) -> impl Iterator<Item = Option<u16>> {
    let branches = &model.rule(rule).branches;
    let one = matches!(branches, Branches::One(_));
    branches.iter().enumerate().map(move |(index, _)| (!one).then_some(index as u16))
}

impl Milestone {
    /// `rule` or `rule/branch`.
    pub fn name(&self, model: &Model) -> String {
        let rule = &model.rule(self.rule).id;
        self.drawn(model).map_or_else(|| rule.clone(), |branch| format!("{rule}/{}", branch.name))
    }

    /// Its sentence: the branch's, or the rule's if that has none.
    pub fn says<'m>(&self, model: &'m Model) -> &'m str {
        let branch = self.drawn(model).map(|branch| branch.says.as_str()).filter(|says| !says.is_empty());
        branch.unwrap_or(&model.rule(self.rule).says)
    }

    fn drawn(self, model: &Model) -> Option<&Branch> {
        self.branch.and_then(|index| model.rule(self.rule).branches.at(usize::from(index)))
    }
}

/// The paths of many runs.
#[derive(Debug, Clone)]
pub struct PathTree {
    nodes: Vec<Node>,
    /// Dates in all nodes together.
    dates: usize,
    /// Paths are cut after so many milestones.
    depth: usize,
    /// Steps in a bin of dates.
    width: Step,
    limit: usize,
}

#[derive(Debug, Clone)]
struct Node {
    milestone: MilestoneId,
    first: u32,
    next: u32,
    ended: u64,
    longer: u64,
    lowest: u64,
    /// Of the runs that ended here.
    dates: Vec<Dated>,
    /// Of the runs that ended here: outcome, runs; ascending.
    outcomes: Vec<(u16, u64)>,
}

/// So many runs had the milestone at this position (from 0) in these steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dated {
    position: u16,
    bin: u16,
    runs: u64,
}

impl PathTree {
    /// An empty tree for runs of so many steps.
    pub fn new(steps: Step) -> Self {
        Self::with_limit(steps, LIMIT)
    }

    fn with_limit(steps: Step, limit: usize) -> Self {
        let root = Node::new(MilestoneId(NONE));
        Self { nodes: vec![root], dates: 0, depth: usize::MAX, width: (steps + 1).div_ceil(BINS), limit }
    }

    /// Steps in a bin of dates: 1 if dates are exact.
    pub fn resolution(&self) -> Step {
        self.width
    }

    /// The number of milestones after which paths were cut; `None` if none was.
    pub fn cut(&self) -> Option<usize> {
        (self.depth < usize::MAX).then_some(self.depth)
    }

    /// Counts run number `run`, which went along `path` (milestones and step numbers) to `outcome`.
    pub fn add(&mut self, path: &[(MilestoneId, Step)], outcome: u16, run: u64) {
        let kept = &path[..path.len().min(self.depth)];
        let mut at = ROOT;
        for (milestone, _) in kept {
            at = self.child(at, *milestone);
        }
        let dates = &mut self.nodes[at as usize].dates;
        if dates.is_empty() {
            // Most paths are gone along once.
            dates.reserve_exact(kept.len());
        }
        for (position, (_, step)) in kept.iter().enumerate() {
            let bin = (step / self.width) as u16;
            self.enter_date(at, Dated { position: position as u16, bin, runs: 1 });
        }
        let node = &mut self.nodes[at as usize];
        node.ended += 1;
        node.longer += u64::from(path.len() > kept.len());
        node.lowest = node.lowest.min(run);
        node.enter_outcome(outcome, 1);
        self.fit();
    }

    /// Takes in another tree of the same model.
    pub fn merge(&mut self, other: &Self) {
        let depth = self.depth.min(other.depth);
        if depth < self.depth {
            self.cut_to(depth);
        }
        self.graft(other, ROOT, ROOT, 0);
        self.fit();
    }

    /// Adds what is at and below `from` of `other` to `to`, cutting at `self.depth`.
    fn graft(&mut self, other: &Self, from: u32, to: u32, depth: usize) {
        self.take(&other.nodes[from as usize], to, depth, false);
        let mut child = other.nodes[from as usize].first;
        while child != NONE {
            if depth < self.depth {
                let into = self.child(to, other.nodes[child as usize].milestone);
                self.graft(other, child, into, depth + 1);
            } else {
                self.graft_longer(other, child, to, depth);
            }
            child = other.nodes[child as usize].next;
        }
    }

    /// Adds everything at and below `from`, which lies too deep, to `to`.
    fn graft_longer(&mut self, other: &Self, from: u32, to: u32, depth: usize) {
        self.take(&other.nodes[from as usize], to, depth, true);
        let mut child = other.nodes[from as usize].first;
        while child != NONE {
            self.graft_longer(other, child, to, depth);
            child = other.nodes[child as usize].next;
        }
    }

    fn take(&mut self, from: &Node, to: u32, depth: usize, cut: bool) {
        from.dates.iter().filter(|dated| usize::from(dated.position) < depth).for_each(|d| self.enter_date(to, *d));
        let node = &mut self.nodes[to as usize];
        node.ended += from.ended;
        node.longer += if cut { from.ended } else { from.longer };
        node.lowest = node.lowest.min(from.lowest);
        from.outcomes.iter().for_each(|(outcome, runs)| node.enter_outcome(*outcome, *runs));
    }

    /// The child of `at` with this milestone, which is made if there is none; children are in file order.
    fn child(&mut self, at: u32, milestone: MilestoneId) -> u32 {
        let (mut before, mut here) = (NONE, self.nodes[at as usize].first);
        while here != NONE && self.nodes[here as usize].milestone < milestone {
            (before, here) = (here, self.nodes[here as usize].next);
        }
        if here != NONE && self.nodes[here as usize].milestone == milestone {
            return here;
        }
        let new = self.nodes.len() as u32;
        self.nodes.push(Node { next: here, ..Node::new(milestone) });
        if before == NONE {
            self.nodes[at as usize].first = new;
        } else {
            self.nodes[before as usize].next = new;
        }
        new
    }

    fn enter_date(&mut self, at: u32, dated: Dated) {
        let dates = &mut self.nodes[at as usize].dates;
        match dates.binary_search_by_key(&(dated.position, dated.bin), |d| (d.position, d.bin)) {
            Ok(index) => dates[index].runs += dated.runs,
            Err(index) => {
                if dates.len() == dates.capacity() && dates.len() < 64 {
                    // Most paths are rare and have a date a milestone: do not reserve for more.
                    dates.reserve_exact(dates.len().max(4) / 2);
                }
                dates.insert(index, dated);
                self.dates += 1;
            }
        }
    }

    fn fit(&mut self) {
        while self.nodes.len() * NODE + self.dates > self.limit && self.deepest(ROOT) > 0 {
            self.cut_to(self.deepest(ROOT) - 1);
        }
    }

    fn deepest(&self, at: u32) -> usize {
        let mut deepest = 0;
        let mut child = self.nodes[at as usize].first;
        while child != NONE {
            deepest = deepest.max(1 + self.deepest(child));
            child = self.nodes[child as usize].next;
        }
        deepest
    }

    fn cut_to(&mut self, depth: usize) {
        let empty = Self { nodes: vec![Node::new(MilestoneId(NONE))], dates: 0, depth, ..*self };
        let whole = std::mem::replace(self, empty);
        self.graft(&whole, ROOT, ROOT, 0);
    }
}

impl Node {
    fn new(milestone: MilestoneId) -> Self {
        Self {
            milestone,
            first: NONE,
            next: NONE,
            ended: 0,
            longer: 0,
            lowest: u64::MAX,
            dates: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    fn enter_outcome(&mut self, outcome: u16, runs: u64) {
        match self.outcomes.binary_search_by_key(&outcome, |(o, _)| *o) {
            Ok(index) => self.outcomes[index].1 += runs,
            Err(index) => {
                self.outcomes.reserve_exact(1);
                self.outcomes.insert(index, (outcome, runs));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::fixture::{Building, empty};
    use proptest::prelude::*;

    fn tree(limit: usize, runs: &[Vec<u32>]) -> PathTree {
        let mut tree = PathTree::with_limit(300, limit);
        runs.iter().enumerate().for_each(|(run, path)| add(&mut tree, path, run));
        tree
    }

    fn add(tree: &mut PathTree, path: &[u32], run: usize) {
        let dated: Vec<(MilestoneId, Step)> =
            path.iter().enumerate().map(|(i, m)| (MilestoneId(*m), (run % 5 + i) as Step)).collect();
        tree.add(&dated, (run % 3) as u16, run as u64);
    }

    fn ids(list: &[u32]) -> Vec<MilestoneId> {
        list.iter().map(|id| MilestoneId(*id)).collect()
    }

    #[test]
    fn milestones_are_rules_or_their_branches() {
        let model = empty(10).with_rule("test", true, &[]).with_rule("noise", false, &[]).with_rule(
            "clash",
            true,
            &["contained", "war"],
        );
        let names: Vec<String> = milestones(&model).iter().map(|m| m.name(&model)).collect();
        assert_eq!(names, ["test", "clash/contained", "clash/war"]);
    }

    #[test]
    fn paths_are_counted_whole() {
        let tree = tree(LIMIT, &[vec![2, 1], vec![], vec![2], vec![2, 1], vec![1, 2], vec![2, 1]]);
        let paths = tree.paths();
        let seen: Vec<_> = paths.iter().map(|p| (p.milestones.clone(), p.runs, p.exemplar)).collect();
        assert_eq!(seen, [(ids(&[2, 1]), 3, 0), (ids(&[]), 1, 1), (ids(&[2]), 1, 2), (ids(&[1, 2]), 1, 4)]);
        // Runs 0, 3 and 5: first milestone in steps 0, 3, 0; outcomes 0, 0, 2.
        assert_eq!(paths[0].dates, [vec![(0, 2), (3, 1)], vec![(1, 2), (4, 1)]]);
        assert_eq!(paths[0].outcomes, [(0, 2), (2, 1)]);
        assert!(paths.iter().all(|p| p.longer == 0));
        assert_eq!(tree.cut(), None);
    }

    #[test]
    fn a_walk_adds_up_what_is_below() {
        let tree = tree(LIMIT, &[vec![2, 1], vec![], vec![2], vec![2, 1], vec![1, 2], vec![2, 1]]);
        let walk: Vec<_> = tree.walk(0).iter().map(|n| (n.depth, n.milestone.map(|m| m.0), n.runs, n.ended)).collect();
        assert_eq!(
            walk,
            [(0, None, 6, 1), (1, Some(2), 4, 1), (2, Some(1), 3, 3), (1, Some(1), 1, 0), (2, Some(2), 1, 1)]
        );
        assert_eq!(tree.walk(2).len(), 3);
        let two = &tree.walk(0)[1];
        assert_eq!(two.dates, [(0, 2), (2, 1), (3, 1)], "of all runs through it");
        assert_eq!(two.outcomes, [(0, 2), (2, 2)]);
        assert_eq!(two.exemplar, 0);
    }

    #[test]
    fn too_large_a_tree_is_cut_and_says_so() {
        let runs: Vec<Vec<u32>> = (0..50).map(|i| vec![0, i % 2, 10 + i, 100 + i]).collect();
        let tree = tree(150, &runs);
        assert!(tree.nodes.len() * NODE + tree.dates <= 150);
        assert_eq!(tree.cut(), Some(2));
        let paths = tree.paths();
        assert_eq!(paths.iter().map(|p| (p.runs, p.longer)).collect::<Vec<_>>(), [(25, 25), (25, 25)]);
        assert_eq!(paths[0].dates[1].iter().map(|(_, runs)| runs).sum::<u64>(), 25);
    }

    #[test]
    fn dates_of_long_runs_are_binned() {
        let mut tree = PathTree::new(10_000);
        tree.add(&[(MilestoneId(0), 9_999)], 0, 0);
        assert_eq!(tree.resolution(), 10);
        assert_eq!(tree.paths()[0].dates, [vec![(9_990, 1)]]);
    }

    proptest! {
        /// Cut or not: the same paths, however the runs are split and in whatever order the parts are merged.
        #[test]
        fn splitting_does_not_show(
            runs in prop::collection::vec(prop::collection::vec(0_u32..5, 0..6), 0..60),
            limit in prop_oneof![Just(60_usize), Just(200), Just(LIMIT)],
            cuts in (0_usize..60, 0_usize..60),
        ) {
            let whole = tree(limit, &runs);
            let (a, b) = (cuts.0.min(cuts.1).min(runs.len()), cuts.0.max(cuts.1).min(runs.len()));
            let part = |range: std::ops::Range<usize>| {
                let mut tree = PathTree::with_limit(300, limit);
                range.for_each(|run| add(&mut tree, &runs[run], run));
                tree
            };
            let parts = [part(0..a), part(a..b), part(b..runs.len())];
            for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
                let mut merged = parts[order[0]].clone();
                merged.merge(&parts[order[1]]);
                merged.merge(&parts[order[2]]);
                prop_assert_eq!(merged.paths(), whole.paths());
                prop_assert_eq!(merged.walk(0), whole.walk(0));
                prop_assert_eq!(merged.nodes.len(), whole.nodes.len());
                prop_assert_eq!(merged.dates, whole.dates);
            }
        }
    }
}
