//! Warnings in words: what is shaky, and which option to try.

use crate::analysis::findings::Findings;
use crate::analysis::warning::{self, Subject};
use crate::model::Model;
use crate::report::Warning;
use crate::report::figures::{count, frequency, number};

/// So many runs are no reasonable advice.
const TOO_MANY: u64 = 20_000_000;

pub(super) fn warnings(model: &Model, findings: &Findings) -> Vec<Warning> {
    let mut worded: Vec<Warning> = findings.warnings.iter().filter_map(|w| word(model, findings, w)).collect();
    worded.extend(silent(model, findings));
    worded
}

/// Rules that never fired are many and alike: they are told together, by `silent`.
fn word(model: &Model, findings: &Findings, warning: &warning::Warning) -> Option<Warning> {
    let runs = count(findings.runs);
    let (code, message, help) = match warning {
        warning::Warning::Interrupted { done, planned } => (
            "interrupted",
            format!("stopped after {} of {} runs", count(*done), count(*planned)),
            "the intervals are those of the runs that were done".to_owned(),
        ),
        warning::Warning::NoHits { subject, share } => (
            "no-hits",
            format!(
                "no run of {runs} {}: {}, which is not never",
                reached(model, *subject),
                frequency(&(*share).into())
            ),
            format!("more runs find what is rarer: --runs {}", findings.runs.saturating_mul(10)),
        ),
        warning::Warning::FewHits { subject, share, needed } => (
            "few-hits",
            format!("only {} of {runs} runs {}", count(share.hits), reached(model, *subject)),
            more_runs(*needed),
        ),
        warning::Warning::SkewedMean { subject, needed, .. } => (
            "skewed-mean",
            format!("a few runs make the mean of `{}`: its interval is too narrow", name(model, *subject)),
            format!("go by its median, or {}", more_runs(*needed)),
        ),
        warning::Warning::ConstantMean { subject } => (
            "constant",
            format!("`{}` is the same in all {runs} runs", name(model, *subject)),
            "if it should vary, `simulate check FILE` may know why it does not".to_owned(),
        ),
        warning::Warning::Saturated { variable, mean, share } => (
            "saturated",
            format!(
                "`{}` was held at an end of its range in {} of the runs, {} times a run",
                model.variable(*variable).name,
                frequency(&(*share).into()),
                number(*mean, 0.1)
            ),
            "if that is not meant, widen its `range` or let it decay".to_owned(),
        ),
        warning::Warning::PathsCut { depth } => (
            "paths-cut",
            format!("there are too many different paths: they are told up to milestone {depth}"),
            "mark fewer rules as `milestone`".to_owned(),
        ),
        warning::Warning::NeverFired { .. } => return None,
    };
    Some(Warning { code: code.into(), message, help })
}

fn more_runs(needed: u64) -> String {
    if needed > TOO_MANY {
        return "it is too rare to be found by more runs alone: take its odds as an order of magnitude".to_owned();
    }
    // Two digits: a number of runs to type, not a result.
    let unit = 10_u64.pow(needed.max(10).ilog10() - 1);
    format!("--runs {} would know it to about a tenth", needed.div_ceil(unit) * unit)
}

/// `ended in `war``, `said yes to `early``
fn reached(model: &Model, subject: Subject) -> String {
    match subject {
        Subject::Outcome(_) => format!("ended in `{}`", name(model, subject)),
        Subject::Question(_) => format!("said yes to `{}`", name(model, subject)),
    }
}

fn name(model: &Model, subject: Subject) -> &str {
    match subject {
        Subject::Outcome(index) => &model.outcomes[index].name,
        Subject::Question(index) => &model.questions[index].name,
    }
}

/// Rules that fired in no run although they were triggered or due.
fn silent(model: &Model, findings: &Findings) -> Option<Warning> {
    let blocked = findings.warnings.iter().filter_map(|warning| match warning {
        warning::Warning::NeverFired { rule, preempted, lapsed } if preempted + lapsed > 0 => {
            Some(&model.rule(*rule).id)
        }
        _ => None,
    });
    let names: Vec<String> = blocked.map(|id| format!("`{id}`")).collect();
    (!names.is_empty()).then(|| Warning {
        code: "never-fired".into(),
        message: format!("due in some run and never fired, because its guard never held then: {}", names.join(", ")),
        help: "`simulate explain FILE RULE` says what a rule waits for".into(),
    })
}
