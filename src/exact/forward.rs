//! The distribution over the states of a slice, carried forward from boundary to boundary (SEMANTICS 8).
//!
//! At a boundary each state goes where its row leads; between boundaries only pressures act, and the distribution is
//! that of a Poisson number of jumps of a uniformised chain (A. Jensen, Skandinavisk Aktuarietidskrift 36, 87-91
//! (1953), doi:10.1080/03461238.1953.10419459). All arithmetic is sums and products of non-negative numbers, so the
//! relative error is at most the number of operations in a row times 2^-53; what is cut off is added up. Does not know
//! what is asked.

use crate::model::{Step, When};

use super::calendar::Course;
use super::means::Means;
use super::operator::{Certain, Flight, Operator, Stretch};
use super::poisson::{Sum, Weights};
use super::rows::Rows;
use super::solution::{Bounds, Reason};
use super::space::{Space, UNSETTLED};
use super::states::StateId;

/// About so many points of a curve are kept where a stretch goes over many boundaries.
const CURVE: Step = 1_000;

/// More states than this have their places in the order of what they stand for, so that what leads to neighbours
/// comes from neighbours: the distribution of so many stays in the fastest cache in any order.
const NEAR: usize = 4_096;

/// What is kept of each state that has ever had mass, bytes.
const OF_MASS: u64 = 48;

/// What a jump takes of each place, and of each entry, bytes.
const OF_PLACE: u64 = 60;
const OF_ENTRY: u64 = 12;

/// How much may be cut off in all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// Tails of the Poisson distributions.
    pub(super) tail: f64,
    /// Movement that is neglected where a distribution is taken for steady; rounding comes on top.
    pub(super) steady: f64,
}

/// What is wrong with the numbers so far, at most.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Error {
    /// Rounding errors of 2^-53 in a row in any number, those of probabilities to stay left out.
    operations: u64,
    /// Those of probabilities to stay.
    staying: u64,
    /// The same as probability in the wrong place: the error of each is also small beside 1.
    astray: f64,
    /// The integral of `astray`, days.
    astray_time: f64,
    /// Probability that was cut off: missing from the distribution.
    dropped: f64,
    /// Probability that may be in the wrong place.
    misplaced: f64,
    /// Probability of instants that did not settle: nobody knows what they would have come to.
    unsettled: f64,
    /// Time that is missing from, or in the wrong place in, what was spent in states, days.
    lost_time: f64,
}

impl Error {
    /// The truth about a probability computed as `p`; `reachable`: some state that was reached has it.
    pub(super) fn of_probability(&self, p: f64, reachable: bool) -> Bounds {
        if p == 0.0 && !reachable && self.unsettled == 0.0 {
            return Bounds::exactly(0.0);
        }
        let bounds = self.of_sum(p, 1.0);
        Bounds { low: bounds.low.max(0.0), high: bounds.high.min(1.0) }
    }

    /// The truth about a sum of probabilities times non-negative numbers of at most `most`, computed as `x`.
    pub(super) fn of_sum(&self, x: f64, most: f64) -> Bounds {
        self.of(x, self.misplaced * most, self.gone() * most, self.astray * most)
    }

    /// The truth about an integral over time, in days, of something between 0 and `most`, computed as `x`.
    pub(super) fn of_integral(&self, x: f64, most: f64) -> Bounds {
        self.of(x, self.lost_time * most, self.lost_time * most, self.astray_time * most)
    }

    /// The truth about a sum or an integral computed as `x`, of which at most `over` is too much and `under` is missing,
    /// but for rounding. `astray` bounds what probabilities to stay did to it.
    fn of(&self, x: f64, over: f64, under: f64, astray: f64) -> Bounds {
        // Below the least normal number relative errors mean nothing.
        let tiny = f64::MIN_POSITIVE * ((self.operations + self.staying) as f64 + 1.0);
        let within = |operations: u64, astray: f64| {
            let relative = 1.01 * (operations + 4) as f64 * (f64::EPSILON / 2.0);
            (x * (1.0 - relative) - over - astray - tiny, x * (1.0 + relative) + under + astray + tiny)
        };
        // Both hold: the one is better for small numbers, the other for large ones.
        let ((low, high), (also_low, also_high)) =
            (within(self.operations + self.staying, 0.0), within(self.operations, astray));
        Bounds { low: low.max(also_low).max(0.0), high: high.min(also_high) }
    }

    /// The truth about a sum that was computed without cutting anything off that it counts.
    fn of_whole(&self, x: f64) -> Bounds {
        self.of(x, 0.0, 0.0, f64::INFINITY)
    }

    /// What was cut off: missing or in the wrong place, and less if less may be cut off.
    pub(super) fn cut(&self) -> f64 {
        self.dropped + self.misplaced
    }

    /// What is missing or in the wrong place.
    fn gone(&self) -> f64 {
        self.cut() + self.unsettled
    }

    /// What is missing from the distribution.
    pub(super) fn dropped(&self) -> f64 {
        self.dropped + self.unsettled
    }
}

/// A distribution on its way.
#[derive(Debug)]
pub(super) struct Forward<'s, 'm> {
    pub(super) space: &'s mut Space<'m>,
    course: &'s Course,
    rows: &'s mut Cache,
    cut: Cut,
    means: Means<'m>,
    pub(super) error: Error,
    /// The last boundary passed.
    pub(super) step: Step,
    /// By state.
    mass: Vec<f64>,
    /// By state: what comes to it at a boundary.
    comes: Vec<Sum>,
    /// By state in the order of places: the time spent in it during the last stretch, days.
    sojourn: Vec<f64>,
    /// States that may have mass, ascending.
    active: Vec<StateId>,
    /// By state: it is among `active`.
    listed: Vec<bool>,
    /// Expected number of each flow so far.
    flows: Vec<Sum>,
    /// By flow: the most of it in one row of those just used.
    most: Vec<f64>,
    /// By flow: what may be missing of it.
    missing: Vec<f64>,
    /// Elementary steps of this pass.
    spent: u64,
}

/// The rows that were made, and the last jump, kept from one pass to the next.
#[derive(Debug, Default)]
pub(super) struct Cache {
    start: Option<Vec<(StateId, f64)>>,
    /// By phase.
    phases: Vec<Rows>,
    /// By kind of boundary.
    kinds: Vec<Rows>,
    start_rows: Rows,
    /// What all of them take, bytes.
    bytes: u64,
    /// The jump of the last stretch and its phase.
    last_operator: Option<(usize, Operator)>,
    /// The active states of `last_operator`, ascending, and in the order of their places.
    placed: Vec<StateId>,
    order: Vec<StateId>,
}

/// Listens to a distribution on its way.
pub(super) trait Witness {
    /// The time spent in each state is wanted.
    const SOJOURN: bool;

    /// Boundary `step` has settled, or (`Before`) has not begun.
    fn look(&mut self, forward: &mut Forward<'_, '_>, when: When);

    /// A stretch that began at boundary `from` is over.
    fn stretch(&mut self, forward: &mut Forward<'_, '_>, from: Step, certain: &Certainties);
}

impl<'s, 'm> Forward<'s, 'm> {
    pub(super) fn new(
        space: &'s mut Space<'m>,
        course: &'s Course,
        rows: &'s mut Cache,
        flows: usize,
        cut: Cut,
    ) -> Self {
        let count = |numbers: &[u32]| numbers.iter().max().map_or(0, |most| *most as usize + 1);
        rows.phases.resize_with(count(&course.phases), Rows::default);
        rows.kinds.resize_with(count(&course.kinds), Rows::default);
        Self {
            means: space.means(),
            space,
            course,
            rows,
            cut,
            error: Error::default(),
            step: 0,
            mass: Vec::new(),
            comes: Vec::new(),
            sojourn: Vec::new(),
            active: Vec::new(),
            listed: Vec::new(),
            flows: vec![Sum::default(); flows],
            most: vec![0.0; flows],
            missing: vec![0.0; flows],
            spent: 0,
        }
    }

    /// From the start to the end, telling `witness` on the way.
    ///
    /// # Errors
    /// Why it did not get there.
    pub(super) fn carry(&mut self, witness: &mut impl Witness, progress: &dyn Fn(Step, usize)) -> Result<(), Reason> {
        self.begin()?;
        let last = self.space.model.calendar.steps;
        witness.look(self, When::Settled(0));
        self.means.go_on()?;
        while self.step < last {
            let from = self.step;
            progress(from, self.space.len());
            self.reach(from)?;
            let to = self.end_of_stretch();
            let certain = self.flow(to, witness)?;
            self.step = to;
            witness.stretch(self, from, &certain);
            witness.look(self, When::Before(to));
            self.means.go_on()?;
            self.cross(to)?;
            witness.look(self, When::Settled(to));
            self.means.go_on()?;
        }
        Ok(())
    }

    /// The states that may have mass.
    pub(super) fn active(&self) -> &[StateId] {
        &self.active
    }

    /// The probability of a state.
    pub(super) fn mass(&self, id: StateId) -> f64 {
        self.mass.get(id as usize).copied().unwrap_or(0.0)
    }

    /// The active states with the time spent in each during the last stretch, days.
    pub(super) fn sojourns(&self) -> Vec<(StateId, f64)> {
        self.rows.order.iter().copied().zip(self.sojourn.iter().copied()).filter(|(id, _)| *id != UNSETTLED).collect()
    }

    /// Probability of instants that did not settle.
    pub(super) fn unsettled(&self) -> f64 {
        self.mass(UNSETTLED)
    }

    fn begin(&mut self) -> Result<(), Reason> {
        if self.rows.start.is_none() {
            self.rows.start = Some(self.space.begin(&mut self.rows.start_rows)?);
        }
        let entries = self.rows.start.clone().unwrap_or_default();
        for (id, mass) in entries {
            self.list(id);
            self.mass[id as usize] = mass;
        }
        self.error.unsettled = self.unsettled();
        self.active.sort_unstable();
        self.error.operations += self.space.roundings() + self.active.len() as u64;
        let row = self.rows.start_rows.row(UNSETTLED).unwrap_or_default();
        self.rows.start_rows.flows(row).iter().for_each(|(flow, times)| self.flows[*flow as usize].add(*times));
        Ok(())
    }

    /// Enters a state among the active ones.
    fn list(&mut self, id: StateId) {
        if self.listed.len() <= id as usize {
            self.make_places();
        }
        if !std::mem::replace(&mut self.listed[id as usize], true) {
            self.active.push(id);
        }
    }

    /// Makes a place for every state that there is.
    fn make_places(&mut self) {
        let size = self.space.len() + 1;
        if self.listed.len() < size {
            self.listed.resize(size, false);
            self.mass.resize(size, 0.0);
            self.comes.resize(size, Sum::default());
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), Reason> {
        self.spent += steps as u64;
        let step = self.step;
        if self.means.is_spent(self.spent + self.space.work()) {
            return Err(Reason::Work { step });
        }
        self.means.go_on()
    }

    /// Whether all fits into the room for it, with so many bytes besides.
    fn check_room(&self, besides: u64) -> Result<(), Reason> {
        let of_masses = self.listed.len() as u64 * OF_MASS;
        self.space.check_room(self.rows.bytes + of_masses + besides, self.step)
    }

    /// Makes the row of `id` among the pressures of `step`.
    fn press(&mut self, id: StateId, (step, phase): (Step, usize)) -> Result<(), Reason> {
        let rows = &mut self.rows.phases[phase];
        let before = rows.bytes();
        self.space.press(id, (step, phase), rows)?;
        self.rows.bytes += rows.bytes() - before;
        self.means.go_on()?;
        self.check_room(0)
    }

    /// Enters every state that the pressures of `step` can lead to, and makes its row.
    fn reach(&mut self, step: Step) -> Result<(), Reason> {
        let phase = self.course.phases[step as usize] as usize;
        let mut at = 0;
        while at < self.active.len() {
            let id = self.active[at];
            if self.rows.phases[phase].row(id).is_none() {
                self.press(id, (step, phase))?;
                if at % 1024 == 0 {
                    self.spend(0)?;
                }
            }
            self.make_places();
            let Self { rows, listed, active, .. } = &mut *self;
            let rows = &rows.phases[phase];
            let row = rows.row(id).expect("it has just been made");
            for to in rows.entries(row).0 {
                if !std::mem::replace(&mut listed[*to as usize], true) {
                    active.push(*to);
                }
            }
            at += 1;
        }
        self.active.sort_unstable();
        self.spend(self.active.len())
    }

    /// The boundary up to which nothing but pressures can act.
    fn end_of_stretch(&self) -> Step {
        if self.active.iter().all(|id| self.space.is_still(*id)) {
            self.course.stop_after(self.step)
        } else {
            self.step + 1
        }
    }

    /// Lets pressures act until boundary `to`. The probabilities of the verdicts at the boundaries on the way, and
    /// their integrals.
    fn flow<W: Witness>(&mut self, to: Step, _: &W) -> Result<Certainties, Reason> {
        let phase = self.course.phases[self.step as usize] as usize;
        let days = super::days(self.space.model, to - self.step);
        let operator = self.operator(phase)?;
        // What may be cut off in all is shared out by time.
        let share = f64::from(to - self.step) / f64::from(self.space.model.calendar.steps);
        let cut = Cut { tail: self.cut.tail * share, steady: self.cut.steady * share };
        let weights = Weights::new(operator.rate * days, cut.tail);
        let certain = self.certain_places();
        let stretch = Stretch {
            operator: &operator,
            weights: &weights,
            days,
            verdicts: certain.iter().map(|(_, verdict)| verdict + 1).max().unwrap_or(0),
            certain: &certain,
            sojourn: W::SOJOURN,
            steady: cut.steady,
            stop: self.means.stop,
        };
        let mass: Vec<f64> = self.rows.order.iter().map(|id| self.mass[*id as usize]).collect();
        let flight = stretch.fly(&mass, |entries, kept| self.spend(entries).and_then(|()| self.check_jumps(kept)))?;
        let at = |step: Step| {
            let jumps = operator.rate * super::days(self.space.model, step - self.step);
            let until = if step == to { None } else { Some(Weights::new(jumps, cut.tail)) };
            (step, flight.certain_at(until.as_ref().unwrap_or(&weights)))
        };
        let points = (self.space.model.calendar.steps / CURVE).max(1);
        let shown = (self.step + 1..=to).filter(|step| step % points == 0 || *step == to);
        let by = shown.map(at).collect();
        let spent = flight.certain_for(&stretch);
        // What is summed up is not right then.
        self.means.go_on()?;
        self.rows.order.iter().zip(&flight.after).for_each(|(id, mass)| self.mass[*id as usize] = *mass);
        self.error.unsettled = self.unsettled();
        self.account(phase, &stretch, &flight);
        self.sojourn = flight.sojourn;
        self.rows.last_operator = Some((phase, operator));
        Ok(Certainties { by, spent })
    }

    /// The jump of a phase among the active states; that of the last stretch if nothing has changed.
    fn operator(&mut self, phase: usize) -> Result<Operator, Reason> {
        if let Some((last, operator)) = self.rows.last_operator.take()
            && last == phase
            && self.rows.placed == self.active
        {
            return Ok(operator);
        }
        self.check_operator(phase)?;
        let (placed, order) = (&mut self.rows.placed, &mut self.rows.order);
        placed.clone_from(&self.active);
        order.clone_from(&self.active);
        if order.len() > NEAR {
            self.space.sort(order)?;
        }
        let rows = &self.rows.phases[phase];
        let days = super::days(self.space.model, self.space.model.calendar.steps);
        Operator::new(rows, &self.active, &self.rows.order, days, self.means.stop).ok_or(Reason::Interrupted)
    }

    /// Whether there is room for the jump of a phase among the active states, and for the distribution on its way.
    fn check_operator(&self, phase: usize) -> Result<(), Reason> {
        let rows = &self.rows.phases[phase];
        let row = |id: &StateId| rows.row(*id).expect("rows of active states are made");
        let entries: usize = self.active.iter().map(|id| rows.entries(row(id)).0.len()).sum();
        self.check_room(self.active.len() as u64 * OF_PLACE + entries as u64 * OF_ENTRY)
    }

    /// Whether there is room for what is kept of each jump, so many bytes.
    fn check_jumps(&self, kept: usize) -> Result<(), Reason> {
        let (kept, room, step) = (kept as u64, self.means.room.slice, self.step);
        if kept > room { Err(Reason::Jumps { room, step }) } else { Ok(()) }
    }

    /// Where among the places answers are certain.
    fn certain_places(&self) -> Certain {
        let verdict = |(place, id): (usize, &StateId)| {
            usize::from(self.space.verdict(*id)).checked_sub(1).map(|verdict| (place as u32, verdict))
        };
        self.rows.order.iter().enumerate().filter_map(verdict).collect()
    }

    /// Counts the operations of a stretch, what it cut off, and the flows of its pressures.
    fn account(&mut self, phase: usize, stretch: &Stretch<'_>, flight: &Flight) {
        let Stretch { operator, weights, days, .. } = *stretch;
        let jumps = flight.jumps as u64;
        let before = self.space.roundings();
        self.error.operations += jumps * operator.roundings(before) + weights.operations + jumps + 4;
        self.error.staying += jumps * operator.roundings_to_stay(before);
        self.error.astray += (jumps * (before + 4)) as f64 * (f64::EPSILON / 2.0) * 1.01;
        self.error.dropped += weights.cut;
        self.error.misplaced += flight.misplaced;
        let cut_time = if operator.rate > 0.0 { weights.time_cut / operator.rate } else { 0.0 };
        self.error.astray_time += self.error.astray * days;
        let lost = self.error.gone() * days + cut_time;
        self.error.lost_time += lost;
        if self.flows.is_empty() {
            return;
        }
        let rows = &self.rows.phases[phase];
        for (id, time) in self.rows.order.iter().zip(&flight.sojourn) {
            let row = rows.row(*id).expect("rows of active states are made");
            for (flow, rate) in rows.flows(row) {
                self.flows[*flow as usize].add(time * rate);
                self.most[*flow as usize] = self.most[*flow as usize].max(*rate);
            }
        }
        self.miss(lost);
    }

    /// Notes what flows may have missed where `lost` is the probability, or the time, that is missing.
    fn miss(&mut self, lost: f64) {
        for (missing, most) in self.missing.iter_mut().zip(&mut self.most) {
            *missing += lost * std::mem::take(most);
        }
    }

    /// The truth about the expected number of a flow so far.
    pub(super) fn flow_so_far(&self, flow: usize) -> Bounds {
        let Bounds { low, high } = self.error.of_whole(self.flows[flow].value());
        Bounds { low: (low - self.missing[flow]).max(0.0), high: high + self.missing[flow] }
    }

    /// Boundary `to` happens.
    fn cross(&mut self, to: Step) -> Result<(), Reason> {
        let kind = self.course.kinds[to as usize] as usize;
        let kept = self.course.times[kind] > 1;
        let left = std::mem::take(&mut self.active);
        left.iter().for_each(|id| self.listed[*id as usize] = false);
        let mut rows = if kept { std::mem::take(&mut self.rows.kinds[kind]) } else { Rows::default() };
        let before = rows.bytes();
        for id in &left {
            if rows.row(*id).is_none() {
                self.space.cross(*id, to, &mut rows)?;
                self.spend(0)?;
                self.check_room(rows.bytes() - before)?;
            }
            let row = rows.row(*id).expect("it has just been made");
            let here = self.mass[*id as usize];
            let (targets, weights) = rows.entries(row);
            for (to, weight) in targets.iter().zip(weights) {
                self.list(*to);
                self.comes[*to as usize].add(here * weight);
            }
            let most = &mut self.most;
            for (flow, times) in rows.flows(row) {
                self.flows[*flow as usize].add(here * times);
                most[*flow as usize] = most[*flow as usize].max(*times);
            }
        }
        self.miss(self.error.gone());
        self.error.operations += 6 + self.space.roundings();
        if kept {
            self.rows.bytes += rows.bytes() - before;
            self.rows.kinds[kind] = rows;
        }
        left.iter().for_each(|id| self.mass[*id as usize] = 0.0);
        self.active.sort_unstable();
        for id in &self.active {
            self.mass[*id as usize] = std::mem::take(&mut self.comes[*id as usize]).value();
        }
        self.error.unsettled = self.unsettled();
        self.spend(left.len())
    }
}

/// What was certain during a stretch.
pub(super) struct Certainties {
    /// At each boundary on the way, just before its instant: the probabilities of the verdicts.
    pub(super) by: Vec<(Step, Vec<f64>)>,
    /// Their integrals, days.
    pub(super) spent: Vec<f64>,
}
