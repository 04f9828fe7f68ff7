//! Monitors of many runs, one after another, each drawn from its beginning to `T`: only what can have changed is asked.
//!
//! Asks the terms of [`Monitors`] and nothing of its own; it does not know where the runs come from. Nothing is allocated
//! in a run, and what nobody asks about costs a look at one word.

use super::term::{Mark, Settled, Term};
use super::{Memory, Monitors, Reply};
use crate::model::formula::Slot;
use crate::model::state::State;
use crate::model::{CounterId, EventId, Model, Step, VariableId};

/// Follows runs.
#[derive(Debug, Clone)]
pub struct Follower {
    monitors: Monitors,
    /// By event: who must hear it, as bits; 0 for nobody.
    heard: Box<[u8]>,
    /// The terms that are asked when an instant has settled, by their place in a `Row`.
    watched: Box<[u32]>,
    /// By variable, then by event: the watched terms that read it. Rows of `width` words.
    readers: Box<[u64]>,
    /// Where the rows of events begin in `readers`.
    events: usize,
    /// Watched terms that can change as time passes.
    restless: Row,
    /// Watched terms at the beginning of a run: all.
    all: Row,
    /// The terms that count, with event and cap.
    counting: Box<[Counting]>,
    /// The terms that must be asked at `T`, whatever has changed.
    last: Box<[u32]>,
    /// The memory of a run that has not begun.
    fresh: Memory,
    course: Course,
}

/// A bit for each watched term.
type Row = Box<[u64]>;

/// Somebody counts the event.
const COUNTED: u8 = 1;
/// A term of two events listens to it.
const PAIRED: u8 = 2;
/// A watched term reads how often, or how long ago, it occurred.
const READ: u8 = 4;

#[derive(Debug, Clone, Copy)]
struct Counting {
    term: u32,
    event: u32,
    cap: u32,
}

/// The run that is followed.
#[derive(Debug, Clone)]
struct Course {
    memory: Memory,
    /// By event: how often it has been raised, if somebody counts it.
    counts: Box<[u32]>,
    /// Watched terms that read something that has changed since the last instant settled.
    stirred: Row,
    /// Watched terms that are not decided.
    open: Row,
    /// Of the dates after and before an instant: those that are past.
    settled: usize,
    looked: usize,
}

impl Follower {
    /// Follows runs of `model` for these questions.
    pub fn new(model: &Model, monitors: Monitors) -> Self {
        let watched: Box<[u32]> = monitors.terms_that(Term::is_watched).collect();
        let width = watched.len().div_ceil(64);
        let mut follower = Self {
            heard: monitors.listeners.iter().map(|terms| monitors.who_hears(terms)).collect(),
            readers: vec![0; width * (model.variables.len() + model.events.len())].into(),
            events: model.variables.len(),
            restless: vec![0; width].into(),
            all: (0..width).map(|word| u64::MAX >> (64 - (watched.len() - word * 64).min(64))).collect(),
            counting: monitors.counting().collect(),
            last: monitors.terms_that(Term::is_last).collect(),
            fresh: monitors.begin(),
            course: Course {
                memory: monitors.begin(),
                counts: vec![0; model.events.len()].into(),
                stirred: vec![0; width].into(),
                open: vec![0; width].into(),
                settled: 0,
                looked: 0,
            },
            watched,
            monitors,
        };
        for place in 0..follower.watched.len() {
            follower.enter(place, model);
        }
        follower.begin();
        follower
    }

    /// Enters what the watched term at `place` reads.
    fn enter(&mut self, place: usize, model: &Model) {
        let term = &self.monitors.terms[self.watched[place] as usize];
        let (word, bit) = (place / 64, 1_u64 << (place % 64));
        let width = self.all.len();
        let counts = |counter: CounterId| {
            let counted = move |(_, event): &(usize, &crate::model::Event)| event.counters.contains(&counter);
            model.events.iter().enumerate().filter(counted).map(|(event, _)| event)
        };
        for slot in term.reads() {
            match slot {
                Slot::Variable(VariableId(id)) => self.readers[*id as usize * width + word] |= bit,
                Slot::Count(counter) | Slot::AgeAtLeast(counter, _) => {
                    for event in counts(*counter) {
                        self.heard[event] |= READ;
                        self.readers[(self.events + event) * width + word] |= bit;
                    }
                }
                Slot::During(..) | Slot::Day => {}
            }
            if matches!(slot, Slot::AgeAtLeast(..) | Slot::During(..) | Slot::Day) {
                self.restless[word] |= bit;
            }
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
        course.stirred.copy_from_slice(&self.all);
        course.open.copy_from_slice(&self.all);
        (course.settled, course.looked) = (0, 0);
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
            self.stir(self.events + event.0 as usize);
        }
    }

    /// A variable has changed.
    #[inline]
    pub fn changed(&mut self, variable: VariableId) {
        self.stir(variable.0 as usize);
    }

    #[inline]
    fn stir(&mut self, row: usize) {
        let width = self.course.stirred.len();
        let readers = &self.readers[row * width..][..width];
        self.course.stirred.iter_mut().zip(readers).for_each(|(word, readers)| *word |= readers);
    }

    /// An instant has settled.
    #[inline]
    pub fn settled(&mut self, settled: &Settled<'_>) {
        if settled.boundary {
            self.course.stirred.iter_mut().zip(&self.restless).for_each(|(word, restless)| *word |= restless);
        }
        for word in 0..self.course.stirred.len() {
            let stirred = std::mem::take(&mut self.course.stirred[word]) & self.course.open[word];
            if stirred != 0 {
                self.ask(word, stirred, settled);
            }
        }
        if settled.boundary {
            self.ask_dated(settled);
        }
    }

    /// Asks these terms of one word of a row.
    fn ask(&mut self, word: usize, mut stirred: u64, settled: &Settled<'_>) {
        while stirred != 0 {
            let bit = stirred & stirred.wrapping_neg();
            stirred ^= bit;
            let index = self.watched[word * 64 + bit.trailing_zeros() as usize] as usize;
            self.monitors.settle_term(index, &mut self.course.memory, settled);
            if matches!(self.course.memory.marks[index], Mark::Yes | Mark::No | Mark::Time(_)) {
                self.course.open[word] ^= bit;
            }
        }
    }

    /// What is asked when the instant of a boundary has settled; at `T` everything is brought up to date.
    fn ask_dated(&mut self, settled: &Settled<'_>) {
        if settled.at_end() {
            for index in &self.last {
                self.monitors.settle_term(*index as usize, &mut self.course.memory, settled);
            }
        }
        let step = settled.state.step;
        while let Some((at, index)) = self.monitors.at_settled.get(self.course.settled).filter(|(at, _)| *at <= step) {
            if *at == step {
                self.course.date(*index, &self.monitors, settled.model, settled.state);
            }
            self.course.settled += 1;
        }
        if settled.at_end() {
            for Counting { term, event, cap } in &self.counting {
                self.course.count(*term, *event, *cap);
            }
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

    /// The answer to question number `question`, at `T`.
    pub fn answer(&self, question: usize) -> Reply {
        self.monitors.answer(&self.course.memory, question)
    }
}

impl Course {
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

    fn who_hears(&self, listeners: &[u32]) -> u8 {
        let of = |index: &u32| match &self.terms[*index as usize] {
            Term::Count { .. } => COUNTED,
            _ => PAIRED,
        };
        listeners.iter().map(of).fold(0, |all, bit| all | bit)
    }

    fn counting(&self) -> impl Iterator<Item = Counting> {
        self.terms.iter().enumerate().filter_map(|(term, of)| match of {
            Term::Count { event, cap, .. } => Some(Counting { term: term as u32, event: event.0, cap: *cap }),
            _ => None,
        })
    }
}
