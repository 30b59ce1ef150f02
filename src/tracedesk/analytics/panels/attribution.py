"""What requests are spent on: by prompt version, feature, customer, experiment, model, provider, service or any tag."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tracedesk.analytics.figures import cost
from tracedesk.analytics.groups import OF_CALLS, Groups, grouped, tokens_of
from tracedesk.analytics.panel import Asked, Column, Figure, Panel, Row, Table
from tracedesk.analytics.requests import Selection, known, select, total
from tracedesk.model.query import term
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store

MOST = 30
ENOUGH = 3
"""Requests that both sides of a finding have at least."""
MUCH = 1.5
"""Tokens that grew so many times, or shrank to one part in so many, are a finding."""

_VERSION = re.compile(r"^(.*?)[-_. ]?v?(\d+(?:\.\d+)*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """What one group adds up to; None where nothing is known."""

    value: str
    requests: int
    tokens: float | None            # mean of the requests whose tokens are known
    cost_nusd: int | None
    at_least: bool

    @property
    def each_nusd(self) -> Figure:
        """Cost per request."""
        return Figure(None if self.cost_nusd is None else self.cost_nusd / self.requests, "nusd", self.at_least)


def answer(store: Store, asked: Asked) -> Table:
    """A row per value, the dearest first, and a total."""
    found = select(store, asked)
    groups = grouped(found, asked.by)
    lines = sorted(summed(groups), key=lambda line: (-(line.cost_nusd or 0), -line.requests, line.value))
    earlier = {} if found.before is None else {line.value: line for line in summed(grouped(found, asked.by, found.before))}
    features = _features(found, groups) if asked.by != "tag.feature" else {}
    everything = _total(found)
    by_value = {line.value: line for line in lines}
    rows = [_row(found, line, earlier, by_value, everything, features.get(line.value)) for line in lines[:MOST]]
    before = None if found.before is None else _total(found, earlier=True)
    rows.append(Row(("Total", None, Figure(everything.requests, "count"), Figure(everything.tokens, "tokens"), None,
                     Figure(everything.cost_nusd, "nusd", everything.at_least), Figure(1.0, "share") if everything.cost_nusd
                     else None, everything.each_nusd, _moved(everything, before)), str(asked.query),
                    "Unpriced calls are left out of every dollar figure" if everything.at_least else "", total=True))
    return Table((
        Column("value", _TITLES.get(asked.by, asked.by.removeprefix("tag."))), Column("feature", "Feature"),
        Column("requests", "Requests", "count"), Column("tokens", "Tokens / req", "tokens", bar=True),
        Column("change", "Change", "change"), Column("cost", "Cost", "nusd"), Column("share", "Share", "share", bar=True),
        Column("each", "Cost / req", "nusd"), Column("moved", "vs before", "share")), tuple(rows),
        _left_out(found, groups, lines))


_TITLES = {"prompt": "Prompt version", "model": "Model", "provider": "Provider", "service": "Service", "env": "Environment",
           "release": "Release", "experiment": "Experiment", "user": "User", "session": "Session", "name": "Name"}


def summed(groups: Groups) -> list[Line]:
    """The groups added up."""
    counts, tokens, costs = groups.requests(), groups.sums(groups.tokens), groups.sums(groups.cost_nusd)
    sized = np.bincount(groups.code[groups.tokens != stored.UNKNOWN], minlength=len(groups.values))
    unpriced = np.bincount(groups.code, weights=groups.unpriced, minlength=len(groups.values)) > 0
    return [Line(value, int(counts[code]), None if amount is None else amount / int(sized[code]), costs[code],
                 bool(unpriced[code])) for code, (value, amount) in enumerate(zip(groups.values, tokens, strict=True))
            if counts[code]]


def _total(found: Selection, *, earlier: bool = False) -> Line:
    period = found.before if earlier else found.now
    assert period is not None, "asked only where it is compared"
    tokens = known(tokens_of(found, period))
    amount = cost(found, period)
    return Line("", len(period), total(tokens) / len(tokens) if len(tokens) else None,
                None if amount.value is None else int(amount.value), amount.at_least)


def _row(found: Selection, line: Line, earlier: dict[str, Line], by_value: dict[str, Line], everything: Line,
         feature: str | None) -> Row:
    by = found.asked.by
    before = _predecessor(line, by_value) if by == "prompt" else earlier.get(line.value)
    ratio = line.tokens / before.tokens if before is not None and line.tokens is not None and before.tokens else None
    finding, link = _finding(found, line, before, ratio)
    return Row((
        line.value or f"no {by.removeprefix('tag.')} {'' if by in OF_CALLS else 'tag'}".strip(), feature,
        Figure(line.requests, "count"), Figure(line.tokens, "tokens"), ratio, Figure(line.cost_nusd, "nusd", line.at_least),
        Figure(line.cost_nusd / everything.cost_nusd, "share") if line.cost_nusd is not None and everything.cost_nusd else None,
        line.each_nusd, _moved(line, earlier.get(line.value))),
        str(found.asked.query.plus(term(by, "=", line.value))) if line.value else "", finding, link)


def _moved(line: Line, before: Line | None) -> Figure | None:
    """How the cost of a request moved since the period before, as a share of what it was."""
    now, then = line.each_nusd.value, None if before is None else before.each_nusd.value
    return None if now is None or not then else Figure(now / then - 1, "share")


def _predecessor(line: Line, by_value: dict[str, Line]) -> Line | None:
    """The version of the same prompt before this one: the name without its number is the same, the number is the next lower."""
    own = _version(line.value)
    if own is None:
        return None
    older = [(version[1], value) for value in by_value if (version := _version(value)) is not None
             and version[0] == own[0] and version[1] < own[1]]
    return by_value[max(older)[1]] if older else None


def _version(value: str) -> tuple[str, tuple[int, ...]] | None:
    found = _VERSION.match(value)
    return None if found is None else (found[1], tuple(int(part[:18]) for part in found[2].split(".")))


def _finding(found: Selection, line: Line, before: Line | None, ratio: float | None
             ) -> tuple[str, tuple[str, str, tuple[str, ...]] | None]:
    """A sentence about a group, and what it leads to."""
    by = found.asked.by
    if not line.value:
        return ("Tag these calls to see where they come from", None) if by not in OF_CALLS else ("", None)
    if before is None or ratio is None or 1 / MUCH < ratio < MUCH or min(line.requests, before.requests) < ENOUGH:
        return "", None
    did = "doubled" if 1.8 <= ratio <= 2.2 else "halved" if 0.45 <= ratio <= 0.55 else None
    figures = f"{before.tokens:,.0f} → {line.tokens:,.0f}"
    if by != "prompt":
        return f"Tokens per request {did or ('rose' if ratio > 1 else 'fell')}: {figures}", None
    return (f"Prompt change {did or ('raised' if ratio > 1 else 'cut')} tokens: {figures}",
            ("Show prompt diff", "compare.prompts", (before.value, line.value)))


def _features(found: Selection, groups: Groups) -> dict[str, str]:
    """The commonest feature of each group."""
    place, code, names = found.labelled("tag.feature")
    if not len(place):
        return {}
    of_request = np.full(len(found.now), -1, np.int64)
    of_request[place] = code
    features = of_request[groups.place]
    told = features >= 0
    pairs, counts = np.unique(groups.code[told] * len(names) + features[told], return_counts=True)
    found_best: dict[str, str] = {}
    for pair in pairs[np.argsort(counts, kind="stable")].tolist():
        found_best[groups.values[pair // len(names)]] = names[pair % len(names)]
    return found_best


def _left_out(found: Selection, groups: Groups, lines: list[Line]) -> str:
    """What the rows do not show, or count more than once, in words."""
    several = len(groups.place) - len(np.unique(groups.place))
    said = []
    if len(lines) > MOST:
        said.append(f"{len(lines) - MOST:,} cheaper groups are left out")
    if several:
        said.append(f"{several:,} further groups of requests with several values" if found.asked.by not in OF_CALLS else
                    f"requests stand under each {found.asked.by} that they call")
    return "; ".join(said)


PART = Panel("attribution", "Attribution", "Requests, tokens and known costs by the value of a fact or tag; exact.", "foot", 10,
             answer)
