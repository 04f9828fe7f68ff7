//! Expressions, effects, events and questions back as canonical text: parsed again they are the same.
//!
//! Does not know where they stood.

use std::fmt::{self, Display, Formatter};

use super::{
    ArithmeticOp, CompareOp, EffectExpr, EffectKind, EventExpr, EventKind, Expr, ExprKind, PostureRef, QuestionExpr,
    QuestionKind, Target,
};
use crate::scenario::quantity::Time;

/// How tightly an expression binds: a looser one inside a tighter one takes brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Signed,
    Whole,
}

fn strength(kind: &ExprKind) -> Strength {
    match kind {
        ExprKind::Or(_) => Strength::Or,
        ExprKind::And(_) => Strength::And,
        ExprKind::Not(_) => Strength::Not,
        ExprKind::Compare(..) | ExprKind::In(..) => Strength::Compare,
        ExprKind::Arithmetic(ArithmeticOp::Plus | ArithmeticOp::Minus, ..) => Strength::Sum,
        ExprKind::Arithmetic(ArithmeticOp::Times | ArithmeticOp::Divide, ..) => Strength::Product,
        ExprKind::Negative(_) => Strength::Signed,
        _ => Strength::Whole,
    }
}

/// `expr`, in brackets if it binds less tightly than `least`.
struct Within<'a>(&'a Expr, Strength);

impl Display for Within<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if strength(&self.0.kind) < self.1 { write!(f, "({})", self.0) } else { self.0.fmt(f) }
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, items: impl IntoIterator<Item = T>, between: &str) -> fmt::Result {
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

fn call<T: Display>(f: &mut Formatter<'_>, name: &str, items: &[T]) -> fmt::Result {
    write!(f, "{name}(")?;
    list(f, items, ", ")?;
    f.write_str(")")
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(x) => write!(f, "{x}"),
            ExprKind::Duration(d) => d.fmt(f),
            ExprKind::Moment(m) => m.fmt(f),
            ExprKind::Bool(b) => write!(f, "{b}"),
            ExprKind::Day => f.write_str("day"),
            ExprKind::Name(name) => f.write_str(name),
            ExprKind::Posture(posture) => posture.fmt(f),
            ExprKind::Not(a) => write!(f, "not {}", Within(a, Strength::Not)),
            ExprKind::And(parts) => list(f, parts.iter().map(|p| Within(p, Strength::Not)), " and "),
            ExprKind::Or(parts) => list(f, parts.iter().map(|p| Within(p, Strength::And)), " or "),
            ExprKind::Compare(op, a, b) => {
                write!(f, "{} {op} {}", Within(a, Strength::Sum), Within(b, Strength::Sum))
            }
            ExprKind::In(a, values) => {
                write!(f, "{} in ", Within(a, Strength::Sum))?;
                call(f, "", values)
            }
            ExprKind::Arithmetic(op, a, b) => {
                let (left, right) = match op {
                    ArithmeticOp::Plus | ArithmeticOp::Minus => (Strength::Sum, Strength::Product),
                    ArithmeticOp::Times | ArithmeticOp::Divide => (Strength::Product, Strength::Signed),
                };
                write!(f, "{} {op} {}", Within(a, left), Within(b, right))
            }
            // `--1` would be one sign.
            ExprKind::Negative(a) => write!(f, "-{}", Within(a, Strength::Whole)),
            ExprKind::Count(event) => write!(f, "count({event})"),
            ExprKind::Since(event) => write!(f, "since({event})"),
            ExprKind::During(from, to) => write!(f, "during({from}..{to})"),
            ExprKind::Min(parts) => call(f, "min", parts),
            ExprKind::Max(parts) => call(f, "max", parts),
            ExprKind::HowMany(parts) => call(f, "how_many", parts),
        }
    }
}

impl Display for CompareOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl Display for ArithmeticOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divide => "/",
        })
    }
}

impl Display for PostureRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.actor, self.posture)
    }
}

impl Display for EventExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            EventKind::Named(name) => f.write_str(name),
            EventKind::Branch(rule, branch) => write!(f, "{rule}/{branch}"),
            EventKind::Becomes(posture, value) => write!(f, "{posture} becomes {value}"),
            EventKind::Rises(posture) => write!(f, "{posture} rises"),
            EventKind::Falls(posture) => write!(f, "{posture} falls"),
            EventKind::Begins(name) => write!(f, "{name} begins"),
            EventKind::Ends(name) => write!(f, "{name} ends"),
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name, _) => f.write_str(name),
            Self::Posture(posture) => posture.fmt(f),
        }
    }
}

impl Display for EffectExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            EffectKind::Set(target, to) => write!(f, "{target} = {to}"),
            EffectKind::Increase(target, by) => write!(f, "{target} += {by}"),
            EffectKind::Decrease(target, by) => write!(f, "{target} -= {by}"),
            EffectKind::Up(posture, 1) => write!(f, "{posture} up"),
            EffectKind::Up(posture, rungs) => write!(f, "{posture} up {rungs}"),
            EffectKind::Down(posture, 1) => write!(f, "{posture} down"),
            EffectKind::Down(posture, rungs) => write!(f, "{posture} down {rungs}"),
            EffectKind::Emit(name, _) => write!(f, "emit {name}"),
        }
    }
}

fn write_time(f: &mut Formatter<'_>, time: &Time) -> fmt::Result {
    match time {
        Time::Moment(moment) => moment.fmt(f),
        Time::SinceStart(duration) => duration.fmt(f),
    }
}

/// A part of `and`, `or` or `not`: in brackets if it is `and` or `or`, or ends in a time.
struct Part<'a>(&'a QuestionExpr);

impl Display for Part<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = match &self.0.kind {
            QuestionKind::Ever(_, by) | QuestionKind::Count(_, by) | QuestionKind::CountCompare(.., by) => by.is_none(),
            QuestionKind::Bare(expr) => strength(&expr.kind) >= Strength::Compare,
            kind => !matches!(
                kind,
                QuestionKind::And(_)
                    | QuestionKind::Or(_)
                    | QuestionKind::AtEnd(_)
                    | QuestionKind::On(..)
                    | QuestionKind::Then(..)
            ),
        };
        if plain { self.0.fmt(f) } else { write!(f, "({})", self.0) }
    }
}

fn by(f: &mut Formatter<'_>, time: Option<&Time>) -> fmt::Result {
    let Some(time) = time else { return Ok(()) };
    f.write_str(" by ")?;
    write_time(f, time)
}

impl Display for QuestionExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            QuestionKind::Not(a) => write!(f, "not {}", Part(a)),
            QuestionKind::And(parts) => list(f, parts.iter().map(Part), " and "),
            QuestionKind::Or(parts) => list(f, parts.iter().map(Part), " or "),
            QuestionKind::Ever(c, time) => {
                write!(f, "ever({c})")?;
                by(f, time.as_ref())
            }
            QuestionKind::AtEnd(c) => write!(f, "{} at end", Within(c, Strength::Compare)),
            QuestionKind::On(c, time) => {
                write!(f, "{} on ", Within(c, Strength::Compare))?;
                write_time(f, time)
            }
            QuestionKind::CountCompare(event, op, with, time) => {
                write!(f, "count({event}) {op} {}", Within(with, Strength::Sum))?;
                by(f, time.as_ref())
            }
            QuestionKind::Before(a, b) => write!(f, "{a} before {b}"),
            QuestionKind::Then(a, b, within) => write!(f, "{a} then {b} within {within}"),
            QuestionKind::Stays(c, long) => write!(f, "stays({c}) for {long}"),
            QuestionKind::Bare(c) => c.fmt(f),
            QuestionKind::Count(event, time) => {
                write!(f, "count({event})")?;
                by(f, time.as_ref())
            }
            QuestionKind::First(c) => write!(f, "first({c})"),
            QuestionKind::Total(x) => write!(f, "total({x})"),
            QuestionKind::Highest(x) => write!(f, "highest({x})"),
        }
    }
}
