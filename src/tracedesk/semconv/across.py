"""Model calls recorded in two traces, each counted once: which spans are one call, and which of them has its figures.

A span names the groups (`keys`) in which another record of its call may be; `repeated` says which spans of some groups repeat
which. Groups are small and known from the span alone, so whoever keeps spans finds the same, however they come.

Why this exists (all seen in real traces): two SDKs side by side note one response id; Anthropic's SDKs write their streams as
traces of their own, beside a span without response id (LangChain's callbacks in Python, OpenInference in JavaScript), and
Mistral's its requests, without an id, beside spans that have one; Logfire writes a stream's request and its result as two roots
where no span is around them. Where there is no id, at most as many spans are left out as there are records of the other kind
that fit them, so of calls that run beside one another each stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tracedesk.model.kinds import COUNTED_KINDS, Status
from tracedesk.model.row import SpanRow
from tracedesk.semconv.alike import SELF_TRACED, STREAM, at_one_time, has_tokens, miscounted, one_call, one_model, without_cache

MISTRAL = "mistral"
ASKING = " with {"
"""In Logfire's names of calls ("Message with {request_data[model]!r}")."""

MOST_TRACES, MOST_NEAR = 4, 200
"""A group of more traces tells nothing: a server that gives every answer the same id; more equal calls at once than can be
told apart."""

_COUNTED = frozenset(map(int, COUNTED_KINDS))
_ERROR = int(Status.ERROR)
_JITTER_NS = 5_000_000
"""JavaScript's clock gives milliseconds, and the two records of one call begin in any order."""
_SAME_ID, _BESIDE, _RESULT, _ASKED = range(4)
_GRID = {_BESIDE: (32, 1 << 30), _RESULT: (32, 1 << 30), _ASKED: (37, 1 << 37)}
"""Per rule: time is cut into pieces of so many bits of ns; the second record comes at most so many ns after the first. A piece
is 4.3 s and the delay 1.1 s (1 to 5 ms were seen), but both are 2.3 minutes for a stream to be read to its end."""


Group = tuple[int, str, int]
"""The rule, what the spans have in common, and the piece of time in which the first record of a call lies."""

Key = tuple[int, str, int, int]
"""A group, and 1 where the span is the second record of a call, 0 for the first or where there are no sides."""


class Seen(NamedTuple):
    """A span of a group: the number of its trace, its side, and whether its trace counts it (`counting.not_counted`)."""

    row: SpanRow
    trace: int
    side: int
    counted: bool


Place = tuple[int, bytes]
"""(number of the trace, span)."""


def keys(row: SpanRow) -> Sequence[Key]:
    """The groups of a span: none for what is no model call, the one of its response id for nearly every call."""
    if row.kind not in _COUNTED:
        return ()
    same = ((_SAME_ID, row.response_id, 0, 0),) if row.response_id else ()
    if row.parent_id is None and row.name.startswith(STREAM):
        return *same, *_near(_RESULT, row, row.input_tokens, 1), *_near(_ASKED, row, row.title or "", 1)
    if row.provider == MISTRAL and has_tokens(row):
        own = not same and row.parent_id is None and "_v1_" in row.name and row.name.endswith("_post")
        return (*same, *_near(_BESIDE, row, row.output_tokens, int(own))) if same or own else ()
    if same:
        if not row.name.startswith(SELF_TRACED) or row.end_ns is None:
            return same
        if row.parent_id is not None:
            return *same, *_near(_RESULT, row, row.input_tokens, 0)
        return *same, *_near(_BESIDE, row, row.output_tokens, 1)
    if not has_tokens(row):
        if row.parent_id is None and ASKING in row.name and row.status != _ERROR:
            return _near(_ASKED, row, row.title or "", 0)
        return ()
    if row.model is not None and row.model.startswith("claude"):
        return _near(_BESIDE, row, row.output_tokens, 0)
    return ()


def _near(rule: int, row: SpanRow, alike: object, side: int) -> Sequence[Key]:
    """The groups of a span by its time: that of its own piece, and the one before where the first record may be in that."""
    if alike is None:
        return ()
    bits, delay_ns = _GRID[rule]
    at_ns = _at_ns(rule, row, side)
    what = f"{row.service}\0{row.host}\0{alike}"
    here, before = at_ns >> bits, at_ns - delay_ns >> bits
    return ((rule, what, here, side),) if here == before else ((rule, what, here, side), (rule, what, before, side))


def _at_ns(rule: int, row: SpanRow, side: int) -> int:
    """When a record was made, as far as the order of first and second goes."""
    if rule == _RESULT and not side:
        return row.end_ns or row.start_ns
    return row.start_ns + _JITTER_NS if rule == _BESIDE and side else row.start_ns


def counted_across(
    traces: Sequence[tuple[Sequence[SpanRow], Mapping[bytes, bytes | None]]]
) -> list[dict[bytes, bytes]]:
    """Per trace, the spans that repeat a call of another trace, each with the span that has its figures.

    `traces` holds rows and what `not_counted` found for them.
    """
    groups: dict[Group, list[Seen]] = {}
    for number, (rows, skipped) in enumerate(traces):
        for row in rows:
            for key in keys(row):
                groups.setdefault(key[:3], []).append(Seen(row, number, key[3], row.span_id not in skipped))
    found: list[dict[bytes, bytes]] = [{} for _ in traces]
    for (number, span_id), kept in repeated(groups).items():
        found[number][span_id] = kept
    return found


def repeated(groups: Mapping[Group, Sequence[Seen]]) -> dict[Place, bytes]:
    """The spans of these groups that repeat a call of another trace, each with the span that has its figures. Of several
    groups that say so for one span the first by key decides."""
    found: dict[Place, bytes] = {}
    for group in sorted(group for group, members in groups.items() if len(members) > 1):
        members = groups[group]
        if 1 < len({one.trace for one in members}) <= (MOST_NEAR if group[0] else MOST_TRACES):
            for place, kept in _RULES[group[0]](group, members).items():
                found.setdefault(place, kept)
    return found


def _same_id(_: Group, members: Sequence[Seen]) -> dict[Place, bytes]:
    """The same answer (response id) at the same time is one call. Of two that do not overlap in time one came from a cache or
    from a server that gives every answer the same id; those stay apart."""
    found: dict[Place, bytes] = {}
    counted = sorted(((one.row.start_ns, one) for one in members if one.counted), key=_order)
    trace_of = {id(one.row): one.trace for _, one in counted}
    for run in at_one_time(one.row for _, one in counted):
        wrong = miscounted(run)
        kept = min(run, key=lambda row: (not has_tokens(row), row.span_id in wrong, row.start_ns, row.span_id))
        home = trace_of[id(kept)]
        found.update({(trace_of[id(row)], row.span_id): kept.span_id for row in run if trace_of[id(row)] != home})
    return found


def _traced_beside(group: Group, members: Sequence[Seen]) -> dict[Place, bytes]:
    """A call without response id, and the trace of its own that Anthropic's SDK wrote of it: they begin and end together, one
    runs within the other, and the figures are the same as far as the first knows them."""
    found: dict[Place, bytes] = {}
    for seen, own in _pairs(group, [one for one in members if one.counted], _together):
        if seen.row.input_tokens == own.row.input_tokens:
            found[own.trace, own.row.span_id] = seen.row.span_id
        else:
            found[seen.trace, seen.row.span_id] = own.row.span_id
    return found


def _together(seen: SpanRow, own: SpanRow) -> bool:
    """Whether the second, which an SDK wrote, is the first one's call; both have the same output."""
    if seen.end_ns is None or own.end_ns is None or seen.kind != own.kind or not one_model(seen, own):
        return False
    later, longer = own.start_ns - seen.start_ns, own.end_ns - seen.end_ns
    if abs(longer) > _GRID[_BESIDE][1] or not (
            (later >= -_JITTER_NS and longer <= _JITTER_NS) or (later <= _JITTER_NS and longer >= -_JITTER_NS)):
        return False
    if seen.response_id is not None:                     # Mistral: what its SDK writes has no id
        return own.response_id is None and seen.input_tokens == own.input_tokens
    return seen.input_tokens in (None, 0, own.input_tokens) or without_cache(seen, own)


def _result_of_traced(group: Group, members: Sequence[Seen]) -> dict[Place, bytes]:
    """The result of a stream that Logfire wrote outside any span, right after Anthropic's SDK wrote its end in the trace of the
    request: there the call has its time and its id."""
    return {(result.trace, result.row.span_id): own.row.span_id
            for own, result in _pairs(group, [one for one in members if one.counted], one_call)}


def _result_of_asked(group: Group, members: Sequence[Seen]) -> dict[Place, bytes]:
    """Logfire's request for a stream and its result where no span is around both. A request that its own trace does not count
    takes its result all the same, so that no other does."""
    return {(asked.trace, asked.row.span_id): result.row.span_id
            for asked, result in _pairs(group, members, _answered) if asked.counted}


def _answered(asked: SpanRow, result: SpanRow) -> bool:
    """Whether a stream's result may be that of a request with the same first message, which ends when the stream begins."""
    return asked.end_ns is not None and asked.end_ns <= result.start_ns and one_model(asked, result)


_RULES: dict[int, Callable[[Group, Sequence[Seen]], dict[Place, bytes]]] = {
    _SAME_ID: _same_id, _BESIDE: _traced_beside, _RESULT: _result_of_traced, _ASKED: _result_of_asked}


def _pairs(group: Group, members: Sequence[Seen], fit: Callable[[SpanRow, SpanRow], bool]) -> list[tuple[Seen, Seen]]:
    """First and second records of one call, in two traces: in order of time each second takes the latest first that fits and
    is free. Whose second a first gets depends on nothing before it, so the piece it lies in shows all that matters."""
    rule, _, piece = group
    bits, delay_ns = _GRID[rule]
    in_order = sorted(((_at_ns(rule, one.row, one.side), one) for one in members), key=_order)
    free = [entry for entry in in_order if not entry[1].side]
    times = [at_ns for at_ns, _ in free]
    found: list[tuple[Seen, Seen]] = []
    for at_ns, second in in_order:
        for place in range(bisect_right(times, at_ns) - 1, -1, -1) if second.side else ():
            first = free[place][1]
            if at_ns - times[place] > delay_ns:
                break
            if first.trace != second.trace and fit(first.row, second.row):
                if times[place] >> bits == piece:
                    found.append((first, second))
                del free[place], times[place]
                break
    return found


def _order(timed: tuple[int, Seen]) -> tuple[int, bytes, bytes]:
    return timed[0], timed[1].row.span_id, timed[1].row.trace_id
