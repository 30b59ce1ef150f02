"""JSON to read: keys, texts and numbers in their own colours, nothing rendered; long values scroll."""

from __future__ import annotations

import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextOption
from PySide6.QtWidgets import QPlainTextEdit

from tracedesk.model.kinds import Kind
from tracedesk.ui import theme
from tracedesk.ui.inspector.format import pretty
from tracedesk.ui.widgets.text import visible

CHARACTERS_AT_MOST = 400_000
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|\btrue\b|\bfalse\b|\bnull\b)')


class _Colours(QSyntaxHighlighter):
    def highlightBlock(self, text: str) -> None:
        colors = theme.current()
        tones = {"key": colors.color("text.link"), "text": colors.kind(Kind.RETRIEVER).text,
                 "number": colors.kind(Kind.TOOL).text}
        for found in _TOKEN.finditer(text[:20_000]):
            tone = "number" if found[3] else "key" if found[2] else "text"
            look = QTextCharFormat()
            look.setForeground(tones[tone])
            self.setFormat(found.start(), len(found[1] or found[3] or ""), look)


class CodeView(QPlainTextEdit):
    """Read-only code."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAccessibleName(title)
        self.setFont(theme.current().font("code"))
        self.setProperty(theme.FACE, "code")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._colours = _Colours(self.document())
        self.document().setDocumentMargin(8)
        self.raw = ""
        theme.changed.connect(self._colours.rehighlight)

    def show_value(self, value: object) -> None:
        """A value as indented JSON, a text as it is."""
        self.raw = pretty(value)
        cut = self.raw[:CHARACTERS_AT_MOST]
        more = f"\n… {len(self.raw) - len(cut):,} more characters" if len(cut) < len(self.raw) else ""
        self.setPlainText(visible(cut) + more)
