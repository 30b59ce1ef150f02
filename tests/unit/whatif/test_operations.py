"""Every operation on a drawing, one thing at a time and combined."""

from __future__ import annotations

import pytest

from tests.helpers.drawn import CELL_NS, at, drawn
from tests.unit.whatif.ask import cells, end, named, outcome_of, shift, start, total
from tracedesk.base.errors import DataError
from tracedesk.model.kinds import Kind
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import (
    Add,
    Limit,
    Parallel,
    Remove,
    Retry,
    Scale,
    Serial,
    SwapModel,
    Timeout,
    change_from_json,
    changes_from_json,
)
from tracedesk.whatif.profile import Profile
from tracedesk.whatif.selection import Selection

SEQUENCE = """
    agent   |--------------------|
      plan   |---|                    kind=llm model=big in=100 out=50 cost=4000
      tool        |-----|             kind=tool env=prod
        http       |---|              kind=http service=shop
      answer             |--|         kind=llm model=big in=200 out=20
"""


def test_add_makes_a_leaf_longer_and_never_negative() -> None:
    assert total(outcome_of(SEQUENCE, Add(named("plan"), 5 * CELL_NS))) == 26
    outcome = outcome_of(SEQUENCE, Add(named("plan"), -100 * CELL_NS))
    assert (total(outcome), end(outcome, "plan") - start(outcome, "plan")) == (17, 0)


def test_add_to_a_span_with_children_is_work_at_its_end() -> None:
    outcome = outcome_of(SEQUENCE, Add(named("tool"), 2 * CELL_NS))
    assert (shift(outcome, "http"), shift(outcome, "answer")) == (0, 2)


def test_a_timeout_cuts_what_is_longer_and_what_it_contains() -> None:
    outcome = outcome_of(SEQUENCE, Timeout(named("tool"), 3 * CELL_NS))
    assert end(outcome, "tool") - start(outcome, "tool") == 3
    assert end(outcome, "http") == end(outcome, "tool")
    assert outcome.status[at(outcome.baseline.trace, "tool")] == 2
    assert total(outcome) == 18
    assert total(outcome_of(SEQUENCE, Timeout(named("plan"), 30 * CELL_NS))) == 21


def test_a_call_that_hangs_lasts_until_the_limit() -> None:
    assert total(outcome_of(SEQUENCE, Timeout(named("tool"), 30 * CELL_NS, hang=True))) == 21 - 6 + 30


@pytest.mark.parametrize(("change", "expected"), [
    (Timeout(named("tool"), 3 * CELL_NS, "retry", retries=2, backoff_ns=CELL_NS), 18 + 2 * 3 + 1 + 2),
    (Timeout(named("tool"), 3 * CELL_NS, "fallback", fallback_ns=4 * CELL_NS), 18 + 4),
    (Timeout(named("tool"), 3 * CELL_NS, "fail"), 9),
    (Timeout(named("http"), 2 * CELL_NS, "fail", up_to="agent"), 9),
    (Timeout(named("http"), 2 * CELL_NS, "fail", up_to="tool"), 21 - 3),
])
def test_what_follows_a_timeout(change: Timeout, expected: int) -> None:
    outcome = outcome_of(SEQUENCE, change)
    assert total(outcome) == expected
    if change.then == "fail" and change.up_to != "tool":
        assert outcome.removed[at(outcome.baseline.trace, "answer")]
    assert outcome.notes


def test_retries_are_drawn_and_billed() -> None:
    outcome = outcome_of(SEQUENCE, Retry(named("plan"), 2, CELL_NS))
    assert total(outcome) == 21 + 2 * 4 + 1 + 2
    assert [(added.why, cells(added.end_ns - added.start_ns)) for added in outcome.added] == [("retry", 4)] * 2
    assert (outcome.cost_before_nusd, outcome.cost_nusd) == (4000, 12000)


def test_observed_back_offs_go_on_doubling() -> None:
    picture = """
        agent   |--------------------|
          call   |---x
          call        |-----|
    """
    outcome = outcome_of(picture, Retry(named("call"), 1))
    assert total(outcome) == 21 + 6 + 2


def test_removing_a_step_removes_what_is_under_it_and_its_cost() -> None:
    outcome = outcome_of(SEQUENCE, Remove(named("tool"), CELL_NS), Remove(named("plan")))
    assert outcome.removed[at(outcome.baseline.trace, "http")]
    assert total(outcome) == 21 - 5 - 4
    assert outcome.cost_nusd == 0


def test_another_model_changes_time_and_money() -> None:
    swap = SwapModel(Selection(kind=Kind.LLM), "small", Profile(CELL_NS, CELL_NS / 100), (1.0, 2.0))
    outcome = outcome_of(SEQUENCE, swap)
    assert cells(outcome.end_ns[1] - outcome.start_ns[1]) == 1.5
    assert outcome.cost_nusd == (100 + 200) * 1000 + (50 + 20) * 2000


def test_speed_and_price_of_another_model_are_asked_for_and_may_be_unknown() -> None:
    swap = SwapModel(Selection(name="plan"), "small")
    baseline = Baseline.of(drawn(SEQUENCE))
    known = apply(baseline, [swap], price=lambda model, into, out: into + out,
                  profile=lambda model: Profile(2.0 * CELL_NS, 0.0, calls=7))
    assert (known.cost_nusd, total(known)) == (150, 21 - 2)
    unknown = apply(baseline, [swap])
    assert (unknown.cost_nusd, unknown.unpriced, total(unknown)) == (None, 1, 21)
    assert any("not known" in note for note in unknown.notes)


def test_calls_in_turn_can_run_side_by_side() -> None:
    picture = """
        agent   |------------------------|
          tool   |---|
          tool        |-----|
          tool               |---|
          answer                  |--|
    """
    assert total(outcome_of(picture, Parallel(named("tool")))) == 25 - 4 - 4 - 1
    assert total(outcome_of(picture, Parallel(named("tool"), 1))) == pytest.approx(25, abs=2)


def test_calls_side_by_side_can_run_in_turn() -> None:
    picture = """
        agent   |------------------|
          tool   |---|
          find   |-----|
          look   |---|
          answer          |--|
    """
    outcome = outcome_of(picture, Serial(Selection(nth=None, under="agent", kind=Kind.OTHER)))
    assert total(outcome) >= 19 + 4 + 4
    chosen = Serial(Selection(span_ids=tuple(bytes([0] * 7 + [n]) for n in (2, 3, 4))))
    assert total(outcome_of(picture, chosen)) == 19 + 4 + 4


def test_a_limit_changes_the_pool_that_is_there_or_makes_one() -> None:
    pooled = """
        agent  |-----------------------------|
          call  |-----|
          call  |---|
          call      |-------|
          call        |-----|
          call              |------|
          call              |---|
          last                      |--|
    """
    assert total(outcome_of(pooled, Limit(named("call"), 6))) == 30 - 19 + 8
    assert total(outcome_of(pooled, Limit(named("call"), 1))) == 30 - 19 + 6 + 4 + 8 + 6 + 7 + 4
    free = """
        agent  |-----------|
          call  |-----|
          call  |---|
          last         |--|
    """
    assert total(outcome_of(free, Limit(named("call"), 1))) == 12 + 4


def test_changes_combine() -> None:
    outcome = outcome_of(SEQUENCE, Scale(named("plan"), 2), Add(named("plan"), CELL_NS), Retry(named("plan"), 1, 0))
    assert total(outcome) == 21 + 4 + 1 + 9


@pytest.mark.parametrize(("selection", "expected"), [
    (Selection(), 5), (Selection(kind=Kind.LLM), 2), (Selection(model="big", name="plan"), 1), (Selection(service="shop"), 1),
    (Selection(under="tool"), 2), (Selection(status="error"), 0), (Selection(status="ok"), 5),
    (Selection(tag=("env", "prod")), 1), (Selection(kind=Kind.LLM, nth=1), 1), (Selection(nth=9), 0),
    (Selection(span_ids=(bytes([0] * 7 + [2]), b"unknown!")), 1), (Selection(name="nothing"), 0),
])
def test_selections(selection: Selection, expected: int) -> None:
    assert int(selection.of(Baseline.of(drawn(SEQUENCE)).spans).sum()) == expected


def test_a_spec_reads_as_the_model_says() -> None:
    assert changes_from_json([
        {"op": "scale", "select": {"kind": "llm"}, "factor": 2},
        {"op": "timeout", "select": {"name": "x"}, "ms": 90, "then": "fail", "up_to": "step"},
        {"op": "retry", "select": {}, "count": 1},
        {"op": "swap_model", "select": {"model": "a"}, "to": "b", "profile": {"ttft_ms": 5, "ms_per_output_token": 1},
         "price": {"in": 0.25, "out": 1.25}},
        {"op": "limit", "select": {"tag.env": "prod"}, "k": 3},
    ]) == [
        Scale(Selection(kind=Kind.LLM), 2.0), Timeout(Selection(name="x"), 90_000_000, "fail", up_to="step"),
        Retry(Selection(), 1), SwapModel(Selection(model="a"), "b", Profile(5e6, 1e6), (0.25, 1.25)),
        Limit(Selection(tag=("env", "prod")), 3)]


@pytest.mark.parametrize("item", [
    {"op": "explode"}, [], {"op": "scale", "select": {}}, {"op": "scale", "select": {}, "factor": -1},
    {"op": "scale", "select": {}, "factor": float("nan")}, {"op": "scale", "select": [], "factor": 2},
    {"op": "scale", "select": {"kind": "dragon"}, "factor": 2}, {"op": "scale", "select": {"colour": "red"}, "factor": 2},
    {"op": "scale", "select": {}, "factor": 2, "speed": 3}, {"op": "timeout", "select": {}, "ms": 5, "then": "panic"},
    {"op": "limit", "select": {}, "k": 0}, {"op": "limit", "select": {}, "k": 1.5}, {"op": "swap_model", "select": {}},
    {"op": "scale", "select": {"span_ids": ["zz"]}, "factor": 2}, {"op": "retry", "select": {}, "count": True},
])
def test_a_wrong_spec_is_explained(item: object) -> None:
    with pytest.raises(DataError) as caught:
        change_from_json(item)
    assert caught.value.message


def test_a_spec_that_is_no_list_is_explained() -> None:
    with pytest.raises(DataError):
        changes_from_json({"changes": 3})
