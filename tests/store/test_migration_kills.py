"""`kill -9` while an older store is brought up to date: it is old or new, never between, and what it held is there."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.store.content import content
from tests.store.making import KEY, send, span, storing
from tests.store.test_measures import make_old
from tracedesk.store.connect import open_store
from tracedesk.store.migrations import SCHEMA_VERSION

KILLS = 25
OPEN = """import sys
from pathlib import Path
from sqlite_utils.migrations import Migrations
from tracedesk.store.connect import open_store
print(flush=True)
sys.stdin.readline()
open_store(Path(sys.argv[1]), role="write", key=bytes(range(32))).close()
print("done", flush=True)
"""


def opener(path: Path) -> subprocess.Popen[str]:
    """A process that has loaded everything and opens the store when it is told to."""
    process = subprocess.Popen([sys.executable, "-c", OPEN, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, env=dict(os.environ))
    assert process.stdout is not None
    process.stdout.readline()
    return process


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def brought_up_to_date(path: Path) -> tuple[int, int]:
    """(version, jobs that the migration posted)"""
    with open_store(path, role="write", key=KEY) as store:
        db = store._connection
        return db.execute("PRAGMA user_version").fetchone()[0], db.execute("SELECT count(*) FROM jobs").fetchone()[0]


def test_a_migration_that_is_killed_is_finished_by_the_next_who_opens(tmp_path: Path) -> None:
    old, path = tmp_path / "old.db", tmp_path / "t.db"
    with storing(old) as writer:
        for trace in range(1, 40):
            send(writer, [span(trace, number, number - 1 or None, f"step {number}", input_tokens=number, text="marker")
                          for number in range(1, 30)])
        writer.settle()
        make_old(writer.store)
    shutil.copy(old, path)
    with opener(path) as whole:
        begun = time.monotonic()
        tell(whole)
        assert whole.stdout is not None
        assert whole.stdout.readline() == "done\n"
        took_s = time.monotonic() - begun
    wanted = content(path, ["marker"])
    moment, unfinished = random.Random(3), 0
    for _ in range(KILLS):
        for part in tmp_path.glob("t.db*"):
            part.unlink()
        shutil.copy(old, path)
        with opener(path) as killed:
            tell(killed)
            time.sleep(moment.uniform(0, 2 * took_s))
            killed.kill()
            assert killed.stdout is not None
            unfinished += killed.stdout.read() == ""
        assert brought_up_to_date(path) == (SCHEMA_VERSION, 1)
        assert content(path, ["marker"]) == wanted
    assert unfinished, "some were killed on the way"
