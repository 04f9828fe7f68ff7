//! Rules with their factors and branches, and what rules share.
//!
//! Does not know which fields go together: `model::compile` does.

use super::Reader;
use super::fields::Fields;
use crate::diagnostic::Spanned;
use crate::scenario::document::{Again, BranchText, DefaultsText, FactorText, IfLapsed, Map, RuleText};
use crate::scenario::expression::EventExpr;
use crate::scenario::node::Node;

impl Reader {
    pub(super) fn defaults(&mut self, node: &Node<'_>) -> Option<DefaultsText> {
        let mut f = Fields::open(self, node, "`defaults`")?;
        let defaults = DefaultsText {
            because: f.take(self, "because", Self::because),
            priority: f.spanned(self, "priority", Self::whole),
        };
        f.close(self);
        Some(defaults)
    }

    pub(super) fn rules(&mut self, node: &Node<'_>) -> Option<Map<RuleText>> {
        self.map(node, "rules", Self::rule)
    }

    /// A named group of events.
    pub(super) fn group(&mut self, node: &Node<'_>) -> Option<Spanned<Vec<EventExpr>>> {
        self.spanned_list(node, "[first_rule, second_rule]", Self::event)
    }

    fn rule(&mut self, node: &Node<'_>) -> Option<RuleText> {
        let pressed = super::entries(node).any(|(field, _)| field.value == "pressure");
        self.times = if pressed { "rate_times" } else { "odds_times" };
        self.chanced = super::entries(node).any(|(field, _)| field.value == "chance");
        let mut f = Fields::open(self, node, "a rule")?;
        let rule = RuleText {
            for_each: f.spanned(self, "for_each", Self::bindings),
            except: f.take(self, "except", Self::expression),
            says: f.spanned(self, "says", Self::text),
            when: f.take(self, "when", Self::expression),
            pressure: f.take(self, "pressure", |reader, node| reader.cases(node, Self::rate)),
            on: f.take(self, "on", |reader, node| reader.spanned_list(node, "[other_rule]", Self::event)),
            chance: f.take(self, "chance", |reader, node| reader.cases(node, Self::probability)),
            after: f.spanned(self, "after", Self::delay),
            at: f.take(self, "at", |reader, node| {
                reader.spanned_list(node, "[\"2024-02-14\", \"2024-03-04\"]", |reader, node| {
                    reader.moment(node).map(|at| Spanned::new(at, node.span))
                })
            }),
            every: f.spanned(self, "every", Self::duration),
            from: f.spanned(self, "from", Self::moment),
            factors: f.take(self, "factors", Self::factors).unwrap_or_default(),
            then: f.take(self, "then", |reader, node| reader.spanned_list(node, "[\"tension += 3\"]", Self::effect)),
            choose: f.spanned(self, "choose", |reader, node| reader.map(node, "choose", Self::branch)),
            if_lapsed: f.spanned(self, "if_lapsed", |reader, node| {
                reader.one_of(node, &[("cancel", IfLapsed::Cancel), ("keep", IfLapsed::Keep)])
            }),
            again: f.spanned(self, "again", |reader, node| {
                reader.one_of(node, &[("ignore", Again::Ignore), ("restart", Again::Restart)])
            }),
            at_most: f.spanned(self, "at_most", Self::count),
            cooldown: f.spanned(self, "cooldown", Self::duration),
            priority: f.spanned(self, "priority", Self::whole),
            milestone: f.spanned(self, "milestone", Self::flag_value),
            cameo: f.spanned(self, "cameo", Self::text),
            plover: f.spanned(self, "plover", Self::text),
            because: f.take(self, "because", Self::because),
        };
        f.close(self);
        Some(rule)
    }

    /// A list of factors, or a single one.
    fn factors(&mut self, node: &Node<'_>) -> Option<Vec<FactorText>> {
        match node.shape {
            crate::scenario::node::Shape::Record(_) => self.factor(node).map(|factor| vec![factor]),
            _ => self.list(node, "[(when: \"crisis\", rate_times: 3)]", Self::factor),
        }
    }

    fn factor(&mut self, node: &Node<'_>) -> Option<FactorText> {
        let mut f = Fields::open(self, node, "a factor")?;
        let factor = FactorText {
            when: f.take(self, "when", Self::expression),
            rate_times: f.take(self, "rate_times", |reader, node| reader.cases(node, Self::expression)),
            odds_times: f.take(self, "odds_times", |reader, node| reader.cases(node, Self::expression)),
            span: node.span,
        };
        f.close(self);
        Some(factor)
    }

    fn branch(&mut self, node: &Node<'_>) -> Option<BranchText> {
        let mut f = Fields::open(self, node, "a branch")?;
        let branch = BranchText {
            says: f.spanned(self, "says", Self::text),
            weight: f.take(self, "weight", |reader, node| reader.cases(node, Self::probability)),
            odds: f.take(self, "odds", |reader, node| reader.cases(node, Self::expression)),
            when: f.take(self, "when", Self::expression),
            then: f.take(self, "then", |reader, node| reader.spanned_list(node, "[\"tension += 3\"]", Self::effect)),
            cameo: f.spanned(self, "cameo", Self::text),
            plover: f.spanned(self, "plover", Self::text),
        };
        f.close(self);
        Some(branch)
    }
}
