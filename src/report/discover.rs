//! Where in a table something happens, as sentences: boxes and the leaves of a tree.
//!
//! Computes no numbers.

use std::fmt::Write as _;

use serde::Serialize;

use super::figures::count;
use super::layout::{FAINT, WARNING, heading, left, line, right, styled, width, wrap};
use crate::analysis::discover::prim::Found;
use crate::analysis::discover::region::{Limit, Region};
use crate::analysis::discover::table::Read;
use crate::analysis::discover::target::Target;
use crate::analysis::discover::tree::Leaf;
use crate::analysis::discover::{Cases, Values};

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discovered {
    /// The table as given; of an absolute path only the name.
    pub table: String,
    /// BLAKE3 of the table, in hexadecimal.
    pub digest: String,
    /// Version of `simulate`.
    pub simulate: String,
    /// The seed of the resamples.
    pub seed: u64,
    /// What was looked for, as typed.
    pub target: String,
    /// What that means in the table.
    pub meant: String,
    /// Cases.
    pub cases: usize,
    /// Those in which it happened.
    pub hits: usize,
    /// Rows of the table without a value.
    pub without: usize,
    /// Cases that chance may have put on the wrong side of the number.
    pub unsure: usize,
    /// Boxes, each of the cases outside of those before.
    pub boxes: Vec<Told>,
    /// The leaves of the tree.
    pub leaves: Vec<Part>,
    /// The command that gives this again.
    pub command: String,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Its limits: `tests > 2`.
    pub limits: Vec<Condition>,
    /// Cases inside.
    pub inside: usize,
    /// Hits inside.
    pub hits: usize,
    /// Share of all hits outside earlier boxes that lie inside.
    pub coverage: f64,
    /// Share of hits among the cases inside.
    pub density: f64,
    /// Resamples in which a box was found.
    pub resamples: usize,
    /// 5 % and 95 % points of coverage in cases that were not drawn.
    pub coverage_again: (f64, f64),
    /// 5 % and 95 % points of density in cases that were not drawn.
    pub density_again: (f64, f64),
}

/// What a box asks of one factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// The factor.
    pub factor: String,
    /// The whole condition, as a person reads it.
    pub says: String,
    /// The limit; names by index.
    pub limit: Limit,
    /// In how many resamples the box limited this factor too.
    pub again: usize,
}

/// A leaf.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// The conditions on the way to it.
    pub says: Vec<String>,
    /// Cases in it.
    pub cases: usize,
    /// Hits in it.
    pub hits: usize,
}

/// Where the table comes from and how to have this again.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The table as given.
    pub table: String,
    /// Its digest.
    pub digest: String,
    /// The seed.
    pub seed: u64,
    /// The command.
    pub command: String,
}

/// The value behind the views.
pub fn discovered(origin: Origin, target: &Target, read: &Read, boxes: &[Found], leaves: &[Leaf]) -> Discovered {
    let cases = &read.cases;
    let told = |found: &Found| Told {
        limits: conditions(cases, &found.region)
            .into_iter()
            .map(|(factor, limit, says)| Condition {
                factor: cases.factors[factor].name.clone(),
                says,
                limit,
                again: found.stability.limited[factor],
            })
            .collect(),
        inside: found.score.inside,
        hits: found.score.hits,
        coverage: found.score.coverage(),
        density: found.score.density(),
        resamples: found.stability.resamples,
        coverage_again: found.stability.coverage,
        density_again: found.stability.density,
    };
    let part = |leaf: &Leaf| Part {
        says: conditions(cases, &leaf.region).into_iter().map(|(_, _, says)| says).collect(),
        cases: leaf.cases,
        hits: leaf.hits,
    };
    Discovered {
        table: origin.table,
        digest: origin.digest,
        simulate: env!("CARGO_PKG_VERSION").into(),
        seed: origin.seed,
        target: target.to_string(),
        meant: read.meant.clone(),
        cases: cases.len(),
        hits: cases.hits(),
        without: read.without,
        unsure: read.unsure,
        boxes: boxes.iter().map(told).collect(),
        leaves: leaves.iter().map(part).collect(),
        command: origin.command,
    }
}

fn conditions(cases: &Cases, region: &Region) -> Vec<(usize, Limit, String)> {
    let limited = region.limits.iter().enumerate();
    limited.filter_map(|(factor, limit)| Some((factor, limit.clone()?, says(cases, factor, limit.as_ref()?)))).collect()
}

/// `tests > 2`, `0.2 < rate < 0.4`, `us_line is back or neutral`, `us_line is not disrupt`
fn says(cases: &Cases, factor: usize, limit: &Limit) -> String {
    let column = &cases.factors[factor];
    let name = &column.name;
    match (limit, &column.values) {
        (Limit::Between { above: Some(above), below: Some(below) }, _) => format!("{above} < {name} < {below}"),
        (Limit::Between { above: Some(above), .. }, _) => format!("{name} > {above}"),
        (Limit::Between { below: Some(below), .. }, _) => format!("{name} < {below}"),
        (Limit::OneOf(inside), Values::Names { names, .. }) => {
            let all: Vec<&str> = inside.iter().map(|index| names[*index].as_str()).collect();
            let out: Vec<&str> =
                (0..names.len()).filter(|index| !inside.contains(index)).map(|index| names[index].as_str()).collect();
            if out.len() == 1 && all.len() > 2 {
                format!("{name} is not {}", out[0])
            } else {
                format!("{name} is {}", all.join(" or "))
            }
        }
        _ => format!("{name} is anything"),
    }
}

/// As text of 80 columns.
pub fn text(found: &Discovered) -> String {
    let percent = 100.0 * found.hits as f64 / found.cases.max(1) as f64;
    let mut lines = wrap(
        &format!(
            "{} in {} of {} points ({percent:.1} %) of {}.",
            found.target,
            count(found.hits as u64),
            count(found.cases as u64),
            found.table
        ),
        0,
        0,
    );
    lines += &cautions(found);
    lines += &heading("Boxes", "");
    if found.boxes.is_empty() {
        lines += "  none that can be told from chance\n";
    }
    for (number, told) in found.boxes.iter().enumerate() {
        lines += &sentence(found, told, number);
    }
    lines += &tree(found);
    lines += "\n";
    lines += &wrap(
        "Shares are of the points of the table, each counting the same: how likely a point is, it does not say.",
        0,
        0,
    );
    let digest = found.digest.get(..12).unwrap_or(&found.digest);
    lines
        + &format!("\nsimulate {} · table {digest} · seed {}\nagain:   {}\n", found.simulate, found.seed, found.command)
}

fn cautions(found: &Discovered) -> String {
    let mut lines = String::new();
    if found.unsure > 0 {
        let share = 100.0 * found.unsure as f64 / found.cases as f64;
        let many = format!(
            "! {} points ({share:.0} %) lie so near the number that chance may have put them on the wrong side",
            count(found.unsure as u64)
        );
        lines += &if share >= 10.0 { line(WARNING, wrap(&many, 0, 2).trim_end()) } else { wrap(&many, 0, 2) };
    }
    if found.without > 0 {
        lines += &wrap(&format!("! {} rows have no value and are left out", count(found.without as u64)), 0, 2);
    }
    lines
}

/// How strongly a box may be worded.
fn strength(told: &Told) -> &'static str {
    match (told.coverage >= 0.8, told.density >= 0.8) {
        (true, true) => "if, and almost only if,",
        (true, false) => "almost only if",
        (false, true) => "mostly if",
        (false, false) => "more often if",
    }
}

fn sentence(found: &Discovered, told: &Told, number: usize) -> String {
    let limits: Vec<&str> = told.limits.iter().map(|limit| limit.says.as_str()).collect();
    let rest = if number == 0 { "" } else { "outside the boxes above, " };
    let all = if number == 0 { "the cases" } else { "the cases left" };
    let main = format!(
        "{rest}{} {} {} (covers {:.0} % of {all}; {:.0} % of the points inside are cases, {} of {})",
        found.target,
        strength(told),
        limits.join(" and "),
        100.0 * told.coverage,
        100.0 * told.density,
        count(told.hits as u64),
        count(told.inside as u64),
    );
    let again: Vec<String> = told.limits.iter().map(|limit| format!("{} {}", limit.factor, limit.again)).collect();
    let range = |(low, high): (f64, f64)| format!("{:.0} to {:.0} %", 100.0 * low, 100.0 * high);
    let stable = format!(
        "looked for again in {} resamples and tried on the points left out: covers {}, density {}; limited: {}",
        told.resamples,
        range(told.coverage_again),
        range(told.density_again),
        again.join(", "),
    );
    wrap(&main, 2, 4) + &styled(FAINT, &wrap(&stable, 4, 4))
}

fn tree(found: &Discovered) -> String {
    let mut lines = heading("Tree", "cases among the points of each part");
    let mut leaves: Vec<&Part> = found.leaves.iter().collect();
    let share = |leaf: &Part| leaf.hits as f64 / leaf.cases.max(1) as f64;
    leaves.sort_by(|a, b| share(b).total_cmp(&share(a)));
    let fraction = |leaf: &Part| format!("{} of {}", count(leaf.hits as u64), count(leaf.cases as u64));
    let column = leaves.iter().map(|leaf| width(&fraction(leaf))).max().unwrap_or(0);
    for leaf in leaves {
        let says = if leaf.says.is_empty() { "everywhere".to_owned() } else { leaf.says.join(" and ") };
        let shown =
            format!("{}  {}", right(&format!("{:.0} %", 100.0 * share(leaf)), 5), left(&fraction(leaf), column));
        let indent = width(&shown) + 4;
        let _ = write!(lines, "  {shown}  {}", wrap(&says, indent, indent).trim_start());
    }
    lines
}
