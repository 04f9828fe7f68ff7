//! A formula at all values of what it reads at once: node by node of its tree, not place by place of its table.
//!
//! Does not know names, nor what a table is for. Unlike a tree that is asked at one place it also works out what is not
//! asked for there, such as the values of other cases: nothing in a formula can fail.

use super::formula::{Condition, Domain, Number, Slot, compare, times_odds};
use crate::scenario::expression::{ArithmeticOp, CompareOp};

/// The lowest value and the stride of each domain, the last varying fastest, and how many combinations there are; `None` if
/// more than `most`.
pub(super) fn layout(
    domains: impl DoubleEndedIterator<Item = Domain>,
    most: usize,
) -> Option<(Vec<(i32, usize)>, usize)> {
    let (mut size, mut layout) = (1_usize, Vec::new());
    for (low, high) in domains.rev() {
        layout.push((low, size));
        size = size.checked_mul((i64::from(high) - i64::from(low) + 1) as usize).filter(|size| *size <= most)?;
    }
    layout.reverse();
    Some((layout, size))
}

/// All combinations of the values of some slots, the last varying fastest.
#[derive(Debug)]
pub struct Grid {
    /// Slots, ascending.
    reads: Vec<Slot>,
    /// By slot: its lowest value and its stride.
    layout: Vec<(i32, usize)>,
    /// How many combinations there are.
    size: usize,
}

impl Grid {
    /// Over these slots (ascending, each once) with these domains; `None` if there are more than `most` combinations.
    pub fn new(reads: &[Slot], domain: impl Fn(Slot) -> Domain, most: usize) -> Option<Self> {
        let (layout, size) = layout(reads.iter().map(|slot| domain(*slot)), most)?;
        Some(Self { reads: reads.to_vec(), layout, size })
    }

    /// By slot: its lowest value and its stride.
    pub fn layout(&self) -> &[(i32, usize)] {
        &self.layout
    }

    /// The truth of `condition` at every combination.
    pub fn truths(&self, condition: &Condition) -> Vec<bool> {
        match condition {
            Condition::Constant(b) => vec![*b; self.size],
            Condition::Holds(slot) => self.read(*slot, |value| value != 0),
            Condition::Compare(op, a, b) => self.compared(*op, a, b),
            Condition::Not(c) => self.truths(c).into_iter().map(|truth| !truth).collect(),
            Condition::And(all) => self.each(all, vec![true; self.size], |truth, c| *truth &= c),
            Condition::Or(any) => self.each(any, vec![false; self.size], |truth, c| *truth |= c),
        }
    }

    /// The value of `number` at every combination.
    pub fn numbers(&self, number: &Number) -> Vec<f64> {
        match number {
            Number::Constant(x) => vec![*x; self.size],
            Number::Read(slot) => self.read(*slot, f64::from),
            Number::Arithmetic(op, a, b) => match op {
                ArithmeticOp::Plus => self.pairs(a, b, |a, b| a + b),
                ArithmeticOp::Minus => self.pairs(a, b, |a, b| a - b),
                ArithmeticOp::Times => self.pairs(a, b, |a, b| a * b),
                ArithmeticOp::Divide => self.pairs(a, b, |a, b| a / b),
            },
            Number::Min(list) => self.fold(list, f64::INFINITY, f64::min),
            Number::Max(list) => self.fold(list, f64::NEG_INFINITY, f64::max),
            Number::HowMany(list) => {
                let counts = self.each(list, vec![0_u32; self.size], |count, c| *count += u32::from(c));
                counts.into_iter().map(f64::from).collect()
            }
            Number::Cases(cases, otherwise) => self.cases(cases, otherwise),
            Number::HazardWithin(p, days) => self.numbers(p).into_iter().map(|p| -libm::log1p(-p) / days).collect(),
            Number::TimesOdds(p, factor) => self.pairs(p, factor, times_odds),
        }
    }

    /// From the last case to the first, so that the first that holds has the last word.
    fn cases(&self, cases: &[(Condition, Number)], otherwise: &Number) -> Vec<f64> {
        cases.iter().rev().fold(self.numbers(otherwise), |mut values, (when, is)| {
            let chosen = self.truths(when).into_iter().zip(self.numbers(is));
            values.iter_mut().zip(chosen).for_each(|(value, (when, is))| *value = if when { is } else { *value });
            values
        })
    }

    /// Each comparison in a loop of its own, which is quick.
    fn compared(&self, op: CompareOp, a: &Number, b: &Number) -> Vec<bool> {
        match op {
            CompareOp::Equal => self.pairs(a, b, |a, b| compare(CompareOp::Equal, a, b)),
            CompareOp::NotEqual => self.pairs(a, b, |a, b| compare(CompareOp::NotEqual, a, b)),
            CompareOp::Less => self.pairs(a, b, |a, b| compare(CompareOp::Less, a, b)),
            CompareOp::AtMost => self.pairs(a, b, |a, b| compare(CompareOp::AtMost, a, b)),
            CompareOp::Greater => self.pairs(a, b, |a, b| compare(CompareOp::Greater, a, b)),
            CompareOp::AtLeast => self.pairs(a, b, |a, b| compare(CompareOp::AtLeast, a, b)),
        }
    }

    fn pairs<T>(&self, a: &Number, b: &Number, with: impl Fn(f64, f64) -> T) -> Vec<T> {
        self.numbers(a).into_iter().zip(self.numbers(b)).map(|(a, b)| with(a, b)).collect()
    }

    fn fold(&self, list: &[Number], first: f64, with: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        list.iter().fold(vec![first; self.size], |mut values, x| {
            values.iter_mut().zip(self.numbers(x)).for_each(|(value, x)| *value = with(*value, x));
            values
        })
    }

    fn each<T>(&self, list: &[Condition], first: Vec<T>, with: impl Fn(&mut T, bool)) -> Vec<T> {
        list.iter().fold(first, |mut values, condition| {
            values.iter_mut().zip(self.truths(condition)).for_each(|(value, truth)| with(value, truth));
            values
        })
    }

    /// What `from` makes of a slot's values: each as long as its stride says, and again from the lowest.
    fn read<T: Copy>(&self, slot: Slot, from: impl Fn(i32) -> T) -> Vec<T> {
        let place = self.reads.binary_search(&slot).expect("a formula reads what it said it reads");
        let (low, stride) = self.layout[place];
        let whole = if place == 0 { self.size } else { self.layout[place - 1].1 };
        let mut values = Vec::with_capacity(self.size);
        for above in 0..(whole / stride) as i32 {
            values.resize(values.len() + stride, from(low + above));
        }
        values.repeat(self.size / whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CounterId, VariableId};

    const SLOTS: [Slot; 3] = [Slot::Variable(VariableId(1)), Slot::Variable(VariableId(4)), Slot::Count(CounterId(0))];
    const DOMAINS: [Domain; 3] = [(-2, 3), (0, 1), (0, 4)];

    fn grid() -> Grid {
        let domain = |slot| DOMAINS[SLOTS.iter().position(|s| *s == slot).unwrap()];
        assert!(Grid::new(&SLOTS, domain, 59).is_none());
        Grid::new(&SLOTS, domain, 60).unwrap()
    }

    /// What the slots hold at each combination, in order.
    fn combinations() -> impl Iterator<Item = impl Fn(Slot) -> i32> {
        let [a, b, c] = DOMAINS.map(|(low, high)| low..=high);
        let values = a.flat_map(move |a| b.clone().map(move |b| (a, b)));
        let values = values.flat_map(move |(a, b)| c.clone().map(move |c| [a, b, c]));
        values.map(|values| move |slot| values[SLOTS.iter().position(|s| *s == slot).unwrap()])
    }

    fn read(place: usize) -> Number {
        Number::Read(SLOTS[place])
    }

    fn conditions() -> Vec<Condition> {
        use CompareOp::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let compared = |op, with: f64| Condition::Compare(op, read(0), Number::Constant(with));
        let mut all: Vec<Condition> =
            [Equal, NotEqual, Less, AtMost, Greater, AtLeast].map(|op| compared(op, 1.0)).to_vec();
        all.push(Condition::Compare(Less, read(2), read(0)));
        all.push(Condition::Holds(SLOTS[1]));
        all.push(Condition::Constant(true));
        all.push(Condition::Not(Box::new(all[6].clone())));
        all.push(Condition::And(vec![all[1].clone(), all[7].clone(), all[9].clone()]));
        all.push(Condition::Or(vec![all[0].clone(), all[6].clone()]));
        all.extend([Condition::And(vec![]), Condition::Or(vec![])]);
        all
    }

    fn numbers() -> Vec<Number> {
        use ArithmeticOp::{Divide, Minus, Plus, Times};
        let conditions = conditions();
        let tenth = |place| {
            let tenth = Number::Arithmetic(Divide, Box::new(read(place)), Box::new(Number::Constant(10.0)));
            Number::Max(vec![tenth, Number::Constant(0.05)])
        };
        let mut all: Vec<Number> = [Plus, Minus, Times, Divide]
            .map(|op| Number::Arithmetic(op, Box::new(read(0)), Box::new(read(2))))
            .to_vec();
        all.push(Number::Min(vec![read(0), read(1), read(2)]));
        all.push(Number::Max(vec![read(0), read(1), read(2)]));
        all.push(Number::HowMany(conditions.clone()));
        let cases = [(7, 1), (6, 2), (0, 0)].map(|(when, is)| (conditions[when].clone(), all[is].clone()));
        all.push(Number::Cases(cases.to_vec(), Box::new(Number::Constant(7.5))));
        all.push(Number::HazardWithin(Box::new(tenth(0)), 30.0));
        all.push(Number::TimesOdds(Box::new(tenth(2)), Box::new(tenth(0))));
        all.push(Number::TimesOdds(Box::new(tenth(2)), Box::new(read(1))));
        all
    }

    #[test]
    fn every_kind_of_formula_gives_at_each_combination_what_its_tree_gives() {
        let grid = grid();
        for condition in conditions() {
            let asked: Vec<bool> = combinations().map(|read| condition.holds(&read)).collect();
            assert_eq!(grid.truths(&condition), asked, "{condition:?}");
        }
        for number in numbers() {
            let asked: Vec<u64> = combinations().map(|read| number.value(&read).to_bits()).collect();
            let all: Vec<u64> = grid.numbers(&number).into_iter().map(f64::to_bits).collect();
            assert_eq!(all, asked, "{number:?}");
        }
    }
}
