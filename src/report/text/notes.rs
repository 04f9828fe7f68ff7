//! What fired how often, what is shaky, and what the numbers are not.

use anstyle::Style;

use super::Detail;
use crate::report::figures::{figure, frequency, solved_figure};
use crate::report::layout::{WARNING, flow, heading, label, line, right, styled, width, wrap};
use crate::report::{Counted, Figure, Report, Rule};

/// Rules shown unless everything is.
const RULES: usize = 8;
/// Names of rules that never fired, shown unless everything is.
const SILENT: usize = 12;

pub(super) fn rules(report: &Report, detail: Detail) -> String {
    let full = detail == Detail::Full;
    let counted = report.rules.iter().filter_map(|rule| Some((rule, rule.counted.as_ref()?)));
    let told = |(rule, counted): &(&Rule, &Counted)| counted.firings > 0 && (full || !rule.is_decay);
    let mut fired: Vec<(&Rule, &Counted)> = counted.filter(told).collect();
    fired.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.firings));
    let shown = if full { fired.len() } else { RULES.min(fired.len()) };
    let note = format!("firings a run, share of runs with any ({shown} of the {} that fired)", fired.len());
    let mut lines = heading("Rules", &note);
    let column = fired.iter().take(shown).map(|(r, _)| width(&r.id)).max().unwrap_or(0).min(44);
    for (rule, counted) in fired.iter().take(shown) {
        lines += &rule_row(rule, counted, column);
        if full {
            lines += &wrap(&rule.says, 6, 6);
        }
    }
    lines + &silent(report, full)
}

fn rule_row(rule: &Rule, counted: &Counted, column: usize) -> String {
    let mean = rule.mean.as_ref().map(figure).unwrap_or_default();
    format!("  {}  {}  {}\n", label(&rule.id, column), right(&mean, 8), frequency(&counted.share))
}

/// The expected firings of every rule, of a solution.
pub(super) fn expected(report: &Report) -> String {
    let mut known: Vec<(&Rule, &Figure)> = report.rules.iter().filter_map(|r| Some((r, r.mean.as_ref()?))).collect();
    if known.is_empty() {
        return String::new();
    }
    known.sort_by(|(_, a), (_, b)| b.value.total_cmp(&a.value));
    let mut lines = heading("Rules", "expected firings in a run");
    let column = known.iter().map(|(rule, _)| width(&rule.id)).max().unwrap_or(0).min(44);
    for (rule, mean) in known {
        lines += &line(Style::new(), &format!("  {}  {}", label(&rule.id, column), solved_figure(mean)));
        lines += &wrap(&rule.says, 6, 6);
    }
    lines
}

fn silent(report: &Report, full: bool) -> String {
    let never = |rule: &&Rule| rule.counted.as_ref().is_some_and(|c| c.firings == 0) && !rule.forbidden;
    let silent = || report.rules.iter().filter(never);
    let count = silent().count();
    if count == 0 {
        return String::new();
    }
    let shown = if full { count } else { SILENT };
    let mut names: Vec<String> = silent().take(shown).map(|r| r.id.clone()).collect();
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
