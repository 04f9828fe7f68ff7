//! Probabilities as people say them: `30%`, `1 in 300`, a word of the scale, `about 55% to 80%`.
//!
//! Does not know parameters or expressions: what is no such saying is left to the caller.

use super::{Likelihood, Parsed, Probability, number};
use crate::diagnostic::{Diagnostic, Span};
use crate::scenario::words::{self, Scale};

impl Likelihood {
    /// The likelihood that `text` says; `None` if it is no saying of this kind, well or badly put.
    ///
    /// # Errors
    /// Outside 0 to 1, a band without two ends between 0 and 1, or a word that is not of the file's scale.
    pub fn parse(text: &str, scale: Option<Scale>, at: usize) -> Option<Parsed<Self>> {
        let span = Span::new(at, at + text.len());
        let text = text.trim();
        if let Some(found) = words::judge(text, scale, span) {
            return Some(found);
        }
        if let Some(found) = number_like(text, span) {
            return Some(found.map(Self::Number));
        }
        if let Some((low, high)) = spoken_band(text) {
            return Some(Err(unsaid_band(text, &low, &high, span)));
        }
        if let Some(rest) = text.strip_prefix("about ").filter(|rest| rest.contains(" to ")) {
            return Some(band(rest, span));
        }
        hedged(text, span).or_else(|| in_plain_words(text, span)).map(Err)
    }
}

/// Words before a number that leave it open.
const HEDGES: [&str; 23] = [
    "around ",
    "about ",
    "roughly ",
    "approximately ",
    "approx. ",
    "approx ",
    "circa ",
    "ca. ",
    "some ",
    "over ",
    "under ",
    "more than ",
    "less than ",
    "at least ",
    "at most ",
    "up to ",
    "maybe ",
    "perhaps ",
    "~",
    ">=",
    "<=",
    ">",
    "<",
];

/// The two ends, as percents, of a band that is not written as one: `20-30%`, `between 20 and 30 percent`.
fn spoken_band(text: &str) -> Option<(String, String)> {
    let lower = text.to_lowercase().replace("per cent", "%").replace("percent", "%");
    let hedged = ["about ", "around ", "roughly ", "between ", "from ", "~"];
    let rest = hedged.iter().find_map(|word| lower.strip_prefix(word)).unwrap_or(&lower);
    let (low, high) = [" to ", " and ", " or ", "–", "—", "-"].iter().find_map(|sign| rest.split_once(sign))?;
    let digits = |end: &str| end.trim().trim_end_matches('%').trim().to_owned();
    let (from, to) = (digits(low), digits(high));
    let percents = low.contains('%') || high.contains('%');
    let well_put = text.starts_with("about ") && rest.contains(" to ") && low.contains('%') && high.contains('%');
    let numbers = number::is_number(&from) && number::is_number(&to);
    (percents && numbers && !well_put).then(|| (format!("{from}%"), format!("{to}%")))
}

/// `fifty-fifty`, `one in three`, `twenty percent`, `30% chance`.
fn in_plain_words(text: &str, span: Span) -> Option<Box<Diagnostic>> {
    let meant = meant(&text.to_lowercase())?;
    number_like(&meant, span)?.ok()?;
    let error = Diagnostic::error("bad-probability", format!("`{text}` is not how a probability is written"), span);
    Some(error.help(format!("write `\"{meant}\"`")).into())
}

/// The probability, in our spelling, that somebody means who writes `text`.
fn meant(text: &str) -> Option<String> {
    let endings = [" chance", " chances", " probability", " likelihood", " likely", " odds", " of the time"];
    if let Some(rest) = endings.iter().find_map(|end| text.strip_suffix(end)) {
        let rest = rest.trim().trim_start_matches("a ");
        return meant(rest).or_else(|| Some(rest.to_owned()));
    }
    let count = |word: &str| {
        let word = word.trim().trim_end_matches(" chance");
        let digits = number::in_words(word).map(|n| n.to_string());
        digits.or_else(|| number::is_number(word).then(|| word.to_owned()))
    };
    match text {
        "fifty-fifty" | "fifty fifty" | "50-50" | "50/50" | "half" | "one half" | "a half" | "half and half" => {
            return Some("50%".to_owned());
        }
        _ => {}
    }
    // Betting odds count what speaks against something, or for it.
    let bet = |text: &str| {
        let (few, many) =
            text.trim_start_matches("odds of ").split_once([':', '-', '/']).or_else(|| text.split_once(" to "))?;
        Some((few.trim().parse::<u32>().ok()?, many.trim().parse::<u32>().ok()?))
    };
    if let Some((against, on)) = text.strip_suffix(" against").and_then(bet) {
        return Some(format!("{on} in {}", against.checked_add(on)?));
    }
    if let Some((on, against)) = text.strip_suffix(" on").and_then(bet) {
        return Some(format!("{on} in {}", against.checked_add(on)?));
    }
    if let Some(number) = text.strip_suffix("percent").or_else(|| text.strip_suffix("per cent")) {
        return count(number).map(|number| format!("{number}%"));
    }
    let between = [" in ", " out of ", " of ", "-in-", " to "];
    if let Some((few, many)) = between.iter().find_map(|between| text.split_once(between)) {
        return Some(format!("{} in {}", count(few)?, count(many)?));
    }
    let (few, part) = text.split_once([' ', '-'])?;
    let many = match part.trim_end_matches('s') {
        "half" | "halve" => 2,
        "third" => 3,
        "quarter" | "fourth" => 4,
        "fifth" => 5,
        "tenth" => 10,
        _ => return None,
    };
    Some(format!("{} in {many}", count(few)?))
}

/// A single number with a word such as `around` before it.
fn hedged(text: &str, span: Span) -> Option<Box<Diagnostic>> {
    let number = HEDGES.iter().find_map(|word| text.strip_prefix(word))?.trim();
    let number = meant(number).unwrap_or_else(|| number.to_owned());
    number_like(&number, span)?.ok()?;
    let error = Diagnostic::error("bad-probability", format!("`{text}` is not how a probability is written"), span)
        .help(format!("write `\"{number}\"`, or a band such as `\"about 20% to 45%\"`"));
    Some(error.into())
}

/// A band without `about`.
fn unsaid_band(text: &str, low: &str, high: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error("bad-probability", format!("`{text}` is not how a band is written"), span)
        .help(format!("write `\"about {low} to {high}\"`: its median is used, and band mode draws from it"))
        .into()
}

impl Probability {
    /// `0.3`, `30%` or `1 in 300`.
    ///
    /// # Errors
    /// Anything else, or not in 0 to 1.
    pub fn parse(text: &str, at: usize) -> Parsed<Self> {
        let span = Span::new(at, at + text.len());
        number_like(text.trim(), span).unwrap_or_else(|| {
            let message = format!("expected a probability such as `\"30%\"`, found `{text}`");
            Err(Diagnostic::error("bad-probability", message, span)
                .help("write a percent `\"30%\"`, a number from 0 to 1 `0.3`, or odds `\"1 in 300\"`")
                .into())
        })
    }
}

/// The number before a percent sign.
fn percent(text: &str) -> Option<&str> {
    text.trim().strip_suffix('%').filter(|digits| number::is_number(digits))
}

/// A number, percent or odds; `None` if it is nothing like these.
fn number_like(text: &str, span: Span) -> Option<Parsed<Probability>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let negative = text.starts_with('-');
    let in_range = |p: f64| Probability::new(if negative { -p } else { p }).ok_or_else(|| outside(text, span));
    if number::is_number(unsigned) {
        return Some(in_range(number::fraction(unsigned, 0)));
    }
    if let Some(digits) = percent(unsigned) {
        return Some(in_range(number::fraction(digits, -2)));
    }
    let point = unsigned.replacen(',', ".", 1);
    if point != unsigned && number::is_number(point.trim_end_matches('%')) {
        let message = format!("`{text}` has a comma, and numbers have a point");
        return Some(Err(Diagnostic::error("bad-probability", message, span)
            .help(format!("write `\"{point}\"`"))
            .into()));
    }
    let (digits, rest) = number::split(unsigned);
    if number::is_number(digits) && matches!(rest.trim(), "%" | "percent" | "per cent" | "pct") {
        let message = format!("`{text}` is not written as a percent");
        return Some(Err(Diagnostic::error("bad-probability", message, span)
            .help(format!("write `\"{digits}%\"`"))
            .into()));
    }
    let (few, many) = [" in ", " out of ", " of ", ":"].into_iter().find_map(|between| text.split_once(between))?;
    let well_put = text.contains(" in ");
    let (few, many) = (few.trim(), many.trim().replace(',', ""));
    if !well_put && number::is_number(few) && number::is_number(&many) {
        let message = format!("`{text}` is not how odds are written");
        let error = Diagnostic::error("bad-probability", message, span);
        return Some(Err(error.help(format!("write `\"{few} in {many}\"`")).into()));
    }
    if !number::is_number(few) || !number::is_number(&many) {
        return None;
    }
    Some(odds(text, number::fraction(few, 0), number::fraction(&many, 0), span))
}

fn odds(text: &str, few: f64, many: f64, span: Span) -> Parsed<Probability> {
    let p = if many > 0.0 { Probability::new(few / many) } else { None };
    p.ok_or_else(|| {
        Diagnostic::error("bad-probability", format!("`{text}` is no probability"), span)
            .help("odds are a number in a number at least as large: `\"1 in 300\"`")
            .into()
    })
}

fn outside(text: &str, span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error(
        "bad-probability",
        format!("`{text}` is no probability: it must lie in 0 to 1 (0% to 100%)"),
        span,
    );
    let error = if number::is_number(text) && number::fraction(text, 0) <= 100.0 {
        error.help(format!("for {text} percent write `\"{text}%\"`"))
    } else {
        error.help("write a number from 0 to 1, or a percent from 0% to 100%")
    };
    error.into()
}

/// What stands behind `about`: two ends.
fn band(rest: &str, span: Span) -> Parsed<Likelihood> {
    let Some((low_text, high_text)) = rest.split_once(" to ") else {
        return Err(Diagnostic::error("bad-probability", "a band has two ends", span)
            .help("write `\"about 55% to 80%\"`; for a single number leave `about` out")
            .into());
    };
    let end = |text: &str| number_like(text.trim(), span).unwrap_or_else(|| Err(no_end(text, span)));
    let (low, high) = (end(low_text)?, end(high_text)?);
    if low.value() <= 0.0 || high.value() >= 1.0 {
        let shown = |p: Probability, text: &str| match p.value() {
            0.0 => "0.5%".to_owned(),
            1.0 => "99.5%".to_owned(),
            _ => text.trim().to_owned(),
        };
        let (low, high) = (shown(low, low_text), shown(high, high_text));
        return Err(Diagnostic::error("bad-probability", "a band cannot reach 0% or 100%", span)
            .help("its ends are the 5% and 95% points of a judgement, and that leaves some doubt")
            .help(format!("write for example `\"about {low} to {high}\"`"))
            .into());
    }
    if low >= high {
        let (low_text, high_text) = (low_text.trim(), high_text.trim());
        return Err(Diagnostic::error("bad-probability", "the lower end of a band comes first", span)
            .help(if low == high {
                format!("for a single number write `\"{low_text}\"`")
            } else {
                format!("write `\"about {high_text} to {low_text}\"`")
            })
            .into());
    }
    Ok(Likelihood::Judged { word: None, low, high })
}

fn no_end(text: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error("bad-probability", format!("`{text}` is no end of a band"), span)
        .help("write both ends as percents: `\"about 55% to 80%\"`")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Parsed<Likelihood>> {
        Likelihood::parse(text, Some(Scale::Icd203), 0)
    }

    fn number(text: &str) -> f64 {
        match parse(text) {
            Some(Ok(Likelihood::Number(p))) => p.value(),
            other => panic!("{text}: {other:?}"),
        }
    }

    fn mistake(text: &str) -> String {
        match parse(text) {
            Some(Err(error)) => format!("{} {}", error.message, error.help.join(" ")),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    #[allow(clippy::float_cmp)]
    fn numbers_percents_and_odds_are_exact() {
        assert_eq!(number("0.3"), 0.3);
        assert_eq!(number("30%"), 0.3);
        assert_eq!(number("0.1%"), 0.001);
        assert_eq!(number("100%"), 1.0);
        assert_eq!(number("1 in 300"), 1.0 / 300.0);
        assert_eq!(number("1 in 1,000"), 0.001);
    }

    #[test]
    fn words_and_bands_are_judgements() {
        let Some(Ok(Likelihood::Judged { word, low, high })) = parse("Likely") else { panic!() };
        assert_eq!((word.as_deref(), low.value(), high.value()), (Some("likely"), 0.55, 0.8));
        let Some(Ok(Likelihood::Judged { word, low, high })) = parse("about 55% to 80%") else { panic!() };
        assert_eq!((word, low.value(), high.value()), (None, 0.55, 0.8));
    }

    #[test]
    fn mistakes_say_what_to_write() {
        assert!(mistake("30").contains("\"30%\""));
        assert!(mistake("150%").contains("0% to 100%"));
        assert!(mistake("-0.2").contains("0 to 1"));
        assert!(mistake("30 percent").contains("\"30%\""));
        assert!(mistake("30 %").contains("\"30%\""));
        assert!(mistake("0,35").contains("\"0.35\""));
        assert!(mistake("2,5%").contains("\"2.5%\""));
        assert!(mistake("20% to 45%").contains("\"about 20% to 45%\""));
        assert!(mistake("20-45%").contains("\"about 20% to 45%\""));
        assert!(mistake("about 30%").contains("write `\"30%\"`"));
        assert!(mistake("around 35%").contains("write `\"35%\"`"));
        assert!(mistake("about 0% to 5%").contains("cannot reach"));
        assert!(mistake("about 80% to 55%").contains("comes first"));
        assert!(mistake("300 in 1").contains("at least as large"));
        assert!(mistake("possible").contains("no number"));
    }

    #[test]
    fn what_is_something_else_is_left_alone() {
        for text in ["clash_rate", "0.05 * rok_autonomy", "5% * tension", "a - b", "min(1, x)", "10 in (1, 2)"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
