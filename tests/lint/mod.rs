//! What a scenario probably does not mean: each warning where it belongs, and nowhere else.
//!
//! Does not know how warnings are shown.

mod cycle;
mod gallery;
mod never;
mod order;
mod outcome;
mod posture;
mod provenance;
mod unused;

use simulate::diagnostic::{Diagnostic, Severity, Source};
use simulate::model::compile::{Overrides, compile};
use simulate::model::lint::lint;
use simulate::scenario::read;

/// All warnings about `text`, which is a scenario without mistakes.
fn all(text: &str) -> Vec<Diagnostic> {
    let source = Source { name: "test.ron", text };
    let (document, mistakes) = read(&source);
    assert!(!mistakes.has_errors(), "{mistakes:#?}");
    let document = document.expect("a scenario without mistakes has a document");
    let model = compile(&document, &source, &Overrides::default()).unwrap_or_else(|found| panic!("{found:#?}"));
    let warnings: Vec<Diagnostic> = lint(&model, &document).iter().cloned().collect();
    assert!(warnings.iter().all(|w| w.severity == Severity::Warning));
    warnings
}

/// The warnings of one kind about a scenario of 30 days with these fields: message, label and help of each.
fn warnings(code: &str, fields: &str) -> Vec<String> {
    let text = format!(
        "(simulate: 1, title: \"test\", clock: (start: \"2024-01-01\", horizon: \"30d\"), {fields}{})",
        if fields.contains("outcomes:") { "" } else { ", outcomes: [(name: all)]" }
    );
    let told = |w: &Diagnostic| format!("{} | {} | {}", w.message, w.label, w.help.join(" "));
    all(&text).iter().filter(|w| w.code == code).map(told).collect()
}

/// There is exactly one such warning, and it holds all of `parts`.
fn one(code: &str, fields: &str, parts: &[&str]) {
    let found = warnings(code, fields);
    assert_eq!(found.len(), 1, "{found:#?}");
    for part in parts {
        assert!(found[0].contains(part), "{part} is not in: {}", found[0]);
    }
}

/// There is no such warning.
fn none(code: &str, fields: &str) {
    assert_eq!(warnings(code, fields), Vec::<String>::new());
}
