"""A disk that is full: senders are told to come again, what was acknowledged is there, and it goes on when there is room."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.helpers.engine import Engine, running, until
from tests.helpers.load import batch, deliver, proto_client
from tracedesk.engine import client
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.wire import encode


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this container may not mount")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_loses_nothing_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    store, ballast = small_disk / "t.db", small_disk / "ballast"
    acked = []

    def send() -> bool:
        spans = batch("a")
        kept = deliver(proto_client(engine.http), spans)
        if kept:
            acked.append(spans[0].trace_id)
        return kept

    with running(store) as engine:
        assert send()
        ballast.write_bytes(b"\0" * 8_000_000)
        while send():
            assert len(acked) < 20_000, "12 MB do not hold this"
        answer = refused_answer(engine.http)
        assert answer.status in (429, 503)
        assert 1 <= int(answer.getheader("Retry-After", "0")) <= 4
        until(lambda: "full" in client.engine_of(store).trouble or "free" in client.engine_of(store).trouble, 3, "it says so")
        assert client.running(store), "it waits, and says that it does"
        with open_store(store, role="read") as opened:
            found = {summary.trace_id for summary in questions.traces(opened, limit=100_000)}
        assert set(acked) <= found, "reading goes on"
        ballast.unlink()
        until(send, 5, "it takes spans again")
        assert engine.terminate()[0] == 0
    with open_store(store, role="read") as opened:
        counts = {summary.trace_id: summary.span_count for summary in questions.traces(opened, limit=100_000)}
    assert all(counts.get(trace_id) == 20 for trace_id in acked)
    assert not list(small_disk.glob("*damaged*"))


def test_a_full_disk_does_not_keep_an_engine_from_starting(small_disk: Path) -> None:
    store, ballast = small_disk / "t.db", small_disk / "ballast"
    acked = []

    def send(engine: Engine) -> bool:
        spans = batch("a")
        kept = deliver(proto_client(engine.http), spans)
        if kept:
            acked.append(spans[0].trace_id)
        return kept

    def waits(engine: Engine) -> bool:
        return not send(engine) and "full" in client.engine_of(store).trouble

    with running(store) as engine:
        assert send(engine)
        fill(ballast)
        while send(engine):
            assert len(acked) < 20_000, "what is left does not hold this"
        engine.kill()
    with running(store) as engine:                       # a log to read, and no room to bring it into the store
        until(lambda: waits(engine), 10, "it says so")
        assert engine.terminate()[0] == 0
    os.truncate(ballast, ballast.stat().st_size - 4_000_000)
    with running(store) as engine:
        until(lambda: send(engine), 10, "it takes spans again")
        assert engine.terminate()[0] == 0
    fill(ballast)
    with running(store) as engine:                       # no log, and no room to begin one
        until(lambda: waits(engine), 10, "it says so")
        os.truncate(ballast, ballast.stat().st_size - 4_000_000)
        until(lambda: send(engine), 10, "it takes spans again")
        assert engine.terminate()[0] == 0
    with open_store(store, role="read") as opened:
        counts = {summary.trace_id: summary.span_count for summary in questions.traces(opened, limit=100_000)}
    assert all(counts.get(trace_id) == 20 for trace_id in acked)


def test_a_first_start_on_a_full_disk_says_so(small_disk: Path) -> None:
    fill(small_disk / "ballast")
    done = subprocess.run([sys.executable, "-m", "tracedesk", "engine", "--store", str(small_disk / "t.db")],
                          capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stdout) == (3, "")
    assert "is full" in done.stderr
    assert "Traceback" not in done.stderr


def fill(ballast: Path) -> None:
    """To the last byte."""
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


def refused_answer(address: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.request("POST", "/v1/traces", encode.traces_request(batch("b")), {"Content-Type": "application/x-protobuf"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer
