"""How the cells of a table of figures are painted."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tracedesk.analytics.panel import Column, Figure, Row, Series
from tracedesk.ui import icons, theme
from tracedesk.ui.charts.paint import MIDDLE, RIGHT
from tracedesk.ui.charts.spark import paint_spark
from tracedesk.ui.metrics.table import FINDING, ID_CHARS, NAMED, RELATIVE, ROW_ROLE, TEXTS, FigureTable, fraction
from tracedesk.ui.metrics.tones import ERRORS, moved_tone, ratio_tone

PAD_PX, ICON_PX = 12, 14


def tinted(row: Row) -> bool:
    """Whether a row's finding is one to act on: it leads somewhere."""
    return row.link is not None


class CellDelegate(QStyledItemDelegate):
    """Painter of `FigureTable`."""

    def __init__(self, table: FigureTable) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(40, theme.grown(28))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        row: Row = index.data(ROW_ROLE)
        column = self._table.model_.columns[index.column()]
        box = QRectF(option.rect)
        painter.save()
        self._background(painter, option, box, row, index)
        inner = box.adjusted(PAD_PX, 0, -PAD_PX, 0)
        cell = self._table.model_.cell(index.row(), index.column())
        if column is FINDING:
            self._finding(painter, inner, row)
        elif isinstance(cell, Series):
            self._spark(painter, inner, cell, row)
        elif column.bar:
            self._barred(painter, inner, row, index)
        elif column.unit in TEXTS:
            self._text(painter, inner, row, column, index)
        else:
            self._number(painter, inner, row, column, cell, index)
        painter.restore()

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, row: Row,
                    index: QModelIndex | QPersistentModelIndex) -> None:
        colors = theme.current()
        if option.state & QStyle.StateFlag.State_Selected and self._table.hasFocus():
            painter.fillRect(box, colors.color("bg.selected"))
            if index.column() == 0:
                painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), colors.color("accent.base"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, colors.color("bg.hover"))
        elif tinted(row):
            painter.fillRect(box, colors.diff("worse").soft)
        elif row.total:
            painter.fillRect(box, colors.color("bg.raised"))
        if not self._table.horizontalHeader().isHidden() and not row.total:
            painter.setPen(QPen(colors.color("border.subtle"), 1))
            painter.drawLine(box.bottomLeft(), box.bottomRight())

    def _text(self, painter: QPainter, box: QRectF, row: Row, column: Column, index: Any) -> None:
        colors = theme.current()
        text = self._table.model_.text(index.row(), index.column())
        first = index.column() == 0
        named = NAMED.get(text) if first else None
        if named is not None:
            icons.draw(painter, named, colors.color("text.secondary"), box.left(), box.center().y() - 7, ICON_PX)
            box = box.adjusted(ICON_PX + 9, 0, 0, 0)
        if column.unit == "id":
            painter.setFont(colors.font("code"))
            painter.setPen(colors.color("text.secondary"))
            painter.drawText(box, MIDDLE, text[:ID_CHARS])
            return
        nameless = first and (text == "—" or text.startswith("no "))
        font = QFont(colors.font("dense_strong" if row.total or (first and self._heads()) else
                                 theme.NAME_FACE if first else "dense"))
        font.setItalic(nameless)
        if nameless:
            font = QFont(colors.font("dense"))
            font.setItalic(True)
        painter.setFont(font)
        painter.setPen(colors.color("text.tertiary" if nameless else "text.primary" if first else "text.secondary"))
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, int(box.width()) + 2)
        painter.drawText(box.adjusted(0, 0, 4, 0), MIDDLE, elided)

    def _heads(self) -> bool:
        return not self._table.horizontalHeader().isHidden()

    def _number(self, painter: QPainter, box: QRectF, row: Row, column: Column, cell: Any, index: Any) -> None:
        colors = theme.current()
        text = self._table.model_.text(index.row(), index.column())
        tone = self._tone(column, cell, row)
        alarming = tone == "diff.worse" and column.unit == "change"
        strong = row.total or alarming or (not self._heads() and index.column() == 1)
        painter.setFont(colors.font("dense_strong" if strong else "dense"))
        painter.setPen(colors.color(tone))
        painter.drawText(box.adjusted(-4, 0, 0, 0), RIGHT, text)

    @staticmethod
    def _tone(column: Column, cell: Any, row: Row) -> str:
        value = cell.value if isinstance(cell, Figure) else cell
        if not isinstance(value, float | int):
            return "text.tertiary"
        if row.total and (column.unit == "change" or column.key in RELATIVE):
            return "text.secondary"
        if column.unit == "change":
            return ratio_tone(float(value))
        if column.key in RELATIVE:
            return ratio_tone(1 + float(value))
        if column.key == "change":
            return moved_tone(float(value))
        return "text.primary"

    def _barred(self, painter: QPainter, box: QRectF, row: Row, index: Any) -> None:
        """A number, and a bar at its right."""
        colors = theme.current()
        text = self._table.model_.text(index.row(), index.column())
        metrics = QFontMetrics(colors.font("dense_strong"))
        texts = [self._table.model_.text(at, index.column()) for at in range(len(self._table.model_.table.rows))]
        wide = max(metrics.horizontalAdvance(one) for one in texts)
        painter.setFont(colors.font("dense_strong" if row.total else "dense"))
        share = self._table.model_.columns[index.column()].unit == "share"
        painter.setPen(colors.color("text.secondary" if share and not row.total else "text.primary"))
        painter.drawText(QRectF(box.left() - 6, box.top(), wide + 6, box.height()), RIGHT, text)
        trough = QRectF(box.left() + wide + 12, box.center().y() - 3.5, box.right() - box.left() - wide - 12, 8)
        if row.total or trough.width() < 12:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("bg.inset"))
        painter.drawRoundedRect(trough, 2, 2)
        part = fraction(row, index.column(), self._table.model_.table)
        if part > 0:
            painter.setBrush(self._bar_color(row, index.column()))
            painter.drawRoundedRect(QRectF(trough.left(), trough.top(), max(2.0, trough.width() * part), 8), 2, 2)

    def _bar_color(self, row: Row, at: int) -> QColor:
        colors = theme.current()
        if row.finding and not self._heads():
            return colors.color("status.warn")
        bars = [column for column in self._table.model_.table.columns if column.bar]
        own = self._table.model_.table.columns[at]
        if len(bars) < 2 or (own.unit != "tokens" and own.key != "others"):
            return colors.series()[0]
        return colors.color("diff.worse" if tinted(row) else "text.disabled" if not colors.dark else "border.control")

    @staticmethod
    def _spark(painter: QPainter, box: QRectF, cell: Series, row: Row) -> None:
        colors = theme.current()
        color = colors.color("status.error") if row.query == ERRORS[0] else colors.series()[0]
        scored = cell.total is not None and cell.total.unit == "score"
        paint_spark(painter, box.adjusted(0, 4, 0, -4), cell.values, color, from_zero=not scored)

    def _finding(self, painter: QPainter, box: QRectF, row: Row) -> None:
        colors = theme.current()
        if row.link is not None:
            painter.setFont(colors.font("dense"))
            painter.setPen(colors.color("text.link"))
            wide = QFontMetrics(painter.font()).horizontalAdvance(row.link[0])
            painter.drawText(box, RIGHT, row.link[0])
            box = box.adjusted(0, 0, -wide - 16, 0)
        if not row.finding:
            return
        tone = "diff.worse" if tinted(row) else "text.secondary"
        if not row.total:
            icon = "warn" if tinted(row) else "info"
            icons.draw(painter, icon, colors.color(tone), box.left(), box.center().y() - 7, ICON_PX)
            box = box.adjusted(ICON_PX + 6, 0, 0, 0)
        painter.setFont(colors.font("dense"))
        painter.setPen(colors.color("text.tertiary" if row.total else tone))
        elided = QFontMetrics(painter.font()).elidedText(row.finding, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, MIDDLE, elided)
