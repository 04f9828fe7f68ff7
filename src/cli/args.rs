//! What was typed: the options of every subcommand, with their help texts.
//!
//! Has no behaviour; what an option means is decided where the library's plain structs are made from it.

mod compare;
pub mod study;
pub mod sweep;

use std::num::{IntErrorKind, ParseIntError};
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::analysis::watched::Wanted;
use crate::engine::Plan;
use crate::model::compile::Overrides;
use study::{BandsArgs, DiscoverArgs, SensitivityArgs};
use sweep::{MergeArgs, SubmitArgs, SweepArgs};

pub use compare::CompareArgs;

const EXAMPLES: &str = "\
Examples:
  simulate outreach.ron                          what happens, and how sure is that?
  simulate outreach.ron --set us_line=back       … if the United States backs the talks?
  simulate outreach.ron --variant no_cuba        … under a what-if that the file names?
  simulate outreach.ron --forbid clash           … if that rule never fires?
  simulate outreach.ron --out result.csv         the numbers as a table
  simulate solve outreach.ron                    the exact probabilities, where they can be had
  simulate sweep outreach.ron --vary us_line     the same with every value of a choice
  simulate bands outreach.ron                    how far could its judgements be wrong?
  simulate sensitivity outreach.ron              … and which of them matters?
  simulate trace outreach.ron --run 17           one run, told as a dated story
  simulate explain outreach.ron talks            what a rule was understood to say
  simulate check outreach.ron                    mistakes, and things that look like mistakes

The same command prints the same bytes, on every machine and with any number of threads.
Exit codes: 0 done, 1 the scenario or a run failed, 2 a mistake in the command, 130 interrupted.";

/// Runs a scenario file many times and says what happens, along which paths, and how sure that is.
#[derive(Debug, Parser)]
#[command(
    name = "simulate",
    version,
    about = "Runs a scenario file many times and says what happens, along which paths, and how sure that is",
    override_usage = "simulate [OPTIONS] <FILE>\n       simulate <COMMAND> …",
    after_help = "`simulate --help` gives examples; `simulate help COMMAND` the options of a command.",
    after_long_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    max_term_width = 80
)]
pub struct Cli {
    /// What to do instead of running the scenario.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Without a subcommand: run it.
    #[command(flatten)]
    pub simulate: SimulateArgs,
}

/// What to do instead of running a scenario many times.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Solve a scenario exactly: probabilities with all their digits, as far as its reachable states fit
    Solve(SolveArgs),
    /// Let both engines, runs and solution, compute a scenario, and fail if they cannot both be right
    Agree(AgreeArgs),
    /// Compute a scenario at many points, with other numbers, choices, rules or variants, and compare them run by run
    Sweep(SweepArgs),
    /// Put the parts of a sweep together
    Merge(MergeArgs),
    /// Hand the parts of a sweep to a cluster
    Submit(SubmitArgs),
    /// How far every answer could be wrong because its numbers are judgements: a band beside the sampling error
    Bands(BandsArgs),
    /// Which doubtful number the answers rest on: tornado, Morris, Sobol' or PAWN
    Sensitivity(SensitivityArgs),
    /// Find where in a sweep something happens: boxes and a tree that can be read aloud
    Discover(DiscoverArgs),
    /// Compare two variants of a scenario, or two scenarios, on the same runs: what changes, and how sure that is
    Compare(CompareArgs),
    /// Tell one run as a dated story: what fired, why, and what it changed
    Trace(TraceArgs),
    /// Print back, in plain words, what a scenario or one of its rules was understood to say
    Explain(ExplainArgs),
    /// Report every mistake in scenario files, and whatever looks like one
    Check(CheckArgs),
    /// Write a scenario, as it was understood, in a form that other programs read
    Export(ExportArgs),
    /// Show the scales of likelihood words and the numbers that they stand for
    Words(WordsArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// `simulate FILE`
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// The scenario file; `-` reads it from standard input
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// How many runs: more runs, narrower intervals (a quarter of the width costs 16 times the runs)
    #[arg(long, value_name = "N", default_value = "100000", value_parser = number_of_runs, allow_negative_numbers = true)]
    pub runs: u64,
    /// Instead of a number of runs: draw until something is so precise. `±1%`: every outcome, each by itself, to a
    /// percentage point up and down; `war:±10%rel`: the outcome or yes/no question `war` to a tenth of itself. `+-` is `±`
    #[arg(long, value_name = "PRECISION", conflicts_with = "runs", allow_hyphen_values = true)]
    pub until: Option<Wanted>,
    /// With `--until`: how many runs at most, 10,000,000 unless given
    #[arg(long, value_name = "N", value_parser = number_of_runs, requires = "until", allow_negative_numbers = true)]
    pub max_runs: Option<u64>,
    /// The seed: another seed gives other runs of the same scenario
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// How many threads; one for each core unless given. No result depends on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// text for people, json for everything, csv for one row a quantity; text unless `--out` ends in .json or .csv
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write to this file instead of the terminal
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Show everything: all rules, indicators, ladders and paths, with their sentences
    #[arg(long)]
    pub all: bool,
    /// Do not solve besides what can be solved exactly in a moment
    #[arg(long)]
    pub no_exact: bool,
    /// What the runs change in the file's meaning.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `--set`, `--forbid`, `--force`, `--variant`
#[derive(Debug, Clone, PartialEq, Eq, Args, Default)]
#[command(next_help_heading = "What-ifs (each may be given several times)")]
pub struct OverrideArgs {
    /// Give a parameter another value: `--set us_line=back`
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Never let a rule, or one branch of it, take effect: `--forbid clash/war`
    #[arg(long, value_name = "RULE")]
    pub forbid: Vec<String>,
    /// Let a rule fire at a date, whatever its conditions: `--force clash@2024-03-08`
    #[arg(long, value_name = "RULE@DATE")]
    pub force: Vec<String>,
    /// Apply a what-if that the file names under `variants`; options of your own come on top
    #[arg(long, value_name = "NAME")]
    pub variant: Vec<String>,
    /// Let `--set` go beyond the range that the file gives a parameter
    #[arg(long)]
    pub beyond_range: bool,
}

/// `simulate solve FILE`
#[derive(Debug, Args)]
pub struct SolveArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// How wide an answer may be, relative to itself, before it is solved again with less left out
    #[arg(long, value_name = "WIDTH", default_value = "1e-9", value_parser = precision)]
    pub precision: f64,
    /// How many states a part of the scenario may have, and 800 bytes of memory for each (512 MiB at least); what has
    /// more is not solved. By the memory of the machine unless given, at most 5 million
    #[arg(long, value_name = "N", value_parser = number_of_states)]
    pub max_states: Option<usize>,
    /// Show everything: also postures and indicators over time, expected firings, and the rules of every part
    #[arg(long)]
    pub all: bool,
    /// text for people, json for everything, csv for one row a quantity; text unless `--out` ends in .json or .csv
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write to this file instead of the terminal
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// What is changed in the file's meaning.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `simulate agree FILE`
#[derive(Debug, Args)]
pub struct AgreeArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// How many runs are compared with the solution
    #[arg(long, value_name = "N", default_value = "100000", value_parser = number_of_runs)]
    pub runs: u64,
    /// The seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// How many threads; one for each core unless given. No result depends on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// How many states a part of the scenario may have, and 800 bytes of memory for each; what has more is not compared
    #[arg(long, value_name = "N", value_parser = number_of_states)]
    pub max_states: Option<usize>,
    /// Also show everything that agrees
    #[arg(long)]
    pub all: bool,
    /// text for people, json for programs
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: StoryFormat,
    /// What is changed in the file's meaning.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `simulate trace FILE`
#[derive(Debug, Args)]
pub struct TraceArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// Which run: the same as in the batch, `--runs` does not matter
    #[arg(long, value_name = "K")]
    pub run: u64,
    /// The seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// Also tell what did not happen: replies let pass, cancelled, pre-empted or ignored
    #[arg(long)]
    pub all: bool,
    /// text for a story, json for one JSON object a line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: StoryFormat,
    /// Write to this file instead of the terminal
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// What the run changes in the file's meaning.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `simulate explain FILE [RULE]`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// A rule's id; without it, the scenario as a whole
    pub rule: Option<String>,
    /// What is changed in the file's meaning.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `simulate check FILE…`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The scenario files; `-` reads one from standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Let warnings fail too (exit code 1)
    #[arg(long)]
    pub strict: bool,
    /// text for people, json for programs
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: StoryFormat,
}

/// `simulate export FORM FILE`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// In which form.
    #[command(subcommand)]
    pub what: Export,
}

/// The forms.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Everything about the compiled scenario as JSON: variables, rules, delays, questions
    Json(ExportTarget),
    /// The states of postures and the rules that move them, as a graph for Graphviz: `| dot -Tsvg`
    Dot {
        /// From and to where.
        #[command(flatten)]
        target: ExportTarget,
        /// Only the postures of this actor
        #[arg(long, value_name = "ACTOR", conflicts_with = "states")]
        actor: Option<String>,
        /// The states of the whole scenario instead, as far as what it asks depends on them
        #[arg(long)]
        states: bool,
        /// With `--states`: how many states may be drawn
        #[arg(long, value_name = "N", default_value = "500", requires = "states", value_parser = number_of_states)]
        max_states: usize,
    },
    /// A Markov chain and its properties for the model checkers PRISM and Storm: `NAME.prism` and `NAME.props`
    Prism {
        /// From and to where; `--out` may name a directory.
        #[command(flatten)]
        target: ExportTarget,
        /// How many states the chain may have
        #[arg(long, value_name = "N", default_value = "100000", value_parser = number_of_states)]
        max_states: usize,
    },
}

/// From and to where something is exported.
#[derive(Debug, Args)]
pub struct ExportTarget {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// Write to this file instead of the terminal
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// What is changed in the file's meaning.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `simulate words [SCALE]`
#[derive(Debug, Args)]
pub struct WordsArgs {
    /// icd203, kent, phia, nato or ipcc; all of them without it
    pub scale: Option<String>,
}

/// `simulate completions SHELL`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    pub shell: clap_complete::Shell,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, at 80 columns.
    Text,
    /// One JSON object with everything.
    Json,
    /// One row a quantity.
    Csv,
}

/// How a story or a list of mistakes is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoryFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The plain struct that the engine takes.
fn plan(runs: u64, seed: u64, threads: Option<u16>) -> Plan {
    Plan { runs, seed, threads: threads.map(usize::from) }
}

impl SimulateArgs {
    /// Which runs, and on how many threads.
    pub fn plan(&self) -> Plan {
        plan(self.most_runs(), self.seed, self.threads)
    }

    /// How many runs, or, with `--until`, how many at most.
    pub fn most_runs(&self) -> u64 {
        if self.until.is_some() { self.max_runs.unwrap_or(MOST_RUNS) } else { self.runs }
    }

    /// The format asked for, or the one that the name of `--out` says.
    pub fn format(&self) -> Format {
        format(self.format, self.out.as_deref())
    }
}

/// More are not drawn for `--until` unless allowed.
const MOST_RUNS: u64 = 10_000_000;

impl AgreeArgs {
    /// Which runs, and on how many threads.
    pub fn plan(&self) -> Plan {
        plan(self.runs, self.seed, self.threads)
    }
}

impl SolveArgs {
    /// The format asked for, or the one that the name of `--out` says.
    pub fn format(&self) -> Format {
        format(self.format, self.out.as_deref())
    }
}

fn format(asked: Option<Format>, out: Option<&Path>) -> Format {
    let extension = out.and_then(Path::extension).and_then(|e| e.to_str());
    asked.unwrap_or(match extension {
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        _ => Format::Text,
    })
}

impl From<Format> for StoryFormat {
    /// How mistakes are told where a report is wanted so.
    fn from(format: Format) -> Self {
        match format {
            Format::Text | Format::Csv => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

impl From<&OverrideArgs> for Overrides {
    fn from(typed: &OverrideArgs) -> Self {
        Self {
            variants: typed.variant.clone(),
            set: typed.set.clone(),
            forbid: typed.forbid.clone(),
            force: typed.force.clone(),
            beyond_range: typed.beyond_range,
        }
    }
}

/// A whole number from 1 on; `100_000` and `100,000` are understood.
fn number_of_runs(text: &str) -> Result<u64, String> {
    whole_number(text, "at least one run is needed")
}

fn number_of_states(text: &str) -> Result<usize, String> {
    let states = whole_number(text, "at least one state is needed")?;
    // States are numbered with 32 bits.
    if states > MOST_STATES { Err(format!("at most {MOST_STATES} states can be kept")) } else { Ok(states as usize) }
}

/// More are never kept.
const MOST_STATES: u64 = 4_000_000_000;

fn whole_number(text: &str, none: &str) -> Result<u64, String> {
    match unsigned(text, "a whole number such as 100000 or 1_000_000 is needed") {
        Ok(0) => Err(none.into()),
        _ if text.starts_with('-') => Err(none.into()),
        number => number,
    }
}

/// A whole number from 0 on, written as that of the runs is.
fn seed(text: &str) -> Result<u64, String> {
    unsigned(text, &format!("a seed is a whole number from 0 to {}", u64::MAX))
}

fn unsigned(text: &str, needed: &str) -> Result<u64, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    digits.parse().map_err(|e: ParseIntError| match e.kind() {
        IntErrorKind::PosOverflow => format!("the largest possible is {}", u64::MAX),
        _ => needed.to_owned(),
    })
}

/// A relative width; what is finer than floating point is not to be had.
fn precision(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(width) if (1e-12..=0.1).contains(&width) => Ok(width),
        _ => Err("a number from 1e-12 to 0.1 is needed, such as 1e-9".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn simulate(arguments: &[&str]) -> SimulateArgs {
        Cli::try_parse_from(arguments).expect("valid").simulate
    }

    #[test]
    fn clap_finds_no_contradiction() {
        Cli::command().debug_assert();
    }

    #[test]
    fn runs_may_be_grouped() {
        assert_eq!(simulate(&["simulate", "f.ron", "--runs", "1_000_000"]).runs, 1_000_000);
        assert_eq!(simulate(&["simulate", "f.ron", "--runs", "20,000"]).runs, 20_000);
        for none in ["0", "-500"] {
            let refused = Cli::try_parse_from(["simulate", "f.ron", "--runs", none]).expect_err("no run");
            assert!(refused.to_string().contains("at least one run is needed"), "{refused}");
        }
    }

    #[test]
    fn the_name_of_the_file_says_the_format_unless_it_is_given() {
        assert_eq!(simulate(&["simulate", "f.ron", "--out", "r.csv"]).format(), Format::Csv);
        assert_eq!(simulate(&["simulate", "f.ron", "--out", "r.csv", "--format", "json"]).format(), Format::Json);
        assert_eq!(simulate(&["simulate", "f.ron", "--out", "r.txt"]).format(), Format::Text);
    }

    #[test]
    fn a_subcommand_takes_its_own_options() {
        let parsed = Cli::try_parse_from(["simulate", "trace", "f.ron", "--run", "3", "--set", "a=b"]).expect("valid");
        let Some(Command::Trace(trace)) = parsed.command else { panic!("trace") };
        assert_eq!((trace.run, trace.overrides.set), (3, vec!["a=b".to_owned()]));
        assert!(parsed.simulate.file.is_none());
    }
}
