"""The runner of jobs, against a real store and a writer's thread of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tracedesk.base.errors import DataError
from tracedesk.engine.jobs import JobKind, Jobs, Progress, Work
from tracedesk.store import jobs
from tracedesk.store.connect import notebook, open_store
from tracedesk.store.jobs import Job
from tracedesk.store.writer import Writer


def counting(writer: Writer, arguments: Mapping[str, Any]) -> Work:
    """Counts to `to`; each count is a row of its own."""
    to = arguments["to"]
    for done in range(1, to + 1):
        with writer.transaction():
            pass
        yield Progress(done, to)
    return f"Counted to {to}."


def endless(writer: Writer, arguments: Mapping[str, Any]) -> Work:
    done = 0
    while True:
        done += 1
        yield Progress(done)


def wrong(writer: Writer, arguments: Mapping[str, Any]) -> Work:
    yield Progress(0)
    raise DataError("This cannot be.", hint="Ask for something else.")


def broken(writer: Writer, arguments: Mapping[str, Any]) -> Work:
    yield Progress(0)
    raise KeyError(arguments["text"])


KINDS = [JobKind(work.__name__, work.__name__, work) for work in (counting, endless, wrong, broken)]


@asynccontextmanager
async def running(path: Path, kinds: list[JobKind]):
    """The runner at work; the writer lives on one thread, as in the engine."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        store = await loop.run_in_executor(thread, lambda: open_store(path, role="write"))
        writer = Writer(store)

        def call(function: Callable[[Writer], Any]) -> Any:
            return loop.run_in_executor(thread, function, writer)

        task = asyncio.create_task(Jobs(call, kinds).run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await loop.run_in_executor(thread, store.close)


async def until(path: Path, number: int, ready: Callable[[Job], bool]) -> Job:
    for _ in range(500):
        with open_store(path, role="read") as store:
            found = jobs.job(store, number)
        if ready(found):
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"it stayed {found}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_store(tmp_path / "t.db", role="write").close()
    return tmp_path / "t.db"


def post(path: Path, kind: str, **arguments: Any) -> int:
    with notebook(path) as book:
        return jobs.post(book, kind, arguments)


async def test_a_job_is_done_and_says_what_came_of_it(path: Path) -> None:
    number = post(path, "counting", to=30)
    async with running(path, KINDS):
        found = await until(path, number, lambda job: job.over)
        assert (found.state, found.message) == ("done", "Counted to 30.")
        later = post(path, "counting", to=1)
        assert (await until(path, later, lambda job: job.over)).state == "done", "it looks again when there was nothing"


async def test_progress_is_written_down_and_cancel_is_heard(path: Path) -> None:
    number = post(path, "endless")
    async with running(path, KINDS):
        seen = await until(path, number, lambda job: job.done > 0)
        assert (seen.state, seen.total) == ("running", None)
        with notebook(path) as book:
            jobs.cancel(book, number)
        assert (await until(path, number, lambda job: job.over)).state == "cancelled"


async def test_a_failure_is_said_and_the_next_job_is_done(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bad, bug = post(path, "wrong"), post(path, "broken", text="a secret prompt")
    odd, good = post(path, "juggling"), post(path, "counting", to=2)
    async with running(path, KINDS):
        await until(path, good, lambda job: job.over)
    with open_store(path, role="read") as store:
        assert jobs.job(store, bad).message == "This cannot be. Ask for something else."
        assert jobs.job(store, bug).state == "failed"
        assert "juggling" in jobs.job(store, odd).message
        assert jobs.job(store, good).state == "done"
    assert "KeyError" in caplog.text
    assert "secret" not in caplog.text


async def test_work_that_an_engine_died_over_is_begun_anew(path: Path) -> None:
    number = post(path, "endless")
    async with running(path, KINDS):
        await until(path, number, lambda job: job.done > 0)
    finite = JobKind("endless", "endless", lambda writer, arguments: counting(writer, {"to": 2}))
    async with running(path, [finite]):
        assert (await until(path, number, lambda job: job.over)).message == "Counted to 2."
