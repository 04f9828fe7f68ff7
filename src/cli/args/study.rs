//! What was typed for bands, for sensitivity, and for what is found in a table.
//!
//! Has no behaviour.

use std::path::PathBuf;

use clap::builder::TypedValueParser as _;
use clap::{Args, ValueEnum};

use super::{Format, OverrideArgs, StoryFormat, format, number_of_runs, plan, whole_number};
use crate::analysis::indices::Method;
use crate::analysis::judgement::Sharing;
use crate::engine::Plan;

/// `simulate bands FILE`
#[derive(Debug, Args)]
pub struct BandsArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// How many times the judgements are drawn: more draws, better known ends of the bands
    #[arg(long, value_name = "N", default_value = "300", value_parser = number_of_draws)]
    pub draws: u64,
    /// How many runs each draw has, where it cannot be solved: noise that they leave is taken out
    #[arg(long, value_name = "N", default_value = "1000", value_parser = number_of_runs)]
    pub runs: u64,
    /// How many runs the estimate has, where it cannot be solved
    #[arg(long, value_name = "N", default_value = "20000", value_parser = number_of_runs)]
    pub estimate_runs: u64,
    /// Judgements of one source are wrong together: who reads "likely" high does so everywhere. One author is one source
    #[arg(long, value_name = "WHAT", default_value = "source", conflicts_with = "independent")]
    pub shared: Shared,
    /// Every judgement is wrong by itself
    #[arg(long)]
    pub independent: bool,
    /// Also in words, on the scale that the file names
    #[arg(long)]
    pub words: bool,
    /// How it is drawn and shown.
    #[command(flatten)]
    pub common: CommonArgs,
    /// What is changed in the file's meaning; what is set here is in no doubt.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `simulate sensitivity FILE`
#[derive(Debug, Args)]
pub struct SensitivityArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// tornado moves each number alone to its ends; morris does so from many places; sobol shares out the variance; pawn
    /// compares distributions
    #[arg(long, value_name = "METHOD", default_value = "tornado")]
    pub method: MethodName,
    /// Trajectories of morris (10), base points of sobol (64), points of pawn (500)
    #[arg(long, value_name = "N", value_parser = number_of_samples)]
    pub samples: Option<u64>,
    /// How many runs each point has, where it cannot be solved; 10000 of a tornado, else 1000
    #[arg(long, value_name = "N", value_parser = number_of_runs)]
    pub runs: Option<u64>,
    /// Only these: a parameter, a number that stands in a rule (`talks.chance`), or a rule to switch on and off. All
    /// judgements and ranges unless given
    #[arg(long, value_name = "NAME")]
    pub factor: Vec<String>,
    /// Also the parameters that are one of several names
    #[arg(long)]
    pub choices: bool,
    /// Only these outcomes and questions. Text shows all outcomes unless given
    #[arg(long, value_name = "NAME")]
    pub of: Vec<String>,
    /// How it is drawn and shown.
    #[command(flatten)]
    pub common: CommonArgs,
    /// What is changed in the file's meaning; what is set here is in no doubt.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `simulate discover DIR|TABLE`
#[derive(Debug, Args)]
pub struct DiscoverArgs {
    /// The directory of a sweep (`simulate sweep … --out DIR`), or a table of comma-separated values
    pub table: PathBuf,
    /// What is looked for: a quantity, a sign and a number (`war > 10%`, `mean:first_test < 30`), or a column of yes and no
    #[arg(long, value_name = "TARGET")]
    pub target: String,
    /// Only these columns; all that vary unless given
    #[arg(long, value_name = "NAME")]
    pub factor: Vec<String>,
    /// The most boxes
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u8).range(1..=20).map(usize::from))]
    pub boxes: usize,
    /// How many samples of the points the boxes are looked for in again
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u16).range(10..=10_000).map(usize::from))]
    pub resamples: usize,
    /// The seed of these samples
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// text for people, json for programs
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: StoryFormat,
    /// Write to this file instead of the terminal
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// What both have.
#[derive(Debug, Args)]
pub struct CommonArgs {
    /// The seed of the judgements and of the runs; all points draw the same runs from it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// How many threads; one for each core unless given. No result depends on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Do not solve what can be solved exactly in a moment
    #[arg(long)]
    pub no_exact: bool,
    /// Show everything
    #[arg(long)]
    pub all: bool,
    /// text for people, json for everything, csv for one row a number; text unless `--out` ends in .json or .csv
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write to this file instead of the terminal
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// What judgements have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shared {
    /// Their source.
    Source,
}

/// A method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MethodName {
    /// One at a time, from the file's own numbers.
    Tornado,
    /// One at a time, from many places.
    Morris,
    /// Shares of the variance.
    Sobol,
    /// Distances of distributions.
    Pawn,
}

impl CommonArgs {
    /// The form that is asked for.
    pub fn format(&self) -> Format {
        format(self.format, self.out.as_deref())
    }

    /// So many runs.
    pub fn plan(&self, runs: u64) -> Plan {
        plan(runs, self.seed, self.threads)
    }
}

impl BandsArgs {
    /// What moves together.
    pub fn sharing(&self) -> Sharing {
        if self.independent { Sharing::Independent } else { Sharing::Source }
    }
}

impl SensitivityArgs {
    /// The method with its size; `None` of a tornado.
    pub fn indices(&self) -> Option<Method> {
        let of = |default: usize| self.samples.map_or(default, |samples| samples as usize);
        match self.method {
            MethodName::Tornado => None,
            MethodName::Morris => Some(Method::Morris(of(10))),
            MethodName::Sobol => Some(Method::Sobol(of(64))),
            MethodName::Pawn => Some(Method::Pawn(of(500))),
        }
    }

    /// Runs of a point.
    pub fn runs(&self) -> u64 {
        self.runs.unwrap_or(if self.method == MethodName::Tornado { 10_000 } else { 1_000 })
    }
}

fn number_of_draws(text: &str) -> Result<u64, String> {
    let draws = whole_number(text, "at least 20 draws are needed for a band")?;
    if (20..=1_000_000).contains(&draws) { Ok(draws) } else { Err("20 to 1,000,000 draws make a band".into()) }
}

fn number_of_samples(text: &str) -> Result<u64, String> {
    let samples = whole_number(text, "at least 4 are needed")?;
    if (4..=1_000_000).contains(&samples) { Ok(samples) } else { Err("4 to 1,000,000 can be taken".into()) }
}
