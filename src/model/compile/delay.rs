//! Delays as written, made into tables over whole steps (SEMANTICS 4).
//!
//! Does not know rules: it sees a delay, its place and the calendar.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::table::DelayTable;
use crate::model::{Calendar, Step};
use crate::scenario::quantity::{Delay, Duration, Probability, Z95};

use super::calendar::whole_steps;

/// A compiled delay.
#[derive(Debug, Clone)]
pub struct Timed {
    /// When it comes, if it comes.
    pub table: Arc<DelayTable>,
    /// The chance that a cumulative table gives; `None` for the other kinds.
    pub chance: Option<f64>,
}

/// The delays of a scenario. Instances of a template share one table.
#[derive(Debug, Default)]
pub struct Delays {
    by_place: BTreeMap<Span, Option<Timed>>,
}

impl Delays {
    /// The table of `delay`, written at `span`. `None` if it held a mistake, which is reported once.
    pub fn compile(
        &mut self,
        delay: &Delay,
        span: Span,
        calendar: &Calendar,
        diagnostics: &mut Diagnostics,
    ) -> Option<Timed> {
        self.by_place.entry(span).or_insert_with(|| compile(delay, span, calendar, diagnostics)).clone()
    }
}

fn compile(delay: &Delay, span: Span, calendar: &Calendar, diagnostics: &mut Diagnostics) -> Option<Timed> {
    if let Delay::Fixed(duration) = delay {
        let steps = whole_steps(*duration, "this delay", span, calendar, diagnostics)?;
        return Some(Timed { table: Arc::new(fixed(steps, calendar.steps)), chance: None });
    }
    let chance = match delay {
        Delay::Table(points) => Some(chance_of(points, span, diagnostics)?),
        _ => None,
    };
    let table = tabulate(calendar, |seconds| distribution(delay, seconds));
    Some(Timed { table: Arc::new(table), chance })
}

/// A cumulative table's last value.
fn chance_of(points: &[(Duration, Probability)], span: Span, diagnostics: &mut Diagnostics) -> Option<f64> {
    let chance = points.last().map(|(_, p)| p.value())?;
    if chance == 0.0 {
        let never =
            Diagnostic::error("delay-never", "the last value of this table is 0, so the rule never fires", span)
                .help("the last value of the table is the chance that the response comes at all, such as \"60%\"");
        diagnostics.push(never);
        return None;
    }
    Some(chance)
}

/// A delay of exactly `steps`; one past the end of the run is "later".
fn fixed(steps: u64, end: Step) -> DelayTable {
    if steps > u64::from(end) { DelayTable::new(vec![0.0]) } else { DelayTable::fixed(steps as Step) }
}

/// `P(d <= k) = F(k · step)` for `k = 0 … K`: rounded up to whole steps. What is left lies beyond `T`.
fn tabulate(calendar: &Calendar, distribution: impl Fn(f64) -> f64) -> DelayTable {
    let mut cumulative = Vec::new();
    let mut sofar = 0.0_f64;
    for step in 0..=calendar.steps {
        let seconds = (u64::from(step) * calendar.step_seconds) as f64;
        sofar = sofar.max(distribution(seconds).clamp(0.0, 1.0));
        cumulative.push(sofar);
        if sofar >= 1.0 {
            break;
        }
    }
    DelayTable::new(cumulative)
}

/// `F(x) = P(delay <= x | it comes)`, `x` in seconds.
fn distribution(delay: &Delay, x: f64) -> f64 {
    match delay {
        Delay::Fixed(at) => f64::from(u8::from(x >= at.seconds as f64)),
        Delay::Evenly(from, to) if from == to => f64::from(u8::from(x >= to.seconds as f64)),
        Delay::Evenly(from, to) => {
            let (from, to) = (from.seconds as f64, to.seconds as f64);
            // The end itself, so that "1d to 7d" has happened by day 7 whatever the rounding.
            if x >= to { 1.0 } else { ((x - from) / (to - from)).max(0.0) }
        }
        Delay::Typically(low, high) => lognormal(x, low.seconds as f64, high.seconds as f64),
        Delay::Table(points) => interpolate(points, x),
    }
}

/// Lognormal distribution function at `x` with 5 % below `low` and 95 % below `high`.
fn lognormal(x: f64, low: f64, high: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mean = f64::midpoint(libm::log(low), libm::log(high));
    let deviation = (libm::log(high) - libm::log(low)) / (2.0 * Z95);
    if deviation <= 0.0 {
        return f64::from(u8::from(x >= high));
    }
    0.5 * libm::erfc(-(libm::log(x) - mean) / (deviation * std::f64::consts::SQRT_2))
}

/// Straight lines between the points, from 0 at time 0, over the last value.
fn interpolate(points: &[(Duration, Probability)], x: f64) -> f64 {
    let Some((_, last)) = points.last() else { return 1.0 };
    let (mut from, mut sofar) = (0.0, 0.0);
    for (at, p) in points {
        let (at, p) = (at.seconds as f64, p.value());
        if x < at {
            return (sofar + (p - sofar) * (x - from) / (at - from)) / last.value();
        }
        (from, sofar) = (at, p);
    }
    1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn calendar(steps: Step, step_seconds: u64) -> Calendar {
        Calendar { start: None, step_seconds, steps }
    }

    fn days(n: u64) -> Duration {
        Duration { seconds: n * DAY }
    }

    fn table(delay: &Delay, calendar: &Calendar) -> Timed {
        let mut diagnostics = Diagnostics::default();
        let timed = compile(delay, Span::default(), calendar, &mut diagnostics);
        assert!(diagnostics.is_empty());
        timed.expect("a delay without mistakes compiles")
    }

    fn close(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() <= within, "{a} is not {b}");
    }

    #[test]
    fn typically_has_its_published_points() {
        // SEMANTICS 9: mu = 1.7006, sigma = 0.3660 (days), median 5.477 d, 95 % by day 10.
        let timed = table(&Delay::Typically(days(3), days(10)), &calendar(365, DAY));
        close(timed.table.by(10), 0.95, 1e-12);
        close(timed.table.by(3), 0.05, 1e-12);
        assert_eq!(timed.table.by(0).to_bits(), 0.0_f64.to_bits());
        close(lognormal(5.477_225_575 * 86_400.0, 3.0 * 86_400.0, 10.0 * 86_400.0), 0.5, 1e-9);
        let (mean, deviation) = (1.7006, 0.3660);
        let by_6 = 0.5 * libm::erfc(-(libm::log(6.0) - mean) / (deviation * std::f64::consts::SQRT_2));
        close(timed.table.by(6), by_6, 1e-4);
    }

    #[test]
    fn evenly_is_uniform_and_rounded_up() {
        let timed = table(&Delay::Evenly(days(1), days(7)), &calendar(100, DAY));
        for k in 0..=10_u32 {
            let expected = ((f64::from(k) - 1.0) / 6.0).clamp(0.0, 1.0);
            close(timed.table.by(k), expected, 1e-12);
        }
        assert_eq!(timed.table.longest(), 7);
        assert_eq!(timed.table.hazard(1).to_bits(), 0.0_f64.to_bits(), "a delay above 1d is rounded up to 2d");
    }

    #[test]
    fn ends_of_a_distribution_need_not_be_whole_steps() {
        let half = Duration { seconds: DAY / 2 };
        let timed = table(&Delay::Evenly(half, half), &calendar(100, DAY));
        assert_eq!(timed.table.quantile(0.5), Some(1));
    }

    #[test]
    fn only_zero_gives_zero() {
        let none = Duration { seconds: 0 };
        assert!(table(&Delay::Fixed(none), &calendar(9, DAY)).table.at_once() >= 1.0);
        assert!(table(&Delay::Evenly(none, days(2)), &calendar(9, DAY)).table.at_once() <= 0.0);
    }

    #[test]
    fn a_table_gives_chance_and_shape() {
        let p = |x| Probability::new(x).expect("in [0, 1]");
        let points = vec![(days(7), p(0.4)), (days(14), p(0.6))];
        let timed = table(&Delay::Table(points), &calendar(365, DAY));
        close(timed.chance.expect("a table has a chance"), 0.6, 0.0);
        close(timed.table.by(7) * 0.6, 0.4, 1e-12);
        close(timed.table.by(1) * 0.6, 0.4 / 7.0, 1e-12);
        close(timed.table.by(14), 1.0, 0.0);
    }

    #[test]
    fn mass_beyond_the_end_stays_beyond() {
        let timed = table(&Delay::Evenly(days(0), days(20)), &calendar(10, DAY));
        close(timed.table.by(10), 0.5, 1e-12);
        assert_eq!(timed.table.longest(), 10);
        assert_eq!(table(&Delay::Fixed(days(4_000_000)), &calendar(10, DAY)).table.quantile(0.999), None);
    }

    #[test]
    fn a_fixed_delay_must_be_whole_steps() {
        let mut diagnostics = Diagnostics::default();
        let delay = Delay::Fixed(Duration { seconds: 36 * 3_600 });
        assert!(compile(&delay, Span::new(3, 8), &calendar(10, DAY), &mut diagnostics).is_none());
        let found = diagnostics.iter().next().expect("it is a mistake");
        assert_eq!(found.code, "not-whole-steps");
    }
}
