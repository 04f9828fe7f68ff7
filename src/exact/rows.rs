//! Transitions by state: where a pressure or a boundary leads, with rate or probability, and what is counted on the way.
//!
//! Does not know where they come from.

use super::poisson::sum;
use super::states::StateId;

/// No row has been made.
const NONE: u32 = u32::MAX;

/// Sparse rows, made as states are reached.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By state: its row, or `NONE`.
    row_of: Vec<u32>,
    /// By row, and one more: where its entries begin.
    starts: Vec<usize>,
    to: Vec<StateId>,
    weights: Vec<f64>,
    /// By row: the sum of its weights.
    out: Vec<f64>,
    /// By row, and one more: where its flows begin.
    flow_starts: Vec<usize>,
    flows: Vec<(u32, f64)>,
}

impl Rows {
    /// The row of `state`, if it was made.
    pub(super) fn row(&self, state: StateId) -> Option<usize> {
        self.row_of.get(state as usize).filter(|row| **row != NONE).map(|row| *row as usize)
    }

    /// Makes the row of `state`. Entries must be ascending, each state once.
    pub(super) fn enter(&mut self, state: StateId, entries: &[(StateId, f64)], flows: &[(u32, f64)]) {
        if self.row_of.len() <= state as usize {
            self.row_of.resize(state as usize + 1, NONE);
        }
        if self.starts.is_empty() {
            self.starts.push(0);
            self.flow_starts.push(0);
        }
        self.row_of[state as usize] = self.out.len() as u32;
        for (to, weight) in entries {
            self.to.push(*to);
            self.weights.push(*weight);
        }
        self.out.push(sum(entries.iter().map(|(_, weight)| weight)));
        self.flows.extend(flows);
        self.starts.push(self.to.len());
        self.flow_starts.push(self.flows.len());
    }

    /// What they take in memory, bytes.
    pub(super) fn bytes(&self) -> u64 {
        let Self { row_of, starts, to, weights, out, flow_starts, flows } = self;
        let lists = [size_of_val(&**row_of), size_of_val(&**to), size_of_val(&**weights), size_of_val(&**out)];
        let more = [size_of_val(&**starts), size_of_val(&**flow_starts), size_of_val(&**flows)];
        lists.iter().chain(&more).sum::<usize>() as u64
    }

    /// The entries of a row.
    #[inline]
    pub(super) fn entries(&self, row: usize) -> (&[StateId], &[f64]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.to[range.clone()], &self.weights[range])
    }

    /// The sum of a row's weights.
    #[inline]
    pub(super) fn out(&self, row: usize) -> f64 {
        self.out[row]
    }

    /// What a row counts, and how often.
    pub(super) fn flows(&self, row: usize) -> &[(u32, f64)] {
        &self.flows[self.flow_starts[row]..self.flow_starts[row + 1]]
    }
}

/// Entries in ascending order, each state once.
pub(super) fn merged(entries: &mut Vec<(StateId, f64)>) {
    entries.sort_unstable_by_key(|(to, _)| *to);
    entries.dedup_by(|(from, more), (to, weight)| {
        let same = from == to;
        if same {
            *weight += *more;
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_state() {
        let mut rows = Rows::default();
        rows.enter(3, &[(0, 0.5), (4, 0.25)], &[(1, 2.0)]);
        rows.enter(1, &[(4, 1.0)], &[]);
        assert_eq!((rows.row(0), rows.row(3), rows.row(1), rows.row(9)), (None, Some(0), Some(1), None));
        assert_eq!(rows.entries(0), ([0, 4].as_slice(), [0.5, 0.25].as_slice()));
        assert_eq!((rows.out(0), rows.flows(0), rows.flows(1)), (0.75, [(1, 2.0)].as_slice(), [].as_slice()));
    }

    #[test]
    fn equal_targets_are_merged() {
        let mut entries = vec![(2, 0.5), (1, 0.25), (2, 0.25)];
        merged(&mut entries);
        assert_eq!(entries, [(1, 0.25), (2, 0.75)]);
    }
}
