"""The optional columns of the waterfall's tree: what a row says in each, never a number for what is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tracedesk.base.money import format_cost
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import UNKNOWN, Trace
from tracedesk.scene.text import tokens_text
from tracedesk.scene.waterfall import Waterfall

NOTHING, NOT_SENT, UNPRICED = "—", "not sent", "unpriced"
PRICEABLE = (CostStatus.UNKNOWN_MODEL, CostStatus.NO_PRICE)
"""Calls that would have a cost if their model had a price."""


class Cell(NamedTuple):
    """What stands in a row. `quiet`: nothing that adds to a sum. `wanting`: something is missing that the user could give."""

    text: str
    quiet: bool = False
    wanting: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """`title` at its head, `cell(scene, span)`, and texts among which is one as wide as its widest."""

    title: str
    cell: Callable[[Waterfall, int], Cell]
    widest: Callable[[Trace], Iterable[str]]


def _cost(scene: Waterfall, span: int) -> Cell:
    trace, status = scene.trace, CostStatus(int(scene.trace.cost_status[span]))
    if status is CostStatus.NONE:
        return Cell(NOTHING, quiet=True)
    amount = int(trace.cost_nusd[span])
    if amount >= 0:
        return Cell(format_cost(amount), scene.is_counted_elsewhere(span))
    return Cell(UNPRICED, wanting=status in PRICEABLE)


def _costs(trace: Trace) -> Iterable[str]:
    return UNPRICED, "<$0.0001", format_cost(max(0, int(trace.cost_nusd.max())))


def _tokens(scene: Waterfall, span: int) -> Cell:
    trace = scene.trace
    given, made = int(trace.input_tokens[span]), int(trace.output_tokens[span])
    if given == UNKNOWN and made == UNKNOWN:
        wanted = trace.kind[span] == Kind.LLM or trace.cost_status[span] == CostStatus.NO_USAGE
        return Cell(NOT_SENT) if wanted else Cell(NOTHING, quiet=True)
    text = f"{given:,}" if trace.kind[span] == Kind.EMBEDDING and made in (UNKNOWN, 0) else tokens_text(trace, span)
    return Cell(text, trace.cost_status[span] == CostStatus.NONE or scene.is_counted_elsewhere(span))


def _token_counts(trace: Trace) -> Iterable[str]:
    return NOT_SENT, "→".join(f"{max(0, int(column.max())):,}" for column in (trace.input_tokens, trace.output_tokens))


COLUMNS = {"cost": Column("Cost", _cost, _costs), "tokens": Column("Tokens", _tokens, _token_counts)}
"""By the key that code and settings use, in the order in which they stand."""
