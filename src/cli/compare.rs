//! `simulate compare FILE`

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::{CompareArgs, Format, OverrideArgs};
use super::input::{self, Text};
use super::load::{Loaded, load_text};
use super::progress::Progress;
use super::simulate::{SEMANTICS, note_warnings, unsettled};
use super::{Failure, again, output};
use crate::analysis::compare::{Side, contrast, side};
use crate::engine::Conduct;
use crate::report::compare::{Source, compared, csv, text};
use crate::report::json::lines;

pub(super) fn run(typed: &CompareArgs) -> Result<(), Failure> {
    let overrides = typed.sides().map_err(Failure::Usage)?;
    output::check(typed.out.as_deref())?;
    let (base, other) = both(typed, &overrides)?;
    let asks = |loaded: &Loaded| !loaded.model.outcomes.is_empty() || !loaded.model.questions.is_empty();
    if !asks(&base) || !asks(&other) {
        return Err(Failure::Failed("there is nothing to compare: a side has neither outcomes nor questions".into()));
    }
    let progress = Progress::new(2 * typed.runs);
    let stop = progress.stop_on_interrupt();
    let drawn = (
        draw(&base, typed, &overrides.0, (stop, &|done| progress.show(done)))?,
        draw(&other, typed, &overrides.1, (stop, &|done| progress.show(typed.runs + done)))?,
    );
    progress.clear();
    stop.store(true, Ordering::Relaxed);
    let found = contrast((&base.model, &drawn.0), (&other.model, &drawn.1));
    let trace = |loaded: &Loaded, overrides| again::trace(&loaded.shown, typed.seed, overrides);
    let source = Source {
        traces: (trace(&base, &overrides.0), trace(&other, &overrides.1)),
        seed: typed.seed,
        semantics: SEMANTICS,
        command: again::compare((&base.shown, &other.shown), typed, &overrides),
        files: (base.shown.clone(), other.shown.clone()),
    };
    let found = compared(&base.model, &other.model, &found, source);
    let shown = match typed.format() {
        Format::Text => text(&found, typed.all),
        Format::Json => lines(&found),
        Format::Csv => csv(&found),
    };
    output::deliver(&shown, typed.out.as_deref())
}

/// Both scenarios; one file is read once, also from standard input.
fn both(typed: &CompareArgs, overrides: &(OverrideArgs, OverrideArgs)) -> Result<(Loaded, Loaded), Failure> {
    let second = typed.other.as_deref().unwrap_or(&typed.file);
    if typed.other.as_deref() == Some(Path::new("-")) && typed.file == Path::new("-") {
        return Err(Failure::Usage("only one of two scenarios can come from standard input".into()));
    }
    let read = |path: &Path| input::read(path).map_err(Failure::Failed);
    let of_base = read(&typed.file)?;
    let of_other = if typed.other.is_some() { read(second)? } else { of_base.clone() };
    let load = |path: &Path, text: &Text, overrides| load_text(path, text, overrides, typed.format().into());
    let base = load(&typed.file, &of_base, &overrides.0)?;
    let other = load(second, &of_other, &overrides.1)?;
    note_warnings(&base, &typed.file);
    Ok((base, other))
}

fn draw(
    loaded: &Loaded,
    typed: &CompareArgs,
    overrides: &OverrideArgs,
    (stop, progress): (&AtomicBool, &(dyn Fn(u64) + Sync)),
) -> Result<Side, Failure> {
    let drawn = side(&loaded.model, &typed.plan(), !typed.no_exact, &Conduct { stop, progress });
    if stop.load(Ordering::Relaxed) {
        return Err(Failure::Stopped);
    }
    drawn.map_err(|error| {
        let trace = again::trace(&loaded.shown, typed.seed, overrides);
        Failure::Failed(format!("{}\nto see the run: {trace} {}", unsettled(&loaded.model, &error), error.run))
    })
}
