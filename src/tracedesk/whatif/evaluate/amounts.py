"""What a run of a program is given: how much work there is, and what was done to the spans."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.program import Program

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Amounts:
    """Columns over spans in float ns; None where no change touched that column.

    gap_ns, tail_ns: work before a start and before an end, as in the program, perhaps scaled. cap_ns: the span is cut
    at this length (+inf: not). forced_ns: it lasts exactly this long (nan: not). extra_attempts, extra_back_off_ns:
    failed attempts put before the span, and the pauses between them, all told. afterwards_ns: what follows its end
    before anyone goes on. progress: by what its own pace was scaled (stream events). places: new numbers of places by
    index of pool. gone: spans that no longer exist.
    """

    gap_ns: Floats
    tail_ns: Floats
    cap_ns: Floats | None = None
    forced_ns: Floats | None = None
    extra_attempts: Floats | None = None
    extra_back_off_ns: Floats | None = None
    afterwards_ns: Floats | None = None
    progress: Floats | None = None
    places: dict[int, int] = field(default_factory=dict)
    gone: NDArray[np.bool_] | None = None


def as_recorded(program: Program) -> Amounts:
    """The amounts of the recorded run. The columns are fresh copies."""
    return Amounts(program.gap.astype(np.float64), program.tail.astype(np.float64))


@dataclass(slots=True)
class Added:
    """A span that only the prediction has: it copies span `like`; `why` is retry, poll or fallback."""

    like: int
    start_ns: float
    end_ns: float
    why: str


@dataclass(slots=True)
class Timeline:
    """What a run gives: starts and ends per span; `before_ns`, the time failed attempts took before the start (None: no
    such); spans that came and went; and spans that never got both a start and an end."""

    start: Floats
    end: Floats
    before_ns: Floats | None = None
    added: list[Added] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    unresolved: list[int] = field(default_factory=list)
