"""A ready-made question: what it is called, what it asks, which spans it is about, which knobs it has.

A perturbation says *what* changes; what moves is for the engine to find. Toggle, slider, menu entry, palette entry,
command-line rule and help line are made from these fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tracedesk.base.errors import DataError
from tracedesk.base.registry import parts
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Change
from tracedesk.whatif.selection import Selection

Value = float | int | str


class Unit(Enum):
    """What a knob counts in: FACTOR a float, DURATION integer ns, COUNT an int, CHOICE and TEXT a string."""

    FACTOR = "factor"
    DURATION = "duration"
    COUNT = "count"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Knob:
    """One adjustable value. At `neutral` the perturbation changes nothing (None: it has no such setting). `low` and
    `high` bound the slider and what is accepted."""

    name: str
    label: str
    unit: Unit
    default: Value
    neutral: Value | None = None
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()

    def checked(self, value: Value) -> Value:
        """The value, if this knob can be set to it.

        Raises:
            DataError: it is out of range or none of the choices.
        """
        if self.unit is Unit.TEXT:
            return value
        if self.unit is Unit.CHOICE:
            if value not in self.choices:
                raise DataError(f"{self.name} cannot be {value}.", hint=f"It is one of {', '.join(self.choices)}.")
            return value
        if isinstance(value, str) or not self.low <= value <= self.high:
            raise DataError(f"{self.name} cannot be {value}.", hint=f"It lies between {self.low:g} and {self.high:g}.")
        return value


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One question. `select` is what it is about unless the user says otherwise, `looks_for` says that in words.

    `make` turns a selection and knob values into changes. `order` is its place among the toggles.
    """

    key: str
    title: str
    question: str
    looks_for: str
    make: Callable[[Selection, Mapping[str, Value]], list[Change]]
    select: Selection = field(default_factory=Selection)
    knobs: tuple[Knob, ...] = ()
    order: int = 100
    glyph: str = "other"

    def settings(self, given: Mapping[str, Value] | None = None) -> dict[str, Value]:
        """All knobs, at the given values or their defaults.

        Raises:
            DataError: a knob that it does not have, or a value the knob cannot take.
        """
        settings = {knob.name: knob.default for knob in self.knobs}
        for name, value in (given or {}).items():
            settings[name] = self.knob(name).checked(value)
        return settings

    def knob(self, name: str) -> Knob:
        """The knob of that name.

        Raises:
            DataError: it has no such knob.
        """
        for knob in self.knobs:
            if knob.name == name:
                return knob
        known = ", ".join(knob.name for knob in self.knobs) or "none"
        raise DataError(f"{self.key} has no setting {name}.", hint=f"Its settings: {known}.")

    def changes(self, given: Mapping[str, Value] | None = None, select: Selection | None = None) -> list[Change]:
        """The changes it makes with these settings, on its own selection or another."""
        return self.make(self.select if select is None else select, self.settings(given))

    def hits(self, baseline: Baseline, select: Selection | None = None) -> NDArray[np.int64]:
        """The spans it would touch, as Trace indexes."""
        chosen = (self.select if select is None else select).of(baseline.spans)
        return np.sort(baseline.spans.of_trace[np.flatnonzero(chosen)])

    def why_not(self, baseline: Baseline, select: Selection | None = None) -> str | None:
        """Why it would touch nothing in this trace, or None where it would touch something."""
        if len(self.hits(baseline, select)):
            return None
        if select is None or select == self.select:
            return f"This trace has no {self.looks_for}."
        return f"No span of this trace matches {select}."


def all_perturbations() -> list[Perturbation]:
    """Every perturbation there is, in the order of the toggles."""
    from tracedesk.whatif import perturbations  # they import this module

    return sorted(parts(perturbations, Perturbation), key=lambda part: (part.order, part.key))
