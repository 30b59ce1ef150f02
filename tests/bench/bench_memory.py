"""Memory of desk and engine together with a million spans stored: at rest, and after ten seconds under load."""

from __future__ import annotations

import time

import psutil

from tests.helpers import desk
from tests.helpers.filled import fill
from tests.helpers.home import private_home
from tests.helpers.load import mixed
from tracedesk.engine import client

REST_S, LOAD_S = 5.0, 10.0


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    spans = 100_000 if quick else 1_000_000
    with private_home() as home:
        store = home / "t.db"
        fill(store, spans)
        started = desk.start(store)
        state = client.engine_of(store)
        assert state is not None
        both = [psutil.Process(started.process.pid), psutil.Process(state.pid)]
        time.sleep(REST_S)
        rest = [process.memory_info().rss for process in both]
        with mixed(state.grpc, state.http):
            time.sleep(LOAD_S)
        loaded = [process.memory_info().rss for process in (*both, *both[1].children())]
        started.close_both()
    return [
        (f"memory, {spans:,} spans stored: desk + engine at rest", _mb(rest), "350 MB"),
        (f"memory, {spans:,} spans stored: after {LOAD_S:.0f} s under load", _mb(loaded), ""),
    ]


def _mb(parts: list[int]) -> str:
    return f"{sum(parts) / 1e6:.0f} MB ({' + '.join(f'{part / 1e6:.0f}' for part in parts)})"
