"""What panels read: kept up to date while a store grows, changes and shrinks; buckets at the edges of time zones."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.counted_by_hand import DAYS, END_NS, HOUR_NS, START_NS, counted, fill, random_spans
from tests.store.making import KEY, MS, T0_NS, send, span, span_id, storing, trace_id
from tracedesk.analytics import asking
from tracedesk.analytics.catalogue import all_panels, panel
from tracedesk.analytics.panel import Asked
from tracedesk.analytics.requests import MOST_BUCKETS, grid, requests_since, select
from tracedesk.model.kinds import Kind
from tracedesk.model.query import TraceQuery, parse
from tracedesk.store import notes, state
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store, notebook, open_store

DAY_NS = 24 * HOUR_NS
EVERYTHING = Asked(TraceQuery(), START_NS, END_NS, HOUR_NS, before=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fill(tmp_path / "t.db", 5)
    return tmp_path / "t.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Store]:
    with open_store(path, role="read", key=KEY) as store:
        yield store


def whole(store: Store) -> dict[str, object]:
    """What every panel answers."""
    return {one.key: repr(one.answer(store, EVERYTHING)) for one in all_panels()}


def anew(path: Path) -> dict[str, object]:
    """The same, by a store that was just opened."""
    with open_store(path, role="read", key=KEY) as store:
        return whole(store)


def test_an_open_store_follows_what_is_written(path: Path, opened: Store) -> None:
    assert whole(opened) == anew(path)
    dice = random.Random(9)
    later = random_spans(77, traces=75)                   # of known and of new traces
    dice.shuffle(later)
    while later:
        batch, later = later[:40], later[40:]
        with storing(path) as writer:
            send(writer, batch)
            writer.settle()
        assert whole(opened) == anew(path)


def test_an_open_store_forgets_what_was_deleted(path: Path, opened: Store) -> None:
    before = panel("requests").answer(opened, EVERYTHING).figure.value
    assert whole(opened) == anew(path)
    with open_store(path, role="write", key=KEY) as store, store.writing() as db:
        for table in ("labels", "measures", "steps", "calls", "signs", "traces"):
            db.execute(f"DELETE FROM {table} WHERE trace_no IN (3, 7)")
        db.execute("UPDATE meta SET value = value + 1 WHERE name = 'change'")
    assert panel("requests").answer(opened, EVERYTHING).figure.value == before - 2
    assert whole(opened) == anew(path)


def test_only_what_changed_is_read_again(path: Path, opened: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole(opened)
    reads = []
    monkeypatch.setattr(stored, "since", lambda *_: pytest.fail("read all of it again"))
    monkeypatch.setattr(stored, "newer", lambda store, after, real=stored.newer: reads.append(after) or real(store, after))
    whole(opened)
    assert reads == []
    with storing(path) as writer:
        send(writer, [span(999, 1, start_ms=(START_NS + 5 * MS - T0_NS) / MS)])
    whole(opened)
    assert len(reads) == 1


def test_earlier_traces_are_read_when_they_are_asked_for(opened: Store) -> None:
    middle = START_NS + DAYS * 12 * HOUR_NS
    late = requests_since(opened, middle)
    assert late["start_ns"].min() >= middle
    early = requests_since(opened, START_NS)
    assert len(early.trace_no) > len(late.trace_no)
    assert requests_since(opened, middle) is early


def test_a_large_trace_that_grows_counts_as_its_row_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "SMALL", 3)
    path = tmp_path / "t.db"
    question = Asked(TraceQuery(), 0, 2**62, 2**60, before=False)
    with storing(path) as writer:
        for first in (2, 6):
            send(writer, [span(1, 1, kind=Kind.AGENT), *(span(1, number, 1, kind=Kind.LLM, cost_nusd=1_000, start_ms=number)
                                                         for number in range(first, first + 4))])
        with open_store(path, role="read", key=KEY) as store:
            assert panel("cost").answer(store, question).figure.value == 8_000
            assert select(store, question).column("span_count").tolist() == [9]
        writer.settle()
        with open_store(path, role="read", key=KEY) as store:
            assert panel("cost").answer(store, question).figure.value == 8_000
            assert len(select(store, question).own("calls").place) == 8


def test_verdicts_of_the_desk_are_votes(path: Path, opened: Store) -> None:
    before = panel("feedback").answer(opened, EVERYTHING).note
    with notebook(path, key=KEY) as desk:
        notes.put(desk, trace_id(4), notes.WHOLE_TRACE, "good")
        notes.put(desk, trace_id(5), notes.WHOLE_TRACE, "bad")
        notes.put(desk, trace_id(6), notes.WHOLE_TRACE, "unsure")
        notes.put(desk, trace_id(7), span_id(1), "good")
    assert int(panel("feedback").answer(opened, EVERYTHING).note.split()[0]) == int(before.split()[0]) + 2


def test_a_range_that_moves_with_the_clock_is_not_remembered(opened: Store) -> None:
    question = Asked(parse("since 1h"), START_NS, END_NS, HOUR_NS)
    assert select(opened, question) is not select(opened, question)
    assert select(opened, EVERYTHING) is select(opened, EVERYTHING)


@given(st.integers(0, 2**60), st.integers(0, 400 * DAY_NS), st.integers(0, 40 * DAY_NS), st.integers(-14, 14))
def test_buckets_cover_the_range_and_begin_at_local_steps(start: int, length: int, step: int, hours: int) -> None:
    offset = hours * HOUR_NS
    first, width, count = grid(Asked(TraceQuery(), start, start + length, step, offset_ns=offset))
    assert first <= start < first + width
    assert first + (count - 1) * width < max(start + length, start + 1) <= first + max(1, count) * width
    assert count <= MOST_BUCKETS + 1
    midnight = (start + offset) // DAY_NS * DAY_NS - offset
    assert (first - midnight) % width == 0


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of this process cannot be set here")
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])
def test_days_are_those_of_the_zone(zone: str, opened: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days begin at the midnights of the offset of the start; no request is counted twice or lost when clocks change."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        question = asking.asked(TraceQuery(), START_NS, END_NS, step_ns=DAY_NS, before=False)
    finally:
        monkeypatch.undo()
        time.tzset()
    local = ZoneInfo(zone)
    began = datetime.fromtimestamp(START_NS // 10**9, local)
    assert timedelta(microseconds=question.offset_ns // 1000) == began.utcoffset()
    midnight = began.replace(hour=0, minute=0, second=0)
    found = select(opened, question)
    assert found.first_ns == int(midnight.timestamp()) * 10**9
    by_hand = counted(path)
    by_hand.store.close()
    days = np.zeros(found.buckets, int)
    for one in by_hand.traces:
        if START_NS <= one["start_ns"] < END_NS:
            day = (datetime.fromtimestamp(one["start_ns"] / 1e9, UTC) + began.utcoffset()).date() - midnight.date()
            days[day.days] += 1
    assert found.counts.tolist() == days.tolist()
    assert found.counts.sum() == len(found.now)


def test_steps_are_easily_read() -> None:
    hour = 3_600 * 10**9
    assert asking.step_for(0, 24 * hour) == 600 * 10**9
    assert asking.step_for(0, hour) == 30 * 10**9
    assert asking.step_for(0, 30 * 24 * hour) == 6 * hour
    assert asking.step_for(0, 10**6 * 24 * hour) == 365 * 24 * hour
    assert asking.offset_at(2**62) is not None


def test_calls_are_those_of_the_requests_while_somebody_writes(path: Path, opened: Store) -> None:
    with storing(path) as writer:
        for number in range(20):
            send(writer, [span(2_000 + number, 1, kind=Kind.LLM, cost_nusd=5, start_ms=(START_NS - T0_NS) / MS)])
            found = select(opened, EVERYTHING)
            assert len(found.own("calls").place) == int((found.column("priced_calls") + found.column("unpriced_calls")).sum())
