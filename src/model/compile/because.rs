//! Provenance: what `defaults` add to a rule's `because`, and whether what it names exists.
//!
//! Does not know what a rule does.

use crate::diagnostic::{Diagnostic, Diagnostics, Spanned, nearest};
use crate::scenario::document::{Because, Document};

/// `own` with the fields that it leaves out taken from `defaults`. `None` if neither says anything.
pub fn merged(own: Option<&Because>, defaults: Option<&Because>) -> Option<Because> {
    let (Some(own), Some(defaults)) = (own, defaults) else { return own.or(defaults).cloned() };
    let or = |a: &Option<Spanned<String>>, b: &Option<Spanned<String>>| a.clone().or_else(|| b.clone());
    Some(Because {
        source: or(&own.source, &defaults.source),
        claims: if own.claims.is_empty() { defaults.claims.clone() } else { own.claims.clone() },
        kind: own.kind.clone().or_else(|| defaults.kind.clone()),
        confidence: own.confidence.clone().or_else(|| defaults.confidence.clone()),
        rival: or(&own.rival, &defaults.rival),
        who: or(&own.who, &defaults.who),
        when: or(&own.when, &defaults.when),
        grade: or(&own.grade, &defaults.grade),
        note: or(&own.note, &defaults.note),
        review_by: own.review_by.clone().or_else(|| defaults.review_by.clone()),
        span: own.span,
    })
}

/// Checks every `because` of the file (rules of templates once an instance).
pub fn check(document: &Document, diagnostics: &mut Diagnostics) {
    let check = &mut |because: Option<&Because>| {
        if let Some(because) = because {
            sources(because, document, diagnostics);
            rival(because, document, diagnostics);
        }
    };
    check(document.defaults.as_ref().and_then(|d| d.because.as_ref()));
    for entry in &document.parameters {
        check(entry.value.as_ref().and_then(|p| p.because.as_ref()));
    }
    for actor in document.actors.iter().filter_map(|entry| entry.value.as_ref()) {
        check(actor.because.as_ref());
        for posture in &actor.postures {
            check(posture.value.as_ref().and_then(|p| p.because.as_ref()));
        }
    }
    for entry in &document.indicators {
        check(entry.value.as_ref().and_then(|i| i.because.as_ref()));
    }
    for entry in &document.flags {
        check(entry.value.as_ref().and_then(|f| f.because.as_ref()));
    }
    for entry in &document.rules {
        check(entry.value.as_ref().and_then(|r| r.because.as_ref()));
    }
    for outcome in &document.outcomes {
        check(outcome.because.as_ref());
    }
    for entry in &document.questions {
        check(entry.value.as_ref().and_then(|q| q.because.as_ref()));
    }
    for entry in &document.variants {
        check(entry.value.as_ref().and_then(|v| v.because.as_ref()));
    }
}

fn sources(because: &Because, document: &Document, diagnostics: &mut Diagnostics) {
    let Some(source) = &because.source else { return };
    let names = || document.sources.iter().map(|entry| entry.key.value.as_str());
    if names().any(|name| name == source.value) {
        return;
    }
    let what = format!("there is no source `{}`", source.value);
    let mut mistake = Diagnostic::error("unknown-source", what, source.span);
    if let Some(name) = nearest(&source.value, names()) {
        mistake = mistake.help(format!("did you mean `{name}`?"));
    }
    mistake = match names().collect::<Vec<_>>().as_slice() {
        [] => mistake.help(format!("the file has no `sources` yet: `sources: {{ {}: (title: \"…\") }}`", source.value)),
        all => mistake.help(there_are("source", "sources", all)),
    };
    diagnostics.push(mistake);
}

fn rival(because: &Because, document: &Document, diagnostics: &mut Diagnostics) {
    let Some(rival) = &because.rival else { return };
    let names = || document.rules.iter().map(|entry| entry.key.value.as_str());
    if names().any(|name| name == rival.value) {
        return;
    }
    let what = format!("the rival `{}` is no rule", rival.value);
    let mut mistake = Diagnostic::error("unknown-rival", what, rival.span);
    if let Some(name) = nearest(&rival.value, names()) {
        mistake = mistake.help(format!("did you mean `{name}`?"));
    }
    diagnostics.push(mistake.help("`rival` names the rule that tells the same event another way"));
}

/// "the sources are `a`, `b`", "the only source is `a`".
pub fn there_are(one: &str, many: &str, names: &[&str]) -> String {
    match names {
        [only] => format!("the only {one} is `{only}`"),
        all => format!("the {many} are {}", listed(all)),
    }
}

/// A count with its thousands set apart: `1,000,000`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Names in backticks, with commas; long lists are cut.
pub fn listed(names: &[&str]) -> String {
    const MOST: usize = 12;
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        shown.push(format!("and {} more", names.len() - MOST));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;
    use crate::scenario::document::{Confidence, Evidence};

    fn said<T>(value: T) -> Option<Spanned<T>> {
        Some(Spanned::new(value, Span::default()))
    }

    #[test]
    fn defaults_fill_only_what_is_left_out() {
        let own = Because {
            kind: said(Evidence::Published),
            claims: vec![Spanned::new("S8".into(), Span::default())],
            ..Because::default()
        };
        let defaults = Because {
            kind: said(Evidence::Assumed),
            confidence: said(Confidence::Low),
            source: said("article".into()),
            ..Because::default()
        };
        let merged = merged(Some(&own), Some(&defaults)).expect("both say something");
        assert_eq!(merged.kind, own.kind);
        assert_eq!(merged.claims, own.claims);
        assert_eq!(merged.confidence, defaults.confidence);
        assert_eq!(merged.source, defaults.source);
        assert_eq!(super::merged(None, None), None);
        assert_eq!(super::merged(None, Some(&defaults)), Some(defaults));
    }

    #[test]
    fn long_lists_are_cut() {
        let names = vec!["a"; 14];
        assert!(listed(&names).ends_with("and 2 more"));
        assert_eq!(there_are("rule", "rules", &["a"]), "the only rule is `a`");
        assert_eq!(there_are("rule", "rules", &["a", "b"]), "the rules are `a`, `b`");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7, 100, 1_000, 1_577_880].map(grouped), ["7", "100", "1,000", "1,577,880"]);
    }
}
