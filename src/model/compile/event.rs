//! Names of events to events: rules, branches, emitted names, groups, posture changes, begins and ends.
//!
//! Does not know who listens.

use std::collections::{BTreeMap, BTreeSet};

use super::because::there_are;
use super::demand::Watched;
use super::names::{Context, Meaning, Scope, listed};
use crate::diagnostic::{Diagnostic, Span, akin, nearest};
use crate::model::{EventId, VariableId};
use crate::scenario::document::Map;
use crate::scenario::expression::{EventExpr, EventKind, PostureRef};

/// The event that `event` names, marked as asked for; `None` if it held a mistake, which has been reported.
pub fn event(event: &EventExpr, context: &mut Context<'_>) -> Option<EventId> {
    let id = match &event.kind {
        EventKind::Named(name) => named(name, event.span, context),
        EventKind::Branch(rule, branch) => branch_of(rule, branch, event.span, context),
        EventKind::Becomes(posture, value) => becomes(posture, value, event.span, context),
        EventKind::Rises(posture) => moves(posture, true, context),
        EventKind::Falls(posture) => moves(posture, false, context),
        EventKind::Begins(name) => turns(name, event.span, context).map(|watched| watched.begins),
        EventKind::Ends(name) => turns(name, event.span, context).map(|watched| watched.ends),
    }?;
    context.demand.event_at(id).asked = true;
    Some(id)
}

fn named(name: &str, span: Span, context: &mut Context<'_>) -> Option<EventId> {
    if name == "start" {
        return Some(context.demand.start);
    }
    let scope = context.scope;
    let mistake = match scope.meaning(name) {
        Some(Meaning::Rule(rule)) => return Some(context.demand.rule_event(rule)),
        Some(Meaning::Emitted | Meaning::Group) => return Some(context.demand.event(name)),
        Some(meaning) => no_event(name, meaning, span, scope),
        None => match name.split_once('.') {
            Some((first, second)) => dotted(first, second, span, context)?,
            None => unknown_event(name, span, scope)?,
        },
    };
    context.diagnostics.push(mistake);
    None
}

/// The mistake of `first.second`: a branch with the wrong sign, or a posture that does not say how it changes.
fn dotted(first: &str, second: &str, span: Span, context: &mut Context<'_>) -> Option<Diagnostic> {
    let scope = context.scope;
    if let Some(Meaning::Rule(id)) = scope.meaning(first) {
        let found = format!("`{first}` is a rule, and its branches are written with `/`");
        let mistake = Diagnostic::error("not-an-event", found, span);
        let Some(branches) = &scope.branches[id.0 as usize] else { return Some(mistake) };
        return Some(match nearest(second, branches.iter().map(String::as_str)) {
            Some(branch) => mistake.help(format!("did you mean `{first}/{branch}`?")),
            None if branches.is_empty() => mistake.help(format!("`{first}` has no `choose`: write just `{first}`")),
            None => mistake.help(there_are(
                &format!("branch of `{first}`"),
                &format!("branches of `{first}`"),
                &branches.iter().map(String::as_str).collect::<Vec<_>>(),
            )),
        });
    }
    let posture = PostureRef { actor: first.to_owned(), posture: second.to_owned(), span };
    let id = scope.posture(&posture, context.diagnostics)?;
    let value = scope.value_after_start(id);
    let moves = if scope.is_ordered(id) { format!(", `{posture} rises` or `{posture} falls`") } else { String::new() };
    Some(
        Diagnostic::error("not-an-event", format!("`{posture}` is a posture, not an event"), span)
            .help(format!("write `{posture} becomes {value}`{moves}")),
    )
}

fn no_event(name: &str, meaning: Meaning, span: Span, scope: &Scope) -> Diagnostic {
    let mistake = Diagnostic::error("no-event", format!("`{name}` is {} and no event", meaning.noun()), span);
    match meaning {
        Meaning::Let(_) => mistake.help(format!("write `{name} begins` or `{name} ends`")),
        Meaning::Actor => {
            let posture = scope.actors.iter().find(|a| a.id == name).and_then(|a| a.postures.first());
            let example = posture.map(|id| becoming(&scope.variable_at(*id).name, scope.values(*id)));
            mistake.help(format!("name a change of one of its postures{}", example.unwrap_or_default()))
        }
        Meaning::Indicator(_) | Meaning::Flag(_) => mistake.help(as_let(name, meaning, scope)),
        _ => mistake.help(
            "events are rules, branches (`rule/branch`), emitted names, groups, `p becomes x`, `p rises`, \
            `p falls`, `let begins`, `let ends` and `start`",
        ),
    }
}

/// How to listen to a flag or an indicator.
fn as_let(name: &str, meaning: Meaning, scope: &Scope) -> String {
    let (new, text) = match meaning {
        Meaning::Indicator(_) => (format!("high_{name}"), format!("{name} > {}", scope.middle(name))),
        _ => (format!("is_{name}"), name.to_owned()),
    };
    format!("give the condition a name, `lets: {{ {new}: \"{text}\" }}`, and write `{new} begins`")
}

fn becoming(posture: &str, values: &[String]) -> String {
    values.last().map_or_else(String::new, |value| format!(", such as `{posture} becomes {value}`"))
}

/// `None` if the name may be emitted by a rule whose effects held a mistake.
fn unknown_event(name: &str, span: Span, scope: &Scope) -> Option<Diagnostic> {
    let events = scope.names_of(Meaning::is_event).chain(["start"]);
    let near = nearest(name, events);
    if near.is_none() && scope.emits_unseen {
        return None;
    }
    let mistake = Diagnostic::error("unknown-event", format!("there is no event `{name}`"), span);
    if let Some(near) = near {
        return Some(scope.with_near(mistake, near));
    }
    let branches = scope.branches.iter().zip(&scope.rules);
    let branch = branches.filter(|(b, _)| b.iter().flatten().any(|b| b == name)).map(|(_, rule)| rule).next();
    if let Some(rule) = branch {
        return Some(mistake.help(format!("a branch is written with its rule: did you mean `{rule}/{name}`?")));
    }
    if let Some(posture) = scope.postures_with(name).next() {
        return Some(mistake.help(format!("did you mean `{} becomes {name}`?", posture.name)));
    }
    let mistake = match akin(name, scope.names_of(Meaning::is_event)) {
        Some(akin) => mistake.help(format!("did you mean `{akin}`?")),
        None => mistake,
    };
    Some(mistake.help(format!(
        "an event is a rule, an emitted name or a group: {}; or a change such as `actor.posture becomes value`",
        listed(scope.names_of(Meaning::is_event))
    )))
}

fn branch_of(rule: &str, branch: &str, span: Span, context: &mut Context<'_>) -> Option<EventId> {
    let scope = context.scope;
    let Some(Meaning::Rule(id)) = scope.meaning(rule) else {
        let found = match scope.meaning(rule) {
            Some(meaning) => format!("`{rule}` is {} and has no branches", meaning.noun()),
            None => format!("there is no rule `{rule}`"),
        };
        let rules = scope.names_of(|meaning| matches!(meaning, Meaning::Rule(_)));
        let mistake = Diagnostic::error("unknown-event", found, span);
        context.diagnostics.push(match nearest(rule, rules) {
            Some(near) => mistake.help(format!("did you mean `{near}/{branch}`?")),
            None => mistake.help("a branch is written `rule/branch`, with the name of a rule that has `choose`"),
        });
        return None;
    };
    let branches = scope.branches[id.0 as usize].as_ref()?;
    if let Some(index) = branches.iter().position(|b| b == branch) {
        return Some(context.demand.branch_event(id, index));
    }
    let mistake = Diagnostic::error("unknown-event", format!("`{rule}` has no branch `{branch}`"), span);
    let names = || branches.iter().map(String::as_str);
    let mistake = match (branches.is_empty(), nearest(branch, names())) {
        (true, _) => mistake.help(format!("`{rule}` has no `choose`: write just `{rule}`")),
        (false, Some(near)) => mistake.help(format!("did you mean `{rule}/{near}`?")),
        (false, None) => {
            let of = |noun: &str| format!("{noun} of `{rule}`");
            let mistake = match akin(branch, names()) {
                Some(akin) => mistake.help(format!("did you mean `{rule}/{akin}`?")),
                None => mistake,
            };
            mistake.help(there_are(&of("branch"), &of("branches"), &names().collect::<Vec<_>>()))
        }
    };
    context.diagnostics.push(mistake);
    None
}

fn becomes(posture: &PostureRef, value: &str, span: Span, context: &mut Context<'_>) -> Option<EventId> {
    let id = context.scope.posture(posture, context.diagnostics)?;
    let at = context.scope.value_of(id, value, span, context.diagnostics)?;
    let event = context.demand.event(&format!("{} becomes {value}", context.scope.variable_at(id).name));
    context.demand.postures[id.0 as usize].becomes[at as usize] = Some(event);
    Some(event)
}

fn moves(posture: &PostureRef, up: bool, context: &mut Context<'_>) -> Option<EventId> {
    let id = context.scope.posture(posture, context.diagnostics)?;
    let word = if up { "rises" } else { "falls" };
    if !context.scope.is_ordered(id) {
        let mistake = unordered(id, &format!("`{word}`"), posture.span, context.scope);
        context.diagnostics.push(mistake.help(format!("write `{} becomes …`", context.scope.variable_at(id).name)));
        return None;
    }
    let event = context.demand.event(&format!("{} {word}", context.scope.variable_at(id).name));
    let events = &mut context.demand.postures[id.0 as usize];
    *(if up { &mut events.rises } else { &mut events.falls }) = Some(event);
    Some(event)
}

/// The mistake of asking for an order where there is none. `what` needs it.
pub(super) fn unordered(id: VariableId, what: &str, span: Span, scope: &Scope) -> Diagnostic {
    let name = &scope.variable_at(id).name;
    Diagnostic::error("unordered", format!("{what} needs an order, and the values of `{name}` have none"), span)
        .help(format!("declare `{name}` with `ladder`, lowest value first, instead of `states`"))
}

fn turns(name: &str, span: Span, context: &mut Context<'_>) -> Option<Watched> {
    let scope = context.scope;
    let Some(Meaning::Let(index)) = scope.meaning(name) else {
        let lets = || scope.names_of(|meaning| matches!(meaning, Meaning::Let(_)));
        let (found, help) = match scope.meaning(name) {
            Some(meaning @ (Meaning::Flag(_) | Meaning::Indicator(_))) => {
                (format!("`{name}` is {}: only lets begin and end", meaning.noun()), as_let(name, meaning, scope))
            }
            Some(meaning @ (Meaning::Rule(_) | Meaning::Emitted | Meaning::Group)) => (
                format!("`{name}` is {}: it happens at one moment, and only lets begin and end", meaning.noun()),
                format!("write just `{name}`"),
            ),
            Some(meaning) => (
                format!("`{name}` is {}: only lets begin and end", meaning.noun()),
                "give a condition a name under `lets`, and write that name before `begins` or `ends`".to_owned(),
            ),
            None => (
                format!("there is no let `{name}`"),
                match nearest(name, lets()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if lets().next().is_none() => format!("declare it: `lets: {{ {name}: \"…\" }}`"),
                    None => there_are("let", "lets", &lets().collect::<Vec<_>>()),
                },
            ),
        };
        context.diagnostics.push(Diagnostic::error("no-let", found, span).help(help));
        return None;
    };
    if let Some(watched) = context.demand.watched.get(&index) {
        return Some(*watched);
    }
    let begins = context.demand.event(&format!("{name} begins"));
    let ends = context.demand.event(&format!("{name} ends"));
    let watched = Watched { begins, ends, span };
    context.demand.watched.insert(index, watched);
    Some(watched)
}

/// Resolves the groups of events: every event learns which groups hold it, directly or through others.
pub(super) fn groups(groups: &Map<crate::diagnostic::Spanned<Vec<EventExpr>>>, context: &mut Context<'_>) {
    let mut members: BTreeMap<EventId, Vec<EventId>> = BTreeMap::new();
    let mut places: BTreeMap<EventId, (&str, Span)> = BTreeMap::new();
    for entry in groups {
        if context.scope.meaning(&entry.key.value) != Some(Meaning::Group) {
            continue;
        }
        let id = context.demand.event(&entry.key.value);
        places.insert(id, (&entry.key.value, entry.key.span));
        let listed = entry.value.iter().flat_map(|list| &list.value);
        let found: Vec<EventId> = listed.filter_map(|member| event(member, context)).collect();
        if let Some(list) = entry.value.as_ref().filter(|list| list.value.is_empty()) {
            let empty = format!("the group `{}` has no members", entry.key.value);
            context.diagnostics.push(
                Diagnostic::error("empty-group", empty, list.span)
                    .help("name at least one event, or leave the group out"),
            );
        }
        members.insert(id, found);
    }
    let mut told = BTreeSet::new();
    for group in members.keys() {
        let held = reaches(*group, &members);
        if !held.contains(group) || !told.insert(*group) {
            continue;
        }
        // The groups of one circle are told once.
        told.extend(held.iter().filter(|m| members.contains_key(m) && reaches(**m, &members).contains(group)));
        let (name, span) = places[group];
        let through = members[group].iter().filter(|m| *m == group || told.contains(m));
        let through = listed(through.filter_map(|m| places.get(m)).map(|(name, _)| *name));
        context.diagnostics.push(
            Diagnostic::error("group-cycle", format!("the group `{name}` holds itself, through {through}"), span)
                .help(format!("take {through} out of it, or `{name}` out of {through}")),
        );
    }
    for group in members.keys() {
        for member in reaches(*group, &members).into_iter().filter(|m| !members.contains_key(m)) {
            context.demand.event_at(member).groups.push(*group);
        }
    }
}

/// Everything that a group holds, groups included.
fn reaches(group: EventId, members: &BTreeMap<EventId, Vec<EventId>>) -> BTreeSet<EventId> {
    let mut seen = BTreeSet::new();
    let mut open = members[&group].clone();
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            open.extend(members.get(&next).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;
    use crate::scenario::expression::parse_event;

    fn world() -> World {
        World::small().named("crisis", "tension > 80").named("twice", "2 * tension")
    }

    fn refused(text: &str) -> String {
        let told = world().ask(|context| event(&parse_event(text, 0).expect("it parses"), context));
        told.expect_err("this is a mistake").join(" & ")
    }

    #[test]
    fn every_kind_of_event_has_its_id() {
        for name in [
            "start",
            "clash",
            "clash/war",
            "sirens",
            "dprk.military becomes war",
            "dprk.military rises",
            "dprk.military falls",
            "rok.cuba becomes none",
            "crisis begins",
            "crisis ends",
        ] {
            let (id, demanded) = world()
                .ask_and_finish(|context| event(&parse_event(name, 0).expect("it parses"), context))
                .unwrap_or_else(|told| panic!("{told:?}"));
            let found = &demanded.events[id.0 as usize];
            assert_eq!((found.name.as_str(), found.asked), (name, true));
        }
    }

    #[test]
    fn posture_changes_and_watches_are_made_when_named() {
        let (_, demanded) = world()
            .ask_and_finish(|context| {
                event(&parse_event("dprk.military becomes war", 0).ok()?, context)?;
                event(&parse_event("dprk.military falls", 0).ok()?, context)?;
                event(&parse_event("crisis ends", 0).ok()?, context)
            })
            .expect("all are sound");
        let military = &demanded.posture_events[0];
        assert!(military.falls.is_some() && military.rises.is_none());
        assert_eq!(military.becomes.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(demanded.watches.len(), 1);
        assert_eq!(demanded.watches[0].name, "crisis");
        assert_eq!(demanded.watches[0].condition.reads.len(), 1);
    }

    #[test]
    fn what_is_no_event_says_how_to_name_one() {
        assert!(refused("clash.war").ends_with("did you mean `clash/war`?"));
        assert!(refused("dprk.military").contains("becomes"));
        assert!(refused("dprk.militry").starts_with("unknown-name"));
        assert_eq!(refused("clsh"), "unknown-event: there is no event `clsh` | did you mean `clash`?");
        assert!(refused("war").contains("did you mean `clash/war`?"));
        assert!(refused("recognised").contains("did you mean `rok.cuba becomes recognised`?"));
        assert!(refused("crisis").contains("write `crisis begins` or `crisis ends`"));
        assert!(refused("tension").starts_with("no-event: `tension` is an indicator and no event"));
        assert!(refused("clash/wor").contains("did you mean `clash/war`?"));
        assert!(refused("test/war").contains("`test` has no `choose`: write just `test`"));
        assert!(refused("dprk.military becomes peace").contains("`peace` is no value"));
        assert!(refused("rok.cuba rises").starts_with("unordered: `rises` needs an order"));
        assert!(refused("crsis begins").contains("did you mean `crisis`?"));
        assert!(
            refused("surprise begins")
                .contains("`lets: { is_surprise: \"surprise\" }`, and write `is_surprise begins`")
        );
        assert!(refused("clash begins").contains("write just `clash`"));
        assert!(refused("twice begins").contains("`twice` is a number: it does not begin or end"));
    }

    #[test]
    fn groups_hold_what_their_members_hold() {
        let world = world().group("fights", &["clash/war", "dprk.military rises"]).group("all", &["fights", "test"]);
        let (scope, demand, mistakes) = world.declare();
        assert_eq!(mistakes, Vec::<String>::new());
        let groups = |name: &str| {
            let raised = demand.with_groups(&[demand.ids[name]]);
            raised
                .iter()
                .map(|id| demand.events[id.0 as usize].name.as_str())
                .filter(|n| *n != name)
                .collect::<Vec<_>>()
        };
        assert_eq!(groups("clash/war"), ["fights", "all"]);
        assert_eq!(groups("dprk.military rises"), ["fights", "all"]);
        assert_eq!(groups("test"), ["all"]);
        assert_eq!(groups("clash"), Vec::<&str>::new());
        assert_eq!(scope.rules.len(), 3);
    }

    #[test]
    fn a_group_does_not_hold_itself() {
        let world = world().group("a", &["b", "test"]).group("b", &["c"]).group("c", &["a"]);
        let (_, _, mistakes) = world.declare();
        assert_eq!(mistakes.len(), 1);
        assert!(mistakes[0].starts_with("group-cycle: the group `a` holds itself, through `b` |"), "{mistakes:?}");
        assert!(super::tests::world().group("a", &[]).declare().2[0].starts_with("empty-group"));
    }
}
