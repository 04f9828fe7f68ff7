//! What a scenario is about: actors and their postures, indicators, flags, parameters, lets.
//!
//! Does not know the rules.

use super::author::Author;

/// Rungs, lowest first; the names of unordered states too.
const RUNGS: [&str; 4] = ["calm", "uneasy", "tense", "war"];
const STATES: [&str; 3] = ["open", "closed", "sealed"];
/// A scale of likelihood words, and some of its words.
const SCALES: [(&str, [&str; 3]); 5] = [
    ("icd203", ["unlikely", "likely", "roughly even"]),
    ("kent", ["probably not", "chances about even", "probable"]),
    ("phia", ["unlikely", "realistic possibility", "likely"]),
    ("nato", ["unlikely", "even chance", "likely"]),
    ("ipcc", ["unlikely", "about as likely as not", "more likely than not"]),
];

#[derive(Debug, Clone)]
pub struct Posture {
    /// As an expression names it.
    pub name: String,
    pub values: Vec<&'static str>,
    pub ordered: bool,
    /// Whether its ladder is the named one, which several may share.
    pub shared: bool,
}

#[derive(Debug, Clone)]
pub struct Indicator {
    pub name: &'static str,
    pub low: i32,
    pub high: i32,
}

/// All that conditions and effects can name.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub postures: Vec<Posture>,
    /// Actors that have the same postures, made by a template.
    pub alike: Vec<&'static str>,
    pub indicators: Vec<Indicator>,
    pub flags: Vec<&'static str>,
    /// Names of parameters: a choice of `soft` and `hard`, a probability, rates, a duration, a whole number up to 3.
    pub choice: Option<&'static str>,
    pub share: Option<&'static str>,
    pub rates: Vec<&'static str>,
    pub pause: Option<&'static str>,
    pub need: Option<&'static str>,
    /// Likelihood words that the file may use.
    pub words: Option<[&'static str; 3]>,
    /// Yes/no lets, and lets that are numbers from 0 with their highest value.
    pub lets: Vec<&'static str>,
    pub numbers: Vec<(&'static str, f64)>,
}

impl World {
    /// Those that can be moved up and down.
    pub fn ladders(&self) -> Vec<usize> {
        (0..self.postures.len()).filter(|index| self.postures[*index].ordered).collect()
    }
}

impl Author {
    /// `words`, `parameters`, `ladders`, `actors`, `indicators`, `flags`.
    pub fn declare(&mut self) -> String {
        let words = self.words();
        let parameters = self.parameters();
        let actors = self.actors();
        let indicators = self.indicators();
        let flags = self.flags();
        [words, parameters, actors, indicators, flags].concat()
    }

    fn words(&mut self) -> String {
        if self.dice.percent(40) {
            return String::new();
        }
        let (scale, words) = self.dice.one(&SCALES);
        self.world.words = Some(words);
        format!("words: {scale},\n")
    }

    fn parameters(&mut self) -> String {
        let mut list = String::new();
        if self.dice.percent(35) {
            self.world.choice = Some("line");
            let value = self.dice.one(&["soft", "hard"]);
            list += &format!("    line: (one_of: [soft, hard], value: {value}),\n");
        }
        if self.dice.percent(45) {
            self.world.share = Some("share");
            let value = self.dice.hundredths(0.15, 0.6);
            let word = self.world.words.map(|words| format!("\"{}\"", self.dice.one(&words)));
            let plain = format!("{value}, range: (0.1, 0.7)");
            let value = word.filter(|_| self.dice.percent(40)).unwrap_or(plain);
            list += &format!("    share: (value: {value}, says: \"a chance\"),\n");
        }
        if self.dice.percent(35) {
            self.world.rates.push("speed");
            let (value, per) = (self.dice.hundredths(0.5, 2.5), self.clock.about(self.clock.steps as f64));
            list += &format!("    speed: (value: {value}, range: (0.2, 4), per: \"{per}\"),\n");
        }
        if self.dice.percent(35) {
            self.world.rates.push("menace");
            let (value, within) = (self.dice.among(30, 85), self.clock.duration(self.clock.steps));
            list += &format!("    menace: (value: \"{value}%\", within: \"{within}\"),\n");
        }
        if self.knows_steps() && self.dice.percent(35) {
            self.world.pause = Some("pause");
            let value = self.dice.among(1, 2);
            list += &format!("    pause: (value: \"{}\"),\n", self.clock.duration(value));
        }
        if self.dice.percent(35) {
            self.world.need = Some("need");
            list += &format!("    need: (value: {}, range: (1, 3)),\n", self.dice.among(1, 3));
        }
        if list.is_empty() { list } else { format!("parameters: {{\n{list}}},\n") }
    }

    fn actors(&mut self) -> String {
        let shared = &RUNGS[..self.dice.among(2, 4)];
        let alike = self.dice.percent(40);
        let mut list = String::new();
        if alike {
            let actors: &[&str] = if self.dice.percent(25) { &["red", "blue", "grey"] } else { &["red", "blue"] };
            self.world.alike = actors.iter().copied().filter(|_| self.afford(shared.len())).collect();
            for actor in self.world.alike.clone() {
                self.posture(&format!("{actor}.stance"), shared, true, true);
            }
            let names = self.world.alike.join(", ");
            list += &format!(
                "    \"{{x}}\": (for_each: {{x: [{names}]}}, postures: {{stance: (ladder: hostility, start: calm)}}),\n"
            );
        }
        let alone = self.dice.weighted(&[(60, 1), (25, 2), (usize::from(alike) * 40, 0)]);
        for actor in &["north", "south"][..alone] {
            list += &self.actor(actor, shared);
        }
        let named = format!("ladders: {{hostility: [{}]}},\n", shared.join(", "));
        let named = if self.world.postures.iter().any(|posture| posture.shared) { named } else { String::new() };
        format!("{named}actors: {{\n{list}}},\n")
    }

    fn actor(&mut self, actor: &str, shared: &[&'static str]) -> String {
        let mut postures = Vec::new();
        let many = if self.dice.percent(25) { 2 } else { 1 };
        for posture in &["army", "border"][..many] {
            let name = format!("{actor}.{posture}");
            let (values, ordered, is_shared): (&[&'static str], bool, bool) = match self.dice.below(10) {
                0..=2 => (&STATES[..self.dice.among(2, 3)], false, false),
                3..=5 => (shared, true, true),
                _ => (&RUNGS[..self.dice.among(2, 4)], true, false),
            };
            if !self.afford(values.len()) {
                continue;
            }
            self.posture(&name, values, ordered, is_shared);
            let start = self.dice.one(&values[..values.len() - 1]);
            let declared = match (ordered, is_shared) {
                (_, true) => "ladder: hostility".to_owned(),
                (true, false) => format!("ladder: [{}]", values.join(", ")),
                (false, false) => format!("states: [{}]", values.join(", ")),
            };
            postures.push(format!("{posture}: ({declared}, start: {start})"));
        }
        format!("    {actor}: (name: \"{}\", postures: {{{}}}),\n", actor.to_uppercase(), postures.join(", "))
    }

    fn posture(&mut self, name: &str, values: &[&'static str], ordered: bool, shared: bool) {
        self.world.postures.push(Posture { name: name.to_owned(), values: values.to_vec(), ordered, shared });
    }

    fn indicators(&mut self) -> String {
        let mut list = String::new();
        for name in &["heat", "will"][..self.dice.weighted(&[(35, 0), (50, 1), (15, 2)])] {
            let low = if self.dice.percent(20) { -1 } else { 0 };
            let high = self.dice.among(2, 4) as i32;
            if !self.afford((high - low + 1) as usize) {
                continue;
            }
            let start = low + self.dice.below((high - low) as usize + 1) as i32;
            let decays =
                if self.knows_steps() && self.dice.percent(30) { self.decay(low, high) } else { String::new() };
            list += &format!("    {name}: (range: ({low}, {high}), start: {start}{decays}),\n");
            self.world.indicators.push(Indicator { name, low, high });
        }
        if list.is_empty() { list } else { format!("indicators: {{\n{list}}},\n") }
    }

    fn decay(&mut self, low: i32, high: i32) -> String {
        let steps = self.dice.among(1, 6) as f64;
        let half_life = self.clock.about(steps);
        let towards = if self.dice.percent(50) {
            format!(", towards: {}", low + self.dice.below((high - low) as usize + 1) as i32)
        } else {
            String::new()
        };
        let every = if self.dice.percent(50) {
            format!(", every: \"{}\"", self.clock.duration(self.dice.among(1, 3)))
        } else {
            String::new()
        };
        format!(", decays: (half_life: \"{half_life}\"{towards}{every})")
    }

    fn flags(&mut self) -> String {
        let mut list = Vec::new();
        for name in &["alarm", "truce"][..self.dice.weighted(&[(30, 0), (45, 1), (25, 2)])] {
            if !self.afford(2) {
                continue;
            }
            self.world.flags.push(name);
            let start = self.dice.percent(35);
            list.push(if self.dice.percent(50) {
                format!("{name}: {start}")
            } else {
                format!("{name}: (start: {start})")
            });
        }
        if list.is_empty() { String::new() } else { format!("flags: {{{}}},\n", list.join(", ")) }
    }

    /// `lets: {…},`
    pub fn lets(&mut self) -> String {
        let mut list = String::new();
        for name in &["crisis", "lull", "storm"][..self.dice.weighted(&[(20, 0), (40, 1), (30, 2), (10, 3)])] {
            let condition = self.condition(1);
            list += &format!("    {name}: \"{condition}\",\n");
            self.world.lets.push(name);
        }
        if self.dice.percent(25) {
            let (number, highest) = self.number();
            list += &format!("    load: \"{number}\",\n");
            self.world.numbers.push(("load", highest));
        }
        self.watch();
        if list.is_empty() { list } else { format!("lets: {{\n{list}}},") }
    }
}
