//! What is asked of runs and changed between them: outcomes, questions, omissions, variants.
//!
//! Does not know how an answer is found.

use super::Reader;
use super::fields::Fields;
use crate::diagnostic::{Diagnostic, Spanned};
use crate::scenario::document::{Entry, ForceText, OmissionText, OutcomeText, QuestionText, VariantText};
use crate::scenario::node::{Node, Shape};

impl Reader {
    pub(super) fn outcomes(&mut self, node: &Node<'_>) -> Option<Vec<OutcomeText>> {
        let Shape::List(nodes) = &node.shape else {
            return self.wrong(
                node,
                "the outcomes in a list, since a run has the first that holds",
                "[(name: war, when: \"…\"), (name: no_war)]",
            );
        };
        if nodes.is_empty() {
            self.error(Diagnostic::error("missing-field", "a scenario needs at least one outcome", node.span).help(
                "add `(name: all_runs)`: an outcome without `when` takes all runs that no outcome before it has",
            ));
        }
        // One that cannot be read keeps its place, so that no other is taken for the last.
        let unread = |node: &Node<'_>| OutcomeText { span: node.span, ..OutcomeText::default() };
        Some(nodes.iter().map(|node| self.outcome(node).unwrap_or_else(|| unread(node))).collect())
    }

    fn outcome(&mut self, node: &Node<'_>) -> Option<OutcomeText> {
        let mut f = Fields::open(self, node, "an outcome")?;
        let outcome = OutcomeText {
            name: f.spanned(self, "name", Self::name),
            when: f.take(self, "when", Self::question_text),
            severity: f.spanned(self, "severity", Self::count),
            says: f.spanned(self, "says", Self::text),
            because: f.take(self, "because", Self::because),
            span: node.span,
        };
        f.close(self);
        Some(outcome)
    }

    pub(super) fn question(&mut self, node: &Node<'_>) -> Option<QuestionText> {
        if let Shape::Text(..) = node.shape {
            return self.question_text(node).map(|ask| QuestionText { ask: Some(ask), ..QuestionText::default() });
        }
        let mut f = Fields::open(self, node, "a question")?;
        let question = QuestionText {
            ask: f.take(self, "ask", Self::question_text),
            says: f.spanned(self, "says", Self::text),
            because: f.take(self, "because", Self::because),
        };
        f.close(self);
        Some(question)
    }

    pub(super) fn omissions(&mut self, node: &Node<'_>) -> Option<Vec<OmissionText>> {
        self.list(node, "[\"death of a leader\"]", Self::omission)
    }

    fn omission(&mut self, node: &Node<'_>) -> Option<OmissionText> {
        if let Shape::Text(..) | Shape::Name(_) = node.shape {
            let says = self.text(node)?;
            return Some(OmissionText { says: Spanned::new(says, node.span), claims: Vec::new() });
        }
        let mut f = Fields::open(self, node, "an omission")?;
        let says = f.required(self, "says", "says: \"death of a leader\"", |reader, node| {
            reader.text(node).map(|text| Spanned::new(text, node.span))
        });
        let claims = f.take(self, "claims", Self::claims).unwrap_or_default();
        f.close(self);
        Some(OmissionText { says: says?, claims })
    }

    pub(super) fn variant(&mut self, node: &Node<'_>) -> Option<VariantText> {
        let mut f = Fields::open(self, node, "a variant")?;
        let set = f.node("set").and_then(|node| self.settings(node)).unwrap_or_default();
        let variant = VariantText {
            says: f.spanned(self, "says", Self::text),
            set,
            forbid: f
                .take(self, "forbid", |reader, node| reader.list(node, "[other_rule]", Self::event))
                .unwrap_or_default(),
            force: f.take(self, "force", Self::forces).unwrap_or_default(),
            because: f.take(self, "because", Self::because),
        };
        f.close(self);
        Some(variant)
    }

    /// `{us_line: back}`
    fn settings(&mut self, node: &Node<'_>) -> Option<Vec<Entry<Spanned<crate::scenario::document::ParameterValue>>>> {
        let names: Vec<String> = super::entries(node).map(|(key, _)| key.value.to_string()).collect();
        let mut names = names.iter();
        self.map(node, "set", |reader, value| {
            let name = names.next().map_or("", String::as_str);
            reader.set_value(name, value)
        })
    }

    /// A list, or a single one.
    fn forces(&mut self, node: &Node<'_>) -> Option<Vec<ForceText>> {
        match node.shape {
            Shape::Record(_) => self.force(node).map(|force| vec![force]),
            _ => self.list(node, "[(rule: clash, at: \"2024-03-08\")]", Self::force),
        }
    }

    fn force(&mut self, node: &Node<'_>) -> Option<ForceText> {
        let mut f = Fields::open(self, node, "a forced firing")?;
        let rule = f.required(self, "rule", "rule: \"clash/war\"", Self::event);
        let at = f.required(self, "at", "at: \"2024-03-08\"", |reader, node| {
            reader.moment(node).map(|at| Spanned::new(at, node.span))
        });
        f.close(self);
        Some(ForceText { rule, at })
    }
}
