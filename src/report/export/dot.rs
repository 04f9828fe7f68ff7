//! Postures as graphs for Graphviz (`simulate export dot`): states, and an edge for each rule that can move from one to
//! another.
//!
//! Says what can happen, not how often: an edge may be one that the rest of the scenario never lets through.

use std::fmt::Write as _;

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
        let label = quoted(&called(rule, of.branch));
        let _ = writeln!(text, "    {} -> {} [label={label}, style={}];", node(of.from), node(of.to), style(rule));
    }
    text + "  }\n"
}

/// `clash`, or with its branch `clash/war`.
fn called(rule: &Rule, branch: usize) -> String {
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
