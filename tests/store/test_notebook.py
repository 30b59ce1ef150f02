"""What people write into a store, also while an engine writes to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.making import KEY, reading, send, span, span_id, storing, trace_id
from tracedesk.base.errors import NotFound, StoreLocked
from tracedesk.store import baselines, notes, pins, questions, scenarios
from tracedesk.store.connect import notebook, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with storing(tmp_path / "t.db") as writer:
        send(writer, [span(1, 1)])
    return tmp_path / "t.db"


def test_scenarios_are_saved_replaced_and_forgotten(path: Path) -> None:
    with notebook(path, key=KEY) as book:
        scenarios.save(book, "slow", "[1]")
        scenarios.save(book, "down", "[2]")
        scenarios.save(book, "slow", "[3]")
    with reading(path) as store:
        assert [(one.name, one.spec_json) for one in scenarios.all(store)] == [("down", "[2]"), ("slow", "[3]")]
    with notebook(path, key=KEY) as book:
        assert scenarios.delete(book, "slow")
        assert not scenarios.delete(book, "slow")
        assert [one.name for one in scenarios.all(book)] == ["down"]


def test_an_edge_is_settled_either_way_and_let_go(path: Path) -> None:
    a, b = span_id(1), span_id(2)
    with notebook(path, key=KEY) as book:
        pins.put(book, trace_id(1), a, b, waits=True)
        pins.put(book, trace_id(1), b, a, waits=False)
        pins.put(book, trace_id(2), a, b, waits=False)
        assert pins.of_trace(book, trace_id(1)) == [pins.Pin(a, b, True), pins.Pin(b, a, False)]
        pins.put(book, trace_id(1), a, b, waits=None)
        assert pins.of_trace(book, trace_id(1)) == [pins.Pin(b, a, False)]


def test_a_note_is_replaced_and_an_empty_one_goes(path: Path) -> None:
    with notebook(path, key=KEY) as book:
        notes.put(book, trace_id(1), span_id(1), "bad", "wrong order")
        notes.put(book, trace_id(1), notes.WHOLE_TRACE, None, "ask Eva")
        notes.put(book, trace_id(1), span_id(1), "good", "the right order after all")
        found = notes.of_trace(book, trace_id(1))
        assert {key: (one.verdict, one.text) for key, one in found.items()} == {
            span_id(1): ("good", "the right order after all"), notes.WHOLE_TRACE: (None, "ask Eva")}
        notes.put(book, trace_id(1), span_id(1), None, "")
        assert set(notes.of_trace(book, trace_id(1))) == {notes.WHOLE_TRACE}


def test_a_program_has_one_baseline(path: Path) -> None:
    with notebook(path, key=KEY) as book:
        assert baselines.of(book, "agent", "bot") is None
        baselines.pin(book, "agent", "bot", trace_id(1))
        baselines.pin(book, "agent", "bot", trace_id(2))
        baselines.pin(book, "agent", "other", trace_id(3))
        assert baselines.of(book, "agent", "bot") == trace_id(2)
        baselines.pin(book, "agent", "bot", None)
        assert baselines.of(book, "agent", "bot") is None
        assert baselines.of(book, "agent", "other") == trace_id(3)


def test_a_notebook_makes_no_store_and_upgrades_none(path: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound), notebook(tmp_path / "none.db", key=KEY):
        pass
    assert not (tmp_path / "none.db").exists()
    with open_store(path, role="write", key=KEY) as store, store.writing() as db:
        db.execute("PRAGMA user_version = 1")
    with pytest.raises(StoreLocked, match="older TraceDesk"), notebook(path, key=KEY):
        pass


WRITES = """
import sys
from pathlib import Path
from tests.store.making import KEY, send, span, storing
with storing(Path(sys.argv[1])) as writer:
    for number in range(2, 302):
        send(writer, [span(number, place) for place in range(1, 21)])
        if number == 10: print("on", flush=True)
"""


def test_notes_beside_a_busy_writer(path: Path) -> None:
    """Two processes: 300 batches here, 40 notes there, and nothing of either is lost."""
    with subprocess.Popen([sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE,
                          cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        child.stdout.readline()
        for number in range(40):
            with notebook(path, key=KEY) as book:
                notes.put(book, trace_id(number), span_id(1), "unsure", f"note {number}")
    assert child.returncode == 0
    with reading(path) as store:
        assert questions.stats(store).spans == 300 * 20 + 1
        assert all(notes.of_trace(store, trace_id(number))[span_id(1)].text == f"note {number}" for number in range(40))
