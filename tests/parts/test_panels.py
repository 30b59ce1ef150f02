"""The same questions to every panel there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.counted_by_hand import END_NS, HOUR_NS, START_NS, fill
from tests.store.making import MS, T0_NS, reading, send, span, storing
from tracedesk.analytics.asking import asked
from tracedesk.analytics.catalogue import PLACES, all_panels, panel
from tracedesk.analytics.panel import Asked, Figure, Histogram, Line, Panel, Row, Series, Stat, Table
from tracedesk.base.errors import NotFound
from tracedesk.cli.panel_json import panel_json
from tracedesk.model.kinds import Kind
from tracedesk.model.query import TraceQuery, parse
from tracedesk.store import questions
from tracedesk.store.connect import Store

UNITS = {"ns", "nusd", "count", "share", "tokens", "score", "per_s"}
PARTS = all_panels()
QUESTION = asked(TraceQuery(), T0_NS - HOUR_NS, T0_NS + HOUR_NS)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, one trace, unfinished, without a price, or with figures too large for 64 bits together."""
    top = 2**63 - 1
    spans = {
        "empty": [],
        "one": [span(1, 1, kind=Kind.LLM, model="gpt", input_tokens=10, output_tokens=5, cost_nusd=7_000, ttft_ns=2 * MS)],
        "running": [span(1, 1, length_ms=None, kind=Kind.LLM, model="gpt")],
        "unpriced": [span(number, 1, kind=Kind.LLM, model="llama", cost_status=4, input_tokens=3) for number in range(1, 5)],
        "huge": [span(number, 1, kind=Kind.LLM, cost_nusd=top, input_tokens=top, output_tokens=top, cache_read_tokens=top)
                 for number in range(1, 4)],
    }[request.param]
    with storing(tmp_path / "t.db") as writer:
        send(writer, spans)
        writer.settle()
    with reading(tmp_path / "t.db") as opened:
        yield opened


def test_they_are_found() -> None:
    keys = [part.key for part in PARTS]
    assert keys[:8] == ["requests", "latency_p95", "error_rate", "cost", "cost_per_request", "cost_per_success",
                        "cost_per_user", "judge_score"], "the tiles, in the order of the page"
    assert set(keys) >= {"latency", "cost_by_model", "tokens_per_request", "rates", "dearest", "attribution", "timeout_rate",
                         "latency_by_kind", "slowest_steps", "ttft_by_model", "speed_by_model", "cache_share", "scores",
                         "feedback", "users", "jailbreaks", "difference"}
    with pytest.raises(NotFound, match="no panel nothing"):
        panel("nothing")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)
class TestEvery:
    def test_it_says_what_it_is(self, part: Panel) -> None:
        assert part.title
        assert part.about.endswith(".")
        assert part.place in PLACES

    @pytest.mark.parametrize("store", ["empty", "one", "running", "unpriced", "huge"], indirect=True)
    @pytest.mark.parametrize("before", [True, False])
    def test_it_answers_whatever_is_there(self, part: Panel, store: Store, before: bool) -> None:
        for by in ("prompt", "model", "user", "tag.x"):
            question = asked(TraceQuery(), QUESTION.start_ns, QUESTION.end_ns, before=before, by=by)
            result = part.answer(store, question)
            well_formed(result)
            json.dumps(panel_json(part, question, result), allow_nan=False)
        if isinstance(result, Stat):
            assert before or result.before is None
            assert part.place != "tile" or len(result.spark.values) == len(result.spark.counts)

    @pytest.mark.parametrize("store", ["empty"], indirect=True)
    def test_of_nothing_it_gives_no_figure(self, part: Panel, store: Store) -> None:
        result = part.answer(store, QUESTION)
        match result:
            case Stat():
                assert result.figure.value in (None, 0)
                assert (result.figure.value is None) == (result.figure.unit != "count")
                assert not np.nansum(result.spark.values)
            case Line():
                assert all(np.isnan(series.values).all() for series in result.series)
                assert all(series.total == Figure(None, result.unit) for series in result.series)
            case Histogram():
                assert (result.groups, result.outliers) == ((), ())
            case Table():
                assert all(cell is None or cell.value in (None, 0) for row in result.rows for cell in row.cells
                           if isinstance(cell, Figure | None))

    @pytest.mark.parametrize("store", ["unpriced"], indirect=True)
    def test_without_a_price_no_cost_is_a_number(self, part: Panel, store: Store) -> None:
        """An unknown cost is never 0."""
        result = part.answer(store, QUESTION)
        for figure in figures(result):
            if figure.unit == "nusd":
                assert figure.value is None
        if isinstance(result, Stat) and result.figure.unit == "nusd" and part.key != "cost_per_user":
            assert result.figure == Figure(None, "nusd", True)

    def test_its_filters_are_filters(self, part: Panel, tmp_path: Path) -> None:
        fill(tmp_path / "t.db", 3)
        with reading(tmp_path / "t.db") as opened:
            result = part.answer(opened, asked(parse("service = bot"), START_NS, END_NS))
            for query in queries(result):
                questions.count(opened, parse(query))

    def test_an_end_before_the_start_is_an_empty_range(self, part: Panel, tmp_path: Path) -> None:
        fill(tmp_path / "t.db", 3, traces=5)
        with reading(tmp_path / "t.db") as opened:
            well_formed(part.answer(opened, Asked(TraceQuery(), END_NS, START_NS, 0)))


def figures(result: Stat | Line | Histogram | Table) -> list[Figure]:
    """The figures of an answer."""
    match result:
        case Stat():
            return [result.figure, *([result.before] if result.before else [])]
        case Line() | Histogram():
            listed = result.series if isinstance(result, Line) else result.groups
            return [series.total for series in listed if series.total is not None]
        case Table():
            return [cell for row in result.rows for cell in row.cells if isinstance(cell, Figure)]


def queries(result: Stat | Line | Histogram | Table) -> list[str]:
    """The filters of an answer."""
    match result:
        case Stat():
            return [result.query]
        case Line():
            return [*(series.query for series in result.series), *(mark.query for mark in result.marks)]
        case Histogram():
            return [*(group.query for group in result.groups), *(query for _, query in result.outliers)]
        case Table():
            return [row.query for row in result.rows]


def well_formed(result: Stat | Line | Histogram | Table) -> None:
    """Lengths and units fit together."""
    assert all(figure.unit in UNITS for figure in figures(result))
    assert all(isinstance(figure.value, int | float | None) and not isinstance(figure.value, np.generic | bool)
               for figure in figures(result))
    match result:
        case Line():
            assert result.step_ns > 0
            assert len({len(series.values) for series in result.series}) <= 1
            assert all(series.counts is None or len(series.counts) == len(series.values) for series in result.series)
        case Histogram():
            assert (np.diff(result.edges) > 0).all()
            assert all(len(group.values) == len(result.edges) - 1 for group in result.groups)
            assert len(result.medians) == len(result.groups)
        case Table():
            assert all(len(row.cells) == len(result.columns) for row in result.rows)
            assert all(isinstance(cell, str | int | float | Figure | Series | None)
                       for row in result.rows for cell in row.cells)
            assert all(isinstance(row, Row) for row in result.rows)
