//! A mistake or a warning with its place in the text, rendered for people or as data.
//!
//! Does not know what a scenario is: it sees a name, a text and byte offsets.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

/// A stretch of the scenario text, in bytes: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A value and where the author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place in the text.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value` at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Does it stop the program?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario runs, and probably does not mean what its author thinks.
    Warning,
}

/// Where a diagnostic points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Into the scenario text.
    Text(Span),
    /// At an option of the command line or of a variant, quoted as it was given (`--set us_line=bak`).
    Option(String),
}

/// One mistake or warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable kebab-case name of the kind of mistake (`unknown-name`), for filters and for the tests.
    pub code: &'static str,
    /// What is wrong: lower case, names in backticks, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What stands under the carets; may be empty.
    pub label: String,
    /// Other places that matter ("first written here").
    pub related: Vec<Spanned<String>>,
    /// What is allowed, the nearest name, a way out; one sentence each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            place: Place::Text(span),
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning at `span`.
    pub fn warning(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message, span) }
    }

    /// An error in an option rather than in the text.
    pub fn option(code: &'static str, message: impl Into<String>, option: impl Into<String>) -> Self {
        Self { place: Place::Option(option.into()), ..Self::error(code, message, Span::default()) }
    }

    /// Adds the words under the carets.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Spanned::new(text.into(), span));
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

/// Everything found in one pass over a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In text order, options last, each once.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let key = |d: &Diagnostic| match &d.place {
            Place::Text(span) => (0, span.start, span.end, String::new()),
            Place::Option(text) => (1, 0, 0, text.clone()),
        };
        self.list.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
        self.list.dedup();
        self
    }

    /// The diagnostics one by one.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }
}

/// The text that diagnostics point into.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What to call it: the path as the user gave it.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
}

/// Columns that help is wrapped to.
const WIDTH: usize = 78;

/// The diagnostics in text order, each with its place as `file:line:column`, an excerpt with carets and its help.
pub fn render(diagnostics: &Diagnostics, source: &Source<'_>, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH + 2);
    let texts: Vec<String> = diagnostics
        .clone()
        .sorted()
        .iter()
        .map(|diagnostic| renderer.render(&[group(diagnostic, source)]))
        .map(|text| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n")
        .collect();
    texts.join("\n")
}

fn group<'a>(diagnostic: &'a Diagnostic, source: &Source<'a>) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let group = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code));
    let group = match &diagnostic.place {
        Place::Text(span) => group.element(excerpt(diagnostic, *span, source)),
        Place::Option(text) => {
            group.element(Level::NOTE.message(normalize_untrusted_str(&format!("this is about `{text}`"))))
        }
    };
    group.elements(diagnostic.help.iter().map(|help| Level::HELP.message(wrapped(help))))
}

/// The lines that matter, with carets under the words.
fn excerpt<'a>(diagnostic: &'a Diagnostic, span: Span, source: &Source<'a>) -> Snippet<'a, Annotation<'a>> {
    let primary = on_one_line(span, source.text);
    let others: Vec<(Range<usize>, &str)> =
        diagnostic.related.iter().map(|r| (on_one_line(r.span, source.text), r.value.as_str())).collect();
    let places = || others.iter().map(|(place, _)| place).chain([&primary]);
    let first = places().map(|p| p.start).min().unwrap_or(0);
    let last = places().map(|p| p.end).max().unwrap_or(0);
    let start = line_start(source.text, first);
    let text = &source.text[start..line_end(source.text, last)];
    let moved = |place: &Range<usize>| place.start - start..place.end - start;
    let label = Some(diagnostic.label.as_str()).filter(|label| !label.is_empty());
    Snippet::source(text)
        .line_start(position(source.text, start).0)
        .path(source.name)
        .annotation(AnnotationKind::Primary.span(moved(&primary)).label(label))
        .annotations(others.iter().map(|(place, label)| AnnotationKind::Context.span(moved(place)).label(Some(*label))))
}

/// `span` within the text, cut at the end of its first line: a caret line is read, a bracket over pages is not.
fn on_one_line(span: Span, text: &str) -> Range<usize> {
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let start = floor(span.start);
    let end = floor(span.end.max(span.start));
    start..end.min(line_end(text, start).max(start))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |i| i + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let line = &text[at..];
    let end = line.find('\n').unwrap_or(line.len());
    at + line[..end].trim_end_matches('\r').len()
}

/// Line and column of a byte, both from 1; columns count characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let at = (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let line = text[..at].matches('\n').count() + 1;
    (line, text[line_start(text, at)..at].chars().count() + 1)
}

/// `text` in lines of at most `WIDTH` columns, what the margin takes included.
fn wrapped(text: &str) -> String {
    const MARGIN: usize = 14;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a last line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= WIDTH - MARGIN {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|line| normalize_untrusted_str(line)).collect::<Vec<_>>().join("\n")
}

/// The same as data: a list in text order, lines and columns from 1, columns in characters.
pub fn to_json(diagnostics: &Diagnostics, source: &Source<'_>) -> serde_json::Value {
    let place = |span: Span| {
        let ((line, column), end) = (position(source.text, span.start), position(source.text, span.end));
        serde_json::json!({ "line": line, "column": column, "end": { "line": end.0, "column": end.1 } })
    };
    let one = |d: &Diagnostic| {
        let severity = if d.severity == Severity::Error { "error" } else { "warning" };
        let mut value = match &d.place {
            Place::Text(span) => place(*span),
            Place::Option(text) => serde_json::json!({ "option": text }),
        };
        value["file"] = source.name.into();
        value["severity"] = severity.into();
        value["code"] = d.code.into();
        value["message"] = d.message.as_str().into();
        value["label"] = d.label.as_str().into();
        value["help"] = d.help.clone().into();
        let related = d.related.iter().map(|r| {
            let mut value = place(r.span);
            value["message"] = r.value.as_str().into();
            value
        });
        value["related"] = related.collect();
        value
    };
    diagnostics.clone().sorted().iter().map(one).collect()
}

/// Of `candidates` the one that `name` was probably meant to be, if one is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1.max(name.chars().count() / 3);
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&name.to_lowercase(), &c.to_lowercase()), c))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

/// The candidate that begins as `name` does, where none is near: `vote` for `voting`, `gov` for `government`.
pub fn akin<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let shared = |candidate: &str| {
        candidate.to_lowercase().chars().zip(&name).take_while(|(theirs, ours)| theirs == *ours).count()
    };
    let most = |candidate: &str| 4 * shared(candidate) >= 3 * name.len().min(candidate.chars().count());
    candidates.into_iter().filter(|c| shared(c) >= 3 && most(c)).max_by_key(|c| shared(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(diagnostic: Diagnostic, text: &str) -> String {
        let mut all = Diagnostics::default();
        all.push(diagnostic);
        render(&all, &Source { name: "scenarios/a.ron", text }, false)
    }

    #[test]
    fn carets_stand_under_the_words_also_behind_wide_letters() {
        let text = "(\n    // é 朝鮮\n    says: \"朝鮮 — peninsula\", flag: ture,\n)\n";
        let at = text.find("ture").unwrap();
        let error = Diagnostic::error("not-a-flag", "`ture` is neither true nor false", Span::new(at, at + 4));
        let shown = rendered(error, text);
        assert!(shown.contains("scenarios/a.ron:3:35"), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        let code = lines.iter().position(|l| l.contains("flag: ture")).unwrap();
        let width =
            |line: &str, end: usize| line[..end].chars().map(|c| if c as u32 > 0x2e80 { 2 } else { 1 }).sum::<usize>();
        let word = width(lines[code], lines[code].find("ture").unwrap());
        let caret = width(lines[code + 1], lines[code + 1].find("^^^^").unwrap());
        assert_eq!(word, caret, "{shown}");
    }

    #[test]
    fn related_places_and_help_are_shown() {
        let text = "(\n a: 1,\n b: 2,\n a: 3,\n)";
        let error = Diagnostic::error("double", "`a` is written twice", Span::new(17, 18))
            .related(Span::new(3, 4), "first written here")
            .help("keep one of them");
        insta::assert_snapshot!(rendered(error, text), @r"
        error[double]: `a` is written twice
         --> scenarios/a.ron:4:2
          |
        2 |  a: 1,
          |  - first written here
        3 |  b: 2,
        4 |  a: 3,
          |  ^
          |
          = help: keep one of them
        ");
    }

    #[test]
    fn an_option_has_no_excerpt() {
        let error = Diagnostic::option("unknown-name", "there is no parameter `us_lin`", "--set us_lin=back")
            .help("did you mean `us_line`?");
        insta::assert_snapshot!(rendered(error, "()"), @r"
        error[unknown-name]: there is no parameter `us_lin`
         |
         = note: this is about `--set us_lin=back`
         = help: did you mean `us_line`?
        ");
    }

    #[test]
    fn odd_places_do_not_break_it() {
        for (text, span) in [
            ("", Span::new(0, 0)),
            ("é", Span::new(1, 1)),
            ("a\r\nb", Span::new(0, 4)),
            ("a", Span::new(7, 9)),
            ("a\n", Span::new(2, 2)),
        ] {
            let shown = rendered(Diagnostic::error("odd", "odd", span), text);
            assert!(shown.contains("scenarios/a.ron"), "{shown}");
            let mut all = Diagnostics::default();
            all.push(Diagnostic::error("odd", "odd", span));
            to_json(&all, &Source { name: "a", text });
        }
    }

    #[test]
    fn data_counts_from_one_in_characters() {
        let text = "é\nüber x";
        let mut all = Diagnostics::default();
        all.push(Diagnostic::error("odd", "odd", Span::new(9, 10)).help("even"));
        let value = to_json(&all, &Source { name: "a.ron", text });
        assert_eq!((value[0]["line"].as_u64(), value[0]["column"].as_u64()), (Some(2), Some(6)));
        assert_eq!(value[0]["end"]["column"], 7);
        assert_eq!(value[0]["help"][0], "even");
        assert_eq!(value[0]["file"], "a.ron");
    }
}
