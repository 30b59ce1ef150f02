"""What travels from the edges (receiver, importers) through ingest to the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tracedesk.model.span import LogRecord, Span


@dataclass(slots=True)
class Rejection:
    """Items of one batch that could not be kept: why, how many, and the first of them in words."""

    reason: str
    count: int = 1
    first: str = ""


@dataclass(slots=True)
class SpanBatch:
    """Decoded spans and log records of one request or one piece of a file. `origin` names the door: grpc, http, file.

    `ahead` are spans that came prepared (`ingest.worker.PreparedAhead`); nobody decoded them here.
    """

    spans: list[Span] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)
    metric_points: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    origin: str = ""
    size_bytes: int = 0
    ahead: list[Any] = field(default_factory=list)

    @property
    def item_count(self) -> int:
        """How many spans and log records it holds."""
        return len(self.spans) + len(self.ahead) + len(self.logs)

    @property
    def rejected_count(self) -> int:
        """How many items of the batch were refused."""
        return sum(item.count for item in self.rejected)
