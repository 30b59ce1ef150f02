"""How wide the columns of a table of figures are: numbers always fit or their column goes; bars and curves take what is left.

No Qt here: widths of texts are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

PAD_PX = 24
BAR_PX, BAR_LEAST_PX, BAR_MOST_PX = 108, 36, 170
SPARK_PX, SPARK_LEAST_PX, SPARK_MOST_PX = 150, 56, 320
TEXT_LEAST_PX, TEXT_MOST_PX = 76, 280


@dataclass(frozen=True, slots=True)
class Need:
    """What a column wants: `text_px` of its widest text; `bar` or `spark` beside or instead; `flows`: it takes what is left;
    `names`: it says what the row is, and stays. `least_px` is the least for its text; 0 takes the usual."""

    text_px: float
    number: bool
    bar: bool = False
    spark: bool = False
    flows: bool = False
    names: bool = False
    least_px: float = 0.0


def widths(needs: Sequence[Need], room_px: float, grown: Callable[[int], int] = round) -> list[int]:
    """Pixels per column, 0 for a column that has to go; together not more than the room.

    First the bars go, then texts and curves from the right, then numbers from the right; what names the row stays.
    """
    pad = grown(PAD_PX)
    hidden: set[int] = set()
    while True:
        shown = [at for at in range(len(needs)) if at not in hidden]
        if sum(_least(needs[at], pad) for at in shown) <= room_px or len(shown) <= 1:
            break
        if any(need.bar for need in needs):
            needs = [replace(need, bar=False) for need in needs]
            continue
        besides = [at for at in shown[1:] if not needs[at].number and not needs[at].names]
        hidden.add((besides or shown)[-1])
    made = [0 if at in hidden else _least(need, pad) for at, need in enumerate(needs)]
    left = room_px - sum(made)
    for goal in (_usual, _most):
        wants = [max(0.0, goal(need, pad) - px) if at not in hidden else 0.0
                 for at, (need, px) in enumerate(zip(needs, made, strict=True))]
        part = min(1.0, left / sum(wants)) if sum(wants) else 0.0
        made = [px + want * part for px, want in zip(made, wants, strict=True)]
        left = room_px - sum(made)
        if left <= 0:
            break
    flows = [at for at in range(len(needs)) if needs[at].flows and at not in hidden] or shown[:1]
    made = [px + (left / len(flows) if at in flows and left > 0 else 0) for at, px in enumerate(made)]
    return [int(px) for px in made]


def _least(need: Need, pad: int) -> float:
    if need.spark:
        return SPARK_LEAST_PX + pad
    own = need.text_px + pad
    if need.bar:
        return own + BAR_LEAST_PX
    return own if need.number else min(own, (need.least_px or TEXT_LEAST_PX) + pad)


def _usual(need: Need, pad: int) -> float:
    if need.spark:
        return SPARK_PX + pad
    own = need.text_px + pad
    return own + BAR_PX if need.bar else own if need.number else min(own, TEXT_MOST_PX + pad)


def _most(need: Need, pad: int) -> float:
    if need.spark:
        return SPARK_MOST_PX + pad
    own = need.text_px + pad
    return own + BAR_MOST_PX if need.bar else own if need.number else min(own, 2 * TEXT_MOST_PX + pad)
