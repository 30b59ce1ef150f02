"""Langfuse: downloads and exports, in both spellings, with scores, zeros and the attributes of OpenTelemetry."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.imported import fields_of
from tracedesk.base.clock import iso_time
from tracedesk.importers.detect import load
from tracedesk.importers.formats.langfuse import PART

ROW = {"id": "00000000000000b1", "trace_id": "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6", "project_id": "p", "type": "GENERATION",
       "parent_observation_id": None, "start_time": "2026-03-01 10:00:00.100000", "end_time": "2026-03-01 10:00:01.100000",
       "name": "chat", "provided_model_name": "gpt-4o-mini", "usage_details": {"input": "42", "output": "17", "total": "59"},
       "metadata": {"scope": "{\"name\": \"langfuse-sdk\"}", "tier": "gold"}, "level": "ERROR", "status_message": "too slow"}


def saved(folder: Path, data: Any, name: str = "x") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_the_download_says_what_was_asked_and_counted() -> None:
    found = fields_of(PART.sample)
    chat = found["chat"]
    assert (chat["tokens.input"], chat["tokens.output"], chat["model.requested"]) == (42, 17, "gpt-4o-mini")
    assert chat["output.messages"][0]["parts"][0]["content"] == "On its way."
    assert (found["agent"]["user.id"], found["agent"]["session.id"], found["agent"]["tags"]) == ("u-1", "s-1", ["beta"])
    assert "user.id" not in chat


def test_a_row_of_the_export_in_every_container(tmp_path: Path) -> None:
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(ROW)
    table.writerow(["" if value is None else json.dumps(value) if isinstance(value, dict) else value for value in ROW.values()])
    camel = {"".join(part if not at else part.title() for at, part in enumerate(key.split("_"))): value
             for key, value in ROW.items()}
    for data in ([ROW], json.dumps(ROW) + "\n" + json.dumps(ROW) + "\n", out.getvalue(), {"data": [camel], "meta": {}}):
        spans, _, reports = load(saved(tmp_path, data))
        span = spans[0]
        assert reports[0].format == "langfuse"
        assert (span.end_ns or 0) - span.start_ns == 1_000_000_000
        assert (span.status, span.status_message, span.scope.name) == (2, "too slow", "langfuse-sdk")
        assert span.attributes["langfuse.observation.metadata.tier"] == "gold"
        assert fields_of(tmp_path / "x")["chat"]["tokens.input"] == 42


def test_zeros_say_nothing(tmp_path: Path) -> None:
    zeros = {**ROW, "usage_details": {"input": 0, "output": 0, "total": 0}, "cost_details": {"total": 0}}
    path = saved(tmp_path, [zeros])
    assert "tokens.input" not in fields_of(path)["chat"]
    assert "cost.total" not in fields_of(path)["chat"]
    assert len(load(path)[2][0].assumed) == 2


def test_ids_that_are_no_hex_keep_their_words(tmp_path: Path) -> None:
    trace = {"id": "order 17", "timestamp": "2026-03-01T10:00:00Z", "name": "t"}
    rows = [{"id": "first", "traceId": "order 17", "type": "SPAN", "name": "a", "startTime": "2026-03-01T10:00:00Z",
             "endTime": None, "parentObservationId": "order 17"},
            {"id": "second", "traceId": "order 17", "type": "EVENT", "name": "b", "startTime": "2026-03-01T10:00:01Z",
             "parentObservationId": "first"}]
    spans = {span.name: span for span in load(saved(tmp_path, {"trace": trace, "observations": rows}))[0]}
    assert spans["a"].parent_id is None
    assert spans["b"].parent_id == spans["a"].span_id
    assert spans["a"].attributes["tracedesk.file.trace_id"] == "order 17"
    assert (spans["a"].end_ns, spans["b"].end_ns) == (None, spans["b"].start_ns)


def test_what_tells_may_stand_behind_a_long_prompt(tmp_path: Path) -> None:
    document = json.loads(PART.sample)
    document["trace"]["input"] = "x" * 200_000
    spans, _, reports = load(saved(tmp_path, document))
    assert (len(spans), reports[0].format) == (2, "langfuse")


def test_scores_are_records_of_their_span(tmp_path: Path) -> None:
    document = json.loads(PART.sample)
    document["scores"] = [{"id": "s", "traceId": document["trace"]["id"], "observationId": "00000000000000a2",
                           "name": "helpful", "value": 0.5, "comment": "short", "timestamp": "2026-03-01T11:00:00Z"},
                          {"id": "t", "traceId": document["trace"]["id"], "name": "all", "value": 1,
                           "timestamp": "2026-03-01T11:00:00Z"}]
    _, logs, _ = load(saved(tmp_path, document))
    assert [(log.event_name, (log.span_id or b"").hex()) for log in logs] == [
        ("gen_ai.evaluation.result", "00000000000000a2"), ("gen_ai.evaluation.result", "00000000000000a1")]
    assert logs[0].attributes["gen_ai.evaluation.score.value"] == 0.5


def test_a_trace_alone_is_one_span(tmp_path: Path) -> None:
    spans, _, reports = load(saved(tmp_path, {"trace": {"id": "ab" * 16, "timestamp": "2026-03-01T10:00:00Z", "latency": 1.5,
                                                        "name": "lonely"}, "observations": []}))
    assert [(span.name, (span.end_ns or 0) - span.start_ns) for span in spans] == [("lonely", 1_500_000_000)]
    assert reports[0].format == "langfuse"


def wanted(path: Path) -> list[tuple[str, str | None, str]]:
    """(name, name of the parent, start) of each observation, read by hand."""
    document = json.loads(path.read_text())
    names = {one["id"]: one["name"] for one in document["observations"]}
    return sorted((one["name"], names.get(one["parentObservationId"]), one["startTime"]) for one in document["observations"])


@pytest.mark.parametrize("name", ["autogen-2025-06-06", "langgraph-python-2025-08-22", "llamaindex-2025-06-05",
                                  "microsoft-agent-2025-12-17", "openai-agents-2025-09-30", "openai-assistants-2024-05-29",
                                  "vercel-aisdk-2025-11-17"])
def test_downloads_of_other_programs(shared: Path, name: str) -> None:
    path = shared / "samples" / "langfuse" / f"ui-download.{name}.json"
    spans, _, reports = load(path)
    names = {span.span_id: span.name for span in spans}
    found = sorted((span.name, names[span.parent_id] if span.parent_id else None, iso_time(span.start_ns)[:23] + "Z")
                   for span in spans)
    assert found == wanted(path)
    assert not reports[0].skipped
