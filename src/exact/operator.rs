//! One jump of the uniformised chain as a sparse matrix, over the states that may have mass, and many jumps in a row.
//!
//! Does not know what the states are, nor when the stretch is.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::arrivals::{Arrivals, LANES, Terms};
use super::poisson::{Sum, Weights, sum};
use super::rows::Rows;
use super::states::StateId;

/// The uniformisation rate as a multiple of the highest rate out of a state. The probability to stay is then a difference
/// of which at least a known part is left, so its relative error stays small: `1 / (1 - 1 / slack)` times that of the
/// sum of the rates. Few jumps can afford a larger error each.
const SLACK: [(f64, f64); 2] = [(5_000.0, 1.05), (f64::INFINITY, 2.0)];
/// Entries from which on a product is shared among threads.
const PARALLEL: usize = 300_000;
/// States that a thread takes at a time.
const CHUNK: usize = 4096;
/// Places with more entries are summed with compensation, so that rounding does not grow with their number.
const FEW: usize = 24;
/// Jumps between two looks for a steady state.
const LOOK: usize = 64;

/// The transposed matrix of one jump: by state, what comes to it.
#[derive(Debug, Default)]
pub(super) struct Operator {
    /// By place: the probability to stay.
    stay: Vec<f64>,
    /// By place, and one more: where its arrivals begin.
    starts: Vec<u32>,
    arrivals: Arrivals,
    /// The most arrivals of a place.
    most: usize,
    /// What the error of a probability to stay is multiplied by.
    worse: u64,
    /// The rate at which it jumps, per day.
    pub(super) rate: f64,
}

impl Operator {
    /// The jump of `rows` among these states, ascending, at a rate for `days` days in all; `order` is the same states in
    /// the order of their places. `None` if it was stopped.
    pub(super) fn new(
        rows: &Rows,
        active: &[StateId],
        order: &[StateId],
        days: f64,
        stop: &AtomicBool,
    ) -> Option<Self> {
        let row = |id: &StateId| rows.row(*id).expect("rows of active states are made");
        let highest = active.iter().map(|id| rows.out(row(id))).fold(0.0, f64::max);
        let slack = SLACK.into_iter().find(|(most, _)| highest * days <= *most).map_or(2.0, |(_, slack)| slack);
        let (rate, worse) = (slack * highest, (1.0 / (1.0 - 1.0 / slack)).ceil() as u64);
        let stay = |id: &StateId| if rate > 0.0 { (rate - rows.out(row(id))) / rate } else { 1.0 };
        let states = active.last().map_or(0, |last| *last as usize + 1);
        // By state, whose numbers lie near to each other where one leads to the other: arrivals, then where the next goes.
        let (mut next, mut place) = (vec![0_u32; states], vec![0_u32; states]);
        active.iter().flat_map(|id| rows.entries(row(id)).0).for_each(|to| next[*to as usize] += 1);
        let mut starts = vec![0; order.len() + 1];
        for (here, id) in order.iter().enumerate() {
            let state = *id as usize;
            starts[here + 1] = starts[here] + next[state];
            (next[state], place[state]) = (starts[here], here as u32);
        }
        let mut arrivals = Arrivals::room(starts[order.len()] as usize, order.len(), rate);
        for (index, id) in active.iter().enumerate() {
            if index % CHUNK == 0 && stop.load(Ordering::Relaxed) {
                return None;
            }
            let (to, weights) = rows.entries(row(id));
            for (to, weight) in to.iter().zip(weights) {
                let at = &mut next[*to as usize];
                arrivals.enter(*at as usize, place[*id as usize], *weight);
                *at += 1;
            }
        }
        let most = starts.windows(2).map(|range| range[1] - range[0]).max().unwrap_or(0) as usize;
        Some(Self { stay: order.iter().map(stay).collect(), starts, arrivals, most, worse, rate })
    }

    /// At most so many roundings in a row in one jump, of rows whose weights have at most `before` of them, the
    /// probabilities to stay being taken as they are.
    pub(super) fn roundings(&self, before: u64) -> u64 {
        // A sum in lanes or a compensated one, what stays added to it, a product, a quotient.
        self.most.min(FEW).div_ceil(LANES) as u64 + 5 + before
    }

    /// At most so many more in the probability to stay: of `rate - out` that of `out`, which is larger, is left.
    pub(super) fn roundings_to_stay(&self, before: u64) -> u64 {
        self.worse * (before + 4)
    }

    /// Multiplications of a jump.
    pub(super) fn entries(&self) -> usize {
        self.arrivals.len() + self.stay.len()
    }

    /// `after` = one jump after `before`, unless it is stopped. The order of every sum is fixed, however many threads
    /// there are.
    fn jump(&self, before: &[f64], after: &mut [f64], stop: &AtomicBool) {
        if self.arrivals.len() < PARALLEL {
            return self.jump_part(before, 0, after);
        }
        let parts = after.par_chunks_mut(CHUNK).enumerate();
        parts.filter(|_| !stop.load(Ordering::Relaxed)).for_each(|(chunk, part)| {
            self.jump_part(before, chunk * CHUNK, part);
        });
    }

    fn jump_part(&self, before: &[f64], first: usize, after: &mut [f64]) {
        match &self.arrivals {
            Arrivals::Plain(plain) => self.jump_by(plain, before, first, after),
            Arrivals::Coded(coded) => self.jump_by(coded, before, first, after),
        }
    }

    fn jump_by(&self, arrivals: &impl Terms, before: &[f64], first: usize, after: &mut [f64]) {
        let size = after.len();
        let starts = &self.starts[first..=first + size];
        let stay = self.stay[first..first + size].iter().zip(&before[first..first + size]);
        for ((after, (stay, mass)), range) in after.iter_mut().zip(stay).zip(starts.windows(2)) {
            let range = range[0] as usize..range[1] as usize;
            let comes =
                if range.len() <= FEW { arrivals.in_lanes(before, range) } else { arrivals.compensated(before, range) };
            *after = stay * mass + comes;
        }
    }
}

/// Places whose answer is certain, with the verdict from 0.
pub(super) type Certain = Vec<(u32, usize)>;

/// What many jumps in a row come to.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// The distribution at the end, by place.
    pub(super) after: Vec<f64>,
    /// The time spent at each place, days; empty if not wanted.
    pub(super) sojourn: Vec<f64>,
    /// By jump, then by verdict: what is certain.
    certain: Vec<f64>,
    verdicts: usize,
    /// Probability that may be in the wrong place.
    pub(super) misplaced: f64,
    /// Jumps that were made.
    pub(super) jumps: usize,
}

/// A stretch of time in which only jumps happen.
pub(super) struct Stretch<'a> {
    pub(super) operator: &'a Operator,
    /// Of the number of jumps.
    pub(super) weights: &'a Weights,
    pub(super) days: f64,
    pub(super) certain: &'a Certain,
    pub(super) verdicts: usize,
    pub(super) sojourn: bool,
    /// The most probability that may be taken for steady when it is not.
    pub(super) steady: f64,
    pub(super) stop: &'a AtomicBool,
}

impl Stretch<'_> {
    /// Jumps from `mass`. `tick` is called with the multiplications done and the bytes kept of all jumps so far, and
    /// stops it with its error: it must if `stop` is set.
    ///
    /// # Errors
    /// What `tick` says.
    pub(super) fn fly<E>(
        &self,
        mass: &[f64],
        mut tick: impl FnMut(usize, usize) -> Result<(), E>,
    ) -> Result<Flight, E> {
        let (mut now, mut next) = (mass.to_vec(), vec![0.0; mass.len()]);
        let mut flight = Flight { after: vec![0.0; mass.len()], verdicts: self.verdicts, ..Flight::default() };
        flight.sojourn = vec![0.0; if self.sojourn { mass.len() } else { 0 }];
        let last = self.weights.last();
        for n in 0..=last {
            flight.note(&now, self.certain);
            self.gather(&mut flight, &now, (self.weights.at(n), self.weights.beyond(n)));
            flight.jumps = n;
            if n == last {
                break;
            }
            self.operator.jump(&now, &mut next, self.stop);
            tick(self.operator.entries(), size_of_val(&*flight.certain))?;
            if n % LOOK == LOOK - 1 {
                let moved = moved(&now, &next);
                // What rounding hides must be affordable too: without a budget nothing is taken for steady.
                if self.steady > 0.0 && (last - n) as f64 * moved <= self.steady {
                    self.rest(&mut flight, &next, n + 1);
                    // A jump moves at most as much as the one before it, and what rounding hid of that.
                    let hidden = (self.operator.roundings(8) + 12) as f64 * f64::EPSILON;
                    flight.misplaced = (last - n) as f64 * (moved + hidden);
                    break;
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        Ok(flight)
    }

    /// These with their numbers, as far as it is not stopped: there may be as many as there are jumps.
    fn unless_stopped(&self, all: impl Iterator<Item = f64>) -> impl Iterator<Item = (usize, f64)> {
        let goes_on = |n: usize| !n.is_multiple_of(CHUNK) || !self.stop.load(Ordering::Relaxed);
        all.enumerate().take_while(move |(n, _)| goes_on(*n))
    }

    fn gather(&self, flight: &mut Flight, mass: &[f64], (weight, beyond): (f64, f64)) {
        if weight > 0.0 {
            flight.after.iter_mut().zip(mass).for_each(|(after, mass)| *after += weight * mass);
        }
        let time = if self.operator.rate > 0.0 { beyond / self.operator.rate } else { self.days };
        flight.sojourn.iter_mut().zip(mass).for_each(|(sojourn, mass)| *sojourn += time * mass);
    }

    /// From jump `n` on it is as if nothing moved any more.
    fn rest(&self, flight: &mut Flight, mass: &[f64], n: usize) {
        let from = n.max(self.weights.first) - self.weights.first;
        let (weight, mut beyond) = (sum(&self.weights.weights[from..]), Sum::default());
        self.unless_stopped(self.weights.all_beyond()).skip(n).for_each(|(_, more)| beyond.add(more));
        flight.note(mass, self.certain);
        self.gather(flight, mass, (weight, beyond.value()));
        flight.jumps = n;
    }
}

/// How much probability a jump has moved.
fn moved(before: &[f64], after: &[f64]) -> f64 {
    before.iter().zip(after).map(|(before, after)| (after - before).abs()).sum()
}

impl Flight {
    fn note(&mut self, mass: &[f64], certain: &Certain) {
        let from = self.certain.len();
        self.certain.resize(from + self.verdicts, 0.0);
        for (place, verdict) in certain {
            self.certain[from + verdict] += mass[*place as usize];
        }
    }

    /// After `n` jumps; after the last that was made nothing moved any more.
    fn certain_after(&self, n: usize) -> &[f64] {
        &self.certain[n.min(self.jumps) * self.verdicts..][..self.verdicts]
    }

    /// The probabilities of the verdicts when the number of jumps has these weights.
    pub(super) fn certain_at(&self, weights: &Weights) -> Vec<f64> {
        let jumps = weights.weights.iter().enumerate();
        self.weighed(jumps.map(|(index, weight)| (weights.first + index, *weight)))
    }

    /// Their integrals over the stretch, days.
    pub(super) fn certain_for(&self, stretch: &Stretch<'_>) -> Vec<f64> {
        let rate = stretch.operator.rate;
        let time = |beyond: f64| if rate > 0.0 { beyond / rate } else { stretch.days };
        self.weighed(stretch.unless_stopped(stretch.weights.all_beyond()).map(|(n, beyond)| (n, time(beyond))))
    }

    fn weighed(&self, jumps: impl Iterator<Item = (usize, f64)>) -> Vec<f64> {
        let mut sums = vec![Sum::default(); self.verdicts];
        for (n, weight) in jumps {
            self.certain_after(n).iter().zip(&mut sums).for_each(|(p, sum)| sum.add(weight * p));
        }
        sums.iter().map(Sum::value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static GOING: AtomicBool = AtomicBool::new(false);

    /// Two states, `a` per day there and `b` back.
    fn two(a: f64, b: f64, days: f64, steady: f64) -> (Flight, f64) {
        let mut rows = Rows::default();
        rows.enter(0, &[(1, a)], &[]);
        rows.enter(1, &[(0, b)], &[]);
        let operator = Operator::new(&rows, &[0, 1], &[0, 1], days, &GOING).unwrap();
        let weights = Weights::new(operator.rate * days, 1e-20);
        let certain = vec![(1, 0)];
        let stretch = Stretch {
            operator: &operator,
            weights: &weights,
            days,
            certain: &certain,
            verdicts: 1,
            sojourn: true,
            steady,
            stop: &GOING,
        };
        let flight = stretch.fly(&[1.0, 0.0], |_, _| Ok::<(), ()>(())).unwrap();
        let integral = flight.certain_for(&stretch)[0];
        (flight, integral)
    }

    #[test]
    fn two_states_are_a_closed_form() {
        let (a, b, days) = (0.3, 0.7, 4.0);
        let (flight, integral) = two(a, b, days, 0.0);
        let (sum, share) = (a + b, a / (a + b));
        let there = share * (1.0 - libm::exp(-sum * days));
        let time = share * (days - (1.0 - libm::exp(-sum * days)) / sum);
        assert!((flight.after[1] / there - 1.0).abs() < 1e-14, "{} for {there}", flight.after[1]);
        assert!((flight.sojourn[1] / time - 1.0).abs() < 1e-14 && (integral / time - 1.0).abs() < 1e-14);
        assert!((flight.sojourn[0] + flight.sojourn[1] - days).abs() < 1e-13);
    }

    #[test]
    fn a_steady_state_is_noticed_and_stays_within_its_bound() {
        let (a, b, days) = (0.3, 0.7, 4000.0);
        let (flight, integral) = two(a, b, days, 1e-9);
        assert!(flight.jumps < 300, "{}", flight.jumps);
        assert!(flight.misplaced <= 1e-9);
        assert!((flight.after[1] - 0.3).abs() <= flight.misplaced + 1e-14);
        let time = 0.3 * (days - 1.0);
        assert!((integral - time).abs() <= flight.misplaced * days + 1e-10, "{integral} for {time}");
    }

    #[test]
    fn threads_change_no_bit() {
        let mut rows = Rows::default();
        let size = 60_000_u32;
        let to = |id: u32, n: u32| (id.wrapping_mul(2_654_435_761).wrapping_add(n * 40_503)) % size;
        for id in 0..size {
            let mut entries: Vec<(u32, f64)> = (0..6).map(|n| (to(id, n), 0.1 + f64::from(n))).collect();
            crate::exact::rows::merged(&mut entries);
            rows.enter(id, &entries, &[]);
        }
        let all: Vec<u32> = (0..size).collect();
        let operator = Operator::new(&rows, &all, &all, 1.0, &GOING).unwrap();
        assert!(operator.arrivals.len() > PARALLEL);
        let mass: Vec<f64> = all.iter().map(|id| 1.0 / f64::from(id + 1)).collect();
        let (mut shared, mut alone) = (vec![0.0; mass.len()], vec![0.0; mass.len()]);
        operator.jump(&mass, &mut shared, &GOING);
        operator.jump_part(&mass, 0, &mut alone);
        assert_eq!(shared, alone);
    }
}
