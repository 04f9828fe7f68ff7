//! Lets: typed when first used, once, with cycles and runaway growth reported.
//!
//! Does not know what kind of expression uses them.

use super::demand::{Demanded, Progress, Typed};
use super::names::{Context, listed};
use super::typing::{either, is_number};
use crate::diagnostic::{Diagnostic, Span};
use crate::model::formula::{Condition, Number};

/// How many lets may build on each other.
pub(super) const NESTED_LIMIT: usize = 64;

/// How large a let may grow, in operations, when those that it uses are written out.
const SIZE_LIMIT: usize = 10_000;

/// How deep it may grow.
const DEPTH_LIMIT: usize = 256;

/// The let at `index`, used at `span`; `None` if it held a mistake, which is reported or was.
pub(super) fn typed_let(index: usize, span: Span, context: &mut Context<'_>) -> Option<Typed> {
    match &context.demand.lets[index] {
        Progress::Done(typed) => return typed.clone(),
        Progress::Begun => {
            let mistake = cycle(index, context);
            context.diagnostics.push(mistake);
            return None;
        }
        Progress::Untouched => {}
    }
    let text = &context.scope.lets[index];
    let typed = if context.demand.open_lets.len() >= NESTED_LIMIT {
        context.diagnostics.push(too_much(&text.name, text.span).related(span, "used here"));
        None
    } else {
        context.demand.lets[index] = Progress::Begun;
        context.demand.open_lets.push(index);
        let typed = text.expr.as_ref().and_then(|expr| either(expr, context));
        context.demand.open_lets.pop();
        typed.filter(|typed| {
            let (size, depth) = measure(typed);
            let fits = size <= SIZE_LIMIT && depth <= DEPTH_LIMIT;
            if !fits {
                context.diagnostics.push(too_much(&text.name, text.span));
            }
            fits
        })
    };
    context.demand.lets[index] = Progress::Done(typed.clone());
    typed
}

fn cycle(index: usize, context: &Context<'_>) -> Diagnostic {
    let open = &context.demand.open_lets;
    let from = open.iter().position(|i| *i == index).unwrap_or(0);
    let lets = &context.scope.lets;
    let name = &lets[index].name;
    let through = listed(open[from..].iter().skip(1).map(|i| lets[*i].name.as_str()));
    let found = if open.len() - from == 1 {
        format!("the let `{name}` is defined by itself")
    } else {
        format!("the let `{name}` is defined by itself, through {through}")
    };
    Diagnostic::error("let-cycle", found, lets[index].span)
        .help("write out one of them in terms of postures, indicators and flags")
        .help("to remember something from one moment to the next, use a flag that rules set")
}

fn too_much(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("let-too-large", format!("the let `{name}` builds on too many others"), span).help(format!(
        "at most {NESTED_LIMIT} may build on each other, and at most {SIZE_LIMIT} operations may come together: keep part of \
         it in a flag or an indicator"
    ))
}

/// Number of operations, and depth.
fn measure(typed: &Typed) -> (usize, usize) {
    match typed {
        Typed::YesNo(condition) => of_condition(condition),
        Typed::Number(number, _) => of_number(number),
    }
}

fn under(parts: impl Iterator<Item = (usize, usize)>) -> (usize, usize) {
    let (size, depth) = parts.fold((0, 0), |(size, depth), (s, d)| (size + s, depth.max(d)));
    (size + 1, depth + 1)
}

fn of_condition(condition: &Condition) -> (usize, usize) {
    match condition {
        Condition::Constant(_) | Condition::Holds(_) => (1, 1),
        Condition::Compare(_, a, b) => under([of_number(a), of_number(b)].into_iter()),
        Condition::Not(c) => under(std::iter::once(of_condition(c))),
        Condition::And(list) | Condition::Or(list) => under(list.iter().map(of_condition)),
    }
}

fn of_number(number: &Number) -> (usize, usize) {
    match number {
        Number::Constant(_) | Number::Read(_) => (1, 1),
        Number::Arithmetic(_, a, b) | Number::TimesOdds(a, b) => under([of_number(a), of_number(b)].into_iter()),
        Number::Min(list) | Number::Max(list) => under(list.iter().map(of_number)),
        Number::HowMany(list) => under(list.iter().map(of_condition)),
        Number::Cases(cases, last) => {
            let parts = cases.iter().flat_map(|(when, is)| [of_condition(when), of_number(is)]);
            under(parts.chain([of_number(last)]))
        }
        Number::HazardWithin(p, _) => under(std::iter::once(of_number(p))),
    }
}

impl Context<'_> {
    /// Types the lets that are watched, and checks those that nothing uses: call it when every other expression has
    /// been typed.
    pub fn finish(self) -> Demanded {
        let Context { scope, demand, diagnostics } = self;
        let mut context = Context { scope, demand, diagnostics };
        context.type_watched();
        let demanded = context.demand.clone().demanded(scope);
        // What nothing uses asks for nothing: it is checked on the side.
        for index in 0..scope.lets.len() {
            typed_let(index, scope.lets[index].span, &mut context);
        }
        demanded
    }

    /// Typing one may bring others to be watched.
    fn type_watched(&mut self) {
        let mut checked = std::collections::BTreeSet::new();
        loop {
            let open = self.demand.watched.iter().find(|(index, _)| !checked.contains(*index));
            let Some((index, watched)) = open.map(|(index, watched)| (*index, *watched)) else { return };
            checked.insert(index);
            let text = &self.scope.lets[index];
            if text.expr.as_ref().is_some_and(|expr| is_number(expr, self.scope, 0)) {
                let found = format!("`{}` is a number: it does not begin or end", text.name);
                self.diagnostics.push(
                    Diagnostic::error("not-a-condition", found, watched.span)
                        .related(text.span, "declared here")
                        .help(format!("name a condition, such as `lets: {{ {0}_high: \"{0} > 0\" }}`", text.name)),
                );
            }
            typed_let(index, watched.span, self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::event;
    use super::super::fixture::World;
    use crate::scenario::expression::parse_event;

    fn told(world: &World) -> Vec<String> {
        world.ask(|_| Some(())).expect_err("this is a mistake")
    }

    #[test]
    fn a_let_is_not_defined_by_itself() {
        let world = World::small().named("a", "b and surprise").named("b", "not c").named("c", "a or a");
        let mistakes = told(&world);
        assert!(
            mistakes[0].starts_with("let-cycle: the let `a` is defined by itself, through `b`, `c`"),
            "{mistakes:?}"
        );
        assert!(told(&World::small().named("a", "not a"))[0].contains("the let `a` is defined by itself |"));
        let number = told(&World::small().named("x", "y + 1").named("y", "x + 1"));
        assert_eq!(number.len(), 1, "{number:?}");
    }

    #[test]
    fn a_mistake_in_a_let_is_reported_once_and_also_if_nothing_uses_it() {
        let world = World::small().named("bad", "tensoin > 3").named("one", "bad").named("two", "bad and bad");
        assert_eq!(told(&world).len(), 1);
    }

    #[test]
    fn lets_do_not_grow_without_end() {
        let doubled = (0..40).fold(World::small().named("n0", "tension"), |world, i| {
            world.named(&format!("n{}", i + 1), &format!("n{i} + n{i}"))
        });
        assert!(told(&doubled)[0].starts_with("let-too-large"));
        let chained = (0..100).rev().fold(World::small().named("n100", "tension"), |world, i| {
            world.named(&format!("n{i}"), &format!("n{} + 1", i + 1))
        });
        let first = chained.ask(|context| super::typed_let(100, crate::diagnostic::Span::default(), context));
        assert!(first.expect_err("it is too long")[0].starts_with("let-too-large"));
    }

    #[test]
    fn lets_that_nothing_uses_ask_for_nothing() {
        let world = World::small().named("often", "count(clash) >= 3").named("other", "count(test) >= 2");
        let asked = world.ask_and_finish(|context| event(&parse_event("other begins", 0).ok()?, context));
        let (_, demanded) = asked.expect("it is sound");
        assert_eq!(demanded.counters.len(), 1);
    }

    #[test]
    fn watches_stand_in_file_order() {
        let world = World::small().named("one", "surprise").named("two", "tension > 50");
        let (_, demanded) = world
            .ask_and_finish(|context| {
                event(&parse_event("two begins", 0).ok()?, context)?;
                event(&parse_event("one ends", 0).ok()?, context)
            })
            .expect("both are sound");
        assert_eq!(demanded.watches.iter().map(|w| w.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    }
}
