"""From the end of a span in a program to its trace in the list of the desk: a stock SDK that sends at once, a real engine,
the desk's own poll, question and model, in a store that is not empty."""

from __future__ import annotations

import time
from statistics import median

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.helpers.filled import fill
from tests.helpers.home import private_home
from tracedesk.engine import client

LIMIT_S = 5.0


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    spans, times = (10_000, 20) if quick else (200_000, 100)
    with private_home() as home:
        store = home / "t.db"
        fill(store, spans)
        engine = client.ensure_engine(store)
        assert engine is not None
        try:
            took_ms = sorted(_seen_after_ms(store, times))
        finally:
            engine.close()
    return [
        (f"span end to list row, {spans:,} spans stored: median", f"{median(took_ms):.0f} ms", ""),
        (f"span end to list row, {spans:,} spans stored: p95", f"{took_ms[int(0.95 * (len(took_ms) - 1))]:.0f} ms", "300 ms"),
    ]


def _seen_after_ms(store, times: int) -> list[float]:
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
    _turn(app, 2.0, lambda: False)
    took = []
    for at in range(times):
        span = tracer.start_span("hello")
        trace_id = span.get_span_context().trace_id.to_bytes(16, "big")
        ended = time.perf_counter()
        span.end()                                             # sends, and returns with the engine's OK
        _turn(app, LIMIT_S, lambda wanted=trace_id: model.tail.position(wanted) >= 0)
        took.append((time.perf_counter() - ended) * 1000)
        _turn(app, 0.05 + at % 7 * 0.02, lambda: False)        # not in step with the poll
    provider.shutdown()
    window.close()
    return took


def _turn(app, limit_s: float, ready) -> None:
    """Let Qt work until it is so, or the time is over."""
    end = time.perf_counter() + limit_s
    while time.perf_counter() < end and not ready():
        app.processEvents()
        time.sleep(0.001)
