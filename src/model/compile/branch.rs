//! What a firing does: effects, or one of several branches by weight or by odds (SEMANTICS 4).
//!
//! Does not know when a rule fires.

use super::cases::{self, Bounded};
use super::effect::{Change, effect};
use super::interval::Interval;
use super::names::Context;
use super::typing::{condition, tabulate_condition, tabulate_number};
use crate::diagnostic::{Diagnostic, Span, Spanned, nearest};
use crate::model::event::NOTHING;
use crate::model::formula::{Condition, Number, Tabulated};
use crate::model::{Branch, Branches, EventId, RuleId};
use crate::scenario::document::{BranchText, Case, Document, Entry, Map, ProbabilityText, RuleText};
use crate::scenario::expression::{ArithmeticOp, EffectExpr};
use crate::scenario::quantity::Likelihood;

/// The branch that is taken when no other is.
pub const OTHERWISE: &str = "otherwise";

/// How far the sum of weights may be from 1.
const TOLERANCE: f64 = 1e-9;

/// What a rule does when it fires.
pub fn branches(id: RuleId, rule: &RuleText, document: &Document, context: &mut Context<'_>) -> Option<Branches> {
    let event = context.demand.rule_event(id);
    let Some(choose) = &rule.choose else {
        let text = BranchText { then: rule.then.clone(), ..BranchText::default() };
        return branch("", &text, vec![event], context).map(Branches::One);
    };
    if let Some(then) = &rule.then {
        context.diagnostics.push(
            Diagnostic::error("then-and-choose", "a rule with both `then` and `choose`", then.span)
                .related(choose.span, "`choose` is here")
                .help(
                    "write what happens in any case into every branch, or let a second rule follow: `on: [this_rule]`",
                ),
        );
    }
    chosen(id, choose, document, context)
}

/// A branch that does nothing: what a firing is if no branch is drawn.
pub fn nothing(event: EventId, context: &Context<'_>) -> Branch {
    Branch {
        name: String::new(),
        says: String::new(),
        forbidden: false,
        effects: Vec::new(),
        raises: context.demand.with_groups(&[event]),
        cameo: None,
    }
}

fn branch(name: &str, text: &BranchText, mut events: Vec<EventId>, context: &mut Context<'_>) -> Option<Branch> {
    let changes: Vec<Option<Change>> = effects(text).map(|text| effect(text, context)).collect();
    let mut effects = Vec::new();
    for change in changes {
        match change? {
            Change::Effect(effect) => effects.push(effect),
            Change::Emit(event) => events.push(event),
        }
    }
    Some(Branch {
        name: name.to_owned(),
        says: text.says.as_ref().map(|s| s.value.clone()).unwrap_or_default(),
        forbidden: false,
        effects,
        raises: context.demand.with_groups(&events),
        cameo: text.cameo.as_ref().map(|c| c.value.clone()),
    })
}

fn effects(text: &BranchText) -> impl Iterator<Item = &EffectExpr> {
    text.then.iter().flat_map(|then| &then.value)
}

/// How branches are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draw {
    Weight,
    Odds,
}

/// A compiled branch and how it is drawn.
struct Drawn {
    branch: Branch,
    when: Condition,
    share: Option<Bounded>,
    /// Where its weight or its name stands.
    span: Span,
}

fn chosen(
    id: RuleId,
    choose: &Spanned<Map<BranchText>>,
    document: &Document,
    context: &mut Context<'_>,
) -> Option<Branches> {
    let count = choose.value.len();
    if count == 0 || count >= usize::from(NOTHING) {
        let what = if count == 0 { "`choose` without branches".to_owned() } else { format!("{count} branches") };
        let mistake = Diagnostic::error("branches", what, choose.span);
        context.diagnostics.push(
            mistake.help("give between 1 and 65,534 branches: `choose: {quiet: (weight: 0.9), war: (weight: 0.1)}`"),
        );
        return None;
    }
    let draw = draw(choose, document, context);
    let event = context.demand.rule_event(id);
    let compiled: Vec<Option<Drawn>> = choose
        .value
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let raised = vec![event, context.demand.branch_event(id, index)];
            drawn(entry, raised, draw?, document, context)
        })
        .collect();
    let mut compiled: Vec<Drawn> = compiled.into_iter().collect::<Option<_>>()?;
    let place = compiled.iter().position(|drawn| drawn.branch.name == OTHERWISE);
    let otherwise = place.map(|place| compiled.remove(place).branch);
    match draw? {
        Draw::Weight => weighted(compiled, otherwise, context),
        Draw::Odds => by_odds(compiled, otherwise, context),
    }
}

/// Whether the branches have weights or odds: all the same, or a mistake.
fn draw(choose: &Spanned<Map<BranchText>>, document: &Document, context: &mut Context<'_>) -> Option<Draw> {
    let mut first: Option<(Draw, Span)> = None;
    let mut sound = true;
    for entry in &choose.value {
        let Some(text) = &entry.value else { continue };
        let weight = text.weight.as_ref().map(|w| (Draw::Weight, w.span));
        let odds = text.odds.as_ref().map(|o| (Draw::Odds, o.span));
        if entry.key.value == OTHERWISE {
            sound &= plain_otherwise(text, context);
            continue;
        }
        let found = match (weight, odds) {
            (Some(_), Some((_, span))) => {
                let what = format!("the branch `{}` has both `weight` and `odds`", entry.key.value);
                let mistake = Diagnostic::error("weight-and-odds", what, span);
                context
                    .diagnostics
                    .push(mistake.help("keep one: a weight is a probability, odds are relative to the other branches"));
                sound = false;
                continue;
            }
            (None, None) => {
                if !document.holed(choose.span) {
                    context.diagnostics.push(without_share(&entry.key, &choose.value));
                }
                sound = false;
                continue;
            }
            (one, other) => one.or(other),
        };
        match (first, found) {
            (None, _) => first = found,
            (Some((kind, before)), Some((other, span))) if kind != other => {
                let what = "some branches have `weight` and some `odds`";
                context.diagnostics.push(
                    Diagnostic::error("weight-and-odds", what, span)
                        .related(before, "this one is of the other kind")
                        .help("give all branches a `weight` (probabilities that sum to 1) or all of them `odds` (relative numbers)"),
                );
                return None;
            }
            _ => {}
        }
    }
    // Only `otherwise`: it is what happens.
    sound.then_some(first.map_or(Draw::Odds, |(kind, _)| kind))
}

/// The mistake of a branch that does not say how probable it is.
fn without_share(name: &Spanned<String>, all: &Map<BranchText>) -> Diagnostic {
    const REST: [&str; 12] = [
        "else",
        "other",
        "others",
        "rest",
        "default",
        "remainder",
        "remaining",
        "nothing",
        "none",
        "nobody",
        "the_rest",
        "all_others",
    ];
    let what = format!("the branch `{}` has neither `weight` nor `odds`", name.value);
    let mistake = Diagnostic::error("no-weight", what, name.span);
    let lower = name.value.to_lowercase();
    let odds = all.iter().filter_map(|entry| entry.value.as_ref()).any(|branch| branch.odds.is_some());
    let share = match left_over(all) {
        _ if odds => "add its odds, relative to those of the others: `odds: 2`".to_owned(),
        Some(left) => format!("add its probability: what the others leave is `weight: {left}`"),
        None => "add its probability, `weight: 0.3`, or its relative odds, `odds: 2`".to_owned(),
    };
    if REST.contains(&lower.as_str()) || nearest(&lower, [OTHERWISE]).is_some() {
        return mistake
            .help(format!("call it `{OTHERWISE}`: that branch alone has none, and takes what the others leave"))
            .help(format!("or {share}"));
    }
    mistake.help(share).help("only a branch called `otherwise` has none: it takes what the others leave")
}

/// What the weights of the other branches leave to the only one without, where they are plain numbers.
fn left_over(all: &Map<BranchText>) -> Option<f64> {
    let weight = |branch: &BranchText| match branch.weight.as_ref()?.cases.as_slice() {
        [Case { when: None, is }] => match &is.value {
            ProbabilityText::Given(Likelihood::Number(p)) => Some(p.value()),
            _ => None,
        },
        _ => None,
    };
    let weights: Vec<f64> = all.iter().filter_map(|entry| weight(entry.value.as_ref()?)).collect();
    let left = ((1.0 - weights.iter().sum::<f64>()) * 1e9).round() / 1e9;
    (weights.len() + 1 == all.len() && left > 0.0 && left < 1.0).then_some(left)
}

fn plain_otherwise(text: &BranchText, context: &mut Context<'_>) -> bool {
    let fields = [
        ("weight", text.weight.as_ref().map(|w| w.span)),
        ("odds", text.odds.as_ref().map(|o| o.span)),
        ("when", text.when.as_ref().map(|w| w.span)),
    ];
    let mut plain = true;
    for (name, span) in fields {
        let Some(span) = span else { continue };
        let mistake = Diagnostic::error("otherwise", format!("`otherwise` with `{name}`"), span);
        context.diagnostics.push(
            mistake.help(
                "`otherwise` happens when no other branch does; leave this out, or call the branch something else",
            ),
        );
        plain = false;
    }
    plain
}

fn drawn(
    entry: &Entry<BranchText>,
    raised: Vec<EventId>,
    draw: Draw,
    document: &Document,
    context: &mut Context<'_>,
) -> Option<Drawn> {
    let text = entry.value.as_ref()?;
    let branch = branch(&entry.key.value, text, raised, context);
    if let (Draw::Weight, Some(when)) = (draw, &text.when)
        && entry.key.value != OTHERWISE
    {
        context.diagnostics.push(
            Diagnostic::error("when-with-weight", "a branch with `weight` and `when`", when.span)
                .help("weights are probabilities whatever the state; use `odds` for branches that are not always open")
                .help("or let the weight depend on the state: `weight: [(when: \"crisis\", is: 0.3), (is: 0)]`"),
        );
    }
    let when = text.when.as_ref().map_or(Some(Condition::Constant(true)), |when| condition(when, context));
    let weight = text.weight.as_ref().map(|weight| cases::chance(weight, document, context));
    let odds = text.odds.as_ref().map(|odds| cases::at_least_0(odds, "odds", document, context));
    let share = weight.or(odds);
    Some(Drawn {
        span: text.weight.as_ref().map_or(entry.key.span, |weight| weight.span),
        branch: branch?,
        when: when?,
        share: match share {
            None => None,
            Some(share) => Some(share?),
        },
    })
}

fn by_odds(compiled: Vec<Drawn>, otherwise: Option<Branch>, context: &mut Context<'_>) -> Option<Branches> {
    let branches = compiled.into_iter().map(|drawn| {
        let (odds, _) = drawn.share?;
        Some((tabulate_condition(drawn.when, context), tabulate_number(odds, context), drawn.branch))
    });
    Some(Branches::Odds { branches: branches.collect::<Option<_>>()?, otherwise })
}

fn weighted(compiled: Vec<Drawn>, otherwise: Option<Branch>, context: &mut Context<'_>) -> Option<Branches> {
    let spans: Vec<Span> = compiled.iter().map(|drawn| drawn.span).collect();
    let mut branches: Vec<(Tabulated<f64>, Branch)> = Vec::new();
    let (mut sum, mut range) = (Number::Constant(0.0), Interval::point(0.0));
    for drawn in compiled {
        let (weight, interval) = drawn.share?;
        range = Interval::new(range.low + interval.low, range.high + interval.high, false);
        sum = Number::Arithmetic(ArithmeticOp::Plus, Box::new(sum), Box::new(weight.clone()));
        branches.push((tabulate_number(weight, context), drawn.branch));
    }
    // Weights that depend on each other (`p`, `1 - p`) are looked up state by state where that is possible.
    if let Some(table) = tabulate_number(sum, context).table() {
        let (low, high) = table.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(*x), high.max(*x)));
        range = Interval::new(low, high, false);
    }
    let rest = otherwise.is_some();
    if range.high <= 1.0 + TOLERANCE && (rest || range.low >= 1.0 - TOLERANCE) {
        return Some(Branches::Weighted { branches, otherwise });
    }
    context.diagnostics.push(wrong_sum(range, rest, &spans));
    None
}

fn wrong_sum(range: Interval, rest: bool, weights: &[Span]) -> Diagnostic {
    let text = |x: f64| format!("{}", (x * 1e9).round() / 1e9);
    let sum = if range.high - range.low <= TOLERANCE {
        format!("the weights sum to {}", text(range.low))
    } else {
        format!("the weights sum to between {} and {}, depending on the state", text(range.low), text(range.high))
    };
    let (last, others) = weights.split_last().map_or((Span::default(), weights), |(last, others)| (*last, others));
    let mistake = Diagnostic::error("weights", sum, last);
    let mistake = others.iter().fold(mistake, |mistake, other| mistake.related(*other, ""));
    if range.high > 1.0 + TOLERANCE {
        let wanted = if rest { "at most 1: `otherwise` has what is left" } else { "1" };
        return mistake.help(format!("weights are probabilities and sum to {wanted}; use `odds` for relative numbers"));
    }
    mistake
        .help("weights are probabilities and sum to 1; use `odds` for relative numbers")
        .help("or add a branch `otherwise: ()` that has what is left")
}
