"""The per-minute sums against adding everything up again, and their buckets."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.store.making import reading, send, storing
from tests.store.test_filters import traces
from tracedesk.store import questions, sums
from tracedesk.store.totals import KNOWN_COSTS, is_counted_call


def test_they_equal_a_recount(tmp_path: Path) -> None:
    everything = traces()
    with storing(tmp_path / "t.db") as writer:
        for spans in everything:
            send(writer, spans)
            send(writer, spans[:2])
        writer.settle()
    expected: dict[tuple, list[int]] = {}
    with reading(tmp_path / "t.db") as store:
        for spans in everything:
            elsewhere = questions.counted_on(store, spans[0].trace_id)
            for row in questions.rows(store, spans[0].trace_id):
                took = sums.UNFINISHED if row.end_ns is None else sums.bucket(row.end_ns - row.start_ns)
                key = (row.start_ns // sums.NS_PER_MINUTE, row.service, row.kind, row.model or "", row.status, took)
                values = expected.setdefault(key, [0] * 9)
                values[0] += 1
                if is_counted_call(row) and row.span_id not in elsewhere:
                    priced = row.cost_status in KNOWN_COSTS and row.cost_nusd is not None
                    for at, value in enumerate((row.input_tokens, row.output_tokens, row.cache_read_tokens,
                                                row.cache_write_tokens, row.reasoning_tokens), 1):
                        values[at] += value or 0
                    values[6] += row.cost_nusd or 0 if priced else 0
                    values[7] += priced
                    values[8] += not priced and row.cost_status != 0
        with store.reading() as db:
            found = {row[:6]: list(row[6:]) for row in db.execute(
                "SELECT minute, service, kind, model, status, bucket, calls, input_tokens, output_tokens, cache_read_tokens, "
                "cache_write_tokens, reasoning_tokens, cost_nusd, priced_calls, unpriced_calls "
                "FROM sums JOIN series USING (series_no)")}
    assert found == expected


@given(st.integers(4, 2**62))
def test_a_bucket_is_at_most_a_tenth_off(duration_ns: int) -> None:
    middle = sums.bucket_ns(sums.bucket(duration_ns))
    assert abs(middle - duration_ns) <= max(1, duration_ns * 0.125)


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_longer_is_never_in_a_lower_bucket(a: int, b: int) -> None:
    assert (a <= b) <= (sums.bucket(a) <= sums.bucket(b))
