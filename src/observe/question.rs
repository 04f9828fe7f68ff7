//! Monitors of outcomes and questions (SEMANTICS 6): what has to be remembered of a run to answer them.
//!
//! Does not know where the run comes from, nor how answers are counted: the sampler carries one `Memory` a run,
//! the solver one a state. What is remembered is finite, small and without floats, so equal pasts are equal.
//!
//! **What counts as a firing.** `before` and `then` speak of earlier and later firings. The events of one firing
//! of a rule are simultaneous. `start`, and every `NAME begins` or `NAME ends`, is a firing of its own, at its
//! place in the order in which SEMANTICS 5 raises them: `start` before everything at boundary 0, the turns of an
//! instant after the firings that brought them about, in file order, before the firings that answer them.

use crate::model::event::Occurrence;
use crate::model::formula::{Slot, Tabulated};
use crate::model::state::State;
use crate::model::{Ask, AskNumber, Asked, Comparison, EventId, Model, Step, TICKS_PER_DAY, VariableId, When};
use crate::scenario::expression::CompareOp;

use super::histogram::Fixed;

/// Questions compiled together; what two of them share is remembered once.
#[derive(Debug, Clone)]
pub struct Monitors {
    terms: Vec<Term>,
    answers: Vec<Answer>,
    integrals: usize,
    /// By event: the terms that listen to it.
    listeners: Vec<Vec<u32>>,
    /// By variable: the terms whose condition or number reads it.
    readers: Vec<Vec<u32>>,
    /// Terms that also read counts, ages or the calendar.
    restless: Vec<u32>,
    /// Terms that are asked when a boundary has settled, with the boundary, ascending.
    at_settled: Vec<(Step, u32)>,
    /// Terms that are asked before a boundary, ascending.
    at_looked: Vec<(Step, u32)>,
    steps: Step,
}

/// One thing to remember.
#[derive(Debug, Clone, PartialEq)]
enum Term {
    Ever(Tabulated<bool>, Option<When>),
    AtEnd(Tabulated<bool>),
    On(Tabulated<bool>, When),
    Count { event: EventId, by: Option<When>, cap: u32 },
    Before(EventId, EventId),
    Then(EventId, EventId, Step),
    Stays(Tabulated<bool>, Step),
    NumberAtEnd(Tabulated<f64>),
    NumberOn(Tabulated<f64>, When),
    First(Tabulated<bool>),
    Total(Tabulated<f64>, usize),
    TotalTime(Tabulated<bool>, usize),
    Highest(Tabulated<f64>),
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

/// What is remembered for one term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Nothing yet: no, so far.
    Open,
    /// Yes, whatever follows.
    Yes,
    /// No, whatever follows.
    No,
    /// So many so far, saturating at the term's cap.
    Count(u32),
    /// So many, whatever follows: the term's `by` is past.
    Counted(u32),
    /// `then`: the step of the latest `a`. `stays`: the boundary from which the condition holds.
    Since(Step),
    /// A number seen.
    Value(Fixed),
    /// Ticks after the start.
    Time(u64),
}

/// An integral over time so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Integral {
    /// Up to `since`, in units of `Fixed` × ticks.
    sum: i128,
    /// The number since then.
    value: i64,
    /// Ticks after the start.
    since: u64,
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
            readers: vec![Vec::new(); model.variables.len()],
            restless: Vec::new(),
            at_settled: Vec::new(),
            at_looked: Vec::new(),
            steps: model.calendar.steps,
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
        self.enter_reader(index, term.reads());
        self.terms.push(term);
        index
    }

    fn enter_reader(&mut self, index: u32, reads: &[Slot]) {
        for slot in reads {
            match slot {
                Slot::Variable(VariableId(id)) => self.readers[*id as usize].push(index),
                Slot::Count(_) | Slot::AgeAtLeast(..) | Slot::During(..) | Slot::Day => self.restless.push(index),
            }
        }
        self.restless.dedup();
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
            *mark = if matches!(term, Term::Count { .. }) { Mark::Count(0) } else { Mark::Open };
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

    /// An instant has settled `now` ticks after the start; `boundary` if it is that of boundary `state.step`.
    pub fn on_settled(&self, memory: &mut Memory, model: &Model, state: &State, now: u64, boundary: bool) {
        (0..self.terms.len()).for_each(|index| self.settle_term(index, memory, model, state, now, boundary));
        self.settle_dated(memory, model, state, boundary);
    }

    /// The same, told which variables changed since the last instant settled, except that `then` does not forget.
    /// At boundary 0 and at `T` all terms are asked.
    pub fn on_settled_after(
        &self,
        changed: &[VariableId],
        memory: &mut Memory,
        model: &Model,
        state: &State,
        now: u64,
        boundary: bool,
    ) {
        if boundary && (state.step == 0 || state.step >= self.steps) {
            return self.on_settled(memory, model, state, now, boundary);
        }
        let readers = changed.iter().flat_map(|id| &self.readers[id.0 as usize]);
        for index in readers.chain(&self.restless) {
            self.settle_term(*index as usize, memory, model, state, now, boundary);
        }
        self.settle_dated(memory, model, state, boundary);
    }

    fn settle_dated(&self, memory: &mut Memory, model: &Model, state: &State, boundary: bool) {
        if boundary {
            self.ask_dated(&self.at_settled, state.step, memory, model, state);
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
            *mark = match (&self.terms[*index as usize], *mark) {
                (Term::On(condition, _), _) => yes_or_no(condition.holds(state, model)),
                (Term::NumberOn(number, _), _) => Mark::Value(Fixed::nearest(number.value(state, model))),
                // The end of a `by`.
                (Term::Ever(..), Mark::Open) => Mark::No,
                (Term::Count { .. }, Mark::Count(count)) => Mark::Counted(count),
                (_, mark) => mark,
            };
        }
    }

    fn settle_term(&self, index: usize, memory: &mut Memory, model: &Model, state: &State, now: u64, boundary: bool) {
        let mark = &mut memory.marks[index];
        let at_end = boundary && state.step >= self.steps;
        match &self.terms[index] {
            Term::Ever(condition, _) => {
                if *mark == Mark::Open && condition.holds(state, model) {
                    *mark = Mark::Yes;
                }
            }
            Term::First(condition) => {
                if *mark == Mark::Open && condition.holds(state, model) {
                    *mark = Mark::Time(now);
                }
            }
            Term::Stays(condition, steps) => {
                if *mark != Mark::Yes {
                    *mark = stays(*mark, condition.holds(state, model), *steps, state.step, boundary);
                }
            }
            Term::Then(_, _, within) => {
                if matches!(*mark, Mark::Since(a) if state.step - a > *within) {
                    *mark = Mark::Open;
                }
            }
            Term::Highest(number) => {
                let value = Mark::Value(Fixed::nearest(number.value(state, model)));
                *mark = if *mark == Mark::Open { value } else { value.max(*mark) };
            }
            Term::Total(number, slot) => {
                memory.integrals[*slot].step_to(now, Fixed::nearest(number.value(state, model)).0);
            }
            Term::TotalTime(condition, slot) => {
                memory.integrals[*slot].step_to(now, i64::from(condition.holds(state, model)));
            }
            Term::AtEnd(condition) if at_end => *mark = yes_or_no(condition.holds(state, model)),
            Term::NumberAtEnd(number) if at_end => *mark = Mark::Value(Fixed::nearest(number.value(state, model))),
            Term::AtEnd(_) | Term::NumberAtEnd(_) => {}
            Term::On(..) | Term::NumberOn(..) | Term::Count { .. } | Term::Before(..) => {}
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

    fn number(&self, memory: &Memory, index: usize) -> Reply {
        match (&self.terms[index], memory.marks[index]) {
            // A number of value × ticks as value × days, a time as seconds.
            (Term::Total(_, slot), _) => {
                let sum = memory.integrals[*slot].sum.div_euclid(i128::from(TICKS_PER_DAY));
                Reply::Number(Fixed(sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64))
            }
            (Term::TotalTime(_, slot), _) => Reply::Seconds(seconds(memory.integrals[*slot].sum)),
            (_, Mark::Time(ticks)) => Reply::Seconds(seconds(i128::from(ticks))),
            (_, Mark::Count(count) | Mark::Counted(count)) => Reply::Number(Fixed::nearest(f64::from(count))),
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

impl Term {
    fn events(&self) -> impl Iterator<Item = EventId> {
        let (a, b) = match self {
            Self::Count { event, .. } => (Some(*event), None),
            Self::Before(a, b) | Self::Then(a, b, _) => (Some(*a), (a != b).then_some(*b)),
            _ => (None, None),
        };
        a.into_iter().chain(b)
    }

    /// The moment at which it looks at the state, or is closed.
    fn when(&self) -> Option<When> {
        match self {
            Self::On(_, when) | Self::NumberOn(_, when) => Some(*when),
            Self::Ever(_, by) | Self::Count { by, .. } => *by,
            _ => None,
        }
    }

    fn reads(&self) -> &[Slot] {
        match self {
            Self::Ever(c, _) | Self::Stays(c, _) | Self::First(c) | Self::TotalTime(c, _) => &c.reads,
            Self::Total(n, _) | Self::Highest(n) => &n.reads,
            // Asked at their own time, or of events only.
            Self::AtEnd(_) | Self::NumberAtEnd(_) | Self::On(..) | Self::NumberOn(..) => &[],
            Self::Count { .. } | Self::Before(..) | Self::Then(..) => &[],
        }
    }

    /// The mark after a firing that raised `event`, which is among `raised`. A term that listens to two of
    /// them is called twice, and the second call must change nothing.
    fn fired(&self, mark: Mark, event: EventId, raised: &[EventId], step: Step) -> Mark {
        let also = |other: &EventId| raised.binary_search(other).is_ok();
        match (self, mark) {
            (Self::Count { cap, .. }, Mark::Count(count)) if count < *cap => Mark::Count(count + 1),
            (Self::Before(_, b), Mark::Open) if also(b) => Mark::No,
            (Self::Before(..), Mark::Open) => Mark::Yes,
            (Self::Then(a, b, within), Mark::Since(_) | Mark::Open) => {
                let in_time = matches!(mark, Mark::Since(earlier) if step - earlier <= *within);
                // An `a` of this very firing must not be mistaken for an earlier one, so of two calls the first
                // decides: it is that of the lesser event, and both look at `raised`.
                let first = event == *a.min(b) || !(also(a) && also(b));
                match mark {
                    _ if !first => mark,
                    _ if also(b) && in_time => Mark::Yes,
                    // The latest `a` is the nearest to any later `b`.
                    _ if also(a) => Mark::Since(step),
                    _ => mark,
                }
            }
            _ => mark,
        }
    }
}

/// `stays(c) for D` after an instant in `step`: `mark` is that before it. Boundaries that were skipped count as
/// if they had been asked, since nothing changed at them.
fn stays(mark: Mark, holds: bool, steps: Step, step: Step, boundary: bool) -> Mark {
    if let Mark::Since(from) = mark {
        let enough = u64::from(from) + u64::from(steps);
        // It held through the last boundary before this instant; a pressure's instant is after that of `step`.
        let through = if boundary { u64::from(step).checked_sub(1) } else { Some(u64::from(step)) };
        if through.is_some_and(|through| through >= enough) || (holds && boundary && u64::from(step) >= enough) {
            return Mark::Yes;
        }
        return if holds { mark } else { Mark::Open };
    }
    match (holds, boundary) {
        (false, _) => Mark::Open,
        (true, true) if steps == 0 => Mark::Yes,
        (true, true) => Mark::Since(step),
        // What holds from a moment within the step is first seen at the next boundary.
        (true, false) => Mark::Since(step + 1),
    }
}

impl Integral {
    fn step_to(&mut self, now: u64, value: i64) {
        self.sum += i128::from(self.value) * i128::from(now - self.since);
        (self.value, self.since) = (value, now);
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

fn yes_or_no(holds: bool) -> Mark {
    if holds { Mark::Yes } else { Mark::No }
}

fn seconds(ticks: i128) -> Fixed {
    Fixed::ratio(ticks, 1 << crate::model::TICK_BITS)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Origin;
    use crate::model::{RuleId, TICK_BITS};
    use crate::observe::fixture::{Building, at_least, during, empty, event, x};
    use proptest::prelude::*;

    /// What happens in a hand-made run: at boundary 2 | in step 2 | the boundary before it is looked at.
    #[derive(Debug, Clone)]
    enum Now {
        /// The instant of a boundary: firings, then the value of `x` when it has settled.
        Boundary(Step, Vec<&'static [&'static str]>, i32),
        /// An instant of a pressure in a step, half a step after the boundary.
        Within(Step, Vec<&'static [&'static str]>, i32),
    }
    use Now::{Boundary, Within};

    const STEPS: Step = 20;

    fn model() -> Model {
        empty(STEPS).with_event("a").with_event("b").with_event("c")
    }

    /// Replays `story` and then the end at `T`; asked with and without being told what changed.
    fn replies(asked: &[Asked], story: &[Now]) -> Vec<Reply> {
        let model = model();
        let monitors = Monitors::new(&model, asked.iter().map(AskRef::from), NO_CAP);
        let (mut all, mut told) = (monitors.begin(), monitors.begin());
        let mut state = State::start(&model);
        let mut looks: Vec<Step> = monitors.looks().collect();
        looks.sort_unstable();
        looks.dedup();
        let end = [Boundary(STEPS, vec![], i32::MAX)];
        let mut story: Vec<Now> = story.iter().chain(&end).cloned().collect();
        if !matches!(story[0], Boundary(0, ..)) {
            story.insert(0, Boundary(0, vec![], 0));
        }
        // Boundaries that a question names are visited.
        for look in looks {
            let at = |now: &Now| match now {
                Boundary(step, ..) => (*step, 0),
                Within(step, ..) => (*step, 1),
            };
            let place = story.partition_point(|now| at(now) < (look, 0));
            if at(&story[place]) != (look, 0) {
                story.insert(place, Boundary(look, vec![], i32::MAX));
            }
        }
        for now in &story {
            let (step, firings, value, boundary) = match now {
                Boundary(step, firings, value) => (*step, firings, *value, true),
                Within(step, firings, value) => (*step, firings, *value, false),
            };
            if boundary {
                monitors.on_looked(&mut all, &model, &state, step);
                monitors.on_looked(&mut told, &model, &state, step);
            }
            state.step = step;
            for names in firings {
                let mut raised: Vec<EventId> = names.iter().map(|name| event(&model, name)).collect();
                raised.sort_unstable();
                let (rule, number) = (RuleId(0), 0);
                let fired = Occurrence::Fired { rule, branch: 0, origin: Origin::Pressure, number, raised: &raised };
                monitors.on_occurrence(&mut all, &fired, step);
                monitors.on_firing(&mut told, &raised, step);
            }
            let changed: &[VariableId] = if value != i32::MAX && value != state.values[0] {
                state.values[0] = value;
                &[VariableId(0)]
            } else {
                &[]
            };
            let now = u64::from(step) * TICKS_PER_DAY + if boundary { 0 } else { TICKS_PER_DAY / 2 };
            monitors.on_settled(&mut all, &model, &state, now, boundary);
            monitors.on_settled_after(changed, &mut told, &model, &state, now, boundary);
        }
        let answers: Vec<Reply> = (0..monitors.len()).map(|i| monitors.answer(&all, i)).collect();
        let sleepy: Vec<Reply> = (0..monitors.len()).map(|i| monitors.answer(&told, i)).collect();
        assert_eq!(answers, sleepy, "being told what changed makes no difference");
        answers
    }

    fn yes(ask: Ask, story: &[Now]) -> bool {
        replies(&[Asked::YesNo(ask)], story)[0].is_yes()
    }

    fn number(ask: AskNumber, story: &[Now]) -> Reply {
        replies(&[Asked::Number(ask)], story)[0]
    }

    fn days(days: f64) -> Reply {
        Reply::Seconds(Fixed::nearest(days * 86_400.0))
    }

    fn plain(x: f64) -> Reply {
        Reply::Number(Fixed::nearest(x))
    }

    #[test]
    fn ever_looks_at_settled_instants() {
        let up = [Within(3, vec![], 5), Boundary(4, vec![], 0)];
        assert!(yes(Ask::Ever(at_least(5), None), &up));
        assert!(!yes(Ask::Ever(at_least(6), None), &up));
        assert!(!yes(Ask::Ever(at_least(5), Some(When::Before(3))), &up), "step 3 is not before boundary 3");
        assert!(yes(Ask::Ever(at_least(5), Some(When::Before(4))), &up));
        assert!(!yes(Ask::Ever(at_least(5), Some(When::Settled(3))), &up), "a pressure after boundary 3 is too late");
        assert!(yes(Ask::Ever(at_least(5), Some(When::Settled(4))), &up));
        let at_four = [Boundary(4, vec![], 5), Within(4, vec![], 0)];
        assert!(yes(Ask::Ever(at_least(5), Some(When::Settled(4))), &at_four), "the boundary's own instant counts");
        assert!(!yes(Ask::Ever(at_least(5), Some(When::Before(4))), &at_four));
        assert!(yes(Ask::Ever(during(7, 8), None), &[Boundary(7, vec![], 0)]), "time alone can bring it");
        assert!(yes(Ask::Ever(at_least(0), Some(When::Settled(0))), &[]), "the end of the first instant");
    }

    #[test]
    fn at_end_looks_at_the_end_only() {
        assert!(!yes(Ask::AtEnd(at_least(5)), &[Boundary(4, vec![], 5), Boundary(5, vec![], 4)]));
        assert!(yes(Ask::AtEnd(at_least(5)), &[Within(19, vec![], 5)]));
        assert!(yes(Ask::AtEnd(during(20, 21)), &[]), "conditions are asked once more at T");
    }

    #[test]
    fn on_a_day_looks_before_the_next_and_on_a_time_after_its_instant() {
        let story = [Boundary(4, vec![], 5), Within(4, vec![], 6), Boundary(5, vec![], 7)];
        let value = |when| number(AskNumber::On(x(), when), &story);
        assert_eq!(value(When::Before(4)), plain(0.0));
        assert_eq!(value(When::Settled(4)), plain(5.0));
        assert_eq!(value(When::Before(5)), plain(6.0), "the whole of day 4");
        assert_eq!(value(When::Settled(5)), plain(7.0));
        assert_eq!(value(When::Before(STEPS)), plain(7.0));
        assert_eq!(value(When::Settled(0)), plain(0.0));
        assert!(yes(Ask::On(at_least(6), When::Before(5)), &story));
        assert!(!yes(Ask::On(at_least(6), When::Settled(4)), &story));
    }

    #[test]
    fn count_saturates_one_above_what_it_is_compared_with() {
        let four =
            [Boundary(1, vec![&["a"], &["a", "b"]], 0), Within(2, vec![&["a"]], 0), Boundary(3, vec![&["a"]], 0)];
        let count = |op, with: f64, by| Ask::Count(event(&model(), "a"), Comparison { op, with }, by);
        for (op, with, expected) in [
            (CompareOp::AtLeast, 4.0, true),
            (CompareOp::AtLeast, 5.0, false),
            (CompareOp::AtLeast, 3.5, true),
            (CompareOp::Equal, 4.0, true),
            (CompareOp::Equal, 3.0, false),
            (CompareOp::NotEqual, 2.0, true),
            (CompareOp::AtMost, 3.0, false),
            (CompareOp::Less, 5.0, true),
            (CompareOp::Greater, -1.0, true),
            (CompareOp::Less, 0.0, false),
        ] {
            assert_eq!(yes(count(op, with, None), &four), expected, "{op:?} {with}");
        }
        assert!(yes(count(CompareOp::Equal, 2.0, Some(When::Before(2))), &four));
        assert!(yes(count(CompareOp::Equal, 2.0, Some(When::Settled(2))), &four), "the pressure in step 2 is too late");
        assert!(yes(count(CompareOp::Equal, 4.0, Some(When::Settled(3))), &four));
        let model = model();
        let asked = [Asked::YesNo(count(CompareOp::AtLeast, 2.0, None))];
        let monitors = Monitors::new(&model, asked.iter().map(AskRef::from), NO_CAP);
        let mut memory = monitors.begin();
        (0..9).for_each(|step| monitors.on_firing(&mut memory, &[event(&model, "a")], step));
        assert_eq!(*memory.marks, [Mark::Count(3)], "no more is remembered than the answer needs");
    }

    #[test]
    fn counts_as_numbers_do_not_saturate_unless_told() {
        let a = event(&model(), "a");
        let often: Vec<Now> = (0..9).map(|step| Boundary(step, vec![&["a"][..]; 3], 0)).collect();
        assert_eq!(number(AskNumber::Count(a, None), &often), plain(27.0));
        assert_eq!(number(AskNumber::Count(a, Some(When::Before(2))), &often), plain(6.0));
        let model = model();
        let ask = AskNumber::Count(a, None);
        let monitors = Monitors::new(&model, [AskRef::Number(&ask)], 5);
        let mut memory = monitors.begin();
        (0..9).for_each(|step| monitors.on_firing(&mut memory, &[a], step));
        assert_eq!(monitors.answer(&memory, 0), plain(5.0));
    }

    #[test]
    fn before_wants_the_first_strictly_first() {
        let before = || Ask::Before(event(&model(), "a"), event(&model(), "b"));
        assert!(yes(before(), &[Boundary(1, vec![&["a"]], 0)]), "b need never occur");
        assert!(yes(before(), &[Boundary(1, vec![&["a"], &["b"]], 0)]), "earlier in the same instant");
        assert!(!yes(before(), &[Boundary(1, vec![&["b"], &["a"]], 0)]));
        assert!(!yes(before(), &[Boundary(1, vec![&["a", "b"]], 0), Boundary(2, vec![&["a"]], 0)]), "the same firing");
        assert!(!yes(before(), &[]));
        let self_before = Ask::Before(event(&model(), "a"), event(&model(), "a"));
        assert!(!yes(self_before, &[Boundary(1, vec![&["a"]], 0)]), "never before itself");
    }

    #[test]
    fn then_keeps_the_latest_first_event() {
        let then = |within| Ask::Then(event(&model(), "a"), event(&model(), "b"), within);
        let apart = |a, b| vec![Within(a, vec![&["a"]], 0), Within(b, vec![&["b"]], 0)];
        assert!(yes(then(3), &apart(2, 5)), "step numbers differ by at most D");
        assert!(!yes(then(3), &apart(2, 6)));
        assert!(yes(then(0), &[Boundary(1, vec![&["a"], &["b"]], 0)]));
        assert!(!yes(then(9), &[Boundary(1, vec![&["a", "b"]], 0)]), "a later firing, not the same");
        assert!(yes(then(1), &[Boundary(1, vec![&["a", "b"]], 0), Boundary(2, vec![&["b", "a"]], 0)]));
        assert!(!yes(then(9), &[Boundary(1, vec![&["b"], &["a"]], 0)]));
        let again = [Within(1, vec![&["a"]], 0), Within(8, vec![&["a"]], 0), Within(9, vec![&["b"]], 0)];
        assert!(yes(then(1), &again), "a later a is nearer");
        let two_b = [Within(1, vec![&["a"]], 0), Within(9, vec![&["b"]], 0), Within(9, vec![&["a"], &["b"]], 0)];
        assert!(yes(then(1), &two_b), "a b too late closes nothing");
        let itself = Ask::Then(event(&model(), "a"), event(&model(), "a"), 4);
        assert!(yes(itself.clone(), &[Boundary(1, vec![&["a"]], 0), Boundary(5, vec![&["a"]], 0)]));
        assert!(!yes(itself, &[Boundary(1, vec![&["a"]], 0), Boundary(6, vec![&["a"]], 0)]));
        // The other order of ids.
        let reversed = Ask::Then(event(&model(), "b"), event(&model(), "a"), 9);
        assert!(!yes(reversed.clone(), &[Boundary(1, vec![&["a", "b"]], 0)]));
        assert!(yes(reversed, &[Boundary(1, vec![&["a", "b"]], 0), Within(1, vec![&["a"]], 0)]));
    }

    #[test]
    fn then_forgets_what_is_too_old() {
        let model = model();
        let ask = Ask::Then(event(&model, "a"), event(&model, "b"), 2);
        let monitors = Monitors::new(&model, [AskRef::YesNo(&ask)], NO_CAP);
        let (mut memory, mut state) = (monitors.begin(), State::start(&model));
        monitors.on_firing(&mut memory, &[event(&model, "a")], 3);
        for (step, mark) in [(3, Mark::Since(3)), (5, Mark::Since(3)), (6, Mark::Open)] {
            state.step = step;
            monitors.on_settled(&mut memory, &model, &state, u64::from(step) * TICKS_PER_DAY, true);
            assert_eq!(memory.marks[0], mark);
        }
    }

    #[test]
    fn stays_counts_boundaries() {
        let stays = |steps| Ask::Stays(at_least(5), steps);
        let from_boundary = [Boundary(4, vec![], 5), Boundary(7, vec![], 0)];
        assert!(yes(stays(2), &from_boundary), "held at the ends of 4, 5 and 6");
        assert!(!yes(stays(3), &from_boundary), "broken in the instant of boundary 7");
        let broken_within = [Boundary(4, vec![], 5), Within(7, vec![], 0)];
        assert!(yes(stays(3), &broken_within), "held at the end of boundary 7's instant");
        assert!(!yes(stays(4), &broken_within));
        let from_within = [Within(4, vec![], 5), Boundary(7, vec![], 0)];
        assert!(yes(stays(1), &from_within), "boundaries 5 and 6");
        assert!(!yes(stays(2), &from_within));
        let blink = [Within(4, vec![], 5), Within(4, vec![], 0)];
        assert!(!yes(stays(0), &blink), "it holds at no boundary's end");
        assert!(yes(stays(0), &[Boundary(4, vec![], 5), Within(4, vec![], 0)]));
        let gap = [Boundary(4, vec![], 5), Within(5, vec![], 0), Within(5, vec![], 5), Boundary(8, vec![], 0)];
        assert!(yes(stays(1), &gap), "boundaries 6 and 7 at the latest");
        assert!(!yes(stays(2), &gap), "every instant between, not only the boundaries");
    }

    #[test]
    fn stays_to_the_end_and_no_further() {
        let last = [Boundary(18, vec![], 5)];
        assert!(yes(Ask::Stays(at_least(5), 2), &last), "T counts as a last boundary");
        assert!(!yes(Ask::Stays(at_least(5), 3), &last));
        assert!(yes(Ask::Stays(at_least(0), STEPS), &[]), "from boundary 0 to T");
        assert!(!yes(Ask::Stays(at_least(0), STEPS + 1), &[]));
        assert!(yes(Ask::Stays(at_least(5), 0), &[Within(19, vec![], 5)]), "at T");
        assert!(!yes(Ask::Stays(at_least(5), u32::MAX), &last));
    }

    #[test]
    fn questions_combine() {
        let story = [Boundary(4, vec![&["a"]], 5)];
        let ever = |n| Ask::Ever(at_least(n), None);
        assert!(yes(Ask::And(vec![ever(5), Ask::Not(Box::new(ever(6)))]), &story));
        assert!(yes(Ask::Or(vec![ever(9), Ask::AtEnd(at_least(1))]), &story));
        assert!(!yes(Ask::Or(vec![]), &story));
        let model = model();
        let twice = Ask::And(vec![ever(5), Ask::Or(vec![ever(5), ever(6)])]);
        let monitors = Monitors::new(&model, [AskRef::YesNo(&twice)], NO_CAP);
        assert_eq!(monitors.begin().marks.len(), 2, "the same condition is remembered once");
    }

    #[test]
    fn numbers_of_a_run() {
        let story = [Boundary(2, vec![], 3), Within(4, vec![], 8), Boundary(10, vec![], 1)];
        assert_eq!(number(AskNumber::AtEnd(x()), &story), plain(1.0));
        assert_eq!(number(AskNumber::Highest(x()), &story), plain(8.0));
        assert_eq!(number(AskNumber::First(at_least(5)), &story), days(4.5));
        assert_eq!(number(AskNumber::First(at_least(0)), &story), days(0.0));
        assert_eq!(number(AskNumber::First(at_least(9)), &story), Reply::Never);
        // 3 from day 2 to 4.5, 8 to day 10, 1 to day 20.
        assert_eq!(number(AskNumber::Total(x()), &story), plain(2.5 * 3.0 + 5.5 * 8.0 + 10.0));
        assert_eq!(number(AskNumber::TotalTime(at_least(3)), &story), days(8.0));
        assert_eq!(number(AskNumber::TotalTime(at_least(0)), &story), days(20.0));
    }

    #[test]
    fn turns_and_the_start_are_firings_of_their_own() {
        let model = model();
        let (a, b) = (event(&model, "a"), event(&model, "b"));
        let ask = Ask::Before(a, b);
        let monitors = Monitors::new(&model, [AskRef::YesNo(&ask)], NO_CAP);
        let mut memory = monitors.begin();
        monitors.on_occurrence(&mut memory, &Occurrence::Turned(crate::model::WatchId(0), true, &[a]), 0);
        monitors.on_occurrence(&mut memory, &Occurrence::Started(&[b]), 0);
        assert!(monitors.answer(&memory, 0).is_yes());
    }

    #[test]
    fn a_restarted_memory_is_a_new_one() {
        let model = model();
        let (count, total) = (AskNumber::Count(event(&model, "a"), None), AskNumber::Total(x()));
        let monitors = Monitors::new(&model, [AskRef::Number(&count), AskRef::Number(&total)], NO_CAP);
        let (mut memory, mut state) = (monitors.begin(), State::start(&model));
        monitors.on_firing(&mut memory, &[event(&model, "a")], 0);
        state.values[0] = 4;
        monitors.on_settled(&mut memory, &model, &state, 7 << TICK_BITS, true);
        assert_ne!(memory, monitors.begin());
        monitors.restart(&mut memory);
        assert_eq!(memory, monitors.begin());
    }

    /// By the definition of SEMANTICS 6, from a list of truths: does it hold at every instant from the end of
    /// some boundary k to boundary k + D?
    fn stays_by_definition(instants: &[(Step, bool, bool)], steps: Step) -> bool {
        let index = |k: Step| instants.iter().position(|(step, boundary, _)| *step == k && *boundary);
        (0..=STEPS - steps).any(|k| {
            let (from, to) = (index(k).unwrap(), index(k + steps).unwrap());
            instants[from..=to].iter().all(|(_, _, holds)| *holds)
        })
    }

    proptest! {
        /// Random stories in which every boundary is told, or only those at which something changes.
        #[test]
        fn stays_is_its_definition(values in prop::collection::vec((0..3_u8, any::<bool>(), any::<bool>()), 20), steps in 0..6_u32) {
            let (mut full, mut lazy, mut instants) = (vec![], vec![], vec![]);
            let mut last = false;
            for (step, (within, at_boundary, inside)) in values.iter().enumerate() {
                let step = step as Step;
                let value = |holds| if holds { 5 } else { 0 };
                // Mostly leave it as it is, so that stretches are long enough.
                let now = if *within == 0 { *at_boundary } else { last };
                full.push(Boundary(step, vec![], value(now)));
                instants.push((step, true, now));
                if now != last || step == 0 {
                    lazy.push(Boundary(step, vec![], value(now)));
                }
                last = now;
                if *within == 1 {
                    full.push(Within(step, vec![], value(*inside)));
                    lazy.push(Within(step, vec![], value(*inside)));
                    instants.push((step, false, *inside));
                    last = *inside;
                }
            }
            instants.push((STEPS, true, last));
            let expected = stays_by_definition(&instants, steps);
            prop_assert_eq!(yes(Ask::Stays(at_least(5), steps), &full), expected);
            prop_assert_eq!(yes(Ask::Stays(at_least(5), steps), &lazy), expected);
        }

        /// Pairs of firings looked up one by one.
        #[test]
        fn then_and_before_are_their_definitions(story in prop::collection::vec((0..20_u32, 1..4_u8), 0..12), within in 0..6_u32) {
            let mut story = story;
            story.sort_unstable_by_key(|(step, _)| *step);
            let names: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
            let told: Vec<Now> = story.iter().map(|(step, kind)| Within(*step, vec![names[*kind as usize]], 0)).collect();
            let is = |kind: u8, bit: u8| kind & bit != 0;
            let pair = story.iter().enumerate().any(|(i, (step, kind))| {
                is(*kind, 1) && story[i + 1..].iter().any(|(later, other)| is(*other, 2) && later - step <= within)
            });
            let model = model();
            let (a, b) = (event(&model, "a"), event(&model, "b"));
            prop_assert_eq!(yes(Ask::Then(a, b, within), &told), pair);
            let first_b = story.iter().position(|(_, kind)| is(*kind, 2)).unwrap_or(story.len());
            let before = story[..first_b].iter().any(|(_, kind)| is(*kind, 1));
            prop_assert_eq!(yes(Ask::Before(a, b), &told), before);
        }
    }
}
