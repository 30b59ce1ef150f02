"""Does the long work that desk and prompt ask for, a slice at a time on the writer's thread, so that senders do not wait.

A kind of work is a generator: each `next` does one slice (some 20 ms, transactions of its own) and yields how far it is;
what it returns is the sentence about what came of it. It must bear being begun anew, because an engine may die over it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from tracedesk.base.errors import StoreDamaged, TraceDeskError, WorldError
from tracedesk.base.log import crash_text, logger
from tracedesk.store import jobs
from tracedesk.store.jobs import Job
from tracedesk.store.writer import Writer

LOOK_S = 0.5
WRITE_DOWN_S = 0.25

T = TypeVar("T")
log = logger("jobs")


class Progress(NamedTuple):
    """`done` of `total` units; `total` is None while nobody knows it."""

    done: int
    total: int | None = None


Work = Generator[Progress, None, str]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of long work; `work(writer, arguments)` gives the slices."""

    key: str
    title: str
    work: Callable[[Writer, Mapping[str, Any]], Work]


class Jobs:
    """Looks for work twice a second and does one job after the other, the oldest first.

    `call(function)` runs `function(writer)` on the writer's thread, between two batches.
    """

    def __init__(self, call: Callable[[Callable[[Writer], T]], Awaitable[T]], kinds: Iterable[JobKind]) -> None:
        self._call: Callable[..., Awaitable[Any]] = call
        self._kinds = {kind.key: kind for kind in kinds}

    async def run(self) -> None:
        """Until cancelled, or until the store turns out to be damaged. What is under way then is begun anew some time."""
        while True:
            try:
                await self._call(lambda writer: jobs.take_back(writer.store))
                await self._work()
            except StoreDamaged:
                return
            except WorldError as error:              # a full disk, a locked store: the work waits until that is over
                log.warning("jobs wait: %s", error.message)
                await asyncio.sleep(LOOK_S)

    async def _work(self) -> None:
        while True:
            job: Job | None = await self._call(lambda writer: jobs.take(writer.store))
            if job is None:
                await asyncio.sleep(LOOK_S)
            else:
                await self._do(job)

    async def _do(self, job: Job) -> None:
        kind = self._kinds.get(job.kind)
        if kind is None:
            said = f"This TraceDesk does not know the work “{job.kind}”."
            await self._call(lambda writer: jobs.end(writer.store, job.number, "failed", said))
            return
        log.info("job %d begins: %s", job.number, job.kind)
        running = _Running(job, kind)
        while await self._call(running.slice):
            pass
        log.info("job %d is over", job.number)


class _Running:
    """A job under way; lives on the writer's thread."""

    def __init__(self, job: Job, kind: JobKind) -> None:
        self._job, self._kind = job, kind
        self._work: Work | None = None
        self._written = time.monotonic()
        self._reached = Progress(0)

    def slice(self, writer: Writer) -> bool:
        """Do one slice; whether there is more to do."""
        number = self._job.number
        try:
            if self._work is None:
                self._work = self._kind.work(writer, self._job.arguments)
            progress = self._reached = next(self._work)
        except StopIteration as over:
            jobs.progress(writer.store, number, *self._reached)
            jobs.end(writer.store, number, "done", over.value or "")
            return False
        except WorldError:
            raise
        except TraceDeskError as error:
            jobs.end(writer.store, number, "failed", f"{error.message} {error.hint}".strip())
            return False
        except Exception as error:  # noqa: BLE001 - a bug in one job: said and logged, the receiver goes on
            log.error("job %d broke\n%s", number, crash_text(error))  # noqa: TRY400 - the message may quote a prompt
            jobs.end(writer.store, number, "failed", "TraceDesk broke at it; its log says where.")
            return False
        if time.monotonic() - self._written >= WRITE_DOWN_S:
            self._written = time.monotonic()
            jobs.progress(writer.store, number, progress.done, progress.total)
            if jobs.job(writer.store, number).cancelled:
                self._work.close()
                jobs.end(writer.store, number, "cancelled")
                return False
        return True
