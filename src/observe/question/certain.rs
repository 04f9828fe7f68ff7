//! What is certain before the end: answers that nothing can change any more, and marks that nobody will ask.
//!
//! The solver merges states that differ in nothing that can still matter. Does not know what a state is.

use super::term::{Mark, Term};
use super::{Answer, Memory, Monitors, compare};
use crate::scenario::expression::CompareOp;

impl Monitors {
    /// The answer to yes/no question number `question` if nothing that follows can change it; of a number, yes if it
    /// is known.
    pub fn certain(&self, memory: &Memory, question: usize) -> Option<bool> {
        self.truth(&self.answers[question], memory)
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

    /// Puts marks that can no longer matter to anybody back to their beginning, so that equal futures look equal.
    /// `ranked`: the questions are a list of which only the first yes counts.
    pub fn forget(&self, memory: &mut Memory, ranked: bool) {
        let mut wanted = vec![false; self.terms.len()];
        for (question, answer) in self.answers.iter().enumerate() {
            self.want(answer, memory, &mut wanted);
            if ranked && self.certain(memory, question) == Some(true) {
                break;
            }
        }
        for (index, wanted) in wanted.into_iter().enumerate() {
            if !wanted {
                memory.marks[index] = self.terms[index].first_mark();
            }
        }
    }

    /// Marks the terms that `answer` still stands on, and saturates counts whose comparison is certain.
    fn want(&self, answer: &Answer, memory: &mut Memory, wanted: &mut [bool]) {
        match answer {
            Answer::Holds(index) | Answer::Number(index) => wanted[*index as usize] = true,
            Answer::Compares(index, comparison) => {
                let index = *index as usize;
                let shared = std::mem::replace(&mut wanted[index], true);
                if let (Term::Count { cap, .. }, Some(true | false), Mark::Count(_), false) =
                    (&self.terms[index], self.truth(answer, memory), memory.marks[index], shared)
                {
                    // Beyond every constant that it is compared with, the answer is the same.
                    if compare(f64::from(*cap), *comparison) == (self.truth(answer, memory) == Some(true)) {
                        memory.marks[index] = Mark::Count(*cap);
                    }
                }
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
