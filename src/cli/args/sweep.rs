//! What was typed for a sweep, for putting its parts together, and for handing it to a cluster.
//!
//! Has no behaviour.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::{Format, OverrideArgs, number_of_runs, plan, whole_number};
use crate::analysis::design::Layout;
use crate::engine::Plan;

/// `simulate sweep FILE`
#[derive(Debug, Args)]
pub struct SweepArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// What is varied; several times for several factors. `clash_rate=0.04..0.39:8` takes 8 values from end to end
    /// (`:8:log` spaced in the logarithm), `outreach=10%,30%,50%` takes these, `us_line` all names of a choice, `clash`
    /// switches a rule on and off, `talks.chance=5%,20%` varies a number that stands in a rule, `variant=a,b` variants
    #[arg(long, value_name = "NAME[=VALUES]")]
    pub vary: Vec<String>,
    /// Vary the variants of the file: all of them, and the scenario without one
    #[arg(long)]
    pub matrix: bool,
    /// Which points: grid takes every combination, lhs and sobol spread `--points` evenly over ranges
    #[arg(long, value_name = "DESIGN", default_value = "grid")]
    pub design: DesignName,
    /// How many points `--design lhs` or `sobol` has
    #[arg(long, value_name = "N", value_parser = number_of_points)]
    pub points: Option<u64>,
    /// Space ranges in the logarithm
    #[arg(long)]
    pub log: bool,
    /// How many runs each point has
    #[arg(long, value_name = "N", default_value = "10000", value_parser = number_of_runs)]
    pub runs: u64,
    /// The seed: all points draw the same occasions from it, so that differences between them are paired
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// How many threads; one for each core unless given. No result depends on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Do not solve what can be solved exactly in a moment
    #[arg(long)]
    pub no_exact: bool,
    /// Keep each finished point in this directory; the same command again computes only what is missing
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Compute only part I of N of the points: `2/8`; `auto` asks the environment of Slurm, Kubernetes, AWS Batch or
    /// `HTCondor` for both, `auto/8` for I alone
    #[arg(long, value_name = "I/N", requires = "out")]
    pub shard: Option<String>,
    /// How the result is shown.
    #[command(flatten)]
    pub view: ViewArgs,
    /// What every point changes in the file's meaning.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// How a sweep is shown.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// Also write the table, one row a point and quantity: to a file .csv, .json or .parquet
    #[arg(long, value_name = "PATH")]
    pub table: Option<PathBuf>,
    /// text for people, json for everything, csv for one row a point and quantity
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Which outcomes and questions the text draws, by name; the outcome that moves most unless given
    #[arg(long, value_name = "NAME")]
    pub show: Vec<String>,
    /// List what moves of every outcome and question
    #[arg(long)]
    pub all: bool,
}

/// Which points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DesignName {
    /// Every combination.
    Grid,
    /// Latin hypercube.
    Lhs,
    /// Sobol' points.
    Sobol,
}

/// `simulate merge DIR…`
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The directories of the parts, in any order
    #[arg(required = true, value_name = "DIR")]
    pub directories: Vec<PathBuf>,
    /// Also put all points into this directory
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How the result is shown.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// `simulate submit ENGINE FILE`
#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// To which engine.
    #[command(subcommand)]
    pub engine: Engine,
}

/// What runs many parts of a sweep at once.
#[derive(Debug, Subcommand)]
pub enum Engine {
    /// A Slurm job array, and after it the merge
    Slurm(SlurmArgs),
}

/// `simulate submit slurm FILE`
#[derive(Debug, Args)]
pub struct SlurmArgs {
    /// How many tasks the array has
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub array: u32,
    /// Print the shell script instead of running it
    #[arg(long)]
    pub print: bool,
    /// An option for `sbatch` of the array: `--sbatch=--time=2:00:00`; may be given several times
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    pub sbatch: Vec<String>,
    /// The sweep.
    #[command(flatten)]
    pub sweep: SweepArgs,
}

impl SweepArgs {
    /// The runs of each point, and on how many threads.
    pub fn plan(&self) -> Plan {
        plan(self.runs, self.seed, self.threads)
    }

    /// How points are laid out.
    ///
    /// # Errors
    /// `--points` is missing, or does not belong here.
    pub fn layout(&self) -> Result<Layout, String> {
        match (self.design, self.points) {
            (DesignName::Grid, None) => Ok(Layout::Grid),
            (DesignName::Grid, Some(points)) => Err(format!(
                "a grid has as many points as there are combinations; for {points} points write `--design sobol --points {points}`"
            )),
            (DesignName::Lhs, Some(points)) => Ok(Layout::LatinHypercube(points)),
            (DesignName::Sobol, Some(points)) => Ok(Layout::Sobol(points)),
            (DesignName::Lhs, None) => Err("how many points? write `--design lhs --points 256`".into()),
            (DesignName::Sobol, None) => Err("how many points? write `--design sobol --points 256`".into()),
        }
    }
}

/// What a table is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableForm {
    /// Comma-separated values.
    Csv,
    /// One object.
    Json,
    /// Columns, for data frames and databases.
    Parquet,
}

impl TableForm {
    /// What the name of the file says.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Some(Self::Csv),
            Some("json") => Some(Self::Json),
            Some("parquet") => Some(Self::Parquet),
            _ => None,
        }
    }
}

fn number_of_points(text: &str) -> Result<u64, String> {
    whole_number(text, "at least one point is needed")
}
