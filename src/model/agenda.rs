//! What there is to do at a boundary, in its order.
//!
//! Does not know how it is done, nor what is due: that is drawn, or a probability.

use super::state::State;
use super::{Model, RuleId, Step};

/// One entry of a boundary's agenda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Index into `Model::forced`.
    Forced(usize),
    /// A pending response of age 1 or more, or a dated or recurring rule of this boundary.
    Rule(RuleId),
}

/// Fills `agenda` with the items of boundary `state.step` in their order, of the pending responses those that `may_be_due`,
/// which is asked of each.
pub(super) fn fill(
    model: &Model,
    state: &State,
    agenda: &mut Vec<Item>,
    mut may_be_due: impl FnMut(RuleId, Step) -> bool,
) {
    agenda.clear();
    if !model.forced.is_empty() {
        let forced = model.forced.iter().enumerate().filter(|(_, f)| f.at == state.step);
        agenda.extend(forced.map(|(index, _)| Item::Forced(index)));
    }
    let first = agenda.len();
    state.pending.each(|slot, since| {
        let rule = model.responses[slot];
        let age = state.step - since;
        if may_be_due(rule, age) && age > 0 {
            agenda.push(Item::Rule(rule));
        }
    });
    let pending = agenda.len() > first;
    agenda.extend(model.schedule.rules_at(state.step).iter().copied().map(Item::Rule));
    // What the calendar brings is in order already.
    if pending && agenda.len() > first + 1 {
        agenda[first..].sort_unstable_by_key(|item| match item {
            Item::Rule(id) => model.program.rule(*id).order,
            Item::Forced(_) => unreachable!("forced items stand before"),
        });
    }
}
