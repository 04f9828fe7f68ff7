//! What is certain before the end: answers that nothing can change any more, and marks that nobody will ask.
//!
//! The solver merges states that differ in nothing that can still matter. Does not know what a state is.

use super::term::{Mark, Term};
use super::{Answer, Memory, Monitors, compare};
use crate::scenario::expression::CompareOp;

/// What is still wanted of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// Nothing.
    No,
    /// Of a count, that it is as high as matters, or anything as high as that.
    Saturated,
    /// Its mark.
    AsItIs,
}

impl Monitors {
    /// The answer to yes/no question number `question` if nothing that follows can change it; of a number, yes if it
    /// is known.
    pub fn certain(&self, memory: &Memory, question: usize) -> Option<bool> {
        self.truth(&self.answers[question], memory)
    }

    /// Whether all answers are yes or no.
    pub fn are_yes_no(&self) -> bool {
        self.answers.iter().all(|answer| !matches!(answer, Answer::Number(_)))
    }

    /// The first question of the first `of` whose answer is yes, if that is certain; `of` if it is certain that there is none.
    pub fn first_certain(&self, memory: &Memory, of: usize) -> Option<usize> {
        for question in 0..of {
            match self.certain(memory, question) {
                Some(true) => return Some(question),
                Some(false) => {}
                None => return None,
            }
        }
        Some(of)
    }

    /// Closes marks that can no longer matter to anybody, so that equal futures look equal.
    /// `ranked`: the questions are a list of which only the first yes counts.
    pub fn forget(&self, memory: &mut Memory, ranked: bool) {
        // What has been closed may decide what something else decided before, and that need not be known then.
        while self.close(memory, ranked) {}
    }

    /// `forget`, where what is closed decides nothing else; whether anything was.
    fn close(&self, memory: &mut Memory, ranked: bool) -> bool {
        let mut wanted = vec![Wanted::No; self.terms.len()];
        for (question, answer) in self.answers.iter().enumerate() {
            self.want(answer, memory, &mut wanted);
            if ranked && self.certain(memory, question) == Some(true) {
                break;
            }
        }
        let mut closed = false;
        for (index, wanted) in wanted.into_iter().enumerate() {
            let mark = match (wanted, &self.terms[index]) {
                (Wanted::No, term) => term.closed_mark(),
                // Beyond every constant that it is compared with, all answers are the same.
                (Wanted::Saturated, Term::Count { cap, .. }) => Mark::Count(*cap),
                _ => continue,
            };
            closed |= std::mem::replace(&mut memory.marks[index], mark) != mark;
        }
        closed
    }

    /// Notes what `answer` still needs of the terms that it stands on.
    fn want(&self, answer: &Answer, memory: &Memory, wanted: &mut [Wanted]) {
        match answer {
            Answer::Holds(index) | Answer::Number(index) => wanted[*index as usize] = Wanted::AsItIs,
            Answer::Compares(index, comparison) => {
                let index = *index as usize;
                let wide = match (&self.terms[index], memory.marks[index], self.truth(answer, memory)) {
                    (Term::Count { cap, .. }, Mark::Count(_), Some(truth)) => {
                        compare(f64::from(*cap), *comparison) == truth
                    }
                    _ => false,
                };
                // Another comparison may need the count itself.
                wanted[index] = wanted[index].max(if wide { Wanted::Saturated } else { Wanted::AsItIs });
            }
            Answer::Not(inner) => self.want(inner, memory, wanted),
            Answer::And(list) | Answer::Or(list) => {
                let decisive = matches!(answer, Answer::Or(_));
                // One part that decides the whole is enough.
                if let Some(part) = list.iter().find(|part| self.truth(part, memory) == Some(decisive)) {
                    return self.want(part, memory, wanted);
                }
                list.iter().for_each(|part| self.want(part, memory, wanted));
            }
        }
    }

    fn truth(&self, answer: &Answer, memory: &Memory) -> Option<bool> {
        let mark = |index: u32| memory.marks[index as usize];
        match answer {
            Answer::Holds(index) => match mark(*index) {
                Mark::Yes => Some(true),
                Mark::No => Some(false),
                _ => None,
            },
            Answer::Compares(index, comparison) => match mark(*index) {
                Mark::Counted(count) => Some(compare(f64::from(count), *comparison)),
                Mark::Count(count) => certain_comparison(f64::from(count), *comparison),
                _ => None,
            },
            Answer::Not(inner) => self.truth(inner, memory).map(|holds| !holds),
            Answer::And(list) => all(list.iter().map(|part| self.truth(part, memory))),
            Answer::Or(list) => {
                all(list.iter().map(|part| self.truth(part, memory).map(|holds| !holds))).map(|none| !none)
            }
            Answer::Number(index) => match (&self.terms[*index as usize], mark(*index)) {
                (_, Mark::Time(_) | Mark::Counted(_)) | (Term::NumberOn(..) | Term::NumberAtEnd(_), Mark::Value(_)) => {
                    Some(true)
                }
                (Term::Count { cap, .. }, Mark::Count(count)) if count >= *cap => Some(true),
                _ => None,
            },
        }
    }
}

/// Three-valued conjunction.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut certain = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => certain = None,
        }
    }
    certain
}

/// How a count that can only grow compares, if growing cannot change it.
fn certain_comparison(count: f64, comparison: super::Comparison) -> Option<bool> {
    let holds = compare(count, comparison);
    match comparison.op {
        CompareOp::AtLeast | CompareOp::Greater => holds.then_some(true),
        CompareOp::AtMost | CompareOp::Less => (!holds).then_some(false),
        CompareOp::Equal => (count > comparison.with).then_some(false),
        CompareOp::NotEqual => (count > comparison.with).then_some(true),
    }
}
