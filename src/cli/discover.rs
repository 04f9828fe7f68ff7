//! `simulate discover DIR|TABLE`

use std::path::Path;

use super::args::StoryFormat;
use super::args::study::DiscoverArgs;
use super::merge::merged;
use super::{Failure, again, input, output};
use crate::analysis::discover::prim::boxes;
use crate::analysis::discover::table::Sheet;
use crate::analysis::discover::target::Target;
use crate::analysis::discover::tree::leaves;
use crate::report::discover::{Origin, discovered, text};
use crate::report::json::lines;
use crate::report::sweep::csv;

pub(super) fn run(typed: &DiscoverArgs) -> Result<(), Failure> {
    output::check(typed.out.as_deref())?;
    let target: Target = typed.target.parse().map_err(|wrong| Failure::Usage(format!("`--target`: {wrong}")))?;
    let table = table(&typed.table)?;
    let shown = input::shown(&typed.table);
    let sheet = Sheet::parse(&table).map_err(|wrong| Failure::Failed(format!("`{shown}`: {wrong}")))?;
    let read = sheet.cases(&target, &typed.factor).map_err(|wrong| Failure::Failed(format!("`{shown}`: {wrong}")))?;
    let found = boxes(&read.cases, typed.boxes, typed.resamples, typed.seed);
    let origin = Origin {
        digest: blake3::hash(table.as_bytes()).to_hex().to_string(),
        seed: typed.seed,
        command: again::discover(&shown, typed),
        table: shown,
    };
    let report = discovered(origin, &target, &read, &found, &leaves(&read.cases));
    let shown = match typed.format {
        StoryFormat::Text => text(&report),
        StoryFormat::Json => lines(&report),
    };
    output::deliver(&shown, typed.out.as_deref())
}

/// The text of a table: a file, or the whole of a sweep's directory.
fn table(path: &Path) -> Result<String, Failure> {
    if path.is_dir() {
        return Ok(csv(&merged(&[path.to_owned()])?));
    }
    std::fs::read_to_string(path).map_err(|error| Failure::Failed(format!("cannot read `{}`: {error}", path.display())))
}
