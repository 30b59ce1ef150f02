"""The queue before the store: answers after COMMIT, one bad span, a machine that says no, log records that come late."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import log, span, span_id, trace_id
from tracedesk.base.errors import DecodeError, DiskFull, StoreDamaged, StoreLocked, WorldError
from tracedesk.ingest import intake as module
from tracedesk.ingest import keeping
from tracedesk.ingest.intake import Intake, TryLater
from tracedesk.ingest.stages import prepare_all
from tracedesk.model.batch import SpanBatch
from tracedesk.model.query import parse
from tracedesk.pricing.book import PriceBook
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.store.writer import Writer

PROMPT = "what a user said"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


@pytest.fixture
def intake(path: Path) -> Iterator[Intake]:
    made = Intake(path, PriceBook(), memory_limit_bytes=1_000_000)
    made.start()
    yield made
    made.close()
    assert made.reserved_bytes == 0


def names(path: Path) -> list[str]:
    with open_store(path, role="read") as store:
        return sorted(row.name for summary in questions.traces(store) for row in questions.rows(store, summary.trace_id))


def done(answer: Future[Any]) -> Any:
    return answer.result(20)


def test_the_answer_comes_after_commit(intake: Intake, path: Path) -> None:
    changes = done(intake.submit(SpanBatch([span(1, 1, name="a"), span(1, 2, 1, name="b")])))
    assert (changes.new_traces, changes.new_spans) == (1, 2)
    assert names(path) == ["a", "b"], "another connection sees it"
    assert (intake.counters.received, intake.counters.dropped, intake.counters.batches) == (2, 0, 1)


def test_what_is_received_is_decoded_on_the_writers_thread_and_given_back(intake: Intake) -> None:
    where: list[str] = []

    def decode() -> SpanBatch:
        where.append(threading.current_thread().name)
        return SpanBatch([span(1, 1)])

    intake.reserve(10)
    assert intake.reserved_bytes == 10
    batch = done(intake.receive(decode, 10))
    assert (where, len(batch.spans), batch.rejected) == (["writer"], 1, [])
    assert intake.reserved_bytes == 0


def test_what_cannot_be_decoded_is_the_senders_to_know(intake: Intake, path: Path) -> None:
    def decode() -> SpanBatch:
        raise DecodeError("No.")

    intake.reserve(10)
    bad = intake.receive(decode, 10)
    good = intake.submit(SpanBatch([span(1, 1, name="a")]))
    with pytest.raises(DecodeError):
        done(bad)
    done(good)
    assert names(path) == ["a"]


def test_many_requests_are_one_transaction(intake: Intake) -> None:
    gate = threading.Event()
    intake.call(lambda writer: gate.wait(20))
    answers = [intake.submit(SpanBatch([span(number, 1)])) for number in range(1, 101)]
    gate.set()
    numbers = {done(answer).number for answer in answers}
    assert len(numbers) < 20, "they waited together and were written together"
    assert intake.counters.received == 100


def test_a_large_batch_is_written_in_slices_and_answered_once(intake: Intake, path: Path) -> None:
    spans = [span(number, 1, name="x") for number in range(1, 4_502)]
    records = [log(number, 1, "said") for number in range(1, 2_502)]
    done(intake.submit(SpanBatch(spans, records)))
    assert intake.counters.received == 4_501 + 2_501
    with open_store(path, role="read") as store:
        assert questions.count(store) == 4_501


def test_nothing_is_taken_in_while_the_disk_is_nearly_full(intake: Intake) -> None:
    intake.is_halted = True
    with pytest.raises(TryLater, match="disk") as refused:
        intake.submit(SpanBatch([span(1, 1)], size_bytes=100))
    assert 1 <= refused.value.retry_after_s <= 4
    intake.is_halted = False
    done(intake.submit(SpanBatch([span(1, 1)], size_bytes=100)))


def test_memory_is_bounded_and_given_back(intake: Intake) -> None:
    intake.reserve(900_000)
    with pytest.raises(TryLater) as refused:
        intake.reserve(200_000)
    assert 1 <= refused.value.retry_after_s <= 4
    with pytest.raises(TryLater):
        intake.submit(SpanBatch([span(1, 1)], size_bytes=200_000))
    intake.release(900_000)
    intake.reserve(5_000_000)
    assert intake.reserved_bytes == 5_000_000, "one body is let in whatever its size"
    intake.release(5_000_000)


# -- bugs ----------------------------------------------------------------------------------------------------------------

def poisoned(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Spans called "poison" break `prepare_all`, or the writing of their row."""
    def preparing(received: Any, book: Any) -> Any:
        if where == "prepare" and any(one.name == "poison" for one, _ in received):
            raise KeyError(PROMPT)
        return [made._replace(row=made.row._replace(name=object())) if made.row.name == "poison" else made
                for made in prepare_all(received, book)]

    monkeypatch.setattr(keeping, "prepare_all", preparing)


@pytest.mark.parametrize("where", ["prepare", "write"])
def test_a_bug_costs_the_span_that_it_breaks_at(
    intake: Intake, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    poisoned(monkeypatch, where)
    batch = SpanBatch([span(1, 1, name="a"), span(1, 2, 1, name="poison"), *(span(2, n, name=f"n{n}") for n in range(1, 20))],
                      [log(2, 1, "kept")])
    other = SpanBatch([span(3, 1, name="other")])
    gate = threading.Event()
    intake.call(lambda writer: gate.wait(20))
    answers = [intake.submit(batch), intake.submit(other)]
    gate.set()
    for answer in answers:
        done(answer)
    assert names(path) == sorted(["a", "other", *(f"n{n}" for n in range(1, 20))])
    assert [(one.count, one.first) for one in batch.rejected] == [(1, "poison")]
    assert not other.rejected
    assert (intake.counters.received, intake.counters.dropped) == (22, 1)
    assert any("left out" in record.getMessage() for record in caplog.records)
    assert PROMPT not in caplog.text, "the log holds nothing of any trace"


def test_a_bug_in_decoding_is_answered_and_the_next_is_served(
    intake: Intake, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def decode() -> SpanBatch:
        raise KeyError(PROMPT)

    intake.reserve(1)
    with pytest.raises(KeyError):
        done(intake.receive(decode, 1))
    done(intake.submit(SpanBatch([span(1, 1, name="a")])))
    assert names(path) == ["a"]
    assert "decoding broke" in caplog.text
    assert PROMPT not in caplog.text


# -- this machine says no ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("error", [DiskFull("Full."), StoreDamaged("Damaged."), WorldError("Gone.")])
def test_what_the_machine_refuses_is_asked_for_again_and_the_store_is_opened_anew(
    intake: Intake, path: Path, monkeypatch: pytest.MonkeyPatch, error: WorldError
) -> None:
    done(intake.submit(SpanBatch([span(1, 1, name="before")])))
    opened: list[Path] = []
    really_open = module.open_store
    monkeypatch.setattr(module, "open_store", lambda where, role: (opened.append(where), really_open(where, role=role))[1])

    def refuse(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "write", refuse)
        with pytest.raises(TryLater, match=error.message[:-1]):
            done(intake.submit(SpanBatch([span(2, 1, name="refused")])))
        assert intake.counters.last_error is error
    begun = time.monotonic()
    while True:
        try:
            done(intake.submit(SpanBatch([span(3, 1, name="after")])))
            break
        except TryLater:
            assert time.monotonic() - begun < 5
            time.sleep(0.05)
    assert opened == [path]
    assert intake.counters.last_error is None
    assert names(path) == ["after", "before"]


def test_while_another_program_holds_the_lock_what_waits_is_kept(
    intake: Intake, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [3]
    really = Writer.write

    def locked(self: Writer, *given: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise StoreLocked("Locked.")
        return really(self, *given)

    monkeypatch.setattr(Writer, "write", locked)
    done(intake.submit(SpanBatch([span(1, 1, name="a")])))
    assert left == [0]
    assert names(path) == ["a"]
    assert intake.counters.last_error is None


def test_a_store_that_cannot_be_opened_is_tried_again(path: Path) -> None:
    path.mkdir()
    intake = Intake(path, PriceBook(), memory_limit_bytes=1000)
    intake.start()
    try:
        with pytest.raises(TryLater):
            done(intake.submit(SpanBatch([span(1, 1)])))
        with pytest.raises(WorldError):
            done(intake.call(lambda writer: None))
        assert intake.counters.last_error is not None
        path.rmdir()
        begun = time.monotonic()
        while intake.counters.last_error is not None:
            assert time.monotonic() - begun < 10
            time.sleep(0.05)
        done(intake.submit(SpanBatch([span(1, 1, name="a")])))
        assert names(path) == ["a"]
    finally:
        intake.close()


# -- order, calls, the end -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("late", [False, True])
def test_log_records_are_joined_to_their_span_whenever_they_come(intake: Intake, path: Path, late: bool) -> None:
    spans, records = SpanBatch([span(1, 1, name="chat")]), SpanBatch([], [log(1, 1, "hello from the log")])
    for batch in (spans, records) if late else (records, spans):
        done(intake.submit(batch))
    with open_store(path, role="read") as store:
        found, logs = questions.span(store, trace_id(1), span_id(1))
        assert found.name == "chat"
        assert [record.body for record in logs] == ["hello from the log"]


def test_what_is_written_can_be_searched_soon(intake: Intake, path: Path) -> None:
    done(intake.submit(SpanBatch([span(1, 1, name="unforgettable")])))
    begun = time.monotonic()
    while True:
        with open_store(path, role="read") as store:
            if questions.count(store, parse("unforgettable")):
                break
        assert time.monotonic() - begun < 20
        time.sleep(0.02)


def test_it_is_searchable_while_others_send_without_a_pause(intake: Intake, path: Path) -> None:
    done(intake.submit(SpanBatch([span(1, 1, name="unforgettable")])))
    begun = time.monotonic()
    number = 1
    found = 0
    while not found:
        number += 1
        done(intake.submit(SpanBatch([span(number, 1, name="other")])))
        if number % 20 == 0:
            with open_store(path, role="read") as store:
                found = questions.count(store, parse("unforgettable"))
        assert time.monotonic() - begun < 20


def test_calls_run_between_groups_and_their_errors_are_theirs(intake: Intake) -> None:
    assert done(intake.call(lambda writer: writer.store.role)) == "write"

    def broken(writer: Writer) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError):
        done(intake.call(broken))
    done(intake.submit(SpanBatch([span(1, 1)])))


def test_the_end_writes_what_waits_and_refuses_what_comes(path: Path) -> None:
    intake = Intake(path, PriceBook(), memory_limit_bytes=1_000_000)
    intake.start()
    gate = threading.Event()
    intake.call(lambda writer: gate.wait(20))
    answers = [intake.submit(SpanBatch([span(number, 1, name="x")])) for number in range(1, 51)]
    ending = threading.Thread(target=intake.close)
    ending.start()
    gate.set()
    ending.join(20)
    assert all(answer.done() and answer.exception() is None for answer in answers)
    assert len(names(path)) == 50
    with pytest.raises(TryLater):
        intake.submit(SpanBatch([span(99, 1)]))
    with pytest.raises(TryLater):
        done(intake.call(lambda writer: None))
    intake.close()


def test_one_that_was_never_started_can_be_closed(path: Path) -> None:
    Intake(path, PriceBook(), memory_limit_bytes=1).close()
