//! Graphs for Graphviz (`simulate export dot`): postures, with an edge for each rule that can move from one value to
//! another; or the states of the whole scenario.
//!
//! The first says what can happen, not how often: an edge may be one that the rest of the scenario never lets through.

use std::fmt::Write as _;

use super::prism::called;
use crate::exact::chain::{Column, Edge, Graph, Leads};
use crate::model::lint::{Move, moves};
use crate::model::{Actor, Clock, Model, Rule, VariableId, VariableKind};

/// The posture machines of one actor, or of all, as one directed graph with a box a posture.
pub fn dot(model: &Model, actor: Option<&Actor>) -> String {
    let shown: Vec<VariableId> = match actor {
        Some(actor) => actor.postures.clone(),
        None => model.actors.iter().flat_map(|actor| actor.postures.iter().copied()).collect(),
    };
    let moves = moves(model);
    let mut text = String::from("digraph postures {\n");
    text +=
        "  // An edge is a rule that can move the posture: solid for a pressure, dashed for a response, dotted for a\n";
    text += "  // dated or recurring rule. The start has a bold frame.\n";
    text += "  graph [rankdir=LR];\n  node [shape=box, style=rounded];\n";
    for (index, id) in shown.iter().enumerate() {
        let own: Vec<&Move> = moves.iter().filter(|m| m.posture == *id).collect();
        text += &machine(model, index, *id, &own);
    }
    text + "}\n"
}

fn machine(model: &Model, index: usize, id: VariableId, moves: &[&Move]) -> String {
    let variable = model.variable(id);
    let VariableKind::Posture { values, .. } = &variable.kind else { return String::new() };
    let node = |value: i32| quoted(&format!("{} {}", variable.name, values[value as usize]));
    let mut text = format!("  subgraph cluster_{index} {{\n    label={};\n", quoted(&variable.name));
    for (value, name) in values.iter().enumerate() {
        let bold = if value as i32 == variable.start { ", penwidth=3" } else { "" };
        let _ = writeln!(text, "    {} [label={}{bold}];", node(value as i32), quoted(name));
    }
    for of in moves {
        let rule = model.rule(of.rule);
        let label = quoted(&branch_of(rule, of.branch));
        let _ = writeln!(text, "    {} -> {} [label={label}, style={}];", node(of.from), node(of.to), style(rule));
    }
    text + "  }\n"
}

/// The states of `graph`, which was made from `model`: a solid edge for a pressure, with its rate per day, a dashed one for
/// what boundaries bring, with its probability; from the lowest to the highest that it is at any time.
pub fn states(model: &Model, graph: &Graph) -> String {
    let mut text = String::from("digraph states {\n");
    text += "  // A solid edge is a pressure, with its rate per day; a dashed one what boundaries bring, with its probability.\n";
    text += "  // Runs begin in the states with a bold frame.\n";
    text += "  node [shape=box, style=rounded];\n";
    for (index, state) in graph.states.iter().enumerate() {
        let lines: Vec<String> =
            graph.columns.iter().zip(state).map(|(column, value)| stands(model, column, *value)).collect();
        let label = if lines.is_empty() { "always".to_owned() } else { lines.join("\n") };
        let bold = if graph.start.iter().any(|(start, _)| *start == index) { ", penwidth=3" } else { "" };
        let _ = writeln!(text, "  s{index} [label={}{bold}];", quoted(&label).replace('\n', "\\n"));
    }
    for Edge { from, to, by, weight: (low, high) } in &graph.edges {
        let weight =
            if low.total_cmp(high).is_eq() { short(*low) } else { format!("{} to {}", short(*low), short(*high)) };
        let (style, label) = match by {
            Leads::Pressure(rule) => ("solid", format!("{} {weight}", model.rule(*rule).id)),
            Leads::Boundary => ("dashed", weight),
        };
        let _ = writeln!(text, "  s{from} -> s{to} [label={}, style={style}];", quoted(&label));
    }
    text + "}\n"
}

/// `north.military: tense`
fn stands(model: &Model, column: &Column, value: i64) -> String {
    let kind = match column {
        Column::Variable(id) => Some(&model.variable(*id).kind),
        _ => None,
    };
    let shown = match kind {
        Some(VariableKind::Posture { values, .. }) => values[value as usize].clone(),
        Some(VariableKind::Flag) => if value == 0 { "no" } else { "yes" }.to_owned(),
        Some(VariableKind::Indicator) | None => value.to_string(),
    };
    format!("{}: {shown}", called(model, column))
}

/// Four digits.
fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.3e}").parse().unwrap_or(x);
    format!("{rounded}")
}

/// `clash`, or with its branch `clash/war`.
fn branch_of(rule: &Rule, branch: usize) -> String {
    match rule.branches.at(branch) {
        Some(branch) if !branch.name.is_empty() => format!("{}/{}", rule.id, branch.name),
        _ => rule.id.clone(),
    }
}

fn style(rule: &Rule) -> &'static str {
    match rule.clock {
        Clock::Pressure { .. } => "solid",
        Clock::Response { .. } => "dashed",
        Clock::Dated(_) | Clock::Recurring { .. } => "dotted",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
