"""Braintrust rows: exports of the UI, the API and the cloud storage, and what its SDK sends.

A row is a span; `root_span_id` is the trace, `metrics.start` and `metrics.end` are epoch seconds with a fraction, good to a
microsecond. Rows of the SDK with `_is_merge` change an earlier row with the same id; files that have them are held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, Making, Unreadable
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, json_text, mapping, sequence, text, unpacked
from tracedesk.model.batch import SpanBatch

AS_JSON = {"input": "input_json", "output": "output_json", "metadata": "metadata", "metrics": "metrics", "scores": "scores",
           "span_attributes": "span_attributes", "expected": "expected", "context": "context"}
"""Members that become JSON text under `braintrust.`, as Braintrust's own OpenTelemetry export has them."""
READ = {"span_id", "root_span_id", "span_parents", "error", "tags", "is_root", "_is_merge", "_merge_paths", *AS_JSON}
MOST_LEVELS = 50


def sniff(glance: Glance) -> Sniff:
    """Rows with `root_span_id`."""
    document = glance.document
    first = at(document, "events", 0) or at(document, "data", 0) or at(document, "rows", 0) or glance.first
    names = set(glance.columns) or (set(first) if isinstance(first, dict) else set())
    return Sniff(0.95, "rows with root_span_id") if "root_span_id" in names else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a row."""
    making = Making(report, scope="braintrust")
    if _has_merges(source):
        merged: dict[str, dict[str, Any]] = {}
        for row, where in records_or_rows(source, report, each=("", "events", "data", "rows")):
            _merge(merged, row, report, where)
        found: Iterator[tuple[Any, str]] = ((row, f"row {own}") for own, row in merged.items())
    else:
        found = ((row, where) for row, where in records_or_rows(source, report, each=("", "events", "data", "rows")))
    for row, where in found:
        with making.record(where):
            _span(row, making)
        yield from making.full()
    yield from making.rest()


def _has_merges(source: Source) -> bool:
    """Whether some row only changes another one."""
    with source.open() as stream:
        before = b""
        while part := stream.read(1 << 20):
            if b'"_is_merge"' in before + part:
                return True
            before = part[-16:]
    return False


def _merge(merged: dict[str, dict[str, Any]], row: Any, report: Report, where: str) -> None:
    own = text(at(row, "id"))
    if own is None:
        report.skip("a row has no id", first=where)
    elif row.get("_is_merge") and own in merged:
        whole = {tuple(path) for path in sequence(row.get("_merge_paths")) if isinstance(path, list)
                 and all(isinstance(name, str) for name in path)}
        _deep(merged[own], row, (), whole)
    else:
        merged[own] = row


def _deep(known: dict[str, Any], more: dict[str, Any], path: tuple[str, ...], whole: set[tuple[str, ...]]) -> None:
    """Put members into a row, objects into objects; those at the paths `whole` take the place of what was there."""
    for key, value in more.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(known.get(key), dict) and len(here) < MOST_LEVELS and here not in whole:
            _deep(known[key], value, here, whole)
        else:
            known[key] = value


def _span(row: Any, making: Making) -> None:
    if not isinstance(row, dict) or not row.get("root_span_id"):
        raise Unreadable("a record is not a span of Braintrust")
    if not row.get("span_attributes") and at(mapping(row.get("metrics")), "start") is None:
        raise Unreadable("a row has neither span_attributes nor metrics.start: it is of a data set, not of a trace")
    about, metrics = mapping(row.get("span_attributes")), mapping(row.get("metrics"))
    own = row.get("span_id") or row.get("id")
    parents = [one for one in sequence(row.get("span_parents")) if one != own]
    error = unpacked(row.get("error"))
    found: dict[str, Any] = {f"braintrust.{name}": json_text(unpacked(row.get(key))) for key, name in AS_JSON.items()
                             if row.get(key) not in (None, "", {}, [])}
    found["braintrust.tags"] = sequence(row.get("tags")) or None
    found["exception.message"] = json_text(error) if error else None
    for key, value in row.items():
        if key not in READ and value not in (None, "", {}, []):
            found[f"braintrust.{key.lstrip('_')}"] = value
    if len(parents) > 1:
        found["braintrust.span_parents"] = parents
    making.span(
        trace=row["root_span_id"], span=own, parent=parents[0] if parents else None, name=text(about.get("name")),
        start_ns=_micros(metrics.get("start")), end_ns=_micros(metrics.get("end")), attributes=found,
        status=STATUS_ERROR if error else 0, status_message=json_text(error) if error else None)


def _micros(value: Any) -> int | None:
    """Nanoseconds of epoch seconds, rounded to what a float of that size can say."""
    found = duration_ns(value, "s")
    return None if found is None else (found + 500) // 1_000 * 1_000


SAMPLE = b"""{"id":"r1","span_id":"00000000000000a1","root_span_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","span_parents":null,\
"metrics":{"start":1772359200.0,"end":1772359202.4},"span_attributes":{"name":"agent","type":"task"},"input":{"q":"Where?"}}
{"id":"r2","span_id":"00000000000000a2","root_span_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",\
"span_parents":["00000000000000a1"],"metrics":{"start":1772359200.1,"end":1772359202.3,"prompt_tokens":42,\
"completion_tokens":17},"span_attributes":{"name":"chat","type":"llm"},"metadata":{"model":"gpt-4o-mini"},\
"input":[{"role":"user","content":"Where?"}],"output":[{"message":{"role":"assistant","content":"On its way."}}]}
"""

PART = Importer("braintrust", "Braintrust logs", (".jsonl", ".json", ".csv", ".parquet"), sniff, read, SAMPLE,
                leaves_out="Braintrust's trace export has one row per trace without its children; its span export has all.")
