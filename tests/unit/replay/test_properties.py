"""Laws of every script: each model and tool call exactly once, a true order, sums that add up, and nothing ever raises."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import random_traces
from tests.helpers.stories import bare
from tracedesk.base.errors import TraceDeskError
from tracedesk.cli.replay_json import replay_json, script_of
from tracedesk.cli.target import from_files
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.replay.folding import LONG, Fold, folded
from tracedesk.replay.markdown import markdown
from tracedesk.replay.material import Material
from tracedesk.replay.script import Script, tell
from tracedesk.replay.steps import Act


def check(script: Script) -> None:
    """The laws."""
    for turn, material in zip(script.turns, script.materials, strict=True):
        steps = script.steps[turn.first - 1: turn.last]
        assert [step.n for step in steps] == list(range(turn.first, turn.last + 1))
        kinds = material.trace.kind
        calls = [step.span for step in steps if step.act is not Act.USER and step.span >= 0 and step.span in step.members
                 and kinds[step.span] in (Kind.LLM, Kind.TOOL)]
        assert len(calls) == len(set(calls))
        wanted = {span for span in range(material.trace.n) if kinds[span] in (Kind.LLM, Kind.TOOL)
                  and material.trace.span_ids[span] not in material.counted_on}
        assert wanted <= set(calls) | {member for step in steps for member in step.members if member != step.span}
        for step in steps:
            assert step.title
            assert step.end_ns >= step.start_ns
            assert step.cause is None or turn.first <= step.cause.step <= turn.last
            assert step.cause is None or step.cause.step != step.n
        total = sum(step.own.cost_nusd or 0 for step in steps)
        assert total == (turn.figures.cost_nusd or 0)
    assert sum(len(item.steps) if isinstance(item, Fold) else 1 for item in folded(script)) == len(script.steps)
    assert markdown(script)
    assert len(replay_json(script)["steps"]) == len(script.steps)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 60))
def test_any_tree_of_intervals(seed: int, size: int) -> None:
    """Overlaps, escapes, several roots. Without messages nothing moves a step: the order is that of the starts."""
    script = tell([bare(random_traces.any_trace(seed, size))])
    check(script)
    beside = [step.start_ns for step in script.steps if step.parent < 0 and step.act is not Act.FAILED]
    assert beside == sorted(beside)


KEYS = ("role", "parts", "type", "content", "id", "name", "arguments", "response", "messages", "args", "kwargs", "data", "text")
NAMES = ("input.messages", "output.messages", "tool.name", "tool.args", "tool.result", "tool.call_id", "finish_reasons",
         "retrieval.documents", "rerank.output_documents", "input.value", "output.value", "scores", "agent.name",
         "embedding.inputs", "param.max_tokens", "retrieval.k", "model.requested")
ODD = (None, True, False, 0, -1, 2**70, 1.5, float("nan"), float("-inf"), "", "x", "{", '{"a": [1, {"b": 2}]}', "[" * 999,
       "\x1b[2J\u202e", "\ud800", b"\xff", "unsafe", (), 10**400)


def anything(dice: random.Random, depth: int = 4) -> Any:
    """A value of any shape."""
    choice = dice.randrange(4 if depth else 2)
    if choice < 2:
        return dice.choice(ODD)
    if choice == 2:
        return [anything(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(KEYS): anything(dice, depth - 1) for _ in range(dice.randrange(5))}


def chat(dice: random.Random) -> list[Any]:
    """Messages, most of them in the right shape around any value."""
    def part() -> Any:
        return {"type": dice.choice(["text", "tool_call", "tool_call_response", "refusal"]), "content": anything(dice),
                "id": dice.choice(["a", "b", anything(dice)]), "name": dice.choice(["f", anything(dice)]),
                "arguments": anything(dice), "response": anything(dice)} if dice.random() < 0.8 else anything(dice)

    return [{"role": dice.choice(["user", "assistant", "tool", anything(dice)]),
             "parts": [part() for _ in range(dice.randrange(3))]}
            if dice.random() < 0.9 else anything(dice) for _ in range(dice.randrange(4))]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_hostile_fields(seed: int) -> None:
    """Fields of any type, messages in the right and in the wrong shape, ids and "counted on" that form circles."""
    dice = random.Random(seed)
    trace = random_traces.any_trace(seed, 12)
    trace.kind[:] = [int(dice.choice(list(Kind))) for _ in range(trace.n)]
    values = {index: {name: anything(dice) for name in NAMES if dice.random() < 0.3}
              | {"input.messages": chat(dice), "output.messages": chat(dice), "tool.call_id": dice.choice(["a", "b", None])}
              for index in range(trace.n)}
    material = bare(trace, values)
    others = {trace.span_ids[index]: dice.choice([None, *trace.span_ids]) for index in range(trace.n) if dice.random() < 0.3}
    script = tell([Material(trace, material.rows, material.fields, material.spans, others)])
    assert markdown(script)
    assert replay_json(script)


@pytest.mark.parametrize("make", [random_traces.agent_steps, random_traces.flat, random_traces.deep, random_traces.one_pool])
def test_big_shapes(make: Callable[[int], Trace]) -> None:
    """Loops of hundreds of steps are told whole and folded for reading."""
    script = tell([bare(make(1_500))])
    check(script)
    if len(script.steps) > LONG:
        assert any(isinstance(item, Fold) for item in folded(script))
        assert len(folded(script)) < LONG


def test_several_traces_become_turns_in_the_order_of_their_starts() -> None:
    """Numbers run on through the turns."""
    early, late = random_traces.waves(1), random_traces.any_trace(2)
    late.start_ns += 10**12
    late.end_ns += 10**12
    script = tell([bare(late), bare(early)])
    check(script)
    assert [turn.number for turn in script.turns] == [1, 2]
    assert script.turns[0].start_ns < script.turns[1].start_ns
    assert script.so_far(script.steps[-1]).calls == script.figures.calls


def test_nothing_to_tell() -> None:
    """No trace at all is an empty script, and says so."""
    script = tell([])
    assert "Nothing" in markdown(script)


@pytest.mark.parametrize("folder", ["captures", "samples/otlp", "samples/jaeger", "samples/langfuse", "samples/trail/gaia"])
def test_traces_of_other_people(shared: Path, folder: str) -> None:
    """Whatever the importers can read is told, and keeps the laws."""
    for path in sorted((shared / folder).iterdir()):
        if path.is_dir() or path.stat().st_size > 1_000_000 or path.name.endswith((
                ".truth.json", ".expected.json", ".gz", ".zst")):
            continue
        try:
            targets = from_files([path])
        except TraceDeskError:
            continue
        for target in targets:
            check(script_of([target]))
