"""The selected span before and after: times, cost, tags, and what its start was read to wait for, to be pinned or cut."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_cost_exact
from tracedesk.model.kinds import COUNTED_KINDS, Kind
from tracedesk.model.trace import Trace
from tracedesk.ui.whatif.rows import KindGlyph, difference_tone, signed_duration
from tracedesk.ui.widgets.buttons import Button, IconButton
from tracedesk.ui.widgets.text import Elided, label, set_tone
from tracedesk.whatif.assumptions import Assumption
from tracedesk.whatif.outcome import Outcome

CAUSES_AT_MOST, TAGS_AT_MOST = 3, 6


def money(nusd: int, *, call: bool) -> str:
    """A cost of the columns in words: −1 is unknown; what is no call has none."""
    return "—" if not call else "unpriced" if nusd < 0 else format_cost_exact(nusd)


def tags_of(trace: Trace, index: int) -> list[str]:
    """`key value` of the span's tags."""
    text = trace.tags[index]
    return [f"{key} {value}" for key, value in json.loads(text).items()] if text else []


class SpanCard(QFrame):
    """One span. `pinned(cause index, effect index, waits)` when the user settles an edge: True, False or None (undo)."""

    pinned = Signal(int, int, object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._inside: QWidget | None = None

    def show_span(self, outcome: Outcome, index: int, causes: list[Assumption], settled: dict[tuple[int, int], bool]) -> None:
        """Fill it for a span of the trace."""
        if self._inside is not None:
            self._column.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
        trace = outcome.baseline.trace
        self._inside = QWidget()
        rows = QVBoxLayout(self._inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        kind = Kind(int(trace.kind[index]))
        head.addWidget(KindGlyph(kind.label))
        name = Elided(trace.name[index] or "", "dense_strong")
        head.addWidget(name, 1)
        head.addWidget(IconButton("close", "Close this span", self.closed.emit, key="Esc", size=12, hit=24))
        rows.addLayout(head)
        rows.addLayout(self._figures(outcome, index, kind))
        tags = tags_of(trace, index)
        if tags:
            rows.addWidget(Elided(" · ".join(tags[:TAGS_AT_MOST]), "caption", "text.secondary"))
        for cause in causes[:CAUSES_AT_MOST]:
            rows.addLayout(self._cause(cause, settled))
        rows.addStretch(1)
        self._column.addWidget(self._inside)
        self.setAccessibleName(f"Selected span {trace.name[index]}")

    def _figures(self, outcome: Outcome, index: int, kind: Kind) -> QHBoxLayout:
        """Length, start and cost, each before → after."""
        trace = outcome.baseline.trace
        before = int(outcome.base_end_ns[index] - outcome.base_start_ns[index])
        after, shift = int(outcome.end_ns[index] - outcome.start_ns[index]), int(outcome.shift_ns[index])
        row = QHBoxLayout()
        row.setSpacing(14)
        gone = bool(outcome.removed[index])
        length = format_duration(before) if before == after and not gone else (
            f"{format_duration(before)} → {'gone' if gone else format_duration(after)}")
        call = kind in COUNTED_KINDS and bool(trace.cost_status[index])
        was = money(int(trace.cost_nusd[index]), call=call)
        now = money(int(outcome.span_cost_nusd[index]), call=call)
        starts = format_duration(int(outcome.start_ns[index]) - trace.t0_ns)
        if shift:
            starts += f" ({signed_duration(shift)})"
        for title, text, delta in (("Lasts", length, after - before), ("Starts", starts, shift),
                                   ("Costs", was if was == now else f"{was} → {now}", 0)):
            box = QHBoxLayout()
            box.setSpacing(5)
            box.addWidget(label(title, "caption", "tertiary"))
            figure = label(text, "dense_strong")
            set_tone(figure, difference_tone(delta) if delta else "primary")
            box.addWidget(figure)
            row.addLayout(box)
        row.addStretch(1)
        return row

    def _cause(self, cause: Assumption, settled: dict[tuple[int, int], bool]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(Elided(cause.text, "caption", "text.tertiary"), 1)
        if cause.cause is None or cause.effect is None:
            return row
        edge = (cause.cause, cause.effect)
        if edge in settled:
            words = "pinned" if settled[edge] else "cut"
            row.addWidget(label(words, "caption", "accent"), 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(Button("Undo", lambda: self.pinned.emit(*edge, None), role="link"))
        else:
            row.addWidget(Button("Pin", lambda: self.pinned.emit(*edge, True), role="link"))
            row.addWidget(Button("Cut", lambda: self.pinned.emit(*edge, False), role="link"))
        return row
