"""The measures of a store from before there were any, and what stands in the way of a name becoming a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.content import content
from tests.store.making import MS, T0_NS, reading, send, span, storing
from tests.store.test_filters import traces
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.row import SpanRow
from tracedesk.store import facts, jobs
from tracedesk.store.connect import Store
from tracedesk.store.facts import Entry
from tracedesk.store.measures import retrying, step_name


def make_old(store: Store) -> None:
    """Make the store one of the version before measures and signs."""
    with store.writing() as db:
        for table in ("measures", "steps", "calls", "step_names", "models", "signs"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm005_measures'")
        for at, data in db.execute("SELECT id, data FROM facts").fetchall():
            db.execute("UPDATE facts SET data = ? WHERE id = ?", (first_form(data), at))
    store._connection.execute("PRAGMA user_version = 4")


def first_form(data: bytes) -> bytes:
    """A facts part as it was written before rows had signs."""
    flat = facts.packing.unpack(data)
    records, _ = facts.unpack(data)
    kept = facts._FIRST_RECORD
    body = facts.np.zeros(len(records), kept)
    for name in kept.names:
        body[name] = records[name]
    rows = facts.np.frombuffer(body.tobytes(), facts.np.uint8).reshape(len(records), kept.itemsize)
    texts = flat[4 + len(records) * facts.RECORD.itemsize:]
    return facts.packing.pack(len(records).to_bytes(4, "little") + rows.T.tobytes() + texts)


def test_an_old_store_is_measured_when_it_is_opened_again(tmp_path: Path) -> None:
    for path in (tmp_path / "old.db", tmp_path / "new.db"):
        with storing(path) as writer:
            for spans in traces():
                send(writer, spans)
            writer.settle()
            if path.name == "old.db":
                make_old(writer.store)
    with storing(tmp_path / "old.db") as writer:
        assert [job.kind for job in jobs.latest(writer.store)] == ["reprice"], "the engine looks for signs"
        writer.settle()
    old, new = content(tmp_path / "old.db", []), content(tmp_path / "new.db", [])
    assert old["measures"] == new["measures"]
    assert old["spans"] == new["spans"]
    with reading(tmp_path / "old.db") as store, store.reading() as db:
        assert db.execute("SELECT count(*) FROM meta WHERE name = 'unmeasured'").fetchone()[0] == 0


def test_parts_of_both_forms_read_alike() -> None:
    row = SpanRow(b"t" * 16, b"s" * 8, None, "chat", "bot", T0_NS, T0_NS + MS, signs=None, tags='{"a": 1}', cost_nusd=7)
    data = facts.pack([Entry(row, 1, 2, 3, 4)])
    assert facts.entries(row.trace_id, first_form(data)) == facts.entries(row.trace_id, data) == [Entry(row, 1, 2, 3, 4)]
    columns, texts = facts.unpack_columns(first_form(data), ("cost_nusd", "signs", "tags"))
    assert columns["cost_nusd"].tolist() == [7]
    assert [texts[code] for code in (*columns["signs"], *columns["tags"])] == [None, '{"a": 1}']


@pytest.mark.parametrize(("name", "step"), [
    ("chat gpt-4o-2024-08-06", "chat gpt-4o-2024-08-06"), ("GET /v1/orders/123", "GET /v1/orders/#"),
    ("GET /v1/orders/123/items", "GET /v1/orders/#/items"), ("job 1234567", "job #"),
    ("run 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "run #"), ("task a91c7e40c1cf", "task #"), ("deadbeef", "deadbeef"),
    ("step 2", "step 2"), ("", "")])
def test_ids_in_names_do_not_make_steps(name: str, step: str) -> None:
    assert step_name(name) == step


def test_a_cancelled_call_is_not_retried() -> None:
    """A fails and B follows; C is cancelled, so D after it is no retry."""
    def row(number: int, start: int, status: Status, error_type: str | None = None) -> SpanRow:
        return SpanRow(b"t" * 16, bytes([number] * 8), None, "chat", "bot", start, start + 5, kind=Kind.LLM, status=status,
                       error_type=error_type)

    failed = [row(1, 0, Status.ERROR), row(2, 10, Status.OK), row(3, 20, Status.ERROR, "CancelledError"), row(4, 30, Status.OK)]
    assert [one.span_id[0] for one in retrying(failed)] == [2]


def test_signs_go_when_the_span_says_otherwise(tmp_path: Path) -> None:
    with storing(tmp_path / "t.db") as writer:
        send(writer, [span(1, 1, length_ms=None, signs='[["score","judge",0.5,""],["timeout","x",null,"late"]]')])
        send(writer, [span(1, 1, length_ms=10, signs='[["score","judge",0.75,""]]')])
    with reading(tmp_path / "t.db") as store, store.reading() as db:
        assert db.execute("SELECT key, rule, value FROM signs").fetchall() == [("score", "judge", 0.75)]
