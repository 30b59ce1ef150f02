"""What is under a point of the timeline: the row's bar, or the fold inside a closed one."""

from __future__ import annotations

from typing import NamedTuple

from tracedesk.scene.waterfall import Waterfall

NEAR_PX = 1.5
LEAST_PX = 2.0


class Fold(NamedTuple):
    """Spans behind one spot of a closed bar: how many, how many of them failed, and the longest of them."""

    spans: int
    failed: int
    longest: int


def bar_at(scene: Waterfall, row: int, x_px: float) -> int | None:
    """The span whose bar (at least 2 px wide) is at `x_px` of a row; None beside it."""
    span = scene.span_at(row)
    if span is None or scene.is_removed(span):
        return None
    x0 = scene.scale.x(int(scene.start_ns[span]))
    x1 = max(scene.scale.x(int(scene.end_ns[span])), x0 + LEAST_PX)
    return span if x0 - NEAR_PX <= x_px <= x1 + NEAR_PX else None


def fold_at(scene: Waterfall, span: int, x_px: float) -> Fold | None:
    """What works below a closed span at `x_px`; None where nothing does, or where the span is open."""
    if not scene.is_closed(span):
        return None
    inside = scene.inside(span)
    x0 = scene.scale.xs(inside.start_ns)
    x1 = scene.scale.xs(inside.end_ns)
    near = (x0 - NEAR_PX <= x_px) & (x1.clip(min=x0 + LEAST_PX) + NEAR_PX >= x_px)
    if not near.any():
        return None
    here = inside.pick(near)
    longest = int(here.span[(here.end_ns - here.start_ns).argmax()])
    return Fold(int(here.held.sum()), int(here.held[here.error].sum()), longest)
