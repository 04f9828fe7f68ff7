//! `simulate words [SCALE]`

use super::args::WordsArgs;
use super::{Failure, output};
use crate::diagnostic::nearest;
use crate::report::words::words;
use crate::scenario::words::Scale;

pub(super) fn run(typed: &WordsArgs) -> Result<(), Failure> {
    let scales = match &typed.scale {
        None => Scale::ALL.to_vec(),
        Some(name) => vec![Scale::named(&name.to_lowercase()).ok_or_else(|| unknown(name))?],
    };
    output::deliver(&words(&scales), None)
}

fn unknown(name: &str) -> Failure {
    let names = Scale::ALL.map(Scale::name);
    let near = nearest(&name.to_lowercase(), names).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
    Failure::Usage(format!("there is no scale `{name}`; the scales are {}{near}", names.join(", ")))
}
