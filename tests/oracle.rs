//! Every published or closed-form value that a scenario file says it must give.
//!
//! A file opens with lines `// expect: outcome "war" = 0.305937 (source)` or `// expect: question "tosses" = 11/3`; of a
//! question for a number the value is the mean (over the runs in which it is not "never"). Under a variant of the file:
//! `// expect with variant "leeds_2000": question "kept" = 0.891 (source)`. `// runs: 5000` sets the number of runs. Taken
//! are `tests/oracle/`, those of `scenarios/` that have such lines, and every `.ron` file of the directory that the
//! environment variable `SIMULATE_ORACLE_DIR` names.
//!
//! The sampler must come within an interval that misses a true value with probability `FALSE_ALARM`; the seed is fixed. The
//! exact solver must come within 1e-9 of the value, or within half a unit of the last digit given: fractions and whole
//! numbers are exact, `0.3059` is given to four digits. It may refuse the largest file of the gallery, and what comes from outside.

mod solved;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use simulate::model::{Asked, Model};

use crate::support::{FALSE_ALARM, Runs, Scenario, mean_interval, scenarios_in, share_interval};

const RUNS: u64 = 20_000;

#[derive(Debug, PartialEq)]
enum Subject {
    Outcome(String),
    Question(String),
}

#[derive(Debug, PartialEq)]
struct Expectation {
    variant: Option<String>,
    subject: Subject,
    value: f64,
    /// How far the true value may be from `value`.
    tolerance: f64,
    source: String,
}

/// `0.25`, `1/6`
fn number(text: &str) -> Option<f64> {
    let parse = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    match text.split_once('/') {
        Some((over, under)) => Some(parse(over)? / parse(under).filter(|x| *x != 0.0)?),
        None => parse(text),
    }
}

/// How far an exact answer may be from `value`, which was given as `text`: half a unit of the last digit behind a point, at
/// least 1e-9 of the value. A 0 may stand for anything below 1e-12.
fn tolerance(text: &str, value: f64) -> f64 {
    let text = text.trim();
    let (digits, power) = match text.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse().unwrap_or(0)),
        None => (text, 0),
    };
    let half_unit = match digits.split_once('.') {
        Some((_, behind)) if !text.contains('/') => 0.5 * libm::pow(10.0, f64::from(power - behind.len() as i32)),
        _ => 0.0,
    };
    let least = if value == 0.0 { 1e-12 } else { 1e-9 * value.abs() };
    half_unit.max(least)
}

/// `outcome "war" = 0.305937 (source)`
fn expectation(text: &str) -> Result<Expectation, String> {
    let form =
        || format!("`{text}` should be: outcome \"name\" = number (source), or: question \"name\" = number (source)");
    let (kind, rest) = text.trim().split_once(' ').ok_or_else(form)?;
    let (name, rest) = rest.trim().strip_prefix('"').and_then(|r| r.split_once('"')).ok_or_else(form)?;
    let rest = rest.trim().strip_prefix('=').ok_or_else(form)?;
    let (value, source) = match rest.split_once('(') {
        Some((value, source)) => (value, source.trim().strip_suffix(')').filter(|s| !s.is_empty()).ok_or_else(form)?),
        None => (rest, "no source given"),
    };
    let source = source.to_owned();
    let text = value;
    let value = number(text).ok_or_else(|| format!("`{}` is no number", text.trim()))?;
    let tolerance = tolerance(text, value);
    let subject = match kind {
        "outcome" => Subject::Outcome(name.to_owned()),
        "question" => Subject::Question(name.to_owned()),
        _ => return Err(form()),
    };
    Ok(Expectation { variant: None, subject, value, tolerance, source })
}

/// `: outcome "war" = 0.3 (source)` or ` with variant "quiet": outcome "war" = 0.1 (source)`
fn under_a_variant(text: &str) -> Result<Expectation, String> {
    let form = || format!("`expect{text}` should be `expect: …` or `expect with variant \"name\": …`");
    let (variant, rest) = match text.strip_prefix(" with variant \"") {
        Some(named) => named.split_once('"').map(|(name, rest)| (Some(name.to_owned()), rest)).ok_or_else(form)?,
        None => (None, text),
    };
    let rest = rest.trim_start().strip_prefix(':').ok_or_else(form)?;
    Ok(Expectation { variant, ..expectation(rest)? })
}

/// The expectations of a file, and how many runs it asks for.
fn expectations(text: &str) -> Result<(Vec<Expectation>, u64), String> {
    let comments = || text.lines().filter_map(|line| line.trim().strip_prefix("//")).map(str::trim);
    let expected = comments().filter_map(|c| c.strip_prefix("expect")).map(under_a_variant);
    let runs = match comments().find_map(|c| c.strip_prefix("runs:")) {
        Some(runs) => runs.trim().parse().map_err(|_| format!("`runs:{runs}` is no number of runs"))?,
        None => RUNS,
    };
    Ok((expected.collect::<Result<_, _>>()?, runs))
}

/// Whether the sampler meets it.
fn sampled(expected: &Expectation, runs: &Runs, model: &Model) -> Result<(), String> {
    let share = |hits: u64| (share_interval(hits, runs.runs(), FALSE_ALARM), hits as f64 / runs.runs() as f64);
    let ((low, high), estimate) = match &expected.subject {
        Subject::Outcome(name) if runs.outcomes().contains(name) => share(runs.outcome(name).hits),
        Subject::Outcome(name) => return Err(format!("there is no outcome `{name}` among {:?}", runs.outcomes())),
        Subject::Question(name) => match model.questions.iter().find(|q| q.name == *name).map(|q| &q.ask) {
            Some(Asked::YesNo(_)) => share(runs.question(name).hits),
            Some(Asked::Number(_)) => {
                let values = runs.number(name).without_never();
                (mean_interval(values.mean(), values.variance(), values.0.len() as u64), values.mean())
            }
            None => return Err(format!("there is no question `{name}` among {:?}", runs.questions())),
        },
    };
    if (low..=high).contains(&expected.value) {
        return Ok(());
    }
    Err(format!("{:?} is {} ({}), found {estimate} [{low}, {high}]", expected.subject, expected.value, expected.source))
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sampler,
    /// The exact solver, which must solve everything.
    Exact,
    /// The exact solver, which may refuse.
    ExactInPart,
}

/// What is wrong with a file; empty if nothing.
fn judge(name: &str, text: &str, engine: Engine) -> Vec<String> {
    let (expected, runs) = match expectations(text) {
        Ok((expected, _)) if expected.is_empty() => return vec!["it expects nothing".to_owned()],
        Ok(found) => found,
        Err(mistake) => return vec![mistake],
    };
    let variants: BTreeSet<Option<&String>> = expected.iter().map(|e| e.variant.as_ref()).collect();
    let judge_under = |variant: Option<&String>| {
        let scenario = Scenario::file(name, text).runs(runs);
        let scenario = variant.into_iter().fold(scenario, |scenario, variant| scenario.variant(variant));
        let expected: Vec<&Expectation> = expected.iter().filter(|e| e.variant.as_ref() == variant).collect();
        judge_one(&scenario, &expected, engine)
    };
    variants.into_iter().flat_map(judge_under).collect()
}

/// What is wrong with the file under one variant.
fn judge_one(scenario: &Scenario, expected: &[&Expectation], engine: Engine) -> Vec<String> {
    let model = match scenario.compile() {
        Ok(model) => model,
        Err(mistakes) => return vec![format!("it does not compile:\n{mistakes}")],
    };
    if engine == Engine::Sampler {
        let runs = scenario.sample();
        return expected.iter().filter_map(|expected| sampled(expected, &runs, &model).err()).collect();
    }
    let (model, solution) = solved::solve(&model, expected);
    let judged = expected.iter().map(|expected| solved::solved(expected, &solution, &model));
    let failed = judged.filter_map(Result::err);
    let failed = failed.filter(|failed| engine == Engine::Exact || !failed.is_refusal());
    failed.map(|failed| failed.to_string()).collect()
}

#[track_caller]
fn assert_all_hold(files: &[PathBuf], engine: Engine) {
    let mut failures = Vec::new();
    for path in files {
        let text = fs::read_to_string(path).unwrap();
        let name = path.display().to_string();
        failures.extend(judge(&name, &text, engine).iter().map(|why| format!("{name}: {why}")));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// The files of the gallery that expect something.
fn gallery() -> Vec<PathBuf> {
    let mut files = scenarios_in("scenarios");
    files.retain(|path| fs::read_to_string(path).unwrap().lines().any(|line| line.trim().starts_with("// expect")));
    files
}

#[test]
fn the_sampler_meets_every_value_of_the_oracle_directory() {
    let files = scenarios_in("tests/oracle");
    assert!(files.len() >= 40, "the oracle files are there");
    assert_all_hold(&files, Engine::Sampler);
}

#[test]
fn the_exact_solver_meets_every_value_of_the_oracle_directory() {
    assert_all_hold(&scenarios_in("tests/oracle"), Engine::Exact);
}

#[test]
fn the_sampler_meets_every_value_of_the_gallery() {
    assert_all_hold(&gallery(), Engine::Sampler);
}

/// The peninsula is too large for some of what is expected of it.
#[test]
fn the_exact_solver_meets_every_value_of_the_gallery_that_it_solves() {
    let (large, files): (Vec<PathBuf>, Vec<PathBuf>) =
        gallery().into_iter().partition(|path| path.ends_with("peninsula.ron"));
    assert_all_hold(&files, Engine::Exact);
    assert_all_hold(&large, Engine::ExactInPart);
}

#[test]
fn every_value_of_a_directory_from_outside_is_met() {
    if let Some(directory) = std::env::var_os("SIMULATE_ORACLE_DIR") {
        let files = scenarios_in(&directory);
        assert!(!files.is_empty(), "no scenarios in {}", Path::new(&directory).display());
        assert_all_hold(&files, Engine::Sampler);
        assert_all_hold(&files, Engine::ExactInPart);
    }
}

#[test]
fn expectations_are_read_or_refused() {
    let read = expectation(r#" outcome "a war" = 0.305937 (Feller, XIV.2 (b))"#).unwrap();
    let source = "Feller, XIV.2 (b)".to_owned();
    assert_eq!(
        read,
        Expectation {
            variant: None,
            subject: Subject::Outcome("a war".to_owned()),
            value: 0.305_937,
            tolerance: 0.5e-6,
            source
        }
    );
    assert_eq!(expectation(r#"question "q" = 2/3"#).unwrap().value, 2.0 / 3.0);
    let bad = [
        "outcome war = 0.3 (s)",
        r#"outcome "war" 0.3 (s)"#,
        r#"outcome "war" = 0.3 s)"#,
        r#"outcome "war" = 0.3 ()"#,
        r#"outcome "war" = a third (s)"#,
        r#"outcome "war" = 1/0 (s)"#,
        r#"outcomes "war" = 0.3 (s)"#,
        "",
    ];
    for text in bad {
        assert!(expectation(text).is_err(), "{text}");
    }
    let varied = under_a_variant(r#" with variant "quiet": outcome "war" = 0 (s)"#).unwrap();
    assert_eq!(varied.variant.as_deref(), Some("quiet"));
    assert!(under_a_variant(r#" with variant "quiet outcome"#).is_err());
    assert!(expectations("// expect outcome \"war\" = 1 (s)").is_err());
    assert!(expectations("// runs: many\n// expect: outcome \"war\" = 1 (s)").is_err());
}

#[test]
fn every_value_is_given_to_nine_digits() {
    for path in scenarios_in("tests/oracle").into_iter().chain(gallery()) {
        let (expected, _) = expectations(&fs::read_to_string(&path).unwrap()).unwrap();
        let vague = expected.iter().find(|e| e.tolerance > 1e-9 * e.value.abs().max(1e-3));
        assert!(vague.is_none(), "{}: give more digits, or a fraction: {vague:?}", path.display());
    }
}

#[test]
fn the_digits_given_are_the_tolerance() {
    let of = |text: &str| tolerance(text, number(text).unwrap());
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6 * b, "{a} is not {b}");
    near(of("0.3059"), 0.5e-4);
    near(of(" 229.940951 "), 0.5e-6);
    near(of("3.99101099050643e-9"), 3.991_010_990e-18);
    near(of("2.50e-9"), 0.5e-11);
    near(of("0.305936853130"), 3.059_368e-10);
    near(of("11/3"), 11.0 / 3.0 * 1e-9);
    near(of("9"), 9e-9);
    near(of("0"), 1e-12);
}

#[test]
fn a_wrong_value_is_found() {
    let coin_by = |expected: &str, engine: Engine| {
        let text = format!(
            r#"// expect: {expected} (made up)
            // runs: 5000
            (simulate: 1, clock: (horizon: "3d"), rules: {{ toss: (on: [start], chance: "50%") }},
             outcomes: [(name: heads, when: "count(toss) == 1"), (name: tails)],
             questions: {{ heads: (ask: "count(toss)") }})"#
        );
        judge("coin.ron", &text, engine)
    };
    let coin = |expected: &str| [Engine::Sampler, Engine::Exact].map(|engine| coin_by(expected, engine).len());
    assert_eq!(coin(r#"outcome "heads" = 1/2"#), [0, 0]);
    assert_eq!(coin(r#"question "heads" = 0.5"#), [0, 0]);
    assert_eq!(coin(r#"question "heads" = 0.50000001"#), [0, 1], "only one of them is exact");
    for wrong in
        [r#"outcome "heads" = 0.55"#, r#"question "heads" = 0.45"#, r#"outcome "edge" = 0"#, r#"question "q" = 1"#]
    {
        assert_eq!(coin(wrong), [1, 1], "{wrong}");
    }
    assert_eq!(judge("x.ron", "// expect: outcome \"a\" = 1 (s)\n(simulate: 1, rules: [])", Engine::Sampler).len(), 1);
    assert_eq!(judge("x.ron", "(simulate: 1)", Engine::Exact).len(), 1);
}
