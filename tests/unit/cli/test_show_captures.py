"""Spans of real SDKs: every field the wire carries is right, every field it does not carry is unknown, each call counts once.

The captures beside a checkout have what the model server itself received and answered. Those in `tests/golden/dialects` are
of the same form, made with other SDKs.
"""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from tests.helpers.captures import complaints
from tests.helpers.shown import shown
from tracedesk.cli.show_json import show_json
from tracedesk.cli.target import targets_of, whole_from_store
from tracedesk.importers.detect import load
from tracedesk.ingest.stages import prepare_all
from tracedesk.model.span import LogRecord, Span
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv.counting import not_counted
from tracedesk.store import questions
from tracedesk.store.connect import open_store

CAPTURES = ("claude_code", "langfuse_sdk", "mlflow_openai", "oi_langchain", "oi_openai", "otel_openai_v2_events",
            "otel_openai_v2_latest", "plain_names", "pydantic_ai_v5", "strands", "tl_openai", "vercel_ai_v6")
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "dialects"
OWN = sorted(path.parent.name for path in GOLDEN.glob("*/expected.json"))


def files_of(folder: Path, name: str, suffix: str) -> list[Path]:
    """The files of a capture: spans, and log records where there are any."""
    return [path for path in (folder / f"{name}.otlp.{suffix}", folder / f"{name}.logs.otlp.{suffix}") if path.exists()]


def received(folder: Path, name: str) -> tuple[list[Span], list[LogRecord]]:
    """All spans and all log records of a capture."""
    loaded = [load(path) for path in files_of(folder, name, "pb")]
    return [span for spans, _, _ in loaded for span in spans], [log for _, logs, _ in loaded for log in logs]


@pytest.mark.parametrize("suffix", ["json", "pb"])
@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_is_understood(shared: Path, name: str, suffix: str) -> None:
    expected = json.loads((shared / "captures" / f"{name}.expected.json").read_text())
    assert complaints(shown(*files_of(shared / "captures", name, suffix)), expected) == []


@pytest.mark.parametrize("name", OWN)
def test_a_capture_of_our_own_is_understood(name: str) -> None:
    expected = json.loads((GOLDEN / name / "expected.json").read_text())
    assert complaints(shown(*sorted(GOLDEN.joinpath(name).glob("*.otlp.pb"))), expected) == []


@pytest.mark.parametrize("name", ["otel_openai_v2_events", "claude_code", "otel_openai_v2_latest"])
def test_log_records_may_come_before_after_or_in_any_order(shared: Path, name: str) -> None:
    expected = json.loads((shared / "captures" / f"{name}.expected.json").read_text())
    for files in permutations(files_of(shared / "captures", name, "pb")):
        assert complaints(shown(*files), expected) == []
    spans, logs = received(shared / "captures", name)
    for mixed in (logs[::-1], sorted(logs, key=lambda log: str(log.body))):
        document = {"traces": [show_json(target, PriceBook()) for target in targets_of(spans[::-1], mixed)]}
        assert complaints(document, expected) == []


@pytest.mark.parametrize("name", ["otel_openai_v2_events", "claude_code"])
def test_the_store_answers_the_same_when_log_records_come_late(shared: Path, tmp_path: Path, name: str) -> None:
    expected = json.loads((shared / "captures" / f"{name}.expected.json").read_text())
    spans, logs = received(shared / "captures", name)
    book = PriceBook()
    with open_store(tmp_path / "t.db", role="write") as store:
        writer = store.writer(not_counted)
        for more_spans, more_logs in ((spans, []), ([], logs)):
            writer.write(prepare_all(writer.gather(more_spans, more_logs), book), more_logs)
        writer.index_pending()
        found = [whole_from_store(store, summary.trace_id) for summary in questions.traces(store)]
        assert complaints({"traces": [show_json(target, book) for target in found]}, expected) == []
