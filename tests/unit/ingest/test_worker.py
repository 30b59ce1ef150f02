"""The process that prepares ahead: it brings what is made here, and nothing depends on it."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.helpers.load import batch as spans_of_a_program
from tests.store.content import content
from tracedesk.base.errors import DecodeError
from tracedesk.ingest import worker as module
from tracedesk.ingest.intake import Intake
from tracedesk.ingest.stages import prepare
from tracedesk.ingest.worker import Ahead, Worker, serve
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import LogRecord, Resource, Scope
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.override import Override
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.wire import encode, otlp_json, otlp_proto

GOLDEN = Path(__file__).parents[2] / "golden" / "dialects"
BODIES = [path.read_bytes() for path in sorted(GOLDEN.rglob("spans.otlp.pb"))]


def until(met: Callable[[], bool], limit_s: float = 20) -> None:
    begun = time.monotonic()
    while not met():
        assert time.monotonic() - begun < limit_s
        time.sleep(0.01)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """One that runs."""
    monkeypatch.setattr(module, "START_AFTER_S", 0.0)
    prices: list[Override] = []
    made = Worker(lambda: prices)
    made.prices = prices
    made.consider(module.START_BYTES)
    until(lambda: ask(made, b"") is not None)
    yield made
    made.close()


def ask(worker: Worker, body: bytes, decode: Callable[..., SpanBatch] = otlp_proto.decode_traces) -> Ahead | None:
    return worker.offer(partial(decode, body, origin="grpc"))


def process_of(worker: Worker) -> Any:
    assert worker._child is not None
    return worker._child._process


def body() -> bytes:
    return encode.traces_request(spans_of_a_program("shop"))


def test_it_brings_what_is_made_here(worker: Worker) -> None:
    assert len(BODIES) > 10
    book = PriceBook()
    for document in BODIES:
        ahead = ask(worker, document)
        assert ahead is not None
        found = ahead.batch(worker.overrides)
        here = otlp_proto.decode_traces(document, origin="grpc")
        assert found is not None
        assert (found.origin, found.size_bytes, found.rejected) == (here.origin, here.size_bytes, here.rejected)
        assert found.item_count == len(here.spans)
        for brought, span in zip(found.ahead, here.spans, strict=True):
            row, words, _ = prepare(span, (), book)
            assert (brought.row, brought.words, brought.raw) == (row, words, span.raw)
            assert (brought.resource.raw, brought.scope.raw) == (span.resource.raw, span.scope.raw)
            opened = brought.opened()
            assert repr((opened.attributes, opened.events, opened.links, opened.notes)) == repr(
                (span.attributes, span.events, span.links, span.notes)), "as text, because NaN is there too"


def test_it_reads_json_too(worker: Worker) -> None:
    document = orjson.dumps(encode.traces_json(spans_of_a_program("shop")))
    ahead = ask(worker, document, otlp_json.decode_traces)
    assert ahead is not None
    found = ahead.batch(worker.overrides)
    assert found is not None
    assert found.item_count == 20
    assert found.ahead[3].opened().attributes["gen_ai.request.model"] == "gpt-4o-mini"


def test_what_it_refused_is_told(worker: Worker) -> None:
    request = ExportTraceServiceRequest.FromString(body())
    request.resource_spans[0].scope_spans[0].spans[3].trace_id = b"short"
    ahead = ask(worker, request.SerializeToString())
    assert ahead is not None
    found = ahead.batch(worker.overrides)
    assert found is not None
    assert [(one.reason, one.count) for one in found.rejected] == [("trace_id must have 16 bytes, not 5", 1)]
    assert found.item_count == 19


def test_other_prices_meanwhile_make_an_answer_worthless_and_then_it_has_them(worker: Worker) -> None:
    ahead = ask(worker, body())
    assert ahead is not None
    mine: list[Override] = [Override(model="gpt-4o-mini", nusd_per_mtok={"input": 7_000_000_000, "output": 0})]
    assert ahead.batch(mine) is None
    worker._overrides = lambda: mine
    ahead = ask(worker, body())
    assert ahead is not None
    found = ahead.batch(mine)
    assert found is not None
    costs = {one.row.cost_nusd for one in found.ahead if one.row.input_tokens == 43}
    assert costs == {43 * 7_000}


def test_what_it_cannot_read_is_left_to_us(worker: Worker) -> None:
    ahead = ask(worker, b"\xff\xff\xff")
    after = ask(worker, body())
    assert ahead is not None
    assert after is not None
    assert ahead.batch(worker.overrides) is None
    assert after.batch(worker.overrides) is not None, "it goes on"


def test_only_bodies_of_spans_that_are_not_huge_are_given_to_it(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(worker, b"", otlp_proto.decode_logs) is None
    assert worker.offer(SpanBatch) is None
    monkeypatch.setattr(module, "LARGEST_BYTES", 10)
    assert ask(worker, body()) is None


def test_when_it_dies_nobody_waits_and_another_is_started(worker: Worker) -> None:
    os.kill(process_of(worker).pid, signal.SIGSTOP)
    waiting = [ask(worker, body()) for _ in range(5)]
    os.kill(process_of(worker).pid, signal.SIGKILL)
    begun = time.monotonic()
    assert [ahead.batch(worker.overrides) for ahead in waiting if ahead is not None] == [None] * 5
    assert time.monotonic() - begun < 30
    until(lambda: worker._child is None or worker._child.ended)
    assert ask(worker, body()) is None
    worker.consider(module.START_BYTES)
    worker.consider(module.START_BYTES)
    until(lambda: ask(worker, body()) is not None)


GREETING = """
import sys, struct, time
def say(number, length):
    sys.stdout.buffer.write(struct.pack("<II", number, length) + b"ready")
    sys.stdout.flush()
say(0, 5)
"""


@pytest.mark.parametrize("speaks", [
    "say(1, 5)",                                         # no marshal
    "say(7, 5)",                                         # the number of another answer
    "say(1, 2**32 - 1)",                                 # a length that never comes
    "sys.stdout.buffer.write(b'?'); sys.stdout.flush()",
    "",
], ids=["nonsense", "another answer", "endless", "half", "silence"])
def test_one_that_answers_nonsense_or_nothing_is_ended_and_the_body_is_read_here(
    speaks: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "START_AFTER_S", 0.0)
    monkeypatch.setattr(module, "ANSWER_S", 0.5)
    worker = Worker(list, [sys.executable, "-c", f"{GREETING}sys.stdin.buffer.read(9)\n{speaks}\ntime.sleep(600)"])
    worker.consider(module.START_BYTES)
    until(lambda: worker._child is not None and worker._child.ready)
    process = process_of(worker)
    waiting = [ask(worker, body()) for _ in range(3)]     # None where it ended already
    prices = worker.overrides
    assert waiting[0] is not None
    assert all(ahead is None or ahead.batch(prices) is None for ahead in waiting)
    until(lambda: worker._child is None or worker._child.ended)
    worker.consider(0)
    until(lambda: process.poll() is not None)
    worker.close()
    assert "prompt" not in caplog.text


def test_answers_arrive_whole_from_one_that_is_stopped_and_goes_on_all_the_time(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write to a pipe that a signal interrupts is a partial one, and `sys.stdout.buffer` under PYTHONUNBUFFERED leaves it
    at that."""
    worker.close()
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    worker.consider(module.START_BYTES)
    until(lambda: ask(worker, b"") is not None)
    process = process_of(worker)
    large = body() * 20                                  # some pipes full
    waiting = [ask(worker, large) for _ in range(12)]
    while not all(ahead.done() for ahead in waiting if ahead is not None):
        for number in (signal.SIGSTOP, signal.SIGCONT):
            os.kill(process.pid, number)
            time.sleep(0.002)
    spans = otlp_proto.decode_traces(large).item_count
    found = [ahead.batch(worker.overrides) for ahead in waiting if ahead is not None]
    assert [batch.item_count for batch in found if batch is not None] == [spans] * 12


def test_one_that_does_not_even_start_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_AFTER_S", 0.0)
    for command in ([sys.executable, "-c", "raise SystemExit(3)"], ["/no/such/program"]):
        worker = Worker(list, command)
        worker.consider(module.START_BYTES)
        until(lambda worker=worker: worker._child is None or worker._child.ended)
        worker.consider(module.START_BYTES)
        worker.consider(module.START_BYTES)
        assert worker._child is None
        worker.close()


def test_it_is_there_only_while_much_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(list)
    worker.consider(module.START_BYTES)
    assert worker._child is None, "a moment's backlog is no reason"
    worker.consider(0)
    monkeypatch.setattr(module, "START_AFTER_S", 0.0)
    worker.consider(module.START_BYTES)
    process = process_of(worker)
    worker.consider(0)
    assert worker._child is not None
    monkeypatch.setattr(module, "STOP_AFTER_S", 0.0)
    worker.consider(0)
    assert worker._child is None
    assert process.poll() is not None


def test_the_store_is_the_same_with_it_and_without(tmp_path: Path, worker: Worker) -> None:
    records = [LogRecord(span.trace_id, span.span_id, span.start_ns, "late words", {}, Resource(), Scope())
               for span in otlp_proto.decode_traces(BODIES[0]).spans[:2]]
    found = []
    for name, helper in (("with", worker), ("without", None)):
        intake = Intake(tmp_path / f"{name}.db", PriceBook(), memory_limit_bytes=100_000_000, worker=helper)
        intake.start()
        try:
            intake.submit(SpanBatch([], records)).result(20)
            answers = []
            for document in BODIES:
                intake.reserve(len(document))
                decode = partial(otlp_proto.decode_traces, document, origin="http")
                answers.append(intake.receive(decode, len(document)))
                answers[-1].result(20)
            bad = partial(otlp_json.decode_traces, b"no", origin="http")
            intake.reserve(2)
            with pytest.raises(DecodeError):
                intake.receive(bad, 2).result(20)
            intake.call(lambda writer: writer.settle()).result(60)
        finally:
            intake.close()
        with open_store(tmp_path / f"{name}.db", role="read") as store:
            assert questions.count(store) > 10
        found.append(content(tmp_path / f"{name}.db", ["late", "refund", "weather"], key=None))
    assert found[0] == found[1]


def test_it_ends_with_its_pipe() -> None:
    answers = io.BytesIO()
    serve(PriceBook, io.BytesIO(module._QUESTION.pack(0, 5) + b"cut"), answers)
    assert answers.getvalue() == module._ANSWER.pack(0, 5) + b"ready"


def test_no_process_of_it_stays(worker: Worker) -> None:
    process = psutil.Process(process_of(worker).pid)
    worker.close()
    assert not process.is_running()
