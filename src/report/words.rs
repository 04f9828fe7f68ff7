//! The scales of likelihood words, and the numbers that their words stand for, as tables.
//!
//! Does not know which scale a file uses.

use super::figures::number;
use super::layout::{FAINT, HEADING, left, right, styled, width, wrap};
use crate::scenario::quantity::Likelihood;
use crate::scenario::words::{Scale, Word};

/// Tables of `scales`, and what their columns mean.
pub fn words(scales: &[Scale]) -> String {
    let tables: Vec<String> = scales.iter().map(|scale| table(*scale)).collect();
    tables.join("\n") + "\n" + &closing(scales)
}

fn table(scale: Scale) -> String {
    let column = scale.words().iter().map(|w| width(w.word)).max().unwrap_or(0);
    let mut lines = format!("{}  {}\n", styled(HEADING, scale.name()), styled(FAINT, scale.title()));
    lines.extend(scale.words().iter().map(|word| row(word, column)));
    lines
}

/// `likely   55 to 80 %   68.9 %   also probable`
fn row(word: &Word, column: usize) -> String {
    let (low, high) = word.published;
    let band = if low < high { format!("{low} to {high} %") } else { format!("{low} %") };
    let point = format!("{} %", number(word.likelihood().point().value() * 100.0, 0.1));
    let mut also: Vec<String> = word.synonyms.iter().map(|s| (*s).to_owned()).collect();
    if let (true, Likelihood::Judged { low, high, .. }) = (word.clipped(), word.likelihood()) {
        let percent = |p: f64| number(p * 100.0, 0.1);
        also.push(format!("taken as {} to {} %", percent(low.value()), percent(high.value())));
    }
    let line =
        format!("  {}  {}  {}  {}", left(word.word, column), right(&band, 11), right(&point, 7), also.join(", "));
    line.trim_end().to_owned() + "\n"
}

fn closing(scales: &[Scale]) -> String {
    let name = scales.first().map_or("icd203", |scale| scale.name());
    wrap(
        "The band as published; the number that one run uses (the median of a logit-normal with 5 % and 95 % at the ends of the band); other words for the same.",
        0,
        0,
    ) + &wrap(
        &format!(
            "A file names its scale, `words: {name},`, and then may say `chance: \"likely\"` or `pressure: \"likely within 14d\"`. It keeps to one scale: \"likely\" is 55 to 80 % on one and 66 to 100 % on another."
        ),
        0,
        0,
    )
}
