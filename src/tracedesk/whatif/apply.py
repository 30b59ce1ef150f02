"""The one entrance for a question: a baseline, changes, and what came out."""

from __future__ import annotations

from collections.abc import Sequence

from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Change
from tracedesk.whatif.outcome import Outcome, Question
from tracedesk.whatif.work import PriceFunction, ProfileFunction


def apply(
    baseline: Baseline, changes: Sequence[Change], *, price: PriceFunction | None = None,
    profile: ProfileFunction | None = None, counted: Sequence[bool] | None = None, coarse: bool = False,
) -> Outcome:
    """The trace as it would have been with these changes; in whatever order they are given, the outcome is the same.

    Args:
        price: nano-dollars of a call to a model, for swapped models without a price of their own.
        profile: how fast a model answers, for swapped models without a profile of their own.
        counted: per Trace index, whether the span's cost counts (default: calls of the kinds that carry costs).
        coarse: from the order of spans alone, without pools and other constraints across spans: always fast, and what to
            show while a slider is dragged over a trace that `is_heavy`; the exact answer follows on release.
    """
    unique = tuple(dict.fromkeys(changes))
    return Outcome(baseline, Question(unique, price, profile, None if counted is None else tuple(counted), coarse))
