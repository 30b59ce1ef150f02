"""Attributes of spans by how differently some requests and the others have them, from a sample of either side.

Facts, tags and figures are known of every request; attributes as received lie packed beside the messages, so they are read of
SAMPLE requests a side only, spread evenly over time: 0.1 s. A request has a value where any of its spans has it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import numpy as np

from tracedesk.analytics.requests import Ints, Selection
from tracedesk.store import questions
from tracedesk.store import requests as stored

SAMPLE = 40
MOST_SPANS = 200
"""Requests with more spans are not opened."""
VALUE_CHARS = 60
"""Longer values are contents, not properties."""

Pair = tuple[str, str]
_ITEM = re.compile(r"\.\d+(\.|$)")


class Sampled(NamedTuple):
    """How many requests of the sample have each (attribute, value), on either side, and how many there are."""

    chosen: Counter[Pair]
    others: Counter[Pair]
    chosen_size: int
    others_size: int


def sampled(found: Selection, picked: Ints, others: Ints) -> Sampled:
    """The sample of the requests at these places of a selection."""
    one, other = (_taken(found, places) for places in (picked, others))
    counts = [Counter(pair for number in numbers for pair in _pairs(found, number)) for numbers in (one, other)]
    return Sampled(counts[0], counts[1], len(one), len(other))


def _taken(found: Selection, places: Ints) -> list[int]:
    """The trace_no of at most SAMPLE requests, evenly spread."""
    small = places[found.column("span_count")[places] <= MOST_SPANS]
    at = np.unique(np.linspace(0, len(small) - 1, min(SAMPLE, len(small))).astype(np.int64)) if len(small) else small
    numbers: list[int] = found.requests.trace_no[found.now[small[at]]].tolist()
    return numbers


def _pairs(found: Selection, number: int) -> set[Pair]:
    """The attributes of a request, with the short values that they have; without items of lists (`documents.3.id`)."""
    trace_id = stored.ids(found.store, [number])[0]
    return {(name, text) for span, _ in questions.spans(found.store, trace_id) for name, value in span.attributes.items()
            if not _ITEM.search(name) and (text := _text(value))}


def _text(value: object) -> str:
    """A value that may be a property as text, "" where it is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        text = str(value)
        return text if len(text) <= VALUE_CHARS and text.isprintable() else ""
    return ""
