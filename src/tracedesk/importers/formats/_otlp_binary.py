"""OTLP protobuf in files: one message, length frames of the collector (plain or zstd), varint-delimited messages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

import zstandard

from tracedesk.base.errors import DecodeError
from tracedesk.importers.formats import _otlp_json
from tracedesk.importers.importer import Report
from tracedesk.importers.source import Source
from tracedesk.model.batch import SpanBatch
from tracedesk.wire import borders, otlp_proto
from tracedesk.wire.json_reader import Reader

MESSAGE_LIMIT = 512 << 20
"""One message or frame may be this large; the collector writes some kilobytes, an SDK at most 64 MiB."""
ZSTD = b"\x28\xb5\x2f\xfd"
RESOURCE, SCOPES = 0x0A, 0x12


def container(head: bytes) -> str:
    """`message`, `frames`, `delimited`, or `""` where these bytes are no OTLP protobuf."""
    if _starts_message(head, 0):
        return "message"
    if len(head) > 8 and 0 < (size := int.from_bytes(head[:4], "big")) <= MESSAGE_LIMIT and (
            head[4:8] == ZSTD or _starts_message(head, 4)) and _frame_follows(head, 4 + size):
        return "frames"
    size, at = _varint(head, 0)
    if 0 < size <= MESSAGE_LIMIT and _starts_message(head, at):
        return "delimited"
    return ""


def _starts_message(head: bytes, at: int) -> bool:
    """Whether a request starts here: field 1, and in it field 1 (resource) or 2 (scope_spans)."""
    if head[at:at + 1] != b"\x0a":
        return False
    size, inner = _varint(head, at + 1)
    if size <= 0 or inner >= len(head) or head[inner] not in (RESOURCE, SCOPES):
        return False
    length, start = _varint(head, inner + 1)
    return length >= 0 and start + length <= inner + size


def _frame_follows(head: bytes, at: int) -> bool:
    """Whether a second frame looks like the first, as far as the head reaches."""
    if at + 8 >= len(head):
        return True
    return 0 < int.from_bytes(head[at:at + 4], "big") <= MESSAGE_LIMIT and (
        head[at + 4:at + 8] == ZSTD or head[at + 4] in (0x0A, 0x7B))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, next offset), or (-1, at) where no varint is."""
    value = shift = 0
    for position in range(at, min(at + 10, len(data))):
        value |= (data[position] & 127) << shift
        if data[position] < 128:
            return value, position + 1
        shift += 7
    return -1, at


def read(source: Source, report: Report, kind: str) -> Iterator[SpanBatch]:
    """Batches of a protobuf file of that container, message by message."""
    pieces = {"frames": _frames, "delimited": _delimited, "message": _fields}[kind]
    reader = Reader(lenient=True)
    with source.open() as stream:
        for number, piece in enumerate(pieces(stream, report), 1):
            payload = _unzstd(piece) if piece.startswith(ZSTD) else piece
            if payload is None:
                report.skip("a zstd frame is damaged or too large", first=f"frame {number:,}")
            elif payload[:1] in (b"{", b"["):
                yield from _otlp_json.batches_of_text(payload, reader, report, f"frame {number:,}")
            else:
                yield from _message(payload, report, number)
    for text in reader.assumed:
        report.assume(text)


def _message(payload: bytes, report: Report, number: int) -> Iterator[SpanBatch]:
    try:
        signal = borders.signal(payload)
        if signal == "logs":
            yield otlp_proto.decode_logs(payload, origin="file")
        elif signal == "metrics":
            yield otlp_proto.count_metrics(payload, origin="file")
        else:
            yield otlp_proto.decode_traces(payload, origin="file")
    except DecodeError as error:
        report.skip("a message is not OTLP protobuf", first=f"message {number:,}: {error.message}")


def _unzstd(frame: bytes) -> bytes | None:
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(io.BytesIO(frame)) as stream:
            data = stream.read(MESSAGE_LIMIT + 1)
    except zstandard.ZstdError:
        return None
    return data if len(data) <= MESSAGE_LIMIT else None


def _frames(stream: BinaryIO, report: Report) -> Iterator[bytes]:
    """Payloads of the collector's frames: a 4-byte big-endian length before each."""
    at = 0
    while prefix := stream.read(4):
        size = int.from_bytes(prefix, "big")
        if len(prefix) < 4 or not 0 < size <= MESSAGE_LIMIT:
            report.skip("the file ends in no whole frame", first=f"byte {at:,}")
            return
        payload = stream.read(size)
        if len(payload) < size:
            report.skip("the last frame is cut off", first=f"byte {at:,}")
            return
        yield payload
        at += 4 + size


def _delimited(stream: BinaryIO, report: Report) -> Iterator[bytes]:
    """Messages with a varint length before each."""
    while True:
        size = _read_varint(stream)
        if size == 0:
            continue
        if size is None:
            return
        payload = stream.read(size) if 0 < size <= MESSAGE_LIMIT else b""
        if len(payload) < size or size < 0:
            report.skip("the last message is cut off")
            return
        yield payload


def _fields(stream: BinaryIO, report: Report) -> Iterator[bytes]:
    """Each top-level field 1 as a message of its own; so a request of any size is read block by block."""
    while tag := stream.read(1):
        size = _read_varint(stream)
        if tag != b"\x0a" or size is None or not 0 <= size <= MESSAGE_LIMIT:
            report.skip("the rest of the file is not OTLP protobuf")
            return
        payload = stream.read(size)
        if len(payload) < size:
            report.skip("the last block is cut off; its whole items were kept")
            payload = borders.whole_part(payload)
        yield tag + borders.varint(len(payload)) + payload


def _read_varint(stream: BinaryIO) -> int | None:
    """A varint, None at the end of the file, -1 where it is none."""
    value = shift = 0
    while byte := stream.read(1):
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return value
        shift += 7
        if shift > 63:
            return -1
    return None if shift == 0 else -1
