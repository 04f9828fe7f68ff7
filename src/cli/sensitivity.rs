//! `simulate sensitivity FILE`

use super::args::Format;
use super::args::study::{MethodName, SensitivityArgs};
use super::bands::NOTHING;
use super::load::{Loaded, load};
use super::progress::Progress;
use super::simulate::{SEMANTICS, note_warnings};
use super::study::{budget, refused};
use super::{Failure, again, output};
use crate::analysis::indices::{Found, Points};
use crate::analysis::judgement::{Judgement, choices, judgements, switch};
use crate::analysis::measure::{Kind, Measured, Quantity};
use crate::analysis::sensitivity::sobol::MOST_FACTORS;
use crate::analysis::study::{Failed, Study};
use crate::analysis::tornado::{self, Tornado, tornado};
use crate::diagnostic::nearest;
use crate::engine::Conduct;
use crate::model::Model;
use crate::model::compile::Overrides;
use crate::report::json::lines;
use crate::report::sensitivity::{Computed, csv, sensitivity, text};
use crate::report::study::{Heading, is_asked};

pub(super) fn run(typed: &SensitivityArgs) -> Result<(), Failure> {
    output::check(typed.common.out.as_deref())?;
    let loaded = load(&typed.file, &typed.overrides, typed.common.format().into())?;
    note_warnings(&loaded, &typed.file);
    let factors = factors(&loaded.model, typed)?;
    asked(&loaded.model, &typed.of)?;
    let found = measure(&loaded, typed, &factors);
    let measured = found.map_err(|failed| refused(&loaded, typed.common.format(), failed))?;
    let command = again::sensitivity(&loaded.shown, typed);
    let heading = Heading::new(&loaded.model, &loaded.shown, SEMANTICS, typed.common.seed, command);
    let what = (method(typed), measured.points, typed.runs());
    let report = sensitivity(heading, what, &factors, measured.computed());
    let shown = match typed.common.format() {
        Format::Text => text(&report, measured.computed(), typed.common.all),
        Format::Json => lines(&report),
        Format::Csv => csv(&report),
    };
    output::deliver(&shown, typed.common.out.as_deref())
}

fn method(typed: &SensitivityArgs) -> &'static str {
    typed.indices().map_or("tornado", |method| method.name())
}

/// What came out, of what is asked.
struct Outcome {
    points: u64,
    tornado: Vec<Tornado>,
    indices: Vec<Found>,
}

impl Outcome {
    fn computed(&self) -> Computed<'_> {
        if self.indices.is_empty() { Computed::Tornado(&self.tornado) } else { Computed::Indices(&self.indices) }
    }
}

fn measure(loaded: &Loaded, typed: &SensitivityArgs, factors: &[Judgement]) -> Result<Outcome, Failed> {
    let source = loaded.text.source();
    let base: Overrides = (&typed.overrides).into();
    let study = Study {
        document: &loaded.document,
        source: &source,
        base: &base,
        plan: typed.common.plan(typed.runs()),
        // Pairs need the runs of both sides.
        budget: budget(&typed.common, typed.method == MethodName::Tornado),
    };
    let points = typed.indices().map(|method| Points::new(factors, method, typed.common.seed));
    let count = points.as_ref().map_or(tornado::points(factors), |points| points.unit().len()) as u64;
    let progress = Progress::new(count);
    let stop = progress.stop_on_interrupt();
    let conduct = Conduct { stop, progress: &|done| progress.show(done) };
    let known: Measured = study.base(&conduct)?;
    let wanted = |quantity: &Quantity| is_wanted(quantity, typed);
    let mut outcome = Outcome { points: count, tornado: Vec::new(), indices: Vec::new() };
    match points {
        None => outcome.tornado = tornado(&study, &known, factors, &conduct)?,
        Some(points) => outcome.indices = points.measure(&study, &known, factors, &conduct)?,
    }
    progress.clear();
    outcome.tornado.retain(|tornado| wanted(&tornado.quantity));
    outcome.indices.retain(|found| wanted(&found.quantity));
    Ok(outcome)
}

/// Whether `quantity` is shown: text shows outcomes, unless something is asked for or everything is.
fn is_wanted(quantity: &Quantity, typed: &SensitivityArgs) -> bool {
    if typed.of.is_empty() {
        return typed.common.all || typed.common.format() != Format::Text || quantity.kind == Kind::Outcome;
    }
    typed.of.iter().any(|name| is_asked(quantity, name))
}

/// What is varied.
fn factors(model: &Model, typed: &SensitivityArgs) -> Result<Vec<Judgement>, Failure> {
    let mut all = judgements(model);
    let names = choices(model);
    if typed.factor.is_empty() {
        all.extend(names.into_iter().filter(|_| typed.choices));
        return match all.len() {
            0 => Err(Failure::Failed(NOTHING.into())),
            many if many > MOST_FACTORS => Err(Failure::Usage(format!(
                "{many} numbers are in doubt, and {MOST_FACTORS} can be compared: name some with `--factor`"
            ))),
            _ => Ok(all),
        };
    }
    let known: Vec<Judgement> = all.into_iter().chain(names).collect();
    let mut found: Vec<Judgement> = Vec::new();
    for name in &typed.factor {
        let factor = known.iter().find(|judgement| judgement.factor.name == *name).cloned();
        let factor = factor.or_else(|| rule(model, name)).ok_or_else(|| no_factor(model, &known, name))?;
        if found.iter().all(|other| other.factor.name != factor.factor.name) {
            found.push(factor);
        }
    }
    Ok(found)
}

/// A rule, or a branch of it, as something that may not hold.
fn rule(model: &Model, name: &str) -> Option<Judgement> {
    let id = name.split('/').next().unwrap_or(name);
    let rule = model.rules.iter().find(|rule| *rule.id == *id)?;
    let known = name == id || model.events.iter().any(|event| *event.name == *name);
    known.then(|| switch(name, &rule.says))
}

fn no_factor(model: &Model, known: &[Judgement], name: &str) -> Failure {
    let stated = model.assumptions.iter().any(|assumption| assumption.name == name);
    if stated {
        let help = format!(
            "give it a band or a `range` in the file, or vary it over values of your own: `simulate sweep FILE --vary {name}=LOW..HIGH:5`"
        );
        return Failure::Usage(format!("`--factor {name}`: the file states it without a doubt\n\n  tip: {help}"));
    }
    let names = known.iter().map(|judgement| judgement.factor.name.as_str());
    let rules = model.rules.iter().map(|rule| &*rule.id);
    let near = nearest(name, names.clone().chain(rules));
    let help = near.map_or_else(
        || format!("in doubt are {}", names.collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Failure::Usage(format!(
        "`--factor {name}`: there is no parameter, number in a rule, or rule of this name\n\n  tip: {help}"
    ))
}

/// Whether all that is asked for is there.
fn asked(model: &Model, of: &[String]) -> Result<(), Failure> {
    let outcomes = model.outcomes.iter().map(|outcome| &*outcome.name);
    let names: Vec<&str> = outcomes.chain(model.questions.iter().map(|question| &*question.name)).collect();
    for typed in of {
        let name = typed.split_once(':').map_or(typed.as_str(), |(_, name)| name);
        if !names.contains(&name) {
            let near = nearest(name, names.iter().copied());
            let help = near
                .map_or_else(|| format!("there are {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
            return Err(Failure::Usage(format!(
                "`--of {typed}`: there is no outcome or question of this name\n\n  tip: {help}"
            )));
        }
    }
    Ok(())
}
