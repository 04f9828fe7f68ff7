//! A report as one tidy table: one row a quantity, numbers unrounded.
//!
//! Columns that mean nothing for a quantity are empty; `item` is the state of a posture, the milestones of a
//! path, or the text of an `origin` row, so `value`, `low` and `high` hold numbers only.

use serde::Serialize;

use super::{
    Accuracy, Answer, Distribution, Figure, Indicator, Method, Moment, Outcome, Path, Posture, Quantile, Question,
    Refusal, Report, Rule, Share, Slice, Sooner,
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

    fn between(self, value: f64, low: f64, high: f64) -> Self {
        self.figure(&Figure { value, low: Some(low), high: Some(high), runs: 0, accuracy: Accuracy::Exact })
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
    let mut rows: Vec<Row<'_>> = report.outcomes.iter().flat_map(outcome).collect();
    rows.extend(report.questions.iter().flat_map(question));
    if let Some(paths) = &report.paths {
        rows.extend(paths.paths.iter().flat_map(path));
        rows.push(Row::new("path", "", "share").item("other").share(&paths.other_paths));
    }
    rows.extend(report.postures.iter().flat_map(posture));
    rows.extend(report.indicators.iter().flat_map(indicator));
    rows.extend(report.rules.iter().flat_map(rule));
    rows.extend(report.slices.iter().flat_map(slice));
    rows.extend(report.refusals.iter().flat_map(refusal));
    rows.extend(report.warnings.iter().map(|w| Row::new("warning", &w.code, "").item(&w.message)));
    rows.extend(origin(report));
    rows
}

fn outcome(outcome: &Outcome) -> Vec<Row<'_>> {
    let shares = outcome.share.iter().chain(&outcome.exact);
    let mut rows: Vec<Row<'_>> =
        shares.flat_map(|share| probability("outcome", &outcome.name, "share", share)).collect();
    rows.extend(by("outcome", &outcome.name, &outcome.by));
    rows
}

/// A share, and of a solved one what it leaves of 1.
fn probability<'a>(
    kind: &'static str,
    name: &'a str,
    quantity: &'static str,
    share: &Share,
) -> impl Iterator<Item = Row<'a>> + use<'a> {
    let complement = share
        .complement
        .map(|c| Row::new(kind, name, format!("complement of {quantity}")).between(c.value, c.low, c.high));
    [Row::new(kind, name, quantity).share(share)].into_iter().chain(complement)
}

fn by<'a>(kind: &'static str, name: &'a str, by: &'a [Sooner]) -> impl Iterator<Item = Row<'a>> {
    by.iter().map(move |at| Row::new(kind, name, "probability by then").at(&at.time).between(at.value, at.low, at.high))
}

fn question(question: &Question) -> Vec<Row<'_>> {
    let name = &question.name;
    let answers = [&question.answer].into_iter().chain(&question.exact);
    let mut rows: Vec<Row<'_>> = answers
        .flat_map(|answer| match answer {
            Answer::Share(share) => probability("question", name, "share", share).collect(),
            Answer::Distribution(of) => distribution(name, of),
            Answer::NotSolved => Vec::new(),
        })
        .collect();
    rows.extend(by("question", name, &question.by));
    rows
}

fn distribution<'a>(name: &'a str, of: &'a Distribution) -> Vec<Row<'a>> {
    let mean = of.mean.iter().map(|m| Row::new("question", name, "mean").figure(m));
    let quantiles = of.quantiles.iter().map(|q| Row::new("question", name, level(q)).quantile(q));
    let never = of.never.iter().flat_map(|s| probability("question", name, "never", s));
    let values =
        of.values.iter().map(|w| Row::new("question", name, "probability").item(w.value.to_string()).share(&w.share));
    let more = of.more.iter().map(|s| Row::new("question", name, "probability").item("more").share(s));
    mean.chain(quantiles).chain(never).chain(values).chain(more).collect()
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
    let of_value = |(value, shares): (&'_ String, Vec<Share>)| -> Vec<Row<'_>> {
        let at = posture.times.iter().zip(shares);
        at.map(|(t, s)| Row::new("posture", &posture.name, "share").item(value).at(t).share(&s)).collect()
    };
    posture.values.iter().zip(posture.shares.all()).flat_map(of_value).collect()
}

fn indicator(indicator: &Indicator) -> Vec<Row<'_>> {
    let at = indicator.times.iter().flat_map(|t| t.quantiles.iter().map(move |q| (t, q)));
    at.map(|(t, q)| Row::new("indicator", &indicator.name, level(q)).at(&t.time).quantile(q)).collect()
}

fn rule(rule: &Rule) -> Vec<Row<'_>> {
    let any = "share of runs with any";
    let mut rows: Vec<Row<'_>> =
        rule.mean.iter().map(|mean| Row::new("rule", &rule.id, "firings a run").figure(mean)).collect();
    if let Some(counted) = &rule.counted {
        rows.push(Row::new("rule", &rule.id, any).share(&counted.share));
        let branches = counted.branches.iter();
        rows.extend(branches.map(|b| Row::new("rule", &rule.id, any).item(&b.name).share(&b.share)));
    }
    rows
}

fn slice(slice: &Slice) -> Vec<Row<'_>> {
    let row = |quantity: &str| Row::new("slice", "", quantity).item(slice.answers.join(", "));
    let states = slice.states as f64;
    vec![
        Row { value: Some(states), ..row("states") },
        Row { value: Some(slice.rules.len() as f64), ..row("rules") },
        Row { value: Some(slice.dropped), ..row("dropped") },
    ]
}

fn refusal(refusal: &Refusal) -> Vec<Row<'_>> {
    let row = |name| Row::new("refusal", name, refusal.code.as_str()).item(&refusal.message);
    let known = refusal.known.as_ref();
    let bounds = |name| known.map(|k| Row { low: Some(k.low), high: Some(k.high), ..row(name).at(&k.time) });
    refusal.about.iter().map(|name| bounds(name).unwrap_or_else(|| row(name))).collect()
}

fn origin(report: &Report) -> Vec<Row<'_>> {
    let origin = &report.origin;
    let method = match &origin.method {
        Method::Sampled { seed, runs, .. } => [("seed", seed.to_string()), ("runs", runs.to_string())],
        Method::Solved { precision, max_states } => {
            [("precision", format!("{precision:e}")), ("max states", max_states.to_string())]
        }
    };
    let facts =
        [("simulate", origin.simulate.clone()), ("scenario", origin.file.clone()), ("digest", origin.digest.clone())];
    let last = [("interrupted", origin.interrupted.to_string()), ("again", origin.command.clone())];
    let all = facts.into_iter().chain(method).chain(last);
    all.map(|(name, text)| Row::new("origin", name, "").item(text)).collect()
}
