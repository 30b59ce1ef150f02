"""A store with many spans, written by the engine's own intake without the wire."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tests.helpers.load import batch
from tracedesk.ingest.intake import Intake
from tracedesk.model.batch import SpanBatch
from tracedesk.pricing.book import PriceBook
from tracedesk.wire import encode
from tracedesk.wire.otlp_proto import decode_traces

WAITING = 8
TOGETHER = 50
MINUTE_NS = 60 * 10**9


def fill(store: Path, spans: int, per_trace: int = 20) -> None:
    """Write `spans` LLM-like spans in traces of `per_trace`, a minute apart, the last of them now."""
    intake = Intake(store, PriceBook(), memory_limit_bytes=10**9)
    intake.start()
    answers: deque[Future[Any]] = deque()
    traces = spans // per_trace
    now = time.time_ns()
    for first in range(0, traces, TOGETHER):
        made = [span for at in range(first, min(first + TOGETHER, traces))
                for span in batch(f"bot-{at % 7}", per_trace, end_ns=now - (traces - at) * MINUTE_NS // 10)]
        decoded: SpanBatch = decode_traces(encode.traces_request(made))
        answers.append(intake.submit(decoded))
        if len(answers) > WAITING:
            answers.popleft().result()
    for answer in answers:
        answer.result()
    intake.call(lambda writer: writer.settle()).result()
    intake.close()
