//! What of a scenario is a judgement and not a measurement: the numbers that an author gave a band or a range, and the law
//! that each is drawn from.
//!
//! Does not know what is done with a draw. Chance within a run is another thing: no draw here changes an occasion.

use std::collections::BTreeSet;

use super::draw::{Draws, Purpose};
use super::factor::{Factor, Setting, Spread, Values};
use crate::model::assumption::{Assumption, Holds};
use crate::model::{Calendar, Model};
use crate::scenario::quantity::Duration;

/// What kind of doubt there is about an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// A likelihood in words or as a band: logit-normal with 5 % and 95 % at its ends.
    Judged,
    /// A declared range.
    Ranged,
    /// One of several names.
    Choice,
    /// A rule that may not hold at all.
    Switch,
}

/// An assumption that might be otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Its name and the law of its values; names and durations are levels.
    pub factor: Factor,
    /// What kind of doubt.
    pub doubt: Doubt,
    /// As it is in force.
    pub base: Setting,
    /// What it means.
    pub says: String,
    /// The word that it was stated by.
    pub word: Option<String>,
    /// The source that it is taken from; the author himself if none is named.
    pub source: Option<String>,
}

/// Whether judgements that come from one source are wrong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// Judgements of one source move together: who reads "likely" high does so everywhere. Judgements without a source
    /// are the author's. Ranges, which are no reading of a word, move by themselves.
    Source,
    /// Every one by itself.
    Independent,
}

/// The most levels that a duration is cut into.
const MOST_STEPS: u64 = 200;

/// All numbers of `model` with a band or a range, in the order of `Model::assumptions`, but for those that an override
/// has set: whoever sets a number has no doubt about it.
pub fn judgements(model: &Model) -> Vec<Judgement> {
    let set = set_by_hand(model);
    let doubtful = model.assumptions.iter().filter(|assumption| !set.contains(assumption.name.as_str()));
    doubtful.filter_map(|assumption| judgement(assumption, &model.calendar)).collect()
}

/// All parameters of `model` that are one of several names, but for those that an override has set.
pub fn choices(model: &Model) -> Vec<Judgement> {
    let set = set_by_hand(model);
    let free = model.assumptions.iter().filter(|assumption| !set.contains(assumption.name.as_str()));
    free.filter_map(choice).collect()
}

/// The rule `id`, or a branch of it (`clash/war`), as something that may not hold.
pub fn switch(id: &str, says: &str) -> Judgement {
    let factor = Factor::switch(id);
    let base = factor.at(0.0);
    Judgement { factor, doubt: Doubt::Switch, base, says: says.to_owned(), word: None, source: None }
}

fn set_by_hand(model: &Model) -> BTreeSet<&str> {
    let changed = model.parameters.iter().filter(|parameter| parameter.was.is_some()).map(|p| p.name.as_str());
    let set = model.overrides.iter().filter_map(|option| option.strip_prefix("--set ")?.split('=').next());
    changed.chain(set).collect()
}

fn judgement(assumption: &Assumption, calendar: &Calendar) -> Option<Judgement> {
    let spread = |spread| (Doubt::Ranged, Values::Spread(spread));
    let (doubt, values) = match assumption.holds {
        Holds::Probability { band: Some((low, high)), .. } => {
            (Doubt::Judged, Values::Spread(Spread::judged(low, high)))
        }
        Holds::Probability { range: Some((low, high)), .. } if low > 0.0 && high < 1.0 && low < high => {
            spread(Spread::judged(low, high))
        }
        Holds::Rate { range: Some((low, high)), .. } if low > 0.0 && low < high => spread(Spread::lognormal(low, high)),
        Holds::Number { range: Some((low, high)), .. }
        | Holds::Probability { range: Some((low, high)), .. }
        | Holds::Rate { range: Some((low, high)), .. }
            if low < high =>
        {
            spread(Spread::Even { low, high })
        }
        Holds::Duration { range: Some((low, high)), .. } if low.seconds < high.seconds => {
            (Doubt::Ranged, Values::Levels(durations(&assumption.name, low, high, calendar)))
        }
        _ => return None,
    };
    Some(with(assumption, doubt, values))
}

/// From `low` to `high` in whole steps of the calendar, or in as many even parts of these as are worth trying.
fn durations(name: &str, low: Duration, high: Duration, calendar: &Calendar) -> Vec<Setting> {
    let steps = (high.seconds - low.seconds) / calendar.step_seconds;
    let stride = steps.div_ceil(MOST_STEPS).max(1);
    let each = (0..=steps / stride).map(|part| low.seconds + part * stride * calendar.step_seconds);
    each.map(|seconds| Setting::duration(name, Duration { seconds })).collect()
}

fn choice(assumption: &Assumption) -> Option<Judgement> {
    let Holds::Choice { names, .. } = &assumption.holds else { return None };
    let levels: Vec<Setting> = names.iter().map(|name| Setting::typed(&assumption.name, name)).collect();
    (levels.len() > 1).then(|| with(assumption, Doubt::Choice, Values::Levels(levels)))
}

fn with(assumption: &Assumption, doubt: Doubt, values: Values) -> Judgement {
    let name = &assumption.name;
    let base = match &assumption.holds {
        Holds::Choice { names, chosen } => Setting::typed(name, &names[*chosen]),
        Holds::Duration { value, .. } => Setting::duration(name, *value),
        holds => Setting::number(name, holds.number().unwrap_or(0.0)),
    };
    Judgement {
        factor: Factor { name: name.clone(), values },
        doubt,
        base,
        says: assumption.says.clone(),
        word: assumption.word.clone(),
        source: assumption.source.clone(),
    }
}

impl Judgement {
    /// Its low and its high end: 5 % and 95 % points, the ends of a range, or every other name.
    pub fn ends(&self) -> Vec<Setting> {
        match &self.factor.values {
            Values::Spread(Spread::Even { low, high } | Spread::Log { low, high }) => {
                [*low, *high].map(|x| Setting::number(&self.factor.name, x)).into()
            }
            Values::Spread(spread) => {
                [0.05, 0.95].map(|u| Setting::number(&self.factor.name, spread.quantile(u))).into()
            }
            Values::Levels(levels) if self.doubt == Doubt::Ranged => {
                vec![levels[0].clone(), levels[levels.len() - 1].clone()]
            }
            Values::Levels(levels) => levels.iter().filter(|level| level.shown != self.base.shown).cloned().collect(),
        }
    }

    /// What it moves with: the key of its draws.
    fn key(&self, sharing: Sharing) -> String {
        match (&self.source, sharing, self.doubt) {
            (source, Sharing::Source, Doubt::Judged) => format!("source {}", source.as_deref().unwrap_or("")),
            _ => format!("parameter {}", self.factor.name),
        }
    }
}

/// The settings of draw `number`: a pure function of seed, parameter (or source) and number, so that one judgement more
/// moves no other.
pub fn draw(judgements: &[Judgement], sharing: Sharing, seed: u64, number: u64) -> Vec<Setting> {
    let one = |judgement: &Judgement| {
        let u = Draws::new(Purpose::Judgement, seed, &judgement.key(sharing), number).unit();
        judgement.factor.at(u)
    };
    judgements.iter().map(one).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::compile::Overrides;
    use crate::model::fixture::compiled_with;

    /// A scenario with the given parameters and chance of `spark`.
    pub fn text(parameters: &str, chance: &str) -> String {
        format!(
            r#"(
            simulate: 1,
            clock: (horizon: "2d"),
            words: icd203,
            parameters: {{ {parameters} }},
            flags: {{ lit: (start: false) }},
            rules: {{
                spark: (on: [start], chance: {chance}, then: ["lit = true"]),
                wind: (on: [start], chance: "unlikely", then: []),
            }},
            outcomes: [ (name: fire, when: "ever(lit)"), (name: none) ],
        )"#
        )
    }

    fn of(parameters: &str, chance: &str, set: &[&str]) -> Vec<Judgement> {
        let set = set.iter().map(|set| (*set).to_owned()).collect();
        judgements(&compiled_with(&text(parameters, chance), &Overrides { set, ..Overrides::default() }))
    }

    fn names(found: &[Judgement]) -> Vec<&str> {
        found.iter().map(|judgement| judgement.factor.name.as_str()).collect()
    }

    const TWO: &str = r#"
        p: (value: "likely", says: "a chance"),
        size: (value: 3, range: (1, 5), says: "a size"),
        fixed: (value: 3, says: "no doubt"),
    "#;

    #[test]
    fn words_and_ranges_are_doubtful_wherever_they_stand() {
        let found = of(TWO, "p", &[]);
        assert_eq!(names(&found), ["p", "size", "wind.chance"]);
        let p = found[0].ends();
        assert_eq!(p.iter().map(|end| end.shown.as_str()).collect::<Vec<_>>(), ["0.55", "0.8"]);
        assert_eq!(names(&of(TWO, "p", &["p=30%"])), ["size", "wind.chance"]);
        assert_eq!(names(&of(TWO, "p", &["wind.chance=30%"])), ["p", "size"]);
    }

    #[test]
    fn another_parameter_moves_no_draw() {
        let settings = |found: &[Judgement]| -> Vec<String> {
            draw(found, Sharing::Independent, 7, 3).into_iter().map(|setting| setting.shown).collect()
        };
        let (two, three) = (of(TWO, "p", &[]), of(&format!("{TWO} q: (value: \"unlikely\", says: \"\"),"), "p", &[]));
        let more = settings(&three);
        for (name, value) in names(&two).iter().zip(settings(&two)) {
            let place = names(&three).iter().position(|other| other == name).unwrap();
            assert_eq!(more[place], value);
        }
    }

    #[test]
    fn judgements_of_one_source_move_together_and_ranges_do_not() {
        let found = of(TWO, "p", &[]);
        let logit = |x: f64| libm::log(x / (1.0 - x));
        // `likely` and `unlikely` have the same spread in logits.
        let apart = |sharing, number| {
            let drawn = draw(&found, sharing, 7, number);
            let [p, _, wind] = [0, 1, 2].map(|index: usize| drawn[index].number.unwrap());
            logit(p) - logit(wind)
        };
        let first = apart(Sharing::Source, 0);
        assert!((1..20).all(|number| (apart(Sharing::Source, number) - first).abs() < 1e-9));
        assert!((1..20).any(|number| (apart(Sharing::Independent, number) - first).abs() > 0.1));
        let sizes: Vec<f64> = (0..2_000).map(|n| draw(&found, Sharing::Source, 7, n)[1].number.unwrap()).collect();
        assert!((sizes.iter().sum::<f64>() / 2_000.0 - 3.0).abs() < 0.12, "evenly from 1 to 5");
    }

    /// `analysts.md` 3F: medians and means of the bands of ICD 203.
    #[test]
    fn the_law_of_a_word_has_its_published_points() {
        for (low, high, median, mean) in [
            (0.01, 0.05, 0.023, 0.025),
            (0.05, 0.2, 0.103, 0.111),
            (0.2, 0.45, 0.311, 0.316),
            (0.45, 0.55, 0.5, 0.5),
            (0.55, 0.8, 0.689, 0.684),
            (0.8, 0.95, 0.897, 0.889),
            (0.95, 0.99, 0.977, 0.975),
        ] {
            let law = Spread::judged(low, high);
            let close = |a: f64, b: f64| assert!((a - b).abs() < 5.1e-4, "{low} to {high}: {a}, published {b}");
            close(law.quantile(0.5), median);
            let points = 20_000;
            close(
                (0..points).map(|i| law.quantile((f64::from(i) + 0.5) / f64::from(points))).sum::<f64>()
                    / f64::from(points),
                mean,
            );
        }
    }
}
