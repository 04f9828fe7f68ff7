//! `simulate export json FILE`, `simulate export dot FILE`

use super::args::{Export, ExportArgs, StoryFormat};
use super::load::load;
use super::{Failure, output};
use crate::diagnostic::nearest;
use crate::model::{Actor, Model};
use crate::report::export::{dot, json};

pub(super) fn run(typed: &ExportArgs) -> Result<(), Failure> {
    let (Export::Json(target) | Export::Dot { target, .. }) = &typed.what;
    output::check(target.out.as_deref())?;
    let model = load(&target.file, &target.overrides, StoryFormat::Text)?.model;
    let text = match &typed.what {
        Export::Json(_) => json::json(&model),
        Export::Dot { actor, .. } => {
            let actor = actor.as_deref().map(|name| named(&model, name)).transpose()?;
            dot::dot(&model, actor)
        }
    };
    output::deliver(&text, target.out.as_deref())
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
