"""The same questions to every export format there is."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

from tests.helpers.spans import plain, rich_trace
from tracedesk.base.errors import DataError
from tracedesk.exporters.exporter import Exporter, Spans, exporter, exporters
from tracedesk.importers.detect import load

PARTS = exporters()
each_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)


def written(part: Exporter, *traces: Spans) -> bytes:
    out = io.BytesIO()
    part.write(traces, out)
    return out.getvalue()


def rich() -> Spans:
    spans, logs = rich_trace()
    return [(span, [log for log in logs if log.span_id == span.span_id or (at == 0 and not log.span_id)])
            for at, span in enumerate(spans)]


def test_a_format_is_found_by_its_key() -> None:
    assert {part.key for part in PARTS} >= {"otlp-json", "otlp-jsonl", "otlp-proto"}
    assert all(exporter(part.key) is part for part in PARTS)
    with pytest.raises(DataError, match="pdf"):
        exporter("pdf")


@each_part
def test_the_suffix_names_one_format(part: Exporter) -> None:
    assert [other.key for other in PARTS if ("trace" + part.suffix).endswith(other.suffix)] == [part.key]


@each_part
def test_nothing_is_a_legal_file(part: Exporter) -> None:
    data = written(part)
    if part.key == "otlp-json":
        assert json.loads(data) == {"resourceSpans": []}
    else:
        assert data == b""


@each_part
def test_several_traces_come_back(part: Exporter, tmp_path) -> None:
    first, second = rich(), rich()
    for span, logs in second:
        span.trace_id = bytes(15) + b"\7"
        span.raw = b""
        for log in logs:
            log.trace_id, log.raw = span.trace_id, b""
    path = tmp_path / "x"
    path.write_bytes(written(part, first, second))
    spans, logs, reports = load(path)
    assert sorted(map(plain, spans)) == sorted(plain(span) for trace in (first, second) for span, _ in trace)
    assert sorted(map(plain, logs)) == sorted(plain(log) for trace in (first, second) for _, logs in trace for log in logs)
    assert reports[0].traces == 2


def test_the_json_keeps_the_rules_of_otlp() -> None:
    """Hex ids, 64-bit integers as text, enums as integers, the names of what is no number."""
    found = json.loads(written(exporter("otlp-json"), rich()))
    spans = [span for block in found["resourceSpans"] for group in block["scopeSpans"] for span in group["spans"]]
    root = next(span for span in spans if span["name"] == "root")
    attributes: dict[str, Any] = {item["key"]: item["value"] for item in root["attributes"]}
    assert re.fullmatch("[0-9a-f]{32}", root["traceId"])
    assert re.fullmatch("[0-9a-f]{16}", root["spanId"])
    assert root["startTimeUnixNano"] == "1772359200000000000"
    assert (root["kind"], root["status"]) == (2, {"code": 1})
    assert attributes["int"] == {"intValue": "-9223372036854775808"}
    assert attributes["nan"] == {"doubleValue": "NaN"}
    assert attributes["inf"] == {"doubleValue": "-Infinity"}
    assert attributes["bytes"] == {"bytesValue": "AP8="}
    assert attributes["none"] == {}
    assert len(found["resourceLogs"]) == 2
