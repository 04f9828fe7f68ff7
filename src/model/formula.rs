//! Conditions and numbers after compilation: a tree, what it reads, and a table over that where it is small.
//!
//! Does not know names. Division by zero and values out of bounds cannot occur: the compiler has proved it.

use std::borrow::Cow;
use std::sync::Arc;

use super::grid::{Grid, layout};
use super::state::State;
use super::{CounterId, Model, Step, VariableId};
use crate::scenario::expression::{ArithmeticOp, CompareOp};

/// One thing that a formula reads; its value is a small integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// A posture, indicator or flag.
    Variable(VariableId),
    /// How often an event has occurred, saturating at the counter's cap.
    Count(CounterId),
    /// 1 if an event's latest occurrence is at least so many steps ago, or if it has never occurred.
    AgeAtLeast(CounterId, Step),
    /// 1 at boundaries `from <= k < to` and in the steps that they open.
    During(Step, Step),
    /// Whole days since the start.
    Day,
}

/// A yes/no expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Always or never.
    Constant(bool),
    /// The slot (a flag, an age, a time window) is not 0.
    Holds(Slot),
    /// Comparison of two numbers.
    Compare(CompareOp, Number, Number),
    /// Not.
    Not(Box<Condition>),
    /// All of.
    And(Vec<Condition>),
    /// One of.
    Or(Vec<Condition>),
}

/// A numeric expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// Always the same.
    Constant(f64),
    /// A slot's value.
    Read(Slot),
    /// Arithmetic.
    Arithmetic(ArithmeticOp, Box<Number>, Box<Number>),
    /// The least of.
    Min(Vec<Number>),
    /// The greatest of.
    Max(Vec<Number>),
    /// How many of these hold.
    HowMany(Vec<Condition>),
    /// The first whose condition holds; the last otherwise.
    Cases(Vec<(Condition, Number)>, Box<Number>),
    /// `-ln(1 - p) / days`: the hazard per day that gives probability `p` within so many days.
    HazardWithin(Box<Number>, f64),
    /// `p / (1 - p)` times a factor, back as a probability.
    TimesOdds(Box<Number>, Box<Number>),
}

impl Condition {
    /// Its truth in `state`.
    pub fn holds(&self, read: &impl Fn(Slot) -> i32) -> bool {
        match self {
            Self::Constant(b) => *b,
            Self::Holds(slot) => read(*slot) != 0,
            Self::Compare(op, a, b) => compare(*op, a.value(read), b.value(read)),
            Self::Not(c) => !c.holds(read),
            Self::And(all) => all.iter().all(|c| c.holds(read)),
            Self::Or(any) => any.iter().any(|c| c.holds(read)),
        }
    }

    /// Calls `see` with every slot that it reads, possibly more than once.
    pub fn slots(&self, see: &mut impl FnMut(Slot)) {
        match self {
            Self::Constant(_) => {}
            Self::Holds(slot) => see(*slot),
            Self::Compare(_, a, b) => {
                a.slots(see);
                b.slots(see);
            }
            Self::Not(c) => c.slots(see),
            Self::And(list) | Self::Or(list) => list.iter().for_each(|c| c.slots(see)),
        }
    }
}

impl Number {
    /// Its value.
    pub fn value(&self, read: &impl Fn(Slot) -> i32) -> f64 {
        match self {
            Self::Constant(x) => *x,
            Self::Read(slot) => f64::from(read(*slot)),
            Self::Arithmetic(op, a, b) => {
                let (a, b) = (a.value(read), b.value(read));
                match op {
                    ArithmeticOp::Plus => a + b,
                    ArithmeticOp::Minus => a - b,
                    ArithmeticOp::Times => a * b,
                    ArithmeticOp::Divide => a / b,
                }
            }
            Self::Min(list) => list.iter().map(|x| x.value(read)).fold(f64::INFINITY, f64::min),
            Self::Max(list) => list.iter().map(|x| x.value(read)).fold(f64::NEG_INFINITY, f64::max),
            Self::HowMany(list) => list.iter().filter(|c| c.holds(read)).count() as f64,
            Self::Cases(cases, otherwise) => cases
                .iter()
                .find(|(when, _)| when.holds(read))
                .map_or_else(|| otherwise.value(read), |(_, is)| is.value(read)),
            Self::HazardWithin(p, days) => -libm::log1p(-p.value(read)) / days,
            Self::TimesOdds(p, factor) => times_odds(p.value(read), factor.value(read)),
        }
    }

    /// Calls `see` with every slot that it reads, possibly more than once.
    pub fn slots(&self, see: &mut impl FnMut(Slot)) {
        match self {
            Self::Constant(_) => {}
            Self::Read(slot) => see(*slot),
            Self::Arithmetic(_, a, b) | Self::TimesOdds(a, b) => {
                a.slots(see);
                b.slots(see);
            }
            Self::Min(list) | Self::Max(list) => list.iter().for_each(|x| x.slots(see)),
            Self::HowMany(list) => list.iter().for_each(|c| c.slots(see)),
            Self::Cases(cases, otherwise) => {
                for (when, is) in cases {
                    when.slots(see);
                    is.slots(see);
                }
                otherwise.slots(see);
            }
            Self::HazardWithin(p, _) => p.slots(see),
        }
    }
}

/// Probability `p` with its odds times `factor`: `p f / (1 - p + p f)`, finite at p = 0 and p = 1, where only a factor of
/// 0 is let through.
pub(super) fn times_odds(p: f64, factor: f64) -> f64 {
    if factor == 0.0 { 0.0 } else { p * factor / (1.0 - p + p * factor) }
}

#[inline]
pub(super) fn compare(op: CompareOp, a: f64, b: f64) -> bool {
    match op {
        // Both sides are integers or the author's own constants: equality is meant exactly.
        #[allow(clippy::float_cmp)]
        CompareOp::Equal => a == b,
        #[allow(clippy::float_cmp)]
        CompareOp::NotEqual => a != b,
        CompareOp::Less => a < b,
        CompareOp::AtMost => a <= b,
        CompareOp::Greater => a > b,
        CompareOp::AtLeast => a >= b,
    }
}

/// The most entries that a table may have; a larger domain is evaluated as a tree.
pub const TABLE_LIMIT: usize = 8192;

/// What a tree of a formula gives: `bool` for a `Condition`, `f64` for a `Number`.
pub trait Value: Copy + PartialEq {
    /// The tree that gives it.
    type Tree: Clone + std::fmt::Debug + PartialEq;

    /// What `tree` gives where `read` says what the slots hold.
    fn of(tree: &Self::Tree, read: &impl Fn(Slot) -> i32) -> Self;

    /// What `tree` gives at every combination of `grid`.
    fn all(tree: &Self::Tree, grid: &Grid) -> Vec<Self>;

    /// The tree that always gives this.
    fn always(self) -> Self::Tree;
}

impl Value for bool {
    type Tree = Condition;

    fn of(tree: &Condition, read: &impl Fn(Slot) -> i32) -> Self {
        tree.holds(read)
    }

    fn all(tree: &Condition, grid: &Grid) -> Vec<Self> {
        grid.truths(tree)
    }

    fn always(self) -> Condition {
        Condition::Constant(self)
    }
}

impl Value for f64 {
    type Tree = Number;

    fn of(tree: &Number, read: &impl Fn(Slot) -> i32) -> Self {
        tree.value(read)
    }

    fn all(tree: &Number, grid: &Grid) -> Vec<Self> {
        grid.numbers(tree)
    }

    fn always(self) -> Number {
        Number::Constant(self)
    }
}

/// A formula ready to be asked often. Two are equal if they read the same and answer alike; only where there is no
/// table, their trees are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Tabulated<T: Value> {
    /// What it reads, each once, ascending.
    pub reads: Vec<Slot>,
    form: Form<T>,
}

#[derive(Debug, Clone)]
enum Form<T: Value> {
    Constant(T),
    Table {
        /// Lowest value and stride by position in `reads`.
        layout: Box<[(i32, usize)]>,
        /// Row-major.
        values: Arc<[T]>,
        /// Where the values are from: it can be shown to people and other programs, which a table cannot.
        tree: Arc<T::Tree>,
    },
    Tree(Arc<T::Tree>),
}

impl<T: Value> PartialEq for Form<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Constant(a), Self::Constant(b)) => a == b,
            (Self::Table { layout, values, .. }, Self::Table { layout: other_layout, values: others, .. }) => {
                layout == other_layout && values == others
            }
            (Self::Tree(a), Self::Tree(b)) => a == b,
            _ => false,
        }
    }
}

/// The closed range of values that a slot can take.
pub type Domain = (i32, i32);

/// A variable with its lowest and highest value.
pub type Bounded = (VariableId, i32, i32);

/// The variables that two formulas read, each once; `None` if either reads anything else.
pub fn variables(reads: [&[Slot]; 2], model: &Model) -> Option<Vec<Bounded>> {
    let mut reads = reads.concat();
    reads.sort_unstable();
    reads.dedup();
    let bounded = |slot: &Slot| match slot {
        Slot::Variable(id) => Some((*id, model.variable(*id).low, model.variable(*id).high)),
        _ => None,
    };
    reads.iter().map(bounded).collect()
}

impl<T: Value> Tabulated<T> {
    /// Always `value`.
    pub fn constant(value: T) -> Self {
        Self { reads: Vec::new(), form: Form::Constant(value) }
    }

    /// The value, if it does not depend on anything.
    pub fn as_constant(&self) -> Option<T> {
        match &self.form {
            Form::Constant(value) => Some(*value),
            _ => None,
        }
    }

    /// What it says, as a tree.
    pub fn tree(&self) -> Cow<'_, T::Tree> {
        match &self.form {
            Form::Constant(value) => Cow::Owned(value.always()),
            Form::Table { tree, .. } | Form::Tree(tree) => Cow::Borrowed(tree),
        }
    }

    fn build(mut reads: Vec<Slot>, domain: impl Fn(Slot) -> Domain, tree: T::Tree) -> Self {
        reads.sort_unstable();
        reads.dedup();
        let Some(grid) = Grid::new(&reads, domain, TABLE_LIMIT) else {
            return Self { reads, form: Form::Tree(Arc::new(tree)) };
        };
        let values = T::all(&tree, &grid);
        if reads.is_empty() {
            return Self::constant(values[0]);
        }
        let form = Form::Table { layout: grid.layout().into(), values: values.into(), tree: Arc::new(tree) };
        Self { reads, form }
    }

    /// Every value that the table holds; `None` if there is no table.
    pub fn table(&self) -> Option<&[T]> {
        match &self.form {
            Form::Constant(value) => Some(std::slice::from_ref(value)),
            Form::Table { values, .. } => Some(values),
            Form::Tree(_) => None,
        }
    }

    #[inline]
    fn of(&self, read: &impl Fn(Slot) -> i32) -> T {
        match &self.form {
            Form::Constant(value) => *value,
            Form::Table { layout, values, .. } => {
                let slots = self.reads.iter().zip(layout);
                let index: usize = slots.map(|(slot, (low, stride))| (read(*slot) - low) as usize * stride).sum();
                values[index]
            }
            Form::Tree(tree) => T::of(tree, read),
        }
    }
}

impl Tabulated<bool> {
    /// A condition over slots with these domains.
    pub fn condition(condition: Condition, domain: impl Fn(Slot) -> Domain) -> Self {
        let mut reads = Vec::new();
        condition.slots(&mut |slot| reads.push(slot));
        Self::build(reads, domain, condition)
    }

    /// Its truth where `read` says what the slots hold.
    pub fn holds_where(&self, read: &impl Fn(Slot) -> i32) -> bool {
        self.of(read)
    }

    /// Its truth.
    #[inline]
    pub fn holds(&self, state: &State, model: &super::Model) -> bool {
        self.of(&|slot| state.read(slot, model))
    }
}

impl Tabulated<f64> {
    /// A number over slots with these domains.
    pub fn number(number: Number, domain: impl Fn(Slot) -> Domain) -> Self {
        let mut reads = Vec::new();
        number.slots(&mut |slot| reads.push(slot));
        Self::build(reads, domain, number)
    }

    /// Its value where `read` says what the slots hold.
    pub fn value_where(&self, read: &impl Fn(Slot) -> i32) -> f64 {
        self.of(read)
    }

    /// Its value.
    #[inline]
    pub fn value(&self, state: &State, model: &super::Model) -> f64 {
        self.of(&|slot| state.read(slot, model))
    }
}

/// Variables that a `Look` can stand on.
const LOOKED_AT: usize = 4;

/// Where in a table the values of a few variables lead: `base` and `stride` times value for each of them. Where there
/// are fewer, the first is named again with stride 0, so that there is nothing to decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    variables: [u16; LOOKED_AT],
    strides: [u16; LOOKED_AT],
    base: i32,
}

impl Look {
    /// Into a table of one entry.
    const NOWHERE: Self = Self { variables: [0; LOOKED_AT], strides: [0; LOOKED_AT], base: 0 };

    /// Into a table over these variables with their lowest and highest values, the last varying fastest, and its size;
    /// `None` if they are too many, or it would have more than `most` entries.
    pub fn over(domains: &[Bounded], most: usize) -> Option<(Self, usize)> {
        let (layout, size) = layout(domains.iter().map(|(_, low, high)| (*low, *high)), most)?;
        let reads: Vec<Slot> = domains.iter().map(|(id, ..)| Slot::Variable(*id)).collect();
        Self::of(&reads, &layout).map(|look| (look, size))
    }

    /// Gives the variables the values that belong to entry `index`; `domains` are those of `over`.
    pub fn set(&self, index: usize, domains: &[Bounded], values: &mut [i32]) {
        for ((id, low, high), stride) in domains.iter().zip(&self.strides) {
            let span = (high - low + 1) as usize;
            values[id.0 as usize] = low + (index / usize::from(*stride) % span) as i32;
        }
    }

    /// Its variables, and how far one step of each leads.
    pub fn strides(&self) -> impl Iterator<Item = (u32, i32)> {
        let all = self.variables.into_iter().zip(self.strides);
        all.filter(|(_, stride)| *stride != 0).map(|(id, stride)| (u32::from(id), i32::from(stride)))
    }

    /// Into a table over `reads`, whose lowest values and strides these are.
    fn of(reads: &[Slot], layout: &[(i32, usize)]) -> Option<Self> {
        let mut look = Self::NOWHERE;
        if reads.len() > LOOKED_AT {
            return None;
        }
        for (place, (slot, (low, stride))) in reads.iter().zip(layout).enumerate() {
            let Slot::Variable(id) = slot else { return None };
            (look.variables[place], look.strides[place]) = (u16::try_from(id.0).ok()?, u16::try_from(*stride).ok()?);
            look.base = look.base.wrapping_sub(low.wrapping_mul(*stride as i32));
        }
        Some(look)
    }

    /// The index, where the variables have these values. Parts of the sum may wrap, the whole is small.
    #[inline]
    pub fn at(&self, values: &[i32]) -> usize {
        let part = |place: usize| {
            // A model may have no variable that could be named again.
            let value = values.get(usize::from(self.variables[place])).copied().unwrap_or(0);
            value.wrapping_mul(i32::from(self.strides[place]))
        };
        let mut index = self.base.wrapping_add(part(0)).wrapping_add(part(1));
        // Most read no more.
        if self.strides[2] != 0 {
            index = index.wrapping_add(part(2)).wrapping_add(part(3));
        }
        index as usize
    }
}

/// Variables, and how far in a table one step of each leads.
type Strides = Arc<[(VariableId, i32)]>;

/// A formula in the form in which it is asked fastest: the same answers as the `Tabulated` that it is made from.
#[derive(Debug, Clone)]
pub enum Quick<T: Value> {
    /// A table over a few variables, or none: what is always the same stands in a table of one, so that nearly all are
    /// asked alike and nothing has to be guessed.
    Table(Look, Arc<[T]>),
    /// Whether an event is so long ago, and nothing else: the answer while it is not, and from then on.
    Age(CounterId, Step, [T; 2]),
    /// A table over more of them: where the lowest values of all lead, and each variable with its stride.
    Wide(i32, Strides, Arc<[T]>),
    /// Anything else.
    Other(Arc<Tabulated<T>>),
}

impl<T: Value> From<&Tabulated<T>> for Quick<T> {
    fn from(formula: &Tabulated<T>) -> Self {
        match &formula.form {
            Form::Constant(value) => return Self::Table(Look::NOWHERE, Arc::new([*value])),
            Form::Table { layout, values, .. } => {
                if let ([Slot::AgeAtLeast(id, steps)], [young, old]) = (&formula.reads[..], &values[..]) {
                    return Self::Age(*id, *steps, [*young, *old]);
                }
                if let Some(look) = Look::of(&formula.reads, layout) {
                    return Self::Table(look, Arc::clone(values));
                }
                if let Some((base, strides)) = wide(&formula.reads, layout) {
                    return Self::Wide(base, strides, Arc::clone(values));
                }
            }
            Form::Tree(_) => {}
        }
        Self::Other(Arc::new(formula.clone()))
    }
}

impl<T: Value> Quick<T> {
    /// Its value.
    #[inline]
    pub fn of(&self, state: &State, model: &super::Model) -> T {
        match self {
            Self::Table(look, values) => values[look.at(&state.values)],
            _ => self.of_others(state, model),
        }
    }

    /// `of`, where it is no table over a few variables; apart, so that the rest is small enough to stand where it is asked.
    #[inline(never)]
    fn of_others(&self, state: &State, model: &super::Model) -> T {
        match self {
            Self::Table(look, values) => values[look.at(&state.values)],
            Self::Age(id, steps, answers) => answers[usize::from(state.is_age_reached(*id, *steps))],
            Self::Wide(base, strides, values) => values[at(*base, strides, &state.values)],
            Self::Other(formula) => formula.of(&|slot| state.read(slot, model)),
        }
    }

    /// The value, if it is the same in every state.
    pub fn as_constant(&self) -> Option<T> {
        match self {
            Self::Table(look, values) if *look == Look::NOWHERE => Some(values[0]),
            _ => None,
        }
    }
}

/// What a `Look` would say of any number of variables: `base`, and each with its stride.
fn wide(reads: &[Slot], layout: &[(i32, usize)]) -> Option<(i32, Strides)> {
    let mut base = 0_i32;
    let strides = reads.iter().zip(layout).map(|(slot, (low, stride))| {
        let Slot::Variable(id) = slot else { return None };
        base = base.wrapping_sub(low.wrapping_mul(*stride as i32));
        Some((*id, *stride as i32))
    });
    let strides = strides.collect::<Option<_>>()?;
    Some((base, strides))
}

/// The index, where the variables have these values.
fn at(base: i32, strides: &[(VariableId, i32)], values: &[i32]) -> usize {
    let term = |(id, stride): &(VariableId, i32)| values[id.0 as usize].wrapping_mul(*stride);
    strides.iter().map(term).fold(base, i32::wrapping_add) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::compiled;

    const X: Slot = Slot::Variable(VariableId(0));

    fn at_least(least: f64, highest: i32) -> Tabulated<bool> {
        let compared = Condition::Compare(CompareOp::AtLeast, Number::Read(X), Number::Constant(least));
        Tabulated::condition(compared, |_| (0, highest))
    }

    #[test]
    fn a_table_answers_as_its_tree_does_and_keeps_it() {
        for highest in [5, TABLE_LIMIT as i32] {
            let asked = at_least(3.0, highest);
            assert_eq!(asked.table().is_some(), highest == 5);
            for x in 0..=highest {
                assert_eq!(asked.holds_where(&|_| x), x >= 3);
                assert_eq!(asked.tree().holds(&|_| x), x >= 3);
            }
        }
        let five = Tabulated::number(Number::Constant(5.0), |_| (0, 0));
        assert_eq!((five.as_constant(), five.tree().into_owned()), (Some(5.0), Number::Constant(5.0)));
    }

    #[test]
    fn formulas_are_equal_if_they_answer_alike_however_they_are_written() {
        assert_eq!(at_least(3.0, 5), at_least(2.5, 5));
        assert_ne!(at_least(3.0, 5), at_least(4.0, 5));
        assert_ne!(at_least(3.0, TABLE_LIMIT as i32), at_least(4.0, TABLE_LIMIT as i32));
    }

    /// Over nothing, a few variables, many, and more values than a table has: each form of a `Quick` gives what its tree
    /// gives, whatever the variables hold.
    #[test]
    fn what_is_asked_fastest_answers_as_its_tree_does() {
        let slot = |id: u32| Slot::Variable(VariableId(id));
        let sum = |of: u32| {
            let weighted = |id: u32| {
                let weight = Box::new(Number::Constant(f64::from(3 * id + 1)));
                Number::Arithmetic(ArithmeticOp::Times, weight, Box::new(Number::Read(slot(id))))
            };
            let plus = |a, b| Number::Arithmetic(ArithmeticOp::Plus, Box::new(a), Box::new(b));
            (0..of).map(weighted).fold(Number::Constant(0.5), plus)
        };
        let text = r#"(simulate: 1, title: "t", clock: (horizon: "1d"),
            indicators: { x: (range: (0, 9), start: 0) },
            rules: { rise: (pressure: "1 per 1d", then: ["x += 1"]) },
            outcomes: [(name: high, when: "ever(x > 3)"), (name: low)])"#;
        let model = compiled(text);
        let mut state = State::start(&model);
        for (of, low, high) in [(0, 0, 0), (1, -2, 3), (4, -1, 2), (6, -1, 2), (6, -3, 3)] {
            let formula = Tabulated::number(sum(of), |_| (low, high));
            let quick = Quick::from(&formula);
            let as_meant = match of {
                0 => quick.as_constant() == Some(0.5),
                1 | 4 => matches!(quick, Quick::Table(..)),
                _ if high == 2 => matches!(quick, Quick::Wide(..)),
                _ => matches!(quick, Quick::Other(_)),
            };
            assert!(as_meant, "{of} variables from {low} to {high}: {quick:?}");
            let span = (high - low + 1) as u32;
            for round in 0..500_u32 {
                state.values = (0..6)
                    .map(|id| low + (round.wrapping_mul(2_654_435_761) >> (4 * id)) as i32 % span as i32)
                    .map(|v| v.clamp(low, high))
                    .collect();
                let meant =
                    0.5 + (0..of).map(|id| f64::from((3 * id as i32 + 1) * state.values[id as usize])).sum::<f64>();
                assert_eq!(quick.of(&state, &model).to_bits(), meant.to_bits());
            }
        }
    }
}
