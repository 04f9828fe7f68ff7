//! Examples of records, with what the author wrote at that very place put where it belongs.
//!
//! Does not know other places of the file; names and dates of the stock examples are replaced later.

use super::Reader;
use crate::scenario::node::{Node, Shape};
use crate::scenario::quantity::Moment;

/// The longest value that is said again.
const LONGEST: usize = 70;

/// How a record of the kind `what` may look that holds what `node` holds, which is no record.
pub(super) fn record(what: &str, node: &Node<'_>, reader: &Reader) -> String {
    own(what, node, reader).unwrap_or_else(|| stock(what, reader))
}

/// `node` as it can be written, if it is short.
pub(super) fn written(node: &Node<'_>) -> Option<String> {
    let joined = |nodes: &[Node<'_>]| nodes.iter().map(written).collect::<Option<Vec<_>>>().map(|all| all.join(", "));
    let text = match &node.shape {
        Shape::Number(_, text) => (*text).to_owned(),
        Shape::Name(name) => (*name).to_owned(),
        Shape::Text(text, Some(_)) => format!("\"{text}\""),
        Shape::List(nodes) => format!("[{}]", joined(nodes)?),
        Shape::Tuple(nodes) => format!("({})", joined(nodes)?),
        _ => return None,
    };
    (text.chars().count() <= LONGEST && !text.contains('\n')).then_some(text)
}

/// A date of the run.
pub(super) fn a_date(reader: &Reader) -> String {
    reader.start.map_or_else(|| "2024-03-08".to_owned(), Moment::date)
}

fn own(what: &str, node: &Node<'_>, reader: &Reader) -> Option<String> {
    let whole = written(node)?;
    let parts: Vec<String> = match &node.shape {
        Shape::List(nodes) | Shape::Tuple(nodes) => nodes.iter().filter_map(written).collect(),
        _ => Vec::new(),
    };
    let is_number = matches!(node.shape, Shape::Number(..));
    let is_text = matches!(node.shape, Shape::Text(..));
    Some(match (what, parts.as_slice()) {
        ("the clock", [start, end]) => format!("(start: {start}, end: {end})"),
        ("a parameter", []) => format!("(value: {whole}, says: \"…\")"),
        ("a parameter", [first, ..]) => format!("(one_of: [{}], value: {first}, says: \"…\")", parts.join(", ")),
        ("a posture", [first, ..]) => format!("(ladder: [{}], start: {first})", parts.join(", ")),
        ("an indicator", [low, high]) => format!("(range: ({low}, {high}), start: {low})"),
        ("an indicator", []) if is_number => format!("(range: (0, {}), start: {whole})", hundred_or(&whole)),
        ("`decays`", []) if is_text => format!("(half_life: {whole}, towards: 20)"),
        ("a factor", [when, times]) => format!("(when: {when}, {}: {times})", reader.times),
        ("a branch", []) if is_number || is_text => format!("(weight: {whole})"),
        ("a branch", [..]) => format!("(weight: 0.9, then: [{}])", parts.join(", ")),
        ("an outcome", []) if !is_number => format!("(name: {whole})"),
        ("a source", []) if is_text => format!("(title: {whole})"),
        ("an actor", []) if is_text => format!("(name: {whole}, postures: {{ … }})"),
        ("`because`", []) if is_text => format!("(kind: assumed, note: {whole})"),
        ("a forced firing", [rule, at]) => format!("(rule: {rule}, at: {at})"),
        ("a forced firing", []) if !is_number && !whole.contains(['@', ' ']) => {
            format!("(rule: {whole}, at: \"{}\")", a_date(reader))
        }
        _ => return None,
    })
}

/// The upper end of a range that holds `number`.
fn hundred_or(number: &str) -> &str {
    if number.parse::<f64>().is_ok_and(|number| number <= 100.0) { "100" } else { number }
}

/// How such a record may look where nothing of the author's fits.
fn stock(what: &str, reader: &Reader) -> String {
    match what {
        "the clock" => "(start: \"2024-02-07\", end: \"2024-12-31\")",
        "a rule" => "(says: \"…\", on: [other_rule], then: [\"tension += 3\"])",
        "a parameter" => "(value: \"30%\", says: \"…\")",
        "an actor" => "(name: \"North Korea\", postures: { … })",
        "a posture" => "(ladder: [calm, tense, war], start: calm)",
        "an indicator" => "(range: (0, 100), start: 60)",
        "`decays`" => "(half_life: \"21d\", towards: 20)",
        "a factor" => return format!("(when: \"tension > 50\", {}: 3)", reader.times),
        "a branch" => "(weight: 0.9, then: [\"tension += 3\"])",
        "an outcome" => "(name: war, when: \"ever(tension > 80)\")",
        "a question" => "(ask: \"ever(tension > 80)\")",
        "a source" => "(title: \"…\", grade: \"B2\")",
        "`because`" => "(kind: assumed)",
        "a variant" => "(set: {us_line: back})",
        "a forced firing" => return format!("(rule: clash, at: \"{}\")", a_date(reader)),
        _ => "(name: value, …)",
    }
    .to_owned()
}
