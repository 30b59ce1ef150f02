"""Slow and silent senders, too many of them, and bombs (rows L4 and L5)."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from pathlib import Path

import pytest

from tests.unit.receiver.rig import JSON, PROTOBUF, Rig, answer, body, raw, receiving, status_of
from tracedesk.receiver import bodies, front


@pytest.fixture
async def rig(tmp_path: Path):
    async with receiving(tmp_path) as running:
        yield running


async def connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = address.rsplit(":", 1)
    return await asyncio.open_connection(host, int(port))


async def closed(reader: asyncio.StreamReader, limit_s: float) -> bool:
    """Whether the other side hangs up within this time."""
    try:
        async with asyncio.timeout(limit_s):
            return await reader.read(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def test_the_limits_are_those_of_the_goals() -> None:
    assert (front.HEAD_S, bodies.BODY_S, front.CONNECTIONS) == (10.0, 30.0, 256)


@pytest.mark.parametrize("said", [b"", b"P", b"POST /v1/traces HTTP/1.1\r\nHost: x\r\n", b"PRI * HTTP/2.0\r\n\r\nSM"])
async def test_who_does_not_say_what_they_want_is_hung_up_on(rig: Rig, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(front, "HEAD_S", 0.2)
    for address in (rig.http, rig.grpc):
        reader, writer = await connect(address)
        writer.write(said)
        assert await closed(reader, 5)
        writer.close()


async def test_one_byte_at_a_time_does_not_gain_time(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "HEAD_S", 0.3)
    reader, writer = await connect(rig.http)
    dribble = asyncio.create_task(_dribble(writer, b"POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"y" * 1000))
    assert await closed(reader, 5)
    dribble.cancel()
    writer.close()


async def _dribble(writer: asyncio.StreamWriter, data: bytes) -> None:
    for at in range(len(data)):
        writer.write(data[at:at + 1])
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_a_slow_body_is_408(rig: Rig, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(bodies, "BODY_S", 0.3)
    reader, writer = await connect(rig.http)
    writer.write(f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {kind}\r\n"
                 "Content-Length: 5000\r\n\r\n".encode())
    dribble = asyncio.create_task(_dribble(writer, b"x" * 1000))
    found = await answer(reader)
    dribble.cancel()
    assert (found.status, found.kind) == (408, kind)
    assert "did not arrive" in status_of(found).message
    assert rig.intake.reserved_bytes == 0
    writer.close()


async def test_too_many_connections_and_a_good_sender_is_served(rig: Rig) -> None:
    idle = [await connect(rig.http) for _ in range(front.CONNECTIONS + 44)]
    await asyncio.sleep(0.05)
    assert await closed(idle[0][0], 5), "the one that was silent longest makes room"
    assert (await raw(rig.http, f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\n"
                                f"Content-Length: {len(body('a'))}\r\n\r\n".encode() + body("a"))).status == 200
    for _, writer in idle:
        writer.close()
    assert await rig.span_names() == ["a"]


async def test_when_all_are_busy_no_more_are_let_in(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "CONNECTIONS", 5)
    busy = [await connect(rig.http) for _ in range(5)]
    for _, writer in busy:
        writer.write(f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {PROTOBUF}\r\n"
                     "Content-Length: 9\r\n\r\n".encode())
    await asyncio.sleep(0.1)
    reader, writer = await connect(rig.http)
    assert await closed(reader, 5)
    writer.close()
    for _, writer in busy:
        writer.close()
    await asyncio.sleep(0.1)
    assert (await rig.post("/v1/traces", body("a"))).status == 200, "there is room again"


async def test_a_head_without_end_is_refused(rig: Rig) -> None:
    found = await raw(rig.http, b"POST /v1/traces HTTP/1.1\r\nX: " + b"y" * 200_000)
    assert found.status == 400
    assert status_of(found).message


async def test_a_gzip_bomb_is_refused_quickly_and_in_little_memory(rig: Rig) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(16 * 1024 * 1024)
    bomb = b"".join(squeeze.compress(zeros) for _ in range(64)) + squeeze.flush()
    assert len(bomb) < 1_500_000
    tracemalloc.start()
    found = await rig.post("/v1/traces", bomb, Content_Encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.status == 413
    assert peak < 100_000_000
    assert rig.intake.reserved_bytes == 0


async def test_bombs_at_once_stay_within_the_memory_that_is_set_apart(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * 60_000_000)
    async with receiving(tmp_path, memory_limit_bytes=70_000_000) as rig:
        found = await asyncio.gather(*(rig.post("/v1/traces", bomb, JSON, Content_Encoding="gzip") for _ in range(8)))
        assert {one.status for one in found} <= {400, 503}
        assert any(one.status == 503 for one in found)
        assert all("retry-after" in one.headers for one in found if one.status == 503)
        assert (await rig.post("/v1/traces", body("a"))).status == 200
