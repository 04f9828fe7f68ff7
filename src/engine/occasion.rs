//! The randomness of a run (SEMANTICS 7): occasions laid out beforehand, and draws that belong to their cause.
//!
//! The only file that names a generator. Does not know rules beyond their id, nor what is done with a draw.
//!
//! Layout, part of semantics version 1:
//! - Heights are cut into bands: band 0 is `[0, 2⁻¹⁰)` per day, band `j ≥ 1` is `[2^(j-11), 2^(j-10))`.
//! - Times of a band of width `w` are cut into cells of `min(512, 16/w)` days, from the start.
//! - Runs are taken in blocks of 32 (`LANES`). The occasions of a rule in a block are stream `block` of `ChaCha8`
//!   under the rule's occasion key. A cell starts at word `(band · 2⁴⁰ + cell) · 4096`: first a word for each of the
//!   32 runs, its Poisson count by inverse distribution function, then a word for each occasion, run by run:
//!   20 bits of time and 12 bits of height within the cell.
//! - Decisions of a rule are SipHash-1-3 under a 128-bit key for each run, taken from stream `block` of `ChaCha8` under
//!   the rule's decision key, 4 words a run. Further bits of a count, a time or a height come from there too.

use std::ops::Range;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use siphasher::sip::SipHasher13;

use crate::model::instant::Identity;
use crate::model::{HIGHEST_HAZARD, Model, TICKS_PER_DAY};

/// Runs in a block.
pub(super) const LANES: usize = 32;

const BANDS: usize = 27;
const CELL_WORDS: u32 = 12;
const TIME_BITS: u32 = 20;
const HEIGHT_BITS: u32 = 12;

/// What a decision draw is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Purpose {
    /// Does the response come?
    Chance = 1,
    /// After how long?
    Delay = 2,
    /// Which branch?
    Branch = 3,
    /// Further bits of the number of occasions in a cell.
    Count = 4,
    /// Further bits of an occasion's time.
    Time = 5,
    /// Further bits of an occasion's height.
    Height = 6,
}

/// A point of a pressure's Poisson process, to the bits that are drawn in bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Occasion {
    /// Ticks since the start: first of the slot in which it lies, or exactly where a neighbour made that necessary.
    pub at: u64,
    /// Index of the pressure, as `Layout` was given it.
    pub pressure: u32,
    /// Band, height bits and index within the cell, from the top: comparable with a `Threshold` above the index.
    code: u32,
}

const INDEX_BITS: u32 = 32 - 5 - HEIGHT_BITS;

impl Occasion {
    fn band(self) -> usize {
        (self.code >> (32 - 5)) as usize
    }

    fn height(self) -> u32 {
        self.code >> INDEX_BITS
    }

    fn index(self) -> u32 {
        self.code & ((1 << INDEX_BITS) - 1)
    }

    fn slot_start(self) -> u64 {
        self.at - self.at % slot_ticks(self.band())
    }

    /// Its address: band and number of the cell.
    fn cell(self) -> u64 {
        cell_address(self.band(), self.at / cell_ticks(self.band()))
    }
}

/// A hazard as a height that occasions are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Threshold {
    code: u32,
    rest: u64,
}

impl Threshold {
    /// The height `hazard` per day, in [0, `HIGHEST_HAZARD`): to its last bit, or to 2⁻⁷⁴ below 2⁻¹⁰.
    pub(super) fn of(hazard: f64) -> Self {
        debug_assert!((0.0..HIGHEST_HAZARD).contains(&hazard));
        let band = band_of(hazard);
        let position = ((hazard - band_low(band)) / band_width(band) * TWO_64) as u64;
        let shift = 64 - HEIGHT_BITS;
        Self { code: ((band as u32) << HEIGHT_BITS) | (position >> shift) as u32, rest: position & ((1 << shift) - 1) }
    }

    fn band(self) -> usize {
        (self.code >> HEIGHT_BITS) as usize
    }

    /// Whether some occasion can lie below it.
    pub(super) fn is_positive(self) -> bool {
        self.code > 0 || self.rest > 0
    }
}

const TWO_64: f64 = 18_446_744_073_709_551_616.0;

fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

fn band_low(band: usize) -> f64 {
    if band == 0 { 0.0 } else { power_of_two(band as i32 - 11) }
}

fn band_width(band: usize) -> f64 {
    power_of_two(band.max(1) as i32 - 11)
}

fn band_of(height: f64) -> usize {
    (1..BANDS).take_while(|band| height >= band_low(*band)).count()
}

/// Length of the cells of a band, ticks: `min(512, 16/w)` days.
fn cell_ticks(band: usize) -> u64 {
    // 16 / w = 2^(15 - band) days.
    if band <= 6 {
        TICKS_PER_DAY << 9
    } else if band <= 15 {
        TICKS_PER_DAY << (15 - band)
    } else {
        TICKS_PER_DAY >> (band - 15)
    }
}

fn slot_ticks(band: usize) -> u64 {
    cell_ticks(band) >> TIME_BITS
}

/// Index into the six Poisson tables: the cells of a band hold `2^(index - 1)` occasions a run on average.
fn mean_index(band: usize) -> usize {
    band.clamp(1, 6) - 1
}

fn cell_address(band: usize, cell: u64) -> u64 {
    ((band as u64) << 40) | cell
}

/// Inverse distribution function of a Poisson law, on 64-bit uniforms.
#[derive(Debug)]
struct Poisson {
    /// `below[k]`: the count is at most `k` if the uniform is less.
    below: Vec<u64>,
    /// Where to begin to look, by the top byte of the uniform.
    guide: [u8; 256],
}

impl Poisson {
    fn new(mean: f64) -> Self {
        let mut below = Vec::new();
        let (mut term, mut sum) = (libm::exp(-mean), 0.0);
        for k in 0.. {
            sum += term;
            let scaled = sum * TWO_64;
            term *= mean / f64::from(k + 1);
            if scaled >= TWO_64 || (f64::from(k) > mean && term * TWO_64 < 1.0) {
                break;
            }
            below.push(scaled as u64);
        }
        let guide = std::array::from_fn(|top| below.partition_point(|limit| *limit <= (top as u64) << 56) as u8);
        Self { below, guide }
    }

    /// The count for a uniform whose first 32 bits are `word`; `rest` gives the other 32 if they matter.
    fn count(&self, word: u32, rest: impl FnOnce() -> u32) -> u32 {
        let mut k = usize::from(self.guide[(word >> 24) as usize]);
        while k < self.below.len() && (self.below[k] >> 32) < u64::from(word) {
            k += 1;
        }
        if k < self.below.len() && (self.below[k] >> 32) == u64::from(word) {
            let uniform = (u64::from(word) << 32) | u64::from(rest());
            while k < self.below.len() && self.below[k] <= uniform {
                k += 1;
            }
        }
        k as u32
    }
}

/// What a rule's randomness is keyed by.
#[derive(Debug, Clone)]
struct RuleKeys {
    occasions: [u8; 32],
    decisions: [u8; 32],
    name: u64,
}

/// All randomness of a model under one seed: a pure function of seed, fork, rule id, purpose, address and run.
#[derive(Debug)]
pub(super) struct Randomness {
    rules: Vec<RuleKeys>,
    events: Vec<u64>,
    poisson: [Poisson; 6],
}

fn derive(context: &str, seed: u64, fork: u64, name: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(&seed.to_le_bytes());
    hasher.update(&fork.to_le_bytes());
    hasher.update(name.as_bytes());
    *hasher.finalize().as_bytes()
}

fn name_hash(name: &str) -> u64 {
    let hash = blake3::derive_key("simulate semantics 1 name", name.as_bytes());
    u64::from_le_bytes(hash[..8].try_into().expect("eight of 32 bytes"))
}

impl Randomness {
    /// The randomness of `model` under `seed`; `fork` is 0 for plain runs.
    pub(super) fn new(model: &Model, seed: u64, fork: u64) -> Self {
        let keys = |id: &str| RuleKeys {
            occasions: derive("simulate semantics 1 occasions", seed, fork, id),
            decisions: derive("simulate semantics 1 decisions", seed, fork, id),
            name: name_hash(id),
        };
        Self {
            rules: model.rules.iter().map(|rule| keys(&rule.id)).collect(),
            events: model.events.iter().map(|event| name_hash(&event.name)).collect(),
            poisson: std::array::from_fn(|index| Poisson::new(power_of_two(index as i32 - 1))),
        }
    }

    /// Hash of a rule's id.
    pub(super) fn rule_name(&self, rule: usize) -> u64 {
        self.rules[rule].name
    }

    /// Hash of an event's name.
    pub(super) fn event_name(&self, event: usize) -> u64 {
        self.events[event]
    }
}

/// Identity made of a tag and three numbers.
pub(super) fn identity(tag: u64, parts: [u64; 3]) -> Identity {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.chunks_exact_mut(8).zip([tag, parts[0], parts[1], parts[2]]) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    Identity(SipHasher13::new_with_keys(0x7369_6d75_6c61_7465, 0x6964_656e_7469_7479).hash(&bytes))
}

/// Whether a uniform 64-bit number falls below probability `p`.
pub(super) fn falls_below(uniform: u64, p: f64) -> bool {
    p >= 1.0 || uniform < (p * TWO_64) as u64
}

/// A rule's 128-bit decision key for each run of a block.
type RunKeys = [(u64, u64); LANES];

/// The randomness of one block of runs: its decision keys, made when they are first asked for.
#[derive(Debug)]
pub(super) struct Block<'r> {
    randomness: &'r Randomness,
    number: u64,
    keys: Vec<Option<Box<RunKeys>>>,
}

impl<'r> Block<'r> {
    /// Block `number`: runs `number · LANES` to `number · LANES + LANES - 1`.
    pub(super) fn new(randomness: &'r Randomness, number: u64) -> Self {
        Self { randomness, number, keys: vec![None; randomness.rules.len()] }
    }

    /// Becomes block `number`.
    pub(super) fn restart(&mut self, number: u64) {
        self.number = number;
        self.keys.fill(None);
    }

    /// What identities are hashed from.
    pub(super) fn randomness(&self) -> &'r Randomness {
        self.randomness
    }

    /// The uniform 64-bit draw of a rule in a run for a purpose under an identity or address.
    pub(super) fn draw(&mut self, rule: usize, lane: usize, purpose: Purpose, address: u64, index: u32) -> u64 {
        let (k0, k1) = self.key(rule, lane);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&((u64::from(index) << 8) | purpose as u64).to_le_bytes());
        bytes[8..].copy_from_slice(&address.to_le_bytes());
        SipHasher13::new_with_keys(k0, k1).hash(&bytes)
    }

    fn key(&mut self, rule: usize, lane: usize) -> (u64, u64) {
        let (randomness, number) = (self.randomness, self.number);
        self.keys[rule].get_or_insert_with(|| {
            let mut rng = ChaCha8Rng::from_seed(randomness.rules[rule].decisions);
            rng.set_stream(number);
            Box::new(std::array::from_fn(|_| (rng.next_u64(), rng.next_u64())))
        })[lane]
    }

    /// Adds to the lists of `lanes` the occasions of `rule` below `highest` in `window` (ticks), in no order.
    /// `pressure` is what they are marked with.
    pub(super) fn occasions(
        &mut self,
        rule: usize,
        pressure: u32,
        highest: Threshold,
        window: &Range<u64>,
        lanes: Range<usize>,
        lists: &mut [Vec<Occasion>; LANES],
    ) {
        let mut rng = ChaCha8Rng::from_seed(self.randomness.rules[rule].occasions);
        rng.set_stream(self.number);
        for band in 0..=highest.band() {
            let (length, slot) = (cell_ticks(band), slot_ticks(band));
            for cell in window.start / length..window.end.div_ceil(length) {
                let word = u128::from(cell_address(band, cell)) << CELL_WORDS;
                rng.set_word_pos(word);
                let counts = self.counts(rule, band, cell, &mut rng);
                let skipped: u32 = counts[..lanes.start].iter().sum();
                if skipped > 0 {
                    rng.set_word_pos(word + LANES as u128 + u128::from(skipped));
                }
                for lane in lanes.clone() {
                    for index in 0..counts[lane] {
                        let point = rng.next_u32();
                        let at = cell * length + u64::from(point >> HEIGHT_BITS) * slot;
                        let height = ((band as u32) << HEIGHT_BITS) | (point & ((1 << HEIGHT_BITS) - 1));
                        // A slot that straddles an end of the window is kept on both sides: `order` decides.
                        if height <= highest.code && at < window.end && at + slot > window.start {
                            lists[lane].push(Occasion { at, pressure, code: (height << INDEX_BITS) | index });
                        }
                    }
                }
            }
        }
    }

    /// How many occasions each run of the block has in a cell; `rng` stands at its first word.
    fn counts(&mut self, rule: usize, band: usize, cell: u64, rng: &mut ChaCha8Rng) -> [u32; LANES] {
        let poisson = &self.randomness.poisson[mean_index(band)];
        let address = cell_address(band, cell);
        std::array::from_fn(|lane| {
            let word = rng.next_u32();
            poisson.count(word, || self.draw(rule, lane, Purpose::Count, address, 0) as u32)
        })
    }

    /// Whether the occasion lies below `threshold`.
    pub(super) fn lies_below(&mut self, occasion: Occasion, rule: usize, lane: usize, threshold: Threshold) -> bool {
        let height = occasion.height();
        height < threshold.code
            || (height == threshold.code && threshold.rest > 0 && {
                let bits = self.draw(rule, lane, Purpose::Height, occasion.cell(), occasion.index());
                bits >> HEIGHT_BITS < threshold.rest
            })
    }

    /// The occasion's time in ticks, to the last bit.
    pub(super) fn time(&mut self, occasion: Occasion, rule: usize, lane: usize) -> u64 {
        let bits = self.draw(rule, lane, Purpose::Time, occasion.cell(), occasion.index());
        let within = (u128::from(bits) * u128::from(slot_ticks(occasion.band()))) >> 64;
        occasion.slot_start() + within as u64
    }

    /// The identity of the firing at an occasion.
    pub(super) fn identity(&self, occasion: Occasion, rule: usize) -> Identity {
        identity(0, [self.randomness.rules[rule].name, occasion.cell(), u64::from(occasion.index())])
    }

    /// Puts one run's occasions in order of time, drawing further bits where the first do not decide between two
    /// of them, or between one and a boundary or an end of the window. Those outside the window go.
    pub(super) fn order(
        &mut self,
        occasions: &mut Vec<Occasion>,
        lane: usize,
        step_ticks: u64,
        window: &Range<u64>,
        rule_of: impl Fn(u32) -> (usize, u32),
    ) {
        occasions.sort_unstable_by_key(|o| o.at);
        let straddles = !step_ticks.is_multiple_of(slot_ticks(0));
        let mut outside = false;
        let mut first = 0;
        while first < occasions.len() {
            let end_of = |o: &Occasion| o.at + slot_ticks(o.band());
            let mut end = end_of(&occasions[first]);
            let mut next = first + 1;
            while next < occasions.len() && occasions[next].at < end {
                end = end.max(end_of(&occasions[next]));
                next += 1;
            }
            let group = &mut occasions[first..next];
            let edge = group[0].at < window.start || end > window.end;
            let boundary = straddles && group[0].at / step_ticks != (end - 1) / step_ticks;
            if group.len() > 1 || edge || boundary {
                for o in group.iter_mut() {
                    o.at = self.time(*o, rule_of(o.pressure).0, lane);
                }
                group.sort_unstable_by_key(|o| (o.at, rule_of(o.pressure).1, o.code));
                outside |= edge;
            }
            first = next;
        }
        if outside {
            occasions.retain(|o| window.contains(&o.at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn randomness(rules: &[&str]) -> Randomness {
        let keys = |id: &&str| RuleKeys {
            occasions: derive("simulate semantics 1 occasions", 1, 0, id),
            decisions: derive("simulate semantics 1 decisions", 1, 0, id),
            name: name_hash(id),
        };
        Randomness {
            rules: rules.iter().map(keys).collect(),
            events: Vec::new(),
            poisson: std::array::from_fn(|index| Poisson::new(power_of_two(index as i32 - 1))),
        }
    }

    fn lists() -> [Vec<Occasion>; LANES] {
        std::array::from_fn(|_| Vec::new())
    }

    const DAYS: u64 = TICKS_PER_DAY;

    /// A change here is a new semantics version.
    #[test]
    fn first_values_are_pinned() {
        let randomness = randomness(&["clash", "missile_test"]);
        let mut block = Block::new(&randomness, 0);
        let mut found = lists();
        block.occasions(0, 0, Threshold::of(0.02), &(0..100 * DAYS), 0..LANES, &mut found);
        let of_run_3: Vec<(u64, u64, u64)> =
            found[3].iter().map(|o| (block.time(*o, 0, 3), u64::from(o.height()), block.identity(*o, 0).0)).collect();
        insta::assert_debug_snapshot!("occasions", of_run_3);
        let draws: Vec<u64> = [Purpose::Chance, Purpose::Delay, Purpose::Branch]
            .into_iter()
            .flat_map(|purpose| [(0, 0), (0, 31), (1, 0)].map(|(rule, lane)| (rule, lane, purpose)))
            .map(|(rule, lane, purpose)| block.draw(rule, lane, purpose, 417, 0))
            .collect();
        insta::assert_debug_snapshot!("draws", draws);
    }

    #[test]
    fn thresholds_are_exact() {
        for hazard in [0.0, 1e-12, 0.000_976_562_5, 0.001, 0.02, 0.75, 1.0, 3.0, 65_535.9] {
            let t = Threshold::of(hazard);
            let band = t.band();
            let position = (u64::from(t.code & 0xFFF) << 52) | t.rest;
            let back = band_low(band) + band_width(band) * (position as f64 / TWO_64);
            assert!((back - hazard).abs() <= hazard * 1e-15 + 6e-23, "{hazard} came back as {back}");
        }
    }

    /// Cells and slots are whole ticks in every band, and a slot divides the day.
    #[test]
    fn slots_are_whole_ticks() {
        for band in 0..BANDS {
            assert_eq!(cell_ticks(band) % (1 << TIME_BITS), 0, "band {band}");
            assert!(slot_ticks(0).is_multiple_of(slot_ticks(band)));
            let expected = band_width(band) * cell_ticks(band) as f64 / DAYS as f64;
            assert!((expected - power_of_two(mean_index(band) as i32 - 1)).abs() < 1e-12, "band {band}");
        }
        assert!(DAYS.is_multiple_of(slot_ticks(0)));
    }

    /// Mean and variance of the number below a height that cuts a band, over 40 blocks: 1,280 runs.
    /// Each within 5 standard errors: false alarm about 1e-6.
    #[test]
    fn counts_are_poisson() {
        let randomness = randomness(&["r"]);
        for (hazard, days) in [(0.000_5, 2000), (0.013, 365), (0.3, 40), (5.0, 3)] {
            let threshold = Threshold::of(hazard);
            let counts: Vec<f64> = (0..40)
                .flat_map(|number| {
                    let mut block = Block::new(&randomness, number);
                    let (mut found, window) = (lists(), 0..days * DAYS);
                    block.occasions(0, 0, threshold, &window, 0..LANES, &mut found);
                    (0..LANES)
                        .map(|lane| {
                            let below = found[lane].iter().filter(|o| {
                                block.lies_below(**o, 0, lane, threshold) && block.time(**o, 0, lane) < window.end
                            });
                            below.count() as f64
                        })
                        .collect::<Vec<_>>()
                })
                .collect();
            let (n, mean) = (counts.len() as f64, hazard * days as f64);
            let sample_mean = counts.iter().sum::<f64>() / n;
            let variance = counts.iter().map(|c| (c - sample_mean) * (c - sample_mean)).sum::<f64>() / (n - 1.0);
            assert!((sample_mean - mean).abs() < 5.0 * (mean / n).sqrt(), "mean {sample_mean}, expected {mean}");
            let error = ((2.0 * mean * mean + mean) / n).sqrt();
            assert!((variance - mean).abs() < 5.0 * error, "variance {variance}, expected {mean}");
        }
    }

    /// One lane alone, a smaller window, a lower bound: the same occasions.
    #[test]
    fn what_is_looked_at_moves_nothing() {
        let randomness = randomness(&["r"]);
        let mut block = Block::new(&randomness, 7);
        let (mut all, mut one, mut lower, mut later) = (lists(), lists(), lists(), lists());
        let whole = 0..700 * DAYS;
        block.occasions(0, 0, Threshold::of(0.3), &whole, 0..LANES, &mut all);
        block.occasions(0, 0, Threshold::of(0.3), &whole, 5..6, &mut one);
        assert_eq!(all[5], one[5]);
        block.occasions(0, 0, Threshold::of(0.01), &whole, 0..LANES, &mut lower);
        let below: Vec<Occasion> = all[9].iter().copied().filter(|o| o.height() <= Threshold::of(0.01).code).collect();
        assert_eq!(below, lower[9]);
        let window = 333 * DAYS..700 * DAYS;
        block.occasions(0, 0, Threshold::of(0.3), &window, 0..LANES, &mut later);
        let after: Vec<Occasion> = all[9].iter().copied().filter(|o| o.at >= window.start).collect();
        assert_eq!(after, later[9]);
    }

    /// Many rules in one window, so that slots overlap: the order is that of the exact times.
    #[test]
    fn order_is_that_of_the_last_bit() {
        let randomness = randomness(&["r"]);
        let mut block = Block::new(&randomness, 0);
        let (mut found, window) = (lists(), 5 * DAYS / 7..3 * DAYS);
        block.occasions(0, 0, Threshold::of(4000.0), &window, 0..1, &mut found);
        let step = DAYS / 24 / 7;
        let mut exact: Vec<u64> = found[0].iter().map(|o| block.time(*o, 0, 0)).collect();
        exact.retain(|at| window.contains(at));
        exact.sort_unstable();
        block.order(&mut found[0], 0, step, &window, |_| (0, 0));
        let ordered: Vec<u64> = found[0].iter().map(|o| block.time(*o, 0, 0)).collect();
        assert_eq!(ordered, exact);
        let in_step = |at: u64| at / step;
        assert!(found[0].iter().zip(&exact).all(|(o, exact)| in_step(o.at) == in_step(*exact)));
        assert!(found[0].iter().any(|o| o.at == o.slot_start()), "some needed no further bits");
    }

    #[test]
    fn probabilities_use_all_64_bits() {
        assert!(falls_below(u64::MAX, 1.0));
        assert!(!falls_below(0, 0.0));
        assert!(falls_below(0, 1e-19 * 2.0));
        assert!(falls_below((1 << 63) - 1, 0.5) && !falls_below(1 << 63, 0.5));
    }
}
