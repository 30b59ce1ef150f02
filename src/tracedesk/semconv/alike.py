"""Whether two spans are records of one model call, told from their rows: the same time, the same figures, the same model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracedesk.model.row import SpanRow

STREAM = "streaming response from"
"""Logfire's name for the sibling that carries a streamed call's result."""
SELF_TRACED = "anthropic."
"""How the spans begin that Anthropic's SDKs write themselves."""
MOST_BEGUN = 16
"""Output tokens that Anthropic's streams begin with at most, counted again in their final figure."""


def at_one_time(rows: Iterable[SpanRow]) -> list[list[SpanRow]]:
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


def has_tokens(row: SpanRow) -> bool:
    """Whether a span says how many tokens there were."""
    return row.input_tokens is not None or row.output_tokens is not None


def miscounted(run: Sequence[SpanRow]) -> set[bytes]:
    """Spans of one answer that another corrects: the count its stream began with was added to the final one (Traceloop on
    Anthropic), cached tokens are neither in the input nor beside it (AgentOps on Anthropic), the input is not known, or fewer
    of one input are said to be cached (LangChain: those written for five minutes are not in its cache_creation)."""
    least = min((row.output_tokens for row in run if row.output_tokens is not None), default=0)
    return {row.span_id for row in run if 0 < (row.output_tokens or 0) - least <= MOST_BEGUN
            or any(without_cache(row, other) or (not row.input_tokens and other.input_tokens)
                   or (row.input_tokens == other.input_tokens and _cached(row) < _cached(other)) for other in run)}


def without_cache(row: SpanRow, other: SpanRow) -> bool:
    """Whether a span's input is the other's less what the other had cached."""
    cached = _cached(other)
    return bool(cached and row.input_tokens is not None and other.input_tokens == row.input_tokens + cached)


def _cached(row: SpanRow) -> int:
    return (row.cache_read_tokens or 0) + (row.cache_write_tokens or 0)


def one_call(outer: SpanRow, inner: SpanRow) -> bool:
    """Equal figures and no contradiction of models. One output token of difference is Traceloop's on streams."""
    if outer.response_id and inner.response_id and outer.response_id != inner.response_id:
        return False
    if outer.input_tokens != inner.input_tokens or abs((outer.output_tokens or 0) - (inner.output_tokens or 0)) > 1:
        return False
    return one_model(outer, inner)


def raw_twin(row: SpanRow, other: SpanRow) -> bool:
    """Whether a span without response id is a streamed call whose figures the other has right: without cached tokens, maybe
    with the output that the stream began with, or with an input that nobody knew (LangChain on Anthropic)."""
    said, final = row.output_tokens or 0, other.output_tokens or 0
    return (row.response_id is None and other.response_id is not None and one_model(row, other)
            and ((without_cache(row, other) and (abs(said - final) <= 1 or said <= MOST_BEGUN))
                 or (not row.input_tokens and bool(other.input_tokens) and abs(said - final) <= 1)))


def one_model(one: SpanRow, other: SpanRow) -> bool:
    """Whether two spans may name the same model: an alias and its dated snapshot do."""
    a, b = one.model, other.model
    return a is None or b is None or a.startswith(b) or b.startswith(a)
