"""The two bars around a step: why it ran, what it led to. Each names the step, says it in words, and goes there."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy

from tracedesk.replay.steps import Act, Link, Step
from tracedesk.ui import theme
from tracedesk.ui.replay.looks import icon_of
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.text import Glyph, plain_tip, visible

SHOWN = 4


class Reason(QFrame):
    """`go(n)` is called with the step to show. One link at the right per step, as far as there is room."""

    def __init__(self, title: str, go: Callable[[int], object], *, back: bool = False) -> None:
        super().__init__()
        self._title, self._go, self._back = title, go, back
        self.setProperty("pane", "card")
        theme.hold(self, 36)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 0, 8, 0)
        self._row.setSpacing(8)
        self._glyph = Glyph("llm", "text.secondary", 14)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setFont(theme.current().font("dense"))
        self._text.setProperty(theme.FACE, "dense")
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row.addWidget(self._glyph)
        self._row.addWidget(self._text, 1)
        self._links: list[Button] = []

    def say(self, links: Sequence[Link], steps: Sequence[Step], otherwise: str) -> None:
        """Links to steps; without any the words for none."""
        for button in self._links:
            self._row.removeWidget(button)
            button.deleteLater()
        self._links = []
        if not links:
            self._glyph.show_icon("info", "text.tertiary")
            self._text.setText(self._rich("", otherwise))
            self.setAccessibleName(f"{self._title}: {otherwise}")
            return
        first = links[0]
        step = steps[first.step - 1]
        grey = step.act in (Act.USER, Act.WAITED)
        self._glyph.show_icon(icon_of(step), "text.primary" if grey else f"kind.{step.kind.label}")
        where = f"in step {first.step}"
        more = f", and {len(links) - 1} more" if len(links) > 1 else ""
        self._text.setText(self._rich(first.actor, f"{where} {{actor}} {first.text}{more}"))
        whole = "\n".join(str(link) for link in links[:20])
        self._text.setToolTip(plain_tip(whole))
        self.setAccessibleName(f"{self._title}: {whole}")
        for link in links[:SHOWN]:
            words = f"step {link.step}" if len(links) == 1 else str(link.step)
            button = Button(words, partial(self._go, link.step), role="link",
                            icon="chevron_left" if self._back else "chevron_right")
            self._row.addWidget(button)
            self._links.append(button)

    def _rich(self, actor: str, text: str) -> str:
        """The sentence with the actor strong; everything from a trace is escaped."""
        strong, plain = theme.current().hex("text.primary"), theme.current().hex("text.secondary")
        before, _, after = text.partition("{actor}")
        bold = f'<span style="color:{strong}; font-weight:600">{html.escape(visible(actor))}</span>' if actor else ""
        return (f'<span style="color:{plain}">{self._title}: {html.escape(visible(before))}{bold}'
                f'{html.escape(visible(" ".join(after.split()) if not actor else after))}</span>')
