"""Requests by the values of a fact or tag: which requests have which value.

The key is one of the filter language: a fact of the trace (`prompt`, `service`, ...), a label (`user`, `session`, `tag.x`), or
`model` and `provider`, which are facts of single calls: there a group has the figures of its own calls. A request with
several values is in the group of each; one without any is in the group NO_VALUE.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracedesk.analytics.requests import KNOWN_COSTS, UNKNOWN, Ints, Selection
from tracedesk.model.query_keys import TAG
from tracedesk.store import requests as stored

FACTS = frozenset({"service", "name", "kind", "operation", "error_type", "env", "release", "prompt", "experiment"})
OF_CALLS = ("model", "provider")
NO_VALUE = ""
"""The value of requests that have none."""



@dataclass(frozen=True, slots=True)
class Groups:
    """Pairs of a request and a group, one per pair, with what counts of that request for that group.

    `values[code]` is the group's value. `place` is that of the request among those asked about. `tokens` and `cost_nusd` are
    UNKNOWN where nothing is known, `unpriced` is the number of calls without a price, `calls` that of calls.
    """

    values: list[str]
    place: Ints
    code: Ints
    tokens: Ints
    cost_nusd: Ints
    unpriced: Ints

    def requests(self) -> Ints:
        """Requests per group."""
        return np.bincount(self.code, minlength=len(self.values))

    def sums(self, column: Ints) -> list[int | None]:
        """Per group the sum of a column's known values, None where none is known."""
        there = column != UNKNOWN
        codes, values = self.code[there], column[there]
        counts = np.bincount(codes, minlength=len(self.values))
        added = np.zeros(len(self.values), np.int64)
        if len(values) and max(abs(int(values.max())), abs(int(values.min()))) * len(values) >= 2**63:
            whole = [0] * len(self.values)
            for code, value in zip(codes.tolist(), values.tolist(), strict=True):
                whole[code] += value
            return [value if count else None for value, count in zip(whole, counts, strict=True)]
        np.add.at(added, codes, values)
        return [int(value) if count else None for value, count in zip(added, counts, strict=True)]


def tokens_of(found: Selection, period: Ints | None = None) -> Ints:
    """Input and output tokens of each request, UNKNOWN where neither is known."""
    into, out = found.column("input_tokens", period), found.column("output_tokens", period)
    return _plus(into, out)


def grouped(found: Selection, by: str, period: Ints | None = None) -> Groups:
    """The requests of a period (default: the one asked about) by the values of `by`."""
    wanted = found.now if period is None else period
    if by in OF_CALLS:
        return _by_calls(found, by, wanted)
    values, place, code = _by_facts(found, by, wanted) if by in FACTS else _by_labels(found, by, wanted)
    without = np.ones(len(wanted), np.bool_)
    without[place] = False
    if without.any():
        values = [*values, NO_VALUE]
        place = np.concatenate((place, np.flatnonzero(without)))
        code = np.concatenate((code, np.full(int(without.sum()), len(values) - 1)))
    tokens = tokens_of(found, wanted)
    return Groups(values, place, code, tokens[place], found.column("cost_nusd", wanted)[place],
                  found.column("unpriced_calls", wanted)[place])


def _by_facts(found: Selection, by: str, wanted: Ints) -> tuple[list[str], Ints, Ints]:
    numbers = found.column("profile_no", wanted)
    known, place = np.unique(numbers, return_inverse=True)
    values: dict[str, int] = {}
    pairs = [(at, values.setdefault(value, len(values)))
             for at, facts in enumerate(stored.profiles(found.store, known).values()) for key, value in facts if key == by]
    if not pairs:
        return [], np.zeros(0, np.int64), np.zeros(0, np.int64)
    of_profile, codes = np.array(pairs, np.int64).T
    order = np.argsort(place, kind="stable")                         # requests of each profile, one run after the other
    sizes = np.bincount(place, minlength=len(known))
    firsts = np.cumsum(sizes) - sizes
    repeats = sizes[of_profile]
    starts = np.repeat(firsts[of_profile], repeats)
    within = np.arange(int(repeats.sum())) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return list(values), order[starts + within], np.repeat(codes, repeats)


def _by_labels(found: Selection, by: str, wanted: Ints) -> tuple[list[str], Ints, Ints]:
    place, code, texts = found.labelled(by if by in ("user", "session") or by.startswith(TAG) else TAG + by, wanted)
    used, code = np.unique(code, return_inverse=True)
    return [texts[at] for at in used.tolist()], place, code


def _by_calls(found: Selection, by: str, wanted: Ints) -> Groups:
    """One pair per request and model (or provider), with the sums of its calls."""
    calls = found.own("calls", wanted)
    names = stored.models(found.store)
    known, at = np.unique(calls["model_no"], return_inverse=True)
    values: dict[str, int] = {}
    at_name = np.array([values.setdefault(names.get(number, ("", ""))[OF_CALLS.index(by)], len(values))
                        for number in known.tolist()], np.int64)
    code = at_name[at] if len(at) else np.zeros(0, np.int64)
    pairs, pair = np.unique(calls.place * max(1, len(values)) + code, return_inverse=True)
    status = calls["cost_status"]
    cost = np.where(np.isin(status, KNOWN_COSTS), calls["cost_nusd"], UNKNOWN)
    tokens = _plus(calls["input_tokens"], calls["output_tokens"])
    without = np.setdiff1d(np.arange(len(wanted)), calls.place)
    place, code = pairs // max(1, len(values)), pairs % max(1, len(values))
    listed = list(values)
    columns = [_added(pair, column, len(pairs)) for column in (tokens, cost)]
    unpriced = np.bincount(pair[(cost == UNKNOWN) & (status != 0)], minlength=len(pairs))
    if len(without):
        if NO_VALUE not in values:
            listed.append(NO_VALUE)
        place = np.concatenate((place, without))
        code = np.concatenate((code, np.full(len(without), listed.index(NO_VALUE))))
        columns = [np.concatenate((column, np.full(len(without), UNKNOWN))) for column in columns]
        unpriced = np.concatenate((unpriced, np.zeros(len(without), np.int64)))
    return Groups(listed, place, code, columns[0], columns[1], unpriced)


def _added(where: Ints, values: Ints, count: int) -> Ints:
    """Sums of known values, UNKNOWN where none is; at most what 64 bits hold."""
    there = values != UNKNOWN
    made = np.zeros(count, np.int64)
    np.add.at(made, where[there], values[there])
    made[np.bincount(where[there], minlength=count) == 0] = UNKNOWN
    return made


def _plus(a: Ints, b: Ints) -> Ints:
    """The sum of what is known of two columns."""
    added = np.where(a == UNKNOWN, 0, a) + np.where(b == UNKNOWN, 0, b)
    return np.where((a == UNKNOWN) & (b == UNKNOWN), UNKNOWN, added)
