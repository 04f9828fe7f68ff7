//! `simulate compare`: what was typed, and which options belong to which side.
//!
//! Has no behaviour but that.

use std::path::PathBuf;

use clap::Args;

use super::{Format, OverrideArgs, number_of_runs};
use crate::engine::Plan;

/// `simulate compare FILE [OTHER]`
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The scenario file; `-` reads it from standard input
    pub file: PathBuf,
    /// Another file to compare it with; the what-ifs below then hold on both sides
    pub other: Option<PathBuf>,
    /// How many runs on either side
    #[arg(long, value_name = "N", default_value = "100000", value_parser = number_of_runs, allow_negative_numbers = true)]
    pub runs: u64,
    /// The seed of both sides
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::seed, allow_negative_numbers = true)]
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
    /// Show everything: all questions, numbers and rules
    #[arg(long)]
    pub all: bool,
    /// Do not solve besides what can be solved exactly in a moment
    #[arg(long)]
    pub no_exact: bool,
    /// Change the base side too: `--base-set us_line=back`
    #[arg(long, value_name = "NAME=VALUE", help_heading = "What-ifs of the base (each may be given several times)")]
    pub base_set: Vec<String>,
    /// A what-if of the file for the base side; of two `--variant` the first is the base
    #[arg(long, value_name = "NAME", help_heading = "What-ifs of the base (each may be given several times)")]
    pub base_variant: Vec<String>,
    /// Never let a rule, or one branch of it, take effect on the base side
    #[arg(long, value_name = "RULE", help_heading = "What-ifs of the base (each may be given several times)")]
    pub base_forbid: Vec<String>,
    /// Let a rule fire at a date on the base side, whatever its conditions
    #[arg(long, value_name = "RULE@DATE", help_heading = "What-ifs of the base (each may be given several times)")]
    pub base_force: Vec<String>,
    /// What is changed on the other side.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

impl CompareArgs {
    /// Which runs, and on how many threads.
    pub fn plan(&self) -> Plan {
        super::plan(self.runs, self.seed, self.threads)
    }

    /// The format asked for, or the one that the name of `--out` says.
    pub fn format(&self) -> Format {
        super::format(self.format, self.out.as_deref())
    }

    /// What is changed on either side: base, other.
    ///
    /// # Errors
    /// A message for the user if both sides are the same, or if it cannot be told which variant is whose.
    pub fn sides(&self) -> Result<(OverrideArgs, OverrideArgs), String> {
        let mut base = OverrideArgs {
            set: self.base_set.clone(),
            forbid: self.base_forbid.clone(),
            force: self.base_force.clone(),
            variant: self.base_variant.clone(),
            beyond_range: self.overrides.beyond_range,
        };
        let mut other = self.overrides.clone();
        if self.other.is_some() {
            let both = self.overrides.clone();
            base.variant.splice(0..0, both.variant);
            base.set.splice(0..0, both.set);
            base.forbid.splice(0..0, both.forbid);
            base.force.splice(0..0, both.force);
        } else if other.variant.len() == 2 && base.variant.is_empty() {
            base.variant.push(other.variant.remove(0));
        } else if other.variant.len() > 1 {
            return Err(too_many(&other.variant));
        }
        if self.other.is_none() && base == other {
            return Err("both sides are the same; say what is different on the other side: \
                        `--variant NAME`, `--set NAME=VALUE`, or a second file"
                .into());
        }
        Ok((base, other))
    }
}

fn too_many(variants: &[String]) -> String {
    let names: Vec<String> = variants.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "it is not clear which side the variants {} belong to; name those of the base with `--base-variant`, and one of \
         the other side with `--variant`",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, Command};
    use super::*;
    use clap::Parser;

    fn sides(options: &str) -> Result<(OverrideArgs, OverrideArgs), String> {
        let words = ["simulate", "compare"].into_iter().chain(options.split(' '));
        let Some(Command::Compare(typed)) = Cli::try_parse_from(words).expect("valid").command else { panic!() };
        typed.sides()
    }

    fn variants(options: &str) -> (Vec<String>, Vec<String>) {
        sides(options).map(|(base, other)| (base.variant, other.variant)).expect("two sides")
    }

    #[test]
    fn one_variant_stands_against_the_file_and_two_against_each_other() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(variants("f.ron --variant a"), (vec![], names(&["a"])));
        assert_eq!(variants("f.ron --variant a --variant b"), (names(&["a"]), names(&["b"])));
        assert_eq!(variants("f.ron --base-variant a"), (names(&["a"]), vec![]));
        assert_eq!(variants("f.ron g.ron --variant a"), (names(&["a"]), names(&["a"])));
        let (base, other) = sides("f.ron --set x=1 --base-set x=2").unwrap();
        assert_eq!((base.set, other.set), (names(&["x=2"]), names(&["x=1"])));
    }

    #[test]
    fn sides_that_are_the_same_or_unclear_are_refused() {
        assert!(sides("f.ron").unwrap_err().contains("both sides are the same"));
        assert!(sides("f.ron --set x=1 --base-set x=1").is_err());
        assert!(sides("f.ron --variant a --variant b --variant c").unwrap_err().contains("`a`, `b`, `c`"));
        assert!(sides("f.ron --base-variant a --variant b --variant c").is_err());
        assert!(sides("f.ron g.ron").is_ok());
    }
}
