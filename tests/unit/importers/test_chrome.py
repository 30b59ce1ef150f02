"""Chrome trace events: pairing, nesting, async, flows, instants, times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tracedesk.importers.detect import load
from tracedesk.importers.importer import Report
from tracedesk.model.span import Span

EPOCH_US = 1_772_359_200_000_000


def loaded(folder: Path, events: list[dict[str, Any]], text: str = "") -> tuple[dict[str, Span], Report]:
    """Spans by name, and the report."""
    path = folder / "t.json"
    path.write_text(text or json.dumps(events))
    spans, _, reports = load(path)
    return {span.name: span for span in spans}, reports[0]


def event(ph: str, name: str, ts: float, **more: Any) -> dict[str, Any]:
    return {"ph": ph, "name": name, "pid": 1, "tid": 1, "ts": EPOCH_US + ts, **more}


def parents(spans: dict[str, Span]) -> dict[str, str | None]:
    names = {span.span_id: name for name, span in spans.items()}
    return {name: names[span.parent_id] if span.parent_id else None for name, span in spans.items()}


def test_slices_nest_by_time_on_their_thread(tmp_path: Path) -> None:
    spans, _ = loaded(tmp_path, [event("X", "inner", 20, dur=5.25), event("X", "outer", 0, dur=100),
                                 event("X", "other", 20, dur=5, tid=2)])
    assert parents(spans) == {"outer": None, "inner": "outer", "other": None}
    assert spans["inner"].end_ns == EPOCH_US * 1000 + 25_250
    assert len({span.trace_id for span in spans.values()}) == 1


def test_what_overlaps_stands_side_by_side(tmp_path: Path) -> None:
    spans, _ = loaded(tmp_path, [event("X", "all", 0, dur=50), event("X", "a", 0, dur=10), event("X", "b", 5, dur=10),
                                 event("X", "in b", 11, dur=2)])
    assert parents(spans) == {"all": None, "a": "all", "b": "all", "in b": "b"}


def test_begin_and_end_are_one_slice(tmp_path: Path) -> None:
    spans, report = loaded(tmp_path, [
        event("B", "a", 0, args={"x": 1}), event("B", "b", 2), event("E", "", 4), event("E", "a", 9, args={"y": 2}),
        event("E", "c", 10), event("B", "d", 11), event("X", "last", 19, dur=1, tid=2)])
    assert parents(spans) == {"a": None, "b": "a", "d": None, "last": None}
    assert (spans["a"].attributes["x"], spans["a"].attributes["y"]) == (1, 2)
    assert spans["d"].end_ns == (EPOCH_US + 20) * 1000
    assert spans["d"].attributes["chrome.unclosed"] is True
    assert [(item.reason, item.count) for item in report.skipped] == [("an end event ends nothing", 1)]
    assert any("never ended" in text for text in report.assumed)


def test_an_end_may_stand_before_its_begin_at_the_same_moment(tmp_path: Path) -> None:
    spans, report = loaded(tmp_path, [event("B", "a", 0), event("E", "b", 2), event("B", "b", 2), event("E", "a", 5)])
    assert parents(spans) == {"a": None, "b": "a"}
    assert spans["b"].end_ns == spans["b"].start_ns
    assert not report.skipped


def test_async_slices_nest_by_their_id(tmp_path: Path) -> None:
    spans, _ = loaded(tmp_path, [
        event("b", "request", 0, cat="net", id="0x1"), event("b", "other", 1, cat="net", id="0x2"),
        event("b", "body", 2, cat="net", id="0x1"), event("n", "first byte", 3, cat="net", id="0x1"),
        event("e", "body", 5, cat="net", id="0x1"), event("e", "request", 8, cat="net", id="0x1"),
        event("e", "other", 9, cat="net", id="0x2")])
    assert parents(spans) == {"request": None, "other": None, "body": "request"}
    assert [one.name for one in spans["body"].events] == ["first byte"]


def test_flows_are_links_and_instants_are_events(tmp_path: Path) -> None:
    spans, report = loaded(tmp_path, [
        event("X", "sender", 0, dur=10), event("s", "ipc", 1, id=7), event("X", "receiver", 20, dur=10, tid=2),
        event("f", "ipc", 20, id=7, tid=2, bp="e"), event("i", "mark", 5, args={"n": 1}), event("i", "lonely", 15),
        event("C", "counter", 1, args={"v": 1})])
    assert [link.span_id for link in spans["receiver"].links] == [spans["sender"].span_id]
    assert [(one.name, one.attributes) for one in spans["sender"].events] == [("mark", {"n": 1})]
    assert report.logs == 1
    assert [item.reason for item in report.skipped] == ["counter samples have no place in a trace"]


@pytest.mark.parametrize("end", ["", ",", ",\n", "]"])
def test_the_bracket_at_the_end_may_be_missing(tmp_path: Path, end: str) -> None:
    lines = ",\n".join(json.dumps(event("X", f"n{at}", at, dur=1)) for at in range(3))
    spans, _ = loaded(tmp_path, [], "[\n" + lines + end)
    assert sorted(spans) == ["n0", "n1", "n2"]


def test_times_before_1970_are_moved(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"ph": "X", "name": "a", "ts": -5, "dur": 2, "pid": 1, "tid": 1}]))
    spans, _, reports = load(path)
    assert (spans[0].start_ns, spans[0].end_ns) == (1_000, 3_000)
    assert any("not from 1970" in text for text in reports[0].assumed)


SLICES = {"async_begin_end.json": 15, "flow_simple.json": 5, "nestable_async.json": 9, "tall_trace.json": 18,
          "speedscope.invalid-x-nesting.json": 2, "speedscope.multiprocess.json": 8, "speedscope.unbalanced-name.json": 2,
          "speedscope.simple-partial-trailing-comma.json": 4, "speedscope.zero-duration-events.json": 4}


@pytest.mark.parametrize("name", SLICES)
def test_files_of_other_programs(shared: Path, name: str) -> None:
    """Every X, B, b and S of the file is a span."""
    path = shared / "samples" / "chrome" / name
    spans, _, reports = load(path)
    text = path.read_text()
    assert len(spans) == SLICES[name] == sum(text.replace(" ", "").count(f'"ph":"{mark}"') for mark in "XBbS")
    assert reports[0].format == "chrome"
