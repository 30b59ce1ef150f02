"""The compare page over the refund bot: the story of the two prompt versions, swapping, pinning, the usual run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMenu

from tests.helpers.sample_store import HERO, write_sample
from tracedesk.base.clock import NARROW
from tracedesk.store import baselines, questions
from tracedesk.store.connect import open_store
from tracedesk.ui.compare import reader
from tracedesk.ui.compare.reader import MEDIAN
from tracedesk.ui.main_window import MainWindow

OLDER = bytes.fromhex("6e02b8d5df189ee77b778491826b2847")


@pytest.fixture
def desk(qapp: Any, qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = MainWindow(write_sample(tmp_path / "store.db"), read_only=True)
    window.resize(1600, 1000)
    window.show()
    window.state.look_back(None)
    window.state.open_trace(HERO)
    window.state.go("compare")
    window.page("compare").with_(OLDER)
    qtbot.waitUntil(lambda: page(window).compared is not None and page(window).compared.a.summary.trace_id == OLDER,
                    timeout=10_000)
    settled(window, qtbot)
    yield window
    window.close()
    window.deleteLater()


def page(desk: MainWindow) -> Any:
    return desk.page("compare")


def settled(desk: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not desk.tasks.busy, timeout=10_000)
    qtbot.wait(20)


def test_the_figures_of_the_mock_up(desk: MainWindow) -> None:
    figures = page(desk).figures
    assert (figures.time.before.text(), figures.time.after.text()) == (f"3.02{NARROW}s", f"4.20{NARROW}s")
    assert figures.time.delta.text() == f"+1.18{NARROW}s"
    assert (figures.tokens.before.text(), figures.tokens.after.text()) == ("2,170", "4,395")
    assert figures.tokens.delta.text() == "×2.03"
    assert (figures.cost.before.text(), figures.cost.after.text()) == ("≥ $0.0077", "≥ $0.0112")
    assert (figures.retrieved.before.text(), figures.retrieved.after.text()) == ("k = 5", "k = 20")
    assert (figures.retrieved.delta.text(), figures.retrieved.below.text()) == ("×4.00", "5 kept in both")
    assert (figures.judge.before.text(), figures.judge.after.text(), figures.judge.delta.text()) == ("0.91", "0.92", "+0.01")
    assert figures.spans.isHidden()
    paired = page(desk).pairs.paired
    assert paired is not None
    assert [paired.change(0, column) for column in ("input_tokens", "output_tokens", "cost_nusd")] == [2_208, 17, 3_450_000]
    assert page(desk).parts.title() == f"Where the +1.18{NARROW}s comes from"


def test_the_prompts_and_answers_that_differ_are_shown(desk: MainWindow) -> None:
    left, right = page(desk).left, page(desk).right
    assert left.title.text() == "System prompt"
    assert {line.mark for line in left.lines()} == {"=", "-", "+"}
    assert "Use the full refund policy below to answer." in next(line.text for line in left.lines() if line.mark == "+")
    assert right.title.text() == "Output"
    assert any(line.mark == "-" for line in right.lines())


def test_swapping_turns_every_difference_round(desk: MainWindow, qtbot: Any) -> None:
    before = page(desk).compared.found
    page(desk).swap()
    settled(desk, qtbot)
    after = page(desk).compared.found
    assert (after.total_a_ns, after.total_b_ns) == (before.total_b_ns, before.total_a_ns)
    assert sorted(-change.own_ns for change in after.changes) == sorted(change.own_ns for change in before.changes)


def test_a_pinned_baseline_is_what_a_trace_is_compared_with(desk: MainWindow, qtbot: Any) -> None:
    desk.commands.run("compare.pin")
    settled(desk, qtbot)
    with open_store(desk.store_path, role="read") as store:
        assert baselines.of(store, "refund_agent", "support-bot") == OLDER
    desk.commands.run("trace.compare")
    settled(desk, qtbot)
    assert page(desk).compared.a.summary.trace_id == OLDER
    desk.commands.run("compare.pin")
    settled(desk, qtbot)
    with open_store(desk.store_path, role="read") as store:
        assert baselines.of(store, "refund_agent", "support-bot") is None


def test_the_usual_run(desk: MainWindow, qtbot: Any) -> None:
    page(desk).with_(MEDIAN)
    settled(desk, qtbot)
    assert page(desk).compared.a.summary is None
    assert page(desk).compared.a.runs >= 3
    assert "median of" in page(desk)._pick_a.accessibleName()


def test_only_what_changed_hides_rows(desk: MainWindow) -> None:
    shown = len(page(desk).pairs._rows)
    desk.commands.run("compare.only")
    assert len(page(desk).pairs._rows) < shown


def test_groups_are_compared_by_their_usual_runs(desk: MainWindow, qtbot: Any) -> None:
    with open_store(desk.store_path, role="read") as store:
        found = reader.groups(store, HERO)
    assert next(iter(found)) == "prompt_version"
    newer, older = found["prompt_version"]
    assert (older.value, newer.value) == ("refund-v13", "refund-v14")
    assert HERO in newer.trace_ids
    assert OLDER in older.trace_ids
    page(desk).with_groups(older, newer)
    settled(desk, qtbot)
    compared = page(desk).compared
    assert (compared.a.runs, compared.b.runs) == (len(older.trace_ids), len(newer.trace_ids))
    assert page(desk)._pick_a.accessibleName() == "A  refund-v13  median of 3 runs"
    figures = page(desk).figures
    with open_store(desk.store_path, role="read") as store:
        tokens = sorted(run.input_tokens or 0 for run in questions.summaries_of(store, list(older.trace_ids)))
    assert compared.a.usual.input_tokens == tokens[1]
    assert (figures.retrieved.before.text(), figures.retrieved.after.text()) == ("k = 5", "k = 20")
    assert page(desk).left.title.text() == "System prompt"
    assert {line.mark for line in page(desk).left.lines()} == {"=", "-", "+"}
    assert not page(desk)._pin.isEnabled()
    desk.commands.run("compare.swap")
    settled(desk, qtbot)
    assert page(desk).compared.a.group == newer
    desk.commands.run("compare.groups")
    settled(desk, qtbot)
    assert page(desk).compared.b.summary.trace_id == HERO


def test_groups_are_offered_by_tag(desk: MainWindow, qtbot: Any) -> None:
    desk.commands.run("compare.groups")
    settled(desk, qtbot)
    menu = desk.page("compare").findChild(QMenu)
    offered = [action.text() for action in menu.actions()]
    assert offered[0] == "Prompt version: refund-v13 against refund-v14"
    menu.actions()[0].trigger()
    settled(desk, qtbot)
    assert page(desk).compared.b.group.value == "refund-v14"
    menu.close()


def test_what_a_call_said_stands_with_its_tokens(desk: MainWindow) -> None:
    assert page(desk).right._about.text() == "chat gpt-4o reply, 61 to 78 tokens"
    assert not any(page(desk).left._tokens)              # the sample has a template: lengths say nothing
    assert any(words.startswith("~") for words in page(desk).right._tokens)
