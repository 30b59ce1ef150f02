"""Archives and folders: what is refused, what is passed over, and that nothing is written anywhere."""

from __future__ import annotations

import gzip
import os
import pickle
import stat
import zipfile
from pathlib import Path

import pytest

from tracedesk.base.errors import DataError, UnknownFormat
from tracedesk.importers.detect import importers, load, read_path
from tracedesk.importers.source import files_in

SAMPLE = next(part.sample for part in importers() if part.key == "otlp")


def reports(path: Path) -> dict[str, str]:
    """What became of each member: how many spans, or why not."""
    found: dict[str, str] = {}
    for report, batches in read_path(path):
        try:
            count = sum(len(batch.spans) for batch in batches)
        except DataError as error:
            found[report.file.removeprefix(f"{path}/")] = error.message
            continue
        found[report.file.removeprefix(f"{path}/")] = "; ".join(item.reason for item in report.skipped) or str(count)
    return found


def test_names_that_lead_out_links_and_devices_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("good.json", "../up.json", "/root.json", "c:/drive.json", "a/../../b.json", "..\\win.json"):
            archive.writestr(name, SAMPLE)
        link = zipfile.ZipInfo("link.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    found = reports(path)
    assert found.pop("good.json") == "2"
    assert len(found) == 6
    assert all("was refused" in text for text in found.values())
    assert "link" in next(text for name, text in found.items() if name == "link.json")
    assert not list(tmp_path.rglob("*.json"))
    assert not (tmp_path.parent / "up.json").exists()


def test_an_encrypted_member_is_refused_and_its_neighbour_read(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", SAMPLE)
        archive.writestr("b.json", SAMPLE)
    data = bytearray(path.read_bytes())
    data[6] |= 1                                             # local header of the first
    data[data.index(b"PK\x01\x02") + 8] |= 1                 # and its entry in the table
    path.write_bytes(data)
    assert reports(path) == {"a.json": f"{path}/a.json was refused: it is encrypted", "b.json": "2"}


def test_a_bomb_in_an_archive_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracedesk.importers.source.FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(b"[" * (64 << 20), 9))
        archive.writestr("b.json", SAMPLE)
    found = reports(path)
    assert found["b.json"] == "2"
    assert found["inner.gz"]


def test_a_member_that_unpacks_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracedesk.importers.source.FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", (SAMPLE.replace(b"\n", b"") + b"\n") * 40_000)
    assert "times its size" in reports(path)["a.jsonl"]


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    trace = tmp_path / "made by the pickle"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(trace),)

    path = tmp_path / "runs.pkl"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(UnknownFormat, match="pickle"):
        load(path)
    assert not trace.exists()


@pytest.mark.parametrize(("data", "says"), [
    (b"SQLite format 3\0" + bytes(84), "SQLite"), (b"ARROW1\0\0", "Arrow"),
    (b"\x0a\x0a\x40\x01\x50\x01" + bytes(20), "Perfetto"),
    (b'{"errors": [], "scores": []}', "TRAIL"), (b'{"log": {"entries": []}}', "HAR"),
    (b'{"traces": [{"traceID": "1", "rootTraceName": "x"}]}', "Tempo"), (b'[{"traceIdLow": 1}]', "Thrift")])
def test_files_that_are_known_and_not_read(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(UnknownFormat, match=says) as caught:
        load(path)
    assert caught.value.hint


def test_a_folder_gives_its_files_without_links_and_hidden_ones(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("a.json", "b/c.json", ".hidden", ".git/x"):
        (tmp_path / name).write_bytes(SAMPLE)
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    assert files_in(tmp_path) == [tmp_path / "a.json", tmp_path / "b" / "c.json"]
    assert files_in(tmp_path / "a.json") == [tmp_path / "a.json"]
