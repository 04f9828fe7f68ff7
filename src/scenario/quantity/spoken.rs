//! Times as people say them, `two weeks`, `2-9 days`, `every month`: how they are written here. For remedies only.
//!
//! Does not accept anything: a file that says a time in these words still holds a mistake.

use super::{Delay, Duration, number};

/// What stands between the two ends of a span of time in plain speech.
const BETWEEN: [&str; 12] = [" to ", " and ", " or ", " until ", " till ", " – ", " — ", " - ", "–", "—", "..", "-"];

/// Words before a time that say that its ends are not sharp.
const TYPICALLY: [&str; 8] =
    ["typically ", "usually ", "normally ", "mostly ", "generally ", "commonly ", "often ", "typical "];

/// Words before a time that change nothing.
const FILLERS: [&str; 21] = [
    "at least ",
    "more than ",
    "about ",
    "around ",
    "roughly ",
    "approximately ",
    "approx. ",
    "circa ",
    "ca. ",
    "some ",
    "between ",
    "from ",
    "evenly ",
    "after ",
    "in ",
    "every ",
    "each ",
    "per ",
    "exactly ",
    "the ",
    "~",
];

/// Words before a time that is the longest possible.
const AT_MOST: [&str; 7] = ["within ", "up to ", "at most ", "less than ", "under ", "max ", "maximum "];

/// A time in our spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scenario) struct Said {
    /// Such as `2w`.
    pub(in crate::scenario) text: String,
    /// It was said in months, which have no fixed length.
    pub(in crate::scenario) months: bool,
}

/// The duration that somebody means who writes `text`.
pub(in crate::scenario) fn duration(text: &str) -> Option<Said> {
    let text = text.trim().to_lowercase();
    let text = without(&FILLERS, &text);
    let text = [" later", " after", " afterwards", " on", " or so", " at most", " at least", " or more", " or less"]
        .iter()
        .find_map(|end| text.strip_suffix(end))
        .unwrap_or(text);
    let (count, unit) = counted(text)?;
    let (short, times) = unit_of(unit)?;
    let said = if times == 1 { format!("{count}{short}") } else { format!("{}{short}", multiplied(&count, times)?) };
    Duration::strict(&said, 0).is_ok().then_some(Said { text: said, months: is_month(unit) })
}

/// The delay that somebody means who writes `text`: in our spelling, evenly and typically.
pub(super) fn delay(text: &str) -> Option<Spread> {
    let lower = text.trim().to_lowercase();
    let sharp = without(&TYPICALLY, &lower);
    let typically = sharp != lower;
    if let Some(longest) = AT_MOST.iter().find_map(|word| sharp.strip_prefix(word)).and_then(duration) {
        return Spread::between("0d".to_owned(), longest);
    }
    let rest = without(&FILLERS, sharp);
    let ends = BETWEEN.iter().filter_map(|sign| rest.split_once(sign)).find_map(|(low, high)| {
        let high = duration(high)?;
        let low = Some(low.trim()).filter(|low| !low.is_empty())?;
        // A lower end without a unit has that of the upper one.
        let low = duration(low).or_else(|| duration(&format!("{low} {}", unit_in(rest)?)))?;
        Spread::between(low.text, Said { months: high.months || low.months, ..high })
    });
    ends.map(|spread| Spread { said_typically: typically, ..spread })
}

/// A delay between two ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spread {
    /// `1d to 7d`
    pub(super) evenly: String,
    /// Whether `typically` is possible before it.
    pub(super) may_be_typical: bool,
    /// Whether the author said so.
    pub(super) said_typically: bool,
    /// It was said in months.
    pub(super) months: bool,
}

impl Spread {
    /// The shorter time first; `None` if the two are one.
    fn between(low: String, high: Said) -> Option<Self> {
        let (mut from, mut to) = (Duration::strict(&low, 0).ok()?, Duration::strict(&high.text, 0).ok()?);
        let mut evenly = format!("{low} to {}", high.text);
        if from > to {
            (from, to) = (to, from);
            evenly = format!("{} to {low}", high.text);
        }
        let readable = from < to && Delay::strict(&evenly, 0).is_ok();
        readable.then_some(Self {
            evenly,
            may_be_typical: from.seconds > 0,
            said_typically: false,
            months: high.months,
        })
    }
}

fn without<'t>(words: &[&str], text: &'t str) -> &'t str {
    words.iter().find_map(|word| text.strip_prefix(word)).map_or(text, str::trim)
}

/// A number, in digits or in words, and what stands behind it; one where there is none.
fn counted(text: &str) -> Option<(String, &str)> {
    let (digits, unit) = number::split(text);
    if !digits.is_empty() {
        let unit = unit.trim_start_matches([' ', '-', '\u{a0}']).trim();
        return number::is_number(digits).then(|| (digits.to_owned(), unit));
    }
    let (first, rest) = text.split_once([' ', '-']).unwrap_or((text, ""));
    match number::in_words(first) {
        Some(number) => Some((number.to_string(), rest.trim())),
        None => Some(("1".to_owned(), text)),
    }
}

/// The last word, if it is a unit.
fn unit_in(text: &str) -> Option<&str> {
    let word = text.rsplit(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty())?;
    unit_of(word).map(|_| word)
}

fn is_month(unit: &str) -> bool {
    unit.starts_with("mo") || unit.starts_with("mt") || unit.starts_with("quarter")
}

/// The unit that somebody means who writes `unit` out, and how many of it.
fn unit_of(unit: &str) -> Option<(&'static str, u32)> {
    Some(match unit.trim_end_matches('.') {
        "min" | "minute" | "minutes" | "mins" => ("min", 1),
        "h" | "hour" | "hours" | "hr" | "hrs" | "hourly" => ("h", 1),
        "d" | "day" | "days" | "daily" => ("d", 1),
        "w" | "week" | "weeks" | "wk" | "wks" | "weekly" => ("w", 1),
        "fortnight" | "fortnights" | "fortnightly" => ("w", 2),
        "month" | "months" | "mo" | "mon" | "mth" | "mths" | "monthly" => ("d", 30),
        "quarter" | "quarters" | "quarterly" => ("d", 90),
        "y" | "year" | "years" | "yr" | "yrs" | "a" | "yearly" | "annually" | "annum" => ("y", 1),
        _ => return None,
    })
}

/// The count as we write it of so many units.
fn multiplied(count: &str, times: u32) -> Option<String> {
    let (value, places) = number::exact(count)?;
    let (total, scale) = (value * u128::from(times), 10_u128.checked_pow(places)?);
    total.is_multiple_of(scale).then(|| (total / scale).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        duration(text).map_or_else(|| "nothing".to_owned(), |said| said.text)
    }

    #[test]
    fn durations_of_every_day() {
        let rows = [
            ("9 days", "9d"),
            ("two weeks", "2w"),
            ("a week", "1w"),
            ("3 d", "3d"),
            ("3-day", "3d"),
            ("about 3 hours", "3h"),
            ("month", "30d"),
            ("2 months", "60d"),
            ("1.5 months", "45d"),
            ("weekly", "1w"),
            ("every fortnight", "2w"),
            ("a quarter", "90d"),
            ("Twelve Hours", "12h"),
            ("soon", "nothing"),
            ("3", "nothing"),
            ("3 apples", "nothing"),
        ];
        for (text, expected) in rows {
            assert_eq!(said(text), expected, "{text}");
        }
        assert!(duration("2 months").unwrap().months && !duration("2 minutes").unwrap().months);
    }

    #[test]
    fn delays_of_every_day() {
        let evenly = |text: &str| delay(text).map_or_else(|| "nothing".to_owned(), |spread| spread.evenly);
        let rows = [
            ("2-9 days", "2d to 9d"),
            ("2–9 days", "2d to 9d"),
            ("2 to 9 days", "2d to 9d"),
            ("2 days to 9 days", "2d to 9d"),
            ("between 2 and 9 days", "2d to 9d"),
            ("from one to two weeks", "1w to 2w"),
            ("3d-10d", "3d to 10d"),
            ("3d..10d", "3d to 10d"),
            ("one or two weeks", "1w to 2w"),
            ("up to a week", "0d to 1w"),
            ("within 3 days", "0d to 3d"),
            ("12 hours to 3 days", "12h to 3d"),
            ("9 to 2 days", "2d to 9d"),
            ("two weeks", "nothing"),
            ("-2w", "nothing"),
        ];
        for (text, expected) in rows {
            assert_eq!(evenly(text), expected, "{text}");
        }
        assert!(delay("usually 2 to 9 days").unwrap().said_typically);
        assert!(!delay("0 to 9 days").unwrap().may_be_typical);
    }
}
