//! Paths, postures and indicators of a report.

use std::cmp::Reverse;

use super::quantile;
use crate::analysis::estimate::{self, Proportion, Ranks};
use crate::analysis::findings::{self, Findings, Moved, Occupied};
use crate::model::formula::Slot;
use crate::model::{Calendar, Model, Step, VariableId, VariableKind};
use crate::observe::path::{self, PathTree, milestones};
use crate::report::dates::{DAY, Edge, date, moment};
use crate::report::layout::plain;
use crate::report::{Branching, Indicator, IndicatorAt, Milestone, Path, PathOutcome, Posture};

/// Of so many runs one must have come along a branch of the tree for it to be listed.
const BRANCH: u64 = 200;

pub(super) fn paths(model: &Model, findings: &Findings) -> Vec<Path> {
    let path = |path: &findings::Path| Path {
        share: path.share.into(),
        milestones: path.milestones.iter().map(|r| milestone(model, r.milestone, &r.median)).collect(),
        goes_on: path.longer > 0,
        exemplar: path.exemplar,
        outcomes: outcomes(model, path),
    };
    findings.paths.iter().map(path).collect()
}

fn outcomes(model: &Model, path: &findings::Path) -> Vec<PathOutcome> {
    let mut counted = path.outcomes.clone();
    counted.sort_by_key(|(outcome, runs)| (Reverse(*runs), *outcome));
    let named = |(outcome, runs): (usize, u64)| {
        let name = model.outcomes.get(outcome)?.name.clone();
        Some(PathOutcome { name, share: Proportion::new(runs, path.share.hits).into() })
    };
    counted.into_iter().filter_map(named).collect()
}

/// A milestone with the median of its step numbers.
fn milestone(model: &Model, milestone: path::Milestone, median: &estimate::Quantile) -> Milestone {
    let step_seconds = model.calendar.step_seconds as f64;
    let date = date(&model.calendar, median.value * step_seconds, Edge::From);
    Milestone {
        name: milestone.name(model),
        says: plain(milestone.says(model)),
        median: quantile(median, step_seconds / DAY, date),
    }
}

pub(super) fn tree(model: &Model, tree: &PathTree, runs: u64) -> Vec<Branching> {
    let all = milestones(model);
    let resolution = if tree.resolution() > 1 { f64::from(tree.resolution()) } else { 0.0 };
    let branching = |node: path::Branching| {
        let reached = all[node.milestone?.0 as usize];
        let ranks = Ranks::new(0.5, node.runs)?;
        let median = estimate::Quantile::new(&ranks, resolution, |rank| f64::from(ranked(&node.dates, rank)));
        Some(Branching {
            depth: node.depth,
            milestone: milestone(model, reached, &median),
            share: Proportion::new(node.runs, runs).into(),
            ended: Proportion::new(node.ended, runs).into(),
            exemplar: node.exemplar,
        })
    };
    tree.walk((runs / BRANCH).max(1)).into_iter().filter_map(branching).collect()
}

/// The `rank`-th smallest step, from 1.
fn ranked(counted: &[(Step, u64)], rank: u64) -> Step {
    let mut seen = 0;
    let reached = counted.iter().find(|(_, n)| {
        seen += n;
        seen >= rank
    });
    reached.expect("every run that came this way had the milestone").0
}

pub(super) fn postures(model: &Model, findings: &Findings) -> Vec<Posture> {
    let main = main_posture(model);
    let posture = |occupied: &Occupied| {
        let variable = model.variable(occupied.variable);
        let (values, ladder) = match &variable.kind {
            VariableKind::Posture { values, ordered } => (values.clone(), *ordered),
            VariableKind::Flag | VariableKind::Indicator => (vec!["no".into(), "yes".into()], false),
        };
        Posture {
            name: variable.name.clone(),
            ladder,
            main: main == Some(occupied.variable),
            start: values[variable.start as usize].clone(),
            values,
            times: times(&model.calendar, &findings.dates),
            shares: occupied.shares.iter().map(|row| row.iter().map(|p| (*p).into()).collect()).collect(),
        }
    };
    findings.states.iter().map(posture).collect()
}

fn times(calendar: &Calendar, dates: &[Step]) -> Vec<crate::report::Moment> {
    dates.iter().map(|step| moment(calendar, *step, Edge::Before)).collect()
}

/// The ladder that the conditions of most outcomes read; among equals the longest, then the first in the file.
/// Without a ladder, so of the unordered postures.
fn main_posture(model: &Model) -> Option<VariableId> {
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
        let at = |(time, found): (crate::report::Moment, &Vec<estimate::Quantile>)| IndicatorAt {
            time,
            quantiles: found.iter().map(|q| quantile(q, 1.0, None)).collect(),
        };
        Indicator {
            name: variable.name.clone(),
            says: plain(&variable.says),
            range: (variable.low, variable.high),
            start: variable.start,
            times: times(&model.calendar, &findings.dates).into_iter().zip(&moved.quantiles).map(at).collect(),
            held: moved.held_in.into(),
        }
    };
    findings.indicators.iter().map(indicator).collect()
}
