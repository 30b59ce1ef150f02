"""The JSON of `tracedesk compare --json`: two traces, what differs span by span, and where the difference comes from.

`changes` lists every span that differs by its own work, figures, status, model or name; `noticed` marks those that the desk
shows in colour. A span that only grew because something inside it did is not listed. Unknown is null; a usual run has no
`trace_id`, and its spans bear the ids of the run whose shape it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracedesk.cli.target import Received, Target
from tracedesk.compare import text
from tracedesk.compare.align import Pair
from tracedesk.compare.differences import ADDED, REMOVED, RENAMED, Comparison, compare
from tracedesk.compare.spoken import texts_of
from tracedesk.compare.words import in_words, name_of
from tracedesk.model.trace import Trace
from tracedesk.semconv.read import read
from tracedesk.store.totals import Totals
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.critical_path import critical_path


def compared(a: Trace, b: Trace) -> Comparison:
    """Two traces beside each other, with their critical paths."""
    return compare(a, b, _path(a), _path(b))


def _path(trace: Trace) -> list[tuple[int, int, int]]:
    return [(piece.span, piece.start_ns, piece.end_ns) for piece in critical_path(Baseline.of(trace))]


def compare_json(found: Comparison, a: Target, b: Target) -> dict[str, Any]:
    """The whole comparison."""
    return {
        "a": _whole(a), "b": _whole(b), "delta_ns": found.total_b_ns - found.total_a_ns, "matched": found.matched,
        "added": found.count(ADDED), "removed": found.count(REMOVED), "renamed": found.count(RENAMED),
        "changes": [{
            **_row(found, change.pair), "kind": change.kind, "own_delta_ns": change.own_ns, "delta_ns": change.total_ns,
            "delta_input_tokens": change.input_tokens, "delta_output_tokens": change.output_tokens,
            "delta_nano_usd": change.cost_nusd, "noticed": change.noticed, "what": list(change.what),
        } for change in found.changes],
        "where_from": [{**_row(found, part.pair), "delta_ns": part.ns} for part in found.parts],
        "texts": _texts(found, a.received, b.received), "in_words": in_words(found),
    }


def _whole(target: Target) -> dict[str, Any]:
    totals = Totals.of(target.rows, set(target.counted_on))
    trace = target.trace
    return {"trace_id": trace.trace_id.hex() if target.rows else None, "name": trace.name[int(trace.roots[0])],
            "start_ns": trace.t0_ns,
            "total_ns": trace.t1_ns - trace.t0_ns, "spans": trace.n, "input_tokens": totals.tokens[0],
            "output_tokens": totals.tokens[1], "nano_usd": totals.cost, "unpriced_calls": totals.unpriced}


def _row(found: Comparison, pair: Pair) -> dict[str, Any]:
    return {"name": name_of(found, pair), "a": None if pair.a is None else found.a.span_ids[pair.a].hex(),
            "b": None if pair.b is None else found.b.span_ids[pair.b].hex()}


def _texts(found: Comparison, of_a: Mapping[bytes, Received], of_b: Mapping[bytes, Received]) -> list[dict[str, Any]]:
    """Prompts and outputs that differ, line by line."""
    listed = []
    for pair in found.rows:
        if pair.a is None or pair.b is None:
            continue
        one, other = of_a.get(found.a.span_ids[pair.a]), of_b.get(found.b.span_ids[pair.b])
        if one is None or other is None:
            continue
        before, after = texts_of(read(one.span, one.logs).values), texts_of(read(other.span, other.logs).values)
        for title in dict.fromkeys([*before, *after]):
            lines = text.diff(before.get(title, ""), after.get(title, ""))
            if not text.is_equal(lines):
                listed.append({**_row(found, pair), "title": title, "lines": [
                    {"mark": line.mark, "number": line.number, "text": line.text} for line in lines]})
    return listed
