"""Jaeger: both JSON forms, tags of every type, references, shared ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tracedesk.importers.detect import load
from tracedesk.model.span import Span

TRACE = "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6"


def span(number: int, *references: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"traceID": TRACE, "spanID": f"{number:x}", "operationName": f"s{number}", "startTime": 1772359200000000 + number,
            "duration": 5, "references": list(references), "tags": [], "logs": [], "processID": "p1", **more}


def ref(number: int, kind: str = "CHILD_OF", trace: str = TRACE) -> dict[str, str]:
    return {"refType": kind, "traceID": trace, "spanID": f"{number:x}"}


def loaded(folder: Path, *spans: dict[str, Any]) -> list[Span]:
    path = folder / "x"
    path.write_text(json.dumps({"data": [{"traceID": TRACE, "spans": spans, "processes": {
        "p1": {"serviceName": "bot", "tags": [{"key": "host", "type": "string", "value": "h"}]}}}], "errors": None}))
    return load(path)[0]


def tag(key: str, kind: str | None, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value, **({"type": kind} if kind else {})}


def test_the_parent_is_the_first_child_of_in_the_same_trace(tmp_path: Path) -> None:
    other = "f" * 32
    one = loaded(tmp_path, span(9, ref(1, trace=other), ref(2, "FOLLOWS_FROM"), ref(3), ref(4)))[0]
    assert one.parent_id == (3).to_bytes(8, "big")
    assert [(link.trace_id.hex(), link.span_id[-1]) for link in one.links] == [(other, 1), (TRACE, 2), (TRACE, 4)]
    assert loaded(tmp_path, span(9, ref(2, "FOLLOWS_FROM")))[0].parent_id == (2).to_bytes(8, "big")
    assert loaded(tmp_path, span(9, parentSpanID="5"))[0].parent_id == (5).to_bytes(8, "big")
    assert loaded(tmp_path, span(9, parentSpanID="0"))[0].parent_id is None


def test_tags_keep_their_types(tmp_path: Path) -> None:
    one = loaded(tmp_path, span(1, tags=[
        tag("s", "string", "x"), tag("b", "bool", True), tag("i", "int64", "9223372036854775222"), tag("f", "float64", 1.5),
        tag("d", "binary", "AAE="), tag("plain", None, 3), tag("twice", "string", "a"), tag("twice", "string", "b"),
        tag("span.kind", "string", "client"), tag("otel.status_code", "string", "ERROR"),
        tag("otel.status_description", "string", "no"), tag("otel.scope.name", "string", "lib")]))[0]
    assert one.attributes == {"s": "x", "b": True, "i": 9223372036854775222, "f": 1.5, "d": b"\0\1", "plain": 3, "twice": "b",
                              "twice.all": ["a", "b"]}
    assert (one.otel_kind, one.status, one.status_message, one.scope.name) == (3, 2, "no", "lib")
    assert one.resource.attributes == {"service.name": "bot", "host": "h"}


def test_logs_are_events(tmp_path: Path) -> None:
    one = loaded(tmp_path, span(1, logs=[{"timestamp": 1772359200000002, "fields": [tag("event", "string", "error"),
                                                                                    tag("stack", "string", "...")]}]))[0]
    assert [(event.name, event.time_ns % 10**9, event.attributes) for event in one.events] == [
        ("error", 2_000, {"stack": "..."})]


def test_client_and_server_with_one_id_are_two_spans(tmp_path: Path) -> None:
    client, server = loaded(tmp_path, span(1), span(1, operationName="server"))
    assert server.parent_id == client.span_id != server.span_id


SPANS = {"crisp.18.json": None, "model-v1.proto-json.json": None, "ui.all-tag-types.json": None, "ui.api-traces.json": None,
         "ui.genai-57-spans.json": 57}


@pytest.mark.parametrize("name", SPANS)
def test_files_of_other_programs(shared: Path, name: str) -> None:
    """Every operation of the file is a span with its time; the parents of those that are unique are right."""
    path = shared / "samples" / "jaeger" / name
    document = json.loads(path.read_text())
    traces = document["data"] if isinstance(document.get("data"), list) else [document]
    listed = [one for trace in traces for one in trace["spans"]]
    spans, _, reports = load(path)
    assert [one.name for one in spans] == [one["operationName"] for one in listed]
    assert SPANS[name] in (None, len(spans))
    assert reports[0].format == "jaeger"
    if isinstance(listed[0]["startTime"], int):
        assert [(one.start_ns, (one.end_ns or 0) - one.start_ns) for one in spans] == [
            (one["startTime"] * 1000, one["duration"] * 1000) for one in listed]
    ids = {one["spanID"]: one["operationName"] for one in listed if "spanID" in one}
    if len(ids) == len(listed):
        names = {one.span_id: one.name for one in spans}
        wanted = [next((ids.get(found["spanID"]) for found in one.get("references") or ()
                        if found["refType"] == "CHILD_OF" and found["traceID"] == one["traceID"]), None) for one in listed]
        assert [names.get(one.parent_id) if one.parent_id else None for one in spans] == wanted
