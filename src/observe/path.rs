//! Escalation paths: the milestones of a run in the order in which they first fired, and how many runs had each.
//!
//! Does not know how many runs there are, nor how paths are shown.
//!
//! A milestone is a rule marked as one, or each branch of such a rule (`clash/war`). What fires again adds
//! nothing; a firing at which no branch was drawn is no milestone.
//!
//! **Bound.** The paths take at most `LIMIT` bytes as reckoned here, whatever the number of runs. Beyond that every
//! path is cut at the greatest depth at which all fit; runs that go on are counted as `longer` where they were cut.
//! Every count that is kept is exact. The depth depends on the runs alone, not on the order in which they came nor on
//! how they were split among parts that were merged: more runs, or a greater depth, never take less.

mod listing;

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::model::{Branch, Branches, Model, RuleId, Step};
pub use listing::{Branching, Listing, Path};

/// The most bytes of all paths that are read out.
pub const LIMIT: usize = 16 << 20;

/// Bytes of a way without its milestones and dates: the record, its place in the index, and what an allocator keeps
/// of two blocks.
const WAY: usize = 128;

/// The most bins that the step numbers of a milestone are counted in.
const BINS: Step = 1024;

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
#[derive(Clone)]
pub struct Paths {
    ways: Vec<Way>,
    /// Of `ways`, by milestones and outcome.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Bytes, as reckoned for the bound.
    size: usize,
    /// Paths are cut after so many milestones.
    depth: usize,
    /// The least `depth` of all clones. They count parts of one whole, which is never cut later than a part of it.
    least_depth: Arc<AtomicUsize>,
    /// Steps in a bin of dates.
    width: Step,
    limit: usize,
}

/// The runs that went along one path to one outcome.
#[derive(Debug, Clone)]
struct Way {
    milestones: Box<[MilestoneId]>,
    outcome: u16,
    runs: u64,
    /// Of these, those that went on after the last of `milestones`, where they were cut.
    longer: u64,
    lowest: u64,
    /// By place.
    dates: Vec<Dated>,
}

/// So many runs had the milestone at this position in these steps.
// Most of what paths take: 12 bytes each instead of 16.
#[repr(C, packed(4))]
#[derive(Debug, Clone, Copy)]
struct Dated {
    place: u32,
    runs: u64,
}

/// The place of a date: first by position in the path (from 0), then by bin.
fn place(position: usize, bin: Step) -> u32 {
    position as u32 * BINS + bin
}

impl Paths {
    /// None yet, for runs of so many steps.
    pub fn new(steps: Step) -> Self {
        Self::with_limit(steps, LIMIT)
    }

    fn with_limit(steps: Step, limit: usize) -> Self {
        Self {
            ways: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            size: 0,
            depth: usize::MAX,
            least_depth: Arc::new(usize::MAX.into()),
            width: (steps + 1).div_ceil(BINS),
            limit,
        }
    }

    /// Counts run number `run`, which went along `path` (milestones and step numbers) to `outcome`.
    pub fn add(&mut self, path: &[(MilestoneId, Step)], outcome: u16, run: u64) {
        self.cut_to(self.least_depth.load(Ordering::Relaxed));
        let kept = &path[..path.len().min(self.depth)];
        let milestones = kept.iter().map(|(milestone, _)| *milestone);
        let hash = self.hash(milestones.clone(), outcome);
        let known = self.find(hash, milestones.clone(), outcome);
        let at = known.unwrap_or_else(|| self.enter(hash, Way::new(milestones.collect(), outcome)));
        let way = &mut self.ways[at];
        way.runs += 1;
        way.longer += u64::from(path.len() > kept.len());
        way.lowest = way.lowest.min(run);
        let dates = kept.iter().zip(0..).map(|((_, step), position)| place(position, step / self.width));
        self.size += dates.map(|place| way.date(Dated { place, runs: 1 })).sum::<usize>();
        self.fit();
    }

    /// Takes in other paths of the same model.
    pub fn merge(&mut self, other: Self) {
        self.cut_to(other.depth);
        // Not the same blocks: another thread's allocator has made them, which gives its memory back as a whole.
        other.ways.iter().for_each(|way| self.take(Cow::Borrowed(way)));
        self.fit();
    }

    /// What was counted, in order. Takes a moment when there are many.
    pub fn listing(&self) -> Listing<'_> {
        Listing::new(self)
    }

    /// Keeps more than `limit`, so that not every other run makes one cut necessary; the listing leaves that out.
    fn fit(&mut self) {
        if self.size > self.limit + self.limit / 4 {
            let depth = self.listing().depth;
            self.least_depth.fetch_min(depth, Ordering::Relaxed);
            self.cut_to(depth);
        }
    }

    fn cut_to(&mut self, depth: usize) {
        if depth >= self.depth {
            return;
        }
        self.depth = depth;
        self.size = 0;
        self.index.clear();
        std::mem::take(&mut self.ways).into_iter().for_each(|way| self.take(Cow::Owned(way)));
    }

    /// Takes in `way`, cut where paths are.
    fn take(&mut self, mut way: Cow<'_, Way>) {
        if way.milestones.len() > self.depth {
            way.to_mut().cut_to(self.depth);
        }
        let hash = self.hash(way.milestones.iter().copied(), way.outcome);
        match self.find(hash, way.milestones.iter().copied(), way.outcome) {
            Some(at) => self.size += self.ways[at].merge(&way),
            None => _ = self.enter(hash, way.into_owned()),
        }
    }

    fn enter(&mut self, hash: u64, way: Way) -> usize {
        let at = self.ways.len();
        self.size += way.size();
        self.ways.push(way);
        let Self { ways, index, hasher, .. } = self;
        let hash_of = |at: &u32| {
            let way = &ways[*at as usize];
            hash_of(hasher, way.milestones.iter().copied(), way.outcome)
        };
        index.insert_unique(hash, at as u32, hash_of);
        at
    }

    fn hash(&self, milestones: impl Iterator<Item = MilestoneId>, outcome: u16) -> u64 {
        hash_of(&self.hasher, milestones, outcome)
    }

    fn find(&self, hash: u64, milestones: impl Iterator<Item = MilestoneId> + Clone, outcome: u16) -> Option<usize> {
        let is_it = |at: &u32| {
            let way = &self.ways[*at as usize];
            way.outcome == outcome && milestones.clone().eq(way.milestones.iter().copied())
        };
        self.index.find(hash, is_it).map(|at| *at as usize)
    }
}

/// What is read out: where a way lies, and how it was cut so far, are no part of what was counted.
impl fmt::Debug for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.listing().paths()).finish()
    }
}

fn hash_of(hasher: &DefaultHashBuilder, milestones: impl Iterator<Item = MilestoneId>, outcome: u16) -> u64 {
    let mut hasher = hasher.build_hasher();
    milestones.for_each(|milestone| hasher.write_u32(milestone.0));
    hasher.write_u16(outcome);
    hasher.finish()
}

impl Way {
    fn new(milestones: Box<[MilestoneId]>, outcome: u16) -> Self {
        // Most paths are gone along once.
        let dates = Vec::with_capacity(milestones.len());
        Self { milestones, outcome, runs: 0, longer: 0, lowest: u64::MAX, dates }
    }

    /// Bytes.
    fn size(&self) -> usize {
        size(self.milestones.len(), self.dates.len())
    }

    fn merge(&mut self, other: &Self) -> usize {
        self.runs += other.runs;
        self.longer += other.longer;
        self.lowest = self.lowest.min(other.lowest);
        other.dates.iter().map(|dated| self.date(*dated)).sum()
    }

    /// Counts a date, and returns how many bytes that takes.
    fn date(&mut self, dated: Dated) -> usize {
        match self.dates.binary_search_by_key(&dated.place, |d| d.place) {
            Ok(index) => {
                self.dates[index].runs += dated.runs;
                0
            }
            Err(index) => {
                if self.dates.len() == self.dates.capacity() {
                    // Most paths are rare and have a date a milestone: do not reserve for many more.
                    self.dates.reserve_exact(2.max(self.dates.len() / 8));
                }
                self.dates.insert(index, dated);
                size_of::<Dated>()
            }
        }
    }

    /// `depth` is less than the number of its milestones.
    fn cut_to(&mut self, depth: usize) {
        self.longer = self.runs;
        self.dates = self.dates[..self.dates_before(depth)].into();
        self.milestones = self.milestones[..depth].into();
    }

    /// How many of the dates are those of the first `depth` milestones.
    fn dates_before(&self, depth: usize) -> usize {
        if depth < self.milestones.len() {
            self.dates.partition_point(|dated| dated.place < place(depth, 0))
        } else {
            self.dates.len()
        }
    }
}

/// Bytes of a way with so many milestones and dates.
fn size(milestones: usize, dates: usize) -> usize {
    WAY + milestones * size_of::<MilestoneId>() + dates * size_of::<Dated>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::fixture::{Building, empty};
    use proptest::prelude::*;

    fn paths(limit: usize, runs: &[Vec<u32>]) -> Paths {
        let mut paths = Paths::with_limit(300, limit);
        runs.iter().enumerate().for_each(|(run, path)| add(&mut paths, path, run));
        paths
    }

    fn add(paths: &mut Paths, path: &[u32], run: usize) {
        let dated: Vec<(MilestoneId, Step)> =
            path.iter().enumerate().map(|(i, m)| (MilestoneId(*m), (run % 5 + i) as Step)).collect();
        paths.add(&dated, (run % 3) as u16, run as u64);
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
        let paths = paths(LIMIT, &[vec![2, 1], vec![], vec![2], vec![2, 1], vec![1, 2], vec![2, 1]]);
        let listing = paths.listing();
        let all = listing.paths();
        let seen: Vec<_> = all.iter().map(|p| (p.milestones().to_vec(), p.runs, p.exemplar)).collect();
        assert_eq!(seen, [(ids(&[2, 1]), 3, 0), (ids(&[]), 1, 1), (ids(&[2]), 1, 2), (ids(&[1, 2]), 1, 4)]);
        // Runs 0, 3 and 5: first milestone in steps 0, 3, 0; outcomes 0, 0, 2.
        assert_eq!(all[0].all_dates(), [vec![(0, 2), (3, 1)], vec![(1, 2), (4, 1)]]);
        assert_eq!(all[0].outcomes(), [(0, 2), (2, 1)]);
        assert!(all.iter().all(|p| p.longer() == 0));
        assert_eq!(listing.cut(), None);
    }

    #[test]
    fn a_walk_adds_up_what_is_below() {
        let paths = paths(LIMIT, &[vec![2, 1], vec![], vec![2], vec![2, 1], vec![1, 2], vec![2, 1]]);
        let listing = paths.listing();
        let told = |n: &Branching| {
            let milestones = n.path.milestones();
            (milestones.len(), milestones.last().map(|m| m.0), n.path.runs, n.ended)
        };
        let walk: Vec<_> = listing.walk(0).iter().map(told).collect();
        assert_eq!(
            walk,
            [(0, None, 6, 1), (1, Some(2), 4, 1), (2, Some(1), 3, 3), (1, Some(1), 1, 0), (2, Some(2), 1, 1)]
        );
        assert_eq!(listing.walk(2).len(), 3);
        let two = listing.walk(0)[1].path;
        assert_eq!(two.dates(0), [(0, 2), (2, 1), (3, 1)], "of all runs through it");
        assert_eq!(two.outcomes(), [(0, 2), (2, 2)]);
        assert_eq!(two.exemplar, 0);
    }

    #[test]
    fn too_many_paths_are_cut_and_say_so() {
        let runs: Vec<Vec<u32>> = (0..50).map(|i| vec![0, i % 2, 10 + i, 100 + i]).collect();
        // Cut at 2: two paths to three outcomes each, two milestones in five steps each.
        let two = 6 * size(2, 2 * 5);
        for (limit, depth) in [(two - 1, 1), (two, 2), (two + 1, 2)] {
            let paths = paths(limit, &runs);
            let listing = paths.listing();
            assert_eq!(listing.cut(), Some(depth));
            assert!(listing.size_at(depth) <= limit);
            let counted: Vec<_> = listing.paths().iter().map(|p| (p.runs, p.longer())).collect();
            assert_eq!(counted, if depth == 2 { vec![(25, 25); 2] } else { vec![(50, 50)] });
            assert_eq!(listing.walk(0).last().unwrap().ended, if depth == 2 { 25 } else { 50 });
            assert_eq!(listing.paths()[0].dates(0).iter().map(|(_, runs)| runs).sum::<u64>(), 50 / depth as u64);
        }
    }

    /// Ever new paths: what is kept stays within the bound, and is not cut at every other run.
    #[test]
    fn the_bound_holds_at_all_times() {
        let limit = 100_000;
        let (mut paths, mut cuts) = (Paths::with_limit(300, limit), 0);
        for run in 0..5_000_u32 {
            let depth = paths.depth;
            let path: Vec<u32> = (0..200).map(|i| (run * 7919 + i * (1 + run % 199)) % 211).collect();
            add(&mut paths, &path, run as usize);
            cuts += usize::from(paths.depth < depth);
            assert!(paths.size <= limit + limit / 4);
            assert_eq!(paths.size, paths.ways.iter().map(Way::size).sum::<usize>());
        }
        assert!(paths.listing().size_at(paths.listing().depth) <= limit);
        assert!(cuts < 25, "{cuts}");
    }

    #[test]
    fn dates_of_long_runs_are_binned() {
        let mut paths = Paths::new(10_000);
        paths.add(&[(MilestoneId(0), 9_999)], 0, 0);
        assert_eq!(paths.listing().resolution(), 10);
        assert_eq!(paths.listing().paths()[0].all_dates(), [vec![(9_990, 1)]]);
    }

    /// All that is read out.
    fn told(paths: &Paths) -> impl PartialEq + std::fmt::Debug {
        let listing = paths.listing();
        let whole = |p: &Path| (p.milestones().to_vec(), p.runs, p.longer(), p.exemplar, p.all_dates(), p.outcomes());
        let all: Vec<_> = listing.paths().iter().map(whole).collect();
        let walk: Vec<_> = listing.walk(0).iter().map(|node| (whole(&node.path), node.ended)).collect();
        (listing.cut(), all, walk)
    }

    proptest! {
        /// Cut or not: the same paths, however the runs are split and in whatever order the parts are merged.
        #[test]
        fn splitting_does_not_show(
            runs in prop::collection::vec(prop::collection::vec(0_u32..5, 0..6), 0..60),
            limit in prop_oneof![Just(1_000_usize), Just(4_000), Just(LIMIT)],
            cuts in (0_usize..60, 0_usize..60),
        ) {
            let whole = paths(limit, &runs);
            let (a, b) = (cuts.0.min(cuts.1).min(runs.len()), cuts.0.max(cuts.1).min(runs.len()));
            let part = |range: std::ops::Range<usize>| {
                let mut part = Paths::with_limit(300, limit);
                range.for_each(|run| add(&mut part, &runs[run], run));
                part
            };
            let parts = [part(0..a), part(a..b), part(b..runs.len())];
            for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
                let mut merged = parts[order[0]].clone();
                merged.merge(parts[order[1]].clone());
                merged.merge(parts[order[2]].clone());
                prop_assert_eq!(told(&merged), told(&whole));
            }
        }

        /// The greatest depth at which all fit, as tried one by one.
        #[test]
        fn paths_are_cut_as_late_as_possible(
            runs in prop::collection::vec(prop::collection::vec(0_u32..5, 0..6), 0..60),
            limit in 500_usize..20_000,
        ) {
            let whole = paths(usize::MAX / 2, &runs);
            let fits = |depth: &usize| whole.listing().size_at(*depth) <= limit;
            let wanted = if whole.size <= limit { None } else { (0..6).rev().find(fits).or(Some(0)) };
            prop_assert_eq!(paths(limit, &runs).listing().cut(), wanted);
            for depth in 0..6 {
                let mut cut = whole.clone();
                cut.cut_to(depth);
                prop_assert_eq!(cut.size, whole.listing().size_at(depth), "as reckoned beforehand");
            }
        }
    }
}
