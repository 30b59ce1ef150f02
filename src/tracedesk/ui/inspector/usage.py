"""Tokens and cost of one call: the bars, their parts, where the price came from, and what does not add up."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.base.money import format_cost_exact
from tracedesk.model.kinds import COUNTED_KINDS, Kind
from tracedesk.model.llm import CostStatus
from tracedesk.ui import theme
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.pieces import StackBar, Swatch, label, plain_tooltip

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


def fill_usage(detail: SpanDetail, column: QVBoxLayout) -> None:
    """Put the Tokens and Cost bars of a model call into a column; nothing for other spans."""
    if detail.kind not in COUNTED_KINDS:
        return
    tokens = token_parts(detail)
    if tokens:
        column.addLayout(_head("Tokens", _rule(detail)))
        _bar(column, tokens)
    cost = cost_parts(detail)
    if cost:
        column.addLayout(_head("Cost", detail.cost.price_source or ""))
        _bar(column, cost)
    for words in remarks(detail):
        column.addWidget(label(words, font="caption", color="status.warn", wrap=True))


def _rule(detail: SpanDetail) -> str:
    source = detail.fields.sources.get("tokens.input", "")
    return f"from {source}" if source else ""


def remarks(detail: SpanDetail) -> list[str]:
    """What a reader must know about the figures: contradictions, approximations, calls counted elsewhere."""
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
    if not detail.counted:
        where = f" on span {detail.counted_on.hex()}" if detail.counted_on else " on other spans"
        found.append(f"Counted{where}: not added to the trace's totals again")
    return found


def _head(title: str, right: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(label(title, font="label", color="text.secondary"))
    row.addStretch(1)
    source = label(right if len(right) <= 44 else right[:43] + "…", font="caption", color="text.tertiary")
    source.setToolTip(plain_tooltip(right))
    row.addWidget(source)
    return row


def _bar(column: QVBoxLayout, parts: list[Part]) -> None:
    bar = StackBar([(part.size, part.color) for part in parts])
    bar.setAccessibleName(", ".join(f"{part.word} {part.figure}" for part in parts))
    column.addWidget(bar)
    row = QHBoxLayout()
    row.setSpacing(6)
    for part in parts:
        row.addWidget(Swatch(part.color))
        row.addWidget(label(part.word, font="caption", color="text.tertiary"))
        row.addWidget(label(part.figure, font="caption"))
        row.addSpacing(6)
    row.addStretch(1)
    box = QWidget()
    box.setLayout(row)
    row.setContentsMargins(0, 2, 0, 6)
    column.addWidget(box)
