//! What every single run answered to every outcome and question.
//!
//! Does not know how many runs there are to come; keeps all, so it is for tests only.

use simulate::model::Model;
use simulate::model::Step;
use simulate::model::state::State;
use simulate::observe::question::{AskRef, Memory, Monitors, NO_CAP, Reply, Settled};
use simulate::observe::{Collector, Observer, Occurrence};

use super::{Share, Values};

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Index of its outcome.
    pub outcome: usize,
    /// By question: 1 for yes, 0 for no, a number (times in days), or NaN for never.
    pub answers: Vec<f64>,
}

/// Many runs in order.
#[derive(Debug, Clone)]
pub struct Runs {
    records: Vec<Record>,
    outcomes: Vec<String>,
    questions: Vec<String>,
    monitors: Monitors,
    memory: Memory,
}

impl PartialEq for Runs {
    /// Bit by bit.
    fn eq(&self, other: &Self) -> bool {
        format!("{:?}", self.records) == format!("{:?}", other.records)
    }
}

impl Runs {
    /// The runs with this outcome.
    pub fn outcome(&self, name: &str) -> Share {
        let index = place(&self.outcomes, name);
        Share { hits: self.records.iter().filter(|r| r.outcome == index).count() as u64, runs: self.runs() }
    }

    /// The runs of which this is true.
    pub fn question(&self, name: &str) -> Share {
        let index = place(&self.questions, name);
        Share { hits: self.records.iter().filter(|r| r.answers[index] == 1.0).count() as u64, runs: self.runs() }
    }

    /// The number of each run.
    pub fn number(&self, name: &str) -> Values {
        let index = place(&self.questions, name);
        Values(self.records.iter().map(|r| r.answers[index]).collect())
    }

    /// Every question with the number of runs of which it is true, or 1.
    pub fn yes_no(&self) -> impl Iterator<Item = (&str, u64)> {
        self.questions.iter().map(|name| (name.as_str(), self.question(name).hits))
    }

    /// Names of the outcomes, in order.
    pub fn outcomes(&self) -> &[String] {
        &self.outcomes
    }

    /// Names of the questions, in order.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// How many.
    pub fn runs(&self) -> u64 {
        self.records.len() as u64
    }
}

fn place(names: &[String], name: &str) -> usize {
    names.iter().position(|n| n == name).unwrap_or_else(|| panic!("`{name}` is none of {names:?}"))
}

impl Observer for Runs {
    fn looks(&self, _model: &Model) -> Vec<Step> {
        self.monitors.looks().collect()
    }

    fn begin(&mut self, _model: &Model, _state: &State, _run: u64) {
        self.memory = self.monitors.begin();
    }

    fn observe(&mut self, _model: &Model, state: &State, occurrence: Occurrence<'_>) {
        self.monitors.on_occurrence(&mut self.memory, &occurrence, state.step);
    }

    fn looked(&mut self, model: &Model, state: &State, step: Step) {
        self.monitors.on_looked(&mut self.memory, model, state, step);
    }

    fn settled(&mut self, model: &Model, state: &State, now: &dyn Fn() -> u64, boundary: bool) {
        self.monitors.on_settled(&mut self.memory, &Settled { model, state, now, boundary });
    }

    fn end(&mut self, _model: &Model, _state: &State) {
        let asked = self.outcomes.len() - 1;
        let outcome = (0..asked).find(|i| self.monitors.answer(&self.memory, *i).is_yes()).unwrap_or(asked);
        let number = |reply| match reply {
            Reply::YesNo(yes) => f64::from(u8::from(yes)),
            Reply::Number(fixed) => fixed.value(),
            Reply::Seconds(fixed) => fixed.value() / 86_400.0,
            Reply::Never => f64::NAN,
        };
        let answers = (asked..self.monitors.len()).map(|i| number(self.monitors.answer(&self.memory, i))).collect();
        self.records.push(Record { outcome, answers });
    }
}

impl Collector for Runs {
    fn fresh(model: &Model) -> Self {
        let outcomes = model.outcomes.iter().filter_map(|o| o.ask.as_ref()).map(AskRef::YesNo);
        let questions = model.questions.iter().map(|q| AskRef::from(&q.ask));
        let monitors = Monitors::new(model, outcomes.chain(questions), NO_CAP);
        Self {
            records: Vec::new(),
            outcomes: model.outcomes.iter().map(|o| o.name.clone()).collect(),
            questions: model.questions.iter().map(|q| q.name.clone()).collect(),
            memory: monitors.begin(),
            monitors,
        }
    }

    fn merge(&mut self, later: Self) {
        self.records.extend(later.records);
    }
}
