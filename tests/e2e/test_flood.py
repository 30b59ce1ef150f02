"""More than one process keeps up with: a worker joins in, nothing acknowledged is lost when both are killed, none stays."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import grpc
import psutil

from tests.bench.bench_ingest import PER_REQUEST, SPANS_PER_TRACE, request
from tests.helpers.engine import running, until
from tests.helpers.load import EXPORT
from tracedesk.store import questions
from tracedesk.store.connect import open_store


def test_a_flood_is_shared_by_two_processes_and_outlives_both(tmp_path: Path) -> None:
    numbers = iter(range(10_000))
    acknowledged: list[int] = []
    gate = threading.Lock()
    ended = threading.Event()

    def sender(address: str) -> None:
        with grpc.insecure_channel(address) as channel:
            export = channel.unary_unary(EXPORT)
            while not ended.is_set():
                with gate:
                    number = next(numbers)
                try:
                    export(request(number, time.time_ns()), timeout=20)
                except grpc.RpcError:
                    return
                acknowledged.append(number)

    with running(tmp_path / "t.db") as engine:
        senders = [threading.Thread(target=sender, args=(engine.grpc,)) for _ in range(6)]
        try:
            for thread in senders:
                thread.start()
            until(lambda: bool(psutil.Process(engine.process.pid).children()), 60, "a worker is started")
            worker = psutil.Process(engine.process.pid).children()[0]
            before = len(acknowledged)
            until(lambda: len(acknowledged) >= before + 20, 60, "it goes on")
            engine.kill()
        finally:
            ended.set()
            for thread in senders:
                thread.join()
    until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 5, "the worker ends with its engine")
    with running(tmp_path / "t.db"), open_store(tmp_path / "t.db", role="read") as store:
        stored = questions.count(store)
    assert stored >= len(acknowledged) * PER_REQUEST // SPANS_PER_TRACE
    assert stored % (PER_REQUEST // SPANS_PER_TRACE) == 0, "whole requests only"
