//! The file format, field by field, as written: names are strings, nothing is looked up yet.
//!
//! Does not know whether what it says is consistent: that is `model::compile`.
//!
//! A field is `None` where the author left it out *or* where it held a mistake that has been reported
//! already; so later passes can go on and report theirs without complaining of the same words twice.

use crate::diagnostic::{Span, Spanned};
use crate::scenario::expression::{EffectExpr, EventExpr, Expr, QuestionExpr};
use crate::scenario::quantity::{Delay, Duration, Likelihood, Moment};
use crate::scenario::words::Scale;

/// A map of the file in file order. The key of an entry whose value held a mistake is kept.
pub type Map<T> = Vec<Entry<T>>;

/// `key: value`
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<T> {
    /// The name.
    pub key: Spanned<String>,
    /// What it names; `None` if that held a mistake.
    pub value: Option<T>,
}

/// A whole scenario file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// `simulate: 1`: the version of the format.
    pub version: Option<Spanned<u64>>,
    /// What to call the scenario.
    pub title: Option<Spanned<String>>,
    /// What it is about, in a sentence or a paragraph.
    pub about: Option<Spanned<String>>,
    /// Start, end and step of the calendar.
    pub clock: Option<Spanned<ClockText>>,
    /// The scale of likelihood words.
    pub words: Option<Spanned<Scale>>,
    /// Where claims come from.
    pub sources: Map<SourceText>,
    /// Numbers and choices that can be overridden.
    pub parameters: Map<ParameterText>,
    /// Named ladders that several postures share: `ladders: { hostility: [calm, tense, war] }`.
    pub ladders: Map<Spanned<Vec<Spanned<String>>>>,
    /// Who acts, and what state they can be in.
    pub actors: Map<ActorText>,
    /// Whole numbers in a closed range.
    pub indicators: Map<IndicatorText>,
    /// Things that are so or not: `flags: { surprise: (start: false) }` or `flags: { surprise: false }`.
    pub flags: Map<FlagText>,
    /// Names for expressions.
    pub lets: Map<Expr>,
    /// Named groups of events.
    pub events: Map<Spanned<Vec<EventExpr>>>,
    /// What rules share unless they say otherwise.
    pub defaults: Option<DefaultsText>,
    /// What can happen.
    pub rules: Map<RuleText>,
    /// How a run can end up; a run has the first whose condition holds of it.
    pub outcomes: Vec<OutcomeText>,
    /// What else is asked of each run.
    pub questions: Map<QuestionText>,
    /// A run ends when this holds of a settled instant.
    pub stop_when: Option<Expr>,
    /// What the scenario leaves out on purpose.
    pub omitted: Vec<OmissionText>,
    /// Named sets of overrides.
    pub variants: Map<VariantText>,
    /// The opening parenthesis, for mistakes about what is missing.
    pub opening: Span,
    /// Where mistakes have been reported already: what stands there is missing here through no fault of its absence.
    pub holes: Vec<Span>,
}

impl Document {
    /// Whether a mistake has been reported within `span`, so that something missing there is none of its own.
    pub fn holed(&self, span: Span) -> bool {
        self.holes.iter().any(|hole| hole.start < span.end && span.start < hole.end.max(hole.start + 1))
    }
}

/// `clock: (start: "2024-02-07", end: "2024-12-31")`, or with `horizon: "320d"` instead of `end`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClockText {
    /// Time 0. A scenario without it has no calendar.
    pub start: Option<Spanned<Moment>>,
    /// The last day (or instant) of the scenario.
    pub end: Option<Spanned<Moment>>,
    /// Its length, instead of `end`.
    pub horizon: Option<Spanned<Duration>>,
    /// The length of a calendar step; one day unless given.
    pub step: Option<Spanned<Duration>>,
}

/// `article: (title: "…", url: "…", grade: "D4")`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceText {
    /// Title or citation.
    pub title: Option<Spanned<String>>,
    /// Address or doi.
    pub url: Option<Spanned<String>>,
    /// Admiralty grade: A-F and 1-6.
    pub grade: Option<Spanned<String>>,
    /// Anything else.
    pub note: Option<Spanned<String>>,
}

/// Why the author believes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Because {
    /// A name of `sources`.
    pub source: Option<Spanned<String>>,
    /// Ids of the claims that this carries (`S8`).
    pub claims: Vec<Spanned<String>>,
    /// data, published, elicited, assumed or article.
    pub kind: Option<Spanned<Evidence>>,
    /// Quality of the evidence; not likelihood.
    pub confidence: Option<Spanned<Confidence>>,
    /// The rule that tells it otherwise.
    pub rival: Option<Spanned<String>>,
    /// Who said so.
    pub who: Option<Spanned<String>>,
    /// When they said so.
    pub when: Option<Spanned<String>>,
    /// Admiralty grade, where it differs from the source's.
    pub grade: Option<Spanned<String>>,
    /// Anything else.
    pub note: Option<Spanned<String>>,
    /// When to look at it again.
    pub review_by: Option<Spanned<Moment>>,
    /// The whole field.
    pub span: Span,
}

/// Kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Counted in data.
    Data,
    /// A published number.
    Published,
    /// Elicited from experts.
    Elicited,
    /// The author's assumption.
    Assumed,
    /// Said by the article that the scenario is made from.
    Article,
}

/// Quality of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Little to go by.
    Low,
    /// Something to go by.
    Moderate,
    /// Well supported.
    High,
}

/// `clash_rate: (value: 0.22, range: (0.04, 0.39), per: "1y", says: "fatal clashes a year")`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParameterText {
    /// The value used unless overridden.
    pub value: Option<Spanned<ParameterValue>>,
    /// The names it can take; makes it a choice.
    pub one_of: Option<Spanned<Vec<Spanned<String>>>>,
    /// What `--set` may give it and what bands draw from.
    pub range: Option<Spanned<(ParameterValue, ParameterValue)>>,
    /// Makes a number a rate: so many per this long.
    pub per: Option<Spanned<Duration>>,
    /// Makes a probability a rate: so likely within this long.
    pub within: Option<Spanned<Duration>>,
    /// What it means.
    pub says: Option<Spanned<String>>,
    /// Why this value.
    pub because: Option<Because>,
}

/// A parameter's value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// A plain number; also a probability where one is wanted and it lies in [0, 1].
    Number(f64),
    /// A percent, odds (`1 in 300`), a word or a band.
    Likelihood(Likelihood),
    /// A duration.
    Duration(Duration),
    /// One of the names of a choice.
    Name(String),
}

/// `dprk: (name: "North Korea", postures: { … })`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ActorText {
    /// Template rows; the key then holds their variables.
    pub for_each: Option<Spanned<Bindings>>,
    /// Rows that are left out.
    pub except: Option<Expr>,
    /// Its name for people.
    pub name: Option<Spanned<String>>,
    /// Its state machines.
    pub postures: Map<PostureText>,
    /// Anything to know.
    pub about: Option<Spanned<String>>,
    /// Which claims it carries.
    pub because: Option<Because>,
}

/// `japan: (ladder: [closed, probing, talks, summit], start: closed)`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PostureText {
    /// Ordered values, lowest first; or the name of one of `ladders`.
    pub ladder: Option<Spanned<LadderText>>,
    /// Unordered values.
    pub states: Option<Spanned<Vec<Spanned<String>>>>,
    /// The value at the start.
    pub start: Option<Spanned<String>>,
    /// What it means.
    pub says: Option<Spanned<String>>,
    /// Which claims it carries.
    pub because: Option<Because>,
}

/// The values of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub enum LadderText {
    /// Written out.
    Values(Vec<Spanned<String>>),
    /// One of `ladders`.
    Named(String),
}

/// `tension: (range: (0, 100), start: 60, decays: (…))`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndicatorText {
    /// Lowest and highest value.
    pub range: Option<Spanned<(i64, i64)>>,
    /// The value at the start.
    pub start: Option<Spanned<i64>>,
    /// How it falls back by itself.
    pub decays: Option<Spanned<DecayText>>,
    /// What it means.
    pub says: Option<Spanned<String>>,
    /// Which claims it carries.
    pub because: Option<Because>,
}

/// `decays: (half_life: "21d", towards: 20, every: "7d")`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DecayText {
    /// Time in which the distance to the target halves.
    pub half_life: Option<Spanned<Duration>>,
    /// The target; 0 (or the nearest end of the range… never guessed: required if 0 is outside the range).
    pub towards: Option<Spanned<i64>>,
    /// How often it is applied; one step unless given.
    pub every: Option<Spanned<Duration>>,
}

/// A flag.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FlagText {
    /// Whether it is so at the start.
    pub start: Option<Spanned<bool>>,
    /// What it means.
    pub says: Option<Spanned<String>>,
    /// Which claims it carries.
    pub because: Option<Because>,
}

/// `for_each: {x: [a, b], y: [c, d]}` (all pairs) or `for_each: [{x: a, y: c}, {x: b, y: d}]` (rows).
#[derive(Debug, Clone, PartialEq)]
pub enum Bindings {
    /// Every combination, first variable slowest.
    Product(Vec<(Spanned<String>, Vec<Spanned<String>>)>),
    /// Just these.
    Rows(Vec<Vec<(Spanned<String>, Spanned<String>)>>),
}

/// A single value, or a list of cases of which the first that holds counts. A plain value is one case
/// without `when`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cases<T> {
    /// The cases in file order.
    pub cases: Vec<Case<T>>,
    /// The whole field.
    pub span: Span,
}

/// `(when: "…", is: …)`
#[derive(Debug, Clone, PartialEq)]
pub struct Case<T> {
    /// Its condition; none on the last.
    pub when: Option<Expr>,
    /// The value then.
    pub is: Spanned<T>,
}

/// What may stand where a probability stands.
#[derive(Debug, Clone, PartialEq)]
pub enum ProbabilityText {
    /// `0.3`, `"30%"`, `"1 in 300"`, a word, a band.
    Given(Likelihood),
    /// A parameter or an expression.
    Formula(Expr),
}

/// What may stand where a rate stands.
#[derive(Debug, Clone, PartialEq)]
pub enum RateText {
    /// `"2.5 per 30d"`, `"0.1 * infected per 1d"`
    Per(Expr, Duration),
    /// `"60% within 14d"`, `"likely within 14d"`
    Within(ProbabilityText, Duration),
    /// A parameter that has `per` or `within`.
    Parameter(String),
}

/// What rules share unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DefaultsText {
    /// Merged field by field under each rule's own `because`.
    pub because: Option<Because>,
    /// The priority of rules that name none.
    pub priority: Option<Spanned<i64>>,
}

/// A rule, or a template of rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleText {
    /// Template rows.
    pub for_each: Option<Spanned<Bindings>>,
    /// Rows that are left out.
    pub except: Option<Expr>,
    /// The rule as a sentence.
    pub says: Option<Spanned<String>>,
    /// Its guard.
    pub when: Option<Expr>,
    /// Pressure: its hazard while the guard holds.
    pub pressure: Option<Cases<RateText>>,
    /// Response: what triggers it.
    pub on: Option<Spanned<Vec<EventExpr>>>,
    /// Response: how likely it follows; 1 unless given.
    pub chance: Option<Cases<ProbabilityText>>,
    /// Response: how long after; at once unless given.
    pub after: Option<Spanned<Delay>>,
    /// Dated: when.
    pub at: Option<Spanned<Vec<Spanned<Moment>>>>,
    /// Recurring: how often.
    pub every: Option<Spanned<Duration>>,
    /// Recurring: the first time.
    pub from: Option<Spanned<Moment>>,
    /// What multiplies the rate or the odds.
    pub factors: Vec<FactorText>,
    /// What it does.
    pub then: Option<Spanned<Vec<EffectExpr>>>,
    /// What it does, by lot.
    pub choose: Option<Spanned<Map<BranchText>>>,
    /// Response: `cancel` (default) or `keep` when its guard is false at the end of an instant.
    pub if_lapsed: Option<Spanned<IfLapsed>>,
    /// Response: what a trigger does while it is pending: ignored, or `restart`.
    pub again: Option<Spanned<Again>>,
    /// How often in a run it can fire.
    pub at_most: Option<Spanned<u64>>,
    /// How long it is unavailable after a firing.
    pub cooldown: Option<Spanned<Duration>>,
    /// Order among what is due at one boundary: higher first.
    pub priority: Option<Spanned<i64>>,
    /// Part of the escalation paths.
    pub milestone: Option<Spanned<bool>>,
    /// CAMEO code of the event.
    pub cameo: Option<Spanned<String>>,
    /// PLOVER class of the event.
    pub plover: Option<Spanned<String>>,
    /// Why the author believes it.
    pub because: Option<Because>,
}

/// `(when: "crisis", rate_times: 3)` or `(when: "us_line == back", odds_times: 3)`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FactorText {
    /// Its condition.
    pub when: Option<Expr>,
    /// Multiplies the rate of a pressure.
    pub rate_times: Option<Cases<Expr>>,
    /// Multiplies the odds of a response.
    pub odds_times: Option<Cases<Expr>>,
    /// The whole factor.
    pub span: Span,
}

/// A branch of `choose`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BranchText {
    /// The branch as a sentence.
    pub says: Option<Spanned<String>>,
    /// Its probability.
    pub weight: Option<Cases<ProbabilityText>>,
    /// Its relative odds.
    pub odds: Option<Cases<Expr>>,
    /// With `odds`: whether it can be drawn now.
    pub when: Option<Expr>,
    /// What it does.
    pub then: Option<Spanned<Vec<EffectExpr>>>,
    /// CAMEO code of the event.
    pub cameo: Option<Spanned<String>>,
    /// PLOVER class of the event.
    pub plover: Option<Spanned<String>>,
}

/// What happens to a pending response whose guard has become false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfLapsed {
    /// It is cancelled.
    Cancel,
    /// It is already in motion: its guard is not asked again.
    Keep,
}

/// What a trigger does to the pending response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Nothing.
    Ignore,
    /// Age 0 and a new delay.
    Restart,
}

/// `(name: war, when: "ever(dprk.military == war)", severity: 5)`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutcomeText {
    /// Its name.
    pub name: Option<Spanned<String>>,
    /// What has to hold of the run; none on the last.
    pub when: Option<QuestionExpr>,
    /// How grave it is, 0 to 10.
    pub severity: Option<Spanned<u64>>,
    /// The outcome as a sentence.
    pub says: Option<Spanned<String>>,
    /// Which claims it carries.
    pub because: Option<Because>,
    /// The whole entry.
    pub span: Span,
}

/// `tests_by_june: (ask: "count(missile_test) >= 10 by 2024-05-31")`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuestionText {
    /// The question.
    pub ask: Option<QuestionExpr>,
    /// The question as a sentence.
    pub says: Option<Spanned<String>>,
    /// Which claims it carries.
    pub because: Option<Because>,
}

/// `"South Korean martial law"` or `(says: "…", claims: [S41])`
#[derive(Debug, Clone, PartialEq)]
pub struct OmissionText {
    /// What is left out.
    pub says: Spanned<String>,
    /// Which claims are thereby declared as not modelled.
    pub claims: Vec<Spanned<String>>,
}

/// `us_backs_talks: (set: {us_line: back}, forbid: [rule], force: [(rule: "clash/war", at: "2024-03-08")])`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VariantText {
    /// What it asks.
    pub says: Option<Spanned<String>>,
    /// Parameters and their values.
    pub set: Map<Spanned<ParameterValue>>,
    /// Rules and branches that cannot fire.
    pub forbid: Vec<EventExpr>,
    /// Rules that are fired at a date.
    pub force: Vec<ForceText>,
    /// Which claims it carries.
    pub because: Option<Because>,
}

/// `(rule: "clash/contained", at: "2024-03-08")`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForceText {
    /// A rule's id or `rule/branch`.
    pub rule: Option<EventExpr>,
    /// When; a boundary in [start, end).
    pub at: Option<Spanned<Moment>>,
}
