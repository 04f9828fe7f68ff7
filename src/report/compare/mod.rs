//! Two variants of a scenario side by side, as one plain value, and the views of it.
//!
//! Computes no numbers; every one carries its accuracy.

mod csv;
mod text;

pub use csv::csv;
pub use text::text;

use serde::Serialize;

use super::gather::changes;
use super::{Accuracy, Change, Figure};
use crate::analysis::compare::{Contrast, RuleChange};
use crate::analysis::estimate::MeanTrust;
use crate::analysis::measure::{Basis, Estimate, Kind, Quantity, Scale};
use crate::analysis::paired::{Difference, Pairing};
use crate::model::Model;

/// Version of the value below; it changes when a field changes its name or its meaning.
pub const VERSION: u32 = 1;

/// Two variants, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// `VERSION`.
    pub version: u32,
    /// The title of the first.
    pub title: String,
    /// The first: what the second is compared with.
    pub base: Side,
    /// The second.
    pub other: Side,
    /// Runs on either side.
    pub runs: u64,
    /// The seed of both.
    pub seed: u64,
    /// What both answer, in the order of the first.
    pub quantities: Vec<Row>,
    /// What only one of them asks.
    pub unmatched: Vec<String>,
    /// Rules that fired on either side.
    pub rules: Vec<Rule>,
    /// How runs end on either side.
    pub flips: Vec<Flip>,
    /// A few runs that end otherwise.
    pub exemplars: Vec<Exemplar>,
    /// Version of `simulate`.
    pub simulate: String,
    /// Version of the semantics.
    pub semantics: u32,
    /// The command that gives this again.
    pub command: String,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The scenario file as given.
    pub file: String,
    /// BLAKE3 of its text.
    pub digest: String,
    /// What is changed in its meaning.
    pub changes: Vec<Change>,
    /// The command that tells one of its runs, but for the number of the run, which comes last.
    pub trace: String,
}

/// One quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What of the outcome or question it is.
    pub kind: Kind,
    /// Name of the outcome or question.
    pub name: String,
    /// What it is counted in.
    pub scale: Scale,
    /// In the first; `None` where no run has it.
    pub base: Option<Figure>,
    /// In the second.
    pub other: Option<Figure>,
    /// The second minus the first.
    pub difference: Option<Figure>,
    /// What the difference stands on.
    pub pairing: Pairing,
    /// Pairs whose two runs differ in it.
    pub differ: u64,
    /// How many times the runs two independent seeds would need for the same interval.
    pub gain: Option<f64>,
    /// Of a mean: whether the interval of the difference can be trusted.
    pub trust: Option<MeanTrust>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Firings a run in the first.
    pub base: f64,
    /// Firings a run in the second.
    pub other: f64,
    /// The second minus the first.
    pub difference: Figure,
    /// Runs in which it fires more often in the second.
    pub more: u64,
    /// Runs in which it fires less often.
    pub fewer: u64,
    /// Whether the interval can be trusted.
    pub trust: MeanTrust,
}

/// Runs that end so in the first and so in the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// The outcome in the first.
    pub from: String,
    /// The outcome in the second.
    pub to: String,
    /// How many runs.
    pub runs: u64,
}

/// A run that ends otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exemplar {
    /// Which.
    pub run: u64,
    /// Its outcome in the first.
    pub from: String,
    /// Its outcome in the second.
    pub to: String,
    /// The commands that tell it on either side.
    pub trace: (String, String),
}

/// Where a comparison comes from, and how to make it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The files as given.
    pub files: (String, String),
    /// The commands that tell one run on either side, but for its number.
    pub traces: (String, String),
    /// The seed.
    pub seed: u64,
    /// Version of the semantics.
    pub semantics: u32,
    /// The command.
    pub command: String,
}

/// The value behind the views.
pub fn compared(base: &Model, other: &Model, contrast: &Contrast, source: Source) -> Compared {
    let name = |model: &Model, index: u16| model.outcomes.get(usize::from(index)).map_or("", |o| &o.name).to_owned();
    let side = |model: &Model, file: String, trace: String| Side {
        file,
        digest: model.digest.clone(),
        changes: changes(model),
        trace,
    };
    let exemplars = contrast.exemplars.iter().map(|found| Exemplar {
        run: found.run,
        from: name(base, found.from),
        to: name(other, found.to),
        trace: (format!("{} {}", source.traces.0, found.run), format!("{} {}", source.traces.1, found.run)),
    });
    let only = |these: &[Quantity]| these.iter().map(ToString::to_string).collect::<Vec<_>>();
    Compared {
        version: VERSION,
        title: if base.title.is_empty() { source.files.0.clone() } else { super::layout::plain(&base.title) },
        exemplars: exemplars.collect(),
        base: side(base, source.files.0, source.traces.0),
        other: side(other, source.files.1, source.traces.1),
        runs: contrast.runs,
        seed: source.seed,
        quantities: contrast.differences.iter().map(row).collect(),
        unmatched: [only(&contrast.only_base), only(&contrast.only_other)].concat(),
        rules: contrast.rules.iter().map(rule).collect(),
        flips: contrast
            .flips
            .iter()
            .map(|((from, to), flip)| Flip { from: name(base, *from), to: name(other, *to), runs: flip.runs })
            .collect(),
        simulate: env!("CARGO_PKG_VERSION").into(),
        semantics: source.semantics,
        command: source.command,
    }
}

fn row(found: &Difference) -> Row {
    let change = &found.change;
    let accuracy = if change.pairing == Pairing::Exact { Accuracy::Exact } else { Accuracy::Sampled };
    Row {
        kind: found.quantity.kind,
        name: found.quantity.name.clone(),
        scale: found.scale,
        base: level(&found.base),
        other: level(&found.other),
        difference: change.value.map(|value| Figure {
            value,
            low: change.interval.map(|interval| interval.low),
            high: change.interval.map(|interval| interval.high),
            runs: change.runs,
            accuracy,
        }),
        pairing: change.pairing,
        differ: change.differ,
        gain: change.gain,
        trust: change.trust,
    }
}

fn level(estimate: &Estimate) -> Option<Figure> {
    Some(Figure {
        value: estimate.value?,
        low: estimate.interval.map(|interval| interval.low),
        high: estimate.interval.map(|interval| interval.high),
        runs: estimate.runs,
        accuracy: if estimate.basis == Basis::Exact { Accuracy::Exact } else { Accuracy::Sampled },
    })
}

fn rule(found: &RuleChange) -> Rule {
    let change = &found.change;
    Rule {
        id: found.id.clone(),
        base: found.base,
        other: found.other,
        difference: Figure {
            value: change.value,
            low: change.interval.map(|interval| interval.low),
            high: change.interval.map(|interval| interval.high),
            runs: change.runs,
            accuracy: Accuracy::Sampled,
        },
        more: found.more,
        fewer: found.fewer,
        trust: change.trust,
    }
}
