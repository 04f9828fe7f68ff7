//! What is counted of many runs: the collector that stands behind a report.
//!
//! Does not know how precise the counts are: that is `analysis`. Everything in it is an integer, every number of
//! runs fits, and no order of merging shows. In steady state a run allocates nothing but rare new bins and paths.

use crate::model::event::{BranchIndex, NOTHING, Observer, Occurrence};
use crate::model::state::State;
use crate::model::{Branches, Calendar, Model, RuleId, Step, TICK_BITS, VariableId};

use super::Collector;
use super::histogram::{Distribution, Fixed, Histogram, Unit};
use super::occupancy::Occupancy;
use super::often::{Often, Tallies};
use super::path::{MilestoneId, PathTree, milestones};
use super::question::{AskRef, Memory, Monitors, NO_CAP, Reply};

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

/// The fates in the order of their places in `Tallies`.
const FATES: u32 = 4;

/// What is counted of many runs.
#[derive(Debug, Clone)]
pub struct Tally {
    runs: u64,
    outcomes: Vec<Hits>,
    answers: Vec<Answers>,
    occupancy: Occupancy,
    happened: Tallies,
    firings: Distribution,
    stopped: Distribution,
    paths: PathTree,
    places: Places,
    present: Present,
}

/// Which thing of `happened` is what, and which is a milestone.
#[derive(Debug, Clone)]
struct Places {
    /// By rule: its first place; `FATES` places, then one a branch.
    rules: Vec<u32>,
    /// Place of the first variable's saturations.
    variables: u32,
    /// By place: the milestone that it is.
    milestones: Vec<Option<MilestoneId>>,
}

/// The run that is being counted.
#[derive(Debug, Clone)]
struct Present {
    run: u64,
    monitors: Monitors,
    memory: Memory,
    changed: Vec<VariableId>,
    path: Vec<(MilestoneId, Step)>,
    firings: u64,
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
        self.happened.of(self.places.rules[rule.0 as usize] + fate as u32)
    }

    /// How often branch number `branch` of `rule` (file order, `otherwise` last) was drawn.
    pub fn branch(&self, rule: RuleId, branch: BranchIndex) -> Often {
        self.happened.of(self.places.rules[rule.0 as usize] + FATES + u32::from(branch))
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
    pub fn paths(&self) -> &PathTree {
        &self.paths
    }
}

impl Places {
    fn new(model: &Model) -> (Self, usize) {
        let (mut rules, mut next) = (Vec::new(), 0);
        for rule in &model.rules {
            rules.push(next);
            next += FATES + rule.branches.iter().count() as u32;
        }
        let variables = next;
        let things = (next as usize) + model.variables.len();
        let mut places = Self { rules, variables, milestones: vec![None; things] };
        for (index, milestone) in milestones(model).iter().enumerate() {
            let fired = places.fired(milestone.rule, milestone.branch);
            places.milestones[fired as usize] = Some(MilestoneId(index as u32));
        }
        (places, things)
    }

    /// The place of a rule's firings, or of its branch's.
    fn fired(&self, rule: RuleId, branch: Option<BranchIndex>) -> u32 {
        let first = self.rules[rule.0 as usize];
        branch.map_or(first + Fate::Fired as u32, |branch| first + FATES + u32::from(branch))
    }
}

/// Seconds of `ticks`, as counted in distributions.
fn seconds(ticks: u64) -> Fixed {
    Fixed::ratio(i128::from(ticks), 1 << TICK_BITS)
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
        let memory = monitors.begin();
        let (places, things) = Places::new(model);
        Self {
            runs: 0,
            outcomes: vec![Hits::default(); model.outcomes.len()],
            answers: questions.map(|ask| empty_answers(model, ask)).collect(),
            occupancy: Occupancy::new(model),
            happened: Tallies::new(things),
            firings: Distribution::new(Unit::Plain, Histogram::of_integers(BINS)),
            stopped: times(&model.calendar),
            paths: PathTree::new(model.calendar.steps),
            places,
            present: Present {
                run: 0,
                monitors,
                memory,
                changed: Vec::new(),
                path: Vec::new(),
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
        self.occupancy.merge(&later.occupancy);
        self.happened.merge(&later.happened);
        self.firings.merge(later.firings);
        self.stopped.merge(later.stopped);
        self.paths.merge(&later.paths);
    }
}

impl Observer for Tally {
    fn looks(&self, _model: &Model) -> Vec<Step> {
        self.present.monitors.looks().chain(self.occupancy.dates().iter().copied()).collect()
    }

    fn begin(&mut self, _model: &Model, _state: &State, run: u64) {
        let present = &mut self.present;
        present.run = run;
        present.monitors.restart(&mut present.memory);
        present.changed.clear();
        present.path.clear();
        present.firings = 0;
        present.stopped = None;
        self.happened.begin();
    }

    fn observe(&mut self, model: &Model, state: &State, occurrence: Occurrence<'_>) {
        let present = &mut self.present;
        present.monitors.on_occurrence(&mut present.memory, &occurrence, state.step);
        match occurrence {
            Occurrence::Fired { rule, branch, .. } => self.fired(model, rule, branch, state.step),
            Occurrence::Changed(variable, _, _) => present.changed.push(variable),
            Occurrence::Saturated(_, variable) => {
                self.happened.add(self.places.variables + variable.0);
            }
            Occurrence::Preempted(rule) => self.met(rule, Fate::Preempted),
            Occurrence::Lapsed(rule) => self.met(rule, Fate::Lapsed),
            Occurrence::LetPass(rule, _) => self.met(rule, Fate::LetPass),
            Occurrence::Turned(..)
            | Occurrence::Started(_)
            | Occurrence::Comes { .. }
            | Occurrence::Restarted { .. }
            | Occurrence::Ignored(..)
            | Occurrence::NotOpen(..) => {}
        }
    }

    fn looked(&mut self, model: &Model, state: &State, step: Step) {
        self.occupancy.look(state, step);
        let present = &mut self.present;
        present.monitors.on_looked(&mut present.memory, model, state, step);
    }

    fn settled(&mut self, model: &Model, state: &State, now: u64, boundary: bool) {
        let present = &mut self.present;
        let memory = &mut present.memory;
        present.monitors.on_settled_after(&present.changed, memory, model, state, now, boundary);
        present.changed.clear();
        if state.stopped && present.stopped.is_none() {
            present.stopped = Some(now);
        }
    }

    fn end(&mut self, model: &Model, _state: &State) {
        self.runs += 1;
        self.happened.end();
        self.firings.add(Some(Fixed::nearest(self.present.firings as f64)));
        self.stopped.add(self.present.stopped.map(seconds));
        let outcome = self.answer(model);
        self.paths.add(&self.present.path, outcome, self.present.run);
    }
}

impl Tally {
    fn met(&mut self, rule: RuleId, fate: Fate) {
        self.happened.add(self.places.rules[rule.0 as usize] + fate as u32);
    }

    fn fired(&mut self, model: &Model, rule: RuleId, branch: BranchIndex, step: Step) {
        self.present.firings += 1;
        let place = self.places.fired(rule, None);
        let first = self.happened.add(place);
        self.reach_milestone(place, first, step);
        if branch != NOTHING && !matches!(model.rule(rule).branches, Branches::One(_)) {
            let place = self.places.fired(rule, Some(branch));
            let first = self.happened.add(place);
            self.reach_milestone(place, first, step);
        }
    }

    fn reach_milestone(&mut self, place: u32, first: bool, step: Step) {
        if let (true, Some(milestone)) = (first, self.places.milestones[place as usize]) {
            self.present.path.push((milestone, step));
        }
    }

    /// Counts outcome and questions of the run that has ended, and returns the outcome.
    fn answer(&mut self, model: &Model) -> u16 {
        let present = &self.present;
        let reply = |question| present.monitors.answer(&present.memory, question);
        let asked = model.outcomes.iter().take_while(|outcome| outcome.ask.is_some()).count();
        let outcome = (0..asked).find(|index| reply(*index).is_yes()).unwrap_or(asked);
        if let Some(hits) = self.outcomes.get_mut(outcome) {
            hits.add(present.run);
        }
        for (index, answers) in self.answers.iter_mut().enumerate() {
            match (answers, reply(asked + index)) {
                (Answers::YesNo(hits), Reply::YesNo(yes)) => {
                    if yes {
                        hits.add(present.run);
                    }
                }
                (Answers::Number(numbers), Reply::Number(value) | Reply::Seconds(value)) => numbers.add(Some(value)),
                (Answers::Number(numbers), Reply::Never) => numbers.add(None),
                (answers, reply) => unreachable!("{answers:?} cannot take in {reply:?}"),
            }
        }
        outcome as u16
    }
}
