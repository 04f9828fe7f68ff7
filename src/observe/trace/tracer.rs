//! The observer that records one run.
//!
//! What an instant brings is stamped when the instant has settled: before that the time of a pressure's firing is
//! not known. It does not know who reads the record.

use std::collections::BTreeMap;

use super::{Answer, Cause, Change, End, Entry, Firing, Trace, Trigger, Value, What};
use crate::model::event::{BranchIndex, NOTHING, Observer, Occurrence, Origin};
use crate::model::state::State;
use crate::model::{Branches, EventId, Model, RuleId, Step, TICKS_PER_DAY, VariableId, VariableKind};
use crate::observe::question::{AskRef, Memory, Monitors, NO_CAP, Reply, Settled};

/// Records one run.
#[derive(Debug, Clone)]
pub struct Tracer {
    trace: Trace,
    monitors: Monitors,
    memory: Memory,
    /// Outcomes that have a question.
    asked: usize,
    /// Entries from here on are of the present instant.
    unstamped: usize,
    changes: Vec<Change>,
    held: Vec<String>,
    /// By pending response: what triggered it.
    pending: BTreeMap<RuleId, Trigger>,
    /// The firing whose listeners are being asked.
    raiser: Option<u32>,
    stopped: bool,
}

/// The time of what has happened in an instant that has not settled.
const UNSTAMPED: u64 = u64::MAX;

impl Tracer {
    /// One that has seen nothing.
    pub fn new(model: &Model) -> Self {
        let outcomes = model.outcomes.iter().filter_map(|outcome| outcome.ask.as_ref().map(AskRef::YesNo));
        let asked = outcomes.clone().count();
        let questions = model.questions.iter().map(|question| AskRef::from(&question.ask));
        let monitors = Monitors::new(model, outcomes.chain(questions), NO_CAP);
        Self {
            trace: Trace { run: 0, entries: Vec::new(), end: End { outcome: None, answers: Vec::new() } },
            memory: monitors.begin(),
            monitors,
            asked,
            unstamped: 0,
            changes: Vec::new(),
            held: Vec::new(),
            pending: BTreeMap::new(),
            raiser: None,
            stopped: false,
        }
    }

    /// What was recorded.
    pub fn finish(self) -> Trace {
        self.trace
    }

    fn enter(&mut self, what: What) {
        self.trace.entries.push(Entry { ticks: UNSTAMPED, day: 0.0, step: 0, boundary: false, what });
    }

    /// A trigger that is happening now.
    fn trigger(&self, model: &Model, event: EventId) -> Trigger {
        Trigger { event: model.event(event).name.clone(), firing: self.raiser, ticks: UNSTAMPED }
    }

    fn fired(&mut self, model: &Model, rule: RuleId, branch: BranchIndex, origin: Origin, number: u32) {
        let compiled = model.rule(rule);
        let chooses = !matches!(compiled.branches, Branches::One(_));
        let drawn = if branch == NOTHING { None } else { compiled.branches.at(usize::from(branch)) };
        let own = drawn.map(|branch| branch.says.clone()).filter(|says| !says.is_empty());
        let firing = Firing {
            number,
            rule: compiled.id.clone(),
            branch: drawn.filter(|_| chooses).map(|branch| branch.name.clone()),
            nothing: branch == NOTHING,
            says: own.unwrap_or_else(|| compiled.says.clone()),
            origin: origin.into(),
            // A forced firing leaves a pending response pending.
            trigger: if origin == Origin::Response { self.pending.remove(&rule) } else { None },
            changes: std::mem::take(&mut self.changes),
            held: std::mem::take(&mut self.held),
            milestone: compiled.milestone && branch != NOTHING,
        };
        self.raiser = Some(number);
        self.enter(What::Fired(Box::new(firing)));
    }

    fn comes(&mut self, model: &Model, rule: RuleId, event: EventId, at_once: bool, restarted: bool) {
        let trigger = self.trigger(model, event);
        self.pending.insert(rule, trigger.clone());
        self.enter(What::Comes { rule: model.rule(rule).id.clone(), trigger, at_once, restarted });
    }

    fn stamp(&mut self, now: u64, step: Step, boundary: bool) {
        for entry in &mut self.trace.entries[self.unstamped..] {
            entry.ticks = now;
            entry.day = now as f64 / TICKS_PER_DAY as f64;
            entry.step = step;
            entry.boundary = boundary;
            if let Some(trigger) = entry.what.trigger() {
                trigger.stamp(now);
            }
        }
        self.pending.values_mut().for_each(|trigger| trigger.stamp(now));
        self.unstamped = self.trace.entries.len();
    }
}

impl Trigger {
    fn stamp(&mut self, now: u64) {
        if self.ticks == UNSTAMPED {
            self.ticks = now;
        }
    }
}

impl What {
    fn trigger(&mut self) -> Option<&mut Trigger> {
        match self {
            Self::Fired(firing) => firing.trigger.as_mut(),
            Self::Preempted { trigger, .. } | Self::Lapsed { trigger, .. } => trigger.as_mut(),
            Self::Comes { trigger, .. }
            | Self::LetPass { trigger, .. }
            | Self::Ignored { trigger, .. }
            | Self::NotOpen { trigger, .. } => Some(trigger),
            Self::Started | Self::Turned { .. } | Self::Stopped => None,
        }
    }
}

impl From<Origin> for Cause {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Pressure => Self::Pressure,
            Origin::Calendar => Self::Calendar,
            Origin::Forced => Self::Forced,
            Origin::Response => Self::Response,
        }
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::YesNo(yes) => Self::YesNo(yes),
            Reply::Number(number) => Self::Number(number.value()),
            Reply::Seconds(seconds) => Self::Days(seconds.value() / 86_400.0),
            Reply::Never => Self::Never,
        }
    }
}

fn value(model: &Model, variable: VariableId, value: i32) -> Value {
    match &model.variable(variable).kind {
        VariableKind::Posture { values, .. } => Value::Name(values[value as usize].clone()),
        VariableKind::Indicator => Value::Number(value),
        VariableKind::Flag => Value::Flag(value != 0),
    }
}

impl Observer for Tracer {
    fn looks(&self, _model: &Model) -> Vec<Step> {
        self.monitors.looks().collect()
    }

    fn begin(&mut self, model: &Model, _state: &State, run: u64) {
        *self = Self::new(model);
        self.trace.run = run;
    }

    fn observe(&mut self, model: &Model, state: &State, occurrence: Occurrence<'_>) {
        self.monitors.on_occurrence(&mut self.memory, &occurrence, state.step);
        let id = |rule: RuleId| model.rule(rule).id.clone();
        match occurrence {
            Occurrence::Fired { rule, branch, origin, number, .. } => self.fired(model, rule, branch, origin, number),
            Occurrence::Changed(variable, from, to) => self.changes.push(Change {
                variable: model.variable(variable).name.clone(),
                from: value(model, variable, from),
                to: value(model, variable, to),
            }),
            Occurrence::Saturated(_, variable) => self.held.push(model.variable(variable).name.clone()),
            Occurrence::Turned(watch, begins, _) => {
                self.raiser = None;
                self.enter(What::Turned { name: model.watches[watch.0 as usize].name.clone(), begins });
            }
            Occurrence::Started(_) => {
                self.raiser = None;
                self.enter(What::Started);
            }
            Occurrence::Comes { rule, trigger, at_once, .. } => self.comes(model, rule, trigger, at_once, false),
            Occurrence::Restarted { rule, trigger, at_once, .. } => self.comes(model, rule, trigger, at_once, true),
            Occurrence::LetPass(rule, event) => {
                let trigger = self.trigger(model, event);
                self.enter(What::LetPass { rule: id(rule), trigger });
            }
            Occurrence::Ignored(rule, event) => {
                let trigger = self.trigger(model, event);
                self.enter(What::Ignored { rule: id(rule), trigger });
            }
            Occurrence::NotOpen(rule, event) => {
                let trigger = self.trigger(model, event);
                self.enter(What::NotOpen { rule: id(rule), trigger });
            }
            Occurrence::Preempted(rule) => {
                let trigger = self.pending.remove(&rule);
                self.enter(What::Preempted { rule: id(rule), trigger });
            }
            Occurrence::Lapsed(rule) => {
                let trigger = self.pending.remove(&rule);
                self.enter(What::Lapsed { rule: id(rule), trigger });
            }
        }
    }

    fn looked(&mut self, model: &Model, state: &State, step: Step) {
        self.monitors.on_looked(&mut self.memory, model, state, step);
    }

    fn settled(&mut self, model: &Model, state: &State, now: &dyn Fn() -> u64, boundary: bool) {
        self.monitors.on_settled(&mut self.memory, &Settled { model, state, now, boundary });
        if state.stopped && !self.stopped {
            self.stopped = true;
            self.enter(What::Stopped);
        }
        self.stamp(now(), state.step, boundary);
    }

    fn end(&mut self, model: &Model, _state: &State) {
        let reply = |index| self.monitors.answer(&self.memory, index);
        let outcome = (0..self.asked).find(|index| reply(*index).is_yes()).unwrap_or(self.asked);
        self.trace.end = End {
            outcome: model.outcomes.get(outcome).map(|outcome| outcome.name.clone()),
            answers: model
                .questions
                .iter()
                .enumerate()
                .map(|(index, question)| (question.name.clone(), reply(self.asked + index).into()))
                .collect(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Effect;
    use crate::model::formula::Tabulated;
    use crate::model::table::DelayTable;
    use crate::observe::fixture::{Building, Story, at_least, during, empty, respond, rule};

    /// `spark` raises `x`; `reply` follows two days later while `x >= 1`, and takes a branch.
    fn model() -> Model {
        let mut model = empty(10)
            .with_rule("spark", true, &[])
            .with_rule("reply", false, &["soft", "hard"])
            .with_outcome("hot", Some(crate::model::Ask::AtEnd(at_least(2))))
            .with_outcome("cold", None);
        respond(&mut model, "reply", "spark", DelayTable::fixed(2));
        let (spark, reply) = (rule(&model, "spark").0 as usize, rule(&model, "reply").0 as usize);
        let add = |n: f64| vec![Effect::Add(VariableId(0), Tabulated::constant(n))];
        let Branches::One(branch) = &mut model.rules[spark].branches else { unreachable!() };
        branch.effects = add(1.0);
        model.rules[spark].says = "It begins.".into();
        model.rules[reply].guard = at_least(1);
        let Branches::Weighted { branches, .. } = &mut model.rules[reply].branches else { unreachable!() };
        branches[1].1.effects = add(20.0);
        branches[1].1.says = "They hit back.".into();
        model.finish()
    }

    fn names(trace: &Trace) -> Vec<(u64, &'static str, String)> {
        trace
            .entries
            .iter()
            .map(|entry| {
                let (what, rule) = match &entry.what {
                    What::Started => ("started", ""),
                    What::Fired(firing) => ("fired", firing.rule.as_str()),
                    What::Comes { rule, restarted: false, .. } => ("comes", rule.as_str()),
                    What::Comes { rule, .. } => ("restarts", rule.as_str()),
                    What::LetPass { rule, .. } => ("let pass", rule.as_str()),
                    What::Ignored { rule, .. } => ("ignored", rule.as_str()),
                    What::NotOpen { rule, .. } => ("not open", rule.as_str()),
                    What::Preempted { rule, .. } => ("pre-empted", rule.as_str()),
                    What::Lapsed { rule, .. } => ("lapsed", rule.as_str()),
                    What::Turned { name, .. } => ("turned", name.as_str()),
                    What::Stopped => ("stopped", ""),
                };
                (entry.ticks * 2 / TICKS_PER_DAY, what, rule.to_string())
            })
            .collect()
    }

    #[test]
    fn a_run_is_told_in_order_with_triggers_and_changes() {
        let model = model();
        let mut tracer = Tracer::new(&model);
        let mut story = Story::begin(&model, 7, &mut tracer);
        story.branch = 1;
        story.boundary(0, &mut tracer);
        story.pressure("spark", 1, &mut tracer);
        story.pressure("spark", 2, &mut tracer);
        story.boundary(3, &mut tracer);
        story.end(&mut tracer);
        let trace = tracer.finish();
        assert_eq!(trace.run, 7);
        let told: Vec<(u64, &str, String)> = names(&trace);
        let told: Vec<(u64, &str, &str)> =
            told.iter().map(|(half, what, rule)| (*half, *what, rule.as_str())).collect();
        // Half days: a pressure of step 1 fires at day 1.5.
        assert_eq!(
            told,
            [
                (0, "started", ""),
                (3, "fired", "spark"),
                (3, "comes", "reply"),
                (5, "fired", "spark"),
                (5, "ignored", "reply"),
                (6, "fired", "reply"),
            ]
        );
        let What::Fired(spark) = &trace.entries[1].what else { unreachable!() };
        assert_eq!((spark.says.as_str(), spark.origin, spark.number), ("It begins.", Cause::Pressure, 0));
        assert_eq!(spark.changes, [Change { variable: "x".into(), from: Value::Number(0), to: Value::Number(1) }]);
        let What::Fired(reply) = &trace.entries[5].what else { unreachable!() };
        assert_eq!((reply.branch.as_deref(), reply.says.as_str()), (Some("hard"), "They hit back."));
        assert_eq!(reply.held, ["x"], "20 more than the range holds");
        let trigger = reply.trigger.clone().unwrap();
        assert_eq!((trigger.event.as_str(), trigger.firing, trigger.ticks), ("spark", Some(0), TICKS_PER_DAY * 3 / 2));
        assert!(trace.entries[5].boundary && !trace.entries[1].boundary);
        assert_eq!(trace.end.outcome.as_deref(), Some("hot"));
    }

    #[test]
    fn what_did_not_happen_is_told_too() {
        let mut model = model();
        // The guard holds when triggered and breaks before the reply is due.
        model.rules[1].guard = during(0, 2);
        let model = model.finish();
        let mut tracer = Tracer::new(&model);
        let mut story = Story::begin(&model, 0, &mut tracer);
        story.boundary(0, &mut tracer);
        story.pressure("spark", 1, &mut tracer);
        story.boundary(2, &mut tracer);
        story.pressure("spark", 2, &mut tracer);
        story.end(&mut tracer);
        let trace = tracer.finish();
        let told: Vec<&'static str> = names(&trace).into_iter().map(|(_, what, _)| what).collect();
        assert_eq!(told, ["started", "fired", "comes", "lapsed", "fired", "not open"]);
        let What::Lapsed { trigger, .. } = &trace.entries[3].what else { unreachable!() };
        assert_eq!(trigger.as_ref().map(|t| t.ticks), Some(TICKS_PER_DAY * 3 / 2));
        assert_eq!(trace.end.outcome.as_deref(), Some("hot"));
    }

    #[test]
    fn a_trace_is_json() {
        let model = model();
        let mut tracer = Tracer::new(&model);
        let mut story = Story::begin(&model, 0, &mut tracer);
        story.boundary(0, &mut tracer);
        story.pressure("spark", 1, &mut tracer);
        let trace = tracer.finish();
        let line = serde_json::to_string(&trace.entries[1]).unwrap();
        assert!(line.contains(r#""what":"fired","number":0,"rule":"spark""#), "{line}");
        assert!(line.contains(r#""changes":[{"variable":"x","from":0,"to":1}]"#), "{line}");
    }
}
