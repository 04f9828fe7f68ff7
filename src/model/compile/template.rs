//! Templates of rules and actors written out, one instance a row (LANGUAGE 5).
//!
//! Does not know what the names in them mean: a variable is replaced by a word, nothing is looked up.

mod body;
mod row;

use std::collections::BTreeMap;

use super::because::{grouped, there_are};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, Spanned, nearest};
use crate::scenario::document::{ActorText, Bindings, Document, Entry, Map, RuleText};
use crate::scenario::expression::{Expr, Substitution};

use row::Row;

/// The most rule instances, and the most actor instances, that a file may come to.
pub const INSTANCES_LIMIT: usize = 100_000;

/// What a rule and an actor have in common: they can be templates.
trait Template: Clone {
    /// For messages: "rule".
    const KIND: &'static str;
    /// For messages: "a rule".
    const ONE: &'static str;
    fn bindings(&self) -> Option<&Spanned<Bindings>>;
    fn except(&self) -> Option<&Expr>;
    /// The body with its variables replaced, and no longer a template.
    fn filled(&self, with: &mut Substitution) -> Self;
}

impl Template for RuleText {
    const KIND: &'static str = "rule";
    const ONE: &'static str = "a rule";

    fn bindings(&self) -> Option<&Spanned<Bindings>> {
        self.for_each.as_ref()
    }

    fn except(&self) -> Option<&Expr> {
        self.except.as_ref()
    }

    fn filled(&self, with: &mut Substitution) -> Self {
        body::rule(self, with)
    }
}

impl Template for ActorText {
    const KIND: &'static str = "actor";
    const ONE: &'static str = "an actor";

    fn bindings(&self) -> Option<&Spanned<Bindings>> {
        self.for_each.as_ref()
    }

    fn except(&self) -> Option<&Expr> {
        self.except.as_ref()
    }

    fn filled(&self, with: &mut Substitution) -> Self {
        body::actor(self, with)
    }
}

/// `document` with every template of rules and actors written out, in file order, first variable slowest. `None` if
/// it is not known what they are called. An instance whose body held a mistake is there by its name alone.
pub fn expand(document: &Document, diagnostics: &mut Diagnostics) -> Option<Document> {
    let rules = written_out(&document.rules, document, diagnostics);
    let actors = written_out(&document.actors, document, diagnostics);
    Some(Document { rules: rules?, actors: actors?, ..document.clone() })
}

fn written_out<T: Template>(entries: &Map<T>, document: &Document, diagnostics: &mut Diagnostics) -> Option<Map<T>> {
    if !within_limit(entries, diagnostics) {
        return None;
    }
    let mut instances = Vec::new();
    let mut complete = true;
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for entry in entries {
        let first = instances.len();
        complete &= instances_of(entry, document, &mut instances, diagnostics).is_some();
        let template = entry.value.as_ref().is_some_and(|value| value.bindings().is_some());
        let mut distinct = Vec::with_capacity(instances.len() - first);
        for instance in instances.drain(first..) {
            match seen.get(&instance.key.value) {
                // Two plain entries of one name are the reader's business.
                Some(other) if template || *other != instance.key.span => {
                    diagnostics.push(twice::<T>(&instance, *other));
                }
                _ => {
                    seen.insert(instance.key.value.clone(), instance.key.span);
                    distinct.push(instance);
                }
            }
        }
        instances.append(&mut distinct);
    }
    complete.then_some(instances)
}

fn twice<T: Template>(instance: &Entry<T>, other: Span) -> Diagnostic {
    let (name, span) = (&instance.key.value, instance.key.span);
    let what = format!("two {}s come out as `{name}`", T::KIND);
    let mistake = Diagnostic::error("same-id", what, span);
    if other == span {
        mistake.help("two rows of this template give the same name; leave one out, or use `except`")
    } else {
        mistake.related(other, "the other one is here").help("change one of the two names")
    }
}

/// How many instances there will be, before any is made; a mistake by the name of the entry that passes the limit.
fn within_limit<T: Template>(entries: &Map<T>, diagnostics: &mut Diagnostics) -> bool {
    let mut total = 0_usize;
    for entry in entries {
        let count = entry.value.as_ref().and_then(T::bindings).map_or(Some(1), |bindings| count(&bindings.value));
        if let Some(sum) = count.and_then(|count| total.checked_add(count)).filter(|sum| *sum <= INSTANCES_LIMIT) {
            total = sum;
        } else {
            let count = count.map_or("more than can be counted".to_owned(), |count| grouped(count as u64));
            let (name, kind) = (&entry.key.value, T::KIND);
            let what = format!("with `{name}` there are too many {kind}s: it comes to {count}");
            diagnostics.push(Diagnostic::error("too-many-instances", what, entry.key.span).help(format!(
                "at most {} are allowed in all; give the template fewer values or rows",
                grouped(INSTANCES_LIMIT as u64)
            )));
            return false;
        }
    }
    true
}

fn count(bindings: &Bindings) -> Option<usize> {
    match bindings {
        Bindings::Product(variables) => {
            variables.iter().try_fold(1_usize, |product, (_, values)| product.checked_mul(values.len()))
        }
        Bindings::Rows(rows) => Some(rows.len()),
    }
}

/// Appends the instances of one entry; `None` if it is not known what they are called.
fn instances_of<T: Template>(
    entry: &Entry<T>,
    document: &Document,
    instances: &mut Vec<Entry<T>>,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let Some(value) = &entry.value else {
        instances.push(entry.clone());
        return Some(());
    };
    let Some(bindings) = value.bindings() else {
        instances.push(entry.clone());
        return plain(entry, value, document, diagnostics);
    };
    let rows = row::rows(bindings, diagnostics)?;
    let variables: Vec<&str> = rows.first().map_or_else(Vec::new, |row| row.keys().map(String::as_str).collect());
    if strange_in_id(&entry.key, &variables, rows.first(), diagnostics) {
        return None;
    }
    if !all_in_id::<T>(&entry.key, &variables, named(document, &entry.key.value, &rows).as_deref(), diagnostics) {
        return None;
    }
    let before = instances.len();
    for row in &rows {
        let except = value.except().map(|except| row::excepted(except, row)).transpose();
        if except.map_err(|mistake| diagnostics.push(*mistake)).ok()? == Some(true) {
            continue;
        }
        let mut with = Substitution::new(row.clone());
        let key = Spanned::new(with.text(&entry.key.value, entry.key.span), entry.key.span);
        let filled = value.filled(&mut with);
        // The other rows would say the same, and are merged with this when the mistakes are put in order.
        report_unbound(with.unbound(), &variables, diagnostics);
        instances.push(Entry { key, value: with.unbound().is_empty().then_some(filled) });
    }
    if instances.len() == before && !document.holed(bindings.span) {
        let what = format!("the template `{}` has no instance", entry.key.value);
        let mistake = Diagnostic::error("no-instance", what, bindings.span);
        diagnostics.push(mistake.help("`except` leaves out every row, or a variable has no values"));
    }
    Some(())
}

/// An entry that is no template: it may not use variables; `None` if its name does.
fn plain<T: Template>(entry: &Entry<T>, value: &T, document: &Document, diagnostics: &mut Diagnostics) -> Option<()> {
    let mut with = Substitution::default();
    with.text(&entry.key.value, entry.key.span);
    let named = with.unbound().is_empty();
    value.filled(&mut with);
    // Braces around anything else than a name are somebody's prose.
    let name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let first = with.unbound().iter().find(|unbound| name(&unbound.value));
    // A `for_each` that held a mistake leaves its variables unbound, and was reported.
    if let Some(first) = first.filter(|_| document.holes.is_empty()) {
        let what = format!("`{{{}}}` in {} that is no template", first.value, T::ONE);
        let way_out = format!("add `for_each: {{{}: [a, b]}}` to it, or leave the braces out", first.value);
        diagnostics.push(Diagnostic::error("no-template", what, first.span).help(way_out));
    }
    if let Some(except) = value.except() {
        let mistake = Diagnostic::error("no-template", "`except` without `for_each`", except.span);
        diagnostics.push(mistake.help("`except` leaves out rows of a template; add `for_each`, or use `when`"));
    }
    named.then_some(())
}

/// Whether the name of a template that lacks a variable has another in its place, which is then the mistake.
fn strange_in_id(key: &Spanned<String>, variables: &[&str], row: Option<&Row>, diagnostics: &mut Diagnostics) -> bool {
    let Some(missing) = variables.iter().find(|name| !key.value.contains(&format!("{{{name}}}"))) else { return false };
    let mut with = Substitution::new(row.into_iter().cloned().flatten());
    with.text(&key.value, key.span);
    let Some(strange) = with.unbound().first() else { return false };
    let strange = &strange.value;
    let what = format!("the template has no variable `{{{strange}}}`");
    let mistake = Diagnostic::error("unknown-variable", what, key.span);
    diagnostics.push(
        mistake
            .help(there_are("variable", "variables", variables))
            .help(format!("write `{{{missing}}}` instead of `{{{strange}}}`, or `for_each: {{{strange}: …}}`")),
    );
    true
}

/// The name with its variables in that the events of the file already use for this template, if they use one.
fn named(document: &Document, name: &str, rows: &[Row]) -> Option<String> {
    let rules = document.rules.iter().filter_map(|entry| entry.value.as_ref());
    let groups = document.events.iter().filter_map(|entry| entry.value.as_ref()).flat_map(|group| &group.value);
    let events = rules.filter_map(|rule| rule.on.as_ref()).flat_map(|on| &on.value).chain(groups);
    let used: Vec<String> = events.map(ToString::to_string).collect();
    let row = rows.first()?;
    let filled = |form: &String| {
        let mut with = Substitution::new(row.clone());
        with.text(form, Span::default())
    };
    let variables: Vec<String> = row.keys().map(|variable| format!("{{{variable}}}")).collect();
    let together = variables.join("_");
    let forms = [format!("{together}_{name}"), format!("{name}_{together}")];
    forms.into_iter().find(|form| used.contains(&filled(form)))
}

fn all_in_id<T: Template>(
    key: &Spanned<String>,
    variables: &[&str],
    used: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let missing: Vec<&str> =
        variables.iter().copied().filter(|name| !key.value.contains(&format!("{{{name}}}"))).collect();
    let Some(first) = missing.first() else { return true };
    let kind = T::KIND;
    let what =
        format!("the name of this template does not contain `{{{first}}}`, so several {kind}s would have one name");
    let name = missing.iter().fold(key.value.clone(), |name, missing| format!("{name}_{{{missing}}}"));
    let name = used.unwrap_or(&name);
    diagnostics.push(
        Diagnostic::error("variable-not-in-id", what, key.span)
            .help(format!("write each variable into the name, for instance `\"{name}\"`")),
    );
    false
}

fn report_unbound(unbound: &[Spanned<String>], variables: &[&str], diagnostics: &mut Diagnostics) {
    for name in unbound {
        let what = format!("the template has no variable `{{{}}}`", name.value);
        let mut mistake = Diagnostic::error("unknown-variable", what, name.span);
        if let Some(near) = nearest(&name.value, variables.iter().copied()) {
            mistake = mistake.help(format!("did you mean `{{{near}}}`?"));
        }
        diagnostics.push(mistake.help(there_are("variable", "variables", variables)));
    }
}

impl Row {
    /// The rows as pairs for a substitution.
    fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::expression::parse_expression;

    fn word(text: &str) -> Spanned<String> {
        Spanned::new(text.to_owned(), Span::default())
    }

    fn product(variables: &[(&str, &[&str])]) -> Spanned<Bindings> {
        let variables =
            variables.iter().map(|(name, values)| (word(name), values.iter().map(|value| word(value)).collect()));
        Spanned::new(Bindings::Product(variables.collect()), Span::default())
    }

    /// A document of one template rule.
    fn one(id: &str, for_each: Spanned<Bindings>, says: &str, except: Option<&str>) -> Document {
        let rule = RuleText {
            for_each: Some(for_each),
            except: except.map(|text| parse_expression(text, 0).expect("a condition")),
            says: Some(word(says)),
            when: Some(parse_expression("{x}.army == war", 0).expect("a condition")),
            ..RuleText::default()
        };
        Document { rules: vec![Entry { key: word(id), value: Some(rule) }], ..Document::default() }
    }

    fn expanded(document: &Document) -> Result<Vec<String>, Vec<&'static str>> {
        let mut diagnostics = Diagnostics::default();
        let expanded = expand(document, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics.iter().map(|mistake| mistake.code).collect());
        }
        let text = |entry: &Entry<RuleText>| {
            let rule = entry.value.as_ref().expect("an instance has a body");
            let when = rule.when.as_ref().expect("written above").to_string();
            format!("{}: {} when {when}", entry.key.value, rule.says.as_ref().expect("written above").value)
        };
        Ok(expanded.expect("no mistakes").rules.iter().map(text).collect())
    }

    #[test]
    fn variables_are_replaced_everywhere() {
        let names: &[&str] = &["red", "blue"];
        let document = one("{x}_hits_{y}", product(&[("x", names), ("y", names)]), "{x} hits {y}.", Some("{x} == {y}"));
        assert_eq!(
            expanded(&document),
            Ok(vec![
                "red_hits_blue: red hits blue. when red.army == war".to_owned(),
                "blue_hits_red: blue hits red. when blue.army == war".to_owned(),
            ])
        );
    }

    #[test]
    fn every_variable_occurs_in_the_id() {
        let document = one("hits_{x}", product(&[("x", &["a"]), ("y", &["b"])]), "", None);
        assert_eq!(expanded(&document), Err(vec!["variable-not-in-id"]));
    }

    #[test]
    fn two_instances_of_one_name_are_a_mistake() {
        let document = one("{x}{y}", product(&[("x", &["a", "aa"]), ("y", &["aa", "a"])]), "", None);
        assert_eq!(expanded(&document), Err(vec!["same-id"]));
    }

    #[test]
    fn unknown_variables_are_a_mistake() {
        let document = one("{x}", product(&[("x", &["a"])]), "{x} and {z}", None);
        assert_eq!(expanded(&document), Err(vec!["unknown-variable"]));
    }

    #[test]
    fn the_number_of_instances_is_known_before_any_is_made() {
        let many: Vec<String> = (0..1_000).map(|i| format!("v{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let names: Vec<String> = (0..40).map(|i| format!("x{i}")).collect();
        // 1000^40 does not fit into any number of the machine.
        let variables: Vec<(&str, &[&str])> = names.iter().map(|name| (name.as_str(), many.as_slice())).collect();
        let id: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
        let document = one(&id.concat(), product(&variables), "", None);
        assert_eq!(expanded(&document), Err(vec!["too-many-instances"]));
    }
}
