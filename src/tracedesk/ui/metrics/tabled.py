"""The table behind a result, which is what Copy and CSV give. No Qt here.

CSV is for spreadsheets, which take a cell that begins with = + - or @ for a formula (OWASP: CSV injection); such a cell gets
an apostrophe before it, numbers do not.
"""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np

from tracedesk.analytics.panel import Column, Figure, Histogram, Result, Row, Series, Stat, Table
from tracedesk.base.clock import iso_time

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def tabled(result: Result) -> Table:
    """A result as a table: a line's buckets, a histogram's sizes, a tile's figures."""
    if isinstance(result, Table):
        return result
    if isinstance(result, Stat):
        return Table((Column("what", ""), Column("figure", "Figure", result.figure.unit)),
                     (Row(("now", result.figure)), Row(("before", result.before))))
    if isinstance(result, Histogram):
        heads = (Column("from", "From", result.unit), Column("to", "To", result.unit),
                 *(Column(f"group{number}", group.label, "count") for number, group in enumerate(result.groups)))
        sizes = [(float(low), float(high)) for low, high in zip(result.edges[:-1], result.edges[1:], strict=True)]
        rows = [Row((Figure(low, result.unit), Figure(high, result.unit),
                     *(Figure(_known(group.values[at]), "count") for group in result.groups)))
                for at, (low, high) in enumerate(sizes)]
        alone = [Row((Figure(value, result.unit), Figure(value, result.unit), *(None for _ in result.groups[:-1]),
                      *((Figure(1, "count"),) if result.groups else ())), query) for value, query in result.outliers]
        return Table(heads, tuple(rows + alone))
    heads = (Column("from", "From"), *(Column(f"series{number}", series.label, result.unit)
                                       for number, series in enumerate(result.series)))
    count = len(result.series[0].values) if result.series else 0
    partly = [bool(series.total and series.total.at_least) for series in result.series]
    return Table(heads, tuple(Row((iso_time(result.start_ns + at * result.step_ns)[:19] + "Z",
                                   *(Figure(_known(series.values[at]), result.unit, hole)
                                     for series, hole in zip(result.series, partly, strict=True)))) for at in range(count)))


def _known(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def as_csv(result: Result) -> str:
    """The table as CSV (RFC 4180) with exact values in the unit that the head names; unknown is an empty cell."""
    table = tabled(result)
    out = io.StringIO()
    writer = csv.writer(out)
    findings = any(row.finding for row in table.rows)
    writer.writerow([harmless(f"{column.title} ({column.unit})" if column.unit not in ("text", "id", "spark") else column.title)
                     for column in table.columns] + (["Finding"] if findings else []))
    for row in table.rows:
        writer.writerow([exact(cell) for cell in row.cells] + ([harmless(row.finding)] if findings else []))
    return out.getvalue()


def exact(cell: Any) -> str:
    """A cell without rounding; a sum that leaves something out begins with ≥, a small curve is its figure."""
    if isinstance(cell, Series):
        return exact(cell.total)
    if isinstance(cell, Figure):
        return ("≥ " if cell.at_least and cell.value is not None else "") + exact(cell.value)
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, float | np.floating):
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    return str(cell) if isinstance(cell, int) else harmless(str(cell))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
