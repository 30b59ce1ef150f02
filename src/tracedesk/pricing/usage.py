"""What a call used, as whole numbers: cached and audio tokens are counted in input too, reasoning tokens in output.

The figures of `LlmFields` are already inclusive (`semconv.tokens`); here they only become complete numbers, with a word for
whatever had to be assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields

MAX_TOKENS = 10**12
"""No call uses as many; larger numbers are somebody's mistake, and a price of them would not fit 64 bits."""

_OUTPUTLESS = frozenset({Kind.EMBEDDING, Kind.RERANKER})


class Usage(NamedTuple):
    """Tokens of one call; 0 where there are none of a kind."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0
    reasoning: int = 0
    input_audio: int = 0
    output_audio: int = 0
    input_image: int = 0
    output_image: int = 0

    def problem(self) -> str | None:
        """Why these numbers cannot be, in words; None where they can."""
        into, out, read, write, hour, reasoning, audio_in, audio_out, image_in, image_out = self
        negative = (into | out | read | write | hour | reasoning | audio_in | audio_out | image_in | image_out) < 0
        if negative or into > MAX_TOKENS or out > MAX_TOKENS:
            return "a token count that no call can have"
        if read + write > into:
            return f"{read + write:,} cached tokens in an input of {into:,}"
        if hour > write:
            return f"{hour:,} tokens cached for an hour of {write:,} written to the cache"
        if audio_in + image_in > into:
            return f"{audio_in + image_in:,} audio and image tokens in an input of {into:,}"
        if audio_out + image_out > out:
            return f"{audio_out + image_out:,} audio and image tokens in an output of {out:,}"
        if reasoning > out:
            return f"{reasoning:,} reasoning tokens in an output of {out:,}"
        return None


def usage_of(fields: LlmFields) -> tuple[Usage | None, tuple[str, ...]]:
    """What the call used, or None where it reports no tokens; and what was assumed, in words."""
    values = fields.values
    get = values.get
    into, out = get("tokens.input"), get("tokens.output")
    if into and out:
        return _complete(values, into, out), ()
    total = get("tokens.total")
    if into is None and out is None and total and fields.kind in _OUTPUTLESS:
        into = total                              # nothing else to count
    cached = (get("tokens.cache_read") or 0) + (get("tokens.cache_write") or get("tokens.cache_write_1h") or 0)
    assumed: list[str] = []
    if into is None and cached:
        into = cached
        assumed.append("input tokens are not reported: only the cached ones are priced")
    if not into and not out:
        return None, ()
    if into is None and not cached:
        assumed.append("input tokens are not reported")
    if out is None and fields.kind not in _OUTPUTLESS:
        assumed.append("output tokens are not reported")
    return _complete(values, into or 0, out or 0), tuple(assumed)


def _complete(values: Mapping[str, Any], into: int, out: int) -> Usage:
    get = values.get
    hour = get("tokens.cache_write_1h") or 0
    return Usage(into, out, get("tokens.cache_read") or 0, get("tokens.cache_write") or hour, hour,
                 get("tokens.reasoning") or 0, get("tokens.input_audio") or 0, get("tokens.output_audio") or 0,
                 get("tokens.input_image") or 0, get("tokens.output_image") or 0)
