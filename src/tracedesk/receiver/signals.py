"""The three OTLP signals: how each request is read, and what its success says.

Success is also partial: `rejected_…` counts what was refused and the message says why; a request of which everything is
kept must not have the field set (OTLP specification, "Partial Success").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tracedesk.model.batch import SpanBatch
from tracedesk.wire import otlp_json, otlp_proto

REASONS_SAID = 10
"""Of more reasons for refusals the answer says the first so many: a response may have at most 4 MiB, and people read it."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal. `service` is its gRPC service, `path` its place in OTLP/HTTP, `rejected` the field of partial success."""

    key: str
    service: str
    rejected: str
    noun: str
    response: type[Any]
    from_proto: Callable[..., SpanBatch]
    from_json: Callable[..., SpanBatch]

    @property
    def path(self) -> str:
        """`/v1/traces` and so on."""
        return f"/v1/{self.key}"

    def success(self, batch: SpanBatch) -> Any:
        """The response message for a batch that was written."""
        response = self.response()
        if batch.rejected:
            setattr(response.partial_success, self.rejected, batch.rejected_count)
            response.partial_success.error_message = self._why(batch)
        return response

    def _why(self, batch: SpanBatch) -> str:
        """`2 spans were not kept: trace_id is all zero (2, the first is “chat”)`."""
        reasons = [f"{one.reason} ({one.count:,}{f', the first is “{one.first}”' if one.first else ''})"
                   for one in batch.rejected[:REASONS_SAID]]
        more = len(batch.rejected) - REASONS_SAID
        noun = self.noun.removesuffix("s") if batch.rejected_count == 1 else self.noun
        return (f"{batch.rejected_count:,} {noun} {'was' if batch.rejected_count == 1 else 'were'} not kept: "
                + "; ".join(reasons) + (f"; {more:,} more reasons" if more > 0 else ""))


_COLLECTOR = "opentelemetry.proto.collector"

SIGNALS = (
    Signal("traces", f"{_COLLECTOR}.trace.v1.TraceService", "rejected_spans", "spans",
           ExportTraceServiceResponse, otlp_proto.decode_traces, otlp_json.decode_traces),
    Signal("logs", f"{_COLLECTOR}.logs.v1.LogsService", "rejected_log_records", "log records",
           ExportLogsServiceResponse, otlp_proto.decode_logs, otlp_json.decode_logs),
    Signal("metrics", f"{_COLLECTOR}.metrics.v1.MetricsService", "rejected_data_points", "data points",
           ExportMetricsServiceResponse, otlp_proto.count_metrics, otlp_json.count_metrics),
)
