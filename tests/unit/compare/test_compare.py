"""Two traces beside each other: nothing differs from itself, and of a changed copy exactly what was changed is named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.drawn import CELL_NS, at, drawn, drawn_rows
from tests.helpers.random_traces import any_trace, deep
from tracedesk.compare import differences, text
from tracedesk.compare.align import align
from tracedesk.compare.differences import compare
from tracedesk.compare.median import median_trace
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import build_trace
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.critical_path import critical_path

BOT = """
    bot      |------------------------------|
      guard   |--|                               kind=guardrail
      search     |---------|                     kind=retriever
        sql       |-------|                      kind=db
      rerank               |-----|               kind=reranker
      chat                       |----------|    kind=llm in=100 out=20 cost=5000 model=big-1
"""


SEEDS = st.integers(0, 10_000)


def fresh_ids(rows: list[SpanRow]) -> list[SpanRow]:
    """Another run: the same spans under other ids."""
    renamed = {row.span_id: bytes([row.span_id[-1] ^ 0x5A]) * 8 for row in rows}
    return [row._replace(trace_id=b"\2" * 16, span_id=renamed[row.span_id],
                         parent_id=renamed[row.parent_id] if row.parent_id else None) for row in rows]


def path_of(trace):
    return [(piece.span, piece.start_ns, piece.end_ns) for piece in critical_path(Baseline.of(trace))]


def named(found) -> dict[str | None, str]:
    return {found.b.name[change.pair.b] if change.pair.b is not None else found.a.name[change.pair.a]: change.kind
            for change in found.changes}


def test_a_trace_differs_from_itself_in_nothing() -> None:
    trace = drawn(BOT)
    found = compare(trace, trace, path_of(trace), path_of(trace))
    assert found.changes == []
    assert found.parts == []
    assert found.matched == trace.n


def test_the_same_run_under_other_ids_differs_in_nothing() -> None:
    found = compare(drawn(BOT), build_trace(fresh_ids(drawn_rows(BOT))))
    assert found.changes == []


@pytest.mark.parametrize("flip", [0x00, 0xFF, 0x5A])
def test_calls_that_start_together_are_told_apart_by_more_than_their_ids(flip: int) -> None:
    rows = drawn_rows("""
        bot     |----------|
          sql    |--|         kind=db
          sql    |-----|      kind=db
          sql    |---|        kind=db status=error
    """)
    ids = {row.span_id: bytes([row.span_id[-1] ^ flip]) * 8 for row in rows}
    again = [row._replace(span_id=ids[row.span_id], parent_id=ids[row.parent_id] if row.parent_id else None) for row in rows]
    assert compare(build_trace(rows), build_trace(again)).changes == []


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_trace_differs_from_itself(seed: int) -> None:
    trace = any_trace(seed)
    found = compare(trace, trace)
    assert found.changes == []
    assert len(found.rows) == trace.n


@settings(max_examples=60, deadline=None)
@given(SEEDS, SEEDS)
def test_every_span_of_both_stands_in_one_row(one: int, other: int) -> None:
    a, b = any_trace(one), any_trace(other)
    rows = align(a, b)
    assert sorted(row.a for row in rows if row.a is not None) == list(range(a.n))
    assert sorted(row.b for row in rows if row.b is not None) == list(range(b.n))
    assert [row.b for row in rows if row.b is not None] == list(range(b.n))


def test_only_the_span_that_worked_longer_is_named_not_its_parents() -> None:
    rows = drawn_rows(BOT)
    late = 10 * CELL_NS
    changed = [row._replace(end_ns=row.end_ns + late) if row.name in ("rerank", "bot")
               else row._replace(start_ns=row.start_ns + late, end_ns=row.end_ns + late) if row.name == "chat" else row
               for row in rows]
    found = compare(drawn(BOT), build_trace(fresh_ids(changed)))
    assert named(found) == {"rerank": differences.SLOWER}
    assert found.changes[0].own_ns == late


def test_parts_of_the_difference_add_up_to_it() -> None:
    rows = drawn_rows(BOT)
    late = 10 * CELL_NS
    changed = [row._replace(end_ns=row.end_ns + late) if row.name in ("rerank", "bot")
               else row._replace(start_ns=row.start_ns + late, end_ns=row.end_ns + late) if row.name == "chat" else row
               for row in rows]
    a, b = drawn(BOT), build_trace(fresh_ids(changed))
    found = compare(a, b, path_of(a), path_of(b))
    assert sum(part.ns for part in found.parts) == found.total_b_ns - found.total_a_ns == late
    assert b.name[found.parts[0].pair.b] == "rerank"
    assert found.parts[0].ns == late


def test_removed_added_and_renamed_spans() -> None:
    rows = drawn_rows(BOT)
    changed = [row._replace(name="rank") if row.name == "rerank" else row for row in rows if row.name != "guard"]
    changed.append(rows[-1]._replace(span_id=b"\x77" * 8, name="judge", kind=9))
    found = compare(drawn(BOT), build_trace(fresh_ids(changed)))
    kinds = named(found)
    assert kinds["guard"] == differences.REMOVED
    assert kinds["judge"] == differences.ADDED
    assert kinds["rank"] == differences.RENAMED
    assert set(kinds) <= {"guard", "judge", "rank", "bot"}, "the root's own time may differ, nothing else"


@pytest.mark.parametrize("gone", range(5))
def test_of_five_equal_calls_the_missing_one_is_found(gone: int) -> None:
    root = SpanRow(b"\1" * 16, b"\0" * 7 + b"\x01", None, "loop", "app", 0, 1_000 * CELL_NS)
    calls = [SpanRow(b"\1" * 16, b"\0" * 7 + bytes([16 + k]), root.span_id, "call", "app", (100 * k) * CELL_NS,
                     (100 * k + 10 * (k + 1) ** 2) * CELL_NS, kind=1) for k in range(5)]
    a = build_trace([root, *calls])
    b = build_trace(fresh_ids([root, *(call for k, call in enumerate(calls) if k != gone)]))
    removed = [change for change in compare(a, b).changes if change.kind == differences.REMOVED]
    assert [a.span_ids[change.pair.a] for change in removed] == [calls[gone].span_id]


def test_parallel_calls_that_changed_places_are_still_the_same() -> None:
    a = drawn("""
        bot    |----------|
          left  |---|          kind=tool
          right  |--|          kind=tool
    """)
    b = build_trace(fresh_ids(drawn_rows("""
        bot    |----------|
          right |--|           kind=tool
          left   |---|         kind=tool
    """)))
    found = compare(a, b)
    assert found.count(differences.ADDED) == found.count(differences.REMOVED) == 0


def test_tokens_cost_status_and_model_are_told() -> None:
    rows = drawn_rows(BOT)
    changed = [row._replace(input_tokens=300, cost_nusd=9000, model="big-2", status=2) if row.name == "chat" else row
               for row in rows]
    found = compare(drawn(BOT), build_trace(fresh_ids(changed)))
    assert named(found) == {"chat": differences.CHANGED}
    change = found.changes[0]
    assert (change.input_tokens, change.output_tokens, change.cost_nusd) == (200, 0, 4000)
    assert change.what == ("status unset → error", "model big-1 → big-2")


def test_an_unknown_cost_is_no_difference_of_zero() -> None:
    rows = [row._replace(cost_nusd=None, cost_status=4) if row.name == "chat" else row for row in drawn_rows(BOT)]
    found = compare(drawn(BOT), build_trace(fresh_ids([row._replace(input_tokens=101) if row.name == "chat" else row
                                                       for row in rows])))
    assert found.changes[0].cost_nusd is None
    assert found.changes[0].input_tokens == 1


def test_a_hundred_thousand_siblings_are_matched_by_count() -> None:
    root = SpanRow(b"\1" * 16, b"\0" * 7 + b"\x01", None, "loop", "app", 0, 10**9)
    many = [SpanRow(b"\1" * 16, k.to_bytes(8, "big"), root.span_id, "call", "app", k, k + 1) for k in range(2, 20_002)]
    a = build_trace([root, *many])
    b = build_trace([row._replace(span_id=b"\xff" + row.span_id[1:], parent_id=row.parent_id and b"\xff" + row.parent_id[1:])
                     for row in [root, *many]])
    assert compare(a, b).changes == []
    assert compare(a, a).changes == []


def test_a_deep_chain_needs_no_recursion() -> None:
    assert compare(deep(20_000), deep(20_000)).changes == []


def test_the_usual_run_is_the_median_of_the_others() -> None:
    this = drawn(BOT)
    others = []
    for extra in (0, 4, 8):
        rows = [row._replace(end_ns=row.end_ns + extra * CELL_NS) if row.name in ("chat", "bot") else row
                for row in drawn_rows(BOT)]
        others.append(build_trace(fresh_ids(rows)))
    usual = median_trace(this, others)
    assert usual is not None
    chat = at(usual, "chat")
    assert int(usual.end_ns[chat] - usual.start_ns[chat]) == (11 + 4) * CELL_NS
    assert np.array_equal(usual.parent, this.parent)
    assert median_trace(this, others[:2]) is None


def test_lines_and_words_of_a_text() -> None:
    lines = text.diff("You are kind.\nUse the policy summary below.\nBye.", "You are kind.\nUse the full policy below.\nBye.")
    assert [(line.mark, line.number) for line in lines] == [("=", 1), ("-", 2), ("+", 2), ("=", 3)]
    assert [piece.text for piece in lines[1].pieces if piece.changed] == [" summary"] or \
        "summary" in "".join(piece.text for piece in lines[1].pieces if piece.changed)
    assert lines[2].text == "Use the full policy below."
    assert text.is_equal(text.diff("a\nb", "a\nb"))


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_both_texts_can_be_read_off_their_diff(a: str, b: str) -> None:
    lines = text.diff(a, b)
    assert [line.text for line in lines if line.mark != text.NEW] == a.splitlines()
    assert [line.text for line in lines if line.mark != text.GONE] == b.splitlines()


def test_very_long_texts_are_compared_too() -> None:
    a = "\n".join(f"line {number}" for number in range(5_000))
    b = a.replace("line 2500", "other")
    lines = text.diff(a, b)
    assert [line.text for line in lines if line.mark == text.NEW] == ["other"]


@pytest.mark.parametrize("name", ["guard", "sql", "rerank", "chat"])
@pytest.mark.parametrize("factor", [0.5, 1.1, 3])
def test_of_a_copy_in_which_only_one_span_lasts_otherwise_only_that_span_is_named(name: str, factor: float) -> None:
    rows = [row._replace(end_ns=row.start_ns + round((row.end_ns - row.start_ns) * factor)) if row.name == name else row
            for row in drawn_rows(BOT)]
    assert set(named(compare(drawn(BOT), build_trace(fresh_ids(rows))))) == {name}
