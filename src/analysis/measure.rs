//! Every quantity of a scenario by name – its outcomes, its questions – as an estimate that says how sure it is.
//!
//! For studies of many points: nothing is computed that is not asked, what can be solved in the budget is solved, and runs
//! are drawn only where they are needed. Does not know what is compared with what, nor how anything is shown.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::engine::{Conduct, Plan, RunError, sample};
use crate::exact::solution::{Answer, Bounds, Limits, Room, Solution};
use crate::model::{AskNumber, Asked, Model};
use crate::observe::register::{Kept, Register};

use super::briefly::{solve_briefly, solve_within};
use super::estimate::{Interval, Mean, MeanTrust, Moments, Proportion};

/// What of an outcome or question a quantity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Probability of an outcome.
    Outcome,
    /// Probability of yes to a question.
    Question,
    /// Mean of a question for a number; of `first`, over the runs in which it happens.
    Mean,
    /// Probability that `first` never happens.
    Never,
}

/// A quantity: the same in every variant of a scenario that has an outcome or question of this name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quantity {
    /// What it is.
    pub kind: Kind,
    /// Name of the outcome or question.
    pub name: String,
}

/// What a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// A probability, 0 to 1.
    Share,
    /// A count, or the unit of an indicator.
    Plain,
    /// Days.
    Days,
    /// Value × days.
    ValueDays,
}

/// Where an estimate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Solved: its interval holds the truth.
    Exact,
    /// Sampled: its interval holds the truth at `estimate::CONFIDENCE`.
    Sampled,
}

/// A number with its accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The number; `None` where no run has it.
    pub value: Option<f64>,
    /// Its interval; `None` of a mean where nothing is known of the spread.
    pub interval: Option<Interval>,
    /// Its standard error; 0 if solved.
    pub standard_error: Option<f64>,
    /// Runs on which it stands; 0 if solved.
    pub runs: u64,
    /// Where it comes from.
    pub basis: Basis,
    /// Of a sampled mean: whether its interval can be trusted.
    pub trust: Option<MeanTrust>,
}

/// A quantity as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which.
    pub quantity: Quantity,
    /// What it is counted in.
    pub scale: Scale,
    /// How much.
    pub estimate: Estimate,
    place: usize,
}

/// All quantities of a scenario, in file order: outcomes, then questions, of a number the mean before never.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The quantities.
    pub found: Vec<Found>,
    /// What each run answered; `None` if no run was needed.
    pub register: Option<Register>,
    /// Runs drawn.
    pub runs: u64,
    /// Their seed.
    pub seed: u64,
}

/// How much is solved besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Nothing.
    None,
    /// What takes some milliseconds: for each of many points.
    Little,
    /// What takes a second at most, as beside a sample.
    Brief,
}

/// What a measurement may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What is solved.
    pub effort: Effort,
    /// Draw the runs even if everything is solved: somebody wants to pair them.
    pub always_runs: bool,
}

/// Bytes of the ways of one instant, and of a slice: what is filled in milliseconds.
const ROOM: Room = Room { instant: 16 << 20, slice: 64 << 20 };

/// States of a slice, elementary steps of a slice: what takes milliseconds.
const LITTLE: Limits = Limits { states: 500, room: ROOM, work: Some(2_000_000), precision: PRECISION };

/// Wider than this part of itself, a solution does not stand in for runs.
const PRECISION: f64 = 1e-6;

/// Measures everything that `model` asks with the runs of `plan`, where they are needed.
///
/// # Errors
/// `RunError` for the first run that does not settle.
pub fn measure(model: &Model, plan: &Plan, budget: &Budget, conduct: &Conduct<'_>) -> Result<Measured, RunError> {
    let solution = match budget.effort {
        Effort::None => None,
        Effort::Little => Some(solve_within(model, &LITTLE)),
        Effort::Brief => Some(solve_briefly(model)),
    };
    let solved = Measured::new(model, plan.seed, None, solution.as_ref());
    if !budget.always_runs && solved.is_exact() {
        return Ok(solved);
    }
    let sampled = sample::<Register>(model, plan, conduct)?;
    Ok(Measured::new(model, plan.seed, Some(sampled.collected), solution.as_ref()))
}

impl Measured {
    /// From what was drawn with `seed` and what was solved. What is solved goes before what is drawn.
    pub fn new(model: &Model, seed: u64, register: Option<Register>, solution: Option<&Solution>) -> Self {
        let exact = |found: &Found| solution.and_then(|solution| found.solved(solution));
        let sampled = |found: &Found| register.as_ref().map(|register| found.sampled(register));
        let mut found = quantities(model);
        for found in &mut found {
            found.estimate = exact(found).or_else(|| sampled(found)).unwrap_or(UNKNOWN);
        }
        let runs = register.as_ref().map_or(0, |register| register.runs() as u64);
        Self { found, register, runs, seed }
    }

    /// The quantity of this name.
    pub fn of(&self, quantity: &Quantity) -> Option<&Found> {
        self.found.iter().find(|found| found.quantity == *quantity)
    }

    /// Whether everything is solved.
    pub fn is_exact(&self) -> bool {
        self.found.iter().all(|found| found.estimate.basis == Basis::Exact)
    }

    /// Run by run: what the quantity is the mean of, 0 or 1 for a probability; `None` where a run has no number.
    pub fn series<'a>(&'a self, found: &'a Found) -> Option<impl Iterator<Item = Option<f64>> + 'a> {
        let register = self.register.as_ref()?;
        Some((0..register.runs()).map(move |run| found.in_run(register, run)))
    }
}

/// Nothing is known.
const UNKNOWN: Estimate =
    Estimate { value: None, interval: None, standard_error: None, runs: 0, basis: Basis::Sampled, trust: None };

/// Everything that is asked, with nothing known of it.
fn quantities(model: &Model) -> Vec<Found> {
    let found = |kind, name: &str, scale, place| Found {
        quantity: Quantity { kind, name: name.into() },
        scale,
        estimate: UNKNOWN,
        place,
    };
    let outcomes = model.outcomes.iter().enumerate();
    let mut all: Vec<Found> =
        outcomes.map(|(place, outcome)| found(Kind::Outcome, &outcome.name, Scale::Share, place)).collect();
    for (place, question) in model.questions.iter().enumerate() {
        let name = &question.name;
        match &question.ask {
            Asked::YesNo(_) => all.push(found(Kind::Question, name, Scale::Share, place)),
            Asked::Number(ask) => {
                all.push(found(Kind::Mean, name, Scale::of(ask), place));
                if matches!(ask, AskNumber::First(_)) {
                    all.push(found(Kind::Never, name, Scale::Share, place));
                }
            }
        }
    }
    all
}

impl Scale {
    fn of(ask: &AskNumber) -> Self {
        match ask {
            AskNumber::First(_) | AskNumber::TotalTime(_) => Self::Days,
            AskNumber::Total(_) => Self::ValueDays,
            AskNumber::Count(..) | AskNumber::AtEnd(_) | AskNumber::On(..) | AskNumber::Highest(_) => Self::Plain,
        }
    }
}

impl Found {
    fn solved(&self, solution: &Solution) -> Option<Estimate> {
        let answer = || solution.questions.get(self.place).and_then(|found| found.as_ref().ok());
        let bounds = match (self.quantity.kind, answer().map(|found| &found.value)) {
            (Kind::Outcome, _) => solution.outcomes.as_ref().ok()?.value.get(self.place)?.yes,
            (Kind::Question, Some(Answer::YesNo(chance))) => chance.yes,
            (Kind::Mean, Some(Answer::Number(number))) => match (number.mean, &number.ever) {
                (Some(mean), _) => mean,
                // What never happens has no mean, and that is all that can be said.
                (None, Some(ever)) if ever.yes.high <= 0.0 => {
                    return Some(Estimate { basis: Basis::Exact, ..UNKNOWN });
                }
                (None, _) => return None,
            },
            (Kind::Never, Some(Answer::Number(number))) => number.ever.as_ref()?.no,
            _ => return None,
        };
        Estimate::solved(bounds)
    }

    fn sampled(&self, register: &Register) -> Estimate {
        let runs = register.runs();
        if self.scale == Scale::Share {
            let hits = (0..runs).filter(|run| self.in_run(register, *run) == Some(1.0)).count();
            return Estimate::share(hits as u64, runs as u64);
        }
        let values: Vec<f64> = (0..runs).filter_map(|run| self.in_run(register, run)).collect();
        Estimate::mean(&values)
    }

    fn in_run(&self, register: &Register, run: usize) -> Option<f64> {
        let share = |yes: bool| Some(f64::from(u8::from(yes)));
        if self.quantity.kind == Kind::Outcome {
            return share(usize::from(register.outcomes()[run]) == self.place);
        }
        match register.answers(self.place) {
            Kept::YesNo(bits) => share(bits.is_yes(run)),
            Kept::Number(numbers) if self.quantity.kind == Kind::Never => share(numbers.of(run).is_none()),
            Kept::Number(numbers) if self.scale == Scale::Days => numbers.of(run).map(|seconds| seconds / 86_400.0),
            Kept::Number(numbers) => numbers.of(run),
        }
    }
}

impl Estimate {
    /// What was solved, unless its interval is wide.
    fn solved(bounds: Bounds) -> Option<Self> {
        (bounds.relative_width() <= PRECISION).then(|| Self {
            value: Some(bounds.value()),
            interval: Some(Interval { low: bounds.low, high: bounds.high }),
            standard_error: Some(0.0),
            runs: 0,
            basis: Basis::Exact,
            trust: None,
        })
    }

    /// A probability of which `hits` of `runs` runs are known.
    pub fn share(hits: u64, runs: u64) -> Self {
        let proportion = Proportion::new(hits, runs);
        let spread = proportion.value * (1.0 - proportion.value) / runs.max(1) as f64;
        Self {
            value: (runs > 0).then_some(proportion.value),
            interval: Some(proportion.interval),
            standard_error: (runs > 0).then_some(libm::sqrt(spread)),
            runs,
            basis: Basis::Sampled,
            trust: None,
        }
    }

    /// The mean of a number of which these are the values that runs have.
    pub fn mean(values: &[f64]) -> Self {
        let Some(mean) = Mean::new(&moments(values)) else { return UNKNOWN };
        Self {
            value: Some(mean.value),
            interval: mean.interval,
            standard_error: mean.interval.map(|_| mean.standard_error),
            runs: mean.runs,
            basis: Basis::Sampled,
            trust: Some(mean.trust),
        }
    }
}

/// The first three moments of some values, added up in their order.
pub(super) fn moments(values: &[f64]) -> Moments {
    let runs = values.len() as u64;
    let n = runs.max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let power = |k: i32| values.iter().map(|x| (0..k).fold(1.0, |power, _| power * (x - mean))).sum::<f64>() / n;
    // Values that are all the same have a mean that rounding may put beside them.
    let same = values.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits());
    if same {
        return Moments { runs, mean: values.first().copied().unwrap_or(0.0), variance: 0.0, skewness: 0.0 };
    }
    let variance = power(2);
    Moments { runs, mean, variance, skewness: power(3) / (variance * libm::sqrt(variance)) }
}

impl Kind {
    const ALL: [Self; 4] = [Self::Outcome, Self::Question, Self::Mean, Self::Never];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Question => "question",
            Self::Mean => "mean",
            Self::Never => "never",
        }
    }
}

impl Display for Quantity {
    /// `outcome:war`, `mean:first_test`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.name)
    }
}

/// A text is no name of a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quantity: write `outcome:NAME`, `question:NAME`, `mean:NAME` or `never:NAME`")]
pub struct NoQuantity(String);

impl FromStr for Quantity {
    type Err = NoQuantity;

    fn from_str(text: &str) -> Result<Self, NoQuantity> {
        let read = || {
            let (kind, name) = text.split_once(':')?;
            let kind = Kind::ALL.into_iter().find(|known| known.name() == kind)?;
            Some(Self { kind, name: name.into() })
        };
        read().ok_or_else(|| NoQuantity(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::estimate::Looks;
    use crate::analysis::findings::{self, findings};
    use crate::model::fixture::compiled;
    use crate::observe::tally::Tally;

    const PLAN: Plan = Plan { runs: 3_000, seed: 5, threads: None };

    fn model() -> Model {
        let text = r#"(
            simulate: 1,
            clock: (horizon: "30d"),
            actors: { north: (postures: { line: (ladder: [calm, tense, war], start: calm) }) },
            rules: { incident: (pressure: "50% within 30d", then: ["north.line up"]) },
            outcomes: [ (name: war, when: "ever(north.line == war)"), (name: quiet) ],
            questions: {
                tense_at_end: "north.line == tense at end",
                first_war: "first(north.line == war)",
                days_tense: "total(north.line == tense)",
                incidents: "count(incident)",
            },
        )"#;
        compiled(text)
    }

    fn measured(effort: Effort, always_runs: bool) -> Measured {
        let conduct = Conduct { stop: &false.into(), progress: &|_| {} };
        measure(&model(), &PLAN, &Budget { effort, always_runs }, &conduct).expect("it settles")
    }

    fn names(measured: &Measured) -> Vec<String> {
        measured.found.iter().map(|found| found.quantity.to_string()).collect()
    }

    #[test]
    fn what_is_measured_is_what_the_tally_counts() {
        let measured = measured(Effort::None, false);
        assert_eq!(
            names(&measured),
            [
                "outcome:war",
                "outcome:quiet",
                "question:tense_at_end",
                "mean:first_war",
                "never:first_war",
                "mean:days_tense",
                "mean:incidents"
            ]
        );
        let model = model();
        let tally = sample::<Tally>(&model, &PLAN, &Conduct { stop: &false.into(), progress: &|_| {} }).unwrap();
        let told = findings(&model, &tally.collected, PLAN.runs, Looks::Once, 0);
        let share = |index: usize| measured.found[index].estimate;
        assert_eq!(share(0).interval, Some(told.outcomes[0].proportion.interval));
        assert_eq!(share(1).value, Some(told.outcomes[1].proportion.value));
        let findings::Answer::YesNo(yes) = &told.answers[0] else { unreachable!() };
        assert_eq!(share(2).interval, Some(yes.proportion.interval));
        for (index, place, seconds) in [(3, 1, 86_400.0), (5, 2, 86_400.0), (6, 3, 1.0)] {
            let findings::Answer::Number(number) = &told.answers[place] else { unreachable!() };
            let (ours, theirs) = (share(index), number.mean.unwrap());
            assert_eq!(ours.runs, theirs.runs);
            let close = |a: f64, b: f64| assert!((a - b / seconds).abs() < 1e-6 * (1.0 + a.abs()), "{a} {b}");
            close(ours.value.unwrap(), theirs.value);
            close(ours.standard_error.unwrap(), theirs.standard_error);
            close(ours.interval.unwrap().low, theirs.interval.unwrap().low);
        }
        let findings::Answer::Number(first) = &told.answers[1] else { unreachable!() };
        assert_eq!(share(4).interval, first.never.map(|never| never.interval));
    }

    #[test]
    fn what_is_solved_needs_no_runs_and_lies_where_runs_say() {
        let solved = measured(Effort::Little, false);
        assert!(solved.is_exact() && solved.register.is_none() && solved.runs == 0, "{:?}", solved.found);
        let (sampled, both) = (measured(Effort::None, false), measured(Effort::Brief, true));
        assert_eq!(names(&solved), names(&sampled));
        for ((exact, sampled), both) in solved.found.iter().zip(&sampled.found).zip(&both.found) {
            let (value, error) = (sampled.estimate.value.unwrap(), sampled.estimate.standard_error.unwrap());
            assert!((exact.estimate.value.unwrap() - value).abs() < 4.0 * error, "{exact:?} {sampled:?}");
            assert_eq!((exact.scale, both.estimate.basis), (sampled.scale, Basis::Exact));
        }
        assert_eq!(both.register.as_ref().map(Register::runs), Some(3_000));
    }

    #[test]
    fn a_quantity_is_read_back_from_its_name() {
        for found in measured(Effort::None, false).found {
            assert_eq!(found.quantity.to_string().parse(), Ok(found.quantity));
        }
        assert!("war".parse::<Quantity>().is_err());
        assert!("outcomes:war".parse::<Quantity>().unwrap_err().to_string().contains("`outcomes:war`"));
    }
}
