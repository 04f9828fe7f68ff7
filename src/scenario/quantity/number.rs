//! Plain decimal numbers, digit by digit, so that `0.1%` is exactly what a thousandth is.
//!
//! Does not know units.

/// Whether `text` is an unsigned decimal number: digits, perhaps a point and digits.
pub fn is_number(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(part)
}

/// Whether `text` is a number as a file takes it without quotes: perhaps a sign, a decimal number, perhaps an exponent.
pub fn is_bare_number(text: &str) -> bool {
    let unsigned = |t: &str| is_number(t.strip_prefix(['-', '+']).unwrap_or(t));
    match text.split_once(['e', 'E']) {
        Some((number, exponent)) => unsigned(number) && unsigned(exponent) && !exponent.contains('.'),
        None => unsigned(text),
    }
}

/// How `text`, that lacks a digit before or behind its point, is written as a number.
pub fn with_its_digits(text: &str) -> Option<String> {
    let sign = text.len() - text.trim_start_matches(['-', '+']).len();
    let (sign, digits) = text.split_at(sign);
    let whole = if digits.starts_with('.') { format!("0{digits}") } else { digits.strip_suffix('.')?.to_owned() };
    (sign.len() < 2 && is_bare_number(&whole)).then(|| format!("{sign}{whole}"))
}

/// The number that `text` is, times ten to the power of `exponent`, rounded once.
///
/// # Panics
/// If `text` is not [`is_number`].
pub fn fraction(text: &str, exponent: i32) -> f64 {
    format!("{text}e{exponent}").parse().expect("digits with at most one point are a number")
}

/// `text` as `digits / 10^places`, where that is small enough to be exact.
pub(super) fn exact(text: &str) -> Option<(u128, u32)> {
    if !is_number(text) || text.len() > 24 {
        return None;
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part}").parse().ok()?;
    Some((digits, part.len() as u32))
}

/// The leading digits and point of `text`, and the rest.
pub(super) fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// The number that a word is: `two`, `a`, `forty-five`.
pub(in crate::scenario) fn in_words(word: &str) -> Option<u32> {
    const WORDS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    if let Some((tens, ones)) = word.split_once(['-', ' ']) {
        let ones = in_words(ones).filter(|ones| (1..10).contains(ones))?;
        return Some(in_words(tens).filter(|tens| tens % 10 == 0 && (20..100).contains(tens))? + ones);
    }
    match word {
        "a" | "an" => Some(1),
        "fifteen" => Some(15),
        "twenty" => Some(20),
        "thirty" => Some(30),
        "forty" => Some(40),
        "fifty" => Some(50),
        "sixty" => Some(60),
        "seventy" => Some(70),
        "eighty" => Some(80),
        "ninety" => Some(90),
        "hundred" => Some(100),
        _ => WORDS.iter().position(|known| *known == word).and_then(|n| u32::try_from(n).ok()),
    }
}
