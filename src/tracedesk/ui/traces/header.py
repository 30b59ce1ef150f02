"""The header of the open trace: what the user asked, how it ended, and the figures that matter, each with its exact value."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration, iso_time
from tracedesk.base.money import format_total
from tracedesk.model.summary import TraceSummary
from tracedesk.ui import theme
from tracedesk.ui.stylesheet import repolish
from tracedesk.ui.traces.row_delegate import duration_text, status_of, title_of, tone_of
from tracedesk.ui.widgets.buttons import Button, IconButton, of_command
from tracedesk.ui.widgets.text import Elided, Glyph, label, plain_tip, set_tone, shortened

LEFT_PX, RIGHT_PX = 16, 12
EDGES_PX = LEFT_PX + RIGHT_PX
NAME_PX, NAME_CHARS = 150, 20
"""Users and sessions may be called anything; the figures beside them stay whole."""


class Fact(QWidget):
    """`Total 4.20 s`: a quiet name and a strong figure."""

    def __init__(self, name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        self.name = label(name, "dense", "tertiary")
        self.figure = label("", "dense_strong")
        row.addWidget(self.name)
        row.addWidget(self.figure)

    def say(self, text: str, exact: str = "") -> None:
        """The figure, and its exact value as the tooltip."""
        self.figure.setText(text)
        self.setToolTip(plain_tip(exact))
        self.setAccessibleName(f"{self.name.text()} {text}")
        self.setVisible(bool(text))


class StatusPill(QFrame):
    """`ok`, `error` or `running`, with its glyph."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(7, 0, 9, 0)
        row.setSpacing(4)
        self._glyph = Glyph("ok", "status.ok", 13)
        self._word = label("", "dense_strong", "ok")
        row.addWidget(self._glyph)
        row.addWidget(self._word)
        theme.hold(self, 22)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, status: str) -> None:
        """A status as `status_of` names it."""
        tone = tone_of(status).rpartition(".")[2]
        self._glyph.show_icon(status, tone_of(status))
        self._word.setText(status)
        set_tone(self._word, tone)
        self.setProperty("pill", tone)
        repolish(self)
        self.setAccessibleName(f"Status {status}")


class TraceHeader(QWidget):
    """Two lines. `on_copy(text)` copies the id, `on_session()` opens the session, `on_unpriced()` lists what has no price."""

    def __init__(self, on_copy: Callable[[str], object], on_session: Callable[[], object],
                 on_unpriced: Callable[[], object]) -> None:
        super().__init__()
        self._id = ""
        self._row: TraceSummary | None = None
        self._narrow = False
        self.title = Elided("", "title", "text.primary")
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.pill = StatusPill()
        self.total, self.tokens, self.cost, self.spans = Fact("Total"), Fact("Tokens"), Fact("Cost"), Fact("Spans")
        self.calls = Fact("Calls")
        self.hole = Button("", on_unpriced, role="link", face="caption")
        self._user_glyph = Glyph("user", "text.tertiary", 12)
        self.user = Elided("", "dense", "text.tertiary")
        self.user.setMaximumWidth(NAME_PX)
        self.id = label("", "code", "tertiary")
        self._copy = IconButton("copy", "Copy the trace id", lambda: on_copy(self._id), key="Ctrl+Shift+C", size=12, hit=22)
        of_command(self._copy, "trace.copy_id")
        self.tools = QHBoxLayout()
        self.tools.setSpacing(8)
        one = QHBoxLayout()
        one.setSpacing(10)
        one.addWidget(self.title)
        one.addWidget(self.pill)
        one.addStretch(1)
        one.addLayout(self.tools)
        two = QHBoxLayout()
        two.setSpacing(14)
        two.addWidget(self.total)
        two.addWidget(self.tokens)
        cost = QHBoxLayout()
        cost.setSpacing(7)
        cost.addWidget(self.cost)
        cost.addWidget(self.hole)
        two.addLayout(cost)
        two.addWidget(self.spans)
        two.addWidget(self.calls)
        user = QHBoxLayout()
        user.setSpacing(4)
        user.addWidget(self._user_glyph)
        user.addWidget(self.user)
        two.addLayout(user)
        self.session = Button("", on_session, role="link")
        two.addWidget(self.session)
        ids = QHBoxLayout()
        ids.setSpacing(1)
        ids.addWidget(self.id)
        ids.addWidget(self._copy)
        two.addLayout(ids)
        two.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(LEFT_PX, 8, RIGHT_PX, 2)
        column.setSpacing(0)
        one_box = QWidget()
        one_box.setLayout(one)
        theme.hold(one_box, 32)
        one.setContentsMargins(0, 0, 0, 0)
        column.addWidget(one_box)
        column.addLayout(two)
        self._boxes = (cost, user, ids, two)

    def show_trace(self, row: TraceSummary) -> None:
        """Fill it."""
        self._row = row
        self._id = row.trace_id.hex()
        self.title.setText(title_of(row))
        self.pill.say(status_of(row))
        self.total.say(duration_text(row), f"{row.duration_ns:,} ns\nfrom {iso_time(row.start_ns)}\nto {iso_time(row.end_ns)}"
                       f"\n{format_duration(row.duration_ns)}")
        self.tokens.say(tokens_text(row, short=self._narrow), tokens_exact(row))
        self.cost.say(format_total(row.cost_nusd, row.unpriced_calls),
                      "nothing here costs anything" if row.cost_nusd is None else f"{row.cost_nusd:,} nano-dollars")
        self.hole.set_text(f"{row.unpriced_calls:,} unpriced" if row.unpriced_calls else "")
        calls = row.unpriced_calls + row.priced_calls
        self.hole.setToolTip(plain_tip(
            f"{row.unpriced_calls} of {calls} model calls have no known price, so the sum leaves them out."))
        self.spans.say(f"{row.span_count:,}")
        self.calls.say(f"{row.llm_calls:,}", "calls of language models")
        self.user.setText(row.user_id or "")
        self.user.setVisible(bool(row.user_id))
        self._user_glyph.setVisible(bool(row.user_id))
        self.session.set_text(shortened(row.session_id or "", NAME_CHARS))
        self.session.setToolTip(plain_tip(f"Open the session {row.session_id or ''}   Shift+S"))
        self.id.setText(row.trace_id.hex()[:8])
        self.id.setToolTip(plain_tip(row.trace_id.hex()))
        self.setAccessibleName(f"{title_of(row)}, {status_of(row)}, {duration_text(row)}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What has no room gives way to the figures: the session first, which is among the tags too."""
        row = self._row
        if row is None:
            return
        wide = not self._narrow
        wanted = ((self.session, bool(row.session_id)), (self.calls, row.llm_calls > 0), (self.spans, True),
                  (self.hole, row.unpriced_calls > 0))
        for widget, is_wanted in wanted:
            widget.setVisible(wide and is_wanted)
        for widget, _ in wanted:
            for box in self._boxes:                      # who is in one tells only the outermost layout that it changed
                box.invalidate()
            if self._boxes[-1].sizeHint().width() <= self.width() - EDGES_PX:
                break
            widget.hide()

    def fold(self, narrow: bool) -> None:
        """Below 1360 px only total, tokens (their sum), cost, user and id stay."""
        self._narrow = narrow
        if self._row is not None:
            self.show_trace(self._row)


def tokens_text(row: TraceSummary, *, short: bool = False) -> str:
    """`4,290 in · 105 out`, or `4,395` where `short`; nothing where no model was called."""
    if row.input_tokens is None and row.output_tokens is None:
        return "not sent" if row.llm_calls else ""
    if short:
        return f"{(row.input_tokens or 0) + (row.output_tokens or 0):,}"
    parts = [f"{count:,} {word}" for count, word in ((row.input_tokens, "in"), (row.output_tokens, "out")) if count is not None]
    return " · ".join(parts)


def tokens_exact(row: TraceSummary) -> str:
    """All token sums, one a line."""
    names = (("input", row.input_tokens), ("output", row.output_tokens), ("of these read from cache", row.cache_read_tokens),
             ("of these written to cache", row.cache_write_tokens), ("of these reasoning", row.reasoning_tokens))
    return "\n".join(f"{name}: {count:,}" for name, count in names if count is not None)

