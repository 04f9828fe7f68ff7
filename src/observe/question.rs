//! Monitors of outcomes and questions (SEMANTICS 6): what has to be remembered of a run to answer them.
//!
//! Does not know where the run comes from, nor how answers are counted: the sampler carries one `Memory` a run,
//! the solver one a state. What is remembered is finite, small and without floats, so equal pasts are equal.
//!
//! **What counts as a firing.** `before` and `then` speak of earlier and later firings. The events of one firing
//! of a rule are simultaneous. `start`, and every `NAME begins` or `NAME ends`, is a firing of its own, at its
//! place in the order in which SEMANTICS 5 raises them: `start` before everything at boundary 0, the turns of an
//! instant after the firings that brought them about, in file order, before the firings that answer them.

mod certain;
mod code;
mod follower;
mod gauge;
mod reads;
mod term;
#[cfg(test)]
mod tests;

use crate::model::event::Occurrence;
use crate::model::state::{State, block};
use crate::model::{Ask, AskNumber, Asked, Comparison, EventId, Model, Step, TICKS_PER_DAY, When};
use crate::scenario::expression::CompareOp;

use super::histogram::Fixed;
pub use code::Values;
pub use follower::Follower;
pub use reads::Looks;
use term::Term;
pub use term::{Integral, Mark, Settled};

/// Questions compiled together; what two of them share is remembered once.
#[derive(Debug, Clone)]
pub struct Monitors {
    terms: Vec<Term>,
    answers: Vec<Answer>,
    integrals: usize,
    /// By event: the terms that listen to it.
    listeners: Vec<Vec<u32>>,
    /// Terms that are asked when a boundary has settled, with the boundary, ascending.
    at_settled: Vec<(Step, u32)>,
    /// Terms that are asked before a boundary, ascending.
    at_looked: Vec<(Step, u32)>,
}

impl Memory {
    /// What it takes in memory besides itself, bytes.
    pub fn bytes(&self) -> usize {
        block(&self.marks) + block(&self.integrals)
    }

    /// Makes it the same as `other`, of the same monitors, without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.marks.copy_from_slice(&other.marks);
        self.integrals.copy_from_slice(&other.integrals);
    }
}

/// How an answer is made from terms.
#[derive(Debug, Clone)]
enum Answer {
    Holds(u32),
    Compares(u32, Comparison),
    Not(Box<Answer>),
    And(Vec<Answer>),
    Or(Vec<Answer>),
    Number(u32),
}

/// What is remembered of a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Memory {
    marks: Box<[Mark]>,
    integrals: Box<[Integral]>,
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Yes or no.
    YesNo(bool),
    /// A count or a value; `total` of a number in value × days.
    Number(Fixed),
    /// Seconds: when it first held, or for how long.
    Seconds(Fixed),
    /// It never held.
    Never,
}

impl Reply {
    /// Whether it is yes.
    pub fn is_yes(self) -> bool {
        self == Self::YesNo(true)
    }
}

/// Where counts that are asked for as numbers stop: the sampler does not stop them.
pub const NO_CAP: u32 = u32::MAX;

impl Monitors {
    /// Monitors of these questions of `model`; answers are numbered in their order. Counts asked for as numbers
    /// saturate at `cap`.
    pub fn new<'a>(model: &Model, asked: impl IntoIterator<Item = AskRef<'a>>, cap: u32) -> Self {
        let mut monitors = Self {
            terms: Vec::new(),
            answers: Vec::new(),
            integrals: 0,
            listeners: vec![Vec::new(); model.events.len()],
            at_settled: Vec::new(),
            at_looked: Vec::new(),
        };
        for ask in asked {
            let answer = match ask {
                AskRef::YesNo(ask) => monitors.compile(ask),
                AskRef::Number(ask) => monitors.compile_number(ask, cap),
            };
            monitors.answers.push(answer);
        }
        monitors.at_settled.sort_unstable();
        monitors.at_looked.sort_unstable();
        monitors
    }

    fn compile(&mut self, ask: &Ask) -> Answer {
        let mut all = |list: &[Ask]| list.iter().map(|ask| self.compile(ask)).collect();
        let term = match ask {
            Ask::Not(inner) => return Answer::Not(Box::new(self.compile(inner))),
            Ask::And(list) => return Answer::And(all(list)),
            Ask::Or(list) => return Answer::Or(all(list)),
            Ask::Count(event, comparison, by) => {
                // One above the constant every comparison has the same answer for ever.
                let cap = (comparison.with.floor() + 1.0).clamp(0.0, f64::from(u32::MAX)) as u32;
                return Answer::Compares(self.term(Term::Count { event: *event, by: *by, cap }), *comparison);
            }
            Ask::Ever(condition, by) => Term::Ever(condition.clone(), *by),
            Ask::AtEnd(condition) => Term::AtEnd(condition.clone()),
            Ask::On(condition, when) => Term::On(condition.clone(), *when),
            Ask::Before(a, b) => Term::Before(*a, *b),
            Ask::Then(a, b, within) => Term::Then(*a, *b, *within),
            Ask::Stays(condition, steps) => Term::Stays(condition.clone(), *steps),
        };
        Answer::Holds(self.term(term))
    }

    fn compile_number(&mut self, ask: &AskNumber, cap: u32) -> Answer {
        let term = match ask {
            AskNumber::Count(event, by) => Term::Count { event: *event, by: *by, cap },
            AskNumber::AtEnd(number) => Term::NumberAtEnd(number.clone()),
            AskNumber::On(number, when) => Term::NumberOn(number.clone(), *when),
            AskNumber::First(condition) => Term::First(condition.clone()),
            AskNumber::Total(number) => Term::Total(number.clone(), self.integral()),
            AskNumber::TotalTime(condition) => Term::TotalTime(condition.clone(), self.integral()),
            AskNumber::Highest(number) => Term::Highest(number.clone()),
        };
        Answer::Number(self.term(term))
    }

    fn integral(&mut self) -> usize {
        self.integrals += 1;
        self.integrals - 1
    }

    /// The index of `term`, which is entered if it is new.
    fn term(&mut self, term: Term) -> u32 {
        if let Some(index) = self.terms.iter().position(|known| *known == term) {
            return index as u32;
        }
        let index = self.terms.len() as u32;
        for event in term.events() {
            self.listeners[event.0 as usize].push(index);
        }
        match term.when() {
            Some(When::Settled(step)) => self.at_settled.push((step, index)),
            Some(When::Before(step)) => self.at_looked.push((step, index)),
            None => {}
        }
        self.terms.push(term);
        index
    }

    /// Boundaries that must not be skipped: at them, or just before, a question looks at the state.
    pub fn looks(&self) -> impl Iterator<Item = Step> {
        self.at_settled.iter().chain(&self.at_looked).map(|(step, _)| *step)
    }

    /// The memory of a run that has not begun.
    pub fn begin(&self) -> Memory {
        let mut memory = Memory {
            marks: vec![Mark::Open; self.terms.len()].into(),
            integrals: vec![Integral::default(); self.integrals].into(),
        };
        self.restart(&mut memory);
        memory
    }

    /// Makes `memory` that of a run that has not begun, without allocating.
    pub fn restart(&self, memory: &mut Memory) {
        for (mark, term) in memory.marks.iter_mut().zip(&self.terms) {
            *mark = term.first_mark();
        }
        memory.integrals.fill(Integral::default());
    }

    /// Something happened in step `step`; only what raises events matters.
    pub fn on_occurrence(&self, memory: &mut Memory, occurrence: &Occurrence<'_>, step: Step) {
        if let Occurrence::Fired { raised, .. } | Occurrence::Turned(_, _, raised) | Occurrence::Started(raised) =
            occurrence
        {
            self.on_firing(memory, raised, step);
        }
    }

    /// One firing raised these events (ascending) in step `step`.
    pub fn on_firing(&self, memory: &mut Memory, raised: &[EventId], step: Step) {
        for event in raised {
            for index in &self.listeners[event.0 as usize] {
                let mark = &mut memory.marks[*index as usize];
                *mark = self.terms[*index as usize].fired(*mark, *event, raised, step);
            }
        }
    }

    /// An instant has settled.
    pub fn on_settled(&self, memory: &mut Memory, settled: &Settled<'_>) {
        (0..self.terms.len()).for_each(|index| self.settle_term(index, memory, settled));
        self.settle_dated(memory, settled);
    }

    fn settle_term(&self, index: usize, memory: &mut Memory, settled: &Settled<'_>) {
        let mark = memory.marks[index];
        memory.marks[index] = self.terms[index].settled(mark, &mut memory.integrals, settled);
    }

    fn settle_dated(&self, memory: &mut Memory, settled: &Settled<'_>) {
        if settled.boundary {
            self.ask_dated(&self.at_settled, settled.state.step, memory, settled.model, settled.state);
        }
    }

    /// The steps before boundary `step` have ended; its instant has not begun.
    pub fn on_looked(&self, memory: &mut Memory, model: &Model, state: &State, step: Step) {
        self.ask_dated(&self.at_looked, step, memory, model, state);
    }

    fn ask_dated(&self, dates: &[(Step, u32)], step: Step, memory: &mut Memory, model: &Model, state: &State) {
        let from = dates.partition_point(|(at, _)| *at < step);
        for (_, index) in dates[from..].iter().take_while(|(at, _)| *at == step) {
            let mark = &mut memory.marks[*index as usize];
            *mark = self.terms[*index as usize].dated(*mark, model, state);
        }
    }

    /// How many questions there are.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// The answer to question number `question`, at `T`.
    pub fn answer(&self, memory: &Memory, question: usize) -> Reply {
        match &self.answers[question] {
            Answer::Number(index) => self.number(memory, *index as usize),
            yes_no => Reply::YesNo(yes_no.holds(memory)),
        }
    }

    /// Whether the answer to yes/no question number `question` is yes, at `T`.
    #[inline]
    pub fn is_yes(&self, memory: &Memory, question: usize) -> bool {
        self.answers[question].holds(memory)
    }

    fn number(&self, memory: &Memory, index: usize) -> Reply {
        match (&self.terms[index], memory.marks[index]) {
            // A number of value × ticks as value × days, a time as seconds.
            (Term::Total(_, slot), _) => Reply::Number(Fixed::part(memory.integrals[*slot].sum(), TICKS_PER_DAY)),
            (Term::TotalTime(_, slot), _) => Reply::Seconds(seconds(memory.integrals[*slot].sum())),
            (_, Mark::Time(ticks)) => Reply::Seconds(seconds(i128::from(ticks))),
            (_, Mark::Count(count) | Mark::Counted(count)) => Reply::Number(Fixed::whole(count)),
            (_, Mark::Value(value)) => Reply::Number(value),
            (Term::First(_), _) => Reply::Never,
            (term, mark) => unreachable!("{term:?} was never looked at: {mark:?}"),
        }
    }
}

/// A question by reference.
#[derive(Debug, Clone, Copy)]
pub enum AskRef<'a> {
    /// Yes or no.
    YesNo(&'a Ask),
    /// A number.
    Number(&'a AskNumber),
}

impl<'a> From<&'a Asked> for AskRef<'a> {
    fn from(asked: &'a Asked) -> Self {
        match asked {
            Asked::YesNo(ask) => Self::YesNo(ask),
            Asked::Number(ask) => Self::Number(ask),
        }
    }
}

impl Answer {
    fn holds(&self, memory: &Memory) -> bool {
        match self {
            Self::Holds(index) => memory.marks[*index as usize] == Mark::Yes,
            Self::Compares(index, comparison) => match memory.marks[*index as usize] {
                Mark::Count(count) | Mark::Counted(count) => compare(f64::from(count), *comparison),
                mark => unreachable!("a count is a count, not {mark:?}"),
            },
            Self::Not(inner) => !inner.holds(memory),
            Self::And(all) => all.iter().all(|answer| answer.holds(memory)),
            Self::Or(any) => any.iter().any(|answer| answer.holds(memory)),
            Self::Number(_) => unreachable!("a number does not hold"),
        }
    }
}

fn seconds(ticks: i128) -> Fixed {
    Fixed::shifted(ticks, crate::model::TICK_BITS)
}

// Counts and the author's constants: equality is meant exactly.
#[allow(clippy::float_cmp)]
fn compare(count: f64, comparison: Comparison) -> bool {
    match comparison.op {
        CompareOp::Equal => count == comparison.with,
        CompareOp::NotEqual => count != comparison.with,
        CompareOp::Less => count < comparison.with,
        CompareOp::AtMost => count <= comparison.with,
        CompareOp::Greater => count > comparison.with,
        CompareOp::AtLeast => count >= comparison.with,
    }
}
