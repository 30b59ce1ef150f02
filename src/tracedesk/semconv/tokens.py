"""Token and cost figures under one convention: input counts cached tokens, output counts reasoning. Absent is never 0.

Rules and the measurements behind them: which SDKs report exclusive numbers (Claude Code 33 + 20 cached for 53), that a
cached part larger than the whole proves an exclusive number, that OpenLIT writes a cost of 0 when it has no price,
that Traceloop's old streams report 0 in and 0 out, and LangChain's of Anthropic (0.3) 0 in.
"""

from __future__ import annotations

from typing import Any

from tracedesk.model.kinds import COUNTED_KINDS, Kind
from tracedesk.model.llm import LlmFields
from tracedesk.semconv.values import count

_ALL = ("tokens.input", "tokens.output", "tokens.total", "tokens.cache_read", "tokens.cache_write", "tokens.reasoning")

_ASKED = ("tokens.input", "tokens.total", "tokens.cache_read", "tokens.cache_write")

_WRITTEN = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


def settle(fields: LlmFields, *, input_has_cache: bool) -> None:
    """Make input and output inclusive, and forget figures that say nothing."""
    values = fields.values
    if "tokens.input" not in values and "tokens.output" not in values:
        return
    if not values.get("tokens.input") and not values.get("tokens.output") and fields.kind in COUNTED_KINDS:
        _forget(fields, _ALL)                      # no call costs nothing: 0 in and 0 out is an emitter that did not know
        return
    if values.get("tokens.input") == 0 and fields.kind is Kind.LLM and not (
            values.get("tokens.cache_read") or values.get("tokens.cache_write")):
        _forget(fields, _ASKED)                    # nor is anything said to nothing
    _add_cache(values, input_has_cache)
    _add_reasoning(values)
    if values.get("cost.total") == 0 and (values.get("tokens.input") or values.get("tokens.output")):
        _forget(fields, ("cost.total", "cost.input", "cost.output"))


def _add_cache(values: dict[str, Any], input_has_cache: bool) -> None:
    reported = values.get("tokens.input")
    if reported is None:
        return
    cached = values.get("tokens.cache_read", 0) + values.get("tokens.cache_write", 0)
    if not cached:
        return
    total, output = values.get("tokens.total"), values.get("tokens.output", 0)
    apart = total is not None and total == reported + output + cached
    if not input_has_cache or cached > reported or apart:
        values["tokens.input"] = reported + cached


def langchain_written(details: Any) -> int | None:
    """Tokens written to a cache, of LangChain's input_token_details: Anthropic's come by time to live, and `cache_creation` is
    then 0, for the parts of an input must not overlap (langchain-anthropic's _create_usage_metadata)."""
    if not isinstance(details, dict):
        return None
    whole = count(details.get("cache_creation"))
    known = [number for key in _WRITTEN if (number := count(details.get(key))) is not None]
    return sum(known) if known and not whole else whole


def add_cached(fields: LlmFields) -> None:
    """Count cached tokens into the input, for a dialect that knows that its sender did not."""
    values = fields.values
    if "tokens.input" in values:
        values["tokens.input"] += values.get("tokens.cache_read", 0) + values.get("tokens.cache_write", 0)


def _add_reasoning(values: dict[str, Any]) -> None:
    output, reasoning = values.get("tokens.output"), values.get("tokens.reasoning")
    if output is None or not reasoning:
        return
    total, given = values.get("tokens.total"), values.get("tokens.input")
    apart = total is not None and given is not None and total == given + output + reasoning
    if reasoning > output or apart:
        values["tokens.output"] = output + reasoning


def _forget(fields: LlmFields, names: tuple[str, ...]) -> None:
    for name in names:
        fields.values.pop(name, None)
        fields.sources.pop(name, None)


def is_call(kind: Kind) -> bool:
    """Whether a span of this kind may carry tokens and cost of its own."""
    return kind in COUNTED_KINDS
