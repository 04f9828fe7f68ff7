//! What is looked for in a table: `war > 10%`.
//!
//! Does not know the table.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::scenario::quantity::number;

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// A comparison of a quantity with a number, or a column that says yes or no.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Name of the quantity or column.
    pub name: String,
    /// With what it is compared; `None` if it says yes or no by itself.
    pub than: Option<(Relation, f64)>,
    /// As typed.
    pub text: String,
}

/// A text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no target: write a quantity, a sign and a number, such as `war > 10%`, or a column of yes and no")]
pub struct NoTarget(String);

const SIGNS: [(&str, Relation); 4] =
    [(">=", Relation::AtLeast), ("<=", Relation::AtMost), (">", Relation::Above), ("<", Relation::Below)];

impl Target {
    /// Whether `value` is what is looked for.
    pub fn is_hit(&self, value: f64) -> bool {
        match self.than {
            Some((Relation::Above, than)) => value > than,
            Some((Relation::AtLeast, than)) => value >= than,
            Some((Relation::Below, than)) => value < than,
            Some((Relation::AtMost, than)) => value <= than,
            None => value != 0.0,
        }
    }
}

impl FromStr for Target {
    type Err = NoTarget;

    fn from_str(text: &str) -> Result<Self, NoTarget> {
        let wrong = || NoTarget(text.to_owned());
        let found = SIGNS.into_iter().find_map(|(sign, relation)| Some((text.split_once(sign)?, relation)));
        let (name, than) = match found {
            None => (text.trim(), None),
            Some(((name, number), relation)) => {
                (name.trim(), Some((relation, threshold(number.trim()).ok_or_else(wrong)?)))
            }
        };
        let sound = !name.is_empty() && !name.contains(|c: char| "<>=!".contains(c) || c.is_control());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        sound.then(|| Self { name: name.to_owned(), than, text }).ok_or_else(wrong)
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `0.1`, `10%`, `-3`
fn threshold(text: &str) -> Option<f64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (digits, exponent) = digits.strip_suffix('%').map_or((digits, 0), |digits| (digits.trim(), -2));
    number::is_number(digits).then(|| sign * number::fraction(digits, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_and_told() {
        let target: Target = "war  > 10%".parse().unwrap();
        assert_eq!((target.name.as_str(), target.than), ("war", Some((Relation::Above, 0.1))));
        assert_eq!(target.to_string(), "war > 10%");
        assert!(target.is_hit(0.11) && !target.is_hit(0.1));
        let target: Target = "mean:first_test<=-2.5".parse().unwrap();
        assert_eq!((target.name.as_str(), target.than), ("mean:first_test", Some((Relation::AtMost, -2.5))));
        assert_eq!("lost".parse::<Target>().unwrap().than, None);
        for wrong in ["", "> 3", "war > ", "war > a", "war >> 3", "war == 3", "war > 10 percent"] {
            assert!(wrong.parse::<Target>().is_err(), "{wrong}");
        }
    }
}
