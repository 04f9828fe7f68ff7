//! What the calendar alone brings: dated, recurring and forced rules by boundary, and the boundaries at which
//! a time window opens or closes or a day begins.
//!
//! Does not know the state: what is pending, and ages, are asked of it elsewhere.

use super::{Clock, Model, RuleId, Step};

/// Index from boundaries to what stands on them; made once by `Model::finish`.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    /// Dated rules: (boundary, rule), ascending.
    dated: Vec<(Step, RuleId)>,
    /// Recurring rules: first boundary, period, rule.
    recurring: Vec<(Step, Step, RuleId)>,
    /// Forced boundaries and those at which a condition on time alone changes, ascending.
    turns: Vec<Step>,
    /// Steps between two changes of `day`, if something reads it.
    day: Option<Step>,
    steps: Step,
}

impl Schedule {
    /// The schedule of a model. `turns` are the ends of time windows; `day` is set if something reads `day`.
    pub fn new(model: &Model, mut turns: Vec<Step>, day: Option<Step>) -> Self {
        let (mut dated, mut recurring) = (Vec::new(), Vec::new());
        for (index, rule) in model.rules.iter().enumerate() {
            let id = RuleId(index as u32);
            match &rule.clock {
                Clock::Dated(steps) => dated.extend(steps.iter().map(|step| (*step, id))),
                Clock::Recurring { from, every } => recurring.push((*from, *every, id)),
                Clock::Pressure { .. } | Clock::Response { .. } => {}
            }
        }
        dated.sort_unstable();
        turns.extend(model.forced.iter().map(|f| f.at));
        turns.sort_unstable();
        turns.dedup();
        Self { dated, recurring, turns, day, steps: model.calendar.steps }
    }

    /// Dated and recurring rules of boundary `step`, in no particular order. None at `T`.
    pub fn rules_at(&self, step: Step) -> impl Iterator<Item = RuleId> {
        let step = if step < self.steps { step } else { Step::MAX };
        let from = self.dated.partition_point(|(at, _)| *at < step);
        let dated = self.dated[from..].iter().take_while(move |(at, _)| *at == step).map(|(_, id)| *id);
        let recurring = self
            .recurring
            .iter()
            .filter(move |(from, every, _)| step != Step::MAX && step >= *from && (step - from).is_multiple_of(*every))
            .map(|(_, _, id)| *id);
        dated.chain(recurring)
    }

    /// The first boundary after `step` at which the calendar alone brings something; `K` if none is before.
    pub fn next_after(&self, step: Step) -> Step {
        let dated = self.dated.get(self.dated.partition_point(|(at, _)| *at <= step)).map(|(at, _)| *at);
        let turn = self.turns.get(self.turns.partition_point(|at| *at <= step)).copied();
        let recurring = self
            .recurring
            .iter()
            .map(|(from, every, _)| if step < *from { *from } else { step + every - (step - from) % every });
        let day = self.day.map(|every| step + every - step % every);
        recurring.chain(dated).chain(turn).chain(day).min().unwrap_or(self.steps).min(self.steps)
    }
}
