"""One trace against the other runs of its program: where its total, its tokens and its spans lie among theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from tracedesk.model.kinds import Kind
from tracedesk.store import facts
from tracedesk.store import spans as stored
from tracedesk.store.connect import Store
from tracedesk.store.facts import NONE

MOST_RUNS = 2_000
"""The latest so many runs are compared by their totals."""
MOST_OPENED = 250
"""The latest so many are also opened, to compare spans: about 0.3 ms each."""
FEWEST = 3
"""Of fewer runs no quantiles are given."""

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Peer:
    """One line of the comparison: a figure of this trace among those of the other runs.

    `what` is "duration", "cost", "input_tokens", "output_tokens" or "span"; then `name`, `kind` and `span_id` say which
    span, and its values are durations. Values are ns, nano-dollars or tokens. `value` is None where it is unknown here,
    `rank` is the share of the runs that lie below it (ties count half).
    """

    what: str
    name: str
    kind: int
    span_id: bytes | None
    value: int | None
    p5: int
    p25: int
    p50: int
    p75: int
    p95: int
    rank: float | None
    runs: int


@dataclass(frozen=True, slots=True)
class Peers:
    """The comparison. `runs` are the other traces with this root name and service (at most `MOST_RUNS`, the latest)."""

    name: str
    service: str
    runs: int
    lines: tuple[Peer, ...]


def peers(store: Store, trace_id: bytes, span_ids: Sequence[bytes] = (), *, since_ns: int | None = None) -> Peers:
    """How a trace and some of its spans compare with the other runs of the same root name and service that began after
    `since_ns`. A span is compared with the one that stands in the same place among those of its name.

    Raises:
        NotFound: the store does not have the trace.
    """
    with store.reading() as db:
        trace_no = stored.trace_no_of(db, trace_id)
        own = db.execute(f"SELECT {_TOTALS} FROM traces WHERE trace_no = ?", (trace_no,)).fetchone()
        card = orjson.loads(db.execute("SELECT card FROM cards WHERE trace_no = ?", (trace_no,)).fetchone()[0])
        name, service = card[0], (card[2] or [""])[0]
        runs = _runs(db, trace_no, name, service, since_ns)
        lines = [line for what, value, values in zip(_WHATS, own, zip(*(run[1:] for run in runs), strict=True), strict=False)
                 if (line := _line(what, name if what == "duration" else "", Kind.OTHER, None, value, values))]
        if span_ids and runs:
            lines += _span_lines(db, trace_no, span_ids, [run[0] for run in runs[:MOST_OPENED]])
    return Peers(name, service, len(runs), tuple(lines))


_WHATS = ("duration", "cost", "input_tokens", "output_tokens")
_TOTALS = "duration_ns, cost_nusd, input_tokens, output_tokens"


def _runs(db: Any, trace_no: int, name: str, service: str, since_ns: int | None) -> list[tuple[int, ...]]:
    """(trace_no, the totals) of the other runs, latest first; those that still run have no total to compare."""
    likely = ("t.profile_no IN (SELECT profile_no FROM profiles WHERE instr(facts, ?) AND instr(facts, ?))",
              [orjson.dumps(["name", name]).decode(), orjson.dumps(["service", service]).decode()])
    return db.execute(
        f"SELECT t.trace_no, {', '.join('t.' + column for column in _TOTALS.split(', '))} "
        f"FROM traces t JOIN cards c USING (trace_no) WHERE {likely[0]} AND t.trace_no != ? AND t.unfinished_count = 0 "
        "AND t.start_ns >= ? AND c.card ->> '$[0]' = ? AND c.card ->> '$[2][0]' = ? "
        "ORDER BY t.start_ns DESC, t.trace_no DESC LIMIT ?",
        (*likely[1], trace_no, -(2**63) if since_ns is None else since_ns, name, service, MOST_RUNS)).fetchall()


def _span_lines(db: Any, trace_no: int, span_ids: Sequence[bytes], others: Iterable[int]) -> list[Peer]:
    """Lines of those spans of the trace that other runs have too."""
    here = _places(db, trace_no, None)
    wanted = {int.from_bytes(span_id, "big"): span_id for span_id in span_ids}
    mine = {place: (wanted[number], kind, value) for place, (number, kind, value) in here.items() if number in wanted}
    values: dict[tuple[str, int], list[int]] = {place: [] for place in mine}
    names = {name for name, _ in mine}
    for other in others:
        found = _places(db, other, names)
        for place in mine:
            if place in found and found[place][2] is not None:
                values[place].append(found[place][2])
    order = {span_id: at for at, span_id in enumerate(span_ids)}
    lines = [(order[span_id], _line("span", place[0], kind, span_id, value, values[place]))
             for place, (span_id, kind, value) in mine.items()]
    return [line for _, line in sorted(lines, key=lambda item: item[0]) if line]


def _places(db: Any, trace_no: int, names: set[str] | None) -> dict[tuple[str, int], tuple[int, int, Any]]:
    """(name, how many of that name began before it) → (span id as a number, kind, duration in ns or None)."""
    found: list[tuple[int, int, str, int, int | None]] = []
    for data, in db.execute("SELECT data FROM facts WHERE id BETWEEN ? AND ? ORDER BY id", stored.part_range(trace_no)):
        records, texts = facts.unpack(data)
        if names is not None:
            codes = [code for code, text in enumerate(texts) if text in names]
            records = records[np.isin(records["name"], codes)]
        found += [(start, number, texts[code] or "", kind, None if end == NONE else max(0, end - start))
                  for start, number, code, kind, end in zip(
                      records["start_ns"].tolist(), records["span_id"].tolist(), records["name"].tolist(),
                      records["kind"].tolist(), records["end_ns"].tolist(), strict=True)]
    places: dict[tuple[str, int], tuple[int, int, Any]] = {}
    seen: dict[str, int] = {}
    for _, number, name, kind, duration_ns in sorted(found, key=lambda item: item[:2]):
        place = seen.get(name, 0)
        seen[name] = place + 1
        places[name, place] = (number, kind, duration_ns)
    return places


def _line(
    what: str, name: str, kind: int, span_id: bytes | None, value: int | None, others: Iterable[int | None]
) -> Peer | None:
    known = np.sort(np.array([other for other in others if other is not None], np.int64))
    if len(known) < FEWEST:
        return None
    low, q25, median, q75, high = (round(float(q)) for q in np.quantile(known, QUANTILES))
    rank = None
    if value is not None:
        rank = float(np.searchsorted(known, value, "left") + np.searchsorted(known, value, "right")) / 2 / len(known)
    return Peer(what, name, kind, span_id, value, low, q25, median, q75, high, rank, len(known))


def same_program(store: Store, trace_id: bytes, *, limit: int = 8) -> list[bytes]:
    """Ids of the latest other finished traces with this root name and service.

    Raises:
        NotFound: the store does not have the trace.
    """
    with store.reading() as db:
        trace_no = stored.trace_no_of(db, trace_id)
        card = orjson.loads(db.execute("SELECT card FROM cards WHERE trace_no = ?", (trace_no,)).fetchone()[0])
        numbers = [run[0] for run in _runs(db, trace_no, card[0], (card[2] or [""])[0], None)[:limit]]
        return [db.execute("SELECT trace_id FROM traces WHERE trace_no = ?", (number,)).fetchone()[0] for number in numbers]
