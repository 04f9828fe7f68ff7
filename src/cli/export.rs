//! `simulate export json FILE`, `simulate export dot FILE`, `simulate export prism FILE`

use std::path::{Path, PathBuf};

use super::args::{Export, ExportArgs, ExportTarget, StoryFormat};
use super::load::load;
use super::{Failure, output};
use crate::diagnostic::nearest;
use crate::exact::chain::{NoChain, chain, graph};
use crate::model::{Actor, Model};
use crate::report::export::prism::{Prism, told};
use crate::report::export::{dot, json, prism};

pub(super) fn run(typed: &ExportArgs) -> Result<(), Failure> {
    match &typed.what {
        Export::Json(target) => deliver(target, |model| Ok(json::json(model))),
        Export::Dot { target, states: true, max_states, .. } => deliver(target, |model| {
            let graph = graph(model, *max_states).map_err(|why| refused(model, &why))?;
            Ok(dot::states(model, &graph))
        }),
        Export::Dot { target, actor, .. } => deliver(target, |model| {
            let actor = actor.as_deref().map(|name| named(model, name)).transpose()?;
            Ok(dot::dot(model, actor))
        }),
        Export::Prism { target, max_states } => model_and_properties(target, *max_states),
    }
}

fn deliver(target: &ExportTarget, text: impl FnOnce(&Model) -> Result<String, Failure>) -> Result<(), Failure> {
    output::check(target.out.as_deref())?;
    let model = load(&target.file, &target.overrides, StoryFormat::Text)?.model;
    output::deliver(&text(&model)?, target.out.as_deref())
}

fn refused(model: &Model, why: &NoChain) -> Failure {
    Failure::Failed(told(model, why))
}

fn model_and_properties(target: &ExportTarget, max_states: usize) -> Result<(), Failure> {
    let files = target.out.as_deref().map(|out| files(out, &target.file));
    if let Some((model, properties)) = &files {
        output::check(Some(model))?;
        output::check(Some(properties))?;
    }
    let model = load(&target.file, &target.overrides, StoryFormat::Text)?.model;
    let chain = chain(&model, max_states).map_err(|why| refused(&model, &why))?;
    let Prism { model: text, properties } = prism::prism(&model, &chain);
    match files {
        Some((model, beside)) => {
            output::deliver(&text, Some(&model))?;
            output::deliver(&properties, Some(&beside))
        }
        None => output::deliver(&format!("{text}\n// ---- properties: the .props file ----\n{properties}"), None),
    }
}

/// The model's file and that of its properties: in a directory under the scenario's name, or under the name given.
fn files(out: &Path, scenario: &Path) -> (PathBuf, PathBuf) {
    let model =
        if out.is_dir() { out.join(scenario.file_stem().unwrap_or("scenario".as_ref())) } else { out.to_owned() };
    let keeps = model.extension().is_some_and(|extension| extension != "props") && !out.is_dir();
    let properties = model.with_extension("props");
    (if keeps { model } else { model.with_extension("prism") }, properties)
}

fn named<'a>(model: &'a Model, name: &str) -> Result<&'a Actor, Failure> {
    model.actors.iter().find(|actor| actor.id == name).ok_or_else(|| {
        let ids = || model.actors.iter().map(|actor| actor.id.as_str());
        let help = match nearest(name, ids()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if model.actors.is_empty() => "this scenario has none".to_owned(),
            None => format!("the actors are {}", ids().collect::<Vec<_>>().join(", ")),
        };
        Failure::Usage(format!("there is no actor `{name}`; {help}"))
    })
}
