"""What the optional columns of the tree say: figures of calls, and words where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.random_traces import span_row
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import Trace, build_trace
from tracedesk.scene.columns import COLUMNS, Cell
from tracedesk.scene.facts import facts, measure
from tracedesk.scene.waterfall import Waterfall


def calls() -> Trace:
    return build_trace([
        span_row(0, None, "agent", 0, 9_000, kind=Kind.AGENT, input_tokens=2_330, output_tokens=78),
        span_row(1, 0, "reply", 1_000, 2_000, kind=Kind.LLM, input_tokens=2_316, output_tokens=78, cost_nusd=4_330_000,
                 cost_status=CostStatus.PRICED),
        span_row(2, 0, "guard", 2_000, 3_000, kind=Kind.GUARDRAIL, input_tokens=118, output_tokens=3,
                 cost_status=CostStatus.UNKNOWN_MODEL),
        span_row(3, 0, "silent", 3_000, 4_000, kind=Kind.LLM, cost_status=CostStatus.NO_USAGE),
        span_row(4, 0, "embed", 4_000, 5_000, kind=Kind.EMBEDDING, input_tokens=14, cost_nusd=280,
                 cost_status=CostStatus.PRICED),
        span_row(5, 0, "local", 5_000, 6_000, kind=Kind.LLM, input_tokens=10, output_tokens=0, cost_nusd=0,
                 cost_status=CostStatus.FREE),
        span_row(6, 0, "rerank", 6_000, 7_000, kind=Kind.RERANKER, cost_nusd=2_000_000, cost_status=CostStatus.PRICED),
        span_row(7, 0, "query", 7_000, 8_000, kind=Kind.DB),
    ])


@pytest.mark.parametrize(("span", "cost", "tokens"), [
    (0, Cell("—", quiet=True), Cell("2,330→78", quiet=True)), (1, Cell("$0.0043"), Cell("2,316→78")),
    (2, Cell("unpriced", wanting=True), Cell("118→3")), (3, Cell("unpriced"), Cell("not sent")),
    (4, Cell("<$0.0001"), Cell("14")), (5, Cell("$0.0000"), Cell("10→0")), (6, Cell("$0.0020"), Cell("—", quiet=True)),
    (7, Cell("—", quiet=True), Cell("—", quiet=True))])
def test_cells(span: int, cost: Cell, tokens: Cell) -> None:
    scene = Waterfall(calls())
    assert COLUMNS["cost"].cell(scene, span) == cost
    assert COLUMNS["tokens"].cell(scene, span) == tokens


@pytest.mark.parametrize("key", COLUMNS)
def test_no_cell_is_longer_than_the_widest_text_asked_for(key: str) -> None:
    scene, column = Waterfall(calls()), COLUMNS[key]
    assert max(map(len, column.widest(scene.trace))) >= max(len(column.cell(scene, span).text) for span in range(8))


def test_figures_that_another_span_has_are_quiet_and_not_summed_again() -> None:
    scene = Waterfall(calls())
    whole = measure(scene, scene.t0_ns, scene.t1_ns)
    assert (whole.cost_nusd, whole.unpriced) == (6_330_280, 2)
    scene.elsewhere = np.arange(8) == 1
    assert COLUMNS["cost"].cell(scene, 1) == Cell("$0.0043", quiet=True)
    assert COLUMNS["tokens"].cell(scene, 1) == Cell("2,316→78", quiet=True)
    said = {fact.label: fact.source for fact in facts(scene, 1)}
    assert said["Cost"] == said["Tokens"] == "counted on another span"
    assert measure(scene, scene.t0_ns, scene.t1_ns).cost_nusd == 2_000_280


def test_the_hover_says_why_a_cost_is_not_known() -> None:
    scene = Waterfall(calls())
    said = {fact.label: (fact.value, fact.source) for fact in facts(scene, 3)}
    assert said["Cost"] == ("unpriced", "no usage was sent")
    assert said["Tokens"] == ("not sent", "")
