//! The plain names in expressions, events and questions: what may be a let, a parameter, an indicator or a flag.
//!
//! Does not know which of these they are, or whether they are only the value of a posture.

use super::{EventExpr, EventKind, Expr, ExprKind, QuestionExpr, QuestionKind};

impl Expr {
    /// Calls `see` with every plain name in it, as often as it stands there.
    pub fn each_name<S: FnMut(&str)>(&self, see: &mut S) {
        match &self.kind {
            ExprKind::Name(name) => see(name),
            ExprKind::Not(a) | ExprKind::Negative(a) => a.each_name(see),
            ExprKind::And(list)
            | ExprKind::Or(list)
            | ExprKind::Min(list)
            | ExprKind::Max(list)
            | ExprKind::HowMany(list) => names_of(list, see),
            ExprKind::Compare(_, a, b) | ExprKind::Arithmetic(_, a, b) => {
                a.each_name(see);
                b.each_name(see);
            }
            ExprKind::In(a, list) => {
                a.each_name(see);
                names_of(list, see);
            }
            ExprKind::Count(event) | ExprKind::Since(event) => event.each_name(see),
            ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Moment(_)
            | ExprKind::Bool(_)
            | ExprKind::Day
            | ExprKind::Posture(_)
            | ExprKind::During(..) => {}
        }
    }
}

fn names_of<S: FnMut(&str)>(list: &[Expr], see: &mut S) {
    for part in list {
        part.each_name(see);
    }
}

impl EventExpr {
    /// Calls `see` with the let that begins or ends.
    pub fn each_name<S: FnMut(&str)>(&self, see: &mut S) {
        if let EventKind::Begins(name) | EventKind::Ends(name) = &self.kind {
            see(name);
        }
    }
}

impl QuestionExpr {
    /// Calls `see` with every plain name in it, as often as it stands there.
    pub fn each_name<S: FnMut(&str)>(&self, see: &mut S) {
        match &self.kind {
            QuestionKind::Not(a) => a.each_name(see),
            QuestionKind::And(list) | QuestionKind::Or(list) => {
                for part in list {
                    part.each_name(see);
                }
            }
            QuestionKind::Ever(c, _)
            | QuestionKind::AtEnd(c)
            | QuestionKind::On(c, _)
            | QuestionKind::Stays(c, _)
            | QuestionKind::Bare(c)
            | QuestionKind::First(c)
            | QuestionKind::Total(c)
            | QuestionKind::Highest(c) => c.each_name(see),
            QuestionKind::CountCompare(event, _, with, _) => {
                event.each_name(see);
                with.each_name(see);
            }
            QuestionKind::Before(a, b) | QuestionKind::Then(a, b, _) => {
                a.each_name(see);
                b.each_name(see);
            }
            QuestionKind::Count(event, _) => event.each_name(see),
        }
    }
}
