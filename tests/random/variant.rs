//! What is forced, forbidden and set: in a variant of the file, or as on a command line.
//!
//! Does not know what the rules do.

use simulate::model::compile::Overrides;

use super::Kind;
use super::author::Author;

impl Author {
    /// `variants: {…},` and what is in force.
    pub fn variants(&mut self) -> (String, Overrides) {
        let mut overrides = Overrides::default();
        let mut text = String::new();
        if self.dice.percent(30) {
            let mut fields = Vec::new();
            if self.dice.percent(50) {
                fields.push(format!("forbid: [{}]", self.target("\"")));
            }
            if self.clock.has_dates() && self.kind != Kind::PressuresOnly && self.dice.percent(50) {
                let (rule, boundary) = (self.target("\""), self.dice.below(self.clock.steps));
                fields.push(format!("force: [(rule: {rule}, at: \"{}\")]", self.clock.date(boundary)));
            }
            if let Some(line) = self.world.choice {
                fields.push(format!("set: {{{line}: hard}}"));
            }
            text = format!("variants: {{otherwise_so: ({})}},", fields.join(", "));
            if self.dice.percent(60) {
                overrides.variants.push("otherwise_so".to_owned());
            }
        }
        match self.dice.below(20) {
            0 => overrides.forbid.push(self.target("")),
            1 | 2 if self.kind != Kind::PressuresOnly => {
                let (rule, boundary) = (self.target(""), self.dice.below(self.clock.steps));
                overrides.force.push(format!("{rule}@{}", self.clock.duration(boundary)));
            }
            3 if self.world.share.is_some() => overrides.set.push("share=0.4".to_owned()),
            _ => {}
        }
        (text, overrides)
    }

    /// A rule or a branch of one.
    fn target(&mut self, quote: &str) -> String {
        let rule = self.dice.one(&self.rules);
        let id = self.dice.one(&rule.ids);
        match self.dice.one_or_none(&rule.branches) {
            Some(branch) if self.dice.percent(60) => format!("{quote}{id}/{branch}{quote}"),
            _ => format!("{quote}{id}{quote}"),
        }
    }
}
