//! Bands, sensitivity and discovery as a user meets them, on a scenario whose answers are products of two chances.
//!
//! Does not know the estimators: they are tested in `sensitivity` and beside the code.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// `blaze` has the probability `spark` × `wind`, `fire` has `spark`; `size` does nothing.
const FIRE: &str = r#"(
    simulate: 1,
    title: "Fire",
    clock: (horizon: "2d"),
    words: icd203,
    parameters: {
        spark: (value: "likely", says: "whether it strikes"),
        wind: (value: "unlikely", says: "whether it spreads"),
        size: (value: 3, range: (1, 5), says: "nothing"),
    },
    flags: { lit: (start: false), spread: (start: false) },
    rules: {
        strike: (on: [start], chance: spark, then: ["lit = true"]),
        catches: (on: [strike], chance: wind, then: ["spread = true"]),
    },
    outcomes: [(name: blaze, when: "ever(spread)"), (name: fire, when: "ever(lit)"), (name: none)],
    questions: { any: (ask: "ever(lit)") },
)"#;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        fs::write(desk.path("fire.ron"), FIRE).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, command: &str) -> Output {
        let words: Vec<&str> =
            command.split(' ').map(|word| if word == "TARGET" { "blaze > 30%" } else { word }).collect();
        let mut run = Command::new(env!("CARGO_BIN_EXE_simulate"));
        run.args(words).current_dir(self.0.path()).output().unwrap()
    }

    fn done(&self, command: &str) -> String {
        let output = self.run(command);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, command: &str) -> Value {
        serde_json::from_str(&self.done(&format!("{command} --format json"))).unwrap()
    }

    fn refused(&self, command: &str, code: i32) -> String {
        let output = self.run(command);
        assert_eq!(output.status.code(), Some(code), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    }
}

fn named<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let found = list.as_array().unwrap().iter().find(|item| item[key] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list}"))
}

fn close(value: &Value, expected: f64, tolerance: f64) {
    let value = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((value - expected).abs() < tolerance, "{value}, expected {expected}");
}

/// Medians of the laws of `likely` and `unlikely`.
const SPARK: f64 = 0.688_574;
const WIND: f64 = 0.311_426;

#[test]
fn a_band_is_the_judgements_and_the_estimate_is_the_files() {
    let desk = Desk::new();
    let study = desk.json("bands fire.ron --draws 400 --words");
    let fire = named(&study["quantities"], "name", "any");
    close(&fire["estimate"], SPARK, 1e-5);
    assert_eq!((fire["solved"].as_bool(), fire["band"]["exact"].as_bool()), (Some(true), Some(true)));
    close(&fire["band"]["low"]["value"], 0.55, 0.025);
    close(&fire["band"]["high"]["value"], 0.8, 0.025);
    assert_eq!(fire["words"], serde_json::json!(["likely", "likely", "likely"]));
    let blaze = named(&study["quantities"], "name", "blaze");
    close(&blaze["estimate"], SPARK * WIND, 1e-5);
    // Both judgements are the author's: they are high together, so 5 % and 95 % of each meet.
    close(&blaze["band"]["low"]["value"], 0.55 * 0.2, 0.02);
    close(&blaze["band"]["high"]["value"], 0.8 * 0.45, 0.03);
    let apart = desk.json("bands fire.ron --draws 400 --independent");
    let width = |study: &Value| {
        let band = &named(&study["quantities"], "name", "blaze")["band"];
        band["high"]["value"].as_f64().unwrap() - band["low"]["value"].as_f64().unwrap()
    };
    assert!(width(&apart) < width(&study), "sharing a source widens a band");
}

/// M. Hellman (2008), with 0.02 a year for a crisis and both further steps even from 10 to 50 %: mean 0.0018 a year, 90 %
/// from 0.0005 to 0.0038.
#[test]
fn the_band_of_a_published_chain_is_the_published_one() {
    let desk = Desk::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/cmtc.ron");
    let study = desk.json(&format!("bands {file} --set initiating=0.06 --draws 1000"));
    let band = &named(&study["quantities"], "name", "full_war_in_a_year")["band"];
    close(&band["mean"], 0.001_8, 0.000_1);
    close(&band["low"]["value"], 0.000_53, 0.000_06);
    close(&band["high"]["value"], 0.003_8, 0.000_2);
}

#[test]
fn what_is_set_is_in_no_doubt() {
    let desk = Desk::new();
    let study = desk.json("bands fire.ron --draws 50 --set spark=0.5");
    let fire = named(&study["quantities"], "name", "any");
    close(&fire["band"]["deviation"], 0.0, 1e-12);
    close(&fire["estimate"], 0.5, 1e-9);
    let names: Vec<&str> = study["judgements"].as_array().unwrap().iter().filter_map(|j| j["name"].as_str()).collect();
    assert_eq!(names, ["wind", "size"]);
}

#[test]
fn sampled_studies_are_the_same_bytes_whatever_the_threads() {
    let desk = Desk::new();
    for command in [
        "bands fire.ron --draws 40 --runs 50 --no-exact --format csv",
        "sensitivity fire.ron --runs 200 --no-exact --format csv",
        "sensitivity fire.ron --method pawn --samples 60 --runs 50 --no-exact --format csv",
    ] {
        let one = desk.done(&format!("{command} --threads 1"));
        assert_eq!(one, desk.done(&format!("{command} --threads 3")), "{command}");
        assert_ne!(one, desk.done(&format!("{command} --seed 2")), "{command}");
    }
}

#[test]
fn a_tornado_has_exact_ends_and_its_longest_bar_first() {
    let desk = Desk::new();
    let study = desk.json("sensitivity fire.ron --runs 100 --of blaze");
    let bars = study["answers"][0]["bars"].as_array().unwrap();
    let names: Vec<&str> = bars.iter().map(|bar| bar["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["wind", "wind", "spark", "spark", "size", "size"]);
    for (bar, expected) in bars.iter().zip([
        SPARK * (0.2 - WIND),
        SPARK * (0.45 - WIND),
        WIND * (0.55 - SPARK),
        WIND * (0.8 - SPARK),
        0.0,
        0.0,
    ]) {
        close(&bar["difference"], expected, 1e-5);
        assert_eq!(bar["pairing"], "exact");
    }
    let text = desk.done("sensitivity fire.ron --runs 100 --of blaze");
    assert!(text.contains("wind") && text.contains("1 of which no effect can be told from none"), "{text}");
}

/// Of a product of two independent numbers: `V = (a + p²)(b + q²) - p²q²` with means p, q and variances a, b.
#[test]
fn sobol_indices_of_a_product_are_its_closed_form() {
    use simulate::analysis::factor::Spread;
    let desk = Desk::new();
    let study = desk.json("sensitivity fire.ron --method sobol --samples 256 --of blaze");
    let moments = |low: f64, high: f64| {
        let law = Spread::judged(low, high);
        let points: Vec<f64> = (0..20_000).map(|i| law.quantile((f64::from(i) + 0.5) / 20_000.0)).collect();
        let mean = points.iter().sum::<f64>() / 20_000.0;
        (mean, points.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 20_000.0)
    };
    let ((p, a), (q, b)) = (moments(0.55, 0.8), moments(0.2, 0.45));
    let variance = (a + p * p) * (b + q * q) - p * p * q * q;
    let answer = &study["answers"][0];
    close(&answer["mean"], p * q, 0.003);
    assert_eq!(answer["noise"], 0.0);
    let index =
        |name: &str| &answer["indices"][answer["names"].as_array().unwrap().iter().position(|n| n == name).unwrap()];
    close(&index("spark")["S1"], a * q * q / variance, 0.03);
    close(&index("wind")["S1"], b * p * p / variance, 0.03);
    close(&index("spark")["ST"], 1.0 - b * p * p / variance, 0.03);
    close(&index("size")["ST"], 0.0, 1e-9);
}

#[test]
fn rules_and_names_are_factors_too() {
    let desk = Desk::new();
    let study =
        desk.json("sensitivity fire.ron --method morris --samples 20 --factor catches --factor spark --of blaze");
    let answer = &study["answers"][0];
    assert_eq!(answer["names"], serde_json::json!(["catches", "spark"]));
    // Switching the rule off takes all away: the effect is the probability of `spark` times that of `wind`.
    close(&answer["indices"][0]["mu"], -SPARK * WIND, 0.05);
    assert!(answer["indices"][0]["mu_star_conf"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_box_is_found_in_a_sweep() {
    let desk = Desk::new();
    desk.done("sweep fire.ron --vary spark=0.1..0.9:17 --vary wind=0.1..0.9:17 --vary size --out grid --design sobol --points 300");
    let text = desk.done("discover grid --target TARGET --resamples 10");
    assert!(text.contains("blaze > 30% in "), "{text}");
    let study: Value =
        serde_json::from_str(&desk.done("discover grid --target TARGET --resamples 10 --format json")).unwrap();
    let first = &study["boxes"][0];
    let limits: Vec<&str> = first["limits"].as_array().unwrap().iter().filter_map(|l| l["factor"].as_str()).collect();
    assert_eq!(limits, ["spark", "wind"]);
    assert!(first["coverage"].as_f64().unwrap() > 0.7 && first["density"].as_f64().unwrap() > 0.7, "{first}");
    let leaves = study["leaves"].as_array().unwrap();
    assert_eq!(leaves.iter().map(|leaf| leaf["cases"].as_u64().unwrap()).sum::<u64>(), 300);
}

#[test]
fn mistakes_say_what_to_write() {
    let desk = Desk::new();
    for (command, code, told) in [
        ("bands fire.ron --draws 5", 2, "20 to 1,000,000"),
        (
            "bands fire.ron --set spark=0.5 --set wind=0.5 --set size=2",
            1,
            "nothing in this scenario is stated as a judgement",
        ),
        ("sensitivity fire.ron --of blase", 2, "did you mean `blaze`"),
        ("sensitivity fire.ron --factor sparc", 2, "did you mean `spark`"),
        ("discover fire.csv --target TARGET", 1, "cannot read `fire.csv`"),
        ("discover fire.ron --target TARGET", 1, "no table of comma-separated values"),
        ("discover fire.ron --target blaze=3", 2, "such as `war > 10%`"),
    ] {
        let message = desk.refused(command, code);
        assert!(message.contains(told), "{command}: {message}");
    }
    fs::write(
        desk.path("fire.ron"),
        FIRE.replace("words: icd203,", "").replace("\"likely\"", "0.7").replace("\"unlikely\"", "0.3"),
    )
    .unwrap();
    assert!(desk.refused("bands fire.ron --words", 2).contains("names no scale"));
}
