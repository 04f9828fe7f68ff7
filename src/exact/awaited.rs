//! Conditions that are looked at when an instant has settled, and until which nothing changes: `stop_when`, and what
//! `ever` and `first` wait for. Whether they hold is read straight off packed states.
//!
//! Does not know what follows when one holds.

use crate::model::formula::{Condition, Number, Slot, Tabulated};
use crate::model::{Model, Step};
use crate::observe::question::{Looks, Monitors};

use super::layout::Layout;

/// Such conditions, each once.
#[derive(Debug, Default)]
pub(super) struct Awaited {
    all: Vec<One>,
}

#[derive(Debug)]
struct One {
    condition: Tabulated<bool>,
    tree: Condition,
    /// `stop_when` says so.
    stops: bool,
    /// Question memories that wait for it.
    marks: Vec<usize>,
}

impl Awaited {
    /// Those of `model` and `monitors`.
    pub(super) fn new(model: &Model, monitors: &Monitors) -> Self {
        let mut awaited = Self::default();
        if let Some(stop) = &model.stop_when {
            awaited.one(stop).stops = true;
        }
        for (mark, looks) in monitors.lookers() {
            if let Looks::Until(condition) = looks {
                awaited.one(condition).marks.push(mark);
            }
        }
        awaited
    }

    fn one(&mut self, condition: &Tabulated<bool>) -> &mut One {
        let known = self.all.iter().position(|one| one.condition == *condition);
        let place = known.unwrap_or(self.all.len());
        if known.is_none() {
            let tree = condition.tree().into_owned();
            self.all.push(One { condition: condition.clone(), tree, stops: false, marks: Vec::new() });
        }
        &mut self.all[place]
    }

    /// Those that may hold after a change from `before` to `after` if they did not before, whatever else the state is.
    pub(super) fn that_may_come<'a>(
        &'a self,
        (layout, model, step): (&'a Layout, &'a Model, Step),
        before: &'a [u64],
        after: &'a [u64],
    ) -> impl Iterator<Item = u32> + 'a {
        let may = move |one: &One| {
            one.condition.reads.iter().any(|slot| {
                let (old, new) = (layout.read(before, *slot, model, step), layout.read(after, *slot, model, step));
                old != new && condition_feels(&one.tree, *slot, old, new)
            })
        };
        (0..).zip(&self.all).filter(move |(_, one)| may(one)).map(|(index, _)| index)
    }

    /// Whether one that somebody still waits for in `before` holds in `after`: where it does, nobody waits any more.
    pub(super) fn comes(
        &self,
        index: u32,
        (layout, model, step): (&Layout, &Model, Step),
        before: &[u64],
        after: &[u64],
    ) -> bool {
        let one = &self.all[index as usize];
        let waits = one.stops || one.marks.iter().any(|mark| layout.mark(before, *mark) == 0);
        waits && one.condition.holds_where(&|slot| layout.read(after, slot, model, step))
    }
}

/// Whether any part of a condition that can be told from one slot alone may change as that goes from `old` to `new`.
fn condition_feels(condition: &Condition, slot: Slot, old: i32, new: i32) -> bool {
    match condition {
        Condition::Constant(_) => false,
        Condition::Holds(read) => *read == slot && (old != 0) != (new != 0),
        Condition::Compare(_, a, b) => {
            let (mut reads, mut alone) = (false, true);
            condition.slots(&mut |read| {
                reads |= read == slot;
                alone &= read == slot;
            });
            if reads && alone {
                condition.holds(&|_| old) != condition.holds(&|_| new)
            } else {
                reads && (number_feels(a, slot, old, new) || number_feels(b, slot, old, new))
            }
        }
        Condition::Not(inner) => condition_feels(inner, slot, old, new),
        Condition::And(list) | Condition::Or(list) => list.iter().any(|c| condition_feels(c, slot, old, new)),
    }
}

fn number_feels(number: &Number, slot: Slot, old: i32, new: i32) -> bool {
    let feels = |number: &Number| number_feels(number, slot, old, new);
    let also_feels = |condition: &Condition| condition_feels(condition, slot, old, new);
    match number {
        Number::Constant(_) => false,
        Number::Read(read) => *read == slot,
        Number::Arithmetic(_, a, b) | Number::TimesOdds(a, b) => feels(a) || feels(b),
        Number::Min(list) | Number::Max(list) => list.iter().any(feels),
        Number::HowMany(list) => list.iter().any(also_feels),
        Number::Cases(cases, otherwise) => {
            cases.iter().any(|(when, is)| also_feels(when) || feels(is)) || feels(otherwise)
        }
        Number::HazardWithin(p, _) => feels(p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::VariableId;
    use crate::scenario::expression::CompareOp;

    #[test]
    fn a_count_of_conditions_feels_only_what_changes_one_of_them() {
        let at_war = |id| {
            let read = Number::Read(Slot::Variable(VariableId(id)));
            Condition::Compare(CompareOp::Equal, read, Number::Constant(5.0))
        };
        let many = Number::HowMany(vec![at_war(0), at_war(1)]);
        let condition = Condition::Compare(CompareOp::AtLeast, many, Number::Constant(2.0));
        let feels = |id, old, new| condition_feels(&condition, Slot::Variable(VariableId(id)), old, new);
        assert!(!feels(0, 1, 2) && feels(0, 4, 5) && feels(1, 5, 4) && !feels(2, 4, 5));
        let compared = Condition::Compare(
            CompareOp::Less,
            Number::Read(Slot::Variable(VariableId(0))),
            Number::Read(Slot::Variable(VariableId(1))),
        );
        assert!(condition_feels(&compared, Slot::Variable(VariableId(1)), 1, 2));
    }
}
