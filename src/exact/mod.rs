//! The same model solved: reachable states, uniformisation between boundaries, interval answers (SEMANTICS 8).
//!
//! Every outcome and question is solved on its own slice; slices that coincide are solved once. Does not know the
//! sampler: they meet below, in `model::instant`, and above, in what is reported.

mod answers;
mod arrivals;
mod awaited;
mod calendar;
mod cascade;
pub mod chain;
mod choice;
mod dynamics;
mod fold;
mod forward;
mod layout;
mod means;
mod moves;
mod operator;
mod plan;
mod poisson;
mod reach;
mod rows;
mod slice;
pub mod solution;
mod space;
mod states;
mod turns;

use rayon::prelude::*;

use crate::model::{Model, Step};

use answers::Failed;
use means::Means;
use plan::{Done, Job, Plan};
use slice::Closure;
use solution::{Bounds, Conduct, Limits, Progress, Reason, Refusal, Slice, Solution, Wanted};

/// What questions remember may make the states this many times as many before the slice itself counts as large.
const MONITORS: usize = 8;

/// Solves what is wanted of `model`, each part within `limits` or not at all.
pub fn solve(model: &Model, wanted: &Wanted, limits: &Limits, conduct: &Conduct<'_>) -> Solution {
    let mut plan = Plan::new(model, wanted);
    let first = plan.jobs.len();
    let mut done = run(model, &plan.jobs, 0, limits, conduct);
    // How often something is counted decides how far its distribution is followed.
    plan.follow_counts(model, &done, limits);
    done.extend(run(model, &plan.jobs[first..], first, limits, conduct));
    plan.solution(model, done)
}

/// Solves jobs in waves, each in parallel: what holds a slice that was too large is not tried.
fn run(
    model: &Model,
    jobs: &[Job],
    first: usize,
    limits: &Limits,
    conduct: &Conduct<'_>,
) -> Vec<Result<Done, Refusal>> {
    let waves = waves(jobs);
    let mut done: Vec<Option<Result<Done, Refusal>>> = jobs.iter().map(|_| None).collect();
    // Slices that are too large for any question.
    let mut large: Vec<(&Closure, Failed)> = Vec::new();
    for wave in 0..=waves.iter().copied().max().unwrap_or(0) {
        let turn: Vec<usize> = (0..jobs.len()).filter(|index| waves[*index] == wave).collect();
        let solve = |index: &usize| {
            let (job, slices) = (&jobs[*index], first + jobs.len());
            if let Some((_, failed)) = large.iter().find(|(closure, _)| job.closure().covers(closure)) {
                let reason = match failed.reason {
                    Reason::Ways { .. } => Reason::HoldsWays,
                    _ => Reason::Holds { states: failed.bare },
                };
                return Err(Failed { reason, certain: Vec::new(), ..failed.clone() });
            }
            Means::new(limits, conduct).go_on().map_err(Failed::before)?;
            let at = Progress { slice: first + index, slices, step: 0, steps: model.calendar.steps, states: 0 };
            job.solve(model, limits, conduct, at)
        };
        let results: Vec<Result<Done, Failed>> = turn.par_iter().map(solve).collect();
        for (index, result) in turn.into_iter().zip(results) {
            let job = &jobs[index];
            if let Err(failed) = &result
                && match failed.reason {
                    Reason::States { .. } => failed.bare >= limits.states / MONITORS,
                    Reason::Memory { states, .. } => failed.bare >= states / MONITORS,
                    reason => matches!(reason, Reason::Work { .. } | Reason::Ways { .. }),
                }
            {
                large.push((job.closure(), failed.clone()));
            }
            done[index] = Some(result.map_err(|failed| refusal(job, &failed)));
        }
    }
    done.into_iter().map(|done| done.expect("every job has its wave")).collect()
}

/// By job: when its turn is. A slice comes after those that it holds; of equal slices the first comes alone.
fn waves(jobs: &[Job]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|index| (jobs[*index].closure().size(), *index));
    let mut waves = vec![0; jobs.len()];
    for (place, index) in order.iter().enumerate() {
        let mine = jobs[*index].closure();
        let before = &order[..place];
        let equal = before.iter().find(|other| jobs[**other].closure() == mine);
        let inside =
            before.iter().filter(|other| jobs[**other].closure() != mine && mine.covers(jobs[**other].closure()));
        let after = inside.chain(equal).map(|other| waves[*other] + 1);
        waves[*index] = after.max().unwrap_or(0);
    }
    waves
}

fn refusal(job: &Job, failed: &Failed) -> Refusal {
    let known = failed.certain.first().filter(|_| job.is_yes_no()).map(|yes| {
        let no = Bounds::sum(failed.certain[1..].iter());
        Bounds { low: yes.low, high: (1.0 - no.low).next_up().min(1.0) }
    });
    Refusal {
        reason: failed.reason,
        rules: job.closure().rule_ids(),
        variables: job.closure().variable_ids(),
        contributors: failed.contributors.clone(),
        known,
    }
}

fn slice(closure: &Closure, states: usize, dropped: f64, unsettled: f64) -> Slice {
    Slice { rules: closure.rule_ids(), variables: closure.variable_ids(), states, dropped, unsettled }
}

/// Steps in days.
fn days(model: &Model, steps: Step) -> f64 {
    f64::from(steps) * model.calendar.step_seconds as f64 / 86_400.0
}
