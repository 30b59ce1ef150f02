"""LangSmith runs: in every container, halves merged, what `dotted_order` tells, counts once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.helpers.imported import fields_of
from tracedesk.importers.detect import load
from tracedesk.importers.formats.langsmith import PART

A, B = "0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e01", "0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e02"
ORDER = f"20260301T100000000000Z{A}.20260301T100000100000Z{B}"
START = 1_772_359_200_000_000_000


def saved(folder: Path, data: Any) -> Path:
    path = folder / "x"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_a_call_is_understood() -> None:
    chat = fields_of(PART.sample)["ChatOpenAI"]
    assert (chat["tokens.input"], chat["tokens.output"], chat["model.requested"]) == (42, 17, "gpt-4o-mini")
    assert chat["output.messages"][0]["parts"][0]["content"] == "On its way."


def test_the_containers_say_the_same(tmp_path: Path) -> None:
    runs = [json.loads(line) for line in PART.sample.splitlines()]
    wanted = [span.raw for span in load(saved(tmp_path, PART.sample.decode()))[0]]
    for data in (runs, {"runs": runs, "cursors": {}}, {"post": runs, "patch": []}, {**runs[0], "child_runs": [runs[1]]}):
        found = load(saved(tmp_path, data))
        assert [span.raw for span in found[0]] == wanted
        assert found[2][0].format == "langsmith"


def test_dotted_order_fills_in_what_is_missing(tmp_path: Path) -> None:
    spans, _, _ = load(saved(tmp_path, [{"dotted_order": ORDER, "name": "x", "run_type": "tool"}]))
    assert spans[0].trace_id.hex() == A.replace("-", "")
    assert spans[0].start_ns == START + 100_000_000
    assert spans[0].end_ns is None
    assert spans[0].attributes["tracedesk.file.parent_id"] == A


def test_halves_are_one_run(tmp_path: Path) -> None:
    post = {"id": A, "name": "chat", "run_type": "llm", "start_time": 1772359200000, "inputs": {"messages": []},
            "extra": {"metadata": {"ls_provider": "openai"}}, "dotted_order": f"20260301T100000000000Z{A}"}
    patch = {"end_time": 1772359201500, "outputs": {"usage_metadata": {"input_tokens": 5, "output_tokens": 6}}, "inputs": {},
             "extra": {"metadata": {"ls_model_name": "m"}}, "dotted_order": f"20260301T100000000000Z{A}"}
    for data in ({"post": [post], "patch": [patch]}, json.dumps({"post": [post]}) + "\n" + json.dumps({"patch": [patch]})):
        spans, _, _ = load(saved(tmp_path, data))
        assert [(span.start_ns, span.end_ns) for span in spans] == [(START, START + 1_500_000_000)]
        assert fields_of(tmp_path / "x")["chat"]["tokens.output"] == 6


def test_counts_of_a_parent_are_not_its_own(tmp_path: Path) -> None:
    chain = {"id": A, "name": "chain", "run_type": "chain", "start_time": "2026-03-01T10:00:00", "prompt_tokens": 100,
             "dotted_order": f"20260301T100000000000Z{A}"}
    assert "tokens.input" not in fields_of(saved(tmp_path, [chain]))["chain"]


def test_a_home_made_dump(tmp_path: Path) -> None:
    run = {"id": A, "name": "ask", "start_time": "2026-03-01 10:00:00.101066+00:00", "end_time": "None", "inputs": {"q": 1},
           "outputs": None}
    spans, _, _ = load(saved(tmp_path, json.dumps(run) + "\n" + json.dumps({**run, "id": B})))
    assert [(span.start_ns - START, span.end_ns, span.parent_id) for span in spans] == [(101_066_000, None, None)] * 2
    assert len({span.trace_id for span in spans}) == 2


def test_an_error_is_said(tmp_path: Path) -> None:
    run = {"id": A, "name": "t", "run_type": "tool", "start_time": "2026-03-01T10:00:00", "error": "ValueError('no')",
           "dotted_order": f"20260301T100000000000Z{A}", "total_cost": "0.000123"}
    span = load(saved(tmp_path, [run]))[0][0]
    assert (span.status, span.status_message) == (2, "ValueError('no')")


def test_runs_of_the_real_sdk(shared: Path) -> None:
    path = shared / "samples" / "langsmith" / "runs.jsonl"
    runs = [json.loads(line) for line in path.read_text().splitlines()]
    names = {run["id"]: run["name"] for run in runs}
    spans, _, reports = load(path)
    by_id = {span.span_id: span for span in spans}
    assert [(span.name, by_id[span.parent_id].name if span.parent_id else None) for span in spans] == [
        (run["name"], names.get(run["parent_run_id"])) for run in runs]
    assert sum(span.status == 2 for span in spans) == sum(run["error"] is not None for run in runs)
    assert not reports[0].skipped
