"""What is known of the spans behind the selected frame: shares, own time, failures, tokens, cost, kinds, durations."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_total
from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.scene.hot import Group, histogram, ranked
from tracedesk.scene.text import second_name, span_name
from tracedesk.ui import icons, theme
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.tools import MIDDLE, MIDDLE_RIGHT

PAD_PX, TILE_PX, HEAD_PX, LINE_PX, BAR_PX = 14, 28, 48, 20, 8
PLOT_PX, BINS, LEAST_SPANS = 56, 28, 8
"""From so many spans on their durations are drawn."""


class Line(NamedTuple):
    """One figure: what it is, how much, and a colour role."""

    label: str
    value: str
    tone: str = "text.primary"


def group_lines(group: Group, selective: bool) -> list[Line]:
    """The figures of a group; shares of nothing and figures of no call are left out."""
    found = []
    if group.whole_ns > 0:
        found.append(Line("Share of the selection" if selective else "Share of span time",
                          f"{100 * group.total_ns / group.whole_ns:.1f} %"))
    if selective and group.run_whole_ns > 0:
        found.append(Line("In the whole run", f"{100 * group.run_ns / group.run_whole_ns:.1f} %"))
    found.append(Line("Own time", f"{format_duration(group.self_ns)} of {format_duration(group.total_ns)}"))
    half, most = ranked(group.durations_ns, 50), ranked(group.durations_ns, 95)
    if len(group.durations_ns) > 1 and half is not None and most is not None:
        found.append(Line("Duration p50, p95", f"{format_duration(half)}, {format_duration(most)}"))
    if group.failed:
        found.append(Line("Failed", f"{group.failed:,} of {group.count:,}", "status.error"))
    counts = (group.input_tokens, group.output_tokens)
    if counts != (None, None):
        found.append(Line("Tokens", ("≥ " if group.partial else "") + "→".join("?" if count is None else f"{count:,}"
                                                                              for count in counts)))
    elif group.silent:
        found.append(Line("Tokens", "not sent"))
    if group.calls:
        found.append(Line("Known cost", format_total(group.cost_nusd, group.unpriced)))
    return found


class FrameCard(QWidget):
    """Head, figures, the kinds that the time is shared between, and the durations. It draws; `show_group` fills it."""

    def __init__(self) -> None:
        super().__init__()
        self._look = Look(theme.current())
        self._trace: Trace | None = None
        self._group: Group | None = None
        self._lines: list[Line] = []
        self._where = ""
        self._plots = True
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyled)

    def show_group(self, trace: Trace | None, group: Group | None, *, selective: bool = False) -> None:
        """Another group, or none."""
        self._trace, self._group = trace, group
        self._lines = group_lines(group, selective) if group is not None else []
        self._where = ""
        if group is not None:
            run = f", {group.run_count:,} in the run" if selective else ""
            self._where = counted(group.count, "span") + (" in the selection" if selective else " in the run") + run
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def set_plots(self, on: bool) -> None:
        """Whether there is room for the durations."""
        self._plots = on
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """All that it says, as lines."""
        if self._trace is None or self._group is None:
            return "Select a frame"
        kinds = [f"{self._look.colors.kind_label(kind)} {format_duration(ns)}" for kind, ns in self._group.kinds]
        return "\n".join([self._name(), self._where, *(f"{line.label}: {line.value}" for line in self._lines), *kinds])

    def _name(self) -> str:
        trace, group = self._trace, self._group
        if trace is None or group is None:
            return ""
        return " ".join(filter(None, (span_name(trace, group.span), second_name(trace, group.span))))

    def _draws_durations(self) -> bool:
        return self._plots and self._group is not None and len(self._group.durations_ns) >= LEAST_SPANS

    def sizeHint(self) -> QSize:
        grown = self._look.colors.grown
        high = HEAD_PX + LINE_PX * len(self._lines) + 10
        if self._group is not None and len(self._group.kinds) > 1:
            high += 12 + BAR_PX + LINE_PX * self._legend_rows()
        if self._draws_durations():
            high += 26 + PLOT_PX + LINE_PX
        return QSize(grown(260), grown(high))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _restyled(self) -> None:
        self._look = Look(theme.current())
        self.updateGeometry()
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        look, trace, group = self._look, self._trace, self._group
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if trace is None or group is None:
            painter.setFont(look.dense)
            painter.setPen(look.color("text.tertiary"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Select a frame")
            return
        grown, wide = look.colors.grown, float(self.width() - 2 * PAD_PX)
        kind = look.colors.kind(int(trace.kind[group.span]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(kind.soft)
        painter.drawRoundedRect(QRectF(PAD_PX, 8, TILE_PX, TILE_PX), 6, 6)
        icons.draw(painter, Kind(int(trace.kind[group.span])).label, kind.text, PAD_PX + 6, 14, 16)
        left, room = PAD_PX + TILE_PX + 10.0, wide - TILE_PX - 10
        self._write(painter, look.name_strong, "text.primary", QRectF(left, 5, room, grown(18)),
                    look.name_strong_px.elided(self._name(), room))
        self._write(painter, look.caption, "text.tertiary", QRectF(left, 5 + grown(17), room, grown(16)),
                    look.caption_px.elided(self._where, room))
        y = float(grown(HEAD_PX))
        for line in self._lines:
            box = QRectF(PAD_PX, y, wide, grown(LINE_PX))
            self._write(painter, look.dense, "text.secondary", box, line.label)
            self._write(painter, look.name_strong, line.tone, box, line.value, MIDDLE_RIGHT)
            y += grown(LINE_PX)
        if len(group.kinds) > 1:
            y = self._paint_kinds(painter, group, y + grown(8), wide)
        if self._draws_durations():
            self._paint_durations(painter, group, y + grown(8), wide)

    def _write(self, painter: QPainter, font, tone: str, box: QRectF, text: str, where=MIDDLE) -> None:
        painter.setFont(font)
        painter.setPen(self._look.color(tone))
        painter.drawText(box, where, text)

    def _paint_kinds(self, painter: QPainter, group: Group, y: float, wide: float) -> float:
        """Own time by kind as a bar, with a legend; where it ends."""
        look, total = self._look, sum(ns for _, ns in group.kinds)
        grown, left = look.colors.grown, float(PAD_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        for kind, ns in group.kinds:
            part = wide * ns / total
            painter.setBrush(look.colors.kind(kind).solid)
            painter.drawRect(QRectF(left, y, max(part - 1, 1.0), grown(BAR_PX)))
            left += part
        y += grown(BAR_PX + 4)
        for x, row, kind, words in self._legend(wide):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colors.kind(kind).solid)
            painter.drawRoundedRect(QRectF(PAD_PX + x, y + row * grown(LINE_PX) + grown(LINE_PX) / 2 - 4, 8, 8), 2, 2)
            self._write(painter, look.caption, "text.secondary",
                        QRectF(PAD_PX + x + 13, y + row * grown(LINE_PX), wide, grown(LINE_PX)), words)
        return y + self._legend_rows() * grown(LINE_PX)

    def _legend(self, wide: float) -> list[tuple[float, int, int, str]]:
        """(x, row, kind, words) of each kind of the bar."""
        found, x, row = [], 0.0, 0
        for kind, ns in self._group.kinds if self._group is not None else ():
            words = f"{self._look.colors.kind_label(kind)} {format_duration(ns)}"
            needed = 13 + self._look.caption_px.of(words)
            if x and x + needed > wide:
                x, row = 0.0, row + 1
            found.append((x, row, kind, words))
            x += needed + 12
        return found

    def _legend_rows(self) -> int:
        entries = self._legend(float(max(self.width(), 200) - 2 * PAD_PX))
        return entries[-1][1] + 1 if entries else 0

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.updateGeometry()                                # the legend may need another row

    def _paint_durations(self, painter: QPainter, group: Group, y: float, wide: float) -> None:
        """How often which duration came, from 0 to the longest; half of them are left of the mark."""
        look, counts = self._look, histogram(group.durations_ns, BINS)
        grown, trace = look.colors.grown, self._trace
        half, longest = ranked(group.durations_ns, 50), int(group.durations_ns[-1])
        if trace is None or half is None:
            return
        box = QRectF(PAD_PX, y, wide, grown(18))
        self._write(painter, look.label, "text.secondary", box, "Durations")
        self._write(painter, look.caption, "text.tertiary", box, counted(len(group.durations_ns), "span"), MIDDLE_RIGHT)
        top, high, step = y + grown(18) + 8, float(grown(PLOT_PX)), wide / BINS
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colors.kind(int(trace.kind[group.span])).solid)
        for number, count in enumerate(counts.tolist()):
            if count:
                tall = max(1.0, high * count / int(counts.max()))
                painter.drawRect(QRectF(PAD_PX + number * step, top + high - tall, max(step - 1, 1.0), tall))
        painter.setPen(QPen(look.color("trace.grid_major"), 1))
        painter.drawLine(QPointF(PAD_PX, top + high + 0.5), QPointF(PAD_PX + wide, top + high + 0.5))
        if longest > 0:
            x = round(PAD_PX + wide * half / longest) + 0.5
            painter.setPen(QPen(look.color("text.primary"), 1))
            painter.drawLine(QPointF(x, top - 4), QPointF(x, top + high))
        below = QRectF(PAD_PX, top + high + 2, wide, grown(16))
        self._write(painter, look.caption, "text.tertiary", below, "0")
        self._write(painter, look.caption, "text.tertiary", below, format_duration(longest), MIDDLE_RIGHT)
        self._write(painter, look.caption, "text.secondary", below, f"half up to {format_duration(half)}",
                    Qt.AlignmentFlag.AlignCenter)
