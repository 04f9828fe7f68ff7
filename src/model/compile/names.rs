//! The symbol table of one scenario: what every name means, and what the value of every parameter is.
//!
//! Does not know rules' contents: only that a rule, a branch or an emitted name exists.
//!
//! A name whose declaration held a mistake is *poisoned*: it is known, and its uses are no mistakes.

use std::collections::BTreeMap;

use super::because;
use super::demand::Demand;
use super::interval::Interval;
use super::typing::is_number;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, akin, nearest};
use crate::model::{Actor, Calendar, RuleId, Variable, VariableId, VariableKind};
use crate::scenario::expression::{Expr, PostureRef};
use crate::scenario::quantity::Duration;

/// The value of a parameter in force, as expressions see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A plain number, or a probability (a judgement: its median).
    Number {
        /// The value in force.
        value: f64,
        /// What it may be: `range` and the value in force.
        range: Interval,
    },
    /// A duration.
    Duration(Duration),
    /// One of several names.
    Choice {
        /// The names, in file order.
        names: Vec<String>,
        /// Index of the one in force.
        chosen: usize,
    },
    /// A number with `per`, or a probability with `within`: it stands alone under `pressure`.
    Rate,
}

/// What a name of the shared name space means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// An actor.
    Actor,
    /// An indicator; `None` if its declaration held a mistake.
    Indicator(Option<VariableId>),
    /// A flag; `None` if its declaration held a mistake.
    Flag(Option<VariableId>),
    /// A parameter, by place in the file.
    Parameter(usize),
    /// A let, by place in the file.
    Let(usize),
    /// A rule.
    Rule(RuleId),
    /// A name that some rule emits.
    Emitted,
    /// A group of events, by place in the file.
    Group,
}

impl Meaning {
    /// What people call it, with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Actor => "an actor",
            Self::Indicator(_) => "an indicator",
            Self::Flag(_) => "a flag",
            Self::Parameter(_) => "a parameter",
            Self::Let(_) => "a let",
            Self::Rule(_) => "a rule",
            Self::Emitted => "an emitted event",
            Self::Group => "a group of events",
        }
    }

    /// Whether it can stand where an event is named.
    pub(super) fn is_event(self) -> bool {
        matches!(self, Self::Rule(_) | Self::Emitted | Self::Group)
    }
}

/// A name of the shared name space.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbol {
    pub(super) meaning: Meaning,
    pub(super) span: Span,
}

/// A let as declared.
#[derive(Debug, Clone)]
pub(super) struct LetText {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) expr: Option<Expr>,
}

/// The postures of an actor by name; a posture is `None` if its declaration held a mistake.
pub(super) type Postures = BTreeMap<String, Option<VariableId>>;

/// The symbol table. It holds the variables and actors of the model, checked.
#[derive(Debug)]
pub struct Scope {
    /// Postures in file order of their actors, then indicators, then flags.
    pub variables: Vec<Variable>,
    /// Actors in file order.
    pub actors: Vec<Actor>,
    /// Start, step and number of steps; `None` if the clock held a mistake.
    pub calendar: Option<Calendar>,
    pub(super) symbols: BTreeMap<String, Symbol>,
    /// By actor; `None` if the actor's declaration held a mistake.
    pub(super) postures: BTreeMap<String, Option<Postures>>,
    /// By variable: the named ladder that it shares with others.
    pub(super) ladders: Vec<Option<String>>,
    pub(super) parameters: Vec<Option<Value>>,
    pub(super) lets: Vec<LetText>,
    /// By rule: the names of its branches, in file order; `None` if they held a mistake.
    pub(super) branches: Vec<Option<Vec<String>>>,
    /// By rule.
    pub(super) rules: Vec<String>,
    /// Some rule's effects held a mistake, so there may be emitted names that are not known.
    pub(super) emits_unseen: bool,
}

/// What typing an expression needs and adds to.
pub struct Context<'a> {
    /// What names mean.
    pub scope: &'a Scope,
    /// What has been asked so far.
    pub demand: &'a mut Demand,
    /// Mistakes so far.
    pub diagnostics: &'a mut Diagnostics,
}

impl Scope {
    /// The value of a parameter; `None` if there is none of that name or it held a mistake.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        match self.meaning(name)? {
            Meaning::Parameter(index) => self.parameters[index].as_ref(),
            _ => None,
        }
    }

    /// The indicator or flag of that name.
    pub fn variable(&self, name: &str) -> Option<VariableId> {
        match self.meaning(name)? {
            Meaning::Indicator(id) | Meaning::Flag(id) => id,
            _ => None,
        }
    }

    pub(super) fn meaning(&self, name: &str) -> Option<Meaning> {
        self.symbols.get(name).map(|symbol| symbol.meaning)
    }

    pub(super) fn names_of(&self, wanted: impl Fn(Meaning) -> bool) -> impl Iterator<Item = &str> {
        self.symbols.iter().filter(move |(_, symbol)| wanted(symbol.meaning)).map(|(name, _)| name.as_str())
    }

    pub(super) fn variable_at(&self, id: VariableId) -> &Variable {
        &self.variables[id.0 as usize]
    }

    /// The names of a posture's values.
    pub(super) fn values(&self, id: VariableId) -> &[String] {
        match &self.variable_at(id).kind {
            VariableKind::Posture { values, .. } => values,
            VariableKind::Indicator | VariableKind::Flag => &[],
        }
    }

    /// A value for examples of what a posture may change to: the first that it does not start at.
    pub(super) fn value_after_start(&self, id: VariableId) -> &str {
        let values = self.values(id);
        let start = self.variable_at(id).start as usize;
        let other = values.iter().enumerate().find(|(index, _)| *index != start);
        other.map_or("…", |(_, value)| value)
    }

    pub(super) fn is_ordered(&self, id: VariableId) -> bool {
        matches!(self.variable_at(id).kind, VariableKind::Posture { ordered: true, .. })
    }

    /// The named ladder that two postures share.
    pub(super) fn shared_ladder(&self, a: VariableId, b: VariableId) -> Option<&str> {
        let (a, b) = (self.ladders[a.0 as usize].as_deref()?, self.ladders[b.0 as usize].as_deref()?);
        (a == b).then_some(a)
    }

    /// The postures that have a value of this name.
    pub(super) fn postures_with(&self, value: &str) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(move |variable| match &variable.kind {
            VariableKind::Posture { values, .. } => values.iter().any(|v| v == value),
            VariableKind::Indicator | VariableKind::Flag => false,
        })
    }

    /// A number in the middle of an indicator's range, for examples.
    pub(super) fn middle(&self, indicator: &str) -> i32 {
        let variable = self.variable(indicator).map(|id| self.variable_at(id));
        variable.map_or(0, |variable| i32::midpoint(variable.low, variable.high))
    }

    /// The postures of this name, whatever their actor.
    pub(super) fn postures_named(&self, posture: &str) -> impl Iterator<Item = &str> {
        self.actors.iter().flat_map(|actor| &actor.postures).filter_map(move |id| {
            let name = self.variable_at(*id).name.as_str();
            name.split_once('.').is_some_and(|(_, last)| last == posture).then_some(name)
        })
    }

    /// The posture that `of` names; `None` if there is none, which is reported, or if it is poisoned.
    pub(super) fn posture(&self, of: &PostureRef, diagnostics: &mut Diagnostics) -> Option<VariableId> {
        let PostureRef { actor, posture, span } = of;
        let Some(postures) = self.postures.get(actor) else {
            diagnostics.push(self.no_actor(actor, posture, *span));
            return None;
        };
        let postures = postures.as_ref()?;
        let Some(id) = postures.get(posture) else {
            diagnostics.push(self.no_posture(actor, posture, postures, *span));
            return None;
        };
        *id
    }

    fn no_actor(&self, actor: &str, posture: &str, span: Span) -> Diagnostic {
        let found = match self.meaning(actor) {
            Some(meaning) => format!("`{actor}` is {} and has no postures", meaning.noun()),
            None => format!("there is no actor `{actor}`"),
        };
        let mistake = Diagnostic::error("unknown-name", found, span);
        if let Some(near) = nearest(actor, self.postures.keys().map(String::as_str)) {
            return mistake.help(format!("did you mean `{near}.{posture}`?"));
        }
        if self.postures.is_empty() {
            return mistake.help("this scenario has no actors: declare one under `actors`");
        }
        let mistake = match akin(actor, self.postures.keys().map(String::as_str)) {
            Some(akin) => mistake.help(format!("did you mean `{akin}.{posture}`?")),
            None => mistake,
        };
        mistake.help(format!(
            "the actors are {}; or declare `{actor}` under `actors`",
            listed(self.postures.keys().map(String::as_str))
        ))
    }

    fn no_posture(&self, actor: &str, posture: &str, postures: &Postures, span: Span) -> Diagnostic {
        let mistake = Diagnostic::error("unknown-name", format!("`{actor}` has no posture `{posture}`"), span);
        if postures.is_empty() {
            return mistake
                .help(format!("`{actor}` has no postures: declare `{posture}` under `postures` of `{actor}`"));
        }
        let names: Vec<&str> = postures.keys().map(String::as_str).collect();
        let of = |noun: &str| format!("{noun} of `{actor}`");
        let mistake = mistake.help(because::there_are(&of("posture"), &of("postures"), &names));
        if let Some(near) = nearest(posture, postures.keys().map(String::as_str)) {
            let mistake = mistake.help(format!("did you mean `{actor}.{near}`?"));
            return match postures[near] {
                Some(id) => mistake.related(self.variable_at(id).span, format!("`{near}` is declared here")),
                None => mistake,
            };
        }
        match self.postures_named(posture).next() {
            Some(other) => mistake.help(format!("another actor has it: did you mean `{other}`?")),
            None => mistake.help(format!("or declare `{posture}` under `postures` of `{actor}`")),
        }
    }

    /// The number of a posture's value; one that it does not have is reported.
    pub(super) fn value_of(
        &self,
        id: VariableId,
        value: &str,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<i32> {
        let values = self.values(id);
        let found = values.iter().position(|v| v == value);
        if found.is_none() {
            let posture = &self.variable_at(id).name;
            let mistake = Diagnostic::error("unknown-value", format!("`{value}` is no value of `{posture}`"), span);
            diagnostics.push(with_allowed(mistake, &format!("`{posture}`"), value, values));
        }
        found.map(|index| index as i32)
    }

    /// Says which name was probably meant, and where it is declared: the declaration may be the one misspelt.
    pub(super) fn with_near(&self, mistake: Diagnostic, near: &str) -> Diagnostic {
        let mistake = mistake.help(format!("did you mean `{near}`?"));
        match self.symbols.get(near) {
            Some(symbol) => mistake.related(symbol.span, format!("`{near}` is declared here")),
            None => mistake,
        }
    }

    /// Whether a name is nearly one that may stand here, or is known of some posture.
    pub(super) fn is_near(&self, name: &str, due: Due) -> bool {
        nearest(name, self.names_of(|meaning| due.may_be(meaning))).is_some()
            || self.postures_with(name).next().is_some()
            || self.postures_named(name).next().is_some()
    }

    /// The mistake of a name that means nothing here, where something of this kind is due.
    pub(super) fn unknown(&self, name: &str, span: Span, due: Due) -> Diagnostic {
        let what = due.noun();
        let mistake = Diagnostic::error("unknown-name", format!("there is no {what} `{name}`"), span);
        if let Some(near) = nearest(name, self.names_of(|meaning| due.may_be(meaning))) {
            return self.with_near(mistake, near);
        }
        if let Some(posture) = self.postures_with(name).next() {
            return mistake.help(format!("`{name}` is a value of `{0}`: did you mean `{0} == {name}`?", posture.name));
        }
        if let Some(posture) = self.postures_named(name).next() {
            return mistake.help(format!("a posture is written with its actor: did you mean `{posture}`?"));
        }
        match listed(self.names_of(|meaning| due.would_do(meaning, self))) {
            none if none.is_empty() => mistake.help(format!("this scenario declares no {what}")),
            all => mistake.help(format!("what there is: {all}")),
        }
    }
}

/// What kind of name is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// One that is a condition by itself.
    Condition,
    /// A number.
    Number,
    /// Something that stands left of a comparison.
    Comparable,
    /// Something that effects write.
    Writable,
}

impl Due {
    fn noun(self) -> &'static str {
        match self {
            Self::Condition => "flag or let",
            Self::Number | Self::Comparable => "indicator, parameter or let",
            Self::Writable => "indicator or flag",
        }
    }

    /// Whether an author may have meant it, whatever its type.
    fn may_be(self, meaning: Meaning) -> bool {
        match meaning {
            Meaning::Flag(_) => matches!(self, Self::Condition | Self::Writable),
            Meaning::Let(_) => self != Self::Writable,
            Meaning::Indicator(_) => self != Self::Condition,
            Meaning::Parameter(_) => matches!(self, Self::Number | Self::Comparable),
            Meaning::Actor | Meaning::Rule(_) | Meaning::Emitted | Meaning::Group => false,
        }
    }

    /// Whether it could stand here.
    fn would_do(self, meaning: Meaning, scope: &Scope) -> bool {
        let of_type = match meaning {
            Meaning::Let(index) => match &scope.lets[index].expr {
                Some(expr) => is_number(expr, scope, 0) == (self != Self::Condition),
                None => false,
            },
            Meaning::Parameter(index) => match &scope.parameters[index] {
                Some(Value::Choice { .. }) => self == Self::Comparable,
                Some(Value::Number { .. }) => true,
                _ => false,
            },
            _ => true,
        };
        of_type && self.may_be(meaning)
    }
}

/// Says what values are allowed and which was probably meant.
pub(super) fn with_allowed(mistake: Diagnostic, of: &str, value: &str, values: &[String]) -> Diagnostic {
    let names = || values.iter().map(String::as_str);
    let mistake = mistake.help(format!("the values of {of} are {}", listed(names())));
    match nearest(value, names()).or_else(|| akin(value, names())) {
        Some(near) => mistake.help(format!("did you mean `{near}`?")),
        None => mistake,
    }
}

/// Names in backticks, with commas; the first dozen of many.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    because::listed(&names.collect::<Vec<_>>())
}
