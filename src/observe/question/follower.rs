//! Monitors of many runs, one after another, each drawn from its beginning to `T`: only what can have changed is asked.
//!
//! Asks the terms of [`Monitors`] and nothing of its own; it does not know where the runs come from. Nothing is allocated
//! in a run, and what nobody asks about costs a look at one word.

use super::gauge::{Bits, Gauges};
use super::term::{Mark, Settled, Term};
use super::{Memory, Monitors, Reply};
use crate::model::state::State;
use crate::model::{EventId, Model, Step, VariableId};
use crate::observe::histogram::Fixed;

/// Follows runs.
#[derive(Debug, Clone)]
pub struct Follower {
    monitors: Monitors,
    /// By event: who must hear it, as bits; 0 for nobody.
    heard: Box<[u8]>,
    /// What the terms are made of that are asked when an instant has settled.
    gauges: Gauges,
    /// The boundary of `T`.
    end: Step,
    /// The terms that count, with event and cap.
    counting: Box<[Counting]>,
    /// The terms that must be asked at `T`, whatever has changed.
    last: Box<[u32]>,
    /// The memory of a run that has not begun.
    fresh: Memory,
    course: Course,
}

/// Somebody counts the event.
const COUNTED: u8 = 1;
/// A term of two events listens to it.
const PAIRED: u8 = 2;
/// A gauge reads how often, or how long ago, it occurred.
const READ: u8 = 4;

#[derive(Debug, Clone, Copy)]
struct Counting {
    term: u32,
    event: u32,
    cap: u32,
}

/// What is known of a gauge in a run.
#[derive(Debug, Clone, Copy)]
struct Stand {
    /// What stands for its value when the last instant settled; `UNKNOWN` in the beginning.
    code: u16,
    /// The highest of these codes.
    peak: u8,
    /// Some term is not decided.
    open: bool,
}

impl Stand {
    const FIRST: Self = Self { code: UNKNOWN, peak: 0, open: true };
}

/// No code.
const UNKNOWN: u16 = u16::MAX;

/// The run that is followed.
#[derive(Debug, Clone)]
struct Course {
    memory: Memory,
    /// By event: how often it has been raised, if somebody counts it.
    counts: Box<[u32]>,
    /// By gauge.
    stands: Box<[Stand]>,
    /// Gauges that read something that has changed since the last instant settled.
    stirred: Bits,
    /// Gauges of which some term is not decided.
    open: Bits,
    /// Of the dates after and before an instant: those that are past.
    settled: usize,
    looked: usize,
    /// The next boundary at which something is asked for its date, or because it is `T`.
    next: Step,
}

impl Follower {
    /// Follows runs of `model` for these questions.
    pub fn new(model: &Model, monitors: Monitors) -> Self {
        let gauges = Gauges::new(model, &monitors.terms);
        let events = 0..model.events.len();
        let course = Course {
            memory: monitors.begin(),
            counts: vec![0; model.events.len()].into(),
            stands: vec![Stand::FIRST; gauges.all.len()].into(),
            stirred: gauges.every,
            open: gauges.every,
            settled: 0,
            looked: 0,
            next: 0,
        };
        Self {
            heard: events.map(|event| monitors.who_hears(event) | read(gauges.counters(event))).collect(),
            end: model.calendar.steps,
            counting: monitors.counting().collect(),
            last: monitors.terms_that(Term::is_last).collect(),
            fresh: monitors.begin(),
            course,
            gauges,
            monitors,
        }
    }

    /// Boundaries that must not be skipped: at them, or just before, a question looks at the state.
    pub fn looks(&self) -> impl Iterator<Item = Step> {
        self.monitors.looks()
    }

    /// Whether anybody wants to be told of this event.
    pub fn hears(&self, event: EventId) -> bool {
        self.heard[event.0 as usize] != 0
    }

    /// A new run begins.
    pub fn begin(&mut self) {
        let course = &mut self.course;
        course.memory.copy_from(&self.fresh);
        course.counts.fill(0);
        course.stands.fill(Stand::FIRST);
        (course.stirred, course.open) = (self.gauges.every, self.gauges.every);
        (course.settled, course.looked, course.next) = (0, 0, 0);
    }

    /// One firing raised these events (ascending) in step `step`.
    #[inline]
    pub fn raised(&mut self, raised: &[EventId], step: Step) {
        for event in raised {
            let heard = self.heard[event.0 as usize];
            if heard != 0 {
                self.course.counts[event.0 as usize] += 1;
                if heard != COUNTED {
                    self.hear(*event, heard, raised, step);
                }
            }
        }
    }

    /// Tells an event to those who do more than count it.
    fn hear(&mut self, event: EventId, heard: u8, raised: &[EventId], step: Step) {
        if heard & PAIRED != 0 {
            for index in &self.monitors.listeners[event.0 as usize] {
                let term = &self.monitors.terms[*index as usize];
                if !matches!(term, Term::Count { .. }) {
                    let mark = &mut self.course.memory.marks[*index as usize];
                    *mark = term.fired(*mark, event, raised, step);
                }
            }
        }
        if heard & READ != 0 {
            self.course.stirred = self.course.stirred.or(self.gauges.counters(event.0 as usize));
        }
    }

    /// A variable has changed from one value to another.
    #[inline]
    pub fn changed(&mut self, variable: VariableId, from: i32, to: i32) {
        self.course.stirred = self.course.stirred.or(self.gauges.readers(variable.0 as usize, to > from));
    }

    /// An instant has settled.
    #[inline]
    pub fn settled(&mut self, Settled { model, state, now, boundary }: Settled<'_>) {
        let restless = if boundary { self.gauges.restless } else { Bits::NONE };
        let stirred = std::mem::take(&mut self.course.stirred).or(restless).and(self.course.open);
        let dated = boundary && state.step >= self.course.next;
        // What is passed on is put together only now.
        if (stirred != Bits::NONE) | dated {
            let settled = Settled { model, state, now, boundary };
            self.ask_stirred(stirred, &settled);
            if dated {
                self.ask_dated(&settled);
            }
        }
    }

    /// Asks the gauges that may have changed, and tells their terms where one has.
    fn ask_stirred(&mut self, stirred: Bits, settled: &Settled<'_>) {
        for lowest in stirred.lowest() {
            (lowest..self.gauges.all.len()).step_by(Bits::APART).for_each(|index| self.ask(index, settled));
        }
    }

    #[inline]
    fn ask(&mut self, index: usize, settled: &Settled<'_>) {
        let (gauge, stand) = (&self.gauges.all[index], &mut self.course.stands[index]);
        let Some(code) = self.gauges.code(gauge, &settled.state.values) else { return self.tell(index, None, settled) };
        stand.peak = stand.peak.max(code);
        if gauge.eager && stand.code != u16::from(code) {
            stand.code = u16::from(code);
            let value = self.gauges.value(gauge, code);
            self.tell(index, Some(value), settled);
        }
    }

    /// Tells the terms of a gauge its value, or lets them ask.
    #[inline(never)]
    fn tell(&mut self, index: usize, value: Option<i64>, settled: &Settled<'_>) {
        let (from, to) = self.gauges.all[index].terms;
        let mut open = false;
        for term in &self.gauges.terms[from as usize..to as usize] {
            open |= self.course.tell(*term as usize, value, &self.monitors, settled);
        }
        if !open {
            self.course.close(index);
        }
    }

    /// What is asked when the instant of a boundary has settled; at `T` everything is brought up to date.
    fn ask_dated(&mut self, settled: &Settled<'_>) {
        let step = settled.state.step;
        let mut dates = self.monitors.at_settled[self.course.settled..].iter();
        while let Some((_, index)) = dates.as_slice().first().filter(|(at, _)| *at <= step) {
            self.course.date(*index, &self.monitors, settled.model, settled.state);
            dates.next();
        }
        self.course.settled = self.monitors.at_settled.len() - dates.len();
        self.course.next = dates.next().map_or(self.end, |(at, _)| self.end.min(*at));
        if step >= self.end {
            self.close(settled);
        }
    }

    /// `T` has come.
    fn close(&mut self, settled: &Settled<'_>) {
        let memory = &mut self.course.memory;
        for index in &self.last {
            self.monitors.settle_term(*index as usize, memory, settled);
        }
        let stands = &self.course.stands;
        for (term, value) in self.gauges.highest(|gauge| stands[gauge].peak) {
            memory.marks[term] = Mark::Value(Fixed(value));
        }
        for Counting { term, event, cap } in &self.counting {
            self.course.count(*term, *event, *cap);
        }
    }

    /// The steps before boundary `step` have ended; its instant has not begun.
    pub fn looked(&mut self, model: &Model, state: &State, step: Step) {
        while let Some((at, index)) = self.monitors.at_looked.get(self.course.looked).filter(|(at, _)| *at <= step) {
            if *at == step {
                self.course.date(*index, &self.monitors, model, state);
            }
            self.course.looked += 1;
        }
    }

    /// Whether the answer to yes/no question number `question` is yes, at `T`.
    #[inline]
    pub fn is_yes(&self, question: usize) -> bool {
        self.monitors.is_yes(&self.course.memory, question)
    }

    /// The answer to question number `question`, at `T`.
    pub fn answer(&self, question: usize) -> Reply {
        self.monitors.answer(&self.course.memory, question)
    }
}

/// Whether an event must be heard for these gauges.
fn read(gauges: Bits) -> u8 {
    if gauges == Bits::NONE { 0 } else { READ }
}

impl Course {
    /// All terms of a gauge are decided.
    fn close(&mut self, index: usize) {
        self.stands[index].open = false;
        let mut alike = self.stands[index % Bits::APART..].iter().step_by(Bits::APART);
        if !alike.any(|stand| stand.open) {
            self.open = self.open.without(Bits::of(index));
        }
    }

    /// Tells a term what it is made of now, or lets it ask. Whether it is open still.
    fn tell(&mut self, index: usize, value: Option<i64>, monitors: &Monitors, settled: &Settled<'_>) -> bool {
        let (term, mark) = (&monitors.terms[index], &mut self.memory.marks[index]);
        debug_assert!(value.is_none_or(|value| Some(value) == term.watched().map(|formula| formula.value(settled))));
        *mark = match value {
            Some(value) => term.found(*mark, value, &mut self.memory.integrals, settled),
            None => term.settled(*mark, &mut self.memory.integrals, settled),
        };
        !matches!(mark, Mark::Yes | Mark::No | Mark::Time(_))
    }

    /// The date of a term has come. (A term that it closes is still asked when what it reads changes, and stays closed.)
    fn date(&mut self, index: u32, monitors: &Monitors, model: &Model, state: &State) {
        let term = &monitors.terms[index as usize];
        if let Term::Count { event, cap, .. } = term {
            self.count(index, event.0, *cap);
        }
        let mark = &mut self.memory.marks[index as usize];
        *mark = term.dated(*mark, model, state);
    }

    /// Brings the mark of a term that counts up to date, unless its date is past.
    fn count(&mut self, term: u32, event: u32, cap: u32) {
        if let Mark::Count(count) = &mut self.memory.marks[term as usize] {
            *count = self.counts[event as usize].min(cap);
        }
    }
}

impl Monitors {
    /// The terms of a kind, by number.
    fn terms_that(&self, kind: impl Fn(&Term) -> bool) -> impl Iterator<Item = u32> {
        self.terms.iter().enumerate().filter(move |(_, term)| kind(term)).map(|(index, _)| index as u32)
    }

    fn who_hears(&self, event: usize) -> u8 {
        let of = |index: &u32| match &self.terms[*index as usize] {
            Term::Count { .. } => COUNTED,
            _ => PAIRED,
        };
        self.listeners[event].iter().map(of).fold(0, |all, bit| all | bit)
    }

    fn counting(&self) -> impl Iterator<Item = Counting> {
        self.terms.iter().enumerate().filter_map(|(term, of)| match of {
            Term::Count { event, cap, .. } => Some(Counting { term: term as u32, event: event.0, cap: *cap }),
            _ => None,
        })
    }
}
