//! Sets of states as formulas over their columns, no longer than they need be.
//!
//! Does not know what the columns mean.

use std::collections::{BTreeMap, HashMap};

/// More alternatives than this are grouped, so that no parser has to go deep.
const GROUP: usize = 8;

/// The states as rows of named columns.
#[derive(Debug)]
pub(super) struct Table<'a> {
    names: Vec<String>,
    states: &'a [Vec<i64>],
    ranges: Vec<(i64, i64)>,
}

impl<'a> Table<'a> {
    pub(super) fn new(names: &[String], states: &'a [Vec<i64>]) -> Self {
        let range = |column: usize| {
            let values = || states.iter().map(|state| state[column]);
            (values().min().unwrap_or(0), values().max().unwrap_or(0))
        };
        Self { names: names.to_vec(), states, ranges: (0..names.len()).map(range).collect() }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The lowest and highest value of a column.
    pub(super) fn range(&self, column: usize) -> (i64, i64) {
        self.ranges[column]
    }

    /// What holds of this state alone.
    pub(super) fn guard(&self, state: usize) -> String {
        let all: Vec<usize> = (0..self.names.len()).collect();
        self.alternative(&all, &self.states[state])
    }

    /// `(x'=1)&(y'=2)`, or `true` if nothing changes.
    pub(super) fn update(&self, from: usize, to: usize) -> String {
        let (from, to) = (&self.states[from], &self.states[to]);
        let changed = (0..self.names.len()).filter(|column| from[*column] != to[*column]);
        let updates: Vec<String> = changed.map(|column| format!("({}'={})", self.names[column], to[column])).collect();
        if updates.is_empty() { "true".to_owned() } else { updates.join("&") }
    }

    /// What holds of these states and of no others.
    pub(super) fn formula(&self, holds: &[bool]) -> String {
        let values: Vec<f64> = holds.iter().map(|holds| f64::from(u8::from(*holds))).collect();
        self.formulas(&values, &[1.0]).remove(0)
    }

    /// For each of these values (each once), what holds of the states that have it and of no others.
    pub(super) fn formulas(&self, by_state: &[f64], values: &[f64]) -> Vec<String> {
        let needed = self.needed(by_state);
        let mut rows: BTreeMap<Vec<i64>, u64> = BTreeMap::new();
        for (state, value) in self.states.iter().zip(by_state) {
            rows.insert(needed.iter().map(|column| state[*column]).collect(), value.to_bits());
        }
        let mut by_value: HashMap<u64, Vec<String>> = HashMap::new();
        for (row, value) in &rows {
            by_value.entry(*value).or_default().push(self.row(&needed, row));
        }
        let of = |value: &f64| match by_value.get(&value.to_bits()) {
            None => "false".to_owned(),
            Some(_) if needed.is_empty() => "true".to_owned(),
            Some(rows) => any(rows),
        };
        values.iter().map(of).collect()
    }

    fn alternative(&self, columns: &[usize], state: &[i64]) -> String {
        let values: Vec<i64> = columns.iter().map(|column| state[*column]).collect();
        self.row(columns, &values)
    }

    fn row(&self, columns: &[usize], values: &[i64]) -> String {
        let parts: Vec<String> =
            columns.iter().zip(values).map(|(column, value)| format!("{}={value}", self.names[*column])).collect();
        if parts.is_empty() { "true".to_owned() } else { parts.join(" & ") }
    }

    /// Columns that tell apart all states that must be told apart: those are tried to do without that have most values.
    fn needed(&self, by_state: &[f64]) -> Vec<usize> {
        let mut needed: Vec<usize> = (0..self.names.len()).collect();
        let mut order = needed.clone();
        order.sort_by_key(|column| std::cmp::Reverse(self.ranges[*column].1 - self.ranges[*column].0));
        for column in order {
            let fewer: Vec<usize> = needed.iter().copied().filter(|other| *other != column).collect();
            if self.decide(&fewer, by_state) {
                needed = fewer;
            }
        }
        needed
    }

    /// Whether states that are equal in these columns have equal values.
    fn decide(&self, columns: &[usize], by_state: &[f64]) -> bool {
        let mut known: HashMap<Vec<i64>, u64> = HashMap::new();
        self.states.iter().zip(by_state).all(|(state, value)| {
            let key = columns.iter().map(|column| state[*column]).collect();
            *known.entry(key).or_insert(value.to_bits()) == value.to_bits()
        })
    }
}

/// `(a) | (b)`, in groups of groups if there are many.
fn any(alternatives: &[String]) -> String {
    match alternatives {
        [one] => one.clone(),
        few if few.len() <= GROUP => few.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" | "),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            format!("({}) | ({})", any(left), any(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_read_only_the_columns_that_matter() {
        let states: Vec<Vec<i64>> = (0..12).map(|n| vec![n % 2, n / 2]).collect();
        let table = Table::new(&["x".to_owned(), "y".to_owned()], &states);
        assert_eq!(table.guard(3), "x=1 & y=1");
        assert_eq!((table.update(0, 3), table.update(3, 3)), ("(x'=1)&(y'=1)".to_owned(), "true".to_owned()));
        let holds = |f: fn(&[i64]) -> bool| states.iter().map(|state| f(state)).collect::<Vec<bool>>();
        assert_eq!(table.formula(&holds(|s| s[0] == 1)), "x=1");
        assert_eq!(table.formula(&holds(|s| s[1] >= 4)), "(y=4) | (y=5)");
        assert_eq!(table.formula(&holds(|s| s[0] == 1 && s[1] == 2)), "x=1 & y=2");
        assert_eq!(table.formula(&holds(|_| true)), "true");
        assert_eq!(table.formula(&holds(|_| false)), "false");
        let many = any(&(0..20).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(many.matches('|').count(), 19, "{many}");
    }
}
