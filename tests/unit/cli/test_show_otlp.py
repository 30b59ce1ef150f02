"""`show --json` equals what was sent, attribute by attribute, for OTLP files that nobody here wrote.

The files are read a second time here: binary ones by opentelemetry-proto, JSON by a small reader that shares nothing with ours.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from google.protobuf.internal.decoder import _DecodeVarint
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.helpers.captures import traces_of
from tests.helpers.shown import shown

ZSTD = b"\x28\xb5\x2f\xfd"
FILES = (
    "agentprism.rag_earnings_agent.base64-array.json", "langfuse.protobufjs-buffer-long.jsonl", "oteldemo.array.json",
    "oteldemo.base64-ids.json", "oteldemo.concatenated-pretty.json", "oteldemo.fileexporter-json-zstd-framed.bin",
    "oteldemo.fileexporter-proto-zstd.bin", "oteldemo.fileexporter-proto.bin", "oteldemo.mixed-signals.jsonl",
    "oteldemo.snake_case.json", "oteldemo.traces.jsonl", "oteldemo.traces.jsonl.gz", "oteldemo.traces.jsonl.zst",
    "oteldemo.tracesdata.pb", "oteldemo.tracesdata.pb.gz", "oteldemo.tracesdata.pb.zst", "oteldemo.truncated.jsonl",
    "oteldemo.utf8-bom-crlf.jsonl", "oteldemo.varint-delimited.pb", "spec-example.trace.json")


@pytest.mark.parametrize("name", FILES)
def test_everything_that_was_sent_is_shown(shared: Path, name: str) -> None:
    compare(shared / "samples" / "otlp" / name)


@pytest.mark.parametrize("name", ["oi_openai", "claude_code", "mlflow_openai", "vercel_ai_v6"])
def test_a_capture_is_shown_as_it_was_sent(shared: Path, name: str) -> None:
    compare(shared / "captures" / f"{name}.otlp.pb")


def compare(path: Path) -> None:
    """Every span that was sent is shown, with all that was sent of it; of one sent several times, one of the messages."""
    sent: dict[tuple[str | None, str], list[dict[str, Any]]] = {}
    for trace_id, span in sent_spans(path.read_bytes(), path.name):
        sent.setdefault((trace_id, span["span_id"]), []).append(span)
    found = {(trace["trace_id"], span["span_id"]): span for trace in traces_of(shown(path)) for span in trace["spans"]}
    assert sent
    assert found.keys() == sent.keys()
    for key, messages in sent.items():
        said = {name: found[key][name] for name in messages[0]}
        assert said in messages if len(messages) > 1 else said == messages[0]


def sent_spans(data: bytes, name: str) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """The spans of a file, each with its trace id, in the words of `show --json`."""
    if name.endswith(".gz"):
        data, name = gzip.decompress(data), name.removesuffix(".gz")
    if name.endswith(".zst"):
        data, name = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read(), name.removesuffix(".zst")
    documents = binary(data, name) if name.endswith((".pb", ".bin")) else documents_of(data.decode("utf-8-sig"))
    for document in documents:
        for resource in get(document, "resourceSpans") or ():
            service = values(get(resource.get("resource") or {}, "attributes")).get("service.name")
            for scope in get(resource, "scopeSpans") or ():
                for span in scope["spans"]:
                    yield ident(get(span, "traceId"), 16), {"service": service or "unknown_service", **span_of(span)}


def binary(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    """The messages of a file as dicts in protobuf's own JSON (ids in base64)."""
    if "varint" in name:
        at = 0
        while at < len(data):
            size, at = _DecodeVarint(data, at)
            yield as_dict(data[at:at + size])
            at += size
    elif "fileexporter" in name:
        at = 0
        while at < len(data):
            size = int.from_bytes(data[at:at + 4], "big")
            frame = data[at + 4:at + 4 + size]
            at += 4 + size
            if frame.startswith(ZSTD):
                frame = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(frame)).read()
            yield json.loads(frame) if "json" in name else as_dict(frame)
    else:
        yield as_dict(data)


def as_dict(message: bytes) -> dict[str, Any]:
    return MessageToDict(TracesData.FromString(message), use_integers_for_enums=True)


def documents_of(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a text, one after another or in an array; a cut last one is left out."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        try:
            found, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield from found if isinstance(found, list) else [found]


def get(message: dict[str, Any], name: str) -> Any:
    """A member by its camelCase name, in either spelling."""
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
    return message.get(name, message.get(snake))


def span_of(span: dict[str, Any]) -> dict[str, Any]:
    status = span.get("status") or {}
    return {
        "span_id": ident(get(span, "spanId"), 8), "parent_id": ident(get(span, "parentSpanId"), 8), "name": span["name"],
        "start_ns": whole(get(span, "startTimeUnixNano")), "end_ns": whole(get(span, "endTimeUnixNano")) or None,
        "status": {None: "unset", 0: "unset", 1: "ok", 2: "error", "STATUS_CODE_UNSET": "unset", "STATUS_CODE_OK": "ok",
                   "STATUS_CODE_ERROR": "error"}[status.get("code")],
        "status_message": status.get("message") or None, "attributes": values(span.get("attributes")),
        "events": [{"name": event.get("name", ""), "time_ns": whole(get(event, "timeUnixNano")),
                    "attributes": values(event.get("attributes"))} for event in span.get("events") or ()],
        "links": [{"trace_id": ident(get(link, "traceId"), 16), "span_id": ident(get(link, "spanId"), 8),
                   "attributes": values(link.get("attributes"))} for link in span.get("links") or ()],
    }


def ident(value: Any, size: int) -> str | None:
    """An id in lower-case hex, from hex, base64 or Node's Buffer."""
    if not value:
        return None
    if isinstance(value, dict):
        return bytes(value["data"]).hex()
    return value.lower() if len(value) == 2 * size else base64.b64decode(value).hex()


def whole(value: Any) -> int:
    """An integer from a number, its text, or protobufjs's Long."""
    if isinstance(value, dict):
        made = (value["high"] & 0xFFFFFFFF) << 32 | value["low"] & 0xFFFFFFFF
        return made if value.get("unsigned") or made < 2**63 else made - 2**64
    return int(value or 0)


def values(pairs: Any) -> dict[str, Any]:
    """Attributes; of a key given twice the last one stays."""
    return {pair["key"]: value_of(pair.get("value") or {}) for pair in pairs or ()}


def value_of(value: dict[str, Any]) -> Any:
    """What an AnyValue holds, as `show --json` prints it."""
    for name, inner in value.items():
        match name.replace("_", "").lower():
            case "stringvalue" | "bytesvalue" | "boolvalue":
                return inner
            case "intvalue":
                return whole(inner)
            case "doublevalue":
                return float(inner) if math.isfinite(float(inner)) else str(inner)
            case "arrayvalue":
                return [value_of(item) for item in inner.get("values") or ()]
            case "kvlistvalue":
                return values(inner.get("values"))
    return None
