"""The top bar, 48 px: mark and menu, project, search or command, what the receiver does, theme, keys."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QMenu, QPushButton, QWidget

from tracedesk.ui import theme
from tracedesk.ui.state import AppState, Receiver
from tracedesk.ui.stylesheet import repolish
from tracedesk.ui.widgets.buttons import Button, IconButton, of_command
from tracedesk.ui.widgets.dot import Dot
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.text import Elided, Glyph, KeyCap, key_caps, label, plain_tip, shortened

WORDS = {Receiver.STARTING: ("Starting", "unset"), Receiver.LISTENING: ("Listening", "running"),
         Receiver.RECEIVING: ("Receiving", "ok"), Receiver.PAUSED: ("Paused", "warn"),
         Receiver.PORT_TAKEN: ("Port taken", "error"), Receiver.NONE: ("No engine", "error")}


class Brand(QAbstractButton):
    """The mark and the name; a click opens the menu of all commands."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Menu")
        of_command(self, "menu.open").set_key("Alt+M")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.current().font("title"))
        self.wide = True
        theme.hold(self, 32)

    def set_key(self, key: str) -> None:
        """The key that opens the menu, or none."""
        self.setAccessibleDescription(key)
        self.setToolTip(plain_tip(f"Menu   {key}".rstrip()))

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance("TraceDesk") if self.wide else 0
        return QSize(8 + 22 + (10 + words if words else 0) + 4, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, 4, (self.height() - 20) / 2, 20)
        font = theme.current().font("body_strong")
        painter.setFont(font)
        if self.wide:
            painter.setPen(colors.color("text.primary"))
            painter.drawText(QRectF(36, 0, self.width() - 30, self.height()), Qt.AlignmentFlag.AlignVCenter, "TraceDesk")
        if self.hasFocus():
            painter.setPen(QPen(colors.color("accent.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


def draw_mark(painter: QPainter, x: float, y: float, size: float) -> None:
    """The application's mark: a rounded square with three bars, one after the other."""
    colors = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colors.color("accent.base"))
    painter.drawRoundedRect(QRectF(x, y, size, size), size * 0.24, size * 0.24)
    painter.setBrush(colors.color("accent.on"))
    for left, top, wide in ((0.20, 0.25, 0.38), (0.36, 0.44, 0.42), (0.27, 0.63, 0.32)):
        painter.drawRoundedRect(QRectF(x + left * size, y + top * size, wide * size, size * 0.13), 1.2, 1.2)


class ReceiverPill(QFrame):
    """What the engine does: `Receiving 38 spans/s`, `Listening :4317 :4318`, `Paused`, `Port taken`, `No engine`."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        self._dot = Dot()
        self._word = label("", "dense_strong")
        self._rest = label("", "dense", "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 11, 0)
        row.setSpacing(7)
        row.addWidget(self._dot)
        row.addWidget(self._word)
        self._bar = QFrame()
        self._bar.setFixedSize(1, 12)
        self._bar.setProperty("edge", "strong")
        row.addWidget(self._bar)
        row.addWidget(self._rest)
        theme.hold(self, 24)
        state.receiver_changed.connect(self._show)
        self._show()

    def text(self) -> str:
        """What it says."""
        return f"{self._word.text()} {self._rest.text()}".strip()

    def _show(self) -> None:
        word, status = WORDS[self._state.receiver]
        self._word.setText(word)
        self._word.setProperty("tone", status)
        repolish(self._word)
        self._rest.setText(self._state.receiver_text)
        self._rest.setVisible(bool(self._state.receiver_text))
        self._bar.setVisible(bool(self._state.receiver_text))
        self._rest.setProperty("tone", status if status in ("ok", "running") else "secondary")
        repolish(self._rest)
        self._dot.set_tone(f"status.{status}")
        self.setProperty("pill", status)
        repolish(self)
        self.setAccessibleName(f"Receiver: {self.text()}")


class SearchField(QPushButton):
    """Looks like a field, opens the palette."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Search or run a command")
        self.setProperty("role", "field")
        theme.hold(self, 30)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.setSpacing(6)
        row.addWidget(Glyph("search", "text.tertiary", 14))
        self._words = Elided("Search traces, spans, prompts, or run a command", "dense", "text.tertiary")
        row.addSpacing(3)
        row.addWidget(self._words, 1)
        self._row = row
        self._caps: list[KeyCap] = []
        of_command(self, "palette.open").set_key("Ctrl+K")

    def set_key(self, key: str) -> None:
        """The key that opens it, or none."""
        self.setAccessibleDescription(key)
        for cap in self._caps:
            self._row.removeWidget(cap)
            cap.hide()
            cap.deleteLater()
        self._caps = key_caps(key)
        for cap in self._caps:
            self._row.addWidget(cap)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_wide(self, wide: bool) -> None:
        """Many words or few."""
        self._words.setText("Search traces, spans, prompts, or run a command" if wide else "Search or run a command")


class TopBar(QFrame):
    """The bar. `desk` is the main window."""

    def __init__(self, desk) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("pane", "app")
        self.setProperty("edge", "bottom")
        theme.hold(self, theme.tokens()["size"]["topbar"])
        self.brand = Brand()
        self.brand.clicked.connect(self.open_menu)
        self._menu = QMenu(self)
        self.project = Button("", self._pick_service, caret=True, dot="kind.retriever")
        self.project.setAccessibleDescription("Service")
        desk.state.services_changed.connect(self._show_service)
        desk.state.query_changed.connect(self._show_service)
        self.search = SearchField()
        self.search.clicked.connect(lambda: desk.commands.run("palette.open"))
        self.pill = ReceiverPill(desk.state)
        self.theme_button = IconButton("sun", "Switch to the light theme", lambda: desk.commands.run("theme.toggle"))
        keys = of_command(IconButton("keyboard", "All keys", lambda: desk.commands.run("keys.show"), key="?"), "keys.show")
        row = QHBoxLayout(self)
        row.setContentsMargins(21, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(self.brand)
        row.addWidget(self.project)
        row.addSpacing(12)
        row.addWidget(self.search, 46)
        row.addStretch(54)
        row.addWidget(self.pill)
        row.addWidget(self.theme_button)
        row.addWidget(keys)
        self.search.setMaximumWidth(460)
        self._show_theme()
        self._show_service()

    def open_menu(self) -> None:
        """All commands, by subject."""
        self._desk.commands.fill_menu(self._menu)
        self._menu.popup(self.brand.mapToGlobal(self.brand.rect().bottomLeft()))

    def _service(self) -> str:
        """The service that the filter names, else the only one there is, else nothing."""
        named = [term.value for term in self._desk.state.query.terms
                 if term.key == "service" and term.op == "=" and not term.negated]
        services = self._desk.state.services
        return named[0] if named else services[0] if len(services) == 1 else ""

    def _show_service(self) -> None:
        self.project.setVisible(bool(self._service() or self._desk.state.services))
        self.project.set_text(shortened(self._service() or "All services"))

    def _pick_service(self) -> None:
        menu = Menu(self)
        pick = self._desk.pick_service
        menu.addAction("All services", partial(pick, ""))
        menu.addSeparator()
        for service in self._desk.state.services:
            menu.addAction(shortened(service).replace("&", "&&"), partial(pick, service))
        menu.open_below(self.project)

    def set_wide(self, wide: bool) -> None:
        """With the brand word and long texts, or without."""
        self.brand.wide = wide
        self.brand.updateGeometry()
        self.search.set_wide(wide)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self._show_theme()
        super().changeEvent(event)

    def _show_theme(self) -> None:
        dark = theme.current().dark
        self.theme_button.show_icon("sun" if dark else "moon", f"Switch to the {'light' if dark else 'dark'} theme")
