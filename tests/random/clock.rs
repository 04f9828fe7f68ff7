//! The clock of a scenario, and dates and durations that suit it.
//!
//! Does not know what is dated.

use time::{Date, Month, OffsetDateTime, Time as TimeOfDay};

use super::dice::Dice;

/// Start, step and end.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Hours of a step: 24, 6 or 168.
    pub hours: usize,
    pub steps: usize,
    /// Time 0; none without a calendar.
    start: Option<OffsetDateTime>,
}

impl Clock {
    pub fn draw(dice: &mut Dice) -> Self {
        let hours = dice.weighted(&[(70, 24), (15, 6), (15, 168)]);
        let steps = dice.among(3, 12);
        let day = Date::from_calendar_date(2024, Month::February, dice.among(20, 29) as u8).expect("a day");
        let at = if hours == 6 && dice.percent(40) { 6 } else { 0 };
        let at = TimeOfDay::from_hms(at, 0, 0).expect("a time of day");
        let start = dice.percent(75).then(|| OffsetDateTime::new_utc(day, at));
        Self { hours, steps, start }
    }

    pub fn has_dates(&self) -> bool {
        self.start.is_some()
    }

    /// Days from the start to the end.
    pub fn days(&self) -> f64 {
        (self.hours * self.steps) as f64 / 24.0
    }

    /// `clock: (…),`
    pub fn text(&self, dice: &mut Dice) -> String {
        let step = match self.hours {
            24 if dice.percent(80) => String::new(),
            24 => ", step: \"1d\"".to_owned(),
            6 => ", step: \"6h\"".to_owned(),
            _ => ", step: \"1w\"".to_owned(),
        };
        let length = self.duration(self.steps);
        let Some(start) = self.start else { return format!("clock: (horizon: \"{length}\"{step}),") };
        let written = if start.hour() == 0 { day(start) } else { moment(start) };
        if dice.percent(50) {
            return format!("clock: (start: \"{written}\", horizon: \"{length}\"{step}),");
        }
        let end = start + time::Duration::hours((self.hours * self.steps) as i64);
        let end = if end.hour() == 0 { day(end - time::Duration::days(1)) } else { moment(end) };
        format!("clock: (start: \"{written}\", end: \"{end}\"{step}),")
    }

    /// So many steps.
    pub fn duration(&self, steps: usize) -> String {
        match self.hours {
            24 => format!("{steps}d"),
            6 if (steps * 6).is_multiple_of(24) => format!("{}d", steps / 4),
            6 => format!("{}h", steps * 6),
            _ => format!("{steps}w"),
        }
    }

    /// About so many steps, not always a whole number of them.
    pub fn about(&self, steps: f64) -> String {
        format!("{}h", ((steps * self.hours as f64).round() as usize).max(1))
    }

    /// The boundary of this number, where something can be dated.
    pub fn date(&self, boundary: usize) -> String {
        let at = self.at(boundary);
        if at.hour() == 0 { day(at) } else { moment(at) }
    }

    /// A window from boundary `from` to `to`, later than it.
    pub fn window(&self, from: usize, to: usize) -> String {
        if self.hours == 24 {
            return format!("during({}..{})", day(self.at(from)), day(self.at(to - 1)));
        }
        format!("during({}..{})", moment(self.at(from)), moment(self.at(to)))
    }

    /// What stands after `by` and `on`: a time since the start, a day that has ended, or an instant.
    pub fn time(&self, dice: &mut Dice) -> String {
        let steps = dice.among(1, self.steps);
        match (self.start, self.hours, dice.below(3)) {
            (None, ..) | (_, _, 0) => self.duration(steps),
            (_, 24, 1) => day(self.at(steps - 1)),
            _ => moment(self.at(steps)),
        }
    }

    fn at(&self, boundary: usize) -> OffsetDateTime {
        let start = self.start.expect("this scenario has a calendar");
        start + time::Duration::hours((boundary * self.hours) as i64)
    }
}

fn day(at: OffsetDateTime) -> String {
    format!("{}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}

fn moment(at: OffsetDateTime) -> String {
    format!("{}T{:02}:{:02}", day(at), at.hour(), at.minute())
}
