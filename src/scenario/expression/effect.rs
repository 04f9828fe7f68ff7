//! Tokens to effects: what a rule does.
//!
//! Does not know what can be written to.

use super::lexer::Token;
use super::parser::Parser;
use super::{EffectExpr, EffectKind, Parsed, Target};

impl Parser<'_> {
    /// An effect and nothing else.
    pub(super) fn effect(&mut self) -> Parsed<EffectExpr> {
        let start = self.here();
        let kind = if self.is_word(0, "emit") && !self.is_sign(1, "=") { self.emission()? } else { self.change()? };
        if self.next < self.lexemes.len() {
            return Err(self.after_effect());
        }
        Ok(EffectExpr { kind, span: self.since(start) })
    }

    fn emission(&mut self) -> Parsed<EffectKind> {
        self.next += 1;
        let (name, span) = self.name("the event to emit")?;
        if self.is_sign(0, ".") || self.is_sign(0, "/") {
            return Err(self.emits_plain_names(span));
        }
        Ok(EffectKind::Emit(name, span))
    }

    fn change(&mut self) -> Parsed<EffectKind> {
        self.refuse_value_first()?;
        let target = if self.is_sign(1, ".") {
            Target::Posture(self.posture()?)
        } else {
            let (name, span) = self.name("what the effect changes")?;
            Target::Name(name, span)
        };
        let Some(Token::Word(verb)) = self.token(0) else { return self.assignment(target) };
        let up = match verb.as_str() {
            "up" => true,
            "down" => false,
            _ => return Err(self.no_effect(&target)),
        };
        let Target::Posture(posture) = target else { return Err(self.no_ladder(&target, up)) };
        self.next += 1;
        let rungs = self.rungs()?;
        Ok(if up { EffectKind::Up(posture, rungs) } else { EffectKind::Down(posture, rungs) })
    }

    /// The number behind `up` and `down`; 1 if there is none.
    fn rungs(&mut self) -> Parsed<u32> {
        let Some(Token::Number(number)) = self.token(0) else {
            return if self.next == self.lexemes.len() { Ok(1) } else { Err(self.no_rungs()) };
        };
        let number = *number;
        if number.fract() != 0.0 || !(1.0..=4096.0).contains(&number) {
            return Err(self.no_rungs());
        }
        self.next += 1;
        Ok(number as u32)
    }

    fn assignment(&mut self, target: Target) -> Parsed<EffectKind> {
        let kind: fn(Target, super::Expr) -> EffectKind = match self.token(0) {
            Some(Token::Sign("=")) => EffectKind::Set,
            Some(Token::Sign("+=")) => EffectKind::Increase,
            Some(Token::Sign("-=")) => EffectKind::Decrease,
            _ => return Err(self.no_effect(&target)),
        };
        self.next += 1;
        self.refuse_sign_before_move(&target)?;
        Ok(kind(target, self.expression()?))
    }
}
