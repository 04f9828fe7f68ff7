//! Who writes a scenario: what has been declared so far, how many states there is still room for, and the file put
//! together.
//!
//! Does not know how a part of it is worded.

use simulate::model::compile::Overrides;

use super::clock::Clock;
use super::dice::Dice;
use super::sketch::{Event, Sketch};
use super::world::World;
use super::{Generated, Kind};

/// The product of the ranges of everything that is state, at most. What is reached is a fraction of it.
const ROOM: f64 = 12_000.0;

/// A scenario being written.
pub struct Author {
    pub kind: Kind,
    pub dice: Dice,
    pub clock: Clock,
    pub world: World,
    pub rules: Vec<Sketch>,
    /// What can be listened to and counted.
    pub events: Vec<Event>,
    /// The posture that a cascade climbs until it has reached the top: no other rule that follows at once may move it.
    pub climbed: Option<usize>,
    /// Counts that were asked about: an event, and until when.
    pub counted: Vec<(String, String)>,
    room: f64,
}

impl Author {
    pub fn new(seed: u64, kind: Kind) -> Self {
        let mut dice = Dice::new(seed ^ ((kind as u64) << 56));
        let clock = Clock::draw(&mut dice);
        Self {
            kind,
            dice,
            clock,
            world: World::default(),
            rules: Vec::new(),
            events: Vec::new(),
            climbed: None,
            counted: Vec::new(),
            room: ROOM,
        }
    }

    /// Whether there is room for something that has so many values; if so, it is taken.
    pub fn afford(&mut self, values: usize) -> bool {
        let left = self.room / values as f64;
        let fits = left >= 1.0;
        if fits {
            self.room = left;
        }
        fits
    }

    /// Whether conditions may depend on the date, and on times counted from boundaries.
    pub fn knows_steps(&self) -> bool {
        self.kind != Kind::PressuresOnly
    }

    /// The whole file.
    pub fn write(mut self, seed: u64) -> Generated {
        let clock = self.clock.text(&mut self.dice);
        let world = self.declare();
        self.sketch();
        let lets = self.lets();
        let groups = self.groups();
        let rules = self.rules();
        let outcomes = self.outcomes();
        let questions = self.questions();
        let stop = self.stop();
        let (variants, overrides): (String, Overrides) = self.variants();
        let parts = [clock, world, lets, groups, rules, outcomes, questions, stop, variants];
        let body: String = parts.iter().filter(|part| !part.is_empty()).map(|part| format!("{part}\n")).collect();
        let text = format!("// Random scenario {seed}, {:?}.\n(\nsimulate: 1,\n{body})\n", self.kind);
        Generated { seed, text, overrides }
    }
}
