//! Warnings in words: what is shaky, and which option to try. Those of a kind are told together.

use crate::analysis::estimate::Proportion;
use crate::analysis::findings::Findings;
use crate::analysis::until::Lacking;
use crate::analysis::warning::{self, FEW, Subject};
use crate::analysis::watched::Reach;
use crate::model::Model;
use crate::report::figures::{count, frequency, number, odds, runs};
use crate::report::{Share, Warning};

/// So many runs are no reasonable advice.
const TOO_MANY: u64 = 20_000_000;

pub(super) fn warnings(model: &Model, findings: &Findings) -> Vec<Warning> {
    let all = &findings.warnings;
    let mut worded: Vec<Warning> = all.iter().filter_map(interrupted).collect();
    worded.extend(imprecise(model, all));
    worded.extend(no_hits(model, findings));
    worded.extend(few_hits(model, findings));
    worded.extend(skewed(model, all));
    worded.extend(all.iter().filter_map(|w| saturated(model, w)));
    worded.extend(all.iter().filter_map(cut));
    worded.extend(silent(model, all));
    worded
}

fn interrupted(warning: &warning::Warning) -> Option<Warning> {
    let warning::Warning::Interrupted { done, planned } = warning else { return None };
    Some(Warning {
        code: "interrupted".into(),
        about: Vec::new(),
        message: format!("stopped after {} of {}", count(*done), runs(*planned)),
        help: "the intervals are those of the runs that were done".into(),
    })
}

/// Where the runs allowed for `--until` were not enough.
fn imprecise(model: &Model, all: &[warning::Warning]) -> Option<Warning> {
    let lacking: Vec<&Lacking> = all
        .iter()
        .filter_map(|warning| match warning {
            warning::Warning::Imprecise(lacking) => Some(lacking),
            _ => None,
        })
        .collect();
    let drawn = lacking.first()?.share.runs;
    let told = lacking.iter().map(|lacking| format!("`{}` to {}", name(model, lacking.subject), reached(lacking)));
    let needed = lacking.iter().map(|lacking| lacking.runs_needed()).max().flatten();
    let all_known = lacking.iter().all(|lacking| lacking.runs_needed().is_some());
    Some(Warning {
        code: "imprecise".into(),
        about: lacking.iter().map(|lacking| name(model, lacking.subject)).collect(),
        message: format!(
            "{} were not enough for the precision wanted: {}",
            runs(drawn),
            told.collect::<Vec<_>>().join(", ")
        ),
        help: match needed.filter(|_| all_known) {
            // A width falls a little slower than with the root.
            Some(needed) => {
                let enough = rounded_up(needed.saturating_add(needed / 8));
                format!("more runs may do: --max-runs {enough}; or ask for less")
            }
            None => "what no run hits has no relative precision: ask for `NAME:±0.1%`, or name what does happen".into(),
        },
    })
}

/// `±2.3 %`, and of what a part of itself was wanted: `±35 % of itself`.
fn reached(lacking: &Lacking) -> String {
    match lacking.wanted {
        Reach::Absolute(_) => format!("±{} %", two_digits(100.0 * lacking.reach())),
        Reach::Relative(_) if lacking.share.hits == 0 => "no hit yet".into(),
        Reach::Relative(_) => format!("±{} % of itself", two_digits(100.0 * lacking.reach() / lacking.share.value)),
    }
}

/// Rounded up: a precision is not to look better than it is.
fn two_digits(percent: f64) -> String {
    let decimals = if percent < 1.0 { 3 } else { usize::from(percent < 10.0) };
    let unit = [1.0, 10.0, 100.0, 1_000.0][decimals];
    format!("{:.decimals$}", (percent * unit).ceil() / unit)
}

fn no_hits(model: &Model, findings: &Findings) -> Option<Warning> {
    let about = findings.warnings.iter().filter_map(|warning| match warning {
        warning::Warning::NoHits { subject, .. } => Some(name(model, *subject)),
        _ => None,
    });
    let about: Vec<String> = about.collect();
    let none: Share = Proportion::seen(findings.looks, 0, findings.runs).into();
    let bound = odds(&none).unwrap_or_else(|| format!("at most {:.0} %", (none.high * 100.0).ceil()));
    let each = if about.len() == 1 { "" } else { "each " };
    (!about.is_empty()).then(|| Warning {
        code: "no-hits".into(),
        message: format!(
            "not one of {} for {}: that is {each}{bound}, and not never",
            runs(findings.runs),
            listed(&about)
        ),
        about,
        help: format!("more runs find what is rarer: --runs {}", findings.runs.saturating_mul(10)),
    })
}

fn few_hits(model: &Model, findings: &Findings) -> Option<Warning> {
    let few = findings.warnings.iter().filter_map(|warning| match warning {
        warning::Warning::FewHits { subject, share, needed } => Some((name(model, *subject), share.hits, *needed)),
        _ => None,
    });
    let few: Vec<(String, u64, u64)> = few.collect();
    let needed = few.iter().map(|(_, _, needed)| *needed).max()?;
    let counted: Vec<String> = few.iter().map(|(name, hits, _)| format!("`{name}` ({hits})")).collect();
    Some(Warning {
        code: "few-hits".into(),
        about: few.iter().map(|(name, _, _)| name.clone()).collect(),
        message: format!("fewer than {FEW} of {} for {}", runs(findings.runs), counted.join(", ")),
        help: more_runs(needed),
    })
}

fn more_runs(needed: u64) -> String {
    if needed > TOO_MANY {
        return "the rarest will not be found by more runs alone: take its odds as an order of magnitude".into();
    }
    format!("--runs {} would narrow the widest to about a fifth up or down", rounded_up(needed))
}

/// Two digits: a number of runs to type, not a result.
fn rounded_up(needed: u64) -> u64 {
    let unit = 10_u64.pow(needed.max(10).ilog10() - 1);
    needed.div_ceil(unit) * unit
}

fn skewed(model: &Model, all: &[warning::Warning]) -> Option<Warning> {
    let about = all.iter().filter_map(|warning| match warning {
        warning::Warning::SkewedMean { subject, .. } => Some(name(model, *subject)),
        _ => None,
    });
    let about: Vec<String> = about.collect();
    (!about.is_empty()).then(|| Warning {
        code: "skewed-mean".into(),
        message: format!("a few runs make the mean of {}: its interval is too narrow", listed(&about)),
        about,
        help: "go by the median".into(),
    })
}

fn saturated(model: &Model, warning: &warning::Warning) -> Option<Warning> {
    let warning::Warning::Saturated { variable, mean, share } = warning else { return None };
    let name = &model.variable(*variable).name;
    let often = frequency(&(*share).into());
    Some(Warning {
        code: "saturated".into(),
        about: vec![name.clone()],
        message: format!(
            "`{name}` was held at an end of its range in {often} of the runs, {} times a run",
            number(*mean, 0.1)
        ),
        help: "if that is not meant, widen its `range` or let it decay".into(),
    })
}

fn cut(warning: &warning::Warning) -> Option<Warning> {
    let warning::Warning::PathsCut { depth } = warning else { return None };
    Some(Warning {
        code: "paths-cut".into(),
        about: Vec::new(),
        message: format!("there are too many different paths: they are told up to milestone {depth}"),
        help: "mark fewer rules as `milestone`".into(),
    })
}

/// Rules that were due in some run and fired in none.
fn silent(model: &Model, all: &[warning::Warning]) -> Option<Warning> {
    let blocked = all.iter().filter_map(|warning| match warning {
        warning::Warning::NeverFired { rule, preempted, lapsed } if preempted + lapsed > 0 => {
            Some(model.rule(*rule).id.clone())
        }
        _ => None,
    });
    let about: Vec<String> = blocked.collect();
    (!about.is_empty()).then(|| Warning {
        code: "never-fired".into(),
        message: format!("due in some run and fired in none, because a condition never held then: {}", listed(&about)),
        about,
        help: "`simulate explain FILE RULE` says what a rule waits for".into(),
    })
}

/// The most imprecise in a few words, for who waits: `` `war` to ±2.3 % ``.
pub fn precision_of(model: &Model, lacking: &[Lacking]) -> Option<String> {
    let ratio = |lacking: &&Lacking| lacking.runs_needed().unwrap_or(u64::MAX);
    let worst = lacking.iter().max_by_key(ratio)?;
    Some(format!("`{}` to {}", name(model, worst.subject), reached(worst)))
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn name(model: &Model, subject: Subject) -> String {
    match subject {
        Subject::Outcome(index) => model.outcomes[index].name.clone(),
        Subject::Question(index) => model.questions[index].name.clone(),
    }
}
