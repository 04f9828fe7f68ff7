//! The same model solved: reachable states, uniformisation between boundaries, interval answers (SEMANTICS 8).
//!
//! Every outcome and question is solved on its own slice; slices that coincide are solved once. Does not know the
//! sampler: they meet below, in `model::instant`, and above, in what is reported.

mod answers;
mod calendar;
mod cascade;
mod choice;
mod dynamics;
mod forward;
mod layout;
mod operator;
mod plan;
mod poisson;
mod rows;
mod slice;
pub mod solution;
mod space;
mod states;

use rayon::prelude::*;

use crate::model::{Model, Step};

use answers::Failed;
use plan::{Done, Job, Plan};
use slice::Closure;
use solution::{Bounds, Conduct, Limits, Progress, Refusal, Slice, Solution, Wanted};

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

fn run(
    model: &Model,
    jobs: &[Job],
    first: usize,
    limits: &Limits,
    conduct: &Conduct<'_>,
) -> Vec<Result<Done, Refusal>> {
    let of = |(index, job): (usize, &Job)| {
        let slices = first + jobs.len();
        let at = Progress { slice: first + index, slices, step: 0, steps: model.calendar.steps, states: 0 };
        job.solve(model, limits, conduct, at).map_err(|failed| refusal(job, &failed))
    };
    jobs.par_iter().enumerate().map(of).collect()
}

fn refusal(job: &Job, failed: &Failed) -> Refusal {
    let known = failed.certain.first().filter(|_| job.is_yes_no()).map(|yes| {
        let no: f64 = failed.certain[1..].iter().map(|no| no.low).sum();
        Bounds { low: yes.low, high: (1.0 - no).next_up() }
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
