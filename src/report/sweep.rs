//! Views of a sweep: text for people, and one tidy table, a row a point and quantity, as CSV, JSON and Parquet.
//!
//! Computes no numbers but averages of those that are there, with intervals that are the averages of theirs.

mod heat;
mod parquet;
mod text;

use serde::Serialize;

use crate::analysis::estimate::Interval;
use crate::analysis::measure::{Basis, Scale};
use crate::analysis::paired::Pairing;
use crate::analysis::sweep::{Axis, Point, Row, Shown, Sweep};

pub use self::parquet::{ParquetError, parquet};
pub use self::text::{Show, text};

/// A sweep as JSON: everything, unrounded.
pub fn json(sweep: &Sweep) -> String {
    #[derive(Serialize)]
    struct Versioned<'a> {
        version: u32,
        #[serde(flatten)]
        sweep: &'a Sweep,
    }
    super::json::lines(&Versioned { version: 1, sweep })
}

/// Columns of the table beside the factors: before them, and after them.
const BEFORE: [&str; 1] = ["point"];
const AFTER: [&str; 17] = [
    "kind",
    "name",
    "unit",
    "value",
    "low",
    "high",
    "runs",
    "basis",
    "difference",
    "difference_low",
    "difference_high",
    "differ",
    "pairing",
    "seed",
    "scenario",
    "simulate",
    "changes",
];

/// The column of a factor: its name, unless a column of the table is called so.
fn column(axis: &Axis) -> String {
    let taken = BEFORE.iter().chain(&AFTER).any(|name| *name == axis.name);
    if taken { format!("factor.{}", axis.name) } else { axis.name.clone() }
}

/// The table as CSV with a header.
///
/// # Panics
/// Never: it is written to memory.
pub fn csv(sweep: &Sweep) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let factors = sweep.study.factors.iter().map(column);
    let header: Vec<String> = BEFORE
        .iter()
        .map(|name| (*name).to_owned())
        .chain(factors)
        .chain(AFTER.iter().map(|n| (*n).to_owned()))
        .collect();
    table.write_record(header).expect("memory does not fail");
    for (point, row) in sweep.rows() {
        table.write_record(fields(sweep, point, row)).expect("memory does not fail");
    }
    String::from_utf8(table.into_inner().expect("memory does not fail")).expect("made of text")
}

fn fields(sweep: &Sweep, point: &Point, row: &Row) -> Vec<String> {
    let Cells { value, low, high, runs, basis, difference, apart, differ, pairing } = Cells::of(row);
    let text = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut fields = vec![point.number.to_string()];
    fields.extend(sweep.study.factors.iter().zip(&point.settings).map(|(axis, setting)| of_factor(axis, setting)));
    fields.extend([row.quantity.kind.name().into(), row.quantity.name.clone(), unit(row.scale).into()]);
    fields.extend([text(value), text(low), text(high), runs.to_string(), basis.into()]);
    fields.extend([text(difference), text(apart.map(|ends| ends.low)), text(apart.map(|ends| ends.high))]);
    fields.extend([differ.map(|differ| differ.to_string()).unwrap_or_default(), pairing.unwrap_or_default().into()]);
    fields.extend([sweep.study.seed.to_string(), sweep.study.digest.clone(), sweep.study.simulate.clone()]);
    fields.push(sweep.study.overrides.join(" "));
    fields
}

/// Numbers as numbers, so that `10%` is `0.1`; durations in days.
fn of_factor(axis: &Axis, setting: &Shown) -> String {
    match setting.number {
        Some(number) if axis.numeric => number.to_string(),
        _ => setting.text.clone(),
    }
}

/// What a row of the table says.
struct Cells {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    runs: u64,
    basis: &'static str,
    difference: Option<f64>,
    apart: Option<Interval>,
    differ: Option<u64>,
    pairing: Option<&'static str>,
}

impl Cells {
    fn of(row: &Row) -> Self {
        let Row { estimate, change, .. } = row;
        Self {
            value: estimate.value,
            low: estimate.interval.map(|interval| interval.low),
            high: estimate.interval.map(|interval| interval.high),
            runs: estimate.runs,
            basis: basis(estimate.basis),
            difference: change.and_then(|change| change.value),
            apart: change.and_then(|change| change.interval),
            differ: change.filter(|change| change.pairing == Pairing::Paired).map(|change| change.differ),
            pairing: change.map(|change| pairing(change.pairing)),
        }
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Exact => "exact",
        Basis::Sampled => "sampled",
    }
}

fn pairing(pairing: Pairing) -> &'static str {
    match pairing {
        Pairing::Exact => "exact",
        Pairing::Paired => "paired",
        Pairing::Separate => "separate",
    }
}

fn unit(scale: Scale) -> &'static str {
    match scale {
        Scale::Share => "probability",
        Scale::Plain => "number",
        Scale::Days => "days",
        Scale::ValueDays => "value_days",
    }
}
