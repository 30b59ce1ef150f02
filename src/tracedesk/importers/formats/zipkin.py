"""Zipkin v2 and v1 JSON: arrays of spans, or arrays of such arrays.

Client and server share one span id (B3), and a span may be reported in pieces: pieces of one side are merged, the server
becomes a child of the client with an id of its own. Times are microseconds and may be missing; then the first annotation
counts, else the start of the parent. The spans of a file are held until its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import SPAN_ID, STATUS_ERROR, Making, Unreadable, hashed
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, integer, mapping, sequence, text
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event

KINDS = {"SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
SIDES = {"cs": "CLIENT", "cr": "CLIENT", "sr": "SERVER", "ss": "SERVER", "ms": "PRODUCER", "mr": "CONSUMER"}
"""Core annotations of v1 and the side that writes them."""
ENDS = {"CLIENT": ("cs", "cr"), "SERVER": ("sr", "ss"), "PRODUCER": ("ms", "ms"), "CONSUMER": ("mr", "mr")}
ADDRESSES = frozenset({"sa", "ca", "ma"})
MOST_LEVELS = 10_000

Side = dict[str, Any]
"""One side of a span as v2 has it, `start` and `length` in ns or None."""


def sniff(glance: Glance) -> Sniff:
    """Spans with `traceId` and `id`, and no `spanId`."""
    first = at(glance.document, 0, 0) or glance.first
    if isinstance(first, dict) and {"traceId", "id"} <= first.keys() and "spanId" not in first and "spans" not in first:
        old = "binaryAnnotations" in first or isinstance(at(first, "annotations", 0, "endpoint"), dict)
        return Sniff(0.9, "spans with traceId and id" + (", of version 1" if old else ""))
    return NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """All spans, sides apart."""
    making = Making(report, scope="zipkin")
    found: dict[tuple[bytes, bytes, str, str], Side] = {}
    for value, where in records(source, report, each=("",), keep=("",)):
        for one in value if isinstance(value, list) else [value]:
            with making.record(where):
                for side in _sides(one):
                    _gather(found, side, making)
    _own_ids(found, report)
    starts = {(key[0], side["id"]): side["start"] for key, side in found.items() if side["start"] is not None}
    parents = {(key[0], side["id"]): side["parent"] for key, side in found.items()}
    for key, side in found.items():
        with making.record(f"span {side['given']}"):
            _span(key[0], side, starts, parents, making)
        yield from making.full()
    yield from making.rest()


def _sides(span: Any) -> Iterator[Side]:
    """The sides of a span: one in v2, one or two in v1."""
    if not isinstance(span, dict) or not span.get("traceId") or not span.get("id"):
        raise Unreadable("a record is not a span of Zipkin")
    if "binaryAnnotations" in span or isinstance(at(span, "annotations", 0, "endpoint"), dict):
        yield from _old_sides(span)
        return
    local = mapping(span.get("localEndpoint"))
    yield {"trace": span["traceId"], "given": span["id"], "parent": span.get("parentId"), "name": text(span.get("name")),
           "kind": (text(span.get("kind")) or "").upper(), "service": text(local.get("serviceName")),
           "start": _ns(span.get("timestamp")), "length": _ns(span.get("duration")), "shared": bool(span.get("shared")),
           "tags": dict(mapping(span.get("tags"))), "local": local, "remote": mapping(span.get("remoteEndpoint")),
           "events": [(_ns(at(one, "timestamp")), text(at(one, "value")) or "") for one in sequence(span.get("annotations"))],
           "debug": span.get("debug")}


def _old_sides(span: dict[str, Any]) -> Iterator[Side]:
    """v1: the core annotations say which sides there are and when each began and ended."""
    marks: dict[str, tuple[int | None, dict[str, Any]]] = {}
    events: list[tuple[int | None, str]] = []
    for one in map(mapping, sequence(span.get("annotations"))):
        value = text(one.get("value")) or ""
        if value in SIDES:
            marks[value] = (_ns(one.get("timestamp")), mapping(one.get("endpoint")))
        else:
            events.append((_ns(one.get("timestamp")), value))
    tags: dict[str, Any] = {}
    remote: dict[str, Any] = {}
    endpoint: dict[str, Any] = {}
    for one in map(mapping, sequence(span.get("binaryAnnotations"))):
        key = text(one.get("key")) or ""
        if key in ADDRESSES and one.get("value") in (True, "true"):
            remote = mapping(one.get("endpoint"))
        else:
            tags[key] = one.get("value")
            endpoint = endpoint or mapping(one.get("endpoint"))
    sides = list(dict.fromkeys(SIDES[mark] for mark in marks)) or [""]
    for number, side in enumerate(sides):
        first, last = (marks.get(mark, (None, {})) for mark in ENDS.get(side, ("", "")))
        local = first[1] or last[1] or endpoint
        whole = len(sides) == 1
        start = first[0] if first[0] is not None and not whole else _ns(span.get("timestamp")) or first[0]
        length = _ns(span.get("duration")) if whole else None
        if length is None and first[0] is not None and last[0] is not None and last[0] > first[0]:
            length = last[0] - first[0]
        yield {"trace": span["traceId"], "given": span["id"], "parent": span.get("parentId"), "name": text(span.get("name")),
               "kind": side, "service": text(local.get("serviceName")), "start": start, "length": length,
               "shared": side == "SERVER", "tags": tags if number == 0 else {}, "local": local, "remote": remote,
               "events": events if number == 0 else [], "debug": span.get("debug")}


def _ns(value: Any) -> int | None:
    """Nanoseconds of whole microseconds; 0 is Zipkin's word for unknown."""
    found = integer(value)
    return found * 1_000 if found else None


def _gather(found: dict[tuple[bytes, bytes, str, str], Side], side: Side, making: Making) -> None:
    """Put a piece to the others of its side."""
    side["id"] = making.span_id(side["given"])
    side["parent"] = making.parent_id(side["parent"])
    key = (making.trace_id(side["trace"]), side["id"], side["kind"], side["service"] or "")
    known = found.get(key)
    if known is None:
        found[key] = side
        return
    for name in ("parent", "name", "start", "length", "debug"):
        known[name] = known[name] if known[name] is not None else side[name]
    known["tags"] |= side["tags"]
    known["remote"] = known["remote"] or side["remote"]
    known["events"] = list(dict.fromkeys([*known["events"], *side["events"]]))


def _own_ids(found: dict[tuple[bytes, bytes, str, str], Side], report: Report) -> None:
    """Give the server of a shared span an id of its own, below its client."""
    by_id: dict[tuple[bytes, bytes], list[Side]] = {}
    below: dict[tuple[bytes, bytes], list[Side]] = {}
    for key, side in found.items():
        by_id.setdefault(key[:2], []).append(side)
        if side["parent"] is not None:
            below.setdefault((key[0], side["parent"]), []).append(side)
    for (trace, own), sides in by_id.items():
        if len(sides) < 2:
            continue
        sides.sort(key=lambda side: (side["shared"] or side["kind"] in ("SERVER", "CONSUMER"), side["start"] or 0))
        for number, side in enumerate(sides[1:]):
            side["id"] = hashed(f"{trace.hex()} {own.hex()} {side['kind']} {side['service']} {number}", 8)
            side["parent"] = own
            side["tags"] = {**side["tags"], SPAN_ID: str(side["given"])}
        servers = {side["service"]: side["id"] for side in sides[1:]}
        for side in below.get((trace, own), ()):
            if side["parent"] == own and side["service"] in servers and side["service"] != sides[0]["service"]:
                side["parent"] = servers[side["service"]]    # what a server starts lies below the server
        report.assume("servers that share the id of their client got ids of their own, below it")


def _span(
    trace: bytes, side: Side, starts: dict[tuple[bytes, bytes], int], parents: dict[tuple[bytes, bytes], bytes | None],
    making: Making,
) -> None:
    start, parent = side["start"], side["parent"]
    if start is None:
        start = min((moment for moment, _ in side["events"] if moment is not None), default=None)
    steps = 0
    while start is None and parent is not None and steps < MOST_LEVELS:
        start, parent, steps = starts.get((trace, parent)), parents.get((trace, parent)), steps + 1
        if start is not None:
            making.report.assume("spans without a time were put at the start of their parent")
    tags, remote, local = side["tags"], side["remote"], side["local"]
    failed = "error" in tags and tags["error"] not in (False, "false")
    making.span(
        trace=trace.hex(), span=side["id"].hex(), parent=side["parent"].hex() if side["parent"] else None, name=side["name"],
        start_ns=start, end_ns=None if start is None or side["length"] is None else start + side["length"],
        attributes={**tags, **_address("peer", remote), "zipkin.debug": side["debug"] or None},
        resource=making.resource({"service.name": side["service"], **_address("net.host", local)}),
        otel_kind=KINDS.get(side["kind"], 0), status=STATUS_ERROR if failed else 0,
        status_message=text(tags.get("error")) if failed and tags.get("error") not in ("true", True) else None,
        events=[Event(value, moment) for moment, value in side["events"] if moment is not None])


def _address(prefix: str, endpoint: dict[str, Any]) -> dict[str, Any]:
    ip, port = text(endpoint.get("ipv4") or endpoint.get("ipv6")), integer(endpoint.get("port"))
    found: dict[str, Any] = {f"{prefix}.ip": ip, f"{prefix}.port": port}
    if prefix == "peer":
        found["peer.service"] = text(endpoint.get("serviceName"))
    return found


SAMPLE = b"""[{"traceId":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","id":"00000000000000a1","kind":"SERVER","name":"get /answer",
"timestamp":1772359200000000,"duration":2400000,"localEndpoint":{"serviceName":"bot","ipv4":"127.0.0.1"}},
{"traceId":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","parentId":"00000000000000a1","id":"00000000000000a2","kind":"CLIENT",
"name":"chat","timestamp":1772359200100000,"duration":2200000,"localEndpoint":{"serviceName":"bot"},
"tags":{"gen_ai.operation.name":"chat"},"annotations":[{"timestamp":1772359200200000,"value":"first token"}]}]
"""

PART = Importer("zipkin", "Zipkin (v2 and v1 JSON)", (".json",), sniff, read, SAMPLE)
