"""The what-if page over the refund bot, driven by its commands: the figures of the story, and nothing written unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.sample_store import HERO, write_sample
from tracedesk.base.clock import NARROW, NS_PER_S
from tracedesk.store import pins, scenarios
from tracedesk.store.connect import open_store
from tracedesk.ui.main_window import MainWindow


@pytest.fixture
def desk(qapp: Any, qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = MainWindow(write_sample(tmp_path / "store.db"), read_only=True)
    window.resize(1600, 1000)
    window.settings.put("whatif/predict", False)
    window.show()
    window.state.look_back(None)
    window.state.open_trace(HERO)
    window.commands.run("whatif.open")
    qtbot.waitUntil(lambda: page(window).board.outcome is not None and page(window).board.price is not None, timeout=10_000)
    yield window
    window.close()
    window.deleteLater()


def page(desk: MainWindow) -> Any:
    return desk.page("whatif")


def settled(desk: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not desk.tasks.busy, timeout=10_000)
    qtbot.wait(20)


def test_slow_rerank_tells_the_story_of_the_mock_up(desk: MainWindow, qtbot: Any) -> None:
    desk.commands.run("whatif.toggle.slow_rerank")
    qtbot.waitUntil(lambda: page(desk).board.outcome.delta_ns > 0)
    outcome = page(desk).board.outcome
    assert outcome.total_ns == 6_900_000_000
    assert outcome.cost_nusd == outcome.cost_before_nusd == 11_175_280
    assert outcome.unpriced == 1
    trace = outcome.baseline.trace
    lines = page(desk).ranking.lines
    assert trace.name[lines[0].span] == "rerank"
    assert (lines[0].on_path_ns, lines[0].was) == (3_600_000_000, 3)
    assert trace.name[lines[-1].span] == "load_customer"
    assert abs(lines[-1].slack_ns - 3_760_000_000) < 20_000_000
    assert f"from 4.20{NARROW}s to 6.90{NARROW}s" in page(desk).notes.words()


def test_the_budget_is_kept_per_program_and_missed_or_met(desk: MainWindow, qtbot: Any) -> None:
    page(desk).figures.budget_set.emit(5 * NS_PER_S)
    assert page(desk).figures._verdict.text() == "met"
    desk.commands.run("whatif.toggle.slow_rerank")
    qtbot.waitUntil(lambda: page(desk).figures._verdict.text() == "missed")
    assert desk.settings.data("whatif/budget/refund_agent", None) == 5 * NS_PER_S


def test_reset_brings_the_measured_run_back(desk: MainWindow, qtbot: Any) -> None:
    for key in ("slow_rerank", "slow_llm", "extra_retry"):
        desk.commands.run(f"whatif.toggle.{key}")
    qtbot.waitUntil(lambda: page(desk).board.outcome.delta_ns > 0)
    assert not page(desk)._mark.isHidden()
    desk.commands.run("whatif.reset")
    qtbot.waitUntil(lambda: page(desk).board.outcome.delta_ns == 0)
    assert page(desk)._mark.isHidden()


def test_predict_first_asks_before_anything_moves(desk: MainWindow, qtbot: Any) -> None:
    desk.settings.put("whatif/predict", True)
    before = page(desk).board.outcome
    desk.commands.run("whatif.toggle.slow_rerank")
    qtbot.wait(20)
    assert page(desk).side.predict.isVisible()
    assert page(desk).board.outcome is before
    page(desk).side.predict.reveal()
    qtbot.waitUntil(lambda: page(desk).board.outcome.delta_ns > 0)
    assert "you said" in page(desk).side.guessed._words.text()
    assert desk.settings.data("whatif/score", None) == [0, 1], "4.20 s was guessed, 6.90 s it is: counted once, not close"
    page(desk).toggle_ghosts()
    assert desk.settings.data("whatif/score", None) == [0, 1]


def test_a_scenario_is_kept_in_the_store_and_loads_again(desk: MainWindow, qtbot: Any) -> None:
    desk.commands.run("whatif.toggle.slow_rerank")
    page(desk).keep_scenario("Launch day", page(desk).board.scenario())
    settled(desk, qtbot)
    with open_store(desk.store_path, role="read") as store:
        assert [found.name for found in scenarios.all(store)] == ["Launch day"]
    desk.commands.run("whatif.reset")
    page(desk).load_scenario("Launch day")
    assert page(desk).board.outcome.total_ns == 6_900_000_000


def test_a_pin_is_stored_with_the_trace_and_taken_back(desk: MainWindow, qtbot: Any) -> None:
    trace = page(desk).board.baseline.trace
    cause, effect = (next(i for i in range(trace.n) if trace.name[i] == name) for name in ("load_customer", "rerank"))
    page(desk)._pin(cause, effect, True)
    settled(desk, qtbot)
    with open_store(desk.store_path, role="read") as store:
        assert [(pin.from_span, pin.to_span, pin.waits) for pin in pins.of_trace(store, HERO)] == [
            (trace.span_ids[cause], trace.span_ids[effect], True)]
    page(desk)._pin(cause, effect, None)
    settled(desk, qtbot)
    with open_store(desk.store_path, role="read") as store:
        assert pins.of_trace(store, HERO) == []


def test_the_same_over_many_traces(desk: MainWindow, qtbot: Any) -> None:
    desk.commands.run("whatif.toggle.slow_rerank")
    qtbot.waitUntil(lambda: page(desk).board.outcome.delta_ns > 0)
    desk.commands.run("whatif.many")
    settled(desk, qtbot)
    texts = {row[0]: row[1:] for row in page(desk).many._table.texts()}
    assert set(texts) >= {"p50", "p95", "p99", "cost"}
    assert texts["cost"][0] == texts["cost"][1]
    assert texts["p50"][0] != texts["p50"][1]


def test_keys_flip_reset_and_leave(desk: MainWindow, qtbot: Any) -> None:
    desk.activateWindow()
    page(desk).setFocus()
    qtbot.keyClick(page(desk), "g")
    assert page(desk)._ghosts is False
    desk.state.select(None)
    desk.commands.run("desk.back")
    assert desk.state.page == "traces"


def test_a_key_that_no_command_wants_here_reaches_the_widget(desk: MainWindow, qtbot: Any) -> None:
    waterfall = page(desk).waterfall
    canvas = waterfall.focusProxy() or waterfall
    canvas.setFocus()
    desk.state.select(None)
    qtbot.keyClick(canvas, "j")
    assert desk.state.span_id is not None


def test_what_a_span_was_read_to_wait_for_is_drawn_when_it_is_selected(desk: MainWindow, qtbot: Any) -> None:
    trace = page(desk).board.baseline.trace
    names = [trace.name[index] for index in range(trace.n)]
    desk.state.select(trace.span_ids[names.index("search_orders")])
    assert [(names[cause], names[effect]) for cause, effect in page(desk).waterfall.scene.causes] == [
        ("chat gpt-4o", "search_orders")]
    desk.state.select(None)
    assert page(desk).waterfall.scene.causes == []


def test_a_number_pressed_on_the_traces_page_flips_once_the_trace_is_read(qapp: Any, qtbot: Any, tmp_path: Path) -> None:
    window = MainWindow(write_sample(tmp_path / "store.db"), read_only=True)
    window.show()
    window.settings.put("whatif/predict", True)
    window.state.look_back(None)
    window.state.open_trace(HERO)
    assert window.commands.run("whatif.toggle.slow_rerank")
    qtbot.waitUntil(lambda: page(window).board.outcome is not None, timeout=10_000)
    settled(window, qtbot)
    assert page(window).side.predict.isVisible()
    assert page(window).board.outcome.delta_ns == 0
    window.close()
    window.deleteLater()
