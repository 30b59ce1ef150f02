"""The small things that the inspector's pages are built of. Every text is plain text: a prompt is never rich."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QLayoutItem, QPushButton, QVBoxLayout, QWidget

from tracedesk.ui import theme

LONG_TEXT_LINES = 40
LONG_TEXT_CHARACTERS = 6_000

_SHOWN_AS: dict[int, int | str] = {code: 0x2400 + code for code in range(32) if code not in (9, 10)}
_SHOWN_AS[0x7F] = 0x2421
for _mark in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F):
    _SHOWN_AS[_mark] = f"⟨U+{_mark:04X}⟩"


def visible(text: str) -> str:
    """Text with control characters and direction marks made visible, so that data cannot pretend to be something else."""
    return text.replace("\r\n", "\n").translate(_SHOWN_AS)


def label(text: str = "", *, font: str = "dense", color: str = "text.primary", wrap: bool = False,
          selectable: bool = False, parent: QWidget | None = None) -> QLabel:
    """A plain-text label in a style of the tokens; `color` is `text.…` or `status.…`."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setFont(theme.current().font(font))
    made.setProperty(theme.FACE, font)
    made.setProperty("tone", color if color.startswith("kind.") else color.partition(".")[2])
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    return made


def ink(color: str) -> QColor:
    """The colour of a role: `text.…`, or `status.…` for the word of a status."""
    group, _, name = color.partition(".")
    return theme.current().status(name).text if group == "status" else theme.current().color(color)


class Elided(QWidget):
    """One line of plain text that is cut in the middle where it does not fit; the whole text is its tooltip."""

    def __init__(self, text: str = "", *, font: str = "dense", color: str = "text.primary",
                 mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._font, self._color, self._mode = font, color, mode
        self._text = ""
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._text = visible(text).replace("\n", " ")
        self.setAccessibleName(self._text)
        self.setToolTip(plain_tooltip(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.current().font(self._font))
        return QSize(min(600, metrics.horizontalAdvance(self._text) + 2), max(16, metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = theme.current().font(self._font)
        painter.setFont(font)
        painter.setPen(ink(self._color))
        text = QFontMetrics(font).elidedText(self._text, self._mode, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


def plain_tooltip(text: str) -> str:
    """A tooltip text that Qt will not take for rich text: at most 1,000 characters, escaped where it looks like markup."""
    short = visible(text if len(text) <= 1000 else text[:1000] + "…")
    if "<" in short:
        short = short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f"<span style='white-space:pre-wrap'>{short}</span>"
    return short


class StackBar(QWidget):
    """Shares of a whole as one bar of coloured pieces, 8 px high."""

    HEIGHT_PX = 8

    def __init__(self, parts: Sequence[tuple[float, QColor]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = [(size, color) for size, color in parts if size > 0]
        self.setFixedHeight(self.HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        total = sum(size for size, _ in self._parts)
        gap_px = 1.0
        room = self.width() - gap_px * max(0, len(self._parts) - 1)
        x = 0.0
        for size, color in self._parts:
            width = max(2.0, room * size / total)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(x, 0, width, self.height()), 1.5, 1.5)
            x += width + gap_px
        painter.end()


class Swatch(QWidget):
    """The 8 px square of a legend."""

    def __init__(self, color: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self.setFixedSize(8, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        painter.end()


class Card(QFrame):
    """A raised box with a 1 px border and, where `edge` is given, a 2 px left edge in that colour."""

    def __init__(self, *, edge: QColor | None = None, surface: str = "bg.raised", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edge, self._surface = edge, surface
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 8, 12, 8)
        self.column.setSpacing(4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Painted, because a style sheet of its own costs each card a millisecond."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(colors.color("border.default"))
        painter.setBrush(colors.color(self._surface))
        painter.drawRoundedRect(box, 6, 6)
        if self._edge is not None:
            painter.setClipRect(QRectF(0, 0, 6, self.height()))
            painter.setPen(QPen(self._edge, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0, 20, 0), 6, 6)


class Chip(QWidget):
    """A tag: name in grey, value in ink."""

    def __init__(self, name: str, value: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = visible(name)
        self._value = visible(value if len(value) <= 48 else value[:47] + "…").replace("\n", " ")
        self.setToolTip(plain_tooltip(f"{name}  {value}"))
        self.setAccessibleName(f"{name} {value[:200]}")

    def sizeHint(self) -> QSize:
        colors = theme.current()
        name, value = QFontMetrics(colors.font("caption")), QFontMetrics(colors.font("label"))
        return QSize(name.horizontalAdvance(self._name) + value.horizontalAdvance(self._value) + 18,
                     max(20, value.height() + 6))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colors.color("border.default"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        x = 7
        for text, font, color in ((self._name, "caption", "text.secondary"), (self._value, "label", "text.primary")):
            metrics = QFontMetrics(colors.font(font))
            painter.setFont(colors.font(font))
            painter.setPen(colors.color(color))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, self.width() - x - 6))
            painter.drawText(QRectF(x, 0, self.width() - x, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += metrics.horizontalAdvance(text) + 4


class Flow(QLayout):
    """Children from left to right, wrapped like words."""

    def __init__(self, parent: QWidget | None = None, gap_px: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap_px = gap_px
        self._heights: dict[int, int] = {}
        self.setContentsMargins(0, 0, 0, 0)

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:                # Qt asks some hundred times while a panel is laid out
            self._heights[width] = self._lay_out(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay_out(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _lay_out(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        left, y = rect.x() + margins.left(), rect.y() + margins.top()
        right = rect.right() - margins.right() + 1
        x, line_px = left, 0
        for item in self._items:
            hint = item.sizeHint()
            width = min(hint.width(), right - left)
            if x > left and x + width > right:
                x, y, line_px = left, y + line_px + self._gap_px, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, hint.height())))
            x += width + self._gap_px
            line_px = max(line_px, hint.height())
        return y + line_px + margins.bottom() - rect.y()


class LongText(QWidget):
    """Plain text of any length: the first lines, then a button that says how many more there are and shows them."""

    opened = Signal(str)

    def __init__(self, text: str, *, font: str = "body", color: str = "text.primary", lines: int = LONG_TEXT_LINES,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        total = text.count("\n") + 1
        cut = "\n".join(text.split("\n", lines)[:lines])[:LONG_TEXT_CHARACTERS]
        body = label(visible(cut), font=font, color=color, wrap=True, selectable=True)
        column.addWidget(body)
        if len(cut) < len(text):
            more = total - lines
            words = f"{more:,} more lines" if more > 0 else f"{len(text) - len(cut):,} more characters"
            button = link_button(words)
            button.clicked.connect(self._open)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _open(self) -> None:
        from tracedesk.ui.inspector.viewer import show_text

        show_text(self._text, self)


def link_button(text: str, parent: QWidget | None = None) -> QPushButton:
    """A button that reads like a link."""
    made = QPushButton(text, parent)
    made.setAccessibleName(text)
    made.setFont(theme.current().font("dense"))
    made.setProperty("role", "link")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def copy_text(text: str) -> None:
    """Put text on the clipboard."""
    QGuiApplication.clipboard().setText(text)
