"""Opik (Comet): SDK over OTel."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="opik",
    title="Opik (Comet): SDK over OTel",
    priority=37,
    detect=(
        Detect(prefix=("opik.",)),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "session.id": ("thread_id", "opik.thread_id"),
        "tags": "opik.tags",
        "metadata": "opik.metadata",
        "input.value": "input",
        "output.value": "output",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"opik.tags": '["a", "b"]', "thread_id": "t-1", "input": "hi", "output": "ho"},
                kind="other", fields={"tags": ["a", "b"], "session.id": "t-1", "input.value": "hi"}),
    ),
)
