"""General parents, by events: pools, constraints across spans, polling loops, and joins that are no plain waves.

Only the spans concerned take part: general parents and their children. A child whose subtree is plain has a known
length and is no more than a number here. Everything is driven by what has been *resolved*: a base starts children, an
end resolves bases and constraints. Order in time matters only where places are taken, so only arrivals at pools and the
ends of jobs of unknown length go through a queue ordered by time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.program import AFTER_PARENT, NOBODY, Constraint, Point, PollLoop, Pool, Program

Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Effect:
    """What follows from a moment of a span: the start or end of local span `span`, `lag` later; `offset` after a start
    scales with the progress of the cause."""

    on_end: bool
    span: int
    lag: float
    offset: float = 0.0


@dataclass(slots=True)
class Crowd:
    """All jobs of a pool, launched by one base and of known length: one loop over the ends of the places."""

    pool: int
    jobs: list[int]


@dataclass(slots=True)
class General:
    """The part of a program that goes by events, in local numbers: `spans[i]` is the span of local i.

    Per base: `launches` (children that are mere numbers), `callers` (numbers that need a place in a pool first), `others`
    (children with something attached), `crowds`,
    `ends` (the parent that ends from it, -1) and `members` (how many children resolve it). `chains`: bases that only begin
    a chain of numbers, each waiting for the one before, with its number and the base that the last of them resolves;
    chain n is the stretch `chain_cuts[n]:chain_cuts[n + 1]` of `chain_spans`. `alone`:
    all callers.
    """

    spans: NDArray[np.int64]
    local: dict[int, int]
    is_general: list[bool]
    target: list[int]
    first_base: list[int]
    launches: list[list[int]]
    callers: list[list[int]]
    others: list[list[int]]
    crowds: list[list[Crowd]]
    ends: list[int]
    members: list[int]
    chains: dict[int, tuple[int, int]] = field(default_factory=dict)
    chain_spans: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    chain_cuts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    late: dict[int, list[int]] = field(default_factory=dict)
    from_start: dict[int, list[Effect]] = field(default_factory=dict)
    from_end: dict[int, list[Effect]] = field(default_factory=dict)
    start_conditions: list[int] = field(default_factory=list)
    end_conditions: list[int] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    pool_of: dict[int, int] = field(default_factory=dict)
    known_length: list[bool] = field(default_factory=list)
    alone: set[int] = field(default_factory=set)
    rank: dict[int, int] = field(default_factory=dict)
    handoff: dict[int, int] = field(default_factory=dict)
    poll_start: dict[int, PollLoop] = field(default_factory=dict)
    poll_jobs: dict[int, list[PollLoop]] = field(default_factory=dict)


def general_parents(program: Program) -> Flags:
    """Parents (and spans with a constraint on their end) that whole-level evaluation cannot do, with all above them."""
    spans = program.spans
    found = _not_plain_waves(program)
    for constraint in program.constraints:
        found[_parent_or_self(program, constraint.cause)] = True
        on_end = constraint.effect_point is Point.END
        found[constraint.effect if on_end else _parent_or_self(program, constraint.effect)] = True
    for pool in program.pools:
        found[spans.parent[pool.jobs]] = True
    for loop in program.polls:
        found[loop.parent] = True
    if not found.any():
        return found
    marked = np.flatnonzero(found)
    while len(marked):                                       # everything above a general span is general
        marked = np.unique(spans.parent[marked])
        marked = marked[marked >= 0]
        marked = marked[~found[marked]]
        found[marked] = True
    return found


def _parent_or_self(program: Program, span: int) -> int:
    return max(int(program.spans.parent[span]), 0)


def _not_plain_waves(program: Program) -> Flags:
    """Parents whose waits are not each for the wave launched right before, or that do not end from the last wait."""
    spans = program.spans
    source, target, parent = program.source[1:], program.target[1:], spans.parent[1:]
    found = np.zeros(spans.n, np.bool_)
    found[parent[(source == AFTER_PARENT) | ((target != source + 1) & (target != NOBODY))]] = True
    backwards = (source[1:] < source[:-1]) & (parent[1:] == parent[:-1])
    found[parent[1:][backwards]] = True
    last_base = program.first_base + program.base_count - 1
    found |= program.end_source != last_base
    resolved = np.zeros(program.base_total + 1, np.int64)    # every base after the first must have someone to wait for
    resolved[target[target >= 0] + 1] = 1
    count = np.cumsum(resolved)
    found |= count[last_base + 1] - count[program.first_base + 1] != program.base_count - 1
    found[spans.child_count == 0] = False
    return found


def compile_general(program: Program, general: Flags) -> General:
    """Local numbers and lists for the spans that go by events."""
    spans = program.spans
    takes_part = general.copy()
    takes_part[1:] |= general[spans.parent[1:]]
    takes_part[0] = True
    part = np.flatnonzero(takes_part)
    local = {span: i for i, span in enumerate(part.tolist())}
    base_of: dict[int, int] = {}
    parents = np.flatnonzero(general).tolist()
    for parent in parents:
        first, count = int(program.first_base[parent]), int(program.base_count[parent])
        for base in range(first, first + count):
            base_of[base] = len(base_of)
    compiled = General(
        spans=part, local=local, is_general=general[part].tolist(), target=[-1] * len(part),
        first_base=[-1] * len(part), launches=[[] for _ in base_of], callers=[[] for _ in base_of],
        others=[[] for _ in base_of], crowds=[[] for _ in base_of], ends=[-1] * len(base_of), members=[0] * len(base_of),
        start_conditions=[1] * len(part), end_conditions=[1] * len(part), known_length=[False] * len(program.pools),
    )
    _add_constraints(compiled, program.constraints)
    _add_polls(compiled, program.polls)
    _add_pools(compiled, program)
    _add_families(compiled, program, parents, base_of)
    _find_chains(compiled)
    compiled.alone = {c for called in compiled.callers for c in called}
    return compiled


def _add_constraints(compiled: General, constraints: list[Constraint]) -> None:
    local = compiled.local
    for constraint in constraints:
        on_end = constraint.effect_point is Point.END
        effect = Effect(on_end, local[constraint.effect], float(constraint.lag_ns), float(constraint.offset_ns))
        by_cause = compiled.from_end if constraint.cause_point is Point.END else compiled.from_start
        by_cause.setdefault(local[constraint.cause], []).append(effect)
        (compiled.end_conditions if on_end else compiled.start_conditions)[effect.span] += 1


def _add_polls(compiled: General, polls: list[PollLoop]) -> None:
    for loop in polls:
        compiled.poll_start[compiled.local[loop.polls[0]]] = loop
        compiled.poll_jobs.setdefault(compiled.local[loop.job], []).append(loop)


def _add_pools(compiled: General, program: Program) -> None:
    compiled.pools = program.pools
    for index, pool in enumerate(program.pools):
        jobs = [compiled.local[job] for job in pool.jobs]
        for rank, job in enumerate(jobs):
            compiled.pool_of[job] = index
            compiled.rank[job] = rank
            compiled.handoff[job] = pool.handoff_ns.get(pool.jobs[rank], pool.usual_handoff_ns)
        compiled.known_length[index] = not any(
            compiled.is_general[job] or compiled.end_conditions[job] > 1 or job in compiled.poll_start for job in jobs)


def _add_families(compiled: General, program: Program, parents: list[int], base_of: dict[int, int]) -> None:
    spans, local = program.spans, compiled.local
    later_polls = {poll for loop in program.polls for poll in loop.polls[1:]}
    crowds = _crowds(compiled, program)
    for parent in parents:
        i = local[parent]
        compiled.first_base[i] = base_of[int(program.first_base[parent])]
        children = spans.children(parent)
        sources = program.source[children.start:children.stop].tolist()
        targets = program.target[children.start:children.stop].tolist()
        for child, source, target in zip(children, sources, targets, strict=True):
            c = local[child]
            if target >= 0:
                compiled.target[c] = base_of[target]
                compiled.members[base_of[target]] += 1
            if source == AFTER_PARENT:
                compiled.late.setdefault(i, []).append(c)
            elif child not in later_polls and c not in crowds:
                _place_of(compiled, c)[base_of[source]].append(c)
        compiled.ends[base_of[int(program.end_source[parent])]] = i
    by_pool: dict[int, list[int]] = {}
    for job, pool in crowds.items():
        by_pool.setdefault(pool, []).append(job)
    for pool, jobs in by_pool.items():
        base = base_of[int(program.source[compiled.spans[jobs[0]]])]
        compiled.crowds[base].append(Crowd(pool, sorted(jobs, key=compiled.rank.__getitem__)))


def _find_chains(compiled: General) -> None:
    """Sequences of numbers, each launched alone by a base that only the one before resolves: no event is needed between.

    A chain is entered from its first base; the bases inside it are never visited.
    """
    next_base = [-1] * len(compiled.launches)
    for base, launched in enumerate(compiled.launches):
        if len(launched) == 1 and compiled.ends[base] < 0 and not (
                compiled.others[base] or compiled.callers[base] or compiled.crowds[base]):
            following = compiled.target[launched[0]]
            if following >= 0 and compiled.members[following] == 1:
                next_base[base] = following
    inside = set(next_base)
    spans: list[int] = []
    cuts = [0]
    for base, following in enumerate(next_base):
        if following >= 0 and base not in inside:
            at = base
            while next_base[at] >= 0:
                spans.append(compiled.launches[at][0])
                at = next_base[at]
            compiled.chains[base] = len(cuts) - 1, at
            cuts.append(len(spans))
    compiled.chain_spans, compiled.chain_cuts = np.array(spans, np.int64), np.array(cuts, np.int64)


def _place_of(compiled: General, c: int) -> list[list[int]]:
    """The list of children by base that a local span belongs into."""
    if compiled.is_general[c] or c in compiled.poll_start or _is_attached(compiled, c):
        return compiled.others
    if c not in compiled.pool_of:
        return compiled.launches
    return compiled.callers if compiled.known_length[compiled.pool_of[c]] else compiled.others


def _is_attached(compiled: General, c: int) -> bool:
    """Whether constraints, a polling loop or children after its end hang on a local span, or it on them."""
    return (c in compiled.from_start or c in compiled.from_end or c in compiled.poll_jobs or c in compiled.late
            or compiled.start_conditions[c] > 1 or compiled.end_conditions[c] > 1)


def _crowds(compiled: General, program: Program) -> dict[int, int]:
    """Jobs of the pools whose jobs are all numbers started by one base, with the pool."""
    found: dict[int, int] = {}
    for index, pool in enumerate(program.pools):
        jobs = [compiled.local[job] for job in pool.jobs]
        sources = set(program.source[pool.jobs].tolist())
        if len(sources) == 1 and AFTER_PARENT not in sources and compiled.known_length[index] \
                and not any(_is_attached(compiled, job) for job in jobs):
            found.update(dict.fromkeys(jobs, index))
    return found
