"""Below the ranking: the answer in words, and beside it what is worth trying, or the selected span before and after."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.whatif.span_card import SpanCard
from tracedesk.ui.widgets.buttons import Button, of_command
from tracedesk.ui.widgets.text import label


class _Words(QWidget):
    """A title and a paragraph."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.text: QLabel = label("", "body", "primary", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(title, "label", "tertiary"))
        column.addWidget(self.text, 1)


class Notes(QFrame):
    """`copy_text()` and `copy_picture()` when the user asks for them."""

    copy_text = Signal()
    copy_picture = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("edge", "top")
        self._words, self._try = _Words("In words"), _Words("Worth trying")
        self.card = SpanCard()
        self._second = QStackedWidget()
        self._second.addWidget(self._try)
        self._second.addWidget(self.card)
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        for title, icon, key, signal in (("Copy as text", "copy", "Y", self.copy_text),
                                         ("Copy picture", "image", "", self.copy_picture)):
            button = Button(title, signal.emit, icon=icon, key=key)
            theme.hold(button, 0, 138)
            if key:
                of_command(button, "whatif.copy")
            buttons.addWidget(button)
        buttons.addStretch(1)
        theme.hold(self, 132)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(28)
        row.addWidget(self._words, 1)
        row.addWidget(self._second, 1)
        row.addLayout(buttons)

    def set_narrow(self, narrow: bool) -> None:
        """Smaller letters where the column is narrow."""
        for words in (self._words, self._try):
            words.text.setFont(theme.current().font("dense" if narrow else "body"))
            words.text.setProperty(theme.FACE, "dense" if narrow else "body")

    def say(self, words: str, suggestions: Sequence[str]) -> None:
        """The paragraph, and the suggestions."""
        self._words.text.setText(words)
        self._try.text.setText(" ".join(suggestions) or "No single span could bring the total into the budget, or save much.")

    def words(self) -> str:
        """The paragraph."""
        return self._words.text.text()

    def show_card(self, shown: bool) -> None:
        """The selected span, or the suggestions."""
        self._second.setCurrentIndex(1 if shown else 0)
