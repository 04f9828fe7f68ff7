//! Decay of indicators: recurring rules with a table made at load (SEMANTICS 4).
//!
//! Does not know the file's own rules.

use std::sync::Arc;

use super::calendar;
use super::names::Scope;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, Spanned};
use crate::model::formula::Tabulated;
use crate::model::{Branch, Branches, Calendar, Clock, Effect, Event, EventId, Rule, Step, VariableId};
use crate::scenario::document::{DecayText, Document, Entry, IndicatorText};

/// An indicator that falls back by itself.
#[derive(Debug)]
pub struct Decay {
    variable: VariableId,
    name: String,
    to: Arc<[i32]>,
    every: Step,
    span: Span,
}

/// Every decay of the file, in file order; `None` if one held a mistake, which is reported.
pub fn decays(document: &Document, scope: &Scope, diagnostics: &mut Diagnostics) -> Option<Vec<Decay>> {
    let mut all = Vec::new();
    for entry in &document.indicators {
        let Some(decays) = entry.value.as_ref().and_then(|indicator| indicator.decays.as_ref()) else { continue };
        all.push(decay(entry, decays, document, scope, diagnostics));
    }
    all.into_iter().collect()
}

fn decay(
    entry: &Entry<IndicatorText>,
    text: &Spanned<DecayText>,
    document: &Document,
    scope: &Scope,
    diagnostics: &mut Diagnostics,
) -> Option<Decay> {
    let calendar = scope.calendar.as_ref();
    let half_life = half_life(text, document, diagnostics);
    let every = period(text, calendar, diagnostics);
    let (low, high) = entry.value.as_ref()?.range.as_ref()?.value;
    if low > high {
        return None;
    }
    let towards = towards(text, low, high, diagnostics);
    // The range was checked with the indicator; one that held a mistake has no variable.
    let variable = scope.variable(&entry.key.value)?;
    let (half_life, (every, seconds), towards) = (half_life?, every?, towards?);
    let to = table(low as i32, high as i32, towards as i32, seconds as f64 / half_life as f64);
    Some(Decay { variable, name: entry.key.value.clone(), to, every, span: text.span })
}

fn half_life(text: &Spanned<DecayText>, document: &Document, diagnostics: &mut Diagnostics) -> Option<u64> {
    let Some(half_life) = &text.value.half_life else {
        if !document.holed(text.span) {
            let mistake = Diagnostic::error("half-life", "a decay without `half_life`", text.span);
            diagnostics.push(mistake.help("say in what time half of the distance is gone: `half_life: \"21d\"`"));
        }
        return None;
    };
    if half_life.value.seconds == 0 {
        let mistake = Diagnostic::error("half-life", "a half-life of no time at all", half_life.span);
        diagnostics.push(mistake.help("give a length of time such as \"21d\""));
        return None;
    }
    Some(half_life.value.seconds)
}

/// Steps and seconds between two applications.
fn period(
    text: &Spanned<DecayText>,
    calendar: Option<&Calendar>,
    diagnostics: &mut Diagnostics,
) -> Option<(Step, u64)> {
    let calendar = calendar?;
    let Some(every) = &text.value.every else { return Some((1, calendar.step_seconds)) };
    let steps = calendar::steps(every.value, "`every`", every.span, calendar, diagnostics)?;
    // One that is longer than the run never comes round.
    Some((steps.min(calendar.steps), every.value.seconds))
}

fn towards(text: &Spanned<DecayText>, low: i64, high: i64, diagnostics: &mut Diagnostics) -> Option<i64> {
    let range = low..=high;
    match &text.value.towards {
        None if range.contains(&0) => Some(0),
        None => {
            let what = "a decay must say towards what where 0 is outside of the range";
            let mistake = Diagnostic::error("decay-towards", what, text.span);
            diagnostics.push(mistake.help(format!("add `towards:` with a number from {low} to {high}")));
            None
        }
        Some(towards) if range.contains(&towards.value) => Some(towards.value),
        Some(towards) => {
            let what = format!("a decay towards {}, which is outside of the range {low} to {high}", towards.value);
            let mistake = Diagnostic::error("decay-towards", what, towards.span);
            diagnostics.push(mistake.help("give a target inside of the range"));
            None
        }
    }
}

impl Decay {
    /// The recurring rule, and its event, whose id is `event`.
    pub fn rule(self, event: EventId) -> (Rule, Event) {
        let id = format!("decay of {}", self.name);
        let nothing = Branch {
            name: String::new(),
            says: String::new(),
            forbidden: false,
            effects: Vec::new(),
            raises: vec![event],
            cameo: None,
        };
        let branch = Branch { effects: vec![Effect::Map(self.variable, self.to)], ..nothing.clone() };
        let raised =
            Event { name: id.clone(), listeners: Vec::new(), counters: Vec::new(), groups: Vec::new(), asked: false };
        let rule = Rule {
            id,
            says: format!("{} falls back by itself.", self.name),
            event,
            guard: Tabulated::constant(true),
            clock: Clock::Recurring { from: self.every, every: self.every },
            branches: Branches::One(branch),
            nothing,
            at_most: None,
            cooldown: None,
            priority: 0,
            forbidden: false,
            milestone: false,
            cameo: None,
            because: None,
            evidence: None,
            confidence: None,
            span: self.span,
        };
        (rule, raised)
    }
}

/// The new value for each old value in `low..=high`: the distance to `towards` shrinks by half in every
/// half-life, rounded towards the target, by at least one point.
///
/// `periods` is the time between two applications over the half-life (no unit, above 0).
fn table(low: i32, high: i32, towards: i32, periods: f64) -> Arc<[i32]> {
    let left = libm::exp2(-periods);
    (low..=high).map(|value| towards + shrink(value - towards, left)).collect()
}

fn shrink(distance: i32, left: f64) -> i32 {
    if distance == 0 {
        return 0;
    }
    let rounded = libm::floor(f64::from(distance.abs()) * left) as i32;
    distance.signum() * rounded.min(distance.abs() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_a_half_life() {
        let table = table(0, 100, 20, 1.0);
        assert_eq!(table[100], 60);
        assert_eq!(table[21], 20);
        assert_eq!(table[20], 20);
        assert_eq!(table[0], 10);
        assert_eq!(table[19], 20);
    }

    #[test]
    fn a_third_of_a_half_life_leaves_what_the_cube_root_says() {
        // 21 days of half-life, applied every 7: 0.5^(1/3) = 0.7937 of a distance of 40.
        assert_eq!(table(0, 100, 20, 1.0 / 3.0)[60], 20 + 31);
    }

    #[test]
    fn it_always_moves_and_never_passes_the_target() {
        let (low, towards) = (-50, 7);
        let table = table(low, 50, towards, 1e-9);
        for (index, new) in table.iter().enumerate() {
            let old = low + index as i32;
            let expected = old + (towards - old).signum();
            assert_eq!(*new, expected, "from {old}");
        }
    }
}
