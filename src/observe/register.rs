//! What each run answered, kept run by run: the collector for whoever pairs runs of two models, or looks at one run.
//!
//! Does not know what is done with it. A run takes two bytes for its outcome, a bit for each yes/no question and eight bytes
//! for each number; nothing else of it is kept.

use crate::model::event::{Observer, Occurrence};
use crate::model::state::State;
use crate::model::{AskNumber, Model, Step};

use super::Collector;
use super::histogram::{Fixed, Unit};
use super::question::{AskRef, Follower, Monitors, NO_CAP, Reply, Settled};

/// A bit for each run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    runs: usize,
}

impl Bits {
    /// Whether run number `run` of these says yes.
    pub fn is_yes(&self, run: usize) -> bool {
        self.words[run / 64] >> (run % 64) & 1 == 1
    }

    /// How many say yes.
    pub fn ones(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Takes in one run more.
    fn push(&mut self, yes: bool) {
        if self.runs.is_multiple_of(64) {
            self.words.push(0);
        }
        self.words[self.runs / 64] |= u64::from(yes) << (self.runs % 64);
        self.runs += 1;
    }

    /// Takes in later runs.
    fn append(&mut self, later: &Self) {
        if self.runs.is_multiple_of(64) {
            self.words.extend_from_slice(&later.words);
            self.runs += later.runs;
        } else {
            (0..later.runs).for_each(|run| self.push(later.is_yes(run)));
        }
    }
}

/// A number of each run, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// What it is counted in: times in seconds, totals of a number in value × days.
    pub unit: Unit,
    values: Vec<Fixed>,
}

/// Stands for a number that a run does not have. No run has it: it would be 279,000 years before the start.
const NONE: Fixed = Fixed(i64::MIN);

impl Numbers {
    /// Of run number `run` of these; `None` if it never came to have it.
    pub fn of(&self, run: usize) -> Option<f64> {
        let value = self.values[run];
        (value != NONE).then(|| value.value())
    }

    /// Run by run.
    pub fn each(&self) -> impl Iterator<Item = Option<f64>> {
        (0..self.values.len()).map(|run| self.of(run))
    }
}

/// What was kept of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Of a yes/no question.
    YesNo(Bits),
    /// Of a number.
    Number(Numbers),
}

/// What each of many runs answered, in the order of the runs.
#[derive(Debug, Clone)]
pub struct Register {
    outcomes: Vec<u16>,
    answers: Vec<Kept>,
    /// Outcomes that have a question.
    asked: usize,
    follower: Follower,
}

impl Register {
    /// Runs kept.
    pub fn runs(&self) -> usize {
        self.outcomes.len()
    }

    /// By run: the index of its outcome, in file order. Of a model without outcomes it is 0.
    pub fn outcomes(&self) -> &[u16] {
        &self.outcomes
    }

    /// What was kept of question number `index`, in file order.
    pub fn answers(&self, index: usize) -> &Kept {
        &self.answers[index]
    }
}

impl Kept {
    fn new(ask: AskRef<'_>) -> Self {
        let unit = match ask {
            AskRef::YesNo(_) => return Self::YesNo(Bits::default()),
            AskRef::Number(AskNumber::First(_) | AskNumber::TotalTime(_)) => Unit::Seconds,
            AskRef::Number(AskNumber::Total(_)) => Unit::ValueDays,
            AskRef::Number(_) => Unit::Plain,
        };
        Self::Number(Numbers { unit, values: Vec::new() })
    }

    fn push(&mut self, reply: Reply) {
        match (self, reply) {
            (Self::YesNo(bits), Reply::YesNo(yes)) => bits.push(yes),
            (Self::Number(numbers), Reply::Number(value) | Reply::Seconds(value)) => numbers.values.push(value),
            (Self::Number(numbers), Reply::Never) => numbers.values.push(NONE),
            (_, reply) => unreachable!("{reply:?} to a question of another kind"),
        }
    }

    fn append(&mut self, later: Self) {
        match (self, later) {
            (Self::YesNo(bits), Self::YesNo(later)) => bits.append(&later),
            (Self::Number(numbers), Self::Number(later)) => numbers.values.extend(later.values),
            _ => unreachable!("two registers of one model"),
        }
    }
}

impl Collector for Register {
    fn fresh(model: &Model) -> Self {
        let outcomes = model.outcomes.iter().filter_map(|outcome| outcome.ask.as_ref().map(AskRef::YesNo));
        let questions = model.questions.iter().map(|question| AskRef::from(&question.ask));
        let monitors = Monitors::new(model, outcomes.chain(questions.clone()), NO_CAP);
        Self {
            outcomes: Vec::new(),
            answers: questions.map(Kept::new).collect(),
            asked: model.outcomes.iter().take_while(|outcome| outcome.ask.is_some()).count(),
            follower: Follower::new(model, monitors),
        }
    }

    fn merge(&mut self, later: Self) {
        self.outcomes.extend(later.outcomes);
        self.answers.iter_mut().zip(later.answers).for_each(|(kept, more)| kept.append(more));
    }
}

impl Observer for Register {
    fn looks(&self, _model: &Model) -> Vec<Step> {
        self.follower.looks().collect()
    }

    fn begin(&mut self, _model: &Model, _state: &State, _run: u64) {
        self.follower.begin();
    }

    // An occurrence that is taken apart where it is put together never exists.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn observe(&mut self, _model: &Model, state: &State, occurrence: Occurrence<'_>) {
        match occurrence {
            Occurrence::Changed(variable, from, to) => self.follower.changed(variable, from, to),
            Occurrence::Fired { raised, .. } | Occurrence::Turned(_, _, raised) | Occurrence::Started(raised) => {
                self.follower.raised(raised, state.step);
            }
            _ => {}
        }
    }

    fn looked(&mut self, model: &Model, state: &State, step: Step) {
        self.follower.looked(model, state, step);
    }

    #[inline]
    fn settled(&mut self, model: &Model, state: &State, now: &dyn Fn() -> u64, boundary: bool) {
        self.follower.settled(Settled { model, state, now, boundary });
    }

    fn end(&mut self, _model: &Model, _state: &State) {
        let outcome = (0..self.asked).find(|index| self.follower.is_yes(*index)).unwrap_or(self.asked);
        self.outcomes.push(outcome as u16);
        for (index, kept) in self.answers.iter_mut().enumerate() {
            kept.push(self.follower.answer(self.asked + index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::formula::Tabulated;
    use crate::model::{Ask, Asked, Branches, Effect, VariableId};
    use crate::observe::fixture::{Building, Story, at_least, empty, x};

    /// `spark` raises `x` by 2.
    fn model() -> Model {
        let mut model = empty(30)
            .with_rule("spark", true, &[])
            .with_outcome("hot", Some(Ask::Ever(at_least(4), None)))
            .with_outcome("warm", Some(Ask::Ever(at_least(2), None)))
            .with_outcome("calm", None)
            .with_question(Asked::YesNo(Ask::Ever(at_least(6), None)))
            .with_question(Asked::Number(AskNumber::First(at_least(4))))
            .with_question(Asked::Number(AskNumber::AtEnd(x())));
        let Branches::One(branch) = &mut model.rules[0].branches else { unreachable!() };
        branch.effects = vec![Effect::Add(VariableId(0), Tabulated::constant(2.0))];
        model.finish()
    }

    /// Runs with so many sparks, one a day from day 1.
    fn register(model: &Model, sparks: &[u32]) -> Register {
        let mut register = Register::fresh(model);
        for (run, sparks) in sparks.iter().enumerate() {
            let mut story = Story::begin(model, run as u64, &mut register);
            story.boundary(0, &mut register);
            (1..=*sparks).for_each(|step| story.pressure("spark", step, &mut register));
            story.end(&mut register);
        }
        register
    }

    fn kept(register: &Register) -> String {
        format!("{:?} {:?}", register.outcomes, register.answers)
    }

    #[test]
    fn each_run_keeps_what_it_answered() {
        let model = model();
        let register = register(&model, &[0, 1, 2, 3]);
        assert_eq!(register.outcomes(), [2, 1, 0, 0]);
        let Kept::YesNo(bits) = register.answers(0) else { unreachable!() };
        assert_eq!((0..4).map(|run| bits.is_yes(run)).collect::<Vec<_>>(), [false, false, false, true]);
        let Kept::Number(first) = register.answers(1) else { unreachable!() };
        assert_eq!(first.each().collect::<Vec<_>>(), [None, None, Some(2.5 * 86_400.0), Some(2.5 * 86_400.0)]);
        let Kept::Number(last) = register.answers(2) else { unreachable!() };
        assert_eq!(last.each().collect::<Vec<_>>(), [Some(0.0), Some(2.0), Some(4.0), Some(6.0)]);
        assert_eq!((first.unit, last.unit, register.runs()), (Unit::Seconds, Unit::Plain, 4));
    }

    #[test]
    fn merging_is_keeping_together() {
        let model = model();
        let sparks: Vec<u32> = (0..150).map(|run| run * run % 5).collect();
        let whole = kept(&register(&model, &sparks));
        for (a, b) in [(0, 0), (0, 64), (3, 80), (64, 128), (63, 150), (150, 150)] {
            let mut joined = register(&model, &sparks[..a]);
            joined.merge(register(&model, &sparks[a..b]));
            joined.merge(register(&model, &sparks[b..]));
            assert_eq!(kept(&joined), whole, "{a}, {b}");
        }
    }
}
