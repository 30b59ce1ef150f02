"""Row H12: requests of every kind, changed at random but knowing their structure. Every answer is one that OTLP allows, nothing
breaks, and afterwards the receiver takes spans as before."""

from __future__ import annotations

import asyncio
import copy
import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.unit.receiver.rig import JSON, PROTOBUF, Rig, answer, body, receiving, traces
from tests.unit.receiver.test_hostile import NAUGHTY, ODD_VALUES, legal, varint
from tracedesk.wire.encode import to_json

OPERATIONS = ("chat", "execute_tool", "embeddings")
IN_A_FIELD = (0, 1, 127, 128, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)


def seed_request(chance: random.Random) -> ExportTraceServiceRequest:
    """A request of LLM spans with everything on them that OTLP has."""
    request = traces("agent", "chat", "tool", trace=chance.randrange(1, 50))
    for span in request.resource_spans[0].scope_spans[0].spans:
        span.attributes.add(key="gen_ai.operation.name").value.string_value = chance.choice(OPERATIONS)
        span.attributes.add(key="gen_ai.request.model").value.string_value = "gpt-4o"
        span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = chance.randrange(1000)
        messages = span.attributes.add(key="gen_ai.input.messages").value
        messages.string_value = '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]'
        nested = span.attributes.add(key="llm.nested").value.kvlist_value.values.add(key="k").value
        nested.array_value.values.add().double_value = 1.5
        nested.array_value.values.add().bytes_value = b"\xff\x00"
        event = span.events.add(name="exception", time_unix_nano=span.start_time_unix_nano)
        event.attributes.add(key="exception.message").value.string_value = "no"
        span.links.add(trace_id=span.trace_id, span_id=span.span_id)
        span.status.message = "said"
    return request


# -- protobuf: a message is a list of fields, some of which are messages -------------------------------------------------------

def mutated_proto(data: bytes, chance: random.Random) -> bytes:
    """The message with a few changes at any depth."""
    for _ in range(chance.randint(1, 3)):
        data = _mutate(data, chance, chance.randint(0, 8))
    return data


def _mutate(data: bytes, chance: random.Random, depth: int) -> bytes:
    found = _fields(data)
    if not found or (depth == 0 and chance.random() < 0.2):
        return _scramble(data, chance)
    at = chance.randrange(len(found))
    number, wire, payload = found[at]
    if depth and wire == 2:
        found[at] = (number, wire, _mutate(payload, chance, depth - 1))
    else:
        action = chance.randrange(7)
        if action == 0:
            del found[at]
        elif action == 1:
            found[at:at] = [found[at]] * chance.choice((1, 2, 30))
        elif action == 2:
            found[at] = (chance.choice((number + 1, 15, 2**29 - 1, 0)), wire, payload)
        elif action == 3:
            found[at] = (number, chance.choice((0, 1, 2, 3, 4, 5)), payload)
        elif action == 4:
            chance.shuffle(found)
        elif action == 5:
            text = chance.choice(NAUGHTY).encode()[:5000]
            odd = chance.choice((varint(chance.choice(IN_A_FIELD)), chance.randbytes(8), text))
            found[at] = (number, wire, odd)
        else:
            found[at] = (number, wire, _scramble(payload, chance))
    return b"".join(_encoded(*field) for field in found)


def _scramble(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return chance.randbytes(3)
    at = chance.randrange(len(data))
    return chance.choice((data[:at], data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:],
                          data[:at] + chance.randbytes(4) + data[at:], data[at:]))


def _fields(data: bytes) -> list[tuple[int, int, bytes]]:
    """(number, wire type, payload), as far as the bytes are fields."""
    found, at = [], 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        wire = tag & 7
        if wire == 2:
            size, at = _read_varint(data, at)
        elif wire == 0:
            size = _read_varint(data, at)[1] - at
        else:
            size = 8 if wire == 1 else 4
        found.append((tag >> 3, wire, data[at:at + size]))
        at += size
    return found


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            break
    return value, at


def _encoded(number: int, wire: int, payload: bytes) -> bytes:
    head = varint(number << 3 | wire)
    return head + varint(len(payload)) + payload if wire == 2 else head + payload


# -- JSON: values at any place replaced, removed, repeated ---------------------------------------------------------------------

def mutated_json(document: Any, chance: random.Random) -> bytes:
    """The text of the document with a few changes, sometimes of the text itself."""
    for _ in range(chance.randint(1, 3)):
        _mutate_value(document, chance)
    text = orjson.dumps(document, default=str)
    return _scramble(text, chance) if chance.random() < 0.2 else text


def _mutate_value(value: Any, chance: random.Random) -> None:
    while True:
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not places:
            return
        at = chance.choice(places)
        inner = value[at]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.8:
            value = inner
            continue
        action = chance.randrange(4)
        if action == 0:
            del value[at]
        elif action == 1 and isinstance(value, list):
            value.extend(copy.deepcopy([inner] * chance.choice((1, 20))))
        elif action == 2 and isinstance(value, dict):
            value[chance.choice(NAUGHTY)[:100]] = value.pop(at)
        else:
            odd = chance.choice([one for one in ODD_VALUES if not isinstance(one, int) or abs(one) < 2**63] + NAUGHTY)
            value[at] = odd[:5000] if isinstance(odd, str) else copy.deepcopy(odd)
        return


async def fuzz(rig: Rig, times: int, kind: str, make: Callable[[], bytes]) -> dict[int, int]:
    """How often each status was answered, over one connection as long as it lives."""
    counts: dict[int, int] = {}
    host, port = rig.http.split(":")
    reader = writer = None
    for _ in range(times):
        if writer is None:
            reader, writer = await asyncio.open_connection(host, int(port))
        sent = make()
        writer.write(f"POST /v1/traces HTTP/1.1\r\nHost: {rig.http}\r\nContent-Type: {kind}\r\n"
                     f"Content-Length: {len(sent)}\r\n\r\n".encode() + sent)
        found = legal(await answer(reader))
        counts[found.status] = counts.get(found.status, 0) + 1
        if found.headers.get("connection") == "close":
            writer.close()
            writer = None
    if writer is not None:
        writer.close()
    return counts


@pytest.mark.parametrize(("seed", "times"), [(1, 700), pytest.param(2, 200_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_mutated_requests(tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str, seed: int, times: int) -> None:
    chance = random.Random(seed)

    def make() -> bytes:
        request = seed_request(chance)
        if kind == JSON:
            return mutated_json(to_json(request), chance)
        return mutated_proto(request.SerializeToString(), chance)

    async with receiving(tmp_path) as rig:
        counts = await fuzz(rig, times, kind, make)
        assert counts[200] > times / 4, counts
        assert counts.get(400, 0) > times / 100, counts
        assert (await rig.post("/v1/traces", body("still here", trace=99))).status == 200
        assert "still here" in await rig.span_names()
        rig.intake.call(lambda writer: writer.settle()).result(60)
    broken = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not broken, broken[:1]


async def test_random_bytes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(3)
    async with receiving(tmp_path) as rig:
        for kind in (PROTOBUF, JSON):
            await fuzz(rig, 200, kind, lambda: chance.randbytes(chance.randint(0, 300)))
        assert await rig.export(body("still here")) == b""
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
