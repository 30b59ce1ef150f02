"""Room of a span under changes: as much as it may grow before the whole does."""

from __future__ import annotations

from tests.helpers.drawn import CELL_NS, at
from tests.unit.whatif.ask import outcome_of, slower
from tracedesk.whatif.apply import apply
from tracedesk.whatif.changes import Add
from tracedesk.whatif.room import room_ns
from tracedesk.whatif.selection import Selection

BESIDE = """
    chat      |--------------------|
      rerank   |--------|                kind=reranker
      load     |--|                      kind=db
      answer              |--------|     kind=llm
"""


def test_room_grows_with_what_runs_beside() -> None:
    measured, changed = outcome_of(BESIDE), slower(BESIDE, "rerank", 2)
    load = at(measured.baseline.trace, "load")
    assert abs(room_ns(measured, load) - 6 * CELL_NS) <= CELL_NS // 2
    assert abs(room_ns(changed, load) - 15 * CELL_NS) <= CELL_NS // 2


def test_what_is_on_the_path_has_no_room() -> None:
    outcome = outcome_of(BESIDE)
    assert room_ns(outcome, at(outcome.baseline.trace, "answer")) <= CELL_NS // 4


def test_growing_by_the_room_moves_nothing_and_by_more_does() -> None:
    outcome = slower(BESIDE, "rerank", 3)
    trace = outcome.baseline.trace
    load = at(trace, "load")
    select, room = Selection(span_ids=(trace.span_ids[load],)), room_ns(outcome, load)
    inside = apply(outcome.baseline, (*outcome.changes, Add(select, room)))
    beyond = apply(outcome.baseline, (*outcome.changes, Add(select, room + 2 * CELL_NS)))
    assert abs(inside.total_ns - outcome.total_ns) <= CELL_NS // 10
    assert beyond.total_ns > outcome.total_ns + CELL_NS
