"""The sample traces, moved to the present and sent through the real OpenTelemetry exporters, as any program would.

Ids are fresh on each run: trace and span ids, and those that providers gave to responses, by which a call recorded twice
is known. What the story names (users, sessions, orders) stays.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tracedesk.base.clock import NS_PER_S
from tracedesk.base.errors import WorldError
from tracedesk.base.paths import resources
from tracedesk.importers.detect import load
from tracedesk.model.span import LogRecord, Span

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.trace import ReadableSpan

SAMPLE = "refund_bot.otlp.json"
EXPORT_S = 10.0
PAUSE_S = 1.5
"""Between two conversations of the live bot."""

_OF_A_RESPONSE = ("gen_ai.response.id",)

Sample = tuple[list[Span], list[LogRecord]]


def sample() -> Sample:
    """The shipped spans and log records, as they lie in the file."""
    spans, logs, _ = load(resources() / "samples" / SAMPLE)
    return spans, logs


def last_moment_ns(found: Sample) -> int:
    """The latest time in it."""
    spans, logs = found
    return max([span.end_ns or span.start_ns for span in spans] + [log.time_ns for log in logs])


def moved(found: Sample, by_ns: int, salt: str | None) -> Sample:
    """The same, so much later; ids are made anew from `salt`, or kept without one."""
    spans, logs = found
    return [_moved_span(span, by_ns, salt) for span in spans], [_moved_log(log, by_ns, salt) for log in logs]


def by_trace(found: Sample) -> list[Sample]:
    """One sample for each trace, by start."""
    spans, logs = found
    traces: dict[bytes, Sample] = {}
    for span in sorted(spans, key=lambda span: span.start_ns):
        traces.setdefault(span.trace_id, ([], []))[0].append(span)
    for log in logs:
        if log.trace_id in traces:
            traces[log.trace_id][1].append(log)
    return list(traces.values())


class Sender:
    """Sends to one engine, by gRPC where it has no HTTP."""

    def __init__(self, grpc: str, http: str, token: str | None = None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._spans: Any
        self._logs: Any
        if http:
            from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            self.endpoint = f"http://{http}"
            self._spans = OTLPSpanExporter(endpoint=f"{self.endpoint}/v1/traces", headers=headers, timeout=EXPORT_S)
            self._logs = OTLPLogExporter(endpoint=f"{self.endpoint}/v1/logs", headers=headers, timeout=EXPORT_S)
        elif grpc:
            from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans

            self.endpoint = f"http://{grpc}"
            self._spans = GrpcSpans(endpoint=self.endpoint, insecure=True, headers=headers, timeout=EXPORT_S)
            self._logs = GrpcLogs(endpoint=self.endpoint, insecure=True, headers=headers, timeout=EXPORT_S)
        else:
            raise WorldError("The engine listens nowhere.", hint="`tracedesk doctor` says who has its ports.")

    def send(self, found: Sample) -> None:
        """Send, and wait for the OK.

        Raises:
            WorldError: it was not taken.
        """
        spans, logs = found
        if spans:
            self._check(self._spans.export([readable_span(span) for span in spans]), "spans")
        if logs:
            self._check(self._logs.export([readable_log(log) for log in logs]), "log records")

    def close(self) -> None:
        """Let go of the connections."""
        self._spans.shutdown()
        self._logs.shutdown()

    def _check(self, result: Any, what: str) -> None:
        if result.name != "SUCCESS":
            raise WorldError(f"The {what} were not taken by {self.endpoint}.",
                             hint="The engine refused them or ended; `tracedesk doctor` looks for the reason.")


def live(sender: Sender, found: Sample, said: Callable[[str], None], *, sleep: Callable[[float], None] = time.sleep) -> None:
    """A small bot: one conversation after the other, each span sent at the moment it ends, until interrupted."""
    traces = by_trace(found)
    while True:
        trace = secrets.choice(traces)
        first = trace[0][0]
        said(first.name)
        for moment_ns, piece in in_order(moved(trace, time.time_ns() - first.start_ns, secrets.token_hex(8))):
            sleep(max(0.0, (moment_ns - time.time_ns()) / NS_PER_S))
            sender.send(piece)
        sleep(PAUSE_S)


def in_order(found: Sample) -> Iterator[tuple[int, Sample]]:
    """(moment, what is known then): every span at its end, every log record with the next span."""
    spans, logs = found
    waiting = sorted(logs, key=lambda log: log.time_ns)
    for span in sorted(spans, key=lambda span: span.end_ns or span.start_ns):
        moment = span.end_ns or span.start_ns
        now = [log for log in waiting if log.time_ns <= moment]
        del waiting[:len(now)]
        yield moment, ([span], now)
    if waiting:
        yield waiting[-1].time_ns, ([], waiting)


def readable_span(span: Span) -> ReadableSpan:
    """What the SDK hands to an exporter."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

    def context(trace_id: bytes, span_id: bytes) -> SpanContext:
        return SpanContext(int.from_bytes(trace_id, "big"), int.from_bytes(span_id, "big"), is_remote=False,
                           trace_flags=TraceFlags(TraceFlags.SAMPLED))

    return ReadableSpan(
        name=span.name, context=context(span.trace_id, span.span_id),
        parent=context(span.trace_id, span.parent_id) if span.parent_id else None,
        resource=Resource(span.resource.attributes, span.resource.schema_url), attributes=span.attributes,
        events=[Event(event.name, event.attributes, event.time_ns) for event in span.events],
        links=[Link(context(link.trace_id, link.span_id), link.attributes) for link in span.links],
        kind=SpanKind(max(0, span.otel_kind - 1)),             # OTLP counts from 1, the SDK from 0
        status=Status(StatusCode(span.status), span.status_message or None),
        start_time=span.start_ns, end_time=span.end_ns,
        instrumentation_scope=InstrumentationScope(span.scope.name, span.scope.version))


def readable_log(log: LogRecord) -> ReadableLogRecord:
    """What the SDK hands to an exporter of log records."""
    from opentelemetry._logs import LogRecord as SdkRecord
    from opentelemetry._logs import SeverityNumber
    from opentelemetry.context import Context
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import TraceFlags

    record = SdkRecord(
        timestamp=log.time_ns, observed_timestamp=log.observed_ns or log.time_ns, context=Context(),
        severity_text=log.severity_text or None, severity_number=SeverityNumber(log.severity_number), body=log.body,
        attributes=log.attributes, event_name=log.event_name or None)
    record.trace_id = int.from_bytes(log.trace_id or b"", "big")
    record.span_id = int.from_bytes(log.span_id or b"", "big")
    record.trace_flags = TraceFlags(TraceFlags.SAMPLED)
    return ReadableLogRecord(record, Resource(log.resource.attributes, log.resource.schema_url),
                             InstrumentationScope(log.scope.name, log.scope.version))


def _moved_span(span: Span, by: int, salt: str | None) -> Span:
    return replace(
        span, trace_id=_fresh(span.trace_id, salt), span_id=_fresh(span.span_id, salt),
        parent_id=_fresh(span.parent_id, salt) if span.parent_id else None,
        start_ns=span.start_ns + by, end_ns=None if span.end_ns is None else span.end_ns + by,
        attributes=_fresh_attributes(span.attributes, salt),
        events=[replace(event, time_ns=event.time_ns + by) for event in span.events],
        links=[replace(link, trace_id=_fresh(link.trace_id, salt), span_id=_fresh(link.span_id, salt)) for link in span.links])


def _moved_log(log: LogRecord, by: int, salt: str | None) -> LogRecord:
    return replace(
        log, trace_id=_fresh(log.trace_id, salt) if log.trace_id else None,
        span_id=_fresh(log.span_id, salt) if log.span_id else None,
        time_ns=log.time_ns + by, observed_ns=log.observed_ns + by, attributes=_fresh_attributes(log.attributes, salt))


def _fresh(id_: bytes, salt: str | None) -> bytes:
    if salt is None:
        return id_
    return hashlib.blake2b(id_, digest_size=len(id_), key=salt.encode()).digest()


def _fresh_attributes(attributes: Mapping[str, Any], salt: str | None) -> dict[str, Any]:
    return {name: f"chatcmpl-{_fresh(value.encode()[-12:], salt).hex()}" if salt and name in _OF_A_RESPONSE else value
            for name, value in attributes.items()}


def counted(found: Sample) -> str:
    """`24 traces, 237 spans, 30 log records`."""
    spans, logs = found
    return f"{len({span.trace_id for span in spans})} traces, {len(spans)} spans, {len(logs)} log records"

