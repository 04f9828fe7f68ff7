//! The same luck: what a run draws depends on the seed, the rule, the cause and the run, and on nothing else.
//!
//! Compares whole stories, run by run and tick by tick.

use crate::support::{Scenario, Told};

/// Two stories that have nothing to do with each other; the north has every clock and every kind of draw.
const WORLD: &str = r#"
    clock: (start: "2024-01-01", end: "2024-03-31"),
    parameters: { south_rate: (value: 0.3, per: "1d", range: (0.01, 3), says: "south") },
    actors: {
        north: (postures: { mood: (ladder: [calm, tense, hostile], start: calm) }),
        south: (postures: { mood: (ladder: [calm, tense, hostile], start: calm) }),
    },
    indicators: { fear: (range: (0, 50), start: 10), hope: (range: (0, 50), start: 10) },
    rules: {
        // south
        south_shot: (pressure: south_rate, then: ["fear += 1"]),
        south_march: (every: "5d", choose: { loud: (weight: 0.4, then: ["fear += 3"]), quiet: (weight: 0.6) }),
        south_answer: (on: [south_shot], chance: "50%", after: "1d to 9d", then: ["south.mood up"]),
        // north
        north_shot: (pressure: [(when: "hope > 20", is: "0.4 per 1d"), (is: "0.2 per 1d")], then: ["hope += 1"]),
        north_raid: (pressure: "0.5 per 7d", choose: { hit: (odds: "1 + hope"), miss: (odds: 30) }),
        north_march: (every: "3d", choose: { loud: (weight: 0.4, then: ["hope += 2"]), quiet: (weight: 0.6) }),
        north_answer: (on: [north_shot, north_march], chance: "50%", after: "typically 2d to 9d", then: ["north.mood up"]),
        north_echo: (on: [north_raid], chance: "0.3", choose: { far: (weight: 0.5), near: (weight: 0.5) }),
        north_day: (at: "2024-02-01", choose: { parade: (weight: 0.5, then: ["hope += 5"]), silence: (weight: 0.5) }),
        // end
    },
    outcomes: [(name: hostile, when: "north.mood == hostile at end"), (name: other)],
"#;

const RUNS: u64 = 70;

fn world() -> Scenario {
    Scenario::new(WORLD).runs(RUNS).seed(42)
}

/// What is told of the rules whose id begins with `prefix`, run by run.
fn about(stories: &[Vec<Told>], prefix: &str) -> Vec<Vec<Told>> {
    stories.iter().map(|story| story.iter().filter(|t| t.who.starts_with(prefix)).cloned().collect()).collect()
}

fn until(stories: &[Vec<Told>], days: f64) -> Vec<Vec<Told>> {
    stories.iter().map(|story| story.iter().filter(|t| t.day() < days).cloned().collect()).collect()
}

fn firings(stories: &[Vec<Told>]) -> usize {
    stories.iter().flatten().filter(|told| told.is_firing()).count()
}

#[track_caller]
fn assert_same(one: &[Vec<Told>], other: &[Vec<Told>]) {
    assert!(firings(one) > 1_000, "there is something to compare");
    assert_eq!(one.len(), other.len());
    for (run, (one, other)) in one.iter().zip(other).enumerate() {
        let place = one.iter().zip(other).position(|(a, b)| a != b).unwrap_or(one.len().min(other.len()));
        assert!(one == other, "run {run} differs at line {place}: {:?} and {:?}", one.get(place), other.get(place));
    }
}

#[test]
fn no_thread_changes_a_run() {
    let one = world().runs(700).threads(1);
    let (stories, answers) = (one.stories(), one.sample());
    for threads in [2, 3, 7] {
        let many = world().runs(700).threads(threads);
        assert_same(&stories, &many.stories());
        assert_eq!(answers, many.sample());
    }
}

/// Whatever makes the sampler faster, every run stays as it is, tick by tick. A change here is a new semantics version.
#[test]
fn all_that_is_drawn_is_pinned() {
    let stories = world().stories();
    let digest = blake3::hash(format!("{stories:?}").as_bytes()).to_hex();
    insta::assert_snapshot!("drawn", format!("{} firings in {RUNS} runs\n{digest}\n", firings(&stories)));
}

#[test]
fn a_run_alone_is_that_run_of_the_batch() {
    let batch = world().stories();
    let alone: Vec<Vec<Told>> = (0..RUNS).map(|run| world().story(run)).collect();
    assert_same(&batch, &alone);
    // On both sides of every way in which runs are divided, in blocks or among threads.
    let many = world().runs(3_000).stories();
    assert_same(&batch, &many[..RUNS as usize]);
    for run in [31, 32, 255, 256, 1_023, 1_024, 2_047, 2_048, 2_999] {
        assert_eq!(many[run as usize], world().story(run), "run {run}");
    }
}

#[test]
fn seeds_and_runs_differ() {
    let (one, other) = (world().stories(), world().seed(43).stories());
    assert!(one.iter().zip(&other).all(|(a, b)| a != b));
    assert!(one.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn a_rule_deleted_leaves_the_others_alone() {
    let all = world().stories();
    let without = |rule: &str| {
        let line = WORLD.lines().find(|line| line.trim_start().starts_with(&format!("{rule}: "))).unwrap();
        world().with(line, "").stories()
    };
    let north = about(&all, "north");
    for rule in ["south_march", "south_answer"] {
        assert_same(&north, &about(&without(rule), "north"));
    }
    assert_same(&about(&all, "south_shot"), &about(&without("south_march"), "south_shot"));
    assert_same(&about(&all, "south"), &about(&without("north_day"), "south"));
    assert_same(&about(&all, "north_shot"), &about(&without("north_answer"), "north_shot"));
    // All of the south at once.
    let (before, rest) = WORLD.split_once("// south\n").unwrap();
    let (_, north_rules) = rest.split_once("// north\n").unwrap();
    let alone = Scenario::new(&format!("{before}{north_rules}")).runs(RUNS).seed(42);
    assert_same(&north, &about(&alone.stories(), "north"));
}

#[test]
fn a_rule_forbidden_leaves_the_others_alone() {
    let north = about(&world().stories(), "north");
    assert_same(&north, &about(&world().forbid("south_shot").stories(), "north"));
    assert_same(&north, &about(&world().forbid("south_march/loud").stories(), "north"));
}

#[test]
fn a_rule_added_leaves_the_others_alone() {
    let added = r#"
        an_east_wind: (pressure: "9 per 1d"),
        zz_last: (on: [north_shot, an_east_wind], chance: "0.5", after: "0d to 3d", choose: { a: (odds: 1), b: (odds: 2) }),
        midday: (every: "1d"),
        // south
    "#;
    let more = world().with("// south\n", &format!("{added}\n")).stories();
    assert_same(&about(&world().stories(), "north"), &about(&more, "north"));
    assert_same(&about(&world().stories(), "south"), &about(&more, "south"));
}

#[test]
fn a_rule_moved_in_the_file_keeps_its_luck() {
    let (before, rest) = WORLD.split_once("// south\n").unwrap();
    let (south, rest) = rest.split_once("// north\n").unwrap();
    let (north, after) = rest.split_once("// end\n").unwrap();
    let moved = Scenario::new(&format!("{before}{north}{south}{after}")).runs(RUNS).seed(42).stories();
    let all = world().stories();
    assert_same(&about(&all, "north"), &about(&moved, "north"));
    assert_same(&about(&all, "south"), &about(&moved, "south"));
    // Pressures and calendar do not care for the order within the north either.
    let reversed = north.trim_end().lines().rev().collect::<Vec<_>>().join("\n");
    let turned = Scenario::new(&format!("{before}{south}{reversed}\n{after}")).runs(RUNS).seed(42).stories();
    for rule in ["north_raid", "north_march", "north_echo"] {
        let times =
            |stories: &[Vec<Told>]| about(stories, rule).iter().map(|s| s.iter().map(|t| t.at).collect()).collect();
        let (one, other): (Vec<Vec<u64>>, Vec<Vec<u64>>) = (times(&all), times(&turned));
        assert_eq!(one, other, "{rule}");
    }
}

#[test]
fn a_rate_or_a_range_changed_leaves_the_others_alone() {
    let north = about(&world().stories(), "north");
    assert_same(&north, &about(&world().set("south_rate=2.9").stories(), "north"));
    assert_same(&north, &about(&world().set("south_rate=0.01").stories(), "north"));
    assert_same(&north, &about(&world().with("fear: (range: (0, 50)", "fear: (range: (5, 4000)").stories(), "north"));
    // The range of what a north hazard or weight reads: it never reached the old end.
    let wide = world().with("hope: (range: (0, 50)", "hope: (range: (0, 60)");
    let low = |stories: &[Vec<Told>]| until(stories, 40.0);
    assert_same(&low(&world().stories()), &low(&wide.stories()));
}

#[test]
fn a_higher_rate_only_adds_firings_and_a_higher_chance_too() {
    let more = world().set("south_rate=0.9").stories();
    let (few, many) = (about(&world().stories(), "south_shot"), about(&more, "south_shot"));
    assert!(firings(&many) > 2 * firings(&few));
    for (few, many) in few.iter().zip(&many) {
        assert!(few.iter().all(|told| many.contains(told)));
    }
    let echoes = |chance: &str| {
        about(
            &world().with(r#"chance: "0.3", choose"#, &format!("chance: \"{chance}\", choose")).stories(),
            "north_echo",
        )
    };
    let (few, many) = (echoes("0.3"), echoes("0.8"));
    assert!(firings(&many) > firings(&few));
    for (few, many) in few.iter().zip(&many) {
        assert!(few.iter().filter(|t| t.is_firing()).all(|told| many.contains(told)), "same branch, same tick");
    }
}

#[test]
fn the_end_changed_leaves_what_is_before_it() {
    let (short, long) = (r#"end: "2024-03-31""#, r#"end: "2026-12-31""#);
    assert_same(&world().stories(), &until(&world().with(short, long).stories(), 91.0));
    let shorter = world().with(short, r#"end: "2024-02-29""#).stories();
    assert_same(&shorter, &until(&world().stories(), 60.0));
}

#[test]
fn the_step_changed_leaves_pressures_and_their_branches() {
    let finer =
        |step: &str| world().with(r#"end: "2024-03-31""#, &format!(r#"end: "2024-03-31", step: "{step}""#)).stories();
    let all = world().stories();
    for step in ["12h", "1h", "15min"] {
        let fine = finer(step);
        assert_same(&about(&all, "south_shot"), &about(&fine, "south_shot"));
        let raids = |stories: &[Vec<Told>]| -> Vec<Vec<u64>> {
            about(stories, "north_raid").iter().map(|s| s.iter().map(|t| t.at).collect()).collect()
        };
        assert_eq!(raids(&all), raids(&fine));
        // Dated and recurring rules keep their branch: their cause is the boundary's time, not its number.
        assert_same(&about(&all, "south_march"), &about(&fine, "south_march"));
        assert_same(&about(&all, "north_march"), &about(&fine, "north_march"));
    }
}

#[test]
fn the_same_luck_until_the_first_difference() {
    let (all, forced) = (world().stories(), world().force("north_raid/hit@2024-02-10").stories());
    assert_same(&until(&all, 40.0), &until(&forced, 40.0));
    assert_same(&about(&all, "south"), &about(&forced, "south"));
    assert_ne!(about(&all, "north"), about(&forced, "north"));
}
