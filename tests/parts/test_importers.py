"""The same questions to every import format there is; and the OTLP format on files that others wrote."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from tests.helpers.spans import plain, rich_trace
from tracedesk.base.errors import DataError, NotFound, TraceDeskError, UnknownFormat
from tracedesk.exporters.exporter import Exporter, exporters
from tracedesk.importers.detect import importers, load, read_path
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import Importer
from tracedesk.importers.source import Source
from tracedesk.model.span import LogRecord, Resource, Scope, Span
from tracedesk.pricing.book import PriceBook

PARTS = importers()
EXACT = [form for form in exporters() if form.exact]
OTLP = next(part for part in PARTS if part.key == "otlp")


def key_of(part: Importer | Exporter) -> str:
    return part.key


each_part = pytest.mark.parametrize("part", PARTS, ids=key_of)


def saved(folder: Path, data: bytes, name: str = "trace.json") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def exported(spans: list[Span], logs: list[LogRecord], form: Exporter) -> bytes:
    """One trace in an export format."""
    out = io.BytesIO()
    form.write([[(span, logs if at == 0 else ()) for at, span in enumerate(spans)]], out, PriceBook())
    return out.getvalue()


def said(path: Path) -> list[Span]:
    """The spans of a file, none where it is refused in words; anything else is a bug and raises."""
    try:
        return load(path)[0]
    except TraceDeskError as error:
        if not error.message:
            raise
        return []


# -- every format ------------------------------------------------------------------------------------------------------


@each_part
def test_its_sample_is_read_and_nothing_is_skipped(part: Importer, tmp_path: Path) -> None:
    spans, logs, reports = load(saved(tmp_path, part.sample, "sample" + part.suffixes[0]))
    assert spans or logs
    assert [report.format for report in reports] == [part.key]
    assert not reports[0].skipped
    assert reports[0].read == reports[0].spans + reports[0].logs
    assert set(reports[0].as_json()) == {"file", "format", "confidence", "traces", "spans", "logs", "read", "skipped",
                                         "dropped_fields", "assumed", "recognised_by", "leaves_out"}
    assert reports[0].why


@each_part
def test_it_is_recognised_without_its_name(part: Importer, tmp_path: Path) -> None:
    path = saved(tmp_path, part.sample, "x")
    assert load(path)[2][0].format == part.key
    for other in PARTS:
        glance = Glance(Source(saved(tmp_path, other.sample, "y")))
        assert part is other or part.sniff(glance).confidence < other.sniff(glance).confidence, other.key


@each_part
def test_cut_and_shuffled_copies_end_in_words(part: Importer, tmp_path: Path) -> None:
    """Whole items of a cut file are kept; nothing raises but DataError."""
    dice = random.Random(part.key)
    whole = load(saved(tmp_path, part.sample))[0]
    lines = part.sample.splitlines(keepends=True)
    copies = [part.sample[:at] for at in range(1, len(part.sample), max(1, len(part.sample) // 60))]
    for _ in range(20):
        copies.append(b"".join(dice.sample(lines, len(lines))))
        mixed = bytearray(part.sample)
        for _ in range(dice.randrange(1, 30)):
            mixed[dice.randrange(len(mixed))] = dice.randrange(256)
        copies.append(bytes(mixed))
    for copy in copies:
        assert len(said(saved(tmp_path, copy))) <= 2 * len(whole)      # a damaged id may part what was one


@each_part
@pytest.mark.parametrize("form", EXACT, ids=key_of)
def test_import_export_import_is_equal(part: Importer, form: Exporter, tmp_path: Path) -> None:
    spans, logs, _ = load(saved(tmp_path, part.sample))
    if not spans:
        pytest.skip("a format of log records alone; exports are of traces")
    again = load(saved(tmp_path, exported(spans, logs, form), "again"))
    assert sorted(map(plain, again[0])) == sorted(map(plain, spans))
    assert sorted(map(plain, again[1])) == sorted(map(plain, logs))


# -- our own writing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", EXACT, ids=key_of)
def test_a_rich_trace_comes_back(form: Exporter, tmp_path: Path) -> None:
    spans, logs = rich_trace()
    path = saved(tmp_path, exported(spans, logs, form))
    found, records, _ = load(path)
    assert sorted(map(plain, found)) == sorted(map(plain, spans))
    assert sorted(map(plain, records)) == sorted(map(plain, logs))
    again = load(saved(tmp_path, exported(found, records, form), "again"))
    assert sorted(map(plain, again[0])) == sorted(map(plain, found))


def itself(span: Span) -> str:
    """A span without its resource and scope, of which a cut may take what stands behind the spans."""
    return plain(replace(span, resource=Resource(), scope=Scope()))


@pytest.mark.parametrize("form", EXACT, ids=key_of)
def test_a_cut_file_keeps_what_is_whole(form: Exporter, tmp_path: Path) -> None:
    spans, logs = rich_trace()
    data = exported(spans, logs, form)
    known = Counter(map(itself, spans))
    most = 0
    for cut in (0.2, 0.5, 0.8, 0.99):
        try:
            found, _, reports = load(saved(tmp_path, data[:int(len(data) * cut)]))
        except DataError:
            continue
        assert not Counter(map(itself, found)) - known, "no span is half"
        assert reports[0].skipped, "the cut is said"
        most = max(most, len(found))
    assert most > len(spans) // 2 or form.key == "otlp-jsonl"      # there the whole trace is one line


PACKINGS = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress, "bzip2": bz2.compress, "xz": lzma.compress,
            "twice": lambda data: gzip.compress(bz2.compress(data))}


@pytest.mark.parametrize("packing", PACKINGS)
@each_part
def test_packings_are_opened(part: Importer, packing: str, tmp_path: Path) -> None:
    path = saved(tmp_path, PACKINGS[packing](part.sample), "packed")
    assert sorted(map(plain, load(path)[0])) == sorted(map(plain, load(saved(tmp_path, part.sample))[0]))


def test_each_file_of_an_archive_has_its_report(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", OTLP.sample)
        archive.writestr("notes/readme.txt", "dear diary")
        archive.writestr("b.json", OTLP.sample)
    found: list[tuple[str, int]] = []
    for report, batches in read_path(path):
        try:
            found.append((report.file, sum(len(batch.spans) for batch in batches)))
        except UnknownFormat:
            found.append((report.file, -1))
    assert [(name.rpartition("zip/")[2], count) for name, count in found] == [
        ("a.json", 2), ("notes/readme.txt", -1), ("b.json", 2)]


def test_a_bomb_ends_where_it_gets_absurd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracedesk.importers.source.FREE_BYTES", 1 << 20)
    line = OTLP.sample.replace(b"\n", b"") + b"\n"
    path = saved(tmp_path, gzip.compress(line * 20_000, 9), "bomb.gz")
    _, _, reports = load(path)
    assert any("times its size" in item.reason for item in reports[0].skipped)
    assert reports[0].spans < 40_000


@pytest.mark.parametrize(("data", "says"), [(b"", "empty"), (b"dear diary", "no format"), (b'{"hello": 1}', "no format"),
                                            (b"[]", "no format"), (b"\x00" * 100, "no format")])
def test_what_is_no_trace_is_said_to_be_none(data: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=says):
        load(saved(tmp_path, data))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load(tmp_path / "nowhere.json")
    with pytest.raises(DataError, match="folder"):
        load(tmp_path)


# -- OTLP as others write it -------------------------------------------------------------------------------------------

SAME = ["fileexporter-json-zstd-framed.bin", "fileexporter-proto-zstd.bin", "fileexporter-proto.bin", "traces.jsonl.gz",
        "traces.jsonl.zst", "tracesdata.pb", "tracesdata.pb.gz", "tracesdata.pb.zst", "varint-delimited.pb"]
PARTLY = {"array.json": 20, "concatenated-pretty.json": 6, "mixed-signals.jsonl": 15, "truncated.jsonl": 6,
          "utf8-bom-crlf.jsonl": 15, "base64-ids.json": 1, "snake_case.json": 1}


@pytest.fixture
def otlp(shared: Path) -> Path:
    return shared / "samples" / "otlp"


@pytest.mark.parametrize("name", SAME)
def test_one_trace_in_every_container(otlp: Path, name: str) -> None:
    wanted = sorted(map(plain, load(otlp / "oteldemo.traces.jsonl")[0]))
    found, _, reports = load(otlp / f"oteldemo.{name}")
    assert len(found) == 59
    assert sorted(map(plain, found)) == wanted
    assert not reports[0].skipped


@pytest.mark.parametrize("name", PARTLY)
def test_a_part_of_it_in_every_dialect(otlp: Path, name: str) -> None:
    whole = {(span.trace_id, span.span_id): plain(span) for span in load(otlp / "oteldemo.traces.jsonl")[0]}
    found, logs, reports = load(otlp / f"oteldemo.{name}")
    assert len(found) == PARTLY[name]
    for span in found:
        assert whole[span.trace_id, span.span_id] == plain(span)
    assert len(logs) == (3 if name == "mixed-signals.jsonl" else 0)
    assert bool(reports[0].skipped) == (name in ("mixed-signals.jsonl", "truncated.jsonl"))


@pytest.mark.parametrize(("name", "spans", "assumed"), [
    ("agentprism.rag_earnings_agent.base64-array.json", 18, "ids are base64"),
    ("langfuse.protobufjs-buffer-long.jsonl", 7, "ids are byte buffers"), ("nezha-onlineboutique-5k.jsonl", 5_120, None),
    ("spec-example.trace.json", 1, None)])
def test_files_of_other_programs(otlp: Path, name: str, spans: int, assumed: str | None) -> None:
    found, _, reports = load(otlp / name)
    assert len(found) == spans
    assert reports[0].assumed == ([assumed] if assumed else [])
    assert all(len(span.trace_id) == 16 and len(span.span_id) == 8 for span in found)


def test_logs_alone_are_read(otlp: Path) -> None:
    spans, logs, _ = load(otlp / "spec-example.logs.json")
    assert (len(spans), len(logs)) == (0, 1)
    assert logs[0].trace_id == bytes.fromhex("5b8efff798038103d269b633813fc60c")


def test_mutated_files_never_break(otlp: Path, tmp_path: Path) -> None:
    """2,000 mutations: every answer is spans, or an error in words."""
    dice = random.Random(11)
    seeds = [path.read_bytes() for path in sorted(otlp.iterdir()) if path.stat().st_size < 40_000]
    for _ in range(2_000):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.randrange(1, 8)):
            at = dice.randrange(max(1, len(data)))
            match dice.randrange(4):
                case 0:
                    data[at:at + 1] = dice.randbytes(1)
                case 1:
                    del data[at:at + dice.randrange(1, 50)]
                case 2:
                    data[at:at] = data[dice.randrange(len(data) + 1):][:dice.randrange(1, 50)]
                case 3:
                    data = data[:max(1, at)]
        said(saved(tmp_path, bytes(data)))


def test_every_sample_of_every_program_is_read_or_refused_in_words(shared: Path) -> None:
    for path in sorted((shared / "samples").rglob("*")):
        if path.is_file():
            said(path)
