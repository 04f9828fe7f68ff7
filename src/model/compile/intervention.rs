//! Variants and command-line overrides: what is set, forbidden and forced, and whether it names anything (SEMANTICS 4).
//!
//! Does not know what a rule does. Variants that are not asked for are checked all the same.

use super::Overrides;
use super::because::there_are;
use super::calendar::locate;
use super::parameter::{Assignment, error_at};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};
use crate::model::{Calendar, Forced, RuleId, Step};
use crate::scenario::document::{Document, Entry, ParameterText, ParameterValue, VariantText};
use crate::scenario::expression::{EventExpr, EventKind};
use crate::scenario::quantity::{Duration, Likelihood, Time, dates_meant, is_bare_number, with_its_digits};
use crate::scenario::words::Scale;

/// What is asked of a run, before the rules are known.
#[derive(Debug, Default)]
pub struct Requests {
    /// Of parameters, in the order in which they count.
    pub assignments: Vec<Assignment>,
    forbid: Vec<Forbid>,
    force: Vec<Force>,
    /// The overrides in force, as a command line would give them.
    pub canonical: Vec<String>,
}

#[derive(Debug)]
struct Forbid {
    target: String,
    place: Place,
    in_force: bool,
}

#[derive(Debug)]
struct Force {
    target: String,
    target_place: Place,
    at: Time,
    place: Place,
    in_force: bool,
}

/// A rule, or a branch of it by its place in the model: file order, `otherwise` last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The rule.
    pub rule: RuleId,
    /// The branch; `None` for the whole rule.
    pub branch: Option<usize>,
}

/// What is forbidden and forced in this run.
#[derive(Debug, Default)]
pub struct Interventions {
    /// In the order given.
    pub forbidden: Vec<Target>,
    /// By boundary, in the order given.
    pub forced: Vec<Forced>,
}

/// Reads all variants and `overrides`: variants first, in the order asked for, then the options.
pub fn requests(
    document: &Document,
    source: &Source<'_>,
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> Requests {
    let mut requests = Requests::default();
    for entry in &document.variants {
        if !overrides.variants.contains(&entry.key.value) {
            requests.variant(entry, source, false);
        }
    }
    for name in &overrides.variants {
        match document.variants.iter().find(|entry| entry.key.value == *name) {
            Some(entry) => requests.variant(entry, source, true),
            None => diagnostics.push(unknown_variant(name, document)),
        }
        requests.canonical.push(format!("--variant {name}"));
    }
    for text in &overrides.set {
        match set(text, document) {
            Ok(assignment) => {
                requests.canonical.push(format!("--set {}={}", assignment.name, quoted(&assignment.text)));
                requests.assignments.push(assignment);
            }
            Err(mistake) => diagnostics.push(*mistake),
        }
    }
    if overrides.beyond_range {
        requests.canonical.push("--beyond-range".to_owned());
    }
    for text in &overrides.forbid {
        let place = Place::Option(format!("--forbid {text}"));
        requests.canonical.push(format!("--forbid {}", quoted(text)));
        requests.forbid.push(Forbid { target: text.clone(), place, in_force: true });
    }
    for text in &overrides.force {
        match force(text, document) {
            Ok(force) => {
                requests.canonical.push(format!("--force {}", quoted(text)));
                requests.force.push(force);
            }
            Err(mistake) => diagnostics.push(*mistake),
        }
    }
    requests
}

/// In quotes where a shell would take it apart.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./@%+:,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{text}'") }
}

impl Requests {
    fn variant(&mut self, entry: &Entry<VariantText>, source: &Source<'_>, in_force: bool) {
        let Some(variant) = &entry.value else { return };
        for set in &variant.set {
            let Some(value) = &set.value else { continue };
            let text = source.text.get(value.span.start..value.span.end).unwrap_or_default();
            self.assignments.push(Assignment {
                name: set.key.value.clone(),
                name_place: Place::Text(set.key.span),
                value: value.value.clone(),
                text: text.trim_matches('"').to_owned(),
                place: Place::Text(value.span),
                variant: Some(entry.key.value.clone()),
                in_force,
            });
        }
        let is_rule = |event: &&EventExpr| matches!(event.kind, EventKind::Named(_) | EventKind::Branch(..));
        for event in variant.forbid.iter().filter(is_rule) {
            let (target, place) = (event.to_string(), Place::Text(event.span));
            self.forbid.push(Forbid { target, place, in_force });
        }
        for force in &variant.force {
            let (Some(rule), Some(at)) = (force.rule.as_ref().filter(is_rule), &force.at) else { continue };
            self.force.push(Force {
                target: rule.to_string(),
                target_place: Place::Text(rule.span),
                at: Time::Moment(at.value),
                place: Place::Text(at.span),
                in_force,
            });
        }
    }

    /// Looks up what is forbidden and forced among the rules of `document`, templates written out.
    pub fn resolve(
        &self,
        document: &Document,
        calendar: Option<&Calendar>,
        diagnostics: &mut Diagnostics,
    ) -> Interventions {
        let mut interventions = Interventions::default();
        for forbid in &self.forbid {
            match target(&forbid.target, &forbid.place, document) {
                Ok(target) if forbid.in_force => interventions.forbidden.push(target),
                Ok(_) => {}
                Err(mistake) => diagnostics.push(*mistake),
            }
        }
        for force in &self.force {
            let target = target(&force.target, &force.target_place, document).map_err(|m| diagnostics.push(*m));
            let at = calendar.map(|calendar| {
                boundary(force.at, &force.place, calendar).map_err(|mistake| diagnostics.push(*mistake))
            });
            if let (Ok(Target { rule, branch }), Some(Ok(at)), true) = (target, at, force.in_force) {
                interventions.forced.push(Forced { at, rule, branch });
            }
        }
        interventions.forced.sort_by_key(|forced| forced.at);
        interventions
    }
}

fn unknown_variant(name: &str, document: &Document) -> Diagnostic {
    let names: Vec<&str> = document.variants.iter().map(|entry| entry.key.value.as_str()).collect();
    let place = Place::Option(format!("--variant {name}"));
    let mistake = error_at("unknown-variant", format!("there is no variant `{name}`"), &place);
    several(mistake, "--variant", name, &names, ("variant", "variants"))
}

/// `--variant a,b`: several names where one is due are an option each; else what `named` says.
fn several(mistake: Diagnostic, option: &str, text: &str, names: &[&str], kind: (&str, &str)) -> Diagnostic {
    let parts: Vec<&str> = text.split([',', ' ', ';', '+']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let known = |part: &&str| names.contains(&part.split('/').next().unwrap_or(part));
    if parts.len() > 1 && parts.iter().all(known) {
        let each: Vec<String> = parts.iter().map(|part| format!("{option} {part}")).collect();
        return mistake.help(format!("one option for each: `{}`", each.join(" ")));
    }
    named(mistake, text, names, kind)
}

/// Adds the nearest name and what there is.
fn named(mut mistake: Diagnostic, name: &str, names: &[&str], (one, many): (&str, &str)) -> Diagnostic {
    if let Some(near) = nearest(name, names.iter().copied()) {
        mistake = mistake.help(format!("did you mean `{near}`?"));
    }
    if names.is_empty() {
        return mistake.help(format!("there are no {many}"));
    }
    mistake.help(there_are(one, many, names))
}

/// `--set NAME=VALUE`
fn set(text: &str, document: &Document) -> Result<Assignment, Box<Diagnostic>> {
    let place = Place::Option(format!("--set {text}"));
    let Some((name, value)) = text.split_once('=').map(|(name, value)| (name.trim(), value.trim())) else {
        let mistake = error_at("set-what", format!("`{text}` gives no value"), &place);
        return Err(Box::new(mistake.help(how_to_set(text, document))));
    };
    if name.is_empty() {
        let mistake = error_at("set-what", format!("`{text}` does not say which parameter"), &place);
        return Err(Box::new(mistake.help(how_to_set(text, document))));
    }
    let entry = document.parameters.iter().find(|entry| entry.key.value == name);
    let declared = entry.and_then(|entry| entry.value.as_ref());
    let scale = document.words.as_ref().map(|words| words.value);
    // A shell may hand on the quotes that a file would want.
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    if let Some(help) = timeless(name, value, declared) {
        let what = format!("the time of `{name}` is the file's own; only its number is set");
        return Err(Box::new(error_at("set-what", what, &place).help(help)));
    }
    let parsed = typed(value, declared, scale).map_err(|mistake| Diagnostic { place: place.clone(), ..*mistake })?;
    Ok(Assignment {
        name: name.to_owned(),
        name_place: place.clone(),
        value: parsed,
        text: value.to_owned(),
        place,
        variant: None,
        in_force: true,
    })
}

/// `2 per year` for a parameter whose time the file gives: what to write.
fn timeless(name: &str, value: &str, declared: Option<&ParameterText>) -> Option<String> {
    let declared = declared.filter(|declared| declared.per.is_some() || declared.within.is_some())?;
    let number = value.split_once(" per ").or_else(|| value.split_once(" within "))?.0.trim();
    let time = match (&declared.per, &declared.within) {
        (Some(per), _) => format!("per {}", per.value),
        (_, Some(within)) => format!("within {}", within.value),
        _ => return None,
    };
    Some(format!("write `--set {name}={}`, which is taken {time}", quoted(number)))
}

/// What to write for a `--set` without its sign: the parameter that is named, or the first.
fn how_to_set(text: &str, document: &Document) -> String {
    let apart =
        text.split_once([':', ' ', '@', ',']).map(|(name, value)| (name.trim(), value.trim_matches([' ', ':'])));
    let names = || document.parameters.iter().map(|entry| entry.key.value.as_str());
    if let Some((name, value)) = apart.filter(|(name, value)| names().any(|n| n == *name) && !value.is_empty()) {
        return format!("write `--set {name}={}`", quoted(value));
    }
    let name = names().find(|name| *name == text).or_else(|| nearest(text, names())).or_else(|| names().next());
    let Some(name) = name else {
        return "write NAME=VALUE with the name of a parameter; this scenario has none".to_owned();
    };
    let declared = document.parameters.iter().find(|entry| entry.key.value == name).and_then(|e| e.value.as_ref());
    let other = declared.and_then(|d| d.one_of.as_ref()).and_then(|names| names.value.last());
    let value = other.map_or_else(|| "VALUE".to_owned(), |value| value.value.clone());
    format!("write NAME=VALUE without spaces around the sign, such as `--set {name}={value}`")
}

/// A value as typed on a command line, read as the file reads one of this parameter.
fn typed(
    text: &str,
    declared: Option<&ParameterText>,
    scale: Option<Scale>,
) -> Result<ParameterValue, Box<Diagnostic>> {
    if declared.is_some_and(|declared| declared.one_of.is_some()) {
        return Ok(ParameterValue::Name(text.to_owned()));
    }
    if is_bare_number(text)
        && let Ok(number) = text.parse()
    {
        return Ok(ParameterValue::Number(number));
    }
    if let Some(number) = with_its_digits(text) {
        let mistake =
            Diagnostic::error("bad-number", format!("`{text}` is not how a number is written"), Span::new(0, 0));
        return Err(Box::new(mistake.help(format!("write `{number}`"))));
    }
    let own = declared.and_then(|declared| declared.value.as_ref()).map(|value| &value.value);
    if let Some(ParameterValue::Duration(_)) = own {
        return Duration::parse(text, 0).map(ParameterValue::Duration);
    }
    match Likelihood::parse(text, scale, 0) {
        Some(likelihood) => likelihood.map(ParameterValue::Likelihood),
        None => {
            Ok(Duration::parse(text, 0)
                .map_or_else(|_| ParameterValue::Name(text.to_owned()), ParameterValue::Duration))
        }
    }
}

/// `--force RULE@DATE`
fn force(text: &str, document: &Document) -> Result<Force, Box<Diagnostic>> {
    let place = Place::Option(format!("--force {text}"));
    let Some((rule, at)) = text.rsplit_once('@').map(|(rule, at)| (rule.trim(), at.trim())) else {
        return Err(Box::new(unforced(text, document, &place)));
    };
    if let Ok(at) = Time::parse(at, 0) {
        return Ok(Force { target: rule.to_owned(), target_place: place.clone(), at, place, in_force: true });
    }
    let mistake = error_at("bad-date", format!("`{at}` is not how a date is written"), &place);
    Err(match dates_meant(at).as_slice() {
        [] => Time::parse(at, 0).map_or_else(|wrong| Box::new(Diagnostic { place, ..*wrong }), |_| Box::new(mistake)),
        dates => {
            let written: Vec<String> = dates.iter().map(|date| format!("`--force {rule}@{date}`")).collect();
            Box::new(mistake.help(format!("write year-month-day: {}", written.join(" or "))))
        }
    })
}

/// The mistake of a `--force` without `@`: another sign, or no date at all.
fn unforced(text: &str, document: &Document, place: &Place) -> Diagnostic {
    let apart = text.split_once(['=', ':', ' ', ',']).map(|(rule, at)| (rule.trim(), at.trim()));
    let dated = apart.and_then(|(rule, at)| {
        let at = at.trim_start_matches(['=', '@', ' ']);
        let known = Time::parse(at, 0).is_ok().then(|| at.to_owned());
        Some((rule, known.or_else(|| dates_meant(at).first().cloned())?))
    });
    if let Some((rule, at)) = dated {
        return error_at("force-what", "between the rule and its date stands `@`".to_owned(), place)
            .help(format!("write `--force {rule}@{at}`"));
    }
    let rules = || document.rules.iter().map(|entry| entry.key.value.as_str());
    if Time::parse(text, 0).is_ok() {
        let rule = rules().find(|rule| !rule.contains('{')).unwrap_or("RULE");
        return error_at("force-what", format!("`{text}` does not say which rule"), place)
            .help(format!("write RULE@DATE, such as `--force {rule}@{text}`"));
    }
    let id = text.split('/').next().unwrap_or(text);
    let rule = match rules().find(|rule| *rule == id) {
        Some(_) => text,
        None => nearest(id, rules()).or_else(|| rules().find(|rule| !rule.contains('{'))).unwrap_or("RULE"),
    };
    error_at("force-what", format!("`{text}` does not say when"), place)
        .help(format!("write RULE@DATE, such as `--force {rule}@{}`", a_date(document)))
}

/// A day of the run, or a time after its start where it has no dates.
fn a_date(document: &Document) -> String {
    let start = document.clock.as_ref().and_then(|clock| clock.value.start.as_ref());
    start.map_or_else(|| "10d".to_owned(), |start| start.value.date())
}

/// The boundary in [start, T) at which something is forced.
fn boundary(at: Time, place: &Place, calendar: &Calendar) -> Result<Step, Box<Diagnostic>> {
    let found = match at {
        Time::Moment(moment) => locate(moment, calendar).map_err(|wrong| {
            let mut mistake = error_at(wrong.code, format!("`{moment}` {}", wrong.what), place);
            mistake.help = wrong.help;
            mistake
        })?,
        Time::SinceStart(duration) => {
            let step = Duration { seconds: calendar.step_seconds };
            let Some(steps) = calendar.whole_steps(duration) else {
                let what = format!("`{duration}` is not a whole number of steps of `{step}`");
                return Err(Box::new(
                    error_at("not-whole-steps", what, place).help("give a date, or whole steps since the start"),
                ));
            };
            Step::try_from(steps).unwrap_or(Step::MAX)
        }
    };
    if found < calendar.steps {
        return Ok(found);
    }
    let end = Duration { seconds: u64::from(calendar.steps) * calendar.step_seconds };
    let mistake = error_at("outside-run", "nothing fires at the end of the run or after it".to_owned(), place);
    Err(Box::new(mistake.help(format!("the run lasts `{end}`; force the rule before its end"))))
}

/// The rule or branch that `text` names.
fn target(text: &str, place: &Place, document: &Document) -> Result<Target, Box<Diagnostic>> {
    let (id, branch) = text.split_once('/').map_or((text, None), |(id, branch)| (id, Some(branch)));
    let Some(index) = document.rules.iter().position(|entry| entry.key.value == id) else {
        let names: Vec<&str> = document.rules.iter().map(|entry| entry.key.value.as_str()).collect();
        let mistake = error_at("unknown-rule", format!("there is no rule `{id}`"), place);
        return Err(Box::new(match place {
            Place::Option(option) if option.starts_with("--forbid") => {
                several(mistake, "--forbid", text, &names, ("rule", "rules"))
            }
            _ => named(mistake, id, &names, ("rule", "rules")),
        }));
    };
    let rule = RuleId(index as u32);
    let Some(branch) = branch else { return Ok(Target { rule, branch: None }) };
    let choose = document.rules[index].value.as_ref().and_then(|rule| rule.choose.as_ref());
    let mut names: Vec<&str> =
        choose.iter().flat_map(|choose| &choose.value).map(|entry| entry.key.value.as_str()).collect();
    // In the model, `otherwise` comes after the others.
    names.sort_by_key(|name| *name == super::branch::OTHERWISE);
    if let Some(branch) = names.iter().position(|name| *name == branch) {
        return Ok(Target { rule, branch: Some(branch) });
    }
    let mistake = error_at("unknown-branch", format!("the rule `{id}` has no branch `{branch}`"), place);
    Err(Box::new(named(mistake, branch, &names, ("branch", "branches"))))
}

/// Reports entries of `forbid` and `force` in variants that name an event which is no rule and no branch.
pub fn check_kinds(document: &Document, diagnostics: &mut Diagnostics) {
    let variants = document.variants.iter().filter_map(|entry| entry.value.as_ref());
    let named = variants
        .flat_map(|variant| variant.forbid.iter().chain(variant.force.iter().filter_map(|force| force.rule.as_ref())));
    for event in named {
        if !matches!(event.kind, EventKind::Named(_) | EventKind::Branch(..)) {
            diagnostics.push(no_rule(event, event.span));
        }
    }
}

fn no_rule(event: &EventExpr, span: Span) -> Diagnostic {
    Diagnostic::error("unknown-rule", format!("`{event}` is no rule and no branch of one"), span)
        .help("only rules and branches can be forbidden or forced: `clash` or `clash/war`")
}
