"""What all formats are made with: records in every container, values of any kind, ids, big documents in bounded pieces."""

from __future__ import annotations

import json
import uuid
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tracedesk.base.errors import DecodeError
from tracedesk.importers import json_scan
from tracedesk.importers import records as kit
from tracedesk.importers.importer import Report
from tracedesk.importers.making import Making, hashed
from tracedesk.importers.records import records
from tracedesk.importers.rows import parquet_rows
from tracedesk.importers.source import Source
from tracedesk.importers.values import duration_ns, integer, json_text, mapping, number, sequence, time_ns

ITEMS = [{"n": number, "text": 'a "quoted", {bracket]'} for number in range(5)]
CONTAINERS = {
    "lines": "\n".join(map(json.dumps, ITEMS)), "array": json.dumps(ITEMS), "pretty": json.dumps(ITEMS, indent=2),
    "member": json.dumps({"meta": {"list": [[1], {"a": [2]}]}, "data": ITEMS, "after": 1}),
    "pretty member": json.dumps({"data": ITEMS}, indent=1),
    "one after another": "\n".join(json.dumps(one, indent=1) for one in ITEMS)}


def read(folder: Path, data: str | bytes, **more: Any) -> tuple[list[Any], Report]:
    path = folder / "x"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    report = Report("x")
    return [record.value for record in records(Source(path), report, **more)], report


@pytest.mark.parametrize("whole_bytes", [1 << 24, 1], ids=["whole", "in pieces"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_records_in_every_container(tmp_path: Path, container: str, whole_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "WHOLE_BYTES", whole_bytes)
    if whole_bytes == 1 and container in ("one after another", "lines"):
        pytest.skip("pieces are of one large document")
    found, report = read(tmp_path, CONTAINERS[container], each=("", "data"))
    assert found == ITEMS
    assert not report.skipped


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, CONTAINERS["lines"].encode(encoding))[0] == ITEMS


@pytest.mark.parametrize("whole_bytes", [1 << 24, 1], ids=["whole", "in pieces"])
def test_a_damaged_item_costs_itself(tmp_path: Path, whole_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "WHOLE_BYTES", whole_bytes)
    data = json.dumps(ITEMS).replace('"n": 2', '"n": 2x')
    found, report = read(tmp_path, data, each=("",))
    assert [one["n"] for one in found] == [0, 1, 3, 4]
    assert [(item.reason, item.count) for item in report.skipped] == [("an item is damaged", 1)]


@pytest.mark.parametrize("whole_bytes", [1 << 24, 1], ids=["whole", "in pieces"])
def test_a_cut_document_keeps_whole_items(tmp_path: Path, whole_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "WHOLE_BYTES", whole_bytes)
    data = CONTAINERS["pretty member"]
    found, report = read(tmp_path, data[:data.index('"n": 3')], each=("data",))
    assert [one["n"] for one in found] == [0, 1, 2]
    assert "cut off" in report.skipped[0].reason


@pytest.mark.parametrize("whole_bytes", [1 << 24, 1], ids=["whole", "in pieces"])
def test_a_comma_too_many_costs_nothing(tmp_path: Path, whole_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "WHOLE_BYTES", whole_bytes)
    items = [{**one, "text": "in words: ,} and ,]"} for one in ITEMS]
    found, report = read(tmp_path, "[\n" + "".join(json.dumps(one, indent=1) + ",\n" for one in items) + "]\n", each=("",))
    assert found == items
    assert not report.skipped


def test_parquet_says_what_json_could_say(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    moment, own = 1_772_359_200_000_000_001, uuid.uuid4()
    columns = {
        "ns": pa.array([moment, None], pa.timestamp("ns")), "ms": pa.array([moment // 10**6, None], pa.timestamp("ms", "UTC")),
        "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
        "rows": pa.array([[{"cost": Decimal("0.25"), "of": {}}], []], pa.list_(pa.struct([
            ("cost", pa.decimal128(9, 2)), ("of", pa.map_(pa.string(), pa.string()))]))),
        "raw": pa.array([own.bytes, b""], pa.binary()), "day": pa.array([date(2026, 3, 1), None], pa.date32()),
        "word": pa.array(["x", "y"], pa.dictionary(pa.int32(), pa.string())), "number": pa.array([1.5, float("inf")]),
        "yes": pa.array([True, None])}
    parquet.write_table(pa.table(columns), tmp_path / "x")
    found = [record.value for record in parquet_rows(Source(tmp_path / "x"))]
    assert found[0] == {"ns": "2026-03-01T10:00:00.000000001", "ms": "2026-03-01T10:00:00.000000000Z", "map": {"a": 1},
                        "rows": [{"cost": "0.25", "of": {}}], "raw": own.hex, "day": "2026-03-01", "word": "x",
                        "number": 1.5, "yes": True}
    assert time_ns(found[0]["ns"]) == moment
    assert [found[1][name] for name in ("ns", "ms", "map", "rows", "word")] == [None, None, None, [], "y"]


def test_brackets_inside_a_cut_string_do_not_count() -> None:
    assert json_scan.closed(b'[{"a": 1}, {"b": "x], {y}', {""}) == b'[{"a": 1}]'
    assert json.loads(json_scan.begun(b'{"a": [1, 2, {"b": "c, d')) == {"a": [1, 2]}


def test_a_comma_too_many_and_words_of_python(tmp_path: Path) -> None:
    assert read(tmp_path, '[{"n": 1},\n{"n": 2},\n]', each=("",))[0] == [{"n": 1}, {"n": 2}]
    assert read(tmp_path, '{"n": NaN}\n{"n": 1}')[0][1] == {"n": 1}


def test_whole_numbers_keep_all_digits(tmp_path: Path) -> None:
    big = 200754113673326459792359196831899614724
    assert read(tmp_path, json.dumps({"id": big, "x": 1.5}))[0] == [{"id": big, "x": 1.5}]


def test_nothing_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(DecodeError):
        read(tmp_path, " \n \n")


@pytest.mark.parametrize(("value", "unit", "wanted"), [
    ("2026-03-01T10:00:00Z", None, 1_772_359_200 * 10**9), ("2026-03-01 10:00:00.5", None, 1_772_359_200_500_000_000),
    (1772359200, None, 1_772_359_200 * 10**9), (1772359200123, None, 1_772_359_200_123_000_000),
    (1772359200123456, None, 1_772_359_200_123_456_000), (1772359200123456789, None, 1_772_359_200_123_456_789),
    (1772359200.25, "s", 1_772_359_200_250_000_000), (0, None, None), (0, "us", 0), (-1, "s", None), (True, None, None),
    ("soon", None, None), (None, None, None), (float("nan"), "s", None), ([1], None, None), ("9" * 60, None, None),
    ("1E999999999", None, None), ("1E-999999999", "s", None)])
def test_times(value: Any, unit: str | None, wanted: int | None) -> None:
    assert time_ns(value, unit) == wanted


def test_values_of_other_types_are_nothing() -> None:
    assert [integer(value) for value in ("12", 3.0, 3.5, True, "x", None)] == [12, 3, None, None, None, None]
    assert (number("0.5"), number(float("inf")), number({})) == (0.5, None, None)
    assert duration_ns(0.1, "s") == 100_000_000
    assert (mapping('{"a": 1}'), mapping("[]"), mapping(None), sequence('[1]'), sequence({})) == ({"a": 1}, {}, {}, [1], [])
    assert json_text({"a": 2**70}) == "{'a': 1180591620717411303424}"


def test_ids_of_any_form() -> None:
    making = Making(Report("x"), scope="test")
    assert making.trace_id("0x" + "ab" * 16) == bytes.fromhex("ab" * 16)
    assert making.trace_id("7a2f190a-1d5c-4b0f-8e3c-2b1a09f8e7d6").hex() == "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6"
    assert making.span_id("order 17") == hashed("order 17", 8) != making.span_id("order 18")
    assert [making.parent_id(value) for value in (None, "", "undefined", "root", "0", 0, "0" * 16)] == [None] * 7
