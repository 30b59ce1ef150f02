"""One trace in one line: what the list, the header and the command line say about it without opening it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tracedesk.model.kinds import Status

FINGERPRINT_COLUMNS = 72
FINGERPRINT_NOTHING = 255


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """The facts of one trace. Sums hold each model call once; a sum of which nothing is known is None, never 0.

    `end_ns` is the latest time seen (of unfinished spans their start). `root_seen` is False while no span without a
    parent has come. `first_seen` counts changes of the store: it grows in the order in which traces first arrived;
    `changed` is the number of the last change. `fingerprint` holds 216 bytes: 72 columns of the main lane and 72 of the
    parallel lane (kind codes, 255 for nothing), then 72 bytes that are 1 where a failed span runs.
    """

    trace_id: bytes
    name: str
    title: str | None
    services: tuple[str, ...]
    start_ns: int
    end_ns: int
    span_count: int
    error_count: int
    unfinished_count: int
    root_seen: bool
    status: int
    llm_calls: int
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    cost_nusd: int | None
    priced_calls: int
    unpriced_calls: int
    user_id: str | None
    session_id: str | None
    models: tuple[str, ...]
    error_message: str | None
    fingerprint: bytes
    tags: dict[str, Any] = field(default_factory=dict)
    first_seen: int = 0
    changed: int = 0

    @property
    def duration_ns(self) -> int:
        """From the first start to the last end, never negative."""
        return max(0, self.end_ns - self.start_ns)

    @property
    def service(self) -> str:
        """The service of the root, else of the earliest span."""
        return self.services[0] if self.services else ""

    @property
    def status_label(self) -> str:
        """`ok`, `error` or `unset`; a trace of which a span still runs is `unfinished`."""
        if self.unfinished_count and self.status != Status.ERROR:
            return "unfinished"
        return Status(self.status).label
