"""Per-minute sums for dashboards, kept in the same transaction as the spans they add up.

The key is (minute of the start, series, bucket of duration), all values only ever add or subtract, so the sums do not
depend on the order in which spans came. A quantile is read off the calls per bucket: four buckets to an octave, so it is
at most 10 % off.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from tracedesk.model.row import SpanRow
from tracedesk.store.interned import Numbers
from tracedesk.store.totals import COUNTED_CODES, KNOWN_COSTS

NS_PER_MINUTE = 60_000_000_000
TOP = 2**63 - 1
"""What a column holds at most; sums beyond it (hostile spans) stay at it."""
UNFINISHED = -1
"""The bucket of spans without an end."""

_COLUMNS = ("calls", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens",
            "cost_nusd", "priced_calls", "unpriced_calls")
_ADD = (f"INSERT INTO sums (minute, series_no, bucket, {', '.join(_COLUMNS)}) VALUES ({', '.join('?' * 12)}) "
        f"ON CONFLICT (minute, series_no, bucket) DO UPDATE SET "
        + ", ".join(f"{name} = min({TOP}, {name} + excluded.{name})" for name in _COLUMNS))

_series_of = attrgetter("service", "kind", "model", "status", "start_ns", "end_ns", "cost_status")
_tokens_of = attrgetter("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")

Series = tuple[str, int, str, int]
"""(service, kind, model or '', status)"""


def bucket(duration_ns: int) -> int:
    """The bucket of a duration: its bit length times four plus its next two bits; 0 ns and less are bucket 0."""
    if duration_ns < 4:
        return 0
    length = duration_ns.bit_length()
    return length * 4 + (duration_ns >> (length - 3) & 3)


def bucket_ns(number: int) -> int:
    """The middle of a bucket in nanoseconds."""
    if number <= 0:
        return 0
    length, part = divmod(number, 4)
    low = (4 + part) << length >> 3
    return low + (1 << length >> 4)


def within(value: int | None) -> int | None:
    """A sum as a column holds it."""
    return value if value is None or -TOP <= value <= TOP else TOP if value > 0 else -TOP


class Deltas:
    """What one write adds to the sums."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, Series, int], list[int]] = {}
        self.shrinks = False

    def add(self, rows: Iterable[tuple[SpanRow, bool]], sign: int = 1) -> None:
        """Add rows (or take them off, with sign -1); the flag says whether a row's tokens and cost count."""
        found = self.found
        if sign < 0:
            self.shrinks = True
        for row, counted in rows:
            service, kind, model, status, start, end, cost_status = _series_of(row)
            key = (start // NS_PER_MINUTE, (service, kind, model or "", status),
                   UNFINISHED if end is None else bucket(end - start))
            values = found.get(key)
            if values is None:
                values = found[key] = [0] * 9
            values[0] += sign
            if counted and (cost_status or kind in COUNTED_CODES):
                for at, tokens in enumerate(_tokens_of(row), 1):
                    if tokens:
                        values[at] += sign * tokens
                cost = row.cost_nusd
                if cost is not None and cost_status in KNOWN_COSTS:
                    values[6] += sign * cost
                    values[7] += sign
                elif cost_status:
                    values[8] += sign


def apply(connection: Any, deltas: Deltas, numbers: Numbers) -> None:
    """Write what a transaction adds; sums that come down to no call disappear."""
    rows = [(minute, numbers.of(*series), at, *map(within, values))
            for (minute, series, at), values in deltas.found.items() if any(values)]
    connection.executemany(_ADD, rows)
    if deltas.shrinks:
        connection.executemany("DELETE FROM sums WHERE minute = ? AND series_no = ? AND bucket = ? AND calls = 0",
                               [row[:3] for row in rows])
