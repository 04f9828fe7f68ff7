//! Which points of the factors are computed: a full grid, a Latin hypercube, or Sobol' points; each point by its number.
//!
//! Does not know what is computed there. The same design and seed give the same points on every machine.

use siphasher::sip::SipHasher13;
use sobol::Sobol;
use sobol::params::JoeKuoD6;

use super::factor::{Factor, Setting};

/// How points are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Every combination of the levels, the first factor slowest.
    Grid,
    /// So many points, one in each of so many equal slices of every factor: M. D. `McKay`, R. J. Beckman, W. J. Conover,
    /// "A Comparison of Three Methods for Selecting Values of Input Variables", Technometrics 21 (1979),
    /// doi:10.1080/00401706.1979.10489755.
    LatinHypercube(u64),
    /// The first so many points of Sobol's sequence with the direction numbers of S. Joe and F. Y. Kuo, SIAM J. Sci.
    /// Comput. 30 (2008), doi:10.1137/070709359, under a random digital shift: P. L'Ecuyer, C. Lemieux, "Recent Advances
    /// in Randomized Quasi-Monte Carlo Methods" (2002), doi:10.1007/0-306-48102-2_20. The first is not dropped: A. B.
    /// Owen, "On Dropping the First Sobol' Point" (2022), doi:10.1007/978-3-030-98319-2_4.
    Sobol(u64),
}

/// The points of some factors.
#[derive(Debug, Clone)]
pub struct Design {
    factors: Vec<Factor>,
    layout: Layout,
    count: u64,
    /// Coordinates in the unit cube, point by point; empty for a grid.
    unit: Vec<f64>,
}

/// Why there is no such design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Impossible {
    /// It has more points than `LIMIT`; how many, unless even that is beyond 128 bits.
    TooMany(Option<u128>),
    /// A factor that is spread has no levels for a grid.
    NoLevels(String),
    /// More factors than Sobol's sequence has dimensions.
    TooManyFactors,
    /// There is nothing to vary.
    Empty,
}

/// The most points that a design may have.
pub const LIMIT: u64 = 100_000;

/// Dimensions of the direction numbers at hand.
const DIMENSIONS: usize = 1_000;

impl Design {
    /// Lays out the points of `factors`; `seed` says where within its slice a point of a hypercube lies, and how Sobol'
    /// points are shifted.
    ///
    /// # Errors
    /// `Impossible`, before anything is laid out.
    pub fn new(factors: Vec<Factor>, layout: Layout, seed: u64) -> Result<Self, Impossible> {
        if factors.is_empty() {
            return Err(Impossible::Empty);
        }
        let count = count(&factors, layout)?;
        let unit = match layout {
            Layout::Grid => Vec::new(),
            Layout::LatinHypercube(_) => latin_hypercube(factors.len(), count, seed),
            Layout::Sobol(_) if factors.len() > DIMENSIONS => return Err(Impossible::TooManyFactors),
            Layout::Sobol(_) => sobol_points(factors.len(), count, seed),
        };
        Ok(Self { factors, layout, count, unit })
    }

    /// What is varied.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// How the points are laid out.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// How many points there are; at least 1.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The settings of point `index`, one a factor.
    ///
    /// # Panics
    /// If there is no such point.
    pub fn point(&self, index: u64) -> Vec<Setting> {
        assert!(index < self.count, "point {index} of {}", self.count);
        if self.layout != Layout::Grid {
            let first = index as usize * self.factors.len();
            let at = |(factor, u): (&Factor, &f64)| factor.at(*u);
            return self.factors.iter().zip(&self.unit[first..]).map(at).collect();
        }
        let mut rest = index;
        let mut settings: Vec<Setting> = self
            .factors
            .iter()
            .rev()
            .map(|factor| {
                let levels = factor.levels().expect("a grid has levels");
                let level = rest % levels.len() as u64;
                rest /= levels.len() as u64;
                levels[level as usize].clone()
            })
            .collect();
        settings.reverse();
        settings
    }
}

fn count(factors: &[Factor], layout: Layout) -> Result<u64, Impossible> {
    let points = match layout {
        Layout::Grid => {
            let mut points = Some(1_u128);
            for factor in factors {
                let levels = factor.levels().ok_or_else(|| Impossible::NoLevels(factor.name.clone()))?;
                points = points.and_then(|points| points.checked_mul(levels.len() as u128));
            }
            points
        }
        Layout::LatinHypercube(points) | Layout::Sobol(points) => Some(u128::from(points)),
    };
    match points.map(u64::try_from) {
        Some(Ok(points)) if points <= LIMIT => Ok(points),
        _ => Err(Impossible::TooMany(points)),
    }
}

/// Point by point; in every coordinate, point `i` lies in slice `order[i]`, at a place of its own.
fn latin_hypercube(factors: usize, points: u64, seed: u64) -> Vec<f64> {
    let mut unit = vec![0.0; factors * points as usize];
    for factor in 0..factors {
        let mut order: Vec<u64> = (0..points).collect();
        // Sorting by hashes is a shuffle; equal ones, which do not happen, would stay in order.
        order.sort_by_cached_key(|point| hash(seed, "order", factor, *point));
        for (slice, point) in order.into_iter().enumerate() {
            let within = fraction(hash(seed, "place", factor, point));
            unit[point as usize * factors + factor] = (slice as f64 + within) / points as f64;
        }
    }
    unit
}

/// Binary digits of a coordinate.
const DIGITS: u32 = 52;

/// Point by point, none of them at an end of the unit interval; at most 1,000 factors.
pub(super) fn sobol_points(factors: usize, points: u64, seed: u64) -> Vec<f64> {
    let scale = (1_u64 << DIGITS) as f64;
    let shifts: Vec<u64> = (0..factors).map(|factor| hash(seed, "shift", factor, 0) >> (64 - DIGITS)).collect();
    let sequence = Sobol::<f64>::new(factors, &JoeKuoD6::standard());
    let shifted = |(x, shift): (f64, &u64)| (((x * scale) as u64 ^ shift) as f64 + 0.5) / scale;
    sequence
        .take(points as usize)
        .flat_map(|point| point.into_iter().zip(&shifts).map(shifted).collect::<Vec<_>>())
        .collect()
}

/// A number in (0, 1).
fn fraction(bits: u64) -> f64 {
    ((bits >> (64 - DIGITS)) as f64 + 0.5) / (1_u64 << DIGITS) as f64
}

fn hash(seed: u64, purpose: &str, factor: usize, point: u64) -> u64 {
    let words = [factor as u64, point].map(u64::to_le_bytes).concat();
    SipHasher13::new_with_keys(seed, 0).hash(&[purpose.as_bytes(), &words].concat())
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // Numbers of a few digits come back as they were given.
mod tests {
    use super::super::factor::{Spread, Values};
    use super::*;

    fn spread(name: &str) -> Factor {
        Factor { name: name.into(), values: Values::Spread(Spread::Even { low: 0.0, high: 1.0 }) }
    }

    fn levels(name: &str, count: usize) -> Factor {
        let levels = (0..count).map(|level| Setting::number(name, level as f64)).collect();
        Factor { name: name.into(), values: Values::Levels(levels) }
    }

    fn numbers(design: &Design, index: u64) -> Vec<f64> {
        design.point(index).iter().map(|setting| setting.number.expect("a number")).collect()
    }

    #[test]
    fn a_grid_is_every_combination_in_order() {
        let design = Design::new(vec![levels("a", 2), levels("b", 3)], Layout::Grid, 1).unwrap();
        let all: Vec<Vec<f64>> = (0..design.count()).map(|index| numbers(&design, index)).collect();
        assert_eq!(all, [[0.0, 0.0], [0.0, 1.0], [0.0, 2.0], [1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_count() {
        let million = |name| levels(name, 10_000);
        let many = vec![million("a"), million("b"), million("c")];
        assert_eq!(Design::new(many, Layout::Grid, 1).err(), Some(Impossible::TooMany(Some(1_000_000_000_000))));
        let sobol = Design::new(vec![spread("a")], Layout::Sobol(200_000), 1);
        assert_eq!(sobol.err(), Some(Impossible::TooMany(Some(200_000))));
        assert_eq!(Design::new(vec![spread("a")], Layout::Grid, 1).err(), Some(Impossible::NoLevels("a".into())));
        assert_eq!(Design::new(Vec::new(), Layout::Grid, 1).err(), Some(Impossible::Empty));
    }

    #[test]
    fn a_hypercube_has_one_point_in_every_slice() {
        let design = Design::new(vec![spread("a"), spread("b"), spread("c")], Layout::LatinHypercube(40), 7).unwrap();
        for factor in 0..3 {
            let mut slices: Vec<u64> = (0..40).map(|point| (numbers(&design, point)[factor] * 40.0) as u64).collect();
            assert_ne!(slices, (0..40).collect::<Vec<u64>>(), "shuffled");
            slices.sort_unstable();
            assert_eq!(slices, (0..40).collect::<Vec<u64>>());
        }
        let other = Design::new(vec![spread("a"), spread("b"), spread("c")], Layout::LatinHypercube(40), 8).unwrap();
        assert_ne!(numbers(&design, 0), numbers(&other, 0));
    }

    /// Any 2^k first points of Sobol's sequence are a (t, k, 2)-net with t = 0 in two dimensions: one in every
    /// elementary box, before and after the shift.
    #[test]
    fn sobol_points_fill_every_box() {
        let design = Design::new(vec![spread("a"), spread("b")], Layout::Sobol(64), 3).unwrap();
        for (across, up) in [(64, 1), (32, 2), (16, 4), (8, 8), (4, 16), (2, 32), (1, 64)] {
            let mut boxes: Vec<u64> = (0..64)
                .map(|point| {
                    let at = numbers(&design, point);
                    (at[0] * f64::from(across)) as u64 * 64 + (at[1] * f64::from(up)) as u64
                })
                .collect();
            boxes.sort_unstable();
            boxes.dedup();
            assert_eq!(boxes.len(), 64, "{across} x {up}");
        }
    }
}
