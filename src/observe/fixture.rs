//! Models made by hand for the tests of this module: no text, no compiler.
//!
//! Does not know which test uses it.

use std::sync::Arc;

use crate::diagnostic::Span;
use crate::model::event::Observer;
use crate::model::formula::{Condition, Domain, Number, Slot, Tabulated};
use crate::model::instant::{Answer, Cause, Choice, Identity, Instant, Stage};
use crate::model::schedule::Schedule;
use crate::model::state::State;
use crate::model::table::DelayTable;
use crate::model::{
    Asked, Branch, Branches, Calendar, Clock, Event, EventId, Model, Outcome, PostureEvents, Question, Rule, RuleId,
    Step, TICKS_PER_DAY, Variable, VariableId, VariableKind,
};
use crate::scenario::expression::CompareOp;

/// An indicator `x` in 0..=9 that starts at 0, the event `start`, and `steps` steps of a day.
pub fn empty(steps: u32) -> Model {
    Model {
        title: String::new(),
        about: String::new(),
        digest: String::new(),
        calendar: Calendar { start: None, step_seconds: 86_400, steps },
        variables: Vec::new(),
        actors: Vec::new(),
        rules: Vec::new(),
        events: Vec::new(),
        counters: Vec::new(),
        watches: Vec::new(),
        outcomes: Vec::new(),
        questions: Vec::new(),
        stop_when: None,
        program: crate::model::program::Program::default(),
        forced: Vec::new(),
        parameters: Vec::new(),
        assumptions: Vec::new(),
        omitted: Vec::new(),
        variants: Vec::new(),
        overrides: Vec::new(),
        lets: Vec::new(),
        start_event: EventId(0),
        posture_events: Vec::new(),
        responses: Vec::new(),
        schedule: Schedule::default(),
    }
    .with_event("start")
    .with_indicator("x", 0, 9)
}

/// Adds to a model by value.
pub trait Building: Sized {
    /// An event that nobody listens to.
    fn with_event(self, name: &str) -> Self;
    /// An indicator that starts at its lowest value.
    fn with_indicator(self, name: &str, low: i32, high: i32) -> Self;
    /// A ladder that starts at its lowest value.
    fn with_ladder(self, name: &str, values: &[&str]) -> Self;
    /// A pressure without effects, with an event; and branches, each with an event, if any are named.
    fn with_rule(self, name: &str, milestone: bool, branches: &[&str]) -> Self;
    /// A question.
    fn with_question(self, ask: Asked) -> Self;
    /// An outcome.
    fn with_outcome(self, name: &str, ask: Option<crate::model::Ask>) -> Self;
}

fn branch(name: &str, raises: Vec<EventId>) -> Branch {
    Branch { name: name.into(), says: String::new(), forbidden: false, effects: Vec::new(), raises, cameo: None }
}

impl Building for Model {
    fn with_event(mut self, name: &str) -> Self {
        self.events.push(Event {
            name: name.into(),
            listeners: Vec::new(),
            counters: Vec::new(),
            groups: Vec::new(),
            asked: true,
        });
        self
    }

    fn with_indicator(mut self, name: &str, low: i32, high: i32) -> Self {
        self.variables.push(Variable {
            name: name.into(),
            kind: VariableKind::Indicator,
            start: low,
            low,
            high,
            says: String::new(),
            span: Span::default(),
        });
        self.posture_events.push(PostureEvents::default());
        self
    }

    fn with_ladder(mut self, name: &str, values: &[&str]) -> Self {
        self = self.with_indicator(name, 0, values.len() as i32 - 1);
        let values = values.iter().map(|v| (*v).to_string()).collect();
        self.variables.last_mut().unwrap().kind = VariableKind::Posture { values, ordered: true };
        self
    }

    fn with_rule(mut self, name: &str, milestone: bool, branches: &[&str]) -> Self {
        let event = EventId(self.events.len() as u32);
        self = self.with_event(name);
        let mut drawn = Vec::new();
        for own in branches {
            let id = EventId(self.events.len() as u32);
            self = self.with_event(&format!("{name}/{own}"));
            drawn.push((Tabulated::constant(1.0 / branches.len() as f64), branch(own, vec![event, id])));
        }
        let one = branch("", vec![event]);
        self.rules.push(Rule {
            id: name.into(),
            says: String::new(),
            event,
            guard: Tabulated::constant(true),
            clock: Clock::Pressure { hazard: Tabulated::constant(0.1), highest: 0.1 },
            branches: if drawn.is_empty() {
                Branches::One(one.clone())
            } else {
                Branches::Weighted { branches: drawn, otherwise: None }
            },
            nothing: one,
            at_most: None,
            cooldown: None,
            priority: 0,
            forbidden: false,
            milestone,
            cameo: None,
            because: None,
            evidence: None,
            confidence: None,
            span: Span::default(),
        });
        self
    }

    fn with_question(mut self, ask: Asked) -> Self {
        let name = format!("q{}", self.questions.len());
        self.questions.push(Question { name, says: String::new(), ask, text: String::new(), span: Span::default() });
        self
    }

    fn with_outcome(mut self, name: &str, ask: Option<crate::model::Ask>) -> Self {
        self.outcomes.push(Outcome {
            name: name.into(),
            says: String::new(),
            ask,
            text: String::new(),
            severity: None,
            span: Span::default(),
        });
        self
    }
}

/// The event of this name.
pub fn event(model: &Model, name: &str) -> EventId {
    EventId(model.events.iter().position(|e| e.name == name).expect("it was added") as u32)
}

/// The rule of this name.
pub fn rule(model: &Model, name: &str) -> RuleId {
    RuleId(model.rules.iter().position(|r| r.id == name).expect("it was added") as u32)
}

fn domain(slot: Slot) -> Domain {
    match slot {
        Slot::Variable(_) => (0, 9),
        _ => (0, 1),
    }
}

/// `x >= least` of variable 0.
pub fn at_least(least: i32) -> Tabulated<bool> {
    let x = Number::Read(Slot::Variable(VariableId(0)));
    Tabulated::condition(Condition::Compare(CompareOp::AtLeast, x, Number::Constant(f64::from(least))), domain)
}

/// The boundaries from `from` to before `to`.
pub fn during(from: u32, to: u32) -> Tabulated<bool> {
    Tabulated::condition(Condition::Holds(Slot::During(from, to)), domain)
}

/// The value of variable 0.
pub fn x() -> Tabulated<f64> {
    Tabulated::number(Number::Read(Slot::Variable(VariableId(0))), domain)
}

/// Makes a rule a response to `trigger`.
pub fn respond(model: &mut Model, name: &str, trigger: &str, delay: DelayTable) {
    let (id, event) = (rule(model, name), event(model, trigger));
    model.events[event.0 as usize].listeners.push(id);
    model.rules[id.0 as usize].clock = Clock::Response {
        slot: 0,
        chance: Tabulated::constant(1.0),
        delay: Arc::new(delay),
        keep: false,
        restart: false,
    };
}

/// A run by hand: instants one after another, every response comes after its longest delay.
pub struct Story<'m> {
    model: &'m Model,
    state: State,
    instant: Instant,
    /// Boundaries before this have been visited.
    next: Step,
    /// The branch that is drawn.
    pub branch: usize,
}

struct Script {
    branch: usize,
}

impl Choice for Script {
    fn identify(&mut self, _: Cause, _: Step) -> Identity {
        Identity::default()
    }

    fn comes(&mut self, _: RuleId, _: Identity, chance: f64, delay: &DelayTable, _: Step) -> Answer {
        match (chance > 0.0, delay.longest()) {
            (false, _) => Answer::Never,
            (true, 0) => Answer::AtOnce(Identity::default()),
            (true, _) => Answer::Later,
        }
    }

    fn due(&mut self, _: RuleId, delay: &DelayTable, age: Step) -> bool {
        age == delay.longest()
    }

    fn remembered(&mut self, _: RuleId) -> Identity {
        Identity::default()
    }

    fn branch(&mut self, _: RuleId, _: Identity, _: &[f64]) -> usize {
        self.branch
    }
}

impl<'m> Story<'m> {
    /// Run number `run` begins.
    pub fn begin(model: &'m Model, run: u64, observer: &mut impl Observer) -> Self {
        let state = State::start(model);
        observer.begin(model, &state, run);
        Self { model, state, instant: Instant::new(), next: 0, branch: 0 }
    }

    /// The instants of boundaries at which the observer wants to look, before this one.
    fn catch_up(&mut self, before: Step, observer: &mut impl Observer) {
        let mut looks = observer.looks(self.model);
        looks.sort_unstable();
        looks.dedup();
        looks.retain(|look| (self.next..before).contains(look));
        for look in looks {
            self.boundary(look, observer);
        }
    }

    /// The instant of a boundary.
    pub fn boundary(&mut self, step: Step, observer: &mut impl Observer) {
        self.catch_up(step, observer);
        self.next = step + 1;
        if observer.looks(self.model).contains(&step) {
            observer.looked(self.model, &self.state, step);
        }
        self.state.step = step;
        let mut script = Script { branch: self.branch };
        if !self.state.stopped {
            let mut stage = Stage { model: self.model, state: &mut self.state, choice: &mut script, observer };
            self.instant.boundary(&mut stage).expect("it settles");
        }
        observer.settled(self.model, &self.state, &|| u64::from(step) * TICKS_PER_DAY, true);
    }

    /// A pressure fires half a day after a boundary.
    pub fn pressure(&mut self, name: &str, step: Step, observer: &mut impl Observer) {
        self.catch_up(step + 1, observer);
        self.state.step = step;
        let mut script = Script { branch: self.branch };
        let id = rule(self.model, name);
        let mut stage = Stage { model: self.model, state: &mut self.state, choice: &mut script, observer };
        self.instant.pressure(id, &mut stage).expect("it settles");
        observer.settled(self.model, &self.state, &|| u64::from(step) * TICKS_PER_DAY + TICKS_PER_DAY / 2, false);
    }

    /// `T`.
    pub fn end(mut self, observer: &mut impl Observer) {
        let end = self.model.calendar.steps;
        self.catch_up(end, observer);
        observer.looked(self.model, &self.state, end);
        self.state.step = end;
        observer.settled(self.model, &self.state, &|| u64::from(end) * TICKS_PER_DAY, true);
        observer.end(self.model, &self.state);
    }
}
