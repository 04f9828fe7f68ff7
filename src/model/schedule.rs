//! What the calendar alone brings: dated, recurring and forced rules by boundary, and the boundaries at which
//! a time window opens or closes or a day begins.
//!
//! Does not know the state: what is pending, and ages, are asked of it elsewhere.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Clock, Model, RuleId, Step};

/// Index from boundaries to what stands on them; made once by `Model::finish`. A scenario has few enough steps that
/// every boundary has its own entry: nothing is searched in a run.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    /// By boundary: the place in `sets` of what comes at it; 0, none, at `T`.
    set_at: Box<[u32]>,
    /// Dated and recurring rules that come together, higher priority first, then in file order.
    sets: Vec<Box<[RuleId]>>,
    /// By boundary: the first after it at which the calendar alone brings something; `K` if none is before.
    next: Box<[Step]>,
    /// By boundary: whether a condition on time alone may change at it.
    turns: Box<[bool]>,
    steps: Step,
}

/// Recurring rules that always come together.
struct Recurring {
    from: Step,
    every: Step,
    rules: Vec<RuleId>,
}

impl Recurring {
    fn comes_at(&self, step: Step) -> bool {
        step >= self.from && (step - self.from).is_multiple_of(self.every)
    }
}

impl Schedule {
    /// The schedule of a model. `turns` are the ends of time windows; `reads_day` if something reads `day`.
    pub fn new(model: &Model, turns: Vec<Step>, reads_day: bool) -> Self {
        let steps = model.calendar.steps;
        let (dated, recurring) = clocks(model);
        let mut places = BTreeMap::from([(Vec::new(), 0)]);
        let mut present = Vec::new();
        let set_at = (0..=steps).map(|step| {
            present.clear();
            if step < steps {
                present.extend(dated.get(&step).into_iter().flatten());
                let now = recurring.iter().filter(|recurring| recurring.comes_at(step));
                present.extend(now.flat_map(|recurring| &recurring.rules));
            }
            if present.is_empty() {
                return 0;
            }
            present.sort_unstable_by_key(|id| (Reverse(model.rule(*id).priority), *id));
            let known = places.len() as u32;
            places.get(&present).copied().unwrap_or_else(|| {
                places.insert(present.clone(), known);
                known
            })
        });
        let set_at: Box<[u32]> = set_at.collect();
        let mut sets = vec![Box::default(); places.len()];
        places.into_iter().for_each(|(rules, place)| sets[place as usize] = rules.into());
        let day = |step: Step| model.calendar.day(step);
        let days = (1..steps).filter(|step| reads_day && day(*step) != day(step - 1));
        let turns = marked(steps, turns.into_iter().chain(days));
        let forced = marked(steps, model.forced.iter().map(|forced| forced.at));
        let brings = |step: Step| turns[step as usize] || forced[step as usize] || set_at[step as usize] != 0;
        Self { next: following(steps, brings), set_at, sets, turns, steps }
    }

    /// Dated and recurring rules of boundary `step`, higher priority first, then in file order. None at `T`.
    #[inline]
    pub fn rules_at(&self, step: Step) -> &[RuleId] {
        let set = self.set_at.get(step as usize).and_then(|set| self.sets.get(*set as usize));
        set.map_or(&[][..], |set| set)
    }

    /// Whether a time window opens or closes, or a day begins that something reads.
    #[inline]
    pub fn turns_at(&self, step: Step) -> bool {
        self.turns.get(step as usize).copied().unwrap_or(false)
    }

    /// The first boundary after `step` at which the calendar alone brings something; `K` if none is before.
    #[inline]
    pub fn next_after(&self, step: Step) -> Step {
        self.next.get(step as usize).copied().unwrap_or(self.steps)
    }
}

/// By boundary, `steps` included: the first after it that is `wanted`; `steps` if none is before.
pub fn following(steps: Step, wanted: impl Fn(Step) -> bool) -> Box<[Step]> {
    let mut next = vec![steps; steps as usize + 1];
    for step in (1..steps).rev() {
        next[step as usize - 1] = if wanted(step) { step } else { next[step as usize] };
    }
    next.into()
}

/// The dated rules by boundary, and the recurring ones.
fn clocks(model: &Model) -> (BTreeMap<Step, Vec<RuleId>>, Vec<Recurring>) {
    let (mut dated, mut recurring) = (BTreeMap::<Step, Vec<RuleId>>::new(), Vec::<Recurring>::new());
    for (id, rule) in (0..).map(RuleId).zip(&model.rules) {
        match &rule.clock {
            Clock::Dated(steps) => steps.iter().for_each(|step| dated.entry(*step).or_default().push(id)),
            Clock::Recurring { from, every } => {
                match recurring.iter_mut().find(|known| (known.from, known.every) == (*from, *every)) {
                    Some(known) => known.rules.push(id),
                    None => recurring.push(Recurring { from: *from, every: *every, rules: vec![id] }),
                }
            }
            Clock::Pressure { .. } | Clock::Response { .. } => {}
        }
    }
    (dated, recurring)
}

/// By boundary: whether it is one of `some`. Not `T`.
fn marked(steps: Step, some: impl Iterator<Item = Step>) -> Box<[bool]> {
    let mut marked = vec![false; steps as usize];
    some.filter(|step| *step < steps).for_each(|step| marked[step as usize] = true);
    marked.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::compiled;

    const TEXT: &str = r#"(
        simulate: 1,
        title: "t",
        clock: (start: "2024-01-01", horizon: "30d"),
        indicators: { x: (range: (0, 9), start: 9, decays: (half_life: "21d", towards: 0, every: "7d")) },
        rules: {
            late: (at: "2024-01-15", then: ["x += 1"], priority: -1),
            early: (at: "2024-01-15", then: ["x += 1"]),
            alone: (at: "2024-01-21", then: ["x += 1"]),
        },
        outcomes: [(name: high, when: "ever(x > 3)"), (name: low)],
    )"#;

    #[test]
    fn every_boundary_knows_its_rules_in_order_and_the_next() {
        let model = compiled(TEXT);
        let schedule = &model.schedule;
        let name = |id: RuleId| model.rule(id).id.as_str();
        let at = |step| schedule.rules_at(step).iter().copied().map(name).collect::<Vec<_>>();
        assert_eq!((at(13), at(14), at(20)), (vec![], vec!["early", "decay of x", "late"], vec!["alone"]));
        assert_eq!((at(28), at(30)), (vec!["decay of x"], vec![]));
        for step in 0..30 {
            let next = (step + 1..30).find(|later| !at(*later).is_empty() || schedule.turns_at(*later)).unwrap_or(30);
            assert_eq!(schedule.next_after(step), next, "after {step}");
        }
    }
}
