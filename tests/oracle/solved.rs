//! The expectations of a file against the exact solver.
//!
//! Does not know how they are written, nor how it solves.

use std::fmt;
use std::sync::atomic::AtomicBool;

use simulate::exact;
use simulate::exact::solution::{Answer, Bounds, Conduct, Limits, Reason, Room, Solution, Wanted};
use simulate::model::Model;

use super::{Expectation, Subject};

/// Far more states than any file of the oracle directory has.
const STATES: usize = 200_000;
/// Enough for all of these, the ring of five among them.
const WORK: u64 = 300_000_000;

/// Why an expectation is not met.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// It was not solved.
    Refused(String, Reason),
    /// There is no such answer, or another.
    Wrong(String),
}

impl Failed {
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(..))
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(what, reason) => write!(f, "{what} is not solved: {reason:?}"),
            Self::Wrong(what) => f.write_str(what),
        }
    }
}

/// What is expected of `model`, and no more of what it asks, within the limits.
pub fn solve(model: &Model, expected: &[&Expectation]) -> (Model, Solution) {
    let mut model = model.clone();
    let question = |name: &String| expected.iter().any(|e| matches!(&e.subject, Subject::Question(n) if n == name));
    model.questions.retain(|asked| question(&asked.name));
    if !expected.iter().any(|e| matches!(e.subject, Subject::Outcome(_))) {
        model.outcomes.retain(|outcome| outcome.ask.is_none());
    }
    let wanted = Wanted { history: false, looks: Vec::new() };
    let limits = Limits { states: STATES, room: Room::of(STATES), work: Some(WORK), precision: 1e-9 };
    let conduct = Conduct { stop: &AtomicBool::new(false), progress: &|_| {} };
    let solution = exact::solve(&model, &wanted, &limits, &conduct);
    (model, solution)
}

/// Whether the exact solver meets it: the value that it shows, the middle of its interval, is within the tolerance, and so
/// is the interval itself.
pub fn solved(expected: &Expectation, solution: &Solution, model: &Model) -> Result<(), Failed> {
    let bounds = answer(expected, solution, model)?;
    let (value, tolerance) = (expected.value, expected.tolerance);
    let holds = value - tolerance <= bounds.high && bounds.low <= value + tolerance;
    if holds && (bounds.value() - value).abs() <= tolerance {
        return Ok(());
    }
    let what = format!("{:?} is {value} within {tolerance:e} ({})", expected.subject, expected.source);
    Err(Failed::Wrong(format!("{what}, solved as [{:?}, {:?}]", bounds.low, bounds.high)))
}

/// The probability, or the mean of a number.
fn answer(expected: &Expectation, solution: &Solution, model: &Model) -> Result<Bounds, Failed> {
    let missing = || Failed::Wrong(format!("there is no {:?}", expected.subject));
    let refused = |reason: Reason| Failed::Refused(format!("{:?}", expected.subject), reason);
    match &expected.subject {
        Subject::Outcome(name) => {
            let index = model.outcomes.iter().position(|outcome| outcome.name == *name).ok_or_else(missing)?;
            let chances = solution.outcomes.as_ref().map_err(|refusal| refused(refusal.reason))?;
            Ok(chances.value[index].yes)
        }
        Subject::Question(name) => {
            let index = model.questions.iter().position(|question| question.name == *name).ok_or_else(missing)?;
            let answer = solution.questions[index].as_ref().map_err(|refusal| refused(refusal.reason))?;
            match &answer.value {
                Answer::YesNo(chance) => Ok(chance.yes),
                Answer::Number(distribution) => distribution.mean.ok_or_else(missing),
            }
        }
    }
}
