"""Figures, ticks, the table behind a result and its CSV."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from tests.ui.metrics.made_up import T0_NS, attribution, costs, dearest, latency, sizes, stat
from tracedesk.analytics.panel import Column, Figure, Row, Series, Table
from tracedesk.base.clock import NARROW, NS_PER_S
from tracedesk.ui.charts.spark import fewer
from tracedesk.ui.charts.ticks import log_ticks, time_ticks, value_ticks
from tracedesk.ui.charts.words import axis_text, change_text, difference_text, figure_text, short_count, step_text, stretch_text
from tracedesk.ui.metrics.columns import Need, widths
from tracedesk.ui.metrics.reader import same
from tracedesk.ui.metrics.table import cell_text, fraction
from tracedesk.ui.metrics.tabled import as_csv, harmless, tabled


@pytest.mark.parametrize(("figure", "words"), [
    (Figure(12_840, "count"), "12,840"), (Figure(4_610_000_000, "ns"), "4.61 s"), (Figure(0.019, "share"), "1.9 %"),
    (Figure(1.0, "share"), "100 %"), (Figure(73_900_000_000, "nusd", at_least=True), "≥ $73.90"),
    (Figure(0.875, "score"), "0.88"),
    (Figure(None, "nusd", at_least=True), "unpriced"), (Figure(None, "nusd"), "—"), (Figure(None, "ns"), "—"),
    (Figure(float("nan"), "count"), "—"), (Figure(1_050_000, "tokens"), "1.05 M"), (Figure(112_400, "tokens"), "112,400"),
    (Figure(78.74, "per_s"), "78.7/s"), (Figure(0, "nusd"), "$0.0000"), (Figure(3_507.4, "tokens"), "3,507")])
def test_a_figure_in_words(figure: Figure, words: str) -> None:
    assert figure_text(figure).replace(NARROW, " ") == words


def test_small_costs_of_tiles_have_three_figures() -> None:
    assert figure_text(Figure(5_760_000, "nusd", at_least=True), exact=True) == "≥ $0.00576"


@pytest.mark.parametrize(("ratio", "words"), [(1.45, "+45 %"), (2.08, "×2.08"), (0.97, "−3.0 %"), (1.0, "0 %"),
                                              (1.041, "+4.1 %"), (math.inf, "—"), (0.0, "−100 %")])
def test_a_change_in_words(ratio: float, words: str) -> None:
    assert change_text(ratio).replace(NARROW, " ") == words


def test_shares_differ_in_points_and_scores_as_they_are() -> None:
    assert difference_text(0.019, 0.013, "share").replace(NARROW, " ") == "+0.6 pt"
    assert difference_text(0.88, 0.89, "score") == "−0.01"
    assert difference_text(5, 0, "count") == "—"


@pytest.mark.parametrize(("most", "unit", "texts"), [
    (10.1e9, "ns", ["0", "3 s", "6 s", "9 s", "12 s"]), (7.4e9, "nusd", ["$0", "$2.50", "$5.00", "$7.50"]),
    (0.019, "share", ["0", "0.5 %", "1.0 %", "1.5 %", "2.0 %"]), (3, "count", ["0", "1", "2", "3"]),
    (240e9, "ns", ["0", "1 m", "2 m", "3 m", "4 m"]), (0, "ns", ["0", "0.25 s", "0.50 s", "0.75 s", "1.00 s"])])
def test_value_ticks_are_round_and_hold_the_greatest(most: float, unit: str, texts: list[str]) -> None:
    ticks = value_ticks(most, unit)
    assert [tick.text.replace(NARROW, " ") for tick in ticks] == texts
    assert ticks[-1].at >= most


def test_ticks_of_every_greatest_value_hold_it() -> None:
    for unit in ("ns", "nusd", "count", "share", "tokens", "score"):
        for power in np.arange(2 if unit == "nusd" else -2, 13, 0.37):
            most = 10.0**power
            ticks = value_ticks(most, unit)
            assert ticks[-1].at >= most * (1 - 1e-9)
            assert 2 <= len(ticks) <= 6
            assert len({tick.text for tick in ticks}) == len(ticks), [tick.text for tick in ticks]


def test_time_ticks_stand_on_round_times_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    day = time_ticks(T0_NS, T0_NS + 86_400 * NS_PER_S, 7)
    assert 3 <= len(day) <= 7
    assert all(tick.text.endswith(":00") for tick in day)
    assert all(tick.text.count(":") == 2 for tick in time_ticks(T0_NS, T0_NS + 60 * NS_PER_S, 6))
    month = time_ticks(T0_NS, T0_NS + 30 * 86_400 * NS_PER_S, 6)
    assert month[0].text.split(" ")[1] in ("Nov", "Dec")


def test_log_ticks_are_powers_of_ten() -> None:
    assert [tick.text for tick in log_ticks(2.9, 5.1)] == ["1k", "10k", "100k"]
    assert [tick.text for tick in log_ticks(3.0, 4.0)] == ["1k", "2k", "5k", "10k"]


def test_counts_are_short_on_axes() -> None:
    assert [short_count(value, 500) for value in (500, 1_500, 2_000_000)] == ["500", "1.5k", "2M"]
    assert axis_text(0, "nusd", 1e9) == "$0"


def test_lengths_of_buckets_in_words() -> None:
    assert [step_text(seconds * NS_PER_S) for seconds in (600, 3_600, 86_400, 30, 21_600)] == [
        "by 10 min", "by hour", "by day", "by 30 s", "by 6 h"]
    assert " to " in stretch_text(T0_NS, T0_NS + 600 * NS_PER_S)


def test_a_small_curve_keeps_gaps_and_joins_neighbours() -> None:
    values = np.array([1.0, 3.0, np.nan, np.nan] * 20)
    shown = fewer(values, 40)
    assert shown[0] == 2.0
    assert np.isnan(shown[1])
    assert fewer(values, 200) is values


# tables


def test_cells_of_a_table_as_they_are_read() -> None:
    table = attribution()
    texts = [cell_text(cell, column).replace(NARROW, " ")
             for cell, column in zip(table.rows[0].cells, table.columns, strict=True)]
    assert texts == ["refund-v14", "10", "4,312", "×2.08", "≥ $35.95", "50.0 %", "+45 %"]
    assert cell_text(Figure(0.006, "share"), Column("change", "Change", "share")) == f"+0.6{NARROW}pt"
    assert cell_text(Figure(None, "nusd", at_least=True), Column("cost", "Cost", "nusd")) == "unpriced"
    assert cell_text(None, Column("user", "User")) == "—"


def test_the_longest_bar_is_the_greatest_of_its_unit() -> None:
    table = attribution()
    assert [round(fraction(row, 2, table), 2) for row in table.rows[:2]] == [1.0, 0.48]


def test_csv_is_exact_and_says_the_unit() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(attribution()))))
    assert rows[0][:4] == ["Prompt version", "Requests (count)", "Tokens / req (tokens)", "Change (change)"]
    assert rows[1][:5] == ["refund-v14", "10", "4312", "2.08", "≥ 35950000000"]
    assert rows[2][4] == ""
    assert rows[1][-1] == "Prompt change doubled tokens: 2,071 → 4,312"


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_no_text_becomes_a_formula(evil: str) -> None:
    assert harmless(evil) == f"'{evil}"
    table = Table((Column("what", evil),), (Row((evil,), finding=evil),))
    for row in csv.reader(io.StringIO(as_csv(table))):
        assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_a_negative_number_stays_a_number() -> None:
    assert as_csv(Table((Column("x", "X", "share"),), (Row((Figure(-0.5, "share"),)),))).splitlines()[1] == "-0.5"


def test_every_shape_has_a_table_behind_it() -> None:
    behind = tabled(latency())
    assert [column.title for column in behind.columns] == ["From", "p99", "p95", "p50"]
    assert behind.rows[0].cells[0] == "2025-11-24T16:00:00Z"
    assert behind.rows[2].cells[2].value is None
    assert [len(tabled(result).rows) for result in (costs(), sizes(), stat(), dearest())] == [6, 4, 2, 10]
    assert tabled(costs()).rows[1].cells[2] == Figure(5e7, "nusd", at_least=True)
    assert tabled(sizes()).rows[-1].cells[0].value == 112_400


def test_same_says_whether_anything_would_look_different() -> None:
    for make in (latency, costs, sizes, stat, attribution, dearest):
        assert same(make(), make())
    assert not same(latency(), latency([1.0 * NS_PER_S] * 6))
    assert not same(latency(), costs())
    assert not same(Series("a", np.array([1.0]), np.array([1])), Series("a", np.array([1.0]), np.array([2])))


# columns


NEEDS = (Need(90, False, names=True, least_px=150), Need(60, True), Need(50, True, bar=True), Need(0, False, spark=True),
         Need(200, False))


def test_columns_fill_the_room() -> None:
    for room in (520, 700, 1_200):
        made = widths(NEEDS, room)
        assert sum(made) <= room
        assert sum(made) >= room - len(made)
        assert all(made)


def test_bars_go_first_then_texts_then_numbers() -> None:
    assert widths(NEEDS, 440)[2] == pytest.approx(74, abs=80)
    narrow = widths(NEEDS, 290)
    assert narrow[0] >= 90
    assert narrow[3] == narrow[4] == 0
    assert narrow[1] >= 60
    assert narrow[2] >= 50
    assert widths(NEEDS, 150)[1:] == [0, 0, 0, 0]
