"""A test span through the real OpenTelemetry SDK and exporter, so that it proves the way a program's spans take."""

from __future__ import annotations

from tracedesk.base import settings
from tracedesk.base.errors import WorldError
from tracedesk.privacy.token import receiver_token


def send_test_span(endpoint: str) -> None:
    """Send one LLM-like span to `endpoint` (http://host:port), with the token if one is required; wait until it is stored.

    Raises:
        WorldError: the receiver did not take it.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExportResult
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    token = receiver_token() if settings.load().receiver.require_token else None
    headers = {"authorization": f"Bearer {token}"} if token else {}
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", headers=headers, timeout=5)
    provider = TracerProvider(resource=Resource.create({"service.name": "tracedesk-test"}), id_generator=RandomIdGenerator(),
                              shutdown_on_exit=False)
    span = provider.get_tracer("tracedesk.test").start_span("hello from TraceDesk", attributes={
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "tracedesk", "gen_ai.request.model": "test-model",
        "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 7,
        "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "Is anybody listening?"}]}]',
        "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "Yes. This span went through '
                                  'the SDK, the exporter and the receiver."}], "finish_reason": "stop"}]',
    })
    span.end()
    try:
        if exporter.export([span]) is not SpanExportResult.SUCCESS:  # type: ignore[list-item]
            raise WorldError("The test span was not taken.", hint="The receiver answered, but not with an OK.")
    finally:
        exporter.shutdown()
        provider.shutdown()
