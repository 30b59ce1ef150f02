"""Files into the store: with the engine's lock in hand by this process, else through the engine that has it.

There is one bulk writer for a store. So if an engine runs, what is read goes to it as OTLP over HTTP, as from any sender;
if none does, this process takes the lock, and an engine that is started meanwhile waits its turn.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tracedesk.base.errors import DataError, NoEngine, StoreLocked, WorldError
from tracedesk.base.paths import make_private_dir
from tracedesk.engine.client import engine_of
from tracedesk.importers.detect import read_path
from tracedesk.importers.importer import Report
from tracedesk.ingest.keeping import AT_ONCE, keep, slices
from tracedesk.model.batch import Rejection, SpanBatch
from tracedesk.privacy.token import receiver_token
from tracedesk.semconv.counting import not_counted
from tracedesk.store import prices
from tracedesk.store.connect import open_store
from tracedesk.store.lock import EngineLock
from tracedesk.store.writer import Writer
from tracedesk.wire import encode

BODY_BYTES = 8 << 20
"""Messages of so many bytes are sent to an engine at once; it takes up to 64 MiB."""
ENGINE_WAIT_S = 5.0
"""An engine that has just taken its lock says after some time where it listens."""
RETRY_S = 60.0
"""An engine that asks to come again later is asked for so long."""


class Door(Protocol):
    """A way into the store."""

    def keep(self, batches: Sequence[SpanBatch]) -> list[Rejection]:
        """Take in what was read; when it returns it is committed. Gives what was refused."""

    def finish(self) -> None:
        """After the last file."""


@contextmanager
def door(path: Path) -> Iterator[Door]:
    """The way into the store at `path`.

    Raises:
        NoEngine: another process has the store, but is no engine that listens.
        StoreTooNew, StoreDamaged, KeyMissing, WorldError: this machine said no.
    """
    if not path.parent.exists():
        make_private_dir(path.parent)
    lock = EngineLock(path)
    try:
        lock.take()
    except StoreLocked as error:
        yield _Handed(_address(path, error))
        return
    with lock, open_store(path, role="write") as store:
        yield _Direct(store.writer(not_counted))


def _address(path: Path, locked: StoreLocked) -> str:
    """Where the engine of the store takes OTLP/HTTP."""
    give_up = time.monotonic() + ENGINE_WAIT_S
    while True:
        state = engine_of(path)
        if state is not None and state.alive and state.http:
            return state.http
        if time.monotonic() > give_up:
            raise NoEngine(f"{locked.message} It takes nothing over HTTP.",
                           hint="Stop it and import again, or give it a free port: tracedesk engine --http 127.0.0.1:0")
        time.sleep(0.05)


class _Direct:
    """Writes by itself."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._book = prices.book(writer.store)

    def keep(self, batches: Sequence[SpanBatch]) -> list[Rejection]:
        """See `Door`."""
        for batch in batches:
            batch.rejected = []                       # the report has those already
        for piece in slices(batches):
            keep(self._writer, self._book, piece)
        return [item for batch in batches for item in batch.rejected]

    def finish(self) -> None:
        """Have the words indexed, so that the next question finds them."""
        self._writer.settle()


class _Handed:
    """Hands over to a running engine."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=RETRY_S)
        token = receiver_token()
        self._headers = {"Content-Type": "application/x-protobuf", **({"Authorization": f"Bearer {token}"} if token else {})}

    def keep(self, batches: Sequence[SpanBatch]) -> list[Rejection]:
        """See `Door`."""
        refused = []
        for spans in _pieces([span for batch in batches for span in batch.spans], encode.span_raw):
            answer = ExportTraceServiceResponse.FromString(self._post("/v1/traces", encode.traces_request(spans)))
            refused.append((answer.partial_success.rejected_spans, answer.partial_success.error_message))
        for logs in _pieces([log for batch in batches for log in batch.logs], encode.log_raw):
            said = ExportLogsServiceResponse.FromString(self._post("/v1/logs", encode.logs_request(logs)))
            refused.append((said.partial_success.rejected_log_records, said.partial_success.error_message))
        return [Rejection(message or "the engine refused it", count) for count, message in refused if count]

    def finish(self) -> None:
        """Hang up."""
        self._connection.close()

    def _post(self, path: str, body: bytes) -> bytes:
        give_up = time.monotonic() + RETRY_S
        while True:
            try:
                self._connection.request("POST", path, body, self._headers)
                response = self._connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                raise NoEngine("The engine went away during the import. What it had said yes to is kept.",
                               hint="Import again: nothing is stored twice.") from error
            if response.status == 200:
                return answer
            wait_s = float(response.headers.get("Retry-After") or 0)
            if response.status not in (429, 502, 503, 504) or time.monotonic() + wait_s > give_up:
                raise WorldError(f"The engine refused the import (HTTP {response.status}).",
                                 hint="`tracedesk doctor` says what keeps it from writing.")
            time.sleep(max(wait_s, 0.1))


def _pieces(items: Sequence[Any], raw: Callable[[Any], bytes]) -> Iterator[Sequence[Any]]:
    """Items in requests of a size that an engine likes."""
    begin = size = 0
    for at, item in enumerate(items):
        size += len(raw(item))
        if size >= BODY_BYTES or at - begin >= AT_ONCE:
            yield items[begin:at + 1]
            begin, size = at + 1, 0
    if begin < len(items):
        yield items[begin:]


def take_in(
    path: Path, way: Door, step: Callable[[Report], None], mapping: Mapping[str, str] | None = None,
) -> Iterator[tuple[Report, DataError | None]]:
    """Import the file at `path`, or each file in it where it is an archive. `step` is called as the report grows; `mapping`
    says which column of a table is what. Gives for each its report, and the error where nothing of it could be read."""
    files = read_path(path, mapping)
    while True:
        try:
            report, batches = next(files)
        except StopIteration:
            return
        except DataError as error:                    # not there, or an archive that cannot be read
            yield Report(str(path)), error
            return
        problem = None
        try:
            _take_file(report, batches, way, step)
        except DataError as error:
            problem = error
            report.skip(error.message)
        yield report, problem


def _take_file(report: Report, batches: Iterator[SpanBatch], way: Door, step: Callable[[Report], None]) -> None:
    """Keep what is read in groups, because a line of a file is often one span, and a transaction costs a sync."""
    group: list[SpanBatch] = []
    held = 0
    try:
        for batch in batches:
            group.append(batch)
            held += len(batch.spans) + len(batch.logs)
            if held >= AT_ONCE:
                _keep(report, group, way)
                group, held = [], 0
                step(report)
    finally:
        _keep(report, group, way)                     # also before a damaged end
    step(report)


def _keep(report: Report, group: Sequence[SpanBatch], way: Door) -> None:
    for item in way.keep(group) if group else ():
        report.skip(item.reason, first=item.first, count=item.count)
        report.spans -= min(item.count, report.spans)
