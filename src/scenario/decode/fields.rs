//! The fields of a record, taken one by one: doubles, unknown and missing ones are reported.
//!
//! Does not know which records there are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Reader, example};
use crate::diagnostic::{Diagnostic, Span, Spanned, nearest};
use crate::scenario::document::{Entry, Map};
use crate::scenario::node::{Field, Node, Shape};

/// The fields of a record that is being read.
pub(super) struct Fields<'n, 't> {
    what: &'static str,
    span: Span,
    written: Vec<&'n Field<'t>>,
    /// A field whose name held a mistake may be any of those that seem to be missing.
    nameless: bool,
    asked: Vec<&'static str>,
    missing: Vec<(&'static str, &'static str)>,
}

/// What people write who have seen other languages, and the field that does it here.
const ELSEWHERE: [(&str, &str); 65] = [
    ("chance", "weight"),
    ("likelihood", "weight"),
    ("p", "weight"),
    ("prob", "weight"),
    ("probability", "weight"),
    ("until", "end"),
    ("stop", "end"),
    ("to", "end"),
    ("from", "start"),
    ("begin", "start"),
    ("begins", "start"),
    ("starts", "start"),
    ("min", "range"),
    ("max", "range"),
    ("bounds", "range"),
    ("values", "ladder"),
    ("states", "ladder"),
    ("severity_level", "severity"),
    ("goal", "towards"),
    ("action", "then"),
    ("actions", "then"),
    ("branches", "choose"),
    ("comment", "note"),
    ("condition", "when"),
    ("cause", "because"),
    ("choices", "choose"),
    ("date", "at"),
    ("delay", "after"),
    ("depends_on", "on"),
    ("description", "says"),
    ("desc", "says"),
    ("do", "then"),
    ("duration", "horizon"),
    ("effect", "then"),
    ("effects", "then"),
    ("event", "on"),
    ("expect", "ask"),
    ("finish", "end"),
    ("guard", "when"),
    ("hazard", "pressure"),
    ("id", "name"),
    ("if", "when"),
    ("initial", "start"),
    ("label", "says"),
    ("levels", "ladder"),
    ("likelihood", "chance"),
    ("limits", "range"),
    ("modifiers", "factors"),
    ("name", "title"),
    ("name", "says"),
    ("odds_factor", "odds_times"),
    ("options", "one_of"),
    ("p", "chance"),
    ("prob", "chance"),
    ("probability", "chance"),
    ("question", "ask"),
    ("rate", "pressure"),
    ("reason", "because"),
    ("text", "says"),
    ("title", "name"),
    ("trigger", "on"),
    ("triggers", "on"),
    ("version", "simulate"),
    ("scale", "words"),
    ("what_ifs", "variants"),
];

/// Fields that people write one level too high, and the field in which they stand.
const INSIDE: [(&str, &str); 12] = [
    ("claims", "because"),
    ("confidence", "because"),
    ("end", "clock"),
    ("half_life", "decays"),
    ("horizon", "clock"),
    ("kind", "because"),
    ("rival", "because"),
    ("source", "because"),
    ("start", "clock"),
    ("step", "clock"),
    ("towards", "decays"),
    ("weight", "choose"),
];

impl<'n, 't> Fields<'n, 't> {
    /// The fields of `node`, which is `what` (with its article); `None` if it has none, which is reported.
    pub(super) fn open(reader: &mut Reader, node: &'n Node<'t>, what: &'static str) -> Option<Self> {
        let fields = match &node.shape {
            Shape::Record(fields) => fields,
            Shape::Map(fields) => {
                if !reader.braces {
                    let opening = Span::new(node.span.start, node.span.start + 1);
                    let message = format!("{what} stands in round brackets `( )`, not in braces `{{ }}`");
                    reader.error(Diagnostic::error("braces", message, opening).help(
                        "braces hold entries that you name yourself, such as rules; fixed fields stand in `( )`",
                    ));
                }
                fields
            }
            _ => {
                return reader.wrong(
                    node,
                    &format!("{what}, with named fields in `( )`"),
                    &example::record(what, node, reader),
                );
            }
        };
        let mut kept: Vec<&Field<'t>> = Vec::new();
        let nameless = fields.iter().any(|field| field.0.value.is_empty());
        for field in fields.iter().filter(|field| !field.0.value.is_empty()) {
            match kept.iter().find(|k| k.0.value == field.0.value) {
                Some(first) => reader.error(double(&field.0, first.0.span)),
                None => kept.push(field),
            }
        }
        Some(Self { what, span: node.span, written: kept, nameless, asked: Vec::new(), missing: Vec::new() })
    }

    /// The node of a field. One that is misspelt by a letter is read all the same, so that what it holds is not
    /// missed later; `close` reports it.
    pub(super) fn node(&mut self, name: &'static str) -> Option<&'n Node<'t>> {
        self.asked.push(name);
        let exact = self.written.iter().find(|field| field.0.value == name);
        exact.or_else(|| self.written.iter().find(|field| is_slip(&field.0.value, name))).map(|field| &field.1)
    }

    /// A field, decoded.
    pub(super) fn take<T>(
        &mut self,
        reader: &mut Reader,
        name: &'static str,
        decode: impl FnOnce(&mut Reader, &Node<'t>) -> Option<T>,
    ) -> Option<T> {
        self.node(name).and_then(|node| decode(reader, node))
    }

    /// A field, decoded, with its place.
    pub(super) fn spanned<T>(
        &mut self,
        reader: &mut Reader,
        name: &'static str,
        decode: impl FnOnce(&mut Reader, &Node<'t>) -> Option<T>,
    ) -> Option<Spanned<T>> {
        self.node(name).and_then(|node| decode(reader, node).map(|value| Spanned::new(value, node.span)))
    }

    /// A field that must be there; `example` says how it may look.
    pub(super) fn required<T>(
        &mut self,
        reader: &mut Reader,
        name: &'static str,
        example: &'static str,
        decode: impl FnOnce(&mut Reader, &Node<'t>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(name);
        if node.is_none() {
            self.missing.push((name, example));
        }
        node.and_then(|node| decode(reader, node))
    }

    /// A field that is a map.
    pub(super) fn map<T>(
        &mut self,
        reader: &mut Reader,
        name: &'static str,
        decode: impl FnMut(&mut Reader, &Node<'t>) -> Option<T>,
    ) -> Map<T> {
        self.node(name).and_then(|node| reader.map(node, name, decode)).unwrap_or_default()
    }

    /// Reports the fields that nobody asked for, then those that are missing.
    pub(super) fn close(self, reader: &mut Reader) {
        let mut meant = Vec::new();
        for (key, value) in self.written.iter().copied().filter(|(key, _)| !self.asked.contains(&&*key.value)) {
            let near = self.near(&key.value);
            meant.extend(near);
            let home = INSIDE
                .iter()
                .filter(|(name, home)| key.value == *name && self.asked.contains(home))
                .map(|i| i.1)
                .next();
            meant.extend(home);
            let error =
                Diagnostic::error("unknown-field", format!("{} has no field `{}`", self.what, key.value), key.span);
            if let Some(help) = self.displaced(&key.value, value, reader) {
                reader.error(error.help(help));
                continue;
            }
            reader.error(match (near, home) {
                (Some(near), _) => error.help(in_place_of(&key.value, near, value)).help(self.allowed()),
                (None, Some(home)) => error.help(format!("it stands inside of `{home}: ( … )`")),
                (None, None) => error.help(self.allowed()),
            });
        }
        for (name, example) in self.missing.iter().filter(|(name, _)| !meant.contains(name) && !self.nameless) {
            let opening = Span::new(self.span.start, self.span.start + 1);
            // Whoever misses it again need not say so; but that of the whole file would hide everything.
            if self.what != "a scenario" {
                reader.holes.push(self.span);
            }
            reader.error(
                Diagnostic::error("missing-field", format!("{} needs `{name}`", self.what), opening)
                    .label("not in here")
                    .help(format!("add for example `{example},`")),
            );
        }
    }

    /// Where an unknown field belongs whose name is one that the author chose.
    fn displaced(&self, name: &str, value: &Node<'_>, reader: &Reader) -> Option<String> {
        let again = example::written(value);
        match self.what {
            "an actor" if is_posture(value) => {
                Some(format!("postures stand inside of `postures`: `postures: {{ {name}: (…) }}`"))
            }
            "a variant" if reader.parameters.contains(name) => {
                let value = again.unwrap_or_else(|| "…".to_owned());
                Some(format!("a parameter is set inside of `set`: write `set: {{{name}: {value}}}`"))
            }
            "an outcome" if self.near(name).is_none() && matches!(value.shape, Shape::Text(..)) => {
                let condition = again.unwrap_or_else(|| "\"…\"".to_owned());
                Some(format!("write `(name: {name}, when: {condition})`: the name is the value of `name`"))
            }
            _ => None,
        }
    }

    /// Whether an unknown field holds what a posture holds.
    pub(super) fn has_posture(&self) -> bool {
        self.written.iter().any(|(key, value)| !self.asked.contains(&&*key.value) && is_posture(value))
    }

    /// All that it may hold.
    fn allowed(&self) -> String {
        let mut allowed = self.asked.clone();
        allowed.sort_unstable();
        allowed.dedup();
        let list: Vec<String> = allowed.iter().map(|name| format!("`{name}`")).collect();
        format!("its fields are {}", list.join(", "))
    }

    /// The field that somebody meant who wrote `name`.
    fn near(&self, name: &str) -> Option<&'static str> {
        let open = |candidate: &&'static str| !self.written.iter().any(|(key, _)| key.value == *candidate);
        let candidates = || self.asked.iter().copied().filter(open);
        nearest(name, candidates()).or_else(|| {
            let lower = name.to_lowercase();
            let mut meant = ELSEWHERE.iter().filter(|(other, _)| *other == lower).map(|(_, meant)| *meant);
            meant.find_map(|meant| candidates().find(|candidate| *candidate == meant))
        })
    }
}

fn is_posture(node: &Node<'_>) -> bool {
    super::entries(node).any(|(key, _)| matches!(&*key.value, "ladder" | "states"))
}

/// What to say of a field `written` that is called `meant` here. A word for the same is said again with its value.
fn in_place_of(written: &str, meant: &str, value: &Node<'_>) -> String {
    const OTHER_VALUES: [&str; 6] = ["range", "pressure", "choose", "factors", "horizon", "severity"];
    let same = nearest(written, [meant]).is_none() && !OTHER_VALUES.contains(&meant);
    match example::written(value).filter(|_| same) {
        Some(value) => format!("did you mean `{meant}: {value}`?"),
        None => format!("did you mean `{meant}`?"),
    }
}

/// Whether `written` is `name` with one letter wrong. Short names are too near to each other (`when`, `then`), but for
/// the `s` of a plural.
fn is_slip(written: &str, name: &str) -> bool {
    name.strip_suffix('s') == Some(written)
        || (name.len() >= 5 && may_be_slip(written, name) && strsim::damerau_levenshtein(written, name) == 1)
}

/// One wrong letter leaves the first or the last as it is, and the length to within one: seen at once, and every field
/// that is not written is asked for.
fn may_be_slip(written: &str, name: &str) -> bool {
    let lengths = written.chars().count().abs_diff(name.chars().count());
    let ends = written.chars().next() == name.chars().next() || written.chars().next_back() == name.chars().next_back();
    ends && lengths <= 1
}

fn double(key: &Spanned<Cow<'_, str>>, first: Span) -> Diagnostic {
    let help = match &*key.value {
        "then" => "put all changes into one list: `then: [\"…\", \"…\"]`",
        "on" => "put all events into one list: `on: [first, second]`; any of them is a trigger",
        "when" => "join the two conditions in one text with `and`",
        _ => "keep one of them, or give them different names",
    };
    Diagnostic::error("double", format!("`{}` is written twice", key.value), key.span)
        .label("and again here")
        .related(first, "first written here")
        .help(help)
}

impl Reader {
    /// The entries of a map whose names are the author's; `what` is the field that holds it.
    pub(super) fn map<'t, T>(
        &mut self,
        node: &Node<'t>,
        what: &str,
        mut decode: impl FnMut(&mut Self, &Node<'t>) -> Option<T>,
    ) -> Option<Map<T>> {
        let fields = match &node.shape {
            Shape::Map(fields) => fields,
            Shape::Record(fields) => {
                let opening = Span::new(node.span.start, node.span.start + 1);
                let message = format!("the entries of `{what}` stand in braces `{{ }}`, not in round brackets `( )`");
                self.error(
                    Diagnostic::error("round-brackets", message, opening)
                        .help("braces hold entries that you name yourself; fixed fields stand in `( )`"),
                );
                fields
            }
            _ => {
                let example = match what {
                    "set" => "set: {us_line: back}".to_owned(),
                    "for_each" => "for_each: {x: [jpn, us]}".to_owned(),
                    _ => format!("{what}: {{ name: (…) }}"),
                };
                return self.wrong(node, &format!("names with values in braces: `{what}: {{ … }}`"), &example);
            }
        };
        let mut map: Map<T> = Vec::new();
        let mut first: BTreeMap<String, Span> = BTreeMap::new();
        for (key, value) in fields {
            self.entry = key.value.to_string();
            let value = decode(self, value);
            let key = Self::key(key);
            if key.value.is_empty() {
                self.holes.push(key.span);
                continue;
            }
            match first.get(&key.value) {
                Some(first) => self.error(double(&Spanned::new(Cow::Borrowed(&key.value), key.span), *first)),
                None => {
                    first.insert(key.value.clone(), key.span);
                    map.push(Entry { key, value });
                }
            }
        }
        Some(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A letter left out, put in, or another, and two letters exchanged, at every place.
    #[test]
    fn one_wrong_letter_is_a_slip_wherever_it_stands() {
        for name in ["after", "chance", "outcomes"] {
            let letters: Vec<char> = name.chars().collect();
            for at in 0..letters.len() {
                let (before, after) = (&letters[..at], &letters[at + 1..]);
                let slip = |middle: &[char]| [before, middle, after].concat().iter().collect::<String>();
                let mut written = vec![slip(&[]), slip(&['ö']), slip(&['x', letters[at]]), slip(&[letters[at], 'x'])];
                if let [next, rest @ ..] = after {
                    written.push([before, &[*next, letters[at]], rest].concat().iter().collect());
                }
                for written in written {
                    assert!(is_slip(&written, name), "{written} for {name}");
                }
            }
            assert!(!is_slip(name, name) && !is_slip("slip", name));
        }
    }
}
