//! A sweep: the scenario at each point of a design, measured, and compared run by run with the scenario as it is.
//!
//! Does not know where points are kept, nor how they are shown. All points draw the occasions of one seed, so differences
//! are paired.

use serde::{Deserialize, Serialize};

use super::design::{Design, Layout};
use super::factor::{Setting, Values, under};
use super::measure::{Budget, Effort, Estimate, Measured, Quantity, Scale, measure};
use super::paired::{Change, difference};
use super::vary::Varied;
use crate::diagnostic::{Diagnostics, Source};
use crate::engine::{Conduct, Plan, RunError};
use crate::model::Model;
use crate::model::compile::{Overrides, compile};
use crate::scenario::document::Document;

/// What a sweep is: everything that its numbers depend on. Two sweeps with the same study have the same points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// What to call the scenario's file.
    pub file: String,
    /// The scenario's title.
    pub title: String,
    /// BLAKE3 of the scenario text.
    pub digest: String,
    /// The seed of all runs, and of the design.
    pub seed: u64,
    /// Runs of each point, where it is not solved.
    pub runs: u64,
    /// Version of the program.
    pub simulate: String,
    /// Version of the meaning of a scenario.
    pub semantics: u32,
    /// What every point changes in the file, as a command line would.
    pub overrides: Vec<String>,
    /// `grid`, `lhs` or `sobol`.
    pub design: String,
    /// Points beside the base.
    pub points: u64,
    /// Whether points are solved where that is quick.
    pub exact: bool,
    /// What is varied.
    pub factors: Vec<Axis>,
    /// The command that gives the same numbers.
    pub command: String,
}

/// A factor as a table shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Its name.
    pub name: String,
    /// Its values in order; empty if they are spread.
    pub levels: Vec<Shown>,
    /// How they are spread, if they are: `0.1 to 0.4`, `0.001 to 0.1 in the logarithm`.
    pub spread: Option<String>,
    /// Every value is a number.
    pub numeric: bool,
}

/// A setting as a table shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// As text.
    pub text: String,
    /// As a number, if it is one; of a duration, days.
    pub number: Option<f64>,
}

/// One point, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// 0 is the base, the scenario as it is; the points of the design count from 1.
    pub number: u64,
    /// Its settings, one a factor.
    pub settings: Vec<Shown>,
    /// Every quantity, in file order.
    pub rows: Vec<Row>,
}

/// One quantity of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which.
    pub quantity: Quantity,
    /// What it is counted in.
    pub scale: Scale,
    /// How much.
    pub estimate: Estimate,
    /// How far it is from the base; none of the base itself.
    pub change: Option<Change>,
}

/// A whole sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// What it is.
    pub study: Study,
    /// The scenario as it is.
    pub base: Point,
    /// The points of the design, in order.
    pub points: Vec<Point>,
}

/// Why a point has no numbers.
#[derive(Debug)]
pub enum Failed {
    /// The scenario has mistakes there.
    Mistaken(Diagnostics),
    /// A run of it does not settle.
    Unsettled(Box<(Model, RunError)>),
    /// Somebody stopped it.
    Stopped,
}

/// What is swept: the scenario, what is varied, and how much is done at each point.
pub struct Sweeper<'a> {
    /// What the author wrote.
    pub document: &'a Document,
    /// Its text.
    pub source: Source<'a>,
    /// What every point changes.
    pub overrides: Overrides,
    /// What is varied, one by one with the factors of `design`.
    pub varied: &'a [Varied],
    /// The points.
    pub design: &'a Design,
    /// The runs of each point.
    pub plan: Plan,
    /// Whether points are solved where that is quick.
    pub exact: bool,
}

/// The base, measured: what every point is compared with.
pub struct Base {
    measured: Measured,
    /// The same with its runs, once a point has some that it is compared with.
    with_runs: Option<Measured>,
}

impl Axis {
    /// What is varied, for a table.
    pub fn of(varied: &Varied) -> Self {
        let name = varied.factor.name.clone();
        match &varied.factor.values {
            Values::Levels(levels) => {
                let number = |setting: &Setting| setting.number.is_some();
                let numeric = levels.iter().chain([&varied.base]).all(number);
                Self { name, levels: levels.iter().map(Shown::of).collect(), spread: None, numeric }
            }
            Values::Spread(spread) => {
                Self { name, levels: Vec::new(), spread: Some(spread.to_string()), numeric: true }
            }
        }
    }
}

impl Shown {
    fn of(setting: &Setting) -> Self {
        Self { text: setting.shown.clone(), number: setting.number }
    }
}

impl Layout {
    /// Its name in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::LatinHypercube(_) => "lhs",
            Self::Sobol(_) => "sobol",
        }
    }
}

impl Sweeper<'_> {
    /// Points in all, the base among them.
    pub fn count(&self) -> u64 {
        self.design.count() + 1
    }

    /// The settings of point `number`; 0 is the base.
    pub fn settings(&self, number: u64) -> Vec<Setting> {
        match number.checked_sub(1) {
            Some(index) => self.design.point(index),
            None => self.varied.iter().map(|varied| varied.base.clone()).collect(),
        }
    }

    /// The scenario at point `number`.
    ///
    /// # Errors
    /// Its mistakes there.
    pub fn model(&self, number: u64) -> Result<Model, Failed> {
        let overrides = under(&self.overrides, &self.settings(number));
        compile(self.document, &self.source, &overrides).map_err(Failed::Mistaken)
    }

    /// Measures the scenario as it is.
    ///
    /// # Errors
    /// It has no numbers.
    pub fn base(&self, conduct: &Conduct<'_>) -> Result<Base, Failed> {
        Ok(Base { measured: self.measure(0, false, conduct)?, with_runs: None })
    }

    /// The base as a point.
    pub fn base_point(&self, base: &Base) -> Point {
        let row = |found: &super::measure::Found| Row {
            quantity: found.quantity.clone(),
            scale: found.scale,
            estimate: found.estimate,
            change: None,
        };
        self.shown(0, base.measured.found.iter().map(row).collect())
    }

    /// Measures point `number` and compares it with `base`. What comes out depends on nothing else.
    ///
    /// # Errors
    /// It has no numbers.
    pub fn point(&self, number: u64, base: &mut Base, conduct: &Conduct<'_>) -> Result<Point, Failed> {
        let measured = self.measure(number, !base.measured.is_exact(), conduct)?;
        if base.measured.is_exact() && !measured.is_exact() && base.with_runs.is_none() {
            base.with_runs = Some(self.measure(0, true, conduct)?);
        }
        let against = match &base.with_runs {
            Some(with_runs) if !measured.is_exact() => with_runs,
            _ => &base.measured,
        };
        let row = |found: &super::measure::Found| Row {
            quantity: found.quantity.clone(),
            scale: found.scale,
            estimate: found.estimate,
            change: difference(against, &measured, &found.quantity).map(|difference| difference.change),
        };
        Ok(self.shown(number, measured.found.iter().map(row).collect()))
    }

    fn measure(&self, number: u64, always_runs: bool, conduct: &Conduct<'_>) -> Result<Measured, Failed> {
        let model = self.model(number)?;
        let effort = if self.exact { Effort::Little } else { Effort::None };
        let measured = measure(&model, &self.plan, &Budget { effort, always_runs }, conduct);
        let measured = measured.map_err(|error| Failed::Unsettled(Box::new((model, error))))?;
        let short = measured.register.is_some() && measured.runs < self.plan.runs;
        if short { Err(Failed::Stopped) } else { Ok(measured) }
    }

    fn shown(&self, number: u64, rows: Vec<Row>) -> Point {
        Point { number, settings: self.settings(number).iter().map(Shown::of).collect(), rows }
    }
}

impl Sweep {
    /// Every row with its point, the base first.
    pub fn rows(&self) -> impl Iterator<Item = (&Point, &Row)> {
        std::iter::once(&self.base).chain(&self.points).flat_map(|point| point.rows.iter().map(move |row| (point, row)))
    }

    /// The names of the quantities, in file order.
    pub fn quantities(&self) -> impl Iterator<Item = &Quantity> {
        self.base.rows.iter().map(|row| &row.quantity)
    }
}

impl Point {
    /// What was found of `quantity`.
    pub fn of(&self, quantity: &Quantity) -> Option<&Row> {
        self.rows.iter().find(|row| row.quantity == *quantity)
    }
}
