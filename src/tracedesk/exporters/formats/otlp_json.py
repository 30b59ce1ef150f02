"""OTLP/JSON, one document: `{"resourceSpans": […], "resourceLogs": […]}`, strictly as the specification says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from tracedesk.exporters.exporter import Exporter, Spans, split
from tracedesk.ingest.stages import Prices
from tracedesk.wire import encode


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write all traces as one document, trace by trace; the log records follow at the end."""
    file.write(b'{"resourceSpans":[')
    logs: list[Any] = []
    before = b"\n"
    for trace in traces:
        spans, records = split(trace)
        logs += encode.logs_json(records).get("resourceLogs", [])
        for block in encode.traces_json(spans).get("resourceSpans", []):
            file.write(before + orjson.dumps(block))
            before = b",\n"
    file.write(b"\n]" + (b',"resourceLogs":' + orjson.dumps(logs) if logs else b"") + b"}\n")


PART = Exporter("otlp-json", "OTLP JSON, one document", ".otlp.json", write, exact=True)
