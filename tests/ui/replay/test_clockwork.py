"""Where a moment lies on the line of a script, with and without the pauses between turns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.stories import material, user
from tracedesk.model.trace import build_trace
from tracedesk.replay.material import Material
from tracedesk.replay.script import Script, tell
from tracedesk.ui.replay.clockwork import PAUSE_SHARE, Line

MS = 1_000_000
PICTURE = """
    agent   |---------|   kind=agent
      ask    |--|         kind=llm
      find       |--|     kind=tool
"""


def two_turns(later_ns: int) -> Script:
    """The same turn twice, the second one so much later."""
    first = material(PICTURE, ask={"input.messages": [user("hi")]})
    rows = [row._replace(trace_id=b"\2" * 16, start_ns=row.start_ns + later_ns, end_ns=(row.end_ns or 0) + later_ns)
            for row in first.rows]
    second = Material(build_trace(rows), rows, first.fields, first.spans, {})
    return tell([replace(second), first])


def test_a_pause_is_narrow_unless_it_is_kept() -> None:
    script = two_turns(5_000 * MS)
    assert [turn.duration_ns for turn in script.turns] == [100 * MS, 100 * MS]
    skipped, kept = Line(script), Line(script, with_pauses=True)
    assert skipped.offsets == [0, 100 * MS + round(PAUSE_SHARE * 200 * MS)]
    assert kept.offsets == [0, 5_000 * MS]
    assert kept.time_at(2_000 * MS) == (1, script.turns[0].end_ns)
    assert kept.time_at(5_020 * MS) == (2, script.turns[1].start_ns + 20 * MS)


@pytest.mark.parametrize("with_pauses", [False, True])
def test_every_step_is_found_where_it_lies(with_pauses: bool) -> None:
    script = two_turns(700 * MS)
    line = Line(script, with_pauses=with_pauses)
    for step in script.steps:
        place = line.place(step.turn, step.start_ns)
        assert line.step_at(place).start_ns == step.start_ns
        assert line.time_at(place) == (step.turn, step.start_ns)
    assert all(piece.end_ns > piece.start_ns for piece in line.stretches)
    assert len(line.stretches) == 4


def test_moments_outside_a_turn_are_held_inside() -> None:
    line = Line(two_turns(700 * MS))
    assert line.place(1, 0) == 0
    assert line.place(1, 2**62) == 100 * MS
    assert line.step_at(-5).n == 1
    assert line.step_at(2**62).n == len(line.script.steps)
