"""The status bar, 24 px: keys that work here, the legend of kinds; at the right what holds the data and what was lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from tracedesk.model.kinds import Kind
from tracedesk.ui import theme
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.layouts import clear
from tracedesk.ui.widgets.text import Glyph, key_caps, label, line, plain_tip

LEGEND = (Kind.AGENT, Kind.CHAIN, Kind.LLM, Kind.TOOL, Kind.RETRIEVER, Kind.RERANKER, Kind.EMBEDDING, Kind.GUARDRAIL, Kind.DB)
SHORT = {Kind.CHAIN: "Chain", Kind.LLM: "LLM", Kind.TOOL: "Tool", Kind.DB: "HTTP / DB"}


class _Side(QWidget):
    """Groups of small things from the left; those that do not fit as a whole are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._groups: list[QWidget] = []

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 20)

    def show_groups(self, groups: Sequence[tuple[Sequence[QWidget], int]]) -> None:
        """`(things that belong together, pixels behind them)` each."""
        clear(self.row)
        self._groups = []
        for things, behind_px in groups:
            group = QWidget()
            inside = QHBoxLayout(group)
            inside.setContentsMargins(0, 0, behind_px, 0)
            inside.setSpacing(6)
            for thing in things:
                inside.addWidget(thing)
            self.row.addWidget(group)
            self._groups.append(group)
        self.row.addStretch(1)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        room_px = self.width()
        for group in self._groups:
            behind_px = group.contentsMargins().right()
            room_px -= group.sizeHint().width() - behind_px
            group.setVisible(room_px >= 0)
            room_px -= behind_px


class StatusBar(QFrame):
    """`on_lost` runs when the warning about dropped spans is clicked; `keys` are those that it shows, with what they do."""

    def __init__(self, on_lost: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("pane", "app")
        self.setProperty("edge", "top")
        theme.hold(self, theme.tokens()["size"]["statusbar"])
        self._left = _Side()
        self.keys: list[tuple[str, str]] = []
        self._job = label("", "caption", "secondary")
        self._lock = Glyph("encrypted", "text.tertiary", 12)
        self._lock_words = label("Encrypted", "caption", "secondary")
        self._store = label("", "caption", "secondary")
        self._lost = label("0 dropped", "caption", "secondary")
        self._lost_link = Button("", on_lost, role="link", face="caption")
        self._lost_link.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        row.addWidget(self._left, 1)
        row.addWidget(self._job)
        row.addSpacing(12)
        row.addWidget(self._lock)
        row.addWidget(self._lock_words)
        row.addSpacing(12)
        row.addWidget(Glyph("store", "text.tertiary", 12))
        row.addWidget(self._store)
        row.addSpacing(12)
        row.addWidget(self._lost)
        row.addWidget(self._lost_link)

    def show_keys(self, keys: list[tuple[str, str]], *, legend: bool = True) -> None:
        """`(keys, what they do)` of the present page, then the kinds."""
        self.keys = list(keys)
        groups: list[tuple[Sequence[QWidget], int]] = [
            ([*key_caps(key), label(words, "caption", "secondary")], 16) for key, words in keys]
        if legend:
            between = line(Qt.Orientation.Vertical)
            between.setFixedHeight(12)
            groups.append(([between], 12))
            groups += [([Glyph(kind.label, f"kind.{kind.label}", 12),
                         label(SHORT.get(kind) or theme.current().kind_label(kind), "caption", "secondary")], 12)
                       for kind in LEGEND]
        self._left.show_groups(groups)

    def show_key_place(self, place: str) -> None:
        """`keyring` or `file`: a key in a file is said, with a triangle."""
        safe = place == "keyring"
        self._lock.show_icon("encrypted" if safe else "key_in_file", "text.tertiary" if safe else "status.warn")
        self._lock_words.setText("Encrypted" if safe else "key in a file")
        self._lock_words.setToolTip(plain_tip(
            "The store is encrypted; its key is in the system's keyring." if safe else
            "The store is encrypted. No keyring answered, so its key lies in a file that only you can read."))

    def show_store(self, text: str, detail: str = "") -> None:
        """Size and age of the store."""
        self._store.setText(text)
        self._store.setToolTip(plain_tip(detail))

    def show_dropped(self, count: int, *, waiting: bool = False) -> None:
        """`0 dropped`, or a warning that can be clicked; on an empty store `0 received`."""
        self._lost.setVisible(count == 0)
        self._lost.setText("0 received" if waiting else "0 dropped")
        self._lost_link.setVisible(count > 0)
        self._lost_link.set_text(f"{count:,} dropped")

    def show_job(self, text: str) -> None:
        """Work that takes longer than 5 s."""
        self._job.setText(text)

    def text(self) -> str:
        """What the right side says."""
        lost = self._lost_link.text() if self._lost.isHidden() else self._lost.text()
        return f"{self._lock_words.text()} · {self._store.text()} · {lost}"


