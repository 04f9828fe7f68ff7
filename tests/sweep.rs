//! `simulate sweep`, `merge` and `submit` as a user meets them: the same bytes however the points came to be, and clear
//! words where they cannot be.
//!
//! Does not know what a point should give, only that `simulate` with the same settings gives it too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::Ran;

const SCENARIO: &str = r#"(
    simulate: 1,
    title: "Border",
    words: icd203,
    clock: (start: "2024-01-01", end: "2024-06-30"),
    parameters: {
        rate: (value: 3, range: (1, 9), per: "100d", says: "incidents"),
        line: (one_of: [soft, hard], value: soft, says: "the line that blue takes"),
        pause: (value: "10d", range: ("5d", "20d"), says: "quiet before it calms"),
    },
    actors: { red: (postures: { line: (ladder: [calm, tense, war], start: calm) }) },
    rules: {
        incident: (says: "An incident.", pressure: rate, then: ["red.line up"]),
        calming: (says: "It calms.", on: [incident], when: "red.line == tense and line == soft", chance: "likely",
            after: "5d to 9d", then: ["red.line down"]),
        patience: (says: "It calms by itself.", every: "7d", when: "red.line == tense and since(incident) >= pause",
            choose: { calm: (weight: "unlikely", then: ["red.line down"]), otherwise: () }),
    },
    outcomes: [(name: war, when: "ever(red.line == war)", severity: 5), (name: peace)],
    questions: { incidents: (ask: "count(incident)"), early: (ask: "ever(red.line == war) by 2024-02-29") },
    variants: { quiet: (says: "Few incidents.", set: { rate: 1 }), harder: (set: { line: hard }) },
)"#;

/// A directory with `border.ron`, and commands that run in it.
struct Desk {
    directory: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { directory: tempfile::tempdir().unwrap() };
        fs::write(desk.path("border.ron"), SCENARIO).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_simulate"));
        command.args(words.split_whitespace()).current_dir(self.directory.path()).env_remove("NO_COLOR");
        for name in ["SLURM_ARRAY_TASK_ID", "AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX", "_CONDOR_JOB_AD"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, words: &str) -> Ran {
        Ran::new(self.command(words).output().unwrap())
    }

    /// What a command prints that succeeds.
    fn out(&self, words: &str) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "{words}: {}", ran.err);
        ran.out
    }

    /// The files of a directory that do not begin with a dot, by name.
    fn files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(name)).unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let kept = entries.filter(|path| !name(path).starts_with('.'));
        kept.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
    }
}

/// Ten points, sampled.
const TEN: &str = "border.ron --vary rate=1..9:5 --vary line --runs 300 --no-exact --seed 4";

#[derive(Debug)]
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(text: &str) -> Self {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { header: rows.remove(0), rows }
    }

    fn column(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// The cell of `name` in the first row in which all of these hold.
    fn cell(&self, holds: &[(&str, &str)], name: &str) -> &str {
        let fits = |row: &&Vec<String>| holds.iter().all(|(column, value)| row[self.column(column)] == *value);
        &self.rows.iter().find(fits).unwrap_or_else(|| panic!("no row with {holds:?}"))[self.column(name)]
    }
}

#[test]
fn every_row_of_the_table_is_what_simulate_says_of_the_same_settings() {
    let desk = Desk::new();
    let table = Table::of(&desk.out(&format!("sweep {TEN} --format csv")));
    assert_eq!(table.rows.len(), 11 * 4, "base and ten points; two outcomes, a mean, a yes/no question");
    for (rate, line) in [("1", "soft"), ("5", "hard"), ("9", "hard")] {
        let alone =
            format!("border.ron --set rate={rate} --set line={line} --runs 300 --no-exact --seed 4 --format csv");
        let alone = Table::of(&desk.out(&alone));
        for name in ["war", "peace", "incidents", "early"] {
            let number = |text: &str| text.parse::<f64>().unwrap();
            let swept =
                |column| number(table.cell(&[("rate", rate), ("line", line), ("name", name), ("runs", "300")], column));
            for column in ["value", "low", "high"] {
                let (a, b) = (swept(column), number(alone.cell(&[("name", name)], column)));
                assert!((a - b).abs() <= 1e-9 * a.abs(), "{rate} {line} {name} {column}: {a} {b}");
            }
            let base = number(table.cell(&[("point", "0"), ("name", name)], "value"));
            assert!((swept("value") - base - swept("difference")).abs() < 1e-9, "{name}");
            assert!(swept("difference_low") <= swept("difference") && swept("difference") <= swept("difference_high"));
        }
    }
    assert_eq!(table.cell(&[("point", "0")], "difference"), "");
    assert_eq!(table.cell(&[("point", "3"), ("name", "war")], "pairing"), "paired");
}

#[test]
fn every_kind_of_factor_is_set_as_its_option_sets_it() {
    let desk = Desk::new();
    let options = [
        ("--vary rate=2", "--set rate=2"),
        ("--vary pause=5d,20d", "--set pause=20d"),
        ("--vary line", "--set line=hard"),
        ("--vary calming", "--forbid calming"),
        ("--vary patience/calm", "--forbid patience/calm"),
        ("--vary calming.chance=5%,10%", "--set calming.chance=10%"),
        ("--vary patience/calm.weight=0.9", "--set patience/calm.weight=0.9"),
        ("--vary variant=quiet,harder", "--variant harder"),
        ("--matrix", "--variant harder"),
    ];
    for (vary, option) in options {
        let table = Table::of(&desk.out(&format!("sweep border.ron {vary} --runs 400 --no-exact --format csv")));
        let last = table.rows.iter().rev().find(|row| row[table.column("name")] == "war").unwrap();
        let alone = Table::of(&desk.out(&format!("border.ron {option} --runs 400 --no-exact --format csv")));
        let (swept, alone) = (&last[table.column("value")], alone.cell(&[("name", "war")], "value"));
        assert_eq!(swept, alone, "{vary}");
        assert_ne!(swept, table.cell(&[("point", "0"), ("name", "war")], "value"), "{vary} changes something");
    }
}

#[test]
fn what_is_solved_is_exact() {
    let desk = Desk::new();
    let table = Table::of(&desk.out("sweep border.ron --vary rate=1,9 --forbid patience --runs 200 --format csv"));
    for row in table.rows.iter().filter(|row| row[table.column("name")] == "war") {
        assert_eq!((row[table.column("basis")].as_str(), row[table.column("runs")].as_str()), ("exact", "0"));
    }
    assert_eq!(table.cell(&[("point", "2"), ("name", "war")], "pairing"), "exact");
}

#[test]
fn parts_merged_in_any_order_are_the_whole_byte_for_byte() {
    let desk = Desk::new();
    let views = ["text", "csv", "json"];
    let whole: Vec<String> =
        views.iter().map(|view| desk.out(&format!("sweep {TEN} --out whole --format {view}"))).collect();
    for parts in [1, 2, 5] {
        let mut directories = Vec::new();
        for part in (1..=parts).rev() {
            let directory = format!("part-{parts}-{part}");
            desk.out(&format!("sweep {TEN} --shard {part}/{parts} --threads {part} --out {directory}"));
            directories.push(directory);
        }
        for turn in 0..parts {
            directories.rotate_left(turn);
            let all = directories.join(" ");
            for (view, whole) in views.iter().zip(&whole) {
                assert_eq!(desk.out(&format!("merge {all} --format {view}")), *whole, "{parts} parts as {view}");
            }
        }
        let all = directories.join(" ");
        desk.out(&format!("merge {all} --out merged-{parts} --table t{parts}.parquet"));
        assert_eq!(desk.files(&format!("merged-{parts}")), desk.files("whole"));
    }
    desk.out("merge whole --table whole.parquet");
    let bytes = |name: &str| fs::read(desk.path(name)).unwrap();
    assert!(bytes("t1.parquet") == bytes("whole.parquet") && bytes("t5.parquet") == bytes("whole.parquet"));
    assert!(bytes("whole.parquet").starts_with(b"PAR1") && bytes("whole.parquet").ends_with(b"PAR1"));
}

#[test]
fn a_killed_sweep_goes_on_and_comes_to_the_same_bytes() {
    let desk = Desk::new();
    let sweep = "sweep border.ron --vary rate=1..9:6 --vary line --runs 2000 --no-exact --format csv";
    let started = std::time::Instant::now();
    let never = desk.out(&format!("{sweep} --out never"));
    let took = started.elapsed();
    for (index, share) in [0.05, 0.3, 0.5, 0.7, 0.9].into_iter().enumerate() {
        let directory = format!("killed{index}");
        let mut child =
            desk.command(&format!("{sweep} --out {directory}")).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(took.as_secs_f64() * share));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(desk.out(&format!("{sweep} --out {directory}")), never);
        assert_eq!(desk.files(&directory), desk.files("never"));
    }
}

#[test]
fn only_what_is_missing_is_computed() {
    let desk = Desk::new();
    let first = desk.out(&format!("sweep {TEN} --out d"));
    let before = desk.files("d");
    let changed = |name: &str| fs::metadata(desk.path("d").join(name)).unwrap().modified().unwrap();
    let times: BTreeMap<&String, _> = before.keys().map(|name| (name, changed(name))).collect();
    for name in ["point-000003.json", "point-000007.json"] {
        fs::remove_file(desk.path("d").join(name)).unwrap();
    }
    let again = desk.run(&format!("sweep {TEN} --out d"));
    assert!(again.err.contains("9 points are there already, 2 are missing"), "{}", again.err);
    assert_eq!((again.out, desk.files("d")), (first, before.clone()));
    for (name, time) in
        times.iter().filter(|(name, _)| !["point-000003.json", "point-000007.json"].contains(&name.as_str()))
    {
        assert_eq!(changed(name), *time, "{name} was left as it was");
    }
}

#[test]
fn a_damaged_point_is_computed_again_and_refused_by_merge() {
    let desk = Desk::new();
    let first = desk.out(&format!("sweep {TEN} --out d"));
    let good = desk.files("d");
    let path = desk.path("d").join("point-000004.json");
    let whole = good["point-000004.json"].clone();
    // Another digit of a number: nothing but the checksum can tell.
    let mut flipped = whole.clone();
    let mark: &[u8] = b"\"value\":0.";
    let place = whole.windows(mark.len()).position(|bytes| bytes == mark).expect("a share") + mark.len();
    flipped[place] = if flipped[place] == b'9' { b'8' } else { flipped[place] + 1 };
    let (cut, empty) = (whole[..whole.len() / 2].to_vec(), Vec::new());
    let header_only = whole[..=whole.iter().position(|byte| *byte == b'\n').unwrap()].to_vec();
    for bad in [flipped, cut, empty, header_only] {
        fs::write(&path, &bad).unwrap();
        desk.run("merge d")
            .refused(1, &["point 4 is damaged", "checksum", "point-000004.json", "1 of 11 points are missing: 4"]);
        let again = desk.run(&format!("sweep {TEN} --out d"));
        assert!(again.err.contains("is damaged") && again.err.contains("computed again"), "{}", again.err);
        assert_eq!((again.out.as_str(), desk.files("d")), (first.as_str(), good.clone()));
    }
    let study = desk.path("d").join("study.json");
    fs::write(&study, b"{}").unwrap();
    desk.run(&format!("sweep {TEN} --out d")).refused(1, &["study.json` is damaged", "delete that file"]);
    fs::remove_file(&study).unwrap();
    desk.out(&format!("sweep {TEN} --out d"));
    assert_eq!(desk.files("d"), good);
}

#[test]
fn a_directory_of_another_sweep_is_refused_with_both_digests() {
    let desk = Desk::new();
    desk.out(&format!("sweep {TEN} --out d"));
    let before = desk.files("d");
    let digest = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string()[..12].to_owned();
    let other = SCENARIO.replace("title: \"Border\"", "title: \"Other\"");
    fs::write(desk.path("other.ron"), &other).unwrap();
    let (ours, theirs) = (digest(SCENARIO), digest(&other));
    let again = format!("sweep {} --out d", TEN.replace("border", "other"));
    desk.run(&again)
        .refused(2, &["holds another sweep", &format!("scenario {ours} there, {theirs} here"), "sweep border.ron"]);
    let changed = [
        ("--seed 4", "--seed 5", "seed 4 there, 5 here"),
        ("--runs 300", "--runs 400", "runs 300 there, 400 here"),
        ("rate=1..9:5", "rate=1..9:4", "points 10 there, 8 here"),
        ("rate=1..9:5", "rate=2..9:5", "factors"),
        ("--no-exact", "", "solved no there, yes here"),
        ("--no-exact", "--no-exact --forbid calming", "changes none there, --forbid calming here"),
    ];
    for (from, to, says) in changed {
        desk.run(&format!("sweep {} --out d", TEN.replace(from, to)))
            .refused(2, &["holds another sweep", says, "sweep"]);
    }
    desk.out(&format!("sweep {} --out e", TEN.replace("--seed 4", "--seed 5")));
    desk.run("merge d e").refused(2, &["are of different sweeps", "seed 4 in `d`, 5 in `e`"]);
    fs::copy(desk.path("e/point-000002.json"), desk.path("d/point-000002.json")).unwrap();
    desk.run(&format!("sweep {TEN} --out d")).refused(2, &["is a point of another sweep", "seed 5", "seed 4"]);
    fs::write(desk.path("d/point-000002.json"), &before["point-000002.json"]).unwrap();
    assert_eq!(desk.files("d"), before, "nothing was touched");
    let spread = "sweep border.ron --vary rate=1..9 --design lhs --points 4 --runs 100 --no-exact --out s";
    desk.out(spread);
    desk.run(&spread.replace("1..9", "1..8")).refused(2, &["rate (1 to 9) there, rate (1 to 8) here"]);
    desk.run(&format!("sweep {TEN} --out .")).refused(2, &["not empty", "no sweep"]);
}

#[test]
fn merge_says_what_is_missing() {
    let desk = Desk::new();
    desk.out(&format!("sweep {TEN} --shard 1/2 --out a"));
    desk.run("merge a")
        .refused(1, &["5 of 11 points are missing: 2, 4, 6, 8, 10", "run the command of each part again"]);
    desk.run("merge nowhere").refused(2, &["there is no directory `nowhere`"]);
    fs::create_dir(desk.path("bare")).unwrap();
    desk.run("merge bare").refused(2, &["holds no sweep"]);
}

#[test]
fn bad_input_is_told_before_anything_is_computed() {
    let desk = Desk::new();
    let cases: [(&str, &[&str]); 24] = [
        ("--vary rte=1..2:3", &["nothing `rte` to vary", "did you mean `rate`?"]),
        ("--vary calmin", &["did you mean `calming`?"]),
        ("--vary calming.chanc=0.1", &["did you mean `calming.chance`?"]),
        ("--vary rate=0.5..2:3", &["the range 1 to 9", "0.5 is outside", "--vary rate=0.5..2:3"]),
        ("--vary line=soft,hrd", &["cannot be `hrd`", "did you mean `hard`?"]),
        ("--vary patience/calm.weight=0.5,1.5", &["`1.5` is none that fits"]),
        (
            "--vary rate=1..9:10000 --vary pause=5d..20d:4 --vary calming.chance=0..1:25000000",
            &["`calming.chance` with 25000000 values", "100000 points at most"],
        ),
        (
            "--vary rate=1..9:10000 --vary calming.chance=0..1:10000 --vary patience/calm.weight=0..1:10000",
            &["1,000,000,000,000 points (10,000 × 10,000 × 10,000)", "at most 100,000"],
        ),
        ("--vary =3", &["without a name"]),
        ("--vary rate=", &["without values"]),
        ("--vary rate=9..1:4", &["does not go up", "rate=1..9:4"]),
        ("--vary rate=1..9", &["how many values", "rate=1..9:5"]),
        ("--vary rate=1..9:x", &["`x` is no number of values"]),
        ("--vary rate=1..9:1", &["at least 2 values"]),
        ("--vary rate=a..b:3", &["`a` is no end of a range"]),
        ("--vary rate=1,,3", &["empty place", "rate=1,3"]),
        ("--vary rate=1,1", &["`1` twice"]),
        ("--vary line=1..2:3", &["one of several names"]),
        ("--vary pause=5..9:3", &["is a duration"]),
        ("--vary rate=1,2 --vary rate=3", &["varied twice"]),
        ("", &["nothing is varied"]),
        ("--vary line --design sobol", &["how many points"]),
        ("--vary line --shard 0/3 --out d", &["counted from 1"]),
        ("--vary line --show wr", &["did you mean `war`?"]),
    ];
    for (options, words) in cases {
        desk.run(&format!("sweep border.ron {options}")).refused(2, words);
    }
    assert!(!desk.path("d").exists());
}

/// What `sbatch` does of an array and of a job that depends on it, on one machine.
const SBATCH: &str = r#"#!/bin/sh
script=$(mktemp); cat > "$script"
for word in "$@"; do
    case $word in
        --array=1-*) count=${word#--array=1-} ;;
        --dependency=afterok:7) after=yes ;;
        --dependency=*) echo "depends on $word" >&2; exit 1 ;;
    esac
done
if [ -n "${count:-}" ]; then
    for index in $(seq 1 "$count"); do
        SLURM_ARRAY_TASK_ID=$index SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=$count sh "$script" > /dev/null || exit 1
    done
    echo 7
else
    [ "${after:-}" = yes ] && sh "$script" > merged.txt && echo 8
fi
"#;

#[cfg(unix)]
#[test]
fn the_script_for_slurm_computes_the_parts_and_merges_them() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let script = desk.out(&format!("submit slurm --array 3 --print --sbatch=--time=1:00:00 {TEN} --out shared"));
    assert!(
        script.contains("--array=1-3 --time=1:00:00") && script.contains("--dependency=\"afterok:$array\""),
        "{script}"
    );
    fs::write(desk.path("sbatch"), SBATCH).unwrap();
    fs::set_permissions(desk.path("sbatch"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", desk.directory.path().display(), std::env::var("PATH").unwrap());
    let submitted = desk
        .command(&format!("submit slurm --array 3 {TEN} --out shared"))
        .env("PATH", path)
        .env("SIMULATE", env!("CARGO_BIN_EXE_simulate"))
        .output()
        .unwrap();
    let submitted = Ran::new(submitted);
    assert_eq!((submitted.code, submitted.out.as_str()), (0, "8\n"), "{}", submitted.err);
    assert_eq!(fs::read_to_string(desk.path("merged.txt")).unwrap(), desk.out(&format!("sweep {TEN}")));
    desk.run(&format!("submit slurm --array 3 {TEN}")).refused(2, &["--out DIR"]);
}
