"""What is said about spans: labels, facts, sentences, measured stretches; hostile names included."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.drawn import CELL_NS, T0_NS, at, drawn
from tests.helpers.random_traces import span_row
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import build_trace
from tracedesk.scene.facts import facts, measure, sentence
from tracedesk.scene.text import NAME_CHARS, bar_label, error_word, one_line, second_name, span_name, tokens_text
from tracedesk.scene.turns import turns
from tracedesk.scene.waterfall import Waterfall


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_name_becomes_one_printable_line(text: str) -> None:
    shown = one_line(text)
    assert len(shown) <= NAME_CHARS
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not any("\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" for char in shown)


@pytest.mark.parametrize(("text", "shown"), [
    ("a\nb\tc", "a·b·c"), ("x" * 10_000, "x" * (NAME_CHARS - 1) + "…"), ("\u202eevil\u202c", "evil"), ("مرحبا", "مرحبا"),
    ("👩‍👩‍👧 ok", "👩‍👩‍👧 ok"), (None, ""), ("\x00\x1b[31m", "··[31m"),
])
def test_hostile_names(text: str | None, shown: str) -> None:
    assert one_line(text) == shown


def calls():
    return build_trace([
        span_row(0, None, "agent", 0, 4_000_000_000, kind=Kind.AGENT),
        span_row(1, 0, "chat gpt-4o", 1_000_000_000, 2_158_000_000, kind=Kind.LLM, model="gpt-4o", input_tokens=2_316,
                 output_tokens=78, cost_nusd=4_330_000, cost_status=CostStatus.PRICED, ttft_ns=452_000_000, status=Status.OK,
                 label="plan"),
        span_row(2, 0, "guard", 2_200_000_000, 2_300_000_000, kind=Kind.LLM, model="llama", input_tokens=118, output_tokens=3,
                 cost_status=CostStatus.UNKNOWN_MODEL, label="llama"),
        span_row(3, 0, "rerank", 2_300_000_000, 2_500_000_000, kind=Kind.RERANKER, label="rerank-v3.5 · 20→5"),
        span_row(4, 0, "tool", 2_600_000_000, 3_000_000_000, kind=Kind.TOOL, status=Status.ERROR,
                 error_type="asyncio.TimeoutError", error_message="no answer\nafter 5 s"),
        span_row(5, 0, "embed", 3_100_000_000, 3_200_000_000, kind=Kind.EMBEDDING, input_tokens=14,
                 label="text-embedding-3-small"),
        span_row(6, 0, None, 3_300_000_000, None),
    ])


def test_labels() -> None:
    trace = calls()
    assert [bar_label(trace, i) for i in (1, 3, 5)] == ["2,316→78", "rerank-v3.5 · 20→5", "text-embedding-3-small"]
    assert tokens_text(trace, 5) == "14→?"
    assert [second_name(trace, i) for i in (1, 2, 3)] == ["plan", "", ""]
    assert (error_word(trace, 4), error_word(trace, 3)) == ("TimeoutError", "")
    assert span_name(trace, 6) == "(no name)"


def test_a_guard_with_a_model_says_both() -> None:
    trace = build_trace([span_row(0, None, "guard", 0, 10, kind=Kind.GUARDRAIL, label="llama-guard3:8b", input_tokens=118,
                                  output_tokens=3)])
    assert bar_label(trace, 0) == "llama-guard3:8b · 118→3"


def test_facts_of_a_priced_call() -> None:
    scene = Waterfall(calls())
    said = {fact.label: (fact.value, fact.source) for fact in facts(scene, 1)}
    assert said["Start"] == ("1.00\u202fs", "")
    assert said["Duration"] == ("1.16\u202fs", "")
    assert said["Tokens"] == ("2,316 in · 78 out", "as reported")
    assert said["First token"] == ("452\u202fms", "")
    assert said["Cost"] == ("$0.00433", "price list")
    assert "Slack" not in said, "nobody worked it out"


def test_unknown_is_said_and_never_zero() -> None:
    scene = Waterfall(calls())
    said = {fact.label: fact for fact in facts(scene, 2)}
    assert said["Cost"].value == "unpriced"
    assert said["Cost"].source == "no price for this model"
    assert "Cost" not in {fact.label for fact in facts(scene, 3)}
    running = {fact.label: fact.value for fact in facts(scene, 6)}
    assert "End" not in running
    assert running["Running"].endswith("…")


def test_errors_and_slack() -> None:
    scene = Waterfall(calls())
    scene.set_path([(1, int(scene.start_ns[1]), int(scene.end_ns[1]))])
    scene.slack_ns = scene.trace.self_ns * 0 + 7_000_000
    said = {fact.label: fact for fact in facts(scene, 4)}
    assert (said["Failed"].value, said["Failed"].source) == ("TimeoutError", "no answer·after 5 s")
    assert said["Slack"].value == "7.0\u202fms"
    assert {fact.label: fact.value for fact in facts(scene, 1)}["Slack"] == "none"


def test_a_row_read_aloud() -> None:
    scene = Waterfall(calls())
    scene.set_path([(1, int(scene.start_ns[1]), int(scene.end_ns[1]))])
    assert sentence(scene, 1, "LLM call") == (
        "chat gpt-4o, LLM call, 1.16\u202fs, starts at 1.00\u202fs, ok, 2,394 tokens, 0.00433 dollars, on the critical path, "
        "level 2, 2 of 7")
    assert sentence(scene, 0, "Agent").endswith("on the critical path, open, level 1, 1 of 7")
    assert "failed: TimeoutError" in sentence(scene, 4, "Tool call")
    assert "unpriced" in sentence(scene, 2, "LLM call")
    orphans = Waterfall(build_trace([span_row(1, 77, "lost", 0, 5)]))
    assert sentence(orphans, 0, "") == "no parent, 1 spans, 1 of 2"


def test_measuring_counts_what_is_wholly_inside() -> None:
    trace = drawn("""
        agent   |----------------------|
          one    |----|                   kind=llm  cost=1000
          two          |----|             kind=llm  cost=2000
          three              |-------|    kind=tool
    """)
    scene = Waterfall(trace)
    found = measure(scene, int(scene.end_ns[at(trace, "two")]), int(scene.start_ns[at(trace, "one")]))
    assert (found.spans, found.cost_nusd, found.unpriced) == (2, 3_000, 0)
    assert found.words == "2 spans inside · <$0.0001"
    assert measure(scene, T0_NS, T0_NS + CELL_NS).words == "0 spans inside"
    with_hole = Waterfall(calls())
    assert measure(with_hole, with_hole.t0_ns, with_hole.t1_ns).words == "7 spans inside · ≥ $0.0043"


def test_rounds_of_a_loop_are_numbered() -> None:
    trace = drawn("""
        run        |-----------------------------|
          first       |---|                          as=turn
            deeper     |-|                           as=turn
          between           ||
          second             |----|                  as=turn
          agent                   |------------->
            c1                     |--|              as=execute_event_loop_cycle
            c2                         |-->          as=execute_event_loop_cycle
    """)
    said = {trace.span_ids[span][-1]: words for span, words in turns(trace).items()}
    assert said == {2: "turn 1 of 2", 5: "turn 2 of 2", 7: "cycle 1", 8: "cycle 2"}
    assert turns(calls()) == {}
