"""The finding of a comparison in sentences fit to be read aloud."""

from __future__ import annotations

from tracedesk.base.clock import format_duration
from tracedesk.compare.align import Pair
from tracedesk.compare.differences import ADDED, REMOVED, RENAMED, Comparison

NAMED = 3
NAME_AT_MOST = 60
WORTH_SAYING = 0.05
"""Parts below this share of the difference are not named."""


def name_of(found: Comparison, pair: Pair) -> str:
    """The name of a row: B's, else A's."""
    return (found.b.name[pair.b] if pair.b is not None else found.a.name[pair.a or 0]) or "(no name)"


def _short(name: str) -> str:
    return name if len(name) <= NAME_AT_MOST else name[: NAME_AT_MOST - 1] + "…"


def signed(ns: int) -> str:
    """`+1.18 s`, `−40 ms`, `±0`."""
    return "±0" if not ns else ("+" if ns > 0 else "−") + format_duration(abs(ns))


def in_words(found: Comparison) -> str:
    """Where the difference of the totals comes from, and what one of the traces has alone."""
    if not found.changes and not found.parts:
        return "The two traces differ in nothing."
    delta = found.total_b_ns - found.total_a_ns
    sentences = [f"B takes {format_duration(found.total_b_ns)}, {signed(delta)} against A."]
    largest = [part for part in found.parts if abs(part.ns) >= WORTH_SAYING * max(1, abs(delta))][:NAMED]
    if largest:
        listed = [f"{_short(name_of(found, part.pair))} ({signed(part.ns)})" for part in largest]
        sentences.append(f"It comes from {', '.join(listed[:-1])} and {listed[-1]}." if len(listed) > 1
                         else f"It comes from {listed[0]}.")
    for kind, words in ((ADDED, "Only B has"), (REMOVED, "Only A has"), (RENAMED, "Under another name:")):
        names = list(dict.fromkeys(name_of(found, change.pair) for change in found.changes if change.kind == kind))
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            sentences.append(f"{words} {', '.join(map(_short, names[:NAMED]))}{more}.")
    return " ".join(sentences)
