"""Each model call counted once: which spans of a trace only repeat figures that stand on another span.

Why this exists (all seen in real traces): agent spans carry the sum of their calls; an SDK that traces itself puts its own
span below the instrumentation's; LlamaIndex nests predict > chat for one call; Vercel 7 doubles embeddings; Logfire splits
a streamed call into a request without usage and a sibling with it. And a failure is marked on every span it went through.

Works on `SpanRow`s alone, without recursion, in time linear in their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracedesk.model.kinds import COUNTED_KINDS, Status
from tracedesk.model.row import SpanRow
from tracedesk.semconv.alike import SELF_TRACED, STREAM, at_one_time, has_tokens, miscounted, one_call, one_model, raw_twin

_COUNTED = frozenset(map(int, COUNTED_KINDS))
_ERROR = int(Status.ERROR)
MOST_AT_ONCE = 32
"""Failed calls below one span among which the one around another is looked for, the latest first."""
MOST_LEFT_OPEN = 64
"""Calls left open one in another that are looked through for the one around them."""


def not_counted(rows: Sequence[SpanRow]) -> dict[bytes, bytes | None]:
    """Ids of the spans of one trace whose tokens and cost must not be added up, each with the span that has them.

    None stands for "on several spans below": the figures are a sum. Spans without figures that are no calls do not occur.
    """
    relevant = {row.span_id: row for row in rows if row.kind in _COUNTED or _has_figures(row)}
    if len(relevant) < 2:
        return {}
    above = _nearest(rows, relevant)
    _leave_ended(relevant, above)
    skipped: dict[bytes, bytes | None] = {}
    _same_response(relevant, above, skipped)
    below: dict[bytes, list[bytes]] = {}
    for span_id, owner in above.items():
        if owner is not None and span_id not in skipped:
            below.setdefault(owner, []).append(span_id)
    reporting = _above_reports(relevant, above, skipped)
    for span_id, inner in below.items():
        if span_id in skipped:
            continue
        row = relevant[span_id]
        if row.kind in _COUNTED:
            alike = [relevant[one] for one in inner if one not in skipped and relevant[one].kind == row.kind]
            _nested_calls(row, alike, skipped)
        elif span_id in reporting:
            skipped[span_id] = None
    _streamed_apart(relevant, skipped)
    _streamed_beside(relevant, skipped)
    _failed_beside(relevant, skipped)
    return skipped


def _has_figures(row: SpanRow) -> bool:
    return row.input_tokens is not None or row.output_tokens is not None or row.cost_nusd is not None


def _nearest(rows: Sequence[SpanRow], relevant: dict[bytes, SpanRow]) -> dict[bytes, bytes | None]:
    """The nearest relevant ancestor of each relevant span; every parent link is followed once, cycles end the walk."""
    parent = {row.span_id: row.parent_id for row in rows}
    found: dict[bytes, bytes | None] = {}
    for span_id in relevant:
        path: list[bytes] = []
        at = parent.get(span_id)
        onto = {span_id}
        while at is not None and at not in relevant and at not in found and at not in onto and at in parent:
            path.append(at)
            onto.add(at)
            at = parent[at]
        owner = at if at in relevant and at != span_id else found.get(at) if at is not None else None
        for step in path:
            found[step] = owner
        found[span_id] = owner
    return {span_id: found[span_id] for span_id in relevant}


def _leave_ended(relevant: dict[bytes, SpanRow], above: dict[bytes, bytes | None]) -> None:
    """A call that began after the one above it was over is not part of it, but of what is above both: an instrumentation left
    its context open behind a stream or a failure (Traceloop 0.47 on LangChain)."""
    late = [row for row in relevant.values() if row.kind in _COUNTED and _is_over(relevant, above[row.span_id], row)]
    for row in sorted(late, key=lambda row: row.start_ns):
        at = above[row.span_id]
        for _ in range(MOST_LEFT_OPEN):
            if not _is_over(relevant, at, row):
                break
            at = above[at] if at is not None else None
        above[row.span_id] = at


def _is_over(relevant: dict[bytes, SpanRow], owner: bytes | None, row: SpanRow) -> bool:
    """Whether a span is a call that had its answer before another began, by one clock."""
    outer = None if owner is None else relevant[owner]
    return (outer is not None and outer.kind in _COUNTED and outer.end_ns is not None and outer.end_ns <= row.start_ns
            and (has_tokens(outer) or outer.status == _ERROR) and outer is not row
            and outer.host == row.host and outer.service == row.service)


def _same_response(
    relevant: dict[bytes, SpanRow], above: dict[bytes, bytes | None], skipped: dict[bytes, bytes | None]
) -> None:
    """Spans of one answer (equal response id, at the same time): the one that knows its tokens stays, of those the outermost,
    the first. Answers of one id one after another are several: some servers give every answer the same."""
    groups: dict[str, list[SpanRow]] = {}
    for row in relevant.values():
        if row.response_id and row.kind in _COUNTED:
            groups.setdefault(row.response_id, []).append(row)
    for group in groups.values():
        if len(group) < 2:
            continue
        members = {row.span_id for row in group}
        for run in at_one_time(group):
            wrong = miscounted(run)
            kept = min(run, key=lambda row: (not has_tokens(row), row.span_id in wrong, above[row.span_id] in members,
                                             row.start_ns))
            skipped.update((row.span_id, kept.span_id) for row in run if row is not kept)


def _above_reports(
    relevant: dict[bytes, SpanRow], above: dict[bytes, bytes | None], skipped: dict[bytes, bytes | None]
) -> set[bytes]:
    """Spans with a descendant that reports figures of its own."""
    found: set[bytes] = set()
    for span_id, row in relevant.items():
        if span_id in skipped or not _has_figures(row):
            continue
        at = above[span_id]
        while at is not None and at not in found:
            found.add(at)
            at = above[at]
    return found


def _nested_calls(outer: SpanRow, inner: list[SpanRow], skipped: dict[bytes, bytes | None]) -> None:
    """A call with calls inside: one call twice, a call and its raw twin without figures, or a sum of several."""
    known = [row for row in inner if has_tokens(row)]
    if not has_tokens(outer):
        if known:
            skipped[outer.span_id] = known[0].span_id if len(known) == 1 else None
            return
        for row in inner:
            skipped[row.span_id] = outer.span_id
        return
    raw = next((row for row in known if raw_twin(outer, row)), None)
    if raw is not None:
        skipped[outer.span_id] = raw.span_id
        return
    same = [row for row in known if one_call(outer, row)]
    if same:
        skipped[same[0].span_id] = outer.span_id
    elif len(known) > 1 and _is_sum(outer, known):
        skipped[outer.span_id] = None
        return
    for row in inner:
        if not has_tokens(row):
            skipped[row.span_id] = outer.span_id


def _is_sum(outer: SpanRow, inner: Iterable[SpanRow]) -> bool:
    listed = list(inner)
    return (outer.input_tokens == sum(row.input_tokens or 0 for row in listed)
            and (outer.output_tokens or 0) == sum(row.output_tokens or 0 for row in listed))


def _streamed_apart(relevant: dict[bytes, SpanRow], skipped: dict[bytes, bytes | None]) -> None:
    """Logfire: a call without usage and, later beside it, the zero-length span of its streamed response. An SDK that traces
    itself (Anthropic's) has put a third span with the same figures inside the call."""
    results = [row for row in relevant.values() if row.name.startswith(STREAM) and row.span_id not in skipped]
    if not results:
        return
    waiting = sorted((row for row in relevant.values() if row.kind in _COUNTED and not has_tokens(row)
                      and not row.name.startswith(STREAM)), key=lambda row: row.start_ns)
    taken: set[bytes] = set()
    for result in sorted(results, key=lambda row: row.start_ns):
        for row in reversed(waiting):
            if row.parent_id not in (result.parent_id, None) or row.start_ns > result.start_ns or row.span_id in taken:
                continue
            inner = relevant.get(skipped.get(row.span_id) or b"")
            if row.span_id in skipped and (inner is None or not one_call(inner, result)):
                continue
            if inner is not None:
                skipped[inner.span_id] = result.span_id
            skipped[row.span_id] = result.span_id
            taken.add(row.span_id)
            break


def _streamed_beside(relevant: dict[bytes, SpanRow], skipped: dict[bytes, bytes | None]) -> None:
    """A stream's span without response id and, beside it, that of an SDK that traces itself: the same figures at one time."""
    known: dict[tuple[bytes | None, int | None], list[SpanRow]] = {}
    unknown: list[SpanRow] = []
    for row in relevant.values():
        if row.kind in _COUNTED and row.span_id not in skipped and row.output_tokens is not None:
            if row.response_id:
                known.setdefault((row.parent_id, row.output_tokens), []).append(row)
            else:
                unknown.append(row)
    for row in unknown if known else ():
        for other in known.get((row.parent_id, row.output_tokens), ()):
            if len(at_one_time((row, other))) == 1 and row.kind == other.kind and (
                    raw_twin(row, other) or one_call(row, other)):
                skipped[row.span_id] = other.span_id
                break


def _failed_beside(relevant: dict[bytes, SpanRow], skipped: dict[bytes, bytes | None]) -> None:
    """A call that failed has no response id: the span that Anthropic's SDK wrote ran within the instrumentation's, beside it
    (Traceloop and Laminar, which do not make theirs the current one)."""
    failed = sorted((row for row in relevant.values() if row.kind in _COUNTED and row.status == _ERROR and not row.response_id
                     and not has_tokens(row) and row.span_id not in skipped), key=lambda row: row.start_ns)
    waiting: dict[bytes | None, list[SpanRow]] = {}
    for row in failed:
        beside = waiting.setdefault(row.parent_id, [])
        if not row.name.startswith(SELF_TRACED + "messages."):
            beside.append(row)
            continue
        for around in beside[:-MOST_AT_ONCE - 1:-1]:
            if (row.end_ns or 0) <= (around.end_ns or 0) and row.kind == around.kind and one_model(row, around):
                skipped[row.span_id] = around.span_id
                beside.remove(around)
                break


def error_causes(rows: Sequence[SpanRow]) -> set[bytes]:
    """Failed spans with no failed span below: of one failure that was marked on every span it passed, the deepest."""
    parent = {row.span_id: row.parent_id for row in rows}
    failed = {row.span_id for row in rows if row.status == _ERROR}
    passed: set[bytes] = set()
    for span_id in failed:
        at = parent.get(span_id)
        while at is not None and at in parent and at not in passed:
            passed.add(at)
            at = parent[at]
    return failed - passed
