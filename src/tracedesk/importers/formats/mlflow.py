"""MLflow traces: `{info, data: {spans}}` of schema versions 3 and 2, and the artifact file with spans alone.

Version 3 has base64 ids and every attribute as JSON text, which is how MLflow also sends them over OTLP; version 2 has hex ids
under `context`. What is known of the whole trace stands at its root.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, Unreadable
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, json_text, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event
from tracedesk.wire.json_reader import STATUS_CODES

REPEATED = {"mlflow.trace.tokenUsage", "mlflow.traceInputs", "mlflow.traceOutputs", "mlflow.trace.sizeStats"}
"""Facts of the trace that are sums or copies of what its spans say."""


def sniff(glance: Glance) -> Sniff:
    """`info` and `data.spans`, or spans with attributes in `mlflow.`."""
    document = glance.document
    if isinstance(at(document, "info"), dict) and isinstance(at(document, "data", "spans"), list):
        return Sniff(0.95, "the members info and data.spans")
    first = at(document, "spans", 0)
    if isinstance(first, dict) and any(str(key).startswith("mlflow.") for key in mapping(first.get("attributes"))):
        return Sniff(0.95, "spans with attributes in mlflow.")
    return NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The spans of every trace."""
    making = Making(report, scope="mlflow")
    for value, where in records(source, report, each=("",), keep=("spans",)):
        info = mapping(at(value, "info"))
        spans = sequence(at(value, "data", "spans")) or sequence(at(value, "spans"))
        if not spans:
            report.skip("a trace has no span", first=where or text(info.get("trace_id")) or "")
        trace = (text(info.get("trace_id") or info.get("request_id")) or "").removeprefix("tr-").rpartition("/")[2]
        for number_, span in enumerate(spans, 1):
            with making.record(f"{where} spans[{number_:,}]".strip()):
                _span(span, info, trace, making)
        for one in map(mapping, sequence(info.get("assessments"))):
            with making.record(f"{where} assessments".strip()):
                _assessment(one, spans, trace, making)
        yield from making.full()
    yield from making.rest()


def _span(span: Any, info: dict[str, Any], trace: str, making: Making) -> None:
    if not isinstance(span, dict):
        raise Unreadable("a record is not a span")
    context = mapping(span.get("context"))
    parent = span.get("parent_span_id") or span.get("parent_id")
    status = mapping(span.get("status"))
    code = (text(status.get("code") or span.get("status_code")) or "").upper().removeprefix("STATUS_CODE_")
    attributes = dict(mapping(span.get("attributes")))
    if not parent:
        attributes |= _of_trace(info)
    making.span(
        trace=span.get("trace_id") or context.get("trace_id") or trace, span=span.get("span_id") or context.get("span_id"),
        parent=parent, name=text(span.get("name")),
        start_ns=duration_ns(span.get("start_time_unix_nano") or span.get("start_time"), "ns"),
        end_ns=duration_ns(span.get("end_time_unix_nano") or span.get("end_time"), "ns"), attributes=attributes,
        status=STATUS_CODES.get(code, 0),
        status_message=text(status.get("message") or span.get("status_message")),
        events=[Event(text(one.get("name")) or "event", moment, dict(mapping(one.get("attributes"))))
                for one in map(mapping, sequence(span.get("events")))
                if (moment := duration_ns(one.get("time_unix_nano") or one.get("timestamp"), "ns")) is not None])


def _of_trace(info: dict[str, Any]) -> dict[str, Any]:
    """User, session and tags of the trace."""
    found = {key: json_text(value) for key, value in mapping(info.get("trace_metadata") or info.get("request_metadata")).items()
             if key not in REPEATED}
    found |= {f"mlflow.traceTag.{key}": value for key, value in mapping(info.get("tags")).items()}
    return found


def _assessment(one: dict[str, Any], spans: list[Any], trace: str, making: Making) -> None:
    """Feedback or an expectation, as the log record that OpenTelemetry has for evaluations."""
    value = at(one, "feedback", "value") if "feedback" in one else at(one, "expectation", "value")
    root = next((span for span in map(mapping, spans) if not (span.get("parent_span_id") or span.get("parent_id"))), {})
    score = number(value)
    making.log(
        trace=at(spans, 0, "trace_id") or trace, span=one.get("span_id") or root.get("span_id"),
        time_ns=time_ns(one.get("create_time") or one.get("last_update_time")), body=None,
        event_name="gen_ai.evaluation.result",
        attributes={"gen_ai.evaluation.name": text(one.get("assessment_name") or one.get("name")),
                    "gen_ai.evaluation.score.value": score,
                    "gen_ai.evaluation.score.label": None if score is not None or value is None else json_text(value),
                    "gen_ai.evaluation.explanation": text(one.get("rationale")),
                    "mlflow.assessment.source": json_text(one.get("source"))})


SAMPLE = b"""{"info":{"trace_id":"tr-7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","request_time":"2026-03-01T10:00:00.000Z","state":"OK",
"trace_metadata":{"mlflow.trace.user":"u-1","mlflow.trace.session":"s-1"},"tags":{"feature":"refund"}},"data":{"spans":[
{"trace_id":"ei8ZCh1cSw+OPCsaCfjn1g==","span_id":"AAAAAAAAAKE=","parent_span_id":null,"name":"agent",
"start_time_unix_nano":1772359200000000001,"end_time_unix_nano":1772359202400000001,"status":{"code":"STATUS_CODE_OK"},
"attributes":{"mlflow.spanType":"\\"AGENT\\"","mlflow.spanInputs":"{\\"q\\": \\"Where is it?\\"}"}},
{"trace_id":"ei8ZCh1cSw+OPCsaCfjn1g==","span_id":"AAAAAAAAAKI=","parent_span_id":"AAAAAAAAAKE=","name":"chat",
"start_time_unix_nano":1772359200100000001,"end_time_unix_nano":1772359202300000001,"status":{"code":"STATUS_CODE_OK"},
"attributes":{"mlflow.spanType":"\\"CHAT_MODEL\\"","model":"\\"gpt-4o-mini\\"",
"mlflow.chat.tokenUsage":"{\\"input_tokens\\": 42, \\"output_tokens\\": 17}"}}]}}
"""

PART = Importer("mlflow", "MLflow trace", (".json", ".jsonl"), sniff, read, SAMPLE)
