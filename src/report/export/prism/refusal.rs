//! Why a scenario has no form in the language of PRISM, in words.
//!
//! Does not know how that was found out.

use super::counted;
use crate::exact::chain::{LeftOut, NoChain};
use crate::exact::solution::Reason;
use crate::model::{Model, RuleId};

/// Names that are listed before "and so many more".
const SOME: usize = 12;

/// Why, and what to do about it.
pub fn told(model: &Model, why: &NoChain) -> String {
    let ids = |rules: &[RuleId]| list(&rules.iter().map(|id| format!("`{}`", model.rule(*id).id)).collect::<Vec<_>>());
    match why {
        NoChain::Nothing(left) if left.is_empty() => {
            "the scenario asks nothing that a model checker could answer; give an outcome a `when`, or add a question"
                .into()
        }
        NoChain::Nothing(left) => {
            let line = |left: &LeftOut| format!("\n  {}: {}", left.name, left.why);
            let lines: String = left.iter().map(line).collect();
            format!("nothing that the scenario asks can be carried to a model checker:{lines}")
        }
        NoChain::Mixture { pressures, obstacles } => {
            let mut names: Vec<&str> = obstacles.iter().map(|obstacle| obstacle.name.as_str()).collect();
            names.dedup();
            let whys = |name: &str| {
                let own = obstacles.iter().filter(|obstacle| obstacle.name == name).map(|obstacle| obstacle.why);
                format!("\n  `{name}` {}", own.collect::<Vec<_>>().join(", "))
            };
            let lines: String = names.iter().take(SOME).map(|name| whys(name)).collect();
            let more = names.len().saturating_sub(SOME);
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            format!(
                "this scenario has no form there: a chain in continuous time has pressures and what follows at once, a \
                 chain in steps has no pressures, and this is a mixture of both\npressures: {}\nwhat needs the \
                 calendar:{lines}{more}\n`simulate export json` carries everything, `simulate solve` answers it here, and \
                 `--forbid` leaves out a rule that you can do without",
                ids(pressures)
            )
        }
        NoChain::Start(rules) => format!(
            "a chain in continuous time begins in one state, and here it is left to chance what {} does at the start",
            ids(rules)
        ),
        NoChain::Unsettled => "some instant of this scenario does not come to an end".into(),
        NoChain::TooLarge(Reason::States { limit, .. }) => format!(
            "the scenario has more than {}; narrow the range of an indicator, shorten a delay, ask fewer \
             questions, or let it have more with `--max-states`",
            counted(*limit, "state")
        ),
        NoChain::TooLarge(Reason::Ways { .. } | Reason::HoldsWays) => {
            "some instant of this scenario can go in too many ways: let fewer rules answer the same event by chance, or \
             ask what depends on fewer of them"
                .into()
        }
        NoChain::TooLarge(Reason::Memory { states, .. }) => format!(
            "the scenario takes too much memory, with {} so far; narrow the range of an indicator, shorten a delay, or \
             ask fewer questions",
            counted(*states, "state")
        ),
        NoChain::TooLarge(_) => "some instant or question of this scenario has too many states".into(),
    }
}

/// `a, b and c`, or `a, b, c and 9 more`.
fn list(names: &[String]) -> String {
    let (shown, more) = names.split_at(names.len().min(SOME));
    match (shown, more.len()) {
        ([], _) => "none".to_owned(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
