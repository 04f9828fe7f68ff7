//! What of a scenario is to become how precise while runs are drawn: found by its name, and whether it has.
//!
//! Does not draw runs, nor decide when somebody looks.

use crate::diagnostic::nearest;
use crate::model::{Asked, Model};
use crate::observe::tally::{Answers, Tally};

use super::estimate::{Looks, Proportion};
use super::warning::Subject;
use super::watched::{Reach, Wanted};

/// Runs from one look to the next: a multiple of `engine::BLOCK`.
pub const LOOK_EVERY: u64 = 10_240;

/// Probabilities of a scenario, and how precise each is to become by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Aim {
    subjects: Vec<Subject>,
    reach: Reach,
}

/// A probability that is not as precise as wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lacking {
    /// Which.
    pub subject: Subject,
    /// What is known of it.
    pub share: Proportion,
    /// What is wanted.
    pub wanted: Reach,
}

/// Why a precision cannot be aimed at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Aimless {
    /// There is no such outcome or question.
    #[error("`{name}` is neither an outcome nor a yes/no question of this scenario\n{help}")]
    Unknown {
        /// As it was written.
        name: String,
        /// The nearest name, or all.
        help: String,
    },
    /// The question asks for a number.
    #[error("question `{0}` asks for a number: only an outcome or a yes/no question can be drawn to a precision")]
    Number(String),
    /// There is nothing to watch.
    #[error("the scenario has no outcomes: name a yes/no question, as in `--until 'NAME:±1%'`")]
    NoOutcomes,
}

impl Aim {
    /// What `wanted` means in `model`: the probability that it names, or all outcomes.
    ///
    /// # Errors
    /// `Aimless` if the name is not that of a probability, or there is none.
    pub fn new(wanted: &Wanted, model: &Model) -> Result<Self, Aimless> {
        let subjects = match &wanted.name {
            Some(name) => vec![named(name, model)?],
            None => (0..model.outcomes.len()).map(Subject::Outcome).collect(),
        };
        if subjects.is_empty() { Err(Aimless::NoOutcomes) } else { Ok(Self { subjects, reach: wanted.reach }) }
    }

    /// Those that are not yet so precise, in file order: none if all are.
    pub fn lacking(&self, tally: &Tally) -> Vec<Lacking> {
        let share = |subject| Proportion::seen(Looks::Always, hits(tally, subject), tally.runs());
        let all = self.subjects.iter().map(|s| Lacking { subject: *s, share: share(*s), wanted: self.reach });
        all.filter(|l| !self.reach.is_met(l.share.hits, l.share.runs)).collect()
    }
}

impl Lacking {
    /// How many runs it may take in all, if the share is right: a width falls with the root of the number of runs.
    /// `None` while nothing can be said.
    pub fn runs_needed(&self) -> Option<u64> {
        let wanted = match self.wanted {
            Reach::Absolute(most) => most,
            Reach::Relative(part) => part * self.share.value,
        };
        let ratio = self.reach() / wanted;
        (wanted > 0.0 && self.share.runs > 0).then(|| (self.share.runs as f64 * ratio * ratio).ceil() as u64)
    }

    /// How far its interval reaches from the share, at most.
    pub fn reach(&self) -> f64 {
        (self.share.interval.high - self.share.value).max(self.share.value - self.share.interval.low)
    }
}

fn named(name: &str, model: &Model) -> Result<Subject, Aimless> {
    if let Some(index) = model.outcomes.iter().position(|outcome| outcome.name == name) {
        return Ok(Subject::Outcome(index));
    }
    let is_number = |ask: &Asked| matches!(ask, Asked::Number(_));
    match model.questions.iter().position(|question| question.name == name) {
        Some(index) if is_number(&model.questions[index].ask) => Err(Aimless::Number(name.into())),
        Some(index) => Ok(Subject::Question(index)),
        None => {
            let questions = model.questions.iter().filter(|question| !is_number(&question.ask));
            let names: Vec<&str> =
                model.outcomes.iter().map(|o| o.name.as_str()).chain(questions.map(|q| q.name.as_str())).collect();
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "it has none".into(),
                None => format!("it has {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
            };
            Err(Aimless::Unknown { name: name.into(), help })
        }
    }
}

fn hits(tally: &Tally, subject: Subject) -> u64 {
    match subject {
        Subject::Outcome(index) => tally.outcome(index).runs,
        Subject::Question(index) => match tally.answers(index) {
            Answers::YesNo(hits) => hits.runs,
            Answers::Number(_) => unreachable!("a number is not aimed at"),
        },
    }
}
