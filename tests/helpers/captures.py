"""Holding what `show --json` says about a capture against what the model server really received and answered.

The form of the truth is that of the captures beside a checkout: `llm_calls` with `on_wire` per field ("ok": the dialect carries
it, so it must be right; "absent…": it does not, so it must be unknown), `span_kinds`, `tools` and the totals. Messages are
compared as a sequence of items, because dialects cut the same conversation into messages differently.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from typing import Any

FIELD_OF = {"model_requested": "model.requested", "model_response": "model.response", "finish_reason": "finish_reasons",
            "input.messages": "input.messages", "output.messages": "output.messages", "embedding_inputs": "embedding.inputs"}
PLUMBING = {"chain", "other"}
"""Interchangeable for the inner spans of a framework."""


def spans_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Spans of one or several traces by id."""
    return {span["span_id"]: span for trace in traces_of(document) for span in trace["spans"]}


def traces_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The traces of a document of `show --json`."""
    return document.get("traces") or [document]


def complaints(document: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """What is wrong, in words; empty where everything is right."""
    spans = spans_of(document)
    found = [*_about_kinds(spans, expected), *_about_tools(spans, expected), *_about_totals(document, expected)]
    for call in expected["llm_calls"]:
        span = spans.get(call["span_id"]) if call.get("span_id") else None
        if span is None:
            if call.get("span_id"):
                found.append(f"no span {call['span_id']}")
            continue
        for name, state in call.get("on_wire", {}).items():
            problem = _field(span, call, name, state)
            if problem:
                found.append(f"{span['name']} {span['span_id'][:6]} {name} ({state}): {problem}")
    return found


def _about_kinds(spans: dict[str, dict[str, Any]], expected: dict[str, Any]) -> Iterator[str]:
    if len(spans) != expected["spans"]:
        yield f"{len(spans)} spans, not {expected['spans']}"
    for one in expected["span_kinds"]:
        kind = spans[one["span_id"]]["kind"]
        if kind != one["kind"] and not {kind, one["kind"]} <= PLUMBING:
            yield f"{one['name']} is {kind}, not {one['kind']}"
        status = ("unset", "ok", "error")[one["status"]]
        if spans[one["span_id"]]["status"] != status:
            yield f"{one['name']} has status {spans[one['span_id']]['status']}, not {status}"


def _about_tools(spans: dict[str, dict[str, Any]], expected: dict[str, Any]) -> Iterator[str]:
    for tool in expected["tools"]:
        span = spans[tool["span_id"]]
        fields = span["fields"]
        if fields.get("tool.name") != tool["name"]:
            yield f"tool {tool['name']} is called {fields.get('tool.name')}"
        if fields.get("tool.call_id") != tool["call_id"]:
            yield f"tool {tool['name']} has call id {fields.get('tool.call_id')}, not {tool['call_id']}"
        for field, key in (("tool.args", "args"), ("tool.result", "result")):
            if _loosely(fields.get(field)) != _loosely(None if tool[key] == "None" else tool[key]):
                yield f"tool {tool['name']} {field}: {fields.get(field)!r}, not {tool[key]!r}"
        if (span["status"] == "error" or fields.get("tool.is_error") is True) != tool["error"]:
            yield f"tool {tool['name']}: error is {not tool['error']}"


def _loosely(value: Any) -> Any:
    """A value that may be written as JSON or as Python text."""
    if not isinstance(value, str):
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError):
            continue
    return value


def _about_totals(document: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    traces, spans = traces_of(document), spans_of(document)
    for name, amount in expected["totals_counting_each_call_once"].items():
        by_hand = (spans[span_id]["fields"].get(f"tokens.{name}", 0) for span_id in expected["llm_spans_beyond_truth"])
        wanted = amount + sum(by_hand)
        said = sum(trace["tokens"][name] or 0 for trace in traces)
        added = sum(span["fields"].get(f"tokens.{name}", 0) for trace in traces for span in trace["spans"] if span["counted"])
        if (said, added) != (wanted, wanted):
            yield f"tokens.{name} add up to {said} (header) and {added} (spans), not {wanted}"


def _field(span: dict[str, Any], call: dict[str, Any], name: str, state: str) -> str | None:
    field = FIELD_OF.get(name, name)
    said = span["fields"].get(field)
    if state.startswith("absent"):
        return None if said is None else f"says {said!r}, but it was not sent"
    if state != "ok":
        return None                                      # the emitter itself is wrong: whatever it sent is what there is
    if name == "error":
        return None if span["status"] == "error" or span["fields"].get("error.message") else "shows no error"
    if field not in span["fields"]:
        return "unknown, but it was sent"
    if field not in span["sources"]:
        return "has no source"
    wanted: Any
    if name.startswith("tokens."):
        wanted = call["tokens"][name.removeprefix("tokens.")]
    elif name == "finish_reason":
        said, wanted = said[0], call["finish_reason"]
    elif name.endswith(".messages"):
        wanted = list(_expected_items(call[name.replace(".", "_")]))
        said = list(_items(said))
    else:
        wanted = call[name]
    return None if said == wanted else f"{said!r}, not {wanted!r}"


def _items(messages: Iterable[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """Texts, calls and results in order; texts of one role that follow each other are one."""
    yield from _joined((message["role"], _plain(part)) for message in messages for part in message["parts"])


def _expected_items(messages: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    plain = []
    for role, parts in messages:
        for kind, *rest in parts:
            if kind in ("text", "reasoning"):
                plain.append((role, (kind, rest[0].strip())))
            elif kind == "tool_call":
                plain.append((role, ("call", rest[0], _loosely(rest[1]), rest[2])))
            elif kind == "tool_result":
                plain.append((role, ("result", rest[0], _loosely(rest[1]))))
    yield from _joined(plain)


def _plain(part: dict[str, Any]) -> tuple[Any, ...]:
    if part["type"] in ("text", "reasoning"):
        return part["type"], part["content"].strip()
    if part["type"] == "tool_call":
        return "call", part["name"], _loosely(part["arguments"]), part["id"]
    if part["type"] == "tool_call_response":
        return "result", part["id"], _loosely(part["response"])
    return part["type"], json.dumps(part, sort_keys=True)


def _joined(items: Iterable[tuple[str, tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    text: tuple[str, str] | None = None
    for role, item in items:
        if item[0] == "text" and text is not None and text[0] == role:
            text = (role, f"{text[1]}\n{item[1]}".strip())
            continue
        if text is not None:
            yield "text", *text
        text = (role, item[1]) if item[0] == "text" else None
        if text is None:
            yield item
    if text is not None:
        yield "text", *text
