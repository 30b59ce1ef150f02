"""Rules as text: `KEY[:setting=value,…][@condition=value&…]`, for example `tool_timeout:at=5s@name=search_orders`.

Durations carry a unit (`300ms`, `5s`), factors may be written `4`, `4.0`, `x4` or `×4`. The conditions are those of a
selection: name, kind, model, service, status, under, tag.KEY, span_ids (comma between them) and nth.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.base.clock import parse_duration
from tracedesk.base.errors import BadQuery, DataError
from tracedesk.whatif.changes import Change
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value, all_perturbations
from tracedesk.whatif.selection import Selection, selection_from_json


@dataclass(frozen=True)
class WhatIfRule:
    """One rule: a perturbation, its settings, and what it is about (None: its own selection)."""

    part: Perturbation
    settings: tuple[tuple[str, Value], ...] = ()
    select: Selection | None = None

    def changes(self) -> list[Change]:
        """The changes it stands for."""
        return self.part.changes(dict(self.settings), self.select)

    def __str__(self) -> str:
        """The rule as text; `parse_rule` reads it back."""
        knobs = {knob.name: knob for knob in self.part.knobs}
        settings = ",".join(f"{name}={shown(knobs[name], value)}" for name, value in self.settings)
        return self.part.key + (f":{settings}" if settings else "") + (f"@{self.select}" if self.select else "")


def parse_rule(text: str) -> WhatIfRule:
    """The rule that a text stands for.

    Raises:
        BadQuery: no such perturbation, setting or condition, or a value that cannot be read; with its offsets.
    """
    head, at, conditions = text.partition("@")
    key, colon, settings = head.partition(":")
    part = next((part for part in all_perturbations() if part.key == key.strip()), None)
    if part is None:
        raise BadQuery(f"There is no perturbation “{key.strip()}”.", start=0, end=len(key),
                       hint=f"There are {', '.join(part.key for part in all_perturbations())}.")
    found = _settings(part, settings, len(key) + 1) if colon else {}
    select = _selection(conditions, len(head) + 1) if at else None
    return WhatIfRule(part, tuple(found.items()), select)


def _settings(part: Perturbation, text: str, offset: int) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for piece in text.split(","):
        start, end = offset, offset + len(piece)
        offset = end + 1
        name, equals, value = piece.partition("=")
        if not equals:
            raise BadQuery(f"“{piece}” is no setting.", start=start, end=end, hint="Write setting=value.")
        try:
            knob = part.knob(name.strip())
            found[knob.name] = knob.checked(_value(knob, value.strip()))
        except DataError as error:
            raise BadQuery(error.message, hint=error.hint, start=start, end=end) from error
    return found


def _value(knob: Knob, text: str) -> Value:
    if knob.unit in (Unit.CHOICE, Unit.TEXT):
        return text
    if knob.unit is Unit.DURATION:
        length = 0 if text == "0" else parse_duration(text)
        if length is None:
            raise DataError(f"{knob.name}={text} is not a duration.", hint="Give it a unit, for example 300ms or 5s.")
        return length
    try:
        number = float(text.lstrip("x×"))
    except ValueError:
        raise DataError(f"{knob.name}={text} is not a number.") from None
    if knob.unit is Unit.COUNT:
        if number != int(number):
            raise DataError(f"{knob.name}={text} is not a whole number.")
        return int(number)
    return number


def _selection(text: str, offset: int) -> Selection:
    conditions: dict[str, object] = {}
    for piece in text.split("&"):
        start, end = offset, offset + len(piece)
        offset = end + 1
        key, equals, value = (part.strip() for part in piece.partition("="))
        if not equals:
            raise BadQuery(f"“{piece}” is no condition.", start=start, end=end, hint="Write for example @name=rerank.")
        typed: object = value
        if key == "span_ids":
            typed = [item.strip() for item in value.split(",")]
        elif key == "nth" and value.isdecimal():
            typed = int(value)
        try:
            selection_from_json({key: typed})
        except DataError as error:
            raise BadQuery(error.message, hint=error.hint, start=start, end=end) from error
        conditions[key] = typed
    return selection_from_json(conditions)


def shown(knob: Knob, value: Value) -> str:
    """A setting's value as text that reads back."""
    if knob.unit is Unit.DURATION and isinstance(value, int):
        return _exact_duration(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _exact_duration(ns: int) -> str:
    """A duration that parses back to the same number."""
    for unit, size in (("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)):
        if ns % size == 0:
            return f"{ns // size}{unit}"
    return f"{ns}ns"

