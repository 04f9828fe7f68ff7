//! Outcomes, questions, and when a run stops.
//!
//! Does not know the rules, only the events.

use super::author::Author;

impl Author {
    /// `outcomes: […],`
    pub fn outcomes(&mut self) -> String {
        let mut list = String::new();
        for name in &["first_end", "second_end"][..self.dice.among(1, 2)] {
            let ask = self.yes_no(1);
            list += &format!("    (name: {name}, when: \"{ask}\", severity: {}),\n", self.dice.below(11));
        }
        format!("outcomes: [\n{list}    (name: other_end),\n],")
    }

    /// `questions: {…},`
    pub fn questions(&mut self) -> String {
        let mut list = String::new();
        for index in 0..self.dice.among(2, 5) {
            let ask = if self.dice.percent(60) { self.yes_no(1) } else { self.how_much() };
            list += &format!("    q{index}: (ask: \"{ask}\"),\n");
        }
        format!("questions: {{\n{list}}},")
    }

    /// `stop_when: …,`
    pub fn stop(&mut self) -> String {
        if !self.dice.percent(30) {
            return String::new();
        }
        let condition = match self.world.ladders().first() {
            Some(index) if self.dice.percent(60) => {
                let posture = &self.world.postures[*index];
                format!("{} == {}", posture.name, posture.values[posture.values.len() - 1])
            }
            _ => {
                self.afford(4);
                format!("count({}) >= {}", self.event(), self.dice.among(2, 3))
            }
        };
        format!("stop_when: \"{condition}\",")
    }

    fn yes_no(&mut self, depth: usize) -> String {
        if depth > 0 && self.dice.percent(25) {
            let (a, b) = (self.yes_no(depth - 1), self.yes_no(depth - 1));
            return match self.dice.below(3) {
                0 => format!("not ({a})"),
                1 => format!("({a}) and ({b})"),
                _ => format!("({a}) or not ({b})"),
            };
        }
        match self.dice.below(9) {
            0 | 1 => format!("ever({}){}", self.condition(1), self.by()),
            2 => format!("{} at end", self.looked_at()),
            3 => format!("{} on {}", self.looked_at(), self.clock.time(&mut self.dice)),
            4 | 5 => {
                let ((event, by), sign) = (self.counted(), self.dice.one(&[">=", "==", "<=", "!=", "<", ">"]));
                format!("count({event}) {sign} {}{by}", self.dice.among(1, 3))
            }
            6 => format!("{} before {}", self.event(), self.event()),
            7 => {
                let (a, b, steps) = (self.event(), self.event(), self.dice.among(1, 4));
                format!("{a} then {b} within {}", self.clock.duration(steps))
            }
            _ => {
                let (condition, steps) = (self.condition(1), self.dice.among(1, 3));
                format!("stays({condition}) for {}", self.clock.duration(steps))
            }
        }
    }

    /// What a comparison counts, and until when: now and then what another compares already, with a bound of its own.
    fn counted(&mut self) -> (String, String) {
        if !self.counted.is_empty() && self.dice.percent(50) {
            return self.dice.one(&self.counted);
        }
        let one = (self.event(), self.by());
        self.counted.push(one.clone());
        one
    }

    /// A condition that `at end` and `on` bind to.
    fn looked_at(&mut self) -> String {
        if self.dice.percent(70) { self.atom() } else { format!("({})", self.condition(1)) }
    }

    /// ` by TIME`, or nothing.
    fn by(&mut self) -> String {
        if self.dice.percent(40) { format!(" by {}", self.clock.time(&mut self.dice)) } else { String::new() }
    }

    fn how_much(&mut self) -> String {
        match self.dice.below(8) {
            0 | 1 => format!("count({}){}", self.event(), self.by()),
            2 => format!("{} at end", self.number().0),
            3 => format!("{} on {}", self.number().0, self.clock.time(&mut self.dice)),
            4 => format!("first({})", self.condition(1)),
            5 => format!("total({})", self.condition(1)),
            6 => format!("total({})", self.number().0),
            _ => format!("highest({})", self.number().0),
        }
    }
}
