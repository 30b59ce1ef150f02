"""From the end of a span in a program to its trace in the list of the desk: a stock SDK that sends at once, a real engine,
the desk's own poll, question and model, in a store that is not empty. Then: until a word of it is found, and until an engine
that was killed is replaced by the desk."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from statistics import median

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.bench.bench_load import turns
from tests.helpers.filled import fill
from tests.helpers.home import private_home
from tracedesk.engine import client
from tracedesk.model.query import parse
from tracedesk.store import questions
from tracedesk.store.connect import open_store

LIMIT_S = 5.0


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    spans, times, kills = (10_000, 20, 2) if quick else (200_000, 100, 10)
    with private_home() as home:
        store = home / "t.db"
        fill(store, spans)
        engine = client.ensure_engine(store)
        assert engine is not None
        try:
            took_ms, found_ms, mended_ms = map(sorted, _measured_ms(store, times, kills))
        finally:
            engine.close()
    return [
        (f"span end to list row, {spans:,} spans stored: median", f"{median(took_ms):.0f} ms", ""),
        (f"span end to list row, {spans:,} spans stored: p95", f"{took_ms[int(0.95 * (len(took_ms) - 1))]:.0f} ms", "300 ms"),
        (f"OK to found by a word, {spans:,} spans stored: median, slowest", f"{median(found_ms):.0f}, {found_ms[-1]:.0f} ms",
         "2,000 ms"),
        (f"engine killed to its successor listening, {kills} times: slowest", f"{mended_ms[-1]:.0f} ms", "2,000 ms"),
    ]


def _measured_ms(store: Path, times: int, kills: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds: from the end of each span to its row, from its OK until a search finds it, from each kill to an engine."""
    from tracedesk.ui.app import make_application
    from tracedesk.ui.main_window import MainWindow

    app = make_application()
    window = MainWindow(store)
    window.resize(1600, 1000)
    window.show()
    window.start()
    model = window.page("traces").list.model_
    state = client.engine_of(store)
    assert state is not None
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"http://{state.grpc}", insecure=True)))
    tracer = provider.get_tracer("bench")
    turns(app, lambda: False, 2.0)
    seen, found, mended = [], [], []
    with open_store(store, role="read") as reader:
        for at in range(times):
            span = tracer.start_span(f"hello{at}")
            trace_id = span.get_span_context().trace_id.to_bytes(16, "big")
            ended = time.perf_counter()
            span.end()                                             # sends, and returns with the engine's OK
            acknowledged = time.perf_counter()
            turns(app, lambda wanted=trace_id: model.tail.position(wanted) >= 0, LIMIT_S)
            seen.append((time.perf_counter() - ended) * 1000)
            turns(app, lambda word=f"hello{at}": questions.count(reader, parse(word)) > 0, LIMIT_S)
            found.append((time.perf_counter() - acknowledged) * 1000)
            turns(app, lambda: False, 0.05 + at % 7 * 0.02)        # not in step with the poll
    provider.shutdown()
    for _ in range(kills):
        state = client.engine_of(store)
        assert state is not None
        os.kill(state.pid, signal.SIGKILL)
        killed = time.perf_counter()
        turns(app, lambda old=state.pid: (now := client.engine_of(store)) is not None and now.alive and now.pid != old, LIMIT_S)
        mended.append((time.perf_counter() - killed) * 1000)
        turns(app, lambda: False, 1.0)
    window.close()
    return seen, found, mended
