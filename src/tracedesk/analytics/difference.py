"""What is different about these? Facts and figures ranked by how differently some requests and all others have them.

For a fact or tag each value is compared: the share of the chosen requests that have it, less the share of the others that
have it. For a figure (duration, tokens, cost, ...) the same over its parts: all requests are cut into PARTS parts of about
equal size at their quantiles, or into the values where those are few; so a shift shows whatever its shape. A line is ranked by
the size of that difference of shares (from -1 to 1; Honeycomb's BubbleUp compares distributions so). Differences that chance
makes often are left out: those below Z standard errors of a difference of two shares,
sqrt(p (1 - p) (1/n + 1/m)) with p the share among all (the pooled test of two proportions).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tracedesk.analytics.groups import NO_VALUE, grouped, tokens_of
from tracedesk.analytics.panel import Asked
from tracedesk.analytics.requests import UNKNOWN, Ints, Mask, Selection, select
from tracedesk.analytics.sampled import Sampled, sampled
from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_cost
from tracedesk.model.kinds import Status
from tracedesk.model.query import TraceQuery, term
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store

PARTS = 5
Z, Z_OF_SAMPLE = 2.0, 3.5
ATTRIBUTE = "attribute "
"""Before the name of a span's attribute: the filter language does not know those."""
FACTS = ("name", "service", "kind", "model", "provider", "operation", "error_type", "env", "release", "prompt", "experiment")
LABELS = ("user", "session")
SIGNS = ("timeout", "retry", "refusal", "blocked", "filter", "jailbreak")
MOST_VALUES = 2_000
"""A tag with more values than this tells single requests apart, not groups."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of one key, or one part of a figure: how many of the chosen and of the other requests have it.

    `query` finds all requests that have it, "" where the filter language cannot say so.
    """

    key: str
    value: str
    chosen: int
    others: int
    chosen_share: float
    others_share: float
    query: str = ""

    @property
    def difference(self) -> float:
        """The share among the chosen less that among the others."""
        return self.chosen_share - self.others_share


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences, the largest first, and how many requests there are on each side; `sample` says of how many of them
    attributes of spans were read."""

    found: tuple[Difference, ...]
    chosen: int
    others: int
    sample: tuple[int, int] = (0, 0)


def difference(store: Store, asked: Asked, chosen: TraceQuery | None = None, trace_ids: tuple[bytes, ...] = (), *,
               attributes: bool = True) -> Differences:
    """What tells some requests of the range from all others that match `asked.query`.

    The chosen ones match `chosen`, or are those with `trace_ids`. With neither, they are those that match `asked.query`, and
    the others are all other requests of the range. With `attributes` those of spans are compared too, on a sample.
    """
    everything = asked if chosen is not None or trace_ids else Asked(
        TraceQuery(), asked.start_ns, asked.end_ns, asked.step_ns, False, asked.by, asked.offset_ns)
    found = select(store, everything)
    if trace_ids:
        numbers = stored.numbers_of(store, trace_ids)
    else:
        numbers = stored.matching(store, chosen or asked.query, asked.start_ns, asked.end_ns)
    picked = np.isin(found.requests.trace_no[found.now], numbers)
    n, m = int(picked.sum()), int((~picked).sum())
    if not n or not m:
        return Differences((), n, m)
    lines = [line for key in keys(store) for line in _of_fact(found, key, picked, n, m)]
    lines += _of_flags(found, picked, n, m)
    lines += [line for key, values in figures(found).items() for line in _of_figure(key, values, picked, n, m)]
    telling = [line for line in lines if _tells(line, n, m, Z)]
    sample = sampled(found, np.flatnonzero(picked), np.flatnonzero(~picked)) if attributes else None
    if sample is not None:
        known = {line.value for line in telling}
        telling += [line for line in _of_attributes(sample) if line.value not in known]       # not again what a fact says
    ranked = sorted(telling, key=lambda line: (-abs(line.difference), line.key, line.value))
    return Differences(tuple(ranked), n, m, (sample.chosen_size, sample.others_size) if sample is not None else (0, 0))


def keys(store: Store) -> list[str]:
    """The facts and labels that are compared."""
    return [*FACTS, *LABELS, *(key for key in stored.label_keys(store) if key not in LABELS)]


def figures(found: Selection) -> dict[str, Ints]:
    """The numbers that are compared, under their names in the filter language; UNKNOWN where not known."""
    running = found.column("unfinished_count") > 0
    return {
        "duration": np.where(running, UNKNOWN, found.column("duration_ns")), "tokens": tokens_of(found),
        "input_tokens": found.column("input_tokens"), "output_tokens": found.column("output_tokens"),
        "cost": found.column("cost_nusd"), "spans": found.column("span_count"), "calls": found.column("llm_calls"),
        "errors": found.column("error_count"),
    }


def _of_fact(found: Selection, key: str, picked: Mask, n: int, m: int) -> list[Difference]:
    groups = grouped(found, key)
    if len(groups.values) > MOST_VALUES:
        return []
    own = np.bincount(groups.code[picked[groups.place]], minlength=len(groups.values))
    rest = np.bincount(groups.code, minlength=len(groups.values)) - own
    return [Difference(key, value if value != NO_VALUE else "(none)", int(a), int(b), a / n, b / m,
                       str(term(key, "=", value)) if value != NO_VALUE else "")
            for value, a, b in zip(groups.values, own.tolist(), rest.tolist(), strict=True)]


def _of_flags(found: Selection, picked: Mask, n: int, m: int) -> list[Difference]:
    failed, running = found.column("status") == Status.ERROR, found.column("unfinished_count") > 0
    statuses = {"ok": ~failed & ~running, "error": failed, "unfinished": running}         # as the filter has them
    masks = {("status", name): (mask, f"status = {name}") for name, mask in statuses.items()}
    masks |= {("sign", name): (found.column(name) > 0, f"sign = {name}") for name in SIGNS}
    return [Difference(key, value, int((mask & picked).sum()), int((mask & ~picked).sum()), int((mask & picked).sum()) / n,
                       int((mask & ~picked).sum()) / m, query) for (key, value), (mask, query) in masks.items()]


def _of_figure(key: str, values: Ints, picked: Mask, n: int, m: int) -> list[Difference]:
    known = values != UNKNOWN
    if not known.any():
        return []
    edges = _edges(values[known])
    part = np.searchsorted(edges, values, side="right") - 1
    lines = []
    for at, low in enumerate(edges.tolist()):
        high = int(edges[at + 1]) if at + 1 < len(edges) else None
        inside = known & (part == at)
        own, rest = int((inside & picked).sum()), int((inside & ~picked).sum())
        shown, query = _part_words(key, int(low), high, at == 0)
        lines.append(Difference(key, shown, own, rest, own / n, rest / m, query))
    missing = ~known
    if missing.any():
        own, rest = int((missing & picked).sum()), int((missing & ~picked).sum())
        lines.append(Difference(key, "(unknown)", own, rest, own / n, rest / m,
                                f"{key} is unknown" if key in ("tokens", "input_tokens", "output_tokens", "cost") else ""))
    return lines


def _edges(values: Ints) -> Ints:
    """Lower ends of the parts: each value where they are few, else the quantiles."""
    different = np.unique(values)
    if len(different) <= PARTS:
        return different
    ordered = np.sort(values)
    return np.unique(ordered[[len(ordered) * part // PARTS for part in range(PARTS)]])


def _part_words(key: str, low: int, high: int | None, first: bool) -> tuple[str, str]:
    """(the part in words, the filter that finds it): low ≤ value < high."""
    def shown(value: int) -> str:
        return format_duration(value) if key == "duration" else format_cost(value) if key == "cost" else f"{value:,}"

    def said(value: int) -> str:
        return f"{value}ns" if key == "duration" else f"${value / 1e9:.9f}" if key == "cost" else str(value)

    if high is None:
        return f"≥ {shown(low)}", f"{key} >= {said(low)}"
    if first:
        return f"< {shown(high)}", f"{key} < {said(high)}"
    return f"{shown(low)} to {shown(high)}", f"{key} >= {said(low)} {key} < {said(high)}"


def _of_attributes(sample: Sampled) -> list[Difference]:
    """The attributes of the sample that tell: of so many, chance alone would make some seem to at Z."""
    n, m = sample.chosen_size, sample.others_size
    if not n or not m:
        return []
    lines = [Difference(f"{ATTRIBUTE}{name}", value, sample.chosen[name, value], sample.others[name, value],
                        sample.chosen[name, value] / n, sample.others[name, value] / m)
             for name, value in {**sample.chosen, **sample.others}]
    return [line for line in lines if _tells(line, n, m, Z_OF_SAMPLE)]


def _tells(line: Difference, n: int, m: int, z: float) -> bool:
    """Whether chance seldom makes such a difference."""
    pooled = (line.chosen + line.others) / (n + m)
    return abs(line.difference) > z * math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
