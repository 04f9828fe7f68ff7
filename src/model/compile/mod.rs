//! Document to model: resolves names, expands templates, checks, reports all mistakes; parameter values enter here.
//!
//! Does not know how a run is drawn. A mistake never stops it: what holds one is left out, and the rest goes on.

pub mod because;
pub mod branch;
pub mod calendar;
pub mod cases;
pub mod clock;
mod compare;
mod consequence;
mod counted;
pub mod cycle;
pub mod decay;
mod declare;
pub mod delay;
pub mod demand;
pub mod effect;
pub mod event;
#[cfg(test)]
mod fixture;
mod fold;
mod instance;
pub mod interval;
pub mod intervention;
mod lets;
pub mod moment;
pub mod names;
pub mod outcome;
pub mod parameter;
pub mod question;
pub mod rule;
pub mod stated;
pub mod template;
pub mod typing;
mod variable;

use std::collections::BTreeSet;

use super::{Branches, Calendar, Clock, Event, EventId, Let, Model, Rule, RuleId, Variant};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Source, Span};
use crate::model::formula::{Condition, Tabulated};
use crate::model::program::Program;
use crate::model::schedule::Schedule;
use crate::scenario::Examples;
use crate::scenario::document::{Document, Entry, Map, RuleText, VariantText};
use clock::Clockwork;
use consequence::without_consequences;
use delay::Delays;
use demand::{Demand, Demanded};
use instance::Templates;
use intervention::Interventions;
use names::{Context, Scope};
use outcome::{words, written};
use parameter::{Assignment, Rates, Settings};
use rule::{Compiled, Workshop};

/// What a run changes in the file's meaning without touching the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// `--variant NAME`, applied first, in order.
    pub variants: Vec<String>,
    /// `--set NAME=VALUE` as typed, in order; later ones win. `NAME` is a parameter, or a place of a rule that states
    /// a number itself (`talks.chance`): see `Model::assumptions`.
    pub set: Vec<String>,
    /// `--forbid RULE` or `RULE/BRANCH`.
    pub forbid: Vec<String>,
    /// `--force RULE@DATE` or `RULE/BRANCH@DATE`.
    pub force: Vec<String>,
    /// `--set` may leave a parameter's `range`.
    pub beyond_range: bool,
}

/// Compiles `document`, read from `source`, under `overrides`.
///
/// # Errors
/// Every mistake that was found, in text order; none if all that is missing was reported by the reader.
pub fn compile(document: &Document, source: &Source<'_>, overrides: &Overrides) -> Result<Model, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let model = sound(document, source, overrides, &mut diagnostics);
    model.ok_or_else(|| told(document, source, &diagnostics))
}

/// Compiles `document` as `compile` does, and tells the warnings too where there is a model. In text order. Every
/// variant that sets something is compiled as well, for its mistakes alone.
pub fn examine(document: &Document, source: &Source<'_>, overrides: &Overrides) -> (Option<Model>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let model = sound(document, source, overrides, &mut diagnostics);
    if let Some(model) = &model {
        diagnostics.append(variants_alone(model, document, source, overrides));
    }
    (model.filter(|_| !diagnostics.has_errors()), told(document, source, &diagnostics))
}

/// `document` with the numbers that `overrides` set inside its rules: what `explain` has to read.
#[must_use]
pub fn in_force(document: &Document, source: &Source<'_>, overrides: &Overrides) -> Document {
    let mut ignored = Diagnostics::default();
    let requests = intervention::requests(document, source, overrides, &mut ignored);
    stated::set(document, &requests.assignments, &mut ignored).unwrap_or_else(|| document.clone())
}

/// `diagnostics` in the words of the scenario, in text order, each mistake without what only follows from it.
fn told(document: &Document, source: &Source<'_>, diagnostics: &Diagnostics) -> Diagnostics {
    let alone = without_consequences(diagnostics, source);
    Examples::of(document, source.text).told(&alone, source.text).sorted()
}

fn sound(
    document: &Document,
    source: &Source<'_>,
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let model = assemble(document, source, overrides, diagnostics);
    let model = model.filter(|_| !diagnostics.has_errors() && document.holes.is_empty())?;
    let digest = blake3::hash(source.text.as_bytes()).to_hex().to_string();
    Some(Model { digest, ..model }.finish())
}

/// Rules times variants up to which all variants are compiled; past it their names, types and ranges are checked only.
const VARIANTS_LIMIT: usize = 50_000;

/// Pressures that a model may have, templates expanded.
const PRESSURES_LIMIT: usize = 65_536;

/// The mistakes that there would be under one of the variants that are not asked for, each place once.
fn variants_alone(model: &Model, document: &Document, source: &Source<'_>, overrides: &Overrides) -> Diagnostics {
    let mut found = Diagnostics::default();
    let sets = |entry: &&Entry<VariantText>| entry.value.as_ref().is_some_and(|variant| !variant.set.is_empty());
    let others: Vec<&Entry<VariantText>> =
        document.variants.iter().filter(sets).filter(|entry| !overrides.variants.contains(&entry.key.value)).collect();
    if model.rules.len().saturating_mul(others.len()) > VARIANTS_LIMIT {
        return found;
    }
    let mut seen = BTreeSet::new();
    for entry in others {
        let alone = Overrides { variants: vec![entry.key.value.clone()], ..Overrides::default() };
        let mut own = Diagnostics::default();
        let _ = assemble(document, source, &alone, &mut own);
        for mistake in own.iter().filter(|mistake| mistake.severity == Severity::Error) {
            let Place::Text(span) = mistake.place else { continue };
            if seen.insert((mistake.code, span)) {
                let mistake = mistake.clone().related(entry.key.span, "with what this variant sets");
                found.push(
                    mistake.help(format!("the file itself is sound here; the variant `{}` is not", entry.key.value)),
                );
            }
        }
    }
    found
}

/// The model without its digest, not yet finished: of most variants only the mistakes are wanted.
fn assemble(
    document: &Document,
    source: &Source<'_>,
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let calendar = the_calendar(document, diagnostics);
    let requests = intervention::requests(document, source, overrides, diagnostics);
    let changed = stated::set(document, &requests.assignments, diagnostics);
    let document = changed.as_ref().unwrap_or(document);
    let expanded = template::expand(document, diagnostics);
    let settings = parameter::settle(document, source, &requests.assignments, overrides.beyond_range, diagnostics);
    intervention::check_kinds(document, diagnostics);
    // Without its rules and actors the rest would be full of names that do not exist.
    let expanded = expanded?;
    because::check(&expanded, diagnostics);
    let interventions = requests.resolve(&expanded, calendar.as_ref(), diagnostics);
    let Settings { values, rates, parameters, mut assumptions } = settings;
    assumptions.extend(stated::assumptions(document));
    let (scope, mut demand) = Scope::declare(&expanded, values, calendar, diagnostics);

    let extents = Extents::new(document);
    let before = std::mem::take(diagnostics);
    let rules = rules(&expanded, &extents, Templates::new(document, source), &rates, &scope, &mut demand, diagnostics);
    blame_variants(source, &requests.assignments, diagnostics);
    stated::blame(document, &requests.assignments, diagnostics);
    diagnostics.append(before);
    let mut context = Context { scope: &scope, demand: &mut demand, diagnostics };
    let outcomes = outcome::outcomes(&expanded, source, &mut context);
    let questions = outcome::questions(&expanded, source, &mut context);
    let stop_when = stop_when(&expanded, &mut context);
    let demanded = context.finish();
    let decays = decay::decays(&expanded, &scope, diagnostics);

    let (rules, decays) = (rules?, decays?);
    refuse_too_many(&rules, diagnostics);
    let guards: Vec<Condition> = rules.iter().map(|compiled| compiled.guard.clone()).collect();
    let Demanded { mut events, counters, watches, posture_events, start_event, .. } = demanded;
    let model = Model {
        title: words(document.title.as_ref()),
        about: words(document.about.as_ref()),
        digest: String::new(),
        calendar: scope.calendar.clone()?,
        rules: all_rules(rules, decays, &interventions, &mut events),
        variables: scope.variables,
        actors: scope.actors,
        events,
        counters,
        watches,
        outcomes: outcomes?,
        questions: questions?,
        stop_when: stop_when?,
        forced: interventions.forced,
        parameters,
        assumptions,
        omitted: document.omitted.iter().map(|omission| omission.says.value.clone()).collect(),
        variants: variants(document),
        overrides: requests.canonical,
        lets: lets(document, source),
        start_event,
        posture_events,
        responses: Vec::new(),
        schedule: Schedule::default(),
        program: Program::default(),
    };
    cycle::refuse(&model, &guards, diagnostics);
    Some(model)
}

/// The sampler knows a pressure by 16 bits.
fn refuse_too_many(rules: &[Compiled], diagnostics: &mut Diagnostics) {
    let mut pressures =
        rules.iter().map(|compiled| &compiled.rule).filter(|rule| matches!(rule.clock, Clock::Pressure { .. }));
    if let Some(rule) = pressures.nth(PRESSURES_LIMIT) {
        let what = format!("more than {PRESSURES_LIMIT} pressures, with all rows of all templates");
        let help = "model fewer actors apart, or let one pressure choose among them with `choose`";
        diagnostics.push(Diagnostic::error("too-many-pressures", what, rule.span).help(help));
    }
}

fn the_calendar(document: &Document, diagnostics: &mut Diagnostics) -> Option<Calendar> {
    let Some(clock) = &document.clock else {
        if document.holes.is_empty() {
            let mistake =
                Diagnostic::error("no-clock", "the scenario does not say how long it lasts", document.opening);
            diagnostics.push(
                mistake
                    .help("add `clock: (start: \"2024-02-07\", end: \"2024-12-31\")`")
                    .help("or, without dates, `clock: (horizon: \"90d\")`"),
            );
        }
        return None;
    };
    if document.holed(clock.span) {
        return None;
    }
    calendar::calendar(clock, diagnostics)
}

/// The condition under which a run ends early; `Some(None)` if there is none, `None` if it held a mistake.
fn stop_when(document: &Document, context: &mut Context<'_>) -> Option<Option<Tabulated<bool>>> {
    let Some(text) = &document.stop_when else { return Some(None) };
    let condition = typing::condition(text, context)?;
    Some(Some(typing::tabulate_condition(condition, context)))
}

/// Where each rule of the file stands: from its name to the next one's.
struct Extents {
    starts: Vec<usize>,
}

impl Extents {
    fn new(document: &Document) -> Self {
        let start = |entry: &Entry<RuleText>| entry.key.span.start;
        let mut starts: Vec<usize> = document.rules.iter().map(start).collect();
        starts.sort_unstable();
        Self { starts }
    }

    fn of(&self, key: Span) -> Span {
        let next = self.starts.partition_point(|start| *start <= key.start);
        Span::new(key.start, self.starts.get(next).copied().unwrap_or(usize::MAX))
    }
}

/// All rules in file order; `None` if one of them held a mistake.
fn rules(
    document: &Document,
    extents: &Extents,
    mut templates: Templates<'_>,
    rates: &Rates,
    scope: &Scope,
    demand: &mut Demand,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Compiled>> {
    let clocks = Clockwork { document, rates, delays: Delays::default(), responses: 0 };
    let mut work = Workshop { clocks, cooldowns: 0, limits: 0 };
    let mut all = Vec::new();
    for (index, entry) in document.rules.iter().enumerate() {
        let mut own = Diagnostics::default();
        let mut context = Context { scope, demand, diagnostics: &mut own };
        let extent = extents.of(entry.key.span);
        all.push(rule::rule(RuleId(index as u32), entry, extent, &mut work, &mut context));
        templates.pass_on(own, &entry.key, diagnostics);
    }
    all.into_iter().collect()
}

/// Mistakes of numbers that can leave their bounds.
const BOUNDS: [&str; 5] = ["not-a-probability", "below-zero", "certain-pressure", "not-finite", "rate-too-high"];

/// A bound that the file's own values keep and those of a variant do not: says so where one is set.
fn blame_variants(source: &Source<'_>, assignments: &[Assignment], diagnostics: &mut Diagnostics) {
    for mistake in std::mem::take(diagnostics).iter() {
        let mut mistake = mistake.clone();
        let said = match mistake.place {
            Place::Text(span) if BOUNDS.contains(&mistake.code) => written(source, span),
            _ => String::new(),
        };
        let names = |text: &str| said.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == text);
        for assignment in assignments.iter().filter(|assignment| names(&assignment.name)) {
            if let Some(variant) = &assignment.variant {
                let (name, value) = (&assignment.name, &assignment.text);
                mistake =
                    mistake.help(format!("the variant `{variant}` sets `{name}` to {value}, and has to fit as well"));
            } else if assignment.in_force {
                mistake = blame_option(assignment, &mistake, source);
            }
        }
        diagnostics.push(mistake);
    }
}

/// The mistake of a number that fits its parameter and not the place in the file that uses it.
fn blame_option(assignment: &Assignment, mistake: &Diagnostic, source: &Source<'_>) -> Diagnostic {
    let Place::Text(span) = mistake.place else { return mistake.clone() };
    let line = source.text[..span.start].matches('\n').count() + 1;
    let mut told = Diagnostic { place: assignment.place.clone(), related: Vec::new(), ..mistake.clone() };
    let (name, value) = (&assignment.name, &assignment.text);
    if mistake.code == "not-a-probability" && written(source, span) == *name {
        told.message = format!("line {line} uses `{name}` as a probability, and {value} is none");
        let percent = value.parse().is_ok_and(|number: f64| number > 1.0 && number <= 100.0);
        return if percent { told.help(format!("for {value} percent write `--set {name}={value}%`")) } else { told };
    }
    told.message = told.message.replace(" is due here", &format!(" is due in line {line}"));
    told.help(format!("`{name}` at {value} is used in line {line}"))
}

fn variants(document: &Document) -> Vec<Variant> {
    let each = |entry: &Entry<_>| Variant { name: entry.key.value.clone(), says: says(entry) };
    document.variants.iter().map(each).collect()
}

fn says(entry: &Entry<VariantText>) -> String {
    words(entry.value.as_ref().and_then(|variant| variant.says.as_ref()))
}

fn lets(document: &Document, source: &Source<'_>) -> Vec<Let> {
    let texts: &Map<_> = &document.lets;
    let each = |entry: &Entry<crate::scenario::expression::Expr>| {
        let text = entry.value.as_ref().map(|expr| written(source, expr.span)).unwrap_or_default();
        Let { name: entry.key.value.clone(), text }
    };
    texts.iter().map(each).collect()
}

/// The file's rules and after them the decays: listeners and events entered in `events`, interventions marked.
fn all_rules(
    compiled: Vec<Compiled>,
    decays: Vec<decay::Decay>,
    interventions: &Interventions,
    events: &mut Vec<Event>,
) -> Vec<Rule> {
    let mut rules = Vec::with_capacity(compiled.len() + decays.len());
    for (index, compiled) in compiled.into_iter().enumerate() {
        for trigger in &compiled.triggers {
            events[trigger.0 as usize].listeners.push(RuleId(index as u32));
        }
        rules.push(compiled.rule);
    }
    for decay in decays {
        let (rule, event) = decay.rule(EventId(events.len() as u32));
        rules.push(rule);
        events.push(event);
    }
    for target in &interventions.forbidden {
        let rule = &mut rules[target.rule.0 as usize];
        match target.branch {
            None => rule.forbidden = true,
            Some(index) => rule.branches.forbid(index),
        }
    }
    rules
}

impl Branches {
    /// Marks the branch at `index`, `otherwise` standing after the others, as forbidden.
    fn forbid(&mut self, index: usize) {
        let branch = match self {
            Self::One(branch) => Some(branch),
            Self::Weighted { branches, otherwise } => {
                branches.get_mut(index).map(|(_, branch)| branch).or(otherwise.as_mut())
            }
            Self::Odds { branches, otherwise } => {
                branches.get_mut(index).map(|(_, _, branch)| branch).or(otherwise.as_mut())
            }
        };
        if let Some(branch) = branch {
            branch.forbidden = true;
        }
    }
}
