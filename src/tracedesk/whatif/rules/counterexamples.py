"""Rule K: one counterexample kills a supposed wait, and repeated cuts at one length are a deadline.

If call `a` was once still running when `b` began under the same parent, `b` does not wait for `a`; not here, not in any
other trace of the program. The other way round, a `b` that began right when `a` ended, as the last of several, confirms
the wait. Learned by name from this trace and, when given, from others of the same program.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.family import Facts
from tracedesk.whatif.spans import Spans

Triple = tuple[str, str, str]
Codes = tuple[int, int, int]
ALIKE = 0.02


@dataclass(slots=True)
class Evidence:
    """Learned by (parent name, a, b): `b` was seen not to wait for `a`, or to wait for it. `deadlines`: the duration at
    which calls of a (parent name, name) are cut."""

    not_waited: set[Triple] = field(default_factory=set)
    waited: set[Triple] = field(default_factory=set)
    deadlines: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, other: Evidence) -> None:
        """Take over what another trace shows; a counterexample beats any confirmation."""
        self.not_waited |= other.not_waited
        self.waited = (self.waited | other.waited) - self.not_waited
        self.deadlines = {**other.deadlines, **self.deadlines}


def learn(facts: Facts, straight: NDArray[np.bool_]) -> Evidence:
    """What one trace shows. Parents in `straight` have no overlap: they confirm, and never contradict."""
    found = Evidence()
    found.waited = _confirmed_in_sequences(facts.spans, straight)
    not_waited: set[Codes] = set()
    waited: set[Codes] = set()
    for parent in np.flatnonzero((facts.spans.child_count > 1) & ~straight).tolist():
        _compare_siblings(facts, parent, not_waited, waited)
    names = facts.spans.names
    found.not_waited = {(names[a], names[b], names[c]) for a, b, c in not_waited}
    found.waited |= {(names[a], names[b], names[c]) for a, b, c in waited}
    found.waited -= found.not_waited
    found.deadlines = _deadlines(facts)
    return found


def _confirmed_in_sequences(spans: Spans, straight: NDArray[np.bool_]) -> set[Triple]:
    """Confirmed waits of straight families: the third child and later ones that follow the one before at once."""
    child = np.arange(1, spans.n)
    parent = spans.parent[1:]
    third = (straight[parent]) & (child - spans.first_child[parent] >= 2)
    child, parent = child[third], parent[third]
    at_once = spans.start[child] - spans.end[child - 1] <= spans.tolerance.epsilon_ns
    child, parent = child[at_once], parent[at_once]
    many = len(spans.names)
    codes = np.unique((spans.name[parent] * many + spans.name[child - 1]) * many + spans.name[child])
    names = spans.names
    return {(names[c // many // many], names[c // many % many], names[c % many]) for c in codes.tolist()}


def _compare_siblings(facts: Facts, parent: int, not_waited: set[Codes], waited: set[Codes]) -> None:
    """Compare each start in a family with what still ran then, and with what had ended last.

    One pass in order of time. Of each class only the latest end among calls launched well before matters.
    """
    start, end, name = facts.start, facts.end, facts.name
    epsilon, together = facts.tolerance.epsilon_ns, facts.tolerance.together_ns
    above = name[parent]
    children = facts.spans.children(parent)
    by_end = sorted(children, key=end.__getitem__)
    ended = 0                                                # how many of by_end had ended
    launched = children.start                                # the first child not launched well before
    runs_until: dict[int, int] = {}                          # latest end of each class launched well before
    for child in children:
        now, own = start[child], name[child]
        while ended < len(by_end) and end[by_end[ended]] <= now:
            ended += 1
        if ended > 1:
            last = by_end[ended - 1]
            if now - end[last] <= epsilon:
                waited.add((above, name[last], own))
        while now - start[launched] > together:
            other = name[launched]
            runs_until[other] = max(end[launched], runs_until.get(other, 0))
            launched += 1
        over = []
        for other, until in runs_until.items():
            if until > now + epsilon:
                if other != own:
                    not_waited.add((above, other, own))
            elif until <= now:
                over.append(other)
        for other in over:
            del runs_until[other]


def _deadlines(facts: Facts) -> dict[tuple[str, str], int]:
    """Classes that were cut always at the same duration, by time-outs or by cancellations nothing else explains."""
    spans = facts.spans
    durations: dict[tuple[str, str], list[int]] = {}
    for child in np.flatnonzero(spans.cut & (spans.parent >= 0)).tolist():
        parent = facts.parent[child]
        if spans.cancelled[child] and (spans.cancelled[parent] or _a_sibling_ends_with(facts, child)):
            continue
        key = (spans.name_of(parent), spans.name_of(child))
        durations.setdefault(key, []).append(facts.end[child] - facts.start[child])
    found = {}
    for key, lengths in durations.items():
        median = sorted(lengths)[len(lengths) // 2]
        if max(lengths) - min(lengths) <= max(3 * facts.tolerance.unit_ns, ALIKE * median):
            found[key] = median
    return found


def _a_sibling_ends_with(facts: Facts, child: int) -> bool:
    """Whether a sibling ended within ε of this cancelled child, and so may be the reason."""
    siblings = facts.spans.children(facts.parent[child])
    ends = facts.spans.end[siblings.start:siblings.stop]
    near = np.abs(ends - facts.end[child]) <= facts.tolerance.epsilon_ns
    return int(near.sum()) > 1


def deadline_of_spans(spans: Spans, evidence: Evidence) -> NDArray[np.float64]:
    """The longest each span may last: its class's deadline, unless a span of the class was seen to last longer (by more
    than the deadline's own scatter; one that lasted a little longer may go on doing so)."""
    found = np.full(spans.n, np.inf)
    code = {name: index for index, name in enumerate(spans.names)}
    for (above, own), deadline in evidence.deadlines.items():
        if above in code and own in code:
            of_class = (spans.name == code[own]) & (spans.parent >= 0)
            of_class &= (spans.name[np.maximum(spans.parent, 0)] == code[above]) & ~spans.cut
            longest = int((spans.end - spans.start)[of_class].max(initial=0))
            if longest <= deadline * (1 + ALIKE):
                found[of_class] = np.maximum(deadline, (spans.end - spans.start)[of_class])
    return found
