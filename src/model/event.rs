//! What happens in a run, told to whoever observes it: the one output of an instant.
//!
//! Does not know what is counted or shown.

use super::state::State;
use super::{EventId, Model, RuleId, Step, VariableId, WatchId};

/// Index of a branch in file order, `otherwise` after the others; `NOTHING` if no branch was drawn.
pub type BranchIndex = u16;

/// No branch was drawn.
pub const NOTHING: BranchIndex = BranchIndex::MAX;

/// What a trigger was, or why a rule fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A pressure, by itself.
    Pressure,
    /// A dated or recurring rule.
    Calendar,
    /// An intervention.
    Forced,
    /// A response that was announced by `Occurrence::Comes` or `Restarted`.
    Response,
}

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Occurrence<'a> {
    /// A rule fired. `raised` are the events of the firing, ascending; `number` counts the firings of a run from 0.
    Fired {
        /// Which.
        rule: RuleId,
        /// Which branch.
        branch: BranchIndex,
        /// Why.
        origin: Origin,
        /// Firings of this run before it.
        number: u32,
        /// Its events: the rule's, the branch's, posture changes, groups. Counters are up to date.
        raised: &'a [EventId],
    },
    /// An effect of the firing that follows changed a variable, from the first value to the second.
    Changed(VariableId, i32, i32),
    /// An effect went beyond the end of an indicator's range and was held there.
    Saturated(RuleId, VariableId),
    /// A let began (`true`) or ended; `raised` are its events.
    Turned(WatchId, bool, &'a [EventId]),
    /// The event `start`.
    Started(&'a [EventId]),
    /// A response was triggered and will come (unless it lapses), at once or later.
    Comes {
        /// Which.
        rule: RuleId,
        /// The event that triggered it.
        trigger: EventId,
        /// Number of the firing that raised it; `None` for `start`, `begins`, `ends`.
        by: Option<u32>,
        /// In this instant.
        at_once: bool,
    },
    /// A response was triggered while pending and started again.
    Restarted {
        /// Which.
        rule: RuleId,
        /// The event that triggered it.
        trigger: EventId,
        /// Number of the firing that raised it.
        by: Option<u32>,
        /// In this instant.
        at_once: bool,
    },
    /// A response was triggered and the lot said no.
    LetPass(RuleId, EventId),
    /// A response was triggered while pending: nothing happens.
    Ignored(RuleId, EventId),
    /// A response was triggered; its guard did not hold, or it was not available.
    NotOpen(RuleId, EventId),
    /// A response was due, or a dated or recurring rule had its boundary, and its guard or availability stood in the way.
    Preempted(RuleId),
    /// A pending response was cancelled because its guard had lapsed.
    Lapsed(RuleId),
}

/// Somebody who listens to a run. Observers cannot draw and cannot change the state.
///
/// Order of calls in a run: `begin`; for each instant its occurrences, then `settled`; `looked` at the boundaries
/// that `looks` names, before their instant; at the end `looked` if `K` is named, `settled` at `T`, then `end`.
/// After `stop_when` has held there are no more occurrences, and `settled` and `looked` go on to `T`.
pub trait Observer {
    /// Boundaries before whose instant it wants to look, and that must not be skipped; in any order.
    fn looks(&self, _model: &Model) -> Vec<Step> {
        Vec::new()
    }

    /// Run number `run` begins; `state` is that before boundary 0.
    fn begin(&mut self, _model: &Model, _state: &State, _run: u64) {}

    /// Something happened; `state` is as it is then.
    fn observe(&mut self, _model: &Model, _state: &State, _occurrence: Occurrence<'_>) {}

    /// The steps before boundary `step` have ended; its instant has not begun. `state.step` may be an earlier boundary.
    fn looked(&mut self, _model: &Model, _state: &State, _step: Step) {}

    /// An instant has settled; `boundary` if it is that of boundary `state.step`. `now`: its time in ticks after the
    /// start, worked out when asked for: that costs, so who does not need it does not ask.
    fn settled(&mut self, _model: &Model, _state: &State, _now: &dyn Fn() -> u64, _boundary: bool) {}

    /// The run has ended at `T`.
    fn end(&mut self, _model: &Model, _state: &State) {}
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Observer for Nobody {}
