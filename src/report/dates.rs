//! Steps and ticks as dates for people, or as days since the start where there is no calendar.
//!
//! Does not know what happens on them.

use super::Moment;
use super::figures::number;
use crate::model::{Calendar, Step, TICK_BITS};
use crate::scenario::quantity::Moment as Written;

/// Seconds of a day.
pub const DAY: f64 = 86_400.0;

/// Which day a boundary stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The step that it begins.
    From,
    /// The steps that end at it: of a midnight, the day before.
    Before,
}

/// A boundary.
pub fn moment(calendar: &Calendar, step: Step, edge: Edge) -> Moment {
    let seconds = u64::from(step) * calendar.step_seconds;
    Moment { day: seconds as f64 / DAY, date: date(calendar, seconds as f64, edge) }
}

/// The date so many seconds after the start, if there is a calendar: with a time of day if steps are shorter
/// than a day.
pub fn date(calendar: &Calendar, seconds: f64, edge: Edge) -> Option<String> {
    let at = calendar.start? + seconds.floor() as i64;
    let midnight = at.rem_euclid(86_400) == 0;
    Some(match edge {
        Edge::Before if midnight => Written::at_seconds(at - 86_400).date(),
        _ if calendar.step_seconds.is_multiple_of(86_400) => Written::at_seconds(at).date(),
        _ => Written { seconds: at, whole_day: false }.to_string(),
    })
}

/// A step: `2024-03-08`, `day 30`.
pub fn step(calendar: &Calendar, step: Step) -> String {
    let moment = moment(calendar, step, Edge::From);
    moment.date.unwrap_or_else(|| format!("day {}", number(moment.day, 0.01)))
}

/// An instant, so many ticks after the start. A boundary of whole days is a date; anything else has its minute:
/// `2024-03-08 14:05`, `day 30.59`.
pub fn instant(calendar: &Calendar, ticks: u64, boundary: bool) -> String {
    let seconds = ticks >> TICK_BITS;
    let Some(start) = calendar.start else { return format!("day {:.2}", seconds as f64 / DAY) };
    let at = start + seconds as i64;
    let date = Written::at_seconds(at).date();
    if boundary && at.rem_euclid(86_400) == 0 {
        return date;
    }
    let minutes = at.rem_euclid(86_400) / 60;
    format!("{date} {:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(start: Option<i64>, step_seconds: u64) -> Calendar {
        Calendar { start, step_seconds, steps: 100 }
    }

    /// 2024-02-07T00:00.
    const START: i64 = 1_707_264_000;

    #[test]
    fn a_boundary_begins_one_day_and_ends_another() {
        let days = calendar(Some(START), 86_400);
        assert_eq!(moment(&days, 23, Edge::From).date.as_deref(), Some("2024-03-01"));
        assert_eq!(moment(&days, 23, Edge::Before).date.as_deref(), Some("2024-02-29"));
        assert_eq!(step(&calendar(None, 86_400), 23), "day 23");
        let hours = calendar(Some(START), 21_600);
        assert_eq!(step(&hours, 1), "2024-02-07T06:00");
        assert_eq!(moment(&hours, 4, Edge::Before).date.as_deref(), Some("2024-02-07"));
    }

    #[test]
    fn an_instant_has_its_minute_unless_it_is_a_day() {
        let days = calendar(Some(START), 86_400);
        assert_eq!(instant(&days, 86_400 << TICK_BITS, true), "2024-02-08");
        assert_eq!(instant(&days, (86_400 + 3_661) << TICK_BITS, false), "2024-02-08 01:01");
        assert_eq!(instant(&calendar(None, 86_400), 43_200 << TICK_BITS, false), "day 0.50");
    }
}
