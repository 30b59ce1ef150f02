"""Suggestions are predictions: what they promise comes true when it is asked."""

from __future__ import annotations

from tests.helpers.drawn import CELL_NS
from tests.unit.whatif.ask import cells, outcome_of, slower
from tracedesk.whatif.apply import apply
from tracedesk.whatif.changes import Scale
from tracedesk.whatif.selection import Selection
from tracedesk.whatif.worth_trying import worth_trying

CHAIN = """
    chat     |------------------------------|
      rerank  |------------------|               kind=reranker
      answer                      |--------|     kind=llm
"""


def test_a_missed_budget_is_met_by_what_is_suggested() -> None:
    outcome = slower(CHAIN, "rerank", 2)
    budget_ns = 35 * CELL_NS
    found = worth_trying(outcome, budget_ns=budget_ns)
    assert found
    assert outcome.total_ns > budget_ns
    for item in found:
        change = Scale(Selection(span_ids=(outcome.baseline.trace.span_ids[item.span],)), item.factor)
        total = apply(outcome.baseline, (*outcome.changes, change)).total_ns
        assert total == item.total_ns <= budget_ns
        assert total > budget_ns - 2 * CELL_NS, "not shorter than need be"


def test_without_a_missed_budget_halving_is_tried_and_the_best_comes_first() -> None:
    outcome = outcome_of(CHAIN)
    found = worth_trying(outcome)
    trace = outcome.baseline.trace
    assert [trace.name[item.span] for item in found] == ["rerank", "answer"]
    assert cells(outcome.total_ns - found[0].total_ns) == 9.5
    assert found[0].text.startswith("Halving rerank would save ")


def test_nothing_is_suggested_where_no_single_span_can_do_it() -> None:
    assert worth_trying(outcome_of(CHAIN), budget_ns=2 * CELL_NS) == []
