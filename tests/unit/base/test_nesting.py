"""JSON that is nested deeper than anything that walks it can go is no JSON to us, whichever Python reads it."""

from __future__ import annotations

import json
import sys

import pytest

from tracedesk.base.nesting import MAX_LEVELS, is_deeper, loads
from tracedesk.model.kinds import Kind
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.semconv.read import hot, read
from tracedesk.ui.inspector.format import pretty, short

DEPTHS = (MAX_LEVELS + 1, 500, 900, 990, 1_500, 5_000, 9_000, 100_000)


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + closing * levels


def test_what_is_usual_is_read_with_every_digit() -> None:
    assert loads('{"a": [1, {"b": 123456789012345678901234567890}]}') == {"a": [1, {"b": 123456789012345678901234567890}]}
    assert loads(b'"\\u00e9"') == "é"
    assert json.dumps(loads(nested(MAX_LEVELS))) == nested(MAX_LEVELS)
    flat = "[" + ",".join("[[]]" for _ in range(MAX_LEVELS)) + "]"
    assert loads(flat) == [[[]]] * MAX_LEVELS


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")], ids=["lists", "maps", "both"])
def test_too_deep_is_no_json(levels: int, opening: str, closing: str) -> None:
    text = f"{opening * levels}1{closing * levels}"
    for given in (text, text.encode()):
        with pytest.raises(ValueError, match="nested too deep"):
            loads(given)


def test_depth_is_counted_without_recursion() -> None:
    value: list[object] = []
    for _ in range(10 * sys.getrecursionlimit()):
        value = [value]
    assert is_deeper(value, MAX_LEVELS)
    assert not is_deeper([[1], {"a": 2}], 2)
    assert is_deeper([[1], {"a": 2}], 1)
    assert not is_deeper("text", 0)


@pytest.mark.parametrize("levels", [MAX_LEVELS, *DEPTHS])
def test_no_reader_of_spans_breaks_at_it(levels: int) -> None:
    for text in (nested(levels), nested(levels, '{"messages":[', "]}"), nested(levels, '[{"content":', "}]")):
        attributes = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": text, "input.value": text, "metadata": text,
                      "gen_ai.tool.call.arguments": text, "llm.invocation_parameters": text}
        span = Span(b"\1" * 16, b"\2" * 8, None, "chat", 0, 1, attributes, Resource(), Scope("app"))
        assert (read(span).kind, hot(span).kind) == (Kind.LLM, Kind.LLM)
        assert len(short(text)) <= 300
        assert pretty(text)
