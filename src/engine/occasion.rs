//! The randomness of a run (SEMANTICS 7): occasions laid out beforehand, and draws that belong to their cause.
//!
//! The only file that draws; words come from `stream`. Does not know rules beyond their id, nor what is done with a draw.
//!
//! Layout, part of semantics version 1:
//! - Heights are cut into bands: band 0 is `[0, 2⁻⁶)` per day, band `j ≥ 1` is `[2^(j-7), 2^(j-6))`.
//! - Times of a band of width `w` are cut into cells of `8/w` days, from the start.
//! - Runs are taken in blocks of 8 (`LANES`), so that a cell holds 64 occasions on average, as many as `ChaCha8` words
//!   are made at once. The occasions of a rule in a block are stream `block` of `ChaCha8` under the rule's occasion
//!   key. A cell starts at word `(band · 2⁴⁰ + cell) · 4096`: first a word for the number of its occasions, by the
//!   inverse Poisson distribution function, then a word for each: from the top 3 bits for the run in the block, 21 of
//!   time and 8 of height within the cell.
//! - Decisions of a rule are SipHash-1-3 under its 128-bit decision key, of three words: index and purpose, address,
//!   run. Whether a response comes, and the identity of its firing, are the two halves of one 128-bit hash. Further
//!   bits of a count, a time or a height come from there too.
//! - The identity of a firing at an occasion or boundary is the rule's name hash plus its place, and costs nothing;
//!   it only has to differ.

use std::ops::Range;

use super::bulk::{Bulk, STACKS};
use super::poisson::Poisson;
use super::sieve::{HEIGHT_BITS, INDEX_BITS, Sieve, TIME_BITS, TIME_SHIFT, WORDS};
use super::sip::Sip;
use super::stream::{BLOCK, MADE_WIDE, Stream};
use crate::model::instant::Identity;
use crate::model::{HIGHEST_HAZARD, Model, TICKS_PER_DAY};

/// Runs in a block.
pub(super) const LANES: usize = 8;

const BANDS: usize = 21;
/// Occasions of a cell on average, of all runs of a block.
const CELL_MEAN: f64 = 64.0;
/// A cell has 2 to this many blocks of its stream, of 16 words.
const CELL_BLOCKS: u32 = 8;
/// A number that is smaller than this has the bits of a height and its band.
const HEIGHTS: u32 = 1 << (5 + HEIGHT_BITS);

/// What a decision draw is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Purpose {
    /// Does the response come, and what is the identity of its firing?
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Occasion {
    /// Ticks since the start: first of the slot in which it lies, or exactly where a neighbour made that necessary.
    pub(super) at: u64,
    /// Index of the pressure, as the `Recipe` was given it.
    pub(super) pressure: u32,
    /// `CODE_BITS` bits: comparable with a `Threshold` above the index.
    pub(super) code: u32,
}

impl Occasion {
    fn band(self) -> usize {
        (self.code >> (HEIGHT_BITS + INDEX_BITS)) as usize
    }

    /// Band and height, comparable with `Threshold::limit`.
    pub(super) fn height(self) -> u32 {
        self.code >> INDEX_BITS
    }

    fn index(self) -> u32 {
        self.code & ((1 << INDEX_BITS) - 1)
    }

    fn slot_start(self) -> u64 {
        let shift = cell_shift(self.band()) - TIME_BITS;
        ((self.at >> shift) / DAY_PART * DAY_PART) << shift
    }

    /// Its address: band and number of the cell.
    fn cell(self) -> u64 {
        cell_address(self.band(), (self.at >> cell_shift(self.band())) / DAY_PART)
    }
}

/// Of a code: band and height, comparable with `Threshold::limit`.
#[inline]
pub(super) fn height_of(code: u32) -> u32 {
    (code >> INDEX_BITS) & (HEIGHTS - 1)
}

/// Of a code: its band.
#[inline]
pub(super) fn band_of_code(code: u32) -> u32 {
    (code >> (INDEX_BITS + HEIGHT_BITS)) & 31
}

/// A hazard as a height that occasions are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Threshold {
    code: u32,
    rest: u64,
}

impl Threshold {
    /// The height `hazard` per day, in [0, `HIGHEST_HAZARD`): to its last bit, or to 2⁻⁷⁰ below 2⁻⁶.
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

    /// About how many occasions a day lie below it.
    pub(super) fn a_day(self) -> f64 {
        let within = f64::from(self.code & ((1 << HEIGHT_BITS) - 1)) / f64::from(1 << HEIGHT_BITS);
        band_low(self.band()) + band_width(self.band()) * within
    }

    /// Occasions below it have a height less than this; among those one less, only some of them lie below it.
    pub(super) fn limit(self) -> u32 {
        self.code + u32::from(self.rest > 0)
    }
}

const TWO_64: f64 = 18_446_744_073_709_551_616.0;

fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

fn band_low(band: usize) -> f64 {
    if band == 0 { 0.0 } else { power_of_two(band as i32 - 7) }
}

fn band_width(band: usize) -> f64 {
    power_of_two(band.max(1) as i32 - 7)
}

fn band_of(height: f64) -> usize {
    // The exponent of two: -6 for [2⁻⁶, 2⁻⁵), which is band 1.
    let exponent = (height.to_bits() >> 52) as i32 - 1023;
    (exponent + 7).clamp(0, BANDS as i32 - 1) as usize
}

/// Days and cells are powers of two times so many ticks: a division by it is quick, being one by a constant.
const DAY_PART: u64 = 675;

/// Cells of a band are `DAY_PART << cell_shift` ticks long.
fn cell_shift(band: usize) -> u32 {
    // 8 / w = 2^(10 - band) days.
    (TICKS_PER_DAY / DAY_PART).trailing_zeros() + 10 - band.max(1) as u32
}

/// Length of the cells of a band: `8/w` days, in ticks.
fn cell_ticks(band: usize) -> u64 {
    DAY_PART << cell_shift(band)
}

/// Length of the slots of a band, ticks: to so much is an occasion's time drawn in bulk.
pub(super) fn slot_ticks(band: usize) -> u64 {
    cell_ticks(band) >> TIME_BITS
}

/// How many slots of a band lie before `ticks`, those that it cuts among them.
pub(super) fn slots_before(ticks: u64, band: usize) -> u64 {
    let shift = cell_shift(band) - TIME_BITS;
    ((ticks + slot_ticks(band) - 1) >> shift) / DAY_PART
}

fn cell_address(band: usize, cell: u64) -> u64 {
    ((band as u64) << 40) | cell
}

/// What a rule's randomness is keyed by.
#[derive(Debug, Clone)]
struct RuleKeys {
    occasions: [u8; 32],
    decisions: (u64, u64),
    name: u64,
    /// Hashes of decisions that have taken in their first word: that a response comes, when, and which branch.
    chance: Sip,
    delay: Sip,
    branch: Sip,
}

/// All randomness of a model under one seed: a pure function of seed, fork, rule id, purpose, address and run.
#[derive(Debug)]
pub(super) struct Randomness {
    rules: Vec<RuleKeys>,
    events: Vec<u64>,
    poisson: Poisson,
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

impl RuleKeys {
    fn new(seed: u64, fork: u64, id: &str) -> Self {
        let decisions = derive("simulate semantics 1 decisions", seed, fork, id);
        let half = |from: usize| u64::from_le_bytes(decisions[from..from + 8].try_into().expect("eight of 32 bytes"));
        let key = (half(0), half(8));
        let begun = |purpose: Purpose| Sip::new(key).then(purpose as u64);
        Self {
            occasions: derive("simulate semantics 1 occasions", seed, fork, id),
            decisions: key,
            name: name_hash(id),
            chance: Sip::new_128(key).then(Purpose::Chance as u64),
            delay: begun(Purpose::Delay),
            branch: begun(Purpose::Branch),
        }
    }
}

impl Randomness {
    /// The randomness of `model` under `seed`; `fork` is 0 for plain runs.
    pub(super) fn new(model: &Model, seed: u64, fork: u64) -> Self {
        Self::of(model.rules.iter().map(|rule| &*rule.id), model.events.iter().map(|event| &*event.name), seed, fork)
    }

    fn of<'a>(
        rules: impl Iterator<Item = &'a str>,
        events: impl Iterator<Item = &'a str>,
        seed: u64,
        fork: u64,
    ) -> Self {
        Self {
            rules: rules.map(|id| RuleKeys::new(seed, fork, id)).collect(),
            events: events.map(name_hash).collect(),
            poisson: Poisson::new(CELL_MEAN),
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

    /// The uniform 64-bit draw of a rule in a run for a purpose under an identity or address.
    pub(super) fn draw(&self, rule: usize, run: u64, purpose: Purpose, address: u64, index: u32) -> u64 {
        Sip::new(self.rules[rule].decisions)
            .then((u64::from(index) << 8) | purpose as u64)
            .then(address)
            .then(run)
            .end()
    }

    /// Of a response to a trigger of this identity: the identity of its firing, and the uniform 64-bit draw that
    /// decides whether it comes.
    pub(super) fn response(&self, rule: usize, run: u64, trigger: Identity) -> (Identity, u64) {
        let (identity, uniform) = self.rules[rule].chance.then(trigger.0).then(run).end_128();
        (Identity(identity), uniform)
    }

    /// `draw` for the delay of a response, quicker.
    pub(super) fn delay(&self, rule: usize, run: u64, identity: Identity) -> u64 {
        self.rules[rule].delay.then(identity.0).then(run).end()
    }

    /// `draw` for the branch of a firing, quicker.
    pub(super) fn branch(&self, rule: usize, run: u64, identity: Identity) -> u64 {
        self.rules[rule].branch.then(identity.0).then(run).end()
    }

    /// Draws the occasions of block number `block` in the cells of `recipe`.
    pub(super) fn lay_out(&self, recipe: &Recipe, block: u64, bulk: &mut Bulk) {
        bulk.begin(recipe);
        let mut first = 0;
        while first < recipe.stretches.len() {
            let rule = recipe.stretches[first].rule;
            let mut stream = Stream::new(&self.rules[rule as usize].occasions, block);
            while let Some(stretch) = recipe.stretches.get(first).filter(|stretch| stretch.rule == rule) {
                self.lay_out_stretch(stretch, block, &mut stream, recipe.part_shift, bulk);
                first += 1;
            }
        }
    }

    fn lay_out_stretch(
        &self,
        stretch: &Stretch,
        block: u64,
        stream: &mut Stream<'_>,
        part_shift: u32,
        bulk: &mut Bulk,
    ) {
        let address = cell_address(usize::from(stretch.band), stretch.cell);
        let Bulk { bytes, sifted, .. } = bulk;
        let mut make = |made: usize, bytes: &mut CellBytes| {
            let more = bytes[made..].first_chunk_mut().expect("a cell has no more words than fit");
            made + stream.make((address << CELL_BLOCKS) + (made / BLOCK) as u64, more)
        };
        let mut made = make(0, bytes);
        let word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let rest = || self.draw(stretch.rule as usize, block * LANES as u64, Purpose::Count, address, 0) as u32;
        let count = self.poisson.count(word, rest) as usize;
        while made < 4 + 4 * count {
            made = make(made, bytes);
        }
        let words = bytes[4..].first_chunk().expect("a cell has a word for its count, and others");
        stretch.sieve.sift(words, count, part_shift, sifted);
        bulk.put();
    }

    /// Whether the occasion lies below `threshold`.
    pub(super) fn lies_below(&self, occasion: Occasion, rule: usize, run: u64, threshold: Threshold) -> bool {
        let height = occasion.height();
        height < threshold.code
            || (height == threshold.code && threshold.rest > 0 && {
                let bits = self.draw(rule, run, Purpose::Height, occasion.cell(), occasion.index());
                bits >> HEIGHT_BITS < threshold.rest
            })
    }

    /// The occasion's time in ticks, to the last bit.
    pub(super) fn time(&self, occasion: Occasion, rule: usize, run: u64) -> u64 {
        let bits = self.draw(rule, run, Purpose::Time, occasion.cell(), occasion.index());
        let within = (u128::from(bits) * u128::from(slot_ticks(occasion.band()))) >> 64;
        occasion.slot_start() + within as u64
    }

    /// The identity of the firing at an occasion.
    pub(super) fn identity(&self, occasion: Occasion, rule: usize) -> Identity {
        let place = (occasion.cell() << INDEX_BITS) | u64::from(occasion.index());
        Identity(self.rules[rule].name.wrapping_add(place))
    }
}

/// The words of a cell, that of their number first, and room for what is made at once.
pub(super) type CellBytes = [u8; (4 + 4 * WORDS).next_multiple_of(MADE_WIDE)];

/// Identity made of a tag and two numbers.
pub(super) fn identity(tag: u64, parts: [u64; 2]) -> Identity {
    let sip = Sip::new((0x7369_6d75_6c61_7465, 0x6964_656e_7469_7479));
    Identity(sip.then(tag).then(parts[0]).then(parts[1]).end())
}

/// Whether a uniform 64-bit number falls below probability `p`.
#[expect(clippy::needless_bitwise_bool, reason = "neither can be guessed, so neither is asked first")]
pub(super) fn falls_below(uniform: u64, p: f64) -> bool {
    (p >= 1.0) | (uniform < (p * TWO_64) as u64)
}

/// A part of a recipe: one cell of one pressure.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    rule: u32,
    band: u8,
    cell: u64,
    /// What is wanted of it.
    sieve: Sieve,
}

/// Which cells of which pressures are looked at, for some time.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    /// By pressure, then from the lowest band, then in order of time.
    stretches: Vec<Stretch>,
    /// Ticks of a slot: the shortest of all stretches'.
    pub(super) slot: u64,
    /// Slots that reach into the window, from its first widest slot.
    pub(super) slots: u64,
    /// The highest band.
    pub(super) top: usize,
    /// Parts of the time are `1 << part_shift` slots long.
    pub(super) part_shift: u32,
    /// So many occasions of a run in a part of the time are seldom exceeded, in one of the stacks to which they go in turns.
    pub(super) places: usize,
}

/// Occasions of a run in a part of the time, on average, at most: those, and what is needed to put them in order, fit into
/// the fastest memory.
const PART: f64 = 1024.0;
impl Recipe {
    /// The cells below `highest` (rule, and the height up to which its occasions are wanted, by pressure) that reach
    /// into `window` (ticks).
    pub(super) fn new(highest: impl Iterator<Item = (usize, Threshold)> + Clone, window: &Range<u64>) -> Self {
        let a_day = highest.clone().map(|(_, highest)| highest.a_day()).sum::<f64>() + 0.0;
        let top = highest.clone().filter(|(_, highest)| highest.limit() > 0).map(|(_, highest)| highest.top());
        let top = top.max().unwrap_or(0);
        let (slot, origin) = (slot_ticks(top), window.start - window.start % slot_ticks(0));
        let slots = (window.end - origin).div_ceil(slot);
        let mut stretches = Vec::new();
        for (pressure, (rule, threshold)) in highest.enumerate().filter(|(_, (_, highest))| highest.limit() > 0) {
            for band in 0..=threshold.top() {
                let length = cell_ticks(band);
                for cell in window.start / length..window.end.div_ceil(length) {
                    let first = (i128::from(cell * length) - i128::from(origin)).div_euclid(i128::from(slot)) as i64;
                    let shift = (slot_ticks(band) / slot).trailing_zeros();
                    let heights = threshold.limit().saturating_sub((band as u32) << HEIGHT_BITS);
                    stretches.push(Stretch {
                        rule: rule as u32,
                        band: band as u8,
                        cell,
                        sieve: Sieve::new(band, pressure, first, shift, slots, heights),
                    });
                }
            }
        }
        let part = ((PART / a_day * TICKS_PER_DAY as f64 / slot as f64).min(SLOTS as f64) as u64).max(1).ilog2();
        // No shorter than the widest slot, so that no two of different parts overlap.
        let least = (slot_ticks(0) / slot).trailing_zeros();
        let whole = slots.max(1).next_power_of_two().trailing_zeros();
        let part_shift = part.clamp(least, whole.max(least));
        let in_part = a_day * slots.min(1 << part_shift) as f64 * slot as f64 / TICKS_PER_DAY as f64;
        // Eight standard deviations more than the mean.
        let in_stack = in_part / STACKS as f64;
        let places = (in_stack + 8.0 * in_stack.sqrt()) as usize + 16;
        Self { stretches, slot, slots, top, part_shift, places }
    }

    /// Into how many parts the time is divided.
    pub(super) fn parts(&self) -> usize {
        (self.slots.saturating_sub(1) >> self.part_shift) as usize + 1
    }
}

impl Threshold {
    /// The highest band with an occasion below it.
    fn top(self) -> usize {
        ((self.limit().max(1) - 1) >> HEIGHT_BITS) as usize
    }
}

/// The most slots of a recipe.
pub(super) const SLOTS: u64 = 1 << (64 - TIME_SHIFT);

#[cfg(test)]
pub(super) mod tests {
    use super::super::sieve::{CODE_BITS, Key, PRESSURE_BITS};
    use super::*;

    pub(in crate::engine) fn randomness(rules: &[&str]) -> Randomness {
        Randomness::of(rules.iter().copied(), std::iter::empty(), 1, 0)
    }

    /// The occasions of a recipe in a block, by run, as they were drawn.
    pub(in crate::engine) fn laid_out(
        randomness: &Randomness,
        highest: &[f64],
        window: &Range<u64>,
        block: u64,
    ) -> [Vec<Occasion>; LANES] {
        let highest = highest.iter().map(|hazard| Threshold::of(*hazard)).enumerate();
        let recipe = Recipe::new(highest, window);
        assert!(recipe.slots < SLOTS);
        let mut bulk = Bulk::default();
        randomness.lay_out(&recipe, block, &mut bulk);
        let origin = window.start - window.start % slot_ticks(0);
        let occasion = |key: &Key| Occasion {
            at: origin + (key >> TIME_SHIFT) * recipe.slot,
            pressure: (key & 0xFFFF) as u32,
            code: (key >> PRESSURE_BITS) as u32 & ((1 << CODE_BITS) - 1),
        };
        std::array::from_fn(|lane| {
            let keys = (0..bulk.parts()).flat_map(|part| bulk.keys(lane as u64, part)).flatten();
            let mut found: Vec<Occasion> = keys.map(occasion).collect();
            found.sort_unstable_by_key(|occasion| (occasion.pressure, occasion.cell(), occasion.index()));
            found
        })
    }

    const DAYS: u64 = TICKS_PER_DAY;

    /// A change here is a new semantics version.
    #[test]
    fn first_values_are_pinned() {
        let randomness = randomness(&["clash", "missile_test"]);
        let found = laid_out(&randomness, &[0.02], &(0..400 * DAYS), 0);
        let seen = |o: &Occasion| (randomness.time(*o, 0, 3), u64::from(o.height()), randomness.identity(*o, 0).0);
        let of_run_3: Vec<(u64, u64, u64)> = found[3].iter().map(seen).collect();
        insta::assert_debug_snapshot!("occasions", of_run_3);
        let draws: Vec<u64> = [Purpose::Delay, Purpose::Branch]
            .into_iter()
            .flat_map(|purpose| [(0, 0), (0, 31), (1, 0)].map(|(rule, run)| (rule, run, purpose)))
            .map(|(rule, run, purpose)| randomness.draw(rule, run, purpose, 417, 0))
            .collect();
        insta::assert_debug_snapshot!("draws", draws);
        insta::assert_debug_snapshot!("response", randomness.response(1, 7, Identity(417)));
    }

    /// What is taken in beforehand gives the same as all words at once.
    #[test]
    fn decisions_begun_are_decisions() {
        let randomness = randomness(&["clash", "missile_test"]);
        for (run, address) in (0..1000_u64).map(|i| (i, i.wrapping_mul(0x9E37_79B9_7F4A_7C15))) {
            let (rule, identity) = ((run % 2) as usize, Identity(address));
            assert_eq!(randomness.delay(rule, run, identity), randomness.draw(rule, run, Purpose::Delay, address, 0));
            assert_eq!(randomness.branch(rule, run, identity), randomness.draw(rule, run, Purpose::Branch, address, 0));
            let whole = Sip::new_128(randomness.rules[rule].decisions);
            let (first, second) = whole.then(Purpose::Chance as u64).then(address).then(run).end_128();
            assert_eq!(randomness.response(rule, run, identity), (Identity(first), second));
        }
    }

    #[test]
    fn thresholds_are_exact() {
        for hazard in [0.0, 1e-12, 0.015_625, 0.001, 0.02, 0.75, 1.0, 3.0, 16_383.9] {
            let t = Threshold::of(hazard);
            let band = t.band();
            let position = (u64::from(t.code & 0xFF) << 56) | t.rest;
            let back = band_low(band) + band_width(band) * (position as f64 / TWO_64);
            assert!((back - hazard).abs() <= hazard * 1e-15 + 1e-21, "{hazard} came back as {back}");
            assert!((t.a_day() - hazard).abs() <= band_width(band) / 256.0);
            assert_eq!(t.limit() > 0, hazard > 0.0);
        }
    }

    /// Cells and slots are whole ticks in every band, a slot divides the day, and the highest hazard is in the last band.
    #[test]
    fn slots_are_whole_ticks() {
        for band in 0..BANDS {
            assert_eq!(cell_ticks(band) % (1 << TIME_BITS), 0, "band {band}");
            assert!(slot_ticks(0).is_multiple_of(slot_ticks(band)));
            let expected = band_width(band) * cell_ticks(band) as f64 / DAYS as f64 * LANES as f64;
            assert!((expected - CELL_MEAN).abs() < 1e-9, "band {band}");
        }
        assert!(DAYS.is_multiple_of(slot_ticks(0)));
        assert!((band_low(BANDS - 1) + band_width(BANDS - 1) - HIGHEST_HAZARD).abs() < 1e-9);
    }

    /// Mean and variance of the number below a height that cuts a band, over 160 blocks: 1,280 runs.
    /// Each within 5 standard errors: false alarm about 1e-6.
    #[test]
    fn counts_are_poisson() {
        let randomness = randomness(&["r"]);
        for (hazard, days) in [(0.000_5, 2000), (0.013, 365), (0.3, 40), (5.0, 3)] {
            let (threshold, window) = (Threshold::of(hazard), 0..days * DAYS);
            let mut counts = Vec::new();
            for number in 0..160 {
                for (lane, found) in laid_out(&randomness, &[hazard], &window, number).iter().enumerate() {
                    let run = number * LANES as u64 + lane as u64;
                    let below = found.iter().filter(|o| {
                        randomness.lies_below(**o, 0, run, threshold) && randomness.time(**o, 0, run) < window.end
                    });
                    counts.push(below.count() as f64);
                }
            }
            let (n, mean) = (counts.len() as f64, hazard * days as f64);
            let sample_mean = counts.iter().sum::<f64>() / n;
            let variance = counts.iter().map(|c| (c - sample_mean) * (c - sample_mean)).sum::<f64>() / (n - 1.0);
            assert!((sample_mean - mean).abs() < 5.0 * (mean / n).sqrt(), "mean {sample_mean}, expected {mean}");
            let error = ((2.0 * mean * mean + mean) / n).sqrt();
            assert!((variance - mean).abs() < 5.0 * error, "variance {variance}, expected {mean}");
        }
    }

    /// A lower bound, a later window, another rule beside it: the same occasions.
    #[test]
    fn what_is_looked_at_moves_nothing() {
        let randomness = randomness(&["r", "s"]);
        let whole = 0..700 * DAYS;
        let sorted = |mut found: Vec<Occasion>| {
            found.sort_unstable_by_key(|o| (o.code, o.at));
            found
        };
        let all = laid_out(&randomness, &[0.3], &whole, 7).map(sorted);
        assert!(all.iter().all(|found| found.len() > 100));
        let beside = laid_out(&randomness, &[0.3, 0.9], &whole, 7);
        let lower = laid_out(&randomness, &[0.01], &whole, 7).map(sorted);
        let window = 333 * DAYS..700 * DAYS;
        let later = laid_out(&randomness, &[0.3], &window, 7).map(sorted);
        for lane in 0..LANES {
            let first: Vec<Occasion> = beside[lane].iter().copied().filter(|o| o.pressure == 0).collect();
            assert_eq!(all[lane], sorted(first));
            let limit = Threshold::of(0.01).limit();
            let below: Vec<Occasion> = all[lane].iter().copied().filter(|o| o.height() < limit).collect();
            assert_eq!(below, lower[lane]);
            let after: Vec<Occasion> = all[lane].iter().copied().filter(|o| o.at >= window.start).collect();
            let seen: Vec<Occasion> = later[lane].iter().copied().filter(|o| o.at >= window.start).collect();
            assert_eq!(after, seen);
        }
    }

    #[test]
    fn probabilities_use_all_64_bits() {
        assert!(falls_below(u64::MAX, 1.0));
        assert!(!falls_below(0, 0.0));
        assert!(falls_below(0, 1e-19 * 2.0));
        assert!(falls_below((1 << 63) - 1, 0.5) && !falls_below(1 << 63, 0.5));
    }
}
