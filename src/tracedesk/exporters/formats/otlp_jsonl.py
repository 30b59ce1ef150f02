"""OTLP/JSON lines, as the collector's file exporter writes: one request per line, one or two lines per trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import orjson

from tracedesk.exporters.exporter import Exporter, Spans, split
from tracedesk.ingest.stages import Prices
from tracedesk.wire import encode


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write a line with the spans of each trace, and after it one with its log records if it has any."""
    for trace in traces:
        spans, logs = split(trace)
        file.write(orjson.dumps(encode.traces_json(spans)) + b"\n")
        if logs:
            file.write(orjson.dumps(encode.logs_json(logs)) + b"\n")


PART = Exporter("otlp-jsonl", "OTLP JSON lines, as the collector writes", ".otlp.jsonl", write, exact=True)
