"""Which spans a change is about. Every condition that is given must hold."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracedesk.base.errors import DataError
from tracedesk.base.ids import from_hex
from tracedesk.model.kinds import KIND_OF_LABEL, Kind, Status
from tracedesk.model.trace import Strings
from tracedesk.whatif.spans import Spans

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Selection:
    """`under` is the name of an ancestor (which itself belongs to what is under it), `tag` a (key, value) pair, `status`
    `error` or `ok` (everything that is no error), `span_ids` exact spans, `nth` the n-th by start, from 0, of what the
    other conditions leave. An empty selection is every span."""

    name: str | None = None
    kind: Kind | None = None
    model: str | None = None
    service: str | None = None
    status: str | None = None
    under: str | None = None
    tag: tuple[str, str] | None = None
    span_ids: tuple[bytes, ...] | None = None
    nth: int | None = None

    def of(self, spans: Spans) -> Flags:
        """The selected spans, as flags in breadth-first order; never the virtual root."""
        trace = spans.trace
        chosen = np.ones(trace.n, np.bool_)
        for column, text in ((trace.name, self.name), (trace.model, self.model), (trace.service, self.service)):
            if text is not None:
                chosen &= _equals(column, text)
        if self.kind is not None:
            chosen &= trace.kind == self.kind
        if self.status is not None:
            chosen &= (trace.status == Status.ERROR) == (self.status == "error")
        if self.tag is not None:
            chosen &= np.fromiter((_has_tag(tags, *self.tag) for tags in trace.tags), np.bool_, trace.n)
        if self.span_ids is not None:
            listed = np.zeros(trace.n, np.bool_)
            listed[[trace.index_of[span_id] for span_id in self.span_ids if span_id in trace.index_of]] = True
            chosen &= listed
        found = np.zeros(spans.n, np.bool_)
        found[spans.position] = chosen
        if self.under is not None:
            above = np.zeros(spans.n, np.bool_)
            above[spans.position] = _equals(trace.name, self.under)
            found &= spans.inside(above)
        if self.nth is not None:
            found = _nth(spans, found, self.nth)
        return found

    def __str__(self) -> str:
        """The selection in the words of the rule grammar: `kind=llm&name=chat`."""
        return "&".join(f"{key}={_shown(value)}" for key, value in self.to_json().items())

    def to_json(self) -> dict[str, object]:
        """The conditions that are given, as in a spec file."""
        found: dict[str, object] = {}
        for key in ("name", "model", "service", "status", "under", "nth"):
            if getattr(self, key) is not None:
                found[key] = getattr(self, key)
        if self.kind is not None:
            found["kind"] = self.kind.label
        if self.tag is not None:
            found[f"tag.{self.tag[0]}"] = self.tag[1]
        if self.span_ids is not None:
            found["span_ids"] = [span_id.hex() for span_id in self.span_ids]
        return found


def selection_from_json(conditions: object) -> Selection:
    """A selection from the `select` object of a spec file.

    Raises:
        DataError: it is no object, or has a condition that is not known or not of the right type.
    """
    if not isinstance(conditions, dict):
        raise DataError("`select` is not an object.", hint='Write for example {"select": {"kind": "llm"}}.')
    found: dict[str, object] = {}
    for key, value in conditions.items():
        if key in ("name", "model", "service", "under") and isinstance(value, str):
            found[key] = value
        elif key == "kind" and isinstance(value, str):
            found[key] = _kind(value)
        elif (key == "status" and value in ("error", "ok")) or (key == "nth" and isinstance(value, int) and value >= 0):
            found[key] = value
        elif key == "span_ids" and isinstance(value, list):
            found[key] = tuple(_span_id(text) for text in value)
        elif key.startswith("tag.") and len(key) > 4:
            found["tag"] = (key[4:], str(value))
        else:
            raise DataError(f"A selection cannot have {key} = {json.dumps(value)}.",
                            hint="Conditions are name, kind, model, service, status (error or ok), under, tag.KEY, "
                                 "span_ids and nth.")
    return Selection(**found)  # type: ignore[arg-type]


def _kind(label: str) -> Kind:
    if label not in KIND_OF_LABEL:
        raise DataError(f"There is no kind “{label}”.", hint=f"Kinds are {', '.join(KIND_OF_LABEL)}.")
    return KIND_OF_LABEL[label]


def _span_id(text: object) -> bytes:
    found = from_hex(text) if isinstance(text, str) else None
    if found is None:
        raise DataError(f"{json.dumps(text)} is not a span id.", hint="A span id is 16 hexadecimal digits.")
    return found


def _shown(value: object) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _equals(column: Strings, text: str) -> Flags:
    return np.asarray(column.codes == column.code(text))


def _has_tag(tags: str | None, key: str, value: str) -> bool:
    if not tags:
        return False
    found = json.loads(tags).get(key)
    return found is not None and (value == found if isinstance(found, str) else value == json.dumps(found))


def _nth(spans: Spans, found: Flags, nth: int) -> Flags:
    chosen = np.flatnonzero(found)
    chosen = chosen[np.lexsort((chosen, spans.start[chosen]))]
    only = np.zeros(spans.n, np.bool_)
    only[chosen[nth:nth + 1]] = True
    return only
