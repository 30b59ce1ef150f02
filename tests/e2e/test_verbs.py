"""`demo`, `doctor` and `open` at a prompt."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import desk
from tests.helpers.engine import LINE, running, span_ids, until
from tests.helpers.load import batch, deliver, proto_client
from tracedesk.base import settings
from tracedesk.engine import client
from tracedesk.store import questions
from tracedesk.store.connect import open_store

INTERRUPTIBLE = ("import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
                 "from tracedesk.cli.main import main; main()")
"""A suite that runs in the background of a shell inherits SIGINT as ignored."""


def tracedesk(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A verb that ends by itself."""
    return subprocess.run([sys.executable, "-m", "tracedesk", *words], capture_output=True, text=True, check=False, timeout=60,
                          env={**os.environ, **env})


def traces(store: Path) -> list:
    with open_store(store, role="read") as opened:
        return questions.traces(opened, limit=1000)


def test_demo_sends_the_sample_to_the_running_engine(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        done = tracedesk("demo", "--store", str(store))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"Sent 24 traces, 237 spans, 30 log records to http://{engine.http}.\n"
        first = traces(store)
        assert len(first) == 24
        assert {summary.services[0] for summary in first} == {"support-bot"}
        assert tracedesk("demo", "--store", str(store)).returncode == 0
        assert len(traces(store)) == 48, "fresh ids"
        for _ in range(2):
            assert tracedesk("demo", "--store", str(store), "--same-ids").returncode == 0
        both = traces(store)
        assert len(both) == 72
        costs = sorted(summary.cost_nusd or 0 for summary in first)
        assert sorted(summary.cost_nusd or 0 for summary in both) == sorted(costs * 3), "no run is counted on another"
        assert client.engine_of(store).pid == engine.process.pid


def test_demo_starts_an_engine_for_as_long_as_it_takes(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    done = tracedesk("demo", "--store", str(store))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(traces(store)) == 24
    assert client.engine_of(store) is None


def test_the_live_bot_goes_on_until_it_is_interrupted(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store):
        bot = subprocess.Popen([sys.executable, "-c", INTERRUPTIBLE, "demo", "--live", "--store", str(store)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            until(lambda: store.exists() and len(traces(store)) > 24, 15, "a conversation of its own")
            bot.send_signal(signal.SIGINT)
            said, wrong = bot.communicate(timeout=10)
        finally:
            bot.kill()
    assert bot.returncode == 130
    assert "Ctrl+C ends it" in said
    assert "Traceback" not in wrong


def test_demo_sends_the_token_where_one_is_required(tmp_path: Path) -> None:
    from tracedesk.privacy.token import make_receiver_token

    make_receiver_token()
    settings.save("receiver", {"require_token": True})
    store = tmp_path / "t.db"
    with running(store) as engine:
        assert not deliver(proto_client(engine.http), batch("nobody"))
        assert tracedesk("demo", "--store", str(store)).returncode == 0
        assert {summary.services[0] for summary in traces(store)} == {"support-bot"}


def test_doctor_says_what_is_running(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        assert deliver(proto_client(engine.http), batch("a"))
        found = json.loads(tracedesk("doctor", "--json", "--store", str(store)).stdout)
        assert found["engine"]["alive"] is True
        assert (found["engine"]["pid"], found["engine"]["http"]) == (engine.process.pid, engine.http)
        assert found["engine"]["trouble"] is None
        assert [(port["kind"], port["address"], port["state"]) for port in found["ports"]] == [
            ("grpc", engine.grpc, "ours"), ("http", engine.http, "ours")]
        assert (found["store"]["spans"], found["store"]["traces"], found["store"]["key_place"]) == (20, 1, "file")
        assert any("keyring" in problem["what"] for problem in found["problems"])
        assert found["versions"]["PySide6_Essentials"] != "missing"
        people = tracedesk("doctor", "--store", str(store))
        assert people.returncode == 0
        assert f"process {engine.process.pid}" in people.stdout
        engine.kill()
        found = json.loads(tracedesk("doctor", "--json", "--store", str(store)).stdout)
        assert found["engine"]["alive"] is False
        assert any("does not answer" in problem["what"] for problem in found["problems"])


def test_doctor_on_a_machine_where_nothing_was_ever_done(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        settings.save("receiver", {"http": address})
        store = tmp_path / "nowhere" / "t.db"
        done = tracedesk("doctor", "--json", "--store", str(store))
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["engine"] is None
    assert (found["store"]["spans"], found["store"]["size_bytes"], found["store"]["key_place"]) == (None, 0, "none")
    port = found["ports"][1]
    assert (port["address"], port["state"]) == (address, "taken")
    assert any(address in problem["what"] for problem in found["problems"])
    assert not store.parent.exists(), "it only looks"


def test_open_without_a_display_runs_the_engine(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    hidden = {name: value for name, value in os.environ.items() if name not in displays}
    process = subprocess.Popen([sys.executable, "-m", "tracedesk", "open", "--store", str(store)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=hidden)
    try:
        assert process.stdout is not None
        assert LINE.fullmatch(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=10)[1]
    finally:
        process.kill()
    assert process.returncode == 0
    assert said.count("\n") == 1
    assert "no display" in said


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killing_the_desk_loses_nothing_and_its_engine_ends(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    started = desk.start(store)
    try:
        state = client.engine_of(store)
        sent = batch("a")
        assert deliver(proto_client(state.http), sent)
        started.process.kill()
        until(lambda: client.engine_of(store) is None, 3, "the engine drains and ends")
    finally:
        started.close()
    assert span_ids(store) == {span.span_id for span in sent}


def test_a_desk_uses_the_engine_that_runs_and_leaves_it_running(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        started = desk.start(store)
        started.close()
        assert client.engine_of(store).pid == engine.process.pid
        assert client.running(store)
