"""The figures beside the flame graph: of the selected frame, and of the names that take most time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tests.helpers.drawn import at, drawn
from tests.helpers.random_traces import span_row
from tests.ui.conftest import Desk
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import Trace, build_trace
from tracedesk.scene.hot import Groups
from tracedesk.ui import theme
from tracedesk.ui.flame.card import LEAST_SPANS, Line, group_lines
from tracedesk.ui.flame.side import FlameSide
from tracedesk.ui.flame.view import LOW_PX, WIDE_PX, FlameView

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("This plugin does not support")]

STORY = """
    agent     |----------------------------------------|  kind=agent
      step     |-----------|                              kind=chain
        call    |---------|                               kind=llm in=100 out=10 cost=5000000
      step                  |------------------------|    kind=chain
        call                 |---------|                  kind=llm in=50 cost=2000000
        tool                             |-----------x    kind=tool error=Timeout
"""


@pytest.fixture
def trace() -> Trace:
    return drawn(STORY)


@pytest.fixture
def view(qtbot, trace: Trace) -> FlameView:
    theme.choose("dark")
    made = FlameView(with_side=True)
    qtbot.addWidget(made)
    made.resize(WIDE_PX + 60, 400)
    made.show()
    qtbot.waitExposed(made)
    made.set_trace(trace)
    return made


def test_the_selected_frame_in_figures(view: FlameView, trace: Trace) -> None:
    assert view.side.card.text() == "Select a frame"
    view.select(trace.span_ids[at(trace, "call")])
    assert view.side.card.text().splitlines() == [
        "call", "2 spans in the run", "Share of span time: 48.8 %", "Own time: 200\u202fms of 200\u202fms",
        "Duration p50, p95: 100\u202fms, 100\u202fms", "Tokens: ≥ 150→10", "Known cost: $0.0070", "LLM call 200\u202fms"]
    view.select(None)
    assert view.side.card.text() == "Select a frame"


def test_hot_spans_are_ordered_and_a_row_goes_to_its_frame(view: FlameView, trace: Trace, qtbot) -> None:
    rows = view.side.hot.texts()
    assert [row[0] for row in rows] == ["call", "tool", "step", "agent"]
    assert rows[0] == ["call", "48.8 %", "2", "100\u202fms", "100\u202fms"]
    with qtbot.waitSignal(view.span_selected) as told:
        view.side.hot.selectRow(1)
    assert told.args == [trace.span_ids[at(trace, "tool")]]
    assert view.canvas.source.selected == at(trace, "tool")
    assert view.side.card.text().splitlines()[0] == "tool"
    assert "Failed: 1 of 1" in view.side.card.text()


def test_the_row_of_the_selected_frame_is_marked_without_telling(view: FlameView, trace: Trace, qtbot) -> None:
    with qtbot.assertNotEmitted(view.span_selected):
        view.select(trace.span_ids[at(trace, "step")])
    assert view.side.hot.current() == at(trace, "step", 1), "the longest stands for all"


def test_it_stands_beside_below_or_nowhere(view: FlameView) -> None:
    assert view.side.x() > view.canvas.x() + 100
    view.resize(WIDE_PX - 60, LOW_PX + 60)
    QApplication.processEvents()
    assert view.side.isVisible()
    assert view.side.y() > view.canvas.y()
    assert view.side.x() == view.canvas.x()
    view.resize(WIDE_PX - 60, LOW_PX - 60)
    assert not view.side.isVisible()
    view.resize(WIDE_PX + 60, LOW_PX - 60)
    assert view.side.isVisible()
    view.set_side(False)
    assert not view.side.isVisible()


def test_columns_go_as_a_whole_where_names_need_the_room(view: FlameView) -> None:
    def hidden() -> list[bool]:
        QApplication.processEvents()
        return [view.side.hot.isColumnHidden(number) for number in range(5)]

    view.resize(900, LOW_PX + 60)
    assert not any(hidden())
    view.resize(620, LOW_PX + 60)
    assert hidden() == [False, False, False, True, False]
    view.resize(540, LOW_PX + 60)
    assert hidden() == [False, False, True, True, False]
    view.resize(WIDE_PX + 60, LOW_PX + 60)
    assert not any(hidden())


def test_nothing_is_worked_out_while_it_is_hidden(view: FlameView, trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    view.set_side(False)
    monkeypatch.setattr(FlameSide, "_work_out", lambda _side: pytest.fail("worked out"))
    view.set_trace(trace)
    view.select(trace.span_ids[1])


def test_a_selection_and_calls_counted_elsewhere(view: FlameView, trace: Trace) -> None:
    view.select(trace.span_ids[at(trace, "call")])
    view.heat.selected.emit((int(trace.start_ns[at(trace, "step", 1)]), int(trace.t1_ns)))
    said = view.side.card.text()
    assert "1 span in the selection, 2 in the run" in said
    assert "In the whole run: 48.8 %" in said
    assert "Known cost: $0.0020" in said
    view.heat.selected.emit(None)
    view.set_elsewhere(np.arange(trace.n) == at(trace, "call"))
    assert "Known cost: $0.0020" in view.side.card.text()


def test_what_is_not_known_is_said_and_never_zero() -> None:
    rows = [span_row(0, None, "run", 0, 100, kind=Kind.CHAIN)]
    rows += [span_row(number, 0, name, 0, 10, kind=Kind.LLM, cost_status=status, **more) for number, (name, status, more) in
             enumerate((("silent", CostStatus.NO_USAGE, {}), ("local", CostStatus.UNKNOWN_MODEL, {"input_tokens": 3}),
                        ("both", CostStatus.NO_USAGE, {}),
                        ("both", CostStatus.PRICED, {"input_tokens": 5, "output_tokens": 1, "cost_nusd": 10**6})), 1)]
    trace = build_trace(rows)
    groups = Groups(trace)

    def lines(name: str) -> list[Line]:
        return [line for line in group_lines(groups.group(at(trace, name)), False) if line.label in ("Tokens", "Known cost")]

    assert [line.value for line in lines("silent")] == ["not sent", "unpriced"]
    assert [line.value for line in lines("local")] == ["3→?", "unpriced"]
    assert [line.value for line in lines("both")] == ["≥ 5→1", "≥ $0.0010"]
    assert lines("run") == []


def test_many_durations_are_drawn_where_there_is_room(view: FlameView) -> None:
    rows = [span_row(0, None, "run", 0, 100_000_000)]
    rows += [span_row(number, 0, "call", 0, number * 1_000_000, kind=Kind.TOOL) for number in range(1, LEAST_SPANS + 1)]
    few, many = build_trace(rows[:-1]), build_trace(rows)
    heights = []
    for trace in (few, many):
        view.set_trace(trace)
        view.select(trace.span_ids[1])
        heights.append(view.side.card.sizeHint().height())
    assert heights[1] > heights[0] + 50
    colour = theme.current().kind(int(Kind.TOOL)).solid.rgb()
    QApplication.processEvents()
    image = view.side.card.grab().toImage()
    low = [sum(image.pixel(x, y) == colour for x in range(image.width())) for y in range(heights[0], image.height())]
    assert max(low) > 20, "the bars of the durations"
    view.resize(WIDE_PX - 60, LOW_PX + 60)
    assert view.side.card.sizeHint().height() == heights[0]


def test_the_command_hides_it_and_is_remembered(new_desk: Callable[..., Desk], sample: Path) -> None:
    desk = new_desk(sample)
    desk.open_title("Help with my refund")
    assert not desk.window.commands.can("flame.side")
    desk.run("view.flame")
    view = desk.page.centre.view("flame")
    assert view.side.isVisible()
    assert "chat gpt-4o" in view.side.card.text()
    desk.run("flame.side")
    assert not view.side.isVisible()
    again = new_desk(sample)
    again.open_title("Help with my refund")
    again.run("view.flame")
    assert not again.page.centre.view("flame").side.isVisible()
    again.run("flame.side")
    assert again.page.centre.view("flame").side.isVisible()
