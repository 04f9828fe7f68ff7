//! The clock of a file made into whole steps, and dates and durations placed on it (SEMANTICS 2).
//!
//! Does not know what happens at a boundary.

use super::because::grouped;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, Spanned};
use crate::model::{Calendar, Step, TICK_BITS};
use crate::scenario::document::ClockText;
use crate::scenario::quantity::{Duration, Moment};

/// The most steps that a calendar may have.
pub const STEPS_LIMIT: u64 = 1_000_000;

const DAY: u64 = 86_400;

/// 365.25 days.
const YEAR: u64 = 31_557_600;

/// The calendar that `clock` describes; `None` if it holds a mistake, which is reported or was.
pub fn calendar(clock: &Spanned<ClockText>, diagnostics: &mut Diagnostics) -> Option<Calendar> {
    let ClockText { start, end, horizon, step } = &clock.value;
    let step_seconds = step.as_ref().map_or(DAY, |s| s.value.seconds);
    if step_seconds == 0 {
        let span = step.as_ref().map_or(clock.span, |s| s.span);
        diagnostics.push(
            Diagnostic::error("clock-step", "a step of no length", span)
                .help("leave `step` out for one day, or give a length such as \"6h\""),
        );
        return None;
    }
    let (seconds, span) = match (end, horizon) {
        (Some(end), Some(horizon)) => {
            let both = "the clock has both `end` and `horizon`";
            diagnostics.push(
                Diagnostic::error("clock-end", both, horizon.span)
                    .related(end.span, "the end is here")
                    .help("keep one of the two"),
            );
            return None;
        }
        (Some(end), None) => (until(start.as_ref(), end, diagnostics)?, end.span),
        (None, Some(horizon)) => (horizon.value.seconds, horizon.span),
        (None, None) => {
            diagnostics.push(
                Diagnostic::error("clock-end", "the clock has no end", clock.span)
                    .help("add `end: \"2024-12-31\"` (with a `start`) or `horizon: \"90d\"`"),
            );
            return None;
        }
    };
    let steps = count(seconds, step_seconds, start.as_ref(), (span, horizon.is_some()), diagnostics)?;
    if let Some(start) = start {
        within_dates(start, seconds, span, diagnostics)?;
    }
    Some(Calendar { start: start.as_ref().map(|s| s.value.seconds), step_seconds, steps })
}

/// A mistake if a run of so many `seconds` goes on where no date can be written.
fn within_dates(start: &Spanned<Moment>, seconds: u64, span: Span, diagnostics: &mut Diagnostics) -> Option<()> {
    let left = Moment::AFTER_THE_LAST.saturating_sub(start.value.seconds).unsigned_abs();
    if seconds <= left {
        return Some(());
    }
    diagnostics.push(
        Diagnostic::error("clock-end", "the run goes on past 9999-12-31, the last date that can be written", span)
            .related(start.span, "it starts here")
            .help(format!("make it at most `{}` long, or leave `start` out: a run without dates", length(left))),
    );
    None
}

/// Seconds from the start to the end of the clock.
fn until(start: Option<&Spanned<Moment>>, end: &Spanned<Moment>, diagnostics: &mut Diagnostics) -> Option<u64> {
    let Some(start) = start else {
        diagnostics.push(
            Diagnostic::error("clock-end", "the clock has an `end` but no `start`", end.span)
                .help("add `start: \"2024-02-07\"`, or give the length of the run: `horizon: \"90d\"`"),
        );
        return None;
    };
    let last = end_of(end.value);
    let length = u64::try_from(last.saturating_sub(start.value.seconds)).ok().filter(|seconds| *seconds > 0);
    if length.is_none() {
        diagnostics.push(
            Diagnostic::error("clock-end", "the clock ends before it starts", end.span)
                .related(start.span, "it starts here")
                .help("give an `end` later than `start`; an end that is a date includes its whole day"),
        );
    }
    length
}

/// `seconds` in whole steps, within the limits.
fn count(
    seconds: u64,
    step_seconds: u64,
    start: Option<&Spanned<Moment>>,
    (span, is_horizon): (Span, bool),
    diagnostics: &mut Diagnostics,
) -> Option<Step> {
    let step = Duration { seconds: step_seconds };
    if !seconds.is_multiple_of(step_seconds) {
        let whole = seconds / step_seconds;
        let shorter = (whole > 0).then(|| whole * step_seconds);
        let longer = (whole + 1).checked_mul(step_seconds);
        let near: Vec<String> = [shorter, longer].into_iter().flatten().map(|s| format!("`{}`", length(s))).collect();
        let what = format!("the run lasts `{}`, which is not a whole number of steps of `{}`", length(seconds), step);
        let mut mistake = Diagnostic::error("clock-steps", what, span);
        if is_horizon && seconds.is_multiple_of(YEAR) {
            let steps = seconds as f64 / step_seconds as f64;
            let days = (seconds / 3_600) as f64 / 24.0;
            mistake = mistake.help(match step_seconds {
                DAY => format!("a year is 365.25 days, so `{}` is {days} days", length(seconds)),
                _ => format!("a year is 365.25 days, so `{}` is {days} days, or {steps} steps", length(seconds)),
            });
        }
        let direct = if is_horizon { "" } else { "; `horizon` gives the length directly" };
        mistake = mistake.help(format!("lengths that would do: {}{direct}", near.join(", ")));
        if start.is_some_and(|s| s.value.seconds.rem_euclid(DAY as i64) != 0) {
            mistake =
                mistake.help("an `end` that is a date includes its whole day, to midnight; give it a time of day");
        }
        diagnostics.push(mistake);
        return None;
    }
    let steps = seconds / step_seconds;
    if steps == 0 {
        diagnostics.push(
            Diagnostic::error("clock-steps", "a run of no length", span)
                .help("give a length such as `horizon: \"90d\"`"),
        );
        return None;
    }
    if steps > STEPS_LIMIT {
        let what = format!("{} steps of `{step}`, and at most {} are allowed", grouped(steps), grouped(STEPS_LIMIT));
        diagnostics.push(
            Diagnostic::error("too-many-steps", what, span)
                .help("make the run shorter or the `step` of the clock longer"),
        );
        return None;
    }
    // Times are 64-bit counts of ticks; half of them, so that sums of two cannot overflow.
    if seconds > u64::MAX >> (TICK_BITS + 1) {
        let what = format!("a run of `{}` is longer than time can be counted", length(seconds));
        diagnostics.push(Diagnostic::error("too-long", what, span).help("make the run shorter than 17,000 years"));
        return None;
    }
    Some(steps as Step)
}

/// The instant at which `moment` has ended: the next midnight for a day, itself for an instant.
pub fn end_of(moment: Moment) -> i64 {
    moment.seconds.saturating_add(if moment.whole_day { DAY as i64 } else { 0 })
}

/// `duration` in whole steps; a mistake if it is none. `what` names it: "this delay".
pub fn whole_steps(
    duration: Duration,
    what: &str,
    span: Span,
    calendar: &Calendar,
    diagnostics: &mut Diagnostics,
) -> Option<u64> {
    let steps = calendar.whole_steps(duration);
    if steps.is_none() {
        let step = calendar.step_seconds;
        let below = duration.seconds / step * step;
        let near = if below == 0 { vec![step] } else { vec![below, below.saturating_add(step)] };
        let near: Vec<String> = near.into_iter().map(|seconds| format!("`{}`", length(seconds))).collect();
        let near = near.join(" or ");
        let found = format!("{what} is `{}`, which is not a whole number of steps of `{}`", duration, length(step));
        diagnostics.push(
            Diagnostic::error("not-whole-steps", found, span)
                .help(format!("write {near}, or give the clock a shorter `step`")),
        );
    }
    steps
}

/// `duration` in whole steps, at least one; a mistake if it is none. `what` names it: "`every`".
pub fn steps(
    duration: Duration,
    what: &str,
    span: Span,
    calendar: &Calendar,
    diagnostics: &mut Diagnostics,
) -> Option<Step> {
    if duration.seconds == 0 {
        let mistake = Diagnostic::error("no-time", format!("{what} is no time at all"), span);
        diagnostics.push(mistake.help(format!("the shortest is one step, `{}`", length(calendar.step_seconds))));
        return None;
    }
    // Past 2^32 steps it is past the end of any run.
    whole_steps(duration, what, span, calendar, diagnostics).map(|steps| Step::try_from(steps).unwrap_or(Step::MAX))
}

/// The boundary at `moment`, in [start, T); a mistake if there is none. `what` names it: "this date".
pub fn boundary(
    moment: Moment,
    what: &str,
    span: Span,
    calendar: &Calendar,
    diagnostics: &mut Diagnostics,
) -> Option<Step> {
    let found = locate(moment, calendar)
        .and_then(|step| (step < calendar.steps).then_some(step).ok_or_else(|| outside(moment, calendar)));
    match found {
        Ok(step) => Some(step),
        Err(mistake) => {
            let mut diagnostic =
                Diagnostic::error(mistake.code, format!("{what}, `{}`, {}", moment, mistake.what), span);
            diagnostic.help = mistake.help;
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// Why a moment has no place on the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// Kind of mistake, as in `Diagnostic::code`.
    pub code: &'static str,
    /// What is wrong, continuing a sentence that names the moment: "is not …".
    pub what: String,
    /// Ways out.
    pub help: Vec<String>,
}

/// The boundary at `moment`, 0 to K.
///
/// # Errors
/// Outside of the run, no boundary, or no calendar.
pub fn locate(moment: Moment, calendar: &Calendar) -> Result<Step, Misplaced> {
    let Some(start) = calendar.start else {
        return Err(Misplaced {
            code: "no-calendar",
            what: "has no place: the scenario has no calendar".into(),
            help: vec![
                "add `start: \"2024-02-07\"` to `clock`".into(),
                "or count from the beginning: a rule with `on: [start], after: \"14d\"` fires on day 14".into(),
            ],
        });
    };
    let Ok(seconds) = u64::try_from(moment.seconds.saturating_sub(start)) else {
        return Err(outside(moment, calendar));
    };
    if seconds > u64::from(calendar.steps) * calendar.step_seconds {
        return Err(outside(moment, calendar));
    }
    if !seconds.is_multiple_of(calendar.step_seconds) {
        let near = |step: u64| format!("`{}`", Moment::at_seconds(start + (step * calendar.step_seconds) as i64));
        let step = seconds / calendar.step_seconds;
        return Err(Misplaced {
            code: "no-boundary",
            what: format!("is not the beginning of a step of `{}`", length(calendar.step_seconds)),
            help: vec![format!(
                "the steps around it begin at {} and {}; a shorter `step` of the clock has more of them",
                near(step),
                near(step + 1)
            )],
        });
    }
    Ok((seconds / calendar.step_seconds) as Step)
}

/// What to say of a moment that lies before the run or after it.
pub fn outside(moment: Moment, calendar: &Calendar) -> Misplaced {
    let start = calendar.start.unwrap_or(moment.seconds);
    let last = start + (u64::from(calendar.steps.max(1) - 1) * calendar.step_seconds) as i64;
    let (start, last) = (Moment::at_seconds(start), Moment::at_seconds(last));
    let what = if moment.seconds < start.seconds {
        format!("is before the start of the run, `{start}`")
    } else if calendar.step_seconds == DAY {
        format!("is after the last day of the run, `{last}`")
    } else {
        format!("is after the last step of the run, which begins at `{last}`")
    };
    Misplaced {
        code: "outside-run",
        what,
        help: vec![format!("it can be from `{start}` to `{last}`; or change `clock`")],
    }
}

/// `seconds` as an author would write them.
fn length(seconds: u64) -> Duration {
    Duration { seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEB_7: i64 = 1_707_264_000;

    fn at<T>(value: T) -> Option<Spanned<T>> {
        Some(Spanned::new(value, Span::new(1, 2)))
    }

    fn day(n: i64) -> Moment {
        Moment { seconds: FEB_7 + n * DAY as i64, whole_day: true }
    }

    fn compiled(clock: ClockText) -> Result<Calendar, Vec<&'static str>> {
        let mut diagnostics = Diagnostics::default();
        let calendar = calendar(&Spanned::new(clock, Span::default()), &mut diagnostics);
        calendar.ok_or_else(|| diagnostics.iter().map(|d| d.code).collect())
    }

    #[test]
    fn an_end_includes_its_whole_day() {
        let clock = ClockText { start: at(day(0)), end: at(day(0)), ..ClockText::default() };
        assert_eq!(compiled(clock), Ok(Calendar { start: Some(FEB_7), step_seconds: DAY, steps: 1 }));
    }

    #[test]
    fn the_horizon_must_be_whole_steps() {
        let clock = |hours: u64| ClockText { horizon: at(Duration { seconds: hours * 3_600 }), ..ClockText::default() };
        assert_eq!(compiled(clock(48)).map(|c| c.steps), Ok(2));
        assert_eq!(compiled(clock(36)), Err(vec!["clock-steps"]));
        assert_eq!(compiled(ClockText { step: at(Duration { seconds: 3_600 }), ..clock(36) }).map(|c| c.steps), Ok(36));
    }

    #[test]
    fn no_run_goes_on_past_the_last_date() {
        let last = |text: &str| at(Moment::parse(text, 0).unwrap());
        let days = |days: u64| ClockText {
            start: last("9999-12-01"),
            horizon: at(Duration { seconds: days * DAY }),
            ..ClockText::default()
        };
        let to_the_end = ClockText { end: last("9999-12-31"), horizon: None, ..days(0) };
        assert_eq!(compiled(to_the_end).map(|c| c.steps), Ok(31));
        assert_eq!(compiled(days(31)).map(|c| c.steps), Ok(31));
        assert_eq!(compiled(days(32)), Err(vec!["clock-end"]));
    }

    #[test]
    fn limits_are_refused_by_name() {
        let hours = |seconds, step| ClockText {
            horizon: at(Duration { seconds }),
            step: at(Duration { seconds: step }),
            ..ClockText::default()
        };
        assert_eq!(compiled(hours(1_000_000 * 60, 60)).map(|c| c.steps), Ok(1_000_000));
        assert_eq!(compiled(hours(1_000_001 * 60, 60)), Err(vec!["too-many-steps"]));
        assert_eq!(compiled(hours(u64::MAX, u64::MAX)), Err(vec!["too-long"]));
        assert_eq!(compiled(hours(60, 0)), Err(vec!["clock-step"]));
    }

    #[test]
    fn ends_that_make_no_sense_are_mistakes() {
        let both = ClockText { start: at(day(0)), end: at(day(3)), horizon: at(Duration { seconds: DAY }), step: None };
        assert_eq!(compiled(both), Err(vec!["clock-end"]));
        assert_eq!(
            compiled(ClockText { start: at(day(1)), end: at(day(0)), ..ClockText::default() }),
            Err(vec!["clock-end"])
        );
        assert_eq!(compiled(ClockText { end: at(day(0)), ..ClockText::default() }), Err(vec!["clock-end"]));
        assert_eq!(compiled(ClockText { start: at(day(0)), ..ClockText::default() }), Err(vec!["clock-end"]));
    }

    #[test]
    fn moments_are_boundaries_or_mistakes() {
        let calendar = Calendar { start: Some(FEB_7), step_seconds: DAY, steps: 10 };
        assert_eq!(locate(day(9), &calendar), Ok(9));
        assert_eq!(locate(day(10), &calendar), Ok(10));
        assert_eq!(locate(day(11), &calendar).map_err(|m| m.code), Err("outside-run"));
        assert_eq!(locate(day(-1), &calendar).map_err(|m| m.code), Err("outside-run"));
        let noon = Moment { seconds: FEB_7 + 43_200, whole_day: false };
        let mistake = locate(noon, &calendar).expect_err("noon is no boundary");
        assert!(mistake.help[0].contains("`2024-02-07` and `2024-02-08`"), "{mistake:?}");
        let mut diagnostics = Diagnostics::default();
        assert_eq!(boundary(day(10), "this date", Span::default(), &calendar, &mut diagnostics), None);
        let message = &diagnostics.iter().next().expect("T itself fires nothing").message;
        assert_eq!(message, "this date, `2024-02-17`, is after the last day of the run, `2024-02-16`");
    }
}
