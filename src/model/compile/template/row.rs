//! The rows of a template: what its variables stand for, and which rows `except` leaves out.
//!
//! Does not know what the rows are filled into.

use std::cmp::Ordering;

use super::super::because::{listed, there_are};
use crate::diagnostic::{Diagnostic, Diagnostics, Spanned};
use crate::scenario::document::Bindings;
use crate::scenario::expression::{CompareOp, Expr, ExprKind, Substitution};

/// Each variable and what it stands for, in the order written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<(String, String)>);

impl IntoIterator for Row {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// All rows, first variable slowest; `None` if they do not all bind the same variables.
pub fn rows(bindings: &Spanned<Bindings>, diagnostics: &mut Diagnostics) -> Option<Vec<Row>> {
    match &bindings.value {
        Bindings::Product(variables) => {
            let mut rows = vec![Row(Vec::new())];
            for (name, values) in variables {
                let longer = |row: &Row, value: &Spanned<String>| {
                    let mut pairs = row.0.clone();
                    pairs.push((name.value.clone(), value.value.clone()));
                    Row(pairs)
                };
                rows = rows.iter().flat_map(|row| values.iter().map(move |value| longer(row, value))).collect();
            }
            Some(rows)
        }
        Bindings::Rows(texts) => {
            let same = same_variables(texts, diagnostics);
            let rows = texts.iter().map(|pairs| {
                Row(pairs.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect())
            });
            same.then(|| rows.collect())
        }
    }
}

fn same_variables(rows: &[Vec<(Spanned<String>, Spanned<String>)>], diagnostics: &mut Diagnostics) -> bool {
    let names = |row: &[(Spanned<String>, Spanned<String>)]| {
        let mut names: Vec<String> = row.iter().map(|(name, _)| name.value.clone()).collect();
        names.sort_unstable();
        names
    };
    let Some(first) = rows.first() else { return true };
    let wanted = names(first);
    for row in &rows[1..] {
        if names(row) == wanted {
            continue;
        }
        let all = |row: &[(Spanned<String>, Spanned<String>)]| {
            let names: Vec<&str> = row.iter().map(|(name, _)| name.value.as_str()).collect();
            if names.is_empty() { "nothing".to_owned() } else { listed(&names) }
        };
        let span = row.first().or(first.first()).map(|(name, _)| name.span).unwrap_or_default();
        let what = format!("this row gives {}, and the first row {}", all(row), all(first));
        let mistake = Diagnostic::error("uneven-rows", what, span);
        diagnostics.push(mistake.help("every row gives a value to the same variables"));
        return false;
    }
    true
}

/// Whether `except` holds of `row`.
///
/// # Errors
/// `except` is no comparison of words and variables.
pub fn excepted(except: &Expr, row: &Row) -> Result<bool, Box<Diagnostic>> {
    let mut with = Substitution::new(row.clone());
    let filled = with.expr(except);
    if let Some(unbound) = with.unbound().first() {
        let names: Vec<&str> = row.0.iter().map(|(name, _)| name.as_str()).collect();
        let what = format!("the template has no variable `{{{}}}`", unbound.value);
        let mistake = Diagnostic::error("unknown-variable", what, unbound.span);
        return Err(Box::new(mistake.help(there_are("variable", "variables", &names))));
    }
    holds(&filled)
}

fn holds(expr: &Expr) -> Result<bool, Box<Diagnostic>> {
    match &expr.kind {
        ExprKind::Bool(b) => Ok(*b),
        ExprKind::Not(a) => holds(a).map(|a| !a),
        // Every part is looked at, so that a mistake in one of them is found whatever the row.
        ExprKind::And(all) => all.iter().map(holds).try_fold(true, |sofar, part| Ok(part? && sofar)),
        ExprKind::Or(any) => any.iter().map(holds).try_fold(false, |sofar, part| Ok(part? || sofar)),
        ExprKind::In(a, list) => {
            let a = word(a)?;
            let words: Vec<String> = list.iter().map(word).collect::<Result<_, _>>()?;
            Ok(words.iter().any(|b| order(&a, b) == Ordering::Equal))
        }
        ExprKind::Compare(op, a, b) => compare(*op, a, b, expr),
        _ => Err(no_comparison(expr)),
    }
}

fn compare(op: CompareOp, a: &Expr, b: &Expr, whole: &Expr) -> Result<bool, Box<Diagnostic>> {
    let (left, right) = (word(a)?, word(b)?);
    let order = order(&left, &right);
    let numbers = left.parse::<f64>().is_ok() && right.parse::<f64>().is_ok();
    Ok(match op {
        CompareOp::Equal => order == Ordering::Equal,
        CompareOp::NotEqual => order != Ordering::Equal,
        _ if !numbers => {
            let mistake =
                Diagnostic::error("except-order", format!("`{left}` and `{right}` have no order"), whole.span);
            return Err(Box::new(mistake.help("words can only be compared by `==`, `!=` and `in`")));
        }
        CompareOp::Less => order == Ordering::Less,
        CompareOp::AtMost => order != Ordering::Greater,
        CompareOp::Greater => order == Ordering::Greater,
        CompareOp::AtLeast => order != Ordering::Less,
    })
}

/// As numbers if both are, as words if not.
fn order(a: &str, b: &str) -> Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.total_cmp(&y),
        _ => a.cmp(b),
    }
}

fn word(expr: &Expr) -> Result<String, Box<Diagnostic>> {
    match &expr.kind {
        ExprKind::Name(name) => Ok(name.clone()),
        ExprKind::Number(x) => Ok(x.to_string()),
        ExprKind::Bool(b) => Ok(b.to_string()),
        ExprKind::Posture(posture) => Ok(format!("{}.{}", posture.actor, posture.posture)),
        ExprKind::Negative(inner) => word(inner).map(|inner| format!("-{inner}")),
        _ => Err(no_comparison(expr)),
    }
}

fn no_comparison(expr: &Expr) -> Box<Diagnostic> {
    let mistake =
        Diagnostic::error("except-what", "`except` compares variables of the template, and this is none", expr.span);
    Box::new(mistake.help("for instance `except: \"{x} == {y}\"` or `except: \"{x} in (a, b)\"`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;
    use crate::scenario::expression::parse_expression;

    fn word(text: &str) -> Spanned<String> {
        Spanned::new(text.to_owned(), Span::default())
    }

    fn row(pairs: &[(&str, &str)]) -> Row {
        Row(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn said(except: &str, pairs: &[(&str, &str)]) -> Result<bool, &'static str> {
        let expr = parse_expression(except, 0).expect("a condition");
        excepted(&expr, &row(pairs)).map_err(|mistake| mistake.code)
    }

    #[test]
    fn the_first_variable_is_the_slowest() {
        let values = |list: &[&str]| list.iter().map(|value| word(value)).collect();
        let product = Bindings::Product(vec![(word("x"), values(&["a", "b"])), (word("y"), values(&["c", "d"]))]);
        let rows = rows(&Spanned::new(product, Span::default()), &mut Diagnostics::default());
        let expected: Vec<Row> = [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]
            .into_iter()
            .map(|(x, y)| row(&[("x", x), ("y", y)]))
            .collect();
        assert_eq!(rows, Some(expected));
    }

    #[test]
    fn rows_bind_the_same_variables() {
        let uneven = vec![vec![(word("x"), word("a")), (word("y"), word("b"))], vec![(word("x"), word("a"))]];
        let mut diagnostics = Diagnostics::default();
        assert_eq!(rows(&Spanned::new(Bindings::Rows(uneven), Span::default()), &mut diagnostics), None);
        assert_eq!(diagnostics.iter().next().map(|mistake| mistake.code), Some("uneven-rows"));
    }

    #[test]
    fn except_compares_words_and_numbers() {
        let pairs = [("x", "dprk"), ("y", "rok"), ("n", "10"), ("m", "9")];
        assert_eq!(said("{x} == {y}", &pairs), Ok(false));
        assert_eq!(said("{x} == dprk and not {y} in (jpn, us)", &pairs), Ok(true));
        assert_eq!(said("{n} > {m}", &pairs), Ok(true), "as numbers, not as words");
        assert_eq!(said("{n} == 10", &pairs), Ok(true));
        assert_eq!(said("{x} < {y}", &pairs), Err("except-order"));
        assert_eq!(said("{z} == {y}", &pairs), Err("unknown-variable"));
        assert_eq!(said("count({x}) == 3", &pairs), Err("except-what"));
    }
}
