//! How many of the triggers that come again and again a response answers, where that has a closed form.
//!
//! A trigger that meets its own pending response is ignored, so a delay costs answers. Does not guess: where the
//! triggers are neither a Poisson process nor one recurring rule, there is no number.

use crate::model::state::State;
use crate::model::table::DelayTable;
use crate::model::{Branches, Clock, EventId, Model, Rule, RuleId, Step};

/// How triggers come, as long as the guards of what raises them hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recurrence {
    /// At random moments, at a rate per day between these, both above 0.
    AtRandom(f64, f64),
    /// Every so many steps.
    Every(Step),
}

/// What a response makes of recurring triggers in the long run, as long as its guard holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The rules that raise the triggers, in file order.
    pub by: Vec<RuleId>,
    /// How the triggers come.
    pub recurrence: Recurrence,
    /// The chance used: that in force at the start.
    pub chance: f64,
    /// Share of the triggers that are answered, at the highest and the lowest rate; in [0, `chance`].
    pub share: (f64, f64),
}

/// What `response` makes of its triggers, if that is known and they meet it pending at all.
pub fn answered(model: &Model, response: RuleId) -> Option<Answered> {
    let rule = model.rule(response);
    let Clock::Response { chance, delay, restart, .. } = &rule.clock else { return None };
    if rule.at_most.is_some() || rule.cooldown.is_some() || delay.by(model.calendar.steps) < 0.999 {
        return None;
    }
    let chance = chance.value(&State::start(model), model);
    if chance <= 0.0 {
        return None;
    }
    let sources = sources(model, response)?;
    let by: Vec<RuleId> = sources.iter().map(|(id, _)| *id).collect();
    let (recurrence, share) = match sources.as_slice() {
        [(id, share)] if matches!(model.rule(*id).clock, Clock::Recurring { .. }) => {
            let Clock::Recurring { every, .. } = model.rule(*id).clock else { return None };
            let first = (-rule.priority, response) < (-model.rule(*id).priority, *id);
            let lost = if *restart {
                restarted(every, delay, first).filter(|_| *share >= 1.0)?
            } else {
                share * ignored(every, delay, first)
            };
            (Recurrence::Every(every), (one_of(chance, lost), one_of(chance, lost)))
        }
        _ if *restart => return None,
        _ => at_random(model, &sources, chance, delay)?,
    };
    (share.0 < chance).then_some(Answered { by, recurrence, chance, share })
}

/// Renewal: an answer takes `1 / chance` triggers that find nothing pending, and costs `lost` more.
fn one_of(chance: f64, lost: f64) -> f64 {
    chance / (1.0 + chance * lost)
}

fn at_random(
    model: &Model,
    sources: &[(RuleId, f64)],
    chance: f64,
    delay: &DelayTable,
) -> Option<(Recurrence, (f64, f64))> {
    let (mut low, mut high) = (0.0, 0.0);
    for (id, share) in sources {
        let Clock::Pressure { hazard, .. } = &model.rule(*id).clock else { return None };
        let positive = || hazard.table().into_iter().flatten().copied().filter(|rate| *rate > 0.0);
        low += share * positive().reduce(f64::min)?;
        high += share * positive().reduce(f64::max)?;
    }
    let step = model.calendar.step_seconds as f64 / 86_400.0;
    let at = |rate: f64| Some(one_of(chance, met(rate, chance, delay, step)?));
    Some((Recurrence::AtRandom(low, high), (at(high)?, at(low)?)))
}

/// Mean number of triggers, of `rate` per day, that come while a response is pending. It begins at a random moment
/// of a step and ends at a boundary; the moment since the last boundary is an exponential time, folded into a step
/// of `step` days.
fn met(rate: f64, chance: f64, delay: &DelayTable, step: f64) -> Option<f64> {
    if delay.at_once() > 0.0 {
        return (delay.at_once() >= 1.0).then_some(0.0);
    }
    let mean_steps: f64 = (0..delay.longest()).map(|k| 1.0 - delay.by(k)).sum();
    let starts = rate * chance;
    let into_step = 1.0 / starts - step / libm::expm1(starts * step);
    Some(rate * (mean_steps * step - into_step))
}

/// Mean number of triggers, one every `every` steps, that come while a response is pending. One that comes due at
/// the boundary of a trigger is out of its way only if it stands `first`.
fn ignored(every: Step, delay: &DelayTable, first: bool) -> f64 {
    (1..=delay.longest())
        .map(|d| {
            let probability = delay.by(d) - delay.by(d - 1);
            probability * f64::from((d - Step::from(first)) / every)
        })
        .sum()
}

/// Mean number of triggers that each start a pending response again; `None` if it never comes to fire.
fn restarted(every: Step, delay: &DelayTable, first: bool) -> Option<f64> {
    let in_time = delay.by(if first { every } else { every - 1 });
    (in_time > 0.0).then_some((1.0 - in_time) / in_time)
}

/// The rules that raise what `response` listens to, each with the share of its firings that do. `None` if something
/// else raises it too, or if the share is not a constant.
fn sources(model: &Model, response: RuleId) -> Option<Vec<(RuleId, f64)>> {
    let listens = |event: EventId| model.event(event).listeners.contains(&response);
    let heard = |event: EventId| listens(event) || model.event(event).groups.iter().any(|group| listens(*group));
    let of_postures =
        model.posture_events.iter().flat_map(|p| p.becomes.iter().flatten().chain(&p.rises).chain(&p.falls));
    let of_lets = model.watches.iter().flat_map(|w| [&w.begins, &w.ends]);
    if of_postures.chain(of_lets).chain([&model.start_event]).any(|event| heard(*event)) {
        return None;
    }
    let mut found = Vec::new();
    for (index, rule) in model.rules.iter().enumerate() {
        let raises = |events: &[EventId]| events.iter().any(|event| listens(*event));
        if rule.forbidden || !(rule.branches.iter().any(|b| raises(&b.raises)) || raises(&rule.nothing.raises)) {
            continue;
        }
        let id = RuleId(index as u32);
        if id == response || rule.at_most.is_some() || rule.cooldown.is_some() {
            return None;
        }
        found.push((id, share_that(rule, &raises)?));
    }
    (!found.is_empty()).then_some(found)
}

/// The share of the firings of `rule` that raise something of the kind; `None` if it is no constant.
fn share_that(rule: &Rule, raises: &impl Fn(&[EventId]) -> bool) -> Option<f64> {
    let nothing = raises(&rule.nothing.raises);
    let counts = |branch: &crate::model::Branch| if branch.forbidden { nothing } else { raises(&branch.raises) };
    if nothing && rule.branches.iter().all(counts) {
        return Some(1.0);
    }
    match &rule.branches {
        Branches::One(branch) => Some(f64::from(u8::from(counts(branch)))),
        Branches::Weighted { branches, otherwise } => {
            let (mut share, mut rest) = (0.0, 1.0);
            for (weight, branch) in branches {
                let weight = weight.as_constant()?;
                rest -= weight;
                share += if counts(branch) { weight } else { 0.0 };
            }
            let left_over = otherwise.as_ref().map_or(nothing, counts);
            Some(if left_over { share + rest.max(0.0) } else { share })
        }
        Branches::Odds { branches, .. } => {
            let (mut share, mut sum) = (0.0, 0.0);
            for (when, odds, branch) in branches {
                let odds = if when.as_constant()? { odds.as_constant()? } else { 0.0 };
                sum += odds;
                share += if counts(branch) { odds } else { 0.0 };
            }
            (sum > 0.0).then(|| share / sum)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn a_fixed_delay_of_whole_periods_depends_on_who_stands_first() {
        let delay = DelayTable::fixed(14);
        close(ignored(7, &delay, true), 1.0);
        close(ignored(7, &delay, false), 2.0);
        close(one_of(1.0, ignored(7, &delay, true)), 0.5);
        close(one_of(0.5, 2.0), 0.25);
    }

    #[test]
    fn an_even_delay_is_weighed_day_by_day() {
        // 3 to 10 days against a weekly trigger: only 8, 9 and 10 days meet one (7 stands first).
        let delay = DelayTable::new((0..=10).map(|d| f64::from((d - 2).max(0)) / 8.0).collect());
        close(ignored(7, &delay, true), 3.0 / 8.0);
        close(ignored(7, &delay, false), 4.0 / 8.0);
    }

    #[test]
    fn a_restarted_response_needs_a_delay_shorter_than_the_period() {
        let delay = DelayTable::new(vec![0.0, 0.5, 1.0]);
        close(restarted(2, &delay, false).unwrap(), 1.0);
        close(restarted(2, &delay, true).unwrap(), 0.0);
        assert_eq!(restarted(1, &delay, false), None);
    }

    #[test]
    fn random_triggers_are_met_as_a_run_by_hand_says() {
        // Count what a long sequence of steps meets: triggers at a rate of 0.7 a day, chance 0.4, delay 2 or 5 days.
        let delay = DelayTable::new(vec![0.0, 0.0, 0.5, 0.5, 0.5, 1.0]);
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut uniform = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut now, mut free_from, mut triggers, mut answers) = (0.0_f64, 0.0, 0_u32, 0_u32);
        while triggers < 400_000 {
            now -= libm::log(1.0 - uniform()) / 0.7;
            triggers += 1;
            if now >= free_from && uniform() < 0.4 {
                answers += 1;
                free_from = now.floor() + if uniform() < 0.5 { 2.0 } else { 5.0 };
            }
        }
        let share = one_of(0.4, met(0.7, 0.4, &delay, 1.0).unwrap());
        let seen = f64::from(answers) / f64::from(triggers);
        assert!((share - seen).abs() < 0.003, "computed {share}, seen {seen}");
    }
}
