"""The figures above the picture: time, tokens, cost, documents and scores of A and B, each with the difference."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout

from tracedesk.base.clock import NARROW, format_duration
from tracedesk.base.money import format_cost_exact, format_total
from tracedesk.compare.differences import ADDED, REMOVED, RENAMED
from tracedesk.compare.words import name_of, signed
from tracedesk.ui.compare.reader import Compared, Side
from tracedesk.ui.whatif.figures import Figure
from tracedesk.ui.widgets.text import Glyph, label, line, set_tone


def ratio(before: float, after: float) -> str:
    """`+45 %`, `×2.03` from twice on, `=`."""
    if before == after:
        return "="
    if before <= 0:
        return ""
    if after >= 2 * before:
        return f"×{after / before:.2f}"
    share = round(100 * (after - before) / before)
    return f"{'+' if share >= 0 else '−'}{abs(share)}{NARROW}%"


class Two(Figure):
    """`3.02 s → 4.20 s  +1.18 s` and a line below."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.before, self.after, self.delta = label("", "title", "tertiary"), label("", "heading"), label("", "dense_strong")
        self.add(self.before, Glyph("arrow_right", "text.tertiary", 14), self.after, self.delta)

    def say(self, before: str, after: str, delta: str, tone: str, below: str = "") -> None:
        """Other figures; `tone` is worse, better or same."""
        self.before.setText(before)
        self.after.setText(after)
        self.delta.setText(delta)
        set_tone(self.delta, tone)
        self.below.setText(below)
        self.setAccessibleName(f"{self.title.text()}: {before}, then {after}, {delta}")


def tone_of(before: float | None, after: float | None) -> str:
    """More of time, tokens or money is worse."""
    if before is None or after is None or before == after:
        return "same"
    return "worse" if after > before else "better"


class Figures(QFrame):
    """Time, tokens, cost; what was retrieved and how it was judged, where a trace says so, else how many spans."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("edge", "bottom")
        self.time, self.tokens, self.cost, self.spans = Two("Total time"), Two("Tokens"), Two("Cost"), Two("Spans")
        self.retrieved, self.judge = Two("Retrieved"), Two("Judge")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(16)
        self._lines: dict[Two, QFrame] = {}
        for number, figure in enumerate((self.time, self.tokens, self.cost, self.retrieved, self.judge, self.spans)):
            if number:
                self._lines[figure] = line(Qt.Orientation.Vertical)
                row.addWidget(self._lines[figure])
            row.addWidget(figure, 1)

    def show_comparison(self, compared: Compared) -> None:
        """Other traces."""
        found = compared.found
        before, after = found.total_a_ns, found.total_b_ns
        most = found.parts[0] if found.parts else None
        below = "equally long"
        if most is not None and before != after:
            below = f"{format_duration(abs(most.ns))} of it is {name_of(found, most.pair)}"
        self.time.say(format_duration(before), format_duration(after), signed(after - before), tone_of(before, after), below)
        self._tokens(compared)
        self._cost(compared)
        added, removed, renamed = (found.count(kind) for kind in (ADDED, REMOVED, RENAMED))
        words = [f"{number} {word}" for number, word in ((added, "added"), (removed, "gone"), (renamed, "renamed")) if number]
        self.spans.say(f"{found.a.n:,}", f"{found.b.n:,}", ratio(found.a.n, found.b.n), "same",
                       ", ".join(words) or "the same spans")
        self._documents(compared)
        self._scores(compared)
        shown = [self.retrieved.isVisibleTo(self), self.judge.isVisibleTo(self)]
        self._put(self.spans, not all(shown))

    def _put(self, figure: Two, shown: bool) -> None:
        figure.setVisible(shown)
        self._lines[figure].setVisible(shown)

    def _documents(self, compared: Compared) -> None:
        """How many documents were asked for, and how many were kept."""
        before, after = compared.a.retrieved, compared.b.retrieved
        self._put(self.retrieved, any(one is not None and (one.k, one.kept) != (None, None) for one in (before, after)))
        words = [f"k = {one.k:,}" if one is not None and one.k is not None else "—" for one in (before, after)]
        known = before is not None and after is not None and before.k is not None and after.k is not None
        delta = ratio(before.k, after.k) if known else ""  # type: ignore[union-attr, arg-type]
        kept = [None if one is None else one.kept for one in (before, after)]
        below = ""
        if None not in kept:
            below = f"{kept[0]:,} kept in both" if kept[0] == kept[1] else f"{kept[0]:,} kept, then {kept[1]:,}"
        changed = delta not in ("", "=")
        self.retrieved.say(words[0], words[1], delta if changed else "", "worse" if changed else "same", below)

    def _scores(self, compared: Compared) -> None:
        """The mean of what judges said, between 0 and 1."""
        before, after = compared.a.judge, compared.b.judge
        self._put(self.judge, before is not None or after is not None)
        words = ["—" if one is None else f"{one:.2f}" for one in (before, after)]
        change = None if before is None or after is None else round(after, 2) - round(before, 2)
        delta = "" if change is None else "=" if abs(change) < 0.005 else f"{'+' if change > 0 else '−'}{abs(change):.2f}"
        tone = "same" if change is None or delta == "=" else "better" if change > 0 else "worse"
        self.judge.say(words[0], words[1], "" if delta == "=" else delta, tone, "the same" if delta == "=" else "")

    def _tokens(self, compared: Compared) -> None:
        (in_a, out_a), (in_b, out_b) = tokens_of(compared.a), tokens_of(compared.b)
        before, after = _plus(in_a, out_a), _plus(in_b, out_b)
        below = ""
        if in_a is not None and in_b is not None and out_a is not None and out_b is not None:
            below = f"{in_b - in_a:+,} in, {out_b - out_a:+,} out".replace("-", "−")
        self.tokens.say("not sent" if before is None else f"{before:,}", "not sent" if after is None else f"{after:,}",
                        ratio(before, after) if before is not None and after is not None else "", tone_of(before, after), below)

    def _cost(self, compared: Compared) -> None:
        (before, holes_a), (after, holes_b) = cost_of(compared.a), cost_of(compared.b)
        below = ""
        if before is not None and after is not None:
            delta = after - before
            below = f"{'+' if delta > 0 else '−'}{format_cost_exact(abs(delta))}" if delta else "the same"
        self.cost.say(format_total(before, holes_a), format_total(after, holes_b),
                      ratio(before, after) if before is not None and after is not None else "", tone_of(before, after), below)


def sums_of(compared: Compared) -> dict[str, int | None]:
    """B minus A of the whole traces by column; None where either is not known, or where they leave out unlike calls."""
    (in_a, out_a), (in_b, out_b) = tokens_of(compared.a), tokens_of(compared.b)
    (cost_a, holes_a), (cost_b, holes_b) = cost_of(compared.a), cost_of(compared.b)
    cost_b = cost_b if holes_a == holes_b else None
    return {name: None if before is None or after is None else after - before for name, before, after in (
        ("input_tokens", in_a, in_b), ("output_tokens", out_a, out_b), ("cost_nusd", cost_a, cost_b))}


def tokens_of(side: Side) -> tuple[int | None, int | None]:
    """(input, output) tokens, each call once; of the usual run the medians of its runs."""
    known = side.summary or side.usual
    return (None, None) if known is None else (known.input_tokens, known.output_tokens)


def cost_of(side: Side) -> tuple[int | None, int]:
    """(nano-dollars, calls without a price)."""
    if side.summary is not None:
        return side.summary.cost_nusd, side.summary.unpriced_calls
    return (None, 0) if side.usual is None else (side.usual.cost_nusd, side.usual.unpriced)


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None and b is None else (a or 0) + (b or 0)
