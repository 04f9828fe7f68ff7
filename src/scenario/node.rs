//! The text as ron sees it, as a tree in which every value and every name knows its place.
//!
//! Does not know the file format: which fields there are and what they hold is `decode`'s business.
//!
//! ron and serde do the parsing. A borrowed `RawValue` is a slice of the text, so its address tells where it stands;
//! each value is taken raw first, and then parsed by ron as the shape that its first character shows.

use std::borrow::Cow;
use std::cell::RefCell;

use ron::value::RawValue;
use serde::de::{self, DeserializeSeed, Deserializer as _, MapAccess, SeqAccess, Visitor};

use super::slips::{Kind, Token};
use crate::diagnostic::{Diagnostic, Span, Spanned};

/// A value of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'t> {
    /// Where it stands, comments around it left out.
    pub span: Span,
    /// What it is.
    pub shape: Shape<'t>,
}

/// A field or entry: its name and its value. The name is empty where it held a mistake that has been reported.
pub type Field<'t> = (Spanned<Cow<'t, str>>, Node<'t>);

/// The shapes of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape<'t> {
    /// `(name: value, …)`
    Record(Vec<Field<'t>>),
    /// `{name: value, …}`, in file order, doubles kept.
    Map(Vec<Field<'t>>),
    /// `[value, …]`
    List(Vec<Node<'t>>),
    /// `(value, …)`
    Tuple(Vec<Node<'t>>),
    /// `"…"`, and the offset of its first byte in the file if it holds no escapes.
    Text(Cow<'t, str>, Option<usize>),
    /// A number, and as it was written.
    Number(f64, &'t str),
    /// A bare name, `true` and `false` among them.
    Name(&'t str),
    /// Something wrong that has been reported.
    Hole,
}

/// Parses the whole of `text`, whose tokens are `tokens`; `holes` are places that mean nothing.
///
/// # Errors
/// The first thing that ron does not accept.
pub fn parse<'t>(text: &'t str, tokens: &'t [Token], holes: &'t [Span]) -> Result<Node<'t>, Box<Diagnostic>> {
    let context = Context { text, tokens, holes, error: RefCell::new(None) };
    context.node(context.trimmed(Span::new(0, text.len()))).map_err(|()| {
        let (span, message) = context.error.take().unwrap_or_default();
        Diagnostic::error("syntax", format!("this cannot be read: {message}"), span)
            .help("look for a missing comma, quote or bracket here or just before")
            .into()
    })
}

/// Twice the depth of brackets that `slips` allows, and some.
fn options() -> ron::Options {
    ron::Options::default().with_recursion_limit(160)
}

/// Where ron stopped in `text`, which begins at `at` in the file, and why.
fn located(text: &str, at: usize, error: &ron::error::SpannedError) -> (Span, String) {
    let offset = |position: ron::error::Position| {
        let start: usize = text.split_inclusive('\n').take(position.line.saturating_sub(1)).map(str::len).sum();
        let line = &text[start.min(text.len())..];
        start + line.char_indices().nth(position.col.saturating_sub(1)).map_or(line.len(), |(i, _)| i)
    };
    let (start, end) = (offset(error.span.start), offset(error.span.end));
    let message = error.code.to_string();
    (Span::new(at + start, at + end.max(start)), message.trim_end_matches('.').to_lowercase())
}

struct Context<'t> {
    text: &'t str,
    tokens: &'t [Token],
    holes: &'t [Span],
    error: RefCell<Option<(Span, String)>>,
}

impl<'t> DeserializeSeed<'t> for &Context<'t> {
    type Value = Node<'t>;

    fn deserialize<D: de::Deserializer<'t>>(self, deserializer: D) -> Result<Node<'t>, D::Error> {
        let raw: &'t RawValue = de::Deserialize::deserialize(deserializer)?;
        self.node(self.trimmed(self.place(raw.get_ron()))).map_err(|()| de::Error::custom("see the inner error"))
    }
}

impl<'t> Context<'t> {
    /// Where `slice`, which is one of the text, stands in it.
    fn place(&self, slice: &str) -> Span {
        let start = slice.as_ptr() as usize - self.text.as_ptr() as usize;
        Span::new(start, start + slice.len())
    }

    /// `span` from its first token to its last: without the comments around it.
    fn trimmed(&self, span: Span) -> Span {
        let first = self.tokens.partition_point(|t| t.span.start < span.start);
        let last = self.tokens.partition_point(|t| t.span.end <= span.end);
        match self.tokens.get(first..last) {
            Some([only]) => only.span,
            Some([first, .., last]) => first.span.to(last.span),
            _ => span,
        }
    }

    /// The node at `span`. An error is noted in `self.error`.
    fn node(&self, span: Span) -> Result<Node<'t>, ()> {
        if self.holes.contains(&span) {
            return Ok(Node { span, shape: Shape::Hole });
        }
        let text = &self.text[span.start..span.end];
        let mut ron = ron::Deserializer::from_str_with_options(text, &options())
            .map_err(|error| self.note(located(text, span.start, &error)))?;
        let shape = match text.as_bytes().first() {
            Some(b'(') if self.is_record(span.start) => {
                ron.deserialize_struct("", &[], FieldsVisitor { context: self, named: true }).map(Shape::Record)
            }
            Some(b'(') => ron.deserialize_tuple(0, ListVisitor(self)).map(Shape::Tuple),
            Some(b'{') => ron.deserialize_map(FieldsVisitor { context: self, named: false }).map(Shape::Map),
            Some(b'[') => ron.deserialize_seq(ListVisitor(self)).map(Shape::List),
            Some(b'"') => ron.deserialize_str(TextVisitor(self)),
            Some(b'r') if text.ends_with(['"', '#']) => ron.deserialize_str(TextVisitor(self)),
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
                ron.deserialize_f64(NumberVisitor).map(|number| Shape::Number(number, text))
            }
            _ => ron.deserialize_identifier(NameVisitor).map(Shape::Name),
        };
        let shape = shape.and_then(|shape| ron.end().map(|()| shape));
        let shape = shape.map_err(|code| self.note(located(text, span.start, &ron.span_error(code))))?;
        Ok(Node { span, shape })
    }

    fn note(&self, error: (Span, String)) {
        self.error.borrow_mut().get_or_insert(error);
    }

    /// Whether the parenthesis at `start` holds named fields; an empty one does.
    fn is_record(&self, start: usize) -> bool {
        let inside = self.tokens.partition_point(|t| t.span.start <= start);
        let kinds: Vec<Kind> = self.tokens[inside..].iter().take(2).map(|t| t.kind).collect();
        matches!(kinds.as_slice(), [Kind::Close, ..] | [Kind::Word | Kind::Text, Kind::Colon])
    }
}

struct FieldsVisitor<'a, 't> {
    context: &'a Context<'t>,
    named: bool,
}

impl<'t> Visitor<'t> for FieldsVisitor<'_, 't> {
    type Value = Vec<Field<'t>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("names with values")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = self.key(&mut map)? {
            fields.push((key, map.next_value_seed(self.context)?));
        }
        Ok(fields)
    }
}

impl<'t> FieldsVisitor<'_, 't> {
    fn key<A: MapAccess<'t>>(&self, map: &mut A) -> Result<Option<Spanned<Cow<'t, str>>>, A::Error> {
        if self.named {
            let name = map.next_key_seed(NameSeed)?;
            return Ok(name.map(|name| {
                let span = self.context.place(name);
                let name = if self.context.holes.contains(&span) { "" } else { name };
                Spanned::new(Cow::Borrowed(name), span)
            }));
        }
        let node = map.next_key_seed(self.context)?;
        Ok(node.map(|node| {
            let span = node.span;
            let name = match node.shape {
                // An empty name would pass for a mistake that has been reported: this one is shown as it is written.
                Shape::Text(text, _) if !text.is_empty() => text,
                Shape::Hole => Cow::Borrowed(""),
                _ => Cow::Borrowed(&self.context.text[span.start..span.end]),
            };
            Spanned::new(name, span)
        }))
    }
}

struct NameSeed;

impl<'t> DeserializeSeed<'t> for NameSeed {
    type Value = &'t str;

    fn deserialize<D: de::Deserializer<'t>>(self, deserializer: D) -> Result<&'t str, D::Error> {
        deserializer.deserialize_identifier(NameVisitor)
    }
}

struct NameVisitor;

impl<'t> Visitor<'t> for NameVisitor {
    type Value = &'t str;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'t str) -> Result<&'t str, E> {
        Ok(name)
    }
}

struct ListVisitor<'a, 't>(&'a Context<'t>);

impl<'t> Visitor<'t> for ListVisitor<'_, 't> {
    type Value = Vec<Node<'t>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(self.0)? {
            nodes.push(node);
        }
        Ok(nodes)
    }
}

struct TextVisitor<'a, 't>(&'a Context<'t>);

impl<'t> Visitor<'t> for TextVisitor<'_, 't> {
    type Value = Shape<'t>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text in quotes")
    }

    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Shape<'t>, E> {
        Ok(Shape::Text(Cow::Borrowed(text), Some(self.0.place(text).start)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Shape<'t>, E> {
        Ok(Shape::Text(Cow::Owned(text.to_owned()), None))
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::slips::{self, Slips};
    use super::*;

    fn walk(node: &Node<'_>, text: &str, out: &mut Vec<String>) {
        let here = &text[node.span.start..node.span.end];
        match &node.shape {
            Shape::Record(fields) | Shape::Map(fields) => {
                for (key, value) in fields {
                    out.push(format!("{}=", &text[key.span.start..key.span.end]));
                    walk(value, text, out);
                }
            }
            Shape::List(nodes) | Shape::Tuple(nodes) => nodes.iter().for_each(|n| walk(n, text, out)),
            Shape::Text(inner, Some(at)) => {
                assert_eq!(&text[*at..at + inner.len()], inner);
                out.push(here.to_owned());
            }
            _ => out.push(here.to_owned()),
        }
    }

    fn leaves(text: &str) -> Vec<String> {
        let tokens = slips::tokens(text, &mut Slips::default());
        let node = parse(text, &tokens, &[]).unwrap();
        let mut out = Vec::new();
        walk(&node, text, &mut out);
        out
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "// first\n( /* é */ a: /* x */ none, // 朝鮮\n b: [1, /*two*/ -2.5 /*so*/ , \"\u{e9} \",],\n c: {k: \"v\", \"k\": (1, 2)}, d: (), e: true, f: r#\"raw\"#)\n// end";
        assert_eq!(
            leaves(text),
            [
                "a=",
                "none",
                "b=",
                "1",
                "-2.5",
                "\"\u{e9} \"",
                "c=",
                "k=",
                "\"v\"",
                "\"k\"=",
                "1",
                "2",
                "d=",
                "e=",
                "true",
                "f=",
                "r#\"raw\"#"
            ]
        );
    }

    #[test]
    fn sixty_four_brackets_deep_is_read() {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("(a: ", ")")] {
            let text = format!("{}1{}", open.repeat(64), close.repeat(64));
            assert_eq!(leaves(&text).last().map(String::as_str), Some("1"));
        }
    }

    #[test]
    fn an_escaped_text_has_no_places_inside() {
        let text = "\"a\\\"b\"";
        let tokens = slips::tokens(text, &mut Slips::default());
        let node = parse(text, &tokens, &[]).unwrap();
        assert_eq!(node.shape, Shape::Text(Cow::Borrowed("a\"b"), None));
    }

    #[test]
    fn what_ron_refuses_has_a_place() {
        let text = "(a: 1,\n b: 0x, c: 2)";
        let tokens = slips::tokens(text, &mut Slips::default());
        let error = parse(text, &tokens, &[]).unwrap_err();
        let crate::diagnostic::Place::Text(span) = error.place else { panic!() };
        assert_eq!(text[..span.start].matches('\n').count(), 1, "{error:?}");
    }
}
