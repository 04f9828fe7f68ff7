//! From a model and its solution to a report, or into a report on runs: names, sentences, dates and units come in.
//!
//! Computes no interval of its own: every number is the solution's, or `analysis` made it of that.

use super::refused::{self, OUTCOMES};
use super::{empty, history, is_decay, limits};
use crate::analysis::estimate::Odds;
use crate::analysis::findings::{INDICATOR_LEVELS, NUMBER_LEVELS};
use crate::analysis::solved::{Between, moment as quantile_of_time, quantile};
use crate::exact::solution::{self, Bounds, Chance, Found, Occupancy, Solution};
use crate::model::{AskNumber, Asked, Calendar, Model, Step, VariableKind};
use crate::report::dates::{self, Edge};
use crate::report::layout::plain;
use crate::report::{
    Accuracy, Answer, Complement, Distribution, Figure, Indicator, IndicatorAt, Method, Moment, Origin, Outcome,
    Posture, Quantile, Question, Report, Rule, Share, Shares, Slice, Sooner, Unit, Warning, Weight,
};

/// The report on a solution.
pub fn gather_solution(model: &Model, solution: &Solution, origin: Origin) -> Report {
    let precision = if let Method::Solved { precision, .. } = origin.method { precision } else { 0.0 };
    Report {
        outcomes: outcomes(model, solution),
        questions: questions(model, solution),
        postures: postures(model, solution),
        indicators: indicators(model, solution),
        rules: rules(model, solution),
        slices: slices(model, solution),
        refusals: refused::refusals(model, solution),
        warnings: wide(model, solution, precision).into_iter().collect(),
        limits: limits("They are exact: all that can be wrong about them is the assumptions."),
        ..empty(model, origin)
    }
}

/// Puts into a report on runs what was solved besides. Warnings that more runs are needed go where they are not.
pub fn add_exact(report: &mut Report, model: &Model, solution: &Solution) {
    if let Ok(found) = &solution.outcomes {
        for (outcome, chance) in report.outcomes.iter_mut().zip(&found.value) {
            outcome.exact = Some(share(chance));
            outcome.slice = Some(found.slice);
        }
    }
    for ((question, asked), found) in report.questions.iter_mut().zip(&model.questions).zip(&solution.questions) {
        if let Ok(Found { value, slice }) = found {
            question.exact = Some(answer(value, &asked.ask, &model.calendar));
            question.slice = Some(*slice);
        }
    }
    report.slices = slices(model, solution);
    let solved: Vec<&str> = report.slices.iter().flat_map(|slice| slice.answers.iter().map(String::as_str)).collect();
    let outcomes_too = solved.contains(&OUTCOMES);
    let known = |name: &String| {
        let is_outcome = report.outcomes.iter().any(|outcome| outcome.name == *name);
        solved.contains(&name.as_str()) || (is_outcome && outcomes_too)
    };
    report.warnings.retain(|w| !(["no-hits", "few-hits"].contains(&w.code.as_str()) && w.about.iter().all(known)));
}

/// Answers that are known less precisely than was asked.
fn wide(model: &Model, solution: &Solution, precision: f64) -> Option<Warning> {
    let mut about = Vec::new();
    let mut widest: f64 = 0.0;
    let mut look = |name: &str, bounds: &Bounds| {
        if bounds.relative_width() > precision {
            about.push(name.to_owned());
            widest = widest.max(bounds.relative_width());
        }
    };
    for (outcome, chance) in model.outcomes.iter().zip(solution.outcomes.iter().flat_map(|found| &found.value)) {
        look(&outcome.name, &chance.yes);
    }
    for (question, found) in model.questions.iter().zip(&solution.questions) {
        match found.as_ref().map(|found| &found.value) {
            Ok(solution::Answer::YesNo(chance)) => look(&question.name, &chance.yes),
            Ok(solution::Answer::Number(number)) => number.mean.iter().for_each(|mean| look(&question.name, mean)),
            Err(_) => {}
        }
    }
    let names: Vec<String> = about.iter().map(|name| format!("`{name}`")).collect();
    (!about.is_empty()).then(|| Warning {
        code: "wide".into(),
        message: format!("known to {widest:.1e} of itself and not to {precision:e} as asked: {}", names.join(", ")),
        about,
        help: "the interval holds the truth all the same; only the digits that it supports are shown".into(),
    })
}

fn outcomes(model: &Model, solution: &Solution) -> Vec<Outcome> {
    let found = solution.outcomes.as_ref().ok();
    let outcome = |(index, outcome): (usize, &crate::model::Outcome)| {
        let chance = found.and_then(|found| found.value.get(index));
        Outcome {
            name: outcome.name.clone(),
            says: plain(&outcome.says),
            when: plain(&outcome.text),
            severity: outcome.severity,
            share: chance.map(share),
            exemplar: None,
            exact: None,
            by: chance.map_or_else(Vec::new, |chance| curve(chance, &model.calendar)),
            slice: found.map(|found| found.slice),
        }
    };
    model.outcomes.iter().enumerate().map(outcome).collect()
}

fn questions(model: &Model, solution: &Solution) -> Vec<Question> {
    let calendar = &model.calendar;
    let question = |(question, found): (&crate::model::Question, &solution::Solved<solution::Answer>)| {
        let found = found.as_ref().ok();
        let over_time = found.and_then(|found| match &found.value {
            solution::Answer::YesNo(chance) => Some(chance),
            solution::Answer::Number(number) => number.ever.as_ref(),
        });
        Question {
            name: question.name.clone(),
            says: plain(&question.says),
            ask: plain(&question.text),
            answer: found.map_or(Answer::NotSolved, |found| answer(&found.value, &question.ask, calendar)),
            exact: None,
            by: over_time.map_or_else(Vec::new, |chance| curve(chance, calendar)),
            slice: found.map(|found| found.slice),
        }
    };
    model.questions.iter().zip(&solution.questions).map(question).collect()
}

fn answer(found: &solution::Answer, ask: &Asked, calendar: &Calendar) -> Answer {
    match found {
        solution::Answer::YesNo(chance) => Answer::Share(share(chance)),
        solution::Answer::Number(number) => Answer::Distribution(Box::new(distribution(number, ask, calendar))),
    }
}

/// The probability that it holds.
fn share(chance: &Chance) -> Share {
    let no = chance.no;
    let complement = Complement { value: no.value(), low: no.low, high: no.high };
    Share { complement: Some(complement), ..bare(&chance.yes) }
}

/// The probability that it does not hold.
fn never(chance: &Chance) -> Share {
    share(&Chance { yes: chance.no, no: chance.yes, by: Vec::new() })
}

/// A probability of which only its own interval is known.
fn bare(bounds: &Bounds) -> Share {
    let (value, Bounds { low, high }) = (bounds.value(), *bounds);
    let odds = Odds::solved(value, low, high);
    Share { value, low, high, hits: None, runs: 0, accuracy: Accuracy::Exact, odds, complement: None }
}

fn figure(value: f64, low: f64, high: f64) -> Figure {
    Figure { value, low: Some(low), high: Some(high), runs: 0, accuracy: Accuracy::Exact }
}

fn curve(chance: &Chance, calendar: &Calendar) -> Vec<Sooner> {
    let point = |(step, p): &(Step, Bounds)| Sooner {
        time: dates::moment(calendar, *step, Edge::Before),
        value: p.value(),
        low: p.low,
        high: p.high,
    };
    chance.by.iter().map(point).collect()
}

/// Times in days, totals in value × days; of `first`, with dates.
fn distribution(number: &solution::Distribution, ask: &Asked, calendar: &Calendar) -> Distribution {
    let unit = match ask {
        Asked::Number(AskNumber::First(_)) => Unit::Time,
        Asked::Number(AskNumber::TotalTime(_)) => Unit::Days,
        _ => Unit::Plain,
    };
    let quantiles = match &number.ever {
        Some(ever) => {
            let at = NUMBER_LEVELS.iter().filter_map(|level| quantile_of_time(&ever.by, &ever.yes, *level));
            at.map(|found| time_quantile(&found, calendar)).collect()
        }
        None => NUMBER_LEVELS.iter().filter_map(|level| quantile(&number.values, *level)).map(plain_quantile).collect(),
    };
    let dated = number.mean.filter(|_| unit == Unit::Time);
    Distribution {
        unit,
        mean_date: dated.and_then(|mean| dates::date(calendar, mean.value() * dates::DAY, Edge::From)),
        mean: number.mean.map(|mean| figure(mean.value(), mean.low, mean.high)),
        quantiles,
        never: number.ever.as_ref().map(never),
        values: number.values.iter().map(|(value, p)| Weight { value: *value, share: bare(p) }).collect(),
        more: number.more.as_ref().map(bare),
    }
}

fn plain_quantile(found: Between<f64>) -> Quantile {
    Quantile { at: found.level, figure: figure(found.low, found.low, found.high), date: None }
}

/// The step in which it lies, from its beginning to its end.
fn time_quantile(found: &Between<Step>, calendar: &Calendar) -> Quantile {
    let day = |step: Step| dates::moment(calendar, step, Edge::From);
    let Moment { day: low, date } = day(found.low);
    Quantile { at: found.level, figure: figure(low, low, day(found.high).day), date }
}

fn postures(model: &Model, solution: &Solution) -> Vec<Posture> {
    let main = history::main_posture(model);
    let posture = |occupied: &Occupancy| {
        let steps: Vec<Step> = occupied.at.iter().map(|(step, _)| *step).collect();
        let values = occupied.at.first().map_or(0, |(_, values)| values.len());
        let of_value = |value: usize| occupied.at.iter().map(|(_, at)| bare(&at[value])).collect();
        let shares = Shares::Solved((0..values).map(of_value).collect());
        history::posture(model, occupied.variable, main, history::times(&model.calendar, &steps), shares)
    };
    let is_state = |of: &&Occupancy| model.variable(of.variable).kind != VariableKind::Indicator;
    known(solution).filter(is_state).map(posture).collect()
}

fn known(solution: &Solution) -> impl Iterator<Item = &Occupancy> {
    solution.occupancy.iter().flatten().map(|found| &found.value)
}

fn indicators(model: &Model, solution: &Solution) -> Vec<Indicator> {
    let indicator = |moved: &Occupancy| {
        let variable = model.variable(moved.variable);
        let at = |(step, probabilities): &(Step, Vec<Bounds>)| {
            let values: Vec<(f64, Bounds)> =
                (variable.low..=variable.high).zip(probabilities).map(|(value, p)| (f64::from(value), *p)).collect();
            let quantiles = INDICATOR_LEVELS.iter().filter_map(|level| quantile(&values, *level));
            let time = dates::moment(&model.calendar, *step, Edge::Before);
            IndicatorAt { time, quantiles: quantiles.map(plain_quantile).collect() }
        };
        Indicator {
            name: variable.name.clone(),
            says: plain(&variable.says),
            range: (variable.low, variable.high),
            start: variable.start,
            times: moved.at.iter().map(at).collect(),
            held: None,
        }
    };
    let is_indicator = |of: &&Occupancy| model.variable(of.variable).kind == VariableKind::Indicator;
    known(solution).filter(is_indicator).map(indicator).collect()
}

fn rules(model: &Model, solution: &Solution) -> Vec<Rule> {
    let rule = |(rule, found): (&crate::model::Rule, &solution::Solved<Bounds>)| Rule {
        id: rule.id.clone(),
        says: plain(&rule.says),
        mean: found.as_ref().ok().map(|found| figure(found.value.value(), found.value.low, found.value.high)),
        counted: None,
        forbidden: rule.forbidden,
        is_decay: is_decay(rule),
    };
    model.rules.iter().zip(&solution.firings).map(rule).collect()
}

fn slices(model: &Model, solution: &Solution) -> Vec<Slice> {
    let slice = |slice: &solution::Slice| Slice {
        rules: slice.rules.iter().map(|id| model.rule(*id).id.clone()).collect(),
        of_rules: model.rules.len(),
        variables: slice.variables.iter().map(|id| model.variable(*id).name.clone()).collect(),
        states: slice.states,
        dropped: slice.dropped,
        unsettled: slice.unsettled,
        answers: Vec::new(),
    };
    let mut slices: Vec<Slice> = solution.slices.iter().map(slice).collect();
    if let Ok(found) = &solution.outcomes {
        slices[found.slice].answers.push(OUTCOMES.into());
    }
    for (question, found) in model.questions.iter().zip(&solution.questions) {
        if let Ok(found) = found {
            slices[found.slice].answers.push(question.name.clone());
        }
    }
    for (variable, found) in model.variables.iter().zip(&solution.occupancy) {
        if let Ok(found) = found {
            slices[found.slice].answers.push(format!("{} over time", variable.name));
        }
    }
    for (rule, found) in model.rules.iter().zip(&solution.firings) {
        if let Ok(found) = found {
            slices[found.slice].answers.push(format!("firings of {}", rule.id));
        }
    }
    slices
}
