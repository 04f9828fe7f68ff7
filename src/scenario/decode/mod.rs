//! Tree to document: which fields there are, what each may hold, and what to say where it does not.
//!
//! Does not know whether a name exists: that is `model::compile`. A mistake is reported, noted as a hole, and read
//! past, so that one pass finds all of them.

mod asked;
mod example;
mod fields;
mod names;
mod number;
mod rule;
mod setting;
mod value;

use std::collections::BTreeSet;

use super::document::Document;
use super::node::{Node, Shape};
use super::quantity::Moment;
use super::words::Scale;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span, Spanned};
use fields::Fields;

/// The version of the format that this program reads.
const VERSION: u64 = 1;

/// How `rules` may look.
const A_RULE: &str = "rules: { my_rule: (says: \"…\", at: \"2024-03-04\"), }";

/// What is known while a file is read, and what was found wrong.
#[derive(Debug, Default)]
pub(super) struct Reader {
    diagnostics: Diagnostics,
    holes: Vec<Span>,
    words: Words,
    /// Names that are numbers somewhere, so that they are no misused likelihood words.
    numbers: BTreeSet<String>,
    /// Parameters that are one of several names.
    choices: BTreeSet<String>,
    /// Names of parameters.
    parameters: BTreeSet<String>,
    /// Where the clock starts.
    start: Option<Moment>,
    /// The name of the entry that is being read.
    entry: String,
    /// What a factor of the rule that is being read multiplies with.
    times: &'static str,
    /// The rule that is read has a `chance`.
    chanced: bool,
    /// The file is written in braces throughout, which was reported once.
    braces: bool,
}

/// What is known of the scale of likelihood words.
#[derive(Debug, Default, Clone, Copy)]
enum Words {
    /// The file names none.
    #[default]
    None,
    /// The file names this one.
    Scale(Scale),
    /// The file names one wrongly: words cannot be judged, and need not be.
    Wrong,
}

/// The document that `root` is, with holes where `diagnostics` has mistakes.
pub(super) fn document(root: &Node<'_>) -> (Option<Document>, Diagnostics) {
    let mut reader = Reader { times: "odds_times", ..Reader::default() };
    let document = reader.document(root);
    let document = document.map(|document| Document { holes: reader.holes, ..document });
    (document, reader.diagnostics)
}

impl Reader {
    /// Reports a mistake and notes its place as a hole.
    fn error(&mut self, diagnostic: impl Into<Box<Diagnostic>>) {
        let diagnostic = diagnostic.into();
        if let Place::Text(span) = diagnostic.place {
            self.holes.push(span);
        }
        self.diagnostics.push(*diagnostic);
    }

    /// The value of `result`, or nothing after reporting its mistake.
    fn kept<T>(&mut self, result: Result<T, Box<Diagnostic>>) -> Option<T> {
        result.map_err(|error| self.error(error)).ok()
    }

    /// Reports that `node` is not `expected`.
    fn wrong<T>(&mut self, node: &Node<'_>, expected: &str, example: &str) -> Option<T> {
        if node.shape == Shape::Hole {
            self.holes.push(node.span);
            return None;
        }
        let message = format!("expected {expected}, found {}", found(&node.shape));
        self.error(Diagnostic::error("wrong-shape", message, node.span).help(format!("write for example `{example}`")));
        None
    }

    fn document(&mut self, root: &Node<'_>) -> Option<Document> {
        if let Shape::Map(_) = root.shape {
            let opening = Span::new(root.span.start, root.span.start + 1);
            self.error(
                Diagnostic::error("braces", "a scenario stands in round brackets `( )`, not in braces `{ }`", opening)
                    .help("so does everything with fixed fields, such as `clock: (start: \"2024-02-07\", end: \"2024-12-31\")`, and field names have no quotes")
                    .help("braces hold what you name yourself: `rules: { my_rule: (…), … }`"),
            );
            self.braces = true;
        }
        self.survey(root);
        let mut f = Fields::open(self, root, "a scenario")?;
        let document = Document {
            version: f.required(self, "simulate", "simulate: 1", Self::version),
            title: f.spanned(self, "title", Self::text),
            about: f.spanned(self, "about", Self::text),
            clock: f.required(self, "clock", "clock: (start: \"2024-02-07\", end: \"2024-12-31\")", Self::clock),
            words: f.spanned(self, "words", Self::scale),
            sources: f.map(self, "sources", Self::source),
            parameters: f.map(self, "parameters", Self::parameter),
            ladders: f.map(self, "ladders", Self::ladder_values),
            actors: f.map(self, "actors", Self::actor),
            indicators: f.map(self, "indicators", Self::indicator),
            flags: f.map(self, "flags", Self::flag),
            lets: f.map(self, "lets", Self::expression),
            events: f.map(self, "events", Self::group),
            defaults: f.take(self, "defaults", Self::defaults),
            rules: f.required(self, "rules", A_RULE, Self::rules).unwrap_or_default(),
            outcomes: f.required(self, "outcomes", "outcomes: [(name: all_runs)]", Self::outcomes).unwrap_or_default(),
            questions: f.map(self, "questions", Self::question),
            stop_when: f.take(self, "stop_when", Self::expression),
            omitted: f.take(self, "omitted", Self::omissions).unwrap_or_default(),
            variants: f.map(self, "variants", Self::variant),
            opening: Span::new(root.span.start, root.span.start + 1),
            holes: Vec::new(),
        };
        f.close(self);
        self.check_names(&document);
        Some(document)
    }

    /// What has to be known before the rest can be read, wherever in the file it stands.
    fn survey(&mut self, root: &Node<'_>) {
        for (key, value) in entries(root) {
            match &*key.value {
                "words" => {
                    let name = plain(value).and_then(Scale::named);
                    self.words = name.map_or(Words::Wrong, Words::Scale);
                }
                "clock" => {
                    let start = entries(value).find(|(field, _)| field.value == "start");
                    let start = start.and_then(|(_, start)| Moment::parse(plain(start)?, 0).ok());
                    self.start = start;
                }
                "parameters" => {
                    for (name, parameter) in entries(value) {
                        self.parameters.insert(name.value.to_string());
                        self.numbers.insert(name.value.to_string());
                        if entries(parameter).any(|(field, _)| field.value == "one_of") {
                            self.choices.insert(name.value.to_string());
                        }
                    }
                }
                "lets" | "indicators" | "flags" => {
                    self.numbers.extend(entries(value).map(|(name, _)| name.value.to_string()));
                }
                _ => {}
            }
        }
    }

    fn version(&mut self, node: &Node<'_>) -> Option<Spanned<u64>> {
        let version = self.whole(node).and_then(|n| u64::try_from(n).ok())?;
        if version != VERSION {
            self.error(
                Diagnostic::error("other-version", format!("this file says it is of version {version} of the format"), node.span)
                    .help(format!("this program reads version {VERSION}: write `simulate: {VERSION}`, or use a program that reads version {version}")),
            );
        }
        Some(Spanned::new(version, node.span))
    }
}

/// The fields or entries of `node`, if it has such.
fn entries<'n, 't>(node: &'n Node<'t>) -> impl Iterator<Item = &'n super::node::Field<'t>> {
    match &node.shape {
        Shape::Record(fields) | Shape::Map(fields) => fields.iter(),
        _ => [].iter(),
    }
}

/// The words of a text or a bare name.
fn plain<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.shape {
        Shape::Text(text, _) => Some(text),
        Shape::Name(name) => Some(name),
        _ => None,
    }
}

/// What stands there, in plain words.
fn found(shape: &Shape<'_>) -> String {
    match shape {
        Shape::Record(fields) if fields.is_empty() => "empty brackets `( )`".to_owned(),
        Shape::Record(_) => "named fields in `( )`".to_owned(),
        Shape::Map(_) => "names with values in `{ }`".to_owned(),
        Shape::List(_) => "a list in `[ ]`".to_owned(),
        Shape::Tuple(_) => "values in `( )`".to_owned(),
        Shape::Text(text, _) if text.chars().count() <= 30 => format!("the text `\"{text}\"`"),
        Shape::Text(..) => "a text".to_owned(),
        Shape::Number(_, text) => format!("the number `{text}`"),
        Shape::Name(name @ ("true" | "false")) => format!("`{name}`"),
        Shape::Name(name) => format!("the name `{name}`"),
        Shape::Hole => "nothing readable".to_owned(),
    }
}
