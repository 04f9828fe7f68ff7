//! Paths, postures and indicators of a report.

use std::cmp::Reverse;

use super::quantile;
use crate::analysis::estimate::{Looks, Proportion, Quantile};
use crate::analysis::findings::{Findings, Moved, Occupied};
use crate::analysis::paths;
use crate::model::formula::Slot;
use crate::model::{Calendar, Model, Step, VariableId, VariableKind};
use crate::report::dates::{DAY, Edge, date, moment};
use crate::report::layout::plain;
use crate::report::{Branching, Indicator, IndicatorAt, Milestone, Path, PathOutcome, Paths, Posture, Shares, Typical};

pub(super) fn paths(model: &Model, findings: &Findings) -> Paths {
    let found = &findings.paths;
    let path_of = |found: &paths::Path| path(model, found, findings.looks);
    Paths {
        paths: found.listed.iter().map(path_of).collect(),
        tree: found.tree.iter().map(|node| branching(model, node)).collect(),
        typical: found.typical.iter().map(|found| typical(model, found, findings.looks)).collect(),
        other_paths: found.others.into(),
        distinct_paths: found.distinct,
    }
}

fn path(model: &Model, path: &paths::Path, looks: Looks) -> Path {
    Path {
        share: path.share.into(),
        milestones: path.milestones.iter().map(|reached| milestone(model, reached)).collect(),
        goes_on: path.longer > 0,
        exemplar: path.exemplar,
        outcomes: outcomes(model, &path.outcomes, path.share.hits, looks),
    }
}

fn outcomes(model: &Model, counted: &[(usize, u64)], of: u64, looks: Looks) -> Vec<PathOutcome> {
    let mut counted = counted.to_vec();
    counted.sort_by_key(|(outcome, runs)| (Reverse(*runs), *outcome));
    let named = |(outcome, runs): (usize, u64)| {
        let name = model.outcomes.get(outcome)?.name.clone();
        Some(PathOutcome { name, share: Proportion::seen(looks, runs, of).into() })
    };
    counted.into_iter().filter_map(named).collect()
}

/// A milestone with the median of its step numbers.
fn milestone(model: &Model, reached: &paths::Reached) -> Milestone {
    let step_seconds = model.calendar.step_seconds as f64;
    let date = date(&model.calendar, reached.median.value * step_seconds, Edge::From);
    Milestone {
        name: reached.milestone.name(model),
        says: plain(reached.milestone.says(model)),
        median: quantile(&reached.median, step_seconds / DAY, date),
    }
}

fn typical(model: &Model, typical: &paths::Typical, looks: Looks) -> Typical {
    let outcome = &model.outcomes[typical.outcome];
    Typical {
        outcome: outcome.name.clone(),
        severity: outcome.severity,
        share: typical.share.into(),
        path: path(model, &typical.path, looks),
    }
}

fn branching(model: &Model, node: &paths::Branching) -> Branching {
    Branching {
        depth: node.depth,
        milestone: milestone(model, &node.reached),
        share: node.share.into(),
        ended: node.ended.into(),
        exemplar: node.exemplar,
    }
}

pub(super) fn postures(model: &Model, findings: &Findings) -> Vec<Posture> {
    let main = main_posture(model);
    let posture_of = |occupied: &Occupied| {
        let shares = Shares::Counted { hits: occupied.hits.clone(), runs: findings.runs, looks: findings.looks };
        posture(model, occupied.variable, main, times(&model.calendar, &findings.dates), shares)
    };
    findings.states.iter().map(posture_of).collect()
}

/// What a posture or flag was in at `times`: by value, then by time.
pub(super) fn posture(
    model: &Model,
    id: VariableId,
    main: Option<VariableId>,
    times: Vec<crate::report::Moment>,
    shares: Shares,
) -> Posture {
    let variable = model.variable(id);
    let (values, ladder) = match &variable.kind {
        VariableKind::Posture { values, ordered } => (values.clone(), *ordered),
        VariableKind::Flag | VariableKind::Indicator => (vec!["no".into(), "yes".into()], false),
    };
    let start = values[variable.start as usize].clone();
    Posture { name: variable.name.clone(), ladder, main: main == Some(id), start, values, times, shares }
}

pub(super) fn times(calendar: &Calendar, dates: &[Step]) -> Vec<crate::report::Moment> {
    dates.iter().map(|step| moment(calendar, *step, Edge::Before)).collect()
}

/// The ladder that the conditions of most outcomes read; among equals the longest, then the first in the file.
/// Without a ladder, so of the unordered postures.
pub(super) fn main_posture(model: &Model) -> Option<VariableId> {
    let mut read = vec![0_usize; model.variables.len()];
    for ask in model.outcomes.iter().filter_map(|outcome| outcome.ask.as_ref()) {
        let mut seen = vec![false; read.len()];
        ask.each_read(&mut |slot| {
            if let Slot::Variable(id) = slot {
                seen[id.0 as usize] = true;
            }
        });
        read.iter_mut().zip(seen).for_each(|(count, seen)| *count += usize::from(seen));
    }
    let rank = |(index, variable): (usize, &crate::model::Variable)| match &variable.kind {
        VariableKind::Posture { values, ordered } => Some((*ordered, read[index], values.len(), Reverse(index))),
        VariableKind::Indicator | VariableKind::Flag => None,
    };
    let most = model.variables.iter().enumerate().filter_map(rank).max();
    most.map(|(_, _, _, Reverse(index))| VariableId(index as u32))
}

pub(super) fn indicators(model: &Model, findings: &Findings) -> Vec<Indicator> {
    let indicator = |moved: &Moved| {
        let variable = model.variable(moved.variable);
        let at = |(time, found): (crate::report::Moment, &Vec<Quantile>)| IndicatorAt {
            time,
            quantiles: found.iter().map(|q| quantile(q, 1.0, None)).collect(),
        };
        Indicator {
            name: variable.name.clone(),
            says: plain(&variable.says),
            range: (variable.low, variable.high),
            start: variable.start,
            times: times(&model.calendar, &findings.dates).into_iter().zip(&moved.quantiles).map(at).collect(),
            held: Some(moved.held_in.into()),
        }
    };
    findings.indicators.iter().map(indicator).collect()
}
