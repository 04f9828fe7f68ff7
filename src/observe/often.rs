//! How often things happen in a run: sums, sums of squares and runs in which they happen at all, for many things.
//!
//! Does not know what the things are.

/// How often one thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Often {
    /// In all runs together.
    pub times: u64,
    /// Runs in which it happened at least once.
    pub runs: u64,
    /// Sum over the runs of the square of their count.
    squares: u128,
}

impl Often {
    /// A run in which it happened, so many times.
    fn add_run(&mut self, times: u64) {
        self.times += times;
        self.runs += 1;
        self.squares += u128::from(times * times);
    }

    /// Variance over `runs` runs of the count in a run (divisor: the number of runs); 0 without runs.
    pub fn variance(&self, runs: u64) -> f64 {
        if runs == 0 {
            return 0.0;
        }
        let (n, times) = (u128::from(runs), u128::from(self.times));
        // n Σx² ≥ (Σx)², both exact.
        (n * self.squares).saturating_sub(times * times) as f64 / (n as f64 * n as f64)
    }
}

/// Counts of many things, run by run.
#[derive(Debug, Clone, Default)]
pub struct Tallies {
    often: Vec<Often>,
    /// By thing: what happens whenever it does, and is counted when the run has ended; or `NOTHING`.
    wholes: Box<[u32]>,
    /// In the present run.
    now: Vec<u32>,
    /// What happened in the present run: the first `touched_so_far` of these, and one place more.
    touched: Box<[u32]>,
    touched_so_far: usize,
}

/// No thing.
const NOTHING: u32 = u32::MAX;

impl Tallies {
    /// For things numbered 0 to `things`.
    pub fn new(things: usize) -> Self {
        Self {
            often: vec![Often::default(); things],
            wholes: vec![NOTHING; things].into(),
            now: vec![0; things],
            touched: vec![0; things + 1].into(),
            touched_so_far: 0,
        }
    }

    /// Whenever `part` happens, `whole` does, which is part of nothing itself.
    pub fn make_part(&mut self, part: u32, whole: u32) {
        self.wholes[part as usize] = whole;
    }

    /// It happened; whether that was the first time in this run.
    #[inline]
    pub fn add(&mut self, thing: u32) -> bool {
        self.add_times(thing, 1)
    }

    #[inline]
    fn add_times(&mut self, thing: u32, times: u32) -> bool {
        let now = &mut self.now[thing as usize];
        let first = *now == 0;
        *now += times;
        // Written whether it counts or not, so that nothing has to be guessed.
        self.touched[self.touched_so_far] = thing;
        self.touched_so_far += usize::from(first);
        first
    }

    /// A new run begins; what was not closed is dropped.
    pub fn begin(&mut self) {
        let touched = &self.touched[..std::mem::take(&mut self.touched_so_far)];
        touched.iter().for_each(|thing| self.now[*thing as usize] = 0);
    }

    /// The run has ended.
    pub fn end(&mut self) {
        let mut next = 0;
        // A whole is put behind its parts.
        while next < self.touched_so_far {
            let thing = self.touched[next] as usize;
            let times = std::mem::take(&mut self.now[thing]);
            self.often[thing].add_run(u64::from(times));
            if self.wholes[thing] != NOTHING {
                self.add_times(self.wholes[thing], times);
            }
            next += 1;
        }
        self.touched_so_far = 0;
    }

    /// Takes in what another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (often, more) in self.often.iter_mut().zip(&other.often) {
            often.times += more.times;
            often.runs += more.runs;
            often.squares += more.squares;
        }
    }

    /// How often a thing happened in the runs that have ended.
    pub fn of(&self, thing: u32) -> Often {
        self.often[thing as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_run() {
        let mut tallies = Tallies::new(2);
        for count in [3, 0, 1] {
            tallies.begin();
            let firsts = (0..count).filter(|_| tallies.add(1)).count();
            assert_eq!(firsts, usize::from(count > 0));
            tallies.end();
        }
        let often = tallies.of(1);
        assert_eq!((often.times, often.runs), (4, 2));
        // 3, 0, 1: mean 4/3, variance 10/3 - 16/9.
        assert!((often.variance(3) - (10.0 / 3.0 - 16.0 / 9.0)).abs() < 1e-12);
        assert_eq!(tallies.of(0), Often::default());
        let mut twice = tallies.clone();
        twice.merge(&tallies);
        assert_eq!((twice.of(1).times, twice.of(1).runs), (8, 4));
    }

    #[test]
    fn a_whole_happens_with_each_of_its_parts() {
        let mut tallies = Tallies::new(3);
        tallies.make_part(0, 2);
        tallies.make_part(1, 2);
        for things in [vec![0, 1, 0], vec![], vec![1]] {
            tallies.begin();
            things.iter().for_each(|thing| _ = tallies.add(*thing));
            tallies.end();
        }
        let seen = [0, 1, 2].map(|thing| (tallies.of(thing).times, tallies.of(thing).runs, tallies.of(thing).squares));
        assert_eq!(seen, [(2, 1, 4), (2, 2, 2), (4, 2, 10)]);
    }

    #[test]
    fn a_run_that_did_not_end_leaves_nothing() {
        let mut tallies = Tallies::new(1);
        tallies.add(0);
        tallies.begin();
        tallies.end();
        assert_eq!(tallies.of(0), Often::default());
        tallies.add(0);
        tallies.begin();
        assert!(tallies.add(0), "for the first time in this run");
        tallies.end();
        assert_eq!((tallies.of(0).times, tallies.of(0).runs), (1, 1));
    }
}
