"""What can go wrong with a store: each trouble is said in our words, and nothing that was committed is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.store.content import content
from tests.store.making import KEY, log, reading, send, span, storing, trace_id
from tracedesk.base.errors import (
    Cancelled,
    DiskFull,
    NotFound,
    StoreDamaged,
    StoreLocked,
    StoreTooNew,
    TooSlow,
    TraceDeskError,
    WorldError,
)
from tracedesk.model.query import parse
from tracedesk.store import changes, notes, questions
from tracedesk.store.connect import notebook, open_store
from tracedesk.store.lock import EngineLock
from tracedesk.store.migrations import SCHEMA_VERSION

ROOT = Path(__file__).resolve().parents[2]
MARKER = "plaintextmarker"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of a few traces, closed."""
    path = tmp_path / "t.db"
    with storing(path) as writer:
        for number in range(1, 30):
            send(writer, [span(number, place, 1 if place > 1 else None, text=f"{MARKER} {number} " * 20)
                          for place in range(1, 12)], [log(number, 1, MARKER)])
        writer.settle()
    return path


def execute(path: Path, statement: str) -> None:
    with open_store(path, role="write", key=KEY) as store:
        store._connection.execute(statement)


# -- who may open it, and how ------------------------------------------------------------------------------------------


def test_a_newer_store_is_left_alone(path: Path) -> None:
    execute(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    for role in ("read", "write", "note"):
        with pytest.raises(StoreTooNew):
            open_store(path, role=role, key=KEY)
    assert path.read_bytes() == before


def test_an_older_store_is_brought_up_to_date_by_the_writer_alone(path: Path, tmp_path: Path) -> None:
    """Take away what came after the first step: the next writer makes it again, and what was stored is still there."""
    before = content(path, [MARKER])
    with open_store(path, role="write", key=KEY) as store:
        later = [name for name, in store._connection.execute("SELECT name FROM _sqlite_migrations WHERE name >= 'm003'")]
        for table in ("scenarios", "pins", "notes", "baselines"):
            store._connection.execute(f"DROP TABLE {table}")
        store._connection.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm002%'")
        store._connection.execute("PRAGMA user_version = 1")
    assert len(later) == SCHEMA_VERSION - 2
    with pytest.raises(StoreLocked, match="older TraceDesk"):
        reading(path)
    open_store(path, role="write", key=KEY).close()
    assert content(path, [MARKER]) == before
    with notebook(path, key=KEY) as book:
        notes.put(book, trace_id(1), b"", "good")


def test_the_wrong_key_is_no_key(path: Path) -> None:
    with pytest.raises(StoreDamaged, match="another key"):
        open_store(path, role="read", key=bytes(32))


@pytest.mark.parametrize("start", [b"", b"SQLite format 3\0", b"hello"])
def test_what_is_no_store_is_not_written_over(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "t.db"
    path.write_bytes(start + os.urandom(8192) if start else b"")
    before = path.read_bytes()
    with pytest.raises(NotFound if not start else StoreDamaged):
        open_store(path, role="read", key=KEY)
    if start:
        with pytest.raises(StoreDamaged):
            open_store(path, role="write", key=KEY)
        assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorldError):
        open_store(tmp_path / "file" / "t.db", role="write", key=KEY)


# -- damage ------------------------------------------------------------------------------------------------------------


def everything(path: Path) -> list[Any]:
    """Every row of every table that is no virtual one."""
    with reading(path) as store, store.reading() as db:
        names = [name for name, in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")]
        return [db.execute(f"SELECT * FROM \"{name}\"").fetchall() for name in names]


def test_damage_never_looks_like_data(path: Path, tmp_path: Path) -> None:
    """A flipped bit, an emptied page, a cut-off end: said to be damage, or in a page that nothing lies in."""
    dice = random.Random(5)
    whole, whole_size = everything(path), path.stat().st_size
    detected = 0
    for number in range(60):
        copy = tmp_path / f"{number}.db"
        shutil.copy(path, copy)
        with copy.open("r+b") as file:
            at = dice.randrange(whole_size)
            if number % 3 == 0:
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ 1 << dice.randrange(8)]))
            elif number % 3 == 1:
                file.seek(at // 4096 * 4096)
                file.write(bytes(4096))
            else:
                file.truncate(max(1, at // 4096) * 4096)
        try:
            assert everything(copy) == whole
        except StoreDamaged:
            detected += 1
        copy.unlink()
    assert detected > 50


# -- full disks, locks, kills ------------------------------------------------------------------------------------------


def test_a_full_disk_loses_nothing_and_ends(path: Path) -> None:
    """The limit on pages raises the same SQLITE_FULL as a full disk."""
    dice = random.Random(1)
    batch = [span(100, place, text=dice.randbytes(900).hex()) for place in range(1, 200)]
    with storing(path) as writer:
        pages = writer.db.execute("PRAGMA page_count").fetchone()[0]
        writer.db.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(DiskFull):
            send(writer, batch)
        with reading(path) as store:
            assert questions.stats(store).traces == 29
        writer.db.execute("PRAGMA max_page_count = 1000000")
        assert send(writer, batch).new_spans == 199
    with reading(path) as store:
        assert questions.summary(store, trace_id(100)).span_count == 199


def test_while_another_program_holds_the_lock_readers_go_on(path: Path) -> None:
    with storing(path) as writer, open_store(path, role="write", key=KEY) as other:
        writer.db.execute("PRAGMA busy_timeout = 50")
        other._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked):
            send(writer, [span(200, 1)])
        with reading(path) as store:
            assert questions.stats(store).traces == 29
        other._connection.execute("ROLLBACK")
        assert send(writer, [span(200, 1)]).new_spans == 1


WRITES = """
import sys
from pathlib import Path
from tests.store.making import send, span, storing
with storing(Path(sys.argv[1])) as writer:
    for number in range(1, 100_000):
        send(writer, [span(number, place, 1 if place > 1 else None) for place in range(1, 21)])
        if number % 3 == 0: writer.index_pending(5)
        print(number, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    dice = random.Random(9)
    for number in range(6):
        path = tmp_path / f"{number}.db"
        with subprocess.Popen([sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE, cwd=ROOT, text=True) as child:
            assert child.stdout is not None
            acked = int(child.stdout.readline())
            timer = threading.Timer(dice.random() * 0.15, lambda child=child: child.send_signal(signal.SIGKILL))
            timer.start()
            for line in child.stdout:
                acked = int(line)
            timer.join()
        with storing(path) as writer:                                     # recovers, and goes on
            writer.settle()
            send(writer, [span(1_000_000, 1)])
        with reading(path) as store:
            found = questions.traces(store, limit=1_000_000)
            stored = {int.from_bytes(one.trace_id, "big"): one.span_count for one in found}
            assert stored.pop(1_000_000) == 1
            assert set(range(1, acked + 1)) <= set(stored)
            assert set(stored.values()) == {20}, "no half batch"


def test_the_engine_lock_goes_with_its_process(tmp_path: Path) -> None:
    code = ("import sys; from pathlib import Path; from tracedesk.store.lock import EngineLock\n"
            "EngineLock(Path(sys.argv[1])).take(); print('held', flush=True); sys.stdin.read()")
    path = tmp_path / "t.db"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(StoreLocked, match=str(child.pid)):
            EngineLock(path).take()
        child.kill()
    with EngineLock(path) as lock:
        assert lock.holder() == os.getpid()


def test_two_writers_in_turn_are_one(path: Path, tmp_path: Path) -> None:
    """Each remembers traces; what the other wrote meanwhile is not overlooked."""
    spans = [span(300, place, 1 if place > 1 else None, f"step {place % 3}", input_tokens=place) for place in range(1, 40)]
    with storing(path) as one, storing(path) as two, storing(tmp_path / "b.db") as alone:
        for at in range(0, len(spans), 3):
            send(one if at % 2 else two, spans[at:at + 3])
            send(alone, spans[at:at + 3])
        one.settle()
        alone.settle()
    with reading(path) as store, reading(tmp_path / "b.db") as other:
        assert sorted(questions.rows(store, trace_id(300))) == sorted(questions.rows(other, trace_id(300)))
        a, b = questions.summary(store, trace_id(300)), questions.summary(other, trace_id(300))
        assert (a.span_count, a.input_tokens, a.duration_ns) == (b.span_count, b.input_tokens, b.duration_ns)


def test_readers_learn_that_something_changed(path: Path) -> None:
    with storing(path) as writer, reading(path) as store:
        version, number = changes.data_version(store), changes.number(store)
        assert changes.data_version(store) == version
        send(writer, [span(400, 1), span(3, 50)])
        assert changes.data_version(store) != version
        assert set(changes.since(store, number)) == {trace_id(400), trace_id(3)}


# -- secrecy -----------------------------------------------------------------------------------------------------------


def test_nothing_is_ever_plain_on_the_disk(tmp_path: Path) -> None:
    """Database and log are looked at by another program while they are open, and once more when they are closed."""
    path = tmp_path / "t.db"
    with storing(path) as writer:
        files = [path, path.with_name("t.db-wal"), path.with_name("t.db-shm")]
        send(writer, [span(1, 1, None, MARKER, text=MARKER * 50, user_id=MARKER)], [log(1, 1, MARKER)])
        writer.settle()
        with open_store(path, role="note", key=KEY) as book:
            notes.put(book, trace_id(1), b"", None, MARKER)
        for file in files:
            assert file.exists()
            assert file.stat().st_mode & 0o777 == 0o600
        found = subprocess.run(["grep", "-l", "-a", "-e", MARKER, "-e", "SQLite format", *map(str, files)], capture_output=True,
                               text=True, check=False)
        assert (found.returncode, found.stdout) == (1, "")
    assert MARKER.encode() not in path.read_bytes()
    with reading(path) as store:
        assert questions.traces(store)[0].name == MARKER


def test_without_a_keyring_the_key_is_a_private_file(tmp_path: Path) -> None:
    with open_store(tmp_path / "t.db", role="write") as store:
        assert store.key_place == "file"
    keys = [file for file in tmp_path.rglob("*") if "key" in file.name and file.is_file()]
    assert keys
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in keys)


# -- questions end -----------------------------------------------------------------------------------------------------

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_question_is_stopped_when_its_time_is_up(path: Path) -> None:
    with reading(path) as store:
        store.time_limit_s = 0.2
        with pytest.raises(TooSlow), store.reading() as db:
            db.execute(ENDLESS).fetchone()
        assert questions.stats(store).traces == 29                  # the connection is as good as before


def test_a_question_is_stopped_from_another_thread(path: Path) -> None:
    with reading(path) as store:
        timer = threading.Timer(0.2, store.interrupt)
        timer.start()
        with pytest.raises(Cancelled), store.reading(60) as db:
            db.execute(ENDLESS).fetchone()
        timer.join()
        assert questions.stats(store).traces == 29


def test_errors_that_are_bugs_stay_what_they_are(path: Path) -> None:
    with reading(path) as store, pytest.raises(Exception, match="no such table") as caught, store.reading() as db:
        db.execute("SELECT * FROM nothing_of_ours")
    assert not isinstance(caught.value, TraceDeskError)


def test_what_was_written_is_found_within_a_slice(path: Path) -> None:
    """The text of a batch is searchable after one slice of the late work, which the engine does every 0.5 s at the least."""
    with storing(path) as writer:
        send(writer, [span(500, 1, text="the teapot whistled")])
        assert writer.index_pending() == 0
        with reading(path) as store:
            assert [one.trace_id for one in questions.traces(store, parse("teapot whistled"))] == [trace_id(500)]
