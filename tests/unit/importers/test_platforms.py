"""MLflow, Braintrust and Weave: what each says in its own way."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.imported import fields_of
from tracedesk.importers.detect import load
from tracedesk.importers.formats import braintrust, mlflow, weave
from tracedesk.importers.importer import Importer
from tracedesk.model.span import Span

START = 1_772_359_200_000_000_000


def saved(folder: Path, data: Any) -> Path:
    path = folder / "x"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def shape(spans: list[Span]) -> list[tuple[str, str | None]]:
    names = {span.span_id: span.name for span in spans}
    return [(span.name, names.get(span.parent_id) if span.parent_id else None) for span in spans]


@pytest.mark.parametrize("part", [mlflow.PART, braintrust.PART, weave.PART], ids=lambda part: part.key)
def test_counts_and_tree(part: Importer, tmp_path: Path) -> None:
    found = fields_of(part.sample)
    call = next(fields for fields in found.values() if "tokens.input" in fields)
    assert (call["tokens.input"], call["tokens.output"], call["model.requested"]) == (42, 17, "gpt-4o-mini")
    spans = load(saved(tmp_path, part.sample.decode()))[0]
    assert [span.parent_id is None for span in spans] == [True, False]
    assert spans[1].parent_id == spans[0].span_id
    assert (spans[0].end_ns or 0) - spans[0].start_ns == 2_400_000_000


def test_mlflow_keeps_nanoseconds_and_facts_of_the_trace(tmp_path: Path) -> None:
    agent = load(saved(tmp_path, mlflow.PART.sample.decode()))[0][0]
    assert (agent.start_ns, agent.trace_id.hex()) == (START + 1, "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6")
    found = fields_of(mlflow.PART.sample)["agent"]
    assert (found["user.id"], found["session.id"]) == ("u-1", "s-1")


def test_mlflow_of_the_older_schema(tmp_path: Path) -> None:
    span = {"name": "old", "context": {"span_id": "0x00000000000000a1", "trace_id": "0x7a2f190a1d5c4b0f8e3c2b1a09f8e7d6"},
            "parent_id": None, "start_time": START, "end_time": START + 5, "status_code": "ERROR", "status_message": "no",
            "attributes": {"mlflow.spanType": '"TOOL"'}}
    spans, _, reports = load(saved(tmp_path, {"spans": [span], "request": "{}"}))
    assert [(one.name, one.end_ns, one.status, one.status_message) for one in spans] == [("old", START + 5, 2, "no")]
    assert reports[0].format == "mlflow"


def test_mlflow_assessments_are_evaluations(tmp_path: Path) -> None:
    document = json.loads(mlflow.PART.sample)
    document["info"]["assessments"] = [{"assessment_name": "ok", "feedback": {"value": True}, "rationale": "fine",
                                        "create_time": "2026-03-01T11:00:00Z", "span_id": None}]
    logs = load(saved(tmp_path, document))[1]
    assert [(log.event_name, log.attributes["gen_ai.evaluation.score.label"]) for log in logs] == [
        ("gen_ai.evaluation.result", "true")]


def test_braintrust_rows_that_change_others(tmp_path: Path) -> None:
    first = {"id": "r", "span_id": "00000000000000a1", "root_span_id": "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6", "span_parents": [],
             "metrics": {"start": 1772359200.25}, "span_attributes": {"name": "chat", "type": "llm"}}
    rows = [first, {"id": "r", "_is_merge": True, "root_span_id": first["root_span_id"], "metrics": {"end": 1772359201.25,
                                                                                                    "prompt_tokens": 3}}]
    spans, _, _ = load(saved(tmp_path, rows))
    assert [(span.start_ns - START, (span.end_ns or 0) - START) for span in spans] == [(250_000_000, 1_250_000_000)]
    assert fields_of(tmp_path / "x")["chat"]["tokens.input"] == 3


def test_weave_counts_leaves_only(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in weave.PART.sample.splitlines()]
    lines[0]["op_name"] = "weave:///me/bot/op/litellm.completion:x"
    lines[0]["summary"] = {"usage": {"gpt-4o-mini": {"prompt_tokens": 42, "completion_tokens": 17}}}
    path = saved(tmp_path, "\n".join(map(json.dumps, lines)))
    assert "tokens.input" not in fields_of(path)["litellm.completion"]
    assert fields_of(path)["openai.chat.completions.create"]["tokens.input"] == 42


def test_files_of_the_real_sdks(shared: Path) -> None:
    samples = shared / "samples"
    for name in ("trace-0", "trace-1"):
        path = samples / "mlflow" / f"{name}.json"
        listed = json.loads(path.read_text())["data"]["spans"]
        names = {one["span_id"]: one["name"] for one in listed}
        spans, _, reports = load(path)
        assert shape(spans) == [(one["name"], names.get(one["parent_span_id"])) for one in listed]
        assert [span.span_id for span in spans] == [base64.b64decode(one["span_id"]) for one in listed]
        assert [span.end_ns for span in spans] == [one["end_time_unix_nano"] for one in listed]
        assert not reports[0].skipped
    rows = json.loads((samples / "braintrust" / "log-rows.json").read_text())
    rows = rows if isinstance(rows, list) else rows["events"]
    names = {one["span_id"]: one["span_attributes"]["name"] for one in rows}
    wanted = sorted((one["span_attributes"]["name"], names.get((one["span_parents"] or [None])[0]) or "") for one in rows)
    for name in ("log-rows.json", "log-rows.jsonl"):
        spans, _, reports = load(samples / "braintrust" / name)
        assert sorted((own, parent or "") for own, parent in shape(spans)) == wanted
        assert not reports[0].skipped
    calls = [json.loads(line) for line in (samples / "weave" / "calls.jsonl").read_text().splitlines()]
    spans, _, reports = load(samples / "weave" / "calls.jsonl")
    ids = {one["id"]: one["op_name"].rpartition("/")[2].partition(":")[0] for one in calls}
    assert shape(spans) == [(ids[one["id"]], ids.get(one["parent_id"])) for one in calls]
    assert sum(span.status == 2 for span in spans) == sum(one["exception"] is not None for one in calls)
