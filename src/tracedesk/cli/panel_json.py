"""What a panel answers as JSON: units in the names, NaN (no value) as null, texts as they are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from tracedesk.analytics.panel import Asked, Figure, Histogram, Line, Panel, Result, Row, Series, Stat, Table

UNITS = {"nusd": "nano_usd"}
"""Units that JSON calls otherwise."""
FIGURES = frozenset({"ns", "nusd", "count", "share", "tokens", "score", "per_s"})
"""Units of columns whose cells are figures, or None."""


def panel_json(panel: Panel, asked: Asked, result: Result) -> dict[str, Any]:
    """One answer with what was asked."""
    return {
        "panel": panel.key, "title": panel.title, "subtitle": panel.subtitle, "about": panel.about, "query": str(asked.query),
        "start_ns": asked.start_ns, "end_ns": asked.end_ns, "step_ns": asked.step_ns, "by": asked.by,
        **result_json(result),
    }


def result_json(result: Result) -> dict[str, Any]:
    """One of the four shapes; `shape` says which."""
    match result:
        case Stat():
            return {"shape": "stat", **figure_json(result.figure),
                    "before": None if result.before is None else figure_json(result.before),
                    "note": result.note, "narrows_to": result.query, "spark": series_json(result.spark, result.figure.unit)}
        case Line():
            return {"shape": "line", "unit": unit_name(result.unit), "first_bucket_ns": result.start_ns,
                    "bucket_ns": result.step_ns, "stacked": result.stacked,
                    "limit": None if result.limit is None else {unit_name(result.unit): result.limit[0],
                                                                "text": result.limit[1]},
                    "series": [series_json(one, result.unit) for one in result.series],
                    "marks": [{"time_ns": mark.time_ns, "text": mark.text, "query": mark.query} for mark in result.marks]}
        case Histogram():
            unit = unit_name(result.unit)
            return {"shape": "histogram", f"edges_{unit}": numbers(result.edges), "log": result.log,
                    "groups": [{**series_json(group, "count"), f"median_{unit}": median} for group, median in
                               zip(result.groups, (*result.medians, *[None] * len(result.groups)), strict=False)],
                    "outliers": [{f"value_{unit}": value, "query": query} for value, query in result.outliers]}
        case Table():
            return {"shape": "table", "rows": [row_json(result, row) for row in result.rows], "left_out": result.left_out}


def row_json(table: Table, row: Row) -> dict[str, Any]:
    """A row by the keys of its columns; a figure's key carries its unit."""
    made: dict[str, Any] = {}
    for column, cell in zip(table.columns, row.cells, strict=True):
        if isinstance(cell, Series):
            made[column.key] = numbers(cell.values)
        elif isinstance(cell, Figure) or (cell is None and column.unit in FIGURES):
            made[f"{column.key}_{unit_name(column.unit)}"] = None if cell is None else number(cell.value)
            if column.unit == "nusd":
                made[f"{column.key}_at_least"] = cell is not None and cell.at_least
        else:
            made[column.key] = number(cell) if isinstance(cell, float) else cell
    link = None if row.link is None else {"text": row.link[0], "command": row.link[1], "arguments": list(row.link[2])}
    return {**made, "query": row.query, "finding": row.finding, "link": link, "total": row.total}


def figure_json(figure: Figure) -> dict[str, Any]:
    """A number under a name that has its unit."""
    return {f"value_{unit_name(figure.unit)}": number(figure.value), "at_least": figure.at_least}


def series_json(series: Series, unit: str) -> dict[str, Any]:
    """A value per bucket."""
    return {"label": series.label, f"values_{unit_name(unit)}": numbers(series.values),
            "counts": None if series.counts is None else [int(count) for count in series.counts],
            "total": None if series.total is None else figure_json(series.total), "query": series.query}


def unit_name(unit: str) -> str:
    """A unit as it stands in a name."""
    return UNITS.get(unit, unit)


def number(value: Any) -> Any:
    """A number as JSON has it."""
    return None if value is None or not math.isfinite(value) else int(value) if float(value).is_integer() else float(value)


def numbers(values: Iterable[Any]) -> list[Any]:
    """Numbers as JSON has them."""
    return [number(value) for value in values]
