//! Outcomes and questions of the file (SEMANTICS 6).
//!
//! Does not know how they are answered.

use super::names::Context;
use super::question;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, Spanned};
use crate::model::{Outcome, Question};
use crate::scenario::document::{Document, OutcomeText};

/// The gravest severity.
const SEVERITY_LIMIT: u64 = 10;

/// The outcomes in file order.
pub fn outcomes(document: &Document, source: &Source<'_>, context: &mut Context<'_>) -> Option<Vec<Outcome>> {
    let texts = &document.outcomes;
    check_names(texts, context.diagnostics);
    let mut all = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let last = index + 1 == texts.len();
        // The one without a condition is there already, and only stands too early.
        let early = texts[..index].iter().any(|text| text.when.is_none());
        let shaped = (last && early && text.name.is_some()) || well_placed(text, last, document, context.diagnostics);
        // Of a condition that has to go nothing else is said.
        let due = text.when.as_ref().filter(|_| shaped || !last);
        let ask = due.map(|when| at_its_time(when.span, source, context, |own| question::yes_no(when, own)));
        let severe = severity(text, context.diagnostics);
        all.push((|| {
            let ask = match ask {
                None => None,
                Some(ask) => Some(ask?),
            };
            (shaped && severe).then(|| Outcome {
                name: text.name.as_ref().map(|name| name.value.clone()).unwrap_or_default(),
                says: words(text.says.as_ref()),
                ask,
                text: text.when.as_ref().map(|when| written(source, when.span)).unwrap_or_default(),
                severity: text.severity.as_ref().map(|severity| severity.value),
                span: text.name.as_ref().map_or(text.span, |name| name.span),
            })
        })());
    }
    all.into_iter().collect()
}

/// Every outcome but the last has a condition.
fn well_placed(text: &OutcomeText, last: bool, document: &Document, diagnostics: &mut Diagnostics) -> bool {
    if document.holed(text.span) {
        return text.name.is_some();
    }
    let Some(name) = &text.name else {
        let mistake = Diagnostic::error("no-name", "an outcome without a name", text.span);
        diagnostics.push(mistake.help("add `name: war`, for instance"));
        return false;
    };
    match (&text.when, last) {
        (Some(when), true) => diagnostics.push(
            Diagnostic::error(
                "last-outcome",
                format!("the last outcome, `{}`, has a condition", name.value),
                when.span,
            )
            .help("a run has the first outcome whose condition holds, and the last takes all other runs")
            .help(format!(
                "take its `when` away, `{}`, or add one without a condition behind it: `(name: {})`",
                without_condition(text, &name.value),
                free_name(document)
            )),
        ),
        (None, false) => diagnostics.push(
            Diagnostic::error(
                "early-outcome",
                format!("the outcome `{}` has no condition, and is not the last", name.value),
                name.span,
            )
            .help("a run has the first outcome whose condition holds, so those after this one would never be reached")
            .help("add `when: \"ever(…)\"`, or move it to the end"),
        ),
        _ => return true,
    }
    false
}

/// The outcome with all its fields but the condition.
fn without_condition(text: &OutcomeText, name: &str) -> String {
    let mut fields = format!("name: {name}");
    if let Some(says) = &text.says {
        let short = says.value.chars().count() <= 40 && !says.value.contains(['"', '\\', '\n']);
        fields.extend([", says: \"", if short { says.value.as_str() } else { "…" }, "\""]);
    }
    if let Some(severity) = &text.severity {
        fields.extend([", severity: ", severity.value.to_string().as_str()]);
    }
    if text.because.is_some() {
        fields += ", because: …";
    }
    format!("({fields})")
}

/// A name for the outcome of all other runs that no outcome has.
fn free_name(document: &Document) -> &'static str {
    let taken = |name: &str| document.outcomes.iter().any(|o| o.name.as_ref().is_some_and(|n| n.value == name));
    ["no_change", "all_other_runs", "the_rest"].into_iter().find(|name| !taken(name)).unwrap_or("other_end")
}

fn check_names(texts: &[OutcomeText], diagnostics: &mut Diagnostics) {
    for (index, text) in texts.iter().enumerate() {
        let Some(name) = &text.name else { continue };
        let before = texts[..index].iter().filter_map(|other| other.name.as_ref());
        if let Some(first) = before.into_iter().find(|other| other.value == name.value) {
            diagnostics.push(
                Diagnostic::error("same-name", format!("two outcomes are called `{}`", name.value), name.span)
                    .related(first.span, "the first is here")
                    .help("rename one; for either of two conditions write `or` between them"),
            );
        }
    }
}

fn severity(text: &OutcomeText, diagnostics: &mut Diagnostics) -> bool {
    let Some(severity) = text.severity.as_ref().filter(|severity| severity.value > SEVERITY_LIMIT) else { return true };
    let mistake = Diagnostic::error("severity", format!("a severity of {}", severity.value), severity.span);
    diagnostics.push(mistake.help(format!("severities go from 0 (nothing) to {SEVERITY_LIMIT} (the gravest)")));
    false
}

/// The questions in file order.
pub fn questions(document: &Document, source: &Source<'_>, context: &mut Context<'_>) -> Option<Vec<Question>> {
    let mut all = Vec::new();
    for (index, entry) in document.questions.iter().enumerate() {
        let Some(text) = &entry.value else { continue };
        let Some(ask) = &text.ask else {
            let next = document.questions.get(index + 1).map_or(usize::MAX, |next| next.key.span.start);
            if !document.holed(Span::new(entry.key.span.start, next)) {
                let what = format!("the question `{}` does not ask anything", entry.key.value);
                let mistake = Diagnostic::error("no-question", what, entry.key.span);
                context.diagnostics.push(mistake.help("add `ask: \"ever(dprk.military == war)\"`, for instance"));
            }
            all.push(None);
            continue;
        };
        let asked = at_its_time(ask.span, source, context, |own| question::asked(ask, own));
        all.push(asked.map(|asked| Question {
            name: entry.key.value.clone(),
            says: words(text.says.as_ref()),
            ask: asked,
            text: written(source, ask.span),
            span: entry.key.span,
        }));
    }
    all.into_iter().collect()
}

/// What `compile` makes of the question at `span`. A mistake of its date is then shown at the date, where the message
/// names it as it is written there.
fn at_its_time<T>(
    span: Span,
    source: &Source<'_>,
    context: &mut Context<'_>,
    compile: impl FnOnce(&mut Context<'_>) -> T,
) -> T {
    let mut own = Diagnostics::default();
    let found = compile(&mut Context { scope: context.scope, demand: context.demand, diagnostics: &mut own });
    let text = written(source, span);
    for mistake in own.iter() {
        let mut mistake = mistake.clone();
        let date = mistake.message.split('`').nth(1).filter(|_| mistake.code == "outside-run");
        if let (Some(date), true) = (date, mistake.place == Place::Text(span))
            && let [(at, _)] = text.match_indices(date).collect::<Vec<_>>()[..]
        {
            mistake.place = Place::Text(Span::new(span.start + at, span.start + at + date.len()));
        }
        context.diagnostics.push(mistake);
    }
    found
}

/// The author's words, or none.
pub fn words(text: Option<&Spanned<String>>) -> String {
    text.map(|text| text.value.clone()).unwrap_or_default()
}

/// What stands at `span` in the file.
pub fn written(source: &Source<'_>, span: Span) -> String {
    source.text.get(span.start..span.end).unwrap_or_default().to_owned()
}
