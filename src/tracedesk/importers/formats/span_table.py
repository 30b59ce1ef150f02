"""A table of spans (CSV, TSV, Parquet) of any program: columns are told by their names, or by a mapping that the user gives.

The mapping is role → column, for example `{"trace": "TraceID", "start": "StartTimeUnixNano"}`; `start_unit`, `end_unit` and
`duration_unit` may name ns, us, ms or s. Columns without a role become attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, STATUS_OK, Making
from tracedesk.importers.records import Record
from tracedesk.importers.rows import csv_rows, is_parquet, parquet_rows
from tracedesk.importers.source import Source
from tracedesk.importers.values import NS, at, duration_ns, number, sequence, text, time_ns, unpacked
from tracedesk.importers.values import mapping as mapping_of
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event
from tracedesk.wire.json_reader import SPAN_KINDS
from tracedesk.wire.kept import DERIVED_COLUMNS

ROLES = {
    "trace": ("traceid", "trace", "traceidhex"),
    "span": ("spanid", "span", "spanidhex", "id"),
    "parent": ("parentspanid", "parentid", "parent", "parentspan"),
    "name": ("spanname", "operationname", "operation", "name"),
    "start": ("starttimeunixnano", "starttime", "start", "starttimestamp", "startts", "timestamp", "startedat", "time"),
    "end": ("endtimeunixnano", "endtime", "end", "endtimestamp", "endts", "endedat", "finishedat"),
    "duration": ("duration", "durationns", "durationus", "durationms", "durations", "durationnano", "elapsed", "latency",
                 "latencyms"),
    "service": ("servicename", "service", "podname", "app", "application"),
    "status": ("statuscode", "status", "error", "iserror"),
    "message": ("statusmessage", "errormessage"),
    "kind": ("spankind", "kind"),
}
"""Per role the names by which a column is known, in small letters and without signs."""
_NESTED = frozenset({"attributes", "resource", "events"})
"""Columns that hold JSON, where a table has them."""
UNITS = tuple(f"{role}_unit" for role in ("start", "end", "duration"))
_UNIT_OF = {"nano": "ns", "ns": "ns", "us": "us", "micros": "us", "ms": "ms", "millis": "ms",
            "seconds": "s", "sec": "s", "s": "s"}
_SIGNS = re.compile(r"[^a-z0-9]")


def guess(columns: Iterable[str]) -> dict[str, str]:
    """Role → column for the columns whose names are known; empty where there is no start."""
    plain = {_SIGNS.sub("", name.lower()): name for name in reversed(list(columns))}
    known = {role: next((plain[name] for name in names if name in plain), None) for role, names in ROLES.items()}
    found = {role: column for role, column in known.items() if column is not None}
    return found if "start" in found and ("span" in found or "name" in found) else {}


def sniff(glance: Glance) -> Sniff:
    """A mapping that was given, else columns by their names."""
    if glance.mapping:
        return Sniff(1.0, "the columns that were named") if glance.columns else NOT_MINE
    found = guess(glance.columns)
    if not found or ("end" not in found and "duration" not in found):
        return NOT_MINE
    return Sniff(0.6 if {"trace", "span"} <= found.keys() else 0.4, f"the columns {', '.join(found.values())}")


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a row."""
    mapping = source.mapping or guess(Glance(source).columns)
    making = Making(report, scope="table")
    if "trace" not in mapping:
        report.assume("the table has no trace ids: it is taken for one trace")
    if "span" not in mapping:
        report.assume("the table has no span ids: they were made up")
    if "duration" in mapping and "end" not in mapping:
        report.assume(f"the column {mapping['duration']} is in {_unit('duration', mapping) or 'ms'}")
    rows: Iterator[Record] = parquet_rows(source) if is_parquet(source.head) else csv_rows(source, report)
    for row, where in rows:
        with making.record(where):
            _span(row, where, mapping, making, source)
        yield from making.full()
    yield from making.rest()


def _unit(role: str, mapping: Mapping[str, str]) -> str | None:
    """The unit of a column of times: as given, else as its name ends."""
    given = mapping.get(f"{role}_unit")
    if given in NS:
        return given
    words = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mapping.get(role, "")).lower())
    return _UNIT_OF.get(next((word for word in reversed(words) if word), ""))


def _span(row: dict[str, Any], where: str, mapping: Mapping[str, str], making: Making, source: Source) -> None:
    def cell(role: str) -> Any:
        return row.get(mapping[role]) if role in mapping else None

    start, end = time_ns(cell("start"), _unit("start", mapping)), time_ns(cell("end"), _unit("end", mapping))
    if end is None and start is not None and "end" not in mapping:
        length = duration_ns(cell("duration"), _unit("duration", mapping) or "ms")
        end = None if length is None else start + length
    used = {column for role, column in mapping.items() if role not in UNITS}
    if "end" in mapping and "duration" in mapping:
        used.discard(mapping["duration"])                    # what it says beside start and end is kept
    if row.keys() >= DERIVED_COLUMNS:
        used |= DERIVED_COLUMNS                              # a table of ours, whose other columns say it all
        row = {name: _bare(value) for name, value in row.items()}
    rest = {name: _plain(value) for name, value in row.items() if name and name not in used and name not in _NESTED}
    resource, events = mapping_of(row.get("resource")), sequence(row.get("events"))
    rest |= {name: row[name] for name in _NESTED
             if row.get(name) is not None and not isinstance(unpacked(row[name]), dict | list)}
    service = text(_bare(cell("service")))
    making.span(
        trace=cell("trace") if "trace" in mapping else source.fingerprint,
        span=cell("span") if "span" in mapping else f"{source.fingerprint} {where}", parent=cell("parent"),
        name=text(_bare(cell("name"))), start_ns=start, end_ns=end, attributes={**mapping_of(row.get("attributes")), **rest},
        resource=making.resource({**({"service.name": service} if service else {}), **resource}),
        events=[Event(text(at(one, "name")) or "event", moment, dict(mapping_of(at(one, "attributes")))) for one in events
                if (moment := time_ns(at(one, "time_unix_nano"), "ns")) is not None],
        otel_kind=SPAN_KINDS.get((text(cell("kind")) or "").upper().removeprefix("SPAN_KIND_"), 0),
        status=_status(cell("status")), status_message=text(_bare(cell("message"))))


def _bare(value: Any) -> Any:
    """A cell of our own CSV without the apostrophe that keeps spreadsheets from running it."""
    guarded = isinstance(value, str) and value[:1] == "'" and value[1:2] in ("=", "+", "-", "@", "\t", "\r")
    return value[1:] if guarded else value


def _status(value: Any) -> int:
    """OTLP's code of a cell: a code, its name, or whether there was an error."""
    said = str(value).strip().lower().removeprefix("status_code_") if value is not None else ""
    if said in ("2", "error", "true", "failed", "err"):
        return STATUS_ERROR
    return STATUS_OK if said in ("1", "ok") else 0


def _plain(value: Any) -> Any:
    """A cell as the number that it spells, else as it is."""
    if isinstance(value, str):
        found = number(value)
        return value if found is None or str(found) != value else found
    return value


SAMPLE = b"""TraceID,SpanID,ParentID,Name,Service,StartTimeUnixNano,EndTimeUnixNano,rows
7a2f190a1d5c4b0f8e3c2b1a09f8e7d6,00000000000000a1,,checkout,shop,1772359200000000000,1772359202400000000,
7a2f190a1d5c4b0f8e3c2b1a09f8e7d6,00000000000000a2,00000000000000a1,query,shop,1772359200100000000,1772359200300000000,3
"""

PART = Importer("table", "Table of spans (CSV, TSV, Parquet)", (".csv", ".tsv", ".parquet"), sniff, read, SAMPLE)
