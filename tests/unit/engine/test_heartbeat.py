"""The heartbeat: who is alive, who hangs, who is gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracedesk.base.clock import NS_PER_S
from tracedesk.engine.client import engine_of
from tracedesk.store import heartbeat
from tracedesk.store.heartbeat import Beat, Heart
from tracedesk.store.lock import EngineLock

NOW = 1_800_000_000 * NS_PER_S


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def at(seconds: float):
    return lambda: NOW + int(seconds * NS_PER_S)


def beat(**more: object) -> Beat:
    return Beat(pid=os.getpid(), beat_ns=NOW, since_ns=NOW - NS_PER_S, grpc="127.0.0.1:4317", **more)  # type: ignore[arg-type]


def test_nothing_was_ever_started(store: Path) -> None:
    assert engine_of(store) is None
    assert not EngineLock(store).is_held()


def test_alive_while_the_lock_is_held_and_the_beat_is_young(store: Path) -> None:
    with EngineLock(store).take():
        heart = Heart(store)
        heart.write(beat(http="127.0.0.1:4318", spans_per_s=12.5, received=7, dropped=1))
        state = engine_of(store, at(2.4))
        assert state is not None
        assert state.alive
        assert (state.pid, state.grpc, state.http) == (os.getpid(), "127.0.0.1:4317", "127.0.0.1:4318")
        assert (state.spans_per_s, state.received, state.dropped, state.since_ns) == (12.5, 7, 1, NOW - NS_PER_S)
        assert not engine_of(store, at(2.6)).alive, "an old beat: it hangs"
        assert not engine_of(store, at(-2.6)).alive
        heart.stop()
        assert engine_of(store, at(0)) is None, "it ended in order"


def test_dead_at_once_when_the_lock_is_gone(store: Path) -> None:
    with EngineLock(store).take():
        Heart(store).write(beat())
        assert engine_of(store, at(0.1)).alive
    assert not engine_of(store, at(0.1)).alive


def test_a_beat_of_another_process_than_the_lock_holder_is_old(store: Path) -> None:
    Heart(store).write(Beat(pid=1, beat_ns=NOW, since_ns=NOW))
    with EngineLock(store).take():
        assert not engine_of(store, at(0.1)).alive


def test_a_shorter_beat_leaves_nothing_of_a_longer_one(store: Path) -> None:
    heart = Heart(store)
    heart.write(beat(taken="Port 4318 is taken by nginx. " * 9))
    size = heartbeat.beat_file(store).stat().st_size
    heart.write(beat())
    assert heartbeat.read(store) == beat()
    assert heartbeat.beat_file(store).stat().st_size == size, "a beat needs no further room"
    heart.stop()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff\xfe"])
def test_a_broken_file_is_no_engine(store: Path, content: bytes) -> None:
    heartbeat.beat_file(store).write_bytes(content)
    assert engine_of(store) is None


def test_the_lock_of_a_store_is_one_by_every_name(store: Path) -> None:
    link = store.with_name("link.db")
    store.touch()
    link.symlink_to(store)
    with EngineLock(store).take():
        assert EngineLock(link).is_held()
