//! Delays: `3d`, `1d to 7d`, `typically 3d to 10d`, a cumulative table.
//!
//! Does not know steps: the table over whole steps is made by the compiler.

use super::{Delay, Duration, Parsed, Probability, spoken};
use crate::diagnostic::{Diagnostic, Span, Spanned};

/// What else a delay may be.
const FORMS: &str = "a delay may also be `\"1d to 7d\"` (evenly), `\"typically 3d to 10d\"`, or a table `[(\"7d\", \"40%\"), (\"14d\", \"60%\")]`";

/// The same without the table.
const SPREADS: &str = "a delay may also be `\"1d to 7d\"` (evenly) or `\"typically 3d to 10d\"`";

impl Delay {
    /// A delay such as `3d`, `1d to 7d`, `typically 3d to 10d`.
    ///
    /// # Errors
    /// A part that is no duration, or ends that are not in order.
    pub fn parse(text: &str, at: usize) -> Parsed<Self> {
        Self::strict(text, at).map_err(|error| in_plain_words(text, Span::new(at, at + text.len())).unwrap_or(error))
    }

    /// The same in a rule that has a `chance`, which a table would replace: none is offered.
    ///
    /// # Errors
    /// Those of [`Delay::parse`].
    pub fn beside_chance(text: &str, at: usize) -> Parsed<Self> {
        Self::parse(text, at).map_err(|mut error| {
            for help in error.help.iter_mut().filter(|help| **help == FORMS) {
                SPREADS.clone_into(help);
            }
            error
        })
    }

    /// The same, with no look at what is meant by a text in plain words.
    pub(super) fn strict(text: &str, at: usize) -> Parsed<Self> {
        let span = Span::new(at, at + text.len());
        if let Some(rest) = text.strip_prefix("typically ") {
            let Some((low, high)) = ends(rest, at + text.len() - rest.len())? else {
                return Err(Diagnostic::error("bad-delay", "`typically` needs two ends", span)
                    .help("write `\"typically 3d to 10d\"`: 5 % come earlier and 5 % later than that")
                    .into());
            };
            if low.seconds == 0 && high.seconds > 0 {
                return Err(Diagnostic::error("bad-delay", "`typically` cannot begin at nothing", span)
                    .help("its lower end is the time before which 5 % come: write a short one, such as `\"typically 1h to 10d\"`, or `\"0d to 10d\"` for evenly")
                    .into());
            }
            in_order(rest, true, (low, high), span)?;
            return Ok(Self::Typically(low, high));
        }
        if let Some((low, high)) = ends(text, at)? {
            in_order(text, false, (low, high), span)?;
            return Ok(Self::Evenly(low, high));
        }
        Duration::parse(text, at).map(Self::Fixed).map_err(|mut error| {
            error.help.push(FORMS.to_owned());
            error
        })
    }

    /// A cumulative table from its points in the order written.
    ///
    /// # Errors
    /// No point, times that do not rise from above 0, or probabilities that fall.
    pub fn table(points: Vec<(Spanned<Duration>, Spanned<Probability>)>, span: Span) -> Parsed<Self> {
        if points.is_empty() {
            return Err(Diagnostic::error("bad-delay", "this table is empty", span)
                .help("write points of time and probability: `[(\"7d\", \"40%\"), (\"14d\", \"60%\")]`")
                .into());
        }
        let mut last: Option<&(Spanned<Duration>, Spanned<Probability>)> = None;
        for point in &points {
            let (time, p) = point;
            if time.value.seconds <= last.map_or(0, |(t, _)| t.value.seconds) {
                let message = if last.is_some() {
                    "the times of this table must rise"
                } else {
                    "the first time must be more than 0"
                };
                return Err(Diagnostic::error("bad-delay", message, time.span)
                    .help("each point says how probable it is that the reply has come by that time; 0 by `0d` is understood")
                    .into());
            }
            if let Some((_, before)) = last.filter(|(_, before)| p.value < before.value) {
                return Err(Diagnostic::error("bad-delay", "the probabilities of this table must not fall", p.span)
                    .label("less than before")
                        .related(before.span, "more had come by then")
                    .help("they are cumulative: the probability that the reply has come by that time; the last is the chance that it comes at all")
                    .into());
            }
            last = Some(point);
        }
        Ok(Self::Table(points.into_iter().map(|(time, p)| (time.value, p.value)).collect()))
    }
}

/// The mistake of a spread of time in the words of every day.
fn in_plain_words(text: &str, span: Span) -> Option<Box<Diagnostic>> {
    if let Some(help) = without_number(&text.trim().to_lowercase()) {
        let error = Diagnostic::error("bad-delay", format!("`{text}` is not how a delay is written"), span);
        return Some(error.help(help).into());
    }
    let ends = text.strip_prefix("typically ").unwrap_or(text).split_once(" to ");
    // Well-put ends have another fault, which has been found.
    if ends.is_some_and(|(low, high)| Duration::strict(low, 0).is_ok() && Duration::strict(high, 0).is_ok()) {
        return None;
    }
    let spread = spoken::delay(text)?;
    let evenly = &spread.evenly;
    let help = match (spread.may_be_typical, spread.said_typically) {
        (true, true) => format!("write `\"typically {evenly}\"`: 5 % come earlier and 5 % later than that"),
        (true, false) => format!("write `\"{evenly}\"` for evenly between the two, or `\"typically {evenly}\"`"),
        (false, _) => format!("write `\"{evenly}\"` for evenly within that time"),
    };
    let error = Diagnostic::error("bad-delay", format!("`{text}` is not how a delay is written"), span).help(help);
    Some(if spread.months {
        error.help("a month has no fixed length, so say how many days").into()
    } else {
        error.into()
    })
}

/// What to write for a delay that names no number.
fn without_number(text: &str) -> Option<String> {
    if matches!(text, "immediately" | "at once" | "now" | "instantly" | "none" | "no delay") {
        return Some("leave `after` out: without it the reply comes at once".to_owned());
    }
    if matches!(text, "next day" | "the next day" | "the day after" | "tomorrow") {
        return Some("write `\"1d\"`".to_owned());
    }
    let unit = ["a few ", "few ", "several ", "some "].iter().find_map(|word| text.strip_prefix(word))?;
    let (two, six) = (spoken::duration(&format!("2 {unit}"))?.text, spoken::duration(&format!("6 {unit}"))?.text);
    Some(format!("say between which times: `\"{two} to {six}\"`, or `\"typically {two} to {six}\"`"))
}

/// The two ends of `a to b`; `None` if there is no `to`.
fn ends(text: &str, at: usize) -> Parsed<Option<(Duration, Duration)>> {
    let Some((low, high)) = text.split_once(" to ") else { return Ok(None) };
    let low = Duration::parse(low, at)?;
    let high = Duration::parse(high, at + text.len() - high.len())?;
    Ok(Some((low, high)))
}

/// Whether the ends of `text` go up; where not, the remedy keeps the author's words.
fn in_order(text: &str, typically: bool, (low, high): (Duration, Duration), span: Span) -> Parsed<()> {
    if low < high {
        return Ok(());
    }
    let what = if low == high { "both ends of the delay are the same" } else { "the shorter time comes first" };
    let error = Diagnostic::error("bad-delay", what, span);
    let (first, second) = text.split_once(" to ").map_or((text, text), |(first, second)| (first.trim(), second.trim()));
    let short = if low.seconds > 3600 { "1h" } else { "1min" };
    let out = match (low == high, typically) {
        (true, _) => format!("for a fixed delay write `\"{first}\"`"),
        (false, true) if high.seconds == 0 => format!(
            "`typically` cannot begin at nothing: write a short time first, such as `\"typically {short} to {first}\"`, or \
            `\"{second} to {first}\"` for evenly"
        ),
        (false, true) => format!("write `\"typically {second} to {first}\"`"),
        (false, false) => format!("write `\"{second} to {first}\"`"),
    };
    Err(error.help(out).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(n: u64) -> Duration {
        Duration { seconds: n * 86_400 }
    }

    #[test]
    fn the_four_kinds() {
        assert_eq!(Delay::parse("3d", 0).unwrap(), Delay::Fixed(days(3)));
        assert_eq!(Delay::parse("1d to 7d", 0).unwrap(), Delay::Evenly(days(1), days(7)));
        assert_eq!(Delay::parse("typically 3d to 10d", 0).unwrap(), Delay::Typically(days(3), days(10)));
        let here = Span::new(0, 1);
        let point = |n, p| (Spanned::new(days(n), here), Spanned::new(Probability::new(p).unwrap(), here));
        let table = Delay::table(vec![point(7, 0.4), point(14, 0.6)], here).unwrap();
        assert!(matches!(table, Delay::Table(points) if points.len() == 2));
        assert!(Delay::table(vec![point(7, 0.4), point(7, 0.6)], here).is_err());
        assert!(Delay::table(vec![point(7, 0.4), point(8, 0.3)], here).is_err());
        assert!(Delay::table(vec![], here).is_err());
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let error = |text: &str| {
            let error = Delay::parse(text, 0).unwrap_err();
            format!("{} {}", error.message, error.help.join(" "))
        };
        assert!(error("3-10d").contains("\"3d to 10d\""));
        assert!(error("1 to 7d").contains("\"1d to 7d\""));
        assert!(error("1 to 7 days").contains("\"1d to 7d\""));
        assert!(error("within 7d").contains("\"0d to 7d\""));
        assert!(error("-1d").contains("write `\"1d\"`"));
        assert!(error("7d to 1d").contains("1d to 7d"));
        assert!(error("typically 48h to 1d").contains("\"typically 1d to 48h\""));
        assert!(error("typically 2d to 0d").contains("\"0d to 2d\""));
        assert!(error("3d to 3d").contains("\"3d\"") && !error("3d to 3d").contains("comes first"));
        assert!(error("typically 3d").contains("two ends"));
        assert!(error("typically 0d to 3d").contains("cannot begin"));
        assert!(error("soon").contains("typically"));
    }

    #[test]
    fn the_place_is_that_of_the_wrong_part() {
        assert_eq!(
            Delay::parse("typically 3d to tomorrow", 100).unwrap_err().place,
            crate::diagnostic::Place::Text(Span::new(116, 124))
        );
    }
}
