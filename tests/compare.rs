//! `simulate compare`: two variants on the same runs, in three forms, and the commands that cannot be meant.
//!
//! Does not know how differences are estimated: that is tested beside the estimators.

use crate::support::Ran;

fn simulate(options: &str) -> Ran {
    Ran::simulate(&options.split_whitespace().collect::<Vec<_>>())
}

fn told(options: &str) -> String {
    simulate(options).succeeds()
}

fn refused(options: &str) -> (Option<i32>, String) {
    let ran = simulate(options);
    assert!(ran.out.is_empty());
    (Some(ran.code), ran.err)
}

const BACKED: &str = "compare scenarios/outreach.ron --variant us_backs_talks --runs 2000";

#[test]
fn the_report_is_the_same_whatever_the_threads_and_from_its_own_command() {
    let report = told(BACKED);
    assert_eq!(report, told(&format!("{BACKED} --threads 3")));
    let again = report.lines().find_map(|line| line.strip_prefix("again:   simulate ")).expect("it says how");
    assert_eq!(report, told(again));
    for part in ["How it ends", "Which rules fire more", "Runs that end otherwise", "Runs that show it", "seed 1"] {
        assert!(report.contains(part), "{part}: {report}");
    }
    insta::assert_snapshot!("compare", report);
}

/// An exemplar ends as the comparison says on either side.
#[test]
fn exemplars_end_as_they_are_said_to() {
    let json: serde_json::Value = serde_json::from_str(&told(&format!("{BACKED} --format json"))).expect("JSON");
    let exemplars = json["exemplars"].as_array().expect("a list");
    assert_eq!(exemplars.len(), 5);
    for found in exemplars {
        for (side, end) in [(0, "from"), (1, "to")] {
            let command = found["trace"][side].as_str().and_then(|c| c.strip_prefix("simulate ")).expect("a command");
            let story = told(command);
            let end = found[end].as_str().expect("a name");
            assert!(story.contains(end), "{command}: no `{end}` in {story}");
        }
    }
    let flips = json["flips"].as_array().expect("a list");
    assert_eq!(flips.iter().map(|flip| flip["runs"].as_u64().unwrap()).sum::<u64>(), 2_000);
}

/// Two variants stand against each other: the difference is minus that of the sides exchanged.
#[test]
fn sides_exchanged_change_the_sign() {
    let table = |options: &str| {
        let text = told(&format!("compare scenarios/outreach.ron --runs 1000 --no-exact --format csv {options}"));
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let rows = rows.records().map(|row| row.expect("a row"));
        let number = |text: &str| text.parse::<f64>().ok();
        let row =
            |row: csv::StringRecord| (row[0].to_owned() + &row[1], [9, 10, 11].map(|column| number(&row[column])));
        rows.filter(|row| ["outcome", "question", "mean"].contains(&&row[0])).map(row).collect::<Vec<_>>()
    };
    let there = table("--variant us_backs_talks --variant no_cuba");
    let back = table("--base-variant no_cuba --variant us_backs_talks");
    assert!(there.len() > 3);
    for ((name, [value, low, high]), (other, [minus, minus_low, minus_high])) in there.into_iter().zip(back) {
        assert_eq!(name, other);
        for (x, y) in [(value, minus), (low, minus_high), (high, minus_low)] {
            assert!(x.zip(y).is_none_or(|(x, y)| (x + y).abs() < 1e-12), "{name}: {x:?} {y:?}");
        }
    }
}

#[test]
fn a_file_against_another_file() {
    let report = told("compare scenarios/outreach.ron scenarios/ring.ron --runs 200");
    assert!(report.contains("Asked on one side only: outcome:"), "{report}");
    assert!(report.contains("base: scenarios/outreach.ron: the file as it is"), "{report}");
}

#[test]
fn commands_that_cannot_be_meant_are_refused() {
    for (options, code, said) in [
        ("compare scenarios/outreach.ron", 2, "both sides are the same"),
        ("compare scenarios/outreach.ron --variant nobody", 2, "the variants are"),
        ("compare scenarios/outreach.ron --base-set nothing=1", 2, "nothing"),
        ("compare scenarios/outreach.ron --variant a --variant b --variant c", 2, "`--base-variant`"),
        ("compare scenarios/none.ron --variant a", 1, "none.ron"),
        ("compare - -", 2, "only one of two scenarios"),
        ("compare scenarios/outreach.ron --set us_line=back --runs 0", 2, "at least one run"),
    ] {
        let (found, message) = refused(options);
        assert_eq!(found, Some(code), "{options}: {message}");
        assert!(message.contains(said), "{options}: {message}");
    }
}
