//! `simulate sweep FILE`

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::sweep::{SweepArgs, TableForm, ViewArgs};
use super::args::{Format, StoryFormat};
use super::load::{Loaded, load, refuse};
use super::progress::Progress;
use super::shard::Shard;
use super::simulate::{SEMANTICS, note_warnings, unsettled};
use super::store::{Kept, Store};
use super::{Failure, again, output};
use crate::analysis::design::{Design, Impossible, LIMIT};
use crate::analysis::sweep::{Axis, Base, Failed, Point, Study, Sweep, Sweeper};
use crate::analysis::vary::{Asked, Varied, check, matrix, varied};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::engine::Conduct;
use crate::report::figures::count;
use crate::report::sweep::{Show, csv, json, parquet, text};

pub(super) fn run(typed: &SweepArgs) -> Result<(), Failure> {
    check_view(&typed.view)?;
    let shard = typed.shard.as_deref().map(|text| Shard::parse(text, |name| std::env::var(name).ok())).transpose()?;
    let loaded = load(&typed.file, &typed.overrides, typed.view.format.into())?;
    note_warnings(&loaded, &typed.file);
    let varied = factors(typed, &loaded)?;
    let factors = varied.iter().map(|varied| varied.factor.clone()).collect();
    let layout = typed.layout().map_err(Failure::Usage)?;
    let design = Design::new(factors, layout, typed.seed).map_err(|impossible| cannot(&impossible, &varied))?;
    let sweeper = Sweeper {
        document: &loaded.document,
        source: loaded.text.source(),
        overrides: (&typed.overrides).into(),
        varied: &varied,
        design: &design,
        plan: typed.plan(),
        exact: !typed.no_exact,
    };
    let study = study(typed, &loaded, &sweeper);
    check_names(&typed.view.show, &loaded)?;
    let store = typed.out.as_deref().map(|directory| Store::open(directory, study.clone())).transpose()?;
    let points = compute(&sweeper, store.as_ref(), shard, typed.view.format.into())?;
    match (shard, store) {
        (Some(shard), Some(store)) => output::deliver(&part_done(shard, points.len() as u64, &store), None),
        _ => deliver(&whole(study, points), &typed.view),
    }
}

/// What is varied.
fn factors(typed: &SweepArgs, loaded: &Loaded) -> Result<Vec<Varied>, Failure> {
    let layout = typed.layout().map_err(Failure::Usage)?;
    let asked = Asked { log: typed.log, grid: layout == crate::analysis::design::Layout::Grid };
    let mut mistakes = Diagnostics::default();
    let mut found: Vec<Varied> = Vec::new();
    let each = typed.vary.iter().map(|text| varied(text, asked, &loaded.model));
    for one in each.chain(typed.matrix.then(|| matrix(&loaded.model))) {
        match one {
            Ok(one) if found.iter().any(|other| other.factor.name == one.factor.name) => {
                let what = format!("`{}` is varied twice", one.factor.name);
                mistakes
                    .push(Diagnostic::option("vary-twice", what, one.option).help("give all its values in one list"));
            }
            Ok(one) => found.push(one),
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    let source = loaded.text.source();
    if mistakes.is_empty() {
        mistakes = check(&found, &(&typed.overrides).into(), &loaded.document, &source);
    }
    if mistakes.is_empty() { Ok(found) } else { Err(refuse(&mistakes, &source, typed.view.format.into())) }
}

/// Why there is no such design.
fn cannot(impossible: &Impossible, varied: &[Varied]) -> Failure {
    let levels = || {
        let each = varied.iter().filter_map(|varied| varied.factor.levels().map(|levels| count(levels.len() as u64)));
        each.collect::<Vec<_>>().join(" × ")
    };
    Failure::Usage(match impossible {
        Impossible::Empty => {
            "nothing is varied; name a parameter and its values, such as `--vary clash_rate=0.04..0.39:8`, or `--matrix` for \
             the variants of the file"
                .into()
        }
        Impossible::TooMany(points) => {
            let points = points.map_or_else(|| "more than 10^38".into(), large);
            let product = if varied.len() > 1 && !levels().is_empty() { format!(" ({})", levels()) } else { String::new() };
            format!(
                "this design has {points} points{product}, and at most {} can be computed\n\
                 give fewer values, or spread points over the ranges: `--design sobol --points 256`",
                count(LIMIT)
            )
        }
        Impossible::NoLevels(name) => format!("how many values of `{name}`? write `--vary {name}=LOW..HIGH:5`"),
        Impossible::TooManyFactors => "Sobol' points have at most 1,000 factors; use `--design lhs`".into(),
    })
}

/// A number of points beyond what `count` takes.
fn large(points: u128) -> String {
    u64::try_from(points).map_or_else(|_| format!("{:.1e}", points as f64), count)
}

fn study(typed: &SweepArgs, loaded: &Loaded, sweeper: &Sweeper<'_>) -> Study {
    Study {
        file: loaded.shown.clone(),
        title: loaded.model.title.clone(),
        digest: loaded.model.digest.clone(),
        seed: typed.seed,
        runs: typed.runs,
        simulate: env!("CARGO_PKG_VERSION").into(),
        semantics: SEMANTICS,
        overrides: loaded.model.overrides.clone(),
        design: sweeper.design.layout().name().into(),
        points: sweeper.design.count(),
        exact: sweeper.exact,
        factors: sweeper.varied.iter().map(Axis::of).collect(),
        command: again::sweep(&loaded.shown, typed),
    }
}

/// Names of `--show` that nothing is called.
fn check_names(names: &[String], loaded: &Loaded) -> Result<(), Failure> {
    let outcomes = loaded.model.outcomes.iter().map(|outcome| outcome.name.as_str());
    let known: Vec<&str> =
        outcomes.chain(loaded.model.questions.iter().map(|question| question.name.as_str())).collect();
    refuse_unknown(names, &known)
}

pub(super) fn refuse_unknown(names: &[String], known: &[&str]) -> Result<(), Failure> {
    let Some(wrong) = names.iter().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let near =
        nearest(wrong, known.iter().copied()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(Failure::Usage(format!("`--show {wrong}`: there is no outcome and no question of this name{near}")))
}

/// All points that are asked for, those that are kept already among them.
fn compute(
    sweeper: &Sweeper<'_>,
    store: Option<&Store>,
    shard: Option<Shard>,
    format: StoryFormat,
) -> Result<Vec<Point>, Failure> {
    let kept = store.map(Store::kept).transpose()?.unwrap_or_default();
    tell_damaged(&kept);
    let wanted = |number: &u64| *number == 0 || shard.is_none_or(|shard| shard.has(*number));
    let missing: Vec<u64> =
        (0..sweeper.count()).filter(wanted).filter(|number| !kept.points.contains_key(number)).collect();
    let mut points = kept.points;
    points.retain(|number, _| wanted(number));
    if !missing.is_empty() {
        if store.is_some() && !points.is_empty() {
            output::say(&format!("note: {} points are there already, {} are missing", points.len(), missing.len()));
        }
        let work = Work { sweeper, store, format };
        for point in work.all(&missing)? {
            points.insert(point.number, point);
        }
    }
    Ok(points.into_values().collect())
}

fn tell_damaged(kept: &Kept) {
    for path in kept.damaged.values() {
        output::say(&format!(
            "note: `{}` is damaged: its checksum is not that of its content; the point is computed again",
            path.display()
        ));
    }
}

/// Points being computed.
struct Work<'a> {
    sweeper: &'a Sweeper<'a>,
    store: Option<&'a Store>,
    format: StoryFormat,
}

impl Work<'_> {
    /// The points of these numbers, in order; each is kept as soon as it is there.
    fn all(&self, numbers: &[u64]) -> Result<Vec<Point>, Failure> {
        let runs = self.sweeper.plan.runs;
        // The base has to be drawn in any case: every difference is taken from its runs.
        let rounds = numbers.len() as u64 + u64::from(numbers.first() != Some(&0));
        let progress = Progress::of_points(rounds.saturating_mul(runs));
        let stop = progress.stop_on_interrupt();
        let result = self.each(numbers, &progress, stop);
        progress.clear();
        let result = result?;
        // What comes now is short; a Ctrl-C ends it at once.
        stop.store(true, Ordering::Relaxed);
        Ok(result)
    }

    fn each(&self, numbers: &[u64], progress: &Progress, stop: &AtomicBool) -> Result<Vec<Point>, Failure> {
        let runs = self.sweeper.plan.runs;
        let mut points = Vec::new();
        let at = |round: u64| move |done: u64| progress.show(round * runs + done);
        progress.point(0, numbers.len() as u64);
        let show = at(0);
        let base = self.sweeper.base(&Conduct { stop, progress: &show });
        let mut base: Base = base.map_err(|failed| self.failure(0, &failed))?;
        for number in numbers {
            let round = points.len() as u64 + u64::from(numbers.first() != Some(&0));
            progress.point(points.len() as u64 + 1, numbers.len() as u64);
            progress.show(round * runs);
            let show = at(round);
            let point = match number {
                0 => self.sweeper.base_point(&base),
                number => {
                    let point = self.sweeper.point(*number, &mut base, &Conduct { stop, progress: &show });
                    point.map_err(|failed| self.failure(*number, &failed))?
                }
            };
            if let Some(store) = self.store {
                store.keep(&point)?;
            }
            points.push(point);
            if stop.load(Ordering::Relaxed) && points.len() < numbers.len() {
                return Err(self.failure(*number, &Failed::Stopped));
            }
        }
        Ok(points)
    }

    fn failure(&self, number: u64, failed: &Failed) -> Failure {
        let at = || {
            let settings = self.sweeper.settings(number);
            let each = self.sweeper.varied.iter().zip(&settings).map(|(v, s)| format!("{}={}", v.factor.name, s.shown));
            format!("point {number} of the sweep, {}", each.collect::<Vec<_>>().join(" "))
        };
        let safe = self.store.map_or_else(String::new, |store| {
            format!("\nthe points that were finished before are kept in `{}`", store.directory().display())
        });
        match failed {
            Failed::Stopped => {
                output::say(&match self.store {
                    Some(store) => format!(
                        "note: stopped; the finished points are kept in `{}`, and the same command goes on from there",
                        store.directory().display()
                    ),
                    None => "note: stopped, and nothing was kept; with `--out DIR` finished points are".into(),
                });
                Failure::Interrupted
            }
            Failed::Unsettled(found) => {
                Failure::Failed(format!("at {}: {}{safe}", at(), unsettled(&found.0, &found.1)))
            }
            Failed::Mistaken(mistakes) => {
                let told = refuse(mistakes, &self.sweeper.source, self.format);
                output::say(&format!("note: this is at {}{safe}", at()));
                told
            }
        }
    }
}

/// The sweep of these points, the base first.
pub(super) fn whole(study: Study, points: Vec<Point>) -> Sweep {
    let mut points = points.into_iter();
    let base = points.next().expect("the base is always there");
    Sweep { study, base, points: points.collect() }
}

fn part_done(shard: Shard, points: u64, store: &Store) -> String {
    let directory = store.directory().display();
    // The base is in every part.
    let own = count(points.saturating_sub(1));
    format!(
        "part {} of {}: {own} of {} points are in `{directory}`\n\
         when all parts are done: simulate merge {directory} …, with the directories of all parts\n",
        shard.index,
        shard.count,
        count(store.study().points)
    )
}

/// Finds out before a long computation whether the table can be written.
pub(super) fn check_view(view: &ViewArgs) -> Result<(), Failure> {
    output::check_option("--table", view.table.as_deref())?;
    match view.table.as_deref().filter(|path| TableForm::of(path).is_none()) {
        None => Ok(()),
        Some(path) => Err(Failure::Usage(format!(
            "`--table {}`: the name of a table ends in .csv, .json or .parquet",
            path.display()
        ))),
    }
}

/// Writes the table and shows the sweep.
pub(super) fn deliver(sweep: &Sweep, view: &ViewArgs) -> Result<(), Failure> {
    if let Some(path) = view.table.as_deref() {
        output::keep(&table(sweep, path)?, path)?;
    }
    let shown = match view.format {
        Format::Text => text(sweep, &Show { names: &view.show, all: view.all }),
        Format::Json => json(sweep),
        Format::Csv => csv(sweep),
    };
    output::deliver(&shown, None)
}

fn table(sweep: &Sweep, path: &Path) -> Result<Vec<u8>, Failure> {
    Ok(match TableForm::of(path) {
        Some(TableForm::Parquet) => {
            parquet(sweep).map_err(|e| Failure::Failed(format!("the table cannot be made: {e}")))?
        }
        Some(TableForm::Json) => json(sweep).into_bytes(),
        Some(TableForm::Csv) | None => csv(sweep).into_bytes(),
    })
}
