//! Declarations to a symbol table: every name is there once, is no word of the language, and names something sound.
//!
//! Does not know what rules do; it sees their names, and those of their branches and emitted events.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::demand::Demand;
use super::names::{Context, LetText, Meaning, Scope, Symbol, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span, Spanned};
use crate::model::{Calendar, RuleId};
use crate::scenario::document::{Document, Entry, Map, RuleText};
use crate::scenario::expression::{EffectExpr, EffectKind, RESERVED, is_name};

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
            told: BTreeSet::new(),
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

/// A symbol table that is being filled.
pub(super) struct Declaration<'a> {
    pub(super) document: &'a Document,
    diagnostics: &'a mut Diagnostics,
    pub(super) scope: Scope,
    /// Names of the shared space.
    names: Vec<(String, Symbol)>,
    /// Kinds and places of the mistakes so far.
    told: BTreeSet<(&'static str, Span)>,
}

impl Declaration<'_> {
    /// Reports a mistake, once for all instances of a template.
    pub(super) fn error(&mut self, mistake: Diagnostic) {
        let Place::Text(span) = mistake.place else { return };
        if self.told.insert((mistake.code, span)) {
            self.diagnostics.push(mistake);
        }
    }

    /// Whether what is missing in the entry at `index` may be missing because it held a mistake.
    pub(super) fn holed<T>(&self, map: &Map<T>, index: usize) -> bool {
        let end = map.get(index + 1).map_or(usize::MAX, |next| next.key.span.start);
        let start = map[index].key.span.start;
        start < end && self.document.holed(Span::new(start, end))
    }

    pub(super) fn name(&mut self, key: &Spanned<String>, meaning: Meaning) {
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
    pub(super) fn check_name(&mut self, name: &Spanned<String>, what: &str) {
        let text = &name.value;
        if !is_name(text) {
            let plain: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
            let begins = plain.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
            let plain = if begins { plain } else { format!("n_{plain}") };
            let error = Diagnostic::error("bad-name", format!("`{text}` cannot be the name of {what}"), name.span)
                .help("a name is made of letters, digits and `_`, and begins with a letter");
            let says_something = text.contains(char::is_alphanumeric);
            self.error(if says_something { error.help(format!("write `{plain}`")) } else { error });
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
        if let Some(effects) = &rule.then {
            self.emitted(&effects.value);
        }
        let Some(choose) = &rule.choose else { return Vec::new() };
        for entry in &choose.value {
            self.check_name(&entry.key, "a branch");
            let effects = entry.value.as_ref().and_then(|branch| branch.then.as_ref());
            if let Some(effects) = effects {
                self.emitted(&effects.value);
            }
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
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
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
    let way_out = "give one of them another name, so that nobody takes one for the other";
    let declared = format!("`{other}` is declared here");
    if name.to_lowercase() == other.to_lowercase() {
        let found = format!("`{name}` and `{other}` differ only in capital letters");
        return Diagnostic::warning("confusable-names", found, span).related(before, declared).help(way_out);
    }
    let found = format!("`{name}` and `{other}` look the same and are written with different letters");
    let mistake = Diagnostic::error("confusable-names", found, span).related(before, declared);
    let stranger = |text: &str| text.chars().find(|c| !c.is_ascii()).map(|c| (text.to_owned(), c));
    match stranger(name).or_else(|| stranger(other)) {
        Some((text, c)) => mistake
            .help(format!(
                "the `{c}` of `{text}` is U+{:04X}, a letter of another alphabet: type the name again",
                c as u32
            ))
            .help(format!("or {way_out}")),
        None => mistake.help(way_out),
    }
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
}
