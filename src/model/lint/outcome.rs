//! Outcomes that an earlier one always takes first.
//!
//! Decides what follows from what only by the form of the questions and over the values of what they read.

use super::Subject;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::formula::{Slot, Tabulated};
use crate::model::{Ask, Comparison, When};

/// One warning for each outcome that no run can have.
pub(super) fn shadowed(subject: &Subject<'_>, found: &mut Diagnostics) {
    let outcomes = &subject.model.outcomes;
    for (index, outcome) in outcomes.iter().enumerate() {
        let takes = |earlier: &&crate::model::Outcome| match (&earlier.ask, &outcome.ask) {
            (Some(first), Some(second)) => subject.implies(second, first),
            (Some(first), None) => subject.always(first),
            (None, _) => true,
        };
        let Some(first) = outcomes[..index].iter().find(takes) else { continue };
        let message = format!("no run can end as `{}`: the outcome `{}` takes it first", outcome.name, first.name);
        found.push(
            Diagnostic::warning("shadowed-outcome", message, outcome.span)
                .related(first.span, "whenever the other holds, this one does, and it stands first")
                .help("a run has the first outcome whose condition holds; put the narrower one first"),
        );
    }
}

impl Subject<'_> {
    /// Whether `ask` holds of every run, for all that its form says.
    fn always(&self, ask: &Ask) -> bool {
        let true_ = |c: &Tabulated<bool>| {
            self.reach.space(c.reads.clone()).some(|p| !c.holds_where(&|s| p.read(s))) == Some(false)
        };
        match ask {
            Ask::Not(a) => self.never(a),
            Ask::And(parts) => parts.iter().all(|a| self.always(a)),
            Ask::Or(parts) => parts.iter().any(|a| self.always(a)),
            Ask::Ever(c, _) | Ask::AtEnd(c) | Ask::On(c, _) => true_(c),
            Ask::Count(_, than, _) => (0..=than.with.max(0.0) as u64 + 2).all(|n| than.holds(n)),
            Ask::Stays(..) | Ask::Before(..) | Ask::Then(..) => false,
        }
    }

    fn never(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Not(a) => self.always(a),
            Ask::And(parts) => parts.iter().any(|a| self.never(a)),
            Ask::Or(parts) => parts.iter().all(|a| self.never(a)),
            Ask::Ever(c, _) | Ask::AtEnd(c) | Ask::On(c, _) | Ask::Stays(c, _) => {
                self.reach.space(c.reads.clone()).some(|p| c.holds_where(&|s| p.read(s))) == Some(false)
            }
            Ask::Count(..) | Ask::Before(..) | Ask::Then(..) => false,
        }
    }

    /// Whether every run of which `a` holds is one of which `b` holds, for all that their form says.
    fn implies(&self, a: &Ask, b: &Ask) -> bool {
        if self.always(b) {
            return true;
        }
        match (a, b) {
            (_, Ask::And(parts)) => parts.iter().all(|part| self.implies(a, part)),
            (Ask::Or(parts), _) => parts.iter().all(|part| self.implies(part, b)),
            (Ask::And(parts), _) if parts.iter().any(|part| self.implies(part, b)) => true,
            (_, Ask::Or(parts)) => parts.iter().any(|part| self.implies(a, part)),
            (Ask::Not(x), Ask::Not(y)) => self.implies(y, x),
            _ => self.plainly_implies(a, b),
        }
    }

    fn plainly_implies(&self, a: &Ask, b: &Ask) -> bool {
        match (a, b) {
            (Ask::Ever(x, s), Ask::Ever(y, t)) => within(*s, *t) && self.follows(x, y),
            // A condition on time alone may hold when it is looked at and have failed at every instant before.
            (Ask::AtEnd(x) | Ask::On(x, _), Ask::Ever(y, None)) => timeless(x) && timeless(y) && self.follows(x, y),
            (Ask::AtEnd(x), Ask::AtEnd(y)) | (Ask::Stays(x, _), Ask::Ever(y, None)) => self.follows(x, y),
            (Ask::On(x, s), Ask::On(y, t)) => s == t && self.follows(x, y),
            (Ask::Stays(x, long), Ask::Stays(y, short)) => long >= short && self.follows(x, y),
            (Ask::Count(d, m, s), Ask::Count(e, n, t)) => d == e && counts(m, n, *s, *t),
            (Ask::Before(a, b), Ask::Before(c, d)) => (a, b) == (c, d),
            (Ask::Then(a, b, short), Ask::Then(c, d, long)) => (a, b) == (c, d) && short <= long,
            _ => false,
        }
    }

    fn follows(&self, x: &Tabulated<bool>, y: &Tabulated<bool>) -> bool {
        let slots = x.reads.iter().chain(&y.reads).copied().collect();
        let against = self.reach.space(slots).some(|p| x.holds_where(&|s| p.read(s)) && !y.holds_where(&|s| p.read(s)));
        x == y || against == Some(false)
    }
}

fn timeless(condition: &Tabulated<bool>) -> bool {
    condition.reads.iter().all(|slot| matches!(slot, Slot::Variable(_) | Slot::Count(_)))
}

/// Whether what is done by `early` is done by `late`.
fn within(early: Option<When>, late: Option<When>) -> bool {
    let last = |when: When| match when {
        When::Before(step) => (step, 0),
        When::Settled(step) => (step, 1),
    };
    match (early, late) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(early), Some(late)) => last(early) <= last(late),
    }
}

/// Whether a number of occurrences that is `m` by `s` is `n` by `t`.
fn counts(m: &Comparison, n: &Comparison, s: Option<When>, t: Option<When>) -> bool {
    let largest = m.with.max(n.with).clamp(0.0, 1e6) as u64 + 2;
    let at_all = (0..=largest).all(|k| !m.holds(k) || n.holds(k));
    // More time can only add occurrences: it keeps what asks for at least so many.
    let grows = (0..largest).all(|k| !n.holds(k) || n.holds(k + 1));
    at_all && (s == t || grows && within(s, t))
}

impl Comparison {
    /// Whether `count` compares so.
    fn holds(&self, count: u64) -> bool {
        use crate::scenario::expression::CompareOp;
        let count = count as f64;
        match self.op {
            CompareOp::Less => count < self.with,
            CompareOp::AtMost => count <= self.with,
            CompareOp::Greater => count > self.with,
            CompareOp::AtLeast => count >= self.with,
            // Counts are integers; what they are compared with was written by hand.
            CompareOp::Equal => (count - self.with).abs() < f64::EPSILON,
            CompareOp::NotEqual => (count - self.with).abs() >= f64::EPSILON,
        }
    }
}
