//! Numbers of rules as people say them: chances, waiting times, hazards.
//!
//! Does not know rules.

use crate::scenario::quantity::Duration;

/// A probability in as many digits as tell it from 0 and from 1: `6.3 %`, `56 %`, `99.7 %`.
pub(super) fn percent(p: f64) -> String {
    let of_100 = 100.0 * p;
    let decimals = match p.min(1.0 - p) {
        0.0 => 0,
        rest if rest >= 0.1 => 0,
        rest if p > 0.5 => usize::from(rest < 0.01) + usize::from(rest < 0.001),
        rest if rest >= 0.01 => 1,
        rest if rest >= 0.001 => 2,
        rest if rest >= 0.000_1 => 3,
        _ if p < 0.5 => return small(p),
        _ => 2,
    };
    if p > 0.999_95 && p < 1.0 {
        return "over 99.99 %".to_owned();
    }
    format!("{} %", trimmed(&format!("{of_100:.decimals$}")))
}

/// A tiny probability as odds.
fn small(p: f64) -> String {
    let (mut one_in, mut scale) = (1.0 / p, 1.0);
    while one_in >= 100.0 {
        one_in /= 10.0;
        scale *= 10.0;
    }
    let digits = format!("{:.0}", one_in.round() * scale);
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("1 in {grouped}")
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A plain number in three digits or all before the point: `2.5`, `0.0833`, `0.000602`.
pub(super) fn plain(x: f64) -> String {
    let (mut size, mut decimals) = (x.abs(), 2);
    if size == 0.0 {
        return "0".to_owned();
    }
    while size < 1.0 && decimals < 12 {
        size *= 10.0;
        decimals += 1;
    }
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    trimmed(&format!("{x:.decimals$}")).to_owned()
}

/// How long, for people: days up to four years, then years; hours below a day.
pub(super) fn lasting(days: f64) -> String {
    match days {
        d if d < 1.0 => format!("{} hours", plain((d * 24.0 * 10.0).round() / 10.0)),
        d if d < 1_461.0 => format!("{} days", plain(d.round())),
        d => format!("{} years", plain((d / 36.525).round() / 10.0)),
    }
}

/// By when something has happened: `day 11`, or how long it takes where that is under a day or over four years.
fn by_day(days: f64) -> String {
    if (1.0..1_461.0).contains(&days) { format!("day {:.0}", days.ceil()) } else { lasting(days) }
}

/// What a pressure with a hazard of `rate` per day comes to while its guard holds, in a run of `horizon` days.
pub(super) fn pressure(rate: f64, horizon: f64) -> String {
    if rate <= 0.0 {
        return "never".to_owned();
    }
    let by = |days: f64| percent(-libm::expm1(-rate * days));
    let after = |p: f64| -libm::log1p(-p) / rate;
    let mut parts = vec![format!("{} a day", by(1.0)), format!("median {}", by_day(after(0.5)))];
    parts.push(format!("90 % by {}", by_day(after(0.9))));
    if horizon > 90.0 {
        parts.push(format!("{} by day 90", by(90.0)));
    }
    if horizon <= 90.0 || rate * horizon < 7.0 {
        parts.push(format!("{} by the end, day {}", by(horizon), plain(horizon)));
    }
    let text = parts.join(", ");
    if rate >= 1.0 / horizon { format!("{text}; on average one in {}", lasting(1.0 / rate)) } else { text }
}

/// `p / (1 - p)` times `factor`, back as a probability.
pub(super) fn times_odds(p: f64, factor: f64) -> f64 {
    if factor == 0.0 { 0.0 } else { p * factor / (1.0 - p + p * factor) }
}

/// So many steps of a calendar.
pub(super) fn steps(count: u64, step_seconds: u64) -> String {
    let duration = Duration { seconds: count * step_seconds };
    let (many, unit) = match duration.seconds {
        // A year is 365.25 days: no whole days, but 8,766 hours.
        s if s.is_multiple_of(31_557_600) && !step_seconds.is_multiple_of(86_400) => (s / 31_557_600, "year"),
        s if s.is_multiple_of(86_400) => (s / 86_400, "day"),
        s if s.is_multiple_of(3_600) => (s / 3_600, "hour"),
        _ => return duration.to_string(),
    };
    format!("{many} {unit}{}", if many == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_keep_their_distance_from_0_and_1() {
        let said = [0.0, 1.0, 0.5625, 0.0634, 0.005, 0.0002, 0.000_012, 0.9, 0.95, 0.9972, 0.9997, 0.999_999, 0.123];
        let said: Vec<String> = said.into_iter().map(percent).collect();
        assert_eq!(
            said,
            [
                "0 %",
                "100 %",
                "56 %",
                "6.3 %",
                "0.5 %",
                "0.02 %",
                "1 in 83,000",
                "90 %",
                "95 %",
                "99.7 %",
                "99.97 %",
                "over 99.99 %",
                "12 %"
            ]
        );
    }

    #[test]
    fn the_pressure_of_the_manual() {
        let rate = -libm::log1p(-0.6) / 14.0;
        let said = pressure(rate, 328.0);
        assert!(said.starts_with("6.3 % a day, median day 11, 90 % by day 36, 99.7 % by day 90"), "{said}");
    }

    #[test]
    fn a_rare_pressure_speaks_in_years() {
        let said = pressure(0.22 / 365.25, 328.0);
        assert_eq!(
            said,
            "0.06 % a day, median day 1151, 90 % by 10.5 years, 5.3 % by day 90, 18 % by the end, day 328"
        );
    }

    #[test]
    fn odds_are_multiplied_as_odds() {
        assert_eq!(percent(times_odds(0.3, 3.0)), "56 %");
        assert_eq!(percent(times_odds(1.0, 0.0)), "0 %");
    }

    #[test]
    fn plain_numbers_keep_three_digits() {
        let said: Vec<String> =
            [0.0, 0.000_602_4, 0.083_33, 0.5, 2.5, 36.52, 1_234.5, -0.25].into_iter().map(plain).collect();
        assert_eq!(said, ["0", "0.000602", "0.0833", "0.5", "2.5", "36.5", "1234", "-0.25"]);
    }

    #[test]
    fn steps_are_days_or_hours() {
        assert_eq!(steps(1, 86_400), "1 day");
        assert_eq!(steps(5, 21_600), "30 hours");
        assert_eq!((steps(1, 31_557_600), steps(4, 31_557_600)), ("1 year".to_owned(), "4 years".to_owned()));
        assert_eq!(steps(4, 21_600), "1 day");
        assert_eq!(steps(1, 900), "15min");
    }
}
