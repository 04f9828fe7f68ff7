//! The gallery says where it has its numbers from: every claim of the commentary is carried, every rule has its ground,
//! every rival stands in the file, and every variant runs.
//!
//! Does not know what a claim says, only its id.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use simulate::diagnostic::{Diagnostics, Source, Span, Spanned, render};
use simulate::model::compile::{Overrides, compile};
use simulate::model::lint::lint;
use simulate::scenario::document::{Because, Document};
use simulate::scenario::read;

use crate::support::{Scenario, scenarios_in};

/// Runs that every variant is drawn for: enough to reach most of its rules.
const RUNS: u64 = 50;

/// Name and text of every scenario of the gallery.
fn gallery() -> Vec<(String, String)> {
    let files = scenarios_in("scenarios");
    files.iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect()
}

fn peninsula() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/peninsula.ron")).unwrap()
}

#[track_caller]
fn document(source: &Source<'_>) -> Document {
    let (document, mistakes) = read(source);
    let told = |mistakes: &Diagnostics| render(mistakes, source, false);
    assert!(mistakes.is_empty(), "{}", told(&mistakes));
    let document = document.expect("a text without mistakes is a document");
    if let Err(mistakes) = compile(&document, source, &Overrides::default()) {
        panic!("{}", told(&mistakes));
    }
    document
}

#[test]
fn the_gallery_draws_no_warning() {
    for (name, text) in gallery() {
        let source = Source { name: &name, text: &text };
        let document = document(&source);
        let model = compile(&document, &source, &Overrides::default()).unwrap();
        let warnings = lint(&model, &document);
        assert!(warnings.is_empty(), "{}", render(&warnings, &source, false));
    }
}

/// Every `because` of the document, those of actors, indicators, questions and variants as well as those of rules.
fn grounds(document: &Document) -> Vec<&Because> {
    let d = document;
    let actors = || d.actors.iter().filter_map(|e| e.value.as_ref());
    let postures = actors().flat_map(|a| &a.postures).filter_map(|e| e.value.as_ref()?.because.as_ref());
    d.parameters
        .iter()
        .filter_map(|e| e.value.as_ref()?.because.as_ref())
        .chain(actors().filter_map(|a| a.because.as_ref()))
        .chain(postures)
        .chain(d.indicators.iter().filter_map(|e| e.value.as_ref()?.because.as_ref()))
        .chain(d.flags.iter().filter_map(|e| e.value.as_ref()?.because.as_ref()))
        .chain(d.defaults.iter().filter_map(|defaults| defaults.because.as_ref()))
        .chain(d.rules.iter().filter_map(|e| e.value.as_ref()?.because.as_ref()))
        .chain(d.outcomes.iter().filter_map(|outcome| outcome.because.as_ref()))
        .chain(d.questions.iter().filter_map(|e| e.value.as_ref()?.because.as_ref()))
        .chain(d.variants.iter().filter_map(|e| e.value.as_ref()?.because.as_ref()))
        .collect()
}

/// The ids of the claims that a document names, and those that it declares to leave out.
fn claims(document: &Document) -> BTreeSet<String> {
    let carried = grounds(document).into_iter().flat_map(|because| &because.claims);
    let left_out = document.omitted.iter().flat_map(|omission| &omission.claims);
    carried.chain(left_out).map(|claim| claim.value.clone()).collect()
}

/// S1 to S46: what the commentary claims. I1 to I18: what it leaves out and a scenario needs.
fn inventory() -> BTreeSet<String> {
    (1..=46).map(|n| format!("S{n}")).chain((1..=18).map(|n| format!("I{n}"))).collect()
}

/// What is wrong with the claims of a document: ids that nothing carries, and ids that do not exist.
fn wrong(document: &Document) -> (Vec<String>, Vec<String>) {
    let (named, known) = (claims(document), inventory());
    (known.difference(&named).cloned().collect(), named.difference(&known).cloned().collect())
}

#[test]
fn every_claim_of_the_commentary_is_carried_and_no_other() {
    let text = peninsula();
    let (missing, unknown) = wrong(&document(&Source { name: "peninsula.ron", text: &text }));
    assert!(missing.is_empty(), "nothing carries the claims {missing:?}");
    assert!(unknown.is_empty(), "there are no claims {unknown:?}");
}

#[test]
fn a_claim_that_is_dropped_or_made_up_is_noticed() {
    let text = peninsula();
    assert_eq!(
        text.matches("I18").count() - text.lines().filter(|l| l.starts_with("//") && l.contains("I18")).count(),
        2
    );
    let dropped: String = text.replace(", I18]", "]").replace("claims: [I18]", "claims: [S99]");
    let (missing, unknown) = wrong(&document(&Source { name: "dropped.ron", text: &dropped }));
    assert_eq!((missing, unknown), (vec!["I18".to_owned()], vec!["S99".to_owned()]));
}

#[test]
fn every_rule_of_the_gallery_says_what_it_does_and_why() {
    for (name, text) in gallery() {
        let source = Source { name: &name, text: &text };
        let document = document(&source);
        let model = compile(&document, &source, &Overrides::default()).unwrap();
        for rule in model.rules.iter().filter(|rule| !rule.id.starts_with("decay of ")) {
            assert!(!rule.says.is_empty(), "{name}: `{}` says nothing", rule.id);
            assert!(rule.because.is_some(), "{name}: `{}` has no `because`", rule.id);
            assert!(rule.evidence.is_some(), "{name}: `{}` does not say what kind of evidence it has", rule.id);
        }
    }
}

#[test]
fn every_rival_and_every_source_stands_in_the_file() {
    for (name, text) in gallery() {
        let source = Source { name: &name, text: &text };
        let document = document(&source);
        let model = compile(&document, &source, &Overrides::default()).unwrap();
        let ids: BTreeSet<&str> = model.rules.iter().map(|rule| rule.id.as_str()).collect();
        let sources: BTreeSet<&str> = document.sources.iter().map(|e| e.key.value.as_str()).collect();
        for rule in &model.rules {
            let rival = rule.because.as_ref().and_then(|because| because.rival.as_ref());
            if let Some(rival) = rival {
                assert!(ids.contains(rival.value.as_str()), "{name}: the rival `{}` of `{}`", rival.value, rule.id);
                assert_ne!(rival.value, rule.id, "{name}: a rule is no rival of itself");
            }
        }
        for because in grounds(&document) {
            if let Some(Spanned { value, span: Span { start, .. } }) = &because.source {
                assert!(sources.contains(value.as_str()), "{name}: the source `{value}` at byte {start}");
            }
        }
    }
}

#[test]
fn every_reading_of_the_commentary_has_a_rival() {
    let text = peninsula();
    let source = Source { name: "peninsula.ron", text: &text };
    let document = document(&source);
    let choices: BTreeMap<&str, usize> = document
        .parameters
        .iter()
        .filter_map(|e| Some((e.key.value.as_str(), e.value.as_ref()?.one_of.as_ref()?.value.len())))
        .collect();
    for choice in ["cuba_cause", "overture_cause", "us_line", "exercise_effect", "china_line", "signal_reading"] {
        assert!(choices.get(choice).is_some_and(|readings| *readings >= 2), "`{choice}` among {choices:?}");
    }
    let rivals = document.rules.iter().filter_map(|e| e.value.as_ref()?.because.as_ref()?.rival.as_ref()).count();
    assert!(rivals >= 12, "{rivals} rules name a rival");
}

#[test]
fn every_variant_of_the_gallery_compiles_and_runs() {
    for (name, text) in gallery() {
        let variants = document(&Source { name: &name, text: &text }).variants;
        for variant in variants.iter().map(|e| e.key.value.as_str()) {
            let scenario = Scenario::file(&name, &text).variant(variant).runs(RUNS);
            let shares: u64 = {
                let runs = scenario.sample();
                runs.outcomes().iter().map(|outcome| runs.outcome(outcome).hits).sum()
            };
            assert_eq!(shares, RUNS, "{name} --variant {variant}");
        }
    }
}
