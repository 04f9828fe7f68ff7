//! Solved numbers as people read them: all digits that their intervals support, and no more.
//!
//! Computes nothing: the intervals hold the truth, and are shown themselves where they are wide.

use crate::report::{Figure, Share};

/// The most significant digits: what a reader can compare, and a float can hold through a computation.
const DIGITS: usize = 12;

/// With fewer digits than this a number says less than its interval.
const FEWEST: usize = 3;

/// What is smaller is written with a power of ten.
const SMALL: f64 = 1e-4;

/// What is larger is written with a power of ten.
const LARGE: f64 = 1e12;

/// A probability whose complement is smaller is written as 1 less that.
const NEAR_ONE: f64 = 1e-3;

/// `0.305936853130`, `1.23456789e-12`; `3.05 to 3.11` where the interval is wide.
pub fn solved(value: f64, low: f64, high: f64) -> String {
    to_digits(value, low, high, DIGITS)
}

/// The same of a figure.
pub fn solved_figure(figure: &Figure) -> String {
    solved(figure.value, figure.low.unwrap_or(figure.value), figure.high.unwrap_or(figure.value))
}

/// `0.305936853130`; near 1, by its complement: `1 - 1.23456789e-12`.
pub fn probability(share: &Share) -> String {
    match &share.complement {
        _ if share.low >= 1.0 => "1".to_owned(),
        Some(rest) if rest.high < NEAR_ONE && rest.high > 0.0 => {
            let rest = solved(rest.value, rest.low, rest.high);
            if rest.contains(" to ") { solved(share.value, share.low, share.high) } else { format!("1 - {rest}") }
        }
        _ => solved(share.value, share.low, share.high),
    }
}

/// A probability to five digits, to stand beside a sampled one: `6.4312 %`, `1.2346e-9`, `1 - 1.2346e-9`.
pub fn briefly(share: &Share) -> String {
    const BRIEF: usize = 5;
    /// What has no two digits in the decimals of a percentage.
    const SMALL_SHARE: f64 = 1e-5;
    let short = |value: f64, low: f64, high: f64| match value {
        v if v > 0.0 && v < SMALL_SHARE => to_digits(value, low, high, BRIEF),
        _ => to_digits(100.0 * value, 100.0 * low, 100.0 * high, BRIEF) + " %",
    };
    match &share.complement {
        _ if share.low >= 1.0 => "100 %".to_owned(),
        Some(rest) if rest.high < SMALL_SHARE && rest.high > 0.0 => {
            format!("1 - {}", to_digits(rest.value, rest.low, rest.high, BRIEF))
        }
        _ => short(share.value, share.low, share.high),
    }
}

/// A number to six digits, to stand beside a sampled one.
pub fn figure_briefly(figure: &Figure) -> String {
    let (low, high) = (figure.low.unwrap_or(figure.value), figure.high.unwrap_or(figure.value));
    to_digits(figure.value, low, high, 6)
}

fn to_digits(value: f64, low: f64, high: f64, most: usize) -> String {
    let half = (high - low) / 2.0;
    if value == 0.0 && half <= 0.0 {
        return "0".to_owned();
    }
    let supported = (1..=most).take_while(|digits| unit(value, *digits) > half).count();
    if supported < FEWEST.min(most) {
        let end = |x: f64| written(x, FEWEST);
        return format!("{} to {}", end(low), end(high));
    }
    let text = written(value, supported);
    // What is exactly a short decimal is shown as that.
    if half <= 0.0 { trimmed(&text) } else { text }
}

/// The worth of the last of so many significant digits.
fn unit(value: f64, digits: usize) -> f64 {
    libm::pow(10.0, f64::from(magnitude(value) + 1 - digits as i32))
}

/// The power of ten of the first digit, as it is written.
fn magnitude(value: f64) -> i32 {
    if value == 0.0 { 0 } else { libm::floor(libm::log10(value.abs()) + 1e-13) as i32 }
}

fn written(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(SMALL..LARGE).contains(&value.abs()) {
        return format!("{value:.*e}", digits - 1);
    }
    let decimals = (digits as i32 - 1 - magnitude(value)).max(0) as usize;
    format!("{value:.decimals$}")
}

fn trimmed(text: &str) -> String {
    let (number, power) = text.split_once('e').map_or((text, None), |(number, power)| (number, Some(power)));
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    power.map_or_else(|| number.to_owned(), |power| format!("{number}e{power}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Accuracy, Complement};

    fn within(value: f64, relative: f64) -> String {
        solved(value, value * (1.0 - relative), value * (1.0 + relative))
    }

    fn share(value: f64, rest: f64, relative: f64) -> Share {
        let ends = |x: f64| (x * (1.0 - relative), x * (1.0 + relative));
        let (low, high) = ends(value);
        let of_rest = ends(rest);
        Share {
            value,
            low,
            high,
            hits: None,
            runs: 0,
            accuracy: Accuracy::Exact,
            odds: None,
            complement: Some(Complement { value: rest, low: of_rest.0, high: of_rest.1 }),
        }
    }

    #[test]
    fn as_many_digits_as_the_interval_supports() {
        assert_eq!(within(0.305_936_853_130_4, 1e-14), "0.305936853130");
        assert_eq!(within(0.305_936_853_130_4, 4e-10), "0.305936853");
        assert_eq!(within(229.940_951_234_56, 1e-10), "229.9409512");
        assert_eq!(within(1.234_567_890_123e-12, 1e-15), "1.23456789012e-12");
        assert_eq!(within(1.234_567_89e-12, 1e-8), "1.2345679e-12");
        assert_eq!(within(0.000_123_456_789, 1e-13), "0.000123456789000");
        assert_eq!(within(1.0, 1e-15), "1.00000000000");
    }

    #[test]
    fn a_wide_interval_is_shown_itself() {
        assert_eq!(solved(0.305, 0.30, 0.31), "0.300 to 0.310");
        assert_eq!(solved(0.5, 0.0, 1.0), "0 to 1.00");
        assert_eq!(solved(5e-19, 0.0, 1e-18), "0 to 1.00e-18");
    }

    #[test]
    fn what_is_exact_has_no_idle_zeros() {
        assert_eq!([0.25, 1.0, 0.0, 12.0, 1e-7].map(|x| solved(x, x, x)), ["0.25", "1", "0", "12", "1e-7"]);
    }

    #[test]
    fn a_probability_near_one_has_the_digits_of_its_complement() {
        assert_eq!(probability(&share(1.0 - 1.234_567_89e-12, 1.234_567_89e-12, 1e-10)), "1 - 1.234567890e-12");
        assert_eq!(probability(&share(1.234_567_89e-12, 1.0 - 1.234_567_89e-12, 1e-10)), "1.234567890e-12");
        assert_eq!(probability(&share(0.999_5, 0.000_5, 1e-13)), "1 - 0.000500000000000");
        assert_eq!(probability(&share(0.998, 0.002, 1e-13)), "0.998000000000");
        assert_eq!(probability(&share(1.0, 0.0, 0.0)), "1");
        assert_eq!(probability(&share(0.0, 1.0, 0.0)), "0");
    }

    #[test]
    fn beside_a_sampled_share_five_digits_are_enough() {
        assert_eq!(briefly(&share(0.064_312_345, 0.935_687_655, 1e-12)), "6.4312 %");
        assert_eq!(briefly(&share(1.234_567_89e-9, 1.0, 1e-12)), "1.2346e-9");
        assert_eq!(briefly(&share(1.0 - 1.234_567_89e-9, 1.234_567_89e-9, 1e-12)), "1 - 1.2346e-9");
        assert_eq!(briefly(&share(0.25, 0.75, 0.0)), "25 %");
    }
}
