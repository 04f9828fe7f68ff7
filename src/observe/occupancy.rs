//! In what state the runs were, looked at on a few dates: how many runs had which value of which variable.
//!
//! Does not know what the variables mean.

use time::{Date, Month, OffsetDateTime};

use crate::model::state::State;
use crate::model::{Calendar, Model, Step, VariableId, VariableKind};

/// The most values of one indicator that are counted apart; wider ranges are binned evenly. Values that have names are
/// always counted apart: each is told by its own.
const VALUES: u32 = 512;

/// The most dates.
const MOST: usize = 24;

/// The fewest months for which dates are months; shorter scenarios are looked at in twelfths.
const FEWEST_MONTHS: usize = 6;

/// How many runs had which value of which variable, on each of the dates.
#[derive(Debug, Clone)]
pub struct Occupancy {
    dates: Vec<Step>,
    rows: Vec<Row>,
    /// By variable: where a value of 0 is counted on the first date, modulo 2³². Of those that are binned every value lies
    /// beyond what is counted.
    zeros: Box<[u32]>,
    /// The variables whose values are binned.
    binned: Box<[u32]>,
    /// By date: a stretch for each variable.
    counts: Vec<u64>,
    /// What is not in `counts` yet, in the same order: small, so that it stays in the fastest memory.
    recent: Vec<u16>,
    /// Looks that are in `recent`.
    looks: u16,
    /// Counts of one date.
    stride: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    offset: usize,
    bins: usize,
    low: i32,
    high: i32,
    width: i32,
}

impl Occupancy {
    /// Nothing counted yet.
    pub fn new(model: &Model) -> Self {
        let (mut rows, mut stride): (Vec<Row>, usize) = (Vec::new(), 0);
        for variable in &model.variables {
            let values = variable.high.abs_diff(variable.low) + 1;
            let width = if variable.kind == VariableKind::Indicator { values.div_ceil(VALUES) } else { 1 };
            let bins = values.div_ceil(width) as usize;
            let (low, high, width) = (variable.low, variable.high, width as i32);
            rows.push(Row { offset: stride, bins, low, high, width });
            stride += bins;
        }
        let zero = |row: &Row| {
            let lowest = if row.width == 1 { row.offset } else { stride };
            (lowest as u32).wrapping_sub(row.low as u32)
        };
        let dates = dates(&model.calendar);
        Self {
            zeros: rows.iter().map(zero).collect(),
            binned: (0..rows.len() as u32).filter(|index| rows[*index as usize].width > 1).collect(),
            counts: vec![0; stride * dates.len()],
            recent: vec![0; stride * dates.len()],
            looks: 0,
            dates,
            rows,
            stride,
        }
    }

    /// The boundaries *before whose instant* the runs are looked at, ascending: when what precedes them has ended.
    /// The last is `K`, the end.
    pub fn dates(&self) -> &[Step] {
        &self.dates
    }

    /// Counts the state of one run before boundary `step`; nothing if that is none of the dates.
    pub fn look(&mut self, state: &State, step: Step) {
        let Ok(date) = self.dates.binary_search(&step) else { return };
        if self.looks == u16::MAX {
            self.take_in();
        }
        self.looks += 1;
        let counts = &mut self.recent[date * self.stride..][..self.stride];
        for (zero, value) in self.zeros.iter().zip(&state.values) {
            if let Some(count) = counts.get_mut(zero.wrapping_add(*value as u32) as usize) {
                *count += 1;
            }
        }
        for index in &self.binned {
            let row = self.rows[*index as usize];
            let bin = (state.values[*index as usize] - row.low) / row.width;
            counts[row.offset + bin as usize] += 1;
        }
    }

    /// Adds what is in `recent` to `counts`, where no look is one too many.
    fn take_in(&mut self) {
        self.counts
            .iter_mut()
            .zip(&mut self.recent)
            .for_each(|(count, more)| *count += u64::from(std::mem::take(more)));
        self.looks = 0;
    }

    /// Takes in what another has counted.
    pub fn merge(&mut self, mut other: Self) {
        other.take_in();
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
    }

    /// How many runs had which value of `variable` on date number `date`: by bin, from the lowest.
    pub fn counts(&self, variable: VariableId, date: usize) -> impl Iterator<Item = u64> {
        let row = self.rows[variable.0 as usize];
        let bins = date * self.stride + row.offset..;
        let (counts, recent) = (&self.counts[bins.clone()], &self.recent[bins]);
        counts.iter().zip(recent).map(|(count, more)| count + u64::from(*more)).take(row.bins)
    }

    /// The lowest value of each bin.
    pub fn values(&self, variable: VariableId) -> impl Iterator<Item = i32> {
        let row = self.rows[variable.0 as usize];
        (0..row.bins as i32).map(move |bin| row.low + bin * row.width)
    }

    /// The lowest and the highest value of each bin.
    pub fn ranges(&self, variable: VariableId) -> impl Iterator<Item = (i32, i32)> {
        let Row { high, width, .. } = self.rows[variable.0 as usize];
        // The last bin may be less wide, and nothing be beyond it.
        self.values(variable).map(move |from| (from, from + (high - from).min(width - 1)))
    }

    /// Values in a bin: 1 if they are counted one by one.
    pub fn width(&self, variable: VariableId) -> i32 {
        self.rows[variable.0 as usize].width
    }
}

/// The boundaries before which runs are looked at: the ends of months where there is a calendar and at least half
/// a year, of several months where there are more than two years, else twelfths; and the end.
pub fn dates(calendar: &Calendar) -> Vec<Step> {
    let end = calendar.steps;
    let mut dates = calendar.start.map_or_else(Vec::new, |start| months(start, calendar));
    if dates.len() < FEWEST_MONTHS {
        let parts = u64::from(end.min(12));
        dates = (1..parts).map(|part| (part * u64::from(end) / parts) as Step).collect();
    } else if dates.len() >= MOST {
        let every = (dates.len() + 1).div_ceil(MOST);
        dates = dates.into_iter().skip(every - 1).step_by(every).collect();
    }
    dates.push(end);
    dates.dedup();
    dates
}

/// The first boundaries at or after the first of each month within the horizon.
fn months(start: i64, calendar: &Calendar) -> Vec<Step> {
    let Ok(first) = OffsetDateTime::from_unix_timestamp(start) else { return Vec::new() };
    let mut months = Vec::new();
    let mut day = first.date();
    while let Some(next) = next_month(day) {
        let seconds = next.midnight().assume_utc().unix_timestamp() - start;
        let step = (seconds as u64).div_ceil(calendar.step_seconds);
        if step >= u64::from(calendar.steps) {
            break;
        }
        months.push(step as Step);
        day = next;
    }
    months.dedup();
    months
}

fn next_month(day: Date) -> Option<Date> {
    let year = if day.month() == Month::December { day.year() + 1 } else { day.year() };
    Date::from_calendar_date(year, day.month().next(), 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::fixture::{Building, empty};

    fn calendar(start: Option<i64>, step_seconds: u64, steps: Step) -> Calendar {
        Calendar { start, step_seconds, steps }
    }

    /// 2024-02-07T00:00.
    const START: i64 = 1_707_264_000;

    #[test]
    fn dates_are_the_ends_of_months() {
        let peninsula = dates(&calendar(Some(START), 86_400, 329));
        assert_eq!(peninsula, [23, 54, 84, 115, 145, 176, 207, 237, 268, 298, 329]);
        let six_hours = dates(&calendar(Some(START), 21_600, 329 * 4));
        assert_eq!(six_hours[..2], [92, 216]);
        let weeks = dates(&calendar(Some(START), 7 * 86_400, 47));
        assert_eq!(weeks[..2], [4, 8], "the first boundary at or after the first of the month");
    }

    #[test]
    fn long_and_short_and_dateless_scenarios() {
        let ten_years = dates(&calendar(Some(START), 86_400, 3653));
        assert!(ten_years.len() <= MOST && ten_years.len() >= 12, "{ten_years:?}");
        let month = dates(&calendar(Some(START), 86_400, 36));
        assert_eq!(month, [3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36]);
        assert_eq!(dates(&calendar(None, 86_400, 365)).len(), 12);
        assert_eq!(dates(&calendar(None, 86_400, 3)), [1, 2, 3]);
        assert_eq!(dates(&calendar(None, 86_400, 1)), [1]);
    }

    #[test]
    fn values_are_counted_apart_and_wide_ranges_binned() {
        let model = empty(12).with_indicator("wide", -1000, 1000).with_ladder("l", &["calm", "war"]);
        let mut occupancy = Occupancy::new(&model);
        let counts = |occupancy: &Occupancy, variable, date| occupancy.counts(variable, date).collect::<Vec<_>>();
        let mut state = State::start(&model);
        state.values[0] = 3;
        occupancy.look(&state, 1);
        state.values[1] = 1000;
        occupancy.look(&state, 1);
        state.values[2] = 1;
        occupancy.look(&state, 12);
        let id = VariableId;
        assert_eq!(counts(&occupancy, id(0), 0)[3], 2);
        assert_eq!(counts(&occupancy, id(2), 0), [2, 0]);
        assert_eq!(counts(&occupancy, id(2), 11), [0, 1]);
        assert_eq!((occupancy.width(id(0)), occupancy.width(id(1))), (1, 4));
        assert_eq!(occupancy.counts(id(1), 0).sum::<u64>(), 2, "each look is counted once");
        let last = counts(&occupancy, id(1), 0).iter().rposition(|c| *c > 0).unwrap();
        assert_eq!(occupancy.values(id(1)).nth(last), Some(1000));
        let mut twice = occupancy.clone();
        twice.merge(occupancy);
        assert_eq!(counts(&twice, id(0), 0)[3], 4);
    }

    /// A bin ends where its range does, be that as high as can be.
    #[test]
    fn the_last_bin_ends_with_the_range() {
        let (low, top) = (i32::MAX - 1_000, i32::MAX);
        let model = empty(12).with_indicator("wide", low, top).with_indicator("few", top - 1, top);
        let mut occupancy = Occupancy::new(&model);
        let mut state = State::start(&model);
        state.values = [0, top, top].into();
        occupancy.look(&state, 12);
        let ranges = |id| occupancy.ranges(VariableId(id)).collect::<Vec<_>>();
        assert_eq!((ranges(1)[0], ranges(1)[499..].to_vec()), ((low, low + 1), vec![(top - 2, top - 1), (top, top)]));
        assert_eq!(ranges(2), [(top - 1, top - 1), (top, top)]);
        assert_eq!([1, 2].map(|id| occupancy.counts(VariableId(id), 11).last()), [Some(1); 2]);
    }

    /// A posture may have more values than an indicator has bins: each of them has a name.
    #[test]
    fn named_values_are_never_binned() {
        let names: Vec<String> = (0..1_000).map(|value| format!("v{value}")).collect();
        let model = empty(12).with_ladder("l", &names.iter().map(String::as_str).collect::<Vec<_>>());
        let occupancy = Occupancy::new(&model);
        assert_eq!((occupancy.width(VariableId(1)), occupancy.values(VariableId(1)).count()), (1, 1_000));
    }

    /// Small counts are taken in before they are full.
    #[test]
    fn no_look_is_lost() {
        let model = empty(12);
        let (mut occupancy, mut state) = (Occupancy::new(&model), State::start(&model));
        let looks = 2 * u64::from(u16::MAX) + 7;
        for look in 0..looks {
            state.values[0] = i32::from(look < 3);
            occupancy.look(&state, 1);
        }
        assert_eq!(occupancy.counts(VariableId(0), 0).collect::<Vec<_>>()[..2], [looks - 3, 3]);
        let mut twice = occupancy.clone();
        twice.merge(occupancy);
        assert_eq!(twice.counts(VariableId(0), 0).sum::<u64>(), 2 * looks);
    }
}
