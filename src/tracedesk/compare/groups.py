"""Groups of runs of one program that differ in a tag: by prompt version, by model, by experiment, by any tag of theirs.

Two groups are compared by their usual runs (`compare/median.py`): the median run of A beside the median run of B.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tracedesk.compare.median import FEWEST
from tracedesk.model.summary import TraceSummary
from tracedesk.model.trace import Trace

VALUES_AT_MOST = 20
"""A tag with more values than this says who or when, not what was tried."""
MODEL = "model"
FIRST = ("prompt_version", "prompt", "experiment", "release", MODEL)
"""Tags by which people compare; the others follow by name."""


class Group(NamedTuple):
    """Runs that have one value of a tag in common, the latest first."""

    key: str
    value: str
    trace_ids: tuple[bytes, ...]


def by_tag(runs: Iterable[TraceSummary]) -> dict[str, list[Group]]:
    """The groups of these runs (latest first) by tag; the group with the latest run first. Only tags with two groups or more
    of at least `FEWEST` runs; the models of a run count as a tag."""
    found: dict[str, dict[str, list[bytes]]] = {}
    for run in runs:
        for key, value in _tags(run).items():
            found.setdefault(key, {}).setdefault(value, []).append(run.trace_id)
    groups = {key: [Group(key, value, tuple(ids)) for value, ids in values.items() if len(ids) >= FEWEST]
              for key, values in found.items() if len(values) <= VALUES_AT_MOST}
    order = {key: at for at, key in enumerate(FIRST)}
    return {key: groups[key] for key in sorted(groups, key=lambda key: (order.get(key, len(order)), key))
            if len(groups[key]) > 1}


def _tags(run: TraceSummary) -> Mapping[str, str]:
    tags = {key: str(value) for key, value in run.tags.items() if isinstance(value, str | int | float) and value != ""}
    return {**tags, MODEL: ", ".join(run.models)} if run.models else tags


def typical(traces: Sequence[Trace]) -> Trace | None:
    """The first of those that have the number of spans which most of them have: whose shape the usual run takes."""
    if not traces:
        return None
    usual, _ = Counter(trace.n for trace in traces).most_common(1)[0]
    return next(trace for trace in traces if trace.n == usual)
