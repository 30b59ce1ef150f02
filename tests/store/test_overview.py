"""Facets, density and peers against plain counting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import MS, T0_NS, reading, send, span, span_id, storing, trace_id
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.query import parse
from tracedesk.store import questions
from tracedesk.store.connect import Store


@pytest.fixture
def store(tmp_path: Path):
    """40 traces of two programs; every fourth failed, every tenth still runs."""
    with storing(tmp_path / "t.db") as writer:
        for number in range(40):
            program = "agent" if number % 2 else "faq"
            failed = number % 4 == 0
            send(writer, [
                span(number + 1, 1, None, program, start_ms=60_000 * number,
                     length_ms=None if number % 10 == 9 else 100 + number,
                     status=Status.ERROR if failed else Status.OK, service=program + "-bot", tags='{"environment":"local"}'),
                span(number + 1, 2, 1, "chat", start_ms=60_000 * number + 5, length_ms=50, kind=Kind.LLM,
                     model="gpt-4o" if number % 4 < 3 else "llama", input_tokens=number, cost_nusd=number * 1_000),
                span(number + 1, 3, 1, "chat", start_ms=60_000 * number + 60, length_ms=number, kind=Kind.LLM, model="gpt-4o"),
            ])
    with reading(tmp_path / "t.db") as opened:
        yield opened


@pytest.mark.parametrize("query", ["", "service = faq-bot", "duration > 120ms", "model = llama", "since 2020-01-01"])
def test_clicking_a_facet_leaves_as_many_traces_as_it_says(store: Store, query: str) -> None:
    found = questions.facets(store, parse(query))
    assert found["status"]
    for key, values in found.items():
        assert [count for _, count in values] == sorted((count for _, count in values), reverse=True)
        for value, count in values:
            assert questions.count(store, parse(query).plus(parse(f'{key} = "{value}"').terms[0])) == count, (key, value)


def test_facets_of_nothing_are_empty(store: Store) -> None:
    assert not any(questions.facets(store, parse("service = nobody")).values())


def test_density_counts_every_trace_once(store: Store) -> None:
    found = questions.density(store, parse(""), 48, 7)
    assert found.counts.shape == found.errors.shape == (7, 48)
    assert (int(found.counts.sum()), int(found.errors.sum())) == (40, 10)
    assert found.start_ns == T0_NS
    assert found.end_ns == T0_NS + 39 * 60_000 * MS + 1
    assert found.low_ns <= 100 * MS
    assert found.high_ns == 1_000 * MS


def test_a_cell_of_the_density_is_what_its_borders_say(store: Store) -> None:
    found = questions.density(store, parse("service = agent-bot since 2026-03-01T09:00:00Z before 2026-03-01T12:00:00Z"), 6, 4)
    wide = (found.end_ns - found.start_ns) / 6
    step = (found.high_ns / found.low_ns) ** (1 / 4)
    expected = [[0] * 6 for _ in range(4)]
    for one in questions.traces(store, parse("service = agent-bot")):
        row = sum(one.duration_ns >= round(found.low_ns * step**border) for border in range(1, 4))
        expected[row][int((one.start_ns - found.start_ns) / wide)] += 1
    assert found.counts.tolist() == expected


def test_density_of_nothing_is_empty(store: Store) -> None:
    assert questions.density(store, parse("id = ffff"), 48, 7).counts.sum() == 0


def test_peers_are_the_finished_runs_of_the_same_program(store: Store) -> None:
    found = questions.peers(store, trace_id(40), [span_id(3), span_id(2)])
    assert (found.name, found.service, found.runs) == ("agent", "agent-bot", 16)
    by_line = {(line.what, line.span_id): line for line in found.lines}
    assert [line.what for line in found.lines] == ["duration", "cost", "input_tokens", "span", "span"]
    second = by_line["span", span_id(3)]
    assert second.value == 39 * MS
    assert second.rank == 1.0
    assert second.p5 < second.p25 < second.p50 < second.p75 < second.p95
    others = sorted(number for number in range(1, 39, 2) if number % 10 != 9)
    assert second.p50 == (others[7] + others[8]) / 2 * MS
    first = by_line["span", span_id(2)]
    assert (first.p5, first.p95, first.rank) == (50 * MS, 50 * MS, 0.5)


def test_peers_begin_after_a_moment_and_few_have_no_quantiles(store: Store) -> None:
    assert questions.peers(store, trace_id(40), since_ns=T0_NS + 36 * 60_000 * MS).lines == ()
    assert questions.peers(store, trace_id(40), since_ns=T0_NS + 20 * 60_000 * MS).runs == 8
