//! Windows and moments that expressions and questions look at, as boundaries (SEMANTICS 2 and 6).
//!
//! Does not know what is asked of them.

use super::calendar::{end_of, locate, outside, whole_steps};
use super::names::Context;
use crate::diagnostic::{Diagnostic, Span};
use crate::model::{Calendar, Step, When};
use crate::scenario::quantity::{Duration, Moment, Time};

/// The boundaries `from <= k < to` of `during(from..to)`. A whole day as `to` is included; a date with a time is the
/// moment at which the window closes. What lies outside of the run is left out, but something must lie within.
pub fn window(from: Moment, to: Moment, span: Span, context: &mut Context<'_>) -> Option<(Step, Step)> {
    let calendar = context.scope.calendar.as_ref()?;
    let Some(start) = calendar.start else {
        context.diagnostics.push(
            Diagnostic::error("no-calendar", "`during` asks for dates, and this scenario has no calendar", span)
                .help("add `start: \"2024-02-07\"` to `clock`"),
        );
        return None;
    };
    let last = start.saturating_add((u64::from(calendar.steps) * calendar.step_seconds) as i64);
    let close = end_of(to);
    if close <= from.seconds {
        let found = "this window has no length".to_owned();
        context
            .diagnostics
            .push(Diagnostic::error("empty-window", found, span).help("its end must be later than its beginning"));
        return None;
    }
    if close <= start || from.seconds >= last {
        let edge = if close <= start { to } else { from };
        let mistake = outside(edge, calendar);
        let found = format!("this window never opens: `{edge}` {}", mistake.what);
        let mut diagnostic = Diagnostic::error(mistake.code, found, span);
        diagnostic.help = mistake.help;
        context.diagnostics.push(diagnostic);
        return None;
    }
    let open = if from.seconds <= start { Some(0) } else { at(from, from, "", span, calendar, context) };
    let ending = Moment { seconds: close, whole_day: to.whole_day };
    let close = if close > last {
        Some(calendar.steps + 1)
    } else {
        at(ending, to, if to.whole_day { "the end of " } else { "" }, span, calendar, context)
    };
    Some((open?, close?))
}

/// The boundary at `moment`; a mistake about `written` if there is none.
fn at(
    moment: Moment,
    written: Moment,
    part: &str,
    span: Span,
    calendar: &Calendar,
    context: &mut Context<'_>,
) -> Option<Step> {
    match locate(moment, calendar) {
        Ok(step) => Some(step),
        Err(mistake) if mistake.code == "outside-run" => {
            let mistake = outside(written, calendar);
            let mut diagnostic = Diagnostic::error(mistake.code, format!("`{written}` {}", mistake.what), span);
            diagnostic.help = mistake.help;
            context.diagnostics.push(diagnostic);
            None
        }
        Err(mistake) => {
            let found = format!("{part}`{written}` {}", mistake.what);
            let mut diagnostic = Diagnostic::error(mistake.code, found, span);
            diagnostic.help = mistake.help;
            context.diagnostics.push(diagnostic);
            None
        }
    }
}

/// The moment at which `on TIME` looks, and the last moment that `by TIME` includes. A whole day: when its steps have
/// ended, just before the boundary after it. A date with a time, or a duration since the start: when that boundary's
/// instant has settled; so a reply that takes 10 days has come `by 10d`, and a pressure acts `by 14d` for 14 days.
pub fn when(time: Time, span: Span, context: &mut Context<'_>) -> Option<When> {
    let calendar = context.scope.calendar.as_ref()?;
    match time {
        Time::Moment(moment) if moment.whole_day => {
            if calendar.start.is_some_and(|start| end_of(moment) <= start) {
                return at(moment, moment, "", span, calendar, context).map(When::Before);
            }
            let end = Moment { seconds: end_of(moment), whole_day: true };
            at(end, moment, "the end of ", span, calendar, context).map(When::Before)
        }
        Time::Moment(moment) => at(moment, moment, "", span, calendar, context).map(When::Settled),
        Time::SinceStart(duration) => since_start(duration, span, calendar, context).map(When::Settled),
    }
}

fn since_start(duration: Duration, span: Span, calendar: &Calendar, context: &mut Context<'_>) -> Option<Step> {
    let steps = whole_steps(duration, "this time", span, calendar, context.diagnostics)?;
    if steps > u64::from(calendar.steps) {
        let run = Duration { seconds: u64::from(calendar.steps) * calendar.step_seconds };
        let found = format!("`{duration}` after the start is later than the end of the run");
        context.diagnostics.push(
            Diagnostic::error("outside-run", found, span)
                .help(format!("the run lasts `{run}`: ask for a shorter time, or change `clock`")),
        );
        return None;
    }
    Some(steps as Step)
}
