//! The small language of guards, effects, events and questions: grammar, syntax tree, spans.
//!
//! Does not know which names exist, nor what type they have. A name may hold a template variable (`{x}_post`);
//! it is replaced in the tree, so spans stay true.

mod blunder;
mod display;
mod effect;
mod lexer;
mod names;
mod parser;
mod question;
mod substitute;
#[cfg(test)]
mod tests;

pub use lexer::is_name;
pub use substitute::Substitution;

use parser::Parser;

use crate::diagnostic::{Diagnostic, Span};
use crate::scenario::quantity::{Duration, Moment, Time};

/// An expression: a condition or a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands in the file.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A number; a percent is a hundredth.
    Number(f64),
    /// `30d`
    Duration(Duration),
    /// `2024-03-04` or `2024-03-04T06:00`
    Moment(Moment),
    /// `true`, `false`
    Bool(bool),
    /// `day`: number of whole steps… of days since the start.
    Day,
    /// An indicator, flag, let, parameter or value.
    Name(String),
    /// `actor.posture`
    Posture(PostureRef),
    /// `not a`
    Not(Box<Expr>),
    /// `a and b and …`
    And(Vec<Expr>),
    /// `a or b or …`
    Or(Vec<Expr>),
    /// `a < b`
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a in (b, c)`
    In(Box<Expr>, Vec<Expr>),
    /// `a + b`
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `-a`
    Negative(Box<Expr>),
    /// `count(event)`
    Count(EventExpr),
    /// `since(event)`
    Since(EventExpr),
    /// `during(2024-03-04..2024-03-14)`
    During(Moment, Moment),
    /// `min(a, b, …)`
    Min(Vec<Expr>),
    /// `max(a, b, …)`
    Max(Vec<Expr>),
    /// `how_many(c1, c2, …)`
    HowMany(Vec<Expr>),
}

/// Comparison signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// Arithmetic signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArithmeticOp {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Divide,
}

/// `actor.posture`; both names may hold template variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostureRef {
    /// The actor.
    pub actor: String,
    /// The posture.
    pub posture: String,
    /// Where it stands.
    pub span: Span,
}

/// An event, as a trigger, in `count(…)` or in a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventExpr {
    /// Which.
    pub kind: EventKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A rule's id, an emitted name, a group, or `start`.
    Named(String),
    /// `rule/branch`
    Branch(String, String),
    /// `actor.posture becomes value`
    Becomes(PostureRef, String),
    /// `actor.posture rises`
    Rises(PostureRef),
    /// `actor.posture falls`
    Falls(PostureRef),
    /// `let begins`
    Begins(String),
    /// `let ends`
    Ends(String),
}

/// One change that a rule makes.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectExpr {
    /// What changes.
    pub kind: EffectKind,
    /// Where it stands.
    pub span: Span,
}

/// What an effect writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An indicator or flag, and where it stands.
    Name(String, Span),
    /// A posture.
    Posture(PostureRef),
}

/// The kinds of effect.
#[derive(Debug, Clone, PartialEq)]
pub enum EffectKind {
    /// `x = v`
    Set(Target, Expr),
    /// `x += n`
    Increase(Target, Expr),
    /// `x -= n`
    Decrease(Target, Expr),
    /// `p up`, `p up 2`: rungs
    Up(PostureRef, u32),
    /// `p down`, `p down 2`: rungs
    Down(PostureRef, u32),
    /// `emit name`
    Emit(String, Span),
}

/// A question, or the condition of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionExpr {
    /// What is asked.
    pub kind: QuestionKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of question. The last six ask for a number, the others for yes or no.
#[derive(Debug, Clone, PartialEq)]
pub enum QuestionKind {
    /// `not q`
    Not(Box<QuestionExpr>),
    /// `q and r …`
    And(Vec<QuestionExpr>),
    /// `q or r …`
    Or(Vec<QuestionExpr>),
    /// `ever(c)`, `ever(c) by TIME`
    Ever(Expr, Option<Time>),
    /// `c at end` where `c` is a condition, or `X at end` where `X` is a number (told apart by type)
    AtEnd(Expr),
    /// `c on TIME`, `X on TIME`
    On(Expr, Time),
    /// `count(e) >= n by TIME`: comparison of a count with a number
    CountCompare(EventExpr, CompareOp, Box<Expr>, Option<Time>),
    /// `a before b`
    Before(EventExpr, EventExpr),
    /// `a then b within D`
    Then(EventExpr, EventExpr, Duration),
    /// `stays(c) for D`
    Stays(Expr, Duration),
    /// A bare condition without `ever` or `at end`: always a mistake, kept for its message.
    Bare(Expr),
    /// `count(e)`, `count(e) by TIME`
    Count(EventExpr, Option<Time>),
    /// `first(c)`
    First(Expr),
    /// `total(X)`
    Total(Expr),
    /// `highest(X)`
    Highest(Expr),
}

/// Words that the language uses itself; none of them can be a name.
pub const RESERVED: &[&str] = &[
    "and", "at", "becomes", "before", "begins", "by", "count", "day", "down", "during", "emit", "end", "ends", "ever",
    "falls", "false", "first", "for", "highest", "how_many", "in", "max", "min", "not", "on", "or", "rises", "since",
    "stays", "then", "total", "true", "up", "within",
];

/// What a parser hands back.
type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Parses a condition or a number. `at` is the byte offset of `text` in the file.
///
/// # Errors
/// The first mistake, with its place in the file.
pub fn parse_expression(text: &str, at: usize) -> Result<Expr, Box<Diagnostic>> {
    let mut parser = Parser::new(text, at)?;
    let expr = parser.expression()?;
    parser.finish()?;
    Ok(expr)
}

/// Parses an effect. `at` is the byte offset of `text` in the file.
///
/// # Errors
/// The first mistake, with its place in the file.
pub fn parse_effect(text: &str, at: usize) -> Result<EffectExpr, Box<Diagnostic>> {
    let one = |text: &str| Parser::new(text, at)?.effect();
    one(text).map_err(|error| blunder::several_effects(text, at, |part| one(part).is_ok()).unwrap_or(error))
}

/// Parses the name of an event. `at` is the byte offset of `text` in the file.
///
/// # Errors
/// The first mistake, with its place in the file.
pub fn parse_event(text: &str, at: usize) -> Result<EventExpr, Box<Diagnostic>> {
    Parser::new(text, at)?.lone_event()
}

/// Parses a question or the condition of an outcome. `at` is the byte offset of `text` in the file.
///
/// # Errors
/// The first mistake, with its place in the file.
pub fn parse_question(text: &str, at: usize) -> Result<QuestionExpr, Box<Diagnostic>> {
    let parsed = Parser::new(text, at).and_then(|mut parser| parser.lone_question());
    // Only what cannot be read: an indicator may be called `will`, and `will on 5d` asks for its value.
    parsed.map_err(|mistake| blunder::asked_in_english(text, at).unwrap_or(mistake))
}
