//! What every study says of itself: what it is of, what was in doubt, and how to have it again.
//!
//! Computes nothing.

use serde::Serialize;

use super::figures::{count, number, percent_to};
use super::layout::{WIDTH, flow, heading, left, plain, right, shorten, width, wrap};
use crate::analysis::estimate::decimals;
use crate::analysis::judgement::{Doubt, Judgement};
use crate::analysis::measure::{Basis, Estimate, Kind, Quantity, Scale};
use crate::model::Model;

/// What a study is of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heading {
    /// The scenario's title.
    pub title: String,
    /// The scenario file as given; of an absolute path only the name.
    pub file: String,
    /// BLAKE3 of the scenario text, in hexadecimal.
    pub digest: String,
    /// Version of `simulate`.
    pub simulate: String,
    /// Version of the semantics.
    pub semantics: u32,
    /// The seed.
    pub seed: u64,
    /// The command that gives this again.
    pub command: String,
}

impl Heading {
    /// Of `model`, read from `file`.
    pub fn new(model: &Model, file: &str, semantics: u32, seed: u64, command: String) -> Self {
        Self {
            title: plain(&model.title),
            file: file.to_owned(),
            digest: model.digest.clone(),
            simulate: env!("CARGO_PKG_VERSION").into(),
            semantics,
            seed,
            command,
        }
    }

    /// What these numbers are not, and how to have them again.
    pub fn closing(&self) -> String {
        let limits = "These numbers restate the assumptions of the scenario file; they are no forecast. What the file leaves \
                      out cannot happen here, and no band holds it.";
        let digest = self.digest.get(..12).unwrap_or(&self.digest);
        let version = &self.simulate;
        let of = format!("simulate {version} · scenario {digest} · seed {}", self.seed);
        format!("\n{}\n{of}\nagain:   {}\n", wrap(limits, 0, 0), self.command)
    }
}

/// Something in doubt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Doubtful {
    /// Its name, as `--set` takes it.
    pub name: String,
    /// What kind of doubt there is.
    pub doubt: Doubt,
    /// As it is in force.
    pub value: String,
    /// Its low and its high end, or all other names.
    pub ends: Vec<String>,
    /// The word that it was stated by.
    pub word: Option<String>,
    /// Where it is taken from.
    pub source: Option<String>,
    /// What it means.
    pub says: String,
}

/// `judgements` for a table.
pub fn doubtful(judgements: &[Judgement]) -> Vec<Doubtful> {
    let one = |judgement: &Judgement| Doubtful {
        name: judgement.factor.name.clone(),
        doubt: judgement.doubt,
        value: brief(&judgement.base.shown),
        ends: judgement.ends().iter().map(|end| brief(&end.shown)).collect(),
        word: judgement.word.clone(),
        source: judgement.source.clone(),
        says: plain(&judgement.says),
    };
    judgements.iter().map(one).collect()
}

/// A number of many digits to three; anything else as it is.
pub fn brief(shown: &str) -> String {
    match shown.parse::<f64>() {
        Ok(x) if shown.len() > 6 => short(x),
        _ => shown.to_owned(),
    }
}

/// Three significant digits.
pub fn short(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return number(x, 0.0);
    }
    let magnitude = libm::floor(libm::log10(x.abs())) as i32;
    number(x, libm::pow(10.0, f64::from(magnitude - 2)))
}

/// `7 judgements, 3 ranges`
pub fn kinds(judgements: &[Doubtful]) -> String {
    let of = |doubt, one: &str, many: &str| {
        let found = judgements.iter().filter(|judgement| judgement.doubt == doubt).count();
        (found > 0).then(|| format!("{} {}", count(found as u64), if found == 1 { one } else { many }))
    };
    let all = [
        of(Doubt::Judged, "judgement", "judgements"),
        of(Doubt::Ranged, "range", "ranges"),
        of(Doubt::Choice, "choice", "choices"),
        of(Doubt::Switch, "rule on or off", "rules on or off"),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The table of what is in doubt.
pub fn table(judgements: &[Doubtful]) -> String {
    let mut lines = heading("What is in doubt", "value, low to high end");
    let column = judgements.iter().map(|judgement| width(&judgement.name)).max().unwrap_or(0).min(36);
    for judgement in judgements {
        let values = matches!(judgement.doubt, Doubt::Judged | Doubt::Ranged);
        let ends = judgement.ends.join(if values { " to " } else { ", " });
        let from = [judgement.word.as_deref(), judgement.source.as_deref()];
        let from: Vec<&str> = from.into_iter().flatten().collect();
        let line =
            format!("{}  {}  {ends}", left(&shorten(&judgement.name, WIDTH - 2), column), right(&judgement.value, 8));
        let items = line.split("  ").filter(|item| !item.is_empty()).count();
        let shown = if from.is_empty() { line } else { format!("{line}  ({})", from.join(", ")) };
        let row = if width(&shown) + 2 > WIDTH && items > 1 {
            flow(shown.split(' ').map(str::to_owned), " ", 2, 4)
        } else {
            format!("  {shown}\n")
        };
        lines += &row;
    }
    lines
}

/// How a number of a scale is shown: to decimals that `half_width` supports, without its unit.
pub fn digits(scale: Scale, value: f64, half_width: f64) -> String {
    let factor = if scale == Scale::Share { 100.0 } else { 1.0 };
    let decimals = decimals_of(scale, half_width);
    let shown = format!("{:.decimals$}", factor * value);
    if shown.trim_start_matches('-').chars().all(|c| "0.".contains(c)) { shown.replace('-', "") } else { shown }
}

/// A number of a scale with its unit; a share that is more than 0 and less than 1 looks like neither.
pub fn level(scale: Scale, value: f64, half_width: f64) -> String {
    if scale == Scale::Share {
        return percent_to(value, decimals_of(scale, half_width));
    }
    digits(scale, value, half_width) + unit(scale)
}

fn decimals_of(scale: Scale, half_width: f64) -> usize {
    let (factor, exact) = if scale == Scale::Share { (100.0, 2) } else { (1.0, 3) };
    if half_width > 0.0 { decimals(factor * half_width, 4) } else { exact }
}

/// What stands behind a number of a scale.
pub fn unit(scale: Scale) -> &'static str {
    match scale {
        Scale::Share => " %",
        Scale::Plain => "",
        Scale::Days => " d",
        Scale::ValueDays => " × d",
    }
}

/// Half the width of a sampled estimate's interval; 0 where it has none.
pub fn half_width(estimate: &Estimate) -> f64 {
    let sampled = estimate.interval.filter(|_| estimate.basis == Basis::Sampled);
    sampled.map_or(0.0, |interval| interval.half_width())
}

/// `±0.3`, `<0.2` of what no run had, `solved`, or that too little is known.
pub fn sampling_error(scale: Scale, estimate: &Estimate) -> String {
    match estimate.interval {
        _ if estimate.basis == Basis::Exact => "solved".into(),
        None => "?".into(),
        Some(interval) if scale == Scale::Share && estimate.value == Some(0.0) => {
            format!("<{}", digits(scale, interval.high, interval.high / 10.0))
        }
        Some(interval) => {
            let half = interval.half_width();
            // One digit more than the number itself has.
            format!("±{}", digits(scale, half, half / 3.0))
        }
    }
}

/// `war`, `mean of first_test`, `no first_test`
pub fn name(quantity: &Quantity) -> String {
    match quantity.kind {
        Kind::Outcome | Kind::Question => quantity.name.clone(),
        Kind::Mean => format!("mean of {}", quantity.name),
        Kind::Never => format!("never {}", quantity.name),
    }
}

/// Whether `typed` asks for `quantity`: by its full name (`outcome:war`), or by the name in the file.
pub fn is_asked(quantity: &Quantity, typed: &str) -> bool {
    typed == quantity.name || typed == quantity.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_they_deserve() {
        assert_eq!(digits(Scale::Share, 0.123_456, 0.004), "12.3");
        assert_eq!(digits(Scale::Share, -0.000_01, 0.02), "0");
        assert_eq!(digits(Scale::Days, 12.345, 3.0), "12");
        let share = |value, half_width| level(Scale::Share, value, half_width);
        assert_eq!((share(0.123_456, 0.004), share(0.0, 0.01)), ("12.3 %".into(), "none".into()));
        assert_eq!((share(1e-9, 0.0), share(0.002, 0.03)), ("<0.01 %".into(), "<1 %".into()));
        assert_eq!((share(0.999, 0.03), share(1.0, 0.0)), (">99 %".into(), "100 %".into()));
        assert_eq!(level(Scale::Days, -2.0, 0.5), "-2.0 d");
        assert_eq!((short(0.123_456), short(1_234.5), short(0.0)), ("0.123".into(), "1234".into(), "0".into()));
        assert_eq!((brief("0.0123456789"), brief("back")), ("0.0123".into(), "back".into()));
    }
}
