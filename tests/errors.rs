//! The corpus of mistakes: one a file, named by it, and beside it what an author is told, word by word.
//!
//! `INSTA_UPDATE=always cargo test errors` writes the messages anew; read each of them by eye before it is committed.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use simulate::diagnostic::{Diagnostics, Place, Severity, Source, render};
use simulate::model::compile::{Overrides, examine};
use simulate::scenario::read;

/// Everything that reading and compiling says about `source`.
fn told(source: &Source<'_>) -> Diagnostics {
    let (document, mut diagnostics) = read(source);
    if let Some(document) = document {
        diagnostics.append(examine(&document, source, &Overrides::default()).1);
    }
    diagnostics.sorted()
}

fn files(phase: &str, extension: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors").join(phase);
    let entries = directory.read_dir().unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a directory entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == extension));
    files.sort();
    files
}

/// Compares what is told of one file with what stands beside it. What the reader finds is told once.
fn check(phase: &str, path: &Path) {
    let text = std::fs::read_to_string(path).expect("a readable file");
    let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name");
    let name = format!("{stem}.ron");
    let diagnostics = told(&Source { name: &name, text: &text });
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let shown = render(&diagnostics, &Source { name: &name, text: &text }, false);
    let alone = errors == 1 || (errors > 1 && matches!(phase, "names" | "rules"));
    assert!(alone, "{phase}/{name} holds one mistake, and is told of {errors}:\n{shown}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("errors/{phase}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(stem, shown));
}

fn check_all(phase: &str) {
    let told_of = files(phase, "snap");
    let files = files(phase, "ron");
    let orphans: Vec<&PathBuf> = told_of.iter().filter(|snap| !snap.with_extension("ron").exists()).collect();
    assert!(orphans.is_empty(), "messages without their mistake: {orphans:#?}");
    assert!(!files.is_empty(), "there are no files in tests/errors/{phase}");
    let failed: Vec<&PathBuf> = files.iter().filter(|path| catch_unwind(|| check(phase, path)).is_err()).collect();
    assert!(failed.is_empty(), "{} of {} differ: {failed:#?}", failed.len(), files.len());
}

#[test]
fn syntax() {
    check_all("syntax");
}

#[test]
fn values() {
    check_all("values");
}

#[test]
fn names() {
    check_all("names");
}

#[test]
fn rules() {
    check_all("rules");
}

const SOUND: &str = r#"(
    simulate: 1,
    clock: (start: "2024-02-07", end: "2024-12-31"),
    words: icd203,
    indicators: { tension: (range: (0, 100), start: 60) },
    rules: {
        clash: (
            says: "Patrols — meet.", // é
            pressure: "0.5 per 30d",
            then: ["tension += 20"],
        ),
        "{x}_reply": (for_each: {x: [a, b]}, on: [clash], chance: "likely", after: "1d to 3d"),
    },
    outcomes: [(name: tense, when: "tension > 80 at end"), (name: calm)],
)
"#;

/// `SOUND` with one slip of the pen each.
fn slips() -> impl Iterator<Item = String> {
    let typed = ['(', ']', '{', '"', '\'', ',', ':', '=', '.', '-', '/', '#', ' ', '\n', 'x', '7', '“', '\\'];
    SOUND.char_indices().enumerate().flat_map(move |(number, (at, c))| {
        let (before, behind) = (&SOUND[..at], &SOUND[at + c.len_utf8()..]);
        [format!("{before}{behind}"), format!("{before}{}{c}{behind}", typed[number % typed.len()])]
    })
}

#[test]
fn one_slip_of_the_pen_is_told_in_a_few_words_that_are_ours() {
    assert_eq!(told(&Source { name: "sound.ron", text: SOUND }), Diagnostics::default());
    for text in slips() {
        let source = Source { name: "slip.ron", text: &text };
        let (document, diagnostics) = read(&source);
        let shown = render(&diagnostics, &source, false);
        assert!(document.is_some() || diagnostics.has_errors(), "nothing is told of:\n{text}");
        assert!(diagnostics.iter().count() <= 6, "a slip is told of at length:\n{shown}");
        for diagnostic in diagnostics.iter() {
            assert_ne!(diagnostic.code, "syntax", "left to ron:\n{shown}");
            let Place::Text(span) = diagnostic.place else { panic!("no place:\n{shown}") };
            assert!(text.get(span.start..span.end).is_some(), "a place outside of the text:\n{shown}");
        }
    }
}

#[test]
fn slips_of_several_kinds_and_mistakes_of_later_phases_are_told_in_one_pass() {
    let text = SOUND
        .replace("end: \"2024-12-31\"", "end: 2024-12-31")
        .replace("words: icd203,", "words: icd203;")
        .replace("start: 60", "start = 60.5")
        .replace("\"likely\"", "possible")
        .replace("when: \"tension", "when: \"tensoin")
        .replace("\"1d to 3d\"", "“1d to 3 days”");
    let diagnostics = told(&Source { name: "many.ron", text: &text });
    let codes: Vec<&str> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(
        codes,
        ["needs-quotes", "comma", "equals", "not-whole", "vague-word", "fancy-quote", "bad-delay", "unknown-name"]
    );
}

#[test]
fn a_file_of_any_line_ends_or_with_a_byte_order_mark_is_read() {
    for text in [SOUND.replace('\n', "\r\n"), format!("\u{feff}{SOUND}"), SOUND.replace('\n', " // so\n")] {
        assert_eq!(told(&Source { name: "sound.ron", text: &text }), Diagnostics::default());
    }
}

#[test]
fn limits_have_their_own_messages() {
    let code = |text: &str| {
        let (document, diagnostics) = read(&Source { name: "limit.ron", text });
        assert!(document.is_none());
        diagnostics.iter().map(|d| d.code).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(code(&format!("({}", "[".repeat(100_000))), "too-deep");
    assert_eq!(code(&" ".repeat(10_000_001)), "too-long");
    assert_eq!(code(""), "empty");
    assert!(code(&"#\n".repeat(100_000)).contains("many-slips"));
    assert!(code(&format!("({}", "7d ".repeat(100_000))).starts_with("brackets"));
}
