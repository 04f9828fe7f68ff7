//! The units by the direct method, from event to event and from boundary to boundary at which something is due.
//!
//! Units of one rate stand together, so that the one that has an incident is found at once, however many there are.

use rand_chacha::ChaCha8Rng;

use super::{DAYS, Sums, exponential, uniform};

/// The highest alert, and the lowest at which a unit is tense.
const TOP: u8 = 4;
const TENSE: u8 = 2;
/// Incidents a day of a unit that is tense, and of one that is not.
const RATES: (f64, f64) = (0.1, 0.025);
/// How many units at the top stop a run, a unit.
const ENOUGH: u64 = 3;
/// Days between two rests.
const REST: u32 = 30;

/// After how many units at the top a run of `units` stops.
pub fn enough(units: usize) -> u64 {
    ENOUGH * units as u64
}

struct Units {
    alert: Vec<u8>,
    /// The units: first those that are tense.
    order: Vec<u32>,
    tense: usize,
    /// By unit: its place in `order`.
    place: Vec<u32>,
    /// By unit: it will answer.
    answers: Vec<bool>,
    /// By day: who answers.
    due: Vec<Vec<u32>>,
    /// The next boundary at which something is due.
    boundary: u32,
}

impl Units {
    fn new(units: usize) -> Self {
        let order: Vec<u32> = (0..units as u32).collect();
        Self {
            alert: vec![0; units],
            place: order.clone(),
            order,
            tense: 0,
            answers: vec![false; units],
            due: vec![Vec::new(); DAYS as usize],
            boundary: 0,
        }
    }

    fn restart(&mut self) {
        self.alert.fill(0);
        self.tense = 0;
        self.answers.fill(false);
        self.due.iter_mut().for_each(Vec::clear);
        self.boundary = REST;
    }

    fn move_to(&mut self, unit: usize, alert: u8) {
        let before = std::mem::replace(&mut self.alert[unit], alert);
        match (before >= TENSE, alert >= TENSE) {
            (false, true) => {
                self.put(unit, self.tense);
                self.tense += 1;
            }
            (true, false) => {
                self.tense -= 1;
                self.put(unit, self.tense);
            }
            _ => {}
        }
    }

    /// Puts a unit in this place, and the one that is there in its own.
    fn put(&mut self, unit: usize, place: usize) {
        let (own, other) = (self.place[unit] as usize, self.order[place]);
        self.order.swap(own, place);
        (self.place[unit], self.place[other as usize]) = (place as u32, own as u32);
    }

    fn calm(&mut self, unit: usize) {
        self.move_to(unit, self.alert[unit].saturating_sub(1));
    }

    /// The next boundary; how many firings that is.
    fn cross(&mut self) -> u64 {
        let day = self.boundary;
        let due = std::mem::take(&mut self.due[day as usize]);
        for unit in &due {
            self.answers[*unit as usize] = false;
            self.calm(*unit as usize);
        }
        let mut firings = due.len();
        self.due[day as usize] = due;
        if day.is_multiple_of(REST) {
            (0..self.alert.len()).for_each(|unit| self.calm(unit));
            firings += self.alert.len();
        }
        let is_due = |day: &u32| day.is_multiple_of(REST) || !self.due[*day as usize].is_empty();
        self.boundary = (day + 1..DAYS).find(is_due).unwrap_or(DAYS);
        firings as u64
    }

    /// Which unit has an incident; `point` lies below the sum of the rates.
    fn find(&self, point: f64) -> usize {
        let tense = RATES.0 * self.tense as f64;
        // Rounding can reach beyond the last of either kind.
        let place = if point < tense {
            ((point / RATES.0) as usize).min(self.tense - 1)
        } else {
            (self.tense + ((point - tense) / RATES.1) as usize).min(self.order.len() - 1)
        };
        self.order[place] as usize
    }

    /// A unit has an incident on `day`; whether it comes to the top.
    fn incident(&mut self, unit: usize, day: u32, draws: &mut ChaCha8Rng) -> bool {
        let before = self.alert[unit];
        if before < TOP {
            self.move_to(unit, before + 1);
        }
        // Two in five are answered, on one of seven days from the third on.
        if !self.answers[unit] && uniform(draws) < 0.4 {
            self.answers[unit] = true;
            let at = day + 3 + (uniform(draws) * 7.0) as u32;
            if at < DAYS {
                self.due[at as usize].push(unit as u32);
                self.boundary = self.boundary.min(at);
            }
        }
        before + 1 == TOP
    }

    /// Firings, and whether the run stopped.
    fn run(&mut self, draws: &mut ChaCha8Rng) -> (u64, bool) {
        self.restart();
        let (mut now, mut firings, mut at_top) = (0.0, 0, 0);
        loop {
            let tense = self.tense as f64;
            let rate = RATES.0 * tense + RATES.1 * (self.alert.len() as f64 - tense);
            let next = now + exponential(draws) / rate;
            if next >= f64::from(self.boundary) {
                if self.boundary == DAYS {
                    return (firings, false);
                }
                // The time to an incident has no memory: it is drawn anew from the boundary on.
                now = f64::from(self.boundary);
                firings += self.cross();
                continue;
            }
            now = next;
            firings += 1;
            if self.incident(self.find(uniform(draws) * rate), now as u32, draws) {
                at_top += 1;
                if at_top == enough(self.alert.len()) {
                    return (firings, true);
                }
            }
        }
    }
}

/// Draws runs `first` to `first + runs` of so many units, on this thread.
pub fn sample(units: usize, first: u64, runs: u64, seed: u64) -> Sums {
    let mut all = Units::new(units);
    super::sample(first, runs, seed, |draws| all.run(draws))
}
