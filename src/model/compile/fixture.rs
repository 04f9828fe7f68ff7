//! A small world for the tests of names and expressions: two actors, an indicator, a flag, a few rules.
//!
//! Does not know the reader: it puts the document together by hand.

use super::demand::{Demand, Demanded};
use super::interval::Interval;
use super::names::{Context, Scope, Value};
use crate::diagnostic::{Diagnostics, Span, Spanned};
use crate::model::Calendar;
use crate::scenario::document::{
    ActorText, BranchText, Document, Entry, FlagText, IndicatorText, LadderText, ParameterText, PostureText, RuleText,
};
use crate::scenario::expression::{parse_effect, parse_event, parse_expression};
use crate::scenario::quantity::Duration;

/// 2024-02-07
pub(super) const FEB_7: i64 = 1_707_264_000;

pub(super) struct World {
    pub(super) document: Document,
    parameters: Vec<Option<Value>>,
    pub(super) calendar: Option<Calendar>,
    at: usize,
}

impl World {
    /// No names, and a calendar of 30 days from 2024-02-07.
    pub(super) fn empty() -> Self {
        let calendar = Calendar { start: Some(FEB_7), step_seconds: 86_400, steps: 30 };
        Self { document: Document::default(), parameters: Vec::new(), calendar: Some(calendar), at: 0 }
    }

    /// `dprk.military`, `dprk.japan`, `rok.cuba`, `dprk.alert` and `rok.alert` on one ladder, `tension`, `surprise`,
    /// the parameters `boost`, `us_line`, `pause`, the rules `test`, `clash` (with branches) and `alarm` (which emits).
    pub(super) fn small() -> Self {
        Self::empty()
            .shared("hostility", &["calm", "tense", "war"])
            .actor("dprk", |w| {
                vec![
                    w.posture("military", Some(&["routine", "testing", "war"]), None, "testing"),
                    w.posture("japan", Some(&["closed", "probing", "talks"]), None, "closed"),
                    w.posture("alert", None, Some("hostility"), "calm"),
                ]
            })
            .actor("rok", |w| {
                vec![w.states("cuba", &["none", "recognised"]), w.posture("alert", None, Some("hostility"), "calm")]
            })
            .indicator("tension", 0, 100, 60)
            .flag("surprise")
            .parameter("boost", Value::Number { value: 2.0, range: Interval::new(1.0, 3.0, true) })
            .parameter("us_line", Value::Choice { names: vec!["back".into(), "neutral".into()], chosen: 1 })
            .parameter("pause", Value::Duration(Duration { seconds: 5 * 86_400 }))
            .rule("test", &[], &["tension += 3"])
            .rule("clash", &["contained", "war"], &[])
            .rule("alarm", &[], &["emit sirens"])
    }

    fn name(&mut self, name: &str) -> Spanned<String> {
        self.at += name.len() + 2;
        Spanned::new(name.to_owned(), Span::new(self.at - name.len() - 2, self.at - 2))
    }

    fn names(&mut self, names: &[&str]) -> Vec<Spanned<String>> {
        names.iter().map(|name| self.name(name)).collect()
    }

    fn posture(
        &mut self,
        name: &str,
        values: Option<&[&str]>,
        ladder: Option<&str>,
        start: &str,
    ) -> Entry<PostureText> {
        let key = self.name(name);
        let ladder = match (values, ladder) {
            (Some(values), _) => LadderText::Values(self.names(values)),
            (None, Some(ladder)) => LadderText::Named(ladder.to_owned()),
            (None, None) => unreachable!("a posture has values"),
        };
        let ladder = Some(Spanned::new(ladder, key.span));
        let start = Some(self.name(start));
        Entry { key, value: Some(PostureText { ladder, start, ..PostureText::default() }) }
    }

    fn states(&mut self, name: &str, values: &[&str]) -> Entry<PostureText> {
        let key = self.name(name);
        let states = Some(Spanned::new(self.names(values), key.span));
        let start = Some(self.name(values[0]));
        Entry { key, value: Some(PostureText { states, start, ..PostureText::default() }) }
    }

    pub(super) fn shared(mut self, name: &str, values: &[&str]) -> Self {
        let key = self.name(name);
        let values = Spanned::new(self.names(values), key.span);
        self.document.ladders.push(Entry { key, value: Some(values) });
        self
    }

    pub(super) fn actor(mut self, name: &str, postures: impl FnOnce(&mut Self) -> Vec<Entry<PostureText>>) -> Self {
        let key = self.name(name);
        let postures = postures(&mut self);
        self.document.actors.push(Entry { key, value: Some(ActorText { postures, ..ActorText::default() }) });
        self
    }

    pub(super) fn indicator(mut self, name: &str, low: i64, high: i64, start: i64) -> Self {
        let key = self.name(name);
        let range = Some(Spanned::new((low, high), key.span));
        let start = Some(Spanned::new(start, key.span));
        self.document
            .indicators
            .push(Entry { key, value: Some(IndicatorText { range, start, ..IndicatorText::default() }) });
        self
    }

    pub(super) fn flag(mut self, name: &str) -> Self {
        let key = self.name(name);
        let start = Some(Spanned::new(false, key.span));
        self.document.flags.push(Entry { key, value: Some(FlagText { start, ..FlagText::default() }) });
        self
    }

    pub(super) fn parameter(mut self, name: &str, value: Value) -> Self {
        let key = self.name(name);
        self.document.parameters.push(Entry { key, value: Some(ParameterText::default()) });
        self.parameters.push(Some(value));
        self
    }

    /// A parameter whose declaration held a mistake.
    pub(super) fn poisoned(mut self, name: &str) -> Self {
        let key = self.name(name);
        self.document.parameters.push(Entry { key, value: None });
        self.parameters.push(None);
        self
    }

    pub(super) fn named(mut self, name: &str, text: &str) -> Self {
        let key = self.name(name);
        let value = parse_expression(text, self.at).expect("the text of a let parses");
        self.at += text.len() + 2;
        self.document.lets.push(Entry { key, value: Some(value) });
        self
    }

    pub(super) fn group(mut self, name: &str, members: &[&str]) -> Self {
        let key = self.name(name);
        let members = members.iter().map(|m| parse_event(m, 10_000).expect("the name of an event parses")).collect();
        let value = Some(Spanned::new(members, key.span));
        self.document.events.push(Entry { key, value });
        self
    }

    pub(super) fn rule(mut self, name: &str, branches: &[&str], effects: &[&str]) -> Self {
        let key = self.name(name);
        let then = effects.iter().map(|e| parse_effect(e, self.at).expect("an effect parses")).collect();
        let choose: Vec<_> =
            self.names(branches).into_iter().map(|key| Entry { key, value: Some(BranchText::default()) }).collect();
        let rule = RuleText {
            then: Some(Spanned::new(then, key.span)),
            choose: (!choose.is_empty()).then(|| Spanned::new(choose, key.span)),
            ..RuleText::default()
        };
        self.document.rules.push(Entry { key, value: Some(rule) });
        self
    }

    /// What all this says: the symbol table, and the mistakes of the declarations as `code: message | help | …`.
    pub(super) fn declare(&self) -> (Scope, Demand, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let (scope, demand) =
            Scope::declare(&self.document, self.parameters.clone(), self.calendar.clone(), &mut diagnostics);
        (scope, demand, told(diagnostics))
    }

    /// Runs `ask` in a context of this world, which must be sound. Mistakes as `code: message | help | …`; warnings too.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&mut Context<'_>) -> Option<T>) -> Result<T, Vec<String>> {
        self.ask_and_finish(ask).map(|(value, _)| value)
    }

    pub(super) fn ask_and_finish<T>(
        &self,
        ask: impl FnOnce(&mut Context<'_>) -> Option<T>,
    ) -> Result<(T, Demanded), Vec<String>> {
        let (scope, mut demand, mistakes) = self.declare();
        assert_eq!(mistakes, Vec::<String>::new(), "the world itself is sound");
        let mut diagnostics = Diagnostics::default();
        let mut context = Context { scope: &scope, demand: &mut demand, diagnostics: &mut diagnostics };
        let value = ask(&mut context);
        let demanded = context.finish();
        match value {
            Some(value) if diagnostics.is_empty() => Ok((value, demanded)),
            value => {
                assert!(value.is_some() || !diagnostics.is_empty(), "a refusal is reported");
                Err(told(diagnostics))
            }
        }
    }
}

fn told(diagnostics: Diagnostics) -> Vec<String> {
    let tell = |d: &crate::diagnostic::Diagnostic| {
        let message = format!("{}: {}", d.code, d.message);
        d.help.iter().fold(message, |all, help| format!("{all} | {help}"))
    };
    diagnostics.sorted().iter().map(tell).collect()
}
