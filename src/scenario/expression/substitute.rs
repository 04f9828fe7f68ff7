//! Template variables `{x}` in a syntax tree replaced by what they stand for; spans stay where the author wrote.
//!
//! Does not know rows or rules: it gets one binding of each variable.

use std::collections::BTreeMap;

use super::{EffectExpr, EffectKind, EventExpr, EventKind, Expr, ExprKind, PostureRef, Target, parse_expression};
use crate::diagnostic::{Span, Spanned};

/// One row of a template: what each variable stands for, and which were asked for in vain.
#[derive(Debug, Clone, Default)]
pub struct Substitution {
    bound: BTreeMap<String, String>,
    unbound: Vec<Spanned<String>>,
}

impl Substitution {
    /// Each variable and what it stands for.
    pub fn new(bound: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { bound: bound.into_iter().collect(), unbound: Vec::new() }
    }

    /// The variables that were used but not bound, in the order of use, with the place of the name that holds them.
    pub fn unbound(&self) -> &[Spanned<String>] {
        &self.unbound
    }

    /// `text` with its variables replaced; one that is not bound stays as it is.
    pub fn text(&mut self, text: &str, span: Span) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((variable, behind)) = after.split_once('}') else { break };
            filled.push_str(before);
            if let Some(value) = self.bound.get(variable) {
                filled.push_str(value);
            } else {
                self.unbound.push(Spanned::new(variable.to_owned(), span));
                filled.push_str(&rest[before.len()..before.len() + variable.len() + 2]);
            }
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }

    /// `expr` with its variables replaced.
    pub fn expr(&mut self, expr: &Expr) -> Expr {
        let span = expr.span;
        let kind = match &expr.kind {
            ExprKind::Name(name) => self.lone_name(name, span),
            ExprKind::Posture(posture) => ExprKind::Posture(self.posture(posture)),
            ExprKind::Not(a) => ExprKind::Not(self.boxed(a)),
            ExprKind::And(parts) => ExprKind::And(self.each(parts)),
            ExprKind::Or(parts) => ExprKind::Or(self.each(parts)),
            ExprKind::Compare(op, a, b) => ExprKind::Compare(*op, self.boxed(a), self.boxed(b)),
            ExprKind::In(a, values) => ExprKind::In(self.boxed(a), self.each(values)),
            ExprKind::Arithmetic(op, a, b) => ExprKind::Arithmetic(*op, self.boxed(a), self.boxed(b)),
            ExprKind::Negative(a) => ExprKind::Negative(self.boxed(a)),
            ExprKind::Count(event) => ExprKind::Count(self.event(event)),
            ExprKind::Since(event) => ExprKind::Since(self.event(event)),
            ExprKind::Min(parts) => ExprKind::Min(self.each(parts)),
            ExprKind::Max(parts) => ExprKind::Max(self.each(parts)),
            ExprKind::HowMany(parts) => ExprKind::HowMany(self.each(parts)),
            ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Moment(_)
            | ExprKind::Bool(_)
            | ExprKind::Day
            | ExprKind::During(..) => expr.kind.clone(),
        };
        Expr { kind, span }
    }

    /// `event` with its variables replaced.
    pub fn event(&mut self, event: &EventExpr) -> EventExpr {
        let span = event.span;
        let kind = match &event.kind {
            EventKind::Named(name) => EventKind::Named(self.text(name, span)),
            EventKind::Branch(rule, branch) => EventKind::Branch(self.text(rule, span), self.text(branch, span)),
            EventKind::Becomes(posture, value) => EventKind::Becomes(self.posture(posture), self.text(value, span)),
            EventKind::Rises(posture) => EventKind::Rises(self.posture(posture)),
            EventKind::Falls(posture) => EventKind::Falls(self.posture(posture)),
            EventKind::Begins(name) => EventKind::Begins(self.text(name, span)),
            EventKind::Ends(name) => EventKind::Ends(self.text(name, span)),
        };
        EventExpr { kind, span }
    }

    /// `effect` with its variables replaced.
    pub fn effect(&mut self, effect: &EffectExpr) -> EffectExpr {
        let kind = match &effect.kind {
            EffectKind::Set(target, to) => EffectKind::Set(self.target(target), self.expr(to)),
            EffectKind::Increase(target, by) => EffectKind::Increase(self.target(target), self.expr(by)),
            EffectKind::Decrease(target, by) => EffectKind::Decrease(self.target(target), self.expr(by)),
            EffectKind::Up(posture, rungs) => EffectKind::Up(self.posture(posture), *rungs),
            EffectKind::Down(posture, rungs) => EffectKind::Down(self.posture(posture), *rungs),
            EffectKind::Emit(name, span) => EffectKind::Emit(self.text(name, *span), *span),
        };
        EffectExpr { kind, span: effect.span }
    }

    /// A row may hold more than names: `"{n}"` with `n: "0.3"` is a number, with `x: "dprk.japan"` a posture.
    fn lone_name(&mut self, name: &str, span: Span) -> ExprKind {
        let filled = self.text(name, span);
        if filled == name {
            return ExprKind::Name(filled);
        }
        match parse_expression(&filled, span.start).map(|expr| expr.kind) {
            Ok(ExprKind::Posture(posture)) => ExprKind::Posture(PostureRef { span, ..posture }),
            Ok(kind @ (ExprKind::Number(_) | ExprKind::Duration(_) | ExprKind::Moment(_) | ExprKind::Bool(_))) => kind,
            Ok(ExprKind::Negative(inner)) => ExprKind::Negative(Box::new(Expr { span, ..*inner })),
            _ => ExprKind::Name(filled),
        }
    }

    fn posture(&mut self, posture: &PostureRef) -> PostureRef {
        let span = posture.span;
        PostureRef { actor: self.text(&posture.actor, span), posture: self.text(&posture.posture, span), span }
    }

    fn target(&mut self, target: &Target) -> Target {
        match target {
            Target::Name(name, span) => {
                let filled = self.text(name, *span);
                match filled.split_once('.') {
                    Some((actor, posture)) => Target::Posture(PostureRef {
                        actor: actor.to_owned(),
                        posture: posture.to_owned(),
                        span: *span,
                    }),
                    None => Target::Name(filled, *span),
                }
            }
            Target::Posture(posture) => Target::Posture(self.posture(posture)),
        }
    }

    fn boxed(&mut self, expr: &Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn each(&mut self, list: &[Expr]) -> Vec<Expr> {
        list.iter().map(|expr| self.expr(expr)).collect()
    }
}
