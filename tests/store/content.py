"""What a store says, apart from the numbers that it gives out itself: equal contents are the same database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.store.making import KEY
from tracedesk.model.query import parse
from tracedesk.store import measures, questions
from tracedesk.store import spans as stored
from tracedesk.store.connect import open_store
from tracedesk.store.summaries import COLUMNS

_NUMBERED = frozenset({"t.first_seen", "t.changed"})


def measured(db: Any, trace_no: int) -> tuple[Any, ...]:
    """The measures of a trace, with names in place of numbers: (record of the trace, steps, calls)."""
    def names(table: str, number: int) -> tuple[Any, ...]:
        columns, key = {"step_names": ("kind, name", "step_no"), "models": ("model, provider", "model_no"),
                        "profiles": ("facts", "profile_no")}[table]
        return db.execute(f"SELECT {columns} FROM {table} WHERE {key} = ?", (number,)).fetchone()

    def data(table: str, kind: Any) -> list[tuple[Any, ...]]:
        found = db.execute(f"SELECT data FROM {table} WHERE trace_no = ?", (trace_no,)).fetchone()[0]
        return np.frombuffer(found, kind).tolist()

    of_trace = dict(zip(measures.NUMBERS.names, data("measures", measures.NUMBERS)[0], strict=True))
    of_trace["profile_no"] = names("profiles", of_trace["profile_no"])
    steps = sorted((took, *names("step_names", number), flags) for took, number, flags in data("steps", measures.STEP))
    calls = sorted((*rest, *names("models", number), cost_status, kind)
                   for *rest, number, cost_status, kind in data("calls", measures.CALL))
    return tuple(of_trace.items()), tuple(steps), tuple(calls)


def content(path: Path, words: list[str], *, key: bytes | None = KEY) -> dict[str, Any]:
    """The logical content of every table. Of the text index, which traces each of these words finds."""
    said: dict[str, Any] = {}
    with open_store(path, role="read", key=key) as store, store.reading() as db:
        columns = ", ".join(column for column in COLUMNS.split(", ") if column not in _NUMBERED)
        said["traces"] = sorted(db.execute(
            f"SELECT {columns}, p.facts, t.recount FROM traces t "
            "JOIN cards c USING (trace_no) JOIN profiles p USING (profile_no)"))
        said["empty traces"] = sorted(db.execute("SELECT trace_id FROM traces WHERE start_ns IS NULL"))
        for name, rest in (("labels", "key, value"), ("uncounted", "span_id, counted_on, across"),
                           ("responses", "hash, span_id"), ("twins", "hash")):
            said[name] = sorted(db.execute(f"SELECT trace_id, {rest} FROM {name} JOIN traces USING (trace_no)"),
                                key=lambda row: [(value is None, value) for value in row])
        said["signs"] = sorted(db.execute(
            "SELECT trace_id, key, span_id, rule, coalesce(value, -9), text FROM signs JOIN traces USING (trace_no)"))
        said["measures"] = sorted((trace_id, *measured(db, trace_no)) for trace_no, trace_id in db.execute(
            "SELECT trace_no, trace_id FROM traces JOIN measures USING (trace_no)").fetchall())
        said["logs"] = sorted(db.execute(
            "SELECT coalesce(t.trace_id, x''), l.span_id, l.time_ns, l.digest, l.notes, l.data, r.raw, s.raw FROM logs l "
            "LEFT JOIN traces t USING (trace_no) JOIN resources r USING (resource_no) JOIN scopes s USING (scope_no)"))
        said["sums"] = sorted(db.execute("SELECT service, kind, model, status, s.* FROM sums s JOIN series USING (series_no)"))
        said["sums"] = [row[:5] + row[6:] for row in said["sums"]]
        said["pending"] = db.execute("SELECT id FROM pending").fetchall()
        said["resources"] = sorted(db.execute("SELECT raw, schema_url FROM resources"))
        spans = []
        for trace_no, trace_id in db.execute("SELECT trace_no, trace_id FROM traces").fetchall():
            reader = stored.Reader(db, trace_no)
            for entry in stored.entries(db, trace_id, trace_no):
                raw, found, resource_no, _ = reader.payload(entry)
                sender = db.execute("SELECT raw FROM resources WHERE resource_no = ?", (resource_no,)).fetchone()
                spans.append((tuple(map(repr, entry.row)), entry.size, entry.digest, raw, found, sender))
        said["spans"] = sorted(spans)
    with open_store(path, role="read", key=key) as store:
        said["found"] = {word: sorted(one.trace_id for one in questions.traces(store, parse(word))) for word in words}
    return said
