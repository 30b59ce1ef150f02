"""What a panel is, what it is asked, and the five shapes of what it answers.

A panel answers in numbers and words, never in pixels: `ui/charts` draws each shape, `tracedesk panel` prints the same as
JSON. Every answer that stands for traces carries the filter that finds them, so that a click opens what is behind a figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.query import TraceQuery

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """What every panel is asked: traces that match `query` and start in [start_ns, end_ns), in buckets of `step_ns`.

    `before` says whether the period of the same length before it is compared. `by` is the fact or tag that tables are
    grouped by, in the words of the filter language. Buckets begin at whole multiples of `step_ns` after the last
    local midnight at or before `start_ns`, which `offset_ns` is the distance of UTC to.
    """

    query: TraceQuery
    start_ns: int
    end_ns: int
    step_ns: int
    before: bool = True
    by: str = "prompt"
    offset_ns: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `value` is None where nothing is known. `unit`: ns, nusd, count, share (0 to 1), tokens, score, per_s.

    `at_least` marks a sum that leaves something out (unpriced calls): it is shown with `≥`.
    """

    value: float | int | None
    unit: str
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one colour of stacked bars: a value per bucket, NaN where there is none.

    `query` narrows the panel's filter to what this series counts. `counts` says how many requests stand behind each bucket.
    """

    label: str
    values: Floats
    counts: NDArray[np.int64] | None = None
    total: Figure | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to mark: the first sight of a prompt version, model or release."""

    time_ns: int
    text: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Stat:
    """A tile: the figure, that of the period before, its run over time, one line of words. `good`: which way is better
    (+1 more, -1 less, 0 neither)."""

    figure: Figure
    before: Figure | None
    spark: Series
    note: str = ""
    good: int = 0
    query: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Curves over time, bucket k starting at start_ns + k × step_ns; `stacked` makes bars on top of each other of them.

    `limit` is a horizontal line somebody set (an objective), in `unit`.
    """

    series: tuple[Series, ...]
    start_ns: int
    step_ns: int
    unit: str
    marks: tuple[Mark, ...] = ()
    stacked: bool = False
    limit: tuple[float, str] | None = None


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often each size occurs: per group the counts between `edges` (n + 1 values for n counts), on a log scale where
    `log`. `outliers` stand alone far to the right: (value, query of that trace)."""

    edges: Floats
    groups: tuple[Series, ...]
    unit: str
    log: bool = True
    medians: tuple[float | None, ...] = ()
    outliers: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `unit` as in Figure, or text, change (new / old), spark, id; `bar` draws the value as a bar too."""

    key: str
    title: str
    unit: str = "text"
    bar: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a value per column (text, Figure, Series for a spark, or None: unknown) and the filter of the traces behind it.

    `finding` is a sentence about this row; `link` what it leads to, as (words, command, arguments).
    """

    cells: tuple[Any, ...]
    query: str = ""
    finding: str = ""
    link: tuple[str, str, tuple[str, ...]] | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `left_out` says in words what is not in it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: str = ""


Result = Stat | Line | Histogram | Table


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `answer(store, asked)` reads the store and gives a Result; it never raises for what traces hold.

    `about` is one sentence: what is counted, over what, and how exact it is. `place` is where on the page it stands
    (tile, wide, side, row, foot; more: below all of these) and `order` its turn there.
    """

    key: str
    title: str
    about: str
    place: str
    order: int
    answer: Callable[[Any, Asked], Result]
    subtitle: str = ""
