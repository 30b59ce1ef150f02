"""The command palette: 696 px wide, 112 from the top; type, arrows, Enter; Tab puts the entry into the filter bar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tracedesk.ui import icons, theme
from tracedesk.ui.palette.entries import Entry, choose
from tracedesk.ui.palette.scrim import Scrim
from tracedesk.ui.widgets.text import Glyph, KeyCap, label, line

WIDTH_PX, TOP_PX, ROW_PX, HEAD_PX = 696, 112, 40, 34


class Lines(QWidget):
    """The painted list of entries with group heads. `run(entry)` on click."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.current = 0
        self.setMouseTracking(True)
        self.setAccessibleName("Results")

    def show_entries(self, entries: list[Entry]) -> None:
        """Other entries; the first is current."""
        self.entries, self.current = entries, 0
        self.setFixedHeight(max(56, self._layout()[1]))
        self._say()
        self.update()

    def move_by(self, step: int) -> None:
        """Next or previous entry, around the ends."""
        if self.entries:
            self.current = (self.current + step) % len(self.entries)
            self._say()
            self.update()

    def _say(self) -> None:
        if self.entries:
            entry = self.entries[self.current]
            self.setAccessibleDescription(f"{entry.title} {entry.hint} {entry.key}")

    def _layout(self) -> tuple[list[tuple[int, Entry | str]], int]:
        rows: list[tuple[int, Entry | str]] = []
        y, group = 4, ""
        for entry in self.entries:
            if entry.group != group:
                group = entry.group
                rows.append((y, group))
                y += theme.grown(HEAD_PX)
            rows.append((y, entry))
            y += theme.grown(ROW_PX)
        return rows, y + 6

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX - 2, max(56, self._layout()[1]))

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.entries:
            painter.setPen(colors.color("text.tertiary"))
            painter.setFont(colors.font("dense"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Nothing by that name")
        for y, entry in self._layout()[0]:
            if isinstance(entry, str):
                painter.setFont(colors.font("label"))
                painter.setPen(colors.color("text.secondary"))
                painter.drawText(QRectF(20, y + 4, 300, theme.grown(HEAD_PX) - 8), Qt.AlignmentFlag.AlignVCenter, entry)
            else:
                self._paint_entry(painter, y, entry)

    def _paint_entry(self, painter: QPainter, y: int, entry: Entry) -> None:
        colors = theme.current()
        if self.entries[self.current] is entry:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("bg.selected"))
            painter.drawRoundedRect(QRectF(8, y + 1, self.width() - 16, theme.grown(ROW_PX) - 2), 6, 6)
        icons.draw(painter, entry.icon or "search", colors.color(entry.tone), 21, y + (theme.grown(ROW_PX) - 16) / 2, 16)
        font = colors.font("body")
        font.setWeight(font.Weight.Medium)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        right = self.width() - 20
        if entry.key:
            caps = entry.key.split("+") if entry.key != "+" else ["+"]
            small = QFontMetrics(colors.font("caption"))
            for cap in reversed(caps):
                wide = max(18, small.horizontalAdvance(cap) + 10)
                right -= wide
                box = QRectF(right + 0.5, y + (theme.grown(ROW_PX) - 18) / 2 + 0.5, wide - 1, 17)
                painter.setPen(colors.color("border.default"))
                painter.setBrush(colors.color("bg.raised"))
                painter.drawRoundedRect(box, 4, 4)
                painter.setFont(colors.font("caption"))
                painter.setPen(colors.color("text.secondary"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cap)
                right -= 4
            painter.setFont(font)
        x, at = 49.0, 0
        room = right - 16
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideMiddle, int(room - x))
        pieces = entry.spots if title == entry.title else []
        for start, end in [*pieces, (len(title), len(title))]:
            for text, tone in ((title[at:start], "text.primary"), (title[start:end], "text.link")):
                if text:
                    painter.setPen(colors.color(tone))
                    painter.drawText(QRectF(x, y, room - x + 20, theme.grown(ROW_PX)), Qt.AlignmentFlag.AlignVCenter, text)
                    x += metrics.horizontalAdvance(text)
            at = end
        if entry.hint and x + 12 < room:
            painter.setFont(colors.font("dense"))
            painter.setPen(colors.color("text.tertiary"))
            hint = QFontMetrics(colors.font("dense")).elidedText(entry.hint, Qt.TextElideMode.ElideRight, int(room - x - 12))
            painter.drawText(QRectF(x + 12, y, room - x - 12, theme.grown(ROW_PX)), Qt.AlignmentFlag.AlignVCenter, hint)

    def _at(self, y: float) -> int:
        for top, entry in self._layout()[0]:
            if not isinstance(entry, str) and top <= y < top + theme.grown(ROW_PX):
                return next(i for i, other in enumerate(self.entries) if other is entry)
        return -1

    def mouseMoveEvent(self, event) -> None:
        index = self._at(event.position().y())
        if index >= 0 and index != self.current:
            self.current = index
            self.update()

    def mousePressEvent(self, event) -> None:
        index = self._at(event.position().y())
        if index >= 0:
            self.picked.emit(self.entries[index])


class Palette(Scrim):
    """`source(text)` gives all entries for a text; `to_filter(query)` takes what Tab chose."""

    def __init__(self, parent: QWidget, source: Callable[[str], list[Entry]], to_filter: Callable[[str], object]) -> None:
        super().__init__(parent)
        self._source, self._to_filter = source, to_filter
        self.panel = QFrame(self)
        self.panel.setProperty("pane", "float")
        self.panel.setFixedWidth(WIDTH_PX)
        self.panel.setAccessibleName("Command palette")
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(18, 14, 16, 14)
        head.setSpacing(12)
        head.addWidget(Glyph("search", "text.secondary", 16))
        self.field = QLineEdit()
        self.field.setProperty("role", "bare")
        self.field.setFont(theme.current().font("heading"))
        font = self.field.font()
        font.setPixelSize(16)
        font.setWeight(font.Weight.Normal)
        self.field.setFont(font)
        self.field.setPlaceholderText("Search or run a command")
        self.field.setAccessibleName("Search or run a command")
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        head.addWidget(self.field, 1)
        head.addWidget(KeyCap("Esc"))
        column.addLayout(head)
        column.addWidget(line())
        self.lines = Lines()
        self.lines.picked.connect(self._run)
        column.addWidget(self.lines)
        column.addWidget(line())
        foot = QHBoxLayout()
        foot.setContentsMargins(18, 8, 16, 8)
        foot.setSpacing(6)
        for caps, words in ((("↑", "↓"), "move"), (("Enter",), "run"), (("Tab",), "put into the filter")):
            for cap in caps:
                foot.addWidget(KeyCap(cap))
            foot.addWidget(label(words, "dense", "secondary"))
            foot.addSpacing(8)
        foot.addStretch(1)
        for cap, words in ((">", "commands"), ("@", "users"), ("#", "ids")):
            foot.addWidget(KeyCap(cap))
            foot.addWidget(label(words, "dense", "secondary"))
            foot.addSpacing(4)
        column.addLayout(foot)

    def open_with(self, text: str = "") -> None:
        """Open with a text in the field."""
        self.field.setText(text)
        self._search(text)
        self.open()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """Ask the source again (an answer from the store came)."""
        if self.isVisible():
            current = self.lines.current
            self._search(self.field.text())
            self.lines.current = min(current, max(0, len(self.lines.entries) - 1))

    def lay_out(self) -> None:
        self.panel.adjustSize()
        self.panel.move(max(8, (self.width() - self.panel.width()) // 2), min(TOP_PX, max(8, self.height() // 10)))

    def _search(self, text: str) -> None:
        plain = text.lstrip(">@# ") if text[:1] in (">", "@", "#") else text
        self.lines.show_entries(choose(plain, self._source(text)))
        self.lay_out()

    def _run(self, entry: Entry) -> None:
        self.close_overlay()
        entry.run()

    def mousePressEvent(self, event) -> None:
        if not self.panel.geometry().contains(event.position().toPoint()):
            super().mousePressEvent(event)

    def eventFilter(self, watched, event) -> bool:
        if watched is self.field and event.type() == event.Type.KeyPress:
            return self._key(event.key())
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        entry = self.lines.entries[self.lines.current] if self.lines.entries else None
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.lines.move_by(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if entry is not None:
                self._run(entry)
        elif key == Qt.Key.Key_Tab:
            if entry is not None and entry.query:
                self.close_overlay()
                self._to_filter(entry.query)
        elif key == Qt.Key.Key_Escape:
            self.close_overlay()
        else:
            return False
        return True
