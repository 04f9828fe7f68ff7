//! The ring model solved.
//!
//! A state is a number in base 6; those from which a run goes on are numbered in its order, the jump of the uniformised
//! chain is kept by target, and one vector is multiplied until the tail of the Poisson weights is below 1e-18.

use super::DAYS;
use super::ring::enough;

/// What an actor's posture can be.
const POSTURES: usize = 6;
/// Poisson probability that is cut off.
const TAIL: f64 = 1e-18;
const NONE: u32 = u32::MAX;

/// The chain of a ring.
pub struct Chain {
    /// By state, and one more: where its entries begin.
    starts: Vec<u32>,
    from: Vec<u32>,
    probability: Vec<f64>,
    stay: Vec<f64>,
    /// By state: the probability that a jump stops the run.
    stops: Vec<f64>,
    /// Jumps a day.
    rate: f64,
    /// The number of the state in which all are calm.
    start: usize,
}

struct Found {
    /// By code: the state; `NONE` if it is not reached.
    number: Vec<u32>,
    codes: Vec<u32>,
}

/// Calls `see` with the code after each rule that can fire in `code`, and its rate per day; `None` where the run stops.
fn each_rule(n: usize, code: u32, see: &mut impl FnMut(Option<u32>, f64)) {
    let (mut postures, mut powers, mut rest, mut power) = ([0_usize; 16], [0_u32; 16], code, 1);
    for actor in 0..n {
        (postures[actor], powers[actor]) = (rest as usize % POSTURES, power);
        rest /= POSTURES as u32;
        power *= POSTURES as u32;
    }
    let highest = postures[..n].iter().filter(|posture| **posture == 5).count();
    for actor in 0..n {
        let (own, next, far) = (postures[actor], postures[(actor + 1) % n], postures[(actor + 2) % n]);
        let power = powers[actor];
        if own < 5 {
            let stops = own == 4 && highest + 1 >= enough(n);
            see((!stops).then_some(code + power), if next > own { 0.12 } else { 0.02 });
        }
        if (1..5).contains(&own) {
            see(Some(code - power), 0.08);
        }
        if far >= 4 && own <= 2 {
            see(Some(code + power * (3 - own as u32)), 0.05);
        }
    }
}

fn find(n: usize) -> Found {
    let mut found = Found { number: vec![NONE; POSTURES.pow(n as u32)], codes: vec![0] };
    found.number[0] = 0;
    let mut at = 0;
    while at < found.codes.len() {
        let (number, codes) = (&mut found.number, &mut found.codes);
        each_rule(n, codes[at], &mut |to, _| {
            if let Some(to) = to.filter(|to| number[*to as usize] == NONE) {
                number[to as usize] = 0;
                codes.push(to);
            }
        });
        at += 1;
    }
    found.codes.sort_unstable();
    for (index, code) in (0..).zip(&found.codes) {
        found.number[*code as usize] = index;
    }
    found
}

/// Explores the ring of `n` actors.
pub fn explore(n: usize) -> Chain {
    let Found { number, codes } = find(n);
    let states = codes.len();
    let (mut starts, mut out) = (vec![0_u32; states + 1], vec![0.0; states]);
    for (here, code) in codes.iter().enumerate() {
        each_rule(n, *code, &mut |to, rate| {
            out[here] += rate;
            if let Some(to) = to {
                starts[number[to as usize] as usize + 1] += 1;
            }
        });
    }
    (0..states).for_each(|state| starts[state + 1] += starts[state]);
    let rate = 1.05 * out.iter().copied().fold(0.0, f64::max);
    let entries = starts[states] as usize;
    let (mut from, mut probability) = (vec![0; entries], vec![0.0; entries]);
    let (mut stops, mut next) = (vec![0.0; states], starts.clone());
    for (here, code) in codes.iter().enumerate() {
        each_rule(n, *code, &mut |to, of_rule| match to {
            None => stops[here] += of_rule / rate,
            Some(to) => {
                let at = &mut next[number[to as usize] as usize];
                (from[*at as usize], probability[*at as usize]) = (here as u32, of_rule / rate);
                *at += 1;
            }
        });
    }
    let stay = out.iter().map(|out| (rate - out) / rate).collect();
    Chain { starts, from, probability, stay, stops, rate, start: number[0] as usize }
}

impl Chain {
    /// How many states a run can go on from.
    pub fn states(&self) -> usize {
        self.stay.len()
    }

    /// Multiplications of a jump.
    pub fn entries(&self) -> usize {
        self.from.len() + 2 * self.stay.len()
    }

    /// How many jumps there are in a year, and the probability that it stops a run.
    pub fn year(&self) -> (usize, f64) {
        let weights = poisson(self.rate * f64::from(DAYS));
        let (mut now, mut next) = (vec![0.0; self.states()], vec![0.0; self.states()]);
        now[self.start] = 1.0;
        let (mut stopped, mut by_then) = (0.0, 0.0);
        for weight in &weights {
            by_then += weight * stopped;
            stopped += now.iter().zip(&self.stops).map(|(mass, stops)| mass * stops).sum::<f64>();
            self.jump(&now, &mut next);
            std::mem::swap(&mut now, &mut next);
        }
        (weights.len(), by_then)
    }

    fn jump(&self, now: &[f64], next: &mut [f64]) {
        for (place, next) in next.iter_mut().enumerate() {
            let range = self.starts[place] as usize..self.starts[place + 1] as usize;
            let mut sum = self.stay[place] * now[place];
            for (from, probability) in self.from[range.clone()].iter().zip(&self.probability[range]) {
                sum += now[*from as usize] * probability;
            }
            *next = sum;
        }
    }
}

/// Poisson probabilities from 0 until so little is left.
fn poisson(mean: f64) -> Vec<f64> {
    let mode = mean as usize;
    let mut weights = vec![0.0; mode + 1];
    weights[mode] = 1.0;
    for n in (1..=mode).rev() {
        weights[n - 1] = weights[n] * n as f64 / mean;
    }
    while weights[weights.len() - 1] > TAIL * 0.01 {
        let n = weights.len();
        weights.push(weights[n - 1] * mean / n as f64);
    }
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= total);
    weights
}
