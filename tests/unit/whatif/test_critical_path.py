"""The critical path on drawings, and on the shapes that Jaeger UI publishes with its own (ARCHITECTURE.md says why three
of those differ here)."""

from __future__ import annotations

import pytest

from tests.helpers.drawn import CELL_NS, drawn
from tests.helpers.random_traces import T0_NS, span_row
from tests.unit.whatif.ask import named, outcome_of, slower
from tracedesk.model.trace import Trace, build_trace
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Retry
from tracedesk.whatif.critical_path import Piece, critical_path


def names(pieces: list[Piece], trace: Trace) -> list[str]:
    return [(trace.name[piece.span] or "") + ("" if piece.kind == "own" else "~") for piece in pieces]


def walked(picture: str) -> list[str]:
    trace = drawn(picture)
    return [f"{name} {(piece.end_ns - piece.start_ns) // CELL_NS}"
            for name, piece in zip(names(critical_path(Baseline.of(trace)), trace),
                                   critical_path(Baseline.of(trace)), strict=True)]


def test_it_alternates_between_own_work_and_what_was_waited_for() -> None:
    assert walked("""
        agent  |----------------|
          a     |---|
          b           |----|
    """) == ["agent 1", "a 4", "agent 2", "b 5", "agent 5"]


def test_of_parallel_calls_it_takes_the_last_to_end() -> None:
    assert walked("""
        agent  |--------------|
          a     |---|
          b     |------|
          c             |---|
    """) == ["agent 1", "b 7", "agent 1", "c 4", "agent 2"]


def test_it_goes_down_into_what_a_child_waited_for() -> None:
    assert walked("""
        agent    |------------------|
          step      |-----------|
            tool      |---|
    """) == ["agent 3", "step 2", "tool 4", "step 6", "agent 4"]


def test_through_a_pool_it_follows_the_places_as_they_come_free() -> None:
    pieces = walked("""
        agent  |-----------------------------|
          call  |-----|
          call  |---|
          call      |-------|
          call        |-----|
          call              |------|
          call              |---|
          last                      |--|
    """)
    assert pieces == ["agent 1", "call 6", "call 6", "call 7", "agent 1", "last 3", "agent 6"]


def test_under_a_change_the_path_moves_to_what_holds_the_end_now() -> None:
    outcome = slower("""
        agent  |--------------|
          a     |---|
          b     |------|
          c             |---|
    """, "a", 3)
    assert names(outcome.path, outcome.baseline.trace) == ["agent", "a", "agent", "c", "agent"]
    assert names(outcome.path_before, outcome.baseline.trace) == ["agent", "b", "agent", "c", "agent"]


def test_failed_attempts_are_time_of_their_call() -> None:
    outcome = outcome_of("""
        agent  |--------|
          a     |---|
    """, Retry(named("a"), 1, 2 * CELL_NS))
    assert {outcome.baseline.trace.name[span]: ns // CELL_NS for span, ns in outcome.on_path_ns.items()} == {
        "a": 10, "agent": 5}


def test_time_between_several_roots_is_a_wait() -> None:
    trace = build_trace([span_row(0, None, "one", 0, 50_000_000), span_row(1, None, "two", 80_000_000, 100_000_000)])
    pieces = critical_path(Baseline.of(trace))
    assert [(trace.name[piece.span], piece.kind) for piece in pieces] == [("one", "own"), ("two", "wait"), ("two", "own")]


JAEGER: dict[str, tuple[list[tuple[str, str | None, int, int]], list[tuple[str, int, int]]]] = {
    # (span, parent, start, duration) in µs, and the path that is published with it
    "two children in turn": (
        [("C", None, 1, 100), ("D", "C", 20, 20), ("E", "C", 50, 10)],
        [("C", 1, 20), ("D", 20, 40), ("C", 40, 50), ("E", 50, 60), ("C", 60, 101)]),
    "two that overlap": (
        [("X", None, 1, 100), ("A", "X", 10, 40), ("C", "X", 20, 40)],
        [("X", 1, 20), ("C", 20, 60), ("X", 60, 101)]),
    "a child after its parent": ([("A", None, 100, 40), ("B", "A", 150, 60)], [("A", 100, 140)]),
    "a subtree after its parent": (
        [("A", None, 1, 30), ("B", "A", 40, 40), ("C", "B", 50, 10)], [("A", 1, 31)]),
    "a child before its parent": ([("A", None, 10, 20), ("B", "A", 1, 4)], [("A", 10, 30)]),
}


@pytest.mark.parametrize("case", JAEGER)
def test_paths_published_by_jaeger_ui(case: str) -> None:
    drawn_spans, expected = JAEGER[case]
    number = {name: index for index, (name, *_) in enumerate(drawn_spans)}
    trace = build_trace([span_row(number[name], None if parent is None else number[parent], name, start * 1000,
                                  (start + length) * 1000) for name, parent, start, length in drawn_spans])
    pieces = critical_path(Baseline.of(trace))
    found = [(trace.name[piece.span], (piece.start_ns - T0_NS) // 1000, (piece.end_ns - T0_NS) // 1000)
             for piece in pieces]
    assert found == expected


OUTLIVED = {
    "a child that outlives its parent": [("A", None, 1, 29), ("B", "A", 15, 20), ("C", "B", 10, 15)],
    "a grandchild that outlives both": [("A", None, 1, 29), ("B", "A", 15, 20), ("C", "B", 20, 20)],
    "a child around its parent": [("A", None, 10, 20), ("B", "A", 5, 30)],
}


@pytest.mark.parametrize("case", OUTLIVED)
def test_a_parent_did_not_wait_for_what_outlives_it(case: str) -> None:
    """Jaeger UI cuts such a child at its parent's end and puts it on the path; but halving it would save nothing."""
    drawn_spans = OUTLIVED[case]
    number = {name: index for index, (name, *_) in enumerate(drawn_spans)}
    trace = build_trace([span_row(number[name], None if parent is None else number[parent], name, start * 1000,
                                  (start + length) * 1000) for name, parent, start, length in drawn_spans])
    assert [trace.name[piece.span] for piece in critical_path(Baseline.of(trace))] == ["A"]
