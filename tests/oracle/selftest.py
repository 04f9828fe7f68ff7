#!/usr/bin/env python3
"""Hand-made models whose answers are known in closed form; run with `python tests/oracle/selftest.py`.

Each `case_*` returns (model, {path: expected}), a path being "outcomes/NAME", "questions/NAME", "questions/NAME/mean",
"questions/NAME/ever" or "firings/RULE". The expected values are written down from the mathematics, with no call into
the checker."""
import json
import math
import subprocess
import sys
import tempfile
from math import comb, exp
from pathlib import Path

import check

HERE = Path(__file__).resolve().parent
RELATIVE, ABSOLUTE = 1e-11, 1e-15      # allowed difference; expected values are written without cancellation


# ---- building models ------------------------------------------------------------------------------------------

def flag(name, start=0):
    return {"name": name, "kind": "flag", "low": 0, "high": 1, "start": start}


def indicator(name, low, high, start):
    return {"name": name, "kind": "indicator", "low": low, "high": high, "start": start}


def posture(name, values, start=0):
    return {"name": name, "kind": "posture", "low": 0, "high": len(values) - 1, "start": start, "values": values}


def branch(raises, effects=(), **more):
    return {"name": "", "forbidden": False, "effects": [list(e) for e in effects], "raises": list(raises)} | more


def rule(id, clock, effects=(), raises=(), when=True, **more):
    """A rule with one branch, unless `branches` and `draw` are given."""
    return {"id": id, "when": when, "forbidden": False, "at_most": None, "cooldown": None, "priority": 0, "clock": clock,
            "branches": [branch([id, *raises], effects)], "otherwise": None, "draw": "only"} | more


def pressure(rate):
    return {"pressure": rate}


def within(p, days):
    return {"pressure": ["hazard_within", p, days]}


def response(on, delay=(1.0,), chance=1, keep=False, restart=False):
    return {"response": {"on": on, "chance": chance, "delay": list(delay), "keep": keep, "restart": restart}}


def at(*steps):
    return {"at": list(steps)}


def every(period, start=None):
    return {"every": {"from": period if start is None else start, "period": period}}


def days(n):
    """The delay of exactly n steps."""
    return [0.0] * n + [1.0]


def model(steps, variables, rules, questions=None, outcomes=None, **more):
    """questions: {name: ASK} or {name: ("number", NUMBER)}."""
    asked = [{"name": n, "number": q[1]} if q[0] == "number" else {"name": n, "ask": q} for n, q in (questions or {}).items()]
    outcomes = outcomes or [("all", None)]
    return {"format": "simulate-model", "version": 1, "title": "", "step_days": 1.0, "steps": steps, "start": None,
            "variables": variables, "lets": [], "groups": {}, "rules": rules, "forced": [], "stop_when": None,
            "outcomes": [{"name": n, "ask": a} for n, a in outcomes], "questions": asked} | more


# ---- shorthands for questions ---------------------------------------------------------------------------------

def number(*x):
    return ("number", list(x))


def occurs(event, when=None):
    return ["count", event, ">=", 1, when]


def equals(name, value):
    return ["==", ["var", name], value]


# ---- pressures ------------------------------------------------------------------------------------------------

def case_pressure_within():
    """S 9: 0.675 within 14 d gives 0.430 by day 7 and 0.894 by day 28."""
    go = rule("go", within(0.675, 14), [("set", "x", 1)], when=["not", ["is", "x"]])
    m = model(28, [flag("x")], [go], {
        "7": occurs("go", ["before", 7]), "14": ["ever", ["is", "x"], ["before", 14]], "28": ["at_end", ["is", "x"]],
        "on 7": ["on", ["is", "x"], ["before", 7]], "settled 7": ["on", ["is", "x"], ["settled", 7]]})
    at7 = 1 - 0.325 ** 0.5
    return m, {"questions/7": at7, "questions/14": 0.675, "questions/28": 1 - 0.325 ** 2, "questions/on 7": at7,
               "questions/settled 7": at7, "firings/go": 1 - 0.325 ** 2}


def case_competition():
    """S 9: 50 % within 10 d against 50 % within 20 d: the first wins 2/3 of the time; either by day 10: 0.6464."""
    free = equals("x", 0)
    rules = [rule("a", within(0.5, 10), [("set", "x", 1)], when=free), rule("b", within(0.5, 20), [("set", "x", 2)], when=free)]
    m = model(30, [posture("x", ["none", "first", "second"])], rules, {
        "either by 10": ["ever", [">", ["var", "x"], 0], ["before", 10]], "a before b": ["before", "a", "b"],
        "x on 10": number("on", ["var", "x"], ["before", 10])},
        [("a", ["at_end", equals("x", 1)]), ("b", occurs("x becomes second")), ("none", None)])
    done, done10 = 1 - 0.5 ** 4.5, 1 - 0.5 ** 1.5
    return m, {"outcomes/a": done * 2 / 3, "outcomes/b": done / 3, "outcomes/none": 1 - done, "questions/either by 10": done10,
               "questions/a before b": done * 2 / 3, "questions/x on 10/mean": done10 * 4 / 3}


def case_poisson():
    """S 9: pressures that never lapse fire Poisson-distributed; counts saturate only where compared."""
    rules = [rule("a", pressure(0.1)), rule("b", pressure(["/", 1, 20]))]
    m = model(365, [], rules, {"count": number("count", "a", None), "30": number("count", "b", ["before", 30]),
                               "three": ["count", "b", "==", 3, ["before", 30]], "at most 2": ["count", "b", "<=", 2, ["before", 30]]})
    return m, {"firings/a": 36.5, "firings/b": 18.25, "questions/count/mean": 36.5, "questions/30/mean": 1.5,
               "questions/three": exp(-1.5) * 1.5 ** 3 / 6, "questions/at most 2": exp(-1.5) * (1 + 1.5 + 1.5 ** 2 / 2)}


def case_first_of_exponential():
    """first: an exponential cut at T; total_time and total of the same flag; highest."""
    rate, T = 0.13, 20
    go = rule("go", pressure(rate), [("set", "x", 1)], when=["not", ["is", "x"]])
    m = model(T, [flag("x")], [go], {"first": number("first", ["is", "x"]), "time": number("total_time", ["is", "x"]),
              "sum": number("total", ["*", 3, ["var", "x"]]), "highest": number("highest", ["*", 5, ["var", "x"]]),
              "never": number("first", ["==", 1, 2]), "at once": number("first", ["==", ["var", "x"], 0])})
    ever = 1 - exp(-rate * T)
    mean = 1 / rate - T * exp(-rate * T) / ever
    held = T - ever / rate
    return m, {"questions/first/ever": ever, "questions/first/mean": mean, "questions/time/mean": held, "questions/sum/mean": 3 * held,
               "questions/highest/mean": 5 * ever, "questions/never/ever": 0, "questions/at once/ever": 1, "questions/at once/mean": 0}


def case_gamblers_ruin():
    """S 9: a ladder of N rungs from i, up p, down q, by two pressures; long enough to be decided."""
    N, i, up, down = 6, 2, 6.0, 4.0
    inner = ["and", [[">", ["var", "x"], 0], ["<", ["var", "x"], N]]]
    rules = [rule("up", pressure(up), [("add", "x", 1)], when=inner), rule("down", pressure(down), [("add", "x", -1)], when=inner)]
    m = model(40, [posture("x", [str(n) for n in range(N + 1)], i)], rules,
              {"stays": ["stays", equals("x", N), 3]}, [("top", ["at_end", equals("x", N)]), ("bottom", None)])
    r = down / up
    return m, {"outcomes/top": (1 - r ** i) / (1 - r ** N), "outcomes/bottom": 1 - (1 - r ** i) / (1 - r ** N)}


def case_factors_and_cases():
    """A hazard by cases on a flag set at boundary 5 and on the step number; half-day steps."""
    rate = ["*", ["cases", [[["is", "x"], 0.3]], 0.1], ["cases", [[["during", 8, 10], 2]], 1]]
    rules = [rule("on", at(5), [("set", "x", 1)]), rule("go", pressure(rate), [("set", "y", 1)], when=["not", ["is", "y"]])]
    m = model(10, [flag("x"), flag("y")], rules, {"go": occurs("go")}, step_days=0.5)
    return m, {"questions/go": 1 - exp(-(2.5 * 0.1 + 1.5 * 0.3 + 1.0 * 0.6))}


def case_day():
    """`day` is the whole days from the start to the last boundary, also for hazards: 0, 0, 1, 1, … in steps of half a day."""
    rules = [rule("go", pressure(["*", 0.01, ["day"]]))]
    m = model(10, [], rules, {"none": ["count", "go", "==", 0, None], "day": number("total", ["day"])}, step_days=0.5)
    return m, {"questions/none": exp(-0.1), "firings/go": 0.1, "questions/day/mean": 10}


def case_when():
    """WHEN: `before k` includes all of step k - 1; `settled k` the instant of boundary k, but no pressure after it."""
    rules = [rule("p", pressure(0.5), [("set", "x", 1)]), rule("d", at(3), [("set", "y", 1)])]
    asks, expected = {}, {}
    for kind, done in (("before", 0), ("settled", 1)):
        when = [kind, 3]
        for v, event, value in (("x", "p", 1 - exp(-1.5)), ("y", "d", done)):
            asks |= {f"ever {v} {kind}": ["ever", ["is", v], when], f"on {v} {kind}": ["on", ["is", v], when],
                     f"{event} {kind}": occurs(event, when)}
            expected |= {f"questions/{what} {kind}": value for what in (f"ever {v}", f"on {v}", event)}
        asks |= {f"mean {kind}": number("count", "p", when), f"value {kind}": number("on", ["var", "y"], when)}
        expected |= {f"questions/mean {kind}/mean": 1.5, f"questions/value {kind}/mean": done}
    return model(6, [flag("x"), flag("y")], rules, asks), expected


def case_rare():
    """Relative accuracy of small probabilities: two pressures one after the other at 1 per 10^5 days, a series without cancellation."""
    rules = [rule("p", pressure(1e-5), [("add", "x", 1)], when=["<", ["var", "x"], 2])]
    m = model(30, [indicator("x", 0, 2, 0)], rules, {"two": ["at_end", equals("x", 2)], "event": ["count", "p", "==", 2, None]})
    a = 3e-4
    two = exp(-a) * sum(a ** n / math.factorial(n) for n in range(2, 9))
    return m, {"questions/two": two, "questions/event": two}


# ---- responses ------------------------------------------------------------------------------------------------

def case_uniform_delay():
    """70 % follow, evenly 1 to 7 days later; the trigger is at boundary 2."""
    rules = [rule("t", at(2)), rule("r", response(["t"], [n / 7 for n in range(8)], 0.7), [("set", "x", 1)])]
    m = model(12, [flag("x")], rules, {str(k): ["on", ["is", "x"], ["settled", k]] for k in range(2, 12)} | {
        "first": number("first", ["is", "x"]), "then 3": ["then", "t", "r", 3], "before 5": occurs("r", ["before", 5])})
    expected = {f"questions/{k}": 0.7 * min(max(k - 2, 0), 7) / 7 for k in range(2, 12)}
    return m, expected | {"questions/first/ever": 0.7, "questions/first/mean": 6, "questions/then 3": 0.3,
                          "questions/before 5": 0.2, "firings/r": 0.7}


def case_delay_beyond_table():
    """A table that ends below 1: the rest stays pending for ever (so a new trigger is ignored)."""
    rules = [rule("t", at(0, 6)), rule("r", response(["t"], [0.1, 0.2, 0.5]))]
    m = model(12, [], rules, {"1": occurs("r", ["settled", 1]), "once": ["count", "r", "==", 1, ["before", 6]]})
    return m, {"questions/1": 0.2, "questions/once": 0.5, "firings/r": 0.5 + 0.5 * 0.5}


def lapse_model(keep):
    """t at 1, due at 5; between boundaries a pressure breaks the guard."""
    rules = [rule("t", at(1)), rule("break", pressure(0.2), [("set", "ok", 0)], when=["is", "ok"]),
             rule("r", response(["t"], days(4), keep=keep), when=["is", "ok"])]
    return model(8, [flag("ok", 1)], rules, {"r": occurs("r")})


def case_lapse():
    """Cancelled if the guard breaks before it is due; it does not come if the guard is false at the trigger."""
    return lapse_model(False), {"questions/r": exp(-0.2 * 5)}


def case_keep():
    """Kept once triggered: only the guard at the trigger matters."""
    return lapse_model(True), {"questions/r": exp(-0.2)}


def case_lapse_by_repair():
    """The guard fails for one step only: cancelled all the same (tested whenever an instant settles), unlike `keep`."""
    rules = [rule("t", at(0)), rule("off", at(1), [("set", "ok", 0)]), rule("repair", at(2), [("set", "ok", 1)]),
             rule("r", response(["t"], days(4)), when=["is", "ok"]), rule("k", response(["t"], days(4), keep=True), when=["is", "ok"])]
    m = model(8, [flag("ok", 1)], rules, {"r": occurs("r")})
    return m, {"questions/r": 0, "firings/r": 0, "firings/k": 1}


def case_same_instant_repair():
    """Broken and repaired within one instant: no lapse."""
    rules = [rule("t", at(0)), rule("off", at(1), [("set", "ok", 0)]), rule("repair", response(["off"]), [("set", "ok", 1)]),
             rule("r", response(["t"], days(4)), when=["is", "ok"])]
    return model(8, [flag("ok", 1)], rules), {"firings/r": 1}


def case_ignored_while_pending():
    """Triggers at 0 and 2, delay 3: the second is ignored; restart: it comes at 5 instead of 3."""
    rules = [rule("t", at(0, 2)), rule("plain", response(["t"], days(3))), rule("again", response(["t"], days(3), restart=True))]
    m = model(9, [], rules, {"plain 3": occurs("plain", ["settled", 3]), "again 4": occurs("again", ["settled", 4]),
                             "again 5": occurs("again", ["settled", 5])})
    return m, {"questions/plain 3": 1, "questions/again 4": 0, "questions/again 5": 1, "firings/plain": 1, "firings/again": 1}


def case_restart_chance():
    """The chance (1/2) is not asked again at the restart, the delay (1 or 3 steps, evenly) is drawn anew. Triggered at 0: pending
    with 1/2. At 1 the trigger comes again before it is reached: withdrawn and drawn anew, or else asked afresh; due at 2 or 4."""
    rules = [rule("t", at(0, 1), priority=1), rule("r", response(["t"], [0, 0.5, 0.5, 1], 0.5, restart=True))]
    m = model(8, [], rules, {str(k): occurs("r", ["settled", k]) for k in (1, 2, 3, 4)})
    comes = 0.5 + 0.5 * 0.5
    return m, {"questions/1": 0, "questions/2": comes / 2, "questions/3": comes / 2, "questions/4": comes, "firings/r": comes}


def case_restart_queued():
    """A queued response triggered again goes to the end of the queue (restart), or stays where it is. Order noted in x."""
    def note(n):
        return [("set", "x", ["+", ["*", 10, ["var", "x"]], n])]
    rules = [rule("t", at(1)), rule("r1", response(["t"]), note(1)), rule("r2", response(["t", "r1"], restart=True), note(2)),
             rule("r3", response(["t", "r1"]), note(3))]
    m = model(2, [indicator("x", 0, 10 ** 6, 0)], rules, {"x": number("at_end", ["var", "x"])})
    return m, {"questions/x/mean": 132, "firings/r2": 1, "firings/r3": 1}


def case_restart_too_late():
    """As above, but the response stands before the trigger among the items: what is due at 1 fires first."""
    rules = [rule("t", at(0, 1), priority=-1), rule("r", response(["t"], [0, 0.5, 0.5, 1], 0.5, restart=True))]
    m = model(8, [], rules, {str(k): occurs("r", ["settled", k]) for k in (1, 2, 3, 4)})
    # pending 1/2: fires at 1 (1/4), then asked afresh; else (1/4) restarted for sure. Not pending (1/2): asked afresh.
    fired, waiting = 0.25, 0.25 * 0.5 + 0.25 + 0.5 * 0.5
    one_more = 0.25 + (0.25 + 0.5 * 0.5)                    # at least one firing by 4
    by2 = fired + (0.25 + 0.25) * 0.5
    return m, {"questions/1": fired, "questions/2": by2, "questions/3": by2, "questions/4": one_more, "firings/r": fired + waiting}


def case_preempted():
    """S 9: an item earlier in the same boundary breaks the guard: pre-empted, not fired; place in the file decides."""
    breaker = rule("breaker", at(3), [("set", "ok", 0)])
    early, late = (rule(n, response(["t"], days(3)), when=["is", "ok"]) for n in ("early", "late"))
    urgent = rule("urgent", response(["t"], days(3)), when=["is", "ok"], priority=5)
    kept = rule("kept", response(["t"], days(3), keep=True), when=["is", "ok"])
    m = model(6, [flag("ok", 1)], [rule("t", at(0)), early, breaker, late, urgent, kept])
    return m, {"firings/early": 1, "firings/late": 0, "firings/urgent": 1, "firings/kept": 1}


def case_queue_order():
    """First in, first out, at whatever depth; emptied before the next item. x = 10 x + n records the order."""
    def note(n):
        return [("set", "x", ["+", ["*", 10, ["var", "x"]], n])]
    rules = [rule("r5", at(1), note(5), priority=-1), rule("r3", response(["r1"]), note(3)), rule("r4", response(["r2"]), note(4)),
             rule("t", at(1)), rule("r1", response(["t"]), note(1)), rule("r2", response(["t"]), note(2))]
    m = model(2, [indicator("x", 0, 10 ** 6, 0)], rules, {"x": number("at_end", ["var", "x"])})
    return m, {"questions/x/mean": 12345}


def case_queue_guard():
    """A queued response whose guard an earlier queued one breaks does not fire, unless `keep`."""
    rules = [rule("t", at(1)), rule("one", response(["t"]), [("set", "ok", 0)]),
             rule("two", response(["t"]), when=["is", "ok"]), rule("three", response(["t"], keep=True), when=["is", "ok"])]
    return model(2, [flag("ok", 1)], rules), {"firings/one": 1, "firings/two": 0, "firings/three": 1}


def case_zero_delay_loop():
    """At first and after each firing another with chance 1/2, at once: geometric, mean 1, P(>= 4) = 1/16."""
    rules = [rule("t", at(1)), rule("r", response(["t", "r"], chance=0.5))]
    m = model(3, [], rules, {"four": ["count", "r", ">=", 4, None], "none": ["count", "r", "==", 0, None]})
    return m, {"firings/r": 1, "questions/four": 1 / 16, "questions/none": 0.5}


def case_zero_delay_race():
    """Two flags in a loop: a toss with chance 1/3 ends it; the probability of an even number of rounds."""
    rules = [rule("t", at(1)),
             rule("r", response(["t", "r"]), when=["not", ["is", "done"]], draw="weight", branches=[
                 branch(["r", "r/stop"], [("set", "done", 1)], weight=["/", 1, 3]),
                 branch(["r", "r/go"], [("set", "odd", ["-", 1, ["var", "odd"]])], weight=["/", 2, 3])])]
    m = model(3, [flag("done"), flag("odd")], rules, {"odd": ["at_end", ["is", "odd"]], "stop": occurs("r/stop")})
    return m, {"questions/odd": (2 / 3) / (1 + 2 / 3), "firings/r": 3, "questions/stop": 1}


# ---- availability, dated and recurring rules ------------------------------------------------------------------

def case_cooldown():
    """A daily rule with cooldown 3 fires at 1, 4, 7, ...; at_most 2 stops it; the trigger too asks availability."""
    rules = [rule("d", every(1), cooldown=3), rule("two", every(1), at_most=2),
             rule("r", response(["two"]), cooldown=5), rule("none", every(1), forbidden=True)]
    m = model(12, [], rules, {"4": number("count", "d", ["settled", 4]), "b4": number("count", "d", ["before", 4]),
                              "gap 2": ["then", "d", "d", 2], "gap 3": ["then", "d", "d", 3]})
    return m, {"firings/d": 4, "firings/two": 2, "firings/r": 1, "firings/none": 0, "questions/4/mean": 2, "questions/b4/mean": 1,
               "questions/gap 2": 0, "questions/gap 3": 1}


def case_cooldown_pressure():
    """A pressure cooling down for 2 steps: available again from the start of boundary s + 2, s the step of the firing."""
    m = model(3, [], [rule("p", pressure(0.7), cooldown=2)], {"two": ["count", "p", ">=", 2, None]})
    p = 1 - exp(-0.7)
    return m, {"questions/two": p * p, "firings/p": p + (1 - p) * p + (1 - p) ** 2 * p + p * p}


def case_at_most_pressure():
    """At most 2 of a pressure's firings: min(Poisson, 2)."""
    m = model(10, [], [rule("p", pressure(0.2), at_most=2)], {"highest": number("highest", ["count", "p"])})
    mean = 2 - 2 * exp(-2) - 2 * exp(-2)
    return m, {"firings/p": mean, "questions/highest/mean": mean}


def case_recurring():
    """every 7 d from day 3 with a guard by chance; dated rules with priority read the state as they are reached."""
    rules = [rule("w", every(7, 3), [("add", "x", 1)]), rule("a", at(10), [("set", "y", ["var", "x"])]),
             rule("b", at(10), [("set", "z", ["var", "x"])], priority=1), rule("late", every(7))]
    variables = [indicator(n, 0, 3, 0) for n in "xyz"]
    m = model(30, variables, rules, {n: number("at_end", ["var", n]) for n in "xyz"} | {"total": number("total", ["var", "x"])})
    return m, {"firings/w": 4, "firings/late": 4, "questions/x/mean": 3, "questions/y/mean": 2, "questions/z/mean": 1,
               "questions/total/mean": 7 + 14 + 39}


def case_decay_map():
    """A table made at load, applied every 5 steps to an indicator -2..4 that begins evenly at -2, 1 or 4."""
    table = [-1, 0, 0, 0, 1, 2, 3]
    rules = [rule("init", at(0), draw="weight", branches=[branch(["init"], [("set", "x", v)], weight=["/", 1, 3]) for v in (-2, 1, 4)]),
             rule("x decays", every(5), [("map", "x", table)])]
    m = model(16, [indicator("x", -2, 4, 0)], rules, {str(k): number("on", ["var", "x"], ["settled", k]) for k in (0, 5, 10, 15)})
    return m, {"questions/0/mean": 1, "questions/5/mean": 2 / 3, "questions/10/mean": 2 / 3, "questions/15/mean": 1 / 3}


# ---- choose ---------------------------------------------------------------------------------------------------

def case_odds_with_condition():
    """Odds 1 : 2 : x with x = 5; the 2 only while the flag holds; nothing when no branch is open; a forbidden branch is drawn."""
    def choose(name, step, c):
        return rule(name, at(step), draw="odds", branches=[
            branch([name, f"{name}/a"], [("set", "y", 1)], odds=1, when=["not", c]), branch([name, f"{name}/b"], odds=2, when=["is", "f"]),
            branch([name, f"{name}/c"], [("set", "y", 1)], odds=["var", "x"], when=["not", c], forbidden=name == "q")])
    rules = [choose("p", 1, False), rule("off", at(2), [("set", "f", 0)]), choose("q", 3, False), choose("s", 4, True)]
    rules[-1]["otherwise"] = branch(["s", "s/otherwise"])
    none = choose("n", 5, True)
    rules.append(none)
    m = model(6, [flag("f", 1), flag("y"), indicator("x", 0, 9, 5)], rules,
              {e: occurs(e) for e in ("p/a", "p/b", "p/c", "q", "q/a", "q/c", "s/a", "s/otherwise", "n")})
    return m, {"questions/p/a": 1 / 8, "questions/p/b": 2 / 8, "questions/p/c": 5 / 8, "questions/q": 1, "questions/q/a": 1 / 6,
               "questions/q/c": 0, "questions/s/a": 0, "questions/s/otherwise": 1, "questions/n": 1}


def case_weights_and_odds_factor():
    """S 9: 30 % with odds_times 3 is 56.25 %; weights with an otherwise branch; effects saturate."""
    rules = [rule("t", at(1)), rule("r", response(["t"], chance=["times_odds", 0.3, 3])), rule("z", response(["t"], chance=["times_odds", 1, 0])),
             rule("c", at(2), [], draw="weight", branches=[branch(["c", "c/a"], [("add", "x", 7)], weight=0.25),
                                                          branch(["c", "c/b"], [("add", "x", -7)], weight=["*", 0.1, 5])],
                  otherwise=branch(["c", "c/rest"]))]
    m = model(4, [indicator("x", -3, 4, 1)], rules, {"x": number("at_end", ["var", "x"]), "rest": occurs("c/rest")})
    return m, {"firings/r": 0.5625, "firings/z": 0, "questions/x/mean": 0.25 * 4 - 0.5 * 3 + 0.25, "questions/rest": 0.25}


def case_forced():
    """force fires first of all at its boundary, guard not asked; RULE/branch; the pending response stays pending."""
    rules = [rule("t", at(0)), rule("r", response(["t"], days(3)), [("add", "x", 1)]), rule("d", at(2), [("set", "y", ["var", "x"])], priority=9),
             rule("c", pressure(0), when=False, draw="weight", branches=[branch(["c", "c/a"], weight=0.5), branch(["c", "c/b"], [("add", "x", 2)], weight=0.5)])]
    m = model(5, [indicator("x", 0, 9, 0), indicator("y", 0, 9, 0)], rules,
              {"x": number("at_end", ["var", "x"]), "y": number("at_end", ["var", "y"])},
              forced=[{"at": 2, "rule": "r", "branch": None}, {"at": 2, "rule": "c", "branch": 1}, {"at": 2, "rule": "c", "branch": None}])
    return m, {"firings/r": 2, "firings/c": 2, "questions/y/mean": 1 + 2 + 1, "questions/x/mean": 2 + 2 + 1}


def case_forced_though_forbidden():
    """A branch that is forced happens although it, or its rule, is forbidden; one that is drawn does not."""
    branches = [branch(["c", "c/a"], [("add", "x", 1)], weight=1, forbidden=True), branch(["c", "c/b"], [("add", "x", 10)], weight=0)]
    rules = [rule("c", at(4), draw="weight", branches=branches), rule("f", at(4), [("add", "x", 100)], forbidden=True)]
    forced = [{"at": 2, "rule": "c", "branch": 0}, {"at": 2, "rule": "c", "branch": None}, {"at": 2, "rule": "f", "branch": None}]
    m = model(6, [indicator("x", 0, 999, 0)], rules, {"x": number("at_end", ["var", "x"]), "a": number("count", "c/a", None)}, forced=forced)
    return m, {"firings/c": 3, "firings/f": 1, "questions/a/mean": 1, "questions/x/mean": 101}


# ---- events, lets, stop ---------------------------------------------------------------------------------------

def case_start_and_forced():
    """At boundary 0: `start` and what follows at once, then what is forced, then the items."""
    def note(n):
        return [("set", "x", ["+", ["*", 10, ["var", "x"]], n])]
    rules = [rule("d", at(0), note(4), priority=9), rule("f", pressure(0), note(3)), rule("s", response(["start"]), note(1)), rule("r", response(["s"]), note(2))]
    m = model(2, [indicator("x", 0, 10 ** 6, 0)], rules, {"x": number("at_end", ["var", "x"])}, forced=[{"at": 0, "rule": "f", "branch": None}])
    return m, {"questions/x/mean": 1234}


def case_let_begins():
    """A let turns true by a pressure: `begins` starts a response after 2 steps, `ends` one at once; changes undone within an
    instant raise nothing; a let true from the start has not begun."""
    rules = [rule("p", pressure(0.3), [("set", "x", 2)], when=equals("x", 0)),
             rule("r", response(["high begins"], days(2)), [("set", "x", 1)]), rule("e", response(["high ends"])),
             rule("blip", at(0), [("set", "x", 2)]), rule("unblip", response(["blip"]), [("set", "x", 0)]), rule("l", response(["low begins"]))]
    m = model(10, [indicator("x", 0, 2, 0)], rules, {"e 5": occurs("e", ["settled", 5]), "begins": number("count", "high begins", None)},
              lets=[{"name": "high", "is": equals("x", 2)}, {"name": "low", "is": ["<", ["var", "x"], 2]}])
    by8 = 1 - exp(-0.3 * 8)
    return m, {"questions/e 5": 1 - exp(-0.3 * 4), "firings/e": by8, "firings/l": by8, "questions/begins/mean": 1 - exp(-3)}


def case_turns_repeat():
    """begins -> response -> another let begins -> ... within one instant; `before` sees turns as firings in this order."""
    rules = [rule("t", at(1), [("add", "x", 1)]), rule("r", response(["one begins"]), [("add", "x", 1)]),
             rule("s", response(["two begins"]), [("set", "x", 0)])]
    m = model(3, [indicator("x", 0, 3, 0)], rules, {
        "x": number("at_end", ["var", "x"]), "1": ["before", "t", "one begins"], "2": ["before", "one begins", "r"], "3": ["before", "r", "two begins"],
        "4": ["before", "s", "one ends"], "5": ["before", "one ends", "two ends"], "6": ["before", "one ends", "s"], "start": ["before", "start", "t"]},
        lets=[{"name": "one", "is": [">=", ["var", "x"], 1]}, {"name": "two", "is": [">=", ["var", "x"], 2]}])
    return m, {"questions/x/mean": 0, "firings/r": 1, "firings/s": 1, "questions/6": 0, "questions/start": 1} | {
        f"questions/{n}": 1 for n in "12345"}


def case_monitors():
    """One dated story: x is 1 at boundaries 2..5, 2 in 6..7, 0 after; checks stays, then, before, ever, and, or, not."""
    steps = {2: 1, 6: 2, 8: 0}
    rules = [rule(f"s{k}", at(k), [("set", "x", v)]) for k, v in steps.items()]
    one, x = equals("x", 1), ["var", "x"]
    m = model(12, [posture("x", ["zero", "one", "two"])], rules, {
        "stay 3": ["stays", one, 3], "stay 4": ["stays", one, 4], "stay 5": ["stays", [">", x, 0], 5], "stay 6": ["stays", [">", x, 0], 6],
        "to T": ["stays", equals("x", 0), 4], "past T": ["stays", equals("x", 0), 5],
        "then 4": ["then", "x becomes one", "x becomes two", 4], "then 3": ["then", "x becomes one", "x becomes two", 3],
        "same": ["then", "s2", "x becomes one", 5], "rises twice": ["then", "x rises", "x rises", 4], "before": ["before", "x rises", "x falls"],
        "before same": ["before", "s2", "x rises"], "never b": ["before", "s8", "nothing"], "group": ["count", "move", "==", 3, None],
        "by 5": ["ever", equals("x", 2), ["before", 6]], "by 6": ["ever", equals("x", 2), ["settled", 6]],
        "mix": ["and", [["not", ["ever", equals("x", 3), None]], ["or", [["at_end", one], occurs("s8")]]]]},
        groups={"move": ["x rises", "x falls", "s2"]})
    truth = {"stay 3": 1, "stay 4": 0, "stay 5": 1, "stay 6": 0, "to T": 1, "past T": 0, "then 4": 1, "then 3": 0, "same": 0, "rises twice": 1,
             "before": 1, "before same": 0, "never b": 1, "group": 1, "by 5": 0, "by 6": 1, "mix": 1}
    return m, {f"questions/{k}": v for k, v in truth.items()}


def case_then_of_pressures():
    """a at 2; b a pressure of rate 1/4: `a then b within 3` is a b before boundary 6; `b before a` one before 2."""
    rules = [rule("a", at(2)), rule("b", pressure(0.25))]
    m = model(12, [], rules, {"then": ["then", "a", "b", 3], "before": ["before", "b", "a"], "stays": ["stays", ["since_at_least", "b", 5], 0]})
    return m, {"questions/then": 1 - exp(-1), "questions/before": 1 - exp(-0.5), "questions/stays": 1}


def case_stays_of_pressures():
    """Broken by a pressure at rate r, repaired at once at each boundary: `stays 2` from a boundary k to k + 2 means two whole
    steps without a break; runs of two among n = 6 steps with p = exp(-r)."""
    rules = [rule("break", pressure(0.4), [("set", "ok", 0)], when=["is", "ok"]), rule("repair", every(1, 0), [("set", "ok", 1)])]
    m = model(6, [flag("ok", 1)], rules, {"stays": ["stays", ["is", "ok"], 2]})
    p = exp(-0.4)
    no_run = sum(comb(6 - k + 1, k) * p ** k * (1 - p) ** (6 - k) for k in range(4))     # no two successes next to each other
    # At T nothing is repaired, but a good last step ends with ok, so T serves as the last boundary of a run.
    return m, {"questions/stays": 1 - no_run}


def case_since_and_count():
    """since(e) in boundaries, true before the first e; a rule that fires once count(e) >= 2."""
    rules = [rule("e", at(2, 4)), rule("early", at(1), when=["since_at_least", "e", 3]), rule("quiet", every(1), [("add", "x", 1)], when=["since_at_least", "e", 3]),
             rule("two", response(["e"]), when=[">=", ["count", "e"], 2]), rule("three", every(1), when=[">", ["count", "e"], 2])]
    m = model(12, [indicator("x", 0, 20, 0)], rules, {"x": number("at_end", ["var", "x"])})
    return m, {"firings/early": 1, "firings/two": 1, "firings/three": 0, "firings/quiet": 1 + 5, "questions/x/mean": 6}


def case_stop():
    """The run stops when x holds: the other pressure ceases; the state stands still; boundaries go on for monitors and time."""
    rules = [rule("p", pressure(0.1), [("set", "x", 1)]), rule("q", pressure(0.3)), rule("d", at(9))]
    m = model(10, [flag("x")], rules, {"stays": ["stays", ["is", "x"], 4], "time": number("total_time", ["is", "x"])}, stop_when=["is", "x"])
    ever = 1 - exp(-1)
    return m, {"firings/p": ever, "firings/q": 0.3 * ever / 0.1, "firings/d": exp(-0.9), "questions/stays": 1 - exp(-0.6),
               "questions/time/mean": 10 - ever / 0.1}


def case_time_after_a_stop():
    """since(e) goes on counting boundaries when the run has stopped at 3; what was pending does not come."""
    old = ["and", [["is", "x"], ["since_at_least", "e", 4]]]
    rules = [rule("e", at(3), [("set", "x", 1)]), rule("r", response(["e"], days(1)))]
    m = model(10, [flag("x")], rules, {"first": number("first", old), "time": number("total_time", old), "6": ["on", old, ["settled", 6]],
              "7": ["on", old, ["settled", 7]]}, stop_when=["is", "x"])
    return m, {"questions/first/mean": 7, "questions/time/mean": 3, "questions/6": 0, "questions/7": 1, "firings/r": 0}


def case_start_event():
    """Boundary 0 opens with `start`; initial values raise nothing; outcome order decides."""
    rules = [rule("s", response(["start"], chance=0.4), [("set", "x", 1)]), rule("i", response(["x becomes b"]))]
    m = model(2, [posture("x", ["a", "b"])], rules, {"0": occurs("s", ["settled", 0]), "first": number("first", equals("x", 1))},
              [("b", ["at_end", equals("x", 1)]), ("any", ["ever", True, None]), ("none", None)])
    return m, {"outcomes/b": 0.4, "outcomes/any": 0.6, "outcomes/none": 0, "questions/0": 0.4, "firings/i": 0.4, "questions/first/mean": 0}


def case_last_boundary():
    """T is a last boundary: conditions are asked once more with its step number and ages; nothing fires, no `begins` is raised."""
    late = ["during", 5, 99]
    m = model(5, [], [rule("e", at(3)), rule("r", response(["late begins"])), rule("d", every(5))], {
        "ever": ["ever", late, None], "end": ["at_end", late], "since": ["at_end", ["since_at_least", "e", 2]],
        "since 3": ["at_end", ["since_at_least", "e", 3]], "first": number("first", late)}, lets=[{"name": "late", "is": late}])
    return m, {"questions/ever": 1, "questions/end": 1, "questions/since": 1, "questions/since 3": 0, "firings/r": 0, "firings/d": 0,
               "questions/first/ever": 1, "questions/first/mean": 5}


def case_long_run():
    """Accuracy: two-state switching (rates u, d) over 400 steps of 6 hours; total time and mean number of switches."""
    u, d, T = 0.5, 0.8, 100.0
    rules = [rule("u", pressure(u), [("set", "x", 1)], when=["not", ["is", "x"]]), rule("d", pressure(d), [("set", "x", 0)], when=["is", "x"])]
    m = model(400, [flag("x")], rules, {"time": number("total_time", ["is", "x"]), "end": ["at_end", ["is", "x"]]}, step_days=0.25)
    share, decay = u / (u + d), 1 - exp(-(u + d) * T)
    time = share * (T - decay / (u + d))
    return m, {"questions/time/mean": time, "questions/end": share * decay, "firings/d": d * time, "firings/u": u * (T - time)}


# ---- running --------------------------------------------------------------------------------------------------

def run_check(m, *more):
    """Runs check.py as a user would."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(m, file)
        file.flush()
        return subprocess.run([sys.executable, HERE / "check.py", file.name, *more], capture_output=True, text=True)


def compare(m, expected):
    """The list of what differs. The answers go through JSON and back, as a user sees them."""
    answers, wrong = json.loads(check.write(check.check(json.loads(json.dumps(m))))), []
    for path, value in expected.items():
        section, name = path.split("/", 1)
        found = answers[section].get(name)
        if found is None:
            name, part = name.rsplit("/", 1)
            found = answers[section][name][part]
        if not abs(found - value) <= RELATIVE * abs(value) + ABSOLUTE:
            wrong.append(f"{path}: {found!r}, expected {value!r}")
    return wrong


def refusals():
    """The command line: answers with exit code 0, 3 (too many states) and 4 (not defined)."""
    once = run_check(model(2, [], [rule("p", at(1))], {"p": occurs("p")}))
    yield "answered", once.returncode == 0 and json.loads(once.stdout) == {
        "outcomes": {"all": 1.0}, "questions": {"p": 1.0}, "firings": {"p": 1.0}, "states": 2}
    many = model(5, [indicator("x", 0, 500, 0)], [rule("p", pressure(9), [("add", "x", 1)])])
    yield "limit", run_check(many, "--limit", "200").returncode == 3
    with tempfile.TemporaryDirectory() as directory:
        for name, m in (("one", model(2, [], [rule("p", at(1))])), ("many", many)):
            (Path(directory) / f"{name}.json").write_text(json.dumps(m))
        answered = subprocess.run([sys.executable, HERE / "check.py", "--batch", directory, "--limit", "200"]).returncode == 0
        one, refused = (json.loads((Path(directory) / f"{name}.answers").read_text()) for name in ("one", "many"))
        yield "batch", answered and one["firings"] == {"p": 1} and "200 states" in refused["too_large"]
    half = model(2, [indicator("x", 0, 5, 0)], [rule("p", at(1), [("add", "x", 0.5)])])
    yield "half", run_check(half).returncode == 4


def main():
    failed = 0
    for name, case in sorted(globals().items()):
        if name.startswith("case_"):
            wrong = compare(*case())
            print("ok  " if not wrong else "FAIL", name[5:], *wrong, sep="  ")
            failed += bool(wrong)
    for name, good in refusals():
        print("ok  " if good else "FAIL", "command line:", name, sep="  ")
        failed += not good
    sys.exit(f"{failed} failed" if failed else 0)


if __name__ == "__main__":
    main()
