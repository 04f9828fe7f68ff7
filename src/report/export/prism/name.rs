//! Names that PRISM and Storm take: letters, digits and underscores, each once, and none of theirs.
//!
//! Does not know what is named.

use std::collections::BTreeSet;

/// Words of the two languages, lower case.
const RESERVED: &str = "\
    a always bool c ceil clock const ctmc dtmc double e endinit endinvariant endmodule endobservables endplayer \
    endrewards endsystem exp f false filter floor formula func g global horizon i imdp init int invariant label \
    log ma max mdp min mod module multi nondeterministic observable observables of p player pmax pmin pomdp \
    popta pow probabilistic prob pta quantile r rate rewards rmax rmin round s scenario smg stochastic system t \
    true u w x";

/// The names given so far.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name made from `text` that nothing else has.
    pub(super) fn unique(&mut self, text: &str) -> String {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut name: String = text.chars().map(letter).collect();
        let starts_badly = !name.starts_with(|c: char| c.is_ascii_alphabetic());
        if starts_badly || RESERVED.split_whitespace().any(|word| name.eq_ignore_ascii_case(word)) {
            name = format!("the_{name}");
        }
        let numbered = |n: u32| if n == 1 { name.clone() } else { format!("{name}_{n}") };
        let mut n = 1;
        while !self.0.insert(numbered(n)) {
            n += 1;
        }
        numbered(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_and_no_two_are_the_same() {
        let mut names = Names::default();
        let all = ["north.military", "north military", "F", "2nd", "räte", "a"].map(|text| names.unique(text));
        assert_eq!(all, ["north_military", "north_military_2", "the_F", "the_2nd", "r_te", "the_a"]);
    }
}
