//! A report as one tidy table: one row a quantity, numbers unrounded.
//!
//! Columns that mean nothing for a quantity are empty; `item` is the state of a posture, the milestones of a
//! path, or the text of an `origin` row, so `value`, `low` and `high` hold numbers only.

use serde::Serialize;

use super::{
    Accuracy, Answer, Distribution, Figure, Indicator, Moment, Path, Posture, Quantile, Question, Report, Rule, Share,
};

/// A row.
#[derive(Debug, Clone, Default, Serialize)]
struct Row<'a> {
    kind: &'static str,
    name: &'a str,
    item: String,
    quantity: String,
    day: Option<f64>,
    date: Option<&'a str>,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    runs: Option<u64>,
    accuracy: Option<Accuracy>,
}

impl<'a> Row<'a> {
    fn new(kind: &'static str, name: &'a str, quantity: impl Into<String>) -> Self {
        Self { kind, name, quantity: quantity.into(), ..Self::default() }
    }

    fn item(self, item: impl Into<String>) -> Self {
        Self { item: item.into(), ..self }
    }

    fn at(self, moment: &'a Moment) -> Self {
        Self { day: Some(moment.day), date: moment.date.as_deref(), ..self }
    }

    fn share(self, share: &Share) -> Self {
        let Share { value, low, high, runs, accuracy, .. } = *share;
        self.figure(&Figure { value, low: Some(low), high: Some(high), runs, accuracy })
    }

    fn figure(self, figure: &Figure) -> Self {
        let Figure { value, low, high, runs, accuracy } = *figure;
        Self { value: Some(value), low, high, runs: Some(runs), accuracy: Some(accuracy), ..self }
    }

    fn quantile(self, quantile: &'a Quantile) -> Self {
        let date = quantile.date.as_deref().or(self.date);
        Self { date, ..self.figure(&quantile.figure) }
    }
}

/// The report as CSV with a header.
///
/// # Panics
/// Never: it is written to memory.
pub fn csv(report: &Report) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows(report) {
        table.serialize(row).expect("rows are plain");
    }
    let bytes = table.into_inner().expect("memory does not fail");
    String::from_utf8(bytes).expect("made of text")
}

fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> =
        report.outcomes.iter().map(|o| Row::new("outcome", &o.name, "share").share(&o.share)).collect();
    rows.extend(report.questions.iter().flat_map(question));
    rows.extend(report.paths.iter().flat_map(path));
    rows.push(Row::new("path", "", "share").item("other").share(&report.other_paths));
    rows.extend(report.postures.iter().flat_map(posture));
    rows.extend(report.indicators.iter().flat_map(indicator));
    rows.extend(report.rules.iter().flat_map(rule));
    rows.extend(report.warnings.iter().map(|w| Row::new("warning", &w.code, "").item(&w.message)));
    rows.extend(origin(report));
    rows
}

fn question(question: &Question) -> Vec<Row<'_>> {
    match &question.answer {
        Answer::Share(share) => vec![Row::new("question", &question.name, "share").share(share)],
        Answer::Distribution(of) => distribution(&question.name, of),
    }
}

fn distribution<'a>(name: &'a str, of: &'a Distribution) -> Vec<Row<'a>> {
    let mean = of.mean.iter().map(|m| Row::new("question", name, "mean").figure(m));
    let quantiles = of.quantiles.iter().map(|q| Row::new("question", name, level(q)).quantile(q));
    let never = of.never.iter().map(|s| Row::new("question", name, "never").share(s));
    mean.chain(quantiles).chain(never).collect()
}

/// `quantile 0.5`
fn level(quantile: &Quantile) -> String {
    format!("quantile {}", quantile.at)
}

fn path(path: &Path) -> Vec<Row<'_>> {
    let milestones: Vec<&str> = path.milestones.iter().map(|m| m.name.as_str()).collect();
    let whole = milestones.join(" > ");
    let mut rows = vec![Row::new("path", "", "share").item(&whole).share(&path.share)];
    rows.extend(
        path.milestones.iter().map(|m| Row::new("path", &m.name, "median day").item(&whole).quantile(&m.median)),
    );
    rows
}

fn posture(posture: &Posture) -> Vec<Row<'_>> {
    let of_value = |(value, shares): (&'_ String, &'_ Vec<Share>)| -> Vec<Row<'_>> {
        let at = posture.times.iter().zip(shares);
        at.map(|(t, s)| Row::new("posture", &posture.name, "share").item(value).at(t).share(s)).collect()
    };
    posture.values.iter().zip(&posture.shares).flat_map(of_value).collect()
}

fn indicator(indicator: &Indicator) -> Vec<Row<'_>> {
    let at = indicator.times.iter().flat_map(|t| t.quantiles.iter().map(move |q| (t, q)));
    at.map(|(t, q)| Row::new("indicator", &indicator.name, level(q)).at(&t.time).quantile(q)).collect()
}

fn rule(rule: &Rule) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> =
        rule.mean.iter().map(|mean| Row::new("rule", &rule.id, "firings a run").figure(mean)).collect();
    rows.push(Row::new("rule", &rule.id, "share of runs with any").share(&rule.share));
    let of_branches = rule.branches.iter();
    rows.extend(
        of_branches.map(|b| Row::new("rule", &rule.id, "share of runs with any").item(&b.name).share(&b.share)),
    );
    rows
}

fn origin(report: &Report) -> Vec<Row<'_>> {
    let origin = &report.origin;
    let facts = [
        ("simulate", origin.simulate.clone()),
        ("scenario", origin.file.clone()),
        ("digest", origin.digest.clone()),
        ("seed", origin.seed.to_string()),
        ("runs", origin.runs.to_string()),
        ("interrupted", origin.interrupted.to_string()),
        ("again", origin.command.clone()),
    ];
    facts.into_iter().map(|(name, text)| Row::new("origin", name, "").item(text)).collect()
}
