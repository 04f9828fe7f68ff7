//! One run as data: everything that happened, in order, dated, with names instead of ids; ready for JSON lines.
//!
//! Does not know how it is told.

mod tracer;

use serde::Serialize;

use crate::model::Step;
pub use tracer::Tracer;

/// Everything that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// Its number.
    pub run: u64,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// How it ended.
    pub end: End,
}

/// One thing that happened, and when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Ticks after the start, 86,400 · 2²⁴ a day.
    pub ticks: u64,
    /// The same in days.
    pub day: f64,
    /// The last boundary at or before it.
    pub step: Step,
    /// It happened in the instant of that boundary.
    pub boundary: bool,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The run began.
    Started,
    /// A rule fired.
    Fired(Box<Firing>),
    /// A let began or ended.
    Turned {
        /// Its name.
        name: String,
        /// It began to hold.
        begins: bool,
    },
    /// A response was triggered and will come, unless it lapses.
    Comes {
        /// The response.
        rule: String,
        /// By what.
        trigger: Trigger,
        /// In this instant.
        at_once: bool,
        /// It was pending already and started again.
        restarted: bool,
    },
    /// A response was triggered, and the lot said no.
    LetPass {
        /// The response.
        rule: String,
        /// By what.
        trigger: Trigger,
    },
    /// A response was triggered while pending: nothing happened.
    Ignored {
        /// The response.
        rule: String,
        /// By what.
        trigger: Trigger,
    },
    /// A response was triggered, and its guard or availability stood in the way.
    NotOpen {
        /// The response.
        rule: String,
        /// By what.
        trigger: Trigger,
    },
    /// A rule was due, and its guard or availability stood in the way.
    Preempted {
        /// The rule.
        rule: String,
        /// If it is a response, by what it had been triggered.
        trigger: Option<Trigger>,
    },
    /// A pending response was cancelled because its guard had become false.
    Lapsed {
        /// The response.
        rule: String,
        /// By what it had been triggered.
        trigger: Option<Trigger>,
    },
    /// `stop_when` holds: nothing happens any more.
    Stopped,
}

/// A rule's firing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Firing {
    /// Firings of this run before it.
    pub number: u32,
    /// The rule.
    pub rule: String,
    /// The branch that was drawn, if the rule has any.
    pub branch: Option<String>,
    /// The rule has branches and none was drawn, or the one that was is forbidden.
    pub nothing: bool,
    /// The sentence of the branch, or of the rule if that has none; may be empty.
    pub says: String,
    /// Why.
    pub origin: Cause,
    /// If it is a response, by what it was triggered.
    pub trigger: Option<Trigger>,
    /// What changed.
    pub changes: Vec<Change>,
    /// Indicators that an effect would have moved beyond their range.
    pub held: Vec<String>,
    /// Part of the escalation path.
    pub milestone: bool,
}

/// Why a rule fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A pressure, by itself.
    Pressure,
    /// A dated or recurring rule.
    Calendar,
    /// An intervention.
    Forced,
    /// A response.
    Response,
}

/// What triggered a response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trigger {
    /// The event.
    pub event: String,
    /// Number of the firing that raised it; `None` for `start`, `begins` and `ends`.
    pub firing: Option<u32>,
    /// When, in ticks after the start.
    pub ticks: u64,
}

/// A variable changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which.
    pub variable: String,
    /// Its value before.
    pub from: Value,
    /// Its value after.
    pub to: Value,
}

/// A value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Of a posture.
    Name(String),
    /// Of an indicator.
    Number(i32),
    /// Of a flag.
    Flag(bool),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct End {
    /// Its outcome, if the scenario has outcomes.
    pub outcome: Option<String>,
    /// Its answers, in file order.
    pub answers: Vec<(String, Answer)>,
}

/// A run's answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes or no.
    YesNo(bool),
    /// A count or a value; of a total, value × days.
    Number(f64),
    /// Days: when it first held, or for how long.
    Days(f64),
    /// It never held.
    Never,
}
