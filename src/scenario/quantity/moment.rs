//! Moments: a date, or a date with a time of day, checked against the calendar and written back.
//!
//! Does not know when a scenario starts, nor what a boundary is.

use std::fmt;

use time::{Date, Month, PrimitiveDateTime, Time as TimeOfDay};

use super::{Duration, Moment, Parsed, Time};
use crate::diagnostic::{Diagnostic, Span};

impl Moment {
    /// The end of the last day that can be written, 9999-12-31, in seconds after 1970-01-01T00:00: no run goes on past it.
    pub const AFTER_THE_LAST: i64 = 253_402_300_800;

    /// A date such as `2024-03-04`, or a date with a time such as `2024-03-04T06:00`.
    ///
    /// # Errors
    /// Another spelling, or a day or time that does not exist.
    pub fn parse(text: &str, at: usize) -> Parsed<Self> {
        let span = Span::new(at, at + text.len());
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let Some([year, month, day]) = date_numbers(date) else {
            return Err(misspelt(text, span));
        };
        let day = calendar_day(year, month, day).map_err(|why| nonexistent(text, &why, span))?;
        let clock = match time {
            None => TimeOfDay::MIDNIGHT,
            Some(time) => time_of_day(time).ok_or_else(|| bad_time(text, date, time, span))?,
        };
        let seconds = PrimitiveDateTime::new(day, clock).assume_utc().unix_timestamp();
        Ok(Self { seconds, whole_day: time.is_none() })
    }

    /// The date as people in a report read it, without the time: `2024-03-04`.
    pub fn date(self) -> String {
        if self.seconds == Self::AFTER_THE_LAST {
            return "10000-01-01".to_owned();
        }
        let Ok(at) = time::OffsetDateTime::from_unix_timestamp(self.seconds) else {
            return format!("{} s", self.seconds);
        };
        format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
    }

    /// The moment `seconds` after 1970-01-01T00:00; a whole day where it is a midnight.
    pub fn at_seconds(seconds: i64) -> Self {
        Self { seconds, whole_day: seconds.rem_euclid(86_400) == 0 }
    }
}

impl fmt::Display for Moment {
    /// As it can be written in a scenario.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.date())?;
        if self.whole_day {
            return Ok(());
        }
        let (hour, minute, second) = {
            let of_day = self.seconds.rem_euclid(86_400);
            (of_day / 3_600, of_day / 60 % 60, of_day % 60)
        };
        write!(f, "T{hour:02}:{minute:02}")?;
        if second > 0 { write!(f, ":{second:02}") } else { Ok(()) }
    }
}

impl Time {
    /// A moment, or a duration since the start.
    ///
    /// # Errors
    /// Neither of them.
    pub fn parse(text: &str, at: usize) -> Parsed<Self> {
        if text.contains('-') || text.contains('/') {
            return Moment::parse(text, at).map(Self::Moment);
        }
        Duration::parse(text, at).map(Self::SinceStart)
    }
}

fn date_numbers(date: &str) -> Option<[u32; 3]> {
    let parts: Vec<&str> = date.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    if lengths != [4, 2, 2] || !parts.iter().all(|p| p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let number = |i: usize| parts[i].parse().ok();
    Some([number(0)?, number(1)?, number(2)?])
}

/// The day, or why there is none.
fn calendar_day(year: u32, month: u32, day: u32) -> Result<Date, String> {
    let name = u8::try_from(month).ok().and_then(|m| Month::try_from(m).ok());
    let Some(name) = name else {
        return Err(format!("there is no month {month}"));
    };
    let length = u32::from(name.length(year as i32));
    Date::from_calendar_date(year as i32, name, day as u8)
        .map_err(|_| format!("{name} {year} has {length} days, and no day {day}"))
}

fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let (hour, minute) = text.split_once(':')?;
    let two = |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok()).flatten();
    TimeOfDay::from_hms(two(hour)?, two(minute)?, 0).ok()
}

fn nonexistent(text: &str, why: &str, span: Span) -> Box<Diagnostic> {
    let help = match last_day(text) {
        Some(last) => format!("write `\"{last}\"`, the last day of that month"),
        None => "dates are written year-month-day: `\"2024-03-04\"`".to_owned(),
    };
    Diagnostic::error("bad-date", format!("`{text}` is no date: {why}"), span).help(help).into()
}

/// The last day of the month that a date names, with the time that stands behind it.
fn last_day(text: &str) -> Option<String> {
    let (date, time) = text.split_at(text.find('T').unwrap_or(text.len()));
    let [year, month, _] = date_numbers(date)?;
    let length = Month::try_from(u8::try_from(month).ok()?).ok()?.length(year as i32);
    Some(format!("{year:04}-{month:02}-{length:02}{time}"))
}

fn bad_time(text: &str, date: &str, time: &str, span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("bad-date", format!("`{time}` in `{text}` is no time of day"), span)
        .help(format!("a time is `T`, hours from 00 to 23, a colon and minutes: `\"{date}T06:00\"`"));
    let error = if time.starts_with("24") {
        error.help("the end of a day is the start of the next: use the next date with `T00:00`")
    } else {
        error
    };
    error.into()
}

fn misspelt(text: &str, span: Span) -> Box<Diagnostic> {
    let error =
        Diagnostic::error("bad-date", format!("expected a date such as `\"2024-03-04\"`, found `{text}`"), span);
    let dates: Vec<String> = dates_meant(text).iter().map(|date| format!("`\"{date}\"`")).collect();
    let span_of_time = [" to ", " until ", " - ", "..", "–", " and "].iter().find_map(|sign| text.split_once(sign));
    let ends = span_of_time.map(|(from, to)| (dates_meant(from), dates_meant(to)));
    let error = if let Some((Some(from), Some(to))) = ends.as_ref().map(|(from, to)| (from.first(), to.last())) {
        error.help(format!("this is a span of time, and one date is due here: write `\"{from}\"` or `\"{to}\"`"))
    } else if dates.is_empty() {
        error.help("dates are year-month-day: `\"2024-03-04\"`, with a time `\"2024-03-04T06:00\"`")
    } else {
        error.help(format!("write {}: year, month, day, with leading zeros", dates.join(" or ")))
    };
    error.into()
}

/// The dates, in our spelling, that somebody may mean who writes `text`: the year first or last, other signs, no
/// leading zeros, the month by its name; or only a month, for its first and its last day. Two where it can be read
/// in two ways.
pub fn dates_meant(text: &str) -> Vec<String> {
    let text = text.trim();
    if let Some(date) = with_month_name(text) {
        return vec![date];
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let time = time_of_day(time).map_or(String::new(), |_| format!("T{time}"));
    let signs = ['-', '/', '.', '–', '—'];
    let numbers: Option<Vec<u32>> = date.split(signs).map(|part| part.parse().ok()).collect();
    let written = |year: u32, month: u32, day: u32| {
        let exists = (1000..10_000).contains(&year) && calendar_day(year, month, day).is_ok();
        exists.then(|| format!("{year:04}-{month:02}-{day:02}{time}"))
    };
    let all = match numbers.as_deref() {
        Some([year, month, day]) if *year > 31 => vec![written(*year, *month, *day)],
        // Points stand between day and month everywhere, strokes also between month and day.
        Some([day, month, year]) if date.contains('.') => vec![written(*year, *month, *day)],
        Some([first, second, year]) if first == second => vec![written(*year, *first, *second)],
        Some([first, second, year]) => vec![written(*year, *second, *first), written(*year, *first, *second)],
        _ => return month_alone(text),
    };
    all.into_iter().flatten().collect()
}

/// `2025-05`, `May 2025`, `end of May 2025`: the first and the last day, or the one that is meant.
fn month_alone(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split([' ', '-', '/', ',']).filter(|w| !w.is_empty() && *w != "of").collect();
    let (which, name, year) = match words.as_slice() {
        [a, b] if a.len() == 4 && a.parse::<u32>().is_ok() => ("", *b, *a),
        [name, year] => ("", *name, *year),
        [which, name, year] => (*which, *name, *year),
        _ => return Vec::new(),
    };
    let number = name.parse().ok().filter(|n| (1..=12).contains(n)).or_else(|| month(name));
    let (Some(month), Some(year)) = (number, year.parse().ok().filter(|y| (1000..10_000).contains(y))) else {
        return Vec::new();
    };
    let last = (28..=31).rev().find(|day| calendar_day(year, month, *day).is_ok()).unwrap_or(28);
    let day = |day: u32| format!("{year:04}-{month:02}-{day:02}");
    match which {
        "end" | "late" => vec![day(last)],
        "start" | "beginning" | "early" => vec![day(1)],
        "mid" | "middle" => vec![day(15)],
        _ => vec![day(1), day(last)],
    }
}

/// `14 Feb 2024`, `February 14, 2024` as a date.
pub(in crate::scenario) fn with_month_name(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    let [a, b, c] = words.as_slice() else { return None };
    let (day, name, year) = if month(b).is_some() { (a, b, c) } else { (b, a, c) };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    let (month, year) = (month(name)?, year.parse().ok().filter(|year| (1000..10_000).contains(year))?);
    calendar_day(year, month, day).ok()?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

fn month(name: &str) -> Option<u32> {
    let name = name.trim_end_matches('.').to_lowercase();
    let full = |m: Month| m.to_string().to_lowercase();
    let found = (1..=12_u8).find(|m| Month::try_from(*m).is_ok_and(|m| name.len() >= 3 && full(m).starts_with(&name)));
    found.map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_last_day_has_a_date() {
        let last = Moment::parse("9999-12-31", 0).unwrap();
        assert_eq!(Moment::at_seconds(last.seconds + 86_400).to_string(), "10000-01-01");
        assert_eq!(Moment::AFTER_THE_LAST, last.seconds + 86_400);
    }

    #[test]
    fn dates_and_times_go_there_and_back() {
        for text in ["2024-02-29", "1914-06-28", "2024-03-04T06:00", "1970-01-01", "9999-12-31", "2024-03-04T00:00"] {
            assert_eq!(Moment::parse(text, 0).unwrap().to_string(), text);
        }
        assert_eq!(Moment::parse("2024-02-07", 0).unwrap().seconds, 1_707_264_000);
        assert_eq!(Moment::parse("1969-12-31T23:59", 0).unwrap().seconds, -60);
        assert_eq!(Moment::at_seconds(1_707_264_000).to_string(), "2024-02-07");
    }

    #[test]
    fn a_midnight_written_out_is_no_whole_day() {
        assert!(Moment::parse("2024-02-07", 0).unwrap().whole_day);
        assert!(!Moment::parse("2024-02-07T00:00", 0).unwrap().whole_day);
    }

    #[test]
    fn what_is_no_date_says_why() {
        let error = |text: &str| {
            let error = Moment::parse(text, 0).unwrap_err();
            format!("{} {}", error.message, error.help.join(" "))
        };
        assert!(error("2024-02-30").contains("February 2024 has 29 days"));
        assert!(error("2023-02-29").contains("has 28 days"));
        assert!(error("2024-13-01").contains("no month 13"));
        assert!(error("2024-3-4").contains("\"2024-03-04\""));
        assert!(error("2024/03/04").contains("\"2024-03-04\""));
        assert!(error("2024-03-04 06:00").contains("\"2024-03-04T06:00\""));
        assert!(error("2024-03-04T24:00").contains("next date"));
        assert!(error("2024-03-04T6:00").contains("06:00"));
        assert!(error("04.03.2024").contains("\"2024-03-04\""));
        assert!(error("04/03/2024").contains("`\"2024-03-04\"` or `\"2024-04-03\"`"));
        assert!(error("14/03/2024").contains("write `\"2024-03-14\"`:"));
        assert!(error("end of May 2025").contains("write `\"2025-05-31\"`:"));
        assert!(error("2025-02").contains("`\"2025-02-01\"` or `\"2025-02-28\"`"));
        for text in ["14 Feb 2024", "February 14, 2024", "14-feb-2024"] {
            assert!(error(text).contains("\"2024-02-14\""), "{text}");
        }
        assert!(error("tomorrow").contains("expected a date"));
    }

    #[test]
    fn a_time_of_a_question_is_a_moment_or_a_duration() {
        assert_eq!(Time::parse("30d", 0).unwrap(), Time::SinceStart(Duration { seconds: 2_592_000 }));
        assert!(matches!(Time::parse("2024-05-31", 0).unwrap(), Time::Moment(_)));
        assert!(Time::parse("2024-05-32", 0).is_err());
    }
}
