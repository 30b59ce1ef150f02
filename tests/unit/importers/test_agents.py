"""Files of agents and of calls (Claude Code, OpenAI Agents, Helicone, ...), and Zipkin, consoles, Logfire, Loki."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.imported import fields_of
from tracedesk.importers.detect import importers, load
from tracedesk.model.span import Span

START = 1_772_359_200_000_000_000
SAMPLES = {part.key: part.sample for part in importers()}


def saved(folder: Path, data: Any) -> Path:
    path = folder / "x"
    path.write_bytes(data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else json.dumps(data).encode())
    return path


def lines(*records: Any) -> str:
    return "\n".join(map(json.dumps, records))


def shape(spans: list[Span]) -> list[tuple[str, str | None]]:
    names = {span.span_id: span.name for span in spans}
    return [(span.name, names.get(span.parent_id) if span.parent_id else None) for span in spans]


@pytest.mark.parametrize("key", ["openai-agents", "helicone", "vercel-devtools", "opik", "atif", "claude-code"])
def test_the_call_of_the_sample_is_counted_once(key: str) -> None:
    found = [fields for fields in fields_of(SAMPLES[key]).values() if "tokens.input" in fields]
    assert [(one["tokens.input"], one["tokens.output"]) for one in found] == [(42, 17)]
    assert found[0].get("output.messages")
    assert found[0]["model.requested"] in ("gpt-4o-mini", "claude-sonnet-4-20250514")


# -- Claude Code -------------------------------------------------------------------------------------------------------


def said(
    own: str, second: float, content: Any, *, parent: str | None = None, kind: str = "user", **more: Any,
) -> dict[str, Any]:
    message = {"role": kind, "content": content, **more.pop("message", {})}
    return {"type": kind, "uuid": own, "parentUuid": parent, "sessionId": "s", "timestamp": f"2026-03-01T10:00:{second:06.3f}Z",
            "message": message, **more}


def test_one_answer_in_several_lines_is_one_call(tmp_path: Path) -> None:
    usage = {"input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 7}
    part = {"id": "m", "model": "claude-sonnet-4-20250514", "usage": usage}
    path = saved(tmp_path, lines(
        said("a", 0, "hello"), said("b", 2, [{"type": "text", "text": "hi"}], parent="a", kind="assistant", message=part),
        said("c", 3, [{"type": "tool_use", "id": "t", "name": "Bash", "input": {}}], parent="b", kind="assistant",
             message=part),
        said("d", 5, [{"type": "tool_result", "tool_use_id": "t", "content": "no", "is_error": True}], parent="c"),
        said("e", 6, "and now?", parent="d"), {"type": "file-history-snapshot"}, said("a", 0, "hello")))
    spans, _, reports = load(path)
    assert shape(spans) == [("turn", None), ("chat claude-sonnet-4-20250514", "turn"), ("Bash", "turn"), ("turn", None)]
    turn, call, tool, _ = spans
    assert [(one.start_ns - START) // 10**9 for one in spans[:3]] == [0, 0, 3]
    assert [((one.end_ns or 0) - START) // 10**9 for one in (turn, call, tool)] == [5, 3, 5]
    assert (tool.status, tool.status_message) == (2, "no")
    assert fields_of(path)["chat claude-sonnet-4-20250514"]["tokens.input"] == 115
    assert {(item.reason, item.count) for item in reports[0].skipped} == {
        ("a line is bookkeeping, not a message", 1), ("a line is there twice", 1)}


def test_a_subagent_stands_below_its_tool(tmp_path: Path) -> None:
    task = [{"type": "tool_use", "id": "t", "name": "Task", "input": {"prompt": "look"}}]
    spans = load(saved(tmp_path, lines(
        said("a", 0, "hello"), said("b", 1, task, parent="a", kind="assistant"),
        said("c", 2, "look", isSidechain=True), said("d", 3, [{"type": "text", "text": "found"}], parent="c", kind="assistant",
                                                     isSidechain=True),
        said("e", 4, [{"type": "tool_result", "tool_use_id": "t", "content": "found"}], parent="b"))))[0]
    assert dict(shape(spans)) == {"turn": None, "chat": "subagent", "Task": "turn", "subagent": "Task"} or sorted(
        shape(spans), key=str) == sorted([("turn", None), ("chat", "turn"), ("Task", "turn"), ("subagent", "Task"),
                                          ("chat", "subagent")], key=str)


def test_a_stream_has_made_up_times(tmp_path: Path) -> None:
    spans, _, reports = load(saved(tmp_path, lines(
        {"type": "system", "subtype": "init", "session_id": "s", "model": "m"},
        {"type": "assistant", "session_id": "s", "uuid": "a", "parent_tool_use_id": None,
         "message": {"id": "m", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "hi"}]}},
        {"type": "result", "subtype": "success", "session_id": "s", "duration_ms": 2000, "num_turns": 1})))
    assert [span.name for span in spans] == ["turn", "chat m"]
    assert any("no times" in text for text in reports[0].assumed)


@pytest.mark.parametrize("name", ["sample_session.jsonl", "representative_messages.jsonl", "todowrite_examples.jsonl"])
def test_transcripts_of_others(shared: Path, name: str) -> None:
    """Every tool_use is a tool, every message id a call, every prompt a turn."""
    path = shared / "samples" / "claude-code" / name
    records = [json.loads(line) for line in path.read_text().splitlines()]
    answers = [one for one in records if one["type"] == "assistant"]
    tools = [block for one in answers for block in one["message"]["content"] if block["type"] == "tool_use"]
    calls = {one["message"].get("id") or one["uuid"] for one in answers}
    spans = load(path)[0]
    assert sum(span.attributes["gen_ai.operation.name"] == "execute_tool" for span in spans) == len(tools)
    assert sum(span.attributes["gen_ai.operation.name"] == "chat" for span in spans) == len(calls)


# -- the others --------------------------------------------------------------------------------------------------------


def test_openai_agents(shared: Path) -> None:
    folder = shared / "samples" / "openai-agents"
    records = [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]
    wanted = {one["id"]: one for one in records if one["object"] == "trace.span"}
    spans, _, reports = load(folder / "trace.jsonl")
    assert [span.attributes["tracedesk.file.span_id"] for span in spans] == list(wanted)
    assert [span.attributes.get("tracedesk.file.parent_id") for span in spans] == [one["parent_id"] for one in wanted.values()]
    assert not reports[0].skipped
    assert shape(load(folder / "ingest-payload.json")[0]) == shape(spans)


def test_helicone_paths_are_a_tree(tmp_path: Path) -> None:
    def call(number: int, path: str) -> dict[str, Any]:
        return {"request_id": f"0f0b2f7e-54f5-4f56-a0f5-0a6b9d1d9f{number:02}",
                "request_created_at": f"2026-03-01T10:00:0{number}Z", "delay_ms": 500, "response_status": 200,
                "request_model": "m", "request_properties": {"Helicone-Session-Id": "s", "Helicone-Session-Path": path}}

    spans, _, _ = load(saved(tmp_path, lines(call(1, "/a/one"), call(2, "/a/b/two"))))
    assert shape(spans) == [("a", None), ("b", "a"), ("chat m", "a"), ("chat m", "b")]
    assert spans[0].end_ns == START + 2_500_000_000


def test_zipkin_client_and_server_share_an_id(tmp_path: Path) -> None:
    def one(kind: str, service: str, own: str = "b", parent: str = "a", **more: Any) -> dict[str, Any]:
        return {"traceId": "1", "id": own, "parentId": parent, "kind": kind, "name": f"{kind}-{service}",
                "timestamp": 1772359200000000, "duration": 10, "localEndpoint": {"serviceName": service}, **more}

    spans = load(saved(tmp_path, [one("CLIENT", "web"), one("SERVER", "db", shared=True), one("CLIENT", "db", "c", "b"),
                                  one("SERVER", "web", "a", "")]))[0]
    assert dict(shape(spans)) == {"SERVER-web": None, "CLIENT-web": "SERVER-web", "SERVER-db": "CLIENT-web",
                                  "CLIENT-db": "SERVER-db"}


def test_zipkin_pieces_and_missing_times(tmp_path: Path) -> None:
    spans, _, reports = load(saved(tmp_path, [
        {"traceId": "1", "id": "a", "timestamp": 1772359200000000}, {"traceId": "1", "id": "a", "duration": 7, "name": "n"},
        {"traceId": "1", "id": "b", "parentId": "a", "name": "late", "tags": {"error": ""}}]))
    assert [(span.name, span.start_ns - START, span.end_ns, span.status) for span in spans] == [
        ("n", 0, START + 7_000, 0), ("late", 0, None, 2)]
    assert reports[0].assumed


@pytest.mark.parametrize("name", ["yelp.json", "skew.json", "messaging-kafka.json", "smartthings-oauth-authorization.json"])
def test_zipkin_files(shared: Path, name: str) -> None:
    path = shared / "samples" / "zipkin" / name
    listed = json.loads(path.read_text())
    sides = {(one["id"], one.get("kind"), one.get("localEndpoint", {}).get("serviceName")) for one in listed}
    spans, _, reports = load(path)
    assert len(spans) == len(sides)
    assert not reports[0].skipped


@pytest.mark.parametrize("name", ["otel-python-console.pretty.json", "otel-python-console.jsonl", "any-agent.OPENAI_trace.json",
                                  "any-agent.LANGCHAIN_trace.json", "vercel-ai-v6.readable-spans.json"])
def test_console_dumps(shared: Path, name: str) -> None:
    path = shared / "samples" / "otel-console" / name
    text, decoder, place, listed = path.read_text(), json.JSONDecoder(), 0, []
    while place < len(text):
        value, place = decoder.raw_decode(text, place)
        listed += value if isinstance(value, list) else value.get("spans", [value])
        while place < len(text) and text[place].isspace():
            place += 1
    spans, _, reports = load(path)
    assert [span.name for span in spans] == [one["name"] for one in listed]
    ids = [one["spanContext"]["traceId"] if "spanContext" in one else one["context"]["trace_id"] for one in listed]
    assert [span.trace_id.hex() for span in spans] == [
        f"{own:032x}" if isinstance(own, int) else own.removeprefix("0x") for own in ids]
    assert not reports[0].skipped


def test_logfire_pending_spans_give_way(tmp_path: Path) -> None:
    row = {"trace_id": "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6", "span_id": "00000000000000a1", "kind": "pending_span",
           "span_name": "x", "start_timestamp": "2026-03-01T10:00:00Z"}
    spans = load(saved(tmp_path, {"columns": [], "rows": [row, {**row, "kind": "span", "duration": 0.5},
                                                          {**row, "span_id": "00000000000000a2"}]}))[0]
    assert [(span.span_id[-1], span.end_ns) for span in spans] == [(0xA1, START + 500_000_000), (0xA2, None)]


def test_loki_lines_join_by_their_ids(tmp_path: Path) -> None:
    _, logs, _ = load(saved(tmp_path, {"streams": [{"stream": {"app": "bot"}, "values": [
        ["1772359200000000000", 'level=info traceID=7a2f190a1d5c4b0f8e3c2b1a09f8e7d6 spanId="00000000000000a2"'],
        ["1772359200000000001", '{"trace_id": "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6"}'], ["1772359200000000002", "nothing"]]}]}))
    assert [(log.trace_id and log.trace_id.hex()[:4], log.span_id and log.span_id.hex()[-2:]) for log in logs] == [
        ("7a2f", "a2"), ("7a2f", None), (None, None)]
