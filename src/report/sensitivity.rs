//! Which doubtful number an answer rests on: tornado bars, or indices of one method, an answer at a time.
//!
//! Computes no numbers.

use std::fmt::Write as _;

use serde::Serialize;

use super::figures::{bar, count};
use super::layout::{BAR, FAINT, heading, label, left, right, shorten, styled, width, wrap};
use super::study::{Doubtful, Heading, brief, digits, doubtful, half_width, kinds, level, name, sampling_error, short};
use crate::analysis::estimate::Interval;
use crate::analysis::indices::{Found, Indices};
use crate::analysis::judgement::Judgement;
use crate::analysis::measure::Scale;
use crate::analysis::paired::Pairing;
use crate::analysis::tornado::{Bar, Tornado};

/// Bars shown unless everything is.
const FEW: usize = 8;
/// Columns of a bar.
const CELLS: usize = 16;

/// A study of sensitivity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// What it is of.
    #[serde(flatten)]
    pub heading: Heading,
    /// `tornado`, `morris`, `sobol`, `pawn`
    pub method: String,
    /// Points computed, the file's own numbers not among them.
    pub points: u64,
    /// Runs of each, where it could not be solved.
    pub runs: u64,
    /// What was varied.
    pub judgements: Vec<Doubtful>,
    /// What came of it, by quantity.
    pub answers: Answers,
}

/// By quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answers {
    /// Bars.
    Tornado(Vec<Bars>),
    /// Indices.
    Indices(Vec<OneAnswer>),
}

/// The bars of one quantity, the longest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bars {
    /// `outcome:war`
    pub quantity: String,
    /// What it is counted in.
    pub scale: Scale,
    /// With all numbers as they are.
    pub base: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// By judgement and setting.
    pub bars: Vec<Reach>,
}

/// One setting of a judgement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reach {
    /// The judgement.
    pub name: String,
    /// Its setting.
    pub setting: String,
    /// The answer there less the answer with all numbers as they are.
    pub difference: Option<f64>,
    /// Its interval: 95 %, or certain if exact.
    pub interval: Option<Interval>,
    /// What the difference stands on.
    pub pairing: Pairing,
}

/// The indices of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneAnswer {
    /// `outcome:war`
    pub quantity: String,
    /// What it is counted in.
    pub scale: Scale,
    /// Names of the judgements, in the order of the indices.
    pub names: Vec<String>,
    /// By judgement; `None` if the quantity has no value at some point, or does not vary.
    pub indices: Option<Indices>,
    /// Mean over the points.
    pub mean: f64,
    /// Standard deviation over the points.
    pub deviation: f64,
    /// What sampling adds to the variance over the points, as a share of it, at most.
    pub noise: f64,
}

/// What was computed.
#[derive(Debug, Clone, Copy)]
pub enum Computed<'a> {
    /// One at a time.
    Tornado(&'a [Tornado]),
    /// Over the laws.
    Indices(&'a [Found]),
}

/// The value behind the views.
pub fn sensitivity(
    heading: Heading,
    (method, points, runs): (&str, u64, u64),
    judgements: &[Judgement],
    computed: Computed<'_>,
) -> Sensitivity {
    let answers = match computed {
        Computed::Tornado(all) => Answers::Tornado(all.iter().map(|tornado| bars(tornado, judgements)).collect()),
        Computed::Indices(all) => Answers::Indices(all.iter().map(|found| one(found, judgements)).collect()),
    };
    Sensitivity { heading, method: method.into(), points, runs, judgements: doubtful(judgements), answers }
}

fn bars(tornado: &Tornado, judgements: &[Judgement]) -> Bars {
    let reach = |bar: &Bar| {
        let name = judgements[bar.judgement].factor.name.clone();
        bar.ends
            .iter()
            .map(move |(setting, change)| Reach {
                name: name.clone(),
                setting: setting.shown.clone(),
                difference: change.value,
                interval: change.interval,
                pairing: change.pairing,
            })
            .collect::<Vec<_>>()
    };
    Bars {
        quantity: tornado.quantity.to_string(),
        scale: tornado.scale,
        base: tornado.base.value,
        interval: tornado.base.interval,
        bars: tornado.bars.iter().flat_map(reach).collect(),
    }
}

fn one(found: &Found, judgements: &[Judgement]) -> OneAnswer {
    OneAnswer {
        quantity: found.quantity.to_string(),
        scale: found.scale,
        names: judgements.iter().map(|judgement| judgement.factor.name.clone()).collect(),
        indices: found.indices.clone(),
        mean: found.mean,
        deviation: found.deviation,
        noise: found.noise,
    }
}

/// As text of 80 columns: of each quantity the first few, or everything if `all`.
pub fn text(study: &Sensitivity, computed: Computed<'_>, all: bool) -> String {
    let how = format!(
        "{} points over {}; {} runs each where they cannot be solved, the same runs at every point.",
        count(study.points),
        kinds(&study.judgements),
        count(study.runs),
    );
    let few = if all { usize::MAX } else { FEW };
    let mut lines = format!("{}\n{}", study.heading.title, styled(FAINT, &wrap(&how, 0, 0)));
    match computed {
        Computed::Tornado(answers) => {
            lines += &answers.iter().map(|tornado| tornado_text(tornado, &study.judgements, few)).collect::<String>();
            lines += "\n";
            lines += &wrap(
                "Each number alone at its low and at its high end (5 % and 95 % of a judgement), all others as they are: \
                 the difference that makes, with its 95 % interval. Bars are drawn to the longest.",
                0,
                0,
            );
        }
        Computed::Indices(answers) => {
            lines += &answers.iter().map(|found| indices_text(found, &study.judgements, few)).collect::<String>();
            lines += "\n";
            lines += &wrap(meaning(&study.method), 0, 0);
        }
    }
    lines + &study.heading.closing()
}

fn tornado_text(tornado: &Tornado, judgements: &[Doubtful], few: usize) -> String {
    let value =
        tornado.base.value.map_or("none".into(), |value| level(tornado.scale, value, half_width(&tornado.base)));
    let note = format!("{value} ({}) as the file stands", sampling_error(tornado.scale, &tornado.base));
    let mut lines = heading(&name(&tornado.quantity), &note);
    let longest = tornado.bars.first().map_or(0.0, Bar::reach);
    let certain: Vec<&Bar> = tornado.bars.iter().filter(|bar| bar.is_certain()).collect();
    let column = certain.iter().take(few).map(|bar| width(&judgements[bar.judgement].name)).max().unwrap_or(0).min(30);
    for shown in certain.iter().take(few) {
        let judgement = &judgements[shown.judgement];
        let now = styled(FAINT, &format!("  now {}", judgement.value));
        let _ = writeln!(lines, "  {}{now}", left(&shorten(&judgement.name, 30), column));
        for (setting, change) in &shown.ends {
            let Some(value) = change.value else { continue };
            let drawn = bar((value.abs() / longest).min(1.0), CELLS);
            let (padding, cells) = (CELLS.saturating_sub(width(&drawn)), styled(BAR, &drawn));
            let sampled = change.interval.filter(|_| change.pairing != Pairing::Exact);
            let half = sampled.map_or(0.0, |interval| interval.half_width());
            let sign = if value > 0.0 {
                "+"
            } else if value < 0.0 {
                "−"
            } else {
                " "
            };
            let size = format!("{sign}{}", digits(tornado.scale, value.abs(), half));
            let interval = change.interval.filter(|interval| interval.half_width() > 0.0).map_or(String::new(), |at| {
                let end = |x: f64| digits(tornado.scale, x, half / 3.0).replace('-', "−");
                format!("[{}, {}]", end(at.low), end(at.high))
            });
            let exact = if change.pairing == Pairing::Exact { "solved" } else { interval.as_str() };
            let _ = writeln!(
                lines,
                "    {}  {cells}{}  {} {exact}",
                right(&brief(&setting.shown), 14),
                " ".repeat(padding),
                right(&size, 9)
            );
        }
    }
    lines += &rest(certain.len(), few, tornado.bars.len() - certain.len());
    lines
}

fn rest(certain: usize, few: usize, uncertain: usize) -> String {
    let hidden = certain.saturating_sub(few);
    let mut parts = Vec::new();
    if hidden > 0 {
        parts.push(format!("{hidden} more with --all"));
    }
    if uncertain > 0 {
        parts.push(format!("{uncertain} of which no effect can be told from none"));
    }
    if parts.is_empty() { String::new() } else { styled(FAINT, &wrap(&parts.join("; "), 2, 2)) }
}

fn meaning(method: &str) -> &'static str {
    match method {
        "morris" => {
            "mu_star: mean size of the effect of moving one number alone across its band (5 % to 95 %), wherever the \
             others stand; mu: the same with its sign; sigma: how much the effect depends on the others, or bends. ± and \
             _conf are 95 % intervals over trajectories."
        }
        "sobol" => {
            "S1: the share of the variance that goes if this number were known; ST: the share that stays if all others \
             were. ST much above S1: it acts together with others. ± are 95 % intervals."
        }
        _ => {
            "median: how far the distribution of the answer moves, from 0 to 1, while this number is held in a tenth of \
             its range. dummy: what a number without effect would reach in 5 of 100 samples."
        }
    }
}

fn indices_text(found: &Found, judgements: &[Doubtful], few: usize) -> String {
    let scale = found.scale;
    let spread = digits(scale, found.deviation, found.deviation / 10.0);
    let mean = level(scale, found.mean, found.deviation / 10.0);
    let mut note = format!("{mean}, standard deviation {spread} over the points");
    if found.noise > 0.0 {
        let _ = write!(note, "; at most {} % of the variance is noise", short(100.0 * found.noise));
    }
    let mut lines = heading(&name(&found.quantity), &note);
    let Some(indices) = &found.indices else {
        return lines + "  it does not vary, or some points have none\n";
    };
    let mut rows = rows(indices, scale);
    rows.sort_by(|a, b| b.size.total_cmp(&a.size).then(a.judgement.cmp(&b.judgement)));
    let names = rows.iter().take(few).map(|row| width(&judgements[row.judgement].name));
    let column = names.max().unwrap_or(0).min(30);
    // Elementary effects have the longest rows.
    let room = if matches!(indices, Indices::Morris(_)) { CELLS / 2 } else { CELLS };
    let longest = if matches!(indices, Indices::Morris(_)) { rows.first().map_or(0.0, |row| row.size) } else { 1.0 };
    for row in rows.iter().take(few) {
        let share = if longest > 0.0 { (row.size / longest).clamp(0.0, 1.0) } else { 0.0 };
        let cells = bar(share, room);
        let padding = " ".repeat(room.saturating_sub(width(&cells)));
        let label = label(&judgements[row.judgement].name, column);
        lines += format!("  {label}  {}{padding}  {}", styled(BAR, &cells), row.told).trim_end();
        lines += "\n";
    }
    let hidden = rows.len().saturating_sub(few);
    lines + &rest(rows.len(), few, 0).repeat(usize::from(hidden > 0))
}

/// One judgement in the list of a quantity.
struct Told {
    judgement: usize,
    size: f64,
    told: String,
}

fn rows(indices: &Indices, scale: Scale) -> Vec<Told> {
    let told = |(judgement, (size, told))| Told { judgement, size, told };
    match indices {
        Indices::Morris(all) => all
            .iter()
            .map(|index| {
                let of =
                    |x: f64| digits(scale, x, index.mu_star_conf.max(index.mu_star / 100.0) / 2.0).replace('-', "−");
                let mu = index.mu.map_or(String::new(), |mu| format!("  mu {}", of(mu)));
                let told =
                    format!("mu_star {} ±{}{mu}  sigma {}", of(index.mu_star), of(index.mu_star_conf), of(index.sigma));
                (index.mu_star, told)
            })
            .enumerate()
            .map(told)
            .collect(),
        Indices::Sobol(all) => all
            .iter()
            .map(|index| {
                let told = format!(
                    "ST {:.2} ±{:.2}  S1 {:.2} ±{:.2}",
                    index.total, index.total_conf, index.first, index.first_conf
                );
                (index.total, told.replace('-', "−"))
            })
            .enumerate()
            .map(told)
            .collect(),
        Indices::Pawn(all) => all
            .iter()
            .map(|index| {
                let what = if index.stands_out() { "" } else { "  no more than chance" };
                let told =
                    format!("median {:.2}  max {:.2}  dummy {:.2}{what}", index.median, index.maximum, index.dummy);
                (index.median, told)
            })
            .enumerate()
            .map(told)
            .collect(),
    }
}

/// As one tidy table, numbers unrounded: a row a quantity, judgement and setting, or a row a quantity, judgement and index.
///
/// # Panics
/// Never: it is written to memory.
pub fn csv(study: &Sensitivity) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut put = |row: &[String]| table.write_record(row).expect("memory does not fail");
    let tail = [study.runs.to_string(), study.heading.seed.to_string(), study.heading.digest.clone()];
    let some = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
    match &study.answers {
        Answers::Tornado(all) => {
            let head = [
                "quantity",
                "scale",
                "name",
                "setting",
                "difference",
                "low",
                "high",
                "pairing",
                "runs",
                "seed",
                "digest",
            ];
            put(&head.map(String::from));
            for answer in all {
                for reach in &answer.bars {
                    let interval = reach.interval;
                    let mut row = vec![answer.quantity.clone(), plain(&answer.scale), reach.name.clone()];
                    row.extend([reach.setting.clone(), some(reach.difference)]);
                    row.extend([
                        some(interval.map(|at| at.low)),
                        some(interval.map(|at| at.high)),
                        plain(&reach.pairing),
                    ]);
                    row.extend(tail.clone());
                    put(&row);
                }
            }
        }
        Answers::Indices(all) => {
            put(&["quantity", "scale", "name", "index", "value", "noise_share", "runs", "seed", "digest"]
                .map(String::from));
            for answer in all {
                for (name, index, value) in answer.flat() {
                    let mut row = vec![answer.quantity.clone(), plain(&answer.scale), name, index, some(value)];
                    row.push(answer.noise.to_string());
                    row.extend(tail.clone());
                    put(&row);
                }
            }
        }
    }
    let bytes = table.into_inner().expect("memory does not fail");
    String::from_utf8(bytes).expect("made of text")
}

/// The name that a plain value has in JSON.
fn plain(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).expect("a plain value");
    json.as_str().unwrap_or_default().to_owned()
}

impl OneAnswer {
    /// Name of the judgement, name of the index, value.
    fn flat(&self) -> Vec<(String, String, Option<f64>)> {
        let json = serde_json::to_value(&self.indices).expect("a plain value");
        let all = json.as_array().cloned().unwrap_or_default();
        let each = self.names.iter().zip(all).flat_map(|(name, indices)| {
            let indices = indices.as_object().cloned().unwrap_or_default();
            indices.into_iter().map(|(index, value)| (name.clone(), index, value.as_f64())).collect::<Vec<_>>()
        });
        each.collect()
    }
}
