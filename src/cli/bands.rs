//! `simulate bands FILE`

use super::args::Format;
use super::args::study::BandsArgs;
use super::load::{Loaded, load};
use super::progress::Progress;
use super::simulate::{SEMANTICS, note_warnings};
use super::study::{budget, refused};
use super::{Failure, again, output};
use crate::analysis::bands::{Banded, Gathering};
use crate::analysis::judgement::{Judgement, draw, judgements};
use crate::analysis::study::{Failed, Study};
use crate::engine::Conduct;
use crate::model::compile::Overrides;
use crate::report::bands::{Amount, bands, csv, text};
use crate::report::json::lines;
use crate::report::study::Heading;

pub(super) fn run(typed: &BandsArgs) -> Result<(), Failure> {
    output::check(typed.common.out.as_deref())?;
    let loaded = load(&typed.file, &typed.overrides, typed.common.format().into())?;
    note_warnings(&loaded, &typed.file);
    let scale = loaded.document.words.as_ref().map(|scale| scale.value);
    if typed.words && scale.is_none() {
        let help = "say `words: icd203,` at the top of the file, or leave `--words` out";
        return Err(Failure::Usage(format!("`--words`: the file names no scale of likelihood words\n\n  tip: {help}")));
    }
    let found = judgements(&loaded.model);
    if found.is_empty() {
        return Err(Failure::Failed(NOTHING.into()));
    }
    let banded = measure(&loaded, typed, &found).map_err(|failed| refused(&loaded, typed.common.format(), failed))?;
    let command = again::bands(&loaded.shown, typed);
    let heading = Heading::new(&loaded.model, &loaded.shown, SEMANTICS, typed.common.seed, command);
    let amount = Amount { draws: typed.draws, runs: typed.runs, estimate_runs: typed.estimate_runs };
    let report = bands(heading, amount, typed.sharing(), &found, &banded, scale.filter(|_| typed.words));
    let shown = match typed.common.format() {
        Format::Text => text(&report, &banded, typed.common.all),
        Format::Json => lines(&report),
        Format::Csv => csv(&report, &banded),
    };
    output::deliver(&shown, typed.common.out.as_deref())
}

/// Without judgements there are no bands.
pub(super) const NOTHING: &str = "nothing in this scenario is stated as a judgement\n\
    state a probability in words (`chance: \"likely\"`, with `words: icd203` at the top of the file), as a band \
    (`\"about 20% to 45%\"`), or give a parameter a `range: (LOW, HIGH)`";

fn measure(loaded: &Loaded, typed: &BandsArgs, found: &[Judgement]) -> Result<Vec<Banded>, Failed> {
    let source = loaded.text.source();
    let base: Overrides = (&typed.overrides).into();
    let study = |runs| Study {
        document: &loaded.document,
        source: &source,
        base: &base,
        plan: typed.common.plan(runs),
        budget: budget(&typed.common, false),
    };
    let progress = Progress::new(typed.draws);
    let stop = progress.stop_on_interrupt();
    let conduct = Conduct { stop, progress: &|done| progress.show(done) };
    let mut gathering = Gathering::new(study(typed.estimate_runs).base(&conduct)?);
    let points: Vec<_> =
        (0..typed.draws).map(|number| draw(found, typed.sharing(), typed.common.seed, number)).collect();
    study(typed.runs).each(&points, &conduct, |_, measured| gathering.add(&measured))?;
    progress.clear();
    Ok(gathering.banded())
}
