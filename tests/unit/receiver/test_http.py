"""OTLP/HTTP, sentence by sentence of the OpenTelemetry Protocol specification (1.11, "OTLP/HTTP")."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from pathlib import Path

import orjson
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

from tests.unit.receiver.rig import (
    JSON,
    PROTOBUF,
    T0_NS,
    Answer,
    Rig,
    body,
    details,
    json_body,
    raw,
    receiving,
    status_of,
    success,
    traces,
)
from tracedesk.base.clock import now_ns
from tracedesk.base.errors import DiskFull
from tracedesk.receiver import bodies, http_server, refusals

KINDS = (PROTOBUF, JSON)


@pytest.fixture
async def rig(tmp_path: Path):
    async with receiving(tmp_path) as running:
        yield running


def of_kind(kind: str, *names: str) -> bytes:
    return body(*names) if kind == PROTOBUF else json_body(*names)


@pytest.mark.parametrize("kind", KINDS)
async def test_success_is_200_with_the_response_message_in_the_encoding_of_the_request(rig: Rig, kind: str) -> None:
    found = await rig.post("/v1/traces", of_kind(kind, "agent", "chat"), kind)
    assert (found.status, found.kind) == (200, kind)
    assert found.body == (b"" if kind == PROTOBUF else b"{}"), "partial_success must not be set when everything was kept"
    assert await rig.span_names() == ["agent", "chat"]


@pytest.mark.parametrize(("kind", "empty"), [(PROTOBUF, b""), (JSON, b"{}"), (JSON, b'{"resourceSpans":[]}'),
                                             (PROTOBUF, body()), (JSON, json_body())])
@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/v1/metrics"])
async def test_an_empty_request_succeeds(rig: Rig, kind: str, empty: bytes, path: str) -> None:
    found = await rig.post(path, empty, kind)
    assert (found.status, found.body) == (200, b"" if kind == PROTOBUF else b"{}")


async def test_content_type_may_have_parameters_and_any_case(rig: Rig) -> None:
    assert (await rig.post("/v1/traces", json_body("a"), "Application/JSON; charset=utf-8")).status == 200


@pytest.mark.parametrize("kind", KINDS)
async def test_partial_success_is_200_and_counts_the_rejected_spans_and_says_why(rig: Rig, kind: str) -> None:
    request = traces("kept", "bad one", "bad two", "also kept")
    for bad in (1, 2):
        request.resource_spans[0].scope_spans[0].spans[bad].trace_id = b"short"
    encoded = request.SerializeToString()
    if kind == JSON:
        document = orjson.loads(json_body("kept", "bad one", "bad two", "also kept"))
        for bad in (1, 2):
            document["resourceSpans"][0]["scopeSpans"][0]["spans"][bad]["traceId"] = "73686f7274"
        encoded = orjson.dumps(document)
    found = await rig.post("/v1/traces", encoded, kind)
    assert (found.status, found.kind) == (200, kind)
    if kind == PROTOBUF:
        partial = success(found.body).partial_success
        rejected, said = partial.rejected_spans, partial.error_message
    else:
        partial = orjson.loads(found.body)["partialSuccess"]
        assert partial["rejectedSpans"] == "2", "64-bit integers are text in JSON"
        rejected, said = int(partial["rejectedSpans"]), partial["errorMessage"]
    assert rejected == 2
    assert "trace_id must" in said or "traceId must" in said
    assert "bad one" in said
    assert await rig.span_names() == ["also kept", "kept"]


async def test_logs_and_metrics_have_their_own_responses(rig: Rig) -> None:
    logs = ExportLogsServiceRequest()
    records = logs.resource_logs.add().scope_logs.add().log_records
    records.add(time_unix_nano=T0_NS).body.string_value = "kept"
    records.add(time_unix_nano=T0_NS, trace_id=b"wrong").body.string_value = "refused"
    found = await rig.post("/v1/logs", logs.SerializeToString())
    assert ExportLogsServiceResponse.FromString(found.body).partial_success.rejected_log_records == 1
    assert await rig.log_count() == 1

    metrics = ExportMetricsServiceRequest()
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    metric.gauge.data_points.add(as_int=1)
    found = await rig.post("/v1/metrics", metrics.SerializeToString())
    assert (found.status, ExportMetricsServiceResponse.FromString(found.body)) == (200, ExportMetricsServiceResponse())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/v1/metrics"])
async def test_bad_data_is_400_with_a_status_and_bad_request(rig: Rig, kind: str, path: str) -> None:
    found = await rig.post(path, b"\xff\xff\xff{", kind)
    assert (found.status, found.kind) == (400, kind), "the body of a refusal has the encoding of the request"
    status = status_of(found)
    assert status.code == 3
    assert status.message
    assert details(status, BadRequest)[0].field_violations[0].description == status.message
    assert "retry-after" not in found.headers, "bad data must not be sent again"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate"])
async def test_compressed_bodies(rig: Rig, encoding: str) -> None:
    packed = zlib.compress(body("a")) if encoding == "deflate" else gzip.compress(body("a"))
    assert (await rig.post("/v1/traces", packed, Content_Encoding=encoding)).status == 200
    assert await rig.span_names() == ["a"]


async def test_gzip_members_may_follow_one_another(rig: Rig) -> None:
    whole = body("a", "b")
    packed = gzip.compress(whole[:20]) + gzip.compress(whole[20:])
    assert (await rig.post("/v1/traces", packed, Content_Encoding="gzip")).status == 200
    assert await rig.span_names() == ["a", "b"]


@pytest.mark.parametrize("broken", [gzip.compress(body("a"))[:-9], gzip.compress(body("a")) + b"garbage", b"plain", b"",
                                    gzip.compress(body("a"))[:4]])
async def test_broken_gzip_is_bad_data(rig: Rig, broken: bytes) -> None:
    found = await rig.post("/v1/traces", broken, Content_Encoding="gzip")
    assert (found.status, status_of(found).code) == (400, 3)
    assert await rig.span_names() == []


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "snappy"])
async def test_an_unknown_encoding_is_415_and_says_what_is_known(rig: Rig, encoding: str) -> None:
    found = await rig.post("/v1/traces", body("a"), Content_Encoding=encoding)
    assert found.status == 415
    assert "gzip" in found.headers["accept-encoding"]
    assert status_of(found).code == 3


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    """A limit of 100 kB instead of 64 MiB; the real one is tried once, below."""
    for module in (bodies, http_server):
        monkeypatch.setattr(module, "BODY_LIMIT", 100_000)
    return 100_000


@pytest.mark.parametrize("kind", KINDS)
async def test_one_byte_past_the_limit_is_413(rig: Rig, small_limit: int, kind: str) -> None:
    found = await rig.post("/v1/traces", b"x" * (small_limit + 1), kind)
    assert (found.status, found.kind, status_of(found).code) == (413, kind, 8)
    assert not details(status_of(found), RetryInfo), "sending it again would not make it smaller"


async def test_the_limit_holds_after_decompression_and_without_a_length(rig: Rig, small_limit: int) -> None:
    found = await rig.post("/v1/traces", gzip.compress(b"x" * (small_limit + 1)), Content_Encoding="gzip")
    assert found.status == 413
    head = f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    assert (await raw(rig.http, head.encode() + chunk * 4)).status == 413


async def test_the_limit_is_64_mib() -> None:
    assert refusals.BODY_LIMIT == 64 * 1024 * 1024


async def test_chunked_bodies(rig: Rig) -> None:
    whole = body("a")
    head = f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%b\r\n" % (1, whole[at:at + 1]) for at in range(len(whole))) + b"0\r\n\r\n"
    assert (await raw(rig.http, head.encode() + chunks)).status == 200
    broken = await raw(rig.http, head.encode() + b"zz\r\n")
    assert broken.status == 400
    assert status_of(broken).code == 3


@pytest.mark.parametrize("kind", KINDS)
async def test_overload_is_503_with_retry_after_and_retry_info(tmp_path: Path, kind: str) -> None:
    async with receiving(tmp_path, memory_limit_bytes=1_000) as rig:
        rig.intake.reserve(1_000)
        found = await rig.post("/v1/traces", of_kind(kind, "a"), kind)
        rig.intake.release(1_000)
        assert (found.status, found.kind) == (503, kind)
        assert 1 <= int(found.headers["retry-after"]) <= 4
        delay = details(status_of(found), RetryInfo)[0].retry_delay
        assert 1 <= delay.seconds + delay.nanos / 1e9 <= 4
        assert (await rig.post("/v1/traces", of_kind(kind, "a"), kind)).status == 200, "it takes spans again at once"
        assert await rig.span_names() == ["a"]


async def test_what_this_machine_refuses_is_asked_for_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DiskFull("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("tracedesk.store.writer.Writer.write", full)
        found = await rig.post("/v1/traces", body("a"))
    assert found.status == 503
    assert "The disk is full." in status_of(found).message
    begun = now_ns()
    while (await rig.post("/v1/traces", body("a"))).status != 200:
        assert now_ns() - begun < 5e9, "it resumes within 5 s"
        await asyncio.sleep(0.1)
    assert await rig.span_names() == ["a"]


async def test_a_bug_of_ours_is_500_and_not_to_be_sent_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("secret prompt")

    monkeypatch.setattr("tracedesk.receiver.bodies.read", broken)
    found = await rig.post("/v1/traces", body("a"))
    assert (found.status, status_of(found).code) == (500, 13)
    assert b"secret" not in found.body
    assert "retry-after" not in found.headers


@pytest.mark.parametrize("path", ["/", "/v1/trace", "/v1/traces/", "/v1", "/v2/traces", "/metrics", "//v1/traces",
                                  "/V1/TRACES"])
async def test_other_paths_are_404_with_a_status(rig: Rig, path: str) -> None:
    found = await rig.post(path, body("a"))
    assert found.status == 404
    assert "/v1/traces" in status_of(found).message


async def test_a_query_after_the_path_is_ignored(rig: Rig) -> None:
    assert (await rig.post("/v1/traces?x=1", body("a"))).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_405(rig: Rig, method: str) -> None:
    request = f"{method} /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\n\r\n".encode()
    found = await raw(rig.http, request)
    assert (found.status, found.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded",
                                  "multipart/form-data; boundary=x", "application/jsonp", "x", ""])
async def test_other_content_types_are_415(rig: Rig, kind: str) -> None:
    found = await rig.post("/v1/traces", body("a"), kind)
    assert (found.status, status_of(found).code) == (415, 3)
    assert await rig.span_names() == []


async def test_a_connection_serves_many_requests(rig: Rig) -> None:
    host, port = rig.http.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for number in range(20):
        whole = body(f"s{number}", trace=number + 1)
        writer.write(f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\n"
                     f"Content-Length: {len(whole)}\r\n\r\n".encode() + whole)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()
    assert len(await rig.span_names()) == 20


async def test_a_sender_may_wait_for_100_continue(rig: Rig) -> None:
    whole = body("a")
    host, port = rig.http.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\nExpect: 100-continue\r\n"
                 f"Content-Length: {len(whole)}\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    writer.write(whole)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_the_token(tmp_path: Path) -> None:
    async with receiving(tmp_path, token="t0ken", require_token=True) as rig:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "t0ken"}, {"Authorization": "Basic t0ken"},
                      {"Authorization": "Bearer t0ken0"}, {"Authorization": "Bearer \xe4"}):
            found: Answer = await rig.post("/v1/traces", body("a"), **given)
            assert (found.status, status_of(found).code) == (401, 16)
        assert await rig.span_names() == []
        assert (await rig.post("/v1/traces", body("a"), Authorization="Bearer t0ken")).status == 200
        assert (await rig.post("/v1/traces", body("a"), Authorization="bearer t0ken")).status == 200


async def test_a_sender_that_hangs_up_in_the_body_leaves_nothing(rig: Rig) -> None:
    host, port = rig.http.split(":")
    for cut in (0, 5):
        _, writer = await asyncio.open_connection(host, int(port))
        whole = body("a")
        writer.write(f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\n"
                     f"Content-Length: {len(whole)}\r\n\r\n".encode() + whole[:cut])
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
    await asyncio.sleep(0.1)
    assert await rig.span_names() == []
    assert rig.intake.reserved_bytes == 0
