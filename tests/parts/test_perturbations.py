"""The same questions to every perturbation there is."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.drawn import drawn
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.perturbation import Perturbation, Unit, all_perturbations
from tracedesk.whatif.rule_text import WhatIfRule, parse_rule
from tracedesk.whatif.selection import Selection
from tracedesk.whatif.words import in_words

EVERYTHING = """
    agent     |------------------------------------|     kind=agent
      search      |----|                                 kind=retriever
      rerank            |-----|                          kind=reranker
      plan                     |-----|                   kind=llm model=big in=100 out=20 cost=5000
      tool1                           |---|              kind=tool as=tool
      tool2                               |---|          kind=tool as=tool
      answer                                   |----|    kind=llm model=big in=200 out=40 cost=7000
"""
NOTHING = """
    root   |-----|
"""
PARTS = all_perturbations()


def test_they_are_found() -> None:
    assert {part.key for part in PARTS} >= {
        "slow_rerank", "slow_llm", "tool_timeout", "extra_retry", "slow_retrieval", "slow_anything", "cache_hit", "faster",
        "swap_model", "concurrency_limit", "serial", "parallel", "removed"}
    assert [part.key for part in PARTS[:4]] == ["slow_rerank", "slow_llm", "tool_timeout", "extra_retry"]


@pytest.fixture
def baseline() -> Baseline:
    return Baseline.of(drawn(EVERYTHING))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)
class TestEvery:
    def test_it_says_what_it_is(self, part: Perturbation) -> None:
        assert part.title
        assert part.question.endswith("?")
        assert part.looks_for
        assert len({knob.name for knob in part.knobs}) == len(part.knobs)

    def test_its_defaults_are_within_bounds(self, part: Perturbation) -> None:
        for knob in part.knobs:
            assert knob.checked(knob.default) == knob.default
            assert knob.neutral is None or knob.checked(knob.neutral) == knob.neutral
            assert knob.unit is not Unit.CHOICE or knob.default in knob.choices

    def test_neutral_knobs_change_nothing(self, part: Perturbation, baseline: Baseline) -> None:
        neutral = {knob.name: knob.neutral for knob in part.knobs if knob.neutral is not None}
        if not neutral:
            return
        outcome = apply(baseline, part.changes(neutral))
        assert (outcome.start_ns == outcome.base_start_ns).all()
        assert (outcome.end_ns == outcome.base_end_ns).all()
        assert outcome.cost_nusd == outcome.cost_before_nusd

    def test_where_nothing_matches_it_says_why_and_changes_nothing(self, part: Perturbation) -> None:
        bare = Baseline.of(drawn(NOTHING))
        why = part.why_not(bare)
        outcome = apply(bare, part.changes(select=Selection(name="not there")))
        assert (outcome.start_ns == outcome.base_start_ns).all()
        assert outcome.delta_ns == 0
        assert why is None or part.looks_for in why
        assert "not there" in (part.why_not(bare, Selection(name="not there")) or "")

    def test_by_default_it_does_something(self, part: Perturbation, baseline: Baseline) -> None:
        assert part.why_not(baseline) is None
        settings = {"to": "small", "time": 0.5} if part.key == "swap_model" else {}
        outcome = apply(baseline, part.changes(settings))
        sequential = part.key in ("concurrency_limit", "serial")
        assert sequential or outcome.delta_ns != 0
        assert in_words(outcome)

    def test_no_effect_comes_before_its_cause_and_the_baseline_stays(self, part: Perturbation, baseline: Baseline) -> None:
        before = (baseline.spans.start.copy(), baseline.full.program.gap.copy(), baseline.full.program.source.copy())
        outcome = apply(baseline, part.changes())
        hit = part.hits(baseline)
        first = int(outcome.base_start_ns[hit].min())
        earlier = np.flatnonzero(outcome.base_end_ns <= first)
        if part.key != "parallel":
            assert (outcome.shift_ns[earlier] == 0).all()
        after = (baseline.spans.start, baseline.full.program.gap, baseline.full.program.source)
        assert all((a == b).all() for a, b in zip(before, after, strict=True))

    def test_undo_restores(self, part: Perturbation, baseline: Baseline) -> None:
        apply(baseline, part.changes())
        outcome = apply(baseline, [])
        assert (outcome.start_ns == outcome.base_start_ns).all()
        assert outcome.total_ns == baseline.total_ns

    def test_it_reads_back_from_text(self, part: Perturbation) -> None:
        settings = tuple((knob.name, knob.default) for knob in part.knobs if knob.unit is not Unit.TEXT)
        rule = WhatIfRule(part, settings, Selection(name="rerank"))
        assert parse_rule(str(rule)) == rule
