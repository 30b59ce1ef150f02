"""Long work on paper: posted, taken once, its progress seen from outside, stopped, taken back after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import KEY, reading, storing
from tracedesk.base.errors import NotFound
from tracedesk.store import jobs
from tracedesk.store.connect import Store, notebook, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with storing(tmp_path / "t.db"):
        pass
    return tmp_path / "t.db"


@pytest.fixture
def engine(path: Path):
    with open_store(path, role="write", key=KEY) as store:
        yield store


def test_jobs_are_taken_in_order_and_once(path: Path, engine: Store) -> None:
    with notebook(path, key=KEY) as book:
        first = jobs.post(book, "reprice", {"model": "a"})
        second = jobs.post(book, "reprice")
        assert jobs.post(book, "reprice", {"model": "a"}) == first, "the same waits already"
    taken = jobs.take(engine)
    assert taken is not None
    assert (taken.number, taken.kind, taken.arguments, taken.state) == (first, "reprice", {"model": "a"}, "running")
    assert jobs.take(engine).number == second
    assert jobs.take(engine) is None
    with notebook(path, key=KEY) as book:
        assert jobs.post(book, "reprice", {"model": "a"}) not in (first, second), "what runs may be wanted once more"


def test_progress_is_seen_from_outside(path: Path, engine: Store) -> None:
    with notebook(path, key=KEY) as book:
        number = jobs.post(book, "reprice")
    with reading(path) as store:
        assert jobs.job(store, number).total is None
        jobs.take(engine)
        jobs.progress(engine, number, 40, 100)
        seen = jobs.job(store, number)
        assert (seen.state, seen.done, seen.total, seen.over) == ("running", 40, 100, False)
        jobs.end(engine, number, "done", "100 spans priced again.")
        seen = jobs.latest(store)[0]
        assert (seen.state, seen.message, seen.over) == ("done", "100 spans priced again.", True)
        assert seen.posted_ns <= seen.started_ns <= seen.ended_ns


def test_what_waits_is_cancelled_at_once_and_what_is_over_stays(path: Path, engine: Store) -> None:
    with notebook(path, key=KEY) as book:
        waiting, running = jobs.post(book, "b"), jobs.post(book, "a")
        jobs.cancel(book, waiting)
        assert jobs.job(book, waiting).state == "cancelled"
        assert jobs.take(engine).number == running
        jobs.cancel(book, running)
        seen = jobs.job(book, running)
        assert (seen.state, seen.cancelled) == ("running", True), "it ends after its slice"
        jobs.end(engine, running, "done")
        jobs.cancel(book, running)
        assert jobs.job(book, running).state == "done"
        with pytest.raises(NotFound):
            jobs.job(book, 99)


def test_work_of_an_engine_that_died_waits_again(path: Path, engine: Store) -> None:
    with notebook(path, key=KEY) as book:
        number = jobs.post(book, "a")
    jobs.take(engine)
    assert jobs.take(engine) is None
    assert jobs.take_back(engine) == 1
    assert jobs.take(engine).number == number
