"""Datadog: APM traces in JSON and MessagePack, and LLM Observability."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from tests.helpers.imported import fields_of
from tracedesk.importers.detect import load
from tracedesk.importers.formats import datadog, datadog_llmobs

START = 1_772_359_200_000_000_000


def span(number: int, parent: int = 0, **more: Any) -> dict[str, Any]:
    return {"service": "bot", "name": f"s{number}", "resource": f"r{number}", "trace_id": 2**63 + 5, "span_id": 2**63 + number,
            "parent_id": 2**63 + parent if parent else 0, "start": START + number, "duration": 10, "error": 0, "meta": {},
            "metrics": {}, **more}


def packed(value: Any) -> bytes:
    """MessagePack, for the kinds of values that an agent sends."""
    if isinstance(value, str):
        data = value.encode()
        return struct.pack(">BB", 0xD9, len(data)) + data
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, int):
        return struct.pack(">BQ", 0xCF, value)
    if isinstance(value, list):
        return struct.pack(">BH", 0xDC, len(value)) + b"".join(map(packed, value))
    return struct.pack(">BH", 0xDE, len(value)) + b"".join(packed(key) + packed(item) for key, item in value.items())


def saved(folder: Path, data: Any) -> Path:
    path = folder / "x"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def test_ids_are_unsigned_decimals_and_the_high_half_is_a_tag(tmp_path: Path) -> None:
    traces = [[span(1, meta={"_dd.p.tid": "69a40f2000000000", "env": "test"}, metrics={"n": 2.5}), span(2, 1)]]
    spans, _, reports = load(saved(tmp_path, traces))
    assert {one.trace_id.hex() for one in spans} == {"69a40f20000000008000000000000005"}
    assert [(one.span_id.hex(), one.parent_id and one.parent_id.hex()) for one in spans] == [
        ("8000000000000001", None), ("8000000000000002", "8000000000000001")]
    assert (spans[0].start_ns, spans[0].end_ns) == (START + 1, START + 11)
    assert (spans[0].attributes["env"], spans[0].attributes["n"], spans[0].attributes["resource.name"]) == ("test", 2.5, "r1")
    assert spans[0].resource.service == "bot"
    assert reports[0].format == "datadog"


def test_packed_traces_say_the_same(tmp_path: Path) -> None:
    traces = [[span(1, meta={"k": "v"}), span(2, 1, error=1, meta={"error.message": "no", "error.type": "E"})]]
    wanted = load(saved(tmp_path, traces))[0]
    found = load(saved(tmp_path, packed(traces)))[0]
    assert [one.raw for one in found] == [one.raw for one in wanted]
    assert (found[1].status, found[1].status_message) == (2, "no")


def test_packed_traces_that_end_early_keep_whole_ones(tmp_path: Path) -> None:
    data = packed([[span(1)], [span(2)], [span(3)]])
    spans, _, reports = load(saved(tmp_path, data[:-20]))
    assert [one.name for one in spans] == ["s1", "s2"]
    assert "ends early" in reports[0].skipped[0].reason


def test_version_five_has_a_table_of_texts(tmp_path: Path) -> None:
    texts = ["", "bot", "chat", "POST /", "_dd.p.tid", "69a40f2000000000", "tokens", "llm"]
    row = [1, 2, 3, 2**63 + 5, 7, 0, START, 10, 0, {4: 5}, {6: 3.0}, 7]
    spans, _, _ = load(saved(tmp_path, packed([texts, [[row]]])))
    one = spans[0]
    assert (one.name, one.resource.service, one.trace_id.hex()) == ("chat", "bot", "69a40f20000000008000000000000005")
    assert (one.attributes["resource.name"], one.attributes["span.type"], one.attributes["tokens"]) == ("POST /", "llm", 3.0)


def test_counters_of_a_snapshot_belong_to_their_file(tmp_path: Path) -> None:
    one = load(saved(tmp_path, [[span(1, trace_id=0)], [span(1, trace_id=1)]]))
    other = load(saved(tmp_path, [[span(1, trace_id=0, name="other")]]))
    assert len({item.trace_id for item in (*one[0], *other[0])}) == 3
    assert one[0][0].attributes["tracedesk.file.trace_id"] == "0"
    assert one[2][0].assumed


def test_the_download_of_the_page_has_seconds(tmp_path: Path) -> None:
    inner = {"1": span(1, start=1772359200.25, duration=0.5, end=1772359200.75, children_ids=["2"]),
             "2": span(2, 1, start=1772359200.5, duration=0.125)}
    spans, _, _ = load(saved(tmp_path, {"trace": {"root_id": "1", "spans": inner}, "orphaned": []}))
    assert [(one.start_ns - START, one.end_ns) for one in spans] == [
        (250_000_000, START + 750_000_000), (500_000_000, START + 625_000_000)]


def test_llm_observability_has_messages_and_counts() -> None:
    found = fields_of(datadog_llmobs.PART.sample)
    assert found["chat"]["tokens.input"] == 52
    assert found["chat"]["input.messages"][0]["parts"][0]["content"] == "Where is it?"
    assert found["agent"]["input.messages"][0]["parts"][0]["content"] == "Where is it?"
    assert found["agent"]["session.id"] == "chat-1"


def test_the_export_of_llm_observability(tmp_path: Path) -> None:
    one = {"type": "span", "id": "a", "attributes": {
        "trace_id": "17", "span_id": "18", "parent_id": "undefined", "name": "ask", "span_kind": "llm", "start_ns": START,
        "duration": 5, "model_name": "gpt-4o-mini", "model_provider": "openai", "ml_app": "bot", "status": "error",
        "input": {"messages": [{"role": "user", "content": "hi"}]}, "error": {"message": "no", "type": "E"}}}
    spans, _, reports = load(saved(tmp_path, {"data": [one], "meta": {"page": {}}}))
    assert reports[0].format == "datadog-llmobs"
    assert (spans[0].trace_id.hex(), spans[0].span_id.hex(), spans[0].parent_id) == (f"{17:032x}", f"{18:016x}", None)
    assert (spans[0].status, spans[0].status_message) == (2, "no")
    assert spans[0].attributes["gen_ai.request.model"] == "gpt-4o-mini"


def test_files_of_the_real_tracer(shared: Path) -> None:
    folder = shared / "samples" / "datadog"
    four, five = (load(folder / f"agent-v0.{version}.msgpack")[0] for version in (4, 5))
    assert [one.name for one in four] == [one.name for one in five] == ["agent.run", "openai.request", "tool.search_orders"] * 2
    assert sum(one.status == 2 for one in four) == 1
    for path in folder.glob("snapshot.*"):
        wanted = [item["span_id"] for trace in json.loads(path.read_text()) for item in trace]
        assert [int(one.span_id.hex(), 16) for one in load(path)[0]] == wanted
    assert datadog.PART.leaves_out
