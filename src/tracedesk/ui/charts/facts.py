"""What a chart says about a place on it: the card under the crosshair, and which traces stand behind it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QColor


class Behind(NamedTuple):
    """The traces behind a point: those that match `query` (one more filter, may be empty) and start in [start_ns, end_ns),
    where these are given."""

    query: str = ""
    start_ns: int | None = None
    end_ns: int | None = None


class CardLine(NamedTuple):
    """One line of a card: a swatch, a name, a value."""

    label: str
    value: str
    color: QColor | None = None


class Card(NamedTuple):
    """What is read under the crosshair."""

    title: str
    lines: tuple[CardLine, ...] = ()

    def text(self) -> str:
        """The same as one sentence, for screen readers."""
        return "; ".join([self.title, *(f"{line.label} {line.value}".strip() for line in self.lines)])
