"""The way into the store: bodies wait here in bounded memory, one thread reads, prepares and writes them in groups.

::

    receiver: reserve(bytes) ─► receive(decode) ─► queue ─► writer's thread: decode, gather, prepare, write ─► COMMIT ─► answer

Bodies wait undecoded, because a decoded span takes some five times the room of its bytes: only one group (2,000 spans or 20
ms of decoding) is decoded at a time. A group is whatever came while the one before was written, so a lone sender never
waits for company. Nothing is answered before COMMIT. What this machine refuses (a full disk, a damaged store) is answered
`TryLater` and the store is opened anew; while another program holds the lock, the group is kept and tried again, because
its senders may have given up by then and would not send it twice. While more comes than one process keeps up with, a
`Worker` decodes and prepares ahead of the writer, and a group is what it has ready. A bug of ours costs the span it trips
over: that is logged, counted as dropped and told to the sender; its neighbours are kept.
"""

from __future__ import annotations

import queue
import random
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tracedesk.base.errors import DataError, StoreLocked, TraceDeskError, WorldError
from tracedesk.base.log import crash_text, logger
from tracedesk.ingest.keeping import AT_ONCE, Slice, keep, slices
from tracedesk.ingest.stages import Prices
from tracedesk.ingest.worker import Ahead, Worker
from tracedesk.model.batch import SpanBatch
from tracedesk.semconv.counting import not_counted
from tracedesk.store.changes import Changes
from tracedesk.store.connect import open_store
from tracedesk.store.writer import Writer

GROUP_S = 0.02
LULL_S, SETTLE_EVERY_S, SETTLE_AGAIN_S = 0.05, 0.15, 0.5
"""The work that senders do not wait for is done a slice at a time when nothing came for the first, and in any case after the
second; where a slice brought it no further (a large trace is not quiet yet), after the third. Few short slices: during one
the worker's answers wait, and soon it has nothing more to do."""

REOPEN_EVERY_S = 1.0
RETRY_S = (1.0, 3.0)
"""Senders are asked to come again after a time between these, at random, so that they do not all come at once."""

T = TypeVar("T")
log = logger("intake")


class TryLater(WorldError):  # noqa: N818 - says what to do, like the others
    """The sender should keep what it has and come again after `retry_after_s` seconds."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = random.uniform(*RETRY_S)


@dataclass(slots=True)
class Counters:
    """What came in since the start: spans and log records `received` (committed) and `dropped` (refused for good), groups
    written, and what keeps us from writing now."""

    received: int = 0
    dropped: int = 0
    batches: int = 0
    last_error: TraceDeskError | None = None


@dataclass(slots=True)
class _Delivery:
    """One request on its way. `answered(batch, changes)` makes the answer of it."""

    decode: Callable[[], SpanBatch]
    n_bytes: int
    answer: Future[Any]
    answered: Callable[[SpanBatch, Changes], Any]
    ahead: Ahead | None = None
    batch: SpanBatch = field(default_factory=SpanBatch)


class _Call(NamedTuple):
    function: Callable[[Writer], Any]
    answer: Future[Any]


_Item = _Delivery | _Call | None
"""None: nothing comes after it."""


class Intake:
    """Takes batches from any thread and owns the one that writes. `counters` may be read at any time."""

    def __init__(self, store_path: Path, book: Prices, *, memory_limit_bytes: int, worker: Worker | None = None) -> None:
        self.counters = Counters()
        self._path, self._book, self._limit = store_path, book, memory_limit_bytes
        self._worker = worker
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer")
        self._gate = threading.Lock()
        self._reserved = 0
        self._closing = False
        self._writer: Writer | None = None
        self._tried_s = -REOPEN_EVERY_S
        self._held: list[_Item] = []
        self._unsettled = 0
        self._pause_s = LULL_S
        self._settled_s = 0.0
        self.is_halted = False
        """Set while nothing more is to be taken in (the disk is nearly full); senders are told to come again."""

    # -- any thread --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to write. The store is opened by the writer's thread; what is wrong with it shows in `counters`."""
        self._thread.start()

    def reserve(self, n_bytes: int) -> None:
        """Set memory apart for a body that is about to be read. One body is let in whatever its size.

        Raises:
            TryLater: too much waits already, or we are ending.
        """
        with self._gate:
            if self._closing:
                raise TryLater("The engine is ending.")
            if self.is_halted:
                raise TryLater("The disk of the store is nearly full.", hint="Make room; what was stored is safe.")
            if self._reserved and self._reserved + n_bytes > self._limit:
                raise TryLater("Too much waits to be written.", hint="Send again in a moment; nothing of it was kept.")
            self._reserved += n_bytes

    def release(self, n_bytes: int) -> None:
        """Give back what was reserved for a body that is not going to be received."""
        with self._gate:
            self._reserved -= n_bytes

    @property
    def reserved_bytes(self) -> int:
        """How much waits or is being read."""
        return self._reserved

    def submit(self, batch: SpanBatch) -> Future[Changes]:
        """Write a decoded batch; the answer comes after COMMIT. What turns out to be unfit is noted in `batch.rejected`.

        Raises:
            TryLater: too much waits already; also what the answer raises where this machine said no.
        """
        self.reserve(batch.size_bytes)
        return self._enqueue(lambda: batch, batch.size_bytes, lambda _, changes: changes)

    def receive(self, decode: Callable[[], SpanBatch], n_bytes: int) -> Future[SpanBatch]:
        """Decode and write a body for which `n_bytes` are reserved, and release them. The answer, after COMMIT, is the batch:
        `rejected` says what of it is not kept. `decode` runs on the writer's thread or in the worker; a DecodeError of it
        is the answer."""
        return self._enqueue(decode, n_bytes, lambda batch, _: batch)

    def call(self, function: Callable[[Writer], T]) -> Future[T]:
        """Run `function(writer)` on the writer's thread between two groups; its answer or error is that of the future.

        The error is a WorldError where the store cannot be opened, TryLater where we are ending.
        """
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()
        with self._gate:
            if self._closing:
                answer.set_exception(TryLater("The engine is ending."))
            else:
                self._queue.put(_Call(function, answer))
        return answer

    def close(self) -> None:
        """Refuse what comes from now on, write what waits, and end the thread."""
        with self._gate:
            already, self._closing = self._closing, True
            if not already:
                self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _enqueue(
        self, decode: Callable[[], SpanBatch], n_bytes: int, answered: Callable[[SpanBatch, Changes], T]
    ) -> Future[T]:
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()            # a sender that hangs up takes nothing back
        with self._gate:
            if not self._closing:
                ahead = None if self._worker is None else self._worker.offer(decode)
                self._queue.put(_Delivery(decode, n_bytes, answer, answered, ahead))
                return answer
            self._reserved -= n_bytes
        raise TryLater("The engine is ending.")

    # -- the writer's thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._ready()
        while True:
            try:
                item = self._next(self._patience_s())
            except queue.Empty:
                if self._worker is not None:
                    self._worker.consider(self._reserved)
                self._settle()
                continue
            if item is None:
                break
            if isinstance(item, _Call):
                self._run_call(item)
            else:
                self._write_group(item)
            if self._worker is not None:
                self._worker.consider(self._reserved)
            if self._unsettled and time.monotonic() - self._settled_s >= SETTLE_EVERY_S:
                self._settle()
        if self._worker is not None:
            self._worker.close()
        self._shut()

    def _next(self, timeout_s: float | None) -> _Item:
        if self._held:
            return self._held.pop()
        if timeout_s == 0:
            return self._queue.get_nowait()
        return self._queue.get(timeout=timeout_s)

    def _patience_s(self) -> float | None:
        """How long to wait for something to write before turning to what senders do not wait for."""
        if self._writer is None:
            return REOPEN_EVERY_S
        return self._pause_s if self._unsettled else None

    def _settle(self) -> None:
        """Do a slice of the work that nobody waits for."""
        writer = self._ready()
        if writer is None:
            return
        try:
            left = writer.index_pending()
        except WorldError as error:
            self._troubled(error)
            left = self._unsettled
        except Exception as error:  # noqa: BLE001 - a bug there: what was received is kept all the same
            log.error("settling broke\n%s", crash_text(error))  # noqa: TRY400 - the message may quote a prompt
            left = 0
        self._pause_s = SETTLE_AGAIN_S if left >= self._unsettled else 0.0
        self._unsettled = left
        self._settled_s = time.monotonic()

    def _ready(self) -> Writer | None:
        """The writer; None while the store cannot be opened, which is tried once a second."""
        if self._writer is None and time.monotonic() - self._tried_s >= REOPEN_EVERY_S:
            self._tried_s = time.monotonic()
            try:
                self._writer = open_store(self._path, role="write").writer(not_counted)
            except TraceDeskError as error:
                self._say(error)
            except Exception as error:  # noqa: BLE001 - a bug, or what no driver ever said before: the senders keep their spans
                log.error("opening broke\n%s", crash_text(error))  # noqa: TRY400 - no text of an unknown error in the log
                self._say(WorldError(f"The store {self._path} cannot be opened.", hint="The log of the engine says why."))
            else:
                self.counters.last_error = None
                self._wrote()
        return self._writer

    def _wrote(self) -> None:
        """There may be something to settle, nobody knows how much."""
        self._unsettled = sys.maxsize
        self._pause_s = LULL_S

    def _troubled(self, error: TraceDeskError) -> None:
        """This machine said no: say so, and open the store anew a second later."""
        self._say(error)
        self._shut()
        self._tried_s = time.monotonic()

    def _say(self, error: TraceDeskError) -> None:
        before, self.counters.last_error = self.counters.last_error, error
        if type(before) is not type(error):
            log.warning("cannot write: %s", error.message)

    def _shut(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
            try:
                writer.store.close()
            except Exception as error:  # noqa: BLE001 - the driver: a store that broke may not even close
                log.warning("the store did not close\n%s", crash_text(error))

    def _run_call(self, call: _Call) -> None:
        writer = self._ready()
        if writer is None:
            call.answer.set_exception(self.counters.last_error or TryLater("The store is not open."))
            return
        try:
            result = call.function(writer)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked
            call.answer.set_exception(error)
            if isinstance(error, WorldError) and not isinstance(error, StoreLocked):
                self._troubled(error)
        else:
            self._wrote()
            call.answer.set_result(result)

    def _write_group(self, first: _Delivery) -> None:
        """Decode what waits, up to a group, write it, and answer."""
        group = self._decoded(first)
        refused = sum(delivery.batch.rejected_count for delivery in group)
        changes = Changes(0)
        try:
            for piece in slices([delivery.batch for delivery in group]):
                changes = self._keep(piece)
        except WorldError as error:
            later = error if isinstance(error, TryLater) else TryLater(error.message, hint=error.hint)
            for delivery in group:
                self._answer(delivery, error=later)
            return
        dropped = sum(delivery.batch.rejected_count for delivery in group)
        self.counters.dropped += dropped
        self.counters.received += refused - dropped + sum(
            delivery.batch.item_count for delivery in group)
        self.counters.batches += 1
        for delivery in group:
            self._answer(delivery, delivery.answered(delivery.batch, changes))

    def _decoded(self, delivery: _Delivery) -> list[_Delivery]:
        """This delivery and those that wait behind it, decoded, up to a group; what cannot be decoded is answered."""
        group: list[_Delivery] = []
        items, until_s = 0, time.monotonic() + GROUP_S
        while True:
            try:
                delivery.batch = self._read(delivery)
            except DataError as error:
                self._answer(delivery, error=error)
            except Exception as error:  # noqa: BLE001 - a bug: logged, and said to the sender as one
                log.error("decoding broke\n%s", crash_text(error))  # noqa: TRY400 - the message may quote a prompt
                self._answer(delivery, error=error)
            else:
                group.append(delivery)
                items += delivery.batch.item_count
            if items >= AT_ONCE or time.monotonic() >= until_s:
                return group
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                return group
            if not isinstance(following, _Delivery) or (following.ahead is not None and not following.ahead.done()):
                self._held.append(following)
                return group
            delivery = following

    def _read(self, delivery: _Delivery) -> SpanBatch:
        """The batch of a body: made by the worker where there is one, else here."""
        if delivery.ahead is not None and self._worker is not None:
            batch = delivery.ahead.batch(self._worker.overrides)
            if batch is not None:
                return batch
        return delivery.decode()

    def _keep(self, piece: Slice) -> Changes:
        """One transaction, tried until no other program holds the store locked."""
        while True:
            writer = self._ready()
            if writer is None:
                raise self.counters.last_error or TryLater("The store is not open.")
            try:
                changes = keep(writer, self._book, piece)
            except StoreLocked as error:
                self._say(error)
                if self._closing:
                    raise
            except WorldError as error:
                self._troubled(error)
                raise
            else:
                self.counters.last_error = None
                self._wrote()
                return changes

    def _answer(self, delivery: _Delivery, result: Any = None, error: Exception | None = None) -> None:
        delivery.batch = SpanBatch()
        self.release(delivery.n_bytes)
        if error is None:
            delivery.answer.set_result(result)
        else:
            delivery.answer.set_exception(error)
