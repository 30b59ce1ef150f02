"""Tables of spans: columns by name or by a mapping, units, what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracedesk.base.errors import UnknownFormat
from tracedesk.importers.detect import load, read_path
from tracedesk.importers.formats.span_table import guess

START = 1_772_359_200_000_000_000


def saved(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text)
    return path


def test_columns_are_known_by_their_names() -> None:
    assert guess(["Trace ID", "span_id", "parentSpanId", "operation", "startTimeUnixNano", "duration_ms", "x"]) == {
        "trace": "Trace ID", "span": "span_id", "parent": "parentSpanId", "name": "operation", "start": "startTimeUnixNano",
        "duration": "duration_ms"}
    assert guess(["date", "amount"]) == {}


@pytest.mark.parametrize(("column", "value", "length_ns"), [
    ("duration_ms", "1.5", 1_500_000), ("durationNs", "15", 15), ("duration_us", "3", 3_000),
    ("Duration (s)", "0.25", 250_000_000), ("duration", "7", 7_000_000)])
def test_the_unit_is_told_by_the_name(tmp_path: Path, column: str, value: str, length_ns: int) -> None:
    spans, _, reports = load(saved(tmp_path, f"trace_id,span_id,name,start,{column}\nab,cd,x,2026-03-01T10:00:00Z,{value}\n"))
    assert (spans[0].start_ns, (spans[0].end_ns or 0) - spans[0].start_ns) == (START, length_ns)
    assert any(column in text for text in reports[0].assumed)


def test_other_columns_are_kept(tmp_path: Path) -> None:
    spans, _, _ = load(saved(tmp_path, "TraceID\tSpanID\tName\tStart\tEnd\tDuration\tstatus\trows\tnote\n"
                                       f"ab\tcd\tx\t{START}\t{START + 5}\t5\tERROR\t3\t=1+1\n"))
    one = spans[0]
    assert (one.status, one.end_ns) == (2, START + 5)
    assert {key: value for key, value in one.attributes.items() if not key.startswith("tracedesk.")} == {
        "Duration": 5, "rows": 3, "note": "=1+1"}


def test_a_mapping_says_what_is_what(tmp_path: Path) -> None:
    path = saved(tmp_path, "wann,was,wie lang\n1772359200,laden,2\n1772359201,rechnen,\n")
    with pytest.raises(UnknownFormat):
        load(path)
    report, batches = next(read_path(path, {"start": "wann", "name": "was", "duration": "wie lang", "duration_unit": "s"}))
    spans = [span for batch in batches for span in batch.spans]
    assert [(span.name, span.start_ns - START, span.end_ns) for span in spans] == [
        ("laden", 0, START + 2_000_000_000), ("rechnen", 1_000_000_000, None)]
    assert len({span.trace_id for span in spans}) == 1
    assert len(report.assumed) >= 2


def test_a_row_without_a_start_is_skipped(tmp_path: Path) -> None:
    spans, _, reports = load(saved(tmp_path, f"trace,span,name,start,end\nab,cd,x,,\nab,ef,y,{START},{START}\n"))
    assert [span.name for span in spans] == ["y"]
    assert [(item.reason, item.first) for item in reports[0].skipped] == [("it has no start time", "line 2")]


def test_a_table_of_a_real_benchmark(shared: Path) -> None:
    path = shared / "samples" / "other" / "nezha-spans.csv"
    lines = path.read_text().splitlines()[1:]
    spans, _, reports = load(path)
    assert [span.name for span in spans] == [line.split(",")[4] for line in lines]
    assert [(span.start_ns, span.end_ns) for span in spans] == [tuple(map(int, line.split(",")[5:7])) for line in lines]
    assert sum(span.parent_id is None for span in spans) == sum(line.split(",")[2] == "root" for line in lines)
    assert reports[0].format == "table"
