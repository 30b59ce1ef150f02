"""A store with one long agent loop as its SDK would send it: a model asks for three tools, they run, and so on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracedesk.ingest.stages import prepare_all
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv.counting import not_counted
from tracedesk.store.connect import open_store

LOOP = b"\x10" * 16
"""The trace."""
START_NS, STEP_NS, TOOLS = 1_760_000_000_000_000_000, 1_000_000, 3


def write_loop(path: Path, size: int) -> Path:
    """Write a loop of so many spans into a new store; gives its path."""
    book = PriceBook()
    with open_store(path, role="write") as store:
        writer = store.writer(not_counted)
        writer.write(prepare_all(writer.gather(list(_spans(size)), []), book), [])
        writer.settle()
    return path


def _spans(size: int) -> Iterator[Span]:
    resource, scope = Resource({"service.name": "bot"}), Scope("loop")
    yield Span(LOOP, _id(1), None, "agent", START_NS, START_NS + size * STEP_NS,
               {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "agent"}, resource, scope)
    for number in range(2, size + 1):
        turn, place = divmod(number - 2, TOOLS + 1)
        name, attributes = _model(turn) if not place else _tool(turn, place - 1)
        start_ns = START_NS + number * STEP_NS
        yield Span(LOOP, _id(number), _id(1), name, start_ns, start_ns + STEP_NS * 9 // 10, attributes, resource, scope)


def _id(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _model(turn: int) -> tuple[str, dict[str, Any]]:
    asked = {"role": "user", "parts": [{"type": "text", "content": f"step {turn} " + 300 * "x"}]}
    calls = [{"type": "tool_call", "id": f"c{turn}.{nth}", "name": f"tool{nth}", "arguments": {"n": turn}}
             for nth in range(TOOLS)]
    return "chat", {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
        "gen_ai.input.messages": json.dumps([asked]),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": calls, "finish_reason": "tool_calls"}])}


def _tool(turn: int, nth: int) -> tuple[str, dict[str, Any]]:
    return f"execute_tool tool{nth}", {
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": f"tool{nth}", "gen_ai.tool.call.id": f"c{turn}.{nth}",
        "gen_ai.tool.call.arguments": '{"n": 1}', "gen_ai.tool.call.result": "[1, 2]"}
