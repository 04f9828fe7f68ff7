//! The ring model by the direct method.
//!
//! Tabulated propensities, updated only for the three actors that a change can touch; an actor is found by a linear scan
//! on a small ring and through sums over groups of actors on a larger one; `ChaCha8`, one stream a run; two numbers an event.
//!
//! D. T. Gillespie, Exact stochastic simulation of coupled chemical reactions, Journal of Physical Chemistry 81,
//! 2340-2361 (1977), doi:10.1021/j100540a008.

use rand_chacha::ChaCha8Rng;

use super::{DAYS, Sums, exponential, uniform};

/// How many actors at 5 stop a run.
pub fn enough(n: usize) -> usize {
    if n == 5 { 2 } else { n / 2 }
}

/// Rates of one actor, per day, by own posture and those of the next and the one after.
#[derive(Clone, Copy, Default)]
struct Rates {
    up: f64,
    down: f64,
    jump: f64,
}

impl Rates {
    fn of(own: u8, next: u8, after: u8) -> Self {
        let up = match (own < 5, next > own) {
            (false, _) => 0.0,
            (true, false) => 0.02,
            (true, true) => 0.12,
        };
        let down = if (1..=4).contains(&own) { 0.08 } else { 0.0 };
        let jump = if own <= 2 && after >= 4 { 0.05 } else { 0.0 };
        Self { up, down, jump }
    }

    fn total(self) -> f64 {
        self.up + self.down + self.jump
    }
}

fn index(own: u8, next: u8, after: u8) -> usize {
    usize::from(own) << 6 | usize::from(next) << 3 | usize::from(after)
}

struct Ring {
    n: usize,
    table: Box<[Rates; 512]>,
    totals: Box<[f64; 512]>,
    postures: Vec<u8>,
    actor: Vec<f64>,
    group: Vec<f64>,
    group_size: usize,
    sum: f64,
}

impl Ring {
    fn new(n: usize) -> Self {
        let mut table = Box::new([Rates::default(); 512]);
        for (own, next, after) in (0..216).map(|i| (i / 36, i / 6 % 6, i % 6)) {
            table[index(own, next, after)] = Rates::of(own, next, after);
        }
        let totals = Box::new(table.map(Rates::total));
        let group_size = if n < 50 { n } else { n.isqrt() };
        let groups = n.div_ceil(group_size);
        Self {
            n,
            table,
            totals,
            postures: vec![0; n],
            actor: vec![0.0; n],
            group: vec![0.0; groups],
            group_size,
            sum: 0.0,
        }
    }

    fn restart(&mut self) {
        self.postures.fill(0);
        self.actor.fill(self.totals[0]);
        for (group, actors) in self.group.iter_mut().zip(self.actor.chunks(self.group_size)) {
            *group = actors.iter().sum();
        }
        self.sum = self.group.iter().sum();
    }

    #[inline]
    fn further(&self, actor: usize, by: usize) -> usize {
        let sum = actor + by;
        if sum >= self.n { sum - self.n } else { sum }
    }

    #[inline]
    fn situation(&self, actor: usize) -> usize {
        let posture = |by| self.postures[self.further(actor, by)];
        index(posture(0), posture(1), posture(2))
    }

    #[inline]
    fn refresh(&mut self, actor: usize) {
        let now = self.totals[self.situation(actor)];
        let change = now - self.actor[actor];
        self.actor[actor] = now;
        self.sum += change;
        if self.group.len() > 1 {
            self.group[actor / self.group_size] += change;
        }
    }

    /// The actor and what is left of `point` within its rates.
    #[inline]
    fn find(&self, mut point: f64) -> (usize, f64) {
        let mut first = 0;
        if self.group.len() > 1 {
            let mut group = 0;
            while group + 1 < self.group.len() && point >= self.group[group] {
                point -= self.group[group];
                group += 1;
            }
            first = group * self.group_size;
        }
        let end = (first + self.group_size).min(self.n);
        // Rounding can leave a point beyond the last actor that can move.
        let mut last = first;
        for actor in first..end {
            let rate = self.actor[actor];
            if rate > 0.0 {
                if point < rate {
                    return (actor, point);
                }
                last = actor;
            }
            point -= rate;
        }
        (last, 0.0)
    }

    #[inline]
    fn fire(&mut self, point: f64) -> u8 {
        let (actor, point) = self.find(point);
        let rates = self.table[self.situation(actor)];
        let posture = &mut self.postures[actor];
        *posture = if point < rates.up {
            *posture + 1
        } else if point < rates.up + rates.down {
            *posture - 1
        } else {
            3
        };
        let now = *posture;
        for back in [0, self.n - 1, self.n - 2] {
            self.refresh(self.further(actor, back));
        }
        now
    }

    /// Firings, and whether the run stopped.
    fn run(&mut self, draws: &mut ChaCha8Rng) -> (u64, bool) {
        self.restart();
        let (mut now, mut fallen, mut firings) = (0.0, 0, 0);
        let enough = enough(self.n);
        loop {
            now += exponential(draws) / self.sum;
            if now >= f64::from(DAYS) {
                return (firings, false);
            }
            firings += 1;
            if self.fire(uniform(draws) * self.sum) == 5 {
                fallen += 1;
                if fallen == enough {
                    return (firings, true);
                }
            }
        }
    }
}

/// Draws runs `first` to `first + runs` on a ring of `n` actors, on this thread.
pub fn sample(n: usize, first: u64, runs: u64, seed: u64) -> Sums {
    let mut ring = Ring::new(n);
    super::sample(first, runs, seed, |draws| ring.run(draws))
}
