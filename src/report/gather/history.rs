//! Paths, postures and indicators of a report.

use std::cmp::Reverse;

use super::quantile;
use crate::analysis::estimate::{self, Looks, Proportion, Ranks};
use crate::analysis::findings::{self, Findings, Moved, Occupied};
use crate::model::formula::Slot;
use crate::model::{Calendar, Model, Step, VariableId, VariableKind};
use crate::observe::path::{self, PathTree, milestones};
use crate::report::dates::{DAY, Edge, date, moment};
use crate::report::layout::plain;
use crate::report::{Branching, Indicator, IndicatorAt, Milestone, Path, PathOutcome, Posture, Shares, Typical};

/// Of so many runs one must have come along a branch of the tree for it to be listed.
const BRANCH: u64 = 200;

pub(super) fn paths(model: &Model, findings: &Findings) -> Vec<Path> {
    let path = |path: &findings::Path| Path {
        share: path.share.into(),
        milestones: path.milestones.iter().map(|r| milestone(model, r.milestone, &r.median)).collect(),
        goes_on: path.longer > 0,
        exemplar: path.exemplar,
        outcomes: outcomes(model, &path.outcomes, path.share.hits, findings.looks),
    };
    findings.paths.iter().map(path).collect()
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
fn milestone(model: &Model, milestone: path::Milestone, median: &estimate::Quantile) -> Milestone {
    let step_seconds = model.calendar.step_seconds as f64;
    let date = date(&model.calendar, median.value * step_seconds, Edge::From);
    Milestone {
        name: milestone.name(model),
        says: plain(milestone.says(model)),
        median: quantile(median, step_seconds / DAY, date),
    }
}

/// Of the outcomes that some run had, the most frequent path among its runs; among equals that of the lowest run.
pub(super) fn typical(model: &Model, findings: &Findings, tree: &PathTree) -> Vec<Typical> {
    let all = tree.paths();
    let typical = |(index, outcome): (usize, &crate::model::Outcome)| {
        let of_it = |path: &path::Path| path.outcomes.iter().find(|(o, _)| usize::from(*o) == index).map(|(_, n)| *n);
        let counted = all.iter().filter_map(|path| Some((of_it(path)?, path)));
        let (hits, path) = counted.max_by_key(|(hits, path)| (*hits, Reverse(path.exemplar)))?;
        Some(Typical {
            outcome: outcome.name.clone(),
            severity: outcome.severity,
            share: Proportion::seen(findings.looks, hits, findings.outcomes[index].proportion.hits).into(),
            path: whole_path(model, path, tree, findings),
        })
    };
    model.outcomes.iter().enumerate().filter_map(typical).collect()
}

fn whole_path(model: &Model, path: &path::Path, tree: &PathTree, findings: &Findings) -> Path {
    let all = milestones(model);
    let counted: Vec<(usize, u64)> = path.outcomes.iter().map(|(o, n)| (usize::from(*o), *n)).collect();
    let dated = path.milestones.iter().zip(&path.dates);
    let dated = dated.filter_map(|(id, dates)| Some((all[id.0 as usize], median(dates, path.runs, tree)?)));
    Path {
        share: Proportion::seen(findings.looks, path.runs, findings.runs).into(),
        milestones: dated.map(|(reached, median)| milestone(model, reached, &median)).collect(),
        goes_on: path.longer > 0,
        exemplar: path.exemplar,
        outcomes: outcomes(model, &counted, path.runs, findings.looks),
    }
}

pub(super) fn tree(model: &Model, findings: &Findings, tree: &PathTree) -> Vec<Branching> {
    let all = milestones(model);
    let branching = |node: path::Branching| {
        let reached = all[node.milestone?.0 as usize];
        Some(Branching {
            depth: node.depth,
            milestone: milestone(model, reached, &median(&node.dates, node.runs, tree)?),
            share: Proportion::seen(findings.looks, node.runs, findings.runs).into(),
            ended: Proportion::seen(findings.looks, node.ended, findings.runs).into(),
            exemplar: node.exemplar,
        })
    };
    tree.walk((findings.runs / BRANCH).max(1)).into_iter().filter_map(branching).collect()
}

/// The median of the step numbers of `runs` runs.
fn median(dates: &[(Step, u64)], runs: u64, tree: &PathTree) -> Option<estimate::Quantile> {
    let resolution = if tree.resolution() > 1 { f64::from(tree.resolution()) } else { 0.0 };
    let ranks = Ranks::new(0.5, runs)?;
    Some(estimate::Quantile::new(&ranks, resolution, |rank| f64::from(ranked(dates, rank))))
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
            held: Some(moved.held_in.into()),
        }
    };
    findings.indicators.iter().map(indicator).collect()
}
