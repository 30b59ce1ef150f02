"""Large requests cut into small ones: nothing lost, nothing read that is too much, whatever the bytes are."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.unit.receiver.rig import traces
from tracedesk.base.errors import DecodeError
from tracedesk.model.span import Span
from tracedesk.wire import json_text, otlp_json, otlp_proto, pieces
from tracedesk.wire.borders import varint

IDS = b"\x0a\x10" + b"\1" * 16 + b"\x12\x08" + b"\2" * 8


def held(number: int, inside: bytes) -> bytes:
    """A field with a message inside."""
    return bytes([number << 3 | 2]) + varint(len(inside)) + inside


def spans(body: bytes) -> list[tuple[bytes, bytes, bytes, str, bytes]]:
    def known(span: Span) -> tuple[bytes, bytes, bytes, str, bytes]:
        return span.span_id, span.resource.raw, span.scope.raw, span.resource.schema_url, span.raw
    return [known(span) for span in otlp_proto.decode_traces(body).spans]


def of_many_groups(items: int) -> bytes:
    """A request with resources, scopes and schema URLs of all kinds, some of them empty."""
    rng = random.Random(items)
    request = traces()
    left = items
    while left > 0:
        block = request.resource_spans.add(schema_url=rng.choice(["", "https://example.test/1"]))
        block.resource.attributes.add(key="service.name").value.string_value = f"bot {rng.randrange(5)}"
        for _ in range(rng.randrange(3)):
            group = block.scope_spans.add()
            group.scope.name = f"scope {rng.randrange(5)}"
            for _ in range(min(left, rng.choice([0, 1, 7, 3_000]))):
                group.spans.add(trace_id=b"\1" * 16, span_id=left.to_bytes(8, "big"), name="x" * rng.choice([3, 300]))
                left -= 1
    return request.SerializeToString()


@pytest.mark.parametrize("items", [1, 500, 2_000, 2_001, 9_000])
def test_the_pieces_hold_what_the_request_held(items: int) -> None:
    body = of_many_groups(items)
    left_out: list[bytes] = []
    parts = list(pieces.pieces(body, "traces", left_out))
    assert [span for part in parts for span in spans(part)] == spans(body)
    assert not left_out
    for part in parts:
        assert len(spans(part)) <= pieces.PIECE_ITEMS
        assert len(part) <= pieces.PIECE_BYTES + 100_000


def test_a_request_of_ordinary_size_is_not_copied() -> None:
    body = traces(*(f"span {number} {'x' * 500}" for number in range(512))).SerializeToString()
    assert len(body) > pieces.SMALL_BYTES
    assert next(iter(pieces.pieces(body, "traces", []))) is body


EMPTY = 600_000


@pytest.mark.parametrize("body", [
    b"\x0a\x00" * EMPTY, held(1, b"\x12\x00" * EMPTY), held(1, held(2, b"\x12\x00" * EMPTY)),
    held(1, b"\x0a\x00" * EMPTY + held(2, held(2, IDS))), held(1, held(1, b"\x0a\x00" * EMPTY) + held(2, held(2, IDS))),
    held(1, held(2, held(1, b"\x1a\x00" * EMPTY) + held(2, IDS)))],
    ids=["resources", "scopes", "spans", "one resource in parts", "its attributes", "those of a scope"])
@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_a_request_with_too_much_inside_is_refused_before_it_is_read(body: bytes, signal: str) -> None:
    with pytest.raises(DecodeError):
        pieces.pieces(body, signal, [])


@pytest.mark.parametrize("inside", [
    b"\x5a\x00" * EMPTY, b"\x6a\x00" * EMPTY, b"\x4a\x00" * EMPTY, b"\xca\x00\x00" * EMPTY,
    held(9, held(2, held(5, b"\x0a\x00" * EMPTY))), held(9, held(2, held(6, b"\x0a\x00" * EMPTY)))],
    ids=["events", "links", "attributes", "attributes with a long tag", "a list", "a map"])
def test_a_span_with_too_much_inside_costs_itself_only(inside: bytes) -> None:
    good = traces("good").SerializeToString()
    bad = held(1, held(2, held(2, IDS + held(5, b"bad") + inside) + held(2, IDS + held(5, b"neighbour"))))
    left_out: list[bytes] = []
    parts = pieces.pieces(good + bad, "traces", left_out)
    assert [span.name for part in parts for span in otlp_proto.decode_traces(part).spans] == ["good", "neighbour"]
    assert len(left_out) == 1
    assert b"bad" in left_out[0]


def test_a_hundred_thousand_attributes_and_much_text_are_not_too_much() -> None:
    request = traces("wide", "long")
    wide, long = request.resource_spans[0].scope_spans[0].spans
    for number in range(100_000):
        wide.attributes.add(key=f"key {number}").value.int_value = number
    long.attributes.add(key="text").value.string_value = "J\n*2:BJRZbjrz" * 500_000
    left_out: list[bytes] = []
    found = [span for part in pieces.pieces(request.SerializeToString(), "traces", left_out) for span in spans(part)]
    assert found == spans(request.SerializeToString())
    assert not left_out


def damage(body: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(body))
    other = bytes([rng.randrange(256)])
    return rng.choice([body[:at], body[:at] + other + body[at + 1:], body[at:], body[:at] + body[at + 1:]])


def test_damaged_bytes_are_cut_or_refused() -> None:
    body, rng = of_many_groups(800), random.Random(1)
    for _ in range(100):
        try:
            for part in pieces.pieces(damage(body, rng), "traces", []):
                otlp_proto.decode_traces(part)
        except DecodeError:
            pass


@pytest.mark.parametrize("make", [
    lambda n: b'{"resourceSpans": [' + b"{}," * n + b"{}]}", lambda n: b"[" + b"1," * n + b"1]",
    lambda n: b'["' + b'","' * n + b'"]', lambda n: rb'["\\",' + b"1," * n + b"1]"])
def test_json_of_too_many_values_is_refused(make: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "VALUES", 1_000)
    assert json_text.has_too_many_values(make(1_000))
    assert not json_text.has_too_many_values(make(400))
    with pytest.raises(DecodeError, match="values"):
        otlp_json.decode_traces(make(1_000))


def test_what_is_inside_of_strings_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "VALUES", 1_000)
    for text in (b"[{," * 1_000, rb"\"[{," * 1_000, rb"\\\"[{," * 1_000, rb"\u0022[{," * 1_000):
        assert not json_text.has_too_many_values(b'{"resourceSpans": [], "x": "' + text + b'"}')


def test_json_of_too_many_items_is_refused_where_it_is_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp_json, "BORDERS", 1_000)
    body = b'{"resourceSpans": [{"scopeSpans": [{"spans": [' + b"{}," * 1_000 + b"{}]}]}]}"
    with pytest.raises(DecodeError, match="items"):
        otlp_json.decode_traces(body)
    assert otlp_json.decode_traces(body, lenient=True).rejected_count == 1_001, "a file may hold as many as it likes"
