"""The columns left of the timeline: how wide the user wants the tree, which optional ones, and how wide their texts are."""

from __future__ import annotations

from collections.abc import Collection

from tracedesk.base.clock import format_duration
from tracedesk.model.trace import Trace
from tracedesk.scene.columns import COLUMNS
from tracedesk.ui.waterfall.geometry import TREE_LEAST_PX, TREE_MOST_PX, TREE_PX, Geometry
from tracedesk.ui.waterfall.look import Look

NARROW_PX, NARROWER_TREE_PX, TREE_SHARE = 700, 196, 0.4


class Columns:
    """`shown` are the optional columns that are wanted (keys of `scene.columns.COLUMNS`); `offered`: the menu offers them."""

    def __init__(self) -> None:
        self.shown: tuple[str, ...] = ()
        self.offered = False
        self._tree_px: int | None = None
        self._duration_px = 0.0
        self._text_px: dict[str, float] = {}

    def offer(self, keys: Collection[str]) -> None:
        """Want these optional columns, and offer all."""
        self.offered = True
        self.shown = tuple(key for key in COLUMNS if key in keys)

    def set_tree_px(self, px: int) -> None:
        """Another width of the tree column."""
        self._tree_px = min(max(px, TREE_LEAST_PX), TREE_MOST_PX)

    def measure(self, trace: Trace, look: Look) -> None:
        """How wide durations and the optional columns of a trace are."""
        self._duration_px = look.dense_px.of(format_duration(int((trace.end_ns - trace.start_ns).max())))
        self._text_px = {key: max(look.label_px.of(column.title), *map(look.dense_px.of, column.widest(trace)))
                         for key, column in COLUMNS.items()}

    def geometry(self, width_px: int, look: Look) -> Geometry:
        """Where the columns are in a canvas of that width."""
        usual = look.colors.grown(NARROWER_TREE_PX if width_px < NARROW_PX else TREE_PX)
        tree_px = self._tree_px or max(TREE_LEAST_PX, min(usual, round(width_px * TREE_SHARE)))
        texts = [(key, self._text_px.get(key, 0.0)) for key in self.shown]
        return Geometry.of(width_px, tree_px, self._duration_px, look.colors, texts)
