"""Finding a text in one trace: over every attribute, message, event and log record of every span. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tracedesk.model.span import LogRecord, Span
from tracedesk.model.trace import Strings, Trace
from tracedesk.semconv.read import read
from tracedesk.store import questions
from tracedesk.store.connect import Store

WHOLE_SPANS = 20_000
"""Of larger traces only names, models and errors are searched: opening all payloads would take longer than a person waits."""
MOST_HITS = 10_000
MESSAGE_FIELDS = ("input.messages", "output.messages", "system")


class Hit(NamedTuple):
    """One place: the span's index in the trace, the page of the inspector that shows it, and what it was found in."""

    row: int
    place: str
    name: str


class Found(NamedTuple):
    """All places in row order; `whole` is False where the trace is too large for more than names, models and errors."""

    text: str
    hits: list[Hit]
    whole: bool


def find(store: Store, trace: Trace, text: str) -> Found:
    """Where a text occurs in a trace, in either case."""
    needle = text.casefold()
    if not needle:
        return Found(text, [], True)
    if trace.n > WHOLE_SPANS:
        return Found(text, in_columns(trace, needle), False)
    hits: list[Hit] = []
    resources: set[bytes] = set()                    # what every span of a program repeats is found once
    for span, logs in questions.spans(store, trace.trace_id):
        index = trace.index_of.get(span.span_id)
        if index is None:
            continue
        hits += [Hit(index, place, name) for place, name in in_span(span, logs, needle)]
        if span.resource.raw not in resources:
            resources.add(span.resource.raw)
            hits += [Hit(index, "attributes", name) for name, value in span.resource.attributes.items() if _has(value, needle)]
        if len(hits) >= MOST_HITS:
            break
    return Found(text, sorted(hits, key=lambda hit: hit.row), True)


def in_columns(trace: Trace, needle: str) -> list[Hit]:
    """Spans whose name, model, label or error has the text."""
    places = (("overview", "name", trace.name), ("overview", "model", trace.model), ("overview", "label", trace.label),
              ("events", "error", trace.error_message), ("events", "error type", trace.error_type))
    hits = [Hit(index, place, name) for place, name, column in places for index in _rows(column, needle)]
    return sorted(hits, key=lambda hit: hit.row)[:MOST_HITS]


def _rows(column: Strings, needle: str) -> Iterator[int]:
    codes = {code for code, text in enumerate(column.table) if needle in text.casefold()}
    if codes:
        for index, code in enumerate(column.codes.tolist()):
            if code in codes:
                yield index


def in_span(span: Span, logs: list[LogRecord], needle: str) -> list[tuple[str, str]]:
    """(page of the inspector, attribute or event) of every place in one span."""
    found: list[tuple[str, str]] = []
    if needle in span.name.casefold():
        found.append(("overview", "name"))
    if needle in span.status_message.casefold():
        found.append(("events", "status message"))
    named = [name for name, value in span.attributes.items() if needle in name.casefold() or _has(value, needle)]
    if named:
        sources = read(span, logs).sources
        messages = {attribute for field in MESSAGE_FIELDS for attribute in sources.get(field, "").split(", ")}
        found += [("messages" if name in messages else "attributes", name) for name in named]
    found += [("events", event.name) for event in span.events
              if needle in event.name.casefold() or _has(event.attributes, needle)]
    found += [("logs", log.event_name or "log") for log in logs if _has(log.body, needle) or _has(log.attributes, needle)]
    return found


def _has(value: Any, needle: str) -> bool:
    """Whether a text, or anything inside a list or map, has the needle; without recursion, for any depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple):
            waiting += item
        elif isinstance(item, bytes):
            continue
        elif item is not None and needle in (item if isinstance(item, str) else str(item)).casefold():
            return True
    return False
