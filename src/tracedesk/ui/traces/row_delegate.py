"""Paints one row of the trace list: 48 px, status glyph, question, duration; who or why, fingerprint, cost."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_total
from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.summary import FINGERPRINT_COLUMNS, TraceSummary
from tracedesk.ui import icons, theme
from tracedesk.ui.traces import fingerprint

Index = QModelIndex | QPersistentModelIndex
LEFT_PX, TEXT_PX, RIGHT_PX = 12, 34, 12
PICTURE_PX, PICTURE_NARROW_PX, COST_PX = 72, 44, 66
FIGURES_GAP_PX = 16
"""Calls and tokens stand in a row that has so much room beside its text: a list that somebody made wider."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def status_of(row: TraceSummary) -> str:
    """What the glyph of a row says: `error`, `running`, `ok`, `unset`; `blocked` where nothing but guardrails failed, and
    `retried` where something failed and the whole went well."""
    if row.status == Status.ERROR:
        return "blocked" if _only_guardrails_failed(row.fingerprint) else "error"
    if row.status_label == "unfinished":
        return "running"
    return "retried" if row.error_count else row.status_label


def _only_guardrails_failed(fingerprint: bytes) -> bool:
    n = FINGERPRINT_COLUMNS
    columns = [at for at, flag in enumerate(fingerprint[2 * n:]) if flag]
    return bool(columns) and all(Kind.GUARDRAIL in (fingerprint[at], fingerprint[n + at]) for at in columns)


def tone_of(status: str) -> str:
    """Colour role of a word that `status_of` says."""
    return "status.warn" if status in ("blocked", "retried") else f"status.{status}"


def title_of(row: TraceSummary) -> str:
    """What the user asked, else the name of the trace."""
    return row.title or row.name


def duration_text(row: TraceSummary) -> str:
    """`4.20 s`, or `1.8 s…` while it runs."""
    return format_duration(row.duration_ns) + ("…" if row.unfinished_count else "")


def second_line(row: TraceSummary, *, with_user: bool = True) -> tuple[str, str]:
    """(text, colour role) of the second line: why it failed or was tried again, else agent and user."""
    if row.error_message and (row.status == Status.ERROR or row.error_count):
        return row.error_message.splitlines()[0], tone_of(status_of(row))
    parts = [row.name] + ([row.user_id] if with_user and row.user_id else [])
    return " · ".join(parts), "text.tertiary"


def figures_line(row: TraceSummary) -> str:
    """`2 calls · 4,395 tokens`: how often models were called, and what is known of their tokens; "" without any call."""
    told = [counted(row.llm_calls, "call")] if row.llm_calls else []
    if row.input_tokens is not None or row.output_tokens is not None:
        told.append(f"{(row.input_tokens or 0) + (row.output_tokens or 0):,} tokens")
    return " · ".join(told)


class RowDelegate(QStyledItemDelegate):
    """`narrow` lists lose the user and have a 44 px picture."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, theme.current().size("list_row"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: TraceSummary = index.data(Qt.ItemDataRole.UserRole)
        colors = theme.current()
        box = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(box, colors.color("bg.selected"))
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height() - 1), colors.color("accent.base"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, colors.color("bg.hover"))
        painter.setPen(QPen(colors.color("border.subtle"), 1))
        painter.drawLine(QLineF(box.left(), box.bottom() - 0.5, box.right(), box.bottom() - 0.5))
        one, two = _lines(box)
        status = status_of(row)
        icons.draw(painter, status, colors.color(tone_of(status)), box.left() + LEFT_PX, one.center().y() - 7.5, 15)
        self._first(painter, one, row, selected)
        self._second(painter, two, row)
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(colors.color("accent.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(1, 1, -1, -2))

    def picture_box(self, row: TraceSummary, rect: QRect) -> QRectF:
        """Where the fingerprint stands in the row that fills `rect`."""
        _, two = _lines(QRectF(rect))
        picture_px = PICTURE_NARROW_PX if self.narrow else PICTURE_PX
        return QRectF(two.right() - self._cost_px(row) - 3 - picture_px, two.center().y() - 6, picture_px, 12)

    def _cost_px(self, row: TraceSummary) -> int:
        wide = QFontMetrics(theme.current().font("caption")).horizontalAdvance(format_total(row.cost_nusd, row.unpriced_calls))
        return max(COST_PX - 4 if self.narrow else COST_PX, wide)

    def _first(self, painter: QPainter, box: QRectF, row: TraceSummary, selected: bool) -> None:
        colors = theme.current()
        duration = duration_text(row)
        font = colors.font("dense")
        painter.setFont(font)
        wide = QFontMetrics(font).horizontalAdvance(duration)
        painter.setPen(colors.color("status.running" if row.unfinished_count else "text.primary"))
        painter.drawText(box, RIGHT, duration)
        font = colors.font("dense_strong" if selected else theme.NAME_FACE)
        painter.setFont(font)
        painter.setPen(colors.color("text.primary"))
        room = box.width() - wide - 10
        painter.drawText(QRectF(box.left(), box.top(), room, box.height()), LEFT,
                         QFontMetrics(font).elidedText(title_of(row), Qt.TextElideMode.ElideRight, int(room)))

    def _second(self, painter: QPainter, box: QRectF, row: TraceSummary) -> None:
        colors = theme.current()
        font = colors.font("caption")
        painter.setFont(font)
        cost = format_total(row.cost_nusd, row.unpriced_calls)
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(box, RIGHT, cost)
        if cost == "unpriced":
            _dots(painter, box, QFontMetrics(font).horizontalAdvance(cost))
        picture_px = PICTURE_NARROW_PX if self.narrow else PICTURE_PX
        device = painter.device()
        picture = fingerprint.pixmap(row.fingerprint, picture_px, device.devicePixelRatioF() if device else 1.0)
        at = box.right() - self._cost_px(row) - 3 - picture_px
        painter.drawPixmap(int(at), int(box.center().y() - 6), picture)
        text, tone = second_line(row, with_user=not self.narrow)
        painter.setPen(colors.color(tone))
        room = at - 8 - box.left()
        left = QRectF(box.left(), box.top(), room, box.height())
        metrics, figures = QFontMetrics(font), figures_line(row)
        painter.drawText(left, LEFT, metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room)))
        if metrics.horizontalAdvance(text) + FIGURES_GAP_PX + metrics.horizontalAdvance(figures) <= room:
            painter.setPen(colors.color("text.tertiary"))
            painter.drawText(left, RIGHT, figures)


def _lines(box: QRectF) -> tuple[QRectF, QRectF]:
    """The two lines of text in a row."""
    middle, line_px = box.top() + box.height() / 2, theme.grown(17)
    one = QRectF(box.left() + TEXT_PX, middle - line_px - 1, box.width() - TEXT_PX - RIGHT_PX, line_px)
    return one, one.translated(0, line_px + 2)


def _dots(painter: QPainter, box: QRectF, wide: int) -> None:
    """The dotted underline of a number that could be known."""
    pen = QPen(theme.current().color("text.tertiary"), 1, Qt.PenStyle.DotLine)
    painter.setPen(pen)
    painter.drawLine(int(box.right() - wide), int(box.bottom() - 1), int(box.right()), int(box.bottom() - 1))
