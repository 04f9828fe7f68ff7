//! The command line as a user meets it: exit codes, streams, files.
//!
//! Does not know what a scenario should give: only that it gives the same, whole, in the right place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::support::Ran;

const SCENARIO: &str = r#"(
    simulate: 1,
    title: "Border",
    clock: (start: "2024-01-01", end: "2024-06-30"),
    parameters: { rate: (value: 3, range: (1, 9), per: "100d", says: "incidents") },
    actors: { red: (postures: { line: (ladder: [calm, tense, war], start: calm) }) },
    rules: {
        incident: (says: "An incident.", pressure: rate, then: ["red.line up"], milestone: true),
        calming: (says: "It calms.", on: [incident], when: "red.line == tense", after: "5d to 9d", then: ["red.line down"], milestone: true),
    },
    outcomes: [(name: war, when: "ever(red.line == war)", severity: 5), (name: peace)],
    questions: { incidents: (ask: "count(incident)"), early: (ask: "ever(red.line == war) by 2024-02-29") },
    variants: { quiet: (says: "Few incidents.", set: { rate: 1 }) },
)"#;

/// A directory with `border.ron`, and commands that run in it.
struct Desk {
    directory: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { directory: tempfile::tempdir().unwrap() };
        desk.write("border.ron", SCENARIO);
        desk
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.directory.path()).env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(self.command(arguments).output().unwrap())
    }
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_simulate"))
}

#[test]
fn nothing_to_do_is_a_usage_error_with_short_help() {
    let ran = Desk::new().run(&[]);
    ran.fails(2, &["Usage: simulate [OPTIONS] <FILE>", "trace", "--runs"]);
    assert!(ran.out.is_empty());
}

#[test]
fn help_and_version_go_to_standard_output() {
    let desk = Desk::new();
    assert!(desk.run(&["--help"]).succeeds().contains("Examples:"));
    assert!(desk.run(&["--version"]).succeeds().starts_with("simulate "));
    assert!(desk.run(&["trace", "--help"]).succeeds().contains("--run <K>"));
}

#[test]
fn mistakes_in_the_command_exit_with_2() {
    let desk = Desk::new();
    desk.run(&["border.ron", "--rums", "10"]).fails(2, &["--rums", "--runs"]);
    desk.run(&["border.ron", "--runs", "0"]).fails(2, &["at least one run"]);
    desk.run(&["border.ron", "--runs", "many"]).fails(2, &["a whole number"]);
    desk.run(&["border.ron", "--threads", "0"]).fails(2, &["--threads"]);
    desk.run(&["border.ron", "--format", "xml"]).fails(2, &["text", "json", "csv"]);
    desk.run(&["border.ron", "--out", "."]).fails(2, &["is a directory"]);
    desk.run(&["border.ron", "--out", "no/such/r.csv"]).fails(2, &["does not exist"]);
    desk.run(&["trace", "border.ron"]).fails(2, &["--run"]);
    desk.run(&["words", "icd230"]).fails(2, &["icd203"]);
}

#[test]
fn a_file_that_is_not_there_is_answered_with_the_nearest_name() {
    let desk = Desk::new();
    desk.run(&["bordr.ron"]).fails(1, &["there is no file `bordr.ron`", "did you mean `border.ron`?"]);
    desk.run(&["."]).fails(1, &["is a directory", "border.ron"]);
    desk.run(&["no/border.ron"]).fails(1, &["`no` does not exist"]);
    desk.run(&["chek", "border.ron"]).fails(2, &["did you mean `simulate check`?"]);
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let desk = Desk::new();
    fs::write(desk.path("bad.ron"), b"(\n  title: \"\xE9\",\n)").unwrap();
    desk.run(&["bad.ron"]).fails(1, &["bad.ron:2:11:", "0xE9", "UTF-8"]);
}

#[test]
fn mistakes_in_the_scenario_exit_with_1_and_are_counted() {
    let desk = Desk::new();
    desk.write(
        "wrong.ron",
        &SCENARIO.replace("red.line up", "red.lien up").replace("pressure: rate", "pressure: raet"),
    );
    let ran = desk.run(&["wrong.ron"]);
    ran.fails(1, &["lien", "raet", "wrong.ron:", "wrong.ron: 2 mistakes"]);
    assert!(ran.out.is_empty(), "no half report: {}", ran.out);
    let listed = desk.run(&["wrong.ron", "--format", "json"]);
    assert_eq!(listed.code, 1);
    let value: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(value["diagnostics"].as_array().unwrap().len(), 2, "{value}");
}

#[test]
fn an_override_that_names_nothing_is_a_mistake_in_the_command() {
    let desk = Desk::new();
    desk.run(&["border.ron", "--set", "raet=2"]).fails(2, &["raet", "rate"]);
    desk.run(&["border.ron", "--forbid", "incidant"]).fails(2, &["incidant", "incident"]);
    desk.run(&["border.ron", "--variant", "quite"]).fails(2, &["quite", "quiet"]);
    desk.run(&["border.ron", "--set", "rate=50"]).fails(2, &["--beyond-range"]);
    desk.run(&["border.ron", "--set", "rate=50", "--beyond-range", "--runs", "20"]).succeeds();
}

#[test]
fn several_names_in_one_option_are_told_apart() {
    let desk = Desk::new();
    desk.run(&["border.ron", "--forbid", "incident,calming"]).fails(2, &["`--forbid incident --forbid calming`"]);
    desk.run(&["border.ron", "--variant", "quiet,quiet"]).fails(2, &["`--variant quiet --variant quiet`"]);
    desk.run(&["border.ron", "--runs", "-500"]).fails(2, &["at least one run is needed"]);
}

#[test]
fn a_value_that_the_file_cannot_use_is_a_mistake_in_the_command() {
    let desk = Desk::new();
    let chancy = SCENARIO
        .replace("parameters: {", "parameters: { odds: (value: 0.4), ")
        .replace("on: [incident], ", "on: [incident], chance: odds, ");
    desk.write("chancy.ron", &chancy);
    desk.run(&["chancy.ron", "--set", "odds=60"]).fails(2, &["line 9", "`--set odds=60%`"]);
    desk.run(&["chancy.ron", "--runs", "20", "--set", "odds=60%"]).succeeds();
    desk.run(&["chancy.ron", "--runs", "20", "--set", "odds=\"60%\""]).succeeds();
    desk.run(&["border.ron", "--set", "rate=2 per year"]).fails(2, &["`--set rate=2`"]);
}

#[test]
fn the_same_command_prints_the_same_bytes_with_any_threads() {
    let desk = Desk::new();
    let with = |threads: &str, format: &str| {
        desk.run(&["border.ron", "--runs", "3000", "--threads", threads, "--format", format]).succeeds()
    };
    for format in ["text", "json", "csv"] {
        let one = with("1", format);
        assert_eq!(one, with("1", format));
        assert_eq!(one, with("2", format));
        assert_eq!(one, with("3", format));
        assert_eq!(one, with("7", format));
    }
}

#[test]
fn the_command_that_is_printed_repeats_the_output() {
    let desk = Desk::new();
    let first =
        desk.run(&["border.ron", "--seed", "7", "--runs", "500", "--set", "rate=2", "--forbid", "calming"]).succeeds();
    let line = first.lines().find_map(|l| l.strip_prefix("again:")).expect("a command").trim().to_owned();
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    assert_eq!(first, desk.run(&words).succeeds(), "{line}");
    let one = first.lines().find_map(|l| l.strip_prefix("one run:")).expect("a command").trim().to_owned();
    let words: Vec<&str> = one.split(' ').skip(1).collect();
    assert!(desk.run(&words).succeeds().contains("run "), "{one}");
}

#[test]
fn no_path_of_the_machine_is_printed() {
    let desk = Desk::new();
    let absolute = desk.path("border.ron");
    let out = desk.run(&[absolute.to_str().unwrap(), "--runs", "50"]).succeeds();
    assert!(out.contains("simulate border.ron") && !out.contains(desk.directory.path().to_str().unwrap()), "{out}");
}

#[test]
fn overrides_are_shown_with_what_they_changed() {
    let out = Desk::new().run(&["border.ron", "--runs", "50", "--set", "rate=2", "--forbid", "calming"]).succeeds();
    assert!(out.contains("changed: rate=") && out.contains("the file says 3"), "{out}");
    assert!(out.contains("changed: --forbid calming"), "{out}");
    let out = Desk::new().run(&["border.ron", "--runs", "50", "--variant", "quiet"]).succeeds();
    assert!(out.contains("changed: --variant quiet: Few incidents."), "{out}");
    assert!(out.contains("changed: rate=") && out.contains("the file says 3"), "{out}");
}

#[test]
fn json_is_json_and_csv_has_the_same_columns_everywhere() {
    let desk = Desk::new();
    let json = desk.run(&["border.ron", "--runs", "200", "--format", "json"]).succeeds();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&value["version"], &value["origin"]["runs"]), (&1.into(), &200.into()));
    let table = desk.run(&["border.ron", "--runs", "200", "--format", "csv"]).succeeds();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(&reader.headers().unwrap()[0], "kind");
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let share =
        |name: &str| rows.iter().find(|r| &r[0] == "outcome" && &r[1] == name).unwrap()[6].parse::<f64>().unwrap();
    assert!((share("war") + share("peace") - 1.0).abs() < 1e-12);
}

/// Values of indicators are binned if there are as many; these have a name each.
#[test]
fn each_of_a_thousand_named_values_is_told_with_its_shares() {
    let desk = Desk::new();
    let names: Vec<String> = (0..1_000).map(|value| format!("v{value}")).collect();
    let scenario = r#"(
        simulate: 1,
        clock: (horizon: "12d"),
        actors: { n: (postures: { line: (ladder: [NAMES], start: v3) }) },
        rules: { leap: (pressure: "1000 per 1d", then: ["n.line = v998"]) },
        outcomes: [(name: all)],
    )"#;
    desk.write("ladder.ron", &scenario.replace("NAMES", &names.join(", ")));
    let text = desk.run(&["ladder.ron", "--runs", "50"]).succeeds();
    let rows = text.lines().filter(|line| line.starts_with("  v") && line.contains('│'));
    let told = |line: &str| (line.split('│').next().unwrap().trim().to_owned(), line.ends_with(" 100 %"));
    let expected = names.iter().rev().map(|name| (name.clone(), name == "v998"));
    assert!(rows.map(told).eq(expected), "{text}");
    let json = desk.run(&["ladder.ron", "--runs", "50", "--format", "json"]).succeeds();
    let posture = &serde_json::from_str::<serde_json::Value>(&json).unwrap()["postures"][0];
    let rows = posture["shares"].as_array().expect("a row a value");
    assert_eq!((posture["values"].as_array().map(Vec::len), rows.len()), (Some(1_000), 1_000));
    let hits: Vec<u64> = rows.iter().map(|row| row[0]["hits"].as_u64().unwrap()).collect();
    assert_eq!((hits[998], hits.iter().sum::<u64>()), (50, 50));
}

#[test]
fn a_pipe_gets_no_colour_and_no_bar() {
    let desk = Desk::new();
    let ran = desk.run(&["border.ron", "--runs", "2000"]);
    assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
    assert!(!ran.err.contains(" runs"), "{}", ran.err);
    let forced = desk.command(&["border.ron", "--runs", "50"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8(forced.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn out_is_whole_and_its_name_says_the_format() {
    let desk = Desk::new();
    desk.write("r.json", "old and much longer than nothing");
    let ran = desk.run(&["border.ron", "--runs", "50", "--out", "r.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    let saved = fs::read_to_string(desk.path("r.json")).unwrap();
    assert_eq!(saved, desk.run(&["border.ron", "--runs", "50", "--format", "json"]).succeeds());
    let mut left: Vec<_> = fs::read_dir(desk.directory.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["border.ron", "r.json"]);
}

#[test]
fn a_number_that_cannot_be_is_told_what_can() {
    let desk = Desk::new();
    let too_many = "18446744073709551616";
    for option in ["--runs", "--seed"] {
        desk.run(&["border.ron", option, too_many]).fails(2, &["the largest possible is 18446744073709551615"]);
        desk.run(&["border.ron", option, "1e3"]).fails(2, &["a whole number"]);
    }
    desk.run(&["border.ron", "--seed", "-1"]).fails(2, &["from 0 to 18446744073709551615"]);
    desk.run(&["compare", "border.ron", "--variant", "quiet", "--seed", "-1"]).fails(2, &["from 0 to"]);
    let set = |value: &str| desk.run(&["border.ron", "--runs", "10", "--set", &format!("rate={value}")]);
    set(".5").fails(2, &["`.5` is not how a number is written", "write `0.5`"]);
    set("2.").fails(2, &["`2.` is not how a number is written", "write `2`"]);
    set("1/2").fails(2, &["is a number, and this is the name"]);
}

/// What stands in a file without quotes is the same number on a command line.
#[test]
fn a_number_may_have_an_exponent() {
    let desk = Desk::new();
    let shares = |value: &str| {
        let set = format!("rate={value}");
        let text = desk.run(&["border.ron", "--runs", "200", "--no-exact", "--set", &set]).succeeds();
        text.lines().filter(|line| !line.contains(value)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(shares("2e0"), shares("2.0"));
    assert_ne!(shares("2e0"), shares("8e0"));
}

/// As old Macintosh programs end lines; a comment would go on to the end of the file, or hide one rule of it.
#[test]
fn lines_that_end_in_a_carriage_return_alone_are_told() {
    let desk = Desk::new();
    let commented = format!("// Border\n{SCENARIO}");
    desk.write("old.ron", &commented.replace('\n', "\r"));
    desk.write("mixed.ron", &commented.replacen('\n', "\r", 1));
    for file in ["old.ron", "mixed.ron"] {
        desk.run(&[file]).fails(1, &["carriage return", "line feeds", "1 mistake"]);
    }
    desk.write("new.ron", &commented.replace('\n', "\r\n"));
    desk.run(&["new.ron", "--runs", "8"]).succeeds();
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told() {
    let desk = Desk::new();
    if Path::new("/dev/full").exists() {
        desk.run(&["border.ron", "--runs", "10", "--out", "/dev/full"]).fails(1, &["/dev/full", "No space left"]);
        for asked in ["--help", "--version", "words"] {
            let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let ran = Ran::new(desk.command(&[asked]).stdout(full).output().unwrap());
            ran.fails(1, &["standard output", "No space left"]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet_and_changes_no_verdict() {
    let desk = Desk::new();
    desk.write("wrong.ron", "(simulate: 1)");
    for (arguments, code) in [(&["words"][..], 0), (&["check", "wrong.ron"], 1)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = desk.command(arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let ran = Ran::new(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_reports_the_runs_that_are_done() {
    let desk = Desk::new();
    let mut command = desk.command(&["border.ron", "--runs", "1_000_000_000"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ran = Ran::new(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 130, "{}", ran.err);
    assert!(ran.out.contains("INTERRUPTED") && ran.out.contains("of 1,000,000,000 runs"), "{}", ran.out);
    let line = ran.out.lines().find(|l| l.starts_with("again:")).unwrap();
    assert!(!line.contains("1000000000"), "the runs that were done, not those that were asked for: {line}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_that_leaves_nothing_to_tell_says_so() {
    let desk = Desk::new();
    let mut command = desk.command(&["compare", "border.ron", "--forbid", "incident", "--runs", "100_000_000"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ran = Ran::new(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.out.as_str()), (130, ""), "{}", ran.err);
    assert!(
        ran.err.ends_with("note: stopped; what was done until then is too little to tell anything\n"),
        "{}",
        ran.err
    );
}

#[test]
fn standard_input_is_a_file_too() {
    let desk = Desk::new();
    let scenario = fs::File::open(desk.path("border.ron")).unwrap();
    let output = desk.command(&["-", "--runs", "50"]).stdin(scenario).output().unwrap();
    assert!(Ran::new(output).succeeds().contains("simulate - --runs 50"));
}

#[test]
fn a_run_that_does_not_settle_names_itself() {
    let desk = Desk::new();
    let ring = "ping: (on: [incident, pong], at_most: 20000), pong: (on: [ping], at_most: 20000), calming:";
    desk.write("ring.ron", &SCENARIO.replace("calming:", ring));
    let ran = desk.run(&["ring.ron", "--runs", "100"]);
    ran.fails(1, &["10,000 firings", "`ping`", "`pong`", "simulate trace ring.ron", "--seed 1", "--run "]);
}

#[test]
fn spaces_around_the_sign_of_set_are_named() {
    for typed in [&["rate", "=", "2"][..], &["rate", "=2"], &["rate=", "2"]] {
        let ran = Desk::new().run(&[&["border.ron", "--runs", "10", "--set"], typed].concat());
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("without spaces") && ran.err.contains("`--set rate=2`"), "{}", ran.err);
    }
}

#[test]
fn options_for_another_thing_say_what_would_do() {
    let told = |option: &str, text: &str| Desk::new().run(&["border.ron", "--runs", "10", option, text]).err;
    assert!(told("--force", "incident@08.03.2024").contains("incident@2024-03-08"));
    assert!(told("--set", "red.line=war").contains("`red.line` is a posture"));
}

#[test]
fn words_and_completions_are_printed() {
    let desk = Desk::new();
    let words = desk.run(&["words", "icd203"]).succeeds();
    assert!(words.contains("55 to 80 %") && !words.contains("kent"), "{words}");
    assert!(desk.run(&["words"]).succeeds().contains("kent"));
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(desk.run(&["completions", shell]).succeeds().contains("simulate"));
    }
}

#[test]
fn a_story_is_the_same_run_as_in_the_batch() {
    let desk = Desk::new();
    let told = desk.run(&["trace", "border.ron", "--run", "5"]).succeeds();
    assert_eq!(told, desk.run(&["trace", "border.ron", "--run", "5"]).succeeds());
    assert!(told.contains("An incident.") && told.contains("run 5 of seed 1"), "{told}");
    let lines = desk.run(&["trace", "border.ron", "--run", "5", "--format", "json"]).succeeds();
    let values: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let fired = values.iter().filter(|v| v["what"] == "fired" && v["rule"] == "incident").count();
    let last = values.last().unwrap();
    assert_eq!((last["what"].as_str(), last["origin"]["run"].as_u64()), (Some("ended"), Some(5)));
    assert_eq!(last["answers"][0]["answer"]["number"].as_f64(), Some(fired as f64));
    let outcome = last["outcome"].as_str().unwrap();
    assert!(told.contains(&format!("How it ended\n  {outcome}")), "{told}");
}

#[test]
fn explain_knows_rules_and_what_they_were_meant_to_be() {
    let desk = Desk::new();
    assert!(desk.run(&["explain", "border.ron"]).succeeds().contains("Border"));
    assert!(desk.run(&["explain", "border.ron", "calming"]).succeeds().contains("It calms."));
    desk.run(&["explain", "border.ron", "calmin"]).fails(2, &["did you mean `calming`?"]);
}

#[test]
fn strict_lets_warnings_fail() {
    let desk = Desk::new();
    assert!(desk.run(&["check", "border.ron"]).succeeds().contains("warning"));
    assert_eq!(desk.run(&["check", "border.ron", "--strict"]).code, 1);
    let listed = desk.run(&["check", "border.ron", "--format", "json"]).succeeds();
    let value: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(value["diagnostics"][0]["severity"], "warning");
    desk.run(&["border.ron", "--runs", "10"]).fails(0, &["simulate check border.ron"]);
}

#[test]
fn check_looks_at_every_file() {
    let desk = Desk::new();
    desk.write("wrong.ron", &SCENARIO.replace("red.line up", "red.lien up"));
    let ran = desk.run(&["check", "border.ron", "wrong.ron"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("lien") && ran.out.contains("wrong.ron: 1 mistake"), "{}", ran.out);
    assert!(ran.out.contains("border.ron: "), "{}", ran.out);
    let ran = desk.run(&["check", "nowhere.ron", "wrong.ron"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("wrong.ron:") && ran.err.contains("nowhere.ron"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_scenario_is_exported_under_its_overrides() {
    let desk = Desk::new();
    let text = desk.run(&["export", "json", "border.ron", "--forbid", "calming", "--set", "rate=5"]).succeeds();
    let model: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(model["rules"][0]["clock"]["pressure"], 0.05);
    assert_eq!(model["rules"][1]["forbidden"], true);
    assert_eq!(desk.run(&["export", "json", "border.ron", "--out", "m.json"]).succeeds(), "");
    assert!(fs::read_to_string(desk.path("m.json")).unwrap().starts_with("{\n  \"format\": \"simulate-model\""));
    let graph = desk.run(&["export", "dot", "border.ron", "--actor", "red"]).succeeds();
    assert!(graph.contains(r#""red.line calm" -> "red.line tense" [label="incident", style=solid];"#), "{graph}");
    desk.run(&["export", "dot", "border.ron", "--actor", "rde"]).fails(2, &["no actor `rde`", "did you mean `red`?"]);
    let graph = desk.run(&["export", "dot", "border.ron", "--states"]).succeeds();
    assert!(graph.contains("label=\"red.line: tense"), "{graph}");
    desk.run(&["export", "dot", "border.ron", "--states", "--max-states", "1"]).fails(1, &["more than 1 state"]);
}

#[test]
fn a_chain_and_its_properties_are_two_files() {
    let desk = Desk::new();
    let chain = r#"(simulate: 1, clock: (horizon: "9d"), flags: { over: false },
        rules: { closing: (pressure: "1 per 5d", when: "not over", then: ["over = true"]) },
        outcomes: [(name: over, when: "over at end"), (name: open)])"#;
    desk.write("chain.ron", chain);
    let both = desk.run(&["export", "prism", "chain.ron"]).succeeds();
    let (model, properties) = both.split_once("// ---- properties: the .props file ----\n").unwrap();
    for (out, stem) in [(".", "chain"), ("other.prism", "other"), ("third.props", "third"), ("fourth", "fourth")] {
        assert_eq!(desk.run(&["export", "prism", "chain.ron", "--out", out]).succeeds(), "");
        let read = |extension: &str| fs::read_to_string(desk.path(&format!("{stem}.{extension}"))).unwrap();
        assert_eq!((read("prism").trim(), read("props").trim()), (model.trim(), properties.trim()), "{out}");
    }
    desk.run(&["export", "prism", "chain.ron", "--out", "nowhere/x.prism"]).fails(2, &["does not exist"]);
    desk.run(&["export", "prism", "chain.ron", "--max-states", "1"]).fails(1, &["more than 1 state"]);
    assert!(!desk.path("nowhere").exists());
}

#[test]
fn engines_agree_and_say_on_what() {
    let desk = Desk::new();
    let compare = |more: &[&str]| desk.run(&[&["agree", "border.ron", "--max-states", "5000"], more].concat());
    let agreed = compare(&["--runs", "3000"]).succeeds();
    assert!(agreed.contains("The engines agree on all ") && agreed.contains("outcome war"), "{agreed}");
    let json = compare(&["--runs", "3000", "--format", "json"]).succeeds();
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(value["agree"], serde_json::Value::Bool(true));
    assert!(value["rows"].as_array().is_some_and(|rows| rows.len() > 20), "{json}");
}

#[test]
fn nothing_compared_is_no_agreement() {
    let ran = Desk::new().run(&["agree", "border.ron", "--runs", "100", "--max-states", "1"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("Nothing was compared"), "{}", ran.out);
}
