"""A card that shows one line until it is opened: chevron, glyph, title, the beginning of the text, and a mark at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.ui.widgets.buttons import IconButton
from tracedesk.ui.widgets.text import Elided, Glyph, label


class Fold(QFrame):
    """`body()` makes the inside when it is first opened."""

    def __init__(self, title: str, preview: str, body: Callable[[], QWidget], *, icon: str = "", tone: str = "text.secondary",
                 mark: str = "", framed: bool = True) -> None:
        super().__init__()
        if framed:                                       # not inside of another card
            self.setProperty("pane", "card")
        self._title, self._body = title, body
        self._inside: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(5, 3, 10, 3)
        self._column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(6)
        self._toggle = IconButton("chevron_right", f"Show {title.lower()}", self.flip, size=11, hit=24)
        head.addWidget(self._toggle)
        if icon:
            head.addWidget(Glyph(icon, tone, 14))
        head.addWidget(label(title, "label", "secondary"))
        self._preview = Elided(preview, "dense", "text.tertiary")
        head.addWidget(self._preview, 1)
        if mark:
            chip = QFrame()
            chip.setProperty("pane", "chip")
            box = QHBoxLayout(chip)
            box.setContentsMargins(6, 1, 6, 1)
            box.addWidget(label(mark, "caption", "secondary"))
            head.addWidget(chip)
        self._column.addLayout(head)

    @property
    def opened(self) -> bool:
        """Whether the inside is shown."""
        return self._inside is not None and not self._inside.isHidden()

    def flip(self) -> None:
        """Open or close it."""
        opening = not self.opened
        if self._inside is None:
            self._inside = QWidget()
            column = QVBoxLayout(self._inside)
            column.setContentsMargins(7, 0, 0, 6)
            column.addWidget(self._body())
            self._column.addWidget(self._inside)
        self._inside.setVisible(opening)
        self._preview.setVisible(not opening)
        word = "Hide" if opening else "Show"
        self._toggle.show_icon("chevron_down" if opening else "chevron_right", f"{word} {self._title.lower()}")

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.opened:
            self.flip()
