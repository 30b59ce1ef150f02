"""The same answers as the prototype that the model was measured with, where it is at hand."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.cases import case_trace, load_case
from tests.helpers.random_traces import any_trace, waves
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.trace import Trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import changes_from_json

CHANGES: list[list[dict[str, Any]]] = [
    [{"op": "scale", "select": {"name": "search"}, "factor": 3}],
    [{"op": "scale", "select": {"kind": "llm"}, "factor": 0.5}],
    [{"op": "add", "select": {"name": "plan"}, "ms": 70}],
    [{"op": "remove", "select": {"name": "tool"}, "hit_ms": 2}],
    [{"op": "retry", "select": {"name": "answer"}, "count": 1, "backoff_ms": 30}],
]


@pytest.fixture
def prototype(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(shared / "whatif" / "reference"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spans = importlib.import_module("wi.trace")
    yield spans.from_spans, importlib.import_module("wi.whatif").WhatIf
    for name in [name for name in sys.modules if name == "wi" or name.startswith("wi.")]:
        del sys.modules[name]


def as_spans(trace: Trace) -> list[dict[str, Any]]:
    """A trace as the prototype reads it."""
    found = []
    for i in range(trace.n):
        parent = int(trace.parent[i])
        raised = trace.error_type[i]
        found.append({
            "span_id": trace.span_ids[i].hex(), "parent_id": trace.span_ids[parent].hex() if parent >= 0 else None,
            "name": trace.name[i], "kind": Kind(int(trace.kind[i])).label, "service": trace.service[i],
            "start_ns": int(trace.start_ns[i]), "end_ns": int(trace.end_ns[i]), "attributes": {}, "links": [],
            "status": Status(int(trace.status[i])).name,
            "events": [{"name": "exception", "t_ns": int(trace.end_ns[i]), "attributes": {"exception.type": raised}}]
            if raised else []})
    return found


def agrees(spans: list[dict[str, Any]], trace: Trace, changes: list[dict[str, Any]], prototype: Any) -> None:
    from_spans, what_if = prototype
    theirs = what_if(from_spans(spans))
    expected = theirs.predict(changes)
    outcome = apply(Baseline.of(trace), changes_from_json(changes))
    if theirs.degraded or outcome.structure_only:
        return
    order = [theirs.t.id2bfs[span_id.hex()] for span_id in trace.span_ids]
    ours = outcome.start_ns - outcome.baseline.spans.t0_ns
    kept = ~outcome.removed
    assert np.abs(ours - expected.start[order])[kept].max() <= 2_000, json.dumps(changes)
    assert abs(outcome.total_ns - expected.total) <= 2_000


@pytest.mark.parametrize("seed", range(30))
def test_tidy_programs_are_predicted_alike(prototype: Any, seed: int) -> None:
    trace = waves(seed)
    for changes in CHANGES:
        renamed = json.loads(json.dumps(changes).replace('"name": "', '"name": "level2.'))
        agrees(as_spans(trace), trace, renamed, prototype)


@pytest.mark.parametrize("seed", range(60))
def test_untidy_intervals_are_predicted_alike(prototype: Any, seed: int) -> None:
    trace = any_trace(seed, size=14)
    if (trace.end_ns <= trace.start_ns).any() or len(trace.roots) > 1 or (trace.error_type.codes >= 0).any():
        pytest.skip("zero lengths, several roots and cut calls are where we differ on purpose")
    for changes in CHANGES:
        agrees(as_spans(trace), trace, changes, prototype)


def test_real_runs_are_predicted_alike(prototype: Any, shared: Path) -> None:
    for path in sorted((shared / "whatif" / "cases").glob("*.json")):
        case = load_case(path)
        agrees(case["baseline"], case_trace(case["baseline"]), case["perturbation"], prototype)
