//! One rule in plain words: when it acts, how likely, how soon, what it does and what that sets off.
//!
//! Does not know the other rules but by what they raise and listen to.

use super::known::Known;
use super::numbers::{lasting, percent, plain, pressure, steps, times_odds};
use super::{LABELS, field, listed, phrase};
use crate::analysis::answered::{Recurrence, answered};
use crate::model::formula::Tabulated;
use crate::model::state::State;
use crate::model::table::DelayTable;
use crate::model::{Branch, Branches, Calendar, Clock, Model, Rule, RuleId};
use crate::report::layout::{HEADING, styled, wrap};
use crate::scenario::document::{BranchText, Cases, Document, FactorText, ProbabilityText, RuleText};
use crate::scenario::expression::Expr;
use crate::scenario::quantity::Moment;

/// Names shown where there are many.
const MOST: usize = 12;

/// What is needed to speak of one rule.
struct View<'a> {
    model: &'a Model,
    document: &'a Document,
    known: Known,
    id: RuleId,
    rule: &'a Rule,
    text: Option<&'a RuleText>,
}

pub(super) fn rule(model: &Model, document: &Document, index: usize) -> String {
    let rule = &model.rules[index];
    let view = View {
        model,
        document,
        known: Known::new(model, document),
        id: RuleId(index as u32),
        rule,
        // What the compiler adds stands behind the rules of the file and has no text.
        text: document.rules.get(index).and_then(|entry| entry.value.as_ref()),
    };
    let mut lines = format!("{}\n{}\n", styled(HEADING, &rule.id), wrap(&rule.says, 0, 0));
    if rule.forbidden {
        lines += &field("forbidden", "it never fires in this run, because it was forbidden");
    }
    lines += &view.when();
    lines += &view.how();
    lines += &view.meanings();
    lines += &view.limits();
    lines += &view.what();
    lines += &view.consequences();
    lines + &view.provenance()
}

impl View<'_> {
    fn horizon(&self) -> f64 {
        let calendar = &self.model.calendar;
        f64::from(calendar.steps) * calendar.step_seconds as f64 / 86_400.0
    }

    /// Its guard.
    fn when(&self) -> String {
        let always = "always: it has no guard";
        let Some(guard) = self.text.and_then(|t| t.when.as_ref()) else {
            return field("acts", always);
        };
        let mut lines = field("acts", &format!("only while {guard}"));
        if self.rule.guard.as_constant() == Some(false) {
            lines += &wrap("as the parameters stand, that is never so", LABELS, LABELS);
        }
        lines
    }

    /// The lets in its conditions and triggers.
    fn meanings(&self) -> String {
        let Some(text) = self.text else { return String::new() };
        let mut names = Vec::new();
        let mut see = |name: &str| names.push(name.to_owned());
        text.on.iter().flat_map(|on| &on.value).for_each(|event| event.each_name(&mut see));
        let cases = text.pressure.iter().flat_map(|p| &p.cases).filter_map(|case| case.when.as_ref());
        let cases = cases.chain(text.chance.iter().flat_map(|p| &p.cases).filter_map(|case| case.when.as_ref()));
        let factors = text.factors.iter().filter_map(|factor| factor.when.as_ref());
        let branches =
            text.choose.iter().flat_map(|c| &c.value).filter_map(|entry| entry.value.as_ref()?.when.as_ref());
        let conditions = text.when.iter().chain(cases).chain(factors).chain(branches);
        conditions.for_each(|condition| condition.each_name(&mut see));
        let told = lets_among(names, self.document).into_iter().filter_map(|name| {
            let named = self.model.lets.iter().find(|l| l.name == name)?;
            Some(field("where", &format!("{name} means: {}", named.text)))
        });
        told.collect()
    }

    /// Its clock, with its numbers.
    fn how(&self) -> String {
        match &self.rule.clock {
            Clock::Pressure { .. } => self.pressure(),
            Clock::Response { .. } => self.response(),
            Clock::Dated(dates) => {
                let dates: Vec<String> = dates.iter().map(|step| self.date(*step)).collect();
                field("fires", &format!("on {}, if its guard holds then", listed(&dates, MOST)))
            }
            Clock::Recurring { from, every } => {
                let times = 1 + (self.model.calendar.steps - 1).saturating_sub(*from) / every;
                let period = steps(u64::from(*every), self.model.calendar.step_seconds);
                let first = self.date(*from);
                field(
                    "fires",
                    &format!("every {period}, first on {first}: {times} times in the run, if its guard holds then"),
                )
            }
        }
    }

    fn date(&self, step: u32) -> String {
        date(&self.model.calendar, step)
    }

    fn pressure(&self) -> String {
        let mut lines = field("fires", "at any moment, under a pressure; each moment is as likely as any other");
        let Some(text) = self.text else { return lines };
        let Some(rates) = &text.pressure else { return lines };
        for case in &rates.cases {
            let rate = phrase::rate(&case.is.value, &self.known);
            let when = match &case.when {
                Some(when) => format!(" while {when}"),
                None if rates.cases.len() > 1 => " otherwise".to_owned(),
                None => String::new(),
            };
            let comes = self.known.rate(&case.is.value);
            let comes = comes.map_or_else(String::new, |r| format!(": {}", pressure(r, self.horizon())));
            lines += &field("pressure", &format!("{rate} as a pressure{when}{comes}"));
        }
        let base = Known::single(rates).and_then(|rate| self.known.rate(rate));
        for factor in &text.factors {
            let Some(times) = &factor.rate_times else { continue };
            let now = Known::single(times).and_then(|f| self.known.number(f)).zip(base);
            let now = now.map(|(factor, base)| pressure(base * factor, self.horizon()));
            lines += &self.factor(factor, times, now);
        }
        lines + &self.hazards()
    }

    /// The span of its hazard over all states, where that is more than one number.
    fn hazards(&self) -> String {
        let Clock::Pressure { hazard, .. } = &self.rule.clock else { return String::new() };
        let Some(table) = hazard.table() else { return String::new() };
        let (low, high) = table.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(*x), h.max(*x)));
        if low >= high {
            return String::new();
        }
        let now = hazard.value(&State::start(self.model), self.model);
        let text = format!(
            "over all states the rate is {} to {} a day; at the start, if the guard holds, {}",
            plain(low),
            plain(high),
            plain(now)
        );
        wrap(&text, LABELS, LABELS)
    }

    fn factor(&self, factor: &FactorText, times: &Cases<Expr>, now: Option<String>) -> String {
        let value = phrase::cases(times, |e| phrase::number(e, &self.known, plain));
        let kind = if factor.rate_times.is_some() { "rate_times" } else { "odds_times" };
        let when = factor.when.as_ref();
        let in_force = match when.and_then(|when| self.known.truth(when)) {
            Some(true) => " (in force in this run)",
            Some(false) => " (not in force in this run)",
            None => "",
        };
        let when = when.map_or_else(String::new, |when| format!(" while {when}"));
        let now = now.map_or_else(String::new, |now| format!(": {now}"));
        field("", &format!("with {kind} {value}{when}{in_force}{now}"))
    }

    fn response(&self) -> String {
        let Some(text) = self.text else { return String::new() };
        let events = text.on.iter().flat_map(|on| &on.value);
        let events: Vec<String> = events.map(ToString::to_string).collect();
        let mut lines = field("follows", &listed(&events, MOST));
        lines += &self.chance(text);
        lines += &self.delay(text);
        lines + &self.while_pending()
    }

    fn chance(&self, text: &RuleText) -> String {
        let base = match &text.chance {
            Some(chance) => Known::single(chance).and_then(|p| self.known.probability(p)),
            None => Some(1.0),
        };
        let said = |p: &ProbabilityText| phrase::probability(p, &self.known);
        let mut lines = match (&text.chance, &self.rule.clock) {
            (Some(chance), _) => field("chance", &phrase::cases(chance, said)),
            (None, Clock::Response { chance, .. }) => match chance.as_constant() {
                Some(1.0) => field("chance", "it always follows"),
                Some(p) => field("chance", &percent(p)),
                None => String::new(),
            },
            (None, _) => String::new(),
        };
        for factor in &text.factors {
            let Some(times) = &factor.odds_times else { continue };
            let now = Known::single(times).and_then(|f| self.known.number(f)).zip(base);
            lines += &self.factor(factor, times, now.map(|(factor, base)| percent(times_odds(base, factor))));
        }
        lines
    }

    fn delay(&self, text: &RuleText) -> String {
        let Clock::Response { delay: table, .. } = &self.rule.clock else { return String::new() };
        if table.at_once() >= 1.0 {
            return field("delay", "none: it follows in the same instant");
        }
        let calendar = &self.model.calendar;
        let written = text.after.as_ref().map(|after| phrase::delay(&after.value)).unwrap_or_default();
        let mut lines = field("delay", &format!("{written}{}", spread(table, calendar)));
        let (from_start, from_middle) = (1.0 - table.by(calendar.steps), 1.0 - table.by(calendar.steps / 2));
        if from_middle >= 0.000_5 {
            let first = match percent(from_start).as_str() {
                "0 %" => String::new(),
                share => format!("if it is triggered on the first day, {share} of the delays end after the run; "),
            };
            let text = format!("{first}if half way through, {} end after it", percent(from_middle));
            lines += &wrap(&text, LABELS, LABELS);
        }
        lines
    }

    fn while_pending(&self) -> String {
        let Clock::Response { delay, restart, keep, .. } = &self.rule.clock else { return String::new() };
        if delay.at_once() >= 1.0 {
            return String::new();
        }
        let again = if *restart {
            "a further trigger starts it again, with a new delay"
        } else {
            "a further trigger is ignored until it has fired"
        };
        let lapse = if *keep {
            "; it is in motion and fires even if its guard has failed by then"
        } else if self.rule.guard.as_constant() == Some(true) {
            ""
        } else {
            "; it is cancelled once its guard fails"
        };
        let mut lines = field("pending", &format!("{again}{lapse}"));
        if let Some(answered) = answered(self.model, self.id) {
            let by: Vec<String> = answered.by.iter().map(|id| self.model.rule(*id).id.clone()).collect();
            let by = listed(&by, MOST);
            let comes = match answered.recurrence {
                Recurrence::Every(every) => {
                    format!("every {} by {by}", steps(u64::from(every), self.model.calendar.step_seconds))
                }
                Recurrence::AtRandom(low, high) if low < high => {
                    format!("on average every {} to {} by {by}", lasting(1.0 / high), lasting(1.0 / low))
                }
                Recurrence::AtRandom(rate, _) => format!("on average every {} by {by}", lasting(1.0 / rate)),
            };
            let (low, high) = answered.share;
            let share = if percent(low) == percent(high) {
                percent(low)
            } else {
                format!("{} to {}", percent(low), percent(high))
            };
            let told = format!(
                "triggered {comes} it answers {share} of the triggers in the long run, not {}, because the others find it \
                 pending (as long as the guards hold)",
                percent(answered.chance)
            );
            lines += &wrap(&told, LABELS, LABELS);
        }
        lines
    }

    fn limits(&self) -> String {
        let mut parts = Vec::new();
        if let Some((_, most)) = self.rule.at_most {
            parts.push(format!("at most {most} {} in a run", if most == 1 { "time" } else { "times" }));
        }
        if let Some((_, cooldown)) = self.rule.cooldown {
            let long = steps(u64::from(cooldown), self.model.calendar.step_seconds);
            parts.push(format!("not again for {long} after it has fired"));
        }
        if self.rule.priority != 0 {
            parts.push(format!("priority {} among what is due at one boundary", self.rule.priority));
        }
        field("limits", &parts.join("; "))
    }

    /// What it does.
    fn what(&self) -> String {
        let Some(text) = self.text else {
            return field("does", "a table made at load moves the indicator towards its target");
        };
        let mut lines = String::new();
        if let Some(then) = &text.then {
            lines += &field("does", &phrase::effects(&then.value));
        }
        let Some(choose) = &text.choose else {
            return if text.then.is_none() { field("does", "changes nothing; its firing is the event") } else { lines };
        };
        let sum: Option<f64> = choose.value.iter().filter_map(|e| e.value.as_ref()).map(|b| self.odds(b)).sum();
        for entry in &choose.value {
            let Some(branch) = &entry.value else { continue };
            let name = &entry.key.value;
            let likely = self.likely(name, branch, sum);
            let does =
                branch.then.as_ref().map_or_else(|| "nothing changes".to_owned(), |then| phrase::effects(&then.value));
            let says = branch.says.as_ref().map_or_else(String::new, |s| format!(" {}", s.value));
            lines += &field("one of", &format!("{}/{name}, {likely}: {does}.{says}", self.rule.id));
        }
        lines
    }

    /// The odds of a branch, where they are one number and need nothing.
    fn odds(&self, branch: &BranchText) -> Option<f64> {
        if branch.when.is_some() {
            return None;
        }
        match &branch.odds {
            Some(odds) => Known::single(odds).and_then(|odds| self.known.number(odds)),
            None => Some(0.0),
        }
    }

    fn likely(&self, name: &str, branch: &BranchText, sum: Option<f64>) -> String {
        if let Some(weight) = &branch.weight {
            return phrase::cases(weight, |p| phrase::probability(p, &self.known));
        }
        let Some(odds) = &branch.odds else { return "otherwise".to_owned() };
        if let Some((mine, sum)) = self.odds(branch).zip(sum).filter(|(_, sum)| *sum > 0.0) {
            return percent(mine / sum);
        }
        let odds = phrase::cases(odds, |e| phrase::number(e, &self.known, plain));
        let when = branch.when.as_ref().map_or_else(String::new, |w| format!(" if {w}"));
        let now = self.at_start(name).map_or_else(String::new, |p| format!(" (at the start {})", percent(p)));
        format!("odds {odds}{when}{now}")
    }

    /// How likely the branch `name` would be as things stand at the start, if branches have odds.
    fn at_start(&self, name: &str) -> Option<f64> {
        let Branches::Odds { branches, .. } = &self.rule.branches else { return None };
        let state = State::start(self.model);
        let odds = |(when, odds, _): &(Tabulated<bool>, Tabulated<f64>, Branch)| {
            if when.holds(&state, self.model) { odds.value(&state, self.model) } else { 0.0 }
        };
        let sum: f64 = branches.iter().map(odds).sum();
        branches.iter().find(|(.., branch)| branch.name == name && sum > 0.0).map(|branch| odds(branch) / sum)
    }

    /// Whom its events may set off.
    fn consequences(&self) -> String {
        let mut heard: Vec<RuleId> = Vec::new();
        for branch in self.rule.branches.iter().chain([&self.rule.nothing]) {
            for event in &branch.raises {
                heard.extend(&self.model.event(*event).listeners);
            }
        }
        heard.sort_unstable();
        heard.dedup();
        let names: Vec<String> = heard.iter().map(|id| self.model.rule(*id).id.clone()).collect();
        let mut lines = if names.is_empty() { String::new() } else { field("sets off", &listed(&names, MOST)) };
        if self.rule.milestone {
            lines += &field("milestone", "part of the escalation paths");
        }
        if let Some(code) = &self.rule.cameo {
            lines += &field("event code", &format!("CAMEO {code}"));
        }
        lines
    }

    fn provenance(&self) -> String {
        let said = self.rule.because.as_ref().map(|b| phrase::because(b, self.document)).unwrap_or_default();
        field("because", if said.is_empty() { "nothing is said about where this comes from" } else { &said })
    }
}

/// The day of a boundary.
pub(super) fn date(calendar: &Calendar, step: u32) -> String {
    let since = u64::from(step) * calendar.step_seconds;
    match calendar.start {
        Some(start) => Moment::at_seconds(start + since as i64).to_string(),
        None => format!("day {}", plain(since as f64 / 86_400.0)),
    }
}

/// Median and 5 and 95 per cent of a delay in steps, if it varies.
fn spread(table: &DelayTable, calendar: &Calendar) -> String {
    // The author's own 95 % is a point of the table but for rounding.
    let least = |u: f64| (0..=table.longest()).find(|k| table.by(*k) >= u - 1e-9);
    let at = |u: f64| least(u).map(|k| steps(u64::from(k), calendar.step_seconds));
    let (early, middle, late) = (at(0.05), at(0.5), at(0.95));
    if early == late && early.is_some() {
        return String::new();
    }
    let or_later = |quantile: Option<String>| quantile.unwrap_or_else(|| "after the end of the run".to_owned());
    format!(": median {}, 5 % within {}, 95 % within {}", or_later(middle), or_later(early), or_later(late))
}

/// The lets among `names`, and those that these name in turn, each once.
fn lets_among(names: Vec<String>, document: &Document) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut queue: std::collections::VecDeque<String> = names.into();
    while let Some(name) = queue.pop_front() {
        let entry = document.lets.iter().find(|entry| entry.key.value == name);
        let Some(text) = entry.and_then(|entry| entry.value.as_ref()) else { continue };
        if !found.contains(&name) {
            found.push(name);
            text.each_name(&mut |inner| queue.push_back(inner.to_owned()));
        }
    }
    found
}

/// A summary of a rule's clock in a few words, as written.
pub(super) fn summary(text: &RuleText, known: &Known) -> String {
    let mut parts = Vec::new();
    if let Some(pressure) = &text.pressure {
        parts.push(phrase::cases(pressure, |rate| phrase::rate(rate, known)));
    }
    if let Some(on) = &text.on {
        let events: Vec<String> = on.value.iter().map(ToString::to_string).collect();
        parts.push(format!("on {}", listed(&events, 4)));
    }
    if let Some(chance) = &text.chance {
        parts.push(phrase::cases(chance, |p| phrase::probability(p, known)));
    }
    if let Some(after) = &text.after {
        parts.push(format!("after {}", phrase::delay(&after.value)));
    }
    if let Some(at) = &text.at {
        let dates: Vec<String> = at.value.iter().map(|m| m.value.to_string()).collect();
        parts.push(format!("on {}", listed(&dates, 4)));
    }
    if let Some(every) = &text.every {
        parts.push(format!("every {}", every.value));
    }
    if let Some(when) = &text.when {
        parts.push(format!("only while {when}"));
    }
    let mut does: Vec<String> = Vec::new();
    if let Some(then) = &text.then {
        does.push(phrase::effects(&then.value));
    }
    if let Some(choose) = &text.choose {
        let names: Vec<String> = choose.value.iter().map(|entry| entry.key.value.clone()).collect();
        does.push(format!("one of {}", listed(&names, 8)));
    }
    let does = if does.is_empty() { "an event only".to_owned() } else { does.join("; ") };
    format!("{} → {does}", parts.join(", "))
}
