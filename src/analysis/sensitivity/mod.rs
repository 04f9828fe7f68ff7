//! Which of the doubtful numbers a result rests on: indices of any function on the unit cube, named as in `SALib`.
//!
//! Does not know scenarios: a method makes points, whoever knows the function gives it a value at each, and the method
//! makes indices of these. A coordinate may stand for a number or for one of several names; neither is made of the
//! other, so names need no order and no distance.
//!
//! When to use which: [`morris`] screens many factors with few points; [`sobol`] shares out the variance and takes
//! hundreds of points a factor; [`pawn`] looks at the whole distribution and takes any sample that there is.

pub mod morris;
pub mod pawn;
pub mod sobol;

/// What a coordinate of the unit cube stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinate {
    /// A number: its quantile.
    Continuous,
    /// One of so many names, equally often: on and off are two.
    Levels(usize),
}

impl Coordinate {
    /// Which name `u` stands for, from 0; `None` of a number.
    pub fn level(self, u: f64) -> Option<usize> {
        match self {
            Self::Continuous => None,
            Self::Levels(levels) => Some(((u * levels as f64) as usize).min(levels.saturating_sub(1))),
        }
    }

    /// The middle of what stands for name `level`.
    fn middle(self, level: usize) -> f64 {
        match self {
            Self::Continuous => unreachable!("a number has no levels"),
            Self::Levels(levels) => (level as f64 + 0.5) / levels as f64,
        }
    }
}

/// Sum divided by count, in the order given.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / count as f64 }
}

/// Standard deviation, divisor `count - 1`; 0 of fewer than two.
fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = mean(values.iter().copied());
    let squares: f64 = values.iter().map(|value| (value - middle) * (value - middle)).sum();
    libm::sqrt(squares / (values.len() - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinate_is_cut_into_equal_parts() {
        let three = Coordinate::Levels(3);
        let levels: Vec<_> = [0.0, 0.333, 0.334, 0.666, 0.667, 1.0].map(|u| three.level(u)).to_vec();
        assert_eq!(levels, [0, 0, 1, 1, 2, 2].map(Some).to_vec());
        assert!((0..3).all(|level| three.level(three.middle(level)) == Some(level)));
        assert_eq!(Coordinate::Continuous.level(0.4), None);
    }

    #[test]
    fn spread_of_a_sample() {
        assert!((deviation(&[1.0, 2.0, 3.0, 4.0]) - libm::sqrt(5.0 / 3.0)).abs() < 1e-15);
        assert!(deviation(&[7.0]).abs() < 1e-300 && mean([].into_iter()).abs() < 1e-300);
    }
}
