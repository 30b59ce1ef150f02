"""A store with many spans, written by the engine's own intake without the wire."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from itertools import chain, islice
from pathlib import Path
from typing import Any

from tests.helpers.load import batch
from tracedesk.ingest.intake import Intake
from tracedesk.model.span import Span
from tracedesk.pricing.book import PriceBook
from tracedesk.wire import encode
from tracedesk.wire.otlp_proto import decode_traces

WAITING = 8
TOGETHER = 50
MINUTE_NS = 60 * 10**9


def fill(store: Path, spans: int, per_trace: int = 20) -> None:
    """Write `spans` LLM-like spans in traces of `per_trace`, a minute apart, the last of them now."""
    traces = spans // per_trace
    now = time.time_ns()
    write(store, (batch(f"bot-{at % 7}", per_trace, end_ns=now - (traces - at) * MINUTE_NS // 10) for at in range(traces)))


def write(store: Path, traces: Iterable[list[Span]]) -> None:
    """Write traces into a store with the engine's own intake."""
    intake = Intake(store, PriceBook(), memory_limit_bytes=10**9)
    intake.start()
    answers: deque[Future[Any]] = deque()
    waiting = iter(traces)
    while some := list(islice(waiting, TOGETHER)):
        answers.append(intake.submit(decode_traces(encode.traces_request(chain.from_iterable(some)))))
        if len(answers) > WAITING:
            answers.popleft().result()
    for answer in answers:
        answer.result()
    intake.call(lambda writer: writer.settle()).result()
    intake.close()
