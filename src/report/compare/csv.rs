//! A comparison as one tidy table: one row a quantity, rule, or way that runs go; numbers unrounded.

use serde::Serialize;

use super::{Compared, Figure};
use crate::report::Accuracy;

/// A row; what means nothing for it is empty.
#[derive(Debug, Default, Serialize)]
struct Row<'a> {
    kind: &'a str,
    name: &'a str,
    item: &'a str,
    base: Option<f64>,
    base_low: Option<f64>,
    base_high: Option<f64>,
    other: Option<f64>,
    other_low: Option<f64>,
    other_high: Option<f64>,
    difference: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    runs: Option<u64>,
    accuracy: Option<Accuracy>,
}

impl<'a> Row<'a> {
    fn new(kind: &'a str, name: &'a str) -> Self {
        Self { kind, name, ..Self::default() }
    }

    fn between(self, base: Option<&Figure>, other: Option<&Figure>) -> Self {
        Self {
            base: base.map(|f| f.value),
            base_low: base.and_then(|f| f.low),
            base_high: base.and_then(|f| f.high),
            other: other.map(|f| f.value),
            other_low: other.and_then(|f| f.low),
            other_high: other.and_then(|f| f.high),
            ..self
        }
    }

    fn apart(self, difference: Option<&Figure>) -> Self {
        Self {
            difference: difference.map(|f| f.value),
            low: difference.and_then(|f| f.low),
            high: difference.and_then(|f| f.high),
            runs: difference.map(|f| f.runs),
            accuracy: difference.map(|f| f.accuracy),
            ..self
        }
    }
}

/// The comparison as CSV with a header.
///
/// # Panics
/// Never: it is written to memory.
pub fn csv(compared: &Compared) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let facts = [
        ("simulate", compared.simulate.clone()),
        ("base digest", compared.base.digest.clone()),
        ("other digest", compared.other.digest.clone()),
        ("seed", compared.seed.to_string()),
        ("runs", compared.runs.to_string()),
        ("again", compared.command.clone()),
    ];
    let quantities = compared.quantities.iter().map(|row| {
        let named = Row::new(row.kind.name(), &row.name);
        named.between(row.base.as_ref(), row.other.as_ref()).apart(row.difference.as_ref())
    });
    let rules = compared.rules.iter().map(|rule| {
        let named = Row { base: Some(rule.base), other: Some(rule.other), ..Row::new("rule", &rule.id) };
        named.apart(Some(&rule.difference))
    });
    let flips = compared.flips.iter().map(|f| Row { item: &f.to, runs: Some(f.runs), ..Row::new("flip", &f.from) });
    let origin = facts.iter().map(|(name, text)| Row { item: text, ..Row::new("origin", name) });
    for row in quantities.chain(rules).chain(flips).chain(origin) {
        table.serialize(row).expect("rows are plain");
    }
    String::from_utf8(table.into_inner().expect("memory does not fail")).expect("made of text")
}
