"""Calls without response id that are recorded in two traces: a store counts them as the reader of a file does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.making import KEY, reading, send, span, storing
from tests.store.test_any_order import TWINS, fill
from tracedesk.cli.target import from_files
from tracedesk.importers.detect import load
from tracedesk.ingest.keeping import keep, slices
from tracedesk.model.batch import SpanBatch
from tracedesk.model.kinds import Kind
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Span
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv import across
from tracedesk.semconv.across import counted_across
from tracedesk.semconv.counting import not_counted
from tracedesk.store import calls, questions
from tracedesk.store.connect import open_store

GOLDEN = Path(__file__).parents[1] / "golden" / "dialects"
ASKED, RESULT, OWN = "Message with {x!r}", "streaming response from {x!r} took {y}s", "anthropic.messages.create"
TOKENS = {"input_tokens": 10, "output_tokens": 5, "cost_nusd": 7_000}


def call(trace: int, name: str, number: int = 1, **fields) -> Span:
    """A model call."""
    return span(trace, number, **{"name": name, "kind": Kind.LLM, "model": "claude", **fields})


def elsewhere(path: Path) -> dict[int, dict[int, int]]:
    """Per trace, the spans that are counted on others."""
    with reading(path) as store:
        return {int.from_bytes(one, "big"): {int.from_bytes(span, "big"): int.from_bytes(on or b"", "big")
                                             for span, on in questions.counted_on(store, one).items()}
                for one in questions.ids(store)}


def orders(tmp_path: Path, spans: Sequence[Span]) -> dict[int, dict[int, int]]:
    """What is counted elsewhere, which must be the same forwards and backwards."""
    fill(tmp_path / "a.db", [spans], [])
    fill(tmp_path / "b.db", [[one] for one in spans], [1])
    fill(tmp_path / "c.db", [[one] for one in spans[::-1]], [0, 1])
    assert elsewhere(tmp_path / "a.db") == elsewhere(tmp_path / "b.db") == elsewhere(tmp_path / "c.db")
    return elsewhere(tmp_path / "a.db")


def test_a_stream_of_logfire_outside_any_span_is_one_call(tmp_path: Path) -> None:
    found = orders(tmp_path, [call(1, ASKED, title="hi"), call(2, RESULT, 2, start_ms=50, length_ms=0, title="hi", **TOKENS),
                              call(3, RESULT, 3, start_ms=60, length_ms=0, title="ho", **TOKENS)])
    assert found == {1: {1: 2}, 2: {}, 3: {}}


def test_a_stream_that_the_sdk_traced_inside_the_request_is_one_call(tmp_path: Path) -> None:
    found = orders(tmp_path, [call(1, ASKED), call(1, OWN, 2, parent=1, length_ms=49, response_id="m", **TOKENS),
                              call(2, RESULT, 3, start_ms=50, length_ms=0, **TOKENS)])
    assert found == {1: {1: 2}, 2: {3: 2}}


@pytest.mark.parametrize(("tokens", "found"), [(10, {1: {}, 2: {2: 1}}), (0, {1: {1: 2}, 2: {}}), (9, {1: {}, 2: {}})])
def test_a_stream_that_the_sdk_traced_alone_is_one_call(tmp_path: Path, tokens: int, found: dict) -> None:
    assert orders(tmp_path, [call(1, "ChatAnthropic", length_ms=80, **{**TOKENS, "input_tokens": tokens}),
                             call(2, OWN, 2, start_ms=1, length_ms=78, response_id="m", **TOKENS)]) == found


def test_a_span_that_changes_is_on_its_own_again(tmp_path: Path) -> None:
    with storing(tmp_path / "t.db") as writer:
        send(writer, [call(1, "ChatAnthropic", length_ms=80, **TOKENS),
                      call(2, OWN, 2, start_ms=1, length_ms=78, response_id="m", **TOKENS)])
        writer.settle()
        send(writer, [call(2, OWN, 2, start_ms=1, length_ms=78.5, response_id="m", **{**TOKENS, "output_tokens": 6})])
        writer.settle()
    assert elsewhere(tmp_path / "t.db") == {1: {}, 2: {}}


def test_more_than_can_be_told_apart_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (across, calls):
        monkeypatch.setattr(module, "MOST_NEAR", 2)
    one, two = call(1, ASKED), call(2, RESULT, 2, start_ms=50, length_ms=0)
    assert orders(tmp_path, [one, two])[1] == {1: 2}
    (tmp_path / "more").mkdir()
    assert orders(tmp_path / "more", [one, two, call(3, ASKED, 3, start_ms=60)]) == {1: {}, 2: {}, 3: {}}


def test_one_less_than_too_many_can_be_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (across, calls):
        monkeypatch.setattr(module, "MOST_NEAR", 2)
    with storing(tmp_path / "t.db") as writer:
        send(writer, [call(1, ASKED), call(2, RESULT, 2, start_ms=50, length_ms=0), call(3, ASKED, 3, start_ms=10)])
        writer.settle()
        send(writer, [call(3, ASKED, 3, start_ms=10, length_ms=20, status=2)])
        writer.settle()
    assert elsewhere(tmp_path / "t.db") == {1: {1: 2}, 2: {}, 3: {}}


@settings(max_examples=60, deadline=None)
@given(spans=st.lists(TWINS, min_size=2, max_size=14), slices=st.lists(st.integers(0, 2), max_size=3))
def test_a_store_counts_as_the_reader_of_a_file_does(spans: list[Span], slices: list[int]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        fill(folder / "a.db", [[one] for one in spans], slices)
        with reading(folder / "a.db") as store:
            ids = questions.ids(store)
            traces: list[list[SpanRow]] = [
                sorted(questions.rows(store, one), key=lambda row: (row.start_ns, row.span_id)) for one in ids]
            at_home = [not_counted(rows) for rows in traces]
            found = counted_across(list(zip(traces, at_home, strict=True)))
            for one, home, more in zip(ids, at_home, found, strict=True):
                assert questions.counted_on(store, one) == {**home, **more}
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_what_sdks_sent_is_counted_as_from_its_file(tmp_path: Path, name: str) -> None:
    spans, logs = [], []
    files = sorted((GOLDEN / name).glob("*.otlp.pb"))
    for file in files:
        more, records, _ = load(file)
        spans += more
        logs += records
    book = PriceBook()
    with open_store(tmp_path / "a.db", role="write", key=KEY) as store:
        writer = store.writer(not_counted)
        for batch in (SpanBatch(spans[1::2], logs[::2]), SpanBatch(spans[::2], logs[1::2])):
            for piece in slices([batch]):
                keep(writer, book, piece)
        writer.settle()
    with open_store(tmp_path / "a.db", role="read", key=KEY) as store:
        for target in from_files(files):
            assert questions.counted_on(store, target.trace.trace_id) == target.counted_on
