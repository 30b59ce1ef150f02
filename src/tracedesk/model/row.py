"""The narrow facts of one span: what lists, sums, the waterfall and the what-if engine need, and nothing else.

One `SpanRow` is one row of the store's hot table and one position in the columns of a `Trace`. It is a NamedTuple
because the engine makes one for every span it receives. Unknown numbers are None.
"""

from __future__ import annotations

from typing import NamedTuple


class SpanRow(NamedTuple):
    """One span, normalised and priced. Ids are bytes, times ns since 1970, money nano-dollars."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes | None
    name: str
    service: str
    start_ns: int
    end_ns: int | None
    kind: int = 0                     # model.kinds.Kind
    otel_kind: int = 0                # OTLP SpanKind
    status: int = 0                   # model.kinds.Status
    notes: int = 0                    # model.span.Note
    host: str | None = None           # host.name or service.instance.id: clocks are per host
    operation: str | None = None
    model: str | None = None          # response model, else requested
    provider: str | None = None
    input_tokens: int | None = None   # all input tokens, cached included
    output_tokens: int | None = None  # all output tokens, reasoning included
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    ttft_ns: int | None = None        # from span start to the first token
    cost_nusd: int | None = None
    cost_status: int = 0              # model.llm.CostStatus
    response_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    error_type: str | None = None
    error_message: str | None = None  # status message or exception message, at most 300 characters
    title: str | None = None          # first user message, one line, at most 200 characters
    label: str | None = None          # what to write beside the bar: model, k, status code, ...
    tags: str | None = None           # JSON object: environment, release, prompt_version, experiment, flags, own tags
    marks: str | None = None          # JSON: {"e": [[time_ns, name], ...], "l": [[trace_id hex, span_id hex], ...]}
    signs: str | None = None          # JSON of model.signs: refused, blocked, attacked, timed out, judged, ...
