//! What fired how often, what is shaky, and what the numbers are not.

use super::Detail;
use crate::report::figures::{figure, frequency};
use crate::report::layout::{WARNING, flow, heading, left, right, styled, width, wrap};
use crate::report::{Report, Rule};

/// Rules shown unless everything is.
const RULES: usize = 8;
/// Names of rules that never fired, shown unless everything is.
const SILENT: usize = 12;

pub(super) fn rules(report: &Report, detail: Detail) -> String {
    let full = detail == Detail::Full;
    let told = |r: &&Rule| r.firings > 0 && (full || !r.is_decay);
    let mut fired: Vec<&Rule> = report.rules.iter().filter(told).collect();
    fired.sort_by_key(|r| std::cmp::Reverse(r.firings));
    let shown = if full { fired.len() } else { RULES.min(fired.len()) };
    let note = format!("firings a run, share of runs with any ({shown} of the {} that fired)", fired.len());
    let mut lines = heading("Rules", &note);
    let column = fired.iter().take(shown).map(|r| width(&r.id)).max().unwrap_or(0).min(44);
    for rule in fired.iter().take(shown) {
        lines += &rule_row(rule, column);
        if full {
            lines += &wrap(&rule.says, 6, 6);
        }
    }
    lines + &silent(report, full)
}

fn rule_row(rule: &Rule, column: usize) -> String {
    let mean = rule.mean.as_ref().map(figure).unwrap_or_default();
    format!("  {}  {}  {}\n", left(&rule.id, column), right(&mean, 8), frequency(&rule.share))
}

fn silent(report: &Report, full: bool) -> String {
    let silent = |forbidden: bool| report.rules.iter().filter(move |r| r.firings == 0 && r.forbidden == forbidden);
    let count = silent(false).count();
    if count == 0 {
        return String::new();
    }
    let shown = if full { count } else { SILENT };
    let mut names: Vec<String> = silent(false).take(shown).map(|r| r.id.clone()).collect();
    if count > shown {
        names.push(format!("and {} more", count - shown));
    }
    names[0] = format!("never fired ({count}): {}", names[0]);
    flow(names, ", ", 2, 4)
}

pub(super) fn warnings(report: &Report) -> String {
    if report.warnings.is_empty() {
        return String::new();
    }
    let mut lines = heading("Take care", "");
    for warning in &report.warnings {
        lines += &[styled(WARNING, "! ").as_str(), wrap(&warning.message, 2, 2).trim_start()].concat();
        lines += &wrap(&warning.help, 4, 4);
    }
    lines
}

pub(super) fn limits(report: &Report) -> String {
    let mut lines = "\n".to_owned() + &wrap(&report.limits.join(" "), 0, 0);
    if !report.omitted.is_empty() {
        lines += &wrap(&format!("Left out on purpose: {}.", report.omitted.join("; ")), 0, 2);
    }
    lines
}
