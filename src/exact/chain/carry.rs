//! Which outcomes and questions a chain can carry, and how each is read off its states.
//!
//! Does not know the states.

use crate::model::formula::{Slot, Tabulated};
use crate::model::state::State;
use crate::model::{Ask, AskNumber, Asked, EventId, Model, Step, When};
use crate::observe::question::{Memory, Monitors, Reply};

use super::obstacle::reads_time;
use super::{LeftOut, Time, time_at};

/// How a yes/no question is read off a state.
#[derive(Debug, Clone)]
pub(super) enum Truth {
    Not(Box<Truth>),
    And(Vec<Truth>),
    Or(Vec<Truth>),
    /// From the state alone.
    Now(Tabulated<bool>),
    /// From what this leaf remembers.
    Remembered(usize),
}

/// How a number is read off a state.
#[derive(Debug, Clone)]
pub(super) enum Number {
    /// How often this event occurs.
    Flow(EventId),
    /// The integral of this.
    Integral(Tabulated<f64>),
    /// The integral of 1 while this holds.
    Time(Tabulated<bool>),
    /// The value of this.
    Now(Tabulated<f64>),
    /// What this leaf remembers.
    Remembered(usize),
}

/// A question that is carried: its name, when it is read, and how.
#[derive(Debug, Clone)]
pub(super) struct Read<T> {
    pub(super) name: String,
    pub(super) at: f64,
    pub(super) how: T,
}

/// What a chain carries.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Outcomes in file order; `None` is the last, that has no condition of its own.
    pub(super) outcomes: Vec<Read<Option<Truth>>>,
    pub(super) questions: Vec<Read<Truth>>,
    pub(super) numbers: Vec<Read<Number>>,
    /// What has to be remembered, each with the outcome or question that was the first to need it.
    pub(super) leaves: Vec<(String, Asked)>,
    /// All that is carried, as it was asked.
    pub(super) asked: Vec<Asked>,
    pub(super) left_out: Vec<LeftOut>,
}

const READS: &str = "it asks for the date or for how long ago something was, which continuous time does not keep";
const STEPS: &str = "it counts steps of the calendar, which continuous time does not keep";
const MOMENTS: &str = "it asks of two different times at once";
const FIRST: &str = "the mean of a time that may never come is no reward; ask for `ever(…)` and for `total(…)` instead";
const EARLIER: &str = "whether it is this outcome depends on an earlier one that is left out";

impl Carried {
    /// Whether anything is carried.
    pub(super) fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }
}

/// What a chain in such a time can carry of what `model` asks.
pub(super) fn carry(model: &Model, time: Time) -> Carried {
    let mut carrier = Carrier { model, time, carried: Carried::default() };
    carrier.outcomes();
    for question in &model.questions {
        let leaves = carrier.carried.leaves.len();
        let done = match &question.ask {
            Asked::YesNo(ask) => carrier.question(&question.name, ask),
            Asked::Number(ask) => carrier.number(&question.name, ask),
        };
        carrier.conclude(&question.name, &question.ask, leaves, done);
    }
    carrier.carried
}

struct Carrier<'m> {
    model: &'m Model,
    time: Time,
    carried: Carried,
}

impl Carrier<'_> {
    /// Notes that something is carried, or why it is not.
    fn conclude(&mut self, name: &str, asked: &Asked, leaves: usize, done: Result<(), &'static str>) {
        match done {
            Ok(()) => self.carried.asked.push(asked.clone()),
            Err(why) => {
                self.carried.leaves.truncate(leaves);
                self.carried.left_out.push(LeftOut { name: name.to_owned(), why });
            }
        }
    }

    fn outcomes(&mut self) {
        let mut missing = false;
        for outcome in &self.model.outcomes {
            let Some(ask) = &outcome.ask else {
                if missing {
                    self.carried.left_out.push(LeftOut { name: outcome.name.clone(), why: EARLIER });
                } else if !self.carried.outcomes.is_empty() {
                    let at = self.end();
                    self.carried.outcomes.push(Read { name: outcome.name.clone(), at, how: None });
                }
                continue;
            };
            let leaves = self.carried.leaves.len();
            let truth = if missing { Err(EARLIER) } else { self.truth(&outcome.name, ask) };
            let last = self.model.calendar.steps;
            // All outcomes are looked at in one state, so it must be the last.
            let truth = truth.and_then(|(truth, at)| if at == last { Ok(truth) } else { Err(MOMENTS) });
            missing |= truth.is_err();
            let done = truth.map(|truth| {
                let at = self.end();
                self.carried.outcomes.push(Read { name: outcome.name.clone(), at, how: Some(truth) });
            });
            self.conclude(&outcome.name, &Asked::YesNo(ask.clone()), leaves, done);
        }
    }

    fn end(&self) -> f64 {
        time_at(self.model, self.time, self.model.calendar.steps, true)
    }

    fn question(&mut self, name: &str, ask: &Ask) -> Result<(), &'static str> {
        let (how, step) = self.truth(name, ask)?;
        let at = time_at(self.model, self.time, step, true);
        self.carried.questions.push(Read { name: name.to_owned(), at, how });
        Ok(())
    }

    /// How a question is read, and at which boundary: in discrete time always the last, as what it asks of earlier ones
    /// is remembered.
    fn truth(&mut self, name: &str, ask: &Ask) -> Result<(Truth, Step), &'static str> {
        let last = self.model.calendar.steps;
        let keeps = self.time == Time::Discrete;
        let until = |by: &Option<When>| by.map_or(last, step_of);
        match ask {
            Ask::Not(inner) => self.truth(name, inner).map(|(inner, at)| (Truth::Not(Box::new(inner)), at)),
            Ask::And(list) => self.all(name, list).map(|(all, at)| (Truth::And(all), at)),
            Ask::Or(list) => self.all(name, list).map(|(all, at)| (Truth::Or(all), at)),
            Ask::AtEnd(condition) => Ok((Truth::Now(self.timeless(condition)?), last)),
            Ask::On(condition, when) if !keeps => Ok((Truth::Now(self.timeless(condition)?), step_of(*when))),
            Ask::Ever(condition, by) if !keeps => {
                let ever = Ask::Ever(self.timeless(condition)?, None);
                Ok((self.remembered(name, Asked::YesNo(ever)), until(by)))
            }
            Ask::Count(event, comparison, by) if !keeps => {
                let count = Ask::Count(*event, *comparison, None);
                Ok((self.remembered(name, Asked::YesNo(count)), until(by)))
            }
            Ask::Then(..) | Ask::Stays(..) if !keeps => Err(STEPS),
            Ask::On(..) | Ask::Ever(..) | Ask::Count(..) | Ask::Before(..) | Ask::Then(..) | Ask::Stays(..) => {
                Ok((self.remembered(name, Asked::YesNo(ask.clone())), last))
            }
        }
    }

    fn all(&mut self, name: &str, list: &[Ask]) -> Result<(Vec<Truth>, Step), &'static str> {
        let all: Vec<(Truth, Step)> = list.iter().map(|ask| self.truth(name, ask)).collect::<Result<_, _>>()?;
        let at = all.first().map_or(self.model.calendar.steps, |(_, at)| *at);
        if all.iter().any(|(_, other)| *other != at) {
            return Err(MOMENTS);
        }
        Ok((all.into_iter().map(|(truth, _)| truth).collect(), at))
    }

    /// The place of what has to be remembered; two questions that ask the same share it.
    fn remembered(&mut self, name: &str, asked: Asked) -> Truth {
        Truth::Remembered(self.leaf(name, asked))
    }

    fn leaf(&mut self, name: &str, asked: Asked) -> usize {
        let leaves = &mut self.carried.leaves;
        leaves.iter().position(|(_, known)| *known == asked).unwrap_or_else(|| {
            leaves.push((name.to_owned(), asked));
            leaves.len() - 1
        })
    }

    /// The condition, if a state of the chain decides it.
    fn timeless(&self, condition: &Tabulated<bool>) -> Result<Tabulated<bool>, &'static str> {
        self.reads(&condition.reads).map(|()| condition.clone())
    }

    fn reads(&self, reads: &[Slot]) -> Result<(), &'static str> {
        if self.time == Time::Continuous && reads_time(reads) { Err(READS) } else { Ok(()) }
    }

    fn number(&mut self, name: &str, ask: &AskNumber) -> Result<(), &'static str> {
        let moment = |when: When| match when {
            When::Before(step) => time_at(self.model, self.time, step, false),
            When::Settled(step) => time_at(self.model, self.time, step, true),
        };
        let (at, how) = match ask {
            AskNumber::Count(event, by) => (by.map_or(self.end(), moment), Number::Flow(*event)),
            AskNumber::AtEnd(number) => (self.end(), Number::Now(number.clone())),
            AskNumber::On(number, when) => (moment(*when), Number::Now(number.clone())),
            AskNumber::Total(number) => (self.end(), Number::Integral(number.clone())),
            AskNumber::TotalTime(condition) => (self.end(), Number::Time(condition.clone())),
            AskNumber::Highest(number) => {
                self.reads(&number.reads)?;
                (self.end(), Number::Remembered(self.leaf(name, Asked::Number(ask.clone()))))
            }
            AskNumber::First(_) => return Err(FIRST),
        };
        match &how {
            Number::Integral(number) | Number::Now(number) => self.reads(&number.reads)?,
            Number::Time(condition) => self.reads(&condition.reads)?,
            Number::Flow(_) | Number::Remembered(_) => {}
        }
        self.carried.numbers.push(Read { name: name.to_owned(), at, how });
        Ok(())
    }
}

fn step_of(when: When) -> Step {
    let (When::Before(step) | When::Settled(step)) = when;
    step
}

/// Where answers are read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) model: &'a Model,
    pub(super) monitors: &'a Monitors,
    pub(super) state: &'a State,
    pub(super) memory: &'a Memory,
}

impl Truth {
    /// Whether it holds.
    pub(super) fn holds(&self, sight: Sight<'_>) -> bool {
        match self {
            Self::Not(inner) => !inner.holds(sight),
            Self::And(all) => all.iter().all(|part| part.holds(sight)),
            Self::Or(any) => any.iter().any(|part| part.holds(sight)),
            Self::Now(condition) => condition.holds(sight.state, sight.model),
            Self::Remembered(leaf) => sight.monitors.answer(sight.memory, *leaf).is_yes(),
        }
    }
}

impl Number {
    /// The value in a state, or what it adds each day there; 0 for what is counted of transitions.
    pub(super) fn value(&self, sight: Sight<'_>) -> f64 {
        match self {
            Self::Flow(_) => 0.0,
            Self::Integral(number) | Self::Now(number) => number.value(sight.state, sight.model),
            Self::Time(condition) => f64::from(u8::from(condition.holds(sight.state, sight.model))),
            Self::Remembered(leaf) => match sight.monitors.answer(sight.memory, *leaf) {
                Reply::Number(value) => value.value(),
                reply => unreachable!("a number is asked for, not {reply:?}"),
            },
        }
    }
}
