//! Delays: `3d`, `1d to 7d`, `typically 3d to 10d`, a cumulative table.
//!
//! Does not know steps: the table over whole steps is made by the compiler.

use super::{Delay, Duration, Parsed, Probability, duration, number};
use crate::diagnostic::{Diagnostic, Span, Spanned};

impl Delay {
    /// A delay such as `3d`, `1d to 7d`, `typically 3d to 10d`.
    ///
    /// # Errors
    /// A part that is no duration, or ends that are not in order.
    pub fn parse(text: &str, at: usize) -> Parsed<Self> {
        let span = Span::new(at, at + text.len());
        if let Some(rest) = text.strip_prefix("typically ") {
            let Some((low, high)) = ends(rest, at + text.len() - rest.len())? else {
                return Err(Diagnostic::error("bad-delay", "`typically` needs two ends", span)
                    .help("write `\"typically 3d to 10d\"`: 5 % come earlier and 5 % later than that")
                    .into());
            };
            if low.seconds == 0 {
                return Err(Diagnostic::error("bad-delay", "`typically` cannot begin at nothing", span)
                    .help("its lower end is the time before which 5 % come: write a short one, such as `\"typically 1h to 10d\"`, or `\"0d to 10d\"` for evenly")
                    .into());
            }
            in_order(low, high, span)?;
            return Ok(Self::Typically(low, high));
        }
        if let Some((low, high)) = ends(text, at)? {
            in_order(low, high, span)?;
            return Ok(Self::Evenly(low, high));
        }
        if let Some((low, high)) =
            text.split_once('-').filter(|(low, high)| !low.trim().is_empty() && duration::is_like_duration(high))
        {
            let unit = high.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
            let low =
                if duration::is_like_duration(low) { low.trim().to_owned() } else { format!("{}{unit}", low.trim()) };
            return Err(Diagnostic::error("bad-delay", format!("`{text}` is not a delay"), span)
                .help(format!(
                    "write `\"{low} to {}\"` for evenly between the two, or `\"typically {low} to {}\"`",
                    high.trim(),
                    high.trim()
                ))
                .into());
        }
        if let Some(unit) = text.strip_prefix("within ").filter(|rest| Duration::parse(rest, 0).is_ok()) {
            return Err(Diagnostic::error("bad-delay", format!("`{text}` is not a delay"), span)
                .help(format!("write `\"0d to {unit}\"` for evenly within that time"))
                .into());
        }
        Duration::parse(text, at).map(Self::Fixed).map_err(|mut error| {
            error.help.push("a delay may also be `\"1d to 7d\"` (evenly), `\"typically 3d to 10d\"`, or a table `[(\"7d\", \"40%\"), (\"14d\", \"60%\")]`".to_owned());
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

/// The two ends of `a to b`; `None` if there is no `to`. A lower end without a unit is not guessed.
fn ends(text: &str, at: usize) -> Parsed<Option<(Duration, Duration)>> {
    let Some((low, high)) = text.split_once(" to ") else { return Ok(None) };
    if let Some(unit) = duration::unit_of(high).filter(|_| number::is_number(low.trim())) {
        let (from, to) = (low.trim(), number::split(high.trim()).0);
        let span = Span::new(at, at + low.len());
        return Err(Diagnostic::error(
            "bad-duration",
            format!("`{low}` of what? both ends of a delay need a unit"),
            span,
        )
        .help(format!("write `\"{from}{unit} to {to}{unit}\"`"))
        .into());
    }
    let low = Duration::parse(low, at)?;
    let high = Duration::parse(high, at + text.len() - high.len())?;
    Ok(Some((low, high)))
}

fn in_order(low: Duration, high: Duration, span: Span) -> Parsed<()> {
    if low < high {
        return Ok(());
    }
    let error = Diagnostic::error("bad-delay", "the shorter time comes first", span);
    let out = if low == high {
        format!("for a fixed delay write `\"{low}\"`")
    } else {
        format!("write `\"{high} to {low}\"`")
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
        assert!(error("3d to 3d").contains("\"3d\""));
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
