"""What is said about an outcome: range and doubts, words, assumptions, ranking, bottlenecks, many traces, pins, rules."""

from __future__ import annotations

import pytest

from tests.helpers.drawn import CELL_NS, at, drawn
from tests.unit.whatif.ask import cells, named, outcome_of, slower, total
from tracedesk.base.errors import BadQuery
from tracedesk.model.kinds import Kind
from tracedesk.model.row import SpanRow
from tracedesk.whatif import bottlenecks
from tracedesk.whatif.apply import apply
from tracedesk.whatif.assumptions import assumptions, causes_of
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Scale
from tracedesk.whatif.doubts import doubts
from tracedesk.whatif.many import over_many
from tracedesk.whatif.profile import fit_profile
from tracedesk.whatif.rule_text import parse_rule
from tracedesk.whatif.words import in_words

OPEN = """
    chat     |-------------------------|
      guard   |-----|                        kind=guardrail
      search  |--------|                     kind=retriever
      answer            |-----------|        kind=llm
"""


def test_two_readings_give_a_range_and_name_the_join() -> None:
    outcome = slower(OPEN, "guard", 4)
    assert outcome.low_ns < outcome.high_ns == outcome.total_ns
    doubt = doubts(outcome)[0]
    trace = outcome.baseline.trace
    assert (trace.name[doubt.causes[0]], trace.name[doubt.effects[0]]) == ("guard", "answer")
    assert doubt.text.startswith("if answer waits for guard: ")
    assert (doubt.if_waits_ns, doubt.if_not_ns) == (outcome.high_ns, outcome.low_ns)


def test_no_doubt_no_range() -> None:
    outcome = slower(OPEN, "answer", 4)
    assert outcome.low_ns == outcome.high_ns == outcome.total_ns
    assert doubts(outcome) == []


@pytest.mark.parametrize("waits", [True, False])
def test_a_pin_settles_a_doubt(waits: bool) -> None:
    trace = drawn(OPEN)
    open_range = apply(Baseline.of(trace), [Scale(named("guard"), 4)])
    pin = (trace.span_ids[at(trace, "guard")], trace.span_ids[at(trace, "answer")], waits)
    outcome = apply(Baseline.of(trace, pins=[pin]), [Scale(named("guard"), 4)])
    assert outcome.low_ns == outcome.high_ns == (open_range.high_ns if waits else open_range.low_ns)


def test_a_pinned_edge_between_cousins_holds() -> None:
    trace = drawn("""
        agent   |--------------------|
          left   |--------|
            a     |-----|
          right          |-------|
            b             |----|
    """)
    free = apply(Baseline.of(trace), [Scale(named("left"), 1)])
    pinned = Baseline.of(trace, pins=[(trace.span_ids[at(trace, "a")], trace.span_ids[at(trace, "b")], True)])
    outcome = apply(pinned, [Scale(named("a"), 4)])
    assert outcome.start_ns[at(trace, "b")] >= outcome.end_ns[at(trace, "a")]
    assert total(free) == 21
    assert pinned.replay_error_ns == 0


def test_the_story_is_told_as_it_happened() -> None:
    outcome = slower("""
        refund      |-----------------------------------------|
          load         |--|                                         kind=db
          retrieve     |-----------|                                kind=chain
            search      |---|                                       kind=retriever
            rerank          |-----|                                 kind=reranker
          plan                      |-------|                       kind=llm cost=5000
          reply                              |-------|              kind=llm
    """, "rerank", 4)
    words = in_words(outcome, budget_ns=50 * CELL_NS)
    assert words.startswith("rerank went from 60 ms to 240 ms. retrieve cannot end before rerank does, so plan and ".replace(
        " ms", "\u202fms"))
    assert "The request now misses its 500\u202fms budget by" in words
    assert "costs" not in words


def test_nothing_hit_is_said() -> None:
    assert in_words(slower(OPEN, "nothing", 3)) == "Nothing in this trace is affected, so nothing changes."


def test_assumptions_name_edges_repairs_and_rules() -> None:
    baseline = Baseline.of(drawn("""
        agent    |----------------------------|
          call    |---x                            as=lookup
          again         |---|                      as=lookup
          log                |---------------------------|
          last                   |--->
    """))
    found = {(item.kind, item.text) for item in assumptions(baseline)}
    kinds = {kind for kind, _ in found}
    assert {"retry", "unwaited", "repair"} <= kinds
    assert ("unwaited", "nobody waits for log") in found
    again = at(baseline.trace, "lookup", 1)
    assert [item.cause for item in causes_of(baseline, again)] == [at(baseline.trace, "lookup", 0)]


def test_ranking_knows_what_faster_would_save() -> None:
    outcome = slower("""
        agent  |--------------|
          a     |---|
          b     |------|
          c             |---|
    """, "a", 1.7)
    ranked = outcome.ranking()
    assert [outcome.baseline.trace.name[item.span] for item in ranked] == ["b", "agent", "c"]
    assert ranked[0].sensitivity == pytest.approx(2 / 7, abs=0.5)
    assert ranked[2].saved_ns == pytest.approx(0.4 * CELL_NS)


def test_bottlenecks_are_ranked_by_what_halving_saves() -> None:
    baseline = Baseline.of(drawn("""
        agent   |----------------------|
          a      |------------|              kind=tool
          b      |-----------|               kind=llm
          c                    |-----|       kind=db
    """))
    assert [item.label for item in bottlenecks.by_name(baseline)][:2] == ["c", "a"]
    assert bottlenecks.by_kind(baseline)[0].label == "db"


def test_many_traces_at_once() -> None:
    traces = [drawn(OPEN), drawn(OPEN.replace("answer            |-----------|", "answer            |----------------|")
                                 .replace("chat     |-------------------------|", "chat     |------------------------------|"))]
    found = over_many(traces, [Scale(named("answer"), 2)], budget_ns=32 * CELL_NS)
    assert (cells(found.before.p50_ns), cells(found.after.p99_ns)) in ((26, 48), (31, 48))
    assert (found.before.misses, found.after.misses, found.touched) == (0, 2, 2)
    edges, before, after = found.histogram(4)
    assert (len(edges), sum(before), sum(after)) == (5, 2, 2)
    assert over_many([], []).before.p50_ns == 0


def test_a_profile_is_fitted_only_as_far_as_the_calls_allow() -> None:
    def calls(*pairs: tuple[int, float], ttft: int | None = None) -> list[SpanRow]:
        return [SpanRow(b"t" * 16, bytes([n] * 8), None, "chat", "app", 0, int(ms * 1e6), kind=Kind.LLM, input_tokens=100,
                        output_tokens=tokens, ttft_ns=ttft) for n, (tokens, ms) in enumerate(pairs, 1)]

    exact = fit_profile(calls(*[(tokens, 50 + 2 * tokens) for tokens in (10, 40, 80, 120, 200)]))
    assert exact is not None
    assert (exact.ttft_ns, exact.ns_per_output_token) == (pytest.approx(50e6), pytest.approx(2e6))
    few = fit_profile(calls((10, 100), (20, 300)))
    assert few is not None
    assert few.ns_per_output_token == 0
    falling = fit_profile(calls(*[(tokens, 500 - tokens) for tokens in (10, 40, 80, 120, 200)]))
    assert falling is not None
    assert falling.ns_per_output_token == 0 <= falling.ttft_ns
    streamed = fit_profile(calls((100, 150), (50, 100), ttft=50_000_000))
    assert streamed is not None
    assert (streamed.ttft_ns, streamed.ns_per_output_token) == (50e6, pytest.approx(1e6))
    assert fit_profile([]) is None


@pytest.mark.parametrize("text", [
    "slow_rerank:factor=3", "slow_rerank", "tool_timeout:at=5s@name=search_orders",
    "tool_timeout:at=1500ms,then=retry,retries=2@service=shop&status=ok", "extra_retry:count=2,backoff=250ms",
    "swap_model:to=gpt-4o-mini,time=0.6@model=gpt-4o", "slow_anything:factor=2.5@under=retrieve context&nth=1",
    "removed@span_ids=00000000000000aa,00000000000000ab", "concurrency_limit:places=3@tag.env=prod", "cache_hit@kind=llm",
])
def test_rules_read_back_as_they_were_written(text: str) -> None:
    rule = parse_rule(text)
    assert parse_rule(str(rule)) == rule
    assert rule.changes()


def test_the_examples_of_the_command_line() -> None:
    rule = parse_rule("tool_timeout:at=5s@name=search_orders")
    assert rule.changes()[0].select.name == "search_orders"
    assert parse_rule("slow_rerank:factor=×3").changes() == parse_rule("slow_rerank:factor=3").changes()


@pytest.mark.parametrize(("text", "start", "end"), [
    ("slow_reranks:factor=3", 0, 12), ("slow_rerank:speed=3", 12, 19), ("slow_rerank:factor=fast", 12, 23),
    ("slow_rerank:factor=1e9", 12, 22), ("tool_timeout:at=5", 13, 17), ("slow_rerank@colour=red", 12, 22),
    ("slow_rerank@name", 12, 16), ("slow_rerank:factor", 12, 18), ("extra_retry:count=1.5", 12, 21),
    ("tool_timeout:then=panic", 13, 23), ("slow_llm@name=a&kind=dragon", 16, 27),
])
def test_a_wrong_rule_points_at_the_word(text: str, start: int, end: int) -> None:
    with pytest.raises(BadQuery) as caught:
        parse_rule(text)
    assert (caught.value.start, caught.value.end) == (start, end)


def test_an_untouched_outcome_is_the_recorded_trace() -> None:
    outcome = outcome_of(OPEN)
    assert (outcome.delta_ns, outcome.path) == (0, outcome.path_before)
