//! What a rule does: effects, or branches by weight or by odds.
//!
//! Does not know when a rule fires.

use super::author::Author;
use super::sketch::Sketch;

impl Author {
    /// `then: […]` or `choose: {…}`
    pub fn deeds(&mut self, sketch: &Sketch) -> String {
        if sketch.branches.is_empty() {
            let emits = sketch.emits.is_some();
            return format!("then: [{}]", self.effects(sketch, emits));
        }
        let shares = if self.dice.percent(55) { self.weights(sketch) } else { self.odds(sketch) };
        // The first branch emits, the others if they feel like it.
        let branches: Vec<String> = sketch
            .branches
            .iter()
            .zip(shares)
            .enumerate()
            .map(|(index, (name, share))| {
                let emits = sketch.emits.is_some() && (index == 0 || self.dice.percent(30));
                let effects = if self.dice.percent(85) || emits {
                    format!("then: [{}]", self.effects(sketch, emits))
                } else {
                    String::new()
                };
                let comma = if share.is_empty() || effects.is_empty() { "" } else { ", " };
                format!("{name}: ({share}{comma}{effects})")
            })
            .collect();
        format!("choose: {{{}}}", branches.join(", "))
    }

    fn weights(&mut self, sketch: &Sketch) -> Vec<String> {
        let (count, rest) = (sketch.branches.len(), sketch.branches.last() == Some(&"otherwise"));
        let plain = |weights: &[&str]| weights.iter().map(|w| format!("weight: {w}")).collect::<Vec<_>>();
        if !rest {
            return match (count, self.world.share) {
                (2, Some(share)) if self.dice.percent(50) => plain(&[share, &format!("\"1 - {share}\"")]),
                (2, _) => self.dice.one(&[plain(&["0.25", "0.75"]), plain(&["\"40%\"", "\"60%\""])]),
                _ => plain(&["0.2", "0.3", "0.5"]),
            };
        }
        let mut shares = Vec::new();
        for _ in 1..count {
            let weight = match self.dice.below(4) {
                0 => {
                    let (number, highest) = self.number();
                    format!("\"{:.2} * ({number})\"", (0.45 / highest * 100.0).floor() / 100.0)
                }
                1 => format!("[(when: \"{}\", is: 0.45), (is: 0.1)]", self.condition(1)),
                2 => "\"1 in 4\"".to_owned(),
                _ => self.dice.hundredths(0.1, 0.5).to_string(),
            };
            shares.push(format!("weight: {weight}"));
        }
        shares.push(String::new());
        shares
    }

    fn odds(&mut self, sketch: &Sketch) -> Vec<String> {
        let mut shares = Vec::new();
        for name in &sketch.branches {
            if *name == "otherwise" {
                shares.push(String::new());
                continue;
            }
            let odds = match self.dice.below(4) {
                0 => {
                    let (number, _) = self.number();
                    format!("\"{number}\"")
                }
                1 => format!("[(when: \"{}\", is: 3), (is: 0.5)]", self.condition(1)),
                _ => self.dice.hundredths(0.5, 4.0).to_string(),
            };
            let when = if self.dice.percent(45) { format!(", when: \"{}\"", self.condition(1)) } else { String::new() };
            shares.push(format!("odds: {odds}{when}"));
        }
        shares
    }

    /// Effects, quoted and between commas.
    fn effects(&mut self, sketch: &Sketch, emits: bool) -> String {
        let mut list = Vec::new();
        if sketch.timing == super::sketch::Timing::Climbs {
            list.push(format!("{} up", self.world.postures[self.climbed.expect("there is one to climb")].name));
        } else if sketch.is_template() {
            list.extend(self.effect_of_template(sketch));
        } else {
            list.extend(self.effect(sketch));
        }
        if self.dice.percent(35) {
            list.extend(self.effect(sketch));
        }
        if emits {
            list.extend(sketch.emits.map(|name| format!("emit {name}")));
        }
        let quoted: Vec<String> = list.iter().map(|effect| format!("\"{effect}\"")).collect();
        quoted.join(", ")
    }

    /// Whether a rule may move this posture: not the one that is climbed, within an instant.
    fn may_move(&self, posture: usize, sketch: &Sketch) -> bool {
        !sketch.timing.is_at_once() || self.climbed != Some(posture)
    }

    fn effect_of_template(&mut self, sketch: &Sketch) -> Option<String> {
        let alike = self.world.alike.len();
        if !(0..alike).all(|posture| self.may_move(posture, sketch)) {
            return self.effect(sketch);
        }
        let rungs = self.world.postures[0].values.clone();
        Some(match self.dice.below(5) {
            0 if sketch.key.contains("{y}") => "{x}.stance = {y}.stance".to_owned(),
            1 if sketch.key.contains("{y}") => "{y}.stance down".to_owned(),
            2 => format!("{{x}}.stance = {}", self.dice.one(&rungs)),
            _ => "{x}.stance up".to_owned(),
        })
    }

    fn effect(&mut self, sketch: &Sketch) -> Option<String> {
        match self.dice.below(10) {
            0..=2 => self.on_an_indicator().or_else(|| self.on_a_posture(sketch)),
            3 | 4 => self.on_a_flag().or_else(|| self.on_a_posture(sketch)),
            _ => self.on_a_posture(sketch).or_else(|| self.on_a_flag()),
        }
    }

    fn on_an_indicator(&mut self) -> Option<String> {
        let one = self.dice.one_or_none(&self.world.indicators)?;
        Some(match self.dice.below(5) {
            0 | 1 => format!("{} += {}", one.name, self.amount()),
            2 => format!("{} -= {}", one.name, self.amount()),
            3 => format!("{} = {}", one.name, one.low + self.dice.below((one.high - one.low) as usize + 1) as i32),
            _ => format!("{} = {} - {}", one.name, one.high, one.name),
        })
    }

    fn on_a_flag(&mut self) -> Option<String> {
        let name = self.dice.one_or_none(&self.world.flags)?;
        Some(match self.dice.below(4) {
            0 => format!("{name} = not {name}"),
            1 => format!("{name} = {}", self.condition(1)),
            _ => format!("{name} = {}", self.dice.percent(60)),
        })
    }

    fn on_a_posture(&mut self, sketch: &Sketch) -> Option<String> {
        let open: Vec<usize> = (0..self.world.postures.len()).filter(|index| self.may_move(*index, sketch)).collect();
        let index = self.dice.one_or_none(&open)?;
        let posture = self.world.postures[index].clone();
        let shared = |other: &&super::world::Posture| other.shared && other.name != posture.name;
        let like: Vec<String> = self.world.postures.iter().filter(shared).map(|other| other.name.clone()).collect();
        let name = &posture.name;
        if posture.shared && !like.is_empty() && self.dice.percent(15) {
            return Some(format!("{name} = {}", self.dice.one(&like)));
        }
        let value = self.dice.one(&posture.values);
        Some(match self.dice.below(6) {
            0 | 1 if posture.ordered => format!("{name} up"),
            2 if posture.ordered => format!("{name} up 2"),
            3 | 4 if posture.ordered => format!("{name} down"),
            _ => format!("{name} = {value}"),
        })
    }
}
