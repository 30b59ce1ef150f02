"""Opik (Comet): SDK over OTel."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect
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
    ),
)
