"""The desk under load: 5,000 spans a second arrive for a minute while its window shows them. How long does it hold still, and
is every span there in the end?

A hold is one stretch in which Qt's loop of the window does not get its turn: no key and no frame comes through meanwhile.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import grpc

from tests.bench.bench_ingest import METHOD, PER_REQUEST, request
from tests.helpers.filled import fill
from tests.helpers.home import private_home
from tracedesk.engine import client
from tracedesk.store import questions
from tracedesk.store.connect import open_store

SPANS_PER_S = 5_000


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    before, seconds = (10_000, 10) if quick else (200_000, 60)
    with private_home() as home:
        store = home / "t.db"
        fill(store, before)
        with open_store(store, role="read") as reader:
            known = questions.stats(reader).spans
        engine = client.ensure_engine(store)
        assert engine is not None
        try:
            holds_ms, sent = _holds_ms(store, seconds)
        finally:
            engine.close()
        with open_store(store, role="read") as reader:
            lost = known + sent - questions.stats(reader).spans
    what = f"{sent / seconds:,.0f} spans/s for {seconds} s into the window"
    p50_ms, p99_ms = holds_ms[len(holds_ms) // 2], holds_ms[int(0.99 * len(holds_ms))]
    return [(f"{what}: longest hold", f"{holds_ms[-1]:.0f} ms", "50 ms"),
            (f"{what}: holds, p50, p99", f"{p50_ms:.1f}, {p99_ms:.1f} ms", ""),
            (f"{what}: of {sent:,} spans lost", f"{lost:,}", "0")]


def _holds_ms(store: Path, seconds: int) -> tuple[list[float], int]:
    """(how long the window's loop was busy each time, ascending; spans acknowledged)."""
    from tracedesk.ui.app import let_the_window_go_first, make_application
    from tracedesk.ui.main_window import MainWindow

    app = make_application()
    let_the_window_go_first()
    window = MainWindow(store)
    window.resize(1600, 1000)
    window.show()
    window.start()
    state = client.engine_of(store)
    assert state is not None
    turns(app, lambda: False, 3.0)
    sender = subprocess.Popen([sys.executable, "-m", "tests.bench.bench_load", state.grpc, str(seconds)],
                              stdout=subprocess.PIPE)
    holds_ms = turns(app, lambda: sender.poll() is not None, 4.0 * seconds)
    window.close()
    assert sender.stdout is not None
    return sorted(holds_ms), int(sender.stdout.read())


def turns(app, done, limit_s: float) -> list[float]:
    """Let Qt work until it is done; how long each turn took that did anything."""
    taken_ms: list[float] = []
    end = time.perf_counter() + limit_s
    while time.perf_counter() < end and not done():
        begun = time.perf_counter()
        app.processEvents()
        took_ms = (time.perf_counter() - begun) * 1000
        if took_ms > 0.2:
            taken_ms.append(took_ms)
        time.sleep(0.001)
    return taken_ms


def _send(address: str, seconds: int) -> int:
    """Send requests at an even pace; gives how many spans were acknowledged."""
    count = seconds * SPANS_PER_S // PER_REQUEST
    with grpc.insecure_channel(address) as channel:
        export = channel.unary_unary(METHOD)
        begun = time.perf_counter()
        for number in range(count):
            body = request(number, time.time_ns())
            time.sleep(max(0.0, begun + number * PER_REQUEST / SPANS_PER_S - time.perf_counter()))
            export(body, timeout=30)
    return count * PER_REQUEST


if __name__ == "__main__":
    print(_send(sys.argv[1], int(sys.argv[2])))
