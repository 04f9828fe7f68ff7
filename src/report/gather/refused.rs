//! Why something was not solved, in words: what was too much, what makes it so, and what to try.

use crate::exact::solution::{Cause, Contributor, Part, Reason, Refusal as Refused, Room, Solution, Solved};
use crate::model::{Clock, Model, RuleId, VariableKind};
use crate::report::dates::{self, DAY, Edge};
use crate::report::figures::{count, number};
use crate::report::{Known, Refusal};

/// What a report calls the outcomes where it means all of them.
pub(super) const OUTCOMES: &str = "outcomes";

/// What is known so far and shows in no percentage.
const NOTHING: f64 = 5e-5;

/// Parts of the state that are named.
const CONTRIBUTORS: usize = 6;

/// An indicator with fewer values is not what makes the states many.
const WIDE: usize = 6;

/// A delay with fewer ages is not what makes the states many.
const LONG: usize = 4;

/// Refusals in the order of the report; those that say the same are told once.
pub(super) fn refusals(model: &Model, solution: &Solution) -> Vec<Refusal> {
    let mut all = Refusals { model, told: Vec::new() };
    all.add(OUTCOMES, &solution.outcomes);
    for (question, solved) in model.questions.iter().zip(&solution.questions) {
        all.add(&question.name, solved);
    }
    for (variable, solved) in model.variables.iter().zip(&solution.occupancy) {
        all.add(&variable.name, solved);
    }
    for (rule, solved) in model.rules.iter().zip(&solution.firings) {
        all.add(&rule.id, solved);
    }
    all.told
}

struct Refusals<'a> {
    model: &'a Model,
    told: Vec<Refusal>,
}

impl Refusals<'_> {
    fn add<T>(&mut self, name: &str, solved: &Solved<T>) {
        let Err(refused) = solved else { return };
        let refusal = worded(self.model, refused);
        let same = |told: &&mut Refusal| Refusal { about: Vec::new(), ..(**told).clone() } == refusal;
        match self.told.iter_mut().find(same) {
            Some(told) => told.about.push(name.to_owned()),
            None => self.told.push(Refusal { about: vec![name.to_owned()], ..refusal }),
        }
    }
}

/// A refusal of nothing yet.
fn worded(model: &Model, refused: &Refused) -> Refusal {
    let calendar = &model.calendar;
    let (code, message) = reason(model, refused.reason);
    let step = match refused.reason {
        Reason::States { step, .. }
        | Reason::Work { step }
        | Reason::Ways { step, .. }
        | Reason::Memory { step, .. }
        | Reason::Jumps { step, .. }
        | Reason::Cascade { step } => Some(step),
        Reason::Holds { .. } | Reason::HoldsWays | Reason::NoFiniteState | Reason::Interrupted => None,
    };
    // That it lies between 0 and 1 is no news.
    let informative = refused.known.filter(|bounds| bounds.low > NOTHING || bounds.high < 1.0 - NOTHING);
    let known = informative.zip(step).map(|(bounds, step)| {
        let time = dates::moment(calendar, step, Edge::Before);
        Known { low: bounds.low, high: bounds.high, time }
    });
    let said = |c: &Contributor| part(model, c);
    Refusal {
        about: Vec::new(),
        code: code.into(),
        message,
        rules: refused.rules.iter().map(|id| model.rule(*id).id.clone()).collect(),
        of_rules: model.rules.len(),
        contributors: refused.contributors.iter().take(CONTRIBUTORS).map(said).collect(),
        advice: advice(model, refused),
        known,
    }
}

fn reason(model: &Model, reason: Reason) -> (&'static str, String) {
    let calendar = &model.calendar;
    let at = |step| match calendar.start {
        Some(_) => format!("by {}", dates::step(calendar, step)),
        None => format!("after {}", dates::step(calendar, step)),
    };
    match reason {
        Reason::States { limit, step } => {
            ("too-many-states", format!("more than {} states {}", count(limit as u64), at(step)))
        }
        Reason::Work { step } => ("too-much-work", format!("more work than was allowed {}", at(step))),
        Reason::Ways { ways, step, .. } => (
            "too-many-ways",
            format!(
                "one instant, {}, can go in more ways than memory is allowed for, {} so far: {}",
                dates::step(calendar, step),
                count(u64::from(ways)),
                left_to_chance(model, reason)
            ),
        ),
        Reason::Memory { states, room, step } => (
            "too-much-memory",
            format!("more than {} of memory for {} states {}", memory(room), count(states as u64), at(step)),
        ),
        Reason::Jumps { room, step } => (
            "too-frequent",
            format!(
                "what is kept of each occasion of its pressures takes more than {} of memory {}",
                memory(room),
                at(step)
            ),
        ),
        Reason::Cascade { step } => (
            "cascade",
            format!(
                "one instant, {}, passes through too many states before it has settled",
                dates::step(calendar, step)
            ),
        ),
        Reason::Holds { states } => {
            let states = count(states as u64);
            ("holds-too-many", format!("it holds a part that was given up at {states} states, and was not tried"))
        }
        Reason::HoldsWays => {
            ("holds-too-many", "it holds a part with too many ways in one instant, and was not tried".to_owned())
        }
        Reason::NoFiniteState => {
            ("no-finite-state", "what it asks cannot be remembered in finitely many states".to_owned())
        }
        Reason::Interrupted => ("interrupted", "stopped before it was done".to_owned()),
    }
}

/// `` `tension` (101 values) ``
fn part(model: &Model, of: &Contributor) -> String {
    let rule = |id: RuleId| &model.rule(id).id;
    let event = |counter: usize| &model.event(model.counters[counter].event).name;
    let values = count(of.values as u64);
    match of.part {
        Part::Variable(id) => format!("`{}` ({values} values)", model.variable(id).name),
        Part::Pending(id) => format!("`{}` pending ({values} ages)", rule(id)),
        Part::Cooldown(id) => format!("`{}` cooling down ({values} ages)", rule(id)),
        Part::Used(id) => format!("how often `{}` has fired ({values} numbers)", rule(id)),
        Part::Count(counter) => format!("how often `{}` has occurred ({values} numbers)", event(counter)),
        Part::Age(counter) => format!("how long ago `{}` was ({values} ages)", event(counter)),
        Part::Monitor => format!("what was asked ({values} states)"),
    }
}

fn advice(model: &Model, refused: &Refused) -> Vec<String> {
    match refused.reason {
        Reason::Interrupted => return Vec::new(),
        Reason::Jumps { .. } => {
            return vec![
                "lower the rates of the most frequent pressures: what comes again and again within minutes is better a \
                 response at once"
                    .to_owned(),
            ];
        }
        Reason::NoFiniteState => {
            return vec!["ask for its value on a date, or whether it ever exceeds a bound".to_owned()];
        }
        Reason::Ways { .. } | Reason::HoldsWays => return fewer_ways(model, refused.reason),
        Reason::States { .. }
        | Reason::Memory { .. }
        | Reason::Work { .. }
        | Reason::Cascade { .. }
        | Reason::Holds { .. } => {}
    }
    let mut advice: Vec<String> = fewer_levels(model, refused).into_iter().collect();
    advice.extend(shorter_delay(model, refused));
    advice.push(match refused.reason {
        Reason::States { .. } | Reason::Holds { .. } => {
            "allow more with `--max-states`, where there is memory for it".to_owned()
        }
        Reason::Memory { .. } => format!(
            "allow more with `--max-states`, where there is memory for it: {} bytes for each state that it allows",
            Room::OF_STATE
        ),
        Reason::Cascade { .. } => "give one of the rules that answer each other at once a delay (`after`)".to_owned(),
        _ => "`simulate solve` tries longer".to_owned(),
    });
    advice
}

/// The mistake would be to give them delays: they are left to chance when what they answer happens, not when they are due.
fn fewer_ways(model: &Model, reason: Reason) -> Vec<String> {
    let what = match reason {
        Reason::Ways { cause, asked: 2.., .. } => format!(" {}", said(model, cause)),
        _ => String::new(),
    };
    vec![
        format!(
            "let fewer rules answer{what} by chance: those of which one at most comes, or which come together, can be \
             one rule with branches; a delay (`after`) does not help"
        ),
        "ask what depends on fewer of them: each question is solved on the rules that it depends on".to_owned(),
        "draw runs (`simulate FILE`): a run goes one way".to_owned(),
    ]
}

/// `` `spark` alone leaves 100 answers to chance ``
fn left_to_chance(model: &Model, reason: Reason) -> String {
    match reason {
        Reason::Ways { cause, asked: asked @ 2.., .. } => {
            format!("{} alone leaves {} answers to chance", said(model, cause), count(u64::from(asked)))
        }
        Reason::Ways { cause, .. } => {
            format!("{} was the last of those that leave something to chance", said(model, cause))
        }
        _ => String::new(),
    }
}

fn said(model: &Model, cause: Cause) -> String {
    match cause {
        Cause::Start => "the start".to_owned(),
        Cause::Rule(id) => format!("`{}`", model.rule(id).id),
        Cause::Turns => "the turn of a `let`".to_owned(),
    }
}

/// `1,024 MiB`
fn memory(bytes: u64) -> String {
    format!("{} MiB", count(bytes >> 20))
}

fn most<T>(refused: &Refused, least: usize, pick: impl Fn(&Part) -> Option<T>) -> Option<(T, usize)> {
    let wide = refused.contributors.iter().filter(|c| c.values >= least);
    let picked = wide.filter_map(|c| Some((pick(&c.part)?, c.values)));
    picked.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

fn fewer_levels(model: &Model, refused: &Refused) -> Option<String> {
    let is_indicator = |part: &Part| match part {
        Part::Variable(id) if model.variable(*id).kind == VariableKind::Indicator => Some(*id),
        _ => None,
    };
    let (id, values) = most(refused, WIDE, is_indicator)?;
    let name = &model.variable(id).name;
    Some(format!(
        "give `{name}` fewer levels: three instead of {values} make the states up to {} times fewer",
        values / 3
    ))
}

fn shorter_delay(model: &Model, refused: &Refused) -> Option<String> {
    let (id, _) = most(refused, LONG, |part| match part {
        Part::Pending(id) => Some(*id),
        _ => None,
    })?;
    let rule = model.rule(id);
    let Clock::Response { delay, .. } = &rule.clock else { return None };
    let days = f64::from(delay.longest()) * model.calendar.step_seconds as f64 / DAY;
    Some(format!(
        "shorten the delay of `{}`, which is pending for up to {} days, or take longer steps (`step`)",
        rule.id,
        number(days, 0.01)
    ))
}
