"""Rows H1 to H8 and text that nobody expects: it costs one span at most, and every answer is one that OTLP allows."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import orjson
import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from tests.unit.receiver.rig import JSON, PROTOBUF, Answer, Rig, body, json_body, receiving, status_of, success, traces
from tracedesk.model.span import Note
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.wire.encode import to_json


@pytest.fixture
async def rig(tmp_path: Path):
    async with receiving(tmp_path) as running:
        yield running


def legal(found: Answer) -> Answer:
    """The answer, which must be one that OTLP/HTTP allows."""
    if found.status == 200:
        assert found.kind in (PROTOBUF, JSON)
        if found.kind == PROTOBUF:
            ExportTraceServiceResponse.FromString(found.body)
        else:
            json_format.Parse(found.body, ExportTraceServiceResponse())
    else:
        assert found.status in (400, 413, 415)
        status = status_of(found)
        assert status.code
        assert status.message
    return found


def rows(rig: Rig) -> dict[str, Any]:
    """Stored spans by name."""
    with open_store(rig.store, role="read") as store:
        return {row.name: row for summary in questions.traces(store, limit=10_000)
                for row in questions.rows(store, summary.trace_id)}


def spans_of(request: ExportTraceServiceRequest) -> Any:
    return request.resource_spans[0].scope_spans[0].spans


async def test_h1_invalid_utf8_is_mended_in_that_span_alone(rig: Rig) -> None:
    broken = body("fine", "br0ken", "also").replace(b"br0ken", b"br\xffken")
    assert await rig.export(broken) == b""
    assert legal(await rig.post("/v1/traces", broken)).body == b""
    found = rows(rig)
    assert set(found) == {"fine", "br\ufffdken", "also"}
    assert found["br\ufffdken"].notes & Note.REPAIRED_TEXT
    assert not found["fine"].notes & Note.REPAIRED_TEXT


async def test_h1_invalid_utf8_in_json(rig: Rig) -> None:
    broken = json_body("fine", "br0ken").replace(b"br0ken", b"br\xffken")
    assert legal(await rig.post("/v1/traces", broken, JSON)).status == 200
    assert set(rows(rig)) == {"fine", "br\ufffdken"}


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
@pytest.mark.parametrize("levels", [200, 5_000])
async def test_h2_values_nested_too_deep_cost_their_span(rig: Rig, kind: str, levels: int) -> None:
    if kind == JSON:
        document = orjson.loads(json_body("fine", "deep"))
        text = orjson.dumps(document).replace(b'"name":"deep"', b'"name":"deep","attributes":[{"key":"a","value":%s}]' % (
            b'{"arrayValue":{"values":[' * levels + b"{}" + b"]}}" * levels))
        encoded = text
    else:
        value = b""
        for _ in range(levels):
            array = b"\x0a" + varint(len(value)) + value
            value = b"\x2a" + varint(len(array)) + array
        pair = b"\x0a\x01a\x12" + varint(len(value)) + value
        attribute = b"\x4a" + varint(len(pair)) + pair
        request = traces("fine")
        other = spans_of(traces("fine", "deep"))[1].SerializeToString() + attribute
        scope = b"\x12" + varint(len(other)) + other
        block = request.resource_spans[0].scope_spans[0].SerializeToString() + scope
        group = b"\x12" + varint(len(block)) + block
        encoded = b"\x0a" + varint(len(group)) + group
    found = legal(await rig.post("/v1/traces", encoded, kind))
    if found.status == 200:
        said = success(found.body) if kind == PROTOBUF else json_format.Parse(found.body, ExportTraceServiceResponse())
        assert said.partial_success.rejected_spans == 1
        assert set(rows(rig)) == {"fine"}
    else:
        assert kind == JSON, "only a JSON text that no parser reads is refused whole"
        assert levels == 5_000


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


@pytest.mark.parametrize(("field", "wrong"), [
    ("trace_id", b""), ("trace_id", b"x" * 5), ("trace_id", b"\0" * 16), ("trace_id", b"x" * 1_000_000), ("span_id", b""),
    ("span_id", b"\0" * 8), ("span_id", b"x" * 16), ("parent_span_id", b"x" * 3)])
async def test_h3_wrong_ids_cost_their_span_and_are_named(rig: Rig, field: str, wrong: bytes) -> None:
    request = traces("fine", "bad", "also")
    setattr(spans_of(request)[1], field, wrong)
    partial = success(await rig.export(request.SerializeToString())).partial_success
    assert partial.rejected_spans == 1
    assert field in partial.error_message
    assert set(rows(rig)) == {"fine", "also"}


async def test_h3_ids_in_json_are_hex_of_either_case(rig: Rig) -> None:
    document = orjson.loads(json_body("fine", "upper", "base64"))
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[1]["spanId"] = "00000000000000AB"
    spans[2]["spanId"] = "AAAAAAAAAAM="
    found = legal(await rig.post("/v1/traces", orjson.dumps(document), JSON))
    assert orjson.loads(found.body)["partialSuccess"]["rejectedSpans"] == "1"
    assert rows(rig)["upper"].span_id == bytes.fromhex("00000000000000ab")


@pytest.mark.parametrize(("start", "end", "note"), [
    (2_000_000_000_000_000_000, 1_900_000_000_000_000_000, Note.END_BEFORE_START), (1, 2, Note.ODD_TIME),
    (2**64 - 1, 2**64 - 1, Note.SATURATED), (2**63 - 1, 2**63, Note.SATURATED),
    (9_223_372_036_000_000_000, 9_223_372_036_000_000_001, Note.ODD_TIME)])
async def test_h4_h5_absurd_times_are_kept_and_marked(rig: Rig, start: int, end: int, note: Note) -> None:
    request = traces("fine", "odd")
    spans_of(request)[1].start_time_unix_nano = start
    spans_of(request)[1].end_time_unix_nano = end
    assert await rig.export(request.SerializeToString()) == b""
    row = rows(rig)["odd"]
    assert row.notes & note
    assert (row.start_ns, row.end_ns) == (min(start, 2**63 - 1), min(end, 2**63 - 1))


async def test_h5_h6_numbers_that_no_column_holds(rig: Rig) -> None:
    request = traces("odd")
    attributes = spans_of(request)[0].attributes
    for key, value in (("gen_ai.usage.input_tokens", math.nan), ("gen_ai.usage.output_tokens", math.inf), ("a", -math.inf)):
        attributes.add(key=key).value.double_value = value
    for key, number in (("gen_ai.usage.cache_read.input_tokens", -5), ("llm.token_count.prompt", 2**63 - 1), ("b", -2**63)):
        attributes.add(key=key).value.int_value = number
    attributes.add(key="gen_ai.request.model").value.string_value = "gpt-4o"
    attributes.add(key="gen_ai.operation.name").value.string_value = "chat"
    assert await rig.export(request.SerializeToString()) == b""
    row = rows(rig)["odd"]
    assert row.output_tokens is None
    assert row.cache_read_tokens is None
    with open_store(rig.store, role="read") as store:
        kept = questions.span(store, row.trace_id, row.span_id)[0].attributes
    assert math.isnan(kept["gen_ai.usage.input_tokens"])
    assert (kept["a"], kept["b"]) == (-math.inf, -2**63)


async def test_h5_integers_beyond_64_bits_in_json(rig: Rig) -> None:
    document = orjson.loads(json_body("fine", "odd"))
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[1]["attributes"] = [{"key": "n", "value": {"intValue": "9223372036854775808"}}]
    assert legal(await rig.post("/v1/traces", orjson.dumps(document), JSON)).status == 200
    assert "fine" in rows(rig)


async def test_h7_nul_and_lone_surrogates(rig: Rig) -> None:
    assert await rig.export(body("a\0b", "fine")) == b""
    text = json_body("fine", "sur", trace=2).replace(b'"sur"', b'"s\\ud83dr"')
    assert legal(await rig.post("/v1/traces", text, JSON)).body == b"{}"
    assert set(rows(rig)) == {"a\0b", "fine", "s\ufffdr"}


async def test_h10_unknown_fields_and_enum_values(rig: Rig) -> None:
    request = traces("future")
    spans_of(request)[0].kind = 77
    spans_of(request)[0].status.code = 9
    unknown = request.SerializeToString() + b"\xfa\x06\x03new"
    assert await rig.export(unknown) == b""
    row = rows(rig)["future"]
    assert (row.otel_kind, row.status) == (77, 0)
    document = orjson.loads(json_body("more", trace=2))
    document["brandNew"] = {"x": [1]}
    document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["brandNew"] = 1
    assert legal(await rig.post("/v1/traces", orjson.dumps(document), JSON)).body == b"{}"


JSON_TEXTS = [
    "", " ", "{", "}", "[]", "[", "null", "true", "1", '"x"', "{}x", '{"a"}', '{"a":}', '{"a":1,}', "{'a':1}", "{a:1}",
    "[1,]", "{}{}", "\ufeff{}", "{\"a\":\x01}", '{"a":"\x00"}', '{"a":"\\x"}', '{"a":"\\u12"}', '{"a":"\\ud800"}',
    '{"a":01}', '{"a":-}', '{"a":1e}', '{"a":.5}', '{"a":NaN}', '{"a":Infinity}', '{"a":1e999}', '{"a":-1e999}',
    '{"a":"' + "é" * 3 + '"}', "//{}", "{}//", "[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000,
    '{"resourceSpans":' * 500, '{"a":' + "9" * 100_000 + "}", '{"a":"' + "x" * 1_000_000 + '"}',
    '{"resourceSpans":null}', '{"resourceSpans":{}}', '{"resourceSpans":[null]}', '{"resourceSpans":[1]}',
    '{"resourceSpans":["x"]}', '{"resourceSpans":[[]]}', '{"resourceSpans":[{}]}', '{"resourceSpans":[{"resource":1}]}',
    '{"resourceSpans":[{"resource":{"attributes":1}}]}',
    '{"resourceSpans":[{"resource":{"attributes":[{"key":1,"value":2}]}}]}', '{"resourceSpans":[{"scopeSpans":1}]}',
    '{"resourceSpans":[{"scopeSpans":[{"scope":[],"spans":[]}]}]}', '{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[null,1,"x",[],{}]}]}]}', '{"resource_spans":[]}',
    '{"resourceSpans":[],"resourceSpans":1}',
]
SPAN_FIELDS = (
    "traceId", "spanId", "parentSpanId", "traceState", "flags", "name", "kind", "startTimeUnixNano", "endTimeUnixNano",
    "attributes", "droppedAttributesCount", "events", "droppedEventsCount", "links", "droppedLinksCount", "status",
)
ODD_VALUES = (
    None, True, 0, -1, 1.5, 2**70, -2**70, "", "x", "NaN", "9" * 30, "é\u0000", [], [None], [[]], {}, {"a": 1},
    [{"key": []}], [{"value": {}}], {"code": "STATUS_CODE_OK"},
    [{"key": "a", "value": {"kvlistValue": {"values": [{"key": "b"}]}}}],
)


async def test_h8_json_that_is_broken_or_means_something_else(rig: Rig) -> None:
    for text in JSON_TEXTS:
        legal(await rig.post("/v1/traces", text.encode("utf-8", "surrogatepass"), JSON))
    for head in (b"\xff\xfe", b"\xfe\xff", b"\x00"):
        assert legal(await rig.post("/v1/traces", head + b"{}", JSON)).status == 400
    assert (await rig.post("/v1/traces", json_body("fine"), JSON)).status == 200


async def test_h8_every_field_of_a_span_with_every_odd_value(rig: Rig) -> None:
    document = orjson.loads(json_body("fine", "odd"))
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    normal = dict(spans[1])
    for field in SPAN_FIELDS:
        for value in ODD_VALUES:
            spans[1] = {**normal, field: value}
            text = json.dumps(document).encode()    # orjson writes no integers beyond 64 bits
            assert legal(await rig.post("/v1/traces", text, JSON)).status == 200, (field, value)
    assert "fine" in rows(rig)


NAUGHTY = [
    "", " ", "\t", "\n", "\r\n", "\x00", "\x1b[31mred\x1b[0m", "\x9b31m", "\x1b]8;;http://x\x07", "undefined", "null",
    "None", "NaN", "-1", "1/0", "0x0", "1e309", "${7*7}", "{{7*7}}", "%s%n%x", "%00", "../../etc/passwd", "/dev/null",
    "CON", "file:///etc/passwd", "'; DROP TABLE traces; --", '" OR 1=1', "1;VACUUM", "MATCH *", 'text:"a" NEAR b',
    "<script>alert(1)</script>", "<img src=x>", "javascript:alert(1)", "&lt;", "=1+1", "@SUM(1)", "|calc", "\u202eRTL",
    "\u200b", "\u2028\u2029", "\ufeff", "\ufffe", "\uffff", "\U0010ffff", "a\u0300" * 1000, "Z" + "\u0335" * 5000,
    "田中さんにあげて下さい", "사회과학원", "𠜎𠜱", "مرحبا", "שלום", "🏳️‍🌈👩‍👩‍👧", "ﷺ", "İıſ", "ß", "１２３", "१२३",
    "٣", "x" * 1_000_000, "\x1f", "\x7f", "\x85", "\xa0", "K", "ǅ", "ﬀ", "\ue000", "a\x1fb\x1fc",
]


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_h11_naughty_strings_come_back_as_they_were(rig: Rig, kind: str) -> None:
    request = traces(*(f"n{index}" for index in range(len(NAUGHTY))))
    for span, text in zip(spans_of(request), NAUGHTY, strict=True):
        for key in ("text", "gen_ai.request.model", "gen_ai.input.messages", "user.id", "session.id", "gen_ai.provider.name"):
            span.attributes.add(key=key).value.string_value = text
        span.attributes.add(key=text).value.string_value = "key"
        span.attributes.add(key="gen_ai.operation.name").value.string_value = "chat"
        span.status.code, span.status.message = 2, text
        span.events.add(name=text, time_unix_nano=1)
    if kind == PROTOBUF:
        assert await rig.export(request.SerializeToString()) == b""
    else:
        assert legal(await rig.post("/v1/traces", orjson.dumps(to_json(request)), JSON)).body == b"{}"
    rig.intake.call(lambda writer: writer.settle()).result(20)
    with open_store(rig.store, role="read") as store:
        trace_id = (1).to_bytes(16, "big")
        for index, text in enumerate(NAUGHTY):
            span, _ = questions.span(store, trace_id, (index + 1).to_bytes(8, "big"))
            assert span.attributes["text"] == text
            assert span.attributes[text] == "key"
            assert span.events[0].name == text
    assert rig.intake.counters.dropped == 0


async def test_l8_much_on_one_span(rig: Rig) -> None:
    request = traces("n" * 1_000_000, "many")
    for index in range(20_000):
        spans_of(request)[1].attributes.add(key=f"k{index}").value.int_value = index
    for index in range(10_000):
        spans_of(request)[1].events.add(name="e", time_unix_nano=index)
    assert await rig.export(request.SerializeToString()) == b""
    assert len(rows(rig)) == 2
