"""The board: toggles, settings, rules and scenarios over one trace, and that undoing brings the measured times back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.helpers.drawn import drawn
from tracedesk.base.errors import BadQuery
from tracedesk.ui.whatif.board import Board
from tracedesk.whatif.baseline import Baseline

CHAIN = """
    chat     |------------------------------|
      rerank  |---------|                        kind=reranker
      search             |-----|                 kind=tool
      answer                    |----------|     kind=llm cost=1000 in=10 out=5 model=big-1
"""


def at_once(work: Callable[[], Any], done: Callable[[Any], None]) -> None:
    done(work())


@pytest.fixture
def board(qapp: object) -> Board:
    made = Board(at_once)
    made.set_baseline(Baseline.of(drawn(CHAIN)))
    return made


def index(board: Board, key: str) -> int:
    return next(number for number, toggle in enumerate(board.toggles) if toggle.part.key == key)


def settle(board: Board, qtbot: Any) -> None:
    with qtbot.waitSignal(board.changed, timeout=2000):
        pass


def test_a_flip_changes_the_answer_and_flipping_back_restores_it(board: Board, qtbot: Any) -> None:
    measured = board.outcome
    assert measured is not None
    board.flip(index(board, "slow_rerank"))
    settle(board, qtbot)
    assert board.outcome is not None
    assert board.outcome.delta_ns > 0
    board.flip(index(board, "slow_rerank"))
    settle(board, qtbot)
    assert np.array_equal(board.outcome.start_ns, measured.start_ns)
    assert np.array_equal(board.outcome.end_ns, measured.end_ns)


def test_each_toggle_knows_its_effect_alone(board: Board) -> None:
    toggle = board.toggles[index(board, "slow_rerank")]
    assert toggle.effect_ns is not None
    assert toggle.effect_ns > 0
    assert toggle.effect_nusd == 0


def test_a_toggle_that_touches_nothing_stays_off_and_says_why(board: Board) -> None:
    number = index(board, "slow_retrieval")
    board.flip(number)
    assert not board.toggles[number].on
    assert board.toggles[number].why_not == "This trace has no retriever span."


def test_a_scenario_saved_and_loaded_gives_the_same_total(board: Board, qtbot: Any) -> None:
    board.flip(index(board, "slow_rerank"))
    board.turn(index(board, "slow_rerank"), "factor", 2.5)
    board.add("slow_anything:factor=3@name=search")
    settle(board, qtbot)
    assert board.outcome is not None
    total, rules = board.outcome.total_ns, board.scenario()
    board.reset()
    settle(board, qtbot)
    assert board.outcome.delta_ns == 0
    board.load(rules)
    assert board.outcome.total_ns == total
    assert board.total_of(rules) == total


def test_a_bad_rule_is_refused_in_words_and_changes_nothing(board: Board) -> None:
    before = list(board.toggles)
    with pytest.raises(BadQuery, match="no_such_rule"):
        board.add("no_such_rule:factor=2")
    assert board.toggles == before


def test_settings_out_of_range_change_nothing(board: Board) -> None:
    number = index(board, "slow_rerank")
    board.turn(number, "factor", -5)
    assert board.toggles[number].settings["factor"] == 4.0
