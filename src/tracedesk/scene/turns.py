"""Turns of an agent's loop: which of how many a span is, where several of one name stand below one agent or run."""

from __future__ import annotations

import numpy as np

from tracedesk.model.trace import Trace

LOOPS = {"turn": "turn", "agent_turn": "turn", "user_turn": "turn", "execute_event_loop_cycle": "cycle"}
"""Names that SDKs give each round of a loop, without its number; and what a round is called."""


def turns(trace: Trace) -> dict[int, str]:
    """`turn 2 of 5` per span that is a round of a loop; without `of 5` while what it belongs to still runs."""
    words = {code: LOOPS[name] for code, name in enumerate(trace.name.table) if name in LOOPS}
    if not words:
        return {}
    rounds = np.flatnonzero(np.isin(trace.name.codes, list(words)) & (trace.parent >= 0))
    family = trace.parent[rounds].astype(np.int64) * (len(trace.name.table) + 1) + trace.name.codes[rounds]
    order = np.argsort(family, kind="stable")                # in preorder siblings stand by start
    _, first, which, total = np.unique(family[order], return_index=True, return_inverse=True, return_counts=True)
    number = np.arange(len(order)) - first[which] + 1
    found = {}
    for span, at, count in zip(rounds[order].tolist(), number.tolist(), total[which].tolist(), strict=True):
        if count > 1:
            whole = "" if trace.unfinished[trace.parent[span]] else f" of {count:,}"
            found[span] = f"{words[int(trace.name.codes[span])]} {at:,}{whole}"
    return found
