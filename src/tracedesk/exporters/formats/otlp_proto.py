"""OTLP protobuf. Traces alone are one TracesData message, which any sender can post as it is.

One message cannot hold log records too; with them the file has the frames of the collector's file exporter (`format:
proto`): a 4-byte big-endian length before each message.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from tracedesk.exporters.exporter import Exporter, Spans, split
from tracedesk.ingest.stages import Prices
from tracedesk.wire import encode


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write all traces; they are held encoded until it is known whether there are log records."""
    messages: list[bytes] = []
    framed = False
    for trace in traces:
        spans, logs = split(trace)
        messages.append(encode.traces_request(spans))
        if logs:
            framed = True
            messages.append(encode.logs_request(logs))
    for message in messages:
        file.write(len(message).to_bytes(4, "big") + message if framed else message)


PART = Exporter("otlp-proto", "OTLP protobuf", ".otlp.pb", write, exact=True)
