"""Datadog LLM Observability: what its intake API takes and what its export API gives.

Ids are decimals in text (in the export API sometimes hex), `parent_id` is "undefined" at a root. Content is mapped to the
GenAI attributes of OpenTelemetry; everything else stays under `datadog.`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, STATUS_OK, Making, Unreadable
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, json_text, mapping, sequence, text
from tracedesk.model.batch import SpanBatch

OPERATIONS = {"llm": "chat", "embedding": "embeddings", "tool": "execute_tool", "agent": "invoke_agent",
              "retrieval": "retrieval", "workflow": "invoke_workflow", "task": "invoke_workflow"}
TOKENS = {"input_tokens": "gen_ai.usage.input_tokens", "output_tokens": "gen_ai.usage.output_tokens",
          "total_tokens": "gen_ai.usage.total_tokens", "cache_read_input_tokens": "gen_ai.usage.cache_read.input_tokens",
          "cache_write_input_tokens": "gen_ai.usage.cache_creation.input_tokens",
          "reasoning_output_tokens": "gen_ai.usage.reasoning.output_tokens"}
PARAMETERS = {"temperature": "gen_ai.request.temperature", "top_p": "gen_ai.request.top_p",
              "max_tokens": "gen_ai.request.max_tokens", "model_name": "gen_ai.request.model",
              "model_provider": "gen_ai.provider.name"}


def sniff(glance: Glance) -> Sniff:
    """`data.attributes.spans`, or pages of `data` with `start_ns` in their attributes."""
    data = at(glance.document, "data")
    spans = at(data, "attributes", "spans")
    if isinstance(spans, list) and any("start_ns" in mapping(one) for one in spans[:3]):
        return Sniff(0.95, "the member data.attributes.spans with start_ns")
    if isinstance(data, list) and any("start_ns" in mapping(at(one, "attributes")) for one in data[:3]):
        return Sniff(0.95, "items of data whose attributes have start_ns")
    return NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The spans of every request or page in the file."""
    making = Making(report, scope="datadog.llmobs")
    for value, where in records(source, report, keep=("spans", "data", "")):
        for document in value if isinstance(value, list) else [value]:
            for span, around, place in _spans(document):
                with making.record(f"{where} {place}".strip()):
                    _span(span, around, making)
                yield from making.full()
    yield from making.rest()


def _spans(document: Any) -> Iterator[tuple[Any, dict[str, Any], str]]:
    """(span, what stands around it, place)."""
    data = at(document, "data")
    if isinstance(data, list):
        for number, one in enumerate(data, 1):
            inner = mapping(at(one, "attributes"))
            if isinstance(inner.get("spans"), list):
                yield from _spans({"data": one})
            else:
                yield inner, inner, f"data[{number:,}]"
        return
    around = mapping(at(data, "attributes"))
    for number, one in enumerate(sequence(around.get("spans")), 1):
        yield one, around, f"spans[{number:,}]"


def _span(span: Any, around: dict[str, Any], making: Making) -> None:
    if not isinstance(span, dict):
        raise Unreadable("a record is not a span")
    meta = {**mapping(span.get("meta"))}
    for name in ("input", "output", "metadata", "error"):
        meta.setdefault(name, span.get(name))
    kind = text(meta.get("kind") or at(meta, "span", "kind") or span.get("span_kind"))
    start, length = duration_ns(span.get("start_ns"), "ns"), duration_ns(span.get("duration"), "ns")
    failed = text(span.get("status")) == "error"
    said = mapping(meta.get("error"))
    tags = [tag for tag in (*sequence(around.get("tags")), *sequence(span.get("tags"))) if isinstance(tag, str)]
    made = {**_content(meta, kind), **_figures(span, meta)}
    made |= {
        "gen_ai.operation.name": OPERATIONS.get(kind or ""), "datadog.kind": kind,
        "gen_ai.conversation.id": text(span.get("session_id") or around.get("session_id")),
        "datadog.ml_app": text(span.get("ml_app") or around.get("ml_app")), "datadog.tags": list(dict.fromkeys(tags)) or None,
        "datadog.status": text(span.get("status")), "error.type": text(said.get("type")),
        "exception.message": text(said.get("message")), "exception.stacktrace": text(said.get("stack"))}
    making.span(
        trace=_id(span.get("trace_id")), span=_id(span.get("span_id")), parent=_id(span.get("parent_id")),
        name=text(span.get("name")), start_ns=start, end_ns=None if start is None or length is None else start + length,
        attributes=made, resource=making.resource(_resource(tags, text(span.get("ml_app") or around.get("ml_app")))),
        status=STATUS_ERROR if failed else STATUS_OK if text(span.get("status")) == "ok" else 0,
        status_message=text(said.get("message")))


def _id(value: Any) -> str | None:
    """Hex of an id: decimals of 64 bits (128 where longer), other text as it is."""
    found = text(value)
    if found and found.isascii() and found.isdigit() and len(found) <= 39 and len(found) != 32:
        return f"{int(found):016x}" if int(found) else None
    return found


def _resource(tags: list[str], app: str | None) -> dict[str, Any]:
    pairs = dict(tag.split(":", 1) for tag in tags if ":" in tag)
    return {"service.name": pairs.get("service") or app, "deployment.environment.name": pairs.get("env"),
            "service.version": pairs.get("version")}


def _content(meta: dict[str, Any], kind: str | None) -> dict[str, Any]:
    """What went in and came out."""
    given, got = mapping(meta.get("input")), mapping(meta.get("output"))
    found: dict[str, Any] = {
        "gen_ai.input.messages": _messages(given.get("messages")), "gen_ai.output.messages": _messages(got.get("messages")),
        "gen_ai.retrieval.documents": json_text(got.get("documents")),
        "datadog.input.documents": json_text(given.get("documents"))}
    value, result = given.get("value"), got.get("value")
    if kind == "tool":
        found |= {"gen_ai.tool.call.arguments": json_text(value), "gen_ai.tool.call.result": json_text(result)}
    elif kind in ("retrieval", "embedding"):
        found |= {"gen_ai.retrieval.query.text" if kind == "retrieval" else "datadog.input.value": json_text(value),
                  "datadog.output.value": json_text(result)}
    else:
        for name, role, one in (("input", "user", value), ("output", "assistant", result)):
            if one is not None and found[f"gen_ai.{name}.messages"] is None:
                found[f"gen_ai.{name}.messages"] = json_text([{"role": role, "content": json_text(one)}])
    return found


def _messages(value: Any) -> str | None:
    return json_text([one for one in sequence(value) if isinstance(one, dict)] or None)


def _figures(span: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    """Counts and parameters; what has no name of OpenTelemetry keeps its own."""
    found: dict[str, Any] = {}
    for key, value in mapping(span.get("metrics")).items():
        found[TOKENS.get(key, f"datadog.metrics.{key}")] = value
    for key, value in {**mapping(meta.get("metadata")), "model_name": span.get("model_name") or meta.get("model_name"),
                       "model_provider": span.get("model_provider") or meta.get("model_provider")}.items():
        found[PARAMETERS.get(key, f"datadog.metadata.{key}")] = value
    return found


SAMPLE = b"""{"data":{"type":"span","attributes":{"ml_app":"bot","session_id":"chat-1","tags":["service:bot","env:test"],
"spans":[
{"parent_id":"undefined","trace_id":"9001","span_id":"1","name":"agent",
"meta":{"kind":"agent","input":{"value":"Where is it?"}},
"start_ns":1772359200000000000,"duration":2400000000,"status":"ok"},
{"parent_id":"1","trace_id":"9001","span_id":"2","name":"chat","meta":{"kind":"llm","input":{"messages":[{"role":"user",
"content":"Where is it?"}]},"output":{"messages":[{"role":"assistant","content":"On its way."}]},
"metadata":{"temperature":0.2}},
"metrics":{"input_tokens":52,"output_tokens":18},"start_ns":1772359200010000000,"duration":1440000000}]}}}
"""

PART = Importer("datadog-llmobs", "Datadog LLM Observability", (".json",), sniff, read, SAMPLE)
