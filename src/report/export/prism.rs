//! A scenario in the language of PRISM, which Storm reads too (`simulate export prism`): a model and its properties.
//!
//! M. Kwiatkowska, G. Norman, D. Parker, "PRISM 4.0: Verification of probabilistic real-time systems", CAV 2011,
//! doi:10.1007/978-3-642-22110-1_47. Every state has commands of its own, so what a rule means is not written down again.
//! Does not know how the chain was found.

mod guard;
mod name;
mod refusal;

use std::fmt::Write as _;

use crate::exact::chain::{Chain, Column, Move, Property, Reading, Reward, Time};
use crate::model::{Model, RuleId, Step, VariableKind};
use crate::scenario::quantity::Moment;

use guard::Table;
use name::Names;
pub use refusal::told;

/// A model and what is asked of it, each the text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prism {
    /// The `.prism` file.
    pub model: String,
    /// The `.props` file.
    pub properties: String,
}

/// The longest comment on what a question asks, in characters.
const LINE: usize = 100;

/// `chain`, which was made from `model`, in the language of PRISM.
pub fn prism(model: &Model, chain: &Chain) -> Prism {
    let mut names = Names::default();
    let columns: Vec<String> = chain.columns.iter().map(|column| names.unique(&called(model, column))).collect();
    let mut labels = Names::default();
    let writer = Writer {
        model,
        chain,
        table: Table::new(&columns, &chain.states),
        labels: chain.properties.iter().map(|property| labels.unique(&label(property))).collect(),
        rewards: chain.rewards.iter().map(|reward| labels.unique(&reward.name)).collect(),
    };
    Prism { model: writer.model_text(), properties: writer.properties_text() }
}

/// A name for a column before it is made one of PRISM's.
pub(super) fn called(model: &Model, column: &Column) -> String {
    let rule = |id: &RuleId| &model.rule(*id).id;
    match column {
        Column::Boundary => "boundary".to_owned(),
        Column::Variable(id) => model.variable(*id).name.clone(),
        Column::Pending(id) => format!("pending {}", rule(id)),
        Column::Cooldown(id) => format!("cooldown {}", rule(id)),
        Column::Used(id) => format!("fired {}", rule(id)),
        Column::Count(event) => format!("count {}", model.event(*event).name),
        Column::Age(event) => format!("since {}", model.event(*event).name),
        Column::Stopped => "stopped".to_owned(),
        Column::Memory(name) => format!("memory {name}"),
    }
}

/// What a column means.
fn meaning(model: &Model, column: &Column) -> String {
    match column {
        Column::Boundary => "the boundary whose instant has settled".to_owned(),
        Column::Variable(id) => {
            let variable = model.variable(*id);
            match &variable.kind {
                VariableKind::Posture { values, .. } => {
                    let value = |(index, name): (usize, &String)| format!("{index} {name}");
                    values.iter().enumerate().map(value).collect::<Vec<_>>().join(", ")
                }
                VariableKind::Indicator => variable.says.clone(),
                VariableKind::Flag => "0 no, 1 yes".to_owned(),
            }
        }
        Column::Pending(_) => "0 not pending, else 1 + its age in steps".to_owned(),
        Column::Cooldown(_) => "steps until it is available again".to_owned(),
        Column::Used(_) => "how often it has fired".to_owned(),
        Column::Count(_) => "how often it has occurred, as far as somebody asks".to_owned(),
        Column::Age(_) => {
            "steps since it occurred, as far as somebody asks; the highest also if it never did".to_owned()
        }
        Column::Stopped => "1 once `stop_when` has held".to_owned(),
        Column::Memory(name) => format!("what is remembered for `{name}`"),
    }
}

fn label(property: &Property) -> String {
    let kind = if property.is_outcome { "outcome" } else { "question" };
    format!("{kind} {}", property.name)
}

struct Writer<'a> {
    model: &'a Model,
    chain: &'a Chain,
    table: Table<'a>,
    labels: Vec<String>,
    rewards: Vec<String>,
}

impl Writer<'_> {
    fn model_text(&self) -> String {
        let mut text = self.head();
        text += match self.chain.time {
            Time::Continuous => "ctmc\n\n",
            Time::Discrete => "dtmc\n\n",
        };
        let end = self.chain.end;
        let _ = match self.chain.time {
            Time::Continuous => writeln!(text, "const double horizon = {}; // days\n", number(end)),
            Time::Discrete => writeln!(text, "const int horizon = {end}; // boundaries 0 to T, one step each\n"),
        };
        text += "module scenario\n";
        for (index, column) in self.chain.columns.iter().enumerate() {
            let (low, high) = self.table.range(index);
            let name = &self.table.names()[index];
            let start = self.chain.states[0][index];
            let meaning = comment(&meaning(self.model, column));
            let _ = writeln!(text, "  {name} : [{low}..{high}] init {start};{meaning}");
        }
        if self.chain.columns.is_empty() {
            text += "  always : [0..0] init 0;\n";
        }
        text.push('\n');
        (0..self.chain.states.len()).for_each(|state| self.commands(state, &mut text));
        text += "endmodule\n\n";
        for (name, property) in self.labels.iter().zip(&self.chain.properties) {
            let _ = writeln!(text, "label \"{name}\" = {};", self.table.formula(&property.holds));
        }
        for (name, reward) in self.rewards.iter().zip(&self.chain.rewards) {
            text += &self.reward(name, reward);
        }
        text
    }

    fn head(&self) -> String {
        let Self { model, chain, .. } = self;
        let mut text = String::new();
        if !model.title.is_empty() {
            let _ = writeln!(text, "// {}", one_line(&model.title));
        }
        let _ = writeln!(text, "// Written by simulate {} from a scenario with digest", env!("CARGO_PKG_VERSION"));
        let _ = writeln!(text, "// {}", model.digest);
        if !model.overrides.is_empty() {
            let _ = writeln!(text, "// under {}", one_line(&model.overrides.join(" ")));
        }
        let _ = writeln!(text, "// {}", counted(chain.states.len(), "state"));
        text
    }

    /// The commands of a state: one for each rule, or one for the next boundary.
    fn commands(&self, state: usize, text: &mut String) {
        let guard = self.table.guard(state);
        let moves = &self.chain.moves[state];
        if moves.is_empty() {
            // No deadlock: some checkers refuse them.
            let _ = writeln!(text, "  [] {guard} -> 1.0 : true;");
        }
        for one in moves {
            let to: Vec<String> = one.to.iter().map(|target| self.update(state, *target)).collect();
            let why = comment(&self.cause(state, one));
            let _ = writeln!(text, "  [] {guard} -> {};{why}", to.join(" + "));
        }
    }

    fn update(&self, from: usize, (to, weight): (usize, f64)) -> String {
        format!("{} : {}", number(weight), self.table.update(from, to))
    }

    /// The rule behind a move, or what the boundary ahead brings.
    fn cause(&self, state: usize, one: &Move) -> String {
        if let Some(rule) = one.rule {
            return self.model.rule(rule).id.clone();
        }
        let ahead = (self.chain.states[state][0] + 1) as Step;
        if ahead >= self.model.calendar.steps {
            return "the end".to_owned();
        }
        let id = |id: RuleId| self.model.rule(id).id.as_str();
        let forced = self.model.forced.iter().filter(|forced| forced.at == ahead).map(|forced| id(forced.rule));
        let mut dated: Vec<RuleId> = self.model.schedule.rules_at(ahead).to_vec();
        dated.sort_unstable();
        let rules: Vec<&str> = forced.chain(dated.into_iter().map(id)).collect();
        let date = self.date(ahead);
        if rules.is_empty() {
            date
        } else {
            format!("{date}{}{}", if date.is_empty() { "" } else { ": " }, rules.join(", "))
        }
    }

    fn date(&self, step: Step) -> String {
        let calendar = &self.model.calendar;
        let seconds = calendar.start.map(|start| start + i64::from(step) * calendar.step_seconds as i64);
        let shown = |seconds: i64| match seconds.rem_euclid(86_400) {
            0 => Moment::at_seconds(seconds).date(),
            _ => Moment { seconds, whole_day: false }.to_string(),
        };
        seconds.map(shown).unwrap_or_default()
    }

    fn reward(&self, name: &str, reward: &Reward) -> String {
        let mut text = format!("\nrewards \"{name}\"\n");
        let mut values: Vec<f64> = reward.values.iter().copied().filter(|value| *value != 0.0).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        for (formula, value) in self.table.formulas(&reward.values, &values).iter().zip(&values) {
            let _ = writeln!(text, "  {formula} : {};", number(*value));
        }
        if values.is_empty() {
            text += "  true : 0.0;\n";
        }
        text + "endrewards\n"
    }

    fn properties_text(&self) -> String {
        let mut text = self.head();
        for (name, property) in self.labels.iter().zip(&self.chain.properties) {
            let asked = self.asked(&property.name, property.is_outcome);
            let formula = match self.chain.time {
                Time::Continuous => format!("P=? [ F[{0},{0}] \"{name}\" ]", self.time(property.at)),
                Time::Discrete => format!("P=? [ F \"{name}\" ]"),
            };
            let _ = writeln!(text, "\n// {asked}\n{formula};");
        }
        for (name, reward) in self.rewards.iter().zip(&self.chain.rewards) {
            let asked = self.asked(&reward.name, false);
            let time = self.time(reward.at);
            let formula = match reward.reading {
                Reading::Total => format!("R{{\"{name}\"}}=? [ C<={time} ]"),
                Reading::Instant => format!("R{{\"{name}\"}}=? [ I={time} ]"),
            };
            let _ = writeln!(text, "\n// {asked}");
            if reward.offset != 0.0 {
                let _ = writeln!(text, "// Add {} to what this gives.", number(reward.offset));
            }
            let _ = writeln!(text, "{formula};");
        }
        if !self.chain.left_out.is_empty() {
            text += "\n// Left out:\n";
        }
        for left in &self.chain.left_out {
            let _ = writeln!(text, "// - {}: {}", one_line(&left.name), left.why);
        }
        text
    }

    fn time(&self, at: f64) -> String {
        match self.chain.time {
            _ if at.total_cmp(&self.chain.end).is_eq() => "horizon".to_owned(),
            Time::Continuous => number(at),
            Time::Discrete => format!("{at}"),
        }
    }

    /// `outcome war: ever(a.x == war)`
    fn asked(&self, name: &str, is_outcome: bool) -> String {
        let Model { outcomes, questions, .. } = self.model;
        let (kind, text) = if is_outcome {
            ("outcome", outcomes.iter().find(|outcome| outcome.name == name).map(|outcome| &outcome.text))
        } else {
            ("question", questions.iter().find(|question| question.name == name).map(|question| &question.text))
        };
        let text = text.filter(|text| !text.is_empty());
        one_line(&text.map_or_else(|| format!("{kind} {name}"), |text| format!("{kind} {name}: {text}")))
    }
}

/// ` // …`, or nothing.
fn comment(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" // {}", one_line(text)) }
}

/// In one line, and not too long a one.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LINE { line } else { line.chars().take(LINE - 1).chain(['…']).collect() }
}

fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// A number that reads back as the same double, of at most 17 digits, with a point so that no parser takes it for whole.
fn number(x: f64) -> String {
    let text = format!("{x:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_and_have_a_point() {
        for x in [0.1, 1.0, 1.0 / 3.0, 1e-7, 1.25e-300, 3e20, 123_456.789] {
            let text = number(x);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), f64::to_bits(x));
            assert!(text.contains('.'), "{text}");
        }
        assert_eq!((number(1e-7), number(2.0)), ("1.0e-7".to_owned(), "2.0".to_owned()));
    }
}
