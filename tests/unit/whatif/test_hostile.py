"""Traces that are wrong, enormous or absurd: an answer or a clear sentence, never an exception or a hang."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.drawn import CELL_NS, at, drawn
from tests.helpers.random_traces import MS, deep, flat, one_pool, span_row, workers
from tests.unit.whatif.ask import named, slower
from tracedesk.model.trace import build_trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.assumptions import assumptions
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Scale, Timeout
from tracedesk.whatif.critical_path import critical_path
from tracedesk.whatif.selection import Selection
from tracedesk.whatif.slack import slack


def answers(trace, name: str = "call3") -> None:
    baseline = Baseline.of(trace)
    outcome = apply(baseline, [Scale(named(name), 2), Timeout(Selection(nth=1), 5 * MS)])
    assert (outcome.end_ns >= outcome.start_ns).all()
    assert sum(piece.end_ns - piece.start_ns for piece in critical_path(baseline)) == baseline.total_ns
    assert len(slack(baseline)) == trace.n
    assert outcome.low_ns <= outcome.high_ns


def test_one_span() -> None:
    answers(build_trace([span_row(0, None, "call3", 0, 5 * MS)]))


def test_one_span_of_no_length() -> None:
    answers(build_trace([span_row(0, None, "call3", 0, 0)]))


def test_everything_at_the_same_instant() -> None:
    answers(build_trace([span_row(0, None, "root", 0, 0), *(span_row(n, 0, "call3", 0, 0) for n in range(1, 20))]))


def test_orphans_cycles_and_several_roots() -> None:
    rows = [span_row(0, 1, "a", 0, 9 * MS), span_row(1, 0, "b", 1 * MS, 8 * MS), span_row(2, 77, "call3", 2 * MS, 5 * MS),
            span_row(3, 3, "self", 4 * MS, 9 * MS), span_row(4, None, "late", 40 * MS, 50 * MS)]
    trace = build_trace(rows)
    answers(trace)
    assert {item.kind for item in assumptions(Baseline.of(trace))} >= {"repair"}


def test_ends_before_starts_and_unfinished_spans() -> None:
    answers(build_trace([span_row(0, None, "root", 0, None), span_row(1, 0, "call3", 9 * MS, 3 * MS),
                         span_row(2, 0, "open", 10 * MS, None)]))


def test_times_at_the_edges_of_64_bits() -> None:
    rows = [span_row(0, None, "root", 0, 0)._replace(start_ns=0, end_ns=2**63 - 1),
            span_row(1, 0, "call3", 0, 0)._replace(start_ns=0, end_ns=2**62)]
    trace = build_trace(rows)
    baseline = Baseline.of(trace)
    assert apply(baseline, []).total_ns == baseline.total_ns == 2**63 - 1


def test_a_child_that_outlives_its_parent_by_years() -> None:
    answers(build_trace([span_row(0, None, "root", 0, 5 * MS), span_row(1, 0, "call3", 1 * MS, 10**17)]))


def test_a_wrong_clock_is_put_right_per_service() -> None:
    picture = """
        gateway    |-----------------------|                        service=front
          rpc        |--------|                                     service=front
            serve                            |----|                 service=search
              query                           |--|                  service=search
          answer                |---|                               service=front
    """
    trace = drawn(picture)
    fixed = Baseline.of(trace)
    assert fixed.spans.clock_offset_ns == {"search": -22 * CELL_NS}
    assert any(item.kind == "repair" and "clock" in item.text for item in assumptions(fixed))
    outcome = apply(fixed, [Scale(named("query"), 2)])
    assert outcome.shift_ns[at(trace, "answer")] == 3 * CELL_NS
    assert Baseline.of(trace, fix_skew=False).spans.clock_offset_ns == {}


def test_one_service_is_never_shifted() -> None:
    trace = drawn("""
        root    |------|
          a                 |---|
    """)
    assert Baseline.of(trace).spans.clock_offset_ns == {}


def test_where_the_replay_fails_order_alone_is_used_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from tracedesk.whatif import infer
    from tracedesk.whatif.program import Constraint, Point, Rule

    def wrong(program) -> None:
        program.constraints.append(Constraint(Rule.ESCAPED, 1, Point.END, 0, Point.END, 900 * MS))

    monkeypatch.setattr(infer, "add_escaped", wrong)
    baseline = Baseline.of(drawn("""
        root  |------|
          a    |---|
    """))
    assert baseline.full.structure_only
    assert baseline.replay_error_ns == 0
    assert "order of its spans alone" in (baseline.warning or "")
    assert apply(baseline, [Scale(named("a"), 2)]).structure_only


def test_depth_100_000() -> None:
    answers(deep(100_000))


@pytest.mark.parametrize("make", [flat, one_pool, workers])
def test_tens_of_thousands_of_spans_in_every_shape(make) -> None:
    answers(make(20_000), "call")


def test_while_a_slider_is_dragged_a_heavy_trace_answers_coarsely() -> None:
    baseline = Baseline.of(workers(20_000))
    assert baseline.is_heavy
    assert not Baseline.of(flat(20_000)).is_heavy
    change = [Scale(named("gen"), 1.5)]
    coarse, exact = apply(baseline, change, coarse=True), apply(baseline, change)
    assert coarse.structure_only
    assert not exact.structure_only
    assert coarse.total_ns > baseline.total_ns
    assert apply(baseline, [], coarse=True).total_ns == baseline.total_ns


def test_thousands_of_failed_siblings() -> None:
    rows = [span_row(0, None, "root", 0, 10_000 * MS)]
    rows += [span_row(n, 0, "call3", n * MS, n * MS + MS // 2, status=2) for n in range(1, 5000)]
    answers(build_trace(rows))


def test_a_factor_of_nothing_is_allowed() -> None:
    outcome = slower("""
        root  |------|
          a    |---|
    """, "root", 0)
    assert outcome.total_ns == 0
    assert np.all(outcome.end_ns == outcome.start_ns)
