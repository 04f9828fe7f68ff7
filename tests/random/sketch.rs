//! Which rules there will be, and which events: known before any of them is worded, so that they can name each other.
//!
//! Does not know what the rules do.

use super::Kind;
use super::author::Author;

const NAMES: [&str; 7] = ["strike", "protest", "reply", "offer", "raid", "pact", "leak"];
const BRANCHES: [&str; 3] = ["mild", "grave", "odd"];
const EMITTED: [&str; 2] = ["sirens", "news"];

/// When a rule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    Pressure,
    /// A response without delay.
    AtOnce,
    /// A response without delay that moves a ladder up until it is at its top.
    Climbs,
    /// A response with a delay.
    Later,
    Dated,
    Recurring,
}

impl Timing {
    pub fn is_at_once(self) -> bool {
        matches!(self, Self::AtOnce | Self::Climbs)
    }
}

/// A rule, or a template of rules.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// As written, with `{x}` in a template.
    pub key: String,
    /// Of all its instances.
    pub ids: Vec<String>,
    pub timing: Timing,
    pub branches: Vec<&'static str>,
    pub emits: Option<&'static str>,
    /// `for_each: …, except: …, `, or nothing.
    pub for_each: String,
}

impl Sketch {
    pub fn is_template(&self) -> bool {
        !self.for_each.is_empty()
    }
}

/// Something that can be listened to.
#[derive(Debug, Clone)]
pub struct Event {
    pub text: String,
    pub cause: Cause,
}

/// What can raise an event.
#[derive(Debug, Clone)]
pub enum Cause {
    Start,
    /// Firings of these rules.
    Rules(Vec<usize>),
    /// Any change of the state.
    Anything,
}

impl Author {
    /// Decides on the rules and on the events that they raise.
    pub fn sketch(&mut self) {
        let many = self.dice.among(3, 7);
        for (index, name) in NAMES[..many].iter().enumerate() {
            let timing = self.timing(index);
            let sketch = self.one_sketch(name, timing);
            self.rules.push(sketch);
        }
        self.raise();
    }

    fn timing(&mut self, index: usize) -> Timing {
        let dated = usize::from(self.clock.has_dates());
        let drawn = match (self.kind, index) {
            (Kind::Mixed | Kind::PressuresOnly, 0) => Timing::Pressure,
            (Kind::NoPressures, 0) => Timing::Recurring,
            (Kind::Mixed, _) => self.dice.weighted(&[
                (28, Timing::Pressure),
                (25, Timing::AtOnce),
                (25, Timing::Later),
                (10 * dated, Timing::Dated),
                (12, Timing::Recurring),
            ]),
            (Kind::PressuresOnly, _) => self.dice.weighted(&[(60, Timing::Pressure), (40, Timing::AtOnce)]),
            (Kind::NoPressures, _) => self.dice.weighted(&[
                (27, Timing::AtOnce),
                (30, Timing::Later),
                (15 * dated, Timing::Dated),
                (28, Timing::Recurring),
            ]),
        };
        let ladders = self.world.ladders();
        if drawn == Timing::AtOnce && self.climbed.is_none() && !ladders.is_empty() && self.dice.percent(20) {
            self.climbed = Some(self.dice.one(&ladders));
            return Timing::Climbs;
        }
        drawn
    }

    fn one_sketch(&mut self, name: &str, timing: Timing) -> Sketch {
        let climbs = timing == Timing::Climbs;
        let (key, ids, for_each) = if !climbs && self.world.alike.len() > 1 && self.dice.percent(30) {
            self.template(name)
        } else {
            (name.to_owned(), vec![name.to_owned()], String::new())
        };
        // Without pressures all chance is in branches, chances and delays.
        let none = match self.kind {
            Kind::NoPressures if self.rules.is_empty() => 0,
            Kind::NoPressures => 25,
            _ => 65,
        };
        let many = self.dice.weighted(&[(none, 0), (25, 2), (10, 3)]);
        let mut branches = BRANCHES[..if climbs { 0 } else { many }].to_vec();
        if let Some(last) = branches.last_mut().filter(|_| self.dice.percent(30)) {
            *last = "otherwise";
        }
        let emits = self.dice.percent(25).then(|| self.dice.one(&EMITTED));
        Sketch { key, ids, timing, branches, emits, for_each }
    }

    /// Key, ids and `for_each` of a template.
    fn template(&mut self, name: &str) -> (String, Vec<String>, String) {
        let alike = self.world.alike.clone();
        let all = alike.join(", ");
        let pairs = || alike.iter().flat_map(|x| alike.iter().map(move |y| (x, y))).filter(|(x, y)| x != y);
        match self.dice.below(3) {
            0 => {
                let ids = alike.iter().map(|x| format!("{x}_{name}"));
                (format!("{{x}}_{name}"), ids.collect(), format!("for_each: {{x: [{all}]}}, "))
            }
            1 => {
                let ids = pairs().map(|(x, y)| format!("{x}_{name}_{y}"));
                let for_each = format!("for_each: {{x: [{all}], y: [{all}]}}, except: \"{{x}} == {{y}}\", ");
                (format!("{{x}}_{name}_{{y}}"), ids.collect(), for_each)
            }
            _ => {
                // A ring, so that every instance has a neighbour.
                let next = |index: usize| alike[(index + 1) % alike.len()];
                let ring = || alike.iter().enumerate().map(|(index, x)| (x, next(index)));
                let rows: Vec<String> = ring().map(|(x, y)| format!("{{x: {x}, y: {y}}}")).collect();
                let ids = ring().map(|(x, y)| format!("{x}_{name}_{y}"));
                let for_each = format!("for_each: [{}], ", rows.join(", "));
                (format!("{{x}}_{name}_{{y}}"), ids.collect(), for_each)
            }
        }
    }

    /// The events that there are before any let or group.
    fn raise(&mut self) {
        let mut add = |text: String, cause: Cause| self.events.push(Event { text, cause });
        if self.kind != Kind::PressuresOnly {
            add("start".to_owned(), Cause::Start);
        }
        for (index, rule) in self.rules.iter().enumerate() {
            for id in &rule.ids {
                add(id.clone(), Cause::Rules(vec![index]));
                rule.branches.iter().for_each(|branch| add(format!("{id}/{branch}"), Cause::Rules(vec![index])));
            }
        }
        for name in EMITTED {
            let emitters: Vec<usize> = (0..self.rules.len()).filter(|i| self.rules[*i].emits == Some(name)).collect();
            if !emitters.is_empty() {
                add(name.to_owned(), Cause::Rules(emitters));
            }
        }
        for posture in &self.world.postures {
            let value = self.dice.one(&posture.values);
            add(format!("{} becomes {value}", posture.name), Cause::Anything);
            if posture.ordered {
                add(format!("{} rises", posture.name), Cause::Anything);
                add(format!("{} falls", posture.name), Cause::Anything);
            }
        }
    }

    /// Makes events of the beginning and the end of the lets.
    pub fn watch(&mut self) {
        for name in self.world.lets.clone() {
            let word = self.dice.one(&["begins", "ends"]);
            self.events.push(Event { text: format!("{name} {word}"), cause: Cause::Anything });
        }
    }

    /// `events: {…},`
    pub fn groups(&mut self) -> String {
        if !self.dice.percent(40) {
            return String::new();
        }
        let members = self.some_events(3);
        let mut list = format!("trouble: [{members}]");
        self.events.push(Event { text: "trouble".to_owned(), cause: Cause::Anything });
        if self.dice.percent(25) {
            let more = self.event();
            list += &format!(", unrest: [trouble, \"{more}\"]");
            self.events.push(Event { text: "unrest".to_owned(), cause: Cause::Anything });
        }
        format!("events: {{{list}}},")
    }

    /// Some events, quoted and between commas.
    fn some_events(&mut self, most: usize) -> String {
        let many = self.dice.among(1, most.min(self.events.len()));
        let some = self.dice.different(many, self.events.len());
        let quoted: Vec<String> = some.iter().map(|index| format!("\"{}\"", self.events[*index].text)).collect();
        quoted.join(", ")
    }

    /// An event that can be counted.
    pub fn event(&mut self) -> String {
        let index = self.dice.below(self.events.len());
        self.events[index].text.clone()
    }

    /// What the rule at `index` listens to. `surely`: it will follow whenever its guard holds, and must not be part of a
    /// circle of such rules.
    pub fn triggers(&mut self, index: usize, surely: bool) -> String {
        let before = |cause: &Cause| match cause {
            Cause::Start => true,
            Cause::Rules(rules) => rules.iter().all(|j| *j < index || !self.rules[*j].timing.is_at_once()),
            Cause::Anything => false,
        };
        let open: Vec<String> =
            self.events.iter().filter(|e| !surely || before(&e.cause)).map(|event| event.text.clone()).collect();
        // Most listen to rules, emitted names and groups, which are sure to occur now and then.
        let plain: Vec<String> = open.iter().filter(|text| !text.contains(' ')).cloned().collect();
        let open = if plain.is_empty() || self.dice.percent(35) { open } else { plain };
        let many = self.dice.weighted(&[(50, 1), (50, 2)]).min(open.len());
        let some = self.dice.different(many, open.len());
        let written = |text: &String| {
            // A plain name may stand bare.
            if text.chars().all(|c| c.is_alphanumeric() || c == '_') { text.clone() } else { format!("\"{text}\"") }
        };
        let list: Vec<String> = some.iter().map(|i| written(&open[*i])).collect();
        list.join(", ")
    }
}
