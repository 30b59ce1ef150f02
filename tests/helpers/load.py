"""Clients that send batches without end and remember which of them were acknowledged, through kills and restarts.

Each batch is one trace of `SPANS` spans, so that "half a batch" is a trace with fewer. Batches carry LLM-like spans of
about 1.2 kB.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tracedesk.model.span import Resource, Scope, Span
from tracedesk.wire import encode

SPANS = 20
CALL_S = 5.0
AGAIN_S = 0.02
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
MESSAGES = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Where is my order 4711? " * 20}]}])
ANSWER = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "It left on Monday. " * 15}],
                      "finish_reason": "stop"}])
SCOPE = Scope("load")


def batch(service: str, spans: int = SPANS, *, end_ns: int | None = None) -> list[Span]:
    """A fresh trace: an agent and its model calls, that ended now."""
    trace_id, root = secrets.token_bytes(16), secrets.token_bytes(8)
    end = end_ns or time.time_ns()
    resource = Resource({"service.name": service})
    asked = {"gen_ai.operation.name": "invoke_agent"}
    made = [Span(trace_id, root, None, "agent", end - spans * 10**6, end, asked, resource, SCOPE)]
    for at in range(1, spans):
        start = end - (spans - at) * 10**6
        made.append(Span(trace_id, secrets.token_bytes(8), root, "chat gpt-4o-mini", start, start + 900_000, {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.id": f"chatcmpl-{secrets.token_hex(8)}", "gen_ai.usage.input_tokens": 42 + at,
            "gen_ai.usage.output_tokens": 17, "gen_ai.input.messages": MESSAGES, "gen_ai.output.messages": ANSWER},
            resource, SCOPE))
    return made


class _Grpc:
    """The raw call, so that an OK is an OK and nothing is tried again behind our back."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address, options=[
            ("grpc.initial_reconnect_backoff_ms", 20), ("grpc.min_reconnect_backoff_ms", 20),
            ("grpc.max_reconnect_backoff_ms", 50), ("grpc.use_local_subchannel_pool", 1)])
        self._export = self._channel.unary_unary(EXPORT)

    def send(self, spans: Sequence[Span]) -> bool:
        try:
            answer = self._export(encode.traces_request(spans), timeout=CALL_S)
        except grpc.RpcError:
            return False
        return ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans == 0

    def close(self) -> None:
        self._channel.close()


class _Http:
    """OTLP/HTTP over one kept-alive connection."""

    def __init__(self, address: str, content_type: str, body: Callable[[Sequence[Span]], bytes]) -> None:
        self._address, self._type, self._body = address, content_type, body
        self._connection: http.client.HTTPConnection | None = None

    def send(self, spans: Sequence[Span]) -> bool:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=CALL_S)
        try:
            self._connection.request("POST", "/v1/traces", self._body(spans), {"Content-Type": self._type})
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return False
        return answer.status == 200

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def proto_client(address: str) -> _Http:
    """OTLP/HTTP with protobuf."""
    return _Http(address, "application/x-protobuf", encode.traces_request)


def json_client(address: str) -> _Http:
    """OTLP/HTTP with JSON."""
    return _Http(address, "application/json", lambda spans: json.dumps(encode.traces_json(spans)).encode())


def grpc_client(address: str) -> _Grpc:
    """OTLP/gRPC."""
    return _Grpc(address)


def deliver(client: _Grpc | _Http, spans: Sequence[Span]) -> bool:
    """One batch over a connection of its own; whether it was acknowledged."""
    with contextlib.closing(client):
        return client.send(spans)


class Load:
    """One thread per client. `acked` are the batches whose OK came; `sent` counts the tries."""

    def __init__(self, clients: dict[str, _Grpc | _Http], spans: int = SPANS) -> None:
        self.acked: list[tuple[bytes, int]] = []         # (trace id, spans)
        self.acked_by: dict[str, int] = dict.fromkeys(clients, 0)
        self.sent = 0
        self._spans = spans
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._go, args=item, name=item[0]) for item in clients.items()]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(CALL_S + 5)

    def _go(self, name: str, client: _Grpc | _Http) -> None:
        with contextlib.closing(client):
            for _ in itertools.count():
                if self._stop.is_set():
                    return
                spans = batch(name, self._spans)
                self.sent += 1
                if client.send(spans):
                    self.acked.append((spans[0].trace_id, len(spans)))
                    self.acked_by[name] += 1
                else:
                    self._stop.wait(AGAIN_S)


@contextmanager
def mixed(grpc_address: str, http_address: str, spans: int = SPANS) -> Iterator[Load]:
    """gRPC, HTTP with protobuf and HTTP with JSON at once, for the length of a block."""
    clients: dict[str, _Grpc | _Http] = {
        "grpc": grpc_client(grpc_address), "proto": proto_client(http_address), "json": json_client(http_address)}
    load = Load(clients, spans)
    load.start()
    try:
        yield load
    finally:
        load.stop()
