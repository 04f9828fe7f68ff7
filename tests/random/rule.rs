//! The rules: clock, chance, delay, guard, factors, limits.
//!
//! Does not know what is asked of the runs.

use super::author::Author;
use super::sketch::{Sketch, Timing};

impl Author {
    /// `rules: {…},`
    pub fn rules(&mut self) -> String {
        let rules = self.rules.clone();
        let list: String = rules.iter().enumerate().map(|(index, sketch)| self.rule(index, sketch)).collect();
        format!("rules: {{\n{list}}},")
    }

    fn rule(&mut self, index: usize, sketch: &Sketch) -> String {
        let mut fields = Vec::new();
        if self.dice.percent(10) {
            fields.push("says: \"Something happens.\"".to_owned());
        }
        // The first rule sets the others off, so nothing stands in its way.
        let guard = if index == 0 && self.dice.percent(75) { None } else { self.guard(sketch) };
        fields.extend(guard.iter().map(|guard| format!("when: \"{guard}\"")));
        match sketch.timing {
            Timing::Pressure => self.pressure(sketch, &mut fields),
            Timing::AtOnce => self.at_once(index, sketch, &mut fields),
            Timing::Climbs => self.climbing(index, sketch, &mut fields),
            Timing::Later => self.later(index, sketch, guard.is_some(), &mut fields),
            Timing::Dated => fields.push(self.dates()),
            Timing::Recurring => self.recurring(&mut fields),
        }
        self.limits(sketch, &mut fields);
        if sketch.timing != Timing::Pressure && self.dice.percent(25) {
            fields.push(format!("priority: {}", self.dice.among(0, 3) as i32 - 1));
        }
        if self.dice.percent(10) {
            fields.push("milestone: true".to_owned());
        }
        if self.dice.percent(10) {
            fields.push("because: (kind: assumed)".to_owned());
        }
        fields.push(self.deeds(sketch));
        let key = if sketch.is_template() { format!("\"{}\"", sketch.key) } else { sketch.key.clone() };
        format!("    {key}: ({}{}),\n", sketch.for_each, fields.join(", "))
    }

    fn guard(&mut self, sketch: &Sketch) -> Option<String> {
        if sketch.timing == Timing::Climbs {
            let posture = &self.world.postures[self.climbed.expect("there is one to climb")];
            return Some(format!("{} < {}", posture.name, posture.values[posture.values.len() - 1]));
        }
        let own = match (sketch.is_template(), sketch.key.contains("{y}")) {
            (true, true) => self.dice.percent(60).then(|| {
                let sign = self.dice.one(&["<=", ">=", "==", "!="]);
                format!("{{x}}.stance {sign} {{y}}.stance")
            }),
            (true, false) => self.dice.percent(50).then(|| {
                let rungs = &self.world.postures[0].values;
                format!("{{x}}.stance < {}", rungs[rungs.len() - 1])
            }),
            _ => None,
        };
        let other = self.dice.percent(35).then(|| self.condition(2));
        match (own, other) {
            (Some(own), Some(other)) => Some(format!("{own} and ({other})")),
            (own, other) => own.or(other),
        }
    }

    /// Whether there is room for so many values of every instance.
    fn afford_each(&mut self, sketch: &Sketch, values: usize) -> bool {
        self.afford(values.pow(sketch.ids.len() as u32))
    }

    fn at_once(&mut self, index: usize, sketch: &Sketch, fields: &mut Vec<String>) {
        let surely = self.dice.percent(45);
        fields.push(format!("on: [{}]", self.triggers(index, surely)));
        if surely {
            match self.dice.below(20) {
                0..=9 => self.chance_with_factors(fields),
                10 | 11 => fields.push(format!("factors: [(when: \"{}\", odds_times: 0)]", self.condition(1))),
                _ => {}
            }
        } else {
            self.tame(sketch, fields);
        }
        if self.dice.percent(15) {
            fields.push("after: \"0d\"".to_owned());
        }
        if self.dice.percent(5) {
            fields.push("again: restart".to_owned());
        }
    }

    /// What makes sure that a cascade in which the rule takes part comes to an end.
    fn tame(&mut self, sketch: &Sketch, fields: &mut Vec<String>) {
        match self.dice.below(4) {
            0 if self.afford_each(sketch, 3) => fields.push(format!("at_most: {}", self.dice.among(1, 2))),
            1 if self.knows_steps() && self.afford_each(sketch, 3) => {
                let steps = self.dice.among(1, 2);
                fields.push(format!("cooldown: \"{}\"", self.clock.duration(steps)));
            }
            2 => {
                let (number, highest) = self.number();
                fields.push(format!("chance: \"min(0.45, 0.1 + {:.2} * ({number}))\"", 0.4 / highest));
            }
            _ => {
                fields.push(format!("chance: {}", self.dice.hundredths(0.15, 0.5)));
                if self.dice.percent(25) {
                    let (when, times) = (self.condition(1), self.dice.one(&["0.5", "0"]));
                    fields.push(format!("factors: [(when: \"{when}\", odds_times: {times})]"));
                }
            }
        }
    }

    fn climbing(&mut self, index: usize, sketch: &Sketch, fields: &mut Vec<String>) {
        let first = self.triggers(index, true);
        let posture = &self.world.postures[self.climbed.expect("there is one to climb")].name;
        let again = if self.dice.percent(50) { sketch.key.clone() } else { format!("\"{posture} rises\"") };
        let separator = if first.is_empty() { "" } else { ", " };
        fields.push(format!("on: [{first}{separator}{again}]"));
    }

    fn later(&mut self, index: usize, sketch: &Sketch, guarded: bool, fields: &mut Vec<String>) {
        fields.push(format!("on: [{}]", self.triggers(index, false)));
        let (delay, is_table) = self.delay(sketch);
        if is_table || self.dice.percent(60) {
            if is_table {
                if self.dice.percent(20) {
                    fields.push(self.odds_factors());
                }
            } else {
                self.chance_with_factors(fields);
            }
        }
        fields.push(format!("after: {delay}"));
        if guarded && self.dice.percent(40) {
            fields.push(format!("if_lapsed: {}", self.dice.weighted(&[(75, "keep"), (25, "cancel")])));
        }
        if self.dice.percent(35) {
            fields.push(format!("again: {}", self.dice.weighted(&[(80, "restart"), (20, "ignore")])));
        }
    }

    /// A delay of at least a step that there is room for, and whether it is a table, which has the chance in it.
    fn delay(&mut self, sketch: &Sketch) -> (String, bool) {
        match self.dice.below(8) {
            0 | 1 if self.afford_each(sketch, 6) => {
                let (low, more) = (self.dice.below(3), self.dice.among(1, 3));
                let (low, high) = (low as f64, (low + more) as f64);
                let half = if self.dice.percent(30) { 0.5 } else { 0.0 };
                let low = if low > 0.0 { self.clock.about(low - half) } else { "0d".to_owned() };
                (format!("\"{low} to {}\"", self.clock.about(high)), false)
            }
            2 | 3 if self.afford_each(sketch, self.clock.steps + 1) => {
                let low = self.dice.one(&[0.5, 1.0, 1.5]);
                let high = low + self.dice.one(&[0.5, 1.5, 3.0]);
                (format!("\"typically {} to {}\"", self.clock.about(low), self.clock.about(high)), false)
            }
            4 | 5 if self.afford_each(sketch, 6) => {
                let (first, more) = (self.dice.among(1, 3), self.dice.among(1, 2));
                let (some, all) = (self.dice.among(10, 50), self.dice.among(50, 95));
                let (first, last) = (self.clock.duration(first), self.clock.duration(first + more));
                (format!("[(\"{first}\", \"{some}%\"), (\"{last}\", \"{all}%\")]"), true)
            }
            6 if self.afford_each(sketch, 5) => {
                let steps = self.dice.among(2, 4);
                (format!("\"{}\"", self.clock.duration(steps)), false)
            }
            _ => {
                self.afford_each(sketch, 2);
                (format!("\"{}\"", self.clock.duration(1)), false)
            }
        }
    }

    fn chance_with_factors(&mut self, fields: &mut Vec<String>) {
        fields.push(format!("chance: {}", self.chance()));
        if self.dice.percent(45) {
            fields.push(self.odds_factors());
        }
    }

    /// A chance between 0 and 1, neither of them.
    pub fn chance(&mut self) -> String {
        if self.dice.percent(15) {
            let (when, one, other) = (self.condition(1), self.simple_chance(), self.simple_chance());
            return format!("[(when: \"{when}\", is: {one}), (is: {other})]");
        }
        self.simple_chance()
    }

    fn simple_chance(&mut self) -> String {
        let share = self.dice.hundredths(0.3, 0.9);
        match self.dice.below(10) {
            0 | 1 => format!("\"{}%\"", (share * 100.0).round()),
            2 => format!("\"1 in {}\"", self.dice.among(2, 4)),
            3 | 4 if self.world.words.is_some() => self.word(),
            7 => "\"about 55% to 80%\"".to_owned(),
            5 => self.world.share.map_or_else(|| share.to_string(), str::to_owned),
            6 => {
                let (number, highest) = self.number();
                format!("\"0.1 + {:.2} * ({number})\"", (0.8 / highest * 100.0).floor() / 100.0)
            }
            _ => share.to_string(),
        }
    }

    /// A likelihood word of the file's scale.
    fn word(&mut self) -> String {
        self.world.words.map_or_else(|| "0.5".to_owned(), |words| format!("\"{}\"", self.dice.one(&words)))
    }

    fn odds_factors(&mut self) -> String {
        let many = self.dice.among(1, 2);
        let list: Vec<String> = (0..many).map(|_| self.factor("odds_times")).collect();
        format!("factors: [{}]", list.join(", "))
    }

    fn factor(&mut self, word: &str) -> String {
        let when = self.condition(1);
        let times = self.dice.one(&["0", "0.3", "2", "3"]);
        match self.dice.below(6) {
            0 => format!("({word}: [(when: \"{when}\", is: {times}), (is: 1.2)])"),
            1 => {
                let (number, _) = self.number();
                format!("(when: \"{when}\", {word}: \"0.5 + {number}\")")
            }
            2 => format!("({word}: 1.5)"),
            _ => format!("(when: \"{when}\", {word}: {times})"),
        }
    }

    fn pressure(&mut self, sketch: &Sketch, fields: &mut Vec<String>) {
        let rate = if self.dice.percent(25) {
            let (when, one, other) = (self.condition(1), self.rate(sketch), self.rate(sketch));
            format!("[(when: \"{when}\", is: {one}), (is: {other})]")
        } else {
            self.rate(sketch)
        };
        fields.push(format!("pressure: {rate}"));
        if self.dice.percent(35) {
            let many = self.dice.among(1, 2);
            let list: Vec<String> = (0..many).map(|_| self.factor("rate_times")).collect();
            fields.push(format!("factors: [{}]", list.join(", ")));
        }
    }

    /// A rate that makes the rule fire about once or twice a run, all instances together.
    fn rate(&mut self, sketch: &Sketch) -> String {
        let whole_run = self.dice.hundredths(1.0, 4.0) / (sketch.ids.len() as f64).sqrt();
        let period = self.dice.one(&[0.25, 0.5, 1.0]);
        let amount = whole_run * period;
        let per = self.clock.about(period * self.clock.steps as f64);
        match self.dice.below(9) {
            0 | 1 => format!("\"{}% within {per}\"", ((1.0 - libm::exp(-amount)) * 100.0).round().max(1.0)),
            2 => self
                .dice
                .one_or_none(&self.world.rates)
                .map_or_else(|| format!("\"{amount:.3} per {per}\""), str::to_owned),
            3 => {
                let (number, highest) = self.number();
                format!("\"{:.3} * ({number}) per {per}\"", 1.6 * amount / highest)
            }
            4 => {
                let (number, highest) = self.number();
                format!("\"{:.3} + {:.3} * ({number}) per {per}\"", 0.4 * amount, amount / highest)
            }
            5 => match self.world.words {
                Some(words) => {
                    format!("\"{} within {}\"", self.dice.one(&words), self.clock.duration(self.clock.steps))
                }
                None => format!("\"about 20% to 60% within {}\"", self.clock.duration(self.clock.steps)),
            },
            6 => self.world.share.map_or_else(
                || format!("\"{amount:.3} per {per}\""),
                |share| format!("\"{share} within {}\"", self.clock.duration(self.clock.steps.div_ceil(2))),
            ),
            _ => format!("\"{amount:.3} per {per}\""),
        }
    }

    fn dates(&mut self) -> String {
        let many = self.dice.among(1, 3.min(self.clock.steps));
        let dates: Vec<String> = self
            .dice
            .different(many, self.clock.steps)
            .iter()
            .map(|boundary| format!("\"{}\"", self.clock.date(*boundary)))
            .collect();
        if many == 1 { format!("at: {}", dates[0]) } else { format!("at: [{}]", dates.join(", ")) }
    }

    fn recurring(&mut self, fields: &mut Vec<String>) {
        let every = self.dice.among(1, 3);
        fields.push(format!("every: \"{}\"", self.clock.duration(every)));
        if self.clock.has_dates() && self.dice.percent(40) {
            let from = self.dice.below(self.clock.steps);
            fields.push(format!("from: \"{}\"", self.clock.date(from)));
        }
    }

    fn limits(&mut self, sketch: &Sketch, fields: &mut Vec<String>) {
        let has = |field: &str, fields: &[String]| fields.iter().any(|f| f.starts_with(field));
        if self.dice.percent(15) && !has("at_most", fields) {
            let most = self.dice.among(1, 3);
            if self.afford_each(sketch, most + 1) {
                fields.push(format!("at_most: {most}"));
            }
        }
        if self.knows_steps() && self.dice.percent(15) && !has("cooldown", fields) {
            let steps = self.dice.among(1, 3);
            if self.afford_each(sketch, steps + 1) {
                fields.push(format!("cooldown: \"{}\"", self.clock.duration(steps)));
            }
        }
    }
}
