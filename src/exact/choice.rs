//! The `Choice` that takes every answer with its probability: an act is repeated once for each way it can go.
//!
//! Does not know what the act is, nor what becomes of its results.

use crate::model::instant::{Answer, Cause, Choice, Identity};
use crate::model::table::DelayTable;
use crate::model::{RuleId, Step};

/// Weights below this are rounding errors of what others leave of 1, and no branch.
const NOTHING_LEFT: f64 = 8.0 * f64::EPSILON;

/// The answers given, in order, each among how many; the last of them is changed first.
#[derive(Debug, Default)]
pub(super) struct EveryWay {
    taken: Vec<(u32, u32)>,
    /// How many questions have been asked of this way.
    asked: usize,
    /// The probability of the answers so far.
    probability: f64,
    /// The most questions of one way, ever.
    pub(super) depth: usize,
}

impl EveryWay {
    /// Before the first way.
    pub(super) fn begin(&mut self) {
        self.taken.clear();
        self.restart();
    }

    fn restart(&mut self) {
        self.asked = 0;
        self.probability = 1.0;
    }

    /// The probability of the way that was taken.
    pub(super) fn probability(&self) -> f64 {
        self.probability
    }

    /// How many answers of this way were among several.
    pub(super) fn asked(&self) -> usize {
        self.taken.len()
    }

    /// Goes over to the next way; whether there is one.
    pub(super) fn next_way(&mut self) -> bool {
        self.depth = self.depth.max(self.taken.len());
        while let Some((index, of)) = self.taken.pop() {
            if index + 1 < of {
                self.taken.push((index + 1, of));
                self.restart();
                return true;
            }
        }
        false
    }

    /// The index of the answer among the possible ones, whose probabilities these are.
    fn answer(&mut self, possible: &[f64]) -> usize {
        if possible.len() == 1 {
            self.probability *= possible[0];
            return 0;
        }
        if self.asked == self.taken.len() {
            self.taken.push((0, possible.len() as u32));
        }
        let index = self.taken[self.asked].0 as usize;
        self.asked += 1;
        self.probability *= possible[index];
        index
    }
}

impl Choice for EveryWay {
    fn identify(&mut self, _: Cause, _: Step) -> Identity {
        Identity::default()
    }

    fn comes(&mut self, _: RuleId, _: Identity, chance: f64, delay: &DelayTable, _: Step) -> Answer {
        let at_once = delay.at_once();
        let ways = [
            (Answer::Never, 1.0 - chance),
            (Answer::AtOnce(Identity::default()), chance * at_once),
            (Answer::Later, chance * (1.0 - at_once)),
        ];
        let possible: Vec<_> = ways.into_iter().filter(|(_, p)| *p > 0.0).collect();
        let probabilities: [f64; 3] = std::array::from_fn(|i| possible.get(i).map_or(0.0, |(_, p)| *p));
        possible[self.answer(&probabilities[..possible.len()])].0
    }

    fn due(&mut self, _: RuleId, delay: &DelayTable, age: Step) -> bool {
        let (due, wait) = (delay.hazard(age), delay.wait(age));
        if due <= 0.0 {
            return false;
        }
        if wait <= 0.0 {
            return true;
        }
        self.answer(&[due, wait]) == 0
    }

    fn remembered(&mut self, _: RuleId) -> Identity {
        Identity::default()
    }

    fn branch(&mut self, _: RuleId, _: Identity, weights: &[f64]) -> usize {
        let left = 1.0 - weights.iter().sum::<f64>();
        let left = if left > NOTHING_LEFT { left } else { 0.0 };
        let possible: Vec<(usize, f64)> =
            weights.iter().copied().chain([left]).enumerate().filter(|(_, weight)| *weight > 0.0).collect();
        let probabilities: Vec<f64> = possible.iter().map(|(_, weight)| *weight).collect();
        possible[self.answer(&probabilities)].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_taken_once_and_their_probabilities_sum_to_one() {
        let mut ways = EveryWay::default();
        let delay = DelayTable::new(vec![0.25, 0.5, 1.0]);
        let (mut total, mut seen) = (0.0, Vec::new());
        ways.begin();
        loop {
            let rule = RuleId(0);
            let came = ways.comes(rule, Identity::default(), 0.5, &delay, 0);
            let branch = if matches!(came, Answer::AtOnce(_)) {
                ways.branch(rule, Identity::default(), &[0.5, 0.0, 0.2])
            } else {
                9
            };
            let due = came == Answer::Later && ways.due(rule, &delay, 1);
            seen.push((came, branch, due));
            total += ways.probability();
            if !ways.next_way() {
                break;
            }
        }
        let at_once = |branch| (Answer::AtOnce(Identity::default()), branch, false);
        let later = |due| (Answer::Later, 9, due);
        assert_eq!(seen, [(Answer::Never, 9, false), at_once(0), at_once(2), at_once(3), later(true), later(false)]);
        assert!((total - 1.0_f64).abs() < 1e-15);
        assert_eq!(ways.depth, 2);
    }
}
