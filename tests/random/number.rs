//! Numbers that read the state.
//!
//! Does not know where they stand.

use super::author::Author;

impl Author {
    /// A number from 0, and the highest that it can be (more than 0).
    pub fn number(&mut self) -> (String, f64) {
        let indicators = self.world.indicators.clone();
        if !indicators.is_empty() && self.dice.percent(60) {
            let one = self.dice.one(&indicators);
            let high = f64::from(one.high);
            return match (one.low < 0, self.dice.below(3)) {
                (true, 0) => (format!("{} + 1", one.name), high + 1.0),
                (true, _) => (format!("max(0, {})", one.name), high),
                (_, 0) => (format!("min({}, {} + 1)", one.high, one.name), high),
                _ => (one.name.to_owned(), high),
            };
        }
        if self.knows_steps() && self.dice.percent(10) {
            return ("min(3, day)".to_owned(), 3.0);
        }
        if let Some((name, highest)) = self.world.numbers.first().filter(|_| self.dice.percent(40)) {
            return ((*name).to_owned(), *highest);
        }
        let (a, b) = (self.atom(), self.atom());
        if self.dice.percent(50) { (format!("how_many({a})"), 1.0) } else { (format!("how_many({a}, {b})"), 2.0) }
    }

    /// The whole number by which an effect changes an indicator.
    pub fn amount(&mut self) -> String {
        match self.dice.below(10) {
            0..=6 => "1".to_owned(),
            7 => "2".to_owned(),
            _ => {
                let (number, _) = self.number();
                // A let may hold a share; everything else here is whole.
                if number == "load" { "1".to_owned() } else { number }
            }
        }
    }
}
