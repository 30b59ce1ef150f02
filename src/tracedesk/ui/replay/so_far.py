"""The right column: time, cost and tokens of the turn so far, the state after this step, and what the user has seen."""

from __future__ import annotations

from itertools import accumulate

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_cost, format_total
from tracedesk.model.kinds import Kind
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Step
from tracedesk.replay.turn import Turn
from tracedesk.ui import theme
from tracedesk.ui.replay.curve import Curve
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.layouts import clear
from tracedesk.ui.widgets.scroll import scrolled
from tracedesk.ui.widgets.text import Elided, Glyph, label, plain_tip, visible

SEEN_AT_MOST, LINES_AT_MOST, CHARACTERS_AT_MOST, BUBBLE_PX = 6, 8, 600, 214
CURVE_PX, CURVE_COMPACT_PX, SIDE_PX, SIDE_COMPACT_PX = 92, 60, 308, 268


class _Figure(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setProperty("edge", "bottom")
        self.title = label("", "label", "secondary")
        self.figure = label("", "heading")
        self.below = Elided("", "caption", "text.tertiary")
        self.step = label("", "caption", "secondary")
        self.curve = Curve()
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 11, 16, 12)
        grid.setVerticalSpacing(1)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.figure, 1, 0)
        grid.addWidget(self.below, 2, 0)
        grid.addWidget(self.curve, 0, 1, 2, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.step, 2, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)

    def say(self, title: str, figure: str, below: str, step: str) -> None:
        """Fill the texts."""
        self.title.setText(title)
        self.figure.setText(figure)
        self.below.setText(below)
        self.step.setText(f"this step {step}")
        self.setAccessibleName(f"{title} {figure}, {below}, this step {step}")


class SoFar(QFrame):
    """One per page; `show_step` fills it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("edge", "left")
        self._time, self._cost, self._tokens = _Figure(), _Figure(), _Figure()
        self._count = label("", "dense", "tertiary")
        self._summed: tuple[Script, int, tuple[list[int], list[int], list[int]]] | None = None
        self._state, self._seen = QVBoxLayout(), QVBoxLayout()
        self._state.setSpacing(0)
        self._seen.setSpacing(8)
        head, row = bar(36)
        row.addWidget(label("So far", "dense_strong"))
        inside = QWidget()
        inside.setProperty("scroll", "body")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(0)
        for figure in (self._time, self._cost, self._tokens):
            column.addWidget(figure)
        column.addWidget(self._heading("State after this step", self._count))
        column.addLayout(self._state)
        rule = QFrame()
        rule.setProperty("edge", "bottom")
        rule.setFixedHeight(10)
        column.addWidget(rule)
        column.addWidget(self._heading("What the user has seen"))
        seen = QWidget()
        seen.setLayout(self._seen)
        self._seen.setContentsMargins(16, 0, 16, 0)
        column.addWidget(seen)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(scrolled(inside, by_keys=True), 1)

    def _heading(self, text: str, beside: QWidget | None = None) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(16, 11, 16, 7)
        row.addWidget(label(text, "label", "secondary"))
        row.addStretch(1)
        if beside is not None:
            row.addWidget(beside)
        return made

    def set_compact(self, compact: bool) -> None:
        """Narrower curves, so that no figure is cut."""
        self.setFixedWidth(SIDE_COMPACT_PX if compact else SIDE_PX)
        for figure in (self._time, self._cost, self._tokens):
            figure.curve.setFixedSize(CURVE_COMPACT_PX if compact else CURVE_PX, 32)

    def show_step(self, script: Script, step: Step) -> None:
        """The figures, the state and the screen of the user after a step."""
        turn = script.turn_of(step)
        done = step.n - turn.first + 1
        ends, costs, tokens = self._sums(script, turn)
        colors = theme.current()
        passed = max(0, step.end_ns - turn.start_ns)
        took = f"+{format_duration(step.duration_ns)}" if step.duration_ns else "—"
        self._time.say(f"Time in turn {turn.number}", format_duration(passed) if passed else "0 s",
                       f"of {format_duration(turn.duration_ns)}", took)
        self._time.curve.show_values(ends[:done], turn.duration_ns, colors.color("accent.base"))
        so_far, whole = step.so_far, turn.figures
        unpriced = f", {whole.unpriced} unpriced" if whole.unpriced else ""
        self._cost.say("Cost", format_total(so_far.cost_nusd, so_far.unpriced),
                       f"of {format_total(whole.cost_nusd, whole.unpriced)}{unpriced}", _own_cost(step))
        self._cost.setToolTip(plain_tip(f"{so_far.cost_nusd:,} nano-dollars" if so_far.cost_nusd is not None else ""))
        self._cost.curve.show_values(costs[:done], whole.cost_nusd or 0, colors.kind(Kind.TOOL).solid)
        if so_far.tokens is None:
            known = ("not sent", "the calls do not say") if so_far.calls else ("—", "no model has answered yet")
            self._tokens.say("Tokens", *known, "—")
        else:
            inside = f"{_count(so_far.input_tokens or 0)} in, {_count(so_far.output_tokens or 0)} out"
            self._tokens.say("Tokens", _count(so_far.tokens), inside, f"+{_count(step.own.tokens)}" if step.own.tokens else "—")
            self._tokens.setToolTip(plain_tip(f"{so_far.tokens:,}"))
        self._tokens.curve.show_values(tokens[:done], whole.tokens or 0, colors.kind(Kind.LLM).solid)
        self._show_state(script, step)
        self._show_seen(script, step)

    def _sums(self, script: Script, turn: Turn) -> tuple[list[int], list[int], list[int]]:
        """Time, cost and tokens after each step of a turn; worked out once."""
        if self._summed is None or self._summed[0] is not script or self._summed[1] != turn.number:
            steps = script.steps[turn.first - 1: turn.last]
            ends = list(accumulate((max(0, one.end_ns - turn.start_ns) for one in steps), max))
            self._summed = (script, turn.number, (ends, [one.so_far.cost_nusd or 0 for one in steps],
                                                  [one.so_far.tokens or 0 for one in steps]))
        return self._summed[2]

    def _show_state(self, script: Script, step: Step) -> None:
        clear(self._state)
        state = script.state_after(step.n)
        changed = {change.name: change for change in step.changes}
        self._count.setText(f"{len(state)} value{'s' if len(state) != 1 else ''}")
        for name, value in state.items():
            change = changed.get(name)
            row = QFrame()
            theme.hold(row, 26)
            if change is not None:
                row.setProperty("pane", "selected")
            inside = QHBoxLayout(row)
            inside.setContentsMargins(16, 0, 16, 0)
            inside.setSpacing(8)
            key = Elided(name, "code", "text.tertiary")
            key.setFixedWidth(92)
            inside.addWidget(key)
            was = f"{change.was} → {value}" if change is not None and change.was is not None else value
            inside.addWidget(Elided(was, "code", "text.primary"), 1)
            if change is not None:
                inside.addWidget(label("new" if change.was is None else "changed", "label", "link"))
            self._state.addWidget(row)
        if not state:
            empty = label("nothing that the trace shows", "dense", "tertiary")
            empty.setContentsMargins(16, 0, 16, 0)
            self._state.addWidget(empty)

    def _show_seen(self, script: Script, step: Step) -> None:
        clear(self._seen)
        seen = script.seen(step.n)
        for user, text, _ in seen[-SEEN_AT_MOST:]:
            self._seen.addWidget(_bubble(text, user), 0, Qt.AlignmentFlag.AlignRight if user else Qt.AlignmentFlag.AlignLeft)
        if not seen or seen[-1][0]:
            since = seen[-1][2].start_ns if seen else script.turn_of(step).start_ns
            waiting = QWidget()
            row = QHBoxLayout(waiting)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(6)
            row.addWidget(Glyph("running", "text.tertiary", 13))
            waited = max(0, step.end_ns - since)
            words = f"waiting for {format_duration(waited)}, nothing shown yet" if waited else "nothing shown yet"
            row.addWidget(label(words, "dense", "tertiary"))
            row.addStretch(1)
            self._seen.addWidget(waiting)


def _count(tokens: int) -> str:
    """`2,316`; from a million on `1.05 M`."""
    return f"{tokens / 1e6:,.2f}\u202fM" if tokens >= 1_000_000 else f"{tokens:,}"


def _own_cost(step: Step) -> str:
    if step.own.cost_nusd is not None:
        return ("≥ " if step.own.unpriced else "") + f"+{format_cost(step.own.cost_nusd)}"
    return "unpriced" if step.own.unpriced else "—"


def _bubble(text: str, user: bool) -> QFrame:
    made = QFrame()
    made.setProperty("chip" if user else "pane", "true" if user else "card")
    column = QVBoxLayout(made)
    column.setContentsMargins(12, 7, 12, 7)
    cut = "\n".join(text.strip().split("\n", LINES_AT_MOST)[:LINES_AT_MOST])[:CHARACTERS_AT_MOST]
    said = label(visible(cut + ("" if len(cut) >= len(text.strip()) else " …")), "body", "primary", wrap=True)
    metrics = QFontMetrics(said.font())
    wide = min(BUBBLE_PX, max(metrics.horizontalAdvance(row) for row in said.text().split("\n")) + 4)
    said.setFixedSize(wide, metrics.boundingRect(0, 0, wide, 10_000, Qt.TextFlag.TextWordWrap, said.text()).height() + 2)
    column.addWidget(said)
    return made
