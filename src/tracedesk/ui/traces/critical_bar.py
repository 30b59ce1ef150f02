"""Bottom panel, first tab: what the total is made of. One stacked bar in path order, and the spans by share below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_cost
from tracedesk.base.words import counted
from tracedesk.model.kinds import COUNTED_KINDS, Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import Trace
from tracedesk.scene.text import second_name, span_name
from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.text import plain_tip

PAD_PX, BAR_TOP_PX, BAR_PX, LIST_TOP_PX, ROW_PX = 16, 12, 20, 42, 24
WIDE_PX = 640
GAP_PX = 4


class Stretch(NamedTuple):
    """One piece of the bar: `span` is an index of the trace, or -1 for time in which the root itself works or waits."""

    span: int
    ns: int


class Share(NamedTuple):
    """One line of the list: a span and the time it holds the total up."""

    span: int
    ns: int


def stretches(trace: Trace, pieces: Sequence[tuple[int, int, int]]) -> list[Stretch]:
    """Bar pieces in order: (span, start, end) merged where neighbours are the same span; containers' own time is -1."""
    found: list[Stretch] = []
    for span, start, end in pieces:
        if end <= start:
            continue
        owner = -1 if trace.child_count[span] else span
        if found and found[-1].span == owner:
            found[-1] = Stretch(owner, found[-1].ns + end - start)
        else:
            found.append(Stretch(owner, end - start))
    return found


def shares(bar: Sequence[Stretch]) -> list[Share]:
    """Time on the path by span, the largest first; containers' own time is left out."""
    sums: dict[int, int] = {}
    for span, ns in bar:
        if span >= 0:
            sums[span] = sums.get(span, 0) + ns
    return [Share(span, ns) for span, ns in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]


def covered_in_words(bar: Sequence[Stretch]) -> str:
    """`97 % of wall-clock is in 8 spans`: the finding, fit to be read aloud."""
    total = sum(item.ns for item in bar)
    listed = shares(bar)
    if not total or not listed:
        return ""
    inside = sum(item.ns for item in listed)
    top, count = 0, 0
    for item in listed:
        top += item.ns
        count += 1
        if top >= 0.97 * inside:
            break
    return f"{round(100 * top / total)} % of wall-clock is in {counted(count, 'span')}"


class CriticalBar(QWidget):
    """Draws it. `picked(span index)` on a click; ↑ ↓ and Enter work too."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._trace: Trace | None = None
        self._bar: list[Stretch] = []
        self._shares: list[Share] = []
        self._current = -1
        self._hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Critical path")
        theme.changed.connect(self.updateGeometry)

    def show_path(self, trace: Trace | None, bar: Sequence[Stretch]) -> None:
        """Another trace, or none."""
        self._trace, self._bar, self._current = trace, list(bar), -1
        self._shares = shares(bar)
        self.setAccessibleDescription(covered_in_words(bar))
        self.updateGeometry()
        self.update()

    @property
    def listed(self) -> list[Share]:
        """The lines of the list."""
        return self._shares

    def _columns(self) -> int:
        return 2 if self.width() >= theme.grown(WIDE_PX) else 1

    def heightForWidth(self, width: int) -> int:
        columns = 2 if width >= theme.grown(WIDE_PX) else 1
        return theme.grown(LIST_TOP_PX) + theme.grown(ROW_PX) * -(-len(self._shares) // columns) + 8

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(500, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(self.width()))

    def _row_box(self, index: int) -> QRectF:
        columns = self._columns()
        rows = -(-len(self._shares) // columns)
        column, row = divmod(index, max(1, rows))
        gap = 36
        wide = (self.width() - PAD_PX - 12 - gap * (columns - 1)) / columns
        row_px = theme.grown(ROW_PX)
        return QRectF(PAD_PX + column * (wide + gap), theme.grown(LIST_TOP_PX) + row * row_px, wide, row_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._trace is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bar(painter, self._trace)
        for index, share in enumerate(self._shares):
            box = self._row_box(index)
            if box.top() > event.rect().bottom():
                continue
            self._paint_row(painter, self._trace, index, share, box)
        if self._columns() == 2 and len(self._shares) > 1:
            rows = -(-len(self._shares) // 2)
            x = self._row_box(rows).left() - 18
            painter.setPen(QPen(theme.current().color("border.subtle"), 1))
            top = theme.grown(LIST_TOP_PX)
            painter.drawLine(int(x), top + 4, int(x), top + rows * theme.grown(ROW_PX) - 4)

    def _paint_bar(self, painter: QPainter, trace: Trace) -> None:
        colors = theme.current()
        total = sum(item.ns for item in self._bar) or 1
        wide = self.width() - PAD_PX - 12
        x = float(PAD_PX)
        font = colors.font("label")
        metrics = QFontMetrics(font)
        painter.setFont(font)
        for span, ns in self._bar:
            px = ns / total * wide
            kind = colors.kind(int(trace.kind[span])) if span >= 0 else None
            if px >= (0.5 if kind else GAP_PX):          # slivers between spans stay empty
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(kind.solid if kind else colors.kind(Kind.OTHER).solid)
                box = QRectF(x, BAR_TOP_PX, max(1.0, px - 1.5), theme.grown(BAR_PX))
                painter.drawRoundedRect(box, min(3.0, px / 3), 3)
                if kind is not None:
                    text = f"{short_name(trace, span)} {round(100 * ns / total)} %"
                    if metrics.horizontalAdvance(text) + 12 <= px:
                        painter.setPen(kind.ink)
                        painter.drawText(box.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
            x += px

    def _paint_row(self, painter: QPainter, trace: Trace, index: int, share: Share, box: QRectF) -> None:
        colors = theme.current()
        total = sum(item.ns for item in self._bar) or 1
        span = share.span
        if index in (self._hover, self._current):
            painter.fillRect(box.adjusted(-6, 1, 6, -1),
                             colors.color("bg.selected" if index == self._current and self.hasFocus() else "bg.hover"))
        kind = Kind(int(trace.kind[span]))
        icons.draw(painter, kind.label, colors.kind(kind).text, box.left(), box.center().y() - 7, 14)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(colors.font("dense"))
        cost, sure = cost_text(trace, span)
        row_px, cost_px, share_px, time_px = (theme.grown(px) for px in (ROW_PX, 62, 50, 70))
        edges = (box.right(), box.right() - cost_px - 4, box.right() - cost_px - share_px - 8)
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(QRectF(edges[0] - cost_px, box.top(), cost_px, row_px), right, cost)
        if not sure:
            wide = QFontMetrics(painter.font()).horizontalAdvance(cost)
            painter.setPen(QPen(colors.color("text.tertiary"), 1, Qt.PenStyle.DotLine))
            y = int(box.center().y() + theme.grown(8))
            painter.drawLine(int(edges[0] - wide), y, int(edges[0]), y)
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(QRectF(edges[1] - share_px, box.top(), share_px, row_px), right, f"{100 * share.ns / total:.1f} %")
        painter.setPen(colors.color("text.primary"))
        painter.drawText(QRectF(edges[2] - time_px, box.top(), time_px, row_px), right, format_duration(share.ns))
        font = colors.font(theme.NAME_FACE)
        painter.setFont(font)
        room = edges[2] - time_px - 4 - box.left() - 22
        name = QFontMetrics(font).elidedText(span_name(trace, span), Qt.TextElideMode.ElideMiddle, int(room))
        painter.drawText(QRectF(box.left() + 22, box.top(), room, row_px), Qt.AlignmentFlag.AlignVCenter, name)
        second, used = second_name(trace, span), QFontMetrics(font).horizontalAdvance(name) + 5
        if second and used + QFontMetrics(colors.font("dense")).horizontalAdvance(second) <= room:
            painter.setFont(colors.font("dense"))
            painter.setPen(colors.color("text.tertiary"))
            left = box.left() + 22 + used
            painter.drawText(QRectF(left, box.top(), room - used, row_px), Qt.AlignmentFlag.AlignVCenter, second)

    def _at(self, x: float, y: float) -> int:
        return next((i for i in range(len(self._shares)) if self._row_box(i).contains(x, y)), -1)

    def mouseMoveEvent(self, event) -> None:
        spot = event.position()
        index = self._at(spot.x(), spot.y())
        if index != self._hover:
            self._hover = index
            self.update()
        if self._trace is not None and BAR_TOP_PX <= spot.y() < BAR_TOP_PX + theme.grown(BAR_PX):
            span = self._bar_at(spot.x())
            if span is not None:
                name = (self._trace.name[span.span] or "") if span.span >= 0 else "own time of the spans around, and gaps"
                QToolTip.showText(event.globalPosition().toPoint(), plain_tip(f"{name}\n{format_duration(span.ns)}"), self)

    def leaveEvent(self, event) -> None:
        self._hover = -1
        self.update()

    def _bar_at(self, x: float) -> Stretch | None:
        total = sum(item.ns for item in self._bar) or 1
        left = float(PAD_PX)
        for item in self._bar:
            right = left + item.ns / total * (self.width() - PAD_PX - 12)
            if left <= x < right:
                return item
            left = right
        return None

    def mousePressEvent(self, event) -> None:
        spot = event.position()
        if BAR_TOP_PX <= spot.y() < BAR_TOP_PX + theme.grown(BAR_PX):
            item = self._bar_at(spot.x())
            if item is not None and item.span >= 0:
                self.picked.emit(item.span)
            return
        index = self._at(spot.x(), spot.y())
        if index >= 0:
            self._pick(index)

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_J: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_K: -1}.get(Qt.Key(event.key()))
        if step is None or not self._shares:
            super().keyPressEvent(event)
            return
        self._pick(min(max(self._current + step, 0), len(self._shares) - 1))

    def _pick(self, index: int) -> None:
        self._current = index
        self.update()
        self.picked.emit(self._shares[index].span)


def short_name(trace: Trace, span: int) -> str:
    """A name for inside a bar: what tells a model call apart instead of its model (`chat gpt-4o` → `chat · plan`)."""
    second = second_name(trace, span)
    name = span_name(trace, span)
    return f"{name.split(' ')[0]} · {second}" if second else name


def cost_text(trace: Trace, span: int) -> tuple[str, bool]:
    """(cost of a span, whether it is sure): `—` where nothing is to pay, `unpriced` where it is not known."""
    if trace.kind[span] not in COUNTED_KINDS and trace.cost_nusd[span] < 0 and trace.cost_status[span] == CostStatus.NONE:
        return "—", True
    if trace.cost_nusd[span] >= 0:
        return format_cost(int(trace.cost_nusd[span])), True
    return ("unpriced", False) if trace.cost_status[span] != CostStatus.NONE else ("—", True)


