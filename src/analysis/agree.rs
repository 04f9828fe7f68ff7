//! Whether two engines agree: everything that both computed, compared under one simultaneous confidence.
//!
//! Does not know how either engine works, nor how a disagreement is shown.

use crate::exact::solution::{Answer, Bounds, Chance, Distribution, Occupancy, Solution};
use crate::model::{Model, RuleId, VariableId};
use crate::observe::tally::{Answers, Fate, Tally};

use super::binomial::clopper_pearson;
use super::estimate::Interval;

/// The probability with which right engines may be told to disagree, unless another is asked for.
pub const FALSE_ALARM: f64 = 0.001;

/// Something that both engines computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// Probability of an outcome (index in file order).
    Outcome(usize),
    /// Probability of yes to a question.
    Question(usize),
    /// Probability of this value of a question for a number.
    Value(usize, f64),
    /// Mean of a question for a number; of `first`, given that it happens.
    Mean(usize),
    /// Probability that `first` happens at all.
    Ever(usize),
    /// Probability that a variable is in this range of values on a date (index into the tally's).
    Occupied(VariableId, usize, (i32, i32)),
    /// Expected number of firings of a rule.
    Firings(RuleId),
}

/// One quantity as both engines have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What.
    pub quantity: Quantity,
    /// The sampled value.
    pub sampled: f64,
    /// Its interval.
    pub interval: Interval,
    /// The solved value.
    pub exact: Bounds,
}

impl Comparison {
    /// Whether both can be right.
    pub fn agrees(&self) -> bool {
        self.interval.low <= self.exact.high && self.exact.low <= self.interval.high
    }
}

/// All that could be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Every quantity that both engines have.
    pub comparisons: Vec<Comparison>,
    /// Quantities that were sampled and not solved.
    pub unsolved: usize,
    /// Runs sampled.
    pub runs: u64,
}

impl Agreement {
    /// The comparisons in which the engines cannot both be right.
    pub fn disagreements(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter().filter(|comparison| !comparison.agrees())
    }
}

/// What is sampled of a quantity, before it is known how many there are.
enum Sampled {
    /// Hits and trials.
    Share(u64, u64),
    /// Mean, variance, number, and the largest distance between two values that is reckoned with.
    Mean(f64, f64, u64, f64),
}

/// Compares everything in `tally` with `solution`; right engines disagree with probability `false_alarm` at most.
///
/// Shares have Clopper-Pearson intervals, means the empirical Bernstein bound (A. Maurer, M. Pontil, COLT 2009,
/// arXiv:0907.3740, theorem 4) with twice the largest value seen as range; all at `1 - false_alarm / m` for m
/// quantities.
pub fn agreement(model: &Model, solution: &Solution, tally: &Tally, false_alarm: f64) -> Agreement {
    let mut pairs = Pairs { found: Vec::new(), unsolved: 0 };
    pairs.outcomes(solution, tally);
    pairs.questions(solution, tally);
    pairs.occupancy(solution, tally);
    pairs.firings(model, solution, tally);
    let wrong = false_alarm / pairs.found.len().max(1) as f64;
    let comparison = |(quantity, sampled, exact): (Quantity, Sampled, Bounds)| {
        let (value, interval) = sampled.interval(wrong);
        Comparison { quantity, sampled: value, interval, exact }
    };
    Agreement {
        comparisons: pairs.found.into_iter().map(comparison).collect(),
        unsolved: pairs.unsolved,
        runs: tally.runs(),
    }
}

struct Pairs {
    found: Vec<(Quantity, Sampled, Bounds)>,
    unsolved: usize,
}

impl Pairs {
    fn outcomes(&mut self, solution: &Solution, tally: &Tally) {
        match &solution.outcomes {
            Ok(found) => {
                for (index, chance) in found.value.iter().enumerate() {
                    let sampled = Sampled::Share(tally.outcome(index).runs, tally.runs());
                    self.found.push((Quantity::Outcome(index), sampled, chance.yes));
                }
            }
            Err(_) => self.unsolved += 1,
        }
    }

    fn questions(&mut self, solution: &Solution, tally: &Tally) {
        for (index, answer) in solution.questions.iter().enumerate() {
            match (answer.as_ref().map(|found| &found.value), tally.answers(index)) {
                (Ok(Answer::YesNo(Chance { yes, .. })), Answers::YesNo(hits)) => {
                    self.found.push((Quantity::Question(index), Sampled::Share(hits.runs, tally.runs()), *yes));
                }
                (Ok(Answer::Number(exact)), Answers::Number(sampled)) => self.number(index, exact, sampled),
                _ => self.unsolved += 1,
            }
        }
    }

    fn number(&mut self, index: usize, exact: &Distribution, sampled: &crate::observe::histogram::Distribution) {
        let runs = sampled.count();
        let scale = match sampled.unit {
            crate::observe::histogram::Unit::Seconds => 1.0 / 86_400.0,
            _ => 1.0,
        };
        if let Some(ever) = &exact.ever {
            let share = Sampled::Share(runs, runs + sampled.never);
            self.found.push((Quantity::Ever(index), share, ever.yes));
        }
        if let Some(mean) = exact.mean.filter(|_| runs > 1) {
            let reach = |(value, _): (f64, u64)| value.abs() * scale;
            let range = 2.0 * sampled.histogram.bins().map(reach).fold(1.0, f64::max);
            let sampled = Sampled::Mean(sampled.mean() * scale, sampled.variance() * scale * scale, runs, range);
            self.found.push((Quantity::Mean(index), sampled, mean));
        }
        if sampled.histogram.exact() && sampled.histogram.bins().all(|(value, _)| value.fract() == 0.0) {
            for (value, bounds) in &exact.values {
                let near = |(seen, _): &(f64, u64)| (seen - value).abs() < 0.5;
                let hits = sampled.histogram.bins().find(near).map_or(0, |(_, hits)| hits);
                self.found.push((Quantity::Value(index, *value), Sampled::Share(hits, runs), *bounds));
            }
        }
    }

    fn occupancy(&mut self, solution: &Solution, tally: &Tally) {
        let dates = tally.occupancy().dates();
        for solved in &solution.occupancy {
            let Ok(found) = solved else {
                self.unsolved += 1;
                continue;
            };
            let Occupancy { variable, at } = &found.value;
            let width = tally.occupancy().width(*variable);
            for (date, step) in dates.iter().enumerate() {
                let Some((_, shares)) = at.iter().find(|(look, _)| look == step) else { continue };
                let counts = tally.occupancy().counts(*variable, date);
                for (bin, (hits, range)) in counts.zip(tally.occupancy().ranges(*variable)).enumerate() {
                    let values = shares.iter().skip(bin * width as usize).take(width as usize);
                    let exact = values.fold(Bounds::exactly(0.0), |sum, share| Bounds {
                        low: sum.low + share.low,
                        high: sum.high + share.high,
                    });
                    let quantity = Quantity::Occupied(*variable, date, range);
                    self.found.push((quantity, Sampled::Share(hits, tally.runs()), exact));
                }
            }
        }
    }

    fn firings(&mut self, model: &Model, solution: &Solution, tally: &Tally) {
        let runs = tally.runs();
        for (index, solved) in solution.firings.iter().enumerate() {
            let Ok(found) = solved else {
                self.unsolved += 1;
                continue;
            };
            let id = RuleId(index as u32);
            let fired = tally.rule(id, Fate::Fired);
            let mean = fired.times as f64 / runs.max(1) as f64;
            // No run can have fired more often than all of the variance allows.
            let variance = fired.variance(runs);
            let most = (mean + (variance * runs as f64).sqrt()).max(1.0).min(fired.times.max(1) as f64);
            let limit = model.rule(id).at_most.map_or(f64::INFINITY, |(_, most)| f64::from(most).max(1.0));
            let sampled = Sampled::Mean(mean, variance, runs, (2.0 * most).min(limit.max(1.0)));
            self.found.push((Quantity::Firings(id), sampled, found.value));
        }
    }
}

impl Sampled {
    /// The value, and its interval that misses the truth with probability `wrong` at most.
    fn interval(&self, wrong: f64) -> (f64, Interval) {
        match *self {
            Self::Share(hits, runs) => (hits as f64 / runs.max(1) as f64, clopper_pearson(hits, runs, 1.0 - wrong)),
            Self::Mean(mean, variance, runs, range) => {
                let n = runs as f64;
                let logarithm = libm::log(4.0 / wrong);
                let half =
                    (2.0 * variance * logarithm / n).sqrt() + 7.0 * range * logarithm / (3.0 * (n - 1.0).max(1.0));
                (mean, Interval { low: mean - half, high: mean + half })
            }
        }
    }
}
