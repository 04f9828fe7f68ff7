//! What can go wrong in an expression, worded for somebody who has never programmed.
//!
//! Does not decide what is right: the parser asks it only where it cannot go on.

mod event;
mod question;
mod speech;

pub(super) use event::several_effects;
pub(super) use question::asked_in_english;

use super::lexer::{Token, unit_help};
use super::parser::{FUNCTIONS, Parser, comparison_sign};
use super::{Expr, ExprKind, Parsed};
use crate::diagnostic::{Diagnostic, Span, nearest};

/// The finished mistake.
type Blunder = Box<Diagnostic>;

/// Signs of other languages and what they are here.
const SIGN_HINTS: &[(&str, &str)] = &[
    ("=", "two things are compared with `==`"),
    ("===", "two things are compared with `==`"),
    ("=>", "at least is written `>=`"),
    ("≥", "at least is written `>=`"),
    ("=<", "at most is written `<=`"),
    ("≤", "at most is written `<=`"),
    ("<>", "different is written `!=`"),
    ("≠", "different is written `!=`"),
    ("/=", "different is written `!=`"),
    ("!", "the opposite is written with the word: `not crisis`"),
    ("¬", "the opposite is written with the word: `not crisis`"),
    ("&&", "both at once is written with the word `and`"),
    ("&", "both at once is written with the word `and`"),
    ("∧", "both at once is written with the word `and`"),
    ("||", "one or the other is written with the word `or`"),
    ("|", "one or the other is written with the word `or`"),
    ("∨", "one or the other is written with the word `or`"),
    ("×", "times is written `*`"),
    ("÷", "divided by is written `/`"),
    ("−", "minus is written `-`"),
    ("–", "minus is written `-`"),
    ("—", "minus is written `-`"),
    ("**", "there are no powers; write `x * x`"),
    ("^", "there are no powers; write `x * x`"),
    ("?", "for a number that depends on a condition, write a list of cases: `[(when: \"…\", is: 2), (is: 1)]`"),
    ("+=", "`+=` changes something; it belongs under `then`"),
    ("-=", "`-=` changes something; it belongs under `then`"),
    (":=", "two things are compared with `==`; something is changed under `then`, with `=`"),
    (";", "one expression a string; several conditions are joined by `and` or `or`"),
    ("[", "lists use round brackets: `in (a, b)`"),
    ("\"", "names take no quotes inside an expression"),
    ("'", "names take no quotes inside an expression"),
    ("`", "names take no quotes inside an expression"),
    ("“", "names take no quotes inside an expression"),
    ("„", "names take no quotes inside an expression"),
    ("‘", "names take no quotes inside an expression"),
    ("…", "a span of dates is written with two dots: `during(2024-03-04..2024-03-14)`"),
    ("...", "a span of dates is written with two dots: `during(2024-03-04..2024-03-14)`"),
    (
        "..",
        "two dots stand only between dates: `during(2024-03-04..2024-03-14)`; for numbers write `x >= 1 and x <= 3`",
    ),
    ("%", "a percent sign follows its number without a space: `30%`"),
    (
        ".",
        "a dot stands between an actor and its posture: `dprk.military`; a decimal number has digits on both sides: `0.5`",
    ),
    (":", "a colon stands only in a time of day: `2024-03-04T06:00`"),
];

/// Words of other languages, or of speech, and what they are here.
const WORD_HINTS: &[(&str, &str)] = &[
    ("is", "two things are compared with `==`"),
    ("equals", "two things are compared with `==`"),
    ("equal", "two things are compared with `==`"),
    ("isnt", "different is written `!=`"),
    ("above", "more than is written `>`"),
    ("over", "more than is written `>`"),
    ("below", "less than is written `<`"),
    ("under", "less than is written `<`"),
    ("more", "more than is written `>`"),
    ("less", "less than is written `<`"),
    ("greater", "more than is written `>`"),
    ("between", "write both bounds: `tension >= 20 and tension <= 40`"),
    ("but", "both at once is written with the word `and`"),
    ("xor", "write `(a or b) and not (a and b)`"),
    ("unless", "write `and not`"),
    ("if", "a number that depends on a condition is a list of cases: `[(when: \"…\", is: 2), (is: 1)]`"),
    ("when", "the condition itself is enough, without `when`"),
    ("else", "a number that depends on a condition is a list of cases: `[(when: \"…\", is: 2), (is: 1)]`"),
    ("to", "a span of dates is `during(2024-03-04..2024-03-14)`; a change is written under `then`: `x = v`"),
    ("than", "comparisons are signs: `==`, `!=`, `<`, `<=`, `>`, `>=`"),
    ("becomes", "a change is an event and belongs under `on`; the state after it is `dprk.military == war`"),
    ("rises", "a change is an event and belongs under `on`; compare the state with `<` or `>=`"),
    ("falls", "a change is an event and belongs under `on`; compare the state with `<` or `>=`"),
    ("begins", "the beginning is an event and belongs under `on`; the condition is the name alone"),
    ("ends", "the end is an event and belongs under `on`; the condition is the name alone, with `not`"),
    ("up", "`up` changes something; it belongs under `then`, without a sign before it: `actor.posture up`"),
    ("down", "`down` changes something; it belongs under `then`, without a sign before it: `actor.posture down`"),
    ("emit", "`emit` is an effect; it belongs under `then`"),
    ("at", "`at end` belongs to outcomes and questions"),
    ("on", "`on` a date belongs to outcomes and questions; for a span of time write `during(2024-03-04..2024-03-14)`"),
    ("by", "`by` a date belongs to outcomes and questions"),
    ("within", "`within` belongs to outcomes and questions, or to a pressure such as `60% within 14d`"),
    ("per", "`per` belongs to a pressure, such as `2.5 per 30d`"),
    ("before", "`before` belongs to outcomes and questions"),
    ("then", "`then` belongs to outcomes and questions; what a rule does stands in its field `then`"),
    ("for", "`for` belongs to `stays(…) for 14d` in outcomes and questions"),
    ("ago", "how long ago something happened is `since(event) >= 30d`"),
];

fn hint<'a>(table: &[(&str, &'a str)], found: &str) -> Option<&'a str> {
    table.iter().find(|(known, _)| *known == found).map(|(_, help)| *help)
}

/// `AND` for `and` and the like.
fn other_case(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    (lower != word && matches!(lower.as_str(), "and" | "or" | "not" | "in" | "true" | "false")).then_some(lower)
}

impl Parser<'_> {
    /// What stands at the next token, for a message.
    fn found(&self) -> String {
        match self.lexemes.get(self.next) {
            Some(lexeme) => format!("`{}`", self.words(lexeme.span)),
            None => "the end".to_owned(),
        }
    }

    /// The last token, for a message.
    fn left_of(&self) -> String {
        if self.next == 0 { String::new() } else { self.words(self.behind()).to_owned() }
    }

    /// The help that the next token deserves on its own.
    fn own_hint(&self) -> Option<String> {
        match self.token(0)? {
            Token::Sign(sign) => hint(SIGN_HINTS, sign).map(str::to_owned),
            Token::Word(word) => other_case(word)
                .map(|lower| format!("it is written in small letters: `{lower}`"))
                .or_else(|| hint(WORD_HINTS, &word.to_lowercase()).map(str::to_owned)),
            _ => None,
        }
    }

    pub(super) fn nothing_written(&self) -> Blunder {
        let span = Span::new(self.at, self.at + self.text.len());
        Diagnostic::error("empty-expression", "there is nothing between the quotes", span)
            .help("write a condition such as `tension > 80`, or leave the field out")
            .into()
    }

    pub(super) fn too_deep(span: Span) -> Blunder {
        Diagnostic::error("too-deep", "this expression is nested more than 64 deep", span)
            .help("give parts of it a name under `lets`")
            .into()
    }

    pub(super) fn too_long(span: Span) -> Blunder {
        Diagnostic::error("too-deep", "too many parts in a row with `+`, `-`, `*` or `/` between them", span)
            .label("64 at most, and fewer of such as are formulas themselves")
            .help("put some of them in brackets, as in `(a + b + …) + (c + d + …)`, or give parts a name under `lets`")
            .into()
    }

    /// There is something behind a complete expression.
    pub(super) fn stray(&self) -> Blunder {
        let here = self.here();
        if self.is_sign(0, ")") {
            return Diagnostic::error("unbalanced-bracket", "this `)` closes nothing", here)
                .help("put the `(` that it belongs to, or leave it out")
                .into();
        }
        if let Some(blunder) = self.stray_number() {
            return blunder;
        }
        if let Some(lower) = other_case(&self.left_of()) {
            return Diagnostic::error(
                "stray-words",
                format!("`{}` is taken for a name", self.left_of()),
                self.behind(),
            )
            .help(format!("it is written in small letters: `{lower}`"))
            .into();
        }
        let base = Diagnostic::error("stray-words", format!("{} cannot stand here", self.found()), here);
        if self.is_word(0, "not") && self.is_word(1, "in") {
            return base.help("write `not` before the whole: `not x in (a, b)`").into();
        }
        if let Some(help) = self.is_of_speech() {
            return base.help(help).into();
        }
        if let Some(help) = self.introduced() {
            return base.help(help).into();
        }
        if let Some(help) = self.time_of_speech().or_else(|| self.between()) {
            return base.help(help).into();
        }
        if let Some(help) = self.own_hint() {
            return base.help(help).into();
        }
        base.label(format!("nothing joins it to `{}`", self.left_of()))
            .help("two conditions are joined by `and` or `or`, two numbers by `+ - * /`, and compared by `== != < <= > >=`")
            .into()
    }

    /// A number that has been cut in two: `30 days`, `1,000`, `0,5`, `30 %`, a time behind a date.
    fn stray_number(&self) -> Option<Blunder> {
        let before = self.next.checked_sub(1)?;
        let left = &self.lexemes[before];
        let both = left.span.to(self.here());
        let number = self.words(left.span);
        match (&left.token, self.token(0)?, self.token(1)) {
            (Token::Number(_), Token::Word(unit), _) if unit_help(number, unit).is_some() => Some(
                Diagnostic::error("bad-duration", format!("`{number}` and `{unit}` stand apart"), both)
                    .help(unit_help(number, unit).unwrap_or_default())
                    .into(),
            ),
            (Token::Number(_), Token::Word(percent), _) if percent == "percent" => Some(
                Diagnostic::error("bad-number", "a percent is written with its sign", both)
                    .help(format!("write `{number}%`"))
                    .into(),
            ),
            (Token::Number(_), Token::Sign("%"), _) => Some(
                Diagnostic::error("bad-number", "the percent sign stands apart from its number", both)
                    .help(format!("write `{number}%`"))
                    .into(),
            ),
            (Token::Number(_), Token::Sign(","), Some(Token::Number(_))) => {
                let next = self.words(self.lexemes[self.next + 1].span);
                Some(
                    Diagnostic::error("bad-number", "a number holds no comma", both)
                        .help(format!("for thousands write `{number}{next}`, for a decimal point `{number}.{next}`"))
                        .into(),
                )
            }
            (Token::Moment(_), Token::Number(_), Some(Token::Sign(":"))) => Some(
                Diagnostic::error("bad-date", "the time of day stands apart from its date", both)
                    .help("put a `T` between them: `2024-03-04T06:00`")
                    .into(),
            ),
            _ => None,
        }
    }

    /// A number, name or bracket was due.
    pub(super) fn operand_missing(&self) -> Blunder {
        let here = self.here();
        let left = self.left_of();
        if self.next == self.lexemes.len() {
            return Diagnostic::error("missing-operand", format!("something is missing after `{left}`"), here)
                .help("a name, a number, or something in brackets belongs there")
                .into();
        }
        if let (Token::Sign("."), Some(Token::Number(_))) = (&self.lexemes[self.next].token, self.token(1)) {
            let digits = self.words(self.lexemes[self.next + 1].span);
            return Diagnostic::error("bad-number", "a decimal number begins with a digit", here)
                .help(format!("write `0.{digits}`"))
                .into();
        }
        let where_from = if left.is_empty() { String::new() } else { format!(" after `{left}`") };
        let message = format!("a name or a number was expected{where_from}, found {}", self.found());
        let mut blunder = Diagnostic::error("missing-operand", message, here);
        if let Some(help) = self.prefix_hint() {
            blunder = blunder.help(help);
        }
        blunder
            .help("allowed are a name, `actor.posture`, a number, a duration, a date, `true`, `false`, or brackets")
            .into()
    }

    fn prefix_hint(&self) -> Option<String> {
        if self.is_sign(0, "+") {
            return Some("a number needs no `+` before it".to_owned());
        }
        if self.is_sign(0, ")") && self.next > 0 && self.left_of() == "(" {
            return Some("there is nothing between the brackets".to_owned());
        }
        if self.is_sign(0, "=") && matches!(self.left_of().as_str(), "<" | ">" | "!" | "=") {
            return Some("the two signs stand together, without a space: `<=`, `>=`, `!=`, `==`".to_owned());
        }
        if self.token(0).is_some_and(|t| comparison_sign(t).is_some()) {
            return Some("a comparison has something on both sides: `tension > 80`".to_owned());
        }
        if self.is_word(0, "and") || self.is_word(0, "or") {
            return Some("a condition belongs on both sides of `and` and `or`".to_owned());
        }
        self.own_hint()
    }

    pub(super) fn not_closed(&self, open: Span) -> Blunder {
        if self.next == self.lexemes.len() {
            return Diagnostic::error("unbalanced-bracket", "this `(` is never closed", open)
                .help("put a `)` where the bracket ends")
                .into();
        }
        let mut blunder = self.stray();
        if !self.is_sign(0, ")") {
            *blunder = blunder.related(open, "inside this bracket");
        }
        blunder
    }

    /// `1 < x < 3`
    pub(super) fn refuse_chain(&self, left: &Expr, sign: Span, middle: &Expr) -> Parsed<()> {
        let again = self.token(0).is_some_and(|t| comparison_sign(t).is_some()) || self.is_word(0, "in");
        if !again {
            return Ok(());
        }
        let [left, sign, middle] = [left.span, sign, middle.span].map(|span| self.words(span));
        let rest = self.lexemes.get(self.next + 1).map_or("…", |l| self.words(l.span));
        let second = self.words(self.here());
        Err(Diagnostic::error("chained-comparison", "two comparisons in a row", self.here())
            .label(format!("`{left} {sign} {middle}` is a condition already"))
            .help(format!("write both and join them: `{left} {sign} {middle} and {middle} {second} {rest}`"))
            .into())
    }

    /// `since(e) >= 45`
    pub(super) fn refuse_bare_age(&self, left: &Expr, right: &Expr) -> Parsed<()> {
        let number = match (&left.kind, &right.kind) {
            (ExprKind::Since(_), ExprKind::Number(_)) => right,
            (ExprKind::Number(_), ExprKind::Since(_)) => left,
            _ => return Ok(()),
        };
        let text = self.words(number.span);
        if let Some(Token::Word(unit)) = self.token(0)
            && let Some(help) = unit_help(text, unit)
        {
            let both = number.span.to(self.here());
            let message = format!("`{}` is not how a duration is written", self.words(both));
            return Err(Diagnostic::error("bad-duration", message, both).help(help).into());
        }
        Err(Diagnostic::error("missing-unit", format!("`{text}` what? `since` is a length of time"), number.span)
            .help(format!("write the unit: `{text}d` for days; there are `min`, `h`, `d`, `w`, `y`"))
            .into())
    }

    pub(super) fn in_without_brackets(&self) -> Blunder {
        let mut blunder = Diagnostic::error("missing-brackets", "`in` wants a list in round brackets", self.here());
        if let Some(Token::Word(word)) = self.token(0) {
            blunder = blunder.help(format!("for one value write `== {word}`"));
        }
        blunder.help("write `x in (a, b)`").into()
    }

    pub(super) fn unknown_function(&self, word: &str) -> Blunder {
        let here = self.here();
        if matches!(word, "ever" | "stays" | "first" | "total" | "highest") {
            return Diagnostic::error("unknown-function", format!("`{word}(…)` asks about a whole run"), here)
                .help("it belongs to `outcomes` and `questions`; a condition asks about now")
                .into();
        }
        let mut blunder = Diagnostic::error("unknown-function", format!("there is no `{word}(…)`"), here);
        let lower = word.to_lowercase();
        if let Some(near) = nearest(&lower, FUNCTIONS.iter().copied()) {
            blunder = blunder.help(format!("did you mean `{near}(…)`?"));
        }
        blunder.help("there are `count(event)`, `since(event)`, `during(date..date)`, `min(a, b)`, `max(a, b)`, `how_many(a, b)`").into()
    }

    pub(super) fn function_without_brackets(&self, word: &str) -> Blunder {
        let error = Diagnostic::error("missing-brackets", format!("`{word}` wants brackets"), self.here());
        if let Some(inside) = self.meant_inside() {
            return error.help(format!("write `{word}({inside})`")).into();
        }
        let inside = match word {
            "count" | "since" => "missile_test",
            "during" => "2024-03-04..2024-03-14",
            _ => "a, b",
        };
        error
            .help(format!("write `{word}({inside})`"))
            .help(format!("`{word}` is a word of the language and cannot be a name"))
            .into()
    }

    /// What follows a function that lacks its brackets, up to where something else begins.
    pub(super) fn meant_inside(&self) -> Option<&str> {
        let ends = |token: &Token| match token {
            Token::Word(word) => {
                matches!(word.as_str(), "and" | "or" | "by" | "within" | "at" | "on" | "for" | "before")
            }
            Token::Sign(sign) => matches!(*sign, ")" | ","),
            _ => false,
        };
        let (Token::Word(word), rest) = (self.token(0)?, self.lexemes.get(self.next + 1..)?) else { return None };
        let begins = matches!(rest.first()?.token, Token::Word(_)) || word == "during";
        if !begins || FUNCTIONS[3..].contains(&word.as_str()) {
            return None;
        }
        let compares = !matches!(word.as_str(), "ever" | "stays" | "first");
        let stop = |token: &Token| ends(token) || compares && comparison_sign(token).is_some();
        let inside = rest.iter().take_while(|lexeme| !stop(&lexeme.token)).map(|lexeme| lexeme.span);
        let (first, last) = (rest.first()?.span, inside.last()?);
        Some(self.words(first.to(last)))
    }

    /// `during(a, b)`
    pub(super) fn window_without_dots(&self) -> Blunder {
        let message = format!("between the two dates of `during` stands `..`, found {}", self.found());
        Diagnostic::error("bad-window", message, self.here())
            .help("write `during(2024-03-04..2024-03-14)`; both days are included")
            .into()
    }

    pub(super) fn window_backwards(&self, open: Span, first: Span, second: Span) -> Blunder {
        Diagnostic::error("bad-window", "this span of time ends before it begins", self.since(open))
            .help(format!(
                "the earlier date stands first: write `during({}..{})`",
                self.words(second),
                self.words(first)
            ))
            .into()
    }

    pub(super) fn date_missing(&self) -> Blunder {
        Diagnostic::error("bad-window", format!("a date was expected, found {}", self.found()), self.here())
            .help("write `during(2024-03-04..2024-03-14)`")
            .into()
    }

    pub(super) fn name_missing(&self, what: &str) -> Blunder {
        Diagnostic::error("missing-name", format!("{what} was expected, found {}", self.found()), self.here())
            .help("a name is made of letters, digits and `_`, and does not begin with a digit")
            .into()
    }

    pub(super) fn too_many_dots(&self, start: Span) -> Blunder {
        Diagnostic::error("stray-words", "a name has at most one dot", self.since(start).to(self.here()))
            .help("a posture is written `actor.posture`; its values are compared: `dprk.military == war`")
            .into()
    }

    /// After `within`, `for` and the like.
    pub(super) fn duration_missing(&self) -> Blunder {
        let after = self.left_of();
        let message = format!("a duration was expected after `{after}`, found {}", self.found());
        let blunder = Diagnostic::error("missing-unit", message, self.here());
        if let (Some(Token::Number(_)), next) = (self.token(0), self.token(1)) {
            let number = self.words(self.here());
            let help = match next {
                Some(Token::Word(unit)) => unit_help(number, unit),
                _ => None,
            };
            let help = help.unwrap_or_else(|| format!("write the unit: `{number}d` for days"));
            return blunder.help(help).into();
        }
        blunder.help("durations are written `30d`, `2w`, `6h`, `15min`, `1y`").into()
    }
}
