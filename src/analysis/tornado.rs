//! Each doubtful number at its low and at its high end, all others as they are: what it alone does to every answer.
//!
//! Does not know how numbers act together, which is for `sensitivity` to say. The same runs are drawn at every setting, so
//! a difference is far more certain than either side.

use super::factor::Setting;
use super::judgement::Judgement;
use super::measure::{Estimate, Measured, Quantity, Scale};
use super::paired::{Change, difference};
use super::study::{Failed, Study};
use crate::engine::Conduct;

/// One quantity, and what moves it, the strongest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Tornado {
    /// Which.
    pub quantity: Quantity,
    /// What it is counted in.
    pub scale: Scale,
    /// With all numbers as they are.
    pub base: Estimate,
    /// The judgements by the largest difference that a setting of theirs makes.
    pub bars: Vec<Bar>,
}

/// One judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Index of the judgement.
    pub judgement: usize,
    /// Its settings with what each does: the low and the high end, or every other name.
    pub ends: Vec<(Setting, Change)>,
}

impl Bar {
    /// The largest difference that it makes; 0 if none is known.
    pub fn reach(&self) -> f64 {
        let sizes = self.ends.iter().filter_map(|(_, change)| change.value);
        sizes.map(f64::abs).fold(0.0, f64::max)
    }

    /// Whether some setting of it does something that noise does not explain.
    pub fn is_certain(&self) -> bool {
        let apart = |change: &Change| change.interval.is_some_and(|interval| !interval.contains(0.0));
        self.ends.iter().any(|(_, change)| apart(change))
    }
}

/// How many points a tornado has, besides the base.
pub fn points(judgements: &[Judgement]) -> usize {
    judgements.iter().map(|judgement| judgement.ends().len()).sum()
}

/// Every quantity of the scenario under all settings of `judgements`.
///
/// # Errors
/// `Failed` for the first setting that has no numbers.
pub fn tornado(
    study: &Study<'_>,
    base: &Measured,
    judgements: &[Judgement],
    conduct: &Conduct<'_>,
) -> Result<Vec<Tornado>, Failed> {
    let owned = |(index, judgement): (usize, &Judgement)| -> Vec<(usize, Setting)> {
        judgement.ends().into_iter().map(|end| (index, end)).collect()
    };
    let ends: Vec<(usize, Setting)> = judgements.iter().enumerate().flat_map(owned).collect();
    let points: Vec<Vec<Setting>> = ends.iter().map(|(_, setting)| vec![setting.clone()]).collect();
    let bars = |_: &_| (0..judgements.len()).map(|judgement| Bar { judgement, ends: Vec::new() }).collect();
    let mut all: Vec<Tornado> = base
        .found
        .iter()
        .map(|found| Tornado {
            quantity: found.quantity.clone(),
            scale: found.scale,
            base: found.estimate,
            bars: bars(found),
        })
        .collect();
    study.each(&points, conduct, |point, measured| {
        let (judgement, setting) = &ends[point];
        for tornado in &mut all {
            if let Some(difference) = difference(base, &measured, &tornado.quantity) {
                tornado.bars[*judgement].ends.push((setting.clone(), difference.change));
            }
        }
    })?;
    for tornado in &mut all {
        tornado.bars.sort_by(|a, b| b.reach().total_cmp(&a.reach()).then(a.judgement.cmp(&b.judgement)));
    }
    Ok(all)
}
