"""Large requests: written in pieces between which others have their turn, and what no program sends costs nobody anything."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from pathlib import Path

import grpc
import pytest

from tests.unit.receiver.rig import LOGS, METRICS, Rig, body, receiving, status_of, success, traces
from tests.unit.wire.test_pieces import EMPTY, IDS, held
from tracedesk.ingest.intake import TryLater
from tracedesk.receiver.keeping import keep
from tracedesk.receiver.signals import SIGNALS
from tracedesk.wire import pieces

EMPTY_SPANS = held(1, held(2, b"\x12\x00" * EMPTY))
FULL_SPAN = held(1, held(2, held(2, IDS + held(5, b"full") + b"\x5a\x00" * EMPTY)))


@pytest.fixture
async def rig(tmp_path: Path):
    async with receiving(tmp_path) as running:
        yield running


def many(count: int) -> bytes:
    return body(*map(str, range(count)), trace=2)


async def test_every_span_of_a_large_request_is_kept(rig: Rig) -> None:
    assert (await rig.post("/v1/traces", many(5_000))).status == 200
    assert await rig.span_names() == sorted(map(str, range(5_000)))
    assert rig.intake.counters.batches == 3
    assert success(await rig.export(many(5_000))).partial_success.rejected_spans == 0
    assert rig.intake.counters.dropped == 0


async def test_others_have_their_turn_between_two_pieces(rig: Rig) -> None:
    large = asyncio.create_task(rig.post("/v1/traces", many(30_000)))
    while not rig.intake.counters.batches:
        await asyncio.sleep(0.001)
    assert (await rig.post("/v1/traces", body("small"))).status == 200
    assert not large.done()
    assert (await large).status == 200


@pytest.mark.parametrize("method", [None, LOGS, METRICS])
async def test_too_many_items_are_refused_by_every_door(rig: Rig, method: str | None) -> None:
    path = {None: "traces", LOGS: "logs", METRICS: "metrics"}[method]
    found = await rig.post(f"/v1/{path}", EMPTY_SPANS)
    assert found.status == 400
    assert pieces.TOO_MANY in status_of(found).message
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await rig.export(EMPTY_SPANS, **({"method": method} if method else {}))
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_a_span_that_is_too_full_is_told_and_counted(rig: Rig) -> None:
    request = body("neighbour") + FULL_SPAN
    for answer in (success((await rig.post("/v1/traces", request)).body), success(await rig.export(request))):
        assert answer.partial_success.rejected_spans == 1
        assert "full" in answer.partial_success.error_message
    assert rig.intake.counters.dropped == 2
    assert await rig.span_names() == ["neighbour"]


async def test_what_is_wrong_in_several_pieces_is_told_once(rig: Rig) -> None:
    request = traces(*map(str, range(5_000)))
    for span in request.resource_spans[0].scope_spans[0].spans[::2]:
        span.span_id = b""
    said = success((await rig.post("/v1/traces", request.SerializeToString())).body).partial_success
    assert said.rejected_spans == rig.intake.counters.dropped == 2_500
    assert said.error_message.count("span_id") == 1


async def test_a_sender_that_leaves_gives_its_memory_back(rig: Rig) -> None:
    request = many(30_000)
    rig.intake.reserve(len(request))
    writing = asyncio.create_task(keep(rig.intake, SIGNALS[0], request, is_json=False, origin="http"))
    while not rig.intake.counters.batches:
        await asyncio.sleep(0.001)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert rig.intake.reserved_bytes == 0
    assert rig.intake.counters.received < 30_000


async def test_when_the_engine_ends_between_two_pieces_the_sender_is_told_to_come_again(tmp_path: Path) -> None:
    async with receiving(tmp_path) as rig:
        request = many(30_000)
        rig.intake.reserve(len(request))
        writing = asyncio.create_task(keep(rig.intake, SIGNALS[0], request, is_json=False, origin="http"))
        while not rig.intake.counters.batches:
            await asyncio.sleep(0.001)
        await asyncio.to_thread(rig.intake.close)
        with pytest.raises(TryLater):
            await writing


async def test_bodies_that_are_refused_do_not_stay_in_memory(tmp_path: Path) -> None:
    request = bytes(8_000_000)
    async with receiving(tmp_path, memory_limit_bytes=1_000_000) as rig:
        rig.intake.reserve(1)
        gc.disable()
        tracemalloc.start()
        try:
            for _ in range(6):
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await rig.export(request)
                assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
                del refused
            await asyncio.sleep(0.1)
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            gc.enable()
            rig.intake.release(1)
        assert held < 2 * len(request)
