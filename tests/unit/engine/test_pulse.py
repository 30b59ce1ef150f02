"""What the engine says of the room on its disk."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from tracedesk.engine.pulse import Pulse
from tracedesk.store.heartbeat import Heart

Disk = namedtuple("Disk", "total used free")
MB = 2**20


@pytest.mark.parametrize(("total_mb", "free_mb", "says", "stops"), [
    (100_000, 50_000, "", False), (100_000, 1_500, "free on the disk", False), (100_000, 200, "Nothing more is taken in", True),
    (12, 4, "free on the disk", False)])
def test_little_room_is_said_and_less_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total_mb: int, free_mb: int, says: str, stops: bool,
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: Disk(total_mb * MB, 0, free_mb * MB))
    heart = Heart(tmp_path / "t.db")
    pulse = Pulse(tmp_path / "t.db", heart)
    assert pulse.is_full() is stops
    assert says in pulse.trouble(None)
    assert bool(pulse.trouble(None)) is bool(says)
    heart.stop()
