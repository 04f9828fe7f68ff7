//! What can go wrong in events and effects.
//!
//! Does not know which events and variables exist.

use super::super::lexer::{Token, is_name};
use super::super::parser::{Parser, comparison_sign};
use super::super::{Parsed, Target};
use super::Blunder;
use crate::diagnostic::{Diagnostic, Span, nearest};

const LET_HELP: &str = "give the condition a name under `lets`, and write `NAME begins` or `NAME ends`";
const EVENT_HELP: &str = "an event is a rule's id, `rule/branch`, an emitted name, `start`, `actor.posture becomes value`, \
                          `actor.posture rises` or `falls`, `NAME begins` or `ends` of a `let`, or a group of `events`";
const EFFECT_HELP: &str =
    "effects are `x = v`, `x += n`, `x -= n`, `actor.posture up`, `actor.posture down 2`, `emit name`";

/// Two changes in one text, `a = b and c += 1`, where `is_effect` says that each is one.
pub(in super::super) fn several_effects(text: &str, at: usize, is_effect: impl Fn(&str) -> bool) -> Option<Blunder> {
    let parts = [" and ", ",", ";", " then ", "\n"].into_iter().find_map(|sign| {
        let parts: Vec<&str> = text.split(sign).map(str::trim).filter(|part| !part.is_empty()).collect();
        (parts.len() > 1 && parts.iter().all(|part| is_effect(part))).then_some(parts)
    })?;
    let list: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
    let span = Span::new(at, at + text.len());
    let error = Diagnostic::error("not-an-effect", "several changes stand in one text", span);
    Some(error.help(format!("each has its own, in a list: `then: [{}]`", list.join(", "))).into())
}

/// Verbs with which people begin a change, and the sign that they mean.
const SPOKEN: [(&str, &str); 16] = [
    ("set", "="),
    ("let", "="),
    ("make", "="),
    ("change", "="),
    ("move", "="),
    ("raise", "+="),
    ("increase", "+="),
    ("add", "+="),
    ("grow", "+="),
    ("decrease", "-="),
    ("reduce", "-="),
    ("lower", "-="),
    ("subtract", "-="),
    ("take", "-="),
    ("cut", "-="),
    ("drop", "-="),
];

/// An article or another little word before what is meant.
const LITTLE: [&str; 8] = ["a", "an", "the", "after", "when", "if", "every", "each"];

impl Parser<'_> {
    fn compares(&self, ahead: usize) -> bool {
        self.token(ahead).is_some_and(|t| comparison_sign(t).is_some() || matches!(t, Token::Sign("+" | "-" | "*")))
            || self.is_word(ahead, "in")
    }

    /// Something that cannot begin an event.
    pub(in super::super) fn refuse_no_event(&self) -> Parsed<()> {
        let here = self.here();
        match self.token(0) {
            Some(Token::Word(word)) if word == "not" => {
                Err(Diagnostic::error("not-an-event", "`not` is no event", here)
                    .help(format!("that something does not hold is a condition: {LET_HELP}"))
                    .into())
            }
            Some(Token::Word(_)) if self.is_sign(1, "(") => Err(self.condition_as_event(here)),
            Some(Token::Word(_)) => Ok(()),
            Some(Token::Moment(_)) if self.lexemes.len() == 1 => {
                let date = self.words(here);
                Err(Diagnostic::error("not-an-event", format!("`{date}` is a date, and `on` names an event"), here)
                    .help(format!("for a date write `at: \"{date}\"`"))
                    .into())
            }
            Some(Token::Moment(_)) if self.left_of() == "before" => {
                let (event, date) = (self.words(self.since(self.lexemes[0].span)), self.words(here));
                let event = event.trim_end_matches("before").trim();
                Err(Diagnostic::error(
                    "not-an-event",
                    format!("`{date}` is a date, and `before` compares two events"),
                    here,
                )
                .help(format!("write `count({event}) >= 1 by {date}`; that day is included"))
                .into())
            }
            _ => Err(Diagnostic::error("not-an-event", format!("an event was expected, found {}", self.found()), here)
                .help(EVENT_HELP)
                .into()),
        }
    }

    fn condition_as_event(&self, span: Span) -> Blunder {
        let error = Diagnostic::error("not-an-event", "this is a condition, not an event", span)
            .label("an event happens at a moment");
        let text = self.text.trim();
        // Inside of `count( )` or a question it is only a part of the text.
        if text.contains(['(', '"']) || text.contains(" before ") || text.contains(" then ") {
            return error.help(LET_HELP).into();
        }
        error
            .help(format!(
                "give it a name, `lets: {{ my_condition: \"{text}\" }}`, and write `on: [\"my_condition begins\"]`"
            ))
            .into()
    }

    /// `military becomes war` without an actor.
    pub(in super::super) fn refuse_posture_verb(&self, name: &str, span: Span) -> Parsed<()> {
        let Some(Token::Word(verb)) = self.token(0) else { return Ok(()) };
        if !matches!(verb.as_str(), "becomes" | "rises" | "falls") {
            return Ok(());
        }
        Err(Diagnostic::error("not-an-event", format!("`{verb}` wants a posture, and `{name}` has no actor"), span)
            .help(format!(
                "write `actor.{name} {}`",
                self.words(self.here().to(self.lexemes[self.lexemes.len() - 1].span))
            ))
            .help(format!("for indicators and flags, {LET_HELP}"))
            .into())
    }

    /// `dprk.military` that does not go on as an event does.
    pub(in super::super) fn posture_is_no_event(&self, start: Span) -> Blunder {
        let posture = self.words(self.since(start)).to_owned();
        let verbs = format!("write `{posture} becomes value`, `{posture} rises` or `{posture} falls`");
        let value = self.lexemes.get(self.next + 1).map_or("value", |l| self.words(l.span));
        let base = Diagnostic::error("not-an-event", format!("{} cannot stand here", self.found()), self.here());
        match self.token(0) {
            Some(Token::Sign("==" | "=" | ":=" | "->" | "→")) => {
                base.help(format!("the event is written `{posture} becomes {value}`")).into()
            }
            Some(Token::Word(word)) if matches!(word.as_str(), "is" | "to" | "become" | "reaches" | "enters") => {
                base.help(format!("the event is written `{posture} becomes {value}`")).into()
            }
            Some(Token::Word(word)) if matches!(word.as_str(), "begins" | "ends") => {
                base.help(format!("`{word}` goes with a `let`")).help(verbs).into()
            }
            _ if self.compares(0) => self.condition_as_event(self.since(start).to(self.here())),
            _ => base.help(verbs).into(),
        }
    }

    /// There is something behind a complete event.
    pub(in super::super) fn after_event(&self) -> Blunder {
        let base =
            Diagnostic::error("not-an-event", format!("{} cannot stand behind an event", self.found()), self.here());
        match self.token(0) {
            Some(Token::Word(word))
                if LITTLE.contains(&self.left_of().as_str()) && !matches!(word.as_str(), "or" | "and") =>
            {
                base.help(format!("write just `{word}`, the name of the event")).into()
            }
            Some(Token::Word(word)) if matches!(word.as_str(), "or" | "and") => base
                .help(format!("{}; any of them is a trigger", self.event_list()))
                .help("that two things hold at once is a condition and belongs under `when`")
                .into(),
            Some(Token::Sign("," | ";" | "|" | "||")) => base.help(self.event_list()).into(),
            Some(Token::Word(word)) if word == "becomes" => base.help("`becomes` goes with `actor.posture`").into(),
            Some(Token::Word(word)) if meant_verb(word).is_some() => {
                let verb = meant_verb(word).unwrap_or_default();
                base.help(format!("did you mean `{} {verb}`?", self.left_of())).into()
            }
            _ if self.compares(0) || self.is_sign(0, "=") => self.condition_as_event(self.here()),
            _ => base.help(EVENT_HELP).into(),
        }
    }

    /// How events that stand in one text are written as a list.
    fn event_list(&self) -> String {
        let joined = self.text.replace(" and ", ",").replace(" or ", ",").replace([';', '|'], ",");
        let events: Vec<String> = joined
            .split(',')
            .map(str::trim)
            .filter(|event| !event.is_empty())
            .map(|event| if is_name(event) { event.to_owned() } else { format!("\"{event}\"") })
            .collect();
        format!("several events stand in a list: `on: [{}]`", events.join(", "))
    }

    /// In the brackets of `count` or `since` stands more than an event.
    pub(in super::super) fn no_single_event(&self, open: Span) -> Blunder {
        let base =
            Diagnostic::error("not-an-event", format!("{} cannot stand behind an event", self.found()), self.here());
        match self.token(0) {
            None => self.not_closed(open),
            Some(Token::Word(word)) if matches!(word.as_str(), "or" | "and") => {
                base.help("to count several events together, make a group of them under `events`").into()
            }
            Some(Token::Sign(",")) => {
                base.help("only one event stands here; make a group of several under `events`").into()
            }
            Some(token)
                if comparison_sign(token).is_some()
                    && matches!(self.token(1), Some(Token::Number(_) | Token::Duration(_))) =>
            {
                self.comparison_inside(open)
            }
            _ if self.compares(0) || self.is_sign(0, "=") => self.condition_as_event(self.here()),
            Some(Token::Word(word)) if meant_verb(word).is_some() => {
                let verb = meant_verb(word).unwrap_or_default();
                base.help(format!("did you mean `{} {verb}`?", self.left_of())).into()
            }
            _ => base.related(open, "inside this bracket").help(EVENT_HELP).into(),
        }
    }

    /// `count(e >= 2)`: the comparison belongs behind the bracket.
    fn comparison_inside(&self, open: Span) -> Blunder {
        let function = self.lexemes.iter().take_while(|l| l.span.start < open.start).last();
        let function = function.map_or("count", |l| self.words(l.span));
        let rest = self.lexemes[self.next..].iter().take_while(|l| l.token != Token::Sign(")"));
        let rest = rest.last().map_or("", |l| self.words(self.here().to(l.span)));
        let event = self.words(Span::new(open.end, self.behind().end)).trim();
        Diagnostic::error("not-an-event", format!("`{function}` takes the event alone"), self.here())
            .label("this belongs behind the bracket")
            .help(format!("write `{function}({event}) {rest}`"))
            .into()
    }

    /// `emit a.b`
    pub(in super::super) fn emits_plain_names(&self, name: Span) -> Blunder {
        Diagnostic::error("not-an-effect", "only a plain name can be emitted", name.to(self.here()))
            .help("posture changes and branches raise their events by themselves; write `emit some_name`")
            .into()
    }

    /// `set x to v`, `increase x by 3`, `add 3 to x` as an effect.
    fn spoken_effect(&self) -> Option<String> {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let (first, rest) = words.split_first()?;
        let (_, sign) = SPOKEN.iter().find(|(verb, _)| verb == first)?;
        let effect = match rest {
            [amount, "to" | "from", name] if matches!(*first, "add" | "subtract" | "take") => {
                format!("{name} {sign} {amount}")
            }
            [name, "to" | "=" | "==", value] => format!("{name} = {value}"),
            [name, "by", amount] => format!("{name} {sign} {amount}"),
            [name] if *sign == "=" => return Some(format!("write `{name} = …`, with its new value")),
            [name] => return Some(format!("write `{name} {sign} 1`, or how much")),
            _ => return None,
        };
        Some(format!("write `{effect}`"))
    }

    /// An effect that begins with a value, or is no effect from its first word.
    pub(in super::super) fn refuse_value_first(&self) -> Parsed<()> {
        let help = match self.token(0) {
            Some(Token::Word(word)) if SPOKEN.iter().any(|(verb, _)| verb == word) => {
                if self.is_sign(1, "=") || self.is_sign(1, "+=") || self.is_sign(1, "-=") {
                    return Ok(());
                }
                self.spoken_effect().unwrap_or_else(|| format!("no `{word}` before it: {EFFECT_HELP}"))
            }
            Some(Token::Word(word)) if matches!(word.as_str(), "up" | "down") => {
                format!("the posture stands first: `actor.posture {word}`")
            }
            Some(Token::Sign("++" | "--")) => "write `x += 1` or `x -= 1`".to_owned(),
            Some(Token::Word(_)) => return Ok(()),
            _ => format!("what is changed stands on the left; {EFFECT_HELP}"),
        };
        let message = format!("an effect cannot begin with {}", self.found());
        Err(Diagnostic::error("not-an-effect", message, self.here()).help(help).into())
    }

    /// Behind the target of an effect stands no sign of an effect.
    pub(in super::super) fn no_effect(&self, target: &Target) -> Blunder {
        let name = self.words(target.span());
        if self.next == self.lexemes.len() {
            let error =
                Diagnostic::error("not-an-effect", format!("`{name}` does not say what changes"), target.span());
            return match target {
                Target::Posture(_) => {
                    error.help(format!("write `{name} = …` with its new value, `{name} up` or `{name} down`")).into()
                }
                Target::Name(..) => {
                    error.help(EFFECT_HELP).help(format!("to raise an event, write `emit {name}`")).into()
                }
            };
        }
        // `+ =` is `+=` with a space in it.
        let apart = matches!(self.token(0), Some(Token::Sign("+" | "-"))) && self.is_sign(1, "=");
        let behind = &self.lexemes[(self.next + 1 + usize::from(apart)).min(self.lexemes.len())..];
        let rest = match behind {
            [] => "",
            [first, ..] => self.words(behind.iter().fold(first.span, |all, l| all.to(l.span))),
        };
        let help = match self.token(0) {
            Some(Token::Sign("==" | ":=" | "===" | "->" | "→" | ":")) => {
                format!("to change it, write `{name} = {rest}`")
            }
            Some(Token::Sign("=-")) => {
                format!(
                    "write `{name} -= {rest}` to take away, or `{name} = -{rest}` (with a space) to set it below zero"
                )
            }
            Some(Token::Sign("++")) => format!("write `{name} += 1`"),
            Some(Token::Sign("--")) => format!("write `{name} -= 1`"),
            Some(Token::Sign("+" | "=+")) => format!("to add, write `{name} += {rest}`"),
            Some(Token::Sign("-")) => format!("to take away, write `{name} -= {rest}`"),
            Some(Token::Sign("*=" | "/=" | "*" | "/")) => {
                format!("write the whole sum: `{name} = {name} * …`; effects are whole numbers")
            }
            Some(Token::Word(word)) => match word.as_str() {
                "becomes" | "is" | "to" | "turns" | "equals" | "gets" => {
                    let value = rest.trim_start_matches("set to ").trim_start_matches("to ").trim_start_matches("now ");
                    format!("to change it, write `{name} = {value}`")
                }
                "rises" | "raise" | "increases" | "grows" | "goes" | "gains" | "falls" | "decreases" | "drops"
                | "shrinks" | "loses" | "sinks" => {
                    let down = matches!(word.as_str(), "falls" | "decreases" | "drops" | "shrinks" | "loses" | "sinks")
                        || rest.starts_with("down");
                    let (way, sign) = if down { ("down", "-=") } else { ("up", "+=") };
                    let amount = rest.rsplit(' ').next().filter(|last| last.parse::<f64>().is_ok());
                    match (amount, target) {
                        (Some(amount), _) => format!("write `{name} {sign} {amount}`"),
                        (None, Target::Posture(_)) => format!("write `{name} {way}`"),
                        (None, Target::Name(..)) if word == "goes" && !rest.starts_with(way) => EFFECT_HELP.to_owned(),
                        (None, Target::Name(..)) => format!("write `{name} {sign} 1`, or how much"),
                    }
                }
                _ if nearest(word, ["up", "down"]).is_some() => {
                    let near = nearest(word, ["up", "down"]).unwrap_or_default();
                    let rungs = if rest.is_empty() { String::new() } else { format!(" {rest}") };
                    format!("did you mean `{name} {near}{rungs}`?")
                }
                _ => EFFECT_HELP.to_owned(),
            },
            _ => EFFECT_HELP.to_owned(),
        };
        Diagnostic::error("not-an-effect", format!("{} is no change", self.found()), self.here()).help(help).into()
    }

    /// `p = up`
    pub(in super::super) fn refuse_sign_before_move(&self, target: &Target) -> Parsed<()> {
        if !(self.is_word(0, "up") || self.is_word(0, "down")) {
            return Ok(());
        }
        let rest = self.words(Span::new(self.here().start, self.at + self.text.len())).trim();
        let message = format!("no `{}` stands before {}", self.left_of(), self.found());
        let error = Diagnostic::error("not-an-effect", message, self.behind());
        Err(error.help(format!("write `{} {rest}`", self.words(target.span()))).into())
    }

    /// `tension up`
    pub(in super::super) fn no_ladder(&self, target: &Target, up: bool) -> Blunder {
        let name = self.words(target.span());
        let (word, sign) = if up { ("up", "+=") } else { ("down", "-=") };
        Diagnostic::error(
            "not-an-effect",
            format!("`{word}` moves a posture, and `{name}` has no actor"),
            target.span(),
        )
        .help(format!("for a posture write `actor.{name} {word}`, for an indicator `{name} {sign} 1`"))
        .into()
    }

    /// `p up 0`, `p up 2.5`, `p up by 2`
    pub(in super::super) fn no_rungs(&self) -> Blunder {
        let message = format!("the number of rungs is a whole number from 1, found {}", self.found());
        Diagnostic::error("not-an-effect", message, self.here()).help("write `dprk.military up 2`").into()
    }

    /// There is something behind a complete effect.
    pub(in super::super) fn after_effect(&self) -> Blunder {
        match self.token(0) {
            Some(Token::Sign("," | ";" | "=" | "+=" | "-=")) => {
                Diagnostic::error("not-an-effect", format!("{} cannot stand here", self.found()), self.here())
                    .help("each effect is its own string: `then: [\"dprk.japan = probing\", \"tension -= 2\"]`")
                    .into()
            }
            _ => self.stray(),
        }
    }
}

/// The word behind a `let` that somebody means who writes `word`.
fn meant_verb(word: &str) -> Option<&'static str> {
    match word {
        "starts" | "start" | "started" | "begin" | "began" => Some("begins"),
        "stops" | "stop" | "stopped" | "end" | "ended" | "finishes" => Some("ends"),
        _ => nearest(word, ["begins", "ends"]),
    }
}

impl Target {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Name(_, span) => *span,
            Self::Posture(posture) => posture.span,
        }
    }
}
