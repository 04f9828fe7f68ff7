//! The arrows of the house point one way: a module uses only those to its left.
//!
//! Reads source text, so it also sees what no compiler would complain of.

use std::fs;
use std::path::Path;

/// Each stage of the pipeline, left to right; those of one stage do not see each other.
const HOUSE: [&[&str]; 9] = [
    &["diagnostic"],
    &["scenario"],
    &["model"],
    &["observe"],
    &["engine", "exact"],
    &["analysis"],
    &["report"],
    &["cli"],
    &["main"],
];

fn stage(module: &str) -> Option<usize> {
    HOUSE.iter().position(|names| names.contains(&module))
}

/// The top-level modules that `text` names through `crate::`, `simulate::` or `super::`, groups in braces included.
fn modules_named_in(text: &str) -> Vec<String> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
    let mut found = Vec::new();
    for root in ["crate::", "simulate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            found.extend(heads(&code[at + root.len()..]).into_iter().filter(|name| stage(name).is_some()));
        }
    }
    found
}

/// The first names of a path, or of each member of a group `{a::b, c}`.
fn heads(path: &str) -> Vec<String> {
    let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let mut depth = 0;
    let ends = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth < 0
    };
    let inside = group.split(ends).next().unwrap_or("");
    let mut depth = 0;
    let members = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c == ','
    });
    members.map(word).collect()
}

/// `used` stands to the right of `module`, or beside it.
fn is_back_arrow(module: &str, used: &str) -> bool {
    used != module && stage(used) >= stage(module)
}

fn back_arrows(directory: &Path, module: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = module.unwrap_or(&name);
        if path.is_dir() {
            found.extend(back_arrows(&path, Some(module)));
        } else if module != "lib" && path.extension().is_some_and(|extension| extension == "rs") {
            assert!(
                stage(module).is_some(),
                "`{module}` has no place in the house: give it one here and in `src/lib.rs`"
            );
            let used = modules_named_in(&fs::read_to_string(&path).unwrap());
            let back = used.iter().filter(|used| is_back_arrow(module, used));
            found.extend(back.map(|used| format!("{}: `{module}` uses `{used}`", path.display())));
        }
    }
    found
}

#[test]
fn no_module_uses_one_to_its_right() {
    let found = back_arrows(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), None);
    assert!(found.is_empty(), "arrows that point back:\n{}", found.join("\n"));
}

#[test]
fn a_back_arrow_is_seen_however_it_is_written() {
    let back = |text: &str| modules_named_in(text).iter().any(|used| is_back_arrow("model", used));
    assert!(back("use crate::engine::Plan;"));
    assert!(back("    let plan = crate::cli::run();"));
    assert!(back("use crate::{diagnostic::{Span, Spanned}, report};"));
    assert!(back("use super::super::analysis::estimate;"));
    assert!(!back("use crate::diagnostic::Span; // unlike crate::engine"));
    assert!(!back("use crate::scenario::{document, words}; use super::formula::Slot;"));
    assert!(modules_named_in("use crate::exact;").iter().any(|used| is_back_arrow("engine", used)));
}

/// Files that name a generator: one draws for runs, two for studies (streams; the places of points), one is a test.
const DRAWING: [&str; 5] = [
    "engine/occasion.rs",
    // The words that `occasion` draws.
    "engine/stream.rs",
    "analysis/draw.rs",
    "analysis/design.rs",
    "analysis/coverage.rs",
];

const GENERATORS: [&str; 6] = ["rand_chacha", "siphasher", "::sip::", " rand::", " Stream", "wide::make"];

fn naming_a_generator(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            naming_a_generator(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        // Tests may draw as they like.
        let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
        let code: String = own.lines().filter(|line| !line.trim().starts_with("//")).collect();
        if GENERATORS.iter().any(|name| code.contains(name)) {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn chance_comes_from_one_place_for_runs_and_one_for_studies() {
    let mut found = Vec::new();
    naming_a_generator(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    let strays: Vec<&String> = found.iter().filter(|path| !DRAWING.iter().any(|known| path.ends_with(known))).collect();
    assert!(strays.is_empty(), "draw through `engine/occasion.rs` or `analysis/draw.rs`: {strays:?}");
    assert_eq!(found.len(), DRAWING.len(), "{found:?}");
}
