"""What a store says, apart from the numbers that it gives out itself: equal contents are the same database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.store.making import reading
from tracedesk.model.query import parse
from tracedesk.store import questions
from tracedesk.store import spans as stored
from tracedesk.store.summaries import COLUMNS

_NUMBERED = frozenset({"t.first_seen", "t.changed"})


def content(path: Path, words: list[str]) -> dict[str, Any]:
    """The logical content of every table. Of the text index, which traces each of these words finds."""
    said: dict[str, Any] = {}
    with reading(path) as store, store.reading() as db:
        columns = ", ".join(column for column in COLUMNS.split(", ") if column not in _NUMBERED)
        said["traces"] = sorted(db.execute(
            f"SELECT {columns}, p.facts, t.recount FROM traces t "
            "JOIN cards c USING (trace_no) JOIN profiles p USING (profile_no)"))
        said["empty traces"] = sorted(db.execute("SELECT trace_id FROM traces WHERE start_ns IS NULL"))
        for name, rest in (("labels", "key, value"), ("uncounted", "span_id, counted_on, across"),
                           ("responses", "hash, span_id"), ("twins", "hash")):
            said[name] = sorted(db.execute(f"SELECT trace_id, {rest} FROM {name} JOIN traces USING (trace_no)"),
                                key=lambda row: [(value is None, value) for value in row])
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
    with reading(path) as store:
        said["found"] = {word: sorted(one.trace_id for one in questions.traces(store, parse(word))) for word in words}
    return said
