"""One trace against the other runs of its program: p5 to p95, the middle half, the median, and where this run lies."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_cost
from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.store.questions import Peer, Peers
from tracedesk.ui import icons, theme

PAD_PX, HEAD_PX, ROW_PX = 16, 36, 24
NAME_PX, VALUE_PX, RANK_PX = 118, 72, 56
HIGH = 0.95
TITLES = {"duration": "Total", "cost": "Cost", "input_tokens": "Tokens in", "output_tokens": "Tokens out"}
ICONS = {"duration": "clock", "cost": "token", "input_tokens": "token", "output_tokens": "token"}
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MIDDLE = Qt.AlignmentFlag.AlignVCenter


def figure(line: Peer, value: int) -> str:
    """A value of a line in its unit."""
    if line.what in ("duration", "span"):
        return format_duration(value)
    return format_cost(value) if line.what == "cost" else f"{value:,}"


def rank_text(rank: float | None) -> str:
    """`p97`, `p99+`, or nothing where the value is unknown."""
    if rank is None:
        return ""
    return "p99+" if rank >= 0.99 else f"p{round(100 * rank)}"


def remark(line: Peer) -> str:
    """What stands out about a high line: how many times the median it is."""
    if line.value is None or line.rank is None or line.rank < HIGH or line.p50 <= 0:
        return ""
    ratio = line.value / line.p50
    words = f"×{ratio:.1f}" if ratio >= 2 else f"+{round(100 * (ratio - 1))} %"
    return f"{words}, median {figure(line, line.p50)}"


def lines_of(found: Peers) -> list[Peer]:
    """The total, the spans, and of cost and tokens the one that stands out most."""
    spans = [line for line in found.lines if line.what == "span"]
    sums = sorted((line for line in found.lines if line.what in ("cost", "input_tokens", "output_tokens")),
                  key=lambda line: -1.0 if line.rank is None else line.rank)
    return [line for line in found.lines if line.what == "duration"] + spans + sums[-1:]


def head_of(found: Peers) -> str:
    """`Against 2,018 runs of refund_agent, last 30 d`."""
    return f"Against {counted(found.runs, 'run')} of {found.name}, last 30 d"


class PeersView(QWidget):
    """Draws it. `picked(span_id)` when a line of a span is clicked."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._found: Peers | None = None
        self._lines: list[Peer] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Against other runs")
        theme.changed.connect(self.updateGeometry)

    def show_peers(self, found: Peers | None) -> None:
        """Another comparison, or none."""
        self._found = found
        self._lines = lines_of(found) if found else []
        self.setAccessibleDescription("; ".join(
            f"{self._title(line)} {'unknown' if line.value is None else figure(line, line.value)} {rank_text(line.rank)}"
            for line in self._lines))
        self.updateGeometry()
        self.update()

    def texts(self) -> list[tuple[str, str, str]]:
        """(title, rank, remark) of each line."""
        return [(self._title(line), rank_text(line.rank), remark(line)) for line in self._lines]

    @staticmethod
    def _title(line: Peer) -> str:
        return line.name if line.what == "span" else TITLES[line.what]

    def sizeHint(self) -> QSize:
        there = self._found is not None and self._found.runs
        return QSize(500, theme.grown(HEAD_PX) + theme.grown(ROW_PX) * len(self._lines) + 8 if there else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._found is None or not self._found.runs:
            return
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colors.color("border.subtle"))
        painter.drawLine(QPointF(PAD_PX, 0.5), QPointF(self.width() - 12, 0.5))
        self._paint_head(painter, self._found)
        for number, line in enumerate(self._lines):
            self._paint_line(painter, line, theme.grown(HEAD_PX) + number * theme.grown(ROW_PX))

    def _paint_head(self, painter: QPainter, found: Peers) -> None:
        colors = theme.current()
        painter.setFont(colors.font("label"))
        painter.setPen(colors.color("text.secondary"))
        words = head_of(found) if self._lines else f"{head_of(found)}: too few to compare"
        painter.drawText(QRectF(PAD_PX, 8, self.width() - 2 * PAD_PX, theme.grown(24)), MIDDLE, words)
        painter.setFont(colors.font("caption"))
        metrics = QFontMetrics(colors.font("caption"))
        x = float(self.width() - 12)
        room = x - PAD_PX - QFontMetrics(colors.font("label")).horizontalAdvance(words) - 24
        legend = ("this run", "median", "middle half", "p5 to p95")
        if not self._lines or sum(metrics.horizontalAdvance(word) + 34 for word in legend) > room:
            return
        for word in legend:
            x -= metrics.horizontalAdvance(word)
            painter.setPen(colors.color("text.tertiary"))
            painter.drawText(QRectF(x, 8, 120, 24), MIDDLE, word)
            x -= {"this run": 15, "median": 10, "middle half": 20, "p5 to p95": 22}[word]
            if word == "this run":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.color("trace.critical"))
                painter.drawEllipse(QRectF(x, 16, 8, 8))
            elif word == "median":
                painter.fillRect(QRectF(x + 1, 14, 1.5, 12), colors.color("text.secondary"))
            elif word == "middle half":
                painter.fillRect(QRectF(x, 16, 12, 8), colors.color("border.strong"))
            else:
                painter.fillRect(QRectF(x, 19.5, 16, 1), colors.color("border.control"))
            x -= 14

    def _track(self) -> QRectF:
        left = PAD_PX + 22 + theme.grown(NAME_PX) + theme.grown(VALUE_PX) + 24
        notes = 150 if self.width() >= theme.grown(700) else 0
        return QRectF(left, 0, max(60, self.width() - 12 - theme.grown(RANK_PX) - notes - left), theme.grown(ROW_PX))

    def _paint_line(self, painter: QPainter, line: Peer, top: float) -> None:
        colors = theme.current()
        label = Kind(line.kind).label if line.what == "span" else ICONS[line.what]
        ink = colors.kind(line.kind).text if line.what == "span" else colors.color("text.secondary")
        icons.draw(painter, label, ink, PAD_PX, top + (theme.grown(ROW_PX) - 14) / 2, 14)
        painter.setFont(colors.font(theme.NAME_FACE))
        painter.setPen(colors.color("text.primary"))
        name = QFontMetrics(painter.font()).elidedText(self._title(line), Qt.TextElideMode.ElideMiddle, theme.grown(NAME_PX))
        painter.drawText(QRectF(PAD_PX + 22, top, theme.grown(NAME_PX), theme.grown(ROW_PX)), MIDDLE, name)
        painter.setFont(colors.font("dense"))
        painter.setPen(colors.color("text.primary" if line.value is not None else "text.tertiary"))
        painter.drawText(QRectF(PAD_PX + 22 + theme.grown(NAME_PX), top, theme.grown(VALUE_PX), theme.grown(ROW_PX)), RIGHT,
                         "unknown" if line.value is None else figure(line, line.value))
        track = self._track().translated(0, top)
        high = line.rank is not None and line.rank >= HIGH
        self._paint_track(painter, line, track, high=high)
        painter.setFont(colors.font("dense_strong" if high else "dense"))
        painter.setPen(colors.color("status.warn" if high else "text.tertiary"))
        painter.drawText(QRectF(track.right(), top, theme.grown(RANK_PX) - 8, theme.grown(ROW_PX)), RIGHT, rank_text(line.rank))
        painter.setFont(colors.font("caption"))
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(QRectF(track.right() + theme.grown(RANK_PX) + 6, top, 150, theme.grown(ROW_PX)), MIDDLE, remark(line))

    @staticmethod
    def _paint_track(painter: QPainter, line: Peer, track: QRectF, *, high: bool) -> None:
        colors = theme.current()
        most = max(line.p95, line.value or 0) * 1.04 or 1

        def x(value: int) -> float:
            return track.left() + track.width() * value / most

        y = track.center().y()
        painter.setPen(QPen(colors.color("border.control"), 1))
        painter.drawLine(QPointF(x(line.p5), round(y) + 0.5), QPointF(x(line.p95), round(y) + 0.5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("border.strong"))
        painter.drawRoundedRect(QRectF(x(line.p25), y - 4, max(2.0, x(line.p75) - x(line.p25)), 8), 2, 2)
        painter.fillRect(QRectF(round(x(line.p50)), y - 6, 1.5, 12), colors.color("text.secondary"))
        if line.value is not None:
            painter.setBrush(colors.color("status.warn" if high else "trace.critical"))
            painter.drawEllipse(QPointF(x(line.value), y + 0.5), 4, 4)

    def mousePressEvent(self, event) -> None:
        number = int((event.position().y() - theme.grown(HEAD_PX)) // theme.grown(ROW_PX))
        if 0 <= number < len(self._lines) and self._lines[number].span_id is not None:
            self.picked.emit(self._lines[number].span_id)
