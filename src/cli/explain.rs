//! `simulate explain FILE [RULE]`

use super::args::{ExplainArgs, StoryFormat};
use super::load::load;
use super::{Failure, output};
use crate::report::explain::explain;

pub(super) fn run(typed: &ExplainArgs) -> Result<(), Failure> {
    let loaded = load(&typed.file, &typed.overrides, StoryFormat::Text)?;
    let told = explain(&loaded.model, &loaded.document, typed.rule.as_deref());
    output::deliver(&told.map_err(|e| Failure::Usage(e.to_string()))?, None)
}
