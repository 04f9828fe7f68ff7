//! Where the pressures of a state lead: followed where that is known of another state with the same part, acted out else.
//!
//! Does not know what happens at boundaries.

use std::ops::Range;

use crate::model::{RuleId, Step};

use super::super::cascade::{Act, Midway};
use super::super::moves::Known;
use super::super::rows::{Rows, merged};
use super::super::solution::Reason;
use super::super::states::StateId;
use super::{ENTRY, Pressed, ROW, Space, UNSETTLED, Verdict};

/// Where the pressures of a state lead as far as that is known, before it is known which states these are.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Their words, one after the other.
    words: Vec<u64>,
    /// The sum of each.
    sums: Vec<u64>,
    /// By state: the rate at which it is reached, and the answer that is certain there.
    leads: Vec<(f64, Verdict)>,
    /// Which of them come of what is known of a pressure; kept where that is checked.
    followed: Vec<(usize, Known, Range<usize>)>,
}

impl Space<'_> {
    /// Makes the row of `id` among the pressures of step `step`, which is of this phase.
    ///
    /// # Errors
    /// Too many states.
    pub(in super::super) fn press(
        &mut self,
        id: StateId,
        (step, phase): (Step, usize),
        rows: &mut Rows,
    ) -> Result<(), Reason> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.clear();
        self.counted.clear();
        if self.stand(id, phase) {
            let mut next = self.standing.next(0);
            while let Some(index) = next {
                self.one_pressure(index, step, &mut entries)?;
                next = self.standing.next(index + 1);
            }
            self.arrive(step, &mut entries)?;
        }
        merged(&mut entries);
        // What leads back to where it was is no transition.
        entries.retain(|(to, _)| *to != id);
        self.made += ROW + ENTRY * entries.len() as u64;
        rows.enter(id, &entries, &self.counted);
        self.entries = entries;
        Ok(())
    }

    /// Where each pressure of step `step`, which is of phase 0, leads from `id`, at which rates, and what it counts.
    ///
    /// # Errors
    /// Too many states.
    pub(in super::super) fn pressures(&mut self, id: StateId, step: Step) -> Result<Vec<Pressed>, Reason> {
        let mut all = Vec::new();
        if self.stand(id, 0) {
            let mut next = self.standing.next(0);
            while let Some(index) = next {
                let mut to = Vec::new();
                self.counted.clear();
                self.one_pressure(index, step, &mut to)?;
                next = self.standing.next(index + 1);
                self.arrive(step, &mut to)?;
                merged(&mut to);
                if !to.is_empty() {
                    all.push(Pressed { rule: self.pressures[index], to, flows: self.counted.clone() });
                }
            }
        }
        Ok(all)
    }

    /// Makes `id`, in this phase, the state from which pressures act; whether they can at all.
    fn stand(&mut self, id: StateId, phase: usize) -> bool {
        if id == UNSETTLED || self.verdicts[id as usize] > 0 {
            return false;
        }
        self.standing.stand(self.states.words(id), phase as u64);
        self.unpacked = false;
        true
    }

    /// Where one pressure leads from where it stands.
    fn one_pressure(&mut self, index: usize, step: Step, entries: &mut Vec<(StateId, f64)>) -> Result<(), Reason> {
        let known = self.standing.known(index);
        if let Some(known) = known
            && self.follow(index, known, step)
        {
            return Ok(());
        }
        // States have their numbers in the order in which they are reached.
        self.arrive(step, entries)?;
        let first = entries.len();
        self.plain.clear();
        self.keep_plain = known.is_none() && self.standing.moves[index].learns();
        self.act_out(index, step, entries)?;
        let flows = self.cascade.take_flows();
        self.count(&flows);
        if std::mem::take(&mut self.keep_plain) {
            let before = self.standing.moves[index].bytes();
            if self.learn(index, step, &entries[first..]) {
                self.standing.learn(index, &flows);
                self.learnt += self.standing.moves[index].bytes() - before;
            }
        }
        Ok(())
    }

    /// Does what is known of one pressure to where it stands, as far as `ahead`; whether it is right. It is not where a
    /// condition holds that did not when it was learnt.
    fn follow(&mut self, index: usize, known: Known, step: Step) -> bool {
        let Self { standing, ahead, layout, awaited, model, counted, .. } = self;
        let (moves, here) = (&standing.moves[index], &*standing.here);
        let before = ahead.leads.len();
        for place in moves.range(known) {
            let (at, one) = (ahead.words.len(), moves.at(place));
            let sum = moves.lead(place, (here, standing.sum), &mut ahead.words);
            ahead.sums.push(sum);
            ahead.leads.push((one.rate, one.verdict));
            let there = &ahead.words[at..];
            if moves.tests(place).iter().any(|test| awaited.comes(*test, (layout, model, step), here, there)) {
                ahead.leads.truncate(before);
                ahead.sums.truncate(before);
                ahead.words.truncate(before * here.len());
                return false;
            }
        }
        add_flows(counted, moves.flows(known));
        if cfg!(debug_assertions) {
            ahead.followed.push((index, known, before..ahead.leads.len()));
        }
        true
    }

    /// Enters what is ahead.
    fn arrive(&mut self, step: Step, entries: &mut Vec<(StateId, f64)>) -> Result<(), Reason> {
        let Self { ahead, states, still, verdicts, layout, monitors, means, .. } = self;
        let (first, width) = (entries.len(), self.words.len());
        let arrived = states.enter_all(&ahead.words, &ahead.sums, |place, id, new| {
            let (rate, verdict) = ahead.leads[place];
            entries.push((id, rate));
            if new {
                still.push(verdict > 0 || layout.is_still(&ahead.words[place * width..][..width], monitors));
                verdicts.push(verdict);
                if verdicts.len() > means.states {
                    return Err(Reason::States { limit: means.states, step });
                }
            }
            Ok(())
        });
        ahead.words.clear();
        ahead.sums.clear();
        ahead.leads.clear();
        arrived?;
        for (index, known, places) in std::mem::take(&mut ahead.followed) {
            self.assert_as_acted_out(index, known, step, &entries[first..][places]);
        }
        Ok(())
    }

    /// What was followed must be, to the last bit, what comes of acting it out: so every test checks what is kept.
    fn assert_as_acted_out(&mut self, index: usize, known: Known, step: Step, followed: &[(StateId, f64)]) {
        let mut entries = Vec::new();
        if self.act_out(index, step, &mut entries) == Err(Reason::Interrupted) {
            return;
        }
        let rule = &self.model.rule(self.pressures[index]).id;
        assert_eq!(followed, entries, "`{rule}` reaches further than was thought");
        assert_eq!(
            self.cascade.take_flows(),
            self.standing.moves[index].flows(known),
            "`{rule}` counts something else"
        );
    }

    fn count(&mut self, flows: &[(u32, f64)]) {
        add_flows(&mut self.counted, flows);
    }

    /// Learns where a pressure led from where it stands, if other states with the same part are sure to be led alike.
    fn learn(&mut self, index: usize, step: Step, entries: &[(StateId, f64)]) -> bool {
        let Self { standing, states, layout, plain, verdicts, awaited, model, .. } = self;
        let (moves, here) = (&mut standing.moves[index], &*standing.here);
        let place = (&*layout, *model, step);
        for ((id, rate), after) in entries.iter().zip(plain.chunks_exact(here.len())) {
            let inside = moves.outside(after).eq(moves.outside(here));
            let mut tests = awaited.that_may_come(place, here, after);
            if *id == UNSETTLED || !inside || tests.any(|test| awaited.comes(test, place, here, after)) {
                moves.unlearn();
                return false;
            }
            let verdict = verdicts[*id as usize];
            let words = if verdict == 0 { after } else { states.words(*id) };
            // What is certain stays so, whatever comes besides.
            let tests = awaited.that_may_come(place, here, after).filter(|_| verdict == 0);
            moves.learn_move(here, words, (*rate, verdict), tests);
        }
        true
    }

    /// Where one pressure leads from where it stands, by acting it out.
    fn act_out(&mut self, index: usize, step: Step, entries: &mut Vec<(StateId, f64)>) -> Result<(), Reason> {
        let mut from = self.from.take().expect("what was unpacked has been put back");
        if !std::mem::replace(&mut self.unpacked, true) {
            let into = (&mut from.state, &mut from.memory);
            self.layout.unpack(&self.standing.here, step, (self.model, self.monitors), into);
        }
        let rule = self.pressures[index];
        let hazard = from.state.hazard(rule, self.model);
        let done = if hazard > 0.0 { self.fire(&from, rule, hazard, entries) } else { Ok(()) };
        self.from = Some(from);
        done
    }

    fn fire(
        &mut self,
        from: &Midway,
        rule: RuleId,
        hazard: f64,
        entries: &mut Vec<(StateId, f64)>,
    ) -> Result<(), Reason> {
        let step = from.state.step;
        let mut seeds = Vec::new();
        self.cascade.begin_instant();
        self.cascade.ways.begin();
        loop {
            let rate = self.cascade.once(from, Act::Pressure(rule), hazard).map_err(|halt| halt.at(step))?;
            if self.cascade.is_through(&self.cascade.leaf) {
                // It is only packed, but takes as long as one that is kept.
                self.cascade.hold_leaf().map_err(|halt| halt.at(step))?;
                entries.push((self.settle(false, step)?, rate));
            } else {
                seeds.push((self.cascade.keep_leaf().map_err(|halt| halt.at(step))?, rate));
            }
            if !self.cascade.ways.next_way() {
                break;
            }
        }
        self.end(seeds, false, step, entries)
    }
}

fn add_flows(counted: &mut Vec<(u32, f64)>, flows: &[(u32, f64)]) {
    for (flow, rate) in flows {
        match counted.iter_mut().find(|(known, _)| known == flow) {
            Some((_, sum)) => *sum += rate,
            None => counted.push((*flow, *rate)),
        }
    }
}
