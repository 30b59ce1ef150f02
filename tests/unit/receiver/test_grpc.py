"""OTLP/gRPC, sentence by sentence of the OpenTelemetry Protocol specification (1.11, "OTLP/gRPC")."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tests.unit.receiver.rig import (
    JSON,
    LOGS,
    METRICS,
    PROTOBUF,
    T0_NS,
    TRACES,
    Rig,
    body,
    details,
    raw,
    receiving,
    status_of,
    success,
    traces,
)
from tracedesk.base.errors import StoreDamaged
from tracedesk.receiver.refusals import BODY_LIMIT
from tracedesk.wire import otlp_proto


@pytest.fixture
async def rig(tmp_path: Path):
    async with receiving(tmp_path) as running:
        yield running


async def refused(rig: Rig, request: bytes, **more: object) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as found:
        await rig.export(request, **more)
    return found.value


def trailing(error: grpc.aio.AioRpcError) -> dict[str, bytes]:
    return dict(list(error.trailing_metadata()))


@pytest.mark.parametrize("method", [TRACES, LOGS, METRICS])
async def test_an_empty_request_succeeds_and_partial_success_is_not_set(rig: Rig, method: str) -> None:
    assert await rig.export(b"", method) == b""


async def test_the_answer_comes_after_the_spans_are_in_the_store(rig: Rig) -> None:
    assert await rig.export(body("agent", "chat")) == b""
    assert await rig.span_names() == ["agent", "chat"]


async def test_partial_success_counts_and_says_why(rig: Rig) -> None:
    request = traces("kept", "bad")
    request.resource_spans[0].scope_spans[0].spans[1].span_id = b"\0" * 8
    partial = success(await rig.export(request.SerializeToString())).partial_success
    assert partial.rejected_spans == 1
    assert partial.error_message == "1 span was not kept: span_id is all zero (1, the first is “bad”)"
    assert await rig.span_names() == ["kept"]


async def test_logs_and_metrics(rig: Rig) -> None:
    logs = ExportLogsServiceRequest()
    records = logs.resource_logs.add().scope_logs.add().log_records
    records.add(time_unix_nano=T0_NS).body.string_value = "kept"
    records.add(time_unix_nano=T0_NS, span_id=b"wrong").body.string_value = "refused"
    answer = ExportLogsServiceResponse.FromString(await rig.export(logs.SerializeToString(), LOGS))
    assert answer.partial_success.rejected_log_records == 1
    assert await rig.log_count() == 1
    metrics = ExportMetricsServiceRequest()
    metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge.data_points.add(as_int=1)
    assert await rig.export(metrics.SerializeToString(), METRICS) == b""


@pytest.mark.parametrize("method", [TRACES, LOGS, METRICS])
async def test_bad_data_is_invalid_argument_with_bad_request(rig: Rig, method: str) -> None:
    error = await refused(rig, b"\xff\xff\xff", method=method)
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    status = Status.FromString(trailing(error)["grpc-status-details-bin"])
    assert (status.code, status.message) == (3, error.details())
    assert details(status, BadRequest)[0].field_violations
    assert "google.rpc.retryinfo-bin" not in trailing(error)


async def test_overload_is_unavailable_with_retry_info_in_both_forms(tmp_path: Path) -> None:
    async with receiving(tmp_path, memory_limit_bytes=1_000) as rig:
        rig.intake.reserve(1_000)
        error = await refused(rig, body("a"))
        rig.intake.release(1_000)
        assert error.code() == grpc.StatusCode.UNAVAILABLE
        status = Status.FromString(trailing(error)["grpc-status-details-bin"])
        asked = details(status, RetryInfo)[0]
        assert asked == RetryInfo.FromString(trailing(error)["google.rpc.retryinfo-bin"])
        assert 1 <= asked.retry_delay.seconds + asked.retry_delay.nanos / 1e9 <= 4
        assert await rig.export(body("a")) == b""


async def test_what_this_machine_refuses_is_unavailable_with_retry_info(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_: object) -> None:
        raise StoreDamaged("The store is damaged.")

    monkeypatch.setattr("tracedesk.store.writer.Writer.write", damaged)
    error = await refused(rig, body("a"))
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert "google.rpc.retryinfo-bin" in trailing(error)
    assert isinstance(rig.intake.counters.last_error, StoreDamaged)


async def test_64_mib_is_taken_and_one_byte_more_is_resource_exhausted_without_retry_info(rig: Rig) -> None:
    request = traces("large", "rest")
    value = request.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="text").value
    value.string_value = "x" * 60_000_000
    request.resource_spans[0].scope_spans[0].spans[1].attributes.add(key="pad").value.string_value = "y"
    short = BODY_LIMIT - request.ByteSize()
    pad = request.resource_spans[0].scope_spans[0].spans[1].attributes[0].value
    pad.string_value = "y" * short
    while request.ByteSize() != BODY_LIMIT:
        pad.string_value = "y" * (len(pad.string_value) + BODY_LIMIT - request.ByteSize())
    assert await rig.export(request.SerializeToString()) == b""
    pad.string_value += "y"
    error = await refused(rig, request.SerializeToString())
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "google.rpc.retryinfo-bin" not in trailing(error)
    assert await rig.span_names() == ["large", "rest"]


async def test_gzip_is_taken_and_a_bomb_is_not(rig: Rig) -> None:
    assert await rig.export(body("a"), compression=grpc.Compression.Gzip) == b""
    error = await refused(rig, bytes(BODY_LIMIT + 1), compression=grpc.Compression.Gzip)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_other_services_are_unimplemented(rig: Rig) -> None:
    for method in ("/opentelemetry.proto.collector.trace.v1.TraceService/Other", "/x.Y/Export"):
        assert (await refused(rig, b"", method=method)).code() == grpc.StatusCode.UNIMPLEMENTED


async def test_the_token(tmp_path: Path) -> None:
    async with receiving(tmp_path, token="t0ken", require_token=True) as rig:
        for metadata in ((), (("authorization", "Bearer no"),), (("authorization", "t0ken"),)):
            error = await refused(rig, body("a"), metadata=metadata)
            assert error.code() == grpc.StatusCode.UNAUTHENTICATED
            assert "google.rpc.retryinfo-bin" not in trailing(error)
        assert await rig.span_names() == []
        assert await rig.export(body("a"), metadata=(("authorization", "Bearer t0ken"),)) == b""


async def test_a_bug_of_ours_is_internal_and_costs_no_other_call(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("secret prompt")

    with monkeypatch.context() as patch:
        patch.setattr("tracedesk.wire.otlp_proto.resource_of", broken)
        error = await refused(rig, body("a"))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert "secret" not in str(error.details())
    assert await rig.export(body("a")) == b""


async def test_many_calls_on_one_connection_at_once(rig: Rig) -> None:
    async with grpc.aio.insecure_channel(rig.grpc) as channel:
        export = channel.unary_unary(TRACES)
        answers = await asyncio.gather(*(export(body(f"s{number}", trace=number + 1)) for number in range(200)))
    assert answers == [b""] * 200
    assert len(await rig.span_names()) == 200


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_http_on_the_grpc_port_is_told_the_port_it_wanted(rig: Rig, kind: str) -> None:
    whole = body("a")
    found = await raw(rig.grpc, f"POST /v1/traces HTTP/1.1\r\nHost: {rig.grpc}\r\nContent-Type: {kind}\r\n"
                                f"Content-Length: {len(whole)}\r\n\r\n".encode() + whole)
    assert (found.status, found.kind) == (421, kind)
    assert f"http://{rig.http}" in status_of(found).message
    assert await rig.span_names() == []


async def test_grpc_on_the_http_port_is_served_all_the_same(rig: Rig) -> None:
    async with grpc.aio.insecure_channel(rig.http) as channel:
        assert await channel.unary_unary(TRACES)(body("a"), timeout=10) == b""
    assert await rig.span_names() == ["a"]


async def test_a_call_under_way_gets_its_answer_when_we_end(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    decode = otlp_proto.resource_of

    def slow(*given: object) -> object:
        time.sleep(0.3)
        return decode(*given)

    monkeypatch.setattr(otlp_proto, "resource_of", slow)
    call = asyncio.create_task(rig.export(body("a")))
    await asyncio.sleep(0.1)
    await rig.receiver.stop(2.0)
    assert await call == b""
    assert await rig.span_names() == ["a"]
