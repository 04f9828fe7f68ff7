//! What of a scenario can be solved in some tenths of a second, to stand beside a sample.
//!
//! Work is counted and never timed, so that the same scenario always has the same answers solved. Does not know how.

use std::sync::atomic::AtomicBool;

use crate::exact;
use crate::exact::solution::{Conduct, Found, Limits, Reason, Refusal, Room, Slice, Solution, Solved, Wanted};
use crate::model::Model;

/// States of all slices together at the first attempt, and again at the second.
const STATES: usize = 40_000;

/// States of one slice, at most.
const MOST: usize = 20_000;

/// States of one slice at the first attempt, at least: what is small is solved however much is asked.
const LEAST: usize = 500;

/// Elementary steps of all slices together at the first attempt.
const WORK: u64 = 100_000_000;

/// Elementary steps of one slice at the second.
const MORE_WORK: u64 = 50_000_000;

/// A slice of so few rules is worth a second attempt: its states are made quickly.
const FEW_RULES: usize = 16;

/// Bytes of the ways of one instant, and of a slice.
const ROOM: Room = Room { instant: 128 << 20, slice: 512 << 20 };

/// Relative width of an answer that is good enough.
const PRECISION: f64 = 1e-9;

/// Solves every outcome and question that takes little: first all with a small limit, then one by one those that a few
/// rules decide, with what is left of a second.
pub fn solve_briefly(model: &Model) -> Solution {
    let parts = 1 + model.questions.len();
    let states = (STATES / parts).clamp(LEAST, MOST);
    let mut solution = solve(model, states, WORK / parts as u64);
    let mut left = STATES;
    for part in worth_more(&solution) {
        if left == 0 {
            break;
        }
        let limit = left.min(MOST);
        let again = solve(&alone(model, part), limit, MORE_WORK);
        left -= again.slices.iter().map(|slice| slice.states).max().unwrap_or(limit).min(left);
        take_over(&mut solution, part, again);
    }
    solution
}

fn solve(model: &Model, states: usize, work: u64) -> Solution {
    solve_within(model, &Limits { states, room: ROOM, work: Some(work), precision: PRECISION })
}

/// Solves every outcome and question that takes no more than `limits`, in one attempt.
pub fn solve_within(model: &Model, limits: &Limits) -> Solution {
    let wanted = Wanted { history: false, looks: Vec::new() };
    exact::solve(model, &wanted, limits, &Conduct { stop: &AtomicBool::new(false), progress: &|_| {} })
}

/// Something that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Outcomes,
    Question(usize),
}

/// What was refused and depends on few rules, those on fewest first.
fn worth_more(solution: &Solution) -> Vec<Part> {
    let rules = |refusal: &Refusal| {
        let may_fit = matches!(refusal.reason, Reason::States { .. } | Reason::Work { .. } | Reason::Holds { .. });
        (may_fit && refusal.rules.len() <= FEW_RULES).then_some(refusal.rules.len())
    };
    let outcomes = solution.outcomes.as_ref().err().and_then(rules).map(|rules| (rules, Part::Outcomes));
    let questions = solution.questions.iter().enumerate();
    let refused = questions.filter_map(|(index, solved)| Some((rules(solved.as_ref().err()?)?, Part::Question(index))));
    let mut parts: Vec<(usize, Part)> = outcomes.into_iter().chain(refused).collect();
    parts.sort_by_key(|(rules, _)| *rules);
    parts.into_iter().map(|(_, part)| part).collect()
}

/// The model as if only `part` were asked. Its last outcome has no condition, and takes nothing to solve.
fn alone(model: &Model, part: Part) -> Model {
    let mut alone = model.clone();
    match part {
        Part::Outcomes => alone.questions.clear(),
        Part::Question(index) => {
            alone.questions = vec![model.questions[index].clone()];
            alone.outcomes.drain(..model.outcomes.len() - 1);
        }
    }
    alone
}

/// Puts the answer to `part` in its place.
fn take_over(solution: &mut Solution, part: Part, mut again: Solution) {
    let Solution { slices, .. } = solution;
    match part {
        Part::Outcomes => solution.outcomes = moved(again.outcomes, &again.slices, slices),
        Part::Question(index) => solution.questions[index] = moved(again.questions.remove(0), &again.slices, slices),
    }
}

/// The same answer, its slice being entered among `slices`.
fn moved<T>(solved: Solved<T>, from: &[Slice], slices: &mut Vec<Slice>) -> Solved<T> {
    solved.map(|found| {
        slices.push(from[found.slice].clone());
        Found { value: found.value, slice: slices.len() - 1 }
    })
}
