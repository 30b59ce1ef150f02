"""The stock Python SDK, over gRPC and HTTP, with spans and log records; what arrived is what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc import _log_exporter as grpc_logs
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as grpc_spans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http import _log_exporter as http_logs
from opentelemetry.exporter.otlp.proto.http import trace_exporter as http_spans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

from tests.helpers.engine import Engine, running
from tracedesk.model.kinds import Kind
from tracedesk.store import questions
from tracedesk.store.connect import open_store

CALL = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17, "text": "naïve 日本 🦜", "list": ("a", "b"),
        "share": 0.5}
ASKED = {"session.id": "s-1"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with running(tmp_path / "t.db") as started:
        yield started


def exporters(door: str, engine: Engine) -> tuple[Any, Any]:
    """(of spans, of log records)"""
    if door == "grpc":
        return (grpc_spans.OTLPSpanExporter(f"http://{engine.grpc}", insecure=True),
                grpc_logs.OTLPLogExporter(f"http://{engine.grpc}", insecure=True))
    packed = Compression.Gzip if door == "http gzip" else Compression.NoCompression
    return (http_spans.OTLPSpanExporter(f"http://{engine.http}/v1/traces", compression=packed),
            http_logs.OTLPLogExporter(f"http://{engine.http}/v1/logs", compression=packed))


@contextmanager
def sdk(door: str, engine: Engine) -> Iterator[tuple[Any, Any]]:
    """A tracer and a logger whose last span and record are sent when the block ends."""
    spans, logs = exporters(door, engine)
    resource = Resource.create({"service.name": f"sdk {door}"})
    tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracing.add_span_processor(BatchSpanProcessor(spans))
    logging = LoggerProvider(resource=resource, shutdown_on_exit=False)
    logging.add_log_record_processor(BatchLogRecordProcessor(logs))
    try:
        yield tracing.get_tracer("test", "1.2"), logging.get_logger("test")
    finally:
        tracing.shutdown()
        logging.shutdown()


@pytest.mark.parametrize("door", ["grpc", "http", "http gzip"])
def test_spans_and_logs_arrive_as_recorded(door: str, engine: Engine) -> None:
    with sdk(door, engine) as (tracer, logger), tracer.start_as_current_span("agent", attributes=ASKED) as agent:
        with tracer.start_as_current_span("chat gpt-4o-mini", attributes=CALL) as call:
            call.add_event("first token", {"at": 3})
            logger.emit(LogRecord(severity_number=SeverityNumber.WARN, body={"why": "slow"}, event_name="gen_ai.note"))
        with tracer.start_as_current_span("tool") as tool:
            tool.record_exception(ValueError("no such order"))
            tool.set_status(Status(StatusCode.ERROR, "no such order"))
    trace_id = agent.get_span_context().trace_id.to_bytes(16, "big")
    with open_store(engine.store, role="read") as store:
        rows = {row.name: row for row in questions.rows(store, trace_id)}
        assert set(rows) == {"agent", "chat gpt-4o-mini", "tool"}
        row = rows["chat gpt-4o-mini"]
        assert (row.kind, row.model, row.input_tokens, row.output_tokens) == (Kind.LLM, "gpt-4o-mini", 42, 17)
        assert (row.start_ns, row.end_ns) == (call.start_time, call.end_time)
        assert row.parent_id == rows["agent"].span_id
        assert row.cost_nusd == 42 * 150 + 17 * 600, "gpt-4o-mini costs 0.15 and 0.60 dollars per million tokens"
        span, logs = questions.span(store, trace_id, row.span_id)
        assert span.attributes == {**CALL, "list": ["a", "b"]}
        assert span.resource.attributes["telemetry.sdk.language"] == "python"
        assert (span.scope.name, span.scope.version) == ("test", "1.2")
        assert [(event.name, event.attributes) for event in span.events] == [("first token", {"at": 3})]
        assert [(log.body, log.event_name, log.severity_number) for log in logs] == [({"why": "slow"}, "gen_ai.note", 13)]
        failed, _ = questions.span(store, trace_id, rows["tool"].span_id)
        assert (failed.status, failed.status_message) == (2, "no such order")
        summary = questions.summary(store, trace_id)
        assert (summary.services, summary.session_id, summary.error_count) == ((f"sdk {door}",), "s-1", 1)
