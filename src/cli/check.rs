//! `simulate check FILE…`

use super::args::{CheckArgs, OverrideArgs, StoryFormat};
use super::load::{examine, json, told};
use super::{Failure, input, output};
use crate::diagnostic::{Diagnostics, Source};

/// What was found in one file.
struct Checked {
    text: input::Text,
    diagnostics: Diagnostics,
}

pub(super) fn run(typed: &CheckArgs) -> Result<(), Failure> {
    let (mut checked, mut unread) = (Vec::new(), Vec::new());
    for path in &typed.files {
        let text = match input::read(path) {
            Ok(text) => text,
            // The other files are checked all the same.
            Err(why) => {
                unread.push(why);
                continue;
            }
        };
        let source = Source { name: &text.name, text: &text.text };
        let diagnostics = examine(&source, &OverrideArgs::default()).diagnostics;
        checked.push(Checked { text, diagnostics });
    }
    let shown = match typed.format {
        StoryFormat::Text => {
            checked.iter().map(|c| told(&c.diagnostics, &c.source(), true)).collect::<Vec<_>>().join("\n")
        }
        StoryFormat::Json => json(&checked.iter().map(|c| (&c.diagnostics, c.source())).collect::<Vec<_>>()),
    };
    if !checked.is_empty() {
        output::deliver(&shown, None)?;
    }
    if !unread.is_empty() {
        return Err(Failure::Failed(unread.join("\n")));
    }
    let bad = |d: &Diagnostics| d.has_errors() || (typed.strict && !d.is_empty());
    if checked.iter().any(|c| bad(&c.diagnostics)) { Err(Failure::Said) } else { Ok(()) }
}

impl Checked {
    fn source(&self) -> Source<'_> {
        Source { name: &self.text.name, text: &self.text.text }
    }
}
