"""`import`, `traces`, `export` and `sql` at a prompt: what they print, and what they say when something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracedesk.cli import main
from tracedesk.importers.formats.otlp_file import SAMPLE

TRACE = "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "t.db"
    monkeypatch.setenv("TRACEDESK_STORE", str(path))
    return path


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.otlp.json"
    path.write_bytes(SAMPLE)
    return path


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    """What `tracedesk words… --json` prints."""
    assert main.run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_report_of_an_import(store: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "import", str(sample)) == {"files": [{
        "file": str(sample), "format": "otlp", "confidence": 0.95, "traces": 1, "spans": 2, "logs": 0, "read": 2, "skipped": [],
        "dropped_fields": [], "assumed": [], "recognised_by": "the member resourceSpans", "leaves_out": None}]}


def test_what_was_imported_is_listed_filtered_and_found(store: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(capsys, "import", str(sample))
    found = asked(capsys, "traces")
    assert found["total"] == 1
    one = found["traces"][0]
    assert (one["trace_id"], one["name"], one["span_count"], one["duration_ns"], one["status"]) == (
        TRACE, "agent", 2, 2_400_000_000, "unset")
    assert one["tokens"] == {"input": 42, "output": None, "cache_read": None, "cache_write": None, "reasoning": None}
    assert asked(capsys, "traces", "--query", "service = nobody") == {"traces": [], "total": 0}
    assert asked(capsys, "traces", "--query", "span has chat")["total"] == 1
    assert main.run(["traces"]) == 0
    assert TRACE[:8] in capsys.readouterr().out


def test_importing_again_changes_nothing(store: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(capsys, "import", str(sample))
    before = asked(capsys, "sql", "SELECT * FROM spans")
    asked(capsys, "import", str(sample), str(sample))
    assert asked(capsys, "sql", "SELECT * FROM spans") == before


def test_a_file_that_nobody_knows_does_not_stop_the_others(store: Path, sample: Path, tmp_path: Path,
                                                           capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text("dear diary")
    assert main.run(["import", str(odd), str(tmp_path / "nowhere.json"), str(sample), "--json"]) == 1
    said = capsys.readouterr()
    files = json.loads(said.out)["files"]
    assert [(one["format"], one["spans"]) for one in files] == [(None, 0), (None, 0), ("otlp", 2)]
    assert files[0]["skipped"][0]["reason"].startswith(f"{odd} is in no format")
    assert "dear diary" in said.err
    assert "There is no file" in said.err


@pytest.mark.parametrize(("words", "code", "says"), [
    (["traces", "--query", "servise = x"], 1, "servise"),
    (["sql", "DELETE FROM main.traces"], 1, "Only reading"),
    (["sql", "SELECT nowhere"], 1, "no such column"),
    (["export", "abcd", "--out", "x.otlp.json"], 1, "No trace begins with abcd"),
    (["export", TRACE, "--out", "x.txt"], 1, "names no format"),
    (["export", TRACE, "--format", "pdf", "--out", "x"], 1, "no export format"),
    (["export", "--out", "x"], 2, "TARGET"),
    (["import"], 2, "FILE"),
])
def test_what_is_wrong_is_said(store: Path, sample: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int,
                               says: str) -> None:
    asked(capsys, "import", str(sample))
    assert main.run(words) == code
    assert says in capsys.readouterr().err


def test_without_a_store_there_is_nothing_to_list(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["traces"]) == 1
    assert "There is no store" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".otlp.json", ".otlp.jsonl", ".otlp.pb"])
def test_an_export_holds_what_was_imported(store: Path, sample: Path, tmp_path: Path, suffix: str,
                                           capsys: pytest.CaptureFixture[str]) -> None:
    asked(capsys, "import", str(sample))
    spans = asked(capsys, "sql", "SELECT * FROM spans ORDER BY span_id")
    for number, target in enumerate((TRACE[:8], str(sample))):
        out = tmp_path / f"out{number}{suffix}"
        assert main.run(["export", target, "--out", str(out)]) == 0
        assert not list(tmp_path.glob("*.part"))
        other = ["--store", str(tmp_path / f"other{number}.db")]
        asked(capsys, "import", str(out), *other)
        assert asked(capsys, "sql", "SELECT * FROM spans ORDER BY span_id", *other) == spans


def test_a_query_is_exported_to_standard_output(store: Path, sample: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main.run(["import", str(sample), "--json"]) == 0
    capfdbinary.readouterr()
    assert main.run(["export", "--query", "service = bot", "--format", "otlp-json", "--out", "-"]) == 0
    found = json.loads(capfdbinary.readouterr().out)
    assert [span["name"] for span in found["resourceSpans"][0]["scopeSpans"][0]["spans"]] == ["agent", "chat"]


def test_the_help_of_sql_names_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    from tracedesk.store.views import VIEWS

    assert main.run(["sql", "--help"]) == 0
    said = capsys.readouterr().out
    for view in VIEWS:
        assert view.name in said
        assert all(name in said for name, _ in view.columns)


@pytest.fixture
def engine(store: Path) -> Iterator[subprocess.Popen[str]]:
    """An engine on the store, listening."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tracedesk", "engine", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--store", str(store)],
        stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().startswith("listening")
    yield child
    child.terminate()
    child.wait(10)
    child.stdout.close()


def test_an_import_goes_through_a_running_engine(store: Path, sample: Path, engine: subprocess.Popen[str],
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "import", str(sample))["files"][0]
    assert (found["spans"], found["skipped"]) == (2, [])
    assert asked(capsys, "traces")["traces"][0]["trace_id"] == TRACE
    assert engine.poll() is None
