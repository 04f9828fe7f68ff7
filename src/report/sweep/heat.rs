//! A heat map of one quantity over two factors: a number in each field, and a colour where there is any.
//!
//! Computes nothing.

use std::fmt::Write as _;

use anstyle::{Ansi256Color, Color, Style};

use super::super::layout::{FAINT, WIDTH, heading, left, right, shorten, styled, width, wrap};
use super::text::value;
use crate::analysis::measure::Quantity;
use crate::analysis::sweep::{Axis, Point, Row, Shown, Sweep};

/// From low to high, colours of a terminal on which black letters are read.
const COLOURS: [u8; 8] = [195, 159, 123, 228, 221, 215, 209, 203];

/// The same without colour, where a field has no room for a number.
const SHADES: [&str; 5] = ["·", "░", "▒", "▓", "█"];

/// Columns of a field with a number.
const FIELD: usize = 8;

/// The rows and columns of the map are the settings of the two axes, in order.
pub(super) fn map(sweep: &Sweep, quantity: &Quantity, (down, across): (&Axis, &Axis), title: &str) -> String {
    let rows: Vec<Vec<Option<&Row>>> = sweep
        .points
        .chunks(across.levels.len())
        .map(|points: &[Point]| points.iter().map(|point| point.of(quantity)).collect())
        .collect();
    let names: Vec<String> = down.levels.iter().map(brief).collect();
    let column = names.iter().map(|name| width(name)).max().unwrap_or(0).max(width(&down.name)).min(24);
    let room = WIDTH.saturating_sub(column + 3);
    let ends = ends(&rows);
    let mut lines = heading(title, &format!("{} down, {} across", shorten(&down.name, 68), shorten(&across.name, 68)));
    if across.levels.len() * FIELD <= room {
        let heads: String =
            across.levels.iter().map(|level| right(&shorten(&brief(level), FIELD - 1), FIELD)).collect();
        let _ = writeln!(lines, "  {} {}", left("", column), styled(FAINT, &heads));
        for (name, row) in names.iter().zip(&rows) {
            let fields: String = row.iter().map(|row| field(*row, ends)).collect();
            let _ = writeln!(lines, "  {} {fields}", left(&shorten(name, column), column));
        }
        return lines;
    }
    let each = (room / across.levels.len()).clamp(1, 3);
    for (name, row) in names.iter().zip(&rows) {
        let fields: String = row.iter().map(|row| SHADES[step(*row, ends, SHADES.len())].repeat(each)).collect();
        let _ = writeln!(lines, "  {} {fields}", left(&shorten(name, column), column));
    }
    let (first, last) = (across.levels.first().map(brief), across.levels.last().map(brief));
    let across =
        format!("from left to right {} {} to {}", across.name, first.unwrap_or_default(), last.unwrap_or_default());
    let (low, high) = ends;
    let key = format!("· lowest ({}) to █ highest ({}); {across}", number(low, &rows), number(high, &rows));
    lines + &styled(FAINT, &wrap(&key, 2, 2))
}

/// As the row that has it shows it.
fn number(value_of: f64, rows: &[Vec<Option<&Row>>]) -> String {
    let has = |row: &&&Row| row.estimate.value.is_some_and(|value| value.to_bits() == value_of.to_bits());
    rows.iter().flatten().flatten().find(has).map(|row| value(row)).unwrap_or_default()
}

fn ends(rows: &[Vec<Option<&Row>>]) -> (f64, f64) {
    let values = || rows.iter().flatten().flatten().filter_map(|row| row.estimate.value);
    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
}

/// How high it is, in so many steps.
fn step(row: Option<&Row>, (low, high): (f64, f64), steps: usize) -> usize {
    let Some(value) = row.and_then(|row| row.estimate.value) else { return 0 };
    let share = if high > low { (value - low) / (high - low) } else { 0.0 };
    ((share * steps as f64) as usize).min(steps - 1)
}

fn field(row: Option<&Row>, ends: (f64, f64)) -> String {
    let text = right(&row.map(value).unwrap_or_default(), FIELD);
    let background = Color::Ansi256(Ansi256Color(COLOURS[step(row, ends, COLOURS.len())]));
    let style = Style::new().bg_color(Some(background)).fg_color(Some(Color::Ansi256(Ansi256Color(16))));
    if row.is_some() { styled(style, &text) } else { text }
}

/// A setting in few letters.
fn brief(level: &Shown) -> String {
    match level.number {
        Some(number) if level.text.parse::<f64>().is_ok() => {
            let text = format!("{number:.4}");
            let short = text.trim_end_matches('0').trim_end_matches('.');
            if short == "0" && number != 0.0 { format!("{number:.1e}") } else { short.to_owned() }
        }
        _ => level.text.clone(),
    }
}
