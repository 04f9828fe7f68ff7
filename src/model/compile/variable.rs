//! Declarations of actors, postures, indicators and flags to variables, each with a sound range and start.
//!
//! Does not know other declarations, nor what rules do with a variable.

use std::collections::BTreeMap;

use super::because::{grouped, there_are};
use super::declare::Declaration;
use super::names::{Meaning, Postures, with_allowed};
use crate::diagnostic::{Diagnostic, Span, Spanned, nearest};
use crate::model::{Actor, Variable, VariableId, VariableKind};
use crate::scenario::document::{ActorText, Entry, FlagText, IndicatorText, LadderText, PostureText};

/// The most values of one indicator or posture.
pub const VALUES_LIMIT: i64 = 4096;

impl Declaration<'_> {
    pub(super) fn actors(&mut self) {
        let document = self.document;
        for (index, entry) in document.actors.iter().enumerate() {
            self.name(&entry.key, Meaning::Actor);
            let holed = self.holed(&document.actors, index);
            let postures = entry.value.as_ref().map(|actor| self.actor(&entry.key.value, actor, holed));
            self.scope.postures.insert(entry.key.value.clone(), postures);
        }
    }

    fn actor(&mut self, id: &str, actor: &ActorText, holed: bool) -> Postures {
        let mut postures = Postures::new();
        for (index, entry) in actor.postures.iter().enumerate() {
            self.check_name(&entry.key, "a posture");
            let holed = holed && (index + 1 == actor.postures.len() || self.holed(&actor.postures, index));
            let posture = entry.value.as_ref().and_then(|posture| self.posture(id, &entry.key, posture, holed));
            postures.insert(entry.key.value.clone(), posture);
        }
        let name = actor.name.as_ref().map_or_else(|| id.to_owned(), |name| name.value.clone());
        self.scope.actors.push(Actor {
            id: id.to_owned(),
            name,
            postures: postures.values().flatten().copied().collect(),
        });
        let actor = self.scope.actors.last_mut().expect("it has just been put there");
        actor.postures.sort_unstable();
        postures
    }

    fn posture(&mut self, actor: &str, key: &Spanned<String>, text: &PostureText, holed: bool) -> Option<VariableId> {
        let name = format!("{actor}.{}", key.value);
        let (values, ladder) = self.ladder(&name, key, text, holed)?;
        let Some(start) = &text.start else {
            return self.missing(holed, &name, "start", &format!("start: {}", values[0].value), key.span);
        };
        let Some(at) = values.iter().position(|v| v.value == start.value) else {
            let names: Vec<String> = values.iter().map(|v| v.value.clone()).collect();
            let found = format!("`{name}` starts at `{}`, which is none of its values", start.value);
            let mistake = Diagnostic::error("unknown-value", found, start.span);
            self.error(with_allowed(mistake, &format!("`{name}`"), &start.value, &names));
            return None;
        };
        let kind = VariableKind::Posture {
            values: values.iter().map(|v| v.value.clone()).collect(),
            ordered: text.ladder.is_some(),
        };
        let says = said(text.says.as_ref());
        let high = values.len() as i32 - 1;
        Some(self.variable(Variable { name, kind, start: at as i32, low: 0, high, says, span: key.span }, ladder))
    }

    /// The values of a posture, and the named ladder that they come from.
    fn ladder(
        &mut self,
        name: &str,
        key: &Spanned<String>,
        text: &PostureText,
        holed: bool,
    ) -> Option<(Vec<Spanned<String>>, Option<String>)> {
        match (&text.ladder, &text.states) {
            (Some(ladder), Some(states)) => {
                let found = format!("`{name}` has both `ladder` and `states`");
                self.error(
                    Diagnostic::error("ladder-and-states", found, states.span)
                        .related(ladder.span, "the ladder is here")
                        .help("keep `ladder` if its values have an order, `states` if they have none"),
                );
                None
            }
            (None, None) => self.missing(holed, name, "values", "ladder: [low, middle, high]", key.span),
            (None, Some(states)) => self.values(name, &states.value, states.span).map(|values| (values, None)),
            (Some(ladder), None) => match &ladder.value {
                LadderText::Values(values) => self.values(name, values, ladder.span).map(|values| (values, None)),
                LadderText::Named(of) => {
                    let values = self.named_ladder(of, ladder.span)?;
                    Some((values, Some(of.clone())))
                }
            },
        }
    }

    fn named_ladder(&mut self, name: &str, span: Span) -> Option<Vec<Spanned<String>>> {
        let document = self.document;
        let Some(entry) = document.ladders.iter().find(|entry| entry.key.value == name) else {
            let names = || document.ladders.iter().map(|entry| entry.key.value.as_str());
            let mistake = Diagnostic::error("unknown-name", format!("there is no ladder `{name}`"), span);
            if name.contains([',', ' ']) {
                let list = name.split([',', ' ']).filter(|value| !value.is_empty()).collect::<Vec<_>>().join(", ");
                self.error(mistake.help(format!("write the values as a list: `ladder: [{list}]`")));
                return None;
            }
            let mistake = match (nearest(name, names()), document.ladders.is_empty()) {
                (Some(near), _) => mistake.help(format!("did you mean `{near}`?")),
                (None, true) => mistake.help(format!("declare it: `ladders: {{ {name}: [low, middle, high] }}`")),
                (None, false) => mistake.help(there_are("ladder", "ladders", &names().collect::<Vec<_>>())),
            };
            self.error(mistake.help("or write the values here: `ladder: [low, middle, high]`"));
            return None;
        };
        let values = entry.value.as_ref()?;
        self.values(&format!("ladders: {name}"), &values.value, values.span)
    }

    /// Values that are names, each once, not too many. A poor one is reported and the posture is poisoned.
    fn values(&mut self, name: &str, values: &[Spanned<String>], span: Span) -> Option<Vec<Spanned<String>>> {
        if self.document.holed(span) {
            return None;
        }
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        let mut sound = true;
        for value in values {
            self.check_name(value, &format!("a value of `{name}`"));
            if let Some(before) = first.insert(&value.value, value.span) {
                sound = false;
                let found = format!("`{name}` has the value `{}` twice", value.value);
                self.error(
                    Diagnostic::error("double-value", found, value.span)
                        .related(before, "first written here")
                        .help("write each value once"),
                );
            }
        }
        if values.is_empty() || values.len() as i64 > VALUES_LIMIT {
            sound = false;
            let found = format!("`{name}` has {} values", grouped(values.len() as u64));
            self.error(
                Diagnostic::error("number-of-values", found, span)
                    .help(format!("at least one and at most {} are allowed", grouped(VALUES_LIMIT as u64))),
            );
        }
        sound.then(|| values.to_vec())
    }

    fn missing<T>(&mut self, holed: bool, name: &str, what: &str, example: &str, span: Span) -> Option<T> {
        if !holed {
            let found = format!("`{name}` has no {}", if what == "values" { "`ladder` and no `states`" } else { what });
            let found = found.replace("no start", "no `start`").replace("no range", "no `range`");
            self.error(Diagnostic::error("missing-field", found, span).help(format!("add `{example}`")));
        }
        None
    }

    fn variable(&mut self, variable: Variable, ladder: Option<String>) -> VariableId {
        self.scope.variables.push(variable);
        self.scope.ladders.push(ladder);
        VariableId(self.scope.variables.len() as u32 - 1)
    }

    pub(super) fn indicators(&mut self) {
        let document = self.document;
        for (index, Entry { key, value }) in document.indicators.iter().enumerate() {
            let holed = self.holed(&document.indicators, index);
            let id = value.as_ref().and_then(|text| self.indicator(key, text, holed));
            self.name(key, Meaning::Indicator(id));
        }
    }

    fn indicator(&mut self, key: &Spanned<String>, text: &IndicatorText, holed: bool) -> Option<VariableId> {
        let name = key.value.clone();
        let Some(range) = &text.range else {
            return self.missing(holed, &name, "range", "range: (0, 100)", key.span);
        };
        let (low, high) = range.value;
        let few = high.checked_sub(low).is_some_and(|width| (0..VALUES_LIMIT).contains(&width));
        let small = i32::try_from(low).is_ok() && i32::try_from(high).is_ok();
        if !few || !small {
            self.error(bad_range(&name, low, high, range.span));
            return None;
        }
        let Some(start) = &text.start else {
            return self.missing(holed, &name, "start", &format!("start: {low}"), key.span);
        };
        if !(low..=high).contains(&start.value) {
            let found = format!("`{name}` starts at {}, outside its range {low} to {high}", start.value);
            self.error(
                Diagnostic::error("start-outside-range", found, start.span)
                    .related(range.span, "the range is here")
                    .help(format!("start between {low} and {high}, or widen the range")),
            );
            return None;
        }
        let (start, low, high) = (start.value as i32, low as i32, high as i32);
        let says = said(text.says.as_ref());
        let kind = VariableKind::Indicator;
        Some(self.variable(Variable { name, kind, start, low, high, says, span: key.span }, None))
    }

    pub(super) fn flags(&mut self) {
        let document = self.document;
        for (index, Entry { key, value }) in document.flags.iter().enumerate() {
            let holed = self.holed(&document.flags, index);
            let id = value.as_ref().and_then(|text| self.flag(key, text, holed));
            self.name(key, Meaning::Flag(id));
        }
    }

    fn flag(&mut self, key: &Spanned<String>, text: &FlagText, holed: bool) -> Option<VariableId> {
        let Some(start) = &text.start else {
            return self.missing(holed, &key.value, "start", "start: false", key.span);
        };
        let (name, says) = (key.value.clone(), said(text.says.as_ref()));
        let (kind, start) = (VariableKind::Flag, i32::from(start.value));
        Some(self.variable(Variable { name, kind, start, low: 0, high: 1, says, span: key.span }, None))
    }
}

fn said(text: Option<&Spanned<String>>) -> String {
    text.map_or_else(String::new, |says| says.value.clone())
}

fn bad_range(name: &str, low: i64, high: i64, span: Span) -> Diagnostic {
    if low > high {
        let found = format!("the range of `{name}` ends below its beginning: {low} to {high}");
        return Diagnostic::error("bad-range", found, span).help(format!("write `range: ({high}, {low})`"));
    }
    let number = |x: i64| format!("{}{}", if x < 0 { "-" } else { "" }, grouped(x.unsigned_abs()));
    let found = format!("the range {} to {} of `{name}` is too large", number(low), number(high));
    Diagnostic::error("too-many-values", found, span)
        .help(format!("at most {} values are allowed, none beyond 2,147,483,647", number(VALUES_LIMIT)))
        .help("count in larger units: hundreds instead of ones")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;

    fn told(world: &World) -> Vec<String> {
        world.declare().2
    }

    #[test]
    fn postures_are_sound() {
        let wrong = |change: fn(&mut PostureText)| {
            let mut world = World::small();
            let actor = world.document.actors[0].value.as_mut().expect("an actor");
            change(actor.postures[0].value.as_mut().expect("a posture"));
            told(&world).join(" & ")
        };
        assert!(
            wrong(|p| p.start = Some(Spanned::new("testng".into(), Span::default())))
                .ends_with("did you mean `testing`?")
        );
        assert!(
            wrong(|p| p.start = None)
                .starts_with("missing-field: `dprk.military` has no `start` | add `start: routine`")
        );
        assert!(
            wrong(|p| p.ladder = None).starts_with("missing-field: `dprk.military` has no `ladder` and no `states`")
        );
        assert!(wrong(|p| p.states = Some(Spanned::new(vec![], Span::default()))).starts_with("ladder-and-states"));
        assert!(
            wrong(|p| p.ladder = Some(Spanned::new(LadderText::Named("hostilty".into()), Span::default())))
                .contains("did you mean `hostility`?")
        );
        assert!(
            wrong(|p| {
                let twice = ["testing", "testing"].map(|v| Spanned::new(v.to_owned(), Span::default()));
                p.ladder = Some(Spanned::new(LadderText::Values(twice.to_vec()), Span::default()));
            })
            .starts_with("double-value")
        );
    }

    #[test]
    fn what_is_missing_because_of_a_mistake_is_not_missed() {
        let mut world = World::small();
        let actor = world.document.actors[0].value.as_mut().expect("an actor");
        actor.postures[0].value.as_mut().expect("a posture").start = None;
        let span = actor.postures[0].key.span;
        world.document.holes.push(Span::new(span.end + 1, span.end + 2));
        assert_eq!(told(&world), Vec::<String>::new());
    }

    #[test]
    fn indicators_are_sound() {
        assert!(told(&World::empty().indicator("x", 10, 0, 5))[0].ends_with("write `range: (0, 10)`"));
        assert!(told(&World::empty().indicator("x", 0, 4096, 5))[0].starts_with("too-many-values"));
        assert!(told(&World::empty().indicator("x", i64::MIN, i64::MAX, 5))[0].starts_with("too-many-values"));
        assert!(told(&World::empty().indicator("x", 0, 10, 11))[0].starts_with("start-outside-range"));
        assert_eq!(told(&World::empty().indicator("x", -5, 4090, 0)), Vec::<String>::new());
    }
}
