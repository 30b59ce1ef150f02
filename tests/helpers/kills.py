"""Kill the engine under load, again and again, and see whether anything that it acknowledged is missing."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.engine import Engine, free_port, until
from tests.helpers.load import SPANS, mixed
from tracedesk.store import questions
from tracedesk.store.connect import open_store


@dataclass
class Outcome:
    """What came of `kills` kills. `missing` and `halves` are batches; `reopen_s` are times from start to "listening"."""

    kills: int
    acked: int
    acked_by: dict[str, int]
    missing: int
    halves: int
    integrity: list[str]
    reopen_s: list[float]


def kill_again_and_again(store: Path, kills: int, *, seed: int = 7) -> Outcome:
    """`kills` lives of an engine under mixed load, each ended by SIGKILL within 0.25 s: every third of the moment at which it
    listens, the others of its first acknowledgement."""
    grpc, http = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    moment = random.Random(seed)
    reopen_s = []
    with mixed(grpc, http) as load:
        for life in range(kills):
            begun, before = time.monotonic(), len(load.acked)
            engine = Engine(store, grpc=grpc, http=http)
            reopen_s.append(time.monotonic() - begun)
            if life % 3:
                until(lambda before=before: len(load.acked) > before, 10, "the first acknowledgement")
            time.sleep(moment.uniform(0.0, 0.25))
            engine.kill()
    counts: dict[bytes, int] = {}
    with open_store(store, role="note") as opened:
        opened.time_limit_s = 60
        for summary in questions.traces(opened, limit=10_000_000):
            counts[summary.trace_id] = summary.span_count
        integrity = [row[0] for row in opened._connection.execute("PRAGMA integrity_check")]
        integrity += [row[0] for row in opened._connection.execute("PRAGMA cipher_integrity_check")]
    missing = sum(counts.get(trace_id, 0) != spans for trace_id, spans in load.acked)
    halves = sum(count != SPANS for count in counts.values())
    return Outcome(kills, len(load.acked), load.acked_by, missing, halves, integrity, reopen_s)
