"""What the engine says about itself twice a second: addresses, rate, counts, and what is wrong."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from pathlib import Path
from typing import Protocol

from tracedesk.base.clock import now_ns
from tracedesk.base.errors import PortInUse, TraceDeskError
from tracedesk.store.heartbeat import Beat, Heart

RATE_S = 2.0
"""The rate is that of the last so many seconds."""

LOW_BYTES = 2 * 10**9
"""Less room than this on the disk is said."""
STOP_BYTES = 256 * 2**20
"""With less room than this nothing more is taken in: a store can be tidied only while there is some (row D4 of the reliability
goals). A disk that is not four times as large as that is used to its end."""


class Counts(Protocol):
    """What the intake counts."""

    received: int
    dropped: int
    last_error: TraceDeskError | None


class Pulse:
    """Writes the heartbeat of one engine. `beat` is called twice a second."""

    def __init__(self, path: Path, heart: Heart) -> None:
        self._path, self._heart = path, heart
        self._since_ns = now_ns()
        self._seen: deque[tuple[float, int]] = deque()
        self.notice = ""
        """A sentence that stays true for the life of this engine, such as where a damaged store went."""

    def beat(self, grpc: str, http: str, problems: list[PortInUse], counts: Counts) -> None:
        """One beat."""
        self._heart.write(Beat(
            os.getpid(), now_ns(), self._since_ns, grpc, http, " ".join(problem.message for problem in problems),
            self.trouble(counts.last_error), self._rate(counts.received), counts.received, counts.dropped))

    def trouble(self, error: TraceDeskError | None) -> str:
        """The sentence about what keeps us from writing, or soon will; "" where all is well."""
        if error is not None:
            return error.message
        free = shutil.disk_usage(self._path.parent).free
        if free < LOW_BYTES:
            stopped = " Nothing more is taken in until there are 256 MB." if self.is_full() else ""
            return f"Only {free / 1e6:,.0f} MB are free on the disk of the store.{stopped}"
        return self.notice

    def is_full(self) -> bool:
        """Whether so little room is left that nothing more should be taken in."""
        disk = shutil.disk_usage(self._path.parent)
        return disk.free < STOP_BYTES and disk.total > 4 * STOP_BYTES

    def _rate(self, received: int) -> float:
        now = time.monotonic()
        self._seen.append((now, received))
        while now - self._seen[0][0] > RATE_S:
            self._seen.popleft()
        first, before = self._seen[0]
        return (received - before) / (now - first) if now > first else 0.0
