//! What is counted of many runs: the collector that stands behind a report.
//!
//! Does not know how precise the counts are: that is `analysis`. Everything in it is an integer, every number of
//! runs fits, and no order of merging shows. In steady state a run allocates nothing but rare new bins and paths.

use crate::model::event::{BranchIndex, Observer, Occurrence};
use crate::model::state::State;
use crate::model::{Branch, Branches, Calendar, EventId, Model, RuleId, Step, TICK_BITS, VariableId};

use super::Collector;
use super::histogram::{Distribution, Fixed, Histogram, Unit};
use super::occupancy::Occupancy;
use super::often::{Often, Tallies};
use super::path::{MilestoneId, Paths, milestones};
use super::question::{AskRef, Follower, Monitors, NO_CAP, Reply, Settled};

/// The most bins of a number's histogram.
pub const BINS: usize = 8192;

/// Some of the runs, and the lowest of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hits {
    /// How many.
    pub runs: u64,
    /// The lowest.
    pub lowest: Option<u64>,
}

impl Hits {
    fn add(&mut self, run: u64) {
        self.runs += 1;
        self.lowest = Some(self.lowest.map_or(run, |lowest| lowest.min(run)));
    }

    fn merge(&mut self, other: Self) {
        self.runs += other.runs;
        self.lowest = self.lowest.into_iter().chain(other.lowest).min();
    }
}

/// What was counted for a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// Of a yes/no question: the runs that say yes.
    YesNo(Hits),
    /// Of a number: its distribution. Times are in seconds, totals of a number in value × days.
    Number(Box<Distribution>),
}

/// How often something happened to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It fired.
    Fired,
    /// It was due, and its guard or availability stood in the way.
    Preempted,
    /// It was pending and cancelled because its guard had lapsed.
    Lapsed,
    /// It was triggered and the lot said no.
    LetPass,
}

/// How many fates there are besides firing.
const OTHER_FATES: u32 = 3;

/// What is counted of many runs.
#[derive(Debug, Clone)]
pub struct Tally {
    runs: u64,
    /// Outcomes that have a question.
    asked: usize,
    outcomes: Vec<Hits>,
    answers: Vec<Answers>,
    occupancy: Occupancy,
    happened: Tallies,
    firings: Distribution,
    stopped: Distribution,
    paths: Paths,
    places: Places,
    present: Present,
}

/// Which thing of `happened` is what: what can be drawn (by rule its branches, and after them none), the firings of the
/// rules that choose, other fates (rule by rule for each), and variables.
#[derive(Debug, Clone)]
struct Places {
    /// By rule.
    rules: Box<[Drawing]>,
    /// By thing that can be drawn.
    drawn: Box<[Drawn]>,
    /// Place of what else happened to the first rule.
    fates: u32,
    /// Place of the first variable's saturations.
    variables: u32,
}

/// What can be drawn of a rule.
#[derive(Debug, Clone, Copy)]
struct Drawing {
    /// The place of its first branch.
    first: u32,
    /// The place of no branch; that of the only one if the rule does not choose.
    nothing: u32,
    /// The place of all its firings; that of the only branch if the rule does not choose.
    fired: u32,
}

/// A firing of a rule with a branch. Small: it is looked at at every firing.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    /// The milestone that it is; or `NOWHERE`.
    milestone: u32,
    /// If no question hears any of its own events: how many it has. It may raise others besides.
    unheard: u32,
}

/// No place.
const NOWHERE: u32 = u32::MAX;

/// Some question hears an event of the branch.
const HEARD: u32 = u32::MAX;

/// The run that is being counted.
#[derive(Debug, Clone)]
struct Present {
    run: u64,
    follower: Follower,
    path: Vec<(MilestoneId, Step)>,
    firings: u32,
    stopped: Option<u64>,
}

impl Tally {
    /// Runs counted.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Runs of outcome number `index`; every run has exactly one, if the model has any.
    pub fn outcome(&self, index: usize) -> Hits {
        self.outcomes[index]
    }

    /// What was counted for question number `index`.
    pub fn answers(&self, index: usize) -> &Answers {
        &self.answers[index]
    }

    /// Values of the variables on a few dates.
    pub fn occupancy(&self) -> &Occupancy {
        &self.occupancy
    }

    /// How often this happened to `rule`.
    pub fn rule(&self, rule: RuleId, fate: Fate) -> Often {
        self.happened.of(self.places.of(rule, fate))
    }

    /// How often branch number `branch` of `rule` (file order, `otherwise` last) was drawn.
    pub fn branch(&self, rule: RuleId, branch: BranchIndex) -> Often {
        if self.places.chooses(rule) { self.happened.of(self.places.drawn(rule, branch)) } else { Often::default() }
    }

    /// How often an effect went beyond the end of this variable's range.
    pub fn saturated(&self, variable: VariableId) -> Often {
        self.happened.of(self.places.variables + variable.0)
    }

    /// Firings in a run.
    pub fn firings(&self) -> &Distribution {
        &self.firings
    }

    /// When `stop_when` first held, in seconds; `never` of the others.
    pub fn stopped(&self) -> &Distribution {
        &self.stopped
    }

    /// Escalation paths.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }
}

impl Places {
    fn new(model: &Model, follower: &Follower) -> Self {
        let (mut rules, mut drawn) = (Vec::new(), Vec::new());
        for rule in &model.rules {
            let first = drawn.len() as u32;
            drawn.extend(rule.branches.iter().map(|branch| Drawn::of(&[branch], follower)));
            match &rule.branches {
                Branches::One(branch) => drawn[first as usize] = Drawn::of(&[branch, &rule.nothing], follower),
                _ => drawn.push(Drawn::of(&[&rule.nothing], follower)),
            }
            rules.push(Drawing { first, nothing: drawn.len() as u32 - 1, fired: first });
        }
        let mut fates = drawn.len() as u32;
        for (drawing, rule) in rules.iter_mut().zip(&model.rules) {
            if !matches!(rule.branches, Branches::One(_)) {
                drawing.fired = fates;
                fates += 1;
            }
        }
        let variables = fates + OTHER_FATES * model.rules.len() as u32;
        let mut places = Self { rules: rules.into(), drawn: drawn.into(), fates, variables };
        for (index, milestone) in milestones(model).iter().enumerate() {
            let place = places.drawn(milestone.rule, milestone.branch.unwrap_or(0));
            places.drawn[place as usize].milestone = index as u32;
        }
        places
    }

    /// Nothing has happened yet, to any place.
    fn tallies(&self, model: &Model) -> Tallies {
        let mut tallies = Tallies::new(self.variables as usize + model.variables.len());
        for Drawing { first, nothing, fired } in self.rules.iter().filter(|rule| rule.fired != rule.first) {
            (*first..=*nothing).for_each(|place| tallies.make_part(place, *fired));
        }
        tallies
    }

    /// The place of what happened to a rule.
    #[inline]
    fn of(&self, rule: RuleId, fate: Fate) -> u32 {
        match fate {
            Fate::Fired => self.rules[rule.0 as usize].fired,
            other => self.fates + (other as u32 - 1) * self.rules.len() as u32 + rule.0,
        }
    }

    fn chooses(&self, rule: RuleId) -> bool {
        let drawing = self.rules[rule.0 as usize];
        drawing.fired != drawing.first
    }

    /// The place of a branch of a rule.
    #[inline]
    fn drawn(&self, rule: RuleId, branch: BranchIndex) -> u32 {
        let drawing = self.rules[rule.0 as usize];
        (drawing.first + u32::from(branch)).min(drawing.nothing)
    }
}

impl Drawn {
    /// One of these branches.
    fn of(branches: &[&Branch], follower: &Follower) -> Self {
        let heard = branches.iter().flat_map(|branch| &branch.raises).any(|event| follower.hears(*event));
        Self { milestone: NOWHERE, unheard: if heard { HEARD } else { branches[0].raises.len() as u32 } }
    }
}

/// Seconds of `ticks`, as counted in distributions.
fn seconds(ticks: u64) -> Fixed {
    Fixed::shifted(i128::from(ticks), TICK_BITS)
}

/// A distribution of times of up to the whole horizon, in bins that read well: the narrowest of a second, ten, a
/// minute, ten, an hour, six, a day, a week, four, a year, ten, … of which no more than `BINS` are needed.
fn times(calendar: &Calendar) -> Distribution {
    const WIDTHS: [u64; 11] = [1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_419_200, 31_557_600, 315_576_000];
    let horizon = calendar.step_seconds * u64::from(calendar.steps);
    let fits = |width: &&u64| horizon / **width < BINS as u64;
    let width = WIDTHS.iter().find(fits).copied().unwrap_or(3_155_760_000);
    Distribution::new(Unit::Seconds, Histogram::binned(Fixed((width as i64) << 20), BINS))
}

fn empty_answers(model: &Model, ask: AskRef<'_>) -> Answers {
    use crate::model::AskNumber as Ask;
    let distribution = match ask {
        AskRef::YesNo(_) => return Answers::YesNo(Hits::default()),
        AskRef::Number(Ask::First(_) | Ask::TotalTime(_)) => times(&model.calendar),
        AskRef::Number(Ask::Total(_)) => Distribution::new(Unit::ValueDays, Histogram::of_numbers(BINS)),
        AskRef::Number(Ask::Count(..)) => Distribution::new(Unit::Plain, Histogram::of_integers(BINS)),
        AskRef::Number(_) => Distribution::new(Unit::Plain, Histogram::of_numbers(BINS)),
    };
    Answers::Number(Box::new(distribution))
}

impl Collector for Tally {
    fn fresh(model: &Model) -> Self {
        let outcomes = model.outcomes.iter().filter_map(|outcome| outcome.ask.as_ref().map(AskRef::YesNo));
        let questions = model.questions.iter().map(|question| AskRef::from(&question.ask));
        let monitors = Monitors::new(model, outcomes.chain(questions.clone()), NO_CAP);
        let follower = Follower::new(model, monitors);
        let places = Places::new(model, &follower);
        Self {
            runs: 0,
            asked: model.outcomes.iter().take_while(|outcome| outcome.ask.is_some()).count(),
            outcomes: vec![Hits::default(); model.outcomes.len()],
            answers: questions.map(|ask| empty_answers(model, ask)).collect(),
            occupancy: Occupancy::new(model),
            happened: places.tallies(model),
            firings: Distribution::new(Unit::Plain, Histogram::of_integers(BINS)),
            stopped: times(&model.calendar),
            paths: Paths::new(model.calendar.steps),
            places,
            present: Present {
                run: 0,
                follower,
                // Each milestone is reached once.
                path: Vec::with_capacity(milestones(model).len()),
                firings: 0,
                stopped: None,
            },
        }
    }

    fn merge(&mut self, later: Self) {
        self.runs += later.runs;
        self.outcomes.iter_mut().zip(later.outcomes).for_each(|(hits, more)| hits.merge(more));
        for (answers, more) in self.answers.iter_mut().zip(later.answers) {
            match (answers, more) {
                (Answers::YesNo(hits), Answers::YesNo(more)) => hits.merge(more),
                (Answers::Number(numbers), Answers::Number(more)) => numbers.merge(*more),
                _ => unreachable!("two tallies of one model"),
            }
        }
        self.occupancy.merge(later.occupancy);
        self.happened.merge(&later.happened);
        self.firings.merge(later.firings);
        self.stopped.merge(later.stopped);
        self.paths.merge(later.paths);
    }
}

impl Observer for Tally {
    fn looks(&self, _model: &Model) -> Vec<Step> {
        self.present.follower.looks().chain(self.occupancy.dates().iter().copied()).collect()
    }

    fn begin(&mut self, _model: &Model, _state: &State, run: u64) {
        let present = &mut self.present;
        present.run = run;
        present.follower.begin();
        present.path.clear();
        present.firings = 0;
        present.stopped = None;
        self.happened.begin();
    }

    // An occurrence that is taken apart where it is put together never exists.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn observe(&mut self, _model: &Model, state: &State, occurrence: Occurrence<'_>) {
        let present = &mut self.present;
        match occurrence {
            Occurrence::Fired { rule, branch, raised, .. } => self.fired(rule, branch, raised, state.step),
            Occurrence::Changed(variable, from, to) => present.follower.changed(variable, from, to),
            Occurrence::Turned(_, _, raised) | Occurrence::Started(raised) => {
                present.follower.raised(raised, state.step);
            }
            Occurrence::Saturated(_, variable) => {
                self.happened.add(self.places.variables + variable.0);
            }
            Occurrence::Preempted(rule) => self.met(rule, Fate::Preempted),
            Occurrence::Lapsed(rule) => self.met(rule, Fate::Lapsed),
            Occurrence::LetPass(rule, _) => self.met(rule, Fate::LetPass),
            Occurrence::Comes { .. }
            | Occurrence::Restarted { .. }
            | Occurrence::Ignored(..)
            | Occurrence::NotOpen(..) => {}
        }
    }

    fn looked(&mut self, model: &Model, state: &State, step: Step) {
        self.occupancy.look(state, step);
        self.present.follower.looked(model, state, step);
    }

    #[inline]
    fn settled(&mut self, model: &Model, state: &State, now: &dyn Fn() -> u64, boundary: bool) {
        let present = &mut self.present;
        present.follower.settled(Settled { model, state, now, boundary });
        if state.stopped && present.stopped.is_none() {
            present.stopped = Some(now());
        }
    }

    fn end(&mut self, _model: &Model, _state: &State) {
        self.runs += 1;
        self.happened.end();
        self.firings.add(Some(Fixed::whole(self.present.firings)));
        self.stopped.add(self.present.stopped.map(seconds));
        let outcome = self.answer();
        self.paths.add(&self.present.path, outcome, self.present.run);
    }
}

impl Tally {
    #[inline]
    fn met(&mut self, rule: RuleId, fate: Fate) {
        self.happened.add(self.places.of(rule, fate));
    }

    #[expect(clippy::needless_bitwise_bool, reason = "which firing is the first cannot be guessed, so it is not asked")]
    #[inline]
    fn fired(&mut self, rule: RuleId, branch: BranchIndex, raised: &[EventId], step: Step) {
        self.present.firings += 1;
        let place = self.places.drawn(rule, branch);
        let first = self.happened.add(place);
        let drawn = self.places.drawn[place as usize];
        let milestone = first & (drawn.milestone != NOWHERE);
        // As many as its own are its own. One look at both: a firing seldom has more to tell.
        if milestone | (raised.len() as u32 != drawn.unheard) {
            self.told(milestone.then_some(MilestoneId(drawn.milestone)), raised, step);
        }
    }

    /// A firing that is a milestone, or raised events that a question may hear.
    fn told(&mut self, milestone: Option<MilestoneId>, raised: &[EventId], step: Step) {
        self.present.path.extend(milestone.map(|milestone| (milestone, step)));
        self.present.follower.raised(raised, step);
    }

    /// Counts outcome and questions of the run that has ended, and returns the outcome.
    fn answer(&mut self) -> u16 {
        let (run, follower, asked) = (self.present.run, &self.present.follower, self.asked);
        let outcome = (0..asked).find(|index| follower.is_yes(*index)).unwrap_or(asked);
        if let Some(hits) = self.outcomes.get_mut(outcome) {
            hits.add(run);
        }
        for (index, answers) in self.answers.iter_mut().enumerate() {
            match answers {
                Answers::YesNo(hits) => {
                    if follower.is_yes(asked + index) {
                        hits.add(run);
                    }
                }
                Answers::Number(numbers) => match follower.answer(asked + index) {
                    Reply::Number(value) | Reply::Seconds(value) => numbers.add(Some(value)),
                    Reply::Never => numbers.add(None),
                    reply @ Reply::YesNo(_) => unreachable!("{reply:?} to a question for a number"),
                },
            }
        }
        outcome as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::formula::Tabulated;
    use crate::model::{Ask, AskNumber, Asked, Effect};
    use crate::observe::fixture::{Building, Story, at_least, empty, event, rule, x};
    use proptest::prelude::*;

    /// `spark` raises `x` by 2 up to 9; `clash` has two branches; the run stops when `x` is 9.
    fn model() -> Model {
        let mut model = empty(30).with_rule("spark", true, &[]).with_rule("clash", true, &["contained", "war"]);
        let clash = event(&model, "clash");
        model = model
            .with_outcome("hot", Some(Ask::Ever(at_least(4), None)))
            .with_outcome("warm", Some(Ask::Ever(at_least(2), None)))
            .with_outcome("calm", None)
            .with_question(Asked::YesNo(Ask::AtEnd(at_least(1))))
            .with_question(Asked::Number(AskNumber::First(at_least(2))))
            .with_question(Asked::Number(AskNumber::Total(x())))
            .with_question(Asked::Number(AskNumber::Count(clash, None)));
        let Branches::One(branch) = &mut model.rules[0].branches else { unreachable!() };
        branch.effects = vec![Effect::Add(VariableId(0), Tabulated::constant(2.0))];
        model.stop_when = Some(at_least(9));
        model.finish()
    }

    /// What happens in a run: rule, branch and step of each firing, in order of time.
    type Script = Vec<(&'static str, usize, Step)>;

    fn tell(model: &Model, tally: &mut Tally, run: u64, script: &Script) {
        let mut story = Story::begin(model, run, tally);
        story.boundary(0, tally);
        for (name, branch, step) in script {
            story.branch = *branch;
            story.pressure(name, *step, tally);
        }
        story.end(tally);
    }

    fn tally(model: &Model, from: u64, runs: &[Script]) -> Tally {
        let mut tally = Tally::fresh(model);
        runs.iter().enumerate().for_each(|(index, script)| tell(model, &mut tally, from + index as u64, script));
        tally
    }

    fn counted(tally: &Tally, model: &Model) -> String {
        let rules = (0..model.rules.len() as u32).map(RuleId);
        let rules: Vec<_> = rules.map(|id| (tally.rule(id, Fate::Fired), tally.branch(id, 0))).collect();
        let on_date = |date| tally.occupancy().counts(VariableId(0), date).collect();
        let occupied: Vec<Vec<u64>> = (0..tally.occupancy().dates().len()).map(on_date).collect();
        let saturated = tally.saturated(VariableId(0));
        format!(
            "{:?}",
            (
                tally.runs,
                &tally.outcomes,
                &tally.answers,
                occupied,
                rules,
                saturated,
                &tally.firings,
                &tally.stopped,
                tally.paths()
            )
        )
    }

    #[test]
    fn a_run_has_the_first_outcome_that_holds() {
        let model = model();
        let runs = [vec![], vec![("spark", 0, 3)], vec![("spark", 0, 3), ("spark", 0, 4)], vec![("spark", 0, 9)]];
        let tally = tally(&model, 10, &runs);
        assert_eq!(tally.outcome(0), Hits { runs: 1, lowest: Some(12) });
        assert_eq!(tally.outcome(1), Hits { runs: 2, lowest: Some(11) });
        assert_eq!(tally.outcome(2), Hits { runs: 1, lowest: Some(10) });
        assert_eq!(*tally.answers(0), Answers::YesNo(Hits { runs: 3, lowest: Some(11) }));
        let Answers::Number(first) = tally.answers(1) else { unreachable!() };
        assert_eq!((first.count(), first.never, first.unit), (3, 1, Unit::Seconds));
        assert!((first.mean() / 86_400.0 - (3.5 + 3.5 + 9.5) / 3.0).abs() < 1e-9);
        let Answers::Number(total) = tally.answers(2) else { unreachable!() };
        assert!((total.mean() - (0.0 + 53.0 + (2.0 + 25.5 * 4.0) + 41.0) / 4.0).abs() < 1e-9);
    }

    #[test]
    fn firings_branches_and_paths_are_counted() {
        let model = model();
        let war = vec![("clash", 0, 1), ("spark", 0, 2), ("clash", 0, 3), ("clash", 1, 4), ("spark", 0, 5)];
        let tally = tally(&model, 0, &[war, vec![("clash", 0, 7)]]);
        let clash = rule(&model, "clash");
        assert_eq!((tally.rule(clash, Fate::Fired).times, tally.rule(clash, Fate::Fired).runs), (4, 2));
        assert_eq!((tally.branch(clash, 0).times, tally.branch(clash, 1).times), (3, 1));
        assert!((tally.rule(clash, Fate::Fired).variance(2) - 1.0).abs() < 1e-12, "3 and 1");
        assert!((tally.firings().mean() - 3.0).abs() < 1e-12, "5 and 1");
        let names = milestones(&model);
        let listing = tally.paths().listing();
        let paths = listing.paths();
        let told: Vec<Vec<String>> =
            paths.iter().map(|p| p.milestones().iter().map(|m| names[m.0 as usize].name(&model)).collect()).collect();
        assert_eq!(told, [vec!["clash/contained", "spark", "clash/war"], vec!["clash/contained"]]);
        assert_eq!(paths[0].all_dates(), [vec![(1, 1)], vec![(2, 1)], vec![(4, 1)]]);
        assert_eq!((paths[0].outcomes(), paths[1].outcomes()), (vec![(0, 1)], vec![(2, 1)]));
    }

    #[test]
    fn a_firing_in_which_no_branch_is_drawn_is_one_of_the_rule_and_of_none_of_its_branches() {
        let model = model();
        let tally = tally(&model, 0, &[vec![("clash", 2, 1), ("clash", 1, 2), ("clash", 2, 3)], vec![("clash", 2, 1)]]);
        let clash = rule(&model, "clash");
        assert_eq!((tally.rule(clash, Fate::Fired).times, tally.rule(clash, Fate::Fired).runs), (4, 2));
        assert_eq!((tally.branch(clash, 0).times, tally.branch(clash, 1).times), (0, 1));
        assert_eq!(tally.paths().listing().paths().len(), 2, "with and without a milestone");
    }

    #[test]
    fn saturation_and_early_stops_are_counted() {
        let model = model();
        let sparks = (1..=5).map(|step| ("spark", 0, step)).collect();
        let tally = tally(&model, 0, &[sparks, vec![]]);
        let held = tally.saturated(VariableId(0));
        assert_eq!((held.times, held.runs), (1, 1), "8 + 2 is held at 9");
        assert_eq!((tally.stopped().count(), tally.stopped().never), (1, 1));
        assert!((tally.stopped().mean() / 86_400.0 - 5.5).abs() < 1e-9);
        let dates = tally.occupancy().dates();
        let before = dates.iter().position(|step| *step == 5).unwrap();
        let runs_at = |value, date| tally.occupancy().counts(VariableId(0), date).nth(value).unwrap();
        assert_eq!(runs_at(8, before), 1, "{dates:?}");
        assert_eq!((runs_at(9, dates.len() - 1), runs_at(0, dates.len() - 1)), (1, 1));
    }

    #[test]
    fn times_are_binned_so_that_they_read_well() {
        let width = |step_seconds, steps| times(&Calendar { start: None, step_seconds, steps }).histogram.width();
        let hours = |seconds: f64| seconds / 3600.0;
        assert!((hours(width(86_400, 329)) - 1.0).abs() < 1e-9);
        assert!((width(3_600, 2) - 1.0).abs() < 1e-9);
        assert!((hours(width(604_800, 1_000_000)) / 24.0 / 3652.5 - 1.0).abs() < 1e-9);
    }

    fn scripts() -> impl Strategy<Value = Vec<Script>> {
        let firing = (prop_oneof![Just("spark"), Just("clash")], 0..2_usize, 1..30_u32);
        let script = prop::collection::vec(firing, 0..4).prop_map(|mut firings| {
            firings.sort_by_key(|(_, _, step)| *step);
            firings
        });
        prop::collection::vec(script, 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn merging_is_counting_together(runs in scripts(), cuts in (0..12_usize, 0..12_usize)) {
            let model = model();
            let whole = counted(&tally(&model, 0, &runs), &model);
            let (a, b) = (cuts.0.min(cuts.1).min(runs.len()), cuts.0.max(cuts.1).min(runs.len()));
            let part = |range: std::ops::Range<usize>| tally(&model, range.start as u64, &runs[range]);
            let mut left = part(0..a);
            left.merge(part(a..b));
            left.merge(part(b..runs.len()));
            prop_assert_eq!(counted(&left, &model), whole.clone());
            let mut right = part(a..b);
            right.merge(part(b..runs.len()));
            let mut first = part(0..a);
            first.merge(right);
            prop_assert_eq!(counted(&first, &model), whole);
        }
    }
}
