//! Tables made once at load: delays over whole steps, decay steps.
//!
//! Does not know rules. All logarithms and exponentials are `libm`'s, so a table is the same on every machine.

use super::Step;

/// A delay as a distribution over whole steps, `P(d <= k)` for `k = 0, 1, …`.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayTable {
    /// `cumulative[k] = P(d <= k | it comes)`, non-decreasing. Ends at 1, or earlier if the rest lies beyond `T`.
    cumulative: Vec<f64>,
    /// The delay, if there is only one that it can be.
    certain: Option<Step>,
    /// The least delay by the first bits of a quantile: where to begin to look.
    guide: Box<[Step]>,
}

/// Entries of a guide.
const GUIDES: usize = 64;

impl DelayTable {
    /// A table with these cumulative probabilities, which must be non-decreasing in [0, 1] and not empty.
    ///
    /// # Panics
    /// If they are not.
    pub fn new(cumulative: Vec<f64>) -> Self {
        assert!(!cumulative.is_empty() && cumulative.is_sorted() && cumulative.iter().all(|p| (0.0..=1.0).contains(p)));
        let last = cumulative.len() - 1;
        let before = if last == 0 { 0.0 } else { cumulative[last - 1] };
        let certain = (before <= 0.0 && cumulative[last] >= 1.0).then_some(last as Step);
        let least = |part: usize| cumulative.partition_point(|p| *p <= part as f64 / GUIDES as f64) as Step;
        let guide = (0..GUIDES).map(least).collect();
        Self { cumulative, certain, guide }
    }

    /// Always `steps`.
    pub fn fixed(steps: Step) -> Self {
        let mut cumulative = vec![0.0; steps as usize];
        cumulative.push(1.0);
        Self::new(cumulative)
    }

    /// `P(d = 0)`.
    pub fn at_once(&self) -> f64 {
        self.cumulative[0]
    }

    /// The delay, if there is only one that it can be.
    #[inline]
    pub fn certain(&self) -> Option<Step> {
        self.certain
    }

    /// `P(d <= steps)`.
    pub fn by(&self, steps: Step) -> f64 {
        self.cumulative[(steps as usize).min(self.cumulative.len() - 1)]
    }

    /// `P(d = age | d >= age)`: the table's hazard. 0 beyond the table's end.
    pub fn hazard(&self, age: Step) -> f64 {
        let age = age as usize;
        let Some(&now) = self.cumulative.get(age) else { return 0.0 };
        let before = if age == 0 { 0.0 } else { self.cumulative[age - 1] };
        if before >= 1.0 { 0.0 } else { (now - before) / (1.0 - before) }
    }

    /// `P(d > age | d >= age)`: what `hazard` leaves of 1, not made by subtracting it.
    pub fn wait(&self, age: Step) -> f64 {
        let age = age as usize;
        let Some(&now) = self.cumulative.get(age) else { return 1.0 };
        let before = if age == 0 { 0.0 } else { self.cumulative[age - 1] };
        if before >= 1.0 { 1.0 } else { (1.0 - now) / (1.0 - before) }
    }

    /// The delay at quantile `u` in [0, 1): the least `k` with `u < P(d <= k)`; `None` if it lies beyond the table.
    pub fn quantile(&self, u: f64) -> Option<Step> {
        let mut first = self.guide[(u * GUIDES as f64) as usize] as usize;
        // How far it is cannot be guessed, and mostly is not more than two.
        while let Some([one, two]) = self.cumulative[first..].first_chunk() {
            let further = usize::from(*one <= u) + usize::from(*two <= u);
            first += further;
            if further < 2 {
                return Some(first as Step);
            }
        }
        (*self.cumulative.get(first)? > u).then_some(first as Step)
    }

    /// The longest delay in the table, steps.
    pub fn longest(&self) -> Step {
        (self.cumulative.len() - 1) as Step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The delay at a quantile is the least whose cumulative probability lies above it, at the steps of the table too.
    #[test]
    fn a_quantile_is_the_least_delay_above_it() {
        let tables = [
            vec![1.0],
            vec![0.0, 0.0, 1.0],
            vec![0.25, 0.25, 0.25, 0.5, 0.75],
            vec![0.0, 0.001, 0.002, 0.003, 0.004, 0.005, 0.9, 1.0],
            (1..=200).map(|step| f64::from(step) / 256.0).collect(),
        ];
        for cumulative in tables {
            let table = DelayTable::new(cumulative.clone());
            let between = (0..1024).map(|part| f64::from(part) / 1024.0);
            for u in between.chain(cumulative.iter().copied().filter(|p| *p < 1.0)) {
                let meant = cumulative.iter().position(|p| u < *p).map(|step| step as Step);
                assert_eq!(table.quantile(u), meant, "at {u} of {cumulative:?}");
            }
        }
    }
}
