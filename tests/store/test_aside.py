"""A damaged store is moved out of the way whole, and the log of a healthy one can be emptied."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracedesk.base.errors import StoreDamaged
from tracedesk.store.aside import move_aside
from tracedesk.store.connect import empty_log, open_store


def test_every_file_of_it_is_moved_and_none_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    open_store(path, role="write").close()
    broken = b"\0" * 100 + path.read_bytes()[100:]
    path.write_bytes(broken)
    path.with_name("t.db-wal").write_bytes(b"log")
    with pytest.raises(StoreDamaged):
        open_store(path, role="write")
    path.with_name("t.db-wal").write_bytes(b"log")       # SQLite takes away a log that is none
    aside = move_aside(path)
    assert aside.read_bytes() == broken
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"log"
    assert not path.exists()
    open_store(path, role="write").close()
    assert path.with_name("t.db.key").exists(), "the new store has the key of the old one"


def test_two_in_one_second_do_not_replace_one_another(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    names = set()
    for content in (b"1", b"2", b"3"):
        path.write_bytes(content)
        names.add(move_aside(path))
    assert sorted(name.read_bytes() for name in names) == [b"1", b"2", b"3"]


def test_the_log_is_emptied_unless_a_reader_needs_it(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with open_store(path, role="write") as writer, open_store(path, role="read") as reader:
        log = path.with_name("t.db-wal")
        with writer.writing() as db:
            db.execute("INSERT INTO meta VALUES ('a', 1)")
        assert log.stat().st_size > 0
        with reader.reading() as db:
            db.execute("SELECT count(*) FROM meta").fetchone()
            with writer.writing() as other:
                other.execute("INSERT INTO meta VALUES ('b', 1)")
            assert not empty_log(path)
        assert empty_log(path)
        assert log.stat().st_size == 0
