//! Sensitivity indices of the answers of a scenario over the laws of its judgements: elementary effects, Sobol', PAWN.
//!
//! Does not know how points are measured. Judgements are taken as independent here, as the indices ask; every point sees the
//! same luck. Where points are sampled, their noise is in the outputs as well: its share of the variance is told beside.

use serde::Serialize;

use super::design::sobol_points;
use super::factor::{Setting, Values};
use super::judgement::Judgement;
use super::measure::{Basis, Measured, Quantity, Scale};
use super::sensitivity::Coordinate;
use super::sensitivity::{morris, pawn, sobol};
use super::study::{Failed, Study};
use crate::engine::Conduct;

/// A method, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// So many trajectories.
    Morris(usize),
    /// So many base points.
    Sobol(usize),
    /// So many points.
    Pawn(usize),
}

/// Slices of a number in PAWN.
const SLICES: usize = 10;
/// The grid of elementary effects spans the band: from the 5 % to the 95 % point.
const BAND: (f64, f64) = (0.05, 0.95);

/// The indices of one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which.
    pub quantity: Quantity,
    /// What it is counted in.
    pub scale: Scale,
    /// By judgement; `None` if the quantity has no value at some point, or is the same at all.
    pub indices: Option<Indices>,
    /// Mean over the points.
    pub mean: f64,
    /// Standard deviation over the points.
    pub deviation: f64,
    /// What sampling adds to the variance over the points, as a share of it, at most: it is less where the same luck moves
    /// all points alike. 0 if all are solved.
    pub noise: f64,
}

/// By judgement, in their order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Indices {
    /// Elementary effects.
    Morris(Vec<morris::Index>),
    /// Shares of the variance.
    Sobol(Vec<sobol::Index>),
    /// Distances of distributions.
    Pawn(Vec<pawn::Index>),
}

/// The points of a method in the unit cube of some judgements.
#[derive(Debug, Clone)]
pub struct Points {
    coordinates: Vec<Coordinate>,
    laid: Laid,
    seed: u64,
}

#[derive(Debug, Clone)]
enum Laid {
    Morris(morris::Design),
    Sobol(sobol::Design),
    Pawn(Vec<Vec<f64>>),
}

impl Points {
    /// Lays them out.
    ///
    /// # Panics
    /// If there are no judgements, or more than `sobol::MOST_FACTORS`.
    pub fn new(judgements: &[Judgement], method: Method, seed: u64) -> Self {
        assert!(!judgements.is_empty(), "something is in doubt");
        let coordinate = |judgement: &Judgement| match &judgement.factor.values {
            Values::Levels(levels) => Coordinate::Levels(levels.len()),
            Values::Spread(_) => Coordinate::Continuous,
        };
        let coordinates: Vec<Coordinate> = judgements.iter().map(coordinate).collect();
        let laid = match method {
            Method::Morris(trajectories) => Laid::Morris(morris::Design::new(&coordinates, trajectories, BAND, seed)),
            Method::Sobol(base) => Laid::Sobol(sobol::Design::new(&coordinates, base, seed)),
            Method::Pawn(points) => {
                let flat = sobol_points(coordinates.len(), points as u64, seed);
                Laid::Pawn(flat.chunks_exact(coordinates.len()).map(<[f64]>::to_vec).collect())
            }
        };
        Self { coordinates, laid, seed }
    }

    /// Where they lie.
    pub fn unit(&self) -> &[Vec<f64>] {
        match &self.laid {
            Laid::Morris(design) => design.points(),
            Laid::Sobol(design) => design.points(),
            Laid::Pawn(points) => points,
        }
    }

    fn indices(&self, outputs: &[f64]) -> Option<Indices> {
        Some(match &self.laid {
            Laid::Morris(design) => Indices::Morris(design.indices(outputs, self.seed)),
            Laid::Sobol(design) => Indices::Sobol(design.indices(outputs, self.seed)?),
            Laid::Pawn(points) => Indices::Pawn(pawn::indices(&self.coordinates, points, outputs, SLICES, self.seed)),
        })
    }

    /// The indices of every quantity of the scenario.
    ///
    /// # Errors
    /// `Failed` for the first point that has no numbers.
    pub fn measure(
        &self,
        study: &Study<'_>,
        base: &Measured,
        judgements: &[Judgement],
        conduct: &Conduct<'_>,
    ) -> Result<Vec<Found>, Failed> {
        let settings = |point: &Vec<f64>| -> Vec<Setting> {
            judgements.iter().zip(point).map(|(judgement, u)| judgement.factor.at(*u)).collect()
        };
        let points: Vec<Vec<Setting>> = self.unit().iter().map(settings).collect();
        let mut outputs: Vec<Vec<Option<f64>>> = vec![Vec::new(); base.found.len()];
        let mut errors = vec![0.0; base.found.len()];
        study.each(&points, conduct, |_, measured| {
            for ((found, outputs), errors) in base.found.iter().zip(&mut outputs).zip(&mut errors) {
                let here = measured.of(&found.quantity).map(|found| found.estimate);
                outputs.push(here.and_then(|estimate| estimate.value));
                let sampled = here.filter(|estimate| estimate.basis == Basis::Sampled);
                let error = sampled.and_then(|estimate| estimate.standard_error).unwrap_or(0.0);
                *errors += error * error / points.len() as f64;
            }
        })?;
        let each = base.found.iter().zip(outputs).zip(errors);
        Ok(each.map(|((found, outputs), error)| self.found(found, &outputs, error)).collect())
    }

    fn found(&self, of: &super::measure::Found, outputs: &[Option<f64>], error: f64) -> Found {
        let known: Vec<f64> = outputs.iter().copied().flatten().collect();
        let moments = super::measure::moments(&known);
        let complete = known.len() == outputs.len() && moments.variance > 0.0;
        Found {
            quantity: of.quantity.clone(),
            scale: of.scale,
            indices: complete.then(|| self.indices(&known)).flatten(),
            mean: moments.mean,
            deviation: libm::sqrt(moments.variance),
            noise: if moments.variance > 0.0 { (error / moments.variance).min(1.0) } else { 0.0 },
        }
    }
}

impl Method {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Morris(_) => "morris",
            Self::Sobol(_) => "sobol",
            Self::Pawn(_) => "pawn",
        }
    }
}
