"""The card with the snippets: SDK tabs, shell, the lines in colour, Copy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.first_run.snippets import SHELLS, SNIPPETS, pieces, text
from tracedesk.ui.widgets.buttons import Button, Segments
from tracedesk.ui.widgets.tabs import Tab, TabStrip

LINE_PX, PAD_PX = 20, 16
TONES = {"comment": "text.tertiary", "word": "text.link", "name": "text.secondary", "value": "kind.retriever"}
MOST_LINES = 10


class CodeLines(QWidget):
    """The lines of a snippet, painted; the text is also its accessible description."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[list[tuple[str, str]]] = []
        self.setFont(theme.current().font("code"))
        self.setProperty(theme.FACE, "code")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Snippet")

    def show_lines(self, lines: list[list[tuple[str, str]]]) -> None:
        """Other lines."""
        self._lines = lines
        self.setAccessibleDescription("\n".join("".join(part for part, _ in line) for line in lines))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 2 * 12 + theme.grown(LINE_PX) * max(7, min(MOST_LINES, len(self._lines))))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetrics(self.font())
        for row, line in enumerate(self._lines):
            x = PAD_PX
            for part, tone in line:
                painter.setPen(theme.current().color(TONES[tone]))
                shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, self.width() - x - PAD_PX)
                painter.drawText(x, 12 + row * theme.grown(LINE_PX) + theme.grown(LINE_PX) - 6, shown)
                x += metrics.horizontalAdvance(part)


class SnippetCard(QFrame):
    """`on_copy(text)` when Copy is pressed."""

    def __init__(self, on_copy: Callable[[str], object]) -> None:
        super().__init__()
        self.setProperty("pane", "well")
        self._on_copy = on_copy
        self._http, self._grpc = "http://localhost:4318", "http://localhost:4317"
        self._tabs = TabStrip([Tab(snippet.key, snippet.title) for snippet in SNIPPETS], "SDK", height=38, gap=20, shrink=True)
        self._tabs.picked.connect(lambda _key: self._fill())
        self._shell = Segments(list(SHELLS), lambda _index: self._fill(), title="Shell")
        self._code = CodeLines()
        self.copy = Button("Copy", lambda: on_copy(self.text()), icon="copy", size="small")
        self.copy.setParent(self._code)
        head = QFrame()
        head.setProperty("edge", "bottom")
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 8, 0)
        row.addWidget(self._tabs, 1)
        row.addSpacing(8)
        row.addWidget(self._shell)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._code)
        self._fill()

    def text(self) -> str:
        """What Copy gives."""
        return text(self._snippet(), SHELLS[self._shell.current()], self._http, self._grpc)

    def point_to(self, http: str, grpc: str) -> None:
        """The addresses of the receiver."""
        if (http, grpc) != (self._http, self._grpc):
            self._http, self._grpc = http, grpc
            self._fill()

    def pick(self, key: str, shell: int = 0) -> None:
        """Choose an SDK and a shell."""
        self._tabs.show_tab(key)
        self._shell.pick(shell)

    def _snippet(self):
        return next(snippet for snippet in SNIPPETS if snippet.key == self._tabs.current)

    def _fill(self) -> None:
        shell = SHELLS[self._shell.current()]
        lines = (pieces(line, shell, self._http, self._grpc) for line in self._snippet().lines)
        self._code.show_lines([line for line in lines if line])

    def resizeEvent(self, event) -> None:
        self.copy.adjustSize()
        self.copy.move(self._code.width() - self.copy.width() - 10, 10)
