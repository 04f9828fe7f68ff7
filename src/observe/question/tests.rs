//! Monitors driven by stories made by hand, and compared with the definitions of SEMANTICS 6.

use std::cell::Cell;

use super::gauge::Bits;
use super::term::Formula;
use super::*;
use crate::model::event::Origin;
use crate::model::formula::{Condition, Number, Slot, Tabulated};
use crate::model::{RuleId, TICK_BITS, VariableId};
use crate::observe::fixture::{Building, at_least, during, empty, event, x};
use crate::scenario::expression::ArithmeticOp;
use proptest::prelude::*;

/// What happens in a hand-made run: at boundary 2 | in step 2 | the boundary before it is looked at.
#[derive(Debug, Clone)]
enum Now {
    /// The instant of a boundary: firings, then the value of `x` when it has settled.
    Boundary(Step, Vec<&'static [&'static str]>, i32),
    /// An instant of a pressure in a step, half a step after the boundary.
    Within(Step, Vec<&'static [&'static str]>, i32),
}
use Now::{Boundary, Within};

impl Now {
    /// The step, the firings, the value of `x`, and whether it is a boundary's instant.
    fn parts(&self) -> (Step, &[&'static [&'static str]], i32, bool) {
        let (Boundary(step, firings, value) | Within(step, firings, value)) = self;
        (*step, firings, *value, matches!(self, Boundary(..)))
    }
}

const STEPS: Step = 20;

fn model() -> Model {
    empty(STEPS).with_event("a").with_event("b").with_event("c")
}

/// Replays `story` and then the end at `T`; asked with and without being told what changed.
fn replies(asked: &[Asked], story: &[Now]) -> Vec<Reply> {
    let model = model();
    let monitors = Monitors::new(&model, asked.iter().map(AskRef::from), NO_CAP);
    let story = whole(story, &monitors);
    let mut told = Follower::new(&model, monitors.clone());
    let [first, second] = [(); 2].map(|()| {
        told.begin();
        replay(&model, &monitors, &story, &mut told)
    });
    assert_eq!(first, second, "nothing of a run is left in the next");
    first
}

/// `story` from boundary 0 to `T`, with the boundaries that a question names.
fn whole(story: &[Now], monitors: &Monitors) -> Vec<Now> {
    // What lies beyond `T` is never seen.
    let mut looks: Vec<Step> = monitors.looks().filter(|look| *look <= STEPS).collect();
    looks.sort_unstable();
    looks.dedup();
    let end = [Boundary(STEPS, vec![], i32::MAX)];
    let mut story: Vec<Now> = story.iter().chain(&end).cloned().collect();
    if !matches!(story[0], Boundary(0, ..)) {
        story.insert(0, Boundary(0, vec![], 0));
    }
    for look in looks {
        let at = |now: &Now| {
            let (step, _, _, boundary) = now.parts();
            (step, i32::from(!boundary))
        };
        let place = story.partition_point(|now| at(now) < (look, 0));
        if at(&story[place]) != (look, 0) {
            story.insert(place, Boundary(look, vec![], i32::MAX));
        }
    }
    story
}

/// The events of a firing in the order in which it raises them.
fn raised(model: &Model, names: &[&str]) -> Vec<EventId> {
    let mut raised: Vec<EventId> = names.iter().map(|name| event(model, name)).collect();
    raised.sort_unstable();
    raised
}

/// What is answered to one replay of `story`.
fn replay(model: &Model, monitors: &Monitors, story: &[Now], told: &mut Follower) -> Vec<Reply> {
    let (mut all, mut state) = (monitors.begin(), State::start(model));
    for now in story {
        let (step, firings, value, boundary) = now.parts();
        if boundary {
            monitors.on_looked(&mut all, model, &state, step);
            told.looked(model, &state, step);
        }
        state.step = step;
        for names in firings {
            let raised = raised(model, names);
            let (rule, number) = (RuleId(0), 0);
            let fired = Occurrence::Fired { rule, branch: 0, origin: Origin::Pressure, number, raised: &raised };
            monitors.on_occurrence(&mut all, &fired, step);
            told.raised(&raised, step);
        }
        if value != i32::MAX && value != state.values[0] {
            told.changed(VariableId(0), state.values[0], value);
            state.values[0] = value;
        }
        let now = u64::from(step) * TICKS_PER_DAY + if boundary { 0 } else { TICKS_PER_DAY / 2 };
        let settled = Settled { model, state: &state, now: &|| now, boundary };
        monitors.on_settled(&mut all, &settled);
        told.settled(settled);
    }
    let answers: Vec<Reply> = (0..monitors.len()).map(|i| monitors.answer(&all, i)).collect();
    let sleepy: Vec<Reply> = (0..monitors.len()).map(|i| told.answer(i)).collect();
    assert_eq!(answers, sleepy, "being told what changed makes no difference");
    answers
}

/// Whether each answer is yes after `story`, as the solver remembers it: nothing that no answer hangs on any more; of
/// `ranked` questions no more than which is the first yes.
fn forgetful(asks: &[Ask], story: &[Now], ranked: bool) -> Vec<bool> {
    let model = model();
    let monitors = Monitors::new(&model, asks.iter().map(AskRef::YesNo), 9);
    let (mut memory, mut state) = (monitors.begin(), State::start(&model));
    for now in whole(story, &monitors) {
        let (step, firings, value, boundary) = now.parts();
        if boundary {
            monitors.on_looked(&mut memory, &model, &state, step);
        }
        state.step = step;
        for names in firings {
            monitors.on_firing(&mut memory, &raised(&model, names), step);
        }
        if value != i32::MAX {
            state.values[0] = value;
        }
        let settled = |boundary| Settled { model: &model, state: &state, now: &|| 0, boundary };
        monitors.on_settled(&mut memory, &settled(boundary));
        monitors.forget(&mut memory, ranked);
        // An instant in which nothing happens that anybody asks for leaves a state what it is.
        let before = memory.clone();
        monitors.on_settled(&mut memory, &settled(false));
        monitors.forget(&mut memory, ranked);
        assert_eq!(memory, before, "what is forgotten does not come again");
    }
    (0..asks.len()).map(|question| monitors.is_yes(&memory, question)).collect()
}

fn yes(ask: Ask, story: &[Now]) -> bool {
    replies(&[Asked::YesNo(ask)], story)[0].is_yes()
}

fn number(ask: AskNumber, story: &[Now]) -> Reply {
    replies(&[Asked::Number(ask)], story)[0]
}

fn days(days: f64) -> Reply {
    Reply::Seconds(Fixed::nearest(days * 86_400.0))
}

fn plain(x: f64) -> Reply {
    Reply::Number(Fixed::nearest(x))
}

#[test]
fn ever_looks_at_settled_instants() {
    let up = [Within(3, vec![], 5), Boundary(4, vec![], 0)];
    assert!(yes(Ask::Ever(at_least(5), None), &up));
    assert!(!yes(Ask::Ever(at_least(6), None), &up));
    assert!(!yes(Ask::Ever(at_least(5), Some(When::Before(3))), &up), "step 3 is not before boundary 3");
    assert!(yes(Ask::Ever(at_least(5), Some(When::Before(4))), &up));
    assert!(!yes(Ask::Ever(at_least(5), Some(When::Settled(3))), &up), "a pressure after boundary 3 is too late");
    assert!(yes(Ask::Ever(at_least(5), Some(When::Settled(4))), &up));
    let at_four = [Boundary(4, vec![], 5), Within(4, vec![], 0)];
    assert!(yes(Ask::Ever(at_least(5), Some(When::Settled(4))), &at_four), "the boundary's own instant counts");
    assert!(!yes(Ask::Ever(at_least(5), Some(When::Before(4))), &at_four));
    assert!(yes(Ask::Ever(during(7, 8), None), &[Boundary(7, vec![], 0)]), "time alone can bring it");
    assert!(yes(Ask::Ever(at_least(0), Some(When::Settled(0))), &[]), "the end of the first instant");
}

#[test]
fn at_end_looks_at_the_end_only() {
    assert!(!yes(Ask::AtEnd(at_least(5)), &[Boundary(4, vec![], 5), Boundary(5, vec![], 4)]));
    assert!(yes(Ask::AtEnd(at_least(5)), &[Within(19, vec![], 5)]));
    assert!(yes(Ask::AtEnd(during(20, 21)), &[]), "conditions are asked once more at T");
}

#[test]
fn a_date_beyond_the_end_hides_nothing_of_the_end() {
    let ever = |by| Asked::YesNo(Ask::Ever(at_least(5), by));
    let asked = [ever(Some(When::Settled(STEPS + 9))), Asked::YesNo(Ask::AtEnd(at_least(5)))];
    assert_eq!(replies(&asked, &[Within(19, vec![], 5)]), [Reply::YesNo(true); 2]);
}

#[test]
fn on_a_day_looks_before_the_next_and_on_a_time_after_its_instant() {
    let story = [Boundary(4, vec![], 5), Within(4, vec![], 6), Boundary(5, vec![], 7)];
    let value = |when| number(AskNumber::On(x(), when), &story);
    assert_eq!(value(When::Before(4)), plain(0.0));
    assert_eq!(value(When::Settled(4)), plain(5.0));
    assert_eq!(value(When::Before(5)), plain(6.0), "the whole of day 4");
    assert_eq!(value(When::Settled(5)), plain(7.0));
    assert_eq!(value(When::Before(STEPS)), plain(7.0));
    assert_eq!(value(When::Settled(0)), plain(0.0));
    assert!(yes(Ask::On(at_least(6), When::Before(5)), &story));
    assert!(!yes(Ask::On(at_least(6), When::Settled(4)), &story));
}

#[test]
fn count_saturates_one_above_what_it_is_compared_with() {
    let four = [Boundary(1, vec![&["a"], &["a", "b"]], 0), Within(2, vec![&["a"]], 0), Boundary(3, vec![&["a"]], 0)];
    let count = |op, with: f64, by| Ask::Count(event(&model(), "a"), Comparison { op, with }, by);
    for (op, with, expected) in [
        (CompareOp::AtLeast, 4.0, true),
        (CompareOp::AtLeast, 5.0, false),
        (CompareOp::AtLeast, 3.5, true),
        (CompareOp::Equal, 4.0, true),
        (CompareOp::Equal, 3.0, false),
        (CompareOp::NotEqual, 2.0, true),
        (CompareOp::AtMost, 3.0, false),
        (CompareOp::Less, 5.0, true),
        (CompareOp::Greater, -1.0, true),
        (CompareOp::Less, 0.0, false),
    ] {
        assert_eq!(yes(count(op, with, None), &four), expected, "{op:?} {with}");
    }
    assert!(yes(count(CompareOp::Equal, 2.0, Some(When::Before(2))), &four));
    assert!(yes(count(CompareOp::Equal, 2.0, Some(When::Settled(2))), &four), "the pressure in step 2 is too late");
    assert!(yes(count(CompareOp::Equal, 4.0, Some(When::Settled(3))), &four));
    let model = model();
    let asked = [Asked::YesNo(count(CompareOp::AtLeast, 2.0, None))];
    let monitors = Monitors::new(&model, asked.iter().map(AskRef::from), NO_CAP);
    let mut memory = monitors.begin();
    (0..9).for_each(|step| monitors.on_firing(&mut memory, &[event(&model, "a")], step));
    assert_eq!(*memory.marks, [Mark::Count(3)], "no more is remembered than the answer needs");
}

#[test]
fn counts_as_numbers_do_not_saturate_unless_told() {
    let a = event(&model(), "a");
    let often: Vec<Now> = (0..9).map(|step| Boundary(step, vec![&["a"][..]; 3], 0)).collect();
    assert_eq!(number(AskNumber::Count(a, None), &often), plain(27.0));
    assert_eq!(number(AskNumber::Count(a, Some(When::Before(2))), &often), plain(6.0));
    let model = model();
    let ask = AskNumber::Count(a, None);
    let monitors = Monitors::new(&model, [AskRef::Number(&ask)], 5);
    let mut memory = monitors.begin();
    (0..9).for_each(|step| monitors.on_firing(&mut memory, &[a], step));
    assert_eq!(monitors.answer(&memory, 0), plain(5.0));
}

#[test]
fn before_wants_the_first_strictly_first() {
    let before = || Ask::Before(event(&model(), "a"), event(&model(), "b"));
    assert!(yes(before(), &[Boundary(1, vec![&["a"]], 0)]), "b need never occur");
    assert!(yes(before(), &[Boundary(1, vec![&["a"], &["b"]], 0)]), "earlier in the same instant");
    assert!(!yes(before(), &[Boundary(1, vec![&["b"], &["a"]], 0)]));
    assert!(!yes(before(), &[Boundary(1, vec![&["a", "b"]], 0), Boundary(2, vec![&["a"]], 0)]), "the same firing");
    assert!(!yes(before(), &[]));
    let self_before = Ask::Before(event(&model(), "a"), event(&model(), "a"));
    assert!(!yes(self_before, &[Boundary(1, vec![&["a"]], 0)]), "never before itself");
}

#[test]
fn then_keeps_the_latest_first_event() {
    let then = |within| Ask::Then(event(&model(), "a"), event(&model(), "b"), within);
    let apart = |a, b| vec![Within(a, vec![&["a"]], 0), Within(b, vec![&["b"]], 0)];
    assert!(yes(then(3), &apart(2, 5)), "step numbers differ by at most D");
    assert!(!yes(then(3), &apart(2, 6)));
    assert!(yes(then(0), &[Boundary(1, vec![&["a"], &["b"]], 0)]));
    assert!(!yes(then(9), &[Boundary(1, vec![&["a", "b"]], 0)]), "a later firing, not the same");
    assert!(yes(then(1), &[Boundary(1, vec![&["a", "b"]], 0), Boundary(2, vec![&["b", "a"]], 0)]));
    assert!(!yes(then(9), &[Boundary(1, vec![&["b"], &["a"]], 0)]));
    let again = [Within(1, vec![&["a"]], 0), Within(8, vec![&["a"]], 0), Within(9, vec![&["b"]], 0)];
    assert!(yes(then(1), &again), "a later a is nearer");
    let two_b = [Within(1, vec![&["a"]], 0), Within(9, vec![&["b"]], 0), Within(9, vec![&["a"], &["b"]], 0)];
    assert!(yes(then(1), &two_b), "a b too late closes nothing");
    let itself = Ask::Then(event(&model(), "a"), event(&model(), "a"), 4);
    assert!(yes(itself.clone(), &[Boundary(1, vec![&["a"]], 0), Boundary(5, vec![&["a"]], 0)]));
    assert!(!yes(itself, &[Boundary(1, vec![&["a"]], 0), Boundary(6, vec![&["a"]], 0)]));
    // The other order of ids.
    let reversed = Ask::Then(event(&model(), "b"), event(&model(), "a"), 9);
    assert!(!yes(reversed.clone(), &[Boundary(1, vec![&["a", "b"]], 0)]));
    assert!(yes(reversed, &[Boundary(1, vec![&["a", "b"]], 0), Within(1, vec![&["a"]], 0)]));
}

#[test]
fn then_forgets_what_is_too_old() {
    let model = model();
    let ask = Ask::Then(event(&model, "a"), event(&model, "b"), 2);
    let monitors = Monitors::new(&model, [AskRef::YesNo(&ask)], NO_CAP);
    let (mut memory, mut state) = (monitors.begin(), State::start(&model));
    monitors.on_firing(&mut memory, &[event(&model, "a")], 3);
    for (step, mark) in [(3, Mark::Since(3)), (5, Mark::Since(3)), (6, Mark::Open)] {
        state.step = step;
        let now = u64::from(step) * TICKS_PER_DAY;
        monitors.on_settled(&mut memory, &Settled { model: &model, state: &state, now: &|| now, boundary: true });
        assert_eq!(memory.marks[0], mark);
    }
}

#[test]
fn stays_counts_boundaries() {
    let stays = |steps| Ask::Stays(at_least(5), steps);
    let from_boundary = [Boundary(4, vec![], 5), Boundary(7, vec![], 0)];
    assert!(yes(stays(2), &from_boundary), "held at the ends of 4, 5 and 6");
    assert!(!yes(stays(3), &from_boundary), "broken in the instant of boundary 7");
    let broken_within = [Boundary(4, vec![], 5), Within(7, vec![], 0)];
    assert!(yes(stays(3), &broken_within), "held at the end of boundary 7's instant");
    assert!(!yes(stays(4), &broken_within));
    let from_within = [Within(4, vec![], 5), Boundary(7, vec![], 0)];
    assert!(yes(stays(1), &from_within), "boundaries 5 and 6");
    assert!(!yes(stays(2), &from_within));
    let blink = [Within(4, vec![], 5), Within(4, vec![], 0)];
    assert!(!yes(stays(0), &blink), "it holds at no boundary's end");
    assert!(yes(stays(0), &[Boundary(4, vec![], 5), Within(4, vec![], 0)]));
    let gap = [Boundary(4, vec![], 5), Within(5, vec![], 0), Within(5, vec![], 5), Boundary(8, vec![], 0)];
    assert!(yes(stays(1), &gap), "boundaries 6 and 7 at the latest");
    assert!(!yes(stays(2), &gap), "every instant between, not only the boundaries");
}

#[test]
fn stays_to_the_end_and_no_further() {
    let last = [Boundary(18, vec![], 5)];
    assert!(yes(Ask::Stays(at_least(5), 2), &last), "T counts as a last boundary");
    assert!(!yes(Ask::Stays(at_least(5), 3), &last));
    assert!(yes(Ask::Stays(at_least(0), STEPS), &[]), "from boundary 0 to T");
    assert!(!yes(Ask::Stays(at_least(0), STEPS + 1), &[]));
    assert!(yes(Ask::Stays(at_least(5), 0), &[Within(19, vec![], 5)]), "at T");
    assert!(!yes(Ask::Stays(at_least(5), u32::MAX), &last));
}

#[test]
fn questions_combine() {
    let story = [Boundary(4, vec![&["a"]], 5)];
    let ever = |n| Ask::Ever(at_least(n), None);
    assert!(yes(Ask::And(vec![ever(5), Ask::Not(Box::new(ever(6)))]), &story));
    assert!(yes(Ask::Or(vec![ever(9), Ask::AtEnd(at_least(1))]), &story));
    assert!(!yes(Ask::Or(vec![]), &story));
    let model = model();
    let twice = Ask::And(vec![ever(5), Ask::Or(vec![ever(5), ever(6)])]);
    let monitors = Monitors::new(&model, [AskRef::YesNo(&twice)], NO_CAP);
    assert_eq!(monitors.begin().marks.len(), 2, "the same condition is remembered once");
}

#[test]
fn numbers_of_a_run() {
    let story = [Boundary(2, vec![], 3), Within(4, vec![], 8), Boundary(10, vec![], 1)];
    assert_eq!(number(AskNumber::AtEnd(x()), &story), plain(1.0));
    assert_eq!(number(AskNumber::Highest(x()), &story), plain(8.0));
    assert_eq!(number(AskNumber::First(at_least(5)), &story), days(4.5));
    assert_eq!(number(AskNumber::First(at_least(0)), &story), days(0.0));
    assert_eq!(number(AskNumber::First(at_least(9)), &story), Reply::Never);
    // 3 from day 2 to 4.5, 8 to day 10, 1 to day 20.
    assert_eq!(number(AskNumber::Total(x()), &story), plain(2.5 * 3.0 + 5.5 * 8.0 + 10.0));
    assert_eq!(number(AskNumber::TotalTime(at_least(3)), &story), days(8.0));
    assert_eq!(number(AskNumber::TotalTime(at_least(0)), &story), days(20.0));
}

/// Up to as many values as there are codes for, and more, wherever they begin.
#[test]
fn the_highest_is_found_among_few_values_and_many() {
    for (low, high) in [(-3, 5), (0, 255), (0, 256), (-40, 400)] {
        let model = model().with_indicator("y", low, high);
        let highest =
            AskNumber::Highest(Tabulated::number(Number::Read(Slot::Variable(VariableId(1))), |_| (low, high)));
        let mut told = Follower::new(&model, Monitors::new(&model, [AskRef::Number(&highest)], NO_CAP));
        let mut state = State::start(&model);
        for (step, value) in [(0, low), (1, high), (2, low), (STEPS, low + 1)] {
            told.changed(VariableId(1), state.values[1], value);
            (state.step, state.values[1]) = (step, value);
            told.settled(Settled { model: &model, state: &state, now: &|| 0, boundary: true });
        }
        assert_eq!(told.answer(0), plain(f64::from(high)), "{low} to {high}");
    }
}

#[test]
fn an_event_is_counted_and_paired_at_once() {
    let (a, b) = (event(&model(), "a"), event(&model(), "b"));
    let asked = [Asked::Number(AskNumber::Count(a, None)), Asked::YesNo(Ask::Before(b, a))];
    let story = [Boundary(1, vec![&["a"]], 0), Boundary(2, vec![&["b"]], 0), Boundary(3, vec![&["a"]], 0)];
    assert_eq!(replies(&asked, &story), [plain(2.0), Reply::YesNo(false)]);
}

#[test]
fn turns_and_the_start_are_firings_of_their_own() {
    let model = model();
    let (a, b) = (event(&model, "a"), event(&model, "b"));
    let ask = Ask::Before(a, b);
    let monitors = Monitors::new(&model, [AskRef::YesNo(&ask)], NO_CAP);
    let mut memory = monitors.begin();
    monitors.on_occurrence(&mut memory, &Occurrence::Turned(crate::model::WatchId(0), true, &[a]), 0);
    monitors.on_occurrence(&mut memory, &Occurrence::Started(&[b]), 0);
    assert!(monitors.answer(&memory, 0).is_yes());
}

#[test]
fn a_restarted_memory_is_a_new_one() {
    let model = model();
    let (count, total) = (AskNumber::Count(event(&model, "a"), None), AskNumber::Total(x()));
    let monitors = Monitors::new(&model, [AskRef::Number(&count), AskRef::Number(&total)], NO_CAP);
    let (mut memory, mut state) = (monitors.begin(), State::start(&model));
    monitors.on_firing(&mut memory, &[event(&model, "a")], 0);
    state.values[0] = 4;
    let settled = Settled { model: &model, state: &state, now: &|| 7 << TICK_BITS, boundary: true };
    monitors.on_settled(&mut memory, &settled);
    assert_ne!(memory, monitors.begin());
    monitors.restart(&mut memory);
    assert_eq!(memory, monitors.begin());
}

#[test]
fn the_time_is_asked_for_only_where_something_turns() {
    let model = model();
    let asks = [AskNumber::First(at_least(2)), AskNumber::Total(x()), AskNumber::TotalTime(at_least(2))];
    let monitors = Monitors::new(&model, asks.iter().map(AskRef::Number), NO_CAP);
    let (mut memory, mut state) = (monitors.begin(), State::start(&model));
    let asked = Cell::new(0);
    let mut settle = |step, value, boundary| {
        (state.step, state.values[0]) = (step, value);
        asked.set(0);
        let now = || {
            asked.set(asked.get() + 1);
            u64::from(step) * TICKS_PER_DAY
        };
        monitors.on_settled(&mut memory, &Settled { model: &model, state: &state, now: &now, boundary });
        asked.get()
    };
    assert_eq!([settle(0, 0, true), settle(1, 1, false)], [0, 1], "x is 0; `total(x)` begins to grow");
    assert_eq!([settle(2, 1, true), settle(3, 2, false)], [0, 3], "x has not changed; then every one turns");
    assert_eq!([settle(4, 2, false), settle(5, 3, false)], [0, 1], "of x >= 2 the time was told");
    assert_eq!(settle(STEPS, 3, true), 2, "both integrals are completed");
    assert_eq!(monitors.answer(&memory, 0), days(3.0));
    assert_eq!(monitors.answer(&memory, 1), plain(2.0 * 1.0 + 2.0 * 2.0 + 15.0 * 3.0));
    assert_eq!(monitors.answer(&memory, 2), days(17.0));
}

/// By the definition of SEMANTICS 6, from a list of truths: does it hold at every instant from the end of
/// some boundary k to boundary k + D?
fn stays_by_definition(instants: &[(Step, bool, bool)], steps: Step) -> bool {
    let index = |k: Step| instants.iter().position(|(step, boundary, _)| *step == k && *boundary);
    (0..=STEPS - steps).any(|k| {
        let (from, to) = (index(k).unwrap(), index(k + steps).unwrap());
        instants[from..=to].iter().all(|(_, _, holds)| *holds)
    })
}

/// Conditions, events and dates, and what can be made of them.
fn asks() -> impl Strategy<Value = Ask> {
    let model = model();
    let (a, b) = (event(&model, "a"), event(&model, "b"));
    let by = || prop::option::of((1..STEPS).prop_map(When::Settled));
    let op = prop::sample::select(vec![CompareOp::Equal, CompareOp::NotEqual, CompareOp::Less, CompareOp::AtLeast]);
    let part = prop_oneof![
        (1..6, by()).prop_map(|(least, by)| Ask::Ever(at_least(least), by)),
        (1..6, 1..STEPS).prop_map(|(least, on)| Ask::On(at_least(least), When::Settled(on))),
        (1..6).prop_map(|least| Ask::AtEnd(at_least(least))),
        (1..6, 0..6_u32).prop_map(|(least, steps)| Ask::Stays(at_least(least), steps)),
        (op, 0..4, by()).prop_map(move |(op, with, by)| Ask::Count(a, Comparison { op, with: f64::from(with) }, by)),
        any::<bool>().prop_map(move |turned| if turned { Ask::Before(b, a) } else { Ask::Before(a, b) }),
        (0..5_u32).prop_map(move |within| Ask::Then(a, b, within)),
    ];
    part.prop_recursive(3, 12, 3, |part| {
        prop_oneof![
            part.clone().prop_map(|part| Ask::Not(Box::new(part))),
            prop::collection::vec(part.clone(), 1..4).prop_map(Ask::And),
            prop::collection::vec(part, 1..4).prop_map(Ask::Or),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]
    /// What the solver forgets is asked for by nobody: answers are what they are where nothing is forgotten.
    #[test]
    fn what_is_forgotten_is_not_missed(
        asks in prop::collection::vec(asks(), 1..4),
        story in prop::collection::vec((0..STEPS, any::<bool>(), 0..4_usize, 0..6), 0..12),
    ) {
        let mut story = story;
        story.sort_unstable_by_key(|(step, within, ..)| (*step, *within));
        story.dedup_by_key(|(step, within, ..)| (*step, *within));
        let names: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
        let told: Vec<Now> = story
            .into_iter()
            .map(|(step, within, raised, value)| {
                let firings = vec![names[raised]];
                if within { Within(step, firings, value) } else { Boundary(step, firings, value) }
            })
            .collect();
        let all: Vec<Asked> = asks.iter().cloned().map(Asked::YesNo).collect();
        let meant: Vec<bool> = replies(&all, &told).into_iter().map(Reply::is_yes).collect();
        prop_assert_eq!(&forgetful(&asks, &told, false), &meant);
        let first = |answers: &[bool]| answers.iter().position(|yes| *yes);
        prop_assert_eq!(first(&forgetful(&asks, &told, true)), first(&meant));
    }
}

proptest! {
    /// Random stories in which every boundary is told, or only those at which something changes.
    #[test]
    fn stays_is_its_definition(values in prop::collection::vec((0..3_u8, any::<bool>(), any::<bool>()), 20), steps in 0..6_u32) {
        let (mut full, mut lazy, mut instants) = (vec![], vec![], vec![]);
        let mut last = false;
        for (step, (within, at_boundary, inside)) in values.iter().enumerate() {
            let step = step as Step;
            let value = |holds| if holds { 5 } else { 0 };
            // Mostly leave it as it is, so that stretches are long enough.
            let now = if *within == 0 { *at_boundary } else { last };
            full.push(Boundary(step, vec![], value(now)));
            instants.push((step, true, now));
            if now != last || step == 0 {
                lazy.push(Boundary(step, vec![], value(now)));
            }
            last = now;
            if *within == 1 {
                full.push(Within(step, vec![], value(*inside)));
                lazy.push(Within(step, vec![], value(*inside)));
                instants.push((step, false, *inside));
                last = *inside;
            }
        }
        instants.push((STEPS, true, last));
        let expected = stays_by_definition(&instants, steps);
        prop_assert_eq!(yes(Ask::Stays(at_least(5), steps), &full), expected);
        prop_assert_eq!(yes(Ask::Stays(at_least(5), steps), &lazy), expected);
    }

    /// Pairs of firings looked up one by one.
    #[test]
    fn then_and_before_are_their_definitions(story in prop::collection::vec((0..20_u32, 1..4_u8), 0..12), within in 0..6_u32) {
        let mut story = story;
        story.sort_unstable_by_key(|(step, _)| *step);
        let names: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
        let told: Vec<Now> = story.iter().map(|(step, kind)| Within(*step, vec![names[*kind as usize]], 0)).collect();
        let is = |kind: u8, bit: u8| kind & bit != 0;
        let pair = story.iter().enumerate().any(|(i, (step, kind))| {
            is(*kind, 1) && story[i + 1..].iter().any(|(later, other)| is(*other, 2) && later - step <= within)
        });
        let model = model();
        let (a, b) = (event(&model, "a"), event(&model, "b"));
        prop_assert_eq!(yes(Ask::Then(a, b, within), &told), pair);
        let first_b = story.iter().position(|(_, kind)| is(*kind, 2)).unwrap_or(story.len());
        let before = story[..first_b].iter().any(|(_, kind)| is(*kind, 1));
        prop_assert_eq!(yes(Ask::Before(a, b), &told), before);
    }

    /// More formulas than have a bit each, over two variables that rise and fall: they are asked only when that may mean
    /// something, and answer the same.
    #[test]
    fn what_moves_a_formula_is_noticed(moves in prop::collection::vec((0..2_u32, 0..10_i32, any::<bool>()), 1..30)) {
        let (model, asked) = (model().with_indicator("y", 0, 9), formulas());
        let monitors = Monitors::new(&model, asked.iter().map(AskRef::from), NO_CAP);
        let mut watched: Vec<Formula<'_>> = Vec::new();
        for formula in monitors.terms.iter().filter_map(Term::watched) {
            if !watched.contains(&formula) {
                watched.push(formula);
            }
        }
        prop_assert!(watched.len() > Bits::APART, "{} formulas", watched.len());
        let (mut all, mut told) = (monitors.begin(), Follower::new(&model, monitors.clone()));
        let mut state = State::start(&model);
        let count = moves.len();
        for (number, (variable, value, more)) in moves.into_iter().enumerate() {
            let from = std::mem::replace(&mut state.values[variable as usize], value);
            if from != value {
                told.changed(VariableId(variable), from, value);
            }
            let last = number + 1 == count;
            state.step = if last { STEPS } else { 0 };
            if last || !more {
                let settled = Settled { model: &model, state: &state, now: &|| number as u64, boundary: last };
                monitors.on_settled(&mut all, &settled);
                told.settled(settled);
            }
        }
        for (question, ask) in asked.iter().enumerate() {
            prop_assert_eq!(monitors.answer(&all, question), told.answer(question), "{:?}", ask);
        }
    }
}

/// Of `x + y`, `x - y`, `x - y - y`, `-x` and the least of them: whether and when each was ever high, how high, and for how
/// long.
fn formulas() -> Vec<Asked> {
    let read = |index| Number::Read(Slot::Variable(VariableId(index)));
    let two = |op| Number::Arithmetic(op, Box::new(read(0)), Box::new(read(1)));
    let (sum, difference) = (two(ArithmeticOp::Plus), two(ArithmeticOp::Minus));
    let steep = Number::Arithmetic(ArithmeticOp::Minus, Box::new(difference.clone()), Box::new(read(1)));
    let minus = Number::Arithmetic(ArithmeticOp::Minus, Box::new(Number::Constant(0.0)), Box::new(read(0)));
    let mut asked = Vec::new();
    let least = Number::Min(vec![sum.clone(), difference.clone(), minus.clone()]);
    for number in [sum, difference, steep, minus, least] {
        let tabulated = |number: &Number| Tabulated::number(number.clone(), |_| (0, 9));
        asked.push(Asked::Number(AskNumber::Highest(tabulated(&number))));
        for least in -9..9 {
            let least = Number::Constant(f64::from(least));
            let high = Condition::Compare(CompareOp::AtLeast, number.clone(), least);
            let high = Tabulated::condition(high, |_| (0, 9));
            asked.push(Asked::YesNo(Ask::Ever(high.clone(), None)));
            asked.push(Asked::Number(AskNumber::First(high.clone())));
        }
        asked.push(Asked::Number(AskNumber::Total(tabulated(&number))));
    }
    asked
}
