"""The replay page over the refund bot, driven by its commands: figures of the mock-up, verdicts, nothing sent unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.helpers.sample_store import HERO, write_sample
from tests.ui.replay.test_endpoint import event, server
from tracedesk.base.clock import NARROW
from tracedesk.replay.script import tell
from tracedesk.store import notes
from tracedesk.store.connect import open_store
from tracedesk.ui.main_window import MainWindow
from tracedesk.ui.replay import reader
from tracedesk.ui.replay.clockwork import Lines
from tracedesk.ui.replay.player import FOUR, STEP


@pytest.fixture
def desk(qapp: Any, qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = MainWindow(write_sample(tmp_path / "store.db"), read_only=True)
    window.resize(1600, 1000)
    window.show()
    window.state.look_back(None)
    qtbot.waitUntil(lambda: window.state.trace is not None and not window.tasks.busy, timeout=10_000)
    window.state.open_trace(HERO)
    qtbot.waitUntil(lambda: window.state.trace is not None and not window.tasks.busy, timeout=10_000)
    assert window.commands.run("trace.replay")
    qtbot.waitUntil(lambda: page(window).player.step is not None, timeout=10_000)
    yield window
    window.close()
    window.deleteLater()


def page(desk: MainWindow) -> Any:
    return desk.page("replay")


def texts(widget: Any) -> list[str]:
    """The texts of the labels below a widget."""
    from tracedesk.ui.widgets.text import Elided

    return [made.text() for made in widget.findChildren(Elided)]


def test_step_six_is_that_of_the_mock_up(desk: MainWindow) -> None:
    page(desk).go(6)
    assert len(page(desk).script.steps) == 11
    assert page(desk)._count.text() == "6 of 11"
    assert page(desk).view.title.text() == "search_orders"
    assert page(desk).view.place.text() == f"Step 6 of 11, tool call, 2.72{NARROW}s to 2.96{NARROW}s"
    assert page(desk).view.why.accessibleName() == "Why it ran: in step 5 chat gpt-4o finished with tool_calls and asked for it"
    side = page(desk).so_far
    figures = [figure.figure.text() for figure in (side._time, side._cost, side._tokens)]
    assert figures == [f"2.96{NARROW}s", "≥ $0.0068", "2,001"]
    assert "1,974 in, 27 out" in texts(side)
    assert "3 → 4" in texts(side)
    scene = page(desk).waterfall.scene
    trace = page(desk).script.materials[0].trace
    assert [trace.name[at] for at in range(trace.n) if scene.lit[at]] == ["search_orders", "GET /v1/orders"]
    assert scene.replay_ns - trace.t0_ns == 2_960_000_000


def test_the_arrows_walk_through_both_turns(desk: MainWindow, qtbot: Any) -> None:
    for _ in range(20):
        qtbot.keyClick(page(desk).list, Qt.Key.Key_Right)
    assert page(desk).player.step.n == 11
    assert page(desk).waterfall.scene.trace.trace_id == page(desk).script.turns[1].trace_id
    qtbot.keyClick(page(desk).list, Qt.Key.Key_Left)
    assert page(desk).player.step.n == 10
    desk.commands.run("replay.first")
    assert page(desk).player.step.n == 1
    assert page(desk).so_far._cost.figure.text() == "—"


def test_every_step_can_be_shown_both_ways(desk: MainWindow) -> None:
    for step in page(desk).script.steps:
        page(desk).go(step.n)
        page(desk).view.sides.pick(1)
        assert page(desk).view.bodies.currentWidget().raw.startswith("{")
        assert json.loads(page(desk).view.bodies.currentWidget().raw)["title"] == step.title
        page(desk).view.sides.pick(0)


def test_it_plays(desk: MainWindow, qtbot: Any) -> None:
    page(desk).player.set_mode(FOUR)
    desk.commands.run("replay.first")
    desk.commands.run("replay.play")
    assert page(desk).player.playing
    qtbot.waitUntil(lambda: page(desk).player.step.n >= 4, timeout=5_000)
    desk.commands.run("replay.play")
    assert not page(desk).player.playing
    page(desk).player.set_mode(STEP)
    desk.step_back()
    assert desk.state.page == "traces"


def test_replay_from_a_span(desk: MainWindow, qtbot: Any) -> None:
    trace = desk.state.trace
    assert trace is not None
    desk.state.go("traces")
    desk.state.select(next(trace.span_ids[at] for at in range(trace.n) if trace.name[at] == "rerank"))
    assert desk.commands.run("trace.replay_span")
    assert page(desk).player.step.title == "Retrieved context"
    page(desk)._span_picked(next(trace.span_ids[at] for at in range(trace.n) if trace.name[at] == "GET /v1/orders"))
    assert page(desk).player.step.title == "Called search_orders"
    desk.commands.run("replay.span")
    assert desk.state.page == "traces"
    assert desk.state.span_id == page(desk).script.span_id(page(desk).player.step)


def test_a_verdict_and_a_note_are_kept(desk: MainWindow, qtbot: Any) -> None:
    page(desk).go(6)
    span_id = page(desk).script.span_id(page(desk).player.step)
    desk.commands.run("replay.bad")
    page(desk).view.judging.note.setText("five is too many")
    page(desk).view.judging.note.editingFinished.emit()
    qtbot.waitUntil(lambda: not desk.tasks.busy)
    with_store = open_store(desk.store_path, role="read")
    kept = notes.of_trace(with_store, HERO)[span_id]
    with_store.close()
    assert (kept.verdict, kept.text) == ("bad", "five is too many")
    page(desk).go(5)
    assert not page(desk).view.judging.buttons["bad"].isChecked()
    page(desk).go(6)
    assert page(desk).view.judging.buttons["bad"].isChecked()
    desk.commands.run("replay.bad")
    page(desk).view.judging.note.setText("")
    page(desk).view.judging.note.editingFinished.emit()
    qtbot.waitUntil(lambda: not desk.tasks.busy)
    with_store = open_store(desk.store_path, role="read")
    assert span_id not in notes.of_trace(with_store, HERO)
    with_store.close()


def test_the_request_is_copied_and_nothing_is_sent_before_the_click(desk: MainWindow, qtbot: Any) -> None:
    page(desk).go(5)
    desk.commands.run("replay.copy_json")
    copied = json.loads(QApplication.clipboard().text())
    assert (copied["model"], copied["messages"][-1]) == ("gpt-4o", {"role": "user", "content": "Help with my refund"})
    pieces = [event({"content": "Hello."}), b"data: [DONE]\n\n"]
    with server(200, "text/event-stream", pieces) as (url, seen):
        desk.commands.run("replay.rerun")
        dialog = page(desk).reproduce.dialog
        dialog.address.setText(url)
        assert dialog.recorded.toPlainText() == 'search_orders(user_id="user-4821", limit=5, sort="newest")'
        qtbot.wait(50)
        assert seen == []
        dialog.send.click()
        qtbot.waitUntil(lambda: dialog.answer.toPlainText() == "Hello.", timeout=5_000)
        qtbot.waitUntil(lambda: "It differs" in dialog._says.text(), timeout=5_000)
        dialog.close()
    assert len(seen) == 1
    assert seen[0][2]["messages"] == copied["messages"]
    assert desk.settings.text("replay/endpoint") == url


def test_a_step_without_a_model_reproduces_the_one_that_led_to_it(desk: MainWindow) -> None:
    page(desk).go(6)
    assert page(desk).reproduce.step().n == 5
    page(desk).go(3)
    assert page(desk).reproduce.why_not() == "No model step leads to this one."


def test_the_session_of_the_trace(desk: MainWindow, qtbot: Any) -> None:
    desk.state.go("traces")
    assert desk.commands.run("trace.session")
    sessions: Any = desk.page("sessions")
    qtbot.waitUntil(lambda: sessions.turn is not None, timeout=5_000)
    assert [row[2:4] for row in sessions.turns.texts()] == [["Help with my refund", ""], ["the latest", f"20{NARROW}s"]]
    assert sessions._words.text() == f"user-4821, 2 turns over 27.26{NARROW}s, 7.26{NARROW}s of work, 7,862 tokens"
    assert sessions._cost.text() == "≥ $0.0200"
    sessions.turns.selectRow(1)
    assert desk.commands.run("session.replay")
    qtbot.waitUntil(lambda: page(desk).player.step is not None and page(desk).player.step.turn == 2, timeout=5_000)
    assert page(desk).player.step.n == 8


def test_the_steps_are_a_view_of_the_traces_page(desk: MainWindow, qtbot: Any) -> None:
    desk.state.go("traces")
    traces: Any = desk.page("traces")
    traces.show_view("steps")
    view = traces.centre.view("steps")
    qtbot.waitUntil(lambda: view.script is not None, timeout=5_000)
    assert len(view.script.steps) == 7
    view.list.picked.emit(6)
    assert desk.state.span_id == view.script.span_id(view.script.steps[5])
    view.list.activated_step.emit(6)
    assert desk.state.page == "replay"
    assert page(desk).player.step.title == "Called search_orders"


def test_a_session_that_goes_on_keeps_the_step_in_view(desk: MainWindow, qtbot: Any) -> None:
    page(desk).go(6)
    before = page(desk)._loaded
    with open_store(desk.store_path, role="read") as store:
        assert reader.grown(store, before) is None
        script = tell(before.script.materials[:1])
        fewer = reader.Loaded(script, Lines.of(script), before.summaries[:1], {}, before.opened)
        again = reader.grown(store, fewer)
    assert again is not None
    page(desk)._show(fewer)
    page(desk).go(6)
    page(desk)._grew(again)
    assert (page(desk).player.step.n, len(page(desk).script.steps)) == (6, 11)
