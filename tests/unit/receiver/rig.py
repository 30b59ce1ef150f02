"""A receiver with its intake and store, on free ports of this machine, and the plain ways to speak to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import grpc.aio
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from tracedesk.base.settings import ReceiverSettings
from tracedesk.ingest.intake import Intake
from tracedesk.pricing.book import PriceBook
from tracedesk.receiver.receiver import Receiver
from tracedesk.store import questions
from tracedesk.store.connect import open_store

PROTOBUF, JSON = "application/x-protobuf", "application/json"
T0_NS = 1_772_359_200_000_000_000
TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
LOGS = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
METRICS = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"


class Answer(NamedTuple):
    """An HTTP answer; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The Content-Type."""
        return self.headers.get("content-type", "")


@dataclass
class Rig:
    """What a test has of a running receiver."""

    receiver: Receiver
    intake: Intake
    store: Path

    @property
    def http(self) -> str:
        """`127.0.0.1:port` of OTLP/HTTP."""
        return self.receiver.http_address

    @property
    def grpc(self) -> str:
        """`127.0.0.1:port` of OTLP/gRPC."""
        return self.receiver.grpc_address

    async def post(self, path: str, body: bytes, kind: str = PROTOBUF, **headers: str) -> Answer:
        """POST with the headers of a decent sender."""
        named = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        return await raw(self.http, f"POST {path} HTTP/1.1\r\nHost: {self.http}\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
                         .encode() + body)

    async def export(self, body: bytes, method: str = TRACES, **more: Any) -> bytes:
        """One gRPC call; a grpc.aio.AioRpcError where it is refused."""
        async with grpc.aio.insecure_channel(self.grpc, options=[("grpc.max_send_message_length", -1)]) as channel:
            return await channel.unary_unary(method)(body, timeout=60, **more)

    async def span_names(self) -> list[str]:
        """Names of all stored spans, sorted."""
        return await asyncio.to_thread(self._names)

    def _names(self) -> list[str]:
        with open_store(self.store, role="read") as store:
            return sorted(row.name for summary in questions.traces(store, limit=100_000)
                          for row in questions.rows(store, summary.trace_id))

    async def log_count(self) -> int:
        """How many log records are stored."""
        def count() -> int:
            with open_store(self.store, role="read") as store, store.reading() as db:
                return int(db.execute("SELECT count(*) FROM logs").fetchone()[0])
        return await asyncio.to_thread(count)


@asynccontextmanager
async def receiving(folder: Path, *, token: str | None = None, memory_limit_bytes: int = 96_000_000,
                    **settings: Any) -> AsyncIterator[Rig]:
    """A receiver for the length of a block."""
    store = folder / "rig.db"
    intake = Intake(store, PriceBook(), memory_limit_bytes=memory_limit_bytes)
    intake.start()
    receiver = Receiver(ReceiverSettings(**{"grpc": "127.0.0.1:0", "http": "127.0.0.1:0", **settings}), intake, token)
    try:
        await receiver.start()
        await asyncio.wrap_future(intake.call(lambda writer: None))          # the store is there
        yield Rig(receiver, intake, store)
        assert intake.reserved_bytes == 0, "every body gave back its memory"
    finally:
        await receiver.stop(1.0)
        await asyncio.to_thread(intake.close)


async def raw(address: str, request: bytes, *, limit_s: float = 20.0) -> Answer:
    """Send bytes, read one answer. ConnectionError where there is none."""
    host, port = address.rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(limit_s):
            writer.write(request)
            return await answer(reader, has_body=not request.startswith(b"HEAD"))
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> Answer:
    """One HTTP answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    length = int(headers.get("content-length", "0")) if has_body else 0
    return Answer(int(first.split()[1]), headers, await reader.readexactly(length))


def status_of(found: Answer) -> Status:
    """The Status of a refusal in whichever encoding it has; the JSON form must be the one of protobuf's JSON mapping."""
    from google.protobuf import json_format

    assert found.kind in (PROTOBUF, JSON)
    if found.kind == PROTOBUF:
        return Status.FromString(found.body)
    return json_format.Parse(found.body, Status())


def details(status: Status, kind: type[Any]) -> list[Any]:
    """The details of one kind."""
    found = []
    for one in status.details:
        made = kind()
        if one.Unpack(made):
            found.append(made)
    return found


def traces(*names: str, first: int = 1, trace: int = 1) -> ExportTraceServiceRequest:
    """A request with spans of these names in one trace, the first of which is the root."""
    request = ExportTraceServiceRequest()
    block = request.resource_spans.add()
    block.resource.attributes.add(key="service.name").value.string_value = "bot"
    group = block.scope_spans.add()
    for number, name in enumerate(names, first):
        group.spans.add(trace_id=trace.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"), name=name,
                        parent_span_id=b"" if number == first else first.to_bytes(8, "big"),
                        start_time_unix_nano=T0_NS + number, end_time_unix_nano=T0_NS + number + 1_000_000)
    return request


def body(*names: str, **more: Any) -> bytes:
    """The same, encoded."""
    return traces(*names, **more).SerializeToString()


def json_body(*names: str, trace: int = 1) -> bytes:
    """The same in OTLP/JSON."""
    import orjson

    from tracedesk.wire.encode import to_json

    return orjson.dumps(to_json(traces(*names, trace=trace)))


def success(found: bytes) -> ExportTraceServiceResponse:
    """The response of a traces request."""
    return ExportTraceServiceResponse.FromString(found)


