//! What moves a term: for a solver that wants to know whether an instant can have anything to do with it.
//!
//! Does not know states.

use super::Monitors;
use super::term::Term;
use crate::model::formula::{Slot, Tabulated};
use crate::model::{EventId, Step};

/// How a term looks at a settled instant.
#[derive(Debug, Clone, Copy)]
pub enum Looks<'m> {
    /// It waits for this to hold, once: until then its code is 0, and as long as it does not hold nothing changes.
    Until(&'m Tabulated<bool>),
    /// It follows what these say.
    At(&'m [Slot]),
}

impl Monitors {
    /// Whether any term listens to `event`.
    pub fn hears(&self, event: EventId) -> bool {
        !self.listeners[event.0 as usize].is_empty()
    }

    /// The terms that look at settled instants, by number.
    pub fn lookers(&self) -> impl Iterator<Item = (usize, Looks<'_>)> {
        self.terms.iter().enumerate().filter_map(|(index, term)| Some((index, looks(term)?)))
    }

    /// Whether boundary `step` leaves every memory as it is of a state that has settled before, if nothing happens there
    /// and nothing in the state ages.
    pub fn rest_at(&self, step: Step) -> bool {
        let moves = |slot: &Slot| matches!(slot, Slot::During(..) | Slot::Day);
        let follows = |term: &Term| term.watched().is_some_and(|formula| formula.reads().iter().any(moves));
        self.looks().all(|date| date != step) && !self.terms.iter().any(|term| term.is_last() || follows(term))
    }

    /// Whether a term whose code is this changes as time passes.
    pub fn ages(&self, index: usize, code: u64) -> bool {
        code > 2 && matches!(self.terms[index], Term::Then(..) | Term::Stays(..))
    }
}

fn looks(term: &Term) -> Option<Looks<'_>> {
    match term {
        Term::Ever(condition, _) | Term::First(condition) => Some(Looks::Until(condition)),
        Term::Stays(condition, _) | Term::TotalTime(condition, _) => Some(Looks::At(&condition.reads)),
        Term::Total(number, _) | Term::Highest(number) => Some(Looks::At(&number.reads)),
        // Asked at their own time.
        Term::AtEnd(_) | Term::NumberAtEnd(_) | Term::On(..) | Term::NumberOn(..)
        // Asked of events only.
        | Term::Count { .. } | Term::Before(..) | Term::Then(..) => None,
    }
}
