//! Rules and actors with the variables of a template replaced, field by field.
//!
//! Does not know where the row comes from. Every field is named here, so that a new one cannot be forgotten.

use crate::diagnostic::Spanned;
use crate::scenario::document::{
    ActorText, Because, BranchText, Case, Cases, Entry, FactorText, LadderText, Map, PostureText, ProbabilityText,
    RateText, RuleText,
};
use crate::scenario::expression::{EffectExpr, Expr, Substitution};

/// `text` with its variables replaced, and no longer a template.
pub fn rule(text: &RuleText, with: &mut Substitution) -> RuleText {
    let RuleText {
        for_each: _,
        except: _,
        says,
        when,
        pressure,
        on,
        chance,
        after,
        at,
        every,
        from,
        factors,
        then,
        choose,
        if_lapsed,
        again,
        at_most,
        cooldown,
        priority,
        milestone,
        cameo,
        plover,
        because,
    } = text;
    RuleText {
        for_each: None,
        except: None,
        says: words(says.as_ref(), with),
        when: when.as_ref().map(|when| with.expr(when)),
        pressure: pressure.as_ref().map(|p| cases(p, with, rate)),
        on: on.as_ref().map(|on| Spanned::new(on.value.iter().map(|event| with.event(event)).collect(), on.span)),
        chance: chance.as_ref().map(|c| cases(c, with, probability)),
        after: after.clone(),
        at: at.clone(),
        every: every.clone(),
        from: from.clone(),
        factors: factors.iter().map(|factor| self::factor(factor, with)).collect(),
        then: effects(then.as_ref(), with),
        choose: choose.as_ref().map(|choose| Spanned::new(map(&choose.value, with, branch), choose.span)),
        if_lapsed: if_lapsed.clone(),
        again: again.clone(),
        at_most: at_most.clone(),
        cooldown: cooldown.clone(),
        priority: priority.clone(),
        milestone: milestone.clone(),
        cameo: words(cameo.as_ref(), with),
        plover: words(plover.as_ref(), with),
        because: because.as_ref().map(|because| self::because(because, with)),
    }
}

/// `text` with its variables replaced, and no longer a template.
pub fn actor(text: &ActorText, with: &mut Substitution) -> ActorText {
    let ActorText { for_each: _, except: _, name, postures, about, because } = text;
    ActorText {
        for_each: None,
        except: None,
        name: words(name.as_ref(), with),
        postures: map(postures, with, posture),
        about: words(about.as_ref(), with),
        because: because.as_ref().map(|because| self::because(because, with)),
    }
}

fn posture(text: &PostureText, with: &mut Substitution) -> PostureText {
    let PostureText { ladder, states, start, says, because } = text;
    let all = |values: &[Spanned<String>], with: &mut Substitution| values.iter().map(|v| word(v, with)).collect();
    let ladder = ladder.as_ref().map(|ladder| {
        let value = match &ladder.value {
            LadderText::Values(values) => LadderText::Values(all(values, with)),
            LadderText::Named(name) => LadderText::Named(with.text(name, ladder.span)),
        };
        Spanned::new(value, ladder.span)
    });
    PostureText {
        ladder,
        states: states.as_ref().map(|states| Spanned::new(all(&states.value, with), states.span)),
        start: words(start.as_ref(), with),
        says: words(says.as_ref(), with),
        because: because.as_ref().map(|because| self::because(because, with)),
    }
}

fn branch(text: &BranchText, with: &mut Substitution) -> BranchText {
    let BranchText { says, weight, odds, when, then, cameo, plover } = text;
    BranchText {
        says: words(says.as_ref(), with),
        weight: weight.as_ref().map(|w| cases(w, with, probability)),
        odds: odds.as_ref().map(|o| cases(o, with, |expr, with| with.expr(&expr.value))),
        when: when.as_ref().map(|when| with.expr(when)),
        then: effects(then.as_ref(), with),
        cameo: words(cameo.as_ref(), with),
        plover: words(plover.as_ref(), with),
    }
}

fn factor(text: &FactorText, with: &mut Substitution) -> FactorText {
    let FactorText { when, rate_times, odds_times, span } = text;
    let number = |expr: &Spanned<Expr>, with: &mut Substitution| with.expr(&expr.value);
    FactorText {
        when: when.as_ref().map(|when| with.expr(when)),
        rate_times: rate_times.as_ref().map(|n| cases(n, with, number)),
        odds_times: odds_times.as_ref().map(|n| cases(n, with, number)),
        span: *span,
    }
}

fn because(text: &Because, with: &mut Substitution) -> Because {
    let Because { source, claims, kind, confidence, rival, who, when, grade, note, review_by, span } = text;
    Because {
        source: words(source.as_ref(), with),
        claims: claims.iter().map(|claim| word(claim, with)).collect(),
        kind: kind.clone(),
        confidence: confidence.clone(),
        rival: words(rival.as_ref(), with),
        who: words(who.as_ref(), with),
        when: words(when.as_ref(), with),
        grade: words(grade.as_ref(), with),
        note: words(note.as_ref(), with),
        review_by: review_by.clone(),
        span: *span,
    }
}

fn rate(text: &Spanned<RateText>, with: &mut Substitution) -> RateText {
    match &text.value {
        RateText::Per(expr, period) => RateText::Per(with.expr(expr), *period),
        RateText::Within(p, period) => RateText::Within(likelihood(p, with), *period),
        RateText::Parameter(name) => RateText::Parameter(with.text(name, text.span)),
    }
}

fn probability(text: &Spanned<ProbabilityText>, with: &mut Substitution) -> ProbabilityText {
    likelihood(&text.value, with)
}

fn likelihood(text: &ProbabilityText, with: &mut Substitution) -> ProbabilityText {
    match text {
        ProbabilityText::Given(likelihood) => ProbabilityText::Given(likelihood.clone()),
        ProbabilityText::Formula(expr) => ProbabilityText::Formula(with.expr(expr)),
    }
}

fn effects(text: Option<&Spanned<Vec<EffectExpr>>>, with: &mut Substitution) -> Option<Spanned<Vec<EffectExpr>>> {
    text.map(|text| Spanned::new(text.value.iter().map(|effect| with.effect(effect)).collect(), text.span))
}

fn cases<T, U>(
    text: &Cases<T>,
    with: &mut Substitution,
    mut each: impl FnMut(&Spanned<T>, &mut Substitution) -> U,
) -> Cases<U> {
    let cases = text.cases.iter().map(|case| Case {
        when: case.when.as_ref().map(|when| with.expr(when)),
        is: Spanned::new(each(&case.is, with), case.is.span),
    });
    Cases { cases: cases.collect(), span: text.span }
}

fn map<T>(text: &Map<T>, with: &mut Substitution, each: impl Fn(&T, &mut Substitution) -> T) -> Map<T> {
    let entries = text
        .iter()
        .map(|entry| Entry { key: word(&entry.key, with), value: entry.value.as_ref().map(|value| each(value, with)) });
    entries.collect()
}

fn words(text: Option<&Spanned<String>>, with: &mut Substitution) -> Option<Spanned<String>> {
    text.map(|text| word(text, with))
}

fn word(text: &Spanned<String>, with: &mut Substitution) -> Spanned<String> {
    Spanned::new(with.text(&text.value, text.span), text.span)
}
