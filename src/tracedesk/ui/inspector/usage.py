"""Tokens and cost of one call: the bars, their parts, where the price came from, and what does not add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.base.money import format_cost_exact
from tracedesk.model.kinds import COUNTED_KINDS, Kind
from tracedesk.model.llm import CostStatus
from tracedesk.pricing.arithmetic import Arithmetic
from tracedesk.ui import theme
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import short
from tracedesk.ui.inspector.pieces import StackBar, Swatch, sent_line
from tracedesk.ui.widgets.flow import Flow
from tracedesk.ui.widgets.long_text import link_button
from tracedesk.ui.widgets.text import label, plain_tip, visible

REASONS = {
    CostStatus.UNKNOWN_MODEL: "no price is known for this model", CostStatus.NO_USAGE: "the SDK sent no token counts",
    CostStatus.NO_PRICE: "the price list has no price for it",
    CostStatus.INVALID_USAGE: "the token counts contradict each other",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar: its word, its figure in words, its size, its colour."""

    word: str
    figure: str
    size: float
    color: QColor


def token_parts(detail: SpanDetail) -> list[Part]:
    """Cached, written, fresh input, reasoning, output: disjoint parts of the inclusive counts."""
    shades = _shades()
    given, made = detail.count("tokens.input"), detail.count("tokens.output")
    read, written = detail.count("tokens.cache_read") or 0, detail.count("tokens.cache_write") or 0
    thought = detail.count("tokens.reasoning") or 0
    parts: list[tuple[str, int]] = []
    if given is not None:
        parts += [("cached", read), ("written", written), ("input", max(0, given - read - written))]
    if made is not None:
        parts += [("reasoning", min(thought, made)), ("output", max(0, made - thought))]
    return [Part(word, f"{size:,}", size, shades[word]) for word, size in parts if size > 0]


def cost_parts(detail: SpanDetail) -> list[Part]:
    """The parts of a computed cost, in the colours of the tokens they pay for."""
    shades = _shades()
    words = {"cache_read": "cached", "cache_write": "written", "cache_write_1h": "written"}
    return [Part(words.get(name, name.replace("_", " ")), format_cost_exact(amount), amount,
                 shades.get(words.get(name, name), shades["output"]))
            for name, amount in detail.cost.parts_nusd.items() if amount > 0]


def _shades() -> dict[str, QColor]:
    llm, chain = theme.current().kind(Kind.LLM), theme.current().kind(Kind.CHAIN)
    return {"cached": llm.line, "written": llm.wait, "input": llm.solid, "reasoning": llm.text, "output": chain.solid}


def usage_widget(detail: SpanDetail, *, compact: bool = False, on_price: Callable[[], object] | None = None) -> QWidget | None:
    """The Tokens and Cost bars of a model call, or one table of both where `compact`; None for other spans. `on_price` is
    called when the user wants to give an unpriced call a price."""
    if detail.kind not in COUNTED_KINDS and not detail.cost.status:
        return None
    tokens, cost = token_parts(detail), cost_parts(detail)
    words = [(sentence, "warn") for sentence in doubts(detail)] + [(sentence, "tertiary") for sentence in remarks(detail)]
    if not (tokens or cost or words):
        return None
    box = QFrame()
    box.setProperty("edge", "bottom")
    column = QVBoxLayout(box)
    column.setContentsMargins(16, 10, 12, 9)
    column.setSpacing(7)
    if compact and tokens:
        _table(column, tokens, cost)
    else:
        if tokens:
            column.addLayout(_head("Tokens", window_share(detail) or _rule(detail), _rule(detail)))
            _bar(column, tokens)
        if cost:
            column.addLayout(_head("Cost", detail.cost.price_source or ""))
            _bar(column, cost)
    for sentence, tone in words:
        column.addWidget(label(visible(short(sentence)), "caption", tone, wrap=True))
    if on_price is not None and detail.cost.status in (CostStatus.UNKNOWN_MODEL, CostStatus.NO_PRICE):
        wanted = link_button("Set a price")
        wanted.clicked.connect(lambda: on_price())  # noqa: PLW0108 - `checked` is not handed on
        column.addWidget(wanted, 0, Qt.AlignmentFlag.AlignLeft)
    return box


def window_share(detail: SpanDetail) -> str:
    """How much of what its model takes a call used: `context 1.8 % of 128k`; "" where that is not known."""
    window, given = detail.window_tokens, detail.count("tokens.input")
    if not window or given is None:
        return ""
    size = f"{window / 1e6:.3g}M" if window >= 1_000_000 else f"{window / 1e3:.3g}k" if window >= 1_000 else str(window)
    share = given / window * 100
    return f"context {share:.1f} % of {size}" if share >= 0.05 else f"context <0.1 % of {size}"


def _rule(detail: SpanDetail) -> str:
    source = detail.fields.sources.get("tokens.input", "")
    return f"from {source}" if source else ""


def doubts(detail: SpanDetail) -> list[str]:
    """Why the figures may be wrong or are not there: contradictions, approximations, no price."""
    found: list[str] = []
    cost = detail.cost
    if not cost.status.known and cost.status is not CostStatus.NONE:
        found.append(f"Unpriced: {cost.reason or REASONS.get(cost.status, cost.status.label)}")
    if cost.reported_nusd is not None and cost.computed_nusd is not None and \
            abs(cost.reported_nusd - cost.computed_nusd) > 0.02 * max(abs(cost.reported_nusd), abs(cost.computed_nusd)):
        found.append(f"Reported {format_cost_exact(cost.reported_nusd)}, the price list says "
                     f"{format_cost_exact(cost.computed_nusd)}")
    found += [f"Approximate: {words}" for words in cost.approximate]
    given, made, total = (detail.count(name) for name in ("tokens.input", "tokens.output", "tokens.total"))
    if given is not None and made is not None and total is not None and given + made != total:
        found.append(f"{given:,} in and {made:,} out do not add up to the reported total of {total:,}")
    return found


def remarks(detail: SpanDetail) -> list[str]:
    """How to read the figures: which rule counts the cached tokens, and on which span a call is counted."""
    found: list[str] = []
    if detail.arithmetic is not None and detail.arithmetic.matters:
        found.append(readings(detail.arithmetic))
    if not detail.counted:
        where = f" on span {detail.counted_on.hex()}" if detail.counted_on else " on other spans"
        found.append(f"Counted{where}: not added to the trace's totals again")
    return found


def readings(arithmetic: Arithmetic) -> str:
    """What the call costs if its input counts the cached tokens, and if it leaves them out."""
    paid = [format_cost_exact(cost.nusd) if cost is not None and cost.nusd is not None else "unknown"
            for cost in (arithmetic.if_included, arithmetic.if_apart)]
    return f"Here {arithmetic.rule.value}. If they are in it: {paid[0]}; if they are beside it: {paid[1]}"


def _head(title: str, right: str, tip: str = "") -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 1, 0)
    row.addWidget(label(title, "label", "secondary"))
    row.addStretch(1)
    said = sent_line(right, "caption", "text.tertiary")
    if tip and tip != right:
        said.setToolTip(plain_tip(tip))
    row.addWidget(said)
    return row


def _bar(column: QVBoxLayout, parts: list[Part]) -> None:
    bar = StackBar([(part.size, part.color) for part in parts])
    bar.setAccessibleName(", ".join(f"{part.word} {part.figure}" for part in parts))
    column.addWidget(bar)
    legend = QWidget()
    flow = Flow(legend, gap_px=10)
    for part in parts:
        entry = QWidget()
        row = QHBoxLayout(entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Swatch(part.color))
        row.addWidget(label(part.word, "caption", "tertiary"))
        row.addWidget(label(part.figure, "caption"))
        flow.addWidget(entry)
    column.addWidget(legend)


def _table(column: QVBoxLayout, tokens: list[Part], cost: list[Part]) -> None:
    """One bar, then a line per part: swatch and word, tokens, cost."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    right = Qt.AlignmentFlag.AlignRight
    for at, head in enumerate(("Usage", "Tokens", "Cost")):
        grid.addWidget(label(head, "label", "secondary"), 0, at, right if at else Qt.AlignmentFlag.AlignLeft)
    bar = StackBar([(part.size, part.color) for part in tokens])
    bar.setAccessibleName(", ".join(f"{part.word} {part.figure}" for part in tokens))
    grid.addWidget(bar, 1, 0, 1, 3)
    paid = {part.word: part.figure for part in cost}
    for number, part in enumerate(tokens, 2):
        row = QHBoxLayout()
        row.setSpacing(7)
        row.addWidget(Swatch(part.color))
        row.addWidget(label(part.word, "dense", "secondary"))
        row.addStretch(1)
        grid.addLayout(row, number, 0)
        grid.addWidget(label(part.figure, "dense"), number, 1, right)
        grid.addWidget(label(paid.get(part.word, ""), "dense"), number, 2, right)
    column.addLayout(grid)
