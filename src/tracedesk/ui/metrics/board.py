"""Board: all panels where their `place` puts them, in one scroll. What a panel answers decides what it looks like.

From the top: tiles; the wide chart with one at its side; a row of three; the table at the foot; all others two by two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from tracedesk.analytics.panel import Histogram, Panel, Result, Stat
from tracedesk.base.errors import TraceDeskError
from tracedesk.ui import theme
from tracedesk.ui.charts.chart import Chart
from tracedesk.ui.metrics.card import HEAD_PX, Card
from tracedesk.ui.metrics.table import FigureTable
from tracedesk.ui.metrics.tile import TILE_PX, Tile

PAGE_PX, GAP_PX = 16, 12
BIG_PX, ROW_PX, CHART_PX = 268, 214, 240
TILE_LEAST_PX, STACKED_PX, THREE_PX = 146, 760, 960
WIDE, SIDE = 5, 3
"""How the first line is shared by a wide chart and the one at its side."""


class Slot(NamedTuple):
    """A widget in a line and its share of the width."""

    widget: QWidget
    share: float


class Board(QScrollArea):
    """The panels. `opened`, `zoomed`, `region`, `back` and `linked` are those of the cards; `export_wanted(card, format)`."""

    opened = Signal(object)
    zoomed = Signal(object, object)
    region = Signal(object, object)
    back = Signal()
    linked = Signal(object)
    export_wanted = Signal(object, str)

    def __init__(self, panels: Sequence[Panel]) -> None:
        super().__init__()
        self._panels = panels
        self.tiles: dict[str, Tile] = {}
        self.cards: dict[str, Card] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Panels")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body = QWidget()
        self.body.setProperty("scroll", "body")
        self.setWidget(self.body)
        theme.changed.connect(self._place)

    def show_results(self, results: dict[str, Result | TraceDeskError]) -> None:
        """Newer answers of some panels."""
        grew = False
        for panel in self._panels:
            result = results.get(panel.key)
            if result is None:
                continue
            known: Tile | Card | None = self.tiles.get(panel.key) or self.cards.get(panel.key)
            if known is None:
                grew = True
                known = self._add(panel, result)
            known.show_result(result)  # type: ignore[arg-type]
        if grew:
            self._order_focus()
        self._place()

    def _add(self, panel: Panel, result: Result | TraceDeskError) -> Tile | Card:
        if panel.place == "tile" or isinstance(result, Stat):
            tile = self.tiles[panel.key] = Tile(panel)
            tile.opened.connect(self.opened)
            tile.setParent(self.body)
            tile.show()
            return tile
        card = self.cards[panel.key] = Card(panel, heads=panel.place != "row")
        card.opened.connect(self.opened)
        card.zoomed.connect(self.zoomed)
        card.region.connect(self.region)
        card.back.connect(self.back)
        card.linked.connect(self.linked)
        card.resized.connect(self._place)
        card.export_wanted.connect(lambda form, card=card: self.export_wanted.emit(card, form))
        card.setParent(self.body)
        card.show()
        return card

    def _order_focus(self) -> None:
        """Tab goes as the eye does."""
        shown = [self.tiles.get(panel.key) or self.cards.get(panel.key) for panel in self._panels]
        stops = [widget if isinstance(widget, Tile) else widget.content for widget in shown if widget is not None]
        known = [stop for stop in stops if stop is not None]
        for before, after in pairwise(known):
            QWidget.setTabOrder(before, after)

    # places

    def _at(self, place: str) -> list[Card]:
        return [self.cards[panel.key] for panel in self._panels if panel.place == place and panel.key in self.cards]

    def _tiles(self, *, more: bool) -> list[Tile]:
        return [self.tiles[panel.key] for panel in self._panels if panel.key in self.tiles and (panel.place == "more") == more]

    def _lines(self, wide: int) -> Iterator[tuple[list[Slot], int]]:
        """(what stands side by side, its height) from the top."""
        tiles = self._tiles(more=False)
        per_line = len(tiles)
        while per_line > 2 and (wide - (per_line - 1) * GAP_PX) / per_line < theme.grown(TILE_LEAST_PX):
            per_line = -(-per_line // 2) if per_line == len(tiles) else per_line - 1
        yield from self._chunks([Slot(tile, 1) for tile in tiles], per_line, theme.grown(TILE_PX))
        stacked = wide < theme.grown(STACKED_PX)
        wides, sides = self._at("wide"), self._at("side")
        while wides or sides:
            pair = [Slot(cards.pop(0), share) for cards, share in ((wides, WIDE), (sides, SIDE)) if cards]
            for line in ([[slot] for slot in pair] if stacked else [pair]):
                yield line, theme.grown(BIG_PX)
        row = [Slot(card, 27 if isinstance(card.result, Histogram) else 36.5) for card in self._at("row")]
        yield from self._chunks(row, 1 if stacked else 3 if wide >= theme.grown(THREE_PX) else 2, theme.grown(ROW_PX))
        for card in self._at("foot"):
            yield [Slot(card, 1)], self._card_px(card)
        more = [Slot(tile, 1) for tile in self._tiles(more=True)]
        yield from self._chunks(more, max(1, min(6, per_line)), theme.grown(TILE_PX))
        for line, _ in self._chunks([Slot(card, 1) for card in self._at("more")], 1 if stacked else 2, 0):
            yield line, max(self._card_px(slot.widget) for slot in line)

    @staticmethod
    def _chunks(slots: list[Slot], count: int, high: int) -> Iterator[tuple[list[Slot], int]]:
        for first in range(0, len(slots), max(1, count)):
            yield slots[first:first + count], high

    @staticmethod
    def _card_px(widget: QWidget) -> int:
        assert isinstance(widget, Card)
        table = widget.content
        extra = widget.says_px()
        if isinstance(table, FigureTable):
            return theme.grown(HEAD_PX) + table.content_px() + 12 + extra
        return theme.grown(HEAD_PX + 34) if table is None else theme.grown(CHART_PX)

    def _place(self) -> None:
        wide = self.viewport().width() - 2 * PAGE_PX
        if wide <= 0:
            return
        y = GAP_PX
        for line, high in self._lines(wide):
            x, room = float(PAGE_PX), wide - GAP_PX * (len(line) - 1)
            shares = sum(slot.share for slot in line)
            for slot in line:
                px = room * slot.share / shares
                slot.widget.setGeometry(round(x), y, round(x + px) - round(x), high)
                x += px + GAP_PX
            y += high + GAP_PX
        self.body.resize(self.viewport().width(), y + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 200)

    # what the page asks

    def charts_can_go_back(self, can: bool) -> None:
        """Whether a double click means something, so that a single one has to wait for it."""
        for card in self.cards.values():
            if card.chart is not None:
                card.chart.can_go_back = can

    def clear_reading(self) -> bool:
        """Take crosshairs and selections away; whether there were any."""
        return sum(card.chart.clear() for card in self.cards.values() if card.chart is not None) > 0

    def focused_card(self) -> Card | None:
        """The card that has the focus."""
        for card in self.cards.values():
            focus = card.focusWidget()
            if focus is not None and focus.hasFocus() and card.isAncestorOf(focus):
                return card
        return None

    def read_chart(self) -> Chart | None:
        """The chart with a crosshair or a selection, that with the focus before others."""
        cards = [self.focused_card(), *self.cards.values()]
        return next((card.chart for card in cards if card is not None and card.chart is not None and card.chart.held), None)

    def stops(self) -> list[QWidget]:
        """The first thing that takes the focus in each part of the page."""
        found: list[QWidget] = [self, *self._tiles(more=False)[:1]]
        for place in ("wide", "side", "row", "foot", "more"):
            found += [card.content for card in self._at(place)[:1] if card.content is not None]
        return found
