"""The engine of one store, put together: lock, store, intake, receiver, jobs, heartbeat; and the way it ends.

::

    lock ─► store (made, brought up to date; a damaged one moved aside) ─► intake (the writer's thread) ─► receiver
    twice a second: heartbeat, whether the store broke; every 5 s a port that was taken is tried again
    SIGTERM, SIGINT, end of the parent's pipe ─► calls under way get their answer ─► intake drains ─► log emptied ─► lock

The heartbeat is written by the main thread, so that it goes on while the writer's thread works at something long.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from tracedesk.base.errors import DiskFull, StoreDamaged, WorldError
from tracedesk.base.log import logger
from tracedesk.base.own import look_seldom_for_cycles, no_core_dumps
from tracedesk.base.paths import make_private_dir
from tracedesk.base.registry import parts
from tracedesk.base.settings import ReceiverSettings
from tracedesk.engine import job_kinds
from tracedesk.engine.jobs import JobKind, Jobs
from tracedesk.engine.prices import CurrentPrices
from tracedesk.engine.pulse import Pulse
from tracedesk.ingest.intake import Intake
from tracedesk.ingest.worker import Worker
from tracedesk.privacy.token import receiver_token
from tracedesk.receiver.receiver import Receiver
from tracedesk.store.aside import move_aside
from tracedesk.store.connect import empty_log, open_store
from tracedesk.store.heartbeat import BEAT_S, Heart
from tracedesk.store.lock import EngineLock
from tracedesk.store.writer import Writer

GRACE_S = 1.0
"""How long calls under way may take to get their answer when we end."""

TWICE_S = 0.5
"""A second signal within this time belongs to the first."""

TRY_PORTS_EVERY = 10
"""Beats between two tries to get a port that another program has: 5 s."""

T = TypeVar("T")
Say = Callable[[str], None]
log = logger("engine")


def run(path: Path, settings: ReceiverSettings, *, say: Say, complain: Say, parent_pipe: bool = False) -> None:
    """Run the engine of this store until it is told to end. `say` gets the line "listening …", `complain` what is wrong.

    Raises:
        StoreLocked: another engine has this store.
        PortInUse: both ports are taken, and nobody but a prompt waits for us.
        WorldError: the store cannot be opened, or the settings are not safe to listen with.
    """
    no_core_dumps()
    look_seldom_for_cycles()
    if not path.parent.exists():
        make_private_dir(path.parent)
    with EngineLock(path).take():
        heart = Heart(path)
        try:
            asyncio.run(_Engine(path, settings, Pulse(path, heart), say, complain, parent_pipe).run())
        finally:
            heart.stop()


class _Engine:
    """The lives of an engine: one, unless its store breaks; then that is moved aside and another life begins."""

    def __init__(
        self, path: Path, settings: ReceiverSettings, pulse: Pulse, say: Say, complain: Say, parent_pipe: bool
    ) -> None:
        self._path, self._settings, self._pulse = path, settings, pulse
        self._say, self._complain, self._parent_pipe = say, complain, parent_pipe
        self._stop = asyncio.Event()
        self._announced = False

    async def run(self) -> None:
        """Until told to end."""
        with _told_to_end(self._stop.set, parent_pipe=self._parent_pipe):
            self._prepare_store()
            while await self._live():
                self._begin_anew()

    def _prepare_store(self) -> None:
        """The store is there and up to date. A damaged one is moved aside and said, and another is begun. On a full disk
        the intake opens it as soon as there is room."""
        try:
            open_store(self._path, role="write").close()
        except StoreDamaged:
            self._begin_anew()
        except DiskFull:
            if not self._path.exists():
                raise

    def _begin_anew(self) -> None:
        aside = move_aside(self._path)
        self._pulse.notice = f"The store was damaged. It was moved aside as {aside.name}, and a new one was begun."
        self._complain(self._pulse.notice)
        log.warning("the store was damaged and moved aside")
        open_store(self._path, role="write").close()

    async def _live(self) -> bool:
        """From the first listener to the emptied log; whether it ended because the store is damaged."""
        book = CurrentPrices()
        intake = Intake(self._path, book, memory_limit_bytes=self._settings.memory_limit_mb * 1_000_000,
                        worker=Worker(lambda: book.overrides))
        intake.start()
        intake.call(book.refresh)
        receiver = Receiver(self._settings, intake, receiver_token() if self._settings.require_token else None)

        async def call(function: Callable[[Writer], T]) -> T:
            return await asyncio.wrap_future(intake.call(function))

        work = asyncio.create_task(Jobs(call, parts(job_kinds, JobKind)).run())
        damaged = False
        try:
            await receiver.start()
            self._beat(intake, receiver)
            self._announce(receiver)
            intake.call(book.warm)
            damaged = await self._watch(intake, receiver, book, work)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await receiver.stop(GRACE_S)
            await asyncio.to_thread(intake.close)
        if not damaged:
            with suppress(DiskFull):                     # then it stays, and is read at the next opening
                empty_log(self._path)
        return damaged

    def _beat(self, intake: Intake, receiver: Receiver) -> None:
        intake.is_halted = self._pulse.is_full()
        self._pulse.beat(receiver.grpc_address, receiver.http_address, receiver.problems, intake.counters)

    def _announce(self, receiver: Receiver) -> None:
        """The one line on standard output; a port that is taken is said on standard error."""
        if self._announced:
            return
        self._announced = True
        for problem in receiver.problems:
            self._complain(f"{problem.message} {problem.hint}".strip())
        if not (receiver.grpc_address or receiver.http_address or self._parent_pipe):
            raise receiver.problems[0]
        grpc, http = receiver.grpc_address or "taken", receiver.http_address or "taken"
        self._say(f"listening grpc={grpc} http={http} store={self._path}")
        log.info("listening grpc=%s http=%s", grpc, http)

    async def _watch(self, intake: Intake, receiver: Receiver, book: CurrentPrices, work: asyncio.Task[None]) -> bool:
        """Beat until told to end, or until the store breaks: whether it did."""
        beats = 0
        refreshed = intake.call(book.refresh)
        while not self._stop.is_set():
            self._beat(intake, receiver)
            if isinstance(intake.counters.last_error, StoreDamaged):
                return True
            if work.done():
                work.result()                        # jobs end only with the store, or with a bug of ours
                return True
            if refreshed.done():
                error = refreshed.exception()
                if error is not None and not isinstance(error, WorldError):
                    raise error
                refreshed = intake.call(book.refresh)
            beats += 1
            if receiver.problems and beats % TRY_PORTS_EVERY == 0:
                await receiver.start()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), BEAT_S)
        return False


@contextmanager
def _told_to_end(stop: Callable[[], None], *, parent_pipe: bool) -> Iterator[None]:
    """Call `stop` on the running loop at SIGTERM or SIGINT, or when standard input ends.

    A signal that comes again later ends us at once; one that comes twice (`timeout` tells the child and then its group)
    does not.
    """
    loop = asyncio.get_running_loop()
    before = {}
    told_s = 0.0

    def told(number: int, _frame: object) -> None:
        nonlocal told_s
        if not told_s:
            told_s = time.monotonic()
            loop.call_soon_threadsafe(stop)
        elif time.monotonic() - told_s > TWICE_S:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, told)
    if parent_pipe:
        threading.Thread(target=_wait_for_the_end_of_stdin, args=(loop, stop), name="parent", daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_the_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop)
