"""The canonical fields and what each may hold. A dialect names attributes; the field decides how a value is read.

A form takes any attribute value and gives the field's value, or None where the attribute does not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tracedesk.semconv import aliases, documents, values
from tracedesk.semconv.messages import chat, exchange

Form = Callable[[Any], Any]


def _input(value: Any) -> Any:
    return exchange(value, "user")


def _output(value: Any) -> Any:
    return exchange(value, "assistant")


def chat_input(value: Any) -> Any:
    """Input of an attribute that holds a chat or the user's plain text."""
    return chat(value, "user")


def chat_output(value: Any) -> Any:
    """Output of an attribute that holds a chat or the assistant's plain text."""
    return chat(value, "assistant")


_ROLE_LINE = re.compile(r"^(system|developer|user|assistant|tool|human|ai|model): ", re.MULTILINE)


def role_lines(value: Any) -> Any:
    """Input that is a chat, a whole request, plain text, or a conversation in lines `role: text` (OpenLIT)."""
    if isinstance(value, str) and _ROLE_LINE.match(value):
        cuts = [found.start() for found in _ROLE_LINE.finditer(value)] + [len(value)]
        turns = [value[a:b].partition(": ") for a, b in pairwise(cuts)]
        return chat([{"role": name, "content": said.strip("\n")} for name, _, said in turns], "user")
    return exchange(value, "user")


def milliseconds(value: Any) -> float | None:
    """A waiting time given in milliseconds, in seconds."""
    found = values.seconds(value)
    return None if found is None else found / 1000


def levels(table: dict[int, str]) -> Form:
    """The name of a numeric severity: the highest one that is not above it."""
    def form(value: Any) -> str | None:
        number = values.integer(value)
        if number is None:
            return None
        return next((name for least, name in sorted(table.items(), reverse=True) if number >= least), None)

    return form


def system(value: Any) -> Any:
    """The system prompt: a text, or parts where it has several or other than text."""
    found = values.structure(value)
    if found is None:
        return values.text(value)
    messages = exchange(found, "system") or []
    pieces = [part for message in messages for part in message["parts"]]
    if pieces and all(part.get("type") == "text" for part in pieces):
        return "\n".join(part["content"] for part in pieces)
    return pieces or (value if isinstance(value, str) else None)


def error_type(value: Any) -> str | None:
    """The type of an error; JavaScript's `undefined` is none (Azure's inference SDK), Python's text of a class is its name
    (Semantic Kernel 1.22)."""
    name = values.text(value)
    if name is not None and name.startswith("<class '") and name.endswith("'>"):
        name = name[8:-2]
    return None if name == "undefined" else name


def any_number(value: Any) -> float | int | None:
    """A number, whole where it is whole (top_k)."""
    number = values.real(value)
    return int(number) if number is not None and number.is_integer() else number


_PARAMETER = "code.function.parameters."


def arguments(value: Any) -> Any:
    """Arguments of a tool. OpenTelemetry for Google's client writes the type of each beside its value."""
    found = tool_value(value)
    if isinstance(found, dict) and found and str(next(iter(found))).startswith(_PARAMETER):
        return called_with({str(name).removeprefix(_PARAMETER): said for name, said in found.items()})
    return found


def called_with(said: Any) -> dict[str, Any] | None:
    """{name: value} of {"name.type": ..., "name.value": ...}."""
    if not isinstance(said, dict):
        return None
    return {name.removesuffix(".value"): value for name, value in said.items() if name.endswith(".value")} or None


def response_id(value: Any) -> str | None:
    """The id of an answer. OpenAI Agents gives every answer of chat completions the same (agents/models/fake_id.py)."""
    found = values.text(value)
    return None if found == "__fake_id__" else found


def output_type(value: Any) -> str | None:
    """`json_schema` of a text or of OpenAI's response_format object."""
    found = values.structure(value)
    return values.text(found.get("type")) if isinstance(found, dict) else values.text(value)


_EMPTY: dict[str, Any] = {"{}": {}, "[]": []}


def tool_value(value: Any) -> Any:
    """What a tool was given or gave back, where an empty map or list says that there was nothing: no arguments, no hits."""
    found = values.json_value(value)
    if found is None and isinstance(value, str):
        return _EMPTY.get(value.strip())
    return value if found is None and isinstance(value, dict | list) else found


FORMS: dict[str, Form] = {
    **dict.fromkeys((
        "operation", "display_name", "model.requested", "model.response", "provider.endpoint", "api.type", "service_tier",
        "param.reasoning_effort", "param.end_user", "input.mime", "output.mime",
        "tool.name", "tool.call_id", "tool.description", "tool.type", "retrieval.source", "rerank.query", "rerank.model",
        "user.id", "session.id", "prompt.name", "prompt.id", "prompt.version", "prompt.template", "environment", "release",
        "project", "agent.name", "agent.id", "agent.description", "agent.version", "workflow.name", "graph.node_id",
        "graph.parent_id", "mcp.method", "mcp.session_id", "mcp.resource_uri", "error.message", "error.stack",
        "level",
    ), values.text),
    "error.type": error_type,
    "provider": aliases.provider,
    "response.id": response_id,
    "finish_reasons": aliases.finish_reasons,
    **dict.fromkeys(("param.temperature", "param.top_p", "param.presence_penalty", "param.frequency_penalty",
                     "param.repetition_penalty"), values.real),
    "param.top_k": any_number,
    **dict.fromkeys((
        "param.max_tokens", "param.n", "retrieval.k", "rerank.top_k", "embedding.dimensions", "tokens.input", "tokens.output",
        "tokens.total", "tokens.cache_read", "tokens.cache_write", "tokens.cache_write_1h", "tokens.reasoning",
        "tokens.input_audio", "tokens.output_audio", "tokens.input_image", "tokens.output_image", "tokens.input_text",
        "tokens.output_text",
    ), values.count),
    "param.seed": values.integer,
    **dict.fromkeys(("param.stream", "tool.is_error"), values.flag),
    **dict.fromkeys(("param.stop", "param.encoding_formats", "tags"), values.strings),
    "param.output_type": output_type,
    **dict.fromkeys(("param.tool_choice", "input.value", "output.value", "tool.schema"), values.json_value),
    "tool.args": arguments,
    "tool.result": tool_value,
    **dict.fromkeys(("param.all", "cost.details", "metadata", "prompt.variables", "experiment", "feature_flags"),
                    values.mapping),
    **dict.fromkeys(("cost.input", "cost.output", "cost.total"), values.usd),
    "ttft_s": values.seconds,
    "first_token_time": values.instant,
    "input.messages": _input,
    "output.messages": _output,
    "system": system,
    "tools": documents.tools,
    "retrieval.query": values.text,
    **dict.fromkeys(("retrieval.documents", "rerank.input_documents", "rerank.output_documents"), documents.documents),
    "embedding.inputs": documents.embedding_inputs,
    "embedding.vectors": documents.embedding_vectors,
    "scores": documents.scores,
}
"""Every canonical field but `kind`."""

MERGED = frozenset({"metadata", "experiment", "feature_flags", "cost.details", "scores", "param.all"})
"""Fields that collect what every candidate says, where others take the first that says anything."""

HOT = frozenset({
    "operation", "display_name", "model.requested", "model.response", "provider", "provider.endpoint", "service_tier",
    "response.id", "tokens.input", "tokens.output", "tokens.total", "tokens.cache_read", "tokens.cache_write",
    "tokens.cache_write_1h", "tokens.reasoning", "tokens.input_audio", "tokens.output_audio", "tokens.input_image",
    "tokens.output_image", "cost.total", "ttft_s", "first_token_time", "user.id", "session.id", "tags", "prompt.version",
    "prompt.name", "environment", "release", "experiment", "feature_flags", "agent.name", "workflow.name", "tool.name",
    "tool.is_error", "retrieval.k", "rerank.top_k", "rerank.model", "error.type", "error.message", "mcp.method",
    "scores",
})
"""What a SpanRow is made of. Content (messages, arguments, documents) is added as text for search and the title."""

CONTENT = ("system", "input.messages", "output.messages", "input.value", "output.value", "tool.args", "tool.result",
           "retrieval.query", "retrieval.documents", "rerank.query", "rerank.output_documents", "embedding.inputs")
"""Fields whose text can be searched, in the order in which it is kept."""
