//! What `--vary` says: a name, and the values that it takes, as a factor; and whether every value of it fits.
//!
//! Does not know which points are computed.

use super::design::LIMIT;
use super::factor::{Change, Factor, Setting, Spread, Values, tidy, under};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, nearest};
use crate::model::compile::stated::is_place;
use crate::model::compile::{Overrides, compile};
use crate::model::{Assumption, Holds, Model};
use crate::scenario::document::Document;
use crate::scenario::quantity::{Duration, is_number};

/// What stands for the variants of the file, each of them a value.
pub const VARIANT: &str = "variant";

/// A factor, the value of it that the scenario has by itself, and the option that asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// The factor.
    pub factor: Factor,
    /// Its setting in the scenario that everything is compared with.
    pub base: Setting,
    /// `--vary clash_rate=0.04..0.39:8`
    pub option: String,
}

/// What is asked of all factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Ranges are spaced in the logarithm.
    pub log: bool,
    /// Every combination is computed, so a range needs a number of values.
    pub grid: bool,
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// The factor that `text`, of `--vary`, asks for.
///
/// # Errors
/// It names nothing, or no values, or such as cannot be.
pub fn varied(text: &str, asked: Asked, model: &Model) -> Parsed<Varied> {
    let option = format!("--vary {text}");
    let (name, values) = match text.split_once('=') {
        Some((name, values)) => (name.trim(), Some(values.trim())),
        None => (text.trim(), None),
    };
    let mistake = |code, what: String| Diagnostic::option(code, what, option.clone());
    if name.is_empty() {
        let empty = mistake("vary-what", "`--vary` without a name".into());
        return Err(Box::new(
            empty.help("write the name of a parameter and its values: `--vary clash_rate=0.04..0.39:8`"),
        ));
    }
    if values.is_some_and(str::is_empty) {
        let empty = mistake("vary-what", format!("`{name}` without values"));
        return Err(Box::new(empty.help(example(name, model))));
    }
    let assumption = model.assumptions.iter().find(|assumption| assumption.name == name);
    let found = match assumption {
        Some(assumption) => of_assumption(assumption, values, asked),
        None if model.rules.iter().any(|rule| rule.id == name) || branch(name, model) => switch(name, values, model),
        None if name == VARIANT => variants(values, model),
        None => Err(unknown(name, model)),
    };
    let (values, base) =
        found.map_err(|(code, what, help)| Box::new(help.into_iter().fold(mistake(code, what), Diagnostic::help)))?;
    Ok(Varied { factor: Factor { name: name.into(), values }, base, option })
}

/// Code, message, help.
type Wrong = (&'static str, String, Vec<String>);
type Taken = Result<(Values, Setting), Wrong>;

fn wrong(what: impl Into<String>, help: impl Into<String>) -> Wrong {
    ("vary-what", what.into(), vec![help.into()])
}

/// The factor of all variants and the scenario without one.
///
/// # Errors
/// The file has no variants.
pub fn matrix(model: &Model) -> Parsed<Varied> {
    let option = "--matrix".to_owned();
    match variants(None, model) {
        Ok((values, base)) => Ok(Varied { factor: Factor { name: VARIANT.into(), values }, base, option }),
        Err((code, what, help)) => {
            Err(Box::new(help.into_iter().fold(Diagnostic::option(code, what, option), Diagnostic::help)))
        }
    }
}

fn of_assumption(assumption: &Assumption, values: Option<&str>, asked: Asked) -> Taken {
    let name = &assumption.name;
    let base = in_force(assumption);
    if let Holds::Choice { names, .. } = &assumption.holds {
        let all = || names.iter().map(|value| Setting::typed(name, value)).collect();
        let levels = match values {
            None => all(),
            Some(values) if values.contains("..") => {
                let what = format!("`{name}` is one of several names and has no range");
                return Err(wrong(what, format!("it can be {}; `--vary {name}` takes them all", names.join(", "))));
            }
            Some(values) => list(name, values)?,
        };
        return Ok((Values::Levels(levels), base));
    }
    let Some(values) = values else { return own_range(assumption, asked).map(|values| (values, base)) };
    match values.split_once("..") {
        Some((low, rest)) => range(assumption, low.trim(), rest.trim(), asked).map(|values| (values, base)),
        None => {
            Ok((Values::Levels(list(name, values)?.into_iter().map(|value| timed(value, assumption)).collect()), base))
        }
    }
}

/// A duration as typed, with its days.
fn timed(setting: Setting, assumption: &Assumption) -> Setting {
    match (&assumption.holds, Duration::parse(&setting.shown, 0)) {
        (Holds::Duration { .. }, Ok(duration)) => {
            Setting { shown: setting.shown, ..Setting::duration(&assumption.name, duration) }
        }
        _ => setting,
    }
}

/// Its setting as it is in force.
fn in_force(assumption: &Assumption) -> Setting {
    let name = &assumption.name;
    let setting = match &assumption.holds {
        Holds::Choice { names, chosen } => Setting::typed(name, &names[*chosen]),
        Holds::Duration { value, .. } => Setting::duration(name, *value),
        holds => Setting::number(name, holds.number().expect("what is neither choice nor duration is a number")),
    };
    Setting { change: Change::Nothing, ..setting }
}

/// `10%,30%,50%`
fn list(name: &str, values: &str) -> Result<Vec<Setting>, Wrong> {
    let each: Vec<&str> = values.split(',').map(str::trim).collect();
    if each.iter().any(|value| value.is_empty()) {
        let kept: Vec<&str> = each.iter().copied().filter(|value| !value.is_empty()).collect();
        let instead = if kept.is_empty() { "VALUE,VALUE".to_owned() } else { kept.join(",") };
        return Err(wrong(
            format!("the list of `{name}` has an empty place"),
            format!("write `--vary {name}={instead}`"),
        ));
    }
    if let Some((_, twice)) = each.iter().enumerate().find(|(index, value)| each[..*index].contains(value)) {
        return Err(wrong(format!("`{name}` takes `{twice}` twice"), "leave one of them out"));
    }
    Ok(each.into_iter().map(|value| Setting::typed(name, value)).collect())
}

/// What the file itself says that it may be.
fn own_range(assumption: &Assumption, asked: Asked) -> Result<Values, Wrong> {
    let name = &assumption.name;
    let (holds, band) = (&assumption.holds, assumption.holds.band());
    let shown = match (holds.range().or(band), holds) {
        (Some((low, high)), _) => Some((low.to_string(), high.to_string())),
        (None, Holds::Duration { range: Some((low, high)), .. }) => Some((low.to_string(), high.to_string())),
        _ => None,
    };
    let Some((low, high)) = shown else {
        let near = (tidy(holds.number().unwrap_or(0.5) / 2.0), tidy(holds.number().unwrap_or(0.5) * 1.5));
        let what = format!("the file gives `{name}` no range");
        return Err(wrong(what, format!("say what it takes: `--vary {name}={}..{}:5`", near.0, near.1)));
    };
    if asked.grid {
        let what = format!("how many values of `{name}`?");
        return Err(wrong(what, format!("write `--vary {name}={low}..{high}:5` for five of them")));
    }
    range(assumption, &low, &high, asked)
}

/// `0.04..0.39:8`, `5d..20d:4`, `0.001..0.1:5:log`; `rest` is what follows the dots.
fn range(assumption: &Assumption, low: &str, rest: &str, asked: Asked) -> Result<Values, Wrong> {
    let name = &assumption.name;
    let mut parts = rest.split(':').map(str::trim);
    let high = parts.next().unwrap_or_default();
    let (count, log, more) = (parts.next(), parts.next(), parts.next());
    if more.is_some() || log.is_some_and(|log| log != "log") {
        let what = format!("`{low}..{rest}` is no range of values");
        return Err(wrong(what, format!("a range is LOW..HIGH:HOW_MANY: `--vary {name}={low}..{high}:5`")));
    }
    let log = asked.log || log.is_some();
    let ends = (end(assumption, low)?, end(assumption, high)?);
    if ends.0 >= ends.1 {
        let help = if ends.0 > ends.1 {
            let count = count.map(|count| format!(":{count}")).unwrap_or_default();
            format!("write the lower end first: `--vary {name}={high}..{low}{count}`")
        } else {
            format!("one value is `--vary {name}={low}`")
        };
        return Err(wrong(format!("the range of `{name}`, {low}..{high}, does not go up"), help));
    }
    if log && ends.0 <= 0.0 {
        let what = format!("a range in the logarithm cannot begin at {low}");
        return Err(wrong(what, format!("begin `{name}` above 0, or space it evenly, without `log`")));
    }
    let spread =
        if log { Spread::Log { low: ends.0, high: ends.1 } } else { Spread::Even { low: ends.0, high: ends.1 } };
    let is_duration = matches!(assumption.holds, Holds::Duration { .. });
    match count {
        None if asked.grid || is_duration => {
            let what = format!("how many values of `{name}`?");
            Err(wrong(what, format!("write `--vary {name}={low}..{high}:5` for five of them")))
        }
        None => Ok(Values::Spread(spread)),
        Some(count) => levels(name, spread, how_many(name, count)?, is_duration).map(Values::Levels),
    }
}

/// A number; of a duration, seconds.
fn end(assumption: &Assumption, text: &str) -> Result<f64, Wrong> {
    let name = &assumption.name;
    if matches!(assumption.holds, Holds::Duration { .. }) {
        let parsed = Duration::parse(text, 0);
        return parsed.map(|duration| duration.seconds as f64).map_err(|mistake| {
            let help =
                if mistake.help.is_empty() { vec!["write it as 30d, 6h or 2w".to_owned()] } else { mistake.help };
            ("vary-what", format!("`{name}` is a duration: {}", mistake.message), help)
        });
    }
    let number = |text: &str| is_number(text.trim_start_matches('-')).then(|| text.parse::<f64>().ok()).flatten();
    let found = match text.strip_suffix('%') {
        Some(percent) => number(percent.trim()).map(|percent| tidy(percent / 100.0)),
        None => number(text),
    };
    let example =
        format!("an end of a range is a number such as 0.04, or a percent such as 4%: `--vary {name}=0.1..0.4:4`");
    found.ok_or_else(|| wrong(format!("`{text}` is no end of a range of `{name}`"), example))
}

fn how_many(name: &str, text: &str) -> Result<u64, Wrong> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    match digits.parse::<u128>() {
        Ok(count @ 2..) if count <= u128::from(LIMIT) => Ok(count as u64),
        Ok(count @ 2..) => {
            let what = format!("`{name}` with {count} values");
            Err(("too-many-points", what, vec![format!("a design has {LIMIT} points at most; give fewer values")]))
        }
        Ok(_) => Err(wrong(
            format!("a range of `{name}` with {text} values"),
            "a range has at least 2 values, its ends; a single value is a list of one",
        )),
        Err(_) => Err(wrong(
            format!("`{text}` is no number of values for `{name}`"),
            "behind the colon stands a whole number from 2 on, as in `0.04..0.39:8`",
        )),
    }
}

/// `count` values of `spread`, ends included.
fn levels(name: &str, spread: Spread, count: u64, is_duration: bool) -> Result<Vec<Setting>, Wrong> {
    let at = |index: u64| spread.quantile(index as f64 / (count - 1) as f64);
    if !is_duration {
        return Ok((0..count).map(|index| Setting::number(name, at(index))).collect());
    }
    // Durations are compared with whole steps: whole days where the ends are, else whole hours or minutes.
    let (low, high) = (at(0) as u64, at(count - 1) as u64);
    let unit = [86_400, 3_600, 60, 1].into_iter().find(|unit| low % unit == 0 && high % unit == 0).unwrap_or(1);
    let mut seconds: Vec<u64> = (0..count).map(|index| libm::round(at(index) / unit as f64) as u64 * unit).collect();
    seconds.dedup();
    if seconds.len() < count as usize {
        let one = Duration { seconds: unit };
        let what =
            format!("between the ends of `{name}` lie only {} times that are whole multiples of {one}", seconds.len());
        return Err(wrong(what, format!("give fewer values: `:{}`", seconds.len())));
    }
    Ok(seconds.into_iter().map(|seconds| Setting::duration(name, Duration { seconds })).collect())
}

/// Whether `name` is a branch of a rule.
fn branch(name: &str, model: &Model) -> bool {
    let Some((id, branch)) = name.split_once('/') else { return false };
    model.rules.iter().any(|rule| rule.id == id && rule.branches.iter().any(|other| other.name == branch))
}

/// A rule, or a branch, as the file has it and forbidden.
fn switch(name: &str, values: Option<&str>, model: &Model) -> Taken {
    let (id, branch) = name.split_once('/').map_or((name, None), |(id, branch)| (id, Some(branch)));
    let rule = model.rules.iter().find(|rule| rule.id == id);
    let idle = rule.is_some_and(|rule| {
        rule.forbidden || rule.branches.iter().any(|other| Some(other.name.as_str()) == branch && other.forbidden)
    });
    if idle {
        let what = format!("`{name}` is forbidden already, and cannot be switched on");
        return Err(wrong(what, "leave `--forbid`, or the variant that forbids it, out"));
    }
    let both = Factor::switch(name).levels().map(<[Setting]>::to_vec).unwrap_or_default();
    let base = both[0].clone();
    let Some(values) = values else { return Ok((Values::Levels(both), base)) };
    let mut levels = Vec::new();
    for value in list(name, values)? {
        let known = both.iter().find(|setting| setting.shown == value.shown);
        let what = || wrong(format!("the rule `{name}` cannot be `{}`", value.shown), "a rule is `on` or `off`");
        levels.push(known.cloned().ok_or_else(what)?);
    }
    Ok((Values::Levels(levels), base))
}

/// The variants of the file; without `values`, all of them and the scenario without one.
fn variants(values: Option<&str>, model: &Model) -> Taken {
    let names: Vec<&str> = model.variants.iter().map(|variant| variant.name.as_str()).collect();
    if names.is_empty() {
        return Err(wrong("the file names no variants", "add some: `variants: { harder: (set: {rate: 3}) }`"));
    }
    // A variant that somebody calls so keeps its name.
    let none = if names.contains(&"base") { "(base)" } else { "base" };
    let base = Setting { shown: none.into(), number: None, change: Change::Nothing };
    let of = |name: &str| Setting { shown: name.into(), number: None, change: Change::Variant(name.into()) };
    let Some(values) = values else {
        let all = std::iter::once(base.clone()).chain(names.iter().map(|name| of(name)));
        return Ok((Values::Levels(all.collect()), base));
    };
    let mut levels = Vec::new();
    for value in list(VARIANT, values)? {
        let name = value.shown.as_str();
        if name == none {
            levels.push(base.clone());
        } else if names.contains(&name) {
            levels.push(of(name));
        } else {
            let near = nearest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let all = format!("the variants are {}; `{none}` is the file without one", names.join(", "));
            return Err((
                "unknown-variant",
                format!("there is no variant `{name}`"),
                near.into_iter().chain([all]).collect(),
            ));
        }
    }
    Ok((Values::Levels(levels), base))
}

fn unknown(name: &str, model: &Model) -> Wrong {
    let what = format!("there is nothing `{name}` to vary");
    let places = model.assumptions.iter().map(|assumption| assumption.name.as_str());
    let rules = model.rules.iter().map(|rule| rule.id.as_str());
    let all: Vec<&str> = if is_place(name) { places.collect() } else { places.chain(rules).collect() };
    let mut help: Vec<String> = nearest(name, all).map(|near| format!("did you mean `{near}`?")).into_iter().collect();
    let parameters: Vec<&str> =
        model.assumptions.iter().filter(|a| !a.in_place).map(|assumption| assumption.name.as_str()).collect();
    if !parameters.is_empty() {
        help.push(format!("the parameters are {}", parameters.join(", ")));
    }
    help.push("a rule's id switches it on and off; `RULE.chance` varies a number that stands in a rule".into());
    ("unknown-factor", what, help)
}

/// How `name` is varied, for whoever did not say.
fn example(name: &str, model: &Model) -> String {
    let holds = model.assumptions.iter().find(|assumption| assumption.name == name).map(|assumption| &assumption.holds);
    match holds {
        Some(Holds::Choice { names, .. }) => format!("`--vary {name}` takes all of {}", names.join(", ")),
        Some(Holds::Duration { .. }) => format!("write `--vary {name}=7d,14d,28d`"),
        _ => {
            format!("write `--vary {name}=0.1,0.2,0.4`, or a range with a number of values, `--vary {name}=0.1..0.4:4`")
        }
    }
}

/// The mistakes that the scenario would have with any value of `varied`, one factor at a time: of a range, its ends.
pub fn check(varied: &[Varied], base: &Overrides, document: &Document, source: &Source<'_>) -> Diagnostics {
    let mut found = Diagnostics::default();
    for one in varied {
        for setting in extremes(&one.factor) {
            let overrides = under(base, std::slice::from_ref(&setting));
            let Err(mistakes) = compile(document, source, &overrides) else { continue };
            mistakes.iter().for_each(|mistake| found.push(blamed(mistake, one, &setting)));
        }
    }
    found.sorted()
}

fn extremes(factor: &Factor) -> Vec<Setting> {
    match &factor.values {
        Values::Spread(_) => vec![factor.at(0.0), factor.at(1.0)],
        Values::Levels(levels) if levels.len() <= FEW => levels.clone(),
        Values::Levels(levels) => [levels.first(), levels.last()].into_iter().flatten().cloned().collect(),
    }
}

/// So many values of a factor are all tried; of more, the first and the last.
const FEW: usize = 64;

/// `mistake`, said of `--vary`.
fn blamed(mistake: &Diagnostic, varied: &Varied, setting: &Setting) -> Diagnostic {
    let (name, shown) = (&varied.factor.name, &setting.shown);
    match &mistake.place {
        Place::Option(_) => Diagnostic { place: Place::Option(varied.option.clone()), ..mistake.clone() },
        Place::Text(_) => mistake.clone().help(format!("the file is sound here; with `{name}` at {shown} it is not")),
    }
}
