"""What to speed up first: what the total would gain if all spans of a class took half as long.

Time on the critical path does not tell: once a class is faster, the path may run elsewhere. One prediction per class
accounts for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from tracedesk.model.kinds import Kind
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Change, Scale
from tracedesk.whatif.selection import Selection

FACTOR = 0.5
CLASSES_AT_MOST = 64
"""Classes beyond these, by summed duration, are not tried."""


class Bottleneck(NamedTuple):
    """A class of spans, by name or kind: how many, their summed durations, and what the total gains (also as a share)."""

    label: str
    spans: int
    summed_ns: int
    saved_ns: int
    share: float


def by_name(baseline: Baseline, changes: Sequence[Change] = (), *, factor: float = FACTOR) -> list[Bottleneck]:
    """Classes of one name, the most rewarding first. Names of a root are left out: halving all is no advice."""
    trace = baseline.trace
    return _ranked(baseline, changes, trace.name.codes.astype(np.int64),
                   lambda code: (trace.name.table[code], Selection(name=trace.name.table[code])), factor)


def by_kind(baseline: Baseline, changes: Sequence[Change] = (), *, factor: float = FACTOR) -> list[Bottleneck]:
    """Classes of one kind, the most rewarding first."""
    return _ranked(baseline, changes, baseline.trace.kind.astype(np.int64),
                   lambda code: (Kind(code).label, Selection(kind=Kind(code))), factor)


def _ranked(
    baseline: Baseline, changes: Sequence[Change], codes: np.ndarray,
    selection_of: Callable[[int], tuple[str, Selection]], factor: float,
) -> list[Bottleneck]:
    trace = baseline.trace
    length = (trace.end_ns - trace.start_ns).astype(np.float64)
    summed = np.bincount(codes, weights=length)
    counts = np.bincount(codes)
    of_roots = set(codes[trace.roots].tolist())
    tried = [code for code in np.argsort(-summed, kind="stable").tolist() if counts[code] and code not in of_roots]
    total = apply(baseline, changes).total_ns
    found = []
    for code in tried[:CLASSES_AT_MOST]:
        label, selection = selection_of(code)
        saved = total - apply(baseline, [*changes, Scale(selection, factor)]).total_ns
        found.append(Bottleneck(label, int(counts[code]), int(summed[code]), saved, saved / max(1, total)))
    return sorted(found, key=lambda item: (-item.saved_ns, -item.summed_ns))
