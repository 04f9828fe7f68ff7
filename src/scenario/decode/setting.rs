//! What a scenario is about: clock, sources, parameters, actors, indicators, flags, and why the author believes it.
//!
//! Does not know rules.

use super::fields::Fields;
use super::{Reader, example, plain};
use crate::diagnostic::{Diagnostic, Spanned};
use crate::scenario::document::{
    ActorText, Because, Bindings, ClockText, Confidence, DecayText, Evidence, FlagText, IndicatorText, LadderText,
    ParameterText, ParameterValue, PostureText, SourceText,
};
use crate::scenario::node::{Node, Shape};

impl Reader {
    pub(super) fn clock(&mut self, node: &Node<'_>) -> Option<Spanned<ClockText>> {
        let mut f = Fields::open(self, node, "the clock")?;
        let clock = ClockText {
            start: f.spanned(self, "start", Self::moment),
            end: f.spanned(self, "end", Self::end),
            horizon: f.spanned(self, "horizon", Self::duration),
            step: f.spanned(self, "step", Self::duration),
        };
        f.close(self);
        Some(Spanned::new(clock, node.span))
    }

    pub(super) fn source(&mut self, node: &Node<'_>) -> Option<SourceText> {
        let mut f = Fields::open(self, node, "a source")?;
        let source = SourceText {
            title: f.spanned(self, "title", Self::text),
            url: f.spanned(self, "url", Self::text),
            grade: f.spanned(self, "grade", Self::grade),
            note: f.spanned(self, "note", Self::text),
        };
        f.close(self);
        Some(source)
    }

    /// An Admiralty grade: the source A to F, the information 1 to 6.
    fn grade(&mut self, node: &Node<'_>) -> Option<String> {
        let grade = self.text(node)?;
        if !matches!(grade.as_bytes(), [b'A'..=b'F', b'1'..=b'6']) {
            self.error(
                Diagnostic::error("bad-grade", format!("`{grade}` is no grade"), node.span)
                    .help("a grade is a letter from A (reliable) to F (cannot be judged) for the source, and a digit from 1 (confirmed) to 6 (cannot be judged) for what it says: `\"B2\"`"),
            );
            return None;
        }
        Some(grade)
    }

    pub(super) fn because(&mut self, node: &Node<'_>) -> Option<Because> {
        let mut f = Fields::open(self, node, "`because`")?;
        let because = Because {
            source: f.spanned(self, "source", Self::name),
            claims: f.take(self, "claims", Self::claims).unwrap_or_default(),
            kind: f.spanned(self, "kind", Self::evidence),
            confidence: f.spanned(self, "confidence", Self::confidence),
            rival: f.spanned(self, "rival", Self::name),
            who: f.spanned(self, "who", Self::text),
            when: f.spanned(self, "when", Self::text),
            grade: f.spanned(self, "grade", Self::grade),
            note: f.spanned(self, "note", Self::text),
            review_by: f.spanned(self, "review_by", Self::moment),
            span: node.span,
        };
        f.close(self);
        Some(because)
    }

    pub(super) fn claims(&mut self, node: &Node<'_>) -> Option<Vec<Spanned<String>>> {
        self.list(node, "[S8, S9]", Self::spanned_name)
    }

    fn evidence(&mut self, node: &Node<'_>) -> Option<Evidence> {
        let kinds = [
            ("data", Evidence::Data),
            ("published", Evidence::Published),
            ("elicited", Evidence::Elicited),
            ("assumed", Evidence::Assumed),
            ("article", Evidence::Article),
        ];
        self.one_of(node, &kinds)
    }

    fn confidence(&mut self, node: &Node<'_>) -> Option<Confidence> {
        self.one_of(node, &[("low", Confidence::Low), ("moderate", Confidence::Moderate), ("high", Confidence::High)])
    }

    pub(super) fn parameter(&mut self, node: &Node<'_>) -> Option<ParameterText> {
        let mut f = Fields::open(self, node, "a parameter")?;
        let one_of = f.take(self, "one_of", |reader, node| {
            reader.spanned_list(node, "[back, neutral, disrupt]", Self::spanned_name)
        });
        let choice = f.node("one_of").is_some();
        // Where the names cannot be read, nothing can be said of the value.
        let readable = one_of.is_some() || !choice;
        let parameter = ParameterText {
            value: f.spanned(self, "value", |reader, node| reader.parameter_value(node, choice).filter(|_| readable)),
            one_of,
            range: f.spanned(self, "range", |reader, node| {
                reader.pair(node, |reader, end| reader.parameter_value(end, false))
            }),
            per: f.spanned(self, "per", Self::duration),
            within: f.spanned(self, "within", Self::duration),
            says: f.spanned(self, "says", Self::text),
            because: f.take(self, "because", Self::because),
        };
        f.close(self);
        Some(parameter)
    }

    /// The value that a variant gives a parameter.
    pub(super) fn set_value(&mut self, name: &str, node: &Node<'_>) -> Option<Spanned<ParameterValue>> {
        let choice = self.choices.contains(name);
        self.parameter_value(node, choice).map(|value| Spanned::new(value, node.span))
    }

    pub(super) fn ladder_values(&mut self, node: &Node<'_>) -> Option<Spanned<Vec<Spanned<String>>>> {
        match node.shape {
            Shape::List(_) | Shape::Tuple(_) => self.spanned_list(node, "[calm, tense, war]", Self::spanned_name),
            _ => self.wrong(node, "the values in a list, lowest first", "[calm, tense, war]"),
        }
    }

    pub(super) fn actor(&mut self, node: &Node<'_>) -> Option<ActorText> {
        let mut f = Fields::open(self, node, "an actor")?;
        let actor = ActorText {
            for_each: f.spanned(self, "for_each", Self::bindings),
            except: f.take(self, "except", Self::expression),
            name: f.spanned(self, "name", Self::text),
            postures: f.map(self, "postures", Self::posture),
            about: f.spanned(self, "about", Self::text),
            because: f.take(self, "because", Self::because),
        };
        let misplaced = f.has_posture();
        f.close(self);
        // Of an actor whose postures stand in the wrong place nothing is known.
        (!misplaced).then_some(actor)
    }

    fn posture(&mut self, node: &Node<'_>) -> Option<PostureText> {
        let mut f = Fields::open(self, node, "a posture")?;
        let posture = PostureText {
            ladder: f.spanned(self, "ladder", Self::ladder),
            states: f.take(self, "states", Self::ladder_values),
            start: f.spanned(self, "start", Self::name),
            says: f.spanned(self, "says", Self::text),
            because: f.take(self, "because", Self::because),
        };
        f.close(self);
        Some(posture)
    }

    fn ladder(&mut self, node: &Node<'_>) -> Option<LadderText> {
        match node.shape {
            Shape::List(_) | Shape::Tuple(_) => {
                self.list(node, "[calm, tense, war]", Self::spanned_name).map(LadderText::Values)
            }
            Shape::Name(_) | Shape::Text(..) => self.name(node).map(LadderText::Named),
            _ => self.wrong(
                node,
                "the values in a list, lowest first, or the name of one of `ladders`",
                "[calm, tense, war]",
            ),
        }
    }

    pub(super) fn indicator(&mut self, node: &Node<'_>) -> Option<IndicatorText> {
        let mut f = Fields::open(self, node, "an indicator")?;
        let indicator = IndicatorText {
            range: f.spanned(self, "range", |reader, node| reader.pair(node, Self::whole)),
            start: f.spanned(self, "start", Self::whole),
            decays: f.spanned(self, "decays", Self::decay),
            says: f.spanned(self, "says", Self::text),
            because: f.take(self, "because", Self::because),
        };
        f.close(self);
        Some(indicator)
    }

    fn decay(&mut self, node: &Node<'_>) -> Option<DecayText> {
        let mut f = Fields::open(self, node, "`decays`")?;
        let decay = DecayText {
            half_life: f.spanned(self, "half_life", Self::duration),
            towards: f.spanned(self, "towards", Self::whole),
            every: f.spanned(self, "every", Self::duration),
        };
        f.close(self);
        Some(decay)
    }

    pub(super) fn flag(&mut self, node: &Node<'_>) -> Option<FlagText> {
        if let Shape::Name(_) | Shape::Text(..) = node.shape {
            let start = self.flag_value(node)?;
            return Some(FlagText { start: Some(Spanned::new(start, node.span)), ..FlagText::default() });
        }
        let mut f = Fields::open(self, node, "a flag")?;
        let flag = FlagText {
            start: f.spanned(self, "start", Self::flag_value),
            says: f.spanned(self, "says", Self::text),
            because: f.take(self, "because", Self::because),
        };
        f.close(self);
        Some(flag)
    }

    /// `for_each`: lists of names by variable, or rows.
    pub(super) fn bindings(&mut self, node: &Node<'_>) -> Option<Bindings> {
        match &node.shape {
            Shape::Map(_) | Shape::Record(_) => {
                let map =
                    self.map(node, "for_each", |reader, node| reader.list(node, "[jpn, us]", Self::spanned_name))?;
                Some(Bindings::Product(map.into_iter().filter_map(|e| Some((e.key, e.value?))).collect()))
            }
            Shape::List(rows) if !rows.is_empty() && rows.iter().all(|row| plain(row).is_some()) => {
                let variable = self.entry.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
                let variable = variable.map_or("x", |(name, _)| name).to_owned();
                let names = example::written(node).unwrap_or_else(|| "[…]".to_owned());
                self.wrong(node, "variables with lists of names in `{ }`", &format!("{{{variable}: {names}}}"))
            }
            Shape::List(rows) => {
                let rows: Vec<_> = rows.iter().map(|row| self.map(row, "for_each", Self::spanned_name)).collect();
                let row = |map: crate::scenario::document::Map<Spanned<String>>| {
                    map.into_iter().filter_map(|e| Some((e.key, e.value?))).collect()
                };
                Some(Bindings::Rows(rows.into_iter().flatten().map(row).collect()))
            }
            _ => self.wrong(node, "variables with lists of names in `{ }`, or rows in `[ ]`", "{x: [jpn, us]}"),
        }
    }
}
