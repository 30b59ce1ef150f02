"""A process that decodes, normalises and prices while the engine writes: two cores instead of one lock.

::

    receiver ─► Worker.offer ─► pipe ─► serve: decode, prepare ─► pipe ─► Ahead.batch ─► writer's thread: gather, write

It is there only while more comes than one process keeps up with, and nothing depends on it. Whatever it cannot answer (it
died, prices changed meanwhile, a body that is no request, a bug) the writer's thread does itself, from the same bytes.
A span that log records speak of is opened and prepared again beside the store.

A question is a kind, a length and that many bytes; an answer its number, a length and that many bytes of `marshal`, in the
order of the questions. Both ends are the same program, so both formats are only as stable as one run of it. A process that
answers nothing for `ANSWER_S`, or something that cannot be an answer, is ended.
"""

from __future__ import annotations

import marshal
import pickle
import queue
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from itertools import repeat
from typing import Any, BinaryIO

from tracedesk.base.log import crash_text, logger
from tracedesk.base.own import own_command
from tracedesk.ingest.stages import Prices, prepare_all
from tracedesk.model.batch import Rejection, SpanBatch
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.wire import otlp_json, otlp_proto
from tracedesk.wire.stored import decode_resource, decode_scope, decode_span

START_BYTES, START_AFTER_S = 1_000_000, 0.15
"""It is started when so much has been waiting to be written for so long."""
STOP_BYTES, STOP_AFTER_S = 20_000_000, 10.0
"""It ends when less than this came during such a time."""
LARGEST_BYTES = 8_000_000
"""Larger bodies are read by the writer's thread: what was made of one is held in both processes for a moment."""
ANSWER_S = 10.0
"""An answer that takes longer is not waited for; senders wait as long."""

_PROTO = 0
_READERS: dict[int, Callable[..., SpanBatch]] = {_PROTO: otlp_proto.decode_traces, 1: otlp_json.decode_traces}
_KINDS = {function: kind for kind, function in _READERS.items()}
_PRICES = 2
_NOWHERE = (0, 0)
_QUESTION, _ANSWER = struct.Struct("<BI"), struct.Struct("<II")
_MARSHAL_VERSION = 2
"""The last one that does not look every object up for whether it was written before."""

Overrides = Sequence[Any]
log = logger("worker")


class PreparedAhead:
    """A span of which only row and words were brought; its attributes, events and links are still packed in `raw`. It is a
    `Prepared`, and the `Received` of that."""

    __slots__ = ("raw", "resource", "row", "scope", "words")

    def __init__(self, row: SpanRow, words: bytes, raw: bytes, resource: Resource, scope: Scope) -> None:
        self.row, self.words, self.raw, self.resource, self.scope = row, words, raw, resource, scope

    @property
    def trace_id(self) -> bytes:
        """As the row has it; so are the others."""
        return self.row.trace_id

    @property
    def span_id(self) -> bytes:
        """Its id."""
        return self.row.span_id

    @property
    def parent_id(self) -> bytes | None:
        """The span above it."""
        return self.row.parent_id

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @property
    def span(self) -> PreparedAhead:
        """Itself."""
        return self

    def opened(self) -> Span:
        """The whole span."""
        span = decode_span(self.raw, self.resource, self.scope)
        span.notes |= self.row.notes
        return span


class Ahead:
    """One body that a worker was given."""

    def __init__(self, body: bytes, overrides: Overrides, origin: str, child: _Child) -> None:
        self.answer: Future[bytes | None] = Future()
        self.overrides, self._body, self._origin, self._child = overrides, body, origin, child

    def done(self) -> bool:
        """Whether `batch` gives its answer at once."""
        return self.answer.done()

    def batch(self, overrides: Overrides) -> SpanBatch | None:
        """What the worker made of the body; None where it has to be read here. `overrides` are the prices of now."""
        try:
            data = self.answer.result(ANSWER_S)
            return None if data is None or overrides is not self.overrides else _unpacked(data, self._body, self._origin)
        except TimeoutError:
            log.warning("the worker does not answer; it is ended")
        except Exception as error:  # noqa: BLE001 - not what a worker writes: the bytes are still here to be read
            log.error("an answer of the worker cannot be read\n%s", crash_text(error))  # noqa: TRY400 - no text of a trace
        self._child.kill()
        return None


class Worker:
    """The engine's end: starts the process when it is worth it, and ends it again. Knows which prices it prices by."""

    def __init__(self, overrides: Callable[[], Overrides], command: Sequence[str] | None = None) -> None:
        """`overrides` gives the user's own prices, another object whenever they are others."""
        self._overrides = overrides
        self._command = command or own_command("engine", "--worker")
        self._child: _Child | None = None
        self._gate = threading.Lock()
        self._behind_since_s: float | None = None
        self._counted_s = 0.0
        self._bytes = 0
        self._broken = False

    @property
    def overrides(self) -> Overrides:
        """The user's own prices as they are now."""
        return self._overrides()

    def consider(self, waiting_bytes: int) -> None:
        """Start or end it, by what waits to be written. For the writer's thread, now and then."""
        now = time.monotonic()
        if waiting_bytes < START_BYTES:
            self._behind_since_s = None
        elif self._behind_since_s is None:
            self._behind_since_s = now
        child = self._child
        if child is None:
            if not self._broken and self._behind_since_s is not None and now - self._behind_since_s >= START_AFTER_S:
                self._start(now)
        elif child.ended:
            self._broken = not child.spoke             # one that never got as far is not tried again
            self.close()
        elif now - self._counted_s >= STOP_AFTER_S:
            idle, self._bytes, self._counted_s = self._bytes < STOP_BYTES, 0, now
            if idle:
                self.close()

    def offer(self, decode: Callable[[], SpanBatch]) -> Ahead | None:
        """Have a body read; None where there is no worker, or not for this kind of body. From any thread; never waits."""
        child = self._child
        if child is None or not child.ready or not isinstance(decode, partial) or decode.func not in _KINDS:
            return None
        body: bytes = decode.args[0]
        if len(body) > LARGEST_BYTES:
            return None
        with self._gate:
            if self._child is not child:
                return None
            self._bytes += len(body)
            ahead = Ahead(body, self._overrides(), decode.keywords.get("origin", ""), child)
            child.ask(_KINDS[decode.func], body, ahead)
            return ahead

    def close(self) -> None:
        """End it. What was asked and not answered is None."""
        with self._gate:
            child, self._child = self._child, None
        if child is not None:
            child.close()

    def _start(self, now: float) -> None:
        try:
            self._child = _Child(self._command)
        except OSError as error:
            self._broken = True
            log.warning("no worker could be started: %s", error.strerror)
            return
        self._bytes, self._counted_s = 0, now


class _Child:
    """One process with the two threads that speak to it, so that neither pipe ever blocks the other."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                         creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0), start_new_session=True)
        self.ready = self.spoke = self.ended = False
        self._questions: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()
        self._asked: queue.SimpleQueue[Ahead | None] = queue.SimpleQueue()
        self._told: Overrides | None = None
        self._threads = [threading.Thread(target=self._write, name="worker-in"),
                         threading.Thread(target=self._read, name="worker-out")]
        for thread in self._threads:
            thread.start()

    def ask(self, kind: int, body: bytes, ahead: Ahead) -> None:
        """One caller at a time."""
        if ahead.overrides is not self._told:
            self._told = ahead.overrides
            self._questions.put((_PRICES, pickle.dumps(list(ahead.overrides))))
        self._asked.put(ahead)
        self._questions.put((kind, body))

    def kill(self) -> None:
        """End it at once: nobody waits any more for what was asked."""
        self.ready = False
        self._process.kill()

    def close(self) -> None:
        """End it by the end of its input, or by force where it is at something long."""
        self.ready = False
        self._questions.put(None)
        self._asked.put(None)
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (question := self._questions.get()) is not None:
                kind, data = question
                pipe.write(_QUESTION.pack(kind, len(data)))
                pipe.write(data)
                pipe.flush()
        except OSError:
            pass                                       # it died; the other thread says so to whoever waits
        finally:
            _shut(pipe)

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            self.ready = self.spoke = _answer_from(pipe, 0) is not None          # its greeting: it has loaded
            number = 0
            while self.ready:
                data = _answer_from(pipe, number := number + 1)
                if data is None:
                    break
                ahead = self._asked.get()
                if ahead is None:
                    break
                ahead.answer.set_result(data or None)
        self.ready = False
        self.ended = True
        self._questions.put(None)
        self._give_up()

    def _give_up(self) -> None:
        """Nobody waits for what will not come."""
        while True:
            ahead = self._asked.get()                  # until `close` puts the last
            if ahead is None:
                return
            ahead.answer.set_result(None)


def _shut(pipe: Any) -> None:
    with suppress(OSError):                            # what was left in it has no reader any more
        pipe.close()


def _answer_from(pipe: Any, number: int) -> bytes | None:
    """The answer of this number; None at the end of the pipe, or where something else comes."""
    head = pipe.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        return None
    said, length = _ANSWER.unpack(head)
    if said != number:
        log.error("the worker answered what it was not asked")
        return None
    data: bytes = pipe.read(length)
    return data if len(data) == length else None


def _unpacked(data: bytes, body: bytes, origin: str) -> SpanBatch:
    rejected, origins, spans = marshal.loads(data)
    shared = [(decode_resource(*resource), decode_scope(*scope)) for resource, scope in origins]
    batch = SpanBatch(origin=origin, size_bytes=len(body), rejected=[Rejection(*one) for one in rejected])
    made = tuple.__new__
    batch.ahead = [PreparedAhead(made(SpanRow, row), words, raw or body[start:stop], *shared[number])
                   for row, words, raw, start, stop, number in spans]
    return batch


# -- the worker's end ------------------------------------------------------------------------------------------------


def serve(made: Callable[[Overrides], Prices], questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the pipe ends. An empty answer means: do it yourself. `made` gives a price book with the user's own
    prices."""
    book = made(())
    number = 0
    _say(answers, number, b"ready")
    while (head := questions.read(_QUESTION.size)) and len(head) == _QUESTION.size:
        kind, length = _QUESTION.unpack(head)
        data = questions.read(length)
        if len(data) < length:
            return
        if kind == _PRICES:
            book = made(pickle.loads(data))
            continue
        try:
            answer = _answer(kind, data, book)
        except Exception:  # noqa: BLE001 - whoever asked does it again, and says what is wrong with it
            answer = b""
        _say(answers, number := number + 1, answer)


def _say(answers: BinaryIO, number: int, data: bytes) -> None:
    answers.write(_ANSWER.pack(number, len(data)))
    answers.write(data)
    answers.flush()


def _answer(kind: int, body: bytes, book: Prices) -> bytes:
    """What was refused, the resources and scopes, and per span (row, words, message, where that begins and ends in the body,
    number of its resource and scope). The asker has the body: a message that lies in it is sent as b""."""
    places: list[tuple[int, int]] = []
    batch = otlp_proto.decode_traces(body, places=places) if kind == _PROTO else _READERS[kind](body)
    origins: dict[tuple[int, int], int] = {}
    shared: list[tuple[tuple[bytes, str], tuple[bytes, str]]] = []
    spans = []
    prepared = prepare_all([(span, ()) for span in batch.spans], book)
    for (row, words, span), (start, stop) in zip(prepared, places or repeat(_NOWHERE), strict=False):
        resource, scope = span.resource, span.scope
        origin = origins.get((id(resource), id(scope)))
        if origin is None:
            origin = origins[id(resource), id(scope)] = len(shared)
            shared.append(((resource.raw, resource.schema_url), (scope.raw, scope.schema_url)))
        spans.append((tuple(row), words, b"" if stop else span.raw, start, stop, origin))
    rejected = [(one.reason, one.count, one.first) for one in batch.rejected]
    return marshal.dumps((rejected, shared, spans), _MARSHAL_VERSION)
