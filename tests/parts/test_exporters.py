"""The same questions to every export format there is."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.spans import plain, rich_trace
from tracedesk.base.errors import DataError
from tracedesk.exporters.exporter import Exporter, Spans, exporter, exporters
from tracedesk.exporters.redaction import preview, redacted
from tracedesk.exporters.table import COLUMNS
from tracedesk.importers.detect import load
from tracedesk.model.span import Event, Resource, Scope, Span
from tracedesk.pricing.book import PriceBook
from tracedesk.privacy.redact import rules

PARTS = exporters()
EXACT = [part for part in PARTS if part.exact]
exact_part = pytest.mark.parametrize("part", EXACT, ids=lambda part: part.key)
each_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)


def written(part: Exporter, *traces: Spans) -> bytes:
    out = io.BytesIO()
    part.write(traces, out, PriceBook())
    return out.getvalue()


def need(part: Exporter) -> None:
    """Skip where the library of a format is not installed."""
    if part.key == "parquet":
        pytest.importorskip("pyarrow")


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
    need(part)
    if part.key == "html":
        with pytest.raises(DataError):
            written(part)
        return
    data = written(part)
    if part.suffix.endswith(".json"):
        found = json.loads(data)
        assert found.get("resourceSpans", found.get("traceEvents", found.get("data"))) == []
    elif part.key == "csv":
        assert data.decode().splitlines() == [",".join(COLUMNS)]
    elif part.key != "parquet":
        assert data == b""


@exact_part
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


# -- formats for other programs and for people -------------------------------------------------------------------------

BACK = [part for part in PARTS if part.key in ("jaeger", "chrome", "csv", "parquet")]


def simple(number: int, parent: int = 0, *, start: int = 0, length: int | None = 10, **attributes: Any) -> Span:
    trace = bytes.fromhex("7a2f190a1d5c4b0f8e3c2b1a09f8e7d6")
    begin = 1_772_359_200_000_000_000 + start
    return Span(trace, number.to_bytes(8, "big"), parent.to_bytes(8, "big") if parent else None, f"s{number}", begin,
                None if length is None else begin + length, attributes, Resource({"service.name": "bot"}), Scope("lib"))


def tree() -> list[Span]:
    """Nested, overlapping, unfinished and failed spans, with nanoseconds that are no whole microseconds."""
    spans = [simple(1, start=0, length=1_000_001), simple(2, 1, start=7, length=500_003, model="gpt", n=3),
             simple(3, 1, start=400_001, length=400_007, share=0.5, yes=True), simple(4, 2, start=11, length=None),
             simple(5, 2, start=13, length=0, text="=1+1")]
    spans[2].status, spans[2].status_message = 2, "no"
    spans[1].events = [Event("mark", spans[1].start_ns + 1_000, {"k": "v"})]
    return spans


@pytest.mark.parametrize("part", BACK, ids=lambda part: part.key)
def test_an_import_of_it_is_the_same_trace(part: Exporter, tmp_path: Path) -> None:
    need(part)
    spans = tree()
    path = tmp_path / "x"
    path.write_bytes(written(part, [(span, ()) for span in spans]))
    found = {span.span_id: span for span in load(path)[0]}
    assert len(found) == len(spans)
    for span in spans:
        again = found[span.span_id]
        assert (again.trace_id, again.parent_id, again.name, again.start_ns, again.end_ns) == (
            span.trace_id, span.parent_id, span.name, span.start_ns, span.end_ns)
        assert again.attributes == span.attributes
        assert (again.status, again.status_message) == (span.status, span.status_message)
        assert again.resource.service == "bot"
        assert [(event.name, event.time_ns, event.attributes) for event in again.events] == [
            (event.name, event.time_ns, event.attributes) for event in span.events]


@each_part
def test_hostile_text_is_written_by_every_format(part: Exporter) -> None:
    need(part)
    data = written(part, rich())
    assert len(data) > 1_000
    if part.suffix.endswith(".json"):
        json.loads(data)


def test_overlapping_spans_stand_on_lanes_that_nest() -> None:
    """Chrome and Perfetto draw a lane as a stack: on each, slices lie inside one another or apart."""
    events = json.loads(written(exporter("chrome"), [(span, ()) for span in tree()]))["traceEvents"]
    lanes: dict[int, list[tuple[float, float]]] = {}
    for event in events:
        if event["ph"] == "X":
            lanes.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
    for slices in lanes.values():
        for one in slices:
            for other in slices:
                assert one[1] <= other[0] or other[1] <= one[0] or (one[0] <= other[0] and other[1] <= one[1]) or (
                    other[0] <= one[0] and one[1] <= other[1])


def test_cells_are_no_formulas() -> None:
    span = simple(1)
    span.name = "=HYPERLINK(1)"
    assert b"'=HYPERLINK(1)" in written(exporter("csv"), [(span, ())])


class _Page(HTMLParser):
    """What a page refers to, and how many elements it has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for key, value in attrs if key in ("src", "href", "action", "style") or key.startswith("on")]


def test_the_page_holds_no_markup_of_the_trace_and_loads_nothing() -> None:
    plain_page, evil_page = _Page(), _Page()
    span = simple(1)
    plain_page.feed(written(exporter("html"), [(span, ())]).decode())
    span.name = "</script><img src=x onerror=alert(1)>\u2028\u202e\ud800"
    span.attributes = {"<b>": "</script><script>alert(1)</script>", "gen_ai.operation.name": "<!--"}
    text = written(exporter("html"), [(span, ())]).decode()
    evil_page.feed(text)
    assert evil_page.tags == plain_page.tags
    assert not evil_page.links
    assert "default-src 'none'" in text
    data = json.loads(re.search('id="data">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    assert data["spans"][0]["name"].startswith("</script><img src=x onerror=alert(1)>")


def test_the_policy_names_the_script_that_is_there() -> None:
    text = written(exporter("html"), [(simple(1), ())]).decode()
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[0]
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in text
    with pytest.raises(DataError, match="one trace"):
        written(exporter("html"), [(simple(1), ())], [(simple(2), ())])


def test_a_page_and_markdown_never_say_that_an_unknown_cost_is_nothing() -> None:
    span = simple(1, **{"gen_ai.operation.name": "chat", "gen_ai.request.model": "nobody-knows",
                        "gen_ai.usage.input_tokens": 5})
    for key in ("html", "markdown"):
        text = written(exporter(key), [(span, ())]).decode()
        assert "unpriced" in text
        assert "$0.0000" not in text


def test_markdown_shows_text_as_it_is() -> None:
    span = simple(1)
    span.name = "# *x* <b> [a](b)"
    text = written(exporter("markdown"), [(span, ())]).decode()
    assert r"\# \*x\* \<b\> \[a\]\(b\)" in text


def test_what_is_private_is_found_and_hidden() -> None:
    secret = "mail jane@example.org, card 4111 1111 1111 1111, key sk-proj-abcdefghijklmnop1234"
    span = simple(1, note=secret, deep={"list": [secret]})
    span.events = [Event("e", span.start_ns, {"x": secret})]
    trace = [(span, ())]
    counts = {found.rule.key: found.count for found in preview([trace], rules())}
    assert (counts["email"], counts["card"], counts["api_key"], counts["iban"]) == (3, 3, 3, 0)
    hidden = next(iter(redacted([trace], rules())))
    for part in PARTS:
        if part.key != "parquet":
            data = written(part, hidden)
            assert b"jane@example.org" not in data
            assert b"4111 1111" not in data
            assert b"abcdefghijklmnop1234" not in data
    assert span.attributes["note"] == secret
