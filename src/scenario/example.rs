//! Examples in help that are of the scenario at hand: its own clock, indicators, postures and rules in the place of
//! those that every message uses.
//!
//! Does not know what is wrong. What the author's text holds itself is never taken for an example.

use super::document::{Document, Entry, LadderText, ParameterValue, PostureText};
use super::quantity::Moment;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span};

/// The year of every date in an example.
const YEAR: &str = "2024";

/// What stands in the place of the examples' names and dates.
#[derive(Debug, Default)]
pub struct Examples {
    /// By what the messages say, longer ones first.
    words: Vec<(&'static str, String)>,
    /// `actor.posture`, for a message that knows only one half of it.
    postures: Vec<String>,
    /// First and last second of the run; `None` if the author's dates could be taken for an example.
    run: Option<(i64, i64)>,
}

impl Examples {
    /// Those of `document`, which was read from `text`.
    pub fn of(document: &Document, text: &str) -> Self {
        let mut words = Vec::new();
        if let Some((posture, value)) = posture(document) {
            words.push(("dprk.military == war", format!("{posture} == {value}")));
            words.push(("dprk.japan = probing", format!("{posture} = {value}")));
            words.push(("dprk.military", posture));
        }
        if let Some((name, middle)) = indicator(document) {
            words.push(("tension > 80", format!("{name} > {middle}")));
            words.push(("tension > 50", format!("{name} > {middle}")));
            words.push(("tension", name));
        }
        if let Some((parameter, value)) = choice(document) {
            words.push(("us_line: back", format!("{parameter}: {value}")));
            words.push(("us_line=back", format!("{parameter}={value}")));
        }
        if let Some((rule, branch)) = rule(document) {
            words.push(("clash/war", branch.clone()));
            words.push(("clash/contained", branch));
            words.push(("missile_test", rule.clone()));
            words.push(("clash", rule));
        }
        let own = |word: &str| text.contains(word.split([' ', '=', ':', '/', '.']).next().unwrap_or(word));
        words.retain(|(word, _)| !own(word));
        let postures = postures(document).map(|(name, _)| name).collect();
        let run = if text.contains(YEAR) { None } else { run(document) };
        Self { words, postures, run }
    }

    /// `diagnostics` with these examples.
    #[must_use]
    pub fn told(&self, diagnostics: &Diagnostics, text: &str) -> Diagnostics {
        let mut told = Diagnostics::default();
        for diagnostic in diagnostics.iter() {
            let bare = EVENTS.contains(&diagnostic.code) && is_bare(&diagnostic.place, text);
            let pasted = |help: String| if bare { in_quotes(&help) } else { help };
            if let Some(joined) = joined_name(diagnostic, text) {
                told.push(joined);
                continue;
            }
            let help = diagnostic.help.iter().map(|help| pasted(self.dated(&self.worded(help)))).collect();
            told.push(Diagnostic { help, ..diagnostic.clone() });
        }
        told
    }

    fn worded(&self, help: &str) -> String {
        let help = &self.with_actor(help);
        self.words.iter().fold(help.to_owned(), |help, (word, own)| replaced(&help, word, own))
    }

    /// `actor.stance` as `union.stance`, where `stance` is a posture of one actor, or `union` an actor with one posture.
    fn with_actor(&self, help: &str) -> String {
        let in_name = |c: char| c.is_alphanumeric() || c == '_';
        let Some(at) = help.find("`actor.") else { return help.to_owned() };
        let behind = &help[at + 7..];
        let name = &behind[..behind.find(|c| !in_name(c)).unwrap_or(behind.len())];
        let named =
            |posture: &&String| posture.split_once('.').is_some_and(|(actor, last)| last == name || actor == name);
        match self.postures.iter().filter(named).collect::<Vec<_>>()[..] {
            [posture] => help.replace(&format!("actor.{name}"), posture),
            _ => help.to_owned(),
        }
    }

    /// Dates of the examples moved into the run: to its own year where they fall into it, else in proportion.
    fn dated(&self, help: &str) -> String {
        let Some(run) = self.run else { return help.to_owned() };
        let dates: Vec<usize> = help.match_indices("2024-").map(|(at, _)| at).collect();
        let dates: Vec<(usize, Moment)> =
            dates.into_iter().filter_map(|at| Some((at, Moment::parse(help.get(at..at + 10)?, 0).ok()?))).collect();
        let same_day: Option<Vec<String>> = dates.iter().map(|(_, date)| in_its_year(*date, run)).collect();
        let moved = same_day.unwrap_or_else(|| dates.iter().map(|(_, date)| in_proportion(*date, run)).collect());
        let mut told = help.to_owned();
        for ((at, _), date) in dates.iter().zip(&moved) {
            told.replace_range(*at..at + 10, date);
        }
        told
    }
}

/// `overtime ban` where the file speaks of `overtime_ban` elsewhere: the mistake, told as that of a name with a space.
fn joined_name(mistake: &Diagnostic, text: &str) -> Option<Diagnostic> {
    let Place::Text(span) = mistake.place else { return None };
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    if mistake.code != "stray-words" {
        return None;
    }
    let before = text.get(..span.start)?.trim_end_matches(' ');
    let start =
        before.rfind(|c: char| !in_name(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let last = text[span.start..].find(['"', '\n', ',', ')']).map_or(text.len(), |at| span.start + at);
    let words: Vec<&str> = text[start..last].split(' ').filter(|word| !word.is_empty()).collect();
    let names: Vec<&str> = text.split(|c: char| !in_name(c)).collect();
    let joined = (2..=words.len().min(5)).rev().map(|count| words[..count].join("_"));
    let name = joined.into_iter().find(|joined| names.contains(&joined.as_str()))?;
    let message = format!("a name holds no spaces: `{}`", name.replace('_', " "));
    Some(
        Diagnostic {
            help: Vec::new(),
            ..Diagnostic::error("stray-words", message, Span::new(start, start + name.len()))
        }
        .help(format!("write `{name}`")),
    )
}

/// Mistakes of events, which may stand bare where they are one word; most of what is written instead may not.
const EVENTS: [&str; 4] = ["no-event", "not-an-event", "unknown-event", "no-let"];

/// Whether what stands there has no quotes around it.
fn is_bare(place: &Place, text: &str) -> bool {
    let Place::Text(span) = place else { return false };
    let Some(before) = text.get(..span.start) else { return false };
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.matches('"').count().is_multiple_of(2) && !text[span.start..].starts_with('"')
}

/// `help` with quotes around what cannot stand without: `jammed begins` becomes `"jammed begins"`.
fn in_quotes(help: &str) -> String {
    let parts = help.split('`').enumerate().map(|(index, part)| {
        let plain = part.chars().all(|c| c.is_alphanumeric() || c == '_');
        let quotable = index % 2 == 1 && !plain && !part.contains(['"', ':', '…']);
        if quotable { format!("\"{part}\"") } else { part.to_owned() }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// `word` as a word of its own, replaced.
fn replaced(help: &str, word: &str, own: &str) -> String {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut told = String::new();
    let mut rest = help;
    while let Some(at) = rest.find(word) {
        let (before, behind) = (&rest[..at], &rest[at + word.len()..]);
        let alone = !before.ends_with(in_word) && !behind.starts_with(in_word);
        told.push_str(before);
        told.push_str(if alone { own } else { word });
        rest = behind;
    }
    told + rest
}

fn run(document: &Document) -> Option<(i64, i64)> {
    let clock = &document.clock.as_ref()?.value;
    let start = clock.start.as_ref()?.value.seconds;
    let horizon = || i64::try_from(clock.horizon.as_ref()?.value.seconds).ok()?.checked_add(start);
    let end = clock.end.as_ref().map(|end| end.value.seconds).or_else(horizon)?;
    (end > start).then_some((start, end))
}

/// The same day of the year in which the run starts or ends, if it lies in the run.
fn in_its_year(date: Moment, (start, end): (i64, i64)) -> Option<String> {
    let day = date.date();
    let years = [start, end].map(|at| Moment::at_seconds(at).date()[..4].to_owned());
    let moved = years.iter().filter_map(|year| Moment::parse(&format!("{year}{}", &day[4..]), 0).ok());
    moved.into_iter().find(|moved| (start..=end).contains(&moved.seconds)).map(Moment::date)
}

/// As far into the run as the date is into its year.
fn in_proportion(date: Moment, (start, end): (i64, i64)) -> String {
    const YEAR_START: i64 = 1_704_067_200;
    const YEAR_SECONDS: i64 = 366 * 86_400;
    let share = (date.seconds - YEAR_START) as f64 / YEAR_SECONDS as f64;
    Moment::at_seconds(start + ((end - start) as f64 * share) as i64).date()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what `filter` hands over")]
fn plain<T>(entry: &&Entry<T>) -> bool {
    !entry.key.value.contains('{')
}

/// A posture and a value that it does not start at.
fn posture(document: &Document) -> Option<(String, String)> {
    postures(document).find_map(|(name, value)| Some((name, value?)))
}

/// All postures that no template makes, each with a value that it does not start at.
fn postures(document: &Document) -> impl Iterator<Item = (String, Option<String>)> {
    document.actors.iter().filter(plain).flat_map(|actor| {
        let postures = actor.value.iter().flat_map(|actor| &actor.postures);
        postures.map(|entry| {
            let other = entry.value.as_ref().and_then(|posture| other_value(posture, document));
            (format!("{}.{}", actor.key.value, entry.key.value), other)
        })
    })
}

/// The last value of a posture that it does not start at.
fn other_value(posture: &PostureText, document: &Document) -> Option<String> {
    let values = match posture.ladder.as_ref().map(|ladder| &ladder.value) {
        Some(LadderText::Values(values)) => values,
        Some(LadderText::Named(name)) => {
            let ladder = document.ladders.iter().find(|ladder| ladder.key.value == *name)?;
            &ladder.value.as_ref()?.value
        }
        None => &posture.states.as_ref()?.value,
    };
    let start = posture.start.as_ref().map(|start| start.value.as_str());
    values.iter().rfind(|value| Some(value.value.as_str()) != start).map(|value| value.value.clone())
}

/// An indicator and a number in its range.
fn indicator(document: &Document) -> Option<(String, i64)> {
    document.indicators.iter().filter(plain).find_map(|entry| {
        let (low, high) = entry.value.as_ref()?.range.as_ref()?.value;
        Some((entry.key.value.clone(), low.midpoint(high)))
    })
}

/// A parameter that is one of several names, and one that is not in force.
fn choice(document: &Document) -> Option<(String, String)> {
    document.parameters.iter().filter(plain).find_map(|entry| {
        let parameter = entry.value.as_ref()?;
        let names = parameter.one_of.as_ref()?;
        let value = match parameter.value.as_ref().map(|value| &value.value) {
            Some(ParameterValue::Name(name)) => name.as_str(),
            _ => "",
        };
        let other = names.value.iter().find(|name| name.value != value)?;
        Some((entry.key.value.clone(), other.value.clone()))
    })
}

/// A rule, and a branch of it or of another; the rule itself where none has branches.
fn rule(document: &Document) -> Option<(String, String)> {
    let rules = || document.rules.iter().filter(plain);
    let first = rules().next()?.key.value.clone();
    let branch = rules().find_map(|entry| {
        let branch = entry.value.as_ref()?.choose.as_ref()?.value.first()?;
        Some(format!("{}/{}", entry.key.value, branch.key.value))
    });
    let branch = branch.unwrap_or_else(|| first.clone());
    Some((first, branch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;

    fn told(help: &str, run: Option<(&str, &str)>) -> String {
        let seconds = |date: &str| Moment::parse(date, 0).unwrap().seconds;
        let run = run.map(|(start, end)| (seconds(start), seconds(end)));
        let words = vec![("tension > 80", "backlog > 250".to_owned()), ("tension", "backlog".to_owned())];
        let mut one = Diagnostics::default();
        one.push(Diagnostic::error("x", "tension", Span::default()).help(help));
        let told = Examples { words, run, postures: Vec::new() }.told(&one, "");
        let first = told.iter().next().unwrap();
        assert_eq!(first.message, "tension");
        first.help[0].clone()
    }

    #[test]
    fn an_event_that_stands_bare_is_given_quotes() {
        let told = |text: &str| {
            let at = text.find("jammed").unwrap();
            let mut one = Diagnostics::default();
            one.push(Diagnostic::error("no-event", "…", Span::new(at, at + 6)).help("write `jammed begins` or `jam`"));
            Examples::default().told(&one, text).iter().next().unwrap().help[0].clone()
        };
        assert_eq!(told("on: [jammed]"), "write `\"jammed begins\"` or `jam`");
        assert_eq!(told("on: [\"jammed\"]"), "write `jammed begins` or `jam`");
        assert_eq!(told("ask: \"clash before jammed\""), "write `jammed begins` or `jam`");
    }

    #[test]
    fn names_and_dates_are_those_of_the_scenario() {
        let run = Some(("2025-03-01", "2025-08-01"));
        assert_eq!(told("`tension > 80`, tensions", run), "`backlog > 250`, tensions");
        assert_eq!(told("by 2024-06-30", run), "by 2025-06-30");
        assert_eq!(told("2024-06-30T06:00 and 2024-07-01", run), "2025-06-30T06:00 and 2025-07-01");
        // February is before the run; both move, so that they stay in order.
        let both = told("2024-02-07..2024-07-01", run);
        assert!(both.starts_with("2025-03-1") && both.contains("..2025-05-1"), "{both}");
        assert_eq!(told("by 2024-06-30", None), "by 2024-06-30");
    }
}
