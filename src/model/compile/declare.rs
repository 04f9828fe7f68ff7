//! Declarations to a symbol table: every name is there once, is no word of the language, and names something sound.
//!
//! Does not know what rules do; it sees their names, and those of their branches and emitted events.

use std::collections::BTreeMap;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::demand::Demand;
use super::names::{Context, LetText, Meaning, Postures, Scope, Symbol, Value, listed};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, Spanned, nearest};
use crate::model::{Actor, Calendar, RuleId, Variable, VariableId, VariableKind};
use crate::scenario::document::{
    ActorText, Document, Entry, FlagText, IndicatorText, LadderText, Map, PostureText, RuleText,
};
use crate::scenario::expression::{EffectExpr, EffectKind, RESERVED, is_name};

/// The most values of one indicator or posture.
pub const VALUES_LIMIT: i64 = 4096;

impl Scope {
    /// Declares every name of `document`, whose templates have been expanded: `RuleId`s are positions in
    /// `document.rules`. Checks actors, postures, ladders, indicators (but not `decays`), flags, events and all
    /// names. `parameters` go with `document.parameters` one by one, `None` for one that held a mistake.
    pub fn declare(
        document: &Document,
        parameters: Vec<Option<Value>>,
        calendar: Option<Calendar>,
        diagnostics: &mut Diagnostics,
    ) -> (Self, Demand) {
        let mut declaration = Declaration {
            document,
            diagnostics,
            scope: Self {
                variables: Vec::new(),
                actors: Vec::new(),
                calendar,
                symbols: BTreeMap::new(),
                postures: BTreeMap::new(),
                ladders: Vec::new(),
                parameters,
                lets: Vec::new(),
                branches: Vec::new(),
                rules: Vec::new(),
                emits_unseen: false,
            },
            names: Vec::new(),
        };
        declaration.actors();
        declaration.indicators();
        declaration.flags();
        declaration.parameters_and_lets();
        declaration.rules();
        declaration.enter_names();
        let scope = declaration.scope;
        let mut demand = Demand::new(&scope);
        demand.raise_rules(&scope);
        super::event::groups(&document.events, &mut Context { scope: &scope, demand: &mut demand, diagnostics });
        (scope, demand)
    }
}

impl Demand {
    /// Makes the events of rules, branches and emitted names.
    fn raise_rules(&mut self, scope: &Scope) {
        for (rule, branches) in scope.rules.iter().zip(&scope.branches) {
            let event = self.event(rule);
            let branches = branches.iter().flatten().map(|branch| self.event(&format!("{rule}/{branch}"))).collect();
            self.rules.push((event, branches));
        }
        for name in scope.names_of(|meaning| meaning == Meaning::Emitted) {
            self.event(name);
        }
    }
}

struct Declaration<'a> {
    document: &'a Document,
    diagnostics: &'a mut Diagnostics,
    scope: Scope,
    /// Names of the shared space.
    names: Vec<(String, Symbol)>,
}

impl Declaration<'_> {
    fn error(&mut self, mistake: Diagnostic) {
        self.diagnostics.push(mistake);
    }

    /// Whether what is missing in the entry at `index` may be missing because it held a mistake.
    fn holed<T>(&self, map: &Map<T>, index: usize) -> bool {
        let end = map.get(index + 1).map_or(usize::MAX, |next| next.key.span.start);
        let start = map[index].key.span.start;
        start < end && self.document.holed(Span::new(start, end))
    }

    fn name(&mut self, key: &Spanned<String>, meaning: Meaning) {
        if key.value == "start" {
            let found = format!("`start` cannot be the name of {}", meaning.noun());
            self.error(
                Diagnostic::error("reserved-word", found, key.span)
                    .label("the event of the first moment")
                    .help("choose another name, such as `outset`"),
            );
        }
        self.check_name(key, meaning.noun());
        self.names.push((key.value.clone(), Symbol { meaning, span: key.span }));
    }

    /// A name is made of letters, digits and `_` and is no word of the language.
    fn check_name(&mut self, name: &Spanned<String>, what: &str) {
        let text = &name.value;
        if !is_name(text) {
            let plain: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
            let begins = plain.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
            let plain = if begins { plain } else { format!("n_{plain}") };
            self.error(
                Diagnostic::error("bad-name", format!("`{text}` cannot be the name of {what}"), name.span)
                    .help("a name is made of letters, digits and `_`, and begins with a letter")
                    .help(format!("write `{plain}`")),
            );
        } else if RESERVED.contains(&text.as_str()) {
            self.error(
                Diagnostic::error("reserved-word", format!("`{text}` cannot be the name of {what}"), name.span)
                    .label("a word of the language")
                    .help(format!("choose another name, such as `{text}_` or a longer word")),
            );
        } else if !is_nfc(text) {
            let composed: String = text.nfc().collect();
            self.error(
                Diagnostic::error("bad-name", format!("`{text}` is written with letters put together"), name.span)
                    .help(format!("type it again, so that each letter is one character: `{composed}`")),
            );
        }
    }

    fn actors(&mut self) {
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
            self.error(super::names::with_allowed(mistake, &format!("`{name}`"), &start.value, &names));
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
            let mistake = match (nearest(name, names()), document.ladders.is_empty()) {
                (Some(near), _) => mistake.help(format!("did you mean `{near}`?")),
                (None, true) => mistake.help(format!("declare it: `ladders: {{ {name}: [low, middle, high] }}`")),
                (None, false) => mistake.help(format!("the ladders are {}", listed(names()))),
            };
            self.error(mistake.help("or write the values here: `ladder: [low, middle, high]`"));
            return None;
        };
        let values = entry.value.as_ref()?;
        self.values(&format!("ladders: {name}"), &values.value, values.span)
    }

    /// Values that are names, each once, not too many. A poor one is reported and the posture is poisoned.
    fn values(&mut self, name: &str, values: &[Spanned<String>], span: Span) -> Option<Vec<Spanned<String>>> {
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
            let found = format!("`{name}` has {} values", values.len());
            self.error(
                Diagnostic::error("number-of-values", found, span)
                    .help(format!("at least one and at most {VALUES_LIMIT} are allowed")),
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

    fn indicators(&mut self) {
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

    fn flags(&mut self) {
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

    fn parameters_and_lets(&mut self) {
        let document = self.document;
        for (index, entry) in document.parameters.iter().enumerate() {
            self.name(&entry.key, Meaning::Parameter(index));
        }
        for (index, Entry { key, value }) in document.lets.iter().enumerate() {
            self.name(key, Meaning::Let(index));
            self.scope.lets.push(LetText { name: key.value.clone(), span: key.span, expr: value.clone() });
        }
        for entry in &document.events {
            self.name(&entry.key, Meaning::Group);
        }
    }

    fn rules(&mut self) {
        let document = self.document;
        for (index, Entry { key, value }) in document.rules.iter().enumerate() {
            self.name(key, Meaning::Rule(RuleId(index as u32)));
            self.scope.rules.push(key.value.clone());
            let branches = value.as_ref().map(|rule| self.branches(rule));
            let holed = self.holed(&document.rules, index);
            self.scope.emits_unseen |= holed || value.is_none();
            let sure = branches.as_ref().is_some_and(|names| !names.is_empty()) || !holed;
            self.scope.branches.push(branches.filter(|_| sure));
        }
    }

    /// Notes what a rule emits, and names its branches.
    fn branches(&mut self, rule: &RuleText) -> Vec<String> {
        rule.then.iter().for_each(|effects| self.emitted(&effects.value));
        let Some(choose) = &rule.choose else { return Vec::new() };
        for entry in &choose.value {
            self.check_name(&entry.key, "a branch");
            let effects = entry.value.as_ref().and_then(|branch| branch.then.as_ref());
            effects.into_iter().for_each(|effects| self.emitted(&effects.value));
        }
        choose.value.iter().map(|entry| entry.key.value.clone()).collect()
    }

    fn emitted(&mut self, effects: &[EffectExpr]) {
        for effect in effects {
            if let EffectKind::Emit(name, span) = &effect.kind {
                self.name(&Spanned::new(name.clone(), *span), Meaning::Emitted);
            }
        }
    }

    /// Puts the names into one space, in text order; doubles and names that look alike are reported.
    fn enter_names(&mut self) {
        let mut names = std::mem::take(&mut self.names);
        names.sort_by_key(|(_, symbol)| symbol.span.start);
        let mut looks: BTreeMap<String, (String, Span)> = BTreeMap::new();
        for (name, symbol) in names {
            if let Some(first) = self.scope.symbols.get(&name) {
                if let Some(mistake) = double(&name, *first, symbol) {
                    self.error(mistake);
                }
                continue;
            }
            if let Some((other, span)) = looks.get(&look(&name)) {
                self.error(alike(&name, symbol.span, other, *span));
            } else {
                looks.insert(look(&name), (name.clone(), symbol.span));
            }
            self.scope.symbols.insert(name, symbol);
        }
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
    Diagnostic::error("too-many-values", format!("the range {low} to {high} of `{name}` is too large"), span)
        .help(format!("at most {VALUES_LIMIT} values are allowed, none beyond 2,147,483,647"))
        .help("count in larger units: hundreds instead of ones")
}

/// One name for two things. The same name may be emitted by many rules, and doubles within one map are reported where
/// the map is read or its template expanded.
fn double(name: &str, first: Symbol, second: Symbol) -> Option<Diagnostic> {
    if std::mem::discriminant(&first.meaning) == std::mem::discriminant(&second.meaning) {
        return None;
    }
    let (noun, before) = (second.meaning.noun(), first.meaning.noun());
    let found = format!("`{name}` is the name of {noun} and of {before}");
    Some(
        Diagnostic::error("double-name", found, second.span)
            .related(first.span, format!("{before} of this name"))
            .help(
                "actors, indicators, flags, parameters, lets, rules, groups and emitted events share one set of names",
            )
            .help("give one of the two another name, and change it where it is used"),
    )
}

/// What a name looks like: without case, and with letters of other alphabets as the Latin ones that they resemble.
fn look(name: &str) -> String {
    name.nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| LOOK_ALIKE.iter().find(|(a, _)| *a == c).map_or(c, |(_, b)| *b))
        .collect()
}

/// Cyrillic and Greek small letters that look like Latin ones.
const LOOK_ALIKE: [(char, char); 28] = [
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('ѕ', 's'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
    ('ԝ', 'w'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('κ', 'k'),
    ('ι', 'i'),
];

fn alike(name: &str, span: Span, other: &str, before: Span) -> Diagnostic {
    let cases = name.to_lowercase() == other.to_lowercase();
    let how =
        if cases { "differ only in capital letters" } else { "look the same and are written with different letters" };
    let found = format!("`{name}` and `{other}` {how}");
    let diagnostic = if cases {
        Diagnostic::warning("confusable-names", found, span)
    } else {
        Diagnostic::error("confusable-names", found, span)
    };
    diagnostic
        .related(before, format!("`{other}` is declared here"))
        .help("give one of them another name, so that nobody takes one for the other")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;
    use crate::scenario::expression::parse_effect;

    fn told(world: &World) -> Vec<String> {
        world.declare().2
    }

    #[test]
    fn variables_are_numbered_as_declared() {
        let (scope, demand, mistakes) = World::small().declare();
        assert_eq!(mistakes, Vec::<String>::new());
        let names: Vec<&str> = scope.variables.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(
            names,
            ["dprk.military", "dprk.japan", "dprk.alert", "rok.cuba", "rok.alert", "tension", "surprise"]
        );
        assert_eq!(scope.variables[0].start, 1);
        assert_eq!((scope.variables[5].low, scope.variables[5].high, scope.variables[5].start), (0, 100, 60));
        assert_eq!(scope.actors[0].postures.len(), 3);
        assert_eq!(demand.events[demand.branch_event(RuleId(1), 1).0 as usize].name, "clash/war");
    }

    #[test]
    fn one_name_is_one_thing() {
        let mistakes = told(&World::small().flag("tension"));
        assert_eq!(mistakes.len(), 1);
        assert!(mistakes[0].starts_with("double-name: `tension` is the name of a flag and of an indicator"));
        assert!(told(&World::small().named("clash", "surprise"))[0].contains("of a let and of a rule"));
        let mut emits = World::small().rule("b", &[], &["emit sirens"]);
        assert_eq!(told(&emits), Vec::<String>::new(), "many rules may emit one event");
        let effect = parse_effect("emit tension", 500).expect("it parses");
        emits.document.rules[0].value.as_mut().expect("a rule").then.as_mut().expect("effects").value.push(effect);
        assert!(told(&emits)[0].contains("of an emitted event and of an indicator"));
    }

    #[test]
    fn words_of_the_language_are_no_names() {
        assert!(
            told(&World::small().flag("count"))[0].starts_with("reserved-word: `count` cannot be the name of a flag")
        );
        assert!(told(&World::small().rule("start", &[], &[]))[0].starts_with("reserved-word"));
        assert!(told(&World::small().flag("us-line"))[0].ends_with("write `us_line`"));
        assert!(told(&World::small().flag("2nd"))[0].ends_with("write `n_2nd`"));
        assert!(
            told(&World::small().shared("x", &["up", "low"])).is_empty(),
            "a ladder that nothing uses is not looked at"
        );
        assert!(told(&World::small().rule("r", &["not"], &[]))[0].contains("the name of a branch"));
    }

    #[test]
    fn names_that_look_alike_are_told() {
        assert!(told(&World::small().flag("Tension"))[0].contains("differ only in capital letters"));
        // The first letter is Cyrillic.
        assert!(told(&World::small().flag("\u{0442}ension"))[0].contains("look the same"));
        assert!(told(&World::small().flag("cafe\u{301}"))[0].starts_with("bad-name"));
        assert_eq!(told(&World::small().flag("tensions")), Vec::<String>::new());
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
