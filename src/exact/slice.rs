//! The part of a model that a question stands on: the closure of SEMANTICS 8, as a model of its own.
//!
//! Ids stay what they were: what is outside is silenced, not renumbered. Does not know states or numbers.

use crate::model::formula::{Slot, Tabulated};
use crate::model::program::Program;
use crate::model::schedule::Schedule;
use crate::model::{
    Ask, AskNumber, Asked, Branch, Branches, Clock, CounterId, Event, EventId, Model, Question, Rule, RuleId,
    VariableId, WatchId,
};

/// What belongs to a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closure {
    pub(super) variables: Vec<bool>,
    pub(super) rules: Vec<bool>,
    events: Vec<bool>,
    pub(super) counters: Vec<bool>,
    pub(super) watches: Vec<bool>,
}

/// What a closure grows from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Root<'a> {
    /// Whatever this question reads and counts.
    Asked(&'a Asked),
    /// A variable.
    Variable(VariableId),
    /// A rule's firings.
    Rule(RuleId),
}

/// Something that has been found to matter, and whose own needs have not been looked at.
enum Need {
    Variable(VariableId),
    Rule(RuleId),
    Event(EventId),
    Watch(WatchId),
}

struct Growing<'m> {
    model: &'m Model,
    closure: Closure,
    open: Vec<Need>,
}

impl Closure {
    /// The least slice of `model` that holds `roots` and `stop_when`.
    pub(super) fn of<'a>(model: &Model, roots: impl IntoIterator<Item = Root<'a>>) -> Self {
        let closure = Self {
            variables: vec![false; model.variables.len()],
            rules: vec![false; model.rules.len()],
            events: vec![false; model.events.len()],
            counters: vec![false; model.counters.len()],
            watches: vec![false; model.watches.len()],
        };
        let mut growing = Growing { model, closure, open: Vec::new() };
        for root in roots {
            growing.plant(root);
        }
        model.stop_when.iter().for_each(|stop| growing.read(&stop.reads));
        while let Some(need) = growing.open.pop() {
            growing.look_into(&need);
        }
        growing.closure
    }

    /// How much is in it.
    pub(super) fn size(&self) -> usize {
        let all = [&self.variables, &self.rules, &self.counters, &self.watches];
        all.into_iter().map(|flags| members(flags).count()).sum()
    }

    /// Whether everything of `other` is in it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let all = |mine: &[bool], theirs: &[bool]| mine.iter().zip(theirs).all(|(mine, theirs)| *mine || !theirs);
        all(&self.variables, &other.variables)
            && all(&self.rules, &other.rules)
            && all(&self.counters, &other.counters)
            && all(&self.watches, &other.watches)
    }

    /// The rules in it, in file order.
    pub(super) fn rule_ids(&self) -> Vec<RuleId> {
        members(&self.rules).map(RuleId).collect()
    }

    /// The variables in it, in file order.
    pub(super) fn variable_ids(&self) -> Vec<VariableId> {
        members(&self.variables).map(VariableId).collect()
    }
}

fn members(flags: &[bool]) -> impl Iterator<Item = u32> {
    flags.iter().enumerate().filter(|(_, inside)| **inside).map(|(index, _)| index as u32)
}

impl<'m> Growing<'m> {
    fn plant(&mut self, root: Root<'_>) {
        match root {
            Root::Variable(id) => self.variable(id),
            Root::Rule(id) => self.rule(id),
            Root::Asked(asked) => {
                asked.each_read(&mut |slot| self.slot(slot));
                each_event(asked, &mut |event| self.event(event));
            }
        }
    }

    fn read(&mut self, slots: &[Slot]) {
        slots.iter().for_each(|slot| self.slot(*slot));
    }

    fn slot(&mut self, slot: Slot) {
        match slot {
            Slot::Variable(id) => self.variable(id),
            Slot::Count(id) | Slot::AgeAtLeast(id, _) => self.counter(id),
            Slot::During(..) | Slot::Day => {}
        }
    }

    fn variable(&mut self, id: VariableId) {
        if !std::mem::replace(&mut self.closure.variables[id.0 as usize], true) {
            self.open.push(Need::Variable(id));
        }
    }

    fn rule(&mut self, id: RuleId) {
        if !std::mem::replace(&mut self.closure.rules[id.0 as usize], true) {
            self.open.push(Need::Rule(id));
        }
    }

    fn event(&mut self, id: EventId) {
        if !std::mem::replace(&mut self.closure.events[id.0 as usize], true) {
            self.open.push(Need::Event(id));
        }
    }

    fn counter(&mut self, id: CounterId) {
        self.closure.counters[id.0 as usize] = true;
        self.event(self.model.counters[id.0 as usize].event);
    }

    fn watch(&mut self, id: WatchId) {
        if !std::mem::replace(&mut self.closure.watches[id.0 as usize], true) {
            self.open.push(Need::Watch(id));
        }
    }

    fn look_into(&mut self, need: &Need) {
        match need {
            Need::Variable(id) => self.writers(*id),
            Need::Rule(id) => self.inside(*id),
            Need::Event(id) => self.raisers(*id),
            Need::Watch(id) => {
                let model = self.model;
                self.read(&model.watches[id.0 as usize].condition.reads);
            }
        }
    }

    /// Rules that can fire as far as their own guard, hazard and chance say, or are forced.
    fn living(&self) -> impl Iterator<Item = (usize, &'m Rule)> + use<'m> {
        let model = self.model;
        let never = |number: &Tabulated<f64>| number.table().is_some_and(|values| values.iter().all(|x| *x == 0.0));
        let dead = move |rule: &Rule| {
            let idle = match &rule.clock {
                Clock::Pressure { hazard, .. } => never(hazard),
                Clock::Response { chance, .. } => never(chance),
                Clock::Dated(_) | Clock::Recurring { .. } => false,
            };
            idle || rule.forbidden || rule.guard.table().is_some_and(|values| values.iter().all(|holds| !holds))
        };
        let forced = |index: usize| model.forced.iter().any(|forced| forced.rule.0 as usize == index);
        model.rules.iter().enumerate().filter(move |(index, rule)| !dead(rule) || forced(*index))
    }

    /// Who writes a variable, and what they read to do so.
    fn writers(&mut self, id: VariableId) {
        for (index, rule) in self.living() {
            for effect in rule.branches.iter().flat_map(|branch| &branch.effects) {
                if effect.target() == id {
                    self.rule(RuleId(index as u32));
                    self.read(&effect.reads());
                }
            }
        }
    }

    /// What decides whether a rule fires and which branch is drawn.
    fn inside(&mut self, id: RuleId) {
        let model = self.model;
        let rule = model.rule(id);
        self.read(&rule.guard.reads);
        match &rule.clock {
            Clock::Pressure { hazard: number, .. } => self.read(&number.reads),
            Clock::Response { chance, .. } => {
                self.read(&chance.reads);
                let heard = (0..model.events.len()).filter(|e| model.events[*e].listeners.contains(&id));
                heard.for_each(|event| self.event(EventId(event as u32)));
            }
            Clock::Dated(_) | Clock::Recurring { .. } => {}
        }
        each_branch_read(&rule.branches, &mut |reads| self.read(reads));
    }

    /// Who may raise an event, by itself or as a member of a group.
    fn raisers(&mut self, id: EventId) {
        let model = self.model;
        let is = |event: EventId| event == id || model.event(event).groups.contains(&id);
        for (index, rule) in self.living() {
            let mut raised = rule.branches.iter().chain([&rule.nothing]).flat_map(|branch| &branch.raises);
            if is(rule.event) || raised.any(|event| *event == id) {
                self.rule(RuleId(index as u32));
            }
        }
        for (index, events) in model.posture_events.iter().enumerate() {
            let mut changes = events.becomes.iter().copied().chain([events.rises, events.falls]).flatten();
            if changes.any(is) {
                self.variable(VariableId(index as u32));
            }
        }
        for (index, watch) in model.watches.iter().enumerate() {
            if is(watch.begins) || is(watch.ends) {
                self.watch(WatchId(index as u32));
            }
        }
    }
}

/// Calls `see` with all that decides which branch is drawn.
pub(super) fn each_branch_read(branches: &Branches, see: &mut impl FnMut(&[Slot])) {
    match branches {
        Branches::One(_) => {}
        Branches::Weighted { branches, .. } => branches.iter().for_each(|(weight, _)| see(&weight.reads)),
        Branches::Odds { branches, .. } => {
            for (when, odds, _) in branches {
                see(&when.reads);
                see(&odds.reads);
            }
        }
    }
}

/// Calls `see` with every event that a question counts.
pub(super) fn each_event(asked: &Asked, see: &mut impl FnMut(EventId)) {
    fn within(ask: &Ask, see: &mut impl FnMut(EventId)) {
        match ask {
            Ask::Not(inner) => within(inner, see),
            Ask::And(list) | Ask::Or(list) => list.iter().for_each(|part| within(part, see)),
            Ask::Count(event, ..) => see(*event),
            Ask::Before(a, b) | Ask::Then(a, b, _) => [a, b].into_iter().for_each(|event| see(*event)),
            Ask::Ever(..) | Ask::AtEnd(_) | Ask::On(..) | Ask::Stays(..) => {}
        }
    }
    match asked {
        Asked::YesNo(ask) => within(ask, see),
        Asked::Number(AskNumber::Count(event, _)) => see(*event),
        Asked::Number(_) => {}
    }
}

/// `model` without what is outside `closure`, asked nothing but `asked`. There may be as many slices as rules, so what is
/// outside, and what only people read, is not copied first.
pub(super) fn sliced(model: &Model, closure: &Closure, asked: &[Asked]) -> Model {
    let rules = model.rules.iter().zip(&closure.rules);
    let slice = Model {
        title: String::new(),
        about: String::new(),
        digest: String::new(),
        calendar: model.calendar.clone(),
        variables: model.variables.clone(),
        actors: Vec::new(),
        rules: rules.map(|(rule, inside)| if *inside { kept(rule, closure) } else { hollow(rule) }).collect(),
        events: model.events.iter().map(|event| heard(event, closure)).collect(),
        counters: model.counters.clone(),
        watches: model.watches.clone(),
        outcomes: Vec::new(),
        questions: asked.iter().map(question).collect(),
        stop_when: model.stop_when.clone(),
        forced: model.forced.iter().filter(|forced| closure.rules[forced.rule.0 as usize]).copied().collect(),
        parameters: Vec::new(),
        assumptions: Vec::new(),
        omitted: Vec::new(),
        variants: Vec::new(),
        overrides: Vec::new(),
        lets: Vec::new(),
        start_event: model.start_event,
        posture_events: model.posture_events.clone(),
        responses: Vec::new(),
        program: Program::default(),
        schedule: Schedule::default(),
    };
    without_watches(slice, closure).finish()
}

/// An event that only what is inside listens to.
fn heard(event: &Event, closure: &Closure) -> Event {
    let mut event = event.clone();
    event.listeners.retain(|rule| closure.rules[rule.0 as usize]);
    event.counters.retain(|counter| closure.counters[counter.0 as usize]);
    event
}

fn without_watches(mut slice: Model, closure: &Closure) -> Model {
    for (watch, inside) in slice.watches.iter_mut().zip(&closure.watches) {
        if !inside {
            watch.condition = Tabulated::constant(false);
        }
    }
    slice
}

/// A rule inside, without what it does to what is outside.
fn kept(rule: &Rule, closure: &Closure) -> Rule {
    let mut rule = rule.clone();
    rule.branches.iter_mut().for_each(|branch| keep_effects(branch, closure));
    rule
}

/// A rule outside: it never fires, and only stands in its place, so that slots keep their numbers.
fn hollow(rule: &Rule) -> Rule {
    let clock = match &rule.clock {
        Clock::Dated(_) | Clock::Recurring { .. } => Clock::Dated(Vec::new()),
        // A response stays where it is, without a trigger.
        clock => clock.clone(),
    };
    Rule {
        id: rule.id.clone(),
        says: String::new(),
        event: rule.event,
        guard: Tabulated::constant(false),
        clock,
        branches: Branches::One(rule.nothing.clone()),
        nothing: rule.nothing.clone(),
        at_most: rule.at_most,
        cooldown: rule.cooldown,
        priority: rule.priority,
        forbidden: true,
        milestone: rule.milestone,
        cameo: None,
        because: None,
        evidence: None,
        confidence: None,
        span: rule.span,
    }
}

fn keep_effects(branch: &mut Branch, closure: &Closure) {
    branch.effects.retain(|effect| closure.variables[effect.target().0 as usize]);
}

fn question(asked: &Asked) -> Question {
    let nowhere = crate::diagnostic::Span::default();
    Question { name: String::new(), says: String::new(), ask: asked.clone(), text: String::new(), span: nowhere }
}
