//! How often each rule fired in each run, kept run by run: what a comparison of two variants pairs.
//!
//! Does not know what it is compared with. A run takes eight bytes for each rule that fired in it.

use crate::model::event::{Observer, Occurrence};
use crate::model::state::State;
use crate::model::{Model, RuleId};

use super::Collector;

/// The rules that fired in each of many runs, in the order of the runs.
#[derive(Debug, Clone)]
pub struct Firings {
    /// Run by run: where its rules end.
    ends: Vec<usize>,
    /// Rule and how often, ascending by rule within a run.
    fired: Vec<(RuleId, u32)>,
    /// By rule: how often it fired in the present run.
    now: Vec<u32>,
    touched: Vec<RuleId>,
}

impl Firings {
    /// Runs kept.
    pub fn runs(&self) -> usize {
        self.ends.len()
    }

    /// The rules that fired in run number `run` of these, ascending, each with how often.
    pub fn of(&self, run: usize) -> &[(RuleId, u32)] {
        let start = if run == 0 { 0 } else { self.ends[run - 1] };
        &self.fired[start..self.ends[run]]
    }
}

impl Collector for Firings {
    fn fresh(model: &Model) -> Self {
        Self { ends: Vec::new(), fired: Vec::new(), now: vec![0; model.rules.len()], touched: Vec::new() }
    }

    fn merge(&mut self, later: Self) {
        let start = self.fired.len();
        self.fired.extend(later.fired);
        self.ends.extend(later.ends.into_iter().map(|end| start + end));
    }
}

impl Observer for Firings {
    fn begin(&mut self, _model: &Model, _state: &State, _run: u64) {
        self.touched.drain(..).for_each(|rule| self.now[rule.0 as usize] = 0);
    }

    // An occurrence that is taken apart where it is put together never exists.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn observe(&mut self, _model: &Model, _state: &State, occurrence: Occurrence<'_>) {
        if let Occurrence::Fired { rule, .. } = occurrence {
            let now = &mut self.now[rule.0 as usize];
            if *now == 0 {
                self.touched.push(rule);
            }
            *now += 1;
        }
    }

    fn end(&mut self, _model: &Model, _state: &State) {
        self.touched.sort_unstable();
        self.fired.extend(self.touched.iter().map(|rule| (*rule, self.now[rule.0 as usize])));
        self.ends.push(self.fired.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::fixture::{Building, Story, empty, rule};

    fn firings(model: &Model, runs: &[&[&str]]) -> Firings {
        let mut firings = Firings::fresh(model);
        for (run, fired) in runs.iter().enumerate() {
            let mut story = Story::begin(model, run as u64, &mut firings);
            story.boundary(0, &mut firings);
            fired.iter().zip(1..).for_each(|(name, step)| story.pressure(name, step, &mut firings));
            story.end(&mut firings);
        }
        firings
    }

    #[test]
    fn each_run_keeps_its_own_rules_and_merging_is_keeping_together() {
        let model = empty(30).with_rule("spark", true, &[]).with_rule("clash", true, &[]).finish();
        let runs: [&[&str]; 4] = [&["clash", "spark", "clash"], &[], &["spark"], &["clash"]];
        let (spark, clash) = (rule(&model, "spark"), rule(&model, "clash"));
        let expected = [vec![(spark, 1), (clash, 2)], vec![], vec![(spark, 1)], vec![(clash, 1)]];
        for cut in 0..=4 {
            let mut kept = firings(&model, &runs[..cut]);
            kept.merge(firings(&model, &runs[cut..]));
            let told: Vec<Vec<(RuleId, u32)>> = (0..kept.runs()).map(|run| kept.of(run).to_vec()).collect();
            assert_eq!(told, expected, "{cut}");
        }
    }
}
