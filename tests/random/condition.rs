//! Conditions on the state.
//!
//! Does not know where they stand.

use super::author::Author;
use super::world::Posture;

impl Author {
    /// A condition of at most so many operators one above the other.
    pub fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.dice.percent(50) {
            return self.atom();
        }
        match self.dice.below(5) {
            0 => format!("not ({})", self.condition(depth - 1)),
            1 => format!("not {}", self.atom()),
            2 => format!("{} or {}", self.bracketed(depth - 1), self.bracketed(depth - 1)),
            3 => {
                let (a, b, c) = (self.atom(), self.atom(), self.atom());
                format!("how_many({a}, {b}, {c}) >= {}", self.dice.among(1, 2))
            }
            _ => format!("{} and {}", self.bracketed(depth - 1), self.bracketed(depth - 1)),
        }
    }

    fn bracketed(&mut self, depth: usize) -> String {
        let condition = self.condition(depth);
        let joined = [" and ", " or "].iter().any(|word| condition.contains(word));
        if joined { format!("({condition})") } else { condition }
    }

    /// A comparison, a flag or a let.
    pub fn atom(&mut self) -> String {
        let drawn = match self.dice.below(14) {
            0 | 1 => self.dice.one_or_none(&self.world.flags).map(str::to_owned),
            2 | 3 => self.about_an_indicator(),
            4 => self.about_a_count(),
            5 => self.about_an_age(),
            6 => self.about_time(),
            7 => self.dice.one_or_none(&self.world.lets).map(str::to_owned),
            8 => self.world.choice.map(|name| self.about_a_choice(name)),
            _ => None,
        };
        match drawn {
            Some(condition) => condition,
            None => self.about_a_posture(),
        }
    }

    fn about_a_choice(&mut self, name: &str) -> String {
        let sign = self.dice.one(&["== soft", "!= soft", "in (soft, hard)", "== hard"]);
        format!("{name} {sign}")
    }

    fn about_an_indicator(&mut self) -> Option<String> {
        let one = self.dice.one_or_none(&self.world.indicators)?;
        let value = one.low + 1 + self.dice.below((one.high - one.low) as usize) as i32;
        let name = one.name;
        Some(match self.dice.below(6) {
            0 => format!("{name} == {value}"),
            1 => format!("{name} != {value}"),
            2 => format!("{name} + 1 > {value}"),
            3 => format!("{name} in ({value}, {})", one.low),
            4 => format!("{name} < {value}"),
            _ => format!("{name} >= {value}"),
        })
    }

    fn about_a_count(&mut self) -> Option<String> {
        let (cap, with) = match self.world.need.filter(|_| self.dice.percent(40)) {
            Some(need) => (4, need.to_owned()),
            None => {
                let with = self.dice.among(1, 2);
                (with + 1, with.to_string())
            }
        };
        let event = self.event();
        let sign = self.dice.one(&[">=", "<", "==", "<=", "!="]);
        self.afford(cap + 1).then(|| format!("count({event}) {sign} {with}"))
    }

    fn about_an_age(&mut self) -> Option<String> {
        if !self.knows_steps() {
            return None;
        }
        let (steps, with) = match self.world.pause.filter(|_| self.dice.percent(40)) {
            Some(pause) => (2, pause.to_owned()),
            None => {
                let steps = self.dice.among(1, 3);
                (steps, self.clock.duration(steps))
            }
        };
        let event = self.event();
        let sign = self.dice.one(&[">=", "<", ">", "<="]);
        self.afford(steps + 2).then(|| format!("since({event}) {sign} {with}"))
    }

    fn about_time(&mut self) -> Option<String> {
        if !self.knows_steps() {
            return None;
        }
        let days = self.clock.days() as usize;
        if days > 1 && (!self.clock.has_dates() || self.dice.percent(30)) {
            let sign = self.dice.one(&["<", ">="]);
            return Some(format!("day {sign} {}", self.dice.among(1, days - 1)));
        }
        if !self.clock.has_dates() {
            return None;
        }
        let from = self.dice.below(self.clock.steps);
        let to = self.dice.among(from + 1, self.clock.steps);
        Some(self.clock.window(from, to))
    }

    pub fn about_a_posture(&mut self) -> String {
        let posture = self.dice.one(&self.world.postures);
        let like: Vec<Posture> =
            self.world.postures.iter().filter(|o| o.shared && o.name != posture.name).cloned().collect();
        if posture.shared && !like.is_empty() && self.dice.percent(30) {
            let sign = self.dice.one(&[">", "<=", "==", "!="]);
            return format!("{} {sign} {}", posture.name, self.dice.one(&like).name);
        }
        let (name, values) = (&posture.name, &posture.values);
        let (low, high) = (self.dice.one(&values[..values.len() - 1]), self.dice.one(&values[1..]));
        match self.dice.below(if posture.ordered { 8 } else { 4 }) {
            0 => format!("{name} == {low}"),
            1 => format!("{name} != {high}"),
            2 => format!("{name} in ({low}, {high})"),
            3 => format!("{name} != {low}"),
            4 => format!("{name} >= {high}"),
            5 => format!("{name} > {low}"),
            6 => format!("{name} < {high}"),
            _ => format!("{name} <= {low}"),
        }
    }
}
