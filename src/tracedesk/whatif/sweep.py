"""Who waited for whom inside one parent: one pass over the starts and ends of its children.

Two sets are carried along: `fresh`, children that ended since the last start and are waited for by nobody yet, and
`doubtful`, children that ended earlier and were judged not to hold up what started since. A start is explained by the
first of these that applies: the parent had ended; it waited in a pool (L); it is paced (R); it is a later poll (P); it
continues one particular sibling (F, T); it waits for what ended just before; it was launched with the child before it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from tracedesk.whatif.family import Family
from tracedesk.whatif.program import AFTER_PARENT, Constraint, Point, PollLoop, Pool, Program, Rule
from tracedesk.whatif.rules.feeding import fed_children
from tracedesk.whatif.rules.pacing import Pace, pace_of
from tracedesk.whatif.rules.polling import poll_loop
from tracedesk.whatif.rules.races import lost_races
from tracedesk.whatif.rules.retries import retried_attempts
from tracedesk.whatif.rules.sibling_pools import sibling_pools

END, PARENT_END, START, END_OF_NOTHING = range(4)
"""The order of what happens at one instant: ends, the parent's end, starts, ends of children that lasted no time."""


@dataclass(slots=True)
class Reading:
    """How to read what the times leave open, and what was learned elsewhere.

    `bare`: a step waits only for what it visibly waited for. `structure_only`: no rule that reaches beyond order (used
    when a replay with all rules does not give the trace back). `asynchronous` and `side_call` are per span and per
    name; `not_waited` and `waited` hold name codes; `pins` are the user's word: (from, to) → whether `to` waits for
    `from`.
    """

    asynchronous: list[bool]
    side_call: list[bool]
    not_waited: set[tuple[int, int, int]]
    waited: set[tuple[int, int, int]]
    pins: dict[tuple[int, int], bool] = field(default_factory=dict)
    bare: bool = False
    structure_only: bool = False


def codes_of(evidence: set[tuple[str, str, str]], names: list[str]) -> set[tuple[int, int, int]]:
    """Evidence by name as evidence by name code of one trace."""
    code = {name: index for index, name in enumerate(names)}
    return {(code[a], code[b], code[c]) for a, b, c in evidence if a in code and b in code and c in code}


@dataclass(slots=True)
class _Launch:
    """A pool's launch while the sweep goes through its jobs: they all got ready when the first did."""

    pool: Pool
    first: int = -1
    served: int = 0
    last_gap: int = 0


class _Sweep:
    """The pass over one family. Writes into `program`; the columns are read and written as plain ints."""

    def __init__(self, family: Family, program: Program, reading: Reading) -> None:
        self.family, self.program, self.reading = family, program, reading
        facts = family.facts
        self.start, self.end, self.name = facts.start, facts.end, facts.name
        self.parent = family.parent
        self.parent_name = facts.name[family.parent]
        self.epsilon, self.together = facts.tolerance.epsilon_ns, facts.tolerance.together_ns
        self.unit = facts.tolerance.unit_ns
        self.first_base = int(program.first_base[family.parent])
        self.base_count = 1
        self.base_time = {self.first_base: facts.start[family.parent]}
        self.source: dict[int, int] = {}
        self.gap: dict[int, int] = {}
        self.target: dict[int, int] = {}
        self.fresh: dict[int, None] = {}                     # ordered sets: thousands may wait to be waited for
        self.doubtful: dict[int, None] = {}
        self.unchecked: list[int] = []                       # of `fresh`: not yet looked at by _is_plainly_launched
        self.launched_at = -1                                # the base from which all others of `fresh` were launched
        self.previous = -1
        self.ended = False
        self.launch: dict[int, _Launch] = {}
        self.paced_by: dict[int, int] = {}
        self.loop: dict[int, PollLoop] = {}
        self.follows = retried_attempts(family)
        self.lead: dict[int, int] = {}
        self._explain_by_rules()

    def _explain_by_rules(self) -> None:
        """The rules that look at whole classes of siblings, before the pass."""
        family, program = self.family, self.program
        for retry, attempt in self.follows.items():
            program.attempt_of[retry] = attempt
            program.back_off[retry] = True
            program.evidence[retry] = Rule.RETRY
        if self.reading.structure_only:
            return
        for group in family.classes.values():
            if len(group) < 3:
                continue
            pace = pace_of(group, family.facts)
            if pace is Pace.FREE:
                self.paced_by.update(dict.fromkeys(group[1:], group[0]))
                program.evidence.update(dict.fromkeys(group[1:], Rule.PACING))
                continue
            if pace is Pace.LOOP:
                for a, b in itertools.pairwise(group):
                    interval = self.start[b] - self.start[a]
                    program.constraints.append(Constraint(Rule.PACING, a, Point.START, b, Point.START, interval))
                self.paced_by.update(dict.fromkeys(group[1:], -1))
            for pool in sibling_pools(group, family.facts) if len(group) >= 4 else ():
                program.pools.append(pool)
                self.launch.update(dict.fromkeys(pool.jobs, _Launch(pool)))
            loop = poll_loop(group, family)
            if loop:
                program.polls.append(loop)
                self.loop.update(dict.fromkeys(group, loop))
                program.evidence.update(dict.fromkeys(group[1:], Rule.POLLING))
        program.constraints += lost_races(family)
        if len(family.classes) > 1:
            fed = fed_children(family, set(self.launch))
            program.evidence.update(dict.fromkeys(fed.feeder, Rule.FEEDING))
            self.follows = {**self.follows, **fed.feeder}
            self.lead = fed.lead
            program.pools += fed.consumers

    def run(self) -> None:
        """The pass, then the results into the program."""
        start, end, parent = self.start, self.end, self.parent
        moments = [(start[child], START, child) for child in self.family.children]
        moments += [(end[child], END if end[child] > start[child] else END_OF_NOTHING, child)
                    for child in self.family.children]
        moments.append((end[parent], PARENT_END, parent))
        moments.sort()
        asynchronous, loop = self.reading.asynchronous, self.loop
        for _, what, child in moments:
            if what == START:
                self._starts(child)
            elif what == PARENT_END:
                self._parent_ends()
            elif not self.ended and not asynchronous[child] and (child not in loop or child == loop[child].polls[-1]):
                self.fresh[child] = None
                self.unchecked.append(child)
        program, children = self.program, self.family.children
        program.source[children.start:children.stop] = [self.source[child] for child in children]
        program.gap[children.start:children.stop] = [self.gap[child] for child in children]
        program.target[children.start:children.stop] = [self.target.get(child, -1) for child in children]
        program.base_count[parent] = self.base_count

    # ---------------------------------------------------------------- starts

    def _starts(self, child: int) -> None:
        if self.ended:
            self._hang(child, AFTER_PARENT, self.start[child] - self.end[self.parent])
            self.previous = -1
            return
        launch = self.launch.get(child)
        if launch is not None and launch.first >= 0:
            self._joins_pool(child, launch)
            return
        leader = self.paced_by.get(child, -1)
        if leader >= 0:
            self._hang(child, self.source[leader], self.gap[leader] + self.start[child] - self.start[leader])
            return
        loop = self.loop.get(child)
        if loop is not None and child != loop.polls[0]:
            self._hang(child, self.source[loop.polls[0]], 0)
            return
        feeder = self.follows.get(child, -1)
        if feeder >= 0 and (feeder in self.fresh or feeder in self.doubtful):
            self._follows_one(child, feeder)
            return
        self._waits_or_is_launched(child)
        self.previous = child
        if launch is not None:
            launch.first, launch.served, launch.last_gap = child, 1, self.gap[child]

    def _joins_pool(self, child: int, launch: _Launch) -> None:
        """Rule L: ready at the launch, whatever its start says; the first k show how fast the launcher is."""
        first = launch.first
        if launch.served < launch.pool.places:
            launch.last_gap = self.gap[first] + self.start[child] - self.start[first]
            gap = launch.last_gap
        else:
            gap = max(self.gap[first], launch.last_gap)
        launch.served += 1
        self._hang(child, self.source[first], gap)

    def _follows_one(self, child: int, feeder: int) -> None:
        """Rules F and T: it waits for its own item or its own failed attempt, and for nobody else."""
        del (self.fresh if feeder in self.fresh else self.doubtful)[feeder]
        self._hang(child, self._new_base([feeder]), self.lead.get(child, self.start[child] - self.end[feeder]))
        self.doubtful.update(self.fresh)
        self._start_anew()
        self.previous = child

    def _waits_or_is_launched(self, child: int) -> None:
        if self._is_plainly_launched(child):
            self._hang(child, self.source[self.previous], self._since_source(self.previous, self.start[child]))
            return
        waited, ruled_out = self._candidates(child)
        previous = self.previous
        if waited and not self._is_launch_loop(child, waited):
            latest = max(self.end[other] for other in waited)
            self._hang(child, self._new_base(waited), 0 if child in self.paced_by else self.start[child] - latest)
            self._start_anew()
            self.doubtful = dict.fromkeys(ruled_out)
        elif previous < 0:
            self._hang(child, self.first_base, self.start[child] - self.start[self.parent])
        else:
            self._hang(child, self.source[previous], self._since_source(previous, self.start[child]))

    def _start_anew(self) -> None:
        """Nobody has ended since the last start."""
        self.fresh, self.unchecked, self.launched_at = {}, [], -1

    def _is_plainly_launched(self, child: int) -> bool:
        """Whether this is the next of a launch loop whatever it would wait for: then nobody need be looked at twice, and a
        hundred thousand tiny calls take no longer than so many."""
        previous = self.previous
        if previous < 0 or self.doubtful or self.reading.pins or self.start[child] - self.start[previous] > self.epsilon:
            return False
        if self.launched_at != self.source[previous]:
            self.launched_at, self.unchecked = self.source[previous], list(self.fresh)
        while self.unchecked:
            other = self.unchecked[-1]
            if self.end[other] - self.start[other] > self.together or self.source[other] != self.launched_at:
                return False
            self.unchecked.pop()
        return True

    def _since_source(self, child: int, moment: int) -> int:
        """Time from the base that started a child to a later moment (a paced child's gap does not tell: it is 0)."""
        return moment - self.base_time[self.source[child]]

    def _candidates(self, child: int) -> tuple[list[int], list[int]]:
        """(waited for, ruled out) among those that ended and nobody waits for; nobody is waited for if none is
        fresh."""
        end, name, reading = self.end, self.name, self.reading
        fresh, pins = list(self.fresh), reading.pins
        if pins:
            fresh = [other for other in fresh if pins.get((other, child)) is not False]
        if not fresh:
            return [], []
        latest = max(fresh, key=end.__getitem__)
        waited, ruled_out = [], []
        for other in [*self.fresh, *self.doubtful]:
            pinned = pins.get((other, child))
            if other == latest or pinned is True:
                waited.append(other)
            elif pinned is False or (self.parent_name, name[other], name[child]) in reading.not_waited:
                ruled_out.append(other)
            elif reading.side_call[name[other]] and end[latest] > end[other]:
                pass                                         # a side call: not even the parent's end waits for it
            elif reading.bare and not self._surely_waited(other, latest, child):
                ruled_out.append(other)
            else:
                waited.append(other)
        return waited, ruled_out

    def _surely_waited(self, other: int, latest: int, child: int) -> bool:
        """The bare reading's test: same name as the last to end, ended with it, or confirmed elsewhere (rule K)."""
        return (self.name[other] == self.name[latest] or self.end[latest] - self.end[other] <= self.unit // 5
                or (self.parent_name, self.name[other], self.name[child]) in self.reading.waited)

    def _is_launch_loop(self, child: int, waited: list[int]) -> bool:
        """Calls so short that one ends before the next is launched, all launched in one go: nobody was waited for."""
        previous = self.previous
        return (previous >= 0 and self.start[child] - self.start[previous] <= self.epsilon
                and all(self.end[other] - self.start[other] <= self.together
                        and self.source[other] == self.source[previous] for other in waited))

    # ---------------------------------------------------------------- the parent's end

    def _parent_ends(self) -> None:
        self.ended = True
        parent, program, end = self.parent, self.program, self.end
        pins = self.reading.pins
        if pins:                                             # the user's word on what the end waits for
            for other in [*self.fresh, *self.doubtful]:
                if pins.get((other, parent)) is False:
                    (self.fresh if other in self.fresh else self.doubtful).pop(other)
        waited = [*self.fresh, *self.doubtful]
        if waited and (self.fresh or self.previous < 0):
            latest = max(end[other] for other in (self.fresh or self.doubtful))
            program.end_source[parent] = self._new_base(waited)
            program.tail[parent] = end[parent] - latest
        elif self.previous >= 0:
            previous = self.previous
            program.end_source[parent] = self.source[previous]
            program.tail[parent] = self._since_source(previous, end[parent])
            # nobody was seen waiting for these before: at the latest, the parent's end does
            program.constraints += [Constraint(Rule.LEFTOVER, other, Point.END, parent, Point.END)
                                    for other in self.doubtful]
        else:
            program.end_source[parent] = self.first_base
            program.tail[parent] = end[parent] - self.start[parent]
        self.fresh, self.doubtful = {}, {}

    # ---------------------------------------------------------------- writing

    def _new_base(self, waited: list[int]) -> int:
        base = self.first_base + self.base_count
        self.base_count += 1
        self.base_time[base] = max(self.end[other] for other in waited)
        for other in waited:
            self.target[other] = base
        return base

    def _hang(self, child: int, source: int, gap: int) -> None:
        self.source[child] = source
        self.gap[child] = gap


def sweep(family: Family, program: Program, reading: Reading) -> None:
    """Fill in the program of one parent from the times of its children."""
    _Sweep(family, program, reading).run()
