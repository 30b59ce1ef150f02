"""From the start of the process to the window on screen with the receiver answering: an empty home, and the next time."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from tests.helpers import desk
from tests.helpers.home import private_home


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    desk.compiled()
    times = 3 if quick else 7
    with private_home() as home:
        desk_once(home / "warm" / "t.db")                      # the disk cache
        first = [desk_once(home / str(at) / "t.db") for at in range(times)]
        again = [desk_once(home / "warm" / "t.db") for _ in range(times)]
    return [
        ("start: window shown and receiver answering, new store", f"{median(map(max, first)):.2f} s", "1.0 s"),
        ("start: window shown and receiver answering, store there", f"{median(map(max, again)):.2f} s", "1.0 s"),
        ("start: window shown", f"{median(window for window, _ in again):.2f} s", ""),
        ("start: receiver answering", f"{median(answers for _, answers in again):.2f} s", ""),
    ]


def desk_once(store: Path) -> tuple[float, float]:
    """(seconds until the window, until the receiver)"""
    started = desk.start(store)
    started.close_both()
    return started.window_s, started.answers_s
