//! `simulate trace FILE --run K`

use super::args::{StoryFormat, TraceArgs};
use super::load::{Loaded, load};
use super::{Failure, again, output, simulate};
use crate::engine::run_one;
use crate::observe::trace::Tracer;
use crate::report::text::Detail;
use crate::report::trace::{Origin, json_lines, story};

/// Version of the JSON lines.
const VERSION: u32 = 1;

pub(super) fn run(typed: &TraceArgs) -> Result<(), Failure> {
    output::check(typed.out.as_deref())?;
    let loaded = load(&typed.file, &typed.overrides, typed.format)?;
    let mut tracer = Tracer::new(&loaded.model);
    let done = run_one(&loaded.model, typed.seed, typed.run, &mut tracer);
    let (trace, origin) = (tracer.finish(), origin(&loaded, typed));
    let calendar = &loaded.model.calendar;
    let told = match typed.format {
        StoryFormat::Text if typed.all => story(&trace, calendar, &origin, Detail::Full),
        StoryFormat::Text => story(&trace, calendar, &origin, Detail::Brief),
        StoryFormat::Json => json_lines(&trace, calendar, &origin),
    };
    output::deliver(&told, typed.out.as_deref())?;
    done.map_err(|e| Failure::Failed(simulate::unsettled(&loaded.model, &e)))
}

fn origin(loaded: &Loaded, typed: &TraceArgs) -> Origin {
    Origin {
        version: VERSION,
        title: if loaded.model.title.is_empty() { loaded.shown.clone() } else { loaded.model.title.clone() },
        file: loaded.shown.clone(),
        digest: loaded.model.digest.clone(),
        simulate: env!("CARGO_PKG_VERSION").into(),
        seed: typed.seed,
        run: typed.run,
        command: again::story(&loaded.shown, typed),
    }
}
