"""OpenAI Agents SDK: objects `trace` and `trace.span`, line by line or in the `data` of an ingest request.

A trace object only names its trace; name, group (the conversation) and metadata stand at its first root. Of a `response` the
file has the id and the usage, not the words. Spans come when they end, so the objects of a file are held until its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.formats._calls import usage
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, TRACE_ID, Making, Unreadable
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, json_text, mapping, number, text, time_ns
from tracedesk.model.batch import SpanBatch

OPERATIONS = {"agent": "invoke_agent", "generation": "chat", "response": "chat", "function": "execute_tool",
              "task": "invoke_workflow", "speech": "text_to_speech", "transcription": "speech_to_text"}
CALLS = frozenset({"generation", "response"})


def sniff(glance: Glance) -> Sniff:
    """Objects `trace` or `trace.span`."""
    first = at(glance.document, "data", 0) or glance.first
    kinds = {text(at(one, "object")) for one in [first, *glance.objects]}
    return Sniff(0.95, "objects trace and trace.span") if kinds & {"trace", "trace.span"} else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The spans of every trace."""
    making = Making(report, scope="openai-agents")
    traces: dict[Any, dict[str, Any]] = {}
    spans: list[tuple[dict[str, Any], str]] = []
    for value, where in records(source, report, each=("", "data")):
        if at(value, "object") == "trace" and text(value.get("id")):
            traces[value["id"]] = value
        elif at(value, "object") == "trace.span":
            spans.append((value, where))
        else:
            report.skip("a record is neither a trace nor a span", first=where)
    roots: dict[Any, tuple[int, int]] = {}
    for number_, (span, _) in enumerate(spans):
        start = time_ns(span.get("started_at"))
        if not span.get("parent_id") and start is not None and isinstance(span.get("trace_id"), str):
            roots[span["trace_id"]] = min(roots.get(span["trace_id"], (start, number_)), (start, number_))
    for number_, (span, where) in enumerate(spans):
        first = isinstance(span.get("trace_id"), str) and roots.get(span["trace_id"], (0, -1))[1] == number_
        with making.record(where):
            _span(span, traces.get(span["trace_id"], {}) if first else {}, making)
        yield from making.full()
    used = {span.get("trace_id") for span, _ in spans if isinstance(span.get("trace_id"), str)}
    for own in traces.keys() - used:
        report.skip("a trace has no span in the file", first=str(own))
    yield from making.rest()


def _span(span: dict[str, Any], trace: dict[str, Any], making: Making) -> None:
    data, error = mapping(span.get("span_data")), mapping(span.get("error"))
    kind = text(data.get("type")) or ""
    if not text(span.get("trace_id")):
        raise Unreadable("a span has no trace id")
    made: dict[str, Any] = {"gen_ai.operation.name": OPERATIONS.get(kind), "openai.agents.type": kind or None,
                            TRACE_ID: str(span["trace_id"]), **_of_trace(trace)}
    name = text(data.get("name"))
    if kind == "agent":
        made["gen_ai.agent.name"] = name
    elif kind in CALLS:
        made |= {"gen_ai.provider.name": "openai", "gen_ai.request.model": text(data.get("model")),
                 "gen_ai.response.id": text(data.get("response_id")), "gen_ai.input.messages": json_text(data.get("input")),
                 "gen_ai.output.messages": json_text(data.get("output")), **usage(mapping(data.get("usage"))),
                 **{f"gen_ai.request.{key}": number(value) for key, value in mapping(data.get("model_config")).items()
                    if key in ("temperature", "top_p", "max_tokens")}}
    elif kind == "function":
        made |= {"gen_ai.tool.name": name, "gen_ai.tool.call.arguments": json_text(data.get("input")),
                 "gen_ai.tool.call.result": json_text(data.get("output"))}
    elif kind == "guardrail":
        made |= {"openinference.span.kind": "GUARDRAIL", "guardrail.name": name, "guardrail.triggered": data.get("triggered")}
    for key, value in data.items():
        if key not in ("type", "input", "output", "usage", "response_id", "name") or (key == "name" and kind not in OPERATIONS):
            made.setdefault(f"openai.agents.{key}", value)
    made["openai.agents.error"] = json_text(error.get("data"))
    title = name or kind
    if kind == "handoff":
        title = f"{text(data.get('from_agent')) or '?'} → {text(data.get('to_agent')) or '?'}"
    making.span(
        trace=str(span["trace_id"]).removeprefix("trace_"), span=span.get("id"), parent=span.get("parent_id"), name=title,
        start_ns=time_ns(span.get("started_at")), end_ns=time_ns(span.get("ended_at")), attributes=made,
        status=STATUS_ERROR if error else 0, status_message=text(error.get("message")))


def _of_trace(trace: dict[str, Any]) -> dict[str, Any]:
    return {"gen_ai.conversation.id": text(trace.get("group_id")), "gen_ai.workflow.name": text(trace.get("workflow_name")),
            **{f"openai.agents.metadata.{key}": value for key, value in mapping(trace.get("metadata")).items()}}


SAMPLE = b"""{"object":"trace","id":"trace_7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","workflow_name":"Support","group_id":"chat-1"}
{"object":"trace.span","id":"span_0000000000000000000000a2","trace_id":"trace_7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",\
"parent_id":"span_0000000000000000000000a1","started_at":"2026-03-01T10:00:00.100000+00:00",\
"ended_at":"2026-03-01T10:00:02.300000+00:00","span_data":{"type":"generation","model":"gpt-4o-mini","input":[{"role":"user",\
"content":"Where?"}],"output":[{"role":"assistant","content":"On its way."}],"usage":{"input_tokens":42,"output_tokens":17}}}
{"object":"trace.span","id":"span_0000000000000000000000a1","trace_id":"trace_7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",\
"parent_id":null,"started_at":"2026-03-01T10:00:00.000000+00:00","ended_at":"2026-03-01T10:00:02.400000+00:00",\
"span_data":{"type":"agent","name":"Triage"}}
"""

PART = Importer("openai-agents", "OpenAI Agents trace", (".jsonl", ".json"), sniff, read, SAMPLE,
                leaves_out="The OpenAI Agents SDK does not write the words of a response, only its id and usage.")
