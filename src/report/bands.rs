//! Estimates, their sampling errors, and their bands over the judgements: three numbers, side by side and never mixed.
//!
//! Computes no numbers.

use serde::Serialize;

use super::figures::count;
use super::layout::{FAINT, heading, label, left, right, styled, width, wrap};
use super::study::{Doubtful, Heading, digits, doubtful, half_width, kinds, level, name, sampling_error, table, unit};
use crate::analysis::bands::{Band, Banded, End, FEWEST};
use crate::analysis::estimate::Interval;
use crate::analysis::judgement::{Doubt, Judgement, Sharing};
use crate::analysis::measure::{Basis, Kind, Scale};
use crate::scenario::words;

/// A study of bands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bands {
    /// What it is of.
    #[serde(flatten)]
    pub heading: Heading,
    /// Draws of the judgements.
    pub draws: u64,
    /// Runs of each draw, where it could not be solved.
    pub runs: u64,
    /// Runs of the estimate, where it could not be solved.
    pub estimate_runs: u64,
    /// What moves together.
    pub shared: Sharing,
    /// What was drawn.
    pub judgements: Vec<Doubtful>,
    /// What came of it.
    pub quantities: Vec<Row>,
}

/// One quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What of an outcome or question it is.
    pub kind: Kind,
    /// The outcome or question.
    pub name: String,
    /// What it is counted in.
    pub scale: Scale,
    /// At the file's own numbers; `None` where no run has it.
    pub estimate: Option<f64>,
    /// 95 % interval of the estimate: its sampling error alone. Of a solved one, what is certain.
    pub sampling: Option<Interval>,
    /// The estimate is solved.
    pub solved: bool,
    /// 5 % and 95 % points over the judgements: what they alone do.
    pub band: Option<Band>,
    /// In words of the file's scale: of the estimate and of both ends of the band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<[String; 3]>,
}

/// How much was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Draws.
    pub draws: u64,
    /// Runs of each.
    pub runs: u64,
    /// Runs of the estimate.
    pub estimate_runs: u64,
}

/// The value behind the views; in words too if there is a `scale`.
pub fn bands(
    heading: Heading,
    amount: Amount,
    shared: Sharing,
    judgements: &[Judgement],
    banded: &[Banded],
    scale: Option<words::Scale>,
) -> Bands {
    let row = |banded: &Banded| Row {
        kind: banded.quantity.kind,
        name: banded.quantity.name.clone(),
        scale: banded.scale,
        estimate: banded.estimate.value,
        sampling: banded.estimate.interval,
        solved: banded.estimate.basis == Basis::Exact,
        band: banded.band,
        words: scale.filter(|_| banded.scale == Scale::Share).and_then(|scale| in_words(scale, banded)),
    };
    let Amount { draws, runs, estimate_runs } = amount;
    let quantities = banded.iter().map(row).collect();
    Bands { heading, draws, runs, estimate_runs, shared, judgements: doubtful(judgements), quantities }
}

fn in_words(scale: words::Scale, banded: &Banded) -> Option<[String; 3]> {
    let band = banded.band?;
    Some([banded.estimate.value?, band.low.value, band.high.value].map(|p| scale.spoken(p)))
}

/// As text of 80 columns; what was drawn too if `all`.
pub fn text(bands: &Bands, banded: &[Banded], all: bool) -> String {
    let judged = bands.judgements.iter().filter(|judgement| judgement.doubt == Doubt::Judged).count();
    let together = match bands.shared {
        Sharing::Source if judged > 1 => "; judgements of one source move together",
        _ => ", each by itself",
    };
    let how = format!(
        "{} draws of {}{together}. {} runs a draw, {} for the estimate, where they cannot be solved.",
        count(bands.draws),
        kinds(&bands.judgements),
        count(bands.runs),
        count(bands.estimate_runs),
    );
    let mut lines = format!("{}\n{}", bands.heading.title, styled(FAINT, &wrap(&how, 0, 0)));
    let parts = [
        ("Outcomes", vec![Kind::Outcome]),
        ("Questions", vec![Kind::Question]),
        ("Numbers", vec![Kind::Mean, Kind::Never]),
    ];
    for (title, kinds) in parts {
        let rows: Vec<(&Row, &Banded)> =
            bands.quantities.iter().zip(banded).filter(|(row, _)| kinds.contains(&row.kind)).collect();
        lines += &section(title, &rows);
    }
    lines += "\n";
    lines += &wrap(
        "The estimate takes the file's numbers as they are; ± is its sampling error (95 %), which more runs make \
         smaller. The band is where 90 of 100 draws of the judgements put it, and no run makes it narrower.",
        0,
        0,
    );
    if all {
        lines += &table(&bands.judgements);
    }
    lines + &bands.heading.closing()
}

fn section(title: &str, rows: &[(&Row, &Banded)]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let column = rows.iter().map(|(_, banded)| width(&name(&banded.quantity))).max().unwrap_or(0).min(28);
    let mut lines = heading(title, "estimate, its sampling error; band over the judgements");
    for (row, banded) in rows {
        let label = label(&name(&banded.quantity), column);
        let value = row.estimate.map_or("none".into(), |value| level(row.scale, value, half_width(&banded.estimate)));
        let error = sampling_error(row.scale, &banded.estimate);
        let band = row.band.map_or_else(|| without(banded), |band| across(row.scale, &band));
        lines += format!("  {label}  {}  {}   {band}\n", right(&value, 9), left(&error, 7)).as_str();
        if let Some([estimate, low, high]) = &row.words {
            let band = if low == high { low.clone() } else { format!("{low} to {high}") };
            lines += &wrap(&format!("{estimate}; over the judgements {band}"), column + 4, column + 4);
        }
        lines += &row
            .band
            .map(|band| styled(FAINT, &wrap(&accuracy(row.scale, &band), column + 4, column + 4)))
            .unwrap_or_default();
    }
    lines
}

fn without(banded: &Banded) -> String {
    if banded.draws < FEWEST { "no band: too few draws have it".into() } else { "no band: some draws lack it".into() }
}

/// Half of what is not known of an end.
fn doubt(end: &End) -> f64 {
    end.low.zip(end.high).map_or((end.value / 2.0).abs(), |(low, high)| (high - low) / 2.0)
}

/// `4.1 to 17 %`
fn across(scale: Scale, band: &Band) -> String {
    if band.noise >= 1.0 {
        return "cannot be told from noise: more runs".into();
    }
    if band.deviation <= 0.0 {
        let never = scale == Scale::Share && !band.exact && band.mean <= 0.0;
        return if never { "no run of any draw has it".into() } else { "no judgement moves it".into() };
    }
    let [low, high] = [band.low, band.high].map(|end| level(scale, end.value, doubt(&end)));
    if low == high { low } else { format!("{} to {high}", low.trim_end_matches(unit(scale))) }
}

/// What is known of the ends of a band, and what was taken out.
fn accuracy(scale: Scale, band: &Band) -> String {
    let end = |end: &End| {
        // No share lies beyond 0 or 1; any other number may.
        let bound = |bound: f64| if scale == Scale::Share { bound.clamp(0.0, 1.0) } else { bound };
        let bound = |at: f64| digits(scale, bound(at), doubt(end) / 3.0);
        match (end.low, end.high) {
            (Some(low), Some(high)) => format!("{} to {}", bound(low), bound(high)),
            (None, Some(high)) => format!("at most {}", bound(high)),
            (Some(low), None) => format!("at least {}", bound(low)),
            (None, None) => "anywhere".into(),
        }
    };
    if band.deviation <= 0.0 {
        return band
            .high
            .high
            .filter(|_| !band.exact)
            .map_or(String::new(), |high| format!("at most {}{}", digits(scale, high, high / 10.0), unit(scale)));
    }
    let ends = format!("its ends lie in {} and {}{}", end(&band.low), end(&band.high), unit(scale));
    match band.noise {
        _ if band.exact => ends,
        noise if noise < 0.005 => format!("{ends}; hardly any noise in it"),
        noise => format!("{ends}; {:.0} % of the variance was noise, taken out", 100.0 * noise),
    }
}

/// A row of the table.
#[derive(Debug, Serialize)]
struct Line<'a> {
    quantity: String,
    scale: Scale,
    estimate: Option<f64>,
    sampling_low: Option<f64>,
    sampling_high: Option<f64>,
    method: &'a str,
    band_low: Option<f64>,
    band_low_low: Option<f64>,
    band_low_high: Option<f64>,
    band_high: Option<f64>,
    band_high_low: Option<f64>,
    band_high_high: Option<f64>,
    judgements_mean: Option<f64>,
    judgements_deviation: Option<f64>,
    noise_share: Option<f64>,
    draws: usize,
    runs: u64,
    seed: u64,
    digest: &'a str,
}

/// As one tidy table, a row a quantity, numbers unrounded.
///
/// # Panics
/// Never: it is written to memory.
pub fn csv(bands: &Bands, banded: &[Banded]) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    for (row, banded) in bands.quantities.iter().zip(banded) {
        let band = row.band.as_ref();
        let line = Line {
            quantity: banded.quantity.to_string(),
            scale: row.scale,
            estimate: row.estimate,
            sampling_low: row.sampling.map(|interval| interval.low),
            sampling_high: row.sampling.map(|interval| interval.high),
            method: if row.solved { "exact" } else { "sampled" },
            band_low: band.map(|band| band.low.value),
            band_low_low: band.and_then(|band| band.low.low),
            band_low_high: band.and_then(|band| band.low.high),
            band_high: band.map(|band| band.high.value),
            band_high_low: band.and_then(|band| band.high.low),
            band_high_high: band.and_then(|band| band.high.high),
            judgements_mean: band.map(|band| band.mean),
            judgements_deviation: band.map(|band| band.deviation),
            noise_share: band.map(|band| band.noise),
            draws: banded.draws,
            runs: bands.runs,
            seed: bands.heading.seed,
            digest: &bands.heading.digest,
        };
        table.serialize(line).expect("rows are plain");
    }
    let bytes = table.into_inner().expect("memory does not fail");
    String::from_utf8(bytes).expect("made of text")
}
