"""Three pointers at the first trace that ever came: its fingerprint, the critical path, What if.

They stand beside what they speak of until a click, Esc, or the thing itself being used takes them away; what is gone is kept
in the settings and never shown again. They are shown to nobody who did not see the first-run page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.traces.centre import Centre
from tracedesk.ui.traces.trace_list import TraceList
from tracedesk.ui.widgets.buttons import IconButton
from tracedesk.ui.widgets.text import label
from tracedesk.ui.widgets.timer import single_shot

SETTING = "first_run/pointers"
"""Names of the pointers that still stand; absent before the first run, empty when all are gone."""
WIDE_PX, TIP_PX, GAP_PX, EDGE_PX = 248, 8, 2, 8


@dataclass(frozen=True, slots=True)
class Words:
    """What a pointer says."""

    title: str
    text: str


WORDS = {
    "fingerprint": Words("A trace at a glance", "Its fingerprint: what ran when, in the colour of its kind. The second line "
                                                "is parallel work; red marks what failed."),
    "critical_path": Words("What the total waits for", "The line through the bars is the critical path. Only what lies on it "
                                                       "can make the whole shorter."),
    "what_if": Words("Ask “what if”", "Make a step slower, failing or cached, and see what becomes of time and cost. "
                                      "Keys 1 to 9 do it at once."),
}


class Pointer(QWidget):
    """A card with a tip at its upper edge. A click anywhere on it takes it away: `on_gone(name)`."""

    def __init__(self, name: str, parent: QWidget, on_gone: Callable[[str], object]) -> None:
        super().__init__(parent)
        self.name = name
        self._on_gone = on_gone
        self._tip_px = 0
        words = WORDS[name]
        self.setAccessibleName(f"{words.title}. {words.text}")
        self.close_button = IconButton("close", f"Close “{words.title}”", self.go, key="Esc", size=12, hit=22)
        head = QHBoxLayout()
        head.addWidget(label(words.title, "dense_strong"), 1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, TIP_PX + 6, 8, 12)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(label(words.text, "dense", "secondary", wrap=True))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def go(self) -> None:
        """Away for good."""
        self._on_gone(self.name)

    def point_at(self, spot: QPoint, left: int) -> None:
        """Stand below a point of the parent, with the left edge at `left`, and show."""
        wide = theme.grown(WIDE_PX)
        self._tip_px = max(2 * TIP_PX, min(spot.x() - left, wide - 2 * TIP_PX))
        self.setGeometry(left, spot.y() + GAP_PX, wide, self.heightForWidth(wide))
        self.update()
        self.show()
        self.raise_()

    def mouseReleaseEvent(self, event) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.go()

    def mousePressEvent(self, event) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.color("accent.base"), 1))
        painter.setBrush(colors.color("bg.overlay"))
        box = self.rect().toRectF().adjusted(0.5, TIP_PX + 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, 8, 8)
        tip, top = float(self._tip_px), box.top()
        corners = (QPointF(tip - TIP_PX, top + 1), QPointF(tip, top - TIP_PX + 1), QPointF(tip + TIP_PX, top + 1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(QPen(colors.color("accent.base"), 1))
        painter.drawPolyline(QPolygonF((corners[0] - QPointF(0, 1), corners[1], corners[2] - QPointF(0, 1))))


class Pointers(QObject):
    """The pointers on the traces page `page` of `desk`, placed again whenever what they point at moves."""

    def __init__(self, desk: Any, page: QWidget, traces: TraceList, centre: Centre) -> None:
        super().__init__(page)
        self._desk, self._page, self._list, self._centre = desk, page, traces, centre
        self._soon = single_shot(self, 0, self._place)
        self._cards: dict[str, Pointer] = {}
        standing = [] if desk.read_only else desk.settings.data(SETTING, [])
        if isinstance(standing, list) and standing:
            self._stand([name for name in WORDS if name in standing])

    def begin(self) -> None:
        """The first trace came; nothing happens where they were shown before."""
        if self._desk.settings.data(SETTING, None) is None:
            self._keep(list(WORDS))
            self._stand(list(WORDS))

    def shown(self) -> list[Pointer]:
        """Those that are on the screen, in the order in which Esc closes them."""
        return [card for card in self._cards.values() if card.isVisible()]

    def step_back(self) -> bool:
        """Esc: take one away, that which has the focus or the first; whether there was one."""
        shown = self.shown()
        focused = [card for card in shown if card.close_button.hasFocus()]
        for card in (focused or shown)[:1]:
            card.go()
        return bool(shown)

    def _stand(self, names: list[str]) -> None:
        for name in names:
            self._cards[name] = Pointer(name, self._page, self._gone)
        used: dict[str, QAbstractButton | None] = {"critical_path": self._centre.critical, "what_if": self._button()}
        for name, button in used.items():
            if button is not None:
                button.clicked.connect(lambda _checked=False, name=name: self._gone(name))
        watched: list[QWidget | None] = [self._page, self._list, self._centre, *used.values()]
        for widget in watched:
            if widget is not None:
                widget.installEventFilter(self)
        model = self._list.model_
        for signal in (self._list.verticalScrollBar().valueChanged, model.modelReset, model.rowsInserted, model.rowsRemoved,
                       self._desk.state.trace_changed, theme.changed):
            signal.connect(self._soon.start)
        self._soon.start()

    def _gone(self, name: str) -> None:
        card = self._cards.pop(name, None)
        if card is None:
            return
        had_focus = card.close_button.hasFocus()
        card.hide()
        card.deleteLater()
        self._keep(list(self._cards))
        self._soon.start()
        if had_focus:
            left = self.shown()
            (left[0].close_button if left else self._list).setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, names: list[str]) -> None:
        self._desk.settings.put(SETTING, names)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._soon.start()
        return False

    # where they stand

    def _place(self) -> None:
        """Beside what they point at; one whose thing is not on the screen, or for which there is no room, waits."""
        wide = theme.grown(WIDE_PX)
        spots = {name: self._spot(name) if self._desk.state.trace is not None else None for name in self._cards}
        path, what_if = spots.get("critical_path"), spots.get("what_if")
        most = self._page.width() - wide - EDGE_PX
        lefts = {name: max(EDGE_PX, min(spot.x() - wide // 2, most)) for name, spot in spots.items() if spot is not None}
        if path is not None and what_if is not None:                                # neighbours: one to each side
            right = min(max(lefts["what_if"], (path.x() + what_if.x() + EDGE_PX) // 2), most)
            if right - EDGE_PX > path.x() + 2 * TIP_PX:
                lefts |= {"what_if": right, "critical_path": min(lefts["critical_path"], right - wide - EDGE_PX)}
            else:
                spots["what_if"] = None
        for name, card in self._cards.items():
            spot = spots[name]
            if spot is None:
                card.hide()
            else:
                card.point_at(spot, lefts[name])

    def _spot(self, name: str) -> QPoint | None:
        """The middle of the lower edge of what a pointer is about, on the page; None where it is not to be seen."""
        if name == "fingerprint":
            row = self._list.model_.tail.position(self._desk.state.trace_id or b"")
            if row < 0 or not self._list.isVisible():
                return None
            box = self._list.visualRect(self._list.model_.index(row))
            picture = self._list.delegate.picture_box(self._list.model_.tail.rows[row], box)
            port = self._list.viewport()
            spot = QPoint(round(picture.center().x()), round(picture.bottom()))
            return port.mapTo(self._page, spot) if port.rect().contains(spot) else None
        button = self._centre.critical if name == "critical_path" else self._button()
        if button is None or not button.isVisible():
            return None
        return button.mapTo(self._page, QPoint(button.width() // 2, button.height()))

    def _button(self) -> QAbstractButton | None:
        return self._centre.button("whatif.open")
