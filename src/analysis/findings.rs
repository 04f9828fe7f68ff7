//! What a tally shows: every count of it as an estimate with its accuracy, in the order of the scenario file.
//!
//! Does not know how runs were drawn, nor how it is shown.

use std::collections::BTreeMap;

use crate::model::{Branches, Model, RuleId, Step, VariableId, VariableKind};
use crate::observe::histogram::{Distribution, Unit};
use crate::observe::tally::{Answers, Fate, Hits, Tally};

use super::estimate::{Looks, Mean, MeanTrust, Moments, Proportion, Quantile, Ranks};
use super::paths::{Paths, paths};
use super::warning::{FEW, GOAL, OFTEN, Subject, Warning};

/// Quantiles of a number.
pub const NUMBER_LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Quantiles of an indicator on a date.
pub const INDICATOR_LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

/// What many runs of a scenario showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// Runs done.
    pub runs: u64,
    /// Runs asked for.
    pub planned: u64,
    /// Whether their number was chosen beforehand or while they were watched: which intervals shares have.
    pub looks: Looks,
    /// By outcome.
    pub outcomes: Vec<Share>,
    /// By question.
    pub answers: Vec<Answer>,
    /// Boundaries before which postures and indicators were looked at, ascending; the last is the end.
    pub dates: Vec<Step>,
    /// Postures and flags.
    pub states: Vec<Occupied>,
    /// Indicators.
    pub indicators: Vec<Moved>,
    /// By rule.
    pub rules: Vec<Fired>,
    /// Escalation paths.
    pub paths: Paths,
    /// Firings in a run.
    pub firings: Option<Mean>,
    /// Where the scenario has a `stop_when`: runs that it stopped, and when, in seconds.
    pub stopped: Option<(Proportion, Number)>,
    /// What makes these numbers shaky, the gravest first.
    pub warnings: Vec<Warning>,
}

/// A share of runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// How many.
    pub proportion: Proportion,
    /// The lowest of these runs.
    pub exemplar: Option<u64>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Runs that say yes.
    YesNo(Share),
    /// A number of every run.
    Number(Number),
}

/// A number over the runs that have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// What it is counted in.
    pub unit: Unit,
    /// Its mean; `None` if no run has it.
    pub mean: Option<Mean>,
    /// At `NUMBER_LEVELS`; empty if no run has it.
    pub quantiles: Vec<Quantile>,
    /// Runs that do not have it; `None` if every run must.
    pub never: Option<Proportion>,
}

/// Values of a posture or flag on the dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Occupied {
    /// Which.
    pub variable: VariableId,
    /// By value from the lowest, then by date: how many runs were in it.
    pub hits: Vec<Vec<u64>>,
}

/// Values of an indicator on the dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Which.
    pub variable: VariableId,
    /// By date: at `INDICATOR_LEVELS`; empty without runs.
    pub quantiles: Vec<Vec<Quantile>>,
    /// How often in a run an effect went beyond its range and was held at the end; `None` without runs.
    pub held: Option<Mean>,
    /// Runs in which that happened.
    pub held_in: Proportion,
}

/// How often a rule fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// Which.
    pub rule: RuleId,
    /// Firings in all runs together.
    pub times: u64,
    /// Firings a run; `None` without runs.
    pub mean: Option<Mean>,
    /// Runs in which it fired.
    pub share: Proportion,
    /// By branch in file order, `otherwise` last, if it has any: name, times, runs in which it was drawn.
    pub branches: Vec<(String, u64, Proportion)>,
    /// How often it was due and its guard or availability stood in the way, in all runs together.
    pub preempted: u64,
    /// How often it was pending and cancelled.
    pub lapsed: u64,
    /// How often it was triggered and did not come.
    pub let_pass: u64,
}

/// Estimates everything that `tally` counted of runs of `model`, of which `planned` were asked for, with intervals of
/// shares that hold for these `looks`; with the `most` frequent paths.
pub fn findings(model: &Model, tally: &Tally, planned: u64, looks: Looks, most: usize) -> Findings {
    let mut shares = Shares { runs: tally.runs(), looks, known: BTreeMap::new() };
    let mut findings = Findings {
        runs: tally.runs(),
        planned,
        looks,
        outcomes: (0..model.outcomes.len()).map(|index| shares.share(tally.outcome(index))).collect(),
        answers: (0..model.questions.len()).map(|index| answer(tally.answers(index), &mut shares)).collect(),
        dates: tally.occupancy().dates().to_vec(),
        states: states(model, tally),
        indicators: indicators(model, tally, &mut shares),
        rules: (0..model.rules.len() as u32).map(|id| fired(model, tally, RuleId(id), &mut shares)).collect(),
        paths: paths(model, tally, most, &mut shares),
        firings: mean(tally.firings()),
        stopped: model.stop_when.is_some().then(|| {
            let stopped = tally.stopped();
            (shares.of(stopped.count()), number(stopped, &mut shares))
        }),
        warnings: Vec::new(),
    };
    findings.warnings = warnings(model, tally, &findings);
    findings
}

/// Shares of one number of runs: many of them are the same, and an interval takes a while.
pub(super) struct Shares {
    runs: u64,
    looks: Looks,
    known: BTreeMap<u64, Proportion>,
}

impl Shares {
    pub(super) fn of(&mut self, hits: u64) -> Proportion {
        *self.known.entry(hits).or_insert_with(|| Proportion::seen(self.looks, hits, self.runs))
    }

    /// Not of all runs, but of so many of them.
    pub(super) fn of_some(&self, hits: u64, runs: u64) -> Proportion {
        Proportion::seen(self.looks, hits, runs)
    }

    fn share(&mut self, hits: Hits) -> Share {
        Share { proportion: self.of(hits.runs), exemplar: hits.lowest }
    }
}

fn answer(answers: &Answers, shares: &mut Shares) -> Answer {
    match answers {
        Answers::YesNo(hits) => Answer::YesNo(shares.share(*hits)),
        Answers::Number(distribution) => Answer::Number(number(distribution, shares)),
    }
}

fn number(distribution: &Distribution, shares: &mut Shares) -> Number {
    let histogram = &distribution.histogram;
    let ranks = NUMBER_LEVELS.iter().filter_map(|level| Ranks::new(*level, distribution.count()));
    Number {
        unit: distribution.unit,
        mean: mean(distribution),
        quantiles: ranks.map(|r| Quantile::new(&r, histogram.resolution(), |rank| histogram.value_at(rank))).collect(),
        never: (distribution.never > 0).then(|| shares.of(distribution.never)),
    }
}

fn mean(distribution: &Distribution) -> Option<Mean> {
    Mean::new(&Moments {
        runs: distribution.count(),
        mean: distribution.mean(),
        variance: distribution.variance(),
        skewness: distribution.histogram.skewness(),
    })
}

fn states(model: &Model, tally: &Tally) -> Vec<Occupied> {
    let occupancy = tally.occupancy();
    let of_kind = variables(model, |kind| !matches!(kind, VariableKind::Indicator));
    let occupied = of_kind.map(|variable| {
        let mut hits = vec![Vec::new(); occupancy.values(variable).count()];
        for date in 0..occupancy.dates().len() {
            hits.iter_mut().zip(occupancy.counts(variable, date)).for_each(|(hits, runs)| hits.push(runs));
        }
        Occupied { variable, hits }
    });
    occupied.collect()
}

fn variables(model: &Model, of_kind: impl Fn(&VariableKind) -> bool) -> impl Iterator<Item = VariableId> {
    (0..model.variables.len() as u32).map(VariableId).filter(move |id| of_kind(&model.variable(*id).kind))
}

fn indicators(model: &Model, tally: &Tally, shares: &mut Shares) -> Vec<Moved> {
    let ranks: Vec<Ranks> = INDICATOR_LEVELS.iter().filter_map(|level| Ranks::new(*level, tally.runs())).collect();
    let moved = variables(model, |kind| matches!(kind, VariableKind::Indicator)).map(|variable| {
        let held = tally.saturated(variable);
        let dates = 0..tally.occupancy().dates().len();
        Moved {
            variable,
            quantiles: dates.map(|date| quantiles_on(tally, variable, date, &ranks)).collect(),
            held: count_mean(held.times, held.variance(tally.runs()), tally.runs()),
            held_in: shares.of(held.runs),
        }
    });
    moved.collect()
}

fn quantiles_on(tally: &Tally, variable: VariableId, date: usize, ranks: &[Ranks]) -> Vec<Quantile> {
    let occupancy = tally.occupancy();
    let bins: Vec<(f64, u64)> =
        occupancy.values(variable).map(f64::from).zip(occupancy.counts(variable, date)).collect();
    ranks.iter().map(|ranks| quantile(ranks, f64::from(occupancy.width(variable)), &bins)).collect()
}

/// The quantile of these ranks of values with these counts, ascending, in bins of this width: 1 if they are exact.
pub(super) fn quantile(ranks: &Ranks, width: f64, bins: &[(f64, u64)]) -> Quantile {
    Quantile::new(ranks, if width > 1.0 { width } else { 0.0 }, |rank| value_at(bins, rank))
}

/// The value of the `rank`-th smallest, from 1, of values with these counts.
fn value_at(bins: &[(f64, u64)], rank: u64) -> f64 {
    let mut seen = 0;
    let reached = bins.iter().find(|(_, count)| {
        seen += count;
        seen >= rank
    });
    reached.expect("a rank is at most the number of values").0
}

/// The mean of a count. Its skewness is taken to be that of a rare event, `1 / sqrt(mean)`: so the interval is
/// trusted from 25 occurrences on.
fn count_mean(times: u64, variance: f64, runs: u64) -> Option<Mean> {
    let mean = times as f64 / runs.max(1) as f64;
    let skewness = if variance > 0.0 { 1.0 / libm::sqrt(mean) } else { 0.0 };
    Mean::new(&Moments { runs, mean, variance, skewness })
}

fn fired(model: &Model, tally: &Tally, rule: RuleId, shares: &mut Shares) -> Fired {
    let often = tally.rule(rule, Fate::Fired);
    let branches = match &model.rule(rule).branches {
        Branches::One(_) => Vec::new(),
        branches => branches
            .iter()
            .enumerate()
            .map(|(index, branch)| {
                let often = tally.branch(rule, index as u16);
                (branch.name.clone(), often.times, shares.of(often.runs))
            })
            .collect(),
    };
    Fired {
        rule,
        times: often.times,
        mean: count_mean(often.times, often.variance(tally.runs()), tally.runs()),
        share: shares.of(often.runs),
        branches,
        preempted: tally.rule(rule, Fate::Preempted).times,
        lapsed: tally.rule(rule, Fate::Lapsed).times,
        let_pass: tally.rule(rule, Fate::LetPass).times,
    }
}

fn warnings(model: &Model, tally: &Tally, findings: &Findings) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if findings.runs < findings.planned {
        warnings.push(Warning::Interrupted { done: findings.runs, planned: findings.planned });
    }
    if findings.runs == 0 {
        return warnings;
    }
    for (index, share) in findings.outcomes.iter().enumerate() {
        warnings.extend(rare(Subject::Outcome(index), &share.proportion));
    }
    for (index, answer) in findings.answers.iter().enumerate() {
        let subject = Subject::Question(index);
        match answer {
            Answer::YesNo(share) => warnings.extend(rare(subject, &share.proportion)),
            Answer::Number(number) => warnings.extend(number.mean.as_ref().and_then(|mean| shaky(subject, mean))),
        }
    }
    let held = findings.indicators.iter().filter(|moved| moved.held_in.value > OFTEN);
    warnings.extend(held.map(|moved| Warning::Saturated {
        variable: moved.variable,
        mean: tally.saturated(moved.variable).times as f64 / findings.runs as f64,
        share: moved.held_in,
    }));
    let idle = findings.rules.iter().filter(|fired| fired.times == 0 && !model.rule(fired.rule).forbidden);
    warnings.extend(idle.map(|fired| Warning::NeverFired {
        rule: fired.rule,
        preempted: fired.preempted,
        lapsed: fired.lapsed,
    }));
    warnings.extend(findings.paths.cut.map(|depth| Warning::PathsCut { depth }));
    warnings
}

fn rare(subject: Subject, share: &Proportion) -> Option<Warning> {
    match share.runs_needed(GOAL) {
        None => Some(Warning::NoHits { subject, share: *share }),
        Some(needed) if share.hits < FEW && needed > share.runs => {
            Some(Warning::FewHits { subject, share: *share, needed })
        }
        Some(_) => None,
    }
}

fn shaky(subject: Subject, mean: &Mean) -> Option<Warning> {
    match mean.trust {
        MeanTrust::Skewed => {
            let needed = (25.0 * mean.skewness * mean.skewness).ceil() as u64;
            Some(Warning::SkewedMean { subject, skewness: mean.skewness, needed })
        }
        MeanTrust::Constant => Some(Warning::ConstantMean { subject }),
        MeanTrust::Sound | MeanTrust::TooFew => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::estimate::Claim;
    use crate::model::formula::Tabulated;
    use crate::model::{Ask, AskNumber, Asked, Effect};
    use crate::observe::fixture::{Building, Story, at_least, empty, rule, x};
    use crate::observe::{Collector, Observer};

    /// `spark` raises `x` by 3 up to 9; `idle` never fires.
    fn model() -> Model {
        let mut model = empty(30)
            .with_ladder("mood", &["calm", "angry"])
            .with_rule("spark", true, &[])
            .with_rule("idle", false, &["a", "b"])
            .with_outcome("hot", Some(Ask::Ever(at_least(9), None)))
            .with_outcome("warm", Some(Ask::Ever(at_least(1), None)))
            .with_outcome("calm", None)
            .with_question(Asked::YesNo(Ask::AtEnd(at_least(3))))
            .with_question(Asked::Number(AskNumber::First(at_least(3))))
            .with_question(Asked::Number(AskNumber::Highest(x())));
        let Branches::One(branch) = &mut model.rules[0].branches else { unreachable!() };
        branch.effects = vec![Effect::Add(VariableId(0), Tabulated::constant(3.0))];
        model.finish()
    }

    /// Run `i` has `i % 3` sparks, in steps 4, 5, …; every hundredth has 4.
    fn tally(model: &Model, runs: u64) -> Tally {
        let mut tally = Tally::fresh(model);
        for run in 0..runs {
            let sparks = if run % 100 == 99 { 4 } else { run % 3 };
            let mut story = Story::begin(model, run, &mut tally);
            story.boundary(0, &mut tally);
            (0..sparks).for_each(|i| story.pressure("spark", 4 + i as Step, &mut tally));
            story.end(&mut tally);
        }
        tally
    }

    #[test]
    fn everything_counted_is_estimated() {
        let model = model();
        let found = findings(&model, &tally(&model, 600), 600, Looks::Once, 2);
        // Of 600 runs 200 have no spark, two of which (run 99, 399: 99 % 3 = 0) have four; and so on.
        let hits: Vec<u64> = found.outcomes.iter().map(|share| share.proportion.hits).collect();
        assert_eq!(hits, [6, 396, 198]);
        assert_eq!(found.outcomes[0].exemplar, Some(99));
        assert!(found.outcomes.iter().all(|share| share.proportion.interval.contains(share.proportion.value)));
        let Answer::YesNo(at_end) = &found.answers[0] else { unreachable!() };
        assert_eq!(at_end.proportion.hits, 402);
        let Answer::Number(first) = &found.answers[1] else { unreachable!() };
        assert_eq!(first.never.unwrap().hits, 198);
        assert!(first.quantiles.iter().all(|q| (q.value / 86_400.0 - 4.5).abs() < 1e-9 && q.runs == 402));
        let Answer::Number(highest) = &found.answers[2] else { unreachable!() };
        let values: Vec<f64> = highest.quantiles.iter().map(|q| q.value).collect();
        assert_eq!(values, [0.0, 0.0, 3.0, 6.0, 6.0]);
        let mean = highest.mean.unwrap();
        assert!((mean.value - (198.0 * 3.0 + 198.0 * 6.0 + 54.0) / 600.0).abs() < 1e-9);
        assert!(mean.interval.unwrap().contains(mean.value));
    }

    #[test]
    fn states_indicators_rules_and_paths() {
        let model = model();
        let found = findings(&model, &tally(&model, 600), 600, Looks::Once, 2);
        assert_eq!(found.states.len(), 1, "the ladder");
        assert_eq!(found.states[0].hits[0], vec![600; found.dates.len()], "calm");
        let x = &found.indicators[0];
        let last: Vec<f64> = x.quantiles.last().unwrap().iter().map(|q| q.value).collect();
        assert_eq!(last, [0.0, 3.0, 6.0]);
        assert_eq!((x.held_in.hits, x.held.unwrap().value * 600.0), (6, 6.0), "12 is held at 9");
        let spark = &found.rules[0];
        assert_eq!((spark.times, spark.share.hits), (198 + 396 + 24, 402));
        assert_eq!(found.rules[1].branches.len(), 2);
        let paths: Vec<(u64, usize)> = found.paths.listed.iter().map(|p| (p.share.hits, p.milestones.len())).collect();
        assert_eq!(paths, [(402, 1), (198, 0)]);
        assert_eq!(
            (found.paths.listed[0].milestones[0].milestone.name(&model).as_str(), found.paths.listed[0].exemplar),
            ("spark", 1)
        );
        assert!((found.paths.listed[0].milestones[0].median.value - 4.0).abs() < 1e-9);
        assert_eq!((found.paths.others.hits, found.paths.distinct), (0, 2));
        assert_eq!(found.stopped, None);
        assert!((found.firings.unwrap().value - 618.0 / 600.0).abs() < 1e-9);
    }

    #[test]
    fn shaky_numbers_are_named() {
        let model = model();
        let found = findings(&model, &tally(&model, 600), 1000, Looks::Once, 2);
        assert_eq!(found.warnings[0], Warning::Interrupted { done: 600, planned: 1000 });
        let hot = found.warnings.iter().find_map(|w| match w {
            Warning::FewHits { subject: Subject::Outcome(0), share, needed } => Some((share.hits, *needed)),
            _ => None,
        });
        // 1 %: (1 - 0.01) / (0.01 · 0.1²).
        assert_eq!(hot, Some((6, 9900)));
        let never = Warning::NeverFired { rule: rule(&model, "idle"), preempted: 0, lapsed: 0 };
        assert!(found.warnings.contains(&never));
        assert!(found.warnings.contains(&Warning::ConstantMean { subject: Subject::Question(1) }));
        assert!(!found.warnings.iter().any(|w| matches!(w, Warning::Saturated { .. })), "1 % of the runs is not often");
        let few = findings(&model, &tally(&model, 60), 60, Looks::Once, 2);
        let none = few.warnings.iter().any(|w| matches!(w, Warning::NoHits { subject: Subject::Outcome(0), .. }));
        assert!(none && few.outcomes[0].proportion.claim == Claim::AtMost);
    }

    #[test]
    fn an_empty_batch_claims_nothing() {
        let model = model();
        let found = findings(&model, &tally(&model, 0), 100, Looks::Once, 5);
        assert_eq!(found.warnings, [Warning::Interrupted { done: 0, planned: 100 }]);
        assert!(found.outcomes.iter().all(|share| share.proportion.claim == Claim::Nothing));
        assert!(found.firings.is_none() && found.paths.listed.is_empty());
        let looked: Vec<Step> = tally(&model, 0).looks(&model);
        assert!(found.dates.iter().all(|date| looked.contains(date)));
    }
}
