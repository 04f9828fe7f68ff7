//! Which slices have to be solved for what was asked, each once, and what is read off them.
//!
//! Computes no probability.

use crate::model::{Ask, AskNumber, Asked, EventId, Model, RuleId, VariableId, When};
use crate::observe::histogram::Fixed;

use super::answers::{self, Failed, Verdicts};
use super::dynamics::{self, Dynamics, Integrand};
use super::slice::{Closure, Root};
use super::solution::{
    Answer, Bounds, Chance, Conduct, Distribution, Found, Limits, Occupancy, Progress, Refusal, Solution, Solved,
    Wanted,
};

/// The distribution of a count is followed if its states are at most this part of what is allowed.
const COUNT_PART: usize = 10;

/// A slice and what is asked of it.
#[derive(Debug)]
pub(super) enum Job {
    /// A list of questions of which the first yes counts; counts as numbers up to this.
    Answers(Closure, Vec<Asked>, u32),
    /// What happens on the way.
    Dynamics(Closure, dynamics::Wanted),
}

/// What was found.
#[derive(Debug)]
pub(super) enum Done {
    Answers(Verdicts),
    Dynamics(Dynamics),
}

/// Where an answer is read off: the job, and the place in it.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// A list of questions.
    Answers(usize),
    /// Time until a condition first holds.
    First(usize),
    /// The distribution of a number.
    Number(usize),
    /// A count: its mean, and its distribution if that is followed.
    Count(usize, usize, Option<usize>),
    /// An integral.
    Integral(usize, usize),
}

/// What is to be solved, and for what.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) jobs: Vec<Job>,
    outcomes: Option<usize>,
    /// By question.
    questions: Vec<Source>,
    /// By variable: job and place.
    occupancy: Vec<(usize, usize)>,
    /// By rule: job and place.
    firings: Vec<(usize, usize)>,
}

impl Job {
    pub(super) fn closure(&self) -> &Closure {
        match self {
            Self::Answers(closure, ..) | Self::Dynamics(closure, _) => closure,
        }
    }

    /// Whether it is about one property that holds or not.
    pub(super) fn is_yes_no(&self) -> bool {
        matches!(self, Self::Answers(_, asked, _) if asked.len() == 1 && matches!(asked[0], Asked::YesNo(_)))
    }

    pub(super) fn solve(
        &self,
        model: &Model,
        limits: &Limits,
        conduct: &Conduct<'_>,
        at: Progress,
    ) -> Result<Done, Failed> {
        match self {
            Self::Answers(closure, asked, cap) => {
                answers::verdicts(model, (closure, asked, *cap), limits, conduct, at).map(Done::Answers)
            }
            Self::Dynamics(closure, wanted) => {
                dynamics::dynamics(model, closure, wanted, (limits, conduct, at)).map(Done::Dynamics)
            }
        }
    }
}

impl Plan {
    pub(super) fn new(model: &Model, wanted: &Wanted) -> Self {
        let mut plan = Self::default();
        let asked: Vec<Asked> = model.outcomes.iter().filter_map(|o| o.ask.clone()).map(Asked::YesNo).collect();
        plan.outcomes = (!model.outcomes.is_empty()).then(|| plan.answers(model, asked, 0));
        for question in &model.questions {
            let source = plan.question(model, &question.ask);
            plan.questions.push(source);
        }
        if wanted.history {
            plan.history(model, &wanted.looks);
        }
        plan
    }

    fn question(&mut self, model: &Model, asked: &Asked) -> Source {
        match asked {
            Asked::YesNo(_) => Source::Answers(self.answers(model, vec![asked.clone()], 0)),
            Asked::Number(AskNumber::First(condition)) => {
                let ever = Asked::YesNo(Ask::Ever(condition.clone(), None));
                Source::First(self.answers(model, vec![ever], 0))
            }
            Asked::Number(AskNumber::Count(event, until)) => {
                let closure = Closure::of(model, [Root::Asked(asked)]);
                let (job, place) = self.count(closure, *event, *until);
                Source::Count(job, place, None)
            }
            Asked::Number(AskNumber::Total(number)) => self.integral(model, asked, Integrand::Number(number.clone())),
            Asked::Number(AskNumber::TotalTime(condition)) => {
                self.integral(model, asked, Integrand::Condition(condition.clone()))
            }
            Asked::Number(AskNumber::AtEnd(_) | AskNumber::On(..) | AskNumber::Highest(_)) => {
                Source::Number(self.answers(model, vec![asked.clone()], 0))
            }
        }
    }

    /// The job of a list of questions.
    fn answers(&mut self, model: &Model, asked: Vec<Asked>, cap: u32) -> usize {
        let closure = Closure::of(model, asked.iter().map(Root::Asked));
        let same = |job: &Job| matches!(job, Job::Answers(_, known, known_cap) if *known == asked && *known_cap == cap);
        if let Some(known) = self.jobs.iter().position(same) {
            return known;
        }
        self.jobs.push(Job::Answers(closure, asked, cap));
        self.jobs.len() - 1
    }

    /// The job that solves what happens on the way in a slice.
    fn dynamics(&mut self, closure: Closure) -> (usize, &mut dynamics::Wanted) {
        let same = |job: &Job| matches!(job, Job::Dynamics(known, _) if *known == closure);
        let job = self.jobs.iter().position(same).unwrap_or(self.jobs.len());
        if job == self.jobs.len() {
            self.jobs.push(Job::Dynamics(closure, dynamics::Wanted::default()));
        }
        match &mut self.jobs[job] {
            Job::Dynamics(_, wanted) => (job, wanted),
            Job::Answers(..) => unreachable!("looked for above"),
        }
    }

    fn count(&mut self, closure: Closure, event: EventId, until: Option<When>) -> (usize, usize) {
        let (job, wanted) = self.dynamics(closure);
        let place = wanted.counts.iter().position(|known| *known == (event, until)).unwrap_or(wanted.counts.len());
        if place == wanted.counts.len() {
            wanted.counts.push((event, until));
        }
        (job, place)
    }

    fn integral(&mut self, model: &Model, asked: &Asked, integrand: Integrand) -> Source {
        let (job, wanted) = self.dynamics(Closure::of(model, [Root::Asked(asked)]));
        wanted.integrals.push(integrand);
        Source::Integral(job, wanted.integrals.len() - 1)
    }

    /// Variables over time and expected firings, each on its own slice; those whose slices are equal share one.
    fn history(&mut self, model: &Model, looks: &[crate::model::Step]) {
        for index in 0..model.variables.len() {
            let id = VariableId(index as u32);
            let (job, wanted) = self.dynamics(Closure::of(model, [Root::Variable(id)]));
            wanted.looks = looks.to_vec();
            wanted.occupancy.push(id);
            let place = wanted.occupancy.len() - 1;
            self.occupancy.push((job, place));
        }
        for (index, rule) in model.rules.iter().enumerate() {
            let closure = Closure::of(model, [Root::Rule(RuleId(index as u32))]);
            let found = self.count(closure, rule.event, None);
            self.firings.push(found);
        }
    }

    /// Adds the distributions of counts whose means are known, as far as they are not too wide.
    pub(super) fn follow_counts(&mut self, model: &Model, done: &[Result<Done, Refusal>], limits: &Limits) {
        for index in 0..self.questions.len() {
            let Source::Count(job, place, _) = self.questions[index] else { continue };
            let Some(Done::Dynamics(found)) = done.get(job).and_then(|done| done.as_ref().ok()) else { continue };
            let mean = found.counts[place].high;
            // Far enough for all but a Poisson count's last 1e-20 or so.
            let cap = (mean + 10.0 * (mean + 1.0).sqrt() + 10.0).ceil();
            if cap * found.states as f64 > (limits.states / COUNT_PART) as f64 {
                continue;
            }
            let job_of_values = self.answers(model, vec![model.questions[index].ask.clone()], cap as u32);
            self.questions[index] = Source::Count(job, place, Some(job_of_values));
        }
    }

    /// Reads everything off.
    pub(super) fn solution(&self, model: &Model, done: Vec<Result<Done, Refusal>>) -> Solution {
        let mut slices = Vec::new();
        let mut slice_of = vec![None; done.len()];
        for (job, done) in done.iter().enumerate() {
            let (states, dropped, unsettled) = match done {
                Ok(Done::Answers(found)) => (found.states, found.dropped, found.unsettled),
                Ok(Done::Dynamics(found)) => (found.states, found.dropped, found.unsettled),
                Err(_) => continue,
            };
            slice_of[job] = Some(slices.len());
            slices.push(super::slice(self.jobs[job].closure(), states, dropped, unsettled));
        }
        let reading = Reading { model, jobs: &self.jobs, done: &done, slice_of };
        Solution {
            outcomes: reading.outcomes(self.outcomes),
            questions: self.questions.iter().map(|source| reading.question(*source)).collect(),
            occupancy: self.occupancy.iter().map(|(job, place)| reading.occupancy(*job, *place)).collect(),
            firings: self.firings.iter().map(|(job, place)| reading.count(*job, *place)).collect(),
            slices,
        }
    }
}

/// What was found, being read.
struct Reading<'d> {
    model: &'d Model,
    jobs: &'d [Job],
    done: &'d [Result<Done, Refusal>],
    slice_of: Vec<Option<usize>>,
}

impl Reading<'_> {
    fn found<T>(&self, job: usize, read: impl FnOnce(&Done) -> T) -> Solved<T> {
        match &self.done[job] {
            Ok(done) => Ok(Found { value: read(done), slice: self.slice_of[job].unwrap_or_default() }),
            Err(refusal) => Err(refusal.clone()),
        }
    }

    fn verdicts<T>(&self, job: usize, read: impl FnOnce(&Verdicts) -> T) -> Solved<T> {
        self.found(job, |done| match done {
            Done::Answers(found) => read(found),
            Done::Dynamics(_) => unreachable!("planned as answers"),
        })
    }

    fn dynamics<T>(&self, job: usize, read: impl FnOnce(&Dynamics) -> T) -> Solved<T> {
        self.found(job, |done| match done {
            Done::Dynamics(found) => read(found),
            Done::Answers(_) => unreachable!("planned as dynamics"),
        })
    }

    /// Where a count that is followed stops.
    fn cap(&self, job: usize) -> u32 {
        match &self.jobs[job] {
            Job::Answers(_, _, cap) => *cap,
            Job::Dynamics(..) => unreachable!("planned as answers"),
        }
    }

    fn outcomes(&self, job: Option<usize>) -> Solved<Vec<Chance>> {
        let Some(job) = job else { return Ok(Found { value: Vec::new(), slice: 0 }) };
        self.verdicts(job, |found| (0..found.probabilities.len()).map(|v| chance(found, v)).collect())
    }

    fn question(&self, source: Source) -> Solved<Answer> {
        match source {
            Source::Answers(job) => self.verdicts(job, |found| Answer::YesNo(chance(found, 0))),
            Source::First(job) => self.verdicts(job, |found| Answer::Number(self.first(found))),
            Source::Number(job) => self.verdicts(job, |found| {
                let (values, mean) = (values(found), found.mean);
                Answer::Number(Distribution { mean, values, more: None, ever: None })
            }),
            Source::Count(job, place, of_values) => {
                let mut count = self.count(job, place)?;
                let (mut known, mut more) = (Vec::new(), None);
                if let Some(of_values) = of_values
                    && let Ok(found) = self.verdicts(of_values, values)
                {
                    known = found.value;
                    // The cap stands for itself and all above it.
                    let beyond = |(value, _): &mut (f64, Bounds)| *value >= f64::from(self.cap(of_values));
                    more = Some(known.pop_if(beyond).map_or(Bounds::exactly(0.0), |(_, bounds)| bounds));
                    count.slice = found.slice;
                }
                let mean = Some(count.value);
                let value = Answer::Number(Distribution { mean, values: known, more, ever: None });
                Ok(Found { value, slice: count.slice })
            }
            Source::Integral(job, place) => self.dynamics(job, |found| {
                let mean = Some(found.integrals[place]);
                Answer::Number(Distribution { mean, values: Vec::new(), more: None, ever: None })
            }),
        }
    }

    /// The mean time until it first holds, given that it does: `T` less the mean time for which it has held.
    fn first(&self, found: &Verdicts) -> Distribution {
        let ever = chance(found, 0);
        let horizon = super::days(self.model, self.model.calendar.steps);
        let spent = found.spent[0];
        let mean = (ever.yes.low > 0.0).then(|| {
            let low = (horizon * ever.yes.low - spent.high) / ever.yes.high;
            let high = (horizon * ever.yes.high - spent.low) / ever.yes.low;
            // A subtraction, a product and a quotient.
            let rounding = 4.0 * f64::EPSILON * horizon;
            Bounds { low: (low - rounding).max(0.0), high: (high + rounding).min(horizon) }
        });
        Distribution { mean, values: Vec::new(), more: None, ever: Some(ever) }
    }

    fn occupancy(&self, job: usize, place: usize) -> Solved<Occupancy> {
        self.dynamics(job, |found| found.occupancy[place].clone())
    }

    fn count(&self, job: usize, place: usize) -> Solved<Bounds> {
        self.dynamics(job, |found| found.counts[place])
    }
}

/// The probability of a verdict, and of all others.
fn chance(found: &Verdicts, verdict: usize) -> Chance {
    let others = found.probabilities.iter().enumerate().filter(|(other, _)| *other != verdict).map(|(_, b)| b);
    let no = Bounds::sum(others);
    Chance {
        yes: found.probabilities[verdict],
        no: Bounds { low: no.low.max(0.0), high: no.high.min(1.0) },
        by: found.by.iter().map(|(step, certain)| (*step, certain[verdict])).collect(),
    }
}

fn values(found: &Verdicts) -> Vec<(f64, Bounds)> {
    found.values.iter().map(|(value, bounds): (&Fixed, &Bounds)| (value.value(), *bounds)).collect()
}
