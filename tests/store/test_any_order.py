"""Duplicates, any order, any batching, full resends, slices of the late work in between: the same database."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.store.content import content
from tests.store.making import PENDING, log, send, span, storing
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.signs import Sign, to_json
from tracedesk.model.span import LogRecord, Span
from tracedesk.store import facts, payloads, recount, state

WORDS = ["refund", "parcel", "kettle", "plan", "chat", "boom", "error has boom", "span has plan", "text has kettle",
         "service = bot", "status = error", "model = gpt", "user = eva", "cost > 0"]

SIGNS = st.sampled_from([
    Sign("timeout", "error type", None, "TimeoutError"), Sign("retry", "resend_count", 2, "2"),
    Sign("score", "judge", 0.25, "so so"), Sign("score", "judge", 0.75, "fine"), Sign("score", "stars", 4, ""),
    Sign("score", "tone", 0.1, ""), Sign("vote", "thumbs", 1, "up"), Sign("vote", "thumbs", -1, "down"),
    Sign("success", "task.success", 1, "yes"), Sign("success", "task.success", 0, "no"),
    Sign("jailbreak", "words: override", None, "ignore all rules"), Sign("blocked", "guard", None, "no")])
SPANS = st.builds(
    span, st.integers(1, 3), st.integers(1, 5), st.none() | st.integers(1, 6), st.sampled_from(["plan", "chat"]),
    start_ms=st.sampled_from([0, 0, 5, 70_000]), length_ms=st.none() | st.sampled_from([0, 3, 40]),
    status=st.sampled_from([Status.UNSET, Status.ERROR, Status.OK]), service=st.sampled_from(["bot", "proxy"]),
    notes=st.sampled_from([0, 0, PENDING]), text=st.sampled_from(["", "refund", "a parcel", "the kettle"]),
    kind=st.sampled_from([Kind.LLM, Kind.LLM, Kind.AGENT, Kind.TOOL]), model=st.sampled_from([None, "gpt", "llama"]),
    input_tokens=st.sampled_from([None, 10, 11]), output_tokens=st.sampled_from([None, 5]),
    cost_nusd=st.sampled_from([None, 7_000]), cost_status=st.sampled_from([1, 4]),
    response_id=st.sampled_from([None, "r1", "r1", "r2"]), user_id=st.sampled_from([None, "eva", "max"]),
    error_message=st.sampled_from([None, "boom"]), title=st.sampled_from([None, "hello"]),
    error_type=st.sampled_from([None, None, "TimeoutError", "CancelledError"]),
    signs=st.none() | st.lists(SIGNS, max_size=3).map(to_json),
    tags=st.sampled_from([None, '{"environment":"prod"}', '{"tier":"gold","flags":{"new":true}}']))
_TOKENS = {"input_tokens": 10, "output_tokens": 5, "cost_nusd": 7_000}
TWINS = st.builds(
    lambda trace, number, parent, start_ms, length_ms, fields, more: span(
        trace, number, parent, kind=Kind.LLM, model="claude", start_ms=start_ms, length_ms=length_ms, **fields, **more),
    st.integers(1, 5), st.integers(1, 3), st.none() | st.none() | st.integers(1, 4),
    st.sampled_from([0, 1, 2, 4, 700, 8_000, 140_000]), st.none() | st.sampled_from([0, 1, 2, 10]),
    st.sampled_from([
        {"name": "Message with {x}"}, {"name": "Message with {x}", "title": "hi"}, {"name": "streaming response from {x}"},
        {"name": "streaming response from {x}", "title": "hi", **_TOKENS},
        {"name": "anthropic.messages.create", **_TOKENS, "response_id": "r1"},
        {"name": "anthropic.messages.create", **_TOKENS, "response_id": "r2"},
        {"name": "chat", **_TOKENS}, {"name": "chat", **_TOKENS, "input_tokens": 0},
        {"name": "chat", **_TOKENS, "response_id": "r1"}]),
    st.sampled_from([{}, {}, {}, {"service": "proxy"}, {"status": Status.ERROR}]))
"""Records of calls of which another may be in another trace, with a response id or without."""
LOGS = st.builds(log, st.none() | st.integers(1, 4), st.none() | st.integers(1, 5),
                 st.sampled_from(["refund", "kettle please"]), at_ms=st.integers(0, 3))

Item = Span | LogRecord


def fill(path: Path, batches: Sequence[Sequence[Item]], slices: Sequence[int]) -> None:
    """Send batches; after each as many slices of the late work as `slices` says in turn."""
    with storing(path) as writer:
        for number, batch in enumerate(batches):
            send(writer, [item for item in batch if isinstance(item, Span)],
                 [item for item in batch if isinstance(item, LogRecord)])
            for _ in range(slices[number % len(slices)] if slices else 0):
                writer.index_pending(2)
        writer.settle()


@st.composite
def resends(draw: Any, spans: st.SearchStrategy[Span] = SPANS) -> tuple[list[Item], list[list[Item]], list[int]]:
    """(items, the same items in other batches, slices)."""
    items: list[Item] = draw(st.lists(spans, min_size=1, max_size=12)) + draw(st.lists(LOGS, max_size=4))
    order = draw(st.permutations(items)) + draw(st.lists(st.sampled_from(items), max_size=8))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(order) - 1)), max_size=5)))
    batches = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return items, batches, draw(st.lists(st.integers(0, 2), max_size=3))


@pytest.fixture
def tiny_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two spans, and traces large from the fourth span on."""
    monkeypatch.setattr(state, "SMALL", 3)
    for module in (facts, state, recount):
        monkeypatch.setattr(module, "SPANS_PER_PART", 2)
    monkeypatch.setattr(payloads, "SPANS_PER_PART", 3)


def check(drawn: tuple[list[Item], list[list[Item]], list[int]]) -> None:
    items, batches, slices = drawn
    folder = Path(tempfile.mkdtemp())
    try:
        fill(folder / "a.db", [items], [])
        fill(folder / "b.db", batches, slices)
        once, again = content(folder / "a.db", WORDS), content(folder / "b.db", WORDS)
        for table, rows in once.items():
            assert again[table] == rows, table
    finally:
        shutil.rmtree(folder)


GIVEN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@GIVEN
@given(resends())
def test_any_order_gives_the_same_database(drawn) -> None:
    check(drawn)


@GIVEN
@given(resends())
def test_any_order_gives_the_same_database_also_for_large_traces(tiny_parts, drawn) -> None:
    check(drawn)


@GIVEN
@given(resends(TWINS))
def test_any_order_gives_the_same_database_where_calls_are_recorded_twice(drawn) -> None:
    check(drawn)


@GIVEN
@given(resends(TWINS))
def test_any_order_gives_the_same_database_where_calls_are_recorded_twice_in_large_traces(tiny_parts, drawn) -> None:
    check(drawn)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(SPANS, min_size=4, max_size=14))
@example([span(1, number, kind=Kind.LLM, output_tokens=5, response_id="r1" if number == 4 else None) for number in range(1, 5)])
def test_large_traces_have_the_sums_of_small_ones(items: list[Span]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        fill(folder / "a.db", [items], [])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(state, "SMALL", 1)
            fill(folder / "b.db", [[item] for item in items], [1])
        small, large = content(folder / "a.db", WORDS), content(folder / "b.db", WORDS)
        for table, rows in small.items():
            assert large[table] == rows, table
    finally:
        shutil.rmtree(folder)
