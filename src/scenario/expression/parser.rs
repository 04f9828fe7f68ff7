//! Tokens to expressions and events: precedence climbing, total, of bounded depth.
//!
//! Does not know which names exist or what type they have. What goes wrong is worded in `blunder`.

use super::lexer::{Lexeme, Token, lex};
use super::{ArithmeticOp, CompareOp, EventExpr, EventKind, Expr, ExprKind, Parsed, PostureRef};
use crate::diagnostic::Span;
use crate::scenario::quantity::{Duration, Moment};

/// How deep brackets and operators may nest, and how high a syntax tree may grow.
pub(super) const DEPTH_LIMIT: usize = 64;

/// An expression and the height of its tree.
type Tree = (Expr, usize);

/// Words that mean a function where a bracket follows.
pub(super) const FUNCTIONS: &[&str] = &["count", "since", "during", "min", "max", "how_many"];

/// Words that cannot be the name of something in an expression.
const OPERATORS: &[&str] = &["and", "or", "not", "in"];

/// Words after which an expression has ended and something else begins.
const FOLLOWERS: &[&str] = &[
    "at", "on", "by", "within", "before", "then", "for", "becomes", "rises", "falls", "begins", "ends", "up", "down",
    "emit",
];

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) lexemes: Vec<Lexeme>,
    pub(super) next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Parsed<Self> {
        let lexemes = lex(text, at)?;
        let parser = Self { text, at, lexemes, next: 0, depth: 0 };
        if parser.lexemes.is_empty() { Err(parser.nothing_written()) } else { Ok(parser) }
    }

    pub(super) fn token(&self, ahead: usize) -> Option<&Token> {
        self.lexemes.get(self.next + ahead).map(|l| &l.token)
    }

    /// Where the next token stands; the end of the text if there is none.
    pub(super) fn here(&self) -> Span {
        let end = self.at + self.text.len();
        self.lexemes.get(self.next).map_or(Span::new(end, end), |l| l.span)
    }

    /// Where the last token stood.
    pub(super) fn behind(&self) -> Span {
        self.next.checked_sub(1).map_or(Span::new(self.at, self.at), |i| self.lexemes[i].span)
    }

    /// From `start` to the last token.
    pub(super) fn since(&self, start: Span) -> Span {
        start.to(self.behind())
    }

    /// The text at `span`.
    pub(super) fn words(&self, span: Span) -> &'a str {
        &self.text[span.start - self.at..span.end - self.at]
    }

    pub(super) fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.token(ahead), Some(Token::Word(w)) if w == word)
    }

    pub(super) fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.token(ahead), Some(Token::Sign(s)) if *s == sign)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is = self.is_word(0, word);
        self.next += usize::from(is);
        is
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let is = self.is_sign(0, sign);
        self.next += usize::from(is);
        is
    }

    /// Everything has been read.
    pub(super) fn finish(&self) -> Parsed<()> {
        if self.next == self.lexemes.len() { Ok(()) } else { Err(self.stray()) }
    }

    /// Runs `inner` one level deeper.
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_LIMIT {
            return Err(Self::too_deep(self.here()));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn grow(kind: ExprKind, span: Span, below: usize) -> Parsed<Tree> {
        if below >= DEPTH_LIMIT { Err(Self::too_deep(span)) } else { Ok((Expr { kind, span }, below + 1)) }
    }

    /// A whole condition or number.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.disjunction().map(|(expr, _)| expr)
    }

    /// One term: no `and`, `or`, `not` outside brackets.
    pub(super) fn term(&mut self) -> Parsed<Expr> {
        self.comparison().map(|(expr, _)| expr)
    }

    fn disjunction(&mut self) -> Parsed<Tree> {
        self.junction("or", Self::conjunction, ExprKind::Or)
    }

    fn conjunction(&mut self) -> Parsed<Tree> {
        self.junction("and", Self::negation, ExprKind::And)
    }

    fn junction(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Parsed<Tree>,
        kind: fn(Vec<Expr>) -> ExprKind,
    ) -> Parsed<Tree> {
        let start = self.here();
        let (first, mut height) = part(self)?;
        let mut parts = vec![first];
        while self.take_word(word) {
            let (next, h) = part(self)?;
            parts.push(next);
            height = height.max(h);
        }
        if parts.len() == 1 {
            return Ok((parts.remove(0), height));
        }
        Self::grow(kind(parts), self.since(start), height)
    }

    fn negation(&mut self) -> Parsed<Tree> {
        let start = self.here();
        if !self.take_word("not") {
            return self.comparison();
        }
        let (inner, height) = self.deeper(Self::negation)?;
        Self::grow(ExprKind::Not(Box::new(inner)), self.since(start), height)
    }

    fn comparison(&mut self) -> Parsed<Tree> {
        let start = self.here();
        let (left, below) = self.sum()?;
        if self.is_word(0, "in") {
            return self.membership(left, below, start);
        }
        let Some(op) = self.token(0).and_then(comparison_sign) else { return Ok((left, below)) };
        let sign = self.here();
        self.next += 1;
        let (right, height) = self.sum()?;
        self.refuse_chain(&left, sign, &right)?;
        self.refuse_bare_age(&left, &right)?;
        Self::grow(ExprKind::Compare(op, Box::new(left), Box::new(right)), self.since(start), below.max(height))
    }

    fn membership(&mut self, left: Expr, below: usize, start: Span) -> Parsed<Tree> {
        self.next += 1;
        if !self.is_sign(0, "(") {
            return Err(self.in_without_brackets());
        }
        let (list, height) = self.arguments()?;
        Self::grow(ExprKind::In(Box::new(left), list), self.since(start), below.max(height))
    }

    fn sum(&mut self) -> Parsed<Tree> {
        self.chain(&[("+", ArithmeticOp::Plus), ("-", ArithmeticOp::Minus)], Self::product)
    }

    fn product(&mut self) -> Parsed<Tree> {
        self.chain(&[("*", ArithmeticOp::Times), ("/", ArithmeticOp::Divide)], Self::signed)
    }

    fn chain(&mut self, signs: &[(&str, ArithmeticOp)], part: fn(&mut Self) -> Parsed<Tree>) -> Parsed<Tree> {
        let start = self.here();
        let (mut left, mut height) = part(self)?;
        // Each sign stands one level above what is on its left.
        let mut parts = 1;
        while let Some((_, op)) = signs.iter().find(|(sign, _)| self.is_sign(0, sign)) {
            self.next += 1;
            let (right, h) = part(self)?;
            let kind = ExprKind::Arithmetic(*op, Box::new(left), Box::new(right));
            parts += 1;
            if parts > DEPTH_LIMIT / 2 && height >= DEPTH_LIMIT {
                return Err(Self::too_long(self.since(start)));
            }
            (left, height) = Self::grow(kind, self.since(start), height.max(h))?;
        }
        Ok((left, height))
    }

    fn signed(&mut self) -> Parsed<Tree> {
        let start = self.here();
        if !self.take_sign("-") {
            return self.primary();
        }
        let (inner, height) = self.deeper(Self::signed)?;
        Self::grow(ExprKind::Negative(Box::new(inner)), self.since(start), height)
    }

    fn primary(&mut self) -> Parsed<Tree> {
        let span = self.here();
        let leaf = |kind| Ok((Expr { kind, span }, 1));
        match self.token(0).cloned() {
            Some(Token::Number(x)) => {
                self.next += 1;
                leaf(ExprKind::Number(x))
            }
            Some(Token::Duration(d)) => {
                self.next += 1;
                leaf(ExprKind::Duration(d))
            }
            Some(Token::Moment(m)) => {
                self.next += 1;
                leaf(ExprKind::Moment(m))
            }
            Some(Token::Sign("(")) => self.bracketed(),
            Some(Token::Word(word)) => self.named(&word),
            _ => Err(self.operand_missing()),
        }
    }

    fn bracketed(&mut self) -> Parsed<Tree> {
        let open = self.here();
        self.next += 1;
        let (inner, height) = self.deeper(Self::disjunction)?;
        self.close(open)?;
        Ok((Expr { span: self.since(open), ..inner }, height))
    }

    /// The closing bracket that belongs to the one at `open`.
    pub(super) fn close(&mut self, open: Span) -> Parsed<()> {
        if self.take_sign(")") { Ok(()) } else { Err(self.not_closed(open)) }
    }

    fn named(&mut self, word: &str) -> Parsed<Tree> {
        if self.is_sign(1, "(") && !OPERATORS.contains(&word) {
            return if FUNCTIONS.contains(&word) { self.function(word) } else { Err(self.unknown_function(word)) };
        }
        if OPERATORS.contains(&word) || FOLLOWERS.contains(&word) {
            return Err(self.operand_missing());
        }
        if FUNCTIONS.contains(&word) {
            return Err(self.function_without_brackets(word));
        }
        let span = self.here();
        let kind = match word {
            "true" | "false" => ExprKind::Bool(word == "true"),
            "day" => ExprKind::Day,
            _ if self.is_sign(1, ".") => {
                let posture = self.posture()?;
                let span = posture.span;
                return Ok((Expr { kind: ExprKind::Posture(posture), span }, 1));
            }
            _ => ExprKind::Name(word.to_owned()),
        };
        self.next += 1;
        Ok((Expr { kind, span }, 1))
    }

    fn function(&mut self, word: &str) -> Parsed<Tree> {
        let start = self.here();
        self.next += 1;
        if matches!(word, "min" | "max" | "how_many") {
            let (list, height) = self.arguments()?;
            let kind = match word {
                "min" => ExprKind::Min(list),
                "max" => ExprKind::Max(list),
                _ => ExprKind::HowMany(list),
            };
            return Self::grow(kind, self.since(start), height);
        }
        let kind = match word {
            "count" => ExprKind::Count(self.event_in_brackets()?),
            "since" => ExprKind::Since(self.event_in_brackets()?),
            _ => self.window()?,
        };
        Ok((Expr { kind, span: self.since(start) }, 1))
    }

    /// `(event)`
    pub(super) fn event_in_brackets(&mut self) -> Parsed<EventExpr> {
        let open = self.here();
        self.next += 1;
        let event = self.event()?;
        if self.is_sign(0, ")") {
            self.next += 1;
            return Ok(event);
        }
        Err(self.no_single_event(open))
    }

    /// `(expr)` of a function word that has been read; the bracket is asked for.
    pub(super) fn condition_in_brackets(&mut self) -> Parsed<Expr> {
        let open = self.here();
        self.next += 1;
        let inner = self.deeper(Self::expression)?;
        self.close(open)?;
        Ok(inner)
    }

    /// `(2024-03-04..2024-03-14)`
    fn window(&mut self) -> Parsed<ExprKind> {
        let open = self.here();
        self.next += 1;
        let first = self.here();
        let from = self.moment()?;
        let first = self.since(first);
        if !self.take_sign("..") {
            return Err(self.window_without_dots());
        }
        let second = self.here();
        let to = self.moment()?;
        let second = self.since(second);
        self.close(open)?;
        let last = to.seconds + if to.whole_day { 86_399 } else { 0 };
        if last < from.seconds {
            return Err(self.window_backwards(open, first, second));
        }
        Ok(ExprKind::During(from, to))
    }

    fn moment(&mut self) -> Parsed<Moment> {
        let Some(Token::Moment(moment)) = self.token(0) else { return Err(self.date_missing()) };
        let moment = *moment;
        self.next += 1;
        Ok(moment)
    }

    /// `(a, b, …)`
    fn arguments(&mut self) -> Parsed<(Vec<Expr>, usize)> {
        let open = self.here();
        self.next += 1;
        let (mut list, mut height) = (Vec::new(), 0);
        loop {
            let (expr, h) = self.deeper(Self::disjunction)?;
            list.push(expr);
            height = height.max(h);
            if !self.take_sign(",") {
                break;
            }
        }
        self.close(open)?;
        Ok((list, height))
    }

    /// A word that names something.
    pub(super) fn name(&mut self, what: &str) -> Parsed<(String, Span)> {
        let span = self.here();
        match self.token(0) {
            Some(Token::Word(word)) if !OPERATORS.contains(&word.as_str()) => {
                let word = word.clone();
                self.next += 1;
                Ok((word, span))
            }
            _ => Err(self.name_missing(what)),
        }
    }

    /// `actor.posture`, the dot being there.
    pub(super) fn posture(&mut self) -> Parsed<PostureRef> {
        let (actor, span) = self.name("an actor")?;
        self.next += 1;
        let (posture, last) = self.name("a posture of that actor")?;
        if self.is_sign(0, ".") {
            return Err(self.too_many_dots(span));
        }
        Ok(PostureRef { actor, posture, span: span.to(last) })
    }

    /// A duration where one is due, after the word that has just been read.
    pub(super) fn duration(&mut self) -> Parsed<Duration> {
        let Some(Token::Duration(duration)) = self.token(0) else { return Err(self.duration_missing()) };
        let duration = *duration;
        self.next += 1;
        Ok(duration)
    }

    /// The name of an event, up to where it cannot go on.
    pub(super) fn event(&mut self) -> Parsed<EventExpr> {
        self.refuse_no_event()?;
        if self.is_sign(1, ".") {
            return self.posture_event();
        }
        let (name, start) = self.name("an event")?;
        let kind = if self.take_sign("/") {
            let (branch, _) = self.name("a branch of that rule")?;
            EventKind::Branch(name, branch)
        } else if self.take_word("begins") {
            EventKind::Begins(name)
        } else if self.take_word("ends") {
            EventKind::Ends(name)
        } else {
            self.refuse_posture_verb(&name, start)?;
            EventKind::Named(name)
        };
        Ok(EventExpr { kind, span: self.since(start) })
    }

    fn posture_event(&mut self) -> Parsed<EventExpr> {
        let start = self.here();
        let posture = self.posture()?;
        let kind = if self.take_word("becomes") {
            let (value, _) = self.name("the value that it takes")?;
            EventKind::Becomes(posture, value)
        } else if self.take_word("rises") {
            EventKind::Rises(posture)
        } else if self.take_word("falls") {
            EventKind::Falls(posture)
        } else if self.token(0).is_none() || self.is_sign(0, ")") {
            // Perhaps a branch written with a point: that takes the names of the file.
            EventKind::Named(posture.to_string())
        } else {
            return Err(self.posture_is_no_event(start));
        };
        Ok(EventExpr { kind, span: self.since(start) })
    }

    /// An event and nothing else.
    pub(super) fn lone_event(&mut self) -> Parsed<EventExpr> {
        let event = self.event()?;
        if self.next < self.lexemes.len() {
            return Err(self.after_event());
        }
        Ok(event)
    }
}

/// The comparison that a token stands for.
pub(super) fn comparison_sign(token: &Token) -> Option<CompareOp> {
    let Token::Sign(sign) = token else { return None };
    Some(match *sign {
        "==" => CompareOp::Equal,
        "!=" => CompareOp::NotEqual,
        "<" => CompareOp::Less,
        "<=" => CompareOp::AtMost,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::AtLeast,
        _ => return None,
    })
}
