//! The README keeps its word: its scenario is the file, its outputs are the program's, its pieces of scenario can be read.
//!
//! Does not know what the program should print, only that the page shows it. `UPDATE_README=1` prints the outputs anew.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::support::Scenario;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A fenced block: what stands behind the fence, and its lines without the indentation of the fence.
#[derive(Debug)]
struct Block {
    kind: String,
    text: String,
    as_written: String,
}

fn file(path: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The page in pieces: lines outside of blocks, and blocks, in order.
fn pieces(page: &str) -> Vec<Result<Block, String>> {
    let mut pieces = Vec::new();
    let mut open: Option<(Block, usize)> = None;
    for line in page.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match (open.take(), fence) {
            (None, None) => pieces.push(Err(line.to_owned())),
            (None, Some(kind)) => {
                pieces.push(Err(line.to_owned()));
                let block = Block { kind: kind.to_owned(), text: String::new(), as_written: String::new() };
                open = Some((block, line.len() - line.trim_start().len()));
            }
            (Some((block, _)), Some(_)) => {
                pieces.push(Ok(block));
                pieces.push(Err(line.to_owned()));
            }
            (Some((mut block, indentation)), None) => {
                writeln!(block.text, "{}", line.get(indentation..).unwrap_or("")).unwrap();
                writeln!(block.as_written, "{line}").unwrap();
                open = Some((block, indentation));
            }
        }
    }
    assert!(open.is_none(), "a block of the README is never closed");
    pieces
}

fn blocks(kind: &str) -> Vec<String> {
    let all = pieces(&file("README.md"));
    all.into_iter().filter_map(Result::ok).filter(|block| block.kind == kind).map(|block| block.text).collect()
}

/// The scenario of the first page: the file without the comments at its top.
fn outreach() -> String {
    let text = file("scenarios/outreach.ron");
    text[text.find("(\n").expect("a scenario opens with a bracket")..].to_owned()
}

/// What a reader gets who types `command` in the directory of the project.
fn output(command: &str) -> String {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("simulate"), "{command}");
    let mut run = Command::new(env!("CARGO_BIN_EXE_simulate"));
    let output = run.args(words).current_dir(ROOT).env_remove("NO_COLOR").output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    String::from_utf8(output.stdout).unwrap() + &errors
}

/// A console block as it should be: its command and what that prints.
fn console(block: &str) -> String {
    let command =
        block.lines().next().and_then(|line| line.strip_prefix("$ ")).expect("a block opens with `$ command`");
    format!("$ {command}\n{}\n", output(command).trim_end())
}

/// The page with its outputs and its scenario as they should be.
fn anew(page: &str) -> String {
    let mut text = String::new();
    for piece in pieces(page) {
        match piece {
            Err(line) => writeln!(text, "{line}").unwrap(),
            Ok(block) => text.push_str(&match block.kind.as_str() {
                "console" => console(&block.text),
                "ron file" => outreach(),
                _ => block.as_written,
            }),
        }
    }
    text
}

#[test]
fn every_output_in_the_readme_is_what_the_program_prints() {
    let page = file("README.md");
    let should = anew(&page);
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(format!("{ROOT}/README.md"), &should).unwrap();
    } else {
        let differs = page.lines().zip(should.lines()).find(|(is, should)| is != should);
        assert_eq!(page, should, "run UPDATE_README=1 cargo test readme; the first line that differs: {differs:?}");
    }
    assert!(blocks("console").len() >= 3);
}

#[test]
fn the_first_scenario_is_the_whole_of_its_file() {
    assert_eq!(blocks("ron file"), [outreach()]);
}

/// The scenario of the first page with all further pieces of the page put in: what a reader has who tries them all.
fn everything() -> String {
    let rules = blocks("ron rule").concat();
    let fields = blocks("ron top").concat().replace("questions: {", &format!("questions: {{ {}", own_questions()));
    let text = outreach();
    let without = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("questions:"))
        .fold(String::new(), |text, line| text + line + "\n");
    without.replacen("simulate: 1,", &format!("simulate: 1,\n{fields}"), 1).replacen(
        "    rules: {",
        &format!("    rules: {{\n{rules}"),
        1,
    )
}

/// The questions that the scenario has already, without their braces.
fn own_questions() -> String {
    let text = outreach();
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix("questions: {")).expect("it asks something");
    line.trim_end_matches(['}', ',', ' ']).to_owned() + ","
}

#[test]
fn every_piece_of_scenario_in_the_readme_can_be_read_and_runs() {
    let scenario = Scenario::file("README.md", &everything()).runs(200);
    let model = scenario.model();
    for rule in ["break_off", "answer", "missile_test", "elections", "leaflets"] {
        assert!(model.rules.iter().any(|r| r.id == rule), "`{rule}` is in the README");
    }
    assert!(model.questions.len() >= 10);
    let tests = scenario.sample().number("tests");
    assert!(tests.mean() > 5.0, "missiles are tested about once a month and more");
    for fields in blocks("ron alone") {
        let text = format!("(simulate: 1, clock: (horizon: \"9d\"), {fields} rules: {{}}, outcomes: [(name: any)])");
        Scenario::file("README.md", &text).model();
    }
}

#[test]
fn the_rule_that_a_reader_adds_does_what_it_says() {
    let [rule, ..] = &blocks("ron rule")[..] else { panic!("the README adds a rule") };
    let text = outreach().replacen("    rules: {", &format!("    rules: {{\n{rule}"), 1);
    let plain = Scenario::file("outreach.ron", &outreach()).model();
    let added = Scenario::file("outreach.ron", &text).model();
    assert_eq!(added.rules.len(), plain.rules.len() + 1);
    // A clash on 1 March undoes the overture that every run has had by then: with 70 %, and within the week.
    let asked = Scenario::file("outreach.ron", &text)
        .with("chance: \"35%\"", "chance: \"100%\"")
        .with("0.22 per 1y", "0.000001 per 1y")
        .with("questions: {", "questions: { closed: (ask: \"dprk.japan == closed on 2024-03-09\"),")
        .forbid("talks")
        .force("clash@2024-03-01");
    asked.runs(4_000).sample().question("closed").is(0.7);
}
