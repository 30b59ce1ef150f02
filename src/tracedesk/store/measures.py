"""What panels add up, as one short row of fixed-size records per trace, so that numpy reads a hundred thousand at once.

`numbers` is one record of NUMBERS, `steps` one record of STEP per span, `calls` one record of CALL per counted model call.
They follow from the rows of the trace alone, and are made anew with its sums (`writeset.py`; of a large trace by `recount.py`).
Measured: 1.6 µs of processor time and 35 bytes a span.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tracedesk.model.attempts import second_attempts
from tracedesk.model.kinds import Status
from tracedesk.model.row import SpanRow
from tracedesk.model.signs import KEYS, Sign, from_json
from tracedesk.store.facts import NONE
from tracedesk.store.interned import Numbers
from tracedesk.store.sums import within
from tracedesk.store.totals import COUNTED_CODES, Key, Totals

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer

NUMBERS = np.dtype(
    [(name, "<i8") for name in ("start_ns", "duration_ns", "input_tokens", "output_tokens", "cache_read_tokens", "cost_nusd")]
    + [("score_sum", "<f8")]
    + [(name, "<u4") for name in ("profile_no", "span_count", "error_count", "unfinished_count", "llm_calls", "priced_calls",
                                  "unpriced_calls")]
    + [(name, "<u2") for name in ("timeout", "retry", "refusal", "blocked", "filter", "jailbreak", "votes_up", "votes_down",
                                  "scores")]
    + [("status", "u1"), ("success", "u1")])
"""Numbers of a trace; counts stay at the most that they hold. `timeout` to `jailbreak` are spans with such a sign; `scores`
and `score_sum` are of evaluators' scores between 0 and 1; `success` is 0 (not done), 1 (done) or 255 (nobody says)."""
_NUMBERS = struct.Struct("<6qd7I9H2B")

STEP = np.dtype([("duration_ns", "<i8"), ("step_no", "<u4"), ("flags", "u1")])
_STEP = struct.Struct("<qIB")
CALL = np.dtype([(name, "<i8") for name in ("cost_nusd", "input_tokens", "output_tokens", "cache_read_tokens", "ttft_ns",
                                            "duration_ns")]
                + [("model_no", "<u4"), ("cost_status", "u1"), ("kind", "u1")])
_CALL = struct.Struct("<6qIBB")
assert (NUMBERS.itemsize, STEP.itemsize, CALL.itemsize) == (_NUMBERS.size, _STEP.size, _CALL.size)

FAILED, TIMED_OUT, RETRIES = 1, 2, 4
"""Flags of a step."""

COUNTED = ("timeout", "retry", "refusal", "blocked", "filter", "jailbreak")
NO_SUCCESS = 255
_ERROR = int(Status.ERROR)
_U2 = 2**16 - 1
_SILENT: tuple[float, tuple[int, ...], int] = (0.0, (0,) * 9, NO_SUCCESS)
_step_of = attrgetter("start_ns", "end_ns", "kind", "name", "status", "cost_status", "span_id")
_call_of = attrgetter("cost_nusd", "input_tokens", "output_tokens", "cache_read_tokens", "ttft_ns", "model", "provider")
_CALL_FIELDS = len(CALL.names or ())
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|(?<![A-Za-z0-9])(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}(?![A-Za-z0-9])|\d{5,}"
                 r"|(?<=/)\d+(?=/|$)")
NAME_CHARS = 200

StoredSign = tuple[str, bytes, str, float | None, str]
"""(key, span_id, rule, value, text)"""


NO_SIGNS: frozenset[StoredSign] = frozenset()


class Measures(NamedTuple):
    """The records of a trace, and its signs."""

    numbers: bytes
    steps: bytes
    calls: bytes
    signs: frozenset[StoredSign]


STEPS_REMEMBERED = 20_000


class Numbering:
    """The numbers that records point to; `steps` has those seen lately by (kind, name of the span)."""

    def __init__(self, connection: Any) -> None:
        self._step_names = Numbers(connection, "step_names", "step_no", ("kind", "name"))
        self._models = Numbers(connection, "models", "model_no", ("model", "provider"))
        self.steps: dict[tuple[int, str], int] = {}

    def step(self, kind: int, name: str) -> int:
        """The number of a kind and name of span."""
        number = self.steps.get((kind, name))
        if number is None:
            if len(self.steps) >= STEPS_REMEMBERED:
                self.steps.clear()
            number = self.steps[kind, name] = self._step_names.of(kind, step_name(name))
        return number

    def model(self, model: str | None, provider: str | None) -> int:
        """The number of a model at a provider."""
        return self._models.of(model or "", provider or "")

    def forget(self) -> None:
        """After a rollback, or when another process wrote."""
        self.steps.clear()
        self._step_names.forget()
        self._models.forget()


def step_name(name: str) -> str:
    """A name without the ids and long numbers in it, so that equal steps are one."""
    return _ID.sub("#", name[:NAME_CHARS])


def of_rows(rows: Sequence[SpanRow], uncounted: Container[bytes], totals: Totals, profile_no: int, numbering: Numbering
            ) -> Measures:
    """The measures of a trace of these rows."""
    signs = None
    for row in rows:
        if row.signs is not None:
            signs = signs or Signs()
            signs.add((row.start_ns, row.span_id), row.signs)
    if totals.bad:
        signs = signs or Signs()
        signs.again(_retries(rows))
    flags = signs.flags if signs is not None else {}
    known, step, model = numbering.steps, numbering.step, numbering.model
    steps: list[int] = []
    calls: list[int] = []
    for row in rows:
        start, end, kind, name, status, cost_status, span_id = _step_of(row)
        took = NONE if end is None else end - start if end > start else 0
        number = known.get((kind, name))
        flag = FAILED if status == _ERROR else 0
        steps += (took, number or step(kind, name), flag | flags.get(span_id, 0) if flags else flag)
        if (kind in COUNTED_CODES or cost_status) and span_id not in uncounted:
            cost, tokens_in, tokens_out, cached, ttft, name, provider = _call_of(row)
            calls += (NONE if cost is None else cost, NONE if tokens_in is None else tokens_in,
                      NONE if tokens_out is None else tokens_out, NONE if cached is None else cached,
                      NONE if ttft is None else ttft, took, model(name, provider), cost_status, kind)
    return Measures(numbers(totals, profile_no, signs), _structs("qIB", len(rows)).pack(*steps),
                    _structs("6qIBB", len(calls) // _CALL_FIELDS).pack(*calls), NO_SIGNS if signs is None else signs.stored())


@lru_cache(maxsize=512)
def _structs(record: str, count: int) -> struct.Struct:
    """So many records in a row."""
    return struct.Struct("<" + record * count)


def numbers(totals: Totals, profile_no: int, signs: Signs | None) -> bytes:
    """The record of a trace."""
    told = _SILENT if signs is None else signs.numbers()
    tokens_in, tokens_out, cached, _, _ = totals.tokens
    cost, start = totals.cost, totals.start
    values = (start, max(0, totals.end - start), NONE if tokens_in is None else tokens_in,
              NONE if tokens_out is None else tokens_out, NONE if cached is None else cached, NONE if cost is None else cost)
    rest = (told[0], profile_no, totals.spans, totals.bad, totals.unfinished, totals.llm_calls, totals.priced, totals.unpriced,
            *told[1], totals.status, told[2])
    try:
        return _NUMBERS.pack(*values, *rest)
    except struct.error:                                # sums of hostile spans: they stay at what a column holds
        return _NUMBERS.pack(*(value if value == NONE else within(value) for value in values), *rest)


class Signs:
    """The signs of a trace, collected span by span in any order."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, bytes, str], Sign] = {}
        self.spans: dict[str, set[bytes]] = {key: set() for key in COUNTED}
        self.flags: dict[bytes, int] = {}
        self.votes = [0, 0]
        self.scores: list[float] = []
        self.success: tuple[Key, int] | None = None

    def add(self, at: Key, text: str) -> None:
        """Take in the signs of a span."""
        span_id = at[1]
        for sign in _read(text):
            if (sign.key, span_id, sign.rule) in self.found:
                continue
            self.found[sign.key, span_id, sign.rule] = sign
            value = sign.value
            if sign.key in self.spans:
                self.spans[sign.key].add(span_id)
                flag = TIMED_OUT if sign.key == "timeout" else RETRIES if sign.key == "retry" else 0
                self.flags[span_id] = self.flags.get(span_id, 0) | flag
            elif value is None:
                continue
            elif sign.key == "vote":
                self.votes[value > 0] += 1
            elif sign.key == "score" and 0 <= value <= 1:
                self.scores.append(value)
            elif sign.key == "success" and (self.success is None or at >= self.success[0]):
                self.success = (at, int(value > 0))

    def again(self, span_ids: Iterable[bytes]) -> None:
        """These spans try again what failed before (whether they say so or not)."""
        for span_id in span_ids:
            self.spans["retry"].add(span_id)
            self.flags[span_id] = self.flags.get(span_id, 0) | RETRIES
            self.found.setdefault(("retry", span_id, "order"), Sign("retry", "order", 1.0, "after a failed one of its name"))

    def numbers(self) -> tuple[float, tuple[int, ...], int]:
        """(sum of the scores, counts, whether the task was done) as NUMBERS has them."""
        counts = (*(len(self.spans[key]) for key in COUNTED), self.votes[1], self.votes[0], len(self.scores))
        return math.fsum(self.scores), tuple(min(_U2, count) for count in counts), (
            NO_SUCCESS if self.success is None else self.success[1])

    def stored(self) -> frozenset[StoredSign]:
        """The rows of the table `signs`."""
        return frozenset((key, span_id, rule, sign.value, sign.text) for (key, span_id, rule), sign in self.found.items())


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[Sign, ...]:
    return tuple(from_json(text))


def _retries(rows: Sequence[SpanRow]) -> list[bytes]:
    """The spans that try again what a failed span of the same name beside them did (`model.attempts`)."""
    failed = {_beside(row) for row in rows if row.status == _ERROR and row.end_ns is not None}
    groups: dict[tuple[bytes | None, str, int], list[SpanRow]] = {}
    for row in rows:
        if (beside := _beside(row)) in failed:
            groups.setdefault(beside, []).append(row)
    return [row.span_id for group in groups.values() if len(group) > 1 for row in retrying(group)]


def retrying(group: list[SpanRow]) -> list[SpanRow]:
    """Of spans beside one another with one name those that try again; a cancelled one did not fail by itself."""
    group = sorted(group, key=lambda row: (row.start_ns, row.span_id))
    failed = [at for at, row in enumerate(group) if row.status == _ERROR and row.end_ns is not None
              and "cancel" not in (row.error_type or "").lower()]
    again = second_attempts([row.start_ns for row in group],
                            [row.start_ns if row.end_ns is None else max(row.start_ns, row.end_ns) for row in group], failed)
    return [group[at] for at in sorted(again)]


def _beside(row: SpanRow) -> tuple[bytes | None, str, int]:
    return row.parent_id, row.name, row.kind


# -- rows of the store -----------------------------------------------------------------------------------------------------

def stored_signs(db: Any, trace_no: int) -> frozenset[StoredSign]:
    """The signs of a trace that the store has."""
    return frozenset(db.execute(
        f"SELECT key, span_id, rule, value, text FROM signs WHERE key IN ({', '.join('?' * len(KEYS))}) AND trace_no = ?",
        (*KEYS, trace_no)))


class Written:
    """The measures that one write is going to insert."""

    def __init__(self, writer: Writer) -> None:
        self.db = writer.db
        self.rows: dict[int, Measures] = {}
        self.before: dict[int, frozenset[StoredSign]] = {}

    def put(self, trace_no: int, measures: Measures, before: frozenset[StoredSign]) -> None:
        """Replace the measures of a trace; `before` are its signs so far."""
        self.before.setdefault(trace_no, before)
        self.rows[trace_no] = measures

    def flush(self) -> None:
        """Insert them."""
        many = self.db.executemany
        for table, at in (("measures", 0), ("steps", 1), ("calls", 2)):
            many(f"INSERT INTO {table} (trace_no, data) VALUES (?, ?) "
                 "ON CONFLICT (trace_no) DO UPDATE SET data = excluded.data",
                 [(trace_no, found[at]) for trace_no, found in self.rows.items()])
        for trace_no, found in self.rows.items():
            before, now = self.before[trace_no], found.signs
            if before == now:
                continue
            many("DELETE FROM signs WHERE key = ? AND trace_no = ? AND span_id = ? AND rule = ?",
                 [(key, trace_no, span_id, rule) for key, span_id, rule, _, _ in before - now])
            many("INSERT OR REPLACE INTO signs (key, trace_no, span_id, rule, value, text) VALUES (?, ?, ?, ?, ?, ?)",
                 [(key, trace_no, span_id, rule, value, text) for key, span_id, rule, value, text in now - before])
        self.rows, self.before = {}, {}
