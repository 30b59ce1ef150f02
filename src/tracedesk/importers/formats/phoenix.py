"""Arize Phoenix: spans and traces of its REST API, dumps of its client, and its dataframe as Parquet, CSV or JSON lines.

Phoenix keeps microseconds. A dataframe has a column per attribute of the project; CSV writes nested ones as Python text, JSON
lines write times as milliseconds, and counts are floats. Attributes are flattened again to the keys of OpenInference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, Unreadable
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, json_text, mapping, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event
from tracedesk.semconv.values import python_repr
from tracedesk.wire.json_reader import STATUS_CODES

AS_JSON = re.compile(r"(^|\.)(metadata|document\.metadata|llm\.invocation_parameters|variables|json_schema|parameters)$")
"""Attributes that OpenInference has as JSON text, whatever is inside."""
_ARRAY = re.compile(r"\barray\(|, dtype=\w+\)")
MOST_LEVELS = 20


def sniff(glance: Glance) -> Sniff:
    """A `context` with plain ids and a `span_kind`, or columns named so."""
    document = glance.document
    first = at(document, "data", 0) or glance.first
    names = set(glance.columns) or (set(first) if isinstance(first, dict) else set())
    if "context.trace_id" in names or ("context.span_id" in names and "span_kind" in names):
        return Sniff(0.95, "the columns context.trace_id and span_kind")
    trace_id = at(first, "context", "trace_id")
    if isinstance(trace_id, str) and not trace_id.startswith("0x") and "span_kind" in names:
        return Sniff(0.95, "spans with context.trace_id and span_kind")
    if isinstance(at(first, "spans", 0), dict) and "token_count_total" in names:
        return Sniff(0.95, "traces with token_count_total and spans")
    return NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a record."""
    making = Making(report, scope="openinference.instrumentation")
    for value, where in records_or_rows(source, report, each=("", "data"), keep=("spans",)):
        spans = sequence(at(value, "spans")) if isinstance(value, dict) and "spans" in value else None
        if spans is not None:
            report.assume("the file is a summary of traces: Phoenix gives no attributes with it")
        for span in [value] if spans is None else spans:
            with making.record(where):
                _span(span, value if spans is not None else {}, making)
        yield from making.full()
    yield from making.rest()


def _span(span: Any, trace: dict[str, Any], making: Making) -> None:
    if not isinstance(span, dict):
        raise Unreadable("a record is not a span")
    context = mapping(span.get("context"))
    kind = text(span.get("span_kind"))
    attributes = flattened(mapping(span.get("attributes")))
    for key, value in span.items():
        if key.startswith("attributes."):
            name = key.removeprefix("attributes.")
            _put(attributes, name, _cell(value), 0)
    if kind and kind != "UNKNOWN":
        attributes.setdefault("openinference.span.kind", kind)
    code = (text(span.get("status_code")) or "").upper()
    making.span(
        trace=context.get("trace_id") or span.get("context.trace_id") or trace.get("trace_id"),
        span=context.get("span_id") or span.get("context.span_id") or span.get("span_id"), parent=_gone(span.get("parent_id")),
        name=text(span.get("name")), start_ns=time_ns(span.get("start_time")), end_ns=time_ns(span.get("end_time")),
        attributes=attributes, status=STATUS_CODES.get(code, 0),
        status_message=text(_gone(span.get("status_message"))),
        events=[Event(text(one.get("name")) or "event", moment, flattened(mapping(one.get("attributes"))))
                for one in map(mapping, sequence(_cell(span.get("events"))))
                if (moment := time_ns(one.get("timestamp"))) is not None])


def _gone(value: Any) -> Any:
    """A value, None for the ways in which pandas says nothing."""
    return None if value != value or value in ("", "nan", "NaN", "None", "NaT") else value


def _cell(value: Any) -> Any:
    """A cell of the dataframe: lists and objects also from Python's or JSON's text."""
    value = _gone(value)
    if isinstance(value, str) and value[:1] in ("{", "[", "a"):
        found = python_repr(_ARRAY.sub("", value))
        if isinstance(found, list | dict):
            return found
    return value


def flattened(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes with the dotted keys of OpenInference: objects and lists of objects opened, Nones left out."""
    found: dict[str, Any] = {}
    for key, value in attributes.items():
        _put(found, str(key), value, 0)
    return found


def _put(found: dict[str, Any], key: str, value: Any, depth: int) -> None:
    if value is None:
        return
    if isinstance(value, dict | list) and (AS_JSON.search(key) or depth > MOST_LEVELS):
        found[key] = json_text(_without_none(value))
    elif isinstance(value, dict):
        for name, item in value.items():
            _put(found, f"{key}.{name}", item, depth + 1)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            _put(found, f"{key}.{number}", item, depth + 1)
    elif isinstance(value, float) and "token_count" in key and value.is_integer():
        found[key] = int(value)                              # pandas has no whole numbers beside gaps
    elif isinstance(value, str) and "token_count" in key and re.fullmatch(r"\d{1,15}(\.0+)?", value):
        found[key] = int(value.partition(".")[0])
    else:
        found[key] = value


def _without_none(value: Any) -> Any:
    """A struct of Parquet without the fields that only other rows have."""
    return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


SAMPLE = b"""{"data":[{"id":"U3BhbjoxMDE=","name":"chain","context":{"trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",
"span_id":"00000000000000a1"},"span_kind":"CHAIN","parent_id":null,"start_time":"2026-03-01T10:00:00.000000+00:00",
"end_time":"2026-03-01T10:00:02.400000+00:00","status_code":"OK","status_message":"",
"attributes":{"input.value":"Where is it?"},"events":[]},
{"id":"U3BhbjoxMDI=","name":"ChatOpenAI","context":{"trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",
"span_id":"00000000000000a2"},"span_kind":"LLM","parent_id":"00000000000000a1",
"start_time":"2026-03-01T10:00:00.100000+00:00","end_time":"2026-03-01T10:00:02.300000+00:00","status_code":"OK",
"status_message":"","attributes":{"llm.model_name":"gpt-4o-mini","llm.token_count.prompt":42,"llm.token_count.completion":17,
"llm.input_messages":[{"message.role":"user","message.content":"Where is it?"}]},"events":[]}],"next_cursor":null}
"""

PART = Importer("phoenix", "Arize Phoenix (REST, dataframe)", (".json", ".jsonl", ".parquet", ".csv"), sniff, read, SAMPLE,
                leaves_out="Phoenix keeps microseconds and neither resource, scope nor links of a span.")
