//! Tokens to questions: what is asked of a whole run.
//!
//! Does not know types: whether `X at end` asks for a condition or a number is seen later.

use super::lexer::Token;
use super::parser::{Parser, comparison_sign};
use super::{CompareOp, Expr, ExprKind, Parsed, QuestionExpr, QuestionKind};
use crate::diagnostic::Span;
use crate::scenario::quantity::Time;

/// `by`, `within`, `at end` or `on`, and the term it is bound to: beside an unbracketed `and`, `or`, `not` it
/// could be meant of both.
#[derive(Debug, Clone, Copy)]
pub(super) struct Suffix {
    /// The term with it.
    pub(super) whole: Span,
    /// The term without it.
    pub(super) term: Span,
}

/// A question and the unbracketed suffix at its end.
type Read = (QuestionExpr, Option<Suffix>);

impl Parser<'_> {
    /// A question and nothing else.
    pub(super) fn lone_question(&mut self) -> Parsed<QuestionExpr> {
        let question = self.question()?;
        if self.next < self.lexemes.len() {
            return Err(self.after_question(&question));
        }
        Ok(question)
    }

    fn question(&mut self) -> Parsed<QuestionExpr> {
        self.question_junction("or", Self::question_conjunction).map(|(question, _)| question)
    }

    fn question_conjunction(&mut self) -> Parsed<Read> {
        self.question_junction("and", Self::question_negation)
    }

    fn question_junction(&mut self, word: &'static str, part: fn(&mut Self) -> Parsed<Read>) -> Parsed<Read> {
        let start = self.here();
        let mut parts = vec![part(self)?];
        while self.take_word(word) {
            parts.push(part(self)?);
        }
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        self.refuse_two_readings(word, &parts)?;
        let parts = parts.into_iter().map(|(question, _)| question).collect();
        let span = self.since(start);
        Ok((QuestionExpr { kind: joined(word, parts, span), span }, None))
    }

    fn question_negation(&mut self) -> Parsed<Read> {
        let start = self.here();
        if !self.take_word("not") {
            return self.question_term();
        }
        let (inner, suffix) = self.deeper(Self::question_negation)?;
        let span = self.since(start);
        if let Some(suffix) = suffix {
            return Err(self.two_readings_of_not(suffix, span));
        }
        let kind = match inner.kind {
            QuestionKind::Bare(c) => QuestionKind::Bare(Expr { kind: ExprKind::Not(Box::new(c)), span }),
            _ => QuestionKind::Not(Box::new(inner)),
        };
        Ok((QuestionExpr { kind, span }, None))
    }

    fn question_term(&mut self) -> Parsed<Read> {
        if self.opens_a_question() {
            let open = self.here();
            self.next += 1;
            let inner = self.deeper(Self::question)?;
            self.close(open)?;
            return Ok((QuestionExpr { span: self.since(open), ..inner }, None));
        }
        if self.names_two_events() {
            return self.sequence();
        }
        let Some(Token::Word(word)) = self.token(0).cloned() else { return self.state_term() };
        if !self.is_sign(1, "(") {
            self.refuse_unbracketed(&word)?;
            return self.state_term();
        }
        match word.as_str() {
            "ever" => self.ever(),
            "stays" => self.stays(),
            "first" | "total" | "highest" => self.number_of_run(&word),
            _ => {
                self.refuse_unknown_question(&word)?;
                self.state_term()
            }
        }
    }

    fn ever(&mut self) -> Parsed<Read> {
        let start = self.here();
        self.next += 1;
        let condition = self.condition_in_brackets()?;
        let term = self.since(start);
        let by = self.deadline()?;
        Ok(self.read(QuestionKind::Ever(condition, by), term, by.is_some()))
    }

    fn stays(&mut self) -> Parsed<Read> {
        let start = self.here();
        self.next += 1;
        let condition = self.condition_in_brackets()?;
        let term = self.since(start);
        if !self.take_word("for") {
            return Err(self.stays_without_for(term));
        }
        let duration = self.duration()?;
        Ok(self.read(QuestionKind::Stays(condition, duration), term, false))
    }

    fn number_of_run(&mut self, word: &str) -> Parsed<Read> {
        let start = self.here();
        self.next += 1;
        let inner = self.condition_in_brackets()?;
        let kind = match word {
            "first" => QuestionKind::First(inner),
            "total" => QuestionKind::Total(inner),
            _ => QuestionKind::Highest(inner),
        };
        Ok(self.read(kind, start, false))
    }

    /// `a before b`, `a then b within D`
    fn sequence(&mut self) -> Parsed<Read> {
        let start = self.here();
        let first = self.event()?;
        if self.take_word("before") {
            let second = self.event()?;
            self.refuse_deadline_of_before()?;
            return Ok(self.read(QuestionKind::Before(first, second), start, false));
        }
        if !self.take_word("then") {
            return Err(self.after_event());
        }
        let second = self.event()?;
        let term = self.since(start);
        if !self.take_word("within") {
            return Err(self.then_without_within(term));
        }
        let duration = self.duration()?;
        Ok(self.read(QuestionKind::Then(first, second, duration), term, true))
    }

    /// A condition or a number of the state, with what says when it is looked at.
    fn state_term(&mut self) -> Parsed<Read> {
        let start = self.here();
        let expr = self.term()?;
        let term = self.since(start);
        if self.is_word(0, "at") {
            self.next += 1;
            if !self.take_word("end") {
                return Err(self.at_what());
            }
            return Ok(self.read(QuestionKind::AtEnd(expr), term, true));
        }
        if self.take_word("on") {
            let time = self.time("on")?;
            return Ok(self.read(QuestionKind::On(expr, time), term, true));
        }
        let mut kind = counted(expr);
        let by = match &mut kind {
            QuestionKind::CountCompare(_, _, _, by) | QuestionKind::Count(_, by) => {
                *by = self.deadline()?;
                self.refuse_late_comparison()?;
                *by
            }
            _ => {
                self.refuse_suffix_of_bare(term)?;
                None
            }
        };
        Ok(self.read(kind, term, by.is_some()))
    }

    /// `by TIME`, if it is there.
    fn deadline(&mut self) -> Parsed<Option<Time>> {
        self.refuse_other_deadline()?;
        if self.take_word("by") { self.time("by").map(Some) } else { Ok(None) }
    }

    fn time(&mut self, word: &str) -> Parsed<Time> {
        let time = match self.token(0) {
            Some(Token::Moment(moment)) => Time::Moment(*moment),
            Some(Token::Duration(duration)) => Time::SinceStart(*duration),
            _ => return Err(self.time_missing(word)),
        };
        self.next += 1;
        Ok(time)
    }

    fn read(&self, kind: QuestionKind, term: Span, has_suffix: bool) -> Read {
        let whole = self.since(term);
        (QuestionExpr { kind, span: whole }, has_suffix.then_some(Suffix { whole, term }))
    }

    /// Whether the bracket that comes next holds a question rather than a part of a condition.
    fn opens_a_question(&self) -> bool {
        if !self.is_sign(0, "(") {
            return false;
        }
        let mut open = 0_usize;
        for (i, lexeme) in self.lexemes[self.next..].iter().enumerate() {
            match lexeme.token {
                Token::Sign("(") => open += 1,
                Token::Sign(")") => open -= 1,
                _ => {}
            }
            if open == 0 {
                return !self.goes_on_as_expression(i + 1);
            }
        }
        true
    }

    fn goes_on_as_expression(&self, ahead: usize) -> bool {
        match self.token(ahead) {
            Some(Token::Word(word)) => matches!(word.as_str(), "in" | "at" | "on"),
            Some(Token::Sign("+" | "-" | "*" | "/")) => true,
            Some(token) => comparison_sign(token).is_some(),
            None => false,
        }
    }

    /// Whether this term says `before` or `then` outside brackets.
    fn names_two_events(&self) -> bool {
        let mut open = 0_usize;
        for lexeme in &self.lexemes[self.next..] {
            match &lexeme.token {
                Token::Sign("(") => open += 1,
                Token::Sign(")") if open == 0 => return false,
                Token::Sign(")") => open -= 1,
                Token::Word(word) if open == 0 => match word.as_str() {
                    "before" | "then" => return true,
                    "and" | "or" => return false,
                    _ => {}
                },
                _ => {}
            }
        }
        false
    }
}

/// A comparison of a count with a number, or a count, as a question; anything else is bare.
fn counted(expr: Expr) -> QuestionKind {
    let is_count = |expr: &Expr| matches!(expr.kind, ExprKind::Count(_));
    match expr.kind {
        ExprKind::Count(event) => QuestionKind::Count(event, None),
        ExprKind::Compare(op, left, right) if is_count(&left) || is_count(&right) => {
            let (op, count, with) = if is_count(&left) { (op, left, right) } else { (op.turned(), right, left) };
            let ExprKind::Count(event) = count.kind else { unreachable!("one side is a count") };
            QuestionKind::CountCompare(event, op, with, None)
        }
        _ => QuestionKind::Bare(expr),
    }
}

/// All of them bare conditions make one bare condition.
fn joined(word: &str, parts: Vec<QuestionExpr>, span: Span) -> QuestionKind {
    let and = word == "and";
    if parts.iter().all(|part| matches!(part.kind, QuestionKind::Bare(_))) {
        let bare = |part: QuestionExpr| match part.kind {
            QuestionKind::Bare(expr) => Expr { span: part.span, ..expr },
            _ => unreachable!("all parts are bare"),
        };
        let parts = parts.into_iter().map(bare).collect();
        let kind = if and { ExprKind::And(parts) } else { ExprKind::Or(parts) };
        return QuestionKind::Bare(Expr { kind, span });
    }
    if and { QuestionKind::And(parts) } else { QuestionKind::Or(parts) }
}

impl CompareOp {
    /// The comparison with its sides exchanged: `a < b` is `b > a`.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }
}
