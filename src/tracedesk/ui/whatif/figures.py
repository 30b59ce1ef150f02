"""The figures above the picture: total, cost, budget and bottleneck, each before and after, and what the trace leaves open."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, Qt, QVariantAnimation, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration, parse_duration
from tracedesk.base.money import format_cost_exact, format_total
from tracedesk.model.kinds import Kind
from tracedesk.ui import theme
from tracedesk.ui.whatif.rows import KindGlyph, difference_tone, signed_cost, signed_duration
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.text import Elided, Glyph, label, line, plain_tip, set_tone
from tracedesk.whatif.outcome import Outcome, own_time

MOTION_MS = 180
"""The total counts as long as the bars move (DESIGN section 16)."""


class Figure(QWidget):
    """A quiet title, a row of big figures, one line below."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = label(title, "label", "tertiary")
        self.row = QHBoxLayout()
        self.row.setSpacing(10)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.below = Elided("", "caption", "text.tertiary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.title)
        column.addLayout(self.row)
        column.addWidget(self.below)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, *widgets: QWidget) -> None:
        """Figures from left to right, what is left over behind them."""
        for widget in widgets:
            self.row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.row.addStretch(1)


class Figures(QFrame):
    """The four figures. `budget_set(ns or None)` when the user gives the budget."""

    budget_set = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("edge", "bottom")
        self._shown_ns = 0
        self._before, self._arrow = label("", "figure", "tertiary"), Glyph("arrow_right", "text.tertiary", 16)
        self._after = label("", "figure")
        self._delta = label("", "dense_strong")
        self._total = Figure("Total time")
        self._total.add(self._before, self._arrow, self._after, self._delta)
        self._cost_now, self._cost_delta = label("", "figure"), label("", "dense_strong", "tertiary")
        self._cost = Figure("Cost")
        self._cost.add(self._cost_now, self._cost_delta)
        self._mark, self._verdict = Glyph("warn", "status.warn", 18), label("", "figure")
        self._budget_button = Button("Set a budget", self.edit_budget, role="link")
        self._field = QLineEdit()
        theme.hold(self._field, 0, 90)
        self._field.setPlaceholderText("5 s")
        self._field.setAccessibleName("Budget of the whole request")
        self._field.returnPressed.connect(self._typed)
        self._field.editingFinished.connect(self._field.hide)
        self._field.hide()
        self._budget = Figure("SLO")
        self._budget.add(self._mark, self._verdict, self._field, self._budget_button)
        self._kind_place = QHBoxLayout()
        self._kind: QWidget | None = None
        self._top = Elided("", "title", "text.primary")
        self._bottleneck = Figure("Bottleneck")
        self._bottleneck.row.addLayout(self._kind_place)
        self._bottleneck.row.addWidget(self._top, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(16)
        for number, figure in enumerate((self._total, self._cost, self._budget, self._bottleneck)):
            if number:
                row.addWidget(line(Qt.Orientation.Vertical))
            row.addWidget(figure, (5, 5, 6, 4)[number])
        self._count = QVariantAnimation(self)
        self._count.setDuration(MOTION_MS)
        self._count.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._count.valueChanged.connect(lambda value: self._after.setText(format_duration(round(value))))

    def show_outcome(self, outcome: Outcome, budget_ns: int | None, *, animated: bool) -> None:
        """Other figures; the total counts to its new value when `animated`."""
        self._show_total(outcome, animated=animated)
        self._show_cost(outcome)
        self._show_budget(outcome, budget_ns)
        self._show_bottleneck(outcome)

    def _show_total(self, outcome: Outcome, *, animated: bool) -> None:
        before, after, delta = outcome.total_before_ns, outcome.total_ns, outcome.delta_ns
        moved = before != after
        for widget in (self._before, self._arrow, self._delta):
            widget.setVisible(moved)
        self._before.setText(format_duration(before))
        self._delta.setText(f"{'↗' if delta > 0 else '↘'} {signed_duration(delta)}")
        set_tone(self._delta, difference_tone(delta))
        self._count.stop()
        if animated and moved and self._shown_ns:
            self._count.setStartValue(float(self._shown_ns))
            self._count.setEndValue(float(after))
            self._count.start()
        else:
            self._after.setText(format_duration(after))
        self._shown_ns = after
        if outcome.low_ns != outcome.high_ns:
            words = f"between {format_duration(outcome.low_ns)} and {format_duration(outcome.high_ns)}: see what is in doubt"
        elif moved:
            share = round(100 * delta / max(1, before))
            words = f"{'+' if delta > 0 else '−'}{abs(share)} %" + self._whose(outcome)
        else:
            words = "as measured"
        self._total.below.setText(words)
        self._total.setToolTip(plain_tip(f"{before:,} ns → {after:,} ns"))
        self._total.setAccessibleName(f"Total {format_duration(after)}, {signed_duration(delta)}")

    @staticmethod
    def _whose(outcome: Outcome) -> str:
        """`, all of it from rerank` where one span explains the growth."""
        hit = {int(index) for change in outcome.changes for index in outcome.hits(change).tolist()}
        if len(hit) == 1:
            index = hit.pop()
            grown = int((outcome.end_ns - outcome.start_ns)[index] - (outcome.base_end_ns - outcome.base_start_ns)[index])
            if grown and abs(grown - outcome.delta_ns) <= 0.02 * abs(outcome.delta_ns):
                return f", all of it from {outcome.baseline.trace.name[index]}"
        return ""

    def _show_cost(self, outcome: Outcome) -> None:
        before, after = outcome.cost_before_nusd, outcome.cost_nusd
        self._cost_now.setText(format_total(after, outcome.unpriced))
        exact = "" if after is None else f"{after:,} nano-dollars, {outcome.unpriced} calls unpriced"
        self._cost.setToolTip(plain_tip(exact))
        if before is None or after is None:
            self._cost_delta.setText("")
            self._cost.below.setText("no cost is known here" if after is None else "")
            return
        delta = after - before
        self._cost_delta.setText(f"{'=' if not delta else ''} {'$0.0000' if not delta else signed_cost(delta)}".strip())
        set_tone(self._cost_delta, "tertiary" if not delta else "worse" if delta > 0 else "better")
        words = "Same calls, same tokens" if not delta else f"instead of {format_cost_exact(before)}"
        if not delta and outcome.delta_ns > 0:
            words += ": only slower"
        self._cost.below.setText(words)

    def _show_budget(self, outcome: Outcome, budget_ns: int | None) -> None:
        for widget in (self._mark, self._verdict):
            widget.setVisible(budget_ns is not None)
        self._budget_button.set_text("Set a budget" if budget_ns is None else "Change")
        if budget_ns is None:
            self._budget.title.setText("SLO")
            self._budget.below.setText("how long the whole may take")
            return
        self._budget.title.setText(f"SLO {format_duration(budget_ns)}")
        over, before = outcome.total_ns - budget_ns, outcome.total_before_ns - budget_ns
        tone, word = ("warn", "missed") if over > 0 else ("ok", "met")
        self._mark.show_icon(tone, f"status.{tone}")
        self._verdict.setText(word)
        set_tone(self._verdict, tone)
        words = f"{format_duration(abs(over))} {'over' if over > 0 else 'to spare'}"
        if outcome.delta_ns:
            was = f"was {format_duration(before)} over" if before > 0 else f"had {format_duration(-before)} to spare"
            words += f". Measured run {was}"
        self._budget.below.setText(words)

    def _show_bottleneck(self, outcome: Outcome) -> None:
        top, was = next(iter(outcome.on_path_ns), None), next(iter(own_time(outcome.path_before)), None)
        trace = outcome.baseline.trace
        if self._kind is not None:
            self._kind_place.removeWidget(self._kind)
            self._kind.hide()
            self._kind.deleteLater()
            self._kind = None
        if top is None:
            self._top.setText("—")
            self._bottleneck.below.setText("")
            return
        self._kind = KindGlyph(Kind(int(trace.kind[top])).label)
        self._kind_place.addWidget(self._kind)
        self._top.setText(trace.name[top] or "")
        self._bottleneck.below.setText("as measured" if was == top or was is None else f"was {trace.name[was]}")

    def edit_budget(self) -> None:
        """Type the budget."""
        self._field.show()
        self._field.setFocus()

    def _typed(self) -> None:
        text = self._field.text().strip()
        found = parse_duration(text) if text else None
        if text and not found:
            self._field.setToolTip(plain_tip("A duration with a unit, like 5 s or 800 ms; empty for none."))
            self._field.selectAll()
            return
        self._field.hide()
        self.budget_set.emit(found)

