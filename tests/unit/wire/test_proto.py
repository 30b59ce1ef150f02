"""Protobuf bodies, whole and broken: what survives, what is refused and why, and that raw bytes come back as they came."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from tracedesk.base.errors import DecodeError
from tracedesk.model.span import Note
from tracedesk.wire import borders
from tracedesk.wire.otlp_proto import decode_logs, decode_traces
from tracedesk.wire.stored import decode_span

T0_NS = 1_772_359_200_000_000_000


def request(*names: str) -> ExportTraceServiceRequest:
    made = ExportTraceServiceRequest()
    block = made.resource_spans.add(schema_url="https://opentelemetry.io/schemas/1.30.0")
    block.resource.attributes.add(key="service.name").value.string_value = "bot"
    group = block.scope_spans.add()
    group.scope.name = "program"
    for number, name in enumerate(names, 1):
        span = group.spans.add(trace_id=b"\1" * 16, span_id=number.to_bytes(8, "big"), name=name,
                               start_time_unix_nano=T0_NS, end_time_unix_nano=T0_NS + number)
        span.attributes.add(key="n").value.int_value = number
    return made


def test_a_span_is_read_and_its_raw_bytes_are_the_message() -> None:
    batch = decode_traces(request("a", "b").SerializeToString(), origin="grpc")
    first, second = batch.spans
    assert (first.name, first.attributes, first.resource.service, first.scope.name) == ("a", {"n": 1}, "bot", "program")
    assert first.resource is second.resource
    assert SpanMessage.FromString(first.raw).name == "a"
    assert decode_span(first.raw, first.resource, first.scope) == first
    assert (batch.origin, batch.rejected) == ("grpc", [])


def test_unknown_fields_stay_in_the_raw_bytes() -> None:
    made = request("a")
    span = made.resource_spans[0].scope_spans[0].spans[0]
    span.MergeFromString(b"\xfa\x06\x03new")
    assert b"new" in decode_traces(made.SerializeToString()).spans[0].raw


def test_the_raw_bytes_are_those_of_the_body_however_it_is_encoded() -> None:
    made = request("a", "b" * 100, "c" * 300, "d" * 40_000)
    span = made.resource_spans[0].scope_spans[0].spans[0].SerializeToString()
    assert len(span) < 128
    wide = b"\x12" + bytes([len(span) | 128, 0]) + span                # its length in more bytes than it needs,
    wider = b"\x12" + bytes([len(span) | 128, 128, 0]) + span          # in still more,
    odd = b"\x92\x00" + bytes([len(span)]) + span                      # and its tag
    bodies = [made.SerializeToString(), made.SerializeToString() * 2]
    bodies += [b"\x0a" + borders.varint(len(block)) + block
               for block in (b"\x12" + borders.varint(len(group)) + group for group in (wide, wider, odd, wide + odd + wider))]
    for body in bodies:
        places: list[tuple[int, int]] = []
        spans = decode_traces(body, places=places).spans
        assert len(spans) == len(places) > 0
        for one, (start, stop) in zip(spans, places, strict=True):
            assert one.raw == body[start:stop]
            assert SpanMessage.FromString(one.raw).name == one.name


def test_where_spans_lie_is_not_known_in_a_body_with_what_otlp_has_not() -> None:
    body = request("a", "b").SerializeToString() + b"\x53\x08\x01\x54"          # field 10 as a group, which protobuf skips
    places: list[tuple[int, int]] = []
    spans = decode_traces(body, places=places).spans
    assert [span.name for span in spans] == ["a", "b"]
    assert places == [(0, 0)] * 2
    assert [SpanMessage.FromString(span.raw).name for span in spans] == ["a", "b"]


def test_one_bad_byte_costs_no_neighbour() -> None:
    batch = decode_traces(request("fine", "br0ken", "also").SerializeToString().replace(b"br0ken", b"br\xffken"))
    assert [span.name for span in batch.spans] == ["fine", "br\ufffdken", "also"]
    assert [bool(span.notes & Note.REPAIRED_TEXT) for span in batch.spans] == [False, True, False]
    assert {span.resource.service for span in batch.spans} == {"bot"}


@pytest.mark.parametrize("body", [bytes(10), bytes(5_000_000), b"\xff" * 20, b"\x0a\x05abc", b"\x0f", b"{}", b"\x0a\xff"])
def test_what_is_no_message_raises_at_once(body: bytes) -> None:
    for decode in (decode_traces, decode_logs):
        with pytest.raises(DecodeError):
            decode(body)


def test_the_signal_of_a_body_is_told_by_its_items() -> None:
    assert borders.signal(request("a").SerializeToString()) == "traces"
    assert borders.signal(b"") == "traces"


@pytest.mark.parametrize("cut", [1, 7, 20, 40])
def test_the_whole_part_of_a_block_that_is_cut_off(cut: int) -> None:
    block = request("a", "b", "c").resource_spans[0].SerializeToString()
    kept = borders.whole_part(block[:-cut])
    batch = decode_traces(b"\x0a" + borders.varint(len(kept)) + kept)
    assert [span.name for span in batch.spans] == ["a", "b", "c"][:len(batch.spans)]
    assert not batch.rejected
