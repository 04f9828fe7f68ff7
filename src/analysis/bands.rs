//! How far an answer could be wrong because its numbers are judgements: an outer loop over the judgements, an inner loop of
//! runs, and what belongs to which.
//!
//! Three things are kept apart for every quantity: the estimate at the author's own numbers, its sampling error, and the
//! band over the judgements. Does not know how judgements are drawn, nor how a band is worded.
//!
//! The spread of what the draws give is wider than the spread over judgements, as each is measured with few runs. What the
//! runs add is estimated and taken out. All draws see the same luck, so the runs are crossed with the draws: in a table of
//! draws by runs, what a run does in all draws alike moves the whole band, and only what is left in a cell widens it. Its
//! variance is the residual mean square of the two-way layout: S. R. Searle, G. Casella, C. E. `McCulloch`, "Variance
//! Components" (1992), doi:10.1002/9780470316856, section 4.3; for nested simulation: Y. Sun, D. W. Apley, J. Staum,
//! "Efficient Nested Simulation for Estimating the Variance of a Conditional Expectation", Operations Research 59,
//! 998-1007 (2011), doi:10.1287/opre.1110.0932. Values are drawn towards their mean until their variance is what is left:
//! T. A. Louis, "Estimating a Population of Parameter Values Using Bayes and Empirical Bayes Methods", Journal of the
//! American Statistical Association 79, 393-398 (1984), doi:10.1080/01621459.1984.10478062.

use serde::Serialize;

use super::estimate::{Proportion, Ranks};
use super::measure::{Basis, Estimate, Found, Measured, Quantity, Scale};
use super::student::NORMAL;

/// The share of the draws below the band, and above it.
const TAIL: f64 = 0.05;
/// How far solved values may be from each other, relative to themselves, and be the same.
const SOLVED: f64 = 1e-6;
/// Fewer draws have no band.
pub const FEWEST: usize = 20;

/// One quantity over all draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Banded {
    /// Which.
    pub quantity: Quantity,
    /// What it is counted in.
    pub scale: Scale,
    /// At the author's own numbers, with its sampling error.
    pub estimate: Estimate,
    /// Over the judgements; `None` where some draws have no value, or draws are too few.
    pub band: Option<Band>,
    /// Draws that have a value.
    pub draws: usize,
}

/// Where 90 of 100 draws of the judgements lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    /// 5 % point.
    pub low: End,
    /// 95 % point.
    pub high: End,
    /// Mean over the judgements.
    pub mean: f64,
    /// Standard deviation over the judgements, without what runs add.
    pub deviation: f64,
    /// Share of the variance of what was measured that came from runs, and was taken out; 1 if the judgements cannot be
    /// told from noise.
    pub noise: f64,
    /// Standard error that all draws have in common, as they see the same runs: it moves the band as a whole. 0 if solved.
    pub shift: f64,
    /// The draws were solved, and none had to be sampled.
    pub exact: bool,
}

/// An end of a band, and between which values it lies with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct End {
    /// The end.
    pub value: f64,
    /// Lower bound; `None` if there are too few draws to know one.
    pub low: Option<f64>,
    /// Upper bound; `None` if there are too few draws to know one.
    pub high: Option<f64>,
}

/// What has been measured so far, draw by draw.
#[derive(Debug, Clone)]
pub struct Gathering {
    base: Vec<Found>,
    tables: Vec<Table>,
}

/// Draws by runs of one quantity: only its margins are kept.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// By draw.
    values: Vec<Option<f64>>,
    /// By run: the sum over the draws of how far its value lies from the draw's.
    columns: Vec<f64>,
    /// Sum of the squares of these distances.
    squares: f64,
    /// Draws that were sampled.
    sampled: usize,
}

impl Gathering {
    /// Nothing yet; `base` is measured at the author's own numbers.
    pub fn new(base: Measured) -> Self {
        let tables = vec![Table::default(); base.found.len()];
        Self { base: base.found, tables }
    }

    /// Takes in one draw.
    pub fn add(&mut self, measured: &Measured) {
        for (found, table) in self.base.iter().zip(&mut self.tables) {
            let Some(here) = measured.of(&found.quantity) else {
                table.values.push(None);
                continue;
            };
            match measured.series(here).filter(|_| here.estimate.basis == Basis::Sampled) {
                None => table.values.push(here.estimate.value),
                Some(series) => table.add(here.estimate.value, &series.collect::<Vec<_>>()),
            }
        }
    }

    /// Every quantity with its band.
    pub fn banded(&self) -> Vec<Banded> {
        let one = |(found, table): (&Found, &Table)| Banded {
            quantity: found.quantity.clone(),
            scale: found.scale,
            estimate: found.estimate,
            band: table.band(found.scale),
            draws: table.values.iter().flatten().count(),
        };
        self.base.iter().zip(&self.tables).map(one).collect()
    }
}

impl Table {
    /// Takes in a draw: its value, which is the mean of those runs that have one.
    pub fn add(&mut self, value: Option<f64>, runs: &[Option<f64>]) {
        self.values.push(value);
        let Some(mean) = value else { return };
        self.columns.resize(runs.len(), 0.0);
        self.sampled += 1;
        // Of a mean over some runs only: what each run adds to its error (the delta method).
        let share = runs.iter().flatten().count() as f64 / runs.len() as f64;
        for (column, run) in self.columns.iter_mut().zip(runs) {
            let apart = run.map_or(0.0, |x| (x - mean) / share);
            *column += apart;
            self.squares += apart * apart;
        }
    }

    /// Variance of a draw's value that comes from runs and that other draws do not share, and that all share.
    fn noise(&self) -> (f64, f64) {
        let (draws, runs) = (self.sampled as f64, self.columns.len() as f64);
        if self.sampled < 2 || self.columns.len() < 2 {
            return (0.0, 0.0);
        }
        let common: f64 = self.columns.iter().map(|column| column * column).sum::<f64>() / draws;
        let residual = ((self.squares - common) / ((draws - 1.0) * (runs - 1.0))).max(0.0);
        (residual / runs, common / draws / (runs - 1.0) / runs)
    }

    fn band(&self, scale: Scale) -> Option<Band> {
        let values: Vec<f64> = self.values.iter().copied().collect::<Option<_>>()?;
        let draws = values.len();
        if draws < FEWEST {
            return None;
        }
        let mean = values.iter().sum::<f64>() / draws as f64;
        let seen = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (draws - 1) as f64;
        // Solved values differ in their last digits though nothing has moved.
        let seen = if self.sampled == 0 && seen <= (SOLVED * mean) * (SOLVED * mean) { 0.0 } else { seen };
        let (own, common) = self.noise();
        let noise = if seen > 0.0 { (own * self.sampled as f64 / draws as f64 / seen).min(1.0) } else { 0.0 };
        let shift = libm::sqrt(common);
        // Where all runs of all draws say the same, they say no more than so many runs can: at most 3.69 in as many.
        let unseen = match self.columns.len() as u64 {
            runs if scale == Scale::Share && runs > 0 && self.squares <= 0.0 => Proportion::new(0, runs).interval.high,
            _ => 0.0,
        };
        let towards = libm::sqrt(1.0 - noise);
        let mut left: Vec<f64> = values.iter().map(|x| mean + towards * (x - mean)).collect();
        left.sort_by(f64::total_cmp);
        let end = |level: f64| {
            let ranks = Ranks::new(level, draws as u64);
            let quantile =
                super::estimate::Quantile::new(&ranks.expect("there are draws"), 0.0, |rank| left[rank as usize - 1]);
            End {
                value: quantile.value,
                low: quantile.low.map(|low| low - NORMAL * shift - unseen),
                high: quantile.high.map(|high| high + NORMAL * shift + unseen),
            }
        };
        Some(Band {
            low: end(TAIL),
            high: end(1.0 - TAIL),
            mean,
            deviation: towards * libm::sqrt(seen),
            noise,
            shift,
            exact: self.sampled == 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::draw::{Draws, Purpose};
    use crate::analysis::factor::normal_quantile;
    use crate::analysis::judgement::tests::text;
    use crate::analysis::judgement::{Sharing, draw, judgements};
    use crate::analysis::measure::{Budget, Effort};
    use crate::analysis::study::Study;
    use crate::diagnostic::Source;
    use crate::engine::{Conduct, Plan};
    use crate::model::compile::{Overrides, compile};

    /// The band of `fire` where its one cause has the chance `likely`: the band is the word's own, 55 to 80 %.
    fn band(effort: Effort, runs: u64, draws: u64, seed: u64) -> Band {
        let text = text(r#"p: (value: "likely", says: "a chance")"#, "p");
        let source = Source { name: "bands.ron", text: &text };
        let document = crate::scenario::read(&source).0.unwrap();
        let base = Overrides::default();
        let model = compile(&document, &source, &base).unwrap();
        let (plan, budget) = (Plan { runs, seed, threads: Some(2) }, Budget { effort, always_runs: false });
        let study = Study { document: &document, source: &source, base: &base, plan, budget };
        let conduct = Conduct { stop: &false.into(), progress: &|_| {} };
        let found = judgements(&model);
        let points: Vec<_> = (0..draws).map(|number| draw(&found, Sharing::Source, seed, number)).collect();
        let mut gathering = Gathering::new(study.at(&[], &conduct).unwrap());
        study.each(&points, &conduct, |_, measured| gathering.add(&measured)).unwrap();
        gathering.banded()[0].band.unwrap()
    }

    fn holds(end: End, truth: f64) -> bool {
        end.low.unwrap() < truth && truth < end.high.unwrap()
    }

    #[test]
    fn the_band_of_one_chance_is_the_words_own() {
        let band = band(Effort::Little, 10, 400, 1);
        assert!(band.exact && band.noise <= 0.0 && band.shift <= 0.0, "{band:?}");
        assert!((band.low.value - 0.55).abs() < 0.025 && (band.high.value - 0.8).abs() < 0.025, "{band:?}");
        assert!(holds(band.low, 0.55) && holds(band.high, 0.8), "{band:?}");
        assert!((band.mean - 0.684).abs() < 0.015 && (band.deviation - 0.0765).abs() < 0.01, "{band:?}");
    }

    /// 100 runs a draw have a standard error of 4.6 points where the judgement spreads by 7.6.
    #[test]
    fn few_runs_move_the_band_and_hardly_widen_it() {
        let mut held = 0;
        let mut deviation = 0.0;
        for seed in 0..20 {
            let band = band(Effort::None, 100, 200, seed);
            held += usize::from(holds(band.low, 0.55)) + usize::from(holds(band.high, 0.8));
            deviation += band.deviation / 20.0;
            assert!(band.noise > 0.0 && band.noise < 0.4 && band.shift > 0.02, "{band:?}");
        }
        // Of 40 ends, 95 % at least each; two of one campaign depend on each other.
        assert!(held >= 35, "{held}");
        assert!((deviation - 0.0765).abs() < 0.006, "{deviation}");
    }

    /// Values `f + g + h` of draw, run and cell with standard deviations 1, 3 and 5, in 20 runs. The variance that is left
    /// has a standard error of 0.07.
    #[test]
    fn what_runs_add_is_told_from_what_judgements_do() {
        let mut draws = Draws::new(Purpose::Design, 2, "bands", 0);
        let mut normal = |deviation: f64| deviation * normal_quantile(draws.unit());
        let runs: Vec<f64> = (0..20).map(|_| normal(3.0)).collect();
        let mut table = Table::default();
        for _ in 0..2_000 {
            let own = normal(1.0);
            let cells: Vec<f64> = runs.iter().map(|run| own + run + normal(5.0)).collect();
            let mean = cells.iter().sum::<f64>() / 20.0;
            table.add(Some(mean), &cells.into_iter().map(Some).collect::<Vec<_>>());
        }
        let (own, _) = table.noise();
        assert!((own - 25.0 / 20.0).abs() < 0.02, "{own}");
        let band = table.band(Scale::Plain).unwrap();
        assert!((band.deviation - 1.0).abs() < 0.12, "{band:?}");
        assert!((band.noise - 1.25 / 2.25).abs() < 0.08, "{band:?}");
        assert!(((band.high.value - band.low.value) / 2.0 - 1.645).abs() < 0.25, "{band:?}");
    }

    #[test]
    fn what_judgements_do_not_touch_has_no_band_but_a_point() {
        let mut table = Table::default();
        (0..50).for_each(|_| table.add(Some(0.5), &[Some(0.0), Some(1.0)]));
        let band = table.band(Scale::Share).unwrap();
        assert!(band.deviation <= 0.0 && (band.low.value - 0.5).abs() < 1e-15, "{band:?}");
        table.values[7] = None;
        assert_eq!(table.band(Scale::Share), None);
        let mut never = Table::default();
        (0..200).for_each(|_| never.add(Some(0.0), &[Some(0.0); 100]));
        let bound = never.band(Scale::Share).unwrap().high.high.unwrap();
        assert!((bound - 0.036_2).abs() < 1e-3, "no hit in the same 100 runs is no proof: {bound}");
    }
}
