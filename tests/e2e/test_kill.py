"""`kill -9` of the engine: nothing that was acknowledged is lost, nothing is half there, and somebody notices."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.helpers.engine import until
from tests.helpers.kills import kill_again_and_again
from tracedesk.engine import client

KILLS = 50


@pytest.mark.timeout(240)
def test_no_acknowledged_span_is_lost(tmp_path: Path) -> None:
    outcome = kill_again_and_again(tmp_path / "t.db", KILLS)
    assert outcome.missing == 0
    assert outcome.halves == 0
    assert outcome.integrity == ["ok"]
    assert all(count >= KILLS // 4 for count in outcome.acked_by.values()), outcome.acked_by
    print(f"{outcome.acked} acknowledged batches, slowest start {max(outcome.reopen_s):.2f} s")


def test_a_killed_engine_is_noticed_and_replaced(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    first = client.ensure_engine(store)
    assert first is not None
    second = None
    try:
        assert client.ensure_engine(store) is None, "one runs already"
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: not client.running(store), 5, "the death is seen")
        second = client.ensure_engine(store)
        assert second is not None
        assert client.engine_of(store).pid == second.pid != first.pid
    finally:
        first.close()
        if second is not None:
            second.close()
    assert client.engine_of(store) is None, "it drained and ended in order"
