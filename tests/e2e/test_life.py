"""How an engine begins and ends: told to end under load, its parent gone, its store or port taken, its store damaged."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.engine import running, span_ids, until
from tests.helpers.load import batch, deliver, grpc_client, mixed, proto_client
from tracedesk.base.errors import StoreLocked, WorldError
from tracedesk.base.settings import settings_file
from tracedesk.engine import client
from tracedesk.pricing.override import Override
from tracedesk.store import jobs, prices, questions
from tracedesk.store.connect import notebook, open_store


def engine_at_a_prompt(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """One that is expected to end by itself."""
    return subprocess.run([sys.executable, "-m", "tracedesk", "engine", "--store", str(folder / "t.db"), *options],
                          capture_output=True, text=True, check=False, timeout=10)


def test_told_to_end_under_load_it_drains(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine, mixed(engine.grpc, engine.http) as load:
        until(lambda: len(load.acked) > 50, 20, "load")
        code, took_s = engine.terminate()
    assert code == 0
    assert took_s <= 3
    assert not store.with_name("t.db-wal").exists() or not store.with_name("t.db-wal").stat().st_size
    with open_store(store, role="read") as opened:
        counts = {summary.trace_id: summary.span_count for summary in questions.traces(opened, limit=1_000_000)}
    assert all(counts.get(trace_id) == spans for trace_id, spans in load.acked)
    assert client.engine_of(store) is None, "the last beat says that none runs"


def test_the_line_it_prints_and_the_addresses_it_says(tmp_path: Path) -> None:
    store = tmp_path / "a folder" / "t.db"
    with running(store) as engine:
        assert re.fullmatch(r"127\.0\.0\.1:\d+", engine.grpc)
        assert re.fullmatch(r"127\.0\.0\.1:\d+", engine.http)
        state = client.engine_of(store)
        assert state is not None
        assert state.alive
        assert (state.grpc, state.http, state.pid) == (engine.grpc, engine.http, engine.process.pid)
        assert (state.taken, state.trouble, state.received, state.dropped) == ("", "", 0, 0)
        assert deliver(proto_client(engine.http), batch("a"))
        assert deliver(grpc_client(engine.grpc), batch("b"))
        until(lambda: client.engine_of(store).received == 40, 2, "the count in the heartbeat")
        assert client.engine_of(store).spans_per_s > 0
        assert store.stat().st_mode & 0o777 == 0o600
        assert store.parent.stat().st_mode & 0o777 == 0o700, "a folder made for it is private"
        assert engine.terminate()[0] == 0
        assert engine.said == ""


def test_it_ends_when_its_parent_does(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    parent = ("import sys, time; from pathlib import Path; from tracedesk.engine.client import ensure_engine\n"
              "handle = ensure_engine(Path(sys.argv[1])); print(handle.pid, flush=True); time.sleep(60)")
    started = subprocess.Popen([sys.executable, "-c", parent, str(store)], stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout is not None
        pid = int(started.stdout.readline())
        assert client.engine_of(store).pid == pid
        assert client.running(store)
    finally:
        started.kill()
        started.communicate()
    until(lambda: client.engine_of(store) is None, 10, "it ended in order")


def test_one_engine_per_store(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        second = engine_at_a_prompt(tmp_path)
        assert second.returncode == StoreLocked.exit_code == 3
        assert f"process {engine.process.pid}" in second.stderr
        assert second.stdout == ""
        assert client.ensure_engine(store) is None
        engine.kill()
        with running(store) as next_one:
            assert next_one.http, "the lock of one that was killed is no obstacle"


@pytest.mark.parametrize("taken", ["grpc", "http"])
def test_a_port_that_is_taken_is_said_and_the_other_works(taken: str, tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with running(store, **{taken: f"127.0.0.1:{port}"}) as engine:
            assert getattr(engine, taken) == "taken"
            assert deliver(proto_client(engine.http) if taken == "grpc" else grpc_client(engine.grpc), batch("a"))
            state = client.engine_of(store)
            assert f"Port {port} is taken" in state.taken
            assert getattr(state, taken) == ""
            other.close()
            until(lambda: getattr(client.engine_of(store), taken).endswith(f":{port}"), 8, "it takes the port when it is free")
            assert client.engine_of(store).taken == ""
            assert engine.terminate()[0] == 0
            assert f"Port {port} is taken" in engine.said
    assert len(span_ids(store)) == 20


def test_both_ports_taken_is_an_error_at_a_prompt(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        done = engine_at_a_prompt(tmp_path, "--grpc", address, "--http", address)
    assert done.returncode == 3
    assert "is taken" in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["4317", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x"])
def test_an_address_that_is_none_is_a_usage_error(address: str, tmp_path: Path) -> None:
    assert engine_at_a_prompt(tmp_path, "--grpc", address).returncode == 2


def test_a_damaged_store_is_moved_aside_and_said(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        assert deliver(proto_client(engine.http), batch("a"))
        assert engine.terminate()[0] == 0
    broken = store.read_bytes()[:100] + b"\xff" * 3000 + store.read_bytes()[3100:]
    store.write_bytes(broken)
    with running(store) as engine:
        assert deliver(proto_client(engine.http), batch("b"))
        aside = next(tmp_path.glob("t.db.damaged-*"))
        assert aside.name in client.engine_of(store).trouble
        assert engine.terminate()[0] == 0
        assert aside.name in engine.said
    assert aside.read_bytes() == broken, "never written over"
    assert len(span_ids(store)) == 20


def test_a_store_that_turns_out_to_be_broken_is_moved_aside(tmp_path: Path) -> None:
    """Its first page is whole, so it opens; the first write finds the damage."""
    store = tmp_path / "t.db"
    with running(store) as engine:
        for _ in range(30):
            assert deliver(proto_client(engine.http), batch("a"))
        assert engine.terminate()[0] == 0
    whole = store.read_bytes()
    store.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with running(store) as engine:
        until(lambda: deliver(proto_client(engine.http), batch("b")), 20, "it takes spans again")
        assert len(list(tmp_path.glob("t.db.damaged-*[0-9]"))) == 1
        assert engine.terminate()[0] == 0
    assert "moved aside" in engine.said
    assert len(span_ids(store)) == 20


def test_a_settings_file_that_is_none_is_said(tmp_path: Path) -> None:
    settings_file().write_text("[receiver\n")
    done = engine_at_a_prompt(tmp_path)
    assert done.returncode == 1
    assert "settings file" in done.stderr


def test_an_engine_that_ends_at_once_says_why_through_the_client(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        engine.terminate()
    store.with_name("t.db.key").unlink()
    with pytest.raises(WorldError, match="key") as caught:
        client.ensure_engine(store)
    assert caught.value.hint


def test_a_price_that_is_set_holds_for_the_next_call(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        assert deliver(proto_client(engine.http), batch("before", 2))
        with notebook(store) as book:
            prices.put(book, Override("gpt-4o-mini", nusd_per_mtok={"input": 10**9, "output": 0}))
        time.sleep(1.1)
        assert deliver(proto_client(engine.http), batch("after", 2))
    with open_store(store, role="read") as opened:
        cost = {summary.services[0]: summary.cost_nusd for summary in questions.traces(opened)}
    assert cost == {"before": 43 * 150 + 17 * 600, "after": 43 * 1000}


def test_a_job_posted_beside_the_engine_is_done(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        assert deliver(proto_client(engine.http), batch("a", 2))
        with notebook(store) as book:
            prices.put(book, Override("gpt-4o-mini", nusd_per_mtok={"input": 10**9, "output": 0}))
            number = jobs.post(book, "reprice")
            until(lambda: jobs.job(book, number).over, 10, "the job")
            found = jobs.job(book, number)
        assert (found.state, found.message) == ("done", "2 spans read again, 1 changed.")
    with open_store(store, role="read") as opened:
        assert [summary.cost_nusd for summary in questions.traces(opened)] == [43 * 1000]
