//! What happens in a run, line by line, with the tick at which it happens.
//!
//! Does not know how a story is told to people: that is the trace's business.

use simulate::model::event::{BranchIndex, NOTHING};
use simulate::model::state::State;
use simulate::model::{Branches, Model, RuleId, TICKS_PER_DAY};
use simulate::observe::{Collector, Observer, Occurrence};

/// One line of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Ticks since the start.
    pub at: u64,
    /// The rule that it is about, or the let.
    pub who: String,
    /// `fires`, `fires as BRANCH`, `comes`, `restarted`, `let pass`, `ignored`, `not open`, `pre-empted`, `lapsed`, `begins`, `ends`.
    pub what: String,
}

impl Told {
    /// A firing, of whatever branch.
    pub fn is_firing(&self) -> bool {
        self.what.starts_with("fires")
    }

    /// Days since the start.
    pub fn day(&self) -> f64 {
        self.at as f64 / TICKS_PER_DAY as f64
    }
}

/// The stories of many runs, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stories {
    /// By run.
    pub runs: Vec<Vec<Told>>,
    /// What the instant has brought so far: its time is known when it settles.
    instant: Vec<(String, String)>,
}

fn branch_name(model: &Model, rule: RuleId, branch: BranchIndex) -> String {
    match &model.rule(rule).branches {
        Branches::One(_) => "fires".to_owned(),
        _ if branch == NOTHING => "fires as nothing".to_owned(),
        branches => format!("fires as {}", branches.at(usize::from(branch)).map_or("nothing", |b| &b.name)),
    }
}

impl Observer for Stories {
    fn begin(&mut self, _model: &Model, _state: &State, _run: u64) {
        self.runs.push(Vec::new());
    }

    fn observe(&mut self, model: &Model, _state: &State, occurrence: Occurrence<'_>) {
        let (rule, what) = match occurrence {
            Occurrence::Fired { rule, branch, .. } => (rule, branch_name(model, rule, branch)),
            Occurrence::Comes { rule, .. } => (rule, "comes".to_owned()),
            Occurrence::Restarted { rule, .. } => (rule, "restarted".to_owned()),
            Occurrence::LetPass(rule, _) => (rule, "let pass".to_owned()),
            Occurrence::Ignored(rule, _) => (rule, "ignored".to_owned()),
            Occurrence::NotOpen(rule, _) => (rule, "not open".to_owned()),
            Occurrence::Preempted(rule) => (rule, "pre-empted".to_owned()),
            Occurrence::Lapsed(rule) => (rule, "lapsed".to_owned()),
            Occurrence::Turned(watch, begins, _) => {
                let name = model.watches[watch.0 as usize].name.clone();
                self.instant.push((name, if begins { "begins" } else { "ends" }.to_owned()));
                return;
            }
            Occurrence::Changed(..) | Occurrence::Saturated(..) | Occurrence::Started(_) => return,
        };
        self.instant.push((model.rule(rule).id.clone(), what));
    }

    fn settled(&mut self, _model: &Model, _state: &State, now: &dyn Fn() -> u64, _boundary: bool) {
        let now = now();
        let run = self.runs.last_mut().expect("a run has begun");
        run.extend(self.instant.drain(..).map(|(who, what)| Told { at: now, who, what }));
    }
}

impl Collector for Stories {
    fn fresh(_model: &Model) -> Self {
        Self::default()
    }

    fn merge(&mut self, later: Self) {
        self.runs.extend(later.runs);
    }
}
