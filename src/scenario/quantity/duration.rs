//! Durations: a number and a unit, such as `30d`.
//!
//! Does not know what a step of the calendar is.

use std::fmt;

use super::{Duration, Parsed, number, spoken};
use crate::diagnostic::{Diagnostic, Span};

/// Units with their seconds, in the order in which a duration is written back.
const UNITS: [(&str, u64); 5] = [("y", 31_557_600), ("w", 604_800), ("d", 86_400), ("h", 3_600), ("min", 60)];

/// Nothing in a scenario lasts longer, in seconds: ten thousand years.
const LONGEST: u64 = 10_000 * 31_557_600;

impl Duration {
    /// A duration such as `30d`, `2w`, `6h`, `15min`, `1y` (365.25 days), `1.5d`.
    ///
    /// # Errors
    /// No number, no unit, an unknown unit, no whole number of seconds, or more than ten thousand years.
    pub fn parse(text: &str, at: usize) -> Parsed<Self> {
        Self::strict(text, at).map_err(|error| in_plain_words(text, Span::new(at, at + text.len())).unwrap_or(error))
    }

    /// The same, with no look at what is meant by a text in plain words.
    pub(super) fn strict(text: &str, at: usize) -> Parsed<Self> {
        let span = Span::new(at, at + text.len());
        let (digits, unit) = number::split(text.trim());
        if digits.is_empty() {
            return Err(no_number(text, span));
        }
        let Some((_, seconds)) = UNITS.into_iter().find(|(name, _)| *name == unit) else {
            return Err(no_unit(digits, unit, span));
        };
        let exact = number::exact(digits).and_then(|(value, places)| {
            let total = value.checked_mul(u128::from(seconds))?;
            let scale = 10_u128.checked_pow(places)?;
            total.is_multiple_of(scale).then(|| total / scale)
        });
        match exact.map(u64::try_from) {
            Some(Ok(seconds)) if seconds <= LONGEST => Ok(Self { seconds }),
            Some(_) => Err(Diagnostic::error("bad-duration", format!("`{text}` is longer than 10,000 years"), span)
                .help("write a shorter duration")
                .into()),
            None => Err(Diagnostic::error("bad-duration", format!("`{text}` is not a whole number of seconds"), span)
                .help("write it in a smaller unit, such as `\"36h\"` for a day and a half")
                .into()),
        }
    }
}

/// The mistake of a duration in the words of every day.
fn in_plain_words(text: &str, span: Span) -> Option<Box<Diagnostic>> {
    let said = spoken::duration(text)?;
    let error = Diagnostic::error("bad-duration", format!("`{text}` is not how a duration is written"), span);
    let text = said.text;
    let help = if said.months {
        format!("write `\"{text}\"`: a month has no fixed length, so say how many days, or use a date")
    } else {
        format!("write `\"{text}\"`: the number and the unit `min`, `h`, `d`, `w` or `y`, without a space")
    };
    Some(error.help(help).into())
}

fn no_number(text: &str, span: Span) -> Box<Diagnostic> {
    if let Some(positive) = text.trim().strip_prefix(['-', '+', '−']).and_then(spoken::duration) {
        let message = if text.contains('+') { "no sign stands before a duration" } else { "a time cannot be negative" };
        return Diagnostic::error("bad-duration", format!("`{text}`: {message}"), span)
            .help(format!("write `\"{}\"`", positive.text))
            .into();
    }
    let message = format!("expected a duration such as `\"30d\"`, found `{text}`");
    Diagnostic::error("bad-duration", message, span)
        .help("a duration is a number and a unit: `\"15min\"`, `\"6h\"`, `\"30d\"`, `\"2w\"`, `\"1y\"`")
        .into()
}

fn no_unit(digits: &str, unit: &str, span: Span) -> Box<Diagnostic> {
    let trimmed = unit.trim();
    if trimmed.is_empty() {
        return Diagnostic::error("bad-duration", format!("`{digits}` of what? a duration needs a unit"), span)
            .help(format!("write `\"{digits}d\"` for days; the units are `min`, `h`, `d`, `w` and `y`"))
            .into();
    }
    if let Some(rest) = unit.strip_prefix(',').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return decimal_comma(digits, rest, span);
    }
    let base = Diagnostic::error("bad-duration", format!("`{digits}{unit}` is not a duration"), span);
    if let ("m" | "M", Some(months)) = (trimmed, spoken::duration(&format!("{digits} months"))) {
        return base.help(format!("write `\"{digits}min\"` for minutes, or `\"{}\"` for months", months.text)).into();
    }
    base.help(format!("a duration is one number and one of the units `min`, `h`, `d`, `w`, `y`: `\"{digits}d\"`"))
        .into()
}

/// `0,7`, `1,5d`, `1,500`
fn decimal_comma(digits: &str, rest: &str, span: Span) -> Box<Diagnostic> {
    let quoted = |text: String| if number::is_number(&text) { format!("`{text}`") } else { format!("`\"{text}\"`") };
    let error =
        Diagnostic::error("bad-number", format!("`{digits},{rest}` has a comma: the decimal sign is a point"), span);
    let decimal = quoted(format!("{digits}.{rest}"));
    let thousands = digits != "0" && rest.bytes().take_while(u8::is_ascii_digit).count() == 3;
    let help = if thousands {
        format!("for thousands write {}, for a decimal number {decimal}", quoted(format!("{digits}{rest}")))
    } else {
        format!("write {decimal}")
    };
    error.help(help).into()
}

impl fmt::Display for Duration {
    /// In the largest unit below a year that it is a whole number of, weeks left out; years if nothing else is shorter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |unit: u64| self.seconds.is_multiple_of(unit);
        if self.seconds == 0 {
            return f.write_str("0d");
        }
        match UNITS.into_iter().find(|(name, unit)| *name != "w" && whole(*unit)) {
            Some((name, unit)) => write!(f, "{}{name}", self.seconds / unit),
            None => write!(f, "{}min", decimal(self.seconds, 60)),
        }
    }
}

/// `numerator / denominator` in as few digits as tell it.
fn decimal(numerator: u64, denominator: u64) -> f64 {
    numerator as f64 / denominator as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> u64 {
        Duration::parse(text, 0).unwrap().seconds
    }

    #[test]
    fn every_unit() {
        assert_eq!(seconds("15min"), 900);
        assert_eq!(seconds("6h"), 21_600);
        assert_eq!(seconds("30d"), 2_592_000);
        assert_eq!(seconds("2w"), 1_209_600);
        assert_eq!(seconds("1y"), 31_557_600);
        assert_eq!(seconds("1.5d"), 129_600);
        assert_eq!(seconds("0d"), 0);
        assert_eq!(seconds("0.05min"), 3);
    }

    #[test]
    fn what_is_no_duration_says_why() {
        let help = |text: &str| Duration::parse(text, 7).unwrap_err().help.join(" ");
        assert!(help("3 days").contains("\"3d\""));
        assert!(help("30").contains("\"30d\""));
        assert!(help("2 months").contains("no fixed length"));
        assert!(help("soon").contains("a number and a unit"));
        assert!(help("1.23456789d").contains("smaller unit"));
        assert!(help("9999999y").contains("shorter"));
        assert!(help("-3d").contains("write `\"3d\"`"));
        assert!(help("3d6h").contains("one number and one"));
        assert!(help("1.2.3d").contains("smaller unit"));
    }

    #[test]
    fn written_back_as_people_would() {
        for text in ["30d", "6h", "90min", "1y", "0d", "365d", "0.05min"] {
            assert_eq!(Duration::parse(text, 0).unwrap().to_string(), text);
        }
        assert_eq!(Duration::parse("2w", 0).unwrap().to_string(), "14d");
        assert_eq!(Duration::parse("1.5d", 0).unwrap().to_string(), "36h");
    }
}
