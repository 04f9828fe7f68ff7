//! Numbers, shares and odds as people read them, rounded to what their intervals support.
//!
//! Computes nothing: the numbers come with their intervals.

mod exact;

use super::{Accuracy, Figure, Share};
use crate::analysis::estimate;
use crate::analysis::shares::largest_remainder;

pub use exact::{briefly, figure_briefly, probability, solved, solved_figure};

/// `100,000`
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `100,000 runs`
pub fn runs(n: u64) -> String {
    if n == 1 { "1 run".to_owned() } else { format!("{} runs", count(n)) }
}

/// Decimals of a percentage that the interval of a share supports; of a solved one two, since its digits stand elsewhere.
pub fn decimals(share: &Share) -> usize {
    let most = if share.accuracy == Accuracy::Exact { 2 } else { 4 };
    estimate::decimals(50.0 * (share.high - share.low), most)
}

/// `68.2 %`; what is more than 0 and less than 1 never looks like either, and no run at all is `none`.
pub fn percent(share: &Share) -> String {
    percent_to(share.value, decimals(share))
}

/// The same of a share to so many decimals of a percentage.
pub fn percent_to(share: f64, decimals: usize) -> String {
    spelled((share * whole(decimals)).round() as u64, share, decimals)
}

/// Shares that sum to 1 as percentages that sum to 100, all with the decimals that the widest interval supports. One that
/// these few would put outside of its own interval has more.
pub fn percentages(shares: &[Share]) -> Vec<String> {
    let decimals = shares.iter().map(decimals).min().unwrap_or(0);
    // A solved share has no count; 2^53 units keep all of its digits.
    let counts: Vec<u64> = shares.iter().map(|s| s.hits.unwrap_or((s.value * (1_u64 << 53) as f64) as u64)).collect();
    let units = largest_remainder(&counts, whole(decimals) as u64);
    let shown = |(units, share): (&u64, &Share)| {
        let value = *units as f64 / whole(decimals);
        let told = *units == 0 || share.accuracy == Accuracy::Exact || (share.low..=share.high).contains(&value);
        if told { spelled(*units, share.value, decimals) } else { percent(share) }
    };
    units.iter().zip(shares).map(shown).collect()
}

/// How many units of the last decimal are 100 %.
fn whole(decimals: usize) -> f64 {
    10_u64.pow(decimals as u32 + 2) as f64
}

fn spelled(units: u64, share: f64, decimals: usize) -> String {
    let unit = 100.0 / whole(decimals);
    match units {
        _ if share <= 0.0 => "none".to_owned(),
        _ if share >= 1.0 => "100 %".to_owned(),
        0 => format!("<{unit:.decimals$} %"),
        all if share < 1.0 && all as f64 >= whole(decimals) => format!(">{:.decimals$} %", 100.0 - unit),
        some => format!("{:.decimals$} %", some as f64 * unit),
    }
}

/// An interval of shares, rounded outwards: `67.9 to 68.5 %`.
pub fn between(share: &Share) -> String {
    let decimals = estimate::decimals(100.0 * (share.high - share.low) / 3.0, 4);
    // What is exact in decimal need not be so in binary: 0.29 must not become 28.
    let slack = 1e-9;
    let (low, high) = ((share.low * whole(decimals) + slack).floor(), (share.high * whole(decimals) - slack).ceil());
    let unit = 100.0 / whole(decimals);
    format!("{:.decimals$} to {:.decimals$} %", low * unit, high * unit)
}

/// A small share as people say it: `about 1 in 300`, `fewer than 1 in 27,000`; a large one has no odds.
pub fn odds(share: &Share) -> Option<String> {
    let odds = share.odds?;
    Some(match odds.about {
        Some(about) => format!("about 1 in {}", count(about)),
        None => format!("fewer than 1 in {}", count(odds.most)),
    })
}

/// A share in words: as odds if it is small, else as a percentage.
pub fn frequency(share: &Share) -> String {
    odds(share).unwrap_or_else(|| percent(share))
}

/// A number to as many digits as its interval supports.
pub fn figure(figure: &Figure) -> String {
    let decimals = digits(figure);
    if half_width(figure) > 0.0 {
        format!("{:.decimals$}", figure.value)
    } else {
        number(figure.value, if figure.value.abs() < 0.1 { 0.0 } else { 0.001 })
    }
}

/// `13.1 to 13.3`, where there is an interval.
pub fn interval(figure: &Figure) -> Option<String> {
    let decimals = digits(figure);
    Some(format!("{:.decimals$} to {:.decimals$}", figure.low?, figure.high?))
}

/// Decimals that an interval supports, and no more than three of what is no tiny number.
fn digits(figure: &Figure) -> usize {
    estimate::decimals(half_width(figure), if figure.value.abs() < 0.1 { 6 } else { 3 })
}

/// ` ±3 d`: how far the interval of a date, or of a number of days shown to a last digit of `unit`, reaches from it;
/// nothing if that does not show, and ` ?` if there are too few runs for an interval.
pub fn give_or_take(days: &Figure, unit: f64) -> String {
    let Some((low, high)) = days.low.zip(days.high) else { return " ?".to_owned() };
    let most = (high - days.value).max(days.value - low);
    if most < unit / 2.0 {
        return String::new();
    }
    format!(" ±{} d", number((most / unit - 1e-9).ceil() * unit, unit))
}

fn half_width(figure: &Figure) -> f64 {
    figure.low.zip(figure.high).map_or(0.0, |(low, high)| (high - low) / 2.0)
}

/// A number whose last digit is no finer than `unit`, without trailing zeros.
pub fn number(value: f64, unit: f64) -> String {
    let decimals = estimate::decimals(unit, 6);
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A bar of `width` cells for a share, in eighths of a cell; more than nothing always shows.
pub fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share * width as f64 * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// One cell of a curve: how high a share stands. Nothing is a space, next to nothing a dot.
pub fn level(share: f64) -> char {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    match share {
        s if s <= 0.0 => ' ',
        s if s < 0.02 => '·',
        s => LEVELS[((s * 8.0).round() as usize).clamp(1, 8) - 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::estimate::Proportion;

    #[test]
    fn counts_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }

    fn share(hits: u64, runs: u64) -> Share {
        Proportion::new(hits, runs).into()
    }

    #[test]
    fn a_little_is_never_nothing_and_much_never_all() {
        let shown = |counts: &[u64]| {
            let runs = counts.iter().sum();
            percentages(&counts.iter().map(|hits| share(*hits, runs)).collect::<Vec<_>>())
        };
        assert_eq!(shown(&[3, 99_997]), ["0.003 %", "99.997 %"]);
        assert_eq!(shown(&[1, 499, 500]), ["<1 %", "50 %", "50 %"]);
        assert_eq!(shown(&[0, 1_000]), ["none", "100 %"]);
        assert_eq!((spelled(100, 0.996, 0).as_str(), spelled(1_000, 0.9999, 1).as_str()), (">99 %", ">99.9 %"));
        assert_eq!(percent(&share(682, 1_000)), "68 %");
        assert_eq!(percent(&share(68_240, 100_000)), "68.2 %");
    }

    #[test]
    fn percentages_sum_to_a_hundred() {
        let third = share(1_000, 3_000);
        assert_eq!(percentages(&[third, third, third]), ["34 %", "33 %", "33 %"]);
    }

    #[test]
    fn no_share_is_shown_outside_of_its_interval() {
        let shares = [1_650, 450_000, 8_548_350].map(|hits| share(hits, 9_000_000));
        assert_eq!(between(&shares[0]), "0.0174 to 0.0193 %");
        assert_eq!(percentages(&shares), ["0.0183 %", "5.00 %", "94.98 %"]);
    }

    #[test]
    fn small_shares_are_told_as_odds_and_none_as_a_bound() {
        assert_eq!(frequency(&share(333, 100_000)), "about 1 in 300");
        assert_eq!(frequency(&share(0, 100_000)), "fewer than 1 in 27,000");
        assert_eq!(frequency(&share(500, 1_000)), "50 %");
    }

    #[test]
    fn intervals_are_rounded_outwards() {
        assert_eq!(between(&share(68_240, 100_000)), "67.9 to 68.6 %");
        assert_eq!(between(&share(0, 100_000)), "0.000 to 0.004 %");
    }

    #[test]
    fn numbers_lose_what_is_noise() {
        assert_eq!(number(14.2371, 0.04), "14.24");
        assert_eq!(number(14.0, 0.0), "14");
        assert_eq!(number(1234.56, 30.0), "1235");
        assert_eq!(number(-0.0001, 0.1), "0");
    }

    #[test]
    fn bars_and_levels() {
        assert_eq!(bar(0.5, 10), "█████");
        assert_eq!(bar(0.0001, 10), "▏");
        assert_eq!(bar(0.0, 10), "");
        assert_eq!([0.0, 0.001, 0.05, 0.5, 1.0].map(level), [' ', '·', '▁', '▄', '█']);
    }
}
