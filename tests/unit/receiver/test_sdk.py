"""The stock OpenTelemetry SDK for Python delivers over both protocols, also under a burst that is more than we take at once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter

from tests.unit.receiver.rig import TRACES, Rig, receiving, traces


def exporters(rig: Rig) -> dict[str, SpanExporter]:
    return {
        "grpc": GrpcExporter(endpoint=f"http://{rig.grpc}", insecure=True),
        "grpc gzip": GrpcExporter(endpoint=f"http://{rig.grpc}", insecure=True, compression=grpc.Compression.Gzip),
        "http": HttpExporter(endpoint=f"http://{rig.http}/v1/traces"),
        "http gzip": HttpExporter(endpoint=f"http://{rig.http}/v1/traces", compression=Compression.Gzip)}


@pytest.mark.parametrize("how", ["grpc", "grpc gzip", "http", "http gzip"])
async def test_a_program_is_delivered(tmp_path: Path, how: str) -> None:
    async with receiving(tmp_path) as rig:
        def program() -> None:
            provider = TracerProvider(resource=Resource({"service.name": "shop"}))
            provider.add_span_processor(BatchSpanProcessor(exporters(rig)[how]))
            tracer = provider.get_tracer("program")
            with tracer.start_as_current_span("agent"):
                for number in range(1_500):
                    with tracer.start_as_current_span(f"chat {number}", attributes={"gen_ai.request.model": "gpt-4o"}):
                        pass
                provider.force_flush()
            provider.shutdown()

        await asyncio.to_thread(program)
        assert len(await rig.span_names()) == 1_501
        assert rig.intake.counters.dropped == 0


async def test_spans_one_at_a_time(tmp_path: Path) -> None:
    async with receiving(tmp_path) as rig:
        def program() -> None:
            provider = TracerProvider()
            provider.add_span_processor(SimpleSpanProcessor(exporters(rig)["grpc"]))
            for number in range(30):
                with provider.get_tracer("program").start_as_current_span(f"s{number}"):
                    pass
            provider.shutdown()

        await asyncio.to_thread(program)
        assert len(await rig.span_names()) == 30


async def test_a_burst_is_refused_in_part_and_delivered_in_full(tmp_path: Path) -> None:
    """Ten programs send at once, each request more than half of what may wait: most are refused at first, none is lost."""
    limit = 400_000
    async with receiving(tmp_path, memory_limit_bytes=limit) as rig:
        seen = 0
        refused = 0

        def reserve(size: int) -> None:
            nonlocal seen, refused
            try:
                before(size)
            except Exception:
                refused += 1
                raise
            seen = max(seen, rig.intake.reserved_bytes)

        before = rig.intake.reserve
        rig.intake.reserve = reserve

        def program(number: int) -> None:
            how = "grpc" if number % 2 else "http"
            provider = TracerProvider(resource=Resource({"service.name": f"p{number}"}))
            provider.add_span_processor(BatchSpanProcessor(exporters(rig)[how], max_export_batch_size=250))
            tracer = provider.get_tracer("burst")
            for index in range(500):
                with tracer.start_as_current_span(f"p{number} s{index}", attributes={"prompt": "x" * 1_000}):
                    pass
            provider.shutdown()

        await asyncio.gather(*(asyncio.to_thread(program, number) for number in range(10)))
        assert len(set(await rig.span_names())) == 5_000
        assert refused > 0, "the burst was larger than what may wait"
        assert seen <= limit


async def test_memory_stays_bounded_while_a_burst_is_refused(tmp_path: Path) -> None:
    """Ten times as much as may wait, sent at once by clients that do not come again."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("no measure of memory here")
    request = traces(*(f"s{number}" for number in range(200)))
    for span in request.resource_spans[0].scope_spans[0].spans:
        span.attributes.add(key="prompt").value.string_value = "x" * 10_000
    body = request.SerializeToString()
    async with receiving(tmp_path, memory_limit_bytes=10_000_000) as rig, grpc.aio.insecure_channel(rig.grpc) as channel:
        export = channel.unary_unary(TRACES)
        await export(body)
        idle = resident()
        done = await asyncio.gather(*(export(body, timeout=60) for _ in range(50)), return_exceptions=True)
        grown = resident() - idle
        codes = {error.code() for error in done if isinstance(error, grpc.aio.AioRpcError)}
    assert codes <= {grpc.StatusCode.UNAVAILABLE}
    assert done.count(b"") >= 1
    assert grown < 256_000_000, f"{grown / 1e6:.0f} MB"


def resident() -> int:
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
