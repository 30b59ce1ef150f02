"""500 kills of the engine under mixed load, 50 in a quick run: what is missing afterwards."""

from __future__ import annotations

from tests.helpers.home import private_home
from tests.helpers.kills import kill_again_and_again


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    kills = 50 if quick else 500
    with private_home() as home:
        outcome = kill_again_and_again(home / "t.db", kills)
    reopen = sorted(outcome.reopen_s)
    return [
        (f"kill -9, {kills} times: acknowledged batches missing", f"{outcome.missing} of {outcome.acked:,}", "0"),
        (f"kill -9, {kills} times: half batches", str(outcome.halves), "0"),
        (f"kill -9, {kills} times: integrity of the store", ", ".join(outcome.integrity), "ok"),
        ("kill -9: start until it listens, p99", f"{reopen[int(0.99 * (len(reopen) - 1))]:.2f} s", "1.0 s"),
    ]
