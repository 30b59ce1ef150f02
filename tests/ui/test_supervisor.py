"""The engine beside the desk: a killed one is noticed, said and mended within 2 s; a taken port is said, the other works."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from tests.ui.conftest import Desk
from tracedesk.base import settings
from tracedesk.ui.state import Receiver

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process")


@pytest.fixture
def watched(new_desk: Callable[..., Desk], sample: Path, private_home: None) -> Desk:
    """A desk with an engine of its own on free ports."""
    settings.save("receiver", {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0"})
    desk = new_desk(sample)
    desk.window.supervisor.start()
    desk.qtbot.waitUntil(lambda: desk.window.state.receiver is Receiver.LISTENING, timeout=15_000)
    return desk


def test_a_killed_engine_is_noticed_said_and_mended_within_two_seconds(watched: Desk) -> None:
    engine = watched.window.supervisor.engine
    assert engine is not None
    os.kill(engine.pid, signal.SIGKILL)
    begun = time.monotonic()
    watched.qtbot.waitUntil(lambda: "The engine stopped." in watched.window.banner.text(), timeout=4000)
    noticed_s = time.monotonic() - begun
    watched.qtbot.waitUntil(lambda: watched.window.supervisor.engine is not None, timeout=10_000)
    mended_s = time.monotonic() - begun
    again = watched.window.supervisor.engine
    assert again is not None
    assert again.pid != engine.pid
    watched.qtbot.waitUntil(lambda: watched.window.banner.text() == "")
    assert watched.window.top_bar.pill.text().startswith("Listening")
    assert noticed_s < 3.5                                     # 2 s on a machine of its own; the tests share theirs
    assert mended_s < 6


def test_a_test_span_goes_through_the_real_receiver(watched: Desk) -> None:
    watched.run("span.send_test")
    watched.qtbot.waitUntil(lambda: watched.window.toast.text() == "Test span sent", timeout=10_000)
    watched.qtbot.waitUntil(lambda: len(watched.titles()) + watched.page.list.waiting == 25, timeout=5000)


def test_one_that_dies_again_and_again_is_started_ever_more_slowly_and_never_given_up(
    watched: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor, now_s, starts = watched.window.supervisor, 1_000.0, []
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    for _ in range(240):                                       # two minutes of looking twice a second
        now_s += 0.5
        if supervisor._may_restart():
            starts.append(now_s)
    waits = [round(later - start, 1) for start, later in pairwise(starts)]
    assert waits[:4] == [0.5] * 4
    assert waits[4:9] == [2.0] * 5
    assert waits[9] == 10.0
    assert max(waits) == 10.0


def test_a_taken_port_is_said_and_the_other_still_works(new_desk: Callable[..., Desk], sample: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.save("receiver", {"grpc": f"127.0.0.1:{taken.getsockname()[1]}", "http": "127.0.0.1:0"})
        desk = new_desk(sample)
        desk.window.supervisor.start()
        desk.qtbot.waitUntil(lambda: desk.window.state.receiver is Receiver.PORT_TAKEN, timeout=15_000)
        assert str(taken.getsockname()[1]) in desk.window.banner.text()
        http = desk.window.supervisor.engine.http.rpartition(":")[2]
        assert f"HTTP on {http} still works." in desk.window.banner.text()
        assert desk.window.top_bar.pill.text().startswith("Port taken")
        assert desk.window.banner._action.text() == f"Use {taken.getsockname()[1] + 10}"


def lone_port() -> int:
    """A port that is free, and so is the one ten above; below those that the system gives away by itself."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as one, socket.socket() as other, suppress(OSError):
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10))
            return port


def test_another_port_is_taken_for_one_that_is_taken(new_desk: Callable[..., Desk], sample: Path) -> None:
    with socket.socket() as taken:
        port = lone_port()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        settings.save("receiver", {"grpc": f"127.0.0.1:{port}", "http": "127.0.0.1:0"})
        desk = new_desk(sample)
        desk.window.supervisor.start()
        desk.qtbot.waitUntil(lambda: desk.window.state.receiver is Receiver.PORT_TAKEN, timeout=15_000)
        first = desk.window.supervisor.engine.pid
        desk.window.banner._action.click()
        desk.qtbot.waitUntil(lambda: desk.window.state.receiver is Receiver.LISTENING, timeout=20_000)
        engine = desk.window.supervisor.engine
        assert engine.pid != first
        assert engine.grpc == f"127.0.0.1:{port + 10}"
        assert settings.load().receiver.grpc == engine.grpc
        assert desk.window.banner.text() == ""
        assert not desk.window.commands.can("engine.other_port")
