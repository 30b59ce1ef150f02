"""The conversation of the mock-ups reads as in the picture, from its spans alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.stories import lines
from tracedesk.base.paths import resources
from tracedesk.cli.replay_json import replay_json, script_of
from tracedesk.cli.target import from_files
from tracedesk.replay.markdown import markdown
from tracedesk.replay.script import Script

GOLDEN = Path(__file__).parents[2] / "golden" / "replay"


@pytest.fixture(scope="module")
def bot():
    """All traces of the sample."""
    return from_files([resources() / "samples" / "refund_bot.otlp.json"])


def session(bot, session_id: str) -> Script:
    """The traces of one session, told."""
    return script_of([target for target in bot if any(row.session_id == session_id for row in target.rows)])


def one(bot, prefix: str) -> Script:
    """One trace, told."""
    return script_of([target for target in bot if target.trace.trace_id.hex().startswith(prefix)])


def test_the_refund_conversation(bot) -> None:
    """Eleven steps over two turns, with the titles of the picture."""
    script = session(bot, "s-7d41")
    assert lines(script) == [
        "User / “Help with my refund”",
        "Checked the input / input_guard passed",
        "Decided the route / refund_agent, 0.97 sure",
        "Retrieved context / 20 found, 5 kept after rerank",
        "Model chose a tool / chat gpt-4o, calls search_orders",
        "Called search_orders / user-4821, 5 orders came back",
        "Model replied / “I found 5 orders on your account. Which order would you lik…”",
        "User / “the latest”",
        "Model chose a tool / chat gpt-4o, calls get_order",
        "Called get_order / last, ORD-90417",
        "Model replied / “I can refund $64.90 for the kettle, ORD-90417. Shall I star…”",
    ]
    assert [turn.duration_ns for turn in script.turns] == [4_200_000_000, 3_060_000_000]
    assert script.work_ns == 7_260_000_000
    assert script.pause_ns(script.turns[1]) == 20_000_000_000


def test_figures_at_the_step_of_the_picture(bot) -> None:
    """Step 6: 2.96 s, ≥ $0.0068 of ≥ $0.0112, 1,974 tokens in and 27 out."""
    script = session(bot, "s-7d41")
    step = script.steps[5]
    assert script.elapsed_ns(step) == 2_960_000_000
    assert (step.so_far.cost_nusd, step.so_far.unpriced) == (6_845_280, 1)
    assert (step.so_far.input_tokens, step.so_far.output_tokens) == (1974, 27)
    assert round(script.turns[0].figures.cost_nusd or 0, -5) == 11_200_000
    assert (step.duration_ns, str(step.cause)) == (
        238_000_000, "in step 5 chat gpt-4o finished with tool_calls and asked for it")
    assert [str(link) for link in step.led_to] == ["in step 7 chat gpt-4o reads the 5 orders and replies"]
    assert script.state_after(6) == {"messages": "4", "guard.input": "pass", "route": "refund_agent", "context": "5 documents",
                                     "customer": "1 row", "orders": "5 rows"}
    assert [text for _, text, _ in script.seen(6)] == ["Help with my refund"]


def test_checks_that_only_wave_through_are_told_along(bot) -> None:
    """The guard on the answer is told with the answer; one that passed in turn 1 is not told again in turn 2."""
    script = session(bot, "s-7d41")
    assert [aside.text for aside in script.steps[6].asides] == ["output_guard passed"]
    assert [aside.text for aside in script.steps[7].asides] == ["input_guard passed"]
    alone = one(bot, "d3580f1c")
    assert lines(alone)[1] == "Checked the input / input_guard passed"


@pytest.mark.parametrize(("prefix", "name"), [("3f7d20ac", "tool_timeout"), ("b21e9c77", "retried"), ("c60b71e3", "blocked"),
                                              ("e07a4d19", "running"), ("0c9e55d2", "faq")])
def test_other_stories(bot, prefix: str, name: str, request: pytest.FixtureRequest) -> None:
    """Failure, retry, refusal, unfinished: as written in the golden files."""
    assert markdown(one(bot, prefix)) == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


def test_json_keeps_the_contract(bot) -> None:
    """The keys of CLI.md are always there; sums never fall from step to step, though turns begin anew."""
    document = replay_json(session(bot, "s-7d41"))
    keys = {"n", "time_ns", "kind", "title", "detail", "span_id", "elapsed_ns", "cost_nano_usd", "tokens", "problem"}
    assert all(keys <= set(step) for step in document["steps"])
    for name in ("time_ns", "elapsed_ns", "cost_nano_usd", "tokens"):
        known = [step[name] for step in document["steps"] if step[name] is not None]
        assert known == sorted(known)
    assert document["steps"][0]["cost_nano_usd"] is None
    assert document["steps"][-1]["tokens"] == sum(turn["tokens"] for turn in document["turns"])
