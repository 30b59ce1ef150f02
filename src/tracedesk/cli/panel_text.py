"""What a panel answers, for a terminal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from tracedesk.analytics.panel import Column, Figure, Histogram, Line, Panel, Result, Series, Stat, Table
from tracedesk.base.clock import NARROW, format_duration, iso_time
from tracedesk.base.money import format_cost
from tracedesk.cli.printing import escaped

NOTHING = "—"
_POINTS = frozenset({"change", "difference"})
"""Columns of figures that are differences of shares; `moved` is how much more something is than it was."""
_BLOCKS = "▁▂▃▄▅▆▇█"
_SPARK, _IN_TABLE, _BAR = 40, 16, 30
"""Characters of a run over time, and of the longest bar."""


def print_panel(console: Console, panel: Panel, result: Result) -> None:
    """One answer under its title."""
    title = Text(panel.title, style="bold")
    if panel.subtitle:
        title.append(f"  {panel.subtitle}", style="dim")
    match result:
        case Stat():
            _print_stat(console, title, result)
        case Line():
            console.print(title)
            _print_line(console, result)
        case Histogram():
            console.print(title)
            _print_histogram(console, result)
        case Table():
            console.print(title)
            _print_table(console, result)


def shown(value: float | int | None, unit: str) -> str:
    """A number with its unit."""
    if value is None or not math.isfinite(value):
        return NOTHING
    match unit:
        case "ns":
            return format_duration(round(value))
        case "nusd":
            return format_cost(round(value))
        case "share":
            return f"{value * 100:.1f}{NARROW}%"
        case "score":
            return f"{value:.2f}"
        case "per_s":
            return f"{value:,.1f}/s"
        case "change":
            return f"×{value:.2f}"
    return f"{round(value):,}"


def figure(found: Figure | None) -> str:
    """A figure; `≥` where it leaves something out."""
    if found is None or found.value is None:
        return "unpriced" if found is not None and found.at_least else NOTHING
    return ("≥ " if found.at_least else "") + shown(found.value, found.unit)


def change(now: Figure, before: Figure | None) -> str:
    """How a figure moved since the period before: in per cent, shares in points, scores in their own unit."""
    if before is None or now.value is None or before.value is None:
        return ""
    moved = now.value - before.value
    if now.unit == "share":
        return _signed(f"{abs(moved) * 100:.1f}{NARROW}pt", moved)
    if now.unit == "score":
        return _signed(f"{abs(moved):.2f}", moved)
    return _signed(f"{abs(moved / before.value) * 100:.1f}{NARROW}%", moved) if before.value else "new"


def _signed(text: str, moved: float) -> str:
    return ("+" if moved > 0 else "−" if moved < 0 else "±") + text


def spark(series: Series, most: int = _SPARK) -> str:
    """A run over time in one line: the largest value of each stretch, a space where there is none."""
    stretches = np.array_split(series.values, min(most, len(series.values)))
    tops = [float(np.nanmax(part)) if np.isfinite(part).any() else math.nan for part in stretches]
    highest = max((top for top in tops if math.isfinite(top)), default=0.0)
    return "".join(" " if not math.isfinite(top) else
                   _BLOCKS[min(7, int(top / highest * 7.999)) if highest > 0 else 0] for top in tops)


def _print_stat(console: Console, title: Text, stat: Stat) -> None:
    line = title + Text(f"  {figure(stat.figure)}  ")
    moved = change(stat.figure, stat.before)
    if moved:
        better = stat.good * ((stat.figure.value or 0) - ((stat.before.value if stat.before else 0) or 0))
        line.append(f"{moved}  ", style="green" if better > 0 else "red" if better < 0 else "dim")
    line.append(escaped(stat.note), style="dim")
    console.print(line)
    console.print(Text(spark(stat.spark), style="blue"))


def _print_line(console: Console, line: Line) -> None:
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    grid.add_column("Bucket")
    for one in line.series:
        grid.add_column(Text(escaped(one.label)), justify="right", no_wrap=True)
    for at in range(max((len(one.values) for one in line.series), default=0)):
        values = [float(one.values[at]) for one in line.series]
        if any(math.isfinite(value) for value in values):
            grid.add_row(iso_time(line.start_ns + at * line.step_ns)[:19].replace("T", " "),
                         *(shown(value, line.unit) for value in values))
    grid.add_row(Text("all", style="bold"), *(Text(figure(one.total), style="bold") for one in line.series))
    console.print(grid)
    for mark in line.marks:
        console.print(Text(f"{iso_time(mark.time_ns)[:19].replace('T', ' ')}  {escaped(mark.text)}", style="dim"))


def _print_histogram(console: Console, histogram: Histogram) -> None:
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    grid.add_column("From", justify="right")
    for at, group in enumerate(histogram.groups):
        median = histogram.medians[at] if at < len(histogram.medians) else None
        grid.add_column(Text(f"{escaped(group.label)} (median {shown(median, histogram.unit)})"), no_wrap=True)
    most = max((float(group.values.max()) for group in histogram.groups if len(group.values)), default=0.0)
    for at in range(len(histogram.edges) - 1):
        counts = [int(group.values[at]) for group in histogram.groups]
        if any(counts):
            grid.add_row(shown(float(histogram.edges[at]), histogram.unit),
                         *(f"{'█' * max(1, round(count / most * _BAR))} {count:,}" if count else "" for count in counts))
    console.print(grid)
    for value, query in histogram.outliers:
        console.print(Text(f"{shown(value, histogram.unit)} alone: {escaped(query)}", style="yellow"))


def _print_table(console: Console, table: Table) -> None:
    finding = any(row.finding for row in table.rows)
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        grid.add_column(Text(escaped(column.title)), justify="left" if column.unit in ("text", "id", "spark") else "right",
                        overflow="ellipsis" if column.unit == "text" else "fold", no_wrap=True)
    if finding:
        grid.add_column("Finding")
    for row in table.rows:
        cells = [Text(_cell(cell, column), style="bold" if row.total else "")
                 for cell, column in zip(row.cells, table.columns, strict=True)]
        grid.add_row(*cells, *([Text(escaped(row.finding), style="yellow")] if finding else []))
    console.print(grid)
    if table.left_out:
        console.print(Text(escaped(table.left_out), style="dim"))


def _cell(cell: Any, column: Column) -> str:
    if cell is None:
        return NOTHING
    if isinstance(cell, Figure):
        if column.key in _POINTS and cell.value is not None:
            return _signed(f"{abs(cell.value) * 100:.1f}{NARROW}pt", cell.value)
        if column.key == "moved" and cell.value is not None:
            return _signed(shown(abs(cell.value), "share"), cell.value)
        return figure(cell)
    if isinstance(cell, Series):
        return spark(cell, _IN_TABLE)
    return shown(cell, column.unit) if isinstance(cell, int | float) else escaped(str(cell))
