//! The commands that a report prints so that anybody can repeat it.
//!
//! Leaves out what changes no byte (`--threads`, `--out`) and whatever belongs to the machine.

use super::args::study::{BandsArgs, CommonArgs, DiscoverArgs, SensitivityArgs};
use super::args::sweep::{DesignName, SweepArgs};
use super::args::{AgreeArgs, CompareArgs, Format, OverrideArgs, SimulateArgs, SolveArgs, StoryFormat, TraceArgs};

/// The command that gives the same report: `runs` are those that were done, or, with `--until`, all that were allowed.
pub fn simulate(file: &str, typed: &SimulateArgs, runs: u64) -> String {
    let mut words = vec!["simulate".into(), quoted(file)];
    words.push(match &typed.until {
        Some(wanted) => format!("--until {} --max-runs {runs}", quoted(&wanted.to_string())),
        None => format!("--runs {runs}"),
    });
    words.push(format!("--seed {}", typed.seed));
    words.extend(overrides(&typed.overrides));
    words.extend(form(typed.format()));
    words.extend(typed.all.then(|| "--all".into()));
    words.extend(typed.no_exact.then(|| "--no-exact".into()));
    words.join(" ")
}

/// The command that gives the same solution: `max_states` are those that were allowed.
pub fn solve(file: &str, typed: &SolveArgs, max_states: usize) -> String {
    let mut words = vec!["simulate solve".into(), quoted(file)];
    words.extend([format!("--precision {:e}", typed.precision), format!("--max-states {max_states}")]);
    words.extend(overrides(&typed.overrides));
    words.extend(form(typed.format()));
    words.extend(typed.all.then(|| "--all".into()));
    words.join(" ")
}

/// The command that compares the same again.
pub fn agree(file: &str, typed: &AgreeArgs, max_states: usize) -> String {
    let mut words = vec!["simulate agree".into(), quoted(file)];
    words.extend([format!("--runs {} --seed {} --max-states {max_states}", typed.runs, typed.seed)]);
    words.extend(overrides(&typed.overrides));
    words.extend((typed.format == StoryFormat::Json).then(|| "--format json".into()));
    words.extend(typed.all.then(|| "--all".into()));
    words.join(" ")
}

/// The command that gives the same sweep, on one machine.
pub fn sweep(file: &str, typed: &SweepArgs) -> String {
    format!("simulate {}", sweep_points(file, typed))
}

/// The same without the name of the program: all that decides the points and their numbers.
pub fn sweep_points(file: &str, typed: &SweepArgs) -> String {
    let mut words = vec!["sweep".into(), quoted(file)];
    words.extend(typed.vary.iter().map(|text| format!("--vary {}", quoted(text))));
    words.extend(typed.matrix.then(|| "--matrix".into()));
    words.extend(match typed.design {
        DesignName::Grid => None,
        DesignName::Lhs => Some("--design lhs".into()),
        DesignName::Sobol => Some("--design sobol".into()),
    });
    words.extend(typed.points.map(|points| format!("--points {points}")));
    words.extend(typed.log.then(|| "--log".into()));
    words.push(format!("--runs {} --seed {}", typed.runs, typed.seed));
    words.extend(overrides(&typed.overrides));
    words.extend(typed.no_exact.then(|| "--no-exact".into()));
    words.join(" ")
}

/// The command that gives the same bands.
pub fn bands(file: &str, typed: &BandsArgs) -> String {
    let mut words = vec!["simulate bands".into(), quoted(file)];
    words.push(format!("--draws {} --runs {} --estimate-runs {}", typed.draws, typed.runs, typed.estimate_runs));
    words.push(if typed.independent { "--independent" } else { "--shared source" }.into());
    words.extend(typed.words.then(|| "--words".into()));
    words.extend(common(&typed.common));
    words.extend(overrides(&typed.overrides));
    words.join(" ")
}

/// The command that gives the same tornado, or the same indices.
pub fn sensitivity(file: &str, typed: &SensitivityArgs) -> String {
    let method = typed.indices().map_or("tornado", |method| method.name());
    let mut words = vec!["simulate sensitivity".into(), quoted(file), format!("--method {method}")];
    words.extend(typed.samples.map(|samples| format!("--samples {samples}")));
    words.push(format!("--runs {}", typed.runs()));
    words.extend(typed.factor.iter().map(|name| format!("--factor {}", quoted(name))));
    words.extend(typed.choices.then(|| "--choices".into()));
    words.extend(typed.of.iter().map(|name| format!("--of {}", quoted(name))));
    words.extend(common(&typed.common));
    words.extend(overrides(&typed.overrides));
    words.join(" ")
}

/// The command that finds the same boxes.
pub fn discover(table: &str, typed: &DiscoverArgs) -> String {
    let mut words = vec!["simulate discover".into(), quoted(table), format!("--target {}", quoted(&typed.target))];
    words.extend(typed.factor.iter().map(|name| format!("--factor {}", quoted(name))));
    words.push(format!("--boxes {} --resamples {} --seed {}", typed.boxes, typed.resamples, typed.seed));
    words.extend((typed.format == StoryFormat::Json).then(|| "--format json".into()));
    words.join(" ")
}

fn common(typed: &CommonArgs) -> Vec<String> {
    let mut words = vec![format!("--seed {}", typed.seed)];
    words.extend(form(typed.format()));
    words.extend(typed.all.then(|| "--all".into()));
    words.extend(typed.no_exact.then(|| "--no-exact".into()));
    words
}

/// The command that compares the same again: what is changed on either side stands by itself.
pub fn compare(
    (base, other): (&str, &str),
    typed: &CompareArgs,
    (of_base, of_other): &(OverrideArgs, OverrideArgs),
) -> String {
    let mut words = vec!["simulate compare".into(), quoted(base)];
    words.extend(typed.other.is_some().then(|| quoted(other)));
    words.extend([format!("--runs {} --seed {}", typed.runs, typed.seed)]);
    if typed.other.is_some() {
        // These hold on both sides; the base has its own besides.
        let own = OverrideArgs {
            variant: typed.base_variant.clone(),
            set: typed.base_set.clone(),
            forbid: typed.base_forbid.clone(),
            force: typed.base_force.clone(),
            beyond_range: false,
        };
        words.extend(overrides(&own).iter().map(|word| word.replacen("--", "--base-", 1)));
        words.extend(overrides(&typed.overrides));
    } else {
        let base = OverrideArgs { beyond_range: false, ..of_base.clone() };
        words.extend(overrides(&base).iter().map(|word| word.replacen("--", "--base-", 1)));
        words.extend(overrides(of_other));
    }
    words.extend(form(typed.format()));
    words.extend(typed.all.then(|| "--all".into()));
    words.extend(typed.no_exact.then(|| "--no-exact".into()));
    words.join(" ")
}

fn form(format: Format) -> Option<String> {
    match format {
        Format::Text => None,
        Format::Json => Some("--format json".into()),
        Format::Csv => Some("--format csv".into()),
    }
}

/// The command that tells one run, up to the number of the run.
pub fn trace(file: &str, seed: u64, typed: &OverrideArgs) -> String {
    let mut words = vec!["simulate trace".into(), quoted(file), "--seed".into(), seed.to_string()];
    words.extend(overrides(typed));
    words.push("--run".into());
    words.join(" ")
}

/// The command that tells the same story again.
pub fn story(file: &str, typed: &TraceArgs) -> String {
    let mut command = format!("{} {}", trace(file, typed.seed, &typed.overrides), typed.run);
    if typed.format == StoryFormat::Json {
        command.push_str(" --format json");
    }
    if typed.all {
        command.push_str(" --all");
    }
    command
}

fn overrides(typed: &OverrideArgs) -> Vec<String> {
    let all = |option: &'static str, values: &[String]| {
        values.iter().map(|value| format!("{option} {}", quoted(value))).collect::<Vec<_>>()
    };
    let mut words = all("--variant", &typed.variant);
    words.extend(all("--set", &typed.set));
    words.extend(all("--forbid", &typed.forbid));
    words.extend(all("--force", &typed.force));
    if typed.beyond_range {
        words.push("--beyond-range".into());
    }
    words
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./=@:%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Cli;
    use clap::Parser;

    fn repeated(arguments: &[&str]) -> String {
        let words = std::iter::once("simulate").chain(arguments.iter().copied());
        let typed = Cli::try_parse_from(words).expect("valid").simulate;
        simulate("f.ron", &typed, typed.runs)
    }

    #[test]
    fn what_changes_the_bytes_is_kept_and_nothing_else() {
        assert_eq!(
            repeated(&[
                "f.ron",
                "--threads",
                "3",
                "--set",
                "a=b c",
                "--variant",
                "v",
                "--out",
                "r.csv",
                "--runs",
                "5_000"
            ]),
            "simulate f.ron --runs 5000 --seed 1 --variant v --set 'a=b c' --format csv"
        );
        assert_eq!(repeated(&["f.ron", "--all"]), "simulate f.ron --runs 100000 --seed 1 --all");
    }

    #[test]
    fn words_that_a_shell_would_change_are_quoted() {
        assert_eq!(quoted("clash/war@2024-03-08"), "clash/war@2024-03-08");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
