"""What-if cases: a program run for real twice, once as it is and once changed, and how far a prediction misses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tracedesk.base.money import nusd
from tracedesk.model.kinds import KIND_OF_LABEL, Status
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import Trace, build_trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import changes_from_json
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.spans import lay_out

OTEL_KINDS = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}


def case_trace(spans: list[dict[str, Any]]) -> Trace:
    """The trace of one run in a case file."""
    return build_trace([_row(span) for span in spans])


def _row(span: dict[str, Any]) -> SpanRow:
    attributes, events = span["attributes"], span["events"]
    raised = [event["attributes"].get("exception.type") for event in events if event["name"] == "exception"]
    marks = {"e": [[event["t_ns"], event["name"]] for event in events],
             "l": [[span["trace_id"], linked] for linked in span["links"]]}
    cost = attributes.get("gen_ai.usage.cost")
    return SpanRow(
        bytes.fromhex(span["trace_id"]), bytes.fromhex(span["span_id"]),
        bytes.fromhex(span["parent_id"]) if span["parent_id"] else None, span["name"], span["service"],
        span["start_ns"], span["end_ns"], kind=KIND_OF_LABEL[span["kind"]], otel_kind=OTEL_KINDS[span["otel_kind"]],
        status=Status[span["status"]], model=attributes.get("gen_ai.request.model"),
        input_tokens=attributes.get("gen_ai.usage.input_tokens"),
        output_tokens=attributes.get("gen_ai.usage.output_tokens"),
        cost_nusd=None if cost is None else nusd(cost), cost_status=3 if cost is not None else 0,
        error_type=raised[-1] if raised else None, marks=json.dumps(marks) if events or span["links"] else None)


class Score(NamedTuple):
    """Errors of one prediction: of the total and of each paired span's start or end, as shares of the actual total;
    whether the range holds the truth (2 % margin); the predicted and the real cost in nano-dollars."""

    name: str
    certain: bool
    total_error: float
    span_errors: list[float]
    in_range: bool
    ambiguous: bool
    cost_nusd: int | None
    actual_cost_nusd: int
    outcome: Outcome


def score(case: dict[str, Any]) -> Score:
    """Predict a case from its baseline and compare with the run that really was changed."""
    baseline = Baseline.of(case_trace(case["baseline"]))
    outcome = apply(baseline, changes_from_json(case["perturbation"]))
    actual_ns = case["actual_total_ms"] * 1e6
    paid = sum(nusd(span["attributes"].get("gen_ai.usage.cost", 0)) or 0 for span in case["actual"])
    return Score(
        case["name"], case.get("class", "certain") == "certain" and case.get("knowable", True),
        abs(outcome.total_ns - actual_ns) / actual_ns, _span_errors(case, outcome, actual_ns),
        outcome.low_ns * 0.98 <= actual_ns <= outcome.high_ns * 1.02, outcome.low_ns != outcome.high_ns,
        outcome.cost_nusd, paid, outcome)


def _span_errors(case: dict[str, Any], outcome: Outcome, actual_ns: float) -> list[float]:
    trace = outcome.baseline.trace
    actual = lay_out(case_trace(case["actual"]))
    unfinished = {span["span_id"] for span in case["baseline"] if span["end_ns"] is None}
    origin = int(outcome.start_ns[trace.roots[0]])
    errors = []
    for before, after in case["pairs"]:
        i, j = trace.index_of[bytes.fromhex(before)], int(actual.position[actual.trace.index_of[bytes.fromhex(after)]])
        if outcome.removed[i]:
            errors.append(float(np.inf))
            continue
        miss = abs(int(outcome.start_ns[i]) - origin - int(actual.start[j] - actual.start[0]))
        if before not in unfinished:
            miss = max(miss, abs(int(outcome.end_ns[i]) - origin - int(actual.end[j] - actual.start[0])))
        errors.append(miss / actual_ns)
    return errors


def load_case(path: Path) -> dict[str, Any]:
    """A case file."""
    return json.loads(path.read_text(encoding="utf-8"))
