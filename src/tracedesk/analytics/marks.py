"""Moments worth a mark: when a prompt version, a release or a model was first seen."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.panel import Mark
from tracedesk.analytics.requests import Ints, Selection
from tracedesk.model.query import term
from tracedesk.store import requests as stored

MARKED = ("prompt", "release", "model")
MOST = 8
"""Marks of one chart; the latest ones where there are more."""


def marks(found: Selection) -> tuple[Mark, ...]:
    """First sights in the range among the requests asked about, of values that none of the period before has.

    Nothing is new to a range that begins before the first request, so values of the first bucket that has any are left out.
    """
    earlier: set[tuple[str, str]] = set()
    if found.before is not None and len(found.before):
        earlier = {fact for facts in stored.profiles(found.store, _seen(found.column("profile_no", found.before))).values()
                   for fact in facts}
    starts, numbers = found.column("start_ns"), found.column("profile_no")
    facts = stored.profiles(found.store, _seen(numbers))
    firsts: dict[tuple[str, str], int] = {}
    for number, first_ns in _firsts(numbers, starts):
        for fact in facts[number]:
            if fact[0] in MARKED and fact not in earlier:
                firsts[fact] = min(firsts.get(fact, first_ns), first_ns)
    since = int(starts.min()) + found.step_ns if len(starts) and not earlier else found.asked.start_ns
    new = sorted((first_ns, fact) for fact, first_ns in firsts.items() if first_ns >= since)
    return tuple(Mark(first_ns, f"{value} first seen", str(term(key, "=", value))) for first_ns, (key, value) in new[-MOST:])


def _seen(numbers: Ints) -> Ints:
    return np.unique(numbers)


def _firsts(numbers: Ints, starts: Ints) -> list[tuple[int, int]]:
    """(profile, first start) of each profile."""
    profiles, places = np.unique(numbers, return_inverse=True)
    first = np.full(len(profiles), np.iinfo(np.int64).max)
    np.minimum.at(first, places, starts)
    return list(zip(profiles.tolist(), first.tolist(), strict=True))
