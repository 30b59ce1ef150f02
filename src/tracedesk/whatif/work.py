"""What the operations write into: one run's amounts, costs and what must be said about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import COUNTED_KINDS
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import Trace
from tracedesk.whatif.changes import Change, Timeout
from tracedesk.whatif.evaluate.amounts import Amounts
from tracedesk.whatif.profile import Profile
from tracedesk.whatif.program import Program
from tracedesk.whatif.spans import Spans

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

PriceFunction = Callable[[str, int, int], int | None]
"""(model, input tokens, output tokens) → nano-dollars, or None where the price is not known."""

ProfileFunction = Callable[[str], Profile | None]
"""model → how fast it answers, or None where no call of it was recorded."""


@dataclass(slots=True)
class Work:
    """One run in the making. `cost_nusd` is nan where a call's cost is not known and 0 where there is nothing to pay.

    `hits`: the spans of each change, in the order of the changes. `back_offs_ns`: the pauses after each extra attempt.
    `timeouts`: changes whose effect depends on how long things take, settled after a first run. `bare`: the run is of the
    reading that gives the other end of the range. `notes` are sentences about what had to be assumed.
    """

    spans: Spans
    program: Program
    amounts: Amounts
    cost_nusd: Floats
    price: PriceFunction | None = None
    profile: ProfileFunction | None = None
    hits: dict[Change, Flags] = field(default_factory=dict)
    back_offs_ns: dict[int, list[float]] = field(default_factory=dict)
    timeouts: list[tuple[Timeout, Flags]] = field(default_factory=list)
    bare: bool = False
    notes: list[str] = field(default_factory=list)

    def progress(self) -> Floats:
        """The pace column, made when first needed."""
        if self.amounts.progress is None:
            self.amounts.progress = np.ones(self.spans.n)
        return self.amounts.progress

    def caps(self) -> Floats:
        """The column of caps, made when first needed."""
        if self.amounts.cap_ns is None:
            self.amounts.cap_ns = np.full(self.spans.n, np.inf)
        return self.amounts.cap_ns

    def note(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def recorded_cost(trace: Trace, counted: Flags | None = None) -> Floats:
    """Cost of each span in Trace order: nan where a call's price is unknown, 0 where it is no call or is counted
    elsewhere. `counted` says which spans' costs count (default: those of the kinds that carry costs of their own)."""
    if counted is None:
        counted = np.isin(trace.kind, [int(kind) for kind in COUNTED_KINDS])
    known = trace.cost_nusd >= 0
    unknown = ~known & (trace.cost_status > CostStatus.REPORTED)
    return np.where(counted, np.where(known, trace.cost_nusd, np.where(unknown, np.nan, 0.0)), 0.0)
