"""Opik exports: one trace with its spans (JSON), or one row a span (CSV). Ids are UUIDs, times are Python's text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.formats._calls import request, request_rest, response, response_rest, usage
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, Making, hashed
from tracedesk.importers.records import records
from tracedesk.importers.rows import csv_rows
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, besides, json_text, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.semconv.values import python_repr

OPERATIONS = {"llm": "chat", "tool": "execute_tool"}
READ = {"id", "trace_id", "parent_span_id", "name", "type", "start_time", "end_time", "input", "output", "model", "provider",
        "error_info", "metadata", "tags", "thread_id", "feedback_scores"}
DERIVED = {"duration", "created_at", "last_updated_at"}
"""What Opik works out of the times, or keeps about its own tables: named in the report."""
OBJECTS = ("error_info", "input", "output", "usage", "metadata")
"""Members whose objects the CSV flattens into columns, with `_` between the names."""


def sniff(glance: Glance) -> Sniff:
    """`trace`, `spans` and `downloaded_at`, or columns `trace_…` and `span_…`."""
    document = glance.document
    if isinstance(document, dict) and {"trace", "spans"} <= document.keys() and (
            "downloaded_at" in document or "parent_span_id" in mapping(at(document, "spans", 0))):
        return Sniff(0.95, "the members trace, spans and downloaded_at")
    found = {"trace_id", "span_id", "span_start_time"} <= set(glance.columns)
    return Sniff(0.9, "the columns trace_id, span_id and span_start_time") if found else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The trace as a span of its own, and its spans."""
    making = Making(report, scope="opik")
    if Glance(source).columns:
        yield from _table(source, report, making)
    else:
        for document, where in records(source, report, each=("",), keep=("spans",)):
            trace = {"project_name": text(at(document, "project_name")), **mapping(at(document, "trace"))}
            with making.record(where or "the trace"):
                _trace(trace, making)
            for number_, span in enumerate(sequence(at(document, "spans")), 1):
                with making.record(f"{where} spans[{number_:,}]".strip()):
                    _span(mapping(span), trace.get("id"), making)
                yield from making.full()
            for name in sorted(mapping(document).keys() - {"trace", "spans", "attachments", "project_name"}):
                report.drop_field(name)
            for one in sequence(at(document, "attachments")):
                report.drop_field(f"attachment {text(at(one, 'file_name') or at(one, 'name')) or ''}".strip())
    yield from making.rest()


def _table(source: Source, report: Report, making: Making) -> Iterator[SpanBatch]:
    seen: set[Any] = set()
    for row, where in csv_rows(source, report):
        trace, span = _columns(row, "trace_"), _columns(row, "span_")
        with making.record(where):
            if trace.get("id") not in seen and trace.get("start_time"):
                seen.add(trace.get("id"))
                _trace(trace, making)
            if span.get("id"):
                _span(span, trace.get("id"), making)
        yield from making.full()


def _columns(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The record of the columns with a prefix: what was flattened stands in objects again, one level deep, and lists are read
    from the Python text that the CSV has for them."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if not name.startswith(prefix) or value is None:
            continue
        key, cell = name.removeprefix(prefix), python_repr(value) or value
        within = next((one for one in OBJECTS if key.startswith(f"{one}_")), None)
        if within is None:
            found[key] = cell
        elif isinstance(found.setdefault(within, {}), dict):
            found[within][key.removeprefix(f"{within}_")] = cell
    return found


def _of_trace(trace: Any) -> str:
    return hashed(f"opik trace {trace}", 8).hex()


def _trace(trace: dict[str, Any], making: Making) -> None:
    """The trace itself: it has times, input and output of its own."""
    making.span(
        trace=trace.get("id"), span=_of_trace(trace.get("id")), name=text(trace.get("name")),
        start_ns=time_ns(trace.get("start_time")),
        end_ns=time_ns(trace.get("end_time")), **_error(trace),
        attributes={"gen_ai.operation.name": "invoke_workflow", "gen_ai.conversation.id": text(trace.get("thread_id")),
                    "opik.trace.id": text(trace.get("id")),
                    **_content(trace), **_rest(trace, making.report)})
    _scores(trace, trace.get("id"), _of_trace(trace.get("id")), making)


def _span(span: dict[str, Any], trace: Any, making: Making) -> None:
    kind = text(span.get("type")) or "general"
    asked, got, first = mapping(span.get("input")), mapping(span.get("output")), number(span.get("ttft"))
    made: dict[str, Any] = {"gen_ai.operation.name": OPERATIONS.get(kind), "opik.type": kind, **_rest(span, making.report)}
    if kind == "llm":
        made |= {**request(asked), **response(got), **usage(mapping(span.get("usage"))),
                 "gen_ai.usage.cost": number(span.get("total_estimated_cost")),
                 "gen_ai.response.time_to_first_chunk": None if first is None else first / 1_000,
                 "gen_ai.request.model": text(span.get("model")) or text(asked.get("model")),
                 "gen_ai.provider.name": text(span.get("provider"))}
        plain = _content(span)
        for side, rest in (("input", request_rest(asked, "opik.input")), ("output", response_rest(got, "opik.output"))):
            whole = made[f"gen_ai.{side}.messages"] is None
            made |= {name: value for name, value in plain.items() if side in name} if whole else rest
    elif kind == "tool":
        made |= {"gen_ai.tool.name": text(span.get("name")), "gen_ai.tool.call.arguments": json_text(span.get("input")),
                 "gen_ai.tool.call.result": json_text(span.get("output"))}
    else:
        made |= {"openinference.span.kind": "GUARDRAIL"} if kind == "guardrail" else {}
        made |= _content(span)
    own = span.get("trace_id") or trace
    making.span(
        trace=own, span=span.get("id"), parent=text(span.get("parent_span_id")) or _of_trace(trace),
        name=text(span.get("name")),
        start_ns=time_ns(span.get("start_time")), end_ns=time_ns(span.get("end_time")), attributes=made, **_error(span))
    _scores(span, own, span.get("id"), making)


def _content(record: dict[str, Any]) -> dict[str, Any]:
    return {f"gen_ai.{name}.messages": json_text([{"role": role, "content": json_text(value)}])
            for name, role in (("input", "user"), ("output", "assistant")) if (value := record.get(name)) not in (None, "",
                {}, [])}


def _rest(record: dict[str, Any], report: Report) -> dict[str, Any]:
    found = {f"opik.metadata.{key}": value for key, value in mapping(record.get("metadata")).items()}
    found["opik.tags"] = sequence(record.get("tags")) or None
    found |= besides(record, READ | DERIVED, "opik")
    for key in record:
        if key in DERIVED and record[key] is not None:
            report.drop_field(key)
    error = mapping(record.get("error_info"))
    return found | {"exception.type": text(error.get("exception_type")), "exception.message": text(error.get("message")),
                    "exception.stacktrace": text(error.get("traceback"))}


def _error(record: dict[str, Any]) -> dict[str, Any]:
    error = mapping(record.get("error_info"))
    said = text(error.get("message") or error.get("exception_type"))
    return {"status": STATUS_ERROR, "status_message": said} if error else {}


def _scores(record: dict[str, Any], trace: Any, span: Any, making: Making) -> None:
    """Feedback as the log records that OpenTelemetry has for evaluations."""
    for one in map(mapping, sequence(record.get("feedback_scores"))):
        when = one.get("created_at") or record.get("end_time") or record.get("start_time")
        making.log(trace=trace, span=span, time_ns=time_ns(when),
                   body=None, event_name="gen_ai.evaluation.result",
                   attributes={"gen_ai.evaluation.name": text(one.get("name")),
                   "gen_ai.evaluation.score.value": number(one.get("value")),
                               "gen_ai.evaluation.score.label": text(one.get("category_name")),
                               "gen_ai.evaluation.explanation": text(one.get("reason"))})


SAMPLE = b"""{"trace":{"id":"0195a0f0-0000-7000-8000-0000000000a1","name":"support","start_time":"2026-03-01 10:00:00+00:00",
"end_time":"2026-03-01 10:00:02.400000+00:00","input":{"q":"Where?"},"output":{"a":"On its way."},"thread_id":"s-1"},
"spans":[{"id":"0195a0f0-0000-7000-8000-0000000000a2","trace_id":"0195a0f0-0000-7000-8000-0000000000a1","parent_span_id":null,
"name":"chat","type":"llm","start_time":"2026-03-01 10:00:00.100000+00:00","end_time":"2026-03-01 10:00:02.300000+00:00",
"model":"gpt-4o-mini","provider":"openai","usage":{"prompt_tokens":42,"completion_tokens":17},
"input":{"messages":[{"role":"user","content":"Where?"}]},
"output":{"choices":[{"message":{"role":"assistant","content":"On its way."}}]}}],"downloaded_at":"2026-03-01T11:00:00"}
"""

PART = Importer("opik", "Opik export", (".json", ".csv"), sniff, read, SAMPLE)
