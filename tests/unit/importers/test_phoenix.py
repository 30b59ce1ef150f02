"""Phoenix and TRAIL: every container of the same trace, kinds of cells, nesting, durations."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.imported import fields_of
from tracedesk.importers.detect import load
from tracedesk.importers.formats import phoenix, trail
from tracedesk.importers.formats.trail import iso_duration_ns
from tracedesk.model.span import Span

MESSAGES = [{"message.role": "user", "message.content": "hi, 'you'",
             "message.tool_calls": [{"tool_call.function.name": "f"}]}]
ROW = {"name": "chat", "span_kind": "LLM", "parent_id": None, "start_time": 1772359200000, "end_time": 1772359201500,
       "status_code": "OK", "status_message": "", "events": [], "context.span_id": "00000000000000a2",
       "context.trace_id": "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6", "attributes.llm.input_messages": MESSAGES,
       "attributes.llm.token_count.prompt": 648.0, "attributes.metadata": {"tier": "gold", "gone": None},
       "attributes.app": {"name": "x", "deep": {"er": True}}, "attributes.llm.model_name": None}


def saved(folder: Path, data: Any) -> Path:
    path = folder / "x"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_the_api_says_what_was_asked() -> None:
    chat = fields_of(phoenix.PART.sample)["ChatOpenAI"]
    assert (chat["tokens.input"], chat["tokens.output"], chat["model.requested"]) == (42, 17, "gpt-4o-mini")
    assert chat["input.messages"] == [{"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]}]


def test_columns_become_the_keys_of_openinference(tmp_path: Path) -> None:
    span = load(saved(tmp_path, json.dumps(ROW) + "\n" + json.dumps({**ROW, "context.span_id": "00000000000000a3"})))[0][0]
    assert span.attributes == {
        "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "hi, 'you'",
        "llm.input_messages.0.message.tool_calls.0.tool_call.function.name": "f", "llm.token_count.prompt": 648,
        "metadata": '{"tier":"gold"}', "app.name": "x", "app.deep.er": True, "openinference.span.kind": "LLM"}
    assert (span.end_ns or 0) - span.start_ns == 1_500_000_000


def test_cells_of_a_table_are_python_text(tmp_path: Path) -> None:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["context.span_id", *ROW])
    table.writerow(["00000000000000a2", *("" if value is None else str(value) for value in
                                          {**ROW, "start_time": "2026-03-01 10:00:00+00:00",
                                           "end_time": "2026-03-01 10:00:01.500000+00:00"}.values())])
    span = load(saved(tmp_path, out.getvalue()))[0][0]
    wanted = load(saved(tmp_path, json.dumps(ROW)))[0][0]
    assert span.attributes == wanted.attributes
    assert (span.start_ns, span.end_ns) == (wanted.start_ns, wanted.end_ns)


def shape(spans: list[Span]) -> list[tuple[str, str | None]]:
    names = {span.span_id: span.name for span in spans}
    return sorted((span.name, names.get(span.parent_id) if span.parent_id else None) for span in spans)


@pytest.mark.parametrize("name", ["rest-spans.json", "rest-traces.json", "spans.csv", "spans.df.jsonl", "spans.df.iso.jsonl",
                                  "spans.jsonl", "spans.parquet", "rest-otlpv1.json"])
def test_the_same_trace_in_every_container(shared: Path, name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    folder = shared / "samples" / "phoenix"
    data = json.loads((folder / "rag_earnings_agent.rest-spans.json").read_text())["data"]
    names = {one["context"]["span_id"]: one["name"] for one in data}
    path = folder / f"rag_earnings_agent.{name}"
    spans, _, reports = load(path)
    assert shape(spans) == sorted((one["name"], names.get(one["parent_id"])) for one in data)
    assert not reports[0].skipped
    if name != "rest-traces.json":
        llm = [found for found in fields_of(path).values() if "tokens.input" in found]
        assert {(found["tokens.input"], found["tokens.output"]) for found in llm} == {(629, 19)}


@pytest.mark.parametrize(("said", "wanted"), [
    ("PT0.03179S", 31_790_000), ("PT1M48.75533S", 108_755_330_000), ("PT2H", 7_200_000_000_000), ("P1DT1S", 86_401_000_000_000),
    ("1.5", None), ("PT", None), ("P", None), (None, None)])
def test_iso_durations(said: str | None, wanted: int | None) -> None:
    assert iso_duration_ns(said) == wanted


def test_trail_counts_are_numbers() -> None:
    assert fields_of(trail.PART.sample)["chat"]["tokens.input"] == 42


@pytest.mark.parametrize("name", ["gaia/0035f455b3ff2295167a844f04d85d34", "gaia/d67a8ae853c0b8ed0e55f7fafe4e2f64",
                                  "swe_bench/72822db6e120878d916b515c2501246b"])
def test_trail_files(shared: Path, name: str) -> None:
    path = shared / "samples" / "trail" / f"{name}.json"
    waiting = list(json.loads(path.read_text())["spans"])
    wanted: dict[str, tuple[str, str | None, int]] = {}
    while waiting:
        one = waiting.pop()
        wanted[one["span_id"]] = (one["span_name"], one["parent_span_id"], len(one["logs"]))
        waiting += one["child_spans"]
    spans, logs, reports = load(path)
    assert {span.span_id.hex(): (span.name, span.parent_id.hex() if span.parent_id else None) for span in spans} == {
        key: value[:2] for key, value in wanted.items()}
    assert len(logs) == sum(value[2] for value in wanted.values())
    assert reports[0].format == "trail"
    assert not reports[0].skipped
