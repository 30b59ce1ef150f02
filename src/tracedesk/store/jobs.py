"""Long work: posted by whoever wants it (desk, prompt), done by the engine, its progress written down as it goes.

`post`, `cancel`, `job` and `latest` are for the one who wants it (a store opened with `notebook`, or for reading); `take`,
`progress`, `end` and `take_back` are for the engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tracedesk.base.clock import now_ns
from tracedesk.base.errors import NotFound
from tracedesk.store.connect import Store

State = Literal["waiting", "running", "done", "failed", "cancelled"]

_COLUMNS = "number, kind, arguments, state, done, total, message, cancel, posted_ns, started_ns, ended_ns"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work. `done` of `total` units are done; `total` is None while nobody knows it.

    `message` says what came of it, or why it failed. Times are ns since 1970.
    """

    number: int
    kind: str
    arguments: Mapping[str, Any]
    state: State
    done: int
    total: int | None
    message: str
    cancelled: bool              # somebody asked to stop it
    posted_ns: int
    started_ns: int | None
    ended_ns: int | None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.ended_ns is not None


def post(store: Store, kind: str, arguments: Mapping[str, Any] | None = None) -> int:
    """Ask for work; gives its number. The same work that waits already is not asked for twice."""
    text = json.dumps(arguments or {}, sort_keys=True)
    with store.writing() as db:
        same = db.execute("SELECT number FROM jobs WHERE state = 'waiting' AND NOT cancel AND kind = ? AND arguments = ?",
                          (kind, text)).fetchone()
        if same is not None:
            return int(same[0])
        return int(db.execute("INSERT INTO jobs (kind, arguments, posted_ns) VALUES (?, ?, ?) RETURNING number",
                              (kind, text, now_ns())).fetchone()[0])


def cancel(store: Store, number: int) -> None:
    """Ask to stop it. What waits ends at once; what runs ends after its present slice; what is over stays as it is."""
    with store.writing() as db:
        db.execute("UPDATE jobs SET cancel = 1 WHERE number = ? AND ended_ns IS NULL", (number,))
        db.execute("UPDATE jobs SET state = 'cancelled', ended_ns = ? WHERE number = ? AND state = 'waiting'",
                   (now_ns(), number))


def job(store: Store, number: int) -> Job:
    """One job.

    Raises:
        NotFound: there is none of this number.
    """
    with store.reading() as db:
        found = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE number = ?", (number,)).fetchone()
    if found is None:
        raise NotFound(f"There is no job {number}.")
    return _job(found)


def latest(store: Store, *, limit: int = 50) -> list[Job]:
    """The jobs posted last, newest first."""
    with store.reading() as db:
        return [_job(found) for found in db.execute(f"SELECT {_COLUMNS} FROM jobs ORDER BY number DESC LIMIT ?", (limit,))]


def take(store: Store) -> Job | None:
    """The oldest job that waits, now running; None where nobody wants anything."""
    with store.reading() as db:
        found = db.execute("SELECT number FROM jobs WHERE state = 'waiting' ORDER BY number LIMIT 1").fetchone()
    if found is None:
        return None
    with store.writing() as db:
        db.execute("UPDATE jobs SET state = 'running', started_ns = ?, done = 0, total = NULL "
                   "WHERE number = ? AND state = 'waiting'", (now_ns(), found[0]))
    taken = job(store, found[0])
    return taken if taken.state == "running" else None


def progress(store: Store, number: int, done: int, total: int | None) -> None:
    """Write down how far it is."""
    with store.writing() as db:
        db.execute("UPDATE jobs SET done = ?, total = ? WHERE number = ?", (done, total, number))


def end(store: Store, number: int, state: State, message: str = "") -> None:
    """It is over: done, failed or cancelled."""
    with store.writing() as db:
        db.execute("UPDATE jobs SET state = ?, message = ?, ended_ns = ? WHERE number = ?", (state, message, now_ns(), number))


def take_back(store: Store) -> int:
    """Work that an engine had begun when it ended waits again; gives how many. A job must bear being begun anew."""
    with store.writing() as db:
        return int(db.execute("UPDATE jobs SET state = 'waiting', started_ns = NULL WHERE state = 'running'").rowcount)


def _job(found: tuple[Any, ...]) -> Job:
    number, kind, arguments, state, done, total, message, cancelled, *times_ns = found
    return Job(number, kind, json.loads(arguments), state, done, total, message, bool(cancelled), *times_ns)
