//! One plain, versioned value that says what many runs of a scenario showed, or what its solution is, and the views of it.
//!
//! Computes no numbers and does not know where they come from; every one is an estimate with its accuracy. What only
//! runs can give (paths, exemplars, counts) is absent from a solution, and its slices and refusals from a sample.

pub mod agree;
pub mod bands;
pub mod compare;
pub mod csv;
pub mod dates;
pub mod discover;
pub mod explain;
pub mod export;
pub mod figures;
pub mod gather;
pub mod json;
pub mod layout;
pub mod occupied;
pub mod sensitivity;
pub mod solution;
pub mod study;
pub mod sweep;
pub mod text;
pub mod trace;
pub mod words;

use serde::Serialize;

use crate::analysis::estimate::{Looks, Odds, Proportion};

pub use occupied::Shares;
pub use solution::{Complement, Known, Refusal, Slice, Sooner, Weight};

/// Version of the value below; it changes when a field changes its name or its meaning.
pub const VERSION: u32 = 1;

/// What many runs of one scenario, under one set of overrides, showed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `VERSION`.
    pub version: u32,
    /// The scenario's title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// What was run, and how to run it again.
    pub origin: Origin,
    /// The time that it covers.
    pub clock: Clock,
    /// What was changed in the file's meaning.
    pub changes: Vec<Change>,
    /// How runs ended, in file order; the shares sum to 1.
    pub outcomes: Vec<Outcome>,
    /// What else was asked of them, in file order.
    pub questions: Vec<Question>,
    /// Along which milestones they went; `None` of a solution.
    #[serde(flatten)]
    pub paths: Option<Paths>,
    /// What states postures and flags were in over time, in file order.
    pub postures: Vec<Posture>,
    /// How the indicators moved, in file order.
    pub indicators: Vec<Indicator>,
    /// How often each rule fired, in file order.
    pub rules: Vec<Rule>,
    /// The parts of the scenario that were solved, if any were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<Slice>,
    /// What was to be solved and was not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// What makes a number shaky, and what to do about it.
    pub warnings: Vec<Warning>,
    /// What these numbers are not.
    pub limits: Vec<String>,
    /// What the author left out on purpose.
    pub omitted: Vec<String>,
}

/// What was run, and how to run it again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origin {
    /// The scenario file as given; of an absolute path only the name.
    pub file: String,
    /// BLAKE3 of the scenario text, in hexadecimal.
    pub digest: String,
    /// Version of `simulate`.
    pub simulate: String,
    /// Version of the semantics.
    pub semantics: u32,
    /// Stopped before all was done.
    pub interrupted: bool,
    /// The command that gives this report again.
    pub command: String,
    /// How the numbers were come by.
    #[serde(flatten)]
    pub method: Method,
}

/// How the numbers of a report were come by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum Method {
    /// From runs.
    Sampled {
        /// The seed.
        seed: u64,
        /// The number of runs reported: 0 to this.
        runs: u64,
        /// The number of runs asked for.
        planned: u64,
        /// The command that tells one of its runs, but for the number of the run, which comes last.
        trace: String,
        /// Of runs that were drawn until something was precise enough: what, and whether it became so.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Until>,
    },
    /// From the scenario's reachable states.
    Solved {
        /// Relative width above which an answer was tried again with less dropped.
        precision: f64,
        /// The most states that a slice might have.
        max_states: usize,
    },
}

/// What runs were drawn for until it was precise enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Until {
    /// As asked for: `war:±10%rel`.
    pub wanted: String,
    /// In words: ``every outcome, each by itself, is known to ±1 percentage point``.
    pub says: String,
    /// Whether it became so precise.
    pub reached: bool,
    /// The most runs allowed.
    pub max_runs: u64,
    /// Runs from one look to the next.
    pub look_every: u64,
    /// The intervals of shares: `beta-mixture confidence sequence`. Those of means and quantiles are those of a number of
    /// runs chosen beforehand.
    pub intervals: &'static str,
}

/// The time that a scenario covers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clock {
    /// First day or instant, if there is a calendar.
    pub start: Option<String>,
    /// Last day or instant, if there is a calendar.
    pub end: Option<String>,
    /// Length, days.
    pub days: f64,
    /// Length of a step, seconds.
    pub step_seconds: u64,
}

/// An override in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// As a command line would give it: `--set us_line=back`.
    pub option: String,
    /// What a variant asks, or what a parameter means.
    pub says: String,
    /// Of a parameter, the value in force.
    pub value: Option<String>,
    /// Of a parameter, the file's own value.
    pub was: Option<String>,
}

/// How a number was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Accuracy {
    /// From runs: the interval covers the truth in at least 95 of 100 such batches.
    Sampled,
    /// From runs whose number was decided while they were watched: in at least 95 of 100 such batches the interval covers
    /// the truth whenever it is looked at.
    #[serde(rename = "time-uniform")]
    TimeUniform,
    /// Solved: the truth lies in the interval.
    Exact,
}

/// A number with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Lower end; `None` if there is too little to go by.
    pub low: Option<f64>,
    /// Upper end; `None` if there is too little to go by.
    pub high: Option<f64>,
    /// Runs that it comes from; 0 if it was solved.
    pub runs: u64,
    /// What the interval means.
    pub accuracy: Accuracy,
}

/// A share of runs, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end: if no run hit, this is all that may be claimed.
    pub high: f64,
    /// How many runs hit; `None` if it was solved.
    pub hits: Option<u64>,
    /// Runs that it comes from; 0 if it was solved.
    pub runs: u64,
    /// What the interval means.
    pub accuracy: Accuracy,
    /// A small share as odds.
    pub odds: Option<Odds>,
    /// Of a solved share: what it leaves of 1, not made by subtraction, so that a share near 1 has all its digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complement: Option<Complement>,
}

impl From<Proportion> for Share {
    fn from(estimate: Proportion) -> Self {
        Self {
            value: estimate.value,
            low: estimate.interval.low,
            high: estimate.interval.high,
            hits: Some(estimate.hits),
            runs: estimate.runs,
            accuracy: match estimate.looks {
                Looks::Once => Accuracy::Sampled,
                Looks::Always => Accuracy::TimeUniform,
            },
            odds: estimate.odds(),
            complement: None,
        }
    }
}

/// A time since the start, in days, and its date if there is a calendar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// Days since the start.
    pub day: f64,
    /// The date, with a time of day where steps are shorter than a day.
    pub date: Option<String>,
}

/// A way for a run to end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Its sentence.
    pub says: String,
    /// Its condition, as written.
    pub when: String,
    /// How grave it is.
    pub severity: Option<u64>,
    /// How many runs end so, or how probable it is; `None` if it was to be solved and was not.
    pub share: Option<Share>,
    /// The lowest of these runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemplar: Option<u64>,
    /// Beside a sampled share: the exact one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<Share>,
    /// How probable it is by when; of a solution only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Sooner>,
    /// Which of `slices` was solved for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<usize>,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Its sentence.
    pub says: String,
    /// As written.
    pub ask: String,
    /// What came out.
    pub answer: Answer,
    /// Beside a sampled answer: the exact one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<Answer>,
    /// How probable a yes is by when, or a `first`; of a solution only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Sooner>,
    /// Which of `slices` was solved for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<usize>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Of a yes/no question: how many runs say yes.
    Share(Share),
    /// Of a number: its distribution over the runs.
    Distribution(Box<Distribution>),
    /// It was to be solved and was not; `refusals` says why.
    NotSolved,
}

/// What a number is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number, a count, a rung.
    Plain,
    /// Days.
    Days,
    /// Days since the start: a date, if there is a calendar.
    Time,
}

/// How a number varies over the runs that have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distribution {
    /// Its unit.
    pub unit: Unit,
    /// The mean; its interval covers less often than it says if the values are very skewed (then there is a warning).
    pub mean: Option<Figure>,
    /// Of a solution: the date of the mean, if it is a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_date: Option<String>,
    /// Its quantiles, ascending.
    pub quantiles: Vec<Quantile>,
    /// How many runs have no such number (`first(c)` where `c` never holds).
    pub never: Option<Share>,
    /// Of a solution: its values, ascending, with their probabilities; empty where only the mean is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Weight>,
    /// Of a solved count: the probability of more than the last of `values`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<Share>,
}

/// A quantile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantile {
    /// The probability below it.
    pub at: f64,
    /// Its value.
    #[serde(flatten)]
    pub figure: Figure,
    /// Its date, if it is a time.
    pub date: Option<String>,
}

/// Along which milestones runs went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paths {
    /// The most frequent, most frequent first.
    pub paths: Vec<Path>,
    /// The same as a tree, without the branches that few runs took.
    pub tree: Vec<Branching>,
    /// By outcome in file order, of those that some run had: the most frequent path among its runs.
    pub typical: Vec<Typical>,
    /// How many runs went along a path that is not listed in `paths`.
    pub other_paths: Share,
    /// How many different paths there are.
    pub distinct_paths: usize,
}

/// A sequence of milestones that runs went along.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// How many runs went along exactly this path.
    pub share: Share,
    /// The milestones in order; none for runs in which none fired.
    pub milestones: Vec<Milestone>,
    /// Some of these runs went on: paths were cut here because there were too many.
    pub goes_on: bool,
    /// The lowest run that went along it.
    pub exemplar: u64,
    /// Of the runs along it: how they ended, most frequent first.
    pub outcomes: Vec<PathOutcome>,
}

/// The most frequent path among the runs of one outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Typical {
    /// The outcome.
    pub outcome: String,
    /// How grave it is.
    pub severity: Option<u64>,
    /// How many of the runs of this outcome went along the path.
    pub share: Share,
    /// The path, over all runs that went along it.
    pub path: Path,
}

/// A milestone on a path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Milestone {
    /// The rule, or its branch (`clash/war`).
    pub name: String,
    /// Its sentence.
    pub says: String,
    /// When it first fired: the median of the runs along the path, days since the start.
    pub median: Quantile,
}

/// How runs along a path ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathOutcome {
    /// The outcome.
    pub name: String,
    /// Its share of the runs along the path.
    pub share: Share,
}

/// A milestone reached after certain others: a branch of the tree of all paths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branching {
    /// How many milestones lie before it and are it, from 1.
    pub depth: usize,
    /// The milestone and when it fired in the runs that came this way.
    pub milestone: Milestone,
    /// How many of all runs came this way.
    pub share: Share,
    /// How many of all runs went no further.
    pub ended: Share,
    /// The lowest run that came this way.
    pub exemplar: u64,
}

/// What state a posture was in over time, or a flag (`no`, `yes`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Posture {
    /// `dprk.military`
    pub name: String,
    /// The values are a ladder, lowest first.
    pub ladder: bool,
    /// The one that the text report draws: the ladder that most conditions of outcomes read, or else the longest.
    pub main: bool,
    /// Its values in file order.
    pub values: Vec<String>,
    /// The value at the start.
    pub start: String,
    /// When it was looked at: the ends of months, or of other stretches, and the end.
    pub times: Vec<Moment>,
    /// By value, then by time: how many runs were in it.
    pub shares: Shares,
}

/// How an indicator moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Indicator {
    /// Its name.
    pub name: String,
    /// Its sentence.
    pub says: String,
    /// Its range.
    pub range: (i32, i32),
    /// Its value at the start.
    pub start: i32,
    /// Over time.
    pub times: Vec<IndicatorAt>,
    /// How many runs had an effect that would have left the range and was held at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Share>,
}

/// How an indicator stood at one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorAt {
    /// When.
    pub time: Moment,
    /// 5 %, 50 % and 95 % points over the runs.
    pub quantiles: Vec<Quantile>,
}

/// How often a rule fired.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub says: String,
    /// Firings a run; `None` without runs, or if it was to be solved and was not.
    pub mean: Option<Figure>,
    /// What only runs can give; `None` of a solution.
    #[serde(flatten)]
    pub counted: Option<Counted>,
    /// It was forbidden.
    pub forbidden: bool,
    /// The decay of an indicator, which nobody wrote as a rule.
    pub is_decay: bool,
}

/// What was counted of a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counted {
    /// Firings in all runs together.
    pub firings: u64,
    /// How many runs it fired in.
    pub share: Share,
    /// Its branches in file order, if it has any.
    pub branches: Vec<Branch>,
    /// How often, in all runs together, it was due and its guard or availability stood in the way.
    pub preempted: u64,
    /// How often it was pending and cancelled because its guard had lapsed.
    pub lapsed: u64,
    /// How often it was triggered and did not come.
    pub let_pass: u64,
}

/// How often a branch was drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// How often in all runs together.
    pub firings: u64,
    /// How many runs it was drawn in.
    pub share: Share,
}

/// What makes a number shaky, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable kebab-case name of its kind.
    pub code: String,
    /// Outcomes, questions, rules or indicators that it is about.
    pub about: Vec<String>,
    /// What is shaky.
    pub message: String,
    /// What to try.
    pub help: String,
}
