"""SQL of the user's own: what it can see, and that it can do nothing else."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest

from tests.store.making import T0_NS, log, reading, send, span, span_id, storing, trace_id
from tracedesk.base.errors import DataError, TooSlow
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.span import Event
from tracedesk.store import sql, views


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with storing(tmp_path / "t.db") as writer:
        root = span(1, 1, None, "agent", length_ms=40, kind=Kind.AGENT, input_tokens=7, user_id="eva")
        chat = span(1, 2, 1, "chat", start_ms=3, length_ms=None, kind=Kind.LLM, model="gpt", input_tokens=7, cost_nusd=2_500,
                    temperature=0.5, docs=[1, {"a": b"\0"}], odd=math.nan, status=Status.ERROR, error_message="boom",
                    signs='[["score","judge",0.5,""]]')
        chat.events.append(Event("first token", T0_NS + 5, {"n": 1}))
        send(writer, [root, chat, span(2, 1)], [log(1, 2, "refund"), log(None, None, "loose")])
        writer.settle()
    return tmp_path / "t.db"


def asked(path: Path, statement: str) -> list[list[object]]:
    with reading(path) as store:
        return sql.ask(store, statement).rows


def test_every_view_answers_with_its_columns(path: Path) -> None:
    for view in views.VIEWS:
        with reading(path) as store:
            found = sql.ask(store, f"SELECT * FROM {view.name}")
        assert found.columns == [name for name, _ in view.columns]
        assert found.rows, view.name
        assert view.name in views.in_words()


def test_spans_and_traces_speak_plainly(path: Path) -> None:
    one, two = trace_id(1).hex(), span_id(2).hex()
    assert asked(path, "SELECT name, status, span_count, cost_nusd, user_id FROM traces ORDER BY span_count DESC LIMIT 1") == [
        ["agent", "error", 2, 2_500, "eva"]]
    assert asked(path, "SELECT parent_id, kind, status, end_ns, model, cost_status, counted FROM spans "
                       f"WHERE span_id = '{two}'") == [
        [span_id(1).hex(), "llm", "error", None, "gpt", "priced", 1]]
    assert asked(path, f"SELECT counted FROM spans WHERE trace_id = '{one}' AND kind = 'agent'") == [[0]]
    assert asked(path, "SELECT key, value FROM attributes WHERE key IN ('temperature', 'docs', 'odd') ORDER BY key") == [
        ["docs", '[1,{"a":"AA=="}]'], ["odd", "NaN"], ["temperature", 0.5]]
    assert asked(path, "SELECT name, attributes FROM events") == [["first token", '{"n":1}']]
    assert asked(path, "SELECT trace_id, body FROM logs ORDER BY body") == [[None, "loose"], [one, "refund"]]
    assert asked(path, "SELECT sum(calls) FROM minutes") == [[3]]
    assert asked(path, "SELECT trace_id FROM main.traces WHERE trace_no = 1") == [[one]]
    assert asked(path, "SELECT count(*) FROM texts WHERE texts MATCH 'refund'") == [[1]]


@pytest.mark.parametrize("statement", [
    "DELETE FROM main.traces", "INSERT INTO main.meta VALUES ('a', 1)", "UPDATE main.meta SET value = 1",
    "DROP TABLE main.meta",
    "CREATE TABLE x (a)", "CREATE TEMP TABLE x (a)", "ATTACH '/tmp/x.db' AS x", "PRAGMA user_version = 9", "PRAGMA key = 'x'",
    "PRAGMA query_only = OFF", "VACUUM INTO '/tmp/x.db'", "SELECT load_extension('x')", "SELECT sqlcipher_export('main')",
    "BEGIN", "COMMIT", "REINDEX", "ANALYZE", "SELECT 1; SELECT 2", "", "SELECT", "nonsense", "SELECT * FROM nothing",
    "EXPLAIN DELETE FROM main.meta",
    "WITH a AS (SELECT 1) INSERT INTO main.meta SELECT 'a', 1", "SELECT randomblob(1000000000)"])
def test_nothing_else_passes(path: Path, statement: str) -> None:
    with reading(path) as store:
        with pytest.raises(DataError):
            sql.ask(store, statement)
        assert [row[0] for row in sql.ask(store, "SELECT count(*) FROM main.traces").rows] == [2]


def test_it_ends_when_its_time_is_up(path: Path) -> None:
    begun = time.monotonic()
    with reading(path) as store, pytest.raises(TooSlow):
        sql.ask(store, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", limit_s=0.2)
    assert time.monotonic() - begun < 5


def test_rows_beyond_the_limit_are_said_to_be_there(path: Path) -> None:
    with reading(path) as store:
        found = sql.ask(store, "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", limit=2)
    assert (found.rows, found.more) == ([[1], [2]], True)
