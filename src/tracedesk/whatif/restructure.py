"""Changes of the program itself: siblings made parallel or serial, and a limit where no pool was seen."""

from __future__ import annotations

import itertools

import numpy as np

from tracedesk.whatif.changes import Change, Limit, Parallel, Serial
from tracedesk.whatif.operations import pools_of
from tracedesk.whatif.program import Pool, Program, Rule
from tracedesk.whatif.work import Flags


def is_structural(change: Change, program: Program, chosen: Flags) -> bool:
    """Whether a change rewrites the program rather than its amounts."""
    return isinstance(change, Parallel | Serial) or (
        isinstance(change, Limit) and not pools_of(program.pools, chosen))


def rewritten(program: Program, changes: list[tuple[Change, Flags]]) -> Program:
    """A copy of the program with these changes made."""
    program = program.copy()
    spans = program.spans
    for change, chosen in changes:
        if isinstance(change, Limit):
            jobs = np.flatnonzero(chosen)
            _pool_together(program, jobs[np.lexsort((jobs, spans.start[jobs]))].tolist(), change.places)
            continue
        for parent in np.unique(spans.parent[np.flatnonzero(chosen)]).tolist():
            if parent < 0:
                continue
            siblings = [child for child in spans.children(parent) if chosen[child]]
            if len(siblings) > 1:
                if isinstance(change, Parallel):
                    _start_together(program, siblings, change.places)
                elif isinstance(change, Serial):
                    _one_after_the_other(program, siblings)
                _close_empty_bases(program, parent)
    return program


def _pool_together(program: Program, jobs: list[int], places: int) -> None:
    """A new pool. A job inside another job of the pool needs no place of its own: it would wait for its own ancestor."""
    inside = program.spans.inside(_flags(program, jobs))
    parents = program.spans.parent[jobs]
    jobs = [job for job, parent in zip(jobs, parents.tolist(), strict=True) if parent < 0 or not inside[parent]]
    if jobs:
        program.pools.append(Pool(Rule.SHARED_POOL, places, jobs, dict.fromkeys(jobs, 0)))


def _flags(program: Program, jobs: list[int]) -> Flags:
    found = np.zeros(program.spans.n, np.bool_)
    found[jobs] = True
    return found


def _start_together(program: Program, siblings: list[int], places: int | None) -> None:
    """Runs of siblings that each waited for the one before: all start with the first, each after its own gap too."""
    runs = [[siblings[0]]]
    for a, b in itertools.pairwise(siblings):
        if program.target[a] >= 0 and program.source[b] == program.target[a]:
            runs[-1].append(b)
        else:
            runs.append([b])
    for run in runs:
        if len(run) < 2:
            continue
        first, last = run[0], run[-1]
        for sibling in run[1:]:
            program.gap[sibling] = program.gap[first] + max(0, int(program.gap[sibling]))
            program.source[sibling] = program.source[first]
        program.target[run] = program.target[last]
        if places is not None:
            _pool_together(program, run, places)


def _one_after_the_other(program: Program, siblings: list[int]) -> None:
    """Siblings launched by one base: each waits for the one before; whoever waited for any waits for the last."""
    parent = int(program.spans.parent[siblings[0]])
    waves: dict[int, list[int]] = {}
    for sibling in siblings:
        waves.setdefault(int(program.source[sibling]), []).append(sibling)
    for wave in waves.values():
        waiting = int(program.target[wave].max())
        for a, b in itertools.pairwise(wave):
            base = int(program.first_base[parent] + program.base_count[parent])
            program.base_count[parent] += 1
            program.target[a] = program.source[b] = base
            program.gap[b] = 0
        program.target[wave[-1]] = waiting


def _close_empty_bases(program: Program, parent: int) -> None:
    """A base that nobody resolves any more: what hung on it hangs on the one before. The rest is numbered anew, so that a
    family never needs more bases than it has children, and one."""
    children = program.spans.children(parent)
    stretch = slice(children.start, children.stop)
    source, target = program.source[stretch], program.target[stretch]
    first = int(program.first_base[parent])
    resolved = set(target.tolist())
    new_number = {first: first}
    for base in range(first + 1, first + int(program.base_count[parent])):
        new_number[base] = new_number[base - 1] + (base in resolved)
    program.base_count[parent] = max(new_number.values()) - first + 1
    program.source[stretch] = [new_number.get(base, base) for base in source.tolist()]
    program.target[stretch] = [new_number.get(base, base) for base in target.tolist()]
    program.end_source[parent] = new_number[int(program.end_source[parent])]
