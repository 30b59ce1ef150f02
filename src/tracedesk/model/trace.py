"""Spans of one trace, in any order → a `Trace`.

`SpanColumns` are those spans as columns. The store reads them straight from its packed parts; `build_trace` makes them of
rows. A million spans are arranged in about a second because nothing here looks at single spans, except at those that have
not ended and those with events or links.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.columns import UNKNOWN, Ints, Strings, Trace
from tracedesk.model.forest import as_numbers, preorder
from tracedesk.model.row import SpanRow

__all__ = ["UNKNOWN", "Ints", "SpanColumns", "Strings", "Trace", "arrange", "build_trace", "strings"]

TEXTS = ("name", "service", "host", "model", "label", "error_type", "error_message", "tags", "marks")
NUMBERS = ("input_tokens", "output_tokens", "ttft_ns", "cost_nusd")
CODES = ("kind", "otel_kind", "status", "notes", "cost_status")


@dataclass(slots=True)
class SpanColumns:
    """Columns of the spans of one trace (at least one, ids distinct), in any order.

    Ids are numbers (big-endian); a `parent_id` of 0 is none. `end_ns` of an unfinished span is anything. `numbers` holds
    the columns of `NUMBERS` (`UNKNOWN` for None), `codes` those of `CODES`, `texts` those of `TEXTS`.
    """

    trace_id: bytes
    span_id: NDArray[np.uint64]
    parent_id: NDArray[np.uint64]
    start_ns: Ints
    end_ns: Ints
    unfinished: NDArray[np.bool_]
    numbers: dict[str, Ints]
    codes: dict[str, NDArray[Any]]
    texts: dict[str, Strings]


def build_trace(rows: Sequence[SpanRow]) -> Trace:
    """Columns of the spans of one trace, given in any order (at least one row; ids distinct)."""
    return arrange(_columns_of(rows))


def _columns_of(rows: Sequence[SpanRow]) -> SpanColumns:
    n = len(rows)

    def column(name: str, kind: Any, default: int) -> NDArray[Any]:
        get: Callable[[SpanRow], int | None] = attrgetter(name)
        return np.fromiter((default if (value := get(row)) is None else value for row in rows), kind, n)

    codes: dict[str, NDArray[Any]] = {name: column(name, np.uint8, 0) for name in ("kind", "status", "cost_status")}
    codes["otel_kind"] = np.fromiter((row.otel_kind & 255 for row in rows), np.uint8, n)
    codes["notes"] = column("notes", np.int32, 0)
    return SpanColumns(
        rows[0].trace_id, as_numbers([row.span_id for row in rows]), as_numbers([row.parent_id or bytes(8) for row in rows]),
        column("start_ns", np.int64, 0), column("end_ns", np.int64, 0),
        np.fromiter((row.end_ns is None for row in rows), np.bool_, n),
        {name: column(name, np.int64, UNKNOWN) for name in NUMBERS}, codes,
        {name: strings(map(attrgetter(name), rows)) for name in TEXTS})


def arrange(found: SpanColumns) -> Trace:
    """The trace of these spans."""
    n = len(found.span_id)
    parent = _parents(found.span_id, found.parent_id)
    end = np.where(found.unfinished, found.start_ns, np.maximum(found.end_ns, found.start_ns))
    order, parent, depth, subtree_end = preorder(parent, found.start_ns, found.span_id)
    start, end, unfinished = found.start_ns[order], end[order], found.unfinished[order]
    text = {name: Strings(column.codes[order], column.table) for name, column in found.texts.items()}
    event_span, event_ns, event_name, links = _marks(text["marks"])
    if unfinished.any():
        _extend_unfinished(parent, end, unfinished, event_span, event_ns)
    span_id = found.span_id[order]
    span_ids: list[bytes] = np.ascontiguousarray(span_id.astype(">u8")).view("V8").tolist()
    link_from, link_to = _links(links, found.trace_id, span_id)
    number = {name: column[order] for name, column in found.numbers.items()}
    code = {name: column[order] for name, column in found.codes.items()}
    return Trace(
        trace_id=found.trace_id, span_ids=span_ids, parent=parent.astype(np.int32), depth=depth, subtree_end=subtree_end,
        start_ns=start, end_ns=end, unfinished=unfinished,
        orphan=(found.parent_id[order] != 0) & (parent < 0),
        kind=code["kind"], otel_kind=code["otel_kind"], status=code["status"], notes=code["notes"],
        name=text["name"], service=text["service"], host=text["host"], model=text["model"], label=text["label"],
        error_type=text["error_type"], error_message=text["error_message"],
        input_tokens=number["input_tokens"], output_tokens=number["output_tokens"], ttft_ns=number["ttft_ns"],
        cost_nusd=number["cost_nusd"], cost_status=code["cost_status"],
        event_span=event_span, event_ns=event_ns, event_name=event_name, link_from=link_from, link_to=link_to,
        tags=_texts(text["tags"]) if n else [])


def _parents(span_id: NDArray[np.uint64], parent_id: NDArray[np.uint64]) -> Ints:
    """The index of each span's parent; -1 where it has none, where it did not come, and where it is the span itself."""
    by_id = np.argsort(span_id, kind="stable")
    ids = span_id[by_id]
    at = np.minimum(np.searchsorted(ids, parent_id), len(ids) - 1)
    return np.where((ids[at] == parent_id) & (parent_id != span_id) & (parent_id != 0), by_id[at], -1)


def _extend_unfinished(
    parent: Ints, end: Ints, unfinished: NDArray[np.bool_], event_span: NDArray[np.int32], event_ns: Ints
) -> None:
    """An unfinished span lasts at least until the latest of its events and descendants (MODEL.md, section 2.1)."""
    open_events = unfinished[event_span]
    np.maximum.at(end, event_span[open_events], event_ns[open_events])
    above, reach = parent.tolist(), end.tolist()
    for index in range(len(above) - 1, 0, -1):
        owner = above[index]
        if owner >= 0 and reach[index] > reach[owner]:
            reach[owner] = reach[index]
    end[unfinished] = np.array(reach, np.int64)[unfinished]


_Link = tuple[int, str, str]
"""(index of the span, trace id and span id that it points to, both hex)"""


def _marks(marks: Strings) -> tuple[NDArray[np.int32], Ints, Strings, list[_Link]]:
    """(span, time, name) of all events, and the links, of the JSON texts of `SpanRow.marks`."""
    marked = np.flatnonzero(marks.codes >= 0).tolist()
    spans: list[int] = []
    times: list[int] = []
    names: list[str] = []
    links: list[_Link] = []
    texts = (marks.table[code] for code in marks.codes[marked].tolist())
    for index, found in zip(marked, json.loads(f"[{','.join(texts)}]"), strict=True):
        for time_ns, name in found.get("e", ()):
            spans.append(index)
            times.append(time_ns)
            names.append(name)
        links += [(index, trace_id, span_id) for trace_id, span_id in found.get("l", ())]
    return np.array(spans, np.int32), np.array(times, np.int64), strings(names), links


def _links(links: list[_Link], trace_id: bytes, span_id: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(from, to) of the links that stay inside the trace."""
    here = trace_id.hex()
    index_of = {int(number): index for index, number in enumerate(span_id.tolist())} if links else {}
    pairs = [(index, index_of[int(to, 16)]) for index, in_trace, to in links if in_trace == here and int(to, 16) in index_of]
    return np.array([a for a, _ in pairs], np.int32), np.array([b for _, b in pairs], np.int32)


def _texts(column: Strings) -> list[str | None]:
    table = [*column.table, None]
    return [table[code] for code in column.codes.tolist()]


def strings(values: Iterable[str | None]) -> Strings:
    """A text column of these values."""
    table: dict[str, int] = {}
    codes = [-1 if value is None else table.setdefault(value, len(table)) for value in values]
    return Strings(np.array(codes, np.int32), list(table))
