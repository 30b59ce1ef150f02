"""Each model call counted once: which spans of a trace only repeat figures that stand on another span.

Why this exists (all seen in real traces): agent spans carry the sum of their calls; an SDK that traces itself puts its own
span below the instrumentation's; LlamaIndex nests predict > chat for one call; Vercel 7 doubles embeddings; Logfire splits
a streamed call into a request without usage and a sibling with it. And a failure is marked on every span it went through.

Works on `SpanRow`s alone, without recursion, in time linear in their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tracedesk.model.kinds import COUNTED_KINDS, Status
from tracedesk.model.row import SpanRow

_COUNTED = frozenset(map(int, COUNTED_KINDS))
_ERROR = int(Status.ERROR)
STREAM = "streaming response from"
"""Logfire's name for the sibling that carries a streamed call's result."""
SELF_TRACED = "anthropic."
"""How the spans begin that Anthropic's SDK writes itself, and those of no other package outside any span."""
MOST_BEGUN = 16
"""Output tokens that Anthropic's streams begin with at most, counted again in their final figure."""
MOST_AT_ONCE = 32
"""Failed calls below one span among which the one around another is looked for, the latest first."""
LATE_NS = 50_000_000
"""How much later an SDK may end its own span of a stream than the instrumentation around it."""
ASKING = " with {"
"""In Logfire's names of calls ("Message with {request_data[model]!r}")."""


def not_counted(rows: Sequence[SpanRow]) -> dict[bytes, bytes | None]:
    """Ids of the spans of one trace whose tokens and cost must not be added up, each with the span that has them.

    None stands for "on several spans below": the figures are a sum. Spans without figures that are no calls do not occur.
    """
    relevant = {row.span_id: row for row in rows if row.kind in _COUNTED or _has_figures(row)}
    if len(relevant) < 2:
        return {}
    above = _nearest(rows, relevant)
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


def counted_across(
    traces: Sequence[tuple[Sequence[SpanRow], Mapping[bytes, bytes | None]]]
) -> list[dict[bytes, bytes]]:
    """Per trace, the spans that repeat a call of another trace, each with the span that has its figures.

    `traces` holds rows and what `not_counted` found for them. The same answer (response id) at the same time is one call:
    an SDK that traces itself writes its streams as traces of their own. Of two that do not overlap in time one came from
    a cache or from a server that gives every answer the same id; those stay apart. The result of a stream that Logfire wrote
    outside any span is a trace of its own too.
    """
    groups: dict[str, list[SpanRow]] = {}
    trace_of: dict[int, int] = {}
    for number, (rows, skipped) in enumerate(traces):
        for row in rows:
            if row.response_id and row.kind in _COUNTED and row.span_id not in skipped:
                groups.setdefault(row.response_id, []).append(row)
                trace_of[id(row)] = number
    found: list[dict[bytes, bytes]] = [{} for _ in traces]
    for group in groups.values():
        for run in _at_one_time(group) if len(group) > 1 else ():
            wrong = _miscounted(run)
            kept = min(run, key=lambda row: (not _has_tokens(row), row.span_id in wrong, row.start_ns, row.span_id))
            for row in run:
                if trace_of[id(row)] != trace_of[id(kept)]:
                    found[trace_of[id(row)]][row.span_id] = kept.span_id
    _streamed_alone(traces, found)
    _traced_alone(traces, found)
    return found


def _traced_alone(
    traces: Sequence[tuple[Sequence[SpanRow], Mapping[bytes, bytes | None]]], found: list[dict[bytes, bytes]]
) -> None:
    """A call that an SDK traced itself as a trace of its own, while an instrumentation without context saw the same call and
    no response id (LangChain's callbacks over Anthropic's streams): one ran within the other, with the same output.
    OpenInference for JavaScript ends its span a moment before the SDK ends its own; then the input is the same too. So it is
    where the instrumentation knows the response id and the SDK does not (Mistral)."""
    alone: dict[int | None, list[tuple[SpanRow, int]]] = {}
    for number, (rows, _) in enumerate(traces):
        for row in rows if len(rows) == 1 else ():
            if _traced_itself(row) and row.span_id not in found[number]:
                alone.setdefault(row.output_tokens, []).append((row, number))
    alone.pop(None, None)
    for number, (rows, skipped) in enumerate(traces) if alone else ():
        for row in rows:
            if row.kind not in _COUNTED or row.span_id in skipped or row.span_id in found[number] or _traced_itself(row):
                continue
            for other, home in alone.get(row.output_tokens, ()):
                equal = row.input_tokens == other.input_tokens
                if (home != number and other.span_id not in found[home] and _one_model(row, other) and row.kind == other.kind
                        and not (row.response_id and (other.response_id or not equal))
                        and row.start_ns <= other.start_ns <= (row.end_ns or 0)
                        and (other.end_ns or 0) <= (row.end_ns or 0) + (LATE_NS if equal else 0)):
                    if equal:
                        found[home][other.span_id] = row.span_id
                    else:
                        found[number][row.span_id] = other.span_id
                    break


def _traced_itself(row: SpanRow) -> bool:
    """Whether a span looks like one that an SDK wrote of its own request: Anthropic's has a response id, Mistral's none."""
    if row.response_id:
        return row.name.startswith(SELF_TRACED)
    return "_v1_" in row.name and row.name.endswith("_post")


def _streamed_alone(
    traces: Sequence[tuple[Sequence[SpanRow], Mapping[bytes, bytes | None]]], found: list[dict[bytes, bytes]]
) -> None:
    """Logfire's call and the result of its stream where no span is around both: two traces. As within one trace the latest
    call before the result is its own, and what an SDK that traces itself put inside has the same figures."""
    results = [row for (rows, skipped), known in zip(traces, found, strict=True) for row in rows
               if row.parent_id is None and row.name.startswith(STREAM) and row.span_id not in skipped
               and row.span_id not in known]
    if not results:
        return
    waiting = sorted(((row, number) for number, (rows, _) in enumerate(traces) for row in rows
                      if row.parent_id is None and ASKING in row.name and row.kind in _COUNTED and row.status != _ERROR
                      and not row.name.startswith(STREAM) and not _has_tokens(row)), key=lambda entry: entry[0].start_ns)
    taken: set[int] = set()
    for result in sorted(results, key=lambda row: row.start_ns):
        for row, number in reversed(waiting):
            if row.start_ns > result.start_ns or id(row) in taken or not _one_model(row, result):
                continue
            rows, skipped = traces[number]
            owner = skipped.get(row.span_id)
            inner = next((one for one in rows if one.span_id == owner), None) if owner else None
            if row.span_id in skipped and (inner is None or not _one_call(inner, result)):
                continue
            if inner is not None:
                found[number][inner.span_id] = result.span_id
            found[number][row.span_id] = result.span_id
            taken.add(id(row))
            break


def _at_one_time(rows: Iterable[SpanRow]) -> list[list[SpanRow]]:
    """The spans in runs: within one each overlaps another, between two there is a pause."""
    runs: list[list[SpanRow]] = []
    until = 0
    for row in sorted(rows, key=lambda row: row.start_ns):
        if not runs or row.start_ns > until:
            runs.append([])
            until = row.start_ns
        runs[-1].append(row)
        until = max(until, row.end_ns or row.start_ns)
    return runs


def _has_figures(row: SpanRow) -> bool:
    return row.input_tokens is not None or row.output_tokens is not None or row.cost_nusd is not None


def _has_tokens(row: SpanRow) -> bool:
    return row.input_tokens is not None or row.output_tokens is not None


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
        for run in _at_one_time(group):
            wrong = _miscounted(run)
            kept = min(run, key=lambda row: (not _has_tokens(row), row.span_id in wrong, above[row.span_id] in members,
                                             row.start_ns))
            skipped.update((row.span_id, kept.span_id) for row in run if row is not kept)


def _miscounted(run: Sequence[SpanRow]) -> set[bytes]:
    """Spans of one answer that another corrects: the count its stream began with was added to the final one (Traceloop on
    Anthropic), cached tokens are neither in the input nor beside it (AgentOps on Anthropic), the input is not known, or fewer
    of one input are said to be cached (LangChain: those written for five minutes are not in its cache_creation)."""
    least = min((row.output_tokens for row in run if row.output_tokens is not None), default=0)
    return {row.span_id for row in run if 0 < (row.output_tokens or 0) - least <= MOST_BEGUN
            or any(_without_cache(row, other) or (row.input_tokens == 0 and other.input_tokens)
                   or (row.input_tokens == other.input_tokens and _cached(row) < _cached(other)) for other in run)}


def _without_cache(row: SpanRow, other: SpanRow) -> bool:
    """Whether a span's input is the other's less what the other had cached."""
    cached = _cached(other)
    return bool(cached and row.input_tokens is not None and other.input_tokens == row.input_tokens + cached)


def _cached(row: SpanRow) -> int:
    return (row.cache_read_tokens or 0) + (row.cache_write_tokens or 0)


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
    known = [row for row in inner if _has_tokens(row)]
    if not _has_tokens(outer):
        if known:
            skipped[outer.span_id] = known[0].span_id if len(known) == 1 else None
            return
        for row in inner:
            skipped[row.span_id] = outer.span_id
        return
    raw = next((row for row in known if _raw_twin(outer, row)), None)
    if raw is not None:
        skipped[outer.span_id] = raw.span_id
        return
    same = [row for row in known if _one_call(outer, row)]
    if same:
        skipped[same[0].span_id] = outer.span_id
    elif len(known) > 1 and _is_sum(outer, known):
        skipped[outer.span_id] = None
        return
    for row in inner:
        if not _has_tokens(row):
            skipped[row.span_id] = outer.span_id


def _one_call(outer: SpanRow, inner: SpanRow) -> bool:
    """Equal figures and no contradiction of models. One output token of difference is Traceloop's on streams."""
    if outer.response_id and inner.response_id and outer.response_id != inner.response_id:
        return False
    if outer.input_tokens != inner.input_tokens or abs((outer.output_tokens or 0) - (inner.output_tokens or 0)) > 1:
        return False
    return _one_model(outer, inner)


def _raw_twin(row: SpanRow, other: SpanRow) -> bool:
    """Whether a span without response id is a streamed call whose figures the other has right: without cached tokens, maybe
    with the output that the stream began with, or with an input that nobody knew (LangChain on Anthropic)."""
    said, final = row.output_tokens or 0, other.output_tokens or 0
    return (row.response_id is None and other.response_id is not None and _one_model(row, other)
            and ((_without_cache(row, other) and (abs(said - final) <= 1 or said <= MOST_BEGUN))
                 or (row.input_tokens == 0 and bool(other.input_tokens) and abs(said - final) <= 1)))


def _one_model(one: SpanRow, other: SpanRow) -> bool:
    """Whether two spans may name the same model: an alias and its dated snapshot do."""
    a, b = one.model, other.model
    return a is None or b is None or a.startswith(b) or b.startswith(a)


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
    waiting = sorted((row for row in relevant.values() if row.kind in _COUNTED and not _has_tokens(row)
                      and not row.name.startswith(STREAM)), key=lambda row: row.start_ns)
    taken: set[bytes] = set()
    for result in sorted(results, key=lambda row: row.start_ns):
        for row in reversed(waiting):
            if row.parent_id not in (result.parent_id, None) or row.start_ns > result.start_ns or row.span_id in taken:
                continue
            inner = relevant.get(skipped.get(row.span_id) or b"")
            if row.span_id in skipped and (inner is None or not _one_call(inner, result)):
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
            if len(_at_one_time((row, other))) == 1 and row.kind == other.kind and (
                    _raw_twin(row, other) or _one_call(row, other)):
                skipped[row.span_id] = other.span_id
                break


def _failed_beside(relevant: dict[bytes, SpanRow], skipped: dict[bytes, bytes | None]) -> None:
    """A call that failed has no response id: the span that Anthropic's SDK wrote ran within the instrumentation's, beside it
    (Traceloop and Laminar, which do not make theirs the current one)."""
    failed = sorted((row for row in relevant.values() if row.kind in _COUNTED and row.status == _ERROR and not row.response_id
                     and not _has_tokens(row) and row.span_id not in skipped), key=lambda row: row.start_ns)
    waiting: dict[bytes | None, list[SpanRow]] = {}
    for row in failed:
        beside = waiting.setdefault(row.parent_id, [])
        if not row.name.startswith(SELF_TRACED + "messages."):
            beside.append(row)
            continue
        for around in beside[:-MOST_AT_ONCE - 1:-1]:
            if (row.end_ns or 0) <= (around.end_ns or 0) and row.kind == around.kind and _one_model(row, around):
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
