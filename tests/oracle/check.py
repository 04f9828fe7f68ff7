#!/usr/bin/env python3
"""An independent checker for `simulate`, written by someone who had read what a scenario means and not the Rust code.

    check.py MODEL.json [--limit 2000]
    check.py --batch DIRECTORY [--limit 2000]

reads what `simulate export json` wrote and prints the exact answers as JSON; with --batch it answers every NAME.json
of a directory in a NAME.answers beside it (or says there, as {"too_large": …} or {"undefined": …}, why not). "S 5.3" in a docstring cites
section 5, point 3 of the semantics page, "EXPORT" the description of the format in `src/report/export/json.rs`.

The method is brute force: the state is a plain tuple, an instant is expanded choice by choice, and between two
boundaries the dense generator over the reachable states goes through scipy.linalg.expm. Every yes/no question has a
pass of its own, so only its own monitors are in the state.

Exit codes: 0 answered, 3 more than --limit states, 4 the model says something the semantics does not define.
"""
import os
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import argparse
import json
import math
import operator
import sys
import warnings
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.linalg import expm
from scipy.sparse import coo_matrix, identity
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import MatrixRankWarning, spsolve

ROUNDS = 30           # an instant's cascade is followed step by step so far; what goes on is a loop, to be solved for
ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
COMPARE = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class TooLarge(Exception):
    """More states than --limit."""


class Undefined(Exception):
    """The model asks for something that the semantics page does not define."""


class State(NamedTuple):
    """S 3. Everything remembered at the end of an instant (and, while one is expanded, inside it)."""
    vals: tuple       # postures, indicators, flags, in the order of model["variables"]
    counts: tuple     # count(e), saturated where it is only compared with constants
    ages: tuple       # since(e) in boundaries, saturated; the saturated value also means "never"
    pending: tuple    # by rule: age in steps of a pending response, or NOT_PENDING
    cooling: tuple    # by rule: boundaries still to come before it is available again
    uses: tuple       # by rule: uses left, or None
    lets: tuple       # truth of the yes/no lets when last compared
    stopped: bool
    memory: tuple     # what the monitors of the question remember


class Moment(NamedTuple):
    """S 2. An instant: `step` is its step number, `boundary` says whether it is the instant of that boundary."""
    step: int
    boundary: bool


NOT_PENDING = -1


def replace_at(items, index, value):
    """The tuple `items` with one entry exchanged."""
    return items[:index] + (value,) + items[index + 1:]


def constant(x):
    """Whether a NUM is a number or arithmetic on numbers."""
    return not isinstance(x, list) or (x[0] in ARITHMETIC and all(constant(y) for y in x[1:]))


def whole(x):
    """An integer; S 3 says indicators are integers and nothing about rounding, so anything else is refused."""
    if abs(x - round(x)) > 1e-9:
        raise Undefined(f"an effect gives {x}, which is not a whole number")
    return round(x)


def inside(when, m, steps):
    """EXPORT "WHEN": does the instant `m` count? `before K` (the whole run) includes T, asked once more."""
    if when is None:
        return True
    kind, k = when
    if kind == "before":
        return m.step < k or k == steps
    return m.step < k or (m.step == k and m.boundary)


class Engine:
    """One pass over a run with the monitors `leaves` (ASK leaves or ["highest", NUM]) in the state, and with
    expectations that need no memory: `totals` (KIND, NUM or COND: expected integral over time), `tallies`
    (EVENT, WHEN: expected firings raising it) and `looks` (NUM, WHEN: expected value then)."""

    def __init__(self, model, limit, leaves=(), totals=(), tallies=(), looks=()):
        self.model, self.limit = model, limit
        self.leaves, self.totals, self.tallies, self.looks = list(leaves), list(totals), list(tallies), list(looks)
        self.steps, self.step_days = model["steps"], model["step_days"]
        self.rules, self.variables, self.lets = model["rules"], model["variables"], model["lets"]
        self.var = {v["name"]: i for i, v in enumerate(self.variables)}
        self.rule_index = {r["id"]: i for i, r in enumerate(self.rules)}
        self.responses = [i for i, r in enumerate(self.rules) if "response" in r["clock"]]
        self.listens = {i: frozenset(self.rules[i]["clock"]["response"]["on"]) for i in self.responses}
        self.by_priority = sorted(range(len(self.rules)), key=lambda i: (-self.rules[i]["priority"], i))
        self.find_memory()
        self.seen, self.instants, self.pressures, self.exponentials = set(), {}, {}, {}
        self.firings = np.zeros(len(self.rules))
        self.tally = np.zeros(len(self.tallies))
        self.total = np.zeros(len(self.totals))
        self.looked = np.zeros(len(self.looks))

    # ---- what has to be remembered (S 3) ----------------------------------------------------------------------

    def find_memory(self):
        """S 3: count(e), since(e) are state "where something asks for them"; find the caps. Also what an instant's
        course can depend on besides the state: `day`, `during`, and the WHEN of monitors."""
        self.count_cap, self.age_cap, self.spans, self.uses_day = {}, {}, set(), False
        for x in self.expressions():
            self.scan(x)
        self.count_index = {e: i for i, e in enumerate(self.count_cap)}
        self.age_index = {e: i for i, e in enumerate(self.age_cap)}
        self.whens = [leaf[-1] for leaf in self.leaves if leaf[0] in ("ever", "on", "count") and leaf[-1] is not None]

    def expressions(self):
        """Every NUM and COND of the model and of this pass."""
        for r in self.rules:
            yield r["when"]
            yield r["clock"].get("pressure", 0)
            yield r["clock"].get("response", {}).get("chance", 0)
            for b in r["branches"] + ([r["otherwise"]] if r["otherwise"] else []):
                yield from (b.get("weight", 0), b.get("when", True), b.get("odds", 0))
                yield from (e[2] for e in b["effects"] if e[0] != "map")
        yield from (let["is"] for let in self.lets)
        yield self.model["stop_when"]
        yield from (leaf[1] for leaf in self.leaves if leaf[0] in ("ever", "on", "stays", "highest"))
        yield from (x for _, x in self.totals)
        yield from (x for x, _ in self.looks)

    def scan(self, x):
        """Note the counts, ages and times asked for in one expression. A count compared with a constant saturates
        one above it (S 3); any other use is kept whole, and may then exceed --limit."""
        if not isinstance(x, list) or not x or x[0] in ("var", "is"):
            return
        head = x[0]
        if head == "count":
            self.count_cap[x[1]] = math.inf
        elif head == "since_at_least":
            self.age_cap[x[1]] = max(self.age_cap.get(x[1], 0), x[2])
        elif head == "during":
            self.spans.add((x[1], x[2]))
        elif head == "day":
            self.uses_day = True
        elif isinstance(head, str) and head in COMPARE:
            for a, b in ((x[1], x[2]), (x[2], x[1])):
                if isinstance(a, list) and a[0] == "count" and constant(b):
                    cap = max(0, math.floor(self.number(b, None, None)) + 1)
                    self.count_cap[a[1]] = max(self.count_cap.get(a[1], 0), cap)
                else:
                    self.scan(a)
        else:
            for y in x:
                self.scan(y)

    def signature(self, m):
        """Two moments with equal signatures let every instant take the same course (used to reuse results)."""
        return (m.boundary, m.step if self.uses_day else None, tuple(a <= m.step < b for a, b in sorted(self.spans)),
                tuple((inside(w, m, self.steps), m == Moment(w[1], True)) for w in self.whens))

    def initial(self):
        """S 2: initial values raise nothing. S 5.4: lets are compared with their truth in the initial state."""
        s = State(vals=tuple(v["start"] for v in self.variables), counts=(0,) * len(self.count_cap),
                  ages=tuple(self.age_cap.values()), pending=(NOT_PENDING,) * len(self.rules),
                  cooling=(0,) * len(self.rules), uses=tuple(r["at_most"] for r in self.rules), lets=(),
                  stopped=False, memory=tuple(self.blank(leaf) for leaf in self.leaves))
        return s._replace(lets=self.let_truths(s, Moment(0, True)))

    # ---- expressions (EXPORT "NUM", "COND") -------------------------------------------------------------------

    def number(self, x, s, m):
        """The value of a NUM. `day` is the whole days from the start to the last boundary."""
        if not isinstance(x, list):
            return x
        head = x[0]
        if head == "var":
            return s.vals[self.var[x[1]]]
        if head == "count":
            return s.counts[self.count_index[x[1]]]
        if head == "day":
            return math.floor(m.step * self.step_days + 1e-9)    # the little more: 24 hours in days are one
        if head in ARITHMETIC:
            return ARITHMETIC[head](self.number(x[1], s, m), self.number(x[2], s, m))
        if head == "min":
            return min(self.number(y, s, m) for y in x[1])
        if head == "max":
            return max(self.number(y, s, m) for y in x[1])
        if head == "how_many":
            return sum(self.holds(c, s, m) for c in x[1])
        if head == "cases":
            return self.number(next((y for c, y in x[1] if self.holds(c, s, m)), x[2]), s, m)
        if head == "hazard_within":
            return -math.log1p(-self.number(x[1], s, m)) / x[2]
        if head == "times_odds":
            p, factor = self.number(x[1], s, m), self.number(x[2], s, m)
            return 0.0 if factor == 0 else p * factor / (1 - p + p * factor)
        raise Undefined(f"number {x}")

    def holds(self, c, s, m):
        """The truth of a COND."""
        if isinstance(c, bool):
            return c
        head = c[0]
        if head == "is":
            return s.vals[self.var[c[1]]] != 0
        if head == "since_at_least":
            return s.ages[self.age_index[c[1]]] >= c[2]
        if head == "during":
            return c[1] <= m.step < c[2]
        if head == "not":
            return not self.holds(c[1], s, m)
        if head == "and":
            return all(self.holds(y, s, m) for y in c[1])
        if head == "or":
            return any(self.holds(y, s, m) for y in c[1])
        if head in COMPARE:
            return COMPARE[head](self.number(c[1], s, m), self.number(c[2], s, m))
        raise Undefined(f"condition {c}")

    def let_truths(self, s, m):
        return tuple(self.holds(let["is"], s, m) for let in self.lets)

    # ---- monitors (S 6) ---------------------------------------------------------------------------------------

    def blank(self, leaf):
        """What a monitor remembers before boundary 0."""
        return {"ever": False, "on": False, "count": 0, "before": "open", "stays": -1, "highest": None,
                "then": leaf[-1] + 1 if leaf[0] == "then" else None}[leaf[0]]

    def hear(self, leaf, mem, events, m):
        """One firing's events reach a monitor. They are simultaneous."""
        if leaf[0] == "count":                              # saturates one above the number asked for
            raised = leaf[1] in events and inside(leaf[4], m, self.steps)
            return min(mem + raised, max(0, math.floor(leaf[3]) + 1))
        if leaf[0] == "before" and mem == "open":           # some a, and no b in an earlier or the same firing
            return "no" if leaf[2] in events else "yes" if leaf[1] in events else "open"
        if leaf[0] == "then" and mem != "yes":              # mem: steps since the latest a of an earlier firing
            if leaf[2] in events and mem <= leaf[3]:
                return "yes"
            return 0 if leaf[1] in events else mem
        return mem

    def watch(self, leaf, mem, s, m):
        """An instant has settled (S 5.5), or a boundary passes after a stop, or it is T."""
        kind = leaf[0]
        if kind == "ever":
            return mem or (inside(leaf[2], m, self.steps) and self.holds(leaf[1], s, m))
        if kind == "on" and leaf[2] == ["settled", m.step] and m.boundary:
            return self.holds(leaf[1], s, m)
        if kind == "stays" and mem < leaf[2]:               # mem: boundaries since the one where c began to hold
            if not self.holds(leaf[1], s, m):
                return -1
            return mem + 1 if m.boundary else mem
        if kind == "highest":
            value = self.number(leaf[1], s, m)
            return value if mem is None else max(mem, value)
        return mem

    def observe(self, s, m):
        """All monitors watch; the state is one of those seen."""
        memory = tuple(self.watch(leaf, mem, s, m) for leaf, mem in zip(self.leaves, s.memory))
        s = s._replace(memory=memory)
        self.seen.add(s)
        if len(self.seen) > self.limit:
            raise TooLarge(f"more than {self.limit} states")
        return s

    # ---- firings (S 4, 5.2, 5.3) ------------------------------------------------------------------------------

    def available(self, r, s):
        """S 4: not forbidden, not used up, not cooling down."""
        return not self.rules[r]["forbidden"] and s.uses[r] != 0 and s.cooling[r] == 0

    def spend(self, r, s):
        """A firing takes one use and starts the cooldown (a forced one too, down to no use left)."""
        rule = self.rules[r]
        if s.uses[r]:
            s = s._replace(uses=replace_at(s.uses, r, s.uses[r] - 1))
        if rule["cooldown"]:
            s = s._replace(cooling=replace_at(s.cooling, r, rule["cooldown"]))
        return s

    def draw(self, r, s, m):
        """S 4 "Choose": [(probability, branch)]; a branch of None is "nothing"."""
        rule = self.rules[r]
        branches, otherwise = rule["branches"], rule["otherwise"]
        if rule["draw"] == "only":
            return [(1.0, branches[0])]
        if rule["draw"] == "weight":
            shares = [self.number(b["weight"], s, m) for b in branches]
            rest = 1 - sum(shares)
            if rest < -1e-9 or (otherwise is None and rest > 1e-9):
                raise Undefined(f"weights of {rule['id']} sum to {sum(shares)}")
            return list(zip(shares, branches)) + ([(rest, otherwise)] if otherwise and rest > 1e-15 else [])
        odds = [self.number(b["odds"], s, m) if self.holds(b.get("when", True), s, m) else 0 for b in branches]
        if sum(odds) == 0:
            return [(1.0, otherwise)]
        return [(o / sum(odds), b) for o, b in zip(odds, branches)]

    def affect(self, effects, s, m):
        """S 4, 5.2: effects apply in the order written, each seeing the ones before; values saturate (S 3)."""
        for kind, name, amount in effects:
            i = self.var[name]
            low, high, old = self.variables[i]["low"], self.variables[i]["high"], s.vals[i]
            if kind == "map":
                new = amount[old - low]
            elif kind == "set":
                new = whole(self.number(amount, s, m))
            else:
                new = old + whole(self.number(amount, s, m))
            s = s._replace(vals=replace_at(s.vals, i, min(max(new, low), high)))
        return s

    def with_groups(self, events):
        """S 5.3: ... and every event group with a member among these."""
        groups = (g for g, members in self.model["groups"].items() if not events.isdisjoint(members))
        return frozenset(events).union(groups)

    def changes(self, before, after):
        """S 5.3: for each posture that differs after the whole firing."""
        for v, old, new in zip(self.variables, before, after):
            if v["kind"] == "posture" and old != new:
                yield f"{v['name']} becomes {v['values'][new - v['low']]}"
                yield f"{v['name']} {'rises' if new > old else 'falls'}"

    def fire(self, r, s, queue, m, forced_branch=None):
        """S 5.2, 5.3: a firing; [(probability, state, queue, notes)], notes being [(rule, events)] for the tallies.
        A branch that is forced happens even if it is forbidden."""
        rule, out = self.rules[r], []
        s = self.spend(r, s)
        if forced_branch is not None:
            drawn = [(1.0, (rule["branches"] + [rule["otherwise"]])[forced_branch])]
        else:
            drawn = self.draw(r, s, m)
        for p, branch in drawn:
            if p == 0:
                continue
            if branch is None or (branch["forbidden"] and forced_branch is None):    # does nothing but raise the rule's own event
                effects, raises = [], [rule["id"]]
            else:
                effects, raises = branch["effects"], branch["raises"]
            after = self.affect(effects, s, m)
            events = self.with_groups({*raises, *self.changes(s.vals, after.vals)})
            out += [(p * q, t, queue2, [(r, events)]) for q, t, queue2 in self.announce(events, after, queue, m)]
        return out

    def announce(self, events, s, queue, m):
        """S 3: counts and ages first; S 5.3: then the listening responses in file order, each at most once."""
        counts = tuple(min(n + (e in events), cap) for n, (e, cap) in zip(s.counts, self.count_cap.items()))
        ages = tuple(0 if e in events else age for age, e in zip(s.ages, self.age_cap))
        memory = tuple(self.hear(leaf, mem, events, m) for leaf, mem in zip(self.leaves, s.memory))
        cases = [(1.0, s._replace(counts=counts, ages=ages, memory=memory), queue)]
        for r in self.responses:
            if not self.listens[r].isdisjoint(events):
                cases = [(p * q, t, q2) for p, s1, q1 in cases for q, t, q2 in self.trigger(r, s1, q1, m) if q > 0]
        return cases

    def trigger(self, r, s, queue, m):
        """S 4 "response", "Trigger while pending": does it come, and at once? [(probability, state, queue)]"""
        clock = self.rules[r]["clock"]["response"]
        pending = s.pending[r] != NOT_PENDING or r in queue
        if pending and not clock["restart"]:
            return [(1.0, s, queue)]
        if not (self.holds(self.rules[r]["when"], s, m) and self.available(r, s)):
            return [(1.0, s, queue)]
        chance = 1.0 if pending else self.number(clock["chance"], s, m)
        if not -1e-12 <= chance <= 1 + 1e-12:
            raise Undefined(f"chance {chance} of {self.rules[r]['id']}")
        at_once = clock["delay"][0]
        others = tuple(x for x in queue if x != r)          # a restart withdraws the old entry
        queued = s._replace(pending=replace_at(s.pending, r, NOT_PENDING))
        waiting = s._replace(pending=replace_at(s.pending, r, 0))
        return [(chance * at_once, queued, others + (r,)), (chance * (1 - at_once), waiting, others),
                (1 - chance, s, queue)]

    def attempt(self, r, s, queue, m):
        """S 5.2: a rule whose time has come: guard (unless `keep`) and availability are asked now."""
        keep = r in self.listens and self.rules[r]["clock"]["response"]["keep"]
        if (keep or self.holds(self.rules[r]["when"], s, m)) and self.available(r, s):
            return self.fire(r, s, queue, m)
        return [(1.0, s, queue, [])]

    # ---- one instant (S 5) ------------------------------------------------------------------------------------

    def items(self, k):
        """S 5.1: the items of boundary k; which responses are pending is asked when they are reached."""
        opening = [("start",)] if k == 0 else []
        forced = [("forced", self.rule_index[f["rule"]], f["branch"]) for f in self.model["forced"] if f["at"] == k]
        return tuple(opening + forced + [("rule", r) for r in self.by_priority if self.may_be_due(r, k)])

    def may_be_due(self, r, k):
        clock = self.rules[r]["clock"]
        if "at" in clock:
            return k in clock["at"]
        if "every" in clock:
            first, period = clock["every"]["from"], clock["every"]["period"]
            return k >= first and (k - first) % period == 0
        return "response" in clock

    def reach(self, item, s, m):
        """S 5.2: one item is reached, with an empty queue; cases as in `fire`."""
        if item[0] == "start":
            events = self.with_groups({"start"})
            return [(p, t, q, [(None, events)]) for p, t, q in self.announce(events, s, (), m)]
        if item[0] == "forced":                             # S 4 "Interventions": nothing is asked
            return self.fire(item[1], s, (), m, forced_branch=item[2])
        r = item[1]
        if r not in self.listens:                           # a pressure, dated or recurring rule
            return self.attempt(r, s, (), m)
        age = s.pending[r]
        if age < 1:                                         # not pending, or withdrawn by a restart
            return [(1.0, s, (), [])]
        due = self.due(r, age)
        gone = s._replace(pending=replace_at(s.pending, r, NOT_PENDING))
        return [(1 - due, s, (), [])] + [(due * p, t, q, n) for p, t, q, n in self.attempt(r, gone, (), m)]

    def due(self, r, age):
        """S 5.2: the hazard of the delay's table at this age; beyond the table the response stays pending."""
        table = self.rules[r]["clock"]["response"]["delay"]
        if age >= len(table):
            return 0.0
        return (table[age] - table[age - 1]) / (1 - table[age - 1])

    def turn(self, s, m):
        """S 5.4: every let whose truth differs raises `begins` or `ends`, each a firing of its own; then
        their listeners make one queue. None if nothing differs."""
        truths = self.let_truths(s, m)
        names = [f"{let['name']} {'begins' if new else 'ends'}"
                 for let, old, new in zip(self.lets, s.lets, truths) if old != new]
        cases = [(1.0, s._replace(lets=truths), (), [])]
        for name in names:
            events = self.with_groups({name})
            cases = [(p * q, t, queue, notes + [(None, events)]) for p, s1, q1, notes in cases
                     for q, t, queue in self.announce(events, s1, q1, m)]
        return cases if names else None

    def settle(self, s, m):
        """S 5.5: lapses, then stop_when, then monitors."""
        pending = tuple(NOT_PENDING if age != NOT_PENDING and self.lapses(r, s, m) else age
                        for r, age in enumerate(s.pending))
        s = s._replace(pending=pending)
        stop = self.model["stop_when"]
        return self.observe(s._replace(stopped=stop is not None and self.holds(stop, s, m)), m)

    def lapses(self, r, s, m):
        """S 4 "Lapse": availability is no part of this test."""
        rule = self.rules[r]
        return not rule["clock"]["response"]["keep"] and not self.holds(rule["when"], s, m)

    def next_cases(self, config, items, m):
        """One small step inside an instant from (state, items done, queue): the queue is emptied before the next
        item (S 5.3), the lets' turns come after all items (S 5.4). None: the instant has settled."""
        s, done, queue = config
        if queue:
            cases = self.attempt(queue[0], s, queue[1:], m)
        elif done < len(items):
            cases = self.reach(items[done], s, m)
            done += 1
        else:
            cases = self.turn(s, m)
            if cases is None:
                return None
        return [(p, (t, done, q), notes) for p, t, q, notes in cases if p > 0]

    def instant(self, s, items, m):
        """Expand an instant, merging equal configurations after every small step. Returns the settled states with
        their probabilities and the expected firings {("rule", r) or ("event", tally): x}."""
        key = (s, items, self.signature(m))
        if key in self.instants:
            return self.instants[key]
        mass, settled, fired, known = {(s, 0, ()): 1.0}, defaultdict(float), defaultdict(float), {}

        def pass_by(config, p):
            """Books what happens in a configuration that is come by p times; where it leads."""
            if config not in known:
                known[config] = self.next_cases(config, items, m)
            if known[config] is None:
                settled[self.settle(config[0], m)] += p
                return []
            for q, _, notes in known[config]:
                self.count_firings(fired, notes, p * q)
            return [(q, config2) for q, config2, _ in known[config]]

        for _ in range(ROUNDS):
            following = defaultdict(float)
            for config, p in mass.items():
                for q, config2 in pass_by(config, p):
                    following[config2] += p * q
            mass = following
            if len(mass) > 50 * self.limit:
                raise TooLarge("too many configurations inside one instant")
            if not mass:
                break
        else:
            for config, p in self.visits(mass, known, items, m).items():
                pass_by(config, p)
        if abs(sum(settled.values()) - 1) > 1e-12:
            raise Undefined(f"an instant does not settle: only {sum(settled.values())} of it does")
        self.instants[key] = dict(settled), dict(fired)
        return self.instants[key]

    def visits(self, mass, known, items, m):
        """How often each configuration is come by from these on, in expectation: v = mass + v Q."""
        configs, index, edges = list(mass), {config: i for i, config in enumerate(mass)}, []
        for config in configs:                              # the list grows while it is walked
            if config not in known:
                known[config] = self.next_cases(config, items, m)
            for q, config2, _ in known[config] or []:
                if config2 not in index:
                    index[config2] = len(configs)
                    configs.append(config2)
                edges.append((index[config2], index[config], q))
            if len(configs) > 50 * self.limit:
                raise TooLarge("too many configurations inside one instant")
        rows, columns, weights = zip(*edges)
        n = len(configs)
        matrix = (identity(n) - coo_matrix((weights, (rows, columns)), shape=(n, n))).tocsc()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MatrixRankWarning)      # a cycle that is never left: its visits are no numbers
            found = spsolve(matrix, np.array([mass.get(config, 0.0) for config in configs]))
        return dict(zip(configs, np.nan_to_num(found, nan=0.0, posinf=0.0)))

    def count_firings(self, fired, notes, p):
        for rule, events in notes:
            if rule is not None:
                fired["rule", rule] += p
            for i, (event, _) in enumerate(self.tallies):
                if event in events:
                    fired["event", i] += p

    def book(self, fired, weight, m):
        """Add an instant's expected firings, which happens `weight` times (in expectation)."""
        for (kind, i), x in fired.items():
            if kind == "rule":
                self.firings[i] += weight * x
            elif inside(self.tallies[i][1], m, self.steps):
                self.tally[i] += weight * x

    # ---- the course of time -----------------------------------------------------------------------------------

    def grow(self, s):
        """S 5.1, 3, 4: at a boundary the ages of pending responses and of events grow by one, cooldowns run down."""
        def table_end(r):
            return len(self.rules[r]["clock"]["response"]["delay"])
        pending = tuple(a if a == NOT_PENDING else min(a + 1, table_end(r)) for r, a in enumerate(s.pending))
        memory = tuple(min(mem + 1, leaf[3] + 1) if leaf[0] == "then" and mem != "yes" else mem
                       for leaf, mem in zip(self.leaves, s.memory))
        s = s._replace(pending=pending, cooling=tuple(max(c - 1, 0) for c in s.cooling), memory=memory)
        return self.grow_ages(s)

    def grow_ages(self, s):
        """S 3: since(e) counts boundaries, also after a stop."""
        return s._replace(ages=tuple(min(a + 1, cap) for a, cap in zip(s.ages, self.age_cap.values())))

    def boundary(self, dist, m):
        """The instant of boundary m.step. S 6: after a stop the state stands still and only time goes on, for monitors."""
        items, after = self.items(m.step), defaultdict(float)
        for s, p in dist.items():
            if s.stopped:
                after[self.observe(self.grow_ages(s), m)] += p
                continue
            settled, fired = self.instant(self.grow(s), items, m)
            self.book(fired, p, m)
            for t, q in settled.items():
                after[t] += p * q
        return after

    def moves(self, s, m):
        """S 4 "pressure": [(hazard per day, settled states, expected firings)] of the pressures in force in s."""
        key = (s, self.signature(m))
        if key not in self.pressures:
            self.pressures[key] = []
            for r, rule in enumerate(self.rules):
                if "pressure" in rule["clock"] and not s.stopped and self.available(r, s) and self.holds(rule["when"], s, m):
                    rate = self.number(rule["clock"]["pressure"], s, m)
                    if not (0 <= rate < math.inf):
                        raise Undefined(f"hazard {rate} of {rule['id']}")
                    if rate > 0:
                        self.pressures[key].append((rate, *self.instant(s, (("rule", r),), m)))
        return self.pressures[key]

    def components(self, dist, m):
        """All states reachable by pressures from the support of dist, split where nothing connects them."""
        states = list(dist)
        index = {s: i for i, s in enumerate(states)}
        edges = []
        for s in states:                                    # the list grows while it is walked
            for _, settled, _ in self.moves(s, m):
                for t in settled:
                    if t not in index:
                        index[t] = len(states)
                        states.append(t)
                    edges.append((index[s], index[t]))
        rows, columns = zip(*edges) if edges else ((), ())
        graph = coo_matrix((np.ones(len(edges)), (rows, columns)), shape=(len(states), len(states)))
        parts = defaultdict(list)
        for s, label in zip(states, connected_components(graph, directed=False)[1]):
            parts[label].append(s)
        return parts.values()

    def exponential(self, states, m):
        """exp(Qh) and its integral over one step from Van Loan's block matrix [[Q, I], [0, 0]]
        (C. F. Van Loan 1978, doi:10.1109/TAC.1978.1101743)."""
        key = (frozenset(states), self.signature(m))
        if key not in self.exponentials:
            n, index = len(states), {s: i for i, s in enumerate(states)}
            block = np.zeros((2 * n, 2 * n))
            block[:n, n:] = np.eye(n)
            for s, i in index.items():
                for rate, settled, _ in self.moves(s, m):
                    block[i, i] -= rate
                    for t, q in settled.items():
                        block[i, index[t]] += rate * q
            whole_step = expm(block * self.step_days)
            self.exponentials[key] = index, whole_step[:n, :n], whole_step[:n, n:]
        return self.exponentials[key]

    def between(self, dist, m):
        """From the end of boundary m.step to just before the next: a continuous-time Markov chain."""
        after = {}
        for states in self.components(dist, m):
            index, step, integral = self.exponential(states, m)
            p = np.zeros(len(states))
            for s, i in index.items():
                p[i] = dist.get(s, 0.0)
            arrived, days = p @ step, p @ integral          # days: expected days spent in each state
            for s, i in index.items():
                if arrived[i] > 0:
                    after[s] = arrived[i]
                for rate, _, fired in self.moves(s, m):
                    self.book(fired, days[i] * rate, m)
                for j, x in enumerate(self.totals):
                    self.total[j] += days[i] * self.value(x, s, m)
        return after

    def value(self, total, s, m):
        """What a total integrates; "held" is whether the pass's one monitor, an `ever`, has seen its condition."""
        kind, x = total
        if kind == "held":
            return float(s.memory[0])
        return float(self.holds(x, s, m)) if kind == "total_time" else self.number(x, s, m)

    def look(self, dist, when, m):
        """EXPORT "WHEN": take the `on` questions whose time this is."""
        for j, (x, w) in enumerate(self.looks):
            if w == when:
                self.looked[j] = sum(p * self.number(x, s, m) for s, p in dist.items())
        if when[0] == "settled":                            # the yes/no ones are done in `watch`
            return dist
        after = defaultdict(float)
        for s, p in dist.items():
            memory = tuple(self.holds(leaf[1], s, m) if leaf[0] == "on" and leaf[2] == when else mem
                           for leaf, mem in zip(self.leaves, s.memory))
            after[s._replace(memory=memory)] += p
        return after

    def run(self):
        """From time 0 to T, which is a last boundary at which nothing fires and conditions are asked once more."""
        dist = {self.initial(): 1.0}
        for k in range(self.steps):
            dist = self.look(dist, ["before", k], Moment(max(k - 1, 0), False))
            dist = self.boundary(dist, Moment(k, True))
            dist = self.look(dist, ["settled", k], Moment(k, True))
            dist = self.between(dist, Moment(k, False))
        end, last = Moment(self.steps, True), defaultdict(float)
        for s, p in dist.items():
            last[self.observe(self.grow_ages(s) if s.stopped else self.grow(s), end)] += p
        last = self.look(last, ["settled", self.steps], end)
        last = self.look(last, ["before", self.steps], end)
        if abs(sum(last.values()) - 1) > 1e-9:
            raise AssertionError(f"probabilities sum to {sum(last.values())}")
        self.final = dict(last)
        return self


# ---- questions (S 6, EXPORT "ASK", "NUMBER") ------------------------------------------------------------------

def leaves_of(ask, steps):
    """The monitors of an ASK; `at_end` is `on` at T."""
    if ask[0] == "not":
        return leaves_of(ask[1], steps)
    if ask[0] in ("and", "or"):
        return [leaf for part in ask[1] for leaf in leaves_of(part, steps)]
    return [["on", ask[1], ["before", steps]] if ask[0] == "at_end" else ask]


def answer(ask, memories):
    """The truth of an ASK at the end; `memories` gives its leaves' memories in the order of leaves_of."""
    if ask[0] == "not":
        return not answer(ask[1], memories)
    if ask[0] in ("and", "or"):
        truths = [answer(part, memories) for part in ask[1]]    # all of them, to keep the order
        return all(truths) if ask[0] == "and" else any(truths)
    mem = next(memories)
    if ask[0] == "count":
        return COMPARE[ask[2]](mem, ask[3])
    if ask[0] in ("before", "then"):
        return mem == "yes"
    return mem == ask[2] if ask[0] == "stays" else mem          # ever, at_end, on


def solve_asks(model, limit, asks):
    """The probability that each ASK is the first that holds of a run (an ASK of null always holds)."""
    leaves = [leaf for ask in asks if ask is not None for leaf in leaves_of(ask, model["steps"])]
    engine = Engine(model, limit, leaves).run()
    shares = [0.0] * len(asks)
    for s, p in engine.final.items():
        memories = iter(s.memory)
        truths = [ask is None or answer(ask, memories) for ask in asks]
        if True in truths:
            shares[truths.index(True)] += p
    return shares, engine


def solve_first(model, limit, c):
    """first(c): the time up to T for which c has already held is T - first, so the mean needs no distribution."""
    engine = Engine(model, limit, [["ever", c, None]], [("held", True)]).run()
    ever = sum(p for s, p in engine.final.items() if s.memory[0])
    duration = model["steps"] * model["step_days"]
    return {"ever": ever, "mean": duration - engine.total[0] / ever if ever > 0 else None}, engine


def solve_highest(model, limit, x):
    engine = Engine(model, limit, [["highest", x]]).run()
    return {"mean": sum(p * s.memory[0] for s, p in engine.final.items())}, engine


def solve_plain(model, limit):
    """One pass without monitors: expected firings, and the means that need no memory."""
    totals, tallies, looks, where = [], [], [], {}
    for question in model["questions"]:
        kind, x, when = ((question.get("number") or [None]) + [None, None])[:3]
        if kind in ("at_end", "on", "highest") and isinstance(x, list) and x[0] == "count":
            kind, x = "count", x[1]                         # a count never falls: its value then is its firings up to then
        if kind == "count":
            where[question["name"]] = "tally", len(tallies)
            tallies.append((x, when))
        elif kind in ("at_end", "on"):
            where[question["name"]] = "looked", len(looks)
            looks.append((x, ["before", model["steps"]] if kind == "at_end" else when))
        elif kind in ("total", "total_time"):
            where[question["name"]] = "total", len(totals)
            totals.append((kind, x))
    engine = Engine(model, limit, (), totals, tallies, looks).run()
    return {name: {"mean": getattr(engine, kind)[i]} for name, (kind, i) in where.items()}, engine


def check(model, limit=2000):
    """All answers of a model."""
    if model.get("format") != "simulate-model" or model.get("version") != 1:
        raise Undefined("not a simulate-model of version 1")
    questions, engine = solve_plain(model, limit)
    engines = [engine]
    shares, engine = solve_asks(model, limit, [o["ask"] for o in model["outcomes"]])
    engines.append(engine)
    for question in model["questions"]:
        name, number = question["name"], question.get("number")
        if number is None:
            (questions[name],), engine = solve_asks(model, limit, [question["ask"]])
        elif name not in questions:
            solver = {"first": solve_first, "highest": solve_highest}[number[0]]
            questions[name], engine = solver(model, limit, number[1])
        engines.append(engine)
    return {"outcomes": {o["name"]: p for o, p in zip(model["outcomes"], shares)},
            "questions": {q["name"]: questions[q["name"]] for q in model["questions"]},
            "firings": {r["id"]: x for r, x in zip(model["rules"], engines[0].firings)},
            "states": max(len(e.seen) for e in engines)}


def write(x):
    """JSON with 17 significant digits."""
    if isinstance(x, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {write(v)}" for k, v in x.items()) + "}"
    return format(float(x), ".17g") if isinstance(x, float) else json.dumps(x)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def answer_all(directory, limit):
    """Answers every NAME.json of a directory in NAME.answers."""
    for path in sorted(Path(directory).glob("*.json")):
        try:
            text = write(check(read(path), limit))
        except TooLarge as error:
            text = json.dumps({"too_large": str(error)})
        except Undefined as error:
            text = json.dumps({"undefined": str(error)})
        path.with_suffix(".answers").write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="exact answers of a small exported scenario")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("model", nargs="?")
    what.add_argument("--batch", metavar="DIRECTORY", help="answer every NAME.json of it in NAME.answers")
    parser.add_argument("--limit", type=int, default=2000, help="largest number of distinct states (default 2000)")
    args = parser.parse_args()
    if args.batch:
        return answer_all(args.batch, args.limit)
    try:
        print(write(check(read(args.model), args.limit)))
    except TooLarge as error:
        sys.exit(print(f"check.py: {error}", file=sys.stderr) or 3)
    except Undefined as error:
        sys.exit(print(f"check.py: {error}", file=sys.stderr) or 4)


if __name__ == "__main__":
    main()
