//! The language, sentence by sentence.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Place;

fn expr(text: &str) -> String {
    let parsed = parse_expression(text, 0).unwrap_or_else(|d| panic!("`{text}`: {d:?}"));
    format!("{parsed}")
}

fn shape(text: &str) -> ExprKind {
    parse_expression(text, 0).unwrap_or_else(|d| panic!("`{text}`: {d:?}")).kind
}

fn question(text: &str) -> QuestionKind {
    parse_question(text, 0).unwrap_or_else(|d| panic!("`{text}`: {d:?}")).kind
}

/// Code and words under the carets, message and help.
fn wrong<T: std::fmt::Debug>(text: &str, parse: fn(&str, usize) -> Result<T, Box<Diagnostic>>) -> String {
    const AT: usize = 1000;
    let found = *parse(text, AT).expect_err(text);
    let Place::Text(span) = found.place else { panic!("a parser points into the text") };
    let under = &text[span.start - AT..span.end - AT];
    format!("{} [{under}] {} | {} {}", found.code, found.message, found.label, found.help.join(" | "))
}

fn says(text: &str, parts: &[&str]) {
    let message = wrong(text, parse_expression);
    for part in parts {
        assert!(message.contains(part), "`{text}` says: {message}, not: {part}");
    }
}

fn effect_says(text: &str, parts: &[&str]) {
    let message = wrong(text, parse_effect);
    for part in parts {
        assert!(message.contains(part), "`{text}` says: {message}, not: {part}");
    }
}

fn event_says(text: &str, parts: &[&str]) {
    let message = wrong(text, parse_event);
    for part in parts {
        assert!(message.contains(part), "`{text}` says: {message}, not: {part}");
    }
}

fn question_says(text: &str, parts: &[&str]) {
    let message = wrong(text, parse_question);
    for part in parts {
        assert!(message.contains(part), "`{text}` says: {message}, not: {part}");
    }
}

#[test]
fn words_bind_looser_than_signs() {
    let ExprKind::Or(parts) = shape("a or b and not c == 1 + 2 * 3") else { panic!("or is loosest") };
    let ExprKind::And(parts) = &parts[1].kind else { panic!("and is next") };
    let ExprKind::Not(inner) = &parts[1].kind else { panic!("not is next") };
    let ExprKind::Compare(CompareOp::Equal, _, sum) = &inner.kind else { panic!("then comparisons") };
    let ExprKind::Arithmetic(ArithmeticOp::Plus, _, product) = &sum.kind else { panic!("then sums") };
    assert!(matches!(product.kind, ExprKind::Arithmetic(ArithmeticOp::Times, ..)));
}

#[test]
fn sums_group_from_the_left() {
    let ExprKind::Arithmetic(ArithmeticOp::Minus, left, _) = shape("9 - 3 - 1") else { panic!("a difference") };
    assert_eq!(format!("{left}"), "9 - 3");
    assert_eq!(expr("9 - (3 - 1)"), "9 - (3 - 1)");
    assert_eq!(expr("8 / (4 / 2) * 3"), "8 / (4 / 2) * 3");
}

#[test]
fn quantities_are_single_tokens() {
    assert_eq!(shape("30%"), ExprKind::Number(0.3));
    assert_eq!(shape("2w"), ExprKind::Duration(Duration { seconds: 1_209_600 }));
    assert_eq!(shape("15min"), ExprKind::Duration(Duration { seconds: 900 }));
    assert_eq!(shape("1y"), ExprKind::Duration(Duration { seconds: 31_557_600 }));
    assert_eq!(shape("1.5d"), ExprKind::Duration(Duration { seconds: 129_600 }));
    assert_eq!(shape("1e-5"), ExprKind::Number(1e-5));
    assert_eq!(shape("1970-01-02"), ExprKind::Moment(Moment { seconds: 86_400, whole_day: true }));
    let six = Moment { seconds: 1_709_532_000, whole_day: false };
    assert_eq!(shape("2024-03-04T06:00"), ExprKind::Moment(six));
    assert_eq!(shape("2.3%"), ExprKind::Number(0.023));
}

#[test]
fn names_keep_template_variables_and_accents() {
    assert_eq!(shape("{x}_post"), ExprKind::Name("{x}_post".into()));
    assert_eq!(shape("cafe\u{301}"), ExprKind::Name("caf\u{e9}".into()));
    let ExprKind::Posture(posture) = shape("{x}.{y}_front") else { panic!("a posture") };
    assert_eq!((posture.actor.as_str(), posture.posture.as_str()), ("{x}", "{y}_front"));
    assert_eq!(posture.span, Span::new(0, 13));
}

#[test]
fn spans_are_offsets_in_the_file() {
    let parsed = parse_expression("a and (tension > 80)", 100).unwrap();
    assert_eq!(parsed.span, Span::new(100, 120));
    let ExprKind::And(parts) = parsed.kind else { panic!("and") };
    assert_eq!(parts[1].span, Span::new(106, 120));
    let ExprKind::Compare(_, left, right) = &parts[1].kind else { panic!("compare") };
    assert_eq!((left.span, right.span), (Span::new(107, 114), Span::new(117, 119)));
}

#[test]
fn every_form_of_an_expression_is_read() {
    for text in [
        "dprk.military >= show_of_force or tension > 80",
        "since(missile_test) >= 45d",
        "count(clash/war) == 0 and count(dprk.military becomes war) < 3",
        "during(2024-03-04..2024-03-14) and day >= 5",
        "min(a, b, 3) + max(-a, 2) * 0.5",
        "how_many(a == x, flag, not other) >= 2",
        "not x in (a, b) or true and not false",
        "-tension + 3 > -2",
        "since(crisis begins) > 2d and since(dprk.military rises) < 6h",
    ] {
        assert_eq!(expr(text), text, "is written back as it was");
    }
    assert_eq!(shape("during(2024-03-04..2024-03-04)"), {
        let day = Moment { seconds: 1_709_510_400, whole_day: true };
        ExprKind::During(day, day)
    });
}

#[test]
fn every_effect_is_read() {
    for text in [
        "dprk.japan = probing",
        "flag = a and not b",
        "tension += 3",
        "tension -= min(2, day)",
        "dprk.military up",
        "dprk.military up 2",
        "dprk.military down",
        "dprk.military down 3",
        "emit overture",
        "{x}.front = {y}",
    ] {
        assert_eq!(parse_effect(text, 0).unwrap().to_string(), text);
    }
    assert_eq!(parse_effect("a.b up 1", 0).unwrap().to_string(), "a.b up");
}

#[test]
fn every_event_is_read() {
    for text in [
        "missile_test",
        "clash/war",
        "start",
        "dprk.military becomes war",
        "dprk.military rises",
        "dprk.military falls",
        "crisis begins",
        "crisis ends",
        "{x}_attacks/{y}",
    ] {
        let event = parse_event(text, 7).unwrap();
        assert_eq!(event.to_string(), text);
        assert_eq!(event.span, Span::new(7, 7 + text.len()));
    }
}

#[test]
fn every_question_is_read() {
    for text in [
        "ever(dprk.military == war)",
        "ever(dprk.japan >= probing) and not ever(crisis)",
        "ever(a or b) by 2024-06-30",
        "tension > 50 at end",
        "(a or b) at end",
        "(not a) at end",
        "dprk.military on 2024-06-30",
        "tension on 30d",
        "count(missile_test) >= 10 by 2024-05-31",
        "count(clash) by 90d",
        "count(clash)",
        "outreach_to_japan before clash",
        "dprk.military becomes war before clash/war",
        "clash then talks within 14d",
        "stays(dprk.military >= testing) for 30d",
        "first(crisis)",
        "total(crisis or quiet)",
        "highest(tension + 2)",
        "(ever(a) by 30d) and (ever(b) or not (c at end))",
        "a before b and c before d",
        "stays(a) for 30d or ever(b)",
        "(count(a) + count(b)) * 2 on 2024-06-30T12:00",
        "(a == x or b == y) at end",
        "count(a) in (1, 2) at end",
    ] {
        assert_eq!(parse_question(text, 0).unwrap_or_else(|d| panic!("{text}: {d:?}")).to_string(), text);
    }
    assert_eq!(parse_question("3 <= count(clash) by 30d", 0).unwrap().to_string(), "count(clash) >= 3 by 30d");
}

#[test]
fn kinds_of_question_are_told_apart() {
    assert!(matches!(question("count(a) >= 3"), QuestionKind::CountCompare(_, CompareOp::AtLeast, _, None)));
    assert!(matches!(question("count(a) >= 3 at end"), QuestionKind::AtEnd(_)));
    assert!(matches!(question("(count(a) >= 3)"), QuestionKind::CountCompare(..)));
    assert!(matches!(question("dprk.military == war"), QuestionKind::Bare(_)));
    let QuestionKind::Bare(both) = question("a == x and not b == y") else { panic!("one bare condition") };
    assert_eq!(both.to_string(), "a == x and not b == y");
    let QuestionKind::Or(parts) = question("a == x or ever(b)") else { panic!("or") };
    assert!(matches!(parts[0].kind, QuestionKind::Bare(_)));
}

#[test]
fn a_time_limit_beside_and_shows_both_readings() {
    question_says(
        "ever(a) and ever(b) by 30d",
        &["two-readings [by 30d]", "`ever(a) and (ever(b) by 30d)`", "`(ever(a) by 30d) and (ever(b) by 30d)`"],
    );
    question_says(
        "a == x or b == y at end",
        &["two-readings [at end]", "`a == x or (b == y at end)`", "`(a == x or b == y) at end`"],
    );
    question_says("not a == x at end", &["`not (a == x at end)`", "`(not a == x) at end`"]);
    question_says("a then b within 3d and ever(c)", &["two-readings", "`(a then b within 3d) and ever(c)`"]);
    question_says("not ever(a) by 30d", &["`not (ever(a) by 30d)`"]);
    question_says("(ever(a) and ever(b) by 30d)", &["two-readings [by 30d]"]);
    for text in
        ["ever(a) and (ever(b) by 30d)", "(a == x or b == y) at end", "not (a == x at end)", "(not a == x) at end"]
    {
        parse_question(text, 0).unwrap_or_else(|d| panic!("the way out `{text}` is none: {d:?}"));
    }
}

#[test]
fn names_that_are_english_words_may_be_asked_about() {
    for text in ["will on 5d", "will at end", "can before who", "do then does within 3d"] {
        parse_question(text, 0).unwrap_or_else(|d| panic!("{text}: {d:?}"));
    }
    question_says("will there be war", &["asked in English"]);
}

#[test]
fn signs_of_other_languages_are_named() {
    says("a = b", &["[=]", "`==`"]);
    says("a => 3", &["[=>]", "`>=`"]);
    says("a =< 3", &["`<=`"]);
    says("a <> b", &["`!=`"]);
    says("a === b", &["`==`"]);
    says("a && b", &["`and`"]);
    says("a || b", &["`or`"]);
    says("!a", &["[!]", "not crisis"]);
    says("a AND b", &["[AND]", "small letters: `and`"]);
    says("NOT a", &["small letters: `not`"]);
    says("a is b", &["[is]", "`==`"]);
    says("a is not b", &["`!=`"]);
    says("a is at least 3", &["`>=`"]);
    says("a not in (b, c)", &["`not x in (a, b)`"]);
    says("a ≥ 3", &["[≥]", "`>=`"]);
    says("a < = 3", &["together"]);
    says("a ^ 2", &["no powers"]);
    says("a == 'b'", &["quotes"]);
    says("a == \"b\"", &["quotes"]);
    says("a between 2 and 3", &["both bounds"]);
    says("a > 3; b", &["`and`"]);
    says("a € b", &["unknown-sign [€]"]);
}

#[test]
fn chained_comparisons_show_the_way_out() {
    says("1 < tension < 3", &["chained-comparison", "`1 < tension and tension < 3`"]);
    says("a == b == c", &["`a == b and b == c`"]);
    assert!(parse_expression("(a < b) == c", 0).is_ok(), "in brackets it is one comparison, to be typed later");
}

#[test]
fn what_is_missing_is_named() {
    says("", &["empty-expression"]);
    says("   ", &["empty-expression"]);
    says("tension >", &["missing-operand", "missing after `>`"]);
    says("> 3", &["missing-operand [>]", "both sides"]);
    says("a and", &["missing after `and`"]);
    says("and b", &["both sides of `and`"]);
    says("a and or b", &["[or]", "after `and`"]);
    says("a == ", &["missing after `==`"]);
    says("()", &["nothing between the brackets"]);
    says("count()", &["not-an-event"]);
    says("count missile_test", &["missing-brackets", "count(missile_test)"]);
    says("min()", &["nothing between"]);
    says("a in b", &["missing-brackets", "`== b`"]);
    says("a in [b]", &["round brackets"]);
    says("a in ()", &["nothing between"]);
    says("dprk.", &["a posture of that actor"]);
    says("+3", &["no `+`"]);
    says(".5", &["`0.5`"]);
}

#[test]
fn brackets_are_matched() {
    says("(a and b", &["unbalanced-bracket [(]", "never closed"]);
    says("a and b)", &["unbalanced-bracket [)]", "closes nothing"]);
    says("(a b)", &["stray-words [b]"]);
    says("count(a", &["never closed"]);
    says("min(a, b", &["never closed"]);
}

#[test]
fn stray_words_are_shown() {
    says("dprk military == war", &["stray-words [military]", "nothing joins it to"]);
    says("a.b.c == x", &["at most one dot"]);
    says("a begins", &["belongs under `on`"]);
    says("dprk.military becomes war", &["belongs under `on`"]);
    says("tension += 3", &["belongs under `then`"]);
    says("a at end", &["outcomes and questions"]);
    says("ever(a)", &["unknown-function [ever]", "outcomes"]);
    says("counts(a)", &["did you mean `count(…)`"]);
    says("MIN(a, b)", &["did you mean `min(…)`"]);
    says("sqrt(a)", &["unknown-function", "how_many"]);
    says("{x == 3", &["bad-variable"]);
    says("a in {b, c}", &["bad-variable", "round brackets"]);
}

#[test]
fn numbers_and_times_are_explained() {
    says("30 days > 3", &["bad-duration [30 days]", "`30d`"]);
    says("since(a) > 30days", &["bad-duration [30days]", "`30d`"]);
    says("since(a) > 2months", &["no fixed length"]);
    says("since(a) >= 45", &["missing-unit [45]", "`45d`"]);
    says("a > 1,000", &["`1000`", "`1.000`"]);
    says("a > 30 %", &["`30%`"]);
    says("a > 30 percent", &["`30%`"]);
    says("1.00001d > 0d", &["whole number of seconds"]);
    says("x > 1e999", &["number-too-large"]);
    says("during(2024-02-30..2024-03-01)", &["bad-date [2024-02-30]"]);
    says("during(04.03.2024..05.03.2024)", &["bad-date", "year-month-day"]);
    says("during(2024-3-4..2024-03-05)", &["bad-date [2024-3-4]"]);
    says("during(2024-03-04, 2024-03-14)", &["bad-window [,]", "`..`"]);
    says("during(2024-03-14..2024-03-04)", &["ends before it begins"]);
    says("during 2024-03-04..2024-03-14", &["wants brackets"]);
    says("during(a..b)", &["a date was expected"]);
    says("since(a) > 2024-03-04T25:00", &["no time of day"]);
    says("during(2024-03-04 06:00..2024-03-05)", &["bad-window"]);
    says("x > 3foo", &["neither a number nor a duration"]);
}

#[test]
fn effects_are_explained() {
    effect_says("tension == 3", &["not-an-effect [==]", "`tension = 3`"]);
    effect_says("tension := 3 + a", &["`tension = 3 + a`"]);
    effect_says("tension =+ 3", &["`tension += 3`"]);
    effect_says("tension =-3", &["`tension -= 3`", "`tension = -3`"]);
    effect_says("tension++", &["`tension += 1`"]);
    effect_says("tension *= 2", &["whole sum"]);
    effect_says("tension + 2", &["`tension += 2`"]);
    effect_says("tension up", &["`tension += 1`", "`actor.tension up`"]);
    effect_says("tension", &["does not say what changes", "`emit tension`"]);
    effect_says("dprk.military becomes war", &["`dprk.military = war`"]);
    effect_says("dprk.military up 0", &["whole number from 1"]);
    effect_says("dprk.military up 1.5", &["whole number from 1"]);
    effect_says("dprk.military up by 2", &["found `by`"]);
    effect_says("a = 1, b = 2", &["then: [\"a = 1\", \"b = 2\"]"]);
    effect_says("a = 1 and b = 2", &["then: [\"a = 1\", \"b = 2\"]"]);
    effect_says("set a = 1", &["write `a = 1`"]);
    effect_says("up dprk.military", &["the posture stands first"]);
    effect_says("emit", &["missing-name"]);
    effect_says("emit a.b", &["plain name"]);
    effect_says("3 = a", &["cannot begin with `3`"]);
    effect_says("a =", &["missing after `=`"]);
    assert_eq!(parse_effect("emit = 3", 0).map(|e| e.to_string()), Ok("emit = 3".to_owned()));
}

#[test]
fn events_are_explained() {
    event_says("dprk.military == war", &["`dprk.military becomes war`"]);
    event_says("dprk.military = war", &["`dprk.military becomes war`"]);
    event_says("dprk.military becomes", &["missing-name", "the value that it takes"]);
    event_says("military becomes war", &["has no actor", "`actor.military becomes war`"]);
    event_says("tension > 80", &["condition, not an event", "my_condition begins"]);
    event_says("dprk.military > testing", &["condition, not an event"]);
    event_says("count(a) > 3", &["condition, not an event"]);
    event_says("not a", &["`not` is no event"]);
    event_says("a or b", &["`on: [a, b]`"]);
    event_says("a, b", &["`on: [a, b]`"]);
    event_says("dprk.military begins", &["goes with a `let`"]);
    event_says("clash/", &["a branch of that rule"]);
    event_says("3", &["an event was expected"]);
    says("count(a or b) > 1", &["group of them under `events`"]);
    says("count(a, b) > 1", &["only one event"]);
    says("count(a == b) > 1", &["condition, not an event"]);
}

#[test]
fn questions_are_explained() {
    question_says("stays(a)", &["`stays(a) for 30d`"]);
    question_says("stays(a) for 14", &["missing-unit [14]", "`14d`"]);
    question_says("a then b", &["`a then b within 14d`"]);
    question_says("a then b within 14", &["missing-unit [14]"]);
    question_says("a then b within 14 days", &["`14d`"]);
    question_says("ever(a) by 14", &["missing-unit [14]", "`14d`"]);
    question_says("ever(a) within 30d", &["`by 30d`"]);
    question_says("ever(a) until 2024-06-30", &["`by 2024-06-30`"]);
    question_says("ever a", &["wants brackets"]);
    question_says("a == x by 30d", &["`ever(a == x) by 30d`"]);
    question_says("a == x for 30d", &["`stays(a == x) for 30d`"]);
    question_says("a at the end", &["`at end`"]);
    question_says("a at 2024-06-30", &["`on 2024-06-30`"]);
    question_says("count(a) by 30d >= 3", &["before `by`"]);
    question_says("always(a)", &["`not ever(not c)`"]);
    question_says("never(a)", &["`not ever(c)`"]);
    question_says("Ever(a)", &["small letters"]);
    question_says("a before b by 30d", &["no time limit"]);
    question_says("dprk.military == war before clash", &["becomes war"]);
    question_says("(ever(a)) by 30d", &["inside the bracket"]);
    question_says("ever(a) ever(b)", &["stray-words [ever]"]);
    question_says("", &["empty-expression"]);
}

#[test]
fn depth_is_limited() {
    let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parse_expression(&deep(60), 0).is_ok());
    assert!(wrong(&deep(100_000), parse_expression).starts_with("too-deep"));
    assert!(wrong(&deep(100_000), parse_question).starts_with("too-deep"));
    assert!(wrong(&format!("{}a", "not ".repeat(100_000)), parse_expression).starts_with("too-deep"));
    assert!(wrong(&format!("{}a", "not ".repeat(100_000)), parse_question).starts_with("too-deep"));
    assert!(wrong(&format!("{}a", "- ".repeat(100_000)), parse_expression).starts_with("too-deep"));
    let row = |parts: usize| vec!["a"; parts].join(" + ");
    assert!(parse_expression(&row(64), 0).is_ok());
    for long in [row(65), row(100_000), vec!["a * b"; 64].join(" - ")] {
        assert!(wrong(&long, parse_expression).contains("too many parts in a row"), "{long}");
    }
    assert!(parse_expression(&format!("({}) + ({})", row(60), row(60)), 0).is_ok());
    assert!(parse_expression(&vec!["a"; 10_000].join(" and "), 0).is_ok(), "a long list is not deep");
}

#[test]
fn templates_are_filled_and_keep_their_places() {
    let row = [("x", "jpn"), ("y", "dprk"), ("n", "0.25"), ("p", "dprk.military")];
    let mut row = Substitution::new(row.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let parsed = parse_expression("{x}.{y}_front == none and count({x}_moves/{y}) < {n} and {p} > {z}", 50).unwrap();
    let filled = row.expr(&parsed);
    assert_eq!(filled.to_string(), "jpn.dprk_front == none and count(jpn_moves/dprk) < 0.25 and dprk.military > {z}");
    assert_eq!(filled.span, parsed.span);
    assert_eq!(row.unbound().len(), 1);
    assert_eq!(row.unbound()[0].value, "z");
    let effect = row.effect(&parse_effect("{x}.front = {y}", 0).unwrap());
    assert_eq!(effect.to_string(), "jpn.front = dprk");
    assert_eq!(row.effect(&parse_effect("{p} = war", 0).unwrap()).to_string(), "dprk.military = war");
    assert_eq!(row.event(&parse_event("{x}.a becomes {y}", 0).unwrap()).to_string(), "jpn.a becomes dprk");
    assert_eq!(row.text("{x}_to_{y}", Span::default()), "jpn_to_dprk");
}

/// A name that is no word of the language.
fn name() -> impl Strategy<Value = String> {
    "[a-z]{1,3}[0-9]"
        .prop_map(|s| s.clone())
        .prop_filter("a plain name", |s| is_name(s) && !RESERVED.contains(&s.as_str()))
}

fn event_text() -> impl Strategy<Value = String> {
    (name(), name(), name(), 0..7).prop_map(|(a, b, c, kind)| match kind {
        0 => a,
        1 => format!("{a}/{b}"),
        2 => format!("{a}.{b} becomes {c}"),
        3 => format!("{a}.{b} rises"),
        4 => format!("{a}.{b} falls"),
        5 => format!("{a} begins"),
        _ => format!("{a} ends"),
    })
}

/// Texts that are expressions, with more brackets than they need.
fn expression_text() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        name(),
        (name(), name()).prop_map(|(a, b)| format!("{a}.{b}")),
        (0..100_000_u32, 0..4_u8)
            .prop_map(|(n, p)| format!("{}", f64::from(n) / [1.0, 10.0, 100.0, 1_000.0][usize::from(p)])),
        (0..5_000_u32).prop_map(|n| format!("{n}min")),
        (0..50_u32).prop_map(|n| format!("{n}y")),
        Just("day".to_owned()),
        Just("true".to_owned()),
        (0..20_000_i64, any::<bool>()).prop_map(|(d, whole_day)| Moment {
            seconds: d * 86_400 + i64::from(!whole_day) * 3_660,
            whole_day
        }
        .to_string()),
        event_text().prop_map(|e| format!("count({e})")),
        event_text().prop_map(|e| format!("since({e})")),
        Just("during(2024-03-04..2024-03-14T06:00)".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (two.clone(), 0..12_usize).prop_map(|((a, b), i)| {
                let sign = ["and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"][i];
                format!("({a}) {sign} ({b})")
            }),
            (two.clone(), inner.clone()).prop_map(|((a, b), c)| format!("({a}) in ({b}, {c})")),
            (two, inner.clone(), 0..3_usize)
                .prop_map(|((a, b), c, i)| format!("{}({a}, {b}, {c})", ["min", "max", "how_many"][i])),
        ]
    })
    .boxed()
}

fn question_text() -> impl Strategy<Value = String> {
    let c = expression_text();
    let leaf = prop_oneof![
        c.clone().prop_map(|c| format!("ever({c})")),
        c.clone().prop_map(|c| format!("ever({c}) by 30d")),
        c.clone().prop_map(|c| format!("({c}) at end")),
        c.clone().prop_map(|c| format!("({c}) on 2024-06-30")),
        (event_text(), c.clone()).prop_map(|(e, c)| format!("count({e}) >= ({c})")),
        event_text().prop_map(|e| format!("count({e}) by 2024-06-30T06:00")),
        (event_text(), event_text()).prop_map(|(a, b)| format!("{a} before {b}")),
        (event_text(), event_text()).prop_map(|(a, b)| format!("{a} then {b} within 36h")),
        c.clone().prop_map(|c| format!("stays({c}) for 1y")),
        c.clone().prop_map(|c| format!("first({c})")),
        c.clone().prop_map(|c| format!("total({c})")),
        c.clone().prop_map(|c| format!("highest({c})")),
        c,
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| format!("not ({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) or ({b})")),
        ]
    })
}

/// Text made of the language's own pieces in any order.
fn soup() -> impl Strategy<Value = String> {
    let pieces: Vec<&'static str> = RESERVED
        .iter()
        .copied()
        .chain([
            "(",
            ")",
            ",",
            ".",
            "..",
            "+",
            "-",
            "*",
            "/",
            "=",
            "==",
            "<",
            ">=",
            "+=",
            "-=",
            "!",
            "&&",
            ":=",
            "%",
            "{x}",
            "{",
            "a",
            "b1",
            "3",
            "0.5",
            "30d",
            "30%",
            "2024-03-04",
            "2024-03-04T06:00",
            "12abc",
            "é",
            " ",
        ])
        .collect();
    proptest::collection::vec(proptest::sample::select(pieces), 0..24).prop_map(|v| v.join(" "))
}

fn parse_all(text: &str) {
    let _ = parse_expression(text, 5);
    let _ = parse_effect(text, 5);
    let _ = parse_event(text, 5);
    let _ = parse_question(text, 5);
}

/// Spans of a mistake lie in the text.
fn in_text(text: &str) -> Result<(), TestCaseError> {
    let found = [
        parse_expression(text, 5).err(),
        parse_effect(text, 5).err(),
        parse_event(text, 5).err(),
        parse_question(text, 5).err(),
    ];
    for mistake in found.into_iter().flatten() {
        let Place::Text(span) = mistake.place else { panic!("a parser points into the text") };
        prop_assert!(5 <= span.start && span.start <= span.end && span.end <= 5 + text.len());
        prop_assert!(text.is_char_boundary(span.start - 5) && text.is_char_boundary(span.end - 5));
        prop_assert!(!mistake.message.is_empty() && !mistake.help.is_empty(), "{mistake:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        parse_all(&text);
        in_text(&text)?;
    }

    #[test]
    fn no_order_of_its_own_words_makes_it_panic(text in soup()) {
        parse_all(&text);
        in_text(&text)?;
    }

    #[test]
    fn an_expression_written_back_is_the_same(text in expression_text()) {
        let first = parse_expression(&text, 0);
        prop_assume!(first.is_ok());
        let written = first.unwrap().to_string();
        let second = parse_expression(&written, 0);
        prop_assert!(second.is_ok(), "{written}: {second:?}");
        prop_assert_eq!(written, second.unwrap().to_string());
    }

    #[test]
    fn an_expression_keeps_its_tree(text in expression_text()) {
        let first = parse_expression(&text, 0);
        prop_assume!(first.is_ok());
        let first = first.unwrap();
        let second = parse_expression(&first.to_string(), 0).unwrap();
        prop_assert_eq!(without_places(&format!("{first:?}")), without_places(&format!("{second:?}")));
    }

    #[test]
    fn a_question_keeps_its_tree(text in question_text()) {
        let first = parse_question(&text, 0);
        prop_assume!(first.is_ok());
        let first = first.unwrap();
        let second = parse_question(&first.to_string(), 0);
        prop_assert!(second.is_ok(), "{first}: {second:?}");
        prop_assert_eq!(without_places(&format!("{first:?}")), without_places(&format!("{:?}", second.unwrap())));
    }

    #[test]
    fn an_effect_keeps_its_tree(kind in 0..4_usize, target in name(), value in expression_text()) {
        let text = format!("{target} {} {value}", ["=", "+=", "-=", "="][kind]);
        let first = parse_effect(&text, 0);
        prop_assume!(first.is_ok());
        let first = first.unwrap();
        let second = parse_effect(&first.to_string(), 0).unwrap();
        prop_assert_eq!(without_places(&format!("{first:?}")), without_places(&format!("{second:?}")));
    }
}

/// The debug form of a tree without its spans.
fn without_places(debug: &str) -> String {
    let mut text = String::new();
    let mut rest = debug;
    while let Some((before, after)) = rest.split_once("Span {") {
        text.push_str(before);
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text
}
